// SPDX-License-Identifier: GPL-2.0
/*
 * Registers that have to keep what was written, for all backends.
 */

#include <linux/pci.h>

#include "hw/access.h"

/**
 * gpuvf_hw_probe_read32() - read a register of a device that may not answer
 * @hw: hardware that is being probed
 * @reg: offset in configuration space
 * @name: of the register, for the log
 * @val: its value
 *
 * Return: 0; -EIO: all ones, which is logged.
 */
int gpuvf_hw_probe_read32(struct gpuvf_hw *hw, int reg, const char *name,
			  u32 *val)
{
	int err = gpuvf_hw_read32(hw, reg, val);

	if (err)
		pci_err(hw->pdev, "%s at %#x reads as all ones\n", name, reg);
	return err;
}

/**
 * gpuvf_hw_set32() - write a register that has to keep what was written
 * @hw: hardware
 * @reg: offset in configuration space
 * @val: what to write
 *
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_hw_set32(struct gpuvf_hw *hw, int reg, u32 val)
{
	u32 kept;
	int err;

	err = gpuvf_hw_write32(hw, reg, val);
	if (!err)
		err = gpuvf_hw_read32(hw, reg, &kept);
	if (err)
		return err;
	return kept == val ? 0 : -EUCLEAN;
}

/**
 * gpuvf_hw_write_irqs() - enable interrupts, as far as the hardware has them
 * @hw: hardware
 * @reg: offset of the register with the enable bits
 * @bits: those to be enabled
 *
 * Hardware without busy bits, for one, does not keep all of them.
 *
 * Return: what it keeps of @bits.
 */
u32 gpuvf_hw_write_irqs(struct gpuvf_hw *hw, int reg, u32 bits)
{
	u32 kept;

	if (gpuvf_hw_write32(hw, reg, bits) || gpuvf_hw_read32(hw, reg, &kept))
		return 0;
	return kept & bits;
}

/**
 * gpuvf_hw_verify32() - look whether a reset of a VF left a register as it was
 * @hw: hardware
 * @vf: index of the VF, for the log
 * @name: of the register, for the log
 * @reg: its offset in configuration space
 * @mask: bits that count
 * @wanted: what they are to be
 *
 * What a reset of the bus has taken comes back all at once, by a reset of the GPU, and
 * not here and there: a VF whose extent is missing must not start.
 *
 * Return: 0: it is as wanted; 1: it is not, which is logged; -EIO.
 */
int gpuvf_hw_verify32(struct gpuvf_hw *hw, unsigned int vf, const char *name,
		      int reg, u32 mask, u32 wanted)
{
	u32 val;

	if (gpuvf_hw_read32(hw, reg, &val))
		return -EIO;
	if ((val & mask) == wanted || gpuvf_hw_is_wiped(hw->pdev))
		return 0;
	dev_warn_ratelimited(&hw->pdev->dev,
			     "VF%u: reset left %s at %#x instead of %#x, rewriting it\n",
			     vf, name, val & mask, wanted);
	return 1;
}

/**
 * gpuvf_hw_verify_irqs() - rewrite enable bits that a reset of a VF has lost
 * @hw: hardware
 * @vf: index of the VF, for the log
 * @name: of the register, for the log
 * @reg: its offset in configuration space
 * @wanted: from gpuvf_hw_write_irqs(); 0: nothing to be verified
 *
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_hw_verify_irqs(struct gpuvf_hw *hw, unsigned int vf,
			 const char *name, int reg, u32 wanted)
{
	int lost = wanted ? gpuvf_hw_verify32(hw, vf, name, reg, ~0U, wanted) :
			    0;

	return lost > 0 ? gpuvf_hw_set32(hw, reg, wanted) : lost;
}
