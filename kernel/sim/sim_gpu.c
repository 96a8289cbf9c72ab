// SPDX-License-Identifier: GPL-2.0
/*
 * The machine: command processor, clear engine, interrupts, and time.
 *
 * Everything that goes on by itself is a function of time: whoever looks at a
 * register first brings the GPU up to now (sim_gpu_advance()). The timer exists
 * for interrupts only.
 */

#include <linux/bitfield.h>
#include <linux/ktime.h>
#include <linux/vmalloc.h>

#include "sim.h"

#define SIM_NEVER	U64_MAX

/* IDLE, SAVE, LOAD, RUN, INIT take what the parameters say, SHUTDOWN little */
static u64 gpu_latency_ns(u8 code)
{
	return sim_latency_us[code] * (u64)NSEC_PER_USEC;
}

/* a function by its code in a command; NULL: there is none */
static struct sim_fcn *gpu_fcn(struct sim_gpu *gpu, u8 code)
{
	unsigned int vf = code & GPUVF_FCN_INDEX;

	if (code == GPUVF_FCN_PF)
		return &gpu->fcn[SIM_FCN_PF];
	if (!(code & GPUVF_FCN_IS_VF) || vf >= sim_vfs_enabled(gpu))
		return NULL;
	return &gpu->fcn[SIM_FCN_VF(vf)];
}

static bool gpu_is_on_engine(const struct sim_fcn *fcn)
{
	return fcn->state != SIM_SHUTDOWN && fcn->state != SIM_SAVE;
}

static bool gpu_engine_is_taken(struct sim_gpu *gpu, const struct sim_fcn *by)
{
	unsigned int i;

	for (i = 0; i <= sim_total_vfs; i++)
		if (&gpu->fcn[i] != by && gpu_is_on_engine(&gpu->fcn[i]))
			return true;
	return false;
}

static void gpu_raise(struct sim_gpu *gpu, u32 bits)
{
	gpu->intr_status |= bits;
	if (gpu->intr_enable & bits)
		sim_msi_post(gpu->pf, 0);
}

/**
 * sim_gpu_raise_sim() - an interrupt of the SIM capability
 * @gpu: GPU
 * @bits: GPUVF_SIM_INTR_*
 */
void sim_gpu_raise_sim(struct sim_gpu *gpu, u32 bits)
{
	gpu->sim_intr_status |= bits;
	if (gpu->sim_intr_enable & bits)
		sim_msi_post(gpu->pf, 0);
}

/* when its work will be done, or begin, is another question now */
static void gpu_guest_changed(struct sim_gpu *gpu, const struct sim_fcn *fcn)
{
	if (sim_guest_gets_work(fcn))
		gpu->guests_due_ns = 0;
}

static void gpu_stop_executing(struct sim_fcn *fcn, u64 now)
{
	u64 ns;

	if (!fcn->run_begin_ns)
		return;
	sim_guest_advance(fcn, now);
	ns = now > fcn->run_begin_ns ? now - fcn->run_begin_ns : 0;
	fcn->run_begin_ns = 0;
	fcn->run_ns += ns;
	fcn->slices++;
	fcn->longest_ns = max(fcn->longest_ns, ns);
	fcn->shortest_ns = fcn->slices == 1 ? ns : min(fcn->shortest_ns, ns);
}

static void gpu_start_executing(struct sim_gpu *gpu, struct sim_fcn *fcn,
				u64 now)
{
	sim_guest_advance(fcn, now);
	fcn->run_begin_ns = now;
	gpu_guest_changed(gpu, fcn);
	if (fcn != &gpu->fcn[SIM_FCN_PF] && sim_guest_is_busy(fcn))
		sim_fb_touch(gpu, fcn - &gpu->fcn[SIM_FCN_VF(0)]);
}

/* which state a function must be in for a command, and which it is in after */
static bool gpu_command_is_legal(struct sim_gpu *gpu, u8 code,
				 const struct sim_fcn *fcn)
{
	switch (code) {
	case GPUVF_CMD_INIT_GPU:
		return fcn->state == SIM_SHUTDOWN &&
		       !gpu_engine_is_taken(gpu, fcn);
	case GPUVF_CMD_LOAD_GPU_STATE:
		return fcn->state == SIM_SAVE && !gpu_engine_is_taken(gpu, fcn);
	case GPUVF_CMD_RUN_GPU:
		return fcn->state == SIM_INIT || fcn->state == SIM_LOAD;
	case GPUVF_CMD_IDLE_GPU:
	case GPUVF_CMD_CONTEXT_SWITCH:
		return fcn->state == SIM_RUN;
	case GPUVF_CMD_SAVE_GPU_STATE:
		return fcn->state == SIM_IDLE;
	case GPUVF_CMD_SHUTDOWN_GPU:
		return fcn->state == SIM_SAVE;
	default:
		return false;
	}
}

static bool gpu_command_is_known(u8 code)
{
	switch (code) {
	case GPUVF_CMD_IDLE_GPU:
	case GPUVF_CMD_SAVE_GPU_STATE:
	case GPUVF_CMD_LOAD_GPU_STATE:
	case GPUVF_CMD_RUN_GPU:
	case GPUVF_CMD_INIT_GPU:
	case GPUVF_CMD_SHUTDOWN_GPU:
		return true;
	case GPUVF_CMD_CONTEXT_SWITCH:
		return sim_oneshot;
	default:
		return false;
	}
}

static void gpu_command_over(struct sim_gpu *gpu, u8 status, u64 now)
{
	gpu->cmd.busy = false;
	gpu->cmd.status = status;
	sim_log_command(gpu, now);
	/* while a function executes, the next command is not late */
	gpu->cmd.ready_ns = gpu->cmd.code == GPUVF_CMD_RUN_GPU ||
			    gpu->cmd.code == GPUVF_CMD_CONTEXT_SWITCH ? 0 : now;
	gpu_raise(gpu, GPUVF_IOV_INTR_CMD_COMPLETE);
}

/* a command that came to its end at @now, as the hardware means it to */
static void gpu_command_effect(struct sim_gpu *gpu, u8 code,
			       struct sim_fcn *fcn, u64 now)
{
	switch (code) {
	case GPUVF_CMD_INIT_GPU:
		fcn->state = SIM_INIT;
		break;
	case GPUVF_CMD_LOAD_GPU_STATE:
		fcn->state = SIM_LOAD;
		break;
	case GPUVF_CMD_RUN_GPU:
		fcn->state = SIM_RUN;
		gpu_start_executing(gpu, fcn, now);
		break;
	case GPUVF_CMD_IDLE_GPU:
		fcn->state = SIM_IDLE;
		break;
	case GPUVF_CMD_SAVE_GPU_STATE:
		fcn->state = SIM_SAVE;
		fcn->context_dirty = true;
		fcn->charged_ns += now - fcn->turn_begin_ns;
		break;
	case GPUVF_CMD_SHUTDOWN_GPU:
		fcn->state = SIM_SHUTDOWN;
		fcn->tenant++;
		break;
	}
}

static void gpu_command_done(struct sim_gpu *gpu)
{
	struct sim_command *cmd = &gpu->cmd;
	struct sim_fcn *fcn = gpu_fcn(gpu, cmd->fcn);
	struct sim_fcn *next = gpu_fcn(gpu, cmd->next);
	u64 now = cmd->done_ns;

	if (fcn)
		fcn->command_ns[cmd->code] += now - cmd->begin_ns;
	if (cmd->fault == SIM_FAULT_HANG_CLEAR) {
		if (fcn)
			fcn->hung = true;
		gpu_command_over(gpu, GPUVF_STATUS_GFX_HANG, now);
		return;
	}
	if (cmd->code == GPUVF_CMD_CONTEXT_SWITCH && fcn && next) {
		gpu_command_effect(gpu, GPUVF_CMD_IDLE_GPU, fcn, now);
		gpu_command_effect(gpu, GPUVF_CMD_SAVE_GPU_STATE, fcn, now);
		gpu_command_effect(gpu, GPUVF_CMD_LOAD_GPU_STATE, next, now);
		gpu_command_effect(gpu, GPUVF_CMD_RUN_GPU, next, now);
	} else if (fcn) {
		gpu_command_effect(gpu, cmd->code, fcn, now);
	}
	gpu_command_over(gpu, GPUVF_STATUS_DONE, now);
}

static enum sim_fault gpu_take_fault(struct sim_gpu *gpu)
{
	if (!gpu->fail_command || --gpu->fail_command)
		return SIM_FAULT_NONE;
	gpu->injected++;
	return gpu->fail_kind;
}

static void gpu_count_gap(struct sim_gpu *gpu, u64 now)
{
	u64 gap;

	/* time with nothing to do is not lost */
	if (!gpu->cmd.ready_ns || !gpu->busy)
		return;
	gap = now - gpu->cmd.ready_ns;
	gpu->gap_ns += gap;
	gpu->gap_max_ns = max(gpu->gap_max_ns, gap);
	gpu->gaps++;
}

static void gpu_command_begin(struct sim_gpu *gpu, struct sim_fcn *fcn, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;
	unsigned int vf = cmd->fcn & GPUVF_FCN_INDEX;
	u64 latency = gpu_latency_ns(cmd->code);

	if (cmd->code == GPUVF_CMD_CONTEXT_SWITCH)
		latency = gpu_latency_ns(GPUVF_CMD_IDLE_GPU) +
			  gpu_latency_ns(GPUVF_CMD_SAVE_GPU_STATE) +
			  gpu_latency_ns(GPUVF_CMD_LOAD_GPU_STATE) +
			  gpu_latency_ns(GPUVF_CMD_RUN_GPU);
	if (cmd->fault == SIM_FAULT_SLOW)
		latency += gpu->fail_slow_ns;
	cmd->busy = true;
	cmd->status = GPUVF_STATUS_EXECUTING | cmd->code;
	cmd->done_ns = now + latency;
	if (cmd->fault == SIM_FAULT_HANG_STATUS ||
	    cmd->fault == SIM_FAULT_HANG_SILENT) {
		fcn->hung = true;
		cmd->done_ns = SIM_NEVER;
		if (cmd->fault == SIM_FAULT_HANG_SILENT)
			cmd->status = 0;
	}

	switch (cmd->code) {
	case GPUVF_CMD_INIT_GPU:
		fcn->epoch++;
		if (cmd->fcn & GPUVF_FCN_IS_VF)
			sim_mbox_check_start(gpu, vf);
		fallthrough;
	case GPUVF_CMD_LOAD_GPU_STATE:
		fcn->turn_begin_ns = now;
		if (cmd->fcn & GPUVF_FCN_IS_VF)
			sim_fb_check_start(gpu, vf,
					   cmd->code == GPUVF_CMD_INIT_GPU);
		break;
	case GPUVF_CMD_IDLE_GPU:
	case GPUVF_CMD_CONTEXT_SWITCH:
		gpu_stop_executing(fcn, now);
		gpu_guest_changed(gpu, fcn);
		break;
	}
}

/* the PF driver wrote the command register with EXECUTE set */
static void gpu_command(struct sim_gpu *gpu, u32 val, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;
	struct sim_fcn *fcn;

	gpu->commands++;
	if (cmd->busy) {
		gpu->busy_rejected++;
		gpu->illegal++;
		return;
	}
	gpu_count_gap(gpu, now);
	cmd->begin_ns = now;
	cmd->code = FIELD_GET(GPUVF_SCH_CMD_CODE, val);
	cmd->fcn = FIELD_GET(GPUVF_SCH_CMD_FCN, val);
	cmd->next = FIELD_GET(GPUVF_SCH_CMD_NXT_FCN, val);
	cmd->fault = gpu_take_fault(gpu);
	fcn = gpu_fcn(gpu, cmd->fcn);

	if (!fcn || !gpu_command_is_known(cmd->code)) {
		gpu->bad_function += !fcn;
		gpu->illegal++;
		gpu_command_over(gpu, GPUVF_STATUS_UNSUPPORTED, now);
	} else if (fcn->hung ||
		   (fcn->flr_pending && cmd->code != GPUVF_CMD_INIT_GPU)) {
		/* reset under the driver's hands: it could not know */
		gpu->flr_races += fcn->flr_pending;
		gpu_command_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else if (!gpu_command_is_legal(gpu, cmd->code, fcn)) {
		gpu->illegal++;
		gpu_command_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else if (cmd->fault == SIM_FAULT_ERROR) {
		gpu_command_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else {
		gpu_command_begin(gpu, fcn, now);
	}
}

static void gpu_clear_over(struct sim_gpu *gpu, u32 status)
{
	gpu->clear.status = status;
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_CLEAR_DONE);
}

static void gpu_clear_done(struct sim_gpu *gpu)
{
	struct sim_clear *clear = &gpu->clear;
	struct sim_fcn *fcn;

	gpu->clears++;
	if (clear->fail) {
		sim_fb_clear(gpu, clear->start, clear->count / 2);
		gpu_clear_over(gpu, GPUVF_SIM_CLEAR_ST_ERROR);
		return;
	}
	if (clear->context) {
		fcn = &gpu->fcn[SIM_FCN_VF(clear->start & GPUVF_FCN_INDEX)];
		fcn->context_dirty = false;
	} else {
		sim_fb_clear(gpu, clear->start, clear->count);
	}
	gpu_clear_over(gpu, GPUVF_SIM_CLEAR_ST_DONE);
}

static void gpu_clear_go(struct sim_gpu *gpu, u32 val, u64 now)
{
	struct sim_clear *clear = &gpu->clear;
	bool bad;

	if (val & GPUVF_SIM_CLEAR_ABORT) {
		if (clear->status == GPUVF_SIM_CLEAR_ST_BUSY)
			gpu_clear_over(gpu, GPUVF_SIM_CLEAR_ST_ABORTED);
		return;
	}
	if (!(val & GPUVF_SIM_CLEAR_GO) ||
	    clear->status == GPUVF_SIM_CLEAR_ST_BUSY)
		return;
	clear->context = val & GPUVF_SIM_CLEAR_CONTEXT;
	if (clear->context)
		bad = !(clear->start & GPUVF_FCN_IS_VF) ||
		      (clear->start & GPUVF_FCN_INDEX) >= sim_total_vfs;
	else
		bad = !clear->count || clear->count > gpu->num_granules ||
		      clear->start > gpu->num_granules - clear->count;
	if (bad) {
		gpu_clear_over(gpu, GPUVF_SIM_CLEAR_ST_BAD_RANGE);
		return;
	}
	if (!clear->context &&
	    sim_fb_range_is_live(gpu, clear->start, clear->count))
		gpu->violations[SIM_V_clear_live]++;
	clear->fail = gpu->fail_clear && !--gpu->fail_clear;
	gpu->injected += clear->fail;
	clear->status = GPUVF_SIM_CLEAR_ST_BUSY;
	clear->begin_ns = now;
	clear->done_ns = now + (clear->context ? 1 : clear->count) *
			       (u64)sim_clear_us * NSEC_PER_USEC;
}

static void gpu_update_busy(struct sim_gpu *gpu)
{
	u32 busy = 0;
	unsigned int i;

	for (i = 0; i < sim_vfs_enabled(gpu); i++)
		if (sim_guest_is_busy(&gpu->fcn[SIM_FCN_VF(i)]))
			busy |= BIT(i);
	if (busy != gpu->busy) {
		/* a command processor nobody wanted lost no time until now */
		if (!gpu->busy && !gpu->cmd.busy)
			gpu->cmd.ready_ns = ktime_get_ns();
		gpu->busy = busy;
		gpu_raise(gpu, GPUVF_IOV_INTR_BUSY_CHANGE);
	}
}

/* bring the guests up to now, and find out when to do so again */
static void gpu_advance_guests(struct sim_gpu *gpu, u64 now)
{
	u64 due = SIM_NEVER;
	struct sim_fcn *fcn;
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		sim_guest_advance(&gpu->fcn[SIM_FCN_VF(i)], now);
	gpu_update_busy(gpu);
	for (i = 0; i < sim_vfs_enabled(gpu); i++) {
		fcn = &gpu->fcn[SIM_FCN_VF(i)];
		due = min(due, sim_guest_next_change(fcn, now));
	}
	gpu->guests_due_ns = due;
}

/**
 * sim_gpu_advance() - bring the GPU up to now
 * @gpu: GPU
 *
 * What a register costs does not depend on the number of VFs: guests are looked
 * at when one of them changes.
 *
 * Context: gpu->lock.
 */
void sim_gpu_advance(struct sim_gpu *gpu)
{
	u64 now = ktime_get_ns();

	if (gpu->cmd.busy && gpu->cmd.done_ns <= now)
		gpu_command_done(gpu);
	if (gpu->clear.status == GPUVF_SIM_CLEAR_ST_BUSY &&
	    gpu->clear.done_ns <= now)
		gpu_clear_done(gpu);
	if (gpu->guests_due_ns <= now)
		gpu_advance_guests(gpu, now);
}

/**
 * sim_gpu_rearm() - let the timer fire when next something happens by itself
 * @gpu: GPU, brought up to now
 *
 * Context: gpu->lock.
 */
void sim_gpu_rearm(struct sim_gpu *gpu)
{
	u64 next;

	if (!gpu->guests_due_ns)
		gpu_advance_guests(gpu, ktime_get_ns());
	next = gpu->guests_due_ns;
	if (gpu->cmd.busy)
		next = min(next, gpu->cmd.done_ns);
	if (gpu->clear.status == GPUVF_SIM_CLEAR_ST_BUSY)
		next = min(next, gpu->clear.done_ns);
	if (next == SIM_NEVER ||
	    (hrtimer_is_queued(&gpu->timer) &&
	     hrtimer_get_expires(&gpu->timer) == ns_to_ktime(next)))
		return;
	hrtimer_start(&gpu->timer, ns_to_ktime(next), HRTIMER_MODE_ABS_HARD);
}

static enum hrtimer_restart gpu_timer(struct hrtimer *timer)
{
	struct sim_gpu *gpu = container_of(timer, struct sim_gpu, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&gpu->lock, flags);
	sim_gpu_advance(gpu);
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	return HRTIMER_NORESTART;
}

static void gpu_fcn_reset(struct sim_fcn *fcn, u64 now)
{
	fcn->tenant++;
	gpu_stop_executing(fcn, now);
	fcn->state = SIM_SHUTDOWN;
	fcn->hung = false;
	fcn->backlog_ns = 0;
}

/**
 * sim_gpu_vf_reset() - a VF's own function level reset
 * @gpu: GPU, brought up to now
 * @vf: index of the VF
 *
 * Its state, its mailbox and its slot of the context save area are gone; its
 * memory and its entry of the table are not.
 */
void sim_gpu_vf_reset(struct sim_gpu *gpu, unsigned int vf)
{
	struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(vf)];
	u64 now = ktime_get_ns();

	gpu->vf_resets++;
	gpu_fcn_reset(fcn, now);
	gpu->guests_due_ns = 0;
	sim_mbox_clear(fcn);
	fcn->mbox.intr_enable = 0;
	fcn->context_dirty = false;
	fcn->flr_pending = true;
	if (gpu->cmd.busy && gpu->cmd.fcn == GPUVF_FCN_VF(vf))
		gpu_command_over(gpu, GPUVF_STATUS_ABORTED, now);
	sim_gpu_raise_sim(gpu, GPUVF_SIM_INTR_VF_FLR);
}

/**
 * sim_gpu_vfs_off() - VF Enable was cleared, or set anew
 * @gpu: GPU
 */
void sim_gpu_vfs_off(struct sim_gpu *gpu)
{
	u64 now = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++) {
		struct sim_fcn *fcn = &gpu->fcn[SIM_FCN_VF(i)];

		gpu_fcn_reset(fcn, now);
		fcn->flr_pending = false;
		fcn->mbox.intr_enable = 0;
		fcn->guest = SIM_GUEST_OFF;
	}
	gpu->busy = 0;
	gpu->guests_due_ns = 0;
}

/**
 * sim_gpu_reset() - back to power-on, but for the content of the framebuffer
 * @gpu: GPU
 *
 * Truth is not reset.
 */
void sim_gpu_reset(struct sim_gpu *gpu)
{
	unsigned int i;

	gpu->resets++;
	sim_gpu_vfs_off(gpu);
	gpu_fcn_reset(&gpu->fcn[SIM_FCN_PF], ktime_get_ns());
	gpu->intr_enable = 0;
	gpu->intr_status = 0;
	gpu->sim_intr_enable = 0;
	gpu->sim_intr_status = 0;
	gpu->context = 0;
	gpu->consumed_mib = 0;
	memset(gpu->table, 0, sizeof(gpu->table));
	memset(&gpu->cmd, 0, sizeof(gpu->cmd));
	memset(&gpu->clear, 0, sizeof(gpu->clear));
	for (i = 0; i < sim_total_vfs; i++)
		memset(&gpu->fcn[SIM_FCN_VF(i)].mbox, 0,
		       sizeof(struct sim_mbox));
}

static void gpu_poke(struct sim_gpu *gpu, unsigned int where, u32 val)
{
	memcpy(gpu->pf->cfg + where, &val, sizeof(val));
}

static u32 gpu_active_function(struct sim_gpu *gpu, u32 *status)
{
	static const u8 states[] = {
		[SIM_INIT] = GPUVF_ACTIVE_LOAD,
		[SIM_LOAD] = GPUVF_ACTIVE_LOAD,
		[SIM_RUN] = GPUVF_ACTIVE_ACTIVE,
		[SIM_IDLE] = GPUVF_ACTIVE_IDLING,
	};
	unsigned int i;

	*status = GPUVF_ACTIVE_IDLE;
	for (i = 0; i <= sim_total_vfs; i++) {
		if (!gpu_is_on_engine(&gpu->fcn[i]))
			continue;
		*status = states[gpu->fcn[i].state];
		return i == SIM_FCN_PF ? 0 : BIT(31) | (i - 1);
	}
	return 0;
}

static u32 gpu_flr_pending(struct sim_gpu *gpu)
{
	u32 pending = 0;
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		if (gpu->fcn[SIM_FCN_VF(i)].flr_pending)
			pending |= BIT(i);
	return pending;
}

static u32 gpu_clear_progress(struct sim_gpu *gpu)
{
	const struct sim_clear *clear = &gpu->clear;
	u64 now = ktime_get_ns();

	if (clear->status == GPUVF_SIM_CLEAR_ST_DONE)
		return clear->count;
	if (clear->status != GPUVF_SIM_CLEAR_ST_BUSY || !sim_clear_us)
		return 0;
	return div_u64(now - clear->begin_ns, sim_clear_us * NSEC_PER_USEC);
}

/**
 * sim_gpu_read() - a register that lives is about to be read
 * @gpu: GPU, brought up to now
 * @where: offset in the PF's configuration space
 */
void sim_gpu_read(struct sim_gpu *gpu, unsigned int where)
{
	const struct sim_command *cmd = &gpu->cmd;
	u32 status, active;

	where &= ~3U;
	switch (where) {
	case SIM_ECAP_IOV + GPUVF_IOV_SRIOV_SHADOW:
		gpu_poke(gpu, where, sim_vfs_enabled(gpu) ?
			 1 | sim_vfs_enabled(gpu) << 16 : 0);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_INTR_ENABLE:
		gpu_poke(gpu, where, gpu->intr_enable);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_INTR_STATUS:
		gpu_poke(gpu, where, gpu->intr_status);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_CNTXT:
		gpu_poke(gpu, where, gpu->context);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_FB_AVAILABLE:
		gpu_poke(gpu, where, sim_fb_mib | gpu->consumed_mib << 16);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_VF_FB(0) ...
	     SIM_ECAP_IOV + GPUVF_IOV_VF_FB(SIM_MAX_VFS - 1):
		gpu_poke(gpu, where, gpu->table[(where - SIM_ECAP_IOV -
						 GPUVF_IOV_VF_FB(0)) / 4]);
		break;
	case SIM_SCH + GPUVF_SCH_CMD:
		gpu_poke(gpu, where, cmd->code |
			 (cmd->busy ? GPUVF_SCH_CMD_EXECUTE : 0) |
			 cmd->fcn << 8 | cmd->next << 16);
		break;
	case SIM_SCH + GPUVF_SCH_CMD_STATUS:
		gpu_poke(gpu, where, cmd->status);
		break;
	case SIM_SCH + GPUVF_SCH_VM_BUSY:
		gpu_poke(gpu, where, gpu->busy);
		break;
	case SIM_SCH + GPUVF_SCH_ACTIVE_FCN_ID:
		active = gpu_active_function(gpu, &status);
		gpu_poke(gpu, where, active | status << 16);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_INTR_ENABLE:
		gpu_poke(gpu, where, gpu->sim_intr_enable);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_INTR_STATUS:
		gpu_poke(gpu, where, gpu->sim_intr_status);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_VF_FLR:
		gpu_poke(gpu, where, gpu_flr_pending(gpu));
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_START:
		gpu_poke(gpu, where, gpu->clear.start);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_COUNT:
		gpu_poke(gpu, where, gpu->clear.count);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_CONTROL:
		gpu_poke(gpu, where,
			 gpu->clear.status == GPUVF_SIM_CLEAR_ST_BUSY);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_STATUS:
		gpu_poke(gpu, where, gpu->clear.status);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_PROGRESS:
		gpu_poke(gpu, where, gpu_clear_progress(gpu));
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_MBOX_TX ...
	     SIM_ECAP_SIM + GPUVF_SIM_MBOX_RX(SIM_MAX_VFS - 1):
		if (sim_mailbox)
			gpu_poke(gpu, where,
				 sim_mbox_pf_read(gpu, where - SIM_ECAP_SIM));
		break;
	}
}

static void gpu_write_intr_enable(struct sim_gpu *gpu, u32 val)
{
	gpu->intr_enable = val & GPUVF_IOV_INTR_ALL;
	if (gpu->intr_status & gpu->intr_enable)
		sim_msi_post(gpu->pf, 0);
}

static void gpu_write_sim_intr_enable(struct sim_gpu *gpu, u32 val)
{
	gpu->sim_intr_enable = val & GPUVF_SIM_INTR_ALL;
	if (gpu->sim_intr_status & gpu->sim_intr_enable)
		sim_msi_post(gpu->pf, 0);
}

static void gpu_write_flr(struct sim_gpu *gpu, u32 val)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		if (val & BIT(i))
			gpu->fcn[SIM_FCN_VF(i)].flr_pending = false;
}

/**
 * sim_gpu_write() - a register of the machine is written
 * @gpu: GPU, brought up to now
 * @where: offset in the PF's configuration space
 * @size: bytes
 * @val: what is written
 *
 * Return: true when the write was for the machine; false: plain configuration
 * space.
 */
bool sim_gpu_write(struct sim_gpu *gpu, unsigned int where, unsigned int size,
		   u32 val)
{
	if (where < SIM_ECAP_IOV ||
	    where >= SIM_ECAP_SIM + GPUVF_SIM_VSEC_LENGTH)
		return false;
	if (where == SIM_ECAP_IOV + GPUVF_IOV_FB_CONSUMED && size == 2) {
		gpu->consumed_mib = val;
		return true;
	}
	/* every other register takes whole dwords only */
	if (size != 4)
		return true;

	switch (where) {
	case SIM_ECAP_IOV + GPUVF_IOV_INTR_ENABLE:
		gpu_write_intr_enable(gpu, val);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_INTR_STATUS:
		gpu->intr_status &= ~val;
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_CNTXT:
		gpu->context = val & (GPUVF_IOV_CNTXT_SIZE |
				      GPUVF_IOV_CNTXT_LOC_SYSMEM |
				      GPUVF_IOV_CNTXT_OFFSET);
		break;
	case SIM_ECAP_IOV + GPUVF_IOV_VF_FB(0) ...
	     SIM_ECAP_IOV + GPUVF_IOV_VF_FB(SIM_MAX_VFS - 1):
		sim_fb_set_table(gpu, (where - SIM_ECAP_IOV -
				       GPUVF_IOV_VF_FB(0)) / 4, val);
		break;
	case SIM_SCH + GPUVF_SCH_CMD:
		if (val & GPUVF_SCH_CMD_EXECUTE)
			gpu_command(gpu, val, ktime_get_ns());
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_INTR_ENABLE:
		gpu_write_sim_intr_enable(gpu, val);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_INTR_STATUS:
		gpu->sim_intr_status &= ~val;
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_VF_FLR:
		gpu_write_flr(gpu, val);
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_START:
		gpu->clear.start = val;
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_COUNT:
		gpu->clear.count = val;
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_CLEAR_CONTROL:
		gpu_clear_go(gpu, val, ktime_get_ns());
		break;
	case SIM_ECAP_SIM + GPUVF_SIM_MBOX_TX ...
	     SIM_ECAP_SIM + GPUVF_SIM_MBOX_RX(SIM_MAX_VFS - 1):
		if (sim_mailbox)
			sim_mbox_pf_write(gpu, where - SIM_ECAP_SIM, val);
		break;
	}
	return true;
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

	hrtimer_init(&gpu->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	gpu->timer.function = gpu_timer;
	gpu->fail_enable = -1;
	gpu->dead_from_vf = -1;
	gpu->num_granules = sim_fb_mib / (GPUVF_IOV_VF_FB_UNIT / SZ_1M);
	gpu->granule = vcalloc(gpu->num_granules, sizeof(*gpu->granule));
	if (!gpu->granule)
		return -ENOMEM;
	for (i = 0; i < gpu->num_granules; i++)
		gpu->granule[i].writer = SIM_WRITER_UNKNOWN;
	for (i = 0; i < SIM_NUM_FCNS; i++)
		gpu->fcn[i].context_dirty = true;
	return sim_log_init(gpu);
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
	vfree(gpu->granule);
	gpu->granule = NULL;
	sim_log_fini(gpu);
}
