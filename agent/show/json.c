// SPDX-License-Identifier: GPL-2.0
/*
 * JSON: the names of the netlink spec, base units in the names, no rounding.
 */
#include <stdio.h>
#include <stdlib.h>

#include "model/names.h"
#include "show/output.h"

/**
 * json_document() - begin a document
 *
 * Return: an object with the schema's version.
 */
json_t *json_document(void)
{
	return json_pack("{s:i}", "schema_version", JSON_SCHEMA_VERSION);
}

/**
 * json_of_gpus() - a document about all GPUs
 * @gpus: the GPUs
 * @of: makes an object of one
 *
 * Return: a new document.
 */
json_t *json_of_gpus(const struct gpu_list *gpus,
		     json_t *(*of)(const struct gpu *gpu))
{
	json_t *document = json_document();
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < gpus->num; i++)
		json_array_append_new(list, of(&gpus->gpus[i]));
	json_object_set_new(document, "gpus", list);
	return document;
}

/**
 * json_put_u64() - add a number
 * @object: where to
 * @key: its name, with the unit
 * @value: the number
 */
void json_put_u64(json_t *object, const char *key, u64 value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

/**
 * json_put_text() - add a string
 * @object: where to
 * @key: its name
 * @text: the string; null for an empty one
 */
void json_put_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, *text ? json_string(text) :
			    json_null());
}

/**
 * json_put_u64_if() - add a number that may not be there
 * @object: where to
 * @key: its name, with the unit
 * @known: whether it applies, its provider can read it and this user may see it
 * @value: the number; null unless @known
 */
void json_put_u64_if(json_t *object, const char *key, bool known, u64 value)
{
	json_object_set_new(object, key, known ?
			    json_integer((json_int_t)value) : json_null());
}

static void put_bool_if(json_t *object, const char *key, bool known, bool value)
{
	json_object_set_new(object, key, known ? json_boolean(value) :
			    json_null());
}

/* null while the guest has reported nothing, and without privileges */
static json_t *json_of_claims(const struct vf *vf)
{
	const struct claims *claims = &vf->claims;
	json_t *object;

	if (!vf->has_claims)
		return json_null();
	object = json_object();
	json_put_text(object, "driver", claims->driver);
	json_put_u64(object, "fb_used_bytes", claims->fb_used);
	json_put_u64(object, "fb_total_bytes", claims->fb_total);
	json_put_u64(object, "time_ns", claims->time_ns);
	return object;
}

static void put_id(json_t *object, const char *key, u32 id)
{
	char text[16] = "";

	if (id)
		snprintf(text, sizeof(text), "0x%04x", id);
	json_put_text(object, key, text);
}

/**
 * json_put_user() - what has a VF open
 * @object: gets the keys
 * @user: see process_find_users()
 */
void json_put_user(json_t *object, const struct vf_user *user)
{
	json_put_text(object, "vm", user->vm);
	json_put_u64_if(object, "pid", user->pid, user->pid);
	json_put_text(object, "process", user->process);
}

static void put_host(json_t *object, const struct vf *vf)
{
	const struct vf_host *host = &vf->host;

	put_id(object, "vendor", host->vendor);
	put_id(object, "device", host->device);
	json_object_set_new(object, "numa_node", *vf->bdf ?
			    json_integer(host->numa_node) : json_null());
	json_put_u64_if(object, "iommu_group", *host->iommu_group,
			strtoul(host->iommu_group, NULL, 10));
	json_put_text(object, "vfio_path", host->vfio_path);
	json_put_user(object, &vf->user);
}

/**
 * json_of_vf() - one VF
 * @gpu: its GPU
 * @index: which VF, below @gpu->vfs_len
 *
 * What does not apply (the offset without a quota, the address while it is not
 * enabled) is null, and so is what this user may not see. A share is a fraction,
 * of the slices of all VFs that have framebuffer.
 *
 * Return: a new object.
 */
json_t *json_of_vf(const struct gpu *gpu, u32 index)
{
	const struct vf *vf = &gpu->vfs[index];
	bool has_fb = gpu_can_read(gpu, ABILITY_FB);
	u64 sum = gpu_sum_slices_us(gpu);
	json_t *object = json_object();

	json_put_u64(object, "index", index);
	json_put_text(object, "bdf", vf->bdf);
	json_put_text(object, "state", vf->has_state ? vf_state_name(vf->state) : "");
	json_put_text(object, "profile", vf->profile);
	json_put_u64_if(object, "fb_quota_bytes", has_fb, vf->fb_bytes);
	json_put_u64_if(object, "fb_offset_bytes", vf->fb_bytes &&
			gpu_can_read(gpu, ABILITY_FB_OFFSET), vf->fb_offset);
	put_bool_if(object, "fb_auto", has_fb, vf->fb_auto);
	json_put_u64_if(object, "time_slice_us",
			gpu_can_read(gpu, ABILITY_TIME_SLICE),
			vf->time_slice_us);
	json_put_u64_if(object, "preempt_timeout_us",
			gpu_can_read(gpu, ABILITY_PREEMPT_TIMEOUT),
			vf->preempt_timeout_us);
	json_object_set_new(object, "share", gpu_vf_has_share(gpu, index) && sum ?
			    json_real((double)vf->time_slice_us / sum) :
			    json_null());
	put_bool_if(object, "in_use", vf->has_state, vf->in_use);
	json_put_text(object, "driver", vf->driver);
	if (gpu->has_host)
		put_host(object, vf);
	json_object_set_new(object, "guest_claims", json_of_claims(vf));
	if (gpu_can_read(gpu, ABILITY_TYPE)) {
		json_put_text(object, "nvidia_type", vf->type);
		json_put_u64_if(object, "nvidia_type_id", vf->type_id, vf->type_id);
	}
	return object;
}

static json_t *json_of_histogram(const struct vf_stats *stats)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < stats->num_buckets; i++) {
		const struct bucket *bucket = &stats->buckets[i];
		json_t *object = json_object();

		json_put_u64_if(object, "upper_ns", bucket->upper_ns,
				bucket->upper_ns);
		json_put_u64(object, "count", bucket->count);
		json_array_append_new(array, object);
	}
	return array;
}

/**
 * json_of_stats() - what one VF got and did
 * @gpu: its GPU
 * @index: which VF, one whose statistics were asked for
 *
 * Return: a new object.
 */
json_t *json_of_stats(const struct gpu *gpu, u32 index)
{
	const struct vf_stats *stats = &gpu->vfs[index].stats;
	json_t *object = json_object();

	json_put_u64(object, "index", index);
	json_put_text(object, "bdf", gpu->vfs[index].bdf);
	json_put_text(object, "profile", gpu->vfs[index].profile);
	json_put_u64(object, "run_ns", stats->run_ns);
	json_put_u64(object, "accounted_ns", stats->accounted_ns);
	json_put_u64(object, "slices", stats->slices);
	json_put_u64(object, "skipped", stats->skipped);
	json_put_u64(object, "overrun_ns", stats->overrun_ns);
	json_put_u64(object, "idle_ns", stats->idle_ns);
	json_put_u64(object, "preempt_timeouts", stats->preempt_timeouts);
	json_put_u64(object, "hangs", stats->hangs);
	json_put_u64(object, "resets", stats->resets);
	json_put_u64(object, "full_access_timeouts", stats->full_access_timeouts);
	json_put_u64(object, "mbox_requests", stats->mbox_requests);
	json_put_u64(object, "mbox_limited", stats->mbox_limited);
	json_put_u64(object, "mbox_unanswered", stats->mbox_unanswered);
	json_put_u64(object, "guest_malformed", stats->guest_malformed);
	json_object_set_new(object, "guest_claims",
			    json_of_claims(&gpu->vfs[index]));
	json_put_u64(object, "lateness_sum_ns", stats->lateness_sum_ns);
	json_object_set_new(object, "lateness", json_of_histogram(stats));
	return object;
}

static json_t *capabilities(u32 set)
{
	json_t *array = json_array();
	unsigned int bit;

	for (bit = 0; capability_name(bit); bit++)
		if (set & (1u << bit))
			json_array_append_new(array,
					      json_string(capability_name(bit)));
	return array;
}

static void put_piece(json_t *list, const char *owner, u64 start, u64 end,
		      bool quarantined)
{
	json_t *object;

	if (start >= end)
		return;
	object = json_object();
	json_put_text(object, "owner", owner);
	json_put_u64(object, "offset_bytes", start);
	json_put_u64(object, "size_bytes", end - start);
	json_object_set_new(object, "quarantined", json_boolean(quarantined));
	json_array_append_new(list, object);
}

/* the extent of an owner, cut where its quarantined part begins and ends */
static void put_extent(json_t *list, const struct gpu *gpu, const char *owner,
		       u64 start, u64 end)
{
	u32 i;

	for (i = 0; i < gpu->num_quarantined; i++) {
		u64 from = gpu->quarantined[i].offset;
		u64 to = from + gpu->quarantined[i].size;

		if (from >= end || to <= start)
			continue;
		put_piece(list, owner, start, from, false);
		start = from > start ? from : start;
		to = to < end ? to : end;
		put_piece(list, owner, start, to, true);
		start = to;
	}
	put_piece(list, owner, start, end, false);
}

/* the VF that begins first from a byte on, NULL: none */
static const struct vf *next_vf(const struct gpu *gpu, u64 from)
{
	const struct vf *next = NULL;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		const struct vf *vf = &gpu->vfs[i];

		if (vf->fb_bytes && vf->fb_offset >= from &&
		    (!next || vf->fb_offset < next->fb_offset))
			next = vf;
	}
	return next;
}

/**
 * json_of_extents() - the owner of each extent, from the first byte to the last
 * @gpu: the GPU
 *
 * The owner of free memory is "none".
 *
 * Return: a new array.
 */
json_t *json_of_extents(const struct gpu *gpu)
{
	u64 at = gpu->fb_pf_reserve + gpu->fb_context_save;
	json_t *list = json_array();
	const struct vf *vf;
	char owner[16];

	put_extent(list, gpu, "pf", 0, gpu->fb_pf_reserve);
	put_extent(list, gpu, "context-save", gpu->fb_pf_reserve, at);
	/* an end that wraps around would be passed again and again */
	while ((vf = next_vf(gpu, at)) && vf->fb_offset + vf->fb_bytes > at) {
		put_extent(list, gpu, "none", at, vf->fb_offset);
		at = vf->fb_offset + vf->fb_bytes;
		snprintf(owner, sizeof(owner), "vf%u", (u32)(vf - gpu->vfs));
		put_extent(list, gpu, owner, vf->fb_offset, at);
	}
	put_extent(list, gpu, "none", at, gpu->fb_total);
	return list;
}

/**
 * json_of_gpu() - one GPU with all its VFs
 * @gpu: the GPU
 *
 * Return: a new object.
 */
json_t *json_of_gpu(const struct gpu *gpu)
{
	bool has_fb = gpu_can_read(gpu, ABILITY_FB);
	bool has_slices = gpu_can_read(gpu, ABILITY_TIME_SLICE);
	bool has_timeouts = gpu_can_read(gpu, ABILITY_PREEMPT_TIMEOUT);
	bool has_states = has_fb && gpu->has_states;
	json_t *object = json_object();
	json_t *vfs = json_array();
	char revision[32] = "";
	u32 i;

	json_put_text(object, "bdf", gpu->bdf);
	/* uses all 64 bits, which numbers in JSON do not have everywhere */
	if (has_fb)
		snprintf(revision, sizeof(revision), "%llu", gpu->revision);
	json_put_text(object, "revision", revision);
	json_put_text(object, "backend", gpu->backend);
	json_put_text(object, "state", pf_state_name(gpu->state));
	json_object_set_new(object, "capabilities",
			    capabilities(gpu->capabilities));
	put_id(object, "vendor", gpu->vendor);
	put_id(object, "device", gpu->device);
	json_object_set_new(object, "numa_node", json_integer(gpu->numa_node));
	json_put_u64(object, "total_vfs", gpu->total_vfs);
	json_put_u64(object, "num_vfs", gpu->num_vfs);
	put_bool_if(object, "vfs_changing", true, gpu->vfs_changing);
	json_put_text(object, "provisioning",
		      has_fb ? provisioning_name(gpu->provisioning) : "");
	json_put_text(object, "policy", gpu_can_read(gpu, ABILITY_POLICY) ?
		      policy_name(gpu->policy) : "");
	json_put_u64_if(object, "fb_total_bytes", has_fb, gpu->fb_total);
	json_put_u64_if(object, "fb_alloc_unit_bytes", has_fb, gpu->fb_alloc_unit);
	json_put_u64_if(object, "fb_pf_reserve_bytes",
			gpu_can_read(gpu, ABILITY_PF_RESERVE),
			gpu->fb_pf_reserve);
	json_put_u64_if(object, "fb_context_save_bytes", has_fb,
			gpu->fb_context_save);
	json_put_u64_if(object, "fb_free_bytes", has_fb, gpu->fb_free);
	json_put_u64_if(object, "fb_largest_free_bytes", has_fb,
			gpu->fb_largest_free);
	json_put_u64_if(object, "fb_needs_scrub_bytes", has_states, gpu->fb_needs_scrub);
	json_put_u64_if(object, "fb_quarantined_bytes", has_states, gpu->fb_quarantined);
	json_object_set_new(object, "fb_extents",
			    has_fb ? json_of_extents(gpu) : json_null());
	json_put_u64_if(object, "time_slice_min_us", has_slices,
			gpu->time_slice_min_us);
	json_put_u64_if(object, "time_slice_max_us", has_slices,
			gpu->time_slice_max_us);
	json_put_u64_if(object, "preempt_timeout_min_us", has_timeouts,
			gpu->preempt_timeout_min_us);
	json_put_u64_if(object, "preempt_timeout_max_us", has_timeouts,
			gpu->preempt_timeout_max_us);
	json_put_u64_if(object, "rotation_us", has_slices && gpu->has_states,
			gpu->rotation_us);
	for (i = 0; i < gpu->vfs_len; i++)
		json_array_append_new(vfs, json_of_vf(gpu, i));
	json_object_set_new(object, "vfs", vfs);
	/* types have sizes, and what they are parts of is not said */
	if (gpu_can_read(gpu, ABILITY_TYPE)) {
		json_put_u64_if(object, "fb_total_bytes", gpu->fb_total, gpu->fb_total);
		json_put_u64_if(object, "fb_free_bytes", gpu->fb_total, gpu->fb_free);
		json_put_u64_if(object, "fb_alloc_unit_bytes", gpu->fb_alloc_unit,
				gpu->fb_alloc_unit);
	}
	if (gpu_abilities(gpu) != &gpuvf_abilities) {
		json_put_text(object, "provider", gpu->abilities->provider);
		json_put_text(object, "driver", gpu->driver);
		json_put_text(object, "warning", gpu->warning);
	}
	return object;
}
