// SPDX-License-Identifier: GPL-2.0
/*
 * Names of values, as the netlink spec has them.
 */
#include <string.h>

#include "model/event.h"
#include "model/gpu.h"
#include "model/names.h"

static const char *const policy_names[] = {
	[POLICY_FIXED] = "fixed",
	[POLICY_EQUAL] = "equal",
	[POLICY_BEST_EFFORT] = "best-effort",
};

static const char *const pf_state_names[] = {
	[PF_STATE_READY] = "ready",
	[PF_STATE_WEDGED] = "wedged",
};

static const char *const vf_state_names[] = {
	[VF_STATE_DISABLED] = "disabled",
	[VF_STATE_PROVISIONED] = "provisioned",
	[VF_STATE_STARTING] = "starting",
	[VF_STATE_ACTIVE] = "active",
	[VF_STATE_PAUSED] = "paused",
	[VF_STATE_STOPPED] = "stopped",
	[VF_STATE_RESETTING] = "resetting",
	[VF_STATE_FAILED] = "failed",
};

static const char *const provisioning_names[] = {
	[PROVISIONING_AUTO] = "auto",
	[PROVISIONING_EXPLICIT] = "explicit",
};

static const char *const capability_names[] = {
	"framebuffer", "time-slice", "busy", "clear", "mailbox", "oneshot",
	"flr-notice", "shutdown", "interrupt",
};

static const char *const hang_names[] = {
	[HANG_COMMAND] = "command",
	[HANG_PREEMPTION] = "preemption",
	[HANG_EXCLUSIVE] = "exclusive",
};

static const char *const guard_names[] = {
	[GUARD_MAILBOX] = "mailbox",
	[GUARD_EXCLUSIVE] = "exclusive",
	[GUARD_EXCLUSIVE_TIMEOUT] = "exclusive-timeout",
	[GUARD_RESET] = "reset",
	[GUARD_EXCLUSIVE_TIME] = "exclusive-time",
	[GUARD_PF_RESET] = "pf-reset",
};

static const char *const reason_names[] = {
	[REASON_NO_SUCH_PF] = "no-such-pf",
	[REASON_NO_SUCH_VF] = "no-such-vf",
	[REASON_VF_NAMED_TWICE] = "vf-named-twice",
	[REASON_NOT_PERMITTED] = "not-permitted",
	[REASON_STALE] = "stale",
	[REASON_WEDGED] = "wedged",
	[REASON_VF_COUNT_CHANGING] = "vf-count-changing",
	[REASON_VF_IN_USE] = "vf-in-use",
	[REASON_RESERVE_IN_USE] = "reserve-in-use",
	[REASON_NO_SPACE] = "no-space",
	[REASON_FRAGMENTED] = "fragmented",
	[REASON_RESERVE_TOO_BIG] = "reserve-too-big",
	[REASON_NO_FAIR_SHARE] = "no-fair-share",
	[REASON_PLAN_TOO_HARD] = "plan-too-hard",
	[REASON_SLICE_TOO_SHORT] = "slice-too-short",
	[REASON_SLICE_TOO_LONG] = "slice-too-long",
	[REASON_PREEMPT_TOO_SHORT] = "preempt-too-short",
	[REASON_PREEMPT_TOO_LONG] = "preempt-too-long",
	[REASON_BAD_LABEL] = "bad-label",
	[REASON_BAD_VALUE] = "bad-value",
	[REASON_POLICY_UNSUPPORTED] = "policy-unsupported",
	[REASON_NOT_SUPPORTED] = "not-supported",
	[REASON_HW_COMMAND] = "hw-command",
	[REASON_HW_MISMATCH] = "hw-mismatch",
	[REASON_NO_MEMORY] = "no-memory",
	[REASON_VF_NOT_ENABLED] = "vf-not-enabled",
	[REASON_VF_WRONG_STATE] = "vf-wrong-state",
	[REASON_VF_FAILED] = "vf-failed",
	[REASON_RESET_FAILED] = "reset-failed",
	[REASON_OFFSET_WITHOUT_QUOTA] = "offset-without-quota",
	[REASON_OFFSET_UNALIGNED] = "offset-unaligned",
	[REASON_OFFSET_OUTSIDE] = "offset-outside",
	[REASON_OFFSET_TAKEN] = "offset-taken",
	[REASON_OFFSET_IN_USE] = "offset-in-use",
};

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

/** reason_name() - as the netlink spec calls it */
const char *reason_name(u32 reason)
{
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
