// SPDX-License-Identifier: GPL-2.0
/*
 * A PF of any driver has sriov_numvfs and, for each VF, a link and files for its host
 * driver. What a VF gets of the device is the driver's own matter, and whether a VF
 * is in use can be seen only where a process has it open.
 */
#include <string.h>

#include "base/root.h"
#include "pci/sysfs.h"
#include "provider/foreign.h"
#include "provider/generic.h"

/* what gpuvf drives is gpuvf's, also where its family cannot be seen */
static bool generic_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	if (!root_has("sys/bus/pci/devices/%s/sriov_totalvfs", bdf))
		return false;
	sysfs_driver(bdf, driver, sizeof(driver));
	return *driver && strcmp(driver, gpuvf_abilities.provider);
}

static int generic_open(struct provider **provider)
{
	return foreign_open(&generic_ops, provider);
}

const struct provider_ops generic_ops = {
	.abilities = &generic_abilities,
	.owns = generic_owns,
	.open = generic_open,
	.close = foreign_close,
	.include = foreign_include,
	.read_all = foreign_read_all,
	.read = foreign_read,
};
