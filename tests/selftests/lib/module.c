// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading kernel modules without a process for it.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "module.h"

/**
 * module_load() - as insmod
 * @name: gpuvf or gpuvf_sim; the file is in $GPUVF_MODULES
 * @parameters: as of insmod; for gpuvf_sim, those in $GPUVF_SIM_PARAMETERS follow
 *	and win
 *
 * Return: 0, or a negative errno.
 */
int module_load(const char *name, const char *parameters)
{
	const char *dir = getenv("GPUVF_MODULES");
	const char *more = getenv("GPUVF_SIM_PARAMETERS");
	char path[PATH_MAX], all[1024];
	int fd, err = 0;

	if (more && !strcmp(name, "gpuvf_sim")) {
		snprintf(all, sizeof(all), "%s %s", parameters, more);
		parameters = all;
	}
	snprintf(path, sizeof(path), "%s/%s.ko", dir ? dir : ".", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, parameters, 0))
		err = -errno;
	close(fd);
	return err;
}

/**
 * module_unload() - as rmmod: does not wait for users to go
 * @name: of the module
 *
 * Return: 0; -EWOULDBLOCK: in use; -ENOENT: not loaded.
 */
int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/**
 * module_is_loaded() - is the module there?
 * @name: of the module
 */
bool module_is_loaded(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	return file_exists(path);
}
