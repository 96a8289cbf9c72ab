// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that misbehave: each is held back, reported, and if need be reset, and
 * the others keep their state and their turns.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "hw.h"
#include "klog.h"
#include "load.h"
#include <hw/regs.h>

#define NUM	3
#define BAD	1	/* the VF whose guest misbehaves */

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000, 5000 };

/* the others' lives, what was true, and what was said, at the start */
static uint64_t epoch[NUM];
static struct truth before;
static int klog = -1;

/* how events end in the kernel log */
static const char flooded[] =
	"more than 56 messages in 60 s, the rest is refused";
static const char refused[] =
	"requests for full access in 60 s, the rest is refused";
static const char overstayed[] =
	"did not give up full access in time, resetting it";
static const char overran[] =
	"within its preemption timeout of 20000 us, resetting it";

static bool was_told(const char *what)
{
	return klog_has(klog, what);
}

static uint64_t counted_vf(unsigned int vf, const char *key)
{
	return gpu_truth_vf(gpu, vf, key) - truth_vf(&before, vf, key);
}

static uint64_t counted(const char *key)
{
	return counted_vf(BAD, key);
}

static uint64_t gpu_resets(void)
{
	return gpu_truth(gpu, "gpu", "resets") -
	       truth_get(&before, "gpu", "resets");
}

static void enable(unsigned int num)
{
	truth_free(&before);
	before = truth_read(gpu);
	load_enable(gpu, num, slice_us, GPUVF_POLICY_BEST_EFFORT);
}

static bool is_good(unsigned int vf)
{
	return vf != BAD;
}

/* the others work; the bad one does not exist yet */
static void start_others(void)
{
	unsigned int i;

	enable(NUM);
	for (i = 0; i < NUM; i++) {
		if (is_good(i))
			load_busy(gpu, i, 100);
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	}
	klog = klog_open();
	ASSERT_LE(0, klog);
}

/* and nothing happened to them */
static void check_others(void)
{
	struct truth from = truth_read(gpu);
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		if (!is_good(i))
			continue;
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, i, "slices") >
				  truth_vf(&from, i, "slices") + 3);
		ASSERT_EQ(epoch[i], gpu_truth_vf(gpu, i, "epoch"));
		ASSERT_EQ(0, counted_vf(i, "vf_resets"));
		ASSERT_TRUE(gpu_vf_is(gpu, i, "active"));
	}
	truth_free(&from);
	close(klog);
	klog = -1;
}

static uint64_t others_slices(void)
{
	uint64_t least = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < NUM; i++)
		if (is_good(i) && gpu_truth_vf(gpu, i, "slices") < least)
			least = gpu_truth_vf(gpu, i, "slices");
	return least;
}

static bool driver_is(unsigned int vf, const char *state)
{
	return gpu_truth_vf_is(gpu, vf, "driver", state);
}

static int reset_bad_one(void)
{
	return nl_reset(fx.nl, gpu, BAD);
}

/* no guest may have been refused, nor got READY without the GPU */
static void check_served(unsigned int vf, uint64_t inits)
{
	ASSERT_EQ(inits, counted_vf(vf, "inits"));
	ASSERT_EQ(0, counted_vf(vf, "refusals"));
	ASSERT_EQ(0, counted_vf(vf, "init_outside"));
}

MODULES_FIXTURE(guests, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

TEST_F(guests, guests_that_boot_at_once_are_all_served)
{
	unsigned int i;

	enable(NUM);
	for (i = 0; i < NUM; i++)
		ASSERT_OK(gpu_guest(gpu, i, "busy 100 boot=50000 patient"));
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(driver_is(i, "work"));
	}
	for (i = 0; i < NUM; i++) {
		check_served(i, 1);
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, i, "active"));
	}
}

TEST_F(guests, C25_mail_is_cleared_between_tenants)
{
	unsigned int life;

	enable(1);
	/* a driver that is unloaded and loaded again */
	for (life = 1; life <= 2; life++) {
		ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=1000 patient"));
		ASSERT_EVENTUALLY(driver_is(0, "work"));
		check_served(0, life);
		ASSERT_OK(gpu_guest(gpu, 0, "fini"));
		ASSERT_EVENTUALLY(driver_is(0, "unloaded"));
		ASSERT_EQ(life, counted_vf(0, "finis"));
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "provisioned"));
	}
	/* a VM that goes away in the middle, and another one */
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(0, "work"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(0, "work"));
	check_served(0, 4);
}

TEST_F(guests, guest_that_asks_for_a_reset_gets_one)
{
	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(BAD, "work"));
	ASSERT_OK(gpu_guest(gpu, BAD, "reset"));
	ASSERT_EVENTUALLY(counted("inits") == 2);
	ASSERT_EQ(1, counted("vf_resets"));
	ASSERT_EVENTUALLY(driver_is(BAD, "work"));
	check_others();
}

TEST_F(guests, C26_flooder_is_limited)
{
	struct truth from, to;
	uint64_t ns, taken, interrupts;

	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 flood=1000 flood_msg=77"));
	ASSERT_EVENTUALLY(was_told(flooded));
	/* from now on one message in 100 ms, whatever it tries */
	from = truth_read(gpu);
	ASSERT_EVENTUALLY(counted("mail_taken") >
			  truth_vf(&from, BAD, "mail_taken") + 5);
	to = truth_read(gpu);
	ns = truth_get(&to, "gpu", "now_ns") -
	     truth_get(&from, "gpu", "now_ns");
	taken = truth_vf(&to, BAD, "mail_taken") -
		truth_vf(&from, BAD, "mail_taken");
	ASSERT_GE(ns / 100000000 + 2, taken);
	ASSERT_LT(taken, truth_vf(&to, BAD, "mail_overwritten"));
	/* and no interrupt comes for the rest */
	interrupts = truth_get(&to, "gpu", "mail_interrupts") -
		     truth_get(&from, "gpu", "mail_interrupts");
	ASSERT_GE(2 * taken + 2, interrupts);
	truth_free(&from);
	truth_free(&to);
	ASSERT_EQ(0, counted("vf_resets"));
	check_others();
}

TEST_F(guests, C26_init_for_ever_is_refused)
{
	uint64_t slices;

	start_others();
	slices = others_slices();
	ASSERT_OK(gpu_guest(gpu, BAD, "idle boot=1000 init_loop"));
	/* silence: it waits as long as it does for any answer */
	ASSERT_EVENTUALLY(counted("ready_timeouts") > 0);
	ASSERT_TRUE(was_told(refused));
	ASSERT_EQ(9, counted("inits"));
	ASSERT_EQ(0, counted("vf_resets"));
	/* after each of them everybody else had a slice */
	ASSERT_LE(slices + 9, others_slices());
	ASSERT_OK(gpu_guest(gpu, BAD, "off"));
	check_others();
}

TEST_F(guests, C26_one_that_never_releases_is_reset_and_then_failed)
{
	uint64_t slices, resets;

	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 boot=1000 never_release patient"));
	for (resets = 1; resets <= 2; resets++) {
		ASSERT_EVENTUALLY(counted("vf_resets") >= resets);
		ASSERT_TRUE(was_told(overstayed));
		slices = others_slices();
		ASSERT_EVENTUALLY(others_slices() > slices);
	}
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "failed"));
	ASSERT_GE(3, counted("vf_resets"));
	ASSERT_EQ(0, gpu_resets());
	check_others();
}

TEST_F(guests, C26_one_that_dies_with_full_access_is_reset_once)
{
	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "idle boot=1000 dies patient"));
	ASSERT_EVENTUALLY(counted("vf_resets") == 1);
	ASSERT_TRUE(was_told(overstayed));
	ASSERT_TRUE(driver_is(BAD, "dead"));
	check_others();
	ASSERT_EQ(1, counted("vf_resets"));
	/* a new VM in its place, once it was started */
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "provisioned"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, BAD, "reset"), "1"));
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(BAD, "work"));
}

/* the notification of its reset is no message for who starts after the FLR */
TEST_F(guests, C42_mailbox_is_empty_after_the_flr)
{
	bool notified = false;

	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "idle boot=1000 dies patient"));
	ASSERT_EVENTUALLY(driver_is(BAD, "dead"));
	do {
		notified |= hw_vf_mbox(gpu, BAD, GPUVF_MBOX_RCV(0)) ==
			    GPUVF_MBOX_FLR_NOTIFICATION;
		pause_ms(1);
	} while (!gpu_vf_is(gpu, BAD, "provisioned"));
	ASSERT_TRUE(notified);
	ASSERT_EQ(1, counted("vf_resets"));
	ASSERT_EQ(0, counted("leftover_mail"));
}

TEST_F(guests, C26_one_that_dies_in_its_slice_hurts_nobody)
{
	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(driver_is(BAD, "work"));
	ASSERT_OK(gpu_guest(gpu, BAD, "dead"));
	check_others();
	ASSERT_EQ(0, counted("vf_resets"));
	/* it does not answer when it is notified of its reset, and is reset */
	ASSERT_OK(reset_bad_one());
	ASSERT_EQ(1, counted("vf_resets"));
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, "provisioned") ||
		    gpu_vf_is(gpu, BAD, "starting"));
}

TEST_F(guests, C15_overrun_is_reset_exactly_once)
{
	uint64_t cleared;

	start_others();
	load_busy(gpu, BAD, 100);
	cleared = gpu_truth(gpu, "gpu", "units_scrubbed");
	/* once, it takes longer to leave than its preemption timeout */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "1 slow 400000 vf=1 command=idle"));
	ASSERT_EVENTUALLY(counted("vf_resets") == 1);
	ASSERT_TRUE(was_told(overran));
	check_others();
	/* it starts over; its memory alone was cleared */
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "active"));
	ASSERT_EQ(1, counted("vf_resets"));
	ASSERT_EQ(2, counted("epoch"));
	ASSERT_EQ(cleared + 512 * MIB / UNIT,
		  gpu_truth(gpu, "gpu", "units_scrubbed"));
	ASSERT_EQ(0, gpu_resets());
}

TEST_F(guests, C15_one_that_never_leaves_is_failed)
{
	start_others();
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "failed"));
	/* three resets in a minute; the fourth overrun is the last one */
	ASSERT_EQ(4, counted("vf_resets"));
	ASSERT_EQ(0, gpu_resets());
	check_others();
}

/* its user resets it at every moment of its start: before, while, after */
TEST_F(guests, C28_reset_by_its_user_while_it_starts)
{
	const unsigned int rounds = on_debug_kernel() ? 8 : 96;
	unsigned int i;

	start_others();
	load_busy(gpu, BAD, 100);
	for (i = 0; i < rounds; i++) {
		ASSERT_OK(reset_bad_one());
		usleep(i * 6400 / rounds);
		ASSERT_OK(file_write(gpu_vf_pci(gpu, BAD, "reset"), "1"));
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "active"));
	}
	ASSERT_EQ(2 * rounds, counted("vf_resets"));
	ASSERT_EQ(0, gpu_resets());
	check_others();
}

/* the guest's driver, played by this program: ask, and wait for READY as long as one */
static bool gets_access(unsigned int vf)
{
	uint64_t end = gpu_truth(gpu, "gpu", "now_ns") + 6000000000ULL;

	hw_vf_send(gpu, vf, GPUVF_MBOX_REQ_INIT, 0);
	do {
		if (hw_vf_mbox(gpu, vf, GPUVF_MBOX_RCV(0)) == GPUVF_MBOX_READY) {
			hw_vf_ack(gpu, vf);
			return true;
		}
		pause_ms(10);
	} while (gpu_truth(gpu, "gpu", "now_ns") < end);
	return false;
}

static uint64_t charged(const struct truth *from, unsigned int vf)
{
	return gpu_truth_vf(gpu, vf, "accounted_ns") -
	       truth_vf(from, vf, "accounted_ns");
}

/*
 * A guest that asks for full access for ever, keeps it for 1.3 s, and gives
 * it up in time. Beside its share it has 3 s and one access (1.5 s), once, and it
 * gets its share. A guest that starts beside it starts within 6 s.
 */
TEST_F(guests, C26_full_access_is_a_part_of_the_share)
{
	const unsigned int seconds = 180;
	uint64_t begin, end, had, inits = 0, refusals = 0;
	struct truth from;
	unsigned int i;

	start_others();
	/* without a driver of its own, also where one would have to ask */
	ASSERT_OK(file_write(gpu_sim(gpu, "vf1/guest"), "busy 100"));
	from = truth_read(gpu);
	begin = truth_get(&from, "gpu", "now_ns");
	end = begin + seconds * 1000000000ULL;
	for (i = 0; gpu_truth(gpu, "gpu", "now_ns") < end; i++) {
		if (i == 5) {
			inits = counted_vf(2, "inits");
			ASSERT_OK(gpu_guest(gpu, 2, "busy 100 boot=500000"));
		}
		if (gets_access(BAD)) {
			pause_ms(1300);
			hw_vf_send(gpu, BAD, GPUVF_MBOX_REL_INIT, 0);
		} else {
			refusals++;
		}
		pause_ms(2500);
	}
	end = gpu_truth(gpu, "gpu", "now_ns") - begin;
	had = charged(&from, BAD);
	truth_free(&from);
	report("%llu of %llu ms, %llu refusals\n",
	       (unsigned long long)had / 1000000,
	       (unsigned long long)end / 1000000, (unsigned long long)refusals);
	ASSERT_LT(0, refusals);
	ASSERT_GT(end / NUM + 4700000000ULL, had);
	ASSERT_LT(end / NUM * 9 / 10, had);
	ASSERT_EQ(0, counted("vf_resets"));
	ASSERT_EQ(inits + 1, counted_vf(2, "inits"));
	ASSERT_EQ(0, counted_vf(2, "ready_timeouts"));
	ASSERT_GT(6000000000ULL, gpu_truth_vf(gpu, 2, "init_wait_max_ns"));
	epoch[2] = gpu_truth_vf(gpu, 2, "epoch");
	check_others();
}

TEST_HARNESS_MAIN
