// SPDX-License-Identifier: GPL-2.0
/*
 * A layout as a whole: whether it meets a request, and what it leaves free.
 * Independent of how it was found.
 */
#include "plan/placement.h"

/**
 * placement_is_unit() - can this be the unit of placement?
 * @bytes: the unit
 *
 * Return: whether it is a power of two.
 */
bool placement_is_unit(u64 bytes)
{
	return bytes && !(bytes & (bytes - 1));
}

static bool overlaps_any(const struct extent *e, const struct extent *others,
			 unsigned int num)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		if (ranges_overlap(e->offset, e->size, others[i].offset,
				   others[i].size))
			return true;
	return false;
}

static bool check_vf(const struct placement_request *req,
		     const struct placement *layout, unsigned int vf)
{
	const struct placement_vf *want = &req->vf[vf];
	const struct extent *e = &layout->vf[vf];
	bool pinned = placement_is_pinned(want);

	/* rounded up, and no more than that */
	if (e->size < want->quota || e->size - want->quota >= req->unit)
		return false;
	if (pinned && (want->now.offset != e->offset || !e->size))
		return false;
	if (!e->size)
		return true;
	if ((e->offset | e->size) & (req->unit - 1))
		return false;
	if (e->offset < layout->vf_base || e->offset > layout->vf_end ||
	    layout->vf_end - e->offset < e->size)
		return false;
	if (overlaps_any(e, layout->vf, vf))
		return false;
	return pinned || !overlaps_any(e, req->blocked, req->num_blocked);
}

/**
 * placement_check() - does this layout meet a request?
 * @req: the request
 * @layout: the layout
 *
 * Every VF has exactly its rounded quota, inside the VF area, on unit borders;
 * pinned VFs are where they were; no two extents overlap, containment included; none
 * touches a blocked range, the PF reserve or the context save area.
 *
 * Return: whether all of that holds.
 */
bool placement_check(const struct placement_request *req,
		     const struct placement *layout)
{
	unsigned int i;

	if (!placement_is_unit(req->unit) || req->num_vfs > PACK_MAX_VFS ||
	    req->num_blocked > PACK_MAX_BLOCKED)
		return false;
	if ((layout->reserve | layout->vf_base | layout->vf_end) &
	    (req->unit - 1))
		return false;
	if (layout->reserve < req->reserve ||
	    layout->context.offset < layout->reserve ||
	    layout->context.size != req->context ||
	    layout->context.offset > layout->vf_base ||
	    layout->vf_base - layout->context.offset < layout->context.size ||
	    layout->vf_end > req->total || layout->vf_base >= layout->vf_end)
		return false;
	for (i = 0; i < req->num_vfs; i++)
		if (!check_vf(req, layout, i))
			return false;
	return true;
}

static u64 extent_end(const struct extent *e)
{
	return e->size > U64_MAX - e->offset ? U64_MAX : e->offset + e->size;
}

/* end of the free range that begins at @at: the next extent or blocked range */
static u64 free_until(const struct placement_request *req,
		      const struct placement *layout, u64 at, u64 *next)
{
	u64 until = layout->vf_end;
	unsigned int i;

	*next = layout->vf_end;
	for (i = 0; i < req->num_vfs + req->num_blocked; i++) {
		const struct extent *e = i < req->num_vfs ? &layout->vf[i] :
					 &req->blocked[i - req->num_vfs];

		if (!e->size || extent_end(e) <= at || e->offset > until)
			continue;
		until = max_u64(e->offset, at);
		*next = extent_end(e);
	}
	return until;
}

/**
 * placement_measure() - fill in how much is free
 * @req: the request, for its blocked ranges
 * @layout: whose VF area and extents are right, and whose @free and @largest_free
 *	are not
 */
void placement_measure(const struct placement_request *req,
		       struct placement *layout)
{
	u64 at = layout->vf_base;
	u64 until, next;

	layout->free = 0;
	layout->largest_free = 0;
	while (at < layout->vf_end) {
		until = free_until(req, layout, at, &next);
		layout->free += until - at;
		layout->largest_free = max_u64(layout->largest_free, until - at);
		at = next;
	}
}
