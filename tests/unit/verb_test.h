/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole command lines, their exit codes and what they say.
 */
#ifndef VERB_TEST_H
#define VERB_TEST_H

#include "agent_test.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"
#include "main.h"

/* words of a command line; Return: its exit code, what it says in @said */
static inline int run(const char *words, char *said, size_t size)
{
	char *copy = xstrdup(words), *rest = copy, *word;
	struct quiet quiet = be_quiet();
	FILE *f = tmpfile();
	char *argv[16] = {};
	int argc = 0;
	int code;

	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	dup2(fileno(f), STDOUT_FILENO);
	dup2(fileno(f), STDERR_FILENO);
	code = run_verb(find_verb(argv[0]), argc, argv);
	be_loud(quiet);
	rewind(f);
	said[fread(said, 1, size - 1, f)] = '\0';
	fclose(f);
	free(copy);
	return code;
}

#define says(words, expected, what) \
	do { \
		static char text_[100000]; \
		int code_ = run(words, text_, sizeof(text_)); \
		if (code_ != (expected)) \
			fail_msg("%s: exit code %d, not %d:\n%s", words, \
				 code_, expected, text_); \
		assert_says(text_, what); \
	} while (0)

/* what the daemon does when it looks at GPUs of other drivers; it says @said */
static inline int sync_now(struct daemon *d, char *said, size_t size)
{
	struct quiet quiet = be_quiet();
	struct listening l = listen_begin();
	char *text;
	int code;

	code = daemon_has_others(d) ? daemon_sync(d) : daemon_explain_absence(d);
	text = listen_end(l);
	be_loud(quiet);
	copy_string(said, size, text);
	free(text);
	return code;
}

#endif /* VERB_TEST_H */
