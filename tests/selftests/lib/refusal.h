/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refused requests: reported in all three ways, and nothing changed.
 */
#ifndef SELFTEST_REFUSAL_H
#define SELFTEST_REFUSAL_H

#include "fixture.h"

/**
 * struct refused - how a request is to be refused
 * @error: errno, negative
 * @reason: GPUVF_REASON_*, 0: it is malformed, and there is no refusal nest
 * @vf: the VF that it is about, -1: none
 * @bad_attr: type of the attribute that the extended ack points at, -1: none
 * @asked: figure
 * @limit: figure
 */
struct refused {
	int error;
	uint32_t reason;
	int vf;
	int bad_attr;
	uint64_t asked;
	uint64_t limit;
};

void check_refusal(const struct gpu *gpu, struct nl_request *req,
		   struct refused wanted, const char *file, int line);

#define ASSERT_REFUSED(gpu, req, ...)					\
	check_refusal(gpu, req, (struct refused){ __VA_ARGS__ }, __FILE__, \
		      __LINE__)

#endif /* SELFTEST_REFUSAL_H */
