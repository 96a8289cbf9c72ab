/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly: tests/lab/spec write makes it of gpuvf.yaml. */

static const char *const policy_names[] = {
	"fixed", "equal", "best-effort",
};

static const char *const pf_state_names[] = {
	"ready", "wedged",
};

static const char *const provisioning_names[] = {
	"auto", "explicit",
};

static const char *const vf_state_names[] = {
	"disabled", "provisioned", "starting", "active", "paused", "stopped",
	"resetting", "failed",
};

static const char *const capability_names[] = {
	"framebuffer", "time-slice", "busy", "scrub", "mailbox", "oneshot",
	"flr-notice", "shutdown", "interrupt",
};

static const char *const engine_id_names[] = {
	"gfx",
};

static const char *const threshold_names[] = {
	"mailbox", "full-access", "full-access-timeout", "reset", "full-access-time",
	"pf-reset",
};

static const char *const hang_names[] = {
	"command", "preemption", "full-access",
};

static const char *const reason_names[] = {
	[1] = "no-such-pf", "no-such-vf", "vf-named-twice", "not-permitted", "stale",
	"wedged", "vf-count-changing", "vf-in-use", "reserve-in-use", "no-space",
	"fragmented", "reserve-too-big", "no-fair-share", "slice-too-short",
	"slice-too-long", "preempt-too-short", "preempt-too-long", "bad-label",
	"bad-value", "policy-unsupported", "not-supported", "hw-command",
	"hw-mismatch", "no-memory", "vf-not-enabled", "vf-wrong-state", "vf-failed",
	"reset-failed", "offset-without-quota", "offset-unaligned", "offset-outside",
	"offset-taken", "offset-in-use", "pf-resetting", "no-such-engine",
};
