// SPDX-License-Identifier: GPL-2.0
/*
 * Migration of a VF: what saving and restoring have in common.
 *
 *	running ──halt──► off the engine, no time slices ──run──► running
 *	                  │                            ▲
 *	                  ├──► save ─────────────────► ┤ or cancelled, or failed
 *	                  └──► restore ──────────────► ┘ or failed: scrubbed
 *
 * Halted is neither paused nor stopped: no administrator and no guest sets it or clears
 * it. Messages of the guest wait. All else may happen to a halted VF that may happen to
 * any: resets of the VF and of the GPU, faults, marks of an administrator. Where they
 * end its tenancy what is being saved or restored is void.
 */

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/pci.h>

#include "base/pf.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/migrate.h"
#include "vf/vf.h"

static_assert(GPUVF_STREAM_AGES == GPUVF_GUARD_TIMES);
static_assert(GPUVF_STREAM_MAX_ACCESS == GPUVF_ACCESS_FINI);

/* what a guest relies on: it does not find out again */
#define MIGRATE_CAPABILITIES	GPUVF_CAPABILITY_MAILBOX

/**
 * gpuvf_migrate_is_possible() - can the hardware migrate VFs?
 * @vf: VF
 *
 * Context: any.
 */
bool gpuvf_migrate_is_possible(const struct gpuvf_vf *vf)
{
	return gpuvf_hw_can_migrate(vf->pf->hw);
}

/**
 * gpuvf_migrate_refuse() - a state is not saved, or not restored
 * @vf: VF
 * @err: why, for the caller
 * @format: why, for people
 *
 * Context: any that may log.
 * Return: @err.
 */
int gpuvf_migrate_refuse(struct gpuvf_vf *vf, int err, const char *format, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, format);
	vaf.fmt = format;
	vaf.va = &args;
	/* the PCI device may have gone, and a user of the VF can cause it */
	dev_warn_ratelimited(&vf->pf->dev, "VF%u: %pV\n", vf->index, &vaf);
	va_end(args);
	return err;
}

/**
 * gpuvf_migrate_halt() - take a VF off the GPU, and keep it so
 * @vf: VF
 *
 * Context: sleeps, as long as the VF needs to leave; pf->lock must not be held.
 * Return: 0; -ETIMEDOUT: it does not leave, and goes on.
 */
int gpuvf_migrate_halt(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	int err;

	gpuvf_pf_lock(pf);
	vf->migration.halted = true;
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_unlock(pf);
	err = gpuvf_engine_take_off(pf, vf->index);
	if (!err)
		return 0;
	gpuvf_migrate_run(vf);
	return gpuvf_migrate_refuse(vf, err, "cannot halt: it does not leave the engine");
}

/**
 * gpuvf_migrate_run() - let a VF go on, halted or not
 * @vf: VF
 *
 * What is being saved or restored of it is void.
 *
 * Context: may sleep; pf->lock must not be held.
 */
void gpuvf_migrate_run(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	gpuvf_pf_lock(pf);
	vf->migration.halted = false;
	vf->migration.session = NULL;
	gpuvf_mbox_event(pf, BIT(vf->index));
	gpuvf_pf_unsettle_locked(pf);
	gpuvf_pf_unlock(pf);
}

/**
 * gpuvf_migrate_identify_locked() - what a VF is like, for its stream
 * @vf: VF, enabled
 * @identity: becomes that
 *
 * Context: pf->lock held.
 */
void gpuvf_migrate_identify_locked(struct gpuvf_vf *vf,
				   struct gpuvf_stream_identity *identity)
{
	const struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	memset(identity, 0, sizeof(*identity));
	strscpy(identity->backend, pf->hw->ops->name, sizeof(identity->backend));
	identity->device = vf->pdev->device;
	identity->capabilities = pf->hw->caps.capabilities & MIGRATE_CAPABILITIES;
	identity->fb_bytes = pf->config.layout.vf[vf->index].size;
	identity->context_bytes = pf->hw->caps.context_slot_bytes;
	identity->num_registers = pf->hw->caps.num_registers;
}

/**
 * gpuvf_migrate_max_bytes() - the longest stream that a VF can have
 * @vf: VF, enabled
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: bytes.
 */
u64 gpuvf_migrate_max_bytes(struct gpuvf_vf *vf)
{
	struct gpuvf_stream_identity identity;
	struct gpuvf_pf *pf = vf->pf;

	gpuvf_pf_lock(pf);
	gpuvf_migrate_identify_locked(vf, &identity);
	gpuvf_pf_unlock(pf);
	return gpuvf_stream_max_bytes(&identity);
}

/**
 * gpuvf_migrate_obstacle_locked() - why the state of a VF can be neither saved nor restored
 * @vf: VF
 *
 * Context: pf->lock held.
 * Return: the reason, for a message; NULL: nothing is in the way.
 */
const char *gpuvf_migrate_obstacle_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	if (pf->gone || !vf->pdev)
		return "it is gone";
	if (!gpuvf_vf_has_quota(vf))
		return "it has no framebuffer";
	if (pf->in_reset || pf->resetting || pf->frozen)
		return "the GPU is being reset";
	if (pf->wedged)
		return "the GPU is wedged";
	if (pf->quiesced)
		return "the GPU is suspended";
	if (pf->vf_count_changing)
		return "VFs are being disabled";
	if (vf->resetting)
		return "it is being reset";
	if (vf->faults)
		return "it failed";
	if (vf->stopped)
		return "it is stopped";
	return NULL;
}

/**
 * gpuvf_migrate_base_locked() - where memory of a VF begins
 * @vf: VF
 * @type: GPUVF_STREAM_CONTEXT or GPUVF_STREAM_FRAMEBUFFER
 *
 * Context: pf->lock held.
 * Return: byte in the framebuffer.
 */
u64 gpuvf_migrate_base_locked(struct gpuvf_vf *vf, enum gpuvf_stream_type type)
{
	struct gpuvf_pf *pf = vf->pf;
	const struct gpuvf_layout *layout = &pf->config.layout;

	lockdep_assert_held(&pf->lock);
	if (type == GPUVF_STREAM_FRAMEBUFFER)
		return layout->vf[vf->index].start;
	return layout->context.start +
	       pf->hw->ops->migrate->context_offset(pf->hw, vf->index);
}

/**
 * gpuvf_migrate_get_guest_locked() - what is known of a guest, for its stream
 * @vf: VF, halted
 * @guest: becomes that
 *
 * Context: pf->lock held.
 */
void gpuvf_migrate_get_guest_locked(struct gpuvf_vf *vf,
				    struct gpuvf_stream_guest *guest)
{
	const struct gpuvf_vf_mbox *mbox = &vf->mbox;
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	guest->flags = (mbox->granted ? GPUVF_STREAM_GRANTED : 0) |
		       (mbox->sent ? GPUVF_STREAM_SENT : 0) |
		       (mbox->data_due ? GPUVF_STREAM_DATA_DUE : 0) |
		       (vf->guest.placed.size ? GPUVF_STREAM_PLACED : 0);
	if (gpuvf_engine_started(pf) & BIT(vf->index))
		guest->flags |= GPUVF_STREAM_STARTED;
	guest->access = vf->access;
	guest->access_ns = min(gpuvf_engine_access_ns(pf, vf->index),
			       GPUVF_STREAM_MAX_ACCESS_NS);
	gpuvf_throttle_get_locked(vf, guest->age_ns);
}

/**
 * gpuvf_migrate_set_guest_locked() - take over what was known of a guest
 * @vf: VF, halted; its registers were written
 * @guest: that
 *
 * Context: pf->lock held. The caller calls gpuvf_pf_unsettle_locked().
 */
void gpuvf_migrate_set_guest_locked(struct gpuvf_vf *vf,
				    const struct gpuvf_stream_guest *guest)
{
	struct gpuvf_pf *pf = vf->pf;

	lockdep_assert_held(&pf->lock);
	vf->mbox.granted = guest->flags & GPUVF_STREAM_GRANTED;
	vf->mbox.sent = guest->flags & GPUVF_STREAM_SENT;
	vf->mbox.data_due = guest->flags & GPUVF_STREAM_DATA_DUE;
	if (guest->flags & GPUVF_STREAM_PLACED)
		gpuvf_region_adopt_locked(vf);
	gpuvf_throttle_set_locked(vf, guest->age_ns);
	gpuvf_engine_set_access_ns(pf, vf->index, guest->access_ns);
	if (guest->access != GPUVF_ACCESS_NONE)
		gpuvf_full_access_ask_locked(vf, guest->access);
}
