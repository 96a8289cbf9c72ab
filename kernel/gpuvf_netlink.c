// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "gpuvf", as Documentation/netlink/specs/gpuvf.yaml
 * describes it: its table of operations, and those that only look.
 */

#include <net/genetlink.h>

#include "gpuvf_compat.h"
#include "gpuvf_netlink.h"
#include "gpuvf_netlink_msg.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"

static const struct nla_policy nl_pf_policy[GPUVF_A_PF_BDF + 1] = {
	[GPUVF_A_PF_BDF] = GPUVF_NL_BDF_POLICY,
};

static const struct nla_policy nl_vf_policy[GPUVF_A_PF_VF + 1] = {
	[GPUVF_A_PF_BDF] = GPUVF_NL_BDF_POLICY,
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(gpuvf_nl_vf_index_policy),
};

/* what is said of the PF, or of one of its VFs; pf->lock held */
typedef int (*nl_put_fn)(struct sk_buff *skb, struct gpuvf_pf *pf,
			 unsigned int vf);

static int nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf, unsigned int vf)
{
	return gpuvf_nl_put_pf(skb, pf, &pf->config);
}

static int nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf, unsigned int vf)
{
	int err = gpuvf_nl_put_identity(skb, pf);

	return err ? err : gpuvf_nl_put_vf(skb, pf, &pf->config, vf);
}

/* answer a request about one thing */
static int nl_answer(struct genl_info *info, struct gpuvf_pf *pf,
		     unsigned int vf, nl_put_fn put)
{
	struct sk_buff *skb;
	int err = -EMSGSIZE;
	bool gone = false;
	void *hdr;

	skb = genlmsg_new(GPUVF_NL_PF_SIZE + GPUVF_NL_VF_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
				info->genlhdr->cmd);
	if (hdr) {
		mutex_lock(&pf->lock);
		gone = pf->gone;
		err = gone ? -ENODEV : put(skb, pf, vf);
		mutex_unlock(&pf->lock);
	}
	if (!err) {
		genlmsg_end(skb, hdr);
		return genlmsg_reply(skb, info);
	}
	nlmsg_free(skb);
	return gone ? gpuvf_nl_refuse_gone(info, pf) : err;
}

static int nl_pf_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct gpuvf_pf *pf;
	int err;

	err = gpuvf_nl_check_once(info->nlhdr, 0, info->extack);
	if (err)
		return err;
	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	err = nl_answer(info, pf, 0, nl_put_pf);
	gpuvf_pf_put(pf);
	return err;
}

static int nl_vf_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct gpuvf_pf *pf;
	unsigned int vf;
	int err;

	err = gpuvf_nl_check_once(info->nlhdr, 0, info->extack);
	if (err)
		return err;
	pf = gpuvf_nl_get_pf(info);
	if (IS_ERR(pf))
		return PTR_ERR(pf);
	err = gpuvf_nl_get_vf(info, pf, &vf);
	if (!err)
		err = nl_answer(info, pf, vf, nl_put_vf);
	gpuvf_pf_put(pf);
	return err;
}

/*
 * Dumps. The policy is that of the operation, which takes more than its dump
 * does: so a dump looks at its request when it starts.
 */

static int nl_dump_refuse(struct netlink_callback *cb, int attr,
			  const char *why)
{
	cb->extack->_msg = why;
	NL_SET_BAD_ATTR(cb->extack, gpuvf_dump_attrs(cb)[attr]);
	return -EINVAL;
}

static int nl_pf_dump_start(struct netlink_callback *cb)
{
	if (gpuvf_dump_attrs(cb)[GPUVF_A_PF_BDF])
		return nl_dump_refuse(cb, GPUVF_A_PF_BDF,
				      "a dump of GPUs is of all of them");
	return 0;
}

static int nl_vf_dump_start(struct netlink_callback *cb)
{
	if (gpuvf_dump_attrs(cb)[GPUVF_A_PF_VF])
		return nl_dump_refuse(cb, GPUVF_A_PF_VF,
				      "a dump of VFs is of all of them");
	return gpuvf_nl_check_once(cb->nlh, 0, cb->extack);
}

/* one message of a dump; 0, or -EMSGSIZE when it has to wait for the next */
static int nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, struct gpuvf_pf *pf, unsigned int vf,
		       nl_put_fn put)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &gpuvf_nl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	mutex_lock(&pf->lock);
	err = pf->gone ? -ENODEV : put(skb, pf, vf);
	mutex_unlock(&pf->lock);
	if (err) {
		genlmsg_cancel(skb, hdr);
		/* one that went meanwhile is left out, and the dump marked */
		return err == -ENODEV ? 0 : err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* args[0]: which PF comes next */
static int nl_pf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct gpuvf_pf *pf;
	int err = 0;

	cb->seq = gpuvf_pf_change_seq();
	while (!err && (pf = gpuvf_pf_get_nth(cb->args[0]))) {
		err = nl_dump_one(skb, cb, GPUVF_CMD_PF_GET, pf, 0, nl_put_pf);
		gpuvf_pf_put(pf);
		if (!err)
			cb->args[0]++;
	}
	return skb->len;
}

static int nl_dump_pf_vfs(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd, struct gpuvf_pf *pf, nl_put_fn put)
{
	int err;

	for (; cb->args[1] < pf->total_vfs; cb->args[1]++) {
		err = nl_dump_one(skb, cb, cmd, pf, cb->args[1], put);
		if (err)
			return err;
	}
	cb->args[0]++;
	cb->args[1] = 0;
	return 0;
}

/* args[0]: which PF, args[1]: which VF of it comes next */
static int nl_dump_vfs(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, nl_put_fn put)
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
		nl_dump_pf_vfs(skb, cb, cmd, pf, put);
		gpuvf_pf_put(pf);
		return skb->len;
	}
	while (!err && (pf = gpuvf_pf_get_nth(cb->args[0]))) {
		err = nl_dump_pf_vfs(skb, cb, cmd, pf, put);
		gpuvf_pf_put(pf);
	}
	return skb->len;
}

static int nl_vf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return nl_dump_vfs(skb, cb, GPUVF_CMD_VF_GET, nl_put_vf);
}

static const struct genl_ops nl_ops[] = {
	{
		.cmd = GPUVF_CMD_PF_GET,
		.doit = nl_pf_get_doit,
		.start = nl_pf_dump_start,
		.dumpit = nl_pf_get_dumpit,
		.policy = nl_pf_policy,
		.maxattr = ARRAY_SIZE(nl_pf_policy) - 1,
	},
	{
		.cmd = GPUVF_CMD_VF_GET,
		.doit = nl_vf_get_doit,
		.start = nl_vf_dump_start,
		.dumpit = nl_vf_get_dumpit,
		.policy = nl_vf_policy,
		.maxattr = ARRAY_SIZE(nl_vf_policy) - 1,
	},
	{
		.cmd = GPUVF_CMD_CONFIG_SET,
		.flags = GENL_ADMIN_PERM,
		.doit = gpuvf_nl_config_set_doit,
		.policy = gpuvf_nl_config_set_policy,
		.maxattr = ARRAY_SIZE(gpuvf_nl_config_set_policy) - 1,
	},
};

/* initial network namespace only: GPUs belong to the host */
struct genl_family gpuvf_nl_family __ro_after_init = {
	.name = GPUVF_FAMILY_NAME,
	.version = GPUVF_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.ops = nl_ops,
	.n_ops = ARRAY_SIZE(nl_ops),
	.mcgrps = gpuvf_nl_groups,
	.n_mcgrps = ARRAY_SIZE(gpuvf_nl_groups),
};

/**
 * gpuvf_netlink_register() - the family exists from here on
 *
 * Return: 0, or the errno of genl_register_family().
 */
int gpuvf_netlink_register(void)
{
	return genl_register_family(&gpuvf_nl_family);
}

/** gpuvf_netlink_unregister() - wait for requests under way, take no more */
void gpuvf_netlink_unregister(void)
{
	genl_unregister_family(&gpuvf_nl_family);
}
