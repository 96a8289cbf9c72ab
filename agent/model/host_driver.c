// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs.
 */
#include <string.h>

#include "base/util.h"
#include "model/host_driver.h"

/* a name that no driver has: nothing is bound, now or when a module loads */
#define NO_DRIVER	"none"

static const char *const host_driver_names[] = {
	[HOST_DRIVER_UNSET] = "unset",
	[HOST_DRIVER_DEFAULT] = "default",
	[HOST_DRIVER_NONE] = "none",
	[HOST_DRIVER_VFIO_PCI] = "vfio-pci",
	[HOST_DRIVER_XE_VFIO_PCI] = "xe-vfio-pci",
	[HOST_DRIVER_GPUVF_VFIO] = "gpuvf-vfio",
};

/** host_driver_name() - as it is written in files */
const char *host_driver_name(enum host_driver driver)
{
	return host_driver_names[driver];
}

/** is_vfio_driver() - does a driver hand devices to user space? */
bool is_vfio_driver(const char *driver)
{
	return !strcmp(driver, host_driver_name(HOST_DRIVER_VFIO_PCI)) ||
	       !strcmp(driver, host_driver_name(HOST_DRIVER_XE_VFIO_PCI)) ||
	       !strcmp(driver, host_driver_name(HOST_DRIVER_GPUVF_VFIO));
}

/**
 * driver_want() - translate what the configuration says of a VF
 * @driver: result; ANY_DRIVER where it does not matter
 * @want: what the configuration says
 */
void driver_want(struct vf_driver *driver, enum host_driver want)
{
	copy_string(driver->bound, NAME_SIZE, ANY_DRIVER);
	copy_string(driver->override, NAME_SIZE, ANY_DRIVER);
	switch (want) {
	case HOST_DRIVER_VFIO_PCI:
	case HOST_DRIVER_XE_VFIO_PCI:
	case HOST_DRIVER_GPUVF_VFIO:
		copy_string(driver->bound, NAME_SIZE, host_driver_name(want));
		copy_string(driver->override, NAME_SIZE, host_driver_name(want));
		break;
	case HOST_DRIVER_NONE:
		driver->bound[0] = '\0';
		copy_string(driver->override, NAME_SIZE, NO_DRIVER);
		break;
	case HOST_DRIVER_DEFAULT:
		driver->override[0] = '\0';
		break;
	case HOST_DRIVER_UNSET:
		break;
	}
}

/**
 * driver_is() - compare the name of a driver with the one that is wanted
 * @want: may be ANY_DRIVER
 * @is: empty: none
 *
 * Return: whether it will do.
 */
bool driver_is(const char *want, const char *is)
{
	return !strcmp(want, ANY_DRIVER) || !strcmp(want, is);
}

/**
 * driver_steps() - find what gives a VF the driver that it should have
 * @want: as it should be
 * @is: as it is
 * @is_new: the VF was enabled while probing was held off
 *
 * The override is part of it: without one, the next driver that knows the VF
 * takes it. Where any driver will do, the one that an override chose goes with
 * the override.
 *
 * Return: the steps; none when nothing has to be done.
 */
struct driver_steps driver_steps(const struct vf_driver *want,
				 const struct vf_driver *is, bool is_new)
{
	struct driver_steps steps = {
		.override = !driver_is(want->override, is->override),
	};

	if (!strcmp(want->bound, ANY_DRIVER)) {
		steps.unbind = *is->bound && steps.override;
		steps.probe = steps.override || (!*is->bound && is_new);
	} else if (strcmp(want->bound, is->bound)) {
		steps.unbind = *is->bound;
		steps.probe = *want->bound;
	}
	return steps;
}
