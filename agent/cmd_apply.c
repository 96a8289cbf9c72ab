// SPDX-License-Identifier: GPL-2.0
/*
 * apply: make the GPUs what the configuration says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "apply.h"

#define LOCK_FILE	"/run/gpuvf-agent.lock"

/**
 * apply_lock() - one apply at a time
 * @fd: to be closed afterwards, unless it is negative
 *
 * Two of them would take turns in undoing each other's steps. Waits for the
 * other one. The lock goes with the process, however that ends.
 *
 * Return: EXIT_DONE; without permission too, since the kernel will say no;
 * EXIT_FAILED.
 */
int apply_lock(int *fd)
{
	*fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0 && (errno == EACCES || errno == EPERM))
		return EXIT_DONE;
	while (*fd >= 0 && flock(*fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		close(*fd);
		*fd = -1;
	}
	if (*fd >= 0)
		return EXIT_DONE;
	pr_err(LOCK_FILE ": %s", strerror(errno));
	return EXIT_FAILED;
}

static int apply_all(struct targets *targets)
{
	int first = targets->missing ? EXIT_MISSING : EXIT_DONE;
	size_t done = 0;
	size_t i;

	/* one GPU in trouble does not keep the others from their VFs */
	for (i = 0; i < targets->num; i++) {
		int code = apply_plan(&targets->plans[i], targets->client);

		if (!code)
			done++;
		first = first ?: code;
	}
	return first && done ? EXIT_PARTLY : first;
}

/**
 * cmd_apply() - the verb "apply"
 * @argc: words
 * @argv: words; argv[0] is the verb
 *
 * Return: EXIT_DONE: every GPU is as the configuration says; EXIT_PARTLY: some
 * are, or one is in between; else why the first failed, and nothing changed.
 */
int cmd_apply(int argc, char **argv)
{
	struct targets targets = {};
	struct options options;
	int first, code, fd;

	first = parse_options(argc, argv, "fjnHp", &options);
	if (first < 0)
		return EXIT_USAGE;
	if (options.dry_run)
		return cmd_plan(argc, argv);
	if (options.json)
		return usage_error(argv[0], "-j needs -n");
	code = apply_lock(&fd);
	if (code)
		return code;
	code = targets_find(&targets, options.file, argc - first, argv + first);
	if (!code)
		code = apply_all(&targets);
	targets_free(&targets);
	if (fd >= 0)
		close(fd);
	return code;
}
