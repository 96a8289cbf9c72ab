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
#define   GPUVF_IOV_INTR_BUSY_CHANGE		0x00000008 /* D: its enable bit stays 0 where VM_BUSY is not implemented */
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
#define GPUVF_SCH_VM_BUSY		0x0c	/* RO: bit n VF n has work; D: reads 0 where not implemented */
#define GPUVF_SCH_ACTIVE_FUNCTIONS	0x10	/* run list: bit n VF n, bit 31 PF */
#define GPUVF_SCH_ACTIVE_FCN_ID		0x14	/* RO: bit 31 is a VF, [4:0] index */
#define GPUVF_SCH_ACTIVE_FCN_STATUS	0x16	/* RO, 8 bit, low nibble GPUVF_ACTIVE_* */
#define   GPUVF_ACTIVE_MASK			0x0f
#define   GPUVF_ACTIVE_IDLE			0
#define   GPUVF_ACTIVE_ACTIVE			1
#define   GPUVF_ACTIVE_IDLING			2
#define   GPUVF_ACTIVE_SAVE			3
#define   GPUVF_ACTIVE_LOAD			4
#define   GPUVF_ACTIVE_STALLED			5 /* hangs, needs an FLR */
#define GPUVF_SCH_TIME_QUANTA_OPTION	0x18	/* four 8 bit slices, ms */
#define   GPUVF_SCH_NUM_QUANTA			4
#define GPUVF_SCH_TIME_QUANTA_PER_VF	0x1c	/* which slice: [2n+1:2n] VF n, n = 0..15 */
#define GPUVF_SCH_TIME_QUANTA_PF	0x20	/* D: [2n-31:2n-32] VF n, n = 16..30; [31:30] PF */
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
 * real hardware does through MMIO or microcode. The PF and every VF have one,
 * with the same id and different registers.
 */
#define GPUVF_SIM_VSEC_ID		0x5347
#define GPUVF_SIM_VSEC_REV		2
#define GPUVF_SIM_VSEC_LENGTH		0x100	/* the PF's */
#define GPUVF_SIM_VF_VSEC_LENGTH	0x40	/* a VF's */

/*
 * The PF's side
 */
#define GPUVF_SIM_ID			0x08	/* RO: [7:0] version, [15:8] TotalVFs, [31:16] features */
#define   GPUVF_SIM_FEATURE_CLEAR		0x00010000
#define   GPUVF_SIM_FEATURE_VF_FLR		0x00020000
#define   GPUVF_SIM_FEATURE_ONESHOT		0x00040000
#define   GPUVF_SIM_FEATURE_MBOX		0x00080000
#define   GPUVF_SIM_FEATURE_BUSY		0x00100000 /* VM_BUSY and BUSY_CHANGE */
#define   GPUVF_SIM_FEATURE_SHUTDOWN		0x00200000 /* the command SHUTDOWN_GPU */
#define GPUVF_SIM_SEED			0x0c	/* RO */
#define GPUVF_SIM_INTR_ENABLE		0x10	/* 32 bit, GPUVF_SIM_INTR_* */
#define GPUVF_SIM_INTR_STATUS		0x14	/* 32 bit, write 1 to clear */
#define   GPUVF_SIM_INTR_CLEAR_DONE		0x00000001
#define   GPUVF_SIM_INTR_VF_FLR			0x00000002
#define   GPUVF_SIM_INTR_MBOX_RX		0x00000004 /* a VF sent something */
#define   GPUVF_SIM_INTR_MBOX_ACK		0x00000008 /* a VF took what was sent to it */
#define   GPUVF_SIM_INTR_ALL			0x0000000f
#define GPUVF_SIM_VF_FLR		0x18	/* write 1 to clear: VF n was reset by its own FLR; reads 0 without the feature */

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

/*
 * Mailbox. One message is under way in each direction between the PF and each
 * VF. There is no bank to select: a dword names the VF and carries everything,
 * so that no message can reach the wrong VF.
 *
 * D: what was taken can be read on both sides until the mailbox is cleared: by
 * the PF, by the VF's FLR, by a reset of the GPU, but not by disabling VFs. Since
 * the VF can send nothing while its last message is not acknowledged, CLEAR in
 * place of that ACK ends a tenant's mail and loses none.
 */
#define GPUVF_SIM_MBOX_TX		0x30	/* dword: send to a VF; reads 0 */
#define   GPUVF_SIM_MBOX_TX_MSG			0x00000fff
#define   GPUVF_SIM_MBOX_TX_VF			0x0001f000
#define   GPUVF_SIM_MBOX_TX_DATA		0x7ffe0000 /* 14 bits */
#define   GPUVF_SIM_MBOX_TX_VALID		0x80000000
#define GPUVF_SIM_MBOX_TX_PENDING	0x34	/* RO: bit n: VF n has not taken the last one yet; D: another is dropped and counted */
#define GPUVF_SIM_MBOX_RX_VALID		0x38	/* RO: bit n: VF n sent a message that is not acknowledged */
#define GPUVF_SIM_MBOX_RX_ACK		0x3c	/* write 1: VF n's message was taken; VF n may send the next */
#define GPUVF_SIM_MBOX_CLEAR		0x40	/* write 1: VF n's mailbox, both directions, reads as never used */
#define GPUVF_SIM_MBOX_RX(n)		(0x48 + 4 * (n)) /* RO, n = 0..30: VF n's message; stays after the ACK */
#define   GPUVF_SIM_MBOX_RX_MSG			0x00000fff
#define   GPUVF_SIM_MBOX_RX_DATA		0xffff0000

/*
 * A VF's side. A VF sees its own mailbox and nobody else's. Its FLR clears all
 * of it.
 */
#define GPUVF_SIM_VF_ID			0x08	/* RO: [7:0] version, [15:8] index of the VF */
#define GPUVF_SIM_VF_TX			0x0c	/* dword: send to the PF; VALID reads 1 until the PF has taken it, and D: a write meanwhile is dropped and counted */
#define   GPUVF_SIM_VF_TX_MSG			0x00000fff
#define   GPUVF_SIM_VF_TX_DATA			0x0ffff000 /* 16 bits */
#define   GPUVF_SIM_VF_TX_VALID			0x80000000
#define GPUVF_SIM_VF_RX			0x10	/* RO: message from the PF; VALID until acknowledged */
#define   GPUVF_SIM_VF_RX_MSG			0x00000fff
#define   GPUVF_SIM_VF_RX_DATA			0x03fff000 /* 14 bits */
#define   GPUVF_SIM_VF_RX_VALID			0x80000000
#define GPUVF_SIM_VF_RX_ACK		0x14	/* write 1: the message was taken */
#define GPUVF_SIM_VF_INTR_ENABLE	0x18	/* 32 bit, GPUVF_SIM_VF_INTR_*: when to raise the VF's MSI */
#define   GPUVF_SIM_VF_INTR_MBOX_RX		0x00000001 /* a message came */
#define   GPUVF_SIM_VF_INTR_MBOX_ACK		0x00000002 /* one was taken */
#define   GPUVF_SIM_VF_INTR_ALL			0x00000003
#define GPUVF_SIM_VF_STATE		0x1c	/* RO */
#define   GPUVF_SIM_VF_STATE_ACTIVE		0x0000000f /* GPUVF_ACTIVE_* */
#define   GPUVF_SIM_VF_STATE_WORK		0x00000010
#define   GPUVF_SIM_VF_STATE_HUNG		0x00000020
#define GPUVF_SIM_VF_DOORBELL		0x20	/* write: so many microseconds of work more; reads what is left */
#define GPUVF_SIM_VF_WINDOW_LO		0x24	/* byte offset in the whole framebuffer, low half */
#define GPUVF_SIM_VF_WINDOW_HI		0x28
#define GPUVF_SIM_VF_WINDOW_DATA	0x2c	/* access to the granule there: writing writes it, reading tells who wrote it last; all ones: not possible. D: closed, so that reading does nothing, until LO or HI was written since the last reset */
#define   GPUVF_SIM_WINDOW_WRITER		0x000000ff /* GPUVF_FCN_*, or */
#define   GPUVF_SIM_WINDOW_CLEARED		0xfe	/* the clear engine */
#define   GPUVF_SIM_WINDOW_POWER_ON		0xff	/* nobody */
#define   GPUVF_SIM_WINDOW_TENANT		0xffffff00 /* the writer's, counts its INITs */
#define GPUVF_SIM_VF_WINDOW_STATUS	0x30	/* RO: of the last access */
#define   GPUVF_SIM_WINDOW_OK			0
#define   GPUVF_SIM_WINDOW_REFUSED		1 /* not this VF's: refused and counted */
#define   GPUVF_SIM_WINDOW_NOT_RUNNING		2 /* the VF has no turn */
#define   GPUVF_SIM_WINDOW_NO_DECODE		3 /* VF MSE of the PF is clear */
#define GPUVF_SIM_VF_APERTURE_DATA	0x34	/* as WINDOW_DATA, but as through the VF's BAR: also while the VF has no turn, if VF MSE is set in the PF's SR-IOV control */

/* messages: gpu-iov register page, section 4.2 */
#define GPUVF_MBOX_REQ_INIT		1	/* VF to PF */
#define GPUVF_MBOX_REL_INIT		2
#define GPUVF_MBOX_REQ_FINI		3
#define GPUVF_MBOX_REL_FINI		4
#define GPUVF_MBOX_REQ_RESET		5
#define GPUVF_MBOX_READY_TO_RESET	201
#define GPUVF_MBOX_READY		1	/* PF to VF */
#define GPUVF_MBOX_FLR_NOTIFICATION	2
#define GPUVF_MBOX_FLR_COMPLETE		3
#define GPUVF_MBOX_SUCCESS		4
#define GPUVF_MBOX_FAIL			5

#endif /* GPUVF_REGS_H */
