/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF got of its GPU and what it did with it, since the module took the GPU
 * over.
 */
#ifndef GPUVF_STATS_H
#define GPUVF_STATS_H

#include <linux/types.h>

/*
 * The histogram of how late time slices ended: bucket n counts what took up to
 * gpuvf_lateness_upper_ns[n], and more than the bucket before; the last bucket
 * counts the rest.
 */
#define GPUVF_LATENESS_BUCKETS	14
extern const u64 gpuvf_lateness_upper_ns[GPUVF_LATENESS_BUCKETS - 1];

/*
 * The counters of a VF, each of which only ever grows: COUNTER(name, NAME) is a
 * member of struct gpuvf_vf_stats, a file of sysfs, and an attribute of netlink:
 * GPUVF_A_ENGINE_STATS_NAME of those that an engine counts, under its lock;
 * GPUVF_A_STATS_NAME of the others, under pf->lock.
 *
 *	run_ns			its work executed, from end of RUN to start of IDLE
 *	accounted_ns		accounted to it, from start of LOAD to end of SAVE
 *	slices			time slices it had
 *	skipped			time slices it lost to its deficit
 *	overrun_ns		its time slices took beyond their budgets
 *	idle_ns			of its time slices left to others, having no work
 *	preempt_timeouts	times it was not preempted in time
 *	hangs			times a command failed or hung with it, preemption
 *				timeouts included
 *	resets			resets that succeeded, those by its user included
 *	failed_resets		resets that failed
 *	full_access_timeouts	times its full access was ended by the PF driver
 *	mbox_requests		messages from its guest that were handled
 *	mbox_limited		messages from its guest beyond the limit, not handled
 *	mbox_unanswered		requests of its guest that were refused or are not known
 *	guest_malformed		times that what its guest says of itself could not be
 *				read
 */
#define GPUVF_ENGINE_COUNTERS(COUNTER)				\
	COUNTER(run_ns, RUN_NS)					\
	COUNTER(accounted_ns, ACCOUNTED_NS)			\
	COUNTER(slices, SLICES)					\
	COUNTER(skipped, SKIPPED)				\
	COUNTER(overrun_ns, OVERRUN_NS)				\
	COUNTER(idle_ns, IDLE_NS)				\
	COUNTER(preempt_timeouts, PREEMPT_TIMEOUTS)		\
	COUNTER(hangs, HANGS)

#define GPUVF_VF_COUNTERS(COUNTER)				\
	COUNTER(resets, RESETS)					\
	COUNTER(failed_resets, FAILED_RESETS)			\
	COUNTER(full_access_timeouts, FULL_ACCESS_TIMEOUTS)	\
	COUNTER(mbox_requests, MBOX_REQUESTS)			\
	COUNTER(mbox_limited, MBOX_LIMITED)			\
	COUNTER(mbox_unanswered, MBOX_UNANSWERED)		\
	COUNTER(guest_malformed, GUEST_MALFORMED)

#define GPUVF_VF_COUNTER_MEMBER(name, NAME) u64 name;

/* the counters of a VF, and how late its time slices ended, @lateness_sum_ns in all */
struct gpuvf_vf_stats {
	GPUVF_ENGINE_COUNTERS(GPUVF_VF_COUNTER_MEMBER)
	GPUVF_VF_COUNTERS(GPUVF_VF_COUNTER_MEMBER)
	u64 lateness[GPUVF_LATENESS_BUCKETS];
	u64 lateness_sum_ns;
};

#endif /* GPUVF_STATS_H */
