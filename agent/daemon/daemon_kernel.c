// SPDX-License-Identifier: GPL-2.0
/*
 * News from the kernel for the daemon: GPUs that come, go and change, and the
 * family itself, which comes and goes with the module.
 */
#include <errno.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"

/* changes come in flocks: the GPUs are looked at so long after the first */
#define SETTLE_MS	300

/*
 * The first change of a flock sets the time: guests that go on changing the
 * state of their VFs do not keep the daemon from looking.
 */
static void look_soon(struct daemon *d)
{
	timer_earliest(&d->check_ms, monotonic_ms() + SETTLE_MS);
}

static void take_change(struct gpu *gpu, const struct gpu_event *event, void *arg)
{
	struct daemon *d = arg;

	if (event->kind == EVENT_GPU_ADDED)
		daemon_gpu_came(d, gpu->bdf);
	else if (event->kind == EVENT_GPU_REMOVED)
		daemon_gpu_went(d, gpu->bdf);
	look_soon(d);
}

/* everything has to be looked at; a VF that is not in use any more can be changed */
static void family_came(void *arg)
{
	struct daemon *d = arg;

	if (d->has_family)
		return;
	d->has_family = !watch_join(&d->watch);
	/* there, and of another version: that is said of each that comes */
	d->absence_reported &= d->has_family;
	look_soon(d);
}

static void family_went(void *arg)
{
	struct daemon *d = arg;

	d->has_family = false;
	/* what the next module cannot do is said again */
	d->targets.known_error = 0;
	daemon_forget_all(d);
}

static int take_news(sd_event_source *source, int fd, u32 events, void *arg)
{
	struct daemon *d = arg;
	int err;

	do {
		err = watch_read(&d->watch);
		/* something was missed */
		if (err == -ENOBUFS)
			look_soon(d);
	} while (!err || err == -ENOBUFS);
	return 0;
}

/**
 * kernel_watch_open() - listen
 * @d: the daemon
 *
 * That it may not hear what VFs do is not reported: it looks again by itself.
 *
 * Return: 0, also when the module is not there yet; or a negative errno.
 */
int kernel_watch_open(struct daemon *d)
{
	int code;

	d->watch = (struct watch){
		.event = take_change,
		.came = family_came,
		.went = family_went,
		.arg = d,
		.quiet = true,
	};
	errno = 0;
	code = watch_open(&d->watch);
	d->has_family = !code;
	if (code && code != EXIT_MISSING)
		return errno ? -errno : -EIO;
	return sd_event_add_io(d->event, NULL, d->watch.fd, EPOLLIN, take_news,
			       d);
}
