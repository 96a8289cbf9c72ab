// SPDX-License-Identifier: GPL-2.0
/*
 * Bringing the GPU to rest: before it is reset or put to sleep, and before its
 * VFs are disabled.
 *
 *	time slices ──park──► no VF on the engine ──SHUTDOWN of each──► no VF has state
 *	                       │
 *	                       └── the hardware does not obey: VFs keep their states
 *
 * Without the command SHUTDOWN all VFs keep their states here. Disabling VFs and a
 * reset of the GPU end them, so only after a suspend the GPU has to be reset.
 *
 * A VF that retains its context can neither be given time slices, since what of it
 * is left is unknown, nor may its memory be moved or scrubbed, since it is still its own. Only
 * when the GPU was reset or the VFs were disabled that comes to an end. All is
 * remembered in retained, and not in started, which is about time slices.
 */

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "base/pf.h"
#include "sched/soft.h"

/* how often to look at a command whose interrupt may have been lost */
#define QUIESCE_RECHECK_MS		5

static void quiesce_set_parking(struct gpuvf_soft *e, bool parking)
{
	spin_lock_irq(&e->base.lock);
	e->parking = parking;
	spin_unlock_irq(&e->base.lock);
	gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
}

static bool quiesce_is_torn_down(struct gpuvf_soft *e)
{
	bool done;

	spin_lock_irq(&e->base.lock);
	gpuvf_switch_poll_locked(e, ktime_get_ns());
	done = e->phase != GPUVF_PHASE_TEAR_DOWN;
	spin_unlock_irq(&e->base.lock);
	return done;
}

static void quiesce_tear_down(struct gpuvf_soft *e, unsigned int vf)
{
	const unsigned long step = msecs_to_jiffies(QUIESCE_RECHECK_MS) + 1;

	spin_lock_irq(&e->base.lock);
	/* what blocks the engine ends with the VFs, or by a reset */
	if (e->phase == GPUVF_PHASE_EMPTY)
		gpuvf_switch_tear_down_locked(e, vf);
	spin_unlock_irq(&e->base.lock);
	while (!wait_event_timeout(e->off_wait, quiesce_is_torn_down(e), step))
		;
	/* a refused command is about this VF alone */
	spin_lock_irq(&e->base.lock);
	if (e->phase == GPUVF_PHASE_FAULT && e->fault == -ECANCELED &&
	    !gpuvf_hw_engine_is_taken(e->hw))
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	spin_unlock_irq(&e->base.lock);
}

/*
 * Reset the bookkeeping. VFs that still have a context and were not reset (@flr)
 * retain it, perhaps since an earlier halt.
 */
static void quiesce_reset(struct gpuvf_soft *e, u32 flr)
{
	spin_lock_irq(&e->base.lock);
	e->base.retained |= e->base.started & ~flr;
	e->base.started = 0;
	e->was_reset = 0;
	e->runnable = 0;
	e->tear_down = 0;
	e->torn_down = 0;
	e->hung = 0;
	e->flr = 0;
	e->base.due = 0;
	e->base.full_access = GPUVF_VF_NONE;
	e->fault_seen = false;
	e->stuck = false;
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	gpuvf_soft_masks_locked(e);
	spin_unlock_irq(&e->base.lock);
}

/* on return no command is under way, and none begins before quiesce_end */
void gpuvf_soft_quiesce(struct gpuvf_engine *engine)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	unsigned int vf;
	u32 had, flr;

	lockdep_assert_held(&e->pf->lock);
	quiesce_set_parking(e, true);
	if (e->pf->frozen) {
		spin_lock_irq(&e->base.lock);
		gpuvf_switch_lost_locked(e);
		spin_unlock_irq(&e->base.lock);
	}
	kthread_park(e->task);

	spin_lock_irq(&e->base.lock);
	had = e->base.started;
	flr = gpuvf_soft_flr_locked(e);
	spin_unlock_irq(&e->base.lock);
	for (vf = 0; vf < e->pf->total_vfs; vf++)
		if ((had & ~flr & BIT(vf)) && !e->pf->frozen &&
		    gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_SHUTDOWN))
			quiesce_tear_down(e, vf);
	quiesce_reset(e, flr);
}

void gpuvf_soft_quiesce_end(struct gpuvf_engine *engine)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	quiesce_set_parking(e, false);
	kthread_unpark(e->task);
}
