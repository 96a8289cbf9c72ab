// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI function opened through VFIO, as a virtual machine monitor does it: the
 * group interface with a type 1 container, which both kernels have.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file.h"
#include "vfio.h"

/*
 * The simulator's interrupts are not remapped by hardware: VFIO has to know
 * that this is all right, also when it was loaded before.
 */
static int load(void)
{
	return system("modprobe -a vfio_iommu_type1 vfio-pci") ||
	       file_write("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
			  "1") ||
	       (!module_is_loaded("gpuvf_sim_iommu") &&
		module_load("gpuvf_sim_iommu", ""));
}

/**
 * vfio_missing() - fixture_missing(), and VFIO with IOMMU groups for the VFs
 *
 * Return: the reason to skip the test, NULL: nothing is missing, and all is loaded.
 */
const char *vfio_missing(void)
{
	const char *missing = fixture_missing();

	if (!missing && load())
		missing = "no VFIO, or no IOMMU for it";
	return missing;
}

/* the last part of where a link points to */
static int link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	if (n < 0)
		return -errno;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	if (strlen(slash) >= size)
		return -ENAMETOOLONG;
	memcpy(name, slash, strlen(slash) + 1);
	return 0;
}

/**
 * vfio_bind_to() - give a function to a driver of VFIO
 * @pci_dir: its directory in sysfs
 * @wanted: name of the driver, vfio-pci or one on its core
 *
 * Return: 0; -EINVAL: it has no IOMMU group; -ENODEV: the driver did not take
 * it.
 */
int vfio_bind_to(const char *pci_dir, const char *wanted)
{
	char path[PATH_MAX], bdf[64], driver[64];
	int err;

	snprintf(path, sizeof(path), "%s/iommu_group", pci_dir);
	if (!file_exists(path))
		return -EINVAL;
	/* a process that is not root can only open what is bound already */
	snprintf(path, sizeof(path), "%s/driver", pci_dir);
	if (!link_name(path, driver, sizeof(driver)) &&
	    !strcmp(driver, wanted))
		return 0;
	snprintf(path, sizeof(path), "%s/driver_override", pci_dir);
	err = file_write(path, wanted);
	if (err)
		return err;
	err = link_name(pci_dir, bdf, sizeof(bdf));
	if (err)
		return err;
	err = file_write("/sys/bus/pci/drivers_probe", bdf);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/driver", pci_dir);
	err = link_name(path, driver, sizeof(driver));
	return err || strcmp(driver, wanted) ? -ENODEV : 0;
}

/** vfio_bind() - vfio_bind_to() vfio-pci */
int vfio_bind(const char *pci_dir)
{
	return vfio_bind_to(pci_dir, "vfio-pci");
}

static int open_group(struct vfio *vfio, const char *pci_dir)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[PATH_MAX], name[64];
	int err;

	snprintf(path, sizeof(path), "%s/iommu_group", pci_dir);
	err = link_name(path, name, sizeof(name));
	if (err)
		return err;
	snprintf(path, sizeof(path), "/dev/vfio/%s", name);
	vfio->group = open(path, O_RDWR | O_CLOEXEC);
	if (vfio->group < 0 ||
	    ioctl(vfio->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EPERM;
	if (ioctl(vfio->group, VFIO_GROUP_SET_CONTAINER, &vfio->container) ||
	    ioctl(vfio->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	return 0;
}

static int open_device(struct vfio *vfio, const char *pci_dir)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	char bdf[64];
	int err;

	err = link_name(pci_dir, bdf, sizeof(bdf));
	if (err)
		return err;
	vfio->device = ioctl(vfio->group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (vfio->device < 0 ||
	    ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &region))
		return -errno;
	vfio->config = region.offset;
	return 0;
}

/**
 * vfio_open() - open a function that vfio-pci has
 * @vfio: becomes the open function
 * @pci_dir: a link to its directory in sysfs
 *
 * Return: 0, or a negative errno.
 */
int vfio_open(struct vfio *vfio, const char *pci_dir)
{
	int err;

	*vfio = (struct vfio){ -1, -1, -1, -1, 0 };
	vfio->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	err = vfio->container < 0 ? -errno : open_group(vfio, pci_dir);
	if (!err)
		err = open_device(vfio, pci_dir);
	if (err)
		vfio_close(vfio);
	return err;
}

/**
 * vfio_close() - close it, as far as it is open
 * @vfio: what vfio_open() was given
 */
void vfio_close(struct vfio *vfio)
{
	int *const fds[] = {
		&vfio->event, &vfio->device, &vfio->group, &vfio->container,
	};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

/**
 * vfio_read() - a dword of configuration space
 * @vfio: open function
 * @where: offset
 *
 * Return: all ones when it cannot be read.
 */
uint32_t vfio_read(const struct vfio *vfio, unsigned int where)
{
	uint32_t val;

	if (pread(vfio->device, &val, 4, vfio->config + where) != 4)
		return UINT32_MAX;
	return val;
}

/**
 * vfio_write() - write a dword of configuration space
 * @vfio: open function
 * @where: offset
 * @val: what
 *
 * Return: 0, or a negative errno.
 */
int vfio_write(const struct vfio *vfio, unsigned int where, uint32_t val)
{
	return pwrite(vfio->device, &val, 4, vfio->config + where) == 4 ?
	       0 : -errno;
}

/**
 * vfio_capability() - find a vendor-specific extended capability
 * @vfio: open function
 * @vsec: its id
 *
 * Return: where it begins; 0: there is none.
 */
int vfio_capability(const struct vfio *vfio, unsigned int vsec)
{
	unsigned int where = PCI_CFG_SPACE_SIZE, i;
	uint32_t header;

	for (i = 0; where && i < 100; i++) {
		header = vfio_read(vfio, where);
		if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_VNDR &&
		    (vfio_read(vfio, where + PCI_VNDR_HEADER) & 0xffff) == vsec)
			return where;
		where = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/**
 * vfio_map() - let the function reach memory
 * @vfio: open function
 * @memory: page-aligned
 * @iova: where the function sees it
 * @size: in bytes
 *
 * Return: 0, or a negative errno.
 */
int vfio_map(const struct vfio *vfio, void *memory, uint64_t iova,
	     uint64_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ioctl(vfio->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

/**
 * vfio_unmap() - take memory from the function again
 * @vfio: open function
 * @iova: as of vfio_map()
 * @size: in bytes
 *
 * Return: 0, or a negative errno; -ENOENT: it was not mapped.
 */
int vfio_unmap(const struct vfio *vfio, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	if (ioctl(vfio->container, VFIO_IOMMU_UNMAP_DMA, &unmap))
		return -errno;
	return unmap.size == size ? 0 : -ENOENT;
}

/**
 * vfio_msi() - have the function's MSI counted
 * @vfio: open function
 *
 * Return: 0, or a negative errno.
 */
int vfio_msi(struct vfio *vfio)
{
	union {
		struct vfio_irq_set set;
		char bytes[sizeof(struct vfio_irq_set) + sizeof(int)];
	} irq = {
		.set = {
			.argsz = sizeof(irq),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSI_IRQ_INDEX,
			.count = 1,
		},
	};

	vfio->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (vfio->event < 0)
		return -errno;
	memcpy(irq.set.data, &vfio->event, sizeof(int));
	return ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, &irq) ? -errno : 0;
}

/**
 * vfio_events() - how many MSIs came since this was last asked
 * @vfio: open function, after vfio_msi()
 */
uint64_t vfio_events(const struct vfio *vfio)
{
	uint64_t num;

	return read(vfio->event, &num, sizeof(num)) == sizeof(num) ? num : 0;
}

/**
 * vfio_bar() - map a BAR
 * @vfio: open function
 * @bar: index of the BAR
 * @size: where to, its size in bytes
 *
 * Return: its memory, to be unmapped by munmap(); NULL: it cannot be mapped.
 */
volatile uint32_t *vfio_bar(const struct vfio *vfio, unsigned int bar,
			    size_t *size)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_BAR0_REGION_INDEX + bar,
	};
	void *at;

	if (ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &region) ||
	    !(region.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return NULL;
	*size = region.size;
	at = mmap(NULL, region.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  vfio->device, region.offset);
	return at == MAP_FAILED ? NULL : at;
}

/**
 * vfio_reset() - reset the function, which is an FLR
 * @vfio: open function
 *
 * Return: 0, or a negative errno.
 */
int vfio_reset(const struct vfio *vfio)
{
	return ioctl(vfio->device, VFIO_DEVICE_RESET) ? -errno : 0;
}
