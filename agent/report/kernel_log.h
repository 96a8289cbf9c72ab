/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel said about some devices and drivers.
 */
#ifndef AGENT_REPORT_KERNEL_LOG_H
#define AGENT_REPORT_KERNEL_LOG_H

#include <stddef.h>

#include "base/types.h"

/* the last ones are the best ones */
#define KERNEL_LOG_LINES	2000

char *kernel_log(const char *const *words, size_t num_words, size_t *lines,
		 int *error);

#endif /* AGENT_REPORT_KERNEL_LOG_H */
