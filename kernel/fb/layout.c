// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer planner.
 *
 * What stays where it is (pinned VFs, placed ones, blocked ranges, and VFs that we
 * decide to keep) cuts the VF area into gaps. Within one gap extents can always be packed
 * without holes, so that whether the rest has a place is exactly the question
 * of bin packing, see fb/pack.c.
 *
 * Which VFs to keep: whoever can be placed when some VFs move can be placed
 * when more of them may. So when moving all that may move does not help,
 * nothing does, and layout_improve() prunes by that.
 *
 * The largest free extent: there is one of n granules exactly when one more
 * item of n granules, the hole, can be packed as well.
 *
 * Inside, everything is counted in granules. Documentation/design/layout.rst
 * has the proofs, and says when the bounds below are met.
 */

#include "fb/layout.h"

/*
 * What the answer to "is there a layout?" may cost, in steps of the search. Only
 * this bound makes a request GPUVF_LAYOUT_TOO_HARD.
 */
#define LAYOUT_MAX_NODES	500000

/*
 * What it may cost to find a better one, and a figure for a refusal; and of
 * this, each packing that is tried. Where that is not enough, the best layout
 * known holds.
 */
#define LAYOUT_MAX_NODES_BETTER	100000
#define LAYOUT_MAX_NODES_EACH	4000

static u64 layout_granules_up(const struct gpuvf_layout_request *req, u64 bytes)
{
	u64 granule = req->geometry.granule_bytes;

	return div64_u64(bytes, granule) + !!(bytes & (granule - 1));
}

/* granules as bytes; what would not fit in 64 bits is as much as does */
static u64 layout_bytes(const struct gpuvf_layout_request *req, u64 granules)
{
	u64 granule = req->geometry.granule_bytes;

	if (granules > div64_u64(U64_MAX, granule))
		return U64_MAX;
	return granules * granule;
}

/* a place is asked for, and nothing was there before */
static bool layout_is_placed(const struct gpuvf_layout_vf *vf)
{
	return vf->placed && !gpuvf_layout_is_pinned(vf);
}

/*
 * The place that is asked for, else the VF's present one, in granules, if it can
 * be there with its new size.
 */
static u64 layout_now(const struct gpuvf_layout_request *req, unsigned int vf)
{
	const struct gpuvf_layout_scratch *s = &req->scratch;
	const struct gpuvf_layout_vf *v = &req->vf[vf];
	u64 start = v->placed ? v->place : v->now.start;
	u64 granule = req->geometry.granule_bytes;
	u64 size = s->pack.size[vf];

	if ((!v->placed && !v->now.size) || !size || (start & (granule - 1)))
		return GPUVF_PACK_NOWHERE;
	start = div64_u64(start, granule);
	if (start < s->base || start >= s->end || s->end - start < size)
		return GPUVF_PACK_NOWHERE;
	return start;
}

/* every granule that a blocked range touches, as far as it is in the VF area */
static void layout_cut_blocked(struct gpuvf_layout_request *req)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	unsigned int i;

	for (i = 0; i < req->num_blocked; i++) {
		const struct gpuvf_extent *b = &req->blocked[i];
		u64 start = max(div64_u64(b->start, granule), s->base);
		u64 last;

		if (!b->size)
			continue;
		last = b->start + min(b->size - 1, U64_MAX - b->start);
		last = min(div64_u64(last, granule), s->end - 1);
		if (start <= last)
			gpuvf_pack_cut(&s->pack.free, start, last - start + 1);
	}
}

static bool layout_cut_vfs(struct gpuvf_layout_request *req, u32 vfs,
			   bool placed)
{
	struct gpuvf_pack *p = &req->scratch.pack;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if ((vfs & BIT(i)) &&
		    layout_is_placed(&req->vf[i]) == placed &&
		    gpuvf_pack_cut(&p->free, p->now[i], p->size[i]) !=
		    p->size[i])
			return false;
	return true;
}

/*
 * Take out what stays in any case. A VF that is pinned stays even where
 * something is blocked; one that is placed there was refused.
 *
 * Return: false when VFs overlap.
 */
static bool layout_fix(struct gpuvf_layout_request *req, u32 fixed)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_pack *p = &s->pack;
	unsigned int i;

	p->fixed = fixed;
	p->free.num = 1;
	p->free.gap[0].start = s->base;
	p->free.gap[0].size = s->end - s->base;
	for (i = 0; i < req->num_vfs; i++)
		p->now[i] = layout_now(req, i);
	if (!layout_cut_vfs(req, fixed, false))
		return false;
	layout_cut_blocked(req);
	return layout_cut_vfs(req, fixed, true);
}

static u64 layout_free(const struct gpuvf_layout_scratch *s)
{
	u64 free = 0;
	unsigned int i;

	for (i = 0; i < s->pack.free.num; i++)
		free += s->pack.free.gap[i].size;
	return free;
}

/* what the packings from here on may cost, all together and each of them */
static void layout_allow(struct gpuvf_layout_scratch *s, u32 nodes, u32 each)
{
	s->pack.nodes = nodes;
	s->pack.nodes_each = each;
}

static bool layout_packs(struct gpuvf_layout_scratch *s, u32 keep, u64 hole)
{
	return gpuvf_pack(&s->pack, keep, hole) == GPUVF_PACK_YES;
}

static void layout_remember(struct gpuvf_layout_scratch *s)
{
	memcpy(s->best, s->pack.place, sizeof(s->best));
	s->best_hole = gpuvf_pack_largest_room(&s->pack);
}

/* list the VFs of @mask, the largest first: they would cost most to move */
static void layout_list(struct gpuvf_layout_scratch *s, u32 mask)
{
	const u64 *size = s->pack.size;
	unsigned int i, n;

	s->num_listed = 0;
	for (i = 0; i < GPUVF_MAX_VFS; i++) {
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
 * Decide for the listed VFs from @n on: who can stay stays.
 *
 * Return: false when that moves @limit granules or more.
 */
static bool layout_keep_rest(struct gpuvf_layout_scratch *s, unsigned int n,
			     u32 *keep, u64 *moved, u64 limit, u64 hole)
{
	for (; n < s->num_listed; n++) {
		u32 vf = BIT(s->listed[n]);

		if (layout_packs(s, *keep | vf, hole))
			*keep |= vf;
		else
			*moved += s->pack.size[s->listed[n]];
		if (*moved >= limit)
			return false;
	}
	return layout_packs(s, *keep, hole);
}

/*
 * Go back to the last listed VF that stayed, and that may move without moving
 * @limit or more in all: it moves, and those behind it are to be decided.
 *
 * Return: from which one on; 0: nobody like that.
 */
static unsigned int layout_keep_less(const struct gpuvf_layout_scratch *s,
				     u32 *keep, u64 *moved, u64 limit)
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
		*keep &= ~(u32)BIT(s->listed[n - 1]);
		if (*moved + size < limit) {
			*moved += size;
			break;
		}
	}
	return n;
}

/*
 * Look for layouts that move less than @limit and leave a free piece of @hole:
 * branch and bound over who of those listed stays. Whoever cannot stay when all
 * the undecided may move cannot stay at all.
 *
 * Return: what the cheapest one found moves, and it is remembered; or @limit.
 */
static u64 layout_improve(struct gpuvf_layout_scratch *s, u64 limit, u64 hole,
			  bool first_will_do)
{
	unsigned int n = 0;
	u32 keep = 0;
	u64 moved = 0;

	if (!layout_packs(s, keep, hole))
		return limit;
	do {
		if (layout_keep_rest(s, n, &keep, &moved, limit, hole)) {
			layout_remember(s);
			limit = moved;
			if (first_will_do)
				break;
		}
		n = layout_keep_less(s, &keep, &moved, limit);
	} while (n && s->pack.nodes);
	return limit;
}

/* without moving more than @moved, leave the largest free piece there can be */
static void layout_widen(struct gpuvf_layout_scratch *s, u64 moved)
{
	u64 low = s->best_hole, high = 0, middle;
	u64 left = layout_free(s);
	unsigned int i;

	for (i = 0; i < s->pack.free.num; i++)
		high = max(high, s->pack.free.gap[i].size);
	for (i = 0; i < s->pack.num_vfs; i++)
		if (!(s->pack.fixed & BIT(i)))
			left -= s->pack.size[i];
	high = min(high, left);
	while (low < high) {
		middle = high - (high - low) / 2;
		if (layout_improve(s, moved + 1, middle, true) <= moved)
			low = s->best_hole;
		else
			high = middle - 1;
	}
}

static u32 layout_movable(const struct gpuvf_layout_scratch *s)
{
	u32 movable = 0;
	unsigned int i;

	for (i = 0; i < s->pack.num_vfs; i++)
		if (s->pack.now[i] != GPUVF_PACK_NOWHERE)
			movable |= BIT(i);
	return movable & ~s->pack.fixed;
}

/* as in the comment at the top: places for all in scratch->best, or not */
static enum gpuvf_pack_answer layout_choose(struct gpuvf_layout_scratch *s)
{
	u32 movable = layout_movable(s);
	enum gpuvf_pack_answer answer;
	unsigned int n;
	u64 moved = 0;

	layout_list(s, movable);
	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	if (layout_packs(s, movable, 0)) {
		layout_remember(s);
	} else {
		layout_allow(s, LAYOUT_MAX_NODES, LAYOUT_MAX_NODES);
		answer = gpuvf_pack(&s->pack, 0, 0);
		if (answer != GPUVF_PACK_YES)
			return answer;
		layout_remember(s);
		for (n = 0; n < s->num_listed; n++)
			moved += s->pack.size[s->listed[n]];
		layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
		moved = layout_improve(s, moved, 0, false);
	}
	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	layout_widen(s, moved);
	return GPUVF_PACK_YES;
}

static int layout_fail(struct gpuvf_layout_reason *why,
		       enum gpuvf_layout_verdict verdict)
{
	why->verdict = verdict;
	switch (verdict) {
	case GPUVF_LAYOUT_BAD_GEOMETRY:
	case GPUVF_LAYOUT_PLACE_UNALIGNED:
	case GPUVF_LAYOUT_PLACE_OUTSIDE:
		return -EINVAL;
	case GPUVF_LAYOUT_PINNED_VF:
	case GPUVF_LAYOUT_PINNED_RESERVE:
	case GPUVF_LAYOUT_PINNED_PLACE:
		return -EBUSY;
	default:
		return -ENOSPC;
	}
}

/* the borders of the VF area */
static int layout_measure_area(struct gpuvf_layout_request *req,
			       struct gpuvf_layout_reason *why)
{
	const struct gpuvf_fb_geometry *geo = &req->geometry;
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 reserve, context;

	memset(why, 0, sizeof(*why));
	why->vf = -1;
	why->blocker = -1;
	if (!gpuvf_layout_is_granule(geo->granule_bytes) ||
	    req->num_vfs > GPUVF_MAX_VFS ||
	    req->num_blocked > GPUVF_LAYOUT_MAX_BLOCKED)
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);

	reserve = layout_granules_up(req, req->pf_reserve_bytes);
	context = layout_granules_up(req, geo->context_bytes);
	s->end = div64_u64(geo->total_bytes, geo->granule_bytes);
	if (context >= s->end || reserve >= s->end - context) {
		why->asked = layout_bytes(req, reserve);
		why->limit = context >= s->end ? 0 :
			     layout_bytes(req, s->end - context - 1);
		return layout_fail(why, GPUVF_LAYOUT_RESERVE_TOO_BIG);
	}
	s->base = reserve + context;
	return 0;
}

/* somebody is in use, and his place is not one that can be kept */
static int layout_fail_pinned(struct gpuvf_layout_request *req, unsigned int vf,
			      struct gpuvf_layout_reason *why)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	u64 start = div64_u64(req->vf[vf].now.start, granule);
	u64 context = layout_granules_up(req, req->geometry.context_bytes);

	if ((req->vf[vf].now.start & (granule - 1)) || start >= s->base)
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);
	why->vf = vf;
	why->blocker = vf;
	why->asked = layout_bytes(req, s->base - context);
	why->limit = layout_bytes(req, start - min(start, context));
	return layout_fail(why, GPUVF_LAYOUT_PINNED_RESERVE);
}

/* what a VF that is placed would overlap, and where that begins, in bytes */
static void layout_find_taken(struct gpuvf_layout_request *req, unsigned int vf,
			      struct gpuvf_layout_reason *why)
{
	const struct gpuvf_pack *p = &req->scratch.pack;
	const u64 size = layout_bytes(req, p->size[vf]);
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++) {
		if (!(p->fixed & BIT(i)) ||
		    !gpuvf_layout_overlap(p->now[vf], p->size[vf], p->now[i],
					  p->size[i]))
			continue;
		why->blocker = i;
		why->limit = layout_bytes(req, p->now[i]);
		return;
	}
	for (i = 0; i < req->num_blocked; i++)
		if (gpuvf_layout_overlap(why->asked, size,
					 req->blocked[i].start,
					 req->blocked[i].size))
			why->limit = req->blocked[i].start;
}

/* a place that is asked for: is it one, and is it to be had? */
static int layout_measure_place(struct gpuvf_layout_request *req,
				unsigned int vf,
				struct gpuvf_layout_reason *why)
{
	u64 granule = req->geometry.granule_bytes;
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 size = s->pack.size[vf];

	why->vf = vf;
	why->asked = req->vf[vf].place;
	why->free = layout_bytes(req, size);
	if (why->asked & (granule - 1)) {
		why->limit = granule;
		return layout_fail(why, GPUVF_LAYOUT_PLACE_UNALIGNED);
	}
	if (s->pack.now[vf] == GPUVF_PACK_NOWHERE) {
		why->limit = div64_u64(why->asked, granule) < s->base ?
			     layout_bytes(req, s->base) :
			     layout_bytes(req, s->end);
		return layout_fail(why, GPUVF_LAYOUT_PLACE_OUTSIDE);
	}
	if (gpuvf_pack_cut(&s->pack.free, s->pack.now[vf], size) != size) {
		layout_find_taken(req, vf, why);
		return layout_fail(why, GPUVF_LAYOUT_PLACE_TAKEN);
	}
	s->pack.fixed |= BIT(vf);
	why->vf = -1;
	why->asked = 0;
	why->free = 0;
	return 0;
}

/* those who are in use are where they are; then who is to be somewhere */
static int layout_measure_places(struct gpuvf_layout_request *req, u32 pinned,
				 struct gpuvf_layout_reason *why)
{
	unsigned int i;
	int err = 0;

	if (!layout_fix(req, pinned))
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);
	for (i = 0; i < req->num_vfs && !err; i++)
		if (layout_is_placed(&req->vf[i]) && req->scratch.pack.size[i])
			err = layout_measure_place(req, i, why);
	return err;
}

/* sizes in granules; who is pinned has to stay, and has to be able to */
static int layout_measure_vfs(struct gpuvf_layout_request *req,
			      struct gpuvf_layout_reason *why)
{
	struct gpuvf_pack *p = &req->scratch.pack;
	u32 pinned = 0;
	unsigned int i;

	p->num_vfs = req->num_vfs;
	for (i = 0; i < req->num_vfs; i++) {
		const struct gpuvf_layout_vf *vf = &req->vf[i];

		p->size[i] = layout_granules_up(req, vf->quota_bytes);
		if (!gpuvf_layout_is_pinned(vf))
			continue;
		if (p->size[i] != layout_granules_up(req, vf->now.size)) {
			why->vf = i;
			why->blocker = i;
			why->asked = layout_bytes(req, p->size[i]);
			why->limit = vf->now.size;
			return layout_fail(why, GPUVF_LAYOUT_PINNED_VF);
		}
		if (vf->placed && vf->place != vf->now.start) {
			why->vf = i;
			why->blocker = i;
			why->asked = vf->place;
			why->limit = vf->now.start;
			return layout_fail(why, GPUVF_LAYOUT_PINNED_PLACE);
		}
		if (layout_now(req, i) == GPUVF_PACK_NOWHERE)
			return layout_fail_pinned(req, i, why);
		pinned |= BIT(i);
	}
	return layout_measure_places(req, pinned, why);
}

/* the first VF for which nothing is left, if the sum alone is too much */
static int layout_check_sum(struct gpuvf_layout_request *req,
			    struct gpuvf_layout_reason *why)
{
	const struct gpuvf_pack *p = &req->scratch.pack;
	u64 left = layout_free(&req->scratch);
	unsigned int i;

	why->free = layout_bytes(req, left);
	for (i = 0; i < req->num_vfs; i++) {
		if (p->fixed & BIT(i))
			continue;
		if (p->size[i] > left) {
			why->vf = i;
			why->asked = layout_bytes(req, p->size[i]);
			why->limit = layout_bytes(req, left);
			why->free = why->limit;
			return layout_fail(why, GPUVF_LAYOUT_NO_SPACE);
		}
		left -= p->size[i];
	}
	return 0;
}

/* the VF that stays, without which there would be a layout; else any that does */
static int layout_blocker(struct gpuvf_layout_request *req)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	const u32 pinned = s->pack.fixed;
	int i, blocker = -1;
	bool frees = false;

	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	for (i = 0; i < (int)req->num_vfs && !frees; i++) {
		if (!(pinned & BIT(i)))
			continue;
		layout_fix(req, pinned & ~(u32)BIT(i));
		frees = layout_packs(s, 0, 0);
		if (frees || blocker < 0)
			blocker = i;
	}
	layout_fix(req, pinned);
	return blocker;
}

/*
 * Enough is free but there is no packing. Give places to one VF after the
 * other, the largest first, until one has none; then see what it could have had.
 */
static int layout_explain(struct gpuvf_layout_request *req,
			  enum gpuvf_layout_verdict verdict,
			  struct gpuvf_layout_reason *why)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 size = 0, low = 0, high, middle;
	unsigned int n;

	why->blocker = layout_blocker(req);
	layout_list(s, (u32)(BIT(req->num_vfs) - 1) & ~s->pack.fixed);
	for (n = 0; n < s->num_listed; n++)
		s->pack.size[s->listed[n]] = 0;
	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	for (n = 0; n < s->num_listed; n++) {
		unsigned int vf = s->listed[n];

		size = layout_granules_up(req, req->vf[vf].quota_bytes);
		if (!size)
			break;
		s->pack.size[vf] = size;
		why->vf = vf;
		why->asked = layout_bytes(req, size);
		if (!layout_packs(s, 0, 0))
			break;
		why->free -= why->asked;
	}
	s->pack.size[why->vf] = 0;
	for (high = size - 1; low < high;) {
		middle = high - (high - low) / 2;
		if (layout_packs(s, 0, middle))
			low = middle;
		else
			high = middle - 1;
	}
	why->limit = layout_bytes(req, low);
	return layout_fail(why, verdict);
}

static void layout_fill(struct gpuvf_layout_request *req,
			struct gpuvf_layout *out)
{
	const struct gpuvf_layout_scratch *s = &req->scratch;
	unsigned int i;

	out->pf_reserve_bytes =
		layout_bytes(req, layout_granules_up(req, req->pf_reserve_bytes));
	out->context.start = out->pf_reserve_bytes;
	out->context.size = req->geometry.context_bytes;
	out->vf_base = layout_bytes(req, s->base);
	out->vf_end = layout_bytes(req, s->end);
	for (i = 0; i < req->num_vfs; i++) {
		if (!s->pack.size[i])
			continue;
		out->vf[i].start = layout_bytes(req, s->best[i]);
		out->vf[i].size = layout_bytes(req, s->pack.size[i]);
		if (req->vf[i].now.size &&
		    req->vf[i].now.start != out->vf[i].start)
			out->moved_mask |= BIT(i);
	}
	gpuvf_layout_measure(out, req->num_vfs, req->num_blocked, req->blocked);
}

/**
 * gpuvf_layout_plan() - find a place for every VF
 * @req: what is wanted
 * @out: the layout, valid only on success
 * @why: verdict and figures, always filled
 *
 * See fb/layout.h.
 *
 * Return: 0, -EINVAL, -EBUSY, -ENOSPC.
 */
int gpuvf_layout_plan(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out,
		      struct gpuvf_layout_reason *why)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = layout_measure_area(req, why);
	if (!err)
		err = layout_measure_vfs(req, why);
	if (!err)
		err = layout_check_sum(req, why);
	if (err)
		return err;
	switch (layout_choose(&req->scratch)) {
	case GPUVF_PACK_YES:
		break;
	case GPUVF_PACK_NO:
		return layout_explain(req, GPUVF_LAYOUT_FRAGMENTED, why);
	default:
		return layout_explain(req, GPUVF_LAYOUT_TOO_HARD, why);
	}
	layout_fill(req, out);
	if (!gpuvf_layout_check(req, out))
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);
	return 0;
}

/* would everybody have a place if the VFs of @mask had @size granules each? */
static bool layout_try_share(struct gpuvf_layout_request *req, u32 mask,
			     u64 size)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_layout_reason why;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if (mask & BIT(i))
			s->pack.size[i] = size;
	if (layout_check_sum(req, &why))
		return false;
	return layout_packs(s, layout_movable(s) & ~mask, 0) ||
	       layout_packs(s, 0, 0);
}

/**
 * gpuvf_layout_fair_share() - the equal share of VFs that have no quota yet
 * @req: quotas of the VFs that have one; the VFs in @mask have none
 * @mask: bit n: VF n is to get a share
 *
 * See fb/layout.h.
 *
 * Return: bytes, 0 when not even one granule each can be had.
 */
u64 gpuvf_layout_fair_share(struct gpuvf_layout_request *req, u32 mask)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_layout_reason why;
	u64 low = 0, high, middle;
	unsigned int i, count = 0;

	if (layout_measure_area(req, &why) || layout_measure_vfs(req, &why))
		return 0;
	mask &= (u32)(BIT(req->num_vfs) - 1) & ~s->pack.fixed;
	for (i = 0; i < req->num_vfs; i++)
		count += !!(mask & BIT(i));
	if (!count)
		return 0;
	high = div64_u64(s->end - s->base, count);
	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	/* what fits at one size fits at every smaller one */
	while (low < high) {
		middle = high - (high - low) / 2;
		if (layout_try_share(req, mask, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return layout_bytes(req, low);
}

/*
 * Who is where he is when nobody moves who need not: all but those who lie on
 * something blocked, whom every plan moves.
 */
static u32 layout_unmoved(const struct gpuvf_layout_request *req)
{
	u32 unmoved = layout_movable(&req->scratch);
	unsigned int i, k;

	for (i = 0; i < req->num_vfs; i++)
		for (k = 0; k < req->num_blocked; k++)
			if (gpuvf_layout_overlap(req->vf[i].now.start,
						 req->vf[i].now.size,
						 req->blocked[k].start,
						 req->blocked[k].size))
				unmoved &= ~(u32)BIT(i);
	return unmoved;
}

/**
 * gpuvf_layout_capacity() - how many more VFs of one size would fit
 * @req: the present layout, as a request that keeps everything
 * @quota_bytes: the size asked about, rounded up to the granule
 * @may_move: whether VFs that are not pinned may move
 *
 * See fb/layout.h.
 *
 * Return: the number, at most as many as @req has VFs without a quota.
 */
unsigned int gpuvf_layout_capacity(struct gpuvf_layout_request *req,
				   u64 quota_bytes, bool may_move)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_layout_reason why;
	unsigned int i, count = 0;
	u32 mask = 0;
	u64 size;

	if (!quota_bytes || layout_measure_area(req, &why) ||
	    layout_measure_vfs(req, &why))
		return 0;
	size = layout_granules_up(req, quota_bytes);
	if (!may_move)
		layout_fix(req, s->pack.fixed | layout_unmoved(req));
	layout_allow(s, LAYOUT_MAX_NODES_BETTER, LAYOUT_MAX_NODES_EACH);
	for (i = 0; i < req->num_vfs; i++) {
		if (req->vf[i].quota_bytes)
			continue;
		mask |= BIT(i);
		if (!layout_try_share(req, mask, size))
			break;
		count++;
	}
	return count;
}
