// SPDX-License-Identifier: GPL-2.0
/*
 * No VF sees or touches what is not its own: each of the simulator's checks is
 * shown able to fail, and then that gpuvf does not make it fail.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>
#include "selftest.h"
#include "hw.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000, 5000 };

static uint64_t counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key);
}

static void clear_behind_the_drivers_back(const struct extent *extent)
{
	unsigned int sim = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);

	ASSERT_NE(0, sim);
	ASSERT_OK(gpu_config_write(gpu, sim + GPUVF_SIM_SCRUB_START,
				   extent->start / UNIT));
	ASSERT_OK(gpu_config_write(gpu, sim + GPUVF_SIM_SCRUB_COUNT, 1));
	ASSERT_OK(gpu_config_write(gpu, sim + GPUVF_SIM_SCRUB_CONTROL,
				   GPUVF_SIM_SCRUB_GO));
}

/* every check can fail: what is planted is counted */

MODULES_FIXTURE(isolation, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

TEST_F(isolation, plant_overlap_is_seen)
{
	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "overlap 0 1"));
	ASSERT_EVENTUALLY(counted("overlaps") > 0);
	ASSERT_EVENTUALLY(counted("foreign_writes") > 0);
	ASSERT_EVENTUALLY(counted("leftover_reads") > 0);
	ASSERT_LT(0, counted("violations"));
}

TEST_F(isolation, plant_memory_not_cleared_is_seen)
{
	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "unscrubbed 0"));
	load_busy(gpu, 0, 100);
	ASSERT_EQ(1, counted("unscrubbed_starts"));
	ASSERT_EQ(1, counted("leftover_reads"));
}

TEST_F(isolation, plant_moved_extent_is_seen)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_TRUE(gpu_table(gpu, &table));
	hw_set_extent(gpu, 0, 0, 0);
	ASSERT_EQ(1, counted("moved_while_live"));
	/* of one that has no state it is no violation */
	hw_set_extent(gpu, 1, 0, 0);
	ASSERT_EQ(1, counted("moved_while_live"));
}

TEST_F(isolation, plant_clearing_under_a_guest_is_seen)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_TRUE(gpu_table(gpu, &table));
	clear_behind_the_drivers_back(&table.vf[0]);
	ASSERT_EQ(1, counted("scrub_live"));
}

TEST_F(isolation, plant_bad_context_area_is_seen)
{
	struct table table;

	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EQ(0, counted("bad_context"));
	ASSERT_TRUE(gpu_table(gpu, &table));
	/* into VF 0's extent */
	hw_set_context(gpu, 1 | (table.vf[0].start / GPUVF_IOV_CNTXT_UNIT)
			    << 10);
	ASSERT_EVENTUALLY(counted("bad_context") > 0);
}

TEST_F(isolation, plant_extent_in_the_reserve_is_seen)
{
	fixture_spoil();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	hw_set_extent(gpu, 0, 0, 1);
	load_busy(gpu, 0, 100);
	ASSERT_LT(0, counted("overlaps"));
}

/* by hand, since the driver would never do it: while it has nothing to do */
TEST_F(isolation, plant_context_not_cleared_is_seen)
{
	const unsigned int vf = GPUVF_FCN_VF(0);

	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	/* its turn is over when its state is saved */
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "save"));
	ASSERT_EQ(0, gpu_command(gpu, GPUVF_CMD_SHUTDOWN_GPU, vf));
	ASSERT_EQ(0, counted("unscrubbed_contexts"));
	ASSERT_EQ(0, gpu_command(gpu, GPUVF_CMD_INIT_GPU, vf));
	ASSERT_EQ(1, counted("unscrubbed_contexts"));
	ASSERT_EQ(1, counted("unscrubbed_starts"));
	ASSERT_EQ(0, gpu_command(gpu, GPUVF_CMD_RUN_GPU, vf));
	ASSERT_EQ(0, gpu_command(gpu, GPUVF_CMD_IDLE_GPU, vf));
	ASSERT_EQ(0, gpu_command(gpu, GPUVF_CMD_SAVE_GPU_STATE, vf));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(isolation, plant_illegal_commands_are_seen)
{
	/* a VF that load_rest() had to reset may have been lost to its user */
	unsigned int fcn = gpu_starts_all(gpu) ? GPUVF_FCN_PF : GPUVF_FCN_VF(0);

	fixture_spoil();
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_rest(gpu, 1);
	/* RUN of one that has loaded nothing */
	ASSERT_EQ(GPUVF_STATUS_ABORTED,
		  gpu_command(gpu, GPUVF_CMD_RUN_GPU, fcn));
	ASSERT_EQ(1, counted("illegal"));
	/* a VF that is not enabled */
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  gpu_command(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(3)));
	ASSERT_EQ(1, counted("bad_function"));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  gpu_command(gpu, 0xf, GPUVF_FCN_VF(0)));
	ASSERT_EQ(3, counted("illegal"));
}

/* and now without planting: the fixture checks that nothing was counted */

TEST_F(isolation, C16_foreign_memory_is_out_of_reach)
{
	struct table table;
	uint64_t before;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	ASSERT_TRUE(gpu_table(gpu, &table));
	before = gpu_truth_vf(gpu, 1, "blocked_touches");
	/* its own first and last byte, and those beside them */
	ASSERT_OK(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
			      (unsigned long long)table.vf[1].start));
	ASSERT_OK(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
			      (unsigned long long)(table.vf[1].start +
						   table.vf[1].size - 1)));
	ASSERT_ERROR(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)table.vf[1].start - 1),
		     -EFAULT);
	ASSERT_ERROR(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)(table.vf[1].start +
						      table.vf[1].size)),
		     -EFAULT);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "vf1/touch"), "0"), -EFAULT);
	ASSERT_ERROR(file_printf(gpu_sim(gpu, "vf1/touch"), "%llu",
				 (unsigned long long)table.context.start),
		     -EFAULT);
	ASSERT_EQ(before + 4, gpu_truth_vf(gpu, 1, "blocked_touches"));
}

TEST_F(isolation, C25_memory_is_cleared_before_the_next_tenant)
{
	unsigned int round;
	uint64_t cleared;

	for (round = 0; round < 2; round++) {
		load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
		load_busy(gpu, 0, 100);
		cleared = counted("units_scrubbed");
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		fixture_wait_clean(gpu);
		ASSERT_EQ(cleared + 512 * MIB / UNIT,
			  counted("units_scrubbed"));
	}
}

TEST_F(isolation, C25_clean_through_other_sizes_with_busy_guests)
{
	static const unsigned int nums[] = { 3, 1, 2 };
	unsigned int i, k;

	for (i = 0; i < 3; i++) {
		ASSERT_OK(gpu_set_numvfs(gpu, nums[i]));
		for (k = 0; k < nums[i]; k++)
			load_busy(gpu, k, 100);
		/* away in the middle of a slice */
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
	ASSERT_EQ(0, counted("unscrubbed_starts"));
}

TEST_F(isolation, C25_clean_after_a_reload_of_the_module)
{
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	/* at once, before all is cleared that the tenant left */
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
}

TEST_F(isolation, C13_vf_reset_clears_its_own_and_nobody_elses)
{
	uint64_t epoch[3], cleared, resets;
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	for (i = 0; i < 3; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	cleared = counted("units_scrubbed");
	resets = counted("resets");
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	/* a new life for VF 1, on memory that was cleared for it */
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") == epoch[1] + 1);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	ASSERT_EQ(cleared + 512 * MIB / UNIT, counted("units_scrubbed"));
	ASSERT_EQ(epoch[0], gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EQ(epoch[2], gpu_truth_vf(gpu, 2, "epoch"));
	ASSERT_EQ(resets, counted("resets"));
}

/* VF 1 ran and is reset, and its extent cannot be scrubbed; then all VFs go */
static void lose_memory(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "off"));
	/* first its context slot is scrubbed, then its memory */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	ASSERT_EVENTUALLY(file_is(gpu_sim(gpu, "fail_scrub"), "0"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

/* three VFs go, and the context slot of VF 1 cannot be scrubbed */
static void lose_a_context(void)
{
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 1, 100);
	/* slots come first, in ascending order */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_scrub"), "0"));
}

/* by the configuration: what is quarantined is in no table */
static struct extent vf_extent(unsigned int vf)
{
	struct extent extent = {
		file_u64(gpu_sysfs(gpu, "vf%u/fb_offset", vf)),
		file_u64(gpu_sysfs(gpu, "vf%u/fb_quota", vf)),
	};

	return extent;
}

TEST_F(isolation, C25_what_cannot_be_cleared_is_quarantined)
{
	struct extent hole, now;
	uint64_t epoch;

	fixture_spoil();	/* quarantined for good: only a reload helps */
	lose_memory();
	ASSERT_EQ(512 * MIB, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	hole = vf_extent(1);
	epoch = gpu_truth_vf(gpu, 1, "epoch");

	/* the others go on, and it does not start */
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "active"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	ASSERT_TRUE(gpu_vf_is(gpu, 2, "active"));
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 1, "epoch"));

	/* with another size it is put where it can run; the hole stays */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"));
	now = vf_extent(1);
	ASSERT_TRUE(now.start + now.size <= hole.start ||
		    now.start >= hole.start + hole.size);
	ASSERT_EQ(512 * MIB, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(isolation, C25_saved_state_is_cleared_before_it_is_used)
{
	fixture_spoil();
	lose_a_context();
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	/* the second time clearing works: it starts, and not before */
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	ASSERT_EQ(0, counted("unscrubbed_contexts"));
	ASSERT_EQ(0, counted("violations"));
}

TEST_HARNESS_MAIN
