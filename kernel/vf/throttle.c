// SPDX-License-Identifier: GPL-2.0
/*
 * Guards: what a VF may do so often in a stretch of time, and no oftener. The
 * limits are those of AMD's open driver (gpu-iov register page, section 3.5).
 */

#include <linux/ktime.h>

#include "base/event.h"
#include "base/pf.h"
#include "vf/vf.h"

/**
 * struct guard_row - one guard
 * @first: where its ring begins in struct gpuvf_guards
 * @limit: how often, which is the ring's length
 * @window_ms: within that time
 * @what: what is counted, for the sentence
 */
struct guard_row {
	unsigned int first;
	unsigned int limit;
	unsigned int window_ms;
	const char *what;
};

static const struct guard_row guard_rows[] = {
	[GPUVF_GUARD_MAILBOX] = { 0, 56, 60000, "messages" },
	[GPUVF_GUARD_EXCLUSIVE] = {
		56, 9, 60000, "requests for exclusive access" },
	[GPUVF_GUARD_EXCLUSIVE_TIMEOUT] = {
		65, 2, 500000, "exclusive accesses that had to be ended" },
	[GPUVF_GUARD_RESET] = {
		67, 3, 60000, "resets that it asked for or made necessary" },
	[GPUVF_GUARD_PF_RESET] = {
		70, 2, 500000, "resets of the GPU that it made necessary" },
};

static_assert(70 + 2 == GPUVF_GUARD_TIMES);

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
	u64 *ring = &vf->guards.time_ns[row->first];
	u8 *next = &vf->guards.next[guard];
	u64 now = ktime_get_ns();

	lockdep_assert_held(&vf->pf->lock);
	if (!ring[*next] ||
	    gpuvf_elapsed_ns(ring[*next], now) >= row->window_ms * (u64)NSEC_PER_MSEC) {
		ring[*next] = now;
		*next = (*next + 1) % row->limit;
		return true;
	}
	gpuvf_event_locked(vf->pf,
			   GPUVF_EVENT(THRESHOLD_EXCEEDED, vf->index,
				       .guard = guard, .limit = row->limit,
				       .window_ms = row->window_ms),
			   "more than %u %s in %u s, the rest is refused",
			   row->limit, row->what, row->window_ms / 1000);
	return false;
}
