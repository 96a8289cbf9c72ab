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

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
#include "hw.h"

#define PARAMETERS	"total_vfs=4 fb_mib=4096 clear_us_per_granule=1 " \
			"init_us=100 oneshot=1"
#define US		1000ULL

#define NUM		3

static struct gpu the_gpu;
static const struct gpu *gpu = &the_gpu;

/* loaded with PARAMETERS, and its VFs enabled */
static bool is_loaded;

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
	truth_free(&before);
	assert_ok(hw_unload(&the_gpu));
	assert_ok(hw_load(&the_gpu, parameters));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

/* this test needs its own; the next one gets a new one */
static void reload(const char *parameters)
{
	is_loaded = false;
	load(parameters);
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

	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_ok(file_write(gpu_sim(gpu, "fail_enable"), "-1"));
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		assert_ok(file_write(gpu_sim(gpu, "%s", faults[i]), "0"));
	for (i = 0; i < NUM; i++) {
		assert_ok(file_write(gpu_sim(gpu, "vf%u/latency", i),
				     "default"));
		assert_ok(file_write(gpu_sim(gpu, "vf%u/slice_us", i), "0"));
	}
}

/* a reset is much faster than loading, and does the same but for the truth */
static int setup(void **state)
{
	(void)state;
	if (!is_loaded) {
		load(PARAMETERS);
		is_loaded = true;
		return 0;
	}
	disarm();
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	truth_free(&before);
	before = truth_read(gpu);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return 0;
}

static int end(void **state)
{
	(void)state;
	truth_free(&before);
	assert_ok(hw_unload(&the_gpu));
	return 0;
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
	assert_ok(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
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

static void mailbox_carries_a_vfs_message(void)
{
	vf_sends(1, GPUVF_MBOX_REQ_INIT, 0xbeef);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 1 << 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)), 0xbeef0001);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX), 0x8beef001);
	/* nobody else sees anything of it */
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(0)), 0);
	assert_u64(hw_vf_get(gpu, 0, GPUVF_SIM_VF_TX), 0);
	assert_u64(hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX), 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS),
		   GPUVF_SIM_INTR_MBOX_RX);
	/* the next one is too early */
	vf_sends(1, GPUVF_MBOX_REL_INIT, 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)), 0xbeef0001);
	assert_u64(counted_vf(1, "mail_dropped"), 1);
	/* and no other VF's */
	vf_sends(2, GPUVF_MBOX_REQ_RESET, 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 1 << 1 | 1 << 2);
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1 << 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 1 << 2);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX), 0x0beef001);
	vf_sends(1, 0xfff, 0xffff);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)), 0xffff0fff);
	assert_u64(counted_vf(1, "mail_sent"), 2);
}

static void mailbox_carries_a_message_to_a_vf(void)
{
	hw_send(gpu, 1, GPUVF_MBOX_READY, 0x2aaa);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 1 << 1);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX), 0x82aaa001);
	assert_u64(hw_vf_get(gpu, 0, GPUVF_SIM_VF_RX), 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX), 0);
	hw_send(gpu, 1, GPUVF_MBOX_FAIL, 0);
	assert_u64(counted("mail_dropped"), 1);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX), 0x82aaa001);
	hw_send(gpu, 3, GPUVF_MBOX_FAIL, 0);
	assert_u64(counted("mail_bad_vf"), 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 1 << 1);
	/* without VALID nothing is sent */
	hw_sim(gpu, GPUVF_SIM_MBOX_TX, GPUVF_MBOX_FAIL | 2 << 12);
	assert_u64(hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX), 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS), 0);
	hw_vf(gpu, 1, GPUVF_SIM_VF_RX_ACK, 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS),
		   GPUVF_SIM_INTR_MBOX_ACK);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX), 0x02aaa001);
	hw_send(gpu, 1, 0xfff, 0x3fff);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX), 0x83ffffff);
}

static void mailbox_raises_interrupts_that_are_enabled(void)
{
	unsigned int msi;

	msi = hw_msi(gpu, 0);
	hw_msi(gpu, -1);
	vf_sends(0, 1, 0);
	hw_send(gpu, 0, 1, 0);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1);
	hw_sim(gpu, GPUVF_SIM_INTR_STATUS, GPUVF_SIM_INTR_ALL);
	assert_u64(counted("interrupts"), 0);
	hw_sim(gpu, GPUVF_SIM_INTR_ENABLE, GPUVF_SIM_INTR_MBOX_RX |
	       GPUVF_SIM_INTR_MBOX_ACK);
	hw_vf(gpu, 0, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);

	vf_sends(0, 1, 0);
	assert_u64(counted("interrupts"), 1);
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1);
	assert_u64(counted("interrupts"), 2);
	hw_send(gpu, 0, 1, 0);
	assert_u64(counted("interrupts"), 3);
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	assert_u64(counted("interrupts"), 4);
	/* there is nothing left to be acknowledged */
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 0xf);
	assert_u64(counted("interrupts"), 4);
	/* a masked one is pending, and comes when it is unmasked */
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 1);
	hw_send(gpu, 0, 1, 0);
	assert_u64(counted("interrupts"), 4);
	assert_u64(hw_vf_config_get(gpu, 0, msi + PCI_MSI_PENDING_64), 1);
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 0);
	assert_u64(counted("interrupts"), 5);
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

static void mailbox_is_cleared_by_pf_and_by_flr(void)
{
	use_mailbox(0);
	use_mailbox(1);
	hw_vf(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 0);
	assert_true(mailbox_is_unused(0));
	assert_false(mailbox_is_unused(1));
	flr(1);
	assert_true(mailbox_is_unused(1));
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE), 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_VF_FLR), 1 << 1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_VF_FLR), 0);
}

static void mailbox_of_a_former_tenant_is_seen(void)
{
	use_mailbox(0);
	use_mailbox(1);
	use_mailbox(2);
	assert_u64(counted("violations"), 0);
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	/* VF 0's new tenant finds it at its start, VF 1's reads it */
	hw_start(gpu, 0);
	assert_u64(counted("dirty_mailboxes"), 1);
	hw_leave(gpu, 0);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX) & 0xfff,
		   GPUVF_MBOX_READY);
	assert_u64(counted("leftover_mail"), 1);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 1 | 1 << 2);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	assert_true(mailbox_is_unused(2));
	/* SHUTDOWN ends a tenancy too */
	use_mailbox(1);
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 1), 0);
	hw_start(gpu, 1);
	assert_u64(counted("dirty_mailboxes"), 2);
	assert_u64(counted("violations"), 3);
}

static void mailbox_can_be_absent(void)
{
	assert_true(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	reload(PARAMETERS " mbox=0");
	assert_false(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	use_mailbox(0);
	assert_true(mailbox_is_unused(0));
}

static void mailbox_loses_messages_when_told(void)
{
	assert_ok(file_write(gpu_sim(gpu, "lose_message"), "2"));
	vf_sends(0, 1, 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 1);
	hw_send(gpu, 0, 1, 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 0);
	hw_send(gpu, 0, 1, 0);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 1);
	assert_u64(counted("injected_lose_message"), 1);
	assert_u64(counted("injected"), 1);
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
		assert_int_equal(hw_command(gpu, codes[i], GPUVF_FCN_VF(0) |
					    GPUVF_FCN_VF(0) << 8),
				 GPUVF_STATUS_ABORTED);
		assert_u64(counted("illegal"), ++illegal);
	}
}

static void go(unsigned int code, const char *state)
{
	assert_int_equal(command(code, 0), GPUVF_STATUS_DONE);
	assert_true(has_state(0, state));
}

static void only_legal_commands_are_obeyed(void)
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
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 1), GPUVF_STATUS_ABORTED);
	go(GPUVF_CMD_IDLE_GPU, "idle");
	go(GPUVF_CMD_SAVE_GPU_STATE, "save");
	go(GPUVF_CMD_SHUTDOWN_GPU, "shutdown");
	assert_u64(counted("violations"), 0);
}

static void unknown_commands_and_functions_are_refused(void)
{
	assert_int_equal(command(0xf, 0), GPUVF_STATUS_UNSUPPORTED);
	assert_int_equal(command(0x6, 0), GPUVF_STATUS_UNSUPPORTED);
	assert_u64(counted("bad_function"), 0);
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, NUM),
			 GPUVF_STATUS_UNSUPPORTED);
	/* neither the PF nor a VF */
	assert_int_equal(hw_command(gpu, GPUVF_CMD_INIT_GPU, 0x41),
			 GPUVF_STATUS_UNSUPPORTED);
	assert_u64(counted("bad_function"), 2);
	assert_u64(counted("illegal"), 4);
}

static void second_command_is_rejected(void)
{
	hw_clear_context(gpu, 0);
	hw_clear(gpu, 64, 4);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 slow 300000"));
	hw_begin(gpu, GPUVF_CMD_INIT_GPU, GPUVF_FCN_VF(0));
	assert_u64(hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS),
		   GPUVF_STATUS_EXECUTING | GPUVF_CMD_INIT_GPU);
	hw_begin(gpu, GPUVF_CMD_RUN_GPU, GPUVF_FCN_VF(0));
	assert_u64(counted("busy_rejected"), 1);
	assert_int_equal(hw_wait(gpu), GPUVF_STATUS_DONE);
	assert_true(has_state(0, "init"));
	assert_u64(counted_vf(0, "init_ns"), 300100 * US);
}

static uint64_t step_ns(unsigned int vf, unsigned int i)
{
	return counted_vf(vf, steps[i].key);
}

static void switch_is_the_four_steps_in_one(void)
{
	static const uint64_t wanted[] = { 50 * US, 150 * US, 170 * US,
					   20 * US };
	uint64_t before[4][2], slices[2], begin, end;
	unsigned int i;

	assert_true(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	/* what each VF needs for it, VF 0 has of its own */
	assert_ok(file_write(gpu_sim(gpu, "vf0/latency"), "load=170"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (i = 0; i < 4; i++) {
		before[i][0] = step_ns(0, i);
		before[i][1] = step_ns(1, i);
	}
	slices[0] = counted_vf(0, "slices");
	slices[1] = counted_vf(1, "slices");
	assert_int_equal(hw_switch(gpu, 1, 0), GPUVF_STATUS_DONE);
	assert_true(has_state(0, "run"));
	assert_true(has_state(1, "save"));
	for (i = 0; i < 4; i++) {
		unsigned int vf = i < 2 ? 1 : 0;

		assert_u64(step_ns(vf, i), before[i][vf] + wanted[i]);
		assert_u64(step_ns(!vf, i), before[i][!vf]);
	}
	assert_u64(counted_vf(1, "slices"), slices[1] + 1);
	/* charged from its INIT to the end of its SAVE, which is in the middle */
	assert_true(hw_event(gpu, "begin vf1 init", &begin, NULL));
	assert_true(hw_event(gpu, "done vf1 switch", &end, NULL));
	assert_u64(counted_vf(1, "charged_ns"),
		   end - 170 * US - 20 * US - begin);
	hw_leave(gpu, 0);
	assert_u64(counted_vf(0, "slices"), slices[0] + 1);
	assert_u64(counted("switches"), 1);
	assert_u64(counted("illegal"), 0);
}

static void switch_that_is_not_legal_is_refused(void)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* nobody executes; VF 2 was never started; VF 3 is not there */
	assert_int_equal(hw_switch(gpu, 0, 0), GPUVF_STATUS_ABORTED);
	hw_start(gpu, 1);
	assert_int_equal(hw_switch(gpu, 1, 2), GPUVF_STATUS_ABORTED);
	assert_int_equal(hw_switch(gpu, 0, 1), GPUVF_STATUS_ABORTED);
	assert_u64(counted("illegal"), 3);
	assert_int_equal(hw_switch(gpu, 1, 3), GPUVF_STATUS_UNSUPPORTED);
	assert_u64(counted("bad_function"), 1);
	/* VF 1 went on executing all the time, and can be switched to itself */
	assert_true(has_state(1, "run"));
	assert_int_equal(hw_switch(gpu, 1, 1), GPUVF_STATUS_DONE);
	assert_true(has_state(1, "run"));
	assert_u64(counted_vf(1, "slices"), 1);
	assert_u64(counted("switches"), 1);
}

static void nothing_starts_before_an_flr_is_acknowledged(void)
{
	flr(1);
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 1), GPUVF_STATUS_ABORTED);
	assert_true(has_state(1, "shutdown"));
	assert_u64(counted("flr_races"), 1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_start(gpu, 1);
	assert_u64(counted("illegal"), 0);
}

static void switch_is_ended_by_the_reset_of_either(void)
{
	unsigned int vf;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	for (vf = 0; vf < 2; vf++) {
		assert_ok(file_write(gpu_sim(gpu, "fail_command"),
				     "1 hang_status command=switch"));
		hw_begin(gpu, GPUVF_CMD_CONTEXT_SWITCH, GPUVF_FCN_VF(1) |
			 GPUVF_FCN_VF(0) << 8);
		flr(vf);
		assert_int_equal(hw_wait(gpu), GPUVF_STATUS_ABORTED);
		assert_true(has_state(vf, "shutdown"));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		if (vf == 1) {
			assert_true(has_state(0, "save"));
			continue;
		}
		/* the other one's state was saved; it hangs all the same */
		assert_true(has_state(1, "save"));
		flr(1);
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 3);
		hw_start(gpu, 0);
		hw_leave(gpu, 0);
		hw_start(gpu, 1);
	}
	assert_u64(counted("illegal"), 0);
	assert_u64(counted("violations"), 0);
}

static void switch_can_be_absent(void)
{
	reload("total_vfs=4 fb_mib=4096 clear_us_per_granule=1");
	assert_false(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_ONESHOT);
	hw_start(gpu, 0);
	assert_int_equal(hw_switch(gpu, 0, 0), GPUVF_STATUS_UNSUPPORTED);
	hw_leave(gpu, 0);
}

static void latency_is_each_vfs_own(void)
{
	char text[128];

	assert_ok(file_write(gpu_sim(gpu, "vf1/latency"),
			     "idle=70 init=500 shutdown=30"));
	assert_ok(file_write(gpu_sim(gpu, "vf1/latency"), "save=90"));
	assert_true(file_read(gpu_sim(gpu, "vf1/latency"), text,
			      sizeof(text)) > 0);
	assert_string_equal(text, "idle=70 save=90 load=150 run=20 init=500 shutdown=30");
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	assert_u64(counted_vf(1, "init_ns"), 500 * US);
	assert_u64(counted_vf(1, "idle_ns"), 70 * US);
	assert_u64(counted_vf(1, "save_ns"), 90 * US);
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 1), 0);
	assert_u64(counted_vf(1, "shutdown_ns"), 30 * US);
	assert_error(file_write(gpu_sim(gpu, "vf1/latency"), "idle"), -EINVAL);
	assert_error(file_write(gpu_sim(gpu, "vf1/latency"), "switch=1"),
		     -EINVAL);
	assert_ok(file_write(gpu_sim(gpu, "vf1/latency"), "default"));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_u64(counted_vf(0, "idle_ns"), 50 * US);
	assert_true(file_is(gpu_sim(gpu, "vf1/latency"),
			    "idle=50 save=150 load=150 run=20 init=100 shutdown=20"));
}

static void quanta_and_run_list_are_kept(void)
{
	static const unsigned int regs[] = {
		GPUVF_SCH_ACTIVE_FUNCTIONS, GPUVF_SCH_TIME_QUANTA_OPTION,
		GPUVF_SCH_TIME_QUANTA_PER_VF, GPUVF_SCH_TIME_QUANTA_PF,
	};
	unsigned int i;

	for (i = 0; i < 4; i++)
		hw_sch(gpu, regs[i], 0x80706050 + i);
	for (i = 0; i < 4; i++)
		assert_u64(hw_sch_get(gpu, regs[i]), 0x80706050 + i);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	for (i = 0; i < 4; i++)
		assert_u64(hw_sch_get(gpu, regs[i]), 0);
}

/*
 * A VF's ports
 */

#define WORKING	(GPUVF_ACTIVE_ACTIVE | GPUVF_SIM_VF_STATE_WORK)

static void doorbell_is_work(void)
{
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE), GPUVF_ACTIVE_IDLE);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 2000000);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 1000000);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL), 3000000);
	assert_u64(hw_vf_get(gpu, 0, GPUVF_SIM_VF_DOORBELL), 0);
	assert_u64(hw_sch_get(gpu, GPUVF_SCH_VM_BUSY), 1 << 1);
	assert_u64(hw_iov_get(gpu, GPUVF_IOV_INTR_STATUS),
		   GPUVF_IOV_INTR_BUSY_CHANGE);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE),
		   GPUVF_SIM_VF_STATE_WORK);
	hw_start(gpu, 1);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE), WORKING);
	assert_eventually(!hw_sch_get(gpu, GPUVF_SCH_VM_BUSY));
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL), 0);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE), GPUVF_ACTIVE_ACTIVE);
	/* exactly so long somebody with work executed */
	assert_u64(counted("work_ns"), 3000000ULL * US);
	/* a reset drops what is left */
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 50000000);
	flr(1);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_DOORBELL), 0);
	assert_u64(hw_sch_get(gpu, GPUVF_SCH_VM_BUSY), 0);
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
	assert_u64(window(vf, offset), data);
	assert_u64(hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_STATUS), status);
}

static void window_ends_at_the_vfs_own_memory(void)
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
	assert_u64(counted_vf(1, "blocked_touches"), 0);
	check_window(1, own - 1, ~0U, refused);
	check_window(1, own + 4 * GRANULE, ~0U, refused);
	check_window(1, 0, ~0U, refused);
	check_window(1, 4 * GIB, ~0U, refused);
	check_window(1, own + (1ULL << 32), ~0U, refused);
	hw_vf(gpu, 1, GPUVF_SIM_VF_WINDOW_DATA, 1);
	assert_u64(counted_vf(1, "blocked_touches"), 6);
	assert_u64(counted("violations"), 0);
	/* a new tenant that was started on what the old one left */
	hw_leave(gpu, 1);
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 1), 0);
	hw_clear_context(gpu, 1);
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 1), 0);
	assert_int_equal(command(GPUVF_CMD_RUN_GPU, 1), 0);
	assert_u64(counted("dirty_starts"), 1);
	check_window(1, own, mine, GPUVF_SIM_WINDOW_OK);
	assert_u64(counted("leftover_reads"), 1);
}

static void memory_enable_of_vfs_is_the_pfs(void)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	uint64_t own = GIB + 4 * GRANULE;
	uint32_t ctrl;

	hw_vf_config(gpu, 1, PCI_COMMAND,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_u64(hw_vf_config_get(gpu, 1, PCI_COMMAND) & 0xffff,
		   PCI_COMMAND_MASTER);
	while (PCI_EXT_CAP_ID(gpu_config_read(gpu, where)) !=
	       PCI_EXT_CAP_ID_SRIOV)
		where = PCI_EXT_CAP_NEXT(gpu_config_read(gpu, where));
	ctrl = gpu_config_read(gpu, where + PCI_SRIOV_CTRL);
	assert_true(ctrl & PCI_SRIOV_CTRL_MSE);

	/* through its BAR a VF writes without executing */
	hw_clear(gpu, GIB / GRANULE + 4, 4);
	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	hw_vf(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA, 1);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS),
		   GPUVF_SIM_WINDOW_OK);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff,
		   GPUVF_FCN_VF(1));
	assert_ok(gpu_config_write(gpu, where + PCI_SRIOV_CTRL,
				   ctrl & ~PCI_SRIOV_CTRL_MSE));
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA), ~0U);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS),
		   GPUVF_SIM_WINDOW_NO_DECODE);
	assert_ok(gpu_config_write(gpu, where + PCI_SRIOV_CTRL, ctrl));
	assert_u64(counted("leftover_reads"), 0);

	/* after an FLR it is another tenant */
	flr(1);
	check_window(1, own, ~0U, GPUVF_SIM_WINDOW_NOT_RUNNING);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff,
		   GPUVF_FCN_VF(1));
	assert_u64(counted("leftover_reads"), 1);
}

static void reading_all_registers_is_no_access_to_memory(void)
{
	unsigned int where;

	flr(1);
	for (where = 0; where < PCI_CFG_SPACE_EXP_SIZE; where += 4)
		hw_vf_config_get(gpu, 1, where);
	assert_u64(counted_vf(1, "blocked_touches"), 0);
	assert_u64(counted("leftover_reads"), 0);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_WINDOW_STATUS),
		   GPUVF_SIM_WINDOW_OK);
	/* an offset that was written opens it */
	check_window(1, 0, ~0U, GPUVF_SIM_WINDOW_REFUSED);
	assert_u64(counted_vf(1, "blocked_touches"), 1);
}

static void moved_context_slots_are_dirty(void)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 0), 0);
	hw_clear(gpu, GIB / GRANULE, 4);
	hw_clear_context(gpu, 0);
	/* written again, at the same place, and then at another */
	hw_iov(gpu, GPUVF_IOV_CNTXT, hw_iov_get(gpu, GPUVF_IOV_CNTXT));
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 0), 0);
	assert_int_equal(command(GPUVF_CMD_RUN_GPU, 0), 0);
	hw_leave(gpu, 0);
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 0), 0);
	assert_u64(counted("dirty_contexts"), 0);
	hw_clear(gpu, GIB / GRANULE, 4);
	hw_clear_context(gpu, 0);
	hw_iov(gpu, GPUVF_IOV_CNTXT,
	       hw_iov_get(gpu, GPUVF_IOV_CNTXT) + (1 << 16));
	assert_u64(counted("moved_while_live"), 0);
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 0), 0);
	assert_u64(counted("dirty_contexts"), 1);
}

/* @first: granule where the context save area begins */
static void set_context(unsigned int first)
{
	hw_iov(gpu, GPUVF_IOV_CNTXT,
	       (uint32_t)(first * (GRANULE / GPUVF_IOV_CNTXT_UNIT)) << 10 | 1);
}

/* what SAVE writes is content of the framebuffer, like any other */
static void saved_contexts_are_seen_where_they_were(void)
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
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 0), 0);
	assert_u64(counted("violations"), 0);

	/* it moves away, and its place becomes VF 1's, unscrubbed */
	hw_iov(gpu, GPUVF_IOV_CNTXT, place);
	hw_clear_context(gpu, 1);
	hw_iov(gpu, GPUVF_IOV_VF_FB(1), 3 * GIB / GRANULE << 16 | 1);
	assert_u64(window(1, 3 * GIB), ~0U);
	assert_u64(hw_vf_get(gpu, 1, GPUVF_SIM_VF_APERTURE_DATA) & 0xff,
		   GPUVF_FCN_VF(0));
	assert_u64(counted("leftover_reads"), 1);
	assert_int_equal(command(GPUVF_CMD_INIT_GPU, 1), 0);
	assert_u64(counted("dirty_starts"), 1);

	/* once it is scrubbed there is nothing wrong with it */
	flr(1);
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	hw_clear(gpu, 3 * GIB / GRANULE, 1);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	assert_u64(counted("dirty_starts"), 1);
	assert_u64(counted("foreign_writes"), 0);
	/* and nothing is saved into an extent unnoticed */
	assert_int_equal(command(GPUVF_CMD_SHUTDOWN_GPU, 1), 0);
	set_context(3 * GIB / GRANULE);
	hw_clear_context(gpu, 0);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_u64(counted("foreign_writes"), 1);
}

/* the parameter can be written while the engine is at work, whatever it is */
static void progress_of_clearing_at_any_speed(void)
{
	static const char path[] =
		"/sys/module/gpuvf_sim/parameters/clear_us_per_granule";

	/* 1000 times that is 2^39: its low half is zero */
	assert_ok(file_write(path, "536870912"));
	hw_sim(gpu, GPUVF_SIM_CLEAR_START, GIB / GRANULE);
	hw_sim(gpu, GPUVF_SIM_CLEAR_COUNT, 4);
	hw_sim(gpu, GPUVF_SIM_CLEAR_CONTROL, GPUVF_SIM_CLEAR_GO);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_PROGRESS), 0);
	assert_ok(file_write(path, "1"));
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_PROGRESS), 0);
	hw_sim(gpu, GPUVF_SIM_CLEAR_CONTROL, GPUVF_SIM_CLEAR_ABORT);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS),
		   GPUVF_SIM_CLEAR_ST_ABORTED);
}

/*
 * Faults
 */

static void fault_hits_the_command_it_is_for(void)
{
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"),
			     "2 error vf=1 command=idle"));
	assert_true(file_is(gpu_sim(gpu, "fail_command"),
			    "2 error vf=1 command=idle"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	hw_enter(gpu, 1);
	assert_int_equal(command(GPUVF_CMD_IDLE_GPU, 1), GPUVF_STATUS_ABORTED);
	assert_true(file_is(gpu_sim(gpu, "fail_command"),
			    "0 error vf=1 command=idle"));
	hw_leave(gpu, 1);
	assert_u64(counted("injected_fail_command"), 1);
	assert_u64(counted("illegal"), 0);
	/* sticky: until it is told otherwise */
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 error sticky"));
	assert_int_equal(command(GPUVF_CMD_LOAD_GPU_STATE, 1),
			 GPUVF_STATUS_ABORTED);
	assert_int_equal(command(GPUVF_CMD_LOAD_GPU_STATE, 0),
			 GPUVF_STATUS_ABORTED);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "0"));
	hw_enter(gpu, 1);
	hw_leave(gpu, 1);
	assert_u64(counted("injected"), 3);
	assert_error(file_write(gpu_sim(gpu, "fail_command"), "1 nonsense"),
		     -EINVAL);
	assert_error(file_write(gpu_sim(gpu, "fail_command"),
				"1 command=nonsense"), -EINVAL);
}

static void hang(unsigned int vf, const char *how)
{
	char text[64];

	snprintf(text, sizeof(text), "1 %s", how);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), text));
	hw_begin(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(vf));
}

static void flr_ends_a_hang_unless_told(void)
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
		assert_eventually(!(hw_sch_get(gpu, GPUVF_SCH_CMD) &
				    GPUVF_SCH_CMD_EXECUTE) != hangs[i].execute);
		assert_u64(hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS),
			   hangs[i].status);
		assert_true(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
		flr(1);
		assert_true(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			    GPUVF_SIM_VF_STATE_HUNG);
		assert_int_equal(!(hw_sch_get(gpu, GPUVF_SCH_CMD) &
				   GPUVF_SCH_CMD_EXECUTE), !hangs[i].execute);
		flr(1);
		assert_false(hw_vf_get(gpu, 1, GPUVF_SIM_VF_STATE) &
			     GPUVF_SIM_VF_STATE_HUNG);
		assert_int_equal(hw_wait(gpu), hangs[i].execute ?
				 GPUVF_STATUS_ABORTED : GPUVF_STATUS_GFX_HANG);
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 2);
	}
	assert_u64(counted("injected_fail_flr"), 3);
	assert_u64(counted("illegal"), 0);
}

static void reset_ends_every_hang_unless_told(void)
{
	hw_start(gpu, 0);
	hang(0, "hang_status");
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	assert_u64(gpu_truth(gpu, "gpu", "stuck"), 1);
	assert_u64(counted("injected_fail_reset"), 2);
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_false(hw_sch_get(gpu, GPUVF_SCH_CMD) & GPUVF_SCH_CMD_EXECUTE);
	assert_u64(gpu_truth(gpu, "gpu", "stuck"), 0);
	hw_layout(gpu, 1);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
}

static void clearing_fails_half_way_when_told(void)
{
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "1"));
	hw_clear(gpu, 64, 4);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS),
		   GPUVF_SIM_CLEAR_ST_ERROR);
	assert_u64(counted("granules_cleared"), 2);
	hw_clear(gpu, 64, 4);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS),
		   GPUVF_SIM_CLEAR_ST_DONE);
	hw_clear(gpu, 255, 2);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_CLEAR_STATUS),
		   GPUVF_SIM_CLEAR_ST_BAD_RANGE);
	assert_u64(counted("clears"), 2);
}

static void vfs_do_not_answer_when_told(void)
{
	is_loaded = false;
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(file_write(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	assert_true(gpu_set_numvfs(gpu, 2) < 0);
	assert_true(gpu_set_numvfs(gpu, 2) < 0);
	assert_true(file_is(gpu_sim(gpu, "fail_enable"), "0 sticky"));
	/* the PCI core looks at the first one only */
	assert_ok(file_write(gpu_sim(gpu, "fail_enable"), "1"));
	assert_ok(gpu_set_numvfs(gpu, 2));
	assert_true(file_is(gpu_sim(gpu, "fail_enable"), "-1"));
	assert_u64(counted("injected_fail_enable"), 3);
	assert_u64(hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION), 0x03800001);
	assert_u64(hw_vf_config_get(gpu, 1, PCI_CLASS_REVISION), ~0U);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_u64(gpu_config_read(gpu, 0), ~0U);
	assert_u64(hw_vf_config_get(gpu, 0, PCI_CLASS_REVISION), ~0U);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_u64(gpu_config_read(gpu, 0), GPUVF_SIM_VENDOR_ID |
		   GPUVF_SIM_DEVICE_ID_PF << 16);
}

/*
 * Truth
 */

/* every moment belongs to somebody */
static void time_is_accounted_without_rest(void)
{
	static const char *const parts[] = {
		"work_ns", "idle_run_ns", "command_ns", "unused_ns", "rest_ns",
	};
	struct truth from, to;
	uint64_t sum = 0;
	unsigned int i;

	hw_start(gpu, 0);
	from = truth_read(gpu);
	assert_ok(gpu_guest(gpu, 0, "busy 40"));
	pause_ms(5);
	hw_leave(gpu, 0);
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	pause_ms(5);
	/* what waits is done first, then VF 0 executes without work at times */
	hw_enter(gpu, 0);
	assert_eventually(counted("idle_run_ns") > 0);
	to = truth_read(gpu);
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		uint64_t ns = truth_get(&to, "gpu", parts[i]) -
			      truth_get(&from, "gpu", parts[i]);

		sum += ns;
		assert_true(ns > 0);
	}
	assert_u64(sum, truth_get(&to, "gpu", "now_ns") -
			truth_get(&from, "gpu", "now_ns"));
	/* VF 1 waits, and its wait under way counts */
	assert_u64(counted_vf(1, "waits"), 0);
	assert_true(counted_vf(1, "wait_ns") >= 5000 * US);
	assert_true(truth_vf(&to, 1, "longest_wait_ns") >=
		    truth_vf(&to, 1, "wait_ns") -
		    truth_vf(&from, 1, "wait_ns"));
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

	assert_non_null(text);
	*has = false;
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%llu %llu %llu", &low, &high, &count) != 3)
			continue;
		sum += count;
		*has |= value >= low && value <= high;
		/* 3 % sharp */
		assert_true(high - low <= low / 32);
	}
	free(text);
	return sum;
}

static void gaps_are_measured_and_logged(void)
{
	uint64_t done, begin, gap;
	bool has;

	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	/* nobody has work: nothing is lost */
	assert_u64(counted("gaps"), 0);
	hw_vf(gpu, 0, GPUVF_SIM_VF_DOORBELL, 50000000);
	assert_int_equal(command(GPUVF_CMD_LOAD_GPU_STATE, 0), 0);
	assert_true(hw_event(gpu, "done vf0 load", &done, NULL));
	assert_u64(counted("gaps"), 1);
	pause_ms(3);
	assert_int_equal(command(GPUVF_CMD_RUN_GPU, 0), 0);
	assert_true(hw_event(gpu, "begin vf0 run", &begin, &gap));
	assert_u64(gap, begin - done);
	assert_true(gap >= 3000 * US);
	assert_u64(counted("gaps"), 2);
	/* while somebody executes, the next command is not late */
	pause_ms(3);
	assert_int_equal(command(GPUVF_CMD_IDLE_GPU, 0), 0);
	assert_u64(counted("gaps"), 2);
	assert_u64(histogram("gaps", gap, &has), 2);
	assert_true(has);
	assert_true(gpu_truth(gpu, "gpu", "gap_max_ns") >= gap);
	assert_true(gpu_truth(gpu, "gpu", "gap_p999_ns") >= gap);
	assert_true(gpu_truth(gpu, "gpu", "gap_p999_ns") >=
		    gpu_truth(gpu, "gpu", "gap_p50_ns"));
	assert_ok(file_write(gpu_sim(gpu, "gaps"), "0"));
	assert_u64(histogram("gaps", gap, &has), 0);
	assert_u64(gpu_truth(gpu, "gpu", "gap_p50_ns"), 0);
}

static void lateness_is_what_goes_beyond_the_slice(void)
{
	bool has;

	assert_ok(file_write(gpu_sim(gpu, "vf0/slice_us"), "1000"));
	hw_start(gpu, 0);
	pause_ms(3);
	hw_leave(gpu, 0);
	assert_u64(counted_vf(0, "late"), 1);
	assert_u64(counted_vf(0, "late_ns"),
		   counted_vf(0, "run_ns") - 1000 * US);
	assert_u64(histogram("lateness", counted_vf(0, "late_ns"),
			     &has), 1);
	assert_true(has);
	assert_ok(file_write(gpu_sim(gpu, "vf0/slice_us"), "60000000"));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	assert_u64(counted_vf(0, "late"), 1);
	assert_u64(histogram("lateness", 0, &has), 2);
}

static void granules_have_owners(void)
{
	char *text;

	reload(PARAMETERS);
	text = file_read_all(gpu_sim(gpu, "granules"));
	assert_string_equal(text, "0-255 writer=nobody reader=nobody");
	free(text);
	hw_vf(gpu, 1, GPUVF_SIM_VF_DOORBELL, 50000000);
	hw_start(gpu, 1);
	hw_clear(gpu, 66, 1);
	text = file_read_all(gpu_sim(gpu, "granules"));
	assert_string_equal(text,
			    "0-65 writer=nobody reader=nobody\n"
			    "66-66 writer=cleared reader=nobody\n"
			    "67-67 writer=nobody reader=nobody\n"
			    "68-71 writer=vf1:1 reader=vf1:1\n"
			    "72-255 writer=nobody reader=nobody");
	free(text);
	assert_u64(counted("violations"), 0);
	assert_ok(file_write(gpu_sim(gpu, "plant"), "dirty 1"));
	text = file_read_all(gpu_sim(gpu, "granules"));
	assert_non_null(strstr(text, "\n68-68 writer=pf reader=vf1:1\n"));
	free(text);
}

static void events_are_the_last_ones(void)
{
	uint64_t ns;

	reload(PARAMETERS " events=16");
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_true(hw_event(gpu, "begin vf0 init", &ns, NULL));
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	hw_enter(gpu, 0);
	hw_leave(gpu, 0);
	assert_false(hw_event(gpu, "begin vf0 init", &ns, NULL));
	assert_true(hw_event(gpu, "done vf0 save", &ns, NULL));
}

/*
 * What it is
 */

static void it_is_a_display_device_and_a_test_module(void)
{
	char taint[16];

	assert_true(file_is(gpu_pci(gpu, "class"), "0x038000"));
	assert_true(file_read("/sys/module/gpuvf_sim/taint", taint,
			      sizeof(taint)) > 0);
	assert_non_null(strchr(taint, 'N'));
}

/* nothing loads it by itself, and every parameter says what it is */
static void its_module_information_is_complete(void)
{
	char command[256], line[256];
	unsigned int parameters = 0;
	FILE *info;

	snprintf(command, sizeof(command), "/sbin/modinfo %s/gpuvf_sim.ko",
		 getenv("GPUVF_MODULES"));
	info = popen(command, "r");
	assert_non_null(info);
	while (fgets(line, sizeof(line), info)) {
		assert_int_not_equal(strncmp(line, "alias:", 6), 0);
		if (strncmp(line, "parm:", 5))
			continue;
		parameters++;
		/* without a description the type alone follows the name */
		assert_non_null(strstr(line, " ("));
		assert_null(strstr(line, ":uint"));
		assert_null(strstr(line, ":bool"));
	}
	assert_int_equal(pclose(info), 0);
	assert_true(parameters > 10);
}

static void bad_parameters_are_refused(void)
{
	static const char *const bad[] = {
		"gpus=0", "gpus=9", "total_vfs=0", "total_vfs=32", "fb_mib=63",
		"fb_mib=65536", "generation=1", "vf_bar_mib=3", "events=15",
	};
	unsigned int i;

	is_loaded = false;
	assert_ok(hw_unload(&the_gpu));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_error(module_load("gpuvf_sim", bad[i]), -EINVAL);
}

static const struct test tests[] = {
	TEST(mailbox_carries_a_vfs_message),
	TEST(mailbox_carries_a_message_to_a_vf),
	TEST(mailbox_raises_interrupts_that_are_enabled),
	TEST(mailbox_is_cleared_by_pf_and_by_flr),
	TEST(nothing_starts_before_an_flr_is_acknowledged),
	TEST(mailbox_of_a_former_tenant_is_seen),
	SLOW_TEST(mailbox_can_be_absent),
	SLOW_TEST(mailbox_loses_messages_when_told),
	TEST(only_legal_commands_are_obeyed),
	SLOW_TEST(unknown_commands_and_functions_are_refused),
	SLOW_TEST(second_command_is_rejected),
	TEST(switch_is_the_four_steps_in_one),
	SLOW_TEST(switch_that_is_not_legal_is_refused),
	SLOW_TEST(switch_is_ended_by_the_reset_of_either),
	SLOW_TEST(switch_can_be_absent),
	SLOW_TEST(latency_is_each_vfs_own),
	SLOW_TEST(quanta_and_run_list_are_kept),
	SLOW_TEST(doorbell_is_work),
	TEST(window_ends_at_the_vfs_own_memory),
	TEST(memory_enable_of_vfs_is_the_pfs),
	TEST(reading_all_registers_is_no_access_to_memory),
	TEST(moved_context_slots_are_dirty),
	TEST(saved_contexts_are_seen_where_they_were),
	TEST(progress_of_clearing_at_any_speed),
	SLOW_TEST(fault_hits_the_command_it_is_for),
	SLOW_TEST(flr_ends_a_hang_unless_told),
	SLOW_TEST(reset_ends_every_hang_unless_told),
	SLOW_TEST(clearing_fails_half_way_when_told),
	LEAKY_TEST(vfs_do_not_answer_when_told),
	SLOW_TEST(time_is_accounted_without_rest),
	SLOW_TEST(gaps_are_measured_and_logged),
	SLOW_TEST(lateness_is_what_goes_beyond_the_slice),
	SLOW_TEST(granules_have_owners),
	SLOW_TEST(events_are_the_last_ones),
	SLOW_TEST(it_is_a_display_device_and_a_test_module),
	SLOW_TEST(its_module_information_is_complete),
	SLOW_TEST(bad_parameters_are_refused),
};

int main(void)
{
	const struct suite suite = {
		.name = "sim",
		.setup = setup,
		.teardown = teardown,
		.end = end,
	};

	return suite_run_as(&suite, tests, sizeof(tests) / sizeof(*tests));
}
