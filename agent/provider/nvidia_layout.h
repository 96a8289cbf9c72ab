/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The types of the VFs of one GPU: reading them, and making them what they shall be.
 */
#ifndef AGENT_PROVIDER_NVIDIA_LAYOUT_H
#define AGENT_PROVIDER_NVIDIA_LAYOUT_H

#include "model/failure.h"
#include "model/gpu.h"
#include "provider/nvidia_types.h"

/* of a VF */
#define NVIDIA_TYPE_FILE	"nvidia/current_vgpu_type"

int nvidia_read_type(const char *vf, u32 *id);
void nvidia_load_types(const struct gpu *gpu, struct nvidia_types *types);
int nvidia_change_types(struct gpu *live, const struct gpu *wanted,
			bool dry_run, struct failure *why);

#endif /* AGENT_PROVIDER_NVIDIA_LAYOUT_H */
