/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The scheduler threads of gpuvf, one for each GPU, and threads of the kernel that a
 * test holds up.
 */
#ifndef SELFTEST_THREAD_H
#define SELFTEST_THREAD_H

#include <stdbool.h>
#include <sys/types.h>

unsigned int threads_find(pid_t *tid, unsigned int max);
bool threads_make_idle(int cpu);
bool thread_stall(pid_t tid);
bool thread_go_on(pid_t tid);
bool thread_stay_on(pid_t tid, int cpu);
bool threads_stall(void);
void threads_go_on(void);

#endif /* SELFTEST_THREAD_H */
