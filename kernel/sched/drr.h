/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who runs next, and until when. Pure: no clock, no lock, no device; "now" is
 * an argument, in nanoseconds of one monotonic clock.
 *
 * One function at a time holds the GPU: the current VF, or nobody. A VF's turn
 * is charged from the start of its LOAD (or INIT) to the end of its SAVE; what
 * it took beyond its slice is a debt that comes off its next turns, so that
 * charged time converges to the ratio of slices whatever the switches cost:
 *
 *	debt ≥ slice: the turn is skipped, the debt falls by one slice
 *	else: the grant is the larger of slice - debt and slice / 2
 *	end of turn: debt = max(0, debt + charged - slice)
 *
 * Documentation/design/scheduling.rst proves by how much a VF may be ahead of
 * its share or behind it. A decision looks at one VF, but for those it skips.
 *
 * Who is next is decided by gpuvf_sched_next() between two turns, or already
 * before the end of one, by gpuvf_sched_choose(), for hardware that goes from one
 * VF to the next in one command. Both go the same way round.
 *
 * A VF that is alone in the round owes nobody: its debt is forgotten, and it is
 * switched to itself every 500 ms so that a hang is noticed. When another VF
 * joins, the turn under way counts as one slice at the most. With exclusive
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
 * @slice_ns: its time slice, never 0 for a VF of the round
 * @debt_ns: what it took beyond its slices
 * @access_ns: full access that it has not paid for yet
 * @access_at_ns: when @access_ns was brought up to date
 * @turns: turns it had
 * @charged_ns: sum over all turns, and what it had alone
 * @overrun_ns: sum of what its turns took beyond slice and debt allowed
 * @skipped: turns skipped because of debt
 * @given_away_ns: sum of what it left of its turns for others (best-effort)
 */
struct gpuvf_sched_vf {
	u64 slice_ns;
	u64 debt_ns;
	u64 access_ns;
	u64 access_at_ns;
	u64 turns;
	u64 charged_ns;
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
 * @exclusive_vf: only this one takes part, GPUVF_SCHED_NONE: everybody
 * @current_vf: whose turn it is, GPUVF_SCHED_NONE: nobody's
 * @last_vf: whom the round came by last; it goes on behind
 * @chosen_vf: whose turn is next, GPUVF_SCHED_NONE: not decided yet
 * @turn_start_ns: when the present turn began to count
 * @turn_grant_ns: how long the present turn may last
 * @turn_slice_ns: the VF's slice when the turn began, by which it is settled
 * @vf: by index
 */
struct gpuvf_sched {
	enum gpuvf_policy policy;
	u32 present;
	u32 started;
	u32 work;
	int exclusive_vf;
	int current_vf;
	int last_vf;
	int chosen_vf;
	u64 turn_start_ns;
	u64 turn_grant_ns;
	u64 turn_slice_ns;
	struct gpuvf_sched_vf vf[GPUVF_MAX_VFS];
};

/**
 * struct gpuvf_decision - what to do next
 * @vf: who gets the GPU; GPUVF_SCHED_NONE: nobody of the round has anything to
 *	run
 * @burn: policy fixed: @vf has nothing to run; leave the GPU empty for the turn
 */
struct gpuvf_decision {
	int vf;
	bool burn;
};

/** gpuvf_sched_init() - nobody in the round, every slice at its default */
void gpuvf_sched_init(struct gpuvf_sched *s, enum gpuvf_policy policy);

/**
 * gpuvf_sched_set_slice() - live: holds from the VF's next turn
 * @s: the scheduler
 * @vf: index, below GPUVF_MAX_VFS
 * @slice_ns: 2 to GPUVF_SCHED_MAX_SLICE_NS
 *
 * The debt is carried over, but never more than it was, and the turn under way
 * is settled with the slice it began with.
 */
void gpuvf_sched_set_slice(struct gpuvf_sched *s, unsigned int vf, u64 slice_ns);

/** gpuvf_sched_set_policy() - live: holds from the next decision */
void gpuvf_sched_set_policy(struct gpuvf_sched *s, enum gpuvf_policy policy,
			    u64 now_ns);

/**
 * gpuvf_sched_set_exclusive() - one VF has the GPU to itself, or nobody has
 * @s: the scheduler
 * @vf: index, or GPUVF_SCHED_NONE
 * @now_ns: now
 *
 * Live: it holds at once. Debts stay as they are meanwhile.
 */
void gpuvf_sched_set_exclusive(struct gpuvf_sched *s, int vf, u64 now_ns);

/**
 * gpuvf_sched_update() - who may run, who has state, who has work
 * @s: the scheduler
 * @present: new value of the mask
 * @started: new value of the mask
 * @work: new value of the mask
 * @now_ns: now
 *
 * A VF that leaves @present loses its debt. The present turn goes on even when
 * its VF left the round: see gpuvf_sched_deadline().
 */
void gpuvf_sched_update(struct gpuvf_sched *s, u32 present, u32 started,
			u32 work, u64 now_ns);

/**
 * gpuvf_sched_ring() - who is in the round under the present policy
 *
 * fixed: present. equal: present and (started or work). best-effort: present
 * and work. With exclusive access: of these, its owner.
 *
 * Return: bit n: VF n.
 */
u32 gpuvf_sched_ring(const struct gpuvf_sched *s);

/**
 * gpuvf_sched_choose() - who is next, before the present turn is over
 * @s: the scheduler, with a turn under way
 *
 * It stays so, whatever is debited until then; only who leaves the round before
 * its turn has begun is not next any more.
 *
 * Return: another VF; GPUVF_SCHED_NONE: that depends on what the present turn is
 * charged, since everybody else is skipped, or there is nobody else.
 */
int gpuvf_sched_choose(struct gpuvf_sched *s);

/**
 * gpuvf_sched_next() - begin a turn
 * @s: the scheduler; no turn may be under way
 * @now_ns: now: the turn counts from here
 * @d: what to do
 *
 * Round robin in index order behind the last turn, skipping those in debt.
 * While nobody of the round has state or work, nobody has the turn: under
 * policy fixed nothing would be kept from anybody by leaving the GPU empty.
 *
 * Return: true when somebody has the turn.
 */
bool gpuvf_sched_next(struct gpuvf_sched *s, u64 now_ns, struct gpuvf_decision *d);

/**
 * gpuvf_sched_switched() - begin the turn of the VF that was chosen
 * @s: the scheduler; no turn may be under way
 * @now_ns: now: the turn counts from here
 *
 * The hardware went over to it already, so it has the turn even when it is not in
 * the round any more; gpuvf_sched_deadline() is at once then.
 */
void gpuvf_sched_switched(struct gpuvf_sched *s, u64 now_ns);

/**
 * gpuvf_sched_entered() - the VF of the present turn begins to take the GPU
 * @s: the scheduler, with a turn under way
 * @now_ns: start of the LOAD
 *
 * The turn counts from here: what the decision itself took is nobody's.
 */
void gpuvf_sched_entered(struct gpuvf_sched *s, u64 now_ns);

/**
 * gpuvf_sched_deadline() - when the present turn has to end
 * @s: the scheduler, with a turn under way
 * @now_ns: now
 *
 * To be asked again after every gpuvf_sched_update(): earlier when somebody
 * joined a VF that was alone; at once when the VF left the round and somebody
 * else is in it, or when it may not run any more.
 *
 * Return: absolute time; not later than @now_ns: end it now.
 */
u64 gpuvf_sched_deadline(const struct gpuvf_sched *s, u64 now_ns);

/**
 * gpuvf_sched_end() - the present turn is over, its state saved
 * @s: the scheduler, with a turn under way
 * @now_ns: end of the SAVE
 *
 * Return: nanoseconds charged against the slice.
 */
u64 gpuvf_sched_end(struct gpuvf_sched *s, u64 now_ns);

/**
 * gpuvf_sched_access_ns() - full access that a VF has not paid for yet
 * @s: the scheduler
 * @vf: index
 * @now_ns: now
 *
 * What it had while another VF wanted the GPU. As time passes it pays half its
 * share, and has half its slice until everything is paid: so what it gets in all
 * converges to its share.
 */
u64 gpuvf_sched_access_ns(struct gpuvf_sched *s, unsigned int vf, u64 now_ns);

/**
 * gpuvf_sched_round_ns() - length of a round when nobody overruns
 * @s: the scheduler
 * @members: bit n: VF n takes part
 * @switch_ns: what one switch costs
 *
 * Return: sum over @members of slice and switch.
 */
u64 gpuvf_sched_round_ns(const struct gpuvf_sched *s, u32 members, u64 switch_ns);

#endif /* GPUVF_DRR_H */
