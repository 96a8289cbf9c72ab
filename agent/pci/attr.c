// SPDX-License-Identifier: GPL-2.0
/*
 * The driver core takes a device's lock to bind and unbind a driver, the PCI core to
 * enable and disable VFs, and both to read driver_override and sriov_numvfs. A driver
 * that hangs with that lock hangs each reader and writer, which then cannot even be
 * killed. So a child reads and writes. One that takes too long is left behind, to end
 * when the driver comes back; there is never more than one for a device.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/progress.h"
#include "base/util.h"
#include "model/gpu.h"
#include "pci/attr.h"

/* of what is written: the name of a driver, or a number */
#define TEXT_SIZE	128

/* of what is read: sysfs has no longer ones */
#define ANSWER_SIZE	4096

/* how long to wait for one that was left behind */
#define LEFT_LIMIT_MS	2000

/**
 * struct request - what a child is to do
 * @is_write: write @text, else read
 * @text: to be written
 * @path: of the file; no more of it is sent than it has
 */
struct request {
	bool is_write;
	char text[TEXT_SIZE];
	char path[PATH_MAX];
};

/**
 * struct answer - what came of it
 * @error: negative errno, or 0
 * @text: what was read; no more of it is sent than it has
 */
struct answer {
	int error;
	char text[ANSWER_SIZE];
};

/**
 * struct worker - a child
 * @bdf: the device that it was left behind at
 * @pid: of the child
 * @fd: where requests go and answers come from
 */
struct worker {
	char bdf[BDF_SIZE];
	pid_t pid;
	int fd;
};

/* by is_write: started, and waits for the next request; its pid is 0: none */
static struct worker idle[2];

/* those that were left behind */
static struct worker *left;
static size_t num_left;

/* what a child that writes keeps open, -1: nothing */
static int kept = -1;

static void carry_out(const struct request *request, struct answer *answer)
{
	size_t len = strlen(request->text);
	ssize_t done;
	int fd;

	answer->error = 0;
	answer->text[0] = '\0';
	fd = open(request->path,
		  (request->is_write ? O_WRONLY : O_RDONLY) | O_NOCTTY);
	if (fd < 0) {
		answer->error = -errno;
		return;
	}
	/* the kernel takes a value whole or not at all */
	done = request->is_write ? write(fd, request->text, len) :
	       read(fd, answer->text, sizeof(answer->text) - 1);
	if (done < 0)
		answer->error = -errno;
	else if (!request->is_write)
		answer->text[done] = '\0';
	else if (done != (ssize_t)len)
		answer->error = -EIO;
	close(fd);
}

/* nothing that others wait for stays open: locks, pipes, the terminal */
static void close_all_but(int a, int b)
{
	unsigned int low = a < b ? a : b, high = a < b ? b : a;

	if (low)
		close_range(0, low - 1, 0);
	if (low + 1 < high)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* until the other end is closed; no signal comes between two steps */
static _Noreturn void child(int fd, bool is_write)
{
	struct request request;
	struct answer answer;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	close_all_but(fd, is_write && kept >= 0 ? kept : fd);
	while (recv(fd, &request, sizeof(request), 0) > 0) {
		carry_out(&request, &answer);
		send(fd, &answer, offsetof(struct answer, text) +
		     strlen(answer.text) + 1, MSG_NOSIGNAL);
	}
	_exit(0);
}

static int start(struct worker *worker, bool is_write)
{
	int fds[2];
	int err = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	*worker = (struct worker){ .fd = fds[0], .pid = fork() };
	if (!worker->pid)
		child(fds[1], is_write);
	if (worker->pid < 0) {
		err = -errno;
		close(fds[0]);
		*worker = (struct worker){};
	}
	close(fds[1]);
	return err;
}

/* one that has nothing to do, or is gone */
static void end(struct worker *worker)
{
	close(worker->fd);
	waitpid(worker->pid, NULL, 0);
	*worker = (struct worker){};
}

/* Return: whether there is an answer, or will be none */
static bool wait_for(const struct worker *worker, int limit_ms)
{
	struct pollfd pollfd = { .fd = worker->fd, .events = POLLIN };
	int ret;

	do {
		int ms = limit_ms < PROGRESS_TICK_MS ? limit_ms : PROGRESS_TICK_MS;

		ret = poll(&pollfd, 1, ms);
		if (!ret)
			progress_tick();
		limit_ms -= ret ? 0 : ms;
	} while ((!ret && limit_ms > 0) || (ret < 0 && errno == EINTR));
	return ret;
}

/* Return: whether one is still at work for the device */
static bool is_left_behind(const char *bdf)
{
	size_t i;

	for (i = 0; i < num_left && strcmp(left[i].bdf, bdf); i++)
		;
	if (i == num_left)
		return false;
	if (!wait_for(&left[i], LEFT_LIMIT_MS))
		return true;
	end(&left[i]);
	left[i] = left[--num_left];
	return false;
}

static void leave_behind(struct worker *worker, const char *bdf)
{
	copy_string(worker->bdf, BDF_SIZE, bdf);
	left = xgrow(left, num_left, sizeof(*left));
	left[num_left++] = *worker;
	*worker = (struct worker){};
}

static int ask(const char *bdf, const struct request *request,
	       struct answer *answer, u32 limit_ms)
{
	struct worker *worker = &idle[request->is_write];
	int err;

	if (is_left_behind(bdf))
		return request->is_write ? -EBUSY : -ETIMEDOUT;
	err = worker->pid ? 0 : start(worker, request->is_write);
	if (err)
		return err;
	if (send(worker->fd, request, offsetof(struct request, path) +
		 strlen(request->path) + 1, MSG_NOSIGNAL) < 0)
		err = -EIO;
	if (!err && !wait_for(worker, limit_ms)) {
		leave_behind(worker, bdf);
		return -ETIMEDOUT;
	}
	/* a child that was killed has sent nothing */
	if (err || recv(worker->fd, answer, sizeof(*answer), 0) <=
		   (ssize_t)offsetof(struct answer, text)) {
		end(worker);
		return -EIO;
	}
	return answer->error;
}

static int make_request(struct request *request, bool is_write, const char *path,
			const char *text)
{
	request->is_write = is_write;
	if (strlen(path) >= sizeof(request->path))
		return -ENAMETOOLONG;
	if (strlen(text) >= sizeof(request->text))
		return -EINVAL;
	copy_string(request->path, sizeof(request->path), path);
	copy_string(request->text, sizeof(request->text), text);
	return 0;
}

/**
 * attr_read() - read a file of a device
 * @bdf: PCI address of the device whose driver may hang
 * @path: of the file
 * @text: result
 * @size: bytes of @text; what is longer is cut off
 * @limit_ms: how long to wait
 *
 * Return: 0; -ETIMEDOUT: its driver has not come back within the limit, or from an
 * earlier read or write; another negative errno.
 */
int attr_read(const char *bdf, const char *path, char *text, size_t size,
	      u32 limit_ms)
{
	struct request request;
	struct answer answer;
	int err = make_request(&request, false, path, "");

	err = err ?: ask(bdf, &request, &answer, limit_ms);
	copy_string(text, size, err ? "" : answer.text);
	return err;
}

/**
 * attr_write() - write a file of a device
 * @bdf: PCI address of the device whose driver may hang
 * @path: of the file
 * @text: what to write
 * @limit_ms: how long to wait
 *
 * Return: 0; -ETIMEDOUT: it was not done within the limit, and may still be; -EBUSY:
 * its driver has not come back from an earlier read or write; another negative errno.
 */
int attr_write(const char *bdf, const char *path, const char *text,
	       u32 limit_ms)
{
	struct request request;
	struct answer answer;
	int err = make_request(&request, true, path, text);

	return err ?: ask(bdf, &request, &answer, limit_ms);
}

/** attr_end() - release the children that have nothing to do */
void attr_end(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(idle); i++)
		if (idle[i].pid)
			end(&idle[i]);
}

/**
 * attr_forget() - read and write again where a driver has not come back
 *
 * For those that know which file hangs. Each time one more child may be left behind.
 */
void attr_forget(void)
{
	while (num_left)
		close(left[--num_left].fd);
}

/**
 * attr_keep_open() - let children that write keep a file open: a lock
 * @fd: the descriptor, -1: none
 *
 * So a lock is held for as long as a write goes on, also when this program is killed
 * meanwhile.
 */
void attr_keep_open(int fd)
{
	attr_end();
	kept = fd;
}
