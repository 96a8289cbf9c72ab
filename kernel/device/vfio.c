// SPDX-License-Identifier: GPL-2.0
/*
 * What gpuvf_vfio.ko reports: which user has a VF, and what that does to it; and what it
 * asks for, to migrate a VF.
 */

#include <linux/export.h>
#include <linux/pci.h>

#include "base/compat.h"
#include "base/pf.h"
#include "device/device.h"
#include "device/vfio.h"
#include "vf/migrate.h"
#include "vf/vf.h"

/* NULL: no VF of a GPU that this driver has */
static struct gpuvf_vf *vfio_vf(struct pci_dev *pdev)
{
	struct gpuvf_pf *pf = gpuvf_pf_of_vf(pdev);
	int index = pci_iov_vf_id(pdev);

	return pf && index >= 0 && index < pf->total_vfs ? &pf->vf[index] : NULL;
}

/**
 * gpuvf_vfio_is_vf() - is a PCI device a VF of a GPU that gpuvf drives?
 * @pdev: any PCI device
 *
 * Context: probe of a driver of @pdev, as long as that is bound.
 */
bool gpuvf_vfio_is_vf(struct pci_dev *pdev)
{
	return vfio_vf(pdev);
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_is_vf, GPUVF_NS);

/**
 * gpuvf_vfio_open() - a process is about to open a VF
 * @pdev: the VF, not enabled yet
 *
 * A reset that gpuvf has begun is over on return: else the next reset would find
 * the device locked.
 *
 * Context: sleeps, a reset at the most; the device lock must not be held.
 */
void gpuvf_vfio_open(struct pci_dev *pdev)
{
	gpuvf_vf_wait_reset(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_open, GPUVF_NS);

/**
 * gpuvf_vfio_reset_begin() - a VF is about to be reset for its user
 * @pdev: the VF
 *
 * gpuvf_vfio_reset_end() or gpuvf_vfio_close() has to follow.
 *
 * Context: sleeps, until the GPU does without the VF.
 */
void gpuvf_vfio_reset_begin(struct pci_dev *pdev)
{
	gpuvf_vf_user_reset_begin(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_reset_begin, GPUVF_NS);

/**
 * gpuvf_vfio_reset_end() - a VF was reset for its user
 * @pdev: the VF
 *
 * Context: sleeps.
 */
void gpuvf_vfio_reset_end(struct pci_dev *pdev)
{
	gpuvf_vf_user_reset_end(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_reset_end, GPUVF_NS);

/**
 * gpuvf_vfio_close() - a process has closed a VF
 * @pdev: the VF, disabled, after gpuvf_vfio_reset_begin()
 * @was_reset: it was reset since then
 *
 * Context: sleeps.
 */
void gpuvf_vfio_close(struct pci_dev *pdev, bool was_reset)
{
	if (was_reset)
		gpuvf_vf_user_reset_end(vfio_vf(pdev));
	else
		gpuvf_vf_user_reset_failed(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_close, GPUVF_NS);

/**
 * gpuvf_vfio_can_migrate() - can a VF be migrated?
 * @pdev: the VF
 *
 * Context: any.
 */
bool gpuvf_vfio_can_migrate(struct pci_dev *pdev)
{
	return gpuvf_migrate_is_possible(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_can_migrate, GPUVF_NS);

/**
 * gpuvf_vfio_halt() - gpuvf_migrate_halt() a VF
 * @pdev: the VF
 *
 * Context: sleeps.
 * Return: 0, -ETIMEDOUT.
 */
int gpuvf_vfio_halt(struct pci_dev *pdev)
{
	return gpuvf_migrate_halt(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_halt, GPUVF_NS);

/**
 * gpuvf_vfio_run() - gpuvf_migrate_run() a VF
 * @pdev: the VF, halted or not
 *
 * Context: sleeps.
 */
void gpuvf_vfio_run(struct pci_dev *pdev)
{
	gpuvf_migrate_run(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_run, GPUVF_NS);

/**
 * gpuvf_vfio_max_bytes() - the longest stream that a VF can have
 * @pdev: the VF
 *
 * Context: sleeps.
 * Return: bytes.
 */
u64 gpuvf_vfio_max_bytes(struct pci_dev *pdev)
{
	return gpuvf_migrate_max_bytes(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_max_bytes, GPUVF_NS);

/**
 * gpuvf_vfio_save() - gpuvf_save_begin() of a VF
 * @pdev: the VF, halted
 *
 * Context: sleeps.
 * Return: the saver, or an error pointer.
 */
struct gpuvf_saver *gpuvf_vfio_save(struct pci_dev *pdev)
{
	return gpuvf_save_begin(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_save, GPUVF_NS);

/**
 * gpuvf_vfio_restore() - gpuvf_restore_begin() of a VF
 * @pdev: the VF, halted
 *
 * Context: sleeps.
 * Return: the restorer, or an error pointer.
 */
struct gpuvf_restorer *gpuvf_vfio_restore(struct pci_dev *pdev)
{
	return gpuvf_restore_begin(vfio_vf(pdev));
}
EXPORT_SYMBOL_NS_GPL(gpuvf_vfio_restore, GPUVF_NS);
