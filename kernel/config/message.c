// SPDX-License-Identifier: GPL-2.0
/*
 * Why framebuffer cannot be given to VFs as it was asked for: what the checker of
 * layouts found, as an error that names what is in the way.
 */

#include <linux/kernel.h>
#include <linux/string.h>

#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "fb/layout.h"

#define refuse(pf, error, ...) \
	gpuvf_error_set(error, gpuvf_pf_name(pf), __VA_ARGS__)

/* what uses a VF: its driver, or if it has none any more, what that left there */
static const char *refuse_user(struct gpuvf_pf *pf, int vf,
			       char buf[GPUVF_DRIVER_SIZE])
{
	spin_lock(&pf->public_lock);
	strscpy(buf, pf->vf[vf].driver, GPUVF_DRIVER_SIZE);
	spin_unlock(&pf->public_lock);
	return *buf ? buf : "its guest";
}

/* what is where a VF is to be */
static void refuse_name_blocker(struct gpuvf_pf *pf,
				const struct gpuvf_layout_request *layout,
				int vf, char *text, size_t size)
{
	char user[GPUVF_DRIVER_SIZE];

	if (vf == GPUVF_LAYOUT_HARDWARE)
		strscpy(text, "memory that the hardware keeps is", size);
	else if (vf < 0)
		strscpy(text, "quarantined memory is", size);
	else if (layout->vf[vf].pinned)
		scnprintf(text, size, "VF %d (%s) is", vf,
			  refuse_user(pf, vf, user));
	else
		scnprintf(text, size, "VF %d is%s", vf,
			  gpuvf_layout_stays(layout, vf) ? "" : " to be");
}

/* why a VF cannot be where it was asked to be */
static int refuse_place(struct gpuvf_pf *pf,
			const struct gpuvf_layout_request *layout,
			const struct gpuvf_layout_reason *reason,
			struct gpuvf_error *error)
{
	char user[GPUVF_DRIVER_SIZE], blocker[GPUVF_DRIVER_SIZE + 24];

	error->attr = GPUVF_A_VF_FB_OFFSET;
	switch (reason->verdict) {
	case GPUVF_LAYOUT_PINNED_PLACE:
		return refuse(pf, error, GPUVF_REASON_OFFSET_IN_USE,
			      "framebuffer is at %s and cannot move while %s uses the VF; requested %s",
			      GPUVF_SIZE(reason->limit),
			      refuse_user(pf, reason->vf, user),
			      GPUVF_SIZE(reason->value));
	case GPUVF_LAYOUT_PLACE_UNALIGNED:
		return refuse(pf, error, GPUVF_REASON_OFFSET_UNALIGNED,
			      "an offset of %s is not a multiple of %s",
			      GPUVF_SIZE(reason->value),
			      GPUVF_SIZE(reason->limit));
	case GPUVF_LAYOUT_PLACE_OUTSIDE:
		return refuse(pf, error, GPUVF_REASON_OFFSET_OUTSIDE,
			      "%s of framebuffer at %s would extend beyond %s, where the framebuffer of VFs begins or ends",
			      GPUVF_SIZE(reason->free), GPUVF_SIZE(reason->value),
			      GPUVF_SIZE(reason->limit));
	default:
		refuse_name_blocker(pf, layout, reason->blocker, blocker,
				    sizeof(blocker));
		return refuse(pf, error, GPUVF_REASON_OFFSET_TAKEN,
			      "%s of framebuffer at %s unavailable: from %s on %s there",
			      GPUVF_SIZE(reason->free), GPUVF_SIZE(reason->value),
			      GPUVF_SIZE(reason->limit), blocker);
	}
}

static int refuse_reserve(struct gpuvf_pf *pf,
			  const struct gpuvf_layout_reason *reason,
			  struct gpuvf_error *error)
{
	const struct gpuvf_layout *now = &pf->config.layout;
	char user[GPUVF_DRIVER_SIZE];

	error->attr = GPUVF_A_PF_FB_PF_RESERVE;
	switch (reason->verdict) {
	case GPUVF_LAYOUT_PINNED_RESERVE:
		error->limit = now->pf_reserve_bytes;
		return refuse(pf, error, GPUVF_REASON_RESERVE_IN_USE,
			      "the PF reserve is %s and cannot change while %s uses VF %d; requested %s",
			      GPUVF_SIZE(error->limit),
			      refuse_user(pf, reason->blocker, user),
			      reason->blocker, GPUVF_SIZE(reason->value));
	case GPUVF_LAYOUT_RESERVE_TAKEN:
		error->limit = now->largest_free_bytes;
		return refuse(pf, error, GPUVF_REASON_FRAGMENTED,
			      "a PF reserve of %s overlaps VF %d: %s free, the largest block has %s; gpuvf-agent can rearrange VFs not in use",
			      GPUVF_SIZE(reason->value), reason->blocker,
			      GPUVF_SIZE(now->free_bytes),
			      GPUVF_SIZE(error->limit));
	default:
		return refuse(pf, error, GPUVF_REASON_RESERVE_TOO_BIG,
			      "a PF reserve of %s leaves no framebuffer for VFs; the maximum is %s",
			      GPUVF_SIZE(reason->value),
			      GPUVF_SIZE(reason->limit));
	}
}

/**
 * gpuvf_refuse_layout() - refuse a request for which there is no layout
 * @pf: PF
 * @layout: what was asked of gpuvf_layout_plan()
 * @reason: what it answered
 * @error: filled
 *
 * Context: pf->lock held.
 * Return: the errno: -ENOSPC, -EBUSY, -EINVAL, -EUCLEAN.
 */
int gpuvf_refuse_layout(struct gpuvf_pf *pf,
			const struct gpuvf_layout_request *layout,
			const struct gpuvf_layout_reason *reason,
			struct gpuvf_error *error)
{
	char user[GPUVF_DRIVER_SIZE];

	error->vf = reason->vf;
	error->attr = GPUVF_A_VF_FB_QUOTA;
	error->value = reason->value;
	error->limit = reason->limit;
	switch (reason->verdict) {
	case GPUVF_LAYOUT_RESERVE_TOO_BIG:
	case GPUVF_LAYOUT_PINNED_RESERVE:
	case GPUVF_LAYOUT_RESERVE_TAKEN:
		return refuse_reserve(pf, reason, error);
	case GPUVF_LAYOUT_PINNED_VF:
		return refuse(pf, error, GPUVF_REASON_VF_IN_USE,
			      "framebuffer is %s and cannot change while %s uses the VF; requested %s",
			      GPUVF_SIZE(reason->limit),
			      refuse_user(pf, reason->vf, user),
			      GPUVF_SIZE(reason->value));
	case GPUVF_LAYOUT_NO_SPACE:
		return refuse(pf, error, GPUVF_REASON_NO_SPACE,
			      "requested %s of framebuffer, %s available",
			      GPUVF_SIZE(reason->value),
			      GPUVF_SIZE(reason->limit));
	case GPUVF_LAYOUT_FRAGMENTED:
		return refuse(pf, error, GPUVF_REASON_FRAGMENTED,
			      "no free block of %s for the framebuffer: %s free, the largest block has %s; gpuvf-agent can rearrange VFs not in use",
			      GPUVF_SIZE(reason->value), GPUVF_SIZE(reason->free),
			      GPUVF_SIZE(reason->limit));
	case GPUVF_LAYOUT_BAD_GEOMETRY:
		error->attr = 0;
		return refuse(pf, error, GPUVF_REASON_HW_MISMATCH,
			      "the hardware did not retain what was written: the size of its framebuffer");
	default:
		return refuse_place(pf, layout, reason, error);
	}
}
