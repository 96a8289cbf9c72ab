// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf-agent: the table of verbs, and the one that runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "main.h"
#include "verbs/verbs.h"

/* the lines of options that more than one verb has */
#define O_FILE \
	"  -f, --file FILE        read FILE, not /etc/gpuvf.ini and gpuvf.d; -: stdin\n"
#define O_JSON \
	"  -j, --json             JSON for programs\n"
#define O_UNITS \
	"  -H, --human            human-readable units (default on a terminal)\n" \
	"  -p, --plain            plain bytes and microseconds (default otherwise)\n"

#define O_OUTPUT \
	"  -o, --output FILE      replace FILE when all went well; -: stdout\n"

static int cmd_help(int argc, char **argv);
static int cmd_version(int argc, char **argv);

static const struct verb verbs[] = {
	{ "show", cmd_show, "show GPUs and VFs",
	  "[GPU | GPU/VF] [-j] [-H | -p]", O_JSON O_UNITS },
	{ "check", cmd_check, "check the configuration, without a GPU",
	  "[FILE]", "" },
	{ "plan", cmd_plan, "show what apply would do, checked by the kernel",
	  "[-f FILE] [-j] [-H | -p] [GPU...]", O_FILE O_JSON O_UNITS },
	{ "apply", cmd_apply, "bring the GPUs to the state of the configuration",
	  "[-f FILE] [-n] [--wait-idle SECONDS] [--no-wait]\n"
	  "       [GPU...]", O_FILE
	  "  -n, --dry-run          change nothing, show the plan\n"
	  "  --wait-idle SECONDS    wait up to SECONDS for VFs that are in use\n"
	  "  --no-wait              do not wait until framebuffer is scrubbed\n" },
	{ "assert", cmd_assert, "exit with 3 if a GPU differs from the configuration",
	  "[-f FILE] [GPU...]", O_FILE },
	{ "set", cmd_set, "change a setting of one VF or GPU, live",
	  "GPU/VF [fb=SIZE] [time_slice=TIME] [preempt_timeout=TIME]\n"
	  "       [label=NAME]\n"
	  "       " PROGRAM " set GPU [policy=POLICY] [pf_reserve=SIZE]", "" },
	{ "reset", cmd_operate, "reset a VF, or a whole GPU with all its VFs",
	  "GPU | GPU/VF", "" },
	{ "stop", cmd_operate, "stop a VF until it is reset",
	  "GPU/VF", "" },
	{ "pause", cmd_operate, "pause a VF until it is resumed",
	  "GPU/VF", "" },
	{ "resume", cmd_operate, "resume a paused VF",
	  "GPU/VF", "" },
	{ "stats", cmd_stats, "show GPU time, hangs and resets of each VF",
	  "[GPU] [-j] [-H | -p] [--prometheus FILE]", O_JSON O_UNITS
	  "  --prometheus FILE      write FILE for Prometheus; -: stdout\n" },
	{ "top", cmd_top, "show live which VF gets how much of a GPU",
	  "[-d SECONDS] [-n N]",
	  "  -d, --delay SECONDS    refresh interval, 0.1 to 3600\n"
	  "  -n, --iterations N     exit after N updates\n" },
	{ "export", cmd_export, "print the current state as a configuration",
	  "[-o FILE] [GPU...]", O_OUTPUT },
	{ "generate", cmd_generate, "print a configuration to start from",
	  "GPU --vfs N [--fb SIZE] [--profile NAME] [-o FILE]",
	  "  --vfs N                number of VFs\n"
	  "  --fb SIZE              framebuffer of each; default: an equal share\n"
	  "  --profile NAME         name of their profile\n" O_OUTPUT },
	{ "checkpoint", cmd_checkpoint, "save the settings of all GPUs to a file",
	  "FILE", "" },
	{ "restore", cmd_restore, "restore the settings in a checkpoint",
	  "FILE", "" },
	{ "doctor", cmd_doctor, "find out whether this machine can have VFs, and how",
	  "[GPU] [-j]", O_JSON },
	{ "monitor", cmd_monitor, "print changes as they happen",
	  "[-j]", O_JSON },
	{ "daemon", cmd_daemon, "apply now, and whenever a GPU or a file changes",
	  "[-f FILE]",
	  "  -f, --file FILE        read FILE, not /etc/gpuvf.ini and gpuvf.d\n" },
	{ "reload", cmd_reload, "let the daemon read its configuration again, wait",
	  "", "" },
	{ "help", cmd_help, "print this text, or the usage of one verb",
	  "[VERB]", "" },
	{ "version", cmd_version, "print the version",
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

static bool verb_writes(const struct verb *verb)
{
	return verb->run == cmd_apply || verb->run == cmd_set ||
	       verb->run == cmd_operate || verb->run == cmd_restore ||
	       verb->run == cmd_daemon;
}

static int unknown_verb(const char *name)
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

static int cmd_help(int argc, char **argv)
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
	       "Configure virtual functions of GPUs: number, framebuffer, GPU time.\n\n");
	for (verb = verbs; verb->name; verb++)
		printf("  %-10s %s\n", verb->name, verb->help);
	printf("\nWithout a verb: show. GPU is a PCI address or the name of a [gpu] section.\n"
	       "'help VERB' has the options of a verb; see gpuvf-agent(8) and gpuvf.ini(5).\n");
	return EXIT_DONE;
}

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf(PROGRAM " " VERSION "\n");
	return EXIT_DONE;
}

/* the output has to be written before the program can end well */
static int finish(int code)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	/* a reader that has seen enough closed the pipe itself */
	if (errno != EPIPE)
		pr_err("cannot write the output");
	return exit_code_of_lost_output(code);
}

/*
 * Where one of the three is closed, the next file that is opened would take its
 * number, and get the output: the lock, or a socket. Reading and writing fail as
 * before.
 */
static void keep_standard_numbers(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY :
							   O_RDONLY) < 0)
			return;
}

static bool is_option(const char *word, const char *brief, const char *full)
{
	return !strcmp(word, brief) || !strcmp(word, full);
}

/* wherever it stands: show -j --help */
static bool asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (is_option(argv[i], "-h", "--help"))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	keep_standard_numbers();
	/* only what a terminal can show; numbers are the same everywhere */
	setlocale(LC_CTYPE, "");
	signals_ignore_lost_output();
	argc--;
	argv++;
	if (argc > 1 && !strcmp(argv[0], "--root")) {
		root_set(argv[1]);
		argc -= 2;
		argv += 2;
	}
	/* what stands in front takes the place of the verb */
	if (!argc)
		return finish(cmd_show(1, argv - 1));
	if (is_option(argv[0], "-h", "--help"))
		return finish(cmd_help(argc, argv));
	if (is_option(argv[0], "-V", "--version"))
		return finish(cmd_version(argc, argv));
	verb = find_verb(argv[0]);
	if (!verb)
		return unknown_verb(argv[0]);
	usage_set_verb(verb);
	if (asks_for_help(argc, argv)) {
		print_help(verb);
		return finish(EXIT_DONE);
	}
	/* or two machines would be mixed up: the kernel is always this one's */
	if (verb_writes(verb) && root_is_elsewhere())
		return usage_error(verb->name, "cannot be used with --root");
	return finish(verb->run(argc, argv));
}
