/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The strict reader of INI files.
 *
 * The scanner here knows where everything stands and accepts only what means
 * the same to every reader of INI files. What it accepts iniparser reads.
 */
#ifndef AGENT_CONFIG_INI_H
#define AGENT_CONFIG_INI_H

#include "base/types.h"
#include "config/diag.h"

#define INI_FILE_MAX	0x100000	/* bytes of one file */

/**
 * struct ini_section - a section header
 * @name: as written, without brackets and blanks around it; empty: it could not
 *	be read
 * @at: where the name stands
 * @is_repeated: there was one of that name before in the same file
 * @is_damaged: a line of it, or its header, could not be read
 * @first_entry: index of its first entry
 * @num_entries: entries that it has
 */
struct ini_section {
	char *name;
	struct source_loc at;
	bool is_repeated;
	bool is_damaged;
	size_t first_entry;
	size_t num_entries;
};

/**
 * struct ini_entry - one "key = value"
 * @section: index of its section
 * @key: as written
 * @value: as iniparser reads it, without blanks around it and comment behind it
 * @key_at: where the key stands
 * @value_at: where the value stands
 */
struct ini_entry {
	size_t section;
	char *key;
	char *value;
	struct source_loc key_at;
	struct source_loc value_at;
};

/**
 * struct ini - a file, scanned
 * @source: its text
 * @sections: in the order of the file
 * @num_sections: entries of @sections
 * @entries: in the order of the file
 * @num_entries: entries of @entries
 * @is_damaged: it may have more sections than could be read
 */
struct ini {
	struct source source;
	struct ini_section *sections;
	size_t num_sections;
	struct ini_entry *entries;
	size_t num_entries;
	bool is_damaged;
};

int ini_load(struct ini *ini, const char *path, u32 demands,
	     struct diag_list *diags);
int ini_parse(struct ini *ini, struct diag_list *diags);
void ini_free(struct ini *ini);

#endif /* AGENT_CONFIG_INI_H */
