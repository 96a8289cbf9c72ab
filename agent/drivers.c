// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs.
 *
 * A VF that is to be handed to a virtual machine must not be taken by a host
 * driver in the moment it appears. So probing of VFs is off while they are
 * enabled (sriov_drivers_autoprobe), then driver_override says who may have
 * each, then probing is as it was before, and each VF is probed once. All of
 * this is bound to the VF's device and goes with it when VFs are disabled.
 */
#include <errno.h>
#include <string.h>

#include "apply.h"
#include "root.h"
#include "sysfs.h"
#include "util.h"

/* a name that no driver has: nothing is bound, now or when a module loads */
#define NO_DRIVER	"none"

/**
 * drivers_hold() - no driver may take the VFs that are about to appear
 * @bdf: of the PF
 * @autoprobe: what was set, for drivers_release()
 *
 * Return: 0, or a negative errno.
 */
int drivers_hold(const char *bdf, u32 *autoprobe)
{
	int err = sysfs_get_number(bdf, AUTOPROBE, autoprobe);

	if (!err && *autoprobe)
		err = sysfs_set_number(bdf, AUTOPROBE, 0);
	return err;
}

/**
 * drivers_release() - VFs may be taken again as before
 * @bdf: of the PF
 * @autoprobe: from drivers_hold()
 *
 * Return: 0, or a negative errno.
 */
int drivers_release(const char *bdf, u32 autoprobe)
{
	return autoprobe ? sysfs_set_number(bdf, AUTOPROBE, autoprobe) : 0;
}

/**
 * drivers_check() - are the drivers there that the VFs are to have?
 * @plan: the plan
 *
 * Says which one is not.
 *
 * Return: EXIT_DONE, EXIT_MISSING.
 */
int drivers_check(const struct plan *plan)
{
	u32 i;

	for (i = 0; i < plan->wish.num_vfs; i++) {
		if (plan_wanted_driver(plan, i) != HOST_DRIVER_VFIO_PCI ||
		    !(plan->changes[i] & VF_REBIND))
			continue;
		if (sysfs_has_driver("vfio-pci"))
			return EXIT_DONE;
		pr_err("GPU %s VF %u is to have driver vfio-pci, which is not loaded: modprobe vfio-pci",
		       plan->live.bdf, i);
		return EXIT_MISSING;
	}
	return EXIT_DONE;
}

/**
 * driver_override_for() - the driver_override that makes a host driver hold
 * @driver: what the file says
 *
 * Return: a name of a driver, empty: no override.
 */
const char *driver_override_for(enum host_driver driver)
{
	switch (driver) {
	case HOST_DRIVER_VFIO_PCI:
		return "vfio-pci";
	case HOST_DRIVER_NONE:
		return NO_DRIVER;
	default:
		return "";
	}
}

/* unbind what is there, say who may have the VF, let the kernel bind */
static int rebind(const char *vf, const char *override, bool probe)
{
	int err;

	err = sysfs_set_driver_override(vf, override);
	err = err ?: sysfs_unbind(vf);
	if (!err && probe)
		err = sysfs_probe(vf);
	return err;
}

static int set_one(const struct plan *plan, u32 i)
{
	enum host_driver driver = plan_wanted_driver(plan, i);
	char bound[NAME_SIZE];
	char vf[BDF_SIZE];
	int err;

	err = sysfs_vf_bdf(plan->live.bdf, i, vf, sizeof(vf));
	err = err ?: rebind(vf, driver_override_for(driver),
			    driver != HOST_DRIVER_NONE);
	if (err) {
		pr_err("GPU %s VF %u: host driver %s could not be set: %s",
		       plan->live.bdf, i, host_driver_name(driver),
		       strerror(-err));
		return err;
	}
	sysfs_driver(vf, bound, sizeof(bound));
	if (driver != HOST_DRIVER_VFIO_PCI || !strcmp(bound, "vfio-pci"))
		return 0;
	if (root_has("sys/bus/pci/devices/%s/iommu_group", vf))
		pr_err("GPU %s VF %u: vfio-pci did not take it; the kernel log says why",
		       plan->live.bdf, i);
	else
		pr_err("GPU %s VF %u: vfio-pci cannot take it, because it has no IOMMU group: is an IOMMU on? (gpuvf-agent doctor)",
		       plan->live.bdf, i);
	return -ENODEV;
}

/**
 * drivers_set() - give every VF the host driver that the file names
 * @plan: the plan; its VFs are enabled
 *
 * Goes on after errors, and says each.
 *
 * Return: 0, or the first negative errno.
 */
int drivers_set(const struct plan *plan)
{
	int first = 0;
	u32 i;

	for (i = 0; i < plan->wish.num_vfs; i++) {
		if (plan->changes[i] & VF_REBIND) {
			int err = set_one(plan, i);

			first = first ?: err;
		}
	}
	return first;
}

static int restore_one(const char *vf, const struct vf_driver *want)
{
	struct vf_driver is;
	bool other;

	sysfs_driver(vf, is.bound, NAME_SIZE);
	sysfs_driver_override(vf, is.override, NAME_SIZE);
	if (!strcmp(want->override, ANY_DRIVER)) {
		/* it may have missed its probe */
		return *is.bound ? 0 : sysfs_probe(vf);
	}
	other = strcmp(want->bound, ANY_DRIVER) && strcmp(want->bound, is.bound);
	if (!other && !strcmp(want->override, is.override) && *is.bound)
		return 0;
	return rebind(vf, want->override, *want->bound);
}

/**
 * drivers_restore() - give VFs the host drivers of a state
 * @bdf: of the PF
 * @drivers: by index, as they are to be
 * @num_vfs: entries of @drivers; that many VFs are enabled
 *
 * Goes on after errors.
 *
 * Return: 0, or the first negative errno.
 */
int drivers_restore(const char *bdf, const struct vf_driver *drivers,
		    u32 num_vfs)
{
	char vf[BDF_SIZE];
	int first = 0;
	u32 i;

	for (i = 0; i < num_vfs; i++) {
		int err = sysfs_vf_bdf(bdf, i, vf, sizeof(vf));

		err = err ?: restore_one(vf, &drivers[i]);
		first = first ?: err;
	}
	return first;
}
