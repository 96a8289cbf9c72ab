// SPDX-License-Identifier: GPL-2.0
/*
 * Read a whole file that decides what is done to GPUs: a configuration, a
 * checkpoint.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/input.h"
#include "base/root.h"
#include "base/util.h"

/* as errno says; @what: as in "opened" */
static int cannot_be(const char *what, char **why)
{
	int err = errno;

	*why = xasprintf("cannot be %s: %s", what, strerror(err));
	return -err;
}

static int check_kind(const struct stat *st, u32 demands, char **why)
{
	const char *kind = "a special file";

	if (S_ISREG(st->st_mode) ||
	    (S_ISFIFO(st->st_mode) && demands & INPUT_STREAM))
		return 0;
	if (S_ISDIR(st->st_mode))
		kind = "a directory";
	else if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		kind = "a device";
	else if (S_ISFIFO(st->st_mode))
		kind = "a FIFO";
	*why = xasprintf("is %s, not a file", kind);
	return -EINVAL;
}

static int check_owner(const struct stat *st, const char *what, char **why)
{
	if (st->st_uid)
		*why = xasprintf("%sis owned by uid %u, must be owned by root",
				 what, st->st_uid);
	/* in a sticky directory, files of root are root's alone */
	else if (st->st_mode & 0022 &&
		 !(S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX))
		*why = xasprintf("%sis writable by %s (mode %04o): chmod go-w",
				 what, st->st_mode & 0002 ? "everyone" :
				 "its group", st->st_mode & 07777);
	else
		return 0;
	return -EPERM;
}

static int check_directory_of(const char *path, char **why)
{
	char *copy = xstrdup(path);
	char *dir = dirname(copy);
	char *what = xasprintf("directory %s ", dir);
	struct stat st;
	int err;

	if (stat(dir, &st)) {
		err = -errno;
		*why = xasprintf("%scannot be read: %s", what, strerror(-err));
	} else {
		err = check_owner(&st, what, why);
	}
	free(what);
	free(copy);
	return err;
}

/*
 * The owner of a directory can put any other file there. That of the name and
 * that of the file differ where the name is a link.
 */
static int check_trust(const char *path, const struct stat *st, char **why)
{
	char *target;
	int err;

	err = check_owner(st, "", why);
	if (err || !S_ISREG(st->st_mode))
		return err;
	err = check_directory_of(path, why);
	target = err ? NULL : realpath(path, NULL);
	/* the file behind a name such as /dev/fd/3 may have none any more */
	if (target)
		err = check_directory_of(target, why);
	free(target);
	return err;
}

/* never waits: a FIFO without a writer, a device */
static int open_checked(const char *path, u32 demands, char **why)
{
	struct stat st;
	int fd, err;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return cannot_be("opened", why);
	err = fstat(fd, &st) ? cannot_be("read", why) :
			       check_kind(&st, demands, why);
	if (!err && demands & INPUT_TRUSTED)
		err = check_trust(path, &st, why);
	/* a writer may take its time */
	if (!err)
		fcntl(fd, F_SETFL, O_RDONLY);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/**
 * input_check() - check who can have written a file, without reading it
 * @path: the file
 * @demands: INPUT_*
 * @why: after errors: what is wrong, to be printed after the path; to be freed
 *
 * Return: as input_read().
 */
int input_check(const char *path, u32 demands, char **why)
{
	int fd = open_checked(path, demands, why);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* redirected by the caller, which is trusted; not all that it opened is */
static int check_stdin(u32 demands, char **why)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st))
		return cannot_be("read", why);
	if (S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode))
		return check_kind(&st, demands, why);
	if (!S_ISREG(st.st_mode) || !(demands & INPUT_TRUSTED))
		return 0;
	return check_owner(&st, "", why);
}

/**
 * input_read() - read a file that decides what is done
 * @path: "-" is standard input, with INPUT_STREAM
 * @demands: INPUT_*
 * @max: bytes that it may have
 * @text: result, with a zero byte behind it; to be freed, also after errors
 * @size: bytes of @text
 * @why: after errors: what is wrong, to be printed after the path; to be freed
 *
 * Return: 0; -EPERM: others than root can write it or replace it; -EINVAL: it
 * is no file; -EFBIG; or what open() and read() return: -ENOENT, -EACCES,
 * -EMFILE, ...
 */
int input_read(const char *path, u32 demands, size_t max, char **text,
	       size_t *size, char **why)
{
	bool is_stdin = !strcmp(path, "-") && demands & INPUT_STREAM;
	int fd, err;

	*text = NULL;
	*size = 0;
	*why = NULL;
	err = is_stdin ? check_stdin(demands, why) : 0;
	if (err)
		return err;
	fd = is_stdin ? STDIN_FILENO : open_checked(path, demands, why);
	if (fd < 0)
		return fd;
	err = read_all(fd, max, text, size);
	if (!is_stdin)
		close(fd);
	if (err == -EFBIG)
		*why = xasprintf("is larger than %zu bytes", max);
	else if (err)
		*why = xasprintf("cannot be read: %s", strerror(-err));
	return err;
}
