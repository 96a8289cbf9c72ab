// SPDX-License-Identifier: GPL-2.0
/*
 * A lower bound of what a layout moves.
 *
 * Every size is a multiple of their greatest common divisor, the unit. So a gap holds no
 * more units than its size has, rounded down, and less where a free range is to be left
 * in it. With that alone, which VFs to keep is found exactly, gap after gap and VF after
 * VF upwards: for each number of units that are kept, the most units that the gaps
 * between them hold. What is kept and what the gaps hold has to be at least what all VFs
 * need. Where all sizes are equal, that is not only a bound but the answer.
 */
#include <string.h>

#include "plan/placement.h"

/* no bound where all VFs together need more */
#define MAX_UNITS	(8 * PACK_MAX_VFS)

#define IMPOSSIBLE	(-1)

/*
 * struct most - the most that the gaps hold
 * @held: by whether the range is left free already, and by the units that are kept;
 *	IMPOSSIBLE: that cannot be
 */
struct most {
	short held[2][MAX_UNITS + 1];
};

/**
 * struct bound - what the bound is of
 * @s: the request
 * @unit: units
 * @need: units that all VFs need
 * @hole: units of the range that is to be left free
 * @num: entries of @vf in use
 * @vf: those that may stay, upwards
 */
struct bound {
	const struct placement_scratch *s;
	u64 unit;
	int need;
	u64 hole;
	unsigned int num;
	unsigned int vf[PACK_MAX_VFS];
};

static u64 common_divisor(u64 a, u64 b)
{
	while (b) {
		u64 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static int units_of(const struct bound *b, unsigned int vf)
{
	return b->s->pack.size[vf] / b->unit;
}

static u64 end_of(const struct bound *b, unsigned int vf)
{
	return b->s->pack.now[vf] + b->s->pack.size[vf];
}

/* Return: whether the units can be counted */
static bool count(struct bound *b)
{
	const struct pack *p = &b->s->pack;
	u64 need = 0;
	unsigned int i;

	for (i = 0; i < p->num_vfs; i++) {
		if (p->fixed & BIT(i))
			continue;
		b->unit = common_divisor(b->unit, p->size[i]);
		need += p->size[i];
	}
	if (!need || need / b->unit > MAX_UNITS)
		return false;
	b->need = need / b->unit;
	return true;
}

static void sort(struct bound *b)
{
	const u64 *now = b->s->pack.now;
	unsigned int i, n;

	for (i = 0; i < b->s->num_listed; i++) {
		unsigned int vf = b->s->listed[i];

		for (n = b->num++; n && now[b->vf[n - 1]] > now[vf]; n--)
			b->vf[n] = b->vf[n - 1];
		b->vf[n] = vf;
	}
}

static void clear(struct most *most)
{
	/* every byte of IMPOSSIBLE is the same */
	memset(most, 0xff, sizeof(*most));
}

static void raise(short *to, int units)
{
	if (*to < units)
		*to = units;
}

/* behind what @from has comes a gap of @room units, and then a VF of @units, or none */
static void go_on(const struct bound *b, struct most *to, const struct most *from,
		  u64 room, int units)
{
	int plain = min_u64(room / b->unit, b->need);
	int left = room < b->hole ? IMPOSSIBLE :
		   (int)min_u64((room - b->hole) / b->unit, b->need);
	int i;

	for (i = 0; i + units <= b->need; i++) {
		if (from->held[1][i] != IMPOSSIBLE)
			raise(&to->held[1][i + units],
			      min_u64(from->held[1][i] + plain, b->need));
		if (from->held[0][i] == IMPOSSIBLE)
			continue;
		raise(&to->held[0][i + units],
		      min_u64(from->held[0][i] + plain, b->need));
		if (left != IMPOSSIBLE)
			raise(&to->held[1][i + units],
			      min_u64(from->held[0][i] + left, b->need));
	}
}

static bool is_inside(const struct bound *b, unsigned int vf,
		      const struct pack_gap *gap)
{
	return b->s->pack.now[vf] >= gap->start &&
	       end_of(b, vf) <= gap->start + gap->size;
}

/* @most: of the gaps below this one; gets what it adds */
static void add_gap(const struct bound *b, const struct pack_gap *gap,
		    struct most *most)
{
	/* up to each VF of the gap that stays, and that VF */
	struct most at[PACK_MAX_VFS], after;
	unsigned int inside[PACK_MAX_VFS];
	unsigned int num = 0, n, i;

	clear(&after);
	go_on(b, &after, most, gap->size, 0);
	for (n = 0; n < b->num; n++) {
		unsigned int vf = b->vf[n];
		u64 now = b->s->pack.now[vf];

		if (!is_inside(b, vf, gap))
			continue;
		clear(&at[num]);
		go_on(b, &at[num], most, now - gap->start, units_of(b, vf));
		for (i = 0; i < num; i++)
			if (end_of(b, inside[i]) <= now)
				go_on(b, &at[num], &at[i],
				      now - end_of(b, inside[i]),
				      units_of(b, vf));
		go_on(b, &after, &at[num],
		      gap->start + gap->size - end_of(b, vf), 0);
		inside[num++] = vf;
	}
	*most = after;
}

/**
 * placement_least_moved() - how much a layout moves at least
 * @s: with what is free, the sizes, and the VFs that may stay as @s->listed
 * @hole: a free range of so many units has to be left
 *
 * Return: units of the VFs that cannot stay, 0 also when nothing is known; U64_MAX:
 * there is no such layout.
 */
u64 placement_least_moved(const struct placement_scratch *s, u64 hole)
{
	struct bound b = { .s = s, .hole = hole };
	unsigned int i;
	int kept, all = 0;
	struct most most;

	if (!count(&b))
		return 0;
	sort(&b);
	for (i = 0; i < b.num; i++)
		all += units_of(&b, b.vf[i]);
	clear(&most);
	most.held[0][0] = 0;
	for (i = 0; i < s->pack.free.num; i++)
		add_gap(&b, &s->pack.free.gap[i], &most);
	for (kept = all; kept >= 0; kept--)
		if (most.held[!!hole][kept] != IMPOSSIBLE &&
		    most.held[!!hole][kept] + kept >= b.need)
			return (all - kept) * b.unit;
	return U64_MAX;
}
