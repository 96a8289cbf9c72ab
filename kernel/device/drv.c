// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf - PF driver for GPUs with SR-IOV: framebuffer and GPU time of virtual
 * functions, partitioned, enforced and isolated.
 *
 * This file is what the driver core and the PCI core see of it.
 */

#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pci.h>

#include "api/api.h"
#include "base/compat.h"
#include "base/pf.h"
#include "device/device.h"
#include "hw/hw.h"

static struct pci_driver gpuvf_driver;

/*
 * VFs that are there before the driver: whose framebuffer is whose is not known, and
 * their guests may run. Nothing is written to the GPU then. VF Enable may also be set
 * without the PCI core's knowledge, by a kernel before this one; then there are no
 * guests, and it is cleared as the PCI core does when it finds such a device.
 */
static int gpuvf_probe_vfs(struct pci_dev *pdev)
{
	int sriov = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_SRIOV);
	int num_vfs = pci_num_vf(pdev);
	u16 control;

	if (num_vfs) {
		pci_err(pdev, "%d VF%s left enabled by another driver: bind that driver and write 0 to sriov_numvfs first\n",
			num_vfs, num_vfs == 1 ? " was" : "s were");
		return -EBUSY;
	}
	if (!sriov || pci_read_config_word(pdev, sriov + PCI_SRIOV_CTRL,
					   &control) ||
	    PCI_POSSIBLE_ERROR(control) || !(control & PCI_SRIOV_CTRL_VFE))
		return 0;
	pci_notice(pdev, "VF Enable is set although no VFs are known, clearing it\n");
	control &= ~(PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	pci_write_config_word(pdev, sriov + PCI_SRIOV_CTRL, control);
	/* as long as the PCI core waits; SR-IOV specification, section 3.3.3.1 */
	ssleep(1);
	return 0;
}

static int gpuvf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

	/* bound by driver_override: hardware that we know nothing about */
	if (!pci_match_id(gpuvf_hw_ids, pdev) || pdev->is_virtfn) {
		pci_err(pdev, "GPU %04x:%04x is not supported\n", pdev->vendor,
			pdev->device);
		return -ENODEV;
	}

	err = gpuvf_probe_vfs(pdev);
	if (err)
		return err;
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	pci_set_master(pdev);
	return gpuvf_pf_add(pdev);
}

static void gpuvf_remove(struct pci_dev *pdev)
{
	gpuvf_pf_remove(pci_get_drvdata(pdev));
}

/*
 * Return: 0: the GPU has no VFs, and gets none any more; -EBUSY: it has some;
 * -EINTR: a signal came; -ENODEV: gpuvf does not drive it.
 */
static int gpuvf_begin_release(struct pci_dev *pdev)
{
	int num_vfs;
	int err;

	/* sriov_numvfs is written with this lock held */
	err = device_lock_interruptible(&pdev->dev);
	if (err)
		return err;
	num_vfs = pci_num_vf(pdev);
	if (pdev->dev.driver != &gpuvf_driver.driver) {
		err = -ENODEV;
	} else if (num_vfs) {
		pci_notice(pdev, "cannot release the GPU: %d VF%s enabled, write 0 to sriov_numvfs first\n",
			   num_vfs, num_vfs == 1 ? " is" : "s are");
		err = -EBUSY;
	} else {
		((struct gpuvf_pf *)pci_get_drvdata(pdev))->released = true;
	}
	device_unlock(&pdev->dev);
	return err;
}

/*
 * What unbind would be, without its danger: see suppress_bind_attrs below. A GPU
 * without VFs is unbound, so that another driver can have it.
 */
static ssize_t release_store(struct device_driver *drv, const char *buf,
			     size_t count)
{
	struct device *dev;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	dev = driver_find_device_by_name(drv, buf);
	if (!dev)
		return -ENODEV;
	err = gpuvf_begin_release(to_pci_dev(dev));
	if (!err)
		device_release_driver(dev);
	put_device(dev);
	return err ? err : count;
}
static DRIVER_ATTR_WO(release);

static struct attribute *gpuvf_driver_attrs[] = {
	&driver_attr_release.attr,
	NULL
};
ATTRIBUTE_GROUPS(gpuvf_driver);

static struct pci_driver gpuvf_driver = {
	.name = KBUILD_MODNAME,
	.id_table = gpuvf_hw_ids,
	.probe = gpuvf_probe,
	.remove = gpuvf_remove,
	.shutdown = gpuvf_shutdown,
	.sriov_configure = gpuvf_sriov_configure,
	.err_handler = &gpuvf_err_handler,
	.groups = gpuvf_driver_groups,
	.driver = {
		.pm = pm_sleep_ptr(&gpuvf_pm_ops),
		/*
		 * Unbinding through sysfs would disable VFs without the rescan
		 * lock, which corrupts the PCI core's lists when a rescan comes
		 * at the same time. A GPU without VFs has the file "release".
		 */
		.suppress_bind_attrs = true,
	},
};

/**
 * gpuvf_pf_of_vf() - find the PF of a VF
 * @pdev: any PCI device
 *
 * The PF stays bound as long as one of its VFs is there.
 *
 * Context: where @pdev cannot go: a notifier of the PCI bus, a function of its driver.
 * Return: NULL: it is no VF of a GPU that this driver has.
 */
struct gpuvf_pf *gpuvf_pf_of_vf(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = pci_iov_get_pf_drvdata(pdev, &gpuvf_driver);

	return IS_ERR(pf) ? NULL : pf;
}

static int gpuvf_bus_event(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	struct gpuvf_pf *pf;

	if (action != BUS_NOTIFY_BOUND_DRIVER &&
	    action != BUS_NOTIFY_UNBOUND_DRIVER &&
	    action != BUS_NOTIFY_DEL_DEVICE)
		return NOTIFY_DONE;
	pf = gpuvf_pf_of_vf(pdev);
	if (!pf)
		return NOTIFY_DONE;
	gpuvf_vf_bus_event(pf, pdev, action);
	return NOTIFY_OK;
}

/* which drivers take VFs */
static struct notifier_block gpuvf_notifier = {
	.notifier_call = gpuvf_bus_event,
};

static int __init gpuvf_init(void)
{
	int err;

	gpuvf_debugfs_register();
	gpuvf_class = gpuvf_class_create("gpuvf");
	err = PTR_ERR_OR_ZERO(gpuvf_class);
	if (err)
		goto err_debugfs;
	err = gpuvf_netlink_register();
	if (err)
		goto err_class;
	err = bus_register_notifier(&pci_bus_type, &gpuvf_notifier);
	if (err)
		goto err_netlink;
	err = pci_register_driver(&gpuvf_driver);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	bus_unregister_notifier(&pci_bus_type, &gpuvf_notifier);
err_netlink:
	gpuvf_netlink_unregister();
err_class:
	class_destroy(gpuvf_class);
err_debugfs:
	gpuvf_debugfs_unregister();
	return err;
}

static void __exit gpuvf_exit(void)
{
	pci_unregister_driver(&gpuvf_driver);
	bus_unregister_notifier(&pci_bus_type, &gpuvf_notifier);
	gpuvf_netlink_unregister();
	gpuvf_pf_wait_all_gone();
	class_destroy(gpuvf_class);
	gpuvf_debugfs_unregister();
}

module_init(gpuvf_init);
module_exit(gpuvf_exit);

MODULE_DESCRIPTION("SR-IOV virtual functions of GPUs: framebuffer and time slices");
MODULE_VERSION(GPUVF_VERSION);
MODULE_LICENSE("GPL");
