/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A transaction in the making: the configuration that would hold, the places that
 * it needs, and why it cannot be had. Private to config/config.c.
 */
#ifndef GPUVF_PLAN_H
#define GPUVF_PLAN_H

#include <linux/types.h>

#include "config/config.h"
#include "fb/layout.h"

struct gpuvf_pf;
struct gpuvf_refusal;

/**
 * struct gpuvf_plan - a transaction in the making
 * @next: the configuration that would hold
 * @fb_changes: whether any VF needs another place
 * @dry_run: it is not committed, and VFs may start meanwhile
 * @reason: why there is no layout
 * @layout: what is to be placed; the last member, since its last is not initialised
 */
struct gpuvf_plan {
	struct gpuvf_config next;
	bool fb_changes;
	bool dry_run;
	struct gpuvf_layout_reason reason;
	struct gpuvf_layout_request layout;
};

u64 gpuvf_plan_round_up(const struct gpuvf_pf *pf, u64 bytes);
struct gpuvf_plan *gpuvf_plan_alloc(struct gpuvf_pf *pf);
int gpuvf_plan_place_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan,
			    struct gpuvf_refusal *why);
void gpuvf_plan_free_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan);

#endif /* GPUVF_PLAN_H */
