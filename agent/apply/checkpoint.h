/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The settings of all GPUs, as a file has them.
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
int checkpoint_restore(const struct checkpoint *checkpoint,
		       struct provider *provider);
void checkpoint_free(struct checkpoint *checkpoint);

#endif /* AGENT_APPLY_CHECKPOINT_H */
