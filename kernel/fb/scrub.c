// SPDX-License-Identifier: GPL-2.0
/*
 * Clearing framebuffer and saved states between tenants: the maps of what is
 * unscrubbed and what is quarantined, and the worker.
 *
 * A unit is unscrubbed when its content is unknown or a former tenant's. It becomes
 * so at every end of a tenancy (gpuvf_vf_end_tenancy_locked()), whether the VF ran
 * or not. What is marked while the clear engine is at work on it stays unscrubbed when
 * the engine is done. Units of the PF
 * reserve and the context save area stay unscrubbed all the time, so that a VF that
 * gets them later finds them cleared.
 */

#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "base/compat.h"
#include "base/error.h"
#include "base/event.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"

/*
 * Cleared in one go: small enough that a VF that is waited for does not wait
 * long behind free memory that no request asked for.
 */
#define SCRUB_CHUNK_UNITS	64

/* the engine is given up on after that */
#define SCRUB_LIMIT_MS		10000

/* how often to look when there is no interrupt, and when one may be lost */
#define SCRUB_POLL_MS		1
#define SCRUB_RECHECK_MS	100

/**
 * struct scrub_job - one go of the scrub engine
 * @context: the VF whose saved context is scrubbed, GPUVF_SCHED_NONE: @first ff.
 * @first: first unit
 * @count: units
 */
struct scrub_job {
	int context;
	unsigned int first;
	unsigned int count;
};

static void scrub_units(const struct gpuvf_pf *pf,
			const struct gpuvf_extent *extent,
			unsigned int *first, unsigned int *count)
{
	*first = div64_u64(extent->start, pf->hw->caps.fb.unit_bytes);
	*count = div64_u64(extent->size, pf->hw->caps.fb.unit_bytes);
}

static struct gpuvf_extent clear_extent(const struct gpuvf_pf *pf,
					const struct scrub_job *job)
{
	return (struct gpuvf_extent){
		.start = job->first * pf->hw->caps.fb.unit_bytes,
		.size = job->count * pf->hw->caps.fb.unit_bytes,
	};
}

static bool scrub_find(struct gpuvf_pf *pf, unsigned int from,
		       unsigned int end, struct scrub_job *job)
{
	const struct gpuvf_scrub *scrub = &pf->scrub;
	unsigned long first;

	first = find_next_andnot_bit(scrub->needs_scrub, scrub->quarantined, end, from);
	if (first >= end)
		return false;
	end = min_t(unsigned long, end, first + SCRUB_CHUNK_UNITS);
	end = find_next_zero_bit(scrub->needs_scrub, end, first);
	end = find_next_bit(scrub->quarantined, end, first);
	job->context = GPUVF_SCHED_NONE;
	job->first = first;
	job->count = end - first;
	return true;
}

/*
 * From where the last operation ended to the end of the extent: what was marked
 * again behind that waits for the next rotation, so that no VF keeps the engine.
 */
static bool scrub_find_in_vf(struct gpuvf_pf *pf, unsigned int vf, bool go_on,
			     struct scrub_job *job)
{
	unsigned int first, count, from;

	scrub_units(pf, &pf->config.layout.vf[vf], &first, &count);
	from = first;
	if (go_on)
		from = clamp(pf->scrub.next_unit, first, first + count);
	if (!scrub_find(pf, from, first + count, job))
		return false;
	pf->scrub.current_vf = vf;
	pf->scrub.next_unit = job->first + job->count;
	return true;
}

/* one VF after the other, beginning with the one that had the engine last */
static bool scrub_find_in_vfs(struct gpuvf_pf *pf, struct scrub_job *job)
{
	unsigned int current_vf = pf->scrub.current_vf;
	unsigned int i;

	for (i = 0; i <= pf->total_vfs; i++)
		if (scrub_find_in_vf(pf, (current_vf + i) % pf->total_vfs,
				     !i, job))
			return true;
	return false;
}

/* context slots, then the extents of VFs, then free memory */
static bool scrub_pick_locked(struct gpuvf_pf *pf, struct scrub_job *job)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	u32 started = gpuvf_engine_started(pf);
	u32 contexts = pf->scrub.contexts & ~started;
	unsigned int i;

	/* what failed is tried again when the VF gets its next chance */
	for (i = 0; i < pf->total_vfs; i++)
		if (pf->vf[i].faults & GPUVF_FAULT_CONTEXT)
			contexts &= ~BIT(i);
	if (contexts) {
		job->context = __ffs(contexts);
		job->count = 0;
		return true;
	}
	if (scrub_find_in_vfs(pf, job))
		return true;
	return scrub_find(pf,
			  div64_u64(layout->vf_base,
				    pf->hw->caps.fb.unit_bytes),
			  div64_u64(layout->vf_end,
				    pf->hw->caps.fb.unit_bytes), job);
}

/*
 * Start the engine under pf->lock, so that it never works on a layout that has
 * changed since the job was picked. Marks are noted apart from here on: what the
 * engine did before does not count.
 */
static int scrub_begin_locked(struct gpuvf_pf *pf, const struct scrub_job *job)
{
	struct gpuvf_extent extent = clear_extent(pf, job);
	struct gpuvf_scrub *scrub = &pf->scrub;

	scrub->working = true;
	scrub->canceled = false;
	reinit_completion(&scrub->done);
	if (job->context != GPUVF_SCHED_NONE) {
		scrub->contexts_again &= ~BIT(job->context);
		return pf->hw->ops->scrub_context_start(pf->hw, job->context);
	}
	bitmap_clear(scrub->again, job->first, job->count);
	return pf->hw->ops->scrub_start(pf->hw, &extent);
}

static int scrub_wait(struct gpuvf_pf *pf)
{
	unsigned long limit = jiffies + msecs_to_jiffies(SCRUB_LIMIT_MS);
	const unsigned int wait_ms = pf->irq ? SCRUB_RECHECK_MS : SCRUB_POLL_MS;
	int err;

	for (;;) {
		wait_for_completion_timeout(&pf->scrub.done,
					    msecs_to_jiffies(wait_ms));
		err = pf->hw->ops->scrub_status(pf->hw);
		if (err != -EINPROGRESS)
			return err;
		if (time_after(jiffies, limit))
			return -ETIMEDOUT;
	}
}

/* what was marked since scrub_begin_locked() stays unscrubbed */
static void scrub_unmark_locked(struct gpuvf_pf *pf,
				const struct scrub_job *job)
{
	struct gpuvf_scrub *scrub = &pf->scrub;
	unsigned int g = job->first;

	for_each_clear_bit_from(g, scrub->again, job->first + job->count)
		__clear_bit(g, scrub->needs_scrub);
}

static void scrub_finish_context_locked(struct gpuvf_pf *pf, unsigned int vf,
					int err)
{
	struct gpuvf_scrub *scrub = &pf->scrub;

	if (!err) {
		scrub->contexts &= ~BIT(vf) | scrub->contexts_again;
		return;
	}
	gpuvf_event_locked(pf, GPUVF_EVENT(FB_SCRUB_FAILED, vf),
			   "the saved context could not be scrubbed (%pe), the VF is not started on it",
			   ERR_PTR(err));
	scrub->failed |= BIT(vf);
}

static void scrub_finish_locked(struct gpuvf_pf *pf,
				const struct scrub_job *job, int err)
{
	struct gpuvf_extent fb = clear_extent(pf, job);
	int has = err ? pf->hw->ops->has_reserve(pf->hw) : 1;
	struct gpuvf_scrub *scrub = &pf->scrub;

	scrub->working = false;
	/*
	 * Nothing became clean, and nothing is wrong with it: it was aborted, or the
	 * GPU was reset behind our back after a PCIe error, or is about to be.
	 */
	if (scrub->canceled || pf->frozen || !has)
		return;
	if (has < 0) {
		gpuvf_pf_wedge_locked(pf, "a GPU that does not answer");
		return;
	}
	if (job->context != GPUVF_SCHED_NONE) {
		scrub_finish_context_locked(pf, job->context, err);
	} else if (err) {
		gpuvf_event_locked(pf, GPUVF_EVENT(FB_SCRUB_FAILED, GPUVF_NO_VF,
						   .fb = fb),
				   "%llu MiB of framebuffer at %llu MiB could not be scrubbed (%pe) and are quarantined",
				   fb.size / SZ_1M, fb.start / SZ_1M,
				   ERR_PTR(err));
		bitmap_set(scrub->quarantined, job->first, job->count);
		gpuvf_scrub_measure_locked(pf);
	} else {
		scrub_unmark_locked(pf, job);
	}
	gpuvf_pf_unsettle_locked(pf);
}

/*
 * What is unscrubbed may still belong to a VF that kept its state; when it has lost it
 * the worker is kicked.
 */
static bool scrub_may_go_on(struct gpuvf_pf *pf)
{
	return !pf->scrub.stopping && !pf->wedged && !gpuvf_engine_retained(pf);
}

static void gpuvf_scrub_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(work, struct gpuvf_pf, scrub.work);
	bool worked = false;
	struct scrub_job job;
	int err = 0;
	bool more;

	for (;;) {
		gpuvf_pf_lock(pf);
		more = scrub_may_go_on(pf) && scrub_pick_locked(pf, &job);
		if (more)
			err = scrub_begin_locked(pf, &job);
		gpuvf_pf_unlock(pf);
		if (!more)
			break;

		if (!err)
			err = scrub_wait(pf);

		gpuvf_pf_lock(pf);
		scrub_finish_locked(pf, &job, err);
		gpuvf_pf_unlock(pf);
		worked = true;
	}
	if (worked)
		gpuvf_pf_notify(pf);
}

/* what the hardware reserves is nothing that a tenant could have, or may be written */
static void scrub_unmark_reserved(struct gpuvf_pf *pf)
{
	const struct gpuvf_fb_geometry *fb = &pf->hw->caps.fb;
	unsigned int i, first, count;

	for (i = 0; i < fb->num_reserved; i++) {
		scrub_units(pf, &fb->reserved[i], &first, &count);
		bitmap_clear(pf->scrub.needs_scrub, first,
			     min(count, pf->scrub.units - first));
	}
}

/**
 * gpuvf_scrub_check() - refuse what needs a scrub engine that is not there
 * @pf: PF
 * @error: zeroed, with @vf GPUVF_NO_VF; filled when it is refused
 *
 * Return: 0; -EOPNOTSUPP.
 */
int gpuvf_scrub_check(struct gpuvf_pf *pf, struct gpuvf_error *error)
{
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_SCRUB))
		return 0;
	return gpuvf_error_set(error, gpuvf_pf_name(pf),
			       GPUVF_REASON_NOT_SUPPORTED,
			       "this hardware cannot scrub framebuffer between tenants");
}

/**
 * gpuvf_scrub_init() - nothing known of the framebuffer: all of it is unscrubbed
 * @pf: PF whose geometry is known
 *
 * Return: 0, -ENOMEM.
 */
int gpuvf_scrub_init(struct gpuvf_pf *pf)
{
	struct gpuvf_scrub *scrub = &pf->scrub;
	struct device *dev = &pf->pdev->dev;

	scrub->units = div64_u64(pf->hw->caps.fb.total_bytes,
				 pf->hw->caps.fb.unit_bytes);
	init_completion(&scrub->done);
	INIT_WORK(&scrub->work, gpuvf_scrub_work);
	scrub->stopping = true;
	/* nothing uses them when pf->gone is set and the worker is stopped */
	scrub->needs_scrub = devm_bitmap_zalloc(dev, scrub->units, GFP_KERNEL);
	scrub->again = devm_bitmap_zalloc(dev, scrub->units, GFP_KERNEL);
	scrub->quarantined = devm_bitmap_zalloc(dev, scrub->units, GFP_KERNEL);
	if (!scrub->needs_scrub || !scrub->again || !scrub->quarantined)
		return -ENOMEM;
	bitmap_fill(scrub->needs_scrub, scrub->units);
	scrub_unmark_reserved(pf);
	scrub->contexts = GENMASK(pf->total_vfs - 1, 0);
	return 0;
}

/**
 * gpuvf_scrub_kick_locked() - there may be something to clear
 * @pf: PF
 *
 * Context: pf->lock held. Returns at once.
 */
void gpuvf_scrub_kick_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	if (!pf->scrub.stopping)
		queue_work(gpuvf_unbound_wq, &pf->scrub.work);
}

/**
 * gpuvf_scrub_stop() - let the scrub engine come to rest
 * @pf: PF
 *
 * What it is at work on is aborted: a suspend, an unbind or a reset of the GPU must
 * not wait for it. What was not cleared stays unscrubbed. gpuvf_scrub_resume_locked()
 * goes on.
 *
 * Context: may sleep: a few accesses to configuration space, or where the engine
 * cannot be aborted SCRUB_LIMIT_MS. pf->lock must not be held.
 */
void gpuvf_scrub_stop(struct gpuvf_pf *pf)
{
	gpuvf_pf_lock(pf);
	pf->scrub.stopping = true;
	/* where that fails the worker gives up on the engine in its time */
	gpuvf_scrub_cancel_locked(pf);
	gpuvf_pf_unlock(pf);
	cancel_work_sync(&pf->scrub.work);
}

/**
 * gpuvf_scrub_resume_locked() - start clearing, or go on
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_scrub_resume_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->scrub.stopping = !gpuvf_pf_can(pf, GPUVF_CAPABILITY_SCRUB);
	gpuvf_scrub_kick_locked(pf);
}

static void scrub_mark(struct gpuvf_pf *pf, unsigned int first,
		       unsigned int count)
{
	bitmap_set(pf->scrub.needs_scrub, first, count);
	bitmap_set(pf->scrub.again, first, count);
	scrub_unmark_reserved(pf);
}

/**
 * gpuvf_scrub_mark_locked() - mark a VF's extent and context slot for scrubbing
 * @pf: PF
 * @vf: index of a VF without a context; see gpuvf_vf_end_tenancy_locked()
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_scrub_mark_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	scrub_units(pf, &pf->config.layout.vf[vf], &first, &count);
	scrub_mark(pf, first, count);
	pf->scrub.contexts |= BIT(vf);
	pf->scrub.contexts_again |= BIT(vf);
}

/**
 * gpuvf_scrub_mark_reserved_locked() - what lies below the VF area is the PF's
 * @pf: PF whose reserve may have changed
 *
 * Context: pf->lock held.
 */
void gpuvf_scrub_mark_reserved_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	scrub_mark(pf, 0,
		   div64_u64(pf->config.layout.vf_base,
			     pf->hw->caps.fb.unit_bytes));
}

/**
 * gpuvf_scrub_mark_contexts_locked() - mark all context slots for scrubbing
 * @pf: PF on which no VF has a context, and whose context save area moves
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_scrub_mark_contexts_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->scrub.contexts = GENMASK(pf->total_vfs - 1, 0);
	pf->scrub.contexts_again = pf->scrub.contexts;
}

/**
 * gpuvf_scrub_cancel_locked() - abort the operation of the clear engine
 * @pf: PF whose reserve or context save area is about to change
 *
 * The engine would go on to overwrite framebuffer that is the PF's, or holds saved
 * contexts, by then. Also stops an engine that was given up on. What it was at work
 * on stays unscrubbed, and the worker goes on when pf->lock is released.
 *
 * Context: pf->lock held. Does not wait.
 * Return: 0; -EBUSY: the engine does not stop; -EIO.
 */
int gpuvf_scrub_cancel_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_scrub *scrub = &pf->scrub;
	int err;

	lockdep_assert_held(&pf->lock);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_SCRUB))
		return 0;
	err = pf->hw->ops->scrub_abort(pf->hw);
	if (err)
		return err;
	scrub->canceled = scrub->working;
	complete(&scrub->done);
	return 0;
}

/**
 * gpuvf_scrub_mark_all_locked() - what the GPU's memory holds is unknown
 * @pf: PF on which no VF has state
 *
 * As when the driver came to it, or after it was without power.
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_scrub_mark_all_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	scrub_mark(pf, 0, pf->scrub.units);
	gpuvf_scrub_mark_contexts_locked(pf);
}

/**
 * gpuvf_scrub_retry_locked() - try once more to clear what is quarantined
 * @pf: PF that is there, and not wedged
 * @error: filled when the request is refused
 *
 * Nothing is quarantined any more, and everything that was is unscrubbed; a VF that waits
 * for it may start once it is clear. What cannot be scrubbed this time either is
 * quarantined again. Saved states that could not be scrubbed are tried again too; a
 * VF that failed for another reason stays failed. Where nothing is quarantined
 * nothing happens.
 *
 * Context: pf->lock held. Returns at once; the worker clears.
 * Return: 0; -EOPNOTSUPP: no scrub engine.
 */
int gpuvf_scrub_retry_locked(struct gpuvf_pf *pf, struct gpuvf_error *error)
{
	struct gpuvf_scrub *scrub = &pf->scrub;
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	if (gpuvf_scrub_check(pf, error))
		return error->error;
	for (i = 0; i < pf->total_vfs; i++)
		pf->vf[i].faults &= ~GPUVF_FAULT_CONTEXT;
	bitmap_zero(scrub->quarantined, scrub->units);
	gpuvf_scrub_measure_locked(pf);
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_notify(pf);
	return 0;
}

/**
 * gpuvf_scrub_is_clean_locked() - has all of an extent been scrubbed?
 * @pf: PF
 * @extent: of VF memory; may be empty
 *
 * Context: pf->lock held.
 * Return: true when nothing of another tenant, and nothing unknown, is in it.
 */
bool gpuvf_scrub_is_clean_locked(struct gpuvf_pf *pf,
				 const struct gpuvf_extent *extent)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	scrub_units(pf, extent, &first, &count);
	return find_next_bit(pf->scrub.needs_scrub, first + count, first) >=
	       first + count;
}

/**
 * gpuvf_scrub_vf_is_clean_locked() - may the VF start on its memory?
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held.
 * Return: true when its extent and its context slot have been scrubbed.
 */
bool gpuvf_scrub_vf_is_clean_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	return !(pf->scrub.contexts & BIT(vf)) &&
	       gpuvf_scrub_is_clean_locked(pf, &pf->config.layout.vf[vf]);
}

/**
 * gpuvf_scrub_vf_is_quarantined_locked() - can the VF never start on its memory?
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held.
 * Return: true when a part of its extent could not be scrubbed.
 */
bool gpuvf_scrub_vf_is_quarantined_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	scrub_units(pf, &pf->config.layout.vf[vf], &first, &count);
	return find_next_bit(pf->scrub.quarantined, first + count, first) <
	       first + count;
}

/**
 * gpuvf_scrub_bytes_locked() - measure a map within the framebuffer that VFs can have
 * @pf: PF
 * @map: pf->scrub.needs_scrub, or pf->scrub.quarantined
 *
 * Context: pf->lock held.
 * Return: bytes.
 */
u64 gpuvf_scrub_bytes_locked(struct gpuvf_pf *pf, const unsigned long *map)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	u64 unit = pf->hw->caps.fb.unit_bytes;

	lockdep_assert_held(&pf->lock);
	return (bitmap_weight(map, div64_u64(layout->vf_end, unit)) -
		bitmap_weight(map, div64_u64(layout->vf_base, unit))) * unit;
}

/**
 * gpuvf_scrub_quarantined_locked() - list what is quarantined
 * @pf: PF
 * @num: how many extents there are
 *
 * In ascending order. When there are more than GPUVF_LAYOUT_MAX_BLOCKED, the last one
 * takes in all that remain, and what lies between them.
 *
 * Context: pf->lock held, or the PF is not known to anything yet.
 * Return: the extents; they hold until the next call, or the end of the lock.
 */
const struct gpuvf_extent *gpuvf_scrub_quarantined_locked(struct gpuvf_pf *pf,
							  unsigned int *num)
{
	struct gpuvf_extent *list = pf->scrub.blocked;
	u64 unit = pf->hw->caps.fb.unit_bytes;
	unsigned int first, end, n = 0;

	for_each_set_bitrange(first, end, pf->scrub.quarantined,
			      pf->scrub.units) {
		if (n < GPUVF_LAYOUT_MAX_BLOCKED)
			list[n++].start = first * unit;
		list[n - 1].size = end * unit - list[n - 1].start;
	}
	*num = n;
	return list;
}

/**
 * gpuvf_scrub_measure_locked() - measure what is free
 * @pf: PF whose extents, or what is quarantined of it, changed
 *
 * Context: pf->lock held.
 */
void gpuvf_scrub_measure_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_extent *quarantined;
	unsigned int num;

	lockdep_assert_held(&pf->lock);
	quarantined = gpuvf_scrub_quarantined_locked(pf, &num);
	gpuvf_layout_measure(&pf->config.layout, &pf->hw->caps.fb,
			     pf->total_vfs, num, quarantined);
}
