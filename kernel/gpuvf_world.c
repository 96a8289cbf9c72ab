// SPDX-License-Identifier: GPL-2.0
/*
 * The world thread: gives VFs their turns on the GPU, as the scheduler decides.
 *
 * One turn of VF v, with who is told to do what:
 *
 *	INIT v (the first time) or LOAD v     create or restore its state
 *	RUN v                                 its guest's work executes
 *	... sleep until the turn is over: its slice, nothing left to do, news ...
 *	IDLE v                                drain, within the preemption timeout
 *	SAVE v                                into the context save area
 *
 * so that between turns nobody is on the engine, and the legal order of
 * commands (gpu-iov register page, section 3.1) follows from the shape of
 * world_turn() alone. Only this thread, or somebody who has parked it, issues
 * commands. It never takes pf->lock: whoever holds that may wait for it.
 */

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "gpuvf_hw.h"
#include "gpuvf_pf.h"
#include "gpuvf_vf.h"
#include "gpuvf_world.h"

/* beside the GPUVF_HW_EVENT_* bits: somebody changed what the thread is told */
#define WORLD_EVENT_NEWS	BIT(30)

/* what ends the thread's sleep; the command bit belongs to world_command() */
#define WORLD_EVENTS_ANY	((u32)~GPUVF_HW_EVENT_COMMAND)

/*
 * How often to look at a command without waiting for its interrupt: where there
 * is none, and where there is one that may have been lost.
 */
#define WORLD_POLL_NS		(50 * NSEC_PER_USEC)
#define WORLD_RECHECK_NS	(5 * NSEC_PER_MSEC)

/* tries to get hold of a VF for its reset, and the pause between them */
#define WORLD_RESET_TRIES	10
#define WORLD_RESET_PAUSE_MS	20

static const char * const world_command_names[] = {
	[GPUVF_HW_IDLE] = "IDLE",
	[GPUVF_HW_SAVE] = "SAVE",
	[GPUVF_HW_LOAD] = "LOAD",
	[GPUVF_HW_RUN] = "RUN",
	[GPUVF_HW_INIT] = "INIT",
	[GPUVF_HW_SHUTDOWN] = "SHUTDOWN",
};

static bool world_must_stop(void)
{
	return kthread_should_stop() || kthread_should_park();
}

/* sleep until an event comes, somebody wants us to stop, or the time is over */
static void world_sleep(struct gpuvf_world *w, u32 events, u64 ns)
{
	wait_event_interruptible_hrtimeout(w->wait,
					   (atomic_read(&w->events) & events) ||
					   world_must_stop(),
					   ns_to_ktime(ns));
}

/*
 * Issue a command and sleep until it is over. When that was, w->done_ns says
 * afterwards: the interrupt's time, so that no VF is charged for the time that
 * this thread takes to wake up.
 *
 * Return: 0; -ETIMEDOUT; -ECANCELED: the hardware would not do it; -EIO.
 */
static int world_command(struct gpuvf_pf *pf, enum gpuvf_hw_cmd cmd,
			 unsigned int vf, u32 limit_us)
{
	const u64 step_ns = pf->irq ? WORLD_RECHECK_NS : WORLD_POLL_NS;
	struct gpuvf_world *w = &pf->world;
	ktime_t limit;
	int err;

	w->last_cmd = cmd;
	atomic_andnot(GPUVF_HW_EVENT_COMMAND, &w->events);
	limit = ktime_add_us(ktime_get(), limit_us);
	err = pf->hw->command(pf, cmd, vf);
	if (err)
		return err;
	for (;;) {
		/* a command is always waited for, also when we are to stop */
		wait_event_interruptible_hrtimeout(w->wait,
						   atomic_read(&w->events) &
						   GPUVF_HW_EVENT_COMMAND,
						   ns_to_ktime(step_ns));
		w->done_ns = atomic_fetch_andnot(GPUVF_HW_EVENT_COMMAND,
						 &w->events) &
			     GPUVF_HW_EVENT_COMMAND ?
			     READ_ONCE(w->irq_ns) : ktime_get_ns();
		err = pf->hw->command_status(pf);
		if (err != -EINPROGRESS)
			break;
		if (ktime_after(ktime_get(), limit)) {
			err = -ETIMEDOUT;
			break;
		}
	}
	return err;
}

/*
 * Ask the hardware what changed and tell the scheduler. A VF that was reset by
 * its user has lost its state; it is not started again before its memory was
 * cleared, which the report work sees to.
 */
static void world_refresh(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 work = 0, was_reset = 0;

	atomic_and(GPUVF_HW_EVENT_COMMAND, &w->events);
	if (pf->hw->flr_vfs)
		was_reset = pf->hw->flr_vfs(pf);
	if (pf->hw->busy_vfs)
		work = pf->hw->busy_vfs(pf);

	spin_lock(&w->lock);
	was_reset &= w->started;
	if (was_reset) {
		w->started &= ~was_reset;
		w->runnable &= ~was_reset;
		w->was_reset |= was_reset;
		schedule_work(&w->report);
	}
	gpuvf_sched_update(&w->sched,
			   w->stalled ? 0 : w->runnable &
					    (w->started | ~w->held),
			   w->started, work, ktime_get_ns());
	spin_unlock(&w->lock);
}

/* begin a turn; a VF that is started here can no longer be held */
static bool world_next(struct gpuvf_pf *pf, struct gpuvf_decision *d,
		       bool *first)
{
	struct gpuvf_world *w = &pf->world;
	bool ok;

	spin_lock(&w->lock);
	ok = gpuvf_sched_next(&w->sched, ktime_get_ns(), d);
	if (ok && !d->burn) {
		*first = !(w->started & BIT(d->vf));
		w->started |= BIT(d->vf);
	}
	spin_unlock(&w->lock);
	return ok;
}

static void world_end(struct gpuvf_pf *pf, u64 now)
{
	struct gpuvf_world *w = &pf->world;

	spin_lock(&w->lock);
	gpuvf_sched_end(&w->sched, now);
	spin_unlock(&w->lock);
}

/*
 * Sleep as long as the turn lasts.
 *
 * Return: false when the VF lost its state meanwhile: there is nothing to save.
 */
static bool world_sleep_turn(struct gpuvf_pf *pf, const struct gpuvf_decision *d)
{
	struct gpuvf_world *w = &pf->world;

	for (;;) {
		u64 deadline, now;
		bool lost;

		world_refresh(pf);
		spin_lock(&w->lock);
		now = ktime_get_ns();
		deadline = gpuvf_sched_deadline(&w->sched, now);
		lost = !d->burn && !(w->started & BIT(d->vf));
		spin_unlock(&w->lock);
		if (lost)
			return false;
		if (deadline <= now || world_must_stop())
			return true;
		world_sleep(w, WORLD_EVENTS_ANY, deadline - now);
	}
}

/* keep an average of what a switch costs, for those who plan */
static void world_note_switch(struct gpuvf_pf *pf, u64 ns)
{
	struct gpuvf_world *w = &pf->world;

	spin_lock(&w->lock);
	w->switch_ns = w->switch_ns ? (7 * w->switch_ns + ns) / 8 : ns;
	spin_unlock(&w->lock);
}

static int world_run_vf(struct gpuvf_pf *pf, const struct gpuvf_decision *d,
			bool first)
{
	const u32 limit_us = pf->hw->command_limit_us;
	u64 entered, leaving;
	u64 begin = ktime_get_ns();
	u32 preempt_us;
	int err;

	err = world_command(pf, first ? GPUVF_HW_INIT : GPUVF_HW_LOAD, d->vf,
			    limit_us);
	if (!err)
		err = world_command(pf, GPUVF_HW_RUN, d->vf, limit_us);
	if (err)
		return err;
	entered = ktime_get_ns();

	if (!world_sleep_turn(pf, d)) {
		pf->world.done_ns = ktime_get_ns();
		return 0;
	}

	spin_lock(&pf->world.lock);
	preempt_us = pf->world.preempt_us[d->vf];
	spin_unlock(&pf->world.lock);

	leaving = ktime_get_ns();
	err = world_command(pf, GPUVF_HW_IDLE, d->vf, preempt_us);
	if (!err)
		err = world_command(pf, GPUVF_HW_SAVE, d->vf, limit_us);
	if (!err && !first)
		world_note_switch(pf, entered - begin +
				  pf->world.done_ns - leaving);
	return err;
}

/*
 * A command of this VF failed or hung: reset the VF alone. Its PCI device stays
 * while it may be given turns, see gpuvf_vfs_stop_locked().
 */
static void world_recover(struct gpuvf_pf *pf, unsigned int vf, int cause)
{
	struct gpuvf_world *w = &pf->world;
	struct pci_dev *pdev = pf->vf[vf].pdev;
	u32 was_reset = 0;
	unsigned int tries;
	int err = -ENODEV;

	pci_warn(pf->pdev, "VF %u: command %s failed (%pe), resetting the VF\n",
		 vf, world_command_names[w->last_cmd], ERR_PTR(cause));
	for (tries = 0; pdev && tries < WORLD_RESET_TRIES; tries++) {
		/* trylock: whoever has the VF's device lock may wait for us */
		err = pci_try_reset_function(pdev);
		if (err != -EAGAIN)
			break;
		schedule_timeout_idle(msecs_to_jiffies(WORLD_RESET_PAUSE_MS));
	}
	/* this one's reset is our own; others' are news */
	if (pf->hw->flr_vfs)
		was_reset = pf->hw->flr_vfs(pf) & ~BIT(vf);

	spin_lock(&w->lock);
	was_reset &= w->started;
	w->started &= ~(was_reset | BIT(vf));
	w->runnable &= ~(was_reset | BIT(vf));
	w->was_reset |= was_reset;
	w->failed |= BIT(vf);
	if (err || pf->hw->command_status(pf) == -EINPROGRESS)
		w->stalled = true;
	spin_unlock(&w->lock);
	schedule_work(&w->report);
}

/*
 * One turn, whoever's it is.
 *
 * Return: false when nobody is in the round.
 */
static bool world_turn(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	struct gpuvf_decision d;
	bool first = false;
	u32 was_reset;
	int err = 0;

	world_refresh(pf);
	if (!world_next(pf, &d, &first))
		return false;

	if (d.burn)
		world_sleep_turn(pf, &d);
	else
		err = world_run_vf(pf, &d, first);
	world_end(pf, d.burn || err ? ktime_get_ns() : w->done_ns);

	if (err) {
		/* perhaps its user has reset it under our hands */
		world_refresh(pf);
		spin_lock(&w->lock);
		was_reset = w->was_reset;
		spin_unlock(&w->lock);
		if (!(was_reset & BIT(d.vf)))
			world_recover(pf, d.vf, err);
	}
	return true;
}

static int world_thread(void *data)
{
	struct gpuvf_pf *pf = data;
	struct gpuvf_world *w = &pf->world;

	/* it sleeps nearly always; being late costs every tenant GPU time */
	sched_set_fifo(current);

	while (!kthread_should_stop()) {
		if (kthread_should_park()) {
			kthread_parkme();
			continue;
		}
		if (!world_turn(pf))
			wait_event_idle(w->wait,
					(atomic_read(&w->events) &
					 WORLD_EVENTS_ANY) ||
					world_must_stop());
	}
	return 0;
}

/*
 * What the thread saw and must not say itself, since it never takes pf->lock.
 * Whoever changes the layout comes here first: what a VF that lost its state
 * leaves behind is marked where it is now.
 *
 * Return: bit n: VF n has state.
 */
static u32 world_reap_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 was_reset, failed, started;
	unsigned int vf;

	lockdep_assert_held(&pf->lock);
	spin_lock(&w->lock);
	was_reset = w->was_reset;
	failed = w->failed;
	w->failed = 0;
	started = w->started;
	spin_unlock(&w->lock);

	for (vf = 0; vf < pf->total_vfs; vf++) {
		if (failed & BIT(vf))
			gpuvf_vf_failed_locked(pf, vf);
		if ((failed | was_reset) & BIT(vf))
			gpuvf_clear_mark_locked(pf, vf);
	}

	/* only now that its memory is marked may it be made runnable again */
	spin_lock(&w->lock);
	w->was_reset &= ~was_reset;
	spin_unlock(&w->lock);
	return started;
}

static void world_report(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(work, struct gpuvf_pf, world.report);
	struct gpuvf_world *w = &pf->world;
	bool stalled;

	mutex_lock(&pf->lock);
	world_reap_locked(pf);
	spin_lock(&w->lock);
	stalled = w->stalled;
	spin_unlock(&w->lock);
	if (stalled)
		gpuvf_pf_wedge_locked(pf, "a command that cannot be ended");
	gpuvf_clear_kick_locked(pf);
	gpuvf_vfs_update_locked(pf);
	mutex_unlock(&pf->lock);
	gpuvf_pf_notify(pf);
}

/**
 * gpuvf_world_event() - the hardware raised an interrupt, or there is news
 * @pf: PF
 * @events: GPUVF_HW_EVENT_* bits
 *
 * Context: any.
 */
void gpuvf_world_event(struct gpuvf_pf *pf, u32 events)
{
	if (events & GPUVF_HW_EVENT_COMMAND)
		WRITE_ONCE(pf->world.irq_ns, ktime_get_ns());
	atomic_or(events, &pf->world.events);
	wake_up(&pf->world.wait);
}

/**
 * gpuvf_world_set_runnable() - who may be given turns
 * @pf: PF
 * @vfs: bit n: VF n is enabled, has cleared memory, and is not failed
 *
 * Context: pf->lock held.
 */
void gpuvf_world_set_runnable(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock(&w->lock);
	w->runnable = vfs & ~(w->was_reset | w->failed);
	spin_unlock(&w->lock);
	gpuvf_world_event(pf, WORLD_EVENT_NEWS);
}

/**
 * gpuvf_world_configure() - take over policy and time settings from pf->config
 * @pf: PF
 *
 * Every setting holds from the VF's next turn; nobody's present turn is
 * disturbed.
 *
 * Context: pf->lock held.
 */
void gpuvf_world_configure(struct gpuvf_pf *pf)
{
	const struct gpuvf_config *cfg = &pf->config;
	struct gpuvf_world *w = &pf->world;
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	spin_lock(&w->lock);
	gpuvf_sched_set_policy(&w->sched, cfg->policy, ktime_get_ns());
	for (i = 0; i < pf->total_vfs; i++) {
		gpuvf_sched_set_slice(&w->sched, i,
				      cfg->vf[i].time_slice_us *
				      (u64)NSEC_PER_USEC);
		w->preempt_us[i] = gpuvf_config_preempt_us(&cfg->vf[i]);
	}
	spin_unlock(&w->lock);
	gpuvf_world_event(pf, WORLD_EVENT_NEWS);
}

/**
 * gpuvf_world_started() - which VFs have state on the GPU
 * @pf: PF
 *
 * Unless the thread is parked or holds them, VFs may be started at any moment.
 *
 * Return: bit n: VF n.
 */
u32 gpuvf_world_started(struct gpuvf_pf *pf)
{
	u32 started;

	spin_lock(&pf->world.lock);
	started = pf->world.started;
	spin_unlock(&pf->world.lock);
	return started;
}

/**
 * gpuvf_world_switch_ns() - what a world switch costs
 * @pf: PF
 *
 * Return: nanoseconds, an average over the last switches; 0: none yet.
 */
u64 gpuvf_world_switch_ns(struct gpuvf_pf *pf)
{
	u64 ns;

	spin_lock(&pf->world.lock);
	ns = pf->world.switch_ns;
	spin_unlock(&pf->world.lock);
	return ns;
}

/**
 * gpuvf_world_stats() - what the world counts of a VF
 * @pf: PF
 * @vf: index of the VF
 * @stats: its counters; those that the world has are set
 *
 * Context: any that may take world.lock.
 */
void gpuvf_world_stats(struct gpuvf_pf *pf, unsigned int vf,
		       struct gpuvf_vf_stats *stats)
{
	const struct gpuvf_sched_vf *svf = &pf->world.sched.vf[vf];

	spin_lock(&pf->world.lock);
	stats->charged_ns = svf->charged_ns;
	stats->slices = svf->turns;
	stats->skipped = svf->skipped;
	stats->overrun_ns = svf->overrun_ns;
	stats->idle_ns = svf->given_away_ns;
	spin_unlock(&pf->world.lock);
}

static bool world_is_on(struct gpuvf_pf *pf, unsigned int vf)
{
	bool on;

	spin_lock(&pf->world.lock);
	on = pf->world.sched.current_vf == vf;
	spin_unlock(&pf->world.lock);
	return on;
}

/**
 * gpuvf_world_wait_off() - wait until a VF is not on the engine
 * @pf: PF
 * @vf: index of a VF that may be given no more turns
 *
 * Context: may sleep, as long as the VF takes to leave, or to be caught.
 */
void gpuvf_world_wait_off(struct gpuvf_pf *pf, unsigned int vf)
{
	while (world_is_on(pf, vf))
		usleep_range(500, 1000);
}

/**
 * gpuvf_world_vf_was_reset() - a VF lost its state in a reset of ours
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any that may take world.lock.
 */
void gpuvf_world_vf_was_reset(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_world *w = &pf->world;

	spin_lock(&w->lock);
	if (w->started & BIT(vf)) {
		w->started &= ~BIT(vf);
		w->runnable &= ~BIT(vf);
		w->was_reset |= BIT(vf);
		schedule_work(&w->report);
	}
	spin_unlock(&w->lock);
}

/**
 * gpuvf_world_hold() - let no VF start that has not
 * @pf: PF
 *
 * VFs that have started go on as ever. gpuvf_world_release() ends it.
 *
 * Context: pf->lock held, which makes it one holder at a time.
 * Return: bit n: VF n has started; no other will until the release. One that
 * is reset by its user from now on leaves its memory as it is.
 */
u32 gpuvf_world_hold(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock(&w->lock);
	w->held = ~0U;
	/* the thread decides under this lock, with what it last refreshed */
	gpuvf_sched_update(&w->sched, w->sched.present & w->started,
			   w->sched.started, w->sched.work, ktime_get_ns());
	spin_unlock(&w->lock);
	return world_reap_locked(pf);
}

/**
 * gpuvf_world_release() - VFs may start again
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_world_release(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	spin_lock(&pf->world.lock);
	pf->world.held = 0;
	spin_unlock(&pf->world.lock);
	gpuvf_world_event(pf, WORLD_EVENT_NEWS);
}

/**
 * gpuvf_world_park() - end the present turn and stand still
 * @pf: PF
 *
 * On return nobody is on the engine and no command is under way, unless the
 * hardware hangs.
 *
 * Context: may sleep, for two commands at the most when all is well.
 */
void gpuvf_world_park(struct gpuvf_pf *pf)
{
	kthread_park(pf->world.task);
}

/**
 * gpuvf_world_unpark() - go on
 * @pf: PF
 */
void gpuvf_world_unpark(struct gpuvf_pf *pf)
{
	kthread_unpark(pf->world.task);
}

/**
 * gpuvf_world_forget() - the GPU was reset: nobody has state on it
 * @pf: PF whose world is parked
 *
 * Context: pf->lock held.
 * Return: bit n: VF n had.
 */
u32 gpuvf_world_forget(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 had;

	lockdep_assert_held(&pf->lock);
	spin_lock(&w->lock);
	had = w->started | w->was_reset | w->failed;
	w->started = 0;
	w->was_reset = 0;
	w->runnable = 0;
	w->failed = 0;
	gpuvf_sched_update(&w->sched, 0, 0, 0, ktime_get_ns());
	spin_unlock(&w->lock);
	return had;
}

/**
 * gpuvf_world_revive() - the GPU was reset: commands may work again
 * @pf: PF whose world is parked
 *
 * Context: pf->lock held.
 */
void gpuvf_world_revive(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	spin_lock(&pf->world.lock);
	pf->world.stalled = false;
	spin_unlock(&pf->world.lock);
}

/**
 * gpuvf_world_shutdown_vfs() - let the hardware drop the state of all VFs
 * @pf: PF whose world is parked
 *
 * Context: pf->lock held; may sleep.
 * Return: bit n: VF n had state.
 */
u32 gpuvf_world_shutdown_vfs(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	u32 had, was_reset = 0;
	unsigned int vf;

	lockdep_assert_held(&pf->lock);
	had = gpuvf_world_started(pf);
	if (pf->hw->flr_vfs)
		was_reset = pf->hw->flr_vfs(pf);
	for (vf = 0; vf < pf->total_vfs && !w->stalled; vf++) {
		if (!(had & ~was_reset & BIT(vf)) ||
		    world_command(pf, GPUVF_HW_SHUTDOWN, vf,
				  pf->hw->command_limit_us) != -ETIMEDOUT)
			continue;
		/* no other command before this one is over, by a reset */
		spin_lock(&w->lock);
		w->stalled = true;
		spin_unlock(&w->lock);
		schedule_work(&w->report);
	}
	return gpuvf_world_forget(pf);
}

/**
 * gpuvf_world_start() - create the thread
 * @pf: PF whose configuration is known
 *
 * Return: 0, or the errno of kthread_run().
 */
int gpuvf_world_start(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	struct task_struct *task;

	spin_lock_init(&w->lock);
	init_waitqueue_head(&w->wait);
	atomic_set(&w->events, 0);
	INIT_WORK(&w->report, world_report);
	gpuvf_sched_init(&w->sched, pf->config.policy);

	task = kthread_run(world_thread, pf, "gpuvf/%s", gpuvf_pf_name(pf));
	if (IS_ERR(task))
		return PTR_ERR(task);
	w->task = task;
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
