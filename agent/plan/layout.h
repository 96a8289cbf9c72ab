/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From GPUs to the planner and back.
 */
#ifndef AGENT_PLAN_LAYOUT_H
#define AGENT_PLAN_LAYOUT_H

#include "model/failure.h"
#include "model/gpu.h"

int layout_place(struct gpu *wanted, const struct gpu *live,
		 struct failure *why);
bool layout_is_stale(const struct failure *why);
void layout_after(const struct gpu *wanted, const struct gpu *live,
		  struct gpu *after);
void layout_capacity(const struct gpu *gpu, struct capacity *capacity,
		     struct error_detail *why);

#endif /* AGENT_PLAN_LAYOUT_H */
