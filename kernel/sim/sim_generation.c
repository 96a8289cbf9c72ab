// SPDX-License-Identifier: GPL-2.0
/*
 * The generations of the GPU-IOV capability that the simulator can have.
 */

#include <linux/string.h>

#include "sim.h"

#define ALL_FEATURES	(GPUVF_SIM_FEATURE_SCRUB | GPUVF_SIM_FEATURE_VF_FLR | \
			 GPUVF_SIM_FEATURE_ONESHOT | GPUVF_SIM_FEATURE_MBOX | \
			 GPUVF_SIM_FEATURE_BUSY | GPUVF_SIM_FEATURE_SHUTDOWN | \
			 GPUVF_SIM_FEATURE_MIGRATE)

/* registers of v3 that MI200 has at the same places */
#define V3_REGISTERS {							\
	[SIM_IOV_SRIOV_SHADOW] = GPUVF_IOV_SRIOV_SHADOW,		\
	[SIM_IOV_INTR_ENABLE] = GPUVF_IOV_INTR_ENABLE,			\
	[SIM_IOV_INTR_STATUS] = GPUVF_IOV_INTR_STATUS,			\
	[SIM_IOV_RESET_CONTROL] = GPUVF_IOV_RESET_CONTROL,		\
	[SIM_IOV_CNTXT] = GPUVF_IOV_CNTXT,				\
	[SIM_IOV_FB] = GPUVF_IOV_FB_AVAILABLE,				\
}

static const struct sim_generation generations[] = {
	{
		.name = "v3",
		.rev = GPUVF_IOV_VSEC_REV_V3,
		.length = GPUVF_IOV_VSEC_LENGTH,
		.reg = V3_REGISTERS,
		.table = GPUVF_IOV_VF_FB(0),
		.max_vfs = GPUVF_IOV_MAX_VFS,
		.fcn_index = GPUVF_FCN_INDEX,
		.sch_pointer = GPUVF_IOV_SCH_OFFSET_GFX,
		.sch = 0xc0,
		.sch_length = GPUVF_SCH_BLOCK_LENGTH,
		.active_status = GPUVF_SCH_ACTIVE_FCN_STATUS,
		.features = ALL_FEATURES,
		.interrupts = true,
		.memsize = true,
	},
	{
		.name = "mi200",
		.rev = GPUVF_IOV_VSEC_REV_MI200,
		.length = GPUVF_IOV_MI200_VSEC_LENGTH,
		.reg = V3_REGISTERS,
		.table = GPUVF_IOV_VF_FB(0),
		.max_vfs = GPUVF_IOV_MI200_MAX_VFS,
		.fcn_index = GPUVF_IOV_MI200_FCN_INDEX,
		.sch_pointer = GPUVF_IOV_SCH_OFFSET_GFX,
		.sch = 0x80,
		.sch_length = GPUVF_SCH_BLOCK_LENGTH,
		.active_status = GPUVF_SCH_ACTIVE_FCN_STATUS_MI200,
		.features = ALL_FEATURES,
		.interrupts = true,
		.memsize = true,
		.executing = {
			[GPUVF_CMD_INIT_GPU] = GPUVF_STATUS_INITIALISING,
		},
	},
	{
		.name = "v1",
		.rev = GPUVF_IOV_VSEC_REV_V1,
		.length = GPUVF_IOV_V1_VSEC_LENGTH,
		.reg = {
			[SIM_IOV_SRIOV_SHADOW] = GPUVF_IOV_SRIOV_SHADOW,
			[SIM_IOV_RESET_CONTROL] = GPUVF_IOV_V1_RESET_CONTROL,
			[SIM_IOV_RESET_NOTIFICATION] =
				GPUVF_IOV_V1_RESET_NOTIFICATION,
			[SIM_IOV_VM_INIT_STATUS] = GPUVF_IOV_V1_VM_INIT_STATUS,
			[SIM_IOV_CNTXT] = GPUVF_IOV_V1_CNTXT,
			[SIM_IOV_FB] = GPUVF_IOV_V1_FB_AVAILABLE,
		},
		.table = GPUVF_IOV_V1_VF_FB(0),
		.max_vfs = GPUVF_IOV_V1_MAX_VFS,
		.less_one = true,
		.fcn_index = GPUVF_IOV_V1_FCN_INDEX,
		.sch = GPUVF_IOV_V1_SCH,
		.sch_length = GPUVF_IOV_V1_SCH_LENGTH,
		.features = GPUVF_SIM_FEATURE_SCRUB | GPUVF_SIM_FEATURE_ONESHOT,
		.rlcv = true,
		.init_by_pf = true,
		.executing = {
			[GPUVF_CMD_INIT_GPU] = GPUVF_STATUS_INITIALISING,
			[GPUVF_CMD_SAVE_RLCV_STATE] = GPUVF_STATUS_SAVING_RLCV,
			[GPUVF_CMD_LOAD_RLCV_STATE] = GPUVF_STATUS_LOADING_RLCV,
		},
	},
};

const struct sim_generation *sim_generation;

/**
 * sim_generation_set() - choose the generation, which all GPUs have
 * @name: as the parameter has it
 *
 * Return: 0, -EINVAL: there is none of that name.
 */
int sim_generation_set(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(generations); i++) {
		if (strcmp(generations[i].name, name))
			continue;
		sim_generation = &generations[i];
		return 0;
	}
	return -EINVAL;
}

/**
 * sim_generation_has() - does the generation have a command?
 * @code: GPUVF_CMD_*
 *
 * A parameter can take away what it has.
 */
bool sim_generation_has(u8 code)
{
	switch (code) {
	case GPUVF_CMD_SAVE_RLCV_STATE:
	case GPUVF_CMD_LOAD_RLCV_STATE:
		return sim_generation->rlcv;
	case GPUVF_CMD_SHUTDOWN_GPU:
		return sim_generation->features & GPUVF_SIM_FEATURE_SHUTDOWN;
	default:
		return true;
	}
}

/**
 * sim_generation_reg() - which register is it?
 * @where: offset in the GPU-IOV capability, a multiple of 4
 *
 * Return: SIM_IOV_NUM_REGS: none of those.
 */
enum sim_iov_reg sim_generation_reg(unsigned int where)
{
	enum sim_iov_reg reg;

	for (reg = 0; reg < SIM_IOV_NUM_REGS; reg++)
		if (where && sim_generation->reg[reg] == where)
			break;
	return reg;
}
