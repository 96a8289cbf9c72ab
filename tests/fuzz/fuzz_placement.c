// SPDX-License-Identifier: GPL-2.0
/*
 * The planner of the agent asked for anything: any geometry, sizes, pins and blocked
 * ranges, possible or not. Its answers must hold, and so must its refusals: it never
 * refuses what the simplest way of placing finds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/failure.h"
#include "plan/placement.h"

#define CHECK(condition)				\
	do {						\
		if (!(condition))			\
			abort();			\
	} while (0)

static struct placement_request req;
static struct placement out, again;
static struct placement_reason why;

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
	u64 unit = req.unit;
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

static void take_request(void)
{
	unsigned int i;

	memset(&req, 0, sizeof(req));
	req.unit = take(1) % 16 ? 1ULL << (20 + take(1) % 8) :
						    take(8);
	req.total = take_bytes() + take_bytes();
	req.context = take_bytes();
	req.reserve = take_bytes();
	req.num_vfs = take(1) % (PACK_MAX_VFS + 2);
	for (i = 0; i < req.num_vfs && i < PACK_MAX_VFS; i++) {
		struct placement_vf *vf = &req.vf[i];
		unsigned int kind = take(1);

		vf->quota = take_bytes();
		if (kind & 1) {
			vf->now.offset = take_bytes();
			vf->now.size = kind & 2 ? vf->quota :
						  take_bytes();
		}
		vf->pinned = kind & 4;
	}
	req.num_blocked = take(1) % 8;
	for (i = 0; i < req.num_blocked; i++) {
		req.blocked[i].offset = take_bytes();
		req.blocked[i].size = take_bytes();
	}
}

static void check_placed(void)
{
	u64 sum = 0;
	unsigned int i;

	CHECK(why.verdict == PLACEMENT_FITS);
	CHECK(placement_check(&req, &out));
	CHECK(out.largest_free <= out.free);
	for (i = 0; i < req.num_vfs; i++)
		sum += out.vf[i].size;
	CHECK(sum + out.free <= out.vf_end - out.vf_base);
	/* once placed, it stays as it is: nothing better can be found */
	for (i = 0; i < req.num_vfs; i++)
		req.vf[i].now = out.vf[i];
	CHECK(!placement_plan(&req, &again, &why));
	CHECK(!again.moved);
}

/* from the bottom, one after the other, each where there is room for it first */
static bool simple_way_finds_one(void)
{
	u64 unit = req.unit;
	u64 at = again.vf_base;
	unsigned int i;

	for (i = 0; i < req.num_vfs; i++) {
		u64 size = req.vf[i].quota;

		/* what stays or is blocked is too much for the simple way */
		if (req.vf[i].now.size)
			return false;
		if (size > U64_MAX - unit)
			return false;
		size = (size + unit - 1) & ~(unit - 1);
		if (size > again.vf_end - at)
			return false;
		at += size;
	}
	return !req.num_blocked;
}

static void check_refused(int err)
{
	static const u8 errors[] = {
		[PLACEMENT_BAD_GEOMETRY] = EINVAL,
		[PLACEMENT_RESERVE_TOO_BIG] = ENOSPC,
		[PLACEMENT_PINNED_VF] = EBUSY,
		[PLACEMENT_PINNED_RESERVE] = EBUSY,
		[PLACEMENT_NO_SPACE] = ENOSPC,
		[PLACEMENT_FRAGMENTED] = ENOSPC,
		[PLACEMENT_TOO_HARD] = ENOSPC,
	};
	static struct placement_request wanted;

	CHECK(why.verdict < sizeof(errors) && err == -errors[why.verdict]);
	CHECK(why.vf >= -1 && why.vf < PACK_MAX_VFS);
	CHECK(why.blocker >= -1 && why.blocker < PACK_MAX_VFS);
	CHECK(why.blocker < 0 || req.vf[why.blocker].pinned);
	if (why.verdict != PLACEMENT_NO_SPACE &&
	    why.verdict != PLACEMENT_FRAGMENTED)
		return;
	CHECK(why.vf >= 0 && why.limit < why.asked && why.limit <= why.free);
	/* the borders of the VF area, from a plan of nothing at all */
	wanted = req;
	req.num_vfs = 0;
	CHECK(!placement_plan(&req, &again, &why));
	req = wanted;
	CHECK(!simple_way_finds_one());
}

static void check_capacity(u64 quota)
{
	unsigned int now, moving;

	if (req.num_vfs > PACK_MAX_VFS)
		return;
	now = placement_capacity(&req, quota, false);
	moving = placement_capacity(&req, quota, true);
	CHECK(now <= PACK_MAX_VFS && moving <= PACK_MAX_VFS);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	int err;

	data = input;
	left = size;
	take_request();
	err = placement_plan(&req, &out, &why);
	check_capacity(take_bytes());
	if (!err)
		check_placed();
	else
		check_refused(err);
	return 0;
}
