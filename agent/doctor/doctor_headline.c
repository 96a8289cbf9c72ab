// SPDX-License-Identifier: GPL-2.0
/*
 * The answer itself, and the next step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "doctor/doctor.h"
#include "pci/hwdb.h"

/* addresses of GPUs that are alike */
#define MAX_ADDRESSES	4

static const char *vendor_name(u32 vendor)
{
	switch (vendor) {
	case 0x8086:
		return "Intel ";
	case 0x1002:
		return "AMD ";
	case 0x10de:
		return "NVIDIA ";
	default:
		return "";
	}
}

/**
 * doctor_gpu_name() - as in "NVIDIA GeForce RTX 4090"
 * @gpu: the GPU
 *
 * Return: to be freed.
 */
char *doctor_gpu_name(const struct doctor_gpu *gpu)
{
	char *model = hwdb_model(gpu->vendor, gpu->device);
	/* "AD102 [GeForce RTX 4090]": what it is sold as */
	const char *product = model ? strrchr(model, '[') : NULL;
	char *name;

	if (product)
		name = xasprintf("%s%.*s", vendor_name(gpu->vendor),
				 (int)strcspn(product + 1, "]"), product + 1);
	else if (model)
		name = xasprintf("%s%s", vendor_name(gpu->vendor), model);
	else if (gpu->family)
		name = xstrdup(gpu->family->name);
	else
		name = xasprintf("%sGPU %04x:%04x", vendor_name(gpu->vendor),
				 gpu->vendor, gpu->device);
	free(model);
	return name;
}

/* the subject, and those for which the answer is the same */
static char *label(const struct doctor *doctor, const char *bdf)
{
	const struct doctor_gpu *subject = doctor_subject(doctor, bdf);
	char *name = doctor_gpu_name(subject);
	char *addresses = NULL;
	size_t i, n = 0;
	char *text;

	for (i = 0; i < doctor->num_gpus; i++) {
		const struct doctor_gpu *gpu = &doctor->gpus[i];

		if (!doctor_is_asked(gpu, bdf) ||
		    !doctor_is_alike(doctor, subject, gpu))
			continue;
		if (n++ < MAX_ADDRESSES)
			append_text(&addresses, ", ", "%s", gpu->bdf);
	}
	if (n == 1)
		text = xasprintf("%s (%s)", name, addresses);
	else
		text = xasprintf("each of %zu GPUs alike, %s (%s%s),", n, name,
				 addresses, n > MAX_ADDRESSES ? ", ..." : "");
	free(name);
	free(addresses);
	return text;
}

/* "can have 7 VFs", "has 4 of 31 VFs": the subject may be several GPUs */
static char *ready_text(const struct doctor *doctor,
			const struct doctor_gpu *gpu, const char *who)
{
	u32 possible = doctor_possible_vfs(doctor, gpu);

	/* what it has now is not known, and would be another thing at once */
	if (gpu->is_changing)
		return xasprintf("Yes: %s can have %u VF%s by driver %s. Their number is being changed at this moment, or the driver hangs in that.",
				 who, possible, plural(possible), gpu->driver);
	if (gpu->num_vfs)
		return xasprintf("Yes, already: %s has %u of %u VF%s, made by driver %s.",
				 who, gpu->num_vfs, gpu->total_vfs,
				 plural(gpu->total_vfs), gpu->driver);
	return xasprintf("Yes: %s can have %u VF%s by driver %s, and has none yet.",
			 who, possible, plural(possible), gpu->driver);
}

/* it is left to the driver */
static char *other_text(const struct doctor_gpu *gpu, const char *who)
{
	const char *way, *cannot;

	if (!gpu->abilities)
		return xasprintf("Yes, already: %s has %u of %u VF%s, made by a driver that it has no more.",
				 who, gpu->num_vfs, gpu->total_vfs,
				 plural(gpu->total_vfs));
	way = gpu->abilities->of[ABILITY_COUNT].way_out ?: "";
	cannot = ability_cannot(gpu->abilities, ABILITY_COUNT);
	return xasprintf("%s: %s has %u of %u VF%s. Its driver %s %s%s%s.",
			 gpu->num_vfs ? "Yes, already" : "Not yet", who,
			 gpu->num_vfs, gpu->total_vfs, plural(gpu->total_vfs),
			 gpu->driver, cannot, way, *way ? "N" : "");
}

static char *unknown_text(const struct doctor *doctor,
			  const struct doctor_gpu *gpu, const char *who)
{
	char why[NAME_SIZE + 32] = "no driver is bound to it";

	if (*gpu->driver)
		snprintf(why, sizeof(why), "its driver %s makes none",
			 gpu->driver);
	if (gpu->family && gpu->family->vfs)
		return xasprintf("Not yet: %s can have %s VF%s, but %s.", who,
				 gpu->family->vfs,
				 strcmp(gpu->family->vfs, "1") ? "s" : "", why);
	if (gpu->family)
		return xasprintf("Not yet: %s can have %u VF%s, but %s.", who,
				 gpu->total_vfs, plural(gpu->total_vfs), why);
	return xasprintf("Not yet: %s has SR-IOV, and no driver that is known here makes VFs of it%s.",
			 who, doctor->has_module && !gpu->has_ids ?
			 "; whether gpuvf does cannot be seen" : "");
}

static bool is_wsl(void)
{
	return root_has("dev/dxg");
}

/* of the hypervisor, in front of what follows */
static char *vm_text(void)
{
	char vendor[NAME_SIZE];

	if (root_line(vendor, sizeof(vendor), "sys/class/dmi/id/sys_vendor") &&
	    *vendor)
		return xasprintf("This is a virtual machine (%s)", vendor);
	return xstrdup("This is a virtual machine");
}

/* all GPUs that are asked about, whatever they are */
static char *none_text(const struct doctor *doctor, const char *bdf,
		       const char *who)
{
	const struct doctor_gpu *subject = doctor_subject(doctor, bdf);
	size_t i, others = 0;

	for (i = 0; i < doctor->num_gpus; i++)
		others += doctor_is_asked(&doctor->gpus[i], bdf) &&
			  !doctor_is_alike(doctor, subject, &doctor->gpus[i]);
	if (!others)
		return xasprintf("No. %s cannot be split into virtual GPUs (VFs): it shows no SR-IOV.",
				 who);
	return xasprintf("No. %s cannot be split into virtual GPUs (VFs), nor can the other GPU%s here: no SR-IOV.",
			 who, plural(others));
}

static char *no_sriov_text(const struct doctor *doctor, const char *bdf,
			   const struct doctor_gpu *gpu, const char *who)
{
	char *vm, *text;

	if (gpu->is_bmc)
		return xasprintf("No. %s is the display of a management controller.",
				 who);
	if (is_wsl())
		return xstrdup("No. This is WSL2, and its GPU belongs to Windows: VFs cannot be made here.");
	if (doctor->in_vm) {
		vm = vm_text();
		if (gpu->is_emulated)
			text = xasprintf("No. %s, and its display is emulated: VFs are made on its host.",
					 vm);
		else
			text = xasprintf("No. %s, and its host gave it %s: VFs of that are made on the host.",
					 vm, who);
		free(vm);
		return text;
	}
	if (gpu->family)
		return xasprintf("Not yet: %s can have VFs, but shows no SR-IOV on this machine.",
				 who);
	return none_text(doctor, bdf, who);
}

static char *no_gpu_text(const struct doctor *doctor)
{
	char *vm, *text;

	if (is_wsl())
		return xstrdup("No. This is WSL2, and its GPU belongs to Windows: VFs cannot be made here.");
	if (doctor->in_vm) {
		vm = vm_text();
		text = xasprintf("No. %s without a GPU: VFs are made on its host.",
				 vm);
		free(vm);
		return text;
	}
	return xasprintf("No. This machine has no GPU%s.", doctor->num_gpus ?
			 ", but for the display of its management controller" :
			 " on its PCI buses");
}

static char *text_of(const struct doctor *doctor, const char *bdf,
		     const struct doctor_gpu *gpu, const char *who)
{
	switch (doctor_answer(doctor, bdf)) {
	case ANSWER_READY:
		return ready_text(doctor, gpu, who);
	case ANSWER_BLOCKED:
		return xasprintf(gpu->total_vfs ?
				 "Not yet: %s can have VFs by driver %s, but not as this machine is now." :
				 "Not yet: %s has SR-IOV, but its driver %s allows no VFs.",
				 who, gpu->driver);
	case ANSWER_NOT_DRIVEN:
		return xasprintf("Not yet: %s can have %u VF%s by gpuvf, which does not drive it.",
				 who, gpu->total_vfs, plural(gpu->total_vfs));
	case ANSWER_OTHER_DRIVER:
		return other_text(gpu, who);
	case ANSWER_NOT_KNOWN:
		return unknown_text(doctor, gpu, who);
	case ANSWER_NOT_USED:
		return xasprintf("Not yet: %s has SR-IOV for %u VF%s, and the kernel does not use it.",
				 who, gpu->unused_vfs, plural(gpu->unused_vfs));
	case ANSWER_NOT_SEEN:
		return xasprintf("Not yet: whether %s has SR-IOV cannot be seen by this user on this kernel.",
				 who);
	default:
		return no_sriov_text(doctor, bdf, gpu, who);
	}
}

/**
 * doctor_headline() - the answer in one or two sentences
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 *
 * Return: to be freed; begins with the words of its verdict.
 */
char *doctor_headline(const struct doctor *doctor, const char *bdf)
{
	const struct doctor_gpu *gpu = doctor_subject(doctor, bdf);
	char *who, *text;

	if (!gpu)
		return no_gpu_text(doctor);
	who = label(doctor, bdf);
	text = text_of(doctor, bdf, gpu, who);
	free(who);
	return text;
}

/**
 * doctor_verdict() - which of four answers it is
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 *
 * Return: enum verdict.
 */
enum verdict doctor_verdict(const struct doctor *doctor, const char *bdf)
{
	static const struct {
		const char *words;
		enum verdict verdict;
	} beginnings[] = {
		{ "Yes, already:", VERDICT_ALREADY },
		{ "Yes:", VERDICT_YES },
		{ "Not yet:", VERDICT_NOT_YET },
	};
	char *text = doctor_headline(doctor, bdf);
	enum verdict verdict = VERDICT_NO;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (!strncmp(text, beginnings[i].words,
			     strlen(beginnings[i].words)))
			verdict = beginnings[i].verdict;
	free(text);
	return verdict;
}

/* where its framebuffer can be set and nothing says how much it has, a size is needed */
static const char *size_option(const struct doctor_gpu *gpu)
{
	return gpu->abilities && gpu->abilities->of[ABILITY_FB].can_set ?
	       " --fb SIZE" : "";
}

static char *ready_step(const struct doctor_gpu *gpu)
{
	const char *licence = gpu->family && strcmp(gpu->family->licence, "none") ?
			      gpu->family->licence : NULL;
	char *text = NULL;

	if (gpu->is_changing)
		return xstrdup("Next: ask again when that is over.");
	if (gpu->num_vfs)
		append_text(&text, "", "Next: gpuvf-agent show %s%s%s",
			    gpu->bdf, gpu->abilities ?
			    "; as a configuration: gpuvf-agent export " : "",
			    gpu->abilities ? gpu->bdf : "");
	else
		append_text(&text, "", "Next: gpuvf-agent generate %s --vfs N%s -o /etc/gpuvf.ini, then gpuvf-agent apply",
			    gpu->bdf, size_option(gpu));
	if (gpu->num_vfs && is_proxmox())
		append_text(&text, "; ", "for VMs: Datacenter > Resource Mappings");
	if (licence)
		append_text(&text, "; ", "guests need a licence for %s", licence);
	return text;
}

static const struct finding *finding_of(const struct doctor *doctor,
					const struct doctor_gpu *gpu,
					const char *id)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++)
		if (!strcmp(doctor->findings[i].bdf, gpu->bdf) &&
		    !strcmp(doctor->findings[i].id, id))
			return &doctor->findings[i];
	return NULL;
}

/**
 * doctor_next_step() - what to do now
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 *
 * Return: to be freed; NULL: nothing, or what is in the way says it.
 */
char *doctor_next_step(const struct doctor *doctor, const char *bdf)
{
	const struct doctor_gpu *gpu = doctor_subject(doctor, bdf);
	const struct finding *sriov;
	enum answer answer = doctor_answer(doctor, bdf);

	switch (answer) {
	case ANSWER_READY:
		return ready_step(gpu);
	case ANSWER_BLOCKED:
		return gpu->family && !gpu->total_vfs ?
		       xasprintf("Next: %s", gpu->family->how) : NULL;
	case ANSWER_NOT_KNOWN:
		if (gpu->family)
			return xasprintf("Next: %s", gpu->family->how);
		return xstrdup("Next: to ask others, send them what gpuvf-agent report writes");
	case ANSWER_NOT_USED:
	case ANSWER_NOT_SEEN:
		sriov = finding_of(doctor, gpu, "sriov");
		return sriov && sriov->fix ?
		       xasprintf("Next: %s", sriov->fix) : NULL;
	case ANSWER_NO_SRIOV:
		if (doctor_verdict(doctor, bdf) != VERDICT_NOT_YET)
			return NULL;
		return xstrdup("Next: switch 'SR-IOV Support' and 'Above 4G Decoding' on in the firmware setup, and update the firmware of machine and card");
	default:
		return NULL;
	}
}
