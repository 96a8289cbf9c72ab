// SPDX-License-Identifier: GPL-2.0
/*
 * The words of monitor. VFs with the same news share them: "VF 0-15: ...".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/util.h"
#include "model/names.h"
#include "show/event_text.h"

/* @format: of the unit */
static void add_change(char **text, const char *what, format_fn *format, u64 was,
		       u64 is)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];

	if (was != is)
		append_text(text, ", ", "%s %s -> %s", what,
			    format(a, was, " "), format(b, is, " "));
}

static char *vf_news(const struct vf *was, const struct vf *is)
{
	char *text = xstrdup("");

	add_change(&text, "framebuffer", format_size, was->fb_bytes, is->fb_bytes);
	if (was->fb_bytes && is->fb_bytes && was->fb_offset != is->fb_offset)
		append_text(&text, ", ", "moved");
	if (is->fb_bytes) {
		add_change(&text, "time slice", format_time,
			   was->time_slice_us, is->time_slice_us);
		add_change(&text, "preemption timeout", format_time,
			   was->preempt_timeout_us, is->preempt_timeout_us);
	}
	if (strcmp(was->profile, is->profile))
		append_text(&text, ", ", "profile %s",
			    *is->profile ? is->profile : "none");
	if (was->has_state && is->has_state && was->state != is->state)
		append_text(&text, ", ", "%s", vf_state_name(is->state));
	if (strcmp(was->driver, is->driver))
		append_text(&text, ", ", "driver %s",
			    *is->driver ? is->driver : "none");
	if (was->has_state && is->has_state && was->in_use != is->in_use)
		append_text(&text, ", ", "%s",
			    is->in_use ? "in use" : "not in use");
	return text;
}

static char *gpu_news(const struct gpu *was, const struct gpu *is)
{
	char *text = xstrdup("");

	if (was->state != is->state)
		append_text(&text, ", ", "%s", pf_state_name(is->state));
	if (was->num_vfs != is->num_vfs)
		append_text(&text, ", ", "VFs enabled %u -> %u", was->num_vfs,
			    is->num_vfs);
	if (was->policy != is->policy)
		append_text(&text, ", ", "policy %s -> %s", policy_name(was->policy),
			    policy_name(is->policy));
	add_change(&text, "PF reserve", format_size, was->fb_pf_reserve,
		   is->fb_pf_reserve);
	if (was->vfs_changing != is->vfs_changing)
		append_text(&text, ", ", "%s", is->vfs_changing ?
			    "VFs are being enabled or disabled" :
			    "VFs are not being enabled or disabled any more");
	if (was->has_states && is->has_states)
		add_change(&text, "quarantined", format_size, was->fb_quarantined,
			   is->fb_quarantined);
	return text;
}

static void append_vfs(char **text, const struct gpu *was,
		       const struct gpu *is)
{
	u32 n = was->vfs_len > is->vfs_len ? was->vfs_len : is->vfs_len;
	u32 first, last;

	for (first = 0; first < n; first = last + 1) {
		char *news = vf_news(gpu_vf(was, first), gpu_vf(is, first));

		for (last = first; last + 1 < n; last++) {
			char *next = vf_news(gpu_vf(was, last + 1),
					     gpu_vf(is, last + 1));
			bool same = !strcmp(news, next);

			free(next);
			if (!same)
				break;
		}
		if (*news && first == last)
			append_text(text, "; ", "VF %u: %s", first, news);
		else if (*news)
			append_text(text, "; ", "VF %u-%u: %s", first, last,
				    news);
		free(news);
	}
}

static char *summary(const struct gpu *gpu)
{
	char total[UNIT_TEXT], free_text[UNIT_TEXT];

	return xasprintf("%s, %s, %u of %u VFs enabled, framebuffer %s, free %s",
			 gpu->backend, pf_state_name(gpu->state), gpu->num_vfs,
			 gpu->total_vfs, format_size(total, gpu->fb_total, " "),
			 format_size(free_text, gpu->fb_free, " "));
}

/**
 * event_differs() - is there anything to tell?
 * @before: what it was
 * @now: what it is
 */
bool event_differs(const struct gpu *before, const struct gpu *now)
{
	char *text = gpu_news(before, now);
	bool differs;

	append_vfs(&text, before, now);
	differs = *text;
	free(text);
	return differs;
}

/**
 * event_text() - what happened
 * @before: what was known of the GPU, NULL: nothing
 * @now: what it is; without VFs: nothing is known any more
 *
 * Return: one line without a newline, to be freed; may be empty.
 */
char *event_text(const struct gpu *before, const struct gpu *now)
{
	char *text;

	if (!now->total_vfs)
		return xstrdup("");
	if (!before)
		return summary(now);
	text = gpu_news(before, now);
	append_vfs(&text, before, now);
	return text;
}

/**
 * gpu_event_name() - what a VF or its GPU did, as the netlink spec calls it
 * @kind: of the event
 *
 * Return: NULL for events that are no more than a change of configuration.
 */
const char *gpu_event_name(enum gpu_event_kind kind)
{
	static const char *const names[] = {
		[EVENT_VF_STATE] = "vf-state-change",
		[EVENT_VF_HANG] = "vf-hang",
		[EVENT_VF_RESET] = "vf-was-reset",
		[EVENT_VF_LIMIT] = "threshold-exceeded",
		[EVENT_SCRUB_FAILED] = "fb-scrub-failed",
		[EVENT_GPU_WEDGED] = "pf-wedged",
		[EVENT_GPU_RESET] = "pf-was-reset",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}

/**
 * gpu_event_text() - what a VF or its GPU did
 * @gpu: as the notification has it
 * @event: the notification
 *
 * Return: one line without a newline, to be freed; may be empty.
 */
char *gpu_event_text(const struct gpu *gpu, const struct gpu_event *event)
{
	char *text = xstrdup(event->message);

	/* the kernel's message says it all, if it sent one */
	if (!*text && event->vf != NO_VF)
		append_text(&text, ", ", "VF %d: %s", event->vf,
			    vf_state_name(gpu->vfs[event->vf].state));
	if (event->count > 1)
		append_text(&text, " ", "(%llu times)", event->count);
	return text;
}
