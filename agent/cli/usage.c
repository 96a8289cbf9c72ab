// SPDX-License-Identifier: GPL-2.0
/*
 * How a verb is used.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define COLUMNS	79

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

/* frees @text */
static void add(FILE *f, unsigned int *column, char *text)
{
	if (*column + 1 + strlen(text) > COLUMNS)
		*column = fprintf(f, "\n      ") - 1;
	*column += fprintf(f, " %s", text);
	free(text);
}

static char *option_usage(const struct verb_option *option)
{
	char letter[] = { '-', option->letter, '\0' };

	return xasprintf("%s%s%s%s", option->letter ? letter : "--",
			 option->letter ? "" : option->name,
			 option->value ? " " : "", option->value ?: "");
}

static void add_options(FILE *f, unsigned int *column,
			const struct verb_option *option)
{
	for (; option->name; option++) {
		char *one = option_usage(option);
		char *other = option->excludes_next ?
			      option_usage(++option) : NULL;

		if (other)
			add(f, column, xasprintf("[%s | %s]", one, other));
		else
			add(f, column, xasprintf(option->is_needed ? "%s" :
						 "[%s]", one));
		free(one);
		free(other);
	}
}

/**
 * print_usage() - how a verb is used
 * @f: where to
 * @data: the verb
 */
void print_usage(FILE *f, const void *data)
{
	const struct verb *verb = data;
	char *copy = xstrdup(verb->args), *rest = copy;
	const char *first = "usage:";
	char *way, *word;

	while ((way = strsep(&rest, "\n"))) {
		unsigned int column = fprintf(f, "%s " PROGRAM " %s", first,
					      verb->name);

		add_options(f, &column, verb->options);
		while ((word = strsep(&way, " ")))
			if (*word)
				add(f, &column, xstrdup(word));
		fputc('\n', f);
		first = "      ";
	}
	free(copy);
}

/**
 * print_help() - how a verb is used, and what its options do
 * @verb: the verb
 */
void print_help(const struct verb *verb)
{
	const struct verb_option *option = verb->options;

	out_print(print_usage, verb);
	out_text("%s.\n%s", verb->help, option->name ? "\n" : "");
	for (; option->name; option++) {
		char letter[] = { '-', option->letter, ',', ' ', '\0' };
		char *names = xasprintf("%s--%s%s%s",
					option->letter ? letter : "",
					option->name, option->value ? " " : "",
					option->value ?: "");

		out_text("  %-22s %s\n", names, option->help);
		free(names);
	}
	if (verb->more)
		out_text("\n%s", verb->more);
}

/**
 * usage_error() - print what is wrong with a command line
 * @fmt: as of printf
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	pr_err("%s: %s", current_verb->name, text);
	free(text);
	print_usage(stderr, current_verb);
	return EXIT_USAGE;
}
