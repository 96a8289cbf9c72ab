// SPDX-License-Identifier: GPL-2.0
/* Do not edit directly: tests/lab/spec write makes it of gpuvf.yaml. */

#include "api/netlink_policy.h"

const struct nla_policy
gpuvf_nl_vf_name_policy[GPUVF_A_VF_INDEX + 1] = {
	[GPUVF_A_VF_INDEX] = { .type = NLA_U32 },
};

const struct nla_policy
gpuvf_nl_engine_settings_policy[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US + 1] = {
	[GPUVF_A_ENGINE_ID] = { .type = NLA_U32 },
	[GPUVF_A_ENGINE_TIME_SLICE_US] = { .type = NLA_U32 },
	[GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US] = { .type = NLA_U32 },
};

const struct nla_policy
gpuvf_nl_vf_settings_policy[GPUVF_A_VF_PROFILE + 1] = {
	[GPUVF_A_VF_INDEX] = { .type = NLA_U32 },
	[GPUVF_A_VF_FB_QUOTA] = { .type = NLA_U64 },
	[GPUVF_A_VF_FB_OFFSET] = { .type = NLA_U64 },
	[GPUVF_A_VF_ENGINE] = NLA_POLICY_NESTED(gpuvf_nl_engine_settings_policy),
	[GPUVF_A_VF_PROFILE] = { .type = NLA_NUL_STRING, .len = 31 },
};

const struct nla_policy
gpuvf_nl_pf_get_policy[GPUVF_A_PF_BDF + 1] = {
	[GPUVF_A_PF_BDF] = { .type = NLA_NUL_STRING, .len = 15 },
};

const struct nla_policy
gpuvf_nl_vf_get_policy[GPUVF_A_PF_VF + 1] = {
	[GPUVF_A_PF_BDF] = { .type = NLA_NUL_STRING, .len = 15 },
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(gpuvf_nl_vf_name_policy),
};

const struct nla_policy
gpuvf_nl_config_set_policy[GPUVF_A_PF_DRY_RUN + 1] = {
	[GPUVF_A_PF_BDF] = { .type = NLA_NUL_STRING, .len = 15 },
	[GPUVF_A_PF_REVISION] = { .type = NLA_U64 },
	[GPUVF_A_PF_POLICY] = { .type = NLA_U32 },
	[GPUVF_A_PF_FB_PF_RESERVE] = { .type = NLA_U64 },
	[GPUVF_A_PF_VF] = NLA_POLICY_NESTED(gpuvf_nl_vf_settings_policy),
	[GPUVF_A_PF_REPLACE] = { .type = NLA_FLAG },
	[GPUVF_A_PF_DRY_RUN] = { .type = NLA_FLAG },
};
