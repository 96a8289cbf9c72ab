// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages that are changed, attribute by attribute: most of what comes
 * out is well-formed still, so that it gets further than to the first check.
 */

#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "request.h"

#define MAX_SPOTS	256
#define NO_PARENT	(-1)

/* beside what may be put behind a message later */
#define MAX_SIZE	16000

/**
 * struct spot - an attribute of a message
 * @at: where it begins
 * @parent: index of the spot of the nest that it is in, or NO_PARENT
 */
struct spot {
	unsigned int at;
	int parent;
};

/**
 * struct spots - all attributes of a message
 * @num: how many
 * @spot: those in a nest come behind it
 */
struct spots {
	unsigned int num;
	struct spot spot[MAX_SPOTS];
};

static struct nlattr *attr_at(struct nl_request *req, unsigned int at)
{
	return (struct nlattr *)(req->buf + at);
}

static void find_between(struct nl_request *req, unsigned int from,
			 unsigned int end, int parent, struct spots *spots)
{
	while (from + NLA_HDRLEN <= end && spots->num < MAX_SPOTS) {
		const struct nlattr *attr = attr_at(req, from);
		int me = spots->num;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > end - from)
			return;
		spots->spot[spots->num++] = (struct spot){ from, parent };
		if (attr->nla_type & NLA_F_NESTED)
			find_between(req, from + NLA_HDRLEN,
				     from + attr->nla_len, me, spots);
		from += NLA_ALIGN(attr->nla_len);
	}
}

static void find(struct nl_request *req, struct spots *spots)
{
	spots->num = 0;
	find_between(req, NLMSG_HDRLEN + GENL_HDRLEN, req->header->nlmsg_len,
		     NO_PARENT, spots);
}

/* make room for @len more bytes at @at, in the nest @parent; or take them away */
static bool stretch(struct nl_request *req, const struct spots *spots,
		    int parent, unsigned int at, int len)
{
	unsigned int end = req->header->nlmsg_len;
	unsigned int from = len < 0 ? at - len : at;
	int nest;

	if (end + len > MAX_SIZE || from > end)
		return false;
	for (nest = parent; nest != NO_PARENT; nest = spots->spot[nest].parent)
		if (attr_at(req, spots->spot[nest].at)->nla_len + len > 0xffff)
			return false;
	memmove(req->buf + from + len, req->buf + from, end - from);
	req->header->nlmsg_len += len;
	for (nest = parent; nest != NO_PARENT; nest = spots->spot[nest].parent)
		attr_at(req, spots->spot[nest].at)->nla_len += len;
	return true;
}

/* put a copy of an attribute, of this or another message, before spot @where */
static void insert(struct nl_request *req, const struct spots *spots,
		   unsigned int where, const struct nlattr *attr)
{
	const struct spot *spot = &spots->spot[where];
	unsigned int size = NLA_ALIGN(attr->nla_len);
	char copy[1024] = { 0 };

	if (size > sizeof(copy))
		return;
	memcpy(copy, attr, attr->nla_len);
	if (stretch(req, spots, spot->parent, spot->at, size))
		memcpy(req->buf + spot->at, copy, size);
}

static void drop(struct nl_request *req, const struct spots *spots,
		 unsigned int which)
{
	const struct spot *spot = &spots->spot[which];

	stretch(req, spots, spot->parent, spot->at,
		-(int)NLA_ALIGN(attr_at(req, spot->at)->nla_len));
}

/* another value, of the size that it has */
static void set_value(struct nlattr *attr, unsigned int *seed)
{
	unsigned int len = attr->nla_len - NLA_HDRLEN;
	uint64_t value = request_value(seed);

	if (attr->nla_type & NLA_F_NESTED || !len)
		return;
	if (len == 4 || len == 8)
		memcpy(attr + 1, &value, len);
	else
		((char *)(attr + 1))[roll(seed, len)] = rand_r(seed);
}

static void change_length(struct nl_request *req, const struct spots *spots,
			  unsigned int which, unsigned int *seed)
{
	static const int by[] = { -8, -4, 4, 8, 64 };
	struct nlattr *attr = attr_at(req, spots->spot[which].at);
	int len = by[roll(seed, sizeof(by) / sizeof(*by))];

	/* either what is in it becomes more or less, or it only says so */
	if (!roll(seed, 4))
		attr->nla_len = roll(seed, 200);
	else if (attr->nla_len + len >= NLA_HDRLEN)
		stretch(req, spots, which, spots->spot[which].at + NLA_HDRLEN,
			len);
}

static void change_header(struct nl_request *req, unsigned int *seed)
{
	static const uint16_t flags[] = {
		NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO, NLM_F_ACK | NLM_F_ECHO, 0,
	};
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(req->header);

	if (roll(seed, 2))
		genl->cmd = spec_ops[roll(seed, spec_num_ops)].cmd;
	else
		req->header->nlmsg_flags = NLM_F_REQUEST |
			flags[roll(seed, sizeof(flags) / sizeof(*flags))];
}

static void change_attr(struct nl_request *req, const struct nl_request *other,
			unsigned int *seed)
{
	static struct nl_request copy;
	static struct spots mine, others;
	unsigned int which;
	struct nlattr *attr;

	find(req, &mine);
	if (!mine.num)
		return;
	which = roll(seed, mine.num);
	attr = attr_at(req, mine.spot[which].at);
	switch (roll(seed, 8)) {
	case 0:
		insert(req, &mine, which,
		       attr_at(req, mine.spot[roll(seed, mine.num)].at));
		break;
	case 1:
		memcpy(copy.buf, other->buf, other->header->nlmsg_len);
		copy.header = (struct nlmsghdr *)copy.buf;
		find(&copy, &others);
		if (others.num)
			insert(req, &mine, which,
			       attr_at(&copy, others.spot[roll(seed,
							       others.num)].at));
		break;
	case 2:
		drop(req, &mine, which);
		break;
	case 3:
		attr->nla_type = (attr->nla_type & ~NLA_TYPE_MASK) |
				 roll(seed, GPUVF_A_PF_MAX + 2);
		break;
	case 4:
		change_length(req, &mine, which, seed);
		break;
	case 5:
		attr->nla_type ^= roll(seed, 4) ? 0 : NLA_F_NESTED;
		break;
	default:
		set_value(attr, seed);
	}
}

/**
 * mutate() - change a message a little
 * @req: the message
 * @other: one to take something from; may be the same
 * @seed: state of the dice
 *
 * Its length is right in the end, what is in it need not be.
 */
void mutate(struct nl_request *req, const struct nl_request *other,
	    unsigned int *seed)
{
	unsigned int times = 1 << roll(seed, 4);

	while (times--) {
		switch (roll(seed, 12)) {
		case 0:
			change_header(req, seed);
			break;
		case 1:
			request_scramble(req, seed);
			break;
		default:
			change_attr(req, other, seed);
		}
	}
}
