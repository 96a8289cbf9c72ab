// SPDX-License-Identifier: GPL-2.0
/*
 * Time slices to the microsecond, from the simulator's list of events. Only in
 * virtual time (tests/lab/run -i) do such figures mean anything, and there they
 * are the same on every machine, however busy it is.
 */

#include <stdio.h>
#include <stdlib.h>

#include "selftest.h"
#include "load.h"
#include "turns.h"

#define US		1000LL
#define MS		1000000LL

/* a turn is its slice, give or take what wake-ups differ by */
#define NEARLY		(20 * US)

static const struct gpu *gpu = &fx.gpu[0];

static struct turn turns[TURNS_MAX];
static unsigned int num_turns;

/* the whole turns since a moment; reading them disturbs the last */
static void read_turns(int64_t since)
{
	num_turns = turns_read(gpu, since, clock_ns(), turns);
}

static void all_busy(unsigned int num, const uint32_t *slice_us,
		     uint32_t policy)
{
	unsigned int i;

	load_enable(gpu, num, slice_us, policy);
	for (i = 0; i < num; i++)
		load_busy(gpu, i, 100);
}

/* let everybody have so many turns, and keep whole rounds of them */
static void measure_rounds(unsigned int num, const uint32_t *slice_us,
			   unsigned int rounds)
{
	unsigned int i, whole = 0, rotation_ms = 1;
	int64_t since;

	for (i = 0; i < num; i++)
		rotation_ms += slice_us[i] / 1000;
	/* debts come to rest first */
	pause_ms(2 * rotation_ms);
	since = clock_ns();
	pause_ms((rounds + 2) * rotation_ms);
	read_turns(since);
	for (i = 0; i < num_turns; i++)
		if (turns[i].vf == turns[0].vf)
			whole = i;
	num_turns = whole;
	ASSERT_LE(rounds * num, num_turns);
}

/* C14: over whole rounds, and at every end of a turn */
static void check_shares(unsigned int num, const uint32_t *slice_us)
{
	int64_t charged[MAX_VFS] = { 0 }, passed = 0, worst = 0, least = 0;
	int64_t low[MAX_VFS] = { 0 }, high[MAX_VFS] = { 0 };
	int64_t sum = 0, largest = 0, share, lag;
	unsigned int i, k;

	for (i = 0; i < num; i++) {
		sum += slice_us[i];
		if (slice_us[i] * US > largest)
			largest = slice_us[i] * US;
	}
	for (k = 0; k < num_turns; k++) {
		int64_t ns = turns[k].end - turns[k].begin;

		charged[turns[k].vf] += ns;
		passed += ns;
		for (i = 0; i < num; i++) {
			lag = charged[i] - passed * slice_us[i] / sum;
			if (lag < low[i])
				low[i] = lag;
			if (lag > high[i])
				high[i] = lag;
		}
	}
	for (i = 0; i < num; i++) {
		share = passed * slice_us[i] / sum;
		lag = llabs(charged[i] - share);
		if (lag * 1000000 / share > worst)
			worst = lag * 1000000 / share;
		/* a thousandth */
		if (lag * 1000 > share)
			report("VF %u: %lld ns, wanted %lld\n", i,
			       (long long)charged[i], (long long)share);
		ASSERT_GE(share, lag * 1000);
		/* one slice and one overrun to either side */
		if (high[i] - low[i] > least)
			least = high[i] - low[i];
	}
	ASSERT_GE(2 * (largest + 500 * US), least);
	report("share error %lld ppm, lag %lld us from end to end\n",
	       (long long)worst, (long long)(least / US));
}

/* every command follows the interrupt of the last one; none is looked for */
static void check_gaps(void)
{
	unsigned int i, late = 0;
	int64_t gap = 0;

	for (i = 1; i < num_turns; i++) {
		gap += turns[i].gap;
		late += turns[i].worst_gap > 50 * US;
	}
	gap /= 3 * (num_turns - 1);
	ASSERT_GE(num_turns, late * 100);
	ASSERT_GE(8 * US, gap);
	report("the GPU waits %lld ns for a command\n", (long long)gap);
}

static void run_shares(unsigned int num, const uint32_t *slice_us,
		       uint32_t policy)
{
	all_busy(num, slice_us, policy);
	measure_rounds(num, slice_us, 5);
	check_shares(num, slice_us);
	check_gaps();
}

MODULES_FIXTURE(exact, "total_vfs=16 events=65536");

TEST_F(exact, C14_two_vfs_share_exactly)
{
	static const uint32_t slice_us[] = { 2000, 32000 };

	run_shares(2, slice_us, GPUVF_POLICY_BEST_EFFORT);
}

TEST_F(exact, C14_sixteen_vfs_share_exactly)
{
	static const uint32_t slice_us[] = {
		2000, 3000, 5000, 8000, 12000, 16000, 24000, 32000,
		2000, 3000, 5000, 8000, 12000, 16000, 24000, 32000,
	};

	run_shares(16, slice_us, GPUVF_POLICY_EQUAL);
}

/* C18: the turn under way stays as it is, and so do the turns of the other */
TEST_F(exact, C18_slice_changes_with_the_next_turn)
{
	static const uint32_t slice_us[] = { 8000, 8000 };
	int64_t since, changed, ns, want;
	unsigned int i, old = 0, new = 0;

	all_busy(2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	pause_ms(50);
	since = clock_ns();
	pause_ms(100);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "24000"));
	changed = clock_ns();
	pause_ms(200);
	read_turns(since);

	for (i = 0; i < num_turns; i++) {
		ns = turns[i].end - turns[i].begin;
		want = 8 * MS;
		if (turns[i].vf == 0 && turns[i].begin > changed)
			want = 24 * MS;
		if (llabs(ns - want) > NEARLY)
			report("turn of VF %u: %lld ns, wanted %lld\n",
			       turns[i].vf, (long long)ns, (long long)want);
		ASSERT_GE(NEARLY, llabs(ns - want));
		if (turns[i].vf == 0 && want == 24 * MS)
			new++;
		else if (turns[i].vf == 0)
			old++;
	}
	ASSERT_TRUE(old >= 5 && new >= 5);
}

/* C19: nothing of a slice is used up once its VF has nothing to do */
TEST_F(exact, C19_idle_time_goes_to_the_next_at_once)
{
	static const uint32_t slice_us[] = { 10000, 10000 };
	unsigned int i, short_turns = 0;
	int64_t since, ns;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 2);
	pause_ms(50);
	since = clock_ns();
	pause_ms(1000);
	read_turns(since);
	for (i = 0; i < num_turns; i++) {
		ns = turns[i].end - turns[i].begin;
		if (turns[i].vf == 0)
			continue;
		/* a piece of work is 1 ms, and the switch takes 370 us */
		ASSERT_GE(MS + 370 * US + 50 * US, ns);
		short_turns++;
	}
	ASSERT_LE(10, short_turns);
}

TEST_HARNESS_MAIN
