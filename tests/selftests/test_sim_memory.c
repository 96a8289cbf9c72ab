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

/* where there is no SHUTDOWN, an FLR has to */
static void end_state(unsigned int vf)
{
	if (module_is_v1())
		flr(vf);
	else
		ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, vf));
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
	uint64_t own = GIB + 4 * UNIT;
	uint32_t mine;

	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	hw_start(gpu, 1);
	check_window(1, own, GPUVF_SIM_WINDOW_SCRUBBED, GPUVF_SIM_WINDOW_OK);
	mine = GPUVF_FCN_VF(1) | gpu_truth_vf(gpu, 1, "epoch") << 8;
	hw_vf(gpu, 1, GPUVF_SIM_VF_WINDOW_DATA, 1);
	check_window(1, own, mine, GPUVF_SIM_WINDOW_OK);
	check_window(1, own + 4 * UNIT - 1, GPUVF_SIM_WINDOW_SCRUBBED,
		     GPUVF_SIM_WINDOW_OK);
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
	check_window(1, own - 1, ~0U, refused);
	check_window(1, own + 4 * UNIT, ~0U, refused);
	check_window(1, 0, ~0U, refused);
	check_window(1, 4 * GIB, ~0U, refused);
	check_window(1, own + (1ULL << 32), ~0U, refused);
	hw_vf(gpu, 1, GPUVF_SIM_VF_WINDOW_DATA, 1);
	ASSERT_EQ(6, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(0, counted("violations"));
	/* a new tenant that was started on what the old one left */
	hw_leave(gpu, 1);
	end_state(1);
	hw_clear_context(gpu, 1);
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 1));
	ASSERT_EQ(1, counted("unscrubbed_starts"));
	check_window(1, own, mine, GPUVF_SIM_WINDOW_OK);
	ASSERT_EQ(1, counted("leftover_reads"));
}

TEST_F(sim, memory_enable_of_vfs_is_the_pfs)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	uint64_t own = GIB + 4 * UNIT;
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
	hw_clear(gpu, GIB / UNIT + 4, 4);
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
	end_state(0);
	hw_clear(gpu, GIB / UNIT, 4);
	hw_clear_context(gpu, 0);
	/* written again, at the same place, and then at another */
	hw_set_context(gpu, hw_context(gpu));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	hw_leave(gpu, 0);
	end_state(0);
	ASSERT_EQ(0, counted("unscrubbed_contexts"));
	hw_clear(gpu, GIB / UNIT, 4);
	hw_clear_context(gpu, 0);
	hw_set_context(gpu, hw_context(gpu) + (1 << 16));
	ASSERT_EQ(0, counted("moved_while_live"));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(1, counted("unscrubbed_contexts"));
}

/* @first: unit where the context save area begins */
static void set_context(unsigned int first)
{
	hw_set_context(gpu, (uint32_t)(first * (UNIT / GPUVF_IOV_CNTXT_UNIT))
			    << 10 | 1);
}

/* what SAVE writes is content of the framebuffer, like any other */
TEST_F(sim, saved_contexts_are_seen_where_they_were)
{
	uint64_t own = GIB + 4 * UNIT;
	uint32_t place = hw_context(gpu);

	/* a place that was scrubbed, and is behind all extents */
	hw_clear(gpu, 3 * GIB / UNIT, 1);
	hw_clear(gpu, own / UNIT, 4);
	set_context(3 * GIB / UNIT);
	hw_clear_context(gpu, 0);
	hw_clear_context(gpu, 1);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	end_state(0);
	ASSERT_EQ(0, counted("violations"));

	/* it moves away, and its place becomes VF 1's, unscrubbed */
	hw_set_context(gpu, place);
	hw_clear_context(gpu, 1);
	hw_set_extent(gpu, 1, 3 * GIB / UNIT, 1);
	ASSERT_EQ(~0U, window(1, 3 * GIB));
	ASSERT_EQ(GPUVF_FCN_VF(0),
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff);
	ASSERT_EQ(1, counted("leftover_reads"));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(1, counted("unscrubbed_starts"));

	/* once it is scrubbed there is nothing wrong with it */
	flr(1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_clear(gpu, 3 * GIB / UNIT, 1);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(1, counted("unscrubbed_starts"));
	ASSERT_EQ(0, counted("foreign_writes"));
	/* and nothing is saved into an extent unnoticed */
	end_state(1);
	set_context(3 * GIB / UNIT);
	hw_clear_context(gpu, 0);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* nor the PF's state, which comes before INIT of v1 */
	ASSERT_EQ(module_is_v1() ? 2 : 1, counted("foreign_writes"));
}

/* the parameter can be written while the engine is at work, whatever it is */
TEST_F(sim, progress_of_clearing_at_any_speed)
{
	static const char path[] =
		"/sys/module/gpuvf_sim/parameters/scrub_us_per_unit";

	/* 1000 times that is 2^39: its low half is zero */
	ASSERT_OK(file_write(path, "536870912"));
	hw_sim(gpu, GPUVF_SIM_SCRUB_START, GIB / UNIT);
	hw_sim(gpu, GPUVF_SIM_SCRUB_COUNT, 4);
	hw_sim(gpu, GPUVF_SIM_SCRUB_CONTROL, GPUVF_SIM_SCRUB_GO);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_SCRUB_PROGRESS));
	ASSERT_OK(file_write(path, "1"));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_SCRUB_PROGRESS));
	hw_sim(gpu, GPUVF_SIM_SCRUB_CONTROL, GPUVF_SIM_SCRUB_ABORT);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_ABORTED,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
}

/* content: of the PF's port in the whole framebuffer, of a VF's in its own */

/*
 * hw_sim() looks for the capability, and reads all of configuration space for that, which
 * moves the port on.
 */
static unsigned int pf_where(unsigned int reg)
{
	static int capability;

	if (!capability)
		capability = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);
	ASSERT_LT(0, capability);
	return capability + reg;
}

static uint32_t pf_get(unsigned int reg)
{
	return gpu_config_read(gpu, pf_where(reg));
}

static void pf_set(unsigned int reg, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, pf_where(reg), val));
}

static void pf_seek(uint64_t offset)
{
	pf_set(GPUVF_SIM_FB_LO, offset);
	pf_set(GPUVF_SIM_FB_HI, offset >> 32);
}

static uint32_t pf_read(uint64_t offset)
{
	pf_seek(offset);
	return pf_get(GPUVF_SIM_FB_DATA);
}

static void pf_write(uint64_t offset, uint32_t val)
{
	pf_seek(offset);
	pf_set(GPUVF_SIM_FB_DATA, val);
}

static void vf_seek(unsigned int vf, uint64_t offset)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_FB_LO, offset);
	hw_vf(gpu, vf, GPUVF_SIM_VF_FB_HI, offset >> 32);
}

static uint32_t vf_read(unsigned int vf, uint64_t offset)
{
	vf_seek(vf, offset);
	return hw_vf_get(gpu, vf, GPUVF_SIM_VF_FB_DATA);
}

static void vf_write(unsigned int vf, uint64_t offset, uint32_t val)
{
	vf_seek(vf, offset);
	hw_vf(gpu, vf, GPUVF_SIM_VF_FB_DATA, val);
}

#define OWN	(GIB + 4 * UNIT)	/* VF 1's framebuffer */
#define SIZE	(4 * UNIT)
#define KIB	1024ULL

TEST_F(sim, content_is_what_the_other_side_wrote)
{
	unsigned int i;
	uint64_t reads;

	hw_clear(gpu, OWN / UNIT, 4);
	pf_seek(OWN + 64 * KIB);
	for (i = 0; i < 3; i++)
		pf_set(GPUVF_SIM_FB_DATA, 0xa0 + i);
	ASSERT_EQ((uint32_t)(OWN + 64 * KIB + 12),
		  pf_get(GPUVF_SIM_FB_LO));
	ASSERT_EQ(OWN >> 32, pf_get(GPUVF_SIM_FB_HI));
	vf_seek(1, 64 * KIB);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0xa0 + i, hw_vf_get(gpu, 1, GPUVF_SIM_VF_FB_DATA));
	ASSERT_EQ(0, hw_vf_get(gpu, 1, GPUVF_SIM_VF_FB_DATA));
	ASSERT_EQ(64 * KIB + 16, hw_vf_get(gpu, 1, GPUVF_SIM_VF_FB_LO));
	ASSERT_EQ(3, counted("mem_writes"));
	vf_write(1, 65 * KIB, ~0U);
	reads = gpu_truth(gpu, "gpu", "mem_reads");
	ASSERT_EQ(~0U, pf_read(OWN + 65 * KIB));
	ASSERT_EQ(reads + 1, gpu_truth(gpu, "gpu", "mem_reads"));
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
	/* the last dword below 4 GiB, and the first one above */
	pf_write(OWN, 1);
	pf_seek(4 * GIB - 4);
	pf_get(GPUVF_SIM_FB_DATA);
	ASSERT_EQ(0, pf_get(GPUVF_SIM_FB_LO));
	ASSERT_EQ(1, pf_get(GPUVF_SIM_FB_HI));
	ASSERT_EQ(0, pf_get(GPUVF_SIM_FB_DATA));
}

TEST_F(sim, content_is_at_both_ends_of_a_unit)
{
	static const struct {
		uint64_t offset;
		bool kept;
	} places[] = {
		{ 0, true },
		{ 256 * KIB - 4, true },
		{ 256 * KIB, false },
		{ UNIT - 64 * KIB - 4, false },
		{ UNIT - 64 * KIB, true },
		{ UNIT - 4, true },
		{ UNIT, true },
	};
	unsigned int i;

	hw_clear(gpu, OWN / UNIT, 4);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		pf_write(OWN + places[i].offset, 0x12345678);
		ASSERT_EQ(places[i].kept ? 0x12345678 : 0,
			  pf_read(OWN + places[i].offset));
	}
	/* there is no framebuffer at 4 GiB: nothing is kept there */
	pf_write(4 * GIB, 1);
	ASSERT_EQ(0, pf_read(4 * GIB));
	ASSERT_EQ(0, counted("mem_lost"));
}

TEST_F(sim, content_ends_with_what_the_vf_has)
{
	struct iov iov;

	hw_clear(gpu, OWN / UNIT, 4);
	pf_write(OWN - 4, 0x11);
	pf_write(OWN + SIZE, 0x22);
	ASSERT_EQ(0, vf_read(1, SIZE - 4));
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(~0U, vf_read(1, SIZE));
	ASSERT_EQ(~0U, vf_read(1, -4ULL));
	ASSERT_EQ(~0U, vf_read(1, 1ULL << 63));
	vf_write(1, SIZE, 0x33);
	vf_write(1, -4ULL, 0x33);
	ASSERT_EQ(5, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(0x11, pf_read(OWN - 4));
	ASSERT_EQ(0x22, pf_read(OWN + SIZE));
	/* without an extent there is nothing at all; v1 has always one */
	ASSERT_TRUE(gpu_iov(gpu, &iov));
	if (iov.less_one)
		return;
	hw_set_extent(gpu, 1, 0, 0);
	ASSERT_EQ(~0U, vf_read(1, 0));
	ASSERT_EQ(6, counted_vf(1, "blocked_touches"));
}

TEST_F(sim, content_goes_with_clearing_and_counts_as_left_over_without)
{
	hw_clear(gpu, OWN / UNIT, 4);
	pf_write(OWN + 64 * KIB, 0x55);
	ASSERT_EQ(0x55, vf_read(1, 64 * KIB));
	ASSERT_EQ(0, counted("leftover_reads"));
	/* what the PF left for one tenant is not for the next */
	flr(1);
	ASSERT_EQ(~0U, hw_vf_get(gpu, 1, GPUVF_SIM_VF_FB_DATA));
	ASSERT_EQ(0x55, vf_read(1, 64 * KIB));
	ASSERT_EQ(1, counted("leftover_reads"));
	/* also when something is written over a part of it */
	pf_write(OWN + 64 * KIB + 4, 0x66);
	ASSERT_EQ(0x66, vf_read(1, 64 * KIB + 4));
	ASSERT_EQ(2, counted("leftover_reads"));
	hw_clear(gpu, OWN / UNIT, 1);
	ASSERT_EQ(0, vf_read(1, 64 * KIB));
	pf_write(OWN + 64 * KIB, 0x77);
	ASSERT_EQ(0x77, vf_read(1, 64 * KIB));
	ASSERT_EQ(2, counted("leftover_reads"));
	/* nor is what it wrote itself, before */
	vf_write(1, 65 * KIB, 0x88);
	flr(1);
	ASSERT_EQ(0x88, vf_read(1, 65 * KIB));
	ASSERT_EQ(3, counted("leftover_reads"));
	ASSERT_EQ(0, counted_vf(1, "blocked_touches"));
}

TEST_F(sim, content_without_room_is_lost_and_counted)
{
	unsigned int page;

	hw_clear(gpu, 0, 4 * GIB / UNIT);
	for (page = 0; page < 512; page++)
		pf_write(page / 64 * UNIT + page % 64 * 4 * KIB, page + 1);
	ASSERT_EQ(0, counted("mem_lost"));
	pf_write(OWN, 1);
	ASSERT_EQ(1, counted("mem_lost"));
	ASSERT_EQ(0, pf_read(OWN));
	for (page = 0; page < 512; page++)
		ASSERT_EQ(page + 1, pf_read(page / 64 * UNIT +
					    page % 64 * 4 * KIB));
	/* zeros need none, and clearing makes some */
	pf_write(OWN, 0);
	ASSERT_EQ(1, counted("mem_lost"));
	hw_clear(gpu, 0, 1);
	pf_write(OWN, 1);
	ASSERT_EQ(1, pf_read(OWN));
	ASSERT_EQ(1, counted("mem_lost"));
	hw_clear(gpu, 0, 4 * GIB / UNIT);
}

/* 1 MiB of the unit at which VF 1 begins; VF 0 and VF 2 begin at multiples of 64 MiB */
TEST_F(sim, what_firmware_keeps_is_nothing_for_vfs)
{
	load("generation=v3 " PARAMETERS
	     " fb_align_mib=64 reserved_mib=1100,1,4095,1");
	ASSERT_EQ(64, hw_sim_get(gpu, GPUVF_SIM_FB_ALIGN));
	ASSERT_EQ(1100, hw_sim_get(gpu, GPUVF_SIM_RESERVED(0)));
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_RESERVED(0) + 4));
	ASSERT_EQ(4095, hw_sim_get(gpu, GPUVF_SIM_RESERVED(1)));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_RESERVED(2) + 4));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_clear(gpu, 69, 3);
	ASSERT_EQ(0, counted("violations"));
	hw_clear(gpu, 68, 1);
	ASSERT_EQ(1, counted("scrub_live"));
	hw_clear(gpu, 255, 1);
	ASSERT_EQ(2, counted("scrub_live"));
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(3, counted("scrub_live"));
	ASSERT_NE(0, counted("overlaps"));
	/* not at a multiple of the alignment; hw_start() clears where it was before */
	load("generation=v3 " PARAMETERS " fb_align_mib=64");
	hw_set_extent(gpu, 2, 73, 3);
	hw_start(gpu, 2);
	ASSERT_NE(0, counted("overlaps"));
	hw_leave(gpu, 2);
	/* saved contexts */
	load("generation=v3 " PARAMETERS " reserved_mib=1216,1");
	hw_start(gpu, 0);
	ASSERT_NE(0, counted("bad_context"));
	ASSERT_EQ(0, counted("overlaps"));
}

/* FB_AVAILABLE cannot say it, and what FB_CONSUMED says then is of no use */
TEST_F(sim, framebuffer_can_be_larger_than_16_bits_of_mib)
{
	load("generation=v3 total_vfs=4 fb_mib=131072 scrub_us_per_unit=1");
	ASSERT_EQ(131072, hw_sim_get(gpu, GPUVF_SIM_MEMSIZE));
	ASSERT_EQ(65535, hw_iov_get(gpu, GPUVF_IOV_FB_AVAILABLE) & 0xffff);
	hw_set_context(gpu, 1 | 60 * (UNIT / GPUVF_IOV_CNTXT_UNIT) << 10);
	hw_set_extent(gpu, 0, 8188, 4);
	hw_clear(gpu, 8188, 4);
	hw_clear_context(gpu, 0);
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	check_window(0, 131072 * MIB - 1, GPUVF_SIM_WINDOW_SCRUBBED,
		     GPUVF_SIM_WINDOW_OK);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	pause_ms(2);
	hw_leave(gpu, 0);
	ASSERT_EQ(0, counted("violations"));
	/* behind the end, and in the PF's part, which ends where contexts begin */
	hw_set_extent(gpu, 1, 8191, 2);
	hw_start(gpu, 1);
	ASSERT_EQ(2, counted("overlaps"));
	hw_leave(gpu, 1);
	hw_set_extent(gpu, 2, 59, 1);
	hw_start(gpu, 2);
	ASSERT_EQ(3, counted("overlaps"));
	load("generation=v3 total_vfs=4 fb_mib=65535");
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MEMSIZE));
	ASSERT_EQ(65535, hw_iov_get(gpu, GPUVF_IOV_FB_AVAILABLE) & 0xffff);
}

TEST_HARNESS_MAIN
