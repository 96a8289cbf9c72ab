// SPDX-License-Identifier: GPL-2.0
/*
 * What xe offers in sriov_admin. Which files it has differs between kernels and GPUs, so
 * the GPUs of this provider differ.
 */
#include "model/gpu.h"

/* what xe clamps without an error: it would not be what was asked for */
#define XE_MAX_TIME_SLICE_US		100000000
#define XE_MAX_PREEMPT_TIMEOUT_US	100000000

#define XE_POLICIES	(BIT(POLICY_FIXED) | BIT(POLICY_BEST_EFFORT))

#define XE_ABILITIES							\
	[ABILITY_COUNT] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_BEFORE_ENABLE,				\
	},								\
	[ABILITY_FB_OFFSET] = {						\
		.cannot = "chooses where framebuffer lies",		\
	},								\
	[ABILITY_TIME_SLICE] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.step = 1000, .min = 1, .max = XE_MAX_TIME_SLICE_US,	\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_PREEMPT_TIMEOUT] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.max = XE_MAX_PREEMPT_TIMEOUT_US,			\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },		\
	[ABILITY_POLICY] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_ANY, .lost_on_disable = true,		\
		.words = XE_POLICIES,					\
		.cannot = "has best-effort and fixed only",		\
	},								\
	[ABILITY_PF_RESERVE] = {					\
		.cannot = "has no file for that: what VFs do not get stays with the PF", \
	},								\
	[ABILITY_DRIVER] = {						\
		.can_read = true, .can_set = true, .when = WHEN_UNUSED,	\
		.lost_on_disable = true,				\
	},								\
	[ABILITY_TYPE] = { .cannot = "has no vGPU types" },		\
	[ABILITY_STATS] = {						\
		.cannot = "has no statistics that are read here",	\
	},								\
	[ABILITY_OPERATE] = {						\
		.can_set = true, .when = WHEN_UNUSED | WHEN_RUNNING,	\
	}

#define XE_FB								\
	[ABILITY_FB] = {						\
		.can_read = true, .can_set = true, .min = 1,		\
		.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,		\
		.lost_on_disable = true,				\
	}

#define XE_NO_FB(readable, why)						\
	[ABILITY_FB] = {						\
		.can_read = readable, .lost_on_disable = true,		\
		.cannot = why,						\
		.way_out = "; write fb = shared",			\
	}

/* vf<N>/profile/vram_quota can be written */
const struct abilities xe_abilities = {
	.provider = "xe",
	.of = { XE_ABILITIES, XE_FB },
};

/* it cannot */
const struct abilities xe_abilities_read_only = {
	.provider = "xe",
	.of = {
		XE_ABILITIES,
		XE_NO_FB(true, "cannot set the framebuffer of a VF on this GPU: its file vram_quota is read-only"),
	},
};

/* it is not there, and the GPU has framebuffer */
const struct abilities xe_abilities_fair = {
	.provider = "xe",
	.of = {
		XE_ABILITIES,
		XE_NO_FB(false, "cannot set the framebuffer of a VF: it has no file vram_quota, which is newer than Linux 7.0, and gives each VF the same share"),
	},
};

/* nor has the GPU any */
const struct abilities xe_abilities_integrated = {
	.provider = "xe",
	.of = {
		XE_ABILITIES,
		XE_NO_FB(false, "cannot set the framebuffer of a VF: this GPU has none of its own, and VFs use the host's memory"),
	},
};

const struct abilities xe_abilities_any = {
	.provider = "xe",
	.varies = true,
	.of = { XE_ABILITIES, XE_FB },
};
