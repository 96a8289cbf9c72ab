// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs of one size there is room for: the question before the
 * transaction, put to the same planner in the same words.
 *
 * The planner may take its time, so pf->lock is held only while the question is
 * copied. The scheduler takes no notice of the question.
 */

#include <linux/slab.h>

#include "base/error.h"
#include "base/pf.h"
#include "config/capacity.h"
#include "config/plan.h"
#include "config/request.h"

/* why not one more VF has a place; when it has one after all, that counts */
static void capacity_none(struct gpuvf_pf *pf, struct gpuvf_plan *plan,
			  struct gpuvf_capacity *capacity,
			  struct gpuvf_refusal *why)
{
	struct gpuvf_layout_request *req = &plan->layout;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (!req->vf[i].quota_bytes)
			break;
	if (i == pf->total_vfs) {
		why->reason = GPUVF_REASON_NO_SUCH_VF;
		why->asked = i;
		why->limit = i;
		gpuvf_refuse(why, gpuvf_pf_name(pf));
		return;
	}
	req->vf[i].quota_bytes = capacity->quota_bytes;
	if (!gpuvf_layout_plan(req, &plan->next.layout, &plan->reason)) {
		capacity->after_moving = 1;
		return;
	}
	/* who is in the way has a name */
	gpuvf_pf_lock(pf);
	gpuvf_plan_refuse_locked(pf, plan, why);
	gpuvf_pf_unlock(pf);
}

/**
 * gpuvf_capacity_ask_locked() - how many more VFs of one size would fit?
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 * @quota_bytes: the size
 * @capacity: what gpuvf_capacity_answer() goes on with
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when it is known already that not
 *	even one would fit
 *
 * Nothing changes. VFs in use stay where they are, and what is withheld is
 * nobody's, as when VFs are really created; "would fit" means exactly that
 * gpuvf_config_apply_locked() would not refuse it.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, also when none would fit; -ENODEV: the PF is gone; -EINVAL: a size
 * of 0; -ENOMEM.
 */
int gpuvf_capacity_ask_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_config *cfg, u64 quota_bytes,
			      struct gpuvf_capacity *capacity,
			      struct gpuvf_refusal *why)
{
	lockdep_assert_held(&pf->lock);
	memset(capacity, 0, sizeof(*capacity));
	capacity->quota_bytes = gpuvf_plan_round_up(pf, quota_bytes);
	if (!quota_bytes) {
		why->reason = GPUVF_REASON_BAD_VALUE;
		why->attr = GPUVF_A_PF_CAPACITY;
		why->who = "0";
		return gpuvf_refuse(why, gpuvf_pf_name(pf));
	}
	if (gpuvf_pf_check_locked(pf, 0, why))
		return pf->gone ? why->error : 0;
	if (gpuvf_plan_check_clearing(pf, why))
		return 0;
	capacity->plan = gpuvf_plan_snapshot_locked(pf, cfg);
	if (!capacity->plan) {
		why->reason = GPUVF_REASON_NO_MEMORY;
		return gpuvf_refuse(why, gpuvf_pf_name(pf));
	}
	return 0;
}

/**
 * gpuvf_capacity_answer() - so many, as it was when that was asked
 * @pf: PF, which may be gone meanwhile
 * @capacity: from gpuvf_capacity_ask_locked(); gets the numbers
 * @why: the same; filled when not even one would fit
 *
 * Context: may sleep, and takes its time; pf->lock must not be held.
 */
void gpuvf_capacity_answer(struct gpuvf_pf *pf, struct gpuvf_capacity *capacity,
			   struct gpuvf_refusal *why)
{
	struct gpuvf_plan *plan = capacity->plan;

	if (!plan)
		return;
	capacity->now = gpuvf_layout_capacity(&plan->layout,
					      capacity->quota_bytes, false);
	capacity->after_moving = gpuvf_layout_capacity(&plan->layout,
						       capacity->quota_bytes,
						       true);
	if (!capacity->after_moving)
		capacity_none(pf, plan, capacity, why);
	gpuvf_capacity_drop(capacity);
}

/**
 * gpuvf_capacity_drop() - the question is not of interest any more
 * @capacity: from gpuvf_capacity_ask_locked(), or all zero
 */
void gpuvf_capacity_drop(struct gpuvf_capacity *capacity)
{
	kfree(capacity->plan);
	capacity->plan = NULL;
}
