// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU's mailbox, without gpuvf.
 */

#include <linux/pci_regs.h>

#include "sim.h"

static void vf_sends(unsigned int vf, unsigned int msg, unsigned int data)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_TX,
	      GPUVF_SIM_VF_TX_VALID | msg | data << 12);
}

TEST_F(sim, mailbox_carries_a_vfs_message)
{
	vf_sends(1, GPUVF_MBOX_REQ_INIT, 0xbeef);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	ASSERT_EQ(0xbeef0001, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(0x8beef001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX));
	/* no other function sees anything of it */
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(0)));
	ASSERT_EQ(0, hw_vf_get(gpu, 0, GPUVF_SIM_VF_TX));
	ASSERT_EQ(0, hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX));
	ASSERT_EQ(GPUVF_SIM_INTR_MBOX_RX,
		  hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	/* the next one is too early */
	vf_sends(1, GPUVF_MBOX_REL_INIT, 1);
	ASSERT_EQ(0xbeef0001, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(1, counted_vf(1, "mail_dropped"));
	/* and no other VF's */
	vf_sends(2, GPUVF_MBOX_REQ_RESET, 0);
	ASSERT_EQ(1 << 1 | 1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1 << 1);
	ASSERT_EQ(1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	ASSERT_EQ(0x0beef001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_TX));
	vf_sends(1, 0xfff, 0xffff);
	ASSERT_EQ(0xffff0fff, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(1)));
	ASSERT_EQ(2, counted_vf(1, "mail_sent"));
}

TEST_F(sim, mailbox_carries_a_message_to_a_vf)
{
	hw_send(gpu, 1, GPUVF_MBOX_READY, 0x2aaa);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(0x82aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_vf_get(gpu, 0, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX));
	hw_send(gpu, 1, GPUVF_MBOX_FAIL, 0);
	ASSERT_EQ(1, counted("mail_dropped"));
	ASSERT_EQ(0x82aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	hw_send(gpu, 3, GPUVF_MBOX_FAIL, 0);
	ASSERT_EQ(1, counted("mail_bad_vf"));
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	/* without VALID nothing is sent */
	hw_sim(gpu, GPUVF_SIM_MBOX_TX, GPUVF_MBOX_FAIL | 2 << 12);
	ASSERT_EQ(0, hw_vf_get(gpu, 2, GPUVF_SIM_VF_RX));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	hw_vf(gpu, 1, GPUVF_SIM_VF_RX_ACK, 1);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(GPUVF_SIM_INTR_MBOX_ACK,
		  hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	ASSERT_EQ(0x02aaa001, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
	hw_send(gpu, 1, 0xfff, 0x3fff);
	ASSERT_EQ(0x83ffffff, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX));
}

TEST_F(sim, mailbox_raises_interrupts_that_are_enabled)
{
	unsigned int msi;

	msi = hw_msi(gpu, 0);
	hw_msi(gpu, -1);
	vf_sends(0, 1, 0);
	hw_send(gpu, 0, 1, 0);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1);
	hw_sim(gpu, GPUVF_SIM_INTR_STATUS, GPUVF_SIM_INTR_ALL);
	ASSERT_EQ(0, counted("interrupts"));
	hw_sim(gpu, GPUVF_SIM_INTR_ENABLE, GPUVF_SIM_INTR_MBOX_RX |
	       GPUVF_SIM_INTR_MBOX_ACK);
	hw_vf(gpu, 0, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);

	vf_sends(0, 1, 0);
	ASSERT_EQ(1, counted("interrupts"));
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 1);
	ASSERT_EQ(2, counted("interrupts"));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(3, counted("interrupts"));
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	ASSERT_EQ(4, counted("interrupts"));
	/* there is nothing left to be acknowledged */
	hw_vf(gpu, 0, GPUVF_SIM_VF_RX_ACK, 1);
	hw_sim(gpu, GPUVF_SIM_MBOX_RX_ACK, 0xf);
	ASSERT_EQ(4, counted("interrupts"));
	/* a masked one is pending, and comes when it is unmasked */
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 1);
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(4, counted("interrupts"));
	ASSERT_EQ(1, hw_vf_config_get(gpu, 0, msi + PCI_MSI_PENDING_64));
	hw_vf_config(gpu, 0, msi + PCI_MSI_MASK_64, 0);
	ASSERT_EQ(5, counted("interrupts"));
}

static void use_mailbox(unsigned int vf)
{
	vf_sends(vf, GPUVF_MBOX_REQ_INIT, 0x5ec);
	hw_send(gpu, vf, GPUVF_MBOX_READY, 0x5ec);
}

static bool mailbox_is_unused(unsigned int vf)
{
	uint32_t bits = hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING) |
			hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID);

	return !(bits & 1 << vf) && !hw_sim_get(gpu, GPUVF_SIM_MBOX_RX(vf)) &&
	       !hw_vf_get(gpu, vf, GPUVF_SIM_VF_TX) &&
	       !hw_vf_get(gpu, vf, GPUVF_SIM_VF_RX);
}

TEST_F(sim, mailbox_is_cleared_by_pf_and_by_flr)
{
	use_mailbox(0);
	use_mailbox(1);
	hw_vf(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE, GPUVF_SIM_VF_INTR_ALL);
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 0);
	ASSERT_TRUE(mailbox_is_unused(0));
	ASSERT_FALSE(mailbox_is_unused(1));
	flr(1);
	ASSERT_TRUE(mailbox_is_unused(1));
	ASSERT_EQ(0, hw_vf_get(gpu, 1, GPUVF_SIM_VF_INTR_ENABLE));
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
}

TEST_F(sim, mailbox_of_a_former_tenant_is_seen)
{
	use_mailbox(0);
	use_mailbox(1);
	use_mailbox(2);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	/* VF 0's new tenant finds it at its start, VF 1's reads it */
	hw_start(gpu, 0);
	ASSERT_EQ(1, counted("dirty_mailboxes"));
	hw_leave(gpu, 0);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_get(gpu, 1, GPUVF_SIM_VF_RX) & 0xfff);
	ASSERT_EQ(1, counted("leftover_mail"));
	hw_sim(gpu, GPUVF_SIM_MBOX_CLEAR, 1 << 1 | 1 << 2);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_TRUE(mailbox_is_unused(2));
	/* SHUTDOWN ends a tenancy too */
	use_mailbox(1);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	hw_start(gpu, 1);
	ASSERT_EQ(2, counted("dirty_mailboxes"));
	ASSERT_EQ(3, counted("violations"));
}

TEST_F(sim, mailbox_can_be_absent)
{
	ASSERT_TRUE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	load(PARAMETERS " mbox=0");
	ASSERT_FALSE(hw_sim_get(gpu, GPUVF_SIM_ID) & GPUVF_SIM_FEATURE_MBOX);
	use_mailbox(0);
	ASSERT_TRUE(mailbox_is_unused(0));
}

TEST_F(sim, mailbox_loses_messages_when_told)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_message"), "2"));
	vf_sends(0, 1, 0);
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX_VALID));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_MBOX_TX_PENDING));
	ASSERT_EQ(1, counted("injected_lose_message"));
	ASSERT_EQ(1, counted("injected"));
}

TEST_HARNESS_MAIN
