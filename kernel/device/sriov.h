/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_SRIOV_H
#define GPUVF_SRIOV_H

struct gpuvf_pf;
struct pci_dev;

int gpuvf_vfs_enable(struct gpuvf_pf *pf, unsigned int num_vfs);
void gpuvf_vfs_disable(struct gpuvf_pf *pf);
void gpuvf_vf_bus_event(struct gpuvf_pf *pf, struct pci_dev *pdev,
			unsigned long action);

#endif /* GPUVF_SRIOV_H */
