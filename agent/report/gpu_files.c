// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are known to do nothing as they are read. No other is opened: GIM's
 * reset_gpu resets the GPU, and i915's state is the memory of a guest. A child reads
 * them, and not for long, since a driver that hangs may hang its readers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/attr.h"
#include "pci/sysfs.h"
#include "report/gpu_files.h"

#define PF	"sys/bus/pci/devices/@/"
#define MODULE	"sys/module/"

/* of sysfs, with what ends it */
#define VALUE_SIZE	4096

/* more GTs and cards than a GPU has */
#define MAX_NAMES	8

/**
 * struct file_rule - files of a report
 * @provider: whose GPUs have them; NULL: all
 * @path: '@' is the address of the PF or of the VF; '#' each VF, counted from 1; '*' is
 *	each name of the directory that begins as in front of it
 */
struct file_rule {
	const char *provider;
	const char *path;
};

#define XE	PF "sriov_admin/"
#define I915	PF "drm/card*/prelim_iov/"
#define GIM	MODULE "gim/parameters/"

/* the one that a driver may hang in is the last one */
static const struct file_rule pf_rules[] = {
	{ NULL, PF "vendor" },
	{ NULL, PF "device" },
	{ NULL, PF "subsystem_vendor" },
	{ NULL, PF "subsystem_device" },
	{ NULL, PF "revision" },
	{ NULL, PF "class" },
	{ NULL, PF "numa_node" },
	{ NULL, PF "resource" },
	{ NULL, PF "sriov_totalvfs" },
	{ NULL, PF "sriov_offset" },
	{ NULL, PF "sriov_stride" },
	{ NULL, PF "sriov_vf_device" },
	{ NULL, PF "sriov_vf_total_msix" },
	{ NULL, PF "sriov_drivers_autoprobe" },
	{ "gpuvf", MODULE "gpuvf/version" },
	{ "gpuvf", MODULE "gpuvf/srcversion" },
	{ "xe", MODULE "xe/srcversion" },
	{ "xe", MODULE "xe/parameters/max_vfs" },
	{ "xe", XE "pf/profile/exec_quantum_ms" },
	{ "xe", XE "pf/profile/preempt_timeout_us" },
	{ "xe", XE "pf/profile/sched_priority" },
	{ "xe", XE "vf#/profile/exec_quantum_ms" },
	{ "xe", XE "vf#/profile/preempt_timeout_us" },
	{ "xe", XE "vf#/profile/sched_priority" },
	{ "xe", XE "vf#/profile/vram_quota" },
	{ "i915", MODULE "i915/srcversion" },
	{ "i915", MODULE "i915/parameters/max_vfs" },
	{ "i915", MODULE "i915/parameters/enable_guc" },
	{ "i915", I915 "mode" },
	{ "i915", I915 "pf/auto_provisioning" },
	{ "i915", I915 "pf/gt*/exec_quantum_ms" },
	{ "i915", I915 "pf/gt*/preempt_timeout_us" },
	{ "i915", I915 "pf/gt*/ggtt_spare" },
	{ "i915", I915 "pf/gt*/contexts_spare" },
	{ "i915", I915 "pf/gt*/doorbells_spare" },
	{ "i915", I915 "pf/gt*/lmem_spare" },
	{ "i915", I915 "pf/gt*/policies/sched_if_idle" },
	{ "i915", I915 "pf/gt*/available/ggtt_free" },
	{ "i915", I915 "pf/gt*/available/contexts_free" },
	{ "i915", I915 "pf/gt*/available/doorbells_free" },
	{ "i915", I915 "pf/gt*/available/lmem_free" },
	{ "i915", I915 "vf#/gt*/exec_quantum_ms" },
	{ "i915", I915 "vf#/gt*/preempt_timeout_us" },
	{ "i915", I915 "vf#/gt*/ggtt_quota" },
	{ "i915", I915 "vf#/gt*/contexts_quota" },
	{ "i915", I915 "vf#/gt*/doorbells_quota" },
	{ "i915", I915 "vf#/gt*/lmem_quota" },
	{ "nvidia", MODULE "nvidia/version" },
	{ "nvidia", "proc/driver/nvidia/version" },
	{ "gim", MODULE "gim/version" },
	{ "gim", GIM "vf_num" },
	{ "gim", GIM "sch_policy" },
	{ "gim", GIM "pf_fb_size" },
	{ "gim", PF "accelerator_partition_profile" },
	{ "gim", PF "memory_partition_mode" },
	{ NULL, PF "driver_override" },
	{ NULL, PF "sriov_numvfs" },
};

/* for each VF that is enabled */
static const struct file_rule vf_rules[] = {
	{ NULL, PF "vendor" },
	{ NULL, PF "device" },
	{ "nvidia", PF "nvidia/current_vgpu_type" },
	{ "nvidia", PF "nvidia/creatable_vgpu_types" },
	{ "nvidia", PF "nvidia/placement_id" },
	{ "nvidia", PF "nvidia/gpu_instance_id" },
	{ NULL, PF "driver_override" },
};

/* directories and links, of which only the name is of interest */
static const char *const links[] = { "driver", "iommu_group" };

/**
 * struct reader - files on their way into a report
 * @gpu: the GPU
 * @bdf: of the device that is read, the PF or a VF
 * @f: where they go
 * @tally: what became of them
 * @hangs: its driver did not come back: nothing more of it is read
 */
struct reader {
	const struct gpu *gpu;
	const char *bdf;
	FILE *f;
	struct file_tally *tally;
	bool hangs;
};

/* one line, or the lines that a value has, each behind a blank */
static void print_value(FILE *f, const char *path, const char *value)
{
	size_t len = strcspn(value, "\n");

	if (!value[len] || !value[len + 1]) {
		fprintf(f, "/%s: %.*s\n", path, (int)len, value);
		return;
	}
	fprintf(f, "/%s:\n", path);
	for (; *value; value += len + !!value[len]) {
		len = strcspn(value, "\n");
		fprintf(f, "  %.*s\n", (int)len, value);
	}
}

static void read_file(struct reader *reader, const char *path)
{
	char *full = root_path("%s", path);
	char text[VALUE_SIZE];
	int err = -ETIMEDOUT;

	if (!reader->hangs)
		err = attr_read(reader->bdf, full, text, sizeof(text),
				READ_LIMIT_MS);
	free(full);
	if (err == -ETIMEDOUT)
		fprintf(reader->f, reader->hangs ?
			"/%s: not read, since the driver hangs\n" :
			"/%s: the driver gave no answer in %u s\n", path,
			READ_LIMIT_MS / 1000);
	else if (err)
		fprintf(reader->f, "/%s: cannot be read: %s\n", path,
			strerror(-err));
	else
		print_value(reader->f, path, text);
	reader->hangs |= err == -ETIMEDOUT;
	reader->tally->read += !err;
	reader->tally->failed += !!err;
}

static void expand(struct reader *reader, const char *path);

/* what stands for the character at @at */
static void expand_with(struct reader *reader, const char *path, const char *at,
			const char *with)
{
	char *longer = xasprintf("%.*s%s%s", (int)(at - path), path, with,
				 at + 1);

	expand(reader, longer);
	free(longer);
}

/* "card*": the names of a directory, which is not opened to read any of them */
static void expand_names(struct reader *reader, const char *path,
			 const char *star)
{
	const char *slash = star;
	char **names;
	size_t i, len;

	while (slash[-1] != '/')
		slash--;
	len = star - slash;
	names = root_list("%.*s", (int)(slash - path), path);
	for (i = 0; names[i] && i < MAX_NAMES; i++)
		if (!strncmp(names[i], slash, len))
			expand_with(reader, path, star, names[i] + len);
	root_list_free(names);
}

/* files of which there is one for each of many are left out where they are not there */
static void expand(struct reader *reader, const char *path)
{
	const char *at = path + strcspn(path, "@#*");
	char number[16];
	u32 i;

	switch (*at) {
	case '@':
		expand_with(reader, path, at, reader->bdf);
		break;
	case '*':
		expand_names(reader, path, at);
		break;
	case '#':
		for (i = 0; i < reader->gpu->vfs_len; i++) {
			snprintf(number, sizeof(number), "%u", i + 1);
			expand_with(reader, path, at, number);
		}
		break;
	default:
		if (root_has("%s", path))
			read_file(reader, path);
	}
}

static void read_links(struct reader *reader)
{
	char target[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (root_link(target, sizeof(target), "sys/bus/pci/devices/%s/%s",
			      reader->bdf, links[i]))
			fprintf(reader->f, "/sys/bus/pci/devices/%s/%s -> %s\n",
				reader->bdf, links[i], target);
}

static void read_device(struct reader *reader, const struct file_rule *rules,
			size_t num)
{
	const char *provider = gpu_abilities(reader->gpu)->provider;
	size_t i;

	reader->hangs = false;
	read_links(reader);
	for (i = 0; i < num; i++)
		if (!rules[i].provider || !strcmp(rules[i].provider, provider))
			expand(reader, rules[i].path);
}

/**
 * gpu_files() - read the files of a GPU and of its VFs
 * @gpu: the GPU
 * @tally: what became of them is added
 *
 * Return: a line for each file, to be freed.
 */
char *gpu_files(const struct gpu *gpu, struct file_tally *tally)
{
	struct reader reader = { .gpu = gpu, .bdf = gpu->bdf, .tally = tally };
	char *text = NULL;
	char vf[BDF_SIZE];
	size_t size;
	u32 i;

	reader.f = open_memstream(&text, &size);
	if (!reader.f)
		out_of_memory();
	read_device(&reader, pf_rules, ARRAY_SIZE(pf_rules));
	for (i = 0; i < gpu->vfs_len; i++) {
		if (sysfs_vf_bdf(gpu->bdf, i, vf, sizeof(vf)))
			continue;
		fprintf(reader.f, "\nVF %u: %s\n", i, vf);
		reader.bdf = vf;
		read_device(&reader, vf_rules, ARRAY_SIZE(vf_rules));
	}
	if (fclose(reader.f))
		out_of_memory();
	return text;
}
