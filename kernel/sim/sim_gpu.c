// SPDX-License-Identifier: GPL-2.0
/*
 * The machine as a whole: time, interrupts, resets.
 *
 * Everything that goes on by itself is a function of time: a look at a
 * register first brings the GPU up to now (sim_gpu_advance()), event by event
 * and in order, each at the time that it has. The timer exists for interrupts
 * only. Between events nothing is computed, so that an access costs the same
 * whatever the number of VFs.
 */

#include <linux/bitfield.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>

#include "sim.h"
#include "sim_compat.h"

/*
 * (status & enable) was and is: an MSI for each event that is enabled, or, with
 * the parameter edge, only when there was none before.
 */
static void gpu_signal(struct sim_gpu *gpu, u32 was, u32 is, u32 event)
{
	if (sim_edge ? is && !was : event)
		sim_msi_post(gpu->pf, 0);
}

/**
 * sim_gpu_raise() - an interrupt of the GPU-IOV capability
 * @gpu: GPU
 * @bits: GPUVF_IOV_INTR_*
 */
void sim_gpu_raise(struct sim_gpu *gpu, u32 bits)
{
	u32 was = gpu->intr_status & gpu->intr_enable;

	gpu->intr_status |= bits;
	gpu_signal(gpu, was, gpu->intr_status & gpu->intr_enable,
		   bits & gpu->intr_enable);
}

/**
 * sim_gpu_enable() - which interrupts of the GPU-IOV capability are enabled
 * @gpu: GPU
 * @bits: GPUVF_IOV_INTR_*
 */
void sim_gpu_enable(struct sim_gpu *gpu, u32 bits)
{
	u32 was = gpu->intr_status & gpu->intr_enable;
	u32 is = gpu->intr_status & bits;

	gpu->intr_enable = bits;
	gpu_signal(gpu, was, is, is);
}

/**
 * sim_gpu_raise_sim() - an interrupt of the SIM capability
 * @gpu: GPU
 * @bits: GPUVF_SIM_INTR_*
 */
void sim_gpu_raise_sim(struct sim_gpu *gpu, u32 bits)
{
	u32 was = gpu->sim_intr_status & gpu->sim_intr_enable;

	gpu->sim_intr_status |= bits;
	gpu_signal(gpu, was, gpu->sim_intr_status & gpu->sim_intr_enable,
		   bits & gpu->sim_intr_enable);
}

/**
 * sim_gpu_enable_sim() - which interrupts of the SIM capability are enabled
 * @gpu: GPU
 * @bits: GPUVF_SIM_INTR_*
 */
void sim_gpu_enable_sim(struct sim_gpu *gpu, u32 bits)
{
	u32 was = gpu->sim_intr_status & gpu->sim_intr_enable;
	u32 is = gpu->sim_intr_status & bits;

	gpu->sim_intr_enable = bits;
	gpu_signal(gpu, was, is, is);
}

/* a VF got work, or has none any more */
static void gpu_update_busy(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	bool busy = vf < sim_vfs_enabled(gpu) && sim_guest_is_busy(fcn);

	if (busy == !!(gpu->busy & BIT(vf)))
		return;
	sim_truth_account(gpu, now);
	/* a command processor without work lost no time until now */
	if (busy && !gpu->busy && !gpu->running && !gpu->cmd.busy)
		gpu->cmd.ready_ns = now;
	gpu->busy ^= BIT(vf);
	fcn->wait_begin_ns = busy && !fcn->run_begin_ns ? now : 0;
	if (busy && fcn->run_begin_ns)
		sim_fb_touch(gpu, vf);
	sim_truth_event(gpu, now, busy ? SIM_EVENT_BUSY : SIM_EVENT_REST,
			SIM_FCN_VF(vf), 0, 0);
	if (sim_busy)
		sim_gpu_raise(gpu, GPUVF_IOV_INTR_BUSY_CHANGE);
}

/**
 * sim_gpu_update_vf() - something happened to a VF: bring it up to now, and
 * find out when something will happen to it by itself
 * @gpu: GPU
 * @vf: index of the VF
 * @now: now
 *
 * Context: gpu->lock.
 */
void sim_gpu_update_vf(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];

	sim_guest_advance(fcn, now);
	if (vf < sim_vfs_enabled(gpu))
		sim_driver_advance(gpu, vf, now);
	gpu_update_busy(gpu, vf, now);
	fcn->next_ns = SIM_NEVER;
	if (vf < sim_vfs_enabled(gpu))
		fcn->next_ns = max(now + 1,
				   min(sim_guest_next_change(fcn, now),
				       sim_driver_next(fcn)));
	if (fcn->next_ns == SIM_NEVER)
		gpu->alive &= ~BIT(vf);
	else
		gpu->alive |= BIT(vf);
}

/* a VF is not initialised before its BAR shows what it has */
static bool gpu_holds_command(const struct sim_gpu *gpu)
{
	return gpu->cmd.code == GPUVF_CMD_INIT_GPU && sim_ram_is_behind(gpu);
}

static u64 gpu_next_event(const struct sim_gpu *gpu)
{
	unsigned long alive = gpu->alive;
	u64 next = SIM_NEVER;
	unsigned int vf;

	if (gpu->cmd.busy && !gpu_holds_command(gpu))
		next = gpu->cmd.done_ns;
	if (gpu->scrub.status == GPUVF_SIM_SCRUB_ST_BUSY)
		next = min(next, gpu->scrub.done_ns);
	for_each_set_bit(vf, &alive, SIM_MAX_VFS)
		next = min(next, gpu->fcn[SIM_FCN_VF(vf)].next_ns);
	return next;
}

/* what happens by itself at one moment */
static void gpu_step(struct sim_gpu *gpu, u64 now)
{
	unsigned long alive;
	unsigned int vf;

	if (gpu->cmd.busy && gpu->cmd.done_ns <= now &&
	    !gpu_holds_command(gpu))
		sim_cmd_done(gpu);
	if (gpu->scrub.status == GPUVF_SIM_SCRUB_ST_BUSY &&
	    gpu->scrub.done_ns <= now)
		sim_scrub_done(gpu);
	alive = gpu->alive;
	for_each_set_bit(vf, &alive, SIM_MAX_VFS)
		if (gpu->fcn[SIM_FCN_VF(vf)].next_ns <= now)
			sim_gpu_update_vf(gpu, vf, now);
	gpu->next_ns = gpu_next_event(gpu);
}

/**
 * sim_gpu_advance() - bring the GPU up to now
 * @gpu: GPU
 *
 * Context: gpu->lock.
 * Return: now.
 */
u64 sim_gpu_advance(struct sim_gpu *gpu)
{
	u64 now = ktime_get_ns();

	while (gpu->next_ns <= now)
		gpu_step(gpu, gpu->next_ns);
	return now;
}

/**
 * sim_gpu_rearm() - let the timer fire when next something happens by itself
 * @gpu: GPU that was changed
 *
 * Context: gpu->lock.
 */
void sim_gpu_rearm(struct sim_gpu *gpu)
{
	gpu->next_ns = gpu_next_event(gpu);
	if (gpu->next_ns == gpu->armed_ns || gpu->next_ns == SIM_NEVER)
		return;
	gpu->armed_ns = gpu->next_ns;
	hrtimer_start(&gpu->timer, ns_to_ktime(gpu->armed_ns),
		      HRTIMER_MODE_ABS_HARD);
}

static enum hrtimer_restart gpu_timer(struct hrtimer *timer)
{
	struct sim_gpu *gpu = container_of(timer, struct sim_gpu, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&gpu->lock, flags);
	gpu->armed_ns = SIM_NEVER;
	sim_gpu_advance(gpu);
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	return HRTIMER_NORESTART;
}

static void gpu_fcn_reset(struct sim_gpu *gpu, struct sim_fcn *fcn, u64 now)
{
	sim_cmd_stop(gpu, fcn, now);
	sim_fb_end_tenancy(gpu, fcn);
	fcn->hung = false;
	fcn->work.backlog_ns = 0;
	memset(&fcn->port, 0, sizeof(fcn->port));
}

/**
 * sim_gpu_vf_reset() - a VF's own function level reset
 * @gpu: GPU, brought up to now
 * @vf: index of the VF
 * @now: now
 *
 * Its state, its mailbox and its slot of the context save area are gone; its
 * memory and its entry of the table are not.
 */
void sim_gpu_vf_reset(struct sim_gpu *gpu, unsigned int vf, u64 now)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];

	gpu->vf_resets++;
	fcn->vf_resets++;
	sim_truth_event(gpu, now, SIM_EVENT_FLR, SIM_FCN_VF(vf), 0, 0);
	sim_mbox_reset(fcn, true);
	fcn->flr_pending = sim_flr;
	fcn->flr_unseen = !sim_flr;
	if (!sim_fault_hits(&gpu->fault[SIM_F_FAIL_FLR])) {
		sim_cmd_abort(gpu, fcn, now);
		gpu_fcn_reset(gpu, fcn, now);
		sim_fb_scrub_context(gpu, SIM_FCN_VF(vf));
	}
	sim_driver_flr(fcn, now);
	sim_gpu_update_vf(gpu, vf, now);
	if (sim_flr)
		sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_VF_FLR);
	sim_fault_lose_register(gpu, vf);
}

/**
 * sim_gpu_vfs_off() - VF Enable was cleared or set again, or the GPU was reset
 * @gpu: GPU
 * @guests_go: VMs do not survive it, not even those with a driver that boots
 * @now: now
 */
void sim_gpu_vfs_off(struct sim_gpu *gpu, bool guests_go, u64 now)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++) {
		struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(i)];

		sim_cmd_abort(gpu, fcn, now);
		gpu_fcn_reset(gpu, fcn, now);
		fcn->flr_pending = false;
		fcn->flr_unseen = false;
		sim_mbox_reset(fcn, false);
		if (guests_go || !fcn->driver.boots)
			sim_guest_off(fcn, now);
		else
			sim_driver_flr(fcn, now);
		sim_gpu_update_vf(gpu, i, now);
	}
	gpu->vfs_decoded = 0;
}

/**
 * sim_gpu_reset() - back to power-on, but for the content of the framebuffer
 * @gpu: GPU, brought up to now
 * @now: now
 *
 * Truth is not reset.
 */
void sim_gpu_reset(struct sim_gpu *gpu, u64 now)
{
	unsigned int i;

	gpu->resets++;
	sim_truth_account(gpu, now);
	sim_truth_event(gpu, now, SIM_EVENT_RESET, SIM_FCN_PF, 0, 0);
	memset(&gpu->cmd, 0, sizeof(gpu->cmd));
	gpu->stuck = false;
	sim_gpu_vfs_off(gpu, false, now);
	gpu_fcn_reset(gpu, &gpu->fcn[SIM_FCN_PF], now);
	gpu->registers_of = SIM_NOBODY;
	/* a driver that knows of a reset disables interrupts first, if there are any */
	gpu->reset_unseen = !sim_generation->interrupts || gpu->intr_enable ||
			    gpu->sim_intr_enable;
	gpu->intr_enable = 0;
	gpu->intr_status = 0;
	gpu->sim_intr_enable = 0;
	gpu->sim_intr_status = 0;
	gpu->context = 0;
	gpu->consumed_mib = 0;
	gpu->layout_serial++;
	memset(gpu->table, 0, sizeof(gpu->table));
	sim_ram_changed(gpu);
	sim_ram_scrub(gpu, 0, 0);
	memset(&gpu->scrub, 0, sizeof(gpu->scrub));
	memset(&gpu->migrate, 0, sizeof(gpu->migrate));
	for (i = 0; i < sim_total_vfs; i++)
		memset(&gpu->fcn[SIM_FCN_VF(i)].mbox, 0,
		       sizeof(struct sim_mbox));
	if (sim_fault_hits(&gpu->fault[SIM_F_FAIL_RESET]))
		sim_cmd_stick(gpu, now);
}

/**
 * sim_gpu_init() - a GPU at power-on: its framebuffer holds anything
 * @gpu: GPU with its configuration spaces
 *
 * Return: 0, -ENOMEM.
 */
int sim_gpu_init(struct sim_gpu *gpu)
{
	unsigned int i;

	sim_hrtimer_setup(&gpu->timer, gpu_timer, CLOCK_MONOTONIC,
			  HRTIMER_MODE_ABS_HARD);
	gpu->armed_ns = SIM_NEVER;
	gpu->next_ns = SIM_NEVER;
	gpu->accounted_ns = ktime_get_ns();
	gpu->registers_of = SIM_NOBODY;
	gpu->fail_enable_from = -1;
	gpu->dead_from_vf = -1;
	gpu->fail_command.vf = -1;
	gpu->fb_serial = 1;
	gpu->layout_serial = 1;
	gpu->num_units = sim_fb_mib / (GPUVF_IOV_VF_FB_UNIT / SZ_1M);
	gpu->unit = vcalloc(gpu->num_units, sizeof(*gpu->unit));
	if (!gpu->unit)
		return -ENOMEM;
	for (i = 0; i < gpu->num_units; i++) {
		gpu->unit[i].writer = SIM_NOBODY;
		gpu->unit[i].reader = SIM_NOBODY;
	}
	for (i = 0; i < SIM_NUM_FCNS; i++) {
		gpu->fcn[i].context_dirty = true;
		gpu->fcn[i].next_ns = SIM_NEVER;
	}
	return sim_mem_init(gpu) ?: sim_ram_init(gpu) ?: sim_truth_init(gpu);
}

/**
 * sim_gpu_fini() - the last access is over
 * @gpu: GPU; may not have been initialised
 *
 * Context: may sleep.
 */
void sim_gpu_fini(struct sim_gpu *gpu)
{
	if (gpu->timer.function)
		hrtimer_cancel(&gpu->timer);
	sim_truth_fini(gpu);
	sim_ram_fini(gpu);
	sim_mem_fini(gpu);
	vfree(gpu->unit);
	gpu->unit = NULL;
}
