/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What more a GPU has room for, profile by profile.
 */
#ifndef AGENT_PLAN_CAPACITY_H
#define AGENT_PLAN_CAPACITY_H

#include <jansson.h>

#include "config/config.h"
#include "provider/gpuvf.h"

/**
 * struct room - how many more VFs of one profile there is room for
 * @profile: its label, may be empty
 * @capacity: its size, and how many
 * @reason: why there is room for none, else empty
 */
struct room {
	char profile[LABEL_SIZE];
	struct capacity capacity;
	char reason[REFUSAL_TEXT_SIZE];
};

/**
 * struct room_list - one entry for each profile
 * @rooms: those of the configuration, then others that VFs have
 * @num: entries of @rooms
 */
struct room_list {
	struct room *rooms;
	size_t num;
};

void rooms_find(struct room_list *list, const struct config *config,
		const struct gpu *gpu);
void rooms_ask(struct room_list *list, struct client *client, const char *bdf,
	       const struct gpu *wish);
void rooms_free(struct room_list *list);
const char *room_reason(const struct room *room);
void rooms_print(const struct room_list *list);
json_t *rooms_json(const struct room_list *list);

#endif /* AGENT_PLAN_CAPACITY_H */
