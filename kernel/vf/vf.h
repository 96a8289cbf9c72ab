/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of VFs, in vf/vf.c, and what changes them, in vf/lifecycle.c.
 */
#ifndef GPUVF_VF_H
#define GPUVF_VF_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_pf;
struct gpuvf_vf;

extern const char * const gpuvf_vf_state_names[];

void gpuvf_vf_end_tenancy_locked(struct gpuvf_vf *vf);
void gpuvf_vfs_end_tenancy_locked(struct gpuvf_pf *pf, unsigned int num_vfs);
void gpuvf_vfs_update_locked(struct gpuvf_pf *pf);
void gpuvf_vf_failed_locked(struct gpuvf_vf *vf, u32 fault);
void gpuvf_vf_clear_marks_locked(struct gpuvf_vf *vf);
u32 gpuvf_vfs_reap_locked(struct gpuvf_pf *pf);
void gpuvf_vfs_init(struct gpuvf_pf *pf);
enum gpuvf_vf_state gpuvf_vf_state_locked(struct gpuvf_vf *vf);
bool gpuvf_vf_in_use_locked(struct gpuvf_vf *vf);
void gpuvf_vf_holder(struct gpuvf_vf *vf, char *buf, size_t size);
void gpuvf_vf_pause_locked(struct gpuvf_vf *vf, bool paused);
void gpuvf_vf_stop_locked(struct gpuvf_vf *vf);
void gpuvf_vfs_tell_states_locked(struct gpuvf_pf *pf);

#endif /* GPUVF_VF_H */
