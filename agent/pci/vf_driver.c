// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers that VFs have.
 */
#include <errno.h>

#include "base/util.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"

/**
 * read_driver() - read the host driver of a VF
 * @vf: PCI address of the VF
 * @driver: result
 *
 * Return: 0, or as sysfs_driver_override(): its override is not known.
 */
int read_driver(const char *vf, struct vf_driver *driver)
{
	sysfs_driver(vf, driver->bound, NAME_SIZE);
	return sysfs_driver_override(vf, driver->override, NAME_SIZE);
}

/**
 * read_drivers() - read the host drivers of the VFs that are enabled
 * @live: a live GPU
 * @changing: is set, and that printed, when a driver is being bound to a VF or unbound,
 *	or hangs in that: nothing is known of the VF's driver then; may be NULL
 *
 * Return: one for each enabled VF, by index, empty while VFs are being enabled or
 * disabled; to be freed.
 */
struct vf_driver *read_drivers(const struct gpu *live, bool *changing)
{
	struct vf_driver *drivers = xcalloc(live->num_vfs, sizeof(*drivers));
	char bdf[BDF_SIZE];
	u32 i;

	/* a VF that is being removed would hang a reader of its override */
	if (live->vfs_changing)
		return drivers;
	for (i = 0; i < live->num_vfs; i++) {
		if (sysfs_vf_bdf(live->bdf, i, bdf, sizeof(bdf)) ||
		    read_driver(bdf, &drivers[i]) != -ETIMEDOUT || !changing)
			continue;
		pr_err("GPU %s VF %u: driver_override cannot be read within %d s: a driver is being bound or unbound, or hangs in that",
		       live->bdf, i, READ_LIMIT_MS / 1000);
		*changing = true;
	}
	return drivers;
}
