/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_DEVICE_H
#define GPUVF_DEVICE_H

struct gpuvf_hw_ops;
struct gpuvf_pf;
struct pci_dev;

int gpuvf_pf_add(struct pci_dev *pdev, const struct gpuvf_hw_ops *hw);
void gpuvf_pf_remove(struct gpuvf_pf *pf);
void gpuvf_pf_wait_all_gone(void);
void gpuvf_pf_quiesce(struct gpuvf_pf *pf);
int gpuvf_pf_resume(struct gpuvf_pf *pf);

#endif /* GPUVF_DEVICE_H */
