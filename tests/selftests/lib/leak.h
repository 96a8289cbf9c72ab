/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that the kernel has lost, on kernels that look for it.
 */
#ifndef SELFTEST_LEAK_H
#define SELFTEST_LEAK_H

#include <stdbool.h>

bool leaks_are_counted(void);
unsigned int leaks(void);

#endif /* SELFTEST_LEAK_H */
