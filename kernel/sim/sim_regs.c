// SPDX-License-Identifier: GPL-2.0
/*
 * The PF's registers: which one is where, and who answers for it.
 */

#include <linux/bitfield.h>

#include "sim.h"

static void regs_poke(struct sim_gpu *gpu, unsigned int where, u32 val)
{
	memcpy(gpu->pf->cfg + where, &val, sizeof(val));
}

static u32 regs_flr_pending(const struct sim_gpu *gpu)
{
	u32 pending = 0;
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		if (gpu->fcn[SIM_FCN_VF(i)].flr_pending)
			pending |= BIT(i);
	return pending;
}

/* VF with an entry of the framebuffer table at @reg; false: none has */
static bool regs_table(unsigned int reg, unsigned int *vf)
{
	*vf = (reg - sim_generation->table) / 4;
	return reg >= sim_generation->table && *vf < sim_generation->max_vfs;
}

static bool regs_read_iov(struct sim_gpu *gpu, unsigned int reg, u32 *val)
{
	unsigned int vf;

	if (regs_table(reg, &vf)) {
		*val = gpu->table[vf];
		return true;
	}
	switch (sim_generation_reg(reg)) {
	case SIM_IOV_SRIOV_SHADOW:
		*val = sim_vfs_enabled(gpu) ? 1 | sim_vfs_enabled(gpu) << 16 :
					      0;
		return true;
	case SIM_IOV_INTR_ENABLE:
		*val = gpu->intr_enable;
		return true;
	case SIM_IOV_INTR_STATUS:
		*val = gpu->intr_status;
		return true;
	case SIM_IOV_CNTXT:
		*val = gpu->context;
		return true;
	case SIM_IOV_FB:
		*val = min_t(u32, sim_fb_mib, U16_MAX) |
		       gpu->consumed_mib << 16;
		return true;
	default:
		return false;
	}
}

/* offset in the scheduler block of a register at @reg; false: it is outside */
static bool regs_sch(unsigned int reg, unsigned int *in_block)
{
	*in_block = reg - sim_generation->sch;
	return reg >= sim_generation->sch &&
	       *in_block < sim_generation->sch_length;
}

static u32 regs_active(struct sim_gpu *gpu)
{
	u32 status, val = sim_cmd_active(gpu, &status);

	return val | status << 8 * (sim_generation->active_status -
				    GPUVF_SCH_ACTIVE_FCN_ID);
}

static bool regs_read_sch(struct sim_gpu *gpu, unsigned int reg, u32 *val)
{
	const struct sim_command *cmd = &gpu->cmd;

	switch (reg) {
	case GPUVF_SCH_CMD:
		*val = cmd->code | (cmd->busy ? GPUVF_SCH_CMD_EXECUTE : 0) |
		       cmd->fcn << 8 | cmd->next << 16;
		return true;
	case GPUVF_SCH_CMD_STATUS:
		*val = cmd->status;
		return true;
	case GPUVF_SCH_VM_BUSY:
		*val = sim_busy ? gpu->busy : 0;
		return true;
	case GPUVF_SCH_ACTIVE_FCN_ID:
		*val = regs_active(gpu);
		return true;
	default:
		return false;
	}
}

/* without interrupts there are none of the capability's own either, nor notices */
static bool regs_has_sim(unsigned int reg)
{
	return sim_generation->interrupts || reg < GPUVF_SIM_INTR_ENABLE ||
	       reg > GPUVF_SIM_VF_FLR;
}

static bool regs_read_sim(struct sim_gpu *gpu, unsigned int reg, u64 now,
			  u32 *val)
{
	if (!regs_has_sim(reg))
		return false;
	switch (reg) {
	case GPUVF_SIM_INTR_ENABLE:
		*val = gpu->sim_intr_enable;
		return true;
	case GPUVF_SIM_INTR_STATUS:
		*val = gpu->sim_intr_status;
		return true;
	case GPUVF_SIM_VF_FLR:
		*val = regs_flr_pending(gpu);
		return true;
	case GPUVF_SIM_SCRUB_START:
		*val = gpu->scrub.start;
		return true;
	case GPUVF_SIM_SCRUB_COUNT:
		*val = gpu->scrub.count;
		return true;
	case GPUVF_SIM_SCRUB_CONTROL:
		*val = gpu->scrub.status == GPUVF_SIM_SCRUB_ST_BUSY;
		return true;
	case GPUVF_SIM_SCRUB_STATUS:
		*val = gpu->scrub.status;
		return true;
	case GPUVF_SIM_SCRUB_PROGRESS:
		*val = sim_scrub_progress(gpu, now);
		return true;
	case GPUVF_SIM_FB_LO ... GPUVF_SIM_FB_DATA:
		*val = sim_mem_pf_read(gpu, reg);
		return true;
	case GPUVF_SIM_MBOX ... GPUVF_SIM_MBOX_ACKED:
		*val = sim_mailbox ? sim_mbox_pf_read(gpu, reg) : 0;
		return true;
	case GPUVF_SIM_FB_NEXT ... GPUVF_SIM_MIG_ADOPT:
		*val = sim_migration ? sim_migrate_read(gpu, reg) : 0;
		return true;
	default:
		return false;
	}
}

/**
 * sim_regs_read() - a register that lives is about to be read
 * @gpu: GPU, brought up to now
 * @where: offset in the PF's configuration space
 * @now: now
 */
void sim_regs_read(struct sim_gpu *gpu, unsigned int where, u64 now)
{
	unsigned int in_block;
	bool lives;
	u32 val;

	where &= ~3U;
	if (where >= SIM_ECAP_SIM)
		lives = regs_read_sim(gpu, where - SIM_ECAP_SIM, now, &val);
	else
		lives = (regs_sch(where - SIM_ECAP_IOV, &in_block) &&
			 regs_read_sch(gpu, in_block, &val)) ||
			regs_read_iov(gpu, where - SIM_ECAP_IOV, &val);
	if (lives)
		regs_poke(gpu, where, val);
}

static void regs_write_flr(struct sim_gpu *gpu, u32 val)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		if (val & BIT(i))
			gpu->fcn[SIM_FCN_VF(i)].flr_pending = false;
}

static bool regs_lose_write(struct sim_gpu *gpu)
{
	return sim_fault_hits(&gpu->fault[SIM_F_FAIL_TABLE]);
}

/*
 * Another event comes just before the ones that are known are acknowledged: so the
 * status does not become 0.
 */
static void regs_late_event(struct sim_gpu *gpu, u32 acknowledged)
{
	if (!gpu->late_events)
		return;
	gpu->late_events--;
	sim_gpu_raise(gpu, acknowledged & GPUVF_IOV_INTR_HANG_RECOVERED ?
			   GPUVF_IOV_INTR_BUSY_CHANGE :
			   GPUVF_IOV_INTR_HANG_RECOVERED);
}

static void regs_write_iov(struct sim_gpu *gpu, unsigned int reg, u32 val)
{
	unsigned int vf;

	if (regs_table(reg, &vf)) {
		if (!regs_lose_write(gpu))
			sim_fb_set_table(gpu, vf, val);
		return;
	}
	switch (sim_generation_reg(reg)) {
	case SIM_IOV_INTR_ENABLE:
		val &= GPUVF_IOV_INTR_ALL;
		if (!sim_busy)
			val &= ~GPUVF_IOV_INTR_BUSY_CHANGE;
		sim_gpu_enable(gpu, val);
		break;
	case SIM_IOV_INTR_STATUS:
		regs_late_event(gpu, val);
		gpu->intr_status &= ~val;
		break;
	case SIM_IOV_RESET_CONTROL:
		regs_poke(gpu, SIM_ECAP_IOV + reg, val & 0xff);
		break;
	case SIM_IOV_RESET_NOTIFICATION:
	case SIM_IOV_VM_INIT_STATUS:
		regs_poke(gpu, SIM_ECAP_IOV + reg, val);
		break;
	case SIM_IOV_CNTXT:
		if (regs_lose_write(gpu))
			break;
		sim_fb_set_context(gpu, val & (GPUVF_IOV_CNTXT_SIZE |
					       GPUVF_IOV_CNTXT_LOC_SYSMEM |
					       GPUVF_IOV_CNTXT_OFFSET));
		break;
	default:
		break;
	}
}

/**
 * sim_regs_lose_schedule() - a register for hardware that schedules by itself is lost
 * @gpu: GPU
 * @reg: offset in the scheduler block
 */
void sim_regs_lose_schedule(struct sim_gpu *gpu, unsigned int reg)
{
	if (reg < sim_generation->sch_length)
		regs_poke(gpu, SIM_ECAP_IOV + sim_generation->sch + reg, 0);
}

static void regs_write_sch(struct sim_gpu *gpu, unsigned int reg, u32 val,
			   u64 now)
{
	switch (reg) {
	case GPUVF_SCH_CMD:
		if (val & GPUVF_SCH_CMD_EXECUTE)
			sim_cmd_write(gpu, val, now);
		break;
	/* for hardware that schedules by itself; kept, and that is all */
	case GPUVF_SCH_ACTIVE_FUNCTIONS:
	case GPUVF_SCH_TIME_QUANTA_OPTION:
	case GPUVF_SCH_TIME_QUANTA_PER_VF:
	case GPUVF_SCH_TIME_QUANTA_PF:
		regs_poke(gpu, SIM_ECAP_IOV + sim_generation->sch + reg, val);
		break;
	}
}

static void regs_write_sim(struct sim_gpu *gpu, unsigned int reg, u32 val,
			   u64 now)
{
	bool scrubbing = gpu->scrub.status == GPUVF_SIM_SCRUB_ST_BUSY;

	if (!regs_has_sim(reg))
		return;
	switch (reg) {
	case GPUVF_SIM_INTR_ENABLE:
		sim_gpu_enable_sim(gpu, val & GPUVF_SIM_INTR_ALL);
		break;
	case GPUVF_SIM_INTR_STATUS:
		gpu->sim_intr_status &= ~val;
		break;
	case GPUVF_SIM_VF_FLR:
		regs_write_flr(gpu, val);
		break;
	case GPUVF_SIM_SCRUB_START:
		if (!scrubbing)
			gpu->scrub.start = val;
		break;
	case GPUVF_SIM_SCRUB_COUNT:
		if (!scrubbing)
			gpu->scrub.count = val;
		break;
	case GPUVF_SIM_SCRUB_CONTROL:
		sim_scrub_write(gpu, val, now);
		break;
	case GPUVF_SIM_FB_LO ... GPUVF_SIM_FB_DATA:
		sim_mem_pf_write(gpu, reg, val);
		break;
	case GPUVF_SIM_FB_NEXT ... GPUVF_SIM_MIG_ADOPT:
		if (sim_migration)
			sim_migrate_write(gpu, reg, val, now);
		break;
	}
}

/**
 * sim_regs_write() - a register of the machine is written
 * @gpu: GPU, brought up to now
 * @where: offset in the PF's configuration space
 * @size: bytes
 * @val: what is written
 * @now: now
 *
 * Return: true when the write was for the machine; false: plain configuration
 * space.
 */
bool sim_regs_write(struct sim_gpu *gpu, unsigned int where, unsigned int size,
		    u32 val, u64 now)
{
	unsigned int reg = where - SIM_ECAP_IOV, in_block;

	if (where < SIM_ECAP_IOV ||
	    where >= SIM_ECAP_SIM + GPUVF_SIM_VSEC_LENGTH)
		return false;
	/* FB_CONSUMED, the upper half */
	if (reg == sim_generation->reg[SIM_IOV_FB] + 2 && size == 2) {
		if (regs_lose_write(gpu))
			return true;
		gpu->consumed_mib = val;
		gpu->reset_unseen = false;
		gpu->layout_serial++;
		return true;
	}
	if (where >= SIM_ECAP_SIM + GPUVF_SIM_MBOX &&
	    where < SIM_ECAP_SIM + GPUVF_SIM_MBOX + GPUVF_MBOX_PAGE_LENGTH) {
		if (sim_mailbox)
			sim_mbox_pf_write(gpu, where - SIM_ECAP_SIM, size, val,
					  now);
		return true;
	}
	/* every other register takes whole dwords only */
	if (size != 4)
		return true;
	if (where >= SIM_ECAP_SIM)
		regs_write_sim(gpu, where - SIM_ECAP_SIM, val, now);
	else if (regs_sch(reg, &in_block))
		regs_write_sch(gpu, in_block, val, now);
	else
		regs_write_iov(gpu, reg, val);
	return true;
}
