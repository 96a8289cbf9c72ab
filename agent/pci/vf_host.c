// SPDX-License-Identifier: GPL-2.0
/*
 * What the PCI core and VFIO have of a VF, beside its driver.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/root.h"
#include "pci/process.h"
#include "pci/vf_host.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

static long number_of(const char *vf, const char *file, int base, long otherwise)
{
	char text[32];

	return root_line(text, sizeof(text), DEVICE "%s", vf, file) ?
	       strtol(text, NULL, base) : otherwise;
}

/* by group where there are groups: that is what programs know longest */
static void find_vfio(const char *vf, struct vf_host *host)
{
	char **names;

	root_link(host->iommu_group, sizeof(host->iommu_group),
		  DEVICE "iommu_group", vf);
	if (*host->iommu_group && root_has("sys/class/vfio/%s", host->iommu_group)) {
		snprintf(host->vfio_path, sizeof(host->vfio_path), "/dev/vfio/%s",
			 host->iommu_group);
		return;
	}
	names = root_list(DEVICE "vfio-dev", vf);
	if (names[0])
		snprintf(host->vfio_path, sizeof(host->vfio_path),
			 "/dev/vfio/devices/%s", names[0]);
	root_list_free(names);
}

/**
 * vf_host_read() - find out what this host has for the VFs of a GPU
 * @gpu: the GPU; gets @has_host, and of its VFs that are enabled @host and @user
 */
void vf_host_read(struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		vf->host = (struct vf_host){ .numa_node = -1 };
		if (!*vf->bdf)
			continue;
		vf->host.numa_node = number_of(vf->bdf, "numa_node", 10, -1);
		vf->host.vendor = number_of(vf->bdf, "vendor", 16, 0);
		vf->host.device = number_of(vf->bdf, "device", 16, 0);
		find_vfio(vf->bdf, &vf->host);
	}
	process_find_users(gpu);
	gpu->has_host = true;
}
