/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exact bin packing, for the planner. Pure. Items are VFs to be placed, bins are
 * the gaps between ranges that stay where they are. The unit is the unit.
 */
#ifndef AGENT_PLAN_PACKING_H
#define AGENT_PLAN_PACKING_H

#include "base/types.h"

/* one bit of a u32 for each, and one more item beside them */
#define PACK_MAX_VFS		31

/* ranges of the VF area that no VF may have */
#define PACK_MAX_BLOCKED	72

/* one more than ranges between them */
#define PACK_MAX_GAPS		(PACK_MAX_VFS + PACK_MAX_BLOCKED + 1)

/* the VFs, and the free range that is to be left */
#define PACK_MAX_ITEMS		(PACK_MAX_VFS + 1)

#define PACK_NOWHERE		U64_MAX

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

/**
 * struct pack_gap - a free range
 * @start: first unit
 * @size: units
 */
struct pack_gap {
	u64 start;
	u64 size;
};

/**
 * struct pack_gaps - disjoint free ranges
 * @num: entries of @gap in use
 * @gap: ascending
 */
struct pack_gaps {
	unsigned int num;
	struct pack_gap gap[PACK_MAX_GAPS];
};

/**
 * struct pack - input, output and working memory of a packing
 * @num_vfs: number of VFs
 * @size: by VF index; 0: nothing to place; behind them the range to be left free
 * @now: by VF index: where it could stay, or PACK_NOWHERE
 * @fixed: bit n: VF n stays at @now in any case and is not in @free
 * @free: ranges that neither fixed VFs nor blocked ranges have
 * @nodes: limit of the packings from here on, in steps of the search
 * @nodes_each: limit of one packing
 * @spent: steps that were taken; only ever added to
 * @place: by VF index: the answer
 * @gaps: @free without the VFs that are kept; the bins
 * @room: what is left of each gap
 * @num_items: entries of @item in use
 * @item: what is to be packed, as index of @size, the largest first
 * @bin: gap in which each item is
 * @order: gaps, the smallest first
 * @at: entry of @order that is being filled
 * @waste: how much may still be left over in gaps that are closed
 * @depth: entries of @stack in use
 * @stack: items that have a bin, in the order in which they got it
 *
 * The caller sets the members before @place, and reads @place and @room.
 */
struct pack {
	unsigned int num_vfs;
	u64 size[PACK_MAX_ITEMS];
	u64 now[PACK_MAX_VFS];
	u32 fixed;
	struct pack_gaps free;
	u32 nodes;
	u32 nodes_each;
	u64 spent;

	u64 place[PACK_MAX_VFS];
	struct pack_gaps gaps;
	u64 room[PACK_MAX_GAPS];

	unsigned int num_items;
	unsigned int item[PACK_MAX_ITEMS];
	unsigned int bin[PACK_MAX_ITEMS];
	unsigned int order[PACK_MAX_GAPS];
	unsigned int at;
	u64 waste;
	unsigned int depth;
	unsigned int stack[PACK_MAX_ITEMS];
};

/**
 * enum pack_answer - is there a packing?
 * @PACK_YES: it was found
 * @PACK_NO: proven that there is none
 * @PACK_UNDECIDED: the limit was reached
 */
enum pack_answer {
	PACK_YES,
	PACK_NO,
	PACK_UNDECIDED,
};

u64 pack_cut(struct pack_gaps *gaps, u64 start, u64 size);
enum pack_answer pack(struct pack *p, u32 keep, u64 hole);
u64 pack_largest_room(const struct pack *p);

#endif /* AGENT_PLAN_PACKING_H */
