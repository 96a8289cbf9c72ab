// SPDX-License-Identifier: GPL-2.0
/*
 * C30 on GPUs of xe: apply is killed at each system call, and the next start recovers.
 */
#include "crash.h"
#include "xe_test.h"

/* what the driver has, whatever its files say */
static void picture(FILE *f)
{
	u32 i;

	fprintf(f, "priority %s\n", xe->priority);
	for (i = 0; i <= xe->total; i++)
		fprintf(f, "%u: quota %llu eq %u pt %u ggtt %u\n", i,
			xe->functions[i].quota, xe->functions[i].eq_ms,
			xe->functions[i].pt_us, xe->functions[i].has_ggtt);
}

static void check(void)
{
	is_sane(xe);
}

static const struct crash crash = {
	.bdf = A, .state = fake_xe, .size = sizeof(fake_xe),
	.picture = picture, .check = check,
};

static void C30_killed_while_the_layout_changes(void **state)
{
	crash_everywhere(&crash, GPU_A "policy = best-effort\nvf 0-1 = small\n",
			 GPU_A "policy = fixed\nvf 0 = big\nvf 1 = small\n");
}

static void C30_killed_while_quotas_change_places(void **state)
{
	xe->fb = 3 * GIB;
	crash_everywhere(&crash, GPU_A "vf 0 = big\nvf 1 = small\n",
			 GPU_A "vf 0 = small\nvf 1 = big\n");
}

static void C30_killed_while_the_number_of_vfs_changes(void **state)
{
	crash_everywhere(&crash,
			 GPU_A "policy = best-effort\nvf 0-1 = small\ndriver 0 = none\n",
			 GPU_A "policy = fixed\nvf 0-2 = big\ndriver 0-2 = none\n");
}

static void C30_killed_while_vfs_come_and_go(void **state)
{
	run_shell("mkdir -p sys/module/vfio/parameters && echo Y > sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	crash_everywhere(&crash, GPU_A "vfs = 0\n",
			 GPU_A "policy = fixed\nvf 0-1 = small\ndriver 0-1 = vfio-pci\n");
}

static void C30_killed_on_kernels_that_take_no_preset_quotas(void **state)
{
	fake_xe_make(xe, A, XE_6_19, XE_FAIR_ONLY);
	run_shell("rm -f " DEVICES A "/sriov_admin/vf*/profile/vram_quota");
	crash_everywhere(&crash, GPU_A "policy = best-effort\nvf 0-1 = s\n",
			 GPU_A "policy = fixed\nvf 0-2 = s\n");
}

static void C30_killed_where_quotas_come_later(void **state)
{
	fake_xe_make(xe, A, XE_6_17, XE_QUOTAS);
	crash_everywhere(&crash, GPU_A "policy = best-effort\nvf 0-1 = small\n",
			 GPU_A "policy = fixed\nvf 0-2 = big\n");
	fake_xe_enable(xe, 0);
	fake_xe_make(xe, A, XE_6_19, XE_QUOTAS);
	crash_everywhere(&crash, GPU_A "vfs = 0\n", GPU_A "vf 0-2 = big\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(C30_killed_while_the_layout_changes),
		test(C30_killed_while_quotas_change_places),
		test(C30_killed_while_the_number_of_vfs_changes),
		test(C30_killed_while_vfs_come_and_go),
		test(C30_killed_on_kernels_that_take_no_preset_quotas),
		test(C30_killed_where_quotas_come_later),
	};

	return cmocka_run_group_tests_name("xe, killed", tests, NULL, NULL);
}
