// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs of one size there is room for: the question before the
 * transaction, put to the same planner in the same words.
 */

#include "gpuvf_capacity.h"
#include "gpuvf_pf.h"
#include "gpuvf_plan.h"
#include "gpuvf_refusal.h"
#include "gpuvf_request.h"

/* why not one more VF has a place; when it has one after all, that counts */
static void capacity_none_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan,
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
	if (gpuvf_layout_plan(req, &plan->next.layout, &plan->reason))
		gpuvf_plan_refuse_locked(pf, plan, why);
	else
		capacity->after_moving = 1;
}

/**
 * gpuvf_capacity_get_locked() - how many more VFs of one size would fit
 * @pf: PF
 * @quota_bytes: the size
 * @capacity: the answer
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when not even one would fit
 *
 * Nothing changes. VFs in use stay where they are, and what is withheld is
 * nobody's, as when VFs are really created; "would fit" means exactly that
 * gpuvf_config_apply_locked() would not refuse it.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, also when none would fit; -ENODEV: the PF is gone; -EINVAL: a size
 * of 0; -ENOMEM.
 */
int gpuvf_capacity_get_locked(struct gpuvf_pf *pf, u64 quota_bytes,
			      struct gpuvf_capacity *capacity,
			      struct gpuvf_refusal *why)
{
	struct gpuvf_plan *plan;

	lockdep_assert_held(&pf->lock);
	memset(capacity, 0, sizeof(*capacity));
	capacity->quota_bytes = gpuvf_plan_round_up(pf, quota_bytes);
	if (!quota_bytes) {
		why->reason = GPUVF_REASON_BAD_VALUE;
		why->who = "0";
		return gpuvf_refuse(why, gpuvf_pf_name(pf));
	}
	if (gpuvf_request_check_pf_locked(pf, 0, why))
		return pf->gone ? why->error : 0;
	if (gpuvf_plan_check_clearing(pf, why))
		return 0;
	plan = gpuvf_plan_alloc(pf);
	if (!plan) {
		why->reason = GPUVF_REASON_NO_MEMORY;
		return gpuvf_refuse(why, gpuvf_pf_name(pf));
	}
	gpuvf_plan_pin_locked(pf, plan);
	capacity->now = gpuvf_layout_capacity(&plan->layout,
					      capacity->quota_bytes, false);
	capacity->after_moving = gpuvf_layout_capacity(&plan->layout,
						       capacity->quota_bytes,
						       true);
	if (!capacity->after_moving)
		capacity_none_locked(pf, plan, capacity, why);
	gpuvf_plan_free_locked(pf, plan);
	return 0;
}
