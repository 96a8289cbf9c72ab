// SPDX-License-Identifier: GPL-2.0
/*
 * The loop of the daemon: it brings the GPUs to the state of the configuration when
 * it starts, when a GPU appears, and when the configuration changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"
#include "pci/process.h"

#define DAEMON_LOCK	RUN_DIR "/daemon.lock"

static int sync_gpus(struct daemon *d)
{
	if (d->has_family || daemon_has_others(d))
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
	/* links may lead elsewhere than before */
	files_watch(d);
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

static int take_signal(sd_event_source *source, const struct signalfd_siginfo *info,
		       void *arg)
{
	struct daemon *d = arg;

	if (info->ssi_signo != SIGHUP)
		return sd_event_exit(d->event, EXIT_DONE);
	reload(d);
	return 0;
}

static int take_request(sd_event_source *source, int fd, u32 events, void *arg)
{
	control_serve(fd, arg, reload);
	return 0;
}

/* before each sleep, since all that is done may change it */
static int set_timer(sd_event_source *source, void *arg)
{
	struct daemon *d = arg;
	u64 at = d->check_ms;

	if (d->reload_ms)
		timer_earliest(&at, d->reload_ms);
	return sd_event_source_set_time(source, at ? at * 1000 : UINT64_MAX);
}

static bool is_due(u64 at_ms)
{
	return at_ms && monotonic_ms() >= at_ms;
}

static int take_timer(sd_event_source *source, uint64_t us, void *arg)
{
	struct daemon *d = arg;

	if (is_due(d->reload_ms))
		load_and_sync(d, true);
	if (is_due(d->check_ms)) {
		sync_gpus(d);
		notify_ready(d);
	}
	return 0;
}

static int add_timer(struct daemon *d)
{
	sd_event_source *timer;
	int err = sd_event_add_time(d->event, &timer, CLOCK_MONOTONIC, UINT64_MAX,
				    1, take_timer, d);

	if (err < 0)
		return err;
	sd_event_source_set_enabled(timer, SD_EVENT_ON);
	sd_event_source_set_prepare(timer, set_timer);
	/* it lives as long as the loop */
	return sd_event_source_set_floating(timer, true);
}

static int add_signals(struct daemon *d)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;
	int err = 0;

	for (i = 0; err >= 0 && i < ARRAY_SIZE(signals); i++)
		err = sd_event_add_signal(d->event, NULL, signals[i] |
					  SD_EVENT_SIGNAL_PROCMASK, take_signal,
					  d);
	return err;
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
		process = process_of_lock(DAEMON_LOCK);
		pr_err("another daemon is running: %s holds " DAEMON_LOCK,
		       process ?: "another process");
		free(process);
		close(fd);
		return EXIT_BUSY;
	}
	return EXIT_DONE;
}

static int check(int err, const char *what)
{
	if (err >= 0)
		return EXIT_DONE;
	pr_err("%s: %s", what, strerror(-err));
	return EXIT_FAILED;
}

static int listen_for_requests(struct daemon *d)
{
	int fd = control_listen();

	return fd < 0 ? fd : sd_event_add_io(d->event, NULL, fd, EPOLLIN,
					     take_request, d);
}

static int start(struct daemon *d)
{
	int err = 0;
	int code;

	code = check(sd_event_new(&d->event), "event loop");
	code = code ?: check(sd_event_set_watchdog(d->event, true), "watchdog");
	code = code ?: check(add_timer(d), "timer");
	code = code ?: check(add_signals(d), "signals");
	code = code ?: check(files_watch(d), "cannot watch the configuration");
	/* first listen, then look: nothing can fall in between */
	if (!code)
		err = kernel_watch_open(d);
	code = code ?: daemon_load(d, NULL);
	if (!code && err < 0)
		code = daemon_go_on_deaf(d, err);
	return code ?: check(listen_for_requests(d), CONTROL_SOCKET);
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
	struct daemon d = { .file = file };
	int code;

	code = take_lock();
	if (code)
		return code;
	code = start(&d);
	if (!code) {
		/* a GPU in trouble is tried again, and no reason to end */
		sync_gpus(&d);
		notify_ready(&d);
		code = sd_event_loop(d.event);
		if (code < 0)
			code = check(code, "event loop");
		sd_notify(0, "STOPPING=1");
		unlink(CONTROL_SOCKET);
	}
	watch_close(&d.watch);
	files_close(&d);
	sd_event_unref(d.event);
	daemon_free(&d);
	return code;
}
