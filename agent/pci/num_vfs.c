// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI core of some kernels takes the device's lock to read sriov_numvfs, and the
 * driver has that lock while it enables or disables VFs. A driver that hangs there
 * would hang each reader, which then cannot even be killed. So a child reads, and is
 * left behind when it takes too long; there is never more than one for a device.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/root.h"
#include "model/gpu.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"

/* for a read that takes microseconds when nothing is in its way */
#define READ_LIMIT_MS	2000

/**
 * struct reader - a child that reads
 * @bdf: of the PF
 * @pid: of the child
 * @fd: where its answer comes
 */
struct reader {
	char bdf[BDF_SIZE];
	pid_t pid;
	int fd;
};

/**
 * struct answer - what a child has read
 * @error: negative errno, or 0
 * @text: the file
 */
struct answer {
	int error;
	char text[32];
};

/* those that were left behind */
static struct reader *readers;
static size_t num_readers;

/* nothing that others wait for stays open: locks, pipes, the terminal */
static _Noreturn void child(const char *path, int out)
{
	struct answer answer = {};
	ssize_t got;
	int fd;

	dup2(out, 0);
	close_range(1, ~0U, 0);
	fd = open(path, O_RDONLY);
	got = fd < 0 ? -1 : read(fd, answer.text, sizeof(answer.text) - 1);
	if (got < 0)
		answer.error = -errno;
	_exit(write(0, &answer, sizeof(answer)) != sizeof(answer));
}

static int start(struct reader *reader, const char *bdf)
{
	char *path = root_path("sys/bus/pci/devices/%s/" NUMVFS, bdf);
	int fds[2];
	int err = 0;

	if (pipe2(fds, O_CLOEXEC)) {
		err = -errno;
		goto out;
	}
	*reader = (struct reader){ .fd = fds[0], .pid = fork() };
	copy_string(reader->bdf, BDF_SIZE, bdf);
	if (!reader->pid)
		child(path, fds[1]);
	if (reader->pid < 0) {
		err = -errno;
		close(fds[0]);
	}
	close(fds[1]);
out:
	free(path);
	return err;
}

/* Return: whether there is an answer, or will be none */
static bool wait_for(const struct reader *reader, int timeout_ms)
{
	struct pollfd pollfd = { .fd = reader->fd, .events = POLLIN };
	int ret;

	do {
		ret = poll(&pollfd, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static int finish(const struct reader *reader, u32 *num_vfs)
{
	struct answer answer;
	char *end;

	/* a child that was killed has written nothing */
	if (read(reader->fd, &answer, sizeof(answer)) != sizeof(answer))
		answer = (struct answer){ .error = -EIO };
	close(reader->fd);
	waitpid(reader->pid, NULL, 0);
	if (answer.error)
		return answer.error;
	answer.text[sizeof(answer.text) - 1] = '\0';
	errno = 0;
	*num_vfs = strtoul(answer.text, &end, 10);
	if (end == answer.text || (*end && *end != '\n') || errno ||
	    *answer.text == '-')
		return -EINVAL;
	return 0;
}

static struct reader *left_behind(const char *bdf)
{
	size_t i;

	for (i = 0; i < num_readers; i++)
		if (!strcmp(readers[i].bdf, bdf))
			return &readers[i];
	return NULL;
}

/**
 * sysfs_get_num_vfs() - read sriov_numvfs
 * @bdf: PCI address of the PF
 * @num_vfs: result
 *
 * Return: 0; -ETIMEDOUT: the driver is in the middle of a change, or hangs in one;
 * another negative errno.
 */
int sysfs_get_num_vfs(const char *bdf, u32 *num_vfs)
{
	struct reader *left = left_behind(bdf);
	struct reader reader;
	u32 stale;
	int err;

	if (left && wait_for(left, 0)) {
		/* that was the number some time ago */
		finish(left, &stale);
		*left = readers[--num_readers];
		left = NULL;
	}
	if (left) {
		reader = *left;
	} else {
		err = start(&reader, bdf);
		if (err)
			return err;
	}
	if (!wait_for(&reader, READ_LIMIT_MS)) {
		if (!left) {
			readers = xgrow(readers, num_readers, sizeof(*readers));
			readers[num_readers++] = reader;
		}
		return -ETIMEDOUT;
	}
	if (left)
		*left = readers[--num_readers];
	return finish(&reader, num_vfs);
}
