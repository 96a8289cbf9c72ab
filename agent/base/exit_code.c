// SPDX-License-Identifier: GPL-2.0
/*
 * Exit codes: of an errno, which of two wins, and what an early end of the
 * program means.
 */
#include <errno.h>

#include "base/exit_code.h"

/* a GPU is between two states at this moment */
static bool is_underway;

/* this program has changed something */
static bool has_changed;

static unsigned int rank(int code)
{
	switch (code) {
	case EXIT_DONE:
		return 0;
	case EXIT_DIFFERS:
		return 1;
	case EXIT_PARTLY:
		return 3;
	case EXIT_UNREPORTED:
		return 4;
	case EXIT_ATTENTION:
		return 5;
	}
	return 2;
}

/**
 * exit_worse() - choose the exit code that matters more
 * @a: enum exit_code
 * @b: as @a; of codes that matter equally the first, @a, is kept
 *
 * 8 beats 9 beats 4 beats 1, 2, 5, 6 and 7, which beat 3, which beats 0.
 *
 * Return: @a or @b.
 */
int exit_worse(int a, int b)
{
	return rank(b) > rank(a) ? b : a;
}

/**
 * exit_add() - add the exit code of one GPU
 * @tally: all zero at first
 * @code: enum exit_code
 */
void exit_add(struct exit_tally *tally, int code)
{
	tally->any_done |= rank(code) <= rank(EXIT_DIFFERS);
	tally->code = exit_worse(tally->code, code);
}

/**
 * exit_total() - the exit code for all GPUs together
 * @tally: has the code of each GPU
 *
 * Return: EXIT_PARTLY when some GPUs are done and others failed unchanged; else
 * the code that matters most.
 */
int exit_total(const struct exit_tally *tally)
{
	if (tally->any_done && rank(tally->code) == rank(EXIT_FAILED))
		return EXIT_PARTLY;
	return tally->code;
}

/**
 * exit_set_underway() - note that a GPU is between two states, or no longer
 * @underway: whether it is
 */
void exit_set_underway(bool underway)
{
	is_underway = underway;
}

/** exit_set_changed() - note that something has been changed, and stays so */
void exit_set_changed(void)
{
	has_changed = true;
}

/**
 * exit_code_of_early_end() - the exit code for a program that cannot go on
 *
 * Return: EXIT_ATTENTION within a change; EXIT_UNREPORTED after one; else
 * EXIT_FAILED.
 */
int exit_code_of_early_end(void)
{
	if (is_underway)
		return EXIT_ATTENTION;
	return has_changed ? EXIT_UNREPORTED : EXIT_FAILED;
}

/**
 * exit_code_of_lost_output() - the exit code for output that cannot be written
 * @code: the exit code without that
 *
 * Return: EXIT_UNREPORTED when something was changed, unless @code beats it;
 * @code when it is an error; else EXIT_FAILED.
 */
int exit_code_of_lost_output(int code)
{
	int lost = exit_code_of_early_end();

	if (lost == EXIT_FAILED)
		return code ?: lost;
	return exit_worse(code, lost);
}

/**
 * exit_code_of() - the exit code for an errno of the kernel
 * @error: negative errno
 *
 * Return: enum exit_code.
 */
int exit_code_of(int error)
{
	switch (-error) {
	case 0:
		return EXIT_DONE;
	case EPERM:
	case EACCES:
		return EXIT_PERMISSION;
	case EBUSY:
		return EXIT_BUSY;
	case ENODEV:
	/* of the family, or of a file of the PCI core */
	case ENOENT:
		return EXIT_MISSING;
	case EINVAL:
	case ERANGE:
	case ENOSPC:
	case EOPNOTSUPP:
		/* what was asked for is not to be had: the file has to change */
		return EXIT_USAGE;
	default:
		return EXIT_FAILED;
	}
}
