/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A transaction in the making: the configuration that would hold, what the
 * planner is asked for it, and why it cannot be had. Private to config/config.c
 * and config/capacity.c.
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
 * @pinned: bit n: VF n keeps its framebuffer
 * @fb_changes: whether the planner has to be asked at all
 * @dry_run: it is not committed, and VFs may start meanwhile
 * @reason: what the planner said
 * @layout: what the planner is asked; the last member, since its last is more than
 *	half of the whole and not initialised
 */
struct gpuvf_plan {
	struct gpuvf_config next;
	u32 pinned;
	bool fb_changes;
	bool dry_run;
	struct gpuvf_layout_reason reason;
	struct gpuvf_layout_request layout;
};

u64 gpuvf_plan_round_up(const struct gpuvf_pf *pf, u64 bytes);
int gpuvf_plan_check_clearing(struct gpuvf_pf *pf, struct gpuvf_refusal *why);
struct gpuvf_plan *gpuvf_plan_alloc(struct gpuvf_pf *pf,
				    const struct gpuvf_config *cfg);
struct gpuvf_plan *gpuvf_plan_snapshot_locked(struct gpuvf_pf *pf,
					      const struct gpuvf_config *cfg);
int gpuvf_plan_place_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan,
			    struct gpuvf_refusal *why);
int gpuvf_plan_refuse_locked(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
			     struct gpuvf_refusal *why);
void gpuvf_plan_free_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan);

#endif /* GPUVF_PLAN_H */
