// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware that fails: whose VF it is pays for it, and nobody else.
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
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

/* the one VF that started anew since, -1: none */
static int started_anew(const uint64_t *epoch)
{
	int vf = -1;
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		if (gpu_truth_vf(gpu, i, "epoch") == epoch[i])
			continue;
		assert_int_equal(vf, -1);
		assert_u64(gpu_truth_vf(gpu, i, "epoch"), epoch[i] + 1);
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

/* all go on, and but for @anew nobody lost anything */
static void check_all_run(int anew, const uint64_t *epoch)
{
	uint64_t slices;
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		slices = gpu_truth_vf(gpu, i, "slices");
		assert_eventually(gpu_truth_vf(gpu, i, "slices") > slices + 3);
		assert_true(gpu_vf_is(gpu, i, "active"));
	}
	assert_int_equal(started_anew(epoch), anew);
}

/* the nth command from now on fails in this manner */
static void check_failing_command(const char *how)
{
	uint64_t resets, vf_resets, epoch[NUM];
	struct table table, now;
	int anew;

	all_busy();
	get_epochs(epoch);
	assert_true(gpu_table(gpu, &table));
	resets = counted("resets");
	vf_resets = counted("vf_resets");
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), how));
	/* its guest has work still, and may start anew */
	assert_eventually(started_anew(epoch) >= 0);
	anew = started_anew(epoch);
	check_all_run(anew, epoch);
	/* reset once, alone, and the GPU itself not at all */
	assert_u64(counted("vf_resets"), vf_resets + 1);
	assert_u64(counted("resets"), resets);
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	assert_true(gpu_table(gpu, &now));
	assert_memory_equal(&table, &now, sizeof(now));
}

static void C27_command_that_is_refused(void)
{
	check_failing_command("1 error");
}

static void C27_hang_with_status_executing(void)
{
	check_failing_command("2 hang_status");
}

static void C27_hang_with_execute_clear(void)
{
	check_failing_command("3 hang_clear");
}

static void C27_hang_without_any_status(void)
{
	check_failing_command("4 hang_silent");
}

static void C27_hang_of_the_first_command_of_a_vf(void)
{
	uint64_t vf_resets = counted("vf_resets");
	uint64_t epoch[NUM];

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* INIT: nobody runs yet, so that it is the next one */
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	assert_eventually(counted("vf_resets") > vf_resets);
	load_busy(gpu, 1, 100);
	assert_u64(counted("vf_resets"), vf_resets + 1);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	get_epochs(epoch);
	check_all_run(-1, epoch);
}

static void hang_alone(unsigned int vf)
{
	uint64_t vf_resets = counted("vf_resets");

	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
	assert_eventually(counted("vf_resets") == vf_resets + 1);
	assert_eventually(!gpu_vf_is(gpu, vf, "resetting"));
}

/* four in a minute is one too many; somebody has to reset it then */
static void C27_vf_that_hangs_too_often_fails(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 1, 100);
		hang_alone(1);
	}
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	/* the others have the GPU, and its own guest cannot help it */
	load_busy(gpu, 0, 100);
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	assert_ok(nl_reset(fx.nl, gpu, 1));
	load_busy(gpu, 1, 100);
	/* a new life with new VFs too */
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	load_busy(gpu, 1, 100);
	assert_true(nobody_failed());
}

/* a command that is slow but comes to an end within its limit is no fault */
static void slow_commands_are_waited_for(void)
{
	uint64_t epoch[NUM], injected, vf_resets;
	unsigned int i;

	all_busy();
	vf_resets = counted("vf_resets");
	get_epochs(epoch);
	/* LOAD, RUN, SAVE have 500 ms, IDLE the preemption timeout of 20 ms */
	for (i = 0; i < 4; i++) {
		injected = counted("injected");
		assert_ok(file_write(gpu_sim(gpu, "fail_command"),
				     "1 slow 5000"));
		assert_eventually(counted("injected") == injected + 1);
	}
	check_all_run(-1, epoch);
	assert_u64(counted("vf_resets"), vf_resets);
}

static void lost_interrupts_are_survived(void)
{
	uint64_t epoch[NUM];
	unsigned int i;

	all_busy();
	get_epochs(epoch);
	for (i = 0; i < 10; i++) {
		assert_ok(file_printf(gpu_sim(gpu, "lose_interrupt"), "%u",
				      1 + i % 3));
		assert_eventually(file_is(gpu_sim(gpu, "lose_interrupt"), "0"));
	}
	check_all_run(-1, epoch);
	/* that of the clear engine too */
	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_ok(gpu_guest(gpu, 0, "idle"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(file_write(gpu_sim(gpu, "lose_interrupt"), "1"));
	fixture_wait_clean(gpu);
}

/*
 * The VF's own reset is not begun: the GPU does not answer for as long as that is
 * waited for, and the command still stands when it comes back.
 */
static void lose_a_vf_reset(void)
{
	static const char next[] = "does not end, resetting the GPU";
	static const char done[] = "GPU was reset and provisioned again";
	int log;

	all_busy();
	log = klog_open();
	assert_true(log >= 0);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_status"));
	assert_eventually(file_is(gpu_sim(gpu, "fail_command"),
				  "0 hang_status"));
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_eventually(klog_has(log, next));
	/* the PCI core waits for pending transactions before it writes the reset */
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_eventually(klog_has(log, done));
	close(log);
}

static void C27_command_that_outlives_the_vf_reset_resets_the_gpu(void)
{
	uint64_t resets = counted("resets");
	struct table table, now;
	unsigned int i;

	lose_a_vf_reset();
	assert_u64(counted("resets"), resets + 1);
	assert_true(nobody_failed());
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	fixture_table(gpu, &now);
	/* the simulator's guests are gone with the reset: let them come back */
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_true(gpu_table(gpu, &table));
	assert_memory_equal(&table, &now, sizeof(now));
}

/* neither the VF's reset nor the GPU's reaches the hardware */
static void C27_ladder_ends_with_wedged(void)
{
	all_busy();
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	assert_eventually(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	assert_error(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "9000"),
		     -EIO);
	assert_error(vf_op(GPUVF_CMD_VF_PAUSE, 0), -EIO);
	assert_error(nl_reset(fx.nl, gpu, -1), -EIO);
	assert_true(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_error(gpu_set_numvfs(gpu, 1), -EIO);
	assert_u64(gpu_numvfs(gpu), 0);
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	assert_ok(nl_reset(fx.nl, gpu, -1));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	all_busy();
}

/* the command is over, but the VF does not leave the engine with its reset */
static void C27_reset_that_does_not_help_resets_the_gpu(void)
{
	uint64_t resets = counted("resets");
	unsigned int i;

	all_busy();
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(file_write(gpu_sim(gpu, "fail_command"),
			     "1 hang_clear command=idle"));
	assert_eventually(counted("resets") == resets + 1);
	assert_eventually(gpu_numvfs(gpu) == NUM && nobody_failed());
	assert_eventually(!gpu_guest(gpu, 0, "idle"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

static void pf_reset_brings_every_vf_back(void)
{
	struct table table, now;
	unsigned int i;

	all_busy();
	assert_true(gpu_table(gpu, &table));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_table(gpu, &now);
	assert_memory_equal(&table, &now, sizeof(now));
	assert_u64(gpu_numvfs(gpu), NUM);
	/* the simulator's guests are gone with the reset: let them come back */
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_true(nobody_failed());
}

static void pf_reset_revives_a_failed_vf(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 1, 100);
		hang_alone(1);
	}
	assert_true(gpu_vf_is(gpu, 1, "failed"));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(nobody_failed());
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
	if (gpu_can(gpu, "flr-notice"))
		assert_u64(counted("vf_resets"), wanted);
	else
		assert_true(counted("vf_resets") >= wanted);
}

static void C13_all_vfs_reset_at_once(void)
{
	struct reset reset[NUM + 1];
	uint64_t vf_resets;
	unsigned int i;

	all_busy();
	vf_resets = counted("vf_resets");
	/* the first one twice */
	for (i = 0; i <= NUM; i++) {
		reset[i].vf = i % NUM;
		assert_int_equal(pthread_create(&reset[i].thread, NULL,
						reset_vf, &reset[i]), 0);
	}
	for (i = 0; i <= NUM; i++) {
		pthread_join(reset[i].thread, NULL);
		assert_ok(reset[i].err);
	}
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_true(nobody_failed());
	check_vf_resets(vf_resets + NUM + 1);
}

/*
 * The hardware changes from one VF to another most of the time. When a user resets
 * one of the two just then, the other one has nothing to do with it.
 */
static void C26_reset_in_the_middle_of_a_switch(void)
{
	uint64_t epoch[NUM], slices, vf_resets;
	unsigned int i, rounds;

	fixture_load("total_vfs=4 fb_mib=4096 clear_us_per_granule=100 "
		     "oneshot=1 save_us=4000 load_us=4000");
	/* not more often than the guest may ask for its start */
	rounds = on_debug_kernel() || gpu_guests_ask(gpu) ? 4 : 10;
	all_busy();
	get_epochs(epoch);
	vf_resets = counted("vf_resets");
	for (i = 0; i < rounds; i++) {
		/* it has just left; a round takes 40 ms */
		pause_ms(40 * i / rounds);
		assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		slices = gpu_truth_vf(gpu, 1, "slices");
		assert_eventually(gpu_truth_vf(gpu, 1, "slices") > slices);
	}
	assert_u64(gpu_truth_vf(gpu, 0, "epoch"), epoch[0]);
	assert_u64(gpu_truth_vf(gpu, 2, "epoch"), epoch[2]);
	check_vf_resets(vf_resets + rounds);
	assert_true(counted("switches") > 0);
}

static const struct test tests[] = {
	TEST(C27_command_that_is_refused),
	SLOW_TEST(C27_hang_with_status_executing),
	SLOW_TEST(C27_hang_with_execute_clear),
	SLOW_TEST(C27_hang_without_any_status),
	SLOW_TEST(C27_hang_of_the_first_command_of_a_vf),
	SLOW_TEST(slow_commands_are_waited_for),
	SLOW_TEST(lost_interrupts_are_survived),
	SLOW_TEST(C27_vf_that_hangs_too_often_fails),
	SLOW_TEST(C27_command_that_outlives_the_vf_reset_resets_the_gpu),
	SLOW_TEST(C27_ladder_ends_with_wedged),
	SLOW_TEST(C27_reset_that_does_not_help_resets_the_gpu),
	SLOW_TEST(pf_reset_brings_every_vf_back),
	SLOW_TEST(pf_reset_revives_a_failed_vf),
	SLOW_TEST(C13_all_vfs_reset_at_once),
	TEST(C26_reset_in_the_middle_of_a_switch),
};

int main(void)
{
	return SUITE_RUN("faults",
			 "total_vfs=4 fb_mib=4096 clear_us_per_granule=100",
			 tests);
}
