/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exclusive access: the GPU for one VF alone, while its guest's driver starts
 * or stops.
 */
#ifndef GPUVF_FULL_ACCESS_H
#define GPUVF_FULL_ACCESS_H

#include <linux/types.h>
#include <linux/workqueue.h>

#include "base/pure.h"

struct gpuvf_pf;
struct gpuvf_vf;

/* what a guest wants exclusive access for */
enum gpuvf_access {
	GPUVF_ACCESS_NONE,
	GPUVF_ACCESS_INIT,
	GPUVF_ACCESS_FINI,
};

/**
 * struct gpuvf_exclusive - who has the GPU to himself, and who waits for it
 * @alone_ms: how long a guest may have it where no other VF has work; probe may
 *	change it
 * @limit_ms: and where one has, at the most; likewise
 * @owner: index of the VF, GPUVF_NOBODY; pf->lock
 * @told: the owner was told that it has; pf->lock
 * @until: jiffies: when it is taken away from the owner; pf->lock
 * @limit: takes it away
 * @waiting: how many wait; pf->lock
 * @queue: indices of those who wait, the first comes first; pf->lock
 */
struct gpuvf_exclusive {
	u32 alone_ms;
	u32 limit_ms;
	int owner;
	bool told;
	unsigned long until;
	struct delayed_work limit;
	unsigned int waiting;
	u8 queue[GPUVF_MAX_VFS];
};

void gpuvf_exclusive_init(struct gpuvf_pf *pf);
void gpuvf_exclusive_stop(struct gpuvf_pf *pf);
void gpuvf_exclusive_ask_locked(struct gpuvf_vf *vf, enum gpuvf_access access);
void gpuvf_exclusive_end_locked(struct gpuvf_vf *vf);
int gpuvf_exclusive_expired_locked(struct gpuvf_pf *pf);
void gpuvf_exclusive_update_locked(struct gpuvf_pf *pf, u32 runnable);

#endif /* GPUVF_FULL_ACCESS_H */
