// SPDX-License-Identifier: GPL-2.0
/*
 * Making GPUs what the configuration says, and keeping an eye on them.
 *
 * A GPU that came, or whose configuration was read again, is pending: it is made
 * what the configuration says, again and again with longer and longer pauses if
 * need be. One that was there and changed later was changed by another program.
 * That is reported; it is undone only where the configuration says so.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "config/load.h"
#include "daemon/daemon.h"
#include "pci/process.h"
#include "pci/sysfs.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "show/output.h"
#include "show/plan_show.h"

#define BACKOFF_FIRST_MS	5000
#define BACKOFF_LAST_MS		300000

/* how often GPUs are looked at whose providers notify of nothing */
#define POLL_MS			10000

/* how often it is looked whether another process has ended */
#define LOCK_RETRY_MS		1000

static struct managed_gpu *find(struct daemon *d, const char *bdf)
{
	size_t i;

	for (i = 0; i < d->num_gpus; i++)
		if (!strcmp(d->gpus[i].bdf, bdf))
			return &d->gpus[i];
	return NULL;
}

static void make_pending(struct managed_gpu *gpu)
{
	gpu->pending = true;
	gpu->differs = false;
	gpu->retry_ms = 0;
	gpu->backoff_ms = BACKOFF_FIRST_MS;
}

static struct managed_gpu *find_or_add(struct daemon *d, const char *bdf)
{
	struct managed_gpu *gpu = find(d, bdf);

	if (gpu)
		return gpu;
	d->gpus = xgrow(d->gpus, d->num_gpus, sizeof(*d->gpus));
	gpu = &d->gpus[d->num_gpus++];
	*gpu = (struct managed_gpu){};
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
	struct managed_gpu *gpu = find(d, bdf);

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
	struct managed_gpu *gpu = find(d, bdf);

	if (!gpu)
		return;
	pr_warning("GPU %s of the configuration is gone; waiting for it", bdf);
	*gpu = d->gpus[--d->num_gpus];
	d->num_missing++;
}

/* every GPU is to be made what is configured now */
static void all_pending(struct daemon *d)
{
	size_t i;

	for (i = 0; i < d->num_gpus; i++)
		make_pending(&d->gpus[i]);
}

/** daemon_forget_all() - no GPU of gpuvf is there any more */
void daemon_forget_all(struct daemon *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->num_gpus; i++)
		if (d->gpus[i].is_polled)
			d->gpus[n++] = d->gpus[i];
	if (n < d->num_gpus)
		pr_warning("module gpuvf is gone; waiting for it");
	d->num_missing += d->num_gpus - n;
	d->num_gpus = n;
}

/* can the section get a GPU of a provider that notifies of nothing? */
static bool is_polled(const struct config_gpu *section)
{
	const struct abilities *provider = config_provider(section);
	char driver[NAME_SIZE];

	if (provider)
		return !provider->has_events;
	if (section->match != CONFIG_MATCH_PCI)
		return true;
	sysfs_driver(section->bdf, driver, sizeof(driver));
	return sysfs_has_device(section->bdf) &&
	       strcmp(driver, gpuvf_abilities.provider);
}

static void poll_later(struct daemon *d)
{
	const struct config *config = &d->targets.config;
	size_t i;

	for (i = 0; i < config->num_gpus; i++) {
		if (!is_polled(&config->gpus[i]))
			continue;
		timer_earliest(&d->check_ms, monotonic_ms() + POLL_MS);
		return;
	}
}

/**
 * daemon_has_others() - is the configuration about GPUs that are not gpuvf's?
 * @d: the daemon, with a configuration
 *
 * Return: whether one of them is there.
 */
bool daemon_has_others(const struct daemon *d)
{
	const struct config *config = &d->targets.config;
	struct provider *provider = provider_connect_all(config);
	struct gpu_list gpus;
	struct failure why;
	bool any = false;
	size_t i;

	if (!provider_read_all(provider, &gpus, &why))
		for (i = 0; i < gpus.num; i++)
			any |= !gpu_abilities(&gpus.gpus[i])->has_events &&
			       config_for_gpu(config, &gpus.gpus[i]);
	gpu_list_free(&gpus);
	provider_close(provider);
	return any;
}

/**
 * daemon_go_on_deaf() - generic netlink cannot be listened to; say so
 * @d: the daemon, with a configuration
 * @error: negative errno
 *
 * Return: EXIT_DONE: there are GPUs of other providers to look after; else EXIT_FAILED.
 */
int daemon_go_on_deaf(const struct daemon *d, int error)
{
	if (!daemon_has_others(d)) {
		pr_err("cannot listen to generic netlink: %s",
		       strerror(-error));
		return EXIT_FAILED;
	}
	pr_warning("cannot listen to generic netlink: %s; changes of gpuvf GPUs are not noticed",
		   strerror(-error));
	return EXIT_DONE;
}

/** daemon_free() - release everything */
void daemon_free(struct daemon *d)
{
	free(d->gpus);
	targets_free(&d->targets);
}

/* the same files with the same bytes */
static bool same_files(const struct config *a, const struct config *b)
{
	size_t i;

	if (a->num_files != b->num_files)
		return false;
	for (i = 0; i < a->num_files; i++) {
		const struct source *x = &a->files[i]->source;
		const struct source *y = &b->files[i]->source;

		if (strcmp(x->path, y->path) || x->size != y->size ||
		    memcmp(x->text, y->text, x->size))
			return false;
	}
	return true;
}

/**
 * daemon_load() - read the configuration
 * @d: keeps the configuration that it has when the new one has errors
 * @changed: result: whether it is another one; if it is not, nothing is done.
 *	NULL: in any case, every GPU is to be made what it says
 *
 * Return: EXIT_DONE, or the exit code of the error, which was reported.
 */
int daemon_load(struct daemon *d, bool *changed)
{
	struct config config = {};
	int code = load_config(&config, d->file, 0);

	code = code ?: targets_check(&config);
	if (!code && changed)
		*changed = !same_files(&config, &d->targets.config);
	if (code || (changed && !*changed)) {
		config_free(&config);
		return code;
	}
	targets_drop(&d->targets);
	config_free(&d->targets.config);
	d->targets.config = config;
	d->absence_reported = false;
	d->waits_for_lock = false;
	all_pending(d);
	return EXIT_DONE;
}

/* those that nothing notifies of */
static void note_gone(struct daemon *d)
{
	size_t i, n;

	for (i = d->num_gpus; i--;) {
		const char *bdf = d->gpus[i].bdf;

		for (n = 0; n < d->targets.num; n++)
			if (!strcmp(d->targets.plans[n].live.bdf, bdf))
				break;
		if (d->gpus[i].is_polled && n == d->targets.num)
			daemon_gpu_went(d, bdf);
	}
}

/**
 * daemon_explain_absence() - the module is not there; say so once
 * @d: the daemon, with a configuration
 *
 * Return: EXIT_MISSING; EXIT_DONE: the configuration names no GPU.
 */
int daemon_explain_absence(struct daemon *d)
{
	struct provider *provider = NULL;

	note_gone(d);
	poll_later(d);
	d->num_missing = d->targets.config.num_gpus;
	if (!d->num_missing)
		return EXIT_DONE;
	if (!d->absence_reported) {
		provider_open_gpuvf(&provider);
		provider_close(provider);
	}
	d->absence_reported = true;
	return EXIT_MISSING;
}

static void report_drift(const struct plan *plan, const char *on_drift,
			 const char *consequence)
{
	char *steps = plan_steps_text(plan);

	pr_warning("GPU %s [gpu %s] differs from the configuration (on_drift = %s). %s: %s",
		   plan->live.bdf, plan->section->name, on_drift, consequence,
		   steps);
	free(steps);
}

static int attempt(struct daemon *d, struct plan *plan, struct managed_gpu *gpu,
		   struct journal *journal)
{
	gpu->code = apply_plan(plan, d->targets.provider, journal);
	out_flush();
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
	timer_earliest(&d->check_ms, gpu->retry_ms);
	return gpu->code;
}

/* it says what the configuration says, but that may not last, or not work */
static int watch_unsettled(struct daemon *d, const struct plan *plan,
			   struct managed_gpu *gpu)
{
	gpu->code = plan->live.vfs_changing ? EXIT_BUSY : EXIT_ATTENTION;
	if (!gpu->differs)
		check_gpu(&plan->live);
	gpu->differs = true;
	timer_earliest(&d->check_ms, monotonic_ms() + BACKOFF_FIRST_MS);
	return gpu->code;
}

static int sync_one(struct daemon *d, struct plan *plan,
		    struct journal *journal)
{
	struct managed_gpu *gpu = find_or_add(d, plan->live.bdf);
	bool enforce = d->targets.config.on_drift == ON_DRIFT_ENFORCE;

	gpu->is_polled = !gpu_abilities(&plan->live)->has_events;
	if (!plan->steps && !gpu_is_settled(&plan->live))
		return watch_unsettled(d, plan, gpu);
	if (!plan->steps) {
		if (gpu->differs)
			out_line("%s [gpu %s]: in sync again", gpu->bdf,
				 plan->section->name);
		gpu->pending = false;
		gpu->differs = false;
		gpu->code = EXIT_DONE;
		return EXIT_DONE;
	}
	if (gpu->pending || enforce) {
		if (monotonic_ms() < gpu->retry_ms) {
			timer_earliest(&d->check_ms, gpu->retry_ms);
			return gpu->code;
		}
		if (!gpu->pending && !gpu->differs)
			report_drift(plan, "enforce", "Doing");
		return attempt(d, plan, gpu, journal);
	}
	if (!gpu->differs)
		report_drift(plan, "report", "Would do");
	gpu->differs = true;
	return EXIT_DIFFERS;
}

/* what is missing is reported once for each configuration */
static void note_missing(struct daemon *d, struct exit_tally *tally)
{
	d->num_missing = d->targets.missing;
	d->absence_reported = true;
	if (d->num_missing)
		exit_add(tally, d->targets.missing_code);
}

/* after a failure that is not one GPU's */
static void try_again(struct daemon *d)
{
	d->backoff_ms = d->backoff_ms ? 2 * d->backoff_ms : BACKOFF_FIRST_MS;
	if (d->backoff_ms > BACKOFF_LAST_MS)
		d->backoff_ms = BACKOFF_LAST_MS;
	timer_earliest(&d->check_ms, monotonic_ms() + d->backoff_ms);
}

/* with apply's lock held */
static int sync_all(struct daemon *d)
{
	struct exit_tally tally = {};
	struct journal journal = {};
	size_t i;
	int code;

	/* an apply that was killed, or a daemon before this one */
	code = recover(&journal);
	d->targets.quiet_missing = d->absence_reported;
	code = code ?: targets_plan(&d->targets, 0, NULL);
	/* nothing there that it is about: it may come */
	if (code == EXIT_MISSING && !d->targets.num)
		code = EXIT_DONE;
	if (!code) {
		note_gone(d);
		note_missing(d, &tally);
	}
	for (i = 0; i < d->targets.num && !code; i++)
		exit_add(&tally, sync_one(d, &d->targets.plans[i], &journal));
	poll_later(d);
	/* what failed for want of memory, or amid changes, may work later */
	if (code || (d->targets.missing_code &&
		     d->targets.missing_code != EXIT_MISSING))
		try_again(d);
	else
		d->backoff_ms = 0;
	code = exit_worse(code, journal_finish(&journal));
	targets_drop(&d->targets);
	return exit_worse(code, exit_total(&tally));
}

static void put_off(struct daemon *d)
{
	char *process;

	timer_earliest(&d->check_ms, monotonic_ms() + LOCK_RETRY_MS);
	if (d->waits_for_lock)
		return;
	process = process_of_lock(APPLY_LOCK);
	pr_warning("%s changes GPUs (it holds " APPLY_LOCK "); waiting for it",
		   process ?: "another process");
	free(process);
	d->waits_for_lock = true;
}

/**
 * daemon_sync() - look at every GPU, and do what has to be done
 * @d: the daemon, with a configuration; the module is there
 *
 * Never waits for another process: signals and requests are answered meanwhile.
 *
 * Return: as apply; EXIT_BUSY: another process changes GPUs, and what has to be
 * done is done when that has ended.
 */
int daemon_sync(struct daemon *d)
{
	int code;
	int fd;

	d->check_ms = 0;
	code = apply_lock(&fd, 0);
	if (code == EXIT_BUSY) {
		put_off(d);
		return code;
	}
	if (code) {
		try_again(d);
		return code;
	}
	d->waits_for_lock = false;
	code = sync_all(d);
	apply_unlock(&fd);
	out_flush();
	return code;
}
