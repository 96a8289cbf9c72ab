// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated guests, without gpuvf: they do as they are set, speak the
 * mailbox protocol as a guest's driver does, and lose patience as one does.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>
#include "selftest.h"
#include "hw.h"

#define NUM	3
#define US	1000ULL
#define MS	1000000ULL
#define PARAMETERS	"total_vfs=3 fb_mib=4096 init_us=100 " \
			"scrub_us_per_unit=1 events=65536"

static struct gpu the_gpu;
static const struct gpu *gpu = &the_gpu;

FIXTURE(sim_guests) {
};

/* guests with a driver survive a reset of the GPU: not those of the last test */
static void begin(struct __test_metadata *test)
{
	const char *missing = fixture_missing();
	unsigned int i;

	selftest_begin(test);
	if (missing)
		SKIP(return, "%s", missing);
	if (!hw_is_loaded(&the_gpu, PARAMETERS)) {
		ASSERT_OK(hw_load(&the_gpu, PARAMETERS));
		ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	}
	for (i = 0; i < NUM; i++)
		ASSERT_OK(gpu_guest(gpu, i, "off"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
}

/* whatever a guest does, it sees no other's, and the PF learns no more than it may */
static void end(void)
{
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "violations"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "illegal"));
}

FIXTURE_SETUP(sim_guests)
{
	begin(_metadata);
}

FIXTURE_TEARDOWN(sim_guests)
{
	end();
}

static void guest(unsigned int vf, const char *what)
{
	ASSERT_OK(gpu_guest(gpu, vf, what));
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
	uint32_t code;

	ASSERT_EVENTUALLY(hw_has_mail(gpu, vf));
	code = hw_mbox_get(gpu, vf, GPUVF_MBOX_RCV(0));
	hw_unsend(gpu, vf);
	hw_ack(gpu, vf);
	return code;
}

static void tell(unsigned int vf, unsigned int code)
{
	/* guests look for it */
	if (code == GPUVF_MBOX_FLR_COMPLETE)
		hw_mbox(gpu, vf, GPUVF_MBOX_TRN(0), code);
	else
		hw_send(gpu, vf, code, 0);
}

/* has the VF acknowledged what it was sent? */
static bool has_taken(unsigned int vf)
{
	return hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED) & 1U << vf;
}

/* what a PF driver does for a guest that starts */
static void boot(unsigned int vf)
{
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(vf));
	hw_start(gpu, vf);
	tell(vf, GPUVF_MBOX_READY);
}

static void boot_and_leave(unsigned int vf)
{
	boot(vf);
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(vf));
	ASSERT_TRUE(driver_is(vf, "work"));
	hw_leave(gpu, vf);
}

TEST_F(sim_guests, words_are_kept_as_they_were_written)
{
	static const char *const good[] = {
		"off", "idle", "busy 1", "busy 100", "burst 1000 9000",
		"busy 50 hog", "busy 50 hog=20000", "idle boot=5000",
		"busy 30 boot=7 init_loop never_release dies deaf patient",
		"idle boot=7 vi", "idle boot=7 ai patient",
		"busy 100 boot=1000 nv dies", "idle flood=1000 flood_msg=4096",
		"idle flood=1000 flood_msg=200",
	};
	static const char *const bad[] = {
		"", "nonsense", "busy", "busy 0", "busy 101", "busy 50 x",
		"burst 10", "burst 0 100", "burst 10 20", "off boot",
		"idle flood", "idle flood=9", "idle deaf", "idle patient", "busy  50",
		"idle flood=100 flood_msg=0", "reset now", "idle nv",
	};
	unsigned int i;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		guest(0, good[i]);
		ASSERT_TRUE(file_is(gpu_sim(gpu, "vf0/guest"), good[i]));
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ASSERT_ERROR(gpu_guest(gpu, 0, bad[i]), -EINVAL);
	ASSERT_TRUE(file_is(gpu_sim(gpu, "vf0/guest"),
			    "idle flood=1000 flood_msg=200"));
	/* only one that is initialised can ask for more */
	ASSERT_ERROR(gpu_guest(gpu, 1, "reset"), -ENOENT);
	ASSERT_ERROR(gpu_guest(gpu, 1, "fini"), -ENOENT);
	ASSERT_ERROR(gpu_guest(gpu, 1, "dead"), -ENOENT);
}

TEST_F(sim_guests, boots_works_and_unloads)
{
	uint64_t inits = gpu_truth_vf(gpu, 1, "inits");
	uint64_t finis = gpu_truth_vf(gpu, 1, "finis");
	uint64_t outside = gpu_truth_vf(gpu, 1, "init_outside");
	uint64_t run_ns;

	guest(1, "busy 100 boot=3000 patient");
	ASSERT_FALSE(is_busy(1));
	boot(1);
	run_ns = gpu_truth_vf(gpu, 1, "run_ns");
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(1));
	ASSERT_EQ(inits + 1, gpu_truth_vf(gpu, 1, "inits"));
	/* it executed at least so long */
	ASSERT_LT(0, gpu_truth_vf(gpu, 1, "run_ns") - run_ns);
	ASSERT_LE(3000 * US, gpu_truth_vf(gpu, 1, "run_ns"));
	ASSERT_TRUE(is_busy(1));
	guest(1, "fini");
	ASSERT_FALSE(is_busy(1));
	ASSERT_EQ(GPUVF_MBOX_REQ_FINI, receive(1));
	tell(1, GPUVF_MBOX_READY);
	ASSERT_EQ(GPUVF_MBOX_REL_FINI, receive(1));
	ASSERT_TRUE(driver_is(1, "unloaded"));
	ASSERT_EQ(finis + 1, gpu_truth_vf(gpu, 1, "finis"));
	ASSERT_EQ(outside, gpu_truth_vf(gpu, 1, "init_outside"));
	ASSERT_FALSE(is_busy(1));
	hw_leave(gpu, 1);
}

/* initialising takes the GPU's time, and READY outside it is noticed */
TEST_F(sim_guests, initialises_only_while_it_executes)
{
	uint64_t outside = gpu_truth_vf(gpu, 0, "init_outside");

	guest(0, "idle boot=1000 patient");
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
	tell(0, GPUVF_MBOX_READY);
	ASSERT_EVENTUALLY(driver_is(0, "init"));
	ASSERT_EQ(outside + 1, gpu_truth_vf(gpu, 0, "init_outside"));
	pause_ms(20);
	ASSERT_TRUE(driver_is(0, "init"));
	hw_start(gpu, 0);
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(0));
	hw_leave(gpu, 0);
}

TEST_F(sim_guests, asks_for_a_reset_when_told)
{
	guest(0, "busy 100 boot=1000 patient");
	boot_and_leave(0);
	guest(0, "reset");
	ASSERT_EQ(GPUVF_MBOX_REQ_RESET, receive(0));
	ASSERT_TRUE(driver_is(0, "wait"));
	ASSERT_FALSE(is_busy(0));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	ASSERT_TRUE(driver_is(0, "wait"));
	hw_start(gpu, 0);
	tell(0, GPUVF_MBOX_READY);
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(0));
	ASSERT_TRUE(is_busy(0));
	hw_leave(gpu, 0);
}

TEST_F(sim_guests, obeys_the_notification_of_a_reset)
{
	uint64_t unexpected = gpu_truth_vf(gpu, 0, "unexpected");

	guest(0, "busy 100 boot=1000 patient");
	boot_and_leave(0);
	tell(0, GPUVF_MBOX_FLR_NOTIFICATION);
	ASSERT_EQ(GPUVF_MBOX_READY_TO_RESET, receive(0));
	ASSERT_TRUE(driver_is(0, "quiet"));
	ASSERT_FALSE(is_busy(0));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
	ASSERT_EQ(unexpected, gpu_truth_vf(gpu, 0, "unexpected"));
	/* what makes no sense is noticed, and does nothing */
	tell(0, GPUVF_MBOX_READY);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "unexpected") == unexpected + 1);
	ASSERT_TRUE(driver_is(0, "work"));
}

TEST_F(sim_guests, deaf_one_takes_the_notification_and_goes_on)
{
	guest(0, "busy 100 boot=1000 deaf patient");
	boot_and_leave(0);
	tell(0, GPUVF_MBOX_FLR_NOTIFICATION);
	ASSERT_EVENTUALLY(has_taken(0));
	pause_ms(20);
	ASSERT_FALSE(hw_has_mail(gpu, 0));
	ASSERT_TRUE(driver_is(0, "work"));
	ASSERT_TRUE(is_busy(0));
	/* the reset itself it cannot overlook */
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
	ASSERT_TRUE(driver_is(0, "quiet"));
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
}

TEST_F(sim_guests, survives_a_reset_of_the_gpu)
{
	guest(0, "busy 100 boot=1000 patient");
	guest(1, "busy 100");
	boot_and_leave(0);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	ASSERT_TRUE(driver_is(0, "quiet"));
	/* one that has no driver is gone with it */
	ASSERT_TRUE(file_is(gpu_sim(gpu, "vf1/guest"), "off"));
	tell(0, GPUVF_MBOX_FLR_COMPLETE);
	boot_and_leave(0);
	/* and with its VF it is gone too */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "vf0/guest"), "off"));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
}

TEST_F(sim_guests, gives_up_when_refused_or_not_heard)
{
	uint64_t refusals = gpu_truth_vf(gpu, 0, "refusals");
	uint64_t acks = gpu_truth_vf(gpu, 1, "ack_timeouts");

	guest(0, "idle boot");
	guest(1, "idle boot");
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
	tell(0, GPUVF_MBOX_UNRECOVERABLE);
	ASSERT_EVENTUALLY(driver_is(0, "failed"));
	ASSERT_EQ(refusals + 1, gpu_truth_vf(gpu, 0, "refusals"));
	/* VF 1's message is not taken: half a second, as Linux's driver */
	ASSERT_EVENTUALLY(driver_is(1, "failed"));
	ASSERT_EQ(acks + 1, gpu_truth_vf(gpu, 1, "ack_timeouts"));
}

TEST_F(sim_guests, loses_patience)
{
	uint64_t ready = gpu_truth_vf(gpu, 0, "ready_timeouts");
	uint64_t flr = gpu_truth_vf(gpu, 1, "flr_timeouts");
	uint64_t asked, again, heard;

	guest(1, "idle boot=1000");
	boot_and_leave(1);
	tell(1, GPUVF_MBOX_FLR_NOTIFICATION);
	ASSERT_EQ(GPUVF_MBOX_READY_TO_RESET, receive(1));
	guest(0, "idle boot init_loop");
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
	ASSERT_TRUE(hw_event(gpu, "to_pf vf0", &asked, NULL));
	ASSERT_TRUE(hw_event(gpu, "to_vf vf1", &heard, NULL));
	/* 6 s for READY, 5 s for FLR_COMPLETE; then they ask again */
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(1));
	ASSERT_TRUE(hw_event(gpu, "to_pf vf1", &again, NULL));
	ASSERT_LE(5000 * MS + 20 * US, again - heard);
	ASSERT_GT(5500 * MS, again - heard);
	ASSERT_EQ(flr + 1, gpu_truth_vf(gpu, 1, "flr_timeouts"));
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
	ASSERT_TRUE(hw_event(gpu, "to_pf vf0", &again, NULL));
	ASSERT_EQ(6000 * MS, again - asked);
	ASSERT_EQ(ready + 1, gpu_truth_vf(gpu, 0, "ready_timeouts"));
}

TEST_F(sim_guests, init_loop_asks_for_ever)
{
	unsigned int i;

	guest(0, "idle boot=1000 init_loop patient");
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
		if (!i)
			hw_start(gpu, 0);
		tell(0, GPUVF_MBOX_READY);
		ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(0));
	}
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, receive(0));
	hw_leave(gpu, 0);
}

TEST_F(sim_guests, never_release_keeps_the_gpu)
{
	guest(0, "busy 100 boot=1000 never_release patient");
	boot(0);
	ASSERT_EVENTUALLY(driver_is(0, "work"));
	pause_ms(20);
	ASSERT_FALSE(hw_has_mail(gpu, 0));
	ASSERT_TRUE(is_busy(0));
	hw_leave(gpu, 0);
}

/* its work is never done, and it hears nothing */
static void check_dead(unsigned int vf)
{
	ASSERT_EVENTUALLY(driver_is(vf, "dead"));
	ASSERT_TRUE(is_busy(vf));
	pause_ms(20);
	ASSERT_FALSE(hw_has_mail(gpu, vf));
	ASSERT_TRUE(is_busy(vf));
	tell(vf, GPUVF_MBOX_FLR_NOTIFICATION);
	pause_ms(20);
	ASSERT_FALSE(has_taken(vf));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << vf);
	ASSERT_FALSE(is_busy(vf));
	ASSERT_TRUE(driver_is(vf, "dead"));
}

TEST_F(sim_guests, dead_ones_hold_what_they_have)
{
	guest(0, "idle boot=1000 dies patient");
	boot(0);
	check_dead(0);
	guest(1, "busy 100");
	guest(1, "dead");
	hw_start(gpu, 1);
	check_dead(1);
}

TEST_F(sim_guests, hog_does_not_yield)
{
	uint64_t begin, done;

	guest(0, "busy 100 hog=30000");
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_TRUE(hw_event(gpu, "begin vf0 idle", &begin, NULL));
	ASSERT_TRUE(hw_event(gpu, "done vf0 idle", &done, NULL));
	ASSERT_EQ(30000 * US + 50 * US, done - begin);
	guest(0, "busy 100 hog");
	hw_enter(gpu, 0);
	hw_begin(gpu, GPUVF_CMD_IDLE_GPU, GPUVF_FCN_VF(0));
	pause_ms(50);
	ASSERT_EQ(GPUVF_STATUS_EXECUTING | GPUVF_CMD_IDLE_GPU,
		  hw_sch_get(gpu, GPUVF_SCH_CMD_STATUS));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_EQ(GPUVF_STATUS_ABORTED, hw_wait(gpu));
}

TEST_F(sim_guests, flooder_sends_at_its_rate)
{
	uint64_t sent = gpu_truth_vf(gpu, 0, "mail_sent");
	uint64_t lost = gpu_truth_vf(gpu, 0, "mail_overwritten");
	uint64_t taken = gpu_truth_vf(gpu, 0, "mail_taken");
	uint64_t begin = gpu_truth(gpu, "gpu", "now_ns"), end, periods;

	guest(0, "idle flood=1000 flood_msg=77");
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "mail_sent") == sent + 1);
	pause_ms(20);
	ASSERT_EQ(77, hw_mbox_get(gpu, 0, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(77, receive(0));
	ASSERT_EQ(77, receive(0));
	ASSERT_EQ(77, receive(0));
	guest(0, "off");
	end = gpu_truth(gpu, "gpu", "now_ns");
	/* each was sent at its time, and taken or overwritten; the last one may wait */
	sent = gpu_truth_vf(gpu, 0, "mail_sent") - sent;
	lost = gpu_truth_vf(gpu, 0, "mail_overwritten") - lost;
	taken = gpu_truth_vf(gpu, 0, "mail_taken") - taken;
	periods = (end - begin) / MS + 1;
	ASSERT_EQ(3, taken);
	ASSERT_LT(10, lost);
	ASSERT_TRUE(sent - lost - taken <= 1);
	ASSERT_GE(periods, sent);
}

/* as Linux's drivers do: how often they ask, and for how long all in all */
FIXTURE_VARIANT(vendor)
{
	const char *kind;
	unsigned int init_data;		/* messages */
	unsigned int init;
	unsigned int try_ms;		/* for each of them */
};

FIXTURE(vendor) {
};

FIXTURE_VARIANT_ADD(vendor, vi) {
	.kind = "vi", .init = 1, .try_ms = 12000,
};

FIXTURE_VARIANT_ADD(vendor, ai) {
	.kind = "ai", .init = 1, .try_ms = 6500,
};

FIXTURE_VARIANT_ADD(vendor, nv) {
	.kind = "nv", .init_data = 5, .init = 5, .try_ms = 15500,
};

FIXTURE_SETUP(vendor)
{
	begin(_metadata);
}

FIXTURE_TEARDOWN(vendor)
{
	end();
}

static void boot_as(const char *kind, const char *more)
{
	ASSERT_OK(file_printf(gpu_sim(gpu, "vf0/guest"), "idle boot=1000 %s %s",
			      kind, more));
}

/* reading the mailbox takes the debug kernel tenths of a second */
#define SLACK_MS	1000

/* no look at it meanwhile: so the VM's time flies */
static void gives_up_after(unsigned int ms)
{
	pause_ms(ms - SLACK_MS);
	ASSERT_TRUE(driver_is(0, "wait"));
	pause_ms(2 * SLACK_MS);
	ASSERT_TRUE(driver_is(0, "failed"));
}

TEST_F(vendor, gives_up_without_an_acknowledgment)
{
	uint64_t acks = gpu_truth_vf(gpu, 0, "ack_timeouts");

	boot_as(variant->kind, "");
	gives_up_after((variant->init_data + variant->init) * variant->try_ms);
	ASSERT_LT(acks, gpu_truth_vf(gpu, 0, "ack_timeouts"));
}

/* FAIL is none of their words */
TEST_F(vendor, gives_up_without_an_answer)
{
	unsigned int i;

	boot_as(variant->kind, "");
	for (i = 0; i < variant->init_data + variant->init; i++) {
		if (i) {
			pause_ms(variant->try_ms - SLACK_MS);
			ASSERT_FALSE(hw_has_mail(gpu, 0));
		}
		ASSERT_EQ(i < variant->init_data ? GPUVF_MBOX_REQ_INIT_DATA :
						   GPUVF_MBOX_REQ_INIT,
			  receive(0));
		tell(0, 5);
	}
	gives_up_after(variant->try_ms);
	ASSERT_FALSE(hw_has_mail(gpu, 0));
}

static void gets_its_data(unsigned int messages)
{
	if (!messages)
		return;
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT_DATA, receive(0));
	tell(0, GPUVF_MBOX_INIT_DATA_READY);
}

/* all but vi take a READY that is not for them, and one is not on the engine then */
TEST_F(vendor, takes_what_it_can_read)
{
	uint64_t outside = gpu_truth_vf(gpu, 0, "init_outside");

	boot_as(variant->kind, "");
	gets_its_data(variant->init_data);
	ASSERT_EVENTUALLY(hw_has_mail(gpu, 0));
	hw_send(gpu, 0, GPUVF_MBOX_READY, 0);
	if (strcmp(variant->kind, "vi"))
		hw_mbox(gpu, 0, GPUVF_MBOX_CONTROL, 0);
	pause_ms(1);
	ASSERT_TRUE(driver_is(0, "wait"));
	hw_ack(gpu, 0);
	ASSERT_EVENTUALLY(driver_is(0, "init"));
	ASSERT_EQ(outside + 1, gpu_truth_vf(gpu, 0, "init_outside"));
}

TEST_F(vendor, boots_is_reset_and_boots_again)
{
	unsigned int i;

	boot_as(variant->kind, "");
	gets_its_data(variant->init_data);
	boot(0);
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(0));
	ASSERT_TRUE(driver_is(0, "work"));
	hw_leave(gpu, 0);
	for (i = 0; i < 2; i++) {
		tell(0, GPUVF_MBOX_FLR_NOTIFICATION);
		if (strcmp(variant->kind, "vi"))
			ASSERT_EQ(GPUVF_MBOX_READY_TO_RESET, receive(0));
		ASSERT_EVENTUALLY(driver_is(0, "quiet"));
		/* it acknowledges only what it waits for */
		ASSERT_FALSE(has_taken(0));
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
		hw_sim(gpu, GPUVF_SIM_VF_FLR, 1);
		tell(0, GPUVF_MBOX_FLR_COMPLETE);
		boot(0);
		ASSERT_EQ(GPUVF_MBOX_REL_INIT, receive(0));
		hw_leave(gpu, 0);
	}
}

TEST_F(sim_guests, burst_comes_in_pieces)
{
	uint64_t first, second, work;

	guest(2, "burst 2000 8000");
	hw_start(gpu, 2);
	work = gpu_truth(gpu, "gpu", "work_ns");
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "work_ns") > work + 6 * MS);
	/* while it executes all the time, it has work a fifth of it */
	ASSERT_EVENTUALLY(!is_busy(2));
	ASSERT_EVENTUALLY(is_busy(2));
	ASSERT_TRUE(hw_event(gpu, "busy vf2", &first, NULL));
	ASSERT_EVENTUALLY(!is_busy(2));
	ASSERT_TRUE(hw_event(gpu, "rest vf2", &second, NULL));
	ASSERT_EQ(2 * MS, (second - first) % (10 * MS));
	hw_leave(gpu, 2);
}

TEST_HARNESS_MAIN
