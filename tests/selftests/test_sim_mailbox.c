// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU's mailbox, without gpuvf.
 */

#include <fcntl.h>
#include <linux/pci_regs.h>
#include <unistd.h>

#include "sim.h"

#define BOTH_INTERRUPTS	(GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN)

static uint32_t vf_control(unsigned int vf)
{
	return hw_vf_mbox(gpu, vf, GPUVF_MBOX_CONTROL);
}

static uint32_t pf_control(unsigned int vf)
{
	return hw_mbox_get(gpu, vf, GPUVF_MBOX_CONTROL);
}

static void vf_writes(unsigned int vf, unsigned int reg, uint32_t val)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_MBOX + reg, val);
}

static bool all_words_are(unsigned int vf, unsigned int reg, uint32_t val)
{
	unsigned int i;

	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		if (hw_vf_mbox(gpu, vf, reg + 4 * i) != val)
			return false;
	return true;
}

TEST_F(sim, mailbox_carries_a_vfs_message)
{
	unsigned int i;

	hw_mbox(gpu, 1, GPUVF_MBOX_INT_CNTL, GPUVF_MBOX_VALID_INT_EN);
	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		vf_writes(1, GPUVF_MBOX_TRN(i), 0xdeadbee0 + i);
	/* it can be read, and nothing tells so yet */
	ASSERT_EQ(0xdeadbee3, hw_mbox_get(gpu, 1, GPUVF_MBOX_RCV(3)));
	ASSERT_FALSE(hw_has_mail(gpu, 1));
	vf_writes(1, GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX));
	ASSERT_EQ(GPUVF_MBOX_RCV_VALID, pf_control(1));
	ASSERT_EQ(GPUVF_SIM_INTR_MBOX_RX,
		  hw_sim_get(gpu, GPUVF_SIM_INTR_STATUS));
	for (i = 0; i < GPUVF_MBOX_WORDS; i++) {
		ASSERT_EQ(0xdeadbee0 + i, hw_mbox_get(gpu, 1, GPUVF_MBOX_RCV(i)));
		ASSERT_EQ(0xdeadbee0 + i, hw_vf_mbox(gpu, 1, GPUVF_MBOX_TRN(i)));
	}
	/* no other function sees anything of it */
	ASSERT_EQ(0, hw_mbox_get(gpu, 0, GPUVF_MBOX_RCV(0)));
	ASSERT_TRUE(all_words_are(0, GPUVF_MBOX_RCV(0), 0));
	ASSERT_TRUE(all_words_are(2, GPUVF_MBOX_TRN(0), 0));
	/* the next one replaces it */
	hw_vf_send(gpu, 1, GPUVF_MBOX_REL_INIT, 1);
	ASSERT_EQ(GPUVF_MBOX_REL_INIT, hw_mbox_get(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(1, counted_vf(1, "mail_overwritten"));
	hw_vf_send(gpu, 2, GPUVF_MBOX_REQ_RESET, 0);
	ASSERT_EQ(1 << 1 | 1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX));
	hw_ack(gpu, 1);
	ASSERT_EQ(1 << 2, hw_sim_get(gpu, GPUVF_SIM_MBOX_RX));
	ASSERT_EQ(GPUVF_MBOX_TRN_VALID | GPUVF_MBOX_TRN_ACK, vf_control(1));
	vf_writes(1, GPUVF_MBOX_CONTROL, 0);
	ASSERT_EQ(0, vf_control(1));
	ASSERT_EQ(0, pf_control(1));
	ASSERT_EQ(2, counted_vf(1, "mail_sent"));
	ASSERT_EQ(1, counted_vf(1, "mail_taken"));
}

TEST_F(sim, mailbox_carries_a_message_to_a_vf)
{
	hw_send(gpu, 1, GPUVF_MBOX_READY, 0x12345678);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(0x12345678, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(1)));
	ASSERT_EQ(GPUVF_MBOX_RCV_VALID, vf_control(1));
	ASSERT_TRUE(all_words_are(0, GPUVF_MBOX_RCV(0), 0));
	/* the last one wins */
	hw_send(gpu, 1, GPUVF_MBOX_UNRECOVERABLE, 0);
	ASSERT_EQ(GPUVF_MBOX_UNRECOVERABLE,
		  hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(0, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(1)));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED));
	hw_vf_ack(gpu, 1);
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED));
	ASSERT_EQ(GPUVF_MBOX_TRN_VALID | GPUVF_MBOX_TRN_ACK, pf_control(1));
	/* it can be read until the PF writes something else */
	ASSERT_EQ(GPUVF_MBOX_UNRECOVERABLE,
		  hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(0)));
	hw_unsend(gpu, 1);
	ASSERT_TRUE(all_words_are(1, GPUVF_MBOX_RCV(0), 0));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED));
	/* for one that looks, without VALID */
	hw_mbox(gpu, 2, GPUVF_MBOX_TRN(0), GPUVF_MBOX_FLR_COMPLETE);
	ASSERT_EQ(GPUVF_MBOX_FLR_COMPLETE,
		  hw_vf_mbox(gpu, 2, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(0, vf_control(2));
	hw_unsend(gpu, 2);
	/* to a VF that is not enabled, and to one that there cannot be */
	hw_mbox(gpu, 3, GPUVF_MBOX_TRN(0), GPUVF_MBOX_READY);
	ASSERT_EQ(1, counted("mail_bad_vf"));
	hw_mbox(gpu, ~0U, GPUVF_MBOX_TRN(0), GPUVF_MBOX_READY);
	ASSERT_EQ(2, counted("mail_bad_vf"));
	ASSERT_EQ(0, hw_mbox_get(gpu, ~0U, GPUVF_MBOX_TRN(0)));
}

/* a write of @size bytes to a VF's register, as drivers of cards make them */
static void vf_writes_bytes(unsigned int vf, unsigned int reg, uint32_t val,
			    unsigned int size)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	int fd = open(gpu_vf_pci(gpu, vf, "config"), O_RDWR | O_CLOEXEC);
	uint32_t header;

	ASSERT_LE(0, fd);
	do {
		ASSERT_EQ(4, pread(fd, &header, 4, where));
		if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_VNDR)
			break;
		where = PCI_EXT_CAP_NEXT(header);
	} while (where);
	ASSERT_NE(0, where);
	ASSERT_EQ(size, pwrite(fd, &val, size,
			       where + GPUVF_SIM_VF_MBOX + reg));
	close(fd);
}

TEST_F(sim, mailbox_control_has_two_bytes)
{
	hw_send(gpu, 0, GPUVF_MBOX_READY, 0);
	vf_writes(0, GPUVF_MBOX_TRN(0), GPUVF_MBOX_REQ_INIT);
	/* the first is the sender's, the second is the receiver's */
	vf_writes_bytes(0, GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID, 1);
	ASSERT_TRUE(hw_has_mail(gpu, 0));
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED));
	vf_writes_bytes(0, GPUVF_MBOX_CONTROL + 1, GPUVF_MBOX_RCV_ACK >> 8, 1);
	ASSERT_EQ(1, hw_sim_get(gpu, GPUVF_SIM_MBOX_ACKED));
	ASSERT_TRUE(hw_has_mail(gpu, 0));
	vf_writes_bytes(0, GPUVF_MBOX_CONTROL, 0, 1);
	ASSERT_FALSE(hw_has_mail(gpu, 0));
	/* words are words */
	vf_writes_bytes(0, GPUVF_MBOX_TRN(0), 0xff, 1);
	vf_writes_bytes(0, GPUVF_MBOX_TRN(0) + 2, 0xffff, 2);
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, hw_mbox_get(gpu, 0, GPUVF_MBOX_RCV(0)));
	/* and what is read only stays */
	vf_writes(0, GPUVF_MBOX_RCV(0), ~0U);
	vf_writes(0, GPUVF_MBOX_INDEX, ~0U);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_mbox(gpu, 0, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(0, hw_vf_mbox(gpu, 0, GPUVF_MBOX_INDEX));
}

TEST_F(sim, mailbox_raises_interrupts_that_are_enabled)
{
	unsigned int msi, i;

	msi = hw_msi(gpu, 0);
	hw_msi(gpu, -1);
	hw_sim(gpu, GPUVF_SIM_INTR_ENABLE, GPUVF_SIM_INTR_MBOX_RX |
	       GPUVF_SIM_INTR_MBOX_ACK);
	hw_mbox(gpu, 0, GPUVF_MBOX_INT_CNTL, 0);
	/* neither side's interrupt control has anything */
	hw_vf_send(gpu, 0, 1, 0);
	hw_ack(gpu, 0);
	hw_send(gpu, 0, 1, 0);
	hw_vf_ack(gpu, 0);
	ASSERT_EQ(0, counted("interrupts"));
	ASSERT_EQ(0, counted("mail_interrupts"));
	hw_unsend(gpu, 0);
	hw_mbox(gpu, 0, GPUVF_MBOX_INT_CNTL, ~0U);
	ASSERT_EQ(BOTH_INTERRUPTS, hw_mbox_get(gpu, 0, GPUVF_MBOX_INT_CNTL));
	vf_writes(0, GPUVF_MBOX_INT_CNTL, ~0U);
	ASSERT_EQ(BOTH_INTERRUPTS, hw_vf_mbox(gpu, 0, GPUVF_MBOX_INT_CNTL));

	hw_vf_send(gpu, 0, 1, 0);
	ASSERT_EQ(1, counted("interrupts"));
	/* VALID that is written again is none that rises */
	vf_writes(0, GPUVF_MBOX_CONTROL, GPUVF_MBOX_TRN_VALID);
	ASSERT_EQ(1, counted("interrupts"));
	hw_ack(gpu, 0);
	ASSERT_EQ(2, counted("interrupts"));
	hw_send(gpu, 0, 1, 0);
	ASSERT_EQ(3, counted("interrupts"));
	hw_vf_ack(gpu, 0);
	ASSERT_EQ(4, counted("interrupts"));
	/* there is nothing left to be acknowledged */
	hw_vf_ack(gpu, 0);
	for (i = 0; i < NUM; i++)
		hw_ack(gpu, i);
	ASSERT_EQ(4, counted("interrupts"));
	/* another VF's are switched on by themselves */
	hw_vf_send(gpu, 1, 1, 0);
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
	hw_vf_send(gpu, vf, GPUVF_MBOX_REQ_INIT, 0x5ec);
	hw_send(gpu, vf, GPUVF_MBOX_READY, 0x5ec);
}

static bool mailbox_is_unused(unsigned int vf)
{
	return !hw_has_mail(gpu, vf) && !vf_control(vf) && !pf_control(vf) &&
	       all_words_are(vf, GPUVF_MBOX_TRN(0), 0) &&
	       all_words_are(vf, GPUVF_MBOX_RCV(0), 0);
}

TEST_F(sim, mailbox_is_cleared_by_flr)
{
	use_mailbox(0);
	use_mailbox(1);
	vf_writes(1, GPUVF_MBOX_INT_CNTL, BOTH_INTERRUPTS);
	flr(1);
	ASSERT_FALSE(mailbox_is_unused(0));
	ASSERT_TRUE(mailbox_is_unused(1));
	ASSERT_EQ(0, hw_vf_mbox(gpu, 1, GPUVF_MBOX_INT_CNTL));
	ASSERT_EQ(1 << 1, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
	hw_sim(gpu, GPUVF_SIM_VF_FLR, 1 << 1);
	ASSERT_EQ(0, hw_sim_get(gpu, GPUVF_SIM_VF_FLR));
	/* the PF can take back what it sent, and no more */
	hw_unsend(gpu, 0);
	ASSERT_TRUE(all_words_are(0, GPUVF_MBOX_RCV(0), 0));
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, hw_mbox_get(gpu, 0, GPUVF_MBOX_RCV(0)));
}

TEST_F(sim, mailbox_of_a_former_tenant_is_seen)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		use_mailbox(i);
	ASSERT_EQ(0, counted("violations"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	/* what VFs sent went with them, and what they were sent did not */
	ASSERT_TRUE(all_words_are(0, GPUVF_MBOX_TRN(0), 0));
	/* VF 0's new tenant finds it at its start, VF 1's reads it */
	hw_start(gpu, 0);
	ASSERT_EQ(1, counted("stale_mailboxes"));
	hw_leave(gpu, 0);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_mbox(gpu, 1, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(1, counted("leftover_mail"));
	hw_unsend(gpu, 1);
	hw_unsend(gpu, 2);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_TRUE(mailbox_is_unused(2));
	/* SHUTDOWN ends a tenancy too; what the VF sent remains its own */
	use_mailbox(1);
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 1));
	ASSERT_EQ(GPUVF_MBOX_REQ_INIT, hw_vf_mbox(gpu, 1, GPUVF_MBOX_TRN(0)));
	ASSERT_EQ(1, counted("leftover_mail"));
	hw_start(gpu, 1);
	ASSERT_EQ(2, counted("stale_mailboxes"));
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
	hw_vf_send(gpu, 0, 1, 0);
	ASSERT_TRUE(hw_has_mail(gpu, 0));
	hw_send(gpu, 0, GPUVF_MBOX_READY, 0);
	ASSERT_EQ(0, hw_vf_mbox(gpu, 0, GPUVF_MBOX_RCV(0)));
	hw_send(gpu, 0, GPUVF_MBOX_READY, 0);
	ASSERT_EQ(GPUVF_MBOX_READY, hw_vf_mbox(gpu, 0, GPUVF_MBOX_RCV(0)));
	ASSERT_EQ(1, counted("injected_lose_message"));
	ASSERT_EQ(1, counted("injected"));
}

TEST_HARNESS_MAIN
