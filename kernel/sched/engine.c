// SPDX-License-Identifier: GPL-2.0
/*
 * The engine of a GPU, as the layers above see it: which VFs may be given turns, which
 * have state, how they are taken off it. sched/switch.c gives the turns.
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
const u64 gpuvf_latency_upper_ns[GPUVF_LATENCY_BUCKETS - 1] = {
	1 * NSEC_PER_USEC, 2 * NSEC_PER_USEC, 5 * NSEC_PER_USEC,
	10 * NSEC_PER_USEC, 20 * NSEC_PER_USEC, 50 * NSEC_PER_USEC,
	100 * NSEC_PER_USEC, 200 * NSEC_PER_USEC, 500 * NSEC_PER_USEC,
	1 * NSEC_PER_MSEC, 10 * NSEC_PER_MSEC, 100 * NSEC_PER_MSEC,
	1 * NSEC_PER_SEC,
};

/* the longest exclusive access, see vf/full_access.c */
#define WORLD_EXCLUSIVE_MAX_US	3000000U

/* which VFs have work; what is assumed without busy bits is in hw/hw.h */
static u32 world_work(struct gpuvf_world *w)
{
	const struct gpuvf_pf *pf = container_of(w, struct gpuvf_pf, world);

	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY))
		return w->work;
	return gpuvf_pf_can(pf, GPUVF_CAPABILITY_MAILBOX) ? w->started :
							     w->runnable;
}

/**
 * gpuvf_world_masks_locked() - tell the scheduler who may run
 * @w: world
 *
 * Who has the GPU to himself is alone in the round, and counts as having work.
 *
 * Context: w->lock held.
 */
void gpuvf_world_masks_locked(struct gpuvf_world *w)
{
	u32 present = w->runnable & (w->started | ~w->held) & ~w->drop;
	u64 now = ktime_get_ns();
	u32 work = world_work(w);
	u32 owed = w->owed;

	lockdep_assert_held(&w->lock);
	if (w->exclusive != GPUVF_NOBODY)
		work |= BIT(w->exclusive);
	gpuvf_sched_set_exclusive(&w->sched, w->exclusive, now);
	gpuvf_sched_update(&w->sched, present, w->started, work, now);
	if (w->exclusive != GPUVF_NOBODY)
		return;
	w->owed &= gpuvf_sched_ring(&w->sched);
	if (owed && !w->owed)
		schedule_work(&w->report);
}

/**
 * gpuvf_world_lose_locked() - VFs lost their contexts in a reset
 * @pf: PF
 * @vfs: bit n: VF n
 *
 * A VF that never ran counts too: its guest may have written framebuffer through its
 * BAR. None of them starts before the report work has marked what it leaves behind. A
 * VF that has the engine even now was not reached by the reset, and keeps its context
 * until the GPU is reset where it blocks the engine, else until it is made to leave and
 * SHUTDOWN.
 *
 * Context: world.lock held.
 */
void gpuvf_world_lose_locked(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_world *w = &pf->world;
	u32 lost = vfs;

	if (w->phase != GPUVF_PHASE_EMPTY && w->phase != GPUVF_PHASE_BURN &&
	    (lost & w->started & BIT(w->vf)) && pf->hw->engine_is_taken(pf)) {
		lost &= ~BIT(w->vf);
		if (w->phase != GPUVF_PHASE_BLOCKED &&
		    gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN))
			w->drop |= BIT(w->vf);
	}
	w->started &= ~lost;
	w->runnable &= ~lost;
	w->drop &= ~lost;
	w->was_reset |= lost;
	w->reset_seen |= vfs;
	if (vfs)
		schedule_work(&w->report);
}

/**
 * gpuvf_world_flr_locked() - which VFs were reset since it was asked last
 * @pf: PF
 *
 * What is acknowledged here happened to the state that a VF had until now: the
 * hardware starts none whose reset is still to be told, and as long as the lock is
 * held nobody else does.
 *
 * Context: world.lock held.
 * Return: bit n: VF n.
 */
u32 gpuvf_world_flr_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->world.lock);
	return gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE) ?
	       pf->hw->flr_vfs(pf) : 0;
}

/**
 * gpuvf_world_take_report() - take what is to be reported of VFs
 * @pf: PF
 * @report: where it goes
 *
 * VFs that were reset, or whose context was torn down, do not start before
 * gpuvf_world_end_report(): until then the caller marks what they leave behind,
 * where it is now.
 *
 * Context: pf->lock held.
 */
void gpuvf_world_take_report(struct gpuvf_pf *pf,
			     struct gpuvf_world_report *report)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	*report = (struct gpuvf_world_report){
		.was_reset = w->was_reset,
		.dropped = w->dropped,
		.caught = w->caught,
		.flr = w->flr,
		.started = w->started | w->kept,
	};
	w->caught = 0;
	w->flr = 0;
	spin_unlock_irq(&w->lock);
}

/**
 * gpuvf_world_end_report() - let VFs start whose memory is marked
 * @pf: PF
 * @report: from gpuvf_world_take_report()
 *
 * Context: pf->lock held since then.
 */
void gpuvf_world_end_report(struct gpuvf_pf *pf,
			    const struct gpuvf_world_report *report)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	w->was_reset &= ~report->was_reset;
	w->dropped &= ~report->dropped;
	spin_unlock_irq(&w->lock);
}

/**
 * gpuvf_world_event() - the hardware raised an interrupt, or there is news
 * @pf: PF
 * @events: GPUVF_HW_EVENT_* bits, GPUVF_WORLD_NEWS
 *
 * Context: any.
 */
void gpuvf_world_event(struct gpuvf_pf *pf, u32 events)
{
	atomic_or(events, &pf->world.events);
	wake_up_process(pf->world.task);
}

/**
 * gpuvf_world_set_runnable() - who may be given turns
 * @pf: PF
 * @vfs: bit n: VF n is enabled, has cleared memory, and nothing is against it
 *
 * Context: pf->lock held.
 * Return: @vfs without those that have to wait for the report work.
 */
u32 gpuvf_world_set_runnable(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_world *w = &pf->world;
	bool news;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	vfs &= ~(w->was_reset | w->dropped | w->caught | w->kept);
	news = vfs != w->runnable;
	w->runnable = vfs;
	/* before anybody else is given a turn by an interrupt */
	gpuvf_world_masks_locked(w);
	spin_unlock_irq(&w->lock);
	/* where everything is polled it may have to begin with that */
	if (news || !pf->irq)
		gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
	return vfs;
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
	bool news;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	news = cfg->policy != w->sched.policy;
	gpuvf_sched_set_policy(&w->sched, cfg->policy, ktime_get_ns());
	for (i = 0; i < pf->total_vfs; i++) {
		gpuvf_sched_set_slice(&w->sched, i,
				      cfg->vf[i].time_slice_us *
				      (u64)NSEC_PER_USEC);
		w->vfs[i].preempt_us = gpuvf_config_preempt_us(&cfg->vf[i]);
	}
	spin_unlock_irq(&w->lock);
	if (news)
		gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
}

/**
 * gpuvf_world_round_us() - one round of all provisioned VFs
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 *
 * Return: microseconds: the sum of their slices, and of their switches as far
 * as any was measured yet.
 */
u64 gpuvf_world_round_us(struct gpuvf_pf *pf, const struct gpuvf_config *cfg)
{
	u64 switch_us = div_u64(READ_ONCE(pf->world.switch_ns), NSEC_PER_USEC);
	u64 round_us = 0;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (cfg->layout.vf[i].size)
			round_us += cfg->vf[i].time_slice_us + switch_us;
	return round_us;
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
	const struct gpuvf_sched_vf *svf = &pf->world.sched.vf[vf->index];
	const struct gpuvf_world_vf *wvf = &pf->world.vfs[vf->index];

	lockdep_assert_held(&pf->lock);
	*stats = vf->stats;
	spin_lock_irq(&pf->world.lock);
	stats->run_ns = wvf->run_ns;
	stats->charged_ns = svf->charged_ns;
	stats->slices = svf->turns;
	stats->skipped = svf->skipped;
	stats->overrun_ns = svf->overrun_ns;
	stats->idle_ns = svf->given_away_ns;
	memcpy(stats->latency, wvf->latency, sizeof(stats->latency));
	stats->latency_sum_ns = wvf->latency_sum_ns;
	spin_unlock_irq(&pf->world.lock);
}

/**
 * gpuvf_world_fault() - what a VF was caught at
 * @pf: PF
 * @vf: index of the VF
 * @err: what was wrong with the command: -ETIMEDOUT: it did not end in time;
 *	-ESTALE: it was refused, and the engine is free: without an FLR notice, the
 *	sign of an FLR by the VF's user
 * @cmd: which command it was
 *
 * Context: any where interrupts are on.
 */
void gpuvf_world_fault(struct gpuvf_pf *pf, unsigned int vf, int *err,
		       enum gpuvf_hw_cmd *cmd)
{
	spin_lock_irq(&pf->world.lock);
	*err = pf->world.vfs[vf].fault;
	*cmd = pf->world.vfs[vf].fault_cmd;
	spin_unlock_irq(&pf->world.lock);
}

/**
 * gpuvf_world_drop() - let the hardware drop the state of a VF
 * @pf: PF
 * @vf: index of the VF
 *
 * It gets no more turns; gpuvf_mbox_end_locked() is called when it is done.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_world_drop(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	if (w->started & BIT(vf))
		w->drop |= BIT(vf);
	spin_unlock_irq(&w->lock);
	gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
}

/**
 * gpuvf_world_evict() - keep a VF without a context from starting
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held, and not released before gpuvf_vfs_update_locked() has
 * decided again whether the VF may start. Does not wait.
 * Return: false when the VF has a context, which has to be torn down first.
 */
bool gpuvf_world_evict(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_world *w = &pf->world;
	bool started;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	started = w->started & BIT(vf);
	if (!started) {
		w->runnable &= ~BIT(vf);
		gpuvf_world_masks_locked(w);
	}
	spin_unlock_irq(&w->lock);
	return !started;
}

static bool world_is_off(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_world *w = &pf->world;
	bool off;

	spin_lock_irq(&w->lock);
	off = w->vf != vf || gpuvf_world_is_at_rest(w);
	if (w->phase == GPUVF_PHASE_SWITCH && w->next_vf == vf)
		off = false;
	/* a blocked engine takes no SHUTDOWN: the FLR alone has to do */
	if ((w->drop & w->started & BIT(vf)) && w->phase != GPUVF_PHASE_BLOCKED)
		off = false;
	spin_unlock_irq(&w->lock);
	return off;
}

/*
 * How long a VF that gets no more turns can keep its context. At the most it
 * is switched to (preemption of another VF and one command), preempted itself,
 * and saved; or it is loaded, run, preempted and saved. Each of these ends within
 * its limit or is a fault. SHUTDOWN comes when the VF that has the engine then has
 * left: after a time slice, or an exclusive access. One more command limit is for
 * the thread.
 */
static unsigned int world_leave_limit_us(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	unsigned int i, preempt_us = 0;

	spin_lock_irq(&w->lock);
	for (i = 0; i < pf->total_vfs; i++)
		preempt_us = max(preempt_us, w->vfs[i].preempt_us);
	spin_unlock_irq(&w->lock);
	return 5 * pf->hw->command_limit_us + 2 * preempt_us +
	       max(pf->hw->time_slice_max_us, WORLD_EXCLUSIVE_MAX_US);
}

/**
 * gpuvf_world_reset_begin() - take a VF off the engine before its reset
 * @pf: PF
 * @vf: index of a VF that may be given no more turns
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
void gpuvf_world_reset_begin(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int limit_us = world_leave_limit_us(pf);

	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_SHUTDOWN)) {
		spin_lock_irq(&pf->world.lock);
		pf->world.drop |= pf->world.started & BIT(vf);
		spin_unlock_irq(&pf->world.lock);
		gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
	}
	if (!wait_event_timeout(pf->world.off_wait, world_is_off(pf, vf),
				usecs_to_jiffies(limit_us) + 1))
		pci_warn(pf->pdev, "VF %u: still has a context after %u ms, resetting it with that\n",
			 vf, limit_us / 1000);
	spin_lock_irq(&pf->world.lock);
	pf->world.drop &= ~BIT(vf);
	pf->world.reset_seen &= ~BIT(vf);
	spin_unlock_irq(&pf->world.lock);
}

/*
 * What the hardware reported is marked for scrubbing already. A VF whose reset was
 * not reported may have no context any more all the same, since that was torn down
 * first.
 */
static bool world_reset_is_unmarked(struct gpuvf_pf *pf, unsigned int vf,
				    int err)
{
	bool started = pf->world.started & BIT(vf);

	if (err)
		return !started;
	return started || !gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE);
}

/**
 * gpuvf_world_reset_end() - a VF was reset by us
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
int gpuvf_world_reset_end(struct gpuvf_pf *pf, unsigned int vf, bool done)
{
	struct gpuvf_world *w = &pf->world;
	bool blocks;
	int err = 0;
	u32 flr;

	spin_lock_irq(&w->lock);
	flr = gpuvf_world_flr_locked(pf);
	gpuvf_world_lose_locked(pf, flr);
	blocks = w->phase == GPUVF_PHASE_BLOCKED && w->vf == vf;
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_FLR_NOTICE))
		done = w->reset_seen & BIT(vf);
	if (!done)
		err = -EIO;
	if (blocks && (err || pf->hw->engine_is_taken(pf)))
		err = -EBUSY;
	w->stuck |= err == -EBUSY;
	if (world_reset_is_unmarked(pf, vf, err))
		gpuvf_world_lose_locked(pf, BIT(vf));
	/* before anybody who lost his state is given a turn by an interrupt */
	gpuvf_world_masks_locked(w);
	/* this one is no news to those who are told */
	w->flr = (w->flr | flr) & ~BIT(vf);
	spin_unlock_irq(&w->lock);
	gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
	return err;
}

/**
 * gpuvf_world_set_exclusive() - give one VF the GPU to itself, or to all again
 * @pf: PF
 * @vf: index of a VF that may be given turns, while no VF has it and none is owed a
 *	slice before; GPUVF_NOBODY: all others in the round get a slice before the next
 *	exclusive access
 *
 * gpuvf_pf_unsettle_locked() is called by the report work when the VF executes.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_world_set_exclusive(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_world *w = &pf->world;
	int before = w->exclusive;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	w->exclusive = vf;
	w->exclusive_runs = false;
	w->owed = 0;
	gpuvf_world_masks_locked(w);
	/* before is GPUVF_NOBODY too where the GPU was halted */
	if (vf == GPUVF_NOBODY && before != GPUVF_NOBODY)
		w->owed = gpuvf_sched_ring(&w->sched) & ~BIT(before);
	spin_unlock_irq(&w->lock);
	gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
}

/**
 * gpuvf_world_access_ns() - full access that a VF has not paid for yet
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any where interrupts are on.
 * Return: nanoseconds; see gpuvf_sched_access_ns().
 */
u64 gpuvf_world_access_ns(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_world *w = &pf->world;
	u64 ns;

	spin_lock_irq(&w->lock);
	ns = gpuvf_sched_access_ns(&w->sched, vf, ktime_get_ns());
	spin_unlock_irq(&w->lock);
	return ns;
}

/**
 * gpuvf_world_forgive_access() - a VF was disabled: the next tenant owes nothing
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any where interrupts are on.
 */
void gpuvf_world_forgive_access(struct gpuvf_pf *pf, unsigned int vf)
{
	spin_lock_irq(&pf->world.lock);
	pf->world.sched.vf[vf].access_ns = 0;
	spin_unlock_irq(&pf->world.lock);
}

/**
 * gpuvf_world_hold() - let no VF start that has not
 * @pf: PF
 *
 * VFs that have started go on as ever. gpuvf_world_release() ends it.
 *
 * Context: pf->lock held, which makes it one holder at a time.
 */
void gpuvf_world_hold(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	w->held = ~0U;
	/* turns are begun under this lock, with what the scheduler was told */
	gpuvf_world_masks_locked(w);
	spin_unlock_irq(&w->lock);
}

/**
 * gpuvf_world_release() - VFs may start again
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_world_release(struct gpuvf_pf *pf)
{
	struct gpuvf_world *w = &pf->world;
	bool news;

	lockdep_assert_held(&pf->lock);
	spin_lock_irq(&w->lock);
	news = w->held & w->runnable & ~w->started;
	w->held = 0;
	spin_unlock_irq(&w->lock);
	if (news)
		gpuvf_world_event(pf, GPUVF_WORLD_NEWS);
}
