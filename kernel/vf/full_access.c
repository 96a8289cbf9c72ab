// SPDX-License-Identifier: GPL-2.0
/*
 * Full access: the GPU for one VF alone, while its guest's driver starts
 * or stops. One after the other, in the order of asking:
 *
 *	asked ──► waits ──its memory is clean, its time slice──► owner
 *	                                                     │ executes
 *	            everybody else                           ▼
 *	      ◄── has one slice first ◄──released── notified READY
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
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* what all who wait may have together, if one does not need more; and the least */
#define FULL_ACCESS_TOGETHER_MS	4000
#define FULL_ACCESS_MIN_MS	100

static unsigned int full_access_limit_ms(struct gpuvf_pf *pf, u32 runnable)
{
	const struct gpuvf_full_access *ex = &pf->full_access;
	const struct gpuvf_hw_caps *caps = &pf->hw->caps;
	unsigned int together = max_t(u32, FULL_ACCESS_TOGETHER_MS,
				      caps->access_limit_ms) /
				(ex->waiting + 1);
	u64 rotation_ms;

	if (!(runnable & ~BIT(ex->owner)))
		return caps->access_alone_ms;
	/* between two of them everybody else has a slice */
	rotation_ms = div_u64(gpuvf_engine_rotation_us(pf, &pf->config), 1000);
	if (rotation_ms + FULL_ACCESS_MIN_MS >= together)
		return FULL_ACCESS_MIN_MS;
	return min_t(u64, together - rotation_ms, caps->access_limit_ms);
}

/* the owner executes: tell its guest, and let the clock run */
static void full_access_notify_locked(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_full_access *ex = &pf->full_access;
	unsigned long limit = msecs_to_jiffies(full_access_limit_ms(pf, runnable));

	ex->notified = true;
	ex->until = jiffies + limit;
	mod_delayed_work(gpuvf_percpu_wq, &ex->limit, limit);
	/* where that cannot be, the guest finds nothing, and goes on without */
	gpuvf_region_place_locked(&pf->vf[ex->owner]);
	gpuvf_mbox_send_locked(&pf->vf[ex->owner], GPUVF_MBOX_READY, 0);
}

static void full_access_unqueue(struct gpuvf_full_access *ex, unsigned int vf)
{
	unsigned int from, to = 0;

	for (from = 0; from < ex->waiting; from++)
		if (ex->queue[from] != vf)
			ex->queue[to++] = ex->queue[from];
	ex->waiting = to;
}

/* the first who can have it now; a state to be dropped goes first */
static int full_access_next(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_full_access *ex = &pf->full_access;
	unsigned int i;

	for (i = 0; i < ex->waiting; i++)
		if ((runnable & BIT(ex->queue[i])) &&
		    !pf->vf[ex->queue[i]].mbox.ending)
			return ex->queue[i];
	return GPUVF_VF_NONE;
}

/**
 * gpuvf_full_access_update_locked() - give full access to whom it is due
 * @pf: PF
 * @runnable: bit n: VF n may be given time slices
 *
 * An owner that may be given no time slices any more loses it.
 *
 * Context: pf->lock held.
 */
void gpuvf_full_access_update_locked(struct gpuvf_pf *pf, u32 runnable)
{
	struct gpuvf_full_access *ex = &pf->full_access;
	int vf;

	lockdep_assert_held(&pf->lock);
	if (ex->owner != GPUVF_VF_NONE && !(runnable & BIT(ex->owner)))
		gpuvf_full_access_end_locked(&pf->vf[ex->owner]);
	if (ex->owner != GPUVF_VF_NONE && !ex->notified &&
	    gpuvf_engine_full_access_runs(pf))
		full_access_notify_locked(pf, runnable);
	/* settled again when the others have had their slices */
	if (ex->owner != GPUVF_VF_NONE || !ex->waiting ||
	    !gpuvf_engine_full_access_is_free(pf))
		return;
	vf = full_access_next(pf, runnable);
	if (vf == GPUVF_VF_NONE)
		return;
	full_access_unqueue(ex, vf);
	ex->owner = vf;
	ex->notified = false;
	gpuvf_engine_set_full_access(pf, vf);
}

/**
 * gpuvf_full_access_ask_locked() - a guest wants full access
 * @vf: VF
 * @access: what for
 *
 * A VF that has it already, or waits already, gets an answer to its new request.
 *
 * Context: pf->lock held. READY is sent when it has it.
 */
void gpuvf_full_access_ask_locked(struct gpuvf_vf *vf, enum gpuvf_access access)
{
	struct gpuvf_full_access *ex = &vf->pf->full_access;

	lockdep_assert_held(&vf->pf->lock);
	vf->access = access;
	if (ex->owner == vf->index) {
		if (ex->notified)
			gpuvf_mbox_send_locked(vf, GPUVF_MBOX_READY, 0);
		return;
	}
	full_access_unqueue(ex, vf->index);
	ex->queue[ex->waiting++] = vf->index;
	gpuvf_pf_unsettle_locked(vf->pf);
	gpuvf_pf_notify(vf->pf);
}

/**
 * gpuvf_full_access_end_locked() - a VF has no full access, and waits for none
 * @vf: VF
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_full_access_end_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_full_access *ex = &vf->pf->full_access;

	lockdep_assert_held(&vf->pf->lock);
	if (vf->access == GPUVF_ACCESS_NONE)
		return;
	vf->access = GPUVF_ACCESS_NONE;
	full_access_unqueue(ex, vf->index);
	gpuvf_pf_notify(vf->pf);
	if (ex->owner != vf->index)
		return;
	ex->owner = GPUVF_VF_NONE;
	cancel_delayed_work(&ex->limit);
	gpuvf_engine_set_full_access(vf->pf, GPUVF_VF_NONE);
}

/**
 * gpuvf_full_access_expired_locked() - find the VF whose full access took too long
 * @pf: PF
 *
 * Context: pf->lock held.
 * Return: index of the VF; GPUVF_VF_NONE: none, or another one has it since.
 */
int gpuvf_full_access_expired_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_full_access *ex = &pf->full_access;

	lockdep_assert_held(&pf->lock);
	if (ex->owner == GPUVF_VF_NONE || !ex->notified ||
	    time_before(jiffies, ex->until))
		return GPUVF_VF_NONE;
	return ex->owner;
}

/**
 * gpuvf_full_access_init() - no VF has it
 * @pf: PF
 */
void gpuvf_full_access_init(struct gpuvf_pf *pf)
{
	pf->full_access.owner = GPUVF_VF_NONE;
}
