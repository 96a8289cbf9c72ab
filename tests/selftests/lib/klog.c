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

/* the first line of the next message, in @record; NULL: no more */
static const char *next_line(int log, char *record, size_t size)
{
	char *line;
	ssize_t n;

	do {
		n = read(log, record, size - 1);
		/* EPIPE: some were overwritten before they could be read */
		if (n < 0 && errno != EPIPE)
			return NULL;
		record[n > 0 ? n : 0] = '\0';
		line = strchr(record, ';');
	} while (!line);
	*strchrnul(line, '\n') = '\0';
	return line + 1;
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
	const char *line;
	size_t len;

	while ((line = next_line(log, record, sizeof(record)))) {
		len = strlen(line);
		if (len >= strlen(text) &&
		    !strcmp(line + len - strlen(text), text))
			return true;
	}
	return false;
}

/**
 * klog_reports() - how many reports of the kernel about itself came since?
 * @log: what klog_open() returned
 *
 * All lines are used up. The lab looks again when the VM has ended, for more
 * than is looked for here.
 */
unsigned int klog_reports(int log)
{
	static const char *const marks[] = {
		"WARNING:", "BUG:", "UBSAN:", "Oops", "INFO: task",
		"INFO: rcu", "INFO: trying", "ODEBUG: free", "ODEBUG: init",
		"general protection fault", "refcount_t:", "list_add", "list_del",
		"watchdog: BUG", "DMA-API:",
	};
	unsigned int i, reports = 0;
	char record[2048];
	const char *line;

	while ((line = next_line(log, record, sizeof(record))))
		for (i = 0; i < sizeof(marks) / sizeof(*marks); i++)
			if (!strncmp(line, marks[i], strlen(marks[i])))
				reports++;
	return reports;
}
