// SPDX-License-Identifier: GPL-2.0
/*
 * Names of values, as the netlink spec has them.
 */
#include <string.h>

#include "model/failure.h"
#include "model/names.h"
#include "model/spec_names.h"

static const char *name_of(const char *const *names, size_t n, u32 value)
{
	return value < n && names[value] ? names[value] : "unknown";
}

/** policy_name() - as the netlink spec calls it, "unknown" for a newer one */
const char *policy_name(u32 policy)
{
	return name_of(policy_names, ARRAY_SIZE(policy_names), policy);
}

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

/** pf_state_name() - as the netlink spec calls it */
const char *pf_state_name(u32 state)
{
	return name_of(pf_state_names, ARRAY_SIZE(pf_state_names), state);
}

/** vf_state_name() - as the netlink spec calls it */
const char *vf_state_name(u32 state)
{
	return name_of(vf_state_names, ARRAY_SIZE(vf_state_names), state);
}

/** provisioning_name() - as the netlink spec calls it */
const char *provisioning_name(u32 provisioning)
{
	return name_of(provisioning_names, ARRAY_SIZE(provisioning_names),
		       provisioning);
}

/** reason_name() - as the netlink spec calls it; those of the agent have names too */
const char *reason_name(u32 reason)
{
	if (reason == REASON_TYPE)
		return "no-such-type";
	return name_of(reason_names, ARRAY_SIZE(reason_names), reason);
}

/** hang_name() - as the netlink spec calls it */
const char *hang_name(u32 hang)
{
	return name_of(hang_names, ARRAY_SIZE(hang_names), hang);
}

/** guard_name() - as the netlink spec calls it */
const char *guard_name(u32 guard)
{
	return name_of(guard_names, ARRAY_SIZE(guard_names), guard);
}

/** capability_name() - of one bit, NULL behind the last that is known */
const char *capability_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(capability_names) ? capability_names[bit] : NULL;
}
