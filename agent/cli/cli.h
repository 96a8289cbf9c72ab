/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line: verbs, their options, their usage.
 */
#ifndef AGENT_CLI_CLI_H
#define AGENT_CLI_CLI_H

#include <stddef.h>
#include <stdio.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "show/output.h"

struct verb;

/**
 * struct options - what was said on the command line
 * @verb: the verb
 *
 * The others are those of the tables; 0 and NULL when they are not given.
 */
struct options {
	const struct verb *verb;
	const char *file;
	const char *output;
	const char *prometheus;
	const char *profile;
	const char *columns;
	u64 fb_bytes;
	double delay;
	u32 wait_idle_s;
	u32 num_vfs;
	u32 iterations;
	u32 numbers;
	u32 json;
	u32 verbose;
	u32 dry_run;
	u32 no_wait;
	u32 no_headings;
};

/* what the value of an option is, and what it is kept in */
enum option_kind {
	OPTION_SET,	/* has none: @max is; u32 */
	OPTION_TEXT,	/* const char * */
	OPTION_NAME,	/* as check_name(); const char * */
	OPTION_NUMBER,	/* @min to @max; u32 */
	OPTION_SECONDS,	/* 0.1 to @max; double */
	OPTION_SIZE,	/* as parse_size(); u64 */
};

/**
 * struct verb_option - an option of a verb
 * @letter: 0: has none
 * @name: in full
 * @value: name of its value, NULL: takes none
 * @help: one line
 * @kind: of its value
 * @at: where in struct options it is kept
 * @min: see @kind
 * @max: see @kind
 * @is_needed: the verb does not go without it
 * @excludes_next: only this one or the next one is of use
 */
struct verb_option {
	char letter;
	const char *name;
	const char *value;
	const char *help;
	enum option_kind kind;
	size_t at;
	u32 min;
	u32 max;
	bool is_needed;
	bool excludes_next;
};

#define OPTION_AT(member)	.at = offsetof(struct options, member)

/* those that more than one verb has */
#define OPTION_FILE \
	{ 'f', "file", "FILE", \
	  "read FILE, not /etc/gpuvf.ini and gpuvf.d; -: stdin", \
	  OPTION_TEXT, OPTION_AT(file) }
#define OPTION_OUTPUT \
	{ 'o', "output", "FILE", "replace FILE when all went well; -: stdout", \
	  OPTION_TEXT, OPTION_AT(output) }
#define OPTION_JSON \
	{ 'j', "json", NULL, "JSON for programs", \
	  OPTION_SET, OPTION_AT(json), .max = true }
#define OPTION_DRY_RUN \
	{ 'n', "dry-run", NULL, "change nothing, show the plan", \
	  OPTION_SET, OPTION_AT(dry_run), .max = true }
#define OPTION_UNITS \
	{ 'H', "human", NULL, "human-readable units (default on a terminal)", \
	  OPTION_SET, OPTION_AT(numbers), .max = NUMBERS_HUMAN, \
	  .excludes_next = true }, \
	{ 'p', "plain", NULL, "plain bytes and microseconds (default otherwise)", \
	  OPTION_SET, OPTION_AT(numbers), .max = NUMBERS_PLAIN }
#define OPTION_TABLE \
	{ 'o', "columns", "COLUMNS", \
	  "only these, as in VF,STATE; of all GPUs in one table", \
	  OPTION_TEXT, OPTION_AT(columns) }, \
	{ 0, "noheadings", NULL, "tables without titles", \
	  OPTION_SET, OPTION_AT(no_headings), .max = true }

/**
 * struct verb - one verb of the command line
 * @name: the word
 * @run: does it. Return: enum exit_code
 * @help: one line
 * @group: title of the verbs from here on, NULL: it goes on
 * @more: below the options in its help, NULL: nothing
 * @args: what follows the options, several ways in lines of their own
 * @options: the last one has no name
 * @min_args: words that follow, at least
 * @max_args: at most
 * @writes: to the GPUs of this machine
 */
struct verb {
	const char *name;
	int (*run)(const struct options *options, int argc, char **argv);
	const char *help;
	const char *args;
	const struct verb_option *options;
	int min_args;
	int max_args;
	bool writes;
	const char *group;
	const char *more;
};

/* of max_args */
#define ANY_NUMBER	1000000

void print_usage(FILE *f, const void *data);
void print_help(const struct verb *verb);
void usage_set_verb(const struct verb *verb);
int usage_error(const char *fmt, ...) __printf(1, 2);

int parse_options(const struct verb *verb, int argc, char **argv,
		  struct options *options);
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf);

#endif /* AGENT_CLI_CLI_H */
