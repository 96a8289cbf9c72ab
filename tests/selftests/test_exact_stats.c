// SPDX-License-Identifier: GPL-2.0
/*
 * What the driver counts of each VF, against what the simulator saw. In virtual
 * time (tests/lab/run -i), where the two differ by what the driver takes to hear
 * of something, and by nothing else.
 */

#include <stdio.h>
#include <stdlib.h>

#include "selftest.h"
#include "load.h"
#include "stats.h"
#include "turns.h"

#define US	1000LL
#define MS	1000000LL
#define NUM	3

/* an interrupt takes about 1 us to be heard of, a timer 3 us to wake a thread */
#define HEARD_NS	(12 * US)

static const struct gpu *gpu = &fx.gpu[0];
static struct turn turns[TURNS_MAX];
static unsigned int num_turns;

/* both sides, before any work */
static struct nl_stats stats_before[NUM];
static struct truth truth_before;
static int64_t began;

static void begin(const uint32_t *slice_us)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		stats_read(gpu, i, &stats_before[i]);
	truth_free(&truth_before);
	truth_before = truth_read(gpu);
	began = clock_ns();
}

/* it has no work any more, beginning from right after a turn */
static void let_rest(unsigned int vf)
{
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, vf, "state", "run"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, vf, "state", "save"));
	ASSERT_OK(gpu_guest(gpu, vf, "idle"));
}

/* nor has the last one; when its turn is over, the list is complete */
static void let_all_rest(void)
{
	struct nl_stats stats;
	unsigned int i;

	ASSERT_OK(gpu_guest(gpu, NUM - 1, "idle"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, NUM - 1, "state", "save"));
	pause_ms(1000);
	num_turns = turns_read(gpu, began, clock_ns(), turns);
	for (i = 0; i < NUM; i++) {
		stats_read(gpu, i, &stats);
		stats_check_sysfs(gpu, i, &stats);
	}
}

static int64_t counted(unsigned int vf, unsigned int attr)
{
	struct nl_stats stats;

	stats_read(gpu, vf, &stats);
	return stats.counter[attr] - stats_before[vf].counter[attr];
}

static int64_t in_histogram(unsigned int vf)
{
	struct nl_stats stats;
	int64_t sum = 0;
	unsigned int i;

	stats_read(gpu, vf, &stats);
	for (i = 0; i < stats.num_buckets; i++)
		sum += stats.lateness[i] - stats_before[vf].lateness[i];
	return sum;
}

static int64_t really(unsigned int vf, const char *key)
{
	return gpu_truth_vf(gpu, vf, key) - truth_vf(&truth_before, vf, key);
}

static void check_near(unsigned int vf, const char *what, int64_t got,
		       int64_t wanted, int64_t tolerance)
{
	report("VF %u: %s %lld, really %lld\n", vf, what, (long long)got,
	       (long long)wanted);
	ASSERT_GE(tolerance, llabs(got - wanted));
}

/* what the list of turns says of a VF */
struct seen {
	int64_t turns;
	int64_t early;
	int64_t charged;
	int64_t leaving;
	int64_t unused;
};

/* @work_ns: who executes for less has left early, of its own will */
static struct seen look(unsigned int vf, int64_t slice_ns, int64_t work_ns)
{
	struct seen seen = { 0 };
	unsigned int i;

	for (i = 0; i < num_turns; i++) {
		int64_t charged = turns[i].end - turns[i].begin;

		if (turns[i].vf != vf)
			continue;
		seen.turns++;
		seen.charged += charged;
		if (turns[i].run < work_ns) {
			seen.early++;
			seen.unused += slice_ns - charged;
		} else {
			seen.leaving += turns[i].end - turns[i].idle_begin;
		}
	}
	return seen;
}

static void check_time(unsigned int vf, const struct seen *seen)
{
	int64_t tolerance = seen->turns * HEARD_NS;

	ASSERT_LT(10, seen->turns);
	ASSERT_EQ(seen->turns, counted(vf, ENGINE_STAT(SLICES)));
	ASSERT_EQ(seen->turns, really(vf, "slices"));
	check_near(vf, "run_ns", counted(vf, ENGINE_STAT(RUN_NS)),
		   really(vf, "run_ns"), tolerance);
	check_near(vf, "accounted_ns", counted(vf, ENGINE_STAT(ACCOUNTED_NS)),
		   seen->charged, tolerance);
	ASSERT_EQ(seen->charged, really(vf, "accounted_ns"));
	/* who left early was not late */
	ASSERT_EQ(seen->turns - seen->early, in_histogram(vf));
}

MODULES_FIXTURE(exact_stats, "total_vfs=4 fb_mib=4096 events=65536");

/* C14: one that needs 9 ms to leave, beside one that leaves at once */
TEST_F(exact_stats, time_and_overruns_are_what_the_simulator_saw)
{
	static const uint32_t slice_us[NUM] = { 4000, 6000, 5000 };
	int64_t slice_ns, skipped;
	struct seen seen;
	unsigned int i;

	begin(slice_us);
	/* from the last one, which is never idle while the others are not */
	load_busy(gpu, 2, 100);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 hog=9000"));
	pause_ms(2000);
	let_rest(0);
	let_rest(1);
	let_all_rest();
	for (i = 0; i < NUM - 1; i++) {
		slice_ns = slice_us[i] * US;
		seen = look(i, slice_ns, 0);
		check_time(i, &seen);
		check_near(i, "overrun_ns",
			   counted(i, ENGINE_STAT(OVERRUN_NS)), seen.leaving,
			   seen.turns * HEARD_NS);
		ASSERT_EQ(0, counted(i, ENGINE_STAT(IDLE_NS)));
		/* what was charged are turns and visits skipped, and a debt */
		skipped = (seen.charged - seen.turns * slice_ns) / slice_ns;
		check_near(i, "skipped", counted(i, ENGINE_STAT(SKIPPED)),
			   skipped, 3);
	}
	ASSERT_LT(10, counted(0, ENGINE_STAT(SKIPPED)));
	ASSERT_EQ(0, counted(1, ENGINE_STAT(SKIPPED)));
	seen = look(2, slice_us[2] * US, 0);
	check_time(2, &seen);
}

/* C19: one that has 1 ms of work every 10, of slices of 8 */
TEST_F(exact_stats, idle_time_is_what_the_simulator_saw)
{
	static const uint32_t slice_us[NUM] = { 8000, 5000, 5000 };
	struct seen seen;

	begin(slice_us);
	load_busy(gpu, 2, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "burst 1000 9000"));
	pause_ms(2000);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	let_all_rest();
	seen = look(0, slice_us[0] * US, 5 * MS);
	ASSERT_EQ(seen.turns, seen.early);
	check_time(0, &seen);
	check_near(0, "idle_ns", counted(0, ENGINE_STAT(IDLE_NS)), seen.unused,
		   seen.turns * HEARD_NS);
	ASSERT_EQ(0, counted(0, ENGINE_STAT(OVERRUN_NS)));
}

static void reset_by(const char *fault)
{
	int64_t resets = really(0, "vf_resets");

	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), fault));
	ASSERT_EVENTUALLY(really(0, "vf_resets") == resets + 1);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, 0, "resetting"));
}

/* hangs, resets of all kinds, and letters */
TEST_F(exact_stats, counts_are_what_the_simulator_saw)
{
	static const uint32_t slice_us[NUM] = { 4000, 4000, 4000 };
	unsigned int i;

	begin(slice_us);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	reset_by("1 slow 5000000 vf=0 command=idle");
	reset_by("1 hang_silent vf=0 command=save");
	reset_by("1 hang_scrub vf=0 command=load");
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_EVENTUALLY(counted(0, GPUVF_A_STATS_RESETS) ==
			  really(0, "vf_resets"));
	ASSERT_EQ(5, counted(0, GPUVF_A_STATS_RESETS));
	ASSERT_EQ(3, counted(0, ENGINE_STAT(HANGS)));
	ASSERT_EQ(1, counted(0, ENGINE_STAT(PREEMPT_TIMEOUTS)));
	ASSERT_EQ(0, counted(1, GPUVF_A_STATS_RESETS));
	ASSERT_EQ(0, counted(1, ENGINE_STAT(HANGS)));

	ASSERT_OK(gpu_guest(gpu, 1, "off"));
	ASSERT_OK(gpu_guest(gpu, 1, "busy 50 boot=2000"));
	ASSERT_EVENTUALLY(really(1, "inits") == 1);
	ASSERT_OK(gpu_guest(gpu, 1, "fini"));
	ASSERT_EVENTUALLY(really(1, "finis") == 1);
	/* one that never stops: what is refused is counted beside */
	ASSERT_OK(gpu_guest(gpu, 2, "idle flood=1000"));
	ASSERT_EVENTUALLY(counted(2, GPUVF_A_STATS_MBOX_LIMITED) > 3);
	ASSERT_OK(gpu_guest(gpu, 2, "off"));
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(counted(i, GPUVF_A_STATS_MBOX_REQUESTS) +
				  counted(i, GPUVF_A_STATS_MBOX_LIMITED) ==
				  really(i, "mail_taken"));
		report("VF %u: %lld messages\n", i,
		       (long long)really(i, "mail_taken"));
	}
	ASSERT_LE(4, really(1, "mail_taken"));
}

TEST_HARNESS_MAIN
