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

#include "base/clock.h"
#include "daemon/daemon.h"

#define EVENTS	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | \
		 IN_CREATE | IN_ATTRIB | IN_ONLYDIR)

/* links to links, as of the kernel */
#define LINKS_FOLLOWED	40

/* an editor, or a configuration system, may need several steps */
#define SETTLE_MS	500

/**
 * struct name_watch - a name in a directory that is watched
 * @source: events of the directory
 * @name: what matters there, NULL: every drop-in
 */
struct name_watch {
	sd_event_source *source;
	char *name;
};

static bool is_drop_in(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > 4 && !strcmp(name + len - 4, ".ini");
}

static const char *name_of(const struct daemon *d, const sd_event_source *source)
{
	size_t i;

	for (i = 0; d->names[i].source != source; i++)
		;
	return d->names[i].name;
}

static int take_event(sd_event_source *source, const struct inotify_event *event,
		      void *arg)
{
	struct daemon *d = arg;
	const char *name = name_of(d, source);

	if (event->mask & IN_Q_OVERFLOW ||
	    (event->len && (name ? !strcmp(name, event->name) :
				   is_drop_in(event->name))))
		d->reload_ms = monotonic_ms() + SETTLE_MS;
	return 0;
}

static int add_watch(struct daemon *d, const char *dir, const char *name)
{
	struct name_watch watch = {};
	int err = sd_event_add_inotify(d->event, &watch.source, dir, EVENTS,
				       take_event, d);

	if (err < 0)
		return err;
	watch.name = name ? xstrdup(name) : NULL;
	d->names = xgrow(d->names, d->num_names, sizeof(watch));
	d->names[d->num_names++] = watch;
	return 0;
}

static int watch_name(struct daemon *d, const char *path)
{
	char *dir = xstrdup(path), *base = xstrdup(path);
	int err = add_watch(d, dirname(dir), basename(base));

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
static int watch_path(struct daemon *d, const char *path)
{
	int err = watch_name(d, path);
	char *here = xstrdup(path);
	unsigned int i;

	for (i = 0; !err && i < LINKS_FOLLOWED; i++) {
		char *link;
		char *next = follow_first_link(here, &link);

		if (!next)
			break;
		/* what a link leads to may not be there, or not be readable */
		watch_name(d, link);
		watch_name(d, next);
		free(link);
		free(here);
		here = next;
	}
	free(here);
	return err;
}

static void watch_drop_ins(struct daemon *d)
{
	glob_t found;
	size_t i;

	/* it need not be there yet, and may be a link */
	watch_path(d, CONFIG_DIR);
	add_watch(d, CONFIG_DIR, NULL);
	if (glob(CONFIG_DIR "/*.ini", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++)
		watch_path(d, found.gl_pathv[i]);
	globfree(&found);
}

static void free_watches(struct name_watch *watches, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		sd_event_source_unref(watches[i].source);
		free(watches[i].name);
	}
	free(watches);
}

/**
 * files_watch() - watch the configuration, and what its links lead to now
 * @d: the daemon; its reload_ms is set when something may have changed
 *
 * What was watched before is given up afterwards, so that nothing is missed.
 *
 * Return: 0, or a negative errno.
 */
int files_watch(struct daemon *d)
{
	struct name_watch *old = d->names;
	size_t num = d->num_names;
	int err;

	d->names = NULL;
	d->num_names = 0;
	err = watch_path(d, d->file ?: CONFIG_FILE);
	if (!d->file)
		watch_drop_ins(d);
	free_watches(old, num);
	return err;
}

/**
 * files_close() - watch no more
 * @d: the daemon
 */
void files_close(struct daemon *d)
{
	free_watches(d->names, d->num_names);
}
