/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The framebuffer table of the hardware: which VF reaches which extent.
 */
#ifndef GPUVF_TABLE_H
#define GPUVF_TABLE_H

#include <linux/types.h>

#include "fb/layout.h"

struct gpuvf_pf;

bool gpuvf_table_has(const struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_table_take_locked(struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_table_change_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_layout *to, int *culprit);
int gpuvf_table_rewrite_locked(struct gpuvf_pf *pf, u32 vfs);
int gpuvf_table_restore_locked(struct gpuvf_pf *pf);
int gpuvf_table_park_locked(struct gpuvf_pf *pf);
void gpuvf_table_update_locked(struct gpuvf_pf *pf);
void gpuvf_table_verify_vf_locked(struct gpuvf_pf *pf, unsigned int vf);

#endif /* GPUVF_TABLE_H */
