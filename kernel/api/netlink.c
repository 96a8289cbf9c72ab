// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "gpuvf", as Documentation/netlink/specs/gpuvf.yaml
 * describes it: its table of operations, and those that only look.
 */

#include <linux/capability.h>
#include <net/genetlink.h>

#include "api/api.h"
#include "api/netlink_msg.h"
#include "api/netlink_policy.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/pf.h"
#include "sched/engine.h"

/* room for the counters and the histogram of a VF */
#define NL_STATS_SIZE	1024

/*
 * May the sender of a request see what tenants do? Not the receiver of a dump. Most who
 * ask may not: they are not worth an audit record each.
 */
static bool nl_may_see(const struct sk_buff *skb)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN) &&
	       netlink_capable(skb, CAP_SYS_ADMIN);
}

/*
 * Add something of a GPU with @all that there is, else with what every user may see:
 * then pf->lock is not taken, see struct gpuvf_public. -ENODEV: the GPU is gone.
 */
static int nl_put_seen(struct sk_buff *skb, struct gpuvf_pf *pf,
		       unsigned int vf, gpuvf_nl_put_fn put, bool all)
{
	int err;

	if (!all)
		return READ_ONCE(pf->gone) ? -ENODEV : put(skb, pf, NULL, vf);
	gpuvf_pf_lock(pf);
	err = pf->gone ? -ENODEV : put(skb, pf, &pf->config, vf);
	gpuvf_pf_unlock(pf);
	return err;
}

/* answer a request about one thing; @skb has enough room, or is NULL, and is gone then */
static int nl_answer(struct sk_buff *skb, struct genl_info *info,
		     struct gpuvf_pf *pf, unsigned int vf, gpuvf_nl_put_fn put,
		     bool all)
{
	int err = -EMSGSIZE;
	void *hdr;

	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
				info->genlhdr->cmd);
	if (hdr)
		err = nl_put_seen(skb, pf, vf, put, all);
	if (!err) {
		genlmsg_end(skb, hdr);
		return genlmsg_reply(skb, info);
	}
	nlmsg_free(skb);
	return err == -ENODEV ? gpuvf_nl_refuse_pf(info, gpuvf_pf_name(pf)) : err;
}

/* the VF that a request which only looks names */
static int nl_get_vf(struct genl_info *info, struct gpuvf_pf *pf,
		     unsigned int *vf)
{
	struct gpuvf_error error = { .vf = GPUVF_NO_VF };
	int err = gpuvf_nl_get_index(info, vf);

	if (err || !gpuvf_pf_check_index(pf, *vf, &error))
		return err;
	return gpuvf_nl_error(info, gpuvf_pf_name(pf), &error,
			      nla_find_nested(info->attrs[GPUVF_A_PF_VF],
					      GPUVF_A_VF_INDEX));
}

static int nl_put_histogram(struct sk_buff *skb,
			    const struct gpuvf_vf_stats *stats)
{
	unsigned int i;

	for (i = 0; i < GPUVF_LATENESS_BUCKETS; i++) {
		struct nlattr *nest = nla_nest_start(skb,
						     GPUVF_A_ENGINE_STATS_LATENESS);

		if (!nest ||
		    (i < GPUVF_LATENESS_BUCKETS - 1 &&
		     nla_put_u64_64bit(skb, GPUVF_A_BUCKET_UPPER_NS,
				       gpuvf_lateness_upper_ns[i],
				       GPUVF_A_BUCKET_PAD)) ||
		    nla_put_u64_64bit(skb, GPUVF_A_BUCKET_COUNT,
				      stats->lateness[i], GPUVF_A_BUCKET_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

struct nl_counter {
	int attr;
	size_t offset;
};

#define NL_ENGINE_COUNTER(name, NAME) \
	{ GPUVF_A_ENGINE_STATS_##NAME, offsetof(struct gpuvf_vf_stats, name) },
#define NL_VF_COUNTER(name, NAME) \
	{ GPUVF_A_STATS_##NAME, offsetof(struct gpuvf_vf_stats, name) },

static const struct nl_counter nl_engine_counters[] = {
	GPUVF_ENGINE_COUNTERS(NL_ENGINE_COUNTER)
	NL_ENGINE_COUNTER(lateness_sum_ns, LATENESS_SUM_NS)
};

static const struct nl_counter nl_vf_counters[] = {
	GPUVF_VF_COUNTERS(NL_VF_COUNTER)
};

static int nl_put_counters(struct sk_buff *skb, const struct nl_counter *counter,
			   unsigned int num, int pad,
			   const struct gpuvf_vf_stats *stats)
{
	for (; num; counter++, num--)
		if (nla_put_u64_64bit(skb, counter->attr,
				      *(const u64 *)((const void *)stats +
					     counter->offset), pad))
			return -EMSGSIZE;
	return 0;
}

static int nl_put_engine_stats(struct sk_buff *skb, enum gpuvf_engine_id id,
			       const struct gpuvf_vf_stats *stats)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_VF_ENGINE), *inner;

	if (!nest || nla_put_u32(skb, GPUVF_A_ENGINE_ID, id))
		return -EMSGSIZE;
	inner = nla_nest_start(skb, GPUVF_A_ENGINE_STATS);
	if (!inner ||
	    nl_put_counters(skb, nl_engine_counters,
			    ARRAY_SIZE(nl_engine_counters),
			    GPUVF_A_ENGINE_STATS_PAD, stats) ||
	    nl_put_histogram(skb, stats))
		return -EMSGSIZE;
	nla_nest_end(skb, inner);
	nla_nest_end(skb, nest);
	return 0;
}

static int nl_put_stats(struct sk_buff *skb, struct gpuvf_pf *pf,
			const struct gpuvf_config *cfg, unsigned int vf)
{
	struct nlattr *nest, *inner;
	struct gpuvf_vf_stats stats;
	struct gpuvf_engine *e;

	if (gpuvf_nl_put_identity(skb, pf))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, GPUVF_A_PF_VF);
	if (!nest || nla_put_u32(skb, GPUVF_A_VF_INDEX, vf))
		return -EMSGSIZE;
	inner = nla_nest_start(skb, GPUVF_A_VF_STATS);
	if (!inner ||
	    nl_put_counters(skb, nl_vf_counters, ARRAY_SIZE(nl_vf_counters),
			    GPUVF_A_STATS_PAD, &pf->vf[vf].stats))
		return -EMSGSIZE;
	nla_nest_end(skb, inner);
	gpuvf_for_each_engine(e, pf) {
		gpuvf_vf_stats_get(&pf->vf[vf], e, &stats);
		if (nl_put_engine_stats(skb, e->id, &stats))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* every request about one thing that changes nothing */
static int nl_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct gpuvf_pf *pf = gpuvf_nl_get_pf(info);
	gpuvf_nl_put_fn put = gpuvf_nl_put_vf;
	size_t size = 2 * GPUVF_NL_VF_SIZE;
	unsigned int vf = 0;
	int err = 0;

	if (IS_ERR(pf))
		return PTR_ERR(pf);
	if (info->genlhdr->cmd == GPUVF_CMD_PF_GET) {
		/* all that it takes to plan a layout, under one lock */
		put = gpuvf_nl_put_all;
		size = GPUVF_NL_LIVE_SIZE;
	} else if (info->genlhdr->cmd == GPUVF_CMD_STATS_GET) {
		put = nl_put_stats;
		size = NL_STATS_SIZE;
		err = gpuvf_nl_permit(request, info, pf);
	}
	if (!err && info->genlhdr->cmd != GPUVF_CMD_PF_GET)
		err = nl_get_vf(info, pf, &vf);
	if (!err)
		err = nl_answer(genlmsg_new(size, GFP_KERNEL), info, pf, vf,
				put, put == nl_put_stats ||
				nl_may_see(request));
	gpuvf_pf_put(pf);
	return err;
}

/*
 * Dumps. The policy is that of the operation, which takes more than its dump
 * does: so a dump looks at its request when it begins. Not in a start callback,
 * which has no extended ack on 6.1.
 *
 * cb->args[0]: which PF comes next, [1]: which VF of it, [2]: was looked at,
 * [3]: the sender may see everything. That is decided once: later parts are made
 * in the context of the receiver.
 */

static int nl_dump_begin(struct netlink_callback *cb, int not_taken)
{
	struct nlattr *attr = gpuvf_dump_attrs(cb)[not_taken];
	int err;

	if (cb->args[2])
		return 0;
	err = gpuvf_nl_check_version(cb->nlh, cb->extack);
	if (err)
		return err;
	if (attr) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "a dump does not take that attribute");
		return -EINVAL;
	}
	err = gpuvf_nl_check_once(cb->nlh, 0, cb->extack);
	if (!err) {
		cb->args[2] = 1;
		cb->args[3] = nl_may_see(cb->skb);
	}
	return err;
}

/* one message of a dump; 0, or -EMSGSIZE when it has to wait for the next */
static int nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, struct gpuvf_pf *pf, unsigned int vf,
		       gpuvf_nl_put_fn put)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &gpuvf_nl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	err = nl_put_seen(skb, pf, vf, put, cb->args[3]);
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
	int err;

	err = nl_dump_begin(cb, GPUVF_A_PF_BDF);
	if (err)
		return err;
	cb->seq = gpuvf_pf_change_seq(cb->args[3]);
	while (!err && (pf = gpuvf_pf_get_nth(cb->args[0]))) {
		err = nl_dump_one(skb, cb, GPUVF_CMD_PF_GET, pf, 0,
				  gpuvf_nl_put_pf);
		gpuvf_pf_put(pf);
		if (!err)
			cb->args[0]++;
	}
	return skb->len;
}

static int nl_dump_pf_vfs(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd, struct gpuvf_pf *pf, gpuvf_nl_put_fn put)
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

static int nl_dump_vfs(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd, gpuvf_nl_put_fn put)
{
	struct nlattr *bdf = gpuvf_dump_attrs(cb)[GPUVF_A_PF_BDF];
	struct gpuvf_pf *pf;
	int err;

	err = nl_dump_begin(cb, GPUVF_A_PF_VF);
	if (err)
		return err;
	cb->seq = gpuvf_pf_change_seq(cb->args[3]);
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
	return nl_dump_vfs(skb, cb, GPUVF_CMD_VF_GET, gpuvf_nl_put_vf);
}

static int nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	/* of the sender; the receiver need not be the same */
	if (!cb->args[2] && !nl_may_see(cb->skb)) {
		cb->extack->_msg =
			gpuvf_error_ack(GPUVF_REASON_NOT_PERMITTED);
		return -EPERM;
	}
	return nl_dump_vfs(skb, cb, GPUVF_CMD_STATS_GET, nl_put_stats);
}

#define NL_POLICY(name)						\
	.policy = gpuvf_nl_##name##_policy,			\
	.maxattr = ARRAY_SIZE(gpuvf_nl_##name##_policy) - 1

/* what only looks, and what changes something */
#define NL_GET(name, dump, its_policy)				\
	{							\
		.cmd = GPUVF_CMD_##name,			\
		.doit = nl_get_doit,				\
		.dumpit = dump,					\
		NL_POLICY(its_policy),				\
	}
#define NL_CHANGE(name, its_policy)				\
	{							\
		.cmd = GPUVF_CMD_##name,			\
		.doit = gpuvf_nl_change_doit,			\
		NL_POLICY(its_policy),				\
	}

static const struct genl_ops nl_ops[] = {
	NL_GET(PF_GET, nl_pf_get_dumpit, pf_get),
	NL_GET(VF_GET, nl_vf_get_dumpit, vf_get),
	NL_GET(STATS_GET, nl_stats_get_dumpit, vf_get),
	NL_CHANGE(CONFIG_SET, config_set),
	NL_CHANGE(VF_RESET, vf_get),
	NL_CHANGE(VF_STOP, vf_get),
	NL_CHANGE(VF_PAUSE, vf_get),
	NL_CHANGE(VF_RESUME, vf_get),
	NL_CHANGE(PF_RESET, pf_get),
	NL_CHANGE(FB_SCRUB, pf_get),
};

/**
 * gpuvf_netlink_register() - the family exists from here on
 *
 * Return: 0, or the errno of genl_register_family().
 */
int __init gpuvf_netlink_register(void)
{
	gpuvf_nl_family.ops = nl_ops;
	gpuvf_nl_family.n_ops = ARRAY_SIZE(nl_ops);
	return genl_register_family(&gpuvf_nl_family);
}

/** gpuvf_netlink_unregister() - wait for requests under way, take no more */
void gpuvf_netlink_unregister(void)
{
	genl_unregister_family(&gpuvf_nl_family);
}
