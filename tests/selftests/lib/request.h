/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests made from the spec: good ones, and such with one thing wrong.
 */
#ifndef SELFTEST_REQUEST_H
#define SELFTEST_REQUEST_H

#include "fixture.h"
#include "spec.h"

/* what can be wrong with an attribute */
enum wrong {
	WRONG_NOTHING,
	WRONG_SIZE,
	WRONG_NEST_FLAG,
	WRONG_NO_ZERO,
	WRONG_TOO_LONG,
	WRONG_VALUE,
	WRONG_TWICE,
	WRONG_MISSING,
	WRONG_INSIDE,
};

/**
 * struct mistake - the one thing that is wrong with a request
 * @how: what
 * @nest: type of the nest that it is in, 0: in none
 * @type: of the attribute; put even when the operation does not take it
 * @size: bytes that it has, of WRONG_SIZE
 */
struct mistake {
	enum wrong how;
	unsigned int nest;
	unsigned int type;
	unsigned int size;
};

unsigned int roll(unsigned int *seed, unsigned int sides);
uint64_t request_value(unsigned int *seed);
void request_scramble(struct nl_request *req, unsigned int *seed);
void request_make(struct nl *nl, struct nl_request *req,
		  const struct gpu *gpu, const struct spec_op *op, bool dump,
		  struct mistake mistake);
void request_random(struct nl *nl, struct nl_request *req,
		    const struct gpu *gpu, unsigned int *seed);

#endif /* SELFTEST_REQUEST_H */
