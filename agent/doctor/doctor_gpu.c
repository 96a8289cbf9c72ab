// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of each GPU: SR-IOV, room for the VFs, its driver.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "doctor/doctor.h"
#include "pci/num_vfs.h"
#include "provider/nvidia.h"
#include "provider/nvidia_count.h"
#include "provider/registry.h"
#include "provider/xe_files.h"

#define DEVICE		"sys/bus/pci/devices/%s/"

#define CLASS_DISPLAY		0x03
#define CLASS_ACCELERATOR	0x12
#define CLASS_BRIDGE		0x06

/* PCI Express Base Specification 5.0: 7.6.3, 9.3.3 */
#define EXT_CAP_START		0x100
#define EXT_CAP_SRIOV		0x0010
#define SRIOV_TOTAL_VFS		0x0e

/* the PCI core's list: 6 BARs and the ROM, then the VFs' BARs */
#define VF_RESOURCE_FIRST	7
#define VF_RESOURCE_LAST	12
#define RESOURCE_UNSET		0x20000000ULL

static u32 hex_of(const char *bdf, const char *file)
{
	char text[NAME_SIZE];

	root_line(text, sizeof(text), DEVICE "%s", bdf, file);
	return strtoul(text, NULL, 16);
}

static bool number_of(const char *bdf, const char *file, u32 *value)
{
	char text[NAME_SIZE];

	*value = 0;
	if (!root_line(text, sizeof(text), DEVICE "%s", bdf, file) || !*text)
		return false;
	*value = strtoul(text, NULL, 10);
	return true;
}

/* displays of controllers that manage a server: ASPEED, Matrox */
static bool is_bmc(u32 vendor)
{
	return vendor == 0x1a03 || vendor == 0x102b;
}

/* displays of hypervisors */
static bool is_of_vm(u32 vendor)
{
	static const u32 vendors[] = {
		0x1234, 0x1af4, 0x1b36, 0x15ad, 0x1414, 0x80ee, 0x5853,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		if (vendors[i] == vendor)
			return true;
	return false;
}

/* depmod's list of ids: does it name gpuvf for this device? */
static bool is_known(const char *aliases, const char *bdf)
{
	char modalias[128], pattern[128], module[NAME_SIZE], text[256];
	const char *line;

	root_line(modalias, sizeof(modalias), DEVICE "modalias", bdf);
	for (line = aliases; line && *line; line = strchr(line, '\n'),
	     line += !!line) {
		size_t len = strcspn(line, "\n");

		/* sscanf() looks for the end of all of the list */
		if (len >= sizeof(text))
			continue;
		memcpy(text, line, len);
		text[len] = '\0';
		if (sscanf(text, "alias %127s %63s", pattern, module) == 2 &&
		    !strcmp(module, "gpuvf") &&
		    !fnmatch(pattern, modalias, 0))
			return true;
	}
	return false;
}

static bool is_candidate(const char *bdf, u32 class)
{
	char driver[NAME_SIZE];

	if (root_has(DEVICE "physfn", bdf))
		return false;
	root_link(driver, sizeof(driver), DEVICE "driver", bdf);
	return class >> 16 == CLASS_DISPLAY ||
	       class >> 16 == CLASS_ACCELERATOR || !strcmp(driver, "gpuvf");
}

static u32 get_u16(const unsigned char *data, size_t at)
{
	return data[at] | data[at + 1] << 8;
}

/* Return: TotalVFs of the capability, 0: none; *seen: bytes that could be read */
static u32 total_in_config(const char *bdf, size_t *seen)
{
	char *text = root_read(seen, DEVICE "config", bdf);
	const unsigned char *data = (const unsigned char *)text;
	size_t at = EXT_CAP_START;
	unsigned int hops;
	u32 total = 0;

	if (!text)
		*seen = 0;
	/* the chain could be a ring */
	for (hops = 0; hops < 64 && at >= EXT_CAP_START; hops++) {
		if (at + SRIOV_TOTAL_VFS + 2 > *seen)
			break;
		if (get_u16(data, at) == EXT_CAP_SRIOV) {
			total = get_u16(data, at + SRIOV_TOTAL_VFS);
			break;
		}
		at = get_u16(data, at + 2) >> 4 & ~3u;
	}
	free(text);
	return total;
}

/* what the PCI core does not say: is there a capability all the same? */
static void look_for_capability(const struct doctor *doctor,
				struct doctor_gpu *gpu)
{
	size_t seen;

	gpu->unused_vfs = total_in_config(gpu->bdf, &seen);
	/* the PCI core would say, if it could */
	gpu->is_unseen = doctor->config &&
			 !kernel_has(doctor, "CONFIG_PCI_IOV=") &&
			 seen < EXT_CAP_START;
}

/* of PFs of any driver: what is seen, and what is known where nothing can be */
static bool makes_vfs(const struct doctor *doctor, const struct doctor_gpu *gpu)
{
	if (gpu->num_vfs || root_has(DEVICE "virtfn0", gpu->bdf))
		return true;
	if (!gpu->abilities || same_provider(gpu->abilities, &generic_abilities))
		return gpu->has_sriov &&
		       families_make_vfs(&doctor->families, gpu->family,
					 gpu->driver);
	/* without its program that is a driver for graphics or computing alone */
	if (same_provider(gpu->abilities, &nvidia_abilities) &&
	    gpu->abilities->of[ABILITY_COUNT].can_set)
		return nvidia_has_manage();
	/* by its files */
	return true;
}

/* as gpuvf says */
static bool says_changing(const char *bdf)
{
	char changing[8];

	root_line(changing, sizeof(changing), "sys/class/gpuvf/%s/vfs_changing",
		  bdf);
	return *changing == '1';
}

static void ask_provider(struct doctor_gpu *gpu)
{
	struct failure why;
	struct gpu read;
	int err;

	if (gpu->is_known)
		return;
	err = registry_read_foreign(gpu->bdf, &read, &why);
	if (err == -ENODEV)
		return;
	gpu->has_failed = err;
	gpu->abilities = read.abilities;
	copy_string(gpu->warning, WARNING_SIZE,
		    err ? failure_text(&why) : read.warning);
	if (err)
		return;
	/* GIM 1.x has no link */
	copy_string(gpu->driver, NAME_SIZE, read.driver);
	gpu->is_changing |= read.vfs_changing;
	gpu_free(&read);
}

/**
 * doctor_find_gpus() - look for all that may be a GPU
 * @doctor: gets them, in the order of their addresses
 */
void doctor_find_gpus(struct doctor *doctor)
{
	char *aliases = root_read(NULL, "lib/modules/%s/modules.alias",
				  doctor->release);
	char **names = root_list("sys/bus/pci/devices");
	size_t i;

	families_load(&doctor->families);
	for (i = 0; names[i]; i++) {
		u32 class = hex_of(names[i], "class");
		char bdf[BDF_SIZE];
		struct doctor_gpu *gpu;

		if (!parse_bdf(names[i], bdf, sizeof(bdf)) ||
		    !is_candidate(bdf, class))
			continue;
		doctor->gpus = xgrow(doctor->gpus, doctor->num_gpus,
				     sizeof(*gpu));
		gpu = &doctor->gpus[doctor->num_gpus++];
		copy_string(gpu->bdf, BDF_SIZE, bdf);
		gpu->class = class;
		gpu->vendor = hex_of(bdf, "vendor");
		gpu->device = hex_of(bdf, "device");
		root_link(gpu->driver, NAME_SIZE, DEVICE "driver", bdf);
		gpu->has_sriov = number_of(bdf, "sriov_totalvfs",
					   &gpu->total_vfs);
		gpu->is_changing = gpu->has_sriov &&
				   (sysfs_get_num_vfs(bdf, &gpu->num_vfs) ==
				    -ETIMEDOUT || says_changing(bdf));
		if (!gpu->has_sriov)
			look_for_capability(doctor, gpu);
		gpu->is_known = !strcmp(gpu->driver, "gpuvf") ||
				is_known(aliases, bdf);
		gpu->has_ids = aliases && strstr(aliases, " gpuvf\n");
		gpu->is_bmc = is_bmc(gpu->vendor);
		gpu->is_emulated = gpu->is_bmc || is_of_vm(gpu->vendor);
		gpu->family = family_of(&doctor->families, gpu->vendor,
					gpu->device);
		ask_provider(gpu);
		gpu->makes_vfs = makes_vfs(doctor, gpu);
	}
	root_list_free(names);
	free(aliases);
}

static void no_sriov(const struct doctor *doctor,
		     const struct doctor_gpu *gpu, struct finding *f)
{
	size_t seen;

	total_in_config(gpu->bdf, &seen);
	if (gpu->unused_vfs) {
		found(f, FINDING_PROBLEM,
		      "the capability is there, for %u VFs, and the kernel does not use it",
		      gpu->unused_vfs);
		fix(f, "switch on in the firmware setup: 'SR-IOV Support', 'Above 4G Decoding'; the kernel needs CONFIG_PCI_IOV=y");
	} else if (gpu->is_unseen) {
		found(f, FINDING_UNKNOWN,
		      "this kernel says nothing of it, and only root can see all of configuration space");
		fix(f, "run it as root, or boot a kernel with CONFIG_PCI_IOV=y");
	} else if (gpu->is_emulated) {
		found(f, FINDING_PROBLEM,
		      "none, and none to be expected: this is the display of a %s",
		      doctor->in_vm ? "virtual machine" :
				      "management controller");
	} else if (seen == EXT_CAP_START) {
		found(f, FINDING_PROBLEM,
		      "none; extended configuration space cannot be read here");
		fix(f, "it takes PCI Express and the ACPI table MCFG; in a virtual machine, a PCI Express machine type (QEMU: -M q35)");
	} else if (doctor->in_vm) {
		found(f, FINDING_PROBLEM,
		      "none: a GPU, or a VF, that was handed to this virtual machine cannot have VFs in it");
		fix(f, "make the VFs on the host");
	} else {
		found(f, FINDING_PROBLEM,
		      "none: the GPU shows no SR-IOV capability, and without one the PCI core of Linux makes no VFs");
		fix(f, "some cards have it switched off by default, or with other firmware: see their vendor's configuration tool");
	}
}

static void check_sriov(const struct doctor *doctor,
			const struct doctor_gpu *gpu, struct finding *f)
{
	if (!gpu->has_sriov) {
		no_sriov(doctor, gpu, f);
	} else if (!gpu->total_vfs) {
		found(f, FINDING_PROBLEM,
		      "there, but driver %s allows no VFs",
		      *gpu->driver ? gpu->driver : "(none)");
		fix(f, "see that driver's parameters, as max_vfs");
	} else if (gpu->is_changing) {
		found(f, FINDING_NOTE,
		      "up to %u VFs; driver %s is enabling or disabling them at this moment, or hangs in that",
		      gpu->total_vfs, *gpu->driver ? gpu->driver : "(none)");
	} else {
		found(f, FINDING_OK, "up to %u VFs, %u enabled",
		      gpu->total_vfs, gpu->num_vfs);
	}
}

/* as in "vfs, fb, driver", NULL: nothing */
static char *list_settable(const struct abilities *abilities)
{
	enum ability_key key;
	char *list = NULL;

	for (key = 0; key < ABILITY_STATS; key++)
		if (abilities->of[key].can_set)
			append_text(&list, ", ", "%s", ability_name(key));
	return list;
}

/* the number of VFs may be that driver's alone to set */
static void check_provider(const struct doctor_gpu *gpu, struct finding *f)
{
	const struct abilities *abilities = gpu->abilities;
	const char *cannot = ability_cannot(abilities, ABILITY_COUNT);
	char *list = list_settable(abilities);

	if (gpu->has_failed)
		found(f, FINDING_PROBLEM, "%s: %s", abilities->provider,
		      gpu->warning);
	else if (!cannot)
		found(f, FINDING_OK, "%s, by which gpuvf-agent sets %s",
		      abilities->provider, list);
	else if (list)
		found(f, FINDING_NOTE,
		      "%s, by which gpuvf-agent sets %s, but not vfs",
		      abilities->provider, list);
	else
		found(f, FINDING_NOTE,
		      "%s, by which gpuvf-agent shows this GPU and sets nothing",
		      abilities->provider);
	free(list);
}

static void check_backend(const struct doctor *doctor,
			  const struct doctor_gpu *gpu, struct finding *f)
{
	if (!gpu->has_sriov)
		return;
	if (gpu->abilities && gpu->makes_vfs) {
		check_provider(gpu, f);
	} else if (gpu->is_known) {
		found(f, FINDING_OK, "gpuvf, which knows %04x:%04x", gpu->vendor,
		      gpu->device);
	} else if (!doctor->has_module && !doctor->deps) {
		found(f, FINDING_UNKNOWN,
		      "gpuvf is not installed, so its list of GPUs cannot be looked at");
	} else if (doctor->has_module && !gpu->has_ids) {
		found(f, FINDING_UNKNOWN,
		      "gpuvf was not loaded from depmod's list, so its list of GPUs cannot be looked at");
	} else {
		/* another driver's VFs are VFs, too */
		found(f, gpu->num_vfs ? FINDING_NOTE : FINDING_PROBLEM,
		      "none: gpuvf does not support %04x:%04x, which is not in its table of GPUs",
		      gpu->vendor, gpu->device);
	}
}

/* of drivers without a provider of their own here: what they lack for one */
static const struct {
	const char *driver;
	const char *offer;
} offers[] = {
	{ "xe",
	  "this one has no sriov_admin, by which times (since Linux 6.19) and framebuffer (after Linux 7.0) of VFs can be set: each VF gets the same" },
	{ "i915",
	  "i915 makes VFs only in versions from outside the mainline kernel (Intel's backports, i915-sriov-dkms), which gpuvf-agent knows; up to the 10th generation it has mediated devices (GVT-g: i915.enable_gvt=1, mdev_supported_types)" },
	{ "amdgpu",
	  "amdgpu makes no VFs; AMD's driver for that is GIM, for Instinct and some FirePro cards, which gpuvf-agent knows; MI300 divides itself by current_compute_partition" },
	{ "nvidia",
	  "there is no sriov-manage, which comes with NVIDIA's vGPU host driver: that one makes VFs, needs a licence, and gpuvf-agent knows it (vGPU 17 or newer on Linux 6.8 or newer); data center GPUs divide themselves by MIG (nvidia-smi mig)" },
	{ "gim",
	  "it has no files for this GPU, and if it makes VFs of it, as many as vf_num said when it was loaded" },
	{ "nouveau",
	  "nouveau makes no VFs" },
	{ "radeon",
	  "radeon makes no VFs" },
	{ "vfio-pci",
	  "the whole GPU is set aside for one virtual machine" },
};

static const char *offer_of(const struct doctor_gpu *gpu)
{
	size_t i;

	/* what the provider can do says it */
	if (gpu->abilities && gpu->makes_vfs &&
	    !same_provider(gpu->abilities, &generic_abilities))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(offers); i++)
		if (!strcmp(offers[i].driver, gpu->driver))
			return offers[i].offer;
	return NULL;
}

/* another driver that makes VFs, or has made them */
static void check_maker(const struct doctor_gpu *gpu, struct finding *f)
{
	const char *cannot = gpu->abilities ?
			     ability_cannot(gpu->abilities, ABILITY_COUNT) :
			     NULL;
	const char *offer = offer_of(gpu);

	if (cannot)
		found(f, FINDING_NOTE, "%s, which %s", gpu->driver, cannot);
	else if (gpu->num_vfs)
		found(f, FINDING_OK, "%s, which has made %u VF%s%s%s",
		      gpu->driver, gpu->num_vfs, plural(gpu->num_vfs),
		      offer ? "; " : "", offer ?: "");
	else
		found(f, FINDING_OK, "%s, which makes VFs%s%s", gpu->driver,
		      offer ? "; " : "", offer ?: "");
}

static void check_driver(const struct doctor *doctor,
			 const struct doctor_gpu *gpu, struct finding *f)
{
	bool has_mdev = root_has(DEVICE "mdev_supported_types", gpu->bdf);
	const char *offer = offer_of(gpu);

	if (!strcmp(gpu->driver, "gpuvf")) {
		found(f, FINDING_OK, "gpuvf");
	} else if (!*gpu->driver) {
		found(f, gpu->is_known ? FINDING_PROBLEM : FINDING_NOTE,
		      "none");
		if (gpu->is_known)
			fix(f, doctor->has_module ?
			    "echo %s > /sys/bus/pci/drivers_probe, and see the kernel log" :
			    "modprobe gpuvf, which takes %s", gpu->bdf);
	} else if (gpu->makes_vfs && !gpu->is_known) {
		check_maker(gpu, f);
	} else {
		found(f, gpu->is_known ? FINDING_PROBLEM : FINDING_NOTE,
		      "%s%s%s%s", gpu->driver, offer ? ": " : "",
		      offer ?: "", has_mdev ?
		      "; mediated devices are offered in mdev_supported_types" :
		      "");
		if (gpu->is_known)
			fix(f, "modprobe gpuvf; echo %s > /sys/bus/pci/drivers/%s/unbind; echo gpuvf > /sys/bus/pci/devices/%s/driver_override; echo %s > /sys/bus/pci/drivers_probe. For the next boot, take its id out of the 'ids=' of that driver in /etc/modprobe.d and on the kernel command line. Nothing on the host can draw with it then",
			    gpu->bdf, gpu->driver, gpu->bdf, gpu->bdf);
	}
}

static void check_ari(const struct doctor *doctor,
		      const struct doctor_gpu *gpu, struct finding *f)
{
	u32 enabled;

	if (!gpu->total_vfs || !number_of(gpu->bdf, "ari_enabled", &enabled))
		return;
	if (enabled) {
		found(f, FINDING_OK, "enabled on the upstream port");
	} else if (gpu->total_vfs <= VFS_WITHOUT_ARI) {
		f->need = NEED_NOTHING;
		found(f, FINDING_NOTE, "off; %u VFs need no more", gpu->total_vfs);
	} else {
		found(f, FINDING_PROBLEM,
		      "disabled on the upstream port: perhaps no more than %d VFs fit on the bus",
		      VFS_WITHOUT_ARI);
		fix(f, "switch 'ARI Support' on in the firmware setup, or use a slot of the processor; no pci=noari");
	}
}

static void check_mmio(const struct doctor *doctor,
		       const struct doctor_gpu *gpu, struct finding *f)
{
	char *text, *line, *rest;
	unsigned int i, placed = 0, unset = 0;
	u64 bytes = 0;

	if (!gpu->total_vfs)
		return;
	text = root_read(NULL, DEVICE "resource", gpu->bdf);
	rest = text;
	for (i = 0; rest && (line = strsep(&rest, "\n")); i++) {
		u64 start, end, flags;

		if (i < VF_RESOURCE_FIRST || i > VF_RESOURCE_LAST ||
		    sscanf(line, "%llx %llx %llx", &start, &end, &flags) != 3 ||
		    !flags)
			continue;
		if (flags & RESOURCE_UNSET || !start) {
			unset++;
		} else {
			placed++;
			bytes += end - start + 1;
		}
	}
	free(text);
	if (gpu->num_vfs && (unset || !placed)) {
		/* VFs that are there are the proof that there can be some */
		found(f, FINDING_OK, "enough for the VFs that are enabled");
	} else if (placed && !unset) {
		found(f, FINDING_OK, "%llu MiB of addresses for the VFs' BARs",
		      bytes >> 20);
	} else {
		found(f, FINDING_PROBLEM,
		      "no addresses for %s of the VFs' BARs: enabling VFs would fail with \"not enough MMIO resources for SR-IOV\"",
		      placed ? "some" : "any");
		fix(f, "switch on in the firmware setup: 'Above 4G Decoding', 'SR-IOV Support', a larger 'MMIO High Size'; or boot with pci=realloc");
	}
}

/* what shares the group, the GPU's own functions and bridges aside */
static size_t strangers(const char *group, const char *bdf, char *first,
			size_t size)
{
	char **names = root_list("sys/kernel/iommu_groups/%s/devices", group);
	size_t n = 0;
	size_t i;

	for (i = 0; names[i]; i++) {
		char pf[NAME_SIZE];

		/* all but the function: "0000:41:00." */
		if (!strncmp(names[i], bdf, strlen(bdf) - 1) ||
		    hex_of(names[i], "class") >> 16 == CLASS_BRIDGE)
			continue;
		root_link(pf, sizeof(pf), DEVICE "physfn", names[i]);
		if (!strcmp(pf, bdf))
			continue;
		if (!n++)
			copy_string(first, size, names[i]);
	}
	root_list_free(names);
	return n;
}

static void check_group(const struct doctor *doctor,
			const struct doctor_gpu *gpu, struct finding *f)
{
	char group[NAME_SIZE], first[NAME_SIZE] = "";
	size_t n;

	if (!doctor->iommu_groups)
		return;
	if (!root_link(group, sizeof(group), DEVICE "iommu_group", gpu->bdf)) {
		found(f, FINDING_PROBLEM,
		      "none: no IOMMU watches this GPU, and vfio-pci takes neither it nor its VFs");
		return;
	}
	n = strangers(group, gpu->bdf, first, sizeof(first));
	if (!n) {
		found(f, FINDING_OK, "%s, shared with no other device", group);
		return;
	}
	found(f, FINDING_PROBLEM,
	      "%s, shared with %zu other device%s (%s%s): they go to the same virtual machine or to none",
	      group, n, plural(n), first, n > 1 ? ", ..." : "");
	fix(f, "another slot, or 'ACS' in the firmware setup");
}

static void check_autoprobe(const struct doctor *doctor,
			    const struct doctor_gpu *gpu, struct finding *f)
{
	u32 on;

	if (!gpu->total_vfs ||
	    !number_of(gpu->bdf, "sriov_drivers_autoprobe", &on))
		return;
	if (on) {
		found(f, FINDING_OK,
		      "on: new VFs go to a host driver that knows them, unless a 'driver' line says otherwise");
	} else {
		found(f, FINDING_NOTE,
		      "off: no driver gets a VF, not even on request, but by driver_override");
		fix(f, "echo 1 > /sys/bus/pci/devices/%s/sriov_drivers_autoprobe",
		    gpu->bdf);
	}
}

/* as the driver says; apply refuses such a GPU for the same reason */
static void check_state(const struct doctor *doctor,
			const struct doctor_gpu *gpu, struct finding *f)
{
	char state[NAME_SIZE];

	if (!root_line(state, sizeof(state), "sys/class/gpuvf/%s/state",
		       gpu->bdf))
		return;
	if (strcmp(state, "wedged")) {
		found(f, gpu->is_changing ? FINDING_NOTE : FINDING_OK, "%s%s",
		      state, gpu->is_changing ?
		      ", VFs are being enabled or disabled at this moment" : "");
		return;
	}
	found(f, FINDING_PROBLEM,
	      "wedged: it stopped answering, and nothing of it can be changed");
	fix(f, "gpuvf-agent reset %s", gpu->bdf);
}

/* two programs that set the same do so in turn */
static void check_manager(const struct doctor *doctor,
			  const struct doctor_gpu *gpu, struct finding *f)
{
	const char *rival = nvidia_rival();

	if (!rival || !gpu->total_vfs || strcmp(gpu->driver, "nvidia"))
		return;
	found(f, FINDING_NOTE,
	      "%s: it sets the vGPU type of a VF as a machine starts, and takes it away as that ends",
	      rival);
	fix(f, "leave the types to one of the two; gpuvf-agent refuses on_drift = enforce here");
}

/* what another tool has left */
static void check_provisioning(const struct doctor *doctor,
			       const struct doctor_gpu *gpu, struct finding *f)
{
	int custom = -ENOENT;
	char *way;

	/* xe leaves to a tool what that has begun with, until it is asked not to */
	if (!strcmp(gpu->driver, "xe") && !gpu->is_changing)
		custom = xe_custom_mode(gpu->bdf, gpu->num_vfs, gpu->total_vfs);
	if (custom != 1) {
		if (*gpu->warning && !gpu->has_failed)
			found(f, FINDING_NOTE, "%s", gpu->warning);
		else if (!custom)
			found(f, FINDING_OK,
			      "automatic: xe gives VFs what they need");
		return;
	}
	found(f, FINDING_PROBLEM,
	      "custom mode, set by another tool in debugfs, or an xe that takes no presets: VFs have no GGTT, and no guest's driver works on them");
	way = xe_way_back(gpu->bdf);
	if (gpu->num_vfs)
		fix(f, "echo 0 > /sys/bus/pci/devices/%s/sriov_numvfs; %s; gpuvf-agent apply",
		    gpu->bdf, way);
	else
		fix(f, "%s", way);
	free(way);
}

const struct gpu_check gpu_checks[] = {
	{ "sriov", "SR-IOV", NEED_VFS, check_sriov },
	{ "backend", "provider", NEED_VFS, check_backend },
	{ "driver", "driver", NEED_VFS, check_driver },
	{ "state", "state", NEED_VFS, check_state },
	{ "ari", "ARI", NEED_MANY, check_ari },
	{ "mmio", "MMIO space", NEED_VFS, check_mmio },
	{ "group", "IOMMU group", NEED_VM, check_group },
	{ "autoprobe", "VF autoprobe", NEED_NOTHING, check_autoprobe },
	{ "manager", "other manager", NEED_NOTHING, check_manager },
	{ "provisioning", "VF provisioning", NEED_VFS, check_provisioning },
	{ }
};
