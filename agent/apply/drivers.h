/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Giving VFs the host drivers that they should have.
 */
#ifndef AGENT_APPLY_DRIVERS_H
#define AGENT_APPLY_DRIVERS_H

#include "model/host_driver.h"

const char *write_error(int err);
int drivers_override(const char *bdf, const struct vf_driver *want,
		     u32 num_vfs, bool *touched);
int drivers_bind(const char *bdf, const struct vf_driver *want,
		 const struct vf_driver *before, u32 num_vfs, bool are_new,
		 bool *touched);

#endif /* AGENT_APPLY_DRIVERS_H */
