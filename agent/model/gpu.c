// SPDX-License-Identifier: GPL-2.0
/*
 * The model of GPUs and VFs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/gpu.h"

/* the spec: "the default: twice the slice, at least 20 ms" */
#define PREEMPT_DEFAULT_SLICES	2
#define PREEMPT_DEFAULT_MIN_US	20000

/**
 * gpu_set_vfs_len() - make an array of VFs longer
 * @gpu: the GPU
 * @len: entries wanted; an array that is longer stays as it is
 */
void gpu_set_vfs_len(struct gpu *gpu, u32 len)
{
	struct vf *vfs;

	if (len <= gpu->vfs_len)
		return;
	vfs = xcalloc(len, sizeof(*vfs));
	if (gpu->vfs_len)
		memcpy(vfs, gpu->vfs, gpu->vfs_len * sizeof(*vfs));
	free(gpu->vfs);
	gpu->vfs = vfs;
	gpu->vfs_len = len;
}

/**
 * gpu_vf() - a VF by its index
 * @gpu: the GPU
 * @index: of the VF
 *
 * Return: the VF; behind the last one, a VF that has nothing.
 */
const struct vf *gpu_vf(const struct gpu *gpu, u32 index)
{
	static const struct vf none;

	return index < gpu->vfs_len ? &gpu->vfs[index] : &none;
}

/**
 * gpu_has_quota() - does any VF have framebuffer?
 * @gpu: the GPU
 */
bool gpu_has_quota(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			return true;
	return false;
}

/**
 * vf_same_profile() - do two VFs have the same size, times and label?
 * @a: one VF
 * @b: the other
 */
bool vf_same_profile(const struct vf *a, const struct vf *b)
{
	return a->fb_bytes == b->fb_bytes &&
	       a->time_slice_us == b->time_slice_us &&
	       vf_preempt_timeout_us(a) == vf_preempt_timeout_us(b) &&
	       !strcmp(a->profile, b->profile);
}

/**
 * gpu_has_quarantined() - is any byte of a range quarantined?
 * @gpu: a live GPU
 * @from: first byte
 * @to: the byte behind the last
 *
 * Return: whether one is.
 */
bool gpu_has_quarantined(const struct gpu *gpu, u64 from, u64 to)
{
	u32 i;

	for (i = 0; i < gpu->num_quarantined; i++) {
		const struct extent *extent = &gpu->quarantined[i];

		if (extent->offset >= to || !extent->size)
			continue;
		if (extent->offset >= from ||
		    from - extent->offset < extent->size)
			return true;
	}
	return false;
}

/**
 * gpu_copy() - a copy that does not share memory
 * @to: where to, its former content is not freed
 * @from: the original
 */
void gpu_copy(struct gpu *to, const struct gpu *from)
{
	*to = *from;
	to->vfs = NULL;
	to->vfs_len = 0;
	gpu_set_vfs_len(to, from->vfs_len);
	if (from->vfs_len)
		memcpy(to->vfs, from->vfs, from->vfs_len * sizeof(*to->vfs));
}

/**
 * gpu_free() - release what a GPU has
 * @gpu: is zero afterwards
 */
void gpu_free(struct gpu *gpu)
{
	free(gpu->vfs);
	*gpu = (struct gpu){};
}

/**
 * gpu_list_add() - one more GPU
 * @list: the list; pointers to its GPUs are stale afterwards
 *
 * Return: the new GPU, all zero.
 */
struct gpu *gpu_list_add(struct gpu_list *list)
{
	list->gpus = xgrow(list->gpus, list->num, sizeof(*list->gpus));
	return &list->gpus[list->num++];
}

/**
 * gpu_list_find() - a GPU by its address
 * @list: where to look
 * @bdf: PCI address, canonical
 *
 * Return: the GPU, NULL when it is not there.
 */
struct gpu *gpu_list_find(const struct gpu_list *list, const char *bdf)
{
	size_t i;

	for (i = 0; i < list->num; i++)
		if (!strcmp(list->gpus[i].bdf, bdf))
			return &list->gpus[i];
	return NULL;
}

/**
 * gpu_list_keep() - release some of the GPUs
 * @list: keeps the others, in their order
 * @keep: whether a GPU is kept
 */
void gpu_list_keep(struct gpu_list *list, bool (*keep)(const struct gpu *gpu))
{
	size_t i, n = 0;

	for (i = 0; i < list->num; i++) {
		if (keep(&list->gpus[i]))
			list->gpus[n++] = list->gpus[i];
		else
			gpu_free(&list->gpus[i]);
	}
	list->num = n;
}

/**
 * gpu_list_free() - release all GPUs
 * @list: is empty afterwards
 */
void gpu_list_free(struct gpu_list *list)
{
	size_t i;

	for (i = 0; i < list->num; i++)
		gpu_free(&list->gpus[i]);
	free(list->gpus);
	*list = (struct gpu_list){};
}

/**
 * round_up_to() - the next multiple
 * @value: bytes
 * @granularity: 0: @value stays as it is
 *
 * Return: bytes; what would overflow stays as it is, and the kernel refuses it.
 */
u64 round_up_to(u64 value, u64 granularity)
{
	u64 rest = granularity ? value % granularity : 0;

	if (!rest || value > U64_MAX - (granularity - rest))
		return value;
	return value + (granularity - rest);
}

/**
 * gpu_abilities() - what can be done with a GPU
 * @gpu: the GPU
 *
 * Return: its provider's abilities; gpuvf's when it has none.
 */
const struct abilities *gpu_abilities(const struct gpu *gpu)
{
	return gpu->abilities ?: &gpuvf_abilities;
}

/** gpu_can_read() - does the GPU's provider know the values of a key? */
bool gpu_can_read(const struct gpu *gpu, enum ability_key key)
{
	return gpu_abilities(gpu)->of[key].can_read;
}

/** gpu_can_set() - can the GPU's provider set a key? */
bool gpu_can_set(const struct gpu *gpu, enum ability_key key)
{
	return gpu_abilities(gpu)->of[key].can_set;
}

/**
 * gpu_round() - the value that will hold
 * @gpu: a live GPU
 * @key: of a number that can be set
 * @value: as asked for, in the key's base unit
 *
 * Return: the next multiple of the provider's step; of framebuffer without one, of
 * the GPU's.
 */
u64 gpu_round(const struct gpu *gpu, enum ability_key key, u64 value)
{
	u64 step = gpu_abilities(gpu)->of[key].step;

	if (!step && (key == ABILITY_FB || key == ABILITY_PF_RESERVE))
		step = gpu->fb_alloc_unit;
	return round_up_to(value, step);
}

/** gpu_has_stats() - does the GPU's provider keep statistics? */
bool gpu_has_stats(const struct gpu *gpu)
{
	return gpu_can_read(gpu, ABILITY_STATS);
}

/** gpu_is_managed() - is it gpuvf's, or does a configuration name it? */
bool gpu_is_managed(const struct gpu *gpu)
{
	return !gpu->is_unnamed;
}

/** gpu_driver() - the driver of the PF */
const char *gpu_driver(const struct gpu *gpu)
{
	return *gpu->driver ? gpu->driver : gpu_abilities(gpu)->provider;
}

/**
 * vf_preempt_timeout_us() - the preemption timeout that holds
 * @vf: a VF of a file or of the kernel
 *
 * Return: microseconds, never 0.
 */
u32 vf_preempt_timeout_us(const struct vf *vf)
{
	u64 us = (u64)PREEMPT_DEFAULT_SLICES * vf->time_slice_us;

	if (vf->preempt_timeout_us)
		return vf->preempt_timeout_us;
	if (us < PREEMPT_DEFAULT_MIN_US)
		us = PREEMPT_DEFAULT_MIN_US;
	return us > U32_MAX ? U32_MAX : us;
}

/**
 * gpu_has_endless() - does 0 mean that a VF is never made to yield?
 * @gpu: the GPU
 *
 * Return: whether times of 0 are values, and neither defaults nor unknown.
 */
bool gpu_has_endless(const struct gpu *gpu)
{
	return gpu_abilities(gpu)->of[ABILITY_TIME_SLICE].zero_is_endless;
}

/**
 * gpu_preempt_timeout_us() - the preemption timeout that holds
 * @gpu: the GPU of the VF
 * @vf: the VF
 *
 * Return: microseconds; 0: endless, see gpu_has_endless().
 */
u32 gpu_preempt_timeout_us(const struct gpu *gpu, const struct vf *vf)
{
	return gpu_has_endless(gpu) ? vf->preempt_timeout_us :
				      vf_preempt_timeout_us(vf);
}

/** vf_has_share() - does a VF have framebuffer, or a type that comes with some? */
bool vf_has_share(const struct vf *vf)
{
	return vf->fb_bytes || vf->type_id || *vf->type;
}

/**
 * vf_has_type() - does a VF have the type that it should have?
 * @want: the VF as it should be
 * @is: a live VF
 *
 * Return: true where any type will do.
 */
bool vf_has_type(const struct vf *want, const struct vf *is)
{
	char id[16];

	if (want->type_id && is->type_id)
		return want->type_id == is->type_id;
	snprintf(id, sizeof(id), "%u", is->type_id);
	return !*want->type || !strcmp(want->type, is->type) ||
	       !strcmp(want->type, id);
}

/**
 * vf_has_size() - does a VF have the framebuffer that it should have?
 * @want: the VF as it should be
 * @is: a live VF
 *
 * Return: true also where it has the type that it should have, since that has its size.
 */
bool vf_has_size(const struct vf *want, const struct vf *is)
{
	/* the size of a type whose name is not known is not known either */
	if (vf_has_share(want) != vf_has_share(is))
		return false;
	return want->fb_bytes == is->fb_bytes ||
	       (*want->type && vf_has_type(want, is));
}

/**
 * gpu_default_timeout_us() - the default preemption timeout, in range
 * @gpu: a live GPU, of a provider that has no default of its own
 * @vf: the VF, with its time slice
 *
 * Return: microseconds.
 */
u32 gpu_default_timeout_us(const struct gpu *gpu, const struct vf *vf)
{
	u64 max = gpu_abilities(gpu)->of[ABILITY_PREEMPT_TIMEOUT].max;
	struct vf by_default = *vf;
	u32 us;

	by_default.preempt_timeout_us = 0;
	us = vf_preempt_timeout_us(&by_default);
	return max && us > max ? max : us;
}

/**
 * gpu_needs_enabling() - would VFs get what they lack if they were enabled again?
 * @gpu: a live GPU
 *
 * Return: whether they would, and none is in use.
 */
bool gpu_needs_enabling(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].in_use)
			return false;
	return gpu->num_vfs && gpu->vfs_lack_something && gpu->enabling_helps;
}

/**
 * gpu_vf_has_share() - does a VF have something of the GPU?
 * @gpu: the GPU
 * @index: of the VF
 *
 * Return: whether it has framebuffer of its own; where there is none to have, whether
 * it is enabled.
 */
bool gpu_vf_has_share(const struct gpu *gpu, u32 index)
{
	if (index >= gpu->vfs_len)
		return false;
	return gpu_can_set(gpu, ABILITY_FB) ? vf_has_share(&gpu->vfs[index]) :
					      index < gpu->num_vfs;
}

/**
 * gpu_sum_slices_us() - time slices of all VFs that have a share
 * @gpu: the GPU
 *
 * Return: microseconds; what share of the GPU a VF has is its slice over this.
 */
u64 gpu_sum_slices_us(const struct gpu *gpu)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu_vf_has_share(gpu, i))
			sum += gpu->vfs[i].time_slice_us;
	return sum;
}

/**
 * vf_user_text() - name the user of a VF
 * @user: the user
 *
 * Return: as in "VM web, process 1234 (qemu-system-x86)", to be freed; NULL: none is
 * known.
 */
char *vf_user_text(const struct vf_user *user)
{
	if (!user->pid)
		return NULL;
	return xasprintf("%s%s%sprocess %u (%s)", *user->vm ? "VM " : "", user->vm,
			 *user->vm ? ", " : "", user->pid, user->process);
}

/**
 * gpu_first_vf_in_use() - find the first VF that is in use
 * @gpu: a live GPU
 *
 * Return: the VF, NULL when none is in use.
 */
const struct vf *gpu_first_vf_in_use(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].in_use)
			return &gpu->vfs[i];
	return NULL;
}
