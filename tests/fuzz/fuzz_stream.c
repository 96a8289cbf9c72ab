// SPDX-License-Identifier: GPL-2.0
/*
 * A stream with anything in it. The input is read as it is, and once more with checksums
 * that are right, which no fuzzer finds by chance: what is taken then is in bounds and in
 * order, and, written again section by section, is the same.
 */
#include <stddef.h>
#include <stdlib.h>
#include <zlib.h>

#include "vf/stream.h"

#define CHECK(condition)				\
	do {						\
		if (!(condition))			\
			abort();			\
	} while (0)

#define HEADER		16
#define SECTION		16

static struct gpuvf_stream_reader reader;
static u8 again[GPUVF_STREAM_LONGEST];

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

/* what was seen of memory */
struct seen {
	u64 next;
	u32 type;
};

static u32 check_memory(const struct gpuvf_stream_section *s, struct seen *seen,
			struct gpuvf_stream_writer *w)
{
	u64 all = s->type == GPUVF_STREAM_CONTEXT ?
		  reader.identity.context_bytes : reader.identity.fb_bytes;

	if (seen->type != s->type)
		seen->next = 0;
	CHECK(s->size && s->size <= GPUVF_STREAM_BLOCK);
	CHECK(!(s->size % GPUVF_STREAM_PAGE) && !(s->offset % GPUVF_STREAM_PAGE));
	CHECK(s->offset >= seen->next && s->offset < all);
	CHECK(s->size <= all - s->offset);
	memcpy(gpuvf_stream_content(again), s->content, s->size);
	seen->next = s->offset + s->size;
	return gpuvf_stream_put_content(w, again, s->type, s->offset, s->size);
}

/* what it takes to write it once more; returns bytes in @again */
static u32 write_again(const struct gpuvf_stream_section *s, struct seen *seen,
		       struct gpuvf_stream_writer *w)
{
	switch (s->type) {
	case GPUVF_STREAM_IDENTITY:
		CHECK(!s->identity.backend[GPUVF_STREAM_BACKEND - 1]);
		CHECK(s->identity.num_registers <= GPUVF_STREAM_MAX_REGISTERS);
		return gpuvf_stream_put_identity(w, again, &s->identity);
	case GPUVF_STREAM_GUEST:
		return gpuvf_stream_put_guest(w, again, &s->guest);
	case GPUVF_STREAM_REGISTERS:
		return gpuvf_stream_put_registers(w, again, s->reg,
						  reader.identity.num_registers);
	case GPUVF_STREAM_END:
		return gpuvf_stream_put_end(w, again);
	default:
		return check_memory(s, seen, w);
	}
}

static void read_one(const u8 *buf, size_t size, u32 longest)
{
	struct gpuvf_stream_section s;
	struct gpuvf_stream_writer w;
	struct seen seen = { };
	u64 before = HEADER;
	size_t at = 0;
	int ret = 0;
	u32 n;
	u8 *to;

	CHECK(gpuvf_stream_put_header(&w, again) == HEADER);
	gpuvf_stream_reader_init(&reader);
	while (at < size && ret >= 0) {
		to = gpuvf_stream_space(&reader, &n);
		if (!n)
			break;
		n = min(n, longest);
		n = min((size_t)n, size - at);
		memcpy(to, buf + at, n);
		at += n;
		ret = gpuvf_stream_read(&reader, n, &s);
		if (ret <= 0)
			continue;
		n = write_again(&s, &seen, &w);
		CHECK(reader.bytes == before + n);
		CHECK(!memcmp(again, buf + before, n));
		before = reader.bytes;
		seen.type = s.type;
	}
	CHECK((ret < 0) == (reader.fault != GPUVF_STREAM_OK));
	if (gpuvf_stream_is_over(&reader))
		CHECK(reader.bytes <= size && reader.bytes == w.bytes);
}

static void sum_up(u8 *buf, size_t size)
{
	size_t at = HEADER;
	u32 length, crc;

	while (at + SECTION <= size) {
		length = get32(buf + at + 8);
		if (length > size - at - SECTION)
			return;
		if (get32(buf + at) == GPUVF_STREAM_END && length == 4)
			put32(buf + at + SECTION, crc32(0, buf, at));
		crc = crc32(0, buf + at, 12);
		put32(buf + at + 12, crc32(crc, buf + at + SECTION, length));
		at += SECTION + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	u32 longest = size ? 1 + input[size - 1] * 64 : 1;
	u8 *buf;

	read_one(input, size, longest);
	/* of this size, so that what is read beyond it is seen */
	buf = malloc(size ? size : 1);
	CHECK(buf);
	memcpy(buf, input, size);
	sum_up(buf, size);
	read_one(buf, size, longest);
	free(buf);
	return 0;
}
