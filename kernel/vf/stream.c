// SPDX-License-Identifier: GPL-2.0
/*
 * The stream of a VF's state: its bytes.
 *
 *	header		magic, 8 bytes; version; 0
 *	section		type; version of the type; length of what follows; CRC-32 of
 *			these three and what follows
 *
 * Memory is in pages that lie next to one another, and what is not there is zeros. END
 * has the CRC-32 of all bytes before it, so that sections of two streams do not make a
 * third one.
 */

#include "vf/stream.h"

#ifdef __KERNEL__
#include <linux/crc32.h>

static u32 stream_crc(u32 crc, const u8 *buf, u32 size)
{
	return ~crc32_le(~crc, buf, size);
}
#else
#include <zlib.h>

static u32 stream_crc(u32 crc, const u8 *buf, u32 size)
{
	return crc32(crc, buf, size);
}
#endif

#define STREAM_MAGIC		"gpuvfmig"
#define STREAM_MAGIC_SIZE	8

/* of the header of a section */
#define SECTION_TYPE		0
#define SECTION_VERSION		4
#define SECTION_LENGTH		8
#define SECTION_CRC		12

/* all types have the same one until a field of one of them changes */
#define SECTION_VERSION_1	1

#define IDENTITY_SIZE		(GPUVF_STREAM_BACKEND + 28)
#define GUEST_SIZE		(16 + 8 * GPUVF_STREAM_AGES)
#define END_SIZE		4

/*
 * Writer
 */

static void stream_wrote(struct gpuvf_stream_writer *w, const u8 *buf, u32 size)
{
	w->crc = stream_crc(w->crc, buf, size);
	w->bytes += size;
}

/* the CRC of a section, but for the four bytes that have it */
static u32 section_crc(const u8 *buf, u32 length)
{
	u32 crc = stream_crc(0, buf, SECTION_CRC);

	return stream_crc(crc, buf + GPUVF_STREAM_SECTION, length);
}

/* what follows the section's header is there; returns bytes of all of it */
static u32 stream_seal(struct gpuvf_stream_writer *w, u8 *buf,
		       enum gpuvf_stream_type type, u32 length)
{
	gpuvf_put_le32(buf + SECTION_TYPE, type);
	gpuvf_put_le32(buf + SECTION_VERSION, SECTION_VERSION_1);
	gpuvf_put_le32(buf + SECTION_LENGTH, length);
	gpuvf_put_le32(buf + SECTION_CRC, section_crc(buf, length));
	stream_wrote(w, buf, GPUVF_STREAM_SECTION + length);
	return GPUVF_STREAM_SECTION + length;
}

/**
 * gpuvf_stream_put_header() - begin a stream
 * @w: becomes its writer
 * @buf: GPUVF_STREAM_HEADER bytes
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_header(struct gpuvf_stream_writer *w, u8 *buf)
{
	*w = (struct gpuvf_stream_writer){ };
	memcpy(buf, STREAM_MAGIC, STREAM_MAGIC_SIZE);
	gpuvf_put_le32(buf + STREAM_MAGIC_SIZE, GPUVF_STREAM_VERSION);
	gpuvf_put_le32(buf + STREAM_MAGIC_SIZE + 4, 0);
	stream_wrote(w, buf, GPUVF_STREAM_HEADER);
	return GPUVF_STREAM_HEADER;
}

/**
 * gpuvf_stream_put_identity() - write what a VF has to be like to take the stream
 * @w: writer
 * @buf: GPUVF_STREAM_LONGEST bytes
 * @identity: of the VF
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_identity(struct gpuvf_stream_writer *w, u8 *buf,
			      const struct gpuvf_stream_identity *identity)
{
	u8 *at = buf + GPUVF_STREAM_SECTION;

	memcpy(at, identity->backend, GPUVF_STREAM_BACKEND);
	at += GPUVF_STREAM_BACKEND;
	gpuvf_put_le32(at, identity->device);
	gpuvf_put_le32(at + 4, identity->capabilities);
	gpuvf_put_le64(at + 8, identity->fb_bytes);
	gpuvf_put_le64(at + 16, identity->context_bytes);
	gpuvf_put_le32(at + 24, identity->num_registers);
	return stream_seal(w, buf, GPUVF_STREAM_IDENTITY, IDENTITY_SIZE);
}

/**
 * gpuvf_stream_put_guest() - write what the PF's driver knows of a guest
 * @w: writer
 * @buf: GPUVF_STREAM_LONGEST bytes
 * @guest: that
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_guest(struct gpuvf_stream_writer *w, u8 *buf,
			   const struct gpuvf_stream_guest *guest)
{
	u8 *at = buf + GPUVF_STREAM_SECTION;
	unsigned int i;

	gpuvf_put_le32(at, guest->flags);
	gpuvf_put_le32(at + 4, guest->access);
	gpuvf_put_le64(at + 8, guest->access_ns);
	for (i = 0; i < GPUVF_STREAM_AGES; i++)
		gpuvf_put_le64(at + 16 + 8 * i, guest->age_ns[i]);
	return stream_seal(w, buf, GPUVF_STREAM_GUEST, GUEST_SIZE);
}

/**
 * gpuvf_stream_put_registers() - write registers of a VF
 * @w: writer
 * @buf: GPUVF_STREAM_LONGEST bytes
 * @reg: their values
 * @num: how many, as in its identity
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_registers(struct gpuvf_stream_writer *w, u8 *buf,
			       const u32 *reg, u32 num)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		gpuvf_put_le32(buf + GPUVF_STREAM_SECTION + 4 * i, reg[i]);
	return stream_seal(w, buf, GPUVF_STREAM_REGISTERS, 4 * num);
}

/**
 * gpuvf_stream_content() - where the content of a section of memory belongs
 * @buf: GPUVF_STREAM_LONGEST bytes, aligned to 4
 *
 * Return: room for GPUVF_STREAM_BLOCK bytes in @buf, aligned to 4.
 */
u8 *gpuvf_stream_content(u8 *buf)
{
	return buf + GPUVF_STREAM_SECTION + GPUVF_STREAM_OFFSET;
}

/**
 * gpuvf_stream_put_content() - write a piece of memory
 * @w: writer
 * @buf: GPUVF_STREAM_LONGEST bytes; the content is there already, as
 *	gpuvf_stream_content() says
 * @type: GPUVF_STREAM_CONTEXT or GPUVF_STREAM_FRAMEBUFFER
 * @offset: where in it, a multiple of GPUVF_STREAM_PAGE, behind what was written before
 * @size: bytes, likewise; up to the next multiple of GPUVF_STREAM_BLOCK at the most
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_content(struct gpuvf_stream_writer *w, u8 *buf,
			     enum gpuvf_stream_type type, u64 offset, u32 size)
{
	gpuvf_put_le64(buf + GPUVF_STREAM_SECTION, offset);
	return stream_seal(w, buf, type, GPUVF_STREAM_OFFSET + size);
}

/**
 * gpuvf_stream_put_end() - end a stream
 * @w: writer
 * @buf: GPUVF_STREAM_LONGEST bytes
 *
 * Context: any.
 * Return: bytes written.
 */
u32 gpuvf_stream_put_end(struct gpuvf_stream_writer *w, u8 *buf)
{
	gpuvf_put_le32(buf + GPUVF_STREAM_SECTION, w->crc);
	return stream_seal(w, buf, GPUVF_STREAM_END, END_SIZE);
}

/* of memory of so many bytes, all of which has content: fewer pages take less */
static u64 memory_max_bytes(u64 bytes)
{
	u64 blocks = div64_u64(bytes + GPUVF_STREAM_BLOCK - 1,
			       GPUVF_STREAM_BLOCK);

	return bytes + blocks * (GPUVF_STREAM_SECTION + GPUVF_STREAM_OFFSET);
}

/**
 * gpuvf_stream_max_bytes() - the longest stream that a VF can have
 * @identity: of the VF
 *
 * Return: bytes.
 */
u64 gpuvf_stream_max_bytes(const struct gpuvf_stream_identity *identity)
{
	return GPUVF_STREAM_HEADER +
	       GPUVF_STREAM_SECTION + IDENTITY_SIZE +
	       GPUVF_STREAM_SECTION + GUEST_SIZE +
	       GPUVF_STREAM_SECTION + 4 * identity->num_registers +
	       memory_max_bytes(identity->context_bytes) +
	       memory_max_bytes(identity->fb_bytes) +
	       GPUVF_STREAM_SECTION + END_SIZE;
}

/*
 * Reader
 */

static int stream_fail(struct gpuvf_stream_reader *r,
		       enum gpuvf_stream_fault fault)
{
	r->fault = fault;
	return fault == GPUVF_STREAM_BAD_CHECKSUM ? -EBADMSG : -EINVAL;
}

/**
 * gpuvf_stream_reader_init() - begin to read a stream
 * @r: becomes its reader
 *
 * Context: any.
 */
void gpuvf_stream_reader_init(struct gpuvf_stream_reader *r)
{
	memset(r, 0, sizeof(*r));
	r->want = GPUVF_STREAM_HEADER;
}

/**
 * gpuvf_stream_space() - where the next bytes of a stream belong
 * @r: reader
 * @size: so many at the most; 0: the stream is over, or not in order
 *
 * Context: any.
 * Return: a place for them, until gpuvf_stream_read().
 */
u8 *gpuvf_stream_space(struct gpuvf_stream_reader *r, u32 *size)
{
	*size = r->fault || gpuvf_stream_is_over(r) ? 0 : r->want - r->have;
	return r->buf + r->have;
}

static int read_header(struct gpuvf_stream_reader *r)
{
	if (memcmp(r->buf, STREAM_MAGIC, STREAM_MAGIC_SIZE))
		return stream_fail(r, GPUVF_STREAM_BAD_MAGIC);
	r->version = gpuvf_get_le32(r->buf + STREAM_MAGIC_SIZE);
	if (r->version != GPUVF_STREAM_VERSION)
		return stream_fail(r, GPUVF_STREAM_BAD_VERSION);
	if (gpuvf_get_le32(r->buf + STREAM_MAGIC_SIZE + 4))
		return stream_fail(r, GPUVF_STREAM_BAD_VALUE);
	return 0;
}

/* may a section of this type come now? */
static bool section_may_come(const struct gpuvf_stream_reader *r, u32 type)
{
	switch (type) {
	case GPUVF_STREAM_IDENTITY:
	case GPUVF_STREAM_GUEST:
	case GPUVF_STREAM_REGISTERS:
		return r->last == type - 1;
	case GPUVF_STREAM_CONTEXT:
		return r->started && (r->last == GPUVF_STREAM_REGISTERS ||
				      r->last == type);
	case GPUVF_STREAM_FRAMEBUFFER:
	case GPUVF_STREAM_END:
		return r->last >= GPUVF_STREAM_REGISTERS;
	default:
		return false;
	}
}

static bool section_has_length(const struct gpuvf_stream_reader *r, u32 type,
			       u32 length)
{
	u32 size = length - GPUVF_STREAM_OFFSET;

	switch (type) {
	case GPUVF_STREAM_IDENTITY:
		return length == IDENTITY_SIZE;
	case GPUVF_STREAM_GUEST:
		return length == GUEST_SIZE;
	case GPUVF_STREAM_REGISTERS:
		return length == 4 * r->identity.num_registers;
	case GPUVF_STREAM_END:
		return length == END_SIZE;
	default:
		return length > GPUVF_STREAM_OFFSET &&
		       size <= GPUVF_STREAM_BLOCK && !(size % GPUVF_STREAM_PAGE);
	}
}

/* the header of a section is there: how long is it? */
static int read_section_header(struct gpuvf_stream_reader *r)
{
	u32 type = gpuvf_get_le32(r->buf + SECTION_TYPE);
	u32 length = gpuvf_get_le32(r->buf + SECTION_LENGTH);

	if (!section_may_come(r, type))
		return stream_fail(r, GPUVF_STREAM_BAD_ORDER);
	r->version = gpuvf_get_le32(r->buf + SECTION_VERSION);
	if (r->version != SECTION_VERSION_1)
		return stream_fail(r, GPUVF_STREAM_BAD_VERSION);
	if (!section_has_length(r, type, length))
		return stream_fail(r, GPUVF_STREAM_BAD_LENGTH);
	r->want = GPUVF_STREAM_SECTION + length;
	return 0;
}

static int read_identity(struct gpuvf_stream_reader *r,
			 struct gpuvf_stream_identity *identity)
{
	const u8 *at = r->buf + GPUVF_STREAM_SECTION;

	memcpy(identity->backend, at, GPUVF_STREAM_BACKEND);
	at += GPUVF_STREAM_BACKEND;
	identity->device = gpuvf_get_le32(at);
	identity->capabilities = gpuvf_get_le32(at + 4);
	identity->fb_bytes = gpuvf_get_le64(at + 8);
	identity->context_bytes = gpuvf_get_le64(at + 16);
	identity->num_registers = gpuvf_get_le32(at + 24);
	if (identity->backend[GPUVF_STREAM_BACKEND - 1] ||
	    identity->num_registers > GPUVF_STREAM_MAX_REGISTERS)
		return stream_fail(r, GPUVF_STREAM_BAD_VALUE);
	r->identity = *identity;
	return 0;
}

static int read_guest(struct gpuvf_stream_reader *r,
		      struct gpuvf_stream_guest *guest)
{
	const u8 *at = r->buf + GPUVF_STREAM_SECTION;
	unsigned int i;

	guest->flags = gpuvf_get_le32(at);
	guest->access = gpuvf_get_le32(at + 4);
	guest->access_ns = gpuvf_get_le64(at + 8);
	for (i = 0; i < GPUVF_STREAM_AGES; i++)
		guest->age_ns[i] = gpuvf_get_le64(at + 16 + 8 * i);
	if (guest->flags & ~GPUVF_STREAM_FLAGS ||
	    guest->access > GPUVF_STREAM_MAX_ACCESS ||
	    guest->access_ns > GPUVF_STREAM_MAX_ACCESS_NS)
		return stream_fail(r, GPUVF_STREAM_BAD_VALUE);
	r->started = guest->flags & GPUVF_STREAM_STARTED;
	return 0;
}

/* memory in rising order, without overlap, and within what there is */
static int read_content(struct gpuvf_stream_reader *r,
			struct gpuvf_stream_section *section)
{
	u64 all = section->type == GPUVF_STREAM_CONTEXT ?
		  r->identity.context_bytes : r->identity.fb_bytes;
	u64 from = section->type == r->last ? r->next : 0;

	section->offset = gpuvf_get_le64(r->buf + GPUVF_STREAM_SECTION);
	section->size = r->want - GPUVF_STREAM_SECTION - GPUVF_STREAM_OFFSET;
	section->content = gpuvf_stream_content(r->buf);
	if (section->offset % GPUVF_STREAM_PAGE || section->offset < from ||
	    section->offset > all || section->size > all - section->offset ||
	    section->offset % GPUVF_STREAM_BLOCK + section->size >
	    GPUVF_STREAM_BLOCK)
		return stream_fail(r, GPUVF_STREAM_BAD_VALUE);
	r->next = section->offset + section->size;
	return 0;
}

/* a whole section is there */
static int read_section(struct gpuvf_stream_reader *r,
			struct gpuvf_stream_section *section)
{
	const u8 *at = r->buf + GPUVF_STREAM_SECTION;
	unsigned int i;

	if (section_crc(r->buf, r->want - GPUVF_STREAM_SECTION) !=
	    gpuvf_get_le32(r->buf + SECTION_CRC))
		return stream_fail(r, GPUVF_STREAM_BAD_CHECKSUM);
	section->type = gpuvf_get_le32(r->buf + SECTION_TYPE);
	switch (section->type) {
	case GPUVF_STREAM_IDENTITY:
		return read_identity(r, &section->identity);
	case GPUVF_STREAM_GUEST:
		return read_guest(r, &section->guest);
	case GPUVF_STREAM_REGISTERS:
		for (i = 0; i < r->identity.num_registers; i++)
			section->reg[i] = gpuvf_get_le32(at + 4 * i);
		return 0;
	case GPUVF_STREAM_END:
		return gpuvf_get_le32(at) == r->crc ? 0 :
		       stream_fail(r, GPUVF_STREAM_BAD_CHECKSUM);
	default:
		return read_content(r, section);
	}
}

/**
 * gpuvf_stream_read() - read what is there of a stream by now
 * @r: reader
 * @size: bytes that were put where gpuvf_stream_space() said, no more than that
 * @section: filled when 1 is returned
 *
 * Context: any.
 * Return: 1: a section is complete; 0: bytes are missing; -EINVAL, -EBADMSG: it is not in
 * order, as @r->fault says, from @r->bytes on.
 */
int gpuvf_stream_read(struct gpuvf_stream_reader *r, u32 size,
		      struct gpuvf_stream_section *section)
{
	bool header = !r->bytes;
	int err;

	r->have += size;
	if (r->fault || r->have < r->want)
		return 0;
	if (!header && r->want == GPUVF_STREAM_SECTION) {
		err = read_section_header(r);
		/* a section with nothing but a header is complete */
		if (err || r->have < r->want)
			return err;
	}
	err = header ? read_header(r) : read_section(r, section);
	if (err)
		return err;
	r->crc = stream_crc(r->crc, r->buf, r->want);
	r->bytes += r->want;
	r->have = 0;
	r->want = GPUVF_STREAM_SECTION;
	if (header)
		return 0;
	r->last = section->type;
	return 1;
}
