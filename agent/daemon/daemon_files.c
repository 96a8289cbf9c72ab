// SPDX-License-Identifier: GPL-2.0
/*
 * When the configuration's files change. Directories are watched, not files:
 * editors and configuration systems replace a file by another one. Where a name
 * is a symbolic link, so are the directories of all that it leads through.
 */
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/daemon.h"

#define EVENTS	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
		 IN_CREATE | IN_ATTRIB | IN_ONLYDIR)

/* links to links, as of the kernel */
#define LINKS_FOLLOWED	40

/**
 * struct name_watch - a name in a directory that is watched
 * @wd: of the directory
 * @name: what matters there, NULL: every drop-in
 */
struct name_watch {
	int wd;
	char *name;
};

/**
 * struct files - what is watched
 * @fd: of inotify
 * @file: the configuration, NULL: the system's
 * @watches: what may change it
 * @num: entries of @watches
 */
struct files {
	int fd;
	const char *file;
	struct name_watch *watches;
	size_t num;
};

static int add_watch(struct files *files, const char *dir, const char *name)
{
	int wd = inotify_add_watch(files->fd, dir, EVENTS);
	struct name_watch *watch;

	if (wd < 0)
		return -errno;
	files->watches = xgrow(files->watches, files->num, sizeof(*watch));
	watch = &files->watches[files->num++];
	watch->wd = wd;
	watch->name = name ? xstrdup(name) : NULL;
	return 0;
}

static int watch_name(struct files *files, const char *path)
{
	char *dir = xstrdup(path), *base = xstrdup(path);
	int err = add_watch(files, dirname(dir), basename(base));

	free(dir);
	free(base);
	return err;
}

/*
 * The first link in a path and what it leads to, as another path.
 *
 * Return: to be freed, NULL: there is no link in it; *link: the path of the link
 * itself, to be freed.
 */
static char *follow_first_link(const char *path, char **link)
{
	char target[PATH_MAX];
	size_t end = 0;

	while (path[end]) {
		char *part, *dir, *next;
		ssize_t len;

		end += strspn(path + end, "/");
		end += strcspn(path + end, "/");
		part = xasprintf("%.*s", (int)end, path);
		len = readlink(part, target, sizeof(target) - 1);
		if (len < 0) {
			free(part);
			continue;
		}
		target[len] = '\0';
		*link = xstrdup(part);
		dir = dirname(part);
		next = *target == '/' ? xasprintf("%s%s", target, path + end) :
			xasprintf("%s/%s%s", dir, target, path + end);
		free(part);
		return next;
	}
	return NULL;
}

/*
 * A file by its name, and every link on the way to it: a link that is replaced
 * changes the file as much as a write does.
 */
static int watch_path(struct files *files, const char *path)
{
	int err = watch_name(files, path);
	char *here = xstrdup(path);
	unsigned int i;

	for (i = 0; !err && i < LINKS_FOLLOWED; i++) {
		char *link;
		char *next = follow_first_link(here, &link);

		if (!next)
			break;
		/* what a link leads to may not be there, or not be readable */
		watch_name(files, link);
		watch_name(files, next);
		free(link);
		free(here);
		here = next;
	}
	free(here);
	return err;
}

static void watch_drop_ins(struct files *files)
{
	glob_t found;
	size_t i;

	/* it need not be there yet, and may be a link */
	watch_path(files, CONFIG_DIR);
	add_watch(files, CONFIG_DIR, NULL);
	if (glob(CONFIG_DIR "/*.ini", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++)
		watch_path(files, found.gl_pathv[i]);
	globfree(&found);
}

static bool has_wd(const struct name_watch *watches, size_t num, int wd)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (watches[i].wd == wd)
			return true;
	return false;
}

static void free_watches(struct name_watch *watches, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		free(watches[i].name);
	free(watches);
}

/* links may lead elsewhere than before; nothing is missed meanwhile */
static int watch_all(struct files *files)
{
	struct name_watch *old = files->watches;
	size_t num = files->num;
	size_t i;
	int err;

	files->watches = NULL;
	files->num = 0;
	err = watch_path(files, files->file ?: CONFIG_FILE);
	if (!files->file)
		watch_drop_ins(files);
	for (i = 0; i < num; i++)
		if (!has_wd(files->watches, files->num, old[i].wd) &&
		    !has_wd(old, i, old[i].wd))
			inotify_rm_watch(files->fd, old[i].wd);
	free_watches(old, num);
	return err;
}

/**
 * files_open() - watch the configuration
 * @files: result, to be closed also after errors
 * @file: which one, NULL: the system's
 *
 * Return: 0, or a negative errno.
 */
int files_open(struct files **files, const char *file)
{
	*files = xcalloc(1, sizeof(**files));
	(*files)->file = file;
	(*files)->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return (*files)->fd < 0 ? -errno : watch_all(*files);
}

/** files_fd() - what becomes readable when something changed */
int files_fd(const struct files *files)
{
	return files->fd;
}

static bool is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > 4 && !strcmp(name + len - 4, ".ini");
}

static bool is_ours(const struct files *files,
		    const struct inotify_event *event)
{
	size_t i;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	for (i = 0; event->len && i < files->num; i++) {
		const struct name_watch *watch = &files->watches[i];

		if (watch->wd == event->wd &&
		    (watch->name ? !strcmp(watch->name, event->name) :
				   is_drop_in(event->name)))
			return true;
	}
	return false;
}

/**
 * files_changed() - read what happened
 * @files: what is watched
 *
 * Return: whether it may have changed the configuration.
 */
bool files_changed(struct files *files)
{
	char buffer[4096] __aligned(__alignof__(struct inotify_event));
	bool ours = false;
	ssize_t got, at;

	while ((got = read(files->fd, buffer, sizeof(buffer))) > 0) {
		for (at = 0; at < got;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(buffer + at);

			ours |= is_ours(files, event);
			at += sizeof(*event) + event->len;
		}
	}
	if (ours)
		watch_all(files);
	return ours;
}

/**
 * files_close() - watch no more
 * @files: may be NULL
 */
void files_close(struct files *files)
{
	if (!files)
		return;
	if (files->fd >= 0)
		close(files->fd);
	free_watches(files->watches, files->num);
	free(files);
}
