/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes with other rights than the tests have.
 */
#ifndef SELFTEST_USER_H
#define SELFTEST_USER_H

/* the ways to become one; 0, or a negative errno */
int user_ordinary(void);
int user_of_group_root(void);
int user_root_without_capabilities(void);
int user_root_of_a_namespace(void);
int user_with_net_admin(void);
int user_with_sys_admin(void);
int user_root_with_sys_admin(void);

/**
 * struct user - a child that has other rights
 * @pid: its process
 * @fd: where its result comes from
 */
struct user {
	int pid;
	int fd;
};

int user_starts(struct user *user, int (*become)(void), int (*run)(void *arg),
		void *arg);
int user_ends(struct user *user);
int user_runs(int (*become)(void), int (*run)(void *arg), void *arg);

#endif /* SELFTEST_USER_H */
