/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows kernel versions. Supported: 6.1 and 6.12.
 */
#ifndef GPUVF_COMPAT_H
#define GPUVF_COMPAT_H

#include <linux/device/class.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * 6.7, and 6.1.68 of Debian 12's line: who may join a multicast group can be
 * restricted. Without that, exact times would be everybody's to read.
 */
#ifndef GENL_MCAST_CAP_SYS_ADMIN
#error "this kernel cannot restrict a multicast group; 6.1.68 and later can"
#endif

/* 6.4: a class has no owner any more */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define gpuvf_class_create(name)	class_create(name)
#else
#define gpuvf_class_create(name)	class_create(THIS_MODULE, name)
#endif

/* 6.7: what a dump was asked for moved into struct genl_info */
static inline struct nlattr **gpuvf_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* before 6.7 busses still point at an IOMMU driver that is no more */
static inline void gpuvf_iommu_forget(const struct iommu_ops *ops)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	if (pci_bus_type.iommu_ops == ops)
		pci_bus_type.iommu_ops = NULL;
	if (platform_bus_type.iommu_ops == ops)
		platform_bus_type.iommu_ops = NULL;
#endif
}

#endif /* GPUVF_COMPAT_H */
