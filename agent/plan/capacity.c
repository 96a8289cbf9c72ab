// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs fit on a GPU, of the sizes that the configuration has and of those
 * that VFs have.
 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/capacity.h"
#include "plan/layout.h"

static void add_entry(struct capacity_list *list, const char *profile,
		      u64 fb_bytes)
{
	struct profile_capacity *entry;
	size_t i;

	for (i = 0; i < list->num; i++)
		if (!strcmp(list->entries[i].profile, profile) &&
		    list->entries[i].capacity.fb_bytes == fb_bytes)
			return;
	list->entries = xgrow(list->entries, list->num, sizeof(*list->entries));
	entry = &list->entries[list->num++];
	*entry = (struct profile_capacity){ .capacity.fb_bytes = fb_bytes };
	copy_string(entry->profile, LABEL_SIZE, profile);
}

/**
 * capacity_find() - which profiles to ask about
 * @list: empty; to be freed with capacity_free()
 * @config: the configuration, or NULL
 * @gpu: the GPU
 */
void capacity_find(struct capacity_list *list, const struct config *config,
		   const struct gpu *gpu)
{
	size_t i;

	for (i = 0; config && i < config->num_profiles; i++)
		if (config->profiles[i].fb_bytes)
			add_entry(list, config->profiles[i].label,
				  config->profiles[i].fb_bytes);
	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			add_entry(list, gpu->vfs[i].profile,
				  gpu->vfs[i].fb_bytes);
}

/**
 * capacity_count() - count how many of each fit
 * @list: from capacity_find(); is empty afterwards when that is not known, since it
 *	depends on which VFs are in use, or when @gpu has no framebuffer to divide
 * @gpu: the GPU, as it is or as it will be
 */
void capacity_count(struct capacity_list *list, const struct gpu *gpu)
{
	struct error_detail why;
	size_t i;

	if (!gpu->has_states || !gpu->fb_alloc_unit)
		list->num = 0;
	for (i = 0; i < list->num; i++) {
		struct profile_capacity *entry = &list->entries[i];

		layout_capacity(gpu, &entry->capacity, &why);
		copy_string(entry->reason, sizeof(entry->reason), why.message);
	}
}

/**
 * capacity_free() - release what capacity_find() made
 * @list: is empty afterwards
 */
void capacity_free(struct capacity_list *list)
{
	free(list->entries);
	*list = (struct capacity_list){};
}
