// SPDX-License-Identifier: GPL-2.0
/*
 * What a plan costs: requests with 31 VFs, of which some are pinned and the rest
 * have to fit between them nearly without waste, which is where bin packing is
 * hard.
 *
 *	placement_worst find SEEDS		the seeds that cost most, worst first
 *	placement_worst median SEEDS	a seed in the middle
 *	placement_worst plan SEED		plan that request, for callgrind to count
 *	placement_worst fair		31 equal shares, where there is nothing yet
 *
 * Each prints lines "seed steps verdict". A step is one of the search's, as
 * MAX_NODES of the planner counts them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/placement.h"

#define UNIT		(16ULL << 20)
#define NUM_VFS		PACK_MAX_VFS
#define SHOWN		3

/**
 * struct cost - what a seed's plan costs
 */
struct cost {
	u64 seed;
	u64 steps;
	enum placement_verdict verdict;
};

static struct placement_request req;
static struct placement out;
static struct placement_reason why;
static u64 state;

static u32 rnd(u32 n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

static void begin(u64 seed, u64 units)
{
	memset(&req, 0, sizeof(req));
	state = seed;
	rnd(1);
	req.unit = UNIT;
	req.context = UNIT;
	req.total = (1 + units) * UNIT;
	req.num_vfs = NUM_VFS;
}

/* VFs in use, each with a gap before it; the room of all gaps */
static u64 put_pinned(unsigned int num, u64 units)
{
	u64 at = 1, room = units;
	unsigned int i;

	for (i = 0; i < num; i++) {
		struct placement_vf *vf = &req.vf[i];

		at += 1 + rnd(2 * units / (num + 1) - 2);
		if (at >= 1 + units)
			break;
		vf->now.offset = at * UNIT;
		vf->now.size = UNIT;
		vf->quota = UNIT;
		vf->pinned = true;
		at++;
		room--;
	}
	return room;
}

/* small VFs that have a place now and are to get larger */
static void put_idle(unsigned int first, unsigned int num, u64 units)
{
	unsigned int i;
	u64 at;

	for (i = first; i < first + num; i++) {
		for (at = 1 + rnd(units); at < 1 + units; at++) {
			unsigned int k;

			for (k = 0; k < i; k++)
				if (req.vf[k].now.size &&
				    req.vf[k].now.offset == at * UNIT)
					break;
			if (k == i)
				break;
		}
		if (at == 1 + units)
			continue;
		req.vf[i].now.offset = at * UNIT;
		req.vf[i].now.size = UNIT;
	}
}

/*
 * VFs in use at nearly equal distances, and for each gap between them two VFs, and some
 * more, of sizes that seldom let three of them share a gap.
 */
static void make_pairs(u64 seed)
{
	unsigned int pinned, i, rest;
	u64 gap, at = 1;

	begin(seed, 0);
	pinned = 7 + rnd(4);
	gap = 40 + rnd(60);
	for (i = 0; i < pinned; i++) {
		struct placement_vf *vf = &req.vf[i];

		at += gap + rnd(gap / 16 + 1);
		vf->now.offset = at++ * UNIT;
		vf->now.size = UNIT;
		vf->quota = UNIT;
		vf->pinned = true;
	}
	req.total = at * UNIT;
	rest = 2 * pinned + rnd(NUM_VFS - 3 * pinned + 1);
	for (i = pinned; i < pinned + rest && i < NUM_VFS; i++)
		req.vf[i].quota = (gap / 3 + gap / 32 + rnd(gap / 6)) * UNIT;
}

/* a request made from a number: sizes that leave next to nothing over */
static void make_tight(u64 seed)
{
	static const u64 areas[] = { 124, 254, 1023, 4094 };
	u64 units, room, left;
	unsigned int pinned, i, rest;

	begin(seed, areas[seed % 4]);
	units = areas[seed % 4];
	pinned = 2 + rnd(13);
	room = put_pinned(pinned, units);
	rest = NUM_VFS - pinned;
	if (rnd(2))
		put_idle(pinned, rnd(rest + 1), units);
	left = room - rnd(room / 64 + 2);
	for (i = pinned; i < NUM_VFS; i++) {
		u64 mean = left / (NUM_VFS - i);
		u64 size = i + 1 == NUM_VFS ? left :
			   mean - mean / 2 + rnd(mean + 1);

		if (size > left)
			size = left;
		req.vf[i].quota = size * UNIT;
		left -= size;
	}
}

static void make(u64 seed)
{
	if (seed % 2)
		make_pairs(seed);
	else
		make_tight(seed / 2);
}

static struct cost measure(u64 seed)
{
	struct cost cost = { .seed = seed };

	placement_plan(&req, &out, &why);
	cost.steps = req.scratch.pack.spent;
	cost.verdict = why.verdict;
	return cost;
}

static void print(const struct cost *cost)
{
	static const char * const verdicts[] = {
		[PLACEMENT_FITS] = "placed",
		[PLACEMENT_NO_SPACE] = "no-space",
		[PLACEMENT_FRAGMENTED] = "proven-impossible",
		[PLACEMENT_TOO_HARD] = "given-up",
	};

	printf("%llu %llu %s\n", cost->seed, cost->steps,
	       verdicts[cost->verdict]);
}

static int by_steps(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	if (x->steps != y->steps)
		return x->steps < y->steps ? 1 : -1;
	return x->seed < y->seed ? -1 : 1;
}

static int rank(u64 seeds, bool median)
{
	struct cost *costs = calloc(seeds, sizeof(*costs));
	u64 i, given_up = 0;

	if (!costs || !seeds)
		return 1;
	for (i = 0; i < seeds; i++) {
		make(i);
		costs[i] = measure(i);
		given_up += costs[i].verdict == PLACEMENT_TOO_HARD;
	}
	qsort(costs, seeds, sizeof(*costs), by_steps);
	if (median)
		print(&costs[seeds / 2]);
	for (i = 0; i < SHOWN && i < seeds && !median; i++)
		print(&costs[i]);
	if (!median)
		printf("given-up %llu\n", given_up);
	free(costs);
	return 0;
}

int main(int argc, char **argv)
{
	struct cost cost;
	unsigned int i;
	u64 number = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;

	if (argc == 3 && !strcmp(argv[1], "find"))
		return rank(number, false);
	if (argc == 3 && !strcmp(argv[1], "median"))
		return rank(number, true);
	if (argc == 3 && !strcmp(argv[1], "plan")) {
		make(number);
	} else if (argc == 2 && !strcmp(argv[1], "fair")) {
		begin(0, 1023);
		for (i = 0; i < NUM_VFS; i++)
			req.vf[i].quota = 33 * UNIT;
	} else {
		fprintf(stderr, "usage: placement_worst find SEEDS | median SEEDS | plan SEED | fair\n");
		return 2;
	}
	cost = measure(number);
	print(&cost);
	return 0;
}
