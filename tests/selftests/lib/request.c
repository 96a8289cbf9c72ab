// SPDX-License-Identifier: GPL-2.0
/*
 * Requests made from the spec: good ones, such with one thing wrong, and random
 * ones.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

/**
 * struct making - a request being made
 * @req: the request
 * @gpu: the GPU that it names
 * @op: its operation
 * @dump: is it for a dump?
 * @mistake: what is wrong with it
 */
struct making {
	struct nl_request *req;
	const struct gpu *gpu;
	const struct spec_op *op;
	bool dump;
	struct mistake mistake;
};

static void put_nest(const struct making *m, unsigned int nest, unsigned int type);

/* a value that does no harm */
static void put_right(const struct making *m, unsigned int nest,
		      unsigned int type, const struct spec_attr *spec)
{
	struct nlmsghdr *nlh = m->req->header;
	uint32_t u32 = 0;

	/* what a slice may be */
	if (nest == NEST_VF_ENGINE && type != GPUVF_A_ENGINE_ID)
		u32 = 5000;
	switch (spec->type) {
	case SPEC_U32:
	case SPEC_S32:
		mnl_attr_put_u32(nlh, type, u32);
		break;
	case SPEC_U64:
		mnl_attr_put_u64(nlh, type, UNIT);
		break;
	case SPEC_STRING:
		mnl_attr_put_strz(nlh, type, nest ? "label" : m->gpu->bdf);
		break;
	case SPEC_NEST:
		put_nest(m, nest, type);
		break;
	default:
		mnl_attr_put(nlh, type, 0, NULL);
	}
}

static void put_wrong(const struct making *m, unsigned int nest,
		      unsigned int type, const struct spec_attr *spec)
{
	struct nlmsghdr *nlh = m->req->header;
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
	char text[256];

	memset(text, 'x', sizeof(text));
	switch (m->mistake.how) {
	case WRONG_SIZE:
		memset(text, 0, sizeof(text));
		mnl_attr_put(nlh, type, m->mistake.size, text);
		break;
	case WRONG_NO_ZERO:
		mnl_attr_put(nlh, type, 8, text);
		break;
	case WRONG_TOO_LONG:
		text[spec->max_len + 1] = '\0';
		mnl_attr_put_strz(nlh, type, text);
		break;
	case WRONG_VALUE:
		mnl_attr_put_u32(nlh, type, spec->max + 1);
		break;
	case WRONG_NEST_FLAG:
		put_right(m, nest, type, spec);
		attr->nla_type ^= NLA_F_NESTED;
		break;
	case WRONG_TWICE:
		put_right(m, nest, type, spec);
		put_right(m, nest, type, spec);
		break;
	case WRONG_INSIDE:
		put_right(m, nest, type, spec);
		/* the first attribute in it says that it goes on beyond */
		attr[1].nla_len = 200;
		break;
	default:
		break;
	}
}

static bool is_mistake(const struct making *m, unsigned int nest,
		       unsigned int type)
{
	return m->mistake.how && m->mistake.nest == nest &&
	       m->mistake.type == type;
}

/* put what is needed, and what is wrong */
static void put_attr(const struct making *m, unsigned int nest,
		     unsigned int type, const struct spec_set *set, bool needed)
{
	static const struct spec_attr unknown = { .type = SPEC_U32 };
	const struct spec_attr *spec = type <= set->last &&
				       set->attr[type].name ?
				       &set->attr[type] : &unknown;

	if (is_mistake(m, nest, type) && m->mistake.how != WRONG_NOTHING)
		put_wrong(m, nest, type, spec);
	else if (needed)
		put_right(m, nest, type, spec);
}

static void put_nest(const struct making *m, unsigned int in, unsigned int type)
{
	unsigned int id = in ? NEST_VF_ENGINE : type;
	const struct spec_set *set = spec_nest_set(m->op, id);
	struct nlattr *nest = mnl_attr_nest_start(m->req->header, type);
	unsigned int i;

	for (i = 1; i <= set->last + 1; i++)
		put_attr(m, id, i, set, spec_needs(m->op, id, i) ||
			 (!in && m->mistake.nest == NEST_VF_ENGINE &&
			  i == GPUVF_A_VF_ENGINE));
	mnl_attr_nest_end(m->req->header, nest);
}

/**
 * request_make() - make a request
 * @nl: connection
 * @req: where it goes, with NLM_F_ACK or NLM_F_DUMP
 * @gpu: the GPU that it is about
 * @op: operation
 * @dump: for a dump?
 * @mistake: what is to be wrong with it
 *
 * It has what it must have, and what is wrong; a config-set is a dry run.
 */
void request_make(struct nl *nl, struct nl_request *req,
		  const struct gpu *gpu, const struct spec_op *op, bool dump,
		  struct mistake mistake)
{
	const struct making m = { req, gpu, op, dump, mistake };
	const struct spec_message *may = dump ? &op->dump_request :
						&op->do_request;
	unsigned int i;

	nl_begin(nl, req, op->cmd, dump ? NLM_F_DUMP : NLM_F_ACK);
	for (i = 1; i <= op->set->last + 1; i++) {
		bool needed = i <= op->set->last && may->has[i] && !dump &&
			      spec_needs(op, 0, i);

		/* a nest that something is wrong in has to be there */
		if (mistake.nest == i ||
		    (mistake.nest == NEST_VF_ENGINE && i == GPUVF_A_PF_VF) ||
		    (i == GPUVF_A_PF_DRY_RUN && op->cmd == GPUVF_CMD_CONFIG_SET))
			needed = true;
		put_attr(&m, 0, i, op->set, needed);
	}
}

unsigned int roll(unsigned int *seed, unsigned int sides)
{
	return rand_r(seed) % sides;
}

/**
 * request_value() - a number that may be at the edge of something
 * @seed: state of the dice
 */
uint64_t request_value(unsigned int *seed)
{
	switch (roll(seed, 6)) {
	case 0:
		return roll(seed, 4);
	case 1:
		return 1ULL << roll(seed, 64);
	case 2:
		return ~0ULL >> roll(seed, 64);
	case 3:
		return UNIT * roll(seed, 1100);
	case 4:
		return roll(seed, 600000);
	default:
		return (uint64_t)rand_r(seed) << 32 | rand_r(seed);
	}
}

static void put_random(struct nl_request *req, const struct gpu *gpu,
		       const struct spec_attr *spec, unsigned int type,
		       unsigned int *seed, unsigned int depth)
{
	struct nlmsghdr *nlh = req->header;
	uint64_t value[8];
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < 8; i++)
		value[i] = request_value(seed);
	/* another attribute's kind of value, now and then */
	if (!roll(seed, 12)) {
		mnl_attr_put(nlh, type, roll(seed, sizeof(value)), value);
		return;
	}
	switch (spec->type) {
	case SPEC_U32:
	case SPEC_S32:
		mnl_attr_put_u32(nlh, type, roll(seed, 3) ? roll(seed, 40) :
							    value[0]);
		break;
	case SPEC_U64:
		mnl_attr_put_u64(nlh, type, value[0]);
		break;
	case SPEC_STRING:
		if (roll(seed, 10))
			mnl_attr_put_strz(nlh, type, roll(seed, 10) ?
					  gpu->bdf : "a.label-0");
		else
			mnl_attr_put(nlh, type, roll(seed, 40), value);
		break;
	case SPEC_NEST:
		nest = mnl_attr_nest_start(nlh, type);
		for (i = 1; i <= spec->nested->last + 1; i++)
			if (depth < 3 && !roll(seed, i <= 2 ? 2 : 6))
				put_random(req, gpu, i <= spec->nested->last ?
					   &spec->nested->attr[i] : spec, i,
					   seed, depth + 1);
		mnl_attr_nest_end(nlh, nest);
		break;
	default:
		mnl_attr_put(nlh, type, 0, NULL);
	}
}

/**
 * request_scramble() - some bytes behind the headers become others
 * @req: the request, which may become shorter
 * @seed: state of the dice
 */
void request_scramble(struct nl_request *req, unsigned int *seed)
{
	unsigned int from = MNL_NLMSG_HDRLEN + 4;
	unsigned int len = req->header->nlmsg_len - from;
	unsigned int i;

	for (i = roll(seed, 4); len && i; i--)
		req->buf[from + roll(seed, len)] = rand_r(seed);
	if (!roll(seed, 8))
		req->header->nlmsg_len -= roll(seed, len + 1);
}

/**
 * request_random() - make a request of whatever comes
 * @nl: connection
 * @req: where it goes
 * @gpu: a GPU that it may be about
 * @seed: state of the dice
 *
 * Any operation, any attributes, more of them right than wrong. A pf-reset is
 * always wrong, since one that is right takes long; most config-sets are dry.
 */
void request_random(struct nl *nl, struct nl_request *req,
		    const struct gpu *gpu, unsigned int *seed)
{
	const struct spec_op *op = &spec_ops[roll(seed, spec_num_ops)];
	bool dump = !roll(seed, 6);
	const struct spec_message *may = dump ? &op->dump_request :
						&op->do_request;
	unsigned int i, more;

	nl_begin(nl, req, roll(seed, 50) ? op->cmd : rand_r(seed),
		 dump ? NLM_F_DUMP : roll(seed, 2) ? NLM_F_ACK : NLM_F_ECHO);
	for (i = 1; i <= op->set->last; i++) {
		const struct spec_attr *spec = &op->set->attr[i];

		more = may->has[i] ? !!roll(seed, 4) : !roll(seed, 40);
		if (spec->multi && more && !roll(seed, 3))
			more = roll(seed, 40);
		for (; more; more--)
			put_random(req, gpu, spec, i, seed, 0);
	}
	if (op->cmd == GPUVF_CMD_CONFIG_SET && roll(seed, 20))
		mnl_attr_put(req->header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	if (!roll(seed, 4))
		request_scramble(req, seed);
	if (req->buf[MNL_NLMSG_HDRLEN] == GPUVF_CMD_PF_RESET)
		mnl_attr_put_u32(req->header, GPUVF_A_PF_NUM_VFS, 1);
}
