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

static int failed_vf(void)
{
	int failed = -1;
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		if (!gpu_vf_is(gpu, i, "failed"))
			continue;
		assert_int_equal(failed, -1);
		failed = i;
	}
	return failed;
}

/* the others lose no state and go on; the one gets nothing more */
static void check_others_run(int failed, const uint64_t *epoch)
{
	struct shares shares;
	unsigned int i;

	load_measure(gpu, 200000000, &shares);
	for (i = 0; i < NUM; i++) {
		if ((int)i == failed) {
			assert_u64(shares.vf[i].slices, 0);
			continue;
		}
		assert_true(shares.vf[i].slices > 0);
		assert_u64(gpu_truth_vf(gpu, i, "epoch"), epoch[i]);
		assert_true(gpu_vf_is(gpu, i, "active"));
	}
}

/* the nth command from now on fails in this manner */
static int check_failing_command(const char *how)
{
	uint64_t resets, vf_resets, epoch[NUM];
	struct table table, now;
	unsigned int i;
	int failed;

	all_busy();
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	assert_true(gpu_table(gpu, &table));
	resets = counted("resets");
	vf_resets = counted("vf_resets");
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), how));
	assert_eventually(failed_vf() >= 0);
	failed = failed_vf();
	check_others_run(failed, epoch);
	/* reset once, alone, and the GPU itself not at all */
	assert_u64(counted("vf_resets"), vf_resets + 1);
	assert_u64(counted("resets"), resets);
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	assert_true(gpu_table(gpu, &now));
	assert_memory_equal(&table, &now, sizeof(now));
	return failed;
}

static void C27_command_that_is_refused(void)
{
	int failed = check_failing_command("1 error");

	/* a new life with new VFs */
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	load_busy(gpu, failed, 100);
	assert_true(gpu_vf_is(gpu, failed, "active"));
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
	uint64_t epoch[NUM] = { 0 };
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* INIT: nobody runs yet, so that it is the next one */
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	assert_ok(gpu_guest(gpu, 1, "busy 100"));
	assert_eventually(failed_vf() == 1);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 2, 100);
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	check_others_run(1, epoch);
}

/* a command that is slow but comes to an end within its limit is no fault */
static void slow_commands_are_waited_for(void)
{
	uint64_t epoch[NUM], injected, vf_resets;
	unsigned int i;

	all_busy();
	vf_resets = counted("vf_resets");
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	/* LOAD, RUN, SAVE have 500 ms, IDLE the preemption timeout of 20 ms */
	for (i = 0; i < 4; i++) {
		injected = counted("injected");
		assert_ok(file_write(gpu_sim(gpu, "fail_command"),
				     "1 slow 5000"));
		assert_eventually(counted("injected") == injected + 1);
	}
	check_others_run(-1, epoch);
	assert_int_equal(failed_vf(), -1);
	assert_u64(counted("vf_resets"), vf_resets);
}

static void lost_interrupts_are_survived(void)
{
	uint64_t epoch[NUM];
	unsigned int i;

	all_busy();
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	for (i = 0; i < 10; i++) {
		assert_ok(file_printf(gpu_sim(gpu, "lose_interrupt"), "%u",
				      1 + i % 3));
		assert_eventually(file_is(gpu_sim(gpu, "lose_interrupt"), "0"));
	}
	check_others_run(-1, epoch);
	assert_int_equal(failed_vf(), -1);
	/* that of the clear engine too */
	assert_ok(file_write(gpu_sysfs(gpu, "sched/policy"), "best-effort"));
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
 * The VF's own reset does not reach the hardware: it is dead while the reset is
 * written, and the command still stands when it comes back.
 */
static void C27_command_that_outlives_the_vf_reset_wedges(void)
{
	static const char told[] =
		"performing function level reset anyway";
	int log;

	all_busy();
	log = klog_open();
	assert_true(log >= 0);
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_status"));
	assert_eventually(file_is(gpu_sim(gpu, "fail_command"),
				  "0 hang_status"));
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_eventually(klog_has(log, told));
	/* the reset is written right after that line */
	pause_ms(200);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	close(log);
	assert_eventually(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	assert_error(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "9000"),
		     -EIO);
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_error(gpu_set_numvfs(gpu, 1), -EIO);
	assert_u64(gpu_numvfs(gpu), 0);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	all_busy();
}

static void pf_reset_brings_every_vf_back(void)
{
	struct table table, now;
	unsigned int i;

	all_busy();
	assert_true(gpu_table(gpu, &table));
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(gpu_table(gpu, &now));
	assert_memory_equal(&table, &now, sizeof(now));
	assert_u64(gpu_numvfs(gpu), NUM);
	/* the simulator's guests are gone with the reset: let them come back */
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	assert_int_equal(failed_vf(), -1);
}

static void pf_reset_revives_a_failed_vf(void)
{
	all_busy();
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_clear"));
	assert_eventually(failed_vf() >= 0);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_int_equal(failed_vf(), -1);
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
	assert_int_equal(failed_vf(), -1);
	assert_u64(counted("vf_resets"), vf_resets + NUM + 1);
}

static const struct test tests[] = {
	TEST(C27_command_that_is_refused),
	SLOW_TEST(C27_hang_with_status_executing),
	SLOW_TEST(C27_hang_with_execute_clear),
	SLOW_TEST(C27_hang_without_any_status),
	SLOW_TEST(C27_hang_of_the_first_command_of_a_vf),
	SLOW_TEST(slow_commands_are_waited_for),
	SLOW_TEST(lost_interrupts_are_survived),
	SLOW_TEST(C27_command_that_outlives_the_vf_reset_wedges),
	SLOW_TEST(pf_reset_brings_every_vf_back),
	SLOW_TEST(pf_reset_revives_a_failed_vf),
	SLOW_TEST(C13_all_vfs_reset_at_once),
};

int main(void)
{
	return SUITE_RUN("faults",
			 "total_vfs=4 fb_mib=4096 clear_us_per_granule=100",
			 tests);
}
