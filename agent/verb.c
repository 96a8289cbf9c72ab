// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs: one table that runs them, lists them, and knows their usage.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

/* options that more than one verb has */
#define O_FILE \
	"  -f, --file FILE        instead of /etc/gpuvf.ini and gpuvf.d; -: stdin\n"
#define O_JSON \
	"  -j, --json             JSON for programs\n"
#define O_UNITS \
	"  -H, --human            handy units, as on a terminal\n" \
	"  -p, --plain            numbers of bytes and microseconds, as in a pipe\n"

static const struct verb verbs[] = {
	{ "show", cmd_show, "GPUs and VFs as they are",
	  "[GPU | GPU/VF] [-j] [-H | -p]", O_JSON O_UNITS },
	{ "check", cmd_check, "is the configuration good?",
	  "[FILE]", "" },
	{ "plan", cmd_plan, "what apply would do, and what the kernel says to it",
	  "[-f FILE] [-j] [-H | -p] [GPU...]", O_FILE O_JSON O_UNITS },
	{ "apply", cmd_apply, "make the GPUs what the configuration says",
	  "[-f FILE] [-n] [--wait-idle SECONDS] [--no-wait]\n"
	  "       [GPU...]", O_FILE
	  "  -n, --dry-run          change nothing: plan\n"
	  "  --wait-idle SECONDS    wait so long for VFs that are in use\n"
	  "  --no-wait              do not wait until framebuffer is cleared\n" },
	{ "assert", cmd_assert, "exit 3 if the GPUs are not what the configuration says",
	  "[-f FILE] [GPU...]", O_FILE },
	{ "set", cmd_set, "change a setting of one VF or GPU, live",
	  "GPU/VF [fb=SIZE] [time_slice=TIME] [preempt_timeout=TIME]\n"
	  "       [label=NAME]\n"
	  "       " PROGRAM " set GPU [policy=POLICY] [pf_reserve=SIZE]", "" },
	{ "reset", cmd_operate, "reset a VF, or a whole GPU with all its VFs",
	  "GPU | GPU/VF", "" },
	{ "stop", cmd_operate, "take the GPU from a VF until it is reset",
	  "GPU/VF", "" },
	{ "pause", cmd_operate, "give a VF no more time until it is resumed",
	  "GPU/VF", "" },
	{ "resume", cmd_operate, "give a paused VF its time again",
	  "GPU/VF", "" },
	{ "stats", cmd_stats, "what the VFs got and did",
	  "[GPU] [-j] [-H | -p] [--prometheus FILE]", O_JSON O_UNITS
	  "  --prometheus FILE      for Prometheus, into FILE; -: stdout\n" },
	{ "top", cmd_top, "who gets how much of the GPUs, live",
	  "[-d SECONDS] [-n PICTURES]",
	  "  -d, --delay SECONDS    between two looks, 0.1 to 3600\n"
	  "  -n, --frames PICTURES  end after so many\n" },
	{ "export", cmd_export, "what is, as a configuration",
	  "[GPU...]", "" },
	{ "generate", cmd_generate, "a configuration to begin with",
	  "GPU --vfs N [--fb SIZE] [--profile NAME]",
	  "  --vfs N                how many VFs\n"
	  "  --fb SIZE              framebuffer of each; default: an equal share\n"
	  "  --profile NAME         name of their profile\n" },
	{ "checkpoint", cmd_checkpoint, "all that is set of all GPUs, into a file",
	  "FILE", "" },
	{ "restore", cmd_restore, "back to what a checkpoint says",
	  "FILE", "" },
	{ "doctor", cmd_doctor, "can this machine have VFs, and if not, what now?",
	  "[GPU] [-j]", O_JSON },
	{ "monitor", cmd_monitor, "changes as they happen",
	  "[-j]", O_JSON },
	{ "daemon", cmd_daemon, "apply, and go on doing so as GPUs and files come",
	  "[-f FILE]", O_FILE },
	{ "reload", cmd_reload, "let the daemon read its configuration again, and wait",
	  "", "" },
	{ "help", cmd_help, "this text, or the usage of one verb",
	  "[VERB]", "" },
	{ "version", cmd_version, "version of this program",
	  "", "" },
	{ }
};

/**
 * find_verb() - a verb by its name
 * @name: the word
 *
 * Return: the verb, NULL when there is none of that name.
 */
const struct verb *find_verb(const char *name)
{
	const struct verb *verb;

	for (verb = verbs; verb->name; verb++)
		if (!strcmp(verb->name, name))
			return verb;
	return NULL;
}

/**
 * verb_writes() - does a verb change this machine's GPUs?
 * @verb: the verb
 */
bool verb_writes(const struct verb *verb)
{
	return verb->run == cmd_apply || verb->run == cmd_set ||
	       verb->run == cmd_operate || verb->run == cmd_restore ||
	       verb->run == cmd_daemon;
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
 * unknown_verb() - say that there is no such verb, and which may be meant
 * @name: the word
 *
 * Return: EXIT_USAGE.
 */
int unknown_verb(const char *name)
{
	const char *names[ARRAY_SIZE(verbs)];
	const struct verb *verb;
	const char *guess;
	size_t n = 0;

	for (verb = verbs; verb->name; verb++)
		names[n++] = verb->name;
	guess = nearest(name, names, n);
	if (guess)
		pr_err("unknown verb '%s'; did you mean '%s'?", name, guess);
	else
		pr_err("unknown verb '%s'; '" PROGRAM " help' lists all", name);
	return EXIT_USAGE;
}

/**
 * usage_error() - tell what is wrong with a command line
 * @name: the verb
 * @fmt: as of printf
 *
 * Return: EXIT_USAGE.
 */
int usage_error(const char *name, const char *fmt, ...)
{
	const struct verb *verb = find_verb(name);
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = xstrdup("");
	va_end(args);
	pr_err("%s: %s", name, text);
	free(text);
	if (verb)
		print_usage(stderr, verb);
	return EXIT_USAGE;
}

/**
 * cmd_help() - the verb "help"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: EXIT_DONE, EXIT_USAGE.
 */
int cmd_help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc > 1) {
		verb = find_verb(argv[1]);
		if (!verb)
			return unknown_verb(argv[1]);
		print_help(verb);
		return EXIT_DONE;
	}
	printf("usage: " PROGRAM " VERB ...\n\n"
	       "Virtual functions of GPUs: how many, how much framebuffer, how much time.\n\n");
	for (verb = verbs; verb->name; verb++)
		printf("  %-10s %s\n", verb->name, verb->help);
	printf("\nWithout a verb: show. A GPU is a PCI address, or the name of a [gpu] section.\n"
	       "'help VERB' has the options of a verb; see gpuvf-agent(8) and gpuvf.ini(5).\n");
	return EXIT_DONE;
}

/**
 * cmd_version() - the verb "version"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: EXIT_DONE.
 */
int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf(PROGRAM " " VERSION "\n");
	return EXIT_DONE;
}
