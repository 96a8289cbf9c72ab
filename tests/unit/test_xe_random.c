// SPDX-License-Identifier: GPL-2.0
/*
 * Random sequences of operations on a GPU of xe, of each age and variant in turn. Others
 * are a tool that writes to sriov_admin, one that writes to driver_override as driverctl
 * does, one that changes the number of VFs, one that puts xe in custom mode, guests, and a
 * GPU that refuses.
 */
#include <errno.h>

#include "pci/sysfs.h"
#include "random_ops.h"
#include "xe_test.h"

#define TOTAL	4
#define NO_ONE	(-1)

static const struct {
	enum xe_age age;
	enum xe_variant variant;
} kinds[] = {
	{ XE_7_3, XE_QUOTAS }, { XE_7_3, XE_QUOTAS_READ_ONLY },
	{ XE_7_3, XE_INTEGRATED }, { XE_6_19, XE_FAIR_ONLY },
	{ XE_6_17, XE_FAIR_ONLY }, { XE_6_17, XE_QUOTAS }, { XE_6_19, XE_QUOTAS },
};

static const struct profile {
	const char *name;
	const char *text;
	u64 quota;
	u32 eq_ms;
	u32 pt_us;
} profiles[] = {
	{ "big", "fb = 2GiB\ntime_slice = 8ms\n", 2 * GIB, 8, 20000 },
	{ "small", "fb = 1GiB\ntime_slice = 4ms\npreempt_timeout = 30ms\n", GIB, 4, 30000 },
	{ "odd", "fb = 1000000KiB\ntime_slice = 1500us\n", 978 * MIB, 2, 20000 },
	{ "s", "fb = shared\ntime_slice = 4ms\n", 0, 4, 20000 },
	{ "t", "fb = shared\ntime_slice = 9ms\npreempt_timeout = 50ms\n", 0, 9, 50000 },
}, no_line = { .eq_ms = 6, .pt_us = 20000 };

#define FIRST_SHARED	3

static const char *const drivers[] = { NULL, "none", "vfio-pci" };
static const char *const policies[] = { NULL, "low", "normal" };

/* what was asked for; NULL: no line says */
static struct {
	u32 num;
	const struct profile *vf[TOTAL];
	u32 policy;
	u32 driver;
} target;

/* the VF that a process has open */
static int held;

/* something refuses, or did as the last apply began */
static bool refuses;

static bool has_quotas(void)
{
	return xe->variant == XE_QUOTAS;
}

static void begin(void)
{
	size_t i = sequence % ARRAY_SIZE(kinds);

	memset(fake_xe, 0, sizeof(fake_xe));
	held = NO_ONE;
	tree_begin();
	run_shell("mkdir -p sys/module/vfio/parameters && echo Y > sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	fake_xe_make(xe, kinds[i].variant == XE_INTEGRATED ? IGPU : A,
		     kinds[i].age, kinds[i].variant);
	if (kinds[i].variant == XE_FAIR_ONLY)
		run_shell("rm -f " DEVICES "%s/sriov_admin/vf*/profile/vram_quota",
			  xe->bdf);
	/* what is not known of the hardware: either way */
	xe->is_picky = rnd(2);
	xe->no_room_error = rnd(2) ? -ENOMEM : -ENOSPC;
}

/* ---- what is asked for */

static bool has_fault(void)
{
	return xe->fail || xe->is_wedged || xe->is_resetting || xe->is_locked ||
	       xe->enable_error;
}

static void choose_target(void)
{
	u32 first = has_quotas() ? 0 : FIRST_SHARED;
	u32 end = has_quotas() ? FIRST_SHARED : ARRAY_SIZE(profiles);
	u32 i;

	memset(&target, 0, sizeof(target));
	target.num = rnd(TOTAL + 1);
	target.policy = rnd(ARRAY_SIZE(policies));
	target.driver = rnd(ARRAY_SIZE(drivers));
	/* without any line, what VFs get is for xe to say */
	for (i = 0; i < target.num; i++)
		if (!i || rnd(5))
			target.vf[i] = &profiles[first + rnd(end - first)];
}

/* four of the largest fit */
static void choose(char *text, size_t size, bool sure)
{
	static const char *const words[] = { "", "policy = best-effort\n", "policy = fixed\n" };
	FILE *f = fmemopen(text, size, "w");
	u32 i;

	(void)sure;
	choose_target();
	fprintf(f, "[gpuvf]\nversion = 1\n");
	for (i = 0; i < ARRAY_SIZE(profiles); i++)
		fprintf(f, "[profile %s]\n%s", profiles[i].name, profiles[i].text);
	fprintf(f, "[gpu a]\npci = %s\n%svfs = %u\n", xe->bdf,
		words[target.policy], target.num);
	for (i = 0; i < target.num; i++) {
		if (target.vf[i])
			fprintf(f, "vf %u = %s\n", i, target.vf[i]->name);
		if (target.driver)
			fprintf(f, "driver %u = %s\n", i, drivers[target.driver]);
	}
	fclose(f);
	refuses = has_fault();
	/* a change of before that is recovered asked for something else */
	xe->keeps_drivers_off = target.driver && !root_has("run/gpuvf/intent");
}

static const char *wrong_with_vf(u32 i)
{
	const struct profile *want = target.vf[i] ?: &no_line;
	const struct xe_function *is = &xe->functions[i + 1];
	const char *driver = drivers[target.driver];
	char vf[VF_SIZE], bound[NAME_SIZE];

	if (has_quotas() && is->quota != want->quota)
		return "a VF has another quota";
	if (is->eq_ms != want->eq_ms || is->pt_us != want->pt_us)
		return "a VF has other times";
	if (!is->has_ggtt)
		return "a VF has no GGTT";
	vf_bdf(xe->bdf, i, vf);
	sysfs_driver(vf, bound, sizeof(bound));
	if (driver && strcmp(bound, strcmp(driver, "none") ? driver : ""))
		return "a VF has another driver";
	return NULL;
}

static const char *find_wrong(void)
{
	const char *wrong = NULL;
	u32 i;

	if (xe->num != target.num)
		return "another number of VFs is enabled";
	for (i = 0; !wrong && i < xe->num; i++)
		wrong = wrong_with_vf(i);
	for (; !wrong && i < xe->total; i++)
		if (has_quotas() && xe->functions[i + 1].quota)
			wrong = "a VF that is not enabled has a quota";
	if (!wrong && target.policy && strcmp(xe->priority, policies[target.policy]))
		wrong = "the policy is another one";
	return wrong;
}

/* all but what an FLR changes */
static char *picture(void)
{
	char *text, vf[VF_SIZE], bound[NAME_SIZE], override[NAME_SIZE];
	u32 i, autoprobe;

	assert_int_equal(sysfs_get_number(xe->bdf, AUTOPROBE, &autoprobe), 0);
	text = xasprintf("%u VFs, priority %s, autoprobe %u", xe->num,
			 xe->priority, autoprobe);
	for (i = 0; i <= xe->total; i++)
		append_text(&text, "\n", "%u: quota %llu eq %u pt %u ggtt %u", i,
			    xe->functions[i].quota, xe->functions[i].eq_ms,
			    xe->functions[i].pt_us, xe->functions[i].has_ggtt);
	for (i = 0; i < xe->num; i++) {
		vf_bdf(xe->bdf, i, vf);
		sysfs_driver(vf, bound, sizeof(bound));
		sysfs_driver_override(vf, override, sizeof(override));
		append_text(&text, "\n", "VF %u: override '%s', bound '%s'", i,
			    override, bound);
	}
	return text;
}

/* ---- other programs, also while apply is at work */

static void write_file(const char *file, const char *text)
{
	note("%s = %s\n", file, text);
	fake_xe_set_by_other(xe, file, text);
}

static void write_time(void)
{
	static const char *const files[] = { "exec_quantum_ms", "preempt_timeout_us" };
	const char *name = files[rnd(ARRAY_SIZE(files))];
	char file[64], text[16];
	u32 i = rnd(xe->total + 1);

	if (i)
		snprintf(file, sizeof(file), "sriov_admin/vf%u/profile/%s", i, name);
	else
		snprintf(file, sizeof(file), "sriov_admin/pf/profile/%s", name);
	snprintf(text, sizeof(text), "%u", rnd(4) ? 1 + rnd(50) : 0);
	write_file(file, text);
}

static void write_quota(void)
{
	char file[64], text[32];

	snprintf(file, sizeof(file), "sriov_admin/vf%u/profile/vram_quota",
		 1 + rnd(xe->total));
	snprintf(text, sizeof(text), "%llu", rnd(3) * 512 * MIB);
	write_file(file, text);
}

static void write_policy(void)
{
	write_file("sriov_admin/.bulk_profile/sched_priority", policies[1 + rnd(2)]);
}

/* a VF that a process has open would hang that */
static void write_number(void)
{
	u32 num = xe->num ? 0 : 1 + rnd(xe->total);

	if (held != NO_ONE)
		return;
	note("sriov_numvfs = %u\n", num);
	xe->is_other = true;
	fake_xe_enable(xe, num);
	xe->is_other = false;
}

static void write_driver(void)
{
	static const char *const overrides[] = { "vfio-pci\n", "xe\n", "(null)\n" };
	u32 i = rnd(xe->total), which = rnd(ARRAY_SIZE(overrides));
	char vf[VF_SIZE];

	if (i >= xe->num || (int)i == held)
		return;
	vf_bdf(xe->bdf, i, vf);
	note("VF %u: driver_override = %s", i, overrides[which]);
	put(vf, "driver_override", overrides[which]);
	if (!which)
		bind_driver(vf, "vfio-pci");
}

static void write_autoprobe(void)
{
	const char *text = rnd(2) ? "1\n" : "0\n";

	note("sriov_drivers_autoprobe = %s", text);
	put(xe->bdf, "sriov_drivers_autoprobe", text);
}

/* ---- guests, and a GPU that refuses */

static void run_guest(void)
{
	u32 i = rnd(xe->total);

	if (i >= xe->num)
		return;
	xe->functions[i + 1].is_running = rnd(2);
	note("guest of VF %u: %u\n", i, xe->functions[i + 1].is_running);
}

static void let_go(void)
{
	char vf[VF_SIZE];

	if (held == NO_ONE)
		return;
	vf_bdf(xe->bdf, held, vf);
	run_shell("rm -r proc/77 && rm -f " DEVICES "%s/iommu_group", vf);
	xe->functions[held + 1].is_held = false;
	note("VF %d is closed\n", held);
	held = NO_ONE;
}

static void hold(void)
{
	u32 i = rnd(xe->total);
	char vf[VF_SIZE];

	let_go();
	if (i >= xe->num || rnd(2))
		return;
	vf_bdf(xe->bdf, i, vf);
	bind_driver(vf, "vfio-pci");
	open_vf(vf);
	xe->functions[i + 1].is_held = true;
	held = i;
	note("VF %u is opened\n", i);
}

static void be_in_order(void)
{
	note("nothing refuses\n");
	xe->fail = NULL;
	xe->is_wedged = false;
	xe->is_resetting = false;
	xe->is_locked = false;
	xe->enable_error = 0;
}

static void refuse_something(void)
{
	static const char *const files[] = {
		"vram_quota", "vf1/profile", "vf2/profile/exec_quantum_ms",
		"preempt_timeout_us", "pf/profile", ".bulk_profile",
	};
	static const int errors[] = {
		-EIO, -ENOMEM, -EPERM, -EINVAL, -EBUSY, -ECANCELED, -EACCES,
	};

	xe->fail = files[rnd(ARRAY_SIZE(files))];
	xe->fail_error = errors[rnd(ARRAY_SIZE(errors))];
	xe->fail_after = rnd(3);
	xe->fail_times = rnd(3);
	note("%s: error %d after %u, %u times\n", xe->fail, xe->fail_error,
	     xe->fail_after, xe->fail_times);
}

static void be_out_of_order(void)
{
	static const int errors[] = { -ENOMEM, -ENOSPC, -EPERM, -EIO };
	u32 which = rnd(4);

	xe->is_wedged |= which == 0;
	xe->is_resetting |= which == 1;
	xe->is_locked |= which == 2;
	if (which == 3)
		xe->enable_error = errors[rnd(ARRAY_SIZE(errors))];
	note("wedged %u, in a reset %u, locked %u, enabling: %d\n", xe->is_wedged,
	     xe->is_resetting, xe->is_locked, xe->enable_error);
}

/* as XPU Manager does, and the way back from it */
static void change_mode(void)
{
	u32 i = 1 + rnd(xe->total);

	if (!xe->is_custom) {
		xe->is_custom = true;
		xe->functions[i].has_ggtt = rnd(2);
		note("custom mode, GGTT of VF %u: %u\n", i - 1,
		     xe->functions[i].has_ggtt);
	} else if (!xe->num) {
		xe->is_custom = false;
		for (i = 1; i <= xe->total; i++)
			xe->functions[i] = (struct xe_function){};
		note("auto mode\n");
	}
	fake_xe_show(xe);
}

static void other(bool meanwhile)
{
	static void (*const programs[])(void) = {
		write_time, write_quota, write_policy, write_number,
		write_driver, write_autoprobe,
	};
	static void (*const all[])(void) = {
		run_guest, hold, refuse_something, be_out_of_order, change_mode,
		be_in_order, be_in_order,
	};

	if (meanwhile || rnd(2))
		programs[rnd(ARRAY_SIZE(programs))]();
	else
		all[rnd(ARRAY_SIZE(all))]();
}

/* without GGTT that it may share out, xe enables no VFs that are of any use */
static bool is_hampered(void)
{
	return refuses || has_fault() || xe->is_custom;
}

static void calm(void)
{
	u32 i;

	be_in_order();
	let_go();
	for (i = 1; i <= xe->total; i++)
		xe->functions[i].is_running = false;
	if (xe->is_custom) {
		fake_xe_enable(xe, 0);
		change_mode();
	}
	write_autoprobe();
}

static u32 writes(void)
{
	return xe->stores;
}

static u32 violations(void)
{
	return xe->violations;
}

static void others_change_what_they_like(void **state)
{
	static const struct random_test test = {
		.gpu = "0000:0", .sequences = 8 * ARRAY_SIZE(kinds),
		.begin = begin, .end = tree_end,
		.choose = choose, .find_wrong = find_wrong, .picture = picture,
		.other = other, .is_hampered = is_hampered, .calm = calm,
		.writes = writes, .violations = violations,
	};

	random_sequences(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_change_what_they_like),
	};

	return cmocka_run_group_tests_name("xe: random sequences", tests, NULL, NULL);
}
