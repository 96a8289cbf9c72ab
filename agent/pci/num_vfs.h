/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many VFs are enabled, whatever the PF's driver is doing.
 */
#ifndef AGENT_PCI_NUM_VFS_H
#define AGENT_PCI_NUM_VFS_H

#include "base/types.h"

int sysfs_get_num_vfs(const char *bdf, u32 *num_vfs);

#endif /* AGENT_PCI_NUM_VFS_H */
