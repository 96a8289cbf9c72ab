/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One GPU and the PCI core, as far as apply can tell. Takes the place of the
 * agent's client.c and sysfs.c.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "agent_test.h"

#define FAKE_VFS	16

/**
 * struct fake - the fake kernel
 * @gpu: what it has
 * @autoprobe: sriov_drivers_autoprobe
 * @bound: driver of each VF
 * @override: driver_override of each VF
 * @has_vfio: driver vfio-pci is loaded
 * @vfio_broken: and takes nothing
 * @log: one letter per change: L layout, numbers: VF count, d driver
 * @changes: changes asked for so far
 * @fail_at: the change that fails, counted from 1; 0: none
 * @fail_error: with this negative errno
 * @stale: so many layouts are refused because somebody else was faster
 */
struct fake {
	struct gpu gpu;
	u32 autoprobe;
	char bound[FAKE_VFS][NAME_SIZE];
	char override[FAKE_VFS][NAME_SIZE];
	bool has_vfio;
	bool vfio_broken;
	char log[256];
	unsigned int changes;
	unsigned int fail_at;
	int fail_error;
	unsigned int stale;
};

extern struct fake fake;

void fake_reset(void);

#endif /* FAKE_KERNEL_H */
