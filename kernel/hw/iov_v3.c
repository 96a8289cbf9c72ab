// SPDX-License-Identifier: GPL-2.0
/*
 * Backend for GPUs with the GPU-IOV capability, generation v3: everything in
 * the PF's configuration space, see hw/regs.h. How the variants of the generation
 * differ is in one table.
 */

#include <linux/bitfield.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "hw/sim_port.h"

/* eight bits; but all ones is what a device that has gone reads as */
#define IOV_QUANTUM_MAX_MS	254

/**
 * struct iov_variant - what differs among the GPUs of this generation
 * @rev: revision of the capability, by which it is recognised
 * @max_vfs: entries of the framebuffer table
 * @vf_fb: where the table begins
 * @sch_byte: the byte that says where the GFX scheduler block is, in 16 bytes
 * @active_status: where the block has ACTIVE_FUNCTION_ID_STATUS
 * @size_less: what the table has is the size less this many units
 * @unit_bytes: of sizes and offsets in the table
 * @intr_command: bits of INTR_ENABLE and INTR_STATUS: a command is over
 * @intr_busy: a VF got work or ran out of it
 * @intr_hang: a hang, whether it ended by itself or not
 * @time_slice_min_us: shortest time slice
 * @time_slice_max_us: longest time slice
 * @command_limit_us: a command that takes longer hangs
 * @access_alone_ms: limit of full access where no other VF has work
 * @access_limit_ms: and where one has
 *
 * Offsets are from the start of the capability or of the block. Limits are those of
 * AMD's open driver; gpu-iov register page, sections 2.3, 3.3, 3.4.
 */
struct iov_variant {
	u8 rev;
	u8 max_vfs;
	u8 vf_fb;
	u8 sch_byte;
	u8 active_status;
	u8 size_less;
	u32 unit_bytes;
	u32 intr_command;
	u32 intr_busy;
	u32 intr_hang;
	u32 time_slice_min_us;
	u32 time_slice_max_us;
	u32 command_limit_us;
	u32 access_alone_ms;
	u32 access_limit_ms;
};

static const struct iov_variant iov_variants[] = {
	{	/* sizes as of MI300, with one scheduler block */
		.rev = GPUVF_IOV_VSEC_REV_V3,
		.max_vfs = GPUVF_IOV_MAX_VFS,
		.vf_fb = GPUVF_IOV_VF_FB(0),
		.sch_byte = GPUVF_IOV_SCH_OFFSET_GFX,
		.active_status = GPUVF_SCH_ACTIVE_FCN_STATUS,
		.unit_bytes = GPUVF_IOV_VF_FB_UNIT,
		.intr_command = GPUVF_IOV_INTR_CMD_COMPLETE,
		.intr_busy = GPUVF_IOV_INTR_BUSY_CHANGE,
		.intr_hang = GPUVF_IOV_INTR_HANG_RECOVERED |
			     GPUVF_IOV_INTR_HANG_NEEDS_FLR,
		.time_slice_min_us = 1000,
		.time_slice_max_us = 500000,
		.command_limit_us = 500000,
		.access_alone_ms = 3000,
		.access_limit_ms = 1500,
	},
	{	/* MI200 */
		.rev = GPUVF_IOV_VSEC_REV_MI200,
		.max_vfs = GPUVF_IOV_MI200_MAX_VFS,
		.vf_fb = GPUVF_IOV_VF_FB(0),
		.sch_byte = GPUVF_IOV_SCH_OFFSET_GFX,
		.active_status = GPUVF_SCH_ACTIVE_FCN_STATUS_MI200,
		.unit_bytes = GPUVF_IOV_VF_FB_UNIT,
		.intr_command = GPUVF_IOV_INTR_CMD_COMPLETE,
		.intr_busy = GPUVF_IOV_INTR_BUSY_CHANGE,
		.intr_hang = GPUVF_IOV_INTR_HANG_RECOVERED |
			     GPUVF_IOV_INTR_HANG_NEEDS_FLR,
		.time_slice_min_us = 1000,
		.time_slice_max_us = 500000,
		.command_limit_us = 500000,
		.access_alone_ms = 3000,
		.access_limit_ms = 1500,
	},
};

/**
 * struct iov - a GPU of this generation
 * @port: what the layers above see, and the SIM capability
 * @variant: which
 * @cap: GPU-IOV capability in the PF's configuration space
 * @sch: GFX scheduler block, from the start of configuration space too
 * @intr_enable: what GPUVF_IOV_INTR_ENABLE kept of what was written, 0: nothing is
 *	known of it, or interrupts are off
 * @schedule: what the run list and the time quanta are to hold
 */
struct iov {
	struct gpuvf_sim_port port;
	const struct iov_variant *variant;
	int cap;
	int sch;
	u32 intr_enable;
	u32 schedule[4];
};

static_assert(!offsetof(struct iov, port.hw));

static struct iov *to_iov(struct gpuvf_hw *hw)
{
	return container_of(hw, struct iov, port.hw);
}

static void iov_irq_enable(struct gpuvf_hw *hw, bool on)
{
	struct iov *iov = to_iov(hw);
	const struct iov_variant *variant = iov->variant;
	u32 bits = variant->intr_command | variant->intr_busy |
		   variant->intr_hang;

	iov->intr_enable = gpuvf_hw_write_irqs(hw, iov->cap +
					       GPUVF_IOV_INTR_ENABLE,
					       on ? bits : 0);
	gpuvf_sim_irq_enable(hw, on);
}

static void iov_irq_events(struct gpuvf_hw *hw, struct gpuvf_hw_events *events)
{
	const struct iov *iov = to_iov(hw);
	const int reg = iov->cap + GPUVF_IOV_INTR_STATUS;
	u32 status;

	if (!gpuvf_hw_read32(hw, reg, &status) && status) {
		gpuvf_hw_write32(hw, reg, status);
		if (status & iov->variant->intr_command)
			events->events |= GPUVF_HW_EVENT_COMMAND;
		if (status & iov->variant->intr_busy)
			events->events |= GPUVF_HW_EVENT_BUSY;
		if (status & iov->variant->intr_hang) {
			events->events |= GPUVF_HW_EVENT_HANG;
			events->hang_vfs = GPUVF_HW_ANY_VF;
		}
		if (events->events)
			return;
	}
	gpuvf_sim_irq_events(hw, events);
}

static u32 iov_context(const struct gpuvf_extent *context)
{
	return FIELD_PREP(GPUVF_IOV_CNTXT_SIZE, 1) |
	       FIELD_PREP(GPUVF_IOV_CNTXT_OFFSET,
			  context->start / GPUVF_IOV_CNTXT_UNIT);
}

/*
 * 16 bits of MiB say nothing of more than 64 GiB: as much as they can, but that this and
 * FB_AVAILABLE are one dword, which a device that has gone reads as all ones.
 */
static u16 iov_consumed(const struct gpuvf_hw *hw, u64 reserve_bytes)
{
	u64 bytes = hw->caps.fb.total_bytes - reserve_bytes;

	return min_t(u64, bytes / SZ_1M, U16_MAX - 1);
}

/* what the table has for an extent; NULL: for a VF that is parked */
static u32 iov_entry(const struct iov *iov, const struct gpuvf_extent *extent)
{
	const u32 unit = iov->variant->unit_bytes;

	if (!extent)
		return 0;
	return FIELD_PREP(GPUVF_IOV_VF_FB_SIZE,
			  extent->size / unit - iov->variant->size_less) |
	       FIELD_PREP(GPUVF_IOV_VF_FB_OFFSET, extent->start / unit);
}

static int iov_set_reserve(struct gpuvf_hw *hw, u64 reserve_bytes,
			   const struct gpuvf_extent *context)
{
	const int cap = to_iov(hw)->cap;
	u16 consumed = iov_consumed(hw, reserve_bytes);
	u16 kept;
	int err;

	err = gpuvf_hw_set32(hw, cap + GPUVF_IOV_CNTXT, iov_context(context));
	if (err)
		return err;
	if (pci_write_config_word(hw->pdev, cap + GPUVF_IOV_FB_CONSUMED,
				  consumed) ||
	    pci_read_config_word(hw->pdev, cap + GPUVF_IOV_FB_CONSUMED, &kept))
		return -EIO;
	return kept == consumed ? 0 : -EUCLEAN;
}

/* the size is never 0 in what iov_set_reserve() writes */
static int iov_has_reserve(struct gpuvf_hw *hw)
{
	u32 context;
	int err;

	err = gpuvf_hw_read32(hw, to_iov(hw)->cap + GPUVF_IOV_CNTXT, &context);
	return err ? err : context && !gpuvf_hw_is_wiped(hw->pdev);
}

static int iov_vf_fb(const struct iov *iov, unsigned int vf)
{
	return iov->cap + iov->variant->vf_fb + 4 * vf;
}

static int iov_set_vf_fb(struct gpuvf_hw *hw, unsigned int vf,
			 const struct gpuvf_extent *extent)
{
	const struct iov *iov = to_iov(hw);

	return gpuvf_hw_set32(hw, iov_vf_fb(iov, vf), iov_entry(iov, extent));
}

static int iov_park_vf(struct gpuvf_hw *hw, unsigned int vf)
{
	return iov_set_vf_fb(hw, vf, NULL);
}

/* where each of iov->schedule is, from the start of the scheduler block */
static const struct {
	int reg;
	const char *name;
} iov_schedule[] = {
	{ GPUVF_SCH_ACTIVE_FUNCTIONS, "ACTIVE_FUNCTIONS" },
	{ GPUVF_SCH_TIME_QUANTA_OPTION, "TIME_QUANTA_OPTION" },
	{ GPUVF_SCH_TIME_QUANTA_PER_VF, "TIME_QUANTA_PER_VF" },
	{ GPUVF_SCH_TIME_QUANTA_PF, "TIME_QUANTA_PF" },
};

/*
 * The index of a quantum of at least @ms. When all are taken, and each of them is
 * shorter, the last one becomes longer.
 */
static unsigned int iov_quantum(u8 *quanta, u8 ms)
{
	unsigned int i, best = GPUVF_SCH_NUM_QUANTA - 1;

	for (i = 0; i < GPUVF_SCH_NUM_QUANTA; i++) {
		if (quanta[i] == ms)
			return i;
		if (!quanta[i]) {
			best = i;
			break;
		}
		if (quanta[i] > ms && (quanta[best] < ms ||
				       quanta[i] < quanta[best]))
			best = i;
	}
	quanta[best] = max(quanta[best], ms);
	return best;
}

static void iov_set_schedule(struct gpuvf_hw *hw, u32 vfs, const u32 *slice_us)
{
	u8 quanta[GPUVF_SCH_NUM_QUANTA] = { };
	struct iov *iov = to_iov(hw);
	unsigned long mask = vfs;
	unsigned int vf, i;
	u32 option = 0;
	u64 index = 0;

	for_each_set_bit(vf, &mask, GPUVF_IOV_MAX_VFS)
		index |= (u64)iov_quantum(quanta,
					  min_t(u32, IOV_QUANTUM_MAX_MS,
						DIV_ROUND_UP(slice_us[vf],
							     USEC_PER_MSEC)))
			 << 2 * vf;
	for (i = 0; i < GPUVF_SCH_NUM_QUANTA; i++)
		option |= (u32)quanta[i] << 8 * i;
	iov->schedule[0] = vfs;
	iov->schedule[1] = option;
	iov->schedule[2] = lower_32_bits(index);
	iov->schedule[3] = upper_32_bits(index);
	for (i = 0; i < ARRAY_SIZE(iov_schedule); i++)
		gpuvf_hw_write32(hw, iov->sch + iov_schedule[i].reg,
				 iov->schedule[i]);
}

/* nothing runs by what they say: one that stays lost is no reason to wedge */
static int iov_verify_schedule(struct gpuvf_hw *hw, unsigned int vf)
{
	const struct iov *iov = to_iov(hw);
	unsigned int i;
	int lost;

	for (i = 0; i < ARRAY_SIZE(iov_schedule); i++) {
		int reg = iov->sch + iov_schedule[i].reg;

		lost = gpuvf_hw_verify32(hw, vf, iov_schedule[i].name, reg, ~0U,
					 iov->schedule[i]);
		if (lost > 0)
			lost = gpuvf_hw_write32(hw, reg, iov->schedule[i]);
		if (lost)
			return lost;
	}
	return 0;
}

static int iov_verify_vf(struct gpuvf_hw *hw, unsigned int vf,
			 const struct gpuvf_extent *wanted, u64 reserve_bytes,
			 const struct gpuvf_extent *context)
{
	const u32 consumed = iov_consumed(hw, reserve_bytes);
	const struct iov *iov = to_iov(hw);
	int extent, save, reserve, err = 0;

	extent = gpuvf_hw_verify32(hw, vf, "VF_FB", iov_vf_fb(iov, vf), ~0U,
				   iov_entry(iov, wanted));
	save = gpuvf_hw_verify32(hw, vf, "CNTXT", iov->cap + GPUVF_IOV_CNTXT,
				 ~0U, iov_context(context));
	/* in the upper half of this dword */
	reserve = gpuvf_hw_verify32(hw, vf, "FB_CONSUMED",
				    iov->cap + GPUVF_IOV_FB_AVAILABLE,
				    0xffff0000, consumed << 16);
	if (extent < 0 || save < 0 || reserve < 0)
		return -EIO;
	if (save || reserve)
		err = iov_set_reserve(hw, reserve_bytes, context);
	if (extent && !err)
		err = iov_set_vf_fb(hw, vf, wanted);
	if (!err)
		err = iov_verify_schedule(hw, vf);
	if (!err)
		err = gpuvf_hw_verify_irqs(hw, vf, "INTR_ENABLE",
					   iov->cap + GPUVF_IOV_INTR_ENABLE,
					   iov->intr_enable);
	return err ? err : gpuvf_sim_verify_irqs(hw, vf);
}

static int iov_command(struct gpuvf_hw *hw, enum gpuvf_hw_cmd cmd,
		       unsigned int vf, unsigned int next)
{
	static const u8 codes[] = {
		[GPUVF_HW_IDLE] = GPUVF_CMD_IDLE_GPU,
		[GPUVF_HW_SAVE] = GPUVF_CMD_SAVE_GPU_STATE,
		[GPUVF_HW_LOAD] = GPUVF_CMD_LOAD_GPU_STATE,
		[GPUVF_HW_RUN] = GPUVF_CMD_RUN_GPU,
		[GPUVF_HW_INIT] = GPUVF_CMD_INIT_GPU,
		[GPUVF_HW_SHUTDOWN] = GPUVF_CMD_SHUTDOWN_GPU,
		[GPUVF_HW_SWITCH] = GPUVF_CMD_CONTEXT_SWITCH,
	};
	u32 val = FIELD_PREP(GPUVF_SCH_CMD_CODE, codes[cmd]) |
		  GPUVF_SCH_CMD_EXECUTE |
		  FIELD_PREP(GPUVF_SCH_CMD_FCN, GPUVF_FCN_VF(vf));

	if (cmd == GPUVF_HW_SWITCH)
		val |= FIELD_PREP(GPUVF_SCH_CMD_NXT_FCN, GPUVF_FCN_VF(next));

	return gpuvf_hw_write32(hw, to_iov(hw)->sch + GPUVF_SCH_CMD, val);
}

static int iov_command_status(struct gpuvf_hw *hw)
{
	const int sch = to_iov(hw)->sch;
	u32 cmd, status;

	if (gpuvf_hw_read32(hw, sch + GPUVF_SCH_CMD, &cmd) ||
	    gpuvf_hw_read32(hw, sch + GPUVF_SCH_CMD_STATUS, &status))
		return -EIO;
	status &= 0xff;
	if (cmd & GPUVF_SCH_CMD_EXECUTE)
		return -EINPROGRESS;
	switch (status) {
	case GPUVF_STATUS_DONE:
		return 0;
	case GPUVF_STATUS_UNSUPPORTED:
	case GPUVF_STATUS_ABORTED:
		return -ECANCELED;
	default:
		return -EIO;
	}
}

static int iov_engine_state(struct gpuvf_hw *hw)
{
	const int sch = to_iov(hw)->sch;
	u32 cmd, active;

	if (gpuvf_hw_read32(hw, sch + GPUVF_SCH_CMD, &cmd) ||
	    gpuvf_hw_read32(hw, sch + GPUVF_SCH_ACTIVE_FCN_ID, &active))
		return -EIO;
	return cmd & GPUVF_SCH_CMD_EXECUTE || active ? -EBUSY : 0;
}

static bool iov_engine_hangs(struct gpuvf_hw *hw)
{
	const struct iov *iov = to_iov(hw);
	u8 status;

	/* all ones: the device does not answer */
	return !pci_read_config_byte(hw->pdev, iov->sch +
				     iov->variant->active_status, &status) &&
	       status != 0xff &&
	       (status & GPUVF_ACTIVE_MASK) == GPUVF_ACTIVE_STALLED;
}

static u32 iov_busy_vfs(struct gpuvf_hw *hw)
{
	u32 busy;

	if (gpuvf_hw_read32(hw, to_iov(hw)->sch + GPUVF_SCH_VM_BUSY, &busy))
		return 0;
	return busy;
}

static const struct iov_variant *iov_find_variant(unsigned int rev)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(iov_variants); i++)
		if (iov_variants[i].rev == rev)
			return &iov_variants[i];
	return NULL;
}

/* @length: of the capability, in which everything has to be */
static int iov_probe_scheduler(struct iov *iov, unsigned int length)
{
	const struct iov_variant *variant = iov->variant;
	unsigned int end = variant->vf_fb + 4 * variant->max_vfs;
	struct pci_dev *pdev = iov->port.hw.pdev;
	unsigned int sch;
	u8 gfx;

	if (length < end) {
		pci_err(pdev, "GPU-IOV capability of %u bytes, revision %u needs %u and a scheduler block\n",
			length, variant->rev, end);
		return -EINVAL;
	}
	if (pci_read_config_byte(pdev, iov->cap + variant->sch_byte, &gfx))
		return -EIO;
	sch = gfx << 4;
	if (sch < end || sch + GPUVF_SCH_BLOCK_LENGTH > length) {
		pci_err(pdev, "GFX scheduler block at %#x of the GPU-IOV capability, which has room for it from %#x to %#x\n",
			sch, end, length);
		return -EINVAL;
	}
	iov->sch = iov->cap + sch;
	return 0;
}

/* a card with more than 16 bits of MiB says so elsewhere */
static int iov_probe_fb(struct iov *iov)
{
	struct gpuvf_hw *hw = &iov->port.hw;
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	u64 max_mib = (u64)iov->variant->unit_bytes * (U16_MAX + 1) / SZ_1M;
	u32 available, consumed, mib;
	int err;

	fb->unit_bytes = iov->variant->unit_bytes;
	if (gpuvf_hw_probe_read32(hw, iov->cap + GPUVF_IOV_FB_AVAILABLE,
				  "TOTAL_FB_AVAILABLE", &available))
		return -EIO;
	err = gpuvf_sim_probe_fb(hw, &mib);
	if (err)
		return err;
	consumed = available >> 16;
	if (!mib)
		mib = available & 0xffff;
	if (!mib || mib > max_mib || consumed > mib) {
		pci_err(hw->pdev, "%u MiB of framebuffer, of which %u are consumed: 1 to %llu are possible\n",
			mib, consumed, max_mib);
		return -EINVAL;
	}
	fb->total_bytes = (u64)mib * SZ_1M;
	fb->context_align_bytes = GPUVF_IOV_CNTXT_UNIT;
	hw->caps.context_slot_bytes = GPUVF_IOV_CNTXT_UNIT;
	return 0;
}

static void iov_set_limits(struct gpuvf_hw *hw,
			   const struct iov_variant *variant)
{
	struct gpuvf_hw_caps *caps = &hw->caps;
	unsigned int i;

	caps->capabilities = GPUVF_CAPABILITY_FRAMEBUFFER |
			     GPUVF_CAPABILITY_TIME_SLICE |
			     GPUVF_CAPABILITY_INTERRUPT;
	caps->total_vfs = variant->max_vfs;
	caps->time_slice_min_us = variant->time_slice_min_us;
	caps->time_slice_max_us = variant->time_slice_max_us;
	for (i = 0; i < GPUVF_HW_NUM_CMDS; i++)
		caps->command_limit_us[i] = variant->command_limit_us;
	caps->access_alone_ms = variant->access_alone_ms;
	caps->access_limit_ms = variant->access_limit_ms;
}

static int iov_probe(struct gpuvf_hw *hw)
{
	struct iov *iov = to_iov(hw);
	u32 header;
	int err;

	iov->cap = pci_find_vsec_capability(hw->pdev, hw->pdev->vendor,
					    GPUVF_IOV_VSEC_ID);
	if (!iov->cap ||
	    gpuvf_hw_read32(hw, iov->cap + PCI_VNDR_HEADER, &header))
		return -ENODEV;
	iov->variant = iov_find_variant(PCI_VNDR_HEADER_REV(header));
	if (!iov->variant)
		return -ENODEV;

	err = iov_probe_scheduler(iov, PCI_VNDR_HEADER_LEN(header));
	if (err)
		return err;
	iov_set_limits(hw, iov->variant);
	err = gpuvf_sim_probe(hw);
	if (err)
		return err;
	/*
	 * The GPU-IOV capability does not say what of it is implemented: a card is taken
	 * to have what this generation is documented to have.
	 */
	if (!iov->port.cap)
		hw->caps.capabilities |= GPUVF_CAPABILITY_BUSY |
					 GPUVF_CAPABILITY_SHUTDOWN;
	return iov_probe_fb(iov);
}

const struct gpuvf_hw_ops gpuvf_iov_v3_ops = {
	.name = "gpu-iov-v3",
	.size = sizeof(struct iov),
	.probe = iov_probe,
	.irq_enable = iov_irq_enable,
	.irq_events = iov_irq_events,
	.set_reserve = iov_set_reserve,
	.has_reserve = iov_has_reserve,
	.set_vf_fb = iov_set_vf_fb,
	.park_vf = iov_park_vf,
	.command = iov_command,
	.command_status = iov_command_status,
	.engine_state = iov_engine_state,
	.engine_hangs = iov_engine_hangs,
	.busy_vfs = iov_busy_vfs,
	.flr_vfs = gpuvf_sim_flr_vfs,
	.scrub_start = gpuvf_sim_scrub_start,
	.scrub_context_start = gpuvf_sim_scrub_context_start,
	.scrub_status = gpuvf_sim_scrub_status,
	.scrub_abort = gpuvf_sim_scrub_abort,
	.set_schedule = iov_set_schedule,
	.verify_vf = iov_verify_vf,
	.mbox = &gpuvf_mbox_page_ops,
	.fb_write = gpuvf_sim_fb_write,
	.fb_read = gpuvf_sim_fb_read,
	.migrate = &gpuvf_migrate_port_ops,
};
