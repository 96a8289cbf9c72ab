/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All layouts there are, for tests that compare the planner's answers with them; and
 * random numbers that are the same everywhere.
 */
#ifndef EVERYTHING_H
#define EVERYTHING_H

#include <stdlib.h>
#include <string.h>

#include "plan/placement.h"

static u64 seed;

static inline u32 rnd(u32 n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % n;
}

static inline unsigned int rounds(unsigned int usual)
{
	const char *text = getenv("GPUVF_UNIT_ROUNDS");

	return text && *text ? strtoul(text, NULL, 0) : usual;
}

/*
 * Every VF at every place, one VF after the other, in an area so small that a bit mask
 * says which units are taken. Of the VFs before, only the cost of getting to each
 * mask has to be known.
 */
#define AREA		14
#define BASE		2
#define UNREACHABLE	0xff

#define UNIT		(1ULL << 20)

/**
 * struct best - the best layout there is
 * @exists: whether there is any
 * @moved: units moved, as few as can be
 * @hole: largest free range with so few moved, as large as can be
 */
struct best {
	bool exists;
	unsigned int moved;
	unsigned int hole;
};

static inline unsigned int longest_gap(u32 taken)
{
	unsigned int at, gap = 0, longest = 0;

	for (at = 0; at < AREA; at++) {
		gap = taken & (1U << at) ? 0 : gap + 1;
		longest = gap > longest ? gap : longest;
	}
	return longest;
}

static inline void place_everywhere(const struct placement_vf *vf,
				    const u8 *before, u8 *after)
{
	unsigned int size = vf->quota / UNIT;
	u32 taken, place, mask;

	for (taken = 0; taken < 1U << AREA; taken++) {
		if (before[taken] == UNREACHABLE)
			continue;
		if (!size) {
			after[taken] = before[taken];
			continue;
		}
		for (place = 0; place + size <= AREA; place++) {
			bool was = vf->now.size;
			bool stays = was &&
				     vf->now.offset / UNIT == place + BASE;
			u8 cost = before[taken] + (was && !stays ? size : 0);

			mask = ((1U << size) - 1) << place;
			if ((taken & mask) || (vf->pinned && !stays))
				continue;
			if (after[taken | mask] > cost)
				after[taken | mask] = cost;
		}
	}
}

static inline struct best try_everything(const struct placement_request *req)
{
	static u8 cost[PACK_MAX_VFS + 1][1 << AREA];
	struct best best = { .moved = UNREACHABLE };
	u32 taken = 0;
	unsigned int i;

	for (i = 0; i < req->num_blocked; i++)
		taken |= 1U << (req->blocked[i].offset / UNIT - BASE);
	memset(cost, UNREACHABLE, (req->num_vfs + 1) * sizeof(*cost));
	cost[0][taken] = 0;
	for (i = 0; i < req->num_vfs; i++)
		place_everywhere(&req->vf[i], cost[i], cost[i + 1]);
	for (taken = 0; taken < 1U << AREA; taken++) {
		u8 moved = cost[req->num_vfs][taken];

		if (moved == UNREACHABLE || moved > best.moved)
			continue;
		if (moved < best.moved)
			best.hole = 0;
		best.exists = true;
		best.moved = moved;
		if (longest_gap(taken) > best.hole)
			best.hole = longest_gap(taken);
	}
	return best;
}

static inline void set_geometry(struct placement_request *req, u64 total,
				u64 unit, u64 context, u64 reserve,
				unsigned int num_vfs)
{
	memset(req, 0, sizeof(*req));
	req->total = total;
	req->unit = unit;
	req->context = context;
	req->reserve = reserve;
	req->num_vfs = num_vfs;
}

static inline bool overlaps_a_pinned_one(const struct placement_request *req,
					 unsigned int at)
{
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if (req->vf[i].pinned && at * UNIT >= req->vf[i].now.offset &&
		    at * UNIT - req->vf[i].now.offset < req->vf[i].now.size)
			return true;
	return false;
}

static inline bool is_blocked(const struct placement_request *req,
			      unsigned int at)
{
	unsigned int i;

	for (i = 0; i < req->num_blocked; i++)
		if (req->blocked[i].offset == at * UNIT)
			return true;
	return false;
}

static inline void block(struct placement_request *req, unsigned int at)
{
	if (overlaps_a_pinned_one(req, at) || is_blocked(req, at))
		return;
	req->blocked[req->num_blocked].offset = at * UNIT;
	req->blocked[req->num_blocked++].size = UNIT;
}

/* up to 8 VFs with extents, pins and blocked units */
static inline void random_request(struct placement_request *req)
{
	unsigned int at = BASE, i, n;

	set_geometry(req, (BASE + AREA) * UNIT, UNIT, UNIT, UNIT, 1 + rnd(8));
	for (i = 0; i < req->num_vfs; i++) {
		struct placement_vf *vf = &req->vf[i];
		unsigned int size = 1 + rnd(4);

		at += rnd(3);
		if (rnd(3) && at + size <= BASE + AREA) {
			vf->now.offset = at * UNIT;
			vf->now.size = size * UNIT;
			vf->quota = rnd(3) ? vf->now.size : rnd(5) * UNIT;
			vf->pinned = !rnd(3);
			if (vf->pinned)
				vf->quota = vf->now.size;
			at += size;
		} else {
			vf->quota = rnd(4) * UNIT;
		}
	}
	for (n = rnd(3); n; n--)
		block(req, BASE + rnd(AREA));
}

#endif /* EVERYTHING_H */
