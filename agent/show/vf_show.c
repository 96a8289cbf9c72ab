// SPDX-License-Identifier: GPL-2.0
/*
 * All that is known of one VF, a line for each.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/names.h"
#include "show/output.h"
#include "show/vf_show.h"

static void __printf(2, 3) line(const char *what, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvasprintf(fmt, args);
	va_end(args);
	out_line("  %-19s %s", what, text);
	free(text);
}

static const char *way_out(u32 state)
{
	switch (state) {
	case VF_STATE_FAILED:
	case VF_STATE_STOPPED:
		return "reset";
	case VF_STATE_PAUSED:
		return "resume";
	}
	return NULL;
}

static void show_state(const struct gpu *gpu, u32 index)
{
	const struct vf *vf = &gpu->vfs[index];
	const char *verb = vf->has_state ? way_out(vf->state) : NULL;

	if (!vf->has_state)
		return;
	if (verb)
		line("state", "%s (%s %s %s/%u)", vf_state_name(vf->state), PROGRAM,
		     verb, gpu->bdf, index);
	else
		line("state", "%s", vf_state_name(vf->state));
}

static void show_framebuffer(const struct gpu *gpu, const struct vf *vf)
{
	const char *unit = numbers_are_human() ? "" : " B";
	char size[UNIT_TEXT], offset[UNIT_TEXT];

	if (!gpu_can_read(gpu, ABILITY_FB))
		return;
	if (!vf->fb_bytes)
		line("framebuffer", "none");
	else if (gpu_can_read(gpu, ABILITY_FB_OFFSET))
		line("framebuffer", "%s%s at %s%s%s", show_size(size, vf->fb_bytes),
		     unit, show_size(offset, vf->fb_offset), unit,
		     vf->fb_auto ? " (a fair share)" : "");
	else
		line("framebuffer", "%s%s", show_size(size, vf->fb_bytes), unit);
}

static void show_times(const struct gpu *gpu, u32 index)
{
	const char *unit = numbers_are_human() ? "" : " us";
	const struct vf *vf = &gpu->vfs[index];
	u64 sum = gpu_sum_slices_us(gpu);
	char text[UNIT_TEXT];

	if (!gpu_vf_has_share(gpu, index))
		return;
	if (gpu_can_read(gpu, ABILITY_TIME_SLICE) && vf->time_slice_us)
		line("time slice", "%s%s, %.1f%% of the GPU while all VFs are busy",
		     show_time(text, vf->time_slice_us), unit,
		     sum ? 100.0 * vf->time_slice_us / sum : 0);
	if (gpu_can_read(gpu, ABILITY_PREEMPT_TIMEOUT))
		line("preemption timeout", "%s%s",
		     show_time(text, gpu_preempt_timeout_us(gpu, vf)), unit);
}

static void show_host(const struct vf *vf)
{
	const struct vf_host *host = &vf->host;
	char *user = vf_user_text(&vf->user);

	if (*vf->bdf && host->vendor)
		line("PCI device", "%s, %04x:%04x", vf->bdf, host->vendor,
		     host->device);
	else if (*vf->bdf)
		line("PCI device", "%s", vf->bdf);
	if (host->numa_node >= 0 && *vf->bdf)
		line("NUMA node", "%d", host->numa_node);
	if (*host->iommu_group)
		line("IOMMU group", "%s", host->iommu_group);
	if (*vf->bdf)
		line("host driver", "%s%s%s", *vf->driver ? vf->driver : "none",
		     *host->vfio_path ? ", " : "", host->vfio_path);
	if (vf->has_state || user)
		line("used by", "%s", user ? user : vf->in_use ?
		     "not known" : "nothing");
	free(user);
}

static void show_stats(const struct vf *vf)
{
	const struct vf_stats *stats = &vf->stats;

	if (!vf->has_stats)
		return;
	line("GPU time", "%.3f s in %llu time slices, %.3f s beyond their ends",
	     stats->run_ns / 1e9, stats->slices, stats->overrun_ns / 1e9);
	line("faults", "%llu hang%s, %llu preemption timeout%s, %llu full access timeout%s",
	     stats->hangs, plural(stats->hangs), stats->preempt_timeouts,
	     plural(stats->preempt_timeouts), stats->full_access_timeouts,
	     plural(stats->full_access_timeouts));
	line("resets", "%llu", stats->resets);
	line("mailbox", "%llu request%s, %llu refused, %llu unanswered",
	     stats->mbox_requests, plural(stats->mbox_requests),
	     stats->mbox_limited, stats->mbox_unanswered);
}

static void show_claims(const struct vf *vf)
{
	char used[UNIT_TEXT], total[UNIT_TEXT];

	if (vf->has_claims)
		line("its guest claims", "driver %s, %s of %s framebuffer used (unchecked)",
		     *vf->claims.driver ? vf->claims.driver : "unknown",
		     format_size(used, vf->claims.fb_used, " "),
		     format_size(total, vf->claims.fb_total, " "));
}

/**
 * vf_show() - print all that is known of a VF
 * @gpu: its GPU, with statistics if they can be had, see also vf_host_read()
 * @index: which VF
 */
void vf_show(const struct gpu *gpu, u32 index)
{
	const struct vf *vf = &gpu->vfs[index];

	out_line("%s%s VF %u%s", out_color(COLOR_HEAD), gpu->bdf, index,
		 out_color(COLOR_NONE));
	show_state(gpu, index);
	line("profile", "%s", *vf->profile ? vf->profile : "none");
	if (*vf->type)
		line("vGPU type", "%s", vf->type);
	show_framebuffer(gpu, vf);
	show_times(gpu, index);
	show_host(vf);
	show_stats(vf);
	show_claims(vf);
}
