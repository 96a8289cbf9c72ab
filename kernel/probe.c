// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's headers offer. Each GPUVF_PROBE_... below is compiled alone
 * by probe.mk; what compiles is a GPUVF_HAVE_... for base/compat.h. With none of
 * them the file has to compile, or the headers are not usable at all.
 */

#include <linux/device/class.h>
#include <linux/module.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#if IS_ENABLED(CONFIG_VFIO_PCI_CORE)
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>
#endif

#ifdef GPUVF_PROBE_CLASS_WITHOUT_OWNER
struct class *probe(void)
{
	return class_create("probe");
}
#endif

#ifdef GPUVF_PROBE_GENL_INFO_DUMP
struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
#endif

#ifdef GPUVF_PROBE_WORK_BY_CPU
void probe(struct work_struct *work)
{
	queue_work(system_percpu_wq, work);
	queue_work(system_dfl_wq, work);
}
#endif

#ifdef GPUVF_PROBE_NS_OF_WORD
MODULE_IMPORT_NS(GPUVF);
#endif

#ifdef GPUVF_PROBE_VFIO_IOMMUFD
void probe(struct vfio_device_ops *ops)
{
	ops->bind_iommufd = vfio_iommufd_physical_bind;
	ops->unbind_iommufd = vfio_iommufd_physical_unbind;
	ops->attach_ioas = vfio_iommufd_physical_attach_ioas;
}
#endif

#ifdef GPUVF_PROBE_VFIO_DETACH
void probe(struct vfio_device_ops *ops)
{
	ops->detach_ioas = vfio_iommufd_physical_detach_ioas;
}
#endif

#ifdef GPUVF_PROBE_VFIO_PASID
void probe(struct vfio_device_ops *ops)
{
	ops->pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas;
	ops->pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas;
}
#endif

#ifdef GPUVF_PROBE_VFIO_TOKEN_UUID
void probe(struct vfio_device_ops *ops)
{
	ops->match_token_uuid = vfio_pci_core_match_token_uuid;
}
#endif

#ifdef GPUVF_PROBE_VFIO_REGION_INFO
void probe(struct vfio_device_ops *ops)
{
	ops->get_region_info_caps = vfio_pci_ioctl_get_region_info;
}
#endif

#ifdef GPUVF_PROBE_VFIO_DATA_SIZE
void probe(struct vfio_migration_ops *ops, int (*size)(struct vfio_device *device,
						       unsigned long *bytes))
{
	ops->migration_get_data_size = size;
}
#endif
