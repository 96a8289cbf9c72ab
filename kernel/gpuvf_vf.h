/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One VF's life, and the enabling and disabling of all of them.
 */
#ifndef GPUVF_VF_H
#define GPUVF_VF_H

#include <linux/gpuvf.h>
#include <linux/types.h>

struct gpuvf_pf;
struct gpuvf_vf;

int gpuvf_vfs_enable(struct gpuvf_pf *pf, unsigned int num_vfs);
void gpuvf_vfs_disable(struct gpuvf_pf *pf);
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
int gpuvf_vf_notifier_register(void);
void gpuvf_vf_notifier_unregister(void);

#endif /* GPUVF_VF_H */
