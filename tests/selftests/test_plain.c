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

#include "fixture.h"
#include "klog.h"
#include "load.h"

#define NUM	3
#define PLAIN	"busy=0 flr=0 shutdown=0 mbox=0 msi=0"
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 4000, 4000, 4000 };

static void load_without(const char *parameters)
{
	char all[128];

	snprintf(all, sizeof(all), "total_vfs=4 fb_mib=4096 %s", parameters);
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

	assert_eventually(gpu_truth_vf(gpu, vf, "run_ns") > run_ns + 20000000);
}

/* each word is there as the bit is, and as the simulator was loaded */
static void each_lack_is_reported(void)
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
		{ "clear_engine=0", "clear", GPUVF_CAPABILITY_CLEAR },
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
		assert_ok(nl_pf_get(fx.nl, gpu, &msg));
		for (k = 0; k < COUNT(what) - 1; k++) {
			bool has = k != i && !strstr(more, what[k].parameter) &&
				   strcmp(what[k].name, "oneshot");

			assert_int_equal(!!(msg.capabilities & what[k].bit),
					 has);
			assert_int_equal(gpu_can(gpu, what[k].name), has);
		}
	}
}

static void without_busy_bits_best_effort_is_refused(void)
{
	load_without("busy=0");
	assert_true(file_is(gpu_sysfs(gpu, "sched/policy"), "equal"));
	assert_error(file_write(gpu_sysfs(gpu, "sched/policy"), "best-effort"),
		     -EOPNOTSUPP);
	assert_true(file_is(gpu_sysfs(gpu, "sched/policy"), "equal"));
}

/* it asks first; one that never asks gets nothing */
static void without_busy_bits_a_guest_starts_by_asking(void)
{
	struct shares shares;
	unsigned int i;

	load_without("busy=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	load_measure(gpu, 600 * 1000000ULL, &shares);
	for (i = 0; i < NUM; i++)
		assert_ratio(shares.vf[i].charged_ns, shares.charged_ns,
			     1.0 / NUM, 0.1);
	assert_u64(gpu_truth_vf(gpu, 0, "inits"), 1);
}

/* nothing tells that there is a guest: whatever may run is started */
static void without_busy_bits_and_mailbox_every_vf_is_started(void)
{
	static const uint32_t policies[] = {
		GPUVF_POLICY_EQUAL, GPUVF_POLICY_FIXED,
	};
	struct shares shares;
	unsigned int i, k;

	load_without("busy=0 mbox=0");
	for (k = 0; k < COUNT(policies); k++) {
		load_enable(gpu, NUM, slice_us, policies[k]);
		for (i = 0; i < NUM; i++)
			assert_eventually(gpu_vf_is(gpu, i, "active"));
		for (i = 0; i < NUM; i++)
			load_busy(gpu, i, 100);
		load_measure(gpu, 300 * 1000000ULL, &shares);
		for (i = 0; i < NUM; i++)
			assert_ratio(shares.vf[i].charged_ns,
				     shares.charged_ns, 1.0 / NUM, 0.1);
		assert_ok(gpu_set_numvfs(gpu, 0));
	}
}

/* such a VF is always in use: its framebuffer can be changed once it is stopped */
static void without_busy_bits_and_mailbox_stop_makes_room(void)
{
	load_without("busy=0 mbox=0");
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
	assert_error(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"),
		     -EBUSY);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "268435456"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	assert_eventually(gpu_vf_is(gpu, 1, "active"));
}

/* stopped at once, without state soon, and stopped until it is reset */
static void without_shutdown_stop_ends_a_state_by_flr(void)
{
	uint64_t vf_resets, resets;

	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	vf_resets = gpu_truth_vf(gpu, 1, "vf_resets");
	resets = file_u64(gpu_sysfs(gpu, "vf1/stats/resets"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	assert_true(gpu_vf_is(gpu, 1, "stopped"));
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	assert_eventually(file_u64(gpu_sysfs(gpu, "fb/dirty")) == 0);
	assert_true(gpu_vf_is(gpu, 1, "stopped"));
	assert_u64(gpu_truth_vf(gpu, 1, "vf_resets"), vf_resets + 1);
	/* nothing that the VF did, nor a reset that was asked for */
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/stats/resets")), resets);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")), 0);
	has_turns(0);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	load_busy(gpu, 1, 100);
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
}

/* a reset need not wait for the end of the state, nor for another FLR */
static void without_shutdown_a_stopped_vf_can_be_reset_at_once(void)
{
	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	assert_false(gpu_vf_is(gpu, 1, "stopped"));
	load_busy(gpu, 1, 100);
	assert_u64(gpu_truth_vf(gpu, 1, "vf_resets"), 1);
	assert_u64(gpu_truth_vf(gpu, 0, "vf_resets"), 0);
}

static void without_shutdown_a_guest_ends_and_starts_anew(void)
{
	load_without("shutdown=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 1);
	assert_ok(gpu_guest(gpu, 0, "fini"));
	assert_eventually(gpu_truth_vf(gpu, 0, "finis") == 1);
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	assert_eventually(gpu_vf_is(gpu, 0, "provisioned"));
	/* a guest that comes back without a word: its old state goes first */
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 2);
	assert_ok(gpu_guest(gpu, 0, "off"));
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 3);
	has_turns(0);
	assert_u64(gpu_truth_vf(gpu, 0, "ready_timeouts"), 0);
	assert_u64(gpu_truth_vf(gpu, 0, "unexpected"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "violations"), 0);
}

/* states end with the GPU's reset, and with the VFs */
static void without_shutdown_the_gpu_can_be_reset_and_vfs_disabled(void)
{
	unsigned int i;

	load_without("shutdown=0");
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(file_write(gpu_sysfs(gpu, "reset"), "1"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 1);
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	all_busy(GPUVF_POLICY_EQUAL);
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 1);
}

/*
 * A user's FLR shows when the next command of its VF is refused: that VF is reset,
 * its memory cleared, and no other VF loses anything.
 */
static void late_flr(const char *parameters)
{
	uint64_t epoch, hangs, races, other;

	load_without(parameters);
	all_busy(GPUVF_POLICY_EQUAL);
	epoch = gpu_truth_vf(gpu, 1, "epoch");
	other = gpu_truth_vf(gpu, 0, "epoch");
	hangs = file_u64(gpu_sysfs(gpu, "vf1/stats/hangs"));
	races = gpu_truth(gpu, "gpu", "flr_races");
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	assert_eventually(gpu_truth(gpu, "gpu", "flr_races") > races);
	if (gpu_can(gpu, "mailbox") && !gpu_can(gpu, "busy"))
		assert_ok(gpu_guest(gpu, 1, "busy 100"));
	assert_eventually(gpu_truth_vf(gpu, 1, "epoch") > epoch);
	has_turns(1);
	has_turns(0);
	assert_u64(gpu_truth_vf(gpu, 1, "vf_resets"), 2);
	assert_u64(gpu_truth_vf(gpu, 0, "vf_resets"), 0);
	assert_u64(gpu_truth_vf(gpu, 2, "vf_resets"), 0);
	assert_u64(gpu_truth_vf(gpu, 0, "epoch"), other);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")), hangs);
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "illegal"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "violations"), 0);
}

static void without_notice_a_late_flr_resets_the_vf(void)
{
	late_flr("flr=0");
}

static void without_notice_a_late_flr_ends_a_switch_of_others(void)
{
	late_flr("flr=0 oneshot=1");
}

static void without_anything_a_late_flr_resets_the_vf(void)
{
	late_flr(PLAIN);
}

/* it is no hang: however often its user resets it, it is not given up */
static void without_notice_a_vf_can_be_reset_often(void)
{
	uint64_t epoch;
	unsigned int i;

	load_without("flr=0 busy=0 mbox=0");
	all_busy(GPUVF_POLICY_EQUAL);
	for (i = 0; i < 12; i++) {
		epoch = gpu_truth_vf(gpu, 1, "epoch");
		assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		assert_eventually(gpu_truth_vf(gpu, 1, "epoch") > epoch);
		/* an FLR in the middle of INIT would be a hang */
		has_turns(1);
	}
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")), 0);
}

/* nothing that the VF's user does takes a mark away */
static void without_notice_a_late_flr_leaves_a_stop(void)
{
	load_without("flr=0");
	if (!gpu_can(gpu, "shutdown"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	assert_eventually(gpu_truth_vf_is(gpu, 1, "state", "save"));
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/stop"), "1"));
	/* SHUTDOWN is refused */
	assert_eventually(gpu_truth_vf(gpu, 1, "vf_resets") == 2);
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	assert_eventually(file_u64(gpu_sysfs(gpu, "fb/dirty")) == 0);
	has_turns(0);
	assert_true(gpu_vf_is(gpu, 1, "stopped"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/stats/hangs")), 0);
}

/* a command that hangs is a hang, with or without a notice */
static void without_notice_a_hang_resets_the_vf(void)
{
	static const char * const how[] = {
		"1 hang_status vf=1", "1 hang_clear vf=1",
		"1 hang_silent vf=1",
	};
	uint64_t resets;
	unsigned int i;

	for (i = 0; i < COUNT(how); i++) {
		load_without("flr=0 busy=0 mbox=0");
		all_busy(GPUVF_POLICY_EQUAL);
		resets = file_u64(gpu_sysfs(gpu, "vf1/stats/resets"));
		assert_ok(file_write(gpu_sim(gpu, "fail_command"), how[i]));
		assert_eventually(file_u64(gpu_sysfs(gpu, "vf1/stats/resets")) ==
				  resets + 1);
		has_turns(0);
		has_turns(1);
		assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
		assert_ok(gpu_set_numvfs(gpu, 0));
	}
}

/* and so is a reset that does not help, which ends with the GPU's */
static void without_anything_the_ladder_goes_on_to_the_gpu(void)
{
	uint64_t resets;
	unsigned int i;

	load_without(PLAIN);
	all_busy(GPUVF_POLICY_EQUAL);
	resets = gpu_truth(gpu, "gpu", "resets");
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	assert_eventually(gpu_truth(gpu, "gpu", "resets") == resets + 1);
	assert_eventually(file_is(gpu_sysfs(gpu, "state"), "ready") &&
			  !gpu_guest(gpu, 0, "busy 100"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	for (i = 0; i < NUM; i++)
		has_turns(i);
}

/* a new guest asks while the state of the last one is there only by the books */
static void without_notice_the_next_guest_is_started(void)
{
	load_without("flr=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 1);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	assert_eventually(gpu_truth_vf_is(gpu, 0, "state", "save"));
	assert_ok(gpu_guest(gpu, 0, "off"));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	/* found out by its next turn; with busy bits it has none without work */
	if (!gpu_can(gpu, "busy"))
		assert_eventually(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 2);
	has_turns(0);
	assert_u64(gpu_truth_vf(gpu, 0, "ready_timeouts"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
	assert_u64(gpu_truth(gpu, "gpu", "violations"), 0);
}

/* the reset that a guest asks for is known from the driver alone; access follows it */
static void without_notice_a_guest_gets_the_reset_that_it_asks_for(void)
{
	uint64_t inits, resets;

	load_without("flr=0");
	if (!gpu_can(gpu, "mailbox"))
		return;
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=1000 patient"));
	assert_eventually(gpu_truth_vf_is(gpu, 0, "driver", "work"));
	inits = gpu_truth_vf(gpu, 0, "inits");
	resets = gpu_truth_vf(gpu, 0, "vf_resets");
	assert_ok(gpu_guest(gpu, 0, "reset"));
	assert_eventually(gpu_truth_vf_is(gpu, 0, "driver", "work") &&
			  gpu_truth_vf(gpu, 0, "inits") == inits + 1);
	assert_u64(gpu_truth_vf(gpu, 0, "vf_resets"), resets + 1);
	assert_u64(gpu_truth_vf(gpu, 0, "ready_timeouts"), 0);
	has_turns(0);
}

/* vfio-pci resets a VF when it is closed, and nothing shows that */
static void without_notice_unbinding_a_vf_ends_its_state(void)
{
	struct nl_message msg;

	load_without("flr=0");
	if (!gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox"))
		return;
	assert_true(file_exists("/sys/bus/pci/drivers/pci-stub") ||
		    !system("modprobe -q pci-stub"));
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "driver_override"),
			     "pci-stub"));
	assert_ok(nl_vf_get(fx.nl, gpu, 1, &msg));
	assert_ok(file_write("/sys/bus/pci/drivers_probe", msg.vf[0].bdf));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	assert_eventually(gpu_truth_vf_is(gpu, 1, "state", "save"));
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf1/in_use")), 1);
	assert_ok(gpu_guest(gpu, 1, "off"));
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "driver/unbind"),
			     msg.vf[0].bdf));
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf1/in_use")) == 0);
	assert_eventually(file_u64(gpu_sysfs(gpu, "fb/dirty")) == 0);
	assert_true(gpu_vf_is(gpu, 1, "paused"));
	assert_u64(gpu_truth(gpu, "gpu", "clear_live"), 0);
}

static void without_notice_the_log_says_so_once(void)
{
	int log = klog_open();

	assert_true(log >= 0);
	load_without("flr=0 gpus=1");
	assert_true(klog_has(log, "is not scrubbed in between"));
	all_busy(GPUVF_POLICY_EQUAL);
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_false(klog_has(log, "is not scrubbed in between"));
	close(log);
}

static const struct test tests[] = {
	TEST(each_lack_is_reported),
	TEST(without_busy_bits_best_effort_is_refused),
	TEST(without_busy_bits_a_guest_starts_by_asking),
	TEST(without_busy_bits_and_mailbox_every_vf_is_started),
	TEST(without_busy_bits_and_mailbox_stop_makes_room),
	TEST(without_shutdown_stop_ends_a_state_by_flr),
	TEST(without_shutdown_a_stopped_vf_can_be_reset_at_once),
	TEST(without_shutdown_a_guest_ends_and_starts_anew),
	TEST(without_shutdown_the_gpu_can_be_reset_and_vfs_disabled),
	TEST(without_notice_a_late_flr_resets_the_vf),
	TEST(without_notice_a_late_flr_ends_a_switch_of_others),
	TEST(without_anything_a_late_flr_resets_the_vf),
	TEST(without_notice_a_vf_can_be_reset_often),
	TEST(without_notice_a_late_flr_leaves_a_stop),
	TEST(without_notice_a_hang_resets_the_vf),
	TEST(without_anything_the_ladder_goes_on_to_the_gpu),
	TEST(without_notice_the_next_guest_is_started),
	TEST(without_notice_a_guest_gets_the_reset_that_it_asks_for),
	TEST(without_notice_unbinding_a_vf_ends_its_state),
	TEST(without_notice_the_log_says_so_once),
};

int main(void)
{
	return SUITE_RUN("plain", "total_vfs=4 fb_mib=4096", tests);
}
