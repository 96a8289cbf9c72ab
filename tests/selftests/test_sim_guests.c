// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated guests, without gpuvf: they do what they are told, speak the
 * mailbox protocol as a guest's driver does, and lose patience as one does.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
#include "hw.h"

#define NUM	3
#define US	1000ULL
#define MS	1000000ULL

static struct gpu the_gpu;
static const struct gpu *gpu = &the_gpu;

static int load(void **state)
{
	(void)state;
	assert_ok(hw_load(&the_gpu, "total_vfs=3 fb_mib=4096 init_us=100 "
			  "clear_us_per_granule=1 events=65536"));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	return 0;
}

/* guests with a driver survive a reset of the GPU: not those of the last test */
static int setup(void **state)
{
	unsigned int i;

	if (!module_is_loaded("gpuvf_sim"))
		load(state);
	for (i = 0; i < NUM; i++)
		assert_ok(gpu_guest(gpu, i, "off"));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	return 0;
}

/* whatever a guest does, it sees nobody else's and nobody is told too much */
static int teardown(void **state)
{
	(void)state;
	assert_u64(gpu_truth(gpu, "gpu", "violations"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "illegal"), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_ok(hw_unload(&the_gpu));
	return 0;
}

static void guest(unsigned int vf, const char *what)
{
	assert_ok(gpu_guest(gpu, vf, what));
}

static bool driver_is(unsigned int vf, const char *state)
{
	return gpu_truth_vf_is(gpu, vf, "driver", state);
}

static bool is_busy(unsigned int vf)
{
	return hw_sch_get(gpu, GPUVF_SCH_VM_BUSY) & 1 << vf;
}

/* wait for a VF's message, and take it */
static unsigned int receive(unsigned int vf)
{
	uint32_t msg;

	assert_eventually(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID) & 1 << vf);
	msg = hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(vf)) & GPUVF_SIM_MBOX_RX_MSG;
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1 << vf);
	return msg;
}

static void tell(unsigned int vf, unsigned int msg)
{
	assert_eventually(!(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING) &
			    1 << vf));
	hw_send(gpu, vf, msg, 0);
}

/* what a PF driver does for a guest that starts */
static void boot(unsigned int vf)
{
	assert_int_equal(receive(vf), GPUVF_MBOX_REQ_INIT);
	hw_start(gpu, vf);
	tell(vf, GPUVF_MBOX_READY);
}

static void boot_and_leave(unsigned int vf)
{
	boot(vf);
	assert_int_equal(receive(vf), GPUVF_MBOX_REL_INIT);
	assert_true(driver_is(vf, "work"));
	hw_leave(gpu, vf);
}

static void words_are_kept_as_they_were_written(void)
{
	static const char *const good[] = {
		"off", "idle", "busy 1", "busy 100", "burst 1000 9000",
		"busy 50 hog", "busy 50 hog=20000", "idle boot=5000",
		"busy 30 boot=7 init_loop never_release dies deaf patient",
		"idle flood=1000 flood_msg=200",
	};
	static const char *const bad[] = {
		"", "nonsense", "busy", "busy 0", "busy 101", "busy 50 x",
		"burst 10", "burst 0 100", "burst 10 20", "off boot",
		"idle flood", "idle flood=9", "idle deaf", "idle patient", "busy  50",
		"idle flood=100 flood_msg=4096", "reset now",
	};
	unsigned int i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		guest(0, good[i]);
		assert_true(file_is(gpu_sim(gpu, "vf0/guest"), good[i]));
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_error(gpu_guest(gpu, 0, bad[i]), -EINVAL);
	assert_true(file_is(gpu_sim(gpu, "vf0/guest"),
			    "idle flood=1000 flood_msg=200"));
	/* only one that is initialised can ask for more */
	assert_error(gpu_guest(gpu, 1, "reset"), -ENOENT);
	assert_error(gpu_guest(gpu, 1, "fini"), -ENOENT);
	assert_error(gpu_guest(gpu, 1, "dead"), -ENOENT);
}

static void boots_works_and_unloads(void)
{
	uint64_t inits = gpu_truth_vf(gpu, 1, "inits");
	uint64_t finis = gpu_truth_vf(gpu, 1, "finis");
	uint64_t outside = gpu_truth_vf(gpu, 1, "init_outside");
	uint64_t run_ns;

	guest(1, "busy 100 boot=3000 patient");
	assert_false(is_busy(1));
	boot(1);
	run_ns = gpu_truth_vf(gpu, 1, "run_ns");
	assert_int_equal(receive(1), GPUVF_MBOX_REL_INIT);
	assert_u64(gpu_truth_vf(gpu, 1, "inits"), inits + 1);
	/* it executed at least so long */
	assert_true(gpu_truth_vf(gpu, 1, "run_ns") - run_ns > 0);
	assert_true(gpu_truth_vf(gpu, 1, "run_ns") >= 3000 * US);
	assert_true(is_busy(1));
	guest(1, "fini");
	assert_false(is_busy(1));
	assert_int_equal(receive(1), GPUVF_MBOX_REQ_FINI);
	tell(1, GPUVF_MBOX_READY);
	assert_int_equal(receive(1), GPUVF_MBOX_REL_FINI);
	assert_true(driver_is(1, "unloaded"));
	assert_u64(gpu_truth_vf(gpu, 1, "finis"), finis + 1);
	assert_u64(gpu_truth_vf(gpu, 1, "init_outside"), outside);
	assert_false(is_busy(1));
	hw_leave(gpu, 1);
}

/* initialising takes the GPU's time, and READY outside it is noticed */
static void initialises_only_while_it_executes(void)
{
	uint64_t outside = gpu_truth_vf(gpu, 0, "init_outside");

	guest(0, "idle boot=1000 patient");
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
	tell(0, GPUVF_MBOX_READY);
	assert_eventually(driver_is(0, "init"));
	assert_u64(gpu_truth_vf(gpu, 0, "init_outside"), outside + 1);
	pause_ms(20);
	assert_true(driver_is(0, "init"));
	hw_start(gpu, 0);
	assert_int_equal(receive(0), GPUVF_MBOX_REL_INIT);
	hw_leave(gpu, 0);
}

static void asks_for_a_reset_when_told(void)
{
	guest(0, "busy 100 boot=1000 patient");
	boot_and_leave(0);
	guest(0, "reset");
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_RESET);
	assert_true(driver_is(0, "wait"));
	assert_false(is_busy(0));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	assert_true(driver_is(0, "wait"));
	hw_start(gpu, 0);
	tell(0, GPUVF_MBOX_READY);
	assert_int_equal(receive(0), GPUVF_MBOX_REL_INIT);
	assert_true(is_busy(0));
	hw_leave(gpu, 0);
}

static void obeys_the_notification_of_a_reset(void)
{
	uint64_t unexpected = gpu_truth_vf(gpu, 0, "unexpected");

	guest(0, "busy 100 boot=1000 patient");
	boot_and_leave(0);
	tell(0, GPUVF_MBOX_FLR_NOTIFICATION);
	assert_int_equal(receive(0), GPUVF_MBOX_READY_TO_RESET);
	assert_true(driver_is(0, "quiet"));
	assert_false(is_busy(0));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
	assert_u64(gpu_truth_vf(gpu, 0, "unexpected"), unexpected);
	/* what makes no sense is noticed, and does nothing */
	tell(0, GPUVF_MBOX_READY);
	assert_eventually(gpu_truth_vf(gpu, 0, "unexpected") == unexpected + 1);
	assert_true(driver_is(0, "work"));
}

static void deaf_one_takes_the_notification_and_goes_on(void)
{
	guest(0, "busy 100 boot=1000 deaf patient");
	boot_and_leave(0);
	tell(0, GPUVF_MBOX_FLR_NOTIFICATION);
	assert_eventually(!hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	pause_ms(20);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 0);
	assert_true(driver_is(0, "work"));
	assert_true(is_busy(0));
	/* the reset itself it cannot overlook */
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	assert_true(driver_is(0, "quiet"));
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
}

static void survives_a_reset_of_the_gpu(void)
{
	guest(0, "busy 100 boot=1000 patient");
	guest(1, "busy 100");
	boot_and_leave(0);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	assert_true(driver_is(0, "quiet"));
	/* one that has no driver is gone with it */
	assert_true(file_is(gpu_sim(gpu, "vf1/guest"), "off"));
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
	/* and with its VF it is gone too */
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_true(file_is(gpu_sim(gpu, "vf0/guest"), "off"));
	assert_ok(gpu_set_numvfs(gpu, NUM));
}

static void gives_up_when_refused_or_not_heard(void)
{
	uint64_t refusals = gpu_truth_vf(gpu, 0, "refusals");
	uint64_t acks = gpu_truth_vf(gpu, 1, "ack_timeouts");

	guest(0, "idle boot");
	guest(1, "idle boot");
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
	tell(0, GPUVF_MBOX_FAIL);
	assert_eventually(driver_is(0, "failed"));
	assert_u64(gpu_truth_vf(gpu, 0, "refusals"), refusals + 1);
	/* nobody takes VF 1's message: half a second, as Linux's driver */
	assert_eventually(driver_is(1, "failed"));
	assert_u64(gpu_truth_vf(gpu, 1, "ack_timeouts"), acks + 1);
}

static void loses_patience(void)
{
	uint64_t ready = gpu_truth_vf(gpu, 0, "ready_timeouts");
	uint64_t flr = gpu_truth_vf(gpu, 1, "flr_timeouts");
	uint64_t asked, again, told;

	guest(1, "idle boot=1000");
	boot_and_leave(1);
	tell(1, GPUVF_MBOX_FLR_NOTIFICATION);
	assert_int_equal(receive(1), GPUVF_MBOX_READY_TO_RESET);
	guest(0, "idle boot init_loop");
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
	assert_true(hw_event(gpu, "to_pf vf0", &asked, NULL));
	assert_true(hw_event(gpu, "to_vf vf1", &told, NULL));
	/* 6 s for READY, 5 s for FLR_COMPLETE; then they ask again */
	assert_int_equal(receive(1), GPUVF_MBOX_REQ_INIT);
	assert_true(hw_event(gpu, "to_pf vf1", &again, NULL));
	assert_u64(again - told, 5000 * MS + 20 * US);
	assert_u64(gpu_truth_vf(gpu, 1, "flr_timeouts"), flr + 1);
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
	assert_true(hw_event(gpu, "to_pf vf0", &again, NULL));
	assert_u64(again - asked, 6000 * MS);
	assert_u64(gpu_truth_vf(gpu, 0, "ready_timeouts"), ready + 1);
}

static void init_loop_asks_for_ever(void)
{
	unsigned int i;

	guest(0, "idle boot=1000 init_loop patient");
	for (i = 0; i < 4; i++) {
		assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
		if (!i)
			hw_start(gpu, 0);
		tell(0, GPUVF_MBOX_READY);
		assert_int_equal(receive(0), GPUVF_MBOX_REL_INIT);
	}
	assert_int_equal(receive(0), GPUVF_MBOX_REQ_INIT);
	hw_leave(gpu, 0);
}

static void never_release_keeps_the_gpu(void)
{
	guest(0, "busy 100 boot=1000 never_release patient");
	boot(0);
	assert_eventually(driver_is(0, "work"));
	pause_ms(20);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 0);
	assert_true(is_busy(0));
	hw_leave(gpu, 0);
}

/* its work is never done, and it hears nothing */
static void check_dead(unsigned int vf)
{
	assert_eventually(driver_is(vf, "dead"));
	assert_true(is_busy(vf));
	pause_ms(20);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID), 0);
	assert_true(is_busy(vf));
	tell(vf, GPUVF_MBOX_FLR_NOTIFICATION);
	pause_ms(20);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING), 1 << vf);
	assert_ok(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << vf);
	assert_false(is_busy(vf));
	assert_true(driver_is(vf, "dead"));
}

static void dead_ones_hold_what_they_have(void)
{
	guest(0, "idle boot=1000 dies patient");
	boot(0);
	check_dead(0);
	guest(1, "busy 100");
	guest(1, "dead");
	hw_start(gpu, 1);
	check_dead(1);
}

static void hog_does_not_yield(void)
{
	uint64_t begin, done;

	guest(0, "busy 100 hog=30000");
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	assert_true(hw_event(gpu, "begin vf0 idle", &begin, NULL));
	assert_true(hw_event(gpu, "done vf0 idle", &done, NULL));
	assert_u64(done - begin, 30000 * US + 50 * US);
	guest(0, "busy 100 hog");
	hw_enter(gpu, 0);
	hw_begin(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(0));
	pause_ms(50);
	assert_u64(hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS),
		   GPUVF_STATUS_EXECUTING | GPUVF_CMD_IDLE_GPU);
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	assert_int_equal(hw_wait(gpu), GPUVF_STATUS_ABORTED);
}

static void flooder_sends_at_its_rate_and_is_held_by_the_mailbox(void)
{
	uint64_t sent = gpu_truth_vf(gpu, 0, "mail_sent");
	uint64_t dropped = gpu_truth_vf(gpu, 0, "mail_dropped");
	uint64_t begin = gpu_truth(gpu, "gpu", "now_ns"), end, periods;

	guest(0, "idle flood=1000 flood_msg=77");
	assert_eventually(gpu_truth_vf(gpu, 0, "mail_sent") == sent + 1);
	pause_ms(20);
	assert_u64(hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(0)), 77);
	assert_int_equal(receive(0), 77);
	assert_int_equal(receive(0), 77);
	assert_int_equal(receive(0), 77);
	guest(0, "off");
	end = gpu_truth(gpu, "gpu", "now_ns");
	/* each attempt was either sent or dropped, and was made at its time */
	sent = gpu_truth_vf(gpu, 0, "mail_sent") - sent;
	dropped = gpu_truth_vf(gpu, 0, "mail_dropped") - dropped;
	periods = (end - begin) / MS + 1;
	assert_true(sent >= 3 && sent <= 4);
	assert_true(dropped > 10);
	assert_true(sent + dropped <= periods);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1);
}

static void burst_comes_in_pieces(void)
{
	uint64_t first, second, work;

	guest(2, "burst 2000 8000");
	hw_start(gpu, 2);
	work = gpu_truth(gpu, "gpu", "work_ns");
	assert_eventually(gpu_truth(gpu, "gpu", "work_ns") > work + 6 * MS);
	/* while it executes all the time, it has work a fifth of it */
	assert_eventually(!is_busy(2));
	assert_eventually(is_busy(2));
	assert_true(hw_event(gpu, "busy vf2", &first, NULL));
	assert_eventually(!is_busy(2));
	assert_true(hw_event(gpu, "rest vf2", &second, NULL));
	assert_u64((second - first) % (10 * MS), 2 * MS);
	hw_leave(gpu, 2);
}

static const struct test tests[] = {
	TEST(words_are_kept_as_they_were_written),
	TEST(boots_works_and_unloads),
	SLOW_TEST(initialises_only_while_it_executes),
	SLOW_TEST(asks_for_a_reset_when_told),
	TEST(obeys_the_notification_of_a_reset),
	SLOW_TEST(deaf_one_takes_the_notification_and_goes_on),
	SLOW_TEST(survives_a_reset_of_the_gpu),
	SLOW_TEST(gives_up_when_refused_or_not_heard),
	SLOW_TEST(loses_patience),
	SLOW_TEST(init_loop_asks_for_ever),
	SLOW_TEST(never_release_keeps_the_gpu),
	SLOW_TEST(dead_ones_hold_what_they_have),
	SLOW_TEST(hog_does_not_yield),
	SLOW_TEST(flooder_sends_at_its_rate_and_is_held_by_the_mailbox),
	SLOW_TEST(burst_comes_in_pieces),
};

int main(void)
{
	const struct suite suite = {
		.name = "sim_guests",
		.setup = setup,
		.teardown = teardown,
		.end = end,
	};

	return suite_run_as(&suite, tests, sizeof(tests) / sizeof(*tests));
}
