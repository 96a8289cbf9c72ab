/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The register page: what a GPU with the GPU-IOV capability, generation v3 or v1,
 * shows in its PCI configuration space, and what the simulated GPU adds to
 * that. This header is all that gpuvf.ko and gpuvf_sim.ko share.
 *
 * Offsets are bytes from the start of the capability unless said otherwise.
 * Where public sources leave a point of the interface open, it is settled
 * here and marked D.
 */
#ifndef GPUVF_REGS_H
#define GPUVF_REGS_H

#include "messages.h"

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
#define GPUVF_IOV_VSEC_REV_MI200	2	/* D: v3 in the layout of MI200 */
#define GPUVF_IOV_VSEC_REV_V1		1	/* D: v1 */
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
 * MI200's layout is that of v3, with a shorter table. Sizes in the table are without
 * "- 1", as AMD's driver for MI200 writes them: what sets MI300's apart from it are the
 * scheduler blocks.
 */
#define GPUVF_IOV_MI200_VSEC_LENGTH	0xa4
#define GPUVF_IOV_MI200_MAX_VFS		16
#define GPUVF_IOV_MI200_FCN_INDEX	0x0f

/*
 * GPU-IOV v1, of the FirePro S7150: one scheduler, the registers of which are at fixed
 * places, no interrupts, and no entry of the table is empty. Fields are as above.
 */
#define GPUVF_IOV_V1_VSEC_LENGTH	0x6c	/* D */
#define GPUVF_IOV_V1_SCH		0x08	/* scheduler block: CMD, CMD_STATUS */
#define GPUVF_IOV_V1_SCH_LENGTH		0x0c
#define GPUVF_IOV_V1_RESET_CONTROL	0x14	/* 8 bit, unused by gpuvf */
#define GPUVF_IOV_V1_RESET_NOTIFICATION	0x18	/* bit n: VF n; unused by gpuvf */
#define GPUVF_IOV_V1_VM_INIT_STATUS	0x1c	/* bit n: VF n; unused by gpuvf */
#define GPUVF_IOV_V1_CNTXT		0x20
#define GPUVF_IOV_V1_FB_AVAILABLE	0x24	/* RO, 16 bit, MiB */
#define GPUVF_IOV_V1_FB_CONSUMED	0x26	/* 16 bit, MiB */
#define GPUVF_IOV_V1_VF_FB(n)		(0x2c + 4 * (n)) /* n = 0..15, dword writes only; the size is in units - 1 */
#define GPUVF_IOV_V1_MAX_VFS		16
#define GPUVF_IOV_V1_FCN_INDEX		0x0f

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
#define GPUVF_SCH_ACTIVE_FCN_STATUS_MI200 0x15	/* the same, in the layout of MI200 */
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
#define GPUVF_CMD_SAVE_RLCV_STATE	0x8	/* v1: the scheduler's own state, legal at any time */
#define GPUVF_CMD_LOAD_RLCV_STATE	0x9
#define GPUVF_CMD_SHUTDOWN_GPU		0xd	/* not of v1 */

/* command status; 0x10 | code while the command executes, but for those below of MI200 and v1 */
#define GPUVF_STATUS_DONE		0x00
#define GPUVF_STATUS_UNSUPPORTED	0x01	/* D: no such command or function */
#define GPUVF_STATUS_ABORTED		0x02	/* D: illegal in this state; second command while busy */
#define GPUVF_STATUS_GFX_HANG		0x0e
#define GPUVF_STATUS_SDMA_HANG		0x0f
#define GPUVF_STATUS_EXECUTING		0x10
#define GPUVF_STATUS_INITIALISING	0x15	/* INIT_GPU */
#define GPUVF_STATUS_SAVING_RLCV	0x16
#define GPUVF_STATUS_LOADING_RLCV	0x17

/*
 * SIM: a vendor-specific extended capability of the simulated GPU only; what
 * real hardware does through MMIO or microcode. The PF and every VF have one,
 * with the same id and different registers.
 */
#define GPUVF_SIM_VSEC_ID		0x5347
#define GPUVF_SIM_VSEC_REV		3
#define GPUVF_SIM_VSEC_LENGTH		0x100	/* the PF's */
#define GPUVF_SIM_VF_VSEC_LENGTH	0x78	/* a VF's */

/*
 * The PF's side
 */
#define GPUVF_SIM_ID			0x08	/* RO: [7:0] version, [15:8] TotalVFs, [31:16] features */
#define   GPUVF_SIM_FEATURE_SCRUB		0x00010000
#define   GPUVF_SIM_FEATURE_VF_FLR		0x00020000
#define   GPUVF_SIM_FEATURE_ONESHOT		0x00040000
#define   GPUVF_SIM_FEATURE_MBOX		0x00080000
#define   GPUVF_SIM_FEATURE_BUSY		0x00100000 /* VM_BUSY and BUSY_CHANGE */
#define   GPUVF_SIM_FEATURE_SHUTDOWN		0x00200000 /* the command SHUTDOWN_GPU */
#define   GPUVF_SIM_FEATURE_MIGRATE		0x00400000 /* FB_NEXT and the registers for migration */
#define GPUVF_SIM_SEED			0x0c	/* RO */
#define GPUVF_SIM_INTR_ENABLE		0x10	/* 32 bit, GPUVF_SIM_INTR_* */
#define GPUVF_SIM_INTR_STATUS		0x14	/* 32 bit, write 1 to clear */
#define   GPUVF_SIM_INTR_SCRUB_DONE		0x00000001
#define   GPUVF_SIM_INTR_VF_FLR			0x00000002
#define   GPUVF_SIM_INTR_MBOX_RX		0x00000004 /* a VF's VALID, where VALID_INT_EN */
#define   GPUVF_SIM_INTR_MBOX_ACK		0x00000008 /* a VF's ACK, where ACK_INT_EN */
#define   GPUVF_SIM_INTR_ALL			0x0000000f
#define GPUVF_SIM_VF_FLR		0x18	/* write 1 to clear: VF n was reset by its own FLR; reads 0 without the feature */

/* scrub engine: overwrites whole units (16 MiB), or one context slot */
#define GPUVF_SIM_SCRUB_START		0x1c	/* first unit, or a function code */
#define GPUVF_SIM_SCRUB_COUNT		0x20	/* units */
#define GPUVF_SIM_SCRUB_CONTROL		0x24
#define   GPUVF_SIM_SCRUB_GO			0x00000001 /* reads 1 while busy */
#define   GPUVF_SIM_SCRUB_ABORT			0x00000002
#define   GPUVF_SIM_SCRUB_CONTEXT		0x00000010 /* target: context slot of the function */
#define GPUVF_SIM_SCRUB_STATUS		0x28	/* RO */
#define   GPUVF_SIM_SCRUB_ST_IDLE		0
#define   GPUVF_SIM_SCRUB_ST_BUSY		1
#define   GPUVF_SIM_SCRUB_ST_DONE		2
#define   GPUVF_SIM_SCRUB_ST_ERROR		3	/* what of the range was scrubbed is unknown */
#define   GPUVF_SIM_SCRUB_ST_ABORTED		4
#define   GPUVF_SIM_SCRUB_ST_BAD_RANGE		5
#define GPUVF_SIM_SCRUB_PROGRESS	0x2c	/* RO: units done */

/*
 * Mailbox: AMD's page of registers. A function has four words to send and four that
 * it receives, which are those that the other side sends: nothing is queued, and the
 * last message wins. CONTROL has two handshake bits for each direction:
 *
 *	sender     TRN_VALID = 1 ──► receiver   RCV_VALID reads 1, interrupt
 *	sender     TRN_ACK reads 1 ◄── receiver RCV_ACK = 1        interrupt
 *	sender     TRN_VALID = 0 ──► both       RCV_VALID and TRN_ACK read 0
 *
 * Whether a message is VALID is a matter of the interrupt alone: words can be read at
 * any time, and most guests look at nothing else. So the PF has to write zeros when a
 * message is over.
 *
 * INDEX chooses the VF whose mailbox the rest of the PF's page is. A VF's page has
 * no INDEX, and shows its own mailbox and no other one.
 *
 * D: a VF's FLR, a reset of the GPU and VF Enable going clear what the VF sends; the
 * first two also clear what it receives.
 */
#define GPUVF_MBOX_INDEX		0x00	/* 32 bit: VF; PF only */
#define GPUVF_MBOX_TRN(n)		(0x04 + 4 * (n)) /* n = 0..3; 0 is the code */
#define GPUVF_MBOX_RCV(n)		(0x14 + 4 * (n)) /* RO, n = 0..3 */
#define GPUVF_MBOX_CONTROL		0x24	/* bytes 0 and 1 can be written alone */
#define   GPUVF_MBOX_TRN_VALID			0x00000001
#define   GPUVF_MBOX_TRN_ACK			0x00000002 /* RO */
#define   GPUVF_MBOX_RCV_VALID			0x00000100 /* RO */
#define   GPUVF_MBOX_RCV_ACK			0x00000200 /* write 1; reads 0 */
#define GPUVF_MBOX_INT_CNTL		0x28	/* 32 bit: when to raise this side's interrupt */
#define   GPUVF_MBOX_VALID_INT_EN		0x00000001
#define   GPUVF_MBOX_ACK_INT_EN			0x00000002
#define GPUVF_MBOX_PAGE_LENGTH		0x2c

/* where the PF's page is in the SIM capability */
#define GPUVF_SIM_MBOX			0x30
/*
 * What an interrupt ring would tell, which real hardware has: which VFs sent a message
 * that is not acknowledged, and which acknowledged the PF's.
 */
#define GPUVF_SIM_MBOX_RX		0x5c	/* RO: bit n: RCV_VALID of VF n, without RCV_ACK */
#define GPUVF_SIM_MBOX_ACKED		0x60	/* RO: bit n: TRN_ACK of VF n */

/*
 * Memory: what goes through MM_INDEX and MM_DATA on real hardware. D: only the parts
 * in which PF and guest exchange data have content; the rest reads 0, and what is
 * written there is lost.
 */
#define GPUVF_SIM_FB_LO			0x64	/* byte offset in the framebuffer, multiple of 4 */
#define GPUVF_SIM_FB_HI			0x68
#define GPUVF_SIM_FB_DATA		0x6c	/* dword there; each access moves on by 4 */

/* full access: how long a guest may have it; D: 0: what the backend says */
#define GPUVF_SIM_ACCESS		0x70	/* RO: [15:0] ms beside others, [31:16] ms alone */

#define GPUVF_SIM_MEMSIZE		0x74	/* RO: MiB of framebuffer, as CONFIG_MEMSIZE of a card; D: 0: FB_AVAILABLE says it, where more than 65535 stay 65535 */
#define GPUVF_SIM_FB_ALIGN		0x78	/* RO: MiB, extents of VFs begin at multiples of it; D: 0: of the unit */
#define GPUVF_SIM_RESERVED(n)		(0x7c + 8 * (n)) /* RO, n = 0..3: what firmware keeps: first MiB, and in the next dword how many, 0: none */
#define   GPUVF_SIM_NUM_RESERVED		4

/*
 * Migration, of which GPU-IOV says nothing; D: all of it. What of a VF's state is neither
 * in its framebuffer nor in its slot of the context save area is read and written here,
 * and neither the VF nor the PF sees a message or an interrupt come by that. ADOPT takes
 * what the slot holds for a state that SAVE wrote: the VF can be given LOAD then.
 */
#define GPUVF_SIM_FB_NEXT		0x9c	/* write: FB_LO and FB_HI move on to the next page of 4 KiB that may have content, not beyond one that has; at most 1 MiB from where they were, if that is in the framebuffer */
#define GPUVF_SIM_MIG_VF		0xa0	/* which VF the others are about */
#define GPUVF_SIM_MIG_REG		0xa4	/* which of its registers DATA is, GPUVF_SIM_MIG_R_* */
#define GPUVF_SIM_MIG_DATA		0xa8
#define   GPUVF_SIM_MIG_R_TO_PF(n)		(0 + (n)) /* n = 0..3: words of its message */
#define   GPUVF_SIM_MIG_R_TO_VF(n)		(4 + (n)) /* of the PF's */
#define   GPUVF_SIM_MIG_R_MAIL			8	/* whether they are valid and acknowledged */
#define   GPUVF_SIM_MIG_R_INT_CNTL		9	/* its INT_CNTL */
#define   GPUVF_SIM_MIG_R_WINDOW_LO		10
#define   GPUVF_SIM_MIG_R_WINDOW_HI		11
#define   GPUVF_SIM_MIG_R_FB_LO			12
#define   GPUVF_SIM_MIG_R_FB_HI			13
#define   GPUVF_SIM_MIG_R_PORTS			14	/* which are open, status of the window */
#define   GPUVF_SIM_MIG_R_WORK_LO		15	/* work that is left, in ns */
#define   GPUVF_SIM_MIG_R_WORK_HI		16
#define   GPUVF_SIM_MIG_NUM_REGS		17
#define GPUVF_SIM_MIG_ADOPT		0xac	/* write 1; reads how that ended */
#define   GPUVF_SIM_MIG_NOTHING			0	/* not written since MIG_VF was */
#define   GPUVF_SIM_MIG_ADOPTED			2
#define   GPUVF_SIM_MIG_REFUSED			3	/* no saved state in the slot, or the VF has one */
#define GPUVF_SIM_MIG_END		0xb0

/*
 * A VF's side
 */
#define GPUVF_SIM_VF_ID			0x08	/* RO: version. All VFs alike: QEMU compares both sides of a migration */
#define GPUVF_SIM_VF_STATE		0x1c	/* RO */
#define   GPUVF_SIM_VF_STATE_ACTIVE		0x0000000f /* GPUVF_ACTIVE_* */
#define   GPUVF_SIM_VF_STATE_WORK		0x00000010
#define   GPUVF_SIM_VF_STATE_HUNG		0x00000020
#define GPUVF_SIM_VF_DOORBELL		0x20	/* write: so many microseconds of work more; reads what is left */
#define GPUVF_SIM_VF_WINDOW_LO		0x24	/* byte offset in the whole framebuffer, low half */
#define GPUVF_SIM_VF_WINDOW_HI		0x28
#define GPUVF_SIM_VF_WINDOW_DATA	0x2c	/* access to the unit there: writing writes it, reading tells who wrote it last; all ones: not possible. D: closed, so that reading does nothing, until LO or HI was written since the last reset */
#define   GPUVF_SIM_WINDOW_WRITER		0x000000ff /* GPUVF_FCN_*, or */
#define   GPUVF_SIM_WINDOW_SCRUBBED		0xfe	/* the scrub engine */
#define   GPUVF_SIM_WINDOW_POWER_ON		0xff	/* none */
#define   GPUVF_SIM_WINDOW_TENANT		0xffffff00 /* the writer's, counts its INITs */
#define GPUVF_SIM_VF_WINDOW_STATUS	0x30	/* RO: of the last access */
#define   GPUVF_SIM_WINDOW_OK			0
#define   GPUVF_SIM_WINDOW_REFUSED		1 /* not this VF's: refused and counted */
#define   GPUVF_SIM_WINDOW_NOT_RUNNING		2 /* the VF has no time slice */
#define   GPUVF_SIM_WINDOW_NO_DECODE		3 /* VF MSE of the PF is clear */
#define GPUVF_SIM_VF_APERTURE_DATA	0x34	/* as WINDOW_DATA, but as through the VF's BAR: also while the VF has no time slice, if VF MSE is set in the PF's SR-IOV control */

#define GPUVF_SIM_VF_MBOX		0x40	/* the VF's mailbox page */
#define GPUVF_SIM_VF_FB_LO		0x6c	/* as the PF's, in the VF's own framebuffer */
#define GPUVF_SIM_VF_FB_HI		0x70
#define GPUVF_SIM_VF_FB_DATA		0x74

#endif /* GPUVF_REGS_H */
