// SPDX-License-Identifier: GPL-2.0
/*
 * What more a GPU has room for. The kernel says how many, for one size at a time;
 * which sizes are worth asking about is what the configuration and the VFs that
 * there are have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/util.h"
#include "plan/capacity.h"
#include "show/output.h"

static void add_room(struct room_list *list, const char *profile, u64 fb_bytes)
{
	struct room *room;
	size_t i;

	for (i = 0; i < list->num; i++)
		if (!strcmp(list->rooms[i].profile, profile) &&
		    list->rooms[i].capacity.fb_bytes == fb_bytes)
			return;
	list->rooms = xgrow(list->rooms, list->num, sizeof(*list->rooms));
	room = &list->rooms[list->num++];
	*room = (struct room){ .capacity.fb_bytes = fb_bytes };
	copy_string(room->profile, LABEL_SIZE, profile);
}

/**
 * rooms_find() - which profiles to ask about
 * @list: empty; to be freed with rooms_free()
 * @config: the configuration, or NULL
 * @gpu: the GPU
 */
void rooms_find(struct room_list *list, const struct config *config,
		const struct gpu *gpu)
{
	size_t i;

	for (i = 0; config && i < config->num_profiles; i++)
		if (config->profiles[i].fb_bytes)
			add_room(list, config->profiles[i].label,
				 config->profiles[i].fb_bytes);
	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			add_room(list, gpu->vfs[i].profile,
				 gpu->vfs[i].fb_bytes);
}

/**
 * rooms_ask() - ask the kernel about each of them
 * @list: what to ask about; what cannot be answered is left out
 * @client: the client
 * @bdf: of the GPU
 * @wish: with this layout; NULL: as the GPU is
 */
void rooms_ask(struct room_list *list, struct client *client, const char *bdf,
	       const struct gpu *wish)
{
	struct client_error why;
	size_t i, n = 0;

	for (i = 0; i < list->num; i++) {
		struct room room = list->rooms[i];

		why = (struct client_error){};
		if (client_get_capacity(client, bdf, wish,
					room.capacity.fb_bytes, &room.capacity,
					&why))
			continue;
		copy_string(room.reason, sizeof(room.reason),
			    why.refusal.message);
		list->rooms[n++] = room;
	}
	list->num = n;
}

/**
 * rooms_free() - release what rooms_find() made
 * @list: is empty afterwards
 */
void rooms_free(struct room_list *list)
{
	free(list->rooms);
	*list = (struct room_list){};
}

/**
 * room_reason() - why there is room for none, where the GPU is named already
 * @room: the room
 *
 * The kernel's sentences begin with whom they are about, which here is a VF that
 * there is not.
 *
 * Return: the rest of the sentence, may be empty.
 */
const char *room_reason(const struct room *room)
{
	const char *rest = strstr(room->reason, ": ");

	return rest && !strncmp(room->reason, "GPU ", 4) ? rest + 2 :
							   room->reason;
}

static void print_room(const struct room *room)
{
	const struct capacity *capacity = &room->capacity;
	char moving[64] = "";
	char text[UNIT_TEXT];

	if (capacity->after_moving != capacity->now)
		snprintf(moving, sizeof(moving),
			 " (%u after moving VFs not in use)",
			 capacity->after_moving);
	print_folded(stdout, "  room for %u more%s of %s (%s%s)%s%s",
		     capacity->now, moving,
		     *room->profile ? room->profile : "-",
		     show_size(text, capacity->fb_bytes),
		     numbers_are_human() ? "" : " B",
		     *room->reason ? ": " : "", room_reason(room));
}

/**
 * rooms_print() - a line for each, for people
 * @list: what the kernel said
 */
void rooms_print(const struct room_list *list)
{
	size_t i;

	for (i = 0; i < list->num; i++)
		print_room(&list->rooms[i]);
}

/**
 * rooms_json() - the same for programs
 * @list: what the kernel said
 *
 * Return: a new array.
 */
json_t *rooms_json(const struct room_list *list)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < list->num; i++) {
		const struct room *room = &list->rooms[i];
		const struct capacity *capacity = &room->capacity;
		json_t *object = json_object();

		json_object_set_new(object, "profile", *room->profile ?
				    json_string(room->profile) : json_null());
		json_object_set_new(object, "fb_bytes",
				    json_integer(capacity->fb_bytes));
		json_object_set_new(object, "now", json_integer(capacity->now));
		json_object_set_new(object, "after_moving",
				    json_integer(capacity->after_moving));
		json_object_set_new(object, "reason", *room->reason ?
				    json_string(room->reason) : json_null());
		json_array_append_new(array, object);
	}
	return array;
}
