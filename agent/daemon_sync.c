// SPDX-License-Identifier: GPL-2.0
/*
 * Making GPUs what the configuration says, and keeping an eye on them.
 *
 * A GPU that came, or whose configuration was read anew, is pending: it is made
 * what the configuration says, again and again with longer and longer pauses if
 * need be. One that was there and changed later was changed by somebody else.
 * That is told; and it is undone only where the configuration says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "check.h"
#include "daemon.h"

#define BACKOFF_FIRST_MS	5000
#define BACKOFF_LAST_MS		300000

static struct watched *find(struct daemon *d, const char *bdf)
{
	size_t i;

	for (i = 0; i < d->num_gpus; i++)
		if (!strcmp(d->gpus[i].bdf, bdf))
			return &d->gpus[i];
	return NULL;
}

static void make_pending(struct watched *gpu)
{
	gpu->pending = true;
	gpu->differs = false;
	gpu->retry_ms = 0;
	gpu->backoff_ms = BACKOFF_FIRST_MS;
}

static struct watched *find_or_add(struct daemon *d, const char *bdf)
{
	struct watched *gpu = find(d, bdf);

	if (gpu)
		return gpu;
	d->gpus = xgrow(d->gpus, d->num_gpus, sizeof(*d->gpus));
	gpu = &d->gpus[d->num_gpus++];
	*gpu = (struct watched){};
	copy_string(gpu->bdf, BDF_SIZE, bdf);
	make_pending(gpu);
	return gpu;
}

/**
 * daemon_gpu_came() - a GPU is new, whether one like it was there before or not
 * @d: the daemon
 * @bdf: its address
 */
void daemon_gpu_came(struct daemon *d, const char *bdf)
{
	struct watched *gpu = find(d, bdf);

	if (gpu)
		make_pending(gpu);
}

/**
 * daemon_gpu_went() - a GPU is gone
 * @d: the daemon
 * @bdf: its address
 */
void daemon_gpu_went(struct daemon *d, const char *bdf)
{
	struct watched *gpu = find(d, bdf);

	if (gpu)
		*gpu = d->gpus[--d->num_gpus];
}

/** daemon_all_pending() - every GPU is to be made what is configured now */
void daemon_all_pending(struct daemon *d)
{
	size_t i;

	for (i = 0; i < d->num_gpus; i++)
		make_pending(&d->gpus[i]);
}

/** daemon_forget_all() - no GPU is there any more */
void daemon_forget_all(struct daemon *d)
{
	free(d->gpus);
	d->gpus = NULL;
	d->num_gpus = 0;
}

/** daemon_free() - release everything */
void daemon_free(struct daemon *d)
{
	daemon_forget_all(d);
	targets_free(&d->targets);
}

/**
 * daemon_load() - read the configuration
 * @d: keeps the configuration that it has when the new one has errors
 *
 * Return: EXIT_DONE, or the exit code of the error, which was told.
 */
int daemon_load(struct daemon *d)
{
	struct config config = {};
	int code = load_config(&config, d->file, 0);

	if (code) {
		config_free(&config);
		return code;
	}
	targets_drop(&d->targets);
	config_free(&d->targets.config);
	d->targets.config = config;
	d->targets.patient = true;
	daemon_all_pending(d);
	return EXIT_DONE;
}

static void tell_difference(const struct plan *plan, const char *consequence)
{
	pr_err("GPU %s [gpu %s] was changed by somebody else; %s. To be as the configuration says:",
	       plan->live.bdf, plan->section->name, consequence);
	plan_print_steps(plan, stderr);
}

static int attempt(struct daemon *d, struct plan *plan, struct watched *gpu,
		   struct journal *journal)
{
	gpu->code = apply_plan(plan, d->targets.client, journal);
	fflush(stdout);
	gpu->differs = plan->steps;
	gpu->pending = gpu->code && gpu->pending;
	if (!gpu->code) {
		gpu->backoff_ms = BACKOFF_FIRST_MS;
		return EXIT_DONE;
	}
	gpu->retry_ms = monotonic_ms() + gpu->backoff_ms;
	pr_err("GPU %s: trying again in %llu s, or when something changes",
	       gpu->bdf, gpu->backoff_ms / 1000);
	gpu->backoff_ms *= 2;
	if (gpu->backoff_ms > BACKOFF_LAST_MS)
		gpu->backoff_ms = BACKOFF_LAST_MS;
	soonest(&d->check_ms, gpu->retry_ms);
	return gpu->code;
}

/* it says what the configuration says, but that may not last, or not work */
static int watch_unsettled(struct daemon *d, const struct plan *plan,
			   struct watched *gpu)
{
	gpu->code = plan->live.vfs_changing ? EXIT_BUSY : EXIT_ATTENTION;
	if (!gpu->differs)
		check_gpu(&plan->live);
	gpu->differs = true;
	soonest(&d->check_ms, monotonic_ms() + BACKOFF_FIRST_MS);
	return gpu->code;
}

static int sync_one(struct daemon *d, struct plan *plan,
		    struct journal *journal)
{
	struct watched *gpu = find_or_add(d, plan->live.bdf);
	bool enforce = d->targets.config.on_drift == ON_DRIFT_ENFORCE;

	if (!plan->steps && !gpu_is_settled(&plan->live))
		return watch_unsettled(d, plan, gpu);
	if (!plan->steps) {
		if (gpu->differs)
			printf("%s [gpu %s]: in sync again\n", gpu->bdf,
			       plan->section->name);
		gpu->pending = false;
		gpu->differs = false;
		gpu->code = EXIT_DONE;
		return EXIT_DONE;
	}
	if (gpu->pending || enforce) {
		if (monotonic_ms() < gpu->retry_ms) {
			soonest(&d->check_ms, gpu->retry_ms);
			return gpu->code;
		}
		if (!gpu->pending && !gpu->differs)
			tell_difference(plan, "undoing it (on_drift = enforce)");
		return attempt(d, plan, gpu, journal);
	}
	if (!gpu->differs)
		tell_difference(plan, "leaving it so (on_drift = report)");
	gpu->differs = true;
	return EXIT_DIFFERS;
}

/**
 * daemon_sync() - look at every GPU, and do what has to be done
 * @d: the daemon, with a configuration; the module is there
 *
 * Return: EXIT_DONE: all are as configured; else why the first one is not.
 */
int daemon_sync(struct daemon *d)
{
	struct exit_tally tally = {};
	struct journal journal = {};
	size_t i;
	int fd, code;

	d->check_ms = 0;
	code = apply_lock(&fd);
	if (code)
		return code;
	/* an apply that was killed, or a daemon before this one */
	code = recover(&journal);
	code = code ?: targets_plan(&d->targets, 0, NULL);
	/* nothing there that it is about: it may come */
	if (code == EXIT_MISSING && !d->targets.num)
		code = EXIT_DONE;
	for (i = 0; i < d->targets.num && !code; i++) {
		int one = sync_one(d, &d->targets.plans[i], &journal);

		exit_add(&tally, one);
	}
	code = exit_worse(code, journal_finish(&journal));
	targets_drop(&d->targets);
	if (fd >= 0)
		close(fd);
	fflush(stdout);
	return exit_worse(code, exit_total(&tally));
}
