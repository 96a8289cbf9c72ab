// SPDX-License-Identifier: GPL-2.0
/*
 * A VF's own registers: its mailbox, and the ports by which a program that has
 * opened the VF plays its guest.
 */

#include <linux/bitfield.h>

#include "sim.h"

static void vf_poke(struct sim_dev *dev, unsigned int reg, u32 val)
{
	memcpy(dev->cfg + SIM_ECAP_VF_SIM + reg, &val, sizeof(val));
}

/**
 * sim_vf_read() - a register of a VF is about to be read
 * @dev: the VF, its GPU brought up to now
 * @where: offset in its configuration space
 */
void sim_vf_read(struct sim_dev *dev, unsigned int where)
{
	const struct sim_fcn *fcn = &dev->gpu->fcn[SIM_FCN_VF(dev->index)];
	unsigned int reg = (where & ~3U) - SIM_ECAP_VF_SIM;

	switch (reg) {
	case GPUVF_SIM_VF_TX:
		vf_poke(dev, reg, sim_mbox_vf_tx(dev->gpu, dev->index));
		break;
	case GPUVF_SIM_VF_RX:
		vf_poke(dev, reg, sim_mbox_vf_rx(dev->gpu, dev->index));
		break;
	case GPUVF_SIM_VF_INTR_ENABLE:
		vf_poke(dev, reg, fcn->mbox.intr_enable);
		break;
	}
}

/**
 * sim_vf_write() - a register of a VF is written
 * @dev: the VF, its GPU brought up to now
 * @where: offset in its configuration space
 * @size: bytes
 * @val: what is written
 */
void sim_vf_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		  u32 val)
{
	struct sim_fcn *fcn = &dev->gpu->fcn[SIM_FCN_VF(dev->index)];

	/* every register takes whole dwords only */
	if (size != 4)
		return;
	switch (where - SIM_ECAP_VF_SIM) {
	case GPUVF_SIM_VF_TX:
		if (val & GPUVF_SIM_VF_TX_VALID)
			sim_mbox_vf_send(dev->gpu, dev->index,
					 FIELD_GET(GPUVF_SIM_VF_TX_MSG, val),
					 FIELD_GET(GPUVF_SIM_VF_TX_DATA, val));
		break;
	case GPUVF_SIM_VF_RX_ACK:
		if (val & 1)
			sim_mbox_vf_ack(dev->gpu, dev->index);
		break;
	case GPUVF_SIM_VF_INTR_ENABLE:
		fcn->mbox.intr_enable = val & GPUVF_SIM_VF_INTR_ALL;
		break;
	}
}
