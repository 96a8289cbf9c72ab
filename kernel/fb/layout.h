/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The framebuffer planner. Pure: extents in, extents or a reason out.
 *
 *   0       pf_reserve         vf_base                               vf_end   total
 *   +-----------+---------------+--------------------------------------+------+
 *   |    PF     | context save  |  VF area: extents of VFs, free, ...  | lost |
 *   +-----------+---------------+--------------------------------------+------+
 *
 * All borders of the VF area lie on multiples of the granule. The context save
 * area need not be a whole number of granules.
 */
#ifndef GPUVF_LAYOUT_H
#define GPUVF_LAYOUT_H

#include "base/pure.h"
#include "fb/pack.h"

/**
 * struct gpuvf_fb_geometry - what the hardware offers
 * @total_bytes: size of the framebuffer, need not be a multiple of the granule
 * @granule_bytes: unit of quotas and placement, a power of two
 * @context_bytes: size of the context save area
 */
struct gpuvf_fb_geometry {
	u64 total_bytes;
	u64 granule_bytes;
	u64 context_bytes;
};

/**
 * struct gpuvf_layout_vf - what is wanted for one VF
 * @quota_bytes: wanted size, rounded up to the granule; 0 is none
 * @now: where it is at present
 * @pinned: the VF is in use: it keeps exactly the extent it has now
 * @placed: it has to be at @place, or there is no layout
 * @place: first byte
 */
struct gpuvf_layout_vf {
	u64 quota_bytes;
	struct gpuvf_extent now;
	bool pinned;
	bool placed;
	u64 place;
};

/* more withheld pieces than this are merged by the caller with their gaps */
#define GPUVF_LAYOUT_MAX_BLOCKED	GPUVF_PACK_MAX_BLOCKED

/**
 * struct gpuvf_layout_scratch - the planner's working memory, in granules
 * @base: begin of the VF area
 * @end: end of the VF area
 * @num_listed: entries of @listed in use
 * @listed: VFs to decide about, the largest first
 * @best: by VF index: places of the best layout so far
 * @best_hole: largest free piece of the best layout so far
 * @pack: the packing at hand
 *
 * Too big for a kernel stack; nobody else's business.
 */
struct gpuvf_layout_scratch {
	u64 base;
	u64 end;
	unsigned int num_listed;
	unsigned int listed[GPUVF_MAX_VFS];
	u64 best[GPUVF_MAX_VFS];
	u64 best_hole;
	struct gpuvf_pack pack;
};

/**
 * struct gpuvf_layout_request - what to plan
 * @geometry: of the hardware
 * @pf_reserve_bytes: for the PF, rounded up to the granule
 * @num_vfs: entries of @vf in use, at most GPUVF_MAX_VFS
 * @vf: by VF index
 * @num_blocked: entries of @blocked in use
 * @blocked: ranges that nobody may have (withheld). Whatever granule one of
 *	them touches is blocked; what lies outside the VF area does not matter,
 *	and a pinned VF keeps its extent even where it is blocked
 * @scratch: the planner's; need not be initialised, so it comes last
 */
struct gpuvf_layout_request {
	struct gpuvf_fb_geometry geometry;
	u64 pf_reserve_bytes;
	unsigned int num_vfs;
	struct gpuvf_layout_vf vf[GPUVF_MAX_VFS];
	unsigned int num_blocked;
	struct gpuvf_extent blocked[GPUVF_LAYOUT_MAX_BLOCKED];
	struct gpuvf_layout_scratch scratch;
};

/**
 * struct gpuvf_layout - a layout that holds every promise
 * @pf_reserve_bytes: as rounded
 * @context: the context save area
 * @vf_base: first byte of the VF area
 * @vf_end: byte behind the VF area
 * @vf: extent of each VF
 * @free_bytes: of the VF area, in nobody's extent and not blocked
 * @largest_free_bytes: the largest such piece
 * @moved_mask: bit n: VF n had an extent and now has one elsewhere
 */
struct gpuvf_layout {
	u64 pf_reserve_bytes;
	struct gpuvf_extent context;
	u64 vf_base;
	u64 vf_end;
	struct gpuvf_extent vf[GPUVF_MAX_VFS];
	u64 free_bytes;
	u64 largest_free_bytes;
	u32 moved_mask;
};

/**
 * enum gpuvf_layout_verdict - why there is no layout
 * @GPUVF_LAYOUT_FITS: there is one
 * @GPUVF_LAYOUT_BAD_GEOMETRY: granule not a power of two, too many VFs, ...;
 *	a mistake of the caller
 * @GPUVF_LAYOUT_RESERVE_TOO_BIG: PF reserve and context save area leave no
 *	granule for VFs; limit is the largest reserve that would leave one
 * @GPUVF_LAYOUT_PINNED_VF: the VF is in use and its quota would change
 * @GPUVF_LAYOUT_PINNED_RESERVE: the reserve would reach into the extent of a
 *	VF in use (vf says which)
 * @GPUVF_LAYOUT_PINNED_PLACE: the VF is in use, and its place would change;
 *	asked and limit are where it would be and where it is
 * @GPUVF_LAYOUT_PLACE_UNALIGNED: the place is not on the border of a granule;
 *	limit is the granule
 * @GPUVF_LAYOUT_PLACE_OUTSIDE: from its place the VF would reach out of the VF
 *	area; limit is the border that it would cross
 * @GPUVF_LAYOUT_PLACE_TAKEN: a pinned VF or one that was placed before it
 *	(blocker), or something blocked, is there; limit is where that begins
 * @GPUVF_LAYOUT_NO_SPACE: the quotas together exceed the VF area; vf is the
 *	first (in index order) that does not fit, limit what was left for it
 * @GPUVF_LAYOUT_FRAGMENTED: enough is free, but extents of VFs that are pinned
 *	or placed (blocker) and blocked ranges leave no placement; proven, not guessed; vf is the
 *	largest that has no place, limit the largest piece it could have had
 * @GPUVF_LAYOUT_TOO_HARD: the search bound was reached before the answer
 */
enum gpuvf_layout_verdict {
	GPUVF_LAYOUT_FITS,
	GPUVF_LAYOUT_BAD_GEOMETRY,
	GPUVF_LAYOUT_RESERVE_TOO_BIG,
	GPUVF_LAYOUT_PINNED_VF,
	GPUVF_LAYOUT_PINNED_RESERVE,
	GPUVF_LAYOUT_PINNED_PLACE,
	GPUVF_LAYOUT_PLACE_UNALIGNED,
	GPUVF_LAYOUT_PLACE_OUTSIDE,
	GPUVF_LAYOUT_PLACE_TAKEN,
	GPUVF_LAYOUT_NO_SPACE,
	GPUVF_LAYOUT_FRAGMENTED,
	GPUVF_LAYOUT_TOO_HARD,
};

/**
 * struct gpuvf_layout_reason - why there is no layout, precisely
 * @verdict: which of the reasons
 * @vf: the VF that it is about, -1: the PF
 * @asked: bytes asked for, rounded up to the granule; the place, of a PLACE
 * @limit: bytes that could be had; a place, of a PLACE
 * @free: bytes of the VF area that are neither pinned nor blocked nor given
 *	to the VFs before this one
 * @blocker: a pinned or placed VF in the way, -1: none
 */
struct gpuvf_layout_reason {
	enum gpuvf_layout_verdict verdict;
	int vf;
	u64 asked;
	u64 limit;
	u64 free;
	int blocker;
};

static inline bool gpuvf_layout_is_granule(u64 bytes)
{
	return bytes && !(bytes & (bytes - 1));
}

static inline bool gpuvf_layout_is_pinned(const struct gpuvf_layout_vf *vf)
{
	return vf->pinned && vf->now.size;
}

/* of two ranges, in whatever unit; none overlaps with one of size 0 */
static inline bool gpuvf_layout_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b ? b - a < a_size && b_size : a - b < b_size && a_size;
}

/* where an empty extent starts means nothing */
static inline bool gpuvf_layout_same_extent(const struct gpuvf_extent *a,
					    const struct gpuvf_extent *b)
{
	return a->size == b->size && (!a->size || a->start == b->start);
}

static inline bool gpuvf_layout_reserve_differs(const struct gpuvf_layout *a,
						const struct gpuvf_layout *b)
{
	return a->pf_reserve_bytes != b->pf_reserve_bytes ||
	       !gpuvf_layout_same_extent(&a->context, &b->context);
}

/**
 * gpuvf_layout_plan() - find a place for every VF
 * @req: what is wanted
 * @out: the layout, valid only on success
 * @why: verdict and figures, always filled
 *
 * Deterministic. Prefers, in this order: moving nothing, then the fewest bytes
 * moved, then the largest remaining free extent. Finds a placement whenever
 * one exists, within a search bound, see LAYOUT_MAX_NODES in
 * fb/layout.c. The result has been checked as a whole by gpuvf_layout_check().
 *
 * Context: any; does not sleep, does not allocate, uses little stack.
 * Return: 0; -EINVAL for GPUVF_LAYOUT_BAD_GEOMETRY, PLACE_UNALIGNED and
 * PLACE_OUTSIDE; -EBUSY for PINNED_VF, PINNED_RESERVE and PINNED_PLACE; -ENOSPC
 * for the rest.
 */
int gpuvf_layout_plan(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out,
		      struct gpuvf_layout_reason *why);

/**
 * gpuvf_layout_check() - is this layout sound, taken as a whole?
 * @req: what was wanted
 * @layout: what is to be committed
 *
 * Independent of how the layout came to be: every VF has exactly its rounded
 * quota, inside the VF area, on granule borders; pinned VFs are where they
 * were, placed ones where they have to be; no two extents overlap, containment included; none touches a blocked
 * range, the PF reserve or the context save area.
 *
 * Return: true when all of that holds.
 */
bool gpuvf_layout_check(const struct gpuvf_layout_request *req,
			const struct gpuvf_layout *layout);

/**
 * gpuvf_layout_fair_share() - the equal share of VFs that have no quota yet
 * @req: quotas of the VFs that have one; the VFs in @mask have none
 * @mask: bit n: VF n is to get a share
 *
 * The largest granule-aligned size such that all VFs of @mask can have it
 * beside what the others have. Where every VF is in @mask this is
 * rounddown(VF area / number of VFs).
 *
 * Return: bytes, 0 when not even one granule each can be had.
 */
u64 gpuvf_layout_fair_share(struct gpuvf_layout_request *req, u32 mask);

/**
 * gpuvf_layout_capacity() - how many more VFs of one size would fit
 * @req: the present layout, as a request that keeps everything
 * @quota_bytes: the size asked about, rounded up to the granule
 * @may_move: whether VFs that are not pinned may move; those that lie on
 *	something blocked have to, in any case
 *
 * Return: the number, at most as many as @req has VFs without a quota.
 */
unsigned int gpuvf_layout_capacity(struct gpuvf_layout_request *req,
				   u64 quota_bytes, bool may_move);

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
			  const struct gpuvf_extent *blocked);

#endif /* GPUVF_LAYOUT_H */
