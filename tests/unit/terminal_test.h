/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole command lines on a terminal.
 */
#ifndef TERMINAL_TEST_H
#define TERMINAL_TEST_H

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "agent_test.h"
#include "main.h"

/* of a picture of top, and of a line of progress */
#define END		"\033[K"

#define INTERRUPT	"\003"

static inline _Noreturn void run_words(const char *words)
{
	char *copy = xstrdup(words), *rest = copy, *word;
	char *argv[16] = {};
	int argc = 0;

	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	/* it goes on until it is ended: that is soon */
	if (!strcmp(argv[0], "monitor")) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGTERM);
	}
	argc = run_verb(find_verb(argv[0]), argc, argv);
	fflush(NULL);
	/* no report of the test's own, and no handler of it */
	_exit(argc);
}

static inline int new_terminal(unsigned short columns)
{
	struct winsize screen = { .ws_row = 24, .ws_col = columns };
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(master >= 0);
	assert_int_equal(grantpt(master) || unlockpt(master), 0);
	assert_int_equal(ioctl(master, TIOCSWINSZ, &screen), 0);
	return master;
}

/*
 * All that a verb says on a terminal. @keys: are pressed, NULL: it gets none; where one is
 * INTERRUPT, it gets that signal. @status: of wait(), may be NULL
 */
static inline char *with_keys(const char *words, unsigned short columns,
			      const char *keys, int *status)
{
	int master = new_terminal(columns);
	char *text = xcalloc(1, 100000);
	size_t got = 0;
	ssize_t n;
	pid_t pid;
	int slave;

	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(slave, STDOUT_FILENO);
		dup2(slave, STDERR_FILENO);
		if (keys)
			dup2(slave, STDIN_FILENO);
		run_words(words);
	}
	close(slave);
	/* the last one that has it open is gone: EIO */
	while ((n = read(master, text + got, 99999 - got)) > 0) {
		got += n;
		/* each when the picture that the one before it made is complete */
		if (!keys || !*keys || strcmp(text + got - strlen(END), END))
			continue;
		if (*keys == *INTERRUPT)
			kill(pid, SIGINT);
		else
			assert_int_equal(write(master, keys, 1), 1);
		keys++;
	}
	assert_int_equal(waitpid(pid, status, 0), pid);
	close(master);
	return text;
}

#endif /* TERMINAL_TEST_H */
