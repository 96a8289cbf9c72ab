/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_DRV_H
#define GPUVF_DRV_H

struct gpuvf_pf;
struct pci_dev;

struct gpuvf_pf *gpuvf_drv_pf(struct pci_dev *pdev);

#endif /* GPUVF_DRV_H */
