// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of NVIDIA's vGPU host driver.
 */
#include <errno.h>
#include <sys/stat.h>

#include "agent_test.h"
#include "crash.h"
#include "fake_nvidia.h"
#include "pci/sysfs.h"

static const struct nvr_type types[] = {
	{ 11, "NVIDIA L40S-12Q", 12288, 4, false },
	{ 12, "NVIDIA L40S-12A", 12288, 4, false },
	{ 21, "NVIDIA L40S-24Q", 24576, 2, false },
	{ 31, "NVIDIA L40S-1-12Q", 12288, 4, true },
};

struct nvr_gpu rules[NUM_FAKE_NVIDIA];
int lie;
char written[256];

int __real_sysfs_get_number(const char *bdf, const char *file, u32 *value);
int __wrap_sysfs_get_number(const char *bdf, const char *file, u32 *value);
int __real_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_write(const char *bdf, const char *file, const char *text);
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value);

static const char *const pfs[] = { GPU, OTHER };

/* for nvidia-smi, which is another program; of the first GPU */
static void mark_typed(void)
{
	bool typed = false;
	u32 i;

	for (i = 0; i < TOTAL; i++)
		typed |= rules[0].vfs[i].type;
	if (typed != root_has("smi.busy"))
		run_shell("%s", typed ? ": > smi.busy" : "rm smi.busy");
}

/** fake_nvidia_sync() - take over what helper programs have done to files */
void fake_nvidia_sync(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pfs); i++) {
		if (root_has(DEVICES "%s/virtfn0", pfs[i]) == rules[i].enabled)
			continue;
		nvr_enable(&rules[i], !rules[i].enabled);
	}
	/* of the first GPU; the mode that it is in has no file */
	if (root_has("smi.mode")) {
		nvr_set_heterogeneous(&rules[0], true);
		run_shell("rm smi.mode");
	}
	mark_typed();
}

/* Return: NULL: it is no VF of these */
static struct nvr_gpu *rules_of(const char *bdf, u32 *vf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pfs); i++) {
		if (strncmp(bdf, pfs[i], 8) || !strcmp(bdf, pfs[i]))
			continue;
		fake_nvidia_sync();
		*vf = strtoul(bdf + 8, NULL, 16) * 8 + (bdf[11] - '0') - 1;
		return &rules[i];
	}
	return NULL;
}

/* of a file that is there */
static struct nvr_gpu *rules_with(const char *bdf, const char *file, u32 *vf)
{
	return root_has(DEVICES "%s/%s", bdf, file) ? rules_of(bdf, vf) : NULL;
}

int __wrap_sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	struct nvr_gpu *gpu;
	u32 vf;

	gpu = strcmp(file, "nvidia/current_vgpu_type") ? NULL : rules_with(bdf, file, &vf);
	if (!gpu)
		return __real_sysfs_get_number(bdf, file, value);
	if (reading)
		reading();
	*value = nvr_show_type(gpu, vf);
	return 0;
}

int __wrap_sysfs_read(const char *bdf, const char *file, char **text)
{
	struct nvr_gpu *gpu;
	u32 vf, i;

	gpu = strcmp(file, "nvidia/creatable_vgpu_types") ? NULL : rules_with(bdf, file, &vf);
	if (!gpu)
		return __real_sysfs_read(bdf, file, text);
	*text = xstrdup(gpu->has_header ? "ID    : vGPU Name\n" : "");
	for (i = 0; i < gpu->num_types; i++) {
		char *line = xasprintf("%u : %s\n", gpu->types[i].id,
				       gpu->types[i].name);

		if (nvr_can_create(gpu, vf, &gpu->types[i]))
			append_text(text, "", "%s", line);
		free(line);
	}
	return 0;
}

static int store(const char *bdf, const char *file, const char *text)
{
	struct nvr_gpu *gpu;
	u32 vf;
	int err;

	if (!root_has(DEVICES "%s/%s", bdf, file))
		return -ENOENT;
	gpu = rules_of(bdf, &vf);
	assert_non_null(gpu);
	err = nvr_store_type(gpu, vf, strtoul(text, NULL, 10));
	mark_typed();
	snprintf(written + strlen(written), sizeof(written) - strlen(written),
		 "%u=%s ", vf, text);
	return lie ?: err;
}

int __wrap_sysfs_write(const char *bdf, const char *file, const char *text)
{
	int err;

	assert_string_equal(file, "nvidia/current_vgpu_type");
	driver_begin();
	let_rival();
	err = store(bdf, file, text);
	driver_end();
	return err;
}

/* no file of the PCI core is ever written for these */
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	rules[0].violations++;
	return -ENOENT;
}

void write_script(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", root, name);
	FILE *f;

	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\ncd %s/" DEVICES " || exit 99\n%s\n", root, text);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
	free(path);
}

/** fake_nvidia_make_gpu() - without VFs */
void fake_nvidia_make_gpu(const char *bdf)
{
	make_pf(bdf, "0x030200\n", "nvidia", "8\n");
	put(bdf, "vendor", "0x10de\n");
	put(bdf, "device", "0x26b9\n");
}

/** fake_nvidia_begin() - a new tree with one GPU, and with helpers that work */
void fake_nvidia_begin(void)
{
	size_t i;

	for (i = 0; i < NUM_FAKE_NVIDIA; i++)
		rules[i] = (struct nvr_gpu){
			.types = types, .num_types = ARRAY_SIZE(types),
			.total = TOTAL, .mib = 49152, .unknown_errno = EINVAL,
		};
	lie = 0;
	*written = '\0';
	tree_begin();
	run_shell("mkdir -p sys/bus/pci/drivers/nvidia usr/bin usr/lib/nvidia usr/share");
	fake_nvidia_make_gpu(GPU);
	write_script(MANAGE, "kind=nvidia\n" HONEST);
	write_script(SMI, "cd ../../../..; echo \"$*\" >> smi.log\n"
		     "[ -e smi.busy ] && exit 19; : > smi.mode");
}

/** fake_nvidia_write_types_file() - the one that comes with the host driver */
void fake_nvidia_write_types_file(void)
{
	size_t i;

	run_shell("mkdir -p usr/share/nvidia/vgpu");
	for (i = 0; i < ARRAY_SIZE(types); i++)
		run_shell("echo '<vgpuType id=\"%u\" name=\"%s\"><devId deviceId=\"0x26B9\"/>'"
			  " >> usr/share/nvidia/vgpu/vgpuConfig.xml",
			  types[i].id, types[i].name);
}

/** use_vf() - another process has a VF open */
void use_vf(u32 vf)
{
	run_shell("mkdir -p proc/77/fd && echo qemu > proc/77/comm && "
		  "ln -sf /dev/vfio/devices/vfio%u proc/77/fd/%u", vf, vf);
	rules[0].vfs[vf].is_open = true;
}

/** leave_vf() - and closes it */
void leave_vf(u32 vf)
{
	run_shell("rm -f proc/77/fd/%u", vf);
	rules[0].vfs[vf].is_open = false;
}
