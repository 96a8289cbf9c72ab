// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying out a plan: each step, and the way back when one fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"
#include "sysfs.h"
#include "units.h"
#include "util.h"

#define LOCK_FILE	RUN_DIR "/apply.lock"

/* how often a change by somebody else is answered by planning anew */
#define ATTEMPTS	4

static bool has_any_quota(const struct gpu *gpu)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].fb_bytes)
			return true;
	return false;
}

/*
 * Back to what was: layout, number of VFs, host drivers.
 *
 * Return: EXIT_FAILED when everything is as before, else EXIT_PARTLY.
 */
static int roll_back(const struct state *before, struct client *client)
{
	const char *bdf = before->gpu.bdf;
	u32 now = 0;
	int err;

	err = state_restore(before, client);
	if (!err) {
		pr_err("GPU %s is as it was before", bdf);
		return EXIT_FAILED;
	}
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
static int give_up(int code, const struct state *before, struct client *client,
		   bool touched)
{
	if (touched && roll_back(before, client) != EXIT_FAILED)
		return EXIT_PARTLY;
	return code;
}

/* what comes next is on disk before it is done */
static int announce(const struct plan *plan, const struct state *before,
		    struct journal *journal)
{
	int err;

	if (!journal)
		return EXIT_DONE;
	journal_plan(journal, before, plan);
	err = journal_write(journal);
	if (!err)
		return EXIT_DONE;
	pr_err("GPU %s: what is about to be done cannot be recorded in " JOURNAL_DIR ", so it is not done: %s",
	       plan->live.bdf, strerror(-err));
	return err == -EACCES || err == -EPERM ? EXIT_PERMISSION : EXIT_FAILED;
}

static int attempt(struct plan *plan, struct client *client,
		   struct journal *journal, const struct state *before,
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
	code = code ?: announce(plan, before, journal);
	if (code)
		return give_up(code, before, client, *touched);

	code = run_steps(plan, client, touched);
	if (code > 0)
		return give_up(code, before, client, *touched);
	if (code)
		return code;
	if (plan->steps & STEP_DRIVERS) {
		int err = drivers_set(plan);

		if (err)
			return give_up(exit_code_of(err), before, client, true);
	}
	return read_back(plan, client);
}

/**
 * apply_plan() - make a GPU what its section says
 * @plan: is made anew when something changes meanwhile
 * @client: the client
 * @journal: gets what is about to be done; NULL: none is kept
 *
 * Does nothing when nothing is to be done. Says what it did, or why not.
 *
 * Return: EXIT_DONE; EXIT_PARTLY: the GPU is neither as before nor as it should
 * be; another exit code: it is as it was before.
 */
int apply_plan(struct plan *plan, struct client *client,
	       struct journal *journal)
{
	struct state before = {};
	bool touched = false;
	int code = EXIT_DONE;
	int i;

	if (!plan->steps) {
		printf("%s [gpu %s]: in sync\n", plan->live.bdf,
		       plan->section->name);
		return EXIT_DONE;
	}
	state_before(&before, plan);
	for (i = 0; i < ATTEMPTS; i++) {
		code = attempt(plan, client, journal, &before, &touched);
		if (code != -ESTALE)
			break;
		code = plan_refresh(plan, client);
		if (code)
			break;
	}
	if (i == ATTEMPTS) {
		pr_err("GPU %s: somebody else keeps changing it", plan->live.bdf);
		code = give_up(EXIT_FAILED, &before, client, touched);
	}
	if (!code)
		report(plan);
	state_free(&before);
	return code;
}

/**
 * apply_lock() - one apply at a time
 * @fd: holds the lock until it is closed; -1: there was no right to lock
 *
 * Two of them would take turns in undoing each other's steps. The lock goes
 * with the process, however that ends.
 *
 * Return: EXIT_DONE; without permission too, since the kernel will say no.
 */
int apply_lock(int *fd)
{
	*fd = -1;
	if (!mkdir(RUN_DIR, 0700) || errno == EEXIST)
		*fd = open(LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			   0600);
	if (*fd < 0 && (errno == EACCES || errno == EPERM))
		return EXIT_DONE;
	while (*fd >= 0 && flock(*fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		close(*fd);
		*fd = -1;
	}
	if (*fd >= 0)
		return EXIT_DONE;
	pr_err(LOCK_FILE ": %s", strerror(errno));
	return EXIT_FAILED;
}

/**
 * apply_all() - make all GPUs what their sections say
 * @targets: the GPUs
 * @wait: until the framebuffer is cleared
 *
 * To be called with the lock held, after recover().
 *
 * Return: EXIT_DONE: every GPU is as the configuration says; EXIT_PARTLY: some
 * are, or one is in between; else why the first failed, and nothing changed.
 */
int apply_all(struct targets *targets, bool wait)
{
	int first = targets->missing ? EXIT_MISSING : EXIT_DONE;
	u64 *withheld = xcalloc(targets->num, sizeof(*withheld));
	struct journal journal = {};
	struct state before = {};
	size_t done = 0;
	size_t i;

	/* the first record has them all: which were reached can be seen then */
	for (i = 0; i < targets->num; i++) {
		if (!targets->plans[i].steps)
			continue;
		state_before(&before, &targets->plans[i]);
		journal_plan(&journal, &before, &targets->plans[i]);
		state_free(&before);
	}
	/* one GPU in trouble does not keep the others from their VFs */
	for (i = 0; i < targets->num; i++) {
		struct plan *plan = &targets->plans[i];
		int code;

		withheld[i] = plan->live.fb_withheld;
		code = apply_plan(plan, targets->client, &journal);
		if (code)
			withheld[i] = U64_MAX;
		else
			done++;
		first = first ?: code;
	}
	journal_finish(&journal);
	for (i = 0; wait && i < targets->num; i++) {
		int code = withheld[i] == U64_MAX ? EXIT_DONE :
			   wait_ready(targets->plans[i].live.bdf, withheld[i],
				      targets->client);

		first = first ?: code;
	}
	free(withheld);
	return first && done ? EXIT_PARTLY : first;
}
