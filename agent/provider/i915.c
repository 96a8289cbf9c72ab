// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs whose PF belongs to an i915 with SR-IOV, which the one of Linux itself has not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/names.h"
#include "pci/sysfs.h"
#include "provider/fingerprint.h"
#include "provider/foreign.h"
#include "provider/i915.h"
#include "provider/i915_files.h"
#include "provider/i915_layout.h"

#define LMEM_STEP	(2ULL << 20)

static bool i915_owns(const char *bdf)
{
	struct i915_iov iov;
	char driver[NAME_SIZE];

	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, "i915") && i915_find(bdf, &iov);
}

static int i915_open(struct provider **provider)
{
	return foreign_open(&i915_ops, provider);
}

/* times that differ are read as endless */
static int read_times(const struct i915_iov *iov, struct gpu *gpu, int vf,
		      u32 *slice_us, u32 *timeout_us)
{
	bool differs = false;
	u64 ms = 0, us = 0;
	int err;

	err = i915_get(iov, vf, I915_SLICE, &ms, &differs) ?:
	      i915_get(iov, vf, I915_TIMEOUT, &us, &differs);
	if (err)
		return err;
	if (differs) {
		if (vf == NO_VF)
			copy_string(gpu->warning, sizeof(gpu->warning),
				    "the times of its PF differ between its GTs; apply sets all of them");
		else
			snprintf(gpu->warning, sizeof(gpu->warning),
				 "the times of VF %d differ between its GTs; apply sets all of them",
				 vf);
		gpu->values_differ = true;
		ms = 0;
		us = 0;
	}
	*slice_us = ms > U32_MAX / 1000 ? U32_MAX : ms * 1000;
	*timeout_us = us > U32_MAX ? U32_MAX : us;
	return 0;
}

static int read_gpu(const struct i915_iov *iov, struct gpu *gpu)
{
	bool differs = false;
	u64 idle = 0;
	int err;

	err = read_times(iov, gpu, NO_VF, &gpu->pf_time_slice_us,
			 &gpu->pf_preempt_timeout_us) ?:
	      i915_get(iov, NO_VF, I915_IDLE, &idle, &differs);
	if (err)
		return err;
	gpu->policy = idle ? POLICY_FIXED : POLICY_BEST_EFFORT;
	gpu->policy_differs = differs;
	if (differs)
		snprintf(gpu->warning, sizeof(gpu->warning),
			 "the policy differs between its GTs; gpuvf-agent set %s policy=%s sets it on all",
			 gpu->bdf, policy_name(gpu->policy));
	if (!i915_has_framebuffer(iov))
		return 0;
	gpu->abilities = &i915_discrete_abilities;
	gpu->fb_alloc_unit = LMEM_STEP;
	return i915_get(iov, NO_VF, I915_SPARE, &gpu->fb_pf_reserve, &differs);
}

static int read_vf(const struct i915_iov *iov, struct gpu *gpu, u32 i)
{
	struct vf *vf = &gpu->vfs[i];
	bool differs = false;
	int err;

	err = read_times(iov, gpu, i, &vf->time_slice_us,
			 &vf->preempt_timeout_us);
	if (!err && gpu_can_read(gpu, ABILITY_FB))
		err = i915_get(iov, i, I915_FB, &vf->fb_bytes, &differs);
	return err;
}

/* what i915 would not do although nothing looks wrong */
static void warn_of_manual(const struct i915_iov *iov, struct gpu *gpu)
{
	if (!gpu->num_vfs && !i915_is_auto(iov))
		copy_string(gpu->warning, sizeof(gpu->warning),
			    "auto_provisioning is off: VFs that something else than gpuvf-agent enables get no GGTT, in which no guest works");
}

/* as VFs are that were enabled while the device was manual, or that another tool spoiled */
static void find_lacking(const struct i915_iov *iov, struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->num_vfs && i < gpu->vfs_len; i++) {
		if (gpu->vfs_changing || !i915_lacks(iov, i))
			continue;
		gpu->vfs_lack_something = true;
		gpu->enabling_helps = true;
		snprintf(gpu->warning, sizeof(gpu->warning),
			 "VF %u has no GGTT, contexts or doorbells, and no guest works on it; apply enables VFs again for that, while none is in use",
			 i);
		return;
	}
}

static int i915_read(struct provider *provider, const char *bdf,
		     struct gpu *gpu, struct failure *why)
{
	struct i915_iov iov;
	int err = foreign_read(provider, bdf, gpu, why);
	u32 i;

	if (err)
		return err;
	gpu->abilities = &i915_abilities;
	gpu->set = GPU_SET_POLICY | GPU_SET_PF_RESERVE;
	err = i915_find(bdf, &iov) ? read_gpu(&iov, gpu) : -ENODEV;
	for (i = 0; !err && i < gpu->vfs_len; i++)
		err = read_vf(&iov, gpu, i);
	if (err) {
		gpu_free(gpu);
		if (err == -ENOENT || err == -ENODEV)
			return failure_set(why, -ENODEV);
		return failure_explain(why, err, REASON_DRIVER_ERROR, NO_VF,
				       "GPU %s: files of %s: %s", bdf, iov.dir, strerror(-err));
	}
	warn_of_manual(&iov, gpu);
	find_lacking(&iov, gpu);
	gpu->time_slice_min_us = 1000;
	gpu->time_slice_max_us = gpu->abilities->of[ABILITY_TIME_SLICE].max;
	gpu->preempt_timeout_min_us = 1;
	gpu->preempt_timeout_max_us =
		gpu->abilities->of[ABILITY_PREEMPT_TIMEOUT].max;
	gpu->revision = gpu_fingerprint(gpu);
	return 0;
}

static int i915_set_layout(struct provider *provider, const struct gpu *wanted,
			   bool dry_run, struct gpu *result,
			   struct failure *why)
{
	struct i915_iov iov;
	struct gpu live;
	int err = i915_read(provider, wanted->bdf, &live, why);

	if (err)
		return err;
	err = i915_check(&live, wanted, why);
	if (!err && dry_run) {
		gpu_copy(result, wanted);
		result->abilities = live.abilities;
	} else if (!err) {
		err = i915_find(wanted->bdf, &iov) ?
		      i915_write(&iov, &live, wanted, why) :
		      failure_set(why, -ENODEV);
		err = err ?: i915_read(provider, wanted->bdf, result, why);
	}
	gpu_free(&live);
	return err;
}

static void take(struct vf *to, const struct vf *vf, u32 set)
{
	if (set & VF_SET_FB)
		to->fb_bytes = round_up_to(vf->fb_bytes, LMEM_STEP);
	if (set & VF_SET_TIME_SLICE)
		to->time_slice_us = round_up_to(vf->time_slice_us, 1000);
	if (set & VF_SET_PREEMPT) {
		to->preempt_timeout_us = vf->preempt_timeout_us;
		to->preempt_timeout_us = vf_preempt_timeout_us(to);
	}
}

static int i915_set_vf(struct provider *provider, const char *bdf, u32 index,
		       const struct vf *vf, u32 set, struct gpu *result,
		       struct failure *why)
{
	struct gpu wanted;
	int err = i915_read(provider, bdf, &wanted, why);

	if (err)
		return err;
	take(&wanted.vfs[index], vf, set);
	err = i915_set_layout(provider, &wanted, false, result, why);
	gpu_free(&wanted);
	return err;
}

static int i915_set_gpu(struct provider *provider, const char *bdf,
			const struct gpu *settings, struct gpu *result,
			struct failure *why)
{
	struct gpu wanted;
	int err = i915_read(provider, bdf, &wanted, why);

	if (err)
		return err;
	if (settings->set & GPU_SET_POLICY)
		wanted.policy = settings->policy;
	if (settings->set & GPU_SET_PF_RESERVE)
		wanted.fb_pf_reserve = round_up_to(settings->fb_pf_reserve,
						   LMEM_STEP);
	err = i915_set_layout(provider, &wanted, false, result, why);
	gpu_free(&wanted);
	return err;
}

static int operate(const struct gpu *gpu, enum gpu_operation operation, int vf,
		   struct failure *why)
{
	static const char *const words[] = {
		[OPERATION_STOP] = "stop",
		[OPERATION_PAUSE] = "pause",
		[OPERATION_RESUME] = "resume",
	};
	struct i915_iov iov;
	int err;

	if (vf == NO_VF)
		return failure_explain(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, NO_VF,
				       "GPU %s: i915 resets a GPU by itself; only VFs can be reset from here",
				       gpu->bdf);
	if ((u32)vf >= gpu->num_vfs || !i915_find(gpu->bdf, &iov))
		return failure_explain(why, -ENODEV, REASON_VF_NOT_ENABLED, vf,
				       "GPU %s VF %d: is not enabled",
				       gpu->bdf, vf);
	if (operation != OPERATION_RESET)
		return i915_control(&iov, vf, words[operation], why);
	if (gpu->vfs[vf].in_use)
		return failure_explain(why, -EBUSY, REASON_VF_IN_USE, vf,
				       "GPU %s VF %d: is in use, and its user has to reset it",
				       gpu->bdf, vf);
	err = sysfs_write(gpu->vfs[vf].bdf, "reset", "1");
	return err ? failure_explain(why, err, REASON_RESET_FAILED, vf,
				     "GPU %s VF %d: reset: %s",
				     gpu->bdf, vf, strerror(-err)) : 0;
}

static int i915_operate(struct provider *provider,
			enum gpu_operation operation, const char *bdf, int vf,
			struct gpu *result, struct failure *why)
{
	struct gpu gpu;
	int err = i915_read(provider, bdf, &gpu, why);

	if (err)
		return err;
	err = operate(&gpu, operation, vf, why);
	gpu_free(&gpu);
	return err ?: i915_read(provider, bdf, result, why);
}

static const char *i915_count_hint(struct provider *provider, const char *bdf,
				   int error)
{
	(void)provider;
	(void)bdf;
	switch (error) {
	case -ENOKEY:
		return "a VF has a share of some things and none of others";
	case -EUCLEAN:
		return "a VF has quotas already, and auto_provisioning is on";
	case -EBUSY:
		return "the PF is not ready, or VFs are enabled";
	case -ENOSPC:
		return "nothing is left to share";
	case -ENOENT:
		return "this i915 was loaded without max_vfs, or the GPU's PF could not be set up";
	}
	return NULL;
}

const struct provider_ops i915_ops = {
	.abilities = &i915_any_abilities,
	.owns = i915_owns,
	.open = i915_open,
	.close = foreign_close,
	.include = foreign_include,
	.read_all = foreign_read_all,
	.read = i915_read,
	.set_layout = i915_set_layout,
	.set_vf = i915_set_vf,
	.set_gpu = i915_set_gpu,
	.operate = i915_operate,
	.count_hint = i915_count_hint,
};
