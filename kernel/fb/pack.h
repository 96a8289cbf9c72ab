/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bin packing, for the framebuffer planner. Pure. Items are VFs to be placed,
 * bins are the gaps between what stays where it is. The unit is the granule.
 */
#ifndef GPUVF_PACK_H
#define GPUVF_PACK_H

#include "base/pure.h"

/* how many ranges of others may lie in the VF area, besides the VFs' own */
#define GPUVF_PACK_MAX_BLOCKED	64

/* one more than things between them */
#define GPUVF_PACK_MAX_GAPS	(GPUVF_MAX_VFS + GPUVF_PACK_MAX_BLOCKED + 1)

/* the VFs, and the free piece that is to be left */
#define GPUVF_PACK_MAX_ITEMS	(GPUVF_MAX_VFS + 1)

#define GPUVF_PACK_NOWHERE	U64_MAX

struct gpuvf_pack_gap {
	u64 start;
	u64 size;
};

/**
 * struct gpuvf_pack_gaps - free pieces, disjoint
 * @num: entries of @gap in use
 * @gap: ascending
 */
struct gpuvf_pack_gaps {
	unsigned int num;
	struct gpuvf_pack_gap gap[GPUVF_PACK_MAX_GAPS];
};

/**
 * struct gpuvf_pack - a packing in the making
 * @num_vfs: VFs there are
 * @size: by VF index; 0: nothing to place; behind them the free piece
 * @now: by VF index: where it could stay, or GPUVF_PACK_NOWHERE
 * @fixed: bit n: VF n stays at @now in any case and is not in @free
 * @free: what neither fixed VFs nor others have
 * @nodes: what the packings from here on may cost, in steps of the search
 * @nodes_each: what one packing may cost
 * @place: by VF index: the answer
 * @gaps: @free without the VFs that are kept; the bins
 * @room: what is left of each gap
 * @num_items: entries of @item in use
 * @item: what is to be packed, as index of @size, the largest first
 * @bin: gap in which each item is
 * @order: gaps, the smallest first
 * @at: entry of @order that is being filled
 * @waste: how much room may still be wasted
 * @depth: entries of @stack in use
 * @stack: items that have a bin, in the order in which they got it
 *
 * The caller sets what stands before @place, and reads @place and @room.
 */
struct gpuvf_pack {
	unsigned int num_vfs;
	u64 size[GPUVF_PACK_MAX_ITEMS];
	u64 now[GPUVF_MAX_VFS];
	u32 fixed;
	struct gpuvf_pack_gaps free;
	u32 nodes;
	u32 nodes_each;

	u64 place[GPUVF_MAX_VFS];
	struct gpuvf_pack_gaps gaps;
	u64 room[GPUVF_PACK_MAX_GAPS];

	unsigned int num_items;
	unsigned int item[GPUVF_PACK_MAX_ITEMS];
	unsigned int bin[GPUVF_PACK_MAX_ITEMS];
	unsigned int order[GPUVF_PACK_MAX_GAPS];
	unsigned int at;
	u64 waste;
	unsigned int depth;
	unsigned int stack[GPUVF_PACK_MAX_ITEMS];
};

/**
 * enum gpuvf_pack_answer - is there a packing?
 * @GPUVF_PACK_YES: here it is
 * @GPUVF_PACK_NO: proven
 * @GPUVF_PACK_UNDECIDED: the bound was reached
 */
enum gpuvf_pack_answer {
	GPUVF_PACK_YES,
	GPUVF_PACK_NO,
	GPUVF_PACK_UNDECIDED,
};

/**
 * gpuvf_pack_cut() - take a range out of the gaps
 * @gaps: with room for one more
 * @start: first granule
 * @size: granules; the range does not reach beyond U64_MAX
 *
 * Return: how much of it was in gaps.
 */
u64 gpuvf_pack_cut(struct gpuvf_pack_gaps *gaps, u64 start, u64 size);

/**
 * gpuvf_pack() - find places for all VFs
 * @p: what is to be packed; the sizes and @hole add up to less than 2^64
 * @keep: bit n: VF n stays at @p->now, besides those that are fixed
 * @hole: a free piece of so many granules has to be left
 *
 * Exact within the bound. On success @p->place holds the places, and the
 * largest of @p->room is the largest free piece, at least @hole. VFs that share
 * a gap lie in index order from its bottom.
 *
 * Context: any; does not sleep.
 * Return: whether there is a packing.
 */
enum gpuvf_pack_answer gpuvf_pack(struct gpuvf_pack *p, u32 keep, u64 hole);

/**
 * gpuvf_pack_largest_room() - the largest free piece that is left
 * @p: packed
 *
 * Return: granules.
 */
u64 gpuvf_pack_largest_room(const struct gpuvf_pack *p);

#endif /* GPUVF_PACK_H */
