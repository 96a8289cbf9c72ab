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

/**
 * gpuvf_throttle_get_locked() - how long ago a VF did what is guarded
 * @vf: VF
 * @age_ns: becomes that, GPUVF_GUARD_TIMES values: guard after guard, and of each the
 *	oldest first; U64_MAX: never
 *
 * Context: pf->lock held.
 */
void gpuvf_throttle_get_locked(const struct gpuvf_vf *vf, u64 *age_ns)
{
	const struct gpuvf_throttle *throttle = &vf->throttle;
	u64 now = ktime_get_ns();
	unsigned int i, n;

	lockdep_assert_held(&vf->pf->lock);
	for (i = 0; i < ARRAY_SIZE(throttle_rows); i++) {
		const struct throttle_row *row = &throttle_rows[i];

		for (n = 0; n < row->limit; n++) {
			u64 time_ns = throttle->time_ns[row->first +
				(throttle->next[i] + n) % row->limit];

			*age_ns++ = time_ns ? gpuvf_elapsed_ns(time_ns, now) :
					      U64_MAX;
		}
	}
}

/**
 * gpuvf_throttle_set_locked() - a VF did what is guarded so long ago
 * @vf: VF
 * @age_ns: as of gpuvf_throttle_get_locked()
 *
 * What was before this kernel started counts as if it had been then.
 *
 * Context: pf->lock held.
 */
void gpuvf_throttle_set_locked(struct gpuvf_vf *vf, const u64 *age_ns)
{
	u64 now = ktime_get_ns();
	unsigned int i;

	lockdep_assert_held(&vf->pf->lock);
	memset(vf->throttle.next, 0, sizeof(vf->throttle.next));
	/* the rings lie one behind the other, in the order of their guards */
	for (i = 0; i < GPUVF_GUARD_TIMES; i++)
		vf->throttle.time_ns[i] = age_ns[i] == U64_MAX ? 0 :
					  now - min(age_ns[i], now - 1);
}
