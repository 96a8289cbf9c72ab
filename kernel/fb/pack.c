// SPDX-License-Identifier: GPL-2.0
/*
 * Bin packing, for the framebuffer planner: first what is easy, then what is
 * exact. How it prunes, and why nothing is lost by that, is told and proven in
 * Documentation/design/layout.rst.
 */

#include "fb/pack.h"

/* what it costs to prepare a packing, in steps of the search */
#define PACK_NODES_PREPARE	16

/* index of the free piece that is to be left, behind the VFs */
#define PACK_HOLE		GPUVF_MAX_VFS

#define PACK_NO_BIN		GPUVF_PACK_MAX_GAPS

/* put the @n gaps of @by, 0 to 2 of them, in the place of gap @i */
static void pack_replace_gap(struct gpuvf_pack_gaps *gaps, unsigned int i,
			     const struct gpuvf_pack_gap *by, unsigned int n)
{
	memmove(&gaps->gap[i + n], &gaps->gap[i + 1],
		(gaps->num - i - 1) * sizeof(*by));
	memcpy(&gaps->gap[i], by, n * sizeof(*by));
	gaps->num += n;
	gaps->num--;
}

/**
 * gpuvf_pack_cut() - take a range out of the gaps
 * @gaps: with room for one more
 * @start: first granule
 * @size: granules; the range does not reach beyond U64_MAX
 *
 * Return: how much of it was in gaps.
 */
u64 gpuvf_pack_cut(struct gpuvf_pack_gaps *gaps, u64 start, u64 size)
{
	struct gpuvf_pack_gap rest[2];
	unsigned int i = 0, n;
	u64 taken = 0;

	while (i < gaps->num) {
		const struct gpuvf_pack_gap gap = gaps->gap[i];
		u64 from = max(start, gap.start);
		u64 until = min(start + size, gap.start + gap.size);

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
		pack_replace_gap(gaps, i, rest, n);
		i += n;
	}
	return taken;
}

static u64 pack_item_size(const struct gpuvf_pack *p, unsigned int n)
{
	return p->size[p->item[n]];
}

static void pack_add_item(struct gpuvf_pack *p, unsigned int i)
{
	unsigned int n;

	for (n = p->num_items++; n; n--) {
		if (pack_item_size(p, n - 1) >= p->size[i])
			break;
		p->item[n] = p->item[n - 1];
	}
	p->item[n] = i;
}

/*
 * Cut out all that stays, and list the rest as items, largest first.
 *
 * Return: false when somebody of @keep has others in his way.
 */
static bool pack_prepare(struct gpuvf_pack *p, u32 keep)
{
	unsigned int i;

	p->gaps.num = p->free.num;
	memcpy(p->gaps.gap, p->free.gap, p->free.num * sizeof(*p->free.gap));
	p->num_items = 0;
	for (i = 0; i < p->num_vfs; i++) {
		if (!p->size[i])
			continue;
		if (!((p->fixed | keep) & BIT(i))) {
			pack_add_item(p, i);
			continue;
		}
		p->place[i] = p->now[i];
		if (!(p->fixed & BIT(i)) &&
		    gpuvf_pack_cut(&p->gaps, p->now[i], p->size[i]) !=
		    p->size[i])
			return false;
	}
	return true;
}

static void pack_empty_bins(struct gpuvf_pack *p)
{
	unsigned int g;

	for (g = 0; g < p->gaps.num; g++)
		p->room[g] = p->gaps.gap[g].size;
}

/* place a VF in a bin, on top of those that are there */
static void pack_put(struct gpuvf_pack *p, unsigned int vf, unsigned int g)
{
	const struct gpuvf_pack_gap *gap = &p->gaps.gap[g];

	p->place[vf] = gap->start + (gap->size - p->room[g]);
	p->room[g] -= p->size[vf];
}

/**
 * gpuvf_pack_largest_room() - the largest free piece that is left
 * @p: packed
 *
 * Return: granules.
 */
u64 gpuvf_pack_largest_room(const struct gpuvf_pack *p)
{
	u64 largest = 0;
	unsigned int g;

	for (g = 0; g < p->gaps.num; g++)
		largest = max(largest, p->room[g]);
	return largest;
}

/* the easy way: everyone in index order, each in the first gap that has room */
static bool pack_first_fit(struct gpuvf_pack *p, u32 keep, u64 hole)
{
	unsigned int i, g;

	pack_empty_bins(p);
	for (i = 0; i < p->num_vfs; i++) {
		if (!p->size[i] || ((p->fixed | keep) & BIT(i)))
			continue;
		for (g = 0; g < p->gaps.num; g++)
			if (p->room[g] >= p->size[i])
				break;
		if (g == p->gaps.num)
			return false;
		pack_put(p, i, g);
	}
	return gpuvf_pack_largest_room(p) >= hole;
}

/* empty the bins and sort them, the smallest first; how much room they have */
static u64 pack_sort_bins(struct gpuvf_pack *p)
{
	unsigned int g, k;
	u64 room = 0;

	pack_empty_bins(p);
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
static unsigned int pack_next_item(const struct gpuvf_pack *p, unsigned int g,
				   unsigned int n)
{
	while (n < p->num_items && (p->bin[n] != PACK_NO_BIN ||
				    pack_item_size(p, n) > p->room[g]))
		n++;
	return n;
}

/* can items from @n on fill bin @g so far that no more is wasted than may be? */
static bool pack_may_fill(const struct gpuvf_pack *p, unsigned int g,
			  unsigned int n)
{
	u64 left = p->room[g];

	for (; n < p->num_items && left > p->waste; n++)
		if (p->bin[n] == PACK_NO_BIN &&
		    pack_item_size(p, n) <= p->room[g])
			left -= min(left, pack_item_size(p, n));
	return left <= p->waste;
}

/*
 * Is bin @g as full as can be? It is not when an item that is in no bin would
 * fit beside its items, or instead of a smaller one: whatever packing there is
 * then, there is also one with that item in this bin.
 */
static bool pack_is_full(const struct gpuvf_pack *p, unsigned int g)
{
	u64 left = p->room[g];
	unsigned int n, in;

	for (n = 0; n < p->num_items; n++) {
		u64 size = pack_item_size(p, n);

		if (p->bin[n] != PACK_NO_BIN)
			continue;
		if (size <= left)
			return false;
		for (in = n + 1; in < p->num_items; in++)
			if (p->bin[in] == g && pack_item_size(p, in) < size &&
			    size - pack_item_size(p, in) <= left)
				return false;
	}
	return true;
}

static void pack_put_item(struct gpuvf_pack *p, unsigned int n, unsigned int g)
{
	p->bin[n] = g;
	p->room[g] -= pack_item_size(p, n);
	p->stack[p->depth++] = n;
}

/* take the last item out again; the next that is worth trying in its stead */
static unsigned int pack_take_back(struct gpuvf_pack *p)
{
	unsigned int n = p->stack[--p->depth];
	u64 size = pack_item_size(p, n);

	while (p->order[p->at] != p->bin[n])
		p->waste += p->room[p->order[--p->at]];
	p->room[p->bin[n]] += size;
	p->bin[n] = PACK_NO_BIN;
	while (n < p->num_items && pack_item_size(p, n) == size)
		n++;
	return n;
}

/*
 * Go on to the next bin. When it is as large as this one, then whatever was
 * tried as the largest item of this one need not be tried there.
 *
 * Return: the first item to try.
 */
static unsigned int pack_next_bin(struct gpuvf_pack *p)
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
 * The exact way: depth first, bin after bin, the smallest first. Each bin is
 * filled in every way that is as full as can be and wastes no more than there
 * is to be wasted, the largest items first.
 */
static enum gpuvf_pack_answer pack_search(struct gpuvf_pack *p, u32 *nodes)
{
	u64 room = pack_sort_bins(p);
	unsigned int from = 0, g, n;
	u64 need = 0;

	for (n = 0; n < p->num_items; n++) {
		need += pack_item_size(p, n);
		p->bin[n] = PACK_NO_BIN;
	}
	if (need > room)
		return GPUVF_PACK_NO;
	p->waste = room - need;
	p->depth = 0;
	p->at = 0;
	while (p->depth < p->num_items) {
		if (!*nodes)
			return GPUVF_PACK_UNDECIDED;
		--*nodes;
		cond_resched();
		g = p->order[p->at];
		n = pack_next_item(p, g, from);
		if (n < p->num_items && pack_may_fill(p, g, n)) {
			pack_put_item(p, n, g);
			from = n + 1;
		} else if (n == p->num_items && p->room[g] <= p->waste &&
			   p->at + 1 < p->gaps.num && pack_is_full(p, g)) {
			from = pack_next_bin(p);
		} else if (p->depth) {
			from = pack_take_back(p);
		} else {
			return GPUVF_PACK_NO;
		}
	}
	return GPUVF_PACK_YES;
}

/* from bins to places: within a gap in index order from the bottom */
static void pack_place_items(struct gpuvf_pack *p)
{
	unsigned int vf, n;

	pack_empty_bins(p);
	for (vf = 0; vf < p->num_vfs; vf++)
		for (n = 0; n < p->num_items; n++)
			if (p->item[n] == vf)
				pack_put(p, vf, p->bin[n]);
}

/**
 * gpuvf_pack() - find places for all VFs
 * @p: what is to be packed; the sizes and @hole add up to less than 2^64
 * @keep: bit n: VF n stays at @p->now, besides those that are fixed
 * @hole: a free piece of so many granules has to be left
 *
 * See fb/pack.h.
 *
 * Return: whether there is a packing.
 */
enum gpuvf_pack_answer gpuvf_pack(struct gpuvf_pack *p, u32 keep, u64 hole)
{
	enum gpuvf_pack_answer answer;
	u32 given, left;

	if (p->nodes < PACK_NODES_PREPARE) {
		p->nodes = 0;
		return GPUVF_PACK_UNDECIDED;
	}
	p->nodes -= PACK_NODES_PREPARE;
	if (!pack_prepare(p, keep))
		return GPUVF_PACK_NO;
	if (pack_first_fit(p, keep, hole))
		return GPUVF_PACK_YES;
	p->size[PACK_HOLE] = hole;
	if (hole)
		pack_add_item(p, PACK_HOLE);
	if (!p->gaps.num)
		return GPUVF_PACK_NO;
	given = min(p->nodes, p->nodes_each);
	left = given;
	answer = pack_search(p, &left);
	p->nodes -= given - left;
	if (answer == GPUVF_PACK_YES)
		pack_place_items(p);
	return answer;
}
