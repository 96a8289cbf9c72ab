/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of xe's structures as its files for the PF look at, and behind it what the
 * double has in place of firmware and memory.
 */
#ifndef DOUBLE_XE_DEVICE_TYPES_H
#define DOUBLE_XE_DEVICE_TYPES_H

#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/string_choices.h>
#include <linux/string_helpers.h>

#include "xe_guard.h"
#include "xe_sriov_pf_provision_types.h"
#include "xe_sriov_types.h"

#define XE_MAX_TILES		2
#define DOUBLE_MAX_VFS		64

/* how urgent the firmware takes a function to be */
#define GUC_SCHED_PRIORITY_LOW		0
#define GUC_SCHED_PRIORITY_NORMAL	1
#define GUC_SCHED_PRIORITY_HIGH		2

struct drm_device {
	struct device *dev;
};

struct xe_lmtt {
	u64 page_size;
};

struct xe_guc {
	bool has_stats;
};

struct xe_gt {
	struct xe_tile *tile;
	struct {
		u8 id;
	} info;
	struct {
		struct xe_guc guc;
	} uc;
};

struct xe_tile {
	struct xe_device *xe;
	u8 id;
	struct xe_gt *primary_gt;
	struct {
		struct {
			struct xe_lmtt lmtt;
		} pf;
	} sriov;
};

struct xe_device_pf {
	u16 device_total_vfs;
	u16 driver_max_vfs;
	struct xe_guard guard_vfs_enabling;
	struct mutex master_lock;
	struct xe_sriov_pf_provision provision;
	struct {
		struct kobject *root;
	} sysfs;
	struct {
		struct kobject *kobj;
	} *vfs;
};

/**
 * struct double_gt - what one GT has of one function
 * @lmem: framebuffer of its tile
 * @eq: exec quantum, ms
 * @pt: preemption timeout, us
 * @priority: GUC_SCHED_PRIORITY_*
 * @ggtt: bytes
 */
struct double_gt {
	u64 lmem;
	u32 eq;
	u32 pt;
	u32 priority;
	u64 ggtt;
};

/**
 * struct double_function - the PF or a VF
 * @xe: its device, of a VF
 * @gt: of each GT
 * @running: its guest was started after the last FLR
 * @stopped: until the next FLR
 */
struct double_function {
	struct xe_device *xe;
	struct double_gt gt[XE_MAX_TILES];
	bool running;
	bool stopped;
};

/**
 * struct double_fault - what fails next
 * @what: eq, pt, lmem, push, policy, ggtt; empty: nothing
 * @vfid: of which function
 * @error: with which errno, negative
 * @count: so often, 0: always
 */
struct double_fault {
	char what[16];
	unsigned int vfid;
	int error;
	unsigned int count;
};

struct xe_device {
	struct drm_device drm;
	struct {
		u8 tile_count;
		u8 gt_count;
		bool is_dgfx;
		bool has_lmtt;
	} info;
	struct {
		enum xe_sriov_mode __mode;
		struct xe_device_pf pf;
	} sriov;
	struct xe_tile tiles[XE_MAX_TILES];
	struct xe_gt gts[XE_MAX_TILES];

	/* the double's own, under the master lock but for what notices change */
	struct notifier_block firmware;
	struct double_function functions[DOUBLE_MAX_VFS + 1];
	u64 vram[XE_MAX_TILES];
	u64 vram_free[XE_MAX_TILES];
	bool sched_if_idle[XE_MAX_TILES];
	struct double_fault fault;
	bool wedged;
	bool resetting;
	u32 delay_ms;
	int pm_references;
	atomic_t writes;
	atomic_t numbers;
	atomic_t taken;
	atomic_t bad_starts;
	atomic_t running_quotas;
	struct dentry *debugfs;
	struct dentry *own_debugfs;
};

#endif /* DOUBLE_XE_DEVICE_TYPES_H */
