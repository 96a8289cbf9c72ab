// SPDX-License-Identifier: GPL-2.0
/*
 * From one layout of an Intel GPU to another. xe cannot be asked beforehand, takes one
 * value at a time, and has given up an old quota when it finds no room for the new
 * one. So:
 *
 *	check all that can be known, write nothing if any of it is wrong
 *	quotas that shrink, those of VFs above the number included
 *	quotas that grow
 *	times of the VFs, and of the PF: xe presets times for all of them or, when
 *		any has some, for none
 *	policy
 *	read all of it back
 *
 * Only differences are written. After an error the former layout is written in the same
 * way, and read back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "model/host_driver.h"
#include "pci/sysfs.h"
#include "provider/xe_files.h"
#include "provider/xe_layout.h"

static const struct vf *vf_of(const struct gpu *gpu, u32 i)
{
	static const struct vf none;

	return i < gpu->vfs_len ? &gpu->vfs[i] : &none;
}

/* with the number of VFs all of them go, which the executor looks after */
static int check_use(const struct gpu *live, const struct gpu *wanted, u32 i,
		     struct failure *why)
{
	const struct vf *is = &live->vfs[i];
	u64 bytes = vf_of(wanted, i)->fb_bytes;
	char has[UNIT_TEXT], asked[UNIT_TEXT];

	if (!is->in_use || is->fb_bytes == bytes ||
	    live->num_vfs != wanted->num_vfs)
		return 0;
	failure_explain(why, -EBUSY, REASON_VF_IN_USE, i,
			"GPU %s VF %u: framebuffer is %s and cannot change while %s uses the VF; requested %s",
			live->bdf, i, format_size(has, is->fb_bytes, " "),
			*is->driver ? is->driver : "its guest",
			format_size(asked, bytes, " "));
	why->detail.value = bytes;
	why->detail.limit = is->fb_bytes;
	return -EBUSY;
}

static int check_number(const struct gpu *live, u32 i, enum ability_key key,
			u64 value, struct failure *why)
{
	char *text = ability_out_of_range(gpu_abilities(live), key, value);

	/* 0 is endless; of framebuffer, none */
	if (!text || !value) {
		free(text);
		return 0;
	}
	failure_explain(why, -ERANGE, REASON_BAD_VALUE, i,
			"GPU %s VF %u: %s: xe %s", live->bdf, i,
			ability_name(key), text);
	free(text);
	return -ERANGE;
}

static int check_vf(const struct gpu *live, const struct gpu *wanted, u32 i,
		    struct failure *why)
{
	const struct vf *want = vf_of(wanted, i);

	if (want->fb_bytes != live->vfs[i].fb_bytes &&
	    !gpu_can_set(live, ABILITY_FB))
		return failure_explain(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, i,
				       "GPU %s VF %u: fb: xe %s", live->bdf, i,
				       ability_cannot(gpu_abilities(live),
						      ABILITY_FB));
	return check_use(live, wanted, i, why) ?:
	       check_number(live, i, ABILITY_TIME_SLICE, want->time_slice_us,
			    why) ?:
	       check_number(live, i, ABILITY_PREEMPT_TIMEOUT,
			    want->preempt_timeout_us, why);
}

static int check_policy(const struct gpu *live, const struct gpu *wanted,
			struct failure *why)
{
	const char *text;

	if (!(wanted->set & GPU_SET_POLICY))
		return 0;
	text = ability_cannot_word(gpu_abilities(live), ABILITY_POLICY,
				   wanted->policy);
	if (!text)
		return 0;
	return failure_explain(why, -EOPNOTSUPP, REASON_POLICY_UNSUPPORTED, NO_VF,
			       "GPU %s: policy: xe %s", live->bdf, text);
}

/* all that can be known before anything is written */
static int check(const struct gpu *live, const struct gpu *wanted,
		 struct failure *why)
{
	int err;
	u32 i;

	if (wanted->revision != live->revision)
		return failure_set(why, -ESTALE);
	if (xe_files_lack_ggtt(live, wanted->num_vfs))
		return failure_explain(why, -EUCLEAN, REASON_CHANGED_MEANWHILE,
				       NO_VF, "GPU %s: %s", live->bdf,
				       live->warning);
	err = check_policy(live, wanted, why);
	for (i = 0; !err && i < live->vfs_len; i++)
		err = check_vf(live, wanted, i, why);
	return err;
}

/* a VF that no guest has is reset when the firmware does not let go of its quota */
static bool may_reset(const struct gpu *live, u32 i)
{
	const struct vf *vf = &live->vfs[i];

	return live->has_states && *vf->bdf && !vf->in_use &&
	       (!*vf->driver || is_vfio_driver(vf->driver));
}

static int set_quota(const struct gpu *live, u32 i, u64 bytes,
		     struct failure *why)
{
	char asked[UNIT_TEXT];
	int err = xe_set_quota(live->bdf, i, bytes);
	bool is_full;

	if (err == -EIO && may_reset(live, i)) {
		err = sysfs_set_number(live->vfs[i].bdf, "reset", 1);
		err = err ?: xe_set_quota(live->bdf, i, bytes);
	}
	if (!err)
		return 0;
	if (err == -EACCES)
		return failure_set(why, -EPERM);
	is_full = err == -ENOMEM || err == -ENOSPC;
	return failure_explain(why, is_full ? -ENOSPC : err, is_full ?
			       REASON_NO_SPACE : REASON_DRIVER_ERROR, i,
			       "GPU %s VF %u: cannot set %s of framebuffer: %s",
			       live->bdf, i, format_size(asked, bytes, " "),
			       xe_error_text(err));
}

/* what differs between tiles or GTs is read as 0 */
static bool has_changed(const struct gpu *live, u64 is, u64 want)
{
	return is != want || (live->values_differ && !is);
}

static int set_quotas(const struct gpu *live, const struct gpu *wanted,
		      bool growing, struct failure *why)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < live->vfs_len && gpu_can_set(live, ABILITY_FB);
	     i++) {
		u64 is = live->vfs[i].fb_bytes;
		u64 want = vf_of(wanted, i)->fb_bytes;

		if (has_changed(live, is, want) && growing == (want > is))
			err = set_quota(live, i, want, why);
	}
	return err;
}

/* @vf: NO_VF: the PF */
static int set_times(const struct gpu *live, int vf, u32 slice_us,
		     u32 timeout_us, struct failure *why)
{
	char name[16] = "the PF";
	int err = xe_set_times(live->bdf, vf, slice_us, timeout_us);

	if (!err)
		return 0;
	if (err == -EACCES)
		return failure_set(why, -EPERM);
	if (vf != NO_VF)
		snprintf(name, sizeof(name), "VF %d", vf);
	return failure_explain(why, err, REASON_DRIVER_ERROR, vf,
			       "GPU %s: cannot set time slice and preemption timeout of %s: %s",
			       live->bdf, name, xe_error_text(err));
}

static int set_all_times(const struct gpu *live, const struct gpu *wanted,
			 struct failure *why)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < live->vfs_len; i++) {
		const struct vf *is = &live->vfs[i], *want = vf_of(wanted, i);

		if (has_changed(live, is->time_slice_us, want->time_slice_us) ||
		    has_changed(live, is->preempt_timeout_us,
				want->preempt_timeout_us))
			err = set_times(live, i, want->time_slice_us,
					want->preempt_timeout_us, why);
	}
	if (!err && (has_changed(live, live->pf_time_slice_us,
				 wanted->pf_time_slice_us) ||
		     has_changed(live, live->pf_preempt_timeout_us,
				 wanted->pf_preempt_timeout_us)))
		err = set_times(live, NO_VF, wanted->pf_time_slice_us,
				wanted->pf_preempt_timeout_us, why);
	return err;
}

static int set_policy(const struct gpu *live, const struct gpu *wanted,
		      struct failure *why)
{
	int err;

	if (!(wanted->set & GPU_SET_POLICY) ||
	    (wanted->policy == live->policy && !live->policy_differs))
		return 0;
	err = xe_set_policy(live->bdf, wanted->policy);
	if (err == -EACCES)
		return failure_set(why, -EPERM);
	if (err)
		failure_explain(why, err, REASON_DRIVER_ERROR, NO_VF,
				"GPU %s: cannot set the policy: %s",
				live->bdf, xe_error_text(err));
	return err;
}

static int write_all(const struct gpu *live, const struct gpu *wanted,
		     struct failure *why)
{
	return set_quotas(live, wanted, false, why) ?:
	       set_quotas(live, wanted, true, why) ?:
	       set_all_times(live, wanted, why) ?:
	       set_policy(live, wanted, why);
}

static bool same_vf(const struct vf *a, const struct vf *b)
{
	return a->fb_bytes == b->fb_bytes &&
	       a->time_slice_us == b->time_slice_us &&
	       a->preempt_timeout_us == b->preempt_timeout_us;
}

/* Return: what differs first, NULL: nothing; the name of a VF is in @name */
static const char *find_difference(const struct gpu *wanted,
				   const struct gpu *is, char *name,
				   size_t size)
{
	u32 i;

	snprintf(name, size, "GPU %s", is->bdf);
	if (wanted->set & GPU_SET_POLICY &&
	    (wanted->policy != is->policy || is->policy_differs))
		return "policy";
	if (wanted->pf_time_slice_us != is->pf_time_slice_us ||
	    wanted->pf_preempt_timeout_us != is->pf_preempt_timeout_us)
		return "time slice or preemption timeout of the PF";
	for (i = 0; i < is->vfs_len; i++) {
		const struct vf *a = vf_of(wanted, i), *b = &is->vfs[i];

		if (same_vf(a, b))
			continue;
		snprintf(name, size, "GPU %s VF %u", is->bdf, i);
		return a->fb_bytes != b->fb_bytes ? "framebuffer" :
		       a->time_slice_us != b->time_slice_us ? "time slice" :
							      "preemption timeout";
	}
	return is->values_differ ? "a value of some GTs or tiles" : NULL;
}

/* Return: 0, @result has the GPU; or a negative errno */
static int read_back(struct provider *provider, const struct gpu *wanted,
		     struct gpu *result, struct failure *why)
{
	char name[NAME_SIZE];
	const char *what;
	int err;

	err = provider_read(provider, wanted->bdf, result, why);
	if (err)
		return err;
	what = find_difference(wanted, result, name, sizeof(name));
	if (!what)
		return 0;
	gpu_free(result);
	return failure_explain(why, -EIO, REASON_CHANGED_MEANWHILE, NO_VF,
			       "%s: %s reads back other than it was written; something else may have changed it meanwhile",
			       name, what);
}

/* Return: whether all is as it was */
static bool put_back(struct provider *provider, const struct gpu *before)
{
	struct failure why;
	struct gpu now;
	bool same;
	int err;

	if (provider_read(provider, before->bdf, &now, &why))
		return false;
	err = write_all(&now, before, &why);
	gpu_free(&now);
	same = !read_back(provider, before, &now, &why);
	if (same)
		gpu_free(&now);
	return !err && same;
}

static void predict(const struct gpu *live, const struct gpu *wanted,
		    struct gpu *result)
{
	u32 i;

	gpu_copy(result, live);
	result->num_vfs = wanted->num_vfs;
	if (wanted->set & GPU_SET_POLICY)
		result->policy = wanted->policy;
	result->pf_time_slice_us = wanted->pf_time_slice_us;
	result->pf_preempt_timeout_us = wanted->pf_preempt_timeout_us;
	for (i = 0; i < result->vfs_len; i++) {
		const struct vf *want = vf_of(wanted, i);

		result->vfs[i].fb_bytes = want->fb_bytes;
		result->vfs[i].time_slice_us = want->time_slice_us;
		result->vfs[i].preempt_timeout_us = want->preempt_timeout_us;
	}
}

static int change(struct provider *provider, const struct gpu *live,
		  const struct gpu *wanted, struct gpu *result,
		  struct failure *why)
{
	int err = write_all(live, wanted, why) ?:
		  read_back(provider, wanted, result, why);

	if (err)
		why->has_changed = !put_back(provider, live);
	return err;
}

/**
 * xe_set_layout() - as provider_set_layout()
 *
 * A dry run finds what can be known: xe may still refuse.
 */
int xe_set_layout(struct provider *provider, const struct gpu *wanted,
		  bool dry_run, struct gpu *result, struct failure *why)
{
	struct gpu live;
	int err;

	err = provider_read(provider, wanted->bdf, &live, why);
	if (err)
		return err;
	err = check(&live, wanted, why);
	if (!err && dry_run)
		predict(&live, wanted, result);
	else if (!err)
		err = change(provider, &live, wanted, result, why);
	gpu_free(&live);
	return err;
}

static void merge_vf(const struct gpu *live, struct vf *to,
		     const struct vf *from, u32 set)
{
	if (set & VF_SET_FB)
		to->fb_bytes = gpu_round(live, ABILITY_FB, from->fb_bytes);
	if (set & VF_SET_TIME_SLICE)
		to->time_slice_us = gpu_round(live, ABILITY_TIME_SLICE,
					      from->time_slice_us);
	if (set & VF_SET_PREEMPT)
		to->preempt_timeout_us = from->preempt_timeout_us;
	if (set & VF_SET_PREEMPT && !from->preempt_timeout_us)
		to->preempt_timeout_us = gpu_default_timeout_us(live, to);
}

/** xe_set_vf() - as provider_set_vf() */
int xe_set_vf(struct provider *provider, const char *bdf, u32 index,
	      const struct vf *vf, u32 set, struct gpu *result,
	      struct failure *why)
{
	struct gpu live, wanted;
	int err;

	err = provider_read(provider, bdf, &live, why);
	if (err)
		return err;
	gpu_copy(&wanted, &live);
	merge_vf(&live, &wanted.vfs[index], vf, set);
	err = check(&live, &wanted, why) ?:
	      change(provider, &live, &wanted, result, why);
	gpu_free(&wanted);
	gpu_free(&live);
	return err;
}

/** xe_set_gpu() - as provider_set_gpu() */
int xe_set_gpu(struct provider *provider, const char *bdf,
	       const struct gpu *settings, struct gpu *result,
	       struct failure *why)
{
	struct gpu live, wanted;
	int err;

	err = provider_read(provider, bdf, &live, why);
	if (err)
		return err;
	gpu_copy(&wanted, &live);
	if (settings->set & GPU_SET_POLICY)
		wanted.policy = settings->policy;
	err = check(&live, &wanted, why) ?:
	      change(provider, &live, &wanted, result, why);
	gpu_free(&wanted);
	gpu_free(&live);
	return err;
}
