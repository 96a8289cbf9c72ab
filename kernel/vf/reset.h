/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reset ladder: one VF, the GPU with all of them, wedged.
 */
#ifndef GPUVF_RESET_H
#define GPUVF_RESET_H

#include <linux/types.h>

struct gpuvf_pf;
struct gpuvf_refusal;
struct gpuvf_vf;

void gpuvf_reset_init(struct gpuvf_pf *pf);
void gpuvf_reset_vf_drop_locked(struct gpuvf_vf *vf);
void gpuvf_reset_vf_start_locked(struct gpuvf_vf *vf);
void gpuvf_reset_vf_locked(struct gpuvf_vf *vf);
int gpuvf_reset_vf_wait(struct gpuvf_vf *vf, struct gpuvf_refusal *why);
void gpuvf_reset_end_waiting_locked(struct gpuvf_pf *pf, int err);
void gpuvf_reset_resume_locked(struct gpuvf_pf *pf);
void gpuvf_reset_pf_end_locked(struct gpuvf_pf *pf, int err);
int gpuvf_reset_pf_locked(struct gpuvf_pf *pf, struct gpuvf_refusal *why);
int gpuvf_reset_pf_wait(struct gpuvf_pf *pf, struct gpuvf_refusal *why);
void gpuvf_reset_vf_caught_locked(struct gpuvf_vf *vf);
void gpuvf_reset_pf_start_locked(struct gpuvf_pf *pf);
void gpuvf_reset_pf_held(struct gpuvf_pf *pf);
void gpuvf_reset_announce_all(struct gpuvf_pf *pf);
void gpuvf_reset_complete_all_locked(struct gpuvf_pf *pf);
void gpuvf_resets_flush(struct gpuvf_pf *pf);

#endif /* GPUVF_RESET_H */
