// SPDX-License-Identifier: GPL-2.0
/*
 * One GPU as a whole: its lifetime, its interrupt, suspend and resume.
 *
 * struct gpuvf_pf lives as long as its class device has references. Netlink
 * requests and sysfs directories hold some, so it may outlive the binding of
 * the PCI device by a little; pf->gone, under pf->lock, says so.
 */

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "api/api.h"
#include "base/event.h"
#include "base/pf.h"
#include "config/config.h"
#include "device/device.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* PFs whose memory is not freed yet, and one for the module itself */
static refcount_t gpuvf_pfs_alive = REFCOUNT_INIT(1);
static DECLARE_COMPLETION(gpuvf_pfs_gone);

static void pf_release(struct device *dev)
{
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);

	gpuvf_engine_free(pf);
	mutex_destroy(&pf->lock);
	kfree(pf->hw);
	kvfree(pf);
	/* nothing after this may sleep; see gpuvf_pf_wait_all_gone() */
	if (refcount_dec_and_test(&gpuvf_pfs_alive))
		complete(&gpuvf_pfs_gone);
}

/*
 * Everybody gets uevents, and udev starts programs for them: only what calls for
 * an administrator is one.
 */
static void pf_uevent(struct gpuvf_pf *pf, bool wedged)
{
	char *env[2] = { wedged ? "STATE=wedged" : "STATE=ready" };

	if (device_is_registered(&pf->dev))
		kobject_uevent_env(&pf->dev.kobj, KOBJ_CHANGE, env);
}

static void pf_notify_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, notify_work);
	bool wedged;

	gpuvf_pf_lock(pf);
	wedged = pf->wedged;
	if (!pf->gone) {
		gpuvf_vfs_notify_states_locked(pf);
		if (test_and_clear_bit(0, &pf->public_changed))
			gpuvf_netlink_notify_locked(pf, GPUVF_CMD_CONFIG_CHANGE);
		/* under the lock: pf->gone is set before device_del() */
		if (wedged != pf->notified_wedged)
			pf_uevent(pf, wedged);
		pf->notified_wedged = wedged;
	}
	gpuvf_pf_unlock(pf);
}

/*
 * How often the interrupt handler fetches events. Most often there is one, and
 * the second look finds nothing. What is left after the last look the scheduler
 * thread fetches, so that a storm does not keep a CPU in hard-irq context.
 */
#define PF_IRQ_LOOKS	4

static void pf_take_events(struct gpuvf_pf *pf,
			   const struct gpuvf_hw_events *hw, u64 now)
{
	/* first of all: the engine may wait for the next command */
	gpuvf_engine_interrupt(pf, hw, now);
	if (hw->events & GPUVF_HW_EVENT_SCRUB)
		complete(&pf->scrub.done);
	if (hw->events & GPUVF_HW_EVENT_MBOX)
		gpuvf_mbox_event(pf, hw->mbox_vfs);
}

static irqreturn_t pf_irq(int irq, void *data)
{
	struct gpuvf_pf *pf = data;
	irqreturn_t handled = IRQ_NONE;
	unsigned int n;
	u64 now;

	/* what came at the same time is asked for when the engine is busy again */
	for (n = 0; n < PF_IRQ_LOOKS; n++) {
		struct gpuvf_hw_events events = {};

		/* before any access to the device, which takes its time */
		now = ktime_get_ns();
		pf->hw->ops->irq_events(pf->hw, &events);
		if (!events.events)
			return handled;
		pf_take_events(pf, &events, now);
		handled = IRQ_HANDLED;
	}
	/*
	 * Hardware that writes one MSI each time (status & enable) becomes
	 * nonzero raises none until all of it was acknowledged.
	 */
	gpuvf_engine_look_again(pf);
	return handled;
}

/* do what an interrupt would do, where there is none */
static void pf_poll(struct gpuvf_pf *pf)
{
	pf_irq(0, pf);
}

/* without an interrupt everything is polled */
static int pf_irq_request(struct gpuvf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	int err;

	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_INTERRUPT) ||
	    pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_MSIX) < 1) {
		pci_notice(pdev, "no interrupt, polling instead\n");
		pf->hw->caps.capabilities &= ~GPUVF_CAPABILITY_INTERRUPT;
		return 0;
	}
	err = request_irq(pci_irq_vector(pdev, 0), pf_irq, 0, KBUILD_MODNAME,
			  pf);
	if (err) {
		pci_free_irq_vectors(pdev);
		return err;
	}
	pf->irq = pci_irq_vector(pdev, 0);
	return 0;
}

static void pf_irq_free(struct gpuvf_pf *pf)
{
	if (!pf->irq)
		return;
	free_irq(pf->irq, pf);
	pci_free_irq_vectors(pf->pdev);
	pf->irq = 0;
}

static const struct gpuvf_sink pf_sink = {
	.settle = gpuvf_vfs_update_locked,
	.event = gpuvf_netlink_event_locked,
	.poll = pf_poll,
};

static struct gpuvf_pf *pf_alloc(struct pci_dev *pdev, struct gpuvf_hw *hw)
{
	struct gpuvf_pf *pf;
	unsigned int i;

	/* no DMA: it need not be contiguous */
	pf = kvzalloc(sizeof(*pf), GFP_KERNEL);
	if (!pf) {
		kfree(hw);
		return NULL;
	}
	pf->pdev = pdev;
	pf->vendor = pdev->vendor;
	pf->device = pdev->device;
	pf->numa_node = dev_to_node(&pdev->dev);
	pf->hw = hw;
	pf->sink = &pf_sink;
	pf->total_vfs = hw->caps.total_vfs;
	mutex_init(&pf->lock);
	spin_lock_init(&pf->public_lock);
	INIT_DELAYED_WORK(&pf->notify_work, pf_notify_work);
	gpuvf_events_init(pf);
	gpuvf_vfs_init(pf);
	gpuvf_full_access_init(pf);
	gpuvf_guest_init(pf);
	gpuvf_reset_init(pf);
	gpuvf_region_init(pf);
	pf->revision = get_random_u64();
	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		pf->vf[i].pf = pf;
		pf->vf[i].index = i;
	}

	refcount_inc(&gpuvf_pfs_alive);
	device_initialize(&pf->dev);
	pf->dev.parent = &pdev->dev;
	pf->dev.class = gpuvf_class;
	pf->dev.groups = gpuvf_pf_groups;
	pf->dev.release = pf_release;
	if (dev_set_name(&pf->dev, "%s", pci_name(pdev))) {
		put_device(&pf->dev);
		return NULL;
	}
	return pf;
}

/*
 * Stop all that goes on by itself and remove the files, from the sources of work to
 * what they queue: nothing is queued once pf->gone is set, and what was queued before
 * is cancelled after its last source. Also for a PF that gpuvf_pf_add() did not
 * finish, from gpuvf_engine_start() on. Leaves the hardware quiet.
 */
static void pf_stop(struct gpuvf_pf *pf)
{
	gpuvf_pf_lock(pf);
	WRITE_ONCE(pf->gone, true);
	gpuvf_vfs_update_locked(pf);
	gpuvf_pf_unlock(pf);

	gpuvf_sysfs_del(pf);
	gpuvf_debugfs_del(pf);
	gpuvf_scrub_stop(pf);
	/* it queues the other one */
	cancel_delayed_work_sync(&pf->recover_work);
	cancel_delayed_work_sync(&pf->reset_work);
	pf->hw->ops->irq_enable(pf->hw, false);
	pf_irq_free(pf);
	gpuvf_engine_stop(pf);
	cancel_delayed_work_sync(&pf->mbox_work);
	cancel_delayed_work_sync(&pf->guest_reader.work);
	cancel_delayed_work_sync(&pf->full_access.limit);
	cancel_delayed_work_sync(&pf->notify_work);
	cancel_delayed_work_sync(&pf->events.flush);
}

/* what needs no more than gpuvf_pf_add()'s reference to be undone */
static int pf_probe(struct gpuvf_pf *pf)
{
	int err;

	err = gpuvf_engine_init(pf) ?: gpuvf_recover_init(pf) ?:
	      gpuvf_scrub_init(pf) ?: gpuvf_config_init(pf);
	if (err)
		return err;
	gpuvf_pf_copy_public(pf);
	return gpuvf_engine_start(pf);
}

/* what pf_stop() undoes, also where it fails */
static int pf_start(struct gpuvf_pf *pf)
{
	int err;

	err = pf_irq_request(pf);
	if (err)
		return err;
	pf->hw->ops->irq_enable(pf->hw, true);
	pci_set_drvdata(pf->pdev, pf);

	err = gpuvf_sysfs_add(pf);
	if (err)
		return err;
	/*
	 * Hardware may claim more VFs than there is state for. The PCI core takes
	 * the limit back at remove, but not when a probe fails: so this comes last.
	 */
	return pci_sriov_set_totalvfs(pf->pdev, pf->total_vfs);
}

/**
 * gpuvf_pf_add() - take a GPU under management
 * @pdev: its PF, enabled, without enabled VFs
 *
 * Context: probe.
 * Return: 0; -ENOMEM; -EIO, -EUCLEAN: it does not obey; or why gpuvf_hw_probe() does
 * not take it.
 */
int gpuvf_pf_add(struct pci_dev *pdev)
{
	struct gpuvf_hw *hw = gpuvf_hw_probe(pdev);
	struct gpuvf_pf *pf;
	int err;

	if (IS_ERR(hw))
		return PTR_ERR(hw);
	pf = pf_alloc(pdev, hw);
	if (!pf)
		return -ENOMEM;
	err = pf_probe(pf);
	if (err)
		goto err_put;
	err = pf_start(pf);
	if (err)
		goto err_stop;
	gpuvf_debugfs_add(pf);

	gpuvf_pf_lock(pf);
	gpuvf_engine_configure(pf);
	gpuvf_scrub_resume_locked(pf);
	gpuvf_pf_count_public();
	gpuvf_netlink_notify_locked(pf, GPUVF_CMD_PF_ADD);
	gpuvf_pf_unlock(pf);
	pci_info(pdev, "%s: %llu MiB of framebuffer for up to %u VFs\n",
		 hw->ops->name, pf->hw->caps.fb.total_bytes >> 20, pf->total_vfs);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		pci_warn(pdev, "no FLR notice: a VF that is closed and opened again is scrubbed in between only if its host driver is gpuvf-vfio\n");
	return 0;

err_stop:
	pf_stop(pf);
err_put:
	put_device(&pf->dev);
	return err;
}

/**
 * gpuvf_pf_remove() - give a GPU back
 * @pf: PF; the caller's pointer is not valid any more when this returns
 *
 * The GPU is left quiet. VFs can still be enabled only when the device is
 * being removed (the module is pinned otherwise); then the PCI core holds the
 * rescan lock, and disabling them here is safe.
 *
 * Context: remove.
 */
void gpuvf_pf_remove(struct gpuvf_pf *pf)
{
	if (pf->num_vfs)
		gpuvf_vfs_disable(pf);
	pf_stop(pf);
	gpuvf_pf_lock(pf);
	gpuvf_pf_count_public();
	gpuvf_netlink_notify_locked(pf, GPUVF_CMD_PF_DEL);
	gpuvf_pf_unlock(pf);
	put_device(&pf->dev);
}

/**
 * gpuvf_pf_wait_all_gone() - wait until no PF is in memory any more
 *
 * The driver core, or a task that it works for, may put the last reference to a
 * PF or to the kobject of a VF, so pf_release() can run on any task. A module
 * reference for each PF would make unloading with bound GPUs impossible, and a
 * lock or completion does not help against the instructions after it: the task
 * may be preempted on its way out of this module. synchronize_rcu_tasks() waits
 * until each task has slept of its own accord or has been in user space, and a
 * task does neither between the completion and its return to the driver core.
 *
 * Context: module exit: drivers are unbound and requests are over, so that no
 * new reference can be taken. Sleeps.
 */
void gpuvf_pf_wait_all_gone(void)
{
	if (!refcount_dec_and_test(&gpuvf_pfs_alive))
		wait_for_completion(&gpuvf_pfs_gone);
	synchronize_rcu_tasks();
}

/*
 * Let the GPU come to rest. Guests lose their states: the GPU may be without power until
 * it is resumed, and what is left of them then is not known.
 */
static void pf_quiesce(struct gpuvf_pf *pf)
{
	/* a reset would set the GPU going again, whatever it is asleep for */
	gpuvf_pf_lock(pf);
	pf->quiesced = true;
	gpuvf_pf_unlock(pf);
	gpuvf_resets_flush(pf);
	/* the GPU is reset when it is resumed, if it is frozen */
	cancel_delayed_work_sync(&pf->recover_work);
	cancel_delayed_work_sync(&pf->reset_work);
	gpuvf_scrub_stop(pf);
	gpuvf_pf_lock(pf);
	gpuvf_engine_quiesce_locked(pf);
	gpuvf_vfs_end_tenancy_locked(pf, pf->num_vfs);
	/* not every sleep takes the power that ends them */
	if (gpuvf_engine_retained(pf) && !pf->wedged && !pf->resetting) {
		pci_warn(pf->pdev, "VFs retained their contexts when the GPU was quiesced, resetting it when it is resumed\n");
		WRITE_ONCE(pf->resetting, true);
		pf->reset_needed = true;
	}
	gpuvf_pf_unlock(pf);
	pf->hw->ops->irq_enable(pf->hw, false);
}

/*
 * Go on after pf_quiesce(). The configuration is what it was. What memory holds is not
 * known; it is scrubbed, and guests start again. -EIO: the hardware does not take its
 * configuration back, and the PF is wedged.
 */
static int pf_resume(struct device *dev)
{
	struct gpuvf_pf *pf = dev_get_drvdata(dev);
	unsigned int i;
	int err;

	gpuvf_pf_lock(pf);
	/* not every sleep clears mailboxes, as a reset does */
	for (i = 0; i < pf->num_vfs; i++) {
		gpuvf_mbox_reset_locked(&pf->vf[i]);
		gpuvf_mbox_end_locked(pf, i);
	}
	/* first, so that no VF gets its extent back before that is scrubbed */
	gpuvf_scrub_mark_all_locked(pf);
	err = gpuvf_config_restore_locked(pf);
	gpuvf_hw_test_engine(pf->hw);
	if (gpuvf_hw_engine_is_taken(pf->hw))
		gpuvf_pf_wedge_locked(pf, "a command that cannot be ended");
	pf->hw->ops->irq_enable(pf->hw, true);
	/* who has not run yet was clean when this was decided last */
	gpuvf_vfs_update_locked(pf);
	gpuvf_engine_quiesce_end(pf);
	pf->quiesced = false;
	gpuvf_mbox_listen_locked(pf);
	/* a reset of the GPU scrubs memory after it */
	if (!pf->resetting)
		gpuvf_scrub_resume_locked(pf);
	gpuvf_reset_resume_locked(pf);
	gpuvf_pf_unlock(pf);
	return err;
}

static int pf_suspend(struct device *dev)
{
	pf_quiesce(dev_get_drvdata(dev));
	return 0;
}

/*
 * What guests have on the GPU is not part of a hibernation image, and the VMs in it
 * would find it gone hours later: with VFs, hibernation is refused.
 */
static int pf_freeze(struct device *dev)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int num_vfs = pci_num_vf(pdev);

	if (!num_vfs)
		return pf_suspend(dev);
	pci_err(pdev, "cannot hibernate: %d VF%s enabled, write 0 to sriov_numvfs first\n",
		num_vfs, num_vfs == 1 ? " is" : "s are");
	return -EBUSY;
}

const struct dev_pm_ops gpuvf_pm_ops = {
	.suspend = pf_suspend,
	.resume = pf_resume,
	.freeze = pf_freeze,
	.thaw = pf_resume,
	.poweroff = pf_suspend,
	.restore = pf_resume,
};

/**
 * gpuvf_shutdown() - leave the GPU quiet for the next kernel
 * @pdev: a PF
 *
 * Context: shutdown; may sleep.
 */
void gpuvf_shutdown(struct pci_dev *pdev)
{
	pf_quiesce(pci_get_drvdata(pdev));
}
