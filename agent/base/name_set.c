// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of names, without regard to case: a file of a megabyte can have a hundred
 * thousand of them.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/name_set.h"
#include "base/util.h"

struct known_name {
	size_t index;
	char name[];
};

static int compare(const void *va, const void *vb)
{
	const struct known_name *a = va, *b = vb;

	return strcasecmp(a->name, b->name);
}

static struct known_name *make_entry(const char *name, size_t index)
{
	size_t size = strlen(name) + 1;
	struct known_name *entry = xcalloc(1, sizeof(*entry) + size);

	entry->index = index;
	memcpy(entry->name, name, size);
	return entry;
}

/**
 * names_add() - add a name that is not there yet
 * @names: the set
 * @name: the name
 * @index: what it is the name of
 *
 * Return: NO_NAME, or the index with which the name is there already.
 */
size_t names_add(struct names *names, const char *name, size_t index)
{
	struct known_name *entry = make_entry(name, index);
	struct known_name **found = tsearch(entry, &names->root, compare);

	if (!found)
		out_of_memory();
	if (*found == entry)
		return NO_NAME;
	free(entry);
	return (*found)->index;
}

/**
 * names_find() - look a name up
 * @names: the set
 * @name: the name
 *
 * Return: its index, NO_NAME when it is not there.
 */
size_t names_find(const struct names *names, const char *name)
{
	struct known_name *key = make_entry(name, 0);
	struct known_name **found = tfind(key, &names->root, compare);

	free(key);
	return found ? (*found)->index : NO_NAME;
}

/**
 * names_free() - release a set
 * @names: is empty afterwards
 */
void names_free(struct names *names)
{
	tdestroy(names->root, free);
	names->root = NULL;
}
