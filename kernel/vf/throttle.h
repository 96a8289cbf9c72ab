/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener.
 */
#ifndef GPUVF_THROTTLE_H
#define GPUVF_THROTTLE_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_vf;

/* how often; within which time is in the table of vf/throttle.c */
#define GPUVF_GUARD_MESSAGES		56
#define GPUVF_GUARD_ACCESSES		9
#define GPUVF_GUARD_TIMEOUTS		2
#define GPUVF_GUARD_RESETS		3
#define GPUVF_GUARD_PF_RESETS		2

/* full access beyond its share; twice what one access may take beside others */
#define GPUVF_GUARD_ACCESS_MS		3000

/**
 * struct gpuvf_guards - when a VF did what is guarded, the last times
 * @mailbox: as a ring, in ns; 0: never. The others likewise
 * @exclusive: see enum gpuvf_guard
 * @exclusive_timeout: see enum gpuvf_guard
 * @reset: see enum gpuvf_guard
 * @pf_reset: see enum gpuvf_guard
 * @next: by enum gpuvf_guard: the oldest place of the ring
 */
struct gpuvf_guards {
	u64 mailbox[GPUVF_GUARD_MESSAGES];
	u64 exclusive[GPUVF_GUARD_ACCESSES];
	u64 exclusive_timeout[GPUVF_GUARD_TIMEOUTS];
	u64 reset[GPUVF_GUARD_RESETS];
	u64 pf_reset[GPUVF_GUARD_PF_RESETS];
	u8 next[GPUVF_GUARD_PF_RESET + 1];
};

bool gpuvf_guard_locked(struct gpuvf_vf *vf, enum gpuvf_guard guard);
bool gpuvf_guard_access_locked(struct gpuvf_vf *vf);

#endif /* GPUVF_THROTTLE_H */
