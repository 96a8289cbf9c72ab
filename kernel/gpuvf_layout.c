// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer planner.
 *
 * What stays where it is (pinned VFs, blocked ranges, and VFs that we decide to
 * keep) cuts the VF area into gaps. Within one gap extents can always be packed
 * without holes, so that whether the rest has a place is exactly the question
 * of bin packing: items are the VFs to be placed, bins are the gaps. That is
 * answered by a depth-first search with a bound on its nodes.
 *
 * Which VFs to keep: moving more VFs can only help, so when moving all that may
 * move does not help, nothing does. Otherwise the cheapest set is looked for,
 * see layout_choose().
 *
 * Inside, everything is counted in granules.
 */

#include "gpuvf_layout.h"

/*
 * Nodes of one search. Behind it the answer is GPUVF_LAYOUT_TOO_HARD when no
 * place is known yet, else the best place known.
 */
#define LAYOUT_MAX_NODES	200000

/* up to so many movable VFs, every set of them is considered */
#define LAYOUT_MAX_SUBSETS	10

#define LAYOUT_NOWHERE		U64_MAX

enum layout_packing {
	LAYOUT_PACKED,
	LAYOUT_NO_PACKING,
	LAYOUT_UNDECIDED,
};

static bool layout_is_power_of_two(u64 n)
{
	return n && !(n & (n - 1));
}

static u64 layout_granules_up(const struct gpuvf_layout_request *req, u64 bytes)
{
	u64 granule = req->geometry.granule_bytes;

	return div64_u64(bytes, granule) + !!(bytes & (granule - 1));
}

static bool layout_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b ? b - a < a_size && b_size : a - b < b_size && a_size;
}

/* the VF's present place, in granules; LAYOUT_NOWHERE: none that is any good */
static u64 layout_now(const struct gpuvf_layout_request *req, unsigned int vf)
{
	const struct gpuvf_layout_scratch *s = &req->scratch;
	const struct gpuvf_extent *now = &req->vf[vf].now;
	u64 granule = req->geometry.granule_bytes;
	u64 start;

	if (!now->size || !s->size[vf] || (now->start & (granule - 1)))
		return LAYOUT_NOWHERE;
	start = div64_u64(now->start, granule);
	if (start < s->base || start >= s->end || s->end - start < s->size[vf])
		return LAYOUT_NOWHERE;
	return start;
}

/* take a range out of the gaps; false: a part of it is taken already */
static bool layout_cut(struct gpuvf_layout_scratch *s, u64 start, u64 size)
{
	unsigned int i, n;

	for (i = 0; i < s->num_gaps; i++) {
		struct gpuvf_extent *gap = &s->gap[i];
		u64 before, behind;

		if (start < gap->start || start - gap->start >= gap->size ||
		    gap->size - (start - gap->start) < size)
			continue;
		before = start - gap->start;
		behind = gap->size - before - size;
		if (before && behind) {
			if (s->num_gaps == GPUVF_LAYOUT_MAX_GAPS)
				return false;
			for (n = s->num_gaps++; n > i + 1; n--)
				s->gap[n] = s->gap[n - 1];
			s->gap[i + 1].start = start + size;
			s->gap[i + 1].size = behind;
			gap->size = before;
		} else if (before) {
			gap->size = before;
		} else if (behind) {
			gap->start += size;
			gap->size = behind;
		} else {
			for (n = i; n + 1 < s->num_gaps; n++)
				s->gap[n] = s->gap[n + 1];
			s->num_gaps--;
		}
		return true;
	}
	return false;
}

/*
 * Cut out all that stays, and list the rest as items, largest first.
 *
 * Return: false when two VFs of @keep are in each other's way.
 */
static bool layout_prepare(struct gpuvf_layout_request *req, u32 keep)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	unsigned int i, n;

	s->gap[0].start = s->base;
	s->gap[0].size = s->end - s->base;
	s->num_gaps = 1;
	s->num_items = 0;
	for (i = 0; i < req->num_blocked; i++)
		if (!layout_cut(s, div64_u64(req->blocked[i].start, granule),
				div64_u64(req->blocked[i].size, granule)))
			return false;
	for (i = 0; i < req->num_vfs; i++) {
		if (!s->size[i])
			continue;
		if (keep & BIT(i)) {
			s->place[i] = layout_now(req, i);
			if (!layout_cut(s, s->place[i], s->size[i]))
				return false;
			continue;
		}
		for (n = s->num_items++; n; n--) {
			if (s->size[s->item[n - 1]] >= s->size[i])
				break;
			s->item[n] = s->item[n - 1];
		}
		s->item[n] = i;
	}
	return true;
}

/* the easy way: everyone in index order, each in the first gap that has room */
static bool layout_pack_first_fit(struct gpuvf_layout_request *req, u32 keep)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	unsigned int i, g;

	for (i = 0; i < req->num_vfs; i++) {
		if (!s->size[i] || (keep & BIT(i)))
			continue;
		for (g = 0; g < s->num_gaps; g++)
			if (s->gap[g].size >= s->size[i])
				break;
		if (g == s->num_gaps)
			return false;
		s->place[i] = s->gap[g].start;
		s->gap[g].start += s->size[i];
		s->gap[g].size -= s->size[i];
	}
	return true;
}

/* can what is left of the bins hold the items from @n on, at the very best? */
static bool layout_may_fit(const struct gpuvf_layout_scratch *s, unsigned int n)
{
	u64 smallest = s->size[s->item[s->num_items - 1]];
	u64 room = 0, need = 0;
	unsigned int i;

	for (i = n; i < s->num_items; i++) {
		if (need + s->size[s->item[i]] < need)
			return false;
		need += s->size[s->item[i]];
	}
	for (i = 0; i < s->num_gaps; i++)
		if (s->room[i] >= smallest)
			room += s->room[i];
	return need <= room;
}

/* is there a bin before @g with the same room? Then @g is nothing new */
static bool layout_bin_is_twin(const struct gpuvf_layout_scratch *s,
			       unsigned int g, unsigned int from)
{
	unsigned int i;

	for (i = from; i < g; i++)
		if (s->room[i] == s->room[g])
			return true;
	return false;
}

/*
 * The exact way: depth-first over the items, largest first. Items of one size
 * go to bins in ascending order, and of bins with the same room only the first
 * is tried.
 */
static enum layout_packing layout_pack_search(struct gpuvf_layout_scratch *s)
{
	unsigned int n = 0, g, from;
	u32 nodes = 0;

	for (g = 0; g < s->num_gaps; g++)
		s->room[g] = s->gap[g].size;
	if (s->num_items && !layout_may_fit(s, 0))
		return LAYOUT_NO_PACKING;
	g = 0;
	while (n < s->num_items) {
		u64 size = s->size[s->item[n]];

		from = n && s->size[s->item[n - 1]] == size ? s->bin[n - 1] : 0;
		for (g = max(g, from); g < s->num_gaps; g++)
			if (s->room[g] >= size && !layout_bin_is_twin(s, g, from))
				break;
		if (++nodes > LAYOUT_MAX_NODES)
			return LAYOUT_UNDECIDED;
		if (g < s->num_gaps) {
			s->room[g] -= size;
			s->bin[n++] = g;
			g = 0;
			if (n == s->num_items || layout_may_fit(s, n))
				continue;
		}
		/* nowhere: take back the item before, and put it further on */
		if (!n)
			return LAYOUT_NO_PACKING;
		n--;
		s->room[s->bin[n]] += s->size[s->item[n]];
		g = s->bin[n] + 1;
	}
	return LAYOUT_PACKED;
}

/* from bins to places: within a gap in index order from the bottom */
static void layout_place_items(struct gpuvf_layout_request *req)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	unsigned int vf, n;

	for (vf = 0; vf < req->num_vfs; vf++) {
		for (n = 0; n < s->num_items; n++) {
			struct gpuvf_extent *gap;

			if (s->item[n] != vf)
				continue;
			gap = &s->gap[s->bin[n]];
			s->place[vf] = gap->start;
			gap->start += s->size[vf];
			gap->size -= s->size[vf];
		}
	}
}

/* find places for all, with those of @keep where they are */
static enum layout_packing layout_pack(struct gpuvf_layout_request *req,
				       u32 keep)
{
	enum layout_packing ret;

	if (!layout_prepare(req, keep))
		return LAYOUT_NO_PACKING;
	if (layout_pack_first_fit(req, keep))
		return LAYOUT_PACKED;
	layout_prepare(req, keep);
	ret = layout_pack_search(&req->scratch);
	if (ret == LAYOUT_PACKED)
		layout_place_items(req);
	return ret;
}

static u64 layout_cost(const struct gpuvf_layout_request *req, u32 vfs)
{
	u64 cost = 0;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if (vfs & BIT(i))
			cost += req->scratch.size[i];
	return cost;
}

/* the n-th set bit's mask for every subset number of the bits of @mask */
static u32 layout_subset(u32 mask, u32 number)
{
	u32 subset = 0;
	unsigned int i;

	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		if (!(mask & BIT(i)))
			continue;
		if (number & 1)
			subset |= BIT(i);
		number >>= 1;
	}
	return subset;
}

static void layout_remember(struct gpuvf_layout_scratch *s)
{
	memcpy(s->best, s->place, sizeof(s->best));
}

/* few VFs may move: look at every set of them, cheapest found so far wins */
static void layout_choose_exact(struct gpuvf_layout_request *req, u32 pinned,
				u32 movable, unsigned int bits)
{
	u64 best = layout_cost(req, movable);
	u32 number;

	for (number = 0; number < BIT(bits); number++) {
		u32 move = layout_subset(movable, number);
		u64 cost = layout_cost(req, move);

		if (cost >= best ||
		    layout_pack(req, pinned | (movable & ~move)) != LAYOUT_PACKED)
			continue;
		best = cost;
		layout_remember(&req->scratch);
	}
}

/* many may: keep one after the other, those that would cost most first */
static void layout_choose_greedy(struct gpuvf_layout_request *req, u32 pinned,
				 u32 movable)
{
	u32 keep = pinned, left = movable;
	unsigned int i, most;

	while (left) {
		most = GPUVF_MAX_VFS;
		for (i = 0; i < GPUVF_MAX_VFS; i++)
			if ((left & BIT(i)) &&
			    (most == GPUVF_MAX_VFS ||
			     req->scratch.size[i] > req->scratch.size[most]))
				most = i;
		left &= ~(u32)BIT(most);
		if (layout_pack(req, keep | BIT(most)) != LAYOUT_PACKED)
			continue;
		keep |= BIT(most);
		layout_remember(&req->scratch);
	}
}

/* as in the comment at the top: places for all in scratch->best, or not */
static enum layout_packing layout_choose(struct gpuvf_layout_request *req,
					 u32 pinned, u32 movable)
{
	enum layout_packing ret;
	unsigned int i, bits = 0;

	if (layout_pack(req, pinned | movable) == LAYOUT_PACKED) {
		layout_remember(&req->scratch);
		return LAYOUT_PACKED;
	}
	ret = layout_pack(req, pinned);
	if (ret != LAYOUT_PACKED)
		return ret;
	layout_remember(&req->scratch);
	for (i = 0; i < GPUVF_MAX_VFS; i++)
		bits += !!(movable & BIT(i));
	if (bits <= LAYOUT_MAX_SUBSETS)
		layout_choose_exact(req, pinned, movable, bits);
	else
		layout_choose_greedy(req, pinned, movable);
	return LAYOUT_PACKED;
}

static int layout_fail(struct gpuvf_layout_reason *why,
		       enum gpuvf_layout_verdict verdict)
{
	why->verdict = verdict;
	switch (verdict) {
	case GPUVF_LAYOUT_BAD_GEOMETRY:
		return -EINVAL;
	case GPUVF_LAYOUT_PINNED_VF:
	case GPUVF_LAYOUT_PINNED_RESERVE:
		return -EBUSY;
	default:
		return -ENOSPC;
	}
}

/* the borders of the VF area */
static int layout_measure_area(struct gpuvf_layout_request *req,
			       struct gpuvf_layout *out,
			       struct gpuvf_layout_reason *why)
{
	const struct gpuvf_fb_geometry *geo = &req->geometry;
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 reserve, context;

	if (!layout_is_power_of_two(geo->granule_bytes) ||
	    req->num_vfs > GPUVF_MAX_VFS ||
	    req->num_blocked > GPUVF_LAYOUT_MAX_BLOCKED)
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);

	reserve = layout_granules_up(req, req->pf_reserve_bytes);
	context = layout_granules_up(req, geo->context_bytes);
	s->end = div64_u64(geo->total_bytes, geo->granule_bytes);
	if (context >= s->end || reserve >= s->end - context) {
		why->asked = req->pf_reserve_bytes;
		why->limit = context >= s->end ? 0 :
			     (s->end - context - 1) * geo->granule_bytes;
		return layout_fail(why, GPUVF_LAYOUT_RESERVE_TOO_BIG);
	}
	s->base = reserve + context;

	out->pf_reserve_bytes = reserve * geo->granule_bytes;
	out->context.start = out->pf_reserve_bytes;
	out->context.size = geo->context_bytes;
	out->vf_base = s->base * geo->granule_bytes;
	out->vf_end = s->end * geo->granule_bytes;
	return 0;
}

/* sizes in granules; who is pinned has to stay, and has to be able to */
static int layout_measure_vfs(struct gpuvf_layout_request *req, u32 *pinned,
			      struct gpuvf_layout_reason *why)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	unsigned int i;

	*pinned = 0;
	for (i = 0; i < req->num_vfs; i++) {
		const struct gpuvf_layout_vf *vf = &req->vf[i];

		s->size[i] = layout_granules_up(req, vf->quota_bytes);
		if (!vf->pinned || !vf->now.size)
			continue;
		why->vf = i;
		why->blocker = i;
		if (s->size[i] != layout_granules_up(req, vf->now.size)) {
			why->asked = s->size[i] * granule;
			why->limit = vf->now.size;
			return layout_fail(why, GPUVF_LAYOUT_PINNED_VF);
		}
		if (layout_now(req, i) == LAYOUT_NOWHERE) {
			why->asked = req->pf_reserve_bytes;
			why->limit = vf->now.start;
			return layout_fail(why, GPUVF_LAYOUT_PINNED_RESERVE);
		}
		*pinned |= BIT(i);
	}
	why->vf = -1;
	why->blocker = -1;
	return 0;
}

/* the first VF for which nothing is left, if the sum alone is too much */
static bool layout_check_sum(struct gpuvf_layout_request *req, u32 pinned,
			     struct gpuvf_layout_reason *why)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	u64 left = s->end - s->base;
	unsigned int i;

	for (i = 0; i < req->num_blocked; i++)
		left -= min(left, div64_u64(req->blocked[i].size, granule));
	for (i = 0; i < req->num_vfs; i++)
		if (pinned & BIT(i))
			left -= min(left, s->size[i]);
	for (i = 0; i < req->num_vfs; i++) {
		if (pinned & BIT(i))
			continue;
		if (s->size[i] > left) {
			why->vf = i;
			/* far too much is not rounded up: it would wrap */
			why->asked = s->size[i] > U64_MAX / granule ?
				     req->vf[i].quota_bytes :
				     s->size[i] * granule;
			why->limit = left * granule;
			why->free = left * granule;
			layout_fail(why, GPUVF_LAYOUT_NO_SPACE);
			return false;
		}
		left -= s->size[i];
	}
	why->free = left * granule;
	return true;
}

/* enough is free but there is no packing: name the largest item */
static int layout_explain(struct gpuvf_layout_request *req, u32 pinned,
			  enum layout_packing packing,
			  struct gpuvf_layout_reason *why)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	u64 largest = 0, free = 0;
	unsigned int i;

	layout_prepare(req, pinned);
	for (i = 0; i < s->num_gaps; i++) {
		largest = max(largest, s->gap[i].size);
		free += s->gap[i].size;
	}
	why->vf = s->item[0];
	why->asked = s->size[s->item[0]] * granule;
	why->limit = largest * granule;
	why->free = free * granule;
	for (i = 0; i < req->num_vfs; i++)
		if (pinned & BIT(i))
			why->blocker = i;
	return layout_fail(why, packing == LAYOUT_UNDECIDED ?
				GPUVF_LAYOUT_TOO_HARD : GPUVF_LAYOUT_FRAGMENTED);
}

static void layout_fill(struct gpuvf_layout_request *req,
			struct gpuvf_layout *out)
{
	const struct gpuvf_layout_scratch *s = &req->scratch;
	u64 granule = req->geometry.granule_bytes;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++) {
		if (!s->size[i])
			continue;
		out->vf[i].start = s->best[i] * granule;
		out->vf[i].size = s->size[i] * granule;
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
 * See gpuvf_layout.h.
 *
 * Return: 0, -EINVAL, -EBUSY, -ENOSPC.
 */
int gpuvf_layout_plan(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out,
		      struct gpuvf_layout_reason *why)
{
	u32 pinned, movable = 0;
	enum layout_packing packing;
	unsigned int i;
	int err;

	memset(out, 0, sizeof(*out));
	memset(why, 0, sizeof(*why));
	why->vf = -1;
	why->blocker = -1;
	err = layout_measure_area(req, out, why);
	if (!err)
		err = layout_measure_vfs(req, &pinned, why);
	if (err)
		return err;
	if (!layout_check_sum(req, pinned, why))
		return -ENOSPC;
	if (!layout_prepare(req, pinned))
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);

	for (i = 0; i < req->num_vfs; i++)
		if (!(pinned & BIT(i)) && layout_now(req, i) != LAYOUT_NOWHERE)
			movable |= BIT(i);
	packing = layout_choose(req, pinned, movable);
	if (packing != LAYOUT_PACKED)
		return layout_explain(req, pinned, packing, why);
	layout_fill(req, out);
	if (!gpuvf_layout_check(req, out))
		return layout_fail(why, GPUVF_LAYOUT_BAD_GEOMETRY);
	return 0;
}

static bool layout_check_vf(const struct gpuvf_layout_request *req,
			    const struct gpuvf_layout *layout, unsigned int vf)
{
	const struct gpuvf_extent *e = &layout->vf[vf];
	u64 granule = req->geometry.granule_bytes;
	unsigned int i;

	if (div64_u64(e->size, granule) !=
	    layout_granules_up(req, req->vf[vf].quota_bytes))
		return false;
	if (!e->size)
		return true;
	if ((e->start | e->size) & (granule - 1))
		return false;
	if (e->start < layout->vf_base || e->start > layout->vf_end ||
	    layout->vf_end - e->start < e->size)
		return false;
	if (req->vf[vf].pinned && req->vf[vf].now.size &&
	    req->vf[vf].now.start != e->start)
		return false;
	for (i = 0; i < vf; i++)
		if (layout_overlap(e->start, e->size, layout->vf[i].start,
				   layout->vf[i].size))
			return false;
	for (i = 0; i < req->num_blocked; i++)
		if (layout_overlap(e->start, e->size, req->blocked[i].start,
				   req->blocked[i].size))
			return false;
	return true;
}

/**
 * gpuvf_layout_check() - is this layout sound, taken as a whole?
 * @req: what was wanted
 * @layout: what is to be committed
 *
 * See gpuvf_layout.h.
 *
 * Return: true when it is.
 */
bool gpuvf_layout_check(const struct gpuvf_layout_request *req,
			const struct gpuvf_layout *layout)
{
	unsigned int i;

	if (layout->pf_reserve_bytes < req->pf_reserve_bytes ||
	    layout->context.start < layout->pf_reserve_bytes ||
	    layout->context.size != req->geometry.context_bytes ||
	    layout->vf_base < layout->context.start + layout->context.size ||
	    layout->vf_end > req->geometry.total_bytes ||
	    layout->vf_base >= layout->vf_end)
		return false;
	for (i = 0; i < req->num_vfs; i++)
		if (!layout_check_vf(req, layout, i))
			return false;
	return true;
}

/* where the free piece that begins at @at ends: at the next thing behind it */
static u64 layout_free_until(const struct gpuvf_layout *layout,
			     unsigned int num_vfs, unsigned int num_blocked,
			     const struct gpuvf_extent *blocked, u64 at,
			     u64 *next)
{
	u64 until = layout->vf_end;
	unsigned int i;

	*next = layout->vf_end;
	for (i = 0; i < num_vfs + num_blocked; i++) {
		const struct gpuvf_extent *e = i < num_vfs ?
			&layout->vf[i] : &blocked[i - num_vfs];

		if (!e->size || e->start + e->size <= at)
			continue;
		if (e->start <= until) {
			until = max(e->start, at);
			*next = e->start + e->size;
		}
	}
	return until;
}

/**
 * gpuvf_layout_measure() - fill in what is free
 * @layout: whose vf_base, vf_end and extents are right, whose free_bytes and
 *	largest_free_bytes are not
 * @num_vfs: entries of @layout->vf in use
 * @num_blocked: entries of @blocked
 * @blocked: ranges of the VF area that nobody may have
 */
void gpuvf_layout_measure(struct gpuvf_layout *layout, unsigned int num_vfs,
			  unsigned int num_blocked,
			  const struct gpuvf_extent *blocked)
{
	u64 at = layout->vf_base;
	u64 until, next;

	layout->free_bytes = 0;
	layout->largest_free_bytes = 0;
	while (at < layout->vf_end) {
		until = layout_free_until(layout, num_vfs, num_blocked, blocked,
					  at, &next);
		layout->free_bytes += until - at;
		layout->largest_free_bytes = max(layout->largest_free_bytes,
						 until - at);
		at = next;
	}
}

/* would everybody have a place if the VFs of @mask had @size granules each? */
static bool layout_try_share(struct gpuvf_layout_request *req, u32 pinned,
			     u32 mask, u64 size)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_layout_reason why;
	u32 movable = 0;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++) {
		if (mask & BIT(i))
			s->size[i] = size;
		else if (!(pinned & BIT(i)) &&
			 layout_now(req, i) != LAYOUT_NOWHERE)
			movable |= BIT(i);
	}
	if (!layout_check_sum(req, pinned, &why))
		return false;
	return layout_pack(req, pinned | movable) == LAYOUT_PACKED ||
	       layout_pack(req, pinned) == LAYOUT_PACKED;
}

/**
 * gpuvf_layout_fair_share() - the equal share of VFs that have no quota yet
 * @req: quotas of the VFs that have one; the VFs in @mask have none
 * @mask: bit n: VF n is to get a share
 *
 * See gpuvf_layout.h.
 *
 * Return: bytes, 0 when not even one granule each can be had.
 */
u64 gpuvf_layout_fair_share(struct gpuvf_layout_request *req, u32 mask)
{
	struct gpuvf_layout_scratch *s = &req->scratch;
	struct gpuvf_layout_reason why;
	struct gpuvf_layout area = {};
	u64 low = 0, high, middle;
	u32 pinned, bit;

	if (!mask || layout_measure_area(req, &area, &why) ||
	    layout_measure_vfs(req, &pinned, &why))
		return 0;
	high = 0;
	for (bit = 0; bit < GPUVF_MAX_VFS; bit++)
		high += !!(mask & BIT(bit));
	high = div64_u64(s->end - s->base, high);
	/* what fits at one size fits at every smaller one */
	while (low < high) {
		middle = high - (high - low) / 2;
		if (layout_try_share(req, pinned, mask, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return low * req->geometry.granule_bytes;
}

/**
 * gpuvf_layout_capacity() - how many more VFs of one size would fit
 * @req: the present layout, as a request that keeps everything
 * @quota_bytes: the size asked about, rounded up to the granule
 * @may_move: whether VFs that are not pinned may move
 *
 * See gpuvf_layout.h.
 *
 * Return: the number, at most as many as @req has VFs without a quota.
 */
unsigned int gpuvf_layout_capacity(struct gpuvf_layout_request *req,
				   u64 quota_bytes, bool may_move)
{
	struct gpuvf_layout_reason why;
	struct gpuvf_layout area = {};
	u32 pinned, mask = 0;
	unsigned int count = 0;
	unsigned int i;
	u64 size;

	if (!quota_bytes || layout_measure_area(req, &area, &why) ||
	    layout_measure_vfs(req, &pinned, &why))
		return 0;
	size = layout_granules_up(req, quota_bytes);
	if (!may_move)
		for (i = 0; i < req->num_vfs; i++)
			if (layout_now(req, i) != LAYOUT_NOWHERE)
				pinned |= BIT(i);
	for (i = 0; i < req->num_vfs; i++) {
		if (req->vf[i].quota_bytes)
			continue;
		mask |= BIT(i);
		if (!layout_try_share(req, pinned, mask, size))
			break;
		count++;
	}
	return count;
}
