/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The register page: what a GPU with the GPU-IOV capability, generation v3,
 * shows in its PCI configuration space, and what the simulated GPU adds to
 * that. This header is all that gpuvf.ko and gpuvf_sim.ko share.
 *
 * Offsets are bytes from the start of the capability unless said otherwise.
 * Where public sources leave a point of the interface open, it is settled
 * here and marked D.
 */
#ifndef GPUVF_REGS_H
#define GPUVF_REGS_H

/*
 * PCI identity of the simulated GPU. The vendor id is not assigned to anybody
 * ("GV" in ASCII), so that no driver but gpuvf claims its functions.
 */
#define GPUVF_SIM_VENDOR_ID		0x4756
#define GPUVF_SIM_DEVICE_ID_ROOT_PORT	0x0010
#define GPUVF_SIM_DEVICE_ID_PF		0x0020
#define GPUVF_SIM_DEVICE_ID_VF		0x0021

/*
 * GPU-IOV: a vendor-specific extended capability in the PF
 */
#define GPUVF_IOV_VSEC_ID		0x0002
#define GPUVF_IOV_VSEC_REV_V3		3	/* D: how the simulator says v3 */
#define GPUVF_IOV_VSEC_LENGTH		0xe4

#define GPUVF_IOV_SRIOV_SHADOW		0x08	/* RO: bit 0 VF enable, [31:16] NumVFs */
#define GPUVF_IOV_INTR_ENABLE		0x0c	/* 32 bit, GPUVF_IOV_INTR_* */
#define GPUVF_IOV_INTR_STATUS		0x10	/* 32 bit, write 1 to clear */
#define   GPUVF_IOV_INTR_CMD_COMPLETE		0x00000001
#define   GPUVF_IOV_INTR_HANG_RECOVERED		0x00000002
#define   GPUVF_IOV_INTR_HANG_NEEDS_FLR		0x00000004
#define   GPUVF_IOV_INTR_BUSY_CHANGE		0x00000008
#define   GPUVF_IOV_INTR_ALL			0x0000000f
#define GPUVF_IOV_RESET_CONTROL		0x14	/* 8 bit, unused by gpuvf */
#define GPUVF_IOV_CNTXT			0x24	/* context save area */
#define   GPUVF_IOV_CNTXT_SIZE			0x0000007f /* per function, 256 KiB units */
#define   GPUVF_IOV_CNTXT_LOC_SYSMEM		0x00000080
#define   GPUVF_IOV_CNTXT_OFFSET		0xfffffc00 /* base, 256 KiB units */
#define   GPUVF_IOV_CNTXT_UNIT			0x40000	   /* 256 KiB */
#define GPUVF_IOV_FB_AVAILABLE		0x28	/* RO, 16 bit, MiB */
#define GPUVF_IOV_FB_CONSUMED		0x2a	/* 16 bit, MiB; VFs + context save area */
#define GPUVF_IOV_SCH_OFFSET_UVD0	0x2c	/* RO, 8 bit; 0: no such block */
#define GPUVF_IOV_SCH_OFFSET_VCE	0x2d
#define GPUVF_IOV_SCH_OFFSET_GFX	0x2e	/* block at capability + (value << 4) */
#define GPUVF_IOV_SCH_OFFSET_UVD1	0x2f
#define GPUVF_IOV_VF_FB(n)		(0x38 + 4 * (n)) /* n = 0..30, dword writes only */
#define   GPUVF_IOV_VF_FB_SIZE			0x0000ffff /* 16 MiB units */
#define   GPUVF_IOV_VF_FB_OFFSET		0xffff0000 /* 16 MiB units */
#define   GPUVF_IOV_VF_FB_UNIT			0x1000000  /* 16 MiB */
#define GPUVF_IOV_MAX_VFS		31

/*
 * GFX scheduler block, offsets from the start of the block
 */
#define GPUVF_SCH_CMD			0x04	/* dword: command and functions at once */
#define   GPUVF_SCH_CMD_CODE			0x0000000f
#define   GPUVF_SCH_CMD_EXECUTE			0x00000010 /* reads 1 until done */
#define   GPUVF_SCH_CMD_FCN			0x0000ff00
#define   GPUVF_SCH_CMD_NXT_FCN			0x00ff0000
#define GPUVF_SCH_CMD_STATUS		0x08	/* RO, 8 bit, GPUVF_STATUS_* */
#define GPUVF_SCH_VM_BUSY		0x0c	/* RO: bit n VF n has work */
#define GPUVF_SCH_ACTIVE_FUNCTIONS	0x10	/* run list: bit n VF n, bit 31 PF */
#define GPUVF_SCH_ACTIVE_FCN_ID		0x14	/* RO: bit 31 is a VF, [4:0] index */
#define GPUVF_SCH_ACTIVE_FCN_STATUS	0x16	/* RO, 8 bit, low nibble GPUVF_ACTIVE_* */
#define   GPUVF_ACTIVE_IDLE			0
#define   GPUVF_ACTIVE_ACTIVE			1
#define   GPUVF_ACTIVE_IDLING			2
#define   GPUVF_ACTIVE_SAVE			3
#define   GPUVF_ACTIVE_LOAD			4
#define   GPUVF_ACTIVE_STALLED			5
#define GPUVF_SCH_TIME_QUANTA_OPTION	0x18	/* four 8 bit slices, ms; not used */
#define GPUVF_SCH_TIME_QUANTA_PER_VF	0x1c
#define GPUVF_SCH_TIME_QUANTA_PF	0x20
#define GPUVF_SCH_BLOCK_LENGTH		0x24

/* how a function is named in a command */
#define GPUVF_FCN_PF			0x00
#define GPUVF_FCN_VF(n)			(0x80 | (n))
#define GPUVF_FCN_IS_VF			0x80
#define GPUVF_FCN_INDEX			0x1f

/* commands */
#define GPUVF_CMD_IDLE_GPU		0x1
#define GPUVF_CMD_SAVE_GPU_STATE	0x2
#define GPUVF_CMD_LOAD_GPU_STATE	0x3
#define GPUVF_CMD_RUN_GPU		0x4
#define GPUVF_CMD_CONTEXT_SWITCH	0x5	/* IDLE+SAVE of FCN, LOAD+RUN of NXT_FCN */
#define GPUVF_CMD_INIT_GPU		0x7
#define GPUVF_CMD_SHUTDOWN_GPU		0xd

/* command status; 0x10 | code while the command executes */
#define GPUVF_STATUS_DONE		0x00
#define GPUVF_STATUS_UNSUPPORTED	0x01	/* D: no such command or function */
#define GPUVF_STATUS_ABORTED		0x02	/* D: illegal in this state; second command while busy */
#define GPUVF_STATUS_GFX_HANG		0x0e
#define GPUVF_STATUS_SDMA_HANG		0x0f
#define GPUVF_STATUS_EXECUTING		0x10

/*
 * SIM: a vendor-specific extended capability of the simulated GPU only; what
 * real hardware does through MMIO or microcode.
 */
#define GPUVF_SIM_VSEC_ID		0x5347
#define GPUVF_SIM_VSEC_REV		1
#define GPUVF_SIM_VSEC_LENGTH		0x60

#define GPUVF_SIM_ID			0x08	/* RO: [7:0] version, [15:8] TotalVFs, [31:16] features */
#define   GPUVF_SIM_FEATURE_CLEAR		0x00010000
#define   GPUVF_SIM_FEATURE_VF_FLR		0x00020000
#define   GPUVF_SIM_FEATURE_ONESHOT		0x00040000
#define   GPUVF_SIM_FEATURE_MBOX		0x00080000
#define GPUVF_SIM_SEED			0x0c	/* RO */
#define GPUVF_SIM_INTR_ENABLE		0x10	/* 32 bit, GPUVF_SIM_INTR_* */
#define GPUVF_SIM_INTR_STATUS		0x14	/* 32 bit, write 1 to clear */
#define   GPUVF_SIM_INTR_CLEAR_DONE		0x00000001
#define   GPUVF_SIM_INTR_VF_FLR			0x00000002
#define   GPUVF_SIM_INTR_ALL			0x00000003
#define GPUVF_SIM_VF_FLR		0x18	/* write 1 to clear: VF n was reset by its own FLR */

/* clear engine: overwrites whole granules (16 MiB), or one context slot */
#define GPUVF_SIM_CLEAR_START		0x1c	/* first granule, or a function code */
#define GPUVF_SIM_CLEAR_COUNT		0x20	/* granules */
#define GPUVF_SIM_CLEAR_CONTROL		0x24
#define   GPUVF_SIM_CLEAR_GO			0x00000001 /* reads 1 while busy */
#define   GPUVF_SIM_CLEAR_ABORT			0x00000002
#define   GPUVF_SIM_CLEAR_CONTEXT		0x00000010 /* target: context slot of the function */
#define GPUVF_SIM_CLEAR_STATUS		0x28	/* RO */
#define   GPUVF_SIM_CLEAR_ST_IDLE		0
#define   GPUVF_SIM_CLEAR_ST_BUSY		1
#define   GPUVF_SIM_CLEAR_ST_DONE		2
#define   GPUVF_SIM_CLEAR_ST_ERROR		3	/* what of the range was cleared is unknown */
#define   GPUVF_SIM_CLEAR_ST_ABORTED		4
#define   GPUVF_SIM_CLEAR_ST_BAD_RANGE		5
#define GPUVF_SIM_CLEAR_PROGRESS	0x2c	/* RO: granules done */

#endif /* GPUVF_REGS_H */
