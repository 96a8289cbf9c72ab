// SPDX-License-Identifier: GPL-2.0
/*
 * The document of the sysfs ABI: which files there are, with which mode.
 */

#include <stdio.h>
#include <string.h>

#include "abi.h"
#include "file.h"

#define ABI_PREFIX	"/sys/class/gpuvf/<BDF>"

static const struct {
	const char *mark;
	unsigned int mode;
} abi_modes[] = {
	{ "(RO)", 0444 },
	{ "(RO, root)", 0400 },
	{ "(RW)", 0644 },
	{ "(WO)", 0200 },
};

static bool take_what(struct abi *abi, const char *line)
{
	struct abi_entry *entry = &abi->entry[abi->num];
	const char *path = strchr(line, '/');

	if (!path || abi->num == ABI_MAX_ENTRIES ||
	    strncmp(path, ABI_PREFIX, strlen(ABI_PREFIX)))
		return false;
	path += strlen(ABI_PREFIX);
	path += *path == '/';
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->path, sizeof(entry->path), "%.*s",
		 (int)strcspn(path, "\n"), path);
	abi->num++;
	return true;
}

/* the first line of a description begins with the mode */
static void take_mode(struct abi *abi, const char *line)
{
	unsigned int i;

	line += strspn(line, "\t ");
	for (i = 0; i < sizeof(abi_modes) / sizeof(*abi_modes); i++)
		if (!strncmp(line, abi_modes[i].mark,
			     strlen(abi_modes[i].mark)))
			abi->entry[abi->num - 1].mode = abi_modes[i].mode;
}

/**
 * abi_read() - read the document
 * @abi: where to
 *
 * Return: false when it cannot be read, or is not in the kernel's ABI format.
 */
bool abi_read(struct abi *abi)
{
	FILE *file = file_beside("sysfs-class-gpuvf");
	bool ok = file, description = false;
	char line[256];

	memset(abi, 0, sizeof(*abi));
	while (ok && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "What:\t", 6))
			ok = take_what(abi, line);
		else if (description)
			take_mode(abi, line);
		else if (!strchr("\t\n", *line) && strncmp(line, "Date:\t", 6) &&
			 strncmp(line, "Contact:\t", 9) &&
			 strncmp(line, "Description:\n", 13))
			ok = false;
		description = !strncmp(line, "Description:\n", 13);
	}
	if (file)
		fclose(file);
	return ok && abi->num;
}

/**
 * abi_find() - is it documented?
 * @abi: the document
 * @path: below the PF's directory, with vf<N>
 *
 * Return: the entry, or NULL.
 */
const struct abi_entry *abi_find(const struct abi *abi, const char *path)
{
	unsigned int i;

	for (i = 0; i < abi->num; i++)
		if (!strcmp(abi->entry[i].path, path))
			return &abi->entry[i];
	return NULL;
}
