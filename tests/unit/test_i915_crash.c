// SPDX-License-Identifier: GPL-2.0
/*
 * C30 on GPUs of i915: apply is killed at each system call, and the next start recovers.
 */
#include "crash.h"
#include "fake_i915.h"
#include "verb_test.h"

#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile s]\nfb = shared\ntime_slice = 16ms\n" \
		"[profile t]\nfb = shared\ntime_slice = 8ms\npreempt_timeout = 30ms\n" \
		"[profile f]\nfb = 2GiB\ntime_slice = 16ms\n" \
		"[profile g]\nfb = 4GiB\ntime_slice = 16ms\n" \
		"[gpu igpu]\npci = " GPU "\n"

static int set_up(void **state)
{
	fake_i915_begin();
	return 0;
}

static int clean_up(void **state)
{
	tree_end();
	return rules.violations;
}

/* what the driver has of enabled VFs, whatever its files say */
static void picture(FILE *f)
{
	u32 i, gt;

	fprintf(f, "%u VFs, reserve %llu\n", rules.num,
		rules.pf[0].value[I915R_LMEM]);
	for (gt = 0; gt < rules.gts; gt++)
		fprintf(f, "gt%u: policy %d\n", gt, rules.idle[gt]);
	for (i = 0; i < rules.num; i++)
		for (gt = 0; gt < rules.gts; gt++)
			fprintf(f, "VF %u gt%u: %llu ms %llu us %llu bytes\n", i, gt,
				rules.vf[i][gt].value[I915R_SLICE],
				rules.vf[i][gt].value[I915R_TIMEOUT],
				rules.vf[i][gt].value[I915R_LMEM]);
}

static void all_work(void)
{
	u32 i;

	for (i = 0; i < rules.num; i++)
		assert_true(i915r_guest_works(&rules, i));
}

static const struct crash crash = {
	.bdf = GPU, .state = &rules, .size = sizeof(rules),
	.picture = picture, .check = all_work,
};

static void C30_killed_while_the_layout_changes(void **state)
{
	crash_everywhere(&crash, HEAD "policy = best-effort\nvf 0-1 = s\n",
			 HEAD "policy = fixed\nvf 0 = t\nvf 1 = s\n");
}

static void C30_killed_while_the_number_of_vfs_changes(void **state)
{
	crash_everywhere(&crash, HEAD "policy = fixed\nvf 0-1 = s\n",
			 HEAD "policy = best-effort\nvf 0-2 = t\n");
}

static void C30_killed_while_vfs_come_and_go(void **state)
{
	rules.clear_keeps_times = true;
	crash_everywhere(&crash, HEAD "vfs = 0\n", HEAD "policy = fixed\nvf 0-1 = s\n");
}

static void C30_killed_while_framebuffer_changes(void **state)
{
	fake_i915_make_flex();
	crash_everywhere(&crash, HEAD "pf_reserve = 128MiB\nvf 0 = f\nvf 1 = g\n",
			 HEAD "pf_reserve = 128MiB\nvf 0 = g\nvf 1 = f\n");
}

static void C30_killed_while_vfs_with_framebuffer_change(void **state)
{
	fake_i915_make_flex();
	crash_everywhere(&crash, HEAD "pf_reserve = 128MiB\nvf 0-1 = g\n",
			 HEAD "pf_reserve = 256MiB\nvf 0-2 = f\n");
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(C30_killed_while_the_layout_changes),
		test(C30_killed_while_the_number_of_vfs_changes),
		test(C30_killed_while_vfs_come_and_go),
		test(C30_killed_while_framebuffer_changes),
		test(C30_killed_while_vfs_with_framebuffer_change),
	};

	return cmocka_run_group_tests_name("i915, killed", tests, NULL, NULL);
}
