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

#include "fb/layout.h"

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

/* the planner may count on nothing in there */
static void soil(void)
{
	memset(&req.scratch, 0xa5, sizeof(req.scratch));
}

static void geometry(u64 total, u64 granule, u64 context, u64 reserve,
		     unsigned int num_vfs)
{
	memset(&req, 0, sizeof(req));
	soil();
	req.geometry.total_bytes = total;
	req.geometry.granule_bytes = granule;
	req.geometry.context_bytes = context;
	req.pf_reserve_bytes = reserve;
	req.num_vfs = num_vfs;
}

static int plan(void)
{
	int err;

	soil();
	err = gpuvf_layout_plan(&req, &out, &why);
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
 * Trying everything, in an area so small that a bit mask can stand for who has
 * what: layout after layout, VF after VF at every place. What it costs to get
 * to each mask is all that has to be known of the VFs before.
 */
#define AREA		14
#define BASE		2
#define UNREACHABLE	0xff

/**
 * struct best - the best layout there is
 * @exists: whether there is any
 * @moved: granules moved, as few as can be
 * @hole: largest free piece with so few moved, as large as can be
 */
struct best {
	bool exists;
	unsigned int moved;
	unsigned int hole;
};

static unsigned int longest_gap(u32 taken)
{
	unsigned int at, gap = 0, longest = 0;

	for (at = 0; at < AREA; at++) {
		gap = taken & (1U << at) ? 0 : gap + 1;
		longest = gap > longest ? gap : longest;
	}
	return longest;
}

static void place_everywhere(const struct gpuvf_layout_vf *vf, const u8 *before,
			     u8 *after)
{
	unsigned int size = vf->quota_bytes / MIB;
	u32 taken, place, mask;

	for (taken = 0; taken < 1U << AREA; taken++) {
		if (before[taken] == UNREACHABLE)
			continue;
		if (!size) {
			after[taken] = before[taken];
			continue;
		}
		for (place = 0; place + size <= AREA; place++) {
			bool was = vf->now.size;
			bool stays = was && vf->now.start / MIB == place + BASE;
			u8 cost = before[taken] + (was && !stays ? size : 0);

			mask = ((1U << size) - 1) << place;
			if ((taken & mask) || (vf->pinned && !stays) ||
			    (vf->placed && vf->place / MIB != place + BASE))
				continue;
			if (after[taken | mask] > cost)
				after[taken | mask] = cost;
		}
	}
}

static struct best try_everything(void)
{
	static u8 cost[GPUVF_MAX_VFS + 1][1 << AREA];
	struct best best = { .moved = UNREACHABLE };
	u32 taken = 0;
	unsigned int i;

	for (i = 0; i < req.num_blocked; i++)
		taken |= 1U << (req.blocked[i].start / MIB - BASE);
	memset(cost, UNREACHABLE, (req.num_vfs + 1) * sizeof(*cost));
	cost[0][taken] = 0;
	for (i = 0; i < req.num_vfs; i++)
		place_everywhere(&req.vf[i], cost[i], cost[i + 1]);
	for (taken = 0; taken < 1U << AREA; taken++) {
		u8 moved = cost[req.num_vfs][taken];

		if (moved == UNREACHABLE || moved > best.moved)
			continue;
		if (moved < best.moved)
			best.hole = 0;
		best.exists = true;
		best.moved = moved;
		if (longest_gap(taken) > best.hole)
			best.hole = longest_gap(taken);
	}
	return best;
}

static bool overlaps_a_pinned_one(unsigned int at)
{
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++)
		if (req.vf[i].pinned && at * MIB >= req.vf[i].now.start &&
		    at * MIB - req.vf[i].now.start < req.vf[i].now.size)
			return true;
	return false;
}

static bool is_blocked(unsigned int at)
{
	unsigned int i;

	for (i = 0; i < req.num_blocked; i++)
		if (req.blocked[i].start == at * MIB)
			return true;
	return false;
}

static void block(unsigned int at)
{
	if (overlaps_a_pinned_one(at) || is_blocked(at))
		return;
	req.blocked[req.num_blocked].start = at * MIB;
	req.blocked[req.num_blocked++].size = MIB;
}

/* up to 8 VFs with extents, pins and blocked granules */
static void random_request(void)
{
	unsigned int at = BASE, i, n;

	geometry((BASE + AREA) * MIB, MIB, MIB, MIB, 1 + rnd(8));
	for (i = 0; i < req.num_vfs; i++) {
		struct gpuvf_layout_vf *vf = &req.vf[i];
		unsigned int size = 1 + rnd(4);

		at += rnd(3);
		if (rnd(3) && at + size <= BASE + AREA) {
			vf->now.start = at * MIB;
			vf->now.size = size * MIB;
			vf->quota_bytes = rnd(3) ? vf->now.size : rnd(5) * MIB;
			vf->pinned = !rnd(3);
			if (vf->pinned)
				vf->quota_bytes = vf->now.size;
			at += size;
		} else {
			vf->quota_bytes = rnd(4) * MIB;
		}
	}
	for (n = rnd(3); n; n--)
		block(BASE + rnd(AREA));
}

static unsigned int moved_granules(void)
{
	unsigned int moved = 0, i;

	for (i = 0; i < req.num_vfs; i++)
		if (out.moved_mask & (1U << i))
			moved += out.vf[i].size / MIB;
	return moved;
}

static u64 sum_of_quotas(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++)
		sum += req.vf[i].quota_bytes;
	return sum;
}

/* C21: found whenever there is one, the best there is; truthful when not */
static bool check_against_everything(const char *what, unsigned int n)
{
	struct best best = try_everything();
	int err = plan();

	if (best.exists != !err ||
	    (!err && (best.moved != moved_granules() ||
		      best.hole != out.largest_free_bytes / MIB))) {
		print_message("%s %u: exists %d moved %u hole %u, planned %d moved %u hole %u\n",
			      what, n, best.exists, best.moved, best.hole,
			      !err, moved_granules(),
			      (unsigned int)(out.largest_free_bytes / MIB));
		fail();
	}
	if (err)
		assert_int_equal(why.verdict, sum_of_quotas() >
				 (AREA - req.num_blocked) * MIB ?
				 GPUVF_LAYOUT_NO_SPACE :
				 GPUVF_LAYOUT_FRAGMENTED);
	return best.exists;
}

static void c21_finds_what_trying_everything_finds(void **state)
{
	unsigned int n, yes = 0;

	(void)state;
	for (n = 0; n < rounds(4000); n++) {
		seed = n;
		random_request();
		yes += check_against_everything("seed", n);
	}
	/* a test that only ever saw one kind would prove little */
	assert_true(yes > n / 10 && n - yes > n / 10);
}

static struct gpuvf_extent asked_extent(unsigned int vf)
{
	return (struct gpuvf_extent){ req.vf[vf].place,
				      req.vf[vf].quota_bytes };
}

static bool apart(const struct gpuvf_extent *a, const struct gpuvf_extent *b)
{
	return !a->size || !b->size || a->start + a->size <= b->start ||
	       b->start + b->size <= a->start;
}

/* a place that was refused: whatever is said to be there is */
static void check_place_refusal(void)
{
	struct gpuvf_extent asked = asked_extent(why.vf), there;
	unsigned int i;

	assert_true(req.vf[why.vf].placed);
	assert_int_equal(why.asked, asked.start);
	switch (why.verdict) {
	case GPUVF_LAYOUT_PINNED_PLACE:
		assert_true(req.vf[why.vf].pinned);
		assert_int_equal(why.limit, req.vf[why.vf].now.start);
		assert_true(why.limit != why.asked);
		break;
	case GPUVF_LAYOUT_PLACE_OUTSIDE:
		if (why.limit == BASE * MIB)
			assert_true(asked.start < why.limit);
		else
			assert_true(why.limit == (BASE + AREA) * MIB &&
				    asked.start + asked.size > why.limit);
		break;
	default:
		assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_TAKEN);
		if (why.blocker >= 0) {
			there = req.vf[why.blocker].placed ?
				asked_extent(why.blocker) :
				req.vf[why.blocker].now;
			assert_true(req.vf[why.blocker].placed ||
				    req.vf[why.blocker].pinned);
			assert_int_equal(why.limit, there.start);
			assert_false(apart(&asked, &there));
			break;
		}
		for (i = 0; i < req.num_blocked; i++)
			if (req.blocked[i].start == why.limit &&
			    !apart(&asked, &req.blocked[i]))
				break;
		assert_true(i < req.num_blocked);
	}
}

static bool is_of_a_place(enum gpuvf_layout_verdict verdict)
{
	return verdict == GPUVF_LAYOUT_PINNED_PLACE ||
	       verdict == GPUVF_LAYOUT_PLACE_OUTSIDE ||
	       verdict == GPUVF_LAYOUT_PLACE_TAKEN;
}

/* places that are asked for are had whenever they can be, and the rest fits in */
static void c21_finds_what_can_be_beside_places(void **state)
{
	unsigned int n, i, yes = 0, refused = 0, packed = 0;

	(void)state;
	for (n = 0; n < rounds(8000); n++) {
		struct best best;
		int err;

		seed = n;
		random_request();
		for (i = 0; i < req.num_vfs; i++) {
			req.vf[i].placed = !rnd(4);
			/* half of them where they are, if they are anywhere */
			req.vf[i].place = rnd(2) && req.vf[i].now.size ?
					  req.vf[i].now.start :
					  (1 + rnd(AREA + 2)) * MIB;
		}
		best = try_everything();
		err = plan();
		assert_int_equal(best.exists, !err);
		if (!err) {
			assert_int_equal(best.moved, moved_granules());
			assert_int_equal(best.hole,
					 out.largest_free_bytes / MIB);
			yes++;
		} else if (is_of_a_place(why.verdict)) {
			check_place_refusal();
			refused++;
		} else {
			assert_true(why.verdict == GPUVF_LAYOUT_NO_SPACE ||
				    why.verdict == GPUVF_LAYOUT_FRAGMENTED);
			packed++;
		}
	}
	assert_true(yes > n / 10 && refused > n / 10 && packed > n / 50);
}

static void places_are_refused_with_the_figures(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, MIB, MIB, 3);
	req.vf[0].quota_bytes = 4 * MIB;
	req.vf[0].placed = true;
	req.vf[0].place = 10 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 10 * MIB);
	req.vf[0].place = 10 * MIB + 1;
	assert_int_equal(plan(), -EINVAL);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_UNALIGNED);
	assert_int_equal(why.asked, 10 * MIB + 1);
	assert_int_equal(why.limit, MIB);
	req.vf[0].place = 61 * MIB;
	assert_int_equal(plan(), -EINVAL);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_OUTSIDE);
	assert_int_equal(why.limit, 64 * MIB);
	req.vf[0].place = MIB;
	assert_int_equal(plan(), -EINVAL);
	assert_int_equal(why.limit, 2 * MIB);
	req.vf[0].place = U64_MAX - MIB + 1;
	assert_int_equal(plan(), -EINVAL);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_OUTSIDE);
	/* nothing is nowhere */
	req.vf[0].quota_bytes = 0;
	assert_int_equal(plan(), 0);
	req.vf[0].quota_bytes = 4 * MIB;
	req.vf[0].place = 10 * MIB;
	req.num_blocked = 1;
	req.blocked[0].start = 13 * MIB;
	req.blocked[0].size = 8 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_TAKEN);
	assert_int_equal(why.limit, 13 * MIB);
	assert_int_equal(why.blocker, -1);
	/* another one that is to be there, and then one that is */
	req.num_blocked = 0;
	req.vf[1] = req.vf[0];
	req.vf[1].place = 12 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.vf, 1);
	assert_int_equal(why.blocker, 0);
	assert_int_equal(why.limit, 10 * MIB);
	req.vf[1].placed = false;
	req.vf[1].pinned = true;
	req.vf[1].now.start = 12 * MIB;
	req.vf[1].now.size = 4 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.vf, 0);
	assert_int_equal(why.blocker, 1);
	req.vf[1].placed = true;
	req.vf[1].place = 13 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_PLACE);
	assert_int_equal(why.limit, 12 * MIB);
}

/*
 * Each state in which a VF can be in an area of EXTENT granules: without a
 * place or with one of each size, wanting each size or in use.
 */
#define EXTENT		5
#define MAX_SIZE	2
#define MAX_QUOTA	3

static bool nth_state(unsigned int n, struct gpuvf_layout_vf *vf)
{
	unsigned int size, place, quotas = MAX_QUOTA + 1;

	memset(vf, 0, sizeof(*vf));
	if (n < quotas) {
		vf->quota_bytes = n * MIB;
		return true;
	}
	n -= quotas;
	for (size = 1; size <= MAX_SIZE; size++) {
		for (place = 0; place + size <= EXTENT; place++) {
			vf->now.start = (BASE + place) * MIB;
			vf->now.size = size * MIB;
			vf->pinned = n == quotas;
			vf->quota_bytes = vf->pinned ? size * MIB : n * MIB;
			if (n <= quotas)
				return true;
			n -= quotas + 1;
		}
	}
	return false;
}

/* every pair of VFs in every state, beside every blocked granule or none */
static void c21_every_small_case(void **state)
{
	unsigned int a, b, c, blocked, n = 0, yes = 0;

	(void)state;
	for (blocked = 0; blocked <= EXTENT; blocked++)
	for (a = 0; geometry((BASE + AREA) * MIB, MIB, MIB, MIB, 3),
	     nth_state(a, &req.vf[0]); a++)
	for (b = 0; nth_state(b, &req.vf[1]); b++) {
		if (!apart(&req.vf[0].now, &req.vf[1].now))
			continue;
		/* the rest of the area is a VF in use, and a third one's wish */
		req.vf[2].now.start = (BASE + EXTENT) * MIB;
		req.vf[2].now.size = (AREA - EXTENT) * MIB;
		req.vf[2].quota_bytes = req.vf[2].now.size;
		req.vf[2].pinned = true;
		for (c = 0; c <= MAX_SIZE; c++) {
			req.num_vfs = 4;
			req.vf[3].quota_bytes = c * MIB;
			req.num_blocked = 0;
			if (blocked)
				block(BASE + blocked - 1);
			yes += check_against_everything("case", n++);
		}
	}
	assert_true(yes > n / 10 && n - yes > n / 10);
}

/* what a refusal says can be checked: with so much it fits, with more it not */
static void c21_reasons_are_true(void **state)
{
	unsigned int n, i, seen = 0;

	(void)state;
	for (n = 0; n < rounds(4000); n++) {
		struct gpuvf_layout_reason said;
		bool one_frees = false;

		seed = n;
		random_request();
		if (!plan() || why.verdict != GPUVF_LAYOUT_FRAGMENTED)
			continue;
		seen++;
		said = why;
		assert_int_equal(said.asked, req.vf[said.vf].quota_bytes);
		assert_true(said.limit < said.asked && said.limit <= said.free);
		/* would there be a layout without that pin, or without any one? */
		for (i = 0; i < req.num_vfs; i++) {
			if (!req.vf[i].pinned)
				continue;
			req.vf[i].pinned = false;
			if (try_everything().exists) {
				one_frees = true;
				if ((int)i == said.blocker)
					break;
			}
			req.vf[i].pinned = true;
		}
		if (one_frees)
			assert_true(i < req.num_vfs);
		else if (said.blocker >= 0)
			assert_true(req.vf[said.blocker].pinned);
		if (i < req.num_vfs)
			req.vf[i].pinned = true;
		/* the larger ones have places, the smaller ones are left out */
		for (i = 0; i < req.num_vfs; i++)
			if (!req.vf[i].pinned && (int)i != said.vf &&
			    (req.vf[i].quota_bytes < said.asked ||
			     (req.vf[i].quota_bytes == said.asked &&
			      (int)i > said.vf)))
				req.vf[i].quota_bytes = 0;
		req.vf[said.vf].quota_bytes = said.limit;
		assert_true(try_everything().exists);
		req.vf[said.vf].quota_bytes = said.limit + MIB;
		assert_false(try_everything().exists);
	}
	assert_true(seen > n / 100);
}

static bool lies_on_blocked(const struct gpuvf_extent *extent)
{
	unsigned int i;

	for (i = 0; i < req.num_blocked; i++)
		if (req.blocked[i].start >= extent->start &&
		    req.blocked[i].start - extent->start < extent->size)
			return true;
	return false;
}

/* how many VFs without a quota can have one of @size, by trying */
static unsigned int count_by_trying(u64 size, bool may_move)
{
	static struct gpuvf_layout_request before;
	unsigned int i, count = 0;

	before = req;
	for (i = 0; i < req.num_vfs && !may_move; i++)
		if (req.vf[i].now.size && req.vf[i].quota_bytes &&
		    !lies_on_blocked(&req.vf[i].now))
			req.vf[i].pinned = true;
	for (i = 0; i < req.num_vfs; i++) {
		if (req.vf[i].quota_bytes)
			continue;
		req.vf[i].quota_bytes = size;
		req.vf[i].now.size = 0;
		if (!try_everything().exists)
			break;
		count++;
	}
	req = before;
	return count;
}

static void capacity_is_what_trying_finds(void **state)
{
	unsigned int n, i, differ = 0;

	(void)state;
	for (n = 0; n < rounds(2000); n++) {
		u64 size;
		unsigned int now, moving;

		seed = n;
		random_request();
		/* as it is: everybody has what he wants */
		for (i = 0; i < req.num_vfs; i++)
			req.vf[i].quota_bytes = req.vf[i].now.size;
		size = (1 + rnd(4)) * MIB;
		now = count_by_trying(size, false);
		moving = count_by_trying(size, true);
		soil();
		assert_int_equal(gpuvf_layout_capacity(&req, size, false), now);
		assert_int_equal(gpuvf_layout_capacity(&req, size, true),
				 moving);
		assert_true(now <= moving);
		differ += now != moving;
	}
	assert_true(differ > n / 20);
}

static void fair_share_is_the_largest(void **state)
{
	unsigned int n, i, given = 0;

	(void)state;
	for (n = 0; n < rounds(2000); n++) {
		u32 mask = 0;
		u64 share;

		seed = n;
		random_request();
		for (i = 0; i < req.num_vfs; i++) {
			req.vf[i].quota_bytes = req.vf[i].now.size;
			if (!req.vf[i].now.size)
				mask |= 1U << i;
		}
		share = gpuvf_layout_fair_share(&req, mask);
		given += !!share;
		/* others may have no place as it is: something is withheld */
		if (!mask || !try_everything().exists) {
			assert_int_equal(share, 0);
			continue;
		}
		for (i = 0; i < req.num_vfs; i++)
			if (mask & (1U << i))
				req.vf[i].quota_bytes = share;
		assert_true(try_everything().exists);
		for (i = 0; i < req.num_vfs; i++)
			if (mask & (1U << i))
				req.vf[i].quota_bytes = share + MIB;
		assert_false(try_everything().exists);
	}
	assert_true(given > n / 4);
}

/* one VF's wish changes, as things go */
static void change_one(struct gpuvf_layout_vf *vf)
{
	switch (rnd(6)) {
	case 0:
		vf->quota_bytes = 0;
		vf->pinned = false;
		break;
	case 1:
		/* its guest comes or goes */
		vf->pinned = vf->now.size && rnd(2);
		break;
	case 2:
		/* less of it */
		if (!vf->pinned)
			vf->quota_bytes = vf->now.size / 2;
		break;
	default:
		if (!vf->pinned)
			vf->quota_bytes = rnd(1600) * MIB;
	}
}

static void check_life(const struct gpuvf_layout_vf *changed,
		       const struct gpuvf_layout_vf *before)
{
	u64 free = out.vf_end - out.vf_base;
	unsigned int i;

	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		if (req.vf[i].pinned)
			assert_int_equal(out.vf[i].start, req.vf[i].now.start);
		free -= out.vf[i].size;
	}
	assert_int_equal(out.free_bytes, free);
	assert_true(out.largest_free_bytes <= free);
	/* who asks for nothing more moves nobody */
	if (changed->quota_bytes <= before->now.size)
		assert_int_equal(out.moved_mask, 0);
}

/* 31 VFs come, grow, shrink, are pinned and go; everything stays sound */
static void random_lives_of_31_vfs_stay_sound(void **state)
{
	unsigned int n, i, refused = 0, moved = 0;

	(void)state;
	seed = 42;
	for (n = 0; n < rounds(4000); n++) {
		struct gpuvf_layout_vf *vf = &req.vf[rnd(GPUVF_MAX_VFS)];
		struct gpuvf_layout_vf before;
		struct gpuvf_layout first;

		/* in the long run all would be pinned */
		if (n % 1000 == 0)
			geometry(16384 * MIB, 16 * MIB, 8 * MIB, 256 * MIB,
				 GPUVF_MAX_VFS);
		before = *vf;
		change_one(vf);
		if (plan()) {
			assert_true(why.verdict == GPUVF_LAYOUT_NO_SPACE ||
				    why.verdict == GPUVF_LAYOUT_FRAGMENTED ||
				    why.verdict == GPUVF_LAYOUT_TOO_HARD);
			*vf = before;
			refused++;
			continue;
		}
		check_life(vf, &before);
		moved += !!out.moved_mask;
		first = out;
		assert_int_equal(plan(), 0);
		assert_memory_equal(&first, &out, sizeof(out));
		for (i = 0; i < GPUVF_MAX_VFS; i++) {
			req.vf[i].now = out.vf[i];
			req.vf[i].quota_bytes = out.vf[i].size;
		}
	}
	assert_true(refused > n / 100 && refused < n / 2);
	assert_true(moved > n / 100);
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
		cmocka_unit_test(c21_finds_what_can_be_beside_places),
		cmocka_unit_test(places_are_refused_with_the_figures),
		cmocka_unit_test(c21_every_small_case),
		cmocka_unit_test(c21_reasons_are_true),
		cmocka_unit_test(capacity_is_what_trying_finds),
		cmocka_unit_test(fair_share_is_the_largest),
		cmocka_unit_test(random_lives_of_31_vfs_stay_sound),
		cmocka_unit_test(capacity_counts_what_fits),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
