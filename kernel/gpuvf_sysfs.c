// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/gpuvf: one value a file, base units. No logic: a store becomes a
 * struct gpuvf_request with one setting in it, or for one operation.
 *
 *	0000:41:00.0/
 *		backend capabilities generation state vfs_changing reset
 *		device -> PCI device
 *		fb/{total,free,largest_free,granularity,pf_reserve,dirty,withheld,
 *		    retry_withheld}
 *		sched/{policy,time_slice_min_us,time_slice_max_us,round_us}
 *		vf0/ … {fb_quota,fb_offset,time_slice_us,preempt_timeout_us,
 *			profile,state,in_use,holder,reset,stop,pause,resume,
 *			device -> PCI device}
 *			stats/{run_ns,charged_ns,slices,...}
 *			guest/{driver,fb_used,fb_total,time_ns}
 */

#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "gpuvf_clear.h"
#include "gpuvf_compat.h"
#include "gpuvf_config.h"
#include "gpuvf_hw.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"
#include "gpuvf_request.h"
#include "gpuvf_stats.h"
#include "gpuvf_sysfs.h"
#include "gpuvf_vf.h"

/*
 * Not static: whoever holds its kobject looks at it when he lets go, which may be
 * after the module has gone.
 */
struct class *gpuvf_class;

static const char * const sysfs_policies[] = {
	[GPUVF_POLICY_FIXED] = "fixed",
	[GPUVF_POLICY_EQUAL] = "equal",
	[GPUVF_POLICY_BEST_EFFORT] = "best-effort",
};

static struct gpuvf_request *sysfs_request(enum gpuvf_op op)
{
	/* too big for the stack */
	struct gpuvf_request *req = kzalloc(sizeof(*req), GFP_KERNEL);

	if (req)
		gpuvf_request_init(req, op);
	return req;
}

/* carry it out, and free it */
static ssize_t sysfs_request_do(struct gpuvf_pf *pf, struct gpuvf_request *req,
				size_t count)
{
	int err;

	req->wait = true;
	err = gpuvf_request_do(pf, req);
	kfree(req);
	return err ? err : count;
}

/* refuse a write whose value is invalid */
static ssize_t sysfs_refuse(struct gpuvf_pf *pf, int vf, const char *buf,
			    size_t count)
{
	char text[GPUVF_LABEL_SIZE + 1] = { 0 };
	struct gpuvf_refusal why = {
		.vf = vf,
		.who = text,
		.reason = GPUVF_REASON_BAD_VALUE,
	};
	size_t i;

	/* a zero byte is shown, as everything else that cannot be printed */
	count = min(count, sizeof(text) - 1);
	for (i = 0; i < count; i++)
		text[i] = buf[i] ?: '?';
	strim(text);
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	gpuvf_pf_lock(pf);
	gpuvf_refusal_log(pf, &why);
	gpuvf_pf_unlock(pf);
	return why.error;
}

/*
 * Check that the writer may change the GPU. The file's mode is the opener's
 * business; as everywhere in sysfs, a descriptor that was passed on gives no
 * capability. Not under pf->lock: the PF stays until its files are removed.
 */
static int sysfs_permit(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_refusal why = {
		.vf = vf,
		.reason = GPUVF_REASON_NOT_PERMITTED,
	};

	if (capable(CAP_SYS_ADMIN))
		return 0;
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	/* a rate limit of its own: others' messages must not get lost by it */
	pci_notice_ratelimited(pf->pdev, "refused: %s\n", why.message);
	return why.error;
}

/*
 * Return the length of what was written without its newline, or -EINVAL if
 * anything, a zero byte included, lies behind the first line.
 */
static ssize_t sysfs_line(const char *buf, size_t count)
{
	size_t len = strnlen(buf, count);

	if (len == count && len && buf[len - 1] == '\n')
		return len - 1;
	return len == count ? len : -EINVAL;
}

/* kstrtou64() also takes a sign */
static int sysfs_u64(const char *buf, size_t count, u64 *value)
{
	if (sysfs_line(buf, count) <= 0 || !isdigit(*buf))
		return -EINVAL;
	return kstrtou64(buf, 10, value);
}

static int sysfs_u32(const char *buf, size_t count, u32 *value)
{
	u64 wide;
	int err = sysfs_u64(buf, count, &wide);

	if (err || wide > U32_MAX)
		return -EINVAL;
	*value = wide;
	return 0;
}

/* operations are started by a 1 */
static bool sysfs_is_one(const char *buf, size_t count)
{
	return sysfs_line(buf, count) == 1 && *buf == '1';
}

/*
 * The PF's files
 */

static ssize_t backend_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%s\n", gpuvf_pf_of_dev(dev)->hw->name);
}
static DEVICE_ATTR_RO(backend);

/* as the netlink spec names them */
static const char * const sysfs_capabilities[] = {
	"framebuffer", "time-slice", "busy", "clear", "mailbox", "oneshot",
	"flr-notice", "shutdown", "interrupt",
};

static ssize_t capabilities_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	unsigned long capabilities = gpuvf_pf_of_dev(dev)->capabilities;
	unsigned int bit;
	int len = 0;

	for_each_set_bit(bit, &capabilities, ARRAY_SIZE(sysfs_capabilities))
		len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
				     sysfs_capabilities[bit]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(capabilities);

/* no audit record for each user that reads what is for every user */
static bool sysfs_may_see(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/* values that never change */
#define SYSFS_PF_CONSTANT(name, format, expression)			\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);			\
									\
	return sysfs_emit(buf, format, expression);			\
}									\
static DEVICE_ATTR_RO(name)

/* values that every user may see */
#define SYSFS_PF_PUBLIC(name, format, expression)			\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);			\
	struct gpuvf_public *public = &pf->public;			\
	ssize_t ret;							\
									\
	spin_lock(&pf->public_lock);					\
	ret = sysfs_emit(buf, format, expression);			\
	spin_unlock(&pf->public_lock);					\
	return ret;							\
}

/*
 * Values that depend on what tenants do, of mode 0400. User 0 of a container
 * owns such a file too, so that the mode alone does not keep it out.
 */
#define SYSFS_PF_PRIVATE(name, format, expression)			\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);			\
	ssize_t ret;							\
									\
	if (!sysfs_may_see())						\
		return -EPERM;						\
	gpuvf_pf_lock(pf);						\
	ret = sysfs_emit(buf, format, expression);			\
	gpuvf_pf_unlock(pf);					\
	return ret;							\
}									\
static DEVICE_ATTR_ADMIN_RO(name)

SYSFS_PF_PUBLIC(generation, "%llu\n", public->generation)
static DEVICE_ATTR_RO(generation);
SYSFS_PF_PUBLIC(state, "%s\n", public->wedged ? "wedged" : "ready")
static DEVICE_ATTR_RO(state);
SYSFS_PF_PUBLIC(vfs_changing, "%d\n", public->vfs_changing)
static DEVICE_ATTR_RO(vfs_changing);

/* an operation on the whole GPU, for which 1 is written */
static ssize_t sysfs_pf_op(struct device *dev, const char *buf, size_t count,
			   enum gpuvf_op op)
{
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);
	struct gpuvf_request *req;
	int err = sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (!sysfs_is_one(buf, count))
		return sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = sysfs_request(op);
	return req ? sysfs_request_do(pf, req, count) : -ENOMEM;
}

static ssize_t reset_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	return sysfs_pf_op(dev, buf, count, GPUVF_OP_PF_RESET);
}
static DEVICE_ATTR_WO(reset);

static struct attribute *sysfs_pf_attrs[] = {
	&dev_attr_backend.attr,
	&dev_attr_capabilities.attr,
	&dev_attr_generation.attr,
	&dev_attr_state.attr,
	&dev_attr_vfs_changing.attr,
	&dev_attr_reset.attr,
	NULL
};

static const struct attribute_group sysfs_pf_group = {
	.attrs = sysfs_pf_attrs,
};

/* what is withheld counts as free for those who may not see it */
static ssize_t sysfs_show_free(struct gpuvf_pf *pf, char *buf, bool largest)
{
	struct gpuvf_layout *layout = &pf->public.config.layout;
	u64 bytes;

	if (sysfs_may_see()) {
		layout = &pf->config.layout;
		gpuvf_pf_lock(pf);
		bytes = largest ? layout->largest_free_bytes :
				  layout->free_bytes;
		gpuvf_pf_unlock(pf);
	} else {
		spin_lock(&pf->public_lock);
		gpuvf_layout_measure(layout, pf->total_vfs, 0, NULL);
		bytes = largest ? layout->largest_free_bytes :
				  layout->free_bytes;
		spin_unlock(&pf->public_lock);
	}
	return sysfs_emit(buf, "%llu\n", bytes);
}

static ssize_t free_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_show_free(gpuvf_pf_of_dev(dev), buf, false);
}
static DEVICE_ATTR_RO(free);

static ssize_t largest_free_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	return sysfs_show_free(gpuvf_pf_of_dev(dev), buf, true);
}
static DEVICE_ATTR_RO(largest_free);

SYSFS_PF_CONSTANT(total, "%llu\n", pf->geometry.total_bytes);
SYSFS_PF_CONSTANT(granularity, "%llu\n", pf->geometry.granule_bytes);
SYSFS_PF_PRIVATE(dirty, "%llu\n", gpuvf_clear_dirty_bytes_locked(pf));
SYSFS_PF_PRIVATE(withheld, "%llu\n", gpuvf_clear_withheld_bytes_locked(pf));
SYSFS_PF_PUBLIC(pf_reserve, "%llu\n", public->config.layout.pf_reserve_bytes)

static ssize_t pf_reserve_store(struct device *dev,
				struct device_attribute *attr, const char *buf,
				size_t count)
{
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);
	struct gpuvf_request *req;
	u64 bytes;
	int err = sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (sysfs_u64(buf, count, &bytes))
		return sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = sysfs_request(GPUVF_OP_CONFIGURE);
	if (!req)
		return -ENOMEM;
	req->set = GPUVF_SET_PF_RESERVE;
	req->pf_reserve_bytes = bytes;
	return sysfs_request_do(pf, req, count);
}
static DEVICE_ATTR_RW(pf_reserve);

static ssize_t retry_withheld_store(struct device *dev,
				    struct device_attribute *attr,
				    const char *buf, size_t count)
{
	return sysfs_pf_op(dev, buf, count, GPUVF_OP_FB_RETRY);
}
static DEVICE_ATTR_WO(retry_withheld);

static struct attribute *sysfs_fb_attrs[] = {
	&dev_attr_total.attr,
	&dev_attr_free.attr,
	&dev_attr_largest_free.attr,
	&dev_attr_granularity.attr,
	&dev_attr_pf_reserve.attr,
	&dev_attr_dirty.attr,
	&dev_attr_withheld.attr,
	&dev_attr_retry_withheld.attr,
	NULL
};

static const struct attribute_group sysfs_fb_group = {
	.name = "fb",
	.attrs = sysfs_fb_attrs,
};

SYSFS_PF_PUBLIC(policy, "%s\n", sysfs_policies[public->config.policy])

static ssize_t policy_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct gpuvf_pf *pf = gpuvf_pf_of_dev(dev);
	struct gpuvf_request *req;
	int policy = sysfs_match_string(sysfs_policies, buf);
	int err = sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (policy < 0 || sysfs_line(buf, count) < 0)
		return sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = sysfs_request(GPUVF_OP_CONFIGURE);
	if (!req)
		return -ENOMEM;
	req->set = GPUVF_SET_POLICY;
	req->policy = policy;
	return sysfs_request_do(pf, req, count);
}
static DEVICE_ATTR_RW(policy);

SYSFS_PF_CONSTANT(time_slice_min_us, "%u\n", pf->hw->time_slice_min_us);
SYSFS_PF_CONSTANT(time_slice_max_us, "%u\n", pf->hw->time_slice_max_us);
/* the cost of switches is measured */
SYSFS_PF_PRIVATE(round_us, "%llu\n", gpuvf_world_round_us(pf, &pf->config));

static struct attribute *sysfs_sched_attrs[] = {
	&dev_attr_policy.attr,
	&dev_attr_time_slice_min_us.attr,
	&dev_attr_time_slice_max_us.attr,
	&dev_attr_round_us.attr,
	NULL
};

static const struct attribute_group sysfs_sched_group = {
	.name = "sched",
	.attrs = sysfs_sched_attrs,
};

const struct attribute_group *gpuvf_pf_groups[] = {
	&sysfs_pf_group,
	&sysfs_fb_group,
	&sysfs_sched_group,
	NULL
};

/*
 * The VFs' files
 */

/**
 * struct sysfs_vf_attr - a file in a VF's directory
 * @attr: name and mode
 * @show: called with pf->public_lock held, if the file is for every user; with
 *	pf->lock, if its mode is 0400
 * @store: called with neither
 */
struct sysfs_vf_attr {
	struct attribute attr;
	ssize_t (*show)(struct gpuvf_vf *vf, char *buf);
	ssize_t (*store)(struct gpuvf_vf *vf, const char *buf, size_t count);
};

#define SYSFS_VF_RO(file) \
	static const struct sysfs_vf_attr sysfs_vf_##file = { \
		.attr = { .name = #file, .mode = 0444 }, \
		.show = vf_##file##_show, \
	}

/* of what tenants do; see SYSFS_PF_PRIVATE() */
#define SYSFS_VF_PRIVATE(file) \
	static const struct sysfs_vf_attr sysfs_vf_##file = { \
		.attr = { .name = #file, .mode = 0400 }, \
		.show = vf_##file##_show, \
	}

#define SYSFS_VF_RW(file) \
	static const struct sysfs_vf_attr sysfs_vf_##file = { \
		.attr = { .name = #file, .mode = 0644 }, \
		.show = vf_##file##_show, \
		.store = vf_##file##_store, \
	}

static const struct gpuvf_vf_config *sysfs_vf_config(const struct gpuvf_vf *vf)
{
	return &vf->pf->public.config.vf[vf->index];
}

/* an operation on one VF; or, with @set, a change of one of its settings */
static struct gpuvf_request *sysfs_vf_request(struct gpuvf_vf *vf,
					      enum gpuvf_op op, u32 set)
{
	struct gpuvf_request *req = sysfs_request(op);

	if (!req)
		return NULL;
	req->num_vfs = 1;
	req->vf[0].index = vf->index;
	req->vf[0].set = set;
	return req;
}

static ssize_t vf_fb_quota_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  vf->pf->public.config.layout.vf[vf->index].size);
}

static ssize_t vf_fb_quota_store(struct gpuvf_vf *vf, const char *buf,
				 size_t count)
{
	struct gpuvf_request *req;
	u64 bytes;

	if (sysfs_u64(buf, count, &bytes))
		return sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, GPUVF_SET_FB_QUOTA);
	if (!req)
		return -ENOMEM;
	req->vf[0].fb_quota_bytes = bytes;
	return sysfs_request_do(vf->pf, req, count);
}

SYSFS_VF_RW(fb_quota);

/* empty without a quota: 0 would be a place */
static ssize_t vf_fb_offset_show(struct gpuvf_vf *vf, char *buf)
{
	const struct gpuvf_extent *fb =
		&vf->pf->public.config.layout.vf[vf->index];

	return fb->size ? sysfs_emit(buf, "%llu\n", fb->start) :
			  sysfs_emit(buf, "\n");
}

SYSFS_VF_RO(fb_offset);

static ssize_t vf_time_slice_us_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%u\n", sysfs_vf_config(vf)->time_slice_us);
}

static ssize_t vf_time_slice_us_store(struct gpuvf_vf *vf, const char *buf,
				      size_t count)
{
	struct gpuvf_request *req;
	u32 us;

	if (sysfs_u32(buf, count, &us))
		return sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, GPUVF_SET_TIME_SLICE);
	if (!req)
		return -ENOMEM;
	req->vf[0].time_slice_us = us;
	return sysfs_request_do(vf->pf, req, count);
}

SYSFS_VF_RW(time_slice_us);

static ssize_t vf_preempt_timeout_us_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  gpuvf_config_preempt_us(sysfs_vf_config(vf)));
}

static ssize_t vf_preempt_timeout_us_store(struct gpuvf_vf *vf,
					   const char *buf, size_t count)
{
	struct gpuvf_request *req;
	u32 us;

	if (sysfs_u32(buf, count, &us))
		return sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, GPUVF_SET_PREEMPT_TIMEOUT);
	if (!req)
		return -ENOMEM;
	req->vf[0].preempt_timeout_us = us;
	return sysfs_request_do(vf->pf, req, count);
}

SYSFS_VF_RW(preempt_timeout_us);

static ssize_t vf_profile_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%s\n", sysfs_vf_config(vf)->profile);
}

static ssize_t vf_profile_store(struct gpuvf_vf *vf, const char *buf,
				size_t count)
{
	ssize_t len = sysfs_line(buf, count);
	struct gpuvf_request *req;

	if (len < 0 || len >= GPUVF_LABEL_SIZE)
		return sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, GPUVF_SET_PROFILE);
	if (!req)
		return -ENOMEM;
	memcpy(req->vf[0].profile, buf, len);
	return sysfs_request_do(vf->pf, req, count);
}

SYSFS_VF_RW(profile);

static ssize_t vf_state_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  gpuvf_vf_state_names[gpuvf_vf_state_locked(vf)]);
}

SYSFS_VF_PRIVATE(state);

static ssize_t vf_in_use_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%d\n", gpuvf_vf_in_use_locked(vf));
}

SYSFS_VF_PRIVATE(in_use);

static ssize_t vf_holder_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%s\n", vf->holder);
}

SYSFS_VF_RO(holder);

static ssize_t sysfs_vf_op(struct gpuvf_vf *vf, const char *buf, size_t count,
			   enum gpuvf_op op)
{
	struct gpuvf_request *req;

	if (!sysfs_is_one(buf, count))
		return sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, op, 0);
	return req ? sysfs_request_do(vf->pf, req, count) : -ENOMEM;
}

#define SYSFS_VF_OP(file, op)						\
static ssize_t vf_##file##_store(struct gpuvf_vf *vf, const char *buf,	\
				 size_t count)				\
{									\
	return sysfs_vf_op(vf, buf, count, op);				\
}									\
static const struct sysfs_vf_attr sysfs_vf_##file = {			\
	.attr = { .name = #file, .mode = 0200 },			\
	.store = vf_##file##_store,					\
}

SYSFS_VF_OP(reset, GPUVF_OP_VF_RESET);
SYSFS_VF_OP(stop, GPUVF_OP_VF_STOP);
SYSFS_VF_OP(pause, GPUVF_OP_VF_PAUSE);
SYSFS_VF_OP(resume, GPUVF_OP_VF_RESUME);

/* exact times are a side channel between tenants */
#define SYSFS_VF_COUNTER(file)						\
static ssize_t vf_##file##_show(struct gpuvf_vf *vf, char *buf)		\
{									\
	struct gpuvf_vf_stats stats;					\
									\
	gpuvf_vf_stats_get(vf, &stats);					\
	return sysfs_emit(buf, "%llu\n", stats.file);			\
}									\
static struct sysfs_vf_attr sysfs_vf_##file = {				\
	.attr = { .name = #file, .mode = 0400 },			\
	.show = vf_##file##_show,					\
}

SYSFS_VF_COUNTER(run_ns);
SYSFS_VF_COUNTER(charged_ns);
SYSFS_VF_COUNTER(slices);
SYSFS_VF_COUNTER(skipped);
SYSFS_VF_COUNTER(overrun_ns);
SYSFS_VF_COUNTER(idle_ns);
SYSFS_VF_COUNTER(preempt_timeouts);
SYSFS_VF_COUNTER(hangs);
SYSFS_VF_COUNTER(resets);
SYSFS_VF_COUNTER(failed_resets);
SYSFS_VF_COUNTER(exclusive_timeouts);
SYSFS_VF_COUNTER(mbox_requests);
SYSFS_VF_COUNTER(mbox_limited);
SYSFS_VF_COUNTER(mbox_unanswered);
SYSFS_VF_COUNTER(guest_malformed);

static struct attribute *sysfs_vf_stats_attrs[] = {
	&sysfs_vf_run_ns.attr,
	&sysfs_vf_charged_ns.attr,
	&sysfs_vf_slices.attr,
	&sysfs_vf_skipped.attr,
	&sysfs_vf_overrun_ns.attr,
	&sysfs_vf_idle_ns.attr,
	&sysfs_vf_preempt_timeouts.attr,
	&sysfs_vf_hangs.attr,
	&sysfs_vf_resets.attr,
	&sysfs_vf_failed_resets.attr,
	&sysfs_vf_exclusive_timeouts.attr,
	&sysfs_vf_mbox_requests.attr,
	&sysfs_vf_mbox_limited.attr,
	&sysfs_vf_mbox_unanswered.attr,
	&sysfs_vf_guest_malformed.attr,
	NULL
};

static const struct attribute_group sysfs_vf_stats_group = {
	.name = "stats",
	.attrs = sysfs_vf_stats_attrs,
};

/* what a guest claims; empty while it has not said anything: 0 would be a claim */
#define SYSFS_VF_CLAIM(file, format, expression)			\
static ssize_t vf_##file##_show(struct gpuvf_vf *vf, char *buf)		\
{									\
	if (!vf->guest.time_ns)						\
		return sysfs_emit(buf, "\n");				\
	return sysfs_emit(buf, format, expression);			\
}									\
static struct sysfs_vf_attr sysfs_vf_##file = {				\
	.attr = { .name = #file, .mode = 0400 },			\
	.show = vf_##file##_show,					\
}

SYSFS_VF_CLAIM(driver, "%s\n", vf->guest.claims.driver);
SYSFS_VF_CLAIM(fb_used, "%llu\n", vf->guest.claims.used_bytes);
SYSFS_VF_CLAIM(fb_total, "%llu\n", vf->guest.claims.total_bytes);
SYSFS_VF_CLAIM(time_ns, "%llu\n", vf->guest.time_ns);

static struct attribute *sysfs_vf_guest_attrs[] = {
	&sysfs_vf_driver.attr,
	&sysfs_vf_fb_used.attr,
	&sysfs_vf_fb_total.attr,
	&sysfs_vf_time_ns.attr,
	NULL
};

static const struct attribute_group sysfs_vf_guest_group = {
	.name = "guest",
	.attrs = sysfs_vf_guest_attrs,
};

static const struct attribute *sysfs_vf_attrs[] = {
	&sysfs_vf_fb_quota.attr,
	&sysfs_vf_fb_offset.attr,
	&sysfs_vf_time_slice_us.attr,
	&sysfs_vf_preempt_timeout_us.attr,
	&sysfs_vf_profile.attr,
	&sysfs_vf_state.attr,
	&sysfs_vf_in_use.attr,
	&sysfs_vf_holder.attr,
	&sysfs_vf_reset.attr,
	&sysfs_vf_stop.attr,
	&sysfs_vf_pause.attr,
	&sysfs_vf_resume.attr,
	NULL
};

static ssize_t sysfs_vf_show(struct kobject *kobj, struct attribute *attr,
			     char *buf)
{
	const struct sysfs_vf_attr *file =
		container_of(attr, struct sysfs_vf_attr, attr);
	struct gpuvf_vf *vf = container_of(kobj, struct gpuvf_vf, kobj);
	ssize_t ret;

	if (!file->show)
		return -EACCES;
	if (file->attr.mode != 0400) {
		spin_lock(&vf->pf->public_lock);
		ret = file->show(vf, buf);
		spin_unlock(&vf->pf->public_lock);
		return ret;
	}
	if (!sysfs_may_see())
		return -EPERM;
	gpuvf_pf_lock(vf->pf);
	ret = file->show(vf, buf);
	gpuvf_pf_unlock(vf->pf);
	return ret;
}

static ssize_t sysfs_vf_store(struct kobject *kobj, struct attribute *attr,
			      const char *buf, size_t count)
{
	const struct sysfs_vf_attr *file =
		container_of(attr, struct sysfs_vf_attr, attr);
	struct gpuvf_vf *vf = container_of(kobj, struct gpuvf_vf, kobj);
	int err;

	if (!file->store)
		return -EACCES;
	err = sysfs_permit(vf->pf, vf->index);
	return err ? err : file->store(vf, buf, count);
}

static const struct sysfs_ops sysfs_vf_ops = {
	.show = sysfs_vf_show,
	.store = sysfs_vf_store,
};

/* the VF is a part of the PF, which this reference has kept alive */
static void sysfs_vf_release(struct kobject *kobj)
{
	struct gpuvf_vf *vf = container_of(kobj, struct gpuvf_vf, kobj);

	gpuvf_pf_put(vf->pf);
}

static const struct kobj_type sysfs_vf_type = {
	.release = sysfs_vf_release,
	.sysfs_ops = &sysfs_vf_ops,
};

static int sysfs_vf_add(struct gpuvf_vf *vf)
{
	int err;

	/* gpuvf_sysfs_del() gives it back, also when this fails */
	get_device(&vf->pf->dev);
	err = kobject_init_and_add(&vf->kobj, &sysfs_vf_type,
				   &vf->pf->dev.kobj, "vf%u", vf->index);
	if (!err)
		err = sysfs_create_files(&vf->kobj, sysfs_vf_attrs);
	if (!err)
		err = sysfs_create_group(&vf->kobj, &sysfs_vf_stats_group);
	if (!err)
		err = sysfs_create_group(&vf->kobj, &sysfs_vf_guest_group);
	return err;
}

/**
 * gpuvf_sysfs_add() - make a PF's files
 * @pf: PF with its class device initialised
 *
 * The VFs' directories are complete before user space hears of the PF.
 *
 * Context: may sleep.
 * Return: 0, or an errno of the driver core; gpuvf_sysfs_del() removes what was made.
 */
int gpuvf_sysfs_add(struct gpuvf_pf *pf)
{
	unsigned int i;
	int err;

	dev_set_uevent_suppress(&pf->dev, true);
	err = device_add(&pf->dev);
	if (err)
		return err;
	for (i = 0; i < pf->total_vfs; i++) {
		err = sysfs_vf_add(&pf->vf[i]);
		if (err)
			return err;
	}
	dev_set_uevent_suppress(&pf->dev, false);
	kobject_uevent(&pf->dev.kobj, KOBJ_ADD);
	return 0;
}

/**
 * gpuvf_sysfs_del() - remove a PF's files
 * @pf: PF, after gpuvf_sysfs_add(), or without it
 *
 * Waits for reads and writes under way. A VF's directory is removed before its
 * reference is dropped, since another reference may keep the kobject for longer than
 * its parent has a directory.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_sysfs_del(struct gpuvf_pf *pf)
{
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++) {
		if (!pf->vf[i].kobj.state_initialized)
			continue;
		kobject_del(&pf->vf[i].kobj);
		kobject_put(&pf->vf[i].kobj);
	}
	if (device_is_registered(&pf->dev))
		device_del(&pf->dev);
}

/**
 * gpuvf_sysfs_link_vf() - the VF has a PCI device now
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_sysfs_link_vf(struct gpuvf_pf *pf, unsigned int vf)
{
	struct pci_dev *pdev = pf->vf[vf].pdev;

	if (pdev && sysfs_create_link(&pf->vf[vf].kobj, &pdev->dev.kobj,
				      "device"))
		pci_warn(pf->pdev, "VF %u: no link to its PCI device\n", vf);
}

/**
 * gpuvf_sysfs_unlink_vf() - the VF's PCI device is about to go
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_sysfs_unlink_vf(struct gpuvf_pf *pf, unsigned int vf)
{
	sysfs_remove_link(&pf->vf[vf].kobj, "device");
}

/**
 * gpuvf_sysfs_register() - /sys/class/gpuvf
 *
 * Return: 0, or the errno of class_create().
 */
int gpuvf_sysfs_register(void)
{
	gpuvf_class = gpuvf_class_create("gpuvf");
	return PTR_ERR_OR_ZERO(gpuvf_class);
}

/** gpuvf_sysfs_unregister() - undo gpuvf_sysfs_register() */
void gpuvf_sysfs_unregister(void)
{
	class_destroy(gpuvf_class);
}
