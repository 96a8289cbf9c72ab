// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer planner.
 *
 * What stays where it is (pinned VFs, blocked ranges, and VFs that it decides to
 * keep) cuts the VF area into gaps. Within a gap, extents can always be packed without
 * free ranges between them. So whether the others have a place is exactly the question
 * of bin packing, see packing.c.
 *
 * Which VFs to keep: VFs that can be placed when some VFs move can also be placed when
 * more of them may move. So when moving all that may move does not help, nothing
 * does; improve() prunes by that.
 *
 * The largest free range: there is one of n units exactly when one more item of n
 * units, the hole, can be packed as well.
 *
 * Inside, everything is counted in units. Documentation/design/layout.rst has the
 * proofs, and says when the limits below are met.
 */
#include <errno.h>
#include <string.h>

#include "model/failure.h"
#include "plan/placement.h"

/*
 * Limit of "is there a layout?", in steps of the search. Only this one makes a
 * request PLACEMENT_TOO_HARD.
 */
#define MAX_NODES		500000

/*
 * Limit of the search for a better layout, or for a figure of a detail; and of each
 * packing that this tries. Where it is met, the best layout so far is the answer.
 */
#define MAX_NODES_BETTER	100000
#define MAX_NODES_EACH		4000

static u64 units_up(const struct placement_request *req, u64 bytes)
{
	return bytes / req->unit + !!(bytes & (req->unit - 1));
}

/* units as bytes; U64_MAX when they do not fit in 64 bits */
static u64 bytes_of(const struct placement_request *req, u64 units)
{
	if (units > U64_MAX / req->unit)
		return U64_MAX;
	return units * req->unit;
}

static u32 all_vfs(const struct placement_request *req)
{
	return BIT(req->num_vfs) - 1;
}

/* the VF's present place in units, if it can be there with its new size */
static u64 present_place(const struct placement_request *req, unsigned int vf)
{
	const struct placement_scratch *s = &req->scratch;
	const struct extent *now = &req->vf[vf].now;
	u64 size = s->pack.size[vf];
	u64 start = now->offset;

	if (!now->size || !size || (start & (req->unit - 1)))
		return PACK_NOWHERE;
	start /= req->unit;
	if (start < s->base || start >= s->end || s->end - start < size)
		return PACK_NOWHERE;
	return start;
}

/* each unit that a blocked range touches, as far as it is in the VF area */
static void cut_blocked(struct placement_request *req)
{
	struct placement_scratch *s = &req->scratch;
	unsigned int i;

	for (i = 0; i < req->num_blocked; i++) {
		const struct extent *b = &req->blocked[i];
		u64 start = max_u64(b->offset / req->unit, s->base);
		u64 last;

		if (!b->size)
			continue;
		last = b->offset + min_u64(b->size - 1, U64_MAX - b->offset);
		last = min_u64(last / req->unit, s->end - 1);
		if (start <= last)
			pack_cut(&s->pack.free, start, last - start + 1);
	}
}

/*
 * Cut out what stays in any case. A pinned VF stays even where something is blocked.
 *
 * Return: false when such VFs overlap.
 */
static bool fix(struct placement_request *req, u32 fixed)
{
	struct placement_scratch *s = &req->scratch;
	struct pack *p = &s->pack;
	unsigned int i;

	p->fixed = fixed;
	p->free.num = 1;
	p->free.gap[0].start = s->base;
	p->free.gap[0].size = s->end - s->base;
	for (i = 0; i < req->num_vfs; i++)
		p->now[i] = present_place(req, i);
	for (i = 0; i < req->num_vfs; i++)
		if ((fixed & BIT(i)) &&
		    pack_cut(&p->free, p->now[i], p->size[i]) != p->size[i])
			return false;
	cut_blocked(req);
	return true;
}

static u64 free_units(const struct placement_scratch *s)
{
	u64 free = 0;
	unsigned int i;

	for (i = 0; i < s->pack.free.num; i++)
		free += s->pack.free.gap[i].size;
	return free;
}

/* limits of the packings from here on: of all together, and of each */
static void allow(struct placement_scratch *s, u32 nodes, u32 each)
{
	s->pack.nodes = nodes;
	s->pack.nodes_each = each;
}

static bool packs(struct placement_scratch *s, u32 keep, u64 hole)
{
	return pack(&s->pack, keep, hole) == PACK_YES;
}

static void remember(struct placement_scratch *s)
{
	memcpy(s->best, s->pack.place, sizeof(s->best));
	s->best_free = pack_largest_room(&s->pack);
}

/* list the VFs of @mask, the largest first: moving these would cost most */
static void list_vfs(struct placement_scratch *s, u32 mask)
{
	const u64 *size = s->pack.size;
	unsigned int i, n;

	s->num_listed = 0;
	for (i = 0; i < PACK_MAX_VFS; i++) {
		if (!(mask & BIT(i)))
			continue;
		for (n = s->num_listed++; n; n--) {
			if (size[s->listed[n - 1]] >= size[i])
				break;
			s->listed[n] = s->listed[n - 1];
		}
		s->listed[n] = i;
	}
}

/*
 * Decide about the listed VFs from @n on: those that can stay, stay.
 *
 * Return: false when that moves @limit units or more.
 */
static bool keep_rest(struct placement_scratch *s, unsigned int n, u32 *keep,
		      u64 *moved, u64 limit, u64 hole)
{
	for (; n < s->num_listed; n++) {
		u32 vf = BIT(s->listed[n]);

		if (packs(s, *keep | vf, hole))
			*keep |= vf;
		else
			*moved += s->pack.size[s->listed[n]];
		if (*moved >= limit)
			return false;
	}
	return packs(s, *keep, hole);
}

/*
 * Go back to the last listed VF that stays and that may move without moving @limit
 * or more in all: it moves, and the VFs behind it are undecided again.
 *
 * Return: the first undecided one; 0: there is no such VF.
 */
static unsigned int keep_less(const struct placement_scratch *s, u32 *keep,
			      u64 *moved, u64 limit)
{
	unsigned int n;
	u64 size;

	*moved = 0;
	for (n = 0; n < s->num_listed; n++)
		if (!(*keep & BIT(s->listed[n])))
			*moved += s->pack.size[s->listed[n]];
	for (n = s->num_listed; n; n--) {
		size = s->pack.size[s->listed[n - 1]];
		if (!(*keep & BIT(s->listed[n - 1]))) {
			*moved -= size;
			continue;
		}
		*keep &= ~BIT(s->listed[n - 1]);
		if (*moved + size < limit) {
			*moved += size;
			break;
		}
	}
	return n;
}

/*
 * Look for layouts that move less than @limit and leave a free range of @hole:
 * branch and bound over which of the listed VFs stay. A VF that cannot stay when all
 * undecided VFs may move cannot stay at all.
 *
 * Return: how much the best one moves, and it is remembered; or @limit.
 */
static u64 improve(struct placement_scratch *s, u64 limit, u64 hole,
		   bool first_will_do)
{
	u64 least = placement_least_moved(s, hole);
	unsigned int n = 0;
	u32 keep = 0;
	u64 moved = 0;

	if (least >= limit || !packs(s, keep, hole))
		return limit;
	do {
		if (keep_rest(s, n, &keep, &moved, limit, hole)) {
			remember(s);
			limit = moved;
			if (first_will_do || limit == least)
				break;
		}
		n = keep_less(s, &keep, &moved, limit);
	} while (n && s->pack.nodes);
	return limit;
}

/* leave the largest free range that is possible without moving more than @moved */
static void widen(struct placement_scratch *s, u64 moved)
{
	u64 low = s->best_free, high = 0, middle;
	u64 left = free_units(s);
	unsigned int i;

	for (i = 0; i < s->pack.free.num; i++)
		high = max_u64(high, s->pack.free.gap[i].size);
	for (i = 0; i < s->pack.num_vfs; i++)
		if (!(s->pack.fixed & BIT(i)))
			left -= s->pack.size[i];
	high = min_u64(high, left);
	while (low < high) {
		middle = high - (high - low) / 2;
		if (improve(s, moved + 1, middle, true) <= moved)
			low = s->best_free;
		else
			high = middle - 1;
	}
}

static u32 movable(const struct placement_scratch *s)
{
	u32 mask = 0;
	unsigned int i;

	for (i = 0; i < s->pack.num_vfs; i++)
		if (s->pack.now[i] != PACK_NOWHERE)
			mask |= BIT(i);
	return mask & ~s->pack.fixed;
}

/* find places for all VFs, in scratch->best: as in the comment at the top */
static enum pack_answer choose(struct placement_scratch *s)
{
	enum pack_answer answer;
	u32 may_move = movable(s);
	unsigned int n;
	u64 moved = 0;

	list_vfs(s, may_move);
	allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
	if (packs(s, may_move, 0)) {
		remember(s);
	} else {
		allow(s, MAX_NODES, MAX_NODES);
		answer = pack(&s->pack, 0, 0);
		if (answer != PACK_YES)
			return answer;
		remember(s);
		for (n = 0; n < s->num_listed; n++)
			moved += s->pack.size[s->listed[n]];
		allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
		moved = improve(s, moved, 0, false);
	}
	allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
	widen(s, moved);
	return PACK_YES;
}

static int fail(struct placement_reason *why, enum placement_verdict verdict)
{
	why->verdict = verdict;
	switch (verdict) {
	case PLACEMENT_BAD_GEOMETRY:
		return -EINVAL;
	case PLACEMENT_PINNED_VF:
	case PLACEMENT_PINNED_RESERVE:
		return -EBUSY;
	default:
		return -ENOSPC;
	}
}

/* the borders of the VF area */
static int measure_area(struct placement_request *req,
			struct placement_reason *why)
{
	struct placement_scratch *s = &req->scratch;
	u64 reserve, context;

	*why = (struct placement_reason){ .vf = NO_VF, .blocker = NO_VF };
	s->pack.spent = 0;
	if (!placement_is_unit(req->unit) || req->num_vfs > PACK_MAX_VFS ||
	    req->num_blocked > PACK_MAX_BLOCKED)
		return fail(why, PLACEMENT_BAD_GEOMETRY);

	reserve = units_up(req, req->reserve);
	context = units_up(req, req->context);
	s->end = req->total / req->unit;
	if (context >= s->end || reserve >= s->end - context) {
		why->asked = bytes_of(req, reserve);
		why->limit = context >= s->end ? 0 :
			     bytes_of(req, s->end - context - 1);
		return fail(why, PLACEMENT_RESERVE_TOO_BIG);
	}
	s->base = reserve + context;
	return 0;
}

/* a VF in use cannot stay where it is */
static int fail_pinned(struct placement_request *req, unsigned int vf,
		       struct placement_reason *why)
{
	struct placement_scratch *s = &req->scratch;
	u64 offset = req->vf[vf].now.offset;
	u64 context = units_up(req, req->context);
	u64 start = offset / req->unit;

	if ((offset & (req->unit - 1)) || start >= s->base)
		return fail(why, PLACEMENT_BAD_GEOMETRY);
	why->vf = vf;
	why->blocker = vf;
	why->asked = bytes_of(req, s->base - context);
	why->limit = bytes_of(req, start - min_u64(start, context));
	return fail(why, PLACEMENT_PINNED_RESERVE);
}

/* sizes in units; pinned VFs have to stay, and have to be able to */
static int measure_vfs(struct placement_request *req,
		       struct placement_reason *why)
{
	struct pack *p = &req->scratch.pack;
	u32 pinned = 0;
	unsigned int i;

	p->num_vfs = req->num_vfs;
	for (i = 0; i < req->num_vfs; i++) {
		const struct placement_vf *vf = &req->vf[i];

		p->size[i] = units_up(req, vf->quota);
		if (!placement_is_pinned(vf))
			continue;
		if (p->size[i] != units_up(req, vf->now.size)) {
			why->vf = i;
			why->blocker = i;
			why->asked = bytes_of(req, p->size[i]);
			why->limit = vf->now.size;
			return fail(why, PLACEMENT_PINNED_VF);
		}
		if (present_place(req, i) == PACK_NOWHERE)
			return fail_pinned(req, i, why);
		pinned |= BIT(i);
	}
	return fix(req, pinned) ? 0 : fail(why, PLACEMENT_BAD_GEOMETRY);
}

/* the first VF for which nothing is left, if the sum alone is too much */
static int check_sum(struct placement_request *req,
		     struct placement_reason *why)
{
	const struct pack *p = &req->scratch.pack;
	u64 left = free_units(&req->scratch);
	unsigned int i;

	why->free = bytes_of(req, left);
	for (i = 0; i < req->num_vfs; i++) {
		if (p->fixed & BIT(i))
			continue;
		if (p->size[i] > left) {
			why->vf = i;
			why->asked = bytes_of(req, p->size[i]);
			why->limit = bytes_of(req, left);
			why->free = why->limit;
			return fail(why, PLACEMENT_NO_SPACE);
		}
		left -= p->size[i];
	}
	return 0;
}

/* the pinned VF without which there would be a layout; else any pinned VF */
static int find_blocker(struct placement_request *req)
{
	struct placement_scratch *s = &req->scratch;
	const u32 pinned = s->pack.fixed;
	int i, blocker = NO_VF;
	bool frees = false;

	allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
	for (i = 0; i < (int)req->num_vfs && !frees; i++) {
		if (!(pinned & BIT(i)))
			continue;
		fix(req, pinned & ~BIT(i));
		frees = packs(s, 0, 0);
		if (frees || blocker == NO_VF)
			blocker = i;
	}
	fix(req, pinned);
	return blocker;
}

/*
 * Enough is free, but there is no packing. Place one VF after the other, the largest
 * first, until one has no place; then find the largest size it could have had.
 */
static int explain(struct placement_request *req,
		   enum placement_verdict verdict,
		   struct placement_reason *why)
{
	struct placement_scratch *s = &req->scratch;
	u64 size = 0, low = 0, high, middle;
	unsigned int n;

	why->steps = s->pack.spent;
	why->blocker = find_blocker(req);
	list_vfs(s, all_vfs(req) & ~s->pack.fixed);
	for (n = 0; n < s->num_listed; n++)
		s->pack.size[s->listed[n]] = 0;
	allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
	for (n = 0; n < s->num_listed; n++) {
		unsigned int vf = s->listed[n];

		size = units_up(req, req->vf[vf].quota);
		if (!size)
			break;
		s->pack.size[vf] = size;
		why->vf = vf;
		why->asked = bytes_of(req, size);
		if (!packs(s, 0, 0))
			break;
		why->free -= why->asked;
	}
	s->pack.size[why->vf] = 0;
	for (high = size - 1; low < high;) {
		middle = high - (high - low) / 2;
		if (packs(s, 0, middle))
			low = middle;
		else
			high = middle - 1;
	}
	why->limit = bytes_of(req, low);
	return fail(why, verdict);
}

static void fill(struct placement_request *req, struct placement *out)
{
	const struct placement_scratch *s = &req->scratch;
	unsigned int i;

	out->reserve = bytes_of(req, units_up(req, req->reserve));
	out->context.offset = out->reserve;
	out->context.size = req->context;
	out->vf_base = bytes_of(req, s->base);
	out->vf_end = bytes_of(req, s->end);
	for (i = 0; i < req->num_vfs; i++) {
		if (!s->pack.size[i])
			continue;
		out->vf[i].offset = bytes_of(req, s->best[i]);
		out->vf[i].size = bytes_of(req, s->pack.size[i]);
		if (req->vf[i].now.size &&
		    req->vf[i].now.offset != out->vf[i].offset)
			out->moved |= BIT(i);
	}
	placement_measure(req, out);
}

/**
 * placement_plan() - find a place for every VF
 * @req: what is wanted
 * @out: the layout, valid only on success
 * @why: verdict and figures, always filled
 *
 * Deterministic. Prefers, in this order: moving nothing, then the fewest bytes moved,
 * then the largest remaining free range. Finds a placement whenever one exists, within
 * a search limit, see MAX_NODES. The result was checked as a whole by
 * placement_check().
 *
 * Return: 0; -EINVAL: PLACEMENT_BAD_GEOMETRY; -EBUSY: PLACEMENT_PINNED_VF and
 * PINNED_RESERVE; -ENOSPC: the others.
 */
int placement_plan(struct placement_request *req, struct placement *out,
		   struct placement_reason *why)
{
	int err;

	*out = (struct placement){};
	err = measure_area(req, why);
	err = err ?: measure_vfs(req, why);
	err = err ?: check_sum(req, why);
	if (err)
		return err;
	switch (choose(&req->scratch)) {
	case PACK_YES:
		break;
	case PACK_NO:
		return explain(req, PLACEMENT_FRAGMENTED, why);
	default:
		return explain(req, PLACEMENT_TOO_HARD, why);
	}
	why->steps = req->scratch.pack.spent;
	fill(req, out);
	if (!placement_check(req, out))
		return fail(why, PLACEMENT_BAD_GEOMETRY);
	return 0;
}

/* would every VF have a place if the VFs of @mask had @size units each? */
static bool try_size(struct placement_request *req, u32 mask, u64 size)
{
	struct placement_scratch *s = &req->scratch;
	struct placement_reason why;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if (mask & BIT(i))
			s->pack.size[i] = size;
	if (check_sum(req, &why))
		return false;
	return packs(s, movable(s) & ~mask, 0) || packs(s, 0, 0);
}

/*
 * VFs that keep their place when none moves that need not: all but those that lie on
 * something blocked, which every plan moves.
 */
static u32 unmoved(const struct placement_request *req)
{
	u32 mask = movable(&req->scratch);
	unsigned int i, k;

	for (i = 0; i < req->num_vfs; i++)
		for (k = 0; k < req->num_blocked; k++)
			if (ranges_overlap(req->vf[i].now.offset,
					   req->vf[i].now.size,
					   req->blocked[k].offset,
					   req->blocked[k].size))
				mask &= ~BIT(i);
	return mask;
}

/**
 * placement_capacity() - count how many more VFs of one size would fit
 * @req: the present layout, as a request that keeps everything
 * @quota: the size in bytes, rounded up to the unit
 * @may_move: whether VFs that are not pinned may move; those that lie on something
 *	blocked have to, in any case
 *
 * Return: the number, at most as many as @req has VFs without a quota.
 */
unsigned int placement_capacity(struct placement_request *req, u64 quota,
				bool may_move)
{
	struct placement_scratch *s = &req->scratch;
	struct placement_reason why;
	unsigned int i, count = 0;
	u32 mask = 0;
	u64 size;

	if (!quota || measure_area(req, &why) || measure_vfs(req, &why))
		return 0;
	size = units_up(req, quota);
	if (!may_move)
		fix(req, s->pack.fixed | unmoved(req));
	allow(s, MAX_NODES_BETTER, MAX_NODES_EACH);
	for (i = 0; i < req->num_vfs; i++) {
		if (req->vf[i].quota)
			continue;
		mask |= BIT(i);
		if (!try_size(req, mask, size))
			break;
		count++;
	}
	return count;
}
