// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/gpuvf: one value a file, base units. No logic: a store becomes a
 * struct gpuvf_request with one setting in it, or for one operation.
 *
 *	0000:41:00.0/
 *		backend capabilities revision state vfs_changing reset
 *		device -> PCI device
 *		fb/{total,free,largest_free,alloc_unit,pf_reserve,needs_scrub,quarantined,
 *		    scrub}
 *		sched/{policy,time_slice_min_us,time_slice_max_us,rotation_us}
 *		vf0/ … {fb_quota,fb_offset,time_slice_us,preempt_timeout_us,
 *			profile,state,in_use,driver,reset,stop,pause,resume,
 *			device -> PCI device}
 *			stats/{run_ns,accounted_ns,slices,...}
 *			guest/{driver,fb_used,fb_total,time_ns}
 */

#include <linux/capability.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "api/api.h"
#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* as the netlink spec names them */
static const char * const sysfs_capabilities[] = {
	"framebuffer", "time-slice", "busy", "scrub", "mailbox", "oneshot",
	"flr-notice", "shutdown", "interrupt",
};

/* makes a request of what was written; an errno: it is not a value of the file */
typedef int (*sysfs_parse_fn)(struct gpuvf_request *req, const char *buf,
			      size_t count);

/*
 * The length of the line that was written, without a newline; -EINVAL: something, a
 * zero byte included, lies behind the first line.
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

	if (sysfs_u64(buf, count, &wide) || wide > U32_MAX)
		return -EINVAL;
	*value = wide;
	return 0;
}

/* an operation, which a 1 starts */
static int sysfs_parse_one(struct gpuvf_request *req, const char *buf,
			   size_t count)
{
	return sysfs_line(buf, count) == 1 && *buf == '1' ? 0 : -EINVAL;
}

static int sysfs_parse_pf_reserve(struct gpuvf_request *req, const char *buf,
				  size_t count)
{
	req->set = GPUVF_SET_PF_RESERVE;
	return sysfs_u64(buf, count, &req->pf_reserve_bytes);
}

static int sysfs_parse_policy(struct gpuvf_request *req, const char *buf,
			      size_t count)
{
	int policy = sysfs_match_string(gpuvf_policy_names, buf);

	if (policy < 0 || sysfs_line(buf, count) < 0)
		return -EINVAL;
	req->set = GPUVF_SET_POLICY;
	req->policy = policy;
	return 0;
}

static int sysfs_parse_fb_quota(struct gpuvf_request *req, const char *buf,
				size_t count)
{
	req->vf[0].set = GPUVF_SET_FB_QUOTA;
	return sysfs_u64(buf, count, &req->vf[0].fb_quota_bytes);
}

static int sysfs_parse_time_slice(struct gpuvf_request *req, const char *buf,
				  size_t count)
{
	req->vf[0].set = GPUVF_SET_TIME_SLICE;
	return sysfs_u32(buf, count, &req->vf[0].time_slice_us);
}

static int sysfs_parse_preempt_timeout(struct gpuvf_request *req,
				       const char *buf, size_t count)
{
	req->vf[0].set = GPUVF_SET_PREEMPT_TIMEOUT;
	return sysfs_u32(buf, count, &req->vf[0].preempt_timeout_us);
}

static int sysfs_parse_profile(struct gpuvf_request *req, const char *buf,
			       size_t count)
{
	ssize_t len = sysfs_line(buf, count);

	if (len < 0 || len >= GPUVF_LABEL_SIZE)
		return -EINVAL;
	req->vf[0].set = GPUVF_SET_PROFILE;
	memcpy(req->vf[0].profile, buf, len);
	return 0;
}

/* refuse a write whose value is invalid */
static ssize_t sysfs_refuse(struct gpuvf_pf *pf, int vf, const char *buf,
			    size_t count)
{
	char text[GPUVF_LABEL_SIZE + 1] = { 0 };
	struct gpuvf_error error = { .vf = vf };
	size_t i;

	/* a zero byte is shown, as everything else that cannot be printed */
	count = min(count, sizeof(text) - 1);
	for (i = 0; i < count; i++)
		text[i] = buf[i] ?: '?';
	strim(text);
	gpuvf_error_set(&error, gpuvf_pf_name(pf), GPUVF_REASON_BAD_VALUE,
			"\"%s\" is not a value that can be set", text);
	gpuvf_pf_lock(pf);
	gpuvf_error_log(pf, &error);
	gpuvf_pf_unlock(pf);
	return error.error;
}

/*
 * May the writer change the GPU? The file's mode is the opener's business; as
 * everywhere in sysfs, a descriptor that was passed on gives no capability.
 */
static int sysfs_permit(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_error error = { .vf = vf };

	if (capable(CAP_SYS_ADMIN))
		return 0;
	gpuvf_refuse_plain(&error, gpuvf_pf_name(pf), GPUVF_REASON_NOT_PERMITTED);
	/* a rate limit of its own: others' messages must not get lost by it */
	pci_notice_ratelimited(pf->pdev, "refused: %s\n", error.message);
	return error.error;
}

/*
 * May the reader see what tenants do? No audit record for each user that reads what
 * is for every user.
 */
static bool sysfs_may_see(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/* @vf: index of the VF, GPUVF_NO_VF: it is about the GPU */
static ssize_t sysfs_store(struct gpuvf_pf *pf, int vf, enum gpuvf_op op,
			   sysfs_parse_fn parse, const char *buf, size_t count)
{
	struct gpuvf_request *req;
	int err = sysfs_permit(pf, vf);

	if (err)
		return err;
	/* too big for the stack */
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	gpuvf_request_init(req, op);
	req->wait = true;
	if (vf != GPUVF_NO_VF) {
		req->num_vfs = 1;
		req->vf[0].index = vf;
	}
	err = parse(req, buf, count) ? sysfs_refuse(pf, vf, buf, count) :
				       gpuvf_request_do(pf, req);
	kfree(req);
	return err ? err : count;
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
	gpuvf_pf_unlock(pf);						\
	return ret;							\
}									\
static DEVICE_ATTR_ADMIN_RO(name)

#define SYSFS_PF_STORE(name, op, parse)					\
static ssize_t name##_store(struct device *dev,				\
			    struct device_attribute *attr,		\
			    const char *buf, size_t count)		\
{									\
	return sysfs_store(gpuvf_pf_of_dev(dev), GPUVF_NO_VF, op,	\
			   parse, buf, count);				\
}

/* files that name no engine are about this one */
static struct gpuvf_engine *sysfs_engine(const struct gpuvf_pf *pf)
{
	return pf->engine[GPUVF_ENGINE_ID_GFX];
}

static ssize_t capabilities_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	unsigned long capabilities = gpuvf_pf_of_dev(dev)->hw->caps.capabilities;
	unsigned int bit;
	int len = 0;

	for_each_set_bit(bit, &capabilities, ARRAY_SIZE(sysfs_capabilities))
		len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
				     sysfs_capabilities[bit]);
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(capabilities);

SYSFS_PF_CONSTANT(backend, "%s\n", pf->hw->ops->name);
SYSFS_PF_PUBLIC(revision, "%llu\n", pf->public.revision)
static DEVICE_ATTR_RO(revision);
SYSFS_PF_PUBLIC(state, "%s\n", pf->public.wedged ? "wedged" : "ready")
static DEVICE_ATTR_RO(state);
SYSFS_PF_PUBLIC(vfs_changing, "%d\n", pf->public.vfs_changing)
static DEVICE_ATTR_RO(vfs_changing);
SYSFS_PF_STORE(reset, GPUVF_OP_PF_RESET, sysfs_parse_one)
static DEVICE_ATTR_WO(reset);

static struct attribute *sysfs_pf_attrs[] = {
	&dev_attr_backend.attr,
	&dev_attr_capabilities.attr,
	&dev_attr_revision.attr,
	&dev_attr_state.attr,
	&dev_attr_vfs_changing.attr,
	&dev_attr_reset.attr,
	NULL
};

static const struct attribute_group sysfs_pf_group = {
	.attrs = sysfs_pf_attrs,
};

/* what is quarantined counts as free for those who may not see it */
static ssize_t sysfs_show_free(struct gpuvf_pf *pf, char *buf, bool largest)
{
	struct gpuvf_layout *layout = &pf->public.config.layout;
	u64 bytes, largest_bytes;

	if (sysfs_may_see()) {
		layout = &pf->config.layout;
		gpuvf_pf_lock(pf);
		bytes = layout->free_bytes;
		largest_bytes = layout->largest_free_bytes;
		gpuvf_pf_unlock(pf);
	} else {
		spin_lock(&pf->public_lock);
		gpuvf_layout_measure(layout, &pf->hw->caps.fb, pf->total_vfs, 0,
				     NULL);
		bytes = layout->free_bytes;
		largest_bytes = layout->largest_free_bytes;
		spin_unlock(&pf->public_lock);
	}
	return sysfs_emit(buf, "%llu\n", largest ? largest_bytes : bytes);
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

SYSFS_PF_CONSTANT(total, "%llu\n", pf->hw->caps.fb.total_bytes);
SYSFS_PF_CONSTANT(alloc_unit, "%llu\n", pf->hw->caps.fb.unit_bytes);
SYSFS_PF_PRIVATE(needs_scrub, "%llu\n", gpuvf_scrub_pending_bytes_locked(pf));
SYSFS_PF_PRIVATE(quarantined, "%llu\n", gpuvf_scrub_quarantined_bytes_locked(pf));
SYSFS_PF_PUBLIC(pf_reserve, "%llu\n",
		pf->public.config.layout.pf_reserve_bytes)
SYSFS_PF_STORE(pf_reserve, GPUVF_OP_CONFIGURE, sysfs_parse_pf_reserve)
static DEVICE_ATTR_RW(pf_reserve);
SYSFS_PF_STORE(scrub, GPUVF_OP_FB_SCRUB, sysfs_parse_one)
static DEVICE_ATTR_WO(scrub);

static struct attribute *sysfs_fb_attrs[] = {
	&dev_attr_total.attr,
	&dev_attr_free.attr,
	&dev_attr_largest_free.attr,
	&dev_attr_alloc_unit.attr,
	&dev_attr_pf_reserve.attr,
	&dev_attr_needs_scrub.attr,
	&dev_attr_quarantined.attr,
	&dev_attr_scrub.attr,
	NULL
};

static const struct attribute_group sysfs_fb_group = {
	.name = "fb",
	.attrs = sysfs_fb_attrs,
};

SYSFS_PF_PUBLIC(policy, "%s\n", gpuvf_policy_names[pf->public.config.policy])
SYSFS_PF_STORE(policy, GPUVF_OP_CONFIGURE, sysfs_parse_policy)
static DEVICE_ATTR_RW(policy);
SYSFS_PF_CONSTANT(time_slice_min_us, "%u\n", sysfs_engine(pf)->time_slice_min_us);
SYSFS_PF_CONSTANT(time_slice_max_us, "%u\n", sysfs_engine(pf)->time_slice_max_us);
/* the cost of switches is measured */
SYSFS_PF_PRIVATE(rotation_us, "%llu\n", gpuvf_engine_rotation_us(pf, &pf->config));

static struct attribute *sysfs_sched_attrs[] = {
	&dev_attr_policy.attr,
	&dev_attr_time_slice_min_us.attr,
	&dev_attr_time_slice_max_us.attr,
	&dev_attr_rotation_us.attr,
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

/**
 * struct sysfs_vf_attr - a file in a VF's directory
 * @attr: name and mode
 * @show: called with pf->public_lock held, if the file is for every user; with
 *	pf->lock, if its mode is 0400
 * @parse: makes a request of what was written
 * @op: what for
 */
struct sysfs_vf_attr {
	struct attribute attr;
	ssize_t (*show)(struct gpuvf_vf *vf, char *buf);
	sysfs_parse_fn parse;
	enum gpuvf_op op;
};

#define SYSFS_VF_FILE(file, file_mode, ...)				\
	(&((struct sysfs_vf_attr){					\
		{ .name = #file, .mode = file_mode }, __VA_ARGS__	\
	}).attr)

#define SYSFS_VF_SHOW(file, format, expression)				\
static ssize_t vf_##file##_show(struct gpuvf_vf *vf, char *buf)		\
{									\
	return sysfs_emit(buf, format, expression);			\
}

static const struct gpuvf_vf_config *sysfs_vf_config(const struct gpuvf_vf *vf)
{
	return &vf->pf->public.config.vf[vf->index];
}

static const struct gpuvf_vf_times *sysfs_vf_times(const struct gpuvf_vf *vf)
{
	return &sysfs_vf_config(vf)->engine[GPUVF_ENGINE_ID_GFX];
}

static const struct gpuvf_extent *sysfs_vf_fb(const struct gpuvf_vf *vf)
{
	return &vf->pf->public.config.layout.vf[vf->index];
}

/* empty without a quota: 0 would be a place */
static ssize_t vf_fb_offset_show(struct gpuvf_vf *vf, char *buf)
{
	const struct gpuvf_extent *fb = sysfs_vf_fb(vf);

	return fb->size ? sysfs_emit(buf, "%llu\n", fb->start) :
			  sysfs_emit(buf, "\n");
}

SYSFS_VF_SHOW(fb_quota, "%llu\n", sysfs_vf_fb(vf)->size)
SYSFS_VF_SHOW(time_slice_us, "%u\n", sysfs_vf_times(vf)->time_slice_us)
SYSFS_VF_SHOW(preempt_timeout_us, "%u\n",
	      gpuvf_config_preempt_us(sysfs_vf_times(vf)))
SYSFS_VF_SHOW(profile, "%s\n", sysfs_vf_config(vf)->profile)
SYSFS_VF_SHOW(state, "%s\n", gpuvf_vf_state_names[gpuvf_vf_state_locked(vf)])
SYSFS_VF_SHOW(in_use, "%d\n", gpuvf_vf_in_use_locked(vf))
SYSFS_VF_SHOW(driver, "%s\n", vf->driver)

/* state, in_use, stats and guest are about what tenants do; see SYSFS_PF_PRIVATE() */
static struct attribute *sysfs_vf_attrs[] = {
	SYSFS_VF_FILE(fb_quota, 0644, vf_fb_quota_show, sysfs_parse_fb_quota),
	SYSFS_VF_FILE(fb_offset, 0444, vf_fb_offset_show),
	SYSFS_VF_FILE(time_slice_us, 0644, vf_time_slice_us_show,
		      sysfs_parse_time_slice),
	SYSFS_VF_FILE(preempt_timeout_us, 0644, vf_preempt_timeout_us_show,
		      sysfs_parse_preempt_timeout),
	SYSFS_VF_FILE(profile, 0644, vf_profile_show, sysfs_parse_profile),
	SYSFS_VF_FILE(state, 0400, vf_state_show),
	SYSFS_VF_FILE(in_use, 0400, vf_in_use_show),
	SYSFS_VF_FILE(driver, 0444, vf_driver_show),
	SYSFS_VF_FILE(reset, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_RESET),
	SYSFS_VF_FILE(stop, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_STOP),
	SYSFS_VF_FILE(pause, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_PAUSE),
	SYSFS_VF_FILE(resume, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_RESUME),
	NULL
};

static const struct attribute_group sysfs_vf_group = {
	.attrs = sysfs_vf_attrs,
};

/* exact times are a side channel between tenants */
#define SYSFS_VF_COUNTER(file, FILE)					\
static ssize_t vf_##file##_show(struct gpuvf_vf *vf, char *buf)		\
{									\
	struct gpuvf_vf_stats stats;					\
									\
	gpuvf_vf_stats_get(vf, sysfs_engine(vf->pf), &stats);		\
	return sysfs_emit(buf, "%llu\n", stats.file);			\
}

GPUVF_ENGINE_COUNTERS(SYSFS_VF_COUNTER)
GPUVF_VF_COUNTERS(SYSFS_VF_COUNTER)

#define SYSFS_VF_COUNTER_FILE(file, FILE) \
	SYSFS_VF_FILE(file, 0400, vf_##file##_show),

static struct attribute *sysfs_vf_stats_attrs[] = {
	GPUVF_ENGINE_COUNTERS(SYSFS_VF_COUNTER_FILE)
	GPUVF_VF_COUNTERS(SYSFS_VF_COUNTER_FILE)
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
}

SYSFS_VF_CLAIM(claims_driver, "%s\n", vf->guest.claims.driver)
SYSFS_VF_CLAIM(fb_used, "%llu\n", vf->guest.claims.used_bytes)
SYSFS_VF_CLAIM(fb_total, "%llu\n", vf->guest.claims.total_bytes)
SYSFS_VF_CLAIM(time_ns, "%llu\n", vf->guest.time_ns)

static struct attribute *sysfs_vf_guest_attrs[] = {
	SYSFS_VF_FILE(driver, 0400, vf_claims_driver_show),
	SYSFS_VF_FILE(fb_used, 0400, vf_fb_used_show),
	SYSFS_VF_FILE(fb_total, 0400, vf_fb_total_show),
	SYSFS_VF_FILE(time_ns, 0400, vf_time_ns_show),
	NULL
};

static const struct attribute_group sysfs_vf_guest_group = {
	.name = "guest",
	.attrs = sysfs_vf_guest_attrs,
};

static const struct attribute_group *sysfs_vf_groups[] = {
	&sysfs_vf_group,
	&sysfs_vf_stats_group,
	&sysfs_vf_guest_group,
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

	if (!file->parse)
		return -EACCES;
	return sysfs_store(vf->pf, vf->index, file->op, file->parse, buf,
			   count);
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
	.default_groups = sysfs_vf_groups,
};

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
	for (i = 0; i < pf->total_vfs && !err; i++) {
		/* sysfs_vf_release() gives it back, also when this fails */
		get_device(&pf->dev);
		err = kobject_init_and_add(&pf->vf[i].kobj, &sysfs_vf_type,
					   &pf->dev.kobj, "vf%u", i);
	}
	if (err)
		return err;
	dev_set_uevent_suppress(&pf->dev, false);
	kobject_uevent(&pf->dev.kobj, KOBJ_ADD);
	return 0;
}

/**
 * gpuvf_sysfs_del() - remove a PF's files
 * @pf: PF, after gpuvf_sysfs_add(), or without it
 *
 * Waits for reads and writes under way. The directory of a VF is removed before its
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
