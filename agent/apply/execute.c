// SPDX-License-Identifier: GPL-2.0
/*
 * From the live state of a GPU to a wanted one: apply, the way back when it
 * fails, what is done after a crash, and restore are all this.
 *
 *	number of VFs is another	sriov_numvfs = 0
 *	layout differs			find places, config-set
 *	VFs are to be enabled		hold probing, sriov_numvfs = N
 *	they are, by another driver	layout again, as far as it differs
 *	drivers differ			write driver_override of each VF
 *	probing is held			release it
 *	drivers differ			unbind, probe
 *
 * Overrides are written while the PCI core probes no VF: no host driver gets a
 * VF before it is known which one may have it. The layout comes before enabling,
 * since the kernel gives VFs without one a fair share. A driver of another provider
 * may change the layout as it enables VFs. What is so already is left alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply/check.h"
#include "apply/drivers.h"
#include "apply/execute.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/util.h"
#include "model/names.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "plan/layout.h"
#include "plan/report.h"
#include "provider/provider.h"

static void touch(struct execution *x)
{
	x->touched = true;
	exit_set_underway(true);
}

static int refused(const struct execution *x, const struct failure *why)
{
	if (x->plan)
		return report_config_error(x->plan->config,
					   x->plan->section, why,
					   x->want->gpu.bdf);
	return report_error(why, x->want->gpu.bdf);
}

static int look(const struct execution *x, struct state *now)
{
	struct failure why;
	struct gpu live;

	if (provider_read_settled(x->provider, x->want->gpu.bdf, &live, &why))
		return report_error(&why, x->want->gpu.bdf);
	state_free(now);
	state_live(now, &live);
	gpu_free(&live);
	return EXIT_DONE;
}

/* Return: as sysfs_set_number(); what may still be done is not as it was */
static int set_number(struct execution *x, const char *file, u32 value)
{
	int err = sysfs_set_number(x->want->gpu.bdf, file, value);

	if (!err || err == -ETIMEDOUT)
		touch(x);
	return err;
}

/**
 * struct counting - VFs that come or go
 * @bdf: of their GPU
 * @num: how many there are to be, 0: none
 * @from: how many there were
 */
struct counting {
	const char *bdf;
	u32 num;
	u32 from;
};

static void draw_count(const void *arg)
{
	const struct counting *counting = arg;
	u32 max = counting->num ?: counting->from;
	char vf[BDF_SIZE], bar[32];
	u32 n = 0;

	while (n < max && !sysfs_vf_bdf(counting->bdf, n, vf, sizeof(vf)))
		n++;
	progress_bar(bar, sizeof(bar), counting->num ? n : max - n, max);
	progress_print("GPU %s: %s VFs %s %u of %u", counting->bdf,
		       counting->num ? "enabling" : "disabling", bar,
		       counting->num ? n : max - n, max);
}

/* Return: 0, or a negative errno and @why; what may still be done is not as it was */
static int set_count(struct execution *x, u32 num, u32 from, struct failure *why)
{
	const struct counting counting = { x->want->gpu.bdf, num, from };
	int err;

	progress_begin(draw_count, &counting);
	err = provider_set_num_vfs(x->provider, x->want->gpu.bdf, num, why);
	progress_end();
	if (!err || err == -ETIMEDOUT || why->has_changed)
		touch(x);
	return err;
}

static enum reason reason_of_write(int err)
{
	return err == -EPERM || err == -EACCES ? REASON_NOT_PERMITTED :
						 REASON_DRIVER_ERROR;
}

static int disable(struct execution *x, const struct state *now)
{
	struct failure why;
	int err = set_count(x, 0, now->gpu.num_vfs, &why);
	char mark[REASON_MARK];

	if (err)
		pr_err("GPU %s: cannot disable its %u VF%s: %s%s", now->gpu.bdf,
		       now->gpu.num_vfs, plural(now->gpu.num_vfs),
		       /* what a provider says itself goes before its errno */
		       *why.detail.message ? why.detail.message : write_error(err),
		       reason_mark(mark, why.detail.reason ?: reason_of_write(err)));
	return exit_code_of(err);
}

/* the kernel hands out fair shares again by itself when no VF has a quota */
static void drop_fair_shares(struct gpu *wanted)
{
	u32 i;

	for (i = 0; i < wanted->vfs_len; i++)
		if (wanted->vfs[i].fb_bytes && !wanted->vfs[i].fb_auto)
			return;
	for (i = 0; i < wanted->vfs_len; i++)
		wanted->vfs[i].fb_bytes = 0;
}

static bool is_placement_reason(u32 reason)
{
	switch (reason) {
	case REASON_OFFSET_UNALIGNED:
	case REASON_OFFSET_OUTSIDE:
	case REASON_OFFSET_TAKEN:
	case REASON_OFFSET_IN_USE:
		return true;
	}
	return false;
}

/* the GPU is not what it was when it was looked at */
static bool is_stale(const struct failure *why, bool given_places)
{
	if (why->error == -ESTALE ||
	    why->detail.reason == REASON_VF_COUNT_CHANGING)
		return true;
	return !given_places && layout_is_stale(why);
}

/* a provider may know more than a layout says: whether enabled VFs have all they need */
static bool asks_always(const struct execution *x, const struct gpu *now)
{
	const struct abilities *abilities = gpu_abilities(now);

	return x->has_new_number && x->want->gpu.num_vfs &&
	       !abilities->has_dry_run &&
	       abilities->of[ABILITY_TIME_SLICE].can_set;
}

/* Return: EXIT_DONE; -ESTALE: look again; else an exit code */
static int send_layout(struct execution *x, struct gpu *wanted,
		       const struct gpu *now, bool last)
{
	bool given_places = wanted->set & GPU_SET_PLACES;
	struct failure why;
	struct gpu result;
	int err = 0, code;

	if (state_same_layout(wanted, now) && !asks_always(x, now))
		return EXIT_DONE;
	/* what cannot be seen from here may be in the way of the places */
	if (!given_places && !last)
		err = layout_place(wanted, now, &why);
	if (err)
		return refused(x, &why);
	if (!provider_set_layout(x->provider, wanted, false, &result, &why)) {
		touch(x);
		gpu_free(&result);
		return EXIT_DONE;
	}
	if (why.has_changed)
		touch(x);
	if (is_stale(&why, given_places) && !last)
		return -ESTALE;
	code = refused(x, &why);
	if (!given_places || !is_placement_reason(why.detail.reason))
		return code;
	/* all else can still be what it was */
	pr_err("GPU %s: placing the framebuffer of its VFs elsewhere",
	       wanted->bdf);
	wanted->set &= ~(u32)GPU_SET_PLACES;
	return send_layout(x, wanted, now, last);
}

static int set_layout(struct execution *x, const struct state *now, bool last)
{
	struct gpu wanted;
	int code;

	gpu_copy(&wanted, &x->want->gpu);
	wanted.revision = now->gpu.revision;
	if (!now->gpu.num_vfs)
		drop_fair_shares(&wanted);
	code = send_layout(x, &wanted, &now->gpu, last);
	gpu_free(&wanted);
	return code;
}

static bool manages_drivers(const struct state *want)
{
	u32 i;

	for (i = 0; i < want->gpu.num_vfs; i++)
		if (strcmp(want->drivers[i].bound, ANY_DRIVER) ||
		    strcmp(want->drivers[i].override, ANY_DRIVER))
			return true;
	return false;
}

static int set_autoprobe(struct execution *x, u32 autoprobe)
{
	int err = set_number(x, AUTOPROBE, autoprobe);

	if (err)
		pr_err("GPU %s: cannot set sriov_drivers_autoprobe to %u: %s",
		       x->want->gpu.bdf, autoprobe, write_error(err));
	return exit_code_of(err);
}

/* probing is held off from here on until release() */
static int enable(struct execution *x, struct state *now)
{
	const char *bdf = x->want->gpu.bdf;
	u32 num_vfs = x->want->gpu.num_vfs;
	char last[BDF_SIZE], mark[REASON_MARK];
	struct failure why;
	const char *hint;
	int code, err;

	if (manages_drivers(x->want) && now->autoprobe) {
		code = set_autoprobe(x, 0);
		if (code)
			return code;
		now->autoprobe = 0;
	}
	err = set_count(x, num_vfs, 0, &why);
	if (err && *why.detail.message) {
		pr_err("GPU %s: cannot enable %u VF%s: %s%s", bdf, num_vfs,
		       plural(num_vfs), why.detail.message,
		       reason_mark(mark, why.detail.reason));
		return exit_code_of(err);
	}
	if (err) {
		hint = provider_count_hint(x->provider, bdf, err);
		pr_err("GPU %s: cannot enable %u VF%s: %s (%s)%s", bdf, num_vfs,
		       plural(num_vfs), write_error(err),
		       hint ?: "see the kernel log",
		       reason_mark(mark, reason_of_write(err)));
		return exit_code_of(err);
	}
	/* the PCI core takes it for a success, with a warning in its log */
	if (sysfs_vf_bdf(bdf, num_vfs - 1, last, sizeof(last))) {
		pr_err("GPU %s: its driver has enabled fewer than %u VF%s (see the kernel log)",
		       bdf, num_vfs, plural(num_vfs));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static void draw_drivers(const void *bdf)
{
	progress_print("GPU %s: setting host drivers of its VFs, %llu s",
		       (const char *)bdf, progress_ms() / 1000);
}

static int set_drivers(struct execution *x, const struct state *now)
{
	const struct state *want = x->want;
	const char *bdf = want->gpu.bdf;
	bool touched = false, changing = false;
	struct vf_driver *before = read_drivers(&want->gpu, &changing);
	int code, err;

	if (changing) {
		free(before);
		return EXIT_BUSY;
	}
	progress_begin(draw_drivers, bdf);
	err = drivers_override(bdf, want->drivers, want->gpu.num_vfs, &touched);
	code = exit_code_of(err);
	if (!code && now->autoprobe != want->autoprobe)
		code = set_autoprobe(x, want->autoprobe);
	if (!code) {
		err = drivers_bind(bdf, want->drivers, before,
				   want->gpu.num_vfs, x->may_lack_probe,
				   &touched);
		code = exit_code_of(err);
	}
	progress_end();
	if (touched)
		touch(x);
	free(before);
	return code;
}

/* VFs were enabled: Return: as set_layout() */
static int settle(struct execution *x, struct state *now, bool last)
{
	if (gpu_abilities(&now->gpu)->has_dry_run)
		return EXIT_DONE;
	return look(x, now) ?: set_layout(x, now, last);
}

/* a driver may give VFs what they lack when they are enabled once more */
static bool need_enabling(const struct gpu *now)
{
	u32 i;

	for (i = 0; i < now->vfs_len; i++)
		if (now->vfs[i].in_use)
			return false;
	return now->vfs_lack_something;
}

/* Return: EXIT_DONE; -ESTALE: look again; else an exit code */
static int attempt(struct execution *x, struct state *now, bool last)
{
	u32 num_vfs = x->want->gpu.num_vfs;
	bool recount;
	int code;

	code = look(x, now);
	code = code ?: check_users(x->want, now);
	if (code)
		return code;
	recount = now->gpu.num_vfs != num_vfs || need_enabling(&now->gpu);
	x->has_new_number |= recount;
	if (recount && now->gpu.num_vfs) {
		code = disable(x, now);
		/* that has changed the revision */
		code = code ?: look(x, now);
	}
	code = code ?: set_layout(x, now, last);
	if (!code && recount && num_vfs) {
		x->may_lack_probe = manages_drivers(x->want);
		code = enable(x, now) ?: settle(x, now, last);
	}
	return code ?: set_drivers(x, now);
}

/**
 * execute() - make a GPU what a state says
 * @x: the execution
 *
 * Prints what went wrong. Does nothing when nothing is to be done.
 *
 * Context: no signal may end the program meanwhile, see signals_hold().
 *
 * Return: EXIT_DONE; another exit code: the GPU is as it was, or, with
 * @x->touched, anything in between.
 */
int execute(struct execution *x)
{
	struct state now = {};
	int code = -ESTALE;
	int i;

	for (i = 1; code == -ESTALE; i++)
		code = attempt(x, &now, i >= PLAN_ATTEMPTS);
	state_free(&now);
	return code;
}
