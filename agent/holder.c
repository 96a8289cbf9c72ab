// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel knows the driver that has a VF; a driver for user space, as
 * vfio-pci, has it on behalf of a process. Which one can be seen in /proc: it
 * has the VF's VFIO group or device open. Of other users' processes only with
 * CAP_SYS_PTRACE.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "holder.h"
#include "profile.h"
#include "root.h"
#include "sysfs.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

/**
 * struct device_files - what a process that uses a VF has open
 * @group: below /dev/vfio, empty: none
 * @device: below /dev/vfio/devices, empty: none
 */
struct device_files {
	char group[NAME_SIZE];
	char device[NAME_SIZE];
};

static void find_files(const char *vf, struct device_files *files)
{
	char **names = root_list(DEVICE "vfio-dev", vf);

	files->device[0] = '\0';
	if (names[0])
		copy_string(files->device, NAME_SIZE, names[0]);
	root_list_free(names);
	root_link(files->group, NAME_SIZE, DEVICE "iommu_group", vf);
}

static bool is_one_of(const char *name, const char *dir, const char *wanted)
{
	size_t len = strlen(dir);

	return *wanted && !strncmp(name, dir, len) &&
	       !strcmp(name + len, wanted);
}

static bool has_open(const char *pid, const struct device_files *files)
{
	char **fds = root_list("proc/%s/fd", pid);
	bool hit = false;
	size_t i;

	for (i = 0; fds[i] && !hit; i++) {
		char name[256];

		root_target(name, sizeof(name), "proc/%s/fd/%s", pid, fds[i]);
		hit = is_one_of(name, "/dev/vfio/", files->group) ||
		      is_one_of(name, "/dev/vfio/devices/", files->device);
	}
	root_list_free(fds);
	return hit;
}

/**
 * holder_process() - the process that has a VF open
 * @vf: PCI address of the VF
 *
 * Return: as in "process 1234 (qemu-system-x86)", safe to print, to be freed;
 * NULL when none is known.
 */
char *holder_process(const char *vf)
{
	struct device_files files;
	char **pids;
	char *text = NULL;
	size_t i;

	find_files(vf, &files);
	if (!files.group[0] && !files.device[0])
		return NULL;
	pids = root_list("proc");
	for (i = 0; pids[i] && !text; i++) {
		char comm[NAME_SIZE];
		char *name;

		if (!isdigit((unsigned char)pids[i][0]) ||
		    !has_open(pids[i], &files))
			continue;
		root_line(comm, sizeof(comm), "proc/%s/comm", pids[i]);
		/* a process gives itself any name that it likes */
		name = escape(comm);
		text = xasprintf("process %s (%s)", pids[i], name);
		free(name);
	}
	root_list_free(pids);
	return text;
}

/**
 * holder_of_vf() - the process that has a VF open
 * @bdf: PCI address of the PF
 * @index: of the VF
 *
 * Return: as holder_process().
 */
char *holder_of_vf(const char *bdf, u32 index)
{
	char vf[BDF_SIZE];

	if (sysfs_vf_bdf(bdf, index, vf, sizeof(vf)))
		return NULL;
	return holder_process(vf);
}
