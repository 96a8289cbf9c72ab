// SPDX-License-Identifier: GPL-2.0
/*
 * How many more VFs fit on a GPU. The kernel answers for one size at a time; the
 * sizes asked about are those of the configuration and of the VFs that exist.
 */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/capacity.h"
#include "provider/provider.h"

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
 * capacity_ask() - ask the kernel about each of them
 * @list: what to ask about; what cannot be answered is left out
 * @provider: the provider
 * @bdf: of the GPU
 * @wanted: with this layout; NULL: as the GPU is
 */
void capacity_ask(struct capacity_list *list, struct provider *provider,
		  const char *bdf, const struct gpu *wanted)
{
	struct failure why;
	size_t i, n = 0;

	for (i = 0; i < list->num; i++) {
		struct profile_capacity entry = list->entries[i];

		why = (struct failure){};
		if (provider_capacity(provider, bdf, wanted,
				      entry.capacity.fb_bytes, &entry.capacity,
				      &why))
			continue;
		copy_string(entry.reason, sizeof(entry.reason),
			    why.refusal.message);
		list->entries[n++] = entry;
	}
	list->num = n;
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
