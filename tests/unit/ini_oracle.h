/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does iniparser read the whole of a file as we do? For files without errors.
 */
#ifndef INI_ORACLE_H
#define INI_ORACLE_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <iniparser/iniparser.h>

#include "base/util.h"
#include "config/ini.h"

static inline char *oracle_name(const char *section, const char *key)
{
	char *name = xasprintf("%s%s%s", section, key ? ":" : "", key ?: "");
	char *p;

	for (p = name; *p; p++)
		*p = tolower((unsigned char)*p);
	return name;
}

static inline bool oracle_agrees_on(dictionary *dict, const char *section,
				    const char *key, const char *value)
{
	char *name = oracle_name(section, key);
	const char *other = key ? iniparser_getstring(dict, name, NULL) : NULL;
	bool same = key ? other && !strcmp(other, value) :
			  iniparser_find_entry(dict, name);

	free(name);
	return same;
}

/* every section, key and value is the same, and there are no others */
static inline bool oracle_agrees(const struct ini *ini)
{
	int fd = memfd_create("oracle", MFD_CLOEXEC);
	char *path = xasprintf("/proc/self/fd/%d", fd);
	bool same = write(fd, ini->source.text, ini->source.size) ==
		    (ssize_t)ini->source.size;
	dictionary *dict = iniparser_load(path);
	size_t i;

	same &= dict && (size_t)dict->n == ini->num_sections + ini->num_entries;
	for (i = 0; same && i < ini->num_sections; i++)
		same = oracle_agrees_on(dict, ini->sections[i].name, NULL, NULL);
	for (i = 0; same && i < ini->num_entries; i++)
		same = oracle_agrees_on(dict,
					ini->sections[ini->entries[i].section].name,
					ini->entries[i].key, ini->entries[i].value);
	if (dict)
		iniparser_freedict(dict);
	free(path);
	close(fd);
	return same;
}

#endif /* INI_ORACLE_H */
