// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener. The
 * limits are those of AMD's open driver (gpu-iov register page, section 3.5).
 */

#include <linux/ktime.h>

#include "base/event.h"
#include "base/pf.h"
#include "sched/engine.h"
#include "vf/throttle.h"

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

#define GUARD(ring, limit, window_ms, what) \
	{ offsetof(struct gpuvf_guards, ring), limit, window_ms, what }

static const struct guard_row guard_rows[] = {
	[GPUVF_GUARD_MAILBOX] =
		GUARD(mailbox, GPUVF_GUARD_MESSAGES, 60000, "messages"),
	[GPUVF_GUARD_EXCLUSIVE] =
		GUARD(exclusive, GPUVF_GUARD_ACCESSES, 60000,
		      "requests for exclusive access"),
	[GPUVF_GUARD_EXCLUSIVE_TIMEOUT] =
		GUARD(exclusive_timeout, GPUVF_GUARD_TIMEOUTS, 500000,
		      "exclusive accesses that had to be ended"),
	[GPUVF_GUARD_RESET] =
		GUARD(reset, GPUVF_GUARD_RESETS, 60000,
		      "resets that it asked for or made necessary"),
	[GPUVF_GUARD_PF_RESET] =
		GUARD(pf_reset, GPUVF_GUARD_PF_RESETS, 500000,
		      "resets of the GPU that it made necessary"),
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
	    gpuvf_elapsed_ns(ring[*next], now) >= row->window_ms * (u64)NSEC_PER_MSEC) {
		ring[*next] = now;
		*next = (*next + 1) % row->limit;
		return true;
	}
	gpuvf_event_locked(vf->pf, &event,
			   "more than %u %s in %u s, the rest is refused",
			   row->limit, row->what, row->window_ms / 1000);
	return false;
}

/**
 * gpuvf_guard_access_locked() - a guest asks for full access
 * @vf: VF
 *
 * Both how often and for how long in all are limited: without the second a guest
 * that releases in time has a fifth of the GPU beside its share.
 *
 * Context: pf->lock held; may sleep.
 * Return: true: it may.
 */
bool gpuvf_guard_access_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_event event = {
		.cmd = GPUVF_CMD_THRESHOLD_EXCEEDED,
		.vf = vf->index,
		.guard = GPUVF_GUARD_EXCLUSIVE_TIME,
		.limit = GPUVF_GUARD_ACCESS_MS,
	};

	lockdep_assert_held(&vf->pf->lock);
	if (gpuvf_world_access_ns(vf->pf, vf->index) <
	    GPUVF_GUARD_ACCESS_MS * (u64)NSEC_PER_MSEC)
		return gpuvf_guard_locked(vf, GPUVF_GUARD_EXCLUSIVE);
	gpuvf_event_locked(vf->pf, &event,
			   "had %u ms of exclusive access beyond its share, more is refused until it has paid",
			   GPUVF_GUARD_ACCESS_MS);
	return false;
}
