// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of a GPU, as the layers above see it: which VFs may be given time slices, which
 * have state, how they are taken off it. sched/switch.c gives the time slices.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "base/pf.h"
#include "hw/hw.h"
#include "sched/engine.h"

/* from below a bare timer's lateness to beyond the longest time slice */
const u64 gpuvf_lateness_upper_ns[GPUVF_LATENESS_BUCKETS - 1] = {
	1 * NSEC_PER_USEC, 2 * NSEC_PER_USEC, 5 * NSEC_PER_USEC,
	10 * NSEC_PER_USEC, 20 * NSEC_PER_USEC, 50 * NSEC_PER_USEC,
	100 * NSEC_PER_USEC, 200 * NSEC_PER_USEC, 500 * NSEC_PER_USEC,
	1 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC, 100 * NSEC_PER_MSEC,
	1 * NSEC_PER_SEC,
};

/* the longest full access, see vf/full_access.c */
#define ENGINE_FULL_ACCESS_MAX_US	3000000U

/* which VFs have work; what is assumed without busy bits is in hw/hw.h */
static u32 engine_work(struct gpuvf_engine *e)
{
	const struct gpuvf_pf *pf = container_of(e, struct gpuvf_pf, engine);

	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY))
		return e->work;
	return gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX) ? e->started :
							     e->runnable;
}

/**
 * gpuvf_engine_masks_locked() - tell the scheduler who may run
 * @e: engine
 *
 * Who has the GPU to himself is alone in the rotation, and counts as having work.
 *
 * Context: w->lock held.
 */
void gpuvf_engine_masks_locked(struct gpuvf_engine *e)
{
	u32 present = e->runnable & (e->started | ~e->first_start_blocked) & ~e->tear_down;
	u64 now = ktime_get_ns();
	u32 work = engine_work(e);
	u32 due = e->due;

	lockdep_assert_held(&e->lock);
	if (e->full_access != GPUVF_VF_NONE)
		work |= BIT(e->full_access);
	gpuvf_sched_set_full_access(&e->sched, e->full_access, now);
	gpuvf_sched_update(&e->sched, present, e->started, work, now);
	if (e->full_access != GPUVF_VF_NONE)
		return;
	e->due &= gpuvf_sched_run_list(&e->sched);
	if (due && !e->due)
		schedule_work(&e->report);
}

/**
 * gpuvf_engine_lose_locked() - VFs lost their contexts in a reset
 * @pf: PF
 * @vfs: bit n: VF n
 *
 * A VF that never ran counts too: its guest may have written framebuffer through its
 * BAR. None of them starts before the report work has marked what it leaves behind. A
 * VF that has the engine even now was not reached by the reset, and keeps its context
 * until the GPU is reset where it blocks the engine, else until it is made to leave and
 * SHUTDOWN.
 *
 * Context: engine.lock held.
 */
void gpuvf_engine_lose_locked(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_engine *e = &pf->engine;
	u32 lost = vfs;

	if (e->phase != GPUVF_PHASE_EMPTY && e->phase != GPUVF_PHASE_BURN &&
	    (lost & e->started & BIT(e->vf)) && pf->hw->engine_is_taken(pf)) {
		lost &= ~BIT(e->vf);
		if (e->phase != GPUVF_PHASE_BLOCKED &&
		    gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN))
			e->tear_down |= BIT(e->vf);
	}
	e->started &= ~lost;
	e->runnable &= ~lost;
	e->tear_down &= ~lost;
	e->was_reset |= lost;
	e->reset_seen |= vfs;
	if (vfs)
		schedule_work(&e->report);
}

/**
 * gpuvf_engine_flr_locked() - which VFs were reset since it was asked last
 * @pf: PF
 *
 * What is acknowledged here happened to the state that a VF had until now: the
 * hardware starts none whose reset is still to be reported, and as long as the lock is
 * held nothing else does.
 *
 * Context: engine.lock held.
 * Return: bit n: VF n.
 */
u32 gpuvf_engine_flr_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->engine.lock);
	return gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE) ?
	       pf->hw->flr_vfs(pf) : 0;
}

/**
 * gpuvf_engine_take_report() - take what is to be reported of VFs
 * @pf: PF
 * @report: where it goes
 *
 * VFs that were reset, or whose context was torn down, do not start before
 * gpuvf_engine_end_report(): until then the caller marks what they leave behind,
 * where it is now.
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_take_report(struct gpuvf_pf *pf,
			      struct gpuvf_engine_report *report)
{
	struct gpuvf_engine *e = &pf->engine;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	*report = (struct gpuvf_engine_report){
		.was_reset = e->was_reset,
		.torn_down = e->torn_down,
		.hung = e->hung,
		.flr = e->flr,
		.started = e->started | e->retained,
	};
	e->hung = 0;
	e->flr = 0;
	spin_unlock_irq(&e->lock);
}

/**
 * gpuvf_engine_end_report() - let VFs start whose memory is marked
 * @pf: PF
 * @report: from gpuvf_engine_take_report()
 *
 * Context: pf->lock held since then.
 */
void gpuvf_engine_end_report(struct gpuvf_pf *pf,
			     const struct gpuvf_engine_report *report)
{
	struct gpuvf_engine *e = &pf->engine;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	e->was_reset &= ~report->was_reset;
	e->torn_down &= ~report->torn_down;
	spin_unlock_irq(&e->lock);
}

/**
 * gpuvf_engine_event() - the hardware raised an interrupt, or there is news
 * @pf: PF
 * @events: GPUVF_HW_EVENT_* bits, GPUVF_ENGINE_CHANGED
 *
 * Context: any.
 */
void gpuvf_engine_event(struct gpuvf_pf *pf, u32 events)
{
	atomic_or(events, &pf->engine.events);
	wake_up_process(pf->engine.task);
}

/**
 * gpuvf_engine_set_runnable() - who may be given time slices
 * @pf: PF
 * @vfs: bit n: VF n is enabled, has cleared memory, and nothing is against it
 *
 * Context: pf->lock held.
 * Return: @vfs without those that have to wait for the report work.
 */
u32 gpuvf_engine_set_runnable(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_engine *e = &pf->engine;
	bool changed;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	vfs &= ~(e->was_reset | e->torn_down | e->hung | e->retained);
	changed = vfs != e->runnable;
	e->runnable = vfs;
	/* before anybody else is given a time slice by an interrupt */
	gpuvf_engine_masks_locked(e);
	spin_unlock_irq(&e->lock);
	/* where everything is polled it may have to begin with that */
	if (changed || !pf->irq)
		gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
	return vfs;
}

/**
 * gpuvf_engine_configure() - take over policy and time settings from pf->config
 * @pf: PF
 *
 * Every setting holds from the VF's next time slice; no present time slice is
 * disturbed.
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_configure(struct gpuvf_pf *pf)
{
	const struct gpuvf_config *cfg = &pf->config;
	struct gpuvf_engine *e = &pf->engine;
	unsigned int i;
	bool changed;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	changed = cfg->policy != e->sched.policy;
	gpuvf_sched_set_policy(&e->sched, cfg->policy, ktime_get_ns());
	for (i = 0; i < pf->total_vfs; i++) {
		gpuvf_sched_set_slice(&e->sched, i,
				      cfg->vf[i].time_slice_us *
				      (u64)NSEC_PER_USEC);
		e->vfs[i].preempt_us = gpuvf_config_preempt_us(&cfg->vf[i]);
	}
	spin_unlock_irq(&e->lock);
	if (changed)
		gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
}

/**
 * gpuvf_engine_rotation_us() - one rotation of all provisioned VFs
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 *
 * Return: microseconds: the sum of their slices, and of their switches as far
 * as any was measured yet.
 */
u64 gpuvf_engine_rotation_us(struct gpuvf_pf *pf, const struct gpuvf_config *cfg)
{
	u64 switch_us = div_u64(READ_ONCE(pf->engine.switch_ns), NSEC_PER_USEC);
	u64 rotation_us = 0;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (cfg->layout.vf[i].size)
			rotation_us += cfg->vf[i].time_slice_us + switch_us;
	return rotation_us;
}

/**
 * gpuvf_vf_stats_get() - read the counters of one VF
 * @vf: VF
 * @stats: where they go
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_vf_stats *stats)
{
	struct gpuvf_pf *pf = vf->pf;
	const struct gpuvf_sched_vf *svf = &pf->engine.sched.vf[vf->index];
	const struct gpuvf_engine_vf *wvf = &pf->engine.vfs[vf->index];

	lockdep_assert_held(&pf->lock);
	*stats = vf->stats;
	spin_lock_irq(&pf->engine.lock);
	stats->run_ns = wvf->run_ns;
	stats->accounted_ns = svf->accounted_ns;
	stats->slices = svf->slices;
	stats->skipped = svf->skipped;
	stats->overrun_ns = svf->overrun_ns;
	stats->idle_ns = svf->given_away_ns;
	memcpy(stats->lateness, wvf->lateness, sizeof(stats->lateness));
	stats->lateness_sum_ns = wvf->lateness_sum_ns;
	spin_unlock_irq(&pf->engine.lock);
}

/**
 * gpuvf_engine_fault() - what a VF hung at
 * @pf: PF
 * @vf: index of the VF
 * @err: what was wrong with the command: -ETIMEDOUT: it did not end in time;
 *	-ESTALE: it was refused, and the engine is free: without an FLR notice, the
 *	sign of an FLR by the VF's user
 * @cmd: which command it was
 *
 * Context: any where interrupts are on.
 */
void gpuvf_engine_fault(struct gpuvf_pf *pf, unsigned int vf, int *err,
			enum gpuvf_hw_cmd *cmd)
{
	spin_lock_irq(&pf->engine.lock);
	*err = pf->engine.vfs[vf].fault;
	*cmd = pf->engine.vfs[vf].fault_cmd;
	spin_unlock_irq(&pf->engine.lock);
}

/**
 * gpuvf_engine_tear_down() - let the hardware drop the state of a VF
 * @pf: PF
 * @vf: index of the VF
 *
 * It gets no more time slices; gpuvf_mbox_end_locked() is called when it is done.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_engine_tear_down(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e = &pf->engine;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	if (e->started & BIT(vf))
		e->tear_down |= BIT(vf);
	spin_unlock_irq(&e->lock);
	gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
}

/**
 * gpuvf_engine_evict() - keep a VF without a context from starting
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held, and not released before gpuvf_vfs_update_locked() has
 * decided again whether the VF may start. Does not wait.
 * Return: false when the VF has a context, which has to be torn down first.
 */
bool gpuvf_engine_evict(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e = &pf->engine;
	bool started;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	started = e->started & BIT(vf);
	if (!started) {
		e->runnable &= ~BIT(vf);
		gpuvf_engine_masks_locked(e);
	}
	spin_unlock_irq(&e->lock);
	return !started;
}

static bool engine_is_off(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e = &pf->engine;
	bool off;

	spin_lock_irq(&e->lock);
	off = e->vf != vf || gpuvf_engine_is_quiescent(e);
	if (e->phase == GPUVF_PHASE_SWITCH && e->next_vf == vf)
		off = false;
	/* a blocked engine takes no SHUTDOWN: the FLR alone has to do */
	if ((e->tear_down & e->started & BIT(vf)) && e->phase != GPUVF_PHASE_BLOCKED)
		off = false;
	spin_unlock_irq(&e->lock);
	return off;
}

/*
 * How long a VF that gets no more time slices can keep its context. At the most it
 * is switched to (preemption of another VF and one command), preempted itself,
 * and saved; or it is loaded, run, preempted and saved. Each of these ends within
 * its limit or is a fault. SHUTDOWN comes when the VF that has the engine then has
 * left: after a time slice, or full access. One more command limit is for
 * the thread.
 */
static unsigned int engine_preempt_limit_us(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	unsigned int i, preempt_us = 0;

	spin_lock_irq(&e->lock);
	for (i = 0; i < pf->total_vfs; i++)
		preempt_us = max(preempt_us, e->vfs[i].preempt_us);
	spin_unlock_irq(&e->lock);
	return 5 * pf->hw->command_limit_us + 2 * preempt_us +
	       max(pf->hw->time_slice_max_us, ENGINE_FULL_ACCESS_MAX_US);
}

/**
 * gpuvf_engine_reset_begin() - take a VF off the engine before its reset
 * @pf: PF
 * @vf: index of a VF that may be given no more time slices
 *
 * Its context is torn down by SHUTDOWN where the hardware can: an FLR that is
 * reported and did nothing must not leave it behind.
 *
 * When that is not done after the time that it can take, the scheduler thread is
 * not working. The reset goes on then: an FLR ends what the VF has on the engine,
 * as one by its user would at any moment.
 *
 * Context: may sleep, for five command limits, twice the longest preemption
 * timeout, and what another VF has the engine for at the most.
 */
void gpuvf_engine_reset_begin(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int limit_us = engine_preempt_limit_us(pf);

	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN)) {
		spin_lock_irq(&pf->engine.lock);
		pf->engine.tear_down |= pf->engine.started & BIT(vf);
		spin_unlock_irq(&pf->engine.lock);
		gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
	}
	if (!wait_event_timeout(pf->engine.off_wait, engine_is_off(pf, vf),
				usecs_to_jiffies(limit_us) + 1))
		pci_warn(pf->pdev, "VF %u: still has a context after %u ms, resetting it with that\n",
			 vf, limit_us / 1000);
	spin_lock_irq(&pf->engine.lock);
	pf->engine.tear_down &= ~BIT(vf);
	pf->engine.reset_seen &= ~BIT(vf);
	spin_unlock_irq(&pf->engine.lock);
}

/*
 * What the hardware reported is marked for scrubbing already. A VF whose reset was
 * not reported may have no context any more all the same, since that was torn down
 * first.
 */
static bool engine_reset_is_unmarked(struct gpuvf_pf *pf, unsigned int vf,
				     int err)
{
	bool started = pf->engine.started & BIT(vf);

	if (err)
		return !started;
	return started || !gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE);
}

/**
 * gpuvf_engine_reset_end() - a VF was reset by us
 * @pf: PF
 * @vf: index of the VF
 * @done: the reset was carried out, as far as the PCI core knows; hardware with an
 *	FLR notice knows better
 *
 * Its state is lost, unless the reset did not reach it: then it keeps it, and
 * its memory stays as it is.
 *
 * Context: may sleep.
 * Return: 0; -EIO: the reset did not reach the VF; -EBUSY: no VF can use the
 * engine before the GPU is reset.
 */
int gpuvf_engine_reset_end(struct gpuvf_pf *pf, unsigned int vf, bool done)
{
	struct gpuvf_engine *e = &pf->engine;
	bool blocks;
	int err = 0;
	u32 flr;

	spin_lock_irq(&e->lock);
	flr = gpuvf_engine_flr_locked(pf);
	gpuvf_engine_lose_locked(pf, flr);
	blocks = e->phase == GPUVF_PHASE_BLOCKED && e->vf == vf;
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		done = e->reset_seen & BIT(vf);
	if (!done)
		err = -EIO;
	if (blocks && (err || pf->hw->engine_is_taken(pf)))
		err = -EBUSY;
	e->stuck |= err == -EBUSY;
	if (engine_reset_is_unmarked(pf, vf, err))
		gpuvf_engine_lose_locked(pf, BIT(vf));
	/* before a VF that lost its context is given a time slice by an interrupt */
	gpuvf_engine_masks_locked(e);
	/* this one does not notify the others */
	e->flr = (e->flr | flr) & ~BIT(vf);
	spin_unlock_irq(&e->lock);
	gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
	return err;
}

/**
 * gpuvf_engine_set_full_access() - give one VF the GPU to itself, or to all again
 * @pf: PF
 * @vf: index of a VF that may be given time slices, while no VF has it and none is owed a
 *	slice before; GPUVF_NOBODY: all others in the rotation get a slice before the next
 *	full access
 *
 * gpuvf_pf_unsettle_locked() is called by the report work when the VF executes.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_engine_set_full_access(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_engine *e = &pf->engine;
	int before = e->full_access;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	e->full_access = vf;
	e->full_access_runs = false;
	e->due = 0;
	gpuvf_engine_masks_locked(e);
	/* before is GPUVF_NOBODY too where the GPU was halted */
	if (vf == GPUVF_VF_NONE && before != GPUVF_VF_NONE)
		e->due = gpuvf_sched_run_list(&e->sched) & ~BIT(before);
	spin_unlock_irq(&e->lock);
	gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
}

/**
 * gpuvf_engine_access_ns() - full access that a VF has not paid for yet
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any where interrupts are on.
 * Return: nanoseconds; see gpuvf_sched_access_ns().
 */
u64 gpuvf_engine_access_ns(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e = &pf->engine;
	u64 ns;

	spin_lock_irq(&e->lock);
	ns = gpuvf_sched_access_ns(&e->sched, vf, ktime_get_ns());
	spin_unlock_irq(&e->lock);
	return ns;
}

/**
 * gpuvf_engine_clear_access() - a VF was disabled: the next tenant owes nothing
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any where interrupts are on.
 */
void gpuvf_engine_clear_access(struct gpuvf_pf *pf, unsigned int vf)
{
	spin_lock_irq(&pf->engine.lock);
	pf->engine.sched.vf[vf].access_ns = 0;
	spin_unlock_irq(&pf->engine.lock);
}

/**
 * gpuvf_engine_block_first_start() - let no VF start that has not
 * @pf: PF
 *
 * VFs that have started go on as ever. gpuvf_engine_allow_first_start() ends it.
 *
 * Context: pf->lock held, which makes it one driver at a time.
 */
void gpuvf_engine_block_first_start(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	e->first_start_blocked = ~0U;
	/* time slices are begun under this lock, with what the scheduler goes by */
	gpuvf_engine_masks_locked(e);
	spin_unlock_irq(&e->lock);
}

/**
 * gpuvf_engine_allow_first_start() - VFs may start again
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_allow_first_start(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e = &pf->engine;
	bool changed;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&e->lock);
	changed = e->first_start_blocked & e->runnable & ~e->started;
	e->first_start_blocked = 0;
	spin_unlock_irq(&e->lock);
	if (changed)
		gpuvf_engine_event(pf, GPUVF_ENGINE_CHANGED);
}
