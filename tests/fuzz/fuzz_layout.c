// SPDX-License-Identifier: GPL-2.0
/*
 * Placement in the module asked for anything: any geometry, sizes, places, pins and
 * quarantined ranges, possible or not. What it answers must hold, and so must what it
 * refuses: never what the simplest way of placing finds.
 */
#include <stddef.h>
#include <stdlib.h>

#include "fb/layout.h"

#define CHECK(condition)				\
	do {						\
		if (!(condition))			\
			abort();			\
	} while (0)

static struct gpuvf_extent blocked[GPUVF_LAYOUT_MAX_BLOCKED];
static struct gpuvf_layout_request req;
static struct gpuvf_layout out, again;
static struct gpuvf_layout_reason why;

static const uint8_t *data;
static size_t left;

static u64 take(size_t bytes)
{
	u64 val = 0;

	while (bytes-- && left) {
		val = val << 8 | *data++;
		left--;
	}
	return val;
}

/* often a few units, sometimes not whole ones, sometimes absurd */
static u64 take_bytes(void)
{
	u64 unit = req.geometry.unit_bytes;
	u64 val = take(1);

	switch (take(1) % 16) {
	case 0:
		return take(8);
	case 1:
		return U64_MAX - val;
	case 2:
		return val * unit + take(2);
	default:
		return val * unit;
	}
}

/* what is quarantined comes in units */
static u64 whole(u64 bytes)
{
	u64 unit = req.geometry.unit_bytes;

	return unit ? bytes - bytes % unit : 0;
}

static void take_request(void)
{
	unsigned int i;

	memset(&req, 0, sizeof(req));
	req.geometry.unit_bytes = take(1) % 16 ? 1ULL << (20 + take(1) % 8) :
						    take(8);
	req.geometry.total_bytes = take_bytes() + take_bytes();
	req.geometry.context_bytes = take_bytes();
	req.geometry.align_bytes = take(1) % 16 ?
				   req.geometry.unit_bytes << take(1) % 3 : take(8);
	req.geometry.context_align_bytes = 1ULL << take(1) % 26;
	req.geometry.num_reserved = take(1) % 4;
	for (i = 0; i < req.geometry.num_reserved; i++) {
		req.geometry.reserved[i].start = whole(take_bytes());
		req.geometry.reserved[i].size = whole(take_bytes());
	}
	req.pf_reserve_bytes = take_bytes();
	req.num_vfs = take(1) % (GPUVF_MAX_VFS + 2);
	for (i = 0; i < req.num_vfs && i < GPUVF_MAX_VFS; i++) {
		struct gpuvf_layout_vf *vf = &req.vf[i];
		unsigned int kind = take(1);

		vf->quota_bytes = take_bytes();
		if (kind & 1) {
			vf->now.start = take_bytes();
			vf->now.size = kind & 2 ? vf->quota_bytes :
						  take_bytes();
		}
		vf->pinned = kind & 4;
		vf->placed = kind & 8;
		if (vf->placed)
			vf->place = take_bytes();
	}
	req.num_blocked = take(1) % 8;
	req.blocked = blocked;
	for (i = 0; i < req.num_blocked; i++) {
		blocked[i].start = whole(take_bytes());
		blocked[i].size = whole(take_bytes());
	}
}

static void check_placed(void)
{
	u64 sum = 0;
	unsigned int i;

	CHECK(why.verdict == GPUVF_LAYOUT_FITS);
	CHECK(gpuvf_layout_check(&req, &out));
	CHECK(out.largest_free_bytes <= out.free_bytes);
	for (i = 0; i < req.num_vfs; i++)
		sum += out.vf[i].size;
	CHECK(sum + out.free_bytes <= out.vf_end - out.vf_base);
	/* once placed, it stays as it is */
	for (i = 0; i < req.num_vfs; i++)
		req.vf[i].now = out.vf[i];
	CHECK(!gpuvf_layout_plan(&req, &again, &why));
	for (i = 0; i < req.num_vfs; i++)
		CHECK(gpuvf_layout_same_extent(&out.vf[i], &again.vf[i]));
}

/* from the bottom, one after the other, each where there is room for it first */
static bool simple_way_finds_one(void)
{
	u64 unit = req.geometry.unit_bytes, align = req.geometry.align_bytes;
	u64 at = again.vf_base;
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++) {
		u64 size = req.vf[i].quota_bytes;

		/* what stays or is blocked is too much for the simple way */
		if (req.vf[i].now.size || req.vf[i].placed)
			return false;
		if (size > U64_MAX - unit)
			return false;
		size = (size + unit - 1) & ~(unit - 1);
		if (at > again.vf_end || size > again.vf_end - at)
			return false;
		at = gpuvf_layout_round_up(at + size, align);
	}
	return !req.num_blocked && !req.geometry.num_reserved;
}

static void check_refused(int err)
{
	static const u8 errors[] = {
		[GPUVF_LAYOUT_BAD_GEOMETRY] = EINVAL,
		[GPUVF_LAYOUT_RESERVE_TOO_BIG] = ENOSPC,
		[GPUVF_LAYOUT_PINNED_VF] = EBUSY,
		[GPUVF_LAYOUT_PINNED_RESERVE] = EBUSY,
		[GPUVF_LAYOUT_PINNED_PLACE] = EBUSY,
		[GPUVF_LAYOUT_PLACE_UNALIGNED] = EINVAL,
		[GPUVF_LAYOUT_PLACE_OUTSIDE] = EINVAL,
		[GPUVF_LAYOUT_PLACE_TAKEN] = ENOSPC,
		[GPUVF_LAYOUT_NO_SPACE] = ENOSPC,
		[GPUVF_LAYOUT_FRAGMENTED] = ENOSPC,
		[GPUVF_LAYOUT_RESERVE_TAKEN] = ENOSPC,
	};
	static struct gpuvf_layout_request wanted;

	CHECK(why.verdict < sizeof(errors) && err == -errors[why.verdict]);
	CHECK(why.vf >= -1 && why.vf < GPUVF_MAX_VFS);
	CHECK(why.blocker >= GPUVF_LAYOUT_HARDWARE && why.blocker < GPUVF_MAX_VFS);
	if (why.verdict != GPUVF_LAYOUT_NO_SPACE &&
	    why.verdict != GPUVF_LAYOUT_FRAGMENTED)
		return;
	CHECK(why.vf >= 0 && why.limit < why.value && why.limit <= why.free);
	/* the borders of the VF area, from a plan of nothing at all */
	wanted = req;
	req.num_vfs = 0;
	CHECK(!gpuvf_layout_plan(&req, &again, &why));
	req = wanted;
	CHECK(!simple_way_finds_one());
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	unsigned int num;
	int err;

	data = input;
	left = size;
	take_request();
	num = take(1) % (GPUVF_MAX_VFS + 1);
	err = gpuvf_layout_plan(&req, &out, &why);
	if (!err)
		check_placed();
	else
		check_refused(err);
	CHECK(gpuvf_layout_fair_share(&req, num) <= req.geometry.total_bytes);
	return 0;
}
