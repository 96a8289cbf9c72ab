// SPDX-License-Identifier: GPL-2.0
/*
 * A VF's own registers: its mailbox, and the ports by which a program that has
 * opened the VF plays its guest.
 */

#include <linux/bitfield.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "sim.h"

static struct sim_fcn *vf_fcn(const struct sim_dev *dev)
{
	return &dev->gpu->fcn[SIM_FCN_VF(dev->index)];
}

static u32 vf_state(const struct sim_fcn *fcn)
{
	static const u8 states[] = {
		[SIM_SHUTDOWN] = GPUVF_ACTIVE_IDLE,
		[SIM_INIT] = GPUVF_ACTIVE_LOAD,
		[SIM_LOAD] = GPUVF_ACTIVE_LOAD,
		[SIM_RUN] = GPUVF_ACTIVE_ACTIVE,
		[SIM_IDLE] = GPUVF_ACTIVE_IDLING,
		[SIM_SAVE] = GPUVF_ACTIVE_SAVE,
	};

	return FIELD_PREP(GPUVF_SIM_VF_STATE_ACTIVE, states[fcn->state]) |
	       (sim_guest_is_busy(fcn) ? GPUVF_SIM_VF_STATE_WORK : 0) |
	       (fcn->hung ? GPUVF_SIM_VF_STATE_HUNG : 0);
}

/*
 * The window: what a guest could do with its framebuffer, by its work on the GPU
 * or through its BAR
 */

static u32 vf_window_status(const struct sim_dev *dev, bool bar)
{
	if (bar)
		return sim_vfs_decode(dev->gpu) ? GPUVF_SIM_WINDOW_OK :
						  GPUVF_SIM_WINDOW_NO_DECODE;
	return vf_fcn(dev)->run_begin_ns ? GPUVF_SIM_WINDOW_OK :
					   GPUVF_SIM_WINDOW_NOT_RUNNING;
}

/* the unit that it may access now */
static struct sim_unit *vf_window(struct sim_dev *dev, bool bar)
{
	struct sim_fcn *fcn = vf_fcn(dev);
	struct sim_unit *unit;

	/* a reader of the whole configuration space means nothing by it */
	if (!fcn->port.open)
		return NULL;
	unit = sim_fb_attempt(dev->gpu, dev->index, fcn->port.window);
	fcn->port.status = unit ? vf_window_status(dev, bar) :
				     GPUVF_SIM_WINDOW_REFUSED;
	return fcn->port.status == GPUVF_SIM_WINDOW_OK ? unit : NULL;
}

static u32 vf_window_read(struct sim_dev *dev, bool bar)
{
	struct sim_unit *unit = vf_window(dev, bar);
	u32 tenant = 0;
	u8 writer;

	if (!unit)
		return ~0U;
	sim_fb_read(dev->gpu, dev->index, unit);
	writer = unit->writer;
	if (writer == SIM_NOBODY) {
		writer = GPUVF_SIM_WINDOW_POWER_ON;
	} else if (writer == SIM_SCRUBBED) {
		writer = GPUVF_SIM_WINDOW_SCRUBBED;
	} else {
		tenant = unit->epoch;
		if (writer != SIM_FCN_PF)
			writer = GPUVF_FCN_VF(writer - SIM_FCN_VF(0));
	}
	return FIELD_PREP(GPUVF_SIM_WINDOW_WRITER, writer) |
	       FIELD_PREP(GPUVF_SIM_WINDOW_TENANT, tenant);
}

/**
 * sim_vf_read() - a register of a VF is about to be read
 * @dev: the VF, its GPU brought up to now
 * @where: offset in its configuration space
 * @now: now
 */
void sim_vf_read(struct sim_dev *dev, unsigned int where, u64 now)
{
	unsigned int reg = (where & ~3U) - SIM_ECAP_VF_SIM;
	struct sim_fcn *fcn = vf_fcn(dev);
	u32 val;

	switch (reg) {
	case GPUVF_SIM_VF_MBOX ... GPUVF_SIM_VF_MBOX + GPUVF_MBOX_PAGE_LENGTH - 1:
		val = sim_mbox_vf_read(dev->gpu, dev->index,
				       reg - GPUVF_SIM_VF_MBOX);
		break;
	case GPUVF_SIM_VF_STATE:
		val = vf_state(fcn);
		break;
	case GPUVF_SIM_VF_DOORBELL:
		sim_guest_advance(fcn, now);
		val = DIV_ROUND_UP_ULL(fcn->work.backlog_ns, NSEC_PER_USEC);
		break;
	case GPUVF_SIM_VF_WINDOW_LO:
		val = lower_32_bits(fcn->port.window);
		break;
	case GPUVF_SIM_VF_WINDOW_HI:
		val = upper_32_bits(fcn->port.window);
		break;
	case GPUVF_SIM_VF_WINDOW_DATA:
	case GPUVF_SIM_VF_APERTURE_DATA:
		val = vf_window_read(dev, reg == GPUVF_SIM_VF_APERTURE_DATA);
		break;
	case GPUVF_SIM_VF_WINDOW_STATUS:
		val = fcn->port.status;
		break;
	case GPUVF_SIM_VF_FB_LO ... GPUVF_SIM_VF_FB_DATA:
		val = sim_vfs_decode(dev->gpu) ?
		      sim_mem_vf_read(dev->gpu, dev->index, reg) : ~0U;
		break;
	default:
		return;
	}
	memcpy(dev->cfg + SIM_ECAP_VF_SIM + reg, &val, sizeof(val));
}

static void vf_window_write(struct sim_dev *dev, bool bar)
{
	struct sim_unit *unit = vf_window(dev, bar);

	if (unit)
		sim_fb_write(dev->gpu, dev->index, unit);
}

static void vf_doorbell(struct sim_dev *dev, u32 us, u64 now)
{
	struct sim_fcn *fcn = vf_fcn(dev);

	sim_guest_advance(fcn, now);
	fcn->work.backlog_ns = min(fcn->work.backlog_ns +
				   us * (u64)NSEC_PER_USEC, SIM_BACKLOG_MAX_NS);
	sim_gpu_update_vf(dev->gpu, dev->index, now);
}

/**
 * sim_vf_write() - a register of a VF is written
 * @dev: the VF, its GPU brought up to now
 * @where: offset in its configuration space
 * @size: bytes
 * @val: what is written
 * @now: now
 */
void sim_vf_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		  u32 val, u64 now)
{
	unsigned int reg = where - SIM_ECAP_VF_SIM;
	struct sim_fcn *fcn = vf_fcn(dev);

	if (reg >= GPUVF_SIM_VF_MBOX &&
	    reg < GPUVF_SIM_VF_MBOX + GPUVF_MBOX_PAGE_LENGTH) {
		sim_mbox_vf_write(dev->gpu, dev->index, reg - GPUVF_SIM_VF_MBOX,
				  size, val, now);
		return;
	}
	/* every other register takes whole dwords only */
	if (size != 4)
		return;
	switch (reg) {
	case GPUVF_SIM_VF_DOORBELL:
		vf_doorbell(dev, val, now);
		break;
	case GPUVF_SIM_VF_WINDOW_LO:
		fcn->port.open = true;
		fcn->port.window = (fcn->port.window & ~0xffffffffULL) | val;
		break;
	case GPUVF_SIM_VF_WINDOW_HI:
		fcn->port.open = true;
		fcn->port.window = (u32)fcn->port.window | (u64)val << 32;
		break;
	case GPUVF_SIM_VF_WINDOW_DATA:
	case GPUVF_SIM_VF_APERTURE_DATA:
		vf_window_write(dev, reg == GPUVF_SIM_VF_APERTURE_DATA);
		break;
	case GPUVF_SIM_VF_FB_LO ... GPUVF_SIM_VF_FB_DATA:
		if (sim_vfs_decode(dev->gpu))
			sim_mem_vf_write(dev->gpu, dev->index, reg, val);
		break;
	}
}
