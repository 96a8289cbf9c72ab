// SPDX-License-Identifier: GPL-2.0
/*
 * Exact bin packing, for the planner: first fit, and where that fails, a depth
 * first search. Documentation/design/layout.rst says how it prunes, and proves that
 * this loses no packing.
 */
#include <string.h>

#include "plan/packing.h"

/* the cost of preparing a packing, in steps of the search */
#define PACK_NODES_PREPARE	16

/* index of the range that is to be left free, behind the VFs */
#define PACK_HOLE		PACK_MAX_VFS

#define PACK_NO_BIN		PACK_MAX_GAPS

/* replace gap @i by the @n gaps of @by, 0 to 2 of them */
static void replace_gap(struct pack_gaps *gaps, unsigned int i,
			const struct pack_gap *by, unsigned int n)
{
	memmove(&gaps->gap[i + n], &gaps->gap[i + 1],
		(gaps->num - i - 1) * sizeof(*by));
	memcpy(&gaps->gap[i], by, n * sizeof(*by));
	gaps->num += n;
	gaps->num--;
}

/**
 * pack_cut() - take a range out of the gaps
 * @gaps: with room for one more
 * @start: first unit
 * @size: units; the range does not reach beyond U64_MAX
 *
 * Return: how many of its units were in gaps.
 */
u64 pack_cut(struct pack_gaps *gaps, u64 start, u64 size)
{
	struct pack_gap rest[2];
	unsigned int i = 0, n;
	u64 taken = 0;

	while (i < gaps->num) {
		const struct pack_gap gap = gaps->gap[i];
		u64 from = max_u64(start, gap.start);
		u64 until = min_u64(start + size, gap.start + gap.size);

		if (from >= until) {
			i++;
			continue;
		}
		taken += until - from;
		n = 0;
		if (from > gap.start) {
			rest[n].start = gap.start;
			rest[n++].size = from - gap.start;
		}
		if (until < gap.start + gap.size) {
			rest[n].start = until;
			rest[n++].size = gap.start + gap.size - until;
		}
		replace_gap(gaps, i, rest, n);
		i += n;
	}
	return taken;
}

static u64 item_size(const struct pack *p, unsigned int n)
{
	return p->size[p->item[n]];
}

static void add_item(struct pack *p, unsigned int i)
{
	unsigned int n;

	for (n = p->num_items++; n; n--) {
		if (item_size(p, n - 1) >= p->size[i])
			break;
		p->item[n] = p->item[n - 1];
	}
	p->item[n] = i;
}

/*
 * Cut out the VFs that stay, and list the others as items, the largest first.
 *
 * Return: false when a VF of @keep cannot stay: its range is not free.
 */
static bool prepare(struct pack *p, u32 keep)
{
	unsigned int i;

	p->gaps.num = p->free.num;
	memcpy(p->gaps.gap, p->free.gap, p->free.num * sizeof(*p->free.gap));
	p->num_items = 0;
	for (i = 0; i < p->num_vfs; i++) {
		if (!p->size[i])
			continue;
		if (!((p->fixed | keep) & BIT(i))) {
			add_item(p, i);
			continue;
		}
		p->place[i] = p->now[i];
		if (!(p->fixed & BIT(i)) &&
		    pack_cut(&p->gaps, p->now[i], p->size[i]) !=
		    p->size[i])
			return false;
	}
	return true;
}

static void empty_bins(struct pack *p)
{
	unsigned int g;

	for (g = 0; g < p->gaps.num; g++)
		p->room[g] = p->gaps.gap[g].size;
}

/* place a VF in a bin, above the VFs that are in it */
static void put_vf(struct pack *p, unsigned int vf, unsigned int g)
{
	const struct pack_gap *gap = &p->gaps.gap[g];

	p->place[vf] = gap->start + (gap->size - p->room[g]);
	p->room[g] -= p->size[vf];
}

/**
 * pack_largest_room() - the largest range that a packing leaves free
 * @p: packed
 *
 * Return: units.
 */
u64 pack_largest_room(const struct pack *p)
{
	u64 largest = 0;
	unsigned int g;

	for (g = 0; g < p->gaps.num; g++)
		largest = max_u64(largest, p->room[g]);
	return largest;
}

/* in index order, each VF in the first gap that has room */
static bool first_fit(struct pack *p, u32 keep, u64 hole)
{
	unsigned int i, g;

	empty_bins(p);
	for (i = 0; i < p->num_vfs; i++) {
		if (!p->size[i] || ((p->fixed | keep) & BIT(i)))
			continue;
		for (g = 0; g < p->gaps.num; g++)
			if (p->room[g] >= p->size[i])
				break;
		if (g == p->gaps.num)
			return false;
		put_vf(p, i, g);
	}
	return pack_largest_room(p) >= hole;
}

/* empty the bins and sort them, the smallest first; returns the room of all */
static u64 sort_bins(struct pack *p)
{
	unsigned int g, k;
	u64 room = 0;

	empty_bins(p);
	for (g = 0; g < p->gaps.num; g++) {
		room += p->room[g];
		for (k = g; k; k--) {
			if (p->room[p->order[k - 1]] <= p->room[g])
				break;
			p->order[k] = p->order[k - 1];
		}
		p->order[k] = g;
	}
	return room;
}

/* the first item from @n on that is in no bin and fits into bin @g */
static unsigned int next_item(const struct pack *p, unsigned int g,
			      unsigned int n)
{
	while (n < p->num_items && (p->bin[n] != PACK_NO_BIN ||
				    item_size(p, n) > p->room[g]))
		n++;
	return n;
}

/* can items from @n on fill bin @g so far that no more than @waste is left over? */
static bool may_fill(const struct pack *p, unsigned int g,
		     unsigned int n)
{
	u64 left = p->room[g];

	for (; n < p->num_items && left > p->waste; n++)
		if (p->bin[n] == PACK_NO_BIN &&
		    item_size(p, n) <= p->room[g])
			left -= min_u64(left, item_size(p, n));
	return left <= p->waste;
}

/*
 * Is bin @g as full as it can be? It is not when an item that is in no bin would
 * fit beside its items, or instead of a smaller one: for each packing there is
 * then, there is also one with that item in this bin.
 */
static bool is_full(const struct pack *p, unsigned int g)
{
	u64 left = p->room[g];
	unsigned int n, in;

	for (n = 0; n < p->num_items; n++) {
		u64 size = item_size(p, n);

		if (p->bin[n] != PACK_NO_BIN)
			continue;
		if (size <= left)
			return false;
		for (in = n + 1; in < p->num_items; in++)
			if (p->bin[in] == g && item_size(p, in) < size &&
			    size - item_size(p, in) <= left)
				return false;
	}
	return true;
}

static void put_item(struct pack *p, unsigned int n, unsigned int g)
{
	p->bin[n] = g;
	p->room[g] -= item_size(p, n);
	p->stack[p->depth++] = n;
}

/* take the last item out again; returns the next one to try in its place */
static unsigned int take_back(struct pack *p)
{
	unsigned int n = p->stack[--p->depth];
	u64 size = item_size(p, n);

	while (p->order[p->at] != p->bin[n])
		p->waste += p->room[p->order[--p->at]];
	p->room[p->bin[n]] += size;
	p->bin[n] = PACK_NO_BIN;
	while (n < p->num_items && item_size(p, n) == size)
		n++;
	return n;
}

/*
 * Go on to the next bin. When it has the size of this one, the items up to the
 * largest of this one need not be tried there.
 *
 * Return: the first item to try.
 */
static unsigned int next_bin(struct pack *p)
{
	unsigned int g = p->order[p->at++];
	unsigned int n;

	p->waste -= p->room[g];
	if (p->gaps.gap[p->order[p->at]].size != p->gaps.gap[g].size)
		return 0;
	for (n = 0; n < p->num_items; n++)
		if (p->bin[n] == g)
			return n + 1;
	return 0;
}

/*
 * Depth first, bin after bin, the smallest first. Each bin is filled in every way
 * that is as full as it can be and leaves no more than @waste over, with the largest
 * items first.
 */
static enum pack_answer search(struct pack *p, u32 *nodes)
{
	u64 room = sort_bins(p);
	unsigned int from = 0, g, n;
	u64 need = 0;

	for (n = 0; n < p->num_items; n++) {
		need += item_size(p, n);
		p->bin[n] = PACK_NO_BIN;
	}
	if (need > room)
		return PACK_NO;
	p->waste = room - need;
	p->depth = 0;
	p->at = 0;
	while (p->depth < p->num_items) {
		if (!*nodes)
			return PACK_UNDECIDED;
		--*nodes;
		g = p->order[p->at];
		n = next_item(p, g, from);
		if (n < p->num_items && may_fill(p, g, n)) {
			put_item(p, n, g);
			from = n + 1;
		} else if (n == p->num_items && p->room[g] <= p->waste &&
			   p->at + 1 < p->gaps.num && is_full(p, g)) {
			from = next_bin(p);
		} else if (p->depth) {
			from = take_back(p);
		} else {
			return PACK_NO;
		}
	}
	return PACK_YES;
}

/* from bins to places: within a gap, in index order from the bottom */
static void place_items(struct pack *p)
{
	unsigned int vf, n;

	empty_bins(p);
	for (vf = 0; vf < p->num_vfs; vf++)
		for (n = 0; n < p->num_items; n++)
			if (p->item[n] == vf)
				put_vf(p, vf, p->bin[n]);
}

/* pack(), that may take so many steps */
static enum pack_answer pack_within(struct pack *p, u32 keep, u64 hole, u32 *nodes)
{
	enum pack_answer answer;

	if (!prepare(p, keep))
		return PACK_NO;
	if (first_fit(p, keep, hole))
		return PACK_YES;
	p->size[PACK_HOLE] = hole;
	if (hole)
		add_item(p, PACK_HOLE);
	if (!p->gaps.num)
		return PACK_NO;
	answer = search(p, nodes);
	if (answer == PACK_YES)
		place_items(p);
	return answer;
}

/**
 * pack() - find places for all VFs
 * @p: what is to be packed; the sizes and @hole add up to less than 2^64
 * @keep: bit n: VF n stays at @p->now, besides those that are fixed
 * @hole: a free range of so many units has to be left
 *
 * Exact within the limit. On success @p->place holds the places, and the largest of
 * @p->room is the largest free range, at least @hole. VFs that share a gap lie in
 * index order from its bottom.
 *
 * Return: whether there is a packing.
 */
enum pack_answer pack(struct pack *p, u32 keep, u64 hole)
{
	enum pack_answer answer;
	u32 given, left;

	if (p->nodes < PACK_NODES_PREPARE) {
		p->nodes = 0;
		return PACK_UNDECIDED;
	}
	p->nodes -= PACK_NODES_PREPARE;
	given = min_u64(p->nodes, p->nodes_each);
	left = given;
	answer = pack_within(p, keep, hole, &left);
	p->nodes -= given - left;
	p->spent += PACK_NODES_PREPARE + given - left;
	return answer;
}
