// SPDX-License-Identifier: GPL-2.0
/*
 * The loop of the daemon: it brings the GPUs to the state of the configuration when
 * it starts, when a GPU appears, and when the configuration changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"
#include "pci/holder.h"

#define DAEMON_LOCK	RUN_DIR "/daemon.lock"

/* an editor, or a configuration system, may need several steps */
#define FILE_SETTLE_MS	500

enum input {
	INPUT_SIGNAL,
	INPUT_FILES,
	INPUT_CONTROL,
	INPUT_KERNEL,
	NUM_INPUTS
};

static int sync_gpus(struct daemon *d)
{
	if (d->has_family)
		return daemon_sync(d);
	d->check_ms = 0;
	return daemon_explain_absence(d);
}

static int load_and_sync(struct daemon *d, bool only_if_changed)
{
	bool changed = true;
	int code;

	notify_reloading();
	d->reload_ms = 0;
	code = daemon_load(d, only_if_changed ? &changed : NULL);
	if (code)
		pr_err("keeping the previous configuration");
	else if (changed)
		code = sync_gpus(d);
	notify_ready(d);
	return code;
}

/* at a request: the GPUs are made as configured, also when no file changed */
static int reload(struct daemon *d)
{
	return load_and_sync(d, false);
}

static int timeout_of(const struct daemon *d)
{
	u64 interval = notify_interval_ms();
	u64 now = monotonic_ms();
	u64 at = 0;

	if (d->check_ms)
		timer_earliest(&at, d->check_ms);
	if (d->reload_ms)
		timer_earliest(&at, d->reload_ms);
	if (interval)
		timer_earliest(&at, now + interval);
	if (!at)
		return -1;
	return at > now ? (int)(at - now) : 0;
}

static bool is_due(u64 at_ms)
{
	return at_ms && monotonic_ms() >= at_ms;
}

/* Return: false when it is time to go */
static bool take_signals(int fd, struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP)
			return false;
		reload(d);
	}
	return true;
}

static int run(struct daemon *d, struct pollfd *fds)
{
	for (;;) {
		if (poll(fds, NUM_INPUTS, timeout_of(d)) < 0 &&
		    errno != EINTR) {
			pr_err("poll: %s", strerror(errno));
			return EXIT_FAILED;
		}
		notify_alive();
		if (fds[INPUT_SIGNAL].revents &&
		    !take_signals(fds[INPUT_SIGNAL].fd, d))
			return EXIT_DONE;
		if (fds[INPUT_FILES].revents &&
		    files_changed(d->files))
			d->reload_ms = monotonic_ms() + FILE_SETTLE_MS;
		kernel_watch_read(d);
		if (fds[INPUT_CONTROL].revents)
			control_serve(fds[INPUT_CONTROL].fd, d, reload);
		if (is_due(d->reload_ms))
			load_and_sync(d, true);
		if (is_due(d->check_ms)) {
			sync_gpus(d);
			notify_ready(d);
		}
	}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* one daemon; the lock goes with the process, however that ends */
static int take_lock(void)
{
	char *process;
	int fd;

	if (mkdir(RUN_DIR, 0700) && errno != EEXIST) {
		pr_err(RUN_DIR ": %s", strerror(errno));
		return errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED;
	}
	fd = open(DAEMON_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		pr_err(DAEMON_LOCK ": %s", strerror(errno));
		return errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		process = holder_of_lock(DAEMON_LOCK);
		pr_err("another daemon is running: %s holds " DAEMON_LOCK,
		       process ?: "another process");
		free(process);
		close(fd);
		return EXIT_BUSY;
	}
	return EXIT_DONE;
}

static int open_input(struct pollfd *fd, int opened, const char *what)
{
	fd->fd = opened;
	fd->events = POLLIN;
	if (opened >= 0)
		return EXIT_DONE;
	pr_err("%s: %s", what, strerror(-opened));
	return EXIT_FAILED;
}

static int start(struct daemon *d, struct pollfd *fds)
{
	int code, err;

	code = open_input(&fds[INPUT_SIGNAL], open_signals(), "signals");
	if (code)
		return code;
	err = files_open(&d->files, d->file);
	code = open_input(&fds[INPUT_FILES], err ?: files_fd(d->files),
			  "cannot watch the configuration");
	/* first listen, then look: nothing can fall in between */
	code = code ?: kernel_watch_open(d);
	fds[INPUT_KERNEL] = (struct pollfd){ d->watch.fd, POLLIN, 0 };
	code = code ?: daemon_load(d, NULL);
	code = code ?: open_input(&fds[INPUT_CONTROL], control_listen(),
				   CONTROL_SOCKET);
	return code;
}

/**
 * daemon_run() - keep the GPUs as the configuration has them
 * @file: configuration to read, NULL: the system's
 *
 * Runs until SIGTERM or SIGINT, and leaves the VFs as they are.
 *
 * Return: EXIT_DONE; EXIT_USAGE: the configuration has errors; EXIT_BUSY:
 * another daemon is running; EXIT_PERMISSION, EXIT_FAILED.
 */
int daemon_run(const char *file)
{
	struct pollfd fds[NUM_INPUTS] = {};
	struct daemon d = { .file = file };
	int code;

	pr_to_journal();
	code = take_lock();
	if (code)
		return code;
	code = start(&d, fds);
	if (!code) {
		/* a GPU in trouble is tried again, and no reason to end */
		sync_gpus(&d);
		notify_ready(&d);
		code = run(&d, fds);
		notify_stopping();
		unlink(CONTROL_SOCKET);
	}
	watch_close(&d.watch);
	files_close(d.files);
	daemon_free(&d);
	return code;
}
