// SPDX-License-Identifier: GPL-2.0
/*
 * The software scheduler: an engine whose time slices a thread gives by commands. This
 * file is how the layers above see it: which VFs may be given time slices, how they are
 * taken off it. sched/switch.c gives the time slices.
 */

#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

#include "base/pf.h"
#include "hw/hw.h"
#include "sched/soft.h"

static void soft_take_report(struct gpuvf_engine *engine,
			     struct gpuvf_engine_report *report)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	*report = (struct gpuvf_engine_report){
		.was_reset = e->was_reset,
		.torn_down = e->torn_down,
		.hung = e->hung,
		.flr = e->flr,
		.started = e->base.started | e->base.retained,
	};
	e->hung = 0;
	e->flr = 0;
	spin_unlock_irq(&e->base.lock);
}

static void soft_end_report(struct gpuvf_engine *engine,
			    const struct gpuvf_engine_report *report)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	e->was_reset &= ~report->was_reset;
	e->torn_down &= ~report->torn_down;
	spin_unlock_irq(&e->base.lock);
}

static u32 soft_set_runnable(struct gpuvf_engine *engine, u32 vfs)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	bool changed;

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	vfs &= ~(e->was_reset | e->torn_down | e->hung | e->base.retained);
	changed = vfs != e->runnable;
	e->runnable = vfs;
	/* before anybody else is given a time slice by an interrupt */
	gpuvf_soft_masks_locked(e);
	spin_unlock_irq(&e->base.lock);
	/* where everything is polled it may have to begin with that */
	if (changed || !e->pf->irq)
		gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
	return vfs;
}

/* every time slice is given as it is asked for */
static void soft_round(struct gpuvf_engine *engine, struct gpuvf_config *cfg)
{
	unsigned int i;

	for (i = 0; i < engine->pf->total_vfs; i++) {
		struct gpuvf_vf_times *times = &cfg->vf[i].engine[engine->id];

		times->time_slice_effective_us = times->time_slice_us;
	}
}

static void soft_configure(struct gpuvf_engine *engine,
			   struct gpuvf_config *cfg)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	unsigned int i;
	bool changed;

	lockdep_assert_held(&e->pf->lock);
	soft_round(engine, cfg);
	spin_lock_irq(&e->base.lock);
	changed = cfg->policy != e->sched.policy;
	gpuvf_sched_set_policy(&e->sched, cfg->policy, ktime_get_ns());
	for (i = 0; i < e->pf->total_vfs; i++) {
		const struct gpuvf_vf_times *times =
			&cfg->vf[i].engine[engine->id];

		gpuvf_sched_set_slice(&e->sched, i,
				      times->time_slice_effective_us *
				      (u64)NSEC_PER_USEC);
		e->vfs[i].preempt_us = gpuvf_config_preempt_us(times);
	}
	spin_unlock_irq(&e->base.lock);
	if (changed)
		gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
}

/* for the registers by which hardware would schedule by itself */
static void soft_set_enabled(struct gpuvf_engine *engine, u32 vfs)
{
	const struct gpuvf_config *cfg = &engine->pf->config;
	struct gpuvf_hw *hw = engine->pf->hw;
	u32 slice_us[GPUVF_MAX_VFS];
	unsigned int i;

	if (!hw->ops->set_schedule)
		return;
	for (i = 0; i < engine->pf->total_vfs; i++)
		slice_us[i] = cfg->vf[i].engine[engine->id].time_slice_us;
	hw->ops->set_schedule(hw, vfs, slice_us);
}

static u64 soft_rotation_us(struct gpuvf_engine *engine,
			    const struct gpuvf_config *cfg)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	u64 switch_us = div_u64(READ_ONCE(e->switch_ns), NSEC_PER_USEC);
	u64 rotation_us = 0;
	unsigned int i;

	for (i = 0; i < e->pf->total_vfs; i++)
		if (cfg->layout.vf[i].size)
			rotation_us += switch_us +
				cfg->vf[i].engine[engine->id].time_slice_effective_us;
	return rotation_us;
}

static void soft_stats(struct gpuvf_engine *engine, unsigned int vf,
		       struct gpuvf_vf_stats *stats)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	const struct gpuvf_sched_vf *svf = &e->sched.vf[vf];
	const struct gpuvf_soft_vf *wvf = &e->vfs[vf];

	spin_lock_irq(&e->base.lock);
	stats->run_ns = wvf->run_ns;
	stats->accounted_ns = svf->accounted_ns;
	stats->slices = svf->slices;
	stats->skipped = svf->skipped;
	stats->overrun_ns = svf->overrun_ns;
	stats->idle_ns = svf->given_away_ns;
	memcpy(stats->lateness, wvf->lateness, sizeof(stats->lateness));
	stats->lateness_sum_ns = wvf->lateness_sum_ns;
	spin_unlock_irq(&e->base.lock);
}

static int soft_take_fault(struct gpuvf_engine *engine, unsigned int vf,
			   enum gpuvf_hw_cmd *cmd)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	int err;

	spin_lock_irq(&e->base.lock);
	err = e->vfs[vf].fault;
	*cmd = e->vfs[vf].fault_cmd;
	e->vfs[vf].fault = 0;
	spin_unlock_irq(&e->base.lock);
	return err;
}

static void soft_tear_down(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	if (e->base.started & BIT(vf))
		e->tear_down |= BIT(vf);
	spin_unlock_irq(&e->base.lock);
	gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
}

static bool soft_evict(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	bool started;

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	started = e->base.started & BIT(vf);
	if (!started) {
		e->runnable &= ~BIT(vf);
		gpuvf_soft_masks_locked(e);
	}
	spin_unlock_irq(&e->base.lock);
	return !started;
}

static bool soft_is_off(struct gpuvf_soft *e, unsigned int vf)
{
	bool off;

	spin_lock_irq(&e->base.lock);
	off = e->vf != vf || gpuvf_soft_is_quiescent(e);
	if (e->phase == GPUVF_PHASE_SWITCH && e->next_vf == vf)
		off = false;
	/* a blocked engine takes no SHUTDOWN: the FLR alone has to do */
	if ((e->tear_down & e->base.started & BIT(vf)) && e->phase != GPUVF_PHASE_BLOCKED)
		off = false;
	spin_unlock_irq(&e->base.lock);
	return off;
}

/*
 * How long a VF that gets no more time slices can keep its context. At the most it
 * is switched to (preemption of another VF and one command), preempted itself,
 * and saved; or it is loaded, run, preempted and saved. Each of these ends within
 * its limit or is a fault. SHUTDOWN comes when the VF that has the engine then has
 * left: after a time slice, or full access. One more command limit, the longest, is for
 * the thread.
 */
static unsigned int soft_preempt_limit_us(struct gpuvf_soft *e)
{
	const struct gpuvf_hw_caps *caps = &e->hw->caps;
	const u32 *command_us = caps->command_limit_us;
	unsigned int i, preempt_us = 0, enter_us, longest_us = 0;

	for (i = 0; i < GPUVF_HW_NUM_CMDS; i++)
		longest_us = max(longest_us, command_us[i]);
	enter_us = max3(command_us[GPUVF_HW_INIT], command_us[GPUVF_HW_LOAD],
			command_us[GPUVF_HW_SWITCH]);
	spin_lock_irq(&e->base.lock);
	for (i = 0; i < e->pf->total_vfs; i++)
		preempt_us = max(preempt_us, e->vfs[i].preempt_us);
	spin_unlock_irq(&e->base.lock);
	return enter_us + command_us[GPUVF_HW_RUN] +
	       command_us[GPUVF_HW_SAVE] + command_us[GPUVF_HW_SHUTDOWN] +
	       longest_us + 2 * preempt_us +
	       max3(caps->time_slice_max_us, caps->access_alone_ms * 1000,
		    caps->access_limit_ms * 1000);
}

/*
 * Its context is torn down by SHUTDOWN where the hardware can: an FLR that is
 * reported and did nothing must not leave it behind.
 *
 * When that is not done after the time that it can take, the scheduler thread is
 * not working. The reset goes on then: an FLR ends what the VF has on the engine,
 * as one by its user would at any moment.
 */
static void soft_reset_begin(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	unsigned int limit_us = soft_preempt_limit_us(e);

	if (gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_SHUTDOWN)) {
		spin_lock_irq(&e->base.lock);
		e->tear_down |= e->base.started & BIT(vf);
		spin_unlock_irq(&e->base.lock);
		gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
	}
	if (!wait_event_timeout(e->off_wait, soft_is_off(e, vf),
				usecs_to_jiffies(limit_us) + 1))
		pci_warn(e->hw->pdev, "VF%u: still has a context after %u ms, resetting it anyway\n",
			 vf, limit_us / 1000);
	spin_lock_irq(&e->base.lock);
	e->tear_down &= ~BIT(vf);
	e->reset_seen &= ~BIT(vf);
	spin_unlock_irq(&e->base.lock);
}

/*
 * What the hardware reported is marked for scrubbing already. A VF whose reset was
 * not reported may have no context any more all the same, since that was torn down
 * first.
 */
static bool soft_reset_is_unmarked(struct gpuvf_soft *e, unsigned int vf,
				   int err)
{
	bool started = e->base.started & BIT(vf);

	if (err)
		return !started;
	return started || !gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_FLR_NOTICE);
}

/* A VF that keeps the others off the engine was reset: no command begins until that ends */
static void soft_test_engine(struct gpuvf_soft *e, unsigned int vf)
{
	bool blocks;

	spin_lock_irq(&e->base.lock);
	blocks = e->phase == GPUVF_PHASE_BLOCKED && e->vf == vf;
	spin_unlock_irq(&e->base.lock);
	if (blocks)
		gpuvf_hw_test_engine(e->hw);
}

static int soft_reset_end(struct gpuvf_engine *engine, unsigned int vf,
			  bool done)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	bool blocks;
	int err = 0;
	u32 flr;

	soft_test_engine(e, vf);
	spin_lock_irq(&e->base.lock);
	flr = gpuvf_soft_flr_locked(e);
	gpuvf_soft_lose_locked(e, flr);
	blocks = e->phase == GPUVF_PHASE_BLOCKED && e->vf == vf;
	if (gpuvf_hw_can(e->hw, GPUVF_CAPABILITY_FLR_NOTICE))
		done = e->reset_seen & BIT(vf);
	if (!done)
		err = -EIO;
	if (blocks && (err || gpuvf_hw_engine_is_taken(e->hw)))
		err = -EBUSY;
	e->stuck |= err == -EBUSY;
	if (soft_reset_is_unmarked(e, vf, err))
		gpuvf_soft_lose_locked(e, BIT(vf));
	/* before a VF that lost its context is given a time slice by an interrupt */
	gpuvf_soft_masks_locked(e);
	/* this one does not notify the others */
	e->flr = (e->flr | flr) & ~BIT(vf);
	spin_unlock_irq(&e->base.lock);
	gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
	return err;
}

static void soft_set_full_access(struct gpuvf_engine *engine, int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	int before = e->base.full_access;

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	e->base.full_access = vf;
	e->base.full_access_runs = false;
	e->base.due = 0;
	gpuvf_soft_masks_locked(e);
	/* before is GPUVF_VF_NONE too where the GPU was halted */
	if (vf == GPUVF_VF_NONE && before != GPUVF_VF_NONE)
		e->base.due = gpuvf_sched_run_list(&e->sched) & ~BIT(before);
	spin_unlock_irq(&e->base.lock);
	gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
}

static u64 soft_access_ns(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	u64 ns;

	spin_lock_irq(&e->base.lock);
	ns = gpuvf_sched_access_ns(&e->sched, vf, ktime_get_ns());
	spin_unlock_irq(&e->base.lock);
	return ns;
}

static void soft_set_access_ns(struct gpuvf_engine *engine, unsigned int vf,
			       u64 ns)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	spin_lock_irq(&e->base.lock);
	/* what it has paid until now is of the former debt */
	gpuvf_sched_access_ns(&e->sched, vf, ktime_get_ns());
	e->sched.vf[vf].access_ns = ns;
	spin_unlock_irq(&e->base.lock);
}

static int soft_take_off(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	unsigned int limit_us = soft_preempt_limit_us(e);

	return wait_event_timeout(e->off_wait, soft_is_off(e, vf),
				  usecs_to_jiffies(limit_us) + 1) ?
	       0 : -ETIMEDOUT;
}

static void soft_adopt(struct gpuvf_engine *engine, unsigned int vf)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	lockdep_assert_held(&e->pf->lock);
	spin_lock_irq(&e->base.lock);
	WARN_ON_ONCE(e->runnable & BIT(vf));
	e->base.started |= BIT(vf);
	gpuvf_soft_masks_locked(e);
	spin_unlock_irq(&e->base.lock);
}

static void soft_block_first_start(struct gpuvf_engine *engine, bool block)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);
	u32 changed = 0;

	spin_lock_irq(&e->base.lock);
	if (!block)
		changed = e->first_start_blocked & e->runnable &
			  ~e->base.started;
	e->first_start_blocked = block ? ~0U : 0;
	/* time slices are begun under this lock, with what the scheduler goes by */
	if (block)
		gpuvf_soft_masks_locked(e);
	spin_unlock_irq(&e->base.lock);
	if (changed)
		gpuvf_soft_event(e, GPUVF_SOFT_CHANGED);
}

static void soft_look_again(struct gpuvf_engine *engine)
{
	gpuvf_soft_event(gpuvf_to_soft(engine), GPUVF_SOFT_POLL);
}

static void soft_stop(struct gpuvf_engine *engine)
{
	kthread_stop(gpuvf_to_soft(engine)->task);
}

static void soft_free(struct gpuvf_engine *engine)
{
	struct gpuvf_soft *e = gpuvf_to_soft(engine);

	if (e->task)
		put_task_struct(e->task);
	kvfree(e);
}

static const struct gpuvf_engine_ops soft_ops = {
	.start_up = gpuvf_switch_start,
	.shut_down = soft_stop,
	.destroy = soft_free,
	.interrupt = gpuvf_switch_interrupt,
	.look_again = soft_look_again,
	.round = soft_round,
	.configure = soft_configure,
	.set_enabled = soft_set_enabled,
	.set_runnable = soft_set_runnable,
	.block_first_start = soft_block_first_start,
	.evict = soft_evict,
	.tear_down_vf = soft_tear_down,
	.reset_begin = soft_reset_begin,
	.reset_end = soft_reset_end,
	.take_fault = soft_take_fault,
	.set_full_access = soft_set_full_access,
	.get_access_ns = soft_access_ns,
	.set_access_ns = soft_set_access_ns,
	.take_off = soft_take_off,
	.adopt = soft_adopt,
	.quiesce = gpuvf_soft_quiesce,
	.quiesce_end = gpuvf_soft_quiesce_end,
	.rotation_us = soft_rotation_us,
	.stats = soft_stats,
	.take_report = soft_take_report,
	.end_report = soft_end_report,
};

/**
 * gpuvf_soft_create() - make an engine that switches by commands
 * @pf: PF whose hardware is known
 * @id: which engine it is
 *
 * Return: the engine, to be given back by its destroy(); NULL: no memory.
 */
struct gpuvf_engine *gpuvf_soft_create(struct gpuvf_pf *pf,
				       enum gpuvf_engine_id id)
{
	struct gpuvf_soft *e = kvzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return NULL;
	e->pf = pf;
	e->hw = pf->hw;
	e->base.ops = &soft_ops;
	e->base.pf = pf;
	e->base.id = id;
	e->base.time_slice_min_us = pf->hw->caps.time_slice_min_us;
	e->base.time_slice_max_us = pf->hw->caps.time_slice_max_us;
	e->base.full_access = GPUVF_VF_NONE;
	spin_lock_init(&e->base.lock);
	init_waitqueue_head(&e->off_wait);
	return &e->base;
}
