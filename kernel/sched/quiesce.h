/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bringing the GPU to rest, and who keeps his state over that.
 */
#ifndef GPUVF_QUIESCE_H
#define GPUVF_QUIESCE_H

#include <linux/types.h>

struct gpuvf_pf;

void gpuvf_halt_locked(struct gpuvf_pf *pf);
void gpuvf_halt_end(struct gpuvf_pf *pf);
u32 gpuvf_halt_kept(struct gpuvf_pf *pf);
void gpuvf_halt_all_lost_locked(struct gpuvf_pf *pf);

#endif /* GPUVF_QUIESCE_H */
