// SPDX-License-Identifier: GPL-2.0
/*
 * The difference between what is and what shall be.
 *
 * The number of VFs cannot go from N to M: the PCI core wants 0 in between, and
 * that takes the VFs away from their users. So the order is
 *
 *	N == M		layout, drivers		live, no VF is lost
 *	N == 0		layout, enable, drivers
 *	N != M		disable, layout, enable, drivers
 *
 * and the last is done only when no VF is in use. The layout comes before
 * enabling, because the kernel gives VFs without one a fair share.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "plan/layout.h"
#include "plan/plan.h"
#include "plan/report.h"
#include "provider/provider.h"

static u32 compare_vf(const struct gpu *live, const struct vf *is,
		      const struct vf *want)
{
	u32 changes = 0;

	if (!vf_has_share(want) && vf_has_share(is))
		return VF_REMOVE;
	if (vf_has_share(want) && !vf_has_share(is))
		return VF_CREATE;
	/* times without framebuffer are those of providers that have no default */
	if (!vf_has_share(want) && !gpu_has_endless(live))
		return 0;
	if (!vf_has_size(want, is))
		changes |= VF_RESIZE;
	else if (!vf_has_type(want, is))
		changes |= VF_RETYPE;
	if (is->time_slice_us != want->time_slice_us ||
	    gpu_preempt_timeout_us(live, is) !=
	    gpu_preempt_timeout_us(live, want))
		changes |= VF_RETIME;
	if (strcmp(is->profile, want->profile))
		changes |= VF_RELABEL;
	return changes;
}

/**
 * plan_wanted_driver() - what is to drive a VF on the host
 * @plan: the plan
 * @vf: index
 *
 * Return: HOST_DRIVER_UNSET for VFs that are not to be enabled.
 */
enum host_driver plan_wanted_driver(const struct plan *plan, u32 vf)
{
	if (vf >= plan->wanted.num_vfs || vf >= plan->section->vfs_len)
		return HOST_DRIVER_UNSET;
	return plan->section->vfs[vf].driver;
}

/**
 * plan_interrupts() - would a plan take something from the user of a VF?
 * @plan: the plan
 * @vf: index
 *
 * Return: whether the VF is in use, and apply would refuse the plan for that.
 */
bool plan_interrupts(const struct plan *plan, u32 vf)
{
	struct vf_driver want;

	if (!gpu_vf(&plan->live, vf)->in_use || vf >= plan->wanted.vfs_len)
		return false;
	if (plan->steps & STEP_DISABLE || plan->reserve_changes ||
	    plan->changes[vf] & (VF_REMOVE | VF_RESIZE | VF_MOVE | VF_RETYPE))
		return true;
	if (vf >= plan->live.num_vfs || vf >= plan->wanted.num_vfs)
		return false;
	driver_want(&want, plan_wanted_driver(plan, vf));
	return driver_steps(&want, &plan->drivers[vf], false).unbind;
}

/* VFs go, and others come */
static bool is_recount(const struct plan *plan)
{
	return plan->live.num_vfs != plan->wanted.num_vfs ||
	       gpu_needs_enabling(&plan->live);
}

static void plan_drivers(struct plan *plan, const struct vf_driver *drivers)
{
	static const struct vf_driver nothing;
	bool stay = !is_recount(plan);
	u32 i;

	plan->drivers = xcalloc(plan->live.num_vfs, sizeof(*drivers));
	if (drivers && plan->live.num_vfs)
		memcpy(plan->drivers, drivers,
		       plan->live.num_vfs * sizeof(*drivers));
	/* nothing is known of them at such a moment */
	if (plan->live.vfs_changing)
		return;
	for (i = 0; i < plan->wanted.num_vfs; i++) {
		enum host_driver wanted = plan_wanted_driver(plan, i);
		struct driver_steps steps;
		struct vf_driver want;

		driver_want(&want, wanted);
		steps = driver_steps(&want, stay ? &plan->drivers[i] : &nothing,
				     !stay);
		if (wanted != HOST_DRIVER_UNSET &&
		    (steps.override || steps.unbind || steps.probe)) {
			plan->changes[i] |= VF_REBIND;
			plan->steps |= STEP_DRIVERS;
		}
	}
}

/* what has to be set again on a VF whose GPU's VFs were disabled */
static u32 changes_after_loss(const struct gpu *live, const struct vf *want)
{
	const struct ability *of = gpu_abilities(live)->of;
	u32 changes = 0;

	if (vf_has_share(want) && of[ABILITY_FB].lost_on_disable)
		return VF_CREATE;
	if (!vf_has_share(want) && !want->time_slice_us)
		return 0;
	if (of[ABILITY_TIME_SLICE].lost_on_disable ||
	    of[ABILITY_PREEMPT_TIMEOUT].lost_on_disable)
		changes |= VF_RETIME;
	if (of[ABILITY_LABEL].lost_on_disable)
		changes |= VF_RELABEL;
	return changes;
}

/* Return: whether a layout has to be set for it */
static bool plan_vf(struct plan *plan, u32 i)
{
	const struct gpu *live = &plan->live;
	const struct vf *is = gpu_vf(live, i);
	const struct vf *want = &plan->wanted.vfs[i];
	bool recount = live->num_vfs && is_recount(plan);
	bool goes = recount &&
		    (is->fb_auto || (i < live->num_vfs &&
		     gpu_abilities(live)->of[ABILITY_FB].lost_on_disable));
	u32 lost = recount ? changes_after_loss(live, want) : 0;

	/* one that has to be created again has nothing else to be changed */
	plan->changes[i] = lost & VF_CREATE ? lost :
					      lost | compare_vf(live, is, want);
	/* a fair share goes by itself too when the VFs are disabled */
	return goes ? vf_has_share(want) || want->time_slice_us :
		      plan->changes[i];
}

static void plan_layout(struct plan *plan)
{
	const struct gpu *live = &plan->live;
	const struct gpu *wanted = &plan->wanted;
	bool recount = is_recount(plan);
	bool differs = false;
	u32 i;

	for (i = 0; i < wanted->vfs_len; i++)
		differs |= plan_vf(plan, i);
	plan->policy_changes = wanted->set & GPU_SET_POLICY &&
			       (wanted->policy != live->policy ||
				live->policy_differs);
	plan->reserve_changes = wanted->set & GPU_SET_PF_RESERVE &&
				wanted->fb_pf_reserve != live->fb_pf_reserve;
	if (differs || plan->policy_changes || plan->reserve_changes)
		plan->steps |= STEP_LAYOUT;
	if (recount && live->num_vfs)
		plan->steps |= STEP_DISABLE;
	if (recount && wanted->num_vfs)
		plan->steps |= STEP_ENABLE;
}

/**
 * plan_make() - compare a GPU with what its section wants
 * @plan: result, to be freed with plan_free()
 * @config: the configuration, without errors
 * @section: of the GPU
 * @live: the GPU
 * @drivers: of each enabled VF, may be NULL when no VF is enabled
 */
void plan_make(struct plan *plan, const struct config *config,
	       const struct config_gpu *section, const struct gpu *live,
	       const struct vf_driver *drivers)
{
	*plan = (struct plan){ .config = config, .section = section };
	gpu_copy(&plan->live, live);
	config_wanted(config, section, live, &plan->wanted);
	gpu_set_vfs_len(&plan->wanted, live->vfs_len);
	plan->changes = xcalloc(plan->wanted.vfs_len, sizeof(*plan->changes));
	plan_layout(plan);
	plan_drivers(plan, drivers);
}

/**
 * plan_add_placement() - learn where everything will be
 * @plan: the plan
 * @after: the kernel's answer to the dry run, or from layout_after()
 */
void plan_add_placement(struct plan *plan, const struct gpu *after)
{
	u32 i;

	gpu_free(&plan->after);
	gpu_copy(&plan->after, after);
	/* that is now, and not then */
	plan->after.fb_needs_scrub = 0;
	plan->has_after = true;
	for (i = 0; i < plan->wanted.vfs_len; i++) {
		if (i >= after->vfs_len || i >= plan->live.vfs_len)
			break;
		plan->changes[i] &= ~VF_MOVE;
		if (plan->live.vfs[i].fb_bytes && after->vfs[i].fb_bytes &&
		    plan->live.vfs[i].fb_offset != after->vfs[i].fb_offset)
			plan->changes[i] |= VF_MOVE;
	}
}

/* Return: 0, or why there is no such layout */
static int find_layout(struct plan *plan, struct provider *provider,
		       struct gpu *after, struct failure *why, u32 how)
{
	bool alone = how & PLACE_UNASKED && !plan->live.has_states;
	struct gpu wanted;
	int err = 0;

	gpu_copy(&wanted, &plan->wanted);
	if (alone || !(how & PLACE_LAST))
		err = layout_place(&wanted, &plan->live, why);
	if (err)
		goto out;
	if (alone && wanted.set & GPU_SET_PLACES)
		layout_after(&wanted, &plan->live, after);
	else
		err = provider_set_layout(provider, &wanted, true, after, why);
out:
	gpu_free(&wanted);
	return err;
}

/**
 * plan_place() - find places for the layout, and have the kernel check them
 * @plan: the plan; gets the placement
 * @provider: the provider
 * @how: PLACE_*
 *
 * Changes nothing. Prints why the layout would be refused.
 *
 * Return: EXIT_DONE; -ESTALE: the GPU was changed since it was read, plan again; else
 * the exit code of the error.
 */
int plan_place(struct plan *plan, struct provider *provider, u32 how)
{
	struct failure why;
	struct gpu after;

	if (!find_layout(plan, provider, &after, &why, how)) {
		plan_add_placement(plan, &after);
		gpu_free(&after);
		return EXIT_DONE;
	}
	if (layout_is_stale(&why) && !(how & PLACE_LAST))
		return -ESTALE;
	plan->detail = why.detail;
	return report_config_error(plan->config, plan->section, &why,
				   plan->live.bdf);
}

/**
 * plan_free() - release a plan
 * @plan: is empty afterwards
 */
void plan_free(struct plan *plan)
{
	gpu_free(&plan->live);
	gpu_free(&plan->wanted);
	gpu_free(&plan->after);
	free(plan->drivers);
	free(plan->changes);
	*plan = (struct plan){};
}
