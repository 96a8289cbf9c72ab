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

/**
 * root_path() - the path of a file
 * @fmt: as of printf; without a slash in front
 *
 * Return: to be freed.
 */
char *root_path(const char *fmt, ...)
{
	va_list args;
	char *path, *rest;

	va_start(args, fmt);
	rest = xvasprintf(fmt, args);
	va_end(args);
	path = xasprintf("%s/%s", root, rest);
	free(rest);
	return path;
}

/**
 * path_is_there() - is there such a file, directory or link?
 * @path: from root_path(); is freed
 *
 * Return: false also when it may not be looked at.
 */
bool path_is_there(char *path)
{
	bool there = !faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW);

	free(path);
	return there;
}

/**
 * read_all() - read everything that comes out of a descriptor
 * @fd: of a file, a pipe, ...; blocking
 * @max: bytes that it may have
 * @text: result, to be freed, with a zero byte behind it; also after an error,
 *	with what came before it; NULL after -EFBIG
 * @size: result, bytes of it
 *
 * Return: 0; -EFBIG: it has more than @max; another negative errno.
 */
int read_all(int fd, size_t max, char **text, size_t *size)
{
	size_t capacity = 0;
	ssize_t got;

	*text = NULL;
	*size = 0;
	for (;;) {
		if (*size + 1 >= capacity) {
			capacity = capacity ? 2 * capacity : 4096;
			*text = xrealloc(*text, capacity);
		}
		got = read(fd, *text + *size, capacity - *size - 1);
		if (got < 0 && errno == EINTR)
			continue;
		(*text)[*size + (got > 0 ? got : 0)] = '\0';
		if (got <= 0)
			return got ? -errno : 0;
		*size += got;
		if (*size > max) {
			free(*text);
			*text = NULL;
			return -EFBIG;
		}
	}
}

/* a descriptor, -1: it cannot be read; frees @path */
static int open_path(char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	free(path);
	return fd;
}

/**
 * path_read() - a whole file
 * @size: bytes of it, may be NULL
 * @path: from root_path(); is freed
 *
 * Return: to be freed, with a zero byte behind it; NULL when it is not there,
 * may not be read, or is not of a sane size.
 */
char *path_read(size_t *size, char *path)
{
	int fd = open_path(path);
	size_t unused;
	char *text;

	if (fd < 0)
		return NULL;
	size = size ?: &unused;
	/* what came before an error is worth having: config space */
	if (read_all(fd, FILE_MAX_BYTES, &text, size) && !*size) {
		free(text);
		text = NULL;
	}
	close(fd);
	return text;
}

/**
 * path_line() - the first line of a file
 * @text: result, without the newline; empty when the file cannot be read
 * @size: bytes of @text
 * @path: from root_path(); is freed
 *
 * Return: whether it could be read.
 */
bool path_line(char *text, size_t size, char *path)
{
	int fd = open_path(path);
	ssize_t got;

	text[0] = '\0';
	if (fd < 0)
		return false;
	got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return got >= 0;
}

/**
 * path_target() - where a link points to
 * @target: result, empty when there is no such link
 * @size: bytes of @target
 * @path: from root_path(); is freed
 *
 * Return: whether there is one that can be read.
 */
bool path_target(char *target, size_t size, char *path)
{
	ssize_t len = readlink(path, target, size - 1);

	free(path);
	target[len > 0 ? len : 0] = '\0';
	return len >= 0;
}

/**
 * path_link() - the last part of where a link points to
 * @name: result, empty when there is no such link
 * @size: bytes of @name
 * @path: from root_path(); is freed
 *
 * Return: whether there is one that can be read.
 */
bool path_link(char *name, size_t size, char *path)
{
	char target[256];
	bool there = path_target(target, sizeof(target), path);
	const char *slash = strrchr(target, '/');

	copy_string(name, size, slash ? slash + 1 : target);
	return there;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/**
 * path_list() - the names in a directory, sorted
 * @path: from root_path(); is freed
 *
 * Return: names with a NULL behind the last, for root_list_free(); none when
 * the directory is not there or cannot be read.
 */
char **path_list(char *path)
{
	struct dirent **entries = NULL;
	char **names;
	int n, i;

	n = scandir(path, &entries, is_visible, alphasort);
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
