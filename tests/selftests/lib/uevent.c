// SPDX-License-Identifier: GPL-2.0
/*
 * Uevents of GPUs, as udev gets them.
 */

#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "uevent.h"

/**
 * uevent_open() - listen to uevents
 *
 * Return: a socket, -1: there is none.
 */
int uevent_open(void)
{
	const struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,
	};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			NETLINK_KOBJECT_UEVENT);

	return fd >= 0 && bind(fd, (const void *)&local, sizeof(local)) ? -1 : fd;
}

/**
 * uevent_next() - get the next uevent of the class gpuvf
 * @fd: from uevent_open()
 * @event: where to
 * @timeout_ms: how long to wait for each message; 0: not at all
 *
 * Those of the PCI core are left out.
 *
 * Return: false: there was none.
 */
bool uevent_next(int fd, struct uevent *event, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (poll(&poll_fd, 1, timeout_ms) == 1) {
		n = recv(fd, event->text, sizeof(event->text) - 1, 0);
		if (n <= 0)
			return false;
		event->text[n] = '\0';
		event->size = n;
		if (uevent_has(event, "SUBSYSTEM=gpuvf"))
			return true;
	}
	return false;
}

/**
 * uevent_has() - does it have this variable?
 * @event: from uevent_next()
 * @variable: NAME=VALUE
 */
bool uevent_has(const struct uevent *event, const char *variable)
{
	size_t at;

	for (at = 0; at < event->size; at += strlen(event->text + at) + 1)
		if (!strcmp(event->text + at, variable))
			return true;
	return false;
}
