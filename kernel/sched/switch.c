// SPDX-License-Identifier: GPL-2.0
/*
 * One turn on the engine: which command follows which. Each arrow is a command
 * that was done without fault; the next one is issued right there, by whoever
 * saw it: mostly the completion interrupt.
 *
 *	            INIT or LOAD          RUN
 *	  EMPTY ──────► ENTER ──────► START ──────► RUN ◄────────┐
 *	  │ │ ▲                                     │ │ the turn │
 *	  │ │ │       SAVE                  IDLE    │ │ is over  │
 *	  │ │ └────── SAVE ◄──────── LEAVE ◄────────┘ └► SWITCH ─┘
 *	  │ │        (or at once the next ENTER)    CONTEXT_SWITCH, where the
 *	  │ │                                       hardware has it
 *	  │ └─────► DROP ──► EMPTY                  SHUTDOWN of a VF's state
 *	  └───────► BURN ──► EMPTY                  a turn that is nobody's
 *
 *	any command ──fails, or takes too long──► FAULT ──the thread──► BLOCKED
 *	BLOCKED ──its VF was reset──► EMPTY
 *
 * So the order of commands is always legal (gpu-iov register page, section 3.1),
 * and between turns nobody is on the engine. Everything here is under
 * world.lock, and short enough for an interrupt: a few accesses to
 * configuration space, and one decision of the scheduler.
 */

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/trace_events.h>

#include "base/pf.h"
#include "base/trace.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "sched/switch.h"

/* from below a bare timer's lateness to beyond the longest time slice */
const u64 gpuvf_latency_upper_ns[GPUVF_LATENCY_BUCKETS - 1] = {
	1 * NSEC_PER_USEC, 2 * NSEC_PER_USEC, 5 * NSEC_PER_USEC,
	10 * NSEC_PER_USEC, 20 * NSEC_PER_USEC, 50 * NSEC_PER_USEC,
	100 * NSEC_PER_USEC, 200 * NSEC_PER_USEC, 500 * NSEC_PER_USEC,
	1 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC, 100 * NSEC_PER_MSEC,
	1 * NSEC_PER_SEC,
};

static const struct trace_print_flags turn_command_names[] = {
	GPUVF_TRACE_COMMANDS
};

/**
 * gpuvf_turn_command_name() - return the name of a command, as the trace has it
 * @cmd: which
 */
const char *gpuvf_turn_command_name(enum gpuvf_hw_cmd cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(turn_command_names); i++)
		if (turn_command_names[i].mask == cmd)
			return turn_command_names[i].name;
	return "?";
}

static bool turn_is_command(const struct gpuvf_world *w)
{
	switch (w->phase) {
	case GPUVF_PHASE_ENTER:
	case GPUVF_PHASE_START:
	case GPUVF_PHASE_LEAVE:
	case GPUVF_PHASE_SAVE:
	case GPUVF_PHASE_SWITCH:
	case GPUVF_PHASE_DROP:
		return true;
	default:
		return false;
	}
}

/**
 * gpuvf_turn_set_phase_locked() - move the engine to another phase
 * @w: world
 * @phase: the new phase
 * @vf: index of the VF that has the engine from now on
 *
 * The only place that writes w->phase and w->vf: gpuvf_world_reset_begin() and
 * gpuvf_halt_locked() wait for them to change, so every transition wakes them.
 *
 * Context: w->lock held.
 */
void gpuvf_turn_set_phase_locked(struct gpuvf_world *w, enum gpuvf_phase phase,
				 unsigned int vf)
{
	lockdep_assert_held(&w->lock);
	w->phase = phase;
	w->vf = vf;
	/* waiters test their condition under w->lock: none can be missed here */
	if (waitqueue_active(&w->off_wait))
		wake_up_all(&w->off_wait);
}

/* the thread has to look at what just happened */
static void turn_wake(struct gpuvf_world *w)
{
	atomic_or(GPUVF_WORLD_TURN, &w->events);
	wake_up_process(w->task);
}

static void turn_fault(struct gpuvf_pf *pf, int err)
{
	gpuvf_turn_set_phase_locked(&pf->world, GPUVF_PHASE_FAULT,
				    pf->world.vf);
	pf->world.fault = err;
	turn_wake(&pf->world);
}

static void turn_issue(struct gpuvf_pf *pf, enum gpuvf_phase phase,
		       enum gpuvf_hw_cmd cmd, unsigned int vf, u64 limit_us)
{
	struct gpuvf_world *w = &pf->world;
	int err;

	gpuvf_turn_set_phase_locked(w, phase, vf);
	w->cmd = cmd;
	w->cmd_ns = ktime_get_ns();
	w->limit_ns = w->cmd_ns + limit_us * NSEC_PER_USEC;
	err = pf->hw->command(pf, cmd, vf, w->next_vf);
	if (err)
		turn_fault(pf, err);
}

/* the scheduler's account of a turn is closed */
static void turn_end(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_world *w = &pf->world;
	int vf = w->sched.current_vf;
	u32 owed = w->owed;
	u64 charged;

	if (vf == GPUVF_NOBODY)
		return;
	charged = gpuvf_sched_end(&w->sched, now);
	trace_gpuvf_turn(pf->pdev, vf, w->sched.turn_grant_ns, charged);
	w->owed &= ~BIT(vf);
	/* the next one may have the GPU to itself */
	if (owed && !w->owed)
		schedule_work(&w->report);
}

/* may another turn begin without the thread having a look? */
static bool turn_may_go_on(struct gpuvf_world *w)
{
	return !w->parking && !(w->drop & w->started) &&
	       !(atomic_read(&w->events) & ~GPUVF_WORLD_TURN);
}

/**
 * gpuvf_turn_begin_locked() - begin a turn of whoever is next
 * @pf: PF, with the engine empty
 *
 * A VF that is started here can no longer be held.
 *
 * Context: world.lock held.
 * Return: false when nobody is in the round.
 */
bool gpuvf_turn_begin_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 now = ktime_get_ns();
	struct gpuvf_decision d;

	lockdep_assert_held(&w->lock);
	if (!gpuvf_sched_next(&w->sched, now, &d))
		return false;
	if (d.burn) {
		gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_BURN, d.vf);
		turn_wake(w);
		return true;
	}
	w->first = !(w->started & BIT(d.vf));
	if (w->first) {
		w->started |= BIT(d.vf);
		w->sched.started |= BIT(d.vf);
		schedule_work(&w->report);
	}
	trace_gpuvf_switch(pf->pdev, d.vf, w->first);
	turn_issue(pf, GPUVF_PHASE_ENTER,
		   w->first ? GPUVF_HW_INIT : GPUVF_HW_LOAD, d.vf,
		   pf->hw->command_limit_us);
	/* not what it took to decide, nor to tell the device */
	gpuvf_sched_entered(&w->sched, ktime_get_ns());
	return true;
}

/* the work of @vf executes from now on */
static void turn_executes(struct gpuvf_pf *pf, unsigned int vf, u64 now)
{
	struct gpuvf_world *w = &pf->world;

	gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_RUN, vf);
	w->executing_ns = now;
	if (w->exclusive == w->vf && !w->exclusive_runs) {
		w->exclusive_runs = true;
		schedule_work(&w->report);
	}
	turn_wake(w);
}

/* its work executes no longer */
static void turn_stops_executing(struct gpuvf_world *w, u64 now)
{
	u64 deadline = w->sched.turn_start_ns + w->sched.turn_grant_ns;
	struct gpuvf_world_vf *wvf = &w->vfs[w->vf];
	unsigned int bucket = 0;

	wvf->run_ns += gpuvf_elapsed_ns(w->executing_ns, now);
	/* one that leaves early is not late */
	if (now < deadline)
		return;
	while (bucket < GPUVF_LATENCY_BUCKETS - 1 &&
	       now - deadline > gpuvf_latency_upper_ns[bucket])
		bucket++;
	wvf->latency[bucket]++;
	wvf->latency_sum_ns += now - deadline;
}

/*
 * Who is next, when that is somebody whom the hardware can switch to in one
 * command: another one, with state to be loaded.
 */
static int turn_switch_to(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	int next;

	if (!(pf->capabilities & GPUVF_CAPABILITY_ONESHOT) ||
	    !turn_may_go_on(w) || !(w->sched.present & BIT(w->vf)))
		return GPUVF_NOBODY;
	next = gpuvf_sched_choose(&w->sched);
	return next != GPUVF_NOBODY && (w->started & BIT(next)) ?
	       next : GPUVF_NOBODY;
}

/**
 * gpuvf_turn_leave_locked() - the present turn is over
 * @pf: PF, with the engine in GPUVF_PHASE_RUN or GPUVF_PHASE_BURN
 *
 * Context: world.lock held.
 */
void gpuvf_turn_leave_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 now = ktime_get_ns();
	u32 preempt_us = w->vfs[w->vf].preempt_us;
	int next;

	lockdep_assert_held(&w->lock);
	if (w->phase == GPUVF_PHASE_BURN) {
		gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
		turn_end(pf, now);
		return;
	}
	turn_stops_executing(w, now);
	w->leave_ns = now;
	next = turn_switch_to(pf);
	if (next != GPUVF_NOBODY) {
		w->next_vf = next;
		turn_issue(pf, GPUVF_PHASE_SWITCH, GPUVF_HW_SWITCH, w->vf,
			   (u64)preempt_us + pf->hw->command_limit_us);
		return;
	}
	turn_issue(pf, GPUVF_PHASE_LEAVE, GPUVF_HW_IDLE, w->vf, preempt_us);
}

/**
 * gpuvf_turn_idle_locked() - end the present turn by steps
 * @pf: PF; the hardware refused to switch from the VF on the engine to the next
 *
 * Context: world.lock held.
 */
void gpuvf_turn_idle_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&w->lock);
	turn_issue(pf, GPUVF_PHASE_LEAVE, GPUVF_HW_IDLE, w->vf,
		   w->vfs[w->vf].preempt_us);
}

/**
 * gpuvf_turn_lost_locked() - the present turn is over by itself
 * @pf: PF
 *
 * Its VF has lost its state, or was saved when the one that it was to make room for
 * lost its own. There is nothing to save, and the engine is empty.
 *
 * Context: world.lock held.
 */
void gpuvf_turn_lost_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&w->lock);
	if (w->phase == GPUVF_PHASE_RUN)
		w->vfs[w->vf].run_ns += gpuvf_elapsed_ns(w->executing_ns, now);
	gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
	turn_end(pf, now);
	turn_wake(w);
}

/*
 * Without an FLR notice, a command is refused when the VF's user has reset it. (An
 * INIT is not: it is what has to follow.)
 */
static bool turn_is_stale(struct gpuvf_pf *pf)
{
	const struct gpuvf_world *w = &pf->world;

	return !gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE) &&
	       w->fault == -ECANCELED && w->cmd != GPUVF_HW_INIT &&
	       !pf->hw->engine_is_taken(pf);
}

/**
 * gpuvf_turn_blame_locked() - the VF whose command failed is to blame
 * @pf: PF, with the engine in GPUVF_PHASE_FAULT
 *
 * Until that VF was reset, other VFs cannot use the engine, unless it is free.
 *
 * Context: world.lock held.
 */
void gpuvf_turn_blame_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	struct gpuvf_world_vf *wvf = &w->vfs[w->vf];

	lockdep_assert_held(&w->lock);
	wvf->fault = turn_is_stale(pf) ? -ESTALE : w->fault;
	wvf->fault_cmd = w->cmd;
	w->caught |= BIT(w->vf);
	w->reset_seen &= ~BIT(w->vf);
	w->runnable &= ~BIT(w->vf);
	w->drop &= ~BIT(w->vf);
	gpuvf_turn_set_phase_locked(w, wvf->fault == -ESTALE ?
				       GPUVF_PHASE_EMPTY : GPUVF_PHASE_BLOCKED,
				    w->vf);
	turn_end(pf, ktime_get_ns());
	schedule_work(&w->report);
	turn_wake(w);
}

/**
 * gpuvf_turn_drop_locked() - let the hardware drop the state of a VF
 * @pf: PF, with the engine empty
 * @vf: index of a VF that has started
 *
 * Context: world.lock held.
 */
void gpuvf_turn_drop_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->world.lock);
	turn_issue(pf, GPUVF_PHASE_DROP, GPUVF_HW_SHUTDOWN, vf,
		   pf->hw->command_limit_us);
}

/* keep an average of what a switch costs, for those who plan */
static void turn_note_switch(struct gpuvf_world *w, u64 ns)
{
	w->switch_ns = w->switch_ns ? (7 * w->switch_ns + ns) / 8 : ns;
}

/* SAVE is done: the turn is charged for, and the next one may begin */
static void turn_saved(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_world *w = &pf->world;

	if (!w->first)
		turn_note_switch(w, w->enter_ns +
				    gpuvf_elapsed_ns(w->leave_ns, done_ns));
	gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
	turn_end(pf, done_ns);
	if (!turn_may_go_on(w) || !gpuvf_turn_begin_locked(pf))
		turn_wake(w);
}

/* CONTEXT_SWITCH is done: the old turn is charged for all of it */
static void turn_switched(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_world *w = &pf->world;

	turn_note_switch(w, gpuvf_elapsed_ns(w->leave_ns, done_ns));
	turn_end(pf, done_ns);
	gpuvf_sched_switched(&w->sched, done_ns);
	w->first = false;
	w->enter_ns = 0;
	trace_gpuvf_switch(pf->pdev, w->next_vf, false);
	turn_executes(pf, w->next_vf, done_ns);
}

static void turn_dropped(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	gpuvf_turn_set_phase_locked(w, GPUVF_PHASE_EMPTY, w->vf);
	w->started &= ~BIT(w->vf);
	w->sched.started &= ~BIT(w->vf);
	w->drop &= ~BIT(w->vf);
	w->runnable &= ~BIT(w->vf);
	w->dropped |= BIT(w->vf);
	schedule_work(&w->report);
	turn_wake(w);
}

/* its VF was reset since then, as far as was heard: no command may follow */
static bool turn_is_lost(const struct gpuvf_world *w)
{
	switch (w->phase) {
	case GPUVF_PHASE_ENTER:
	case GPUVF_PHASE_START:
	case GPUVF_PHASE_LEAVE:
		return !(w->started & BIT(w->vf));
	default:
		return false;
	}
}

/* a command is done, without fault */
static void turn_step(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_world *w = &pf->world;
	const u32 limit_us = pf->hw->command_limit_us;

	if (turn_is_lost(w)) {
		gpuvf_turn_lost_locked(pf);
		return;
	}
	switch (w->phase) {
	case GPUVF_PHASE_ENTER:
		w->enter_ns = w->cmd_ns;
		turn_issue(pf, GPUVF_PHASE_START, GPUVF_HW_RUN, w->vf,
			   limit_us);
		break;
	case GPUVF_PHASE_START:
		w->enter_ns = gpuvf_elapsed_ns(w->enter_ns, done_ns);
		turn_executes(pf, w->vf, done_ns);
		break;
	case GPUVF_PHASE_LEAVE:
		turn_issue(pf, GPUVF_PHASE_SAVE, GPUVF_HW_SAVE, w->vf,
			   limit_us);
		break;
	case GPUVF_PHASE_SAVE:
		turn_saved(pf, done_ns);
		break;
	case GPUVF_PHASE_SWITCH:
		turn_switched(pf, done_ns);
		break;
	case GPUVF_PHASE_DROP:
		turn_dropped(pf);
		break;
	default:
		break;
	}
}

static void turn_log_command(struct gpuvf_pf *pf, u64 ns, int err)
{
	const struct gpuvf_world *w = &pf->world;
	struct gpuvf_command_log *log = &pf->commands;

	trace_gpuvf_command(pf->pdev, w->vf, w->cmd, ns, err);
	log->ring[log->count++ % GPUVF_COMMAND_LOG_SIZE] = (struct gpuvf_command){
		ktime_get_ns(), ns, w->vf, w->cmd, err
	};
}

/* the command under way, which does not end any more when the engine hangs */
static void turn_look(struct gpuvf_pf *pf, u64 done_ns, bool hangs)
{
	struct gpuvf_world *w = &pf->world;
	int err;

	if (!turn_is_command(w))
		return;
	err = pf->hw->command_status(pf);
	if (err == -EINPROGRESS) {
		if (!hangs && done_ns < w->limit_ns)
			return;
		err = hangs ? -EIO : -ETIMEDOUT;
	}
	/* an interrupt takes its time stamp before it waits for world.lock */
	done_ns = max(done_ns, w->cmd_ns);
	turn_log_command(pf, done_ns - w->cmd_ns, err);
	if (err)
		turn_fault(pf, err);
	else
		turn_step(pf, done_ns);
}

/**
 * gpuvf_turn_look_locked() - look whether the command under way is done
 * @pf: PF
 * @done_ns: when it was, if it is
 *
 * What follows is begun at once. A command that takes too long is a fault.
 *
 * Context: world.lock held.
 */
void gpuvf_turn_look_locked(struct gpuvf_pf *pf, u64 done_ns)
{
	lockdep_assert_held(&pf->world.lock);
	turn_look(pf, done_ns, false);
}

/**
 * gpuvf_turn_hang_locked() - the hardware reported a hang: look at the engine
 * @pf: PF
 *
 * When the function on the engine hangs now, the command under way fails without
 * waiting for its limit, and a VF that executes is preempted, which fails. A
 * report of a hang that is over by now changes nothing.
 *
 * Context: world.lock held.
 */
void gpuvf_turn_hang_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->world.lock);
	if (!pf->hw->engine_hangs || !pf->hw->engine_hangs(pf))
		return;
	if (pf->world.phase == GPUVF_PHASE_RUN)
		gpuvf_turn_leave_locked(pf);
	else
		turn_look(pf, ktime_get_ns(), true);
}

/**
 * gpuvf_turn_interrupt() - the hardware says that a command is over
 * @pf: PF
 * @now: when the interrupt came
 *
 * The interrupt's time counts, so that no VF is charged for the time that
 * somebody takes to wake up.
 *
 * Context: hard interrupt.
 */
void gpuvf_turn_interrupt(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_world *w = &pf->world;
	unsigned long flags;

	spin_lock_irqsave(&w->lock, flags);
	gpuvf_turn_look_locked(pf, now);
	if (w->phase == GPUVF_PHASE_BLOCKED)
		turn_wake(w);
	spin_unlock_irqrestore(&w->lock, flags);
}
