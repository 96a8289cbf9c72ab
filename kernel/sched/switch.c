// SPDX-License-Identifier: GPL-2.0
/*
 * The world switch: which command follows which, and when. Each arrow is a command
 * that was done without fault; the next one is issued right there, by the code that
 * saw it: mostly the completion interrupt.
 *
 *	            INIT or LOAD          RUN
 *	  EMPTY ──────► ENTER ──────► START ──────► RUN ◄────────┐
 *	  │ │ ▲                                     │ │ the time slice │
 *	  │ │ │       SAVE                  IDLE    │ │ is over  │
 *	  │ │ └────── SAVE ◄──────── LEAVE ◄────────┘ └► SWITCH ─┘
 *	  │ │        (or at once the next ENTER)    CONTEXT_SWITCH, where the
 *	  │ │                                       hardware has it
 *	  │ └─────► DROP ──► EMPTY                  SHUTDOWN of a VF's state
 *	  └───────► BURN ──► EMPTY                  a time slice without a VF
 *
 *	any command ──fails, or takes too long──► FAULT ──the thread──► BLOCKED
 *	BLOCKED ──its VF was reset──► EMPTY
 *
 * So the order of commands is always legal (gpu-iov register page, section 3.1),
 * and between time slices no VF is on the engine. What is called switch_... is under
 * engine.lock, and short enough for an interrupt: a few accesses to
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
#include "sched/engine.h"

/*
 * How often to look at a command without waiting for its interrupt: where there
 * is none, and where there is one that may have been lost.
 */
#define SCHED_POLL_NS		(50 * NSEC_PER_USEC)
#define SCHED_RECHECK_NS	(5 * NSEC_PER_MSEC)

/* where there is no interrupt: how often to look for news of other kinds */
#define ENGINE_CHANGED_POLL_NS	(10 * NSEC_PER_MSEC)

#define SCHED_NEVER		U64_MAX

static bool switch_is_command(const struct gpuvf_engine *e)
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
 * The only place that writes w->phase and w->vf: gpuvf_engine_reset_begin() and
 * gpuvf_quiesce_locked() wait for them to change, so every transition wakes them.
 *
 * Context: w->lock held.
 */
void gpuvf_switch_set_phase_locked(struct gpuvf_engine *e, enum gpuvf_phase phase,
				   unsigned int vf)
{
	lockdep_assert_held(&e->lock);
	e->phase = phase;
	e->vf = vf;
	/* waiters test their condition under w->lock: none can be missed here */
	if (waitqueue_active(&e->off_wait))
		wake_up_all(&e->off_wait);
}

/* the thread has to look at what just happened */
static void switch_wake(struct gpuvf_engine *e)
{
	atomic_or(GPUVF_ENGINE_SLICE, &e->events);
	wake_up_process(e->task);
}

static void switch_fault(struct gpuvf_pf *pf, int err)
{
	gpuvf_switch_set_phase_locked(&pf->engine, GPUVF_PHASE_FAULT,
				      pf->engine.vf);
	pf->engine.fault = err;
	switch_wake(&pf->engine);
}

/* @preempt_us: what the VF may take to leave, for a command that makes it */
static void switch_issue(struct gpuvf_pf *pf, enum gpuvf_phase phase,
			 enum gpuvf_hw_cmd cmd, unsigned int vf, u64 preempt_us)
{
	u64 limit_us = preempt_us;

	struct gpuvf_engine *e = &pf->engine;
	int err;

	gpuvf_switch_set_phase_locked(e, phase, vf);
	if (cmd != GPUVF_HW_IDLE)
		limit_us += pf->hw->caps.command_limit_us[cmd];
	e->cmd = cmd;
	e->cmd_ns = ktime_get_ns();
	e->limit_ns = e->cmd_ns + limit_us * NSEC_PER_USEC;
	err = pf->hw->ops->command(pf->hw, cmd, vf, e->next_vf);
	if (err)
		switch_fault(pf, err);
}

/* the scheduler's account of a time slice is closed */
static void slice_end(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_engine *e = &pf->engine;
	int vf = e->sched.current_vf;
	u32 due = e->due;
	u64 accounted;

	if (vf == GPUVF_VF_NONE)
		return;
	accounted = gpuvf_sched_end(&e->sched, now);
	trace_gpuvf_slice(pf->pdev, vf, e->sched.budget_ns, accounted);
	e->due &= ~BIT(vf);
	/* the next one may have the GPU to itself */
	if (due && !e->due)
		schedule_work(&e->report);
}

/* may another turn begin without the thread having a look? */
static bool switch_may_go_on(struct gpuvf_engine *e)
{
	return !e->parking && !(e->tear_down & e->started) &&
	       !(atomic_read(&e->events) & ~GPUVF_ENGINE_SLICE);
}

/*
 * Begin a turn of whichever VF is next, with the engine empty; false: no VF is in the
 * rotation. A VF that is started here can no longer be held.
 */
static bool turn_begin(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 now = ktime_get_ns();
	struct gpuvf_decision d;

	if (!gpuvf_sched_next(&e->sched, now, &d))
		return false;
	if (d.burn) {
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_BURN, d.vf);
		switch_wake(e);
		return true;
	}
	e->first = !(e->started & BIT(d.vf));
	if (e->first) {
		e->started |= BIT(d.vf);
		e->sched.started |= BIT(d.vf);
		schedule_work(&e->report);
	}
	trace_gpuvf_switch(pf->pdev, d.vf, e->first);
	switch_issue(pf, GPUVF_PHASE_SWITCH_IN,
		     e->first ? GPUVF_HW_INIT : GPUVF_HW_LOAD, d.vf, 0);
	/* not what it took to decide, nor to tell the device */
	gpuvf_sched_switched_in(&e->sched, ktime_get_ns());
	return true;
}

/* the work of @vf executes from now on */
static void switch_executes(struct gpuvf_pf *pf, unsigned int vf, u64 now)
{
	struct gpuvf_engine *e = &pf->engine;

	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_RUN, vf);
	e->executing_ns = now;
	if (e->full_access == e->vf && !e->full_access_runs) {
		e->full_access_runs = true;
		schedule_work(&e->report);
	}
	switch_wake(e);
}

/* its work executes no longer */
static void switch_stops_executing(struct gpuvf_engine *e, u64 now)
{
	u64 deadline = e->sched.slice_start_ns + e->sched.budget_ns;
	struct gpuvf_engine_vf *wvf = &e->vfs[e->vf];
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
static int switch_next(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	int next;

	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_ONESHOT) ||
	    !switch_may_go_on(e) || !(e->sched.present & BIT(e->vf)))
		return GPUVF_VF_NONE;
	next = gpuvf_sched_choose(&e->sched);
	return next != GPUVF_VF_NONE && (e->started & BIT(next)) ?
	       next : GPUVF_VF_NONE;
}

/* the present time slice is over, with the engine in GPUVF_PHASE_RUN or GPUVF_PHASE_BURN */
static void turn_leave(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 now = ktime_get_ns();
	u32 preempt_us = e->vfs[e->vf].preempt_us;
	int next;

	if (e->phase == GPUVF_PHASE_BURN) {
		gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
		slice_end(pf, now);
		return;
	}
	switch_stops_executing(e, now);
	e->preempt_ns = now;
	next = switch_next(pf);
	if (next != GPUVF_VF_NONE) {
		e->next_vf = next;
		switch_issue(pf, GPUVF_PHASE_SWITCH, GPUVF_HW_SWITCH, e->vf,
			     preempt_us);
		return;
	}
	switch_issue(pf, GPUVF_PHASE_PREEMPT, GPUVF_HW_IDLE, e->vf, preempt_us);
}

/* the hardware refused to switch to the next VF: end the present time slice by steps */
static void turn_idle(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	switch_issue(pf, GPUVF_PHASE_PREEMPT, GPUVF_HW_IDLE, e->vf,
		     e->vfs[e->vf].preempt_us);
}

/**
 * gpuvf_switch_lost_locked() - the present time slice is over by itself
 * @pf: PF
 *
 * Its VF has lost its state, or was saved when the one that it was to make room for
 * lost its own. There is nothing to save, and the engine is empty.
 *
 * Context: engine.lock held.
 */
void gpuvf_switch_lost_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&e->lock);
	if (e->phase == GPUVF_PHASE_RUN)
		e->vfs[e->vf].run_ns += gpuvf_elapsed_ns(e->executing_ns, now);
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	slice_end(pf, now);
	switch_wake(e);
}

/*
 * Without an FLR notice, a command is refused when the VF's user has reset it. (An
 * INIT is not: it is what has to follow.)
 */
static bool switch_is_stale(struct gpuvf_pf *pf)
{
	const struct gpuvf_engine *e = &pf->engine;

	return !gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE) &&
	       e->fault == -ECANCELED && e->cmd != GPUVF_HW_INIT &&
	       !gpuvf_hw_engine_is_taken(pf->hw);
}

/*
 * The VF whose command failed is at fault. Until it was reset, other VFs cannot use the
 * engine, unless it is free.
 */
static void turn_blame(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	struct gpuvf_engine_vf *wvf = &e->vfs[e->vf];

	wvf->fault = switch_is_stale(pf) ? -ESTALE : e->fault;
	wvf->fault_cmd = e->cmd;
	e->hung |= BIT(e->vf);
	e->reset_seen &= ~BIT(e->vf);
	e->runnable &= ~BIT(e->vf);
	e->tear_down &= ~BIT(e->vf);
	gpuvf_switch_set_phase_locked(e, wvf->fault == -ESTALE ?
				       GPUVF_PHASE_EMPTY : GPUVF_PHASE_BLOCKED,
				      e->vf);
	slice_end(pf, ktime_get_ns());
	schedule_work(&e->report);
	switch_wake(e);
}

/**
 * gpuvf_switch_tear_down_locked() - let the hardware drop the state of a VF
 * @pf: PF, with the engine empty
 * @vf: index of a VF that has started
 *
 * Context: engine.lock held.
 */
void gpuvf_switch_tear_down_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->engine.lock);
	switch_issue(pf, GPUVF_PHASE_TEAR_DOWN, GPUVF_HW_SHUTDOWN, vf, 0);
}

/* keep an average of what a switch costs, for those who plan */
static void switch_note_switch(struct gpuvf_engine *e, u64 ns)
{
	e->switch_ns = e->switch_ns ? (7 * e->switch_ns + ns) / 8 : ns;
}

/* SAVE is done: the time slice is accounted for, and the next one may begin */
static void switch_saved(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_engine *e = &pf->engine;

	if (!e->first)
		switch_note_switch(e, e->switch_in_ns +
				    gpuvf_elapsed_ns(e->preempt_ns, done_ns));
	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	slice_end(pf, done_ns);
	if (!switch_may_go_on(e) || !turn_begin(pf))
		switch_wake(e);
}

/* CONTEXT_SWITCH is done: the old time slice is accounted for all of it */
static void switch_switched(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_engine *e = &pf->engine;

	switch_note_switch(e, gpuvf_elapsed_ns(e->preempt_ns, done_ns));
	slice_end(pf, done_ns);
	gpuvf_sched_switched(&e->sched, done_ns);
	e->first = false;
	e->switch_in_ns = 0;
	trace_gpuvf_switch(pf->pdev, e->next_vf, false);
	switch_executes(pf, e->next_vf, done_ns);
}

static void switch_torn_down(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	gpuvf_switch_set_phase_locked(e, GPUVF_PHASE_EMPTY, e->vf);
	e->started &= ~BIT(e->vf);
	e->sched.started &= ~BIT(e->vf);
	e->tear_down &= ~BIT(e->vf);
	e->runnable &= ~BIT(e->vf);
	e->torn_down |= BIT(e->vf);
	schedule_work(&e->report);
	switch_wake(e);
}

/* its VF was reset since then, as far as was heard: no command may follow */
static bool switch_is_lost(const struct gpuvf_engine *e)
{
	switch (e->phase) {
	case GPUVF_PHASE_SWITCH_IN:
	case GPUVF_PHASE_START:
	case GPUVF_PHASE_PREEMPT:
		return !(e->started & BIT(e->vf));
	default:
		return false;
	}
}

/* a command is done, without fault */
static void switch_step(struct gpuvf_pf *pf, u64 done_ns)
{
	struct gpuvf_engine *e = &pf->engine;

	if (switch_is_lost(e)) {
		gpuvf_switch_lost_locked(pf);
		return;
	}
	switch (e->phase) {
	case GPUVF_PHASE_SWITCH_IN:
		e->switch_in_ns = e->cmd_ns;
		switch_issue(pf, GPUVF_PHASE_START, GPUVF_HW_RUN, e->vf, 0);
		break;
	case GPUVF_PHASE_START:
		e->switch_in_ns = gpuvf_elapsed_ns(e->switch_in_ns, done_ns);
		switch_executes(pf, e->vf, done_ns);
		break;
	case GPUVF_PHASE_PREEMPT:
		switch_issue(pf, GPUVF_PHASE_SAVE, GPUVF_HW_SAVE, e->vf, 0);
		break;
	case GPUVF_PHASE_SAVE:
		switch_saved(pf, done_ns);
		break;
	case GPUVF_PHASE_SWITCH:
		switch_switched(pf, done_ns);
		break;
	case GPUVF_PHASE_TEAR_DOWN:
		switch_torn_down(pf);
		break;
	default:
		break;
	}
}

static void switch_log_command(struct gpuvf_pf *pf, u64 ns, int err)
{
	const struct gpuvf_engine *e = &pf->engine;
	struct gpuvf_command_log *log = &pf->commands;

	trace_gpuvf_command(pf->pdev, e->vf, e->cmd, ns, err);
	log->run_list[log->count++ % GPUVF_COMMAND_LOG_SIZE] = (struct gpuvf_command){
		ktime_get_ns(), ns, e->vf, e->cmd, err
	};
}

/* the command under way, which does not end any more when the engine hangs */
static void switch_look(struct gpuvf_pf *pf, u64 done_ns, bool hangs)
{
	struct gpuvf_engine *e = &pf->engine;
	int err;

	if (!switch_is_command(e))
		return;
	err = pf->hw->ops->command_status(pf->hw);
	if (err == -EINPROGRESS) {
		if (!hangs && done_ns < e->limit_ns)
			return;
		err = hangs ? -EIO : -ETIMEDOUT;
	}
	/* an interrupt takes its time stamp before it waits for engine.lock */
	done_ns = max(done_ns, e->cmd_ns);
	switch_log_command(pf, done_ns - e->cmd_ns, err);
	if (err)
		switch_fault(pf, err);
	else
		switch_step(pf, done_ns);
}

/**
 * gpuvf_switch_poll_locked() - look whether the command under way is done
 * @pf: PF
 * @done_ns: when it was, if it is
 *
 * What follows is begun at once. A command that takes too long is a fault.
 *
 * Context: engine.lock held.
 */
void gpuvf_switch_poll_locked(struct gpuvf_pf *pf, u64 done_ns)
{
	lockdep_assert_held(&pf->engine.lock);
	switch_look(pf, done_ns, false);
}

/*
 * The hardware reported a hang. When the function on the engine hangs now, the command
 * under way fails without waiting for its limit, and a VF that executes is preempted,
 * which fails. A report of a hang that is over by now changes nothing.
 */
static void turn_hang(struct gpuvf_pf *pf)
{
	u32 vfs = atomic_xchg(&pf->engine.hang_vfs, 0);

	if (!(vfs & BIT(pf->engine.vf)) || !pf->hw->ops->engine_hangs ||
	    !pf->hw->ops->engine_hangs(pf->hw))
		return;
	if (pf->engine.phase == GPUVF_PHASE_RUN)
		turn_leave(pf);
	else
		switch_look(pf, ktime_get_ns(), true);
}

/**
 * gpuvf_engine_interrupt() - the hardware has something to say
 * @pf: PF
 * @hw: what
 * @now: when the interrupt came
 *
 * That a command is over is followed up at once, and the interrupt's time counts, so
 * that no VF is accounted for the time that a thread takes to wake up.
 *
 * Context: hard interrupt, or where there is none the scheduler thread.
 */
void gpuvf_engine_interrupt(struct gpuvf_pf *pf,
			    const struct gpuvf_hw_events *hw, u64 now)
{
	const u32 others = GPUVF_HW_EVENT_BUSY | GPUVF_HW_EVENT_VF_FLR |
			   GPUVF_HW_EVENT_HANG;
	struct gpuvf_engine *e = &pf->engine;
	unsigned long flags;

	if (hw->events & GPUVF_HW_EVENT_COMMAND) {
		spin_lock_irqsave(&e->lock, flags);
		gpuvf_switch_poll_locked(pf, now);
		if (e->phase == GPUVF_PHASE_BLOCKED)
			switch_wake(e);
		spin_unlock_irqrestore(&e->lock, flags);
	}
	if (hw->events & GPUVF_HW_EVENT_HANG)
		atomic_or(hw->hang_vfs, &e->hang_vfs);
	if (hw->events & others)
		gpuvf_engine_event(pf, hw->events & ~GPUVF_HW_EVENT_COMMAND);
}

/* sleep until then, unless something happens first */
static void engine_sleep(struct gpuvf_engine *e, u64 until_ns)
{
	ktime_t until = ns_to_ktime(until_ns);

	set_current_state(TASK_IDLE);
	if (!atomic_read(&e->events) && !kthread_should_stop() &&
	    !(kthread_should_park() && gpuvf_engine_is_quiescent(e)))
		schedule_hrtimeout_range(until_ns == SCHED_NEVER ? NULL : &until,
					 0, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
}

/*
 * Ask the hardware what changed and tell the scheduler. A VF that was reset has
 * lost its state; it is not started again before its memory was scrubbed, which
 * the report work sees to.
 */
static void engine_refresh(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u32 events, work = 0, flr;

	events = atomic_xchg(&e->events, 0);
	if (events & GPUVF_ENGINE_POLL)
		pf->sink->poll(pf);
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY))
		work = pf->hw->ops->busy_vfs(pf->hw);

	spin_lock_irq(&e->lock);
	flr = gpuvf_engine_flr_locked(pf);
	e->work = work;
	e->flr |= flr;
	gpuvf_engine_lose_locked(pf, flr);
	gpuvf_engine_masks_locked(e);
	if (e->phase == GPUVF_PHASE_RUN && !(e->started & BIT(e->vf)))
		gpuvf_switch_lost_locked(pf);
	if (events & GPUVF_HW_EVENT_HANG)
		turn_hang(pf);
	spin_unlock_irq(&e->lock);
}

static u64 engine_empty(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u32 tear_down = e->tear_down & e->started;

	if (e->parking)
		return SCHED_NEVER;
	if (tear_down) {
		gpuvf_switch_tear_down_locked(pf, __ffs(tear_down));
		return 0;
	}
	return turn_begin(pf) ? 0 : SCHED_NEVER;
}

static u64 engine_slice(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 deadline = now;

	if (e->full_access == e->vf && !e->full_access_runs &&
	    e->phase == GPUVF_PHASE_RUN) {
		e->full_access_runs = true;
		schedule_work(&e->report);
	}
	if (!e->parking && e->sched.current_vf != GPUVF_VF_NONE)
		deadline = gpuvf_sched_deadline(&e->sched, now);
	if (deadline > now)
		return deadline;
	turn_leave(pf);
	return 0;
}

static u64 engine_command(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_engine *e = &pf->engine;
	enum gpuvf_phase phase = e->phase;
	u64 step_ns = pf->irq ? SCHED_RECHECK_NS : SCHED_POLL_NS;

	gpuvf_switch_poll_locked(pf, now);
	if (e->phase != phase)
		return 0;
	return min(e->limit_ns, now + step_ns);
}

/* is one of the VFs of the command not there any more? */
static bool engine_fault_is_explained(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	if (!(e->started & BIT(e->vf)))
		return true;
	/* the other one has nothing to do with it, if it could be saved */
	return e->cmd == GPUVF_HW_SWITCH && !(e->started & BIT(e->next_vf)) &&
	       !gpuvf_hw_engine_is_taken(pf->hw);
}

/*
 * CONTEXT_SWITCH was refused. While the first VF is still on the engine it is made
 * to leave by steps: the next LOAD tells whether the second one can go on. With the
 * engine free the first one was saved, or one of them has no state any more; without
 * an FLR notice their next LOADs tell which.
 */
static bool engine_switch_is_refused(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	if (e->cmd != GPUVF_HW_SWITCH || e->fault != -ECANCELED)
		return false;
	if (gpuvf_hw_engine_is_taken(pf->hw)) {
		turn_idle(pf);
		return true;
	}
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		return false;
	gpuvf_switch_lost_locked(pf);
	return true;
}

/*
 * A command failed. When its VF was reset by its user, or the one that it was to
 * switch to, that is why: only a look at the hardware after the fault tells.
 */
static u64 engine_fault(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	if (engine_fault_is_explained(pf))
		gpuvf_switch_lost_locked(pf);
	else if (e->fault_seen && !engine_switch_is_refused(pf))
		turn_blame(pf);
	e->fault_seen = e->phase == GPUVF_PHASE_FAULT;
	return 0;
}

static u64 engine_blocked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	if (e->stuck || !(e->reset_seen & BIT(e->vf)))
		return SCHED_NEVER;
	gpuvf_engine_lose_locked(pf, BIT(e->vf));
	if (e->started & BIT(e->vf))
		return SCHED_NEVER;
	gpuvf_switch_lost_locked(pf);
	return 0;
}

/*
 * The timer of the slice expired, and no event is pending: nothing can have changed
 * that keeps the VF on the GPU, so it is preempted first, and the hardware is asked
 * afterwards, which takes its time. Where there is no interrupt, that no event is
 * pending means nothing.
 */
static void engine_preempt_on_time(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	spin_lock_irq(&e->lock);
	if (pf->irq && e->phase == GPUVF_PHASE_RUN &&
	    (e->started & BIT(e->vf)) && !atomic_read(&e->events))
		engine_slice(pf, ktime_get_ns());
	spin_unlock_irq(&e->lock);
}

/*
 * Do what is to be done now.
 *
 * Return: when to look again, in ns; 0: at once.
 */
static u64 engine_cycle(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 next, now;

	engine_preempt_on_time(pf);
	engine_refresh(pf);
	spin_lock_irq(&e->lock);
	now = ktime_get_ns();
	switch (e->phase) {
	case GPUVF_PHASE_EMPTY:
		next = engine_empty(pf);
		break;
	case GPUVF_PHASE_RUN:
	case GPUVF_PHASE_BURN:
		next = engine_slice(pf, now);
		break;
	case GPUVF_PHASE_FAULT:
		next = engine_fault(pf);
		break;
	case GPUVF_PHASE_BLOCKED:
		next = engine_blocked(pf);
		break;
	default:
		next = engine_command(pf, now);
	}
	/* also of VFs that may not run, whose users may reset them */
	if (!pf->irq && READ_ONCE(pf->num_vfs))
		next = min(next, now + ENGINE_CHANGED_POLL_NS);
	spin_unlock_irq(&e->lock);
	return next;
}

static int sched_thread(void *data)
{
	struct gpuvf_pf *pf = data;
	struct gpuvf_engine *e = &pf->engine;
	u64 next;

	/*
	 * It sleeps nearly always, and what it does when it wakes is bounded.
	 * Being late costs every tenant GPU time.
	 */
	sched_set_fifo(current);

	while (!kthread_should_stop()) {
		if (kthread_should_park() && gpuvf_engine_is_quiescent(e)) {
			kthread_parkme();
			continue;
		}
		next = engine_cycle(pf);
		if (!next)
			continue;
		engine_sleep(e, next);
		if (!pf->irq)
			pf->sink->poll(pf);
	}
	return 0;
}

/**
 * gpuvf_engine_start() - create the thread
 * @pf: PF whose configuration is known
 *
 * Return: 0, or the errno of kthread_create().
 */
int gpuvf_engine_start(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	struct task_struct *task;

	spin_lock_init(&e->lock);
	init_waitqueue_head(&e->off_wait);
	atomic_set(&e->events, 0);
	atomic_set(&e->hang_vfs, 0);
	e->full_access = GPUVF_VF_NONE;
	gpuvf_sched_init(&e->sched, pf->config.policy);

	/*
	 * perf and ftrace show 15 characters: gv/0000:41:00.0, and with a domain
	 * of five digits g/10000:41:00.0.
	 */
	task = kthread_create(sched_thread, pf, "%.*s/%s",
			      strlen(gpuvf_pf_name(pf)) > 12 ? 1 : 2, "gv",
			      gpuvf_pf_name(pf));
	if (IS_ERR(task))
		return PTR_ERR(task);
	/* until pf_release(): an interrupt may wake it when it has ended */
	e->task = get_task_struct(task);
	wake_up_process(task);
	return 0;
}

/**
 * gpuvf_engine_stop() - end the thread
 * @pf: PF without enabled VFs
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_engine_stop(struct gpuvf_pf *pf)
{
	kthread_stop(pf->engine.task);
	cancel_work_sync(&pf->engine.report);
}
