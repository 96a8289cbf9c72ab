// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying out a plan: each step, and the way back when one fails.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "sysfs.h"
#include "units.h"
#include "util.h"

#define NUMVFS		"sriov_numvfs"

/* how often a change by somebody else is answered by planning anew */
#define ATTEMPTS	4

/**
 * struct undo - what was before the first step
 * @gpu: the GPU
 * @drivers: host drivers of its VFs
 */
struct undo {
	struct gpu gpu;
	struct vf_driver *drivers;
};

static void remember(struct undo *undo, const struct plan *plan)
{
	u32 n = plan->live.num_vfs;

	gpu_copy(&undo->gpu, &plan->live);
	undo->drivers = xcalloc(n, sizeof(*undo->drivers));
	if (n)
		memcpy(undo->drivers, plan->drivers,
		       n * sizeof(*undo->drivers));
}

static void forget(struct undo *undo)
{
	gpu_free(&undo->gpu);
	free(undo->drivers);
}

static bool has_any_quota(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			return true;
	return false;
}

static bool same_layout(const struct gpu *a, const struct gpu *b)
{
	u32 i;

	if (a->policy != b->policy || a->fb_pf_reserve != b->fb_pf_reserve ||
	    a->vfs_len != b->vfs_len)
		return false;
	for (i = 0; i < a->vfs_len; i++) {
		const struct vf *va = &a->vfs[i], *vb = &b->vfs[i];

		if (va->fb_bytes != vb->fb_bytes ||
		    (va->fb_bytes && (va->time_slice_us != vb->time_slice_us ||
				      va->preempt_timeout_us !=
				      vb->preempt_timeout_us ||
				      strcmp(va->profile, vb->profile))))
			return false;
	}
	return true;
}

/* the kernel hands fair shares out again by itself when nobody has a quota */
static void drop_fair_shares(struct gpu *wish)
{
	u32 i;

	for (i = 0; i < wish->vfs_len; i++)
		if (wish->vfs[i].fb_bytes && !wish->vfs[i].fb_auto)
			return;
	for (i = 0; i < wish->vfs_len; i++)
		wish->vfs[i].fb_bytes = 0;
}

static int restore_layout(const struct undo *undo, struct client *client)
{
	struct gpu now, wish, result;
	struct client_error why;
	int err;

	err = client_get_gpu(client, undo->gpu.bdf, &now, &why);
	if (err)
		return err;
	gpu_copy(&wish, &undo->gpu);
	wish.generation = now.generation;
	if (!now.num_vfs)
		drop_fair_shares(&wish);
	if (!same_layout(&now, &wish)) {
		err = client_set_gpu(client, &wish, false, &result, &why);
		if (!err)
			gpu_free(&result);
	}
	gpu_free(&wish);
	gpu_free(&now);
	return err;
}

/*
 * Back to what was: layout, number of VFs, host drivers.
 *
 * Return: EXIT_FAILED when everything is as before, else EXIT_PARTLY.
 */
static int roll_back(const struct undo *undo, struct client *client)
{
	const char *bdf = undo->gpu.bdf;
	u32 now = 0;
	int err;

	err = sysfs_get_number(bdf, NUMVFS, &now);
	if (!err && now && now != undo->gpu.num_vfs)
		err = sysfs_set_number(bdf, NUMVFS, 0);
	err = err ?: restore_layout(undo, client);
	if (!err && undo->gpu.num_vfs && now != undo->gpu.num_vfs) {
		err = sysfs_set_number(bdf, NUMVFS, undo->gpu.num_vfs);
		if (!err)
			drivers_restore(bdf, undo->drivers, undo->gpu.num_vfs);
	}
	if (!err) {
		pr_err("GPU %s is as it was before", bdf);
		return EXIT_FAILED;
	}
	now = 0;
	sysfs_get_number(bdf, NUMVFS, &now);
	pr_err("GPU %s could not be brought back to what it was: %s; it has %u VFs enabled now, 'show %s' tells the rest",
	       bdf, strerror(-err), now, bdf);
	return EXIT_PARTLY;
}

static int disable(const struct plan *plan)
{
	int err = sysfs_set_number(plan->live.bdf, NUMVFS, 0);

	if (!err)
		return EXIT_DONE;
	pr_err("GPU %s: its %u VFs could not be disabled: %s", plan->live.bdf,
	       plan->live.num_vfs, strerror(-err));
	return exit_code_of(err);
}

static bool manages_drivers(const struct plan *plan)
{
	u32 i;

	for (i = 0; i < plan->wish.num_vfs; i++)
		if (plan_wanted_driver(plan, i) != HOST_DRIVER_UNSET)
			return true;
	return false;
}

static int enable(const struct plan *plan)
{
	bool hold = manages_drivers(plan);
	const char *bdf = plan->live.bdf;
	u32 autoprobe = 0;
	int err, ret;

	if (hold) {
		err = drivers_hold(bdf, &autoprobe);
		if (err) {
			pr_err("GPU %s: drivers could not be kept from its VFs: %s",
			       bdf, strerror(-err));
			return exit_code_of(err);
		}
	}
	err = sysfs_set_number(bdf, NUMVFS, plan->wish.num_vfs);
	if (err)
		pr_err("GPU %s: %u VFs could not be enabled: %s (see the kernel log)",
		       bdf, plan->wish.num_vfs, strerror(-err));
	ret = hold ? drivers_release(bdf, autoprobe) : 0;
	if (ret)
		pr_err("GPU %s: sriov_drivers_autoprobe could not be set back to %u: %s",
		       bdf, autoprobe, strerror(-ret));
	return err ? exit_code_of(err) : EXIT_DONE;
}

/* after enabling, VFs that are not managed have missed their probe */
static void probe_unmanaged(const struct plan *plan)
{
	char vf[BDF_SIZE];
	u32 i;

	if (!manages_drivers(plan))
		return;
	for (i = 0; i < plan->wish.num_vfs; i++) {
		if (plan_wanted_driver(plan, i) == HOST_DRIVER_UNSET &&
		    !sysfs_vf_bdf(plan->live.bdf, i, vf, sizeof(vf)))
			sysfs_probe(vf);
	}
}

/* Return: EXIT_DONE; -ESTALE: plan again; else an exit code */
static int set_layout(struct plan *plan, struct client *client)
{
	struct client_error why;
	struct gpu now, result;
	int err;

	/* disabling VFs has changed the generation since the plan was made */
	if (plan->steps & STEP_DISABLE) {
		err = client_get_gpu(client, plan->live.bdf, &now, &why);
		if (err)
			return refuse_config(plan->config, plan->section, &why,
					     plan->live.bdf);
		plan->wish.generation = now.generation;
		gpu_free(&now);
	}
	err = client_set_gpu(client, &plan->wish, false, &result, &why);
	if (err == -ESTALE)
		return err;
	if (err)
		return refuse_config(plan->config, plan->section, &why,
				     plan->live.bdf);
	gpu_free(&result);
	return EXIT_DONE;
}

/* Return: EXIT_DONE; -ESTALE; else an exit code; *touched: something changed */
static int run_steps(struct plan *plan, struct client *client, bool *touched)
{
	int code = EXIT_DONE;

	if (plan->steps & STEP_DISABLE) {
		code = disable(plan);
		*touched |= !code;
	}
	if (!code && plan->steps & STEP_LAYOUT) {
		code = set_layout(plan, client);
		*touched |= !code;
	}
	if (!code && plan->steps & STEP_ENABLE) {
		code = enable(plan);
		if (!code)
			probe_unmanaged(plan);
	}
	return code;
}

/* does the GPU now say what the file says? */
static int read_back(struct plan *plan, struct client *client)
{
	int code = plan_refresh(plan, client);

	if (code)
		return EXIT_PARTLY;
	if (!plan->steps)
		return EXIT_DONE;
	pr_err("GPU %s is not as the configuration says, although every step was done; what is left to do:",
	       plan->live.bdf);
	plan_print_steps(plan, stderr);
	return EXIT_PARTLY;
}

static void report(const struct plan *plan)
{
	char free_text[UNIT_TEXT];
	u32 provisioned = 0;
	u32 i;

	for (i = 0; i < plan->live.vfs_len; i++)
		provisioned += !!plan->live.vfs[i].fb_bytes;
	printf("%s [gpu %s]: %u VFs enabled, %u with framebuffer, %s left over\n",
	       plan->live.bdf, plan->section->name, plan->live.num_vfs,
	       provisioned, format_size(free_text, plan->live.fb_free, " "));
}

/* the exit code after a step failed: its own, if the GPU is as before */
static int give_up(int code, const struct undo *undo, struct client *client,
		   bool touched)
{
	if (touched && roll_back(undo, client) != EXIT_FAILED)
		return EXIT_PARTLY;
	return code;
}

static int attempt(struct plan *plan, struct client *client, struct undo *undo,
		   bool *touched)
{
	int code;

	code = plan_check(plan);
	if (!code && plan->steps & STEP_DRIVERS)
		code = drivers_check(plan);
	/* what the kernel would refuse has to be known before VFs go */
	if (!code && plan->steps & STEP_DISABLE && plan->steps & STEP_LAYOUT &&
	    has_any_quota(&plan->wish))
		code = plan_ask_kernel(plan, client);
	if (code)
		return give_up(code, undo, client, *touched);

	code = run_steps(plan, client, touched);
	if (code > 0)
		return give_up(code, undo, client, *touched);
	if (code)
		return code;
	if (plan->steps & STEP_DRIVERS && drivers_set(plan))
		return EXIT_PARTLY;
	return read_back(plan, client);
}

/**
 * apply_plan() - make a GPU what its section says
 * @plan: is made anew when something changes meanwhile
 * @client: the client
 *
 * Does nothing when nothing is to be done. Says what it did, or why not.
 *
 * Return: EXIT_DONE; EXIT_PARTLY: the GPU is neither as before nor as it should
 * be; another exit code: it is as it was before.
 */
int apply_plan(struct plan *plan, struct client *client)
{
	struct undo undo = {};
	bool touched = false;
	int code = EXIT_DONE;
	int i;

	if (!plan->steps) {
		printf("%s [gpu %s]: in sync\n", plan->live.bdf,
		       plan->section->name);
		return EXIT_DONE;
	}
	remember(&undo, plan);
	for (i = 0; i < ATTEMPTS; i++) {
		code = attempt(plan, client, &undo, &touched);
		if (code != -ESTALE)
			break;
		code = plan_refresh(plan, client);
		if (code)
			break;
	}
	if (i == ATTEMPTS) {
		pr_err("GPU %s: somebody else keeps changing it", plan->live.bdf);
		code = give_up(EXIT_FAILED, &undo, client, touched);
	}
	if (!code)
		report(plan);
	forget(&undo);
	return code;
}
