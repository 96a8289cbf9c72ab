// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI core's files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "pci/sysfs.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

/* frees @path */
static int write_file(char *path, const char *text)
{
	ssize_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int err = 0;

	free(path);
	if (fd < 0)
		return -errno;
	/* the kernel takes a value whole or not at all */
	written = write(fd, text, len);
	if (written != len)
		err = written < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

static int write_device(const char *bdf, const char *file, const char *text)
{
	return write_file(root_path(DEVICE "%s", bdf, file), text);
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
 */
void sysfs_driver_override(const char *bdf, char *driver, size_t size)
{
	root_line(driver, size, DEVICE "driver_override", bdf);
	if (!strcmp(driver, "(null)"))
		driver[0] = '\0';
}

/**
 * sysfs_set_driver_override() - say what may be bound to a device from now on
 * @bdf: PCI address
 * @driver: name of a driver, empty: any
 *
 * Return: 0, or a negative errno.
 */
int sysfs_set_driver_override(const char *bdf, const char *driver)
{
	/* a line without text takes the override away */
	return write_device(bdf, "driver_override", *driver ? driver : "\n");
}

/**
 * sysfs_unbind() - take the driver off a device
 * @bdf: PCI address
 *
 * Return: 0, also when there is no driver; or a negative errno.
 */
int sysfs_unbind(const char *bdf)
{
	int err = write_device(bdf, "driver/unbind", bdf);

	return err == -ENOENT ? 0 : err;
}

/**
 * sysfs_probe() - let the kernel bind a driver to a device
 * @bdf: PCI address
 *
 * Return: 0, which does not say that a driver wanted it; or a negative errno.
 */
int sysfs_probe(const char *bdf)
{
	return write_file(root_path("sys/bus/pci/drivers_probe"), bdf);
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
 * Return: 0, or the negative errno of the driver behind the file.
 */
int sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return write_device(bdf, file, text);
}
