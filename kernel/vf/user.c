// SPDX-License-Identifier: GPL-2.0
/*
 * What the host driver of a VF does to it, on behalf of the process that has it open:
 * resets of the VF, and the end of its use.
 *
 * Hardware with an FLR notice reports each reset itself. Without one, a command for
 * a VF that its user resets at that moment would fail, and what the VF left would not
 * be scrubbed before the next command. So gpuvf_vfio.ko reports when a reset begins
 * and ends, and in between the VF is off the engines, as in a reset by this driver:
 *
 *	reset_begin ──► resetting: off the engines ──► FLR, by the host driver
 *	                                                        │
 *	        framebuffer withdrawn, scrubbed ◄── reset_end ◄─┘
 *
 * A reset that this driver has begun, and for which it does not have the device lock
 * yet, is left to the user's: one FLR does for both, and a user who resets the VF all
 * the time cannot keep this driver from it.
 *
 * With other host drivers all that is seen is when they are unbound.
 */

#include <linux/pci.h>
#include <linux/workqueue.h>

#include "base/compat.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* a reset of the GPU resets its VFs too, and a resume resets those that wait for it */
static bool user_has_to_wait_locked(const struct gpuvf_pf *pf)
{
	return pf->in_reset || pf->quiesced || pf->frozen;
}

/**
 * gpuvf_vf_wait_reset() - wait until no reset of a VF by this driver is under way
 * @vf: VF
 *
 * Context: may sleep; pf->lock must not be held, nor the VF's device lock, for which the
 * reset waits unless @take_over is set.
 */
void gpuvf_vf_wait_reset(struct gpuvf_vf *vf)
{
	flush_work(&vf->reset_work);
}

/* a reset of the VF by this driver is over, or is the user's, on return */
static void user_takes_over(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	bool ask;

	gpuvf_pf_lock(pf);
	ask = vf->resetting && !vf->reset_by_user && !pf->vf_count_changing &&
	      !user_has_to_wait_locked(pf);
	if (ask)
		WRITE_ONCE(vf->take_over, true);
	gpuvf_pf_unlock(pf);
	if (ask)
		gpuvf_vf_wait_reset(vf);
}

/**
 * gpuvf_vf_user_reset_begin() - a VF is about to be reset by its user
 * @vf: VF, whether it has started or not
 *
 * Without an FLR notice no command for the VF is under way on return, and none begins
 * before gpuvf_vf_user_reset_end(). Where a reset of the GPU is under way already, that
 * one does for this one too.
 *
 * Context: may sleep, as long as the engines need to be free of the VF; pf->lock must
 * not be held.
 */
void gpuvf_vf_user_reset_begin(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	bool begin;

	/* the PCI core tells the VF's driver of a reset by this driver too */
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE) ||
	    current_work() == &vf->reset_work)
		return;
	user_takes_over(vf);
	gpuvf_pf_lock(pf);
	begin = vf->pdev && !vf->resetting && !pf->vf_count_changing &&
		!user_has_to_wait_locked(pf);
	if (begin) {
		vf->resetting = true;
		vf->reset_by_user = true;
		gpuvf_full_access_end_locked(vf);
		gpuvf_pf_unsettle_locked(pf);
	}
	gpuvf_pf_unlock(pf);
	if (!begin)
		return;
	gpuvf_pf_notify(pf);
	gpuvf_engine_reset_begin(pf, vf->index);
}

/**
 * gpuvf_vf_user_reset_end() - a VF was reset by its user
 * @vf: VF, after gpuvf_vf_user_reset_begin()
 *
 * On return the VF does not reach any more what was in its framebuffer.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_vf_user_reset_end(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	int err = 0;

	if (READ_ONCE(vf->reset_by_user))
		err = gpuvf_engine_reset_end(pf, vf->index, true);
	/* scheduled by that, or by an FLR notice: marks what the VF leaves behind */
	flush_work(&pf->report);

	gpuvf_pf_lock(pf);
	if (vf->reset_by_user && user_has_to_wait_locked(pf)) {
		vf->reset_waits = true;
	} else if (vf->reset_by_user) {
		/* what its guest asked for before is void */
		gpuvf_mbox_reset_locked(vf);
		gpuvf_reset_vf_end_locked(vf, err, err, false);
	}
	vf->reset_by_user = false;
	gpuvf_pf_unlock(pf);
	gpuvf_pf_notify(pf);
}

/**
 * gpuvf_vf_user_gone_locked() - as gpuvf_vf_user_gone()
 * @vf: VF, after its last reset
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_user_gone_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	gpuvf_full_access_end_locked(vf);
	gpuvf_mbox_reset_locked(vf);
	gpuvf_mbox_end_locked(pf, vf->index);
	gpuvf_vf_end_tenancy_locked(vf);
	gpuvf_vfs_update_locked(pf);
	/* else what disables VFs starts the scrubbing */
	if (!pf->vf_count_changing)
		gpuvf_scrub_kick_locked(pf);
}

/**
 * gpuvf_vf_user_gone() - a VF changes hands: its user closed it, or was unbound
 * @vf: VF, after its last reset
 *
 * Context: may sleep; pf->lock must not be held. The VF's device lock may be: no path
 * waits for that with pf->lock held.
 */
void gpuvf_vf_user_gone(struct gpuvf_vf *vf)
{
	gpuvf_pf_lock(vf->pf);
	gpuvf_vf_user_gone_locked(vf);
	gpuvf_pf_unlock(vf->pf);
}

/**
 * gpuvf_vf_user_reset_failed() - a VF was closed by its user, who could not reset it
 * @vf: VF, after gpuvf_vf_user_reset_begin()
 *
 * Without an FLR notice it is reset here then; gpuvf_vf_wait_reset() waits for that.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_vf_user_reset_failed(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	gpuvf_vf_user_gone(vf);
	gpuvf_pf_lock(pf);
	/* what disables VFs has waited for such work already */
	if (vf->reset_by_user && pf->vf_count_changing)
		gpuvf_reset_vf_end_locked(vf, -ENODEV, 0, false);
	else if (vf->reset_by_user)
		queue_work(gpuvf_unbound_wq, &vf->reset_work);
	vf->reset_by_user = false;
	gpuvf_pf_unlock(pf);
}
