// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU itself, without gpuvf: its registers do what the register
 * page says, and its truth counts what happened.
 */

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpuvf_regs.h>
#include "selftest.h"
#include "hw.h"

#define PARAMETERS	"total_vfs=4 fb_mib=4096 clear_us_per_granule=1 " \
			"init_us=100 oneshot=1"
#define US		1000ULL

#define NUM		3

static struct gpu the_gpu;
static const struct gpu *gpu = &the_gpu;

/* what was true at the start of the test */
static struct truth before;

static const struct {
	unsigned int code;
	const char *key;
} steps[] = {
	{ GPUVF_CMD_IDLE_GPU, "idle_ns" },
	{ GPUVF_CMD_SAVE_GPU_STATE, "save_ns" },
	{ GPUVF_CMD_LOAD_GPU_STATE, "load_ns" },
	{ GPUVF_CMD_RUN_GPU, "run_cmd_ns" },
};

static void load(const char *parameters)
{
	ASSERT_OK(hw_unload(&the_gpu));
	ASSERT_OK(hw_load(&the_gpu, parameters));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

/* nothing is told any more to go wrong, or otherwise than it is by itself */
static void disarm(void)
{
	static const char *const faults[] = {
		"fail_command", "fail_clear", "lose_interrupt", "lose_message",
		"fail_flr", "fail_reset", "gaps", "lateness",
		"fail_access", "lose_power",
	};
	unsigned int i;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "-1"));
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		ASSERT_OK(file_write(gpu_sim(gpu, "%s", faults[i]), "0"));
	for (i = 0; i < NUM; i++) {
		ASSERT_OK(file_write(gpu_sim(gpu, "vf%u/latency", i),
				     "default"));
		ASSERT_OK(file_write(gpu_sim(gpu, "vf%u/slice_us", i), "0"));
	}
}

/* a reset is much faster than loading, and does the same but for the truth */
FIXTURE(sim) {
};

FIXTURE_SETUP(sim)
{
	const char *missing = fixture_missing();

	selftest_begin(_metadata);
	if (missing)
		SKIP(return, "%s", missing);
	if (!hw_is_loaded(&the_gpu, PARAMETERS)) {
		load(PARAMETERS);
		return;
	}
	disarm();
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

FIXTURE_TEARDOWN(sim)
{
}

/* since the start of the test */
static uint64_t counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key) - truth_get(&before, "gpu", key);
}

static uint64_t counted_vf(unsigned int vf, const char *key)
{
	return gpu_truth_vf(gpu, vf, key) - truth_vf(&before, vf, key);
}

static void flr(unsigned int vf)
{
	ASSERT_OK(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
}

static int command(unsigned int code, unsigned int vf)
{
	return hw_command(gpu, code, GPUVF_FCN_VF(vf));
}

static bool has_state(unsigned int vf, const char *state)
{
	return gpu_truth_vf_is(gpu, vf, "state", state);
}

/*
 * Mailbox
 */

static void vf_sends(unsigned int vf, unsigned int msg, unsigned int data)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_TX,
	      GPUVF_SIM_VF_TX_VALID | msg | data << 12);
}

TEST_F(sim, mailbox_carries_a_vfs_message)
{
	vf_sends(1, GPUVF_MBOX_REQ_INIT, 0xbeef);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	ASSERT_EQ(0xbeef0001, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(0x8beef001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX));
	/* nobody else sees anything of it */
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(0)));
	ASSERT_EQ(0, hw_vf_get(gpu, 0, GPUVF_SIM_VF_TX));
	ASSERT_EQ(0, hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX));
	ASSERT_EQ(GPUVF_SIM_INTR_MBOX_RX,
		  hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	/* the next one is too early */
	vf_sends(1, GPUVF_MBOX_REL_INIT, 1);
	ASSERT_EQ(0xbeef0001, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(1, counted_vf(1, "mail_dropped"));
	/* and no other VF's */
	vf_sends(2, GPUVF_MBOX_REQ_RESET, 0);
	ASSERT_EQ(1 << 1 | 1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1 << 1);
	ASSERT_EQ(1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	ASSERT_EQ(0x0beef001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX));
	vf_sends(1, 0xfff, 0xffff);
	ASSERT_EQ(0xffff0fff, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(2, counted_vf(1, "mail_sent"));
}

TEST_F(sim, mailbox_carries_a_message_to_a_vf)
{
	hw_send(gpu, 1, GPUVF_MBOX_READY, 0x2aaa);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(0x82aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_vf_get(gpu, 0, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX));
	hw_send(gpu, 1, GPUVF_MBOX_FAIL, 0);
	ASSERT_EQ(1, counted("mail_dropped"));
	ASSERT_EQ(0x82aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	hw_send(gpu, 3, GPUVF_MBOX_FAIL, 0);
	ASSERT_EQ(1, counted("mail_bad_vf"));
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	/* without VALID nothing is sent */
	hw_sim(gpu, GPUVF_SIM_MBOX_TX, GPUVF_MBOX_FAIL | 2 << 12);
	ASSERT_EQ(0, hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	hw_vf(gpu, 1, GPUVF_SIM_VF_RX_ACK, 1);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(GPUVF_SIM_INTR_MBOX_ACK,
		  hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	ASSERT_EQ(0x02aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	hw_send(gpu, 1, 0xfff, 0x3fff);
	ASSERT_EQ(0x83ffffff, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
}

TEST_F(sim, mailbox_raises_interrupts_that_are_enabled)
{
	unsigned int msi;

	msi = hw_msi(gpu, 0);
	hw_msi(gpu, -1);
	vf_sends(0, 1, 0);
	hw_send(gpu, 0, 1, 0);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1);
	hw_sim(gpu, GPUVF_SIM_INTR_STATUS, GPUVF_SIM_INTR_ALL);
	ASSERT_EQ(0, counted("interrupts"));
	hw_sim(gpu, GPUVF_SIM_INTR_ENABLE, GPUVF_SIM_INTR_MBOX_RX |
	       GPUVF_SIM_INTR_MBOX_ACK);
	hw_vf(gpu, 0, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);

	vf_sends(0, 1, 0);
	ASSERT_EQ(1, counted("interrupts"));
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1);
	ASSERT_EQ(2, counted("interrupts"));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(3, counted("interrupts"));
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	ASSERT_EQ(4, counted("interrupts"));
	/* there is nothing left to be acknowledged */
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 0xf);
	ASSERT_EQ(4, counted("interrupts"));
	/* a masked one is pending, and comes when it is unmasked */
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 1);
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(4, counted("interrupts"));
	ASSERT_EQ(1, hw_vf_config_get(gpu, 0, msi + PCI_MSI_PENDING_64));
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 0);
	ASSERT_EQ(5, counted("interrupts"));
}

static void use_mailbox(unsigned int vf)
{
	vf_sends(vf, GPUVF_MBOX_REQ_INIT, 0x5ec);
	hw_send(gpu, vf, GPUVF_MBOX_READY, 0x5ec);
}

static bool mailbox_is_unused(unsigned int vf)
{
	uint32_t bits = hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING) |
			hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID);

	return !(bits & 1 << vf) && !hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(vf)) &&
	       !hw_vf_get(gpu, vf, GPUVF_SIM_VF_TX) &&
	       !hw_vf_get(gpu, vf, GPUVF_SIM_VF_RX);
}

TEST_F(sim, mailbox_is_cleared_by_pf_and_by_flr)
{
	use_mailbox(0);
	use_mailbox(1);
	hw_vf(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 0);
	ASSERT_TRUE(mailbox_is_unused(0));
	ASSERT_FALSE(mailbox_is_unused(1));
	flr(1);
	ASSERT_TRUE(mailbox_is_unused(1));
	ASSERT_EQ(0, hw_vf_get(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE));
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
}

TEST_F(sim, mailbox_of_a_former_tenant_is_seen)
{
	use_mailbox(0);
	use_mailbox(1);
	use_mailbox(2);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	/* VF 0's new tenant finds it at its start, VF 1's reads it */
	hw_start(gpu, 0);
	ASSERT_EQ(1, counted("dirty_mailboxes"));
	hw_leave(gpu, 0);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX) & 0xfff);
	ASSERT_EQ(1, counted("leftover_mail"));
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 1 | 1 << 2);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_TRUE(mailbox_is_unused(2));
	/* SHUTDOWN ends a tenancy too */
	use_mailbox(1);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	hw_start(gpu, 1);
	ASSERT_EQ(2, counted("dirty_mailboxes"));
	ASSERT_EQ(3, counted("violations"));
}

TEST_F(sim, mailbox_can_be_absent)
{
	ASSERT_TRUE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	load(PARAMETERS " mbox=0");
	ASSERT_FALSE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	use_mailbox(0);
	ASSERT_TRUE(mailbox_is_unused(0));
}

TEST_F(sim, mailbox_loses_messages_when_told)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_message"), "2"));
	vf_sends(0, 1, 0);
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(1, counted("injected_lose_message"));
	ASSERT_EQ(1, counted("injected"));
}

/*
 * Commands
 */

/* a command of this state that is not among the legal ones is refused */
static void check_refused(unsigned int legal)
{
	static const unsigned int codes[] = {
		GPUVF_CMD_IDLE_GPU, GPUVF_CMD_SAVE_GPU_STATE,
		GPUVF_CMD_LOAD_GPU_STATE, GPUVF_CMD_RUN_GPU,
		GPUVF_CMD_CONTEXT_SWITCH, GPUVF_CMD_INIT_GPU,
		GPUVF_CMD_SHUTDOWN_GPU,
	};
	uint64_t illegal = counted("illegal");
	unsigned int i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (legal & 1 << codes[i])
			continue;
		ASSERT_EQ(GPUVF_STATUS_ABORTED,
			  hw_command(gpu, codes[i],
				     GPUVF_FCN_VF(0) | GPUVF_FCN_VF(0) << 8));
		ASSERT_EQ(++illegal, counted("illegal"));
	}
}

static void go(unsigned int code, const char *state)
{
	ASSERT_EQ(GPUVF_STATUS_DONE, command(code, 0));
	ASSERT_TRUE(has_state(0, state));
}

TEST_F(sim, only_legal_commands_are_obeyed)
{
	hw_clear_context(gpu, 0);
	hw_clear(gpu, 64, 8);
	check_refused(1 << GPUVF_CMD_INIT_GPU);
	go(GPUVF_CMD_INIT_GPU, "init");
	check_refused(1 << GPUVF_CMD_RUN_GPU);
	go(GPUVF_CMD_RUN_GPU, "run");
	check_refused(1 << GPUVF_CMD_IDLE_GPU | 1 << GPUVF_CMD_CONTEXT_SWITCH);
	go(GPUVF_CMD_IDLE_GPU, "idle");
	check_refused(1 << GPUVF_CMD_SAVE_GPU_STATE);
	go(GPUVF_CMD_SAVE_GPU_STATE, "save");
	check_refused(1 << GPUVF_CMD_LOAD_GPU_STATE |
		      1 << GPUVF_CMD_SHUTDOWN_GPU);
	go(GPUVF_CMD_LOAD_GPU_STATE, "load");
	check_refused(1 << GPUVF_CMD_RUN_GPU);
	go(GPUVF_CMD_RUN_GPU, "run");
	/* the engine is taken */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_INIT_GPU, 1));
	go(GPUVF_CMD_IDLE_GPU, "idle");
	go(GPUVF_CMD_SAVE_GPU_STATE, "save");
	go(GPUVF_CMD_SHUTDOWN_GPU, "shutdown");
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(sim, unknown_commands_and_functions_are_refused)
{
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(0xf, 0));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(0x6, 0));
	ASSERT_EQ(0, counted("bad_function"));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, command(GPUVF_CMD_INIT_GPU, NUM));
	/* neither the PF nor a VF */
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED,
		  hw_command(gpu, GPUVF_CMD_INIT_GPU, 0x41));
	ASSERT_EQ(2, counted("bad_function"));
	ASSERT_EQ(4, counted("illegal"));
}

TEST_F(sim, second_command_is_rejected)
{
	hw_clear_context(gpu, 0);
	hw_clear(gpu, 64, 4);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 slow 300000"));
	hw_begin(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(0));
	ASSERT_EQ(GPUVF_STATUS_EXECUTING | GPUVF_CMD_INIT_GPU,
		  hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS));
	hw_begin(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(0));
	ASSERT_EQ(1, counted("busy_rejected"));
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_wait(gpu));
	ASSERT_TRUE(has_state(0, "init"));
	ASSERT_EQ(300100 * US, counted_vf(0, "init_ns"));
}

static uint64_t step_ns(unsigned int vf, unsigned int i)
{
	return counted_vf(vf, steps[i].key);
}

TEST_F(sim, switch_is_the_four_steps_in_one)
{
	static const uint64_t wanted[] = { 50 * US, 150 * US, 170 * US,
					   20 * US };
	uint64_t before[4][2], slices[2], begin, end;
	unsigned int i;

	ASSERT_TRUE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	/* what each VF needs for it, VF 0 has of its own */
	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/latency"), "load=170"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (i = 0; i < 4; i++) {
		before[i][0] = step_ns(0, i);
		before[i][1] = step_ns(1, i);
	}
	slices[0] = counted_vf(0, "slices");
	slices[1] = counted_vf(1, "slices");
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_switch(gpu, 1, 0));
	ASSERT_TRUE(has_state(0, "run"));
	ASSERT_TRUE(has_state(1, "save"));
	for (i = 0; i < 4; i++) {
		unsigned int vf = i < 2 ? 1 : 0;

		ASSERT_EQ(before[i][vf] + wanted[i], step_ns(vf, i));
		ASSERT_EQ(before[i][!vf], step_ns(!vf, i));
	}
	ASSERT_EQ(slices[1] + 1, counted_vf(1, "slices"));
	/* charged from its INIT to the end of its SAVE, which is in the middle */
	ASSERT_TRUE(hw_event(gpu, "begin vf1 init", &begin, NULL));
	ASSERT_TRUE(hw_event(gpu, "done vf1 switch", &end, NULL));
	ASSERT_EQ(end - 170 * US - 20 * US - begin,
		  counted_vf(1, "charged_ns"));
	hw_leave(gpu, 0);
	ASSERT_EQ(slices[0] + 1, counted_vf(0, "slices"));
	ASSERT_EQ(1, counted("switches"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, switch_that_is_not_legal_is_refused)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* nobody executes; VF 2 was never started; VF 3 is not there */
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 0, 0));
	hw_start(gpu, 1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 1, 2));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_switch(gpu, 0, 1));
	ASSERT_EQ(3, counted("illegal"));
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, hw_switch(gpu, 1, 3));
	ASSERT_EQ(1, counted("bad_function"));
	/* VF 1 went on executing all the time, and can be switched to itself */
	ASSERT_TRUE(has_state(1, "run"));
	ASSERT_EQ(GPUVF_STATUS_DONE, hw_switch(gpu, 1, 1));
	ASSERT_TRUE(has_state(1, "run"));
	ASSERT_EQ(1, counted_vf(1, "slices"));
	ASSERT_EQ(1, counted("switches"));
}

TEST_F(sim, nothing_starts_before_an_flr_is_acknowledged)
{
	flr(1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_INIT_GPU, 1));
	ASSERT_TRUE(has_state(1, "shutdown"));
	ASSERT_EQ(1, counted("flr_races"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_start(gpu, 1);
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, switch_is_ended_by_the_reset_of_either)
{
	unsigned int vf;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (vf = 0; vf < 2; vf++) {
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
				     "1 hang_status command=switch"));
		hw_begin(gpu, GPUVF_CMD_CONTEXT_SWITCH, GPUVF_FCN_VF(1) |
			 GPUVF_FCN_VF(0) << 8);
		flr(vf);
		ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_wait(gpu));
		ASSERT_TRUE(has_state(vf, "shutdown"));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		if (vf == 1) {
			ASSERT_TRUE(has_state(0, "save"));
			continue;
		}
		/* the other one's state was saved; it hangs all the same */
		ASSERT_TRUE(has_state(1, "save"));
		flr(1);
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		hw_start(gpu, 0);
		hw_leave(gpu, 0);
		hw_start(gpu, 1);
	}
	ASSERT_EQ(0, counted("illegal"));
	ASSERT_EQ(0, counted("violations"));
}

TEST_F(sim, switch_can_be_absent)
{
	load("total_vfs=4 fb_mib=4096 clear_us_per_granule=1");
	ASSERT_FALSE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	hw_start(gpu, 0);
	ASSERT_EQ(GPUVF_STATUS_UNSUPPORTED, hw_switch(gpu, 0, 0));
	hw_leave(gpu, 0);
}

TEST_F(sim, latency_is_each_vfs_own)
{
	char text[128];

	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"),
			     "idle=70 init=500 shutdown=30"));
	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"), "save=90"));
	ASSERT_LT(0,
		  file_read(gpu_sim(gpu, "vf1/latency"), text, sizeof(text)));
	ASSERT_STREQ("idle=70 save=90 load=150 run=20 init=500 shutdown=30",
		     text);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(500 * US, counted_vf(1, "init_ns"));
	ASSERT_EQ(70 * US, counted_vf(1, "idle_ns"));
	ASSERT_EQ(90 * US, counted_vf(1, "save_ns"));
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	ASSERT_EQ(30 * US, counted_vf(1, "shutdown_ns"));
	ASSERT_ERROR(file_write(gpu_sim(gpu, "vf1/latency"), "idle"), -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "vf1/latency"), "switch=1"),
		     -EINVAL);
	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/latency"), "default"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(50 * US, counted_vf(0, "idle_ns"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "vf1/latency"),
			    "idle=50 save=150 load=150 run=20 init=100 shutdown=20"));
}

TEST_F(sim, quanta_and_run_list_are_kept)
{
	static const unsigned int regs[] = {
		GPUVF_SCH_ACTIVE_FUNCTIONS, GPUVF_SCH_TIME_QUANTA_OPTION,
		GPUVF_SCH_TIME_QUANTA_PER_VF, GPUVF_SCH_TIME_QUANTA_PF,
	};
	unsigned int i;

	for (i = 0; i < 4; i++)
		hw_sch(gpu, regs[i], 0x80706050 + i);
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0x80706050 + i, hw_sch_get(gpu, regs[i]));
	}
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, hw_sch_get(gpu, regs[i]));
	}
}

/*
 * A VF's ports
 */

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
	/* exactly so long somebody with work executed */
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

/*
 * Faults
 */

TEST_F(sim, fault_hits_the_command_it_is_for)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "2 error vf=1 command=idle"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_command"),
			    "2 error vf=1 command=idle"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	hw_enter(gpu, 1);
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_IDLE_GPU, 1));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_command"),
			    "0 error vf=1 command=idle"));
	hw_leave(gpu, 1);
	ASSERT_EQ(1, counted("injected_fail_command"));
	ASSERT_EQ(0, counted("illegal"));
	/* sticky: until it is told otherwise */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 error sticky"));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_LOAD_GPU_STATE, 1));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, command(GPUVF_CMD_LOAD_GPU_STATE, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "0"));
	hw_enter(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(3, counted("injected"));
	ASSERT_ERROR(file_write(gpu_sim(gpu, "fail_command"), "1 nonsense"),
		     -EINVAL);
	ASSERT_ERROR(file_write(gpu_sim(gpu, "fail_command"),
				"1 command=nonsense"), -EINVAL);
}

static void hang(unsigned int vf, const char *how)
{
	char text[64];

	snprintf(text, sizeof(text), "1 %s", how);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), text));
	hw_begin(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(vf));
}

TEST_F(sim, flr_ends_a_hang_unless_told)
{
	static const struct {
		const char *how;
		bool execute;
		uint32_t status;
	} hangs[] = {
		{ "hang_status", true, 0x11 },
		{ "hang_clear", false, GPUVF_STATUS_GFX_HANG },
		{ "hang_silent", true, 0 },
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		hw_start(gpu, 1);
		hang(1, hangs[i].how);
		ASSERT_EVENTUALLY(!(hw_sch_get(gpu, GPUVF_SCH_CMD) &
				    GPUVF_SCH_CMD_EXECUTE) != hangs[i].execute);
		ASSERT_EQ(hangs[i].status,
			  hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS));
		ASSERT_TRUE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
		flr(1);
		ASSERT_TRUE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_EQ(!hangs[i].execute, !(hw_sch_get(gpu, GPUVF_SCH_CMD) &
					       GPUVF_SCH_CMD_EXECUTE));
		flr(1);
		ASSERT_FALSE(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			     GPUVF_SIM_VF_STATE_HUNG);
		ASSERT_EQ(hangs[i].execute ? GPUVF_STATUS_ABORTED :
					     GPUVF_STATUS_GFX_HANG,
			  hw_wait(gpu));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 2);
	}
	ASSERT_EQ(3, counted("injected_fail_flr"));
	ASSERT_EQ(0, counted("illegal"));
}

TEST_F(sim, reset_ends_every_hang_unless_told)
{
	hw_start(gpu, 0);
	hang(0, "hang_status");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_EQ(1, gpu_truth(gpu, "gpu", "stuck"));
	ASSERT_EQ(2, counted("injected_fail_reset"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_FALSE(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "stuck"));
	hw_layout(gpu, 1);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
}

TEST_F(sim, clearing_fails_half_way_when_told)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_clear"), "1"));
	hw_clear(gpu, 64, 4);
	ASSERT_EQ(GPUVF_SIM_CLEAR_ST_ERROR,
		  hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS));
	ASSERT_EQ(2, counted("granules_cleared"));
	hw_clear(gpu, 64, 4);
	ASSERT_EQ(GPUVF_SIM_CLEAR_ST_DONE,
		  hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS));
	hw_clear(gpu, 255, 2);
	ASSERT_EQ(GPUVF_SIM_CLEAR_ST_BAD_RANGE,
		  hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS));
	ASSERT_EQ(2, counted("clears"));
}

TEST_F(sim, vfs_do_not_answer_when_told)
{
	fixture_spoil();
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	ASSERT_GT(0, gpu_set_numvfs(gpu, 2));
	ASSERT_GT(0, gpu_set_numvfs(gpu, 2));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	/* the PCI core looks at the first one only */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "1"));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_enable"), "-1"));
	ASSERT_EQ(3, counted("injected_fail_enable"));
	ASSERT_EQ(0x03800001, hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION));
	ASSERT_EQ(~0U, hw_vf_config_get(gpu, 1, PCI_CLASS_REVISION));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_EQ(~0U, gpu_config_read(gpu, 0));
	ASSERT_EQ(~0U, hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_EQ(GPUVF_SIM_VENDOR_ID | GPUVF_SIM_DEVICE_ID_PF << 16,
		  gpu_config_read(gpu, 0));
}

/*
 * Truth
 */

/* every moment belongs to somebody */
TEST_F(sim, time_is_accounted_without_rest)
{
	static const char *const parts[] = {
		"work_ns", "idle_run_ns", "command_ns", "unused_ns", "rest_ns",
	};
	struct truth from, to;
	uint64_t sum = 0;
	unsigned int i;

	hw_start(gpu, 0);
	from = truth_read(gpu);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 40"));
	pause_ms(5);
	hw_leave(gpu, 0);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	pause_ms(5);
	/* what waits is done first, then VF 0 executes without work at times */
	hw_enter(gpu, 0);
	ASSERT_EVENTUALLY(counted("idle_run_ns") > 0);
	to = truth_read(gpu);
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t ns = truth_get(&to, "gpu", parts[i]) -
			      truth_get(&from, "gpu", parts[i]);

		sum += ns;
		ASSERT_LT(0, ns);
	}
	ASSERT_EQ(truth_get(&to, "gpu", "now_ns") -
			  truth_get(&from, "gpu", "now_ns"),
		  sum);
	/* VF 1 waits, and its wait under way counts */
	ASSERT_EQ(0, counted_vf(1, "waits"));
	ASSERT_LE(5000 * US, counted_vf(1, "wait_ns"));
	ASSERT_LE(truth_vf(&to, 1, "wait_ns") - truth_vf(&from, 1, "wait_ns"),
		  truth_vf(&to, 1, "longest_wait_ns"));
	truth_free(&from);
	truth_free(&to);
}

/* all that are in the histogram, and where the value is */
static uint64_t histogram(const char *file, uint64_t value, bool *has)
{
	char *text = file_read_all(gpu_sim(gpu, "%s", file));
	unsigned long long low, high, count;
	uint64_t sum = 0;
	char *line, *rest = text;

	ASSERT_NE(NULL, text);
	*has = false;
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%llu %llu %llu", &low, &high, &count) != 3)
			continue;
		sum += count;
		*has |= value >= low && value <= high;
		/* 3 % sharp */
		ASSERT_GE(low / 32, high - low);
	}
	free(text);
	return sum;
}

TEST_F(sim, gaps_are_measured_and_logged)
{
	uint64_t done, begin, gap;
	bool has;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* nobody has work: nothing is lost */
	ASSERT_EQ(0, counted("gaps"));
	hw_vf(gpu, 0, GPUVF_SIM_VF_DOORBELL, 50000000);
	ASSERT_EQ(0, command(GPUVF_CMD_LOAD_GPU_STATE, 0));
	ASSERT_TRUE(hw_event(gpu, "done vf0 load", &done, NULL));
	ASSERT_EQ(1, counted("gaps"));
	pause_ms(3);
	ASSERT_EQ(0, command(GPUVF_CMD_RUN_GPU, 0));
	ASSERT_TRUE(hw_event(gpu, "begin vf0 run", &begin, &gap));
	ASSERT_EQ(begin - done, gap);
	ASSERT_LE(3000 * US, gap);
	ASSERT_EQ(2, counted("gaps"));
	/* while somebody executes, the next command is not late */
	pause_ms(3);
	ASSERT_EQ(0, command(GPUVF_CMD_IDLE_GPU, 0));
	ASSERT_EQ(2, counted("gaps"));
	ASSERT_EQ(2, histogram("gaps", gap, &has));
	ASSERT_TRUE(has);
	ASSERT_LE(gap, gpu_truth(gpu, "gpu", "gap_max_ns"));
	ASSERT_LE(gap, gpu_truth(gpu, "gpu", "gap_p999_ns"));
	ASSERT_LE(gpu_truth(gpu, "gpu", "gap_p50_ns"),
		  gpu_truth(gpu, "gpu", "gap_p999_ns"));
	ASSERT_OK(file_write(gpu_sim(gpu, "gaps"), "0"));
	ASSERT_EQ(0, histogram("gaps", gap, &has));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "gap_p50_ns"));
}

TEST_F(sim, lateness_is_what_goes_beyond_the_slice)
{
	bool has;

	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/slice_us"), "1000"));
	hw_start(gpu, 0);
	pause_ms(3);
	hw_leave(gpu, 0);
	ASSERT_EQ(1, counted_vf(0, "late"));
	ASSERT_EQ(counted_vf(0, "run_ns") - 1000 * US,
		  counted_vf(0, "late_ns"));
	ASSERT_EQ(1, histogram("lateness", counted_vf(0, "late_ns"), &has));
	ASSERT_TRUE(has);
	ASSERT_OK(file_write(gpu_sim(gpu, "vf0/slice_us"), "60000000"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(1, counted_vf(0, "late"));
	ASSERT_EQ(2, histogram("lateness", 0, &has));
}

TEST_F(sim, granules_have_owners)
{
	char *text;

	load(PARAMETERS);
	text = file_read_all(gpu_sim(gpu, "granules"));
	ASSERT_STREQ("0-255 writer=nobody reader=nobody", text);
	free(text);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 50000000);
	hw_start(gpu, 1);
	hw_clear(gpu, 66, 1);
	text = file_read_all(gpu_sim(gpu, "granules"));
	ASSERT_STREQ("0-65 writer=nobody reader=nobody\n"
		     "66-66 writer=cleared reader=nobody\n"
		     "67-67 writer=nobody reader=nobody\n"
		     "68-71 writer=vf1:1 reader=vf1:1\n"
		     "72-255 writer=nobody reader=nobody",
		     text);
	free(text);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "dirty 1"));
	text = file_read_all(gpu_sim(gpu, "granules"));
	ASSERT_NE(NULL, strstr(text, "\n68-68 writer=pf reader=vf1:1\n"));
	free(text);
}

TEST_F(sim, events_are_the_last_ones)
{
	uint64_t ns;

	load(PARAMETERS " events=16");
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_TRUE(hw_event(gpu, "begin vf0 init", &ns, NULL));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_FALSE(hw_event(gpu, "begin vf0 init", &ns, NULL));
	ASSERT_TRUE(hw_event(gpu, "done vf0 save", &ns, NULL));
}

/*
 * What it is
 */

TEST_F(sim, it_is_a_display_device_and_a_test_module)
{
	char taint[16];

	ASSERT_TRUE(file_is(gpu_pci(gpu, "class"), "0x038000"));
	ASSERT_LT(0, file_read("/sys/module/gpuvf_sim/taint", taint,
			       sizeof(taint)));
	ASSERT_NE(NULL, strchr(taint, 'N'));
}

/* nothing loads it by itself, and every parameter says what it is */
TEST_F(sim, its_module_information_is_complete)
{
	char command[256], line[256];
	unsigned int parameters = 0;
	FILE *info;

	snprintf(command, sizeof(command), "/sbin/modinfo %s/gpuvf_sim.ko",
		 getenv("GPUVF_MODULES"));
	info = popen(command, "r");
	ASSERT_NE(NULL, info);
	while (fgets(line, sizeof(line), info)) {
		ASSERT_NE(0, strncmp(line, "alias:", 6));
		if (strncmp(line, "parm:", 5))
			continue;
		parameters++;
		/* without a description the type alone follows the name */
		ASSERT_NE(NULL, strstr(line, " ("));
		ASSERT_EQ(NULL, strstr(line, ":uint"));
		ASSERT_EQ(NULL, strstr(line, ":bool"));
	}
	ASSERT_EQ(0, pclose(info));
	ASSERT_LT(10, parameters);
}

TEST_F(sim, bad_parameters_are_refused)
{
	static const char *const bad[] = {
		"gpus=0", "gpus=9", "total_vfs=0", "total_vfs=32", "fb_mib=63",
		"fb_mib=65536", "generation=1", "vf_bar_mib=3", "events=15",
	};
	unsigned int i;

	ASSERT_OK(hw_unload(&the_gpu));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ASSERT_ERROR(module_load("gpuvf_sim", bad[i]), -EINVAL);
}

TEST_HARNESS_MAIN
