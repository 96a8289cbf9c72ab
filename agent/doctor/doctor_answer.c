// SPDX-License-Identifier: GPL-2.0
/*
 * "My GPU does not support virtualization, what now?": the answer, and what
 * else there is, with its price.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "show/output.h"

static const char *const answer_names[] = {
	[ANSWER_READY] = "ready",
	[ANSWER_BLOCKED] = "blocked",
	[ANSWER_NOT_DRIVEN] = "not-driven",
	[ANSWER_OTHER_DRIVER] = "other-driver",
	[ANSWER_NOT_KNOWN] = "not-known",
	[ANSWER_NOT_USED] = "not-used",
	[ANSWER_NOT_SEEN] = "not-seen",
	[ANSWER_NO_SRIOV] = "no-sriov",
	[ANSWER_NO_GPU] = "no-gpu",
};

static bool is_asked(const struct doctor_gpu *gpu, const char *bdf)
{
	return !bdf || !strcmp(gpu->bdf, bdf);
}

/* by gpuvf, or by way of another driver that has the GPU */
static bool can_set_vfs(const struct doctor_gpu *gpu)
{
	if (!strcmp(gpu->driver, "gpuvf"))
		return true;
	return gpu->abilities && gpu->makes_vfs &&
	       gpu->abilities->of[ABILITY_COUNT].can_set;
}

/* a problem of the GPU that keeps it from what is needed */
static bool has_problem(const struct doctor *doctor,
			const struct doctor_gpu *gpu, enum need need)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		if (finding->need == need &&
		    finding->state == FINDING_PROBLEM &&
		    !strcmp(finding->bdf, gpu->bdf))
			return true;
	}
	return false;
}

/* how many VFs it can have here, whatever its capability says */
static u32 possible_vfs(const struct doctor *doctor,
			const struct doctor_gpu *gpu)
{
	if (gpu->total_vfs > VFS_WITHOUT_ARI && gpu->num_vfs <= VFS_WITHOUT_ARI &&
	    has_problem(doctor, gpu, NEED_MANY))
		return VFS_WITHOUT_ARI;
	return gpu->total_vfs;
}

static enum answer answer_for(const struct doctor *doctor,
			      const struct doctor_gpu *gpu)
{
	if (can_set_vfs(gpu))
		return has_problem(doctor, gpu, NEED_VFS) ? ANSWER_BLOCKED :
							    ANSWER_READY;
	if (gpu->makes_vfs && !gpu->is_known)
		return ANSWER_OTHER_DRIVER;
	if (gpu->unused_vfs)
		return ANSWER_NOT_USED;
	if (gpu->is_unseen)
		return ANSWER_NOT_SEEN;
	if (!gpu->has_sriov)
		return ANSWER_NO_SRIOV;
	if (gpu->is_known)
		return ANSWER_NOT_DRIVEN;
	return ANSWER_NOT_KNOWN;
}

/**
 * doctor_answer() - the answer for the machine, or for one GPU
 * @doctor: the doctor
 * @bdf: the GPU, NULL: the best of all
 *
 * Return: enum answer.
 */
enum answer doctor_answer(const struct doctor *doctor, const char *bdf)
{
	enum answer best = ANSWER_NO_GPU;
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++) {
		enum answer this = answer_for(doctor, &doctor->gpus[i]);

		if (is_asked(&doctor->gpus[i], bdf) && this < best)
			best = this;
	}
	return best;
}

/* the first GPU that the answer is about */
static const struct doctor_gpu *subject(const struct doctor *doctor,
					const char *bdf)
{
	enum answer answer = doctor_answer(doctor, bdf);
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (is_asked(&doctor->gpus[i], bdf) &&
		    answer_for(doctor, &doctor->gpus[i]) == answer)
			return &doctor->gpus[i];
	return NULL;
}

static bool can_change(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_findings; i++)
		if (doctor->findings[i].need == NEED_CHANGES &&
		    doctor->findings[i].state == FINDING_PROBLEM)
			return false;
	return true;
}

/* where its framebuffer can be set and nothing says how much it has, a size is needed */
static const char *size_option(const struct doctor_gpu *gpu)
{
	return gpu->abilities && gpu->abilities->of[ABILITY_FB].can_set ?
	       " --fb SIZE" : "";
}

static char *ready_text(const struct doctor *doctor,
			const struct doctor_gpu *gpu)
{
	/* what it has now is not known, and would be another thing at once */
	if (gpu->is_changing)
		return xasprintf("GPU %s is driven by %s and can have %u VFs. Their number is being changed at this moment, or the driver hangs in that: see 'SR-IOV' above, and ask again when that is over.",
				 gpu->bdf, gpu->driver, possible_vfs(doctor, gpu));
	if (gpu->num_vfs && can_change(doctor))
		return xasprintf("GPU %s is driven by %s and can have %u VFs; %u %s enabled, see gpuvf-agent show %s%s%s",
				 gpu->bdf, gpu->driver, possible_vfs(doctor, gpu),
				 gpu->num_vfs, gpu->num_vfs == 1 ? "is" : "are",
				 gpu->bdf, gpu->abilities ?
				 ". As a configuration: gpuvf-agent export " : "",
				 gpu->abilities ? gpu->bdf : "");
	return xasprintf("GPU %s is driven by %s and can have %u VFs. %s gpuvf-agent generate %s --vfs N%s",
			 gpu->bdf, gpu->driver, possible_vfs(doctor, gpu),
			 can_change(doctor) ? "To begin with:" :
			 "It cannot be changed from here, see 'problem' above; there:",
			 gpu->bdf, size_option(gpu));
}

/* it is left to the driver */
static char *other_text(const struct doctor_gpu *gpu)
{
	const char *way, *cannot;

	if (!gpu->abilities)
		return xasprintf("GPU %s has VFs already: %u of %u, which a driver made that it has no more.",
				 gpu->bdf, gpu->num_vfs, gpu->total_vfs);
	way = gpu->abilities->of[ABILITY_COUNT].way_out ?: "";
	cannot = ability_cannot(gpu->abilities, ABILITY_COUNT);
	return xasprintf("GPU %s has %u of %u VFs. Its driver %s %s%s%s.",
			 gpu->bdf, gpu->num_vfs, gpu->total_vfs, gpu->driver,
			 cannot, way, *way ? "N" : "");
}

static char *answer_text(const struct doctor *doctor, const char *bdf)
{
	const struct doctor_gpu *gpu = subject(doctor, bdf);

	switch (doctor_answer(doctor, bdf)) {
	case ANSWER_READY:
		return ready_text(doctor, gpu);
	case ANSWER_BLOCKED:
		return xasprintf("GPU %s is driven by %s, but its VFs cannot be enabled or changed until what is above, marked 'problem' and 'needed to have VFs', is mended.",
				 gpu->bdf, gpu->driver);
	case ANSWER_NOT_DRIVEN:
		return xasprintf("GPU %s can have %u VFs, and gpuvf knows it but does not drive it yet. What is in the way is above, marked 'problem'.",
				 gpu->bdf, gpu->total_vfs);
	case ANSWER_OTHER_DRIVER:
		return other_text(gpu);
	case ANSWER_NOT_KNOWN:
		return xasprintf("GPU %s has SR-IOV, but %s, and its present driver makes no VFs of it. See 'driver' above.",
				 gpu->bdf, doctor->has_module && !gpu->has_ids ?
				 "whether gpuvf knows it cannot be seen here" :
				 "gpuvf cannot drive it");
	case ANSWER_NOT_USED:
		return xasprintf("GPU %s has SR-IOV for %u VFs, but this machine does not use it as it is: see 'SR-IOV' above.",
				 gpu->bdf, gpu->unused_vfs);
	case ANSWER_NOT_SEEN:
		return xasprintf("Whether GPU %s has SR-IOV cannot be seen by this user on this kernel: see 'SR-IOV' above.",
				 gpu->bdf);
	case ANSWER_NO_SRIOV:
		return xasprintf("No. %s SR-IOV, and without it no software makes VFs of a GPU.",
				 bdf || doctor->num_gpus == 1 ?
				 "This GPU has no" : "None of these GPUs has");
	default:
		return xstrdup("There is no GPU on this machine's PCI buses.");
	}
}

/* is there a GPU whose driver draws for the host? */
static bool has_host_driver(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (!doctor->gpus[i].is_emulated && *doctor->gpus[i].driver &&
		    strcmp(doctor->gpus[i].driver, "vfio-pci"))
			return true;
	return false;
}

/* can a whole GPU be handed to a virtual machine here? */
static bool can_pass_through(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (!doctor->gpus[i].is_emulated)
			return doctor->iommu_groups;
	return false;
}

/**
 * struct alternative - something else than VFs
 * @id: for programs; never changed
 * @what: the name
 * @price: what it costs
 * @possible: whether this machine has what it takes, NULL: any has
 */
static const struct alternative {
	const char *id;
	const char *what;
	const char *price;
	bool (*possible)(const struct doctor *doctor);
} alternatives[] = {
	{
		.id = "passthrough",
		.what = "The whole GPU to one virtual machine (vfio-pci)",
		.price = "full speed, but one machine only, and the host has that GPU no more; it needs an IOMMU and a group that the GPU shares with nothing else",
		.possible = can_pass_through,
	},
	{
		.id = "api-forwarding",
		.what = "OpenGL calls forwarded to the host's driver (virtio-gpu: QEMU -device virtio-vga-gl); Vulkan only where QEMU has Venus",
		.price = "any GPU and any number of machines, but no compute interfaces such as CUDA, a part of the speed is lost, and nothing divides memory or time between the machines",
		.possible = has_host_driver,
	},
	{
		.id = "containers",
		.what = "Containers that share the host's driver (--device /dev/dri)",
		.price = "full speed, but one kernel and one driver for all, and nothing divides memory or time",
		.possible = has_host_driver,
	},
	{
		.id = "software",
		.what = "A display without a GPU behind it (virtio-gpu or bochs with llvmpipe in the guest)",
		.price = "works everywhere; drawing is the processor's work, and slow",
	},
	{
		.id = "other-gpu",
		.what = "A GPU with SR-IOV",
		.price = "money, and often the vendor's own host driver or a licence: Intel Arc Pro B50 and B60, Data Center GPU Flex and many integrated GPUs since the 12th generation; AMD Radeon PRO V710, Instinct and FirePro S7150; NVIDIA data center GPUs with vGPU",
	},
	{
		.id = "simulator",
		.what = "gpuvf on a simulated GPU: 'make demo' in its source tree",
		.price = "nothing is installed and no module is loaded, it runs in a throwaway virtual machine; it computes nothing, but all that gpuvf does can be seen and tried",
	},
};

static bool is_possible(const struct alternative *alternative,
			const struct doctor *doctor)
{
	return !alternative->possible || alternative->possible(doctor);
}

/**
 * doctor_print_answer() - the answer for people
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 */
void doctor_print_answer(const struct doctor *doctor, const char *bdf)
{
	enum answer answer = doctor_answer(doctor, bdf);
	char *text = answer_text(doctor, bdf);
	size_t i;

	out_text("%sAnswer%s\n", out_color(COLOR_HEAD), out_color(COLOR_NONE));
	out_wrapped("  ", "  ", text);
	free(text);
	if (answer <= ANSWER_OTHER_DRIVER)
		return;
	out_text("\n  Alternatives:\n");
	for (i = 0; i < ARRAY_SIZE(alternatives); i++) {
		text = xasprintf("%s%s", alternatives[i].what,
				 is_possible(&alternatives[i], doctor) ? "" :
				 " - not on this machine as it is");
		out_wrapped("  * ", "    ", text);
		out_wrapped("    ", "    ", alternatives[i].price);
		free(text);
	}
	if (answer == ANSWER_NOT_KNOWN || answer == ANSWER_NOT_SEEN)
		out_text("\n  To ask others about it, send them what 'gpuvf-agent report' writes.\n");
}

/**
 * doctor_answer_json() - the answer for programs
 * @doctor: the doctor
 * @bdf: the GPU, NULL: all
 *
 * Return: a new object.
 */
json_t *doctor_answer_json(const struct doctor *doctor, const char *bdf)
{
	enum answer answer = doctor_answer(doctor, bdf);
	json_t *list = json_array();
	char *text = answer_text(doctor, bdf);
	json_t *object;
	size_t i;

	for (i = 0; answer > ANSWER_OTHER_DRIVER &&
	     i < ARRAY_SIZE(alternatives); i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:s,s:b}", "id",
						alternatives[i].id, "what",
						alternatives[i].what, "price",
						alternatives[i].price,
						"possible",
						is_possible(&alternatives[i],
							    doctor)));
	object = json_pack("{s:s,s:s,s:o}", "id", answer_names[answer], "text",
			   text, "alternatives", list);
	free(text);
	return object;
}
