// SPDX-License-Identifier: GPL-2.0
/*
 * Exclusive access: the GPU for one VF alone, while its guest's driver starts
 * or stops. One after the other, in the order of asking:
 *
 *	asked ──► waits ──its memory is clean, its turn──► owner
 *	                                                     │ executes
 *	            everybody else                           ▼
 *	      ◄── has one slice first ◄──released───── told READY
 *	                                                     │ time is up
 *	                                                     ▼
 *	                                              reset, and the next
 *
 * A guest gives up after 6 s (gpu-iov register page, section 4.4), so that one
 * who waits must not wait for longer: the more wait, the shorter the limit.
 */

#include <linux/jiffies.h>
#include <linux/math64.h>

#include "base/compat.h"
#include "base/event.h"
#include "base/pf.h"
#include "hw/regs.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* what all who wait may have together, if one does not need more; and the least */
#define EXCLUSIVE_TOGETHER_MS	4000
#define EXCLUSIVE_MIN_MS	100

static unsigned int exclusive_limit_ms(struct gpuvf_pf *pf, u32 runnable)
{
	const struct gpuvf_exclusive *ex = &pf->exclusive;
	unsigned int together = max_t(u32, EXCLUSIVE_TOGETHER_MS, ex->limit_ms) /
				(ex->waiting + 1);
	u64 round_ms;

	if (!(runnable & ~BIT(ex->owner)))
		return ex->alone_ms;
	/* between two of them everybody else has a slice */
	round_ms = div_u64(gpuvf_world_round_us(pf, &pf->config), 1000);
	if (round_ms + EXCLUSIVE_MIN_MS >= together)
		return EXCLUSIVE_MIN_MS;
	return min_t(u64, together - round_ms, ex->limit_ms);
}

/* the owner executes: tell its guest, and let the clock run */
static void exclusive_tell_locked(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_exclusive *ex = &pf->exclusive;
	unsigned long limit = msecs_to_jiffies(exclusive_limit_ms(pf, runnable));

	ex->notified = true;
	ex->until = jiffies + limit;
	mod_delayed_work(gpuvf_percpu_wq, &ex->limit, limit);
	/* where that cannot be, the guest finds nothing, and goes on without */
	gpuvf_region_place_locked(&pf->vf[ex->owner]);
	gpuvf_mbox_send_locked(&pf->vf[ex->owner], GPUVF_MBOX_READY, 0);
}

static void exclusive_unqueue(struct gpuvf_exclusive *ex, unsigned int vf)
{
	unsigned int from, to = 0;

	for (from = 0; from < ex->waiting; from++)
		if (ex->queue[from] != vf)
			ex->queue[to++] = ex->queue[from];
	ex->waiting = to;
}

/* the first who can have it now; a state to be dropped goes first */
static int exclusive_next(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_exclusive *ex = &pf->exclusive;
	unsigned int i;

	for (i = 0; i < ex->waiting; i++)
		if ((runnable & BIT(ex->queue[i])) &&
		    !pf->vf[ex->queue[i]].mbox.ending)
			return ex->queue[i];
	return GPUVF_NOBODY;
}

/**
 * gpuvf_exclusive_update_locked() - give exclusive access to whom it is due
 * @pf: PF
 * @runnable: bit n: VF n may be given turns
 *
 * An owner that may be given no turns any more loses it.
 *
 * Context: pf->lock held.
 */
void gpuvf_exclusive_update_locked(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_exclusive *ex = &pf->exclusive;
	int vf;

	lockdep_assert_held(&pf->lock);
	if (ex->owner != GPUVF_NOBODY && !(runnable & BIT(ex->owner)))
		gpuvf_exclusive_end_locked(&pf->vf[ex->owner]);
	if (ex->owner != GPUVF_NOBODY && !ex->notified &&
	    READ_ONCE(pf->world.exclusive_runs))
		exclusive_tell_locked(pf, runnable);
	/* settled again when the others have had their slices */
	if (ex->owner != GPUVF_NOBODY || !ex->waiting ||
	    READ_ONCE(pf->world.exclusive) != GPUVF_NOBODY ||
	    READ_ONCE(pf->world.owed))
		return;
	vf = exclusive_next(pf, runnable);
	if (vf == GPUVF_NOBODY)
		return;
	exclusive_unqueue(ex, vf);
	ex->owner = vf;
	ex->notified = false;
	gpuvf_world_set_exclusive(pf, vf);
}

/**
 * gpuvf_exclusive_ask_locked() - a guest wants exclusive access
 * @vf: VF
 * @access: what for
 *
 * Who has it already, or waits already, gets an answer to his new question.
 *
 * Context: pf->lock held. READY is sent when it has it.
 */
void gpuvf_exclusive_ask_locked(struct gpuvf_vf *vf, enum gpuvf_access access)
{
	struct gpuvf_exclusive *ex = &vf->pf->exclusive;

	lockdep_assert_held(&vf->pf->lock);
	vf->access = access;
	if (ex->owner == vf->index) {
		if (ex->notified)
			gpuvf_mbox_send_locked(vf, GPUVF_MBOX_READY, 0);
		return;
	}
	exclusive_unqueue(ex, vf->index);
	ex->queue[ex->waiting++] = vf->index;
	gpuvf_pf_unsettle_locked(vf->pf);
	gpuvf_pf_notify(vf->pf);
}

/**
 * gpuvf_exclusive_end_locked() - a VF has no exclusive access, and waits for none
 * @vf: VF
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_exclusive_end_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_exclusive *ex = &vf->pf->exclusive;

	lockdep_assert_held(&vf->pf->lock);
	if (vf->access == GPUVF_ACCESS_NONE)
		return;
	vf->access = GPUVF_ACCESS_NONE;
	exclusive_unqueue(ex, vf->index);
	gpuvf_pf_notify(vf->pf);
	if (ex->owner != vf->index)
		return;
	ex->owner = GPUVF_NOBODY;
	cancel_delayed_work(&ex->limit);
	gpuvf_world_set_exclusive(vf->pf, GPUVF_NOBODY);
}

/**
 * gpuvf_exclusive_expired_locked() - find the VF whose exclusive access took too long
 * @pf: PF
 *
 * Context: pf->lock held.
 * Return: index of the VF; GPUVF_NOBODY: none, or another one has it since.
 */
int gpuvf_exclusive_expired_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_exclusive *ex = &pf->exclusive;

	lockdep_assert_held(&pf->lock);
	if (ex->owner == GPUVF_NOBODY || !ex->notified ||
	    time_before(jiffies, ex->until))
		return GPUVF_NOBODY;
	return ex->owner;
}

/**
 * gpuvf_exclusive_init() - nobody has it
 * @pf: PF
 */
void gpuvf_exclusive_init(struct gpuvf_pf *pf)
{
	pf->exclusive.alone_ms = pf->hw->access_alone_ms;
	pf->exclusive.limit_ms = pf->hw->access_limit_ms;
	pf->exclusive.owner = GPUVF_NOBODY;
}
