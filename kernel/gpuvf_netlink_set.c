// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests that change something. No logic: attributes become a struct
 * gpuvf_request, what came of it becomes attributes.
 */

#include <linux/slab.h>
#include <net/genetlink.h>

#include "gpuvf_clear.h"
#include "gpuvf_config.h"
#include "gpuvf_netlink.h"
#include "gpuvf_netlink_msg.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"
#include "gpuvf_vf.h"

static const struct nla_policy nl_vf_policy[GPUVF_A_VF_PROFILE + 1] = {
	[GPUVF_A_VF_INDEX] = { .type = NLA_U32 },
	[GPUVF_A_VF_FB_QUOTA] = { .type = NLA_U64 },
	[GPUVF_A_VF_TIME_SLICE_US] = { .type = NLA_U32 },
	[GPUVF_A_VF_PREEMPT_TIMEOUT_US] = { .type = NLA_U32 },
	[GPUVF_A_VF_PROFILE] = { .type = NLA_NUL_STRING,
				 .len = GPUVF_LABEL_SIZE - 1 },
};

const struct nla_policy gpuvf_nl_config_set_policy[GPUVF_A_PF_DRY_RUN + 1] = {
	[GPUVF_A_PF_BDF] = GPUVF_NL_BDF_POLICY,
	[GPUVF_A_PF_GENERATION] = { .type = NLA_U64 },
	[GPUVF_A_PF_POLICY] = { .type = NLA_U32 },
	[GPUVF_A_PF_FB_PF_RESERVE] = { .type = NLA_U64 },
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(nl_vf_policy),
	[GPUVF_A_PF_REPLACE] = { .type = NLA_FLAG },
	[GPUVF_A_PF_DRY_RUN] = { .type = NLA_FLAG },
};

/**
 * struct nl_change - a config-set on its way
 * @req: the request as the rest of the driver takes it
 * @result: what it led to
 * @why: why it was refused
 * @nest: the nest of each of @req's VFs
 * @reply: the answer; there before the change, which so cannot fail for want
 *	of it
 * @echo: the notification, for a requester that wants it itself, or NULL
 */
struct nl_change {
	struct gpuvf_request req;
	struct gpuvf_config result;
	struct gpuvf_refusal why;
	struct nlattr *nest[GPUVF_MAX_VFS];
	struct sk_buff *reply;
	struct sk_buff *echo;
};

static void nl_change_free(struct nl_change *change)
{
	if (!change)
		return;
	nlmsg_free(change->reply);
	nlmsg_free(change->echo);
	kfree(change);
}

static struct nl_change *nl_change_alloc(struct genl_info *info)
{
	bool echo = info->nlhdr->nlmsg_flags & NLM_F_ECHO;
	struct nl_change *change;

	change = kzalloc(sizeof(*change), GFP_KERNEL);
	if (!change)
		return NULL;
	change->why.vf = GPUVF_NO_VF;
	change->reply = genlmsg_new(GPUVF_NL_FULL_SIZE, GFP_KERNEL);
	if (echo)
		change->echo = genlmsg_new(GPUVF_NL_FULL_SIZE, GFP_KERNEL);
	if (change->reply && (change->echo || !echo))
		return change;
	nl_change_free(change);
	return NULL;
}

static int nl_parse_vf(struct genl_info *info, struct nlattr *nest,
		       struct nl_change *change)
{
	struct nlattr *attrs[GPUVF_A_VF_PROFILE + 1];
	struct gpuvf_request_vf *vf;
	int err;

	if (change->req.num_vfs == GPUVF_MAX_VFS) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "the request names more VFs than any GPU has");
		return -EINVAL;
	}
	err = gpuvf_nl_parse_nest(nest, attrs, GPUVF_A_VF_PROFILE, nl_vf_policy,
				  GPUVF_A_VF_INDEX, GPUVF_NL_NO_INDEX,
				  info->extack);
	if (err)
		return err;
	change->nest[change->req.num_vfs] = nest;
	vf = &change->req.vf[change->req.num_vfs++];
	vf->index = nla_get_u32(attrs[GPUVF_A_VF_INDEX]);
	if (attrs[GPUVF_A_VF_FB_QUOTA]) {
		vf->set |= GPUVF_SET_FB_QUOTA;
		vf->fb_quota_bytes = nla_get_u64(attrs[GPUVF_A_VF_FB_QUOTA]);
	}
	if (attrs[GPUVF_A_VF_TIME_SLICE_US]) {
		vf->set |= GPUVF_SET_TIME_SLICE;
		vf->time_slice_us =
			nla_get_u32(attrs[GPUVF_A_VF_TIME_SLICE_US]);
	}
	if (attrs[GPUVF_A_VF_PREEMPT_TIMEOUT_US]) {
		vf->set |= GPUVF_SET_PREEMPT_TIMEOUT;
		vf->preempt_timeout_us =
			nla_get_u32(attrs[GPUVF_A_VF_PREEMPT_TIMEOUT_US]);
	}
	if (attrs[GPUVF_A_VF_PROFILE]) {
		vf->set |= GPUVF_SET_PROFILE;
		nla_strscpy(vf->profile, attrs[GPUVF_A_VF_PROFILE],
			    sizeof(vf->profile));
	}
	return 0;
}

static int nl_parse_change(struct genl_info *info, struct nl_change *change)
{
	struct gpuvf_request *req = &change->req;
	struct nlattr *attr;
	int err, rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != GPUVF_A_PF_VF)
			continue;
		err = nl_parse_vf(info, attr, change);
		if (err)
			return err;
	}
	if (info->attrs[GPUVF_A_PF_GENERATION]) {
		req->set |= GPUVF_SET_GENERATION;
		req->generation = nla_get_u64(info->attrs[GPUVF_A_PF_GENERATION]);
	}
	if (info->attrs[GPUVF_A_PF_POLICY]) {
		req->set |= GPUVF_SET_POLICY;
		req->policy = nla_get_u32(info->attrs[GPUVF_A_PF_POLICY]);
	}
	if (info->attrs[GPUVF_A_PF_FB_PF_RESERVE]) {
		req->set |= GPUVF_SET_PF_RESERVE;
		req->pf_reserve_bytes =
			nla_get_u64(info->attrs[GPUVF_A_PF_FB_PF_RESERVE]);
	}
	req->replace = info->attrs[GPUVF_A_PF_REPLACE];
	req->dry_run = info->attrs[GPUVF_A_PF_DRY_RUN];
	return 0;
}

/* the attribute that a refusal is about, as far as there is one */
static const struct nlattr *nl_culprit(struct genl_info *info,
				       const struct nl_change *change)
{
	const struct gpuvf_refusal *why = &change->why;
	struct nlattr *attr = NULL;
	unsigned int i;

	if (why->vf == GPUVF_NO_VF && why->reason != GPUVF_REASON_NO_SUCH_VF)
		return why->attr && why->attr <= GPUVF_A_PF_DRY_RUN ?
		       info->attrs[why->attr] : NULL;
	for (i = 0; i < change->req.num_vfs; i++) {
		u32 index = why->reason == GPUVF_REASON_NO_SUCH_VF ?
			    why->asked : why->vf;

		if (change->req.vf[i].index == index)
			attr = nla_find_nested(change->nest[i], why->attr) ?:
			       change->nest[i];
	}
	return attr;
}

static int nl_change_locked(struct gpuvf_pf *pf, struct genl_info *info,
			    struct nl_change *change)
{
	const u64 generation = pf->generation;
	void *hdr;
	int err;

	err = gpuvf_config_apply_locked(pf, &change->req, &change->result,
					&change->why);
	if (err) {
		if (!change->req.dry_run)
			gpuvf_refusal_log(pf, &change->why);
		return err;
	}
	hdr = genlmsg_put_reply(change->reply, info, &gpuvf_nl_family, 0,
				GPUVF_CMD_CONFIG_SET);
	/* cannot be: there is room for everything */
	if (WARN_ON_ONCE(!hdr ||
			 gpuvf_nl_put_everything(change->reply, pf,
						 &change->result) ||
			 (change->req.dry_run &&
			  nla_put_flag(change->reply, GPUVF_A_PF_DRY_RUN))))
		return -EMSGSIZE;
	genlmsg_end(change->reply, hdr);

	if (!change->echo || pf->generation == generation)
		return 0;
	hdr = genlmsg_put_reply(change->echo, info, &gpuvf_nl_family, 0,
				GPUVF_CMD_CONFIG_CHANGE);
	if (WARN_ON_ONCE(!hdr || gpuvf_nl_put_everything(change->echo, pf,
							 &pf->config)))
		return -EMSGSIZE;
	genlmsg_end(change->echo, hdr);
	return 0;
}

/* a message that has nothing in it was not needed */
static int nl_change_send(struct genl_info *info, struct sk_buff **skb)
{
	int err = 0;

	if (*skb && (*skb)->len) {
		err = genlmsg_reply(*skb, info);
		*skb = NULL;
	}
	return err;
}

/**
 * gpuvf_nl_config_set_doit() - handler of config-set
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_config_set_doit(struct sk_buff *request, struct genl_info *info)
{
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
	change = nl_change_alloc(info);
	if (!change)
		goto out;
	err = nl_parse_change(info, change);
	if (err)
		goto out;

	mutex_lock(&pf->lock);
	err = nl_change_locked(pf, info, change);
	mutex_unlock(&pf->lock);
	if (!err) {
		nl_change_send(info, &change->echo);
		err = nl_change_send(info, &change->reply);
	} else if (change->why.reason) {
		err = gpuvf_nl_refuse(info, gpuvf_pf_name(pf), &change->why,
				      nl_culprit(info, change));
	}
out:
	nl_change_free(change);
	gpuvf_pf_put(pf);
	return err;
}

static int nl_refuse_op(struct genl_info *info, struct gpuvf_pf *pf,
			const struct gpuvf_refusal *why, int attr)
{
	mutex_lock(&pf->lock);
	gpuvf_refusal_log(pf, why);
	mutex_unlock(&pf->lock);
	return gpuvf_nl_refuse(info, gpuvf_pf_name(pf), why, info->attrs[attr]);
}

static int nl_vf_op(struct sk_buff *request, struct genl_info *info,
		    int (*op)(struct gpuvf_vf *vf, struct gpuvf_refusal *why))
{
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	struct sk_buff *skb;
	struct gpuvf_pf *pf;
	unsigned int vf;
	int err;

	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	err = gpuvf_nl_permit(request, info, pf);
	if (!err)
		err = gpuvf_nl_get_vf(info, pf, &vf);
	if (err)
		goto out;
	/* before the operation, which so cannot fail for want of an answer */
	err = -ENOMEM;
	skb = genlmsg_new(2 * GPUVF_NL_VF_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	if (op(&pf->vf[vf], &why)) {
		nlmsg_free(skb);
		err = nl_refuse_op(info, pf, &why, GPUVF_A_PF_VF);
	} else {
		err = gpuvf_nl_answer(skb, info, pf, vf, gpuvf_nl_put_one_vf);
	}
out:
	gpuvf_pf_put(pf);
	return err;
}

/**
 * gpuvf_nl_vf_reset_doit() - handler of vf-reset
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_vf_reset_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_vf_op(request, info, gpuvf_vf_reset);
}

/**
 * gpuvf_nl_vf_stop_doit() - handler of vf-stop
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_vf_stop_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_vf_op(request, info, gpuvf_vf_stop);
}

/**
 * gpuvf_nl_vf_pause_doit() - handler of vf-pause
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_vf_pause_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_vf_op(request, info, gpuvf_vf_pause);
}

/**
 * gpuvf_nl_vf_resume_doit() - handler of vf-resume
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_vf_resume_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_vf_op(request, info, gpuvf_vf_resume);
}

/* an operation on the whole GPU; @room is for the answer */
static int nl_pf_op(struct sk_buff *request, struct genl_info *info,
		    size_t room,
		    int (*op)(struct gpuvf_pf *pf, struct gpuvf_refusal *why),
		    gpuvf_nl_put_fn put)
{
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	struct sk_buff *skb;
	struct gpuvf_pf *pf;
	int err;

	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	err = gpuvf_nl_permit(request, info, pf);
	if (err)
		goto out;
	/* before the operation, which so cannot fail for want of an answer */
	err = -ENOMEM;
	skb = genlmsg_new(room, GFP_KERNEL);
	if (!skb)
		goto out;
	if (op(pf, &why)) {
		nlmsg_free(skb);
		err = nl_refuse_op(info, pf, &why, GPUVF_A_PF_BDF);
	} else {
		err = gpuvf_nl_answer(skb, info, pf, 0, put);
	}
out:
	gpuvf_pf_put(pf);
	return err;
}

static int nl_put_now(struct sk_buff *skb, struct gpuvf_pf *pf, unsigned int vf)
{
	return gpuvf_nl_put_everything(skb, pf, &pf->config);
}

/**
 * gpuvf_nl_pf_reset_doit() - handler of pf-reset
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_pf_reset_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_pf_op(request, info, GPUVF_NL_FULL_SIZE, gpuvf_pf_reset,
			nl_put_now);
}

static int nl_fb_retry(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	int err;

	mutex_lock(&pf->lock);
	err = gpuvf_clear_retry_locked(pf, why);
	mutex_unlock(&pf->lock);
	return err;
}

static int nl_put_unclean(struct sk_buff *skb, struct gpuvf_pf *pf,
			  unsigned int vf)
{
	if (gpuvf_nl_put_identity(skb, pf) ||
	    nla_put_u64_64bit(skb, GPUVF_A_PF_FB_DIRTY,
			      gpuvf_clear_dirty_bytes_locked(pf),
			      GPUVF_A_PF_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_PF_FB_WITHHELD,
			      gpuvf_clear_withheld_bytes_locked(pf),
			      GPUVF_A_PF_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * gpuvf_nl_fb_retry_doit() - handler of fb-retry
 * @request: request
 * @info: the same, parsed
 *
 * Return: 0, or the errno of the refusal.
 */
int gpuvf_nl_fb_retry_doit(struct sk_buff *request, struct genl_info *info)
{
	return nl_pf_op(request, info, GPUVF_NL_PF_SIZE, nl_fb_retry,
			nl_put_unclean);
}
