// SPDX-License-Identifier: GPL-2.0
/*
 * What the parts of the netlink edge share.
 *
 * The reason of a refused request is given three times: as errno; as a constant message in the
 * extended ack, with the attribute it is about; and, in a message sent before
 * the error, as a nest with figures and the full message, since an extended
 * ack of 6.1 cannot carry any.
 */

#include <linux/bitmap.h>
#include <linux/capability.h>
#include <net/genetlink.h>

#include "api/netlink_msg.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/pf.h"

static const struct genl_multicast_group nl_groups[GPUVF_NL_NUM_GROUPS] = {
	[GPUVF_NL_GROUP_CONFIG] = { .name = GPUVF_MCGRP_CONFIG },
	/* when tenants do what is a side channel between them */
	[GPUVF_NL_GROUP_EVENT] = { .name = GPUVF_MCGRP_EVENT,
				   .flags = GENL_MCAST_CAP_SYS_ADMIN },
};

/*
 * Initial network namespace only: GPUs belong to the host. The operations, which
 * make messages of it, are added by gpuvf_netlink_register().
 */
struct genl_family gpuvf_nl_family __ro_after_init = {
	.name = GPUVF_FAMILY_NAME,
	.version = GPUVF_FAMILY_VERSION,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.mcgrps = nl_groups,
	.n_mcgrps = ARRAY_SIZE(nl_groups),
};

/**
 * gpuvf_nl_check_version() - a request has to be of the family's version
 * @nlh: request
 * @extack: where to complain
 *
 * Attributes of another version may mean something else. The core only passes the
 * version on. (The kernel's YNL clients write 1, whatever the spec says.)
 *
 * Return: 0, -EPROTO.
 */
int gpuvf_nl_check_version(const struct nlmsghdr *nlh,
			   struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	if (genl->version == GPUVF_FAMILY_VERSION)
		return 0;
	gpuvf_extack_version(extack, genl->version);
	return -EPROTO;
}

/**
 * gpuvf_nl_check_once() - no attribute may be given twice
 * @nlh: request
 * @multi: type of the attribute that may, 0: none
 * @extack: where to complain
 *
 * The core parses a request and keeps the last one of each.
 *
 * Return: 0, -EINVAL.
 */
int gpuvf_nl_check_once(const struct nlmsghdr *nlh, int multi,
			struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, GPUVF_A_PF_MAX + 1) = { 0 };
	struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) == multi ||
		    !__test_and_set_bit(nla_type(attr), seen))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the attribute was given twice");
		return -EINVAL;
	}
	return 0;
}

/**
 * gpuvf_nl_check_nest() - check what the core does not check of a nest of a request
 * @nest: the nest, which the core found to be as the operation's policy wants it
 * @needed: type of what must be in it
 * @without: what is said when that is missing; a constant
 * @extack: where to complain
 *
 * The core has walked into every nest whose policy it knows before it calls a
 * handler; to validate those of 31 VFs once more costs a twelfth of the request.
 *
 * Return: 0: @needed is there, and no attribute twice; -EINVAL.
 */
int gpuvf_nl_check_nest(const struct nlattr *nest, int needed,
			const char *without, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u64 seen = 0;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		/* cannot be: no policy of a nest knows such a type */
		if (WARN_ON_ONCE(nla_type(attr) >= BITS_PER_TYPE(seen)))
			return -EINVAL;
		if (seen & BIT_ULL(nla_type(attr))) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the attribute was given twice");
			return -EINVAL;
		}
		seen |= BIT_ULL(nla_type(attr));
	}
	if (seen & BIT_ULL(needed))
		return 0;
	NL_SET_ERR_ATTR_MISS(extack, (struct nlattr *)nest, needed);
	extack->_msg = without;
	return -EINVAL;
}

static int nl_put_refusal(struct sk_buff *skb, const struct gpuvf_error *error)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_ERROR);

	if (!nest ||
	    nla_put_u32(skb, GPUVF_A_ERROR_REASON, error->reason) ||
	    (error->vf != GPUVF_NO_VF &&
	     nla_put_u32(skb, GPUVF_A_ERROR_VF_INDEX, error->vf)) ||
	    nla_put_u64_64bit(skb, GPUVF_A_ERROR_VALUE, error->value,
			      GPUVF_A_ERROR_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_ERROR_LIMIT, error->limit,
			      GPUVF_A_ERROR_PAD) ||
	    nla_put_string(skb, GPUVF_A_ERROR_MESSAGE, error->message))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * gpuvf_nl_error() - give the requester the reason, in all three ways
 * @info: request
 * @bdf: the GPU that it named
 * @error: made by gpuvf_error_set()
 * @attr: attribute of the request that it is about, or NULL
 *
 * The message is not worth a second error: when it cannot be had, errno and
 * extended ack still go out.
 *
 * Return: the errno.
 */
int gpuvf_nl_error(struct genl_info *info, const char *bdf,
		   const struct gpuvf_error *error, const struct nlattr *attr)
{
	struct sk_buff *skb;
	void *hdr;

	/* a constant string, if not a literal as GENL_SET_ERR_MSG() wants */
	if (info->extack)
		info->extack->_msg = gpuvf_error_ack(error->reason);
	if (attr)
		NL_SET_BAD_ATTR(info->extack, attr);

	skb = genlmsg_new(GPUVF_NL_SHORT_SIZE, GFP_KERNEL);
	if (!skb)
		return error->error;
	hdr = genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
				info->genlhdr->cmd);
	if (!hdr || nla_put_string(skb, GPUVF_A_PF_BDF, bdf) ||
	    nl_put_refusal(skb, error)) {
		nlmsg_free(skb);
		return error->error;
	}
	genlmsg_end(skb, hdr);
	genlmsg_reply(skb, info);
	return error->error;
}

static int nl_refuse(struct genl_info *info, const char *bdf,
		     enum gpuvf_reason reason, const struct nlattr *attr)
{
	struct gpuvf_error error = { .vf = GPUVF_NO_VF };

	gpuvf_refuse_plain(&error, bdf, reason);
	return gpuvf_nl_error(info, bdf, &error, attr);
}

/**
 * gpuvf_nl_refuse_pf() - there is no such GPU, or not any more
 * @info: request
 * @bdf: the GPU that it named
 *
 * Return: -ENODEV, and the requester knows why.
 */
int gpuvf_nl_refuse_pf(struct genl_info *info, const char *bdf)
{
	return nl_refuse(info, bdf, GPUVF_REASON_NO_SUCH_PF,
			 info->attrs[GPUVF_A_PF_BDF]);
}

/**
 * gpuvf_nl_get_pf() - the GPU that a request names
 * @info: request, of the family's version, in which nothing but a VF's nest in
 *	config-set is given twice
 *
 * Context: may sleep.
 * Return: PF with a reference, to be given back by gpuvf_pf_put(); ERR_PTR of
 * -EPROTO, -EINVAL or -ENODEV, and the requester knows why.
 */
struct gpuvf_pf *gpuvf_nl_get_pf(struct genl_info *info)
{
	const char *bdf;
	struct gpuvf_pf *pf;
	int err;

	err = gpuvf_nl_check_version(info->nlhdr, info->extack);
	if (!err)
		err = gpuvf_nl_check_once(info->nlhdr, info->genlhdr->cmd ==
					  GPUVF_CMD_CONFIG_SET ?
					  GPUVF_A_PF_VF : 0, info->extack);
	if (err)
		return ERR_PTR(err);
	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_BDF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a GPU");
		return ERR_PTR(-EINVAL);
	}
	bdf = nla_data(info->attrs[GPUVF_A_PF_BDF]);
	pf = gpuvf_pf_get(bdf);
	return pf ? pf : ERR_PTR(gpuvf_nl_refuse_pf(info, bdf));
}

/**
 * gpuvf_nl_get_index() - the index of the VF that a request names
 * @info: request, which says nothing else of a VF
 * @vf: where it goes; not checked against any GPU
 *
 * Return: 0; -EINVAL, and the requester knows why.
 */
int gpuvf_nl_get_index(struct genl_info *info, unsigned int *vf)
{
	const struct nlattr *nest = info->attrs[GPUVF_A_PF_VF];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_VF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a VF");
		return -EINVAL;
	}
	err = gpuvf_nl_check_nest(nest, GPUVF_A_VF_INDEX, GPUVF_NL_NO_INDEX,
				  info->extack);
	if (!err)
		*vf = nla_get_u32(nla_find_nested(nest, GPUVF_A_VF_INDEX));
	return err;
}

/**
 * gpuvf_nl_permit() - check that a requester may change or inspect a GPU
 * @request: request
 * @info: the same, parsed
 * @pf: PF that it names
 *
 * CAP_SYS_ADMIN in the initial user namespace is all that is needed, as in
 * sysfs; the opener of the socket needs it as well as the sender.
 *
 * Return: 0; -EPERM, and the error was sent.
 */
int gpuvf_nl_permit(struct sk_buff *request, struct genl_info *info,
		    struct gpuvf_pf *pf)
{
	if (netlink_capable(request, CAP_SYS_ADMIN))
		return 0;
	return nl_refuse(info, gpuvf_pf_name(pf), GPUVF_REASON_NOT_PERMITTED,
			 NULL);
}
