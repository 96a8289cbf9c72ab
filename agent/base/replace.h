/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write output files without a moment at which they are incomplete.
 */
#ifndef AGENT_BASE_REPLACE_H
#define AGENT_BASE_REPLACE_H

#include <stdio.h>
#include <sys/types.h>

int replace_file(const char *path, mode_t mode,
		 void (*print)(FILE *f, const void *data), const void *data);

#endif /* AGENT_BASE_REPLACE_H */
