// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink tells without being asked: the group "config", how GPUs are; the
 * group "event", what they and their VFs did.
 */

#include <net/genetlink.h>

#include "api/api.h"
#include "api/netlink_msg.h"
#include "base/event.h"
#include "base/pf.h"

static bool nl_anybody_listens(enum gpuvf_nl_group group)
{
	return genl_has_listeners(&gpuvf_nl_family, &init_net, group);
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
	int err;

	lockdep_assert_held(&pf->lock);
	if (!nl_anybody_listens(GPUVF_NL_GROUP_CONFIG))
		return;
	skb = genlmsg_new(GPUVF_NL_FULL_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &gpuvf_nl_family, 0, cmd);
	if (!hdr) {
		nlmsg_free(skb);
		return;
	}
	err = cmd == GPUVF_CMD_PF_DEL ?
	      gpuvf_nl_put_identity(skb, pf) :
	      gpuvf_nl_put_public(skb, pf);
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&gpuvf_nl_family, skb, 0, GPUVF_NL_GROUP_CONFIG,
			  GFP_KERNEL);
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

	err = gpuvf_nl_put_identity(skb, pf);
	if (!err && event->vf != GPUVF_NO_VF)
		err = gpuvf_nl_put_vf(skb, pf, &pf->config, event->vf);
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
	if (!nl_anybody_listens(GPUVF_NL_GROUP_EVENT))
		return;
	skb = genlmsg_new(GPUVF_NL_SHORT_SIZE + 2 * GPUVF_NL_VF_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &gpuvf_nl_family, 0, event->cmd);
	if (!hdr || WARN_ON_ONCE(nl_put_event(skb, pf, event))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&gpuvf_nl_family, skb, 0, GPUVF_NL_GROUP_EVENT,
			  GFP_KERNEL);
}
