// SPDX-License-Identifier: GPL-2.0
/*
 * A PF of any driver has sriov_numvfs and, for each VF, a link and files for its host
 * driver. What a VF gets of the device is the driver's own matter, and whether a VF
 * is in use can be seen only where a process has it open.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "pci/holder.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"
#include "provider/generic.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

#define CLASS_DISPLAY		0x03
#define CLASS_ACCELERATOR	0x12

/**
 * struct generic - the provider
 * @provider: its base
 * @named: addresses that a configuration names
 * @num_named: entries of @named
 */
struct generic {
	struct provider provider;
	char (*named)[BDF_SIZE];
	size_t num_named;
};

_Static_assert(!offsetof(struct generic, provider), "to_generic()");

static struct generic *to_generic(struct provider *provider)
{
	return (struct generic *)provider;
}

/* what gpuvf drives is gpuvf's, also where its family cannot be seen */
static bool generic_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	if (!root_has(DEVICE "sriov_totalvfs", bdf))
		return false;
	sysfs_driver(bdf, driver, sizeof(driver));
	return *driver && strcmp(driver, gpuvf_abilities.provider);
}

static int generic_open(struct provider **provider)
{
	struct generic *generic = xcalloc(1, sizeof(*generic));

	generic->provider.ops = &generic_ops;
	*provider = &generic->provider;
	return 0;
}

static void generic_close(struct provider *provider)
{
	struct generic *generic = to_generic(provider);

	free(generic->named);
	free(generic);
}

static bool is_named(const struct generic *generic, const char *bdf)
{
	size_t i;

	for (i = 0; i < generic->num_named; i++)
		if (!strcmp(generic->named[i], bdf))
			return true;
	return false;
}

static void generic_include(struct provider *provider, const char *bdf)
{
	struct generic *generic = to_generic(provider);

	if (is_named(generic, bdf))
		return;
	generic->named = xgrow(generic->named, generic->num_named,
			       sizeof(*generic->named));
	copy_string(generic->named[generic->num_named++], BDF_SIZE, bdf);
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
		sysfs_driver(vf->bdf, vf->holder, NAME_SIZE);
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
	holder_mark_vfs(gpu);
	for (i = 0; i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		vf->has_state = true;
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
		return failure_explain(why, err, "GPU %s: sriov_numvfs: %s",
				       gpu->bdf, strerror(-err));
	if (!err && gpu->num_vfs > gpu->vfs_len)
		return failure_explain(why, -EOVERFLOW,
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
	u32 total, node = 0;

	*gpu = (struct gpu){};
	if (!generic_owns(bdf) ||
	    sysfs_get_number(bdf, "sriov_totalvfs", &total))
		return false;
	copy_string(gpu->bdf, BDF_SIZE, bdf);
	gpu->abilities = &generic_abilities;
	copy_string(gpu->backend, NAME_SIZE, generic_abilities.provider);
	sysfs_driver(bdf, gpu->driver, NAME_SIZE);
	sysfs_get_number(bdf, "vendor", &gpu->vendor);
	sysfs_get_number(bdf, "device", &gpu->device);
	gpu->numa_node = sysfs_get_number(bdf, "numa_node", &node) ? -1 :
			 (s32)node;
	gpu->provisioning = PROVISIONING_EXPLICIT;
	gpu->is_unnamed = !is_named(to_generic(provider), bdf);
	gpu->total_vfs = total < MAX_VFS ? total : MAX_VFS;
	gpu_set_vfs_len(gpu, gpu->total_vfs);
	return true;
}

static int generic_read(struct provider *provider, const char *bdf,
			struct gpu *gpu, struct failure *why)
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
static bool is_listed(const struct generic *generic, const char *bdf)
{
	u32 class, total;

	if (!generic_owns(bdf))
		return false;
	if (is_named(generic, bdf))
		return true;
	if (sysfs_get_number(bdf, "class", &class) ||
	    sysfs_get_number(bdf, "sriov_totalvfs", &total))
		return false;
	return total && (class >> 16 == CLASS_DISPLAY ||
			 class >> 16 == CLASS_ACCELERATOR);
}

/* one whose number of VFs cannot be read stands in the way of nothing but itself */
static void add_gpu(struct provider *provider, const char *bdf,
		    struct gpu_list *gpus)
{
	struct failure why;
	struct gpu gpu;
	int err;

	/* it went in the meantime */
	if (!read_pf(provider, bdf, &gpu))
		return;
	err = find_num_vfs(&gpu, &why);
	if (err == -ENODEV) {
		gpu_free(&gpu);
		return;
	}
	if (err) {
		gpu.num_vfs = 0;
		gpu.vfs_changing = true;
	}
	find_users(&gpu);
	*gpu_list_add(gpus) = gpu;
}

static int generic_read_all(struct provider *provider, struct gpu_list *gpus,
			    struct failure *why)
{
	char **names = root_list("sys/bus/pci/devices");
	char bdf[BDF_SIZE];
	size_t i;

	*gpus = (struct gpu_list){};
	for (i = 0; names[i]; i++)
		if (parse_bdf(names[i], bdf, sizeof(bdf)) &&
		    is_listed(to_generic(provider), bdf))
			add_gpu(provider, bdf, gpus);
	root_list_free(names);
	return failure_set(why, 0);
}

const struct provider_ops generic_ops = {
	.abilities = &generic_abilities,
	.owns = generic_owns,
	.open = generic_open,
	.close = generic_close,
	.include = generic_include,
	.read_all = generic_read_all,
	.read = generic_read,
};
