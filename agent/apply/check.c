// SPDX-License-Identifier: GPL-2.0
/*
 * Checks before the first step, for every verb that reports what is impossible:
 * plan, apply, assert, reload, restore.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/check.h"
#include "base/exit_code.h"
#include "base/util.h"
#include "pci/process.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"
#include "plan/target.h"
#include "provider/provider.h"

static void print_in_use(const struct gpu *gpu, u32 index, const char *what)
{
	char *process = process_of_vf(gpu->bdf, index);
	const char *holder = gpu->vfs[index].driver;

	pr_err("GPU %s VF %u is in use%s%s%s%s%s: %s [vf-in-use]", gpu->bdf, index,
	       *holder || process ? " (" : "", holder,
	       *holder && process ? ", " : "", process ?: "",
	       *holder || process ? ")" : "", what);
	free(process);
}

/**
 * why_changing() - say what is going on with VFs that are being enabled or disabled
 * @gpu: the GPU
 *
 * Return: as in "VFs are being enabled or disabled at this moment by process 1234
 * (bash)", to be freed.
 */
char *why_changing(const struct gpu *gpu)
{
	const struct vf *vf = gpu_first_vf_in_use(gpu);
	char *user, *writer, *text;
	u32 num_vfs;
	int err = 0;

	if (!gpu_abilities(gpu)->has_events)
		err = sysfs_get_num_vfs(gpu->bdf, &num_vfs);
	if (err && err != -ETIMEDOUT)
		return xasprintf("sriov_numvfs cannot be read: %s",
				 strerror(-err));
	user = vf && *vf->bdf ? process_open_at(vf->bdf) : NULL;
	writer = process_of_write(gpu->bdf);
	text = xasprintf("VFs are being enabled or disabled at this moment%s%s%s%s",
			 writer ? " by " : "", writer ?: "",
			 user ? ", waiting for " : "", user ?: "");
	free(user);
	free(writer);
	return text;
}

static int refuse_changing(const struct gpu *gpu)
{
	char *text = why_changing(gpu);

	pr_err("GPU %s: %s [vf-count-changing]", gpu->bdf, text);
	free(text);
	return EXIT_BUSY;
}

/* would the VF, which stays enabled, lose the driver that it has? */
static bool loses_driver(const struct state *want, const struct state *is,
			 u32 i)
{
	return i < want->gpu.num_vfs && i < is->gpu.num_vfs &&
	       driver_steps(&want->drivers[i], &is->drivers[i], false).unbind;
}

/**
 * check_users() - would a change take something from a user of a VF?
 * @want: the GPU as it is to be
 * @is: the GPU as it is
 *
 * The kernel itself watches over framebuffer. Prints the VF and its user.
 *
 * Return: EXIT_DONE; EXIT_BUSY: a VF in use would be removed, or lose its driver, or
 * something else is changing the number of VFs.
 */
int check_users(const struct state *want, const struct state *is)
{
	const struct vf *vf = gpu_first_vf_in_use(&is->gpu);
	u32 i;

	if (is->gpu.vfs_changing)
		return refuse_changing(&is->gpu);
	if (vf && want->gpu.num_vfs != is->gpu.num_vfs && is->gpu.num_vfs) {
		print_in_use(&is->gpu, vf - is->gpu.vfs,
			     "cannot change the number of VFs while one is in use");
		return EXIT_BUSY;
	}
	if (want->gpu.num_vfs != is->gpu.num_vfs)
		return EXIT_DONE;
	for (i = 0; i < is->gpu.num_vfs && i < is->gpu.vfs_len; i++) {
		if (!is->gpu.vfs[i].in_use || !loses_driver(want, is, i))
			continue;
		print_in_use(&is->gpu, i, "cannot change its host driver");
		return EXIT_BUSY;
	}
	return EXIT_DONE;
}

/* the driver that a VF is to get, NULL: none that it does not have already */
static const char *new_driver(const struct state *want, const struct state *is,
			      u32 i)
{
	static const struct vf_driver nothing;
	bool stays = want->gpu.num_vfs == is->gpu.num_vfs;
	const struct vf_driver *driver = &want->drivers[i];

	if (!*driver->bound || !strcmp(driver->bound, ANY_DRIVER))
		return NULL;
	if (!driver_steps(driver, stays ? &is->drivers[i] : &nothing,
			  !stays).probe)
		return NULL;
	return driver->bound;
}

/**
 * check_drivers() - can VFs get the host drivers that they are to have?
 * @want: the GPU as it is to be
 * @is: the GPU as it is
 *
 * Prints which one cannot be had, and why.
 *
 * Return: EXIT_DONE, EXIT_MISSING.
 */
int check_drivers(const struct state *want, const struct state *is)
{
	const char *bdf = is->gpu.bdf;
	u32 i;

	for (i = 0; i < want->gpu.num_vfs; i++) {
		const char *driver = new_driver(want, is, i);

		if (!driver)
			continue;
		if (!sysfs_has_driver(driver)) {
			pr_err("GPU %s VF %u: driver %s is not loaded: modprobe %s",
			       bdf, i, driver, driver);
			return EXIT_MISSING;
		}
		/* the VFs of a PF without a group have none either */
		if (is_vfio_driver(driver) && !sysfs_has_iommu(bdf)) {
			pr_err("GPU %s VF %u: %s cannot take it: the GPU has no IOMMU group (gpuvf-agent doctor)",
			       bdf, i, driver);
			return EXIT_MISSING;
		}
	}
	return EXIT_DONE;
}

/**
 * gpu_is_settled() - can be said in which state a GPU is, and that it works?
 * @live: the GPU
 *
 * Return: false: nothing that is read of it is "in sync" with anything.
 */
bool gpu_is_settled(const struct gpu *live)
{
	return !live->vfs_changing && live->state != PF_STATE_WEDGED;
}

/**
 * check_gpu() - say what keeps a GPU from being in sync with anything
 * @live: the GPU
 *
 * Return: EXIT_DONE: gpu_is_settled(); EXIT_BUSY: something else is changing
 * the number of VFs; EXIT_ATTENTION: it has to be reset first.
 */
int check_gpu(const struct gpu *live)
{
	if (gpu_is_settled(live))
		return EXIT_DONE;
	if (live->state != PF_STATE_WEDGED)
		return refuse_changing(live);
	pr_err("GPU %s is wedged: it has to be reset first (gpuvf-agent reset %s) [wedged]",
	       live->bdf, live->bdf);
	return EXIT_ATTENTION;
}

/**
 * check_failed() - find the exit code for a change that failed
 * @provider: the provider
 * @bdf: of the GPU
 * @code: the exit code without looking
 *
 * A change that the hardware does not take may leave the GPU wedged. Prints that.
 *
 * Return: EXIT_ATTENTION, or @code.
 */
int check_failed(struct provider *provider, const char *bdf, int code)
{
	struct failure why;
	struct gpu now;

	if (code != EXIT_FAILED || provider_read(provider, bdf, &now, &why))
		return code;
	if (now.state == PF_STATE_WEDGED)
		code = check_gpu(&now);
	gpu_free(&now);
	return code;
}

static int check_total(const struct plan *plan)
{
	const struct config_gpu *section = plan->section;
	struct source_loc at = section->num_vfs_at;
	u32 i;

	if (plan->wanted.num_vfs <= plan->live.total_vfs)
		return EXIT_DONE;
	for (i = plan->live.total_vfs; !at.line && i < section->vfs_len; i++)
		at = section->vfs[i].at;
	pr_err("GPU %s: %u VFs requested, at most %u possible",
	       plan->live.bdf, plan->wanted.num_vfs, plan->live.total_vfs);
	source_loc_print(stderr, &at);
	return EXIT_USAGE;
}

/**
 * check_works() - say what keeps VFs that stay enabled from being of use
 * @plan: the plan
 *
 * Return: EXIT_DONE; EXIT_FAILED: they lack something that apply cannot give them.
 */
int check_works(const struct plan *plan)
{
	if (!plan->live.vfs_lack_something || plan->steps & STEP_DISABLE)
		return EXIT_DONE;
	pr_err("GPU %s: %s", plan->live.bdf, plan->live.warning);
	return EXIT_FAILED;
}

/**
 * plan_check() - find what only user space can know to be impossible
 * @plan: the plan, which may have no steps
 *
 * Prints what is wrong.
 *
 * Return: EXIT_DONE; as check_works(); EXIT_USAGE: more VFs than the GPU can have;
 * EXIT_BUSY: a VF that is in use would be removed, or lose its driver; EXIT_MISSING: a driver is
 * not there; EXIT_ATTENTION: the GPU has to be reset first.
 */
int plan_check(const struct plan *plan)
{
	struct state want = {}, is = {};
	int code;

	code = check_gpu(&plan->live);
	code = code ?: check_total(plan) ?: check_works(plan);
	if (code)
		return code;
	state_before(&is, plan);
	state_after(&want, plan);
	code = check_users(&want, &is) ?: check_drivers(&want, &is);
	state_free(&want);
	state_free(&is);
	return code;
}

/**
 * plan_try() - find what would keep a plan from being carried out
 * @plan: the plan; gets the placement, and is made again when the GPU was changed
 *	meanwhile
 * @provider: the provider
 * @how: PLACE_UNASKED, or 0
 *
 * Changes nothing. Prints what is wrong.
 *
 * Return: as plan_check(), or the exit code of an error of the layout.
 */
int plan_try(struct plan *plan, struct provider *provider, u32 how)
{
	int code = plan_check(plan);
	int i;

	for (i = 1; !code && plan->steps & STEP_LAYOUT; i++) {
		if (i >= PLAN_ATTEMPTS)
			how |= PLACE_LAST;
		code = plan_place(plan, provider, how);
		if (code != -ESTALE)
			return code;
		code = plan_refresh(plan, provider) ?: plan_check(plan);
	}
	return code;
}

/**
 * plan_is_blocked() - does a user of a VF stand in the way of a plan?
 * @plan: the plan
 *
 * Return: whether it would be refused now, and not when the VFs are free and no
 * longer being enabled or disabled.
 */
bool plan_is_blocked(const struct plan *plan)
{
	u32 i;

	for (i = 0; i < plan->live.vfs_len; i++)
		if (plan_interrupts(plan, i))
			return true;
	return plan->live.vfs_changing;
}
