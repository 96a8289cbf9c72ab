// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs, in a tree of files that stands for the PCI core: one that the tree has
 * takes each VF whose driver_override names it.
 */
#include "agent_test.h"
#include "crash.h"
#include "pci/sysfs.h"
#include "pci_tree.h"

int __wrap_sysfs_set_driver_override(const char *bdf, const char *driver);

int __wrap_sysfs_set_driver_override(const char *bdf, const char *driver)
{
	driver_begin();
	put(bdf, "driver_override", driver);
	driver_end();
	return 0;
}

int __wrap_sysfs_probe(const char *bdf);
int __wrap_sysfs_unbind(const char *bdf);

int __wrap_sysfs_probe(const char *bdf)
{
	char driver[NAME_SIZE];

	sysfs_driver_override(bdf, driver, sizeof(driver));
	driver_begin();
	if (*driver && sysfs_has_driver(driver))
		bind_driver(bdf, driver);
	driver_end();
	return 0;
}

int __wrap_sysfs_unbind(const char *bdf)
{
	char *path = path_of(bdf, "driver");

	driver_begin();
	unlink(path);
	driver_end();
	free(path);
	return 0;
}
