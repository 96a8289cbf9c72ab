/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VF has which framebuffer. Pure: extents in, extents or a reason out.
 *
 *   0       pf_reserve         vf_base                               vf_end   total
 *   +-----------+---------------+--------------------------------------+------+
 *   |    PF     | context save  |  VF area: extents of VFs, free, ...  | rest |
 *   +-----------+---------------+--------------------------------------+------+
 *
 * All borders of the VF area, and all beginnings of extents, lie on multiples of the
 * alignment, sizes are multiples of the unit. The context save area need not be a whole
 * number of units. Ranges that the hardware reserves may be anywhere: in the PF reserve
 * they are a part of that, and nothing else is placed on them.
 *
 * Which placement is best is user space's to decide: a request names the offsets of
 * its VFs. A VF without one keeps the extent that it has, or, where its quota
 * changes, gets the first free block that is large enough.
 */
#ifndef GPUVF_LAYOUT_H
#define GPUVF_LAYOUT_H

#include "base/pure.h"

/* more quarantined ranges than this are merged by the caller with their gaps */
#define GPUVF_LAYOUT_MAX_BLOCKED	64

/* one more than ranges between them */
#define GPUVF_LAYOUT_MAX_FREE	(GPUVF_MAX_VFS + GPUVF_LAYOUT_MAX_BLOCKED + \
				 GPUVF_FB_MAX_RESERVED + 1)

/* of struct gpuvf_layout_reason, where no VF is in the way, but the hardware is */
#define GPUVF_LAYOUT_HARDWARE	(-2)

/**
 * struct gpuvf_layout_vf - what is wanted for one VF
 * @quota_bytes: wanted size, rounded up to the unit; 0 is none
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

/**
 * struct gpuvf_layout_free - free blocks of the VF area
 * @num: entries of @block in use
 * @block: ascending and disjoint; may be empty
 */
struct gpuvf_layout_free {
	unsigned int num;
	struct gpuvf_extent block[GPUVF_LAYOUT_MAX_FREE];
};

/**
 * struct gpuvf_layout_request - what to place
 * @geometry: of the hardware
 * @pf_reserve_bytes: for the PF, rounded up to the unit
 * @num_vfs: entries of @vf in use, at most GPUVF_MAX_VFS
 * @vf: by VF index
 * @num_blocked: how many ranges @blocked has, at most GPUVF_LAYOUT_MAX_BLOCKED
 * @blocked: quarantined ranges, in whole units. Parts outside the VF area do not
 *	matter, and a VF that stays where it is may lie on them
 * @free: private to gpuvf_layout_plan() and gpuvf_layout_fair_share(); need not be
 *	initialised, so it comes last
 */
struct gpuvf_layout_request {
	struct gpuvf_fb_geometry geometry;
	u64 pf_reserve_bytes;
	unsigned int num_vfs;
	struct gpuvf_layout_vf vf[GPUVF_MAX_VFS];
	unsigned int num_blocked;
	const struct gpuvf_extent *blocked;
	struct gpuvf_layout_free free;
};

/**
 * struct gpuvf_layout - a layout that meets a request
 * @pf_reserve_bytes: as rounded
 * @context: the context save area
 * @vf_base: first byte of the VF area
 * @vf_end: byte behind the VF area
 * @vf: extent of each VF
 * @free_bytes: of the VF area, in no extent, neither blocked nor reserved, and not
 *	lost to the alignment
 * @largest_free_bytes: the largest such block
 */
struct gpuvf_layout {
	u64 pf_reserve_bytes;
	struct gpuvf_extent context;
	u64 vf_base;
	u64 vf_end;
	struct gpuvf_extent vf[GPUVF_MAX_VFS];
	u64 free_bytes;
	u64 largest_free_bytes;
};

/**
 * enum gpuvf_layout_verdict - why there is no layout
 * @GPUVF_LAYOUT_FITS: there is one
 * @GPUVF_LAYOUT_BAD_GEOMETRY: unit not a power of two, too many VFs, ...;
 *	a mistake of the caller
 * @GPUVF_LAYOUT_RESERVE_TOO_BIG: PF reserve and context save area leave no
 *	unit for VFs; limit is the largest reserve that would leave one
 * @GPUVF_LAYOUT_PINNED_VF: the VF is in use and its quota would change
 * @GPUVF_LAYOUT_PINNED_RESERVE: the reserve would reach into the extent of a
 *	VF in use (blocker)
 * @GPUVF_LAYOUT_PINNED_PLACE: the VF is in use, and its place would change;
 *	asked and limit are where it would be and where it is
 * @GPUVF_LAYOUT_PLACE_UNALIGNED: the place is not a multiple of the alignment, which
 *	is the limit
 * @GPUVF_LAYOUT_PLACE_OUTSIDE: from its place the VF would reach out of the VF
 *	area; limit is the border that it would cross
 * @GPUVF_LAYOUT_PLACE_TAKEN: a VF that stays where it is or one that was placed
 *	before it (blocker), or something blocked or reserved, is there; limit is
 *	where that begins
 * @GPUVF_LAYOUT_NO_SPACE: the quotas together exceed what is free; vf is the
 *	first (in index order) that does not fit, limit what was left for it
 * @GPUVF_LAYOUT_FRAGMENTED: enough is free, but no block is large enough for the
 *	VF; limit is the largest one, free what is free
 * @GPUVF_LAYOUT_RESERVE_TAKEN: the reserve would reach into the extent of a VF that
 *	is not in use and for which no place is asked (blocker); limit and free as for
 *	GPUVF_LAYOUT_FRAGMENTED, with the present reserve
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
	GPUVF_LAYOUT_RESERVE_TAKEN,
};

/**
 * struct gpuvf_layout_reason - why there is no layout, precisely
 * @verdict: which of the reasons
 * @vf: the VF that it is about, -1: the PF
 * @value: bytes asked for, rounded up to the unit; the place, of a PLACE
 * @limit: bytes that could be had; a place, of a PLACE
 * @free: bytes that are free, the VFs before this one being placed; of a PLACE, the
 *	size of the VF
 * @blocker: a VF in the way, -1: none; GPUVF_LAYOUT_HARDWARE: a reserved range
 */
struct gpuvf_layout_reason {
	enum gpuvf_layout_verdict verdict;
	int vf;
	u64 value;
	u64 limit;
	u64 free;
	int blocker;
};

/* U64_MAX where it does not fit; @to: a power of two */
static inline u64 gpuvf_layout_round_up(u64 bytes, u64 to)
{
	return bytes > U64_MAX - (to - 1) ? U64_MAX :
					    (bytes + to - 1) & ~(to - 1);
}

/* the byte behind an extent; U64_MAX where that does not fit */
static inline u64 gpuvf_layout_extent_end(const struct gpuvf_extent *e)
{
	return e->size > U64_MAX - e->start ? U64_MAX : e->start + e->size;
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

int gpuvf_layout_plan(struct gpuvf_layout_request *req,
		      struct gpuvf_layout *out,
		      struct gpuvf_layout_reason *reason);
u64 gpuvf_layout_fair_share(struct gpuvf_layout_request *req, unsigned int num);

/* fb/layout_check.c */
bool gpuvf_layout_is_geometry(const struct gpuvf_fb_geometry *geo);
bool gpuvf_layout_stays(const struct gpuvf_layout_request *req,
			unsigned int vf);
bool gpuvf_layout_check(const struct gpuvf_layout_request *req,
			const struct gpuvf_layout *layout);
void gpuvf_layout_measure(struct gpuvf_layout *layout,
			  const struct gpuvf_fb_geometry *geo,
			  unsigned int num_vfs, unsigned int num_blocked,
			  const struct gpuvf_extent *blocked);

#endif /* GPUVF_LAYOUT_H */
