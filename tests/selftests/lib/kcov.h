/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which code of the module does a thread run? For modules that were built by
 * build-modules -k, on kernels that have KCOV.
 */
#ifndef SELFTEST_KCOV_H
#define SELFTEST_KCOV_H

#include <stdbool.h>

/**
 * struct kcov - what was run
 * @fd: of the kernel's
 * @trace: where the kernel counts and notes the blocks that this thread runs
 * @seen: which blocks, and which ways from one to the next, were run so far
 * @blocks: how many of the ones
 * @edges: how many of the others
 */
struct kcov {
	int fd;
	unsigned long *trace;
	unsigned long *seen;
	unsigned int blocks;
	unsigned int edges;
};

int kcov_open(struct kcov *kcov);
void kcov_close(struct kcov *kcov);
void kcov_begin(struct kcov *kcov);
bool kcov_end(struct kcov *kcov);

#endif /* SELFTEST_KCOV_H */
