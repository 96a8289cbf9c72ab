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

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>

#include "api/sysfs.h"
#include "api/sysfs_value.h"
#include "base/compat.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/scrub.h"
#include "hw/hw.h"

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
	if (!gpuvf_sysfs_may_see())					\
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
	int err = gpuvf_sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (!gpuvf_sysfs_is_one(buf, count))
		return gpuvf_sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = gpuvf_sysfs_request(op);
	return req ? gpuvf_sysfs_request_do(pf, req, count) : -ENOMEM;
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

	if (gpuvf_sysfs_may_see()) {
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
	int err = gpuvf_sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (gpuvf_sysfs_u64(buf, count, &bytes))
		return gpuvf_sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = gpuvf_sysfs_request(GPUVF_OP_CONFIGURE);
	if (!req)
		return -ENOMEM;
	req->set = GPUVF_SET_PF_RESERVE;
	req->pf_reserve_bytes = bytes;
	return gpuvf_sysfs_request_do(pf, req, count);
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
	int err = gpuvf_sysfs_permit(pf, GPUVF_NO_VF);

	if (err)
		return err;
	if (policy < 0 || gpuvf_sysfs_line(buf, count) < 0)
		return gpuvf_sysfs_refuse(pf, GPUVF_NO_VF, buf, count);
	req = gpuvf_sysfs_request(GPUVF_OP_CONFIGURE);
	if (!req)
		return -ENOMEM;
	req->set = GPUVF_SET_POLICY;
	req->policy = policy;
	return gpuvf_sysfs_request_do(pf, req, count);
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
		err = gpuvf_sysfs_vf_add(&pf->vf[i]);
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
 * Waits for reads and writes under way.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_sysfs_del(struct gpuvf_pf *pf)
{
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		gpuvf_sysfs_vf_del(&pf->vf[i]);
	if (device_is_registered(&pf->dev))
		device_del(&pf->dev);
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
