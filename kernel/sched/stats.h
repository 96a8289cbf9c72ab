/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF got of its GPU and what it did with it, since the module took the
 * GPU over. Every figure only ever grows.
 */
#ifndef GPUVF_STATS_H
#define GPUVF_STATS_H

#include <linux/types.h>

struct gpuvf_vf;

/*
 * The histogram of how late turns ended: bucket n counts what took up to
 * gpuvf_latency_upper_ns[n], and more than the bucket before; the last bucket
 * counts the rest.
 */
#define GPUVF_LATENCY_BUCKETS	14
extern const u64 gpuvf_latency_upper_ns[GPUVF_LATENCY_BUCKETS - 1];

/**
 * struct gpuvf_vf_stats - counters of one VF
 * @run_ns: its work executed, from end of RUN to start of IDLE
 * @charged_ns: it was charged for, from start of LOAD to end of SAVE
 * @slices: turns on the GPU
 * @skipped: turns it lost because it owed time
 * @overrun_ns: its turns took beyond what was granted
 * @idle_ns: of its turns left to others, having no work
 * @preempt_timeouts: times it did not leave the GPU in time
 * @hangs: times a command failed or hung with it, preemption timeouts included
 * @resets: resets of the VF that succeeded, those by its user included
 * @failed_resets: resets of the VF that failed
 * @exclusive_timeouts: times its exclusive access was ended from outside
 * @mbox_requests: messages from its guest that were handled
 * @mbox_limited: messages from its guest beyond the limit, not handled
 * @mbox_unanswered: requests of its guest that were refused or are not known
 * @guest_malformed: times that what its guest says of itself could not be read
 * @latency: how late its turns ended, see gpuvf_latency_upper_ns
 * @latency_sum_ns: all that is counted in @latency added up
 */
struct gpuvf_vf_stats {
	u64 run_ns;
	u64 charged_ns;
	u64 slices;
	u64 skipped;
	u64 overrun_ns;
	u64 idle_ns;
	u64 preempt_timeouts;
	u64 hangs;
	u64 resets;
	u64 failed_resets;
	u64 exclusive_timeouts;
	u64 mbox_requests;
	u64 mbox_limited;
	u64 mbox_unanswered;
	u64 guest_malformed;
	u64 latency[GPUVF_LATENCY_BUCKETS];
	u64 latency_sum_ns;
};

void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_vf_stats *stats);

#endif /* GPUVF_STATS_H */
