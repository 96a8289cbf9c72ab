// SPDX-License-Identifier: GPL-2.0
/*
 * What i915 with SR-IOV offers in prelim_iov: that of strongtz for integrated GPUs, and
 * that of Intel's backports for Flex, which has framebuffer.
 */
#include "model/gpu.h"

/*
 * The firmware has limits, and the file shows what was written nevertheless: so more is
 * refused, as xe's driver would clamp it.
 */
#define MAX_TIME_US	100000000

#define COMMON								\
	[ABILITY_COUNT] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_BEFORE_ENABLE,				\
	},								\
	[ABILITY_FB_OFFSET] = {						\
		.cannot = "chooses where framebuffer lies",		\
	},								\
	[ABILITY_TIME_SLICE] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.step = 1000, .min = 1, .max = MAX_TIME_US,		\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_PREEMPT_TIMEOUT] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.max = MAX_TIME_US,					\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },		\
	[ABILITY_POLICY] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_ANY,					\
		.words = BIT(POLICY_FIXED) | BIT(POLICY_BEST_EFFORT),	\
		.cannot = "has best-effort and fixed only",		\
	},								\
	[ABILITY_DRIVER] = {						\
		.can_read = true, .can_set = true, .when = WHEN_UNUSED,	\
		.lost_on_disable = true,				\
	},								\
	[ABILITY_TYPE] = { .cannot = "has no vGPU types" },		\
	[ABILITY_STATS] = { .cannot = "has no statistics of VFs" },	\
	[ABILITY_OPERATE] = {						\
		.can_set = true, .when = WHEN_UNUSED | WHEN_RUNNING,	\
	}

const struct abilities i915_abilities = {
	.provider = "i915",
	.of = {
		COMMON,
		[ABILITY_FB] = {
			.cannot = "has no framebuffer of its own: its VFs use the host's memory",
			.way_out = "; write fb = shared",
		},
		[ABILITY_PF_RESERVE] = {
			.cannot = "has no framebuffer of its own to keep",
		},
	},
};

#define FB								\
	[ABILITY_FB] = {						\
		.can_read = true, .can_set = true, .min = 1,		\
		.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,		\
		.lost_on_disable = true,				\
	},								\
	[ABILITY_PF_RESERVE] = {					\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_BEFORE_ENABLE, .min = 128 << 20,		\
	}

const struct abilities i915_discrete_abilities = {
	.provider = "i915",
	.of = { COMMON, FB },
};

const struct abilities i915_any_abilities = {
	.provider = "i915",
	.varies = true,
	.of = { COMMON, FB },
};
