// SPDX-License-Identifier: GPL-2.0
/*
 * What the PCI core tells of the PFs of any driver: their VFs, which of them are in use,
 * and how many there are. All providers but gpuvf begin with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "pci/process.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"
#include "provider/foreign.h"

#define CLASS_DISPLAY		0x03
#define CLASS_ACCELERATOR	0x12

/**
 * struct foreign - a provider of GPUs of another driver
 * @provider: its base
 * @named: addresses that a configuration names
 * @num_named: entries of @named
 */
struct foreign {
	struct provider provider;
	char (*named)[BDF_SIZE];
	size_t num_named;
};

_Static_assert(!offsetof(struct foreign, provider), "to_foreign()");

static struct foreign *to_foreign(struct provider *provider)
{
	return (struct foreign *)provider;
}

/**
 * foreign_open() - as provider_connect(), for the open() of a provider
 * @ops: the provider's
 * @provider: result
 *
 * Return: 0.
 */
int foreign_open(const struct provider_ops *ops, struct provider **provider)
{
	struct foreign *foreign = xcalloc(1, sizeof(*foreign));

	foreign->provider.ops = ops;
	*provider = &foreign->provider;
	return 0;
}

/** foreign_close() - as provider_close() */
void foreign_close(struct provider *provider)
{
	struct foreign *foreign = to_foreign(provider);

	free(foreign->named);
	free(foreign);
}

static bool is_named(const struct foreign *foreign, const char *bdf)
{
	size_t i;

	for (i = 0; i < foreign->num_named; i++)
		if (!strcmp(foreign->named[i], bdf))
			return true;
	return false;
}

/** foreign_include() - as provider_include() */
void foreign_include(struct provider *provider, const char *bdf)
{
	struct foreign *foreign = to_foreign(provider);

	if (is_named(foreign, bdf))
		return;
	foreign->named = xgrow(foreign->named, foreign->num_named,
			       sizeof(*foreign->named));
	copy_string(foreign->named[foreign->num_named++], BDF_SIZE, bdf);
}

/* a VF is of no interest until it has a link; Return: how many have */
static u32 find_vfs(struct gpu *gpu)
{
	u32 i, found = 0;

	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		if (sysfs_vf_bdf(gpu->bdf, i, vf->bdf, sizeof(vf->bdf)))
			continue;
		found++;
		sysfs_driver(vf->bdf, vf->driver, NAME_SIZE);
	}
	return found;
}

/* other users' processes can be seen only with privileges */
static void find_users(struct gpu *gpu)
{
	u32 i;

	gpu->has_states = !geteuid();
	if (!gpu->has_states)
		return;
	process_find_users(gpu);
	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		vf->has_state = true;
		vf->in_use = vf->user.pid;
		if (vf->in_use)
			vf->state = VF_STATE_ACTIVE;
		else if (*vf->bdf)
			vf->state = VF_STATE_PROVISIONED;
	}
}

/*
 * The links of VFs and the number differ while the PCI core adds or removes VFs; and
 * where the number cannot be read, the driver is in the middle of that too.
 */
static int find_num_vfs(struct gpu *gpu, struct failure *why)
{
	u32 links = find_vfs(gpu);
	int err = sysfs_get_num_vfs(gpu->bdf, &gpu->num_vfs);

	if (err == -ENOENT || err == -ENODEV)
		return failure_set(why, -ENODEV);
	if (err && err != -ETIMEDOUT)
		return failure_explain(why, err, REASON_DRIVER_ERROR, NO_VF,
				       "GPU %s: sriov_numvfs: %s",
				       gpu->bdf, strerror(-err));
	if (!err && gpu->num_vfs > gpu->vfs_len)
		return failure_explain(why, -EOVERFLOW, REASON_NOT_SUPPORTED, NO_VF,
				       "GPU %s has %u VFs enabled, more than the %u that are supported here",
				       gpu->bdf, gpu->num_vfs, gpu->vfs_len);
	gpu->vfs_changing = err || links != gpu->num_vfs;
	if (err)
		gpu->num_vfs = links;
	return 0;
}

/* Return: whether there is such a PF; all but its VFs is read */
static bool read_pf(struct provider *provider, const char *bdf, struct gpu *gpu)
{
	const struct abilities *abilities = provider->ops->abilities;
	u32 total, node = 0;

	*gpu = (struct gpu){};
	if (!provider->ops->owns(bdf) ||
	    sysfs_get_number(bdf, "sriov_totalvfs", &total))
		return false;
	copy_string(gpu->bdf, BDF_SIZE, bdf);
	gpu->abilities = abilities;
	copy_string(gpu->backend, NAME_SIZE, abilities->provider);
	sysfs_driver(bdf, gpu->driver, NAME_SIZE);
	sysfs_get_number(bdf, "vendor", &gpu->vendor);
	sysfs_get_number(bdf, "device", &gpu->device);
	gpu->numa_node = sysfs_get_number(bdf, "numa_node", &node) ? -1 :
			 (s32)node;
	gpu->provisioning = PROVISIONING_EXPLICIT;
	gpu->is_unnamed = !is_named(to_foreign(provider), bdf);
	gpu->total_vfs = total < MAX_VFS ? total : MAX_VFS;
	gpu_set_vfs_len(gpu, gpu->total_vfs);
	return true;
}

/**
 * foreign_read() - as provider_read(), of what the PCI core tells
 * @provider: from foreign_open()
 * @bdf: of the PF
 * @gpu: result, to be freed after success
 * @why: more about an error
 *
 * Return: 0; -ENODEV: the GPU is not there, or not this provider's; another negative
 * errno.
 */
int foreign_read(struct provider *provider, const char *bdf, struct gpu *gpu,
		 struct failure *why)
{
	int err;

	if (!read_pf(provider, bdf, gpu))
		return failure_set(why, -ENODEV);
	err = find_num_vfs(gpu, why);
	if (err)
		gpu_free(gpu);
	else
		find_users(gpu);
	return err;
}

/* without being named: what may be a GPU, and can have VFs */
static bool is_listed(struct provider *provider, const char *bdf)
{
	u32 class, total;

	if (!provider->ops->owns(bdf))
		return false;
	if (is_named(to_foreign(provider), bdf))
		return true;
	if (sysfs_get_number(bdf, "class", &class) ||
	    sysfs_get_number(bdf, "sriov_totalvfs", &total))
		return false;
	return total && (class >> 16 == CLASS_DISPLAY ||
			 class >> 16 == CLASS_ACCELERATOR);
}

/* one that cannot be read stands in the way of nothing but itself */
static void add_gpu(struct provider *provider, const char *bdf,
		    struct gpu_list *gpus)
{
	struct failure why;
	struct gpu gpu;
	int err = provider_read(provider, bdf, &gpu, &why);

	/* it went in the meantime */
	if (err == -ENODEV || (err && !read_pf(provider, bdf, &gpu)))
		return;
	if (err) {
		gpu.vfs_changing = true;
		copy_string(gpu.warning, WARNING_SIZE, why.detail.message);
		find_users(&gpu);
	}
	*gpu_list_add(gpus) = gpu;
}

/**
 * foreign_read_all() - as provider_read_all(), with the provider's own read()
 * @provider: from foreign_open()
 * @gpus: result, to be freed also after errors
 * @why: more about an error
 *
 * Return: 0, or a negative errno.
 */
int foreign_read_all(struct provider *provider, struct gpu_list *gpus,
		     struct failure *why)
{
	char **names = root_list("sys/bus/pci/devices");
	char bdf[BDF_SIZE];
	size_t i;

	*gpus = (struct gpu_list){};
	for (i = 0; names[i]; i++)
		if (parse_bdf(names[i], bdf, sizeof(bdf)) &&
		    is_listed(provider, bdf))
			add_gpu(provider, bdf, gpus);
	root_list_free(names);
	return failure_set(why, 0);
}
