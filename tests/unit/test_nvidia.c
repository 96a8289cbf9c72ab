// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of NVIDIA's vGPU host driver, in a tree of files with the double's rules behind
 * them. Helper programs are scripts of the tree.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/helper.h"
#include "doubles/nvidia_rules.h"
#include "pci/sysfs.h"
#include "xe_tree.h"
#include "verb_test.h"

#define GPU	"0000:3d:00.0"
#define OTHER	"0000:5e:00.0"
#define TOTAL	8
#define HEAD	"[gpuvf]\nversion = 1\n" \
		"[profile q]\nfb = 12GiB\nnvidia_type = L40S-12Q\n" \
		"[profile a]\nfb = 12GiB\nnvidia_type = L40S-12A\n" \
		"[profile big]\nfb = 24GiB\n" \
		"[profile any]\nfb = 12GiB\n"
#define CONFIG	HEAD "[gpu l40s]\npci = " GPU "\n"

static const struct nvr_type types[] = {
	{ 11, "NVIDIA L40S-12Q", 12288, 4, false },
	{ 12, "NVIDIA L40S-12A", 12288, 4, false },
	{ 21, "NVIDIA L40S-24Q", 24576, 2, false },
	{ 31, "NVIDIA L40S-1-12Q", 12288, 4, true },
};

/* the first GPU, and another one beside it */
static struct nvr_gpu rules[2];

/* another program, just before the next write */
static void (*rival)(void);

/* the driver has written and says that it has not, or the other way round */
static int lie;

static u64 skipped_ms;

/* to files of the PCI core */
static unsigned int pci_writes;

void __real_sleep_ms(unsigned int ms);
void __wrap_sleep_ms(unsigned int ms);
u64 __real_monotonic_ms(void);
u64 __wrap_monotonic_ms(void);
int __real_sysfs_get_number(const char *bdf, const char *file, u32 *value);
int __wrap_sysfs_get_number(const char *bdf, const char *file, u32 *value);
int __real_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_write(const char *bdf, const char *file, const char *text);
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value);

/* programs need some time, and limits are too long to wait for */
void __wrap_sleep_ms(unsigned int ms)
{
	skipped_ms += ms;
	__real_sleep_ms(ms < 2 ? ms : 2);
}

u64 __wrap_monotonic_ms(void)
{
	return __real_monotonic_ms() + skipped_ms;
}

/* Return: NULL: it is no VF of these */
static struct nvr_gpu *rules_of(const char *bdf, u32 *vf)
{
	static const char *const pfs[] = { GPU, OTHER };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pfs); i++) {
		if (strncmp(bdf, pfs[i], 8) || !strcmp(bdf, pfs[i]))
			continue;
		if (root_has(DEVICES "%s/virtfn0", pfs[i]) != rules[i].enabled)
			nvr_enable(&rules[i], !rules[i].enabled);
		if (root_has("smi.mode"))
			nvr_set_heterogeneous(&rules[i], true);
		*vf = strtoul(bdf + 8, NULL, 16) * 8 + (bdf[11] - '0') - 1;
		return &rules[i];
	}
	return NULL;
}

int __wrap_sysfs_get_number(const char *bdf, const char *file, u32 *value)
{
	struct nvr_gpu *gpu;
	u32 vf;

	if (strcmp(file, "nvidia/current_vgpu_type") ||
	    !root_has(DEVICES "%s/%s", bdf, file) || !(gpu = rules_of(bdf, &vf)))
		return __real_sysfs_get_number(bdf, file, value);
	*value = nvr_show_type(gpu, vf);
	return 0;
}

int __wrap_sysfs_read(const char *bdf, const char *file, char **text)
{
	struct nvr_gpu *gpu;
	u32 vf, i;

	if (strcmp(file, "nvidia/creatable_vgpu_types") ||
	    !root_has(DEVICES "%s/%s", bdf, file) || !(gpu = rules_of(bdf, &vf)))
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

int __wrap_sysfs_write(const char *bdf, const char *file, const char *text)
{
	void (*first)(void) = rival;
	struct nvr_gpu *gpu;
	u32 vf;
	int err;

	rival = NULL;
	if (first)
		first();
	assert_string_equal(file, "nvidia/current_vgpu_type");
	if (!root_has(DEVICES "%s/%s", bdf, file))
		return -ENOENT;
	gpu = rules_of(bdf, &vf);
	assert_non_null(gpu);
	err = nvr_store_type(gpu, vf, strtoul(text, NULL, 10));
	return lie ?: err;
}

/* no file of the PCI core is ever written for these */
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	pci_writes++;
	return -ENOENT;
}

static void write_script(const char *name, const char *text)
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

#define MANAGE	"usr/lib/nvidia/sriov-manage"
#define SMI	"usr/bin/nvidia-smi"

/* what the real one does, by what is seen of it */
#define HONEST \
	"echo \"$*\" >> ../../../../manage.log\n" \
	"pf=$2 n=0 base=0\n" \
	"[ $pf = " OTHER " ] && base=100\n" \
	"if [ $1 = -e ]; then\n" \
	"	[ -e $pf/virtfn0 ] && exit\n" \
	"	while [ $n -lt 8 ]; do\n" \
	"		if [ $n -lt 7 ]; then vf=${pf%0}$((n + 1))\n" \
	"		else vf=${pf%00.0}01.0; fi\n" \
	"		mkdir -p $vf/$kind $vf/vfio-dev/vfio$((n + base))\n" \
	"		: > $vf/$kind/current_vgpu_type\n" \
	"		: > $vf/$kind/creatable_vgpu_types\n" \
	"		ln -s ../../drivers/nvidia $vf/driver\n" \
	"		ln -s ../$vf $pf/virtfn$n\n" \
	"		n=$((n + 1))\n" \
	"	done\n" \
	"	echo 8 > $pf/sriov_numvfs\n" \
	"else\n" \
	"	for link in $pf/virtfn*; do rm -r $(readlink -f $link) $link; done\n" \
	"	echo 0 > $pf/sriov_numvfs\n" \
	"fi\n"

static void make_gpu(const char *bdf)
{
	make_pf(bdf, "0x030200\n", "nvidia", "8\n");
	put(bdf, "vendor", "0x10de\n");
	put(bdf, "device", "0x26b9\n");
}

static int set_up(void **state)
{
	static const char *const dirs[] = {
		"run", "etc", "proc", "usr", "usr/bin", "usr/lib",
		"usr/lib/nvidia", "usr/share",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i] = (struct nvr_gpu){
			.types = types, .num_types = ARRAY_SIZE(types),
			.total = TOTAL, .mib = 49152, .unknown_errno = EINVAL,
		};
	rival = NULL;
	lie = 0;
	root = new_root(dirs, ARRAY_SIZE(dirs));
	run_shell("mkdir -p sys/bus/pci/drivers/nvidia sys/bus/pci/drivers/vfio-pci " DEVICES);
	make_gpu(GPU);
	write_script(MANAGE, "kind=nvidia\n" HONEST);
	write_script(SMI, "echo \"$*\" >> ../../../../smi.log; : > ../../../../smi.mode");
	return 0;
}

static int clean_up(void **state)
{
	unsigned int bad = pci_writes;

	pci_writes = 0;
	remove_root(root);
	return bad;
}

/* the one that comes with the host driver */
static void write_types_file(void)
{
	size_t i;

	run_shell("mkdir -p usr/share/nvidia/vgpu");
	for (i = 0; i < ARRAY_SIZE(types); i++)
		run_shell("echo '<vgpuType id=\"%u\" name=\"%s\"><devId deviceId=\"0x26B9\"/>'"
			  " >> usr/share/nvidia/vgpu/vgpuConfig.xml",
			  types[i].id, types[i].name);
}

static u32 writes(void)
{
	return rules[0].accepted + rules[0].refused;
}

/* the types of the first VFs */
static void types_are(const char *expected)
{
	char text[64] = "";
	u32 i;

	for (i = 0; i < TOTAL; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%u", i ? " " : "", rules[0].vfs[i].type);
	assert_string_equal(text, expected);
}

static void log_is(const char *name, const char *expected)
{
	char *text = root_read(NULL, "%s", name) ?: xstrdup("");

	assert_string_equal(text, expected);
	free(text);
}

/* another process has a VF open */
static void use_vf(u32 vf)
{
	run_shell("mkdir -p proc/77/fd && echo qemu > proc/77/comm && "
		  "ln -s /dev/vfio/devices/vfio%u proc/77/fd/%u", vf, vf);
	rules[0].vfs[vf].is_open = true;
}

static void leave_vf(u32 vf)
{
	run_shell("rm proc/77/fd/%u", vf);
	rules[0].vfs[vf].is_open = false;
}

/* errnos that a driver without public source may have */
static const int plausible[] = { EINVAL, EIO, EPERM, ENOSPC, EBUSY };

/* ---- which types */

static void types_that_do_not_exist_are_refused(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "8 VFs enabled, 1 with framebuffer\n");
	configure(CONFIG "vf 0 = q\nvf 1 = any\n");
	says("plan", EXIT_USAGE, "VF 1: several types have 12 GiB of framebuffer: L40S-12Q, L40S-12A; say which with nvidia_type");
	says("apply", EXIT_USAGE, "gpuvf.ini:12:6");
	configure(HEAD "[profile x]\nfb = 13GiB\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: no type has 13 GiB of framebuffer; 12 GiB is the largest");
	write_types_file();
	says("plan", EXIT_USAGE, "12 GiB and 24 GiB exist");
	/* before there are VFs too */
	run_shell(MANAGE " -d " GPU);
	says("plan", EXIT_USAGE, "12 GiB and 24 GiB exist");
	run_shell(MANAGE " -e " GPU);
	configure(HEAD "[profile x]\nfb = 12GiB\nnvidia_type = NVIDIA L40S-13Q\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: it has no type 'L40S-13Q'; there are L40S-12Q, L40S-12A, L40S-24Q");
	says("plan", EXIT_USAGE, "gpuvf.ini:15:15");
	configure(HEAD "[profile x]\nfb = 24GiB\nnvidia_type = L40S-12Q\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: type L40S-12Q has 12 GiB of framebuffer, and fb = 24GiB was asked for");
	configure(HEAD "[profile x]\nnvidia_type = 31\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: type L40S-1-12Q is for MIG mode; gpuvf sets types of whole GPUs only");
	assert_int_equal(writes(), 1);
	configure("[gpuvf]\nversion = 1\n[profile x]\nfb = 1GiB\nnvidia_type = a/b\n");
	says("plan", EXIT_USAGE, "nvidia_type: 'a/b' is neither the name of a vGPU type, as in L40S-12Q, nor its number");
	configure("[gpuvf]\nversion = 1\n[profile x]\ntime_slice = 4ms\n");
	says("plan", EXIT_USAGE, "profile 'x' has no 'fb' (framebuffer size)");
}

/* ---- which GPUs */

static void only_its_own_gpus_are_nvidias(void **state)
{
	says("show", EXIT_DONE, GPU "  nvidia  driver nvidia  ready  0 of 8 VFs enabled");
	says("show -j", EXIT_DONE, "\"provider\": \"nvidia\"");
	/* another vendor's: any driver's */
	put(GPU, "vendor", "0x1b36\n");
	says("show", EXIT_DONE, GPU "  generic  driver nvidia");
	put(GPU, "vendor", "0x10de\n");
	bind_driver(GPU, "nouveau");
	says("show", EXIT_DONE, GPU "  generic  driver nouveau");
	bind_driver(GPU, "nvidia");
	configure(HEAD "[gpu all]\nmatch = *\nvf 0 = q\n");
	says("plan", EXIT_MISSING, "gpuvf drives no GPU");
	configure(HEAD "[gpu all]\nmatch = *\nprovider = nvidia\nvf 0 = q\n");
	says("plan", EXIT_DONE, GPU " [gpu all]: set the layout, enable 8 VFs");
	assert_int_equal(writes(), 0);
	configure(HEAD "[gpu all]\npci = " GPU "\nprovider = nvida\nvf 0 = q\n");
	says("plan", EXIT_USAGE, "did you mean 'nvidia'?");
}

static void mediated_devices_are_refused_with_the_way_out(void **state)
{
	run_shell("mkdir " DEVICES GPU "/mdev_supported_types");
	configure(CONFIG "vf 0-3 = q\n");
	says("show", EXIT_DONE, GPU "  nvidia  driver nvidia");
	says("plan", EXIT_USAGE, "vfs: GPU " GPU " is driven by nvidia, which makes mediated devices (mdev), which gpuvf does not: use vGPU 17 or newer on Linux 6.8 or newer, or mdevctl");
	says("apply", EXIT_USAGE, "fb: GPU " GPU " is driven by nvidia, which makes mediated devices");
	says("set l40s/0 fb=1GiB", EXIT_USAGE, "mdevctl");
	run_shell("rmdir " DEVICES GPU "/mdev_supported_types");
	/* only the VFs show it: they were enabled, and go again */
	write_script(MANAGE, "kind=mdev_supported_types\n" HONEST);
	says("apply", EXIT_FAILED, "enabled 8 VFs, but 0 of them have nvidia/current_vgpu_type after 30 s");
	log_is("manage.log", "-e " GPU "\n-d " GPU "\n");
}

static void vfs_without_files_are_explained(void **state)
{
	write_script(MANAGE, "kind=other\n" HONEST);
	run_shell(MANAGE " -e " GPU);
	says("show", EXIT_DONE, "vGPU types need NVIDIA's vGPU host driver 17 or newer");
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_MISSING, "VF 0: which types it can have is not known");
}

/* ---- apply */

static void apply_enables_all_and_gives_types(void **state)
{
	configure(CONFIG "vf 0-1 = q\nvf 3 = a\n");
	says("check", EXIT_DONE, "OK");
	says("plan", EXIT_DONE, "set the layout, enable 8 VFs");
	says("plan", EXIT_DONE, "driver nvidia has all 8 VFs enabled or none; 4 of them get something");
	says("plan", EXIT_DONE, "driver nvidia cannot be asked beforehand; it may still refuse");
	says("assert", EXIT_DIFFERS, "enable 8 VFs");
	log_is("manage.log", "");
	says("apply", EXIT_DONE, GPU " [gpu l40s]: 8 VFs enabled, 3 with framebuffer\n");
	types_are("11 11 0 12 0 0 0 0");
	assert_int_equal(writes(), 3);
	log_is("manage.log", "-e " GPU "\n");

	/* what is so stays so */
	says("apply", EXIT_DONE, "in sync");
	says("plan", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says("show", EXIT_DONE, "L40S-12A");
	says("show -j", EXIT_DONE, "\"nvidia_type\": \"L40S-12Q\"");
	says("show -j", EXIT_DONE, "\"nvidia_type_id\": 12");
	says("show -j", EXIT_DONE, "\"fb_total_bytes\": null");
	says("doctor", EXIT_MISSING, "");
	assert_int_equal(writes(), 3);
	log_is("manage.log", "-e " GPU "\n");

	/* one of them becomes another of that size, and one goes */
	configure(CONFIG "vf 0 = q\nvf 1 = a\nvfs = 2\n");
	says("plan", EXIT_DONE, "retype");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 12 0 0 0 0 0 0");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	log_is("manage.log", "-e " GPU "\n-d " GPU "\n");
}

static void a_type_of_that_size_will_do(void **state)
{
	configure(CONFIG "vf 0 = a\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vf 0 = any\n");
	says("apply", EXIT_DONE, "in sync");
	/* by its number too */
	configure("[gpuvf]\nversion = 1\n[profile n]\nnvidia_type = 12\n[gpu g]\npci = " GPU "\nvf 0 = n\n");
	says("apply", EXIT_DONE, "in sync");
	/* the size alone says enough where there is one such type */
	configure(CONFIG "vf 0-1 = big\n");
	says("apply", EXIT_USAGE, "no type has 24 GiB");
	write_types_file();
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("21 21 0 0 0 0 0 0");
	/* the GPU is full: no VF lists any type now, and the file has the names */
	says("show", EXIT_DONE, "L40S-24Q");
	run_shell("rm -r usr/share/nvidia");
	says("show -j", EXIT_DONE, "\"nvidia_type\": \"21\"");
	says("export", EXIT_DONE, "nvidia_type = 21\n\n[gpu gpu0]");
}

static void what_is_exported_changes_nothing(void **state)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words;

	configure(CONFIG "vf 1-2 = q\nvf 3 = a\nvfs = 4\n");
	says("apply", EXIT_DONE, "3 with framebuffer");
	says("export", EXIT_DONE, "[profile L40S-12Q]\nnvidia_type = L40S-12Q\nfb = 12GiB\n");
	says("export", EXIT_DONE, "provider = nvidia\nvfs = 4\nvf 1-2 = L40S-12Q\nvf 3 = L40S-12A\n");
	words = xasprintf("export -o %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("assert -f %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	/* without any type there is nothing that a file could say */
	configure(CONFIG);
	run_shell(MANAGE " -d " GPU);
	nvr_enable(&rules[0], false);
	run_shell(MANAGE " -e " GPU);
	says("export", EXIT_DONE, "# [gpu gpu0]");
	free(file);
}

static void what_it_cannot_hold_is_refused_at_its_line(void **state)
{
	configure("[gpuvf]\nversion = 1\n"
		  "[profile p]\nfb = 12GiB\ntime_slice = 4ms\npreempt_timeout = 1s\nlabel = x\n"
		  "[profile s]\nfb = shared\n"
		  "[gpu g]\npci = " GPU "\npolicy = equal\npf_reserve = 1GiB\nvf 0 = p\nvf 1 = s\n"
		  "driver 0 = vfio-pci\n");
	says("check", EXIT_DONE, "OK");
	says("apply", EXIT_USAGE, "gpuvf.ini:5:14: time_slice: GPU " GPU " is driven by nvidia, which has one time slice for the whole GPU");
	says("apply", EXIT_USAGE, "gpuvf.ini:6:19: preempt_timeout: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:7:9: label: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:9:6: fb: GPU " GPU " is driven by nvidia, which gives each VF framebuffer of its own");
	says("apply", EXIT_USAGE, "gpuvf.ini:12:10: policy: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:13:14: pf_reserve: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:16:1: driver: GPU " GPU " is driven by nvidia, which keeps its VFs");
	/* of the provider alone, without a GPU of it */
	configure("[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"
		  "[gpu g]\nmatch = *\nprovider = nvidia\npolicy = equal\nvf 0 = s\n");
	says("check", EXIT_USAGE, "policy: provider nvidia takes its policy by NVML");
	configure(CONFIG "vf 0-8 = q\n");
	says("apply", EXIT_USAGE, "9 VFs are asked for, 8 are the most it can have");
	log_is("manage.log", "");
	configure(CONFIG);
	says("reset l40s/0", EXIT_USAGE, "nvidia, which resets VFs itself");
	says("stats l40s", EXIT_USAGE, "nvidia, which has statistics only for NVML");
	says("set l40s policy=fixed", EXIT_USAGE, "takes its policy by NVML");
	says("set l40s/0 time_slice=4ms", EXIT_USAGE, "has one time slice for the whole GPU");
	/* a profile without a size is for those that have types alone */
	configure("[gpuvf]\nversion = 1\n[profile n]\nnvidia_type = 12\n[gpu g]\npci = " GPU "\nvf 0 = n\n");
	bind_driver(GPU, "nouveau");
	says("plan", EXIT_USAGE, "gpuvf.ini:3:2: fb: GPU " GPU " is driven by nouveau, which takes no nvidia_type, and there is nothing else; write fb = shared");
}

static void set_gives_a_vf_a_size(void **state)
{
	says("set " GPU "/0 fb=12GiB", EXIT_BUSY, "VF 0 is not enabled, and driver nvidia cannot change it then");
	run_shell(MANAGE " -e " GPU);
	says("set " GPU "/0 fb=24GiB", EXIT_DONE, "");
	types_are("21 0 0 0 0 0 0 0");
	says("set " GPU "/0 fb=12GiB", EXIT_USAGE, "no type has 12 GiB");
	types_are("21 0 0 0 0 0 0 0");
	says("set " GPU "/0 fb=0B", EXIT_DONE, "");
	types_are("0 0 0 0 0 0 0 0");
	says("set " GPU "/9 fb=0B", EXIT_MISSING, "GPU " GPU " has 8 VFs, no VF 9");
}

/* ---- sizes that differ */

static void sizes_that_differ_need_the_other_mode(void **state)
{
	write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	says("apply", EXIT_DONE, "switched to heterogeneous mode");
	log_is("smi.log", "vgpu -shm 1 -i " GPU "\n");
	/* the largest first, whatever its index */
	types_are("11 21 0 0 0 0 0 0");
	says("apply", EXIT_DONE, "in sync");
	/* it is in that mode: what changes is written, nothing else */
	rules[0].accepted = 0;
	configure(CONFIG "vf 0 = a\nvf 1 = big\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	log_is("smi.log", "vgpu -shm 1 -i " GPU "\n");
	assert_int_equal(writes(), 2);
	types_are("12 21 0 0 0 0 0 0");
}

static void the_mode_stays_while_a_vf_is_in_use(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	use_vf(0);
	write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	says("plan", EXIT_BUSY, "types of different sizes need heterogeneous mode, which can change only while no VF has a type, and VF 0 is in use");
	says("apply", EXIT_BUSY, "heterogeneous mode");
	types_are("11 11 0 0 0 0 0 0");
	/* a driver with places says that it is in that mode already */
	put("0000:3d:00.1", "nvidia/placement_id", "0\n");
	nvr_set_heterogeneous(&rules[0], true);
	rules[0].heterogeneous = true;
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 21 0 0 0 0 0 0");
}

static void a_mode_that_cannot_be_had_is_explained(void **state)
{
	write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	write_script(SMI, "exit 19");
	says("apply", EXIT_BUSY, "heterogeneous mode cannot change while a VF has a type");
	write_script(SMI, "echo no such GPU; exit 6");
	says("apply", EXIT_FAILED, "nvidia-smi ended with exit code 6: no such GPU");
	run_shell("chmod o+w " SMI);
	says("apply", EXIT_PERMISSION, "nvidia-smi: is writable by everyone (mode 0757): chmod go-w");
	run_shell("rm " SMI);
	says("apply", EXIT_MISSING, "nvidia-smi: No such file");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	/* it says that it did, and the driver has other ideas */
	write_script(SMI, "exit 0");
	says("apply", EXIT_USAGE, "VF 0: cannot get type L40S-12Q: the driver says Invalid argument");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
}

/* ---- what drivers do */

/* each errno that a closed driver may have for it */
static void a_type_that_is_refused_is_rolled_back(void **state)
{
	size_t i;

	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	for (i = 0; i < ARRAY_SIZE(plausible); i++) {
		char *said = xasprintf("VF 4: cannot get type L40S-12Q: the driver says %s",
				       strerror(plausible[i]));
		char *text;

		rules[0].unknown_errno = plausible[i];
		/* five of these do not fit */
		configure(CONFIG "vf 0-4 = q\n");
		assert_int_not_equal(run("apply", text = xcalloc(1, 10000), 10000), 0);
		assert_says(text, said);
		assert_says(text, "GPU " GPU " is as it was before");
		types_are("11 11 0 0 0 0 0 0");
		free(text);
		free(said);
	}
	says("assert", EXIT_DIFFERS, "");
	configure(CONFIG "vf 0-1 = q\n");
	says("assert", EXIT_DONE, "");
}

/* what was there is not to be had again: neither the old state nor the new one */
static void take_the_place(void)
{
	nvr_store_type(&rules[0], 6, 21);
}

static void put_back_is_refused(void)
{
	rules[0].late = true;
}

static void what_cannot_be_put_back_needs_attention(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	configure(CONFIG "vf 0-1 = a\n");
	rival = put_back_is_refused;
	says("apply", EXIT_ATTENTION, "GPU " GPU ": rollback failed; it needs attention");
	says("show", EXIT_ATTENTION == 8 ? EXIT_DONE : 0, "8 of 8");
	rules[0].late = false;
	says("apply", EXIT_DONE, "recovered an interrupted apply");
	types_are("12 12 0 0 0 0 0 0");
}

static void values_that_read_back_changed_are_seen(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	rules[0].forgets = true;
	says("apply", EXIT_FAILED, "VF 0: cannot get type L40S-12Q: the driver says nothing, and it has type 0");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	rules[0].forgets = false;
	/* an error about what was done nevertheless is no error */
	lie = -EIO;
	says("apply", EXIT_DONE, "1 with framebuffer");
	lie = 0;
	/* a type that does not go */
	rules[0].forgets = true;
	configure(CONFIG "vf 0 = a\n");
	says("apply", EXIT_ATTENTION == 8 ? EXIT_FAILED : 0, "VF 0: cannot give up type L40S-12Q");
	types_are("11 0 0 0 0 0 0 0");
}

static void a_type_may_take_its_time_to_go(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vf 0 = a\n");
	rules[0].lag = 5;
	says("apply", EXIT_DONE, "1 with framebuffer");
	types_are("12 0 0 0 0 0 0 0");
	rules[0].lag = 0;
}

static void a_vf_in_use_keeps_its_type(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	use_vf(1);
	configure(CONFIG "vf 0-1 = a\n");
	says("plan", EXIT_BUSY, "VF 1: keeps type L40S-12Q while it is in use");
	says("apply", EXIT_BUSY, "process 77 (qemu) has it open");
	types_are("11 11 0 0 0 0 0 0");
	/* the others may change */
	configure(CONFIG "vf 0 = a\nvf 1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("12 11 0 0 0 0 0 0");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_BUSY, "VF 1 is in use (nvidia, process 77 (qemu)): cannot change the number of VFs");
	leave_vf(1);
	says("apply", EXIT_DONE, "0 VFs enabled");
}

/* it was read, and another program was faster */
static void another_program_between_reading_and_writing(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	run_shell(MANAGE " -e " GPU);
	rival = take_the_place;
	says("apply", EXIT_USAGE, "VF 0: cannot get type L40S-12Q");
	types_are("0 0 0 0 0 0 0 0");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 11 0 0 0 0 0 0");
}

static void files_that_vanish_are_no_crash(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	run_shell("rm -r " DEVICES "0000:3d:00.2/nvidia");
	says("show", EXIT_DONE, "VFs are being enabled or disabled");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	run_shell("mv " DEVICES GPU " gone");
	says("show", EXIT_MISSING, "module gpuvf is not loaded");
	says("apply", EXIT_MISSING, "module gpuvf is not loaded");
}

/* with the device's lock, so that nothing could read sriov_numvfs */
static void a_driver_that_hangs_hangs_nothing_here(void **state)
{
	char *path = path_of(GPU, NUMVFS);
	int fd;

	configure(CONFIG "vf 0 = q\n");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	says("show", EXIT_DONE, "VFs are being enabled or disabled");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	says("doctor", EXIT_MISSING, "hangs in that");
	close(fd);
	free(path);
}

static void mig_mode_is_refused(void **state)
{
	rules[0].mig = true;
	run_shell(MANAGE " -e " GPU);
	configure(CONFIG "vf 0 = q\n");
	says("plan", EXIT_USAGE, "GPU " GPU " is in MIG mode; gpuvf sets types of whole GPUs only");
	/* the host driver's file has the types for both modes */
	write_types_file();
	says("plan", EXIT_USAGE, "GPU " GPU " is in MIG mode; gpuvf sets types of whole GPUs only");
	assert_int_equal(writes(), 0);
}

static void lists_with_titles_are_read(void **state)
{
	rules[0].has_header = true;
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	says("assert", EXIT_DONE, "");
}

/* ---- sriov-manage */

static void helpers_that_cannot_be_trusted_are_not_run(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	run_shell("chmod o+w " MANAGE);
	says("apply", EXIT_PERMISSION, "cannot enable 8 VFs: ");
	says("apply", EXIT_PERMISSION, "sriov-manage is writable by everyone (mode 0757): chmod go-w");
	run_shell("chmod o-w " MANAGE " && chmod g+w usr/lib/nvidia");
	says("apply", EXIT_PERMISSION, "usr/lib/nvidia is writable by its group");
	run_shell("chmod g-w usr/lib/nvidia && chown 1234 " MANAGE);
	says("apply", EXIT_PERMISSION, "sriov-manage is owned by uid 1234, must be owned by root");
	run_shell("rm " MANAGE " && mkdir " MANAGE);
	says("apply", EXIT_USAGE, "sriov-manage: Invalid argument");
	run_shell("rmdir " MANAGE);
	says("apply", EXIT_MISSING, "/usr/lib/nvidia/sriov-manage is not there; it comes with NVIDIA's vGPU host driver");
	log_is("manage.log", "");
	/* where a container has the driver */
	run_shell("mkdir -p run/nvidia/driver/usr/lib/nvidia");
	write_script("run/nvidia/driver/" MANAGE, "kind=nvidia\n" HONEST);
	says("apply", EXIT_DONE, "1 with framebuffer");
}

static void helpers_that_fail_are_quoted(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "echo \"$*\" >> ../../../../manage.log; echo 'cannot get the lock' >&2; exit 3");
	says("apply", EXIT_FAILED, "sriov-manage ended 5 times with exit code 3: cannot get the lock (a program that uses NVML keeps GPU " GPU " from it");
	log_is("manage.log", "-e " GPU "\n-e " GPU "\n-e " GPU "\n-e " GPU "\n-e " GPU "\n");
	/* at the third time it gets hold of the GPU */
	write_script(MANAGE, "echo >> ../../../../tries; [ $(wc -l < ../../../../tries) -lt 3 ] && exit 1\nkind=nvidia\n" HONEST);
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vfs = 0\n");
	write_script(MANAGE, "exit 1");
	says("apply", EXIT_FAILED, "cannot disable its 8 VFs: ");
	says("apply", EXIT_FAILED, "it said nothing");
	types_are("11 0 0 0 0 0 0 0");
}

static void helpers_that_lie_are_found_out(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "exit 0");
	says("apply", EXIT_FAILED, "sriov-manage reported success, but 0 VFs are enabled after 30 s; just after the driver was loaded it does nothing");
	/* VFs, and their files never come */
	write_script(MANAGE, "kind=nothing\n" HONEST);
	says("apply", EXIT_FAILED, "sriov-manage enabled 8 VFs, but 0 of them have nvidia/current_vgpu_type after 30 s");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	/* their files come some time after them */
	write_script(MANAGE, "kind=nvidia\n" HONEST
		     "[ $1 = -e ] && mv 0000:3d:00.3/nvidia ../../../../late && "
		     "{ sleep 0.3; mv ../../../../late 0000:3d:00.3/nvidia; } > /dev/null 2>&1 &\n"
		     ":");
	says("apply", EXIT_DONE, "1 with framebuffer");
}

static void helpers_that_hang_are_ended(void **state)
{
	char said[HELPER_TEXT];
	char *path = xasprintf("%s/" MANAGE, root);
	const char *const argv[] = { path, "-e", GPU, NULL };

	write_script(MANAGE, "echo waiting; printf 'for\\033ever\n'; exec sleep 1000");
	assert_int_equal(helper_run(argv, 2000, said), -ETIMEDOUT);
	assert_string_equal(said, "for?ever");
	write_script(MANAGE, "kill -9 $$");
	assert_int_equal(helper_run(argv, 60000, said), -ECANCELED);
	/* neither its environment nor its output is of any use to it */
	assert_int_equal(setenv("GPUVF_TEST", "x", 1), 0);
	write_script(MANAGE, "read line && exit 1; [ -z \"$GPUVF_TEST\" ] && yes | head -c 100000; echo end; exit 7");
	assert_int_equal(helper_run(argv, 60000, said), 7);
	assert_string_equal(said, "end");
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "exec > /dev/null 2>&1 sleep 1000");
	says("apply", EXIT_FAILED, "sriov-manage gave no answer in 120 s, and was ended");
	free(path);
}

/* ---- more than one */

static void two_gpus_are_two(void **state)
{
	make_gpu(OTHER);
	configure(CONFIG "vf 0 = q\n[gpu other]\npci = " OTHER "\nvf 0-1 = a\n");
	says("apply", EXIT_DONE, OTHER " [gpu other]: 8 VFs enabled, 2 with framebuffer");
	types_are("11 0 0 0 0 0 0 0");
	assert_int_equal(rules[1].vfs[1].type, 12);
	log_is("manage.log", "-e " GPU "\n-e " OTHER "\n");
	/* one in trouble does not keep the other from its own */
	use_vf(0);
	configure(CONFIG "vf 0 = a\n[gpu other]\npci = " OTHER "\nvf 0-1 = q\n");
	says("apply", EXIT_PARTLY, "keeps type L40S-12Q while it is in use");
	assert_int_equal(rules[1].vfs[1].type, 11);
}

static void an_ordinary_user_can_look(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	run_shell("chmod 755 .");
	configure(CONFIG "vf 0 = a\n");
	run_shell("chmod 644 etc/gpuvf.ini");
	assert_int_equal(seteuid(1234), 0);
	says("show", EXIT_DONE, "L40S-12Q");
	says("plan", EXIT_DONE, "retype");
	says("plan", EXIT_DONE, "VFs in use are not visible without CAP_SYS_ADMIN");
	says("assert", EXIT_DIFFERS, "");
	assert_int_equal(seteuid(0), 0);
	types_are("11 0 0 0 0 0 0 0");
}

static void checkpoints_have_types(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);

	configure(CONFIG "vf 0 = q\nvf 2 = a\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	says(save, EXIT_DONE, "");
	configure(CONFIG "vf 0-2 = a\n");
	says("apply", EXIT_DONE, "3 with framebuffer");
	says(restore, EXIT_DONE, GPU ": restored");
	types_are("11 0 12 0 0 0 0 0");
	says(restore, EXIT_DONE, GPU ": in sync");
	run_shell(MANAGE " -d " GPU);
	says(restore, EXIT_DONE, GPU ": restored");
	types_are("11 0 12 0 0 0 0 0");
	free(save);
	free(restore);
}

static void beside_proxmox_drift_is_only_reported(void **state)
{
	run_shell("touch usr/bin/pveversion");
	configure("[gpuvf]\nversion = 1\non_drift = enforce\n[profile q]\nnvidia_type = L40S-12Q\n"
		  "[gpu g]\npci = " GPU "\nvf 0 = q\n");
	says("plan", EXIT_USAGE, "gpuvf.ini:3:1: on_drift: GPU " GPU " is driven by nvidia, and Proxmox VE on this host sets its VFs too; write on_drift = report");
	says("apply", EXIT_USAGE, "on_drift");
	log_is("manage.log", "");
	configure("[gpuvf]\nversion = 1\non_drift = report\n[profile q]\nnvidia_type = L40S-12Q\n"
		  "[gpu g]\npci = " GPU "\nvf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(types_that_do_not_exist_are_refused),
		test(only_its_own_gpus_are_nvidias),
		test(mediated_devices_are_refused_with_the_way_out),
		test(vfs_without_files_are_explained),
		test(apply_enables_all_and_gives_types),
		test(a_type_of_that_size_will_do),
		test(what_is_exported_changes_nothing),
		test(what_it_cannot_hold_is_refused_at_its_line),
		test(set_gives_a_vf_a_size),
		test(sizes_that_differ_need_the_other_mode),
		test(the_mode_stays_while_a_vf_is_in_use),
		test(a_mode_that_cannot_be_had_is_explained),
		test(a_type_that_is_refused_is_rolled_back),
		test(what_cannot_be_put_back_needs_attention),
		test(values_that_read_back_changed_are_seen),
		test(a_type_may_take_its_time_to_go),
		test(a_vf_in_use_keeps_its_type),
		test(another_program_between_reading_and_writing),
		test(files_that_vanish_are_no_crash),
		test(a_driver_that_hangs_hangs_nothing_here),
		test(mig_mode_is_refused),
		test(lists_with_titles_are_read),
		test(helpers_that_cannot_be_trusted_are_not_run),
		test(helpers_that_fail_are_quoted),
		test(helpers_that_lie_are_found_out),
		test(helpers_that_hang_are_ended),
		test(two_gpus_are_two),
		test(an_ordinary_user_can_look),
		test(checkpoints_have_types),
		test(beside_proxmox_drift_is_only_reported),
	};

	return cmocka_run_group_tests_name("nvidia", tests, NULL, NULL);
}
