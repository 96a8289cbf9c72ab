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
 * remembered in engine.retained, and not in engine.started, which is about time slices.
 */

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "base/pf.h"
#include "sched/engine.h"

/* how often to look at a command whose interrupt may have been lost */
#define QUIESCE_RECHECK_MS		5

static void quiesce_set_parking(struct gpuvf_pf *pf, bool parking)
{
	spin_lock_irq(&pf->engine.lock);
	pf->engine.parking = parking;
	spin_unlock_irq(&pf->engine.lock);
	gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
}

static bool quiesce_is_torn_down(struct gpuvf_pf *pf)
{
	bool done;

	spin_lock_irq(&pf->engine.lock);
	gpuvf_switch_poll_locked(pf, ktime_get_ns());
	done = pf->engine.phase != GPUVF_PHASE_TEAR_DOWN;
	spin_unlock_irq(&pf->engine.lock);
	return done;
}

static void quiesce_tear_down(struct gpuvf_pf *pf, unsigned int vf)
{
	const unsigned long step = msecs_to_jiffies(QUIESCE_RECHECK_MS) + 1;
	struct gpuvf_engine *e = &pf->engine;

	spin_lock_irq(&e->lock);
	/* what blocks the engine ends with the VFs, or by a reset */
	if (e->phase == GPUVF_PHASE_EMPTY)
		gpuvf_switch_tear_down_locked(pf, vf);
	spin_unlock_irq(&e->lock);
	while (!wait_event_timeout(e->off_wait, quiesce_is_torn_down(pf), step))
		;
	/* a refused command is about this VF alone */
	spin_lock_irq(&e->lock);
	if (e->phase == GPUVF_PHASE_FAULT && e->fault == -ECANCELED &&
	    !gpuvf_hw_engine_is_taken(pf->hw))
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	spin_unlock_irq(&e->lock);
}

/*
 * Reset the bookkeeping. VFs that still have a context and were not reset (@flr)
 * retain it, perhaps since an earlier halt.
 */
static void quiesce_reset(struct gpuvf_engine *e, u32 flr)
{
	spin_lock_irq(&e->lock);
	e->retained |= e->started & ~flr;
	e->started = 0;
	e->was_reset = 0;
	e->runnable = 0;
	e->tear_down = 0;
	e->torn_down = 0;
	e->hung = 0;
	e->flr = 0;
	e->due = 0;
	e->full_access = GPUVF_VF_NONE;
	e->fault_seen = false;
	e->stuck = false;
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	gpuvf_engine_masks_locked(e);
	spin_unlock_irq(&e->lock);
}

/**
 * gpuvf_quiesce_locked() - take the GPU from all VFs and drop their states
 * @pf: PF
 *
 * On return no time slice is begun until gpuvf_quiesce_end(), and no command is under
 * way, unless the hardware hangs: then gpuvf_quiesce_retained() tells who may have kept
 * its context.
 *
 * After a fatal PCIe error commands would not end: none is waited for, and VFs keep
 * their states until the GPU was reset.
 *
 * The caller marks what enabled VFs leave behind; see
 * gpuvf_vfs_end_tenancy_locked().
 *
 * Context: pf->lock held; may sleep for a few commands, and longer when the
 * hardware hangs.
 */
void gpuvf_quiesce_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	unsigned int vf;
	u32 had, flr;

	lockdep_assert_held(&pf->lock);
	quiesce_set_parking(pf, true);
	if (pf->frozen) {
		spin_lock_irq(&e->lock);
		gpuvf_switch_lost_locked(pf);
		spin_unlock_irq(&e->lock);
	}
	kthread_park(e->task);

	spin_lock_irq(&e->lock);
	had = e->started;
	flr = gpuvf_engine_flr_locked(pf);
	spin_unlock_irq(&e->lock);
	for (vf = 0; vf < pf->total_vfs; vf++)
		if ((had & ~flr & BIT(vf)) && !pf->frozen &&
		    gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN))
			quiesce_tear_down(pf, vf);
	quiesce_reset(e, flr);
}

/**
 * gpuvf_quiesce_end() - time slices may begin again
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_quiesce_end(struct gpuvf_pf *pf)
{
	quiesce_set_parking(pf, false);
	kthread_unpark(pf->engine.task);
}

/**
 * gpuvf_quiesce_all_lost_locked() - the GPU was reset, or its VFs disabled: no VF
 * has kept anything
 * @pf: PF that was halted
 *
 * Context: pf->lock held.
 */
void gpuvf_quiesce_all_lost_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&pf->engine.lock);
	pf->engine.retained = 0;
	spin_unlock_irq(&pf->engine.lock);
}
