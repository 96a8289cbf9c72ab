// SPDX-License-Identifier: GPL-2.0
/*
 * Carry out plans: record them before the first step, roll back when a step
 * fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "apply/execute.h"
#include "base/exit_code.h"
#include "base/signals.h"
#include "base/units.h"
#include "base/util.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/output.h"

/* Return: EXIT_DONE: as before; EXIT_ATTENTION: what is not is listed */
static int roll_back(const struct state *before, struct provider *provider)
{
	struct execution x = { .want = before, .provider = provider };
	const char *bdf = before->gpu.bdf;
	struct failure why;
	struct state now = {};
	struct gpu live;

	if (!execute(&x)) {
		pr_err("GPU %s: rolled back to its previous state", bdf);
		return EXIT_DONE;
	}
	pr_err("GPU %s: rollback failed; it needs attention (gpuvf-agent show %s)",
	       bdf, bdf);
	if (!provider_read(provider, bdf, &live, &why)) {
		state_live(&now, &live);
		state_print_differences(before, &now);
		state_free(&now);
		gpu_free(&live);
	}
	return EXIT_ATTENTION;
}

/* places are had as far as possible, and fair shares are the kernel's to say */
static void expect(struct state *expected, const struct state *after,
		   const struct gpu *live)
{
	struct gpu *gpu = &expected->gpu;
	u32 i;

	state_copy(expected, after);
	gpu->set &= ~(u32)GPU_SET_PLACES;
	for (i = 0; i < gpu->vfs_len && i < live->vfs_len; i++)
		if (gpu->vfs[i].fb_auto && live->vfs[i].fb_auto)
			gpu->vfs[i] = live->vfs[i];
}

/* does the GPU say what it should? */
static int read_back(const struct state *after, struct provider *provider)
{
	const char *bdf = after->gpu.bdf;
	struct state expected = {};
	struct failure why;
	struct state now = {};
	struct gpu live;
	bool holds;

	if (provider_read(provider, bdf, &live, &why)) {
		pr_err("GPU %s was changed, but cannot be read back: %s", bdf,
		       failure_text(&why));
		return EXIT_UNREPORTED;
	}
	state_live(&now, &live);
	expect(&expected, after, &live);
	gpu_free(&live);
	holds = state_holds(&expected, &now);
	if (!holds) {
		pr_err("GPU %s differs from the wanted state, although every step succeeded:",
		       bdf);
		state_print_differences(&expected, &now);
	}
	state_free(&expected);
	state_free(&now);
	return holds ? EXIT_DONE : EXIT_ATTENTION;
}

static int record(const struct state *before, struct journal *journal)
{
	int err = journal_write(journal);

	if (!err)
		return EXIT_DONE;
	pr_err("GPU %s: cannot write the journal in " JOURNAL_DIR "; nothing was changed: %s",
	       before->gpu.bdf, strerror(-err));
	return err == -EACCES || err == -EPERM ? EXIT_PERMISSION : EXIT_FAILED;
}

/**
 * transition() - bring a GPU from one state to another, or leave it as it is
 * @section: of the configuration, or what else this is for
 * @before: as the GPU is
 * @after: as it is to be
 * @plan: whose lines an error of the kernel is about, or NULL
 * @provider: the provider
 * @journal: has the change before the first step, and keeps it when the GPU
 *	ends in neither state
 *
 * Prints what went wrong.
 *
 * Context: apply's lock is held; signals are held off here.
 *
 * Return: EXIT_DONE; EXIT_ATTENTION: the GPU is in neither state, and the
 * differences are listed; EXIT_UNREPORTED: done, but it cannot be read;
 * another exit code: it is as it was.
 */
int transition(const char *section, const struct state *before,
	       const struct state *after, const struct plan *plan,
	       struct provider *provider, struct journal *journal)
{
	struct execution x = {
		.want = after, .provider = provider, .plan = plan,
	};
	const char *bdf = before->gpu.bdf;
	sigset_t signals;
	int code;

	signals_hold(&signals);
	journal_begin(journal, section, before, after);
	code = record(before, journal);
	if (!code) {
		code = execute(&x);
		if (!code)
			code = read_back(after, provider);
		else if (x.touched && roll_back(before, provider))
			code = EXIT_ATTENTION;
	}
	exit_set_underway(false);
	if (!code || code == EXIT_UNREPORTED)
		journal_done(journal, bdf);
	else if (code != EXIT_ATTENTION)
		journal_cancel(journal, bdf);
	code = check_failed(provider, bdf, code);
	if (!code || code == EXIT_UNREPORTED || code == EXIT_ATTENTION)
		exit_set_changed();
	signals_release(&signals);
	return code;
}

static void report(const struct plan *plan)
{
	char free_text[UNIT_TEXT];
	u32 provisioned = 0;
	u32 i;

	if (!gpu_can_read(&plan->live, ABILITY_FB)) {
		out_line("%s [gpu %s]: %u VF%s enabled", plan->live.bdf,
			 plan->section->name, plan->live.num_vfs,
			 plural(plan->live.num_vfs));
		return;
	}
	for (i = 0; i < plan->live.vfs_len; i++)
		provisioned += vf_has_share(&plan->live.vfs[i]);
	format_size(free_text, plan->live.fb_free, " ");
	out_line("%s [gpu %s]: %u VF%s enabled, %u with framebuffer%s%s%s",
		 plan->live.bdf, plan->section->name, plan->live.num_vfs,
		 plural(plan->live.num_vfs), provisioned,
		 plan->live.fb_total ? ", " : "",
		 plan->live.fb_total ? free_text : "",
		 plan->live.fb_total ? " free" : "");
}

static int check_all(struct plan *plan, struct provider *provider)
{
	/* what the kernel would refuse has to be known before VFs go */
	if (plan->steps & STEP_DISABLE && plan->steps & STEP_LAYOUT &&
	    (gpu_has_quota(&plan->wanted) || gpu_has_endless(&plan->live)))
		return plan_try(plan, provider, 0);
	return plan_check(plan);
}

/**
 * apply_plan() - make a GPU what its section says
 * @plan: is made again when the GPU was changed
 * @provider: the provider
 * @journal: as in transition(); to be written again or removed afterwards
 *
 * Does nothing when nothing is to be done. Prints what it did, or why not.
 *
 * Return: as transition(); or as plan_check().
 */
int apply_plan(struct plan *plan, struct provider *provider,
	       struct journal *journal)
{
	struct state before = {}, after = {};
	int code = check_all(plan, provider);

	if (code) {
		journal_cancel(journal, plan->live.bdf);
		return code;
	}
	if (!plan->steps) {
		journal_done(journal, plan->live.bdf);
		out_line("%s [gpu %s]: in sync", plan->live.bdf,
			 plan->section->name);
		return EXIT_DONE;
	}
	state_before(&before, plan);
	state_after(&after, plan);
	code = transition(plan->section->name, &before, &after, plan, provider,
			  journal);
	state_free(&before);
	state_free(&after);
	if (code)
		return code;
	if (plan_refresh(plan, provider))
		return EXIT_UNREPORTED;
	report(plan);
	return EXIT_DONE;
}

/* the first record has them all: which were reached can be seen then */
static void record_all(struct journal *journal, const struct targets *targets)
{
	size_t i;

	for (i = 0; i < targets->num; i++) {
		const struct plan *plan = &targets->plans[i];
		struct state before = {}, after = {};

		if (!plan->steps)
			continue;
		state_before(&before, plan);
		state_after(&after, plan);
		journal_begin(journal, plan->section->name, &before, &after);
		state_free(&before);
		state_free(&after);
	}
}

/**
 * apply_all() - make all GPUs what their sections say
 * @targets: the GPUs
 * @journal: from recover(); is empty afterwards
 * @lock: from apply_lock(); is released
 * @wait: until the framebuffer is scrubbed
 *
 * GPUs that are not reached because of a signal stay as they are.
 *
 * Return: EXIT_DONE: every GPU is as the configuration says; else
 * exit_total() of them.
 */
int apply_all(struct targets *targets, struct journal *journal, int *lock,
	      bool wait)
{
	u64 *quarantined = xcalloc(targets->num, sizeof(*quarantined));
	struct exit_tally tally = {};
	sigset_t signals;
	size_t i, n;
	int code;

	if (targets->missing)
		exit_add(&tally, targets->missing_code);
	record_all(journal, targets);
	signals_hold(&signals);
	/* one GPU in trouble does not keep the others from their VFs */
	for (n = 0; n < targets->num && !signals_are_pending(); n++) {
		struct plan *plan = &targets->plans[n];

		quarantined[n] = plan->live.fb_quarantined;
		code = apply_plan(plan, targets->provider, journal);
		if (code)
			quarantined[n] = U64_MAX;
		exit_add(&tally, code);
	}
	for (i = n; i < targets->num; i++)
		journal_cancel(journal, targets->plans[i].live.bdf);
	code = journal_finish(journal);
	if (code)
		exit_add(&tally, code);
	apply_unlock(lock);
	/* a signal that came meanwhile */
	signals_release(&signals);
	signals_hold(&signals);
	for (i = 0; wait && i < n && !signals_are_pending(); i++)
		if (quarantined[i] != U64_MAX)
			exit_add(&tally, wait_ready(targets->plans[i].live.bdf,
						    quarantined[i],
						    targets->provider));
	free(quarantined);
	signals_release(&signals);
	return exit_total(&tally);
}
