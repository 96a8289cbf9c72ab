// SPDX-License-Identifier: GPL-2.0
/*
 * From one layout of a GPU of i915 to another.
 *
 * i915 divides a GPU itself as VFs are enabled, unless anything but 0 was written to a
 * file of a VF: then it divides nothing, and VFs without GGTT come up, in which no
 * guest's driver works. Times can be preset and that taken back, since only quotas keep
 * it from being taken back. So before VFs are enabled:
 *
 *	clear each VF that has something left
 *	times of the VFs and of the PF, policy
 *	without framebuffer: auto_provisioning = 1
 *	with framebuffer: quotas of it and, in equal shares, of all else
 *
 * While there are VFs only differences are written; before the next number of VFs
 * everything is cleared.
 */
#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "provider/i915_layout.h"

static const struct vf *vf_of(const struct gpu *gpu, u32 i)
{
	static const struct vf none;

	return i < gpu->vfs_len ? &gpu->vfs[i] : &none;
}

static int check_vf(const struct gpu *live, const struct gpu *wanted, u32 i,
		    struct failure *why)
{
	const struct vf *is = &live->vfs[i], *want = vf_of(wanted, i);
	char has[UNIT_TEXT], asked[UNIT_TEXT];

	if (is->fb_bytes == want->fb_bytes)
		return 0;
	if (!gpu_can_set(live, ABILITY_FB))
		return failure_explain(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, i,
				       "GPU %s VF %u: fb: i915 %s", live->bdf, i,
				       ability_cannot(gpu_abilities(live),
						      ABILITY_FB));
	if (!is->in_use || live->num_vfs != wanted->num_vfs)
		return 0;
	return failure_explain(why, -EBUSY, REASON_VF_IN_USE, i,
			       "GPU %s VF %u: framebuffer is %s and cannot change while the VF is in use; requested %s",
			       live->bdf, i, format_size(has, is->fb_bytes, " "),
			       format_size(asked, want->fb_bytes, " "));
}

/* what the PF keeps counts as VFs are enabled */
static int check_reserve(const struct gpu *live, const struct gpu *wanted,
			 struct failure *why)
{
	char has[UNIT_TEXT], asked[UNIT_TEXT];

	if (!(wanted->set & GPU_SET_PF_RESERVE) || !live->num_vfs ||
	    live->num_vfs != wanted->num_vfs ||
	    live->fb_pf_reserve == wanted->fb_pf_reserve)
		return 0;
	return failure_explain(why, -EBUSY, REASON_RESERVE_IN_USE, NO_VF,
			       "GPU %s: pf_reserve is %s and can change only while no VF is enabled; requested %s",
			       live->bdf,
			       format_size(has, live->fb_pf_reserve, " "),
			       format_size(asked, wanted->fb_pf_reserve, " "));
}

/**
 * i915_check() - what can be known beforehand to be refused
 * @live: the GPU as it is
 * @wanted: as it is to be
 * @why: after errors: why not
 *
 * Return: 0; -ESTALE: another program has changed it; -EBUSY, -EOPNOTSUPP.
 */
int i915_check(const struct gpu *live, const struct gpu *wanted,
	       struct failure *why)
{
	int err = 0;
	u32 i;

	failure_set(why, 0);
	if (wanted->revision && wanted->revision != live->revision)
		return failure_set(why, -ESTALE);
	for (i = 0; !err && i < live->vfs_len; i++)
		err = check_vf(live, wanted, i, why);
	return err ?: check_reserve(live, wanted, why);
}

/**
 * struct writing - values on their way to files
 * @iov: the files
 * @live: the GPU as it was read
 * @wanted: as it is to be
 * @why: of the first error
 */
struct writing {
	const struct i915_iov *iov;
	const struct gpu *live;
	const struct gpu *wanted;
	struct failure *why;
};

static int set(const struct writing *w, int vf, const char *name, u64 value)
{
	int err = i915_set(w->iov, vf, name, value, w->why);

	w->why->detail.vf = vf;
	return err;
}

/* both GTs are written where one is not as it should be */
static int set_times(const struct writing *w, int vf, u32 slice_us,
		     u32 timeout_us)
{
	u64 slice = 0, timeout = 0;
	bool differs = false;
	int err;

	/* whether "clear" clears them is not known */
	err = i915_get(w->iov, vf, I915_SLICE, &slice, &differs) ?:
	      i915_get(w->iov, vf, I915_TIMEOUT, &timeout, &differs);
	if (err)
		return failure_set(w->why, err);
	if (differs || slice != slice_us / 1000)
		err = set(w, vf, I915_SLICE, slice_us / 1000);
	if (!err && (differs || timeout != timeout_us))
		err = set(w, vf, I915_TIMEOUT, timeout_us);
	return err;
}

/* what is as it should be may have been changed meanwhile, and then stays so */
static bool differ(const struct gpu *live, u32 slice_us, u32 timeout_us,
		   u32 want_slice_us, u32 want_timeout_us)
{
	return slice_us != want_slice_us || timeout_us != want_timeout_us ||
	       (live->values_differ && !slice_us);
}

static bool pf_differs(const struct gpu *live, const struct gpu *wanted)
{
	return differ(live, live->pf_time_slice_us,
		      live->pf_preempt_timeout_us, wanted->pf_time_slice_us,
		      wanted->pf_preempt_timeout_us);
}

static bool vf_differs(const struct gpu *live, const struct vf *is,
		       const struct vf *want)
{
	return differ(live, is->time_slice_us, is->preempt_timeout_us,
		      want->time_slice_us, want->preempt_timeout_us);
}

/* @all: not only those that differ */
static int set_all_times(const struct writing *w, bool all)
{
	const struct gpu *wanted = w->wanted;
	int err = 0;
	u32 i;

	if (all || pf_differs(w->live, wanted))
		err = set_times(w, NO_VF, wanted->pf_time_slice_us,
				wanted->pf_preempt_timeout_us);
	for (i = 0; !err && i < w->live->vfs_len; i++) {
		const struct vf *want = vf_of(wanted, i);

		if (all || vf_differs(w->live, &w->live->vfs[i], want))
			err = set_times(w, i, want->time_slice_us,
					want->preempt_timeout_us);
	}
	return err;
}

static int set_policy(const struct writing *w)
{
	bool differs = false;
	u64 idle = 0;
	int err;

	if (!(w->wanted->set & GPU_SET_POLICY))
		return 0;
	err = i915_get(w->iov, NO_VF, I915_IDLE, &idle, &differs);
	if (err)
		return failure_set(w->why, err);
	if (!differs && w->wanted->policy == w->live->policy)
		return 0;
	return set(w, NO_VF, I915_IDLE, w->wanted->policy == POLICY_FIXED);
}

static int set_spare(const struct writing *w)
{
	if (!(w->wanted->set & GPU_SET_PF_RESERVE) ||
	    w->wanted->fb_pf_reserve == w->live->fb_pf_reserve)
		return 0;
	return set(w, NO_VF, I915_SPARE, w->wanted->fb_pf_reserve);
}

static int clear_all(const struct writing *w)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < w->live->vfs_len; i++)
		err = i915_control(w->iov, i, "clear", w->why);
	return err;
}

static bool has_any_left(const struct writing *w)
{
	u32 i;

	for (i = 0; i < w->live->vfs_len; i++)
		if (i915_has_leftovers(w->iov, i))
			return true;
	return false;
}

static bool wants_framebuffer(const struct gpu *wanted)
{
	u32 i;

	for (i = 0; i < wanted->vfs_len; i++)
		if (wanted->vfs[i].fb_bytes)
			return true;
	return false;
}

/* what a VF needs beside framebuffer; steps are those of the driver */
static const struct {
	const char *free;
	const char *quota;
	u64 step;
	u64 max;
} others[] = {
	{ "available/ggtt_free", "ggtt_quota", 4096, U64_MAX },
	{ "available/contexts_free", "contexts_quota", 128, U64_MAX },
	{ "available/doorbells_free", "doorbells_quota", 1, 256 },
};

static int share_other(const struct writing *w, size_t n)
{
	u64 share, free = 0;
	bool differs = false;
	int err;
	u32 i;

	err = i915_get(w->iov, NO_VF, others[n].free, &free, &differs);
	if (err)
		return failure_explain(w->why, err, REASON_DRIVER_ERROR, NO_VF,
				       "GPU %s: VFs need shares of all that i915 has, and %s cannot be read: %s",
				       w->live->bdf, others[n].free,
				       strerror(-err));
	share = free / w->wanted->num_vfs;
	share -= share % others[n].step;
	share = share < others[n].max ? share : others[n].max;
	if (!share)
		return failure_explain(w->why, -ENOSPC, REASON_NO_SPACE, NO_VF,
				       "GPU %s: %u VFs need a share of %llu each at least, and %s is %llu",
				       w->live->bdf, w->wanted->num_vfs,
				       others[n].step, others[n].free, free);
	for (i = 0; !err && i < w->wanted->num_vfs; i++)
		err = set(w, i, others[n].quota, share);
	return err;
}

/* by hand, since i915 would give each VF the same framebuffer */
static int share_all(const struct writing *w)
{
	int err = 0;
	size_t n;
	u32 i;

	for (n = 0; !err && n < ARRAY_SIZE(others); n++)
		err = share_other(w, n);
	for (i = 0; !err && i < w->wanted->num_vfs; i++)
		if (vf_of(w->wanted, i)->fb_bytes)
			err = set(w, i, I915_FB, vf_of(w->wanted, i)->fb_bytes);
	return err;
}

static int write_before(const struct writing *w)
{
	bool clear = !i915_is_auto(w->iov) || has_any_left(w);
	int err = clear ? clear_all(w) : 0;

	err = err ?: set_all_times(w, true) ?: set_policy(w) ?: set_spare(w);
	if (!err && w->wanted->num_vfs && wants_framebuffer(w->wanted))
		return share_all(w);
	return err ?: i915_set_auto(w->iov, w->why);
}

/* those that shrink make room for those that grow */
static int resize(const struct writing *w, bool grow)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < w->live->vfs_len; i++) {
		u64 is = w->live->vfs[i].fb_bytes;
		u64 want = vf_of(w->wanted, i)->fb_bytes;

		if (want != is && (want > is) == grow)
			err = set(w, i, I915_FB, want);
	}
	return err;
}

static int write_live(const struct writing *w)
{
	int err = 0;

	if (gpu_can_set(w->live, ABILITY_FB))
		err = resize(w, false) ?: resize(w, true);
	return err ?: set_all_times(w, false) ?: set_policy(w);
}

/**
 * i915_write() - write what differs, in an order that i915 takes
 * @iov: the files
 * @live: the GPU as it is
 * @wanted: as it is to be
 * @why: more about an error; has_changed: something was written before that
 *
 * Return: 0, or the driver's negative errno.
 */
int i915_write(const struct i915_iov *iov, const struct gpu *live,
	       const struct gpu *wanted, struct failure *why)
{
	const struct writing w = {
		.iov = iov, .live = live, .wanted = wanted, .why = why,
	};
	int err = live->num_vfs ? write_live(&w) : write_before(&w);

	why->has_changed = err;
	return err;
}
