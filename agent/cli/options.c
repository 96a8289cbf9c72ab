// SPDX-License-Identifier: GPL-2.0
/*
 * Options and arguments that more than one verb takes.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"

#define MAX_OPTIONS	12

/* of those without a letter, in the order of the table */
#define NO_LETTER	256

/* "--json=1" for an option that takes no value; "--wa", which may be two */
static int long_option_error(const char *word, const struct option *known)
{
	size_t len = strcspn(word + 2, "=");
	const struct option *option;
	unsigned int n = 0;
	bool exact = false;

	for (option = known; option->name; option++) {
		if (strncmp(word + 2, option->name, len))
			continue;
		n++;
		exact |= !option->name[len];
	}
	if (n > 1 && !exact)
		return usage_error("option '%s' is ambiguous", word);
	if (n && word[2 + len])
		return usage_error("option '%.*s' takes no value", (int)len + 2,
				   word);
	return usage_error("unrecognized option '%s'", word);
}

/* what getopt_long() did not like, before optind is changed again */
static int option_error(char **argv, int opt, const struct option *known)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		return usage_error("%s needs a value", word);
	/* in the middle of a word of letters, @word is the one before it */
	if (optopt && (strncmp(word, "--", 2) || !strchr(word, '=')))
		return usage_error("unrecognized option '-%c'", optopt);
	return long_option_error(word, known);
}

/* Return: NULL, or what is wrong with the value */
static const char *take_value(const struct verb_option *option, const char *text,
			      struct options *options)
{
	void *to = (char *)options + option->at;
	static char why[64];
	char *end;

	switch (option->kind) {
	case OPTION_SET:
		*(u32 *)to = option->max;
		return NULL;
	case OPTION_SIZE:
		return parse_size(text, to);
	case OPTION_NUMBER:
		snprintf(why, sizeof(why), "is not a number from %u to %u",
			 option->min, option->max);
		return parse_number(text, option->max, to) ||
		       *(u32 *)to < option->min ? why : NULL;
	case OPTION_SECONDS:
		*(double *)to = strtod(text, &end);
		snprintf(why, sizeof(why), "is not 0.1 to %u seconds",
			 option->max);
		return !*end && *(double *)to >= 0.1 &&
		       *(double *)to <= option->max ? NULL : why;
	case OPTION_TEXT:
	case OPTION_NAME:
		break;
	}
	*(const char **)to = text;
	return option->kind == OPTION_NAME ? check_name(text) : NULL;
}

/* Return: options of the table; for getopt_long() */
static unsigned int make_tables(const struct verb_option *table,
				struct option *names, char *letters)
{
	unsigned int i;

	*letters++ = ':';
	for (i = 0; table[i].name; i++) {
		bool has_value = table[i].value;

		names[i] = (struct option){
			table[i].name, has_value, NULL,
			table[i].letter ?: (int)(NO_LETTER + i),
		};
		if (!table[i].letter)
			continue;
		*letters++ = table[i].letter;
		if (has_value)
			*letters++ = ':';
	}
	return i;
}

static int take_options(const struct verb *verb, int argc, char **argv,
			struct options *options)
{
	const struct verb_option *table = verb->options;
	struct option names[MAX_OPTIONS + 1] = {};
	char letters[2 * MAX_OPTIONS + 2] = "";
	bool is_given[MAX_OPTIONS] = {};
	unsigned int i, num;
	const char *why;
	int opt;

	num = make_tables(table, names, letters);
	opterr = 0;
	optind = 0;
	while ((opt = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (opt == ':' || opt == '?')
			return option_error(argv, opt, names);
		for (i = 0; names[i].val != opt; i++)
			;
		if (table[i].value && is_given[i])
			return usage_error("--%s is given twice", names[i].name);
		is_given[i] = true;
		why = take_value(&table[i], optarg, options);
		if (why)
			return usage_error("--%s: '%s' %s", names[i].name,
					   optarg, why);
	}
	for (i = 0; i < num; i++)
		if (table[i].is_needed && !is_given[i])
			return usage_error("needs --%s", names[i].name);
	return EXIT_DONE;
}

/**
 * parse_options() - the options of a verb, and how many words follow them
 * @verb: the verb
 * @argc: words
 * @argv: words; argv[0] is the verb; options are moved to the front
 * @options: result
 *
 * Return: index of the first argument that is no option, -1 after an error,
 * which has been reported.
 */
int parse_options(const struct verb *verb, int argc, char **argv,
		  struct options *options)
{
	usage_set_verb(verb);
	*options = (struct options){ .verb = verb };
	if (take_options(verb, argc, argv, options))
		return -1;
	if (options->numbers)
		number_style = options->numbers;
	if (argc - optind < verb->min_args)
		usage_error("needs %s", verb->args);
	else if (argc - optind > verb->max_args)
		usage_error("unexpected argument '%s'",
			    argv[optind + verb->max_args]);
	else
		return optind;
	return -1;
}

/**
 * parse_gpu_vf() - "GPU" or "GPU/VF"
 * @text: of the command line
 * @gpu: the part in front of the slash
 * @size: bytes of @gpu
 * @vf: index, only when there is one
 *
 * Return: 1: has a VF; 0: has none; -1: is malformed, which was reported.
 */
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (!len || len >= size ||
	    (slash && parse_number(slash + 1, MAX_VFS - 1, vf))) {
		usage_error("invalid target '%s': expected GPU or GPU/VF", text);
		return -1;
	}
	copy_string(gpu, len + 1, text);
	return !!slash;
}
