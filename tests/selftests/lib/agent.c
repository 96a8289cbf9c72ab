// SPDX-License-Identifier: GPL-2.0
/*
 * The agent as a process of its own, with a configuration for one GPU.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "fixture.h"

#define SAID		"/run/gpuvf-said"
#define MAX_ARGS	8

/**
 * agent_write_config() - a configuration that the agent, as root, will trust
 * @gpu: the GPU that it is for
 * @what: lines of its section; there are profiles a, of 1 GiB and 4 ms, and b,
 *	of 2 GiB
 */
void agent_write_config(const struct gpu *gpu, const char *what)
{
	char text[512];
	int fd;

	snprintf(text, sizeof(text),
		 "[gpuvf]\nversion = 1\n[profile a]\nfb = 1GiB\ntime_slice = 4ms\n"
		 "[profile b]\nfb = 2GiB\n[gpu g]\npci = %s\n%s",
		 gpu->bdf, what);
	unlink(AGENT_CONFIG);
	fd = open(AGENT_CONFIG, O_WRONLY | O_CREAT | O_EXCL, 0600);
	check(fd >= 0);
	check(write(fd, text, strlen(text)) == strlen(text));
	close(fd);
}

/**
 * agent_start() - run the agent; what it says is kept
 * @traced: by us; it stops behind exec
 * @args: the verb and what follows it, ended by NULL
 *
 * Return: the process.
 */
pid_t agent_start(bool traced, const char *const *args)
{
	const char *argv[MAX_ARGS + 2] = { getenv("GPUVF_AGENT") };
	pid_t pid;
	int i, fd;

	check(argv[0]);
	for (i = 0; i < MAX_ARGS && args[i]; i++)
		argv[i + 1] = args[i];
	pid = fork();
	check(pid >= 0);
	if (pid)
		return pid;
	fd = open(SAID, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/**
 * agent_end() - wait until the agent has ended
 * @pid: from agent_start()
 *
 * Return: its exit code, -1 when a signal ended it.
 */
int agent_end(pid_t pid)
{
	int status;

	check(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/**
 * agent_said() - all that the agent said on stdout and stderr, since its start
 *
 * Return: to be freed.
 */
char *agent_said(void)
{
	return file_read_all(SAID);
}

/**
 * agent_forget() - remove the files of this
 */
void agent_forget(void)
{
	unlink(AGENT_CONFIG);
	unlink(SAID);
}
