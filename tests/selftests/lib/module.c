// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading kernel modules without a process for it.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "module.h"

/* in $GPUVF_MODULES, or where depmod has found it; "": nowhere */
static void module_path(const char *name, char *path, size_t size)
{
	const char *dir = getenv("GPUVF_MODULES");
	char command[64];
	FILE *found;

	if (dir) {
		snprintf(path, size, "%s/%s.ko", dir, name);
		return;
	}
	path[0] = '\0';
	snprintf(command, sizeof(command), "modinfo -n %s 2> /dev/null", name);
	found = popen(command, "r");
	if (found && fgets(path, size, found))
		path[strcspn(path, "\n")] = '\0';
	if (found)
		pclose(found);
}

/**
 * module_missing() - is there a file of the module?
 * @name: of the module
 *
 * Return: what to say of it if there is none, NULL: it is there.
 */
const char *module_missing(const char *name)
{
	static char why[PATH_MAX + 64];
	char path[PATH_MAX];

	module_path(name, path, sizeof(path));
	if (file_exists(path))
		return NULL;
	snprintf(why, sizeof(why), "no module %s: GPUVF_MODULES is its directory",
		 name);
	return why;
}

/**
 * module_load() - as insmod
 * @name: gpuvf or gpuvf_sim; the file is in $GPUVF_MODULES
 * @parameters: as of insmod; for gpuvf_sim, those in $GPUVF_SIM_PARAMETERS follow
 *	and win, unless the test chooses a generation, which it means then
 *
 * Return: 0, or a negative errno.
 */
int module_load(const char *name, const char *parameters)
{
	const char *more = getenv("GPUVF_SIM_PARAMETERS");
	char path[PATH_MAX], all[1024];
	int fd, flags, err = 0;

	if (more && !strcmp(name, "gpuvf_sim")) {
		bool own = strstr(parameters, "generation=");

		snprintf(all, sizeof(all), "%s %s", own ? more : parameters,
			 own ? parameters : more);
		parameters = all;
	}
	module_path(name, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	flags = strcmp(path + strlen(path) - 3, ".ko") ?
		MODULE_INIT_COMPRESSED_FILE : 0;
	if (syscall(SYS_finit_module, fd, parameters, flags))
		err = -errno;
	close(fd);
	return err;
}

static bool module_has(const char *parameter)
{
	const char *more = getenv("GPUVF_SIM_PARAMETERS");

	return more && strstr(more, parameter);
}

/**
 * module_is_v1() - is the simulator GPU-IOV v1 where a test does not choose?
 */
bool module_is_v1(void)
{
	return module_has("generation=v1");
}

/**
 * module_most_vfs() - how many VFs a simulated GPU can have
 *
 * As module_is_v1(), where a test does not choose.
 */
unsigned int module_most_vfs(void)
{
	return module_is_v1() || module_has("generation=mi200") ? 16 : 31;
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
