// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink says of GPUs and VFs: in answers, and without being asked. The group
 * "config" has how GPUs are; the group "event", what they and their VFs did.
 */

#include <net/genetlink.h>

#include "api/api.h"
#include "api/netlink_msg.h"
#include "base/event.h"
#include "base/pf.h"
#include "config/config.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

/**
 * struct nl_number - a number of a message
 * @type: attribute
 * @is_u64: of 64 bits, not 32
 * @value: its value
 */
struct nl_number {
	u16 type;
	bool is_u64;
	u64 value;
};

#define NL_U32(its_type, its_value)	{ .type = its_type, .value = its_value }
#define NL_U64(its_type, its_value)	\
	{ .type = its_type, .is_u64 = true, .value = its_value }

/*
 * Add numbers at once, in a caller that knows their types: an answer about 31 VFs has
 * more than 300. Attribute by attribute they made config-set some 15 us slower in
 * virtual time, and loops over the types 8 us. 0, -EMSGSIZE.
 */
static __always_inline int nl_put_numbers(struct sk_buff *skb,
					  const struct nl_number *number,
					  unsigned int num)
{
	struct nlattr *attr;
	size_t size = 0;
	unsigned int i;
	int err = 0;

	if (!IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS)) {
		/* where 64 bits are padded, which is type 1 of every nest */
		for (; num && !err; number++, num--)
			err = number->is_u64 ?
			      nla_put_u64_64bit(skb, number->type, number->value,
						GPUVF_A_PF_PAD) :
			      nla_put_u32(skb, number->type, number->value);
		return err;
	}
#pragma GCC unroll 12
	for (i = 0; i < num; i++)
		size += NLA_HDRLEN + (number[i].is_u64 ? sizeof(u64) : sizeof(u32));
	if (skb_tailroom(skb) < size)
		return -EMSGSIZE;
	attr = skb_put(skb, size);
#pragma GCC unroll 12
	for (i = 0; i < num; i++) {
		void *data = nla_data(attr);

		attr->nla_type = number[i].type;
		if (number[i].is_u64)
			*(u64 *)data = number[i].value;
		else
			*(u32 *)data = number[i].value;
		attr->nla_len = NLA_HDRLEN +
				(number[i].is_u64 ? sizeof(u64) : sizeof(u32));
		attr = (void *)attr + attr->nla_len;
	}
	return 0;
}

/* a nest of numbers alone */
static __always_inline int nl_put_nest(struct sk_buff *skb, int type,
				       const struct nl_number *number,
				       unsigned int num)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || nl_put_numbers(skb, number, num))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * gpuvf_nl_put_identity() - add the GPU's name and its revision
 * @skb: message
 * @pf: PF
 *
 * Context: pf->lock or pf->public_lock held.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_identity(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	const struct nl_number numbers[] = {
		NL_U64(GPUVF_A_PF_REVISION, pf->public.revision),
	};

	return nla_put_string(skb, GPUVF_A_PF_BDF, gpuvf_pf_name(pf)) ?:
	       nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers));
}

/*
 * What only administrators may see of a VF: its state, and counters by which a
 * program sees the end of a reset; pf->lock held.
 */
static int nl_put_vf_states(struct sk_buff *skb, struct gpuvf_vf *vf)
{
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_VF_STATE, gpuvf_vf_state_locked(vf)),
		NL_U64(GPUVF_A_VF_RESETS, vf->stats.resets),
		NL_U64(GPUVF_A_VF_FAILED_RESETS, vf->stats.failed_resets),
	};

	if (gpuvf_vf_in_use_locked(vf) && nla_put_flag(skb, GPUVF_A_VF_IN_USE))
		return -EMSGSIZE;
	return nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers));
}

static int nl_put_vf_engine(struct sk_buff *skb, enum gpuvf_engine_id id,
			    const struct gpuvf_vf_times *times)
{
	const u32 preempt_us = gpuvf_config_preempt_us(times);
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_ENGINE_ID, id),
		NL_U32(GPUVF_A_ENGINE_TIME_SLICE_US, times->time_slice_us),
		NL_U32(GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US, preempt_us),
		NL_U32(GPUVF_A_ENGINE_TIME_SLICE_EFFECTIVE_US,
		       times->time_slice_effective_us),
		NL_U32(GPUVF_A_ENGINE_PREEMPT_TIMEOUT_EFFECTIVE_US, preempt_us),
	};

	return nl_put_nest(skb, GPUVF_A_VF_ENGINE, numbers, ARRAY_SIZE(numbers));
}

static int nl_put_vf_engines(struct sk_buff *skb, struct gpuvf_pf *pf,
			     const struct gpuvf_vf_config *vcfg)
{
	struct gpuvf_engine *e;
	int err = 0;

	gpuvf_for_each_engine(e, pf)
		err = err ?: nl_put_vf_engine(skb, e->id, &vcfg->engine[e->id]);
	return err;
}

/* pf->public_lock held */
static int nl_put_vf_config(struct sk_buff *skb, struct gpuvf_vf *vf,
			    const struct gpuvf_config *cfg)
{
	const struct gpuvf_extent *fb = &cfg->layout.vf[vf->index];
	const struct gpuvf_vf_config *vcfg = &cfg->vf[vf->index];
	/* without a quota, 0 would be an offset */
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_VF_INDEX, vf->index),
		NL_U64(GPUVF_A_VF_FB_QUOTA, fb->size),
		NL_U64(GPUVF_A_VF_FB_OFFSET, fb->start),
	};

	lockdep_assert_held(&vf->pf->public_lock);
	if (nl_put_numbers(skb, numbers, fb->size ? 3 : 2) ||
	    (*vf->bdf && nla_put_string(skb, GPUVF_A_VF_BDF, vf->bdf)) ||
	    (vcfg->fb_auto && nla_put_flag(skb, GPUVF_A_VF_FB_AUTO)) ||
	    nl_put_vf_engines(skb, vf->pf, vcfg) ||
	    (*vcfg->profile &&
	     nla_put_string(skb, GPUVF_A_VF_PROFILE, vcfg->profile)) ||
	    (*vf->driver &&
	     nla_put_string(skb, GPUVF_A_VF_DRIVER, vf->driver)))
		return -EMSGSIZE;
	return 0;
}

/* pf->lock held */
static int nl_put_claims(struct sk_buff *skb, const struct gpuvf_vf *vf)
{
	const struct gpuvf_claims *claims = &vf->guest.claims;
	const struct nl_number numbers[] = {
		NL_U64(GPUVF_A_CLAIMS_FB_USED, claims->used_bytes),
		NL_U64(GPUVF_A_CLAIMS_FB_TOTAL, claims->total_bytes),
		NL_U64(GPUVF_A_CLAIMS_TIME_NS, vf->guest.time_ns),
	};
	struct nlattr *nest;

	if (!vf->guest.time_ns)
		return 0;
	nest = nla_nest_start(skb, GPUVF_A_VF_CLAIMS);
	if (!nest ||
	    nla_put_string(skb, GPUVF_A_CLAIMS_DRIVER, claims->driver) ||
	    nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* one VF; @cfg: NULL: without what only administrators may see; pf->public_lock held */
static int nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg, unsigned int vf)
{
	struct nlattr *nest = nla_nest_start(skb, GPUVF_A_PF_VF);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nl_put_vf_config(skb, &pf->vf[vf], cfg ?: &pf->public.config);
	if (!err && cfg)
		err = nl_put_vf_states(skb, &pf->vf[vf]);
	/* of what is, not of what might be configured */
	if (!err && cfg == &pf->config)
		err = nl_put_claims(skb, &pf->vf[vf]);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

static int nl_put_pf_hardware(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	const struct gpuvf_public *public = &pf->public;
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_PF_STATE, public->wedged ? GPUVF_PF_STATE_WEDGED :
							  GPUVF_PF_STATE_READY),
		NL_U32(GPUVF_A_PF_CAPABILITIES, pf->hw->caps.capabilities),
		NL_U32(GPUVF_A_PF_VENDOR, pf->vendor),
		NL_U32(GPUVF_A_PF_DEVICE, pf->device),
		NL_U32(GPUVF_A_PF_NUMA_NODE, pf->numa_node),
		NL_U32(GPUVF_A_PF_TOTAL_VFS, pf->total_vfs),
		NL_U32(GPUVF_A_PF_NUM_VFS, public->num_vfs),
	};

	lockdep_assert_held(&pf->public_lock);
	if (nla_put_string(skb, GPUVF_A_PF_BACKEND, pf->hw->ops->name) ||
	    (public->vfs_changing &&
	     nla_put_flag(skb, GPUVF_A_PF_VFS_CHANGING)))
		return -EMSGSIZE;
	return nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers));
}

/* @cfg: NULL: without what only administrators may see */
static int nl_put_pf_engine(struct sk_buff *skb, struct gpuvf_engine *e,
			    const struct gpuvf_config *cfg)
{
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_ENGINE_ID, e->id),
		NL_U32(GPUVF_A_ENGINE_TIME_SLICE_MIN_US, e->time_slice_min_us),
		NL_U32(GPUVF_A_ENGINE_TIME_SLICE_MAX_US, e->time_slice_max_us),
		NL_U32(GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MIN_US, GPUVF_PREEMPT_MIN_US),
		NL_U32(GPUVF_A_ENGINE_PREEMPT_TIMEOUT_MAX_US, GPUVF_PREEMPT_MAX_US),
		NL_U64(GPUVF_A_ENGINE_ROTATION_US,
		       cfg ? e->ops->rotation_us(e, cfg) : 0),
	};

	return nl_put_nest(skb, GPUVF_A_PF_ENGINE, numbers,
			   ARRAY_SIZE(numbers) - !cfg);
}

static int nl_put_pf_engines(struct sk_buff *skb, struct gpuvf_pf *pf,
			     const struct gpuvf_config *cfg)
{
	struct gpuvf_engine *e;
	int err = 0;

	gpuvf_for_each_engine(e, pf)
		err = err ?: nl_put_pf_engine(skb, e, cfg);
	return err;
}

static int nl_put_extent(struct sk_buff *skb, int attr, u64 start, u64 size)
{
	const struct nl_number numbers[] = {
		NL_U64(GPUVF_A_EXTENT_OFFSET, start),
		NL_U64(GPUVF_A_EXTENT_SIZE, size),
	};

	return nl_put_nest(skb, attr, numbers, ARRAY_SIZE(numbers));
}

/* their number as attribute @number, and each as attribute @attr */
static int nl_put_extents(struct sk_buff *skb, int number, int attr,
			  unsigned int num, const struct gpuvf_extent *extent)
{
	int err;

	err = nla_put_u32(skb, number, num);
	for (; num && !err; extent++, num--)
		err = nl_put_extent(skb, attr, extent->start, extent->size);
	return err;
}

static int nl_put_quarantined(struct sk_buff *skb, struct gpuvf_pf *pf)
{
	const struct gpuvf_extent *extent;
	unsigned int num;

	extent = gpuvf_scrub_quarantined_locked(pf, &num);
	return nl_put_extents(skb, GPUVF_A_PF_FB_QUARANTINED_EXTENTS,
			      GPUVF_A_PF_FB_QUARANTINED_EXTENT, num, extent);
}

static int nl_put_pf_config(struct sk_buff *skb, struct gpuvf_pf *pf,
			    const struct gpuvf_config *cfg)
{
	const struct gpuvf_fb_geometry *fb = &pf->hw->caps.fb;
	const struct gpuvf_layout *layout = &cfg->layout;
	const struct nl_number numbers[] = {
		NL_U32(GPUVF_A_PF_PROVISIONING, cfg->provisioning),
		NL_U32(GPUVF_A_PF_POLICY, cfg->policy),
		NL_U64(GPUVF_A_PF_FB_TOTAL, fb->total_bytes),
		NL_U64(GPUVF_A_PF_FB_ALLOC_UNIT, fb->unit_bytes),
		NL_U64(GPUVF_A_PF_FB_ALIGN, fb->align_bytes),
		NL_U64(GPUVF_A_PF_FB_PF_RESERVE, layout->pf_reserve_bytes),
		NL_U64(GPUVF_A_PF_FB_CONTEXT_SAVE, layout->context.size),
		NL_U64(GPUVF_A_PF_FB_FREE, layout->free_bytes),
		NL_U64(GPUVF_A_PF_FB_LARGEST_FREE, layout->largest_free_bytes),
	};

	return nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers)) ?:
	       nl_put_extent(skb, GPUVF_A_PF_FB_VF_AREA, layout->vf_base,
			     layout->vf_end - layout->vf_base) ?:
	       nl_put_extents(skb, GPUVF_A_PF_FB_RESERVED_EXTENTS,
			      GPUVF_A_PF_FB_RESERVED_EXTENT, fb->num_reserved,
			      fb->reserved);
}

/* what only administrators may see of a GPU; pf->lock held */
static int nl_put_pf_states(struct sk_buff *skb, struct gpuvf_pf *pf,
			    const struct gpuvf_config *cfg)
{
	const struct nl_number numbers[] = {
		NL_U64(GPUVF_A_PF_FB_NEEDS_SCRUB,
		       gpuvf_scrub_bytes_locked(pf, pf->scrub.needs_scrub)),
		NL_U64(GPUVF_A_PF_FB_QUARANTINED,
		       gpuvf_scrub_bytes_locked(pf, pf->scrub.quarantined)),
		NL_U64(GPUVF_A_PF_RESETS, pf->resets),
		NL_U64(GPUVF_A_PF_FAILED_RESETS, pf->failed_resets),
	};

	if (pf->resetting && nla_put_flag(skb, GPUVF_A_PF_RESETTING))
		return -EMSGSIZE;
	return nl_put_numbers(skb, numbers, ARRAY_SIZE(numbers)) ?:
	       nl_put_pf_engines(skb, pf, cfg) ?:
	       (cfg == &pf->config ? nl_put_quarantined(skb, pf) : 0);
}

/* a GPU without its VFs; pf->public_lock held */
static int nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg)
{
	struct gpuvf_config *public = &pf->public.config;
	int err;

	err = gpuvf_nl_put_identity(skb, pf) ?: nl_put_pf_hardware(skb, pf);
	if (err)
		return err;
	if (cfg)
		return nl_put_pf_config(skb, pf, cfg) ?:
		       nl_put_pf_states(skb, pf, cfg);
	/* that memory could not be scrubbed is the consequence of its use */
	gpuvf_layout_measure(&public->layout, &pf->hw->caps.fb, pf->total_vfs,
			     0, NULL);
	return nl_put_pf_engines(skb, pf, NULL) ?:
	       nl_put_pf_config(skb, pf, public);
}

static int nl_put_all(struct sk_buff *skb, struct gpuvf_pf *pf,
		      const struct gpuvf_config *cfg)
{
	int err = nl_put_pf(skb, pf, cfg);
	unsigned int i;

	for (i = 0; i < pf->total_vfs && !err; i++)
		err = nl_put_vf(skb, pf, cfg, i);
	return err;
}

/**
 * gpuvf_nl_put_vf() - add a GPU's name and one of its VFs
 * @skb: message, with room for 2 * GPUVF_NL_VF_SIZE
 * @pf: PF
 * @cfg: its configuration, or one that it might have; NULL: add what every user
 *	may see
 * @vf: index of the VF
 *
 * Context: pf->lock held where @cfg is not NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf)
{
	int err;

	spin_lock(&pf->public_lock);
	err = gpuvf_nl_put_identity(skb, pf) ?: nl_put_vf(skb, pf, cfg, vf);
	spin_unlock(&pf->public_lock);
	return err;
}

/**
 * gpuvf_nl_put_pf() - add a GPU, without its VFs
 * @skb: message
 * @pf: PF
 * @cfg: as for gpuvf_nl_put_vf()
 * @vf: ignored
 *
 * Context: pf->lock held where @cfg is not NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf)
{
	int err;

	spin_lock(&pf->public_lock);
	err = nl_put_pf(skb, pf, cfg);
	spin_unlock(&pf->public_lock);
	return err;
}

/**
 * gpuvf_nl_put_all() - add a GPU with all its VFs
 * @skb: message, with room for GPUVF_NL_FULL_SIZE; for GPUVF_NL_LIVE_SIZE where @cfg
 *	is pf->config
 * @pf: PF
 * @cfg: as for gpuvf_nl_put_vf()
 * @vf: ignored
 *
 * Context: pf->lock held where @cfg is not NULL.
 * Return: 0, -EMSGSIZE.
 */
int gpuvf_nl_put_all(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg, unsigned int vf)
{
	int err;

	spin_lock(&pf->public_lock);
	err = nl_put_all(skb, pf, cfg);
	spin_unlock(&pf->public_lock);
	return err;
}

/* begin a notification; NULL: it is for none, or there is no memory for it */
static struct sk_buff *nl_notify_begin(enum gpuvf_nl_group group, size_t size,
				       u8 cmd, void **hdr)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&gpuvf_nl_family, &init_net, group))
		return NULL;
	skb = genlmsg_new(size, GFP_KERNEL);
	if (skb)
		*hdr = genlmsg_put(skb, 0, 0, &gpuvf_nl_family, 0, cmd);
	return skb;
}

/* @err: what came of filling it, which cannot fail: there is room for everything */
static void nl_notify_end(enum gpuvf_nl_group group, struct sk_buff *skb,
			  void *hdr, int err)
{
	if (WARN_ON_ONCE(!hdr || err)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&gpuvf_nl_family, skb, 0, group, GFP_KERNEL);
}

/**
 * gpuvf_netlink_notify_locked() - notify every user of how a GPU is now
 * @pf: PF
 * @cmd: GPUVF_CMD_PF_ADD: it came; GPUVF_CMD_PF_DEL: it went;
 *	GPUVF_CMD_CONFIG_CHANGE: something changed that every user may see
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_netlink_notify_locked(struct gpuvf_pf *pf, u8 cmd)
{
	struct sk_buff *skb;
	void *hdr;

	lockdep_assert_held(&pf->lock);
	skb = nl_notify_begin(GPUVF_NL_GROUP_CONFIG, GPUVF_NL_FULL_SIZE, cmd,
			      &hdr);
	if (skb)
		nl_notify_end(GPUVF_NL_GROUP_CONFIG, skb, hdr,
			      cmd == GPUVF_CMD_PF_DEL ?
			      gpuvf_nl_put_identity(skb, pf) :
			      gpuvf_nl_put_all(skb, pf, NULL, 0));
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
	case GPUVF_CMD_VF_WAS_RESET:
	case GPUVF_CMD_PF_WAS_RESET:
		if (event->error)
			err = nla_put_u32(skb, GPUVF_A_EVENT_ERROR,
					  event->error);
		break;
	case GPUVF_CMD_VF_STATE_CHANGE:
		err = nla_put_u32(skb, GPUVF_A_EVENT_OLD_STATE,
				  event->old_state);
		break;
	case GPUVF_CMD_VF_HANG:
		err = nla_put_u32(skb, GPUVF_A_EVENT_HANG, event->hang);
		break;
	case GPUVF_CMD_THRESHOLD_EXCEEDED:
		err = nla_put_u32(skb, GPUVF_A_EVENT_THRESHOLD, event->threshold) ||
		      nla_put_u64_64bit(skb, GPUVF_A_EVENT_LIMIT, event->limit,
					GPUVF_A_EVENT_PAD) ||
		      nla_put_u64_64bit(skb, GPUVF_A_EVENT_WINDOW_MS,
					event->window_ms, GPUVF_A_EVENT_PAD);
		break;
	case GPUVF_CMD_FB_SCRUB_FAILED:
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

	err = event->vf == GPUVF_NO_VF ?
	      gpuvf_nl_put_identity(skb, pf) :
	      gpuvf_nl_put_vf(skb, pf, &pf->config, event->vf);
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
	skb = nl_notify_begin(GPUVF_NL_GROUP_EVENT,
			      GPUVF_NL_SHORT_SIZE + 2 * GPUVF_NL_VF_SIZE,
			      event->cmd, &hdr);
	if (skb)
		nl_notify_end(GPUVF_NL_GROUP_EVENT, skb, hdr,
			      nl_put_event(skb, pf, event));
}
