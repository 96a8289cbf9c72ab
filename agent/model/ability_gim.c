// SPDX-License-Identifier: GPL-2.0
/*
 * What AMD's GIM offers in sysfs: nearly nothing that can be set while it is loaded.
 */
#include "model/gpu.h"
#include "model/host_driver.h"

const struct abilities gim_abilities = {
	.provider = "gim",
	.of = {
		[ABILITY_COUNT] = {
			.can_read = true, .scope = SCOPE_GPU,
			.cannot = "sets the number of VFs as it is loaded",
			.way_out = ": modprobe gim vf_num=",
		},
		[ABILITY_FB] = {
			.cannot = "divides framebuffer equally among its VFs",
			.way_out = "; write fb = shared",
		},
		[ABILITY_FB_OFFSET] = {
			.cannot = "chooses where framebuffer lies",
		},
		[ABILITY_TIME_SLICE] = {
			.cannot = "takes time slices only in debugfs (asymmetric_timeslice), which gpuvf leaves alone",
		},
		[ABILITY_PREEMPT_TIMEOUT] = {
			.cannot = "has no preemption timeouts",
		},
		[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },
		[ABILITY_POLICY] = {
			.cannot = "takes its policy as it is loaded: modprobe gim sch_policy=NUMBER",
		},
		[ABILITY_PF_RESERVE] = {
			.cannot = "takes it as it is loaded, 256 to 1024 MiB: modprobe gim pf_fb_size=MIB",
		},
		[ABILITY_DRIVER] = ANY_HOST_DRIVER,
		[ABILITY_TYPE] = { .cannot = "has no vGPU types" },
		[ABILITY_STATS] = {
			.cannot = "has statistics only for AMD's libamdsmi",
		},
		[ABILITY_OPERATE] = {
			.cannot = "cannot reset, stop, pause or resume a VF",
		},
	},
};

#define OLD	"is GIM 1.x and chooses itself which VF gets what"

const struct abilities gim_old_abilities = {
	.provider = "gim",
	.of = {
		[ABILITY_COUNT] = { .can_read = true, .cannot = OLD },
		[ABILITY_FB] = { .cannot = OLD },
		[ABILITY_FB_OFFSET] = { .cannot = OLD },
		[ABILITY_TIME_SLICE] = { .cannot = OLD },
		[ABILITY_PREEMPT_TIMEOUT] = { .cannot = OLD },
		[ABILITY_LABEL] = { .cannot = OLD },
		[ABILITY_POLICY] = { .cannot = OLD },
		[ABILITY_PF_RESERVE] = { .cannot = OLD },
		[ABILITY_DRIVER] = { .cannot = OLD },
		[ABILITY_TYPE] = { .cannot = OLD },
		[ABILITY_STATS] = { .cannot = OLD },
		[ABILITY_OPERATE] = { .cannot = OLD },
	},
};
