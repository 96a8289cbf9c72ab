// SPDX-License-Identifier: GPL-2.0
/*
 * What the parts of the netlink edge share.
 *
 * A refusal is told three times over: as errno; as a constant sentence in the
 * extended ack, with the attribute it is about; and, in a message sent before
 * the error, as a nest with figures and the full sentence, since an extended
 * ack of 6.1 cannot carry any.
 */

#include <linux/bitmap.h>
#include <linux/capability.h>
#include <net/genetlink.h>

#include "api/netlink_msg.h"
#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "fb/scrub.h"
#include "hw/hw.h"
#include "vf/vf.h"

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

static int nl_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, GPUVF_A_PF_PAD);
}

/**
 * gpuvf_nl_put_identity() - add the GPU's name and its generation
 * @skb: message
 * @pf: PF
 *
 * Context: pf->lock or pf->public_lock held.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_identity(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	if (nla_put_string(skb, GPUVF_A_PF_BDF, gpuvf_pf_name(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_GENERATION, pf->public.generation))
		return -EMSGSIZE;
	return 0;
}

/*
 * What only administrators may see of a VF: its state, and counters by which a
 * program sees the end of a reset; pf->lock held.
 */
static int nl_put_vf_states(struct sk_buff *skb, struct gpuvf_vf *vf)
{
	if (nla_put_u32(skb, GPUVF_A_VF_STATE, gpuvf_vf_state_locked(vf)) ||
	    (gpuvf_vf_in_use_locked(vf) &&
	     nla_put_flag(skb, GPUVF_A_VF_IN_USE)) ||
	    nla_put_u64_64bit(skb, GPUVF_A_VF_RESETS, vf->stats.resets,
			      GPUVF_A_VF_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_VF_FAILED_RESETS,
			      vf->stats.failed_resets, GPUVF_A_VF_PAD))
		return -EMSGSIZE;
	return 0;
}

static int nl_put_pf_resets(struct sk_buff *skb, const struct gpuvf_pf *pf)
{
	if ((pf->resetting && nla_put_flag(skb, GPUVF_A_PF_RESETTING)) ||
	    nl_put_u64(skb, GPUVF_A_PF_RESETS, pf->resets) ||
	    nl_put_u64(skb, GPUVF_A_PF_FAILED_RESETS, pf->failed_resets))
		return -EMSGSIZE;
	return 0;
}

/* pf->public_lock held */
static int nl_put_vf_config(struct sk_buff *skb, struct gpuvf_vf *vf,
			    const struct gpuvf_config *cfg)
{
	const struct gpuvf_extent *fb = &cfg->layout.vf[vf->index];
	const struct gpuvf_vf_config *vcfg = &cfg->vf[vf->index];

	lockdep_assert_held(&vf->pf->public_lock);
	if (nla_put_u32(skb, GPUVF_A_VF_INDEX, vf->index) ||
	    (*vf->bdf && nla_put_string(skb, GPUVF_A_VF_BDF, vf->bdf)) ||
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
	    (*vf->holder &&
	     nla_put_string(skb, GPUVF_A_VF_HOLDER, vf->holder)))
		return -EMSGSIZE;
	return 0;
}

/* pf->lock held */
static int nl_put_claims(struct sk_buff *skb, const struct gpuvf_vf *vf)
{
	const struct gpuvf_claims *claims = &vf->guest.claims;
	struct nlattr *nest;

	if (!vf->guest.time_ns)
		return 0;
	nest = nla_nest_start(skb, GPUVF_A_VF_CLAIMS);
	if (!nest ||
	    nla_put_string(skb, GPUVF_A_CLAIMS_DRIVER, claims->driver) ||
	    nla_put_u64_64bit(skb, GPUVF_A_CLAIMS_FB_USED, claims->used_bytes,
			      GPUVF_A_CLAIMS_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_CLAIMS_FB_TOTAL,
			      claims->total_bytes, GPUVF_A_CLAIMS_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_CLAIMS_TIME_NS, vf->guest.time_ns,
			      GPUVF_A_CLAIMS_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* pf->lock held */
static int nl_put_whole_vf(struct sk_buff *skb, struct gpuvf_vf *vf,
			   const struct gpuvf_config *cfg)
{
	int err;

	spin_lock(&vf->pf->public_lock);
	err = nl_put_vf_config(skb, vf, cfg);
	spin_unlock(&vf->pf->public_lock);
	return err ? err : nl_put_vf_states(skb, vf);
}

static int nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg, unsigned int vf,
		     bool claims)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_VF);
	int err;

	if (!nest)
		return -EMSGSIZE;
	if (cfg)
		err = nl_put_whole_vf(skb, &pf->vf[vf], cfg);
	else
		err = nl_put_vf_config(skb, &pf->vf[vf], &pf->public.config);
	if (!err && cfg && claims)
		err = nl_put_claims(skb, &pf->vf[vf]);
	if (err) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * gpuvf_nl_put_vf() - add a VF
 * @skb: message
 * @pf: PF
 * @cfg: its configuration, or one that it might have; NULL: add what every user
 *	may see
 * @vf: index of the VF
 *
 * Context: pf->lock held; pf->public_lock instead where @cfg is NULL.
 * Return: 0, -EMSGSIZE: nothing was added.
 */
int gpuvf_nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf)
{
	return nl_put_vf(skb, pf, cfg, vf, false);
}

static int nl_put_pf_hardware(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	const struct gpuvf_public *public = &pf->public;

	lockdep_assert_held(&pf->public_lock);
	if (nla_put_string(skb, GPUVF_A_PF_BACKEND, pf->hw->name) ||
	    nla_put_u32(skb, GPUVF_A_PF_STATE, public->wedged ?
			GPUVF_PF_STATE_WEDGED : GPUVF_PF_STATE_READY) ||
	    nla_put_u32(skb, GPUVF_A_PF_CAPABILITIES, pf->capabilities) ||
	    nla_put_u32(skb, GPUVF_A_PF_VENDOR, pf->vendor) ||
	    nla_put_u32(skb, GPUVF_A_PF_DEVICE, pf->device) ||
	    nla_put_s32(skb, GPUVF_A_PF_NUMA_NODE, pf->numa_node) ||
	    nla_put_u32(skb, GPUVF_A_PF_TOTAL_VFS, pf->total_vfs) ||
	    nla_put_u32(skb, GPUVF_A_PF_NUM_VFS, public->num_vfs) ||
	    (public->vfs_changing &&
	     nla_put_flag(skb, GPUVF_A_PF_VFS_CHANGING)) ||
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

static int nl_put_extent(struct sk_buff *skb, int attr, u64 start, u64 size)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    nla_put_u64_64bit(skb, GPUVF_A_EXTENT_OFFSET, start,
			      GPUVF_A_EXTENT_PAD) ||
	    nla_put_u64_64bit(skb, GPUVF_A_EXTENT_SIZE, size,
			      GPUVF_A_EXTENT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int nl_put_withheld(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	const struct gpuvf_extent *extent;
	unsigned int num;
	int err;

	extent = gpuvf_clear_withheld_locked(pf, &num);
	err = nla_put_u32(skb, GPUVF_A_PF_FB_WITHHELD_EXTENTS, num);
	for (; num && !err; extent++, num--)
		err = nl_put_extent(skb, GPUVF_A_PF_FB_WITHHELD_EXTENT,
				    extent->start, extent->size);
	return err;
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
	    nl_put_extent(skb, GPUVF_A_PF_FB_VF_AREA, layout->vf_base,
			  layout->vf_end - layout->vf_base) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_FREE, layout->free_bytes) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_LARGEST_FREE,
		       layout->largest_free_bytes))
		return -EMSGSIZE;
	return 0;
}

/* what only administrators may see of a GPU; pf->lock held */
static int nl_put_pf_states(struct sk_buff *skb, struct gpuvf_pf *pf,
			    const struct gpuvf_config *cfg)
{
	if (nl_put_u64(skb, GPUVF_A_PF_FB_DIRTY,
		       gpuvf_clear_dirty_bytes_locked(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_FB_WITHHELD,
		       gpuvf_clear_withheld_bytes_locked(pf)) ||
	    nl_put_u64(skb, GPUVF_A_PF_ROUND_US,
		       gpuvf_world_round_us(pf, cfg)))
		return -EMSGSIZE;
	return nl_put_pf_resets(skb, pf) ?: nl_put_withheld(skb, pf);
}

/**
 * gpuvf_nl_put_one_vf() - add a GPU's name and one of its VFs
 * @skb: message
 * @pf: PF
 * @cfg: as for gpuvf_nl_put_vf()
 * @vf: index of the VF
 *
 * Context: pf->lock held; pf->public_lock instead where @cfg is NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_one_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
			const struct gpuvf_config *cfg, unsigned int vf)
{
	int err = gpuvf_nl_put_identity(skb, pf);

	return err ? err : gpuvf_nl_put_vf(skb, pf, cfg, vf);
}

/**
 * gpuvf_nl_put_claiming_vf() - gpuvf_nl_put_one_vf(), with what its guest claims
 * @skb: message, with room for GPUVF_NL_CLAIMS_SIZE more
 * @pf: PF
 * @cfg: as for gpuvf_nl_put_vf()
 * @vf: index of the VF
 *
 * Context: pf->lock held; pf->public_lock instead where @cfg is NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_claiming_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
			     const struct gpuvf_config *cfg, unsigned int vf)
{
	int err = gpuvf_nl_put_identity(skb, pf);

	return err ? err : nl_put_vf(skb, pf, cfg, vf, true);
}

/* pf->lock held */
static int nl_put_whole_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
			   const struct gpuvf_config *cfg)
{
	int err;

	spin_lock(&pf->public_lock);
	err = nl_put_pf_hardware(skb, pf);
	spin_unlock(&pf->public_lock);
	return err ?: nl_put_pf_config(skb, pf, cfg) ?:
	       nl_put_pf_states(skb, pf, cfg);
}

/**
 * gpuvf_nl_put_pf() - add a GPU, without its VFs
 * @skb: message
 * @pf: PF
 * @cfg: its configuration, or one that it might have; NULL: add what every user
 *	may see
 * @vf: ignored
 *
 * Context: pf->lock held; pf->public_lock instead where @cfg is NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf)
{
	struct gpuvf_config *public = &pf->public.config;
	int err;

	err = gpuvf_nl_put_identity(skb, pf);
	if (err)
		return err;
	if (cfg)
		return nl_put_whole_pf(skb, pf, cfg);
	/* that memory could not be scrubbed is the consequence of its use */
	gpuvf_layout_measure(&public->layout, pf->total_vfs, 0, NULL);
	return nl_put_pf_hardware(skb, pf) ?: nl_put_pf_config(skb, pf, public);
}

static int nl_put_all(struct sk_buff *skb, struct gpuvf_pf *pf,
		      const struct gpuvf_config *cfg, bool claims)
{
	unsigned int i;
	int err;

	err = gpuvf_nl_put_pf(skb, pf, cfg, 0);
	for (i = 0; i < pf->total_vfs && !err; i++)
		err = nl_put_vf(skb, pf, cfg, i, claims);
	return err;
}

/**
 * gpuvf_nl_put_everything() - add a GPU with all its VFs
 * @skb: message, with room for GPUVF_NL_FULL_SIZE
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 *
 * Context: pf->lock held.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_everything(struct sk_buff *skb, struct gpuvf_pf *pf,
			    const struct gpuvf_config *cfg)
{
	return nl_put_all(skb, pf, cfg, false);
}

/**
 * gpuvf_nl_put_public() - add a GPU with all its VFs, as every user may see it
 * @skb: message, with room for GPUVF_NL_FULL_SIZE
 * @pf: PF
 *
 * Context: any where interrupts are on.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_public(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	int err;

	spin_lock(&pf->public_lock);
	err = nl_put_all(skb, pf, NULL, false);
	spin_unlock(&pf->public_lock);
	return err;
}

/**
 * gpuvf_nl_put_claiming() - add a GPU with all its VFs and what their guests claim
 * @skb: message, with room for GPUVF_NL_CLAIMS_SIZE more for each VF
 * @pf: PF
 * @cfg: as for gpuvf_nl_put_vf()
 * @vf: ignored
 *
 * Context: pf->lock held; pf->public_lock instead where @cfg is NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_claiming(struct sk_buff *skb, struct gpuvf_pf *pf,
			  const struct gpuvf_config *cfg, unsigned int vf)
{
	return nl_put_all(skb, pf, cfg, true);
}

/**
 * gpuvf_nl_put_refusal() - why not
 * @skb: message
 * @why: made by gpuvf_refuse()
 *
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_refusal(struct sk_buff *skb, const struct gpuvf_refusal *why)
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
 * gpuvf_nl_parse_nest() - take a nest of a request apart
 * @nest: the nest, which the core found to be as the operation's policy wants it
 * @attrs: @max + 1 entries for what is in it
 * @max: last type that the policy of the nest knows
 * @needed: type of what must be in it
 * @without: what is said when that is missing; a constant
 * @extack: where to complain
 *
 * The core has walked into every nest whose policy it knows before it calls a
 * handler; to validate those of 31 VFs once more costs a twelfth of the request.
 *
 * Return: 0, with @needed in @attrs; -EINVAL.
 */
int gpuvf_nl_parse_nest(struct nlattr *nest, struct nlattr **attrs, int max,
			int needed, const char *without,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem;

	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	nla_for_each_nested(attr, nest, rem) {
		int type = nla_type(attr);

		/* cannot be: the policy of the nest knows no later one */
		if (WARN_ON_ONCE(type > max))
			return -EINVAL;
		if (attrs[type]) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "the attribute was given twice");
			return -EINVAL;
		}
		attrs[type] = attr;
	}
	if (NL_REQ_ATTR_CHECK(extack, nest, attrs, needed)) {
		extack->_msg = without;
		return -EINVAL;
	}
	return 0;
}

/**
 * gpuvf_nl_refuse() - tell the requester why, in all three ways
 * @info: request
 * @bdf: the GPU that it named
 * @why: made by gpuvf_refuse()
 * @attr: attribute of the request that it is about, or NULL
 *
 * The message is not worth a second error: when it cannot be had, errno and
 * extended ack still go out.
 *
 * Return: the errno of the refusal.
 */
int gpuvf_nl_refuse(struct genl_info *info, const char *bdf,
		    const struct gpuvf_refusal *why, const struct nlattr *attr)
{
	struct sk_buff *skb;
	void *hdr;

	/* a constant string, if not a literal as GENL_SET_ERR_MSG() wants */
	if (info->extack)
		info->extack->_msg = gpuvf_refusal_ack(why->reason);
	if (attr)
		NL_SET_BAD_ATTR(info->extack, attr);

	skb = genlmsg_new(GPUVF_NL_SHORT_SIZE, GFP_KERNEL);
	if (!skb)
		return why->error;
	hdr = genlmsg_put_reply(skb, info, &gpuvf_nl_family, 0,
				info->genlhdr->cmd);
	if (!hdr || nla_put_string(skb, GPUVF_A_PF_BDF, bdf) ||
	    gpuvf_nl_put_refusal(skb, why)) {
		nlmsg_free(skb);
		return why->error;
	}
	genlmsg_end(skb, hdr);
	genlmsg_reply(skb, info);
	return why->error;
}

static int nl_refuse_pf(struct genl_info *info, const char *bdf)
{
	struct gpuvf_refusal why = {
		.vf = GPUVF_NO_VF,
		.reason = GPUVF_REASON_NO_SUCH_PF,
	};

	gpuvf_refuse(&why, bdf);
	return gpuvf_nl_refuse(info, bdf, &why, info->attrs[GPUVF_A_PF_BDF]);
}

/**
 * gpuvf_nl_may_see() - check whether a requester may see what tenants do
 * @skb: request
 *
 * Most who ask may not: they are not worth an audit record each.
 *
 * Context: that of the sender, not of the receiver of a dump.
 * Return: true with CAP_SYS_ADMIN in the initial user namespace.
 */
bool gpuvf_nl_may_see(const struct sk_buff *skb)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN) &&
	       netlink_capable(skb, CAP_SYS_ADMIN);
}

/**
 * gpuvf_nl_put_seen() - add something of a GPU, as far as it may be seen
 * @skb: message
 * @pf: PF
 * @vf: index of the VF, if it is about one
 * @put: adds it
 * @all: with all that there is; else with what every user may see
 *
 * Without @all, pf->lock is not taken: see struct gpuvf_public.
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: 0; -ENODEV: the GPU is gone; -EMSGSIZE.
 */
int gpuvf_nl_put_seen(struct sk_buff *skb, struct gpuvf_pf *pf, unsigned int vf,
		      gpuvf_nl_put_fn put, bool all)
{
	int err;

	if (!all) {
		spin_lock(&pf->public_lock);
		err = READ_ONCE(pf->gone) ? -ENODEV : put(skb, pf, NULL, vf);
		spin_unlock(&pf->public_lock);
		return err;
	}
	gpuvf_pf_lock(pf);
	err = pf->gone ? -ENODEV : put(skb, pf, &pf->config, vf);
	gpuvf_pf_unlock(pf);
	return err;
}

/**
 * gpuvf_nl_answer() - answer a request about one thing
 * @skb: message with enough room, or NULL; it is gone afterwards
 * @info: request
 * @pf: PF that it names
 * @vf: index of the VF, if it names one
 * @put: adds the answer
 * @all: with all that there is; else with what every user may see
 *
 * Context: may sleep; pf->lock must not be held.
 * Return: 0; -ENOMEM; -ENODEV: the GPU is gone, and the requester knows;
 * -EMSGSIZE.
 */
int gpuvf_nl_answer(struct sk_buff *skb, struct genl_info *info,
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
		err = gpuvf_nl_put_seen(skb, pf, vf, put, all);
	if (!err) {
		genlmsg_end(skb, hdr);
		return genlmsg_reply(skb, info);
	}
	nlmsg_free(skb);
	return err == -ENODEV ? nl_refuse_pf(info, gpuvf_pf_name(pf)) : err;
}

/**
 * gpuvf_nl_get_pf() - the GPU that a request names
 * @info: request, in which nothing but a VF's nest in config-set is given twice
 *
 * Context: may sleep.
 * Return: PF with a reference, to be given back by gpuvf_pf_put(); ERR_PTR of
 * -EINVAL or -ENODEV, and the requester knows why.
 */
struct gpuvf_pf *gpuvf_nl_get_pf(struct genl_info *info)
{
	const char *bdf;
	struct gpuvf_pf *pf;
	int err;

	err = gpuvf_nl_check_once(info->nlhdr,
				  info->genlhdr->cmd == GPUVF_CMD_CONFIG_SET ?
				  GPUVF_A_PF_VF : 0, info->extack);
	if (err)
		return ERR_PTR(err);
	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_BDF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a GPU");
		return ERR_PTR(-EINVAL);
	}
	bdf = nla_data(info->attrs[GPUVF_A_PF_BDF]);
	pf = gpuvf_pf_get(bdf);
	return pf ? pf : ERR_PTR(nl_refuse_pf(info, bdf));
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
	struct nlattr *attrs[GPUVF_A_VF_INDEX + 1];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, GPUVF_A_PF_VF)) {
		GENL_SET_ERR_MSG(info, "the request does not name a VF");
		return -EINVAL;
	}
	err = gpuvf_nl_parse_nest(info->attrs[GPUVF_A_PF_VF], attrs,
				  GPUVF_A_VF_INDEX, GPUVF_A_VF_INDEX,
				  GPUVF_NL_NO_INDEX, info->extack);
	if (!err)
		*vf = nla_get_u32(attrs[GPUVF_A_VF_INDEX]);
	return err;
}

/**
 * gpuvf_nl_get_vf() - the VF that a request which only looks names
 * @info: request
 * @pf: PF that it names
 * @vf: where the VF's index goes
 *
 * Return: 0; -EINVAL, and the requester knows why.
 */
int gpuvf_nl_get_vf(struct genl_info *info, struct gpuvf_pf *pf,
		    unsigned int *vf)
{
	struct gpuvf_refusal why = { .vf = GPUVF_NO_VF };
	int err = gpuvf_nl_get_index(info, vf);

	if (err || *vf < pf->total_vfs)
		return err;
	why.reason = GPUVF_REASON_NO_SUCH_VF;
	why.asked = *vf;
	why.limit = pf->total_vfs;
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	return gpuvf_nl_refuse(info, gpuvf_pf_name(pf), &why,
			       nla_find_nested(info->attrs[GPUVF_A_PF_VF],
					       GPUVF_A_VF_INDEX));
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
	struct gpuvf_refusal why = {
		.vf = GPUVF_NO_VF,
		.reason = GPUVF_REASON_NOT_PERMITTED,
	};

	if (netlink_capable(request, CAP_SYS_ADMIN))
		return 0;
	gpuvf_refuse(&why, gpuvf_pf_name(pf));
	return gpuvf_nl_refuse(info, gpuvf_pf_name(pf), &why, NULL);
}
