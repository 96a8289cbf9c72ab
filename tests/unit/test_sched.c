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

#include "gpuvf_sched.h"

#define MS	1000000ULL
#define US	1000ULL

static struct gpuvf_sched s;
static u64 now;

/* what a VF needs to leave beyond its deadline */
static u64 leave_ns[GPUVF_MAX_VFS];

static void setup_n(enum gpuvf_policy policy, unsigned int n)
{
	u32 all = (1ULL << n) - 1;

	gpuvf_sched_init(&s, policy);
	memset(leave_ns, 0, sizeof(leave_ns));
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
	now = deadline + (d.burn ? 0 : leave_ns[d.vf]);
	gpuvf_sched_end(&s, now);
	return d.vf;
}

static void shares_follow_slices(unsigned int n)
{
	u64 largest = 0, over = 0, sum = 0, start, bound, begin[GPUVF_MAX_VFS];
	unsigned int i, k;

	setup_n(GPUVF_POLICY_BEST_EFFORT, n);
	for (i = 0; i < n; i++) {
		gpuvf_sched_set_slice(&s, i, (2 + (i * 7) % 31) * MS);
		leave_ns[i] = (50 + (i * 37) % 900) * US;
		largest = s.vf[i].slice_ns > largest ? s.vf[i].slice_ns : largest;
		sum += s.vf[i].slice_ns;
	}
	/* one does not keep to it: up to one and a half slices too long */
	leave_ns[n / 2] = s.vf[n / 2].slice_ns * 3 / 2;
	for (i = 0; i < n; i++)
		over = leave_ns[i] > over ? leave_ns[i] : over;

	for (i = 0; i < 20 * n; i++)
		turn();
	start = now;
	for (i = 0; i < n; i++)
		begin[i] = s.vf[i].charged_ns;
	bound = 2 * (largest + over);
	for (k = 0; k < 400 * n; k++) {
		turn();
		for (i = 0; i < n; i++) {
			s64 fair = (now - start) * (__int128)s.vf[i].slice_ns /
				   sum;
			s64 lag = (s64)(s.vf[i].charged_ns - begin[i]) - fair;

			assert_true(llabs(lag) <= (s64)bound);
		}
	}
	/* the lag does not grow, so over many rounds the shares are exact */
	for (i = 0; i < n; i++) {
		double got = (double)(s.vf[i].charged_ns - begin[i]) /
			     (now - start);
		double want = (double)s.vf[i].slice_ns / sum;
		double edge = (double)bound / (now - start);

		assert_true(got > want - edge && got < want + edge);
		assert_true(edge < 0.01);
	}
}

/* C14 */
static void c14_lag_is_bounded_with_2_vfs(void **state)
{
	(void)state;
	shares_follow_slices(2);
}

static void c14_lag_is_bounded_with_16_vfs(void **state)
{
	(void)state;
	shares_follow_slices(16);
}

static void c14_lag_is_bounded_with_31_vfs(void **state)
{
	(void)state;
	shares_follow_slices(31);
}

/* C18: a new slice holds from the next turn, and costs nobody a turn */
static void c18_slice_changes_live(void **state)
{
	u64 before;
	unsigned int i;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 3);
	for (i = 0; i < 9; i++)
		assert_int_equal(turn(), i % 3);
	gpuvf_sched_set_slice(&s, 1, 20 * MS);
	before = s.vf[1].charged_ns;
	assert_int_equal(turn(), 0);
	assert_int_equal(turn(), 1);
	assert_int_equal(s.vf[1].charged_ns - before, 20 * MS);
	assert_int_equal(turn(), 2);
	assert_int_equal(s.vf[2].charged_ns, 4 * 6 * MS);
}

/* C19: who is in the round under which policy */
static void c19_policies_choose_the_round(void **state)
{
	(void)state;
	gpuvf_sched_init(&s, GPUVF_POLICY_FIXED);
	gpuvf_sched_update(&s, 0xf, 0x7, 0x9, 0);
	assert_int_equal(gpuvf_sched_ring(&s), 0xf);
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_EQUAL, 0);
	assert_int_equal(gpuvf_sched_ring(&s), 0xf);
	gpuvf_sched_update(&s, 0xf, 0x5, 0x1, 0);
	assert_int_equal(gpuvf_sched_ring(&s), 0x5);
	gpuvf_sched_set_policy(&s, GPUVF_POLICY_BEST_EFFORT, 0);
	assert_int_equal(gpuvf_sched_ring(&s), 0x1);
	gpuvf_sched_update(&s, 0xe, 0x5, 0x1, 0);
	assert_int_equal(gpuvf_sched_ring(&s), 0);
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
	assert_int_equal(s.vf[0].debt_ns, 0);
	assert_int_equal(turn(), 1);
}

static void a_vf_alone_is_switched_to_itself_and_owes_nobody(void **state)
{
	struct gpuvf_decision d;

	(void)state;
	setup_n(GPUVF_POLICY_BEST_EFFORT, 1);
	assert_true(gpuvf_sched_next(&s, now, &d));
	assert_int_equal(gpuvf_sched_deadline(&s, now) - now,
			 GPUVF_SCHED_SELF_SWITCH_NS);
	/* somebody joins after 100 ms: the turn has to end now */
	now += 100 * MS;
	gpuvf_sched_update(&s, 3, 1, 3, now);
	assert_true(gpuvf_sched_deadline(&s, now) <= now);
	gpuvf_sched_end(&s, now + 100 * US);
	assert_int_equal(s.vf[0].debt_ns, 100 * US);
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

/* a debt of hours is paid in one step, and the one who paid it starves nobody */
static void a_huge_debt_is_paid_without_counting_rounds(void **state)
{
	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 2);
	s.vf[0].debt_ns = 3600ULL * 1000 * MS;
	s.vf[1].debt_ns = 3601ULL * 1000 * MS;
	assert_int_equal(turn(), 0);
	assert_true(s.vf[1].debt_ns <= 1000 * MS);
	assert_int_equal(turn(), 0);
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
	u64 turns;

	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 31);
	for (i = 0; i < 31; i++)
		leave_ns[i] = i * i * 100 * US;
	for (k = 0; k < 100; k++) {
		turns = s.vf[0].turns;
		for (i = 0; i < 31 * 20; i++)
			turn();
		assert_true(s.vf[0].turns > turns);
		assert_true(s.vf[30].turns);
	}
}

static void a_round_is_slices_and_switches(void **state)
{
	(void)state;
	setup_n(GPUVF_POLICY_EQUAL, 3);
	assert_int_equal(gpuvf_sched_round_ns(&s, 7, 370 * US),
			 3 * (6 * MS + 370 * US));
	assert_int_equal(gpuvf_sched_round_ns(&s, 5, 0), 12 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c14_lag_is_bounded_with_2_vfs),
		cmocka_unit_test(c14_lag_is_bounded_with_16_vfs),
		cmocka_unit_test(c14_lag_is_bounded_with_31_vfs),
		cmocka_unit_test(c18_slice_changes_live),
		cmocka_unit_test(c19_policies_choose_the_round),
		cmocka_unit_test(c19_fixed_burns_what_is_not_used),
		cmocka_unit_test(c19_best_effort_gives_idle_time_away),
		cmocka_unit_test(a_vf_alone_is_switched_to_itself_and_owes_nobody),
		cmocka_unit_test(a_vf_that_joins_late_in_a_turn_waits_for_its_end),
		cmocka_unit_test(a_vf_that_may_not_run_any_more_ends_its_turn),
		cmocka_unit_test(a_huge_debt_is_paid_without_counting_rounds),
		cmocka_unit_test(nobody_in_the_round_is_said_so),
		cmocka_unit_test(nobody_starves),
		cmocka_unit_test(a_round_is_slices_and_switches),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
