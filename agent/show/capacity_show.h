/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many more VFs fit on a GPU, as text and as JSON.
 */
#ifndef AGENT_SHOW_CAPACITY_SHOW_H
#define AGENT_SHOW_CAPACITY_SHOW_H

#include <jansson.h>

#include "plan/capacity.h"

const char *capacity_reason(const struct profile_capacity *room);
void capacity_print(const struct capacity_list *list);
json_t *capacity_json(const struct capacity_list *list);

#endif /* AGENT_SHOW_CAPACITY_SHOW_H */
