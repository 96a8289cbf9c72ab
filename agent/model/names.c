// SPDX-License-Identifier: GPL-2.0
/*
 * Names of values, as the netlink spec has them.
 */
#include <stdio.h>
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
	static const char *const own[] = {
		"no-such-type", "plan-too-hard", "types-unknown", "tool-failed",
		"driver-error", "changed-meanwhile", "bad-syntax", "bad-config",
	};

	if (reason >= REASON_OF_AGENT && reason - REASON_OF_AGENT < ARRAY_SIZE(own))
		return own[reason - REASON_OF_AGENT];
	return reason < ARRAY_SIZE(reason_names) && reason_names[reason] ?
	       reason_names[reason] : "unknown";
}

/**
 * reason_mark() - what an error ends with
 * @mark: result
 * @reason: enum reason
 *
 * Return: @mark, as in " [no-space]"; empty if there is no reason.
 */
const char *reason_mark(char mark[REASON_MARK], u32 reason)
{
	mark[0] = '\0';
	if (reason)
		snprintf(mark, REASON_MARK, " [%s]", reason_name(reason));
	return mark;
}

/** capability_name() - of one bit, NULL behind the last that is known */
const char *capability_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(capability_names) ? capability_names[bit] : NULL;
}
