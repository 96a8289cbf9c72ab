/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of a double: a row is a situation, a write, an errno, the state after it,
 * the source, and whether that was read, is inferred, or is open.
 *
 * That the double follows it is one thing; what the agent makes of each errno is another:
 *
 *	PCI core, any driver	test_generic.c	number_cases: sriov_numvfs, both ways
 *				test_hang.c	no answer, of whichever file
 *	xe			test_xe_errors.c	files of VFs, of the PF, presets, stop,
 *				sriov_numvfs, reads of GTs that differ; test_xe.c: ESTALE
 *	i915			test_i915.c	file_cases: each file in turn, and control;
 *				number_cases: sriov_numvfs, both ways
 *	nvidia			test_nvidia_errors.c	types, by what is known and by each
 *				that is plausible; sriov-manage; test_nvidia.c: nvidia-smi
 *	gim			test_gim.c	nothing is ever written, so there is none
 */
#ifndef DOUBLE_TABLE_H
#define DOUBLE_TABLE_H

#include <errno.h>

#include "agent_test.h"

enum table_column {
	TABLE_SITUATION,
	TABLE_WRITE,
	TABLE_ERRNO,
	TABLE_STATE,
	TABLE_SOURCE,
	TABLE_MARK,
	TABLE_COLUMNS
};

static inline void split_row(char *line, char **field)
{
	size_t n, len;

	for (n = 0; n < TABLE_COLUMNS && line; n++) {
		field[n] = strsep(&line, ";");
		field[n] += strspn(field[n], " ");
		len = strlen(field[n]);
		while (len && field[n][len - 1] == ' ')
			field[n][--len] = '\0';
	}
	assert_int_equal(n, TABLE_COLUMNS);
	assert_null(line);
}

/* the page of a vendor says that, whatever its lines */
static inline void page_says(const char *name, const char *expected)
{
	char *path = xasprintf("%s/../admin/%s.rst", MAN_DIR, name);
	char *page, *at;

	root_set("");
	page = root_read(NULL, "%s", path + 1);
	assert_non_null(page);
	for (at = page; (at = strchr(at, '\n')); at++)
		*at = ' ';
	assert_says(page, expected);
	free(page);
	free(path);
}

/* how much of a table is known how well */
static inline void page_counts(const char *name, const unsigned int *marks)
{
	char *expected = xasprintf("Rows of its table: %u read, %u inferred, %u open.",
				   marks[0], marks[1], marks[2]);

	page_says(name, expected);
	free(expected);
}

/* every row, and that the page has their numbers */
static inline void run_table(const char *name, void (*run)(char **field))
{
	static const char *const known[] = { "read", "inferred", "open" };
	char *path = xasprintf("%s/%s.table", DOUBLES, name);
	unsigned int marks[ARRAY_SIZE(known)] = {};
	char *field[TABLE_COLUMNS];
	char line[256];
	FILE *f = fopen(path, "r");
	size_t i;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !*line)
			continue;
		split_row(line, field);
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (!strcmp(field[TABLE_MARK], known[i]))
				break;
		assert_true(i < ARRAY_SIZE(known));
		marks[i]++;
		run(field);
	}
	fclose(f);
	free(path);
	page_counts(name, marks);
}

static inline int errno_of(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} all[] = {
		{ "0", 0 }, { "EPERM", EPERM }, { "ENOENT", ENOENT }, { "EIO", EIO }, { "EBUSY", EBUSY },
		{ "EOPNOTSUPP", EOPNOTSUPP }, { "ESTALE", ESTALE },
		{ "ENOKEY", ENOKEY }, { "EUCLEAN", EUCLEAN },
		{ "ERANGE", ERANGE }, { "E2BIG", E2BIG }, { "EDQUOT", EDQUOT },
		{ "ENODEV", ENODEV }, { "EINVAL", EINVAL },
		{ "EACCES", EACCES }, { "ENOMEM", ENOMEM },
		{ "ENOSPC", ENOSPC }, { "ECANCELED", ECANCELED },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(name, all[i].name))
			return all[i].error;
	fail_msg("errno '%s'", name);
	return 0;
}

#endif /* DOUBLE_TABLE_H */
