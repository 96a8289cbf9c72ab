/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of values, as the netlink spec has them.
 */
#ifndef AGENT_MODEL_NAMES_H
#define AGENT_MODEL_NAMES_H

#include "base/types.h"

const char *policy_name(u32 policy);
bool policy_from_name(const char *name, u32 *policy);
const char *pf_state_name(u32 state);
const char *vf_state_name(u32 state);
const char *provisioning_name(u32 provisioning);
const char *reason_name(u32 reason);

#define REASON_MARK	40
const char *reason_mark(char mark[REASON_MARK], u32 reason);
const char *hang_name(u32 hang);
const char *threshold_name(u32 threshold);
const char *capability_name(unsigned int bit);

#endif /* AGENT_MODEL_NAMES_H */
