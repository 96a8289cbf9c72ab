/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of the system, below / or below a directory that stands for it.
 */
#ifndef AGENT_BASE_ROOT_H
#define AGENT_BASE_ROOT_H

#include "base/util.h"

/* locks, the journal and the daemon's socket; only root may enter it */
#define RUN_DIR		"/run/gpuvf"

void root_set(const char *dir);
bool root_is_elsewhere(void);
char *root_path(const char *fmt, ...) __printf(1, 2);
bool root_has(const char *fmt, ...) __printf(1, 2);
char *root_read(size_t *size, const char *fmt, ...) __printf(2, 3);
bool root_line(char *text, size_t size, const char *fmt, ...) __printf(3, 4);
bool root_target(char *target, size_t size, const char *fmt, ...)
	__printf(3, 4);
bool root_link(char *name, size_t size, const char *fmt, ...) __printf(3, 4);
int read_all(int fd, char **text, size_t *size);
char **root_list(const char *fmt, ...) __printf(1, 2);
void root_list_free(char **names);

#endif /* AGENT_BASE_ROOT_H */
