// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer planner: what it promises, and that it finds a placement
 * whenever one exists (compared with trying everything).
 */
#include <errno.h>

#include "agent_test.h"
#include "everything.h"

static struct placement_request req;
static struct placement out;
static struct placement_reason why;

/* the planner may not rely on anything in there */
static void soil(void)
{
	memset(&req.scratch, 0xa5, sizeof(req.scratch));
}

static void geometry(u64 total, u64 unit, u64 context, u64 reserve,
		     unsigned int num_vfs)
{
	set_geometry(&req, total, unit, context, reserve, num_vfs);
	soil();
}

static int plan(void)
{
	int err;

	soil();
	err = placement_plan(&req, &out, &why);
	if (!err)
		assert_true(placement_check(&req, &out));
	return err;
}

/* C2: everything fits, also when the total is odd; one unit more does not */
static void c2_quotas_reserve_and_context_fit_any_total(void **state)
{
	u64 total, share;
	unsigned int n, i;

	for (total = 600 * MIB + 12345; total < 900 * MIB; total += 7 * MIB + 1) {
		for (n = 1; n <= PACK_MAX_VFS; n++) {
			geometry(total, 16 * MIB, 3 * MIB, 5 * MIB, n);
			share = (total / (16 * MIB) - 2) / n * 16 * MIB;
			for (i = 0; i < n; i++)
				req.vf[i].quota = share;
			assert_int_equal(plan(), 0);
			/* from the bottom in index order */
			for (i = 0; i < n; i++)
				assert_int_equal(out.vf[i].offset,
						 32 * MIB + i * share);
			for (i = 0; i < n; i++)
				req.vf[i].quota = share + 16 * MIB;
			assert_int_equal(plan(), -ENOSPC);
			assert_int_equal(why.verdict, PLACEMENT_NO_SPACE);
		}
	}
}

/* C24: the arithmetic of a real card, S7150 */
static void c24_s7150(void **state)
{
	unsigned int i;

	geometry(8190 * MIB, 16 * MIB, 8 * MIB, 16 * MIB, 16);
	for (i = 0; i < 16; i++)
		req.vf[i].quota = 496 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf_base, 32 * MIB);
	req.reserve = 256 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	for (i = 0; i < 16; i++)
		req.vf[i].quota = 480 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf_base, 272 * MIB);
}

/* C3: a layout with an overlap is never called sound, containment included */
static void c3_check_sees_every_overlap(void **state)
{
	u64 a, b, a_size, b_size;

	geometry(16 * MIB, MIB, MIB, 0, 2);
	memset(&out, 0, sizeof(out));
	out.context.size = MIB;
	out.vf_base = MIB;
	out.vf_end = 16 * MIB;
	for (a_size = 1; a_size <= 6; a_size++)
	for (b_size = 1; b_size <= 6; b_size++)
	for (a = 1; a + a_size <= 16; a++)
	for (b = 1; b + b_size <= 16; b++) {
		req.vf[0].quota = a_size * MIB;
		req.vf[1].quota = b_size * MIB;
		out.vf[0].offset = a * MIB;
		out.vf[0].size = a_size * MIB;
		out.vf[1].offset = b * MIB;
		out.vf[1].size = b_size * MIB;
		assert_int_equal(placement_check(&req, &out),
				 a + a_size <= b || b + b_size <= a);
	}
}

static void check_sees_what_is_outside_or_crooked(void **state)
{
	geometry(16 * MIB, MIB, MIB, MIB, 1);
	req.vf[0].quota = 2 * MIB;
	assert_int_equal(plan(), 0);
	out.vf[0].offset -= MIB;
	assert_false(placement_check(&req, &out));
	out.vf[0].offset = 15 * MIB;
	assert_false(placement_check(&req, &out));
	out.vf[0].offset = 3 * MIB + 1;
	assert_false(placement_check(&req, &out));
	out.vf[0].offset = 3 * MIB;
	assert_true(placement_check(&req, &out));
	out.vf[0].size = MIB;
	assert_false(placement_check(&req, &out));
	out.vf[0].size = 2 * MIB;
	req.num_blocked = 1;
	req.blocked[0].offset = 4 * MIB;
	req.blocked[0].size = MIB;
	assert_false(placement_check(&req, &out));
}

static void a_vf_in_use_keeps_its_place_or_refuses(void **state)
{
	geometry(64 * MIB, MIB, MIB, MIB, 3);
	req.vf[1].now.offset = 20 * MIB;
	req.vf[1].now.size = 10 * MIB;
	req.vf[1].quota = 10 * MIB;
	req.vf[1].pinned = true;
	req.vf[0].quota = 30 * MIB;
	assert_int_equal(plan(), 0);
	assert_int_equal(out.vf[1].offset, 20 * MIB);
	assert_int_equal(out.vf[0].offset, 30 * MIB);

	/* 52 are free, in pieces of 18 and 34 */
	req.vf[0].quota = 35 * MIB;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, PLACEMENT_FRAGMENTED);
	assert_int_equal(why.vf, 0);
	assert_int_equal(why.asked, 35 * MIB);
	assert_int_equal(why.limit, 34 * MIB);
	assert_int_equal(why.free, 52 * MIB);
	assert_int_equal(why.blocker, 1);

	req.vf[0].quota = 0;
	req.vf[1].quota = 11 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, PLACEMENT_PINNED_VF);
	req.vf[1].quota = 10 * MIB;
	req.reserve = 30 * MIB;
	assert_int_equal(plan(), -EBUSY);
	assert_int_equal(why.verdict, PLACEMENT_PINNED_RESERVE);
}

static void absurd_sizes_are_refused_and_do_not_wrap(void **state)
{
	static const u64 absurd[] = {
		U64_MAX, U64_MAX - 1, U64_MAX - 16 * MIB, U64_MAX / 2 + 1,
		1ULL << 63,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(absurd); i++) {
		geometry(1024 * MIB, 16 * MIB, MIB, 0, PACK_MAX_VFS);
		req.vf[0].quota = absurd[i];
		req.vf[1].quota = absurd[i];
		assert_int_equal(plan(), -ENOSPC);
		req.vf[0].quota = 0;
		req.vf[1].quota = 0;
		req.reserve = absurd[i];
		assert_int_equal(plan(), -ENOSPC);
		assert_int_equal(why.verdict, PLACEMENT_RESERVE_TOO_BIG);
		req.reserve = why.limit;
		assert_int_equal(plan(), 0);
	}
}

static unsigned int moved_units(void)
{
	unsigned int moved = 0, i;

	for (i = 0; i < req.num_vfs; i++)
		if (out.moved & (1U << i))
			moved += out.vf[i].size / MIB;
	return moved;
}

static u64 sum_of_quotas(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++)
		sum += req.vf[i].quota;
	return sum;
}

/* C21: found whenever there is one, the best there is; truthful when not */
static bool check_against_everything(const char *what, unsigned int n)
{
	struct best best = try_everything(&req);
	int err = plan();

	if (best.exists != !err ||
	    (!err && (best.moved != moved_units() ||
		      best.hole != out.largest_free / MIB))) {
		print_message("%s %u: exists %d moved %u hole %u, planned %d moved %u hole %u\n",
			      what, n, best.exists, best.moved, best.hole,
			      !err, moved_units(),
			      (unsigned int)(out.largest_free / MIB));
		fail();
	}
	if (err)
		assert_int_equal(why.verdict, sum_of_quotas() >
				 (AREA - req.num_blocked) * MIB ?
				 PLACEMENT_NO_SPACE :
				 PLACEMENT_FRAGMENTED);
	return best.exists;
}

static void c21_finds_what_trying_everything_finds(void **state)
{
	unsigned int n, yes = 0;

	for (n = 0; n < rounds(4000); n++) {
		seed = n;
		random_request(&req);
		yes += check_against_everything("seed", n);
	}
	/* a test that only ever saw one kind would prove little */
	assert_true(yes > n / 10 && n - yes > n / 10);
}

/*
 * Each state in which a VF can be in an area of EXTENT units: without a
 * place or with one of each size, wanting each size or in use.
 */
#define EXTENT		5
#define MAX_SIZE	2
#define MAX_QUOTA	3

static bool nth_state(unsigned int n, struct placement_vf *vf)
{
	unsigned int size, place, quotas = MAX_QUOTA + 1;

	memset(vf, 0, sizeof(*vf));
	if (n < quotas) {
		vf->quota = n * MIB;
		return true;
	}
	n -= quotas;
	for (size = 1; size <= MAX_SIZE; size++) {
		for (place = 0; place + size <= EXTENT; place++) {
			vf->now.offset = (BASE + place) * MIB;
			vf->now.size = size * MIB;
			vf->pinned = n == quotas;
			vf->quota = vf->pinned ? size * MIB : n * MIB;
			if (n <= quotas)
				return true;
			n -= quotas + 1;
		}
	}
	return false;
}

/* every pair of VFs in every state, beside every blocked unit or none */
static void c21_every_small_case(void **state)
{
	unsigned int a, b, c, blocked, n = 0, yes = 0;

	for (blocked = 0; blocked <= EXTENT; blocked++)
	for (a = 0; geometry((BASE + AREA) * MIB, MIB, MIB, MIB, 3),
	     nth_state(a, &req.vf[0]); a++)
	for (b = 0; nth_state(b, &req.vf[1]); b++) {
		if (ranges_overlap(req.vf[0].now.offset, req.vf[0].now.size,
				   req.vf[1].now.offset, req.vf[1].now.size))
			continue;
		/* the rest of the area is a VF in use */
		req.vf[2].now.offset = (BASE + EXTENT) * MIB;
		req.vf[2].now.size = (AREA - EXTENT) * MIB;
		req.vf[2].quota = req.vf[2].now.size;
		req.vf[2].pinned = true;
		for (c = 0; c <= MAX_SIZE; c++) {
			req.num_vfs = 4;
			req.vf[3].quota = c * MIB;
			req.num_blocked = 0;
			if (blocked)
				block(&req, BASE + blocked - 1);
			yes += check_against_everything("case", n++);
		}
	}
	assert_true(yes > n / 10 && n - yes > n / 10);
}

/* the figures of a refusal: with the limit it fits, with more it does not */
static void c21_reasons_are_true(void **state)
{
	unsigned int n, i, seen = 0;

	for (n = 0; n < rounds(4000); n++) {
		struct placement_reason said;
		bool one_frees = false;

		seed = n;
		random_request(&req);
		if (!plan() || why.verdict != PLACEMENT_FRAGMENTED)
			continue;
		seen++;
		said = why;
		assert_int_equal(said.asked, req.vf[said.vf].quota);
		assert_true(said.limit < said.asked && said.limit <= said.free);
		/* would there be a layout without that pin, or without any one? */
		for (i = 0; i < req.num_vfs; i++) {
			if (!req.vf[i].pinned)
				continue;
			req.vf[i].pinned = false;
			if (try_everything(&req).exists) {
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
			    (req.vf[i].quota < said.asked ||
			     (req.vf[i].quota == said.asked &&
			      (int)i > said.vf)))
				req.vf[i].quota = 0;
		req.vf[said.vf].quota = said.limit;
		assert_true(try_everything(&req).exists);
		req.vf[said.vf].quota = said.limit + MIB;
		assert_false(try_everything(&req).exists);
	}
	assert_true(seen > n / 100);
}

static bool lies_on_blocked(const struct extent *extent)
{
	unsigned int i;

	for (i = 0; i < req.num_blocked; i++)
		if (req.blocked[i].offset >= extent->offset &&
		    req.blocked[i].offset - extent->offset < extent->size)
			return true;
	return false;
}

/* how many VFs without a quota can have one of @size, by trying */
static unsigned int count_by_trying(u64 size, bool may_move)
{
	static struct placement_request before;
	unsigned int i, count = 0;

	before = req;
	for (i = 0; i < req.num_vfs && !may_move; i++)
		if (req.vf[i].now.size && req.vf[i].quota &&
		    !lies_on_blocked(&req.vf[i].now))
			req.vf[i].pinned = true;
	for (i = 0; i < req.num_vfs; i++) {
		if (req.vf[i].quota)
			continue;
		req.vf[i].quota = size;
		req.vf[i].now.size = 0;
		if (!try_everything(&req).exists)
			break;
		count++;
	}
	req = before;
	return count;
}

static void capacity_is_what_trying_finds(void **state)
{
	unsigned int n, i, differ = 0;

	for (n = 0; n < rounds(2000); n++) {
		u64 size;
		unsigned int now, moving;

		seed = n;
		random_request(&req);
		/* as it is: each VF has what it wants */
		for (i = 0; i < req.num_vfs; i++)
			req.vf[i].quota = req.vf[i].now.size;
		size = (1 + rnd(4)) * MIB;
		now = count_by_trying(size, false);
		moving = count_by_trying(size, true);
		soil();
		assert_int_equal(placement_capacity(&req, size, false), now);
		assert_int_equal(placement_capacity(&req, size, true),
				 moving);
		assert_true(now <= moving);
		differ += now != moving;
	}
	assert_true(differ > n / 20);
}

/* what is wanted for one VF changes, as things go */
static void change_one(struct placement_vf *vf)
{
	switch (rnd(6)) {
	case 0:
		vf->quota = 0;
		vf->pinned = false;
		break;
	case 1:
		/* its guest comes or goes */
		vf->pinned = vf->now.size && rnd(2);
		break;
	case 2:
		/* less of it */
		if (!vf->pinned)
			vf->quota = vf->now.size / 2;
		break;
	default:
		if (!vf->pinned)
			vf->quota = rnd(1600) * MIB;
	}
}

static void check_life(const struct placement_vf *changed,
		       const struct placement_vf *before)
{
	u64 free = out.vf_end - out.vf_base;
	unsigned int i;

	for (i = 0; i < PACK_MAX_VFS; i++) {
		if (req.vf[i].pinned)
			assert_int_equal(out.vf[i].offset, req.vf[i].now.offset);
		free -= out.vf[i].size;
	}
	assert_int_equal(out.free, free);
	assert_true(out.largest_free <= free);
	/* a VF that gets nothing more moves no other */
	if (changed->quota <= before->now.size)
		assert_int_equal(out.moved, 0);
}

/* 31 VFs come, grow, shrink, are pinned and go; everything stays sound */
static void random_lives_of_31_vfs_stay_sound(void **state)
{
	unsigned int n, i, refused = 0, moved = 0;

	seed = 42;
	for (n = 0; n < rounds(4000); n++) {
		struct placement_vf *vf = &req.vf[rnd(PACK_MAX_VFS)];
		struct placement_vf before;
		struct placement first;

		/* in the long run all would be pinned */
		if (n % 1000 == 0)
			geometry(16384 * MIB, 16 * MIB, 8 * MIB, 256 * MIB,
				 PACK_MAX_VFS);
		before = *vf;
		change_one(vf);
		if (plan()) {
			assert_true(why.verdict == PLACEMENT_NO_SPACE ||
				    why.verdict == PLACEMENT_FRAGMENTED ||
				    why.verdict == PLACEMENT_TOO_HARD);
			*vf = before;
			refused++;
			continue;
		}
		check_life(vf, &before);
		moved += !!out.moved;
		first = out;
		assert_int_equal(plan(), 0);
		assert_memory_equal(&first, &out, sizeof(out));
		for (i = 0; i < PACK_MAX_VFS; i++) {
			req.vf[i].now = out.vf[i];
			req.vf[i].quota = out.vf[i].size;
		}
	}
	assert_true(refused > n / 100 && refused < n / 2);
	assert_true(moved > n / 100);
}

static void capacity_counts_what_fits(void **state)
{
	geometry(64 * MIB, MIB, MIB, MIB, 8);
	req.vf[3].now.offset = 30 * MIB;
	req.vf[3].now.size = 4 * MIB;
	req.vf[3].quota = 4 * MIB;
	assert_int_equal(placement_capacity(&req, 28 * MIB, false), 2);
	assert_int_equal(placement_capacity(&req, 29 * MIB, false), 1);
	assert_int_equal(placement_capacity(&req, 29 * MIB, true), 2);
	assert_int_equal(placement_capacity(&req, 59 * MIB, true), 0);
}

/*
 * All sizes are even and the two gaps are odd, with nothing to spare: there is no
 * placement, and only trying all subsets would show it.
 */
static void a_request_that_is_too_hard_says_what_was_tried(void **state)
{
	u64 sum = 0;
	unsigned int i;

	geometry(0, MIB, MIB, MIB, PACK_MAX_VFS);
	for (i = 0; i < PACK_MAX_VFS - 1; i++) {
		req.vf[i].quota = (20 + 2 * i) * MIB;
		sum += req.vf[i].quota;
	}
	req.total = 2 * MIB + sum + MIB;
	req.vf[i].now.offset = 2 * MIB + (sum / MIB / 2 | 1) * MIB;
	req.vf[i].now.size = MIB;
	req.vf[i].quota = MIB;
	req.vf[i].pinned = true;
	assert_int_equal(plan(), -ENOSPC);
	assert_int_equal(why.verdict, PLACEMENT_TOO_HARD);
	assert_true(why.steps >= 500000);
	assert_true(why.steps < 610000);
	/* with the gap at an even distance there is one, found without much trying */
	req.vf[i].now.offset += MIB;
	assert_int_equal(plan(), 0);
	assert_true(why.steps < 310000);
}

/* all grow alike: that nothing better can be found is known, and not searched for */
static void equal_sizes_cost_next_to_nothing(void **state)
{
	unsigned int i, moved = 0;

	geometry(4096 * MIB, 16 * MIB, 32 * MIB, 0, PACK_MAX_VFS);
	for (i = 0; i < PACK_MAX_VFS; i++) {
		req.vf[i].now.offset = (32 + 96 * i) * MIB;
		req.vf[i].now.size = 96 * MIB;
		req.vf[i].quota = 112 * MIB;
	}
	assert_int_equal(plan(), 0);
	for (i = 0; i < PACK_MAX_VFS; i++)
		moved += !!(out.moved & BIT(i));
	/* 37 of 254 units are left: with 5 lost behind each second one, 10 stay */
	assert_int_equal(moved, 21);
	assert_true(why.steps < 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c2_quotas_reserve_and_context_fit_any_total),
		cmocka_unit_test(c24_s7150),
		cmocka_unit_test(c3_check_sees_every_overlap),
		cmocka_unit_test(check_sees_what_is_outside_or_crooked),
		cmocka_unit_test(a_vf_in_use_keeps_its_place_or_refuses),
		cmocka_unit_test(absurd_sizes_are_refused_and_do_not_wrap),
		cmocka_unit_test(c21_finds_what_trying_everything_finds),
		cmocka_unit_test(c21_every_small_case),
		cmocka_unit_test(c21_reasons_are_true),
		cmocka_unit_test(capacity_is_what_trying_finds),
		cmocka_unit_test(random_lives_of_31_vfs_stay_sound),
		cmocka_unit_test(capacity_counts_what_fits),
		cmocka_unit_test(a_request_that_is_too_hard_says_what_was_tried),
		cmocka_unit_test(equal_sizes_cost_next_to_nothing),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
