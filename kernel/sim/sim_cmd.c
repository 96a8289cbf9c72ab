// SPDX-License-Identifier: GPL-2.0
/*
 * The command processor: who may do what when, and how long it takes.
 *
 *	SHUTDOWN ─INIT─► init ─RUN─► run ─IDLE─► idle ─SAVE─► save ─SHUTDOWN─►
 *	                  load ─RUN─►                          │
 *	                    ▲──────────────LOAD────────────────┘
 *
 * One function at a time is between INIT or LOAD and SAVE: "on the engine". Without
 * the command SHUTDOWN a VF's FLR does its work, and the PF's INIT is legal after SAVE.
 * CONTEXT_SWITCH is IDLE and SAVE of one, LOAD and RUN of another or the same.
 */

#include <linux/bitfield.h>
#include <linux/ktime.h>

#include "sim.h"

static const u8 cmd_switch_steps[] = {
	GPUVF_CMD_IDLE_GPU, GPUVF_CMD_SAVE_GPU_STATE,
	GPUVF_CMD_LOAD_GPU_STATE, GPUVF_CMD_RUN_GPU,
};

/* a function by its code in a command; NULL: there is none */
static struct sim_fcn *cmd_fcn(struct sim_gpu *gpu, u8 code)
{
	unsigned int vf = code & sim_generation->fcn_index;

	if (code == GPUVF_FCN_PF)
		return &gpu->fcn[SIM_FCN_PF];
	if ((code & ~sim_generation->fcn_index) != GPUVF_FCN_IS_VF ||
	    vf >= sim_vfs_enabled(gpu))
		return NULL;
	return &gpu->fcn[SIM_FCN_VF(vf)];
}

static u32 cmd_bit(const struct sim_gpu *gpu, const struct sim_fcn *fcn)
{
	return BIT(fcn - gpu->fcn);
}

static bool cmd_is_vf(const struct sim_gpu *gpu, const struct sim_fcn *fcn)
{
	return fcn != &gpu->fcn[SIM_FCN_PF];
}

static void cmd_set_state(struct sim_gpu *gpu, struct sim_fcn *fcn,
			  enum sim_fcn_state state)
{
	fcn->state = state;
	if (state == SIM_SHUTDOWN || state == SIM_SAVE)
		gpu->engine &= ~cmd_bit(gpu, fcn);
	else
		gpu->engine |= cmd_bit(gpu, fcn);
}

static u64 cmd_latency_ns(const struct sim_fcn *fcn, u8 code)
{
	return (fcn->own_latency & BIT(code) ? fcn->latency_us[code] :
					       sim_latency_us[code]) *
	       (u64)NSEC_PER_USEC;
}

/*
 * Executing
 */

static void cmd_count_slice(struct sim_gpu *gpu, struct sim_fcn *fcn, u64 ns)
{
	fcn->run_ns += ns;
	fcn->slices++;
	fcn->longest_ns = max(fcn->longest_ns, ns);
	fcn->shortest_ns = fcn->slices == 1 ? ns : min(fcn->shortest_ns, ns);
	if (!fcn->slice_ns)
		return;
	ns = ns > fcn->slice_ns ? ns - fcn->slice_ns : 0;
	fcn->late += ns > 0;
	fcn->late_ns += ns;
	fcn->late_max_ns = max(fcn->late_max_ns, ns);
	sim_truth_hist(gpu->late_hist, ns);
}

static void cmd_stop_executing(struct sim_gpu *gpu, struct sim_fcn *fcn,
			       u64 now)
{
	if (!fcn->run_begin_ns)
		return;
	sim_guest_advance(fcn, now);
	sim_truth_account(gpu, now);
	cmd_count_slice(gpu, fcn, now - fcn->run_begin_ns);
	fcn->run_begin_ns = 0;
	gpu->running &= ~cmd_bit(gpu, fcn);
	if (!cmd_is_vf(gpu, fcn))
		return;
	if (sim_guest_is_busy(fcn))
		fcn->wait_begin_ns = now;
	sim_gpu_update_vf(gpu, sim_vf_index(gpu, fcn), now);
}

static void cmd_start_executing(struct sim_gpu *gpu, struct sim_fcn *fcn,
				u64 now)
{
	u64 wait;

	sim_guest_advance(fcn, now);
	sim_truth_account(gpu, now);
	fcn->run_begin_ns = now;
	gpu->running |= cmd_bit(gpu, fcn);
	if (!cmd_is_vf(gpu, fcn))
		return;
	if (fcn->wait_begin_ns) {
		wait = now - fcn->wait_begin_ns;
		fcn->wait_begin_ns = 0;
		fcn->waits++;
		fcn->wait_ns += wait;
		fcn->longest_wait_ns = max(fcn->longest_wait_ns, wait);
	}
	if (sim_guest_is_busy(fcn))
		sim_fb_touch(gpu, sim_vf_index(gpu, fcn));
	sim_gpu_update_vf(gpu, sim_vf_index(gpu, fcn), now);
}

/**
 * sim_cmd_stop() - a function loses its state
 * @gpu: GPU
 * @fcn: the function
 * @now: now
 */
void sim_cmd_stop(struct sim_gpu *gpu, struct sim_fcn *fcn, u64 now)
{
	cmd_stop_executing(gpu, fcn, now);
	cmd_set_state(gpu, fcn, SIM_SHUTDOWN);
	if (!gpu->running && !gpu->cmd.busy && !gpu->cmd.ready_ns)
		gpu->cmd.ready_ns = now;
}

/*
 * Commands
 */

static bool cmd_is_known(u8 code)
{
	switch (code) {
	case GPUVF_CMD_IDLE_GPU:
	case GPUVF_CMD_SAVE_GPU_STATE:
	case GPUVF_CMD_LOAD_GPU_STATE:
	case GPUVF_CMD_RUN_GPU:
	case GPUVF_CMD_INIT_GPU:
		return true;
	case GPUVF_CMD_SHUTDOWN_GPU:
		return sim_shutdown;
	case GPUVF_CMD_CONTEXT_SWITCH:
		return sim_oneshot;
	case GPUVF_CMD_SAVE_RLCV_STATE:
	case GPUVF_CMD_LOAD_RLCV_STATE:
		return sim_generation_has(code);
	default:
		return false;
	}
}

/* which state a function must be in for a command */
static bool cmd_is_legal(const struct sim_gpu *gpu, u8 code,
			 const struct sim_fcn *fcn, const struct sim_fcn *next)
{
	u32 others = gpu->engine & ~cmd_bit(gpu, fcn);

	switch (code) {
	case GPUVF_CMD_INIT_GPU:
		return (fcn->state == SIM_SHUTDOWN ||
			(sim_generation->init_by_pf && !cmd_is_vf(gpu, fcn) &&
			 fcn->state == SIM_SAVE)) && !others;
	case GPUVF_CMD_LOAD_GPU_STATE:
		return fcn->state == SIM_SAVE && !others;
	case GPUVF_CMD_RUN_GPU:
		return fcn->state == SIM_INIT || fcn->state == SIM_LOAD;
	case GPUVF_CMD_IDLE_GPU:
		return fcn->state == SIM_RUN;
	case GPUVF_CMD_CONTEXT_SWITCH:
		/* alone, a function is switched to itself */
		return fcn->state == SIM_RUN && !others &&
		       (next == fcn || next->state == SIM_SAVE);
	case GPUVF_CMD_SAVE_GPU_STATE:
		return fcn->state == SIM_IDLE;
	case GPUVF_CMD_SHUTDOWN_GPU:
		return fcn->state == SIM_SAVE;
	case GPUVF_CMD_SAVE_RLCV_STATE:
	case GPUVF_CMD_LOAD_RLCV_STATE:
		return true;
	default:
		return false;
	}
}

/* v1 has no other way to find out whether a VF has the engine */
static bool cmd_is_probe(const struct sim_gpu *gpu, const struct sim_fcn *fcn)
{
	return sim_generation->init_by_pf && !cmd_is_vf(gpu, fcn) &&
	       gpu->cmd.code == GPUVF_CMD_LOAD_GPU_STATE &&
	       fcn->state == SIM_SAVE;
}

/* a function hangs on the engine: nothing can be done until it is reset */
static bool cmd_engine_hangs(const struct sim_gpu *gpu)
{
	return gpu->engine && gpu->fcn[__ffs(gpu->engine)].hung;
}

static void cmd_over(struct sim_gpu *gpu, u8 status, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;

	sim_truth_account(gpu, now);
	cmd->busy = false;
	cmd->status = status;
	/* while a function executes, the next command is not late */
	cmd->ready_ns = gpu->running ? 0 : now;
	sim_truth_event(gpu, now, SIM_EVENT_DONE, cmd->fcn & GPUVF_FCN_IS_VF ?
			SIM_FCN_VF(cmd->fcn & sim_generation->fcn_index) :
			SIM_FCN_PF,
			cmd->code, status);
	sim_gpu_raise(gpu, GPUVF_IOV_INTR_CMD_COMPLETE);
}

/* one step that came to its end at @now, as the hardware means it to */
static void cmd_effect(struct sim_gpu *gpu, u8 code, struct sim_fcn *fcn,
		       u64 begin, u64 now)
{
	fcn->command_ns[code] += now - begin;
	switch (code) {
	case GPUVF_CMD_INIT_GPU:
		cmd_set_state(gpu, fcn, SIM_INIT);
		gpu->registers_of = fcn - gpu->fcn;
		break;
	case GPUVF_CMD_LOAD_GPU_STATE:
		cmd_set_state(gpu, fcn, SIM_LOAD);
		gpu->registers_of = gpu->pf_context_lost &&
				    !cmd_is_vf(gpu, fcn) ?
				    SIM_NOBODY : fcn - gpu->fcn;
		break;
	case GPUVF_CMD_RUN_GPU:
		cmd_set_state(gpu, fcn, SIM_RUN);
		cmd_start_executing(gpu, fcn, now);
		break;
	case GPUVF_CMD_IDLE_GPU:
		cmd_set_state(gpu, fcn, SIM_IDLE);
		break;
	case GPUVF_CMD_SAVE_GPU_STATE:
		cmd_set_state(gpu, fcn, SIM_SAVE);
		sim_fb_save(gpu, fcn - gpu->fcn);
		fcn->accounted_ns += now - fcn->turn_begin_ns;
		break;
	case GPUVF_CMD_SHUTDOWN_GPU:
		cmd_set_state(gpu, fcn, SIM_SHUTDOWN);
		sim_fb_end_tenancy(gpu, fcn);
		break;
	}
}

/* the same as of four commands, each at its time */
static void cmd_switch_done(struct sim_gpu *gpu, struct sim_fcn *fcn,
			    struct sim_fcn *next)
{
	struct sim_command *cmd = &gpu->cmd;
	u64 begin = cmd->begin_ns;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmd_switch_steps); i++) {
		if (cmd_switch_steps[i] == GPUVF_CMD_LOAD_GPU_STATE)
			next->turn_begin_ns = begin;
		cmd_effect(gpu, cmd_switch_steps[i], i < 2 ? fcn : next, begin,
			   cmd->end_ns[i]);
		begin = cmd->end_ns[i];
	}
	gpu->switches++;
}

/* the command ends in a hang, and says so */
static bool cmd_reports_hang(const struct sim_command *cmd)
{
	return cmd->failure == SIM_FAIL_HANG_SCRUB ||
	       cmd->failure == SIM_FAIL_HANG_SDMA;
}

/**
 * sim_cmd_done() - the command that executes has come to its end
 * @gpu: GPU
 *
 * When that was, the command knows.
 *
 * Context: gpu->lock.
 */
void sim_cmd_done(struct sim_gpu *gpu)
{
	struct sim_command *cmd = &gpu->cmd;
	struct sim_fcn *fcn = cmd_fcn(gpu, cmd->fcn);
	struct sim_fcn *next = cmd_fcn(gpu, cmd->next);
	u64 now = cmd->done_ns;

	if (cmd->irq)
		sim_gpu_raise(gpu, cmd_reports_hang(cmd) ?
				   GPUVF_IOV_INTR_HANG_NEEDS_FLR :
				   GPUVF_IOV_INTR_HANG_RECOVERED);
	if (cmd_reports_hang(cmd)) {
		fcn->command_ns[cmd->code] += now - cmd->begin_ns;
		fcn->hung = true;
		cmd_over(gpu, cmd->failure == SIM_FAIL_HANG_SDMA ?
			      GPUVF_STATUS_SDMA_HANG : GPUVF_STATUS_GFX_HANG,
			 now);
		return;
	}
	if (cmd->code == GPUVF_CMD_CONTEXT_SWITCH)
		cmd_switch_done(gpu, fcn, next);
	else
		cmd_effect(gpu, cmd->code, fcn, cmd->begin_ns, now);
	cmd_over(gpu, GPUVF_STATUS_DONE, now);
	/* as if by its user, before anybody has seen that the command is over */
	if (cmd->failure == SIM_FAIL_FLR && cmd_is_vf(gpu, fcn))
		sim_gpu_vf_reset(gpu, sim_vf_index(gpu, fcn), now);
}

static u64 cmd_count_gap(struct sim_gpu *gpu, u64 now)
{
	u64 gap;

	/* time with nothing to do is not lost */
	if (!gpu->cmd.ready_ns || !gpu->busy)
		return 0;
	gap = now - gpu->cmd.ready_ns;
	gpu->gap_ns += gap;
	gpu->gap_max_ns = max(gpu->gap_max_ns, gap);
	gpu->gaps++;
	sim_truth_hist(gpu->gap_hist, gap);
	return gap;
}

/* when each step of the command will be over */
static void cmd_plan(struct sim_gpu *gpu, const struct sim_fcn *fcn,
		     const struct sim_fcn *next)
{
	struct sim_command *cmd = &gpu->cmd;
	bool whole = cmd->code == GPUVF_CMD_CONTEXT_SWITCH;
	unsigned int i, steps = whole ? ARRAY_SIZE(cmd_switch_steps) : 1;
	u8 first = whole ? cmd_switch_steps[0] : cmd->code;
	u64 t = cmd->begin_ns;

	if (cmd->failure == SIM_FAIL_SLOW)
		t += gpu->fail_command.slow_ns;
	if (first == GPUVF_CMD_IDLE_GPU && sim_guest_is_there(fcn))
		t += fcn->work.hog_ns;
	for (i = 0; i < steps; i++) {
		t += cmd_latency_ns(i < 2 ? fcn : next,
				    whole ? cmd_switch_steps[i] : cmd->code);
		cmd->end_ns[i] = t;
	}
	cmd->done_ns = t;
	if (cmd->failure == SIM_FAIL_HANG_STATUS ||
	    cmd->failure == SIM_FAIL_HANG_SILENT ||
	    (first == GPUVF_CMD_IDLE_GPU && fcn->work.hog &&
	     sim_guest_is_there(fcn)))
		cmd->done_ns = SIM_NEVER;
}

/* a VF is about to get its state, of which nothing may be a former tenant's */
static void cmd_check_init(struct sim_gpu *gpu, struct sim_fcn *fcn)
{
	sim_mbox_check_start(gpu, sim_vf_index(gpu, fcn));
	if (sim_generation->init_by_pf && gpu->registers_of != SIM_FCN_PF)
		gpu->violations[SIM_V_LEFTOVER_REGISTERS]++;
}

static void cmd_begin(struct sim_gpu *gpu, struct sim_fcn *fcn,
		      struct sim_fcn *next, u64 gap, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;
	bool init = cmd->code == GPUVF_CMD_INIT_GPU;

	sim_truth_account(gpu, now);
	sim_truth_event(gpu, now, SIM_EVENT_BEGIN, fcn - gpu->fcn, cmd->code,
			gap);
	cmd->busy = true;
	cmd->status = sim_generation->executing[cmd->code] ?:
		      GPUVF_STATUS_EXECUTING | cmd->code;
	cmd_plan(gpu, fcn, next);
	if (cmd->failure == SIM_FAIL_HANG_STATUS)
		fcn->hung = true;
	if (cmd->failure == SIM_FAIL_HANG_SILENT) {
		fcn->hung = true;
		cmd->status = 0;
	}
	if (cmd->irq && fcn->hung)
		sim_gpu_raise(gpu, GPUVF_IOV_INTR_HANG_NEEDS_FLR);

	switch (cmd->code) {
	case GPUVF_CMD_INIT_GPU:
	case GPUVF_CMD_LOAD_GPU_STATE:
		fcn->turn_begin_ns = now;
		fcn->epoch += init;
		if (init) {
			fcn->touched_serial = 0;
			fcn->flr_unseen = false;
			fcn->saves = 0;
		}
		if (cmd_is_vf(gpu, fcn))
			sim_fb_check_start(gpu, sim_vf_index(gpu, fcn), init);
		if (init && cmd_is_vf(gpu, fcn))
			cmd_check_init(gpu, fcn);
		break;
	case GPUVF_CMD_CONTEXT_SWITCH:
		if (cmd_is_vf(gpu, next))
			sim_fb_check_start(gpu, sim_vf_index(gpu, next), false);
		fallthrough;
	case GPUVF_CMD_IDLE_GPU:
		cmd_stop_executing(gpu, fcn, now);
		break;
	}
}

/* VFs are gone after a reset of the GPU, of which the driver may not know yet */
static void cmd_count_unsupported(struct sim_gpu *gpu, bool bad_function)
{
	if (bad_function && gpu->reset_unseen) {
		gpu->flr_races++;
		return;
	}
	gpu->bad_function += bad_function;
	gpu->illegal++;
}

/**
 * sim_cmd_write() - the PF driver wrote the command register with EXECUTE set
 * @gpu: GPU, brought up to now
 * @val: what it wrote
 * @now: now
 *
 * Context: gpu->lock.
 */
void sim_cmd_write(struct sim_gpu *gpu, u32 val, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;
	struct sim_fcn *fcn, *next;
	u64 gap;

	gpu->commands++;
	if (cmd->busy) {
		gpu->busy_rejected++;
		gpu->illegal++;
		return;
	}
	gap = cmd_count_gap(gpu, now);
	cmd->begin_ns = now;
	cmd->code = FIELD_GET(GPUVF_SCH_CMD_CODE, val);
	cmd->fcn = FIELD_GET(GPUVF_SCH_CMD_FCN, val);
	cmd->next = FIELD_GET(GPUVF_SCH_CMD_NXT_FCN, val);
	cmd->irq = false;
	cmd->failure = sim_fault_of_command(gpu);
	fcn = cmd_fcn(gpu, cmd->fcn);
	/* only one command looks at it */
	next = cmd->code == GPUVF_CMD_CONTEXT_SWITCH ? cmd_fcn(gpu, cmd->next) :
						       fcn;

	if (!fcn || !next || !cmd_is_known(cmd->code)) {
		cmd_count_unsupported(gpu, !fcn || !next);
		cmd_over(gpu, GPUVF_STATUS_UNSUPPORTED, now);
	} else if (fcn->hung || next->hung || cmd_engine_hangs(gpu) ||
		   fcn->flr_pending || next->flr_pending) {
		/* reset under the driver's hands: it could not know */
		gpu->flr_races += fcn->flr_pending || next->flr_pending;
		cmd_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else if (!cmd_is_legal(gpu, cmd->code, fcn, next)) {
		/* without a notice the driver learns of an FLR only here */
		if (fcn->flr_unseen || next->flr_unseen)
			gpu->flr_races++;
		else if (cmd_is_probe(gpu, fcn))
			gpu->probes++;
		else
			gpu->illegal++;
		cmd_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else if (cmd->failure == SIM_FAIL_ERROR) {
		cmd_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else {
		cmd_begin(gpu, fcn, next, gap, now);
	}
}

/**
 * sim_cmd_abort() - a function is reset: a command about it comes to nothing
 * @gpu: GPU
 * @fcn: the function
 * @now: now
 *
 * When it is the second one of CONTEXT_SWITCH, the first one is saved first.
 */
void sim_cmd_abort(struct sim_gpu *gpu, const struct sim_fcn *fcn, u64 now)
{
	struct sim_command *cmd = &gpu->cmd;
	struct sim_fcn *first;

	if (!cmd->busy || gpu->stuck)
		return;
	first = &gpu->fcn[cmd->fcn & GPUVF_FCN_IS_VF ?
			  SIM_FCN_VF(cmd->fcn & GPUVF_FCN_INDEX) : SIM_FCN_PF];
	if (first == fcn) {
		cmd_over(gpu, GPUVF_STATUS_ABORTED, now);
	} else if (cmd->code == GPUVF_CMD_CONTEXT_SWITCH &&
		   cmd->next == GPUVF_FCN_VF(sim_vf_index(gpu, fcn))) {
		cmd_effect(gpu, GPUVF_CMD_SAVE_GPU_STATE, first, cmd->begin_ns,
			   now);
		cmd_over(gpu, GPUVF_STATUS_ABORTED, now);
	}
}

/**
 * sim_cmd_stick() - the command processor does not come back from a reset
 * @gpu: GPU
 * @now: now
 *
 * It says that it executes something, and does so until a reset helps.
 */
void sim_cmd_stick(struct sim_gpu *gpu, u64 now)
{
	gpu->stuck = true;
	gpu->cmd.busy = true;
	gpu->cmd.code = GPUVF_CMD_IDLE_GPU;
	gpu->cmd.status = GPUVF_STATUS_EXECUTING | GPUVF_CMD_IDLE_GPU;
	gpu->cmd.begin_ns = now;
	gpu->cmd.done_ns = SIM_NEVER;
}

/**
 * sim_cmd_active() - which function is on the engine
 * @gpu: GPU
 * @status: GPUVF_ACTIVE_*
 *
 * Return: as the register GPUVF_SCH_ACTIVE_FCN_ID has it.
 */
u32 sim_cmd_active(struct sim_gpu *gpu, u32 *status)
{
	static const u8 states[] = {
		[SIM_INIT] = GPUVF_ACTIVE_LOAD,
		[SIM_LOAD] = GPUVF_ACTIVE_LOAD,
		[SIM_RUN] = GPUVF_ACTIVE_ACTIVE,
		[SIM_IDLE] = GPUVF_ACTIVE_IDLING,
	};
	const struct sim_fcn *fcn = cmd_fcn(gpu, gpu->cmd.fcn);
	unsigned int i;

	*status = GPUVF_ACTIVE_IDLE;
	/* one that hangs on its way there is */
	if (gpu->cmd.busy && fcn && fcn->hung)
		i = fcn - gpu->fcn;
	else if (gpu->engine)
		i = __ffs(gpu->engine);
	else
		return 0;
	*status = gpu->fcn[i].hung ? GPUVF_ACTIVE_STALLED :
				     states[gpu->fcn[i].state];
	return i == SIM_FCN_PF ? 0 : BIT(31) | (i - SIM_FCN_VF(0));
}
