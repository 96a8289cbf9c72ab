// SPDX-License-Identifier: GPL-2.0
/*
 * Names of values, as the netlink spec has them.
 */
#include <linux/gpuvf.h>
#include <string.h>

#include "model/names.h"

static const char *const policy_names[] = {
	[GPUVF_POLICY_FIXED] = "fixed",
	[GPUVF_POLICY_EQUAL] = "equal",
	[GPUVF_POLICY_BEST_EFFORT] = "best-effort",
};

static const char *const pf_state_names[] = {
	[GPUVF_PF_STATE_READY] = "ready",
	[GPUVF_PF_STATE_WEDGED] = "wedged",
};

static const char *const vf_state_names[] = {
	[GPUVF_VF_STATE_DISABLED] = "disabled",
	[GPUVF_VF_STATE_PROVISIONED] = "provisioned",
	[GPUVF_VF_STATE_STARTING] = "starting",
	[GPUVF_VF_STATE_ACTIVE] = "active",
	[GPUVF_VF_STATE_PAUSED] = "paused",
	[GPUVF_VF_STATE_STOPPED] = "stopped",
	[GPUVF_VF_STATE_RESETTING] = "resetting",
	[GPUVF_VF_STATE_FAILED] = "failed",
};

static const char *const provisioning_names[] = {
	[GPUVF_PROVISIONING_AUTO] = "auto",
	[GPUVF_PROVISIONING_EXPLICIT] = "explicit",
};

static const char *const capability_names[] = {
	"framebuffer", "time-slice", "busy", "clear", "mailbox", "oneshot",
	"flr-notice", "shutdown", "interrupt",
};

static const char *const hang_names[] = {
	[GPUVF_HANG_COMMAND] = "command",
	[GPUVF_HANG_PREEMPTION] = "preemption",
	[GPUVF_HANG_EXCLUSIVE] = "exclusive",
};

static const char *const guard_names[] = {
	[GPUVF_GUARD_MAILBOX] = "mailbox",
	[GPUVF_GUARD_EXCLUSIVE] = "exclusive",
	[GPUVF_GUARD_EXCLUSIVE_TIMEOUT] = "exclusive-timeout",
	[GPUVF_GUARD_RESET] = "reset",
	[GPUVF_GUARD_EXCLUSIVE_TIME] = "exclusive-time",
	[GPUVF_GUARD_PF_RESET] = "pf-reset",
};

static const char *const reason_names[] = {
	[GPUVF_REASON_NO_SUCH_PF] = "no-such-pf",
	[GPUVF_REASON_NO_SUCH_VF] = "no-such-vf",
	[GPUVF_REASON_VF_NAMED_TWICE] = "vf-named-twice",
	[GPUVF_REASON_NOT_PERMITTED] = "not-permitted",
	[GPUVF_REASON_STALE] = "stale",
	[GPUVF_REASON_WEDGED] = "wedged",
	[GPUVF_REASON_VF_COUNT_CHANGING] = "vf-count-changing",
	[GPUVF_REASON_VF_IN_USE] = "vf-in-use",
	[GPUVF_REASON_RESERVE_IN_USE] = "reserve-in-use",
	[GPUVF_REASON_NO_SPACE] = "no-space",
	[GPUVF_REASON_FRAGMENTED] = "fragmented",
	[GPUVF_REASON_RESERVE_TOO_BIG] = "reserve-too-big",
	[GPUVF_REASON_NO_FAIR_SHARE] = "no-fair-share",
	[GPUVF_REASON_PLAN_TOO_HARD] = "plan-too-hard",
	[GPUVF_REASON_SLICE_TOO_SHORT] = "slice-too-short",
	[GPUVF_REASON_SLICE_TOO_LONG] = "slice-too-long",
	[GPUVF_REASON_PREEMPT_TOO_SHORT] = "preempt-too-short",
	[GPUVF_REASON_PREEMPT_TOO_LONG] = "preempt-too-long",
	[GPUVF_REASON_BAD_LABEL] = "bad-label",
	[GPUVF_REASON_BAD_VALUE] = "bad-value",
	[GPUVF_REASON_POLICY_UNSUPPORTED] = "policy-unsupported",
	[GPUVF_REASON_NOT_SUPPORTED] = "not-supported",
	[GPUVF_REASON_HW_COMMAND] = "hw-command",
	[GPUVF_REASON_HW_MISMATCH] = "hw-mismatch",
	[GPUVF_REASON_NO_MEMORY] = "no-memory",
	[GPUVF_REASON_VF_NOT_ENABLED] = "vf-not-enabled",
	[GPUVF_REASON_VF_WRONG_STATE] = "vf-wrong-state",
	[GPUVF_REASON_VF_FAILED] = "vf-failed",
	[GPUVF_REASON_RESET_FAILED] = "reset-failed",
	[GPUVF_REASON_OFFSET_WITHOUT_QUOTA] = "offset-without-quota",
	[GPUVF_REASON_OFFSET_UNALIGNED] = "offset-unaligned",
	[GPUVF_REASON_OFFSET_OUTSIDE] = "offset-outside",
	[GPUVF_REASON_OFFSET_TAKEN] = "offset-taken",
	[GPUVF_REASON_OFFSET_IN_USE] = "offset-in-use",
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
