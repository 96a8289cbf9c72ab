// SPDX-License-Identifier: GPL-2.0
/*
 * The world switch: which command follows which, and when. Each arrow is a command
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
 * and between turns no VF is on the engine. What is called turn_... is under
 * world.lock, and short enough for an interrupt: a few accesses to
 * configuration space, and one decision of the scheduler.
 *
 * The scheduler thread decides when a turn ends, and looks after what the hardware
 * does not report. Only the thread, the completion interrupt, or what has parked the
 * thread, issues commands. The thread never takes pf->lock, because holders of pf->lock
 * wait for the thread. What it has to report goes to a work item that does take it.
 */

#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "base/pf.h"
#include "base/trace.h"
#include "hw/hw.h"
#include "sched/engine.h"

/*
 * How often to look at a command without waiting for its interrupt: where there
 * is none, and where there is one that may have been lost.
 */
#define WORLD_POLL_NS		(50 * NSEC_PER_USEC)
#define WORLD_RECHECK_NS	(5 * NSEC_PER_MSEC)

/* where there is no interrupt: how often to look for news of other kinds */
#define WORLD_NEWS_POLL_NS	(10 * NSEC_PER_MSEC)

#define WORLD_NEVER		U64_MAX

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

/*
 * Begin a turn of whichever VF is next, with the engine empty; false: no VF is in the
 * round. A VF that is started here can no longer be held.
 */
static bool turn_begin(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 now = ktime_get_ns();
	struct gpuvf_decision d;

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

/* the present turn is over, with the engine in GPUVF_PHASE_RUN or GPUVF_PHASE_BURN */
static void turn_leave(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 now = ktime_get_ns();
	u32 preempt_us = w->vfs[w->vf].preempt_us;
	int next;

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

/* the hardware refused to switch to the next VF: end the present turn by steps */
static void turn_idle(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

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

/*
 * The VF whose command failed is at fault. Until it was reset, other VFs cannot use the
 * engine, unless it is free.
 */
static void turn_blame(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	struct gpuvf_world_vf *wvf = &w->vfs[w->vf];

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
	if (!turn_may_go_on(w) || !turn_begin(pf))
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

/*
 * The hardware reported a hang. When the function on the engine hangs now, the command
 * under way fails without waiting for its limit, and a VF that executes is preempted,
 * which fails. A report of a hang that is over by now changes nothing.
 */
static void turn_hang(struct gpuvf_pf *pf)
{
	if (!pf->hw->engine_hangs || !pf->hw->engine_hangs(pf))
		return;
	if (pf->world.phase == GPUVF_PHASE_RUN)
		turn_leave(pf);
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

/* sleep until then, unless something happens first */
static void world_sleep(struct gpuvf_world *w, u64 until_ns)
{
	ktime_t until = ns_to_ktime(until_ns);

	set_current_state(TASK_IDLE);
	if (!atomic_read(&w->events) && !kthread_should_stop() &&
	    !(kthread_should_park() && gpuvf_world_is_at_rest(w)))
		schedule_hrtimeout_range(until_ns == WORLD_NEVER ? NULL : &until,
					 0, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
}

/*
 * Ask the hardware what changed and tell the scheduler. A VF that was reset has
 * lost its state; it is not started again before its memory was cleared, which
 * the report work sees to.
 */
static void world_refresh(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 events, work = 0, flr;

	events = atomic_xchg(&w->events, 0);
	if (events & GPUVF_WORLD_POLL)
		pf->sink->poll(pf);
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY))
		work = pf->hw->busy_vfs(pf);

	spin_lock_irq(&w->lock);
	flr = gpuvf_world_flr_locked(pf);
	w->work = work;
	w->flr |= flr;
	gpuvf_world_lose_locked(pf, flr);
	gpuvf_world_masks_locked(w);
	if (w->phase == GPUVF_PHASE_RUN && !(w->started & BIT(w->vf)))
		gpuvf_turn_lost_locked(pf);
	if (events & GPUVF_HW_EVENT_HANG)
		turn_hang(pf);
	spin_unlock_irq(&w->lock);
}

static u64 world_empty(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 drop = w->drop & w->started;

	if (w->parking)
		return WORLD_NEVER;
	if (drop) {
		gpuvf_turn_drop_locked(pf, __ffs(drop));
		return 0;
	}
	return turn_begin(pf) ? 0 : WORLD_NEVER;
}

static u64 world_turn(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_world *w = &pf->world;
	u64 deadline = now;

	if (w->exclusive == w->vf && !w->exclusive_runs &&
	    w->phase == GPUVF_PHASE_RUN) {
		w->exclusive_runs = true;
		schedule_work(&w->report);
	}
	if (!w->parking && w->sched.current_vf != GPUVF_NOBODY)
		deadline = gpuvf_sched_deadline(&w->sched, now);
	if (deadline > now)
		return deadline;
	turn_leave(pf);
	return 0;
}

static u64 world_command(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_world *w = &pf->world;
	enum gpuvf_phase phase = w->phase;
	u64 step_ns = pf->irq ? WORLD_RECHECK_NS : WORLD_POLL_NS;

	gpuvf_turn_look_locked(pf, now);
	if (w->phase != phase)
		return 0;
	return min(w->limit_ns, now + step_ns);
}

/* is one of the VFs of the command not there any more? */
static bool world_fault_is_explained(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	if (!(w->started & BIT(w->vf)))
		return true;
	/* the other one has nothing to do with it, if it could be saved */
	return w->cmd == GPUVF_HW_SWITCH && !(w->started & BIT(w->next_vf)) &&
	       !pf->hw->engine_is_taken(pf);
}

/*
 * CONTEXT_SWITCH was refused. While the first VF is still on the engine it is made
 * to leave by steps: the next LOAD tells whether the second one can go on. With the
 * engine free the first one was saved, or one of them has no state any more; without
 * an FLR notice their next LOADs tell which.
 */
static bool world_switch_is_refused(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	if (w->cmd != GPUVF_HW_SWITCH || w->fault != -ECANCELED)
		return false;
	if (pf->hw->engine_is_taken(pf)) {
		turn_idle(pf);
		return true;
	}
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		return false;
	gpuvf_turn_lost_locked(pf);
	return true;
}

/*
 * A command failed. When its VF was reset by its user, or the one that it was to
 * switch to, that is why: only a look at the hardware after the fault tells.
 */
static u64 world_fault(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	if (world_fault_is_explained(pf))
		gpuvf_turn_lost_locked(pf);
	else if (w->fault_seen && !world_switch_is_refused(pf))
		turn_blame(pf);
	w->fault_seen = w->phase == GPUVF_PHASE_FAULT;
	return 0;
}

static u64 world_blocked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	if (w->stuck || !(w->reset_seen & BIT(w->vf)))
		return WORLD_NEVER;
	gpuvf_world_lose_locked(pf, BIT(w->vf));
	if (w->started & BIT(w->vf))
		return WORLD_NEVER;
	gpuvf_turn_lost_locked(pf);
	return 0;
}

/*
 * The timer of the slice expired, and no event is pending: nothing can have changed
 * that keeps the VF on the GPU, so it is preempted first, and the hardware is asked
 * afterwards, which takes its time. Where there is no interrupt, that no event is
 * pending means nothing.
 */
static void world_leave_on_time(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	spin_lock_irq(&w->lock);
	if (pf->irq && w->phase == GPUVF_PHASE_RUN &&
	    (w->started & BIT(w->vf)) && !atomic_read(&w->events))
		world_turn(pf, ktime_get_ns());
	spin_unlock_irq(&w->lock);
}

/*
 * Do what is to be done now.
 *
 * Return: when to look again, in ns; 0: at once.
 */
static u64 world_cycle(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u64 next, now;

	world_leave_on_time(pf);
	world_refresh(pf);
	spin_lock_irq(&w->lock);
	now = ktime_get_ns();
	switch (w->phase) {
	case GPUVF_PHASE_EMPTY:
		next = world_empty(pf);
		break;
	case GPUVF_PHASE_RUN:
	case GPUVF_PHASE_BURN:
		next = world_turn(pf, now);
		break;
	case GPUVF_PHASE_FAULT:
		next = world_fault(pf);
		break;
	case GPUVF_PHASE_BLOCKED:
		next = world_blocked(pf);
		break;
	default:
		next = world_command(pf, now);
	}
	/* also of VFs that may not run, whose users may reset them */
	if (!pf->irq && READ_ONCE(pf->num_vfs))
		next = min(next, now + WORLD_NEWS_POLL_NS);
	spin_unlock_irq(&w->lock);
	return next;
}

static int world_thread(void *data)
{
	struct gpuvf_pf *pf = data;
	struct gpuvf_world *w = &pf->world;
	u64 next;

	/*
	 * It sleeps nearly always, and what it does when it wakes is bounded.
	 * Being late costs every tenant GPU time.
	 */
	sched_set_fifo(current);

	while (!kthread_should_stop()) {
		if (kthread_should_park() && gpuvf_world_is_at_rest(w)) {
			kthread_parkme();
			continue;
		}
		next = world_cycle(pf);
		if (!next)
			continue;
		world_sleep(w, next);
		if (!pf->irq)
			pf->sink->poll(pf);
	}
	return 0;
}

/**
 * gpuvf_world_start() - create the thread
 * @pf: PF whose configuration is known
 *
 * Return: 0, or the errno of kthread_create().
 */
int gpuvf_world_start(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	struct task_struct *task;

	spin_lock_init(&w->lock);
	init_waitqueue_head(&w->off_wait);
	atomic_set(&w->events, 0);
	w->exclusive = GPUVF_NOBODY;
	gpuvf_sched_init(&w->sched, pf->config.policy);

	/*
	 * perf and ftrace show 15 characters: gv/0000:41:00.0, and with a domain
	 * of five digits g/10000:41:00.0.
	 */
	task = kthread_create(world_thread, pf, "%.*s/%s",
			      strlen(gpuvf_pf_name(pf)) > 12 ? 1 : 2, "gv",
			      gpuvf_pf_name(pf));
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* until pf_release(): an interrupt may wake it when it has ended */
	w->task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

/**
 * gpuvf_world_stop() - end the thread
 * @pf: PF without enabled VFs
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_world_stop(struct gpuvf_pf *pf)
{
	kthread_stop(pf->world.task);
	cancel_work_sync(&pf->world.report);
}
