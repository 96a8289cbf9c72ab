/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads and writes of files behind which a driver may hang.
 */
#ifndef AGENT_PCI_ATTR_H
#define AGENT_PCI_ATTR_H

#include "base/types.h"

int attr_read(const char *bdf, const char *path, char *text, size_t size,
	      u32 limit_ms);
int attr_write(const char *bdf, const char *path, const char *text,
	       u32 limit_ms);
void attr_keep_open(int fd);
void attr_end(void);
void attr_forget(void);

#endif /* AGENT_PCI_ATTR_H */
