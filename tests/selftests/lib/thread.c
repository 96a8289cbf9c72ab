// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduler threads of gpuvf, one for each GPU.
 */

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
 * threads_make_idle() - let everything else on their CPU run before them
 * @cpu: the CPU, -1: they stay where they are
 *
 * Return: false when there is no thread, or it cannot be changed.
 */
bool threads_make_idle(int cpu)
{
	struct sched_param param = { 0 };
	unsigned int i, n;
	cpu_set_t cpus;
	pid_t tid[8];

	n = threads_find(tid, 8);
	CPU_ZERO(&cpus);
	if (cpu >= 0)
		CPU_SET(cpu, &cpus);
	for (i = 0; i < n; i++)
		if (sched_setscheduler(tid[i], SCHED_IDLE, &param) ||
		    (cpu >= 0 &&
		     sched_setaffinity(tid[i], sizeof(cpus), &cpus)))
			return false;
	return n;
}
