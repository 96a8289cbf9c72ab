// SPDX-License-Identifier: GPL-2.0
/*
 * The exchange regions: PF2VF is placed before a guest's driver looks for it, and VF2PF
 * is read while the guest is active; Documentation/design/guests.rst.
 *
 *	extent is clean ──► placed ──► READY ──► active: VF2PF is read every 2 s
 *	      ▲                                                  │
 *	      └── scrubbed ◄── claims are forgotten ◄── end of the tenancy
 *
 * A guest can change VF2PF at any time, so each byte is read once, into memory of the
 * PF's own, and judged there. pf->lock is held for a part of that at a time: what a
 * guest says must not delay those who wait for the lock. When the VF changed hands
 * meanwhile, what was read counts for nothing.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/sched.h>

#include "base/compat.h"
#include "base/pf.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/exchange.h"
#include "vf/vf.h"

/* read under one hold of pf->lock: 64 accesses of about 1 us */
#define REGION_PART_SIZE	256
static_assert(GPUVF_EXCHANGE_SIZE % REGION_PART_SIZE == 0);

static const struct gpuvf_extent *region_extent(const struct gpuvf_vf *vf)
{
	return &vf->pf->config.layout.vf[vf->index];
}

static bool region_is_placed_locked(const struct gpuvf_vf *vf)
{
	return vf->guest.placed.size &&
	       gpuvf_layout_same_extent(&vf->guest.placed, region_extent(vf));
}

/* may the hardware be asked? */
static bool region_may_access_locked(const struct gpuvf_pf *pf)
{
	return !pf->gone && !pf->wedged && !pf->quiesced && !pf->frozen &&
	       !pf->in_reset && !pf->resetting && !pf->vf_count_changing;
}

static void region_read_soon(struct gpuvf_pf *pf)
{
	queue_delayed_work(gpuvf_percpu_wq, &pf->guest_reader.work,
			   msecs_to_jiffies(GPUVF_EXCHANGE_INTERVAL_MS));
}

/**
 * gpuvf_region_place_locked() - see to it that a guest's driver finds PF2VF
 * @vf: VF
 *
 * Once for a tenancy and an extent: called again, it does nothing, and leaves what the
 * guest has written. VF2PF and the list of bad pages are empty. The VBIOS and the table
 * of IP discovery have their places, which are left as they are.
 *
 * Context: pf->lock held. About 1 us for each 4 bytes of 4 KiB.
 * Return: 0; -ENODEV: the VF is not enabled; -ENOSPC: it has no framebuffer; -EAGAIN:
 * its framebuffer is not clean yet, or the GPU is being reset; -EOPNOTSUPP: the
 * hardware has no way for the PF to write framebuffer; -EIO.
 */
int gpuvf_region_place_locked(struct gpuvf_vf *vf)
{
	const struct gpuvf_extent *fb = region_extent(vf);
	struct gpuvf_pf *pf = vf->pf;
	struct gpuvf_exchange_vf info;
	int err;

	lockdep_assert_held(&pf->lock);
	if (region_is_placed_locked(vf))
		return 0;
	if (!vf->pdev)
		return -ENODEV;
	if (!fb->size)
		return -ENOSPC;
	if (!region_may_access_locked(pf) ||
	    !gpuvf_scrub_vf_is_clean_locked(pf, vf->index))
		return -EAGAIN;

	info = (struct gpuvf_exchange_vf){
		.features = GPUVF_EXCHANGE_ERROR_LOG |
			    GPUVF_EXCHANGE_FLR_LOSES_VRAM,
		.vf = vf->index,
		.device = vf->pdev->device,
		.bdf = pci_dev_id(vf->pdev),
		.serial = pci_get_dsn(pf->pdev),
		.vf_bytes = fb->size,
		.gpu_bytes = pf->hw->caps.fb.total_bytes,
	};
	/* VF2PF and the list of bad pages lie behind it, and stay zero */
	gpuvf_exchange_fill(pf->guest_reader.region, &info);
	err = pf->hw->ops->fb_write(pf->hw, fb->start + GPUVF_EXCHANGE_PF2VF,
			       pf->guest_reader.region,
			       sizeof(pf->guest_reader.region));
	if (err)
		return err;
	vf->guest.placed = *fb;
	region_read_soon(pf);
	return 0;
}

/**
 * gpuvf_region_reset_locked() - the VF's memory goes to another tenant
 * @vf: VF
 *
 * Context: pf->lock held.
 */
void gpuvf_region_reset_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->guest = (struct gpuvf_vf_guest){
		.tenancy = vf->guest.tenancy + 1,
	};
}

/**
 * gpuvf_region_adopt_locked() - PF2VF came with the VF's memory from another GPU
 * @vf: VF
 *
 * Its guest has read it already. It is placed again in the next tenancy.
 *
 * Context: pf->lock held.
 */
void gpuvf_region_adopt_locked(struct gpuvf_vf *vf)
{
	lockdep_assert_held(&vf->pf->lock);
	vf->guest.placed = *region_extent(vf);
	region_read_soon(vf->pf);
}

/* a driver that has full access is not as far as to write VF2PF, or is on its way out */
static bool region_is_readable_locked(struct gpuvf_vf *vf)
{
	return region_may_access_locked(vf->pf) && region_is_placed_locked(vf) &&
	       gpuvf_engine_started(vf->pf) & BIT(vf->index) && !vf->resetting &&
	       vf->access == GPUVF_ACCESS_NONE;
}

static void region_take_locked(struct gpuvf_vf *vf)
{
	struct gpuvf_vf_guest *guest = &vf->guest;
	int err;

	err = gpuvf_exchange_read(vf->pf->guest_reader.copy,
				  GPUVF_EXCHANGE_SIZE, guest->placed.size,
				  &guest->claims);
	if (!err)
		guest->time_ns = ktime_get_ns();
	else if (err != -ENODATA)
		vf->stats.guest_malformed++;
}

/* a part of VF2PF; false: no more of it is to be read */
static bool region_read_part_locked(struct gpuvf_vf *vf, unsigned int at)
{
	struct gpuvf_pf *pf = vf->pf;

	return !pf->hw->ops->fb_read(pf->hw, region_extent(vf)->start +
				GPUVF_EXCHANGE_VF2PF + at,
				pf->guest_reader.copy + at, REGION_PART_SIZE);
}

static void region_read(struct gpuvf_vf *vf)
{
	struct gpuvf_pf *pf = vf->pf;
	unsigned int at;
	bool more = true;
	u32 tenancy = 0;

	for (at = 0; more; at += REGION_PART_SIZE) {
		gpuvf_pf_lock(pf);
		if (!at)
			tenancy = vf->guest.tenancy;
		more = region_is_readable_locked(vf) &&
		       tenancy == vf->guest.tenancy;
		if (more && at < GPUVF_EXCHANGE_SIZE) {
			more = region_read_part_locked(vf, at);
		} else if (more) {
			region_take_locked(vf);
			more = false;
		}
		gpuvf_pf_unlock(pf);
	}
}

static void region_work(struct work_struct *work)
{
	struct gpuvf_pf *pf = container_of(to_delayed_work(work),
					   struct gpuvf_pf, guest_reader.work);
	bool again = false;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++) {
		region_read(&pf->vf[i]);
		cond_resched();
	}

	gpuvf_pf_lock(pf);
	for (i = 0; i < pf->total_vfs; i++)
		again |= region_is_placed_locked(&pf->vf[i]);
	/* the work is cancelled when the PF is gone */
	if (again && !pf->gone)
		region_read_soon(pf);
	gpuvf_pf_unlock(pf);
}

/**
 * gpuvf_region_init() - no guest has said anything yet
 * @pf: PF
 */
void gpuvf_region_init(struct gpuvf_pf *pf)
{
	INIT_DELAYED_WORK(&pf->guest_reader.work, region_work);
}
