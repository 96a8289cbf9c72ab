/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resets: of one VF, and of the GPU with all of them.
 */
#ifndef GPUVF_RESET_H
#define GPUVF_RESET_H

#include <linux/workqueue.h>

struct gpuvf_pf;
struct gpuvf_vf;

void gpuvf_reset_vf_work(struct work_struct *work);
void gpuvf_reset_vf_start_locked(struct gpuvf_vf *vf);
void gpuvf_resets_flush(struct gpuvf_pf *pf);

#endif /* GPUVF_RESET_H */
