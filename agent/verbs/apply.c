// SPDX-License-Identifier: GPL-2.0
/*
 * apply: make the GPUs what the configuration says.
 */
#include <unistd.h>

#include "apply/apply.h"
#include "config/load.h"
#include "plan/target.h"
#include "verbs/verbs.h"

/*
 * Before the lock is taken: a user that has to end may need an apply of its own.
 * The configuration is kept, since standard input can be read once only.
 */
static int wait_for_users(struct targets *targets, u32 seconds, int num_names,
			  char **names)
{
	int code;

	/* what is missing is for apply to say */
	targets->quiet_missing = true;
	code = targets_plan(targets, num_names, names);
	targets->quiet_missing = false;
	if (code && !targets->num && code == targets->missing_code)
		code = EXIT_DONE;
	else if (!code)
		code = wait_idle(targets, seconds);
	targets_drop(targets);
	return code;
}

/* @code: of reading the configuration: a wrong one does not put off the recovery */
static int apply(struct targets *targets, int code,
		 const struct options *options, int num_names, char **names)
{
	u32 seconds = options->wait_idle_s;
	struct journal journal = {};
	int lock, err;

	err = apply_lock(&lock, seconds > LOCK_WAIT_S ? seconds : LOCK_WAIT_S);
	if (err)
		return err;
	err = recover(&journal);
	code = err ?: code ?: targets_plan(targets, num_names, names);
	if (!code) {
		wait_settled(targets);
		code = apply_all(targets, &journal, &lock,
				 !options->no_wait);
	} else {
		code = exit_worse(code, journal_finish(&journal));
	}
	apply_unlock(&lock);
	return code;
}

/**
 * cmd_apply() - the verb "apply"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE: every GPU is as the configuration says; EXIT_PARTLY: some
 * are, and the others unchanged; EXIT_ATTENTION: one is in between;
 * EXIT_UNREPORTED: done, but that could not be read or printed; else why the
 * first failed, and nothing changed.
 */
int cmd_apply(const struct options *options, int argc, char **argv)
{
	struct targets targets = {};
	int code;

	if (options->dry_run)
		return cmd_plan(options, argc, argv);
	if (options->json || options->columns || options->no_headings)
		return usage_error("%s can only be used with -n", options->json ? "-j" :
				   options->columns ? "-o" : "--noheadings");
	code = load_config(&targets.config, options->file, INPUT_STREAM);
	if (!code && options->wait_idle_s) {
		code = wait_for_users(&targets, options->wait_idle_s, argc,
				      argv);
		if (code)
			goto out;
	}
	code = apply(&targets, code, options, argc, argv);
out:
	targets_free(&targets);
	return code;
}
