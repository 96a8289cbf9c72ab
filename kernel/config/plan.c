// SPDX-License-Identifier: GPL-2.0
/*
 * From a PF to a layout: the present extents, the VFs in use and what is quarantined
 * become a request to fb/layout.c; its answer becomes the next configuration, or a
 * refusal that names what is in the way.
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
 * gpuvf_plan_alloc() - a plan that changes nothing yet
 * @pf: PF
 *
 * Context: pf->lock held, or the PF is not known to anything yet; may sleep.
 * Return: the plan, to be given back by gpuvf_plan_free_locked(); NULL: no
 * memory.
 */
struct gpuvf_plan *gpuvf_plan_alloc(struct gpuvf_pf *pf)
{
	const struct gpuvf_layout *now = &pf->config.layout;
	struct gpuvf_plan *plan;
	unsigned int i;

	plan = kmalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan)
		return NULL;
	memset(plan, 0, offsetof(struct gpuvf_plan, layout.free));
	plan->next = pf->config;
	plan->layout.geometry = pf->geometry;
	plan->layout.pf_reserve_bytes = now->pf_reserve_bytes;
	plan->layout.num_vfs = pf->total_vfs;
	plan->layout.blocked =
		gpuvf_clear_withheld_locked(pf, &plan->layout.num_blocked);
	for (i = 0; i < pf->total_vfs; i++) {
		plan->layout.vf[i].now = now->vf[i];
		plan->layout.vf[i].quota_bytes = now->vf[i].size;
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

/* what is where a VF is to be */
static void plan_name_blocker(struct gpuvf_pf *pf,
			      const struct gpuvf_plan *plan, char *text,
			      size_t size)
{
	int vf = plan->reason.blocker;
	char holder[GPUVF_HOLDER_SIZE];

	if (vf < 0)
		strscpy(text, "withheld memory is", size);
	else if (plan->layout.vf[vf].pinned)
		scnprintf(text, size, "VF %d (%s) is", vf,
			  plan_holder(pf, vf, holder, sizeof(holder)));
	else
		scnprintf(text, size, "VF %d is%s", vf,
			  gpuvf_layout_stays(&plan->layout, vf) ? "" : " to be");
}

/* the name that the sentence of the refusal has */
static void plan_name(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
		      char *text, size_t size)
{
	const struct gpuvf_layout_reason *reason = &plan->reason;
	char holder[GPUVF_HOLDER_SIZE];

	switch (reason->verdict) {
	case GPUVF_LAYOUT_PINNED_VF:
	case GPUVF_LAYOUT_PINNED_PLACE:
		strscpy(text, plan_holder(pf, reason->vf, holder,
					  sizeof(holder)), size);
		break;
	case GPUVF_LAYOUT_PINNED_RESERVE:
		scnprintf(text, size, "%s uses VF %d",
			  plan_holder(pf, reason->blocker, holder,
				      sizeof(holder)), reason->blocker);
		break;
	case GPUVF_LAYOUT_RESERVE_TAKEN:
		scnprintf(text, size, "PF reserve reach into VF %d",
			  reason->blocker);
		break;
	case GPUVF_LAYOUT_FRAGMENTED:
		strscpy(text, "framebuffer have no place", size);
		break;
	default:
		plan_name_blocker(pf, plan, text, size);
	}
}

/* why there is no layout, as a refusal */
static int plan_refuse(struct gpuvf_pf *pf, const struct gpuvf_plan *plan,
		       struct gpuvf_refusal *why)
{
	static const struct {
		enum gpuvf_reason reason;
		u32 attr;
	} verdicts[] = {
		[GPUVF_LAYOUT_BAD_GEOMETRY] = { GPUVF_REASON_HW_MISMATCH },
		[GPUVF_LAYOUT_RESERVE_TOO_BIG] = {
			GPUVF_REASON_RESERVE_TOO_BIG, GPUVF_A_PF_FB_PF_RESERVE },
		[GPUVF_LAYOUT_PINNED_VF] = {
			GPUVF_REASON_VF_IN_USE, GPUVF_A_VF_FB_QUOTA },
		[GPUVF_LAYOUT_PINNED_RESERVE] = {
			GPUVF_REASON_RESERVE_IN_USE, GPUVF_A_PF_FB_PF_RESERVE },
		[GPUVF_LAYOUT_PINNED_PLACE] = {
			GPUVF_REASON_OFFSET_IN_USE, GPUVF_A_VF_FB_OFFSET },
		[GPUVF_LAYOUT_PLACE_UNALIGNED] = {
			GPUVF_REASON_OFFSET_UNALIGNED, GPUVF_A_VF_FB_OFFSET },
		[GPUVF_LAYOUT_PLACE_OUTSIDE] = {
			GPUVF_REASON_OFFSET_OUTSIDE, GPUVF_A_VF_FB_OFFSET },
		[GPUVF_LAYOUT_PLACE_TAKEN] = {
			GPUVF_REASON_OFFSET_TAKEN, GPUVF_A_VF_FB_OFFSET },
		[GPUVF_LAYOUT_NO_SPACE] = {
			GPUVF_REASON_NO_SPACE, GPUVF_A_VF_FB_QUOTA },
		[GPUVF_LAYOUT_FRAGMENTED] = {
			GPUVF_REASON_FRAGMENTED, GPUVF_A_VF_FB_QUOTA },
		[GPUVF_LAYOUT_RESERVE_TAKEN] = {
			GPUVF_REASON_FRAGMENTED, GPUVF_A_PF_FB_PF_RESERVE },
	};
	const struct gpuvf_layout_reason *reason = &plan->reason;
	const struct gpuvf_layout *now = &pf->config.layout;
	char text[GPUVF_HOLDER_SIZE + 24];

	plan_name(pf, plan, text, sizeof(text));
	why->reason = verdicts[reason->verdict].reason;
	why->attr = verdicts[reason->verdict].attr;
	why->vf = reason->vf;
	why->asked = reason->asked;
	why->limit = reason->limit;
	why->extra = reason->free;
	why->who = text;
	if (reason->verdict == GPUVF_LAYOUT_PINNED_RESERVE) {
		why->limit = now->pf_reserve_bytes;
	} else if (reason->verdict == GPUVF_LAYOUT_RESERVE_TAKEN) {
		why->limit = now->largest_free_bytes;
		why->extra = now->free_bytes;
	}
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

/* VFs that keep their extents: those in use or @started */
static void plan_pin(struct gpuvf_pf *pf, struct gpuvf_plan *plan, u32 started)
{
	unsigned int i;

	/* a VF that had started then may be reset by its user meanwhile */
	for (i = 0; i < pf->total_vfs; i++)
		plan->layout.vf[i].pinned = plan->layout.vf[i].now.size &&
			((started & BIT(i)) ||
			 gpuvf_vf_in_use_locked(&pf->vf[i]));
}

/* bit n: VF n has state now; others may start at any moment */
static u32 plan_started(struct gpuvf_pf *pf)
{
	return gpuvf_world_started(pf) | gpuvf_halt_kept(pf);
}

/**
 * gpuvf_plan_place_locked() - find the layout of a plan
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
	u32 started = plan_started(pf);

	if (!plan->dry_run) {
		gpuvf_world_hold(pf);
		started = gpuvf_vfs_reap_locked(pf);
		gpuvf_pf_settle_locked(pf);
	}
	plan_pin(pf, plan, started);
	/* contexts lie behind the reserve */
	if (started && plan->layout.pf_reserve_bytes !=
		       pf->config.layout.pf_reserve_bytes) {
		plan->reason = (struct gpuvf_layout_reason){
			.verdict = GPUVF_LAYOUT_PINNED_RESERVE,
			.vf = GPUVF_NO_VF,
			.asked = plan->layout.pf_reserve_bytes,
			.blocker = __ffs(started),
		};
		return plan_refuse(pf, plan, why);
	}
	if (gpuvf_layout_plan(&plan->layout, &plan->next.layout, &plan->reason))
		return plan_refuse(pf, plan, why);
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
