/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the netlink edge share: GPUs and VFs as attributes, who a
 * request is about, and how one is refused.
 */
#ifndef GPUVF_NETLINK_MSG_H
#define GPUVF_NETLINK_MSG_H

#include <linux/gpuvf.h>
#include <linux/types.h>
#include <net/genetlink.h>

#include "base/pf.h"
#include "config/config.h"
#include "fb/layout.h"

struct gpuvf_error;

/* what names a GPU */
#define GPUVF_NL_BDF_SIZE	GPUVF_BDF_SIZE

/* room for an attribute, and for one of 64 bits where these are padded */
#define GPUVF_NL_ATTR_SIZE(len)	(NLA_HDRLEN + NLA_ALIGN(len))
#ifdef CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS
#define GPUVF_NL_U64_SIZE	GPUVF_NL_ATTR_SIZE(sizeof(u64))
#else
#define GPUVF_NL_U64_SIZE	(NLA_HDRLEN + GPUVF_NL_ATTR_SIZE(sizeof(u64)))
#endif

/* all of a VF: two flags, two u32, four u64, name, profile, driver, engine, nest */
#define GPUVF_NL_ENGINE_SIZE	\
	(NLA_HDRLEN + 5 * GPUVF_NL_ATTR_SIZE(sizeof(u32)))
#define GPUVF_NL_VF_SIZE	\
	(2 * GPUVF_NL_ATTR_SIZE(0) + 2 * GPUVF_NL_ATTR_SIZE(sizeof(u32)) + \
	 GPUVF_NL_ENGINE_SIZE + \
	 4 * GPUVF_NL_U64_SIZE + GPUVF_NL_ATTR_SIZE(GPUVF_NL_BDF_SIZE) + \
	 GPUVF_NL_ATTR_SIZE(GPUVF_LABEL_SIZE) + \
	 GPUVF_NL_ATTR_SIZE(GPUVF_DRIVER_SIZE) + NLA_HDRLEN)
/* what its guest says of itself; not in answers to config-set */
#define GPUVF_NL_CLAIMS_SIZE	\
	(NLA_HDRLEN + 3 * GPUVF_NL_U64_SIZE + \
	 GPUVF_NL_ATTR_SIZE(GPUVF_EXCHANGE_DRIVER_SIZE + 1))
#define GPUVF_NL_EXTENT_SIZE	(2 * GPUVF_NL_U64_SIZE + NLA_HDRLEN)

/*
 * Room for what is short, for a PF with all its VFs as configured, and for a PF as it
 * is, with what is quarantined and what guests say of themselves. Every message is
 * allocated for its worst case, before the change that it tells of. Debian's kernels
 * clear what they allocate, so no more than needed: what config-set answers fits into
 * 8 KiB for 31 VFs; beyond that twice as much would be allocated.
 */
#define GPUVF_NL_SHORT_SIZE	\
	(512 + GPUVF_FB_MAX_RESERVED * GPUVF_NL_EXTENT_SIZE)
#define GPUVF_NL_FULL_SIZE	\
	(GPUVF_NL_SHORT_SIZE + GPUVF_MAX_VFS * GPUVF_NL_VF_SIZE)
#define GPUVF_NL_LIVE_SIZE	\
	(GPUVF_NL_FULL_SIZE + GPUVF_MAX_VFS * GPUVF_NL_CLAIMS_SIZE + \
	 GPUVF_LAYOUT_MAX_BLOCKED * GPUVF_NL_EXTENT_SIZE)

/* what is said of a VF's nest without index */
#define GPUVF_NL_NO_INDEX	"the VF has no index"

/* multicast groups */
enum gpuvf_nl_group {
	GPUVF_NL_GROUP_CONFIG,
	GPUVF_NL_GROUP_EVENT,
	GPUVF_NL_NUM_GROUPS,
};

extern struct genl_family gpuvf_nl_family;

/*
 * Adds something of a PF, or of one of its VFs: with the PF's configuration, all
 * of it, and pf->lock is held; with NULL, what every user may see.
 */
typedef int (*gpuvf_nl_put_fn)(struct sk_buff *skb, struct gpuvf_pf *pf,
			       const struct gpuvf_config *cfg, unsigned int vf);

int gpuvf_nl_put_identity(struct sk_buff *skb, struct gpuvf_pf *pf);
int gpuvf_nl_put_pf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf);
int gpuvf_nl_put_vf(struct sk_buff *skb, struct gpuvf_pf *pf,
		    const struct gpuvf_config *cfg, unsigned int vf);
int gpuvf_nl_put_all(struct sk_buff *skb, struct gpuvf_pf *pf,
		     const struct gpuvf_config *cfg, unsigned int vf);

int gpuvf_nl_check_version(const struct nlmsghdr *nlh,
			   struct netlink_ext_ack *extack);
int gpuvf_nl_check_once(const struct nlmsghdr *nlh, int multi,
			struct netlink_ext_ack *extack);
int gpuvf_nl_check_nest(const struct nlattr *nest, int needed,
			const char *without, struct netlink_ext_ack *extack);
struct gpuvf_pf *gpuvf_nl_get_pf(struct genl_info *info);
int gpuvf_nl_get_index(struct genl_info *info, unsigned int *vf);
int gpuvf_nl_refuse_pf(struct genl_info *info, const char *bdf);
int gpuvf_nl_permit(struct sk_buff *request, struct genl_info *info,
		    struct gpuvf_pf *pf);
int gpuvf_nl_error(struct genl_info *info, const char *bdf,
		   const struct gpuvf_error *error,
		   const struct nlattr *attr);

/* the handler of what changes something, in api/netlink_set.c */
int gpuvf_nl_change_doit(struct sk_buff *request, struct genl_info *info);

#endif /* GPUVF_NETLINK_MSG_H */
