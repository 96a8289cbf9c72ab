/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loading and unloading kernel modules without a process for it.
 */
#ifndef SELFTEST_MODULE_H
#define SELFTEST_MODULE_H

#include <stdbool.h>

const char *module_missing(const char *name);
int module_load(const char *name, const char *parameters);
int module_unload(const char *name);
bool module_is_loaded(const char *name);
bool module_is_v1(void);
unsigned int module_most_vfs(void);

#endif /* SELFTEST_MODULE_H */
