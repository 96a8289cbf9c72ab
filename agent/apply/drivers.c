// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs.
 *
 * A VF that is meant for a virtual machine must not be taken by a host driver
 * at the moment it appears. So the PCI core does not probe VFs while they are
 * enabled (sriov_drivers_autoprobe); then driver_override of each says which
 * driver may have it; then probing is allowed again, and each VF is probed
 * once. Overrides belong to the VF's device and are gone when it is disabled.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/drivers.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"

/**
 * write_error() - say why a file of sysfs could not be written
 * @err: negative errno, of sysfs_set_number() and the like
 *
 * Return: as in "Permission denied", behind what was to be written.
 */
const char *write_error(int err)
{
	static char text[100];

	if (err != -ETIMEDOUT)
		return strerror(-err);
	snprintf(text, sizeof(text),
		 "not done within %d s, and goes on: the driver is slow, or hangs in it",
		 WRITE_LIMIT_S);
	return text;
}

static int override_one(const char *bdf, u32 i, const struct vf_driver *want,
			bool *touched)
{
	struct vf_driver is;
	char vf[BDF_SIZE];
	int err;

	err = sysfs_vf_bdf(bdf, i, vf, sizeof(vf));
	if (!err && read_driver(vf, &is) == -ETIMEDOUT)
		err = -EBUSY;
	if (!err && !driver_is(want->override, is.override)) {
		err = sysfs_set_driver_override(vf, want->override);
		*touched |= !err || err == -ETIMEDOUT;
	}
	if (err)
		pr_err("GPU %s VF %u: cannot set driver_override to '%s': %s",
		       bdf, i, want->override, write_error(err));
	return err;
}

/**
 * drivers_override() - say which driver may have each VF
 * @bdf: of the PF
 * @want: by index
 * @num_vfs: entries of @want; that many VFs are enabled
 * @touched: is set when something was changed
 *
 * Goes on after errors, but not when a driver hangs, and prints each.
 *
 * Return: 0, or the first negative errno.
 */
int drivers_override(const char *bdf, const struct vf_driver *want,
		     u32 num_vfs, bool *touched)
{
	int first = 0;
	u32 i;

	for (i = 0; i < num_vfs && first != -ETIMEDOUT; i++) {
		int err = override_one(bdf, i, &want[i], touched);

		first = first ?: err;
	}
	return first;
}

/* Return: 0; -ENODEV: the VF did not get the driver, which was printed */
static int check_bound(const char *bdf, u32 i, const char *vf,
		       const char *want)
{
	char is[NAME_SIZE];

	sysfs_driver(vf, is, sizeof(is));
	if (driver_is(want, is))
		return 0;
	if (is_vfio_driver(want) && !sysfs_has_iommu(vf))
		pr_err("GPU %s VF %u: %s cannot take it: it has no IOMMU group (gpuvf-agent doctor)",
		       bdf, i, want);
	else
		pr_err("GPU %s VF %u: driver is %s, should be %s (see the kernel log)",
		       bdf, i, *is ? is : "none",
		       *want ? want : "none");
	return -ENODEV;
}

static int bind_one(const char *bdf, u32 i, const struct vf_driver *want,
		    struct driver_steps steps, bool *touched)
{
	char was[NAME_SIZE], is[NAME_SIZE];
	char vf[BDF_SIZE];
	int err;

	err = sysfs_vf_bdf(bdf, i, vf, sizeof(vf));
	if (err)
		return err;
	sysfs_driver(vf, was, sizeof(was));
	if (steps.unbind)
		err = sysfs_unbind(vf);
	if (!err && steps.probe)
		err = sysfs_probe(vf);
	sysfs_driver(vf, is, sizeof(is));
	*touched |= strcmp(was, is) || err == -ETIMEDOUT;
	if (!err)
		return check_bound(bdf, i, vf, want->bound);
	pr_err("GPU %s VF %u: cannot set its host driver: %s", bdf, i,
	       write_error(err));
	return err;
}

/**
 * drivers_bind() - give each VF the driver that it should have
 * @bdf: of the PF
 * @want: by index; their overrides are written already
 * @before: the drivers before that, by index; not used when @are_new
 * @num_vfs: entries of @want; that many VFs are enabled
 * @are_new: the VFs were enabled while probing was held off
 * @touched: is set when something was changed
 *
 * Goes on after errors, but not when a driver hangs, and prints each.
 *
 * Return: 0, or the first negative errno: -ENODEV: a driver did not take a VF.
 */
int drivers_bind(const char *bdf, const struct vf_driver *want,
		 const struct vf_driver *before, u32 num_vfs, bool are_new,
		 bool *touched)
{
	int first = 0;
	u32 i;

	for (i = 0; i < num_vfs && first != -ETIMEDOUT; i++) {
		struct driver_steps steps;
		int err;

		steps = driver_steps(&want[i], &before[i], are_new);
		if (!steps.unbind && !steps.probe)
			continue;
		err = bind_one(bdf, i, &want[i], steps, touched);
		first = first ?: err;
	}
	return first;
}
