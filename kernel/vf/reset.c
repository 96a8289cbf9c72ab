// SPDX-License-Identifier: GPL-2.0
/*
 * The reset ladder. Each rung is reported, and taken only when the one before did
 * not help:
 *
 *	a command of a VF fails or hangs, a VF does not leave the GPU in time,
 *	or does not give up full access
 *	    │
 *	    ▼
 *	reset of that VF alone, by its FLR ──works──► its guest may start over
 *	    │                                         (too often: failed)
 *	    │ the function does not come back: failed
 *	    │ the command processor hangs even now
 *	    ▼
 *	reset of the GPU, everything provisioned again ──works──► all start over
 *	    │
 *	    ▼
 *	wedged: VFs can be disabled, and the GPU can be reset by hand
 *
 * A reset sleeps for 100 ms in the PCI core: so each VF has a work item of its
 * own for it, which holds no lock meanwhile, and the others keep their time slices.
 */

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>

#include "base/compat.h"
#include "base/error.h"
#include "base/event.h"
#include "base/pf.h"
#include "base/trace.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/*
 * How often to try for a function's device lock, and the pause between. To wait
 * for it is not possible: its owner may be waiting for us.
 */
#define RESET_TRIES		100
#define RESET_PAUSE_MS		20

/* what a guest has to get ready; gpu-iov register page, section 2.3 */
#define RESET_READY_MS		10

/*
 * Where the PF does not answer, or was reset behind our back, an FLR of a VF does not
 * help, and the PCI core would wait for the VF for a minute with its device lock held.
 */
static bool reset_pf_answers(struct gpuvf_pf *pf)
{
	bool answers;

	gpuvf_pf_lock(pf);
	answers = !pf->frozen && pf->hw->ops->has_reserve(pf->hw) > 0;
	gpuvf_pf_unlock(pf);
	return answers;
}

/*
 * 0; -EAGAIN: the lock of the VF could not be taken; -ECANCELED: its user resets it, and
 * ends this reset too; -EIO: the PF does not answer; what the PCI core returns. If a PCIe
 * error is the reason why the PF does not answer, that is known in a moment, unless the
 * lock is in the way.
 */
static int reset_vf_function(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	unsigned int tries;
	int err = -EIO;
	bool answers;

	for (tries = 0; tries < RESET_TRIES && !READ_ONCE(pf->gone); tries++) {
		if (READ_ONCE(pf->frozen))
			return -EIO;
		if (READ_ONCE(vf->take_over))
			return -ECANCELED;
		if (!pci_dev_trylock(vf->pdev)) {
			err = -EAGAIN;
			msleep(RESET_PAUSE_MS);
			continue;
		}
		/* the bus may have been reset while another held the lock */
		answers = reset_pf_answers(pf);
		err = answers ? pci_reset_function_locked(vf->pdev) : -EIO;
		pci_dev_unlock(vf->pdev);
		if (answers)
			return err;
		msleep(RESET_PAUSE_MS);
	}
	return err;
}

/* 0; -EAGAIN: its lock could not be taken; what the PCI core returns */
static int reset_pf_function(struct gpuvf_pf *pf)
{
	unsigned int tries;
	int err;

	for (tries = 0; tries < RESET_TRIES && !READ_ONCE(pf->gone); tries++) {
		if (!pci_dev_trylock(pf->pdev)) {
			msleep(RESET_PAUSE_MS);
			continue;
		}
		/* another reset meanwhile does for this one too */
		err = READ_ONCE(pf->resetting) ?
		      pci_reset_function_locked(pf->pdev) : 0;
		pci_dev_unlock(pf->pdev);
		return err;
	}
	return -EAGAIN;
}

/* tell a guest that is there; it has a few milliseconds; whether it was notified */
static bool reset_notify_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	/* a guest that asked for it needs not be notified */
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX) ||
	    vf->init_after_reset || vf->teardown ||
	    !(gpuvf_engine_started(pf) & BIT(vf->index)))
		return false;
	reinit_completion(&vf->ready);
	gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FLR_NOTIFICATION, 0);
	return true;
}

/* give a guest that is there time to get ready; whether it was notified */
static bool reset_notify(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	bool tell;

	gpuvf_pf_lock(pf);
	tell = reset_notify_locked(vf);
	gpuvf_pf_unlock(pf);
	if (tell)
		wait_for_completion_timeout(&vf->ready,
					    msecs_to_jiffies(RESET_READY_MS));
	return tell;
}

/*
 * What a reset makes of the marks of its VF. Only one that an administrator asked
 * for clears any. An engine that is still taken (@stuck) is no fault of the VF yet:
 * the GPU is reset for it, unless the VF made that necessary too often.
 */
static void reset_vf_marks_locked(struct gpuvf_vf *vf, int err, bool stuck)
{
	if (vf->reset_asked && !err)
		gpuvf_vf_clear_marks_locked(vf);
	vf->reset_asked = false;
	if (err && !stuck)
		gpuvf_vf_failed_locked(vf, GPUVF_FAULT_RESET);
	if (stuck && !gpuvf_throttle_locked(vf, GPUVF_THRESHOLD_PF_RESET))
		gpuvf_vf_failed_locked(vf, GPUVF_FAULT_LIMIT);
}

static void reset_vf_done_locked(struct gpuvf_vf *vf, int err, bool stuck,
				 bool notified)
{
	/* a guest that asked to start again, for which its old state goes first */
	bool init = vf->init_after_reset ||
		    (!notified && vf->mbox.ending &&
		     vf->access == GPUVF_ACCESS_INIT);
	bool teardown = vf->teardown && !err;
	struct gpuvf_pf *pf = vf->pf;

	vf->teardown = false;
	WRITE_ONCE(vf->take_over, false);
	vf->reset_err = err;
	if (err)
		vf->stats.failed_resets++;
	else if (!teardown)
		vf->stats.resets++;
	vf->init_after_reset = false;
	gpuvf_mbox_reset_locked(vf);
	reset_vf_marks_locked(vf, err, stuck);
	gpuvf_full_access_end_locked(vf);
	/* what came since the FLR had to wait while a state was torn down */
	gpuvf_mbox_event(pf, GPUVF_HW_ANY_VF);
	vf->resetting = false;
	complete_all(&vf->reset_done);

	if (err)
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_WAS_RESET, vf->index,
						   .error = -err),
				   "reset failed (%pe)", ERR_PTR(err));
	else if (vf->reset_by_user)
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_WAS_RESET, vf->index),
				   "was reset by its user");
	else if (!teardown)
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_WAS_RESET, vf->index),
				   "was reset");
	if (notified)
		gpuvf_mbox_send_locked(vf, GPUVF_MBOX_FLR_COMPLETE, 0);
	if (init && !vf->faults && !vf->stopped && !vf->paused)
		gpuvf_full_access_ask_locked(vf, GPUVF_ACCESS_INIT);
	else if (init)
		gpuvf_mbox_refuse_locked(vf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_unsettle_locked(pf);
}

/* a command hangs that no reset of a VF ends */
static void reset_pf_start_locked(struct gpuvf_pf *pf)
{
	if (pf->wedged || pf->gone)
		return;
	pf->reset_needed = true;
	if (pf->resetting)
		return;
	pci_warn(pf->pdev, "a command still hangs after the reset of its VF, resetting the GPU\n");
	WRITE_ONCE(pf->resetting, true);
	gpuvf_pf_unsettle_locked(pf);
	/* resuming does what is to be done then */
	if (!pf->quiesced)
		schedule_delayed_work(&pf->reset_work, 0);
}

/**
 * gpuvf_reset_vf_end_locked() - a VF was reset: account for it, and for what it means
 * @vf: VF that is being reset
 * @err: 0, or why it failed
 * @engine_err: what gpuvf_engine_reset_end() returned: with -EBUSY the GPU is reset
 * @notified: its guest was notified of the reset, and waits for the end
 *
 * Context: pf->lock held.
 */
void gpuvf_reset_vf_end_locked(struct gpuvf_vf *vf, int err, int engine_err,
			       bool notified)
{
	lockdep_assert_held(&vf->pf->lock);
	reset_vf_done_locked(vf, err, engine_err == -EBUSY, notified);
	if (engine_err == -EBUSY)
		reset_pf_start_locked(vf->pf);
}

/*
 * The FLR and the end of a reset are its user's from now on, as if it had begun it. A
 * guest that was notified hears no more of that: its own FLR, or that of its VM, came.
 */
static void reset_vf_leave(struct gpuvf_vf *vf)
{
	gpuvf_pf_lock(vf->pf);
	WRITE_ONCE(vf->take_over, false);
	vf->teardown = false;
	vf->init_after_reset = false;
	vf->reset_by_user = true;
	gpuvf_full_access_end_locked(vf);
	gpuvf_pf_unlock(vf->pf);
	gpuvf_pf_notify(vf->pf);
}

/* the reset of the GPU does for this one too */
static void reset_vf_wait_locked(struct gpuvf_vf *vf)
{
	WRITE_ONCE(vf->take_over, false);
	vf->reset_waits = true;
}

/* reset a VF by its own FLR */
static void reset_vf_work(struct work_struct *work)
{
	struct gpuvf_vf *vf = container_of(work, struct gpuvf_vf, reset_work);
	struct gpuvf_pf *pf = vf->pf;
	u64 begin = ktime_get_ns();
	int err, engine_err;
	bool notified, wait;

	gpuvf_pf_lock(pf);
	wait = pf->in_reset || pf->quiesced || pf->frozen;
	vf->reset_waits = false;
	if (vf->resetting && wait)
		reset_vf_wait_locked(vf);
	wait |= !vf->resetting;
	gpuvf_pf_unlock(pf);
	if (wait)
		return;

	notified = reset_notify(vf);
	gpuvf_engine_reset_begin(pf, vf->index);
	gpuvf_mbox_settle(pf, BIT(vf->index));
	/* the device stays: who disables VFs waits for their resets first */
	err = reset_vf_function(vf);
	if (err == -ECANCELED) {
		reset_vf_leave(vf);
		return;
	}
	engine_err = gpuvf_engine_reset_end(pf, vf->index, !err);
	/* the VF's user has the lock, and has reset the VF meanwhile: that is enough */
	if (err == -EAGAIN && gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		err = 0;
	if (!err)
		err = engine_err;
	trace_gpuvf_reset(pf->pdev, vf->index, ktime_get_ns() - begin, err);

	gpuvf_pf_lock(pf);
	/* what came of it is not known */
	if (pf->frozen) {
		reset_vf_wait_locked(vf);
		gpuvf_pf_unlock(pf);
		return;
	}
	gpuvf_reset_vf_end_locked(vf, err, engine_err, notified);
	gpuvf_pf_unlock(pf);
	gpuvf_pf_notify(pf);
}

/**
 * gpuvf_reset_vf_start_locked() - begin to reset a VF
 * @vf: VF, enabled, not being reset except to tear down its state, or by its user
 *
 * Context: pf->lock held. vf->resetting tells when it is over.
 */
void gpuvf_reset_vf_start_locked(struct gpuvf_vf *vf)
{
	bool under_way = vf->resetting;

	lockdep_assert_held(&vf->pf->lock);
	/* an FLR under way, to tear down the state, is enough for this too */
	vf->teardown = false;
	vf->resetting = true;
	gpuvf_pf_unsettle_locked(vf->pf);
	gpuvf_pf_notify(vf->pf);
	if (!under_way)
		queue_work(gpuvf_unbound_wq, &vf->reset_work);
}

/* end the state of a VF, if it has one, by an FLR; marks and counters stay */
static void reset_vf_teardown_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	if (!(gpuvf_engine_started(pf) & BIT(vf->index)) || vf->resetting ||
	    !vf->pdev || pf->vf_count_changing || pf->quiesced)
		return;
	gpuvf_reset_vf_start_locked(vf);
	vf->teardown = true;
}

/*
 * Without an FLR notice: the VF's user has reset it, as a refused command shows. As
 * with one, this is no hang, has no limit, and leaves marks as they are.
 */
static void reset_vf_stale_locked(struct gpuvf_vf *vf)
{
	vf->stats.resets++;
	gpuvf_event_locked(vf->pf, GPUVF_EVENT(VF_WAS_RESET, vf->index),
			   "was reset by its user");
	reset_vf_teardown_locked(vf);
}

/**
 * gpuvf_reset_vf_tear_down_locked() - tear down the state of a VF, if it has one
 * @vf: VF, enabled
 *
 * By SHUTDOWN, or by an FLR where the hardware has no such command. Marks and
 * counters of the VF stay as they are. gpuvf_mbox_end_locked() is called when it
 * is done, or what a reset of the VF does with its mailbox.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_reset_vf_tear_down_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN)) {
		gpuvf_engine_tear_down(pf, vf->index);
		return;
	}
	reset_vf_teardown_locked(vf);
}

/**
 * gpuvf_reset_vf_locked() - start a reset of a VF that an administrator asked for
 * @vf: VF, enabled, not being reset
 *
 * Its context is torn down, its memory scrubbed, and its marks are cleared.
 * GPUVF_CMD_VF_WAS_RESET and @vf's counters report the end;
 * gpuvf_reset_vf_wait() waits for it.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_reset_vf_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->reset_asked = true;
	reinit_completion(&vf->reset_done);
	gpuvf_reset_vf_start_locked(vf);
}

/**
 * gpuvf_reset_vf_wait() - wait until a reset of a VF is over
 * @vf: VF, after gpuvf_reset_vf_locked()
 * @error: filled when the reset failed
 *
 * Context: may sleep until a fatal signal comes, which leaves the reset going on;
 * pf->lock must not be held.
 * Return: 0; -EIO: the reset failed; -EINTR: a fatal signal came.
 */
int gpuvf_reset_vf_wait(struct gpuvf_vf *vf, struct gpuvf_error *error)
{
	struct gpuvf_pf *pf = vf->pf;
	int err;

	if (wait_for_completion_killable(&vf->reset_done))
		return -EINTR;
	gpuvf_pf_lock(pf);
	err = vf->reset_err;
	gpuvf_pf_unlock(pf);
	if (!err)
		return 0;
	error->vf = vf->index;
	return gpuvf_error_set(error, gpuvf_pf_name(pf), GPUVF_REASON_RESET_FAILED,
			       "the reset did not succeed: the function did not come back");
}

/**
 * gpuvf_reset_end_waiting_locked() - end the VF resets that wait for the GPU's
 * @pf: PF
 * @err: of the reset of the GPU, which resets its VFs too
 *
 * Context: pf->lock held.
 */
void gpuvf_reset_end_waiting_locked(struct gpuvf_pf *pf, int err)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->num_vfs; i++) {
		if (!pf->vf[i].resetting || !pf->vf[i].reset_waits)
			continue;
		pf->vf[i].reset_waits = false;
		reset_vf_done_locked(&pf->vf[i], err, false, false);
	}
}

/**
 * gpuvf_reset_resume_locked() - do the resets that waited for the resume
 * @pf: PF
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_reset_resume_locked(struct gpuvf_pf *pf)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->num_vfs; i++)
		if (pf->vf[i].reset_waits)
			queue_work(gpuvf_unbound_wq, &pf->vf[i].reset_work);
	if (pf->resetting)
		schedule_delayed_work(&pf->reset_work, 0);
}

/* the VF made it necessary; a VF that does so too often fails */
static void reset_vf_forced_locked(struct gpuvf_vf *vf, enum gpuvf_threshold threshold)
{
	if (!gpuvf_throttle_locked(vf, threshold))
		gpuvf_vf_failed_locked(vf, GPUVF_FAULT_LIMIT);
	/* disabling VFs needs no resets any more, and a suspended GPU none yet */
	if (!vf->resetting && vf->pdev && !vf->pf->vf_count_changing &&
	    !vf->pf->quiesced)
		gpuvf_reset_vf_start_locked(vf);
}

/**
 * gpuvf_reset_vf_hung_locked() - a VF's command failed
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_reset_vf_hung_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	const struct gpuvf_vf_times *times;
	struct gpuvf_engine *engine;
	enum gpuvf_hw_cmd cmd;
	int err;

	lockdep_assert_held(&pf->lock);
	engine = gpuvf_engine_take_fault(pf, vf->index, &err, &cmd);
	if (WARN_ON_ONCE(!engine))
		return;
	if (err == -ESTALE) {
		reset_vf_stale_locked(vf);
		return;
	}
	engine->hangs[vf->index]++;
	times = &pf->config.vf[vf->index].engine[engine->id];
	if (err == -ETIMEDOUT &&
	    (cmd == GPUVF_HW_IDLE || cmd == GPUVF_HW_SWITCH)) {
		engine->preempt_timeouts[vf->index]++;
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_HANG, vf->index,
						   .hang = GPUVF_HANG_PREEMPTION),
				   "was not preempted within its preemption timeout of %u us, resetting it",
				   gpuvf_config_preempt_us(times));
	} else {
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_HANG, vf->index,
						   .hang = GPUVF_HANG_COMMAND),
				   "command %s failed (%pe), resetting it",
				   gpuvf_command_name(cmd), ERR_PTR(err));
	}
	reset_vf_forced_locked(vf, GPUVF_THRESHOLD_RESET);
}

/* a VF did not give up full access */
static void reset_vf_overstayed_locked(struct gpuvf_vf *vf)
{
	vf->stats.full_access_timeouts++;
	gpuvf_event_locked(vf->pf, GPUVF_EVENT(VF_HANG, vf->index,
					       .hang = GPUVF_HANG_FULL_ACCESS),
			   "did not give up full access in time, resetting it");
	gpuvf_full_access_end_locked(vf);
	reset_vf_forced_locked(vf, GPUVF_THRESHOLD_FULL_ACCESS_TIMEOUT);
}

/* the time of the VF with full access is up */
static void reset_overstayed_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, full_access.limit);
	int vf;

	gpuvf_pf_lock(pf);
	vf = gpuvf_full_access_expired_locked(pf);
	if (vf != GPUVF_VF_NONE)
		reset_vf_overstayed_locked(&pf->vf[vf]);
	gpuvf_pf_unlock(pf);
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
 * gpuvf_reset_notify_all() - the GPU is about to be reset: tell all guests
 * @pf: PF
 *
 * Context: sleeps a few milliseconds, until they are ready; pf->lock must not be
 * held. The device lock is, so that no other thread does this at the same time.
 */
void gpuvf_reset_notify_all(struct gpuvf_pf *pf)
{
	unsigned long left = msecs_to_jiffies(RESET_READY_MS);
	unsigned int i;

	gpuvf_pf_lock(pf);
	pf->reset_notified = 0;
	for (i = 0; i < pf->num_vfs; i++)
		if (reset_notify_locked(&pf->vf[i]))
			pf->reset_notified |= BIT(i);
	gpuvf_pf_unlock(pf);
	for (i = 0; i < pf->num_vfs; i++)
		if (left && (pf->reset_notified & BIT(i)))
			left = wait_for_completion_timeout(&pf->vf[i].ready,
							   left);
	gpuvf_mbox_settle(pf, pf->reset_notified);
}

/**
 * gpuvf_reset_complete_all_locked() - the GPU was reset: tell those who know
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_reset_complete_all_locked(struct gpuvf_pf *pf)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->num_vfs; i++)
		if (pf->reset_notified & BIT(i))
			gpuvf_mbox_send_locked(&pf->vf[i],
					       GPUVF_MBOX_FLR_COMPLETE, 0);
	pf->reset_notified = 0;
}

/**
 * gpuvf_reset_pf_end_locked() - account for a reset of the GPU that is over
 * @pf: PF
 * @err: 0, or why it failed
 *
 * Also for one that @reset_work was still to do: one reset does for both.
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_reset_pf_end_locked(struct gpuvf_pf *pf, int err)
{
	lockdep_assert_held(&pf->lock);
	WRITE_ONCE(pf->resetting, false);
	pf->reset_asked = false;
	pf->reset_needed = false;
	pf->reset_err = err;
	if (err)
		pf->failed_resets++;
	else
		pf->resets++;
	complete_all(&pf->reset_done);
	if (err)
		gpuvf_event_locked(pf, GPUVF_EVENT(PF_WAS_RESET, GPUVF_NO_VF,
						   .error = -err),
				   "GPU reset failed (%pe)", ERR_PTR(err));
	else
		gpuvf_event_locked(pf, GPUVF_EVENT(PF_WAS_RESET, GPUVF_NO_VF),
				   "GPU was reset and provisioned again");
}

/* reset_done() was not called: the PCI core has not tried it */
static void reset_pf_not_done_locked(struct gpuvf_pf *pf, int err)
{
	bool again = err == -EAGAIN && pf->reset_needed && !pf->gone;

	if (err != -EAGAIN)
		gpuvf_pf_wedge_locked(pf, "a reset that cannot be done");
	/* a requester must not wait for longer: it may hold up the PCI core */
	if (!again || pf->reset_asked)
		gpuvf_reset_pf_end_locked(pf, err == -EAGAIN ? -EBUSY : err);
	if (again) {
		WRITE_ONCE(pf->resetting, true);
		pf->reset_needed = true;
		schedule_delayed_work(&pf->reset_work, HZ / 10);
	}
	gpuvf_pf_unsettle_locked(pf);
}

/* how many resets of the GPU are over */
static u64 reset_pf_ended(const struct gpuvf_pf *pf)
{
	return pf->resets + pf->failed_resets;
}

/*
 * Reset the GPU, unless that is over by itself, or done when the GPU is resumed.
 * gpuvf_pf_remove() waits for it, so that the device is there. @held: with the device
 * lock.
 */
static void reset_pf(struct gpuvf_pf *pf, bool held)
{
	u64 begin = ktime_get_ns();
	u64 ended;
	int err;

	gpuvf_pf_lock(pf);
	if (!pf->resetting || pf->quiesced) {
		gpuvf_pf_unlock(pf);
		return;
	}
	ended = reset_pf_ended(pf);
	pf->reset_task = current;
	gpuvf_pf_unlock(pf);

	err = held ? pci_reset_function_locked(pf->pdev) : reset_pf_function(pf);
	trace_gpuvf_reset(pf->pdev, GPUVF_NO_VF, ktime_get_ns() - begin, err);

	gpuvf_pf_lock(pf);
	pf->reset_task = NULL;
	/* else it is over, and what is to be done now was asked for since */
	if (reset_pf_ended(pf) == ended)
		reset_pf_not_done_locked(pf, err);
	gpuvf_pf_unlock(pf);
}

static void reset_pf_work(struct work_struct *work)
{
	reset_pf(container_of(to_delayed_work(work), struct gpuvf_pf, reset_work),
		 false);
}

/**
 * gpuvf_reset_pf_held() - a command hangs, and VFs have just been disabled
 * @pf: PF
 *
 * Context: device lock held; sleeps. pf->lock must not be held.
 */
void gpuvf_reset_pf_held(struct gpuvf_pf *pf)
{
	pci_warn(pf->pdev, "a command still hangs after its VF was disabled, resetting the GPU\n");
	gpuvf_pf_lock(pf);
	WRITE_ONCE(pf->resetting, true);
	pf->reset_needed = true;
	gpuvf_pf_unlock(pf);
	reset_pf(pf, true);
}

/**
 * gpuvf_reset_pf_locked() - start a reset of the GPU that an administrator asked for
 * @pf: PF
 * @error: filled when that is refused
 *
 * Every guest starts again; see recover_done() for what comes back.
 * GPUVF_CMD_PF_WAS_RESET and the counters of @pf report the end;
 * gpuvf_reset_pf_wait() waits for it.
 *
 * Context: pf->lock held. Does not wait.
 * Return: 0; -EBUSY: a reset is under way.
 */
int gpuvf_reset_pf_locked(struct gpuvf_pf *pf, struct gpuvf_error *error)
{
	lockdep_assert_held(&pf->lock);
	if (pf->resetting)
		return gpuvf_refuse_plain(error, gpuvf_pf_name(pf),
					  GPUVF_REASON_PF_RESETTING);
	WRITE_ONCE(pf->resetting, true);
	reinit_completion(&pf->reset_done);
	pf->reset_asked = true;
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_notify(pf);
	/* resuming does what is to be done then */
	if (!pf->quiesced)
		schedule_delayed_work(&pf->reset_work, 0);
	return 0;
}

/**
 * gpuvf_reset_pf_wait() - wait until a reset of the GPU is over
 * @pf: PF, after gpuvf_reset_pf_locked()
 * @error: filled when the reset failed
 *
 * Context: may sleep until a fatal signal comes, which leaves the reset going on;
 * pf->lock must not be held.
 * Return: 0; -EIO: the reset failed; -EBUSY: the PCI core was at work on the GPU;
 * -EINTR: a fatal signal came.
 */
int gpuvf_reset_pf_wait(struct gpuvf_pf *pf, struct gpuvf_error *error)
{
	int err;

	if (wait_for_completion_killable(&pf->reset_done))
		return -EINTR;
	gpuvf_pf_lock(pf);
	err = pf->reset_err;
	gpuvf_pf_unlock(pf);
	if (!err)
		return 0;
	if (err == -EBUSY)
		return gpuvf_refuse_plain(error, gpuvf_pf_name(pf),
					  GPUVF_REASON_VF_COUNT_CHANGING);
	return gpuvf_error_set(error, gpuvf_pf_name(pf), GPUVF_REASON_RESET_FAILED,
			       "the reset did not succeed: the GPU is wedged");
}

/**
 * gpuvf_reset_init() - initialise what resets the GPU and its VFs
 * @pf: PF
 */
void gpuvf_reset_init(struct gpuvf_pf *pf)
{
	unsigned int i;

	INIT_DELAYED_WORK(&pf->reset_work, reset_pf_work);
	INIT_DELAYED_WORK(&pf->full_access.limit, reset_overstayed_work);
	init_completion(&pf->reset_done);
	init_completion(&pf->out_of_reset);
	complete_all(&pf->out_of_reset);
	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		INIT_WORK(&pf->vf[i].reset_work, reset_vf_work);
		init_completion(&pf->vf[i].reset_done);
		init_completion(&pf->vf[i].ready);
	}
}
