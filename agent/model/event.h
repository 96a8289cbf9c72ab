/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF or its GPU did.
 */
#ifndef AGENT_MODEL_EVENT_H
#define AGENT_MODEL_EVENT_H

#include "model/failure.h"

/**
 * struct gpu_event - what a notification of group "event" is about
 * @vf: index of the VF, NO_VF: the GPU
 * @time_ns: CLOCK_MONOTONIC at the latest of them
 * @count: how many of the same kind it stands for, 0: unknown
 * @has_old_state: whether @old_state means anything
 * @old_state: enum gpuvf_vf_state
 * @hang: enum gpuvf_hang; only with GPUVF_CMD_VF_HANG
 * @guard: enum gpuvf_guard; only with GPUVF_CMD_THRESHOLD_EXCEEDED
 * @limit: how often that is allowed in the window
 * @window_ms: the window
 * @fb_offset: first byte; only with GPUVF_CMD_FB_CLEAR_FAILED
 * @fb_size: bytes
 * @error: errno of a reset that failed, 0: success; only with
 *	GPUVF_CMD_VF_WAS_RESET and GPUVF_CMD_PF_WAS_RESET
 * @message: the kernel's message, safe to print; may be empty
 */
struct gpu_event {
	int vf;
	u64 time_ns;
	u64 count;
	bool has_old_state;
	u32 old_state;
	u32 hang;
	u32 guard;
	u64 limit;
	u64 window_ms;
	u64 fb_offset;
	u64 fb_size;
	u32 error;
	char message[REFUSAL_TEXT_SIZE];
};

#endif /* AGENT_MODEL_EVENT_H */
