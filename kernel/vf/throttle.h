/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener.
 */
#ifndef GPUVF_THROTTLE_H
#define GPUVF_THROTTLE_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_vf;

/* all that the table of vf/throttle.c remembers of a VF */
#define GPUVF_GUARD_TIMES		(56 + 9 + 2 + 3 + 2)

/* full access beyond its share; twice what one access may take beside others */
#define GPUVF_GUARD_ACCESS_MS		3000

/**
 * struct gpuvf_guards - when a VF did what is guarded, the last times
 * @time_ns: a ring for each guard, one behind the other; 0: never
 * @next: by enum gpuvf_guard: the oldest place of its ring
 */
struct gpuvf_guards {
	u64 time_ns[GPUVF_GUARD_TIMES];
	u8 next[GPUVF_GUARD_PF_RESET + 1];
};

bool gpuvf_guard_locked(struct gpuvf_vf *vf, enum gpuvf_guard guard);

#endif /* GPUVF_THROTTLE_H */
