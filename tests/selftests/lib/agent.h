/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The agent as a process of its own, with a configuration for one GPU.
 */
#ifndef SELFTEST_AGENT_H
#define SELFTEST_AGENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "gpu.h"

#define AGENT_CONFIG	"/run/gpuvf-test.ini"

void agent_write_config(const struct gpu *gpu, const char *what);
pid_t agent_start(bool traced, const char *const *args);
int agent_end(pid_t pid);
char *agent_said(void);
void agent_forget(void);

#endif /* SELFTEST_AGENT_H */
