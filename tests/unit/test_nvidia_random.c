// SPDX-License-Identifier: GPL-2.0
/*
 * Random sequences of operations on a GPU of NVIDIA's, by the rules of its double. The
 * errno of what is refused without a known one is another in each sequence.
 */
#include <errno.h>

#include "fake_nvidia.h"
#include "random_ops.h"

#define gpu_	(&rules[0])

/* numbers of types by VF; num: 0: all VFs are disabled */
static struct {
	u32 num;
	u32 type[TOTAL];
} target;

static const struct {
	u32 type;
	const char *profile;
} profiles[] = { { 0, NULL }, { 11, "q" }, { 12, "a" }, { 21, "big" } };

static void begin(void)
{
	static const int plausible[] = NVR_PLAUSIBLE;

	fake_nvidia_begin();
	fake_nvidia_write_types_file();
	gpu_->unknown_errno = plausible[sequence % ARRAY_SIZE(plausible)];
	gpu_->has_header = rnd(2);
}

/* four of 12 GiB, two of 24 GiB */
static void choose_types(bool sure)
{
	u32 i, gib = 0;

	for (i = 0; i < target.num; i++) {
		u32 which = rnd(ARRAY_SIZE(profiles));

		gib += which == 3 ? 24 : which ? 12 : 0;
		if (sure && gib > 48)
			return;
		target.type[i] = profiles[which].type;
	}
}

static void choose(char *text, size_t size, bool sure)
{
	FILE *f = fmemopen(text, size, "w");
	u32 i, n;

	memset(&target, 0, sizeof(target));
	target.num = sure ? 1 + rnd(4) : rnd(5);
	choose_types(sure);
	/* a number of VFs that get nothing is none */
	for (i = 0; i < target.num && !target.type[i]; i++)
		;
	if (i == target.num)
		target.num = 0;
	fprintf(f, "[gpuvf]\nversion = 1\n"
		"[profile q]\nfb = 12GiB\nnvidia_type = L40S-12Q\n"
		"[profile a]\nnvidia_type = 12\n[profile big]\nfb = 24GiB\n"
		"[gpu g]\npci = " GPU "\nvfs = %u\n", target.num);
	for (i = 0; i < target.num; i++)
		for (n = 1; n < ARRAY_SIZE(profiles); n++)
			if (target.type[i] == profiles[n].type)
				fprintf(f, "vf %u = %s\n", i, profiles[n].profile);
	fclose(f);
}

static const char *find_wrong(void)
{
	u32 i;

	fake_nvidia_sync();
	if (gpu_->enabled != !!target.num)
		return "VFs are enabled, or not";
	for (i = 0; i < TOTAL; i++)
		if (gpu_->vfs[i].type != target.type[i])
			return "a VF has another type";
	return NULL;
}

static char *picture(void)
{
	char *text;
	u32 i;

	fake_nvidia_sync();
	text = xstrdup(gpu_->enabled ? "enabled" : "disabled");
	for (i = 0; i < TOTAL; i++)
		append_text(&text, " ", "%u", gpu_->vfs[i].type);
	return text;
}

static bool is_used(void)
{
	u32 i;

	for (i = 0; i < TOTAL; i++)
		if (gpu_->vfs[i].is_open)
			return true;
	return false;
}

/* another one, of VFs that no machine has */
static void sriov_manage(void)
{
	if (!is_used())
		run_shell(MANAGE " %s " GPU, gpu_->enabled ? "-d" : "-e");
	fake_nvidia_sync();
}

/* as driverctl does, whatever that breaks */
static void unbind(u32 vf)
{
	if (!gpu_->enabled || gpu_->vfs[vf].is_open)
		return;
	run_shell("cd " DEVICES GPU "/virtfn%u/ && rm -rf driver nvidia", vf);
	nvr_unbind(gpu_, vf);
}

static void libvirt(u32 vf)
{
	if (gpu_->vfs[vf].is_open)
		leave_vf(vf);
	else if (gpu_->enabled && gpu_->vfs[vf].type)
		use_vf(vf);
}

static void other(bool meanwhile)
{
	u32 vf = rnd(5);

	fake_nvidia_sync();
	switch (rnd(8)) {
	case 0:
	case 1:
		if (!gpu_->vfs[vf].is_open)
			nvr_store_type(gpu_, vf, profiles[rnd(4)].type);
		break;
	case 2:
		sriov_manage();
		break;
	case 3:
		if (!rnd(3))
			unbind(vf);
		break;
	case 4:
		if (!meanwhile)
			libvirt(vf);
		break;
	case 5:
		gpu_->late = rnd(2);
		break;
	case 6:
		gpu_->forgets = !rnd(3);
		break;
	case 7:
		/* more than the tries that are made */
		gpu_->lag = rnd(14);
		break;
	}
}

/* a driver that refuses for good, or shows a type for longer than is waited */
static bool is_hampered(void)
{
	u32 i;

	for (i = 0; i < TOTAL; i++)
		if (gpu_->vfs[i].is_broken)
			return true;
	return gpu_->late || gpu_->forgets || gpu_->lag >= 10;
}

static void calm(void)
{
	bool broken = false;
	u32 i;

	gpu_->late = false;
	gpu_->forgets = false;
	gpu_->lag = 0;
	for (i = 0; i < TOTAL; i++) {
		broken |= gpu_->vfs[i].is_broken;
		leave_vf(i);
	}
	/* only that makes them whole */
	if (broken && gpu_->enabled)
		sriov_manage();
}

static u32 writes(void)
{
	return gpu_->accepted + gpu_->refused;
}

static u32 violations(void)
{
	return gpu_->violations;
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

	return cmocka_run_group_tests_name("nvidia: random sequences", tests, NULL, NULL);
}
