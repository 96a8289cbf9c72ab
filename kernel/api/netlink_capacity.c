// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs of one size there is room for: as everything is, which is
 * capacity-get, and for config-set as everything would be.
 */

#include <linux/err.h>
#include <net/genetlink.h>

#include "api/netlink_msg.h"
#include "base/error.h"
#include "base/pf.h"
#include "config/capacity.h"

const struct nla_policy
	gpuvf_nl_quota_policy[GPUVF_A_CAPACITY_FB_QUOTA + 1] = {
	[GPUVF_A_CAPACITY_FB_QUOTA] = { .type = NLA_U64 },
};

const struct nla_policy gpuvf_nl_capacity_policy[GPUVF_A_PF_CAPACITY + 1] = {
	[GPUVF_A_PF_BDF] = GPUVF_NL_BDF_POLICY,
	[GPUVF_A_PF_CAPACITY] = NLA_POLICY_NESTED(gpuvf_nl_quota_policy),
};

static const char nl_no_size[] = "the request does not name a size";

/**
 * gpuvf_nl_get_quota() - the size that is asked about
 * @info: request that has a capacity nest
 *
 * Return: the attribute; ERR_PTR of -EINVAL, and the requester knows why.
 */
struct nlattr *gpuvf_nl_get_quota(struct genl_info *info)
{
	struct nlattr *attrs[GPUVF_A_CAPACITY_FB_QUOTA + 1];
	int err;

	err = gpuvf_nl_parse_nest(info->attrs[GPUVF_A_PF_CAPACITY], attrs,
				  GPUVF_A_CAPACITY_FB_QUOTA,
				  GPUVF_A_CAPACITY_FB_QUOTA, nl_no_size,
				  info->extack);
	return err ? ERR_PTR(err) : attrs[GPUVF_A_CAPACITY_FB_QUOTA];
}

/**
 * gpuvf_nl_put_capacity() - the answer, and when not even one would fit, why
 * @skb: message
 * @capacity: from gpuvf_capacity_answer()
 * @why: the same
 *
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_capacity(struct sk_buff *skb,
			  const struct gpuvf_capacity *capacity,
			  const struct gpuvf_refusal *why)
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
	return why->reason ? gpuvf_nl_put_refusal(skb, why) : 0;
}

/* all of the answer but the numbers, which take their time */
static int nl_begin_capacity_locked(struct sk_buff *skb, struct genl_info *info,
				    struct gpuvf_pf *pf, u64 quota_bytes,
				    struct gpuvf_capacity *capacity,
				    struct gpuvf_refusal *why)
{
	int err;

	err = gpuvf_capacity_ask_locked(pf, &pf->config, quota_bytes, capacity,
					why);
	if (err)
		return err;
	if (!genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
			       GPUVF_CMD_CAPACITY_GET))
		return -EMSGSIZE;
	return gpuvf_nl_put_identity(skb, pf);
}

static int nl_answer_capacity(struct sk_buff *skb, struct genl_info *info,
			      struct gpuvf_pf *pf, u64 quota_bytes,
			      struct gpuvf_refusal *why)
{
	struct gpuvf_capacity capacity;
	int err;

	gpuvf_pf_lock(pf);
	err = nl_begin_capacity_locked(skb, info, pf, quota_bytes, &capacity,
				       why);
	gpuvf_pf_unlock(pf);
	if (err) {
		gpuvf_capacity_drop(&capacity);
		return err;
	}
	gpuvf_capacity_answer(pf, &capacity, why);
	err = gpuvf_nl_put_capacity(skb, &capacity, why);
	if (!err)
		nlmsg_end(skb, nlmsg_hdr(skb));
	return err;
}

/**
 * gpuvf_nl_capacity_get_doit() - capacity-get
 * @request: the message
 * @info: what the core made of it
 *
 * Return: 0; -EPERM; -EINVAL: no size, or one of 0; -ENODEV; -ENOMEM;
 * -EMSGSIZE.
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
	/* the answer depends on which VFs are in use */
	err = gpuvf_nl_permit(request, info, pf);
	if (err)
		goto out;
	err = -EINVAL;
	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_CAPACITY)) {
		info->extack->_msg = nl_no_size;
		goto out;
	}
	quota = gpuvf_nl_get_quota(info);
	err = PTR_ERR_OR_ZERO(quota);
	if (err)
		goto out;
	err = -ENOMEM;
	skb = genlmsg_new(GPUVF_NL_SHORT_SIZE, GFP_KERNEL);
	if (!skb)
		goto out;
	err = nl_answer_capacity(skb, info, pf, nla_get_u64(quota), &why);
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
