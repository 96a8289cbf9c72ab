// SPDX-License-Identifier: GPL-2.0
/*
 * Files of sysfs and debugfs, with the errno that they answer.
 */

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/**
 * file_write() - write a value, as echo does, in one write
 * @path: file
 * @text: value; no newline is added
 *
 * Return: 0, or what open() or write() said, negative; -EIO after a short
 * write.
 */
int file_write(const char *path, const char *text)
{
	return file_write_bytes(path, text, strlen(text));
}

/**
 * file_write_bytes() - write a value that may have zero bytes in it
 * @path: file
 * @bytes: value
 * @len: how many
 *
 * Return: as file_write().
 */
int file_write_bytes(const char *path, const void *bytes, size_t len)
{
	ssize_t n;
	int err = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, bytes, len);
	if (n < 0)
		err = -errno;
	else if ((size_t)n != len)
		err = -EIO;
	close(fd);
	return err;
}

/**
 * file_printf() - write a value that has to be made first
 * @path: file
 * @format: as of printf()
 *
 * Return: as file_write().
 */
int file_printf(const char *path, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return file_write(path, text);
}

/**
 * file_read() - read a value, without the newline at its end
 * @path: file
 * @buf: where to
 * @size: of @buf
 *
 * Return: length, or a negative errno.
 */
int file_read(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf + len, size - 1 - len);
		if (n > 0)
			len += n;
	} while (n > 0 && len < size - 1);
	if (n < 0) {
		n = -errno;
		close(fd);
		return n;
	}
	close(fd);
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return len;
}

/**
 * file_read_all() - read a file of any length
 * @path: file
 *
 * Return: text to be freed, NULL: it cannot be read.
 */
char *file_read_all(const char *path)
{
	size_t size = 64 * 1024;
	char *text = NULL;
	ssize_t n;

	/* what fills the buffer may be longer: all of it once more */
	do {
		size *= 4;
		free(text);
		text = malloc(size);
		n = text ? file_read(path, text, size) : -ENOMEM;
		if (n < 0) {
			free(text);
			return NULL;
		}
	} while (n + 2 >= (ssize_t)size);
	return text;
}

/**
 * file_u64() - read a number
 * @path: file
 *
 * Return: the number; UINT64_MAX when there is none, which no file of ours
 * ever has.
 */
uint64_t file_u64(const char *path)
{
	char text[64], *end;
	uint64_t value;

	if (file_read(path, text, sizeof(text)) <= 0)
		return UINT64_MAX;
	errno = 0;
	value = strtoull(text, &end, 10);
	return errno || *end ? UINT64_MAX : value;
}

/**
 * file_is() - has a file this value?
 * @path: file
 * @text: value, without newline
 */
bool file_is(const char *path, const char *text)
{
	char buf[256];

	return file_read(path, buf, sizeof(buf)) >= 0 && !strcmp(buf, text);
}

/**
 * file_exists() - is there something of that name?
 * @path: file
 */
bool file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_left_out(const char *name, const char *const *leave_out)
{
	for (; leave_out && *leave_out; leave_out++)
		if (!strcmp(name, *leave_out))
			return true;
	return false;
}

static void snapshot_entry(FILE *out, const FTSENT *entry, const char *name)
{
	char value[4096];
	ssize_t n;

	fprintf(out, "%s %o ", name, entry->fts_statp->st_mode & 07777);
	if (entry->fts_info == FTS_SL) {
		n = readlink(entry->fts_accpath, value, sizeof(value) - 1);
		value[n < 0 ? 0 : n] = '\0';
		fprintf(out, "-> %s\n", value);
		return;
	}
	if (!(entry->fts_statp->st_mode & 0444)) {
		fputs("(write only)\n", out);
		return;
	}
	n = file_read(entry->fts_accpath, value, sizeof(value));
	fprintf(out, "%s\n", n < 0 ? strerror(-n) : value);
}

/**
 * tree_snapshot() - every readable value below a directory, as one text
 * @dir: directory; links are not followed but noted
 * @leave_out: names of files and directories to be left out, NULL at the end;
 *	or NULL
 *
 * Return: lines "path mode value" in the order of names, to be freed; NULL when
 * there is no such directory.
 */
char *tree_snapshot(const char *dir, const char *const *leave_out)
{
	char *const roots[] = { (char *)dir, NULL };
	char *text = NULL;
	FTSENT *entry;
	size_t size;
	FILE *out;
	FTS *fts;

	if (!file_exists(dir))
		return NULL;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	out = open_memstream(&text, &size);
	if (!fts || !out)
		abort();
	while ((entry = fts_read(fts))) {
		if (entry->fts_level && is_left_out(entry->fts_name, leave_out))
			fts_set(fts, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F || entry->fts_info == FTS_SL)
			snapshot_entry(out, entry,
				       entry->fts_path + strlen(dir));
	}
	fts_close(fts);
	fclose(out);
	return text;
}

/**
 * tree_open() - open every file below a directory that this process may read
 * @dir: directory; links are not followed
 * @fd: where to, room for @max
 * @max: how many at the most
 *
 * To read them often, by tree_pread().
 *
 * Return: how many were opened.
 */
unsigned int tree_open(const char *dir, int *fd, unsigned int max)
{
	char *const roots[] = { (char *)dir, NULL };
	unsigned int n = 0;
	FTSENT *entry;
	FTS *fts;

	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (!fts)
		abort();
	while ((entry = fts_read(fts)) && n < max) {
		if (entry->fts_info != FTS_F)
			continue;
		fd[n] = open(entry->fts_accpath, O_RDONLY | O_CLOEXEC);
		if (fd[n] >= 0)
			n++;
	}
	fts_close(fts);
	return n;
}

/**
 * tree_pread() - read all files that are open, each from its beginning
 * @fd: from tree_open()
 * @num: how many
 * @buf: where to: of each file its length or error, and its value
 * @size: of @buf
 *
 * Return: how much of @buf was used; 0: it is too small.
 */
size_t tree_pread(const int *fd, unsigned int num, char *buf, size_t size)
{
	size_t used = 0;
	unsigned int i;
	int result;

	for (i = 0; i < num; i++) {
		/* a value of sysfs has a page at the most */
		if (size - used < sizeof(result) + 4096)
			return 0;
		result = pread(fd[i], buf + used + sizeof(result), 4096, 0);
		if (result < 0)
			result = -errno;
		memcpy(buf + used, &result, sizeof(result));
		used += sizeof(result) + (result > 0 ? result : 0);
	}
	return used;
}

/**
 * file_beside() - open one of the project's files that tests read
 * @name: of the file, in the directory "files" beside the program
 *
 * Return: to be closed by fclose(), or NULL.
 */
FILE *file_beside(const char *name)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len < 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash, sizeof(path) - (slash - path), "/files/%s", name);
	return fopen(path, "r");
}
