/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who runs next, and until when. Pure: no clock, no lock, no device; "now" is
 * an argument, in nanoseconds of one monotonic clock.
 *
 * One function at a time holds the GPU: the current VF, or none. A VF's time slice
 * is accounted from the start of its LOAD (or INIT) to the end of its SAVE; what
 * it took beyond its slice is a deficit that comes off its next time slices, so that
 * accounted time converges to the ratio of slices whatever the switches cost:
 *
 *	deficit ≥ slice: the time slice is skipped, the deficit falls by one slice
 *	else: the budget is the larger of slice - deficit and slice / 2
 *	end of slice: deficit = max(0, deficit + accounted - slice)
 *
 * Documentation/design/scheduling.rst proves by how much a VF may be ahead of
 * its share or behind it. A decision looks at one VF, but for those it skips.
 *
 * Who is next is decided by gpuvf_sched_next() between two time slices, or already
 * before the end of one, by gpuvf_sched_choose(), for hardware that goes from one
 * VF to the next in one command. Both go the same way round.
 *
 * A VF that is alone in the rotation has no deficit: what it had is dropped, and it is
 * switched to itself every 500 ms so that a hang is noticed. When another VF
 * joins, the time slice under way counts as one slice at the most. With full
 * access it is alone too, but what anybody owes is kept until that is over.
 */
#ifndef GPUVF_DRR_H
#define GPUVF_DRR_H

#include <linux/gpuvf.h>

#include "base/pure.h"

#define GPUVF_SCHED_NONE		(-1)
#define GPUVF_SCHED_DEFAULT_SLICE_NS	6000000ULL

/* with it, what is multiplied in gpuvf_sched_access_ns() fits 64 bits */
#define GPUVF_SCHED_MAX_SLICE_NS	0x20000000ULL
#define GPUVF_SCHED_SELF_SWITCH_NS	500000000ULL

/**
 * struct gpuvf_sched_vf - one VF as the scheduler sees it
 * @slice_ns: its time slice, never 0 for a VF of the rotation
 * @deficit_ns: what it took beyond its slices
 * @access_ns: full access that it has not paid for yet
 * @access_at_ns: when @access_ns was brought up to date
 * @slices: time slices it had
 * @accounted_ns: sum over all time slices, and what it had alone
 * @overrun_ns: sum of what its time slices took beyond slice and deficit allowed
 * @skipped: time slices skipped because of deficit
 * @given_away_ns: sum of what it left of its time slices for others (best-effort)
 */
struct gpuvf_sched_vf {
	u64 slice_ns;
	u64 deficit_ns;
	u64 access_ns;
	u64 access_at_ns;
	u64 slices;
	u64 accounted_ns;
	u64 overrun_ns;
	u64 skipped;
	u64 given_away_ns;
};

/**
 * struct gpuvf_sched - the scheduler of one GPU
 * @policy: enum gpuvf_policy
 * @present: bit n: VF n is enabled, provisioned, and may be given the GPU
 * @started: bit n: VF n has state on the GPU (was INITed)
 * @work: bit n: VF n has work, as the hardware reports
 * @full_access_vf: only this one takes part, GPUVF_SCHED_NONE: everybody
 * @current_vf: which VF has the time slice, GPUVF_SCHED_NONE: none
 * @last_vf: whom the rotation came by last; it goes on behind
 * @chosen_vf: whose turn is next, GPUVF_SCHED_NONE: not decided yet
 * @slice_start_ns: when the present time slice began to count
 * @budget_ns: how long the present time slice may last
 * @quantum_ns: the VF's slice when the time slice began, by which it is settled
 * @vf: by index
 */
struct gpuvf_sched {
	enum gpuvf_policy policy;
	u32 present;
	u32 started;
	u32 work;
	int full_access_vf;
	int current_vf;
	int last_vf;
	int chosen_vf;
	u64 slice_start_ns;
	u64 budget_ns;
	u64 quantum_ns;
	struct gpuvf_sched_vf vf[GPUVF_MAX_VFS];
};

/**
 * struct gpuvf_decision - what to do next
 * @vf: which VF gets the GPU; GPUVF_SCHED_NONE: no VF of the rotation has anything to
 *	run
 * @burn: policy fixed: @vf has nothing to run; leave the GPU empty for the time slice
 */
struct gpuvf_decision {
	int vf;
	bool burn;
};

void gpuvf_sched_init(struct gpuvf_sched *s, enum gpuvf_policy policy);
void gpuvf_sched_set_slice(struct gpuvf_sched *s, unsigned int vf, u64 slice_ns);
void gpuvf_sched_set_policy(struct gpuvf_sched *s, enum gpuvf_policy policy,
			    u64 now_ns);
void gpuvf_sched_set_full_access(struct gpuvf_sched *s, int vf, u64 now_ns);
void gpuvf_sched_update(struct gpuvf_sched *s, u32 present, u32 started,
			u32 work, u64 now_ns);
u32 gpuvf_sched_run_list(const struct gpuvf_sched *s);
int gpuvf_sched_choose(struct gpuvf_sched *s);
bool gpuvf_sched_next(struct gpuvf_sched *s, u64 now_ns, struct gpuvf_decision *d);
void gpuvf_sched_switched(struct gpuvf_sched *s, u64 now_ns);
void gpuvf_sched_switched_in(struct gpuvf_sched *s, u64 now_ns);
u64 gpuvf_sched_deadline(const struct gpuvf_sched *s, u64 now_ns);
u64 gpuvf_sched_end(struct gpuvf_sched *s, u64 now_ns);
u64 gpuvf_sched_access_ns(struct gpuvf_sched *s, unsigned int vf, u64 now_ns);

#endif /* GPUVF_DRR_H */
