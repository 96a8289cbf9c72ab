// SPDX-License-Identifier: GPL-2.0
/*
 * The class of all PFs, the revision of a PF's configuration, what every user may
 * see of it, and the notifications of changes.
 *
 * Everything may call this file. What has to be done in the layers above is left to
 * struct gpuvf_sink, and to work items that those layers initialise.
 */

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/device/class.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "base/compat.h"
#include "base/error.h"
#include "base/event.h"
#include "base/pf.h"

/*
 * All PFs that can be found. Allocated: a reference to its kobject may outlive the
 * module.
 */
struct class *gpuvf_class;

/*
 * Count every change of any PF, and every PF added and removed: of all that can
 * be seen, and of what every user may see.
 */
static atomic_t gpuvf_change_seq = ATOMIC_INIT(1);
static atomic_t gpuvf_public_seq = ATOMIC_INIT(1);

/**
 * gpuvf_pf_unsettle_locked() - something changed that decides which VFs may run
 * @pf: PF
 *
 * What follows from it is done once, before pf->lock is released, or before that by
 * gpuvf_pf_settle_locked().
 *
 * Context: pf->lock held.
 */
void gpuvf_pf_unsettle_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->unsettled = true;
}

/**
 * gpuvf_pf_settle_locked() - do what follows from changes
 * @pf: PF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_pf_settle_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	/* again when the hardware does not do it: the GPU is wedged then */
	while (pf->unsettled)
		pf->sink->settle(pf);
}

/**
 * gpuvf_pf_unlock() - release pf->lock, with all settled that changed
 * @pf: PF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_pf_unlock(struct gpuvf_pf *pf)
{
	gpuvf_pf_settle_locked(pf);
	mutex_unlock(&pf->lock);
}

/**
 * gpuvf_pf_get_nth() - walk all PFs
 * @n: counted from 0
 *
 * PFs may come and go between two calls; gpuvf_pf_change_seq() tells.
 *
 * Context: may sleep.
 * Return: the PF with a reference, or NULL behind the last one.
 */
struct gpuvf_pf *gpuvf_pf_get_nth(unsigned int n)
{
	struct class_dev_iter iter;
	struct device *dev;

	class_dev_iter_init(&iter, gpuvf_class, NULL, NULL);
	do {
		dev = class_dev_iter_next(&iter);
	} while (dev && n--);
	get_device(dev);
	class_dev_iter_exit(&iter);
	return dev ? gpuvf_pf_of_dev(dev) : NULL;
}

/**
 * gpuvf_pf_change_seq() - return a number that changes with every change
 * @states: of anything; else of what every user may see
 *
 * Return: never 0.
 */
u32 gpuvf_pf_change_seq(bool states)
{
	u32 seq = atomic_read(states ? &gpuvf_change_seq : &gpuvf_public_seq);

	return seq ? seq : 1;
}

/**
 * gpuvf_pf_count_public() - count a change that every user may see
 *
 * Context: any.
 */
void gpuvf_pf_count_public(void)
{
	atomic_inc(&gpuvf_change_seq);
	atomic_inc(&gpuvf_public_seq);
}

/**
 * gpuvf_pf_copy_public() - bring what every user may see up to date
 * @pf: PF
 *
 * Context: pf->lock held, or the PF is not known to anything yet.
 */
void gpuvf_pf_copy_public(struct gpuvf_pf *pf)
{
	struct gpuvf_public *public = &pf->public;

	spin_lock(&pf->public_lock);
	public->revision = pf->revision;
	public->wedged = pf->wedged;
	public->vfs_changing = pf->vf_count_changing;
	public->num_vfs = pf->num_vfs;
	public->config = pf->config;
	spin_unlock(&pf->public_lock);
}

/**
 * gpuvf_pf_changed_locked() - start a new revision of the configuration
 * @pf: PF whose configuration changed
 *
 * Context: pf->lock held. User space is notified from a work item.
 */
void gpuvf_pf_changed_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->revision++;
	gpuvf_pf_publish_locked(pf);
}

/**
 * gpuvf_pf_retimed_locked() - the same, where no VF's state can have changed
 * @pf: PF
 *
 * Context: pf->lock held. User space is notified a little later: a program that
 * writes one time slice after the other causes one notification, and has its
 * answer first.
 */
void gpuvf_pf_retimed_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	pf->revision++;
	gpuvf_pf_copy_public(pf);
	gpuvf_pf_count_public();
	set_bit(0, &pf->public_changed);
	queue_delayed_work(gpuvf_percpu_wq, &pf->notify_work, 1);
}

/**
 * gpuvf_pf_publish_locked() - let every user see what changed
 * @pf: PF of which something changed that struct gpuvf_public has
 *
 * Not to be called for anything that guests cause: the notification itself would
 * tell of it.
 *
 * Context: pf->lock held.
 */
void gpuvf_pf_publish_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	gpuvf_pf_copy_public(pf);
	gpuvf_pf_notify_public(pf);
}

/**
 * gpuvf_pf_notify_public() - notify every listener of how the GPU is now
 * @pf: PF
 *
 * Changes in quick succession make one notification.
 *
 * Context: any that may queue work.
 */
void gpuvf_pf_notify_public(struct gpuvf_pf *pf)
{
	set_bit(0, &pf->public_changed);
	gpuvf_pf_count_public();
	mod_delayed_work(gpuvf_percpu_wq, &pf->notify_work, 0);
}

/**
 * gpuvf_pf_notify() - notify those who may know that states changed
 * @pf: PF
 *
 * Context: any that may queue work.
 */
void gpuvf_pf_notify(struct gpuvf_pf *pf)
{
	atomic_inc(&gpuvf_change_seq);
	if (!READ_ONCE(pf->gone))
		mod_delayed_work(gpuvf_percpu_wq, &pf->notify_work, 0);
}

/**
 * gpuvf_pf_wedge_locked() - the hardware stopped answering
 * @pf: PF
 * @what: what it did not do, for the log
 *
 * From here on nothing is enabled or changed until the PF is reset; disabling
 * VFs still works.
 *
 * Context: pf->lock held.
 */
void gpuvf_pf_wedge_locked(struct gpuvf_pf *pf, const char *what)
{
	lockdep_assert_held(&pf->lock);
	if (pf->wedged)
		return;
	pf->wedged = true;
	gpuvf_event_locked(pf, GPUVF_EVENT(PF_WEDGED, GPUVF_NO_VF),
			   "wedged by %s; nothing can be changed until the GPU is reset",
			   what);
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_publish_locked(pf);
}

/**
 * gpuvf_pf_check_locked() - may anything of a GPU be changed?
 * @pf: PF
 * @even: GPUVF_EVEN_* bits of what does not stand in the way
 * @error: filled when it may not
 *
 * Context: pf->lock held.
 * Return: 0; -ENODEV: gone; -EIO: wedged; -EBUSY: VFs are being enabled or
 * disabled.
 */
int gpuvf_pf_check_locked(struct gpuvf_pf *pf, u32 even,
			  struct gpuvf_error *error)
{
	enum gpuvf_reason reason;

	lockdep_assert_held(&pf->lock);
	if (pf->gone) {
		reason = GPUVF_REASON_NO_SUCH_PF;
		error->attr = GPUVF_A_PF_BDF;
	} else if (pf->wedged && !(even & GPUVF_EVEN_WEDGED)) {
		reason = GPUVF_REASON_WEDGED;
	} else if (pf->vf_count_changing &&
		   !(even & GPUVF_EVEN_COUNT_CHANGING)) {
		reason = GPUVF_REASON_VF_COUNT_CHANGING;
	} else {
		return 0;
	}
	return gpuvf_refuse_plain(error, gpuvf_pf_name(pf), reason);
}

/**
 * gpuvf_pf_check_index() - is there a VF of an index that was asked for?
 * @pf: PF
 * @index: index of the VF
 * @error: filled when there is none
 *
 * Context: any.
 * Return: 0, -EINVAL.
 */
int gpuvf_pf_check_index(struct gpuvf_pf *pf, u32 index,
			 struct gpuvf_error *error)
{
	if (index < pf->total_vfs)
		return 0;
	error->vf = GPUVF_NO_VF;
	error->attr = GPUVF_A_VF_INDEX;
	error->value = index;
	error->limit = pf->total_vfs;
	return gpuvf_error_set(error, gpuvf_pf_name(pf), GPUVF_REASON_NO_SUCH_VF,
			       "there is no VF %u: the GPU has %u VFs, counted from 0",
			       index, pf->total_vfs);
}
