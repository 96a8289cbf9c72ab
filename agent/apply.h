/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carrying a plan out.
 */
#ifndef AGENT_APPLY_H
#define AGENT_APPLY_H

#include "plan.h"

/* cmd_apply.c */
int apply_lock(int *fd);

/* apply.c */
int apply_plan(struct plan *plan, struct client *client);

/* drivers.c */
int drivers_hold(const char *bdf, u32 *autoprobe);
int drivers_release(const char *bdf, u32 autoprobe);
int drivers_check(const struct plan *plan);
int drivers_set(const struct plan *plan);
void drivers_restore(const char *bdf, const struct vf_driver *drivers,
		     u32 num_vfs);

#endif /* AGENT_APPLY_H */
