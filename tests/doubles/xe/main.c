// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI driver named xe whose handling of VFs is xe's own code, for a PF of the simulator:
 * see lower.c. It takes a PF by driver_override alone; VFs of the simulator it takes as
 * xe does with its own, which is what happens to VFs that nothing keeps from drivers of
 * the host.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "lower.h"
#include "sim_notify.h"
#include "xe_pci_sriov.h"
#include "xe_sriov_pf_sysfs.h"

static uint vram_mib = 8192;
module_param(vram_mib, uint, 0444);
MODULE_PARM_DESC(vram_mib, "framebuffer of each tile, 0: an integrated GPU");

static uint tiles = 1;
module_param(tiles, uint, 0444);
MODULE_PARM_DESC(tiles, "tiles, each with a GT and framebuffer");

static bool lmtt = true;
module_param(lmtt, bool, 0444);
MODULE_PARM_DESC(lmtt, "framebuffer can be given to VFs");

static uint max_vfs = DOUBLE_MAX_VFS;
module_param(max_vfs, uint, 0444);
MODULE_PARM_DESC(max_vfs, "the most VFs that can be enabled");

/* what xe's firmware hears of */
static int heard(struct notifier_block *nb, unsigned long action, void *data)
{
	struct xe_device *xe = container_of(nb, struct xe_device, firmware);
	struct pci_dev *pdev = to_pci_dev(xe->drm.dev);
	const struct gpuvf_sim_notice *notice = data;
	unsigned int i;

	if (notice->domain != pci_domain_nr(pdev->bus) ||
	    notice->bus != pdev->bus->number)
		return NOTIFY_DONE;
	switch (action) {
	case GPUVF_SIM_VFS:
		for (i = 1; i <= xe->sriov.pf.device_total_vfs; i++)
			double_flr(xe, i);
		break;
	case GPUVF_SIM_FLR:
		double_flr(xe, notice->vf + 1);
		break;
	case GPUVF_SIM_GUEST:
		double_guest(xe, notice->vf + 1);
		break;
	}
	return NOTIFY_OK;
}

static int configure(struct pci_dev *pdev, int num_vfs)
{
	struct xe_device *xe = pdev_to_xe_device(pdev);

	atomic_inc(&xe->numbers);
	return xe_pci_sriov_configure(pdev, num_vfs);
}

static void make_hardware(struct xe_device *xe)
{
	unsigned int i;

	xe->info.tile_count = clamp(tiles, 1, XE_MAX_TILES);
	xe->info.gt_count = xe->info.tile_count;
	xe->info.is_dgfx = vram_mib;
	xe->info.has_lmtt = vram_mib && lmtt;
	for (i = 0; i < xe->info.tile_count; i++) {
		struct xe_tile *tile = &xe->tiles[i];

		*tile = (struct xe_tile){
			.xe = xe, .id = i, .primary_gt = &xe->gts[i],
			.sriov.pf.lmtt.page_size = SZ_2M,
		};
		xe->gts[i] = (struct xe_gt){ .tile = tile, .info.id = i };
		xe->vram[i] = (u64)vram_mib * SZ_1M;
		xe->vram_free[i] = xe->vram[i];
	}
}

static int add_pf(struct pci_dev *pdev)
{
	int total = min(pci_sriov_get_totalvfs(pdev), DOUBLE_MAX_VFS);
	struct xe_device *xe;
	int err;

	xe = devm_kzalloc(&pdev->dev, sizeof(*xe), GFP_KERNEL);
	if (!xe)
		return -ENOMEM;
	total = min_t(int, total, max_vfs);
	xe->drm.dev = &pdev->dev;
	xe->sriov.__mode = XE_SRIOV_MODE_PF;
	xe->sriov.pf.device_total_vfs = total;
	xe->sriov.pf.driver_max_vfs = total;
	xe->sriov.pf.vfs = devm_kcalloc(&pdev->dev, total + 1,
					sizeof(*xe->sriov.pf.vfs), GFP_KERNEL);
	if (!xe->sriov.pf.vfs)
		return -ENOMEM;
	mutex_init(&xe->sriov.pf.master_lock);
	xe_guard_init(&xe->sriov.pf.guard_vfs_enabling, "vfs_enabling");
	make_hardware(xe);
	pci_set_drvdata(pdev, xe);
	pci_sriov_set_totalvfs(pdev, total);
	err = xe_sriov_pf_sysfs_init(xe);
	if (err)
		return err;
	xe->firmware.notifier_call = heard;
	err = gpuvf_sim_register_notifier(&xe->firmware);
	if (err)
		return err;
	double_debugfs_add(xe);
	return 0;
}

static int xe_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct xe_device *xe;

	if (!pdev->is_virtfn)
		return add_pf(pdev);
	xe = pci_get_drvdata(pci_physfn(pdev));
	if (!xe)
		return -ENODEV;
	atomic_inc(&xe->taken);
	return 0;
}

static void xe_remove(struct pci_dev *pdev)
{
	struct xe_device *xe = pci_get_drvdata(pdev);

	if (pdev->is_virtfn)
		return;
	if (pci_num_vf(pdev))
		xe_pci_sriov_configure(pdev, 0);
	double_debugfs_remove(xe);
	gpuvf_sim_unregister_notifier(&xe->firmware);
	pci_sriov_set_totalvfs(pdev, pci_sriov_get_totalvfs(pdev));
}

/* the simulator's VFs */
static const struct pci_device_id xe_ids[] = {
	{ PCI_DEVICE(0x4756, 0x0021) },
	{ }
};

static struct pci_driver xe_driver = {
	.name = "xe",
	.id_table = xe_ids,
	.probe = xe_probe,
	.remove = xe_remove,
	.sriov_configure = configure,
};

/* stands for the driver that hands such VFs to user space */
static int vfio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return pdev->is_virtfn ? 0 : -ENODEV;
}

static struct pci_driver vfio_driver = {
	.name = "xe-vfio-pci",
	.probe = vfio_probe,
	.driver_managed_dma = true,
};

static int __init xe_init(void)
{
	int err;

	double_debugfs_init();
	err = pci_register_driver(&vfio_driver);
	if (err)
		goto no_vfio;
	err = pci_register_driver(&xe_driver);
	if (err)
		goto no_driver;
	return 0;

no_driver:
	pci_unregister_driver(&vfio_driver);
no_vfio:
	double_debugfs_exit();
	return err;
}
module_init(xe_init);

static void __exit xe_exit(void)
{
	pci_unregister_driver(&xe_driver);
	pci_unregister_driver(&vfio_driver);
	double_debugfs_exit();
}
module_exit(xe_exit);

MODULE_DESCRIPTION("xe's own handling of VFs above firmware and memory that are made up");
MODULE_LICENSE("GPL");
