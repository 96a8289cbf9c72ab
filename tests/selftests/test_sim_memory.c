// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU's memory, without gpuvf: what VFs reach of it, and what is in it.
 */

#include <linux/pci_regs.h>

#include "sim.h"

#define WORKING	(GPUVF_ACTIVE_ACTIVE | GPUVF_SIM_VF_STATE_WORK)

TEST_F(sim, doorbell_is_work)
{
	ASSERT_EQ(GPUVF_ACTIVE_IDLE, hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE));
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 2000000);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 1000000);
	ASSERT_EQ(3000000, hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(0, hw_vf_get(gpu, 0, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(1 << 1, hw_sch_get(gpu, GPUVF_SCH_VM_BUSY));
	ASSERT_EQ(GPUVF_IOV_INTR_BUSY_CHANGE,
		  hw_iov_get(gpu, GPUVF_IOV_INTR_STATUS));
	ASSERT_EQ(GPUVF_SIM_VF_STATE_WORK,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE));
	hw_start(gpu, 1);
	ASSERT_EQ(WORKING, hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE));
	ASSERT_EVENTUALLY(!hw_sch_get(gpu, GPUVF_SCH_VM_BUSY));
	ASSERT_EQ(0, hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(GPUVF_ACTIVE_ACTIVE, hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE));
	/* exactly so long a function with work executed */
	ASSERT_EQ(3000000ULL * US, counted("work_ns"));
	/* a reset drops what is left */
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 50000000);
	flr(1);
	ASSERT_EQ(0, hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(0, hw_sch_get(gpu, GPUVF_SCH_VM_BUSY));
}

static uint32_t window(unsigned int vf, uint64_t offset)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_LO, offset);
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_HI, offset >> 32);
	return hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_DATA);
}

static void check_window(unsigned int vf, uint64_t offset, uint32_t data,
			 uint32_t status)
{
	ASSERT_EQ(data, window(vf, offset));
	ASSERT_EQ(status, hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_STATUS));
}

TEST_F(sim, window_ends_at_the_vfs_own_memory)
{
	const uint32_t refused = GPUVF_SIM_WINDOW_REFUSED;
	uint64_t own = GIB + 4 * GRANULE;
	uint32_t mine;

	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	hw_start(gpu, 1);
	check_window(1, own, GPUVF_SIM_WINDOW_CLEARED, GPUVF_SIM_WINDOW_OK);
	mine = GPUVF_FCN_VF(1) | gpu_truth_vf(gpu, 1, "epoch") << 8;
	hw_vf(gpu, 1, GPUVF_SIM_VF_WINDOW_DATA, 1);
	check_window(1, own, mine, GPUVF_SIM_WINDOW_OK);
	check_window(1, own + 4 * GRANULE - 1, GPUVF_SIM_WINDOW_CLEARED,
		     GPUVF_SIM_WINDOW_OK);
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
	check_window(1, own - 1, ~0U, refused);
	check_window(1, own + 4 * GRANULE, ~0U, refused);
	check_window(1, 0, ~0U, refused);
	check_window(1, 4 * GIB, ~0U, refused);
	check_window(1, own + (1ULL << 32), ~0U, refused);
	hw_vf(gpu, 1, GPUVF_SIM_VF_WINDOW_DATA, 1);
	ASSERT_EQ(6, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(0, counted("violations"));
	/* a new tenant that was started on what the old one left */
	hw_leave(gpu, 1);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	hw_clear_context(gpu, 1);
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 1));
	ASSERT_EQ(1, counted("dirty_starts"));
	check_window(1, own, mine, GPUVF_SIM_WINDOW_OK);
	ASSERT_EQ(1, counted("leftover_reads"));
}

TEST_F(sim, memory_enable_of_vfs_is_the_pfs)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	uint64_t own = GIB + 4 * GRANULE;
	uint32_t ctrl;

	hw_vf_config(gpu, 1, PCI_COMMAND,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	ASSERT_EQ(PCI_COMMAND_MASTER,
		  hw_vf_config_get(gpu, 1, PCI_COMMAND) & 0xffff);
	while (PCI_EXT_CAP_ID(gpu_config_read(gpu, where)) !=
	       PCI_EXT_CAP_ID_SRIOV)
		where = PCI_EXT_CAP_NEXT(gpu_config_read(gpu, where));
	ctrl = gpu_config_read(gpu, where + PCI_SRIOV_CTRL);
	ASSERT_TRUE(ctrl & PCI_SRIOV_CTRL_MSE);

	/* through its BAR a VF writes without executing */
	hw_clear(gpu, GIB / GRANULE + 4, 4);
	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	hw_vf(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA, 1);
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS));
	ASSERT_EQ(GPUVF_FCN_VF(1),
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff);
	ASSERT_OK(gpu_config_write(gpu, where + PCI_SRIOV_CTRL,
				   ctrl & ~PCI_SRIOV_CTRL_MSE));
	ASSERT_EQ(~0U, hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA));
	ASSERT_EQ(GPUVF_SIM_WINDOW_NO_DECODE,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS));
	ASSERT_OK(gpu_config_write(gpu, where + PCI_SRIOV_CTRL, ctrl));
	ASSERT_EQ(0, counted("leftover_reads"));

	/* after an FLR it is another tenant */
	flr(1);
	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	ASSERT_EQ(GPUVF_FCN_VF(1),
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff);
	ASSERT_EQ(1, counted("leftover_reads"));
}

TEST_F(sim, reading_all_registers_is_no_access_to_memory)
{
	unsigned int where;

	flr(1);
	for (where = 0; where < PCI_CFG_SPACE_EXP_SIZE; where += 4)
		hw_vf_config_get(gpu, 1, where);
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(0, counted("leftover_reads"));
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS));
	/* an offset that was written opens it */
	check_window(1, 0, ~0U, GPUVF_SIM_WINDOW_REFUSED);
	ASSERT_EQ(1, counted_vf(1, "blocked_touches"));
}

TEST_F(sim, moved_context_slots_are_dirty)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	hw_clear(gpu, GIB / GRANULE, 4);
	hw_clear_context(gpu, 0);
	/* written again, at the same place, and then at another */
	hw_iov(gpu, GPUVF_IOV_CNTXT, hw_iov_get(gpu, GPUVF_IOV_CNTXT));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	hw_leave(gpu, 0);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	ASSERT_EQ(0, counted("dirty_contexts"));
	hw_clear(gpu, GIB / GRANULE, 4);
	hw_clear_context(gpu, 0);
	hw_iov(gpu, GPUVF_IOV_CNTXT,
	       hw_iov_get(gpu, GPUVF_IOV_CNTXT) + (1 << 16));
	ASSERT_EQ(0, counted("moved_while_live"));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(1, counted("dirty_contexts"));
}

/* @first: granule where the context save area begins */
static void set_context(unsigned int first)
{
	hw_iov(gpu, GPUVF_IOV_CNTXT,
	       (uint32_t)(first * (GRANULE / GPUVF_IOV_CNTXT_UNIT)) << 10 | 1);
}

/* what SAVE writes is content of the framebuffer, like any other */
TEST_F(sim, saved_contexts_are_seen_where_they_were)
{
	uint64_t own = GIB + 4 * GRANULE;
	uint32_t place = hw_iov_get(gpu, GPUVF_IOV_CNTXT);

	/* a place that was scrubbed, and is behind all extents */
	hw_clear(gpu, 3 * GIB / GRANULE, 1);
	hw_clear(gpu, own / GRANULE, 4);
	set_context(3 * GIB / GRANULE);
	hw_clear_context(gpu, 0);
	hw_clear_context(gpu, 1);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	ASSERT_EQ(0, counted("violations"));

	/* it moves away, and its place becomes VF 1's, unscrubbed */
	hw_iov(gpu, GPUVF_IOV_CNTXT, place);
	hw_clear_context(gpu, 1);
	hw_iov(gpu, GPUVF_IOV_VF_FB(1), 3 * GIB / GRANULE << 16 | 1);
	ASSERT_EQ(~0U, window(1, 3 * GIB));
	ASSERT_EQ(GPUVF_FCN_VF(0),
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff);
	ASSERT_EQ(1, counted("leftover_reads"));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(1, counted("dirty_starts"));

	/* once it is scrubbed there is nothing wrong with it */
	flr(1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_clear(gpu, 3 * GIB / GRANULE, 1);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(1, counted("dirty_starts"));
	ASSERT_EQ(0, counted("foreign_writes"));
	/* and nothing is saved into an extent unnoticed */
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	set_context(3 * GIB / GRANULE);
	hw_clear_context(gpu, 0);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(1, counted("foreign_writes"));
}

/* the parameter can be written while the engine is at work, whatever it is */
TEST_F(sim, progress_of_clearing_at_any_speed)
{
	static const char path[] =
		"/sys/module/gpuvf_sim/parameters/clear_us_per_granule";

	/* 1000 times that is 2^39: its low half is zero */
	ASSERT_OK(file_write(path, "536870912"));
	hw_sim(gpu, GPUVF_SIM_CLEAR_START, GIB / GRANULE);
	hw_sim(gpu, GPUVF_SIM_CLEAR_COUNT, 4);
	hw_sim(gpu, GPUVF_SIM_CLEAR_CONTROL, GPUVF_SIM_CLEAR_GO);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_CLEAR_PROGRESS));
	ASSERT_OK(file_write(path, "1"));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_CLEAR_PROGRESS));
	hw_sim(gpu, GPUVF_SIM_CLEAR_CONTROL, GPUVF_SIM_CLEAR_ABORT);
	ASSERT_EQ(GPUVF_SIM_CLEAR_ST_ABORTED,
		  hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS));
}

TEST_HARNESS_MAIN
