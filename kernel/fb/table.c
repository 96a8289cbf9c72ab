// SPDX-License-Identifier: GPL-2.0
/*
 * The framebuffer table of the hardware: which VF reaches which extent.
 *
 *	              the whole extent is scrubbed
 *	parked ───────────────────────────────────────► in the table
 *	  ▲                                                  │
 *	  └──────────────────────────────────────────────────┘
 *	     end of a tenancy, when the VF has no context
 *
 * A guest reads and writes its extent through the BAR of its VF without ever being
 * scheduled. So a VF is parked (see park_vf() in hw/hw.h) while anything of its extent
 * is marked for scrubbing: the next tenant reads nothing of the former content, and
 * what the former one still writes goes nowhere. For the same reason a VF that is
 * parked leaves nothing behind, and the end of its tenancy marks nothing.
 *
 * A VF with a context stays in the table, whatever is marked.
 */

#include <linux/pci.h>

#include "base/pf.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"

static int table_give(struct gpuvf_pf *pf, unsigned int vf,
		      const struct gpuvf_extent *extent)
{
	int err = pf->hw->ops->set_vf_fb(pf->hw, vf, extent);

	if (!err)
		pf->in_table |= BIT(vf);
	return err;
}

static int table_park(struct gpuvf_pf *pf, unsigned int vf)
{
	int err = pf->hw->ops->park_vf(pf->hw, vf);

	if (!err)
		pf->in_table &= ~BIT(vf);
	return err;
}

static bool table_wants(struct gpuvf_pf *pf, unsigned int vf)
{
	const struct gpuvf_extent *extent = &pf->config.layout.vf[vf];
	u32 live = gpuvf_engine_started(pf) | gpuvf_engine_retained(pf);

	return extent->size && ((live & BIT(vf)) ||
				gpuvf_scrub_is_clean_locked(pf, extent));
}

/**
 * gpuvf_table_take_locked() - take the extent of a VF away
 * @pf: PF
 * @vf: index of a VF without a context
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_table_take_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	lockdep_assert_held(&pf->lock);
	return table_park(pf, vf);
}

/* an enabled VF may have written what it has now: that is marked if it changes */
static bool table_is_given(struct gpuvf_pf *pf, const struct gpuvf_layout *to,
			   unsigned int vf)
{
	const struct gpuvf_layout *from = &pf->config.layout;
	const struct gpuvf_extent *extent = &to->vf[vf];
	unsigned int i;

	if (!extent->size ||
	    gpuvf_layout_same_extent(&from->vf[vf], extent) ||
	    !gpuvf_scrub_is_clean_locked(pf, extent))
		return false;
	for (i = 0; i < pf->num_vfs; i++)
		if (!gpuvf_layout_same_extent(&from->vf[i], &to->vf[i]) &&
		    gpuvf_layout_overlap(from->vf[i].start, from->vf[i].size,
					 extent->start, extent->size))
			return false;
	return true;
}

/**
 * gpuvf_table_change_locked() - bring the hardware to another layout
 * @pf: PF; its configuration has the present layout
 * @to: the other one
 * @offender: which VF's entry was not written, GPUVF_NO_VF: the reserve's
 *
 * Takes away first, so that at no moment two VFs have the same framebuffer. What has
 * to be scrubbed before is given by gpuvf_table_update_locked().
 *
 * Context: pf->lock held; may sleep. When it fails the caller calls
 * gpuvf_table_rewrite_locked().
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_table_change_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_layout *to, int *offender)
{
	const struct gpuvf_layout *from = &pf->config.layout;
	unsigned int i;
	int err;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->total_vfs; i++) {
		*offender = i;
		if (!gpuvf_table_has(pf, i) ||
		    gpuvf_layout_same_extent(&from->vf[i], &to->vf[i]))
			continue;
		err = table_park(pf, i);
		if (err)
			return err;
	}
	*offender = GPUVF_NO_VF;
	if (gpuvf_layout_reserve_differs(from, to)) {
		err = pf->hw->ops->set_reserve(pf->hw, to->pf_reserve_bytes,
					  &to->context);
		if (err)
			return err;
	}
	for (i = 0; i < pf->total_vfs; i++) {
		*offender = i;
		if (!table_is_given(pf, to, i))
			continue;
		err = table_give(pf, i, &to->vf[i]);
		if (err)
			return err;
	}
	return 0;
}

/**
 * gpuvf_table_rewrite_locked() - write the reserve and some entries once more
 * @pf: PF
 * @vfs: bit n: the entry of VF n; the others are as they are to be, and perhaps in
 *	use: they are not touched
 *
 * Context: pf->lock held, or the PF is not known to anything yet; may sleep.
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_table_rewrite_locked(struct gpuvf_pf *pf, u32 vfs)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	unsigned int i;
	int err = 0;

	for (i = 0; i < pf->total_vfs && !err; i++)
		if (vfs & BIT(i))
			err = table_park(pf, i);
	if (!err)
		err = pf->hw->ops->set_reserve(pf->hw, layout->pf_reserve_bytes,
					  &layout->context);
	for (i = 0; i < pf->total_vfs && !err; i++)
		if ((vfs & BIT(i)) && layout->vf[i].size &&
		    table_wants(pf, i))
			err = table_give(pf, i, &layout->vf[i]);
	return err;
}

/**
 * gpuvf_table_restore_locked() - write the reserve and all entries once more
 * @pf: PF whose hardware may have lost them
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, -EIO, -EUCLEAN (does not read back).
 */
int gpuvf_table_restore_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	unsigned int i;
	int err;

	lockdep_assert_held(&pf->lock);
	err = pf->hw->ops->set_reserve(pf->hw, layout->pf_reserve_bytes,
				  &layout->context);
	for (i = 0; i < pf->total_vfs && !err; i++)
		err = table_wants(pf, i) ? table_give(pf, i, &layout->vf[i]) :
					   table_park(pf, i);
	return err;
}

/**
 * gpuvf_table_park_locked() - park the VFs that must not reach their extents
 * @pf: PF that answers
 *
 * Also of a PF that is wedged: nothing is scrubbed there, but its VFs may still
 * change hands.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0; -EIO or -EUCLEAN: the VF is still in the table.
 */
int gpuvf_table_park_locked(struct gpuvf_pf *pf)
{
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->total_vfs && !err; i++)
		if (gpuvf_table_has(pf, i) && !table_wants(pf, i))
			err = table_park(pf, i);
	return err;
}

static bool table_answers(const struct gpuvf_pf *pf)
{
	return !pf->gone && !pf->in_reset && !pf->quiesced;
}

/**
 * gpuvf_table_update_locked() - park the VFs that are to be parked, and end it
 * @pf: PF
 *
 * No VF keeps a wrong entry: if one does not take its value the PF is wedged.
 * While the GPU is being reset, or is quiesced, nothing is done; what ends that
 * calls gpuvf_config_restore_locked().
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_table_update_locked(struct gpuvf_pf *pf)
{
	unsigned int i;
	int err;

	lockdep_assert_held(&pf->lock);
	if (!table_answers(pf))
		return;
	err = gpuvf_table_park_locked(pf);
	for (i = 0; i < pf->total_vfs && !err && !pf->wedged; i++)
		if (!gpuvf_table_has(pf, i) && table_wants(pf, i))
			err = table_give(pf, i, &pf->config.layout.vf[i]);
	if (err)
		gpuvf_pf_wedge_locked(pf,
				      "a framebuffer table that cannot be written");
}

/**
 * gpuvf_table_verify_vf_locked() - rewrite what the reset of a VF has lost
 * @pf: PF
 * @vf: index of a VF that was reset, and cannot start yet
 *
 * No VF runs on a wrong table: if a register does not take its value the PF is
 * wedged.
 *
 * Context: pf->lock held. A few accesses to configuration space.
 */
void gpuvf_table_verify_vf_locked(struct gpuvf_pf *pf, unsigned int vf)
{
	const struct gpuvf_layout *layout = &pf->config.layout;

	lockdep_assert_held(&pf->lock);
	if (pf->wedged || !table_answers(pf))
		return;
	if (pf->hw->ops->verify_vf(pf->hw, vf, gpuvf_table_has(pf, vf) ?
				   &layout->vf[vf] : NULL,
				   layout->pf_reserve_bytes, &layout->context))
		gpuvf_pf_wedge_locked(pf,
				      "registers that a reset of a VF has lost and that cannot be rewritten");
}
