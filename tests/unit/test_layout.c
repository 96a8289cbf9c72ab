// SPDX-License-Identifier: GPL-2.0
/*
 * Placement of framebuffer in the module: that what is said to be sound is, that nothing
 * moves but what a request moves, and that the rest is first fit (compared with a map of
 * units).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fb/layout.h"
#include "random_bytes.h"

#define MIB	(1ULL << 20)

static struct gpuvf_extent blocked[GPUVF_LAYOUT_MAX_BLOCKED];
static struct gpuvf_layout_request req;
static struct gpuvf_layout out;
static struct gpuvf_layout_reason why;
/* nothing may be expected of what is in there */
static void soil(void)
{
	memset(&req.free, 0xa5, sizeof(req.free));
}

static void geometry(u64 total, u64 unit, u64 context, u64 reserve,
		     unsigned int num_vfs)
{
	memset(&req, 0, sizeof(req));
	req.blocked = blocked;
	soil();
	req.geometry.total_bytes = total;
	req.geometry.unit_bytes = unit;
	req.geometry.align_bytes = unit;
	req.geometry.context_align_bytes = 1;
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
		share = gpuvf_layout_fair_share(&req, n);
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

/* C2: everything fits, also when the total is odd; one unit more does not */
static void c2_shares_reserve_and_context_fit_any_total(void **state)
{
	u64 total, share;
	unsigned int n, i;

	(void)state;
	for (total = 600 * MIB + 12345; total < 900 * MIB; total += 7 * MIB + 1) {
		for (n = 1; n <= GPUVF_MAX_VFS; n++) {
			geometry(total, 16 * MIB, 3 * MIB, 5 * MIB, n);
			share = gpuvf_layout_fair_share(&req, n);
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
	assert_int_equal(gpuvf_layout_fair_share(&req, 16), 496 * MIB);
	for (i = 0; i < 16; i++)
		req.vf[i].quota_bytes = 496 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf_base, 32 * MIB);
	geometry(8190 * MIB, 16 * MIB, 8 * MIB, 256 * MIB, 16);
	assert_int_equal(gpuvf_layout_fair_share(&req, 16), 480 * MIB);
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
	blocked[0].start = 4 * MIB;
	blocked[0].size = MIB;
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

	/* 52 are free, in blocks of 18 and 34 */
	req.vf[0].quota_bytes = 35 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_FRAGMENTED);
	assert_int_equal(why.vf, 0);
	assert_int_equal(why.value, 35 * MIB);
	assert_int_equal(why.limit, 34 * MIB);
	assert_int_equal(why.free, 52 * MIB);
	assert_int_equal(why.blocker, -1);

	req.vf[0].quota_bytes = 0;
	req.vf[1].quota_bytes = 11 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_VF);
	req.vf[1].quota_bytes = 10 * MIB;
	req.pf_reserve_bytes = 30 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_RESERVE);
	assert_int_equal(why.blocker, 1);
	assert_int_equal(why.value, 30 * MIB);
	/* and one that is not in use does not move for the reserve either */
	req.vf[1].pinned = false;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_RESERVE_TAKEN);
	assert_int_equal(why.vf, -1);
	assert_int_equal(why.blocker, 1);
	assert_int_equal(why.value, 30 * MIB);
	req.vf[1].placed = true;
	req.vf[1].place = 40 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[1].start, 40 * MIB);
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
 * First fit on a map of units, as simple as can be: a letter for each unit, of
 * which none is taken twice.
 */
#define AREA		14
#define BASE		2
#define NONE		(-1)
#define BLOCKED		(-2)
#define LOST		(-3)

static int map[BASE + AREA];
/* in units; divides BASE and AREA */
static unsigned int align = 1;

static bool map_take(unsigned int at, unsigned int size, int owner)
{
	unsigned int i;

	if (at < BASE || at + size > BASE + AREA)
		return false;
	for (i = at; i < at + size; i++)
		if (map[i] != NONE)
			return false;
	for (i = at; i < at + size; i++)
		map[i] = owner;
	/* no VF could begin there */
	for (; i % align && map[i] == NONE; i++)
		map[i] = LOST;
	return true;
}

static bool keeps(const struct gpuvf_layout_vf *vf)
{
	return vf->now.size &&
	       (vf->pinned || (vf->quota_bytes == vf->now.size &&
		(!vf->placed || vf->place == vf->now.start)));
}

static bool map_fit(unsigned int size, int owner)
{
	unsigned int at;

	for (at = BASE; at + size <= BASE + AREA; at += align)
		if (map_take(at, size, owner))
			return true;
	return false;
}

/* where each VF has to be; or which one has no place */
static int first_fit(void)
{
	unsigned int i, g;

	for (g = 0; g < BASE + AREA; g++)
		map[g] = NONE;
	for (i = 0; i < req.num_vfs; i++)
		if (keeps(&req.vf[i]))
			assert_true(map_take(req.vf[i].now.start / MIB,
					     req.vf[i].now.size / MIB, i));
	for (i = 0; i < req.num_blocked; i++)
		map_take(blocked[i].start / MIB, 1, BLOCKED);
	for (i = 0; i < req.geometry.num_reserved; i++)
		map_take(req.geometry.reserved[i].start / MIB, 1, BLOCKED);
	for (i = 0; i < req.num_vfs; i++)
		if (!keeps(&req.vf[i]) && req.vf[i].placed &&
		    !map_take(req.vf[i].place / MIB,
			      req.vf[i].quota_bytes / MIB, i))
			return i;
	for (i = 0; i < req.num_vfs; i++)
		if (!keeps(&req.vf[i]) && !req.vf[i].placed &&
		    !map_fit(req.vf[i].quota_bytes / MIB, i))
			return i;
	return NONE;
}

static unsigned int map_free(unsigned int *longest)
{
	unsigned int at, gap = 0, num = 0;

	*longest = 0;
	for (at = BASE; at < BASE + AREA; at++) {
		gap = map[at] == NONE ? gap + 1 : 0;
		num += map[at] == NONE;
		*longest = gap > *longest ? gap : *longest;
	}
	return num;
}

/* units that the hardware reserves, of which no VF can have any */
static void random_reserved(void)
{
	struct gpuvf_fb_geometry *geo = &req.geometry;
	struct gpuvf_extent reserved = { .size = MIB };
	unsigned int i;

	while (geo->num_reserved < GPUVF_FB_MAX_RESERVED && rnd(3)) {
		reserved.start = (BASE + rnd(AREA)) * MIB;
		geo->reserved[geo->num_reserved++] = reserved;
		for (i = 0; i < req.num_vfs; i++)
			if (gpuvf_layout_overlap(reserved.start, MIB,
						 req.vf[i].now.start,
						 req.vf[i].now.size))
				break;
		geo->num_reserved -= i < req.num_vfs;
	}
}

/* up to 8 VFs with extents, pins, places, blocked and reserved units */
static void random_request(void)
{
	unsigned int at = BASE, i;

	geometry((BASE + AREA) * MIB, MIB, MIB, MIB, 1 + rnd(8));
	align = 1 + rnd(2);
	req.geometry.align_bytes = align * MIB;
	for (i = 0; i < req.num_vfs; i++) {
		struct gpuvf_layout_vf *vf = &req.vf[i];
		unsigned int size = 1 + rnd(4);

		at += rnd(3);
		at += at % align;
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
		vf->placed = !vf->pinned && vf->quota_bytes && !rnd(4);
		vf->place = (BASE + align * rnd(AREA / align)) * MIB;
	}
	for (req.num_blocked = 0; rnd(3); req.num_blocked++)
		blocked[req.num_blocked] = (struct gpuvf_extent){
			(BASE + rnd(AREA)) * MIB, MIB
		};
	random_reserved();
}

static u64 sum_of_fitted(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++)
		if (!keeps(&req.vf[i]) && !req.vf[i].placed)
			sum += req.vf[i].quota_bytes;
	return sum;
}

static void check_refused(int vf)
{
	unsigned int free, longest;

	free = map_free(&longest);
	if (why.verdict == GPUVF_LAYOUT_NO_SPACE)
		return;
	assert_int_equal(why.vf, vf);
	if (req.vf[vf].placed) {
		assert_true(why.verdict == GPUVF_LAYOUT_PLACE_TAKEN ||
			    why.verdict == GPUVF_LAYOUT_PLACE_OUTSIDE);
		assert_int_equal(why.value, req.vf[vf].place);
		return;
	}
	assert_int_equal(why.verdict, GPUVF_LAYOUT_FRAGMENTED);
	assert_int_equal(why.value, req.vf[vf].quota_bytes);
	assert_int_equal(why.free, free * MIB);
	assert_int_equal(why.limit, longest * MIB);
}

static void places_are_those_of_first_fit(void **state)
{
	unsigned int n, i, longest, fits = 0, fragmented = 0;

	(void)state;
	for (n = 0; n < rounds(20000); n++) {
		int vf, err;

		seed = n;
		random_request();
		vf = first_fit();
		err = plan();
		assert_int_equal(err, vf == NONE ? 0 :
				 why.verdict == GPUVF_LAYOUT_PLACE_OUTSIDE ?
				 -EINVAL : -ENOSPC);
		if (err) {
			check_refused(vf);
			fragmented += why.verdict == GPUVF_LAYOUT_FRAGMENTED;
			continue;
		}
		fits++;
		for (i = 0; i < req.num_vfs; i++)
			if (req.vf[i].quota_bytes)
				assert_int_equal(map[out.vf[i].start / MIB], i);
		assert_int_equal(out.free_bytes, map_free(&longest) * MIB);
		assert_int_equal(out.largest_free_bytes, longest * MIB);
	}
	assert_true(fits > n / 10 && fragmented > n / 50);
}

/* the first VF for which too little is left, with what is left for it */
static void no_space_is_about_the_sum(void **state)
{
	unsigned int n, i, longest, seen = 0;

	(void)state;
	for (n = 0; n < rounds(20000); n++) {
		u64 left;

		seed = n;
		random_request();
		for (i = 0; i < req.num_vfs; i++)
			req.vf[i].placed = false;
		if (!plan() || why.verdict != GPUVF_LAYOUT_NO_SPACE)
			continue;
		seen++;
		for (i = 0; i < req.num_vfs; i++)
			if (!keeps(&req.vf[i]) && i >= (unsigned int)why.vf)
				req.vf[i].quota_bytes = 0;
		/* without those from that one on */
		first_fit();
		left = map_free(&longest) * MIB;
		/* the sum knows nothing of what is lost to the alignment */
		if (first_fit() == NONE && align == 1)
			assert_int_equal(why.limit, left);
		assert_true(why.value > why.limit);
		assert_true(sum_of_fitted() + why.value > why.limit);
	}
	assert_true(seen > n / 50);
}

static void a_vf_stays_where_memory_is_quarantined(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, MIB, MIB, 2);
	req.vf[0].now.start = 10 * MIB;
	req.vf[0].now.size = 4 * MIB;
	req.vf[0].quota_bytes = 4 * MIB;
	req.vf[1].quota_bytes = 9 * MIB;
	req.num_blocked = 2;
	blocked[0] = (struct gpuvf_extent){ 12 * MIB, MIB };
	blocked[1] = (struct gpuvf_extent){ 14 * MIB, MIB };
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 10 * MIB);
	/* neither before it nor right behind it */
	assert_int_equal(out.vf[1].start, 15 * MIB);
	/* with another quota, and at an offset, it has to leave that */
	req.vf[0].quota_bytes = 3 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 2 * MIB);
	req.vf[0].placed = true;
	req.vf[0].place = 10 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_TAKEN);
	assert_int_equal(why.limit, 12 * MIB);
	assert_int_equal(why.blocker, -1);
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
	assert_int_equal(why.value, 10 * MIB + 1);
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
	blocked[0].start = 13 * MIB;
	blocked[0].size = 8 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_TAKEN);
	assert_int_equal(why.limit, 13 * MIB);
	assert_int_equal(why.blocker, -1);
	/* another one that is to be there, then one that is, in use or not */
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
	req.vf[1].pinned = false;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.vf, 0);
	assert_int_equal(why.blocker, 1);
	assert_int_equal(why.limit, 12 * MIB);
	/* unless the request moves that one out of the way */
	req.vf[1].placed = true;
	req.vf[1].place = 20 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 10 * MIB);
	assert_int_equal(out.vf[1].start, 20 * MIB);
	req.vf[1].pinned = true;
	req.vf[1].placed = true;
	req.vf[1].place = 13 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PINNED_PLACE);
	assert_int_equal(why.limit, 12 * MIB);
}

/* two VFs change places in one request */
static void vfs_can_change_places(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, MIB, MIB, 2);
	req.vf[0].now = (struct gpuvf_extent){ 2 * MIB, 10 * MIB };
	req.vf[1].now = (struct gpuvf_extent){ 12 * MIB, 10 * MIB };
	req.vf[0].quota_bytes = 10 * MIB;
	req.vf[1].quota_bytes = 10 * MIB;
	req.vf[0].placed = true;
	req.vf[0].place = 12 * MIB;
	req.vf[1].placed = true;
	req.vf[1].place = 2 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 12 * MIB);
	assert_int_equal(out.vf[1].start, 2 * MIB);
}

/* reserved ranges in the way of all that lies below the VF area */
static void nothing_is_placed_on_what_the_hardware_reserves(void **state)
{
	unsigned int i;
	u64 reserve;

	(void)state;
	for (reserve = 0; reserve <= 30 * MIB; reserve += MIB) {
		geometry(64 * MIB, MIB, 2 * MIB, reserve, 1);
		req.geometry.context_align_bytes = 2 * MIB;
		req.geometry.align_bytes = 4 * MIB;
		req.geometry.num_reserved = 3;
		req.geometry.reserved[0] =
			(struct gpuvf_extent){ 12 * MIB, 3 * MIB };
		req.geometry.reserved[1] =
			(struct gpuvf_extent){ 4 * MIB, MIB };
		req.geometry.reserved[2] =
			(struct gpuvf_extent){ 63 * MIB, MIB };
		req.vf[0].quota_bytes = 3 * MIB;
		assert_int_equal(plan(), 0);
		assert_true(out.context.start >= reserve);
		assert_int_equal(out.context.start % (2 * MIB), 0);
		assert_int_equal(out.vf[0].start % (4 * MIB), 0);
		for (i = 0; i < 3; i++) {
			const struct gpuvf_extent *r = &req.geometry.reserved[i];

			assert_false(gpuvf_layout_overlap(r->start, r->size,
							  out.context.start,
							  out.context.size));
			assert_false(gpuvf_layout_overlap(r->start, r->size,
							  out.vf[0].start,
							  out.vf[0].size));
		}
	}
	/* 8 is where the first place is; 60 has 3 MiB before the last range */
	geometry(64 * MIB, MIB, 2 * MIB, 48 * MIB, 2);
	req.geometry.align_bytes = 4 * MIB;
	req.geometry.num_reserved = 1;
	req.geometry.reserved[0] = (struct gpuvf_extent){ 63 * MIB, MIB };
	req.vf[0].quota_bytes = 5 * MIB;
	req.vf[1].quota_bytes = 3 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 52 * MIB);
	assert_int_equal(out.vf[1].start, 60 * MIB);
	assert_int_equal(out.free_bytes, 0);
	req.vf[1].placed = true;
	req.vf[1].place = 62 * MIB;
	assert_int_equal(plan(), -EINVAL);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_UNALIGNED);
	assert_int_equal(why.limit, 4 * MIB);
	req.vf[1].place = 60 * MIB;
	req.vf[1].quota_bytes = 4 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_PLACE_TAKEN);
	assert_int_equal(why.blocker, GPUVF_LAYOUT_HARDWARE);
	assert_int_equal(why.limit, 63 * MIB);
}

/* the largest reserve is exact, whatever is reserved behind it */
static void reserve_leaves_room_for_a_vf(void **state)
{
	(void)state;
	geometry(64 * MIB, MIB, 2 * MIB, 64 * MIB, 1);
	req.geometry.num_reserved = 2;
	req.geometry.reserved[0] = (struct gpuvf_extent){ 60 * MIB, 4 * MIB };
	req.geometry.reserved[1] = (struct gpuvf_extent){ 50 * MIB, 4 * MIB };
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, GPUVF_LAYOUT_RESERVE_TOO_BIG);
	assert_int_equal(why.limit, 57 * MIB);
	req.pf_reserve_bytes = 57 * MIB;
	assert_int_equal(plan(), 0);
	req.pf_reserve_bytes = 58 * MIB;
	assert_int_equal(plan(), -ENOSPC);
}

static void check_sees_what_is_reserved_or_not_aligned(void **state)
{
	(void)state;
	geometry(32 * MIB, MIB, MIB, MIB, 1);
	req.geometry.align_bytes = 2 * MIB;
	req.vf[0].quota_bytes = MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[0].start, 2 * MIB);
	out.vf[0].start = 3 * MIB;
	assert_false(gpuvf_layout_check(&req, &out));
	out.vf[0].start = 4 * MIB;
	assert_true(gpuvf_layout_check(&req, &out));
	req.geometry.num_reserved = 1;
	req.geometry.reserved[0] = (struct gpuvf_extent){ 4 * MIB, MIB };
	assert_false(gpuvf_layout_check(&req, &out));
	/* nor may a VF stay there */
	req.vf[0].now = out.vf[0];
	assert_false(gpuvf_layout_check(&req, &out));
	req.geometry.reserved[0].start = MIB;
	assert_false(gpuvf_layout_check(&req, &out));
	req.geometry.reserved[0].start = 0;
	assert_true(gpuvf_layout_check(&req, &out));
	req.geometry.context_align_bytes = 4 * MIB;
	assert_false(gpuvf_layout_check(&req, &out));
}

/* how many blocks of a size there are beside what others have */
static unsigned int count_blocks(unsigned int size)
{
	unsigned int num = 0;

	first_fit();
	while (map_fit(size, req.num_vfs))
		num++;
	return num;
}

static void fair_share_is_the_largest(void **state)
{
	unsigned int n, i, given = 0;

	(void)state;
	for (n = 0; n < rounds(4000); n++) {
		unsigned int num = 1 + rnd(5);
		u64 share;

		seed = n;
		random_request();
		for (i = 0; i < req.num_vfs; i++) {
			req.vf[i].quota_bytes = req.vf[i].now.size;
			req.vf[i].placed = false;
		}
		soil();
		share = gpuvf_layout_fair_share(&req, num);
		given += !!share;
		if (share)
			assert_true(count_blocks(share / MIB) >= num);
		assert_true(count_blocks(share / MIB + 1) < num);
	}
	assert_true(given > n / 4);
}

/* one VF's quota changes, as things go */
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

static void check_life(const struct gpuvf_layout_vf *changed)
{
	u64 free = out.vf_end - out.vf_base;
	unsigned int i;

	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		/* no other one moves */
		if (&req.vf[i] != changed)
			assert_memory_equal(&out.vf[i], &req.vf[i].now,
					    sizeof(out.vf[i]));
		free -= out.vf[i].size;
	}
	assert_int_equal(out.free_bytes, free);
	assert_true(out.largest_free_bytes <= free);
}

/* 31 VFs come, grow, shrink, are pinned and go; everything stays sound */
static void random_lives_of_31_vfs_stay_sound(void **state)
{
	unsigned int n, i, refused = 0;

	(void)state;
	seed = 42;
	for (n = 0; n < rounds(40000); n++) {
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
				    why.verdict == GPUVF_LAYOUT_FRAGMENTED);
			*vf = before;
			refused++;
			continue;
		}
		check_life(vf);
		first = out;
		/* what is free is the same when it is measured by the extents */
		gpuvf_layout_measure(&out, &req.geometry, req.num_vfs, 0, NULL);
		assert_memory_equal(&first, &out, sizeof(out));
		assert_int_equal(plan(), 0);
		assert_memory_equal(&first, &out, sizeof(out));
		for (i = 0; i < GPUVF_MAX_VFS; i++) {
			req.vf[i].now = out.vf[i];
			req.vf[i].quota_bytes = out.vf[i].size;
		}
	}
	assert_true(refused > n / 100 && refused < n / 2);
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
		cmocka_unit_test(places_are_those_of_first_fit),
		cmocka_unit_test(no_space_is_about_the_sum),
		cmocka_unit_test(a_vf_stays_where_memory_is_quarantined),
		cmocka_unit_test(places_are_refused_with_the_figures),
		cmocka_unit_test(vfs_can_change_places),
		cmocka_unit_test(nothing_is_placed_on_what_the_hardware_reserves),
		cmocka_unit_test(reserve_leaves_room_for_a_vf),
		cmocka_unit_test(check_sees_what_is_reserved_or_not_aligned),
		cmocka_unit_test(fair_share_is_the_largest),
		cmocka_unit_test(random_lives_of_31_vfs_stay_sound),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
