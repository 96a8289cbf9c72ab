// SPDX-License-Identifier: GPL-2.0
/*
 * without_genl COMMAND ARGUMENT...: run it where no socket of generic netlink can be
 * opened (EPROTONOSUPPORT), as on a kernel or in a sandbox without it.
 */

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* the lower half of the argument N of a system call; all of an int is in it */
#define ARGUMENT(n)	(offsetof(struct seccomp_data, args[n]) + \
			 4 * (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))

/* what is not VALUE skips the next SKIP instructions */
#define LOAD(at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define UNLESS(value, skip) \
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define RETURN(value)	BPF_STMT(BPF_RET | BPF_K, value)

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		UNLESS(__NR_socket, 5),
		LOAD(ARGUMENT(0)),
		UNLESS(AF_NETLINK, 3),
		LOAD(ARGUMENT(2)),
		UNLESS(NETLINK_GENERIC, 1),
		RETURN(SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(*filter),
		.filter = filter,
	};

	if (argc < 2)
		return 2;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("without_genl");
		return 1;
	}
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
