// SPDX-License-Identifier: GPL-2.0
/*
 * Does iniparser read a file as the scanner did? Only iniparser_load() and
 * iniparser_getstring() are used: getint and getboolean crash on some section
 * names (CVE-2023-33461), and the dump functions do not escape.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <iniparser/iniparser.h>

#include "ini_check.h"
#include "util.h"

/* what iniparser complains about is told by our own message */
static int ignore_complaint(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

/*
 * iniparser reads files by name only. It gets the very bytes that the scanner
 * saw, which the file itself may not have any more.
 */
static int load_text(const struct source *source, dictionary **dict)
{
	char path[64];
	int err = 0;
	int fd;

	*dict = NULL;
	fd = memfd_create("gpuvf.ini", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, source->text, source->size) != (ssize_t)source->size) {
		err = -ENOSPC;
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		iniparser_set_error_callback(ignore_complaint);
		errno = 0;
		*dict = iniparser_load(path);
		/* what the scanner takes is no syntax error to iniparser */
		if (!*dict)
			err = -errno ?: -ENOMEM;
	}
	close(fd);
	return err;
}

/* iniparser's name for a key: "section:key" in lower case */
static char *full_key(const char *section, const char *key)
{
	char *name = key ? xasprintf("%s:%s", section, key) : xstrdup(section);
	char *p;

	for (p = name; *p; p++)
		*p = tolower((unsigned char)*p);
	return name;
}

static bool check_entry(const struct ini *ini, dictionary *dict,
			const struct ini_entry *entry, struct diag_list *diags)
{
	const char *section = ini->sections[entry->section].name;
	char *name = full_key(section, entry->key);
	const char *value = iniparser_getstring(dict, name, NULL);

	free(name);
	if (value && !strcmp(value, entry->value))
		return true;
	diag_err(diags, &entry->key_at,
		 "other programs would not read this line as '%s = %s'",
		   entry->key, entry->value);
	return false;
}

static bool check_section(dictionary *dict, const struct ini_section *section,
			  struct diag_list *diags)
{
	char *name = full_key(section->name, NULL);
	bool found = iniparser_find_entry(dict, name);

	free(name);
	if (found)
		return true;
	diag_err(diags, &section->at,
		 "other programs would not read this line as section [%s]",
		   section->name);
	return false;
}

/**
 * ini_check_agreement() - compare the scanner's reading with iniparser's
 * @ini: a file in which the scanner found no error
 * @diags: an error where the two differ
 *
 * Every section, key and value has to be the same, and iniparser may have
 * found nothing that the scanner did not.
 *
 * Return: 0, also when they differ; a negative errno when iniparser could not
 * read the file, for want of memory or descriptors.
 */
int ini_check_agreement(const struct ini *ini, struct diag_list *diags)
{
	struct place whole = { &ini->source, 0, 0 };
	dictionary *dict;
	bool same = true;
	size_t i;
	int err;

	err = load_text(&ini->source, &dict);
	if (err) {
		diag_err(diags, &whole, "cannot be read by iniparser: %s",
			 strerror(-err));
		return err;
	}
	for (i = 0; i < ini->num_sections; i++)
		same &= check_section(dict, &ini->sections[i], diags);
	for (i = 0; i < ini->num_entries; i++)
		same &= check_entry(ini, dict, &ini->entries[i], diags);
	if (same && (size_t)dict->n != ini->num_sections + ini->num_entries)
		diag_err(diags, &whole, "other programs would find more in it");
	iniparser_freedict(dict);
	return 0;
}
