/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framebuffer: clearing it and saved states between tenants, and which VF reaches what
 * of it.
 *
 * What a VF could have written is dirty from the end of each tenancy, and
 * everything is dirty when the driver comes to a GPU it knows nothing about.
 * A worker overwrites what is dirty; until it has, no VF may start on it.
 * What cannot be overwritten is withheld, given to no VF, until a request asks
 * to try again.
 */
#ifndef GPUVF_FB_H
#define GPUVF_FB_H

#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "fb/layout.h"

struct gpuvf_pf;
struct gpuvf_refusal;

/**
 * struct gpuvf_clear - what has to be cleared, and the worker that does
 * @granules: bits in the maps, one for each granule of framebuffer
 * @dirty: bit g: granule g has unknown or former content; pf->lock
 * @again: bit g: granule g was marked since the clear engine began the operation
 *	under way; outside its range without meaning; pf->lock
 * @withheld: bit g: granule g could not be cleared; pf->lock
 * @contexts: bit n: the saved state of VF n has to be cleared; pf->lock
 * @contexts_again: as @again, for @contexts; pf->lock
 * @failed: bit n: the saved state of VF n could not be cleared, which
 *	gpuvf_vfs_update_locked() does not know yet; pf->lock
 * @current_vf: index of the VF whose extent had the clear engine last; pf->lock
 * @next_granule: where the engine goes on in that extent; pf->lock
 * @blocked: what is withheld, as extents; used only under pf->lock
 * @working: the worker has an operation under way; pf->lock
 * @canceled: that one was aborted, its result does not count; pf->lock
 * @stopping: the worker must not go on; pf->lock
 * @done: the clear engine raised its interrupt
 * @work: the worker
 */
struct gpuvf_clear {
	unsigned int granules;
	unsigned long *dirty;
	unsigned long *again;
	unsigned long *withheld;
	u32 contexts;
	u32 contexts_again;
	u32 failed;
	unsigned int current_vf;
	unsigned int next_granule;
	struct gpuvf_extent blocked[GPUVF_LAYOUT_MAX_BLOCKED];
	bool working;
	bool canceled;
	bool stopping;
	struct completion done;
	struct work_struct work;
};

int gpuvf_clear_check(struct gpuvf_pf *pf, struct gpuvf_refusal *why);
int gpuvf_clear_init(struct gpuvf_pf *pf);
void gpuvf_clear_kick_locked(struct gpuvf_pf *pf);
void gpuvf_clear_stop(struct gpuvf_pf *pf);
void gpuvf_clear_resume_locked(struct gpuvf_pf *pf);
void gpuvf_clear_mark_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_clear_mark_reserved_locked(struct gpuvf_pf *pf);
void gpuvf_clear_mark_contexts_locked(struct gpuvf_pf *pf);
void gpuvf_clear_mark_all_locked(struct gpuvf_pf *pf);
int gpuvf_clear_cancel_locked(struct gpuvf_pf *pf);
int gpuvf_clear_retry_locked(struct gpuvf_pf *pf, struct gpuvf_refusal *why);
bool gpuvf_clear_is_clean_locked(struct gpuvf_pf *pf,
				 const struct gpuvf_extent *extent);
bool gpuvf_clear_vf_is_clean_locked(struct gpuvf_pf *pf, unsigned int vf);
bool gpuvf_clear_vf_is_withheld_locked(struct gpuvf_pf *pf, unsigned int vf);
u64 gpuvf_clear_dirty_bytes_locked(struct gpuvf_pf *pf);
u64 gpuvf_clear_withheld_bytes_locked(struct gpuvf_pf *pf);
const struct gpuvf_extent *gpuvf_clear_withheld_locked(struct gpuvf_pf *pf,
						       unsigned int *num);
void gpuvf_clear_measure_locked(struct gpuvf_pf *pf);

/* fb/table.c: the framebuffer table of the hardware, which VF reaches which extent */
bool gpuvf_table_has(const struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_table_take_locked(struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_table_change_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_layout *to, int *culprit);
int gpuvf_table_rewrite_locked(struct gpuvf_pf *pf, u32 vfs);
int gpuvf_table_restore_locked(struct gpuvf_pf *pf);
int gpuvf_table_park_locked(struct gpuvf_pf *pf);
void gpuvf_table_update_locked(struct gpuvf_pf *pf);
void gpuvf_table_verify_vf_locked(struct gpuvf_pf *pf, unsigned int vf);

#endif /* GPUVF_FB_H */
