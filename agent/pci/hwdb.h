/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of PCI devices.
 */
#ifndef AGENT_PCI_HWDB_H
#define AGENT_PCI_HWDB_H

#include "base/types.h"

char *hwdb_model(u32 vendor, u32 device);
char *hwdb_name(u32 vendor, u32 device);

#endif /* AGENT_PCI_HWDB_H */
