// SPDX-License-Identifier: GPL-2.0
/*
 * Marks of a VF: what an administrator set, and the limits that it exceeded, last
 * until an administrator clears them, whatever its guest does.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "load.h"

#define NUM	4
#define BAD	1	/* the VF whose guest hangs */
#define STOPPED	0
#define PAUSED	2
#define GOOD	3

static const struct gpu *gpu = &fx.gpu[0];
/* the bad one's is long enough to write a file in it */
static const uint32_t slice_us[NUM] = { 5000, 400000, 5000, 5000 };

static uint64_t vf_resets(unsigned int vf)
{
	return gpu_truth_vf(gpu, vf, "vf_resets");
}

static uint64_t gpu_resets(void)
{
	return gpu_truth(gpu, "gpu", "resets");
}

static int vf_do(unsigned int vf, const char *file)
{
	char path[32];

	snprintf(path, sizeof(path), "vf%u/%s", vf, file);
	return file_write(gpu_sysfs(gpu, "%s", path), "1");
}

/*
 * The good VF runs, and @vf has not run since. Alone, the good one has time slices of
 * half a second, which work of any other VF would end.
 */
static void check_off_the_engine(unsigned int vf)
{
	uint64_t slices = gpu_truth_vf(gpu, GOOD, "slices");
	uint64_t epoch = gpu_truth_vf(gpu, vf, "epoch");
	uint64_t run_ns = gpu_truth_vf(gpu, vf, "run_ns");

	assert_eventually(gpu_truth_vf(gpu, GOOD, "slices") > slices + 4);
	assert_u64(gpu_truth_vf(gpu, vf, "epoch"), epoch);
	assert_u64(gpu_truth_vf(gpu, vf, "run_ns"), run_ns);
}

static void enable(void)
{
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, GOOD, 100);
}

/*
 * A guest that does not leave the GPU, and has work again after each reset. It is on
 * the GPU when an administrator writes @verb; that it does not leave leads to a
 * reset, which must not clear the mark.
 */
static void hang_out_of(const char *verb, const char *state)
{
	uint64_t resets;

	enable();
	resets = vf_resets(BAD);
	assert_ok(gpu_guest(gpu, BAD, "busy 100 hog"));
	assert_eventually(gpu_truth_vf_is(gpu, BAD, "state", "run"));
	assert_ok(vf_do(BAD, verb));
	assert_eventually(vf_resets(BAD) > resets);
	assert_eventually(!gpu_vf_is(gpu, BAD, "resetting"));
	assert_true(gpu_vf_is(gpu, BAD, state));
	check_off_the_engine(BAD);
	assert_true(gpu_vf_is(gpu, BAD, state));
	assert_ok(gpu_guest(gpu, BAD, "busy 100"));
	check_off_the_engine(BAD);
}

static void C32_stopped_guest_that_hangs_stays_stopped(void)
{
	hang_out_of("stop", "stopped");
	/* a reset that an administrator asks for ends it */
	assert_ok(vf_do(BAD, "reset"));
	load_busy(gpu, BAD, 100);
	assert_eventually(gpu_vf_is(gpu, BAD, "active"));
}

static void C32_paused_guest_that_hangs_stays_paused(void)
{
	hang_out_of("pause", "paused");
	assert_ok(vf_do(BAD, "resume"));
	load_busy(gpu, BAD, 100);
	assert_eventually(gpu_vf_is(gpu, BAD, "active"));
}

/* the user of a VF, as a VM that is restarted, clears no marks either */
static void C32_reset_by_the_user_clears_no_mark(void)
{
	enable();
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
	assert_ok(vf_do(STOPPED, "stop"));
	assert_ok(vf_do(PAUSED, "pause"));
	assert_ok(file_write(gpu_vf_pci(gpu, STOPPED, "reset"), "1"));
	assert_ok(file_write(gpu_vf_pci(gpu, PAUSED, "reset"), "1"));
	assert_true(gpu_vf_is(gpu, STOPPED, "stopped"));
	assert_true(gpu_vf_is(gpu, PAUSED, "paused"));
	check_off_the_engine(STOPPED);
	check_off_the_engine(PAUSED);
}

static void fail_by_limit(unsigned int vf)
{
	uint64_t resets;
	unsigned int i;

	/* sooner, where it has hung before */
	for (i = 0; i < 4 && !gpu_vf_is(gpu, vf, "failed"); i++) {
		resets = vf_resets(vf);
		load_busy(gpu, vf, 100);
		assert_ok(file_printf(gpu_sim(gpu, "fail_command"),
				      "1 error vf=%u", vf));
		assert_eventually(vf_resets(vf) == resets + 1);
		assert_eventually(!gpu_vf_is(gpu, vf, "resetting"));
	}
	assert_true(gpu_vf_is(gpu, vf, "failed"));
}

static void check_marks(void)
{
	assert_true(gpu_vf_is(gpu, STOPPED, "stopped"));
	assert_true(gpu_vf_is(gpu, PAUSED, "paused"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

/*
 * The reset of a VF does not free the engine, so that the GPU is reset; and its
 * guest hangs again as soon as it can. That must neither clear what was set on
 * other VFs nor go on for ever.
 */
static void C32_gpu_resets_by_one_vf_end_and_clear_no_mark(void)
{
	uint64_t resets;
	unsigned int i;

	enable();
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
	assert_ok(vf_do(STOPPED, "stop"));
	assert_ok(vf_do(PAUSED, "pause"));
	resets = gpu_resets();

	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1 sticky"));
	for (i = 1; i <= 4 && !gpu_vf_is(gpu, BAD, "failed"); i++) {
		assert_eventually(!gpu_guest(gpu, BAD, "busy 100 hog"));
		assert_eventually(gpu_vf_is(gpu, BAD, "failed") ||
				  gpu_resets() >= resets + i);
	}
	assert_eventually(file_is(gpu_sysfs(gpu, "state"), "ready") &&
			  gpu_resets() >= resets + 3);
	assert_u64(gpu_resets(), resets + 3);
	assert_true(gpu_vf_is(gpu, BAD, "failed"));
	assert_eventually(!gpu_guest(gpu, GOOD, "busy 100"));
	check_marks();

	/* the engine belongs to the others, and the failed one stays out */
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "0"));
	assert_eventually(!gpu_guest(gpu, BAD, "busy 100"));
	load_busy(gpu, GOOD, 100);
	check_off_the_engine(BAD);
	assert_true(gpu_vf_is(gpu, BAD, "failed"));
	check_marks();
	assert_u64(gpu_resets(), resets + 3);
	assert_ok(vf_do(BAD, "reset"));
	load_busy(gpu, BAD, 100);
	assert_eventually(gpu_vf_is(gpu, BAD, "active"));
}

/* a VF that had failed before another one provoked a reset of the GPU */
static void C32_failed_vf_stays_failed_when_another_resets_the_gpu(void)
{
	uint64_t resets;

	enable();
	fail_by_limit(STOPPED);
	resets = gpu_resets();
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(gpu_guest(gpu, BAD, "busy 100 hog"));
	assert_eventually(gpu_resets() == resets + 1);
	assert_eventually(!gpu_vf_is(gpu, BAD, "resetting"));
	assert_true(gpu_vf_is(gpu, STOPPED, "failed"));
	assert_eventually(!gpu_guest(gpu, GOOD, "busy 100"));
	assert_eventually(!gpu_guest(gpu, STOPPED, "busy 100"));
	load_busy(gpu, GOOD, 100);
	check_off_the_engine(STOPPED);
	assert_true(gpu_vf_is(gpu, STOPPED, "failed"));
}

/* by each door by which an administrator resets a GPU */
static void C32_gpu_reset_by_an_administrator_clears_marks(void)
{
	static const char * const paths[] = { "sysfs", "pci" };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		enable();
		fail_by_limit(BAD);
		load_busy(gpu, STOPPED, 100);
		load_busy(gpu, PAUSED, 100);
		assert_ok(vf_do(STOPPED, "stop"));
		assert_ok(vf_do(PAUSED, "pause"));
		assert_ok(file_write(!strcmp(paths[i], "sysfs") ?
				     gpu_sysfs(gpu, "reset") :
				     gpu_pci(gpu, "reset"), "1"));
		load_busy(gpu, BAD, 100);
		load_busy(gpu, STOPPED, 100);
		load_busy(gpu, PAUSED, 100);
		assert_ok(gpu_set_numvfs(gpu, 0));
	}
}

static void C32_new_vfs_have_no_marks(void)
{
	enable();
	fail_by_limit(BAD);
	assert_ok(vf_do(STOPPED, "stop"));
	assert_ok(vf_do(PAUSED, "pause"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(gpu_set_numvfs(gpu, NUM));
	fixture_wait_clean(gpu);
	load_busy(gpu, BAD, 100);
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
}

/* fb-retry is for memory, not for VFs that failed for another reason */
static void C32_retry_of_clearing_does_not_revive_a_vf(void)
{
	uint64_t run_ns;

	enable();
	fail_by_limit(BAD);
	assert_ok(gpu_guest(gpu, BAD, "idle"));
	fixture_wait_clean(gpu);
	/* its saved state cannot be cleared either */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "1 sticky"));
	run_ns = gpu_truth_vf(gpu, GOOD, "run_ns");
	assert_ok(vf_do(BAD, "reset"));
	/* the other goes on, but could not start again now */
	assert_eventually(gpu_truth_vf(gpu, GOOD, "run_ns") > run_ns);
	assert_eventually(gpu_vf_is(gpu, BAD, "failed") ||
			  gpu_vf_is(gpu, BAD, "provisioned"));
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "0"));
	/* a scrub that began before may fail even now */
	assert_eventually(!file_write(gpu_sysfs(gpu, "fb/retry_withheld"), "1") &&
			  gpu_vf_is(gpu, BAD, "provisioned"));
	fail_by_limit(BAD);
	assert_ok(file_write(gpu_sysfs(gpu, "fb/retry_withheld"), "1"));
	assert_true(gpu_vf_is(gpu, BAD, "failed"));
	check_off_the_engine(BAD);
}

static const struct test tests[] = {
	TEST(C32_stopped_guest_that_hangs_stays_stopped),
	TEST(C32_paused_guest_that_hangs_stays_paused),
	TEST(C32_reset_by_the_user_clears_no_mark),
	TEST(C32_gpu_resets_by_one_vf_end_and_clear_no_mark),
	SLOW_TEST(C32_failed_vf_stays_failed_when_another_resets_the_gpu),
	SLOW_TEST(C32_gpu_reset_by_an_administrator_clears_marks),
	SLOW_TEST(C32_new_vfs_have_no_marks),
	SLOW_TEST(C32_retry_of_clearing_does_not_revive_a_vf),
};

int main(void)
{
	return SUITE_RUN("marks",
			 "total_vfs=4 fb_mib=4096 clear_us_per_granule=100",
			 tests);
}
