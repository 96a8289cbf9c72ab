/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of the system, below / or below a directory that stands for it.
 */
#ifndef AGENT_BASE_ROOT_H
#define AGENT_BASE_ROOT_H

#include "base/util.h"

/* locks, the journal and the daemon's socket; only root may enter it */
#define RUN_DIR		"/run/gpuvf"

/* depmod's files have a megabyte or two, a checkpoint of 10000 VFs has three */
#define FILE_MAX_BYTES	(64 << 20)

void root_set(const char *dir);
bool root_is_elsewhere(void);
char *root_path(const char *fmt, ...) __printf(1, 2);
int read_all(int fd, size_t max, char **text, size_t *size);

bool path_is_there(char *path);
char *path_read(size_t *size, char *path);
bool path_line(char *text, size_t size, char *path);
bool path_target(char *target, size_t size, char *path);
bool path_link(char *name, size_t size, char *path);
char **path_list(char *path);

/* the same with a path as of root_path() */
#define root_has(...)			path_is_there(root_path(__VA_ARGS__))
#define root_read(size, ...)		path_read(size, root_path(__VA_ARGS__))
#define root_line(text, size, ...)	path_line(text, size, root_path(__VA_ARGS__))
#define root_target(text, size, ...)	path_target(text, size, root_path(__VA_ARGS__))
#define root_link(name, size, ...)	path_link(name, size, root_path(__VA_ARGS__))
#define root_list(...)			path_list(root_path(__VA_ARGS__))
void root_list_free(char **names);

#endif /* AGENT_BASE_ROOT_H */
