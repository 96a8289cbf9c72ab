// SPDX-License-Identifier: GPL-2.0
/*
 * Write output files: replace a regular file as a whole, write into anything
 * else in place.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/replace.h"
#include "base/util.h"

struct content {
	void (*print)(FILE *f, const void *data);
	const void *data;
};

/* all of it, and on the disk where there is one; closes @fd */
static int write_all(int fd, const struct content *content)
{
	FILE *f = fdopen(fd, "w");
	int err = 0;

	if (!f) {
		err = -errno;
		close(fd);
		return err;
	}
	errno = 0;
	content->print(f, content->data);
	if (fflush(f) || ferror(f))
		err = -errno ?: -EIO;
	/* devices and pipes have nothing to synchronise */
	else if (fsync(fd) && errno != EINVAL && errno != EROFS)
		err = -errno;
	if (fclose(f))
		err = err ?: -errno;
	return err;
}

/*
 * Terminals, pipes, /dev/null and the like: written to as they are. Whole disks
 * are not, nor is a FIFO without a reader waited for.
 */
static int write_in_place(const char *path, const struct content *content)
{
	struct stat st;
	int fd, err = 0;

	fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || fcntl(fd, F_SETFL, O_WRONLY))
		err = -errno;
	else if (!S_ISCHR(st.st_mode) && !S_ISFIFO(st.st_mode))
		err = -EINVAL;
	if (!err)
		return write_all(fd, content);
	close(fd);
	return err;
}

/*
 * The temporary file belongs to the process that locks it, so that one that a
 * killed process left behind is used again, and never in the way.
 *
 * Return: a descriptor of an empty file, or a negative errno.
 */
static int open_temporary(const char *path)
{
	struct stat mine, there;
	int fd, err;

	for (;;) {
		fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
			  O_CLOEXEC, 0600);
		if (fd < 0)
			return -errno;
		err = 0;
		if (fstat(fd, &mine) || flock(fd, LOCK_EX))
			err = -errno;
		else if (!S_ISREG(mine.st_mode) || mine.st_nlink > 1 ||
			 mine.st_uid != geteuid())
			err = -EEXIST;
		/* another process may have renamed it while this one waited */
		if (!err && !lstat(path, &there) &&
		    there.st_dev == mine.st_dev &&
		    there.st_ino == mine.st_ino) {
			if (!ftruncate(fd, 0))
				return fd;
			err = -errno;
		}
		close(fd);
		if (err && err != -EINTR)
			return err;
	}
}

/* a name survives a power failure only when its directory is on the disk */
static int sync_directory_of(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	free(copy);
	if (fd < 0)
		return -errno;
	if (fsync(fd) && errno != EINVAL)
		err = -errno;
	close(fd);
	return err;
}

/* what is there keeps its owner, group and mode, whatever the umask says */
static int copy_owner(int fd, const struct stat *old, mode_t mode)
{
	struct stat new;

	if (old && fstat(fd, &new))
		return -errno;
	if (old && (old->st_uid != new.st_uid || old->st_gid != new.st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid))
		return -errno;
	return fchmod(fd, old ? old->st_mode & 07777 : mode) ? -errno : 0;
}

/* @old: the file that is there now, NULL: none */
static int replace(const char *path, const struct stat *old, mode_t mode,
		   const struct content *content)
{
	char *temporary = xasprintf("%s.tmp", path);
	int fd = open_temporary(temporary);
	int copy, err;

	if (fd < 0) {
		free(temporary);
		return fd;
	}
	/* the copy keeps the lock until the name is the right one */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	err = copy < 0 ? -errno : copy_owner(fd, old, mode);
	if (err)
		close(fd);
	else
		err = write_all(fd, content);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	else
		err = sync_directory_of(path);
	if (copy >= 0)
		close(copy);
	free(temporary);
	return err;
}

static int write_file(const char *path, mode_t mode,
		      const struct content *content)
{
	struct stat st, link;
	char *target;
	int err;

	if (stat(path, &st)) {
		if (errno != ENOENT)
			return -errno;
		/* what a dangling link is meant to name cannot be guessed */
		return lstat(path, &link) ? replace(path, NULL, mode, content) :
					    -ENOENT;
	}
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return S_ISBLK(st.st_mode) ? -EINVAL :
		       write_in_place(path, content);
	target = realpath(path, NULL);
	if (!target)
		return -errno;
	err = replace(target, &st, mode, content);
	free(target);
	return err;
}

/**
 * replace_file() - write a file, so that readers see the old or the new content
 * @path: the file
 * @mode: permissions of a file that does not exist yet, regardless of the umask
 * @print: writes the content
 * @data: second argument of @print
 *
 * A regular file is replaced as a whole and keeps its owner, group and mode; a
 * symbolic link stays and its target is replaced. A character device, a FIFO or
 * a terminal is written to. Anything else is refused. Reports the error.
 *
 * Return: EXIT_DONE, EXIT_PERMISSION, EXIT_FAILED.
 */
int replace_file(const char *path, mode_t mode,
		 void (*print)(FILE *f, const void *data), const void *data)
{
	const struct content content = { print, data };
	int err;

	err = write_file(path, mode, &content);
	if (err == -EINVAL)
		pr_err("cannot write %s: neither a regular file nor a character device or FIFO",
		       path);
	else if (err)
		pr_err("cannot write %s: %s", path, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		return EXIT_PERMISSION;
	return err ? EXIT_FAILED : EXIT_DONE;
}
