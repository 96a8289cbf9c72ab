/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How kernels differ for gpuvf_vfio.ko; see base/compat.h. Each macro initialises members
 * of struct vfio_device_ops as vfio-pci does, as far as the kernel has them.
 */
#ifndef GPUVF_VFIO_COMPAT_H
#define GPUVF_VFIO_COMPAT_H

#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#include "gpuvf_have.h"

/* 6.2 */
#ifdef GPUVF_HAVE_VFIO_IOMMUFD
#define GPUVF_VFIO_IOMMUFD						\
	.bind_iommufd = vfio_iommufd_physical_bind,			\
	.unbind_iommufd = vfio_iommufd_physical_unbind,			\
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
#else
#define GPUVF_VFIO_IOMMUFD
#endif

/* 6.6 */
#ifdef GPUVF_HAVE_VFIO_DETACH
#define GPUVF_VFIO_DETACH						\
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
#else
#define GPUVF_VFIO_DETACH
#endif

/* by 7.3 */
#ifdef GPUVF_HAVE_VFIO_PASID
#define GPUVF_VFIO_PASID						\
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,	\
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
#else
#define GPUVF_VFIO_PASID
#endif

#ifdef GPUVF_HAVE_VFIO_TOKEN_UUID
#define GPUVF_VFIO_TOKEN_UUID						\
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#else
#define GPUVF_VFIO_TOKEN_UUID
#endif

#ifdef GPUVF_HAVE_VFIO_REGION_INFO
#define GPUVF_VFIO_REGION_INFO						\
	.get_region_info_caps = vfio_pci_ioctl_get_region_info,
#else
#define GPUVF_VFIO_REGION_INFO
#endif

/* 6.2; of struct vfio_migration_ops */
#ifdef GPUVF_HAVE_VFIO_DATA_SIZE
#define GPUVF_VFIO_DATA_SIZE						\
	.migration_get_data_size = migration_get_data_size,
#else
#define GPUVF_VFIO_DATA_SIZE
#endif

#endif /* GPUVF_VFIO_COMPAT_H */
