// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of the machine: processor, IOMMU, kernel, module, rights.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/capability.h>

#include "base/root.h"
#include "doctor/doctor.h"
#include "provider/gpuvf_version.h"
#include "provider/provider.h"

#define VENDOR_INTEL	0x8086
#define VENDOR_NVIDIA	0x10de

static void check_machine(const struct doctor *doctor, struct finding *f)
{
	char vendor[NAME_SIZE], product[NAME_SIZE];
	char *name;

	root_line(vendor, sizeof(vendor), "sys/class/dmi/id/sys_vendor");
	root_line(product, sizeof(product), "sys/class/dmi/id/product_name");
	name = *vendor ? xasprintf(" (%s %s)", vendor, product) : xstrdup("");
	if (doctor->in_vm)
		found(f, FINDING_NOTE,
		      "a virtual machine%s: its GPUs are what its host gives it",
		      name);
	else
		found(f, FINDING_NOTE, "a physical machine%s", name);
	free(name);
}

static void check_processor(const struct doctor *doctor, struct finding *f)
{
	char *cpuinfo = root_read(NULL, "proc/cpuinfo");

	if (has_word(cpuinfo, "vmx")) {
		found(f, FINDING_OK, "Intel VT-x (vmx)");
	} else if (has_word(cpuinfo, "svm")) {
		found(f, FINDING_OK, "AMD-V (svm)");
	} else if (!has_word(cpuinfo, "flags")) {
		/* other architectures have no such words */
		if (root_has("dev/kvm"))
			found(f, FINDING_OK, "/dev/kvm is there");
		else
			found(f, FINDING_UNKNOWN,
			      "no processor flags in /proc/cpuinfo, and no /dev/kvm");
	} else if (doctor->in_vm) {
		found(f, FINDING_PROBLEM,
		      "no vmx or svm: the host of this virtual machine does not pass it on");
		fix(f, "to run virtual machines inside this one, have nested virtualization switched on for it by its host");
	} else {
		found(f, FINDING_PROBLEM, "no vmx or svm");
		fix(f, "switch it on in the firmware setup: 'Intel Virtualization Technology', 'VT-x' or, on AMD, 'SVM Mode'");
	}
	free(cpuinfo);
}

/* a kernel parameter that switches the IOMMU off */
static bool iommu_is_off(const struct doctor *doctor, char *word, size_t size)
{
	static const char *const off[] = {
		"iommu=off", "intel_iommu=off", "amd_iommu=off",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(off); i++) {
		if (has_word(doctor->cmdline, off[i])) {
			copy_string(word, size, off[i]);
			return true;
		}
	}
	return false;
}

static void no_iommu(const struct doctor *doctor, struct finding *f)
{
	char word[NAME_SIZE];

	if (iommu_is_off(doctor, word, sizeof(word))) {
		found(f, FINDING_PROBLEM,
		      "switched off on the kernel command line (%s)", word);
		fix(f, "take %s out of the kernel command line (%s) and reboot",
		    word, edit_cmdline(doctor));
	} else if (root_has("sys/firmware/acpi/tables/DMAR")) {
		found(f, FINDING_PROBLEM,
		      "the firmware offers Intel VT-d (ACPI table DMAR), and the kernel does not use it");
		if (has_word(doctor->cmdline, "intel_iommu=on"))
			fix(f, "intel_iommu=on is given already: see the kernel log for DMAR, and whether the kernel has CONFIG_INTEL_IOMMU=y");
		else if (word_of(doctor->cmdline, "intel_iommu=", word,
				 sizeof(word)))
			fix(f, "write intel_iommu=on on the kernel command line instead of %s",
			    word);
		else
			fix(f, "boot with intel_iommu=on (%s); the kernel needs CONFIG_INTEL_IOMMU=y",
			    edit_cmdline(doctor));
	} else if (root_has("sys/firmware/acpi/tables/IVRS")) {
		found(f, FINDING_PROBLEM,
		      "the firmware offers AMD-Vi (ACPI table IVRS), and the kernel does not use it");
		fix(f, "boot a kernel with CONFIG_AMD_IOMMU=y, without amd_iommu=off");
	} else if (doctor->in_vm) {
		found(f, FINDING_PROBLEM, "none: this virtual machine has no virtual IOMMU");
		fix(f, "have its host give it one (QEMU: -M q35 -device intel-iommu,intremap=on) and boot with intel_iommu=on");
	} else if (root_has("sys/firmware/acpi")) {
		found(f, FINDING_PROBLEM,
		      "none: the firmware shows neither of the ACPI tables DMAR and IVRS");
		fix(f, "switch it on in the firmware setup: 'VT-d', 'Intel VT for Directed I/O' or, on AMD, 'IOMMU', 'AMD-Vi'");
	} else {
		found(f, FINDING_PROBLEM, "no IOMMU group");
		fix(f, "an IOMMU that firmware and kernel know");
	}
}

static void check_iommu(const struct doctor *doctor, struct finding *f)
{
	char **units = root_list("sys/class/iommu");
	size_t n = 0;

	while (units[n])
		n++;
	if (doctor->iommu_groups)
		found(f, FINDING_OK, "on: %s%s, %zu group%s",
		      n ? units[0] : "unit unknown", n > 1 ? ", ..." : "",
		      doctor->iommu_groups,
		      plural(doctor->iommu_groups));
	else
		no_iommu(doctor, f);
	root_list_free(units);
}

/* the kernel writes IR- in front of what is behind it; -1: cannot be seen */
static int remaps_interrupts(void)
{
	char *text = root_read(NULL, "proc/interrupts");
	int ret = -1;

	if (text && strstr(text, " IR-"))
		ret = 1;
	/* other architectures have neither word */
	else if (text && strstr(text, "IO-APIC"))
		ret = 0;
	free(text);
	return ret;
}

static void no_remapping(const struct doctor *doctor, struct finding *f)
{
	static const char *const off[] = { "intremap=off", "nointremap" };
	const char *word = NULL;
	char unsafe[8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(off); i++)
		if (has_word(doctor->cmdline, off[i]))
			word = off[i];
	root_line(unsafe, sizeof(unsafe),
		  "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
	if (*unsafe == 'Y')
		found(f, FINDING_NOTE,
		      "off, and VFIO is set to do without (allow_unsafe_interrupts): a guest can raise any interrupt of this machine");
	else
		found(f, FINDING_PROBLEM,
		      "off: VFIO gives no VF to a guest, which could raise any interrupt of this machine (QEMU: 'Failed to set iommu for container: Operation not permitted')");
	if (word)
		fix(f, "take %s out of the kernel command line (%s) and reboot",
		    word, edit_cmdline(doctor));
	else if (doctor->in_vm)
		fix(f, "have its host switch it on (QEMU: -M q35,kernel-irqchip=split -device intel-iommu,intremap=on)");
	else
		fix(f, "switch it on in the firmware setup, beside VT-d or AMD-Vi, or update the firmware%s",
		    *unsafe == 'Y' ? "" :
		    "; if all guests are trusted: echo options vfio_iommu_type1 allow_unsafe_interrupts=1 > /etc/modprobe.d/vfio.conf, and reboot");
}

static void check_remapping(const struct doctor *doctor, struct finding *f)
{
	int on = remaps_interrupts();

	/* without an IOMMU there is none to switch on */
	if (on < 0 || !doctor->iommu_groups)
		return;
	if (on)
		found(f, FINDING_OK, "on");
	else
		no_remapping(doctor, f);
}

/* have their GPUs another way to divide them than that which gpuvf knows? */
static bool is_other_vendor(const struct doctor_gpu *gpu)
{
	return gpu->vendor == VENDOR_INTEL || gpu->vendor == VENDOR_NVIDIA;
}

/* is there a GPU that gpuvf could drive? Not one whose driver makes VFs */
static bool may_be_of_use(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++) {
		const struct doctor_gpu *gpu = &doctor->gpus[i];

		if (gpu->is_known)
			return true;
		if (!gpu->family &&
		    (gpu->is_unseen || gpu->unused_vfs ||
		     (gpu->has_sriov && !gpu->makes_vfs && !is_other_vendor(gpu))))
			return true;
	}
	return false;
}

/* the PCI core has files for it */
static bool has_pci_iov(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (doctor->gpus[i].has_sriov)
			return true;
	return false;
}

static void check_kernel(const struct doctor *doctor, struct finding *f)
{
	if (!doctor->config && has_pci_iov(doctor)) {
		found(f, FINDING_OK,
		      "Linux %s with CONFIG_PCI_IOV; whether it has CONFIG_VFIO_PCI cannot be seen",
		      doctor->release);
	} else if (!doctor->config) {
		found(f, FINDING_UNKNOWN,
		      "Linux %s; its options are in none of /boot/config-%s, /lib/modules/%s/config",
		      doctor->release, doctor->release, doctor->release);
		fix(f, "it needs CONFIG_PCI_IOV=y, and CONFIG_VFIO_PCI to hand VFs to virtual machines");
	} else if (!kernel_has(doctor, "CONFIG_PCI_IOV=")) {
		found(f, FINDING_PROBLEM,
		      "Linux %s without CONFIG_PCI_IOV: no PCI device can have VFs",
		      doctor->release);
		fix(f, "boot a kernel with CONFIG_PCI_IOV=y");
	} else if (!kernel_has(doctor, "CONFIG_VFIO_PCI=")) {
		f->need = NEED_VM;
		found(f, FINDING_PROBLEM,
		      "Linux %s with CONFIG_PCI_IOV, without CONFIG_VFIO_PCI",
		      doctor->release);
		fix(f, "boot a kernel with CONFIG_VFIO_PCI=m");
	} else {
		found(f, FINDING_OK,
		      "Linux %s with CONFIG_PCI_IOV and CONFIG_VFIO_PCI",
		      doctor->release);
	}
}

static void check_cmdline(const struct doctor *doctor, struct finding *f)
{
	static const char *const prefixes[] = {
		"iommu=", "iommu.", "intel_iommu=", "amd_iommu=", "intremap=",
		"nointremap", "pci=",
		"vfio", "module_blacklist=", "modprobe.blacklist=",
		"module.sig_enforce", "lockdown=", "xe.", "i915.", "nomodeset",
	};
	char *copy = xstrdup(doctor->cmdline ?: "");
	char *text = xstrdup("");
	char *rest = copy, *next;
	char word[256];
	size_t i;

	while ((next = strsep(&rest, " \t\n"))) {
		for (i = 0; i < ARRAY_SIZE(prefixes); i++)
			if (!strncmp(next, prefixes[i], strlen(prefixes[i])))
				break;
		if (i < ARRAY_SIZE(prefixes))
			append_text(&text, " ", "%s", next);
	}
	free(copy);
	if (word_of(doctor->cmdline, "pci=", word, sizeof(word)) &&
	    strstr(word, "noari")) {
		found(f, FINDING_PROBLEM,
		      "%s: noari leaves a device no more than 7 VFs on its bus",
		      word);
		fix(f, "take noari out of the kernel command line");
	} else {
		found(f, FINDING_NOTE, "%s",
		      *text ? text : "nothing that matters here");
	}
	free(text);
}

/* does the file have a signature at its end? 1, 0, or -1: cannot be seen */
static int is_signed(const struct doctor *doctor)
{
	static const char mark[] = "~Module signature appended~\n";
	char path[256];
	size_t size;
	char *data;
	int ret;

	if (!module_file(doctor->deps, "gpuvf", path, sizeof(path)) ||
	    strcmp(path + strlen(path) - 3, ".ko"))
		return -1;
	data = root_read(&size, "lib/modules/%s/%s", doctor->release, path);
	if (!data)
		return -1;
	ret = size > strlen(mark) &&
	      !memcmp(data + size - strlen(mark), mark, strlen(mark));
	free(data);
	return ret;
}

static const char *secure_boot(void)
{
	size_t size;
	char *data;
	const char *text;

	if (!root_has("sys/firmware/efi"))
		return "not booted by EFI, so no Secure Boot";
	data = root_read(&size,
			 "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	/* four bytes of attributes stand in front */
	text = !data || size < 5 ? "Secure Boot unknown" :
	       data[4] ? "Secure Boot on" : "Secure Boot off";
	free(data);
	return text;
}

static const char *locked_down(void)
{
	char text[NAME_SIZE];

	if (!root_line(text, sizeof(text), "sys/kernel/security/lockdown"))
		return "";
	if (strstr(text, "[integrity]"))
		return "integrity";
	return strstr(text, "[confidentiality]") ? "confidentiality" : "";
}

static void check_signing(const struct doctor *doctor, struct finding *f)
{
	const char *locked = locked_down();
	const char *boot = secure_boot();
	char enforce[8];
	int has_signature;

	root_line(enforce, sizeof(enforce),
		  "sys/module/module/parameters/sig_enforce");
	if (!*enforce && !root_has("sys/kernel/security/lockdown")) {
		found(f, FINDING_UNKNOWN,
		      "%s; whether the kernel requires signed modules cannot be seen",
		      boot);
		return;
	}
	if (!*locked && *enforce != 'Y') {
		found(f, FINDING_OK,
		      "%s; the kernel takes modules without a signature", boot);
		return;
	}
	if (doctor->has_module) {
		found(f, FINDING_OK,
		      "%s; the kernel requires signed modules, and took gpuvf",
		      boot);
		return;
	}
	if (!may_be_of_use(doctor)) {
		f->need = NEED_NOTHING;
		found(f, FINDING_NOTE, "%s; the kernel requires signed modules",
		      boot);
		return;
	}
	has_signature = is_signed(doctor);
	if (has_signature > 0)
		found(f, FINDING_NOTE,
		      "%s; the kernel requires signed modules (%s), and gpuvf is signed: with a key that it knows?",
		      boot, *locked ? locked : "sig_enforce");
	else
		found(f, has_signature ? FINDING_UNKNOWN : FINDING_PROBLEM,
		      "%s; the kernel refuses modules that are not signed with a key that it knows (%s)",
		      boot, *locked ? locked : "sig_enforce");
	fix(f, "sign the module with a key of your own and enroll that: mokutil --import CERT.der, boot, confirm (DKMS signs by itself with mok_signing_key); or switch Secure Boot off in the firmware setup");
}

/* a line of modprobe.d, or a kernel parameter, that keeps the module out */
static bool in_modprobe_dir(const char *dir, char **where)
{
	char **names = root_list("%s", dir);
	bool hit = false;
	size_t i;

	for (i = 0; names[i] && !hit; i++) {
		char *text = root_read(NULL, "%s/%s", dir, names[i]);
		char *line, *rest = text;

		while (rest && (line = strsep(&rest, "\n")) && !hit) {
			line += strspn(line, " \t");
			hit = has_word(line, "gpuvf") &&
			      (!strncmp(line, "blacklist", 9) ||
			       (!strncmp(line, "install", 7) &&
				(strstr(line, "/false") ||
				 strstr(line, "/true"))));
		}
		if (hit)
			*where = xasprintf("/%s/%s", dir, names[i]);
		free(text);
	}
	root_list_free(names);
	return hit;
}

static char *blacklisted(const struct doctor *doctor)
{
	static const char *const dirs[] = {
		"etc/modprobe.d", "run/modprobe.d", "lib/modprobe.d",
	};
	static const char *const parameters[] = {
		"module_blacklist=", "modprobe.blacklist=",
	};
	char *where = NULL;
	char word[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parameters); i++) {
		char *list, *name;

		if (!word_of(doctor->cmdline, parameters[i], word,
			     sizeof(word)))
			continue;
		list = strchr(word, '=') + 1;
		while ((name = strsep(&list, ",")))
			if (!strcmp(name, "gpuvf"))
				return xasprintf("the kernel command line (%s)",
						 parameters[i]);
	}
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (in_modprobe_dir(dirs[i], &where))
			return where;
	return NULL;
}

/* kernels, other than the running one, that the module is installed for */
static char *other_kernels(const struct doctor *doctor)
{
	char **releases = root_list("lib/modules");
	char *list = NULL;
	char path[256];
	size_t i;

	for (i = 0; releases[i]; i++) {
		char *deps = root_read(NULL, "lib/modules/%s/modules.dep",
				       releases[i]);

		if (strcmp(releases[i], doctor->release) &&
		    module_file(deps, "gpuvf", path, sizeof(path)))
			append_text(&list, ", ", "%s", releases[i]);
		free(deps);
	}
	root_list_free(releases);
	return list;
}

static void not_loaded(const struct doctor *doctor, struct finding *f)
{
	char *others, *where;
	char disabled[8];
	char path[256];

	if (!module_file(doctor->deps, "gpuvf", path, sizeof(path))) {
		others = other_kernels(doctor);
		if (others)
			found(f, FINDING_PROBLEM,
			      "installed for Linux %s, and this is Linux %s",
			      others, doctor->release);
		else
			found(f, FINDING_PROBLEM, "not installed");
		fix(f, "in the source tree: make && make install (it needs the headers of Linux %s), then modprobe gpuvf",
		    doctor->release);
		free(others);
		return;
	}
	root_line(disabled, sizeof(disabled),
		  "proc/sys/kernel/modules_disabled");
	where = blacklisted(doctor);
	if (where) {
		found(f, FINDING_PROBLEM, "installed, but blocked by %s",
		      where);
		fix(f, "take gpuvf out there, then modprobe gpuvf");
	} else if (*disabled == '1') {
		found(f, FINDING_PROBLEM,
		      "installed, but this kernel takes no more modules until it is booted again (kernel.modules_disabled)");
		fix(f, "load it before that is set: echo gpuvf > /etc/modules-load.d/gpuvf.conf");
	} else {
		found(f, FINDING_PROBLEM, "installed (%s), not loaded", path);
		fix(f, "modprobe gpuvf");
	}
	free(where);
}

static void check_module(const struct doctor *doctor, struct finding *f)
{
	if (doctor->has_module) {
		found(f, FINDING_OK, "loaded");
	} else if (!may_be_of_use(doctor)) {
		f->need = NEED_NOTHING;
		found(f, FINDING_NOTE,
		      "not loaded, and no GPU of this machine needs it");
	} else {
		not_loaded(doctor, f);
	}
}

/* 1: the initial one, 0: another one, -1: cannot be seen */
static int in_initial_netns(void)
{
	char own[NAME_SIZE], initial[NAME_SIZE];

	if (!root_link(own, sizeof(own), "proc/self/ns/net") ||
	    !root_link(initial, sizeof(initial), "proc/1/ns/net"))
		return -1;
	return !strcmp(own, initial);
}

static void check_netlink(const struct doctor *doctor, struct finding *f)
{
	int initial = in_initial_netns();
	struct provider *provider;
	int err = 0;

	if (!doctor->has_module && !may_be_of_use(doctor)) {
		f->need = NEED_NOTHING;
		found(f, FINDING_NOTE,
		      "comes with the module, which no GPU of this machine needs");
		return;
	}
	if (doctor->has_module && !root_is_elsewhere()) {
		err = provider_connect(&provider);
		initial = err != -ENOENT;
		provider_close(provider);
	}
	if (err && initial) {
		found(f, FINDING_PROBLEM, "generic netlink: %s",
		      gpuvf_error_text(err));
	} else if (!initial) {
		found(f, FINDING_PROBLEM,
		      "this is another network namespace; the family is only in the initial one");
		fix(f, "nsenter --net=/proc/1/ns/net gpuvf-agent ...");
	} else if (!doctor->has_module) {
		found(f, FINDING_UNKNOWN, "comes with the module");
	} else {
		found(f, initial < 0 ? FINDING_UNKNOWN : FINDING_OK, "%s",
		      initial < 0 ? "which network namespace this is cannot be seen" :
				    "this is the network namespace that has it");
	}
}

static void check_rights(const struct doctor *doctor, struct finding *f)
{
	char *status = root_read(NULL, "proc/self/status");
	const char *line = status ? strstr(status, "CapEff:") : NULL;
	u64 caps = line ? strtoull(line + strlen("CapEff:"), NULL, 16) : 0;
	char *map = root_read(NULL, "proc/self/uid_map");
	u64 inside = 0, outside = 0, count = 0;

	if (map)
		sscanf(map, "%llu %llu %llu", &inside, &outside, &count);
	if (!line) {
		found(f, FINDING_UNKNOWN, "/proc/self/status cannot be read");
	} else if (map && (inside || outside || count != U32_MAX)) {
		found(f, FINDING_PROBLEM, "in a user namespace: not real root");
		fix(f, "run it outside of the container");
	} else if (!(caps >> CAP_SYS_ADMIN & 1)) {
		found(f, FINDING_PROBLEM,
		      "not root: results are incomplete, configuration space cannot be read in full");
		fix(f, "run it as root: sudo gpuvf-agent ...");
	} else {
		found(f, FINDING_OK, "CAP_SYS_ADMIN");
	}
	free(status);
	free(map);
}

static void check_vfio(const struct doctor *doctor, struct finding *f)
{
	char path[256];
	char *builtin;

	if (root_has("sys/bus/pci/drivers/vfio-pci")) {
		found(f, FINDING_OK, "loaded");
		return;
	}
	builtin = root_read(NULL, "lib/modules/%s/modules.builtin",
			    doctor->release);
	if (module_file(doctor->deps, "vfio-pci", path, sizeof(path)) ||
	    module_file(builtin, "vfio-pci", path, sizeof(path))) {
		found(f, FINDING_PROBLEM, "installed, not loaded");
		fix(f, "modprobe vfio-pci; at every boot: echo vfio-pci > /etc/modules-load.d/vfio-pci.conf");
	} else if (!doctor->deps) {
		found(f, FINDING_UNKNOWN,
		      "not loaded; /lib/modules/%s/modules.dep cannot be read",
		      doctor->release);
	} else {
		found(f, FINDING_PROBLEM, "not among the modules of Linux %s",
		      doctor->release);
		fix(f, "install and boot a kernel that has it (Debian: linux-image-amd64)");
	}
	free(builtin);
}

const struct host_check host_checks[] = {
	{ "machine", "machine", NEED_NOTHING, check_machine },
	{ "processor", "virtualization", NEED_VM, check_processor },
	{ "iommu", "IOMMU", NEED_VM, check_iommu },
	{ "remapping", "interrupt remapping", NEED_VM, check_remapping },
	{ "kernel", "kernel", NEED_VFS, check_kernel },
	{ "cmdline", "kernel parameters", NEED_NOTHING, check_cmdline },
	{ "signing", "Secure Boot", NEED_VFS, check_signing },
	{ "module", "module gpuvf", NEED_VFS, check_module },
	{ "netlink", "netlink family", NEED_CHANGES, check_netlink },
	{ "rights", "privileges", NEED_CHANGES, check_rights },
	{ "vfio", "vfio-pci", NEED_VM, check_vfio },
	{ }
};
