// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler, against a GPU that is nothing but arithmetic: every turn takes
 * what the scheduler grants plus what leaving costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sched/drr.h"
#include "random_bytes.h"

#define MS	1000000ULL
#define US	1000ULL

static struct gpuvf_sched s;
static u64 now;

/* what a VF needs to leave beyond its deadline */
static u64 preempt_ns[GPUVF_MAX_VFS];

static void setup_n(enum gpuvf_policy policy, unsigned int n)
{
	u32 all = (1ULL << n) - 1;

	gpuvf_sched_init(&s, policy);
	memset(preempt_ns, 0, sizeof(preempt_ns));
	now = 1000 * MS;
	gpuvf_sched_update(&s, all, all, all, now);
}

/* one whole turn; who had it */
static int turn(void)
{
	struct gpuvf_decision d;
	u64 deadline;

	if (!gpuvf_sched_next(&s, now, &d))
		return GPUVF_SCHED_NONE;
	deadline = gpuvf_sched_deadline(&s, now);
	assert_true(deadline >= now);
	now = deadline + (d.burn ? 0 : preempt_ns[d.vf]);
	gpuvf_sched_end(&s, now);
	return d.vf;
}

/*
 * The exact model: the same rules one visit at a time, in nothing but what was
 * charged and what was credited. A visit credits one slice, whether it becomes a
 * turn or is skipped; so what a VF owes is charged - credit, and no debt is kept
 * anywhere.
 */
static struct {
	unsigned int num;
	int last;
	u64 charged[GPUVF_MAX_VFS];
	u64 credit[GPUVF_MAX_VFS];
	u64 slice[GPUVF_MAX_VFS];
	u64 overrun[GPUVF_MAX_VFS];	/* the largest so far */
	u64 passed;			/* sum over charged */
} m;

static void model_setup(enum gpuvf_policy policy, unsigned int n)
{
	unsigned int i;

	setup_n(policy, n);
	memset(&m, 0, sizeof(m));
	m.num = n;
	m.last = -1;
	for (i = 0; i < n; i++)
		m.slice[i] = GPUVF_SCHED_DEFAULT_SLICE_NS;
}

static void model_set_slice(unsigned int vf, u64 slice_ns)
{
	gpuvf_sched_set_slice(&s, vf, slice_ns);
	m.slice[vf] = slice_ns;
}

static int model_next(u64 *grant)
{
	int i = m.last;
	u64 debt;

	for (;;) {
		i = (i + 1) % m.num;
		debt = m.charged[i] - m.credit[i];
		m.credit[i] += m.slice[i];
		if (debt < m.slice[i])
			break;
	}
	*grant = max(m.slice[i] - debt, m.slice[i] / 2);
	m.last = i;
	return i;
}

/* a turn that lasts @over longer than it may; both must agree on all of it */
static int model_turn(u64 (*over)(int vf))
{
	struct gpuvf_decision d;
	u64 grant, charged;
	unsigned int i;

	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_false(d.burn);
	assert_int_equal(d.vf, model_next(&grant));
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + grant);

	charged = grant + over(d.vf);
	now += charged;
	assert_int_equal(gpuvf_sched_end(&s, now), charged);
	m.charged[d.vf] += charged;
	m.passed += charged;
	m.overrun[d.vf] = max(m.overrun[d.vf], charged - grant);
	for (i = 0; i < m.num; i++) {
		/* nothing is ever forgotten: this is why shares are exact */
		assert_int_equal(s.vf[i].accounted_ns, m.charged[i]);
		assert_int_equal(s.vf[i].deficit_ns, m.charged[i] - m.credit[i]);
	}
	return d.vf;
}

static u64 sum_of_slices(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < m.num; i++)
		sum += m.slice[i];
	return sum;
}

/* how far a VF is ahead of its share, times the sum of slices: an integer */
static __int128 lag_times_sum(unsigned int vf)
{
	return (__int128)m.charged[vf] * sum_of_slices() -
	       (__int128)m.slice[vf] * m.passed;
}

/* the most that a VF can owe; see Documentation/design/scheduling.rst */
static u64 debt_bound(unsigned int vf)
{
	u64 half = m.slice[vf] / 2;

	return m.overrun[vf] + (m.overrun[vf] > half ? half : 0);
}

/*
 * Between two ends of slices everybody's lag changes in a straight line, so to
 * look at the ends is to look at every instant.
 */
static void assert_lag_is_bounded(void)
{
	__int128 sum = sum_of_slices(), debts = 0, lag;
	unsigned int i;

	for (i = 0; i < m.num; i++)
		debts += debt_bound(i);
	for (i = 0; i < m.num; i++) {
		lag = lag_times_sum(i);
		assert_true(lag <= (sum - m.slice[i]) *
				   (m.slice[i] + debt_bound(i)));
		assert_true(-lag <= m.slice[i] * (sum - m.slice[i] + debts -
						  debt_bound(i)));
	}
}

/* the shorter bound: the largest slice and the largest overrun, of anybody */
static void assert_lag_is_a_slice_and_an_overrun(void)
{
	u64 slice = 0, overrun = 0;
	__int128 lag;
	unsigned int i;

	for (i = 0; i < m.num; i++) {
		slice = max(slice, m.slice[i]);
		overrun = max(overrun, m.overrun[i]);
	}
	for (i = 0; i < m.num; i++) {
		lag = lag_times_sum(i);
		if (lag < 0)
			lag = -lag;
		assert_true(lag <= (__int128)(slice + overrun) *
				   sum_of_slices());
	}
}

static u64 random_below(u64 limit)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 16) % limit;
}

/* what leaving costs: of a VF always the same, and now and then far too much */
static u64 cost_ns[GPUVF_MAX_VFS];
static unsigned int overrunner;

static u64 over_by_cost(int vf)
{
	return cost_ns[vf];
}

static u64 over_by_chance(int vf)
{
	switch (random_below(16)) {
	case 0:
		return random_below(4 * m.slice[vf]);
	case 1:
		return 0;
	default:
		return cost_ns[vf] + random_below(20 * US);
	}
}

static u64 over_by_one(int vf)
{
	return vf == overrunner ? m.slice[vf] / 2 : cost_ns[vf];
}

static void random_slices_and_costs(void)
{
	unsigned int i;

	for (i = 0; i < m.num; i++) {
		model_set_slice(i, random_below(8) ?
				   2 * MS + random_below(30 * MS) :
				   MS + random_below(499 * MS));
		cost_ns[i] = 50 * US + random_below(900 * US);
	}
	overrunner = random_below(m.num);
}

/* C14: from any slices, any costs, anybody's overruns */
static void lag_stays_bounded(unsigned int n)
{
	unsigned int life, k;

	for (life = 0; life < rounds(40); life++) {
		seed = life * 64 + n;
		model_setup(GPUVF_POLICY_BEST_EFFORT, n);
		random_slices_and_costs();
		for (k = 0; k < 50 * n; k++) {
			model_turn(over_by_chance);
			assert_lag_is_bounded();
		}
	}
}

/* C14: slices of 2 to 32 ms, and one VF overruns by half of its own each time */
static void lag_is_a_slice_and_an_overrun(unsigned int n)
{
	unsigned int life, i, k;

	for (life = 0; life < rounds(40); life++) {
		seed = life * 64 + n;
		model_setup(GPUVF_POLICY_EQUAL, n);
		for (i = 0; i < n; i++) {
			model_set_slice(i, 2 * MS + random_below(30 * MS));
			cost_ns[i] = 100 * US + random_below(400 * US);
		}
		overrunner = random_below(n);
		for (k = 0; k < 50 * n; k++) {
			model_turn(over_by_one);
			assert_lag_is_bounded();
			assert_lag_is_a_slice_and_an_overrun();
		}
	}
}

static void c14_lag_is_bounded_with_2_vfs(void **state)
{
	(void)state;
	lag_stays_bounded(2);
	lag_is_a_slice_and_an_overrun(2);
}

static void c14_lag_is_bounded_with_16_vfs(void **state)
{
	(void)state;
	lag_stays_bounded(16);
	lag_is_a_slice_and_an_overrun(16);
}

static void c14_lag_is_bounded_with_31_vfs(void **state)
{
	(void)state;
	lag_stays_bounded(31);
	lag_is_a_slice_and_an_overrun(31);
}

/*
 * C14: over whole rounds shares are exact to the nanosecond, whatever switches
 * cost, once each owes what leaving costs it
 */
static void c14_whole_rounds_are_exact(void **state)
{
	static const unsigned int nums[] = { 2, 16, 31 };
	u64 before[GPUVF_MAX_VFS];
	unsigned int i, k, j;

	(void)state;
	for (j = 0; j < 3; j++) {
		seed = j;
		model_setup(GPUVF_POLICY_BEST_EFFORT, nums[j]);
		random_slices_and_costs();
		for (i = 0; i < m.num; i++)
			cost_ns[i] = min(cost_ns[i], m.slice[i] / 2);
		for (k = 0; k < m.num; k++)
			model_turn(over_by_cost);
		memcpy(before, m.charged, sizeof(before));
		for (k = 0; k < 100 * m.num; k++)
			model_turn(over_by_cost);
		for (i = 0; i < m.num; i++)
			assert_int_equal(m.charged[i] - before[i],
					 100 * m.slice[i]);
	}
}

/* both bounds are as low as they can be: these lives come to their very edge */
static u64 over_first_a_little_less(int vf)
{
	return vf ? 0 : 99 * m.slice[0] / 100;
}

static u64 over_all_but_the_last(int vf)
{
	return vf < m.num - 1 ? m.slice[vf] / 2 : 0;
}

static void the_bounds_are_reached(void **state)
{
	__int128 ahead = 0, behind = 0, sum, debts = 0;
	unsigned int i, k;

	(void)state;
	model_setup(GPUVF_POLICY_EQUAL, 31);
	for (k = 0; k < 31 * 8; k++) {
		model_turn(over_first_a_little_less);
		assert_lag_is_bounded();
		ahead = max(ahead, lag_times_sum(0));
	}
	sum = sum_of_slices();
	assert_true(ahead > 98 * (sum - m.slice[0]) *
			    (m.slice[0] + debt_bound(0)) / 100);

	model_setup(GPUVF_POLICY_EQUAL, 31);
	for (k = 0; k < 31 * 8; k++) {
		model_turn(over_all_but_the_last);
		assert_lag_is_bounded();
		behind = min(behind, lag_times_sum(30));
	}
	for (i = 0; i < 30; i++)
		debts += debt_bound(i);
	assert_true(-behind > 98 * m.slice[30] *
			      (sum - m.slice[30] + debts) / 100);
}

/* C18: at any moment, also in the middle of a turn, and everything stays exact */
static void c18_slices_change_at_any_moment(void **state)
{
	struct gpuvf_decision d;
	unsigned int life, k, vf;
	u64 grant, charged;

	(void)state;
	for (life = 0; life < rounds(40); life++) {
		seed = life;
		model_setup(GPUVF_POLICY_EQUAL, 2 + random_below(30));
		random_slices_and_costs();
		for (k = 0; k < 1000; k++) {
			assert_true(gpuvf_sched_next(&s, now, &d));
			assert_int_equal(d.vf, model_next(&grant));
			if (!random_below(4)) {
				vf = random_below(m.num);
				model_set_slice(vf, MS + random_below(99 * MS));
			}
			/* the turn under way keeps its end */
			assert_int_equal(gpuvf_sched_deadline(&s, now + grant / 3),
					 now + grant);
			charged = grant + over_by_chance(d.vf);
			now += charged;
			gpuvf_sched_end(&s, now);
			m.charged[d.vf] += charged;
			/* and it is settled with the slice it began with */
			for (vf = 0; vf < m.num; vf++)
				assert_int_equal(s.vf[vf].deficit_ns,
						 m.charged[vf] - m.credit[vf]);
		}
	}
}

/* C18: a new slice holds from the next turn, and costs none a turn */
static void c18_slice_changes_live(void **state)
{
	u64 before;
	unsigned int i;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 3);
	for (i = 0; i < 9; i++)
		assert_int_equal(turn(), i % 3);
	gpuvf_sched_set_slice(&s, 1, 20 * MS);
	before = s.vf[1].accounted_ns;
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1);
	assert_int_equal(s.vf[1].accounted_ns - before, 20 * MS);
	assert_int_equal(turn(), 2);
	assert_int_equal(s.vf[2].accounted_ns, 4 * 6 * MS);
}

/* C19: who is in the round under which policy */
static void c19_policies_choose_the_round(void **state)
{
	(void)state;
	gpuvf_sched_init(&s, GPUVF_POLICY_FIXED);
	gpuvf_sched_update(&s, 0xf, 0x7, 0x9, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 0xf);
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_EQUAL, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 0xf);
	gpuvf_sched_update(&s, 0xf, 0x5, 0x1, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 0x5);
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_BEST_EFFORT, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 0x1);
	gpuvf_sched_update(&s, 0xe, 0x5, 0x1, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 0);
}

/* C19: fixed burns the slice of one that is not there */
static void c19_fixed_burns_what_is_not_used(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_FIXED, 2);
	gpuvf_sched_update(&s, 3, 1, 1, now);
	assert_int_equal(turn(), 0);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 1);
	assert_true(d.burn);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + 6 * MS);
	gpuvf_sched_end(&s, now + 6 * MS);
}

/* C19: best-effort goes on to the next at once */
static void c19_best_effort_gives_idle_time_away(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 0);
	now += MS;
	gpuvf_sched_update(&s, 3, 3, 2, now);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now);
	gpuvf_sched_end(&s, now);
	assert_int_equal(s.vf[0].deficit_ns, 0);
	assert_int_equal(turn(), 1);
}

/*
 * C19: guests that work now and then. While a VF has work one is served
 * that has, and not a nanosecond is lost; with each one's slice kept (equal)
 * or burnt (fixed) each of the round has its turn, work or not.
 */
static void live_through(enum gpuvf_policy policy, unsigned int n, u32 started)
{
	u32 all = (1ULL << n) - 1, work = 1, ring;
	u64 charged = 0, begin, deadline, passed = 0;
	struct gpuvf_decision d;
	unsigned int i, k;

	setup_n(policy, n);
	for (k = 0; k < 2000; k++) {
		work = random_below(all) + 1;
		gpuvf_sched_update(&s, all, started | work, work, now);
		ring = gpuvf_sched_run_list(&s);
		assert_true(gpuvf_sched_next(&s, now, &d));
		assert_true(ring & BIT(d.vf));
		started |= work;
		assert_int_equal(d.burn, !(started & BIT(d.vf)));
		if (policy == GPUVF_POLICY_BEST_EFFORT)
			assert_true(work & BIT(d.vf));
		begin = now;
		deadline = gpuvf_sched_deadline(&s, now);
		/* it stops working on the way, and perhaps begins again */
		now += random_below(deadline - now) + 1;
		work = random_below(4) ? work & ~(u32)BIT(d.vf) : work;
		gpuvf_sched_update(&s, all, started, work, now);
		if (policy == GPUVF_POLICY_BEST_EFFORT &&
		    !(work & BIT(d.vf)) && work)
			assert_int_equal(gpuvf_sched_deadline(&s, now), now);
		else if (policy != GPUVF_POLICY_BEST_EFFORT && (ring & (ring - 1)))
			assert_int_equal(gpuvf_sched_deadline(&s, now), deadline);
		now = max(now, gpuvf_sched_deadline(&s, now));
		gpuvf_sched_end(&s, now);
		passed += now - begin;
	}
	for (i = 0; i < n; i++)
		charged += s.vf[i].accounted_ns;
	assert_int_equal(charged, passed);
	/* with equal slices and no overruns, none has a turn more than others */
	for (i = 1; policy == GPUVF_POLICY_FIXED && i < n; i++)
		assert_true(s.vf[0].slices - s.vf[i].slices <= 1);
}

static void c19_policies_keep_their_word_whoever_works(void **state)
{
	unsigned int n;

	(void)state;
	for (n = 2; n <= GPUVF_MAX_VFS; n++) {
		seed = n;
		live_through(GPUVF_POLICY_BEST_EFFORT, n, 0);
		live_through(GPUVF_POLICY_EQUAL, n, 0);
		live_through(GPUVF_POLICY_FIXED, n, 0);
	}
}

/* C19: the policy changes in the middle of a turn, and none is hurt by it */
static void c19_policy_changes_live(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_FIXED, 3);
	gpuvf_sched_update(&s, 7, 3, 1, now);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 0);
	now += MS;
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_EQUAL, now);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + 5 * MS);
	now += 5 * MS;
	gpuvf_sched_end(&s, now);
	/* VF 2, which would have had its slice burnt, is not of this round */
	assert_int_equal(turn(), 1);
	assert_int_equal(turn(), 0);
	/* the idle one that has the turn loses it with its place in the round */
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 1);
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_BEST_EFFORT, now + MS);
	assert_int_equal(gpuvf_sched_deadline(&s, now + MS), now + MS);
	gpuvf_sched_end(&s, now + MS);
	assert_int_equal(turn(), 0);
}

/* nothing is kept from any when none has anything: so nothing is done */
static void c19_fixed_rests_while_nobody_has_anything_to_run(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	gpuvf_sched_init(&s, GPUVF_POLICY_FIXED);
	gpuvf_sched_update(&s, 7, 0, 0, 0);
	assert_int_equal(gpuvf_sched_run_list(&s), 7);
	assert_false(gpuvf_sched_next(&s, 0, &d));
	assert_int_equal(d.vf, GPUVF_SCHED_NONE);
	gpuvf_sched_update(&s, 7, 2, 0, 0);
	assert_true(gpuvf_sched_next(&s, 0, &d));
}

/*
 * Everybody of the round who is not in debt for a slice is served before anybody
 * is served twice; also when they come and go.
 */
static void who_comes_and_stays_waits_for_one_turn_of_each(void **state)
{
	u32 met[GPUVF_MAX_VFS] = { 0 }, stays, present, missed;
	unsigned int life, k;
	int i, vf;

	(void)state;
	for (life = 0; life < rounds(40); life++) {
		seed = life;
		setup_n(GPUVF_POLICY_EQUAL, GPUVF_MAX_VFS);
		for (i = 0; i < GPUVF_MAX_VFS; i++)
			preempt_ns[i] = random_below(2 * MS);
		/* in the round since its own last turn */
		memset(met, 0, sizeof(met));
		stays = s.present;
		for (k = 0; k < 1000; k++) {
			present = s.present ^ (1U << random_below(GPUVF_MAX_VFS));
			present |= 3;
			stays &= present;
			gpuvf_sched_update(&s, present, present, present, now);
			vf = turn();
			assert_true(vf != GPUVF_SCHED_NONE);
			for (i = 0; i < GPUVF_MAX_VFS; i++) {
				missed = met[i] & BIT(vf);
				/* vf would be served twice while i waits */
				assert_false(i != vf && stays & BIT(i) && missed);
				met[i] |= BIT(vf);
			}
			met[vf] = 0;
			for (i = 0; i < GPUVF_MAX_VFS; i++)
				if (!(stays & BIT(i)))
					met[i] = 0;
			stays = present;
		}
	}
}

/* while one is alone its clock stands for none; what it had is counted */
static void time_alone_is_counted_and_not_owed(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_update(&s, 3, 3, 3, now + 100 * MS);
	assert_int_equal(gpuvf_sched_end(&s, now + 101 * MS), 7 * MS);
	assert_int_equal(s.vf[0].accounted_ns, 101 * MS);
	assert_int_equal(s.vf[0].deficit_ns, MS);
}

/* a turn counts from its LOAD, not from the decision */
static void a_turn_counts_from_its_load(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_switched_in(&s, now + 3 * US);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + 3 * US + 6 * MS);
	assert_int_equal(gpuvf_sched_end(&s, now + 6 * MS), 6 * MS - 3 * US);
	/* a clock that goes back does not lengthen it */
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_switched_in(&s, now - 1);
	assert_int_equal(gpuvf_sched_end(&s, now + MS), MS);
}

static void a_clock_that_goes_back_charges_nothing(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_end(&s, now - 1), 0);
	assert_int_equal(s.vf[0].accounted_ns, 0);
	assert_int_equal(s.vf[0].deficit_ns, 0);
	assert_true(gpuvf_sched_next(&s, U64_MAX - 1, &d));
	assert_int_equal(gpuvf_sched_deadline(&s, U64_MAX - 1), U64_MAX);
}

static void a_vf_alone_is_switched_to_itself_and_owes_nobody(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_deadline(&s, now) - now,
			 GPUVF_SCHED_SELF_SWITCH_NS);
	/* another joins after 100 ms: the turn has to end now */
	now += 100 * MS;
	gpuvf_sched_update(&s, 3, 1, 3, now);
	assert_true(gpuvf_sched_deadline(&s, now) <= now);
	gpuvf_sched_end(&s, now + 100 * US);
	assert_int_equal(s.vf[0].deficit_ns, 100 * US);
	now += 100 * US;
	assert_int_equal(turn(), 1);
	assert_int_equal(turn(), 0);
}

static void a_vf_that_joins_late_in_a_turn_waits_for_its_end(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_update(&s, 3, 1, 3, now + 2 * MS);
	assert_int_equal(gpuvf_sched_deadline(&s, now + 2 * MS), now + 6 * MS);
	gpuvf_sched_end(&s, now + 6 * MS);
}

static void a_vf_that_may_not_run_any_more_ends_its_turn(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_update(&s, 2, 3, 3, now);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now);
	gpuvf_sched_end(&s, now);
	assert_int_equal(turn(), 1);
}

/* ... also when no other is there; and one that is gone owes nothing */
static void a_vf_that_may_not_run_any_more_leaves_no_debt(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_update(&s, 0, 1, 1, now + MS);
	assert_int_equal(gpuvf_sched_deadline(&s, now + MS), now + MS);
	gpuvf_sched_end(&s, now + MS);

	setup_n(GPUVF_POLICY_EQUAL, 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_update(&s, 2, 3, 3, now + MS);
	gpuvf_sched_end(&s, now + 100 * MS);
	assert_int_equal(s.vf[0].deficit_ns, 0);
}

static void a_vf_alone_is_forgiven_and_gives_nothing_away(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 2);
	preempt_ns[0] = 5 * MS;
	assert_int_equal(turn(), 0);
	assert_int_equal(s.vf[0].deficit_ns, 5 * MS);
	gpuvf_sched_update(&s, 3, 3, 1, now);
	assert_true(gpuvf_sched_next(&s, now, &d));
	/* VF 1 comes back: VF 0 has a whole slice, and owes what it costs to leave */
	gpuvf_sched_update(&s, 3, 3, 3, now + MS);
	assert_int_equal(gpuvf_sched_deadline(&s, now + MS), now + 6 * MS);
	gpuvf_sched_end(&s, now + 7 * MS);
	assert_int_equal(s.vf[0].deficit_ns, MS);

	/* alone to the end, longer than a slice, and stopped early */
	gpuvf_sched_update(&s, 3, 3, 1, now);
	assert_true(gpuvf_sched_next(&s, now, &d));
	gpuvf_sched_end(&s, now + 8 * MS);
	assert_int_equal(s.vf[0].deficit_ns, 0);
	assert_int_equal(s.vf[0].given_away_ns, 0);
}

static void who_owes_exactly_a_slice_is_skipped_once(void **state)
{
	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	preempt_ns[0] = 6 * MS;
	assert_int_equal(turn(), 0);
	preempt_ns[0] = 0;
	assert_int_equal(turn(), 1);
	assert_int_equal(turn(), 1);
	assert_int_equal(turn(), 0);
	assert_int_equal(s.vf[0].skipped, 1);
	assert_int_equal(s.vf[0].deficit_ns, 0);
}

/* a debt of centuries is paid in one step, and both still pay all of it */
static void a_huge_debt_is_paid_without_counting_rounds(void **state)
{
	const u64 rounds = 1ULL << 39;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	s.vf[0].deficit_ns = rounds * 6 * MS;
	s.vf[1].deficit_ns = (rounds + 2) * 6 * MS + 1;
	assert_int_equal(turn(), 0);
	assert_int_equal(s.vf[0].skipped, rounds);
	assert_int_equal(s.vf[1].deficit_ns, 2 * 6 * MS + 1);
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1);
	assert_int_equal(s.vf[1].skipped, rounds + 2);
}

static void nobody_in_the_round_is_said_so(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	gpuvf_sched_init(&s, GPUVF_POLICY_BEST_EFFORT);
	assert_false(gpuvf_sched_next(&s, 0, &d));
	assert_int_equal(d.vf, GPUVF_SCHED_NONE);
}

static void nobody_starves(void **state)
{
	unsigned int i, k;
	u64 slices;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 31);
	for (i = 0; i < 31; i++)
		preempt_ns[i] = i * i * 100 * US;
	for (k = 0; k < 100; k++) {
		slices = s.vf[0].slices;
		for (i = 0; i < 31 * 20; i++)
			turn();
		assert_true(s.vf[0].slices > slices);
		assert_true(s.vf[30].slices);
	}
}

/*
 * To decide before the end of a turn makes no difference to any, whichever
 * overruns, comes, goes, or is changed in between: both ways go the same way round.
 */
static void to_choose_early_changes_nothing(void **state)
{
	struct gpuvf_sched early, late;
	unsigned int life, k, i, chosen = 0;
	struct gpuvf_decision d;
	int next;
	u32 ring;

	(void)state;
	for (life = 0; life < rounds(40); life++) {
		seed = life;
		m.num = 2 + random_below(30);
		setup_n(random_below(3), m.num);
		for (i = 0; i < m.num; i++) {
			m.slice[i] = MS + random_below(30 * MS);
			gpuvf_sched_set_slice(&s, i, m.slice[i]);
			cost_ns[i] = random_below(MS);
		}
		early = s;
		for (k = 0; k < 50 * m.num; k++) {
			assert_true(gpuvf_sched_next(&s, now, &d));
			assert_true(gpuvf_sched_next(&early, now, &d));
			assert_int_equal(s.current_vf, early.current_vf);
			ring = random_below(1ULL << m.num) | 1;
			gpuvf_sched_update(&s, s.present, ring, ring, now);
			gpuvf_sched_update(&early, s.present, ring, ring, now);

			next = gpuvf_sched_choose(&early);
			now = max(now, gpuvf_sched_deadline(&s, now)) +
			      over_by_chance(d.vf);
			gpuvf_sched_end(&s, now);
			gpuvf_sched_end(&early, now);
			if (next == GPUVF_SCHED_NONE)
				continue;
			/* as if it had been asked for only now */
			late = s;
			assert_true(gpuvf_sched_next(&late, now, &d));
			assert_int_equal(d.vf, next);
			gpuvf_sched_switched(&early, now);
			assert_int_equal(early.current_vf, next);
			assert_int_equal(gpuvf_sched_deadline(&early, now),
					 gpuvf_sched_deadline(&late, now));
			assert_true(gpuvf_sched_next(&s, now, &d));
			assert_memory_equal(early.vf, s.vf, sizeof(s.vf));
			now += MS;
			gpuvf_sched_end(&early, now);
			gpuvf_sched_end(&s, now);
			chosen++;
		}
	}
	assert_true(chosen > 1000);
}

/* ... and who is not in the round any more when it comes to that loses it */
static void who_is_chosen_and_leaves_is_not_next(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 3);
	assert_int_equal(turn(), 0);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_choose(&s), 2);
	gpuvf_sched_update(&s, 3, 7, 7, now);
	gpuvf_sched_end(&s, now + 6 * MS);
	assert_int_equal(turn(), 0);

	/* the hardware is there already: it leaves again at once */
	setup_n(GPUVF_POLICY_EQUAL, 3);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_choose(&s), 1);
	gpuvf_sched_update(&s, 5, 7, 7, now);
	gpuvf_sched_end(&s, now + 6 * MS);
	gpuvf_sched_switched(&s, now + 6 * MS);
	assert_int_equal(s.current_vf, 1);
	assert_int_equal(gpuvf_sched_deadline(&s, now + 7 * MS), now + 7 * MS);
	gpuvf_sched_end(&s, now + 7 * MS);
	assert_int_equal(s.vf[1].deficit_ns, 0);
	now += 7 * MS;
	assert_int_equal(turn(), 2);

	/* its slice shrank below what it owes: half a slice is the least */
	setup_n(GPUVF_POLICY_EQUAL, 2);
	preempt_ns[1] = 5 * MS;
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_choose(&s), 1);
	gpuvf_sched_set_slice(&s, 1, 4 * MS);
	now += 6 * MS;
	gpuvf_sched_end(&s, now);
	gpuvf_sched_switched(&s, now);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + 2 * MS);
}

/* what others owe, and what its owner owes, is as it was before */
static void full_access_forgives_nobody(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 3);
	preempt_ns[0] = 5 * MS;
	preempt_ns[1] = 4 * MS;
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 2);

	/* the turn under way ends at once, and no other is next */
	gpuvf_sched_set_full_access(&s, 1, now + MS);
	assert_int_equal(gpuvf_sched_run_list(&s), 2);
	assert_int_equal(gpuvf_sched_deadline(&s, now + MS), now + MS);
	now += MS;
	gpuvf_sched_end(&s, now);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 1);
	assert_int_equal(gpuvf_sched_deadline(&s, now) - now,
			 GPUVF_SCHED_SELF_SWITCH_NS);
	now += GPUVF_SCHED_SELF_SWITCH_NS;
	gpuvf_sched_end(&s, now);
	assert_int_equal(s.vf[0].deficit_ns, 5 * MS);
	assert_int_equal(s.vf[1].deficit_ns, 4 * MS);
	assert_int_equal(s.vf[2].deficit_ns, 0);

	/* over: its turn counts as a slice, and is owed on top */
	assert_true(gpuvf_sched_next(&s, now, &d));
	now += 100 * MS;
	gpuvf_sched_set_full_access(&s, GPUVF_SCHED_NONE, now);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now);
	gpuvf_sched_end(&s, now + MS);
	now += MS;
	assert_int_equal(s.vf[1].deficit_ns, 5 * MS);
	assert_int_equal(turn(), 2);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 0);
	assert_int_equal(gpuvf_sched_deadline(&s, now), now + 3 * MS);
}

/* one access of VF 0 among busy VFs: its end is in the round */
static void access_for(u64 ns)
{
	struct gpuvf_decision d;

	gpuvf_sched_set_full_access(&s, 0, now);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(d.vf, 0);
	while (ns > GPUVF_SCHED_SELF_SWITCH_NS) {
		now += GPUVF_SCHED_SELF_SWITCH_NS;
		ns -= GPUVF_SCHED_SELF_SWITCH_NS;
		gpuvf_sched_end(&s, now);
		assert_true(gpuvf_sched_next(&s, now, &d));
	}
	now += ns;
	gpuvf_sched_set_full_access(&s, GPUVF_SCHED_NONE, now);
	gpuvf_sched_end(&s, now);
}

/*
 * VF 0 has access whenever it owes less than 3 s, for 1.3 s each: over an hour it
 * has its share, and beyond it no more than that and one access.
 */
static void access_for_ever_is_the_share(unsigned int n)
{
	const u64 limit = 3000 * MS, one = 1300 * MS, hour = 3600000 * MS;
	u64 begin, had;

	setup_n(GPUVF_POLICY_BEST_EFFORT, n);
	begin = now;
	while (now - begin < hour) {
		if (gpuvf_sched_access_ns(&s, 0, now) < limit)
			access_for(one);
		/* everybody has a slice before the next */
		while (turn() != (int)n - 1)
			;
		had = s.vf[0].accounted_ns;
		assert_true(had < (now - begin) / n + limit + one + 12 * MS);
	}
	assert_true(had > (now - begin) / n - limit);
}

static void full_access_is_a_part_of_the_share(void **state)
{
	(void)state;
	access_for_ever_is_the_share(2);
	access_for_ever_is_the_share(4);
	access_for_ever_is_the_share(16);
}

/* no VF waited for it, or it was no more than a slice */
static void full_access_that_costs_nobody_is_free(void **state)
{
	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 1);
	access_for(1300 * MS);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now), 0);
	setup_n(GPUVF_POLICY_BEST_EFFORT, 2);
	access_for(5 * MS);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now), 0);
	/* what is owed stays when the VF goes, and is paid in time all the same */
	access_for(100 * MS);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now), 94 * MS);
	gpuvf_sched_update(&s, 2, 3, 3, now);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now + 100 * MS), 69 * MS);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now + 400 * MS), 0);
	gpuvf_sched_update(&s, 3, 3, 3, now);
	/* a clock that goes back pays nothing twice */
	access_for(100 * MS);
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, now - MS),
			 gpuvf_sched_access_ns(&s, 0, now));
	/* years without a look do not overflow */
	assert_int_equal(gpuvf_sched_access_ns(&s, 0, U64_MAX / 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c14_lag_is_bounded_with_2_vfs),
		cmocka_unit_test(c14_lag_is_bounded_with_16_vfs),
		cmocka_unit_test(c14_lag_is_bounded_with_31_vfs),
		cmocka_unit_test(c14_whole_rounds_are_exact),
		cmocka_unit_test(the_bounds_are_reached),
		cmocka_unit_test(c18_slice_changes_live),
		cmocka_unit_test(c18_slices_change_at_any_moment),
		cmocka_unit_test(c19_policies_choose_the_round),
		cmocka_unit_test(c19_fixed_burns_what_is_not_used),
		cmocka_unit_test(c19_best_effort_gives_idle_time_away),
		cmocka_unit_test(c19_policies_keep_their_word_whoever_works),
		cmocka_unit_test(c19_policy_changes_live),
		cmocka_unit_test(c19_fixed_rests_while_nobody_has_anything_to_run),
		cmocka_unit_test(who_comes_and_stays_waits_for_one_turn_of_each),
		cmocka_unit_test(time_alone_is_counted_and_not_owed),
		cmocka_unit_test(a_turn_counts_from_its_load),
		cmocka_unit_test(a_clock_that_goes_back_charges_nothing),
		cmocka_unit_test(a_vf_alone_is_switched_to_itself_and_owes_nobody),
		cmocka_unit_test(a_vf_that_joins_late_in_a_turn_waits_for_its_end),
		cmocka_unit_test(a_vf_that_may_not_run_any_more_ends_its_turn),
		cmocka_unit_test(a_vf_that_may_not_run_any_more_leaves_no_debt),
		cmocka_unit_test(a_vf_alone_is_forgiven_and_gives_nothing_away),
		cmocka_unit_test(who_owes_exactly_a_slice_is_skipped_once),
		cmocka_unit_test(a_huge_debt_is_paid_without_counting_rounds),
		cmocka_unit_test(nobody_in_the_round_is_said_so),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(to_choose_early_changes_nothing),
		cmocka_unit_test(who_is_chosen_and_leaves_is_not_next),
		cmocka_unit_test(full_access_forgives_nobody),
		cmocka_unit_test(full_access_is_a_part_of_the_share),
		cmocka_unit_test(full_access_that_costs_nobody_is_free),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
