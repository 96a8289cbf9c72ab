// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "gpuvf", as Documentation/netlink/specs/gpuvf.yaml
 * describes it. No logic: attributes become a struct gpuvf_request, answers
 * become attributes.
 *
 * A refusal is told three times over: as errno; as a constant sentence in the
 * extended ack, with the attribute it is about; and, in a message sent before
 * the error, as a nest with figures and the full sentence, since an extended
 * ack of 6.1 cannot carry any.
 */

#include <linux/capability.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "gpuvf_clear.h"
#include "gpuvf_compat.h"
#include "gpuvf_config.h"
#include "gpuvf_event.h"
#include "gpuvf_hw.h"
#include "gpuvf_netlink.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"
#include "gpuvf_vf.h"

/* room for a PF and all its VFs with every attribute */
#define NL_PF_SIZE	512
#define NL_VF_SIZE	256
#define NL_FULL_SIZE	(NL_PF_SIZE + GPUVF_MAX_VFS * NL_VF_SIZE)

static struct genl_family nl_family;

static const struct nla_policy nl_vf_policy[GPUVF_A_VF_MAX + 1] = {
	[GPUVF_A_VF_INDEX] = { .type = NLA_U32 },
	[GPUVF_A_VF_FB_QUOTA] = { .type = NLA_U64 },
	[GPUVF_A_VF_TIME_SLICE_US] = { .type = NLA_U32 },
	[GPUVF_A_VF_PREEMPT_TIMEOUT_US] = { .type = NLA_U32 },
	[GPUVF_A_VF_PROFILE] = { .type = NLA_NUL_STRING,
				 .len = GPUVF_LABEL_SIZE - 1 },
};

#define NL_BDF { .type = NLA_NUL_STRING, .len = 15 }

static const struct nla_policy nl_pf_get_policy[GPUVF_A_PF_BDF + 1] = {
	[GPUVF_A_PF_BDF] = NL_BDF,
};

/* only the index counts: which VF */
static const struct nla_policy nl_vf_index_policy[GPUVF_A_VF_INDEX + 1] = {
	[GPUVF_A_VF_INDEX] = { .type = NLA_U32 },
};

static const struct nla_policy nl_vf_get_policy[GPUVF_A_PF_VF + 1] = {
	[GPUVF_A_PF_BDF] = NL_BDF,
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(nl_vf_index_policy),
};

static const struct nla_policy nl_config_set_policy[GPUVF_A_PF_DRY_RUN + 1] = {
	[GPUVF_A_PF_BDF] = NL_BDF,
	[GPUVF_A_PF_GENERATION] = { .type = NLA_U64 },
	[GPUVF_A_PF_POLICY] = { .type = NLA_U32 },
	[GPUVF_A_PF_FB_PF_RESERVE] = { .type = NLA_U64 },
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(nl_vf_policy),
	[GPUVF_A_PF_REPLACE] = { .type = NLA_FLAG },
	[GPUVF_A_PF_DRY_RUN] = { .type = NLA_FLAG },
};

static int nl_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, GPUVF_A_PF_PAD);
}

static int nl_put_vf_fields(struct sk_buff *skb, struct gpuvf_vf *vf,
			    const struct gpuvf_config *cfg)
{
	const struct gpuvf_extent *fb = &cfg->layout.vf[vf->index];
	const struct gpuvf_vf_config *vcfg = &cfg->vf[vf->index];
	char holder[GPUVF_HOLDER_SIZE];

	gpuvf_vf_holder(vf, holder, sizeof(holder));
	if (nla_put_u32(skb, GPUVF_A_VF_INDEX, vf->index) ||
	    (vf->pdev &&
	     nla_put_string(skb, GPUVF_A_VF_BDF, pci_name(vf->pdev))) ||
	    nla_put_u32(skb, GPUVF_A_VF_STATE, gpuvf_vf_state_locked(vf)) ||
	    nla_put_u64_64bit(skb, GPUVF_A_VF_FB_QUOTA, fb->size,
			      GPUVF_A_VF_PAD) ||
	    (fb->size && nla_put_u64_64bit(skb, GPUVF_A_VF_FB_OFFSET, fb->start,
					   GPUVF_A_VF_PAD)) ||
	    (vcfg->fb_auto && nla_put_flag(skb, GPUVF_A_VF_FB_AUTO)) ||
	    nla_put_u32(skb, GPUVF_A_VF_TIME_SLICE_US, vcfg->time_slice_us) ||
	    nla_put_u32(skb, GPUVF_A_VF_PREEMPT_TIMEOUT_US,
			gpuvf_config_preempt_us(vcfg)) ||
	    (*vcfg->profile &&
	     nla_put_string(skb, GPUVF_A_VF_PROFILE, vcfg->profile)) ||
	    (gpuvf_vf_in_use_locked(vf) &&
	     nla_put_flag(skb, GPUVF_A_VF_IN_USE)) ||
	    (*holder && nla_put_string(skb, GPUVF_A_VF_HOLDER, holder)))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg, unsigned int vf)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_VF);

	if (!nest)
		return -EMSGSIZE;
	if (nl_put_vf_fields(skb, &pf->vf[vf], cfg)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int nl_put_pf_identity(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	if (nla_put_string(skb, GPUVF_A_PF_BDF, gpuvf_pf_name(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_GENERATION, pf->generation))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_pf_hardware(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	if (nla_put_string(skb, GPUVF_A_PF_BACKEND, pf->hw->name) ||
	    nla_put_u32(skb, GPUVF_A_PF_STATE, pf->wedged ?
			GPUVF_PF_STATE_WEDGED : GPUVF_PF_STATE_READY) ||
	    nla_put_u32(skb, GPUVF_A_PF_CAPABILITIES, pf->capabilities) ||
	    nla_put_u32(skb, GPUVF_A_PF_VENDOR, pf->pdev->vendor) ||
	    nla_put_u32(skb, GPUVF_A_PF_DEVICE, pf->pdev->device) ||
	    nla_put_s32(skb, GPUVF_A_PF_NUMA_NODE,
			dev_to_node(&pf->pdev->dev)) ||
	    nla_put_u32(skb, GPUVF_A_PF_TOTAL_VFS, pf->total_vfs) ||
	    nla_put_u32(skb, GPUVF_A_PF_NUM_VFS, pf->num_vfs) ||
	    nla_put_u32(skb, GPUVF_A_PF_TIME_SLICE_MIN_US,
			pf->hw->time_slice_min_us) ||
	    nla_put_u32(skb, GPUVF_A_PF_TIME_SLICE_MAX_US,
			pf->hw->time_slice_max_us) ||
	    nla_put_u32(skb, GPUVF_A_PF_PREEMPT_TIMEOUT_MIN_US,
			GPUVF_PREEMPT_MIN_US) ||
	    nla_put_u32(skb, GPUVF_A_PF_PREEMPT_TIMEOUT_MAX_US,
			GPUVF_PREEMPT_MAX_US))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_pf_config(struct sk_buff *skb, struct gpuvf_pf *pf,
			    const struct gpuvf_config *cfg)
{
	const struct gpuvf_layout *layout = &cfg->layout;

	if (nla_put_u32(skb, GPUVF_A_PF_PROVISIONING, cfg->provisioning) ||
	    nla_put_u32(skb, GPUVF_A_PF_POLICY, cfg->policy) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_TOTAL, pf->geometry.total_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_GRANULARITY,
		       pf->geometry.granule_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_PF_RESERVE,
		       layout->pf_reserve_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_CONTEXT_SAVE,
		       layout->context.size) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_FREE, layout->free_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_LARGEST_FREE,
		       layout->largest_free_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_DIRTY,
		       gpuvf_clear_dirty_bytes_locked(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_WITHHELD,
		       gpuvf_clear_withheld_bytes_locked(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_ROUND_US,
		       gpuvf_config_round_us(pf, cfg)))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg)
{
	int err;

	err = nl_put_pf_identity(skb, pf);
	if (!err)
		err = nl_put_pf_hardware(skb, pf);
	if (!err)
		err = nl_put_pf_config(skb, pf, cfg);
	return err;
}

static int nl_put_everything(struct sk_buff *skb, struct gpuvf_pf *pf,
			     const struct gpuvf_config *cfg)
{
	unsigned int i;
	int err;

	err = nl_put_pf(skb, pf, cfg);
	for (i = 0; i < pf->total_vfs && !err; i++)
		err = nl_put_vf(skb, pf, cfg, i);
	return err;
}

static int nl_put_refusal(struct sk_buff *skb, const struct gpuvf_refusal *why)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_REFUSAL);

	if (!nest ||
	    nla_put_u32(skb, GPUVF_A_REFUSAL_REASON, why->reason) ||
	    (why->vf != GPUVF_NO_VF &&
	     nla_put_u32(skb, GPUVF_A_REFUSAL_VF_INDEX, why->vf)) ||
	    nla_put_u64_64bit(skb, GPUVF_A_REFUSAL_ASKED, why->asked,
			      GPUVF_A_REFUSAL_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_REFUSAL_LIMIT, why->limit,
			      GPUVF_A_REFUSAL_PAD) ||
	    nla_put_string(skb, GPUVF_A_REFUSAL_MESSAGE, why->message))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * Tell the requester why, in all three ways. The message is not worth a second
 * error: when it cannot be had, errno and extended ack still go out.
 */
static int nl_refuse(struct genl_info *info, const char *bdf,
		     const struct gpuvf_refusal *why, const struct nlattr *attr)
{
	struct sk_buff *skb;
	void *hdr;

	/* a constant string, if not a literal as GENL_SET_ERR_MSG() wants */
	if (info->extack)
		info->extack->_msg = gpuvf_refusal_ack(why->reason);
	if (attr)
		NL_SET_BAD_ATTR(info->extack, attr);

	skb = genlmsg_new(NL_PF_SIZE, GFP_KERNEL);
	if (!skb)
		return why->error;
	hdr = genlmsg_put_reply(skb, info, &nl_family, 0, info->genlhdr->cmd);
	if (!hdr || nla_put_string(skb, GPUVF_A_PF_BDF, bdf) ||
	    nl_put_refusal(skb, why)) {
		nlmsg_free(skb);
		return why->error;
	}
	genlmsg_end(skb, hdr);
	genlmsg_reply(skb, info);
	return why->error;
}

/* the PF that a request names, with a reference; or an ERR_PTR, refused */
static struct gpuvf_pf *nl_get_pf(struct genl_info *info)
{
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	const char *bdf;
	struct gpuvf_pf *pf;

	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_BDF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a GPU");
		return ERR_PTR(-EINVAL);
	}
	bdf = nla_data(info->attrs[GPUVF_A_PF_BDF]);
	pf = gpuvf_pf_get(bdf);
	if (pf)
		return pf;
	why.reason = GPUVF_REASON_NO_SUCH_PF;
	gpuvf_refuse(&why, bdf);
	return ERR_PTR(nl_refuse(info, bdf, &why,
				 info->attrs[GPUVF_A_PF_BDF]));
}

static int nl_pf_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb;
	struct gpuvf_pf *pf;
	int err = -EMSGSIZE;
	void *hdr;

	pf = nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	skb = genlmsg_new(NL_PF_SIZE, GFP_KERNEL);
	if (!skb) {
		gpuvf_pf_put(pf);
		return -ENOMEM;
	}
	hdr = genlmsg_put_reply(skb, info, &nl_family, 0, GPUVF_CMD_PF_GET);
	if (hdr) {
		mutex_lock(&pf->lock);
		err = pf->gone ? -ENODEV : nl_put_pf(skb, pf, &pf->config);
		mutex_unlock(&pf->lock);
	}
	gpuvf_pf_put(pf);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* one message of a dump; 0, or -EMSGSIZE when it has to wait for the next */
static int nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		       struct gpuvf_pf *pf, int vf)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &nl_family, NLM_F_MULTI,
			  vf < 0 ? GPUVF_CMD_PF_GET : GPUVF_CMD_VF_GET);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	mutex_lock(&pf->lock);
	if (pf->gone) {
		err = -ENODEV;
	} else if (vf < 0) {
		err = nl_put_pf(skb, pf, &pf->config);
	} else {
		err = nl_put_pf_identity(skb, pf);
		if (!err)
			err = nl_put_vf(skb, pf, &pf->config, vf);
	}
	mutex_unlock(&pf->lock);
	if (err) {
		genlmsg_cancel(skb, hdr);
		/* one that went meanwhile is left out, and the dump marked */
		return err == -ENODEV ? 0 : err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nl_pf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct gpuvf_pf *pf;
	int err = 0;

	cb->seq = gpuvf_pf_change_seq();
	while (!err && (pf = gpuvf_pf_get_nth(cb->args[0]))) {
		err = nl_dump_one(skb, cb, pf, -1);
		gpuvf_pf_put(pf);
		if (!err)
			cb->args[0]++;
	}
	return skb->len;
}

static int nl_vf_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *attrs[GPUVF_A_VF_INDEX + 1];
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	struct sk_buff *skb = NULL;
	struct gpuvf_pf *pf;
	void *hdr;
	u32 vf;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_VF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a VF");
		return -EINVAL;
	}
	err = nla_parse_nested(attrs, GPUVF_A_VF_INDEX,
			       info->attrs[GPUVF_A_PF_VF], nl_vf_index_policy,
			       info->extack);
	if (err)
		return err;
	if (!attrs[GPUVF_A_VF_INDEX]) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[GPUVF_A_PF_VF],
				    "the VF has no index");
		return -EINVAL;
	}
	vf = nla_get_u32(attrs[GPUVF_A_VF_INDEX]);

	pf = nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	if (vf >= pf->total_vfs) {
		why.reason = GPUVF_REASON_NO_SUCH_VF;
		why.asked = vf;
		why.limit = pf->total_vfs;
		gpuvf_refuse(&why, gpuvf_pf_name(pf));
		err = nl_refuse(info, gpuvf_pf_name(pf), &why,
				attrs[GPUVF_A_VF_INDEX]);
		goto out;
	}
	err = -ENOMEM;
	skb = genlmsg_new(NL_PF_SIZE + NL_VF_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	hdr = genlmsg_put_reply(skb, info, &nl_family, 0, GPUVF_CMD_VF_GET);
	err = -EMSGSIZE;
	if (!hdr)
		goto out;
	mutex_lock(&pf->lock);
	err = pf->gone ? -ENODEV : nl_put_pf_identity(skb, pf);
	if (!err)
		err = nl_put_vf(skb, pf, &pf->config, vf);
	mutex_unlock(&pf->lock);
	if (!err) {
		genlmsg_end(skb, hdr);
		err = genlmsg_reply(skb, info);
		skb = NULL;
	}
out:
	nlmsg_free(skb);
	gpuvf_pf_put(pf);
	return err;
}

static int nl_dump_vfs(struct sk_buff *skb, struct netlink_callback *cb,
		       struct gpuvf_pf *pf)
{
	int err;

	for (; cb->args[1] < pf->total_vfs; cb->args[1]++) {
		err = nl_dump_one(skb, cb, pf, cb->args[1]);
		if (err)
			return err;
	}
	cb->args[0]++;
	cb->args[1] = 0;
	return 0;
}

/* args[0]: which PF, args[1]: which VF of it comes next */
static int nl_vf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr *bdf = gpuvf_dump_attrs(cb)[GPUVF_A_PF_BDF];
	struct gpuvf_pf *pf;
	int err = 0;

	cb->seq = gpuvf_pf_change_seq();
	if (bdf) {
		if (cb->args[0])
			return 0;
		pf = gpuvf_pf_get(nla_data(bdf));
		if (!pf) {
			NL_SET_ERR_MSG_ATTR(cb->extack, bdf,
					    "no such GPU is managed by gpuvf");
			return -ENODEV;
		}
		nl_dump_vfs(skb, cb, pf);
		gpuvf_pf_put(pf);
		return skb->len;
	}
	while (!err && (pf = gpuvf_pf_get_nth(cb->args[0]))) {
		err = nl_dump_vfs(skb, cb, pf);
		gpuvf_pf_put(pf);
	}
	return skb->len;
}

/**
 * struct nl_change - a config-set on its way
 * @req: the request as the rest of the driver takes it
 * @result: what it led to
 * @why: why it was refused
 * @nest: the nest of each of @req's VFs
 */
struct nl_change {
	struct gpuvf_request req;
	struct gpuvf_config result;
	struct gpuvf_refusal why;
	struct nlattr *nest[GPUVF_MAX_VFS];
};

static int nl_parse_vf(struct genl_info *info, struct nlattr *nest,
		       struct nl_change *change)
{
	struct nlattr *attrs[GPUVF_A_VF_MAX + 1];
	struct gpuvf_request_vf *vf;
	int err;

	if (change->req.num_vfs == GPUVF_MAX_VFS) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "the request names more VFs than any GPU has");
		return -EINVAL;
	}
	err = nla_parse_nested(attrs, GPUVF_A_VF_MAX, nest, nl_vf_policy,
			       info->extack);
	if (err)
		return err;
	if (!attrs[GPUVF_A_VF_INDEX]) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "the VF has no index");
		return -EINVAL;
	}
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
	unsigned long seen = 0;
	int err, rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		int type = nla_type(attr);

		if (type == GPUVF_A_PF_VF) {
			err = nl_parse_vf(info, attr, change);
			if (err)
				return err;
		} else if (type != GPUVF_A_PF_PAD &&
			   __test_and_set_bit(type, &seen)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "the attribute was given twice");
			return -EINVAL;
		}
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

static int nl_config_set_locked(struct gpuvf_pf *pf, struct genl_info *info,
				struct nl_change *change, struct sk_buff *skb)
{
	struct gpuvf_refusal *why = &change->why;
	void *hdr;
	int err;

	if (!capable(CAP_SYS_ADMIN)) {
		why->reason = GPUVF_REASON_NOT_PERMITTED;
		return gpuvf_refuse(why, gpuvf_pf_name(pf));
	}
	err = gpuvf_config_apply_locked(pf, &change->req, &change->result, why);
	if (err) {
		if (!change->req.dry_run)
			gpuvf_refusal_log(pf, why);
		return err;
	}
	hdr = genlmsg_put_reply(skb, info, &nl_family, 0, GPUVF_CMD_CONFIG_SET);
	if (!hdr || nl_put_everything(skb, pf, &change->result) ||
	    (change->req.dry_run && nla_put_flag(skb, GPUVF_A_PF_DRY_RUN))) {
		/* cannot be: there is room for everything */
		WARN_ON_ONCE(1);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int nl_config_set_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nl_change *change;
	struct sk_buff *skb;
	struct gpuvf_pf *pf;
	int err;

	pf = nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	/* before the change, so that it cannot fail for want of an answer */
	skb = genlmsg_new(NL_FULL_SIZE, GFP_KERNEL);
	change = kzalloc(sizeof(*change), GFP_KERNEL);
	err = -ENOMEM;
	if (!skb || !change)
		goto out;
	change->why.vf = GPUVF_NO_VF;
	err = nl_parse_change(info, change);
	if (err)
		goto out;

	mutex_lock(&pf->lock);
	err = nl_config_set_locked(pf, info, change, skb);
	mutex_unlock(&pf->lock);
	if (!err) {
		err = genlmsg_reply(skb, info);
		skb = NULL;
	} else if (change->why.reason) {
		err = nl_refuse(info, gpuvf_pf_name(pf), &change->why,
				nl_culprit(info, change));
	}
out:
	kfree(change);
	nlmsg_free(skb);
	gpuvf_pf_put(pf);
	return err;
}

static const struct genl_ops nl_ops[] = {
	{
		.cmd = GPUVF_CMD_PF_GET,
		.doit = nl_pf_get_doit,
		.dumpit = nl_pf_get_dumpit,
		.policy = nl_pf_get_policy,
		.maxattr = ARRAY_SIZE(nl_pf_get_policy) - 1,
	},
	{
		.cmd = GPUVF_CMD_VF_GET,
		.doit = nl_vf_get_doit,
		.dumpit = nl_vf_get_dumpit,
		.policy = nl_vf_get_policy,
		.maxattr = ARRAY_SIZE(nl_vf_get_policy) - 1,
	},
	{
		.cmd = GPUVF_CMD_CONFIG_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = nl_config_set_doit,
		.policy = nl_config_set_policy,
		.maxattr = ARRAY_SIZE(nl_config_set_policy) - 1,
	},
};

enum nl_group {
	NL_GROUP_CONFIG,
	NL_GROUP_EVENT,
};

static const struct genl_multicast_group nl_groups[] = {
	[NL_GROUP_CONFIG] = { .name = GPUVF_MCGRP_CONFIG },
	/* when tenants do what is a side channel between them */
	[NL_GROUP_EVENT] = { .name = GPUVF_MCGRP_EVENT,
			     .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

/* initial network namespace only: GPUs belong to the host */
static struct genl_family nl_family __ro_after_init = {
	.name = GPUVF_FAMILY_NAME,
	.version = GPUVF_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = nl_ops,
	.n_ops = ARRAY_SIZE(nl_ops),
	.mcgrps = nl_groups,
	.n_mcgrps = ARRAY_SIZE(nl_groups),
};

static bool nl_anybody_listens(enum nl_group group)
{
	return genl_has_listeners(&nl_family, &init_net, group);
}

static void nl_notify_locked(struct gpuvf_pf *pf, u8 cmd)
{
	struct sk_buff *skb;
	void *hdr;
	int err;

	if (!nl_anybody_listens(NL_GROUP_CONFIG))
		return;
	skb = genlmsg_new(NL_FULL_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &nl_family, 0, cmd);
	if (!hdr) {
		nlmsg_free(skb);
		return;
	}
	err = cmd == GPUVF_CMD_PF_DEL ? nl_put_pf_identity(skb, pf) :
					nl_put_everything(skb, pf, &pf->config);
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&nl_family, skb, 0, NL_GROUP_CONFIG, GFP_KERNEL);
}

/**
 * gpuvf_netlink_notify_add() - tell listeners that a GPU came
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_netlink_notify_add(struct gpuvf_pf *pf)
{
	mutex_lock(&pf->lock);
	nl_notify_locked(pf, GPUVF_CMD_PF_ADD);
	mutex_unlock(&pf->lock);
}

/**
 * gpuvf_netlink_notify_del() - tell listeners that a GPU went
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_netlink_notify_del(struct gpuvf_pf *pf)
{
	mutex_lock(&pf->lock);
	nl_notify_locked(pf, GPUVF_CMD_PF_DEL);
	mutex_unlock(&pf->lock);
}

/**
 * gpuvf_netlink_notify_change_locked() - tell listeners how a GPU is now
 * @pf: PF
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_netlink_notify_change_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	nl_notify_locked(pf, GPUVF_CMD_CONFIG_CHANGE);
}

static int nl_put_event_fields(struct sk_buff *skb,
			       const struct gpuvf_event *event)
{
	int err = 0;

	if (nla_put_u64_64bit(skb, GPUVF_A_EVENT_TIME_NS, event->time_ns,
			      GPUVF_A_EVENT_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_EVENT_COUNT, event->count,
			      GPUVF_A_EVENT_PAD) ||
	    nla_put_string(skb, GPUVF_A_EVENT_MESSAGE, event->message))
		return -EMSGSIZE;
	switch (event->cmd) {
	case GPUVF_CMD_VF_STATE_CHANGE:
		err = nla_put_u32(skb, GPUVF_A_EVENT_OLD_STATE,
				  event->old_state);
		break;
	case GPUVF_CMD_VF_HANG:
		err = nla_put_u32(skb, GPUVF_A_EVENT_HANG, event->hang);
		break;
	case GPUVF_CMD_THRESHOLD_EXCEEDED:
		err = nla_put_u32(skb, GPUVF_A_EVENT_GUARD, event->guard) ||
		      nla_put_u64_64bit(skb, GPUVF_A_EVENT_LIMIT, event->limit,
					GPUVF_A_EVENT_PAD) ||
		      nla_put_u64_64bit(skb, GPUVF_A_EVENT_WINDOW_MS,
					event->window_ms, GPUVF_A_EVENT_PAD);
		break;
	case GPUVF_CMD_FB_CLEAR_FAILED:
		err = nla_put_u64_64bit(skb, GPUVF_A_EVENT_FB_OFFSET,
					event->fb.start, GPUVF_A_EVENT_PAD) ||
		      nla_put_u64_64bit(skb, GPUVF_A_EVENT_FB_SIZE,
					event->fb.size, GPUVF_A_EVENT_PAD);
		break;
	}
	return err ? -EMSGSIZE : 0;
}

static int nl_put_event(struct sk_buff *skb, struct gpuvf_pf *pf,
			const struct gpuvf_event *event)
{
	struct nlattr *nest;
	int err;

	err = nl_put_pf_identity(skb, pf);
	if (!err && event->vf != GPUVF_NO_VF)
		err = nl_put_vf(skb, pf, &pf->config, event->vf);
	if (!err && (event->cmd == GPUVF_CMD_PF_WEDGED ||
		     event->cmd == GPUVF_CMD_PF_WAS_RESET))
		err = nla_put_u32(skb, GPUVF_A_PF_STATE, pf->wedged ?
				  GPUVF_PF_STATE_WEDGED : GPUVF_PF_STATE_READY);
	if (err)
		return err;
	nest = nla_nest_start(skb, GPUVF_A_PF_EVENT);
	if (!nest || nl_put_event_fields(skb, event))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * gpuvf_netlink_event_locked() - tell listeners what a VF or its GPU did
 * @pf: PF
 * @event: what
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_netlink_event_locked(struct gpuvf_pf *pf,
				const struct gpuvf_event *event)
{
	struct sk_buff *skb;
	void *hdr;

	lockdep_assert_held(&pf->lock);
	if (!nl_anybody_listens(NL_GROUP_EVENT))
		return;
	skb = genlmsg_new(NL_PF_SIZE + 2 * NL_VF_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &nl_family, 0, event->cmd);
	if (!hdr || WARN_ON_ONCE(nl_put_event(skb, pf, event))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&nl_family, skb, 0, NL_GROUP_EVENT, GFP_KERNEL);
}

/**
 * gpuvf_netlink_register() - the family exists from here on
 *
 * Return: 0, or the errno of genl_register_family().
 */
int gpuvf_netlink_register(void)
{
	return genl_register_family(&nl_family);
}

/** gpuvf_netlink_unregister() - wait for requests under way, take no more */
void gpuvf_netlink_unregister(void)
{
	genl_unregister_family(&nl_family);
}
