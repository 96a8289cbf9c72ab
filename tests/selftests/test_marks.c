// SPDX-License-Identifier: GPL-2.0
/*
 * Marks of a VF: what an administrator set, and the limits that it exceeded, last
 * until an administrator clears them, whatever its guest does.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
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

	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, GOOD, "slices") > slices + 4);
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, vf, "epoch"));
	ASSERT_EQ(run_ns, gpu_truth_vf(gpu, vf, "run_ns"));
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
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, BAD, "state", "run"));
	ASSERT_OK(vf_do(BAD, verb));
	ASSERT_EVENTUALLY(vf_resets(BAD) > resets);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, BAD, "resetting"));
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, state));
	check_off_the_engine(BAD);
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, state));
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100"));
	check_off_the_engine(BAD);
}

MODULES_FIXTURE(marks, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

TEST_F(marks, C32_stopped_guest_that_hangs_stays_stopped)
{
	hang_out_of("stop", "stopped");
	/* a reset that an administrator asks for ends it */
	ASSERT_OK(vf_do(BAD, "reset"));
	load_busy(gpu, BAD, 100);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "active"));
}

TEST_F(marks, C32_paused_guest_that_hangs_stays_paused)
{
	hang_out_of("pause", "paused");
	ASSERT_OK(vf_do(BAD, "resume"));
	load_busy(gpu, BAD, 100);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "active"));
}

/* the user of a VF, as a VM that is restarted, clears no marks either */
TEST_F(marks, C32_reset_by_the_user_clears_no_mark)
{
	enable();
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
	ASSERT_OK(vf_do(STOPPED, "stop"));
	ASSERT_OK(vf_do(PAUSED, "pause"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, STOPPED, "reset"), "1"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, PAUSED, "reset"), "1"));
	ASSERT_TRUE(gpu_vf_is(gpu, STOPPED, "stopped"));
	ASSERT_TRUE(gpu_vf_is(gpu, PAUSED, "paused"));
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
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_command"),
				      "1 error vf=%u command=idle", vf));
		ASSERT_EVENTUALLY(vf_resets(vf) == resets + 1);
		ASSERT_EVENTUALLY(!gpu_vf_is(gpu, vf, "resetting"));
	}
	ASSERT_TRUE(gpu_vf_is(gpu, vf, "failed"));
}

static void check_marks(void)
{
	ASSERT_TRUE(gpu_vf_is(gpu, STOPPED, "stopped"));
	ASSERT_TRUE(gpu_vf_is(gpu, PAUSED, "paused"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

/*
 * The reset of a VF does not free the engine, so that the GPU is reset; and its
 * guest hangs again as soon as it can. That must neither clear what was set on
 * other VFs nor go on for ever.
 */
TEST_F(marks, C32_gpu_resets_by_one_vf_end_and_clear_no_mark)
{
	uint64_t resets;
	unsigned int i;

	enable();
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
	ASSERT_OK(vf_do(STOPPED, "stop"));
	ASSERT_OK(vf_do(PAUSED, "pause"));
	resets = gpu_resets();

	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1 sticky"));
	for (i = 1; i <= 4 && !gpu_vf_is(gpu, BAD, "failed"); i++) {
		ASSERT_EVENTUALLY(!gpu_guest(gpu, BAD, "busy 100 hog"));
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "failed") ||
				  gpu_resets() >= resets + i);
	}
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "ready") &&
			  gpu_resets() >= resets + 3);
	ASSERT_EQ(resets + 3, gpu_resets());
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, "failed"));
	ASSERT_EVENTUALLY(!gpu_guest(gpu, GOOD, "busy 100"));
	check_marks();

	/* the engine belongs to the others, and the failed one stays out */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "0"));
	ASSERT_EVENTUALLY(!gpu_guest(gpu, BAD, "busy 100"));
	load_busy(gpu, GOOD, 100);
	check_off_the_engine(BAD);
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, "failed"));
	check_marks();
	ASSERT_EQ(resets + 3, gpu_resets());
	ASSERT_OK(vf_do(BAD, "reset"));
	load_busy(gpu, BAD, 100);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "active"));
}

/* a VF that had failed before another one provoked a reset of the GPU */
TEST_F(marks, C32_failed_vf_stays_failed_when_another_resets_the_gpu)
{
	uint64_t resets;

	enable();
	fail_by_limit(STOPPED);
	resets = gpu_resets();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(gpu_guest(gpu, BAD, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_resets() == resets + 1);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, BAD, "resetting"));
	ASSERT_TRUE(gpu_vf_is(gpu, STOPPED, "failed"));
	ASSERT_EVENTUALLY(!gpu_guest(gpu, GOOD, "busy 100"));
	ASSERT_EVENTUALLY(!gpu_guest(gpu, STOPPED, "busy 100"));
	load_busy(gpu, GOOD, 100);
	check_off_the_engine(STOPPED);
	ASSERT_TRUE(gpu_vf_is(gpu, STOPPED, "failed"));
}

/* by each door by which an administrator resets a GPU */
TEST_F(marks, C32_gpu_reset_by_an_administrator_clears_marks)
{
	static const char * const paths[] = { "sysfs", "pci" };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		enable();
		fail_by_limit(BAD);
		load_busy(gpu, STOPPED, 100);
		load_busy(gpu, PAUSED, 100);
		ASSERT_OK(vf_do(STOPPED, "stop"));
		ASSERT_OK(vf_do(PAUSED, "pause"));
		ASSERT_OK(file_write(!strcmp(paths[i], "sysfs") ?
				     gpu_sysfs(gpu, "reset") :
				     gpu_pci(gpu, "reset"), "1"));
		load_busy(gpu, BAD, 100);
		load_busy(gpu, STOPPED, 100);
		load_busy(gpu, PAUSED, 100);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
}

TEST_F(marks, C32_new_vfs_have_no_marks)
{
	enable();
	fail_by_limit(BAD);
	ASSERT_OK(vf_do(STOPPED, "stop"));
	ASSERT_OK(vf_do(PAUSED, "pause"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	fixture_wait_clean(gpu);
	load_busy(gpu, BAD, 100);
	load_busy(gpu, STOPPED, 100);
	load_busy(gpu, PAUSED, 100);
}

/* fb-scrub is for memory, not for VFs that failed for another reason */
TEST_F(marks, C32_retry_of_clearing_does_not_revive_a_vf)
{
	uint64_t run_ns;

	enable();
	fail_by_limit(BAD);
	ASSERT_OK(gpu_guest(gpu, BAD, "idle"));
	fixture_wait_clean(gpu);
	/* its saved state cannot be cleared either */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1 sticky"));
	run_ns = gpu_truth_vf(gpu, GOOD, "run_ns");
	ASSERT_OK(vf_do(BAD, "reset"));
	/* the other goes on, but could not start again now */
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, GOOD, "run_ns") > run_ns);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, BAD, "failed") ||
			  gpu_vf_is(gpu, BAD, "provisioned"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "0"));
	/* a scrub that began before may fail even now */
	ASSERT_EVENTUALLY(!file_write(gpu_sysfs(gpu, "fb/scrub"), "1") &&
			  gpu_vf_is(gpu, BAD, "provisioned"));
	fail_by_limit(BAD);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "fb/scrub"), "1"));
	ASSERT_TRUE(gpu_vf_is(gpu, BAD, "failed"));
	check_off_the_engine(BAD);
}

TEST_HARNESS_MAIN
