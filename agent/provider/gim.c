// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of AMD's GIM: the one of MI300 and newer, and GIM 1.x of S7150. Both divide the
 * GPU as they are loaded. Their PF has a file, reset_gpu, that resets the GPU as it is
 * read: so only files that are named here are ever opened.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "pci/sysfs.h"
#include "provider/foreign.h"
#include "provider/gim.h"

#define DEVICE		"sys/bus/pci/devices/%s/"
#define PARTITION	"accelerator_partition_profile"
#define MEMORY_MODE	"memory_partition_mode"

/* it calls its own probe, so there is no link to a driver */
static bool is_old(const char *bdf)
{
	return root_has(DEVICE "getvf", bdf) &&
	       root_has("sys/bus/pci/drivers/gim");
}

/* it binds devices too that it does nothing about: those lack the files */
static bool gim_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	if (!root_has(DEVICE "sriov_totalvfs", bdf))
		return false;
	sysfs_driver(bdf, driver, sizeof(driver));
	if (!*driver)
		return is_old(bdf);
	return !strcmp(driver, "gim") &&
	       (root_has(DEVICE PARTITION, bdf) ||
		root_has(DEVICE MEMORY_MODE, bdf));
}

static int gim_open(struct provider **provider)
{
	return foreign_open(&gim_ops, provider);
}

/* as in "gim, partition 1, NPS4"; only root may read them */
static void name_partitions(struct gpu *gpu)
{
	char partition[16], mode[16];
	char *text, *safe;

	root_line(partition, sizeof(partition), DEVICE PARTITION, gpu->bdf);
	root_line(mode, sizeof(mode), DEVICE MEMORY_MODE, gpu->bdf);
	text = xasprintf("gim%s%s%s%s", *partition ? ", partition " : "",
			 partition, *mode ? ", " : "", mode);
	safe = escape(text);
	copy_string(gpu->backend, NAME_SIZE, safe);
	free(safe);
	free(text);
}

static int gim_read(struct provider *provider, const char *bdf,
		    struct gpu *gpu, struct failure *why)
{
	int err = foreign_read(provider, bdf, gpu, why);

	if (err)
		return err;
	if (*gpu->driver) {
		name_partitions(gpu);
		return 0;
	}
	gpu->abilities = &gim_old_abilities;
	copy_string(gpu->driver, NAME_SIZE, "gim");
	copy_string(gpu->backend, NAME_SIZE, "gim 1.x");
	return 0;
}

/* a file of the PCI core, which GIM does not hear of */
static int gim_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
			   struct failure *why)
{
	(void)provider;
	(void)bdf;
	return failure_explain(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, NO_VF,
			       "GIM sets their number as it is loaded: modprobe gim vf_num=%u",
			       num);
}

const struct provider_ops gim_ops = {
	.abilities = &gim_abilities,
	.owns = gim_owns,
	.open = gim_open,
	.close = foreign_close,
	.include = foreign_include,
	.read_all = foreign_read_all,
	.read = gim_read,
	.set_num_vfs = gim_set_num_vfs,
};
