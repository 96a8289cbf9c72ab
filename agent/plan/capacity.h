/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many more VFs fit on a GPU, profile by profile.
 */
#ifndef AGENT_PLAN_CAPACITY_H
#define AGENT_PLAN_CAPACITY_H

#include "config/config.h"
#include "model/failure.h"

/**
 * struct profile_capacity - how many more VFs of one profile fit
 * @profile: its label, may be empty
 * @capacity: its size, and how many
 * @reason: why none fits, else empty
 */
struct profile_capacity {
	char profile[LABEL_SIZE];
	struct capacity capacity;
	char reason[REFUSAL_TEXT_SIZE];
};

/**
 * struct capacity_list - one entry for each profile
 * @entries: those of the configuration, then others that VFs have
 * @num: length of @entries
 */
struct capacity_list {
	struct profile_capacity *entries;
	size_t num;
};

void capacity_find(struct capacity_list *list, const struct config *config,
		   const struct gpu *gpu);
void capacity_count(struct capacity_list *list, const struct gpu *gpu);
void capacity_free(struct capacity_list *list);

#endif /* AGENT_PLAN_CAPACITY_H */
