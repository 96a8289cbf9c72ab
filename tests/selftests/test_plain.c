// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware without busy bits, FLR notice, SHUTDOWN, mailbox or interrupts: what
 * replaces each of them.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "load.h"

#define NUM	3
#define SIM	"total_vfs=4 fb_mib=4096"
#define PLAIN	"busy=0 flr=0 shutdown=0 mbox=0 msi=0"
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 4000, 4000, 4000 };

static void load_without(const char *parameters)
{
	char all[128];

	snprintf(all, sizeof(all), SIM " %s", parameters);
	fixture_load(all);
}

static void all_busy(uint32_t policy)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, policy);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

static void has_turns(unsigned int vf)
{
	uint64_t run_ns = gpu_truth_vf(gpu, vf, "run_ns");

	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, vf, "run_ns") > run_ns + 20000000);
}

MODULES_FIXTURE(plain, SIM);

/* each word is there as the bit is, and as the simulator was loaded */
TEST_F(plain, each_lack_is_reported)
{
	static const struct {
		const char *parameter;
		const char *name;
		uint32_t bit;
	} what[] = {
		{ "busy=0", "busy", GPUVF_CAPABILITY_BUSY },
		{ "flr=0", "flr-notice", GPUVF_CAPABILITY_FLR_NOTICE },
		{ "shutdown=0", "shutdown", GPUVF_CAPABILITY_SHUTDOWN },
		{ "mbox=0", "mailbox", GPUVF_CAPABILITY_MAILBOX },
		{ "msi=0", "interrupt", GPUVF_CAPABILITY_INTERRUPT },
		{ "scrub_engine=0", "scrub", GPUVF_CAPABILITY_SCRUB },
		{ "oneshot=0", "oneshot", GPUVF_CAPABILITY_ONESHOT },
		{ "", "", 0 },
	};
	struct nl_message msg;
	unsigned int i, k;

	for (i = 0; i < COUNT(what); i++) {
		const char *more = getenv("GPUVF_SIM_PARAMETERS") ?: "";

		if (strcmp(what[i].parameter, "oneshot=0"))
			load_without("oneshot=1");
		fixture_unload();
		load_without(what[i].parameter);
		ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
		for (k = 0; k < COUNT(what) - 1; k++) {
			bool has = k != i && !strstr(more, what[k].parameter) &&
				   strcmp(what[k].name, "oneshot") &&
				   (!module_is_v1() || !strcmp(what[k].name, "scrub"));

			ASSERT_EQ(has, !!(msg.capabilities & what[k].bit));
			ASSERT_EQ(has, gpu_can(gpu, what[k].name));
		}
	}
}

TEST_F(plain, without_busy_bits_best_effort_is_refused)
{
	load_without("busy=0");
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "sched/policy"), "equal"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "sched/policy"), "best-effort"),
		     -EOPNOTSUPP);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "sched/policy"), "equal"));
}

/* it asks first; one that never asks gets nothing */
TEST_F(plain, without_busy_bits_a_guest_starts_by_asking)
{
	struct shares shares;
	unsigned int i;

	load_without("busy=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	load_measure(gpu, 600 * 1000000ULL, &shares);
	for (i = 0; i < NUM; i++)
		ASSERT_RATIO(shares.vf[i].accounted_ns, shares.accounted_ns,
			     1.0 / NUM, 0.1);
	ASSERT_EQ(1, gpu_truth_vf(gpu, 0, "inits"));
}

/* nothing tells that there is a guest: whatever may run is started */
TEST_F(plain, without_busy_bits_and_mailbox_every_vf_is_started)
{
	static const uint32_t policies[] = {
		GPUVF_POLICY_EQUAL, GPUVF_POLICY_FIXED,
	};
	struct shares shares;
	unsigned int i, k;

	load_without("busy=0 mbox=0");
	for (k = 0; k < COUNT(policies); k++) {
		load_enable(gpu, NUM, slice_us, policies[k]);
		for (i = 0; i < NUM; i++) {
			ASSERT_EVENTUALLY(gpu_vf_is(gpu, i, "active"));
		}
		for (i = 0; i < NUM; i++)
			load_busy(gpu, i, 100);
		load_measure(gpu, 300 * 1000000ULL, &shares);
		for (i = 0; i < NUM; i++)
			ASSERT_RATIO(shares.vf[i].accounted_ns,
				     shares.accounted_ns, 1.0 / NUM, 0.1);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
}

/* such a VF is always in use: its framebuffer can be changed once it is stopped */
TEST_F(plain, without_busy_bits_and_mailbox_stop_makes_room)
{
	load_without("busy=0 mbox=0");
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"),
		     -EBUSY);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
}

/* stopped at once, without state soon, and stopped until it is reset */
TEST_F(plain, without_shutdown_stop_ends_a_state_by_flr)
{
	uint64_t vf_resets, resets;

	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	vf_resets = gpu_truth_vf(gpu, 1, "vf_resets");
	resets = file_u64(gpu_sysfs(gpu, "vf1/stats/resets"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "stopped"));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) == 0);
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "stopped"));
	ASSERT_EQ(vf_resets + 1, gpu_truth_vf(gpu, 1, "vf_resets"));
	/* nothing that the VF did, nor a reset that was asked for */
	ASSERT_EQ(resets, file_u64(gpu_sysfs(gpu, "vf1/stats/resets")));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")));
	has_turns(0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	load_busy(gpu, 1, 100);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "resets"));
}

/* a reset need not wait for the end of the state, nor for another FLR */
TEST_F(plain, without_shutdown_a_stopped_vf_can_be_reset_at_once)
{
	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	ASSERT_FALSE(gpu_vf_is(gpu, 1, "stopped"));
	load_busy(gpu, 1, 100);
	ASSERT_EQ(1, gpu_truth_vf(gpu, 1, "vf_resets"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "vf_resets"));
}

TEST_F(plain, without_shutdown_a_guest_ends_and_starts_anew)
{
	load_without("shutdown=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 1);
	ASSERT_OK(gpu_guest(gpu, 0, "fini"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "finis") == 1);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "provisioned"));
	/* a guest that comes back without a word: its old state goes first */
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 2);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 3);
	has_turns(0);
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "ready_timeouts"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "unexpected"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "violations"));
}

/* states end with the GPU's reset, and with the VFs */
TEST_F(plain, without_shutdown_the_gpu_can_be_reset_and_vfs_disabled)
{
	unsigned int i;

	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	ASSERT_EQ(1, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_EQ(1, gpu_truth(gpu, "gpu", "resets"));
}

FIXTURE_VARIANT(late_flr)
{
	const char *sim;
};

MODULES_FIXTURE(late_flr, variant->sim);

FIXTURE_VARIANT_ADD(late_flr, without_notice) {
	.sim = SIM " flr=0",
};

FIXTURE_VARIANT_ADD(late_flr, without_notice_in_a_switch) {
	.sim = SIM " flr=0 oneshot=1",
};

FIXTURE_VARIANT_ADD(late_flr, without_anything) {
	.sim = SIM " " PLAIN,
};

/*
 * A user's FLR shows when the next command of its VF is refused: that VF is reset,
 * its memory cleared, and no other VF loses anything.
 */
TEST_F(late_flr, resets_the_vf_alone)
{
	uint64_t epoch, hangs, races, other;

	all_busy(GPUVF_POLICY_EQUAL);
	epoch = gpu_truth_vf(gpu, 1, "epoch");
	other = gpu_truth_vf(gpu, 0, "epoch");
	hangs = file_u64(gpu_sysfs(gpu, "vf1/stats/hangs"));
	races = gpu_truth(gpu, "gpu", "flr_races");
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "flr_races") > races);
	if (gpu_can(gpu, "mailbox") && !gpu_can(gpu, "busy"))
		ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") > epoch);
	has_turns(1);
	has_turns(0);
	ASSERT_EQ(2, gpu_truth_vf(gpu, 1, "vf_resets"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "vf_resets"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 2, "vf_resets"));
	ASSERT_EQ(other, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EQ(hangs, file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "illegal"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "violations"));
}

/* it is no hang: however often its user resets it, it is not given up */
TEST_F(plain, without_notice_a_vf_can_be_reset_often)
{
	uint64_t epoch;
	unsigned int i;

	load_without("flr=0 busy=0 mbox=0");
	all_busy(GPUVF_POLICY_EQUAL);
	for (i = 0; i < 12; i++) {
		epoch = gpu_truth_vf(gpu, 1, "epoch");
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") > epoch);
		/* an FLR in the middle of INIT would be a hang */
		has_turns(1);
	}
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")));
}

/* nothing that the VF's user does takes a mark away */
TEST_F(plain, without_notice_a_late_flr_leaves_a_stop)
{
	load_without("flr=0");
	if (!gpu_can(gpu, "shutdown"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "state", "save"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	/* SHUTDOWN is refused */
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "vf_resets") == 2);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) == 0);
	has_turns(0);
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "stopped"));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")));
}

/* a command that hangs is a hang, with or without a notice */
TEST_F(plain, without_notice_a_hang_resets_the_vf)
{
	static const char * const how[] = {
		"1 hang_status vf=1", "1 hang_scrub vf=1",
		"1 hang_silent vf=1",
	};
	uint64_t resets;
	unsigned int i;

	for (i = 0; i < COUNT(how); i++) {
		load_without("flr=0 busy=0 mbox=0");
		all_busy(GPUVF_POLICY_EQUAL);
		resets = file_u64(gpu_sysfs(gpu, "vf1/stats/resets"));
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), how[i]));
		ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/stats/resets")) ==
				  resets + 1);
		has_turns(0);
		has_turns(1);
		ASSERT_EQ(0, gpu_truth(gpu, "gpu", "resets"));
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
}

/* and so is a reset that does not help, which ends with the GPU's */
TEST_F(plain, without_anything_the_ladder_goes_on_to_the_gpu)
{
	uint64_t resets;
	unsigned int i;

	load_without(PLAIN);
	all_busy(GPUVF_POLICY_EQUAL);
	resets = gpu_truth(gpu, "gpu", "resets");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "resets") == resets + 1);
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "ready") &&
			  !gpu_guest(gpu, 0, "busy 100"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	for (i = 0; i < NUM; i++)
		has_turns(i);
}

/* a new guest asks while the state of the last one is there only by the books */
TEST_F(plain, without_notice_the_next_guest_is_started)
{
	load_without("flr=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 1);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "save"));
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	/* found out by its next turn; with busy bits it has none without work */
	if (!gpu_can(gpu, "busy")) {
		ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	}
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 2);
	has_turns(0);
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "ready_timeouts"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "violations"));
}

/* the reset that a guest asks for is known from the driver alone; access follows it */
TEST_F(plain, without_notice_a_guest_gets_the_reset_that_it_asks_for)
{
	uint64_t inits, resets;

	load_without("flr=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "driver", "work"));
	inits = gpu_truth_vf(gpu, 0, "inits");
	resets = gpu_truth_vf(gpu, 0, "vf_resets");
	ASSERT_OK(gpu_guest(gpu, 0, "reset"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "driver", "work") &&
			  gpu_truth_vf(gpu, 0, "inits") == inits + 1);
	ASSERT_EQ(resets + 1, gpu_truth_vf(gpu, 0, "vf_resets"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "ready_timeouts"));
	has_turns(0);
}

/* vfio-pci resets a VF when it is closed, and nothing shows that */
TEST_F(plain, without_notice_unbinding_a_vf_ends_its_state)
{
	struct nl_message msg;

	load_without("flr=0");
	if (!gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox"))
		return;
	ASSERT_TRUE(file_exists("/sys/bus/pci/drivers/pci-stub") ||
		    !system("modprobe -q pci-stub"));
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "driver_override"),
			     "pci-stub"));
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 1, &msg));
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", msg.vf[0].bdf));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "state", "save"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	ASSERT_EQ(1, file_u64(gpu_sysfs(gpu, "vf1/in_use")));
	ASSERT_OK(gpu_guest(gpu, 1, "off"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "driver/unbind"),
			     msg.vf[0].bdf));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) == 0);
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "paused"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "scrub_live"));
}

TEST_F(plain, without_notice_the_log_says_so_once)
{
	int log = klog_open();

	ASSERT_LE(0, log);
	load_without("flr=0 gpus=1");
	ASSERT_TRUE(klog_has(log, "only if its host driver is gpuvf-vfio"));
	all_busy(GPUVF_POLICY_EQUAL);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_FALSE(klog_has(log, "only if its host driver is gpuvf-vfio"));
	close(log);
}

TEST_HARNESS_MAIN
