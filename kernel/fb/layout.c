// SPDX-License-Identifier: GPL-2.0
/*
 * Placement of framebuffer where a request leaves it to the module: what stays where
 * it is, and what is to be at an offset, is cut out of the free blocks; each other
 * VF, in index order, gets the first block that is large enough.
 */

#include "fb/layout.h"

static u64 layout_round_up(const struct gpuvf_layout_request *req, u64 bytes)
{
	return gpuvf_layout_round_up(bytes, req->geometry.unit_bytes);
}

/* the bytes that are free, and the largest block of them */
static u64 layout_count_free(const struct gpuvf_layout_free *free, u64 *largest)
{
	u64 bytes = 0;
	unsigned int i;

	*largest = 0;
	for (i = 0; i < free->num; i++) {
		bytes += free->block[i].size;
		*largest = max(*largest, free->block[i].size);
	}
	return bytes;
}

/*
 * Take a range out of the free blocks. A block is left below it, which may be empty,
 * so that each call adds at most one. What lies between the range and the next multiple
 * of the alignment is of no use to any VF.
 *
 * Return: how much of the range was free.
 */
static u64 layout_cut(struct gpuvf_layout_request *req, u64 start, u64 size)
{
	struct gpuvf_layout_free *free = &req->free;
	u64 cut = 0;
	unsigned int i;

	for (i = 0; i < free->num; i++) {
		struct gpuvf_extent *block = &free->block[i];
		u64 end = block->start + block->size;
		u64 from = max(block->start, start);
		u64 until = min(end, start + size);

		if (from >= until)
			continue;
		cut += until - from;
		block->size = from - block->start;
		until = gpuvf_layout_round_up(until,
					      req->geometry.align_bytes);
		if (until >= end)
			continue;
		memmove(block + 2, block + 1,
			(free->num - i - 1) * sizeof(*block));
		block[1].start = until;
		block[1].size = end - until;
		free->num++;
		i++;
	}
	return cut;
}

/* what is quarantined or reserved, as far as it is in the VF area */
static void layout_cut_all(struct gpuvf_layout_request *req,
			   const struct gpuvf_layout *out, unsigned int num,
			   const struct gpuvf_extent *extent)
{
	for (; num; num--, extent++) {
		u64 start = max(extent->start, out->vf_base);
		u64 end = min(gpuvf_layout_extent_end(extent), out->vf_end);

		if (start < end)
			layout_cut(req, start, end - start);
	}
}

static int layout_fail(struct gpuvf_layout_reason *reason,
		       enum gpuvf_layout_verdict verdict)
{
	reason->verdict = verdict;
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

/* the first place from @start on, at a multiple of @align, that is not reserved */
static u64 layout_skip_reserved(const struct gpuvf_fb_geometry *geo, u64 start,
				u64 size, u64 align)
{
	unsigned int i, tries;

	start = gpuvf_layout_round_up(start, align);
	/* each try passes one range at least */
	for (tries = 0; tries < geo->num_reserved; tries++)
		for (i = 0; i < geo->num_reserved; i++) {
			const struct gpuvf_extent *r = &geo->reserved[i];

			if (gpuvf_layout_overlap(start, size, r->start, r->size))
				start = gpuvf_layout_round_up(gpuvf_layout_extent_end(r),
							      align);
		}
	return start;
}

/* the borders of the VF area; false: no unit of it could be a VF's */
static bool layout_area(const struct gpuvf_fb_geometry *geo, u64 reserve,
			struct gpuvf_layout *out)
{
	u64 unit;

	out->pf_reserve_bytes = reserve;
	out->vf_end = geo->total_bytes & ~(geo->align_bytes - 1);
	out->context.size = geo->context_bytes;
	if (reserve >= out->vf_end || geo->context_bytes >= out->vf_end)
		return false;
	out->context.start = layout_skip_reserved(geo, reserve,
						  geo->context_bytes,
						  geo->context_align_bytes);
	if (out->context.start >= out->vf_end ||
	    out->vf_end - out->context.start < geo->context_bytes)
		return false;
	out->vf_base = gpuvf_layout_round_up(out->context.start +
					     geo->context_bytes,
					     geo->align_bytes);
	unit = layout_skip_reserved(geo, out->vf_base, geo->unit_bytes,
				    geo->align_bytes);
	return unit < out->vf_end && out->vf_end - unit >= geo->unit_bytes;
}

/* the borders of the VF area */
static int layout_measure_area(const struct gpuvf_layout_request *req,
			       struct gpuvf_layout *out,
			       struct gpuvf_layout_reason *reason)
{
	const struct gpuvf_fb_geometry *geo = &req->geometry;
	u64 low, high, middle;

	memset(out, 0, sizeof(*out));
	memset(reason, 0, sizeof(*reason));
	reason->vf = -1;
	reason->blocker = -1;
	if (!gpuvf_layout_is_geometry(geo) ||
	    req->num_vfs > GPUVF_MAX_VFS ||
	    req->num_blocked > GPUVF_LAYOUT_MAX_BLOCKED)
		return layout_fail(reason, GPUVF_LAYOUT_BAD_GEOMETRY);

	reason->value = layout_round_up(req, req->pf_reserve_bytes);
	if (layout_area(geo, reason->value, out)) {
		reason->value = 0;
		return 0;
	}
	/* what leaves something leaves it with every smaller reserve too */
	low = 0;
	high = div64_u64(geo->total_bytes, geo->unit_bytes);
	while (low < high) {
		middle = high - (high - low) / 2;
		if (layout_area(geo, middle * geo->unit_bytes, out))
			low = middle;
		else
			high = middle - 1;
	}
	reason->limit = low * geo->unit_bytes;
	return layout_fail(reason, GPUVF_LAYOUT_RESERVE_TOO_BIG);
}

/* what a request may not change of a VF in use */
static int layout_check_pinned(const struct gpuvf_layout_request *req,
			       unsigned int i, struct gpuvf_layout_reason *reason)
{
	const struct gpuvf_layout_vf *vf = &req->vf[i];
	u64 size = layout_round_up(req, vf->quota_bytes);

	if (!vf->pinned || !vf->now.size)
		return 0;
	reason->vf = i;
	reason->blocker = i;
	if (size != vf->now.size) {
		reason->value = size;
		reason->limit = vf->now.size;
		return layout_fail(reason, GPUVF_LAYOUT_PINNED_VF);
	}
	if (vf->placed && vf->place != vf->now.start) {
		reason->value = vf->place;
		reason->limit = vf->now.start;
		return layout_fail(reason, GPUVF_LAYOUT_PINNED_PLACE);
	}
	reason->vf = -1;
	reason->blocker = -1;
	return 0;
}

/* the VFs that stay where they are, and what is quarantined or reserved beside them */
static int layout_keep(struct gpuvf_layout_request *req,
		       struct gpuvf_layout *out,
		       struct gpuvf_layout_reason *reason)
{
	unsigned int i;
	int err;

	req->free.num = 1;
	req->free.block[0].start = out->vf_base;
	req->free.block[0].size = out->vf_end - out->vf_base;
	for (i = 0; i < req->num_vfs; i++) {
		const struct gpuvf_layout_vf *vf = &req->vf[i];

		err = layout_check_pinned(req, i, reason);
		if (err)
			return err;
		if (!gpuvf_layout_stays(req, i))
			continue;
		if (vf->now.start < out->vf_base) {
			reason->blocker = i;
			reason->value = out->pf_reserve_bytes;
			return layout_fail(reason, vf->pinned ?
					   GPUVF_LAYOUT_PINNED_RESERVE :
					   GPUVF_LAYOUT_RESERVE_TAKEN);
		}
		if (layout_cut(req, vf->now.start, vf->now.size) !=
		    vf->now.size)
			return layout_fail(reason, GPUVF_LAYOUT_BAD_GEOMETRY);
		out->vf[i] = vf->now;
	}
	layout_cut_all(req, out, req->num_blocked, req->blocked);
	layout_cut_all(req, out, req->geometry.num_reserved,
		       req->geometry.reserved);
	return 0;
}

/* what is where a VF is to be placed, and where that begins */
static void layout_find_taken(const struct gpuvf_layout_request *req,
			      const struct gpuvf_layout *out, u64 size,
			      struct gpuvf_layout_reason *reason)
{
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++) {
		if (!gpuvf_layout_overlap(reason->value, size, out->vf[i].start,
					  out->vf[i].size))
			continue;
		reason->blocker = i;
		reason->limit = out->vf[i].start;
		return;
	}
	for (i = 0; i < req->num_blocked; i++)
		if (gpuvf_layout_overlap(reason->value, size,
					 req->blocked[i].start,
					 req->blocked[i].size))
			reason->limit = req->blocked[i].start;
	for (i = 0; i < req->geometry.num_reserved; i++) {
		const struct gpuvf_extent *r = &req->geometry.reserved[i];

		if (!gpuvf_layout_overlap(reason->value, size, r->start,
					  r->size))
			continue;
		reason->blocker = GPUVF_LAYOUT_HARDWARE;
		reason->limit = r->start;
	}
}

/* a VF at the offset that is asked for */
static int layout_place(struct gpuvf_layout_request *req,
			struct gpuvf_layout *out, unsigned int vf, u64 size,
			struct gpuvf_layout_reason *reason)
{
	u64 align = req->geometry.align_bytes;
	u64 place = req->vf[vf].place;

	reason->vf = vf;
	reason->value = place;
	reason->free = size;
	if (place & (align - 1)) {
		reason->limit = align;
		return layout_fail(reason, GPUVF_LAYOUT_PLACE_UNALIGNED);
	}
	if (place < out->vf_base || place > out->vf_end ||
	    out->vf_end - place < size) {
		reason->limit = place < out->vf_base ? out->vf_base : out->vf_end;
		return layout_fail(reason, GPUVF_LAYOUT_PLACE_OUTSIDE);
	}
	if (layout_cut(req, place, size) != size) {
		layout_find_taken(req, out, size, reason);
		return layout_fail(reason, GPUVF_LAYOUT_PLACE_TAKEN);
	}
	out->vf[vf].start = place;
	out->vf[vf].size = size;
	return 0;
}

/* a VF in the first free block that is large enough */
static int layout_fit(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out, unsigned int vf, u64 size,
		      struct gpuvf_layout_reason *reason)
{
	struct gpuvf_extent *block = req->free.block;
	unsigned int i;
	u64 taken;

	for (i = 0; i < req->free.num; i++, block++) {
		if (block->size < size)
			continue;
		out->vf[vf].start = block->start;
		out->vf[vf].size = size;
		taken = min(block->size,
			    gpuvf_layout_round_up(size,
						  req->geometry.align_bytes));
		block->start += taken;
		block->size -= taken;
		return 0;
	}
	reason->vf = vf;
	reason->value = size;
	reason->free = layout_count_free(&req->free, &reason->limit);
	return layout_fail(reason, GPUVF_LAYOUT_FRAGMENTED);
}

/* the first VF for which nothing is left, if the quotas alone are too much */
static int layout_check_sum(const struct gpuvf_layout_request *req, u32 vfs,
			    struct gpuvf_layout_reason *reason)
{
	u64 largest, left = layout_count_free(&req->free, &largest);
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++) {
		u64 size = layout_round_up(req, req->vf[i].quota_bytes);

		if (!(vfs & BIT(i)))
			continue;
		if (size > left) {
			reason->vf = i;
			reason->value = size;
			reason->limit = left;
			reason->free = left;
			return layout_fail(reason, GPUVF_LAYOUT_NO_SPACE);
		}
		left -= size;
	}
	return 0;
}

/* those that do not stay: first the ones that are to be at an offset */
static int layout_choose(struct gpuvf_layout_request *req,
			 struct gpuvf_layout *out,
			 struct gpuvf_layout_reason *reason)
{
	unsigned int i;
	u32 vfs = 0;
	int err = 0;

	for (i = 0; i < req->num_vfs && !err; i++) {
		const struct gpuvf_layout_vf *vf = &req->vf[i];

		if (!vf->quota_bytes || out->vf[i].size)
			continue;
		if (vf->placed)
			err = layout_place(req, out, i,
					   layout_round_up(req, vf->quota_bytes),
					   reason);
		else
			vfs |= BIT(i);
	}
	if (err)
		return err;
	err = layout_check_sum(req, vfs, reason);
	for (i = 0; i < req->num_vfs && !err; i++)
		if (vfs & BIT(i))
			err = layout_fit(req, out, i,
					 layout_round_up(req,
							 req->vf[i].quota_bytes),
					 reason);
	return err;
}

/**
 * gpuvf_layout_plan() - place the VFs of a request
 * @req: what is wanted
 * @out: the layout, valid only on success
 * @reason: verdict and figures, always filled
 *
 * Deterministic, and moves no VF but those for which the request names a place, or
 * another quota. The result has been checked as a whole by gpuvf_layout_check().
 *
 * Context: any; does not sleep, does not allocate.
 * Return: 0; -EINVAL for GPUVF_LAYOUT_BAD_GEOMETRY, PLACE_UNALIGNED and
 * PLACE_OUTSIDE; -EBUSY for PINNED_VF, PINNED_RESERVE and PINNED_PLACE; -ENOSPC
 * for the rest.
 */
int gpuvf_layout_plan(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out,
		      struct gpuvf_layout_reason *reason)
{
	int err;

	err = layout_measure_area(req, out, reason);
	if (!err)
		err = layout_keep(req, out, reason);
	if (!err)
		err = layout_choose(req, out, reason);
	if (err)
		return err;
	/* what is wrong in the geometry alone, the check sees */
	if (!gpuvf_layout_check(req, out))
		return layout_fail(reason, GPUVF_LAYOUT_BAD_GEOMETRY);
	reason->vf = -1;
	reason->value = 0;
	reason->free = 0;
	out->free_bytes = layout_count_free(&req->free,
					    &out->largest_free_bytes);
	return 0;
}

/* how many extents of one size fit in a free block */
static u64 layout_count(const struct gpuvf_extent *block, u64 size, u64 align)
{
	return block->size < size ? 0 :
	       1 + div64_u64(block->size - size,
			     gpuvf_layout_round_up(size, align));
}

/**
 * gpuvf_layout_fair_share() - the equal share of VFs that have no quota yet
 * @req: quotas of the other VFs, which stay where they are
 * @num: how many VFs are to get a share
 *
 * The largest multiple of the unit of which there is room for @num beside the
 * others. Where no other VF has anything, this is rounddown(VF area / @num).
 *
 * Context: as gpuvf_layout_plan().
 * Return: bytes, 0 when not even one unit each can be had.
 */
u64 gpuvf_layout_fair_share(struct gpuvf_layout_request *req, unsigned int num)
{
	u64 align = req->geometry.align_bytes, unit = req->geometry.unit_bytes;
	struct gpuvf_layout_reason reason;
	u64 low = 0, high, middle, count;
	struct gpuvf_layout out;
	unsigned int i;

	if (!num || layout_measure_area(req, &out, &reason) ||
	    layout_keep(req, &out, &reason))
		return 0;
	high = div64_u64(div64_u64(out.vf_end - out.vf_base, unit), num);
	/* what fits at one size fits at every smaller one */
	while (low < high) {
		middle = high - (high - low) / 2;
		for (count = 0, i = 0; i < req->free.num; i++)
			count += layout_count(&req->free.block[i],
					      middle * unit, align);
		if (count >= num)
			low = middle;
		else
			high = middle - 1;
	}
	return low * unit;
}
