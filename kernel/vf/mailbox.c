// SPDX-License-Identifier: GPL-2.0
/*
 * The mailbox between the drivers of guests and this one, as far as it carries
 * messages; vf/guest.c has what they mean.
 *
 * A guest takes any READY that it can read for the answer to its request, and few
 * acknowledge more than that. Nothing waits for an acknowledgment, and the last
 * message replaces the one before. What a guest was sent is cleared when the state of
 * its VF is dropped; the reset of a VF clears the mailbox in hardware.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/pci.h>

#include "base/pf.h"
#include "base/trace.h"
#include "hw/hw.h"
#include "vf/vf.h"

/* how long a guest has to see an acknowledgment; guests look for it every 5 ms */
#define MBOX_SETTLE_MS		20

/**
 * gpuvf_mbox_clear_locked() - take back what a guest was sent
 * @vf: VF; its guest reads zeros
 *
 * Context: pf->lock held. Only where the hardware has a mailbox.
 */
void gpuvf_mbox_clear_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->pf->hw->ops->mbox->clear(vf->pf->hw, vf->index);
	vf->mbox.sent = false;
}

/*
 * Is the guest interrupted? As by the vendor's driver: not for the end of a reset, for
 * which it looks, and not for a reset while it has full access.
 */
static bool mbox_is_valid(const struct gpuvf_vf *vf, u32 code)
{
	switch (code) {
	case GPUVF_MBOX_FLR_COMPLETE:
		return false;
	case GPUVF_MBOX_FLR_NOTIFICATION:
		return !vf->mbox.granted;
	default:
		return true;
	}
}

/**
 * gpuvf_mbox_send_locked() - send a message to a guest
 * @vf: VF
 * @code: GPUVF_MBOX_*
 * @data: the word after it
 *
 * It replaces the message before, taken or not.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_mbox_send_locked(struct gpuvf_vf *vf, u32 code, u32 data)
{
	const struct gpuvf_mbox_msg msg = { .word = { code, data } };
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX) || !vf->pdev)
		return;
	trace_gpuvf_mbox(pf->pdev, vf->index, true, &msg);
	pf->hw->ops->mbox->send(pf->hw, vf->index, &msg, mbox_is_valid(vf, code));
	vf->mbox.sent = true;
	if (code == GPUVF_MBOX_READY)
		vf->mbox.granted = vf->access == GPUVF_ACCESS_INIT;
}

/**
 * gpuvf_mbox_reset_locked() - the VF's mailbox was cleared by a reset
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_reset_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	memset(&vf->mbox, 0, sizeof(vf->mbox));
}

/**
 * gpuvf_mbox_end_locked() - the VF's state was dropped: what its guest was sent goes
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_end_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX))
		return;
	gpuvf_mbox_clear_locked(&pf->vf[vf]);
	if (!pf->vf[vf].mbox.ending)
		return;
	/* what came meanwhile */
	pf->vf[vf].mbox.ending = false;
	gpuvf_mbox_event(pf, GPUVF_HW_ANY_VF);
}

/**
 * gpuvf_mbox_refuse_locked() - a guest's request is refused
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_refuse_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->stats.mbox_unanswered++;
	if (vf->faults)
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_UNRECOVERABLE, 0);
}

/**
 * gpuvf_mbox_listen_locked() - listen to all guests
 * @pf: PF with VFs that were enabled, or a GPU that was reset
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_listen_locked(struct gpuvf_pf *pf)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX))
		return;
	for (i = 0; i < pf->num_vfs; i++)
		pf->hw->ops->mbox->listen(pf->hw, i, true);
	/* guests may have sent something already */
	gpuvf_mbox_event(pf, GPUVF_HW_ANY_VF);
}

static bool mbox_is_settled(struct gpuvf_pf *pf, u32 vfs)
{
	bool settled = true;
	unsigned int i;

	gpuvf_pf_lock(pf);
	for (i = 0; i < pf->num_vfs && !pf->gone; i++)
		if (vfs & BIT(i) && pf->vf[i].pdev)
			settled &= pf->hw->ops->mbox->ack_seen(pf->hw, i);
	gpuvf_pf_unlock(pf);
	return settled;
}

/**
 * gpuvf_mbox_settle() - end what is under way in mailboxes of VFs
 * @pf: PF
 * @vfs: bit n: VF n, which is about to be reset
 *
 * A reset clears the acknowledgment of what a guest sent. One that has asked for the
 * reset, or said that it is ready for it, would wait for that in vain: 500 ms, or 12 s
 * and then give up. What a guest was sent survives its reset: so that is taken back, or
 * who starts after the reset would find it.
 *
 * Context: sleeps, until they have or for MBOX_SETTLE_MS; pf->lock must not be held.
 */
void gpuvf_mbox_settle(struct gpuvf_pf *pf, u32 vfs)
{
	unsigned long end = jiffies + msecs_to_jiffies(MBOX_SETTLE_MS);
	unsigned int i;

	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX))
		return;
	while (!mbox_is_settled(pf, vfs) && time_before(jiffies, end))
		usleep_range(1000, 2000);
	gpuvf_pf_lock(pf);
	for (i = 0; i < pf->num_vfs && !pf->gone; i++)
		if (vfs & BIT(i) && pf->vf[i].pdev)
			gpuvf_mbox_clear_locked(&pf->vf[i]);
	gpuvf_pf_unlock(pf);
}

/**
 * gpuvf_mbox_event() - guests sent or acknowledged something
 * @pf: PF
 * @vfs: bit n: VF n may have
 *
 * Context: any.
 */
void gpuvf_mbox_event(struct gpuvf_pf *pf, u32 vfs)
{
	atomic_or(vfs, &pf->mbox_vfs);
	mod_delayed_work(system_highpri_wq, &pf->mbox_work, 0);
}
