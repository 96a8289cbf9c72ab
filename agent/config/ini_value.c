// SPDX-License-Identifier: GPL-2.0
/*
 * Values, as iniparser reads them. It gets the lines that the scanner has found
 * to be entries, and no others. Only iniparser_load() and iniparser_getstring() are
 * used: getint and getboolean crash on some section names (CVE-2023-33461), and
 * the dump functions do not escape.
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
#include "config/ini_value.h"

/* iniparser looks its entries up one after the other, so it gets parts */
#define ENTRIES_AT_ONCE	256

/* our own message reports what iniparser complains about */
static int ignore_complaint(const char *fmt, ...)
{
	return 0;
}

/* sections by number: a name may be there twice, or not be readable */
static void print_lines(FILE *f, const struct ini *ini, size_t first, size_t end)
{
	size_t i;

	for (i = first; i < end; i++) {
		const struct ini_entry *entry = &ini->entries[i];

		if (i == first || entry->section != entry[-1].section)
			fprintf(f, "[%zu]\n", entry->section);
		fprintf(f, "%s\n", ini->source.lines[entry->key_at.line - 1]);
	}
}

/* iniparser reads files by name only */
static int load_lines(const struct ini *ini, size_t first, size_t end,
		      dictionary **dict)
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
	print_lines(f, ini, first, end);
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

static void take_value(struct ini_entry *entry, dictionary *dict,
		       struct diag_list *diags)
{
	/* iniparser's name for a key is in lower case */
	char *name = xasprintf("%zu:%s", entry->section, entry->key);
	const char *value;
	char *p;

	for (p = name; *p; p++)
		*p = tolower((unsigned char)*p);
	value = iniparser_getstring(dict, name, NULL);
	free(name);
	if (!value || !*value)
		diag_err(diags, &entry->value_at, REASON_BAD_SYNTAX,
			 "iniparser finds no value in this line");
	entry->value = xstrdup(value ?: "");
}

/**
 * ini_read_values() - let iniparser read the values of the entries
 * @ini: a file that was scanned
 * @diags: an error where iniparser finds none
 *
 * Return: 0; a negative errno when iniparser could not read the file, for want
 * of memory or descriptors.
 */
int ini_read_values(struct ini *ini, struct diag_list *diags)
{
	struct source_loc whole = { &ini->source, 0, 0 };
	size_t first, end, i;
	dictionary *dict;
	int err;

	for (first = 0; first < ini->num_entries; first = end) {
		end = first + ENTRIES_AT_ONCE;
		if (end > ini->num_entries)
			end = ini->num_entries;
		err = load_lines(ini, first, end, &dict);
		if (err) {
			diag_err(diags, &whole, NO_REASON, "cannot be read by iniparser: %s",
				 strerror(-err));
			/* nothing is to be made of the rest */
			for (i = first; i < ini->num_entries; i++)
				free(ini->entries[i].key);
			ini->num_entries = first;
			ini->is_damaged = true;
			return err;
		}
		for (i = first; i < end; i++)
			take_value(&ini->entries[i], dict, diags);
		iniparser_freedict(dict);
	}
	return 0;
}
