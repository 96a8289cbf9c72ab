// SPDX-License-Identifier: GPL-2.0
/*
 * What the drivers of guests ask for over the mailbox, and the answers; what guests
 * rely on is in Documentation/design/guests.rst.
 *
 *	guest asks            what is done                      answer
 *	REQ_INIT              full access, a new state          READY, when it has
 *	REL_INIT              full access ends                  -
 *	REQ_FINI              full access, to tear down         READY, when it has
 *	REL_FINI              full access ends, state is        -
 *	                      dropped, memory scrubbed
 *	REQ_RESET             reset, then as REQ_INIT           READY, when it has
 *	READY_TO_RESET        the reset that was announced      FLR_COMPLETE
 *	REQ_INIT_DATA         data are placed                   INIT_DATA_READY
 *	RAS_POISON            -                                 POISON_READY
 *	REQ_BAD_PAGES         there are none                    BAD_PAGES_READY
 *	LOG_ERROR             it is traced                      -
 *	anything else         it is counted                     -
 *
 * What is refused is not answered, as by the vendor's driver: no guest knows a code
 * for that. But a VF that has failed is answered UNRECOVERABLE, and REQ_FINI without a
 * state is answered READY where the VF cannot have a new one.
 *
 * A guest takes any READY that it can read for the answer to its request, and few
 * acknowledge more than that. So a message is cleared as soon as the guest says
 * anything, before that is handled and acknowledged; nothing waits for an
 * acknowledgment, and the last message replaces the one before.
 *
 * A guest that sends too much is not listened to for a while.
 *
 * What a guest was sent is cleared when the state of its VF is dropped; the reset of
 * a VF clears the mailbox in hardware.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>

#include "base/event.h"
#include "base/pf.h"
#include "base/trace.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* how long one is not listened to that sent too much */
#define GUEST_HOLD_MS		100

/* the guest begins again, or has ended: its messages wait until its state is dropped */
static void guest_drop_locked(struct gpuvf_vf *vf)
{
	if (!(gpuvf_engine_started(vf->pf) & BIT(vf->index)))
		return;
	vf->mbox.ending = true;
	gpuvf_reset_vf_tear_down_locked(vf);
}

static bool guest_may_start_locked(struct gpuvf_vf *vf)
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

/*
 * Both how often and for how long in all are limited: without the second a guest
 * that releases in time has a fifth of the GPU beside its share.
 */
static bool guest_may_have_access_locked(struct gpuvf_vf *vf)
{
	if (gpuvf_engine_access_ns(vf->pf, vf->index) <
	    GPUVF_LIMIT_ACCESS_MS * (u64)NSEC_PER_MSEC)
		return gpuvf_throttle_locked(vf, GPUVF_THRESHOLD_FULL_ACCESS);
	gpuvf_event_locked(vf->pf,
			   GPUVF_EVENT(THRESHOLD_EXCEEDED, vf->index,
				       .threshold = GPUVF_THRESHOLD_FULL_ACCESS_TIME,
				       .limit = GPUVF_LIMIT_ACCESS_MS),
			   "had %u ms of full access beyond its share, more is refused until it has paid",
			   GPUVF_LIMIT_ACCESS_MS);
	return false;
}

static void guest_req_init_locked(struct gpuvf_vf *vf)
{
	if (!guest_may_start_locked(vf) || !guest_may_have_access_locked(vf)) {
		gpuvf_mbox_refuse_locked(vf);
		return;
	}
	/* a guest that died and comes back begins with a new state */
	if (vf->access != GPUVF_ACCESS_INIT) {
		gpuvf_full_access_end_locked(vf);
		guest_drop_locked(vf);
	}
	gpuvf_full_access_ask_locked(vf, GPUVF_ACCESS_INIT);
}

/* a guest whose state is gone, by a reset, does not know that and uses the GPU */
static void guest_req_fini_locked(struct gpuvf_vf *vf)
{
	bool started = gpuvf_engine_started(vf->pf) & BIT(vf->index);

	if (guest_may_start_locked(vf) && guest_may_have_access_locked(vf))
		gpuvf_full_access_ask_locked(vf, started ? GPUVF_ACCESS_FINI :
							 GPUVF_ACCESS_INIT);
	else if (started)
		gpuvf_mbox_refuse_locked(vf);
	else
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_READY, 0);
}

static void guest_req_reset_locked(struct gpuvf_vf *vf)
{
	/* full access follows the reset */
	if (!guest_may_start_locked(vf) ||
	    !gpuvf_throttle_locked(vf, GPUVF_THRESHOLD_RESET) ||
	    !guest_may_have_access_locked(vf)) {
		gpuvf_mbox_refuse_locked(vf);
		return;
	}
	vf->init_after_reset = true;
	gpuvf_reset_vf_start_locked(vf);
}

/* also without data, where the PF has no way to place any: they are not essential */
static void guest_req_init_data_locked(struct gpuvf_vf *vf)
{
	int err = gpuvf_region_place_locked(vf);

	vf->mbox.data_due = err == -EAGAIN;
	if (err == -ENOSPC)
		gpuvf_mbox_refuse_locked(vf);
	else if (err != -EAGAIN)
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_INIT_DATA_READY,
				       GPUVF_EXCHANGE_LAYOUT);
}

/**
 * gpuvf_guest_update_locked() - answer guests whose memory is scrubbed by now
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_guest_update_locked(struct gpuvf_pf *pf)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->num_vfs; i++)
		if (pf->vf[i].mbox.data_due && !pf->vf[i].migration.halted)
			guest_req_init_data_locked(&pf->vf[i]);
}

static void guest_handle_locked(struct gpuvf_vf *vf,
				const struct gpuvf_mbox_msg *msg)
{
	switch (msg->word[0]) {
	case GPUVF_MBOX_REQ_INIT:
		guest_req_init_locked(vf);
		break;
	case GPUVF_MBOX_REL_INIT:
		vf->mbox.granted = false;
		if (vf->access == GPUVF_ACCESS_INIT)
			gpuvf_full_access_end_locked(vf);
		break;
	case GPUVF_MBOX_REQ_FINI:
		guest_req_fini_locked(vf);
		break;
	case GPUVF_MBOX_REL_FINI:
		vf->mbox.granted = false;
		gpuvf_full_access_end_locked(vf);
		guest_drop_locked(vf);
		break;
	case GPUVF_MBOX_REQ_RESET:
		guest_req_reset_locked(vf);
		break;
	case GPUVF_MBOX_REQ_INIT_DATA:
		guest_req_init_data_locked(vf);
		break;
	case GPUVF_MBOX_LOG_ERROR:
		break;
	case GPUVF_MBOX_READY_TO_RESET:
		complete(&vf->ready);
		break;
	case GPUVF_MBOX_RAS_POISON:
		if (msg->word[1])
			gpuvf_mbox_send_locked(vf, GPUVF_MBOX_POISON_READY, 0);
		break;
	case GPUVF_MBOX_REQ_BAD_PAGES:
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_BAD_PAGES_READY, 0);
		break;
	default:
		vf->stats.mbox_unanswered++;
	}
}

/* taken beyond the limit too: other VFs wait for it */
static bool guest_ends_access(const struct gpuvf_vf *vf,
			      const struct gpuvf_mbox_msg *msg)
{
	return vf->access != GPUVF_ACCESS_NONE &&
	       (msg->word[0] == GPUVF_MBOX_REL_INIT ||
		msg->word[0] == GPUVF_MBOX_REL_FINI);
}

/* a VF's message; returns when to look at it again, 0: it was taken */
static u64 guest_take_locked(struct gpuvf_vf *vf, u64 now)
{
	struct gpuvf_vf_mbox *mbox = &vf->mbox;
	struct gpuvf_pf *pf = vf->pf;
	struct gpuvf_mbox_msg msg;
	bool limited;

	if (mbox->ending)
		return 0;
	if (!mbox->held_ns && !gpuvf_throttle_locked(vf, GPUVF_THRESHOLD_MAILBOX)) {
		mbox->held_ns = now + GUEST_HOLD_MS * NSEC_PER_MSEC;
		pf->hw->ops->mbox->listen(pf->hw, vf->index, false);
	}
	if (mbox->held_ns > now)
		return mbox->held_ns;
	limited = mbox->held_ns;
	if (limited) {
		mbox->held_ns = 0;
		pf->hw->ops->mbox->listen(pf->hw, vf->index, true);
	}

	pf->hw->ops->mbox->read(pf->hw, vf->index, &msg);
	trace_gpuvf_mbox(pf->pdev, vf->index, false, &msg);
	if (mbox->sent)
		gpuvf_mbox_clear_locked(vf);
	/* it does not wait for that any more */
	mbox->data_due = false;
	if (limited && !guest_ends_access(vf, &msg)) {
		vf->stats.mbox_limited++;
	} else {
		vf->stats.mbox_requests++;
		guest_handle_locked(vf, &msg);
	}
	pf->hw->ops->mbox->ack(pf->hw, vf->index);
	return 0;
}

static void guest_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, mbox_work);
	u64 again, first = U64_MAX;
	u64 now = ktime_get_ns();
	u32 vfs, rx = 0, acked = 0;
	unsigned int i;

	gpuvf_pf_lock(pf);
	/* resuming comes back here */
	if (pf->quiesced) {
		gpuvf_pf_unlock(pf);
		return;
	}
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX) && !pf->gone &&
	    !pf->vf_count_changing) {
		vfs = atomic_xchg(&pf->mbox_vfs, 0);
		acked = pf->hw->ops->mbox->acked_vfs(pf->hw) & vfs;
		rx = pf->hw->ops->mbox->rx_vfs(pf->hw) & vfs;
	}
	for (i = 0; i < pf->num_vfs; i++) {
		struct gpuvf_vf *vf = &pf->vf[i];

		/* gpuvf_migrate_run() looks for what came to a halted one */
		if (!vf->pdev || vf->migration.halted)
			continue;
		if (acked & BIT(i))
			gpuvf_mbox_clear_locked(vf);
		again = rx & BIT(i) ? guest_take_locked(vf, now) : 0;
		if (!again)
			continue;
		atomic_or(BIT(i), &pf->mbox_vfs);
		first = min(first, again);
	}
	if (rx)
		gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_unlock(pf);
	if (first != U64_MAX)
		queue_delayed_work(system_highpri_wq, &pf->mbox_work,
				   nsecs_to_jiffies(first - now) + 1);
}

/**
 * gpuvf_guest_init() - initialise what handles the messages of guests
 * @pf: PF
 */
void gpuvf_guest_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->mbox_work, guest_work);
}
