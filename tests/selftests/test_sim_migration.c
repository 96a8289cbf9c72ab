// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU's registers for the migration of VFs, without gpuvf.
 */

#include "sim.h"

#define KIB		1024
#define DWORDS		5	/* of a context slot that have content */

/* to look for the capability reads all of configuration space, which moves the port on */
static int port(void)
{
	static int where;

	if (!where)
		where = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);
	return where;
}

static void pf_set(unsigned int reg, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, port() + reg, val));
}

static uint32_t pf_get(unsigned int reg)
{
	return gpu_config_read(gpu, port() + reg);
}

static void seek(uint64_t offset)
{
	pf_set(GPUVF_SIM_FB_LO, offset);
	pf_set(GPUVF_SIM_FB_HI, offset >> 32);
}

static uint64_t next_from(uint64_t offset)
{
	seek(offset);
	pf_set(GPUVF_SIM_FB_NEXT, 1);
	return pf_get(GPUVF_SIM_FB_LO) |
	       (uint64_t)pf_get(GPUVF_SIM_FB_HI) << 32;
}

TEST_F(sim, port_moves_on_to_the_next_page_with_content)
{
	const uint64_t at = 200 * UNIT + 20 * KIB;

	seek(at);
	pf_set(GPUVF_SIM_FB_DATA, 0x1234);
	ASSERT_EQ(at, next_from(200 * UNIT));
	ASSERT_EQ(0x1234, pf_get(GPUVF_SIM_FB_DATA));
	ASSERT_EQ(at, next_from(at));
	/* from within a page it is that page */
	ASSERT_EQ(at, next_from(at + 4));
	/* nothing is near */
	ASSERT_EQ(at + 4 * KIB + MIB, next_from(at + 4 * KIB));
	ASSERT_EQ(199 * UNIT + MIB, next_from(199 * UNIT));
}

static void choose(unsigned int vf, unsigned int reg)
{
	pf_set(GPUVF_SIM_MIG_VF, vf);
	pf_set(GPUVF_SIM_MIG_REG, reg);
}

static uint32_t reg_get(unsigned int vf, unsigned int reg)
{
	choose(vf, reg);
	return pf_get(GPUVF_SIM_MIG_DATA);
}

static void reg_set(unsigned int vf, unsigned int reg, uint32_t val)
{
	choose(vf, reg);
	pf_set(GPUVF_SIM_MIG_DATA, val);
}

/* neither side hears of it, and both read what was moved */
TEST_F(sim, registers_of_a_vf_are_moved_in_silence)
{
	uint32_t val[GPUVF_SIM_MIG_NUM_REGS];
	unsigned int i;

	hw_send(gpu, 0, 42, 43);
	hw_vf_send(gpu, 0, GPUVF_MBOX_LOG_ERROR, 7);
	hw_vf(gpu, 0, GPUVF_SIM_VF_DOORBELL, 5000000);
	hw_vf(gpu, 0, GPUVF_SIM_VF_FB_LO, 0x1000);
	hw_vf(gpu, 0, GPUVF_SIM_VF_WINDOW_LO, 0x2000);
	hw_vf(gpu, 0, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_INT_CNTL,
	      GPUVF_MBOX_VALID_INT_EN);
	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS; i++)
		val[i] = reg_get(0, i);
	ASSERT_EQ(0, reg_get(0, GPUVF_SIM_MIG_NUM_REGS));
	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS; i++)
		ASSERT_EQ(0, reg_get(1, i));
	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS; i++)
		reg_set(1, i, val[i]);
	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS; i++)
		ASSERT_EQ(val[i], reg_get(1, i));
	ASSERT_EQ(42, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(43, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(1)));
	ASSERT_TRUE(hw_has_mail(gpu, 1));
	ASSERT_EQ(GPUVF_MBOX_LOG_ERROR, hw_mbox_get(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(5000000, hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL));
	ASSERT_EQ(0x1000, hw_vf_get(gpu, 1, GPUVF_SIM_VF_FB_LO));
	ASSERT_EQ(0x2000, hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_LO));
	ASSERT_EQ(3, hw_sch_get(gpu, GPUVF_SCH_VM_BUSY));
	ASSERT_EQ(0, counted("mail_interrupts"));
	ASSERT_EQ(1, counted("mail_sent"));
	ASSERT_EQ(0, counted("violations"));
	/* an FLR takes them */
	flr(1);
	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS; i++)
		ASSERT_EQ(0, reg_get(1, i));
}

static uint64_t slot(unsigned int vf)
{
	return ((hw_context(gpu) >> 10) + 1 + vf) * 256ULL * KIB;
}

static uint32_t adopt(unsigned int vf)
{
	pf_set(GPUVF_SIM_MIG_VF, vf);
	pf_set(GPUVF_SIM_MIG_ADOPT, 1);
	return pf_get(GPUVF_SIM_MIG_ADOPT);
}

TEST_F(sim, context_that_was_saved_is_adopted_elsewhere)
{
	uint32_t context[DWORDS];
	unsigned int i;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(slot(0), next_from(slot(0) - 8 * KIB));
	seek(slot(0));
	for (i = 0; i < DWORDS; i++)
		context[i] = pf_get(GPUVF_SIM_FB_DATA);
	ASSERT_EQ(0, pf_get(GPUVF_SIM_FB_DATA));
	ASSERT_EQ(2, context[4]);
	ASSERT_EQ(2, gpu_truth_vf(gpu, 0, "saves"));

	/* scrubbed, as before INIT */
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	flr(1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_clear(gpu, 64 + 16, 16);
	ASSERT_EQ(GPUVF_SIM_MIG_REFUSED, adopt(1));
	seek(slot(1));
	for (i = 0; i < DWORDS; i++)
		pf_set(GPUVF_SIM_FB_DATA, context[i]);
	ASSERT_EQ(GPUVF_SIM_MIG_ADOPTED, adopt(1));
	ASSERT_TRUE(has_state(1, "save"));
	ASSERT_EQ(2, gpu_truth_vf(gpu, 1, "saves"));
	/* it has one now, and goes on with it */
	ASSERT_EQ(GPUVF_SIM_MIG_REFUSED, adopt(1));
	hw_enter(gpu, 1);
	ASSERT_TRUE(has_state(1, "run"));
	hw_leave(gpu, 1);
	ASSERT_EQ(3, gpu_truth_vf(gpu, 1, "saves"));
	ASSERT_EQ(0, counted("violations"));
	ASSERT_EQ(0, counted("illegal"));
}

/* as with INIT */
TEST_F(sim, adopting_on_memory_that_was_not_scrubbed_is_seen)
{
	uint64_t at;

	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	flr(1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	at = slot(1);
	seek(at);
	pf_set(GPUVF_SIM_FB_DATA, 0x54585443);
	ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "unscrubbed 1"));
	ASSERT_EQ(GPUVF_SIM_MIG_ADOPTED, adopt(1));
	ASSERT_EQ(1, counted("unscrubbed_starts"));
}

TEST_F(sim, migration_can_be_left_out)
{
	load(PARAMETERS " migration=0");
	ASSERT_FALSE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MIGRATE);
	pf_set(GPUVF_SIM_MIG_VF, 1);
	ASSERT_EQ(0, pf_get(GPUVF_SIM_MIG_VF));
	ASSERT_EQ(100 * UNIT, next_from(100 * UNIT));
}

TEST_HARNESS_MAIN
