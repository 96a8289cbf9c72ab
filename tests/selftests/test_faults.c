// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware that fails: the offending VF pays for it, and no other.
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "hw.h"
#include "klog.h"
#include "load.h"

#define NUM 3

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000, 5000 };

/* -1: the GPU */
static int vf_op(uint8_t cmd, int vf)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, cmd, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	if (vf >= 0)
		nl_vf_end(&req, nl_vf_begin(&req, vf));
	return nl_call(fx.nl, &req, &answer);
}

static uint64_t counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key);
}

static void all_busy(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

static void get_epochs(uint64_t *epoch)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
}

/* the one VF that started again since, -1: none */
static int started_again(const uint64_t *epoch)
{
	int vf = -1;
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		if (gpu_truth_vf(gpu, i, "epoch") == epoch[i])
			continue;
		ASSERT_EQ(-1, vf);
		ASSERT_EQ(epoch[i] + 1, gpu_truth_vf(gpu, i, "epoch"));
		vf = i;
	}
	return vf;
}

static bool nobody_failed(void)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		if (gpu_vf_is(gpu, i, "failed"))
			return false;
	return true;
}

/* all go on, and but for @again none lost anything */
static void check_all_run(int again, const uint64_t *epoch)
{
	uint64_t slices;
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		slices = gpu_truth_vf(gpu, i, "slices");
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, i, "slices") > slices + 3);
		ASSERT_TRUE(gpu_vf_is(gpu, i, "active"));
	}
	ASSERT_EQ(again, started_again(epoch));
}

#define SIM "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100"

/* one command fails in this manner */
FIXTURE_VARIANT(one_command)
{
	const char *how;
};

MODULES_FIXTURE(one_command, SIM);

FIXTURE_VARIANT_ADD(one_command, is_refused) {
	.how = "1 error",
};

FIXTURE_VARIANT_ADD(one_command, hangs_while_executing) {
	.how = "2 hang_status",
};

FIXTURE_VARIANT_ADD(one_command, hangs_with_execute_clear) {
	.how = "3 hang_scrub",
};

FIXTURE_VARIANT_ADD(one_command, hangs_without_any_status) {
	.how = "4 hang_silent",
};

TEST_F(one_command, C27_resets_its_vf_alone)
{
	uint64_t resets, vf_resets, epoch[NUM];
	struct table table, now;
	int again;

	all_busy();
	get_epochs(epoch);
	ASSERT_TRUE(gpu_table(gpu, &table));
	resets = counted("resets");
	vf_resets = counted("vf_resets");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     variant->how));
	/* its guest has work still, and may start again */
	ASSERT_EVENTUALLY(started_again(epoch) >= 0);
	again = started_again(epoch);
	check_all_run(again, epoch);
	/* reset once, alone, and the GPU itself not at all */
	ASSERT_EQ(vf_resets + 1, counted("vf_resets"));
	ASSERT_EQ(resets, counted("resets"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	ASSERT_TRUE(gpu_table(gpu, &now));
	ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
}

MODULES_FIXTURE(faults, SIM);

TEST_F(faults, C27_hang_of_the_first_command_of_a_vf)
{
	uint64_t vf_resets = counted("vf_resets");
	uint64_t epoch[NUM];

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* INIT: no VF runs yet, so that it is the next one */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	ASSERT_EVENTUALLY(counted("vf_resets") > vf_resets);
	load_busy(gpu, 1, 100);
	ASSERT_EQ(vf_resets + 1, counted("vf_resets"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	get_epochs(epoch);
	check_all_run(-1, epoch);
}

static void hang_alone(unsigned int vf)
{
	uint64_t vf_resets = counted("vf_resets");
	char fault[32];

	snprintf(fault, sizeof(fault), "1 error vf=%u", vf);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), fault));
	ASSERT_EVENTUALLY(counted("vf_resets") == vf_resets + 1);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, vf, "resetting"));
}

/* four in a minute is one too many; an administrator has to reset it then */
TEST_F(faults, C27_vf_that_hangs_too_often_fails)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 1, 100);
		hang_alone(1);
	}
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	/* the others have the GPU, and its own guest cannot help it */
	load_busy(gpu, 0, 100);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	ASSERT_OK(nl_reset(fx.nl, gpu, 1));
	load_busy(gpu, 1, 100);
	/* a new life with new VFs too */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	load_busy(gpu, 1, 100);
	ASSERT_TRUE(nobody_failed());
}

/* a command that is slow but comes to an end within its limit is no fault */
TEST_F(faults, slow_commands_are_waited_for)
{
	uint64_t epoch[NUM], injected, vf_resets;
	unsigned int i;

	all_busy();
	vf_resets = counted("vf_resets");
	get_epochs(epoch);
	/* LOAD, RUN, SAVE have 500 ms, IDLE the preemption timeout of 20 ms */
	for (i = 0; i < 4; i++) {
		injected = counted("injected");
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
				     "1 slow 5000"));
		ASSERT_EVENTUALLY(counted("injected") == injected + 1);
	}
	check_all_run(-1, epoch);
	ASSERT_EQ(vf_resets, counted("vf_resets"));
}

TEST_F(faults, lost_interrupts_are_survived)
{
	uint64_t epoch[NUM];
	unsigned int i;

	all_busy();
	get_epochs(epoch);
	for (i = 0; i < 10; i++) {
		ASSERT_OK(file_printf(gpu_sim(gpu, "lose_interrupt"), "%u",
				      1 + i % 3));
		ASSERT_EVENTUALLY(file_is(gpu_sim(gpu, "lose_interrupt"), "0"));
	}
	check_all_run(-1, epoch);
	/* that of the clear engine too */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_interrupt"), "1"));
	fixture_wait_clean(gpu);
}

/*
 * The VF's own reset is not begun: a register that it looks at does not answer for as
 * long as that is waited for, and the command still stands then. The reset of the GPU
 * takes 100 ms, in which the register comes back.
 */
static void lose_a_vf_reset(void)
{
	static const char next[] = "still hangs after the reset of its VF, resetting the GPU";
	static const char done[] = "GPU was reset and provisioned again";
	struct iov iov;
	uint64_t end;
	int log;

	all_busy();
	ASSERT_TRUE(gpu_iov(gpu, &iov));
	log = klog_open();
	ASSERT_LE(0, log);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_status"));
	ASSERT_EVENTUALLY(file_is(gpu_sim(gpu, "fail_command"),
				  "0 hang_status"));
	hw_misread(gpu, iov.cntxt, ~0U, ~0U);
	end = now_ms() + PATIENCE_MS;
	while (!klog_has(log, next)) {
		check(now_ms() < end);
		pause_ms(1);
	}
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
	ASSERT_EVENTUALLY(klog_has(log, done));
	close(log);
}

TEST_F(faults, C27_command_that_outlives_the_vf_reset_resets_the_gpu)
{
	uint64_t resets = counted("resets");
	struct table table, now;
	unsigned int i;

	lose_a_vf_reset();
	ASSERT_EQ(resets + 1, counted("resets"));
	ASSERT_TRUE(nobody_failed());
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	fixture_table(gpu, &now);
	/* the simulator's guests are gone with the reset: let them come back */
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
}

/* neither the VF's reset nor the GPU's reaches the hardware */
TEST_F(faults, C27_ladder_ends_with_wedged)
{
	all_busy();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "9000"),
		     -EIO);
	ASSERT_ERROR(vf_op(GPUVF_CMD_VF_PAUSE, 0), -EIO);
	ASSERT_ERROR(nl_reset(fx.nl, gpu, -1), -EIO);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_ERROR(gpu_set_numvfs(gpu, 1), -EIO);
	ASSERT_EQ(0, gpu_numvfs(gpu));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	all_busy();
}

/* the command is over, but the VF does not leave the engine with its reset */
TEST_F(faults, C27_reset_that_does_not_help_resets_the_gpu)
{
	uint64_t resets = counted("resets");
	unsigned int i;

	all_busy();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "1 hang_scrub command=idle"));
	ASSERT_EVENTUALLY(counted("resets") == resets + 1);
	ASSERT_EVENTUALLY(gpu_numvfs(gpu) == NUM && nobody_failed());
	ASSERT_EVENTUALLY(!gpu_guest(gpu, 0, "idle"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

TEST_F(faults, pf_reset_brings_every_vf_back)
{
	struct table table, now;
	unsigned int i;

	all_busy();
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_table(gpu, &now);
	ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
	ASSERT_EQ(NUM, gpu_numvfs(gpu));
	/* the simulator's guests are gone with the reset: let them come back */
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	ASSERT_TRUE(nobody_failed());
}

TEST_F(faults, pf_reset_revives_a_failed_vf)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 1, 100);
		hang_alone(1);
	}
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "failed"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(nobody_failed());
}

struct reset {
	pthread_t thread;
	unsigned int vf;
	int err;
};

static void *reset_vf(void *arg)
{
	struct reset *reset = arg;

	reset->err = file_write(gpu_vf_pci(gpu, reset->vf, "reset"), "1");
	return NULL;
}

/* a driver that did not see the reset of a user finds its commands lost, and resets too */
static void check_vf_resets(uint64_t wanted)
{
	if (gpu_can(gpu, "flr-notice")) {
		ASSERT_EQ(wanted, counted("vf_resets"));
	} else {
		ASSERT_LE(wanted, counted("vf_resets"));
	}
}

TEST_F(faults, C13_all_vfs_reset_at_once)
{
	struct reset reset[NUM + 1];
	uint64_t vf_resets;
	unsigned int i;

	all_busy();
	vf_resets = counted("vf_resets");
	/* the first one twice */
	for (i = 0; i <= NUM; i++) {
		reset[i].vf = i % NUM;
		ASSERT_EQ(0, pthread_create(&reset[i].thread, NULL, reset_vf,
					    &reset[i]));
	}
	for (i = 0; i <= NUM; i++) {
		pthread_join(reset[i].thread, NULL);
		ASSERT_OK(reset[i].err);
	}
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	ASSERT_TRUE(nobody_failed());
	check_vf_resets(vf_resets + NUM + 1);
}

/*
 * The hardware changes from one VF to another most of the time. When a user resets
 * one of the two just then, the other one has nothing to do with it.
 */
TEST_F(faults, C26_reset_in_the_middle_of_a_switch)
{
	uint64_t epoch[NUM], slices, vf_resets;
	unsigned int i, rounds;

	fixture_load("total_vfs=4 fb_mib=4096 scrub_us_per_unit=100 "
		     "oneshot=1 save_us=4000 load_us=4000");
	/* not more often than the guest may ask for its start */
	rounds = on_debug_kernel() || gpu_guests_ask(gpu) ? 4 : 10;
	all_busy();
	get_epochs(epoch);
	vf_resets = counted("vf_resets");
	for (i = 0; i < rounds; i++) {
		/* it has just left; a round takes 40 ms */
		pause_ms(40 * i / rounds);
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		slices = gpu_truth_vf(gpu, 1, "slices");
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "slices") > slices);
	}
	ASSERT_EQ(epoch[0], gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EQ(epoch[2], gpu_truth_vf(gpu, 2, "epoch"));
	check_vf_resets(vf_resets + rounds);
	ASSERT_LT(0, counted("switches"));
}

TEST_HARNESS_MAIN
