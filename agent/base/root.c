// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the system's files: sysfs, procfs, what is below /boot, /etc and
 * /lib. Another root makes a recorded system readable in the same way.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"

/* depmod's files have a megabyte or two, a checkpoint of 10000 VFs has three */
#define FILE_MAX_BYTES	(64 << 20)

static const char *root = "";

/**
 * root_set() - look for all files elsewhere; for tests and recorded systems
 * @dir: instead of /; kept by reference
 */
void root_set(const char *dir)
{
	root = dir;
}

/** root_is_elsewhere() - is another system looked at than the running one? */
bool root_is_elsewhere(void)
{
	return *root;
}

static char *vpath(const char *fmt, va_list args)
{
	char *rest = xvasprintf(fmt, args);
	char *path = xasprintf("%s/%s", root, rest);

	free(rest);
	return path;
}

/**
 * root_path() - the path of a file
 * @fmt: as of printf; without a slash in front
 *
 * Return: to be freed.
 */
char *root_path(const char *fmt, ...)
{
	va_list args;
	char *path;

	va_start(args, fmt);
	path = vpath(fmt, args);
	va_end(args);
	return path;
}

/**
 * root_has() - is there such a file, directory or link?
 * @fmt: path, as of root_path()
 *
 * Return: false also when it may not be looked at.
 */
bool root_has(const char *fmt, ...)
{
	va_list args;
	char *path;
	bool there;

	va_start(args, fmt);
	path = vpath(fmt, args);
	va_end(args);
	there = !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);
	free(path);
	return there;
}

/**
 * read_all() - read everything that comes out of a descriptor
 * @fd: of a file, a pipe, ...; blocking
 * @text: result, to be freed, with a zero byte behind it; also after an error,
 *	with what came before it; NULL after -EFBIG
 * @size: result, bytes of it
 *
 * Return: 0; -EFBIG: it is too large to be sane; another negative errno.
 */
int read_all(int fd, char **text, size_t *size)
{
	size_t capacity = 0;
	ssize_t got;

	*text = NULL;
	*size = 0;
	for (;;) {
		if (*size + 1 >= capacity) {
			capacity = capacity ? 2 * capacity : 4096;
			if (capacity > FILE_MAX_BYTES) {
				free(*text);
				*text = NULL;
				return -EFBIG;
			}
			*text = xrealloc(*text, capacity);
		}
		got = read(fd, *text + *size, capacity - *size - 1);
		if (got < 0 && errno == EINTR)
			continue;
		(*text)[*size + (got > 0 ? got : 0)] = '\0';
		if (got <= 0)
			return got ? -errno : 0;
		*size += got;
	}
}

/**
 * root_read() - a whole file
 * @size: bytes of it, may be NULL
 * @fmt: path, as of root_path()
 *
 * Return: to be freed, with a zero byte behind it; NULL when it is not there,
 * may not be read, or is not of a sane size.
 */
char *root_read(size_t *size, const char *fmt, ...)
{
	size_t unused;
	va_list args;
	char *text;
	char *path;
	int fd;

	va_start(args, fmt);
	path = vpath(fmt, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	free(path);
	if (fd < 0)
		return NULL;
	size = size ?: &unused;
	/* what came before an error is worth having: config space */
	if (read_all(fd, &text, size) && !*size) {
		free(text);
		text = NULL;
	}
	close(fd);
	return text;
}

/**
 * root_line() - the first line of a file
 * @text: result, without the newline; empty when the file cannot be read
 * @size: bytes of @text
 * @fmt: path, as of root_path()
 *
 * Return: whether it could be read.
 */
bool root_line(char *text, size_t size, const char *fmt, ...)
{
	va_list args;
	ssize_t got;
	char *path;
	int fd;

	text[0] = '\0';
	va_start(args, fmt);
	path = vpath(fmt, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	free(path);
	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return got >= 0;
}

static bool vtarget(char *target, size_t size, const char *fmt, va_list args)
{
	char *path = vpath(fmt, args);
	ssize_t len = readlink(path, target, size - 1);

	free(path);
	target[len > 0 ? len : 0] = '\0';
	return len >= 0;
}

/**
 * root_target() - where a link points to
 * @target: result, empty when there is no such link
 * @size: bytes of @target
 * @fmt: path, as of root_path()
 *
 * Return: whether there is one that can be read.
 */
bool root_target(char *target, size_t size, const char *fmt, ...)
{
	va_list args;
	bool there;

	va_start(args, fmt);
	there = vtarget(target, size, fmt, args);
	va_end(args);
	return there;
}

/**
 * root_link() - the last part of where a link points to
 * @name: result, empty when there is no such link
 * @size: bytes of @name
 * @fmt: path, as of root_path()
 *
 * Return: whether there is one that can be read.
 */
bool root_link(char *name, size_t size, const char *fmt, ...)
{
	char target[256];
	const char *slash;
	va_list args;
	bool there;

	va_start(args, fmt);
	there = vtarget(target, sizeof(target), fmt, args);
	va_end(args);
	slash = strrchr(target, '/');
	copy_string(name, size, slash ? slash + 1 : target);
	return there;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* in the order of bytes, whatever the locale says */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/**
 * root_list() - the names in a directory, sorted
 * @fmt: path, as of root_path()
 *
 * Return: names with a NULL behind the last, for root_list_free(); none when
 * the directory is not there or cannot be read.
 */
char **root_list(const char *fmt, ...)
{
	struct dirent **entries = NULL;
	va_list args;
	char **names;
	char *path;
	int n, i;

	va_start(args, fmt);
	path = vpath(fmt, args);
	va_end(args);
	n = scandir(path, &entries, is_visible, compare_names);
	free(path);
	if (n < 0)
		n = 0;
	names = xcalloc(n + 1, sizeof(*names));
	for (i = 0; i < n; i++) {
		names[i] = xstrdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names;
}

/**
 * root_list_free() - release the names of a directory
 * @names: from root_list()
 */
void root_list_free(char **names)
{
	size_t i;

	for (i = 0; names[i]; i++)
		free(names[i]);
	free(names);
}
