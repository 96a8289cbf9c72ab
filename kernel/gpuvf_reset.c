// SPDX-License-Identifier: GPL-2.0
/*
 * Resets: of one VF, and of the GPU with all of them.
 *
 * A reset sleeps for 100 ms in the PCI core: so each VF has a work item of its
 * own for it, which holds no lock meanwhile, and the others keep their turns.
 */

#include <linux/delay.h>
#include <linux/pci.h>

#include "gpuvf_clear.h"
#include "gpuvf_event.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"
#include "gpuvf_reset.h"
#include "gpuvf_vf.h"
#include "gpuvf_world.h"

/*
 * How often to try for a function's device lock, and the pause between. To wait
 * for it is not possible: whoever has it may be waiting for us.
 */
#define RESET_TRIES		100
#define RESET_PAUSE_MS		20

static int reset_function(struct pci_dev *pdev)
{
	unsigned int tries;
	int err;

	for (tries = 0; tries < RESET_TRIES; tries++) {
		err = pci_try_reset_function(pdev);
		if (err != -EAGAIN)
			break;
		msleep(RESET_PAUSE_MS);
	}
	return err;
}

static void reset_vf_done_locked(struct gpuvf_vf *vf, int err)
{
	struct gpuvf_event event = {
		.cmd = GPUVF_CMD_VF_WAS_RESET,
		.vf = vf->index,
	};
	struct gpuvf_pf *pf = vf->pf;

	vf->stats.resets++;
	vf->reset_err = err;
	if (err)
		gpuvf_event_locked(pf, &event,
				   "the reset did not succeed (%d), it gets no more time",
				   err);
	else
		gpuvf_event_locked(pf, &event, "was reset");
	vf->failed = err;
	vf->paused = false;
	vf->stopped = false;
	WRITE_ONCE(vf->resetting, false);
	wake_up_all(&pf->reset_wait);
	gpuvf_clear_kick_locked(pf);
	gpuvf_vfs_update_locked(pf);
}

/**
 * gpuvf_reset_vf_work() - reset a VF by its own FLR
 * @work: the VF's
 */
void gpuvf_reset_vf_work(struct work_struct *work)
{
	struct gpuvf_vf *vf = container_of(work, struct gpuvf_vf, reset_work);
	struct gpuvf_pf *pf = vf->pf;
	int err;

	gpuvf_world_wait_off(pf, vf->index);
	/* the device stays: who disables VFs waits for their resets first */
	err = reset_function(vf->pdev);
	gpuvf_world_vf_was_reset(pf, vf->index);

	mutex_lock(&pf->lock);
	reset_vf_done_locked(vf, err);
	mutex_unlock(&pf->lock);
	gpuvf_pf_notify(pf);
}

/**
 * gpuvf_reset_vf_start_locked() - begin to reset a VF
 * @vf: VF, enabled, not being reset
 *
 * Context: pf->lock held. vf->resetting and pf->reset_wait tell when it is over.
 */
void gpuvf_reset_vf_start_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->resetting = true;
	gpuvf_vfs_update_locked(vf->pf);
	gpuvf_pf_notify(vf->pf);
	queue_work(system_unbound_wq, &vf->reset_work);
}

/**
 * gpuvf_resets_flush() - wait for resets of VFs that are under way
 * @pf: PF that begins no more of them
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_resets_flush(struct gpuvf_pf *pf)
{
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		flush_work(&pf->vf[i].reset_work);
}

/**
 * gpuvf_pf_reset() - reset the GPU and provision it anew
 * @pf: PF
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when it is refused or fails
 *
 * The way out of being wedged. Every guest starts anew; see
 * gpuvf_pf_reset_done() for what comes back.
 *
 * Context: may sleep for seconds; pf->lock must not be held.
 * Return: 0; -ENODEV: gone; -EBUSY: VFs are being enabled or disabled, or the
 * PCI core is at work on the GPU; -EIO: the reset did not succeed.
 */
int gpuvf_pf_reset(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	struct pci_dev *pdev = NULL;
	int err;

	mutex_lock(&pf->lock);
	if (pf->gone)
		why->reason = GPUVF_REASON_NO_SUCH_PF;
	else if (pf->vf_count_changing)
		why->reason = GPUVF_REASON_VF_COUNT_CHANGING;
	else
		pdev = pci_dev_get(pf->pdev);
	mutex_unlock(&pf->lock);
	if (!pdev)
		return gpuvf_refuse(why, gpuvf_pf_name(pf));

	err = reset_function(pdev);
	pci_dev_put(pdev);
	if (err == -EAGAIN) {
		why->reason = GPUVF_REASON_VF_COUNT_CHANGING;
	} else if (err) {
		why->reason = GPUVF_REASON_RESET_FAILED;
		why->who = "the PCI core could not reset the GPU";
	} else if (READ_ONCE(pf->wedged)) {
		why->reason = GPUVF_REASON_RESET_FAILED;
		why->who = "the GPU does not take its configuration back";
	} else {
		return 0;
	}
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}
