// SPDX-License-Identifier: GPL-2.0
/*
 * Processes with other rights than the tests have. What they do runs in a
 * child.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user.h"

#define ORDINARY 65534

static int keep_capabilities(uint32_t keep)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = keep, .permitted = keep },
	};

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int become(uid_t uid, gid_t gid, uint32_t capabilities)
{
	if (setgroups(0, NULL) || setgid(gid) || prctl(PR_SET_KEEPCAPS, 1) ||
	    setuid(uid))
		return -errno;
	return keep_capabilities(capabilities);
}

/** user_ordinary() - become a user without any right */
int user_ordinary(void)
{
	return become(ORDINARY, ORDINARY, 0);
}

/** user_of_group_root() - become a user of group 0, as containers often have */
int user_of_group_root(void)
{
	return become(ORDINARY, 0, 0);
}

/** user_root_without_capabilities() - become user 0 without any capability */
int user_root_without_capabilities(void)
{
	return become(0, 0, 0);
}

/** user_with_net_admin() - become an ordinary user with CAP_NET_ADMIN */
int user_with_net_admin(void)
{
	return become(ORDINARY, ORDINARY, 1U << CAP_NET_ADMIN);
}

/** user_with_sys_admin() - become an ordinary user with CAP_SYS_ADMIN */
int user_with_sys_admin(void)
{
	return become(ORDINARY, ORDINARY, 1U << CAP_SYS_ADMIN);
}

/** user_root_with_sys_admin() - become user 0 with CAP_SYS_ADMIN alone */
int user_root_with_sys_admin(void)
{
	return become(0, 0, 1U << CAP_SYS_ADMIN);
}

/*
 * In a chroot, as the lab's VM has one, there are no new user namespaces. Out of
 * it, in a mount namespace of our own: up beyond its root, and then put it where
 * the real root is.
 */
static int leave_chroot(void)
{
	char dir[] = "/run/chrootXXXXXX";
	unsigned int up;
	int root;

	if (unshare(CLONE_NEWNS) || !mkdtemp(dir) || chdir("/"))
		return -errno;
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || chroot(dir))
		return -errno;
	for (up = 0; up < 32; up++)
		if (chdir(".."))
			return -errno;
	if (chroot(".") || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    fchdir(root) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		return -errno;
	rmdir(dir);
	return 0;
}

/** user_root_of_a_namespace() - become root of a user namespace of its own */
int user_root_of_a_namespace(void)
{
	if (!unshare(CLONE_NEWUSER))
		return 0;
	return leave_chroot() || unshare(CLONE_NEWUSER) ? -errno : 0;
}

/**
 * user_starts() - start something in a child that has other rights
 * @user: the child
 * @become: gives the child its rights
 * @run: what it does; returns 0, or what went wrong
 * @arg: for @run
 *
 * Return: 0, -1: there is no child.
 */
int user_starts(struct user *user, int (*become)(void), int (*run)(void *arg),
		void *arg)
{
	int fds[2], result;

	if (pipe(fds))
		return -1;
	user->pid = fork();
	if (!user->pid) {
		close(fds[0]);
		result = become() ? -1 : run(arg);
		fflush(stdout);
		_exit(write(fds[1], &result, sizeof(result)) != sizeof(result));
	}
	close(fds[1]);
	user->fd = fds[0];
	return user->pid < 0 ? -1 : 0;
}

/**
 * user_ends() - wait for what a child does
 * @user: from user_starts()
 *
 * Return: what it returned; -1: it had no result, or not these rights.
 */
int user_ends(struct user *user)
{
	int result;

	if (read(user->fd, &result, sizeof(result)) != sizeof(result))
		result = -1;
	close(user->fd);
	waitpid(user->pid, NULL, 0);
	return result;
}

/**
 * user_runs() - run something in a child that has other rights
 * @become: as of user_starts()
 * @run: as of user_starts()
 * @arg: as of user_starts()
 *
 * Return: as user_ends().
 */
int user_runs(int (*become)(void), int (*run)(void *arg), void *arg)
{
	struct user user;

	return user_starts(&user, become, run, arg) ? -1 : user_ends(&user);
}
