// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU with MI200's layout, without gpuvf. Offsets are numbers here, so
 * that the register page is held to what that GPU has.
 */

#define PARAMETERS	"generation=mi200 total_vfs=4 fb_mib=4096 " \
			"scrub_us_per_unit=1 init_us=100"

#include "sim.h"

#define INTR_STATUS	0x10
#define CNTXT		0x24
#define FB		0x28
#define SCHEDULERS	0x2c
#define TABLE		0x38
#define BLOCK		0x80

static uint32_t get(unsigned int reg)
{
	return hw_iov_get(gpu, reg);
}

TEST_F(sim, capability_is_that_of_mi200)
{
	struct table table;

	ASSERT_EQ(0x0a420002, get(4));
	ASSERT_EQ(4096 | 3072 << 16, get(FB));
	ASSERT_EQ(BLOCK >> 4 << 16, get(SCHEDULERS));
	hw_iov(gpu, CNTXT, 0x00010001);
	ASSERT_EQ(0x00010001, get(CNTXT));
	/* the size is in units, with no 1 taken off */
	hw_iov(gpu, TABLE + 4, 0x0002001e);
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(32 * MIB, table.vf[1].start);
	ASSERT_EQ(480 * MIB, table.vf[1].size);
	hw_iov(gpu, TABLE + 4, 0);
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(0, table.vf[1].size);
	hw_iov(gpu, TABLE + 4 * 15, 0x00200001);
	ASSERT_EQ(0x00200001, get(TABLE + 4 * 15));
	hw_iov(gpu, TABLE + 4 * 16, 0x00200001);
	ASSERT_EQ(0, get(TABLE + 4 * 16));
}

TEST_F(sim, scheduler_block_is_where_its_byte_says)
{
	hw_clear(gpu, 64, 4);
	hw_clear_context(gpu, 0);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 slow 200000"));
	hw_iov(gpu, BLOCK + 4, 0x8017);
	ASSERT_EQ(0x8017, get(BLOCK + 4));
	ASSERT_EQ(0x15, get(BLOCK + 8));
	ASSERT_EVENTUALLY(!(get(BLOCK + 4) & 0x10));
	ASSERT_EQ(0, get(BLOCK + 8));
	ASSERT_EQ(GPUVF_IOV_INTR_CMD_COMPLETE, get(INTR_STATUS));
	hw_iov(gpu, INTR_STATUS, GPUVF_IOV_INTR_CMD_COMPLETE);
	ASSERT_EQ(0, get(INTR_STATUS));
	/* ACTIVE_FCN_STATUS is in the second byte */
	ASSERT_EQ(1U << 31 | GPUVF_ACTIVE_LOAD << 8, get(BLOCK + 0x14));
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	ASSERT_EQ(1U << 31 | GPUVF_ACTIVE_ACTIVE << 8, get(BLOCK + 0x14));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	ASSERT_EQ(1, get(BLOCK + 0x0c));
	hw_leave(gpu, 0);
	ASSERT_EQ(0, get(BLOCK + 0x14));
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	hw_iov(gpu, BLOCK + 0x18, 0x04030201);
	ASSERT_EQ(0x04030201, get(BLOCK + 0x18));
	/* an index has four bits */
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  hw_command(gpu, GPUVF_CMD_INIT_GPU, 0x90));
	ASSERT_EQ(1, counted("bad_function"));
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(sim, it_has_all_that_v3_has)
{
	ASSERT_EQ(GPUVF_SIM_FEATURE_SCRUB | GPUVF_SIM_FEATURE_VF_FLR |
		  GPUVF_SIM_FEATURE_MBOX | GPUVF_SIM_FEATURE_BUSY |
		  GPUVF_SIM_FEATURE_SHUTDOWN | GPUVF_SIM_FEATURE_MIGRATE,
		  hw_sim_get(gpu, GPUVF_SIM_ID) & 0xffff0000);
	hw_msi(gpu, -1);
	hw_iov(gpu, 0x0c, GPUVF_IOV_INTR_ALL);
	hw_start(gpu, 1);
	ASSERT_EVENTUALLY(counted("interrupts") >= 2);
	flr(1);
	ASSERT_EQ(2, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 2);
	hw_vf_send(gpu, 1, GPUVF_MBOX_REQ_INIT, 0);
	ASSERT_TRUE(hw_has_mail(gpu, 1));
	/* the PF's state is nothing that a VF begins with */
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	hw_start(gpu, 2);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_HARNESS_MAIN
