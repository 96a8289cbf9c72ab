/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state of a VF as a stream of bytes, for migration: writer and reader. Pure: fields
 * in, bytes out, and back. What is in it means nothing here, but for what it takes to be
 * a stream at all; Documentation/design/migration.rst.
 *
 *	header | IDENTITY GUEST REGISTERS CONTEXT... FRAMEBUFFER... END
 *
 * All is little endian. A stream is untrusted: the reader takes no section whose length,
 * order or checksum is wrong, and skips nothing.
 */
#ifndef GPUVF_STREAM_H
#define GPUVF_STREAM_H

#include "base/pure.h"

#define GPUVF_STREAM_VERSION		1

/* bytes of the header, and of that of each section */
#define GPUVF_STREAM_HEADER		16U
#define GPUVF_STREAM_SECTION		16U

/* content of memory in a section, at the most; none crosses a multiple of this */
#define GPUVF_STREAM_BLOCK		65536U
/* and what it is cut into */
#define GPUVF_STREAM_PAGE		4096U
/* where the content is, in front of it */
#define GPUVF_STREAM_OFFSET		8U

/* the longest section, with its header */
#define GPUVF_STREAM_LONGEST \
	(GPUVF_STREAM_SECTION + GPUVF_STREAM_OFFSET + GPUVF_STREAM_BLOCK)

#define GPUVF_STREAM_BACKEND		16
/* registers of a VF that its context does not have, in dwords */
#define GPUVF_STREAM_MAX_REGISTERS	64U
/* times that limits go by; as many as struct gpuvf_throttle has */
#define GPUVF_STREAM_AGES		72U
/* an age of what never was */
#define GPUVF_STREAM_NEVER		U64_MAX

/* in this order; CONTEXT and FRAMEBUFFER any number of times, the others once */
enum gpuvf_stream_type {
	GPUVF_STREAM_IDENTITY = 1,
	GPUVF_STREAM_GUEST,
	GPUVF_STREAM_REGISTERS,
	GPUVF_STREAM_CONTEXT,
	GPUVF_STREAM_FRAMEBUFFER,
	GPUVF_STREAM_END,
};

/**
 * struct gpuvf_stream_identity - what a VF has to be like to take a stream
 * @backend: kind of hardware, as gpuvf_hw_ops.name; ends with NUL
 * @device: PCI device id of the VF
 * @capabilities: GPUVF_CAPABILITY_* bits that a guest relies on
 * @fb_bytes: size of its framebuffer
 * @context_bytes: size of its slot of the context save area
 * @num_registers: dwords of registers, at most GPUVF_STREAM_MAX_REGISTERS
 */
struct gpuvf_stream_identity {
	char backend[GPUVF_STREAM_BACKEND];
	u32 device;
	u32 capabilities;
	u64 fb_bytes;
	u64 context_bytes;
	u32 num_registers;
};

/* struct gpuvf_stream_guest.flags */
#define GPUVF_STREAM_STARTED		0x01	/* it has a context */
#define GPUVF_STREAM_GRANTED		0x02	/* it may initialise, and has not released yet */
#define GPUVF_STREAM_SENT		0x04	/* it can read a message */
#define GPUVF_STREAM_DATA_DUE		0x08	/* it waits for data */
#define GPUVF_STREAM_PLACED		0x10	/* they are placed */
#define GPUVF_STREAM_FLAGS		0x1f

/* struct gpuvf_stream_guest.access, at the most */
#define GPUVF_STREAM_MAX_ACCESS		2
/* struct gpuvf_stream_guest.access_ns, at the most: ten times what a VF can owe */
#define GPUVF_STREAM_MAX_ACCESS_NS	60000000000ULL

/**
 * struct gpuvf_stream_guest - what the PF's driver knows of a guest
 * @flags: GPUVF_STREAM_* flags
 * @access: full access that it waits for, by enum gpuvf_access
 * @access_ns: full access that it has not paid for yet
 * @age_ns: how long ago it did what is limited, GPUVF_STREAM_NEVER: never; limit after
 *	limit as in struct gpuvf_throttle, and of each the oldest first
 */
struct gpuvf_stream_guest {
	u32 flags;
	u32 access;
	u64 access_ns;
	u64 age_ns[GPUVF_STREAM_AGES];
};

/**
 * struct gpuvf_stream_writer - a stream that is being written
 * @bytes: so far
 * @crc: of all of them
 */
struct gpuvf_stream_writer {
	u64 bytes;
	u32 crc;
};

u32 gpuvf_stream_put_header(struct gpuvf_stream_writer *w, u8 *buf);
u32 gpuvf_stream_put_identity(struct gpuvf_stream_writer *w, u8 *buf,
			      const struct gpuvf_stream_identity *identity);
u32 gpuvf_stream_put_guest(struct gpuvf_stream_writer *w, u8 *buf,
			   const struct gpuvf_stream_guest *guest);
u32 gpuvf_stream_put_registers(struct gpuvf_stream_writer *w, u8 *buf,
			       const u32 *reg, u32 num);
u8 *gpuvf_stream_content(u8 *buf);
u32 gpuvf_stream_put_content(struct gpuvf_stream_writer *w, u8 *buf,
			     enum gpuvf_stream_type type, u64 offset, u32 size);
u32 gpuvf_stream_put_end(struct gpuvf_stream_writer *w, u8 *buf);
u64 gpuvf_stream_max_bytes(const struct gpuvf_stream_identity *identity);

/* what is wrong with a stream */
enum gpuvf_stream_fault {
	GPUVF_STREAM_OK,
	GPUVF_STREAM_BAD_MAGIC,
	GPUVF_STREAM_BAD_VERSION,
	GPUVF_STREAM_BAD_ORDER,
	GPUVF_STREAM_BAD_LENGTH,
	GPUVF_STREAM_BAD_CHECKSUM,
	GPUVF_STREAM_BAD_VALUE,
};

/**
 * struct gpuvf_stream_section - a section that was read, and is in order
 * @type: which
 * @identity: of GPUVF_STREAM_IDENTITY
 * @guest: of GPUVF_STREAM_GUEST
 * @reg: of GPUVF_STREAM_REGISTERS: so many as the identity says
 * @offset: of memory: where the content is, a multiple of GPUVF_STREAM_PAGE
 * @size: of memory: bytes, likewise
 * @content: of memory: until the next byte is read
 */
struct gpuvf_stream_section {
	enum gpuvf_stream_type type;
	union {
		struct gpuvf_stream_identity identity;
		struct gpuvf_stream_guest guest;
		u32 reg[GPUVF_STREAM_MAX_REGISTERS];
		struct {
			u64 offset;
			u32 size;
			const u8 *content;
		};
	};
};

/**
 * struct gpuvf_stream_reader - a stream that is being read
 * @bytes: so many were read, all sections of which were in order
 * @crc: of all of them
 * @have: bytes in @buf, which are of the next section
 * @want: so many it needs before it can be looked at
 * @last: type of the last section, 0: none yet
 * @next: the next content begins there, at the least
 * @started: the guest has a context
 * @identity: of the stream; valid when @last is not 0
 * @fault: what is wrong with it; nothing is read any more then
 * @version: with GPUVF_STREAM_BAD_VERSION: the one that it has
 * @buf: the section that is being read, without what follows it
 */
struct gpuvf_stream_reader {
	u64 bytes;
	u32 crc;
	u32 have;
	u32 want;
	u32 last;
	u64 next;
	bool started;
	struct gpuvf_stream_identity identity;
	enum gpuvf_stream_fault fault;
	u32 version;
	u8 buf[GPUVF_STREAM_LONGEST];
};

void gpuvf_stream_reader_init(struct gpuvf_stream_reader *r);
u8 *gpuvf_stream_space(struct gpuvf_stream_reader *r, u32 *size);
int gpuvf_stream_read(struct gpuvf_stream_reader *r, u32 size,
		      struct gpuvf_stream_section *section);

/* is it whole? */
static inline bool gpuvf_stream_is_over(const struct gpuvf_stream_reader *r)
{
	return r->last == GPUVF_STREAM_END && !r->fault;
}

#endif /* GPUVF_STREAM_H */
