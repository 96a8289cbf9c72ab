// SPDX-License-Identifier: GPL-2.0
/*
 * The mailbox between the guests' drivers and this one.
 *
 *	guest asks            what is done                      answer
 *	REQ_INIT              exclusive access, a new state     READY, when it has
 *	REL_INIT              exclusive access ends             -
 *	REQ_FINI              exclusive access, to tear down    READY, when it has
 *	REL_FINI              exclusive access ends, state is   -
 *	                      dropped, memory cleared
 *	REQ_RESET             reset, then as REQ_INIT           READY, when it has
 *	READY_TO_RESET        the reset that it was told of     FLR_COMPLETE
 *	anything else                                           FAIL
 *	what is only told (code 200 and above)                  -
 *
 * What cannot be done, or was asked too often, is answered FAIL; what there is
 * nothing to do for (REQ_FINI without a state) is answered READY. A guest that
 * sends too much is answered after a pause: it can send nothing before its last
 * message was taken, so that the pause is what limits it.
 *
 * What a former guest wrote or was told is cleared when the VF's state is
 * dropped; the reset of a VF clears it in hardware.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>

#include "gpuvf_exclusive.h"
#include "gpuvf_guard.h"
#include "gpuvf_hw.h"
#include "gpuvf_mbox.h"
#include "gpuvf_pf.h"
#include "gpuvf_regs.h"
#include "gpuvf_reset.h"
#include "gpuvf_trace.h"
#include "gpuvf_vf.h"
#include "gpuvf_world.h"

/* how long one waits who sent too much; guests wait 500 ms for an ACK */
#define MBOX_HOLD_MS		100

/* from here on guests tell and ask nothing; register page, section 4.2 */
#define MBOX_TOLD		200

static bool mbox_is_possible(const struct gpuvf_pf *pf)
{
	return pf->capabilities & GPUVF_CAPABILITY_MAILBOX;
}

static void mbox_flush_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_vf_mbox *mbox = &vf->mbox;
	struct gpuvf_pf *pf = vf->pf;

	if (!mbox->queued || mbox->ending || !vf->pdev ||
	    (pf->hw->mbox_pending(pf) & BIT(vf->index)))
		return;
	trace_gpuvf_mbox(pf->pdev, vf->index, true, mbox->queue[0]);
	pf->hw->mbox_send(pf, vf->index, mbox->queue[0]);
	mbox->queued--;
	memmove(mbox->queue, mbox->queue + 1,
		mbox->queued * sizeof(*mbox->queue));
}

/**
 * gpuvf_mbox_send_locked() - tell a guest something
 * @vf: VF
 * @msg: GPUVF_MBOX_*
 *
 * A guest that takes nothing gets the last few messages when it does.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_mbox_send_locked(struct gpuvf_vf *vf, u16 msg)
{
	struct gpuvf_vf_mbox *mbox = &vf->mbox;

	lockdep_assert_held(&vf->pf->lock);
	if (!mbox_is_possible(vf->pf))
		return;
	if (mbox->queued == GPUVF_MBOX_QUEUE) {
		mbox->queued--;
		memmove(mbox->queue, mbox->queue + 1,
			mbox->queued * sizeof(*mbox->queue));
	}
	mbox->queue[mbox->queued++] = msg;
	mbox_flush_locked(vf);
}

/**
 * gpuvf_mbox_forget_locked() - the VF's mailbox was cleared by a reset
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_forget_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	memset(&vf->mbox, 0, sizeof(vf->mbox));
}

/**
 * gpuvf_mbox_end_locked() - the VF's state was dropped: its mail goes too
 * @pf: PF
 * @vf: index of the VF
 *
 * Whatever was still to be told is told to the empty mailbox.
 *
 * Context: pf->lock held.
 */
void gpuvf_mbox_end_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	if (!mbox_is_possible(pf))
		return;
	pf->hw->mbox_clear(pf, vf);
	pf->vf[vf].mbox.ending = false;
	mbox_flush_locked(&pf->vf[vf]);
}

/* drop the state, and clear the mailbox in place of the ACK; false: no state */
static bool mbox_drop_locked(struct gpuvf_vf *vf)
{
	if (!(gpuvf_world_started(vf->pf) & BIT(vf->index)))
		return false;
	vf->mbox.ending = true;
	gpuvf_reset_vf_drop_locked(vf);
	return true;
}

static bool mbox_may_start_locked(struct gpuvf_vf *vf)
{
	switch (gpuvf_vf_state_locked(vf)) {
	case GPUVF_VF_STATE_PROVISIONED:
	case GPUVF_VF_STATE_STARTING:
	case GPUVF_VF_STATE_ACTIVE:
		return !vf->pf->wedged;
	default:
		return false;
	}
}

/* false: the message is acknowledged later, when the VF's state was dropped */
static bool mbox_req_init_locked(struct gpuvf_vf *vf)
{
	bool again = vf->access == GPUVF_ACCESS_INIT;
	bool dropped = false;

	if (!mbox_may_start_locked(vf) || !gpuvf_guard_access_locked(vf)) {
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FAIL);
		return true;
	}
	/* a guest that died and comes back starts anew */
	if (!again) {
		gpuvf_exclusive_end_locked(vf);
		dropped = mbox_drop_locked(vf);
	}
	gpuvf_exclusive_ask_locked(vf, GPUVF_ACCESS_INIT);
	return !dropped;
}

static void mbox_req_fini_locked(struct gpuvf_vf *vf)
{
	if (!(gpuvf_world_started(vf->pf) & BIT(vf->index)))
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_READY);
	else if (mbox_may_start_locked(vf) && gpuvf_guard_access_locked(vf))
		gpuvf_exclusive_ask_locked(vf, GPUVF_ACCESS_FINI);
	else
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FAIL);
}

static void mbox_req_reset_locked(struct gpuvf_vf *vf)
{
	/* full access follows the reset */
	if (!mbox_may_start_locked(vf) ||
	    !gpuvf_guard_locked(vf, GPUVF_GUARD_RESET) ||
	    !gpuvf_guard_access_locked(vf)) {
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FAIL);
		return;
	}
	vf->init_after_reset = true;
	gpuvf_reset_vf_start_locked(vf);
}

static bool mbox_wants_answer(u16 msg)
{
	return msg != GPUVF_MBOX_REL_INIT && msg != GPUVF_MBOX_REL_FINI &&
	       msg < MBOX_TOLD;
}

/* true: acknowledge the message now */
static bool mbox_handle_locked(struct gpuvf_vf *vf, u16 msg)
{
	switch (msg) {
	case GPUVF_MBOX_REQ_INIT:
		return mbox_req_init_locked(vf);
	case GPUVF_MBOX_REL_INIT:
		if (vf->access == GPUVF_ACCESS_INIT)
			gpuvf_exclusive_end_locked(vf);
		break;
	case GPUVF_MBOX_REQ_FINI:
		mbox_req_fini_locked(vf);
		break;
	case GPUVF_MBOX_REL_FINI:
		gpuvf_exclusive_end_locked(vf);
		return !mbox_drop_locked(vf);
	case GPUVF_MBOX_REQ_RESET:
		mbox_req_reset_locked(vf);
		break;
	case GPUVF_MBOX_READY_TO_RESET:
		WRITE_ONCE(vf->mbox.ready, true);
		wake_up_all(&vf->pf->reset_wait);
		break;
	default:
		if (mbox_wants_answer(msg))
			gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FAIL);
	}
	return true;
}

/* a VF's message; returns when to look at it again, 0: it was taken */
static u64 mbox_take_locked(struct gpuvf_vf *vf, u64 now)
{
	struct gpuvf_vf_mbox *mbox = &vf->mbox;
	struct gpuvf_pf *pf = vf->pf;
	u16 msg;

	if (mbox->ending)
		return 0;
	if (!mbox->held_ns && !gpuvf_guard_locked(vf, GPUVF_GUARD_MAILBOX))
		mbox->held_ns = now + MBOX_HOLD_MS * NSEC_PER_MSEC;
	if (mbox->held_ns > now)
		return mbox->held_ns;

	msg = pf->hw->mbox_read(pf, vf->index);
	trace_gpuvf_mbox(pf->pdev, vf->index, false, msg);
	if (mbox->held_ns) {
		mbox->held_ns = 0;
		vf->stats.mbox_limited++;
		pf->hw->mbox_ack(pf, vf->index);
		if (mbox_wants_answer(msg))
			gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FAIL);
		return 0;
	}
	vf->stats.mbox_requests++;
	if (mbox_handle_locked(vf, msg))
		pf->hw->mbox_ack(pf, vf->index);
	return 0;
}

static void mbox_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, mbox_work);
	u64 again, first = U64_MAX;
	u64 now = ktime_get_ns();
	unsigned int i;
	u32 rx;

	mutex_lock(&pf->lock);
	/* gpuvf_pf_resume() comes back here */
	if (pf->quiesced) {
		mutex_unlock(&pf->lock);
		return;
	}
	rx = 0;
	if (mbox_is_possible(pf) && !pf->gone && !pf->vf_count_changing)
		rx = pf->hw->mbox_rx_vfs(pf);
	for (i = 0; i < pf->num_vfs; i++) {
		struct gpuvf_vf *vf = &pf->vf[i];

		if (!vf->pdev)
			continue;
		again = rx & BIT(i) ? mbox_take_locked(vf, now) : 0;
		if (again)
			first = min(first, again);
		mbox_flush_locked(vf);
	}
	if (rx)
		gpuvf_vfs_update_locked(pf);
	mutex_unlock(&pf->lock);
	if (first != U64_MAX)
		queue_delayed_work(system_highpri_wq, &pf->mbox_work,
				   nsecs_to_jiffies(first - now) + 1);
}

/**
 * gpuvf_mbox_event() - a guest sent something, or took something
 * @pf: PF
 *
 * Context: any.
 */
void gpuvf_mbox_event(struct gpuvf_pf *pf)
{
	mod_delayed_work(system_highpri_wq, &pf->mbox_work, 0);
}

/**
 * gpuvf_mbox_init() - nobody said anything yet
 * @pf: PF
 */
void gpuvf_mbox_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->mbox_work, mbox_work);
}

/**
 * gpuvf_mbox_stop() - nobody is listened to any more
 * @pf: PF that is gone, and raises no interrupts
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_mbox_stop(struct gpuvf_pf *pf)
{
	cancel_delayed_work_sync(&pf->mbox_work);
}
