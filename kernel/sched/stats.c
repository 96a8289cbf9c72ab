// SPDX-License-Identifier: GPL-2.0
/*
 * What a VF got of its GPU and what it did with it: collected from where it is
 * counted.
 */

#include <linux/string.h>

#include "base/pf.h"
#include "sched/stats.h"

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
