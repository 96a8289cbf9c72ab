/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generations of the GPU-IOV capability: all in which they differ, as data.
 */
#ifndef GPUVF_SIM_GENERATION_H
#define GPUVF_SIM_GENERATION_H

#include <linux/types.h>

/* registers outside the scheduler block and the framebuffer table */
enum sim_iov_reg {
	SIM_IOV_SRIOV_SHADOW,
	SIM_IOV_INTR_ENABLE,
	SIM_IOV_INTR_STATUS,
	SIM_IOV_RESET_CONTROL,
	SIM_IOV_RESET_NOTIFICATION,
	SIM_IOV_VM_INIT_STATUS,
	SIM_IOV_CNTXT,
	SIM_IOV_FB,		/* FB_AVAILABLE and FB_CONSUMED */
	SIM_IOV_NUM_REGS
};

/**
 * struct sim_generation - a generation of the GPU-IOV capability
 * @name: as the parameter has it
 * @rev: REV of the capability
 * @length: of the capability, in bytes
 * @reg: where each register is; 0: there is none
 * @table: where the framebuffer table is
 * @max_vfs: how many entries it has
 * @less_one: sizes in it are in units - 1: no entry is empty
 * @fcn_index: bits of a function's code that are the index of a VF
 * @sch_pointer: byte that says where the scheduler block is; 0: that is fixed
 * @sch: where the scheduler block is
 * @sch_length: of it, in bytes
 * @active_status: where ACTIVE_FCN_STATUS is in the block
 * @features: GPUVF_SIM_FEATURE_* that there can be
 * @interrupts: the capabilities can raise interrupts
 * @memsize: registers of the SIM capability say how large the framebuffer is, and what
 *	of it VFs can have: more than 16 bits of MiB, alignment, reserved ranges
 * @rlcv: the commands SAVE_RLCV_STATE and LOAD_RLCV_STATE exist
 * @init_by_pf: INIT of a VF takes over what the engine's registers hold, which is to
 *	be the state of the PF; INIT of the PF drops a saved state
 * @executing: CMD_STATUS while command n executes; 0: 0x10 | n
 */
struct sim_generation {
	const char *name;
	u8 rev;
	u16 length;
	u8 reg[SIM_IOV_NUM_REGS];
	u8 table;
	u8 max_vfs;
	bool less_one;
	u8 fcn_index;
	u8 sch_pointer;
	u8 sch;
	u8 sch_length;
	u8 active_status;
	u32 features;
	bool interrupts;
	bool memsize;
	bool rlcv;
	bool init_by_pf;
	u8 executing[16];
};

extern const struct sim_generation *sim_generation;

int sim_generation_set(const char *name);
bool sim_generation_has(u8 code);
enum sim_iov_reg sim_generation_reg(unsigned int where);

#endif /* GPUVF_SIM_GENERATION_H */
