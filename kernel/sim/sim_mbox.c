// SPDX-License-Identifier: GPL-2.0
/*
 * The mailbox between the PF and each VF: one message under way in each
 * direction.
 *
 *	VF writes TX ──► to_pf ──► PF reads RX(n), acknowledges ──► VF's TX free
 *	PF writes TX ──► to_vf ──► VF reads RX, acknowledges ──► PF: not pending
 *
 * What was taken can still be read, as on real cards, until somebody clears it:
 * it is a tenant's data, and the next tenant must not find it.
 */

#include <linux/bitfield.h>

#include "sim.h"

static struct sim_fcn *mbox_fcn(struct sim_gpu *gpu, unsigned int vf)
{
	return &gpu->fcn[SIM_FCN_VF(vf)];
}

/* the VF's MSI for one of the bits of its interrupt enable register */
static void mbox_tell_vf(struct sim_gpu *gpu, unsigned int vf, u32 bit)
{
	if (mbox_fcn(gpu, vf)->mbox.intr_enable & bit)
		sim_msi_post(gpu->vf[vf], 0);
}

static void mbox_put(struct sim_mail *mail, const struct sim_fcn *fcn, u16 msg,
		     u16 data)
{
	mail->msg = msg;
	mail->data = data;
	mail->valid = true;
	mail->used = true;
	mail->tenant = fcn->tenant;
}

static bool mbox_is_stale(const struct sim_mail *mail,
			  const struct sim_fcn *fcn)
{
	return mail->used && mail->tenant != fcn->tenant;
}

/**
 * sim_mbox_check_start() - a function is about to get the GPU for the first time
 * @gpu: GPU
 * @vf: index of its VF
 */
void sim_mbox_check_start(struct sim_gpu *gpu, unsigned int vf)
{
	const struct sim_fcn *fcn = mbox_fcn(gpu, vf);

	if (mbox_is_stale(&fcn->mbox.to_vf, fcn) ||
	    mbox_is_stale(&fcn->mbox.to_pf, fcn))
		gpu->violations[SIM_V_DIRTY_MAILBOXES]++;
}

/**
 * sim_mbox_clear() - a VF's mailbox as if it was never used
 * @fcn: its function
 *
 * What the VF enabled of interrupts stays.
 */
void sim_mbox_clear(struct sim_fcn *fcn)
{
	memset(&fcn->mbox.to_pf, 0, sizeof(fcn->mbox.to_pf));
	memset(&fcn->mbox.to_vf, 0, sizeof(fcn->mbox.to_vf));
}

/**
 * sim_mbox_vf_send() - a VF sends to the PF
 * @gpu: GPU
 * @vf: index of the VF
 * @msg: GPUVF_MBOX_*
 * @data: what goes with it
 * @now: now
 *
 * Return: false: dropped and counted, the PF has not taken the last one yet;
 * or there is no mailbox.
 */
bool sim_mbox_vf_send(struct sim_gpu *gpu, unsigned int vf, u16 msg, u16 data,
		      u64 now)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);

	if (!sim_mailbox)
		return false;
	if (fcn->mbox.to_pf.valid) {
		fcn->mail_dropped++;
		return false;
	}
	fcn->mail_sent++;
	sim_truth_event(gpu, now, SIM_EVENT_TO_PF, SIM_FCN_VF(vf), 0, msg);
	if (sim_fault_hits(&gpu->fault[SIM_F_LOSE_MESSAGE]))
		return true;
	mbox_put(&fcn->mbox.to_pf, fcn, msg, data);
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_MBOX_RX);
	return true;
}

/**
 * sim_mbox_vf_ack() - a VF has taken what the PF sent
 * @gpu: GPU
 * @vf: index of the VF
 */
void sim_mbox_vf_ack(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);

	if (!fcn->mbox.to_vf.valid)
		return;
	fcn->mbox.to_vf.valid = false;
	fcn->mail_received++;
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_MBOX_ACK);
}

/* the VF looks at what is in there */
static u32 mbox_look(struct sim_gpu *gpu, unsigned int vf,
		     const struct sim_mail *mail, u32 data_mask)
{
	const struct sim_fcn *fcn = mbox_fcn(gpu, vf);
	u32 data = (u32)mail->data << __bf_shf(GPUVF_SIM_VF_TX_DATA);

	if (mbox_is_stale(mail, fcn))
		gpu->violations[SIM_V_LEFTOVER_MAIL]++;
	return mail->msg | (data & data_mask) |
	       (mail->valid ? GPUVF_SIM_VF_TX_VALID : 0);
}

/**
 * sim_mbox_vf_tx() - what a VF reads in its TX register
 * @gpu: GPU
 * @vf: index of the VF
 */
u32 sim_mbox_vf_tx(struct sim_gpu *gpu, unsigned int vf)
{
	return mbox_look(gpu, vf, &mbox_fcn(gpu, vf)->mbox.to_pf,
			 GPUVF_SIM_VF_TX_DATA);
}

/**
 * sim_mbox_vf_rx() - what a VF reads in its RX register
 * @gpu: GPU
 * @vf: index of the VF
 */
u32 sim_mbox_vf_rx(struct sim_gpu *gpu, unsigned int vf)
{
	return mbox_look(gpu, vf, &mbox_fcn(gpu, vf)->mbox.to_vf,
			 GPUVF_SIM_VF_RX_DATA);
}

/* the PF wrote its TX register */
static void mbox_pf_send(struct sim_gpu *gpu, u32 val, u64 now)
{
	u16 msg = FIELD_GET(GPUVF_SIM_MBOX_TX_MSG, val);
	unsigned int vf = FIELD_GET(GPUVF_SIM_MBOX_TX_VF, val);
	struct sim_fcn *fcn;

	if (!(val & GPUVF_SIM_MBOX_TX_VALID))
		return;
	if (vf >= sim_vfs_enabled(gpu)) {
		gpu->mail_bad_vf++;
		return;
	}
	fcn = mbox_fcn(gpu, vf);
	if (fcn->mbox.to_vf.valid) {
		gpu->mail_dropped++;
		return;
	}
	gpu->mail_sent++;
	sim_truth_event(gpu, now, SIM_EVENT_TO_VF, SIM_FCN_VF(vf), 0, msg);
	if (sim_fault_hits(&gpu->fault[SIM_F_LOSE_MESSAGE]))
		return;
	mbox_put(&fcn->mbox.to_vf, fcn, msg,
		 FIELD_GET(GPUVF_SIM_MBOX_TX_DATA, val));
	mbox_tell_vf(gpu, vf, GPUVF_SIM_VF_INTR_MBOX_RX);
	sim_driver_look(fcn, now);
	sim_gpu_update_vf(gpu, vf, now);
}

static void mbox_pf_ack(struct sim_gpu *gpu, u32 vfs, u64 now)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++) {
		struct sim_mail *mail = &mbox_fcn(gpu, i)->mbox.to_pf;

		if (!(vfs & BIT(i)) || !mail->valid)
			continue;
		mail->valid = false;
		mbox_tell_vf(gpu, i, GPUVF_SIM_VF_INTR_MBOX_ACK);
		sim_driver_look(mbox_fcn(gpu, i), now);
		sim_gpu_update_vf(gpu, i, now);
	}
}

static void mbox_pf_clear(struct sim_gpu *gpu, u32 vfs, u64 now)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++) {
		if (!(vfs & BIT(i)))
			continue;
		sim_mbox_clear(mbox_fcn(gpu, i));
		sim_driver_look(mbox_fcn(gpu, i), now);
		sim_gpu_update_vf(gpu, i, now);
	}
}

static u32 mbox_pf_bits(struct sim_gpu *gpu, bool to_pf)
{
	unsigned int i;
	u32 bits = 0;

	for (i = 0; i < sim_total_vfs; i++) {
		const struct sim_mbox *mbox = &mbox_fcn(gpu, i)->mbox;

		if (to_pf ? mbox->to_pf.valid : mbox->to_vf.valid)
			bits |= BIT(i);
	}
	return bits;
}

/**
 * sim_mbox_pf_read() - a register of the PF's side is read
 * @gpu: GPU
 * @reg: offset in the SIM capability
 *
 * Return: its value.
 */
u32 sim_mbox_pf_read(struct sim_gpu *gpu, unsigned int reg)
{
	const struct sim_mail *mail;

	switch (reg) {
	case GPUVF_SIM_MBOX_TX_PENDING:
		return mbox_pf_bits(gpu, false);
	case GPUVF_SIM_MBOX_RX_VALID:
		return mbox_pf_bits(gpu, true);
	case GPUVF_SIM_MBOX_RX(0) ... GPUVF_SIM_MBOX_RX(SIM_MAX_VFS - 1):
		mail = &mbox_fcn(gpu, (reg - GPUVF_SIM_MBOX_RX(0)) /
				 4)->mbox.to_pf;
		return FIELD_PREP(GPUVF_SIM_MBOX_RX_MSG, mail->msg) |
		       FIELD_PREP(GPUVF_SIM_MBOX_RX_DATA, mail->data);
	default:
		return 0;
	}
}

/**
 * sim_mbox_pf_write() - a register of the PF's side is written
 * @gpu: GPU
 * @reg: offset in the SIM capability
 * @val: what is written
 * @now: now
 */
void sim_mbox_pf_write(struct sim_gpu *gpu, unsigned int reg, u32 val, u64 now)
{
	switch (reg) {
	case GPUVF_SIM_MBOX_TX:
		mbox_pf_send(gpu, val, now);
		break;
	case GPUVF_SIM_MBOX_RX_ACK:
		mbox_pf_ack(gpu, val, now);
		break;
	case GPUVF_SIM_MBOX_CLEAR:
		mbox_pf_clear(gpu, val, now);
		break;
	}
}
