// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a VF.
 *
 *                quota                 REQ_INIT, or has work
 *   disabled ─────────► provisioned ───────────────────────► starting
 *       ▲                 ▲ │  ▲ ▲                     memory is scrubbed,
 *       └──── no quota ───┼─┘  │ │                     full access, INIT
 *                         │    │ │                                │
 *          REL_FINI,      │    │ └── limit of full access ───┤ REL_INIT
 *          its user's FLR │    │      passed: reset               ▼
 *                         ├────┼─────────────────────────────── active ◄──┐
 *                         │    │                        command │  │      │resume
 *                         │    │                          hangs │  └──► paused
 *                         │    └── worked ── resetting ◄────────┘    pause
 *                         │                  ▲  │  ▲
 *                 stop: from any state       │  │  └─ reset: from any state
 *                         │                  │  │ did not work, or too often
 *                         ▼                  │  ▼
 *                      stopped ──reset───────┴─ failed
 *
 * It is not stored: it follows from the quota, the unscrubbed map, what the scheduler
 * thread started, full access, and marks of the VF (paused, stopped, resetting,
 * failed); see gpuvf_vf_state_locked().
 */

#include <linux/bits.h>
#include <linux/pci.h>

#include "base/event.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "hw/messages.h"
#include "sched/engine.h"
#include "vf/vf.h"

/**
 * gpuvf_vf_state_locked() - where a VF is in its life
 * @vf: VF
 *
 * Context: pf->lock held.
 */
enum gpuvf_vf_state gpuvf_vf_state_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	if (!gpuvf_vf_has_quota(vf))
		return GPUVF_VF_STATE_DISABLED;
	if (vf->resetting && !vf->teardown)
		return GPUVF_VF_STATE_RESETTING;
	if (vf->faults || gpuvf_scrub_vf_is_quarantined_locked(pf, vf->index))
		return GPUVF_VF_STATE_FAILED;
	if (vf->stopped)
		return GPUVF_VF_STATE_STOPPED;
	if (vf->paused)
		return GPUVF_VF_STATE_PAUSED;
	if (vf->access == GPUVF_ACCESS_INIT)
		return GPUVF_VF_STATE_STARTING;
	if (gpuvf_engine_started(pf) & BIT(vf->index))
		return GPUVF_VF_STATE_ACTIVE;
	if (vf->pdev && !gpuvf_scrub_vf_is_clean_locked(pf, vf->index))
		return GPUVF_VF_STATE_STARTING;
	return GPUVF_VF_STATE_PROVISIONED;
}

/**
 * gpuvf_vf_in_use_locked() - must its framebuffer stay as it is?
 * @vf: VF
 *
 * Context: pf->lock held.
 * Return: true when a driver has enabled the VF (vfio-pci does that when
 * a process opens it), or its guest's content is on the GPU.
 */
bool gpuvf_vf_in_use_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	return (vf->pdev && pci_is_enabled(vf->pdev)) ||
	       ((gpuvf_engine_started(vf->pf) | gpuvf_engine_retained(vf->pf)) &
		BIT(vf->index));
}

/**
 * gpuvf_vf_failed_locked() - fail a VF: do not schedule it any more
 * @vf: VF
 * @fault: GPUVF_FAULT_* bit, which says what ends it
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_vf_failed_locked(struct gpuvf_vf *vf, u32 fault)
{
	lockdep_assert_held(&vf->pf->lock);
	if (!vf->faults)
		pci_warn(vf->pf->pdev, "VF%u: failed, not scheduled until an administrator resets it\n",
			 vf->index);
	vf->faults |= fault;
	gpuvf_mbox_send_locked(vf, GPUVF_MBOX_UNRECOVERABLE, 0);
}

/**
 * gpuvf_vf_clear_marks_locked() - clear faults and what an administrator set
 * @vf: VF
 *
 * For what an administrator asked for and nothing else: a reset of the VF or of
 * the GPU, enabling and disabling VFs. A guest can cause every other reset.
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_vf_clear_marks_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->faults = 0;
	vf->paused = false;
	vf->stopped = false;
}

const char * const gpuvf_vf_state_names[] = {
	[GPUVF_VF_STATE_DISABLED] = "disabled",
	[GPUVF_VF_STATE_PROVISIONED] = "provisioned",
	[GPUVF_VF_STATE_STARTING] = "starting",
	[GPUVF_VF_STATE_ACTIVE] = "active",
	[GPUVF_VF_STATE_PAUSED] = "paused",
	[GPUVF_VF_STATE_STOPPED] = "stopped",
	[GPUVF_VF_STATE_RESETTING] = "resetting",
	[GPUVF_VF_STATE_FAILED] = "failed",
};

/**
 * gpuvf_vfs_notify_states_locked() - an event for every VF whose state changed
 * @pf: PF
 *
 * States that came and went since the last call are not reported.
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_vfs_notify_states_locked(struct gpuvf_pf *pf)
{
	unsigned int i;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->total_vfs; i++) {
		enum gpuvf_vf_state state = gpuvf_vf_state_locked(&pf->vf[i]);
		enum gpuvf_vf_state old = pf->vf[i].notified_state;

		if (state == old)
			continue;
		pf->vf[i].notified_state = state;
		gpuvf_event_locked(pf, GPUVF_EVENT(VF_STATE_CHANGE, i,
						   .old_state = old),
				   "%s, was %s", gpuvf_vf_state_names[state],
				   gpuvf_vf_state_names[old]);
	}
}
