// SPDX-License-Identifier: GPL-2.0
/*
 * The exchange region: PF2VF as a guest's driver reads it, and VF2PF with anything in
 * it. Offsets are written out here, so that a wrong one in the code shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vf/exchange.h"
#include "random_bytes.h"

#define MIB		(1ULL << 20)
#define VF_BYTES	(512 * MIB)
#define NEEDED		152
#define BIGGEST		4096

/* as guests do it: all bytes, then less those of the checksum that they found */
static u32 guest_checksum(const u8 *buf, u32 size, u32 found)
{
	u32 i, sum = 0;

	for (i = 0; i < size; i++)
		sum += buf[i];
	for (i = 0; i < 4; i++)
		sum -= found >> 8 * i & 0xff;
	return sum;
}

static void sum_up(u8 *buf, u32 size)
{
	put32(buf, 16, 0);
	put32(buf, 16, guest_checksum(buf, size, 0));
}

/* as amdgpu of Linux 6.12 writes it */
static void write_vf2pf(u8 *buf)
{
	memset(buf, 0, BIGGEST);
	put32(buf, 0, 1024);
	put32(buf, 4, 3);
	strcpy((char *)buf + 20, "6.12.57 test");
	put32(buf, 92, 123);
	put32(buf, 148, 511);
	sum_up(buf, 1024);
}

static int read_claims(const u8 *buf, u32 size, struct gpuvf_claims *claims)
{
	/* on the heap, so that the sanitizer sees what is read beyond it */
	u32 there = size < BIGGEST ? size : BIGGEST;
	u8 *copy = malloc(there ? there : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, buf, there);
	err = gpuvf_exchange_read(copy, size, VF_BYTES, claims);
	free(copy);
	return err;
}

/* refused, and nothing of the message came through */
static void assert_refused(const u8 *buf, u32 size, int err)
{
	struct gpuvf_claims claims, before;

	memset(&claims, 0x5a, sizeof(claims));
	before = claims;
	assert_int_equal(read_claims(buf, size, &claims), err);
	assert_memory_equal(&claims, &before, sizeof(claims));
}

static const struct gpuvf_exchange_vf some_vf = {
	.features = GPUVF_EXCHANGE_ERROR_LOG | GPUVF_EXCHANGE_FLR_LOSES_VRAM,
	.vf = 5,
	.device = 0x73ae,
	.bdf = 0x4106,
	.serial = 0x0123456789abcdefULL,
	.vf_bytes = 2048 * MIB,
	.gpu_bytes = 16384 * MIB,
};

static void pf2vf_is_what_a_guest_expects(void **state)
{
	u8 buf[GPUVF_EXCHANGE_SIZE];
	unsigned int i;

	(void)state;
	memset(buf, 0xff, sizeof(buf));
	gpuvf_exchange_fill(buf, &some_vf);
	assert_int_equal(get32(buf, 0), 1024);
	assert_int_equal(get32(buf, 4), 2);
	assert_int_equal(get32(buf, 16),
			 guest_checksum(buf, get32(buf, 0), get32(buf, 16)));
	assert_int_equal(get32(buf, 20), 5);
	/* bad pages: a guest reserves each entry that the size covers */
	assert_int_equal(get32(buf, 76), 66 * 1024);
	assert_int_equal(get32(buf, 80), 0);
	assert_int_equal(get32(buf, 84), 0);
	/* a guest takes 200 to 10000 and makes 2000 of anything else */
	assert_int_equal(get32(buf, 88), 2000);
	assert_int_equal(get32(buf, 92), 0x89abcdef);
	assert_int_equal(get32(buf, 96), 0x01234567);
	assert_int_equal(get32(buf, 100), 5);
	assert_int_equal(get32(buf, 172), 0x010573ae);
	assert_int_equal(get32(buf, 176), 0x80000000);
	assert_int_equal(get32(buf, 180), 0x45672380);
	assert_int_equal(get32(buf, 184), 0x89abcdef);
	assert_int_equal(get32(buf, 192), 65535 / 8);
	assert_int_equal(get32(buf, 196), 0x4106);
	/* limits, firmware and access flags: none; the rest is reserved */
	for (i = 24; i < 76; i++)
		assert_int_equal(buf[i], 0);
	for (i = 104; i < 172; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(get32(buf, 188), 0);
	for (i = 200; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0);
}

static void pf2vf_without_a_serial_number_has_no_uuid(void **state)
{
	struct gpuvf_exchange_vf vf = some_vf;
	u8 buf[GPUVF_EXCHANGE_SIZE];
	unsigned int i;

	(void)state;
	vf.serial = 0;
	gpuvf_exchange_fill(buf, &vf);
	assert_int_equal(get32(buf, 92) | get32(buf, 96), 0);
	for (i = 172; i < 188; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(get32(buf, 16), guest_checksum(buf, 1024, get32(buf, 16)));
}

static void pf2vf_capacity_is_the_share_of_the_gpu(void **state)
{
	static const struct {
		u64 vf_bytes, gpu_bytes;
		u32 capacity;
	} cases[] = {
		{ 16 * MIB, 16 * MIB, 65535 },
		{ 17 * MIB, 16 * MIB, 65535 },
		{ 0, 16 * MIB, 0 },
		{ 16 * MIB, 0, 65535 },
		{ 0, 0, 65535 },
		{ 8 * MIB, 16 * MIB, 32767 },
		{ 16 * MIB, 65535 * MIB, 16 },
		{ U64_MAX, U64_MAX, 65535 },
		{ U64_MAX / 2, U64_MAX, 32767 },
	};
	struct gpuvf_exchange_vf vf = some_vf;
	u8 buf[GPUVF_EXCHANGE_SIZE];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vf.vf_bytes = cases[i].vf_bytes;
		vf.gpu_bytes = cases[i].gpu_bytes;
		gpuvf_exchange_fill(buf, &vf);
		assert_int_equal(get32(buf, 192), cases[i].capacity);
	}
}

/* whatever is asked for: the checksum holds, and each byte that is wrong breaks it */
static void pf2vf_checksum_covers_every_byte(void **state)
{
	u8 buf[GPUVF_EXCHANGE_SIZE];
	unsigned int i, n;

	(void)state;
	for (n = 0; n < rounds(200); n++) {
		struct gpuvf_exchange_vf vf = {
			.features = rnd(~0U), .vf = rnd(31),
			.device = rnd(0x10000), .bdf = rnd(0x10000),
			.serial = (u64)rnd(~0U) << 32 | rnd(~0U),
			.vf_bytes = rnd(65536) * MIB,
			.gpu_bytes = rnd(65536) * MIB,
		};

		gpuvf_exchange_fill(buf, &vf);
		assert_int_equal(get32(buf, 16),
				 guest_checksum(buf, 1024, get32(buf, 16)));
		for (i = 0; i < sizeof(buf); i++) {
			u8 flip = 1 << rnd(8);

			buf[i] ^= flip;
			assert_int_not_equal(get32(buf, 16),
					     guest_checksum(buf, 1024,
							    get32(buf, 16)));
			buf[i] ^= flip;
		}
	}
}

static void a_correct_vf2pf_is_read(void **state)
{
	struct gpuvf_claims claims;
	u8 buf[BIGGEST];

	(void)state;
	write_vf2pf(buf);
	memset(&claims, 0xff, sizeof(claims));
	assert_int_equal(read_claims(buf, 1024, &claims), 0);
	assert_string_equal(claims.driver, "6.12.57 test");
	assert_int_equal(claims.used_bytes, 123 * MIB);
	assert_int_equal(claims.total_bytes, 511 * MIB);
	/* more than 1 KiB is never looked at */
	memset(buf + 1024, 0xff, sizeof(buf) - 1024);
	assert_int_equal(read_claims(buf, BIGGEST, &claims), 0);
}

/* each size that the header can say, and each that there is */
static void every_size_is_bounded(void **state)
{
	struct gpuvf_claims claims;
	u32 said, there;
	u8 buf[BIGGEST];

	(void)state;
	for (said = 0; said <= BIGGEST; said++) {
		write_vf2pf(buf);
		/* also where the guest wrote on behind */
		memset(buf + 1024, 0xa5, sizeof(buf) - 1024);
		put32(buf, 0, said);
		sum_up(buf, said < 20 ? 20 : said);
		if (said >= NEEDED && said <= 1024)
			assert_int_equal(read_claims(buf, 1024, &claims), 0);
		else
			assert_refused(buf, 1024, -EINVAL);
	}
	for (there = 0; there <= BIGGEST; there++) {
		write_vf2pf(buf);
		put32(buf, 0, NEEDED);
		sum_up(buf, NEEDED);
		if (there >= NEEDED)
			assert_int_equal(read_claims(buf, there, &claims), 0);
		else
			assert_refused(buf, there, -EINVAL);
		/* the header says one byte more than there is */
		put32(buf, 0, there + 1);
		sum_up(buf, BIGGEST);
		if (there < 1024)
			assert_refused(buf, there, -EINVAL);
	}
}

static void absurd_sizes_are_refused(void **state)
{
	static const u32 sizes[] = {
		1025, 4097, 0x10000, 0x7fffffff, 0x80000000, 0xfffffc00,
		0xfffffffe, 0xffffffff,
	};
	struct gpuvf_claims claims;
	u8 buf[BIGGEST];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		write_vf2pf(buf);
		put32(buf, 0, sizes[i]);
		sum_up(buf, 1024);
		assert_refused(buf, 1024, -EINVAL);
		assert_refused(buf, BIGGEST, -EINVAL);
	}
	/* the buffer is said to be that big: still no more than 1 KiB is read */
	write_vf2pf(buf);
	assert_int_equal(read_claims(buf, 0xffffffff, &claims), 0);
}

static void only_version_3_is_read(void **state)
{
	static const u32 odd[] = { 0x103, 0x10003, 0x80000003, 0xffffffff };
	struct gpuvf_claims claims;
	u8 buf[BIGGEST];
	u32 version;

	(void)state;
	for (version = 0; version <= 0x10000; version++) {
		write_vf2pf(buf);
		put32(buf, 4, version);
		sum_up(buf, 1024);
		if (version == 3)
			assert_int_equal(read_claims(buf, 1024, &claims), 0);
		else
			assert_refused(buf, 1024, -EPROTONOSUPPORT);
	}
	for (version = 0; version < sizeof(odd) / sizeof(odd[0]); version++) {
		write_vf2pf(buf);
		put32(buf, 4, odd[version]);
		sum_up(buf, 1024);
		assert_refused(buf, 1024, -EPROTONOSUPPORT);
	}
}

static void scrubbed_memory_is_no_message(void **state)
{
	u8 buf[BIGGEST] = { };

	(void)state;
	assert_refused(buf, 1024, -ENODATA);
	assert_refused(buf, NEEDED, -ENODATA);
	assert_refused(buf, NEEDED - 1, -EINVAL);
	/* a guest that begins to write, not with the header */
	buf[20] = '6';
	assert_refused(buf, 1024, -ENODATA);
	memset(buf, 0xff, sizeof(buf));
	assert_refused(buf, 1024, -EINVAL);
}

/* a message that changed by one bit: refused, wherever that is */
static void every_flipped_bit_is_noticed(void **state)
{
	struct gpuvf_claims claims;
	unsigned int i, bit;
	u8 buf[BIGGEST];

	(void)state;
	write_vf2pf(buf);
	for (i = 0; i < 1024; i++) {
		for (bit = 0; bit < 8; bit++) {
			memset(&claims, 0, sizeof(claims));
			buf[i] ^= 1 << bit;
			/* sizes and versions other than those are refused as such */
			assert_int_equal(read_claims(buf, 1024, &claims),
					 i >= 8 || (i < 2 && get32(buf, 0) <= 1024 &&
						    get32(buf, 0) >= NEEDED) ?
					 -EBADMSG : i < 4 ? -EINVAL :
						   -EPROTONOSUPPORT);
			assert_int_equal(claims.driver[0], 0);
			buf[i] ^= 1 << bit;
		}
	}
	assert_int_equal(read_claims(buf, 1024, &claims), 0);
}

/* what is beyond the size that the header says belongs to no message */
static void only_what_the_header_covers_is_summed(void **state)
{
	struct gpuvf_claims claims;
	u8 buf[BIGGEST];
	unsigned int i;

	(void)state;
	write_vf2pf(buf);
	put32(buf, 0, 200);
	sum_up(buf, 200);
	for (i = 0; i < 1024; i++) {
		buf[i] ^= 0x80;
		if (i >= 200)
			assert_int_equal(read_claims(buf, 1024, &claims), 0);
		else
			assert_int_not_equal(read_claims(buf, 1024, &claims), 0);
		buf[i] ^= 0x80;
	}
}

static void driver_text_is_made_safe(void **state)
{
	struct gpuvf_claims claims;
	unsigned int c, i;
	u8 buf[BIGGEST];

	(void)state;
	for (c = 1; c < 256; c++) {
		write_vf2pf(buf);
		memset(buf + 20, c, 64);
		sum_up(buf, 1024);
		/* what follows the text is no part of it */
		memset(&claims, 'x', sizeof(claims));
		assert_int_equal(read_claims(buf, 1024, &claims), 0);
		assert_int_equal(strlen(claims.driver), 64);
		for (i = 0; i < 64; i++)
			assert_int_equal(claims.driver[i],
					 c >= 0x20 && c < 0x7f ? c : '?');
	}
	for (i = 0; i < 64; i++) {
		write_vf2pf(buf);
		memset(buf + 20, 'v', 64);
		buf[20 + i] = 0;
		sum_up(buf, 1024);
		assert_int_equal(read_claims(buf, 1024, &claims), 0);
		assert_int_equal(strlen(claims.driver), i);
	}
}

static void memory_is_bounded_by_what_the_vf_has(void **state)
{
	static const u32 mib[] = {
		0, 1, 511, 512, 513, 0xfff, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	struct gpuvf_claims claims;
	unsigned int i, j;
	u8 buf[BIGGEST];

	(void)state;
	for (i = 0; i < sizeof(mib) / sizeof(mib[0]); i++) {
		for (j = 0; j < sizeof(mib) / sizeof(mib[0]); j++) {
			write_vf2pf(buf);
			put32(buf, 92, mib[i]);
			put32(buf, 148, mib[j]);
			sum_up(buf, 1024);
			assert_int_equal(read_claims(buf, 1024, &claims), 0);
			assert_int_equal(claims.used_bytes,
					 min(mib[i], 512U) * MIB);
			assert_int_equal(claims.total_bytes,
					 min(mib[j], 512U) * MIB);
		}
	}
	/* nothing overflows where the VF has all that there can be */
	assert_int_equal(gpuvf_exchange_read(buf, 1024, U64_MAX, &claims), 0);
	assert_int_equal(claims.total_bytes, 0xffffffffULL * MIB);
}

/* anything at all: an errno and nothing, or claims in bounds */
static void any_bytes_are_survived(void **state)
{
	struct gpuvf_claims claims, before;
	unsigned int n, i, took = 0;
	u8 buf[BIGGEST];

	(void)state;
	for (n = 0; n < rounds(20000); n++) {
		u32 size = rnd(1200);
		int err;

		for (i = 0; i < sizeof(buf); i += 4)
			put32(buf, i, rnd(~0U));
		if (rnd(2))
			put32(buf, 0, rnd(1100));
		if (rnd(4))
			put32(buf, 4, 3);
		if (rnd(4))
			sum_up(buf, min(max(get32(buf, 0), 20U), 1024U));
		memset(&claims, 0x5a, sizeof(claims));
		before = claims;
		err = read_claims(buf, size, &claims);
		if (err) {
			assert_memory_equal(&claims, &before, sizeof(claims));
			continue;
		}
		took++;
		assert_true(claims.used_bytes <= VF_BYTES);
		assert_true(claims.total_bytes <= VF_BYTES);
		assert_true(memchr(claims.driver, 0, sizeof(claims.driver)));
		for (i = 0; claims.driver[i]; i++)
			assert_in_range(claims.driver[i], 0x20, 0x7e);
	}
	/* the rounds reached what they are for */
	assert_true(took > n / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pf2vf_is_what_a_guest_expects),
		cmocka_unit_test(pf2vf_without_a_serial_number_has_no_uuid),
		cmocka_unit_test(pf2vf_capacity_is_the_share_of_the_gpu),
		cmocka_unit_test(pf2vf_checksum_covers_every_byte),
		cmocka_unit_test(a_correct_vf2pf_is_read),
		cmocka_unit_test(every_size_is_bounded),
		cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(only_version_3_is_read),
		cmocka_unit_test(scrubbed_memory_is_no_message),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(only_what_the_header_covers_is_summed),
		cmocka_unit_test(driver_text_is_made_safe),
		cmocka_unit_test(memory_is_bounded_by_what_the_vf_has),
		cmocka_unit_test(any_bytes_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
