// SPDX-License-Identifier: GPL-2.0
/*
 * The files of VFs, in /sys/class/gpuvf/<BDF>/vf<N>; api/sysfs.c lists them.
 */

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "api/sysfs.h"
#include "api/sysfs_value.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "sched/engine.h"
#include "vf/vf.h"

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
	static struct sysfs_vf_attr sysfs_vf_##file = { \
		.attr = { .name = #file, .mode = 0444 }, \
		.show = vf_##file##_show, \
	}

/* of what tenants do; see SYSFS_PF_PRIVATE() */
#define SYSFS_VF_PRIVATE(file) \
	static struct sysfs_vf_attr sysfs_vf_##file = { \
		.attr = { .name = #file, .mode = 0400 }, \
		.show = vf_##file##_show, \
	}

#define SYSFS_VF_RW(file) \
	static struct sysfs_vf_attr sysfs_vf_##file = { \
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
	struct gpuvf_request *req = gpuvf_sysfs_request(op);

	if (!req)
		return NULL;
	req->num_vfs = 1;
	req->vf[0].index = vf->index;
	req->vf[0].set = set;
	return req;
}

/* a file that changes one setting, a number */
#define SYSFS_VF_SETTER(file, type, flag, member)			\
static ssize_t vf_##file##_store(struct gpuvf_vf *vf, const char *buf,	\
				 size_t count)				\
{									\
	struct gpuvf_request *req;					\
	type value;							\
									\
	if (gpuvf_sysfs_##type(buf, count, &value))			\
		return gpuvf_sysfs_refuse(vf->pf, vf->index, buf,	\
					  count);			\
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, flag);		\
	if (!req)							\
		return -ENOMEM;						\
	req->vf[0].member = value;					\
	return gpuvf_sysfs_request_do(vf->pf, req, count);		\
}

static ssize_t vf_fb_quota_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  vf->pf->public.config.layout.vf[vf->index].size);
}

SYSFS_VF_SETTER(fb_quota, u64, GPUVF_SET_FB_QUOTA, fb_quota_bytes)

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

SYSFS_VF_SETTER(time_slice_us, u32, GPUVF_SET_TIME_SLICE, time_slice_us)

SYSFS_VF_RW(time_slice_us);

static ssize_t vf_preempt_timeout_us_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  gpuvf_config_preempt_us(sysfs_vf_config(vf)));
}

SYSFS_VF_SETTER(preempt_timeout_us, u32, GPUVF_SET_PREEMPT_TIMEOUT, preempt_timeout_us)

SYSFS_VF_RW(preempt_timeout_us);

static ssize_t vf_profile_show(struct gpuvf_vf *vf, char *buf)
{
	return sysfs_emit(buf, "%s\n", sysfs_vf_config(vf)->profile);
}

static ssize_t vf_profile_store(struct gpuvf_vf *vf, const char *buf,
				size_t count)
{
	ssize_t len = gpuvf_sysfs_line(buf, count);
	struct gpuvf_request *req;

	if (len < 0 || len >= GPUVF_LABEL_SIZE)
		return gpuvf_sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, GPUVF_OP_CONFIGURE, GPUVF_SET_PROFILE);
	if (!req)
		return -ENOMEM;
	memcpy(req->vf[0].profile, buf, len);
	return gpuvf_sysfs_request_do(vf->pf, req, count);
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

	if (!gpuvf_sysfs_is_one(buf, count))
		return gpuvf_sysfs_refuse(vf->pf, vf->index, buf, count);
	req = sysfs_vf_request(vf, op, 0);
	return req ? gpuvf_sysfs_request_do(vf->pf, req, count) : -ENOMEM;
}

#define SYSFS_VF_OP(file, op)						\
static ssize_t vf_##file##_store(struct gpuvf_vf *vf, const char *buf,	\
				 size_t count)				\
{									\
	return sysfs_vf_op(vf, buf, count, op);				\
}									\
static struct sysfs_vf_attr sysfs_vf_##file = {			\
	.attr = { .name = #file, .mode = 0200 },			\
	.store = vf_##file##_store,					\
}

SYSFS_VF_OP(reset, GPUVF_OP_VF_RESET);
SYSFS_VF_OP(stop, GPUVF_OP_VF_STOP);
SYSFS_VF_OP(pause, GPUVF_OP_VF_PAUSE);
SYSFS_VF_OP(resume, GPUVF_OP_VF_RESUME);

/* exact times are a side channel between tenants */
#define SYSFS_VF_COUNTER(file, FILE)					\
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
};

GPUVF_VF_COUNTERS(SYSFS_VF_COUNTER)

#define SYSFS_VF_COUNTER_ATTR(file, FILE) &sysfs_vf_##file.attr,

static struct attribute *sysfs_vf_stats_attrs[] = {
	GPUVF_VF_COUNTERS(SYSFS_VF_COUNTER_ATTR)
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

static struct attribute *sysfs_vf_attrs[] = {
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

static const struct attribute_group sysfs_vf_group = {
	.attrs = sysfs_vf_attrs,
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
	if (!gpuvf_sysfs_may_see())
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
	err = gpuvf_sysfs_permit(vf->pf, vf->index);
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
	.default_groups = sysfs_vf_groups,
};

/**
 * gpuvf_sysfs_vf_add() - make a VF's files
 * @vf: VF of a PF that has its own
 *
 * Context: may sleep.
 * Return: 0, or an errno of sysfs; gpuvf_sysfs_vf_del() removes what was made.
 */
int gpuvf_sysfs_vf_add(struct gpuvf_vf *vf)
{
	/* sysfs_vf_release() gives it back, also when this fails */
	get_device(&vf->pf->dev);
	return kobject_init_and_add(&vf->kobj, &sysfs_vf_type,
				    &vf->pf->dev.kobj, "vf%u", vf->index);
}

/**
 * gpuvf_sysfs_vf_del() - remove a VF's files
 * @vf: VF, after gpuvf_sysfs_vf_add(), or without it
 *
 * The directory is removed before its reference is dropped, since another reference
 * may keep the kobject for longer than its parent has a directory.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_sysfs_vf_del(struct gpuvf_vf *vf)
{
	if (!vf->kobj.state_initialized)
		return;
	kobject_del(&vf->kobj);
	kobject_put(&vf->kobj);
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
