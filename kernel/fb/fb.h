/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framebuffer: scrubbing it and saved states between tenants, and which VF reaches what
 * of it.
 *
 * What a VF could have written is unscrubbed from the end of each tenancy, and
 * everything is unscrubbed when the driver comes to a GPU it knows nothing about.
 * A worker overwrites what is unscrubbed; until it has, no VF may start on it.
 * What cannot be overwritten is quarantined, given to no VF, until a request asks
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
struct gpuvf_error;

/**
 * struct gpuvf_scrub - what has to be scrubbed, and the worker that does
 * @units: bits in the maps, one for each unit of framebuffer
 * @needs_scrub: bit g: unit g has unknown or former content, and is not the hardware's
 *	own; pf->lock
 * @again: bit g: unit g was marked since the clear engine began the operation
 *	under way; outside its range without meaning; pf->lock
 * @quarantined: bit g: unit g could not be cleared; pf->lock
 * @contexts: bit n: the saved context of VF n has to be cleared; pf->lock
 * @contexts_again: as @again, for @contexts; pf->lock
 * @failed: bit n: the saved context of VF n could not be cleared, which
 *	gpuvf_vfs_update_locked() does not know yet; pf->lock
 * @current_vf: index of the VF whose extent had the clear engine last; pf->lock
 * @next_unit: where the engine goes on in that extent; pf->lock
 * @blocked: what is quarantined, as extents; used only under pf->lock
 * @working: the worker has an operation under way; pf->lock
 * @canceled: that one was aborted, its result does not count; pf->lock
 * @stopping: the worker must not go on; pf->lock
 * @done: the scrub engine raised its interrupt
 * @work: the worker
 */
struct gpuvf_scrub {
	unsigned int units;
	unsigned long *needs_scrub;
	unsigned long *again;
	unsigned long *quarantined;
	u32 contexts;
	u32 contexts_again;
	u32 failed;
	unsigned int current_vf;
	unsigned int next_unit;
	struct gpuvf_extent blocked[GPUVF_LAYOUT_MAX_BLOCKED];
	bool working;
	bool canceled;
	bool stopping;
	struct completion done;
	struct work_struct work;
};

int gpuvf_scrub_check(struct gpuvf_pf *pf, struct gpuvf_error *error);
int gpuvf_scrub_init(struct gpuvf_pf *pf);
void gpuvf_scrub_kick_locked(struct gpuvf_pf *pf);
void gpuvf_scrub_stop(struct gpuvf_pf *pf);
void gpuvf_scrub_resume_locked(struct gpuvf_pf *pf);
void gpuvf_scrub_mark_locked(struct gpuvf_pf *pf, unsigned int vf);
void gpuvf_scrub_mark_reserved_locked(struct gpuvf_pf *pf);
void gpuvf_scrub_mark_contexts_locked(struct gpuvf_pf *pf);
void gpuvf_scrub_mark_all_locked(struct gpuvf_pf *pf);
int gpuvf_scrub_cancel_locked(struct gpuvf_pf *pf);
int gpuvf_scrub_retry_locked(struct gpuvf_pf *pf, struct gpuvf_error *error);
bool gpuvf_scrub_is_clean_locked(struct gpuvf_pf *pf,
				 const struct gpuvf_extent *extent);
bool gpuvf_scrub_vf_is_clean_locked(struct gpuvf_pf *pf, unsigned int vf);
bool gpuvf_scrub_vf_is_quarantined_locked(struct gpuvf_pf *pf, unsigned int vf);
u64 gpuvf_scrub_bytes_locked(struct gpuvf_pf *pf, const unsigned long *map);
const struct gpuvf_extent *gpuvf_scrub_quarantined_locked(struct gpuvf_pf *pf,
							  unsigned int *num);
void gpuvf_scrub_measure_locked(struct gpuvf_pf *pf);

/* fb/table.c: the framebuffer table of the hardware, which VF reaches which extent */
int gpuvf_table_take_locked(struct gpuvf_pf *pf, unsigned int vf);
int gpuvf_table_change_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_layout *to, int *offender);
int gpuvf_table_rewrite_locked(struct gpuvf_pf *pf, u32 vfs);
int gpuvf_table_restore_locked(struct gpuvf_pf *pf);
int gpuvf_table_park_locked(struct gpuvf_pf *pf);
void gpuvf_table_update_locked(struct gpuvf_pf *pf);
void gpuvf_table_verify_vf_locked(struct gpuvf_pf *pf, unsigned int vf);

#endif /* GPUVF_FB_H */
