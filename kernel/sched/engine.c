// SPDX-License-Identifier: GPL-2.0
/*
 * The engines of a GPU, as the layers above see them: a VF runs, starts, is torn down, is
 * reset and has full access on all of them together, so what is true of a VF is what all
 * engines agree on. Each engine does its part by itself, see struct gpuvf_engine_ops.
 */

#include <linux/pci.h>

#include "base/pf.h"
#include "sched/engine.h"

/**
 * gpuvf_engine_init() - make the engines of a GPU
 * @pf: PF whose hardware is known, and nothing else
 *
 * Return: 0, -ENOMEM. gpuvf_engine_free() also undoes what failed.
 */
int gpuvf_engine_init(struct gpuvf_pf *pf)
{
	pf->engine[GPUVF_ENGINE_ID_GFX] =
		gpuvf_soft_create(pf, GPUVF_ENGINE_ID_GFX);
	return pf->engine[GPUVF_ENGINE_ID_GFX] ? 0 : -ENOMEM;
}

/**
 * gpuvf_engine_free() - free the engines
 * @pf: PF that has none, or that is about to be freed
 */
void gpuvf_engine_free(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->destroy(e);
}

/**
 * gpuvf_engine_start() - begin, with no VF that may run
 * @pf: PF whose configuration is known
 *
 * Return: 0, or an errno: none runs then.
 */
int gpuvf_engine_start(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e, *started;
	int err;

	gpuvf_for_each_engine(e, pf) {
		err = e->ops->start_up(e);
		if (!err)
			continue;
		gpuvf_for_each_engine(started, pf) {
			if (started == e)
				return err;
			started->ops->shut_down(started);
		}
	}
	return 0;
}

/**
 * gpuvf_engine_stop() - end for good
 * @pf: PF without enabled VFs
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_engine_stop(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->shut_down(e);
	cancel_work_sync(&pf->report);
}

/**
 * gpuvf_engine_interrupt() - the hardware has something to say
 * @pf: PF
 * @hw: what
 * @now: when the interrupt came
 *
 * Context: hard interrupt, or where everything is polled any.
 */
void gpuvf_engine_interrupt(struct gpuvf_pf *pf,
			    const struct gpuvf_hw_events *hw, u64 now)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->interrupt(e, hw, now);
}

/**
 * gpuvf_engine_look_again() - the interrupt handler has left events in the hardware
 * @pf: PF
 *
 * The first engine fetches them.
 *
 * Context: hard interrupt, or where everything is polled any.
 */
void gpuvf_engine_look_again(struct gpuvf_pf *pf)
{
	pf->engine[0]->ops->look_again(pf->engine[0]);
}

/**
 * gpuvf_engine_round() - fill in which time slices would hold
 * @pf: PF
 * @cfg: a configuration that it might have
 *
 * Context: pf->lock held, or probe.
 */
void gpuvf_engine_round(struct gpuvf_pf *pf, struct gpuvf_config *cfg)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->round(e, cfg);
}

/**
 * gpuvf_engine_configure() - take over policy and times from pf->config
 * @pf: PF; its configuration gets the time slices that the engines hold
 *
 * Every setting holds from the VF's next time slice; no present time slice is
 * disturbed.
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_configure(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->configure(e, &pf->config);
}

/**
 * gpuvf_engine_set_enabled() - name the enabled VFs to hardware that needs to know
 * @pf: PF
 * @vfs: bit n: VF n is enabled
 *
 * Context: pf->lock held, or probe.
 */
void gpuvf_engine_set_enabled(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->set_enabled(e, vfs);
}

/**
 * gpuvf_engine_set_runnable() - who may be given time slices
 * @pf: PF
 * @vfs: bit n: VF n is enabled, has scrubbed memory, and nothing is against it
 *
 * Context: pf->lock held.
 * Return: @vfs without those that have to wait for the report work.
 */
u32 gpuvf_engine_set_runnable(struct gpuvf_pf *pf, u32 vfs)
{
	struct gpuvf_engine *e;
	u32 asked;

	lockdep_assert_held(&pf->lock);
	/* what one engine does not let run, none does */
	do {
		asked = vfs;
		gpuvf_for_each_engine(e, pf)
			vfs &= e->ops->set_runnable(e, vfs);
	} while (vfs != asked);
	return vfs;
}

static void engine_block(struct gpuvf_pf *pf, bool block)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->block_first_start(e, block);
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
	engine_block(pf, true);
}

/**
 * gpuvf_engine_allow_first_start() - VFs may start again
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_allow_first_start(struct gpuvf_pf *pf)
{
	engine_block(pf, false);
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
	struct gpuvf_engine *e;
	bool out = true;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		out &= e->ops->evict(e, vf);
	return out;
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
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->tear_down_vf(e, vf);
}

/**
 * gpuvf_engine_reset_begin() - take a VF off the engines before its reset
 * @pf: PF
 * @vf: index of a VF that may be given no more time slices
 *
 * Context: may sleep, as long as the engines need to be free of it.
 */
void gpuvf_engine_reset_begin(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->reset_begin(e, vf);
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
 * Return: 0; -EIO: the reset did not reach the VF; -EBUSY: no VF can use an
 * engine before the GPU is reset.
 */
int gpuvf_engine_reset_end(struct gpuvf_pf *pf, unsigned int vf, bool done)
{
	struct gpuvf_engine *e;
	int err = 0, one;

	gpuvf_for_each_engine(e, pf) {
		one = e->ops->reset_end(e, vf, done);
		if (err != -EBUSY && one)
			err = one;
	}
	return err;
}

/**
 * gpuvf_engine_take_fault() - what a VF hung at, and forget it
 * @pf: PF
 * @vf: index of the VF
 * @err: what was wrong with the command, see struct gpuvf_engine_ops
 * @cmd: which command it was
 *
 * Context: any where interrupts are on.
 * Return: the engine that it hung on; NULL: none.
 */
struct gpuvf_engine *gpuvf_engine_take_fault(struct gpuvf_pf *pf,
					     unsigned int vf, int *err,
					     enum gpuvf_hw_cmd *cmd)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf) {
		*err = e->ops->take_fault(e, vf, cmd);
		if (*err)
			return e;
	}
	return NULL;
}

/**
 * gpuvf_engine_set_full_access() - give one VF the GPU to itself, or to all again
 * @pf: PF
 * @vf: index of a VF that may be given time slices, while no VF has it and none is owed a
 *	slice before; GPUVF_VF_NONE: all others in the rotation get a slice before the next
 *	full access
 *
 * gpuvf_pf_unsettle_locked() is called by the report work when the VF executes.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_engine_set_full_access(struct gpuvf_pf *pf, int vf)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->set_full_access(e, vf);
}

/**
 * gpuvf_engine_full_access_runs() - does the VF with full access execute?
 * @pf: PF
 *
 * Context: any; the report work runs when it changes.
 */
bool gpuvf_engine_full_access_runs(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;
	bool runs = true;

	gpuvf_for_each_engine(e, pf)
		runs &= READ_ONCE(e->full_access_runs);
	return runs;
}

/**
 * gpuvf_engine_full_access_is_free() - may a VF be given full access?
 * @pf: PF
 *
 * Context: any; the report work runs when it changes.
 * Return: false where a VF has it, or others are owed a slice.
 */
bool gpuvf_engine_full_access_is_free(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		if (READ_ONCE(e->full_access) != GPUVF_VF_NONE ||
		    READ_ONCE(e->due))
			return false;
	return true;
}

/**
 * gpuvf_engine_access_ns() - full access that a VF has not paid for yet
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: any where interrupts are on.
 * Return: nanoseconds, on the engine where that is most; see gpuvf_sched_access_ns().
 */
u64 gpuvf_engine_access_ns(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e;
	u64 ns = 0;

	gpuvf_for_each_engine(e, pf)
		ns = max(ns, e->ops->get_access_ns(e, vf));
	return ns;
}

/**
 * gpuvf_engine_set_access_ns() - a VF changes hands: what its tenant has to pay for
 * @pf: PF
 * @vf: index of the VF
 * @ns: full access that was not paid for, at most GPUVF_STREAM_MAX_ACCESS_NS
 *
 * Context: any where interrupts are on.
 */
void gpuvf_engine_set_access_ns(struct gpuvf_pf *pf, unsigned int vf, u64 ns)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->set_access_ns(e, vf, ns);
}

/**
 * gpuvf_engine_take_off() - wait until a VF does not have the GPU any more
 * @pf: PF
 * @vf: index of a VF that may not be given time slices
 *
 * If it has a context, that is saved then.
 *
 * Context: sleeps, as long as that can take; pf->lock must not be held.
 * Return: 0; -ETIMEDOUT: it still has the GPU.
 */
int gpuvf_engine_take_off(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e;
	int err = 0;

	gpuvf_for_each_engine(e, pf)
		err = err ?: e->ops->take_off(e, vf);
	return err;
}

/**
 * gpuvf_engine_adopt() - a VF has a context that was written into its slot
 * @pf: PF
 * @vf: index of a VF that may not be given time slices, and had none
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_adopt(struct gpuvf_pf *pf, unsigned int vf)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->adopt(e, vf);
}

/**
 * gpuvf_engine_quiesce_locked() - take the GPU from all VFs and drop their states
 * @pf: PF
 *
 * On return no time slice is begun until gpuvf_engine_quiesce_end(), and no command is
 * under way, unless the hardware hangs: then gpuvf_engine_retained() tells who may have
 * kept its context.
 *
 * After a fatal PCIe error commands would not end: none is waited for, and VFs keep
 * their states until the GPU was reset.
 *
 * The caller marks what enabled VFs leave behind; see
 * gpuvf_vfs_end_tenancy_locked().
 *
 * Context: pf->lock held; may sleep for a few commands, and longer when the
 * hardware hangs.
 */
void gpuvf_engine_quiesce_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->quiesce(e);
}

/**
 * gpuvf_engine_quiesce_end() - time slices may begin again
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_engine_quiesce_end(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	gpuvf_for_each_engine(e, pf)
		e->ops->quiesce_end(e);
}

/**
 * gpuvf_engine_all_lost_locked() - the GPU was reset, or its VFs disabled: no VF has
 * kept anything
 * @pf: PF that was quiesced
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_all_lost_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf) {
		spin_lock_irq(&e->lock);
		e->retained = 0;
		spin_unlock_irq(&e->lock);
	}
}

/**
 * gpuvf_engine_rotation_us() - one rotation of all provisioned VFs
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 *
 * Return: microseconds, on the engine where it takes longest.
 */
u64 gpuvf_engine_rotation_us(struct gpuvf_pf *pf,
			     const struct gpuvf_config *cfg)
{
	struct gpuvf_engine *e;
	u64 us = 0;

	gpuvf_for_each_engine(e, pf)
		us = max(us, e->ops->rotation_us(e, cfg));
	return us;
}

/**
 * gpuvf_vf_stats_get() - read the counters of one VF
 * @vf: VF
 * @engine: whose counters of it, beside those that have no engine
 * @stats: where they go
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_stats_get(struct gpuvf_vf *vf, struct gpuvf_engine *engine,
			struct gpuvf_vf_stats *stats)
{
	lockdep_assert_held(&vf->pf->lock);
	*stats = vf->stats;
	stats->hangs = engine->hangs[vf->index];
	stats->preempt_timeouts = engine->preempt_timeouts[vf->index];
	engine->ops->stats(engine, vf->index, stats);
}

/**
 * gpuvf_engine_take_report() - take what is to be reported of VFs
 * @pf: PF
 * @report: where it goes
 *
 * VFs that were reset, or whose context was torn down, do not start before
 * gpuvf_engine_end_report(): until then the caller marks what they leave behind,
 * where it is now. A VF is torn down when no engine has a context of it.
 *
 * Context: pf->lock held.
 */
void gpuvf_engine_take_report(struct gpuvf_pf *pf,
			      struct gpuvf_engine_report *report)
{
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	memset(report, 0, sizeof(*report));
	gpuvf_for_each_engine(e, pf) {
		struct gpuvf_engine_report one;

		e->ops->take_report(e, &one);
		report->was_reset |= one.was_reset;
		report->torn_down |= one.torn_down;
		report->hung |= one.hung;
		report->flr |= one.flr;
		report->started |= one.started;
	}
	report->torn_down &= ~report->started;
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
	struct gpuvf_engine *e;

	lockdep_assert_held(&pf->lock);
	gpuvf_for_each_engine(e, pf)
		e->ops->end_report(e, report);
}
