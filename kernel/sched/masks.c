// SPDX-License-Identifier: GPL-2.0
/*
 * Which VFs the software scheduler may give time slices, which have state, and how its
 * thread is notified. What is decided here holds for the thread and the interrupt alike.
 */

#include <linux/ktime.h>
#include <linux/sched.h>

#include "base/pf.h"
#include "sched/soft.h"

/* from below a bare timer's lateness to beyond the longest time slice */
const u64 gpuvf_lateness_upper_ns[GPUVF_LATENESS_BUCKETS - 1] = {
	1 * NSEC_PER_USEC, 2 * NSEC_PER_USEC, 5 * NSEC_PER_USEC,
	10 * NSEC_PER_USEC, 20 * NSEC_PER_USEC, 50 * NSEC_PER_USEC,
	100 * NSEC_PER_USEC, 200 * NSEC_PER_USEC, 500 * NSEC_PER_USEC,
	1 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC, 100 * NSEC_PER_MSEC,
	1 * NSEC_PER_SEC,
};

/* which VFs have work; what is assumed without busy bits is in hw/hw.h */
static u32 masks_work(const struct gpuvf_soft *e)
{
	if (gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_BUSY))
		return e->work;
	return gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_MAILBOX) ? e->base.started :
							     e->runnable;
}

/**
 * gpuvf_soft_masks_locked() - tell the scheduler who may run
 * @e: engine
 *
 * Who has the GPU to himself is alone in the rotation, and counts as having work.
 *
 * Context: the lock held.
 */
void gpuvf_soft_masks_locked(struct gpuvf_soft *e)
{
	u32 present = e->runnable & (e->base.started | ~e->first_start_blocked) & ~e->tear_down;
	u64 now = ktime_get_ns();
	u32 work = masks_work(e);
	u32 due = e->base.due;

	lockdep_assert_held(&e->base.lock);
	if (e->base.full_access != GPUVF_VF_NONE)
		work |= BIT(e->base.full_access);
	gpuvf_sched_set_full_access(&e->sched, e->base.full_access, now);
	gpuvf_sched_update(&e->sched, present, e->base.started, work, now);
	if (e->base.full_access != GPUVF_VF_NONE)
		return;
	e->base.due &= gpuvf_sched_run_list(&e->sched);
	if (due && !e->base.due)
		schedule_work(&e->pf->report);
}

/**
 * gpuvf_soft_lose_locked() - VFs lost their contexts in a reset
 * @e: engine
 * @vfs: bit n: VF n
 *
 * A VF that never ran counts too: its guest may have written framebuffer through its
 * BAR. None of them starts before the report work has marked what it leaves behind. A
 * VF that has the engine even now was not reached by the reset, and keeps its context
 * until the GPU is reset where it blocks the engine, else until it is made to leave and
 * SHUTDOWN.
 *
 * Context: the engine's lock held.
 */
void gpuvf_soft_lose_locked(struct gpuvf_soft *e, u32 vfs)
{
	u32 lost = vfs;

	if (e->phase != GPUVF_PHASE_EMPTY && e->phase != GPUVF_PHASE_BURN &&
	    (lost & e->base.started & BIT(e->vf)) && gpuvf_hw_engine_is_taken(e->hw)) {
		lost &= ~BIT(e->vf);
		if (e->phase != GPUVF_PHASE_BLOCKED &&
		    gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_SHUTDOWN))
			e->tear_down |= BIT(e->vf);
	}
	e->base.started &= ~lost;
	e->runnable &= ~lost;
	e->tear_down &= ~lost;
	e->was_reset |= lost;
	e->reset_seen |= vfs;
	if (vfs)
		schedule_work(&e->pf->report);
}

/**
 * gpuvf_soft_flr_locked() - which VFs were reset since it was asked last
 * @e: engine
 *
 * What is acknowledged here happened to the state that a VF had until now: the
 * hardware starts none whose reset is still to be reported, and as long as the lock is
 * held nothing else does.
 *
 * Context: the engine's lock held.
 * Return: bit n: VF n.
 */
u32 gpuvf_soft_flr_locked(struct gpuvf_soft *e)
{
	lockdep_assert_held(&e->base.lock);
	return gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_FLR_NOTICE) ?
	       e->hw->ops->flr_vfs(e->hw) : 0;
}

/**
 * gpuvf_soft_event() - the hardware raised an interrupt, or there is news
 * @e: engine
 * @events: GPUVF_HW_EVENT_* bits, GPUVF_SOFT_CHANGED
 *
 * Context: any.
 */
void gpuvf_soft_event(struct gpuvf_soft *e, u32 events)
{
	atomic_or(events, &e->events);
	wake_up_process(e->task);
}
