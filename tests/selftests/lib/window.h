/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Windows: the kernel is held up at one of its instructions.
 */
#ifndef SELFTEST_WINDOW_H
#define SELFTEST_WINDOW_H

#include <stdbool.h>
#include <sys/types.h>

int window_at(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool window_is_open(void);
bool window_was_opened(void);
pid_t window_task(void);
int window_cpu(void);
void window_go(void);
void window_close(void);

#endif /* SELFTEST_WINDOW_H */
