// SPDX-License-Identifier: GPL-2.0
/*
 * Names of this machine, of its virtual machines and of their users, from where they
 * are written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/process.h"
#include "report/report.h"

/* "node.example.org" is a secret, and so are "node" and "example.org" */
static void add_host(struct scrub *scrub, const char *name)
{
	char short_name[256];

	if (!*name || !strcmp(name, "(none)") || !strcmp(name, "localhost"))
		return;
	scrub_add(scrub, SECRET_HOST, name);
	copy_string(short_name, sizeof(short_name), name);
	short_name[strcspn(short_name, ".")] = '\0';
	scrub_add(scrub, SECRET_HOST, short_name);
	if (strchr(name, '.'))
		scrub_add(scrub, SECRET_HOST, strchr(name, '.') + 1);
}

static void find_host(struct scrub *scrub)
{
	static const char *const files[] = {
		"proc/sys/kernel/hostname", "etc/hostname",
		"proc/sys/kernel/domainname",
	};
	char name[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (root_line(name, sizeof(name), "%s", files[i]))
			add_host(scrub, name);
}

static void find_labels(struct scrub *scrub, const struct config *config)
{
	size_t i;

	for (i = 0; i < config->num_profiles; i++) {
		scrub_add(scrub, SECRET_LABEL, config->profiles[i].name);
		scrub_add(scrub, SECRET_LABEL, config->profiles[i].label);
	}
	for (i = 0; i < config->num_gpus; i++)
		scrub_add(scrub, SECRET_LABEL, config->gpus[i].name);
}

/* libvirt has a file for each */
static void find_domains(struct scrub *scrub, const char *dir)
{
	char **names = root_list("%s", dir);
	size_t i;

	for (i = 0; names[i]; i++) {
		char *end = strrchr(names[i], '.');

		if (!end || strcmp(end, ".xml"))
			continue;
		*end = '\0';
		scrub_add(scrub, SECRET_VM, names[i]);
	}
	root_list_free(names);
}

static void find_in_process(struct scrub *scrub, u32 pid)
{
	char *number = xasprintf("%u", pid);
	char *vm = process_vm(number);
	char comm[NAME_SIZE];

	root_line(comm, sizeof(comm), "proc/%u/comm", pid);
	scrub_add(scrub, SECRET_PROCESS, comm);
	if (vm)
		scrub_add(scrub, SECRET_VM, vm);
	free(vm);
	free(number);
}

static void find_users(struct scrub *scrub, const struct gpu *gpu)
{
	struct gpu copy = {};
	u32 i;

	gpu_copy(&copy, gpu);
	process_find_users(&copy);
	for (i = 0; i < copy.vfs_len; i++) {
		scrub_add(scrub, SECRET_LABEL, copy.vfs[i].profile);
		if (copy.vfs[i].user.pid)
			find_in_process(scrub, copy.vfs[i].user.pid);
	}
	gpu_free(&copy);
}

/**
 * secrets_find() - find what is to be taken out of a report
 * @scrub: gets it
 * @config: the configuration, may be empty
 * @gpus: all GPUs
 */
void secrets_find(struct scrub *scrub, const struct config *config,
		  const struct gpu_list *gpus)
{
	size_t i;

	find_host(scrub);
	find_domains(scrub, "etc/libvirt/qemu");
	find_domains(scrub, "run/libvirt/qemu");
	for (i = 0; i < gpus->num; i++)
		find_users(scrub, &gpus->gpus[i]);
	find_labels(scrub, config);
}
