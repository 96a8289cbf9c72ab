// SPDX-License-Identifier: GPL-2.0
/*
 * How many VFs are enabled, whatever the PF's driver is doing.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/root.h"
#include "pci/attr.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"

/**
 * sysfs_get_num_vfs() - read sriov_numvfs
 * @bdf: PCI address of the PF
 * @num_vfs: result
 *
 * Return: 0; -ETIMEDOUT: the driver is in the middle of a change, or hangs in one;
 * another negative errno.
 */
int sysfs_get_num_vfs(const char *bdf, u32 *num_vfs)
{
	char *path = root_path("sys/bus/pci/devices/%s/" NUMVFS, bdf);
	char text[32];
	char *end;
	int err;

	err = attr_read(bdf, path, text, sizeof(text), READ_LIMIT_MS);
	free(path);
	if (err)
		return err;
	errno = 0;
	*num_vfs = strtoul(text, &end, 10);
	if (end == text || (*end && *end != '\n') || errno || *text == '-')
		return -EINVAL;
	return 0;
}
