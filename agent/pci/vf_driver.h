/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host drivers that VFs have.
 */
#ifndef AGENT_PCI_VF_DRIVER_H
#define AGENT_PCI_VF_DRIVER_H

#include "model/host_driver.h"

int read_driver(const char *vf, struct vf_driver *driver);
struct vf_driver *read_drivers(const struct gpu *live, bool *changing);

#endif /* AGENT_PCI_VF_DRIVER_H */
