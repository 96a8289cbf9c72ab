// SPDX-License-Identifier: GPL-2.0
/*
 * A layout taken as a whole: whether it is sound, and what it leaves. Knows
 * nothing of how it came to be.
 */

#include "fb/layout.h"

static bool layout_is_power(u64 bytes)
{
	return bytes && !(bytes & (bytes - 1));
}

/**
 * gpuvf_layout_is_geometry() - can a framebuffer be like that?
 * @geo: what is said of it
 */
bool gpuvf_layout_is_geometry(const struct gpuvf_fb_geometry *geo)
{
	return layout_is_power(geo->unit_bytes) &&
	       layout_is_power(geo->align_bytes) &&
	       geo->align_bytes >= geo->unit_bytes &&
	       layout_is_power(geo->context_align_bytes) &&
	       geo->num_reserved <= GPUVF_FB_MAX_RESERVED;
}

static bool layout_is_on(const struct gpuvf_extent *e, unsigned int num,
			 const struct gpuvf_extent *others)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		if (gpuvf_layout_overlap(e->start, e->size, others[i].start,
					 others[i].size))
			return true;
	return false;
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
	const struct gpuvf_fb_geometry *geo = &req->geometry;
	bool stays = gpuvf_layout_stays(req, vf);

	/* rounded up, and no more than that */
	if (e->size < want->quota_bytes ||
	    e->size - want->quota_bytes >= geo->unit_bytes)
		return false;
	if (stays && !gpuvf_layout_same_extent(&want->now, e))
		return false;
	if (!e->size)
		return true;
	if (want->placed && want->place != e->start)
		return false;
	if (e->start & (geo->align_bytes - 1) ||
	    e->size & (geo->unit_bytes - 1))
		return false;
	if (e->start < layout->vf_base || e->start > layout->vf_end ||
	    layout->vf_end - e->start < e->size)
		return false;
	return !layout_is_on(e, vf, layout->vf) &&
	       !layout_is_on(e, geo->num_reserved, geo->reserved) &&
	       (stays || !layout_is_on(e, req->num_blocked, req->blocked));
}

/**
 * gpuvf_layout_check() - is this layout sound, taken as a whole?
 * @req: what was wanted
 * @layout: what is to be committed
 *
 * Independent of how the layout came to be: every VF has exactly its rounded quota,
 * inside the VF area, at a multiple of the alignment; those that stay are where they
 * were, placed ones where they have to be; no two extents overlap, containment
 * included; none touches a quarantined range, unless it stays, a reserved range, the PF
 * reserve or the context save area, which touches no reserved range either.
 *
 * Return: true when all of that holds.
 */
bool gpuvf_layout_check(const struct gpuvf_layout_request *req,
			const struct gpuvf_layout *layout)
{
	const struct gpuvf_fb_geometry *geo = &req->geometry;
	unsigned int i;

	if (!gpuvf_layout_is_geometry(geo) || req->num_vfs > GPUVF_MAX_VFS ||
	    req->num_blocked > GPUVF_LAYOUT_MAX_BLOCKED)
		return false;
	if (layout->pf_reserve_bytes & (geo->unit_bytes - 1) ||
	    (layout->vf_base | layout->vf_end) & (geo->align_bytes - 1) ||
	    layout->context.start & (geo->context_align_bytes - 1) ||
	    layout_is_on(&layout->context, geo->num_reserved, geo->reserved))
		return false;
	if (layout->pf_reserve_bytes < req->pf_reserve_bytes ||
	    layout->context.start < layout->pf_reserve_bytes ||
	    layout->context.size != geo->context_bytes ||
	    layout->context.start > layout->vf_base ||
	    layout->vf_base - layout->context.start < layout->context.size ||
	    layout->vf_end > geo->total_bytes ||
	    layout->vf_base >= layout->vf_end)
		return false;
	for (i = 0; i < req->num_vfs; i++)
		if (!layout_check_vf(req, layout, i))
			return false;
	return true;
}

/* where the free block that begins at @at ends at the latest, and the next may begin */
static void layout_free_until(const struct gpuvf_extent *e, unsigned int num,
			      u64 at, u64 *until, u64 *next)
{
	unsigned int i;

	for (i = 0; i < num; i++) {
		if (!e[i].size || gpuvf_layout_extent_end(&e[i]) <= at ||
		    e[i].start > *until)
			continue;
		*until = max(e[i].start, at);
		*next = gpuvf_layout_extent_end(&e[i]);
	}
}

/**
 * gpuvf_layout_measure() - fill in what is free
 * @layout: whose vf_base, vf_end and extents are right, whose free_bytes and
 *	largest_free_bytes are not
 * @geo: of the hardware
 * @num_vfs: entries of @layout->vf in use
 * @num_blocked: entries of @blocked
 * @blocked: ranges of the VF area that no VF may have
 */
void gpuvf_layout_measure(struct gpuvf_layout *layout,
			  const struct gpuvf_fb_geometry *geo,
			  unsigned int num_vfs, unsigned int num_blocked,
			  const struct gpuvf_extent *blocked)
{
	u64 at = layout->vf_base;
	u64 until, next;

	layout->free_bytes = 0;
	layout->largest_free_bytes = 0;
	while (at < layout->vf_end) {
		until = layout->vf_end;
		next = layout->vf_end;
		layout_free_until(layout->vf, num_vfs, at, &until, &next);
		layout_free_until(blocked, num_blocked, at, &until, &next);
		layout_free_until(geo->reserved, geo->num_reserved, at, &until,
				  &next);
		layout->free_bytes += until - at;
		layout->largest_free_bytes = max(layout->largest_free_bytes,
						 until - at);
		at = gpuvf_layout_round_up(next, geo->align_bytes);
	}
}
