// SPDX-License-Identifier: GPL-2.0
/*
 * From GPUs to the planner and back: what VFs have and want, which of them are in use
 * and what is quarantined or the hardware's become a request; the planner's answer becomes offsets, or a
 * error that names what is in the way.
 *
 * Refusals have the reasons, figures and messages of the module's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "plan/layout.h"
#include "plan/placement.h"

_Static_assert(MAX_QUARANTINED + MAX_RESERVED == PACK_MAX_BLOCKED,
	       "make_request()");

/* of the name of what is in the way */
#define BLOCKER_SIZE	(NAME_SIZE + 24)
/* of a number of bytes and its unit */
#define FIGURE_SIZE	32

/*
 * Where there is nothing to place, or too much, or not at every unit, placement is left
 * to the provider.
 */
static bool can_place(const struct gpu *gpu)
{
	return gpu_can_set(gpu, ABILITY_FB_OFFSET) &&
	       placement_is_unit(gpu->fb_alloc_unit) &&
	       (!gpu->fb_align || gpu->fb_align == gpu->fb_alloc_unit) &&
	       gpu->vfs_len <= PACK_MAX_VFS;
}

static void make_request(struct placement_request *req, const struct gpu *gpu)
{
	u32 i;

	*req = (struct placement_request){
		.total = gpu->fb_total,
		.unit = gpu->fb_alloc_unit,
		.context = gpu->fb_context_save,
		.reserve = gpu->fb_pf_reserve,
		.num_vfs = gpu->vfs_len,
		.num_blocked = gpu->num_quarantined + gpu->num_reserved,
	};
	for (i = 0; i < gpu->vfs_len; i++) {
		const struct vf *vf = &gpu->vfs[i];

		req->vf[i] = (struct placement_vf){
			.quota = vf->fb_bytes,
			.now = { vf->fb_offset, vf->fb_bytes },
			.pinned = vf->in_use,
		};
	}
	memcpy(req->blocked, gpu->quarantined, sizeof(gpu->quarantined));
	memcpy(req->blocked + gpu->num_quarantined, gpu->reserved,
	       sizeof(gpu->reserved));
}

/* would the module have to place saved contexts beside something of the hardware's? */
static bool contexts_collide(const struct placement_request *req,
			     const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->num_reserved; i++)
		if (ranges_overlap(gpu->reserved[i].offset,
				   gpu->reserved[i].size,
				   round_up_to(req->reserve, req->unit),
				   req->context))
			return true;
	return false;
}

/* Return: whether framebuffer changes at all */
static bool add_wanted(struct placement_request *req, const struct gpu *wanted)
{
	bool changes = false;
	u32 i;

	if (wanted->set & GPU_SET_PF_RESERVE) {
		changes = req->reserve != wanted->fb_pf_reserve;
		req->reserve = wanted->fb_pf_reserve;
	}
	for (i = 0; i < req->num_vfs; i++) {
		struct placement_vf *vf = &req->vf[i];

		vf->quota = i < wanted->vfs_len ?
			    round_up_to(wanted->vfs[i].fb_bytes, req->unit) : 0;
		changes |= vf->quota != vf->now.size;
	}
	return changes;
}

static const char *holder(const struct gpu *gpu, int vf)
{
	return *gpu->vfs[vf].driver ? gpu->vfs[vf].driver : "its guest";
}

static void name_blocker(char *text, const struct gpu *gpu, int vf)
{
	if (vf == NO_VF)
		copy_string(text, BLOCKER_SIZE, "quarantined memory");
	else
		snprintf(text, BLOCKER_SIZE, "VF %d (%s)", vf, holder(gpu, vf));
}

static const char *figure(char *text, u64 bytes)
{
	if (bytes % (1 << 20))
		snprintf(text, FIGURE_SIZE, "%llu bytes", bytes);
	else
		snprintf(text, FIGURE_SIZE, "%llu MiB", bytes >> 20);
	return text;
}

/* the message, but for the name of what it is about */
static void explain(char *text, size_t size, const struct gpu *gpu,
		    const struct placement_reason *reason)
{
	char asked[FIGURE_SIZE], limit[FIGURE_SIZE], free[FIGURE_SIZE];
	char blocker[BLOCKER_SIZE];

	figure(asked, reason->asked);
	figure(limit, reason->limit);
	figure(free, reason->free);
	name_blocker(blocker, gpu, reason->blocker);
	switch (reason->verdict) {
	case PLACEMENT_RESERVE_TOO_BIG:
		snprintf(text, size,
			 "a PF reserve of %s leaves no framebuffer for VFs; the maximum is %s",
			 asked, limit);
		break;
	case PLACEMENT_PINNED_VF:
		snprintf(text, size,
			 "framebuffer is %s and cannot change while %s uses the VF; requested %s",
			 limit, holder(gpu, reason->vf), asked);
		break;
	case PLACEMENT_PINNED_RESERVE:
		snprintf(text, size,
			 "the PF reserve is %s and cannot change while %s uses VF %d; requested %s",
			 figure(limit, gpu->fb_pf_reserve),
			 holder(gpu, reason->vf), reason->vf, asked);
		break;
	case PLACEMENT_FRAGMENTED:
		snprintf(text, size,
			 "requested %s of framebuffer; %s free, but the largest block has %s: %s is in the way",
			 asked, free, limit, blocker);
		break;
	case PLACEMENT_TOO_HARD:
		snprintf(text, size,
			 "no placement for %s of framebuffer found within the limit of %llu search steps; shut down the user of a VF, or request sizes that are multiples of one another",
			 asked, reason->steps);
		break;
	default:
		snprintf(text, size,
			 "requested %s of framebuffer, %s available",
			 asked, limit);
	}
}

/* Return: @err, which is the error of @why from now on */
static int refuse(struct failure *why, int err, const struct gpu *gpu,
		  const struct placement_reason *reason)
{
	static const enum reason reasons[] = {
		[PLACEMENT_RESERVE_TOO_BIG] = REASON_RESERVE_TOO_BIG,
		[PLACEMENT_PINNED_VF] = REASON_VF_IN_USE,
		[PLACEMENT_PINNED_RESERVE] = REASON_RESERVE_IN_USE,
		[PLACEMENT_NO_SPACE] = REASON_NO_SPACE,
		[PLACEMENT_FRAGMENTED] = REASON_FRAGMENTED,
		[PLACEMENT_TOO_HARD] = REASON_PLAN_TOO_HARD,
	};
	struct error_detail *detail = &why->detail;
	bool of_reserve = reason->verdict == PLACEMENT_PINNED_RESERVE;
	char *text = detail->message;
	size_t size = sizeof(detail->message);
	int n;

	*why = (struct failure){ .error = err };
	detail->reason = reasons[reason->verdict];
	detail->vf = of_reserve ? NO_VF : reason->vf;
	detail->value = reason->asked;
	detail->limit = of_reserve ? gpu->fb_pf_reserve : reason->limit;
	if (detail->vf == NO_VF)
		n = snprintf(text, size, "GPU %s: ", gpu->bdf);
	else
		n = snprintf(text, size, "GPU %s VF %d: ", gpu->bdf, detail->vf);
	explain(text + n, size - n, gpu, reason);
	return err;
}

/**
 * layout_place() - find places for the framebuffer of VFs
 * @wanted: sizes, and the PF reserve where its .set has it; gets offsets
 * @live: the GPU as it is
 * @why: filled when there are no places
 *
 * VFs in use and quarantined memory are known only with CAP_SYS_ADMIN, see
 * @live->has_states.
 *
 * Return: 0, with GPU_SET_PLACES in @wanted->set; or without, when @live is not a
 * GPU whose framebuffer can be placed from here; -EBUSY, -ENOSPC.
 */
int layout_place(struct gpu *wanted, const struct gpu *live,
		 struct failure *why)
{
	struct placement_request req;
	struct placement_reason reason;
	struct placement placement;
	bool changes;
	int err = 0;
	u32 i;

	if (!can_place(live))
		return 0;
	make_request(&req, live);
	changes = add_wanted(&req, wanted);
	if (contexts_collide(&req, live))
		return 0;
	if (changes)
		err = placement_plan(&req, &placement, &reason);
	if (err == -EINVAL)
		return 0;
	if (err)
		return refuse(why, err, live, &reason);
	/* what keeps its size stays, also where memory is quarantined */
	for (i = 0; i < wanted->vfs_len && i < live->vfs_len; i++)
		wanted->vfs[i].fb_offset = changes ? placement.vf[i].offset :
						     live->vfs[i].fb_offset;
	wanted->set |= GPU_SET_PLACES;
	return 0;
}

/**
 * layout_is_stale() - was a GPU changed between being read and being asked?
 * @why: why a layout with places from layout_place() was refused
 *
 * A VF that was started, or memory that was quarantined, does not change the revision;
 * but then a place is not to be had that was.
 *
 * Return: whether it is worth looking again.
 */
bool layout_is_stale(const struct failure *why)
{
	return why->error == -ESTALE ||
	       why->detail.reason == REASON_OFFSET_TAKEN ||
	       why->detail.reason == REASON_OFFSET_IN_USE;
}

/**
 * layout_after() - what a GPU will be like with another layout
 * @wanted: from layout_place(), with GPU_SET_PLACES
 * @live: the GPU as it is
 * @after: result, to be freed with gpu_free()
 */
void layout_after(const struct gpu *wanted, const struct gpu *live,
		  struct gpu *after)
{
	struct placement_request req;
	struct placement_reason reason;
	struct placement placement;
	bool any = false;
	u32 i;

	gpu_copy(after, live);
	if (wanted->set & GPU_SET_POLICY)
		after->policy = wanted->policy;
	if (wanted->set & GPU_SET_PF_RESERVE)
		after->fb_pf_reserve = wanted->fb_pf_reserve;
	for (i = 0; i < after->vfs_len; i++) {
		struct vf *vf = &after->vfs[i];
		const struct vf *want = &wanted->vfs[i];
		bool has = i < wanted->vfs_len && want->fb_bytes;

		vf->fb_bytes = has ? want->fb_bytes : 0;
		vf->fb_offset = has ? want->fb_offset : 0;
		vf->fb_auto = false;
		vf->time_slice_us = has ? want->time_slice_us :
					  DEFAULT_TIME_SLICE_US;
		vf->preempt_timeout_us = has ? want->preempt_timeout_us : 0;
		copy_string(vf->profile, LABEL_SIZE, has ? want->profile : "");
		any |= has;
	}
	after->provisioning = any ? PROVISIONING_EXPLICIT : PROVISIONING_AUTO;
	/* everything stays: what is of interest is how much is free */
	make_request(&req, after);
	if (placement_plan(&req, &placement, &reason))
		return;
	after->fb_free = placement.free;
	after->fb_largest_free = placement.largest_free;
}

/* why not even one more VF fits; Return: whether one does after all */
static bool one_fits(struct placement_request *req, const struct gpu *gpu,
		     u64 fb_bytes, struct error_detail *why)
{
	struct placement_reason reason;
	struct placement placement;
	struct failure failure;
	u32 i = 0;
	int err;

	while (i < gpu->vfs_len && gpu->vfs[i].fb_bytes)
		i++;
	if (i == gpu->vfs_len) {
		snprintf(why->message, sizeof(why->message),
			 "GPU %s: there is no VF %u: the GPU has %u VFs, counted from 0",
			 gpu->bdf, i, i);
		return false;
	}
	req->vf[i].quota = fb_bytes;
	err = placement_plan(req, &placement, &reason);
	if (err && err != -EINVAL) {
		refuse(&failure, err, gpu, &reason);
		*why = failure.detail;
	}
	return !err;
}

/* what keeps a GPU from having any more VF, NULL: nothing */
static const char *why_no_change(const struct gpu *gpu)
{
	if (gpu->state == PF_STATE_WEDGED)
		return "the GPU stopped answering and has to be reset first";
	if (gpu->vfs_changing)
		return "VFs are being enabled or disabled at this moment";
	if (!(gpu->capabilities & CAPABILITY_SCRUB))
		return "this hardware cannot scrub framebuffer between tenants";
	return NULL;
}

/**
 * layout_capacity() - count how many more VFs of one size a GPU has room for
 * @gpu: the GPU, as it is or as it will be
 * @capacity: its @fb_bytes says the size and is rounded up; gets the numbers
 * @why: its message is filled when not even one fits
 */
void layout_capacity(const struct gpu *gpu, struct capacity *capacity,
		     struct error_detail *why)
{
	const char *no_change = why_no_change(gpu);
	struct placement_request req;

	*why = (struct error_detail){ .vf = NO_VF };
	capacity->now = 0;
	capacity->after_moving = 0;
	capacity->fb_bytes = round_up_to(capacity->fb_bytes,
					 gpu->fb_alloc_unit);
	if (no_change) {
		snprintf(why->message, sizeof(why->message), "GPU %s: %s",
			 gpu->bdf, no_change);
		return;
	}
	if (!can_place(gpu))
		return;
	make_request(&req, gpu);
	capacity->now = placement_capacity(&req, capacity->fb_bytes, false);
	capacity->after_moving = placement_capacity(&req, capacity->fb_bytes,
						    true);
	if (!capacity->after_moving &&
	    one_fits(&req, gpu, capacity->fb_bytes, why))
		capacity->after_moving = 1;
}
