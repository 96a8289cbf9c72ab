/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel log from a moment on.
 */
#ifndef SELFTEST_KLOG_H
#define SELFTEST_KLOG_H

#include <stdbool.h>

int klog_open(void);
bool klog_has(int log, const char *text);
unsigned int klog_reports(int log);

#endif /* SELFTEST_KLOG_H */
