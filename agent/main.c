// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf-agent: the table of verbs, and the one that runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "main.h"
#include "verbs/verbs.h"

/* a week is as good as for ever */
#define MAX_WAIT_S	(7 * 24 * 3600)

static const struct verb_option show_options[] = {
	OPTION_JSON, OPTION_UNITS, OPTION_TABLE, { }
};

static const struct verb_option check_options[] = { OPTION_FILE, { } };

static const struct verb_option plan_options[] = {
	OPTION_FILE, OPTION_DRY_RUN, OPTION_JSON, OPTION_UNITS, OPTION_TABLE, { }
};

static const struct verb_option apply_options[] = {
	OPTION_FILE, OPTION_DRY_RUN, OPTION_JSON, OPTION_UNITS, OPTION_TABLE,
	{ 0, "wait-idle", "SECONDS", "wait up to SECONDS for VFs that are in use",
	  OPTION_NUMBER, OPTION_AT(wait_idle_s), .max = MAX_WAIT_S },
	{ 0, "wait", NULL, "wait until framebuffer is scrubbed (default)",
	  OPTION_SET, OPTION_AT(no_wait), .max = false, .excludes_next = true },
	{ 0, "no-wait", NULL, "do not wait until framebuffer is scrubbed",
	  OPTION_SET, OPTION_AT(no_wait), .max = true },
	{ }
};

static const struct verb_option assert_options[] = { OPTION_FILE, OPTION_UNITS, { } };

static const struct verb_option stats_options[] = {
	OPTION_JSON, OPTION_UNITS, OPTION_TABLE,
	{ 0, "prometheus", "FILE", "write FILE for Prometheus; -: stdout",
	  OPTION_TEXT, OPTION_AT(prometheus) },
	{ }
};

static const struct verb_option top_options[] = {
	{ 'd', "delay", "SECONDS", "refresh interval, 0.1 to 3600",
	  OPTION_SECONDS, OPTION_AT(delay), .max = 3600 },
	{ 'n', "iterations", "N", "exit after N updates",
	  OPTION_NUMBER, OPTION_AT(iterations), .min = 1, .max = INT_MAX },
	{ }
};

static const struct verb_option export_options[] = { OPTION_OUTPUT, { } };

static const struct verb_option generate_options[] = {
	{ 0, "vfs", "N", "number of VFs",
	  OPTION_NUMBER, OPTION_AT(num_vfs), 1, MAX_VFS, .is_needed = true },
	{ 0, "fb", "SIZE", "framebuffer of each; default: an equal share",
	  OPTION_SIZE, OPTION_AT(fb_bytes) },
	{ 0, "profile", "NAME", "name of their profile",
	  OPTION_NAME, OPTION_AT(profile) },
	OPTION_OUTPUT,
	{ }
};

static const struct verb_option doctor_options[] = {
	{ 'v', "verbose", NULL, "the answer, then every check with its fix",
	  OPTION_SET, OPTION_AT(verbose), .max = true },
	OPTION_JSON,
	{ }
};

static const struct verb_option report_options[] = {
	{ 'o', "output", "FILE", "write FILE, which must not be there yet",
	  OPTION_TEXT, OPTION_AT(output) },
	{ }
};

static const struct verb_option monitor_options[] = { OPTION_JSON, OPTION_UNITS, { } };

static const struct verb_option daemon_options[] = {
	{ 'f', "file", "FILE", "read FILE, not /etc/gpuvf.ini and gpuvf.d",
	  OPTION_TEXT, OPTION_AT(file) },
	{ }
};

static const struct verb_option no_options[] = { { } };

static int cmd_help(const struct options *options, int argc, char **argv);
static int cmd_version(const struct options *options, int argc, char **argv);

#define GPU_HELP \
	"GPU is a PCI address, as in 41:00.0, or the name of a [gpu] section.\n"
#define VF_HELP		GPU_HELP "VF is a number, counted from 0.\n"
#define EXAMPLE(words)	"Example: " PROGRAM " " words "\n"

/* in groups, of which the first one has the title */
static const struct verb verbs[] = {
	{ "show", cmd_show, "Show GPUs and VFs, or all about one VF",
	  "[GPU | GPU/VF]", show_options, .max_args = 1, .group = "Look",
	  .more = VF_HELP EXAMPLE("show 41:00.0/3") },
	{ "stats", cmd_stats, "Show GPU time, hangs and resets of each VF",
	  "[GPU]", stats_options, .max_args = 1,
	  .more = GPU_HELP EXAMPLE("stats --prometheus -") },
	{ "top", cmd_top, "Show live GPU time of each VF",
	  "", top_options, .max_args = 0,
	  .more = EXAMPLE("top -d 0.5") },
	{ "monitor", cmd_monitor, "Print changes as they happen",
	  "", monitor_options, .max_args = 0,
	  .more = EXAMPLE("monitor -j") },
	{ "generate", cmd_generate, "Print a configuration to start from",
	  "GPU", generate_options, .min_args = 1, .max_args = 1,
	  .group = "Configure",
	  .more = GPU_HELP EXAMPLE("generate 41:00.0 --vfs 8 -o /etc/gpuvf.ini") },
	{ "check", cmd_check, "Check the configuration, without a GPU",
	  "[FILE]", check_options, .max_args = 1,
	  .more = EXAMPLE("check new.ini") },
	{ "plan", cmd_plan, "Show what apply would change, checked by the kernel",
	  "[GPU...]", plan_options, .max_args = ANY_NUMBER,
	  .more = GPU_HELP EXAMPLE("plan -f new.ini") },
	{ "apply", cmd_apply, "Make the GPUs match the configuration",
	  "[GPU...]", apply_options, .max_args = ANY_NUMBER,
	  .writes = true, .more = GPU_HELP EXAMPLE("apply --wait-idle 60") },
	{ "assert", cmd_assert, "Exit with 3 if a GPU differs from the configuration",
	  "[GPU...]", assert_options, .max_args = ANY_NUMBER,
	  .more = GPU_HELP },
	{ "set", cmd_set, "Change settings of one VF or GPU, live",
	  "GPU/VF [fb=SIZE] [time_slice=TIME] [preempt_timeout=TIME] [label=NAME]\n"
	  "GPU [policy=POLICY] [pf_reserve=SIZE]",
	  no_options, .min_args = 2, .max_args = ANY_NUMBER,
	  .writes = true,
	  .more = VF_HELP
		  "SIZE has a unit, as in 2GiB; so has TIME, as in 4ms.\n"
		  "POLICY is fixed, equal or best-effort.\n"
		  EXAMPLE("set 41:00.0/3 time_slice=8ms") },
	{ "export", cmd_export, "Print the current state as a configuration",
	  "[GPU...]", export_options, .max_args = ANY_NUMBER, .more = GPU_HELP },
	{ "checkpoint", cmd_checkpoint, "Save the state of all GPUs to a file",
	  "FILE", no_options, .min_args = 1, .max_args = 1 },
	{ "restore", cmd_restore, "Restore a saved state",
	  "FILE", no_options, .min_args = 1, .max_args = 1,
	  .writes = true },
	{ "reset", cmd_operate, "Reset a VF, or a whole GPU with all its VFs",
	  "GPU | GPU/VF", no_options, .min_args = 1, .max_args = 1,
	  .writes = true, .group = "Operate",
	  .more = VF_HELP EXAMPLE("reset 41:00.0/3") },
	{ "stop", cmd_operate, "Stop a VF until it is reset",
	  "GPU/VF", no_options, .min_args = 1, .max_args = 1,
	  .writes = true, .more = VF_HELP },
	{ "pause", cmd_operate, "Pause a VF until it is resumed",
	  "GPU/VF", no_options, .min_args = 1, .max_args = 1,
	  .writes = true, .more = VF_HELP },
	{ "resume", cmd_operate, "Resume a paused VF",
	  "GPU/VF", no_options, .min_args = 1, .max_args = 1,
	  .writes = true, .more = VF_HELP },
	{ "daemon", cmd_daemon, "Keep GPUs as configured; systemd runs it",
	  "", daemon_options, .writes = true, .group = "Run as a service" },
	{ "reload", cmd_reload, "Make the daemon read its configuration again",
	  "", no_options, .max_args = 0 },
	{ "doctor", cmd_doctor, "Find out whether this machine can have VFs, and how",
	  "[GPU]", doctor_options, .max_args = 1, .group = "Get help",
	  .more = EXAMPLE("doctor -v") },
	{ "explain", cmd_explain, "Explain the [reason] of an error, and the way out",
	  "[REASON]", no_options, .max_args = 1,
	  .more = EXAMPLE("explain vf-in-use") },
	{ "report", cmd_report, "Write a tar file for support, without names",
	  "[GPU...]", report_options, .max_args = ANY_NUMBER },
	{ "help", cmd_help, "Print this text, or the help of one verb",
	  "[VERB]", no_options, .max_args = 1 },
	{ "version", cmd_version, "Print the version",
	  "", no_options, .max_args = 0 },
	{ }
};

/** all_verbs() - the table; the last one has no name */
const struct verb *all_verbs(void)
{
	return verbs;
}

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

static int unknown_verb(const char *name)
{
	const char *names[ARRAY_SIZE(verbs)];
	const char *guess;
	size_t n;

	for (n = 0; verbs[n].name; n++)
		names[n] = verbs[n].name;
	guess = nearest(name, names, n);
	if (guess)
		pr_err("unknown verb '%s'; did you mean '%s'?", name, guess);
	else
		pr_err("unknown verb '%s'; '" PROGRAM " help' lists all", name);
	return EXIT_USAGE;
}

static int cmd_help(const struct options *options, int argc, char **argv)
{
	const struct verb *verb;

	if (argc) {
		verb = find_verb(argv[0]);
		if (!verb)
			return unknown_verb(argv[0]);
		print_help(verb);
		return EXIT_DONE;
	}
	out_text("usage: " PROGRAM " VERB ...\n\n"
		 "Configure virtual functions of GPUs: number, framebuffer, GPU time.\n");
	for (verb = verbs; verb->name; verb++) {
		if (verb->group)
			out_text("\n%s:\n", verb->group);
		out_text("  %-10s %s\n", verb->name, verb->help);
	}
	out_text("\nWithout a verb: show. 'help VERB' has options and an example.\n"
		 "--color[=WHEN] with any verb: colors always, never, or auto: on a terminal.\n"
		 "--root DIR in front of a verb that only reads: files are those below DIR.\n"
		 "Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 differs,\n"
		 "4 partly done, 5 busy, 6 missing, 7 not permitted, 8 needs attention,\n"
		 "9 done but not reported. See gpuvf-agent(8) and gpuvf.ini(5).\n");
	return EXIT_DONE;
}

static int cmd_version(const struct options *options, int argc, char **argv)
{
	out_text(PROGRAM " " VERSION "\n");
	return EXIT_DONE;
}

/* the output has to be written before the program can end well */
static int finish(int code)
{
	errno = 0;
	if (out_flush())
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

/*
 * "--color" and "--color=WHEN" are of no verb: they are taken out wherever they stand.
 * Return: EXIT_DONE, EXIT_USAGE.
 */
static int take_color(int *argc, char **argv)
{
	static const char *const when[] = {
		[COLORS_AUTO] = "auto", [COLORS_ALWAYS] = "always",
		[COLORS_NEVER] = "never",
	};
	int from, to = 1;
	size_t i;

	for (from = 1; from < *argc && strcmp(argv[from], "--"); from++) {
		const char *value = argv[from] + strlen("--color");

		if (strncmp(argv[from], "--color", strlen("--color")) ||
		    (*value && *value != '=')) {
			argv[to++] = argv[from];
			continue;
		}
		value = *value ? value + 1 : "always";
		for (i = 0; i < ARRAY_SIZE(when) && strcmp(when[i], value); i++)
			;
		if (i == ARRAY_SIZE(when)) {
			pr_err("--color: '%s' is none of auto, always, never", value);
			return EXIT_USAGE;
		}
		color_mode = i;
	}
	memmove(&argv[to], &argv[from], (*argc - from + 1) * sizeof(*argv));
	*argc -= from - to;
	return EXIT_DONE;
}

/* wherever it stands: show -j --help */
static bool asks_for(const char *brief, const char *full, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (is_option(argv[i], brief, full))
			return true;
	return false;
}

/*
 * Whether the next word belongs to an option in front of the verb: it does when
 * the option takes a value with every verb that has it, or with some, and the
 * next word is neither a verb nor an option.
 */
static bool takes_next(const char *word, const char *next)
{
	const struct verb_option *o;
	const struct verb *verb;
	bool with = false, without = false;

	for (verb = verbs; verb->name; verb++) {
		for (o = verb->options; o->name; o++) {
			if (strncmp(word, "--", 2) ?
			    word[1] != o->letter || word[2] :
			    strcmp(word + 2, o->name))
				continue;
			with |= !!o->value;
			without |= !o->value;
		}
	}
	return with && next && !(without && (find_verb(next) || *next == '-'));
}

/* Return: where the verb is, @argc: nowhere */
static int find_word(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--"))
			return argc;
		if (argv[i][0] != '-')
			return i;
		i += takes_next(argv[i], argv[i + 1]);
	}
	return argc;
}

/**
 * run_verb() - do what a command line says
 * @verb: the verb
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: enum exit_code.
 */
int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct options options;
	int first = parse_options(verb, argc, argv, &options);

	if (first < 0)
		return EXIT_USAGE;
	return verb->run(&options, argc - first, argv + first);
}

int main(int argc, char **argv)
{
	const struct verb *verb = &verbs[0];
	bool is_named;
	char *name;
	int at;

	keep_standard_numbers();
	pr_to_journal();
	/* only what a terminal can show; numbers, and the order of names, are the same */
	setlocale(LC_CTYPE, "");
	signals_ignore_lost_output();
	if (argc > 2 && !strcmp(argv[1], "--root")) {
		root_set(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (take_color(&argc, argv))
		return EXIT_USAGE;
	/* the verb comes first, in front of options that were there before it */
	at = 1 + find_word(argc - 1, argv + 1);
	is_named = at < argc;
	if (is_named) {
		name = argv[at];
		verb = find_verb(name);
		if (!verb)
			return unknown_verb(name);
		memmove(argv + 2, argv + 1, (at - 1) * sizeof(*argv));
		argv[1] = name;
		argc--;
		argv++;
	}
	argv[0] = (char *)verb->name;
	if (asks_for("-V", "--version", at - 1, argv + 1))
		return finish(cmd_version(NULL, 0, NULL));
	if (asks_for("-h", "--help", argc - 1, argv + 1)) {
		if (!is_named)
			return finish(cmd_help(NULL, 0, NULL));
		print_help(verb);
		return finish(EXIT_DONE);
	}
	usage_set_verb(verb);
	/* or two machines would be mixed up: the kernel is always this one's */
	if (verb->writes && root_is_elsewhere())
		return usage_error("cannot be used with --root");
	return finish(run_verb(verb, argc, argv));
}
