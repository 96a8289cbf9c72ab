// SPDX-License-Identifier: GPL-2.0
/*
 * Resets of VFs and GPUs. The kernel starts a reset and answers; an event reports
 * the end. An event may get lost: so it only wakes the agent, and the counters of
 * the VF or the GPU say whether the reset is over.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/progress.h"
#include "base/util.h"
#include "provider/gpuvf_reset.h"
#include "provider/gpuvf_watch.h"
#include "provider/provider.h"

/* read the counters so often without any event */
#define RESET_POLL_MS	1000

/* the PCI core waits a minute for a function to come back */
#define RESET_LIMIT_MS	120000

/* no user waits for so long without asking */
#define RESET_SILENCE_MS	2000

/**
 * struct reset - a reset under way
 * @bdf: of the GPU
 * @vf: index of the VF, NO_VF: the GPU
 * @error: errno of the event, 0: none was received
 */
struct reset {
	const char *bdf;
	int vf;
	u32 error;
};

static void take_event(struct gpu *gpu, const struct gpu_event *event, void *arg)
{
	struct reset *reset = arg;

	if (event->error && event->vf == reset->vf &&
	    !strcmp(gpu->bdf, reset->bdf))
		reset->error = event->error;
}

/* sleep until there is an event, of whatever kind, or for a while */
static void wait_event(struct watch *watch)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };

	/* without a descriptor this is a pause */
	if (poll(&fd, 1, RESET_POLL_MS) > 0)
		/* what was lost is read back from the counters */
		watch_read(watch);
}

static bool counted(const struct gpu *gpu, int vf, u64 *resets, u64 *failed)
{
	if (vf != NO_VF && (u32)vf >= gpu->vfs_len)
		return false;
	*resets = vf == NO_VF ? gpu->resets : gpu->vfs[vf].resets;
	*failed = vf == NO_VF ? gpu->failed_resets :
				gpu->vfs[vf].failed_resets;
	return true;
}

static int reset_failed(const struct reset *reset, int error,
			struct failure *why)
{
	const char *text = "the reset did not succeed";
	char vf[16] = "";

	if (error == ETIMEDOUT)
		text = "the reset is still under way";
	else if (error == EBUSY)
		text = "VFs are being enabled or disabled at this moment";
	if (reset->vf != NO_VF)
		snprintf(vf, sizeof(vf), " VF %d", reset->vf);
	*why = (struct failure){ .error = -error };
	why->detail.vf = reset->vf;
	why->detail.reason = REASON_RESET_FAILED;
	snprintf(why->detail.message, sizeof(why->detail.message),
		 "GPU %s%s: %s", reset->bdf, vf, text);
	return why->error;
}

/* 0: over, and @now has the GPU; -EAGAIN: not yet */
static int look(struct provider *provider, const struct reset *reset,
		const struct gpu *begun, struct gpu *now,
		struct failure *why)
{
	u64 resets, failed, resets_now, failed_now;
	int err;

	err = provider_read(provider, reset->bdf, now, why);
	if (err)
		return err;
	if (!counted(begun, reset->vf, &resets, &failed) ||
	    !counted(now, reset->vf, &resets_now, &failed_now))
		err = reset_failed(reset, EIO, why);
	else if (failed_now != failed)
		err = reset_failed(reset, reset->error ?: EIO, why);
	else if (resets_now == resets)
		err = -EAGAIN;
	if (err)
		gpu_free(now);
	return err;
}

/* once, when it takes long */
static void say_that_it_waits(const struct reset *reset, u64 begin, bool *said)
{
	char vf[16] = "";

	if (*said || monotonic_ms() < begin + RESET_SILENCE_MS)
		return;
	if (reset->vf != NO_VF)
		snprintf(vf, sizeof(vf), " VF %d", reset->vf);
	pr_warning("GPU %s%s: waiting for the reset, up to %d s; one that does not answer takes over a minute",
		   reset->bdf, vf, RESET_LIMIT_MS / 1000);
	*said = true;
}

static void draw(const void *arg)
{
	const struct reset *reset = arg;
	char bar[32];

	progress_print("GPU %s: reset %s %llu s of at most %d", reset->bdf,
		       progress_bar(bar, sizeof(bar), progress_ms(), RESET_LIMIT_MS),
		       progress_ms() / 1000, RESET_LIMIT_MS / 1000);
}

/**
 * reset_and_wait() - reset a VF or a GPU, and wait until that is over
 * @provider: the provider
 * @bdf: of the GPU
 * @vf: index of the VF, NO_VF: the GPU
 * @result: what the kernel says of the GPU then; to be freed after success
 * @why: more about an error
 *
 * Return: 0; the kernel's negative errno; -EIO or another errno of the kernel: the
 * reset failed; -ETIMEDOUT: it goes on.
 */
int reset_and_wait(struct provider *provider, const char *bdf, int vf,
		   struct gpu *result, struct failure *why)
{
	struct reset reset = { .bdf = bdf, .vf = vf };
	u64 begin = monotonic_ms(), end = begin + RESET_LIMIT_MS;
	struct watch watch = { .event = take_event, .arg = &reset, .quiet = true };
	bool said = false;
	struct gpu begun;
	int err;

	/* before the request, so that no event is missed; it is not needed */
	if (watch_open(&watch))
		watch_close(&watch);
	err = provider_operate(provider, OPERATION_RESET, bdf, vf, &begun, why);
	progress_begin(draw, &reset);
	if (!err) {
		while ((err = look(provider, &reset, &begun, result, why)) ==
		       -EAGAIN && monotonic_ms() < end) {
			say_that_it_waits(&reset, begin, &said);
			progress_tick();
			wait_event(&watch);
		}
		if (err == -EAGAIN)
			err = reset_failed(&reset, ETIMEDOUT, why);
		gpu_free(&begun);
	}
	progress_end();
	watch_close(&watch);
	return err;
}
