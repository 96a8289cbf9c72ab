// SPDX-License-Identifier: GPL-2.0
/*
 * Helper programs of vendors. One runs with the agent's rights, so only root may
 * have written it; it gets no environment to speak of, and no more time than its
 * caller has.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/helper.h"
#include "base/input.h"
#include "base/progress.h"
#include "base/util.h"

#define POLL_MS		20
/* a killed program is gone by then, unless it hangs in the kernel */
#define KILL_LIMIT_MS	1000

/* keep the last line with text, printable */
static void hear(char *said, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\r\n");

		if (len) {
			char *line = xasprintf("%.*s", (int)len, text);
			char *safe = escape(line);

			copy_string(said, HELPER_TEXT, safe);
			free(safe);
			free(line);
		}
		text += len + !!text[len];
	}
}

/* Return: false: there is nothing now */
static bool listen_for(int fd, int timeout_ms, char *said)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char text[1024];
	ssize_t got;

	if (poll(&pollfd, 1, timeout_ms) <= 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	hear(said, text);
	return got > 0;
}

static int start(const char *const *argv, int out, pid_t *pid)
{
	static char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL,
	};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
				 POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	/* its arguments are not changed, whatever the prototype says */
	err = posix_spawn(pid, argv[0], &files, &attr, (char *const *)argv,
			  environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

/* Return: whether it has ended; what it started may go on, and is not waited for */
static bool wait_for(pid_t pid, int fd, u64 limit_ms, int *status, char *said)
{
	u64 end = monotonic_ms() + limit_ms;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (monotonic_ms() >= end)
			return false;
		progress_tick();
		if (!listen_for(fd, POLL_MS, said))
			sleep_ms(POLL_MS);
	}
	while (listen_for(fd, 0, said))
		;
	return true;
}

/**
 * helper_run() - run a helper program to its end
 * @argv: its absolute path, and its arguments; NULL behind the last
 * @limit_ms: how long it may take; then it is killed
 * @said: HELPER_TEXT bytes for the last line that it printed, safe to print; after
 *	-EPERM, what is wrong with its file, to be printed behind the path
 *
 * Return: its exit code, 0 to 255; -ENOENT: there is no such file; -EPERM: others than
 * root can write it or replace it; -ETIMEDOUT; -ECANCELED: a signal ended it; another
 * negative errno.
 */
int helper_run(const char *const *argv, u64 limit_ms, char *said)
{
	char *why = NULL;
	int fds[2];
	int status;
	pid_t pid;
	int err;

	*said = '\0';
	err = input_check(argv[0], INPUT_TRUSTED, &why);
	if (err) {
		copy_string(said, HELPER_TEXT, why);
		free(why);
		return err;
	}
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = start(argv, fds[1], &pid);
	close(fds[1]);
	if (!err && !wait_for(pid, fds[0], limit_ms, &status, said)) {
		err = -ETIMEDOUT;
		kill(-pid, SIGKILL);
		wait_for(pid, fds[0], KILL_LIMIT_MS, &status, said);
	}
	close(fds[0]);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}
