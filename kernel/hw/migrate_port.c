// SPDX-License-Identifier: GPL-2.0
/*
 * Migration by the registers that the SIM capability has for it, see hw/regs.h: no card
 * is known to have their like, and GPU-IOV says nothing of it.
 */

#include <linux/pci.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/regs.h"
#include "hw/sim_port.h"

/*
 * Another reader of configuration space moves the framebuffer port on: where it is then
 * is no page, and it is tried again.
 */
#define PORT_TRIES	3

static int port_write(struct gpuvf_hw *hw, int reg, u32 val)
{
	return gpuvf_hw_write32(hw, gpuvf_sim_port(hw)->cap + reg, val);
}

/* all ones may be a value: then they are read once more, and the device is there */
static int port_read(struct gpuvf_hw *hw, int reg, u32 *val)
{
	const int cap = gpuvf_sim_port(hw)->cap;
	u32 id;

	if (pci_read_config_dword(hw->pdev, cap + reg, val))
		return -EIO;
	if (!PCI_POSSIBLE_ERROR(*val))
		return 0;
	if (pci_read_config_dword(hw->pdev, cap + reg, val))
		return -EIO;
	return gpuvf_hw_read32(hw, cap + GPUVF_SIM_ID, &id);
}

/* where a write is lost the next one must not go to another VF */
static int port_set(struct gpuvf_hw *hw, int reg, u32 val)
{
	int err = port_write(hw, reg, val);
	u32 kept;

	if (!err)
		err = port_read(hw, reg, &kept);
	if (err)
		return err;
	return kept == val ? 0 : -EUCLEAN;
}

static int port_get_registers(struct gpuvf_hw *hw, unsigned int vf, u32 *reg)
{
	int err = port_set(hw, GPUVF_SIM_MIG_VF, vf);
	unsigned int i;

	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS && !err; i++) {
		err = port_set(hw, GPUVF_SIM_MIG_REG, i);
		if (!err)
			err = port_read(hw, GPUVF_SIM_MIG_DATA, &reg[i]);
	}
	return err;
}

static int port_set_registers(struct gpuvf_hw *hw, unsigned int vf,
			      const u32 *reg)
{
	int err = port_set(hw, GPUVF_SIM_MIG_VF, vf);
	unsigned int i;

	for (i = 0; i < GPUVF_SIM_MIG_NUM_REGS && !err; i++) {
		err = port_set(hw, GPUVF_SIM_MIG_REG, i);
		if (!err)
			err = port_set(hw, GPUVF_SIM_MIG_DATA, reg[i]);
	}
	return err;
}

/* in the order of the functions, of which the PF is the first */
static u64 port_context_offset(struct gpuvf_hw *hw, unsigned int vf)
{
	return (vf + 1) * hw->caps.context_slot_bytes;
}

static int port_adopt(struct gpuvf_hw *hw, unsigned int vf)
{
	int err = port_set(hw, GPUVF_SIM_MIG_VF, vf);
	u32 result;

	/* before that it has done nothing */
	if (err)
		return -EINVAL;
	if (port_write(hw, GPUVF_SIM_MIG_ADOPT, 1) ||
	    port_read(hw, GPUVF_SIM_MIG_ADOPT, &result))
		return -EIO;
	switch (result) {
	case GPUVF_SIM_MIG_ADOPTED:
		return 0;
	case GPUVF_SIM_MIG_REFUSED:
	case GPUVF_SIM_MIG_NOTHING:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int port_fb_next(struct gpuvf_hw *hw, u64 offset, u64 *next)
{
	unsigned int tries;
	u32 lo, hi;

	for (tries = 0; tries < PORT_TRIES; tries++) {
		/* from another place it would leave out what lies between */
		if (port_set(hw, GPUVF_SIM_FB_LO, lower_32_bits(offset)) ||
		    port_set(hw, GPUVF_SIM_FB_HI, upper_32_bits(offset)))
			continue;
		if (port_write(hw, GPUVF_SIM_FB_NEXT, 1) ||
		    port_read(hw, GPUVF_SIM_FB_LO, &lo) ||
		    port_read(hw, GPUVF_SIM_FB_HI, &hi))
			return -EIO;
		*next = (u64)hi << 32 | lo;
		if (IS_ALIGNED(*next, SZ_4K) && *next >= offset)
			return 0;
	}
	return -EIO;
}

const struct gpuvf_migrate_ops gpuvf_migrate_port_ops = {
	.get_registers = port_get_registers,
	.set_registers = port_set_registers,
	.context_offset = port_context_offset,
	.adopt = port_adopt,
	.fb_next = port_fb_next,
};
