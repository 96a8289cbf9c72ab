// SPDX-License-Identifier: GPL-2.0
/*
 * The stream of a VF's state: what is written is read, in whatever pieces it comes, and
 * nothing else is taken: each byte changed, each length cut, each field wrong with a
 * checksum that is right. Offsets are written out here, so that a wrong one in the code
 * shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#include "vf/stream.h"
#include "random_bytes.h"

#define KIB		1024U
#define MIB		(1024U * KIB)
#define HEADER		16
#define SECTION		16
#define BLOCK		(64 * KIB)
#define PAGE		4096U
#define MAX_STREAM	(4 * MIB)

/* a VF: what its stream says, and its memory */
struct vf {
	struct gpuvf_stream_identity identity;
	struct gpuvf_stream_guest guest;
	u32 reg[GPUVF_STREAM_MAX_REGISTERS];
	u8 context[256 * KIB];
	u8 fb[MIB];
};

static struct vf source, copy;
static u8 stream[MAX_STREAM], piece[GPUVF_STREAM_LONGEST];
static u32 stream_size;

static void make_vf(struct vf *vf)
{
	unsigned int i;

	memset(vf, 0, sizeof(*vf));
	strcpy(vf->identity.backend, "gpu-iov-v3");
	vf->identity.device = 0x21;
	vf->identity.capabilities = 5;
	vf->identity.fb_bytes = sizeof(vf->fb);
	vf->identity.context_bytes = sizeof(vf->context);
	vf->identity.num_registers = 17;
	vf->guest.flags = GPUVF_STREAM_STARTED | GPUVF_STREAM_SENT;
	vf->guest.access = 1;
	vf->guest.access_ns = 1234567890123ULL % GPUVF_STREAM_MAX_ACCESS_NS;
	for (i = 0; i < GPUVF_STREAM_AGES; i++)
		vf->guest.age_ns[i] = i % 3 ? i * 1000000007ULL :
					      GPUVF_STREAM_NEVER;
	for (i = 0; i < 17; i++)
		vf->reg[i] = 0xdeadbeef * (i + 1);
}

static void add(u32 size)
{
	assert_true(size <= sizeof(piece) && stream_size + size <= MAX_STREAM);
	memcpy(stream + stream_size, piece, size);
	stream_size += size;
}

static void add_memory(struct gpuvf_stream_writer *w,
		       enum gpuvf_stream_type type, const u8 *memory, u32 offset,
		       u32 size)
{
	memcpy(gpuvf_stream_content(piece), memory + offset, size);
	add(gpuvf_stream_put_content(w, piece, type, offset, size));
}

/* all pages with content, one by one or together */
static void add_all_memory(struct gpuvf_stream_writer *w,
			   enum gpuvf_stream_type type, const u8 *memory,
			   u32 bytes, bool one_by_one)
{
	static const u8 zeros[PAGE];
	u32 at, end;

	for (at = 0; at < bytes; at = end) {
		end = at + PAGE;
		if (!memcmp(memory + at, zeros, PAGE))
			continue;
		while (!one_by_one && end % BLOCK && end < bytes &&
		       memcmp(memory + end, zeros, PAGE))
			end += PAGE;
		add_memory(w, type, memory, at, end - at);
	}
}

static void write_stream(const struct vf *vf, bool one_by_one)
{
	struct gpuvf_stream_writer w;

	stream_size = 0;
	add(gpuvf_stream_put_header(&w, piece));
	add(gpuvf_stream_put_identity(&w, piece, &vf->identity));
	add(gpuvf_stream_put_guest(&w, piece, &vf->guest));
	add(gpuvf_stream_put_registers(&w, piece, vf->reg,
				       vf->identity.num_registers));
	if (vf->guest.flags & GPUVF_STREAM_STARTED)
		add_all_memory(&w, GPUVF_STREAM_CONTEXT, vf->context,
			       sizeof(vf->context), one_by_one);
	add_all_memory(&w, GPUVF_STREAM_FRAMEBUFFER, vf->fb, sizeof(vf->fb),
		       one_by_one);
	add(gpuvf_stream_put_end(&w, piece));
	assert_int_equal(stream_size, w.bytes);
	assert_true(stream_size <= gpuvf_stream_max_bytes(&vf->identity));
}

static void take_section(struct vf *vf, const struct gpuvf_stream_section *s)
{
	switch (s->type) {
	case GPUVF_STREAM_IDENTITY:
		/* what lies between members is not compared */
		memcpy(vf->identity.backend, s->identity.backend,
		       sizeof(vf->identity.backend));
		vf->identity.device = s->identity.device;
		vf->identity.capabilities = s->identity.capabilities;
		vf->identity.fb_bytes = s->identity.fb_bytes;
		vf->identity.context_bytes = s->identity.context_bytes;
		vf->identity.num_registers = s->identity.num_registers;
		break;
	case GPUVF_STREAM_GUEST:
		vf->guest = s->guest;
		break;
	case GPUVF_STREAM_REGISTERS:
		memcpy(vf->reg, s->reg, 4 * vf->identity.num_registers);
		break;
	case GPUVF_STREAM_CONTEXT:
		assert_true(s->offset + s->size <= sizeof(vf->context));
		memcpy(vf->context + s->offset, s->content, s->size);
		break;
	case GPUVF_STREAM_FRAMEBUFFER:
		assert_true(s->offset + s->size <= sizeof(vf->fb));
		memcpy(vf->fb + s->offset, s->content, s->size);
		break;
	default:
		break;
	}
}

/* @longest: pieces that it comes in. Returns what the reader did last */
static int read_stream(struct gpuvf_stream_reader *r, struct vf *vf,
		       const u8 *bytes, u32 size, u32 longest)
{
	struct gpuvf_stream_section section;
	u32 at = 0, n;
	int ret = 0;
	u8 *to;

	memset(vf, 0, sizeof(*vf));
	gpuvf_stream_reader_init(r);
	while (at < size && ret >= 0) {
		to = gpuvf_stream_space(r, &n);
		if (!n)
			break;
		n = min(n, size - at);
		n = min(n, longest);
		memcpy(to, bytes + at, n);
		at += n;
		ret = gpuvf_stream_read(r, n, &section);
		if (ret > 0)
			take_section(vf, &section);
	}
	return ret;
}

static struct gpuvf_stream_reader reader;

static void assert_taken(const u8 *bytes, u32 size, u32 longest)
{
	assert_int_equal(read_stream(&reader, &copy, bytes, size, longest), 1);
	assert_true(gpuvf_stream_is_over(&reader));
	assert_int_equal(reader.bytes, stream_size);
	assert_memory_equal(&copy, &source, sizeof(copy));
}

/* refused, and all that came before was in order */
static void assert_fault(enum gpuvf_stream_fault fault, u64 at)
{
	int err = read_stream(&reader, &copy, stream, stream_size, MAX_STREAM);

	assert_int_equal(reader.fault, fault);
	assert_int_equal(reader.bytes, at);
	assert_int_equal(err, fault == GPUVF_STREAM_BAD_CHECKSUM ? -EBADMSG :
								   -EINVAL);
	assert_false(gpuvf_stream_is_over(&reader));
}

static void fill(u8 *memory, u32 offset, u32 size)
{
	u32 i;

	for (i = 0; i < size; i++)
		memory[offset + i] = 1 + rnd(255);
}

/* where section @n begins, counted from 0 */
static u32 section_at(unsigned int n)
{
	u32 at = HEADER;

	while (n--)
		at += SECTION + get32(stream, at + 8);
	return at;
}

static u32 last_section(void)
{
	return stream_size - SECTION - 4;
}

/* checksums that are right for what the stream says now */
static void sum_up(u32 at)
{
	u32 length = get32(stream, at + 8), crc;

	crc = crc32(0, stream + at, 12);
	put32(stream, at + 12, crc32(crc, stream + at + SECTION, length));
	at = last_section();
	put32(stream, at + SECTION, crc32(0, stream, at));
	crc = crc32(0, stream + at, 12);
	put32(stream, at + 12, crc32(crc, stream + at + SECTION, 4));
}

static void a_small_stream(void)
{
	make_vf(&source);
	fill(source.context, 0, PAGE);
	fill(source.fb, 0, PAGE);
	fill(source.fb, 3 * PAGE, 2 * PAGE);
	write_stream(&source, false);
}

static void it_is_what_the_page_says(void **state)
{
	u32 at;

	a_small_stream();
	assert_memory_equal(stream, "gpuvfmig\1\0\0\0\0\0\0", 16);
	at = section_at(0);
	assert_int_equal(get32(stream, at), 1);
	assert_int_equal(get32(stream, at + 4), 1);
	assert_int_equal(get32(stream, at + 8), 44);
	assert_string_equal((char *)stream + at + 16, "gpu-iov-v3");
	assert_int_equal(get32(stream, at + 32), 0x21);
	assert_int_equal(get32(stream, at + 36), 5);
	assert_int_equal(get32(stream, at + 40), MIB);
	assert_int_equal(get32(stream, at + 44), 0);
	assert_int_equal(get32(stream, at + 48), 256 * KIB);
	assert_int_equal(get32(stream, at + 56), 17);
	at = section_at(1);
	assert_int_equal(get32(stream, at), 2);
	assert_int_equal(get32(stream, at + 8), 592);
	assert_int_equal(get32(stream, at + 16), 5);
	assert_int_equal(get32(stream, at + 20), 1);
	assert_int_equal(get32(stream, at + 32), ~0U);
	assert_int_equal(get32(stream, at + 40), 1000000007);
	at = section_at(2);
	assert_int_equal(get32(stream, at), 3);
	assert_int_equal(get32(stream, at + 8), 68);
	assert_int_equal(get32(stream, at + 20), 0xdeadbeefU * 2);
	at = section_at(3);
	assert_int_equal(get32(stream, at), 4);
	assert_int_equal(get32(stream, at + 8), 8 + PAGE);
	at = section_at(5);
	assert_int_equal(get32(stream, at), 5);
	assert_int_equal(get32(stream, at + 8), 8 + 2 * PAGE);
	assert_int_equal(get32(stream, at + 16), 3 * PAGE);
	at = section_at(6);
	assert_int_equal(at, last_section());
	assert_int_equal(get32(stream, at), 6);
	assert_int_equal(get32(stream, at + 16), crc32(0, stream, at));
	(void)state;
}

static void what_is_written_is_read(void **state)
{
	static const u32 pieces[] = { 1, 7, 16, 4096, 65536, MAX_STREAM };
	unsigned int i;

	a_small_stream();
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		assert_taken(stream, stream_size, pieces[i]);
	(void)state;
}

static void random_vf(void)
{
	u32 n;

	make_vf(&source);
	source.identity.num_registers = rnd(GPUVF_STREAM_MAX_REGISTERS + 1);
	memset(source.reg, 0, sizeof(source.reg));
	for (n = 0; n < source.identity.num_registers; n++)
		source.reg[n] = rnd(~0U);
	source.guest.flags = rnd(GPUVF_STREAM_FLAGS + 1);
	source.guest.access = rnd(3);
	for (n = source.guest.flags & 1 ? rnd(8) : 0; n; n--)
		source.context[rnd(sizeof(source.context))] = 1 + rnd(255);
	for (n = rnd(40); n; n--)
		source.fb[rnd(sizeof(source.fb))] = 1 + rnd(255);
}

static void any_state_is_read_as_it_was(void **state)
{
	unsigned int i;

	for (i = 0; i < rounds(300); i++) {
		seed = i;
		random_vf();
		write_stream(&source, rnd(2));
		assert_taken(stream, stream_size, 1 + rnd(100 * KIB));
	}
	(void)state;
}

static void the_longest_is_no_longer_than_is_said(void **state)
{
	make_vf(&source);
	seed = 1;
	fill(source.context, 0, sizeof(source.context));
	fill(source.fb, 0, sizeof(source.fb));
	write_stream(&source, false);
	assert_int_equal(stream_size, gpuvf_stream_max_bytes(&source.identity));
	assert_taken(stream, stream_size, MAX_STREAM);
	(void)state;
}

/* a part of a block counts as one */
static void a_page_is_no_longer_than_is_said(void **state)
{
	struct gpuvf_stream_writer w;
	u32 size;

	make_vf(&source);
	source.identity.fb_bytes = PAGE;
	source.identity.context_bytes = 0;
	size = gpuvf_stream_put_header(&w, piece);
	size += gpuvf_stream_put_identity(&w, piece, &source.identity);
	size += gpuvf_stream_put_guest(&w, piece, &source.guest);
	size += gpuvf_stream_put_registers(&w, piece, source.reg, 17);
	size += gpuvf_stream_put_content(&w, piece, GPUVF_STREAM_FRAMEBUFFER, 0,
					 PAGE);
	size += gpuvf_stream_put_end(&w, piece);
	assert_int_equal(size, gpuvf_stream_max_bytes(&source.identity));
	(void)state;
}

static void nothing_is_read_behind_a_fault(void **state)
{
	struct gpuvf_stream_section section;
	u32 n;

	a_small_stream();
	stream[0] = 'G';
	assert_fault(GPUVF_STREAM_BAD_MAGIC, 0);
	gpuvf_stream_space(&reader, &n);
	assert_int_equal(n, 0);
	/* in order by now, and it does not matter */
	memcpy(reader.buf, "gpuvfmig", 8);
	assert_int_equal(gpuvf_stream_read(&reader, 0, &section), 0);
	assert_int_equal(reader.bytes, 0);
	assert_int_equal(reader.fault, GPUVF_STREAM_BAD_MAGIC);
	(void)state;
}

static void every_byte_counts(void **state)
{
	u32 at;

	a_small_stream();
	for (at = 0; at < stream_size; at++) {
		/* of content some are enough */
		if (at % PAGE > 1000 && at % 13)
			continue;
		stream[at] ^= 1 << at % 8;
		assert_true(read_stream(&reader, &copy, stream, stream_size,
					MAX_STREAM) < 0);
		assert_true(reader.fault);
		assert_false(gpuvf_stream_is_over(&reader));
		stream[at] ^= 1 << at % 8;
	}
	assert_taken(stream, stream_size, MAX_STREAM);
	(void)state;
}

static void every_cut_is_seen(void **state)
{
	u32 size;

	a_small_stream();
	for (size = 0; size < stream_size; size++) {
		if (size % PAGE > 1000 && size % 13)
			continue;
		assert_true(read_stream(&reader, &copy, stream, size,
					MAX_STREAM) >= 0);
		assert_false(gpuvf_stream_is_over(&reader));
	}
	(void)state;
}

static void nothing_is_read_behind_the_end(void **state)
{
	u32 n;

	a_small_stream();
	assert_taken(stream, stream_size + 100, MAX_STREAM);
	gpuvf_stream_space(&reader, &n);
	assert_int_equal(n, 0);
	(void)state;
}

static void a_field(u32 at, u32 in_section, u32 val, enum gpuvf_stream_fault fault)
{
	a_small_stream();
	put32(stream, at + in_section, val);
	sum_up(at);
	assert_fault(fault, at);
}

static void every_field_is_looked_at(void **state)
{
	u32 id, guest, regs, context, fb, second, last;

	a_small_stream();
	id = section_at(0);
	guest = section_at(1);
	regs = section_at(2);
	context = section_at(3);
	fb = section_at(4);
	second = section_at(5);
	last = section_at(6);

	/* header */
	stream[0] = 'G';
	assert_fault(GPUVF_STREAM_BAD_MAGIC, 0);
	a_small_stream();
	put32(stream, 8, 2);
	assert_fault(GPUVF_STREAM_BAD_VERSION, 0);
	assert_int_equal(reader.version, 2);
	a_small_stream();
	put32(stream, 12, 1);
	assert_fault(GPUVF_STREAM_BAD_VALUE, 0);

	/* types, where others belong, and none that there is */
	a_field(id, 0, 2, GPUVF_STREAM_BAD_ORDER);
	a_field(guest, 0, 1, GPUVF_STREAM_BAD_ORDER);
	a_field(guest, 0, 5, GPUVF_STREAM_BAD_ORDER);
	a_field(regs, 0, 6, GPUVF_STREAM_BAD_ORDER);
	a_field(fb, 0, 3, GPUVF_STREAM_BAD_ORDER);
	a_field(second, 0, 4, GPUVF_STREAM_BAD_ORDER);
	a_field(second, 0, 7, GPUVF_STREAM_BAD_ORDER);
	a_field(second, 0, 0, GPUVF_STREAM_BAD_ORDER);
	a_field(fb, 4, 2, GPUVF_STREAM_BAD_VERSION);
	a_field(last, 4, 2, GPUVF_STREAM_BAD_VERSION);
	/* a guest without a context has no content of it */
	a_small_stream();
	put32(stream, guest + 16, GPUVF_STREAM_SENT);
	sum_up(guest);
	assert_fault(GPUVF_STREAM_BAD_ORDER, context);
	(void)state;
}

static void lengths_are_those_of_their_sections(void **state)
{
	static const u32 of_memory[] = {
		0, 8, 9, 8 + PAGE - 1, 8 + BLOCK + PAGE, ~0U, 0x80000008, 7,
	};
	u32 at, n;

	for (n = 0; n < 4; n++) {
		a_small_stream();
		at = n == 3 ? last_section() : section_at(n);
		put32(stream, at + 8, get32(stream, at + 8) + 4);
		assert_fault(GPUVF_STREAM_BAD_LENGTH, at);
		a_small_stream();
		put32(stream, at + 8, get32(stream, at + 8) - 1);
		assert_fault(GPUVF_STREAM_BAD_LENGTH, at);
	}
	for (n = 0; n < sizeof(of_memory) / sizeof(of_memory[0]); n++) {
		a_small_stream();
		at = section_at(4);
		put32(stream, at + 8, of_memory[n]);
		assert_fault(GPUVF_STREAM_BAD_LENGTH, at);
	}
	(void)state;
}

static void values_have_limits(void **state)
{
	u32 id, guest, fb, second;

	a_small_stream();
	id = section_at(0);
	guest = section_at(1);
	fb = section_at(4);
	second = section_at(5);

	/* a name without an end; more registers than there is room for */
	a_field(id, 16 + 12, 0x41414141, GPUVF_STREAM_BAD_VALUE);
	a_field(id, 56, GPUVF_STREAM_MAX_REGISTERS + 1, GPUVF_STREAM_BAD_VALUE);
	a_field(guest, 16, GPUVF_STREAM_FLAGS + 1, GPUVF_STREAM_BAD_VALUE);
	a_field(guest, 20, 3, GPUVF_STREAM_BAD_VALUE);
	a_field(guest, 28, 1000, GPUVF_STREAM_BAD_VALUE);
	/* not a page's; behind the end; so far that the sum wraps around */
	a_field(fb, 16, 1, GPUVF_STREAM_BAD_VALUE);
	a_field(fb, 16, MIB, GPUVF_STREAM_BAD_VALUE);
	a_field(fb, 20, ~0U, GPUVF_STREAM_BAD_VALUE);
	/* before the one before, over it, across a block, out of the framebuffer */
	a_field(second, 16, 0, GPUVF_STREAM_BAD_VALUE);
	a_field(second, 16, BLOCK - PAGE, GPUVF_STREAM_BAD_VALUE);
	a_field(second, 16, MIB - PAGE, GPUVF_STREAM_BAD_VALUE);
	a_small_stream();
	put32(stream, second + 16, PAGE);
	sum_up(second);
	assert_int_equal(read_stream(&reader, &copy, stream, stream_size,
				     MAX_STREAM), 1);
	(void)state;
}

/* each section is in order, and the whole is not */
static void sections_of_two_streams_are_none(void **state)
{
	static u8 other[MAX_STREAM];
	u32 at;

	a_small_stream();
	memcpy(other, stream, stream_size);
	fill(source.fb, 0, PAGE);
	write_stream(&source, false);
	at = section_at(4);
	memcpy(stream + at, other + at, SECTION + 8 + PAGE);
	assert_fault(GPUVF_STREAM_BAD_CHECKSUM, last_section());
	(void)state;
}

static void one_section_left_out_is_seen(void **state)
{
	u32 at, size;

	a_small_stream();
	at = section_at(4);
	size = SECTION + 8 + PAGE;
	memmove(stream + at, stream + at + size, stream_size - at - size);
	stream_size -= size;
	assert_fault(GPUVF_STREAM_BAD_CHECKSUM, last_section());
	(void)state;
}

/* any bytes behind a valid beginning: no read beyond them, and no end that is not there */
static void noise_is_refused(void **state)
{
	unsigned int i;
	u32 at, n;

	for (i = 0; i < rounds(3000); i++) {
		seed = i;
		a_small_stream();
		at = rnd(stream_size);
		for (n = 1 + rnd(8); n; n--)
			stream[min(at + rnd(64), stream_size - 1)] ^= 1 + rnd(255);
		if (read_stream(&reader, &copy, stream, stream_size,
				1 + rnd(8 * KIB)) < 0)
			continue;
		/* changed twice back to what it was */
		if (gpuvf_stream_is_over(&reader))
			assert_memory_equal(&copy, &source, sizeof(copy));
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_what_the_page_says),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(any_state_is_read_as_it_was),
		cmocka_unit_test(the_longest_is_no_longer_than_is_said),
		cmocka_unit_test(a_page_is_no_longer_than_is_said),
		cmocka_unit_test(nothing_is_read_behind_a_fault),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(every_cut_is_seen),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(every_field_is_looked_at),
		cmocka_unit_test(lengths_are_those_of_their_sections),
		cmocka_unit_test(values_have_limits),
		cmocka_unit_test(sections_of_two_streams_are_none),
		cmocka_unit_test(one_section_left_out_is_seen),
		cmocka_unit_test(noise_is_refused),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
