// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs fit on a GPU, as text and as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "show/capacity_show.h"
#include "show/output.h"

/**
 * capacity_reason() - why none fits, where the GPU is named already
 * @room: the room
 *
 * The kernel's messages begin with the GPU or VF that they are about.
 *
 * Return: the rest of the message, may be empty.
 */
const char *capacity_reason(const struct profile_capacity *entry)
{
	const char *rest = strstr(entry->reason, ": ");

	return rest && !strncmp(entry->reason, "GPU ", 4) ? rest + 2 :
							   entry->reason;
}

static void print_one(const struct profile_capacity *entry)
{
	const struct capacity *capacity = &entry->capacity;
	char moving[64] = "";
	char text[UNIT_TEXT];

	if (capacity->after_moving != capacity->now)
		snprintf(moving, sizeof(moving),
			 " (%u after moving VFs not in use)",
			 capacity->after_moving);
	out_line("  capacity: %u more%s '%s' (%s%s)%s%s", capacity->now, moving,
		 *entry->profile ? entry->profile : "-",
		 show_size(text, capacity->fb_bytes),
		 numbers_are_human() ? "" : " B",
		 *entry->reason ? ": " : "", capacity_reason(entry));
}

/**
 * capacity_print() - a line for each, for people
 * @list: what the kernel said
 */
void capacity_print(const struct capacity_list *list)
{
	size_t i;

	for (i = 0; i < list->num; i++)
		print_one(&list->entries[i]);
}

/**
 * capacity_json() - the same for programs
 * @list: what the kernel said
 *
 * Return: a new array.
 */
json_t *capacity_json(const struct capacity_list *list)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < list->num; i++) {
		const struct profile_capacity *entry = &list->entries[i];
		const struct capacity *capacity = &entry->capacity;
		json_t *object = json_object();

		json_put_text(object, "profile", entry->profile);
		json_put_u64(object, "fb_bytes", capacity->fb_bytes);
		json_put_u64(object, "now", capacity->now);
		json_put_u64(object, "after_moving", capacity->after_moving);
		json_put_text(object, "reason", entry->reason);
		json_array_append_new(array, object);
	}
	return array;
}
