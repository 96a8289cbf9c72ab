// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer planner: what it promises, and that it finds a placement
 * whenever one exists (compared with trying everything).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gpuvf_layout.h"

#define MIB	(1ULL << 20)

static struct gpuvf_layout_request req;
static struct gpuvf_layout out;
static struct gpuvf_layout_reason why;
static u64 seed;

static u32 rnd(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % n;
}

static unsigned int rounds(unsigned int usual)
{
	const char *text = getenv("GPUVF_UNIT_ROUNDS");

	return text && *text ? strtoul(text, NULL, 0) : usual;
}

static void geometry(u64 total, u64 granule, u64 context, u64 reserve,
		     unsigned int num_vfs)
{
	memset(&req, 0, sizeof(req));
	req.geometry.total_bytes = total;
	req.geometry.granule_bytes = granule;
	req.geometry.context_bytes = context;
	req.pf_reserve_bytes = reserve;
	req.num_vfs = num_vfs;
}

static int plan(void)
{
	int err = gpuvf_layout_plan(&req, &out, &why);

	if (!err)
		assert_true(gpuvf_layout_check(&req, &out));
	return err;
}

/* C1: N equal shares, from the bottom in index order, the same every time */
static void c1_fair_shares_are_equal_and_repeat(void **state)
{
	struct gpuvf_layout first;
	unsigned int n, i;
	u64 share;

	(void)state;
	for (n = 1; n <= GPUVF_MAX_VFS; n++) {
		geometry(16384 * MIB, 16 * MIB, 8 * MIB, 256 * MIB, n);
		share = gpuvf_layout_fair_share(&req, (1ULL << n) - 1);
		assert_int_equal(share, (16384 - 272) / n / 16 * 16 * MIB);
		for (i = 0; i < n; i++)
			req.vf[i].quota_bytes = share;
		assert_int_equal(plan(), 0);
		for (i = 0; i < n; i++) {
			assert_int_equal(out.vf[i].size, share);
			assert_int_equal(out.vf[i].start, 272 * MIB + i * share);
		}
		first = out;
		assert_int_equal(plan(), 0);
		assert_memory_equal(&first, &out, sizeof(out));
	}
}

/* C2: everything fits, also when the total is odd; one granule more does not */
static void c2_shares_reserve_and_context_fit_any_total(void **state)
{
	u64 total, share;
	unsigned int n, i;

	(void)state;
	for (total = 600 * MIB + 12345; total < 900 * MIB; total += 7 * MIB + 1) {
		for (n = 1; n <= GPUVF_MAX_VFS; n++) {
			geometry(total, 16 * MIB, 3 * MIB, 5 * MIB, n);
			share = gpuvf_layout_fair_share(&req, (1ULL << n) - 1);
			for (i = 0; i < n; i++)
				req.vf[i].quota_bytes = share;
			assert_int_equal(plan(), 0);
			assert_true(n * share + 8 * MIB <= total);
			for (i = 0; i < n; i++)
				req.vf[i].quota_bytes = share + 16 * MIB;
			assert_int_equal(plan(), -ENOSPC);
			assert_int_equal(why.verdict, GPUVF_LAYOUT_NO_SPACE);
		}
	}
}

/* C24: the arithmetic of a real card, S7150 */
static void c24_s7150(void **state)
{
	unsigned int i;

	(void)state;
	geometry(8190 * MIB, 16 * MIB, 8 * MIB, 16 * MIB, 16);
	assert_int_equal(gpuvf_layout_fair_share(&req, 0xffff), 496 * MIB);
	for (i = 0; i < 16; i++)
		req.vf[i].quota_bytes = 496 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf_base, 32 * MIB);
	geometry(8190 * MIB, 16 * MIB, 8 * MIB, 256 * MIB, 16);
	assert_int_equal(gpuvf_layout_fair_share(&req, 0xffff), 480 * MIB);
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf_base, 272 * MIB);
}

/* C3: a layout with an overlap is never called sound, containment included */
static void c3_check_sees_every_overlap(void **state)
{
	u64 a, b, a_size, b_size;

	(void)state;
	geometry(16 * MIB, MIB, MIB, 0, 2);
	memset(&out, 0, sizeof(out));
	out.context.size = MIB;
	out.vf_base = MIB;
	out.vf_end = 16 * MIB;
	for (a_size = 1; a_size <= 6; a_size++)
	for (b_size = 1; b_size <= 6; b_size++)
	for (a = 1; a + a_size <= 16; a++)
	for (b = 1; b + b_size <= 16; b++) {
		req.vf[0].quota_bytes = a_size * MIB;
		req.vf[1].quota_bytes = b_size * MIB;
		out.vf[0].start = a * MIB;
		out.vf[0].size = a_size * MIB;
		out.vf[1].start = b * MIB;
		out.vf[1].size = b_size * MIB;
		assert_int_equal(gpuvf_layout_check(&req, &out),
				 a + a_size <= b || b + b_size <= a);
	}
}

static void check_sees_what_is_outside_or_crooked(void **state)
{
	(void)state;
	geometry(16 * MIB, MIB, MIB, MIB, 1);
	req.vf[0].quota_bytes = 2 * MIB;
	assert_int_equal(plan(), 0);
	out.vf[0].start -= MIB;
	assert_false(gpuvf_layout_check(&req, &out));
	out.vf[0].start = 15 * MIB;
	assert_false(gpuvf_layout_check(&req, &out));
	out.vf[0].start = 3 * MIB + 1;
	assert_false(gpuvf_layout_check(&req, &out));
	out.vf[0].start = 3 * MIB;
	assert_true(gpuvf_layout_check(&req, &out));
	out.vf[0].size = MIB;
	assert_false(gpuvf_layout_check(&req, &out));
	out.vf[0].size = 2 * MIB;
	req.num_blocked = 1;
	req.blocked[0].start = 4 * MIB;
	req.blocked[0].size = MIB;
	assert_false(gpuvf_layout_check(&req, &out));
}

static void a_vf_in_use_keeps_its_place_or_refuses(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, MIB, MIB, 3);
	req.vf[1].now.start = 20 * MIB;
	req.vf[1].now.size = 10 * MIB;
	req.vf[1].quota_bytes = 10 * MIB;
	req.vf[1].pinned = true;
	req.vf[0].quota_bytes = 30 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[1].start, 20 * MIB);
	assert_int_equal(out.vf[0].start, 30 * MIB);

	/* 52 are free, in pieces of 18 and 34 */
	req.vf[0].quota_bytes = 35 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_FRAGMENTED);
	assert_int_equal(why.vf, 0);
	assert_int_equal(why.asked, 35 * MIB);
	assert_int_equal(why.limit, 34 * MIB);
	assert_int_equal(why.free, 52 * MIB);
	assert_int_equal(why.blocker, 1);

	req.vf[0].quota_bytes = 0;
	req.vf[1].quota_bytes = 11 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_VF);
	req.vf[1].quota_bytes = 10 * MIB;
	req.pf_reserve_bytes = 30 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_RESERVE);
}

static void absurd_sizes_are_refused_and_do_not_wrap(void **state)
{
	static const u64 absurd[] = {
		U64_MAX, U64_MAX - 1, U64_MAX - 16 * MIB, U64_MAX / 2 + 1,
		1ULL << 63,
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(absurd) / sizeof(*absurd); i++) {
		geometry(1024 * MIB, 16 * MIB, MIB, 0, GPUVF_MAX_VFS);
		req.vf[0].quota_bytes = absurd[i];
		req.vf[1].quota_bytes = absurd[i];
		assert_int_equal(plan(), -ENOSPC);
		req.vf[0].quota_bytes = 0;
		req.vf[1].quota_bytes = 0;
		req.pf_reserve_bytes = absurd[i];
		assert_int_equal(plan(), -ENOSPC);
		assert_int_equal(why.verdict, GPUVF_LAYOUT_RESERVE_TOO_BIG);
		req.pf_reserve_bytes = why.limit;
		assert_int_equal(plan(), 0);
	}
}

/*
 * Trying everything: VF after VF at every place. The cheapest way in *best, in
 * granules moved.
 */
static bool brute(unsigned int vf, u32 taken, u64 moved, u64 *best)
{
	u64 size, place, now;
	bool found = false;
	u32 mask;

	if (moved >= *best)
		return false;
	if (vf == req.num_vfs) {
		*best = moved;
		return true;
	}
	size = req.vf[vf].quota_bytes / MIB;
	if (!size)
		return brute(vf + 1, taken, moved, best);
	now = req.vf[vf].now.start / MIB;
	for (place = 2; place + size <= 24; place++) {
		bool stays = req.vf[vf].now.size && now == place;

		mask = ((1U << size) - 1) << place;
		if ((taken & mask) || (req.vf[vf].pinned && !stays))
			continue;
		found |= brute(vf + 1, taken | mask, moved +
			       (req.vf[vf].now.size && !stays ? size : 0), best);
	}
	return found;
}

/* up to 8 VFs with extents, pins and blocked ranges, in 22 granules */
static void random_request(void)
{
	unsigned int at = 2, i;

	geometry(24 * MIB, MIB, MIB, MIB, 1 + rnd(8));
	for (i = 0; i < req.num_vfs; i++) {
		struct gpuvf_layout_vf *vf = &req.vf[i];
		unsigned int size = 1 + rnd(5);

		at += rnd(3);
		if (rnd(3) && at + size <= 24) {
			vf->now.start = at * MIB;
			vf->now.size = size * MIB;
			vf->quota_bytes = rnd(3) ? vf->now.size : rnd(7) * MIB;
			vf->pinned = !rnd(3);
			if (vf->pinned)
				vf->quota_bytes = vf->now.size;
			at += size;
		} else {
			vf->quota_bytes = rnd(7) * MIB;
		}
	}
	if (at < 24 && rnd(2)) {
		req.num_blocked = 1;
		req.blocked[0].start = at * MIB;
		req.blocked[0].size = MIB;
	}
}

/* C21: found whenever there is one, with as little moved as possible */
static void c21_finds_what_trying_everything_finds(void **state)
{
	unsigned int n, i, yes = 0, no = 0;

	(void)state;
	for (n = 0; n < rounds(3000); n++) {
		u64 best = U64_MAX, moved = 0;
		u32 taken = 0;
		bool exists;
		int err;

		seed = n;
		random_request();
		if (req.num_blocked)
			taken = 1U << (req.blocked[0].start / MIB);
		exists = brute(0, taken, 0, &best);
		err = plan();
		if (!err)
			for (i = 0; i < req.num_vfs; i++)
				if (out.moved_mask & (1U << i))
					moved += out.vf[i].size / MIB;
		if (exists != !err || (exists && moved != best)) {
			print_message("seed %u: exists %d, planned %d, moved %d, best %d\n",
				      n, exists, !err, (int)moved, (int)best);
			fail();
		}
		yes += exists;
		no += !exists;
	}
	/* a test that only ever saw one kind would prove little */
	assert_true(yes > n / 10 && no > n / 10);
}

/* 31 VFs come, grow, shrink, are pinned and go; everything stays sound */
static void random_lives_of_31_vfs_stay_sound(void **state)
{
	unsigned int n, i, refused = 0;

	(void)state;
	seed = 42;
	for (n = 0; n < rounds(3000); n++) {
		struct gpuvf_layout_vf *vf = &req.vf[rnd(GPUVF_MAX_VFS)];
		struct gpuvf_layout_vf before;

		/* in the long run all would be pinned */
		if (n % 1000 == 0)
			geometry(16384 * MIB, 16 * MIB, 8 * MIB, 256 * MIB,
				 GPUVF_MAX_VFS);
		before = *vf;
		switch (rnd(4)) {
		case 0:
			vf->quota_bytes = 0;
			vf->pinned = false;
			break;
		case 1:
			vf->pinned = vf->now.size && rnd(2);
			break;
		default:
			if (!vf->pinned)
				vf->quota_bytes = rnd(1600) * MIB;
		}
		if (plan()) {
			assert_true(why.verdict == GPUVF_LAYOUT_NO_SPACE ||
				    why.verdict == GPUVF_LAYOUT_FRAGMENTED ||
				    why.verdict == GPUVF_LAYOUT_TOO_HARD);
			*vf = before;
			refused++;
			continue;
		}
		for (i = 0; i < GPUVF_MAX_VFS; i++) {
			if (req.vf[i].pinned)
				assert_int_equal(out.vf[i].start,
						 req.vf[i].now.start);
			req.vf[i].now = out.vf[i];
			req.vf[i].quota_bytes = out.vf[i].size;
		}
	}
	assert_true(refused > n / 100 && refused < n / 2);
}

static void capacity_counts_what_fits(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, MIB, MIB, 8);
	req.vf[3].now.start = 30 * MIB;
	req.vf[3].now.size = 4 * MIB;
	req.vf[3].quota_bytes = 4 * MIB;
	assert_int_equal(gpuvf_layout_capacity(&req, 28 * MIB, false), 2);
	assert_int_equal(gpuvf_layout_capacity(&req, 29 * MIB, false), 1);
	assert_int_equal(gpuvf_layout_capacity(&req, 29 * MIB, true), 2);
	assert_int_equal(gpuvf_layout_capacity(&req, 59 * MIB, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c1_fair_shares_are_equal_and_repeat),
		cmocka_unit_test(c2_shares_reserve_and_context_fit_any_total),
		cmocka_unit_test(c24_s7150),
		cmocka_unit_test(c3_check_sees_every_overlap),
		cmocka_unit_test(check_sees_what_is_outside_or_crooked),
		cmocka_unit_test(a_vf_in_use_keeps_its_place_or_refuses),
		cmocka_unit_test(absurd_sizes_are_refused_and_do_not_wrap),
		cmocka_unit_test(c21_finds_what_trying_everything_finds),
		cmocka_unit_test(random_lives_of_31_vfs_stay_sound),
		cmocka_unit_test(capacity_counts_what_fits),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
