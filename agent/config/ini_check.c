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

#include "base/util.h"
#include "config/ini_check.h"

/* our own message reports what iniparser complains about */
static int ignore_complaint(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

/*
 * iniparser looks its entries up one after the other. What it has read says
 * nothing about the next line but the section, so that it gets parts.
 */
#define LINES_AT_ONCE	256

static void print_lines(FILE *f, const struct ini *ini, size_t first,
			size_t end, const struct ini_section *section)
{
	size_t i;

	if (section)
		fprintf(f, "[%s]\n", section->name);
	for (i = first; i < end; i++)
		fprintf(f, "%s\n", ini->source.lines[i]);
}

/*
 * iniparser reads files by name only. It gets the very bytes that the scanner
 * saw, which the file itself may not have any more: lines @first to @end, which
 * begin in @section.
 */
static int load_lines(const struct ini *ini, size_t first, size_t end,
		      const struct ini_section *section, dictionary **dict)
{
	char path[64];
	int err = 0;
	FILE *f;
	int fd;

	*dict = NULL;
	fd = memfd_create("gpuvf.ini", MFD_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	print_lines(f, ini, first, end, section);
	if (fflush(f) || ferror(f)) {
		err = -errno ?: -EIO;
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		iniparser_set_error_callback(ignore_complaint);
		errno = 0;
		*dict = iniparser_load(path);
		/* what the scanner takes is no syntax error to iniparser */
		if (!*dict)
			err = -errno ?: -ENOMEM;
	}
	fclose(f);
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
	struct source_loc whole = { &ini->source, 0, 0 };
	size_t first, end, section = 0, entry = 0;
	bool same = true, more = false;

	for (first = 0; first < ini->source.num_lines; first = end) {
		size_t expected = section ? 1 : 0;
		dictionary *dict;
		int err;

		end = first + LINES_AT_ONCE;
		if (end > ini->source.num_lines)
			end = ini->source.num_lines;
		err = load_lines(ini, first, end, section ?
				 &ini->sections[section - 1] : NULL, &dict);
		if (err) {
			diag_err(diags, &whole,
				 "cannot be read by iniparser: %s",
				 strerror(-err));
			return err;
		}
		for (; section < ini->num_sections &&
		     ini->sections[section].at.line <= end;
		     section++, expected++)
			same &= check_section(dict, &ini->sections[section],
					      diags);
		for (; entry < ini->num_entries &&
		     ini->entries[entry].key_at.line <= end;
		     entry++, expected++)
			same &= check_entry(ini, dict, &ini->entries[entry],
					    diags);
		more |= (size_t)dict->n != expected;
		iniparser_freedict(dict);
	}
	if (same && more)
		diag_err(diags, &whole, "other programs would find more in it");
	return 0;
}
