// SPDX-License-Identifier: GPL-2.0
/*
 * Enabling and disabling VFs, and how their PCI devices come and go.
 *
 * Only the PCI core's sriov_numvfs file gets here to enable and disable. It
 * holds the device lock and the rescan lock, so that neither rescan nor removal
 * can come between. With VFs enabled the module is pinned: its unloading would
 * disable VFs without the rescan lock, and corrupt the PCI core's lists when a
 * rescan comes at the same time.
 */

#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "device/device.h"
#include "fb/fb.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* walk the PCI devices of the VFs, as pci_get_device() does */
static struct pci_dev *vfs_next_pdev(struct gpuvf_pf *pf, struct pci_dev *pdev)
{
	do {
		pdev = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, pdev);
	} while (pdev && !(pdev->is_virtfn && pci_physfn(pdev) == pf->pdev));
	return pdev;
}

static void vf_set_bdf(struct gpuvf_vf *vf, const char *bdf)
{
	spin_lock(&vf->pf->public_lock);
	strscpy(vf->bdf, bdf, sizeof(vf->bdf));
	spin_unlock(&vf->pf->public_lock);
}

/* find the PCI devices of the VFs; each keeps a reference */
static void vfs_get_pdevs_locked(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	struct pci_dev *pdev = NULL;
	int index;

	while ((pdev = vfs_next_pdev(pf, pdev))) {
		index = pci_iov_vf_id(pdev);
		if (index < 0 || index >= num_vfs)
			continue;
		pf->vf[index].pdev = pci_dev_get(pdev);
		vf_set_bdf(&pf->vf[index], pci_name(pdev));
	}
}

/*
 * To the driver core VFs are siblings of the PF: it suspends and resumes them at
 * the same time. But the configuration space of a VF can only be saved while the
 * PF has power, and only be restored after VF Enable of the PF was. A device link
 * says so. It is stateless, since a managed link with AUTOREMOVE_CONSUMER goes when
 * the first driver of the VF is unbound. The driver core deletes it with the VF.
 */
static int vfs_add_links(struct gpuvf_pf *pf)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = vfs_next_pdev(pf, pdev))) {
		if (device_link_add(&pdev->dev, &pf->pdev->dev,
				    DL_FLAG_STATELESS))
			continue;
		pci_dev_put(pdev);
		return -ENOMEM;
	}
	return 0;
}

static int vfs_prepare(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	struct gpuvf_error error = { .vf = GPUVF_NO_VF };
	int err;

	gpuvf_pf_lock(pf);
	err = gpuvf_config_fill_locked(pf, num_vfs, &error);
	if (err) {
		gpuvf_error_log(pf, &error);
	} else {
		pf->vf_count_changing = true;
		gpuvf_pf_publish_locked(pf);
	}
	gpuvf_pf_unlock(pf);
	return err;
}

static void vfs_commit(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	unsigned int i;

	gpuvf_pf_lock(pf);
	vfs_get_pdevs_locked(pf, num_vfs);
	for (i = 0; i < num_vfs; i++) {
		struct gpuvf_vf *vf = &pf->vf[i];

		/* what could not be scrubbed for it meanwhile is tried again */
		gpuvf_vf_clear_marks_locked(vf);
		if (vf->pdev && sysfs_create_link(&vf->kobj, &vf->pdev->dev.kobj,
						  "device"))
			pci_warn(pf->pdev, "VF%u: no link to its PCI device\n",
				 i);
	}
	WRITE_ONCE(pf->num_vfs, num_vfs);
	gpuvf_config_schedule_locked(pf);
	pf->vf_count_changing = false;
	gpuvf_mbox_listen_locked(pf);
	gpuvf_vfs_update_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_changed_locked(pf);
	gpuvf_pf_unlock(pf);
}

/* VFs may have existed for a moment, and host drivers may have bound to them */
static void vfs_unwind(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	gpuvf_pf_lock(pf);
	gpuvf_vfs_end_tenancy_locked(pf, num_vfs);
	gpuvf_config_release_auto_locked(pf);
	pf->vf_count_changing = false;
	gpuvf_vfs_update_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_changed_locked(pf);
	gpuvf_pf_unlock(pf);
}

/*
 * VFs without a quota get a fair share unless a whole layout was set. When anything
 * fails, no VF is enabled and the shares are taken back.
 *
 * 0; -ERANGE: more than pf->total_vfs; -EIO: wedged; -ENOSPC: no fair share; -ENODEV: the
 * module is being unloaded; -EUCLEAN: hardware did not take the layout; -ENOMEM: no
 * device link; or what pci_enable_sriov() says.
 */
static int vfs_enable(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	int err;

	/* the PCI core checks it too, see pci_sriov_set_totalvfs() */
	if (WARN_ON_ONCE(num_vfs > pf->total_vfs))
		return -ERANGE;

	err = vfs_prepare(pf, num_vfs);
	if (err)
		return err;

	/* not __module_get(): that succeeds on a module that is already going */
	if (!try_module_get(THIS_MODULE)) {
		vfs_unwind(pf, num_vfs);
		return -ENODEV;
	}

	err = pci_enable_sriov(pf->pdev, num_vfs);
	if (!err) {
		err = vfs_add_links(pf);
		if (err)
			pci_disable_sriov(pf->pdev);
	}
	if (err) {
		pci_err(pf->pdev, "enabling %u VF%s failed: %pe\n", num_vfs,
			num_vfs == 1 ? "" : "s", ERR_PTR(err));
		vfs_unwind(pf, num_vfs);
		module_put(THIS_MODULE);
		return err;
	}
	pf->module_pinned = true;
	/* VFs have no power states of their own: their users need the PF in D0 */
	pm_runtime_get_noresume(&pf->pdev->dev);
	vfs_commit(pf, num_vfs);
	pci_info(pf->pdev, "%u VF%s enabled\n", num_vfs,
		 num_vfs == 1 ? "" : "s");
	return 0;
}

/* the next tenant of this VF starts with a clean slate */
static void vfs_reset_locked(struct gpuvf_vf *vf)
{
	pci_dev_put(vf->pdev);
	vf->pdev = NULL;
	vf_set_bdf(vf, "");
	gpuvf_vf_clear_marks_locked(vf);
	vf->init_after_reset = false;
	gpuvf_full_access_end_locked(vf);
	gpuvf_mbox_end_locked(vf->pf, vf->index);
	gpuvf_mbox_reset_locked(vf);
	memset(&vf->throttle, 0, sizeof(vf->throttle));
	gpuvf_engine_set_access_ns(vf->pf, vf->index, 0);
}

/**
 * gpuvf_vfs_disable() - disable all VFs; fair shares go, quotas stay
 * @pf: PF
 *
 * Works on a wedged GPU too.
 *
 * Context: called by the PCI core under the device lock and the rescan lock, or
 * by removal of the PF under the same locks. Sleeps a second, and as long as a
 * user keeps a VF open.
 */
void gpuvf_vfs_disable(struct gpuvf_pf *pf)
{
	unsigned int i;
	bool stuck;

	gpuvf_pf_lock(pf);
	pf->vf_count_changing = true;
	gpuvf_pf_publish_locked(pf);
	gpuvf_pf_unlock(pf);

	gpuvf_resets_flush(pf);

	gpuvf_pf_lock(pf);
	gpuvf_reset_end_waiting_locked(pf, -ENODEV);
	gpuvf_engine_quiesce_locked(pf);
	gpuvf_vfs_update_locked(pf);
	gpuvf_engine_quiesce_end(pf);
	for (i = 0; i < pf->num_vfs; i++)
		sysfs_remove_link(&pf->vf[i].kobj, "device");
	gpuvf_pf_unlock(pf);

	pci_disable_sriov(pf->pdev);

	gpuvf_pf_lock(pf);
	gpuvf_engine_all_lost_locked(pf);
	gpuvf_vfs_end_tenancy_locked(pf, pf->num_vfs);
	for (i = 0; i < pf->num_vfs; i++)
		vfs_reset_locked(&pf->vf[i]);
	WRITE_ONCE(pf->num_vfs, 0);
	gpuvf_config_schedule_locked(pf);
	gpuvf_config_release_auto_locked(pf);
	pf->vf_count_changing = false;
	gpuvf_hw_test_engine(pf->hw);
	stuck = gpuvf_hw_engine_is_taken(pf->hw);
	gpuvf_vfs_update_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_changed_locked(pf);
	gpuvf_pf_unlock(pf);
	if (stuck)
		gpuvf_reset_pf_held(pf);

	if (pf->module_pinned) {
		pf->module_pinned = false;
		pm_runtime_put(&pf->pdev->dev);
		module_put(THIS_MODULE);
	}
	pci_info(pf->pdev, "VFs disabled\n");
}

/**
 * gpuvf_sriov_configure() - enable or disable VFs
 * @pdev: a PF
 * @num_vfs: how many VFs are to be enabled; 0: disable all
 *
 * Context: called by the PCI core under the device lock and the rescan lock.
 * Return: @num_vfs; -EBUSY: VFs are assigned to guests; -ENODEV: the driver is about to
 * be unbound; or why they cannot be enabled.
 */
int gpuvf_sriov_configure(struct pci_dev *pdev, int num_vfs)
{
	struct gpuvf_pf *pf = pci_get_drvdata(pdev);

	if (num_vfs) {
		if (pf->released)
			return -ENODEV;
		return vfs_enable(pf, num_vfs) ?: num_vfs;
	}
	if (pci_vfs_assigned(pdev)) {
		pci_notice(pdev, "VFs are assigned to guests\n");
		return -EBUSY;
	}
	gpuvf_vfs_disable(pf);
	return 0;
}

/**
 * gpuvf_vf_bus_event() - the PCI device of a VF was bound, unbound or removed
 * @pf: PF
 * @pdev: PCI device of one of its VFs
 * @action: BUS_NOTIFY_BOUND_DRIVER, BUS_NOTIFY_UNBOUND_DRIVER or
 *	BUS_NOTIFY_DEL_DEVICE
 *
 * Context: may sleep; the device lock of @pdev is held where the driver changes.
 */
void gpuvf_vf_bus_event(struct gpuvf_pf *pf, struct pci_dev *pdev,
			unsigned long action)
{
	int index = pci_iov_vf_id(pdev);
	struct gpuvf_vf *vf;

	if (index < 0 || index >= pf->total_vfs)
		return;

	vf = &pf->vf[index];
	spin_lock(&pf->public_lock);
	/* when bound, the driver cannot go before this returns */
	if (action == BUS_NOTIFY_BOUND_DRIVER)
		strscpy(vf->driver, pdev->dev.driver->name,
			sizeof(vf->driver));
	else if (action == BUS_NOTIFY_UNBOUND_DRIVER)
		vf->driver[0] = '\0';
	else
		vf->bdf[0] = '\0';
	spin_unlock(&pf->public_lock);
	if (action == BUS_NOTIFY_UNBOUND_DRIVER)
		gpuvf_vf_user_gone(vf);
	gpuvf_pf_notify_public(pf);
}
