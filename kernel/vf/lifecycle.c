// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to VFs during their lives, and what follows from it: which of them
 * may be given time slices, what is scrubbed between tenants, what the scheduler saw.
 */

#include <linux/bitops.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

#include "base/event.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "sched/engine.h"
#include "vf/vf.h"

/* VFs whose saved context could not be scrubbed */
static void vfs_fail_locked(struct gpuvf_pf *pf)
{
	unsigned long failed = pf->scrub.failed;
	unsigned int i;

	pf->scrub.failed = 0;
	for_each_set_bit(i, &failed, GPUVF_MAX_VFS)
		gpuvf_vf_failed_locked(&pf->vf[i], GPUVF_FAULT_CONTEXT);
}

/**
 * gpuvf_vfs_update_locked() - decide which VFs may be given time slices
 * @pf: PF
 *
 * What changes something that decides it calls gpuvf_pf_unsettle_locked(); this is
 * for callers that need the decision before they release pf->lock. VFs whose extent
 * was scrubbed get it in the framebuffer table.
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_vfs_update_locked(struct gpuvf_pf *pf)
{
	u32 started, runnable = 0;
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	pf->unsettled = false;
	vfs_fail_locked(pf);
	gpuvf_table_update_locked(pf);
	started = gpuvf_engine_started(pf);
	for (i = 0; i < pf->num_vfs && !pf->wedged && !pf->gone &&
	     !pf->resetting && !pf->vf_count_changing; i++) {
		struct gpuvf_vf *vf = &pf->vf[i];

		if (gpuvf_vf_has_quota(vf) && vf->pdev && !vf->faults &&
		    !vf->paused && !vf->stopped && !vf->resetting &&
		    !vf->migration.halted &&
		    ((started & BIT(i)) ||
		     (gpuvf_scrub_vf_is_clean_locked(pf, i) &&
		      gpuvf_table_has(pf, i))))
			runnable |= BIT(i);
	}
	runnable = gpuvf_engine_set_runnable(pf, runnable);
	gpuvf_full_access_update_locked(pf, runnable);
	gpuvf_guest_update_locked(pf);
}

/**
 * gpuvf_vf_end_tenancy_locked() - mark what a VF's user leaves behind for scrubbing
 * @vf: VF, whether it ran or not
 *
 * To be called at every end of a tenancy that the PF can see. A guest writes
 * framebuffer through its BAR without ever being scheduled, so it does not matter
 * whether the VF ran. If it has a context, that is torn down first, and the marks
 * are set by the report work.
 *
 * The VF cannot start from here on, and no longer reaches its extent. One that was
 * not in the framebuffer table has left nothing since it was scrubbed, or marked for
 * that. Before pf->lock is released the caller calls gpuvf_pf_unsettle_locked(), and
 * gpuvf_scrub_kick_locked() if scrubbing may begin.
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_vf_end_tenancy_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	gpuvf_region_reset_locked(vf);
	if (!gpuvf_engine_evict(pf, vf->index)) {
		gpuvf_reset_vf_tear_down_locked(vf);
	} else if (gpuvf_table_has(pf, vf->index)) {
		gpuvf_scrub_mark_locked(pf, vf->index);
		gpuvf_table_update_locked(pf);
	}
}

/**
 * gpuvf_vfs_end_tenancy_locked() - gpuvf_vf_end_tenancy_locked() for VFs 0 to n - 1
 * @pf: PF
 * @num_vfs: how many VFs are, were, or were to be enabled
 *
 * Also when the GPU is about to be reset or quiesced. None of them has full access, or
 * waits for it, from here on.
 *
 * Context: as gpuvf_vf_end_tenancy_locked().
 */
void gpuvf_vfs_end_tenancy_locked(struct gpuvf_pf *pf, unsigned int num_vfs)
{
	unsigned int i;

	for (i = 0; i < num_vfs; i++) {
		gpuvf_vf_end_tenancy_locked(&pf->vf[i]);
		gpuvf_full_access_end_locked(&pf->vf[i]);
	}
	/* what is not written here is when the GPU answers again */
	gpuvf_table_park_locked(pf);
}

/*
 * The VF was reset by its user. vfio-pci does that at every open and close of the
 * VF. Faults and the marks of an administrator stay: otherwise a guest could clear
 * them.
 */
static void vf_flr_locked(struct gpuvf_vf *vf)
{
	/* one of ours is reported when it is over */
	if (!vf->pdev || vf->resetting)
		return;
	vf->stats.resets++;
	gpuvf_full_access_end_locked(vf);
	gpuvf_mbox_reset_locked(vf);
	gpuvf_event_locked(vf->pf, GPUVF_EVENT(VF_WAS_RESET, vf->index),
			   "was reset by its user");
	/* the FLR did not reach its context, which SHUTDOWN would tear down */
	if (!gpuvf_pf_can(vf->pf, GPUVF_CAPABILITY_SHUTDOWN))
		gpuvf_reset_vf_tear_down_locked(vf);
}

/**
 * gpuvf_vfs_reap_locked() - follow up what the scheduler has seen of VFs
 * @pf: PF
 *
 * To be called before the layout changes: what a VF that lost its state leaves
 * behind is marked where it is now.
 *
 * Context: pf->lock held; may sleep.
 * Return: bit n: VF n has state, whether it gets time slices or not. After
 * gpuvf_engine_block_first_start() no other VF starts before
 * gpuvf_engine_allow_first_start(); one that is reset by its user from now on leaves its
 * memory as it is.
 */
u32 gpuvf_vfs_reap_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_engine_report report;
	unsigned int vf;

	lockdep_assert_held(&pf->lock);
	gpuvf_engine_take_report(pf, &report);
	for (vf = 0; vf < pf->total_vfs; vf++) {
		/* a context that is torn down for a reset: the reset marks it */
		if (report.was_reset & BIT(vf) ||
		    (report.torn_down & BIT(vf) && !pf->vf[vf].resetting))
			gpuvf_vf_end_tenancy_locked(&pf->vf[vf]);
		if (report.was_reset & BIT(vf))
			gpuvf_table_verify_vf_locked(pf, vf);
		if (report.torn_down & BIT(vf))
			gpuvf_mbox_end_locked(pf, vf);
		if (report.flr & BIT(vf))
			vf_flr_locked(&pf->vf[vf]);
		if (report.hung & BIT(vf))
			gpuvf_reset_vf_hung_locked(&pf->vf[vf]);
	}
	gpuvf_engine_end_report(pf, &report);
	return report.started;
}

static void vfs_report_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(work, struct gpuvf_pf, report);

	gpuvf_pf_lock(pf);
	gpuvf_vfs_reap_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_unlock(pf);
	gpuvf_pf_notify(pf);
}

/**
 * gpuvf_vfs_init() - take the reports of the scheduler
 * @pf: PF whose scheduler thread was not started yet
 */
void gpuvf_vfs_init(struct gpuvf_pf *pf)
{
	INIT_WORK(&pf->report, vfs_report_work);
}

static void vf_set_paused(struct gpuvf_vf *vf, bool paused)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->paused = paused;
	gpuvf_pf_unsettle_locked(vf->pf);
	gpuvf_pf_notify(vf->pf);
}

/**
 * gpuvf_vf_pause_locked() - give a VF no more time until it is resumed
 * @vf: VF; its state stays
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_pause_locked(struct gpuvf_vf *vf)
{
	vf_set_paused(vf, true);
}

/**
 * gpuvf_vf_resume_locked() - give a VF its time again
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_vf_resume_locked(struct gpuvf_vf *vf)
{
	vf_set_paused(vf, false);
}

/**
 * gpuvf_vf_stop_locked() - take the GPU from a VF until it is reset
 * @vf: VF
 *
 * Its guest's state is dropped.
 *
 * Context: pf->lock held. Does not wait.
 */
void gpuvf_vf_stop_locked(struct gpuvf_vf *vf)
{
	vf->stopped = true;
	gpuvf_reset_vf_tear_down_locked(vf);
	vf_set_paused(vf, false);
}
