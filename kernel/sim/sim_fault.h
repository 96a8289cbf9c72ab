/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can go wrong; part of sim.h.
 */
#ifndef GPUVF_SIM_FAULT_H
#define GPUVF_SIM_FAULT_H

#include <linux/types.h>

/* ways for a command to go wrong */
enum sim_failure {
	SIM_FAIL_NONE,
	SIM_FAIL_ERROR,
	SIM_FAIL_HANG_STATUS,
	SIM_FAIL_HANG_SCRUB,
	SIM_FAIL_HANG_SDMA,
	SIM_FAIL_HANG_SILENT,
	SIM_FAIL_SLOW,
	SIM_FAIL_FLR,
};

/* faults that only need counting: the nth one from now on goes wrong */
enum sim_fault_id {
	SIM_F_FAIL_SCRUB,		/* the scrub engine stops half way with an error */
	SIM_F_SKIP_SCRUB,		/* it says that it is done, and overwrites nothing */
	SIM_F_FAIL_TABLE,		/* a write to the layout of the framebuffer is lost */
	SIM_F_LOSE_INTERRUPT,		/* an MSI is not delivered */
	SIM_F_LOSE_MESSAGE,		/* a mailbox message vanishes */
	SIM_F_FAIL_FLR,			/* a VF's FLR does not end what hangs */
	SIM_F_FAIL_RESET,		/* a GPU reset leaves the command processor stuck */
	SIM_F_FAIL_ACCESS,		/* an access to a register of the PF has no effect */
	SIM_F_LOSE_POWER,		/* D3 takes the power, as a system sleep does */
	SIM_F_LOSE_RESET,		/* a GPU reset does nothing */
	SIM_F_FAIL_ADOPT,		/* what a context slot holds is not taken for a state */
	SIM_NUM_FAULTS
};

/* registers of the PF that the FLR of a VF may lose */
enum sim_register {
	SIM_R_NONE,
	SIM_R_VF_FB,
	SIM_R_CNTXT,
	SIM_R_FB_CONSUMED,
	SIM_R_INTR_ENABLE,
	SIM_R_SIM_INTR_ENABLE,
	SIM_R_ACTIVE_FUNCTIONS,
	SIM_R_QUANTA_OPTION,
	SIM_R_QUANTA_PER_VF,
	SIM_R_QUANTA_PF,
};

/**
 * struct sim_fault - a fault that is to be injected
 * @nth: the nth one from now on, 0: none
 * @sticky: and all that follow
 * @hits: truth: how often it was
 */
struct sim_fault {
	unsigned int nth;
	bool sticky;
	u64 hits;
};

/**
 * struct sim_command_fault - a command that is to go wrong
 * @fault: which, of those that match
 * @kind: how
 * @irq: the GPU reports the hang by an interrupt; SIM_FAIL_SLOW: that it is over
 * @slow_ns: of SIM_FAIL_SLOW: how much longer it takes
 * @vf: only commands of this VF, -1: of any
 * @code: only this command, 0: any
 */
struct sim_command_fault {
	struct sim_fault fault;
	enum sim_failure kind;
	bool irq;
	u64 slow_ns;
	int vf;
	u8 code;
};

/**
 * struct sim_garbage - reads of a capability that are garbage
 * @fault: which, of reads of the PF's GPU-IOV and SIM capabilities
 * @seed: another seed is other garbage
 * @count: how many were, of this seed
 */
struct sim_garbage {
	struct sim_fault fault;
	u32 seed;
	u32 count;
};

#define SIM_MAX_MISREADS	8

/**
 * struct sim_misread - a dword of the PF's capabilities that reads as it is not
 * @where: offset in configuration space, a multiple of 4
 * @mask: bits that do
 * @val: as what
 */
struct sim_misread {
	u16 where;
	u32 mask;
	u32 val;
};

#endif /* GPUVF_SIM_FAULT_H */
