// SPDX-License-Identifier: GPL-2.0
/*
 * capacity-get: how many more VFs of one size there is room for.
 */

#include <linux/err.h>
#include <net/genetlink.h>

#include "gpuvf_capacity.h"
#include "gpuvf_netlink_msg.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"

static const struct nla_policy nl_quota_policy[GPUVF_A_CAPACITY_FB_QUOTA + 1] = {
	[GPUVF_A_CAPACITY_FB_QUOTA] = { .type = NLA_U64 },
};

const struct nla_policy gpuvf_nl_capacity_policy[GPUVF_A_PF_CAPACITY + 1] = {
	[GPUVF_A_PF_BDF] = GPUVF_NL_BDF_POLICY,
	[GPUVF_A_PF_CAPACITY] = NLA_POLICY_NESTED(nl_quota_policy),
};

/* the size asked about, or an ERR_PTR, and the requester knows why */
static struct nlattr *nl_get_quota(struct genl_info *info)
{
	static const char no_size[] = "the request does not name a size";
	struct nlattr *attrs[GPUVF_A_CAPACITY_FB_QUOTA + 1];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_CAPACITY)) {
		info->extack->_msg = no_size;
		return ERR_PTR(-EINVAL);
	}
	err = gpuvf_nl_parse_nest(info->attrs[GPUVF_A_PF_CAPACITY], attrs,
				  GPUVF_A_CAPACITY_FB_QUOTA, nl_quota_policy,
				  GPUVF_A_CAPACITY_FB_QUOTA, no_size,
				  info->extack);
	return err ? ERR_PTR(err) : attrs[GPUVF_A_CAPACITY_FB_QUOTA];
}

static int nl_put_capacity(struct sk_buff *skb,
			   const struct gpuvf_capacity *capacity)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_CAPACITY);

	if (!nest ||
	    nla_put_u64_64bit(skb, GPUVF_A_CAPACITY_FB_QUOTA,
			      capacity->quota_bytes, GPUVF_A_CAPACITY_PAD) ||
	    nla_put_u32(skb, GPUVF_A_CAPACITY_NOW, capacity->now) ||
	    nla_put_u32(skb, GPUVF_A_CAPACITY_AFTER_MOVING,
			capacity->after_moving))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* the answer, and when not even one would fit, why */
static int nl_answer_capacity_locked(struct sk_buff *skb,
				     struct genl_info *info,
				     struct gpuvf_pf *pf, u64 quota_bytes,
				     struct gpuvf_refusal *why)
{
	struct gpuvf_capacity capacity;
	void *hdr;
	int err;

	err = gpuvf_capacity_get_locked(pf, quota_bytes, &capacity, why);
	if (err)
		return err;
	hdr = genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
				GPUVF_CMD_CAPACITY_GET);
	if (!hdr || gpuvf_nl_put_identity(skb, pf) ||
	    nl_put_capacity(skb, &capacity) ||
	    (why->reason && gpuvf_nl_put_refusal(skb, why)))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * gpuvf_nl_capacity_get_doit() - capacity-get
 * @request: the message
 * @info: what the core made of it
 *
 * Return: 0; -EINVAL: no size, or one of 0; -ENODEV; -ENOMEM; -EMSGSIZE.
 */
int gpuvf_nl_capacity_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	struct nlattr *quota;
	struct gpuvf_pf *pf;
	struct sk_buff *skb;
	int err;

	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	quota = nl_get_quota(info);
	err = PTR_ERR_OR_ZERO(quota);
	if (err)
		goto out;
	err = -ENOMEM;
	skb = genlmsg_new(GPUVF_NL_SHORT_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	mutex_lock(&pf->lock);
	err = nl_answer_capacity_locked(skb, info, pf, nla_get_u64(quota),
					&why);
	mutex_unlock(&pf->lock);
	if (!err) {
		err = genlmsg_reply(skb, info);
		goto out;
	}
	nlmsg_free(skb);
	if (why.error == err)
		err = gpuvf_nl_refuse(info, gpuvf_pf_name(pf), &why,
				      err == -EINVAL ? quota : NULL);
out:
	gpuvf_pf_put(pf);
	return err;
}
