// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel knows the driver that has a VF; a driver for user space, as
 * vfio-pci, has it on behalf of a process. Which one can be seen in /proc: it
 * has the VF's VFIO group or device open. Of other users' processes only with
 * CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. So it is with locks.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/root.h"
#include "model/gpu.h"
#include "pci/process.h"
#include "pci/sysfs.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

/**
 * struct device_files - what a process that uses a VF has open
 * @group: below /dev/vfio, empty: none
 * @device: below /dev/vfio/devices, empty: none
 * @group_number: of @group, 0: not known
 * @device_number: of @device, 0: not known
 */
struct device_files {
	char group[NAME_SIZE];
	char device[NAME_SIZE];
	dev_t group_number;
	dev_t device_number;
};

static dev_t number_of(const char *class, const char *name)
{
	unsigned int major, minor;
	char text[32];

	if (!*name || !root_line(text, sizeof(text), "sys/class/%s/%s/dev",
				 class, name) ||
	    sscanf(text, "%u:%u", &major, &minor) != 2)
		return 0;
	return makedev(major, minor);
}

static void find_files(const char *vf, struct device_files *files)
{
	char **names = root_list(DEVICE "vfio-dev", vf);

	files->device[0] = '\0';
	if (names[0])
		copy_string(files->device, NAME_SIZE, names[0]);
	root_list_free(names);
	root_link(files->group, NAME_SIZE, DEVICE "iommu_group", vf);
	files->group_number = number_of("vfio", files->group);
	files->device_number = number_of("vfio-dev", files->device);
}

static bool is_one_of(const char *name, const char *dir, const char *wanted)
{
	size_t len = strlen(dir);

	return *wanted && !strncmp(name, dir, len) &&
	       !strcmp(name + len, wanted);
}

/**
 * struct open_file - a file that a process has open
 * @name: its path
 * @number: of a character device; 0: it is none
 */
struct open_file {
	char name[256];
	dev_t number;
};

static void find_file(const char *pid, const char *fd, struct open_file *file)
{
	char *path = root_path("proc/%s/fd/%s", pid, fd);
	struct stat st;

	root_target(file->name, sizeof(file->name), "proc/%s/fd/%s", pid, fd);
	file->number = !stat(path, &st) && S_ISCHR(st.st_mode) ? st.st_rdev : 0;
	free(path);
}

/* by number too: in another mount namespace, as the service's, names differ */
static bool is_file(const struct open_file *file,
		    const struct device_files *files)
{
	return is_one_of(file->name, "/dev/vfio/", files->group) ||
	       is_one_of(file->name, "/dev/vfio/devices/", files->device) ||
	       (file->number && (file->number == files->group_number ||
				 file->number == files->device_number));
}

/* Return: whether the process has any; @used: by index, which; may be NULL */
static bool has_open(const char *pid, const struct device_files *files,
		     size_t num, bool *used)
{
	char **fds = root_list("proc/%s/fd", pid);
	struct open_file file;
	bool hit = false;
	size_t i, n;

	for (i = 0; fds[i] && (used || !hit); i++) {
		find_file(pid, fds[i], &file);
		for (n = 0; n < num; n++) {
			if (!is_file(&file, &files[n]))
				continue;
			hit = true;
			if (used)
				used[n] = true;
		}
	}
	root_list_free(fds);
	return hit;
}

/*
 * QEMU's -name: "web", "guest=web,debug-threads=on", with two commas for one of the
 * name. Return: to be freed, NULL: it has none.
 */
static char *guest_of(const char *options)
{
	char *copy = xstrdup(options);
	char *from = copy, *to, *name;

	do {
		name = from;
		for (to = name; *from && (*from != ',' || from[1] == ','); from++) {
			from += *from == ',';
			*to++ = *from;
		}
		from += *from == ',';
		*to = '\0';
		if (!strncmp(name, "guest=", strlen("guest=")) ||
		    (name == copy && !strchr(name, '=')))
			break;
		name = NULL;
	} while (*from);
	if (name)
		name = xstrdup(strncmp(name, "guest=", strlen("guest=")) ? name :
			       name + strlen("guest="));
	free(copy);
	return name;
}

/*
 * The scope in which systemd-machined keeps a VM: "machine-qemu\x2d3\x2dweb.scope",
 * where libvirt begins names with its driver and a number. Return: to be freed, NULL:
 * it is in none.
 */
static char *machine_of(const char *pid)
{
	char *text = root_read(NULL, "proc/%s/cgroup", pid);
	char *name = text ? strstr(text, "/machine-") : NULL;
	char *end = name ? strstr(name, ".scope") : NULL;
	unsigned int byte;
	char *from, *to;
	int len = 0;

	if (end) {
		*end = '\0';
		name += strlen("/machine-");
		for (from = to = name; *from; from++, to++) {
			*to = *from;
			if (sscanf(from, "\\x%2x", &byte) != 1)
				continue;
			*to = byte;
			from += strlen("\\x2d") - 1;
		}
		*to = '\0';
		if (sscanf(name, "%*[a-z]-%*u-%n", &len) < 0)
			len = 0;
	}
	name = end ? xstrdup(name + len) : NULL;
	free(text);
	return name;
}

/**
 * process_vm() - the VM that a process runs
 * @pid: of the process
 *
 * Return: its name as QEMU or systemd-machined has it, not safe to print, to be freed;
 * NULL: it runs none that has a name.
 */
char *process_vm(const char *pid)
{
	size_t size = 0;
	char *words = root_read(&size, "proc/%s/cmdline", pid);
	char *word, *next, *name = NULL;

	/* each has a zero byte behind it, and root_read() adds one */
	for (word = words; word && word < words + size && !name; word = next) {
		next = word + strlen(word) + 1;
		if (next < words + size &&
		    (!strcmp(word, "-name") || !strcmp(word, "--name")))
			name = guest_of(next);
	}
	free(words);
	return name ?: machine_of(pid);
}

/* a process gives itself any name that it likes */
static void keep_name(char *to, const char *name)
{
	char *safe = escape(name);

	copy_string(to, NAME_SIZE, safe);
	free(safe);
}

static void describe_process(const char *pid, struct vf_user *user)
{
	char comm[NAME_SIZE];
	char *vm = process_vm(pid);

	user->pid = strtoul(pid, NULL, 10);
	root_line(comm, sizeof(comm), "proc/%s/comm", pid);
	keep_name(user->process, comm);
	keep_name(user->vm, vm ?: "");
	free(vm);
}

static char *name_process(const char *pid)
{
	struct vf_user user;

	describe_process(pid, &user);
	return vf_user_text(&user);
}

/**
 * process_open_at() - the process that has a VF open
 * @vf: PCI address of the VF
 *
 * Return: as in "VM web, process 1234 (qemu-system-x86)", safe to print, to be freed;
 * NULL when none is known.
 */
char *process_open_at(const char *vf)
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
		if (isdigit((unsigned char)pids[i][0]) &&
		    has_open(pids[i], &files, 1, NULL))
			text = name_process(pids[i]);
	}
	root_list_free(pids);
	return text;
}

/**
 * process_find_users() - find the processes that have the VFs of a GPU open
 * @gpu: the GPU; gets @user of those of its VFs that have an address and a driver
 *
 * One look at all processes, of which this user may not see all.
 */
void process_find_users(struct gpu *gpu)
{
	struct device_files *files = xcalloc(gpu->vfs_len, sizeof(*files));
	bool *used = xcalloc(gpu->vfs_len, sizeof(*used));
	bool any = false;
	char **pids;
	size_t i, n;

	for (i = 0; i < gpu->vfs_len; i++) {
		gpu->vfs[i].user = (struct vf_user){};
		if (!*gpu->vfs[i].bdf || !*gpu->vfs[i].driver)
			continue;
		find_files(gpu->vfs[i].bdf, &files[i]);
		any |= files[i].group[0] || files[i].device[0];
	}
	pids = any ? root_list("proc") : NULL;
	for (i = 0; any && pids[i]; i++) {
		if (!isdigit((unsigned char)pids[i][0]) ||
		    !has_open(pids[i], files, gpu->vfs_len, used))
			continue;
		for (n = 0; n < gpu->vfs_len; n++)
			if (used[n] && !gpu->vfs[n].user.pid)
				describe_process(pids[i], &gpu->vfs[n].user);
	}
	if (any)
		root_list_free(pids);
	free(files);
	free(used);
}

/**
 * process_of_vf() - the process that has a VF open
 * @bdf: PCI address of the PF
 * @index: of the VF
 *
 * Return: as process_open_at().
 */
char *process_of_vf(const char *bdf, u32 index)
{
	char vf[BDF_SIZE];

	if (sysfs_vf_bdf(bdf, index, vf, sizeof(vf)))
		return NULL;
	return process_open_at(vf);
}

/* what a line of fdinfo says of an open file */
typedef bool (*fdinfo_fn)(const char *info);

/*
 * Not by /proc/locks, which has the process that asked for the lock: with
 * flock(1) in a script, that has ended.
 */
static bool is_locked(const char *info)
{
	return strstr(info, "FLOCK");
}

static bool is_for_writing(const char *info)
{
	const char *flags = strstr(info, "flags:");

	return flags && (strtoul(flags + strlen("flags:"), NULL, 8) &
			 O_ACCMODE) != O_RDONLY;
}

static bool has_file(const char *pid, const struct stat *file, fdinfo_fn is_so)
{
	char **fds = root_list("proc/%s/fd", pid);
	bool hit = false;
	size_t i;

	for (i = 0; fds[i] && !hit; i++) {
		char *path = root_path("proc/%s/fd/%s", pid, fds[i]);
		struct stat st;
		char *info;

		/* by number: it may be mounted elsewhere for that process */
		if (!stat(path, &st) && st.st_dev == file->st_dev &&
		    st.st_ino == file->st_ino) {
			info = root_read(NULL, "proc/%s/fdinfo/%s", pid,
					 fds[i]);
			hit = info && is_so(info);
			free(info);
		}
		free(path);
	}
	root_list_free(fds);
	return hit;
}

static char *process_with(const char *file, fdinfo_fn is_so)
{
	char *text = NULL;
	struct stat st;
	char **pids;
	size_t i;

	if (stat(file, &st))
		return NULL;
	pids = root_list("proc");
	for (i = 0; pids[i] && !text; i++)
		if (isdigit((unsigned char)pids[i][0]) &&
		    has_file(pids[i], &st, is_so))
			text = name_process(pids[i]);
	root_list_free(pids);
	return text;
}

/**
 * process_of_lock() - the process that has locked a file with flock()
 * @file: its path
 *
 * Return: as process_open_at().
 */
char *process_of_lock(const char *file)
{
	return process_with(file, is_locked);
}

/**
 * process_of_write() - the process that changes the number of VFs
 * @bdf: PCI address of the PF
 *
 * Return: as process_open_at().
 */
char *process_of_write(const char *bdf)
{
	char *path = root_path(DEVICE NUMVFS, bdf);
	char *text = process_with(path, is_for_writing);

	free(path);
	return text;
}

/*
 * A device that is being removed has no driver any more, and still those VFs whose
 * users were asked to let go of them. (sriov_numvfs cannot be read meanwhile.)
 */
static bool has_vfs(const char *bdf, char **process)
{
	char vf[BDF_SIZE];
	bool any = false;
	u32 i;

	for (i = 0; i < MAX_VFS && !*process; i++) {
		if (sysfs_vf_bdf(bdf, i, vf, sizeof(vf)))
			continue;
		any = true;
		*process = process_open_at(vf);
	}
	return any;
}

/**
 * why_not_driven() - say why gpuvf does not drive a GPU
 * @bdf: PCI address
 *
 * Return: the reason, to be freed.
 */
char *why_not_driven(const char *bdf)
{
	char driver[NAME_SIZE] = "";
	char *process = NULL;
	char *text;

	if (!sysfs_has_device(bdf))
		return xasprintf("there is no PCI device %s", bdf);
	sysfs_driver(bdf, driver, sizeof(driver));
	if (*driver && strcmp(driver, "gpuvf"))
		return xasprintf("PCI device %s is driven by %s, not by gpuvf%s",
				 bdf, driver, root_has(DEVICE "sriov_totalvfs", bdf) ?
				 "; a [gpu] section with its address in 'pci' can set its VFs" :
				 "");
	if (!*driver && has_vfs(bdf, &process))
		text = xasprintf("PCI device %s is being removed%s%s", bdf,
				 process ? ", waiting for " : "", process ?: "");
	else
		text = xasprintf("PCI device %s is not driven by gpuvf%s", bdf,
				 root_has("sys/module/gpuvf") ? "" :
				 ", which is not loaded: modprobe gpuvf");
	free(process);
	return text;
}
