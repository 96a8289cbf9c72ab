/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that is set of all GPUs, as a file has it.
 */
#ifndef AGENT_APPLY_CHECKPOINT_H
#define AGENT_APPLY_CHECKPOINT_H

#include "apply/state.h"

/**
 * struct checkpoint - states of GPUs
 * @states: of each GPU
 * @num: entries of @states
 */
struct checkpoint {
	struct state *states;
	size_t num;
};

int checkpoint_parse(struct checkpoint *checkpoint, const char *text,
		     size_t size);
void checkpoint_free(struct checkpoint *checkpoint);

#endif /* AGENT_APPLY_CHECKPOINT_H */
