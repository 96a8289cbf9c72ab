// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU as GPU-IOV v1, without gpuvf. Offsets are numbers here, so that the
 * register page is held to what the S7150 has.
 */

#define PARAMETERS	"generation=v1 total_vfs=4 fb_mib=4096 " \
			"scrub_us_per_unit=1 init_us=100"

#include <linux/pci_regs.h>

#include "sim.h"
#include "klog.h"

#define CMD		0x0c
#define STATUS		0x10
#define CNTXT		0x20
#define FB		0x24
#define TABLE		0x2c

/* a unit of the PF, at which the entries of all VFs without an extent point */
#define PARK		10

static uint32_t get(unsigned int reg)
{
	return hw_iov_get(gpu, reg);
}

static unsigned int base(void)
{
	return gpu_capability(gpu, GPUVF_IOV_VSEC_ID);
}

TEST_F(sim, capability_is_that_of_an_s7150)
{
	struct table table;

	ASSERT_EQ(0x06c10002, get(4));
	ASSERT_EQ(NUM << 16 | 1, get(8));
	ASSERT_EQ(4096 | 3072 << 16, get(FB));
	hw_iov(gpu, CNTXT, 0x00010001);
	ASSERT_EQ(0x00010001, get(CNTXT));
	/* the example of the page: 496 MiB at 32 MiB */
	hw_iov(gpu, TABLE + 4, 0x0002001e);
	ASSERT_EQ(0x0002001e, get(TABLE + 4));
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(32 * MIB, table.vf[1].start);
	ASSERT_EQ(496 * MIB, table.vf[1].size);
	ASSERT_EQ(16 * MIB, table.context.start);
	/* for the PF's own use, and nothing comes of it */
	hw_iov(gpu, 0x18, 0x5);
	hw_iov(gpu, 0x1c, 0x6);
	ASSERT_EQ(0x5, get(0x18));
	ASSERT_EQ(0x6, get(0x1c));
	/* the last entry, and nothing behind it */
	hw_iov(gpu, TABLE + 4 * 15, 0x00200001);
	ASSERT_EQ(0x00200001, get(TABLE + 4 * 15));
	hw_iov(gpu, TABLE + 4 * 16, 0x00200001);
	ASSERT_EQ(0, get(TABLE + 4 * 16));
}

TEST_F(sim, table_takes_dwords_only)
{
	uint32_t entry;

	hw_iov(gpu, TABLE, 0x00500003);
	hw_write16(gpu, base() + TABLE + 2, 0x60);
	ASSERT_EQ(0x00500003, get(TABLE));
	hw_write16(gpu, base() + TABLE, 0x7);
	ASSERT_EQ(0x00500003, get(TABLE));
	entry = get(TABLE + 4);
	hw_write16(gpu, base() + FB + 2, 1024);
	ASSERT_EQ(4096 | 1024 << 16, get(FB));
	ASSERT_EQ(entry, get(TABLE + 4));
}

TEST_F(sim, power_on_gives_each_vf_the_first_16_mib)
{
	struct table table;
	unsigned int i;

	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(gpu_table(gpu, &table));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, get(TABLE + 4 * i));
		ASSERT_EQ(0, table.vf[i].start);
		ASSERT_EQ(UNIT, table.vf[i].size);
	}
}

static void give(unsigned int code, uint32_t fcn, uint32_t status)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 slow 200000"));
	hw_iov(gpu, CMD, code | 0x10 | fcn << 8);
	ASSERT_EQ(code | 0x10 | fcn << 8, get(CMD));
	ASSERT_EQ(status, get(STATUS));
	ASSERT_EVENTUALLY(!(get(CMD) & 0x10));
	ASSERT_EQ(0, get(STATUS));
}

TEST_F(sim, status_names_the_command_that_executes)
{
	hw_clear(gpu, 64, 4);
	hw_clear_context(gpu, 0);
	hw_pf_state(gpu);
	give(7, 0x80, 0x15);
	give(4, 0x80, 0x14);
	give(8, 0x80, 0x16);
	give(9, 0x80, 0x17);
	give(1, 0x80, 0x11);
	give(2, 0x80, 0x12);
	give(3, 0x80, 0x13);
	ASSERT_TRUE(has_state(0, "load"));
	ASSERT_EQ(0, counted("illegal"));
	ASSERT_EQ(0, counted("violations"));
}

static int pf(unsigned int code)
{
	return hw_command(gpu, code, 0);
}

/* the PF is a function as VFs are, but for its INIT */
TEST_F(sim, the_pf_can_begin_once_more)
{
	ASSERT_EQ(GPUVF_STATUS_ABORTED, pf(3));
	ASSERT_EQ(0, pf(7));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, pf(7));
	ASSERT_EQ(0, pf(4));
	ASSERT_EQ(0, pf(1));
	/* the engine is taken */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(7, 0));
	ASSERT_EQ(0, counted("probes"));
	ASSERT_EQ(0, pf(2));
	ASSERT_EQ(0, pf(3));
	ASSERT_EQ(0, pf(4));
	ASSERT_EQ(0, pf(1));
	ASSERT_EQ(0, pf(2));
	ASSERT_EQ(0, pf(7));
	ASSERT_EQ(0, pf(4));
	ASSERT_EQ(0, pf(1));
	ASSERT_EQ(0, pf(2));
	ASSERT_EQ(3, counted("illegal"));
	/* a VF cannot: an FLR has to end its state first */
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(7, 0));
	ASSERT_EQ(4, counted("illegal"));
	flr(0);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(4, counted("illegal"));
}

TEST_F(sim, what_v1_has_not_is_refused)
{
	hw_start(gpu, 0);
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  hw_command(gpu, GPUVF_CMD_CONTEXT_SWITCH, 0x8080));
	hw_leave(gpu, 0);
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	/* an index has four bits */
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, hw_command(gpu, 3, 0x90));
	ASSERT_EQ(1, counted("bad_function"));
	ASSERT_EQ(3, counted("illegal"));
	ASSERT_TRUE(has_state(0, "save"));
}

TEST_F(sim, one_command_can_switch_where_that_is_asked_for)
{
	load(PARAMETERS " oneshot=1");
	ASSERT_EQ(GPUVF_SIM_FEATURE_SCRUB | GPUVF_SIM_FEATURE_ONESHOT,
		  hw_sim_get(gpu, GPUVF_SIM_ID) & 0xffff0000);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_switch(gpu, 1, 0));
	ASSERT_TRUE(has_state(0, "run"));
	ASSERT_TRUE(has_state(1, "save"));
}

/* no interrupts, busy bits, notices of FLRs or mailbox, whatever parameters say */
TEST_F(sim, nothing_is_reported)
{
	static const unsigned int regs[] = {
		GPUVF_SIM_INTR_ENABLE, GPUVF_SIM_INTR_STATUS, GPUVF_SIM_VF_FLR,
		GPUVF_SIM_MBOX + GPUVF_MBOX_INDEX, GPUVF_SIM_MBOX_RX,
	};
	unsigned int i, where;

	load(PARAMETERS " busy=1 flr=1 shutdown=1 mbox=1 msi=1 fb_align_mib=128");
	ASSERT_EQ(GPUVF_SIM_FEATURE_SCRUB,
		  hw_sim_get(gpu, GPUVF_SIM_ID) & 0xffff0000);
	where = gpu_config_read(gpu, PCI_CAPABILITY_LIST) & 0xff;
	while (where) {
		uint32_t header = gpu_config_read(gpu, where);

		ASSERT_NE(PCI_CAP_ID_MSI, header & 0xff);
		where = header >> 8 & 0xff;
	}
	hw_start(gpu, 1);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	hw_vf_send(gpu, 1, GPUVF_MBOX_REQ_INIT, 0);
	hw_leave(gpu, 1);
	flr(1);
	for (i = 0; i < sizeof(regs) / sizeof(*regs); i++) {
		hw_sim(gpu, regs[i], 3);
		ASSERT_EQ(0, hw_sim_get(gpu, regs[i]));
	}
	ASSERT_EQ(0, hw_vf_mbox(gpu, 1, GPUVF_MBOX_TRN(0)));
	/* there is nothing to acknowledge */
	hw_start(gpu, 1);
	ASSERT_EQ(0, counted("illegal"));
	ASSERT_EQ(0, counted("mail_interrupts"));
	ASSERT_EQ(0, counted("interrupts"));
	/* an extent may begin at any unit */
	ASSERT_EQ(0, counted("violations"));
}

/* a VF begins with what the engine's registers hold: the PF's state, or a tenant's */
TEST_F(sim, registers_of_another_vf_are_seen)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_clear(gpu, 68, 4);
	hw_clear_context(gpu, 1);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(1, counted("leftover_registers"));
	ASSERT_EQ(1, counted("violations"));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 1));
	hw_leave(gpu, 1);
	/* loading the PF's is enough; and those of power-on are nothing known */
	flr(1);
	hw_clear(gpu, 68, 4);
	ASSERT_EQ(0, pf(3));
	ASSERT_EQ(0, pf(4));
	ASSERT_EQ(0, pf(1));
	ASSERT_EQ(0, pf(2));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_EQ(1, counted("violations"));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 1));
	/* how a driver finds out that a VF has the engine */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, pf(3));
	ASSERT_EQ(1, counted("probes"));
	ASSERT_EQ(0, counted("illegal"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	hw_clear(gpu, 64, 4);
	hw_clear_context(gpu, 0);
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(2, counted("leftover_registers"));
}

/* what the PF had saved is not where it loads it from */
TEST_F(sim, pf_state_is_lost_where_the_context_area_moves)
{
	hw_pf_state(gpu);
	hw_set_context(gpu, hw_context(gpu) + (1 << 16));
	ASSERT_EQ(0, counted("violations"));
	hw_clear(gpu, 64, 4);
	hw_clear_context(gpu, 0);
	ASSERT_EQ(0, pf(3));
	ASSERT_EQ(0, pf(4));
	ASSERT_EQ(0, pf(1));
	ASSERT_EQ(0, pf(2));
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(1, counted("leftover_registers"));
	ASSERT_EQ(1, counted("violations"));
	flr(0);
	hw_start(gpu, 0);
	ASSERT_EQ(1, counted("violations"));
}

TEST_F(sim, hangs_are_those_of_the_card)
{
	static const struct {
		const char *how;
		uint32_t execute;
		uint32_t status;
	} hangs[] = {
		{ "1 hang_status", 0x10, 0x11 },
		{ "1 hang_silent", 0x10, 0 },
		{ "1 hang_scrub", 0, 0x0e },
		{ "1 hang_sdma", 0, 0x0f },
	};
	unsigned int i;

	for (i = 0; i < sizeof(hangs) / sizeof(*hangs); i++) {
		hw_start(gpu, 0);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
				     hangs[i].how));
		hw_iov(gpu, CMD, 0x8011);
		ASSERT_EVENTUALLY((get(CMD) & 0x10) == hangs[i].execute);
		ASSERT_EQ(hangs[i].status, get(STATUS));
		ASSERT_EQ(1, gpu_truth_vf(gpu, 0, "hung"));
		flr(0);
		ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "hung"));
	}
	ASSERT_EQ(0, counted("illegal"));
}

static void park(unsigned int vf)
{
	hw_set_extent(gpu, vf, PARK, 1);
}

/* the entries of parked VFs overlap, which is no harm until one of them runs */
TEST_F(sim, parked_vfs_share_an_extent)
{
	park(1);
	park(2);
	hw_start(gpu, 0);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	pause_ms(2);
	hw_leave(gpu, 0);
	ASSERT_EQ(0, counted("violations"));
	hw_clear(gpu, PARK, 1);
	ASSERT_EQ(0, counted("scrub_live"));
	/* another VF has it as well, and it is in the PF's part */
	hw_start(gpu, 1);
	ASSERT_EQ(2, counted("overlaps"));
}

static uint32_t aperture(unsigned int vf, unsigned int unit)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_LO, unit * UNIT);
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_HI, 0);
	return hw_vf_get(gpu, vf, GPUVF_SIM_VF_APERTURE_DATA);
}

/* what a parked VF accesses is what the table says, and counts as anything else does */
TEST_F(sim, parked_vfs_reach_the_park_extent_alone)
{
	park(1);
	park(2);
	hw_clear(gpu, PARK, 1);
	ASSERT_EQ(GPUVF_SIM_WINDOW_SCRUBBED, aperture(1, PARK) & 0xff);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(~0U, aperture(1, PARK + 1));
	ASSERT_EQ(GPUVF_SIM_WINDOW_REFUSED,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS));
	ASSERT_EQ(1, counted_vf(1, "blocked_touches"));
	ASSERT_EQ(~0U, aperture(1, 64));
	ASSERT_EQ(2, counted_vf(1, "blocked_touches"));
	/* what one leaves there another one can read */
	aperture(1, PARK);
	hw_vf(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA, 1);
	ASSERT_EQ(GPUVF_FCN_VF(1), aperture(1, PARK) & 0xff);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(GPUVF_FCN_VF(1), aperture(2, PARK) & 0xff);
	ASSERT_EQ(1, counted("leftover_reads"));
}

/* a VF that is not parked reads the PF's own memory */
TEST_F(sim, entries_of_power_on_are_the_pfs_memory)
{
	hw_set_extent(gpu, 1, 0, 0);
	ASSERT_NE(~0U, aperture(1, 0));
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK,
		  hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS));
	ASSERT_EQ(1, counted("leftover_reads"));
}

/* a VF whose extent is lost in a reset is given the PF's memory */
TEST_F(sim, a_lost_entry_is_not_empty)
{
	struct table table;

	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"), "vf_fb"));
	flr(0);
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(0, table.vf[0].start);
	ASSERT_EQ(UNIT, table.vf[0].size);
	/* registers that it has not cannot be lost */
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"), "quanta_pf"));
	flr(0);
	ASSERT_EQ(0x00440003, get(TABLE + 4));
	ASSERT_EQ(2, counted("injected"));
}

TEST_F(sim, scrub_engine_and_port_are_there)
{
	/* to look for the capability is to read the port, which moves on */
	unsigned int port = gpu_capability(gpu, GPUVF_SIM_VSEC_ID) +
			    GPUVF_SIM_FB_LO;

	hw_clear(gpu, 64, 2);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_DONE,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_EQ(2, counted("units_scrubbed"));
	ASSERT_OK(gpu_config_write(gpu, port, 64 * UNIT));
	ASSERT_OK(gpu_config_write(gpu, port + 4, 0));
	ASSERT_OK(gpu_config_write(gpu, port + 8, 0x1234));
	ASSERT_OK(gpu_config_write(gpu, port, 64 * UNIT));
	ASSERT_EQ(0x1234, gpu_config_read(gpu, port + 8));
}

/* one message each, with the value and what is allowed */
TEST_F(sim, bad_values_are_named)
{
	int log;

	ASSERT_OK(hw_unload(&the_gpu));
	log = klog_open();
	ASSERT_LE(0, log);
	ASSERT_ERROR(module_load("gpuvf_sim", "generation=v2"), -EINVAL);
	ASSERT_TRUE(klog_has(log, "generation=v2: must be v3, mi200 or v1"));
	ASSERT_ERROR(module_load("gpuvf_sim", "generation=v1 total_vfs=17"),
		     -EINVAL);
	ASSERT_TRUE(klog_has(log, "total_vfs=17: must be 1 to 16"));
	load("generation=v1 total_vfs=16 fb_mib=8190");
	ASSERT_EQ(8190, get(FB) & 0xffff);
	ASSERT_TRUE(file_is("/sys/module/gpuvf_sim/parameters/generation",
			    "v1"));
}

TEST_HARNESS_MAIN
