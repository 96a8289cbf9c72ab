/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host drivers of VFs: which one a VF has, which one it should have, and what gives
 * it that one.
 */
#ifndef AGENT_MODEL_HOST_DRIVER_H
#define AGENT_MODEL_HOST_DRIVER_H

#include "model/gpu.h"

/* what is to drive a VF on the host */
enum host_driver {
	HOST_DRIVER_UNSET,	/* not managed: whatever the kernel binds */
	HOST_DRIVER_DEFAULT,	/* what the kernel binds, no override */
	HOST_DRIVER_NONE,
	HOST_DRIVER_VFIO_PCI,
	HOST_DRIVER_XE_VFIO_PCI,	/* vfio-pci with migration, for VFs of xe */
	HOST_DRIVER_GPUVF_VFIO,		/* vfio-pci that reports to gpuvf.ko, for its VFs */
};

/* the ability of a provider whose VFs any of these may have, but for some */
#define HOST_DRIVERS_BUT(drivers, why)					\
	{								\
		.can_read = true, .can_set = true, .when = WHEN_UNUSED,	\
		.lost_on_disable = true,				\
		.words = (u32)~(drivers), .cannot = why,		\
	}

/* whose VFs have a driver of no provider */
#define ANY_HOST_DRIVER							\
	HOST_DRIVERS_BUT(BIT(HOST_DRIVER_XE_VFIO_PCI) | BIT(HOST_DRIVER_GPUVF_VFIO), \
			 "has no VFs that xe-vfio-pci or gpuvf-vfio takes")

/* instead of the name of a driver: any driver, or none, will do */
#define ANY_DRIVER	"*"

/**
 * struct vf_driver - the host driver of a VF
 * @bound: driver that is bound, empty: none
 * @override: driver_override, empty: none
 */
struct vf_driver {
	char bound[NAME_SIZE];
	char override[NAME_SIZE];
};

/**
 * struct driver_steps - what gives a VF the driver that it should have
 * @override: write driver_override
 * @unbind: unbind the driver that it has
 * @probe: let the kernel bind a driver
 */
struct driver_steps {
	bool override;
	bool unbind;
	bool probe;
};

bool is_vfio_driver(const char *driver);
const char *host_driver_name(enum host_driver driver);
void driver_want(struct vf_driver *driver, enum host_driver want);
bool driver_is(const char *want, const char *is);
struct driver_steps driver_steps(const struct vf_driver *want,
				 const struct vf_driver *is, bool is_new);

#endif /* AGENT_MODEL_HOST_DRIVER_H */
