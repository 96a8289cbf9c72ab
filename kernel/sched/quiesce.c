// SPDX-License-Identifier: GPL-2.0
/*
 * Bringing the GPU to rest: before it is reset or put to sleep, and before its
 * VFs are disabled.
 *
 *	turns ──park──► nobody on the engine ──SHUTDOWN of each──► no VF has state
 *	                       │
 *	                       └── the hardware does not obey: VFs keep their states
 *
 * Without the command SHUTDOWN all VFs keep their states here. Disabling VFs and a
 * reset of the GPU end them, so only after a suspend the GPU has to be reset.
 *
 * Who keeps his state can neither be given turns, since nobody knows what of it
 * is left, nor may his memory be moved or cleared, since it is still his. Only
 * when the GPU was reset or the VFs were disabled that comes to an end. All is
 * remembered in world.kept, and not in world.started, which is about turns.
 */

#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "base/pf.h"
#include "sched/engine.h"

/* how often to look at a command whose interrupt may have been lost */
#define HALT_RECHECK_MS		5

static void halt_set_parking(struct gpuvf_pf *pf, bool parking)
{
	spin_lock_irq(&pf->world.lock);
	pf->world.parking = parking;
	spin_unlock_irq(&pf->world.lock);
	gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
}

static bool halt_is_dropped(struct gpuvf_pf *pf)
{
	bool done;

	spin_lock_irq(&pf->world.lock);
	gpuvf_turn_look_locked(pf, ktime_get_ns());
	done = pf->world.phase != GPUVF_PHASE_DROP;
	spin_unlock_irq(&pf->world.lock);
	return done;
}

static void halt_drop(struct gpuvf_pf *pf, unsigned int vf)
{
	const unsigned long step = msecs_to_jiffies(HALT_RECHECK_MS) + 1;
	struct gpuvf_world *w = &pf->world;

	spin_lock_irq(&w->lock);
	/* what blocks the engine ends with the VFs, or by a reset */
	if (w->phase == GPUVF_PHASE_EMPTY)
		gpuvf_turn_drop_locked(pf, vf);
	spin_unlock_irq(&w->lock);
	while (!wait_event_timeout(w->off_wait, halt_is_dropped(pf), step))
		;
	/* a refused command is about this VF alone */
	spin_lock_irq(&w->lock);
	if (w->phase == GPUVF_PHASE_FAULT && w->fault == -ECANCELED &&
	    !pf->hw->engine_is_taken(pf))
		gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
	spin_unlock_irq(&w->lock);
}

/*
 * Reset the bookkeeping. VFs that still have a context and were not reset (@flr)
 * retain it, perhaps since an earlier halt.
 */
static void halt_forget(struct gpuvf_world *w, u32 flr)
{
	spin_lock_irq(&w->lock);
	w->kept |= w->started & ~flr;
	w->started = 0;
	w->was_reset = 0;
	w->runnable = 0;
	w->drop = 0;
	w->dropped = 0;
	w->caught = 0;
	w->flr = 0;
	w->owed = 0;
	w->exclusive = GPUVF_NOBODY;
	w->fault_seen = false;
	w->stuck = false;
	gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
	gpuvf_world_masks_locked(w);
	spin_unlock_irq(&w->lock);
}

/**
 * gpuvf_halt_locked() - take the GPU from all VFs and drop their states
 * @pf: PF
 *
 * On return no turn is begun until gpuvf_halt_end(), and no command is under
 * way, unless the hardware hangs: then gpuvf_halt_kept() tells who may have kept
 * his state.
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
void gpuvf_halt_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	unsigned int vf;
	u32 had, flr;

	lockdep_assert_held(&pf->lock);
	halt_set_parking(pf, true);
	if (pf->frozen) {
		spin_lock_irq(&w->lock);
		gpuvf_turn_lost_locked(pf);
		spin_unlock_irq(&w->lock);
	}
	kthread_park(w->task);

	spin_lock_irq(&w->lock);
	had = w->started;
	flr = gpuvf_world_flr_locked(pf);
	spin_unlock_irq(&w->lock);
	for (vf = 0; vf < pf->total_vfs; vf++)
		if ((had & ~flr & BIT(vf)) && !pf->frozen &&
		    gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN))
			halt_drop(pf, vf);
	halt_forget(w, flr);
}

/**
 * gpuvf_halt_end() - turns may begin again
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_halt_end(struct gpuvf_pf *pf)
{
	halt_set_parking(pf, false);
	kthread_unpark(pf->world.task);
}

/**
 * gpuvf_halt_all_lost_locked() - the GPU was reset, or its VFs disabled: nobody
 * has kept anything
 * @pf: PF that was halted
 *
 * Context: pf->lock held.
 */
void gpuvf_halt_all_lost_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&pf->world.lock);
	pf->world.kept = 0;
	spin_unlock_irq(&pf->world.lock);
}
