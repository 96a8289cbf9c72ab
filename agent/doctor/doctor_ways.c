// SPDX-License-Identifier: GPL-2.0
/*
 * What else there is than VFs, with its price.
 */
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "doctor/doctor.h"
#include "show/output.h"

#define CLASS_VGA	0x0300
#define CLASS_DISPLAY	0x0380

static bool has_render_node(void)
{
	return root_has("dev/dri") || root_has("dev/nvidiactl");
}

static bool can_share_driver(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++)
		if (!doctor->gpus[i].is_emulated && *doctor->gpus[i].driver &&
		    strcmp(doctor->gpus[i].driver, "vfio-pci"))
			return has_render_node();
	return false;
}

/* a GPU that draws for the host, and not one for computing alone */
static bool can_draw(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->num_gpus; i++) {
		const struct doctor_gpu *gpu = &doctor->gpus[i];

		if (!gpu->is_emulated && *gpu->driver &&
		    strcmp(gpu->driver, "vfio-pci") &&
		    (gpu->class >> 8 == CLASS_VGA ||
		     gpu->class >> 8 == CLASS_DISPLAY))
			return has_render_node();
	}
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

static bool is_wsl(const struct doctor *doctor)
{
	return root_has("dev/dxg");
}

static bool has_vendor(const char *start)
{
	char vendor[NAME_SIZE];

	root_line(vendor, sizeof(vendor), "sys/class/dmi/id/sys_vendor");
	return !strncmp(vendor, start, strlen(start));
}

static bool is_vmware(const struct doctor *doctor)
{
	return doctor->in_vm && has_vendor("VMware");
}

static bool is_other_vm(const struct doctor *doctor)
{
	return doctor->in_vm && !is_vmware(doctor) && !is_wsl(doctor);
}

const struct way doctor_ways[] = {
	{
		.id = "passthrough",
		.what = "The whole GPU to one virtual machine (vfio-pci)",
		.price = "full speed, but one machine only, and the host has that GPU no more; it needs an IOMMU and a group that the GPU shares with nothing else",
		.brief = "give a whole GPU to one VM (vfio-pci); the host loses it",
		.possible = can_pass_through,
	},
	{
		.id = "api-forwarding",
		.what = "OpenGL calls forwarded to the host's driver (virtio-gpu: QEMU -device virtio-vga-gl); Vulkan only where QEMU has Venus",
		.price = "any GPU and any number of machines, but no compute interfaces such as CUDA, a part of the speed is lost, and nothing divides memory or time between the machines",
		.brief = "give VMs OpenGL without compute (virtio-gpu)",
		.possible = can_draw,
	},
	{
		.id = "containers",
		.what = "Containers that share the host's driver (--device /dev/dri)",
		.price = "full speed, but one kernel and one driver for all, and nothing divides memory or time",
		.brief = "share it between containers (no limits on memory or time)",
		.possible = can_share_driver,
	},
	{
		.id = "software",
		.what = "A display without a GPU behind it (virtio-gpu or bochs with llvmpipe in the guest)",
		.price = "works everywhere; drawing is the processor's work, and slow",
	},
	{
		.id = "other-gpu",
		.what = "A GPU with SR-IOV",
		.price = "money, and often the vendor's own host driver or a licence",
	},
	{
		.id = "simulator",
		.what = "gpuvf on a simulated GPU: 'make demo' in its source tree",
		.price = "nothing is installed and no module is loaded, it runs in a throwaway virtual machine; it computes nothing, but all that gpuvf does can be seen and tried",
	},
	{
		.id = "wsl",
		.what = "Windows' GPU, which WSL2 shares by /dev/dxg",
		.price = "CUDA and DirectML work; nothing divides memory or time",
		.brief = "compute on Windows' GPU (CUDA, DirectML), shared by /dev/dxg",
		.possible = is_wsl,
	},
	{
		.id = "vsphere",
		.what = "A vGPU or a whole GPU from vSphere (DirectPath I/O)",
		.price = "its administrator has to assign it, and the server needs a GPU",
		.brief = "ask the vSphere administrator for a vGPU, or a GPU (DirectPath I/O)",
		.possible = is_vmware,
	},
	{
		.id = "host",
		.what = "A VF or a whole GPU from the host of this virtual machine",
		.price = "in a cloud, another type of machine and its price",
		.brief = "have its host assign a VF or a GPU; in a cloud: rent a type with one",
		.possible = is_other_vm,
	},
	{ }
};

/** doctor_has_ways() - does such an answer leave anything to be wished for? */
bool doctor_has_ways(enum answer answer)
{
	return answer > ANSWER_OTHER_DRIVER;
}

/**
 * doctor_way_is_possible() - has this machine what it takes?
 * @way: the way
 * @doctor: the doctor
 *
 * Return: whether it has.
 */
bool doctor_way_is_possible(const struct way *way, const struct doctor *doctor)
{
	return !way->possible || way->possible(doctor);
}

/**
 * doctor_print_ways() - all of them, with their prices
 * @doctor: the doctor
 * @answer: to what was asked
 */
void doctor_print_ways(const struct doctor *doctor, enum answer answer)
{
	const struct way *way;
	char *text;

	if (!doctor_has_ways(answer))
		return;
	out_text("%sAlternatives%s\n", out_color(COLOR_HEAD),
		 out_color(COLOR_NONE));
	for (way = doctor_ways; way->id; way++) {
		if (!doctor_way_is_possible(way, doctor))
			continue;
		out_wrapped("  * ", "    ", way->what);
		text = xasprintf("%s%s%s", way->price,
				 strcmp(way->id, "other-gpu") ? "" : ": ",
				 strcmp(way->id, "other-gpu") ? "" :
				 doctor->families.cards);
		out_wrapped("    ", "    ", text);
		free(text);
	}
}
