// SPDX-License-Identifier: GPL-2.0
/*
 * The SIM capability: the scrub engine, the notice of FLRs, the framebuffer port and
 * their interrupts, see hw/regs.h. The mailbox in it is hw/mailbox_page.c's.
 */

#include <linux/log2.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "hw/sim_port.h"

/* of the PF's registers, the last one that is used here */
#define SIM_LENGTH		GPUVF_SIM_RESERVED(GPUVF_SIM_NUM_RESERVED)

/**
 * gpuvf_sim_probe() - find the SIM capability, and what it adds
 * @hw: hardware, as gpuvf_sim_port(); its capabilities and limits are added to
 *
 * Return: 0, also where there is none; -EINVAL: it is too short; -EIO.
 */
int gpuvf_sim_probe(struct gpuvf_hw *hw)
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
	int cap = pci_find_vsec_capability(hw->pdev, GPUVF_SIM_VENDOR_ID,
					   GPUVF_SIM_VSEC_ID);
	u32 header, features, access;
	unsigned int i;

	if (!cap)
		return 0;
	if (gpuvf_hw_probe_read32(hw, cap + PCI_VNDR_HEADER,
				  "SIM capability", &header))
		return -EIO;
	if (PCI_VNDR_HEADER_LEN(header) < SIM_LENGTH) {
		pci_err(hw->pdev, "SIM capability of %u bytes, %u are needed\n",
			(unsigned int)PCI_VNDR_HEADER_LEN(header), SIM_LENGTH);
		return -EINVAL;
	}
	if (gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_ID, "SIM ID", &features) ||
	    gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_ACCESS, "SIM ACCESS",
				  &access))
		return -EIO;
	gpuvf_sim_port(hw)->cap = cap;
	if (access) {
		hw->caps.access_alone_ms = access >> 16;
		hw->caps.access_limit_ms = access & 0xffff;
	}
	if (features & GPUVF_SIM_FEATURE_MIGRATE &&
	    PCI_VNDR_HEADER_LEN(header) >= GPUVF_SIM_MIG_END)
		hw->caps.num_registers = GPUVF_SIM_MIG_NUM_REGS;
	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (features & map[i].feature)
			hw->caps.capabilities |= map[i].capability;
	return 0;
}

static int sim_probe_reserved(struct gpuvf_hw *hw, int cap)
{
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	u32 start, size;
	unsigned int i;

	for (i = 0; i < GPUVF_SIM_NUM_RESERVED; i++) {
		if (gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_RESERVED(i),
					  "SIM RESERVED", &start) ||
		    gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_RESERVED(i) + 4,
					  "SIM RESERVED", &size))
			return -EIO;
		if (!size)
			continue;
		fb->reserved[fb->num_reserved].start = (u64)start * SZ_1M;
		fb->reserved[fb->num_reserved++].size = (u64)size * SZ_1M;
	}
	return 0;
}

/**
 * gpuvf_sim_probe_fb() - what cards say of their framebuffer by MMIO
 * @hw: hardware, after gpuvf_sim_probe(), with the unit in its capabilities: the
 *	alignment and reserved ranges are added
 * @mib: size of the framebuffer in MiB; 0: not known from here
 *
 * Return: 0; -EINVAL: an alignment without sense; -EIO.
 */
int gpuvf_sim_probe_fb(struct gpuvf_hw *hw, u32 *mib)
{
	const int cap = gpuvf_sim_port(hw)->cap;
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	u32 align;

	*mib = 0;
	fb->align_bytes = fb->unit_bytes;
	if (!cap)
		return 0;
	if (gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_MEMSIZE, "SIM MEMSIZE",
				  mib) ||
	    gpuvf_hw_probe_read32(hw, cap + GPUVF_SIM_FB_ALIGN, "SIM FB_ALIGN",
				  &align))
		return -EIO;
	if (align)
		fb->align_bytes = (u64)align * SZ_1M;
	if (!is_power_of_2(fb->align_bytes) ||
	    fb->align_bytes < fb->unit_bytes) {
		pci_err(hw->pdev, "framebuffer alignment of %u MiB: expected a power of two, %llu at the least\n",
			align, fb->unit_bytes / SZ_1M);
		return -EINVAL;
	}
	return sim_probe_reserved(hw, cap);
}

void gpuvf_sim_irq_enable(struct gpuvf_hw *hw, bool on)
{
	struct gpuvf_sim_port *port = gpuvf_sim_port(hw);

	if (port->cap)
		port->intr_enable =
			gpuvf_hw_write_irqs(hw, port->cap +
					    GPUVF_SIM_INTR_ENABLE,
					    on ? GPUVF_SIM_INTR_ALL : 0);
}

void gpuvf_sim_irq_events(struct gpuvf_hw *hw, struct gpuvf_hw_events *events)
{
	const int cap = gpuvf_sim_port(hw)->cap;
	u32 status;

	if (!cap || gpuvf_hw_read32(hw, cap + GPUVF_SIM_INTR_STATUS, &status) ||
	    !status)
		return;
	gpuvf_hw_write32(hw, cap + GPUVF_SIM_INTR_STATUS, status);
	if (status & GPUVF_SIM_INTR_SCRUB_DONE)
		events->events |= GPUVF_HW_EVENT_SCRUB;
	if (status & GPUVF_SIM_INTR_VF_FLR)
		events->events |= GPUVF_HW_EVENT_VF_FLR;
	if (status & (GPUVF_SIM_INTR_MBOX_RX | GPUVF_SIM_INTR_MBOX_ACK)) {
		events->events |= GPUVF_HW_EVENT_MBOX;
		events->mbox_vfs = GPUVF_HW_ANY_VF;
	}
}

/**
 * gpuvf_sim_verify_irqs() - a part of verify_vf()
 * @hw: hardware
 * @vf: index of the VF, for the log
 *
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_sim_verify_irqs(struct gpuvf_hw *hw, unsigned int vf)
{
	const struct gpuvf_sim_port *port = gpuvf_sim_port(hw);

	return gpuvf_hw_verify_irqs(hw, vf, "SIM INTR_ENABLE",
				    port->cap + GPUVF_SIM_INTR_ENABLE,
				    port->intr_enable);
}

/* a register of a capability that is there */
static int sim_read32(struct gpuvf_hw *hw, int reg, u32 *val)
{
	return gpuvf_hw_read32(hw, gpuvf_sim_port(hw)->cap + reg, val);
}

static int sim_write32(struct gpuvf_hw *hw, int reg, u32 val)
{
	return gpuvf_hw_write32(hw, gpuvf_sim_port(hw)->cap + reg, val);
}

u32 gpuvf_sim_flr_vfs(struct gpuvf_hw *hw)
{
	u32 vfs;

	if (sim_read32(hw, GPUVF_SIM_VF_FLR, &vfs) || !vfs)
		return 0;
	sim_write32(hw, GPUVF_SIM_VF_FLR, vfs);
	return vfs;
}

static int sim_scrub(struct gpuvf_hw *hw, u32 start, u32 count, u32 control)
{
	u32 status;

	/* given up on, and still at it: who knows when it will be done */
	if (sim_read32(hw, GPUVF_SIM_SCRUB_STATUS, &status))
		return -EIO;
	if (status == GPUVF_SIM_SCRUB_ST_BUSY)
		return -EBUSY;
	if (sim_write32(hw, GPUVF_SIM_SCRUB_START, start) ||
	    sim_write32(hw, GPUVF_SIM_SCRUB_COUNT, count))
		return -EIO;
	return sim_write32(hw, GPUVF_SIM_SCRUB_CONTROL,
			   control | GPUVF_SIM_SCRUB_GO);
}

int gpuvf_sim_scrub_start(struct gpuvf_hw *hw,
			  const struct gpuvf_extent *extent)
{
	return sim_scrub(hw, extent->start / GPUVF_IOV_VF_FB_UNIT,
			 extent->size / GPUVF_IOV_VF_FB_UNIT, 0);
}

int gpuvf_sim_scrub_context_start(struct gpuvf_hw *hw, unsigned int vf)
{
	return sim_scrub(hw, GPUVF_FCN_VF(vf), 0, GPUVF_SIM_SCRUB_CONTEXT);
}

int gpuvf_sim_scrub_status(struct gpuvf_hw *hw)
{
	u32 status;

	if (sim_read32(hw, GPUVF_SIM_SCRUB_STATUS, &status))
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

int gpuvf_sim_scrub_abort(struct gpuvf_hw *hw)
{
	u32 status;

	if (sim_write32(hw, GPUVF_SIM_SCRUB_CONTROL, GPUVF_SIM_SCRUB_ABORT) ||
	    sim_read32(hw, GPUVF_SIM_SCRUB_STATUS, &status))
		return -EIO;
	return status == GPUVF_SIM_SCRUB_ST_BUSY ? -EBUSY : 0;
}

/*
 * Framebuffer, through the simulator's port. Another reader of configuration space may
 * come between, and move the port on: where the port is in the end tells, and then all
 * of it is done once more.
 */
#define SIM_FB_TRIES	3

/* 0: the port is at @offset; -EAGAIN: it is not, or the answer was lost */
static int sim_fb_is_at(struct gpuvf_hw *hw, u64 offset)
{
	u32 lo;

	/* a multiple of 4 is never all ones */
	if (sim_read32(hw, GPUVF_SIM_FB_LO, &lo))
		return -EAGAIN;
	return lo == lower_32_bits(offset) ? 0 : -EAGAIN;
}

/* nothing is written before the port is where it is to be */
static int sim_fb_begin(struct gpuvf_hw *hw, u64 offset)
{
	u32 hi;

	if (sim_write32(hw, GPUVF_SIM_FB_LO, lower_32_bits(offset)) ||
	    sim_write32(hw, GPUVF_SIM_FB_HI, upper_32_bits(offset)))
		return -EIO;
	if (sim_read32(hw, GPUVF_SIM_FB_HI, &hi) ||
	    hi != upper_32_bits(offset))
		return -EAGAIN;
	return sim_fb_is_at(hw, offset);
}

static int sim_fb_once(struct gpuvf_hw *hw, u64 offset, __le32 *dword,
		       size_t num, bool write)
{
	const int port = gpuvf_sim_port(hw)->cap + GPUVF_SIM_FB_DATA;
	size_t i;
	u32 val;
	int err;

	err = sim_fb_begin(hw, offset);
	for (i = 0; i < num && !err; i++) {
		if (write) {
			err = sim_write32(hw, GPUVF_SIM_FB_DATA,
					  le32_to_cpu(dword[i]));
			continue;
		}
		/* not sim_read32(): content may be all ones */
		if (pci_read_config_dword(hw->pdev, port, &val))
			err = -EIO;
		dword[i] = cpu_to_le32(val);
	}
	return err ? err : sim_fb_is_at(hw, offset + num * sizeof(*dword));
}

static int sim_fb(struct gpuvf_hw *hw, u64 offset, void *buf, size_t len,
		  bool write)
{
	int tries, err = -EAGAIN;

	if (!gpuvf_sim_port(hw)->cap)
		return -EOPNOTSUPP;
	for (tries = 0; tries < SIM_FB_TRIES && err == -EAGAIN; tries++)
		err = sim_fb_once(hw, offset, buf, len / sizeof(__le32), write);
	return err == -EAGAIN ? -EIO : err;
}

int gpuvf_sim_fb_write(struct gpuvf_hw *hw, u64 offset, const void *buf,
		       size_t len)
{
	return sim_fb(hw, offset, (void *)buf, len, true);
}

int gpuvf_sim_fb_read(struct gpuvf_hw *hw, u64 offset, void *buf, size_t len)
{
	return sim_fb(hw, offset, buf, len, false);
}
