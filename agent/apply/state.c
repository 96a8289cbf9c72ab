// SPDX-License-Identifier: GPL-2.0
/*
 * States of a GPU: taken from a plan, or as the GPU is; and compared.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/state.h"
#include "base/units.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"

static u32 read_autoprobe(const char *bdf)
{
	u32 autoprobe;

	/* the PCI core's default, where it cannot be read */
	return sysfs_get_number(bdf, AUTOPROBE, &autoprobe) ? 1 : autoprobe;
}

/* where they cannot be set they are the PF driver's matter */
static void leave_drivers(struct state *state)
{
	u32 i;

	for (i = 0; i < state->gpu.num_vfs; i++)
		if (!gpu_can_set(&state->gpu, ABILITY_DRIVER))
			driver_want(&state->drivers[i], HOST_DRIVER_UNSET);
}

static void set(struct state *state, const struct gpu *gpu,
		const struct vf_driver *drivers, u32 autoprobe)
{
	gpu_copy(&state->gpu, gpu);
	state->autoprobe = autoprobe;
	state->drivers = xcalloc(gpu->num_vfs, sizeof(*drivers));
	if (gpu->num_vfs)
		memcpy(state->drivers, drivers, gpu->num_vfs * sizeof(*drivers));
	leave_drivers(state);
}

/**
 * state_live() - take the state of a GPU as it is
 * @state: result, to be freed with state_free()
 * @live: the GPU
 */
void state_live(struct state *state, const struct gpu *live)
{
	gpu_copy(&state->gpu, live);
	state->drivers = read_drivers(live, &state->gpu.vfs_changing);
	state->autoprobe = read_autoprobe(live->bdf);
	leave_drivers(state);
}

/**
 * state_copy() - make a copy that does not share memory
 * @to: where to, its former content is not freed
 * @from: the original
 */
void state_copy(struct state *to, const struct state *from)
{
	set(to, &from->gpu, from->drivers, from->autoprobe);
}

/**
 * state_before() - take the state that a plan begins with
 * @state: result, to be freed with state_free()
 * @plan: a plan of which nothing was done yet
 */
void state_before(struct state *state, const struct plan *plan)
{
	set(state, &plan->live, plan->drivers, read_autoprobe(plan->live.bdf));
}

/**
 * state_after() - take the state that a plan ends with
 * @state: result, to be freed with state_free()
 * @plan: the plan
 */
void state_after(struct state *state, const struct plan *plan)
{
	struct gpu *gpu = &state->gpu;
	u32 i;

	/* what is not given stays */
	gpu_copy(gpu, &plan->live);
	gpu_set_vfs_len(gpu, plan->wanted.vfs_len);
	gpu->num_vfs = plan->wanted.num_vfs;
	gpu->set = plan->wanted.set;
	if (plan->wanted.set & GPU_SET_POLICY)
		gpu->policy = plan->wanted.policy;
	if (plan->wanted.set & GPU_SET_PF_RESERVE)
		gpu->fb_pf_reserve = plan->wanted.fb_pf_reserve;
	gpu->pf_time_slice_us = plan->wanted.pf_time_slice_us;
	gpu->pf_preempt_timeout_us = plan->wanted.pf_preempt_timeout_us;
	for (i = 0; i < plan->wanted.vfs_len; i++)
		gpu->vfs[i] = plan->wanted.vfs[i];
	state->autoprobe = read_autoprobe(gpu->bdf);
	state->drivers = xcalloc(gpu->num_vfs, sizeof(*state->drivers));
	for (i = 0; i < gpu->num_vfs; i++)
		driver_want(&state->drivers[i], plan_wanted_driver(plan, i));
}

/* of GPUs that are like one that is live */
static bool same_vf(const struct gpu *live, const struct vf *a,
		    const struct vf *b, bool places)
{
	if (!vf_has_size(a, b) || !vf_has_type(a, b))
		return false;
	/* times without framebuffer are those of providers that have no default */
	if (!vf_has_share(a) && !gpu_has_endless(live))
		return true;
	if (places && a->fb_offset != b->fb_offset)
		return false;
	return a->time_slice_us == b->time_slice_us &&
	       gpu_preempt_timeout_us(live, a) ==
	       gpu_preempt_timeout_us(live, b) &&
	       !strcmp(a->profile, b->profile);
}

static bool same_settings(const struct gpu *want, const struct gpu *is)
{
	return (!(want->set & GPU_SET_POLICY) ||
		(want->policy == is->policy && !is->policy_differs)) &&
	       (!(want->set & GPU_SET_PF_RESERVE) ||
		want->fb_pf_reserve == is->fb_pf_reserve);
}

static bool same_pf_times(const struct gpu *want, const struct gpu *is)
{
	return want->pf_time_slice_us == is->pf_time_slice_us &&
	       want->pf_preempt_timeout_us == is->pf_preempt_timeout_us;
}

/**
 * state_same_layout() - compare settings, sizes, times, labels
 * @want: as it is to be; its .set says which settings count, and whether the
 *	places of VFs do
 * @is: as it is
 *
 * Return: whether nothing of it has to be set.
 */
bool state_same_layout(const struct gpu *want, const struct gpu *is)
{
	u32 i;

	if (!same_settings(want, is) || !same_pf_times(want, is) ||
	    is->values_differ)
		return false;
	for (i = 0; i < want->vfs_len || i < is->vfs_len; i++)
		if (!same_vf(is, gpu_vf(want, i), gpu_vf(is, i),
			     want->set & GPU_SET_PLACES))
			return false;
	return true;
}

/**
 * state_holds() - is a GPU in this state?
 * @want: the state
 * @is: the GPU as it is
 *
 * Return: whether it is.
 */
bool state_holds(const struct state *want, const struct state *is)
{
	u32 i;

	if (is->gpu.num_vfs != want->gpu.num_vfs ||
	    is->autoprobe != want->autoprobe ||
	    !state_same_layout(&want->gpu, &is->gpu))
		return false;
	for (i = 0; i < is->gpu.num_vfs; i++)
		if (!driver_is(want->drivers[i].bound, is->drivers[i].bound) ||
		    !driver_is(want->drivers[i].override,
			       is->drivers[i].override))
			return false;
	return true;
}

/**
 * state_is_of() - is it a state of this GPU, and not of another in its place?
 * @state: the state, with what the GPU was
 * @live: the GPU that is there
 */
bool state_is_of(const struct state *state, const struct gpu *live)
{
	const struct gpu *gpu = &state->gpu;

	return same_provider(gpu_abilities(live), gpu_abilities(gpu)) &&
	       live->vendor == gpu->vendor && live->device == gpu->device &&
	       live->total_vfs == gpu->total_vfs;
}

static const char *driver_text(const char *name)
{
	if (!strcmp(name, ANY_DRIVER))
		return "any";
	return *name ? name : "-";
}

static const char *time_text(char *text, u32 us)
{
	return us ? format_time(text, us, " ") : "endless";
}

static void print_vf_difference(const struct gpu *want, const struct gpu *is,
				u32 i)
{
	const struct vf *a = gpu_vf(want, i), *b = gpu_vf(is, i);
	char text[4][UNIT_TEXT];

	if (!vf_has_type(a, b))
		pr_err("GPU %s VF %u: type is %s, should be %s", is->bdf, i,
		       *b->type ? b->type : "none", a->type);
	else if (!vf_has_size(a, b))
		pr_err("GPU %s VF %u: framebuffer is %s, should be %s", is->bdf,
		       i, format_size(text[0], b->fb_bytes, " "),
		       format_size(text[1], a->fb_bytes, " "));
	else if (gpu_has_endless(is) && !same_vf(is, a, b, false))
		pr_err("GPU %s VF %u: time slice is %s, should be %s; preemption timeout is %s, should be %s",
		       is->bdf, i, time_text(text[0], b->time_slice_us),
		       time_text(text[1], a->time_slice_us),
		       time_text(text[2], b->preempt_timeout_us),
		       time_text(text[3], a->preempt_timeout_us));
	else if (!same_vf(is, a, b, want->set & GPU_SET_PLACES))
		pr_err("GPU %s VF %u: time slice, preemption timeout, label or place differ",
		       is->bdf, i);
}

static void print_driver_difference(const char *bdf, u32 i,
				    const struct vf_driver *want,
				    const struct vf_driver *is)
{
	if (!driver_is(want->bound, is->bound) ||
	    !driver_is(want->override, is->override))
		pr_err("GPU %s VF %u: driver is %s (driver_override %s), should be %s (%s)",
		       bdf, i, driver_text(is->bound),
		       driver_text(is->override), driver_text(want->bound),
		       driver_text(want->override));
}

/**
 * state_print_differences() - list what differs between two states
 * @want: as it should be
 * @is: as it is
 */
void state_print_differences(const struct state *want, const struct state *is)
{
	const char *bdf = is->gpu.bdf;
	u32 i;

	if (want->autoprobe != is->autoprobe)
		pr_err("GPU %s: sriov_drivers_autoprobe is %u, should be %u",
		       bdf, is->autoprobe, want->autoprobe);
	if (want->gpu.num_vfs != is->gpu.num_vfs)
		pr_err("GPU %s: VFs enabled: %u, should be %u", bdf,
		       is->gpu.num_vfs, want->gpu.num_vfs);
	if (!same_settings(&want->gpu, &is->gpu))
		pr_err("GPU %s: policy or PF reserve differ", bdf);
	if (!same_pf_times(&want->gpu, &is->gpu))
		pr_err("GPU %s: time slice or preemption timeout of the PF differ",
		       bdf);
	for (i = 0; i < want->gpu.vfs_len || i < is->gpu.vfs_len; i++)
		print_vf_difference(&want->gpu, &is->gpu, i);
	for (i = 0; i < want->gpu.num_vfs && i < is->gpu.num_vfs; i++)
		print_driver_difference(bdf, i, &want->drivers[i],
					&is->drivers[i]);
}

/**
 * state_free() - release a state
 * @state: is empty afterwards
 */
void state_free(struct state *state)
{
	gpu_free(&state->gpu);
	free(state->drivers);
	*state = (struct state){};
}
