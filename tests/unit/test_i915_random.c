// SPDX-License-Identifier: GPL-2.0
/*
 * Random sequences of operations on a GPU of i915, by the rules of its double.
 */
#include <errno.h>

#include "fake_i915.h"
#include "random_ops.h"

#define GTS	(rules.gts)
#define PF	(-1)

/* what was asked for; reserve: 0: nothing was */
static struct {
	u32 num;
	u32 slice_ms[TOTAL];
	u32 timeout_us[TOTAL];
	u64 fb_bytes[TOTAL];
	bool has_policy;
	u32 policy;
	u64 reserve;
} target;

static u32 num_before;

static void begin(void)
{
	fake_i915_begin();
	run_shell("mkdir -p sys/module/vfio/parameters && echo Y > sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	rules.clear_keeps_times = rnd(2);
	rules.flr_hangs = !rnd(4);
	if (rnd(2))
		fake_i915_make_flex();
	else
		rules.gts = 1 + rnd(2);
	fake_i915_make_files();
}

static void choose_vf(u32 i, bool sure)
{
	static const u32 slices[] = { 1, 8, 16, 100000 };
	static const u32 timeouts[] = { 0, 1, 20000, 100000000 };

	target.slice_ms[i] = slices[rnd(ARRAY_SIZE(slices))];
	target.timeout_us[i] = timeouts[rnd(ARRAY_SIZE(timeouts))];
	/* seven of 2 GiB fit into 16 */
	target.fb_bytes[i] = rules.lmem ? (1 + rnd(sure ? 2 : 5)) * GIB : 0;
}

static char *describe_vf(u32 i)
{
	char *fb = rules.lmem ? xasprintf("%lluGiB", target.fb_bytes[i] / GIB) :
				 xstrdup("shared");
	char *text = xasprintf("[profile p%u]\nfb = %s\ntime_slice = %ums\n", i,
			       fb, target.slice_ms[i]);

	if (target.timeout_us[i])
		append_text(&text, "", "preempt_timeout = %uus\n",
			    target.timeout_us[i]);
	free(fb);
	return text;
}

static void choose(char *text, size_t size, bool sure)
{
	FILE *f = fmemopen(text, size, "w");
	u32 i;

	num_before = rules.num;
	memset(&target, 0, sizeof(target));
	target.num = sure ? 1 + rnd(TOTAL) : rnd(TOTAL + 1);
	fprintf(f, "[gpuvf]\nversion = 1\n");
	for (i = 0; i < target.num; i++) {
		char *vf;

		choose_vf(i, sure);
		vf = describe_vf(i);
		fputs(vf, f);
		free(vf);
	}
	fprintf(f, "[gpu g]\npci = " GPU "\nvfs = %u\n", target.num);
	if (rnd(2)) {
		target.has_policy = true;
		target.policy = rnd(2) ? POLICY_FIXED : POLICY_BEST_EFFORT;
		fprintf(f, "policy = %s\n", target.policy == POLICY_FIXED ?
			"fixed" : "best-effort");
	}
	if (rules.lmem && rnd(2) && !(sure && rules.num)) {
		target.reserve = (128 + 2 * rnd(3)) * MIB;
		fprintf(f, "pf_reserve = %lluMiB\n", target.reserve / MIB);
	}
	for (i = 0; i < target.num; i++)
		fprintf(f, "vf %u = p%u\n", i, i);
	fclose(f);
}

/* as the agent chooses it where the configuration does not */
static u32 timeout_of(u32 i)
{
	u32 us = target.timeout_us[i] ?: target.slice_ms[i] * 2000;

	if (!target.timeout_us[i] && us < 20000)
		us = 20000;
	return us < 100000000 ? us : 100000000;
}

static bool has_quota(u32 vf)
{
	enum i915r_file file;
	u32 gt;

	for (gt = 0; gt < GTS; gt++)
		for (file = I915R_GGTT; file < I915R_NUM_FILES; file++)
			if (rules.vf[vf][gt].value[file])
				return true;
	return false;
}

static const char *wrong_with_vf(u32 i)
{
	u32 gt;

	for (gt = 0; gt < GTS; gt++)
		if (rules.vf[i][gt].value[I915R_SLICE] != target.slice_ms[i] ||
		    rules.vf[i][gt].value[I915R_TIMEOUT] != timeout_of(i))
			return "a VF has other times";
	if (rules.vf[i][0].value[I915R_LMEM] != target.fb_bytes[i])
		return "a VF has other framebuffer";
	return i915r_guest_works(&rules, i) ? NULL : "no guest of a VF works";
}

static const char *wrong_with_gt(u32 gt)
{
	const struct i915r_gt *pf = &rules.pf[gt];

	if (target.has_policy &&
	    rules.idle[gt] != (target.policy == POLICY_FIXED))
		return "the policy is another one";
	/* it is set with a new number; the next one sees what came meanwhile */
	if (target.num != num_before && target.num && !strikes &&
	    (!pf->value[I915R_SLICE] || !pf->value[I915R_TIMEOUT]))
		return "the PF has no end of its time";
	return NULL;
}

static const char *find_wrong(void)
{
	const char *wrong = NULL;
	u32 i;

	if (rules.num != target.num)
		return "another number of VFs is enabled";
	if (target.reserve && rules.pf[0].value[I915R_LMEM] != target.reserve)
		return "the PF keeps other framebuffer";
	for (i = 0; !wrong && i < GTS; i++)
		wrong = wrong_with_gt(i);
	for (i = 0; !wrong && i < target.num; i++)
		wrong = wrong_with_vf(i);
	/* the next apply with VFs to enable clears what came meanwhile */
	for (; !wrong && !strikes && i < TOTAL; i++)
		if (has_quota(i) && !rules.flr_hangs)
			wrong = "a VF that is not enabled has a quota";
	return wrong;
}

static bool gts_differ(void)
{
	u32 i;

	for (i = 0; GTS > 1 && i < rules.num; i++)
		if (rules.vf[i][0].value[I915R_SLICE] !=
		    rules.vf[i][1].value[I915R_SLICE] ||
		    rules.vf[i][0].value[I915R_TIMEOUT] !=
		    rules.vf[i][1].value[I915R_TIMEOUT])
			return true;
	return GTS > 1 && rules.idle[0] != rules.idle[1];
}

/* of what a configuration says: of enabled VFs, on all GTs alike */
static char *picture(void)
{
	char *text = xasprintf("%u VFs, reserve %llu, policy", rules.num,
			       rules.pf[0].value[I915R_LMEM]);
	u32 i, gt;

	if (gts_differ()) {
		free(text);
		return NULL;
	}
	for (gt = 0; gt < GTS; gt++)
		append_text(&text, " ", "%d", rules.idle[gt]);
	for (i = 0; i < rules.num; i++)
		for (gt = 0; gt < GTS; gt++) {
			const u64 *value = rules.vf[i][gt].value;

			append_text(&text, "\n", "VF %u gt%u: %llu ms %llu us %llu MiB",
				    i, gt, value[I915R_SLICE],
				    value[I915R_TIMEOUT],
				    value[I915R_LMEM] / MIB);
		}
	return text;
}

/* a machine takes a VF, or gives it back; another one is not taken meanwhile */
static void libvirt(u32 vf)
{
	if (root_has("proc/77/fd/3"))
		leave_vf();
	else if (vf < rules.num)
		use_vf(vf);
}

/* a write of anything to any file that has numbers */
static void write_something(int vf)
{
	static const u64 values[] = { 0, 0, 1, 8, 128, 4096, 65536, 1 << 26, 1 << 30 };
	enum i915r_file file = rnd(I915R_NUM_FILES);
	u32 gt = rnd(GTS);

	if (i915r_has_file(&rules, gt, file))
		i915r_store(&rules, vf, gt, file, values[rnd(ARRAY_SIZE(values))]);
}

static void other(bool meanwhile)
{
	static const int errors[] = { EINVAL, EDQUOT, EBUSY, ETIMEDOUT, EIO };
	bool is_used = root_has("proc/77/fd/3");
	u32 vf = rnd(TOTAL);

	switch (rnd(8)) {
	case 0:
		write_something(rnd(4) ? (int)vf : PF);
		break;
	case 1:
		i915r_store_idle(&rules, rnd(GTS), rnd(2));
		break;
	case 2:
		i915r_store_auto(&rules, rnd(2));
		break;
	case 3:
		i915r_control(&rules, vf, rnd(2) ? "clear" : "stop");
		break;
	case 4:
		if (!is_used)
			fake_i915_set_num(rules.num ? 0 : 1 + rnd(TOTAL));
		break;
	case 5:
		if (!meanwhile)
			libvirt(vf);
		break;
	case 6:
		rules.fail_next = -errors[rnd(ARRAY_SIZE(errors))];
		break;
	case 7:
		rules.pf[rnd(GTS)].value[I915R_SLICE] = rnd(2) * 5;
		break;
	}
	/* those were not the agent's */
	rules.violations = 0;
}

/* what the PF keeps beside framebuffer is no setting of gpuvf-agent's */
static bool is_hampered(void)
{
	enum i915r_file file;

	for (file = I915R_GGTT; file < I915R_LMEM; file++)
		if (rules.pf[0].value[file])
			return true;
	return false;
}

static void calm(void)
{
	enum i915r_file file;

	rules.fail_next = 0;
	for (file = I915R_GGTT; file < I915R_LMEM; file++)
		rules.pf[0].value[file] = 0;
	if (root_has("proc/77/fd/3"))
		libvirt(0);
}

static u32 writes(void)
{
	return rules.accepted + rules.refused;
}

static u32 violations(void)
{
	return rules.violations;
}

static void others_change_what_they_like(void **state)
{
	static const struct random_test test = {
		.gpu = GPU, .begin = begin, .end = tree_end,
		.choose = choose, .find_wrong = find_wrong, .picture = picture,
		.other = other, .is_hampered = is_hampered, .calm = calm, .between_reads = true,
		.writes = writes, .violations = violations,
	};

	random_sequences(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_change_what_they_like),
	};

	return cmocka_run_group_tests_name("i915: random sequences", tests, NULL, NULL);
}
