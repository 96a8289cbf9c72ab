// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink spec: what may be in a request, and whether a message that came
 * holds to it.
 */

#include <linux/genetlink.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "spec.h"

/**
 * spec_op() - the operation or notification that has this number
 * @cmd: GPUVF_CMD_*
 *
 * Return: NULL: there is none.
 */
const struct spec_op *spec_op(uint8_t cmd)
{
	unsigned int i;

	for (i = 0; i < spec_num_ops; i++)
		if (spec_ops[i].cmd == cmd)
			return &spec_ops[i];
	return NULL;
}

/**
 * spec_nest_set() - which attributes a nest of a request has
 * @op: operation
 * @nest: type of the nest, or NEST_VF_ENGINE
 */
const struct spec_set *spec_nest_set(const struct spec_op *op, unsigned int nest)
{
	if (nest == NEST_VF_ENGINE)
		return op->set->attr[GPUVF_A_PF_VF].nested->attr[GPUVF_A_VF_ENGINE].nested;
	return op->set->attr[nest].nested;
}

/**
 * spec_takes() - may this be in a nest of a request?
 * @op: operation
 * @nest: type of the nest, or NEST_VF_ENGINE
 * @type: type of the attribute in it
 *
 * The spec has one set for all that may be in a nest; its sentence on pf's "vf"
 * says which of it a request may have.
 */
bool spec_takes(const struct spec_op *op, unsigned int nest, unsigned int type)
{
	if (nest == NEST_VF_ENGINE)
		return op->cmd == GPUVF_CMD_CONFIG_SET &&
		       (type == GPUVF_A_ENGINE_ID ||
			type == GPUVF_A_ENGINE_TIME_SLICE_US ||
			type == GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US);
	if (nest != GPUVF_A_PF_VF)
		return false;
	if (op->cmd != GPUVF_CMD_CONFIG_SET)
		return type == GPUVF_A_VF_INDEX;
	switch (type) {
	case GPUVF_A_VF_INDEX:
	case GPUVF_A_VF_FB_QUOTA:
	case GPUVF_A_VF_FB_OFFSET:
	case GPUVF_A_VF_ENGINE:
	case GPUVF_A_VF_PROFILE:
		return true;
	default:
		return false;
	}
}

/**
 * spec_needs() - must a request, not of a dump, have this?
 * @op: operation
 * @nest: type of the nest, 0: not in a nest
 * @type: type of the attribute
 */
bool spec_needs(const struct spec_op *op, unsigned int nest, unsigned int type)
{
	if (nest)
		return (nest == GPUVF_A_PF_VF && type == GPUVF_A_VF_INDEX) ||
		       (nest == NEST_VF_ENGINE && type == GPUVF_A_ENGINE_ID);
	return type == GPUVF_A_PF_BDF ||
	       (type == GPUVF_A_PF_VF && op->cmd != GPUVF_CMD_CONFIG_SET);
}

static bool complain(const char *what, const struct spec_set *set,
		     unsigned int type)
{
	printf("# against the spec: %s: attribute %u of %s (%s)\n", what, type,
	       set->name, type <= set->last && set->attr[type].name ?
			  set->attr[type].name : "there is none");
	return false;
}

static bool value_is_good(const struct spec_attr *spec,
			  const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const char *text = mnl_attr_get_payload(attr);
	bool nested = attr->nla_type & NLA_F_NESTED;
	bool is_nest = spec->type == SPEC_NEST;

	if (nested != is_nest)
		return false;
	switch (spec->type) {
	case SPEC_U32:
		return len == 4 &&
		       (!spec->max || mnl_attr_get_u32(attr) <= spec->max);
	case SPEC_S32:
		return len == 4;
	case SPEC_U64:
		return len == 8;
	case SPEC_STRING:
		return len && strnlen(text, len) == len - 1 &&
		       (!spec->max_len || len - 1 <= spec->max_len);
	case SPEC_FLAG:
	case SPEC_PAD:
		return !len;
	default:
		return is_nest;
	}
}

static bool attr_is_good(const struct spec_set *set, const struct nlattr *attr,
			 uint64_t *seen);

static bool nest_is_good(const struct spec_set *set, const struct nlattr *nest)
{
	const struct nlattr *attr;
	uint64_t seen = 0;

	mnl_attr_for_each_nested(attr, nest)
		if (!attr_is_good(set, attr, &seen))
			return false;
	return true;
}

static bool attr_is_good(const struct spec_set *set, const struct nlattr *attr,
			 uint64_t *seen)
{
	unsigned int type = mnl_attr_get_type(attr);
	const struct spec_attr *spec = &set->attr[type];

	if (type > set->last || !spec->name)
		return complain("unknown", set, type);
	if (!value_is_good(spec, attr))
		return complain("not such a value", set, type);
	if (spec->type != SPEC_PAD && !spec->multi && *seen & 1ULL << type)
		return complain("twice", set, type);
	*seen |= 1ULL << type;
	return spec->type != SPEC_NEST || nest_is_good(spec->nested, attr);
}

/**
 * spec_allows() - does a message from the kernel hold to the spec?
 * @nlh: reply, message of a dump, or notification
 *
 * Says what is wrong with it.
 */
bool spec_allows(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct spec_op *op = spec_op(genl->cmd);
	const struct spec_message *may;
	const struct nlattr *attr;
	uint64_t seen = 0;

	if (!op) {
		printf("# against the spec: message %u\n", genl->cmd);
		return false;
	}
	may = nlh->nlmsg_flags & NLM_F_MULTI ? &op->dump_reply :
	      op->group ? &op->event : &op->do_reply;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		unsigned int type = mnl_attr_get_type(attr);

		if (!attr_is_good(op->set, attr, &seen))
			return false;
		if (type != GPUVF_A_PF_PAD && !may->has[type])
			return complain(op->name, op->set, type);
	}
	return true;
}
