// SPDX-License-Identifier: GPL-2.0
/*
 * Migration: what of a VF's state is in registers, and the end of a restore. Framebuffer
 * and context slots are read and written through the PF's port, as ever.
 */

#include "sim.h"

/* GPUVF_SIM_MIG_R_MAIL */
#define MAIL_TO_PF_VALID	BIT(0)
#define MAIL_TO_PF_ACKED	BIT(1)
#define MAIL_TO_VF_VALID	BIT(2)
#define MAIL_TO_VF_ACKED	BIT(3)

/* GPUVF_SIM_MIG_R_PORTS */
#define PORTS_WINDOW		BIT(0)
#define PORTS_FB		BIT(1)
#define PORTS_STATUS		0xff00

static u64 migrate_set_half(u64 whole, bool high, u32 val)
{
	return high ? (u32)whole | (u64)val << 32 :
		      (whole & ~0xffffffffULL) | val;
}

static u32 migrate_get_mail(const struct sim_mbox *mbox)
{
	return (mbox->to_pf.valid ? MAIL_TO_PF_VALID : 0) |
	       (mbox->to_pf.acked ? MAIL_TO_PF_ACKED : 0) |
	       (mbox->to_vf.valid ? MAIL_TO_VF_VALID : 0) |
	       (mbox->to_vf.acked ? MAIL_TO_VF_ACKED : 0);
}

static u32 migrate_get(const struct sim_fcn *fcn, u32 reg)
{
	const struct sim_port *port = &fcn->port;

	switch (reg) {
	case GPUVF_SIM_MIG_R_TO_PF(0) ... GPUVF_SIM_MIG_R_TO_PF(3):
		return fcn->mbox.to_pf.word[reg];
	case GPUVF_SIM_MIG_R_TO_VF(0) ... GPUVF_SIM_MIG_R_TO_VF(3):
		return fcn->mbox.to_vf.word[reg - GPUVF_SIM_MIG_R_TO_VF(0)];
	case GPUVF_SIM_MIG_R_MAIL:
		return migrate_get_mail(&fcn->mbox);
	case GPUVF_SIM_MIG_R_INT_CNTL:
		return fcn->mbox.intr_vf;
	case GPUVF_SIM_MIG_R_WINDOW_LO:
		return lower_32_bits(port->window);
	case GPUVF_SIM_MIG_R_WINDOW_HI:
		return upper_32_bits(port->window);
	case GPUVF_SIM_MIG_R_FB_LO:
		return lower_32_bits(port->mem);
	case GPUVF_SIM_MIG_R_FB_HI:
		return upper_32_bits(port->mem);
	case GPUVF_SIM_MIG_R_PORTS:
		return (port->open ? PORTS_WINDOW : 0) |
		       (port->mem_open ? PORTS_FB : 0) |
		       FIELD_PREP(PORTS_STATUS, port->status);
	case GPUVF_SIM_MIG_R_WORK_LO:
		return lower_32_bits(fcn->work.backlog_ns);
	case GPUVF_SIM_MIG_R_WORK_HI:
		return upper_32_bits(fcn->work.backlog_ns);
	default:
		return 0;
	}
}

static void migrate_set_mail(struct sim_fcn *fcn, u32 val)
{
	struct sim_mbox *mbox = &fcn->mbox;

	mbox->to_pf.valid = val & MAIL_TO_PF_VALID;
	mbox->to_pf.acked = val & MAIL_TO_PF_ACKED;
	mbox->to_vf.valid = val & MAIL_TO_VF_VALID;
	mbox->to_vf.acked = val & MAIL_TO_VF_ACKED;
	/* the message is this tenant's */
	mbox->to_vf.tenant = fcn->tenant;
}

static void migrate_set(struct sim_fcn *fcn, u32 reg, u32 val)
{
	struct sim_port *port = &fcn->port;

	switch (reg) {
	case GPUVF_SIM_MIG_R_TO_PF(0) ... GPUVF_SIM_MIG_R_TO_PF(3):
		fcn->mbox.to_pf.word[reg] = val;
		break;
	case GPUVF_SIM_MIG_R_TO_VF(0) ... GPUVF_SIM_MIG_R_TO_VF(3):
		fcn->mbox.to_vf.word[reg - GPUVF_SIM_MIG_R_TO_VF(0)] = val;
		break;
	case GPUVF_SIM_MIG_R_MAIL:
		migrate_set_mail(fcn, val);
		break;
	case GPUVF_SIM_MIG_R_INT_CNTL:
		fcn->mbox.intr_vf = val & (GPUVF_MBOX_VALID_INT_EN |
					   GPUVF_MBOX_ACK_INT_EN);
		break;
	case GPUVF_SIM_MIG_R_WINDOW_LO:
	case GPUVF_SIM_MIG_R_WINDOW_HI:
		port->window = migrate_set_half(port->window,
						reg == GPUVF_SIM_MIG_R_WINDOW_HI,
						val);
		break;
	case GPUVF_SIM_MIG_R_FB_LO:
	case GPUVF_SIM_MIG_R_FB_HI:
		port->mem = migrate_set_half(port->mem,
					     reg == GPUVF_SIM_MIG_R_FB_HI, val) &
			    ~3ULL;
		break;
	case GPUVF_SIM_MIG_R_PORTS:
		port->open = val & PORTS_WINDOW;
		port->mem_open = val & PORTS_FB;
		port->status = FIELD_GET(PORTS_STATUS, val);
		break;
	case GPUVF_SIM_MIG_R_WORK_LO:
	case GPUVF_SIM_MIG_R_WORK_HI:
		fcn->work.backlog_ns =
			migrate_set_half(fcn->work.backlog_ns,
					 reg == GPUVF_SIM_MIG_R_WORK_HI, val);
		fcn->work.backlog_ns = min(fcn->work.backlog_ns,
					   SIM_BACKLOG_MAX_NS);
		break;
	}
}

/* as if the VF had got INIT, and what the slot says since then */
static u32 migrate_adopt(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];

	if (fcn->state != SIM_SHUTDOWN || fcn->hung || fcn->flr_pending ||
	    sim_fault_hits(&gpu->fault[SIM_F_FAIL_ADOPT]))
		return GPUVF_SIM_MIG_REFUSED;
	sim_fb_check_start(gpu, vf, true);
	sim_mbox_check_start(gpu, vf);
	if (!sim_fb_adopt(gpu, SIM_FCN_VF(vf)))
		return GPUVF_SIM_MIG_REFUSED;
	fcn->epoch++;
	fcn->touched_serial = 0;
	fcn->flr_unseen = false;
	fcn->state = SIM_SAVE;
	return GPUVF_SIM_MIG_ADOPTED;
}

/**
 * sim_migrate_read() - a register for migration is read
 * @gpu: GPU
 * @reg: offset in the SIM capability
 *
 * Return: its value.
 */
u32 sim_migrate_read(struct sim_gpu *gpu, unsigned int reg)
{
	const struct sim_migrate *migrate = &gpu->migrate;

	switch (reg) {
	case GPUVF_SIM_MIG_VF:
		return migrate->vf;
	case GPUVF_SIM_MIG_REG:
		return migrate->reg;
	case GPUVF_SIM_MIG_DATA:
		return migrate->vf < sim_total_vfs ?
		       migrate_get(&gpu->fcn[SIM_FCN_VF(migrate->vf)],
				   migrate->reg) : 0;
	case GPUVF_SIM_MIG_ADOPT:
		return migrate->result;
	default:
		return 0;
	}
}

/**
 * sim_migrate_write() - a register for migration is written
 * @gpu: GPU, brought up to now
 * @reg: offset in the SIM capability
 * @val: what is written
 * @now: now
 */
void sim_migrate_write(struct sim_gpu *gpu, unsigned int reg, u32 val, u64 now)
{
	struct sim_migrate *migrate = &gpu->migrate;
	bool enabled = migrate->vf < sim_vfs_enabled(gpu);

	switch (reg) {
	case GPUVF_SIM_FB_NEXT:
		sim_mem_next(gpu);
		return;
	case GPUVF_SIM_MIG_VF:
		migrate->vf = val;
		migrate->result = GPUVF_SIM_MIG_NOTHING;
		return;
	case GPUVF_SIM_MIG_REG:
		migrate->reg = val;
		return;
	case GPUVF_SIM_MIG_DATA:
		if (!enabled)
			return;
		sim_guest_advance(&gpu->fcn[SIM_FCN_VF(migrate->vf)], now);
		migrate_set(&gpu->fcn[SIM_FCN_VF(migrate->vf)], migrate->reg,
			    val);
		break;
	case GPUVF_SIM_MIG_ADOPT:
		migrate->result = enabled ? migrate_adopt(gpu, migrate->vf) :
					    GPUVF_SIM_MIG_REFUSED;
		if (!enabled)
			return;
		break;
	default:
		return;
	}
	sim_gpu_update_vf(gpu, migrate->vf, now);
}
