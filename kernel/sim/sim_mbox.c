// SPDX-License-Identifier: GPL-2.0
/*
 * The mailbox between the PF and each VF: four words in each direction, which the
 * receiver reads where the sender wrote them.
 *
 *	PF: TRN words, TRN_VALID ──► to_vf ──► VF: RCV words, RCV_VALID
 *	PF: TRN_ACK              ◄── to_vf ◄── VF: RCV_ACK
 *	and the other way round
 *
 * Words stay until the sender writes others: they are a tenant's data, and the next
 * tenant must not find them.
 */

#include "sim.h"

static struct sim_fcn *mbox_fcn(struct sim_gpu *gpu, unsigned int vf)
{
	return &gpu->fcn[SIM_FCN_VF(vf)];
}

static bool mail_is_empty(const struct sim_mail *mail)
{
	unsigned int i;

	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		if (mail->word[i])
			return false;
	return true;
}

static bool mail_waits(const struct sim_mail *mail)
{
	return mail->valid && !mail->acked;
}

/*
 * What a VF sent is its own until its next reset, also when its driver has ended its
 * state; so only what it was sent can be a former tenant's.
 */
static bool mbox_is_stale(const struct sim_fcn *fcn)
{
	const struct sim_mail *mail = &fcn->mbox.to_vf;

	return mail->tenant != fcn->tenant && !mail_is_empty(mail);
}

/**
 * sim_mbox_check_start() - a function is about to get the GPU for the first time
 * @gpu: GPU
 * @vf: index of its VF
 */
void sim_mbox_check_start(struct sim_gpu *gpu, unsigned int vf)
{
	if (mbox_is_stale(mbox_fcn(gpu, vf)))
		gpu->violations[SIM_V_STALE_MAILBOXES]++;
}

/**
 * sim_mbox_reset() - a VF's mailbox at a reset
 * @fcn: its function
 * @all: also what the PF sent, which is the PF's when VF Enable goes
 */
void sim_mbox_reset(struct sim_fcn *fcn, bool all)
{
	memset(&fcn->mbox.to_pf, 0, sizeof(fcn->mbox.to_pf));
	if (all)
		memset(&fcn->mbox.to_vf, 0, sizeof(fcn->mbox.to_vf));
	fcn->mbox.intr_vf = 0;
}

/* the VF's MSI for one of the bits of its interrupt control */
static void mbox_interrupt_vf(struct sim_gpu *gpu, unsigned int vf, u32 bit)
{
	if (mbox_fcn(gpu, vf)->mbox.intr_vf & bit)
		sim_msi_post(gpu->vf[vf], 0);
}

/* the PF's, where its interrupt control for this VF has the bit */
static void mbox_interrupt_pf(struct sim_gpu *gpu, unsigned int vf, u32 bit,
			      u32 event)
{
	if (!(mbox_fcn(gpu, vf)->mbox.intr_pf & bit))
		return;
	gpu->mail_interrupts++;
	sim_gpu_raise_sim(gpu, event);
}

/* something that a guest's driver would notice */
static void mbox_vf_looks(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	sim_driver_look(mbox_fcn(gpu, vf), now);
	sim_gpu_update_vf(gpu, vf, now);
}

/* false: it is lost on its way */
static bool mbox_arrives(struct sim_gpu *gpu, struct sim_mail *mail)
{
	if (!sim_fault_hits(&gpu->fault[SIM_F_LOSE_MESSAGE]))
		return true;
	memset(mail->word, 0, sizeof(mail->word));
	return false;
}

static void mbox_vf_valid(struct sim_gpu *gpu, unsigned int vf, bool valid,
			  u64 now)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);
	struct sim_mail *mail = &fcn->mbox.to_pf;
	bool rises = valid && !mail->valid;

	if (rises) {
		fcn->mail_sent++;
		sim_truth_event(gpu, now, SIM_EVENT_TO_PF, SIM_FCN_VF(vf), 0,
				mail->word[0]);
		valid = mbox_arrives(gpu, mail);
	} else if (mail_waits(mail) && !valid) {
		fcn->mail_overwritten++;
	}
	mail->valid = valid;
	if (!valid || rises)
		mail->acked = false;
	if (rises && valid)
		mbox_interrupt_pf(gpu, vf, GPUVF_MBOX_VALID_INT_EN,
				  GPUVF_SIM_INTR_MBOX_RX);
}

/**
 * sim_mbox_vf_ack() - a VF acknowledges what it was sent
 * @gpu: GPU
 * @vf: index of the VF
 */
void sim_mbox_vf_ack(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);
	struct sim_mail *mail = &fcn->mbox.to_vf;

	if (mail_is_empty(mail) || mail->acked)
		return;
	mail->acked = true;
	fcn->mail_received++;
	mbox_interrupt_pf(gpu, vf, GPUVF_MBOX_ACK_INT_EN,
			  GPUVF_SIM_INTR_MBOX_ACK);
}

static void mbox_pf_valid(struct sim_gpu *gpu, unsigned int vf, bool valid,
			  u64 now)
{
	struct sim_mail *mail = &mbox_fcn(gpu, vf)->mbox.to_vf;
	bool rises = valid && !mail->valid;

	mail->valid = valid;
	if (!valid || rises)
		mail->acked = false;
	if (!rises)
		return;
	mbox_interrupt_vf(gpu, vf, GPUVF_MBOX_VALID_INT_EN);
	mbox_vf_looks(gpu, vf, now);
}

static void mbox_pf_ack(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_mail *mail = &mbox_fcn(gpu, vf)->mbox.to_pf;

	if (!mail_waits(mail))
		return;
	mail->acked = true;
	mbox_fcn(gpu, vf)->mail_taken++;
	mbox_interrupt_vf(gpu, vf, GPUVF_MBOX_ACK_INT_EN);
	mbox_vf_looks(gpu, vf, now);
}

/* a word of the PF; its first one is what guests wait for */
static void mbox_pf_word(struct sim_gpu *gpu, unsigned int vf, unsigned int n,
			 u32 val, u64 now)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);
	struct sim_mail *mail = &fcn->mbox.to_vf;

	if (val && vf >= sim_vfs_enabled(gpu)) {
		gpu->mail_bad_vf++;
		return;
	}
	mail->word[n] = val;
	mail->tenant = fcn->tenant;
	if (n || !val)
		return;
	gpu->mail_sent++;
	sim_truth_event(gpu, now, SIM_EVENT_TO_VF, SIM_FCN_VF(vf), 0, val);
	if (mbox_arrives(gpu, mail))
		mbox_vf_looks(gpu, vf, now);
}

static u32 page_read(const struct sim_mail *out, const struct sim_mail *in,
		     u32 intr, unsigned int reg)
{
	switch (reg) {
	case GPUVF_MBOX_TRN(0) ... GPUVF_MBOX_TRN(3):
		return out->word[(reg - GPUVF_MBOX_TRN(0)) / 4];
	case GPUVF_MBOX_RCV(0) ... GPUVF_MBOX_RCV(3):
		return in->word[(reg - GPUVF_MBOX_RCV(0)) / 4];
	case GPUVF_MBOX_CONTROL:
		return (out->valid ? GPUVF_MBOX_TRN_VALID : 0) |
		       (out->acked ? GPUVF_MBOX_TRN_ACK : 0) |
		       (in->valid ? GPUVF_MBOX_RCV_VALID : 0);
	case GPUVF_MBOX_INT_CNTL:
		return intr;
	default:
		return 0;
	}
}

/* which bits of CONTROL a write of some of its bytes is about; 0: of none */
static u32 control_mask(unsigned int reg, unsigned int size)
{
	if (reg == GPUVF_MBOX_CONTROL)
		return size == 1 ? 0xff : 0xffff;
	return reg == GPUVF_MBOX_CONTROL + 1 && size == 1 ? 0xff00 : 0;
}

/**
 * sim_mbox_vf_read() - a register of a VF's page is read
 * @gpu: GPU
 * @vf: index of the VF
 * @reg: offset in the page
 *
 * Return: its value.
 */
u32 sim_mbox_vf_read(struct sim_gpu *gpu, unsigned int vf, unsigned int reg)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);

	if (!sim_mailbox)
		return 0;
	if (reg >= GPUVF_MBOX_RCV(0) && reg <= GPUVF_MBOX_RCV(3) &&
	    mbox_is_stale(fcn))
		gpu->violations[SIM_V_LEFTOVER_MAIL]++;
	return page_read(&fcn->mbox.to_pf, &fcn->mbox.to_vf, fcn->mbox.intr_vf,
			 reg);
}

/**
 * sim_mbox_vf_write() - a register of a VF's page is written
 * @gpu: GPU
 * @vf: index of the VF
 * @reg: offset in the page
 * @size: bytes
 * @val: what is written
 * @now: now
 */
void sim_mbox_vf_write(struct sim_gpu *gpu, unsigned int vf, unsigned int reg,
		       unsigned int size, u32 val, u64 now)
{
	struct sim_fcn *fcn = mbox_fcn(gpu, vf);
	u32 mask = control_mask(reg, size);

	if (!sim_mailbox)
		return;
	if (mask) {
		val <<= reg == GPUVF_MBOX_CONTROL ? 0 : 8;
		if (mask & GPUVF_MBOX_TRN_VALID)
			mbox_vf_valid(gpu, vf, val & GPUVF_MBOX_TRN_VALID, now);
		if (mask & val & GPUVF_MBOX_RCV_ACK)
			sim_mbox_vf_ack(gpu, vf);
	} else if (size != 4) {
		return;
	} else if (reg == GPUVF_MBOX_INT_CNTL) {
		fcn->mbox.intr_vf = val & (GPUVF_MBOX_VALID_INT_EN |
					   GPUVF_MBOX_ACK_INT_EN);
	} else if (reg >= GPUVF_MBOX_TRN(0) && reg <= GPUVF_MBOX_TRN(3)) {
		fcn->mbox.to_pf.word[(reg - GPUVF_MBOX_TRN(0)) / 4] = val;
	}
}

/**
 * sim_mbox_vf_send() - a VF sends to the PF: all that a guest's driver writes for it
 * @gpu: GPU
 * @vf: index of the VF
 * @code: GPUVF_MBOX_*
 * @data: word after it
 * @now: now
 */
void sim_mbox_vf_send(struct sim_gpu *gpu, unsigned int vf, u32 code, u32 data,
		      u64 now)
{
	const u32 word[GPUVF_MBOX_WORDS] = { code, data };

	if (!sim_mailbox)
		return;
	mbox_vf_valid(gpu, vf, false, now);
	memcpy(mbox_fcn(gpu, vf)->mbox.to_pf.word, word, sizeof(word));
	mbox_vf_valid(gpu, vf, true, now);
}

/**
 * sim_mbox_waits() - has the PF not acknowledged what a VF sent?
 * @fcn: the VF's function
 */
bool sim_mbox_waits(const struct sim_fcn *fcn)
{
	return mail_waits(&fcn->mbox.to_pf);
}

static u32 mbox_pf_bits(struct sim_gpu *gpu, bool to_pf)
{
	unsigned int i;
	u32 bits = 0;

	for (i = 0; i < sim_total_vfs; i++) {
		const struct sim_mbox *mbox = &mbox_fcn(gpu, i)->mbox;

		if (to_pf ? mail_waits(&mbox->to_pf) : mbox->to_vf.acked)
			bits |= BIT(i);
	}
	return bits;
}

/* the VF that INDEX names; NULL: it is not enabled */
static struct sim_fcn *mbox_pf_chosen(struct sim_gpu *gpu)
{
	if (gpu->mbox_index < sim_total_vfs)
		return mbox_fcn(gpu, gpu->mbox_index);
	return NULL;
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
	struct sim_fcn *fcn = mbox_pf_chosen(gpu);

	switch (reg) {
	case GPUVF_SIM_MBOX_RX:
		return mbox_pf_bits(gpu, true);
	case GPUVF_SIM_MBOX_ACKED:
		return mbox_pf_bits(gpu, false);
	case GPUVF_SIM_MBOX + GPUVF_MBOX_INDEX:
		return gpu->mbox_index;
	default:
		return fcn ? page_read(&fcn->mbox.to_vf, &fcn->mbox.to_pf,
				       fcn->mbox.intr_pf,
				       reg - GPUVF_SIM_MBOX) : 0;
	}
}

/**
 * sim_mbox_pf_write() - a register of the PF's side is written
 * @gpu: GPU
 * @reg: offset in the SIM capability
 * @size: bytes
 * @val: what is written
 * @now: now
 */
void sim_mbox_pf_write(struct sim_gpu *gpu, unsigned int reg, unsigned int size,
		       u32 val, u64 now)
{
	unsigned int vf = gpu->mbox_index;
	u32 mask;

	reg -= GPUVF_SIM_MBOX;
	if (reg == GPUVF_MBOX_INDEX) {
		if (size == 4)
			gpu->mbox_index = val;
		return;
	}
	if (!mbox_pf_chosen(gpu)) {
		gpu->mail_bad_vf++;
		return;
	}
	mask = control_mask(reg, size);
	if (mask) {
		val <<= reg == GPUVF_MBOX_CONTROL ? 0 : 8;
		if (mask & GPUVF_MBOX_TRN_VALID)
			mbox_pf_valid(gpu, vf, val & GPUVF_MBOX_TRN_VALID, now);
		if (mask & val & GPUVF_MBOX_RCV_ACK)
			mbox_pf_ack(gpu, vf, now);
	} else if (size != 4) {
		return;
	} else if (reg == GPUVF_MBOX_INT_CNTL) {
		mbox_fcn(gpu, vf)->mbox.intr_pf =
			val & (GPUVF_MBOX_VALID_INT_EN | GPUVF_MBOX_ACK_INT_EN);
	} else if (reg >= GPUVF_MBOX_TRN(0) && reg <= GPUVF_MBOX_TRN(3)) {
		mbox_pf_word(gpu, vf, (reg - GPUVF_MBOX_TRN(0)) / 4, val, now);
	}
}
