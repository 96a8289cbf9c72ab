// SPDX-License-Identifier: GPL-2.0
/*
 * When the configuration's files change. Directories are watched, not files:
 * editors and configuration systems replace a file by another one.
 */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon.h"

#define EVENTS	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
		 IN_CREATE | IN_ATTRIB | IN_ONLYDIR)

static int watch_directory_of(int fd, const char *path)
{
	char *copy = xstrdup(path);
	int err;

	err = inotify_add_watch(fd, dirname(copy), EVENTS) < 0 ? -errno : 0;
	free(copy);
	return err;
}

/* it need not be there yet; watching twice is watching once */
static void watch_drop_ins(int fd)
{
	inotify_add_watch(fd, CONFIG_DIR, EVENTS);
}

/**
 * files_watch() - watch the configuration
 * @file: which one, NULL: the system's
 *
 * Return: a descriptor that becomes readable, or a negative errno.
 */
int files_watch(const char *file)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = watch_directory_of(fd, file ?: CONFIG_FILE);
	if (err) {
		close(fd);
		return err;
	}
	if (!file)
		watch_drop_ins(fd);
	return fd;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

static bool is_ours(const struct inotify_event *event, const char *file)
{
	const char *name = event->len ? event->name : "";
	const char *base = strrchr(file ?: CONFIG_FILE, '/');

	base = base ? base + 1 : file;
	if (!strcmp(name, base))
		return true;
	if (file)
		return false;
	return ends_with(name, ".ini") || ends_with(CONFIG_DIR, name);
}

/**
 * files_changed() - read what happened
 * @fd: of files_watch(), readable
 * @file: as given to files_watch()
 *
 * Return: whether it may have changed the configuration.
 */
bool files_changed(int fd, const char *file)
{
	char buffer[4096] __aligned(__alignof__(struct inotify_event));
	bool ours = false;
	ssize_t got, at;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		for (at = 0; at < got;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(buffer + at);

			if (event->mask & IN_Q_OVERFLOW ||
			    is_ours(event, file))
				ours = true;
			at += sizeof(*event) + event->len;
		}
	}
	if (!file)
		watch_drop_ins(fd);
	return ours;
}
