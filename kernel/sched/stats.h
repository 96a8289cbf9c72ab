/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF got of its GPU and what it did with it, since the module took the GPU
 * over.
 */
#ifndef GPUVF_STATS_H
#define GPUVF_STATS_H

#include <linux/types.h>

/*
 * The histogram of how late turns ended: bucket n counts what took up to
 * gpuvf_latency_upper_ns[n], and more than the bucket before; the last bucket
 * counts the rest.
 */
#define GPUVF_LATENCY_BUCKETS	14
extern const u64 gpuvf_latency_upper_ns[GPUVF_LATENCY_BUCKETS - 1];

/*
 * The counters of a VF, each of which only ever grows: COUNTER(name, NAME) is a
 * member of struct gpuvf_vf_stats, a file of sysfs, and GPUVF_A_STATS_NAME of netlink.
 *
 *	run_ns			its work executed, from end of RUN to start of IDLE
 *	charged_ns		it was charged for, from start of LOAD to end of SAVE
 *	slices			turns on the GPU
 *	skipped			turns it lost because it owed time
 *	overrun_ns		its turns took beyond what was granted
 *	idle_ns			of its turns left to others, having no work
 *	preempt_timeouts	times it did not leave the GPU in time
 *	hangs			times a command failed or hung with it, preemption
 *				timeouts included
 *	resets			resets that succeeded, those by its user included
 *	failed_resets		resets that failed
 *	exclusive_timeouts	times its exclusive access was ended from outside
 *	mbox_requests		messages from its guest that were handled
 *	mbox_limited		messages from its guest beyond the limit, not handled
 *	mbox_unanswered		requests of its guest that were refused or are not known
 *	guest_malformed		times that what its guest says of itself could not be
 *				read
 *
 * The first six are counted under world.lock, the others under pf->lock.
 */
#define GPUVF_VF_COUNTERS(COUNTER)				\
	COUNTER(run_ns, RUN_NS)					\
	COUNTER(charged_ns, CHARGED_NS)				\
	COUNTER(slices, SLICES)					\
	COUNTER(skipped, SKIPPED)				\
	COUNTER(overrun_ns, OVERRUN_NS)				\
	COUNTER(idle_ns, IDLE_NS)				\
	COUNTER(preempt_timeouts, PREEMPT_TIMEOUTS)		\
	COUNTER(hangs, HANGS)					\
	COUNTER(resets, RESETS)					\
	COUNTER(failed_resets, FAILED_RESETS)			\
	COUNTER(exclusive_timeouts, EXCLUSIVE_TIMEOUTS)		\
	COUNTER(mbox_requests, MBOX_REQUESTS)			\
	COUNTER(mbox_limited, MBOX_LIMITED)			\
	COUNTER(mbox_unanswered, MBOX_UNANSWERED)		\
	COUNTER(guest_malformed, GUEST_MALFORMED)

#define GPUVF_VF_COUNTER_MEMBER(name, NAME) u64 name;

/* the counters of a VF, and how late its turns ended, @latency_sum_ns in all */
struct gpuvf_vf_stats {
	GPUVF_VF_COUNTERS(GPUVF_VF_COUNTER_MEMBER)
	u64 latency[GPUVF_LATENCY_BUCKETS];
	u64 latency_sum_ns;
};

#endif /* GPUVF_STATS_H */
