/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vGPU types of NVIDIA: which there are, and which one a configuration means.
 */
#ifndef AGENT_PROVIDER_NVIDIA_TYPES_H
#define AGENT_PROVIDER_NVIDIA_TYPES_H

#include "model/failure.h"
#include "model/gpu.h"

/**
 * struct nvidia_type - a vGPU type
 * @id: as in current_vgpu_type, never 0
 * @name: without the vendor's name in front, as in "L40S-12Q"
 * @fb_bytes: the size in its name, 0: it has none that can be understood
 * @is_mig: it is for a GPU in MIG mode
 */
struct nvidia_type {
	u32 id;
	char name[NAME_SIZE];
	u64 fb_bytes;
	bool is_mig;
};

/**
 * struct nvidia_types - the types that are known of one GPU
 * @all: the types
 * @num: entries of @all
 * @mig_mode: VFs could get nothing but types for MIG mode
 */
struct nvidia_types {
	struct nvidia_type *all;
	size_t num;
	bool mig_mode;
};

void nvidia_types_add_list(struct nvidia_types *types, const char *text);
void nvidia_types_add_file(struct nvidia_types *types, const char *text,
			   u32 device);
void nvidia_types_free(struct nvidia_types *types);
const struct nvidia_type *nvidia_type_by_id(const struct nvidia_types *types,
					    u32 id);
void nvidia_type_name(const struct nvidia_types *types, u32 id, char *name);
int nvidia_type_choose(const struct nvidia_types *types, const struct gpu *gpu,
		       u32 index, const struct vf *wanted,
		       struct nvidia_type *type, struct failure *why);

#endif /* AGENT_PROVIDER_NVIDIA_TYPES_H */
