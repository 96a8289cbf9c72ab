/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a request was refused, or failed.
 */
#ifndef AGENT_MODEL_FAILURE_H
#define AGENT_MODEL_FAILURE_H

#include "base/util.h"

#define REFUSAL_TEXT_SIZE	512
#define NO_VF			(-1)

/* why a request is refused; values are those of the netlink spec */
enum reason {
	NO_REASON,
	REASON_NO_SUCH_PF,
	REASON_NO_SUCH_VF,
	REASON_VF_NAMED_TWICE,
	REASON_NOT_PERMITTED,
	REASON_STALE,
	REASON_WEDGED,
	REASON_VF_COUNT_CHANGING,
	REASON_VF_IN_USE,
	REASON_RESERVE_IN_USE,
	REASON_NO_SPACE,
	REASON_FRAGMENTED,
	REASON_RESERVE_TOO_BIG,
	REASON_NO_FAIR_SHARE,
	REASON_SLICE_TOO_SHORT,
	REASON_SLICE_TOO_LONG,
	REASON_PREEMPT_TOO_SHORT,
	REASON_PREEMPT_TOO_LONG,
	REASON_BAD_LABEL,
	REASON_BAD_VALUE,
	REASON_POLICY_UNSUPPORTED,
	REASON_NOT_SUPPORTED,
	REASON_HW_COMMAND,
	REASON_HW_MISMATCH,
	REASON_NO_MEMORY,
	REASON_VF_NOT_ENABLED,
	REASON_VF_WRONG_STATE,
	REASON_VF_FAILED,
	REASON_RESET_FAILED,
	REASON_OFFSET_WITHOUT_QUOTA,
	REASON_OFFSET_UNALIGNED,
	REASON_OFFSET_OUTSIDE,
	REASON_OFFSET_TAKEN,
	REASON_OFFSET_IN_USE,
	REASON_PF_RESETTING,
	REASON_NO_SUCH_ENGINE,

	/* the agent's own */
	REASON_OF_AGENT = 0x8000,
	REASON_TYPE = REASON_OF_AGENT,
	REASON_PLAN_TOO_HARD,
	REASON_TYPES_UNKNOWN,
	REASON_TOOL_FAILED,
	REASON_DRIVER_ERROR,
	REASON_CHANGED_MEANWHILE,
	REASON_BAD_SYNTAX,
	REASON_BAD_CONFIG,
};

/**
 * struct error_detail - why the kernel refused a request
 * @reason: enum reason, 0: the kernel said nothing precise
 * @vf: index of the VF that it is about, NO_VF: the GPU
 * @value: the requested value, in the unit of the reason
 * @limit: the limit that it met
 * @message: the kernel's message, safe to print
 */
struct error_detail {
	u32 reason;
	int vf;
	u64 value;
	u64 limit;
	char message[REFUSAL_TEXT_SIZE];
};

/**
 * struct failure - why a request failed
 * @error: negative errno
 * @ack: the kernel's short message, may be empty
 * @has_changed: something was changed before that, and could not be put back
 * @detail: the kernel's full message; its reason is 0 where there is none
 */
struct failure {
	int error;
	bool has_changed;
	char ack[REFUSAL_TEXT_SIZE];
	struct error_detail detail;
};

int failure_set(struct failure *why, int error);
int failure_explain(struct failure *why, int error, enum reason reason, int vf,
		    const char *fmt, ...) __printf(5, 6);

#endif /* AGENT_MODEL_FAILURE_H */
