/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C30: where to kill a process. A tracer stops it at the entry of a system call: killed
 * there, it has done everything before that call and nothing of it. A call that changes
 * nothing which outlives the process need not be tried: who dies there leaves what
 * is left by dying at the next one. What is not known to be such a call is tried;
 * GPUVF_CRASH_ALL=1 tries each of them.
 *
 * For selftests and for unit tests: no harness is used here.
 */
#ifndef SELFTEST_SYSCALLS_H
#define SELFTEST_SYSCALLS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* calls that leave nothing behind when the process is gone */
static inline bool leaves_nothing(unsigned long call)
{
	static const unsigned short calls[] = {
		SYS_access, SYS_arch_prctl, SYS_bind, SYS_brk, SYS_clock_gettime,
		SYS_clock_nanosleep, SYS_close, SYS_execve, SYS_faccessat,
		SYS_faccessat2, SYS_fcntl, SYS_flock, SYS_fstat, SYS_futex,
		SYS_getdents64, SYS_geteuid, SYS_getpid, SYS_getrandom,
		SYS_getsockname, SYS_getuid, SYS_ioctl, SYS_lseek,
		SYS_memfd_create, SYS_mmap, SYS_mprotect, SYS_munmap,
		SYS_newfstatat, SYS_poll, SYS_prctl, SYS_pread64,
		SYS_prlimit64, SYS_read, SYS_readlink, SYS_readlinkat,
		SYS_recvfrom, SYS_recvmsg, SYS_rseq, SYS_rt_sigaction,
		SYS_rt_sigprocmask, SYS_set_robust_list, SYS_set_tid_address,
		SYS_setsockopt, SYS_socket, SYS_stat, SYS_statx,
	};
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i] == call)
			return true;
	return false;
}

static inline bool all_are_tried(void)
{
	const char *all = getenv("GPUVF_CRASH_ALL");

	return all && *all && strcmp(all, "0");
}

/* whether the process at @info may be leaving something by the call that it enters */
static inline bool may_leave_something(const struct __ptrace_syscall_info *info)
{
	const uint64_t *args = (const uint64_t *)info->entry.args;

	if (all_are_tried())
		return true;
	switch (info->entry.nr) {
	case SYS_openat:
		return args[2] & (O_CREAT | O_TRUNC);
	case SYS_write:
		return args[0] > STDERR_FILENO;
	}
	return !leaves_nothing(info->entry.nr);
}

/* a process that has called PTRACE_TRACEME, and has stopped; Return: whether it has */
static inline bool begin_tracing(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	return !ptrace(PTRACE_SETOPTIONS, pid, NULL,
		       PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
}

/*
 * Return: 1: stopped at the entry of its next system call; 0: ended, with the exit code
 * @code, or -1 by a signal; a negative errno
 */
static inline int next_call(pid_t pid, struct __ptrace_syscall_info *info,
			    int *code)
{
	long signal = 0;
	int status;

	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, signal);
		if (waitpid(pid, &status, 0) != pid)
			return -errno;
		if (!WIFSTOPPED(status)) {
			*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
			return 0;
		}
		signal = WSTOPSIG(status);
		if (signal == SIGTRAP)
			signal = 0;
		if (signal != (SIGTRAP | 0x80))
			continue;
		signal = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(*info), info) <= 0)
			return -errno;
		if (info->op == PTRACE_SYSCALL_INFO_ENTRY)
			return 1;
	}
}

/* Return: whether it was that which ended the process */
static inline bool kill_traced(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

#endif /* SELFTEST_SYSCALLS_H */
