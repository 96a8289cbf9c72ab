/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The turns that VFs had, from the simulator's list of events.
 */
#ifndef SELFTEST_TURNS_H
#define SELFTEST_TURNS_H

#include <stdint.h>

#include "gpu.h"

#define TURNS_MAX	20000

/**
 * struct turn - from the INIT or LOAD of a VF to the end of its SAVE
 * @vf: index
 * @begin: of the INIT or LOAD
 * @idle_begin: when it was made to leave
 * @end: of the SAVE
 * @run: how long it executed
 * @gap: how long the GPU waited for commands, from the SAVE before to the end
 * @worst_gap: the longest of these waits
 *
 * All in nanoseconds, of the clock that clock_ns() reads.
 */
struct turn {
	unsigned int vf;
	int64_t begin;
	int64_t idle_begin;
	int64_t end;
	int64_t run;
	int64_t gap;
	int64_t worst_gap;
};

int64_t clock_ns(void);
unsigned int turns_read(const struct gpu *gpu, int64_t since, int64_t until,
			struct turn *turns);

#endif /* SELFTEST_TURNS_H */
