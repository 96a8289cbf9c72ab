// SPDX-License-Identifier: GPL-2.0
/*
 * AMD's mailbox page (hw/regs.h) from the PF's side: the mailbox operations of a
 * backend. INDEX chooses the VF, so that pf->lock is held over all accesses to one.
 *
 * The simulated GPU has the page in its SIM capability. Where a card has it in MMIO, the
 * first three functions differ, and nothing else.
 */

#include <linux/bits.h>
#include <linux/pci.h>

#include "hw/regs.h"
#include "hw/sim_port.h"

/* all ones if the GPU does not answer, which a word of a message may be as well */
static u32 page_read32(struct gpuvf_hw *hw, unsigned int reg)
{
	u32 val;

	if (pci_read_config_dword(hw->pdev, gpuvf_sim_port(hw)->cap + reg, &val))
		PCI_SET_ERROR_RESPONSE(&val);
	return val;
}

static void page_write32(struct gpuvf_hw *hw, unsigned int reg, u32 val)
{
	pci_write_config_dword(hw->pdev, gpuvf_sim_port(hw)->cap + reg, val);
}

static void page_write8(struct gpuvf_hw *hw, unsigned int reg, u8 val)
{
	pci_write_config_byte(hw->pdev, gpuvf_sim_port(hw)->cap + reg, val);
}

/* no GPU has so many VFs that all bits are set */
static u32 page_read_vfs(struct gpuvf_hw *hw, unsigned int reg)
{
	u32 vfs = page_read32(hw, reg);

	return PCI_POSSIBLE_ERROR(vfs) ? 0 : vfs;
}

static void page_choose(struct gpuvf_hw *hw, unsigned int vf)
{
	page_write32(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_INDEX, vf);
}

static u32 page_rx_vfs(struct gpuvf_hw *hw)
{
	return page_read_vfs(hw, GPUVF_SIM_MBOX_RX);
}

static u32 page_acked_vfs(struct gpuvf_hw *hw)
{
	return page_read_vfs(hw, GPUVF_SIM_MBOX_ACKED);
}

static void page_read(struct gpuvf_hw *hw, unsigned int vf,
		      struct gpuvf_mbox_msg *msg)
{
	unsigned int i;

	page_choose(hw, vf);
	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		msg->word[i] = page_read32(hw, GPUVF_SIM_MBOX +
					       GPUVF_MBOX_RCV(i));
}

static void page_ack(struct gpuvf_hw *hw, unsigned int vf)
{
	page_choose(hw, vf);
	page_write8(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL + 1,
		    GPUVF_MBOX_RCV_ACK >> 8);
}

static bool page_ack_seen(struct gpuvf_hw *hw, unsigned int vf)
{
	u32 control;

	page_choose(hw, vf);
	control = page_read32(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL);
	return PCI_POSSIBLE_ERROR(control) ||
	       !(control & GPUVF_MBOX_RCV_VALID) ||
	       page_rx_vfs(hw) & BIT(vf);
}

static void page_send(struct gpuvf_hw *hw, unsigned int vf,
		      const struct gpuvf_mbox_msg *msg, bool valid)
{
	unsigned int i;

	page_choose(hw, vf);
	/* a guest that waits for this code acts as soon as it can read it */
	page_write8(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL, 0);
	for (i = GPUVF_MBOX_WORDS; i-- > 0;)
		page_write32(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_TRN(i),
			     msg->word[i]);
	if (valid)
		page_write8(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL,
			    GPUVF_MBOX_TRN_VALID);
}

static void page_clear(struct gpuvf_hw *hw, unsigned int vf)
{
	unsigned int i;

	page_choose(hw, vf);
	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		page_write32(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_TRN(i), 0);
	page_write8(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_CONTROL, 0);
}

static void page_listen(struct gpuvf_hw *hw, unsigned int vf, bool on)
{
	page_choose(hw, vf);
	page_write32(hw, GPUVF_SIM_MBOX + GPUVF_MBOX_INT_CNTL,
		     on ? GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN : 0);
}

const struct gpuvf_mbox_ops gpuvf_mbox_page_ops = {
	.rx_vfs = page_rx_vfs,
	.acked_vfs = page_acked_vfs,
	.read = page_read,
	.ack = page_ack,
	.ack_seen = page_ack_seen,
	.send = page_send,
	.clear = page_clear,
	.listen = page_listen,
};
