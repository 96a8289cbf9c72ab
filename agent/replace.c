// SPDX-License-Identifier: GPL-2.0
/*
 * Files that others read while they are written anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "replace.h"

/* all of it, on the disk, or an error */
static int write_all(int fd, void (*print)(FILE *f, const void *data),
		     const void *data)
{
	FILE *f = fdopen(fd, "w");
	int err = 0;

	if (!f) {
		err = -errno;
		close(fd);
		return err;
	}
	errno = 0;
	print(f, data);
	if (fflush(f) || ferror(f) || fsync(fd))
		err = -errno ?: -EIO;
	if (fclose(f))
		err = err ?: -errno;
	return err;
}

/**
 * replace_file() - put a file in the place of another, whole or not at all
 * @path: where
 * @mode: of the new file
 * @print: what is in it
 * @data: second argument of @print
 *
 * A reader sees the old file or the new one. The temporary file is new for
 * certain, so that nobody can have put a link to something else in its place.
 * Says what went wrong.
 *
 * Return: EXIT_DONE, EXIT_PERMISSION, EXIT_FAILED.
 */
int replace_file(const char *path, mode_t mode,
		 void (*print)(FILE *f, const void *data), const void *data)
{
	char *temporary = xasprintf("%s.%d.tmp", path, getpid());
	int err, fd;

	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  mode);
	err = fd < 0 ? -errno : write_all(fd, print, data);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(temporary);
	if (err)
		pr_err("cannot write %s: %s", path, strerror(-err));
	free(temporary);
	if (err == -EACCES || err == -EPERM)
		return EXIT_PERMISSION;
	return err ? EXIT_FAILED : EXIT_DONE;
}
