/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GPU as the driver core and the PCI core see it: what device/drv.c hands to them.
 */
#ifndef GPUVF_DEVICE_H
#define GPUVF_DEVICE_H

#include <linux/pci.h>

struct gpuvf_pf;

/* device/device.c */
extern const struct dev_pm_ops gpuvf_pm_ops;
int gpuvf_pf_add(struct pci_dev *pdev);
void gpuvf_pf_remove(struct gpuvf_pf *pf);
void gpuvf_pf_wait_all_gone(void);
void gpuvf_shutdown(struct pci_dev *pdev);

/* device/drv.c */
struct gpuvf_pf *gpuvf_pf_of_vf(struct pci_dev *pdev);

/* device/recover.c */
extern const struct pci_error_handlers gpuvf_err_handler;
int gpuvf_recover_init(struct gpuvf_pf *pf);

/* device/sriov.c */
int gpuvf_sriov_configure(struct pci_dev *pdev, int num_vfs);
void gpuvf_vfs_disable(struct gpuvf_pf *pf);
void gpuvf_vf_bus_event(struct gpuvf_pf *pf, struct pci_dev *pdev,
			unsigned long action);

#endif /* GPUVF_DEVICE_H */
