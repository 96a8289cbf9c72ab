// SPDX-License-Identifier: GPL-2.0
/*
 * States as JSON, for files. What is read may be damaged, and is checked.
 */
#include <errno.h>
#include <string.h>

#include "apply/state.h"
#include "base/util.h"
#include "model/names.h"

static json_t *vf_json(const struct gpu *gpu, const struct vf *vf)
{
	return json_pack("{s:I,s:I,s:b,s:I,s:I,s:s,s:o*,s:o*}",
			 "fb_quota_bytes", (json_int_t)vf->fb_bytes,
			 "fb_offset_bytes", (json_int_t)vf->fb_offset,
			 "fb_auto", vf->fb_auto,
			 "time_slice_us", (json_int_t)vf->time_slice_us,
			 "preempt_timeout_us",
			 (json_int_t)gpu_preempt_timeout_us(gpu, vf),
			 "profile", vf->profile, "type",
			 *vf->type ? json_string(vf->type) : NULL,
			 "type_id",
			 vf->type_id ? json_integer(vf->type_id) : NULL);
}

/* where it goes with the VFs, what it was before is not what it will be */
static bool leaves_policy(const struct gpu *gpu)
{
	return !(gpu->set & GPU_SET_POLICY) &&
	       gpu_abilities(gpu)->of[ABILITY_POLICY].lost_on_disable;
}

/**
 * state_json() - a state as JSON
 * @state: the state
 *
 * Return: a new object, for state_from_json().
 */
json_t *state_json(const struct state *state)
{
	const struct gpu *gpu = &state->gpu;
	json_t *drivers = json_array();
	json_t *vfs = json_array();
	json_t *object;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		json_array_append_new(vfs, vf_json(gpu, &gpu->vfs[i]));
	for (i = 0; i < gpu->num_vfs; i++)
		json_array_append_new(drivers,
				      json_pack("{s:s,s:s}", "bound",
						state->drivers[i].bound,
						"override",
						state->drivers[i].override));
	object = json_pack("{s:s,s:I,s:s,s:I,s:o,s:o}", "bdf", gpu->bdf,
			   "num_vfs", (json_int_t)gpu->num_vfs, "policy",
			   policy_name(gpu->policy), "fb_pf_reserve_bytes",
			   (json_int_t)gpu->fb_pf_reserve, "vfs", vfs,
			   "drivers", drivers);
	if (gpu_abilities(gpu) != &gpuvf_abilities)
		json_object_set_new(object, "provider",
				    json_string(gpu->abilities->provider));
	if (leaves_policy(gpu))
		json_object_set_new(object, "leaves_policy", json_true());
	if (gpu_has_endless(gpu)) {
		json_object_set_new(object, "pf_time_slice_us",
				    json_integer(gpu->pf_time_slice_us));
		json_object_set_new(object, "pf_preempt_timeout_us",
				    json_integer(gpu->pf_preempt_timeout_us));
	}
	return object;
}

static int take_name(const char *text, char *name, size_t size)
{
	if (strlen(text) >= size)
		return -EINVAL;
	copy_string(name, size, text);
	return 0;
}

static int vf_from_json(json_t *object, struct vf *vf)
{
	json_int_t fb, offset, slice, timeout, type_id = 0;
	const char *profile, *type = "";
	int is_auto;

	if (json_unpack(object, "{s:I,s:I,s:b,s:I,s:I,s:s,s?s,s?I}",
			"fb_quota_bytes", &fb, "fb_offset_bytes", &offset,
			"fb_auto", &is_auto, "time_slice_us", &slice,
			"preempt_timeout_us", &timeout, "profile", &profile,
			"type", &type, "type_id", &type_id) ||
	    type_id < 0 || type_id > U32_MAX ||
	    fb < 0 || offset < 0 || slice < 0 || slice > U32_MAX ||
	    timeout < 0 || timeout > U32_MAX)
		return -EINVAL;
	vf->fb_bytes = fb;
	vf->fb_offset = offset;
	vf->fb_auto = is_auto;
	vf->time_slice_us = slice;
	vf->preempt_timeout_us = timeout;
	vf->type_id = type_id;
	return take_name(profile, vf->profile, LABEL_SIZE) ?:
	       take_name(type, vf->type, NAME_SIZE);
}

static int driver_from_json(json_t *object, struct vf_driver *driver)
{
	const char *bound, *override;

	if (json_unpack(object, "{s:s,s:s}", "bound", &bound, "override",
			&override))
		return -EINVAL;
	return take_name(bound, driver->bound, NAME_SIZE) ?:
	       take_name(override, driver->override, NAME_SIZE);
}

static int lists_from_json(json_t *vfs, json_t *drivers, struct state *state)
{
	struct gpu *gpu = &state->gpu;
	int err = 0;
	u32 i;

	if (!json_is_array(vfs) || json_array_size(vfs) > MAX_VFS ||
	    !json_is_array(drivers) || json_array_size(drivers) != gpu->num_vfs)
		return -EINVAL;
	gpu_set_vfs_len(gpu, json_array_size(vfs));
	state->drivers = xcalloc(gpu->num_vfs, sizeof(*state->drivers));
	for (i = 0; !err && i < gpu->vfs_len; i++)
		err = vf_from_json(json_array_get(vfs, i), &gpu->vfs[i]);
	for (i = 0; !err && i < gpu->num_vfs; i++)
		err = driver_from_json(json_array_get(drivers, i),
				       &state->drivers[i]);
	return err;
}

/**
 * state_from_json() - read a state
 * @object: from state_json(), or a stranger
 * @state: zero but for what else is known of its GPU; to be freed also after errors
 *
 * Return: 0; -EINVAL: it is no state.
 */
int state_from_json(const json_t *object, struct state *state)
{
	const char *bdf, *policy, *provider = gpuvf_abilities.provider;
	json_int_t num, reserve, slice = 0, timeout = 0;
	json_t *vfs, *drivers;
	int leaves = false;

	if (json_unpack((json_t *)object,
			"{s:s,s:I,s:s,s:I,s:o,s:o,s?s,s?b,s?I,s?I}",
			"bdf", &bdf, "num_vfs", &num, "policy", &policy,
			"fb_pf_reserve_bytes", &reserve, "vfs", &vfs,
			"drivers", &drivers, "provider", &provider,
			"leaves_policy", &leaves, "pf_time_slice_us", &slice,
			"pf_preempt_timeout_us", &timeout) ||
	    slice < 0 || slice > U32_MAX || timeout < 0 || timeout > U32_MAX ||
	    num < 0 || num > MAX_VFS || reserve < 0 ||
	    !parse_bdf(bdf, state->gpu.bdf, BDF_SIZE) ||
	    !policy_from_name(policy, &state->gpu.policy))
		return -EINVAL;
	state->gpu.abilities = abilities_by_name(provider);
	if (!state->gpu.abilities)
		return -EINVAL;
	state->gpu.set = GPU_SET_PF_RESERVE | (leaves ? 0 : GPU_SET_POLICY);
	state->gpu.num_vfs = num;
	state->gpu.fb_pf_reserve = reserve;
	state->gpu.pf_time_slice_us = slice;
	state->gpu.pf_preempt_timeout_us = timeout;
	return lists_from_json(vfs, drivers, state);
}

/**
 * states_parse() - read a file with one object for each GPU
 * @text: the text, which may be damaged
 * @size: bytes of it
 * @version_key: name of the member with the version of the format
 * @version: the version that is known
 * @add: takes one object. Return: 0, or a negative errno
 * @to: second argument of @add
 *
 * Return: 0; -EINVAL: it is no such file; -EPROTONOSUPPORT: it is of another
 * version; else as @add.
 */
int states_parse(const char *text, size_t size, const char *version_key,
		 int version, int (*add)(json_t *object, void *to), void *to)
{
	json_t *document = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	int found, err = -EINVAL;
	json_t *list;
	size_t i;

	if (document &&
	    !json_unpack(document, "{s:i,s:o}", version_key, &found, "gpus",
			 &list) && json_is_array(list))
		err = found == version ? 0 : -EPROTONOSUPPORT;
	for (i = 0; !err && i < json_array_size(list); i++)
		err = add(json_array_get(list, i), to);
	json_decref(document);
	return err;
}
