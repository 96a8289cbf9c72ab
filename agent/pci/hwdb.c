// SPDX-License-Identifier: GPL-2.0
/*
 * Names of PCI devices, of udev's database.
 */
#include <stdlib.h>

#include <systemd/sd-hwdb.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/hwdb.h"

/* that no list of PCI ids has */
#define SIMULATED	0x4756
#define QEMU		0x1234

/* below the root directory, as recorded hosts may have one too */
static sd_hwdb *open_database(void)
{
	static const char *const paths[] = {
		"etc/systemd/hwdb/hwdb.bin", "etc/udev/hwdb.bin",
		"usr/lib/systemd/hwdb/hwdb.bin", "usr/lib/udev/hwdb.bin",
		"lib/udev/hwdb.bin",
	};
	sd_hwdb *hwdb = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths) && !hwdb; i++) {
		char *path = root_path("%s", paths[i]);

		if (sd_hwdb_new_from_path(path, &hwdb) < 0)
			hwdb = NULL;
		free(path);
	}
	return hwdb;
}

/* Return: a value of a device, printable, to be freed; NULL: there is none */
static char *value_of(sd_hwdb *hwdb, u32 vendor, u32 device, const char *key)
{
	char *alias = xasprintf("pci:v%08Xd%08Xsv", vendor, device);
	const char *value;
	char *text = NULL;

	if (hwdb && sd_hwdb_get(hwdb, alias, key, &value) >= 0)
		text = printable(value);
	free(alias);
	return text;
}

/**
 * hwdb_model() - what a PCI device is called by its vendor
 * @vendor: PCI vendor
 * @device: PCI device
 *
 * Return: to be freed; NULL where the database says nothing.
 */
char *hwdb_model(u32 vendor, u32 device)
{
	sd_hwdb *hwdb = open_database();
	char *model = value_of(hwdb, vendor, device, "ID_MODEL_FROM_DATABASE");

	sd_hwdb_unref(hwdb);
	return model;
}

/**
 * hwdb_name() - who makes a PCI device, and what it is called
 * @vendor: PCI vendor
 * @device: PCI device
 *
 * Return: to be freed; "unknown vendor" where the database says nothing.
 */
char *hwdb_name(u32 vendor, u32 device)
{
	sd_hwdb *hwdb = open_database();
	char *maker = value_of(hwdb, vendor, device, "ID_VENDOR_FROM_DATABASE");
	char *model = value_of(hwdb, vendor, device, "ID_MODEL_FROM_DATABASE");
	char *name;

	name = xasprintf("%s%s%s", maker ?: vendor == SIMULATED ? "simulated" :
			 vendor == QEMU ? "QEMU" : "unknown vendor",
			 model ? " " : "", model ?: "");
	sd_hwdb_unref(hwdb);
	free(maker);
	free(model);
	return name;
}
