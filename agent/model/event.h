/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF or its GPU did.
 */
#ifndef AGENT_MODEL_EVENT_H
#define AGENT_MODEL_EVENT_H

#include "model/failure.h"

/* how a VF hung; values are those of the netlink spec */
enum hang {
	HANG_COMMAND,
	HANG_PREEMPTION,
	HANG_FULL_ACCESS,
};

/* what a VF does too often; values are those of the netlink spec */
enum gpu_limit {
	THRESHOLD_MAILBOX,
	THRESHOLD_FULL_ACCESS,
	THRESHOLD_FULL_ACCESS_TIMEOUT,
	THRESHOLD_RESET,
	THRESHOLD_FULL_ACCESS_TIME,
	THRESHOLD_PF_RESET,
};

/* what happened */
enum gpu_event_kind {
	EVENT_UNKNOWN,		/* of a newer kernel */
	EVENT_GPU_ADDED,
	EVENT_GPU_REMOVED,
	EVENT_GPU_CHANGED,	/* its configuration, or that of its VFs */
	EVENT_VF_STATE,
	EVENT_VF_HANG,
	EVENT_VF_RESET,
	EVENT_VF_LIMIT,
	EVENT_SCRUB_FAILED,
	EVENT_GPU_WEDGED,
	EVENT_GPU_RESET,
};

/**
 * struct gpu_event - what happened to a GPU, beside what it is now
 * @kind: what happened
 * @vf: index of the VF, NO_VF: the GPU
 * @time_ns: CLOCK_MONOTONIC at the latest of them
 * @count: how many of the same kind it stands for, 0: unknown
 * @has_old_state: whether @old_state means anything
 * @old_state: enum vf_state
 * @hang: enum hang; only with EVENT_VF_HANG
 * @threshold: enum gpu_limit; only with EVENT_VF_LIMIT
 * @limit: how often that is allowed in the window
 * @window_ms: the window
 * @fb_offset: first byte; only with EVENT_SCRUB_FAILED
 * @fb_size: bytes
 * @error: errno of a reset that failed, 0: success; only with
 *	EVENT_VF_RESET and EVENT_GPU_RESET
 * @message: the kernel's message, safe to print; may be empty
 */
struct gpu_event {
	enum gpu_event_kind kind;
	int vf;
	u64 time_ns;
	u64 count;
	bool has_old_state;
	u32 old_state;
	u32 hang;
	u32 threshold;
	u64 limit;
	u64 window_ms;
	u64 fb_offset;
	u64 fb_size;
	u32 error;
	char message[REFUSAL_TEXT_SIZE];
};

#endif /* AGENT_MODEL_EVENT_H */
