// SPDX-License-Identifier: GPL-2.0
/*
 * A layout taken as a whole: whether it is sound, and what it leaves. Knows
 * nothing of how it came to be.
 */

#include "fb/layout.h"

/**
 * gpuvf_layout_is_unit() - can that be the unit of a framebuffer?
 * @bytes: the unit
 */
bool gpuvf_layout_is_unit(u64 bytes)
{
	return bytes && !(bytes & (bytes - 1));
}

/**
 * gpuvf_layout_stays() - has a VF to keep its extent?
 * @req: request with a valid unit
 * @vf: index of the VF
 *
 * Return: true when it is in use, or when the request asks for no other quota or
 * place.
 */
bool gpuvf_layout_stays(const struct gpuvf_layout_request *req, unsigned int vf)
{
	const struct gpuvf_layout_vf *want = &req->vf[vf];

	if (!want->now.size)
		return false;
	return want->pinned ||
	       (want->quota_bytes <= want->now.size &&
		want->now.size - want->quota_bytes <
		req->geometry.unit_bytes &&
		(!want->placed || want->place == want->now.start));
}

static bool layout_check_vf(const struct gpuvf_layout_request *req,
			    const struct gpuvf_layout *layout, unsigned int vf)
{
	const struct gpuvf_layout_vf *want = &req->vf[vf];
	const struct gpuvf_extent *e = &layout->vf[vf];
	u64 unit = req->geometry.unit_bytes;
	bool stays = gpuvf_layout_stays(req, vf);
	unsigned int i;

	/* rounded up, and no more than that */
	if (e->size < want->quota_bytes ||
	    e->size - want->quota_bytes >= unit)
		return false;
	if (stays && !gpuvf_layout_same_extent(&want->now, e))
		return false;
	if (!e->size)
		return true;
	if (want->placed && want->place != e->start)
		return false;
	if ((e->start | e->size) & (unit - 1))
		return false;
	if (e->start < layout->vf_base || e->start > layout->vf_end ||
	    layout->vf_end - e->start < e->size)
		return false;
	for (i = 0; i < vf; i++)
		if (gpuvf_layout_overlap(e->start, e->size,
					 layout->vf[i].start,
					 layout->vf[i].size))
			return false;
	for (i = 0; i < req->num_blocked && !stays; i++)
		if (gpuvf_layout_overlap(e->start, e->size,
					 req->blocked[i].start,
					 req->blocked[i].size))
			return false;
	return true;
}

/**
 * gpuvf_layout_check() - is this layout sound, taken as a whole?
 * @req: what was wanted
 * @layout: what is to be committed
 *
 * Independent of how the layout came to be: every VF has exactly its rounded quota,
 * inside the VF area, on borders of units; those that stay are where they were,
 * placed ones where they have to be; no two extents overlap, containment included;
 * none touches a quarantined range, unless it stays, the PF reserve or the context
 * save area.
 *
 * Return: true when all of that holds.
 */
bool gpuvf_layout_check(const struct gpuvf_layout_request *req,
			const struct gpuvf_layout *layout)
{
	u64 unit = req->geometry.unit_bytes;
	unsigned int i;

	if (!gpuvf_layout_is_unit(unit) || req->num_vfs > GPUVF_MAX_VFS ||
	    req->num_blocked > GPUVF_LAYOUT_MAX_BLOCKED)
		return false;
	if ((layout->pf_reserve_bytes | layout->vf_base | layout->vf_end) &
	    (unit - 1))
		return false;
	if (layout->pf_reserve_bytes < req->pf_reserve_bytes ||
	    layout->context.start < layout->pf_reserve_bytes ||
	    layout->context.size != req->geometry.context_bytes ||
	    layout->context.start > layout->vf_base ||
	    layout->vf_base - layout->context.start < layout->context.size ||
	    layout->vf_end > req->geometry.total_bytes ||
	    layout->vf_base >= layout->vf_end)
		return false;
	for (i = 0; i < req->num_vfs; i++)
		if (!layout_check_vf(req, layout, i))
			return false;
	return true;
}

/* the byte behind an extent */
static u64 layout_extent_end(const struct gpuvf_extent *e)
{
	return e->size > U64_MAX - e->start ? U64_MAX : e->start + e->size;
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

		if (!e->size || layout_extent_end(e) <= at || e->start > until)
			continue;
		until = max(e->start, at);
		*next = layout_extent_end(e);
	}
	return until;
}

/**
 * gpuvf_layout_measure() - fill in what is free
 * @layout: whose vf_base, vf_end and extents are right, whose free_bytes and
 *	largest_free_bytes are not
 * @num_vfs: entries of @layout->vf in use
 * @num_blocked: entries of @blocked
 * @blocked: ranges of the VF area that no VF may have
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
