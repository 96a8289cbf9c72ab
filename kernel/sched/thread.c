// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler thread: decides when a turn ends, and looks after what the hardware
 * does not report. The commands of a turn are in sched/switch.c.
 *
 * Only the thread, the completion interrupt, or what has parked the thread, issues
 * commands. The thread never takes pf->lock, because holders of pf->lock wait for the
 * thread. What it has to report goes to a work item that does take it.
 */

#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "base/pf.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "sched/switch.h"

/*
 * How often to look at a command without waiting for its interrupt: where there
 * is none, and where there is one that may have been lost.
 */
#define WORLD_POLL_NS		(50 * NSEC_PER_USEC)
#define WORLD_RECHECK_NS	(5 * NSEC_PER_MSEC)

/* where there is no interrupt: how often to look for news of other kinds */
#define WORLD_NEWS_POLL_NS	(10 * NSEC_PER_MSEC)

#define WORLD_NEVER		U64_MAX

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
		gpuvf_turn_hang_locked(pf);
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
	return gpuvf_turn_begin_locked(pf) ? 0 : WORLD_NEVER;
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
	gpuvf_turn_leave_locked(pf);
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
		gpuvf_turn_idle_locked(pf);
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
		gpuvf_turn_blame_locked(pf);
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
