/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Uevents of GPUs, as udev gets them.
 */
#ifndef SELFTEST_UEVENT_H
#define SELFTEST_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct uevent - one message
 * @text: header and variables, zero-separated
 * @size: how long it is
 */
struct uevent {
	char text[4096];
	size_t size;
};

int uevent_open(void);
bool uevent_next(int fd, struct uevent *event, int timeout_ms);
bool uevent_has(const struct uevent *event, const char *variable);

#endif /* SELFTEST_UEVENT_H */
