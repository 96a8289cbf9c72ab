// SPDX-License-Identifier: GPL-2.0
/*
 * What a VF got of its GPU and what it did with it: collected from where it is
 * counted.
 */

#include <linux/ktime.h>
#include <linux/string.h>

#include "gpuvf_pf.h"
#include "gpuvf_stats.h"

/* from below a bare timer's lateness to beyond the longest time slice */
const u64 gpuvf_latency_upper_ns[GPUVF_LATENCY_BUCKETS - 1] = {
	1 * NSEC_PER_USEC, 2 * NSEC_PER_USEC, 5 * NSEC_PER_USEC,
	10 * NSEC_PER_USEC, 20 * NSEC_PER_USEC, 50 * NSEC_PER_USEC,
	100 * NSEC_PER_USEC, 200 * NSEC_PER_USEC, 500 * NSEC_PER_USEC,
	1 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC, 100 * NSEC_PER_MSEC,
	1 * NSEC_PER_SEC,
};

/**
 * gpuvf_vf_stats_get() - read the counters of one VF
 * @vf: VF
 * @stats: where they go
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_vf_stats *stats)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	*stats = vf->stats;
	gpuvf_world_stats(pf, vf->index, stats);
}
