// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler threads of gpuvf, one for each GPU, and threads of the kernel that a
 * test holds up.
 */

#include <dirent.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "thread.h"

/* beside the GPU's address */
#define THREAD_NAME	"gv/"

/**
 * threads_find() - list the scheduler threads of all GPUs
 * @tid: where to, room for @max
 * @max: how many at the most
 *
 * Return: how many there are.
 */
unsigned int threads_find(pid_t *tid, unsigned int max)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[64], comm[64];
	unsigned int n = 0;

	while (proc && n < max && (entry = readdir(proc))) {
		if (strspn(entry->d_name, "0123456789") !=
		    strlen(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%.16s/comm",
			 entry->d_name);
		if (file_read(path, comm, sizeof(comm)) >= 0 &&
		    !strncmp(comm, THREAD_NAME, strlen(THREAD_NAME)))
			tid[n++] = atoi(entry->d_name);
	}
	if (proc)
		closedir(proc);
	return n;
}

/**
 * thread_stay_on() - let a thread run on one CPU alone
 * @tid: thread; 0: the caller
 * @cpu: the CPU
 *
 * Return: false when it cannot be changed.
 */
bool thread_stay_on(pid_t tid, int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return !sched_setaffinity(tid, sizeof(cpus), &cpus);
}

/**
 * threads_make_idle() - let everything else on their CPU run before them
 * @cpu: the CPU, -1: they stay where they are
 *
 * Return: false when there is no thread, or it cannot be changed.
 */
bool threads_make_idle(int cpu)
{
	struct sched_param param = { 0 };
	unsigned int i, n;
	pid_t tid[8];

	n = threads_find(tid, 8);
	for (i = 0; i < n; i++)
		if (sched_setscheduler(tid[i], SCHED_IDLE, &param) ||
		    (cpu >= 0 && !thread_stay_on(tid[i], cpu)))
			return false;
	return n;
}

#define PERIOD_MAX	"/proc/sys/kernel/sched_deadline_period_max_us"
#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"

/* as sched_setattr(2) has it; not every C library does */
struct deadline_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns;
	uint64_t deadline_ns;
	uint64_t period_ns;
};

/* a microsecond in a quarter of an hour, which is used up when it sleeps next */
static const struct deadline_attr stalled = {
	.size = sizeof(stalled),
	.policy = 6, /* SCHED_DEADLINE */
	.runtime_ns = 1024,
	.deadline_ns = 1000000000000,
	.period_ns = 1000000000000,
};

static uint64_t period_max_us, rt_runtime_us;

/*
 * Neither a period of 1000 s nor a thread that is bound to a CPU is taken unless the
 * scheduler has been asked to.
 */
static bool allow_deadlines(void)
{
	if (!period_max_us) {
		period_max_us = file_u64(PERIOD_MAX);
		rt_runtime_us = file_u64(RT_RUNTIME);
	}
	return !file_write(PERIOD_MAX, "1000000000") &&
	       !file_write(RT_RUNTIME, "-1");
}

static void end_deadlines(void)
{
	if (!period_max_us)
		return;
	file_printf(RT_RUNTIME, "%llu", (unsigned long long)rt_runtime_us);
	file_printf(PERIOD_MAX, "%llu", (unsigned long long)period_max_us);
}

/**
 * thread_stall() - let a thread do nothing any more, whatever wakes it
 * @tid: thread, also one of the kernel
 *
 * It is preempted, and has not gone to sleep; thread_go_on() ends it.
 *
 * Return: false when it cannot be changed.
 */
bool thread_stall(pid_t tid)
{
	return allow_deadlines() &&
	       !syscall(SYS_sched_setattr, tid, &stalled, 0);
}

/**
 * thread_go_on() - let a thread run as most do, after thread_stall()
 * @tid: thread
 *
 * Return: false when it cannot be changed.
 */
bool thread_go_on(pid_t tid)
{
	struct sched_param param = { 0 };

	if (sched_setscheduler(tid, SCHED_OTHER, &param))
		return false;
	end_deadlines();
	return true;
}

/**
 * threads_stall() - let them do nothing any more, whatever wakes them
 *
 * threads_go_on() ends it.
 *
 * Return: false when there is no thread, or it cannot be changed.
 */
bool threads_stall(void)
{
	unsigned int i, n;
	pid_t tid[8];

	n = threads_find(tid, 8);
	for (i = 0; i < n; i++)
		if (!thread_stall(tid[i]))
			return false;
	return n;
}

/** threads_go_on() - let them run as the driver has it, after threads_stall() */
void threads_go_on(void)
{
	/* as sched_set_fifo() */
	struct sched_param param = { .sched_priority = 50 };
	unsigned int i, n;
	pid_t tid[8];

	n = threads_find(tid, 8);
	for (i = 0; i < n; i++)
		sched_setscheduler(tid[i], SCHED_FIFO, &param);
	end_deadlines();
}
