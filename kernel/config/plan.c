// SPDX-License-Identifier: GPL-2.0
/*
 * From a PF to the planner and back: the present layout, who keeps his extent
 * and what nobody may have become a request; what the planner says becomes the
 * next configuration, or a refusal that names who is in the way.
 */

#include <linux/math64.h>
#include <linux/slab.h>

#include "base/error.h"
#include "base/pf.h"
#include "config/plan.h"
#include "fb/scrub.h"
#include "sched/engine.h"
#include "vf/vf.h"

/**
 * gpuvf_plan_round_up() - a quota or a reserve as it will be reported
 * @pf: PF
 * @bytes: as asked for
 *
 * Return: bytes, a multiple of the granularity; what does not fit into 64 bits
 * stays what it is: far too much.
 */
u64 gpuvf_plan_round_up(const struct gpuvf_pf *pf, u64 bytes)
{
	u64 granule = pf->geometry.granule_bytes;

	return bytes > U64_MAX - granule ? bytes : round_up(bytes, granule);
}

/**
 * gpuvf_plan_check_clearing() - may anybody be given framebuffer at all?
 * @pf: PF
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when nobody may
 *
 * Return: 0; -EOPNOTSUPP: nobody could clear it between tenants.
 */
int gpuvf_plan_check_clearing(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_CLEAR))
		return 0;
	why->reason = GPUVF_REASON_NOT_SUPPORTED;
	why->who = "clearing framebuffer between tenants";
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

/**
 * gpuvf_plan_alloc() - a plan that changes nothing yet
 * @pf: PF
 * @cfg: what it starts from: the PF's configuration, or one that it might have
 *
 * Context: pf->lock held, or nobody knows the PF yet; may sleep.
 * Return: the plan, to be given back by gpuvf_plan_free_locked(); NULL: no
 * memory.
 */
struct gpuvf_plan *gpuvf_plan_alloc(struct gpuvf_pf *pf,
				    const struct gpuvf_config *cfg)
{
	struct gpuvf_plan *plan;
	unsigned int i;

	plan = kmalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan)
		return NULL;
	memset(plan, 0, offsetof(struct gpuvf_plan, layout.scratch));
	plan->next = *cfg;
	plan->layout.geometry = pf->geometry;
	plan->layout.pf_reserve_bytes = cfg->layout.pf_reserve_bytes;
	plan->layout.num_vfs = pf->total_vfs;
	for (i = 0; i < pf->total_vfs; i++) {
		plan->layout.vf[i].now = cfg->layout.vf[i];
		plan->layout.vf[i].quota_bytes = cfg->layout.vf[i].size;
	}
	return plan;
}

/* who uses a VF: its driver, or if it has none any more, what it left there */
static const char *plan_holder(struct gpuvf_pf *pf, int vf, char *buf,
			       size_t size)
{
	gpuvf_vf_holder(&pf->vf[vf], buf, size);
	return *buf ? buf : "its guest";
}

/* nothing lies where the reserve would be but what is in use */
static int plan_refuse_reserve(struct gpuvf_pf *pf,
			       const struct gpuvf_plan *plan, int vf,
			       struct gpuvf_refusal *why)
{
	char holder[GPUVF_HOLDER_SIZE], text[GPUVF_HOLDER_SIZE + 16];

	scnprintf(text, sizeof(text), "%s uses VF %d",
		  plan_holder(pf, vf, holder, sizeof(holder)), vf);
	why->reason = GPUVF_REASON_RESERVE_IN_USE;
	why->vf = GPUVF_NO_VF;
	why->attr = GPUVF_A_PF_FB_PF_RESERVE;
	why->asked = plan->layout.pf_reserve_bytes;
	why->limit = pf->config.layout.pf_reserve_bytes;
	why->who = text;
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

/* who stays where he is, in the way of others */
static void plan_blocker(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
			 char *text, size_t size)
{
	int vf = plan->reason.blocker;
	char holder[GPUVF_HOLDER_SIZE];

	if (vf < 0)
		strscpy(text, "withheld memory is", size);
	else if (plan->pinned & BIT(vf))
		scnprintf(text, size, "VF %d (%s) is", vf,
			  plan_holder(pf, vf, holder, sizeof(holder)));
	else
		scnprintf(text, size, "VF %d is to be", vf);
}

/* the verdict is about a place that was asked for */
static int plan_refuse_place(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
			     struct gpuvf_refusal *why)
{
	char text[GPUVF_HOLDER_SIZE + 24];

	why->attr = GPUVF_A_VF_FB_OFFSET;
	why->who = text;
	switch (plan->reason.verdict) {
	case GPUVF_LAYOUT_PINNED_PLACE:
		why->who = plan_holder(pf, plan->reason.vf, text, sizeof(text));
		why->reason = GPUVF_REASON_OFFSET_IN_USE;
		break;
	case GPUVF_LAYOUT_PLACE_UNALIGNED:
		why->reason = GPUVF_REASON_OFFSET_UNALIGNED;
		break;
	case GPUVF_LAYOUT_PLACE_OUTSIDE:
		why->reason = GPUVF_REASON_OFFSET_OUTSIDE;
		break;
	default:
		plan_blocker(pf, plan, text, sizeof(text));
		why->reason = GPUVF_REASON_OFFSET_TAKEN;
	}
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

/**
 * gpuvf_plan_refuse_locked() - the planner's verdict as a refusal
 * @pf: PF
 * @plan: for which the planner found no layout
 * @why: zeroed; is filled
 *
 * Context: pf->lock held.
 * Return: the errno of the refusal: -ENOSPC, -EBUSY, -EINVAL.
 */
int gpuvf_plan_refuse_locked(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
			     struct gpuvf_refusal *why)
{
	const struct gpuvf_layout_reason *reason = &plan->reason;
	char holder[GPUVF_HOLDER_SIZE], text[GPUVF_HOLDER_SIZE + 24];

	lockdep_assert_held(&pf->lock);
	why->vf = reason->vf;
	why->attr = reason->vf < 0 ? GPUVF_A_PF_FB_PF_RESERVE :
				     GPUVF_A_VF_FB_QUOTA;
	why->asked = reason->asked;
	why->limit = reason->limit;
	why->extra = reason->free;
	switch (reason->verdict) {
	case GPUVF_LAYOUT_RESERVE_TOO_BIG:
		why->reason = GPUVF_REASON_RESERVE_TOO_BIG;
		break;
	case GPUVF_LAYOUT_PINNED_VF:
		why->reason = GPUVF_REASON_VF_IN_USE;
		why->limit = plan->layout.vf[reason->vf].now.size;
		why->who = plan_holder(pf, reason->vf, holder, sizeof(holder));
		break;
	case GPUVF_LAYOUT_PINNED_RESERVE:
		return plan_refuse_reserve(pf, plan, reason->blocker, why);
	case GPUVF_LAYOUT_PINNED_PLACE:
	case GPUVF_LAYOUT_PLACE_UNALIGNED:
	case GPUVF_LAYOUT_PLACE_OUTSIDE:
	case GPUVF_LAYOUT_PLACE_TAKEN:
		return plan_refuse_place(pf, plan, why);
	case GPUVF_LAYOUT_FRAGMENTED:
		why->reason = GPUVF_REASON_FRAGMENTED;
		plan_blocker(pf, plan, text, sizeof(text));
		why->who = text;
		break;
	case GPUVF_LAYOUT_TOO_HARD:
		why->reason = GPUVF_REASON_PLAN_TOO_HARD;
		break;
	default:
		WARN_ON_ONCE(reason->verdict != GPUVF_LAYOUT_NO_SPACE);
		why->reason = GPUVF_REASON_NO_SPACE;
	}
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

/* mark what cannot move: VFs in use or @started, and what is withheld */
static void plan_pin(struct gpuvf_pf *pf, struct gpuvf_plan *plan, u32 started)
{
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++) {
		/* a VF that had started then may be reset by its user meanwhile */
		if (!plan->layout.vf[i].now.size ||
		    (!(started & BIT(i)) &&
		     !gpuvf_vf_in_use_locked(&pf->vf[i])))
			continue;
		plan->pinned |= BIT(i);
		plan->layout.vf[i].pinned = true;
	}
	plan->layout.num_blocked =
		gpuvf_clear_blocked_locked(pf, plan->pinned,
					   plan->layout.blocked);
}

/* bit n: VF n has state now; others may start at any moment */
static u32 plan_started(struct gpuvf_pf *pf)
{
	return gpuvf_world_started(pf) | gpuvf_halt_kept(pf);
}

/**
 * gpuvf_plan_snapshot_locked() - make a plan to ask questions of, later
 * @pf: PF
 * @cfg: the PF's configuration, or one that it might have
 *
 * It has what is pinned and withheld at this moment. The scheduler takes no
 * notice, so VFs may start meanwhile: the plan must not be committed.
 *
 * Context: pf->lock held; may sleep.
 * Return: the plan, to be freed by kfree(); NULL: no memory.
 */
struct gpuvf_plan *gpuvf_plan_snapshot_locked(struct gpuvf_pf *pf,
					      const struct gpuvf_config *cfg)
{
	struct gpuvf_plan *plan = gpuvf_plan_alloc(pf, cfg);

	if (plan)
		plan_pin(pf, plan, plan_started(pf));
	return plan;
}

/**
 * gpuvf_plan_place_locked() - let the planner place everybody who is not pinned
 * @pf: PF
 * @plan: gets the layout
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when there is none
 *
 * Unless it is a dry run, which the scheduler takes no notice of, VFs that have not
 * started do not start until gpuvf_plan_free_locked().
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, or the errno of the refusal: -ENOSPC, -EBUSY, -EINVAL.
 */
int gpuvf_plan_place_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan,
			    struct gpuvf_refusal *why)
{
	struct gpuvf_layout *layout = &plan->next.layout;
	u32 started = plan_started(pf);

	if (!plan->dry_run) {
		gpuvf_world_hold(pf);
		started = gpuvf_vfs_reap_locked(pf);
		gpuvf_pf_settle_locked(pf);
	}
	plan_pin(pf, plan, started);
	/* saved states of those who started lie behind the reserve */
	if (started && plan->layout.pf_reserve_bytes !=
		       pf->config.layout.pf_reserve_bytes)
		return plan_refuse_reserve(pf, plan, __ffs(started), why);
	if (gpuvf_layout_plan(&plan->layout, layout, &plan->reason))
		return gpuvf_plan_refuse_locked(pf, plan, why);
	layout->moved_mask = 0;
	return 0;
}

/**
 * gpuvf_plan_free_locked() - give a plan back, and let the world go on
 * @pf: PF
 * @plan: from gpuvf_plan_alloc()
 *
 * Context: pf->lock held.
 */
void gpuvf_plan_free_locked(struct gpuvf_pf *pf, struct gpuvf_plan *plan)
{
	if (!plan->dry_run)
		gpuvf_world_release(pf);
	kfree(plan);
}
