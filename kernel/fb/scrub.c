// SPDX-License-Identifier: GPL-2.0
/*
 * Clearing framebuffer and saved states between tenants: the maps of what is
 * dirty and what is withheld, and the worker.
 *
 * A granule is dirty when its content is unknown or a former tenant's. It becomes
 * so at every end of a tenancy (gpuvf_vf_end_tenancy_locked()), whether the VF ran
 * or not. What is marked while the clear engine is at work on it stays dirty when
 * the engine is done. Granules of the PF
 * reserve and the context save area stay dirty all the time, so that whoever
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
 * long behind free memory that nobody asked for.
 */
#define CLEAR_CHUNK_GRANULES	64

/* the engine is given up on after that */
#define CLEAR_LIMIT_MS		10000

/* how often to look when there is no interrupt, and when one may be lost */
#define CLEAR_POLL_MS		1
#define CLEAR_RECHECK_MS	100

/**
 * struct clear_job - one go of the clear engine
 * @context: the VF whose saved state is cleared, GPUVF_SCHED_NONE: @first ff.
 * @first: first granule
 * @count: granules
 */
struct clear_job {
	int context;
	unsigned int first;
	unsigned int count;
};

static void clear_granules(const struct gpuvf_pf *pf,
			   const struct gpuvf_extent *extent,
			   unsigned int *first, unsigned int *count)
{
	*first = div64_u64(extent->start, pf->geometry.granule_bytes);
	*count = div64_u64(extent->size, pf->geometry.granule_bytes);
}

static struct gpuvf_extent clear_extent(const struct gpuvf_pf *pf,
					const struct clear_job *job)
{
	return (struct gpuvf_extent){
		.start = job->first * pf->geometry.granule_bytes,
		.size = job->count * pf->geometry.granule_bytes,
	};
}

static bool clear_find(struct gpuvf_pf *pf, unsigned int from,
		       unsigned int end, struct clear_job *job)
{
	const struct gpuvf_clear *clear = &pf->clear;
	unsigned long first;

	first = find_next_andnot_bit(clear->dirty, clear->withheld, end, from);
	if (first >= end)
		return false;
	end = min_t(unsigned long, end, first + CLEAR_CHUNK_GRANULES);
	end = find_next_zero_bit(clear->dirty, end, first);
	end = find_next_bit(clear->withheld, end, first);
	job->context = GPUVF_SCHED_NONE;
	job->first = first;
	job->count = end - first;
	return true;
}

/*
 * From where the last operation ended to the end of the extent: what was marked
 * again behind that waits for the next round, so that no VF keeps the engine.
 */
static bool clear_find_in_vf(struct gpuvf_pf *pf, unsigned int vf, bool go_on,
			     struct clear_job *job)
{
	unsigned int first, count, from;

	clear_granules(pf, &pf->config.layout.vf[vf], &first, &count);
	from = first;
	if (go_on)
		from = clamp(pf->clear.next_granule, first, first + count);
	if (!clear_find(pf, from, first + count, job))
		return false;
	pf->clear.current_vf = vf;
	pf->clear.next_granule = job->first + job->count;
	return true;
}

/* one VF after the other, beginning with the one that had the engine last */
static bool clear_find_in_vfs(struct gpuvf_pf *pf, struct clear_job *job)
{
	unsigned int current_vf = pf->clear.current_vf;
	unsigned int i;

	for (i = 0; i <= pf->total_vfs; i++)
		if (clear_find_in_vf(pf, (current_vf + i) % pf->total_vfs,
				     !i, job))
			return true;
	return false;
}

/* context slots, then the extents of VFs, then free memory */
static bool clear_pick_locked(struct gpuvf_pf *pf, struct clear_job *job)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	u32 started = gpuvf_world_started(pf);
	u32 contexts = pf->clear.contexts & ~started;
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
	if (clear_find_in_vfs(pf, job))
		return true;
	return clear_find(pf,
			  div64_u64(layout->vf_base,
				    pf->geometry.granule_bytes),
			  div64_u64(layout->vf_end,
				    pf->geometry.granule_bytes), job);
}

/*
 * Start the engine under pf->lock, so that it never works on a layout that has
 * changed since the job was picked. Marks are noted apart from here on: what the
 * engine did before does not count.
 */
static int clear_begin_locked(struct gpuvf_pf *pf, const struct clear_job *job)
{
	struct gpuvf_extent extent = clear_extent(pf, job);
	struct gpuvf_clear *clear = &pf->clear;

	clear->working = true;
	clear->canceled = false;
	reinit_completion(&clear->done);
	if (job->context != GPUVF_SCHED_NONE) {
		clear->contexts_again &= ~BIT(job->context);
		return pf->hw->clear_context_start(pf, job->context);
	}
	bitmap_clear(clear->again, job->first, job->count);
	return pf->hw->clear_start(pf, &extent);
}

static int clear_wait(struct gpuvf_pf *pf)
{
	unsigned long limit = jiffies + msecs_to_jiffies(CLEAR_LIMIT_MS);
	const unsigned int wait_ms = pf->irq ? CLEAR_RECHECK_MS : CLEAR_POLL_MS;
	int err;

	for (;;) {
		wait_for_completion_timeout(&pf->clear.done,
					    msecs_to_jiffies(wait_ms));
		err = pf->hw->clear_status(pf);
		if (err != -EINPROGRESS)
			return err;
		if (time_after(jiffies, limit))
			return -ETIMEDOUT;
	}
}

/* what was marked since clear_begin_locked() stays dirty */
static void clear_unmark_locked(struct gpuvf_pf *pf,
				const struct clear_job *job)
{
	struct gpuvf_clear *clear = &pf->clear;
	unsigned int g = job->first;

	for_each_clear_bit_from(g, clear->again, job->first + job->count)
		__clear_bit(g, clear->dirty);
}

static void clear_finish_context_locked(struct gpuvf_pf *pf, unsigned int vf,
					int err)
{
	struct gpuvf_clear *clear = &pf->clear;

	if (!err) {
		clear->contexts &= ~BIT(vf) | clear->contexts_again;
		return;
	}
	gpuvf_event_locked(pf, GPUVF_EVENT(FB_CLEAR_FAILED, vf),
			   "saved state could not be cleared (%pe); the VF is not started on it",
			   ERR_PTR(err));
	clear->failed |= BIT(vf);
}

static void clear_finish_locked(struct gpuvf_pf *pf,
				const struct clear_job *job, int err)
{
	struct gpuvf_extent fb = clear_extent(pf, job);
	int has = err ? pf->hw->has_reserve(pf) : 1;
	struct gpuvf_clear *clear = &pf->clear;

	clear->working = false;
	/*
	 * Nothing became clean, and nothing is wrong with it: it was aborted, or the
	 * GPU was reset behind our back after a PCIe error, or is about to be.
	 */
	if (clear->canceled || pf->frozen || !has)
		return;
	if (has < 0) {
		gpuvf_pf_wedge_locked(pf, "a GPU that does not answer");
		return;
	}
	if (job->context != GPUVF_SCHED_NONE) {
		clear_finish_context_locked(pf, job->context, err);
	} else if (err) {
		gpuvf_event_locked(pf, GPUVF_EVENT(FB_CLEAR_FAILED, GPUVF_NO_VF,
						   .fb = fb),
				   "%llu MiB of framebuffer at %llu MiB could not be cleared (%pe) and are withheld",
				   fb.size / SZ_1M, fb.start / SZ_1M,
				   ERR_PTR(err));
		bitmap_set(clear->withheld, job->first, job->count);
		gpuvf_clear_measure_locked(pf);
	} else {
		clear_unmark_locked(pf, job);
	}
	gpuvf_pf_unsettle_locked(pf);
}

/*
 * What is dirty may still belong to a VF that kept its state; when it has lost it
 * the worker is kicked.
 */
static bool clear_may_go_on(struct gpuvf_pf *pf)
{
	return !pf->clear.stopping && !pf->wedged && !gpuvf_halt_kept(pf);
}

static void gpuvf_clear_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(work, struct gpuvf_pf, clear.work);
	bool worked = false;
	struct clear_job job;
	int err = 0;
	bool more;

	for (;;) {
		gpuvf_pf_lock(pf);
		more = clear_may_go_on(pf) && clear_pick_locked(pf, &job);
		if (more)
			err = clear_begin_locked(pf, &job);
		gpuvf_pf_unlock(pf);
		if (!more)
			break;

		if (!err)
			err = clear_wait(pf);

		gpuvf_pf_lock(pf);
		clear_finish_locked(pf, &job, err);
		gpuvf_pf_unlock(pf);
		worked = true;
	}
	if (worked)
		gpuvf_pf_notify(pf);
}

/**
 * gpuvf_clear_check() - refuse what needs a clear engine that is not there
 * @pf: PF
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when it is refused
 *
 * Return: 0; -EOPNOTSUPP.
 */
int gpuvf_clear_check(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	if (gpuvf_pf_can(pf, GPUVF_CAPABILITY_CLEAR))
		return 0;
	return gpuvf_refuse(why, gpuvf_pf_name(pf),
			    GPUVF_REASON_NOT_SUPPORTED,
			    "this hardware does not support clearing framebuffer between tenants");
}

/**
 * gpuvf_clear_init() - nothing known of the framebuffer: all of it is dirty
 * @pf: PF whose geometry is known
 *
 * Return: 0, -ENOMEM.
 */
int gpuvf_clear_init(struct gpuvf_pf *pf)
{
	struct gpuvf_clear *clear = &pf->clear;
	struct device *dev = &pf->pdev->dev;

	clear->granules = div64_u64(pf->geometry.total_bytes,
				    pf->geometry.granule_bytes);
	init_completion(&clear->done);
	INIT_WORK(&clear->work, gpuvf_clear_work);
	clear->stopping = true;
	/* nothing uses them when pf->gone is set and the worker is stopped */
	clear->dirty = devm_bitmap_zalloc(dev, clear->granules, GFP_KERNEL);
	clear->again = devm_bitmap_zalloc(dev, clear->granules, GFP_KERNEL);
	clear->withheld = devm_bitmap_zalloc(dev, clear->granules, GFP_KERNEL);
	if (!clear->dirty || !clear->again || !clear->withheld)
		return -ENOMEM;
	bitmap_fill(clear->dirty, clear->granules);
	clear->contexts = GENMASK(pf->total_vfs - 1, 0);
	return 0;
}

/**
 * gpuvf_clear_kick_locked() - there may be something to clear
 * @pf: PF
 *
 * Context: pf->lock held. Returns at once.
 */
void gpuvf_clear_kick_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	if (!pf->clear.stopping)
		queue_work(gpuvf_unbound_wq, &pf->clear.work);
}

/**
 * gpuvf_clear_stop() - let the clear engine come to rest
 * @pf: PF
 *
 * What it is at work on is aborted: a suspend, an unbind or a reset of the GPU must
 * not wait for it. What was not cleared stays dirty. gpuvf_clear_resume_locked()
 * goes on.
 *
 * Context: may sleep: a few accesses to configuration space, or where the engine
 * cannot be aborted CLEAR_LIMIT_MS. pf->lock must not be held.
 */
void gpuvf_clear_stop(struct gpuvf_pf *pf)
{
	gpuvf_pf_lock(pf);
	pf->clear.stopping = true;
	/* where that fails the worker gives up on the engine in its time */
	gpuvf_clear_cancel_locked(pf);
	gpuvf_pf_unlock(pf);
	cancel_work_sync(&pf->clear.work);
}

/**
 * gpuvf_clear_resume_locked() - start clearing, or go on
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_clear_resume_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->clear.stopping = !gpuvf_pf_can(pf, GPUVF_CAPABILITY_CLEAR);
	gpuvf_clear_kick_locked(pf);
}

static void clear_mark(struct gpuvf_clear *clear, unsigned int first,
		       unsigned int count)
{
	bitmap_set(clear->dirty, first, count);
	bitmap_set(clear->again, first, count);
}

/**
 * gpuvf_clear_mark_locked() - mark a VF's extent and context slot for scrubbing
 * @pf: PF
 * @vf: index of a VF without a context; see gpuvf_vf_end_tenancy_locked()
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_clear_mark_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	clear_granules(pf, &pf->config.layout.vf[vf], &first, &count);
	clear_mark(&pf->clear, first, count);
	pf->clear.contexts |= BIT(vf);
	pf->clear.contexts_again |= BIT(vf);
}

/**
 * gpuvf_clear_mark_reserved_locked() - what lies below the VF area is the PF's
 * @pf: PF whose reserve may have changed
 *
 * Context: pf->lock held.
 */
void gpuvf_clear_mark_reserved_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	clear_mark(&pf->clear, 0,
		   div64_u64(pf->config.layout.vf_base,
			     pf->geometry.granule_bytes));
}

/**
 * gpuvf_clear_mark_contexts_locked() - mark all context slots for scrubbing
 * @pf: PF on which no VF has a context, and whose context save area moves
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_clear_mark_contexts_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->clear.contexts = GENMASK(pf->total_vfs - 1, 0);
	pf->clear.contexts_again = pf->clear.contexts;
}

/**
 * gpuvf_clear_cancel_locked() - abort the operation of the clear engine
 * @pf: PF whose reserve or context save area is about to change
 *
 * The engine would go on to overwrite framebuffer that is the PF's, or holds saved
 * contexts, by then. Also stops an engine that was given up on. What it was at work
 * on stays dirty, and the worker goes on when pf->lock is released.
 *
 * Context: pf->lock held. Does not wait.
 * Return: 0; -EBUSY: the engine does not stop; -EIO.
 */
int gpuvf_clear_cancel_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_clear *clear = &pf->clear;
	int err;

	lockdep_assert_held(&pf->lock);
	if (!gpuvf_pf_can(pf, GPUVF_CAPABILITY_CLEAR))
		return 0;
	err = pf->hw->clear_abort(pf);
	if (err)
		return err;
	clear->canceled = clear->working;
	complete(&clear->done);
	return 0;
}

/**
 * gpuvf_clear_mark_all_locked() - nobody knows what the GPU's memory holds
 * @pf: PF on which no VF has state
 *
 * As when the driver came to it, or after it was without power.
 *
 * Context: pf->lock held. The caller kicks the worker.
 */
void gpuvf_clear_mark_all_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	clear_mark(&pf->clear, 0, pf->clear.granules);
	gpuvf_clear_mark_contexts_locked(pf);
}

/**
 * gpuvf_clear_retry_locked() - try once more to clear what is withheld
 * @pf: PF that is there, and not wedged
 * @why: filled when the request is refused
 *
 * Nothing is withheld any more, and everything that was is dirty; whoever waits
 * for it may start once it is clear. What cannot be cleared this time either is
 * withheld again. Saved states that could not be cleared are tried again too; a
 * VF that failed for another reason stays failed. Where nothing is withheld
 * nothing happens.
 *
 * Context: pf->lock held. Returns at once; the worker clears.
 * Return: 0; -EOPNOTSUPP: no clear engine.
 */
int gpuvf_clear_retry_locked(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	struct gpuvf_clear *clear = &pf->clear;
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	if (gpuvf_clear_check(pf, why))
		return why->error;
	for (i = 0; i < pf->total_vfs; i++)
		pf->vf[i].faults &= ~GPUVF_FAULT_CONTEXT;
	bitmap_zero(clear->withheld, clear->granules);
	gpuvf_clear_measure_locked(pf);
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_clear_kick_locked(pf);
	gpuvf_pf_notify(pf);
	return 0;
}

/**
 * gpuvf_clear_is_clean_locked() - has all of an extent been scrubbed?
 * @pf: PF
 * @extent: of VF memory; may be empty
 *
 * Context: pf->lock held.
 * Return: true when nothing of another tenant, and nothing unknown, is in it.
 */
bool gpuvf_clear_is_clean_locked(struct gpuvf_pf *pf,
				 const struct gpuvf_extent *extent)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	clear_granules(pf, extent, &first, &count);
	return find_next_bit(pf->clear.dirty, first + count, first) >=
	       first + count;
}

/**
 * gpuvf_clear_vf_is_clean_locked() - may the VF start on its memory?
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held.
 * Return: true when its extent and its context slot have been scrubbed.
 */
bool gpuvf_clear_vf_is_clean_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	return !(pf->clear.contexts & BIT(vf)) &&
	       gpuvf_clear_is_clean_locked(pf, &pf->config.layout.vf[vf]);
}

/**
 * gpuvf_clear_vf_is_withheld_locked() - can the VF never start on its memory?
 * @pf: PF
 * @vf: index of the VF
 *
 * Context: pf->lock held.
 * Return: true when a part of its extent could not be cleared.
 */
bool gpuvf_clear_vf_is_withheld_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	unsigned int first, count;

	lockdep_assert_held(&pf->lock);
	clear_granules(pf, &pf->config.layout.vf[vf], &first, &count);
	return find_next_bit(pf->clear.withheld, first + count, first) <
	       first + count;
}

static u64 clear_count_vf_area(struct gpuvf_pf *pf, const unsigned long *map)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	u64 granule = pf->geometry.granule_bytes;
	unsigned int end = div64_u64(layout->vf_end, granule);
	unsigned int begin = div64_u64(layout->vf_base, granule);

	return (bitmap_weight(map, end) - bitmap_weight(map, begin)) * granule;
}

/**
 * gpuvf_clear_dirty_bytes_locked() - how much of the VF area is to be cleared
 * @pf: PF
 *
 * Context: pf->lock held.
 * Return: bytes; what is withheld counts here too.
 */
u64 gpuvf_clear_dirty_bytes_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	return clear_count_vf_area(pf, pf->clear.dirty);
}

/**
 * gpuvf_clear_withheld_bytes_locked() - how much could not be cleared
 * @pf: PF
 *
 * Context: pf->lock held.
 * Return: bytes of the VF area that are given to nobody.
 */
u64 gpuvf_clear_withheld_bytes_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	return clear_count_vf_area(pf, pf->clear.withheld);
}

/**
 * gpuvf_clear_withheld_locked() - list what is withheld
 * @pf: PF
 * @num: how many extents there are
 *
 * In ascending order. When there are more than GPUVF_LAYOUT_MAX_BLOCKED, the last one
 * takes in all that remain, and what lies between them.
 *
 * Context: pf->lock held, or the PF is not known to anything yet.
 * Return: the extents; they hold until the next call, or the end of the lock.
 */
const struct gpuvf_extent *gpuvf_clear_withheld_locked(struct gpuvf_pf *pf,
						       unsigned int *num)
{
	struct gpuvf_extent *list = pf->clear.blocked;
	u64 granule = pf->geometry.granule_bytes;
	unsigned int first, end, n = 0;

	for_each_set_bitrange(first, end, pf->clear.withheld,
			      pf->clear.granules) {
		if (n < GPUVF_LAYOUT_MAX_BLOCKED)
			list[n++].start = first * granule;
		list[n - 1].size = end * granule - list[n - 1].start;
	}
	*num = n;
	return list;
}

/**
 * gpuvf_clear_measure_locked() - measure what is free
 * @pf: PF whose extents, or what is withheld of it, changed
 *
 * Context: pf->lock held.
 */
void gpuvf_clear_measure_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_extent *withheld;
	unsigned int num;

	lockdep_assert_held(&pf->lock);
	withheld = gpuvf_clear_withheld_locked(pf, &num);
	gpuvf_layout_measure(&pf->config.layout, pf->total_vfs, num, withheld);
}
