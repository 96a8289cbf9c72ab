// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI core's files. Whatever takes a device's lock is left to a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "pci/attr.h"
#include "pci/sysfs.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

/* sysfs gives no more than a page */
#define READ_MAX_BYTES	4096

/* frees @path */
static int write_file(const char *bdf, char *path, const char *text)
{
	int err = attr_write(bdf, path, text, WRITE_LIMIT_S * 1000);

	free(path);
	return err;
}

/**
 * sysfs_write() - write a file of a device
 * @bdf: PCI address
 * @file: of the device
 * @text: what to write
 *
 * Return: 0, or the negative errno of the driver behind the file.
 */
int sysfs_write(const char *bdf, const char *file, const char *text)
{
	return write_file(bdf, root_path(DEVICE "%s", bdf, file), text);
}

/**
 * sysfs_read() - read a file of a device, of any number of lines
 * @bdf: PCI address
 * @file: of the device
 * @text: result, to be freed after success
 *
 * Return: 0, or a negative errno.
 */
int sysfs_read(const char *bdf, const char *file, char **text)
{
	char *path = root_path(DEVICE "%s", bdf, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err = fd < 0 ? -errno : 0;
	size_t size;

	free(path);
	if (err)
		return err;
	err = read_all(fd, READ_MAX_BYTES, text, &size);
	close(fd);
	if (err)
		free(*text);
	return err;
}

/** sysfs_has_device() - is there a PCI device of that address? */
bool sysfs_has_device(const char *bdf)
{
	return root_has("sys/bus/pci/devices/%s", bdf);
}

/** sysfs_has_driver() - is there a PCI driver of that name? */
bool sysfs_has_driver(const char *driver)
{
	return root_has("sys/bus/pci/drivers/%s", driver);
}

/**
 * sysfs_has_iommu() - can vfio-pci take a device?
 * @bdf: PCI address
 *
 * Return: whether it has an IOMMU group, or VFIO does without one.
 */
bool sysfs_has_iommu(const char *bdf)
{
	char unsafe[8];

	root_line(unsafe, sizeof(unsafe),
		  "sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
	return !strcmp(unsafe, "Y") || root_has(DEVICE "iommu_group", bdf);
}

/**
 * sysfs_driver() - the driver bound to a device
 * @bdf: PCI address
 * @driver: result, empty: none
 * @size: bytes of @driver
 */
void sysfs_driver(const char *bdf, char *driver, size_t size)
{
	root_link(driver, size, DEVICE "driver", bdf);
}

/**
 * sysfs_driver_override() - the only driver that may be bound to a device
 * @bdf: PCI address
 * @driver: result, empty: any
 * @size: bytes of @driver
 *
 * Return: 0; -ETIMEDOUT: a driver is being bound to the device or unbound, or hangs in
 * that; another negative errno.
 */
int sysfs_driver_override(const char *bdf, char *driver, size_t size)
{
	char *path = root_path(DEVICE "driver_override", bdf);
	int err = attr_read(bdf, path, driver, size, READ_LIMIT_MS);

	free(path);
	driver[strcspn(driver, "\n")] = '\0';
	if (!strcmp(driver, "(null)"))
		driver[0] = '\0';
	return err;
}

/**
 * sysfs_set_driver_override() - say what may be bound to a device from now on
 * @bdf: PCI address
 * @driver: name of a driver, empty: any
 *
 * Return: as sysfs_set_number().
 */
int sysfs_set_driver_override(const char *bdf, const char *driver)
{
	/* a line without text takes the override away */
	return sysfs_write(bdf, "driver_override", *driver ? driver : "\n");
}

/**
 * sysfs_unbind() - take the driver off a device
 * @bdf: PCI address
 *
 * Return: 0, also when there is no driver; else as sysfs_set_number().
 */
int sysfs_unbind(const char *bdf)
{
	int err = sysfs_write(bdf, "driver/unbind", bdf);

	return err == -ENOENT ? 0 : err;
}

/**
 * sysfs_probe() - let the kernel bind a driver to a device
 * @bdf: PCI address
 *
 * Return: 0, which does not say that a driver wanted it; else as
 * sysfs_set_number().
 */
int sysfs_probe(const char *bdf)
{
	return write_file(bdf, root_path("sys/bus/pci/drivers_probe"), bdf);
}

/**
 * sysfs_vf_bdf() - the address of an enabled VF
 * @bdf: of the PF
 * @index: of the VF
 * @vf: result
 * @size: bytes of @vf
 *
 * Return: 0; -ENODEV: the VF is not enabled.
 */
int sysfs_vf_bdf(const char *bdf, u32 index, char *vf, size_t size)
{
	root_link(vf, size, DEVICE "virtfn%u", bdf, index);
	return *vf ? 0 : -ENODEV;
}

/**
 * sysfs_get_number() - read a file with a number, as sriov_totalvfs
 * @bdf: PCI address
 * @file: of the device
 * @value: result
 *
 * Return: 0, or a negative errno.
 */
int sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	char text[64];
	char *end;

	errno = 0;
	if (!root_line(text, sizeof(text), DEVICE "%s", bdf, file))
		return errno ? -errno : -EIO;
	*value = strtoul(text, &end, 0);
	return *end || end == text ? -EINVAL : 0;
}

/**
 * sysfs_set_number() - write a file with a number
 * @bdf: PCI address
 * @file: of the device
 * @value: the number
 *
 * Return: 0; -ETIMEDOUT: it was not done within WRITE_LIMIT_S, and may still be;
 * -EBUSY: an earlier write still goes on, or what the driver says; another negative
 * errno of the driver behind the file.
 */
int sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return sysfs_write(bdf, file, text);
}
