// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of NVIDIA's vGPU host driver, where VFIO is the driver's own ("vendor VFIO"):
 * each VF has a directory nvidia/, and gets its share by the number of a type written
 * to current_vgpu_type. There are all VFs or none, and sriov-manage makes them; they
 * stay with driver nvidia. Drivers before vGPU 17, or on kernels before 6.8, made
 * mediated devices instead: those are only recognized.
 *
 * The files are of a driver without public source. So an errno is reported and proves
 * nothing: what a VF has is what its file says afterwards.
 */
#include <errno.h>
#include <string.h>

#include "base/root.h"
#include "pci/sysfs.h"
#include "provider/fingerprint.h"
#include "provider/foreign.h"
#include "provider/nvidia.h"
#include "provider/nvidia_count.h"
#include "provider/nvidia_layout.h"
#include "provider/nvidia_types.h"

#define DEVICE		"sys/bus/pci/devices/%s/"

#define VENDOR_NVIDIA	0x10de

/**
 * nvidia_rival() - another program on this host that sets the types of VFs
 *
 * Return: its name, NULL: none is known.
 */
const char *nvidia_rival(void)
{
	return root_has("usr/bin/pveversion") ? "Proxmox VE" : NULL;
}

static bool nvidia_owns(const char *bdf)
{
	char driver[NAME_SIZE];
	u32 vendor;

	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, "nvidia") &&
	       root_has(DEVICE "sriov_totalvfs", bdf) &&
	       !sysfs_get_number(bdf, "vendor", &vendor) &&
	       vendor == VENDOR_NVIDIA;
}

static int nvidia_open(struct provider **provider)
{
	return foreign_open(&nvidia_ops, provider);
}

/* before there are VFs, nothing says which kind they will be */
static bool has_mdev(const struct gpu *gpu)
{
	return root_has(DEVICE "mdev_supported_types", gpu->bdf) ||
	       (gpu->vfs_len && *gpu->vfs[0].bdf &&
		root_has(DEVICE "mdev_supported_types", gpu->vfs[0].bdf));
}

/* a VF that goes while it is read takes its files with it */
static int read_vfs(struct gpu *gpu, const struct nvidia_types *types,
		    struct failure *why)
{
	u32 i, lacking = 0;

	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];
		const struct nvidia_type *type;
		int err;

		if (!*vf->bdf)
			continue;
		err = nvidia_read_type(vf->bdf, &vf->type_id);
		lacking += err == -ENOENT;
		if (err && err != -ENOENT && err != -ENODEV)
			return failure_explain(why, err, REASON_DRIVER_ERROR,
					       i, "GPU %s VF %u: %s: %s",
					       gpu->bdf, i, NVIDIA_TYPE_FILE,
					       strerror(-err));
		if (!vf->type_id)
			continue;
		type = nvidia_type_by_id(types, vf->type_id);
		nvidia_type_name(types, vf->type_id, vf->type);
		vf->fb_bytes = type ? type->fb_bytes : 0;
	}
	if (lacking && lacking == gpu->num_vfs)
		copy_string(gpu->warning, sizeof(gpu->warning),
			    "its VFs have no directory nvidia/: vGPU types need NVIDIA's vGPU host driver 17 or newer, and Linux 6.8 or newer");
	else
		gpu->vfs_changing |= lacking;
	return 0;
}

static int nvidia_read(struct provider *provider, const char *bdf,
		       struct gpu *gpu, struct failure *why)
{
	struct nvidia_types types = {};
	int err = foreign_read(provider, bdf, gpu, why);

	if (err)
		return err;
	gpu->rival = nvidia_rival();
	if (has_mdev(gpu)) {
		gpu->abilities = &nvidia_mdev_abilities;
		return 0;
	}
	nvidia_load_types(gpu, &types);
	err = read_vfs(gpu, &types, why);
	nvidia_types_free(&types);
	if (err)
		gpu_free(gpu);
	else
		gpu->revision = gpu_fingerprint(gpu);
	return err;
}

static int nvidia_set_layout(struct provider *provider,
			     const struct gpu *wanted, bool dry_run,
			     struct gpu *result, struct failure *why)
{
	struct gpu live;
	int err = nvidia_read(provider, wanted->bdf, &live, why);

	if (err)
		return err;
	err = wanted->revision && wanted->revision != live.revision ?
	      failure_set(why, -ESTALE) :
	      nvidia_change_types(&live, wanted, dry_run, why);
	if (!err && dry_run) {
		*result = live;
		return 0;
	}
	gpu_free(&live);
	return err ?: nvidia_read(provider, wanted->bdf, result, why);
}

/* of that size; which type that is has to be clear */
static int nvidia_set_vf(struct provider *provider, const char *bdf, u32 index,
			 const struct vf *vf, u32 set, struct gpu *result,
			 struct failure *why)
{
	struct gpu wanted;
	int err = nvidia_read(provider, bdf, &wanted, why);

	if (err)
		return err;
	if (set & VF_SET_FB)
		wanted.vfs[index] = (struct vf){ .fb_bytes = vf->fb_bytes };
	err = nvidia_set_layout(provider, &wanted, false, result, why);
	gpu_free(&wanted);
	return err;
}

const struct provider_ops nvidia_ops = {
	.abilities = &nvidia_abilities,
	.owns = nvidia_owns,
	.open = nvidia_open,
	.close = foreign_close,
	.include = foreign_include,
	.read_all = foreign_read_all,
	.read = nvidia_read,
	.set_layout = nvidia_set_layout,
	.set_num_vfs = nvidia_set_num_vfs,
	.set_vf = nvidia_set_vf,
};
