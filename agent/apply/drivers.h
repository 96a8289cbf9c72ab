/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host drivers of VFs: which one a VF has, which one it should have, and what
 * has to be done for that.
 */
#ifndef AGENT_APPLY_DRIVERS_H
#define AGENT_APPLY_DRIVERS_H

#include "config/config.h"

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

void driver_want(struct vf_driver *driver, enum host_driver want);
bool driver_is(const char *want, const char *is);
struct driver_steps driver_steps(const struct vf_driver *want,
				 const struct vf_driver *is, bool is_new);
int drivers_override(const char *bdf, const struct vf_driver *want,
		     u32 num_vfs, bool *touched);
int drivers_bind(const char *bdf, const struct vf_driver *want,
		 const struct vf_driver *before, u32 num_vfs, bool are_new,
		 bool *touched);

#endif /* AGENT_APPLY_DRIVERS_H */
