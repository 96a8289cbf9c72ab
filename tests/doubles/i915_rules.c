// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of i915 with SR-IOV.
 */
#include "i915_rules.h"

#define PF		(-1)

#define GGTT_TOTAL	(4ULL << 30)
#define GGTT_SPARE	(64ULL << 20)
#define CONTEXTS	65536
#define DOORBELLS	256
#define LMEM_STEP	(2ULL << 20)
#define LMEM_SPARE	(128ULL << 20)

static bool is_quota(enum i915r_file file)
{
	return file >= I915R_GGTT;
}

/** i915r_has_file() - a media GT has no GGTT, and only some GPUs have framebuffer */
bool i915r_has_file(const struct i915r_gpu *gpu, u32 gt, enum i915r_file file)
{
	if (gt >= gpu->gts)
		return false;
	if (file == I915R_LMEM)
		return gpu->lmem && !gt;
	return file != I915R_GGTT || !gt;
}

static u64 total(const struct i915r_gpu *gpu, enum i915r_file file)
{
	switch (file) {
	case I915R_GGTT:
		return GGTT_TOTAL;
	case I915R_CONTEXTS:
		return CONTEXTS;
	case I915R_DOORBELLS:
		return DOORBELLS;
	default:
		return gpu->lmem;
	}
}

/* a spare may be more than there is */
static u64 for_vfs(const struct i915r_gpu *gpu, enum i915r_file file)
{
	u64 all = total(gpu, file), spare = gpu->pf[0].value[file];

	return all > spare ? all - spare : 0;
}

/** i915r_free() - what is left of something on the first GT */
u64 i915r_free(const struct i915r_gpu *gpu, enum i915r_file file)
{
	u64 left = for_vfs(gpu, file), used = 0;
	u32 i;

	for (i = 0; i < gpu->total; i++)
		used += gpu->vf[i][0].value[file];
	return left > used ? left - used : 0;
}

static int refuse(struct i915r_gpu *gpu, int err)
{
	gpu->refused++;
	return err;
}

static int accept(struct i915r_gpu *gpu)
{
	gpu->accepted++;
	return 0;
}

static int failing(struct i915r_gpu *gpu)
{
	int err = gpu->fail_next;

	gpu->fail_next = 0;
	return err;
}

/* the old one is given up first, and is gone when there is no room for the new one */
static int set_quota(struct i915r_gpu *gpu, struct i915r_gt *gt,
		     enum i915r_file file, u64 value)
{
	gt->value[file] = 0;
	if (value > total(gpu, file))
		return refuse(gpu, file == I915R_GGTT ? -E2BIG : -EDQUOT);
	if (value > i915r_free(gpu, file))
		return refuse(gpu, -EDQUOT);
	if (file == I915R_LMEM && value % LMEM_STEP)
		value += LMEM_STEP - value % LMEM_STEP;
	gt->value[file] = value;
	return accept(gpu);
}

static int set_spare(struct i915r_gpu *gpu, struct i915r_gt *gt,
		     enum i915r_file file, u64 value)
{
	if (value && ((file == I915R_GGTT && value < GGTT_SPARE) ||
		      (file == I915R_LMEM && value < LMEM_SPARE)))
		return refuse(gpu, -EINVAL);
	gt->value[file] = value;
	return accept(gpu);
}

/**
 * i915r_store() - a file with a number is written
 * @gpu: the GPU
 * @vf: index, -1: the PF
 * @gt: index
 * @file: which one
 * @value: the number
 *
 * Anything but 0 for a VF makes the device manual.
 *
 * Return: 0, or a negative errno.
 */
int i915r_store(struct i915r_gpu *gpu, int vf, u32 gt, enum i915r_file file,
		u64 value)
{
	struct i915r_gt *function = vf == PF ? &gpu->pf[gt] : &gpu->vf[vf][gt];
	int err = failing(gpu);

	if (err)
		return refuse(gpu, err);
	if (!i915r_has_file(gpu, gt, file))
		return refuse(gpu, -ENODEV);
	if (vf != PF && value)
		gpu->manual = true;
	if (vf != PF && is_quota(file))
		gpu->violations += gpu->in_use[vf];
	if (is_quota(file) && vf == PF)
		return set_spare(gpu, function, file, value);
	if (is_quota(file))
		return set_quota(gpu, function, file, value);
	if (value > 0xffffffff)
		return refuse(gpu, -ERANGE);
	function->value[file] = value;
	return accept(gpu);
}

/** i915r_store_idle() - sched_if_idle is written */
int i915r_store_idle(struct i915r_gpu *gpu, u32 gt, bool idle)
{
	int err = failing(gpu);

	if (err)
		return refuse(gpu, err);
	gpu->idle[gt] = idle;
	return accept(gpu);
}

/* Return: of GGTT, contexts and doorbells: 0: none, 1: some, 2: all */
static int share_of(const struct i915r_gpu *gpu, u32 vf)
{
	enum i915r_file file;
	int any = 0, all = 1;

	for (file = I915R_GGTT; file <= I915R_LMEM; file++) {
		if (!i915r_has_file(gpu, 0, file))
			continue;
		if (gpu->vf[vf][0].value[file])
			any = 1;
		else
			all = 0;
	}
	return any + (any && all);
}

/**
 * i915r_store_auto() - auto_provisioning is written
 * @gpu: the GPU
 * @on: its value
 *
 * Return: 0; -ESTALE: a VF has quotas.
 */
int i915r_store_auto(struct i915r_gpu *gpu, bool on)
{
	int err = failing(gpu);
	u32 i;

	if (err)
		return refuse(gpu, err);
	for (i = 0; i < gpu->total; i++)
		if (on && gpu->manual && share_of(gpu, i))
			return refuse(gpu, -ESTALE);
	gpu->manual = !on;
	return accept(gpu);
}

static void release(struct i915r_gpu *gpu, u32 vf, bool times)
{
	enum i915r_file file;
	u32 gt;

	for (gt = 0; gt < gpu->gts; gt++)
		for (file = 0; file < I915R_NUM_FILES; file++)
			if (is_quota(file) || times)
				gpu->vf[vf][gt].value[file] = 0;
}

/**
 * i915r_control() - control is written
 * @gpu: the GPU
 * @vf: index
 * @word: what
 *
 * Return: 0; -EINVAL: it is none of the words; -EBUSY: "clear" of a VF that is enabled,
 * which is not known to be so.
 */
int i915r_control(struct i915r_gpu *gpu, u32 vf, const char *word)
{
	int err = failing(gpu);

	if (err)
		return refuse(gpu, err);
	if (!strcmp(word, "clear")) {
		/* whatever comes of that: nothing may depend on it */
		gpu->violations += vf < gpu->num;
		if (vf < gpu->num)
			return refuse(gpu, -EBUSY);
		release(gpu, vf, !gpu->clear_keeps_times);
	} else if (!strcmp(word, "stop")) {
		gpu->stopped[vf] = true;
	} else if (strcmp(word, "pause") && strcmp(word, "resume")) {
		return refuse(gpu, -EINVAL);
	}
	return accept(gpu);
}

static int give_fair_shares(struct i915r_gpu *gpu, u32 num)
{
	enum i915r_file file;
	u32 i;

	for (file = I915R_GGTT; file < I915R_NUM_FILES; file++) {
		u64 share = for_vfs(gpu, file) / num;

		if (!i915r_has_file(gpu, 0, file))
			continue;
		if (file == I915R_LMEM)
			share -= share % LMEM_STEP;
		if (!share)
			return -ENOSPC;
		for (i = 0; i < num; i++)
			gpu->vf[i][0].value[file] = share;
	}
	return 0;
}

static int enable(struct i915r_gpu *gpu, u32 num)
{
	u32 i, partly = 0, any = 0;

	for (i = 0; i < num; i++) {
		partly += share_of(gpu, i) == 1;
		any += share_of(gpu, i) != 0;
	}
	if (partly)
		return -ENOKEY;
	if (!gpu->manual && any)
		return -EUCLEAN;
	if (!gpu->manual && give_fair_shares(gpu, num))
		return -ENOSPC;
	gpu->num = num;
	return 0;
}

/**
 * i915r_set_num() - sriov_numvfs is written
 * @gpu: the GPU
 * @num: VFs
 *
 * Return: 0; -EBUSY: there are VFs; -ERANGE; -ENOKEY: a VF has some things and not
 * others; -EUCLEAN: a VF has something, in auto mode; -ENOSPC.
 */
int i915r_set_num(struct i915r_gpu *gpu, u32 num)
{
	u32 i;

	if (num > gpu->total)
		return -ERANGE;
	if (num)
		return gpu->num ? -EBUSY : enable(gpu, num);
	gpu->num = 0;
	for (i = 0; i < gpu->total; i++) {
		gpu->violations += gpu->in_use[i];
		gpu->stopped[i] = false;
		if (!gpu->manual && !gpu->flr_hangs)
			release(gpu, i, true);
	}
	return 0;
}

/** i915r_guest_works() - would the driver of a guest of this VF load, and end a turn? */
bool i915r_guest_works(const struct i915r_gpu *gpu, u32 vf)
{
	return vf < gpu->num && share_of(gpu, vf) == 2 &&
	       gpu->vf[vf][0].value[I915R_SLICE] &&
	       gpu->vf[vf][0].value[I915R_TIMEOUT];
}
