/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the PCI core offers in sysfs: the number of VFs, and host drivers.
 */
#ifndef AGENT_PCI_SYSFS_H
#define AGENT_PCI_SYSFS_H

#include "model/gpu.h"

/* of the PCI core, in the directory of the PF */
#define NUMVFS		"sriov_numvfs"
#define AUTOPROBE	"sriov_drivers_autoprobe"

/* for a read that takes microseconds when nothing is in its way */
#define READ_LIMIT_MS	2000

/* for one that enables hundreds of VFs; others who automate this wait as long */
#define WRITE_LIMIT_S	120

bool sysfs_has_device(const char *bdf);
bool sysfs_has_driver(const char *driver);
bool sysfs_has_iommu(const char *bdf);
void sysfs_driver(const char *bdf, char *driver, size_t size);
int sysfs_driver_override(const char *bdf, char *driver, size_t size);
int sysfs_set_driver_override(const char *bdf, const char *driver);
int sysfs_unbind(const char *bdf);
int sysfs_probe(const char *bdf);
int sysfs_vf_bdf(const char *bdf, u32 index, char *vf, size_t size);
int sysfs_read(const char *bdf, const char *file, char **text);
int sysfs_write(const char *bdf, const char *file, const char *text);
int sysfs_get_number(const char *bdf, const char *file, u32 *value);
int sysfs_set_number(const char *bdf, const char *file, u32 value);

#endif /* AGENT_PCI_SYSFS_H */
