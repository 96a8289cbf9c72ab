// SPDX-License-Identifier: GPL-2.0
/*
 * What xe offers in sriov_admin. Which files it has differs between kernels and GPUs, so
 * the GPUs of this provider differ.
 */
#include "model/ability_intel.h"
#include "model/gpu.h"
#include "model/host_driver.h"

#define XE_ABILITIES							\
	INTEL_ABILITIES,						\
	[ABILITY_POLICY] = {						\
		.can_read = true, .can_set = true, .scope = SCOPE_GPU,	\
		.when = WHEN_ANY, .lost_on_disable = true,		\
		.words = INTEL_POLICIES,				\
		.cannot = "has best-effort and fixed only",		\
	},								\
	[ABILITY_PF_RESERVE] = {					\
		.cannot = "has no file for that: what VFs do not get stays with the PF", \
	},								\
	[ABILITY_DRIVER] =						\
		HOST_DRIVERS_BUT(BIT(HOST_DRIVER_GPUVF_VFIO),		\
				 "has no VFs that gpuvf-vfio takes"),	\
	[ABILITY_STATS] = {						\
		.cannot = "has no statistics that are read here",	\
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
	.of = { XE_ABILITIES, INTEL_FB },
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
	.of = { XE_ABILITIES, INTEL_FB },
};
