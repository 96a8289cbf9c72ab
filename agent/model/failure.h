/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a request was refused, or failed.
 */
#ifndef AGENT_MODEL_FAILURE_H
#define AGENT_MODEL_FAILURE_H

#include "base/types.h"

#define REFUSAL_TEXT_SIZE	256
#define NO_VF			(-1)

/**
 * struct refusal - why the kernel refused a request
 * @reason: enum gpuvf_reason, 0: the kernel said nothing precise
 * @vf: index of the VF that it is about, NO_VF: the GPU
 * @asked: the value asked for, in the unit of the reason
 * @limit: the limit that it met
 * @message: the kernel's message, safe to print
 */
struct refusal {
	u32 reason;
	int vf;
	u64 asked;
	u64 limit;
	char message[REFUSAL_TEXT_SIZE];
};

/**
 * struct client_error - why a request failed
 * @error: negative errno
 * @ack: the kernel's short message, may be empty
 * @refusal: the kernel's full message; its reason is 0 where there is none
 */
struct client_error {
	int error;
	char ack[REFUSAL_TEXT_SIZE];
	struct refusal refusal;
};

#endif /* AGENT_MODEL_FAILURE_H */
