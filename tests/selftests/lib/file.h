/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files of sysfs and debugfs, with the errno that they answer.
 */
#ifndef SELFTEST_FILE_H
#define SELFTEST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

int file_write(const char *path, const char *text);
int file_write_bytes(const char *path, const void *bytes, size_t len);
int file_printf(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int file_read(const char *path, char *buf, size_t size);
char *file_read_all(const char *path);
uint64_t file_u64(const char *path);
bool file_is(const char *path, const char *text);
bool file_exists(const char *path);
char *tree_snapshot(const char *dir, const char *const *leave_out);
unsigned int tree_open(const char *dir, int *fd, unsigned int max);
size_t tree_pread(const int *fd, unsigned int num, char *buf, size_t size);
FILE *file_beside(const char *name);

#endif /* SELFTEST_FILE_H */
