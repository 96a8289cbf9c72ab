/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What takes long, on a terminal.
 */
#ifndef AGENT_BASE_PROGRESS_H
#define AGENT_BASE_PROGRESS_H

#include "base/types.h"

/* how often it is drawn, at least */
#define PROGRESS_TICK_MS	200

void progress_begin(void (*draw)(const void *arg), const void *arg);
void progress_tick(void);
void progress_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *progress_bar(char *text, size_t size, u64 done, u64 total);
u64 progress_ms(void);
void progress_hide(void);
void progress_end(void);

#endif /* AGENT_BASE_PROGRESS_H */
