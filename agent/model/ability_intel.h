/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Intel's drivers have in common: the same firmware, with the same limits.
 */
#ifndef AGENT_MODEL_ABILITY_INTEL_H
#define AGENT_MODEL_ABILITY_INTEL_H

/*
 * More is clamped by xe without an error, and by the firmware behind i915, whose files
 * show what was written nevertheless: it would not be what was asked for.
 */
#define INTEL_MAX_TIME_US	100000000

#define INTEL_POLICIES	(BIT(POLICY_FIXED) | BIT(POLICY_BEST_EFFORT))

#define INTEL_ABILITIES							\
	[ABILITY_COUNT] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_BEFORE_ENABLE,				\
	},								\
	[ABILITY_FB_OFFSET] = {						\
		.cannot = "chooses where framebuffer lies",		\
	},								\
	[ABILITY_TIME_SLICE] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.step = 1000, .min = 1, .max = INTEL_MAX_TIME_US,	\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_PREEMPT_TIMEOUT] = {					\
		.can_read = true, .can_set = true, .when = WHEN_ANY,	\
		.max = INTEL_MAX_TIME_US,				\
		.lost_on_disable = true, .zero_is_endless = true,	\
	},								\
	[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },		\
	[ABILITY_TYPE] = { .cannot = "has no vGPU types" },		\
	[ABILITY_OPERATE] = {						\
		.can_set = true, .when = WHEN_UNUSED | WHEN_RUNNING,	\
	}

/* of discrete GPUs */
#define INTEL_FB							\
	[ABILITY_FB] = {						\
		.can_read = true, .can_set = true, .min = 1,		\
		.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,		\
		.lost_on_disable = true,				\
	}

#endif /* AGENT_MODEL_ABILITY_INTEL_H */
