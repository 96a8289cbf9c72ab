/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly: tests/lab/spec write makes it of gpuvf.yaml. */
#ifndef GPUVF_NETLINK_POLICY_H
#define GPUVF_NETLINK_POLICY_H

#include <linux/gpuvf.h>
#include <net/netlink.h>

extern const struct nla_policy
gpuvf_nl_vf_name_policy[GPUVF_A_VF_INDEX + 1];
extern const struct nla_policy
gpuvf_nl_engine_settings_policy[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US + 1];
extern const struct nla_policy
gpuvf_nl_vf_settings_policy[GPUVF_A_VF_PROFILE + 1];
extern const struct nla_policy
gpuvf_nl_pf_get_policy[GPUVF_A_PF_BDF + 1];
extern const struct nla_policy
gpuvf_nl_vf_get_policy[GPUVF_A_PF_VF + 1];
extern const struct nla_policy
gpuvf_nl_config_set_policy[GPUVF_A_PF_DRY_RUN + 1];

#endif /* GPUVF_NETLINK_POLICY_H */
