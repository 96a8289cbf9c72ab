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

/**
 * struct sysfs_file - a file of a PF or a VF
 * @attr: name and mode. A file of mode 0400 is about what tenants do. User 0 of a
 *	container owns it too, so that the mode alone does not keep it out
 * @show: called with pf->public_lock held; with pf->lock for a file of mode 0400, and
 *	for one that is @fuller, if the reader may see what tenants do. @vf: NULL: of
 *	the PF
 * @parse: makes a request of what was written
 * @op: what for
 * @fuller: administrators see another value than everybody
 */
struct sysfs_file {
	struct device_attribute attr;
	ssize_t (*show)(struct gpuvf_pf *pf, struct gpuvf_vf *vf, char *buf);
	sysfs_parse_fn parse;
	enum gpuvf_op op;
	bool fuller;
};

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

/* @set: the member of @req that notes @flag; @value: the one that is set */
#define SYSFS_PARSE(name, type, set, flag, value)			\
static int sysfs_parse_##name(struct gpuvf_request *req,		\
			      const char *buf, size_t count)		\
{									\
	req->set = flag;						\
	return sysfs_##type(buf, count, &req->value);			\
}

SYSFS_PARSE(pf_reserve, u64, set, GPUVF_SET_PF_RESERVE, pf_reserve_bytes)
SYSFS_PARSE(fb_quota, u64, vf[0].set, GPUVF_SET_FB_QUOTA, vf[0].fb_quota_bytes)
SYSFS_PARSE(time_slice_us, u32, vf[0].set, GPUVF_SET_TIME_SLICE,
	    vf[0].time_slice_us)
SYSFS_PARSE(preempt_timeout_us, u32, vf[0].set, GPUVF_SET_PREEMPT_TIMEOUT,
	    vf[0].preempt_timeout_us)

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
static ssize_t sysfs_store(struct gpuvf_pf *pf, int vf,
			   const struct sysfs_file *file, const char *buf,
			   size_t count)
{
	struct gpuvf_request *req;
	int err;

	if (!file->parse)
		return -EACCES;
	err = sysfs_permit(pf, vf);
	if (err)
		return err;
	/* too big for the stack */
	req = kzalloc(sizeof(*req), GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	gpuvf_request_init(req, file->op);
	req->wait = true;
	if (vf != GPUVF_NO_VF) {
		req->num_vfs = 1;
		req->vf[0].index = vf;
	}
	err = file->parse(req, buf, count) ?
	      sysfs_refuse(pf, vf, buf, count) : gpuvf_request_do(pf, req);
	kfree(req);
	return err ? err : count;
}

static ssize_t sysfs_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,
			  const struct sysfs_file *file, char *buf)
{
	bool private = file->attr.attr.mode == 0400;
	ssize_t ret;

	if (!file->show)
		return -EACCES;
	if (private && !sysfs_may_see())
		return -EPERM;
	if (private || (file->fuller && sysfs_may_see())) {
		gpuvf_pf_lock(pf);
		ret = file->show(pf, vf, buf);
		gpuvf_pf_unlock(pf);
		return ret;
	}
	spin_lock(&pf->public_lock);
	ret = file->show(pf, vf, buf);
	spin_unlock(&pf->public_lock);
	return ret;
}

static ssize_t sysfs_pf_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_show(gpuvf_pf_of_dev(dev), NULL,
			  container_of(attr, struct sysfs_file, attr), buf);
}

static ssize_t sysfs_pf_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	return sysfs_store(gpuvf_pf_of_dev(dev), GPUVF_NO_VF,
			   container_of(attr, struct sysfs_file, attr), buf,
			   count);
}

#define SYSFS_FILE(file, file_mode, ...)				\
	(&((struct sysfs_file){						\
		__ATTR(file, file_mode, sysfs_pf_show, sysfs_pf_store),	\
		__VA_ARGS__						\
	}).attr.attr)

#define SYSFS_SHOW(file, format, expression)				\
static ssize_t file##_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,	\
			   char *buf)					\
{									\
	return sysfs_emit(buf, format, expression);			\
}

/* files that name no engine are about this one */
static struct gpuvf_engine *sysfs_engine(const struct gpuvf_pf *pf)
{
	return pf->engine[GPUVF_ENGINE_ID_GFX];
}

static ssize_t capabilities_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,
				 char *buf)
{
	unsigned long capabilities = pf->hw->caps.capabilities;
	unsigned int bit;
	int len = 0;

	for_each_set_bit(bit, &capabilities, ARRAY_SIZE(sysfs_capabilities))
		len += sysfs_emit_at(buf, len, "%s%s", len ? " " : "",
				     sysfs_capabilities[bit]);
	return len + sysfs_emit_at(buf, len, "\n");
}

SYSFS_SHOW(backend, "%s\n", pf->hw->ops->name)
SYSFS_SHOW(revision, "%llu\n", pf->public.revision)
SYSFS_SHOW(state, "%s\n", pf->public.wedged ? "wedged" : "ready")
SYSFS_SHOW(vfs_changing, "%d\n", pf->public.vfs_changing)

static struct attribute *sysfs_pf_attrs[] = {
	SYSFS_FILE(backend, 0444, backend_show),
	SYSFS_FILE(capabilities, 0444, capabilities_show),
	SYSFS_FILE(revision, 0444, revision_show),
	SYSFS_FILE(state, 0444, state_show),
	SYSFS_FILE(vfs_changing, 0444, vfs_changing_show),
	SYSFS_FILE(reset, 0200, NULL, sysfs_parse_one, GPUVF_OP_PF_RESET),
	NULL
};

static const struct attribute_group sysfs_pf_group = { .attrs = sysfs_pf_attrs };

/* what is quarantined counts as free for those who may not see it */
static const struct gpuvf_layout *sysfs_layout(struct gpuvf_pf *pf)
{
	if (sysfs_may_see())
		return &pf->config.layout;
	gpuvf_layout_measure(&pf->public.config.layout, &pf->hw->caps.fb,
			     pf->total_vfs, 0, NULL);
	return &pf->public.config.layout;
}

SYSFS_SHOW(total, "%llu\n", pf->hw->caps.fb.total_bytes)
SYSFS_SHOW(free, "%llu\n", sysfs_layout(pf)->free_bytes)
SYSFS_SHOW(largest_free, "%llu\n", sysfs_layout(pf)->largest_free_bytes)
SYSFS_SHOW(alloc_unit, "%llu\n", pf->hw->caps.fb.unit_bytes)
SYSFS_SHOW(pf_reserve, "%llu\n", pf->public.config.layout.pf_reserve_bytes)
SYSFS_SHOW(needs_scrub, "%llu\n", gpuvf_scrub_bytes_locked(pf, pf->scrub.needs_scrub))
SYSFS_SHOW(quarantined, "%llu\n", gpuvf_scrub_bytes_locked(pf, pf->scrub.quarantined))

static struct attribute *sysfs_fb_attrs[] = {
	SYSFS_FILE(total, 0444, total_show),
	SYSFS_FILE(free, 0444, free_show, .fuller = true),
	SYSFS_FILE(largest_free, 0444, largest_free_show, .fuller = true),
	SYSFS_FILE(alloc_unit, 0444, alloc_unit_show),
	SYSFS_FILE(pf_reserve, 0644, pf_reserve_show, sysfs_parse_pf_reserve),
	SYSFS_FILE(needs_scrub, 0400, needs_scrub_show),
	SYSFS_FILE(quarantined, 0400, quarantined_show),
	SYSFS_FILE(scrub, 0200, NULL, sysfs_parse_one, GPUVF_OP_FB_SCRUB),
	NULL
};

static const struct attribute_group sysfs_fb_group = { .name = "fb", .attrs = sysfs_fb_attrs };

SYSFS_SHOW(policy, "%s\n", gpuvf_policy_names[pf->public.config.policy])
SYSFS_SHOW(time_slice_min_us, "%u\n", sysfs_engine(pf)->time_slice_min_us)
SYSFS_SHOW(time_slice_max_us, "%u\n", sysfs_engine(pf)->time_slice_max_us)
/* the cost of switches is measured */
SYSFS_SHOW(rotation_us, "%llu\n", gpuvf_engine_rotation_us(pf, &pf->config))

static struct attribute *sysfs_sched_attrs[] = {
	SYSFS_FILE(policy, 0644, policy_show, sysfs_parse_policy),
	SYSFS_FILE(time_slice_min_us, 0444, time_slice_min_us_show),
	SYSFS_FILE(time_slice_max_us, 0444, time_slice_max_us_show),
	SYSFS_FILE(rotation_us, 0400, rotation_us_show),
	NULL
};

static const struct attribute_group sysfs_sched_group = {
	.name = "sched",
	.attrs = sysfs_sched_attrs
};

const struct attribute_group *gpuvf_pf_groups[] = {
	&sysfs_pf_group,
	&sysfs_fb_group,
	&sysfs_sched_group,
	NULL
};

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
static ssize_t fb_offset_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,
			      char *buf)
{
	const struct gpuvf_extent *fb = sysfs_vf_fb(vf);

	return fb->size ? sysfs_emit(buf, "%llu\n", fb->start) :
			  sysfs_emit(buf, "\n");
}

SYSFS_SHOW(fb_quota, "%llu\n", sysfs_vf_fb(vf)->size)
SYSFS_SHOW(time_slice_us, "%u\n", sysfs_vf_times(vf)->time_slice_us)
SYSFS_SHOW(preempt_timeout_us, "%u\n",
	   gpuvf_config_preempt_us(sysfs_vf_times(vf)))
SYSFS_SHOW(profile, "%s\n", sysfs_vf_config(vf)->profile)
SYSFS_SHOW(vf_state, "%s\n", gpuvf_vf_state_names[gpuvf_vf_state_locked(vf)])
SYSFS_SHOW(in_use, "%d\n", gpuvf_vf_in_use_locked(vf))
SYSFS_SHOW(driver, "%s\n", vf->driver)

/* state, in_use, stats and guest are about what tenants do */
static struct attribute *sysfs_vf_attrs[] = {
	SYSFS_FILE(fb_quota, 0644, fb_quota_show, sysfs_parse_fb_quota),
	SYSFS_FILE(fb_offset, 0444, fb_offset_show),
	SYSFS_FILE(time_slice_us, 0644, time_slice_us_show,
		   sysfs_parse_time_slice_us),
	SYSFS_FILE(preempt_timeout_us, 0644, preempt_timeout_us_show,
		   sysfs_parse_preempt_timeout_us),
	SYSFS_FILE(profile, 0644, profile_show, sysfs_parse_profile),
	SYSFS_FILE(state, 0400, vf_state_show),
	SYSFS_FILE(in_use, 0400, in_use_show),
	SYSFS_FILE(driver, 0444, driver_show),
	SYSFS_FILE(reset, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_RESET),
	SYSFS_FILE(stop, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_STOP),
	SYSFS_FILE(pause, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_PAUSE),
	SYSFS_FILE(resume, 0200, NULL, sysfs_parse_one, GPUVF_OP_VF_RESUME),
	NULL
};

static const struct attribute_group sysfs_vf_group = { .attrs = sysfs_vf_attrs };

/* exact times are a side channel between tenants */
#define SYSFS_COUNTER(file, FILE)					\
static ssize_t file##_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,	\
			   char *buf)					\
{									\
	struct gpuvf_vf_stats stats;					\
									\
	gpuvf_vf_stats_get(vf, sysfs_engine(pf), &stats);		\
	return sysfs_emit(buf, "%llu\n", stats.file);			\
}

GPUVF_ENGINE_COUNTERS(SYSFS_COUNTER)
GPUVF_VF_COUNTERS(SYSFS_COUNTER)

#define SYSFS_COUNTER_FILE(file, FILE) SYSFS_FILE(file, 0400, file##_show),

static struct attribute *sysfs_vf_stats_attrs[] = {
	GPUVF_ENGINE_COUNTERS(SYSFS_COUNTER_FILE)
	GPUVF_VF_COUNTERS(SYSFS_COUNTER_FILE)
	NULL
};

static const struct attribute_group sysfs_vf_stats_group = {
	.name = "stats",
	.attrs = sysfs_vf_stats_attrs
};

/* what a guest claims; empty while it has not said anything: 0 would be a claim */
#define SYSFS_CLAIM(file, format, expression)				\
static ssize_t file##_show(struct gpuvf_pf *pf, struct gpuvf_vf *vf,	\
			   char *buf)					\
{									\
	if (!vf->guest.time_ns)						\
		return sysfs_emit(buf, "\n");				\
	return sysfs_emit(buf, format, expression);			\
}

SYSFS_CLAIM(claims_driver, "%s\n", vf->guest.claims.driver)
SYSFS_CLAIM(fb_used, "%llu\n", vf->guest.claims.used_bytes)
SYSFS_CLAIM(fb_total, "%llu\n", vf->guest.claims.total_bytes)
SYSFS_CLAIM(time_ns, "%llu\n", vf->guest.time_ns)

static struct attribute *sysfs_vf_guest_attrs[] = {
	SYSFS_FILE(driver, 0400, claims_driver_show),
	SYSFS_FILE(fb_used, 0400, fb_used_show),
	SYSFS_FILE(fb_total, 0400, fb_total_show),
	SYSFS_FILE(time_ns, 0400, time_ns_show),
	NULL
};

static const struct attribute_group sysfs_vf_guest_group = {
	.name = "guest",
	.attrs = sysfs_vf_guest_attrs
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
	struct gpuvf_vf *vf = container_of(kobj, struct gpuvf_vf, kobj);

	return sysfs_show(vf->pf, vf,
			  container_of(attr, struct sysfs_file, attr.attr), buf);
}

static ssize_t sysfs_vf_store(struct kobject *kobj, struct attribute *attr,
			      const char *buf, size_t count)
{
	struct gpuvf_vf *vf = container_of(kobj, struct gpuvf_vf, kobj);

	return sysfs_store(vf->pf, vf->index,
			   container_of(attr, struct sysfs_file, attr.attr), buf,
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
		/* not that of a VF for which there was no memory */
		if (pf->vf[i].kobj.state_in_sysfs)
			kobject_del(&pf->vf[i].kobj);
		kobject_put(&pf->vf[i].kobj);
	}
	if (device_is_registered(&pf->dev))
		device_del(&pf->dev);
}
