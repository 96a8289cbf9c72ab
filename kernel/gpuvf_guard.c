// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener. The
 * limits are those of AMD's open driver (gpu-iov register page, section 3.5).
 */

#include <linux/ktime.h>

#include "gpuvf_event.h"
#include "gpuvf_guard.h"
#include "gpuvf_pf.h"

/**
 * struct guard_row - one guard
 * @offset: of its ring in struct gpuvf_guards
 * @limit: how often, which is the ring's length
 * @window_ms: within that time
 * @what: what is counted, for the sentence
 */
struct guard_row {
	size_t offset;
	unsigned int limit;
	unsigned int window_ms;
	const char *what;
};

static const struct guard_row guard_rows[] = {
#define X(name, limit, window_ms, what) \
	[GPUVF_GUARD_##name] = { offsetof(struct gpuvf_guards, name), limit, \
				 window_ms, what },
	GPUVF_GUARDS(X)
#undef X
};

/**
 * gpuvf_guard_locked() - a VF does something that is guarded
 * @vf: VF
 * @guard: what
 *
 * What goes beyond the limit does not count towards it, and is told.
 *
 * Context: pf->lock held; may sleep.
 * Return: true: it may.
 */
bool gpuvf_guard_locked(struct gpuvf_vf *vf, enum gpuvf_guard guard)
{
	const struct guard_row *row = &guard_rows[guard];
	u64 *ring = (void *)&vf->guards + row->offset;
	u8 *next = &vf->guards.next[guard];
	u64 now = ktime_get_ns();
	struct gpuvf_event event = {
		.cmd = GPUVF_CMD_THRESHOLD_EXCEEDED,
		.vf = vf->index,
		.guard = guard,
		.limit = row->limit,
		.window_ms = row->window_ms,
	};

	lockdep_assert_held(&vf->pf->lock);
	if (!ring[*next] ||
	    now - ring[*next] >= row->window_ms * (u64)NSEC_PER_MSEC) {
		ring[*next] = now;
		*next = (*next + 1) % row->limit;
		return true;
	}
	gpuvf_event_locked(vf->pf, &event,
			   "more than %u %s in %u s, the rest is refused",
			   row->limit, row->what, row->window_ms / 1000);
	return false;
}
