// SPDX-License-Identifier: GPL-2.0
/*
 * What the PCI core does to a GPU as a whole: resets, and the recovery from PCIe
 * errors (AER). A fatal error freezes the link of the GPU, and the PCI core resets
 * the bus behind the root port:
 *
 *	error_detected: the GPU is wedged, no VF has the engine, no interrupts
 *	      │
 *	      ├── bus reset, slot_reset: the PF's configuration space is restored
 *	      │   resume: as after a reset of the GPU ──works──► all start again
 *	      │
 *	      └── bus reset, no slot_reset: the PCI core has given up, since a VF has
 *	          no driver, or one without error handlers ──► reset of the GPU
 *
 * After an error that is not fatal the GPU goes on, and nothing is done.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "base/compat.h"
#include "base/pf.h"
#include "config/config.h"
#include "device/device.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* how often to try for the PCI device locks of all VFs, and the pause between */
#define RECOVER_LOCK_TRIES	100
#define RECOVER_LOCK_PAUSE_MS	20

/*
 * The PCI core does not report that it has given up. How often to look whether the
 * bus was reset, which the GPU shows, and for how long: then the GPU is reset in any
 * case. Drivers of VFs may take some time for their error handlers. Until the bus was
 * reset the GPU may not answer, and an FLR of a VF then holds up the PCI core for a
 * minute.
 */
#define RECOVER_LOOK_MS		100
#define RECOVER_LIMIT_MS	5000
#define RECOVER_DEAD_LIMIT_MS	90000

/* a reset of the bus wiped it, and the PCI core leaves this to drivers */
static void recover_config_space(struct gpuvf_pf *pf)
{
	pci_load_saved_state(pf->pdev, pf->pci_state);
	pci_restore_state(pf->pdev);
}

static bool recover_is_there(struct pci_dev *pdev)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return !PCI_POSSIBLE_ERROR(command);
}

/*
 * Nothing else may reset a VF, or save or restore its configuration space, from
 * here to the end of the GPU's reset: the PCI core locks every function of a slot
 * that it resets for the same reason. Locks of VFs nest in that of the PF, but a
 * driver may wait for this reset. A VF whose lock is not to be had in time, or that
 * does not answer, comes out of the reset with the configuration space of power-on.
 */
static void recover_lock_vfs(struct gpuvf_pf *pf)
{
	unsigned int tries = RECOVER_LOCK_TRIES, i;

	for (i = 0; i < pf->num_vfs; i++) {
		struct gpuvf_vf *vf = &pf->vf[i];

		if (!vf->pdev)
			continue;
		while (!(vf->pci_locked = pci_dev_trylock(vf->pdev)) && tries--)
			msleep(RECOVER_LOCK_PAUSE_MS);
		if (vf->pci_locked) {
			/* else all ones would be restored */
			if (recover_is_there(vf->pdev))
				pci_save_state(vf->pdev);
			continue;
		}
		tries = 0;
		pci_warn(pf->pdev, "VF%u: in use by the PCI core during a reset of the GPU, configuration space not saved\n",
			 i);
	}
}

static void recover_unlock_vfs(struct gpuvf_pf *pf)
{
	unsigned int i;

	for (i = 0; i < pf->num_vfs; i++) {
		if (!pf->vf[i].pci_locked)
			continue;
		pf->vf[i].pci_locked = false;
		pci_restore_state(pf->vf[i].pdev);
		pci_dev_unlock(pf->vf[i].pdev);
	}
}

/*
 * A fatal PCIe error: nothing that the GPU says counts until it was reset, with
 * @reset by the PCI core or else by us, and commands are not waited for. A suspended GPU
 * is reset when it is resumed. Device lock held; may sleep for the present operation of
 * the scrub engine.
 */
static void recover_freeze(struct gpuvf_pf *pf, bool reset)
{
	gpuvf_pf_lock(pf);
	WRITE_ONCE(pf->frozen, true);
	gpuvf_pf_wedge_locked(pf, "a fatal PCIe error");
	if (reset) {
		WRITE_ONCE(pf->resetting, true);
		pf->reset_needed = true;
	}
	gpuvf_pf_unlock(pf);
	/* it changes under the device lock only */
	if (pf->quiesced)
		return;
	gpuvf_scrub_stop(pf);
	gpuvf_pf_lock(pf);
	gpuvf_engine_quiesce_locked(pf);
	gpuvf_vfs_end_tenancy_locked(pf, pf->num_vfs);
	gpuvf_engine_quiesce_end(pf);
	gpuvf_pf_unlock(pf);
	pf->hw->ops->irq_enable(pf->hw, false);
	if (!reset)
		return;
	/* one that is due would find no GPU before the bus is reset */
	cancel_delayed_work(&pf->reset_work);
	pf->recover_since = jiffies;
	mod_delayed_work(gpuvf_percpu_wq, &pf->recover_work,
			 msecs_to_jiffies(RECOVER_LOOK_MS));
}

/*
 * The PF is about to be reset. That wipes its VFs too, and the PCI core restores only
 * the PF: so the VFs' configuration spaces are saved here. Until recover_done() the
 * hardware forgets what is written to it: no request is carried out, and no VF is
 * reset. A GPU that is quiesced stays so. A caller cannot be refused.
 */
static void recover_reset_prepare(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);
	bool wiped;

	gpuvf_pf_lock(pf);
	pf->in_reset = true;
	reinit_completion(&pf->out_of_reset);
	gpuvf_pf_unlock(pf);
	wiped = !pf->hw->ops->has_reserve(pf->hw);
	/* VFs are enabled again with it, and must not run: their extents are not there */
	if (wiped && !pf->frozen && !pf->quiesced)
		recover_freeze(pf, false);
	/* before the PCI core saves it, and VFs under reset are waited for */
	if (wiped || pf->frozen)
		recover_config_space(pf);
	gpuvf_resets_flush(pf);
	/* it changes under the device lock only */
	if (!pf->quiesced) {
		gpuvf_scrub_stop(pf);
		gpuvf_reset_notify_all(pf);
	}
	recover_lock_vfs(pf);
	gpuvf_pf_lock(pf);
	if (!pf->quiesced)
		gpuvf_engine_quiesce_locked(pf);
	gpuvf_vfs_end_tenancy_locked(pf, pf->num_vfs);
	gpuvf_pf_unlock(pf);
	pf->hw->ops->irq_enable(pf->hw, false);
}

/*
 * The PCI core does not say whether it could reset the GPU. After a reset the
 * hardware has forgotten its configuration, and the engine is free.
 */
static int recover_result_locked(struct gpuvf_pf *pf)
{
	bool forgot = pf->hw->ops->has_reserve(pf->hw) == 0;

	if (forgot && !gpuvf_hw_engine_is_taken(pf->hw)) {
		pf->wedged = false;
		WRITE_ONCE(pf->frozen, false);
		gpuvf_engine_all_lost_locked(pf);
		return pf->quiesced ? 0 : gpuvf_config_restore_locked(pf);
	}
	/* again, where it was wedged before: the event is about this reset */
	pf->wedged = false;
	gpuvf_pf_wedge_locked(pf, forgot ? "a command that cannot be ended" :
					   "a reset that did not reach it");
	return -EIO;
}

/*
 * Every VF gets its framebuffer and its configuration space back; guests start over, on
 * scrubbed memory. A reset is also the way out of being wedged. Where an administrator
 * asked for it (over netlink, sysfs, or with @value by the PCI core's own file), it
 * clears faults and marks of VFs too. A reset that failed leaves the GPU wedged.
 */
static void recover_done(struct gpuvf_pf *pf, bool value)
{
	bool was_wedged;
	unsigned int i;
	int err;

	/* when the bus was reset since, the PCI core has saved that, and restored it */
	if (!pf->quiesced && gpuvf_hw_is_wiped(pf->pdev))
		recover_config_space(pf);
	recover_unlock_vfs(pf);
	gpuvf_pf_lock(pf);
	was_wedged = pf->wedged;
	value |= pf->reset_asked;
	err = recover_result_locked(pf);
	for (i = 0; i < pf->num_vfs; i++) {
		/* a guest that provokes a reset must not clear them by it */
		if (value && !err)
			gpuvf_vf_clear_marks_locked(&pf->vf[i]);
		pf->vf[i].init_after_reset = false;
		gpuvf_mbox_reset_locked(&pf->vf[i]);
	}
	gpuvf_reset_pf_end_locked(pf, err);
	gpuvf_reset_end_waiting_locked(pf, err);
	gpuvf_reset_complete_all_locked(pf);
	pf->in_reset = false;
	if (!pf->quiesced) {
		pf->hw->ops->irq_enable(pf->hw, true);
		gpuvf_mbox_listen_locked(pf);
		gpuvf_vfs_update_locked(pf);
		gpuvf_engine_quiesce_end(pf);
		gpuvf_scrub_resume_locked(pf);
	}
	/* the configuration is the same; a guest may have caused the reset */
	if (was_wedged)
		gpuvf_pf_publish_locked(pf);
	else
		gpuvf_pf_notify(pf);
	complete_all(&pf->out_of_reset);
	gpuvf_pf_unlock(pf);
}

static void recover_reset_done(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);

	recover_done(pf, pf->reset_task != current);
}

/*
 * Look whether the bus was reset after a fatal PCIe error. The GPU is reset for it,
 * unless the PCI core goes on with the recovery before. It may also be that an
 * administrator has reset the GPU before the bus was.
 */
static void recover_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, recover_work);
	unsigned int limit_ms = RECOVER_DEAD_LIMIT_MS;
	bool late;
	int has;

	/* while it is locked, the PCI core or a reset is at work on it */
	if (!pci_dev_trylock(pf->pdev)) {
		queue_delayed_work(gpuvf_percpu_wq, &pf->recover_work,
				   msecs_to_jiffies(RECOVER_LOOK_MS));
		return;
	}
	has = pf->hw->ops->has_reserve(pf->hw);
	if (has >= 0)
		limit_ms = RECOVER_LIMIT_MS;
	late = time_after_eq(jiffies, pf->recover_since +
				      msecs_to_jiffies(limit_ms));
	if (!has && !pf->frozen)
		recover_freeze(pf, true);
	if (pf->frozen && (!has || late))
		mod_delayed_work(gpuvf_percpu_wq, &pf->reset_work, 0);
	pci_dev_unlock(pf->pdev);
	if (!late)
		queue_delayed_work(gpuvf_percpu_wq, &pf->recover_work,
				   msecs_to_jiffies(RECOVER_LOOK_MS));
}

/*
 * The PCI core has reset the bus, or does not need to: after an error that was not fatal
 * for the GPU nothing was reset, and it goes on. The PCI core may also have given up the
 * recovery. When an administrator reset the GPU before the bus was reset, it has
 * forgotten its configuration once more.
 */
static pci_ers_result_t recover_slot_reset(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);
	int has = pf->hw->ops->has_reserve(pf->hw);

	if (!has && !pf->frozen)
		recover_freeze(pf, true);
	if (pf->frozen)
		recover_config_space(pf);
	return has < 0 ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static pci_ers_result_t recover_error_detected(struct pci_dev *pdev,
					       pci_channel_state_t state)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);

	switch (state) {
	case pci_channel_io_normal:
		pci_warn(pdev, "PCIe error that is not fatal, going on\n");
		return PCI_ERS_RESULT_CAN_RECOVER;
	case pci_channel_io_perm_failure:
		/*
		 * By 7.3 the PCI core also says this when it gives up a recovery, since
		 * a VF has no driver. The GPU itself is still there.
		 */
		if (pdev->error_state == pci_channel_io_perm_failure)
			recover_freeze(pf, false);
		else
			recover_slot_reset(pdev);
		return PCI_ERS_RESULT_DISCONNECT;
	default:
		recover_freeze(pf, true);
		return PCI_ERS_RESULT_NEED_RESET;
	}
}

/* the recovery from a PCIe error is over */
static void recover_resume(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);

	if (!pf->frozen)
		return;
	recover_reset_prepare(pdev);
	recover_done(pf, false);
}

/* all of them with the device lock held; they may sleep */
const struct pci_error_handlers gpuvf_err_handler = {
	.error_detected = recover_error_detected,
	.slot_reset = recover_slot_reset,
	.resume = recover_resume,
	.reset_prepare = recover_reset_prepare,
	.reset_done = recover_reset_done,
};

static void recover_free_state(void *state)
{
	kfree(state);
}

/**
 * gpuvf_recover_init() - remember the PF's configuration space
 * @pf: PF whose configuration space is as it is to be
 *
 * Context: probe.
 * Return: 0, -ENOMEM.
 */
int gpuvf_recover_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->recover_work, recover_work);
	pci_save_state(pf->pdev);
	pf->pci_state = pci_store_saved_state(pf->pdev);
	if (!pf->pci_state)
		return -ENOMEM;
	return devm_add_action_or_reset(&pf->pdev->dev, recover_free_state,
					pf->pci_state);
}
