// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs whose PF belongs to Intel's xe driver and that have a directory sriov_admin.
 */
#include <errno.h>
#include <string.h>

#include "base/root.h"
#include "pci/sysfs.h"
#include "provider/foreign.h"
#include "provider/xe.h"
#include "provider/xe_files.h"
#include "provider/xe_layout.h"

/* older kernels lack the directory: then there is nothing but the number of VFs */
static bool xe_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, "xe") &&
	       root_has("sys/bus/pci/devices/%s/" XE_ADMIN, bdf);
}

static int xe_open(struct provider **provider)
{
	return foreign_open(&xe_ops, provider);
}

static int xe_read(struct provider *provider, const char *bdf,
		   struct gpu *gpu, struct failure *why)
{
	int err = foreign_read(provider, bdf, gpu, why);

	if (err)
		return err;
	err = xe_files_read(gpu, why);
	if (err)
		gpu_free(gpu);
	return err;
}

static int refuse(struct failure *why, int error, enum reason reason,
		  const char *bdf, int vf, const char *text)
{
	if (vf == NO_VF)
		return failure_explain(why, error, reason, vf, "GPU %s: %s", bdf,
				       text);
	return failure_explain(why, error, reason, vf, "GPU %s VF %d: %s", bdf,
			       vf, text);
}

static int reset_vf(const struct gpu *gpu, int vf, struct failure *why)
{
	int err;

	if (gpu->vfs[vf].in_use)
		return refuse(why, -EBUSY, REASON_VF_IN_USE, gpu->bdf, vf,
			      "is in use, and its user has to reset it");
	err = sysfs_set_number(gpu->vfs[vf].bdf, "reset", 1);
	return err ? refuse(why, err, REASON_RESET_FAILED, gpu->bdf, vf,
			    strerror(-err)) : 0;
}

static int stop_vf(const struct gpu *gpu, int vf, struct failure *why)
{
	int err = xe_stop(gpu->bdf, vf);

	if (err == -ENOENT)
		return refuse(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, gpu->bdf, vf,
			      "this kernel's xe has no file to stop it with");
	if (err == -ESTALE)
		return refuse(why, -EINVAL, REASON_VF_WRONG_STATE, gpu->bdf, vf,
			      "is stopped already; a reset of the VF ends that");
	return err ? refuse(why, err, REASON_DRIVER_ERROR, gpu->bdf, vf,
			    xe_error_text(err)) : 0;
}

static int operate(const struct gpu *gpu, enum gpu_operation operation, int vf,
		   struct failure *why)
{
	if (vf == NO_VF)
		return refuse(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, gpu->bdf, vf,
			      "xe resets a GPU by itself; only VFs can be reset from here");
	if ((u32)vf >= gpu->vfs_len || !*gpu->vfs[vf].bdf)
		return refuse(why, -ENODEV, REASON_VF_NOT_ENABLED, gpu->bdf, vf,
			      "is not enabled");
	switch (operation) {
	case OPERATION_RESET:
		return reset_vf(gpu, vf, why);
	case OPERATION_STOP:
		return stop_vf(gpu, vf, why);
	default:
		return refuse(why, -EOPNOTSUPP, REASON_NOT_SUPPORTED, gpu->bdf, vf,
			      "xe has no file to pause or resume it with");
	}
}

static int xe_operate(struct provider *provider, enum gpu_operation operation,
		      const char *bdf, int vf, struct gpu *result,
		      struct failure *why)
{
	struct gpu gpu;
	int err;

	err = provider_read(provider, bdf, &gpu, why);
	if (err)
		return err;
	err = operate(&gpu, operation, vf, why);
	gpu_free(&gpu);
	if (!err)
		err = provider_read(provider, bdf, result, why);
	/* no file says so */
	if (!err && operation == OPERATION_STOP && (u32)vf < result->vfs_len)
		result->vfs[vf].state = VF_STATE_STOPPED;
	return err;
}

static int drop_quotas(const char *bdf, u32 num)
{
	int err = 0;
	u32 i;

	for (i = 0; !err && i < num; i++)
		err = xe_set_quota(bdf, i, 0);
	return err;
}

/*
 * Linux 6.17 to 7.0 share out GGTT and framebuffer among VFs that have nothing. If one has
 * a quota, the first gives none of them any GGTT, and later ones refuse. So VFs are
 * enabled without quotas then, which they get afterwards.
 */
static int xe_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
			  struct failure *why)
{
	int err = sysfs_set_number(bdf, NUMVFS, num);
	bool again = false;

	if (err == -EUCLEAN)
		again = !drop_quotas(bdf, num);
	else if (!err && xe_custom_mode(bdf, num, num) == 1)
		/* which takes from them what they have */
		again = !sysfs_set_number(bdf, NUMVFS, 0);
	if (again)
		err = sysfs_set_number(bdf, NUMVFS, num);
	failure_set(why, err);
	why->has_changed = again;
	return err;
}

static const char *xe_count_hint(struct provider *provider, const char *bdf,
				 int error)
{
	(void)provider;
	(void)bdf;
	switch (error) {
	case -EUCLEAN:
		return "VFs have resources already that cannot be taken from them, and xe of Linux 6.19 to 7.0 takes none that are preset";
	case -ECANCELED:
		return xe_error_text(error);
	case -EBUSY:
		return xe_error_text(error);
	case -EPERM:
		return "another program has lockdown_vfs_enabling of its debugfs open";
	case -ENOSPC:
		return "nothing is left to share: framebuffer is with the PF or with VFs above that number";
	case -ENOMEM:
		return "there is too little memory or MMIO space: see the kernel log";
	}
	return NULL;
}

const struct provider_ops xe_ops = {
	.abilities = &xe_abilities_any,
	.owns = xe_owns,
	.open = xe_open,
	.close = foreign_close,
	.include = foreign_include,
	.read_all = foreign_read_all,
	.read = xe_read,
	.set_layout = xe_set_layout,
	.set_num_vfs = xe_set_num_vfs,
	.set_vf = xe_set_vf,
	.set_gpu = xe_set_gpu,
	.operate = xe_operate,
	.count_hint = xe_count_hint,
};
