// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody sees or touches what is not his: each of the simulator's checks is
 * shown able to fail, and then that gpuvf does not make it fail.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000, 5000 };

static uint64_t counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key);
}

static void set_register(unsigned int where, uint32_t val)
{
	unsigned int iov = gpu_capability(gpu, GPUVF_IOV_VSEC_ID);

	assert_int_not_equal(iov, 0);
	assert_ok(gpu_config_write(gpu, iov + where, val));
}

static void clear_behind_the_drivers_back(const struct extent *extent)
{
	unsigned int sim = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);

	assert_int_not_equal(sim, 0);
	assert_ok(gpu_config_write(gpu, sim + GPUVF_SIM_CLEAR_START,
				   extent->start / GRANULE));
	assert_ok(gpu_config_write(gpu, sim + GPUVF_SIM_CLEAR_COUNT, 1));
	assert_ok(gpu_config_write(gpu, sim + GPUVF_SIM_CLEAR_CONTROL,
				   GPUVF_SIM_CLEAR_GO));
}

/* every check can fail: what is planted is counted */

static void plant_overlap_is_seen(void)
{
	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	assert_u64(counted("violations"), 0);
	assert_ok(file_write(gpu_sim(gpu, "plant"), "overlap 0 1"));
	assert_eventually(counted("overlaps") > 0);
	assert_eventually(counted("foreign_writes") > 0);
	assert_eventually(counted("leftover_reads") > 0);
	assert_true(counted("violations") > 0);
}

static void plant_memory_not_cleared_is_seen(void)
{
	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_ok(file_write(gpu_sim(gpu, "plant"), "dirty 0"));
	load_busy(gpu, 0, 100);
	assert_u64(counted("dirty_starts"), 1);
	assert_u64(counted("leftover_reads"), 1);
}

static void plant_moved_extent_is_seen(void)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_true(gpu_table(gpu, &table));
	set_register(GPUVF_IOV_VF_FB(0), 0);
	assert_u64(counted("moved_while_live"), 1);
	/* of one that has no state it is no violation */
	set_register(GPUVF_IOV_VF_FB(1), 0);
	assert_u64(counted("moved_while_live"), 1);
}

static void plant_clearing_under_a_guest_is_seen(void)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_true(gpu_table(gpu, &table));
	clear_behind_the_drivers_back(&table.vf[0]);
	assert_u64(counted("clear_live"), 1);
}

static void plant_bad_context_area_is_seen(void)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	assert_u64(counted("bad_context"), 0);
	assert_true(gpu_table(gpu, &table));
	/* into VF 0's extent */
	set_register(GPUVF_IOV_CNTXT, 1 | (table.vf[0].start /
		     GPUVF_IOV_CNTXT_UNIT) << 10);
	assert_eventually(counted("bad_context") > 0);
}

static void plant_extent_in_the_reserve_is_seen(void)
{
	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	set_register(GPUVF_IOV_VF_FB(0), 1);
	load_busy(gpu, 0, 100);
	assert_true(counted("overlaps") > 0);
}

/* by hand, since the driver would never do it: while it has nothing to do */
static void plant_context_not_cleared_is_seen(void)
{
	const unsigned int vf = GPUVF_FCN_VF(0);

	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_ok(gpu_guest(gpu, 0, "idle"));
	/* its turn is over when its state is saved */
	assert_eventually(gpu_truth_vf_is(gpu, 0, "state", "save"));
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_SHUTDOWN_GPU, vf), 0);
	assert_u64(counted("dirty_contexts"), 0);
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_INIT_GPU, vf), 0);
	assert_u64(counted("dirty_contexts"), 1);
	assert_u64(counted("dirty_starts"), 1);
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_RUN_GPU, vf), 0);
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_IDLE_GPU, vf), 0);
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_SAVE_GPU_STATE, vf), 0);
	assert_u64(counted("illegal"), 0);
}

static void plant_illegal_commands_are_seen(void)
{
	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* RUN of one that was never started */
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(0)),
			 GPUVF_STATUS_ABORTED);
	assert_u64(counted("illegal"), 1);
	/* a VF that is not enabled */
	assert_int_equal(gpu_command(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(3)),
			 GPUVF_STATUS_UNSUPPORTED);
	assert_u64(counted("bad_function"), 1);
	assert_int_equal(gpu_command(gpu, 0xf, GPUVF_FCN_VF(0)),
			 GPUVF_STATUS_UNSUPPORTED);
	assert_u64(counted("illegal"), 3);
}

/* and now without planting: the fixture checks that nothing was counted */

static void C16_foreign_memory_is_out_of_reach(void)
{
	struct table table;
	uint64_t before;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	assert_true(gpu_table(gpu, &table));
	before = gpu_truth_vf(gpu, 1, "blocked_touches");
	/* its own first and last byte, and those beside them */
	assert_ok(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
			      (unsigned long long)table.vf[1].start));
	assert_ok(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
			      (unsigned long long)(table.vf[1].start +
						   table.vf[1].size - 1)));
	assert_error(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)table.vf[1].start - 1),
		     -EFAULT);
	assert_error(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)(table.vf[1].start +
						      table.vf[1].size)),
		     -EFAULT);
	assert_error(file_write(gpu_sim(gpu, "vf1/touch"), "0"), -EFAULT);
	assert_error(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)table.context.start),
		     -EFAULT);
	assert_u64(gpu_truth_vf(gpu, 1, "blocked_touches"), before + 4);
}

static void C25_memory_is_cleared_before_the_next_tenant(void)
{
	unsigned int round;
	uint64_t cleared;

	for (round = 0; round < 2; round++) {
		load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
		load_busy(gpu, 0, 100);
		cleared = counted("granules_cleared");
		assert_ok(gpu_set_numvfs(gpu, 0));
		fixture_wait_clean(gpu);
		assert_u64(counted("granules_cleared"),
			   cleared + 512 * MIB / GRANULE);
	}
}

static void C25_clean_through_other_sizes_with_busy_guests(void)
{
	static const unsigned int nums[] = { 3, 1, 2 };
	unsigned int i, k;

	for (i = 0; i < 3; i++) {
		assert_ok(gpu_set_numvfs(gpu, nums[i]));
		for (k = 0; k < nums[i]; k++)
			load_busy(gpu, k, 100);
		/* away in the middle of somebody's slice */
		assert_ok(gpu_set_numvfs(gpu, 0));
	}
	assert_u64(counted("dirty_starts"), 0);
}

static void C25_clean_after_a_reload_of_the_module(void)
{
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_ok(gpu_set_numvfs(gpu, 0));
	/* at once, before all is cleared that the tenant left */
	nl_close(fx.nl);
	fx.nl = NULL;
	assert_ok(module_unload("gpuvf"));
	assert_ok(module_load("gpuvf", ""));
	fx.nl = nl_open();
	assert_ok(nl_family(fx.nl));
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
}

static void C13_vf_reset_clears_its_own_and_nobody_elses(void)
{
	uint64_t epoch[3], cleared, resets;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	for (i = 0; i < 3; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	cleared = counted("granules_cleared");
	resets = counted("resets");
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	/* a new life for VF 1, on memory that was cleared for it */
	assert_eventually(gpu_truth_vf(gpu, 1, "epoch") == epoch[1] + 1);
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	assert_u64(counted("granules_cleared"),
		   cleared + 512 * MIB / GRANULE);
	assert_u64(gpu_truth_vf(gpu, 0, "epoch"), epoch[0]);
	assert_u64(gpu_truth_vf(gpu, 2, "epoch"), epoch[2]);
	assert_u64(counted("resets"), resets);
}

/* VF 1 ran and is reset, and its extent cannot be scrubbed; then all VFs go */
static void lose_memory(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	assert_ok(gpu_guest(gpu, 1, "off"));
	/* first its context slot is scrubbed, then its memory */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "2"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	assert_eventually(file_is(gpu_sim(gpu, "fail_clear"), "0"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

/* three VFs go, and the context slot of VF 1 cannot be scrubbed */
static void lose_a_context(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	/* slots come first, in ascending order */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "2"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	assert_true(file_is(gpu_sim(gpu, "fail_clear"), "0"));
}

/* by the configuration: what is withheld is in no table */
static struct extent vf_extent(unsigned int vf)
{
	struct extent extent = {
		file_u64(gpu_sysfs(gpu, "vf%u/fb_offset", vf)),
		file_u64(gpu_sysfs(gpu, "vf%u/fb_quota", vf)),
	};

	return extent;
}

static void C25_what_cannot_be_cleared_is_withheld(void)
{
	struct extent hole, now;
	uint64_t epoch;

	fixture_spoil();	/* withheld for good: only a reload helps */
	lose_memory();
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/withheld")), 512 * MIB);
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	hole = vf_extent(1);
	epoch = gpu_truth_vf(gpu, 1, "epoch");

	/* the others go on, and it does not start */
	assert_ok(gpu_set_numvfs(gpu, 3));
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	assert_true(gpu_vf_is(gpu, 0, "active"));
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	assert_true(gpu_vf_is(gpu, 2, "active"));
	assert_u64(gpu_truth_vf(gpu, 1, "epoch"), epoch);

	/* with another size it is put where it can run; the hole stays */
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"));
	now = vf_extent(1);
	assert_true(now.start + now.size <= hole.start ||
		    now.start >= hole.start + hole.size);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/withheld")), 512 * MIB);
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	assert_u64(counted("violations"), 0);
	assert_u64(counted("illegal"), 0);
}

static void C25_saved_state_is_cleared_before_it_is_used(void)
{
	fixture_spoil();
	lose_a_context();
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/withheld")), 0);
	assert_ok(gpu_set_numvfs(gpu, 3));
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	/* the second time clearing works: it starts, and not before */
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	assert_u64(counted("dirty_contexts"), 0);
	assert_u64(counted("violations"), 0);
}

static const struct test tests[] = {
	TEST(plant_overlap_is_seen),
	SLOW_TEST(plant_memory_not_cleared_is_seen),
	SLOW_TEST(plant_moved_extent_is_seen),
	SLOW_TEST(plant_clearing_under_a_guest_is_seen),
	SLOW_TEST(plant_bad_context_area_is_seen),
	SLOW_TEST(plant_extent_in_the_reserve_is_seen),
	SLOW_TEST(plant_context_not_cleared_is_seen),
	SLOW_TEST(plant_illegal_commands_are_seen),
	SLOW_TEST(C16_foreign_memory_is_out_of_reach),
	TEST(C25_memory_is_cleared_before_the_next_tenant),
	SLOW_TEST(C25_clean_through_other_sizes_with_busy_guests),
	SLOW_TEST(C25_clean_after_a_reload_of_the_module),
	SLOW_TEST(C13_vf_reset_clears_its_own_and_nobody_elses),
	SLOW_TEST(C25_what_cannot_be_cleared_is_withheld),
	SLOW_TEST(C25_saved_state_is_cleared_before_it_is_used),
};

int main(void)
{
	return SUITE_RUN("isolation",
			 "total_vfs=4 fb_mib=4096 clear_us_per_granule=100",
			 tests);
}
