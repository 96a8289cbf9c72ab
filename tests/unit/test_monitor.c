// SPDX-License-Identifier: GPL-2.0
/*
 * monitor, with a kernel and notifications of its own: what becomes of each error,
 * at the start and when the module comes back, and of lost messages.
 */
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "base/exit_code.h"
#include "fake_kernel.h"
#include "provider/gpuvf_watch.h"
#include "main.h"

/* what becomes of listening: exit codes */
static struct {
	int open;
	/* the module comes back, and then these happen */
	bool comes;
	int join_again;
	int list_again;
	/* messages were lost, and this many wait; reading everything fails until then */
	unsigned int waiting;
} news;

/* always readable */
int watch_open(struct watch *watch)
{
	watch->fd = eventfd(1, EFD_CLOEXEC);
	return news.open;
}

int watch_join(struct watch *watch)
{
	return news.join_again;
}

int watch_read(struct watch *watch)
{
	if (news.comes) {
		news.comes = false;
		fake_errors.list = news.list_again;
		watch->came(watch->arg);
		raise(SIGTERM);
	}
	if (!news.waiting)
		return -EAGAIN;
	if (fake_errors.list != -EPERM) {
		fake_errors.list = -EPERM;
		return -ENOBUFS;
	}
	if (--news.waiting)
		return 0;
	fake_errors.list = 0;
	raise(SIGTERM);
	return -EAGAIN;
}

void watch_close(struct watch *watch)
{
	close(watch->fd);
}

int gpuvf_find_family(u16 *id)
{
	return -ENOENT;
}

/* until SIGTERM, which is there from the start or when the module has come */
static int monitor(const char *option, char **said)
{
	char *argv[3] = { "monitor", (char *)option };
	FILE *f = tmpfile();
	char *text = xcalloc(1, 10000);
	sigset_t set;
	int status;
	pid_t pid;

	assert_non_null(f);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fileno(f), STDOUT_FILENO);
		dup2(fileno(f), STDERR_FILENO);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
		alarm(60);
		if (!news.comes && !news.waiting)
			raise(SIGTERM);
		status = run_verb(find_verb("monitor"), option ? 2 : 1, argv);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rewind(f);
	assert_true(fread(text, 1, 9999, f) < 9999);
	fclose(f);
	*said = text;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#define ends_with(option, expected) \
	do { \
		char *said_; \
		int code_ = monitor(option, &said_); \
		if (code_ != (expected)) \
			fail_msg("exit code %d, not %d:\n%s", code_, \
				 expected, said_); \
		free(said_); \
	} while (0)

static void reset(void)
{
	fake_reset();
	memset(&news, 0, sizeof(news));
}

static void exit_codes_of_the_first_look(void **state)
{
	static const struct {
		int error;
		int code;
	} table[] = {
		{ 0, EXIT_DONE },
		{ -EPERM, EXIT_PERMISSION },
		{ -EACCES, EXIT_PERMISSION },
		{ -EBUSY, EXIT_BUSY },
		{ -ENODEV, EXIT_MISSING },
		{ -EOPNOTSUPP, EXIT_USAGE },
		{ -ENOBUFS, EXIT_FAILED },
		{ -ENOMEM, EXIT_FAILED },
		{ -EBADMSG, EXIT_FAILED },
		{ -EIO, EXIT_FAILED },
		/* it looks again: GPUs are changed all the time */
		{ -EAGAIN, EXIT_DONE },
		/* the module went, and may come back */
		{ -ENOENT, EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		fake_errors.list = table[i].error;
		ends_with(NULL, table[i].code);
		ends_with("-j", table[i].code);
	}
}

static void exit_codes_of_listening(void **state)
{
	static const struct {
		int open;
		int code;
	} table[] = {
		{ EXIT_DONE, EXIT_DONE },
		{ EXIT_FAILED, EXIT_FAILED },
		/* the module went since it was asked for */
		{ EXIT_MISSING, EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		news.open = table[i].open;
		ends_with(NULL, table[i].code);
	}
}

/* the same when the module was unloaded and is loaded again */
static void exit_codes_of_a_later_look(void **state)
{
	static const struct {
		int join;
		int list;
		int code;
	} table[] = {
		{ .code = EXIT_DONE },
		{ .join = EXIT_FAILED, .code = EXIT_FAILED },
		{ .join = EXIT_MISSING, .code = EXIT_DONE },
		{ .list = -EPERM, .code = EXIT_PERMISSION },
		{ .list = -ENOMEM, .code = EXIT_FAILED },
		{ .list = -EAGAIN, .code = EXIT_DONE },
		{ .list = -ENOENT, .code = EXIT_DONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		reset();
		/* it is woken by what waits there */
		news.open = EXIT_MISSING;
		news.comes = true;
		news.join_again = table[i].join;
		news.list_again = table[i].list;
		ends_with(NULL, table[i].code);
	}
}

/* the kernel drops more without an error while messages wait */
static void messages_that_wait_are_taken_before_all_is_read(void **state)
{
	reset();
	/* it is woken to look again */
	fake_errors.list = -EAGAIN;
	news.waiting = 3;
	ends_with(NULL, EXIT_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_codes_of_the_first_look),
		cmocka_unit_test(exit_codes_of_listening),
		cmocka_unit_test(exit_codes_of_a_later_look),
		cmocka_unit_test(messages_that_wait_are_taken_before_all_is_read),
	};
	int failed;

	failed = cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
	fake_free();
	return failed;
}
