/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink spec, as a table that spec2c makes of it.
 */
#ifndef SELFTEST_SPEC_H
#define SELFTEST_SPEC_H

#include <libmnl/libmnl.h>
#include <linux/gpuvf.h>
#include <stdbool.h>
#include <stdint.h>

enum spec_type {
	SPEC_NONE,
	SPEC_U32,
	SPEC_S32,
	SPEC_U64,
	SPEC_STRING,
	SPEC_FLAG,
	SPEC_NEST,
	SPEC_PAD,
};

/**
 * struct spec_attr - an attribute
 * @name: as the spec has it; NULL: there is none of this type
 * @type: what it is
 * @size: bytes, of a number
 * @multi: there may be several in one message
 * @max_len: of a string in a request, without its zero; 0: no limit
 * @max: of an enum: largest value, or all flags; 0: any
 * @nested: what is in it, of a nest
 */
struct spec_attr {
	const char *name;
	enum spec_type type;
	uint8_t size;
	bool multi;
	uint16_t max_len;
	uint64_t max;
	const struct spec_set *nested;
};

/**
 * struct spec_set - the attributes of one kind of object
 * @name: as the spec has it
 * @attr: by type, up to and including @last
 * @last: largest type
 */
struct spec_set {
	const char *name;
	const struct spec_attr *attr;
	unsigned int last;
};

/**
 * struct spec_message - what a message may have
 * @is: there is such a message
 * @has: by type of attribute
 */
struct spec_message {
	bool is;
	bool has[GPUVF_A_PF_MAX + 1];
};

/**
 * struct spec_op - an operation, or a notification
 * @name: as the spec has it
 * @cmd: GPUVF_CMD_*
 * @admin: it needs privileges
 * @group: of a notification: who gets it
 * @set: of the attributes of its messages
 * @do_request: what may be asked
 * @do_reply: what is answered
 * @dump_request: what a dump may be asked
 * @dump_reply: what each message of a dump has
 * @event: of a notification: what it has
 */
struct spec_op {
	const char *name;
	uint8_t cmd;
	bool admin;
	const char *group;
	const struct spec_set *set;
	struct spec_message do_request;
	struct spec_message do_reply;
	struct spec_message dump_request;
	struct spec_message dump_reply;
	struct spec_message event;
};

/**
 * struct spec_group - a multicast group
 * @name: as the spec has it
 * @admin: it needs privileges to join
 */
struct spec_group {
	const char *name;
	bool admin;
};

extern const struct spec_op spec_ops[];
extern const unsigned int spec_num_ops;
extern const struct spec_group spec_groups[];
extern const unsigned int spec_num_groups;

const struct spec_op *spec_op(uint8_t cmd);
/* the nest of an engine in that of a VF; other nests have their type */
#define NEST_VF_ENGINE	(0x100 | GPUVF_A_VF_ENGINE)

const struct spec_set *spec_nest_set(const struct spec_op *op, unsigned int nest);
bool spec_takes(const struct spec_op *op, unsigned int nest,
		unsigned int type);
bool spec_needs(const struct spec_op *op, unsigned int nest,
		unsigned int type);
bool spec_allows(const struct nlmsghdr *nlh);

#endif /* SELFTEST_SPEC_H */
