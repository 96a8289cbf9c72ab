/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How NVIDIA's vGPU host driver treats the files of its VFs, as far as is known; the
 * rows of nvidia.table are about these functions. Where nothing is known, the errno
 * can be chosen.
 */
#ifndef DOUBLES_NVIDIA_RULES_H
#define DOUBLES_NVIDIA_RULES_H

#include "pure.h"

#define NVR_MAX_VFS	48
#define NVR_MAX_TYPES	16
/* errnos of what is refused with one that is not known */
#define NVR_PLAUSIBLE	{ EINVAL, EIO, EPERM, ENOSPC, EBUSY }

/* the RM refuses a VF with an index from there on */
#define NVR_VF_LIMIT	64

/**
 * struct nvr_type - a vGPU type
 * @id: number
 * @name: as in creatable_vgpu_types
 * @mib: framebuffer
 * @max: how many a GPU in homogeneous mode has room for
 * @is_mig: only in MIG mode
 */
struct nvr_type {
	u32 id;
	const char *name;
	u32 mib;
	u32 max;
	bool is_mig;
};

/**
 * struct nvr_vf - a VF
 * @type: number, 0: none
 * @is_open: a process has it open
 * @is_broken: it was unbound once, and takes no type any more
 * @keeps: reads that still show the type that it had
 * @kept: that type
 */
struct nvr_vf {
	u32 type;
	bool is_open;
	bool is_broken;
	u32 keeps;
	u32 kept;
};

/**
 * struct nvr_gpu - a GPU
 * @types: the types that it has
 * @num_types: entries of @types
 * @total: VFs that it can have
 * @mib: framebuffer for VFs
 * @enabled: its VFs are enabled
 * @heterogeneous: mode
 * @mig: mode
 * @late: no daemon has initialized it yet
 * @has_header: lists begin with titles
 * @unknown_errno: positive, of refusals whose errno is not known
 * @lag: reads for which a cleared type is still shown
 * @forgets: writes succeed, and nothing changes
 * @accepted: writes that were accepted
 * @refused: writes that were not
 * @violations: writes, and ends of all VFs, while a program had the VF open
 * @vfs: by index
 */
struct nvr_gpu {
	const struct nvr_type *types;
	u32 num_types;
	u32 total;
	u32 mib;
	bool enabled;
	bool heterogeneous;
	bool mig;
	bool late;
	bool has_header;
	int unknown_errno;
	u32 lag;
	bool forgets;
	u32 accepted;
	u32 refused;
	u32 violations;
	struct nvr_vf vfs[NVR_MAX_VFS];
};

void nvr_enable(struct nvr_gpu *gpu, bool on);
int nvr_set_heterogeneous(struct nvr_gpu *gpu, bool on);
int nvr_store_type(struct nvr_gpu *gpu, u32 vf, u32 id);
u32 nvr_show_type(struct nvr_gpu *gpu, u32 vf);
bool nvr_can_create(const struct nvr_gpu *gpu, u32 vf,
		    const struct nvr_type *type);
void nvr_unbind(struct nvr_gpu *gpu, u32 vf);

#endif /* DOUBLES_NVIDIA_RULES_H */
