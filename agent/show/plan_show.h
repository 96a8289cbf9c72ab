/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Plans, as text and as JSON.
 */
#ifndef AGENT_SHOW_PLAN_SHOW_H
#define AGENT_SHOW_PLAN_SHOW_H

#include <jansson.h>

#include "plan/plan.h"
#include "show/output.h"

const struct gpu *plan_future(const struct plan *plan);
bool plan_knows_placement(const struct plan *plan);
extern const struct column plan_columns[];
void plan_add_rows(const struct plan *plan, struct table *table);
void plan_print(const struct plan *plan, bool refused);
void plan_print_sum(const struct plan *plan, bool refused);
char *plan_steps_text(const struct plan *plan);
json_t *plan_json(const struct plan *plan);

#endif /* AGENT_SHOW_PLAN_SHOW_H */
