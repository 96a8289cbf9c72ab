// SPDX-License-Identifier: GPL-2.0
/*
 * Backend for GPUs with the GPU-IOV capability, generation v3: everything in
 * the PF's configuration space, see hw/regs.h.
 */

#include <linux/bitfield.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "base/pf.h"
#include "hw/hw.h"
#include "hw/regs.h"

/* slices that MI300 class hardware takes; gpu-iov register page, section 3.3 */
#define IOV_TIME_SLICE_MIN_US	1000
#define IOV_TIME_SLICE_MAX_US	500000
static_assert(IOV_TIME_SLICE_MAX_US * 1000ULL <= GPUVF_SCHED_MAX_SLICE_NS);

/* eight bits; but all ones is what a device that has gone reads as */
#define IOV_QUANTUM_MAX_MS	254

/* what AMD's open driver gives a command of this generation; section 2.3 */
#define IOV_COMMAND_LIMIT_US	500000

/* and how long it lets a guest have full access; section 3.4 */
#define IOV_ACCESS_ALONE_MS	3000
#define IOV_ACCESS_LIMIT_MS	1500

static int iov_read32(struct gpuvf_pf *pf, int reg, u32 *val)
{
	int err = pci_read_config_dword(pf->pdev, reg, val);

	/* a device that has gone reads as all ones */
	if (err || *val == ~0U)
		return -EIO;
	return 0;
}

static int iov_write32(struct gpuvf_pf *pf, int reg, u32 val)
{
	return pci_write_config_dword(pf->pdev, reg, val) ? -EIO : 0;
}

/* write a register that has to keep what was written */
static int iov_set32(struct gpuvf_pf *pf, int reg, u32 val)
{
	u32 kept;
	int err;

	err = iov_write32(pf, reg, val);
	if (!err)
		err = iov_read32(pf, reg, &kept);
	if (err)
		return err;
	return kept == val ? 0 : -EUCLEAN;
}

/* hardware without busy bits, for one, does not keep all of them */
static u32 iov_irq_write(struct gpuvf_pf *pf, int reg, u32 bits)
{
	u32 kept;

	if (iov_write32(pf, reg, bits) || iov_read32(pf, reg, &kept))
		return 0;
	return kept & bits;
}

static void iov_irq_enable(struct gpuvf_pf *pf, bool on)
{
	struct gpuvf_iov *iov = &pf->iov;

	iov->intr_enable = iov_irq_write(pf,
					 iov->iov + GPUVF_IOV_INTR_ENABLE,
					 on ? GPUVF_IOV_INTR_ALL : 0);
	if (iov->sim)
		iov->sim_intr_enable =
			iov_irq_write(pf, iov->sim + GPUVF_SIM_INTR_ENABLE,
				      on ? GPUVF_SIM_INTR_ALL : 0);
}

static u32 iov_irq_events(struct gpuvf_pf *pf)
{
	const struct gpuvf_iov *iov = &pf->iov;
	u32 events = 0;
	u32 status;

	if (!iov_read32(pf, iov->iov + GPUVF_IOV_INTR_STATUS, &status) &&
	    status) {
		iov_write32(pf, iov->iov + GPUVF_IOV_INTR_STATUS, status);
		if (status & GPUVF_IOV_INTR_CMD_COMPLETE)
			events |= GPUVF_HW_EVENT_COMMAND;
		if (status & GPUVF_IOV_INTR_BUSY_CHANGE)
			events |= GPUVF_HW_EVENT_BUSY;
		if (status & (GPUVF_IOV_INTR_HANG_RECOVERED |
			      GPUVF_IOV_INTR_HANG_NEEDS_FLR))
			events |= GPUVF_HW_EVENT_HANG;
		if (events)
			return events;
	}
	if (iov->sim &&
	    !iov_read32(pf, iov->sim + GPUVF_SIM_INTR_STATUS, &status) &&
	    status) {
		iov_write32(pf, iov->sim + GPUVF_SIM_INTR_STATUS, status);
		if (status & GPUVF_SIM_INTR_SCRUB_DONE)
			events |= GPUVF_HW_EVENT_SCRUB;
		if (status & GPUVF_SIM_INTR_VF_FLR)
			events |= GPUVF_HW_EVENT_VF_FLR;
		if (status & (GPUVF_SIM_INTR_MBOX_RX | GPUVF_SIM_INTR_MBOX_ACK))
			events |= GPUVF_HW_EVENT_MBOX;
	}
	return events;
}

static u32 iov_context(const struct gpuvf_extent *context)
{
	return FIELD_PREP(GPUVF_IOV_CNTXT_SIZE, 1) |
	       FIELD_PREP(GPUVF_IOV_CNTXT_OFFSET,
			  context->start / GPUVF_IOV_CNTXT_UNIT);
}

static u16 iov_consumed(const struct gpuvf_pf *pf, u64 reserve_bytes)
{
	return (pf->geometry.total_bytes - reserve_bytes) / SZ_1M;
}

static u32 iov_extent(const struct gpuvf_extent *extent)
{
	if (!extent->size)
		return 0;
	return FIELD_PREP(GPUVF_IOV_VF_FB_SIZE,
			  extent->size / GPUVF_IOV_VF_FB_UNIT) |
	       FIELD_PREP(GPUVF_IOV_VF_FB_OFFSET,
			  extent->start / GPUVF_IOV_VF_FB_UNIT);
}

static int iov_set_reserve(struct gpuvf_pf *pf, u64 reserve_bytes,
			   const struct gpuvf_extent *context)
{
	u16 consumed = iov_consumed(pf, reserve_bytes);
	u16 kept;
	int err;

	err = iov_set32(pf, pf->iov.iov + GPUVF_IOV_CNTXT,
			iov_context(context));
	if (err)
		return err;
	if (pci_write_config_word(pf->pdev,
				  pf->iov.iov + GPUVF_IOV_FB_CONSUMED,
				  consumed) ||
	    pci_read_config_word(pf->pdev,
				 pf->iov.iov + GPUVF_IOV_FB_CONSUMED, &kept))
		return -EIO;
	return kept == consumed ? 0 : -EUCLEAN;
}

/* the size is never 0 in what iov_set_reserve() writes */
static int iov_has_reserve(struct gpuvf_pf *pf)
{
	u32 context;
	int err;

	err = iov_read32(pf, pf->iov.iov + GPUVF_IOV_CNTXT, &context);
	return err ? err : context && !gpuvf_hw_is_wiped(pf->pdev);
}

static int iov_set_vf_fb(struct gpuvf_pf *pf, unsigned int vf,
			 const struct gpuvf_extent *extent)
{
	return iov_set32(pf, pf->iov.iov + GPUVF_IOV_VF_FB(vf),
			 iov_extent(extent));
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

static void iov_set_schedule(struct gpuvf_pf *pf, u32 vfs, const u32 *slice_us)
{
	u8 quanta[GPUVF_SCH_NUM_QUANTA] = { };
	struct gpuvf_iov *iov = &pf->iov;
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
		option |= quanta[i] << 8 * i;
	iov->schedule[0] = vfs;
	iov->schedule[1] = option;
	iov->schedule[2] = lower_32_bits(index);
	iov->schedule[3] = upper_32_bits(index);
	for (i = 0; i < ARRAY_SIZE(iov_schedule); i++)
		iov_write32(pf, iov->sch + iov_schedule[i].reg,
			    iov->schedule[i]);
}

/*
 * 0: it is as wanted; 1: it is not, which is logged; -EIO. What a reset of the bus has
 * taken comes back all at once, by a reset of the GPU, and not here and there: a VF
 * whose extent is missing must not start.
 */
static int iov_verify(struct gpuvf_pf *pf, unsigned int vf, const char *name,
		      int reg, u32 mask, u32 wanted)
{
	u32 val;

	if (iov_read32(pf, reg, &val))
		return -EIO;
	if ((val & mask) == wanted || gpuvf_hw_is_wiped(pf->pdev))
		return 0;
	dev_warn_ratelimited(&pf->pdev->dev,
			     "VF%u: reset left %s at %#x instead of %#x, rewriting it\n",
			     vf, name, val & mask, wanted);
	return 1;
}

static int iov_verify_irq(struct gpuvf_pf *pf, unsigned int vf,
			  const char *name, int reg, u32 wanted)
{
	int lost = wanted ? iov_verify(pf, vf, name, reg, ~0U, wanted) : 0;

	return lost > 0 ? iov_set32(pf, reg, wanted) : lost;
}

static int iov_verify_irqs(struct gpuvf_pf *pf, unsigned int vf)
{
	const struct gpuvf_iov *iov = &pf->iov;
	int err;

	err = iov_verify_irq(pf, vf, "INTR_ENABLE",
			     iov->iov + GPUVF_IOV_INTR_ENABLE,
			     iov->intr_enable);
	if (err)
		return err;
	return iov_verify_irq(pf, vf, "SIM INTR_ENABLE",
			      iov->sim + GPUVF_SIM_INTR_ENABLE,
			      iov->sim_intr_enable);
}

/* nothing runs by what they say: one that stays lost is no reason to wedge */
static int iov_verify_schedule(struct gpuvf_pf *pf, unsigned int vf)
{
	const struct gpuvf_iov *iov = &pf->iov;
	unsigned int i;
	int lost;

	for (i = 0; i < ARRAY_SIZE(iov_schedule); i++) {
		int reg = iov->sch + iov_schedule[i].reg;

		lost = iov_verify(pf, vf, iov_schedule[i].name, reg, ~0U,
				  iov->schedule[i]);
		if (lost > 0)
			lost = iov_write32(pf, reg, iov->schedule[i]);
		if (lost)
			return lost;
	}
	return 0;
}

static int iov_verify_vf(struct gpuvf_pf *pf, unsigned int vf,
			 const struct gpuvf_extent *wanted,
			 const struct gpuvf_layout *layout)
{
	const u32 consumed = iov_consumed(pf, layout->pf_reserve_bytes);
	const struct gpuvf_iov *iov = &pf->iov;
	int extent, context, reserve, err = 0;

	extent = iov_verify(pf, vf, "VF_FB", iov->iov + GPUVF_IOV_VF_FB(vf),
			    ~0U, iov_extent(wanted));
	context = iov_verify(pf, vf, "CNTXT", iov->iov + GPUVF_IOV_CNTXT, ~0U,
			     iov_context(&layout->context));
	/* in the upper half of this dword */
	reserve = iov_verify(pf, vf, "FB_CONSUMED",
			     iov->iov + GPUVF_IOV_FB_AVAILABLE, 0xffff0000,
			     consumed << 16);
	if (extent < 0 || context < 0 || reserve < 0)
		return -EIO;
	if (context || reserve)
		err = iov_set_reserve(pf, layout->pf_reserve_bytes,
				      &layout->context);
	if (extent && !err)
		err = iov_set_vf_fb(pf, vf, wanted);
	if (!err)
		err = iov_verify_schedule(pf, vf);
	return err ? err : iov_verify_irqs(pf, vf);
}

static int iov_command(struct gpuvf_pf *pf, enum gpuvf_hw_cmd cmd,
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

	return iov_write32(pf, pf->iov.sch + GPUVF_SCH_CMD, val);
}

static int iov_command_status(struct gpuvf_pf *pf)
{
	u32 cmd, status;

	if (iov_read32(pf, pf->iov.sch + GPUVF_SCH_CMD, &cmd) ||
	    iov_read32(pf, pf->iov.sch + GPUVF_SCH_CMD_STATUS, &status))
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

/* no VF may be on the engine and no command stuck when we take the GPU over */
static int iov_check_quiescent(struct gpuvf_pf *pf)
{
	u32 cmd, active;

	if (iov_read32(pf, pf->iov.sch + GPUVF_SCH_CMD, &cmd) ||
	    iov_read32(pf, pf->iov.sch + GPUVF_SCH_ACTIVE_FCN_ID, &active))
		return -EIO;
	if (cmd & GPUVF_SCH_CMD_EXECUTE)
		return -EBUSY;
	return active ? -EBUSY : 0;
}

static bool iov_engine_is_taken(struct gpuvf_pf *pf)
{
	return iov_check_quiescent(pf) == -EBUSY;
}

static bool iov_engine_hangs(struct gpuvf_pf *pf)
{
	u8 status;

	/* all ones: the device does not answer */
	return !pci_read_config_byte(pf->pdev, pf->iov.sch +
				     GPUVF_SCH_ACTIVE_FCN_STATUS, &status) &&
	       status != 0xff &&
	       (status & GPUVF_ACTIVE_MASK) == GPUVF_ACTIVE_STALLED;
}

static u32 iov_busy_vfs(struct gpuvf_pf *pf)
{
	u32 busy;

	if (iov_read32(pf, pf->iov.sch + GPUVF_SCH_VM_BUSY, &busy))
		return 0;
	return busy;
}

static u32 iov_flr_vfs(struct gpuvf_pf *pf)
{
	u32 vfs;

	if (iov_read32(pf, pf->iov.sim + GPUVF_SIM_VF_FLR, &vfs) || !vfs)
		return 0;
	iov_write32(pf, pf->iov.sim + GPUVF_SIM_VF_FLR, vfs);
	return vfs;
}

static int iov_scrub(struct gpuvf_pf *pf, u32 start, u32 count, u32 control)
{
	int sim = pf->iov.sim;
	u32 status;

	/* given up on, and still at it: who knows when it will be done */
	if (iov_read32(pf, sim + GPUVF_SIM_SCRUB_STATUS, &status))
		return -EIO;
	if (status == GPUVF_SIM_SCRUB_ST_BUSY)
		return -EBUSY;
	if (iov_write32(pf, sim + GPUVF_SIM_SCRUB_START, start) ||
	    iov_write32(pf, sim + GPUVF_SIM_SCRUB_COUNT, count))
		return -EIO;
	return iov_write32(pf, sim + GPUVF_SIM_SCRUB_CONTROL,
			   control | GPUVF_SIM_SCRUB_GO);
}

static int iov_scrub_start(struct gpuvf_pf *pf,
			   const struct gpuvf_extent *extent)
{
	return iov_scrub(pf, extent->start / GPUVF_IOV_VF_FB_UNIT,
			 extent->size / GPUVF_IOV_VF_FB_UNIT, 0);
}

static int iov_scrub_context_start(struct gpuvf_pf *pf, unsigned int vf)
{
	return iov_scrub(pf, GPUVF_FCN_VF(vf), 0, GPUVF_SIM_SCRUB_CONTEXT);
}

static int iov_scrub_status(struct gpuvf_pf *pf)
{
	u32 status;

	if (iov_read32(pf, pf->iov.sim + GPUVF_SIM_SCRUB_STATUS, &status))
		return -EIO;
	switch (status) {
	case GPUVF_SIM_SCRUB_ST_DONE:
		return 0;
	case GPUVF_SIM_SCRUB_ST_BUSY:
		return -EINPROGRESS;
	case GPUVF_SIM_SCRUB_ST_ABORTED:
		return -ECANCELED;
	default:
		return -EIO;
	}
}

static int iov_scrub_abort(struct gpuvf_pf *pf)
{
	u32 status;

	if (iov_write32(pf, pf->iov.sim + GPUVF_SIM_SCRUB_CONTROL,
			GPUVF_SIM_SCRUB_ABORT) ||
	    iov_read32(pf, pf->iov.sim + GPUVF_SIM_SCRUB_STATUS, &status))
		return -EIO;
	return status == GPUVF_SIM_SCRUB_ST_BUSY ? -EBUSY : 0;
}

/*
 * Framebuffer, through the simulator's port. Another reader of configuration space may
 * come between, and move the port on: where the port is in the end tells, and then all
 * of it is done once more.
 */
#define IOV_FB_TRIES	3

static int iov_fb_begin(struct gpuvf_pf *pf, u64 offset)
{
	int err;

	err = iov_write32(pf, pf->iov.sim + GPUVF_SIM_FB_LO,
			  lower_32_bits(offset));
	return err ? err : iov_write32(pf, pf->iov.sim + GPUVF_SIM_FB_HI,
				       upper_32_bits(offset));
}

/* a multiple of 4 is never all ones: that is a device that has gone */
static int iov_fb_end(struct gpuvf_pf *pf, u64 offset)
{
	u32 lo;

	if (iov_read32(pf, pf->iov.sim + GPUVF_SIM_FB_LO, &lo))
		return -EIO;
	return lo == lower_32_bits(offset) ? 0 : -EAGAIN;
}

static int iov_fb_once(struct gpuvf_pf *pf, u64 offset, __le32 *dword,
		       size_t num, bool write)
{
	const int port = pf->iov.sim + GPUVF_SIM_FB_DATA;
	size_t i;
	u32 val;
	int err;

	err = iov_fb_begin(pf, offset);
	for (i = 0; i < num && !err; i++) {
		if (write) {
			err = iov_write32(pf, port, le32_to_cpu(dword[i]));
			continue;
		}
		/* not iov_read32(): content may be all ones */
		if (pci_read_config_dword(pf->pdev, port, &val))
			err = -EIO;
		dword[i] = cpu_to_le32(val);
	}
	return err ? err : iov_fb_end(pf, offset + num * sizeof(*dword));
}

static int iov_fb(struct gpuvf_pf *pf, u64 offset, void *buf, size_t len,
		  bool write)
{
	int tries, err = -EAGAIN;

	if (!pf->iov.sim)
		return -EOPNOTSUPP;
	for (tries = 0; tries < IOV_FB_TRIES && err == -EAGAIN; tries++)
		err = iov_fb_once(pf, offset, buf, len / sizeof(__le32), write);
	return err == -EAGAIN ? -EIO : err;
}

static int iov_fb_write(struct gpuvf_pf *pf, u64 offset, const void *buf,
			size_t len)
{
	return iov_fb(pf, offset, (void *)buf, len, true);
}

static int iov_fb_read(struct gpuvf_pf *pf, u64 offset, void *buf, size_t len)
{
	return iov_fb(pf, offset, buf, len, false);
}

/*
 * The GPU-IOV capability does not say what of it is implemented: without a SIM
 * capability, what generation v3 is documented to have is assumed.
 */
static int iov_probe_features(struct gpuvf_pf *pf)
{
	static const struct {
		u32 feature;
		u32 capability;
	} map[] = {
		{ GPUVF_SIM_FEATURE_SCRUB, GPUVF_CAPABILITY_SCRUB },
		{ GPUVF_SIM_FEATURE_VF_FLR, GPUVF_CAPABILITY_FLR_NOTICE },
		{ GPUVF_SIM_FEATURE_ONESHOT, GPUVF_CAPABILITY_ONESHOT },
		{ GPUVF_SIM_FEATURE_MBOX, GPUVF_CAPABILITY_MAILBOX },
		{ GPUVF_SIM_FEATURE_BUSY, GPUVF_CAPABILITY_BUSY },
		{ GPUVF_SIM_FEATURE_SHUTDOWN, GPUVF_CAPABILITY_SHUTDOWN },
	};
	u32 features, access;
	unsigned int i;

	pf->iov.sim = pci_find_vsec_capability(pf->pdev, GPUVF_SIM_VENDOR_ID,
					       GPUVF_SIM_VSEC_ID);
	if (!pf->iov.sim) {
		pf->capabilities |= GPUVF_CAPABILITY_BUSY |
				    GPUVF_CAPABILITY_SHUTDOWN;
		return 0;
	}
	if (iov_read32(pf, pf->iov.sim + GPUVF_SIM_ID, &features) ||
	    iov_read32(pf, pf->iov.sim + GPUVF_SIM_ACCESS, &access))
		return -EIO;
	if (access) {
		pf->full_access.alone_ms = access >> 16;
		pf->full_access.limit_ms = access & 0xffff;
	}
	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (features & map[i].feature)
			pf->capabilities |= map[i].capability;
	return 0;
}

static int iov_probe(struct gpuvf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	u32 header, length, available;
	u8 gfx;
	int err;

	pf->iov.iov = pci_find_vsec_capability(pdev, pdev->vendor,
					       GPUVF_IOV_VSEC_ID);
	if (!pf->iov.iov) {
		pci_err(pdev, "no GPU-IOV capability\n");
		return -ENODEV;
	}
	if (iov_read32(pf, pf->iov.iov + PCI_VNDR_HEADER, &header))
		return -EIO;
	length = PCI_VNDR_HEADER_LEN(header);
	if (length < GPUVF_IOV_VSEC_LENGTH ||
	    PCI_VNDR_HEADER_REV(header) != GPUVF_IOV_VSEC_REV_V3) {
		pci_err(pdev, "GPU-IOV capability revision %u of %u bytes is not generation v3\n",
			(unsigned int)PCI_VNDR_HEADER_REV(header), length);
		return -ENODEV;
	}

	if (pci_read_config_byte(pdev, pf->iov.iov + GPUVF_IOV_SCH_OFFSET_GFX,
				 &gfx))
		return -EIO;
	if (!gfx || (gfx << 4) + GPUVF_SCH_BLOCK_LENGTH > length) {
		pci_err(pdev, "GPU-IOV capability has no GFX scheduler block\n");
		return -ENODEV;
	}
	pf->iov.sch = pf->iov.iov + (gfx << 4);

	err = iov_probe_features(pf);
	if (err)
		return err;

	iov_irq_enable(pf, false);
	err = iov_check_quiescent(pf);
	if (err == -EBUSY) {
		/* left so by the driver before us */
		pci_notice(pdev, "GPU is not quiescent, resetting it\n");
		pci_save_state(pdev);
		err = __pci_reset_function_locked(pdev);
		pci_restore_state(pdev);
		if (!err)
			err = iov_check_quiescent(pf);
	}
	if (err) {
		pci_err(pdev, "GPU cannot be quiesced: %pe\n", ERR_PTR(err));
		return -EIO;
	}

	if (iov_read32(pf, pf->iov.iov + GPUVF_IOV_FB_AVAILABLE, &available))
		return -EIO;
	pf->geometry.total_bytes = (u64)(available & 0xffff) * SZ_1M;
	pf->geometry.unit_bytes = GPUVF_IOV_VF_FB_UNIT;
	/* one slot for each VF and one for the PF */
	pf->geometry.context_bytes =
		(u64)(pf->total_vfs + 1) * GPUVF_IOV_CNTXT_UNIT;
	return 0;
}

const struct gpuvf_hw_ops gpuvf_iov_v3_ops = {
	.name = "gpu-iov-v3",
	.capabilities = GPUVF_CAPABILITY_FRAMEBUFFER |
			GPUVF_CAPABILITY_TIME_SLICE,
	.time_slice_min_us = IOV_TIME_SLICE_MIN_US,
	.time_slice_max_us = IOV_TIME_SLICE_MAX_US,
	.command_limit_us = IOV_COMMAND_LIMIT_US,
	.access_alone_ms = IOV_ACCESS_ALONE_MS,
	.access_limit_ms = IOV_ACCESS_LIMIT_MS,
	.probe = iov_probe,
	.irq_enable = iov_irq_enable,
	.irq_events = iov_irq_events,
	.set_reserve = iov_set_reserve,
	.has_reserve = iov_has_reserve,
	.set_vf_fb = iov_set_vf_fb,
	.command = iov_command,
	.command_status = iov_command_status,
	.engine_is_taken = iov_engine_is_taken,
	.engine_hangs = iov_engine_hangs,
	.busy_vfs = iov_busy_vfs,
	.flr_vfs = iov_flr_vfs,
	.scrub_start = iov_scrub_start,
	.scrub_context_start = iov_scrub_context_start,
	.scrub_status = iov_scrub_status,
	.scrub_abort = iov_scrub_abort,
	.set_schedule = iov_set_schedule,
	.verify_vf = iov_verify_vf,
	.mbox = &gpuvf_mbox_page_ops,
	.fb_write = iov_fb_write,
	.fb_read = iov_fb_read,
};
