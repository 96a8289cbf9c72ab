// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf-agent: what the user said, and the verb that does it.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "base/signals.h"
#include "cli/agent.h"

/* what was said on stdout has to have arrived */
static int finish(int code)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	/* a reader that has seen enough went by itself */
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
	if (asks_for_help(argc, argv)) {
		print_help(verb);
		return finish(EXIT_DONE);
	}
	/* or two machines would be mixed up: the kernel is always this one's */
	if (verb_writes(verb) && root_is_elsewhere())
		return usage_error(verb->name, "cannot be used with --root");
	return finish(verb->run(argc, argv));
}
