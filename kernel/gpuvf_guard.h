/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener.
 */
#ifndef GPUVF_GUARD_H
#define GPUVF_GUARD_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_vf;

/* how often, within how many milliseconds */
#define GPUVF_GUARDS(X) \
	X(MAILBOX, 56, 60000, "messages") \
	X(EXCLUSIVE, 9, 60000, "requests for exclusive access") \
	X(EXCLUSIVE_TIMEOUT, 2, 500000, "exclusive accesses that had to be ended") \
	X(RESET, 3, 60000, "resets that it asked for or made necessary")

enum {
#define X(name, limit, window_ms, what) GPUVF_GUARD_LIMIT_##name = (limit),
	GPUVF_GUARDS(X)
#undef X
};

/**
 * struct gpuvf_guards - when a VF did what is guarded, the last times
 * @MAILBOX: as a ring, in ns; 0: never. The others likewise
 * @next: by enum gpuvf_guard: the oldest place of the ring
 */
struct gpuvf_guards {
#define X(name, limit, window_ms, what) u64 name[limit];
	GPUVF_GUARDS(X)
#undef X
	u8 next[GPUVF_GUARD_RESET + 1];
};

bool gpuvf_guard_locked(struct gpuvf_vf *vf, enum gpuvf_guard guard);

#endif /* GPUVF_GUARD_H */
