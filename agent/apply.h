/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carrying a plan out.
 */
#ifndef AGENT_APPLY_H
#define AGENT_APPLY_H

#include "journal.h"
#include "plan.h"

int apply_lock(int *fd);
int apply_all(struct targets *targets, bool wait);
int apply_plan(struct plan *plan, struct client *client,
	       struct journal *journal);

/* wait.c */
int wait_idle(struct targets *targets, u32 seconds);
int wait_ready(const char *bdf, u64 withheld, struct client *client);

/* drivers.c */
const char *driver_override_for(enum host_driver driver);
int drivers_hold(const char *bdf, u32 *autoprobe);
int drivers_release(const char *bdf, u32 autoprobe);
int drivers_check(const struct plan *plan);
int drivers_set(const struct plan *plan);
int drivers_restore(const char *bdf, const struct vf_driver *drivers,
		    u32 num_vfs);

#endif /* AGENT_APPLY_H */
