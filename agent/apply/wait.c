// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting: for VFs that are in use, and for another process that changes GPUs,
 * before; for framebuffer that is being scrubbed, afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "base/clock.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/root.h"
#include "base/signals.h"
#include "base/units.h"
#include "base/util.h"
#include "model/names.h"
#include "pci/attr.h"
#include "pci/process.h"
#include "plan/report.h"
#include "plan/target.h"
#include "provider/provider.h"

#define IDLE_POLL_MS	500
#define READY_POLL_MS	50
#define LOCK_POLL_MS	100

/* most holders of the lock have released it by then */
#define LOCK_NOTICE_MS	1000

/* no hardware clears for so long; something is wrong then */
#define READY_LIMIT_MS	300000

/**
 * wait_settled() - plan again for GPUs whose VFs were being enabled or disabled
 * @targets: planned
 *
 * Those that still are, or cannot be read, are refused when it is their turn: the
 * others are not in doubt.
 */
void wait_settled(struct targets *targets)
{
	size_t i;

	for (i = 0; i < targets->num; i++)
		if (targets->plans[i].live.vfs_changing)
			plan_refresh(&targets->plans[i], targets->provider);
}

static const struct plan *first_blocked(const struct targets *targets)
{
	size_t i;

	for (i = 0; i < targets->num; i++)
		if (plan_is_blocked(&targets->plans[i]))
			return &targets->plans[i];
	return NULL;
}

/* Return: what is waited for, to be freed */
static char *name_blocker(const struct plan *plan)
{
	const struct gpu *gpu = &plan->live;
	char *user, *text;
	u32 i;

	for (i = 0; i < gpu->vfs_len && !plan_interrupts(plan, i); i++)
		;
	if (i == gpu->vfs_len)
		return xasprintf("GPU %s, whose VFs are being enabled or disabled",
				 gpu->bdf);
	user = *gpu->vfs[i].bdf ? process_open_at(gpu->vfs[i].bdf) : NULL;
	text = xasprintf("%s%sGPU %s VF %u%s", user ?: "",
			 user ? ", which has " : "", gpu->bdf, i,
			 user ? " open" : ", which is in use");
	free(user);
	return text;
}

/**
 * struct waiting - for VFs that are in use
 * @blocker: what for
 * @end_ms: until when
 */
struct waiting {
	char *blocker;
	u64 end_ms;
};

static void draw_waiting(const void *arg)
{
	const struct waiting *waiting = arg;
	u64 now = monotonic_ms();

	progress_print("waiting %llu s more for %s", waiting->end_ms > now ?
		       (waiting->end_ms - now + 999) / 1000 : 0,
		       waiting->blocker);
}

/* once for each: another one may come when the first has gone */
static void report_blocker(struct waiting *waiting, const struct plan *plan,
			   u32 seconds)
{
	char *blocker = name_blocker(plan);

	if (!waiting->blocker || strcmp(waiting->blocker, blocker))
		pr_warning("waiting up to %u s for %s", seconds, blocker);
	free(waiting->blocker);
	waiting->blocker = blocker;
}

/**
 * wait_idle() - wait until no VF is in use that would have to change
 * @targets: planned; planned again while it waits
 * @seconds: how long at the most
 *
 * The lock must not be held: others may have to change something meanwhile. Prints what
 * it waits for.
 *
 * Return: EXIT_DONE, also when the time is over: apply then names the user;
 * or why a GPU could not be read.
 */
int wait_idle(struct targets *targets, u32 seconds)
{
	struct waiting waiting = {
		.end_ms = monotonic_ms() + seconds * 1000ULL,
	};
	const struct plan *blocked;
	int code = EXIT_DONE;
	size_t i;

	progress_begin(draw_waiting, &waiting);
	while (!code && (blocked = first_blocked(targets)) &&
	       monotonic_ms() < waiting.end_ms) {
		report_blocker(&waiting, blocked, seconds);
		progress_tick();
		sleep_ms(IDLE_POLL_MS);
		for (i = 0; !code && i < targets->num; i++)
			code = plan_refresh(&targets->plans[i],
					    targets->provider);
	}
	progress_end();
	free(waiting.blocker);
	return code;
}

/**
 * apply_unlock() - let another process change GPUs
 * @fd: from apply_lock(); -1 afterwards
 *
 * Children that write have the lock too. One that was left behind at a driver that
 * hangs stands in the way of nothing but its GPU.
 */
void apply_unlock(int *fd)
{
	if (*fd < 0)
		return;
	attr_keep_open(-1);
	flock(*fd, LOCK_UN);
	close(*fd);
	*fd = -1;
}

static void report_lock(const char *file, bool over)
{
	char *process = process_of_lock(file);

	pr_err("%s changes GPUs (it holds " APPLY_LOCK "); %s",
	       process ?: "another process",
	       over ? "nothing was changed" : "waiting for it");
	free(process);
}

/* Return: 0; -EWOULDBLOCK: another process has it; another negative errno */
static int wait_for_lock(int fd, const char *file, u32 seconds)
{
	u64 notice = monotonic_ms() + LOCK_NOTICE_MS;
	u64 end = monotonic_ms() + seconds * 1000ULL;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK || monotonic_ms() >= end)
			return -errno;
		if (notice && monotonic_ms() >= notice) {
			report_lock(file, false);
			notice = 0;
		}
		sleep_ms(LOCK_POLL_MS);
	}
	return 0;
}

/**
 * apply_lock() - one apply at a time
 * @fd: holds the lock until apply_unlock(); -1: there was no right to lock
 * @seconds: how long to wait for another process to release it
 *
 * Two of them would undo each other's steps in turn. The lock ends with the
 * process, whatever ends that, and with the write to a file of sysfs that it has begun.
 * Prints which process has it, and that it waits.
 *
 * Return: EXIT_DONE, without permission too, since the kernel will say no;
 * EXIT_BUSY: another process has it, which is printed unless @seconds is 0;
 * EXIT_FAILED: nothing may be changed.
 */
int apply_lock(int *fd, u32 seconds)
{
	char *dir = root_path("%s", &RUN_DIR[1]);
	char *file = root_path("%s", &APPLY_LOCK[1]);
	int code = EXIT_DONE;
	int err = 0;

	*fd = -1;
	if (!mkdir(dir, 0700) || errno == EEXIST)
		*fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			   0600);
	if (*fd < 0)
		err = -errno;
	if (err == -EACCES || err == -EPERM)
		goto out;
	err = err ?: wait_for_lock(*fd, file, seconds);
	if (err == -EWOULDBLOCK) {
		code = EXIT_BUSY;
		if (seconds)
			report_lock(file, true);
	} else if (err) {
		code = EXIT_FAILED;
		pr_err("%s: %s", file, strerror(-err));
	}
	if (err)
		apply_unlock(fd);
	else
		attr_keep_open(*fd);
out:
	free(file);
	free(dir);
	return code;
}

static int not_ready(const struct gpu *gpu, u64 quarantined)
{
	char text[UNIT_TEXT];

	if (gpu->state != PF_STATE_READY) {
		pr_err("GPU %s is %s", gpu->bdf, pf_state_name(gpu->state));
		return EXIT_ATTENTION;
	}
	if (gpu->fb_quarantined > quarantined) {
		pr_err("GPU %s: %s of framebuffer could not be scrubbed and are quarantined; VFs that have them do not start",
		       gpu->bdf, format_size(text, gpu->fb_quarantined, " "));
		return EXIT_ATTENTION;
	}
	return EXIT_DONE;
}

/**
 * struct scrubbing - framebuffer that is being scrubbed
 * @bdf: of the GPU
 * @total: bytes, when it began
 * @left: bytes
 */
struct scrubbing {
	const char *bdf;
	u64 total;
	u64 left;
};

static void draw_scrubbing(const void *arg)
{
	const struct scrubbing *scrubbing = arg;
	u64 done = scrubbing->total - scrubbing->left;
	char some[UNIT_TEXT], all[UNIT_TEXT];
	char left[32] = "", bar[32];

	if (done)
		snprintf(left, sizeof(left), ", %.0f s left",
			 (double)progress_ms() / 1000 * scrubbing->left / done);
	progress_print("GPU %s: scrubbing %s %s of %s%s", scrubbing->bdf,
		       progress_bar(bar, sizeof(bar), done, scrubbing->total),
		       format_size(some, done, " "),
		       format_size(all, scrubbing->total, " "), left);
}

/* signals are held off: it goes on without this program */
static bool is_interrupted(const struct scrubbing *scrubbing)
{
	char text[UNIT_TEXT];

	if (!signals_are_pending())
		return false;
	pr_warning("GPU %s: interrupted; scrubbing continues without this command, %s left; VFs start when theirs is scrubbed",
		   scrubbing->bdf, format_size(text, scrubbing->left, " "));
	return true;
}

/**
 * wait_ready() - wait until the framebuffer of a GPU is scrubbed
 * @bdf: of the GPU
 * @quarantined: bytes that were quarantined before
 * @provider: the provider
 *
 * Context: signals are held off; when one comes, this says so and ends.
 *
 * Return: EXIT_DONE; EXIT_ATTENTION: it does not become ready, which is printed;
 * EXIT_UNREPORTED: it cannot be read.
 */
int wait_ready(const char *bdf, u64 quarantined, struct provider *provider)
{
	u64 end = monotonic_ms() + READY_LIMIT_MS;
	struct scrubbing scrubbing = { .bdf = bdf };
	struct failure why;
	struct gpu gpu;
	bool ready;
	int code;

	progress_begin(draw_scrubbing, &scrubbing);
	for (;;) {
		if (provider_read(provider, bdf, &gpu, &why)) {
			progress_end();
			report_error(&why, bdf);
			return EXIT_UNREPORTED;
		}
		ready = gpu.fb_needs_scrub <= gpu.fb_quarantined;
		code = not_ready(&gpu, quarantined);
		scrubbing.left = ready ? 0 : gpu.fb_needs_scrub - gpu.fb_quarantined;
		if (scrubbing.left > scrubbing.total)
			scrubbing.total = scrubbing.left;
		gpu_free(&gpu);
		if (ready || code || monotonic_ms() > end ||
		    is_interrupted(&scrubbing))
			break;
		progress_tick();
		sleep_ms(READY_POLL_MS);
	}
	progress_end();
	if (ready || code || monotonic_ms() <= end)
		return code;
	pr_err("GPU %s: its framebuffer is still being scrubbed after %d s",
	       bdf, READY_LIMIT_MS / 1000);
	return EXIT_ATTENTION;
}
