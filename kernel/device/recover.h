/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resets of a GPU by the PCI core, and recovery from PCIe errors.
 */
#ifndef GPUVF_RECOVER_H
#define GPUVF_RECOVER_H

#include <linux/types.h>

struct gpuvf_pf;
struct work_struct;

int gpuvf_recover_init(struct gpuvf_pf *pf);
void gpuvf_recover_fini(struct gpuvf_pf *pf);
void gpuvf_recover_freeze(struct gpuvf_pf *pf, bool reset);
int gpuvf_recover_bus_reset(struct gpuvf_pf *pf);
void gpuvf_recover_work(struct work_struct *work);
void gpuvf_recover_resume(struct gpuvf_pf *pf);
void gpuvf_pf_reset_prepare(struct gpuvf_pf *pf);
void gpuvf_pf_reset_done(struct gpuvf_pf *pf);

#endif /* GPUVF_RECOVER_H */
