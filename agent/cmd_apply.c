// SPDX-License-Identifier: GPL-2.0
/*
 * apply: make the GPUs what the configuration says.
 */
#include <unistd.h>

#include "apply.h"

/* before the lock is taken: whoever has to end may need an apply of its own */
static int wait_for_users(const struct options *options, int num_names,
			  char **names)
{
	struct targets targets = {};
	int code;

	code = targets_find(&targets, options->file, num_names, names);
	if (!code)
		code = wait_idle(&targets, options->wait_idle_s);
	targets_free(&targets);
	return code;
}

static int apply(const struct options *options, int num_names, char **names)
{
	struct targets targets = {};
	struct journal journal = {};
	int lock, code;

	code = apply_lock(&lock);
	if (code)
		return code;
	code = recover(&journal);
	code = code ?: targets_find(&targets, options->file, num_names, names);
	if (!code)
		code = apply_all(&targets, &journal, &lock, !options->no_wait);
	else
		code = exit_worse(code, journal_finish(&journal));
	targets_free(&targets);
	if (lock >= 0)
		close(lock);
	return code;
}

/**
 * cmd_apply() - the verb "apply"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: EXIT_DONE: every GPU is as the configuration says; EXIT_PARTLY: some
 * are, and the others unchanged; EXIT_ATTENTION: one is in between;
 * EXIT_UNREPORTED: done, but that could not be read or printed; else why the
 * first failed, and nothing changed.
 */
int cmd_apply(int argc, char **argv)
{
	struct options options;
	int first, code;

	first = parse_options(argc, argv, "fjnHpWw", &options);
	if (first < 0)
		return EXIT_USAGE;
	if (options.dry_run)
		return cmd_plan(argc, argv);
	if (options.json)
		return usage_error(argv[0], "-j needs -n");
	argc -= first;
	argv += first;
	if (options.wait_idle_s) {
		code = wait_for_users(&options, argc, argv);
		if (code)
			return code;
	}
	return apply(&options, argc, argv);
}
