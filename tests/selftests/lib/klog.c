// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log from a moment on.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "klog.h"

/**
 * klog_open() - begin to listen
 *
 * Return: to be closed by close(); negative: there is no log.
 */
int klog_open(void)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (log >= 0)
		lseek(log, 0, SEEK_END);
	return log;
}

/**
 * klog_has() - was this said since?
 * @log: what klog_open() returned
 * @text: a line that ends so
 *
 * Lines up to the one that is found, or all, are used up.
 */
bool klog_has(int log, const char *text)
{
	char record[2048];
	ssize_t n;

	for (;;) {
		char *line, *end;

		n = read(log, record, sizeof(record) - 1);
		/* EPIPE: some were overwritten before they could be read */
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			return false;
		record[n] = '\0';
		line = strchr(record, ';');
		if (!line)
			continue;
		end = strchrnul(line, '\n');
		*end = '\0';
		if (strlen(line) >= strlen(text) &&
		    !strcmp(end - strlen(text), text))
			return true;
	}
}
