// SPDX-License-Identifier: GPL-2.0
/*
 * The world switch: which command follows which, and when. Each arrow is a command
 * that was done without fault; the next one is issued right there, by the code that
 * saw it: mostly the completion interrupt.
 *
 *	        INIT or LOAD        RUN
 *	  EMPTY ──────► SWITCH_IN ──────► START ──────► RUN ◄────────┐
 *	  │ │ ▲                                         │ │ the time │
 *	  │ │ │                                         │ │ slice is │
 *	  │ │ │        SAVE              IDLE           │ │ over     │
 *	  │ │ └─────── SAVE ◄─────────── PREEMPT ◄──────┘ └► SWITCH ─┘
 *	  │ │         (or at once the next SWITCH_IN)     CONTEXT_SWITCH, where the
 *	  │ │                                             hardware has it
 *	  │ └─────► TEAR_DOWN ──► EMPTY                   SHUTDOWN of a VF's state
 *	  └───────► BURN ──► EMPTY                        a time slice without a VF
 *
 *	any command ──fails, or takes too long──► FAULT ──the thread──► BLOCKED
 *	BLOCKED ──its VF was reset──► EMPTY
 *
 * So the order of commands is always legal (gpu-iov register page, section 3.1),
 * and between time slices no VF is on the engine. What is called switch_... is under
 * the engine's lock, and short enough for an interrupt: a few accesses to
 * configuration space, and one decision of the scheduler.
 *
 * The scheduler thread decides when a time slice ends, and looks after what the hardware
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
#include "sched/soft.h"

/*
 * How often to look at a command without waiting for its interrupt: where there
 * is none, and where there is one that may have been lost.
 */
#define SCHED_POLL_NS		(50 * NSEC_PER_USEC)
#define SCHED_RECHECK_NS	(5 * NSEC_PER_MSEC)

/* where there is no interrupt: how often to look for news of other kinds */
#define ENGINE_CHANGED_POLL_NS	(10 * NSEC_PER_MSEC)

#define SCHED_NEVER		U64_MAX

static bool switch_is_command(const struct gpuvf_soft *e)
{
	switch (e->phase) {
	case GPUVF_PHASE_SWITCH_IN:
	case GPUVF_PHASE_START:
	case GPUVF_PHASE_PREEMPT:
	case GPUVF_PHASE_SAVE:
	case GPUVF_PHASE_SWITCH:
	case GPUVF_PHASE_TEAR_DOWN:
		return true;
	default:
		return false;
	}
}

/**
 * gpuvf_switch_set_phase_locked() - move the engine to another phase
 * @e: engine
 * @phase: the new phase
 * @vf: index of the VF that has the engine from now on
 *
 * The only place that writes e->phase and e->vf: soft_reset_begin() and
 * gpuvf_soft_quiesce() wait for them to change, so every transition wakes them.
 *
 * Context: the lock held.
 */
void gpuvf_switch_set_phase_locked(struct gpuvf_soft *e, enum gpuvf_phase phase,
				   unsigned int vf)
{
	lockdep_assert_held(&e->base.lock);
	e->phase = phase;
	e->vf = vf;
	/* waiters test their condition under the lock: none can be missed here */
	if (waitqueue_active(&e->off_wait))
		wake_up_all(&e->off_wait);
}

/* the thread has to look at what just happened */
static void switch_wake(struct gpuvf_soft *e)
{
	atomic_or(GPUVF_SOFT_SLICE, &e->events);
	wake_up_process(e->task);
}

static void switch_fault(struct gpuvf_soft *e, int err)
{
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_FAULT,
				      e->vf);
	e->fault = err;
	switch_wake(e);
}

/* @preempt_us: what the VF may take to leave, for a command that makes it */
static void switch_issue(struct gpuvf_soft *e, enum gpuvf_phase phase,
			 enum gpuvf_hw_cmd cmd, unsigned int vf, u64 preempt_us)
{
	u64 limit_us = preempt_us;

	int err;

	gpuvf_switch_set_phase_locked(e, phase, vf);
	if (cmd != GPUVF_HW_IDLE)
		limit_us += e->hw->caps.command_limit_us[cmd];
	e->cmd = cmd;
	e->cmd_ns = ktime_get_ns();
	e->limit_ns = e->cmd_ns + limit_us * NSEC_PER_USEC;
	err = e->hw->ops->command(e->hw, cmd, vf, e->next_vf);
	if (err)
		switch_fault(e, err);
}

/* the scheduler's account of a time slice is closed */
static void slice_end(struct gpuvf_soft *e, u64 now)
{
	int vf = e->sched.current_vf;
	u32 due = e->base.due;
	u64 accounted;

	if (vf == GPUVF_VF_NONE)
		return;
	accounted = gpuvf_sched_end(&e->sched, now);
	trace_gpuvf_slice(e->hw->pdev, vf, e->sched.budget_ns, accounted);
	e->base.due &= ~BIT(vf);
	/* the next one may have the GPU to itself */
	if (due && !e->base.due)
		schedule_work(&e->pf->report);
}

/* may another turn begin without the thread having a look? */
static bool switch_may_go_on(struct gpuvf_soft *e)
{
	return !e->parking && !(e->tear_down & e->base.started) &&
	       !(atomic_read(&e->events) & ~GPUVF_SOFT_SLICE);
}

/*
 * Begin a turn of whichever VF is next, with the engine empty; false: no VF is in the
 * rotation. A VF that is started here can no longer be held.
 */
static bool turn_begin(struct gpuvf_soft *e)
{
	u64 now = ktime_get_ns();
	struct gpuvf_decision d;

	if (!gpuvf_sched_next(&e->sched, now, &d))
		return false;
	if (d.burn) {
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_BURN, d.vf);
		switch_wake(e);
		return true;
	}
	e->first = !(e->base.started & BIT(d.vf));
	if (e->first) {
		e->base.started |= BIT(d.vf);
		e->sched.started |= BIT(d.vf);
		schedule_work(&e->pf->report);
	}
	trace_gpuvf_switch(e->hw->pdev, d.vf, e->first);
	switch_issue(e, GPUVF_PHASE_SWITCH_IN,
		     e->first ? GPUVF_HW_INIT : GPUVF_HW_LOAD, d.vf, 0);
	/* not what it took to decide, nor to tell the device */
	gpuvf_sched_switched_in(&e->sched, ktime_get_ns());
	return true;
}

/* the work of @vf executes from now on */
static void switch_executes(struct gpuvf_soft *e, unsigned int vf, u64 now)
{
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_RUN, vf);
	e->executing_ns = now;
	if (e->base.full_access == e->vf && !e->base.full_access_runs) {
		e->base.full_access_runs = true;
		schedule_work(&e->pf->report);
	}
	switch_wake(e);
}

/* its work executes no longer */
static void switch_stops_executing(struct gpuvf_soft *e, u64 now)
{
	u64 deadline = e->sched.slice_start_ns + e->sched.budget_ns;
	struct gpuvf_soft_vf *wvf = &e->vfs[e->vf];
	unsigned int bucket = 0;

	wvf->run_ns += gpuvf_elapsed_ns(e->executing_ns, now);
	/* one that leaves early is not late */
	if (now < deadline)
		return;
	while (bucket < GPUVF_LATENESS_BUCKETS - 1 &&
	       now - deadline > gpuvf_lateness_upper_ns[bucket])
		bucket++;
	wvf->lateness[bucket]++;
	wvf->lateness_sum_ns += now - deadline;
}

/*
 * Which VF is next, when that is one that the hardware can switch to in one
 * command: another one, with state to be loaded.
 */
static int switch_next(struct gpuvf_soft *e)
{
	int next;

	if (!gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_ONESHOT) ||
	    !switch_may_go_on(e) || !(e->sched.present & BIT(e->vf)))
		return GPUVF_VF_NONE;
	next = gpuvf_sched_choose(&e->sched);
	return next != GPUVF_VF_NONE && (e->base.started & BIT(next)) ?
	       next : GPUVF_VF_NONE;
}

/* the present time slice is over, with the engine in GPUVF_PHASE_RUN or GPUVF_PHASE_BURN */
static void turn_leave(struct gpuvf_soft *e)
{
	u64 now = ktime_get_ns();
	u32 preempt_us = e->vfs[e->vf].preempt_us;
	int next;

	if (e->phase == GPUVF_PHASE_BURN) {
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
		slice_end(e, now);
		return;
	}
	switch_stops_executing(e, now);
	e->preempt_ns = now;
	next = switch_next(e);
	if (next != GPUVF_VF_NONE) {
		e->next_vf = next;
		switch_issue(e, GPUVF_PHASE_SWITCH, GPUVF_HW_SWITCH, e->vf,
			     preempt_us);
		return;
	}
	switch_issue(e, GPUVF_PHASE_PREEMPT, GPUVF_HW_IDLE, e->vf, preempt_us);
}

/* the hardware refused to switch to the next VF: end the present time slice by steps */
static void turn_idle(struct gpuvf_soft *e)
{
	switch_issue(e, GPUVF_PHASE_PREEMPT, GPUVF_HW_IDLE, e->vf,
		     e->vfs[e->vf].preempt_us);
}

/**
 * gpuvf_switch_lost_locked() - the present time slice is over by itself
 * @e: engine
 *
 * Its VF has lost its state, or was saved when the one that it was to make room for
 * lost its own. There is nothing to save, and the engine is empty.
 *
 * Context: the engine's lock held.
 */
void gpuvf_switch_lost_locked(struct gpuvf_soft *e)
{
	u64 now = ktime_get_ns();

	lockdep_assert_held(&e->base.lock);
	if (e->phase == GPUVF_PHASE_RUN)
		e->vfs[e->vf].run_ns += gpuvf_elapsed_ns(e->executing_ns, now);
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	slice_end(e, now);
	switch_wake(e);
}

/*
 * Without an FLR notice, a command is refused when the VF's user has reset it. (An
 * INIT is not: it is what has to follow.)
 */
static bool switch_is_stale(struct gpuvf_soft *e)
{
	return !gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_FLR_NOTICE) &&
	       e->fault == -ECANCELED && e->cmd != GPUVF_HW_INIT &&
	       !gpuvf_hw_engine_is_taken(e->hw);
}

/*
 * The VF whose command failed is at fault. Until it was reset, other VFs cannot use the
 * engine, unless it is free.
 */
static void turn_blame(struct gpuvf_soft *e)
{
	struct gpuvf_soft_vf *wvf = &e->vfs[e->vf];

	wvf->fault = switch_is_stale(e) ? -ESTALE : e->fault;
	wvf->fault_cmd = e->cmd;
	e->hung |= BIT(e->vf);
	e->reset_seen &= ~BIT(e->vf);
	e->runnable &= ~BIT(e->vf);
	e->tear_down &= ~BIT(e->vf);
	gpuvf_switch_set_phase_locked(e, wvf->fault == -ESTALE ?
				       GPUVF_PHASE_EMPTY : GPUVF_PHASE_BLOCKED,
				      e->vf);
	slice_end(e, ktime_get_ns());
	schedule_work(&e->pf->report);
	switch_wake(e);
}

/**
 * gpuvf_switch_tear_down_locked() - let the hardware drop the state of a VF
 * @e: engine, empty
 * @vf: index of a VF that has started
 *
 * Context: the engine's lock held.
 */
void gpuvf_switch_tear_down_locked(struct gpuvf_soft *e, unsigned int vf)
{
	lockdep_assert_held(&e->base.lock);
	switch_issue(e, GPUVF_PHASE_TEAR_DOWN, GPUVF_HW_SHUTDOWN, vf, 0);
}

/* keep an average of what a switch costs, for those who plan */
static void switch_note_switch(struct gpuvf_soft *e, u64 ns)
{
	e->switch_ns = e->switch_ns ? (7 * e->switch_ns + ns) / 8 : ns;
}

/* SAVE is done: the time slice is accounted for, and the next one may begin */
static void switch_saved(struct gpuvf_soft *e, u64 done_ns)
{
	if (!e->first)
		switch_note_switch(e, e->switch_in_ns +
				    gpuvf_elapsed_ns(e->preempt_ns, done_ns));
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	slice_end(e, done_ns);
	if (!switch_may_go_on(e) || !turn_begin(e))
		switch_wake(e);
}

/* CONTEXT_SWITCH is done: the old time slice is accounted for all of it */
static void switch_switched(struct gpuvf_soft *e, u64 done_ns)
{
	switch_note_switch(e, gpuvf_elapsed_ns(e->preempt_ns, done_ns));
	slice_end(e, done_ns);
	gpuvf_sched_switched(&e->sched, done_ns);
	e->first = false;
	e->switch_in_ns = 0;
	trace_gpuvf_switch(e->hw->pdev, e->next_vf, false);
	switch_executes(e, e->next_vf, done_ns);
}

static void switch_torn_down(struct gpuvf_soft *e)
{
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	e->base.started &= ~BIT(e->vf);
	e->sched.started &= ~BIT(e->vf);
	e->tear_down &= ~BIT(e->vf);
	e->runnable &= ~BIT(e->vf);
	e->torn_down |= BIT(e->vf);
	schedule_work(&e->pf->report);
	switch_wake(e);
}

/* its VF was reset since then, as far as was heard: no command may follow */
static bool switch_is_lost(const struct gpuvf_soft *e)
{
	switch (e->phase) {
	case GPUVF_PHASE_SWITCH_IN:
	case GPUVF_PHASE_START:
	case GPUVF_PHASE_PREEMPT:
		return !(e->base.started & BIT(e->vf));
	default:
		return false;
	}
}

/* a command is done, without fault */
static void switch_step(struct gpuvf_soft *e, u64 done_ns)
{
	if (switch_is_lost(e)) {
		gpuvf_switch_lost_locked(e);
		return;
	}
	switch (e->phase) {
	case GPUVF_PHASE_SWITCH_IN:
		e->switch_in_ns = e->cmd_ns;
		switch_issue(e, GPUVF_PHASE_START, GPUVF_HW_RUN, e->vf, 0);
		break;
	case GPUVF_PHASE_START:
		e->switch_in_ns = gpuvf_elapsed_ns(e->switch_in_ns, done_ns);
		switch_executes(e, e->vf, done_ns);
		break;
	case GPUVF_PHASE_PREEMPT:
		switch_issue(e, GPUVF_PHASE_SAVE, GPUVF_HW_SAVE, e->vf, 0);
		break;
	case GPUVF_PHASE_SAVE:
		switch_saved(e, done_ns);
		break;
	case GPUVF_PHASE_SWITCH:
		switch_switched(e, done_ns);
		break;
	case GPUVF_PHASE_TEAR_DOWN:
		switch_torn_down(e);
		break;
	default:
		break;
	}
}

static void switch_log_command(struct gpuvf_soft *e, u64 ns, int err)
{
	struct gpuvf_command_log *log = &e->commands;

	trace_gpuvf_command(e->hw->pdev, e->vf, e->cmd, ns, err);
	log->ring[log->count++ % GPUVF_COMMAND_LOG_SIZE] = (struct gpuvf_command){
		ktime_get_ns(), ns, e->vf, e->cmd, err
	};
}

/* the command under way, which does not end any more when the engine hangs */
static void switch_look(struct gpuvf_soft *e, u64 done_ns, bool hangs)
{
	int err;

	if (!switch_is_command(e))
		return;
	err = e->hw->ops->command_status(e->hw);
	if (err == -EINPROGRESS) {
		if (!hangs && done_ns < e->limit_ns)
			return;
		err = hangs ? -EIO : -ETIMEDOUT;
	}
	/* an interrupt takes its time stamp before it waits for the lock */
	done_ns = max(done_ns, e->cmd_ns);
	switch_log_command(e, done_ns - e->cmd_ns, err);
	if (err)
		switch_fault(e, err);
	else
		switch_step(e, done_ns);
}

/**
 * gpuvf_switch_poll_locked() - look whether the command under way is done
 * @e: engine
 * @done_ns: when it was, if it is
 *
 * What follows is begun at once. A command that takes too long is a fault.
 *
 * Context: the engine's lock held.
 */
void gpuvf_switch_poll_locked(struct gpuvf_soft *e, u64 done_ns)
{
	lockdep_assert_held(&e->base.lock);
	switch_look(e, done_ns, false);
}

/*
 * The hardware reported a hang. When the function on the engine hangs now, the command
 * under way fails without waiting for its limit, and a VF that executes is preempted,
 * which fails. A report of a hang that is over by now changes nothing.
 */
static void turn_hang(struct gpuvf_soft *e)
{
	u32 vfs = atomic_xchg(&e->hang_vfs, 0);

	if (!(vfs & BIT(e->vf)) || !e->hw->ops->engine_hangs ||
	    !e->hw->ops->engine_hangs(e->hw))
		return;
	if (e->phase == GPUVF_PHASE_RUN)
		turn_leave(e);
	else
		switch_look(e, ktime_get_ns(), true);
}

/*
 * The hardware has something to say. That a command is over is followed up at once, and
 * the interrupt's time counts, so that no VF is accounted for the time that a thread
 * takes to wake up.
 */
void gpuvf_switch_interrupt(struct gpuvf_engine *engine,
			    const struct gpuvf_hw_events *hw, u64 now)
{
	const u32 others = GPUVF_HW_EVENT_BUSY | GPUVF_HW_EVENT_VF_FLR |
			   GPUVF_HW_EVENT_HANG;
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	unsigned long flags;

	if (hw->events & GPUVF_HW_EVENT_COMMAND) {
		spin_lock_irqsave(&e->base.lock, flags);
		gpuvf_switch_poll_locked(e, now);
		if (e->phase == GPUVF_PHASE_BLOCKED)
			switch_wake(e);
		spin_unlock_irqrestore(&e->base.lock, flags);
	}
	if (hw->events & GPUVF_HW_EVENT_HANG)
		atomic_or(hw->hang_vfs, &e->hang_vfs);
	if (hw->events & others)
		gpuvf_soft_event(e, hw->events & ~GPUVF_HW_EVENT_COMMAND);
}

/* sleep until then, unless something happens first */
static void engine_sleep(struct gpuvf_soft *e, u64 until_ns)
{
	ktime_t until = ns_to_ktime(until_ns);

	set_current_state(TASK_IDLE);
	if (!atomic_read(&e->events) && !kthread_should_stop() &&
	    !(kthread_should_park() && gpuvf_soft_is_quiescent(e)))
		schedule_hrtimeout_range(until_ns == SCHED_NEVER ? NULL : &until,
					 0, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
}

/*
 * Ask the hardware what changed and tell the scheduler. A VF that was reset has
 * lost its state; it is not started again before its memory was scrubbed, which
 * the report work sees to.
 */
static void engine_refresh(struct gpuvf_soft *e)
{
	u32 events, work = 0, flr;

	events = atomic_xchg(&e->events, 0);
	if (events & GPUVF_SOFT_POLL)
		e->pf->sink->poll(e->pf);
	if (gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_BUSY))
		work = e->hw->ops->busy_vfs(e->hw);

	spin_lock_irq(&e->base.lock);
	flr = gpuvf_soft_flr_locked(e);
	e->work = work;
	e->flr |= flr;
	gpuvf_soft_lose_locked(e, flr);
	gpuvf_soft_masks_locked(e);
	if (e->phase == GPUVF_PHASE_RUN && !(e->base.started & BIT(e->vf)))
		gpuvf_switch_lost_locked(e);
	if (events & GPUVF_HW_EVENT_HANG)
		turn_hang(e);
	spin_unlock_irq(&e->base.lock);
}

static u64 engine_empty(struct gpuvf_soft *e)
{
	u32 tear_down = e->tear_down & e->base.started;

	if (e->parking)
		return SCHED_NEVER;
	if (tear_down) {
		gpuvf_switch_tear_down_locked(e, __ffs(tear_down));
		return 0;
	}
	return turn_begin(e) ? 0 : SCHED_NEVER;
}

static u64 engine_slice(struct gpuvf_soft *e, u64 now)
{
	u64 deadline = now;

	if (e->base.full_access == e->vf && !e->base.full_access_runs &&
	    e->phase == GPUVF_PHASE_RUN) {
		e->base.full_access_runs = true;
		schedule_work(&e->pf->report);
	}
	if (!e->parking && e->sched.current_vf != GPUVF_VF_NONE)
		deadline = gpuvf_sched_deadline(&e->sched, now);
	if (deadline > now)
		return deadline;
	turn_leave(e);
	return 0;
}

static u64 engine_command(struct gpuvf_soft *e, u64 now)
{
	enum gpuvf_phase phase = e->phase;
	u64 step_ns = e->pf->irq ? SCHED_RECHECK_NS : SCHED_POLL_NS;

	gpuvf_switch_poll_locked(e, now);
	if (e->phase != phase)
		return 0;
	return min(e->limit_ns, now + step_ns);
}

/* is one of the VFs of the command not there any more? */
static bool engine_fault_is_explained(struct gpuvf_soft *e)
{
	if (!(e->base.started & BIT(e->vf)))
		return true;
	/* the other one has nothing to do with it, if it could be saved */
	return e->cmd == GPUVF_HW_SWITCH && !(e->base.started & BIT(e->next_vf)) &&
	       !gpuvf_hw_engine_is_taken(e->hw);
}

/*
 * CONTEXT_SWITCH was refused. While the first VF is still on the engine it is made
 * to leave by steps: the next LOAD tells whether the second one can go on. With the
 * engine free the first one was saved, or one of them has no state any more; without
 * an FLR notice their next LOADs tell which.
 */
static bool engine_switch_is_refused(struct gpuvf_soft *e)
{
	if (e->cmd != GPUVF_HW_SWITCH || e->fault != -ECANCELED)
		return false;
	if (gpuvf_hw_engine_is_taken(e->hw)) {
		turn_idle(e);
		return true;
	}
	if (gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_FLR_NOTICE))
		return false;
	gpuvf_switch_lost_locked(e);
	return true;
}

/*
 * A command failed. When its VF was reset by its user, or the one that it was to
 * switch to, that is why: only a look at the hardware after the fault tells.
 */
static u64 engine_fault(struct gpuvf_soft *e)
{
	if (engine_fault_is_explained(e))
		gpuvf_switch_lost_locked(e);
	else if (e->fault_seen && !engine_switch_is_refused(e))
		turn_blame(e);
	e->fault_seen = e->phase == GPUVF_PHASE_FAULT;
	return 0;
}

static u64 engine_blocked(struct gpuvf_soft *e)
{
	if (e->stuck || !(e->reset_seen & BIT(e->vf)))
		return SCHED_NEVER;
	gpuvf_soft_lose_locked(e, BIT(e->vf));
	if (e->base.started & BIT(e->vf))
		return SCHED_NEVER;
	gpuvf_switch_lost_locked(e);
	return 0;
}

/*
 * The timer of the slice expired, and no event is pending: nothing can have changed
 * that keeps the VF on the GPU, so it is preempted first, and the hardware is asked
 * afterwards, which takes its time. Where there is no interrupt, that no event is
 * pending means nothing.
 */
static void engine_preempt_on_time(struct gpuvf_soft *e)
{
	spin_lock_irq(&e->base.lock);
	if (e->pf->irq && e->phase == GPUVF_PHASE_RUN &&
	    (e->base.started & BIT(e->vf)) && !atomic_read(&e->events))
		engine_slice(e, ktime_get_ns());
	spin_unlock_irq(&e->base.lock);
}

/*
 * Do what is to be done now.
 *
 * Return: when to look again, in ns; 0: at once.
 */
static u64 engine_cycle(struct gpuvf_soft *e)
{
	u64 next, now;

	engine_preempt_on_time(e);
	engine_refresh(e);
	spin_lock_irq(&e->base.lock);
	now = ktime_get_ns();
	switch (e->phase) {
	case GPUVF_PHASE_EMPTY:
		next = engine_empty(e);
		break;
	case GPUVF_PHASE_RUN:
	case GPUVF_PHASE_BURN:
		next = engine_slice(e, now);
		break;
	case GPUVF_PHASE_FAULT:
		next = engine_fault(e);
		break;
	case GPUVF_PHASE_BLOCKED:
		next = engine_blocked(e);
		break;
	default:
		next = engine_command(e, now);
	}
	/* also of VFs that may not run, whose users may reset them */
	if (!e->pf->irq && READ_ONCE(e->pf->num_vfs))
		next = min(next, now + ENGINE_CHANGED_POLL_NS);
	spin_unlock_irq(&e->base.lock);
	return next;
}

static int sched_thread(void *data)
{
	struct gpuvf_soft *e = data;
	u64 next;

	/*
	 * It sleeps nearly always, and what it does when it wakes is bounded.
	 * Being late costs every tenant GPU time.
	 */
	sched_set_fifo(current);

	while (!kthread_should_stop()) {
		if (kthread_should_park() && gpuvf_soft_is_quiescent(e)) {
			kthread_parkme();
			continue;
		}
		next = engine_cycle(e);
		if (!next)
			continue;
		engine_sleep(e, next);
		if (!e->pf->irq)
			e->pf->sink->poll(e->pf);
	}
	return 0;
}

/* create the thread */
int gpuvf_switch_start(struct gpuvf_engine *engine)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	const char *name = gpuvf_pf_name(e->pf);
	struct task_struct *task;

	gpuvf_sched_init(&e->sched, e->pf->config.policy);

	/*
	 * perf and ftrace show 15 characters: gv/0000:41:00.0, and with a domain
	 * of five digits g/10000:41:00.0.
	 */
	task = kthread_create(sched_thread, e, "%.*s/%s",
			      strlen(name) > 12 ? 1 : 2, "gv", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* until soft_free(): an interrupt may wake it when it has ended */
	e->task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}
