// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests that change something. No logic: attributes become a struct
 * gpuvf_request, what came of it becomes attributes.
 */

#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "api/api.h"
#include "api/netlink_msg.h"
#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/fb.h"

/**
 * struct nl_change - a request on its way
 * @req: the request as the rest of the driver takes it
 * @info: the request as it came
 * @put: what the answer says when it was carried out
 * @nest: the nest of each of @req's VFs
 * @reply: the answer; there before the change, which so cannot fail for want
 *	of it
 * @echo: the notification, for a requester of config-set that wants it itself,
 *	or NULL
 */
struct nl_change {
	struct gpuvf_request req;
	struct genl_info *info;
	int (*put)(struct sk_buff *skb, struct gpuvf_pf *pf,
		   const struct gpuvf_request *req);
	struct nlattr *nest[GPUVF_MAX_VFS];
	struct sk_buff *reply;
	struct sk_buff *echo;
};

/**
 * struct nl_op - one kind of request
 * @op: the same for the rest of the driver
 * @parse: makes its attributes members of a struct nl_change, but for the GPU
 * @put: what the answer says; pf->lock is held. 0, -EMSGSIZE
 * @room: for the answer
 */
struct nl_op {
	enum gpuvf_op op;
	int (*parse)(struct nl_change *change);
	int (*put)(struct sk_buff *skb, struct gpuvf_pf *pf,
		   const struct gpuvf_request *req);
	size_t room;
};

/* take a setting over, if the request has it */
static void nl_take_u32(const struct nlattr *attr, u32 *set, u32 flag, u32 *value)
{
	if (!attr)
		return;
	*set |= flag;
	*value = nla_get_u32(attr);
}

static void nl_take_u64(const struct nlattr *attr, u32 *set, u32 flag, u64 *value)
{
	if (!attr)
		return;
	*set |= flag;
	*value = nla_get_u64(attr);
}

/* a VF's times on an engine */
static int nl_parse_engine(struct nl_change *change, const struct nlattr *nest,
			   struct gpuvf_request_vf *vf)
{
	const struct nlattr *attr;
	int err, rem;

	err = gpuvf_nl_check_nest(nest, GPUVF_A_ENGINE_ID,
				  "the engine has no id", change->info->extack);
	if (err)
		return err;
	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case GPUVF_A_ENGINE_ID:
			vf->engine = nla_get_u32(attr);
			break;
		case GPUVF_A_ENGINE_TIME_SLICE_US:
			nl_take_u32(attr, &vf->set, GPUVF_SET_TIME_SLICE,
				    &vf->time_slice_us);
			break;
		case GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US:
			nl_take_u32(attr, &vf->set, GPUVF_SET_PREEMPT_TIMEOUT,
				    &vf->preempt_timeout_us);
			break;
		}
	}
	return 0;
}

/* one attribute of a VF's nest of config-set */
static int nl_parse_vf_attr(struct nl_change *change, const struct nlattr *attr,
			    struct gpuvf_request_vf *vf)
{
	switch (nla_type(attr)) {
	case GPUVF_A_VF_INDEX:
		vf->index = nla_get_u32(attr);
		break;
	case GPUVF_A_VF_FB_QUOTA:
		nl_take_u64(attr, &vf->set, GPUVF_SET_FB_QUOTA,
			    &vf->fb_quota_bytes);
		break;
	case GPUVF_A_VF_FB_OFFSET:
		nl_take_u64(attr, &vf->set, GPUVF_SET_FB_OFFSET,
			    &vf->fb_offset_bytes);
		break;
	case GPUVF_A_VF_ENGINE:
		return nl_parse_engine(change, attr, vf);
	case GPUVF_A_VF_PROFILE:
		vf->set |= GPUVF_SET_PROFILE;
		nla_strscpy(vf->profile, attr, sizeof(vf->profile));
		break;
	}
	return 0;
}

static int nl_parse_vf(struct nl_change *change, struct nlattr *nest)
{
	struct genl_info *info = change->info;
	struct gpuvf_request_vf *vf;
	const struct nlattr *attr;
	int err, rem;

	if (change->req.num_vfs == GPUVF_MAX_VFS) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "the request names more VFs than any GPU has");
		return -EINVAL;
	}
	err = gpuvf_nl_check_nest(nest, GPUVF_A_VF_INDEX, GPUVF_NL_NO_INDEX,
				  info->extack);
	if (err)
		return err;
	change->nest[change->req.num_vfs] = nest;
	vf = &change->req.vf[change->req.num_vfs++];
	nla_for_each_nested(attr, nest, rem) {
		err = nl_parse_vf_attr(change, attr, vf);
		if (err)
			return err;
	}
	return 0;
}

static int nl_parse_config(struct nl_change *change)
{
	struct genl_info *info = change->info;
	struct gpuvf_request *req = &change->req;
	struct nlattr *attr;
	int err, rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != GPUVF_A_PF_VF)
			continue;
		err = nl_parse_vf(change, attr);
		if (err)
			return err;
	}
	nl_take_u64(info->attrs[GPUVF_A_PF_REVISION], &req->set,
		    GPUVF_SET_REVISION, &req->revision);
	nl_take_u32(info->attrs[GPUVF_A_PF_POLICY], &req->set,
		    GPUVF_SET_POLICY, &req->policy);
	nl_take_u64(info->attrs[GPUVF_A_PF_FB_PF_RESERVE], &req->set,
		    GPUVF_SET_PF_RESERVE, &req->pf_reserve_bytes);
	req->replace = info->attrs[GPUVF_A_PF_REPLACE];
	req->dry_run = info->attrs[GPUVF_A_PF_DRY_RUN];
	return 0;
}

/* an operation on one VF: its index, and nothing else */
static int nl_parse_index(struct nl_change *change)
{
	struct gpuvf_request *req = &change->req;

	change->nest[0] = change->info->attrs[GPUVF_A_PF_VF];
	req->num_vfs = 1;
	return gpuvf_nl_get_index(change->info, &req->vf[0].index);
}

static int nl_parse_nothing(struct nl_change *change)
{
	return 0;
}

static int nl_put_result(struct sk_buff *skb, struct gpuvf_pf *pf,
			 const struct gpuvf_request *req)
{
	if (gpuvf_nl_put_all(skb, pf, &req->result, 0) ||
	    (req->dry_run && nla_put_flag(skb, GPUVF_A_PF_DRY_RUN)))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_now(struct sk_buff *skb, struct gpuvf_pf *pf,
		      const struct gpuvf_request *req)
{
	return gpuvf_nl_put_all(skb, pf, &pf->config, 0);
}

static int nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_request *req)
{
	return gpuvf_nl_put_vf(skb, pf, &pf->config, req->vf[0].index);
}

static int nl_put_unclean(struct sk_buff *skb, struct gpuvf_pf *pf,
			  const struct gpuvf_request *req)
{
	if (gpuvf_nl_put_identity(skb, pf) ||
	    nla_put_u64_64bit(skb, GPUVF_A_PF_FB_NEEDS_SCRUB,
			      gpuvf_scrub_bytes_locked(pf, pf->scrub.needs_scrub),
			      GPUVF_A_PF_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_PF_FB_QUARANTINED,
			      gpuvf_scrub_bytes_locked(pf, pf->scrub.quarantined),
			      GPUVF_A_PF_PAD))
		return -EMSGSIZE;
	return 0;
}

/* see GPUVF_NL_FULL_SIZE */
static_assert(NLMSG_HDRLEN + GENL_HDRLEN + GPUVF_NL_FULL_SIZE <= SKB_WITH_OVERHEAD(SZ_8K));

#define NL_OP_VF(name)	\
	{ name, nl_parse_index, nl_put_vf, 2 * GPUVF_NL_VF_SIZE }

static const struct nl_op nl_ops[] = {
	[GPUVF_CMD_CONFIG_SET] = { GPUVF_OP_CONFIGURE, nl_parse_config,
				   nl_put_result, GPUVF_NL_FULL_SIZE },
	[GPUVF_CMD_VF_RESET] = NL_OP_VF(GPUVF_OP_VF_RESET),
	[GPUVF_CMD_VF_STOP] = NL_OP_VF(GPUVF_OP_VF_STOP),
	[GPUVF_CMD_VF_PAUSE] = NL_OP_VF(GPUVF_OP_VF_PAUSE),
	[GPUVF_CMD_VF_RESUME] = NL_OP_VF(GPUVF_OP_VF_RESUME),
	[GPUVF_CMD_PF_RESET] = { GPUVF_OP_PF_RESET, nl_parse_nothing,
				 nl_put_now, GPUVF_NL_LIVE_SIZE },
	[GPUVF_CMD_FB_SCRUB] = { GPUVF_OP_FB_SCRUB, nl_parse_nothing,
				 nl_put_unclean, GPUVF_NL_SHORT_SIZE },
};

/* the attribute that an error is about, as far as there is one */
static const struct nlattr *nl_offender(const struct nl_change *change)
{
	const struct gpuvf_error *error = &change->req.error;
	struct nlattr *attr = NULL;
	unsigned int i;

	if (error->vf == GPUVF_NO_VF && error->reason != GPUVF_REASON_NO_SUCH_VF)
		return error->attr && error->attr <= GPUVF_A_PF_DRY_RUN ?
		       change->info->attrs[error->attr] : NULL;
	for (i = 0; i < change->req.num_vfs; i++) {
		u32 index = error->reason == GPUVF_REASON_NO_SUCH_VF ?
			    error->value : error->vf;

		if (change->req.vf[i].index == index)
			attr = nla_find_nested(change->nest[i], error->attr) ?:
			       change->nest[i];
	}
	if (attr && error->attr == GPUVF_A_VF_ENGINE && error->engine_attr)
		attr = nla_find_nested(attr, error->engine_attr) ?: attr;
	return attr;
}

/* the request was carried out: say what is true now, under pf->lock */
static int nl_change_done(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	struct nl_change *change = container_of(req, struct nl_change, req);
	struct genl_info *info = change->info;
	void *hdr;

	hdr = genlmsg_put_reply(change->reply, info, &gpuvf_nl_family, 0,
				info->genlhdr->cmd);
	/* cannot be: there is room for everything */
	if (WARN_ON_ONCE(!hdr || change->put(change->reply, pf, req)))
		return -EMSGSIZE;
	genlmsg_end(change->reply, hdr);

	if (!change->echo || !req->changed || req->dry_run)
		return 0;
	hdr = genlmsg_put_reply(change->echo, info, &gpuvf_nl_family, 0,
				GPUVF_CMD_CONFIG_CHANGE);
	if (WARN_ON_ONCE(!hdr || gpuvf_nl_put_all(change->echo, pf, NULL, 0)))
		return -EMSGSIZE;
	genlmsg_end(change->echo, hdr);
	return 0;
}

static void nl_change_free(struct nl_change *change)
{
	if (!change)
		return;
	nlmsg_free(change->reply);
	nlmsg_free(change->echo);
	kfree(change);
}

static struct nl_change *nl_change_alloc(struct genl_info *info,
					 const struct nl_op *op)
{
	bool echo = op->op == GPUVF_OP_CONFIGURE &&
		    (info->nlhdr->nlmsg_flags & NLM_F_ECHO);
	struct nl_change *change;

	change = kzalloc(sizeof(*change), GFP_KERNEL);
	if (!change)
		return NULL;
	gpuvf_request_init(&change->req, op->op);
	change->req.done = nl_change_done;
	change->info = info;
	change->put = op->put;
	change->reply = genlmsg_new(op->room, GFP_KERNEL);
	if (echo)
		change->echo = genlmsg_new(op->room, GFP_KERNEL);
	if (change->reply && (change->echo || !echo))
		return change;
	nl_change_free(change);
	return NULL;
}

/* a message that has nothing in it was not needed */
static int nl_change_send(struct nl_change *change, struct sk_buff **skb)
{
	int err = 0;

	if (*skb && (*skb)->len) {
		err = genlmsg_reply(*skb, change->info);
		*skb = NULL;
	}
	return err;
}

/**
 * gpuvf_nl_change_doit() - handler of every request that changes something
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the reason.
 */
int gpuvf_nl_change_doit(struct sk_buff *request, struct genl_info *info)
{
	const struct nl_op *op = &nl_ops[info->genlhdr->cmd];
	struct nl_change *change = NULL;
	struct gpuvf_pf *pf;
	int err;

	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	err = gpuvf_nl_permit(request, info, pf);
	if (err)
		goto out;
	err = -ENOMEM;
	change = nl_change_alloc(info, op);
	if (!change)
		goto out;
	err = op->parse(change);
	if (!err)
		err = gpuvf_request_do(pf, &change->req);
	if (!err) {
		nl_change_send(change, &change->echo);
		err = nl_change_send(change, &change->reply);
	} else if (change->req.error.reason) {
		err = gpuvf_nl_error(info, gpuvf_pf_name(pf),
				     &change->req.error, nl_offender(change));
	}
out:
	nl_change_free(change);
	gpuvf_pf_put(pf);
	return err;
}
