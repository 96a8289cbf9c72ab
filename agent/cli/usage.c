// SPDX-License-Identifier: GPL-2.0
/*
 * How a verb is used.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "cli/cli.h"

/* the one that runs */
static const struct verb *current_verb;

/**
 * usage_set_verb() - say which verb runs, for usage_error()
 * @verb: the verb
 */
void usage_set_verb(const struct verb *verb)
{
	current_verb = verb;
}

/**
 * print_usage() - how a verb is used, in one line
 * @f: where to
 * @verb: the verb
 */
void print_usage(FILE *f, const struct verb *verb)
{
	fprintf(f, "usage: " PROGRAM " %s%s%s\n", verb->name,
		*verb->usage ? " " : "", verb->usage);
}

/**
 * print_help() - how a verb is used, and what its options do
 * @verb: the verb
 */
void print_help(const struct verb *verb)
{
	print_usage(stdout, verb);
	printf("%s\n%s%s", verb->help, *verb->options ? "\n" : "",
	       verb->options);
}

/**
 * usage_error() - print what is wrong with a command line
 * @name: the verb
 * @fmt: as of printf
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *name, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup("");
	va_end(args);
	pr_err("%s: %s", name, text);
	free(text);
	if (current_verb)
		print_usage(stderr, current_verb);
	return EXIT_USAGE;
}
