/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What gpuvf.ko has for gpuvf_vfio.ko, in the symbol namespace GPUVF: what the host
 * driver of a VF has to report of its user.
 *
 * The PF's driver stays bound as long as one of its VFs is there, so all of these may
 * be called from the end of the VF driver's probe to the end of its remove. None of
 * them may be called with a lock that an interrupt takes; all sleep.
 */
#ifndef GPUVF_DEVICE_VFIO_H
#define GPUVF_DEVICE_VFIO_H

#include <linux/pci.h>

#include "vf/migrate.h"

bool gpuvf_vfio_is_vf(struct pci_dev *pdev);
void gpuvf_vfio_open(struct pci_dev *pdev);
void gpuvf_vfio_reset_begin(struct pci_dev *pdev);
void gpuvf_vfio_reset_end(struct pci_dev *pdev);
void gpuvf_vfio_close(struct pci_dev *pdev, bool was_reset);

/* migration; what vf/save.c and vf/restore.c export, too */
bool gpuvf_vfio_can_migrate(struct pci_dev *pdev);
int gpuvf_vfio_halt(struct pci_dev *pdev);
void gpuvf_vfio_run(struct pci_dev *pdev);
u64 gpuvf_vfio_max_bytes(struct pci_dev *pdev);
struct gpuvf_saver *gpuvf_vfio_save(struct pci_dev *pdev);
struct gpuvf_restorer *gpuvf_vfio_restore(struct pci_dev *pdev);

#endif /* GPUVF_DEVICE_VFIO_H */
