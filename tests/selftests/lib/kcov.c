// SPDX-License-Identifier: GPL-2.0
/*
 * Which code of the module does a thread run?
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kcov.h"

/* blocks that one message may run, and slots of what was seen of all */
#define TRACE_SIZE	(256 * 1024)
#define SEEN_SIZE	(64 * 1024)

/**
 * kcov_open() - begin to see what the calling thread runs
 * @kcov: what was run
 *
 * Return: 0; -ENOENT: this kernel has no KCOV; or a negative errno.
 */
int kcov_open(struct kcov *kcov)
{
	memset(kcov, 0, sizeof(*kcov));
	kcov->fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (kcov->fd < 0)
		return -errno;
	if (ioctl(kcov->fd, KCOV_INIT_TRACE, TRACE_SIZE))
		goto err_close;
	kcov->trace = mmap(NULL, TRACE_SIZE * sizeof(*kcov->trace),
			   PROT_READ | PROT_WRITE, MAP_SHARED, kcov->fd, 0);
	if (kcov->trace == MAP_FAILED)
		goto err_close;
	if (ioctl(kcov->fd, KCOV_ENABLE, KCOV_TRACE_PC))
		goto err_close;
	kcov->seen = calloc(SEEN_SIZE, sizeof(*kcov->seen));
	if (kcov->seen)
		return 0;
	errno = ENOMEM;
err_close:
	close(kcov->fd);
	return -errno;
}

/**
 * kcov_close() - see no more
 * @kcov: what kcov_open() opened
 */
void kcov_close(struct kcov *kcov)
{
	ioctl(kcov->fd, KCOV_DISABLE, 0);
	munmap(kcov->trace, TRACE_SIZE * sizeof(*kcov->trace));
	close(kcov->fd);
	free(kcov->seen);
}

/**
 * kcov_begin() - from here on
 * @kcov: what was run
 */
void kcov_begin(struct kcov *kcov)
{
	__atomic_store_n(&kcov->trace[0], 0, __ATOMIC_RELAXED);
}

/* Return: it was not there, and is now */
static bool add(struct kcov *kcov, unsigned long what)
{
	unsigned long slot = what * 0x9e3779b97f4a7c15UL >> 48;
	unsigned int tries;

	for (tries = 0; tries < SEEN_SIZE / 2; tries++) {
		unsigned long *seen = &kcov->seen[(slot + tries) % SEEN_SIZE];

		if (*seen == what)
			return false;
		if (!*seen) {
			*seen = what;
			return true;
		}
	}
	return false;
}

/**
 * kcov_end() - to here: was anything run that was not before?
 * @kcov: what was run
 */
bool kcov_end(struct kcov *kcov)
{
	unsigned long num = __atomic_load_n(&kcov->trace[0], __ATOMIC_RELAXED);
	unsigned long i, at, before = 0;
	unsigned int blocks = 0, edges = 0;

	for (i = 1; i <= num; i++) {
		at = kcov->trace[i];
		blocks += add(kcov, at);
		/* addresses of the kernel are odd in their first half */
		if (before)
			edges += add(kcov, at ^ before << 20 ^ before >> 44);
		before = at;
	}
	kcov->blocks += blocks;
	kcov->edges += edges;
	return blocks + edges > 0;
}
