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

#include "sysfs.h"
#include "util.h"

static const char *sysfs_root = "/sys";

/**
 * sysfs_set_root() - look for sysfs elsewhere; for tests
 * @root: instead of /sys; kept by reference
 */
void sysfs_set_root(const char *root)
{
	sysfs_root = root;
}

static char *device_path(const char *bdf, const char *file)
{
	return xasprintf("%s/bus/pci/devices/%s%s%s", sysfs_root, bdf,
			 *file ? "/" : "", file);
}

static int write_file(const char *path, const char *text)
{
	ssize_t len = strlen(text);
	ssize_t written;
	int err = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* the kernel takes a value whole or not at all */
	written = write(fd, text, len);
	if (written != len)
		err = written < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

static int read_file(const char *path, char *text, size_t size)
{
	ssize_t got;
	int err = 0;
	int fd;

	text[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	if (got < 0)
		err = -errno;
	else
		text[got] = '\0';
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	return err;
}

static int write_device(const char *bdf, const char *file, const char *text)
{
	char *path = device_path(bdf, file);
	int err = write_file(path, text);

	free(path);
	return err;
}

static int write_bus(const char *file, const char *text)
{
	char *path = xasprintf("%s/bus/pci/%s", sysfs_root, file);
	int err = write_file(path, text);

	free(path);
	return err;
}

/* the last part of where a link points to, empty when there is no link */
static void link_name(const char *path, char *name, size_t size)
{
	char target[256];
	const char *slash;
	ssize_t len;

	name[0] = '\0';
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return;
	target[len] = '\0';
	slash = strrchr(target, '/');
	copy_string(name, size, slash ? slash + 1 : target);
}

/** sysfs_has_device() - is there a PCI device of that address? */
bool sysfs_has_device(const char *bdf)
{
	char *path = device_path(bdf, "");
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

/** sysfs_has_driver() - is there a PCI driver of that name? */
bool sysfs_has_driver(const char *driver)
{
	char *path = xasprintf("%s/bus/pci/drivers/%s", sysfs_root, driver);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

/**
 * sysfs_driver() - the driver bound to a device
 * @bdf: PCI address
 * @driver: result, empty: none
 * @size: bytes of @driver
 */
void sysfs_driver(const char *bdf, char *driver, size_t size)
{
	char *path = device_path(bdf, "driver");

	link_name(path, driver, size);
	free(path);
}

/**
 * sysfs_driver_override() - the only driver that may be bound to a device
 * @bdf: PCI address
 * @driver: result, empty: any
 * @size: bytes of @driver
 */
void sysfs_driver_override(const char *bdf, char *driver, size_t size)
{
	char *path = device_path(bdf, "driver_override");

	if (read_file(path, driver, size) || !strcmp(driver, "(null)"))
		driver[0] = '\0';
	free(path);
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
	return write_bus("drivers_probe", bdf);
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
	char *path;
	char file[32];

	snprintf(file, sizeof(file), "virtfn%u", index);
	path = device_path(bdf, file);
	link_name(path, vf, size);
	free(path);
	return *vf ? 0 : -ENODEV;
}

/**
 * sysfs_get_number() - read a file with a number, as sriov_numvfs
 * @bdf: PCI address
 * @file: of the device
 * @value: result
 *
 * Return: 0, or a negative errno.
 */
int sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	char *path = device_path(bdf, file);
	char text[64];
	char *end;
	int err;

	err = read_file(path, text, sizeof(text));
	free(path);
	if (err)
		return err;
	*value = strtoul(text, &end, 10);
	return *end || end == text ? -EINVAL : 0;
}

/**
 * sysfs_set_number() - write a file with a number
 * @bdf: PCI address
 * @file: of the device
 * @value: the number
 *
 * Return: 0, or the negative errno of whoever is behind the file.
 */
int sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	return write_device(bdf, file, text);
}

/**
 * sysfs_explain_absence() - say why the netlink family is not there
 *
 * The family lives in the initial network namespace only; sysfs shows the
 * module in all of them.
 */
void sysfs_explain_absence(void)
{
	char *path = xasprintf("%s/module/gpuvf", sysfs_root);

	if (access(path, F_OK))
		pr_err("module gpuvf is not loaded: modprobe gpuvf");
	else
		pr_err("module gpuvf is loaded, but answers only in the initial network namespace: nsenter --net=/proc/1/ns/net");
	free(path);
}
