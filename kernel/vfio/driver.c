// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf_vfio - VFIO for VFs of GPUs that gpuvf drives.
 *
 * To its users it is vfio-pci. What it adds is that the PF's driver hears of each
 * open, reset and close: where the hardware does not report a VF's reset, gpuvf.ko
 * could not tell one tenant from the next otherwise.
 *
 *	open		vfio_pci_core_enable() resets the VF
 *	reset		by the ioctl, by the guest's FLR, by sysfs: the PCI core calls
 *			reset_prepare and reset_done
 *	close		vfio_pci_core_close_device() resets the VF without these
 *	migration	vfio/migration.c
 */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#include "base/compat.h"
#include "device/vfio.h"
#include "hw/regs.h"
#include "vfio/migration.h"
#include "vfio/vfio_compat.h"

static struct vfio_pci_core_device *to_core(struct vfio_device *vdev)
{
	return container_of(vdev, struct vfio_pci_core_device, vdev);
}

static struct gpuvf_variant *to_variant(struct vfio_pci_core_device *core)
{
	return container_of(core, struct gpuvf_variant, core);
}

static int variant_init(struct vfio_device *vdev)
{
	int err = vfio_pci_core_init_dev(vdev);

	if (!err)
		gpuvf_migration_init(to_variant(to_core(vdev)));
	return err;
}

/* how often a reset by gpuvf.ko may begin just when the VF is to be opened */
#define OPEN_TRIES	4

static int variant_open(struct vfio_device *vdev)
{
	struct vfio_pci_core_device *core = to_core(vdev);
	unsigned int tries = 0;
	int err;

	/* -EAGAIN: the device is locked, mostly for a reset */
	do {
		gpuvf_vfio_open(core->pdev);
		err = vfio_pci_core_enable(core);
	} while (err == -EAGAIN && ++tries < OPEN_TRIES);
	if (err)
		return err;
	vfio_pci_core_finish_enable(core);
	return 0;
}

static void variant_close(struct vfio_device *vdev)
{
	struct vfio_pci_core_device *core = to_core(vdev);

	gpuvf_vfio_reset_begin(core->pdev);
	vfio_pci_core_close_device(vdev);
	/* the reset is left out where the device is locked */
	gpuvf_vfio_close(core->pdev, !core->needs_reset);
	gpuvf_migration_end(to_variant(core));
}

static const struct vfio_device_ops variant_ops = {
	.name = "gpuvf-vfio",
	.init = variant_init,
	.release = vfio_pci_core_release_dev,
	.open_device = variant_open,
	.close_device = variant_close,
	.ioctl = vfio_pci_core_ioctl,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vfio_pci_core_read,
	.write = vfio_pci_core_write,
	.mmap = vfio_pci_core_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
	GPUVF_VFIO_IOMMUFD
	GPUVF_VFIO_DETACH
	GPUVF_VFIO_PASID
	GPUVF_VFIO_TOKEN_UUID
	GPUVF_VFIO_REGION_INFO
};

static void variant_reset_prepare(struct pci_dev *pdev)
{
	gpuvf_vfio_reset_begin(pdev);
}

static void variant_reset_done(struct pci_dev *pdev)
{
	gpuvf_vfio_reset_end(pdev);
	gpuvf_migration_end(to_variant(dev_get_drvdata(&pdev->dev)));
}

static const struct pci_error_handlers variant_err_handler = {
	.error_detected = vfio_pci_core_aer_err_detected,
	.reset_prepare = variant_reset_prepare,
	.reset_done = variant_reset_done,
};

static int variant_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct gpuvf_variant *variant;
	int err;

	if (!gpuvf_vfio_is_vf(pdev)) {
		pci_err(pdev, "not a VF of a GPU that gpuvf drives: use vfio-pci\n");
		return -ENODEV;
	}
	variant = vfio_alloc_device(gpuvf_variant, core.vdev, &pdev->dev,
				    &variant_ops);
	if (IS_ERR(variant))
		return PTR_ERR(variant);
	/* VFIO's own error handlers take it for their device, with which it begins */
	dev_set_drvdata(&pdev->dev, &variant->core);
	err = vfio_pci_core_register_device(&variant->core);
	if (err)
		vfio_put_device(&variant->core.vdev);
	return err;
}

static void variant_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);

	vfio_pci_core_unregister_device(core);
	vfio_put_device(&core->vdev);
}

/* aliases vfio_pci:..., which load it for nothing but what has it as its override */
static const struct pci_device_id variant_ids[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(GPUVF_SIM_VENDOR_ID,
					  GPUVF_SIM_DEVICE_ID_VF) },
	{ }
};
MODULE_DEVICE_TABLE(pci, variant_ids);

static struct pci_driver variant_driver = {
	/* as it is written to driver_override */
	.name = "gpuvf-vfio",
	.id_table = variant_ids,
	.probe = variant_probe,
	.remove = variant_remove,
	.err_handler = &variant_err_handler,
	.driver_managed_dma = true,
};
module_pci_driver(variant_driver);

MODULE_DESCRIPTION("VFIO for virtual functions of GPUs that gpuvf drives");
MODULE_VERSION(GPUVF_VERSION);
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(GPUVF_NS);
