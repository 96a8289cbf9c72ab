// SPDX-License-Identifier: GPL-2.0
/*
 * monitor: what changes, as it changes.
 *
 * The kernel sends whole objects. They are compared with what was known, so
 * that a line says what happened. When the kernel had to drop messages
 * (ENOBUFS), those that wait are taken and then everything is read again, and nothing but the final state of what
 * was missed is lost. When the module is unloaded, all GPUs are gone; when it is
 * loaded again, its family has another id and other groups.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/signals.h"
#include "model/names.h"
#include "pci/process.h"
#include "pci/vf_host.h"
#include "provider/gpuvf_version.h"
#include "provider/gpuvf_watch.h"
#include "provider/provider.h"
#include "show/event_text.h"
#include "show/output.h"
#include "verbs/verbs.h"

#define RETRY_MS	200

/*
 * @provider: NULL while the module is not there
 * @read_ns: when all of @known was read
 * @is_full: the kernel drops messages until all that wait are taken
 */
struct monitor {
	struct provider *provider;
	struct watch watch;
	struct gpu_list known;
	u64 read_ns;
	bool json;
	int signals;
	bool out_of_sync;
	bool is_full;
	bool is_stale;
};

static void print_line(const char *bdf, const char *event, const char *text)
{
	struct timespec now;
	char clock[32] = "";
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	out_line("%s%s.%03ld%s %s %s%s%s", out_color(COLOR_DIM), clock,
		 now.tv_nsec / 1000000, out_color(COLOR_NONE), bdf, event,
		 *text ? ": " : "", text);
	out_flush();
}

/* a line of JSON begins with when it was heard and what it is */
static json_t *json_of_line(const char *event, const char *bdf)
{
	json_t *document = json_document();
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_put_u64(document, "time_us",
		     now.tv_sec * 1000000LL + now.tv_nsec / 1000);
	json_object_set_new(document, "event", json_string(event));
	json_object_set_new(document, "bdf", json_string(bdf));
	return document;
}

static void print_event(const struct monitor *m, const char *event,
			const struct gpu *gpu, const struct gpu *before)
{
	json_t *document;
	struct gpu seen;
	char *text;

	/* what changed may be nothing that is reported here, or was reported before */
	if (before && !event_differs(before, gpu))
		return;
	if (!m->json) {
		text = event_text(before, gpu);
		print_line(gpu->bdf, event, text);
		free(text);
		return;
	}
	document = json_of_line(event, gpu->bdf);
	if (gpu->total_vfs) {
		gpu_copy(&seen, gpu);
		vf_host_read(&seen);
		json_object_set_new(document, "gpu", json_of_gpu(&seen));
		gpu_free(&seen);
	}
	json_finish_line(document);
}

static void put_user(json_t *object, const struct gpu *gpu, u32 vf)
{
	struct gpu seen;

	gpu_copy(&seen, gpu);
	process_find_users(&seen);
	json_put_user(object, &seen.vfs[vf].user);
	gpu_free(&seen);
}

static json_t *json_of_event(const struct gpu *gpu,
			     const struct gpu_event *event)
{
	json_t *object = json_of_line(gpu_event_name(event->kind), gpu->bdf);

	json_put_u64(object, "monotonic_ns", event->time_ns);
	json_put_u64(object, "count", event->count ?: 1);
	if (event->vf != NO_VF) {
		const struct vf *vf = &gpu->vfs[event->vf];

		json_put_u64(object, "vf", event->vf);
		json_put_text(object, "vf_bdf", vf->bdf);
		json_put_text(object, "state", vf_state_name(vf->state));
		put_user(object, gpu, event->vf);
	}
	if (event->has_old_state)
		json_put_text(object, "old_state", vf_state_name(event->old_state));
	if (event->kind == EVENT_VF_HANG)
		json_put_text(object, "hang", hang_name(event->hang));
	if (event->error)
		json_put_u64(object, "error", event->error);
	if (event->kind == EVENT_VF_LIMIT) {
		json_put_text(object, "threshold", threshold_name(event->threshold));
		json_put_u64(object, "limit", event->limit);
		json_put_u64(object, "window_ms", event->window_ms);
	}
	if (event->fb_size) {
		json_put_u64(object, "fb_offset_bytes", event->fb_offset);
		json_put_u64(object, "fb_size_bytes", event->fb_size);
	}
	json_object_set_new(object, "message", json_string(event->message));
	return object;
}

/* an event has its VF, or its GPU, as it is now */
static void update_known(struct gpu *known, const struct gpu *gpu, int vf)
{
	if (vf == NO_VF) {
		known->state = gpu->state;
		if (gpu->has_states)
			known->fb_quarantined = gpu->fb_quarantined;
	} else if ((u32)vf < known->vfs_len) {
		known->vfs[vf].has_state = gpu->vfs[vf].has_state;
		known->vfs[vf].state = gpu->vfs[vf].state;
		known->vfs[vf].in_use = gpu->vfs[vf].in_use;
	}
}

/* a state that was read meanwhile, and printed, before its event was taken */
static bool is_known(const struct monitor *m, const struct gpu *known,
		     const struct gpu *gpu, const struct gpu_event *event)
{
	return event->kind == EVENT_VF_STATE && known &&
	       (u32)event->vf < known->vfs_len && event->time_ns < m->read_ns &&
	       known->vfs[event->vf].has_state &&
	       known->vfs[event->vf].state == gpu->vfs[event->vf].state;
}

static void take_event(struct monitor *m, const struct gpu *gpu,
		       const struct gpu_event *event)
{
	struct gpu *known = gpu_list_find(&m->known, gpu->bdf);
	char *text;

	if (is_known(m, known, gpu, event))
		return;
	if (m->json) {
		json_finish_line(json_of_event(gpu, event));
	} else {
		text = gpu_event_text(gpu, event);
		print_line(gpu->bdf, gpu_event_name(event->kind), text);
		free(text);
	}
	if (known)
		update_known(known, gpu, event->vf);
}

static void forget(struct monitor *m, const char *bdf)
{
	struct gpu_list left = {};
	size_t i;

	for (i = 0; i < m->known.num; i++)
		if (strcmp(m->known.gpus[i].bdf, bdf))
			gpu_copy(gpu_list_add(&left), &m->known.gpus[i]);
	gpu_list_free(&m->known);
	m->known = left;
}

/* generations count up from a random number, and may pass the largest */
static bool is_older(const struct gpu *gpu, const struct gpu *known)
{
	return known && gpu->revision - known->revision > U64_MAX / 2;
}

/*
 * Notifications for every user say nothing of states: these are what they were,
 * and events tell when they change.
 */
static void keep_states(struct gpu *gpu, const struct gpu *known)
{
	u32 i;

	gpu->has_states = known->has_states;
	gpu->fb_needs_scrub = known->fb_needs_scrub;
	gpu->fb_quarantined = known->fb_quarantined;
	gpu->rotation_us = known->rotation_us;
	for (i = 0; i < gpu->vfs_len && i < known->vfs_len; i++) {
		gpu->vfs[i].has_state = known->vfs[i].has_state;
		gpu->vfs[i].state = known->vfs[i].state;
		gpu->vfs[i].in_use = known->vfs[i].in_use;
	}
}

static void take(struct monitor *m, const char *event, const struct gpu *gpu)
{
	struct gpu *known = gpu_list_find(&m->known, gpu->bdf);

	print_event(m, event, gpu, known);
	if (known)
		gpu_free(known);
	else
		known = gpu_list_add(&m->known);
	gpu_copy(known, gpu);
}

static void take_change(struct gpu *gpu, const struct gpu_event *event, void *arg)
{
	struct monitor *m = arg;
	const struct gpu *known = gpu_list_find(&m->known, gpu->bdf);

	switch (event->kind) {
	case EVENT_UNKNOWN:
		break;
	case EVENT_GPU_ADDED:
		take(m, "added", gpu);
		break;
	case EVENT_GPU_CHANGED:
		/* what was read meanwhile is newer than what waited here */
		if (is_older(gpu, known))
			break;
		if (known)
			keep_states(gpu, known);
		take(m, "changed", gpu);
		break;
	case EVENT_GPU_REMOVED:
		print_event(m, "removed", gpu, NULL);
		forget(m, gpu->bdf);
		break;
	default:
		take_event(m, gpu, event);
	}
}

static void print_differences(const struct monitor *m,
			      const struct gpu_list *now, bool first)
{
	size_t i;

	for (i = 0; i < m->known.num; i++) {
		const struct gpu *gpu = &m->known.gpus[i];
		struct gpu gone = {};

		if (gpu_list_find(now, gpu->bdf))
			continue;
		copy_string(gone.bdf, sizeof(gone.bdf), gpu->bdf);
		print_event(m, "removed", &gone, NULL);
	}
	for (i = 0; i < now->num; i++) {
		const struct gpu *gpu = &now->gpus[i];
		const struct gpu *before = gpu_list_find(&m->known, gpu->bdf);

		if (first)
			print_event(m, "present", gpu, NULL);
		else if (!before)
			print_event(m, "added", gpu, NULL);
		else
			print_event(m, "changed", gpu, before);
	}
}

/*
 * Read everything again; what differs from what was known is an event. While changes
 * come too fast for that, it is tried again later: they are events as well.
 */
static int resynchronise(struct monitor *m, bool first)
{
	struct failure why;
	struct gpu_list now;
	u64 begin = monotonic_ns();
	int err;

	err = provider_read_all(m->provider, &now, &why);
	m->out_of_sync = err == -EAGAIN;
	/* the family went, and the notice of that is on its way */
	m->is_stale |= err == -ENOENT;
	if (err) {
		gpu_list_free(&now);
		if (m->out_of_sync || err == -ENOENT)
			return EXIT_DONE;
		pr_err("cannot read the GPUs: %s", failure_text(&why));
		return exit_code_of(err);
	}
	print_differences(m, &now, first);
	gpu_list_free(&m->known);
	m->known = now;
	m->read_ns = begin;
	return EXIT_DONE;
}

static void family_came(void *arg)
{
	struct monitor *m = arg;

	m->is_stale = true;
}

static void family_went(void *arg)
{
	struct gpu_list none = {};
	struct monitor *m = arg;

	if (!m->provider)
		return;
	print_differences(m, &none, false);
	gpu_list_free(&m->known);
	provider_close(m->provider);
	m->provider = NULL;
	m->out_of_sync = false;
	pr_err("module gpuvf is gone; waiting for it");
}

/* ids are looked up again, and then everything is read */
static int reconnect(struct monitor *m)
{
	struct provider *provider;
	int code, err;

	m->is_stale = false;
	err = provider_connect(&provider);
	if (err == -ENOENT) {
		family_went(m);
		return EXIT_DONE;
	}
	if (err) {
		pr_err("generic netlink: %s", gpuvf_error_text(err));
		return EXIT_FAILED;
	}
	provider_close(m->provider);
	m->provider = provider;
	code = watch_join(&m->watch);
	return code && code != EXIT_MISSING ? code : resynchronise(m, false);
}

static int watch(struct monitor *m)
{
	struct pollfd fds[] = {
		{ .fd = m->watch.fd, .events = POLLIN },
		{ .fd = m->signals, .events = POLLIN },
	};
	int code = EXIT_DONE;
	int err;

	while (!code && !out_failed()) {
		if (poll(fds, ARRAY_SIZE(fds),
			 m->out_of_sync || m->is_stale ? RETRY_MS : -1) < 0 &&
		    errno != EINTR)
			return EXIT_FAILED;
		if (fds[1].revents)
			break;
		err = watch_read(&m->watch);
		if (err == -ENOBUFS) {
			pr_err("messages were lost; reading everything again");
			m->out_of_sync = true;
			m->is_full = true;
		} else if (err == -EAGAIN) {
			m->is_full = false;
		} else if (err) {
			code = EXIT_FAILED;
		}
		if (!code && m->is_stale)
			code = reconnect(m);
		/* what happens until then would be lost without another ENOBUFS */
		if (!code && m->out_of_sync && !m->is_full && m->provider)
			code = resynchronise(m, false);
	}
	return code;
}

/**
 * cmd_monitor() - the verb "monitor"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Runs until it is interrupted.
 *
 * Return: EXIT_DONE after SIGINT or SIGTERM, EXIT_MISSING, EXIT_FAILED.
 */
int cmd_monitor(const struct options *options, int argc, char **argv)
{
	struct monitor m = {
		.watch = {
			.event = take_change,
			.came = family_came,
			.went = family_went,
			.arg = &m,
		},
		.json = options->json,
	};
	/* the ordinary end, seen by poll() */
	static const int ends[] = { SIGINT, SIGTERM, 0 };
	int code;

	code = provider_open_gpuvf(&m.provider);
	if (code)
		return code;

	m.signals = signals_open(ends);
	code = watch_open(&m.watch);
	/* it went since it was asked for */
	m.is_stale = code == EXIT_MISSING;
	if (m.is_stale)
		code = EXIT_DONE;
	/* first subscribe, then read: nothing can fall in between */
	code = code ?: resynchronise(&m, true);
	code = code ?: watch(&m);
	watch_close(&m.watch);
	close(m.signals);
	gpu_list_free(&m.known);
	provider_close(m.provider);
	return code;
}
