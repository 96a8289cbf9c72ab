/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tests of pure files share: random numbers that a seed repeats, how many rounds of
 * them, and bytes as little-endian numbers.
 */
#ifndef RANDOM_BYTES_H
#define RANDOM_BYTES_H

#include <stdlib.h>

#include "base/pure.h"

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

static inline u32 get32(const u8 *buf, unsigned int at)
{
	u32 val = 0;
	int i;

	for (i = 3; i >= 0; i--)
		val = val << 8 | buf[at + i];
	return val;
}

static inline void put32(u8 *buf, unsigned int at, u32 val)
{
	int i;

	for (i = 0; i < 4; i++)
		buf[at + i] = val >> 8 * i;
}

#endif /* RANDOM_BYTES_H */
