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
 * struct throttle_row - one guard
 * @first: where its ring begins in struct gpuvf_throttle
 * @limit: how often, which is the ring's length
 * @window_ms: within that time
 * @what: what is counted, for the sentence
 */
struct throttle_row {
	unsigned int first;
	unsigned int limit;
	unsigned int window_ms;
	const char *what;
};

static const struct throttle_row throttle_rows[] = {
	[GPUVF_THRESHOLD_MAILBOX] = { 0, 56, 60000, "messages" },
	[GPUVF_THRESHOLD_FULL_ACCESS] = {
		56, 9, 60000, "requests for full access" },
	[GPUVF_THRESHOLD_FULL_ACCESS_TIMEOUT] = {
		65, 2, 500000, "full access that had to be ended" },
	[GPUVF_THRESHOLD_RESET] = {
		67, 3, 60000, "resets that it asked for or made necessary" },
	[GPUVF_THRESHOLD_PF_RESET] = {
		70, 2, 500000, "resets of the GPU that it made necessary" },
};

static_assert(70 + 2 == GPUVF_GUARD_TIMES);

/**
 * gpuvf_throttle_locked() - a VF does something that is guarded
 * @vf: VF
 * @threshold: what
 *
 * What goes beyond the limit does not count towards it, and is reported.
 *
 * Context: pf->lock held; may sleep.
 * Return: true: it may.
 */
bool gpuvf_throttle_locked(struct gpuvf_vf *vf, enum gpuvf_threshold threshold)
{
	const struct throttle_row *row = &throttle_rows[threshold];
	u64 *ring = &vf->throttle.time_ns[row->first];
	u8 *next = &vf->throttle.next[threshold];
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
				       .threshold = threshold, .limit = row->limit,
				       .window_ms = row->window_ms),
			   "more than %u %s in %u s, the rest is refused",
			   row->limit, row->what, row->window_ms / 1000);
	return false;
}
