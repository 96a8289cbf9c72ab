// SPDX-License-Identifier: GPL-2.0
/*
 * Names of values, as the netlink spec has them.
 */
#include <string.h>

#include "model/failure.h"
#include "model/names.h"
#include "model/spec_names.h"

/* WHAT_name(): as the netlink spec calls a value, "unknown" for a newer one */
#define NAMES_OF(what) \
const char *what##_name(u32 value) \
{ \
	return value < ARRAY_SIZE(what##_names) && what##_names[value] ? \
	       what##_names[value] : "unknown"; \
}

NAMES_OF(policy)
NAMES_OF(pf_state)
NAMES_OF(vf_state)
NAMES_OF(provisioning)
NAMES_OF(hang)
NAMES_OF(threshold)

/**
 * policy_from_name() - the reverse of policy_name()
 * @name: as in the netlink spec
 * @policy: result
 *
 * Return: false when there is no such policy.
 */
bool policy_from_name(const char *name, u32 *policy)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(policy_names); i++) {
		if (!strcmp(policy_names[i], name)) {
			*policy = i;
			return true;
		}
	}
	return false;
}

/** reason_name() - as the netlink spec calls it; those of the agent have names too */
const char *reason_name(u32 reason)
{
	if (reason == REASON_TYPE)
		return "no-such-type";
	if (reason == REASON_PLAN_TOO_HARD)
		return "plan-too-hard";
	return reason < ARRAY_SIZE(reason_names) && reason_names[reason] ?
	       reason_names[reason] : "unknown";
}

/** capability_name() - of one bit, NULL behind the last that is known */
const char *capability_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(capability_names) ? capability_names[bit] : NULL;
}
