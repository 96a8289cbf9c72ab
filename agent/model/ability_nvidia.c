// SPDX-License-Identifier: GPL-2.0
/*
 * What NVIDIA's vGPU host driver offers in sysfs. Its scheduler can be set only by way
 * of NVML, which is not used here.
 */
#include "model/gpu.h"

const struct abilities nvidia_abilities = {
	.provider = "nvidia",
	.of = {
		[ABILITY_COUNT] = {
			.can_read = true, .can_set = true, .scope = SCOPE_GPU,
			.when = WHEN_BEFORE_ENABLE, .all_or_none = true,
		},
		[ABILITY_FB] = {
			.can_read = true, .can_set = true, .when = WHEN_UNUSED,
			.lost_on_disable = true,
		},
		[ABILITY_FB_OFFSET] = {
			.cannot = "chooses where framebuffer lies",
		},
		[ABILITY_TIME_SLICE] = {
			.cannot = "has one time slice for the whole GPU, which is set by NVML and not here",
		},
		[ABILITY_PREEMPT_TIMEOUT] = {
			.cannot = "has no preemption timeouts",
		},
		[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },
		[ABILITY_POLICY] = {
			.cannot = "takes its policy by NVML, or as it is loaded (RmPVMRL in NVreg_RegistryDwords), and not here",
		},
		[ABILITY_PF_RESERVE] = {
			.cannot = "decides itself what the PF keeps",
		},
		[ABILITY_DRIVER] = {
			.cannot = "keeps its VFs, since it is their VFIO driver itself: leave the driver line out",
		},
		[ABILITY_TYPE] = {
			.can_read = true, .can_set = true, .when = WHEN_UNUSED,
			.lost_on_disable = true,
		},
		[ABILITY_STATS] = { .cannot = "has statistics only for NVML" },
		[ABILITY_OPERATE] = {
			.cannot = "resets VFs itself, and stops, pauses and resumes none",
		},
	},
};

#define MDEV	"makes mediated devices (mdev), which gpuvf does not: " \
		"use vGPU 17 or newer on Linux 6.8 or newer, or mdevctl"

const struct abilities nvidia_mdev_abilities = {
	.provider = "nvidia",
	.of = {
		[ABILITY_COUNT] = { .can_read = true, .cannot = MDEV },
		[ABILITY_FB] = { .cannot = MDEV },
		[ABILITY_FB_OFFSET] = { .cannot = MDEV },
		[ABILITY_TIME_SLICE] = { .cannot = MDEV },
		[ABILITY_PREEMPT_TIMEOUT] = { .cannot = MDEV },
		[ABILITY_LABEL] = { .cannot = MDEV },
		[ABILITY_POLICY] = { .cannot = MDEV },
		[ABILITY_PF_RESERVE] = { .cannot = MDEV },
		[ABILITY_DRIVER] = { .cannot = MDEV },
		[ABILITY_TYPE] = { .cannot = MDEV },
		[ABILITY_STATS] = { .cannot = MDEV },
		[ABILITY_OPERATE] = { .cannot = MDEV },
	},
};
