// SPDX-License-Identifier: GPL-2.0
/*
 * Time slices: who gets how much of the GPU, from the simulator's ground truth.
 *
 * Tolerance is 10 %, the figure of the field's own tests, and time is virtual.
 * What a VF got too much is taken off its next turns, so that an error does not
 * grow: where the first figure is off, it is looked at again after twice, four
 * times and eight times as long. A scheduler that shares wrongly does not become
 * right by that. test_exact.c has sharper figures.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"
#include "thread.h"

#define TOLERANCE	0.10
#define MS		1000000ULL

static const struct gpu *gpu = &fx.gpu[0];

static bool is_near(uint64_t part, uint64_t whole, double wanted)
{
	double ratio = whole ? (double)part / whole : 0;

	return ratio >= wanted * (1 - TOLERANCE) &&
	       ratio <= wanted * (1 + TOLERANCE);
}

/* what each VF is to have of the time charged, or of all time; 0: no slice */
static bool shares_are(const struct shares *shares, const double *part,
		       bool of_all_time)
{
	uint64_t whole = of_all_time ? shares->elapsed_ns : shares->accounted_ns;
	unsigned int i;

	for (i = 0; i < fx.total_vfs; i++) {
		const struct share *vf = &shares->vf[i];

		if (!part[i] && vf->slices)
			return false;
		if (part[i] && !is_near(vf->accounted_ns, whole, part[i]))
			return false;
	}
	return true;
}

static void check_parts(const double *part, uint64_t ns, bool of_all_time)
{
	struct truth from = truth_read(gpu);
	struct shares shares;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		load_measure_from(gpu, &from, ns << i, &shares);
		if (shares_are(&shares, part, of_all_time))
			break;
	}
	truth_free(&from);
	if (i < 4)
		return;
	for (i = 0; i < fx.total_vfs; i++)
		report("VF %u: %llu ns in %llu slices, wanted %.3f of %llu ns\n",
		       i, (unsigned long long)shares.vf[i].accounted_ns,
		       (unsigned long long)shares.vf[i].slices, part[i],
		       (unsigned long long)(of_all_time ? shares.elapsed_ns :
							  shares.accounted_ns));
	test_abort();
}

/* all VFs busy: each gets its slice's part of the sum of slices */
static void check_shares(unsigned int num, const uint32_t *slice_us)
{
	double part[MAX_VFS] = { 0 };
	uint64_t rotation_us = 0;
	unsigned int i;

	for (i = 0; i < num; i++)
		rotation_us += slice_us[i];
	for (i = 0; i < num; i++)
		part[i] = (double)slice_us[i] / rotation_us;
	/* so many rounds that one slice more or less is 3 % of a share */
	check_parts(part, 32 * rotation_us * 1000, false);
}

static void run_shares(unsigned int num, const uint32_t *slice_us,
		       uint32_t policy)
{
	unsigned int i;

	load_enable(gpu, num, slice_us, policy);
	for (i = 0; i < num; i++)
		load_busy(gpu, i, 100);
	check_shares(num, slice_us);
}

MODULES_FIXTURE(time, "total_vfs=4");

TEST_F(time, C14_four_vfs_get_time_as_their_slices)
{
	static const uint32_t slice_us[] = { 4000, 8000, 12000, 16000 };

	run_shares(4, slice_us, GPUVF_POLICY_EQUAL);
}

TEST_F(time, C14_all_busy_policies_agree)
{
	static const uint32_t slice_us[] = { 10000, 10000, 20000 };
	static const char *const policies[] = {
		"fixed", "equal", "best-effort",
	};
	unsigned int i;

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_FIXED);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	for (i = 0; i < 3; i++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "sched/policy"),
				     policies[i]));
		check_shares(3, slice_us);
	}
}

TEST_F(time, C18_slice_changes_live)
{
	static const uint32_t before[] = { 8000, 8000 };
	static const uint32_t after[] = { 24000, 8000 };
	uint64_t epoch[2];
	unsigned int i;

	run_shares(2, before, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 2; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "24000"));
	check_shares(2, after);
	/* none was started again or reset for it */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(epoch[i], gpu_truth_vf(gpu, i, "epoch"));
	}
}

TEST_F(time, C19_best_effort_gives_idle_time_away)
{
	static const uint32_t slice_us[] = { 10000, 10000 };
	struct shares shares;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
	load_watch(gpu, 100 * MS, &shares);
	load_watch(gpu, 600 * MS, &shares);
	ASSERT_EQ(0, shares.vf[1].slices);
	/*
	 * Alone, VF 0 is switched every half second: what counts is that it
	 * executes nearly all the time.
	 */
	ASSERT_RATIO(shares.vf[0].run_ns, shares.elapsed_ns, 1, TOLERANCE);
}

TEST_F(time, C19_best_effort_gives_the_rest_of_a_slice_away)
{
	static const uint32_t slice_us[] = { 10000, 10000 };
	struct shares shares;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 10);
	load_measure(gpu, 1500 * MS, &shares);
	/* half of the GPU is VF 1's by its slice, and a tenth is all it wants */
	ASSERT_LT(shares.accounted_ns * 6 / 10, shares.vf[0].accounted_ns);
	ASSERT_LT(0, shares.vf[1].slices);
}

TEST_F(time, C19_equal_keeps_the_slice_of_a_started_vf)
{
	static const uint32_t slice_us[] = { 10000, 10000, 10000 };
	/* VF 2's guest has never taken the GPU */
	static const double part[MAX_VFS] = { 0.5, 0.5, 0 };

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_EQUAL);
	load_rest(gpu, 3);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
	check_parts(part, 640 * MS, false);
}

TEST_F(time, C19_fixed_gives_nothing_away)
{
	static const uint32_t slice_us[] = { 10000, 10000, 10000 };
	/* two thirds are unused: the guests of VF 1 and 2 are off */
	static const double part[MAX_VFS] = { 1.0 / 3, 0, 0 };

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_FIXED);
	load_busy(gpu, 0, 100);
	check_parts(part, 300 * MS, true);
}

/* how often the scheduler threads have slept voluntarily */
static uint64_t thread_switches(void)
{
	unsigned int i, n;
	uint64_t sum = 0;
	pid_t tid[8];

	n = threads_find(tid, 8);
	for (i = 0; i < n; i++) {
		char path[64], *status, *line;

		snprintf(path, sizeof(path), "/proc/%d/status", tid[i]);
		status = file_read_all(path);
		line = status ? strstr(status, "\nvoluntary_ctxt_switches:") :
				NULL;
		if (line)
			sum += strtoull(strchr(line, ':') + 1, NULL, 10);
		free(status);
	}
	return sum;
}

TEST_F(time, nobody_works_nothing_happens)
{
	static const uint32_t slice_us[] = { 5000, 5000 };
	struct shares shares;
	uint64_t interrupts, switches;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_LT(0, thread_switches());
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
	/* what is under way comes to its end: 500 ms is the longest turn */
	load_watch(gpu, 600 * MS, &shares);
	interrupts = gpu_truth(gpu, "gpu", "interrupts");
	switches = thread_switches();
	load_watch(gpu, 500 * MS, &shares);
	ASSERT_EQ(0, shares.commands);
	ASSERT_EQ(interrupts, gpu_truth(gpu, "gpu", "interrupts"));
	ASSERT_EQ(switches, thread_switches());
}

TEST_F(time, one_vf_alone_is_looked_after)
{
	static const uint32_t slice_us[] = { 5000 };
	struct shares shares;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_measure(gpu, 1800 * MS, &shares);
	/* every 500 ms, and not every slice */
	ASSERT_LE(2, shares.vf[0].slices);
	ASSERT_GE(5, shares.vf[0].slices);
}

TEST_F(time, newcomer_waits_for_no_more_than_a_slice_of_one_alone)
{
	static const uint32_t slice_us[] = { 10000, 10000 };

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	/* VF 0's long turn alone is not held against it */
	check_shares(2, slice_us);
}

/* IDLE, SAVE, LOAD and RUN in one, where the hardware has that */
TEST_F(time, C28_one_command_switches_worlds)
{
	static const uint32_t slice_us[] = { 4000, 4000, 8000 };
	uint64_t slices = 0;
	struct shares shares;
	unsigned int i;

	fixture_load("total_vfs=4 oneshot=1");
	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < 3; i++)
		load_busy(gpu, i, 100);
	load_measure(gpu, 400000000, &shares);
	for (i = 0; i < 3; i++) {
		ASSERT_LT(0, shares.vf[i].slices);
		slices += shares.vf[i].slices;
	}
	/* four each would be the other way */
	ASSERT_GT(2 * slices, shares.commands);
}

TEST_HARNESS_MAIN
