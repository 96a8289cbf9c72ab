// SPDX-License-Identifier: GPL-2.0
/*
 * VF2PF with anything in it: the input is what a guest wrote, and how much of it
 * there is. It is read as it is, and once more with a size, version and checksum that
 * make it valid, which no fuzzer finds by chance.
 */
#include <stddef.h>
#include <stdlib.h>

#include "vf/exchange.h"

#define CHECK(condition)				\
	do {						\
		if (!(condition))			\
			abort();			\
	} while (0)

#define VF_BYTES	(64ULL << 20)
#define NEEDED		152

static u32 get32(const u8 *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24;
}

static void put32(u8 *at, u32 val)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = val >> 8 * i;
}

static u32 checksum(const u8 *buf, u32 size)
{
	u32 i, sum = 0;

	for (i = 0; i < size; i++)
		sum += buf[i];
	for (i = 16; i < 20; i++)
		sum -= buf[i];
	return sum;
}

/* what the code has to say of it, found another way */
static int verdict(const u8 *buf, size_t size)
{
	if (size < NEEDED)
		return -EINVAL;
	if (!get32(buf) && !get32(buf + 4))
		return -ENODATA;
	if (get32(buf) < NEEDED || get32(buf) > size || get32(buf) > 1024)
		return -EINVAL;
	if (get32(buf + 4) != 3)
		return -EPROTONOSUPPORT;
	return checksum(buf, get32(buf)) == get32(buf + 16) ? 0 : -EBADMSG;
}

static void check_claims(const u8 *buf, const struct gpuvf_claims *claims)
{
	u64 used = (u64)get32(buf + 92) << 20;
	u64 total = (u64)get32(buf + 148) << 20;
	unsigned int i;

	CHECK(claims->used_bytes == min(used, VF_BYTES));
	CHECK(claims->total_bytes == min(total, VF_BYTES));
	for (i = 0; i < 64 && buf[20 + i]; i++)
		CHECK(claims->driver[i] == buf[20 + i] ||
		      (claims->driver[i] == '?' &&
		       (buf[20 + i] < 0x20 || buf[20 + i] > 0x7e)));
	CHECK(!claims->driver[i]);
}

static void read_one(const u8 *buf, size_t size)
{
	struct gpuvf_claims claims, before;
	int err;

	memset(&claims, 0x5a, sizeof(claims));
	before = claims;
	err = gpuvf_exchange_read(buf, size, VF_BYTES, &claims);
	CHECK(err == verdict(buf, size));
	if (err)
		CHECK(!memcmp(&claims, &before, sizeof(claims)));
	else
		check_claims(buf, &claims);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	u32 said;
	u8 *buf;

	read_one(input, size);
	if (size < NEEDED)
		return 0;
	/* of this size, so that what is read beyond it is seen */
	buf = malloc(size);
	CHECK(buf);
	memcpy(buf, input, size);
	said = NEEDED + get32(buf) % (min(size, (size_t)1024) - NEEDED + 1);
	put32(buf, said);
	put32(buf + 4, 3);
	put32(buf + 16, checksum(buf, said));
	CHECK(!verdict(buf, size));
	read_one(buf, size);
	free(buf);
	return 0;
}
