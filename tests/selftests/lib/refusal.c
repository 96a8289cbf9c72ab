// SPDX-License-Identifier: GPL-2.0
/*
 * Refused requests: reported in all three ways, and nothing changed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal.h"

static void check_told(const struct nl_answer *answer,
		       const struct refused *wanted, const char *file, int line)
{
	const struct nl_refusal *refusal = &answer->last.refusal;

	check_figure(answer->messages, 1, "messages before the error", file, line);
	check_figure(refusal->reason, wanted->reason, "reason", file, line);
	if (wanted->vf < 0) {
		if (refusal->has & 1 << GPUVF_A_ERROR_VF_INDEX)
			check_failed("refusal names a VF", file, line);
	} else {
		check_figure(refusal->vf_index, wanted->vf, "VF", file, line);
	}
	check_figure(refusal->value, wanted->asked, "value", file, line);
	check_figure(refusal->limit, wanted->limit, "limit", file, line);
	if (strncmp(refusal->message, "GPU ", 4))
		check_failed("sentence does not name the GPU", file, line);
}

/**
 * check_refusal() - send a request that has to be refused
 * @gpu: GPU that nothing may change on
 * @req: the request, with NLM_F_ACK
 * @wanted: how
 * @file: of the caller
 * @line: of the caller
 *
 * Errno, extended ack and refusal nest are as wanted, every readable value and
 * the revision are as before.
 */
void check_refusal(const struct gpu *gpu, struct nl_request *req,
		   struct refused wanted, const char *file, int line)
{
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));
	static unsigned int count;
	struct nl_answer answer;
	char *before, *after;
	bool look;
	int err;

	/* where reading all of sysfs takes half a second, only now and then */
	look = !on_debug_kernel() || count++ % 16 == 0;
	before = look ? fixture_snapshot(gpu) : NULL;
	err = nl_call(fx.nl, req, &answer);
	check_error(err, wanted.error, "the request", file, line);
	if (answer.malformed)
		check_failed("answer is malformed", file, line);
	/* 79 bytes are what 6.12 has room for */
	if (!answer.ack[0] || strlen(answer.ack) > 79) {
		report("extended ack: \"%s\"\n", answer.ack);
		test_abort();
	}
	check_error(answer.bad_attr, wanted.bad_attr, "bad attribute", file,
		    line);
	if (wanted.reason)
		check_told(&answer, &wanted, file, line);
	after = look ? fixture_snapshot(gpu) : NULL;
	if (look)
		check_same(after, before, "state after a refusal", file, line);
	check_figure(file_u64(gpu_sysfs(gpu, "revision")), revision,
		     "revision", file, line);
	free(before);
	free(after);
}
