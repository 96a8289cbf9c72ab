// SPDX-License-Identifier: GPL-2.0
/*
 * What i915 with SR-IOV offers in prelim_iov: that of strongtz for integrated GPUs, and
 * that of Intel's backports for Flex, which has framebuffer.
 */
#include "model/ability_intel.h"
#include "model/gpu.h"
#include "model/host_driver.h"

#define COMMON								\
	INTEL_ABILITIES,						\
	[ABILITY_POLICY] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_ANY, .words = INTEL_POLICIES,		\
		.cannot = "has best-effort and fixed only",		\
	},								\
	[ABILITY_DRIVER] = ANY_HOST_DRIVER,				\
	[ABILITY_STATS] = { .cannot = "has no statistics of VFs" }

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
	INTEL_FB,							\
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
