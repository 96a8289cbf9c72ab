/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the driver counts of a VF, read both ways.
 */
#ifndef SELFTEST_STATS_H
#define SELFTEST_STATS_H

#include "gpu.h"
#include "nl.h"

/**
 * struct stats_counter - a counter
 * @attr: GPUVF_A_STATS_*, or ENGINE_STAT()
 * @file: its name in sysfs
 */
struct stats_counter {
	unsigned int attr;
	const char *file;
};

#define STATS_NUM_COUNTERS	14

extern const struct stats_counter stats_counters[STATS_NUM_COUNTERS];

void stats_read(const struct gpu *gpu, unsigned int vf, struct nl_stats *stats);
void stats_check_sysfs(const struct gpu *gpu, unsigned int vf,
		       const struct nl_stats *stats);

#endif /* SELFTEST_STATS_H */
