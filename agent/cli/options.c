// SPDX-License-Identifier: GPL-2.0
/*
 * Options and arguments that more than one verb takes.
 */
#include <getopt.h>
#include <string.h>

#include "base/units.h"
#include "cli/cli.h"
#include "show/output.h"

/* a week is as good as for ever */
#define MAX_WAIT_S	(7 * 24 * 3600)

static bool is_prefix_of(const char *word, size_t len, const char *name)
{
	return !strncmp(word, name, len);
}

/* "--json=1" for an option that takes no value; "--wa", which may be two */
static int long_option_error(const char *verb, const char *word,
			     const struct option *known)
{
	size_t len = strcspn(word + 2, "=");
	const struct option *option;
	unsigned int n = 0;
	bool exact = false;

	for (option = known; option->name; option++) {
		if (!is_prefix_of(word + 2, len, option->name))
			continue;
		n++;
		exact |= !option->name[len];
	}
	if (n > 1 && !exact)
		return usage_error(verb, "option '%s' is ambiguous", word);
	if (n && word[2 + len])
		return usage_error(verb, "option '%.*s' takes no value",
				   (int)len + 2, word);
	return usage_error(verb, "unrecognized option '%s'", word);
}

/**
 * option_error() - explain what getopt_long() did not like
 * @argv: of the verb
 * @opt: what it returned: ':', '?', or an option that the verb does not have
 * @known: the long options that it was given
 * @index: of the long option, -1: it was a letter
 *
 * To be called before optind is changed again.
 *
 * Return: EXIT_USAGE.
 */
int option_error(char **argv, int opt, const struct option *known, int index)
{
	const char *word = argv[optind - 1];

	if (opt == ':')
		return usage_error(argv[0], "%s needs a value", word);
	if (opt != '?')
		return index < 0 ?
		       usage_error(argv[0], "unrecognized option '-%c'", opt) :
		       usage_error(argv[0], "unrecognized option '--%s'",
				   known[index].name);
	/* in the middle of a word of letters, @word is the one before it */
	if (optopt && (strncmp(word, "--", 2) || !strchr(word, '=')))
		return usage_error(argv[0], "unrecognized option '-%c'", optopt);
	return long_option_error(argv[0], word, known);
}

/**
 * parse_options() - the options of a verb
 * @argc: of the verb
 * @argv: of the verb; options are moved to the front
 * @allowed: letters of the options that it takes: f, j, n, o, H, p, P (prometheus),
 *	W (wait-idle), w (wait and no-wait)
 * @options: result
 *
 * Return: index of the first argument that is no option, -1 after an error,
 * which has been reported.
 */
int parse_options(int argc, char **argv, const char *allowed,
		  struct options *options)
{
	static const struct option long_options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "human", no_argument, NULL, 'H' },
		{ "plain", no_argument, NULL, 'p' },
		{ "prometheus", required_argument, NULL, 'P' },
		{ "wait-idle", required_argument, NULL, 'W' },
		{ "wait", no_argument, NULL, 'w' },
		{ "no-wait", no_argument, NULL, 'N' },
		{ }
	};
	int index = -1;
	int opt;

	*options = (struct options){};
	opterr = 0;
	optind = 0;
	while ((opt = getopt_long(argc, argv, ":f:jno:Hp", long_options,
				  &index)) != -1) {
		if (opt == ':' || opt == '?' ||
		    !strchr(allowed, opt == 'N' ? 'w' : opt)) {
			option_error(argv, opt, long_options, index);
			return -1;
		}
		index = -1;
		if ((opt == 'f' && options->file) ||
		    (opt == 'o' && options->output) ||
		    (opt == 'P' && options->prometheus)) {
			usage_error(argv[0], "one file at a time");
			return -1;
		}
		if (opt == 'W' && parse_number(optarg, MAX_WAIT_S,
					       &options->wait_idle_s)) {
			usage_error(argv[0], "--wait-idle: invalid timeout '%s': expected 0 to %u seconds",
				    optarg, MAX_WAIT_S);
			return -1;
		}
		if (opt == 'w' || opt == 'N')
			options->no_wait = opt == 'N';
		else if (opt == 'f')
			options->file = optarg;
		else if (opt == 'o')
			options->output = optarg;
		else if (opt == 'P')
			options->prometheus = optarg;
		else if (opt == 'j')
			options->json = true;
		else if (opt == 'n')
			options->dry_run = true;
		else if (opt == 'H' || opt == 'p')
			number_style = opt == 'H' ? NUMBERS_HUMAN :
						    NUMBERS_PLAIN;
	}
	return optind;
}

/**
 * parse_gpu_vf() - "GPU" or "GPU/VF"
 * @text: of the command line
 * @gpu: the part in front of the slash
 * @size: bytes of @gpu
 * @vf: index, only when there is one
 *
 * Return: 1: has a VF; 0: has none; -1: is malformed.
 */
int parse_gpu_vf(const char *text, char *gpu, size_t size, u32 *vf)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (!len || len >= size)
		return -1;
	copy_string(gpu, len + 1, text);
	if (!slash)
		return 0;
	return parse_number(slash + 1, MAX_VFS - 1, vf) ? -1 : 1;
}
