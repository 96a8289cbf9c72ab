/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The planner of the module, asked in the words of the agent's: as long as there are
 * two of them, they have to agree.
 */
#ifndef KERNEL_PLANNER_H
#define KERNEL_PLANNER_H

#include "plan/placement.h"

bool as_the_kernel(const struct placement_request *req,
		   const struct placement *out,
		   const struct placement *kernel_out);
int kernel_plan(const struct placement_request *req, struct placement *out,
		struct placement_reason *why);
unsigned int kernel_capacity(const struct placement_request *req, u64 quota,
			     bool may_move);

#endif /* KERNEL_PLANNER_H */
