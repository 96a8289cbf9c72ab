/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that the agent acts on: a configuration, a checkpoint.
 */
#ifndef AGENT_BASE_INPUT_H
#define AGENT_BASE_INPUT_H

#include "base/types.h"

/* what input_read() demands */
#define INPUT_TRUSTED	BIT(0)	/* only root can have written it */
#define INPUT_STREAM	BIT(1)	/* a FIFO or pipe will do */

int input_check(const char *path, u32 demands, char **why);
int input_read(const char *path, u32 demands, size_t max, char **text,
	       size_t *size, char **why);

#endif /* AGENT_BASE_INPUT_H */
