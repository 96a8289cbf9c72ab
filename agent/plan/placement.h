/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The framebuffer planner. Pure: extents in, extents or a reason out.
 *
 *   0       pf_reserve         vf_base                               vf_end   total
 *   +-----------+---------------+--------------------------------------+------+
 *   |    PF     | context save  |  VF area: extents of VFs, free, ...  | rest |
 *   +-----------+---------------+--------------------------------------+------+
 *
 * All borders of the VF area lie on multiples of the unit. The size of the context
 * save area need not be one.
 */
#ifndef AGENT_PLAN_PLACEMENT_H
#define AGENT_PLAN_PLACEMENT_H

#include "model/gpu.h"
#include "plan/packing.h"

/**
 * struct placement_vf - what is wanted for one VF
 * @quota: wanted size in bytes, rounded up to the unit; 0: none
 * @now: where it is at present; the offset of an empty extent is ignored
 * @pinned: the VF is in use: it keeps exactly the extent it has now
 */
struct placement_vf {
	u64 quota;
	struct extent now;
	bool pinned;
};

/**
 * struct placement_scratch - working memory of the planner, in units
 * @base: begin of the VF area
 * @end: end of the VF area
 * @num_listed: entries of @listed in use
 * @listed: VFs to decide about, the largest first
 * @best: by VF index: places of the best layout so far
 * @best_free: largest free range of the best layout so far
 * @pack: the current packing
 */
struct placement_scratch {
	u64 base;
	u64 end;
	unsigned int num_listed;
	unsigned int listed[PACK_MAX_VFS];
	u64 best[PACK_MAX_VFS];
	u64 best_free;
	struct pack pack;
};

/**
 * struct placement_request - what to plan
 * @total: bytes of framebuffer, need not be a multiple of the unit
 * @unit: unit of quotas and placement in bytes, a power of two
 * @context: bytes of the context save area
 * @reserve: bytes for the PF, rounded up to the unit
 * @num_vfs: entries of @vf in use, at most PACK_MAX_VFS
 * @vf: by VF index
 * @num_blocked: entries of @blocked in use
 * @blocked: ranges that no VF may have. Each unit that one of them touches is
 *	blocked; parts outside the VF area are ignored, and a pinned VF keeps its
 *	extent even where it is blocked
 * @scratch: private to the planner; need not be initialised
 */
struct placement_request {
	u64 total;
	u64 unit;
	u64 context;
	u64 reserve;
	unsigned int num_vfs;
	struct placement_vf vf[PACK_MAX_VFS];
	unsigned int num_blocked;
	struct extent blocked[PACK_MAX_BLOCKED];
	struct placement_scratch scratch;
};

/**
 * struct placement - a layout that meets a request
 * @reserve: rounded
 * @context: the context save area
 * @vf_base: first byte of the VF area
 * @vf_end: byte behind the VF area
 * @vf: extent of each VF
 * @free: bytes of the VF area that no extent has and that are not blocked
 * @largest_free: the largest such range
 * @moved: bit n: VF n had an extent and now has one elsewhere
 */
struct placement {
	u64 reserve;
	struct extent context;
	u64 vf_base;
	u64 vf_end;
	struct extent vf[PACK_MAX_VFS];
	u64 free;
	u64 largest_free;
	u32 moved;
};

/**
 * enum placement_verdict - why there is no layout
 * @PLACEMENT_FITS: there is one
 * @PLACEMENT_BAD_GEOMETRY: unit not a power of two, too many VFs, pinned VFs that
 *	overlap, ...: no GPU is like that
 * @PLACEMENT_RESERVE_TOO_BIG: PF reserve and context save area leave no unit for
 *	VFs; limit is the largest reserve that would leave one
 * @PLACEMENT_PINNED_VF: the VF is in use and its quota would change
 * @PLACEMENT_PINNED_RESERVE: the reserve would reach into the extent of a VF in use
 *	(vf says which)
 * @PLACEMENT_NO_SPACE: the quotas together exceed the VF area; vf is the first (in
 *	index order) that does not fit, limit what was left for it
 * @PLACEMENT_FRAGMENTED: enough is free, but extents of pinned VFs (blocker) and
 *	blocked ranges leave no placement; proven. vf is the largest one without a
 *	place, limit the largest range it could have had
 * @PLACEMENT_TOO_HARD: the search limit was reached before the answer
 */
enum placement_verdict {
	PLACEMENT_FITS,
	PLACEMENT_BAD_GEOMETRY,
	PLACEMENT_RESERVE_TOO_BIG,
	PLACEMENT_PINNED_VF,
	PLACEMENT_PINNED_RESERVE,
	PLACEMENT_NO_SPACE,
	PLACEMENT_FRAGMENTED,
	PLACEMENT_TOO_HARD,
};

/**
 * struct placement_reason - why there is no layout, with figures
 * @verdict: which of the reasons
 * @vf: the VF that it is about, NO_VF: the PF
 * @asked: bytes asked for, rounded up to the unit
 * @limit: bytes that could be had
 * @free: bytes of the VF area that are neither pinned nor blocked nor given to the
 *	VFs before this one
 * @blocker: a pinned VF in the way, NO_VF: none
 * @steps: steps of the search that were spent on the verdict
 */
struct placement_reason {
	enum placement_verdict verdict;
	int vf;
	u64 asked;
	u64 limit;
	u64 free;
	int blocker;
	u64 steps;
};

static inline bool placement_is_pinned(const struct placement_vf *vf)
{
	return vf->pinned && vf->now.size;
}

/* of two ranges, in whatever unit; none overlaps with one of size 0 */
static inline bool ranges_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b ? b - a < a_size && b_size : a - b < b_size && a_size;
}

int placement_plan(struct placement_request *req, struct placement *out,
		   struct placement_reason *why);
unsigned int placement_capacity(struct placement_request *req, u64 quota,
				bool may_move);

/* placement_bound.c */
u64 placement_least_moved(const struct placement_scratch *s, u64 hole);

/* placement_check.c */
bool placement_is_unit(u64 bytes);
bool placement_check(const struct placement_request *req,
		     const struct placement *layout);
void placement_measure(const struct placement_request *req,
		       struct placement *layout);

#endif /* AGENT_PLAN_PLACEMENT_H */
