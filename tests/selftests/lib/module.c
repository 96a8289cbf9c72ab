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

/* the directory of a module's driver */
static bool driver_is_there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s", name);
	return !access(path, F_OK);
}

/**
 * module_unload() - as rmmod: does not wait for users to go
 * @name: of the module
 *
 * Waits for what a kernel that delays the release of kobjects leaves for some seconds,
 * and with which the module cannot be loaded again.
 *
 * Return: 0; -EWOULDBLOCK: in use; -ENOENT: not loaded; -ETIME: it left something.
 */
int module_unload(const char *name)
{
	unsigned int tries;

	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		return -errno;
	for (tries = 0; driver_is_there(name); tries++) {
		if (tries == 3000)
			return -ETIME;
		usleep(10000);
	}
	return 0;
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
