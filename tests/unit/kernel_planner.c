// SPDX-License-Identifier: GPL-2.0
#include <assert.h>

#include "kernel_planner.h"
#include "model/failure.h"

/* the module's files have names of their own for the same types */
#undef BIT
#undef U64_MAX
#define u8	kernel_u8
#define u16	kernel_u16
#define u32	kernel_u32
#define u64	kernel_u64
#define s64	kernel_s64
#include "fb/layout.h"
#undef u32
#undef u64

static_assert(GPUVF_MAX_VFS == PACK_MAX_VFS, "same masks");
static_assert(GPUVF_LAYOUT_MAX_BLOCKED == PACK_MAX_BLOCKED, "same blocked ranges");

static struct gpuvf_layout_request kernel;

static void translate(const struct placement_request *req)
{
	unsigned int i;

	memset(&kernel, 0, sizeof(kernel));
	kernel.geometry.total_bytes = req->total;
	kernel.geometry.granule_bytes = req->granule;
	kernel.geometry.context_bytes = req->context;
	kernel.pf_reserve_bytes = req->reserve;
	kernel.num_vfs = req->num_vfs;
	for (i = 0; i < req->num_vfs; i++) {
		kernel.vf[i].quota_bytes = req->vf[i].quota;
		kernel.vf[i].now.start = req->vf[i].now.offset;
		kernel.vf[i].now.size = req->vf[i].now.size;
		kernel.vf[i].pinned = req->vf[i].pinned;
	}
	kernel.num_blocked = req->num_blocked;
	for (i = 0; i < req->num_blocked; i++) {
		kernel.blocked[i].start = req->blocked[i].offset;
		kernel.blocked[i].size = req->blocked[i].size;
	}
}

int kernel_plan(const struct placement_request *req, struct placement *out,
		struct placement_reason *why)
{
	static const enum placement_verdict verdicts[] = {
		[GPUVF_LAYOUT_FITS] = PLACEMENT_FITS,
		[GPUVF_LAYOUT_BAD_GEOMETRY] = PLACEMENT_BAD_GEOMETRY,
		[GPUVF_LAYOUT_RESERVE_TOO_BIG] = PLACEMENT_RESERVE_TOO_BIG,
		[GPUVF_LAYOUT_PINNED_VF] = PLACEMENT_PINNED_VF,
		[GPUVF_LAYOUT_PINNED_RESERVE] = PLACEMENT_PINNED_RESERVE,
		[GPUVF_LAYOUT_NO_SPACE] = PLACEMENT_NO_SPACE,
		[GPUVF_LAYOUT_FRAGMENTED] = PLACEMENT_FRAGMENTED,
		[GPUVF_LAYOUT_TOO_HARD] = PLACEMENT_TOO_HARD,
	};
	struct gpuvf_layout_reason reason;
	struct gpuvf_layout layout;
	unsigned int i;
	int err;

	translate(req);
	err = gpuvf_layout_plan(&kernel, &layout, &reason);
	*why = (struct placement_reason){
		.verdict = verdicts[reason.verdict],
		.vf = reason.vf,
		.asked = reason.asked,
		.limit = reason.limit,
		.free = reason.free,
		.blocker = reason.blocker,
	};
	*out = (struct placement){
		.reserve = layout.pf_reserve_bytes,
		.context = { layout.context.start, layout.context.size },
		.vf_base = layout.vf_base,
		.vf_end = layout.vf_end,
		.free = layout.free_bytes,
		.largest_free = layout.largest_free_bytes,
		.moved = layout.moved_mask,
	};
	for (i = 0; i < req->num_vfs; i++)
		out->vf[i] = (struct extent){ layout.vf[i].start,
					      layout.vf[i].size };
	return err;
}

unsigned int kernel_capacity(const struct placement_request *req,
			     unsigned long long quota, bool may_move)
{
	translate(req);
	return gpuvf_layout_capacity(&kernel, quota, may_move);
}

static u64 moved_bytes(const struct placement_request *req,
		       const struct placement *out)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = 0; i < req->num_vfs; i++)
		if (out->moved & 1u << i)
			bytes += out->vf[i].size;
	return bytes;
}

/*
 * The module searches on where the agent knows that there is nothing better; what is
 * left of the steps for the largest free range may then not be enough.
 */
bool as_the_kernel(const struct placement_request *req,
		   const struct placement *out,
		   const struct placement *kernel_out)
{
	if (!memcmp(out->vf, kernel_out->vf, sizeof(out->vf)))
		return out->largest_free == kernel_out->largest_free &&
		       out->moved == kernel_out->moved;
	return moved_bytes(req, out) == moved_bytes(req, kernel_out) &&
	       out->largest_free > kernel_out->largest_free;
}
