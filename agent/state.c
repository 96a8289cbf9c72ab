// SPDX-License-Identifier: GPL-2.0
/*
 * States of a GPU: taken from a plan, compared with what is, brought back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "state.h"
#include "sysfs.h"
#include "util.h"

static void set(struct state *state, const struct gpu *gpu,
		const struct vf_driver *drivers)
{
	gpu_copy(&state->gpu, gpu);
	state->drivers = xcalloc(gpu->num_vfs, sizeof(*drivers));
	if (gpu->num_vfs)
		memcpy(state->drivers, drivers, gpu->num_vfs * sizeof(*drivers));
}

/**
 * state_live() - a GPU as it is
 * @state: result, to be freed with state_free()
 * @live: the GPU
 */
void state_live(struct state *state, const struct gpu *live)
{
	gpu_copy(&state->gpu, live);
	state->drivers = read_drivers(live);
}

/**
 * state_copy() - a copy that does not share memory
 * @to: where to, its former content is not freed
 * @from: the original
 */
void state_copy(struct state *to, const struct state *from)
{
	set(to, &from->gpu, from->drivers);
}

/**
 * state_before() - what is
 * @state: result, to be freed with state_free()
 * @plan: a plan that nothing was done of yet
 */
void state_before(struct state *state, const struct plan *plan)
{
	set(state, &plan->live, plan->drivers);
}

static void want_driver(struct vf_driver *driver, enum host_driver want)
{
	copy_string(driver->override, NAME_SIZE, driver_override_for(want));
	copy_string(driver->bound, NAME_SIZE, want == HOST_DRIVER_DEFAULT ?
		    ANY_DRIVER : want == HOST_DRIVER_NONE ? "" :
		    driver->override);
}

/**
 * state_after() - what is to be
 * @state: result, to be freed with state_free()
 * @plan: the plan
 */
void state_after(struct state *state, const struct plan *plan)
{
	struct gpu *gpu = &state->gpu;
	u32 i;

	/* what a wish does not name stays */
	gpu_copy(gpu, &plan->live);
	gpu_set_vfs_len(gpu, plan->wish.vfs_len);
	gpu->num_vfs = plan->wish.num_vfs;
	if (plan->wish.set & GPU_SET_POLICY)
		gpu->policy = plan->wish.policy;
	if (plan->wish.set & GPU_SET_PF_RESERVE)
		gpu->fb_pf_reserve = plan->wish.fb_pf_reserve;
	for (i = 0; i < plan->wish.vfs_len; i++)
		gpu->vfs[i] = plan->wish.vfs[i];
	state->drivers = xcalloc(gpu->num_vfs, sizeof(*state->drivers));
	for (i = 0; i < gpu->num_vfs; i++) {
		struct vf_driver *driver = &state->drivers[i];

		copy_string(driver->bound, NAME_SIZE, ANY_DRIVER);
		copy_string(driver->override, NAME_SIZE, ANY_DRIVER);
		if (plan->changes[i] & VF_REBIND)
			want_driver(driver, plan_wanted_driver(plan, i));
	}
}

static bool same_vf(const struct vf *a, const struct vf *b, bool places)
{
	if (!a->fb_bytes || !b->fb_bytes)
		return a->fb_bytes == b->fb_bytes;
	if (places && a->fb_offset != b->fb_offset)
		return false;
	return a->fb_bytes == b->fb_bytes &&
	       a->time_slice_us == b->time_slice_us &&
	       vf_preempt_timeout_us(a) == vf_preempt_timeout_us(b) &&
	       !strcmp(a->profile, b->profile);
}

/* with the places, where @a says that they count */
static bool same_layout(const struct gpu *a, const struct gpu *b)
{
	bool places = a->set & GPU_SET_PLACES;
	static const struct vf none;
	u32 i;

	if (a->policy != b->policy || a->fb_pf_reserve != b->fb_pf_reserve)
		return false;
	for (i = 0; i < a->vfs_len || i < b->vfs_len; i++)
		if (!same_vf(i < a->vfs_len ? &a->vfs[i] : &none,
			     i < b->vfs_len ? &b->vfs[i] : &none, places))
			return false;
	return true;
}

static bool same_driver(const char *want, const char *is)
{
	return !strcmp(want, ANY_DRIVER) || !strcmp(want, is);
}

/**
 * state_holds() - is a GPU in this state?
 * @state: the state
 * @live: the GPU as it is
 * @drivers: host drivers of its VFs, by index
 *
 * Return: whether it is.
 */
bool state_holds(const struct state *state, const struct gpu *live,
		 const struct vf_driver *drivers)
{
	u32 i;

	if (live->num_vfs != state->gpu.num_vfs ||
	    !same_layout(&state->gpu, live))
		return false;
	for (i = 0; i < live->num_vfs; i++)
		if (!same_driver(state->drivers[i].bound, drivers[i].bound) ||
		    !same_driver(state->drivers[i].override,
				 drivers[i].override))
			return false;
	return true;
}

/* the kernel hands fair shares out again by itself when nobody has a quota */
static void drop_fair_shares(struct gpu *wish)
{
	u32 i;

	for (i = 0; i < wish->vfs_len; i++)
		if (wish->vfs[i].fb_bytes && !wish->vfs[i].fb_auto)
			return;
	for (i = 0; i < wish->vfs_len; i++)
		wish->vfs[i].fb_bytes = 0;
}

static bool is_of_a_place(u32 reason)
{
	switch (reason) {
	case GPUVF_REASON_OFFSET_UNALIGNED:
	case GPUVF_REASON_OFFSET_OUTSIDE:
	case GPUVF_REASON_OFFSET_TAKEN:
	case GPUVF_REASON_OFFSET_IN_USE:
		return true;
	}
	return false;
}

static int set_layout(struct gpu *wish, const struct gpu *now,
		      struct client *client)
{
	struct client_error why;
	struct gpu result;
	int err;

	if (same_layout(wish, now))
		return 0;
	err = client_set_gpu(client, wish, false, &result, &why);
	if (!err) {
		gpu_free(&result);
		return 0;
	}
	refuse(&why, wish->bdf);
	if (!(wish->set & GPU_SET_PLACES) ||
	    !is_of_a_place(why.refusal.reason))
		return err;
	/* all else can still be what it was */
	pr_err("GPU %s: the framebuffer of its VFs is placed anew", wish->bdf);
	wish->set &= ~(u32)GPU_SET_PLACES;
	return set_layout(wish, now, client);
}

static int restore_layout(const struct state *state, const struct gpu *now,
			  struct client *client)
{
	struct gpu wish;
	int err;

	gpu_copy(&wish, &state->gpu);
	wish.generation = now->generation;
	wish.set = GPU_SET_POLICY | GPU_SET_PF_RESERVE |
		   (state->gpu.set & GPU_SET_PLACES);
	if (!now->num_vfs)
		drop_fair_shares(&wish);
	err = set_layout(&wish, now, client);
	gpu_free(&wish);
	return err;
}

/* with the VFs kept from drivers that are not to have them */
static int enable(const struct state *state)
{
	const char *bdf = state->gpu.bdf;
	u32 autoprobe;
	int err, ret;

	err = drivers_hold(bdf, &autoprobe);
	if (err)
		return err;
	err = sysfs_set_number(bdf, NUMVFS, state->gpu.num_vfs);
	ret = drivers_release(bdf, autoprobe);
	return err ?: ret;
}

/**
 * state_restore() - make a GPU what a state says
 * @state: the state
 * @client: the client
 *
 * Return: 0; -EBUSY: somebody uses a VF that would have to go; another negative
 * errno; after errors the GPU may be anything in between.
 */
int state_restore(const struct state *state, struct client *client)
{
	const char *bdf = state->gpu.bdf;
	struct client_error why;
	bool recount;
	struct gpu now;
	int err;

	err = client_get_gpu(client, bdf, &now, &why);
	if (err)
		return err;
	recount = now.num_vfs != state->gpu.num_vfs;
	if (recount && now.num_vfs) {
		err = gpu_first_vf_in_use(&now) ? -EBUSY :
		      sysfs_set_number(bdf, NUMVFS, 0);
		gpu_free(&now);
		err = err ?: client_get_gpu(client, bdf, &now, &why);
		if (err)
			return err;
	}
	err = restore_layout(state, &now, client);
	gpu_free(&now);
	if (!err && recount && state->gpu.num_vfs)
		err = enable(state);
	return err ?: drivers_restore(bdf, state->drivers, state->gpu.num_vfs);
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
