// SPDX-License-Identifier: GPL-2.0
/*
 * An error of the kernel, with the lines of the configuration that caused it.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "model/names.h"
#include "pci/process.h"
#include "plan/report.h"
#include "provider/provider.h"

/* the line that sets a value, or the one that gives it to a VF */
static const struct source_loc *place_in_profile(const struct config_profile *profile,
						 u32 reason)
{
	if (!profile)
		return NULL;
	switch (reason) {
	case REASON_SLICE_TOO_SHORT:
	case REASON_SLICE_TOO_LONG:
		return &profile->time_slice_at;
	case REASON_PREEMPT_TOO_SHORT:
	case REASON_PREEMPT_TOO_LONG:
		return &profile->preempt_timeout_at;
	case REASON_VF_IN_USE:
	case REASON_NO_SPACE:
	case REASON_FRAGMENTED:
	case REASON_PLAN_TOO_HARD:
		return &profile->fb_at;
	case REASON_TYPE:
		return profile->nvidia_type_at.line ? &profile->nvidia_type_at :
						      &profile->fb_at;
	case REASON_BAD_LABEL:
		return &profile->at;
	}
	return NULL;
}

static const struct source_loc *place_in_gpu(const struct config_gpu *section,
					     u32 reason)
{
	switch (reason) {
	case REASON_RESERVE_IN_USE:
	case REASON_RESERVE_TOO_BIG:
		return &section->pf_reserve_at;
	case REASON_POLICY_UNSUPPORTED:
		return &section->policy_at;
	}
	return NULL;
}

static void show_place(const struct source_loc *at)
{
	if (at)
		source_loc_print(stderr, at);
}

/* the kernel names the driver; behind one for user space is a process */
static void name_process(const struct error_detail *detail, const char *bdf)
{
	char *process;

	if (detail->reason != REASON_VF_IN_USE || detail->vf < 0)
		return;
	process = process_of_vf(bdf, detail->vf);
	if (process)
		pr_err("GPU %s VF %d: %s has it open", bdf, detail->vf,
		       process);
	free(process);
}

/**
 * report_error() - tell the user why the kernel refused something
 * @why: the error
 * @bdf: of the GPU
 *
 * The message ends with the reason, for the verb "explain".
 *
 * Return: the exit code for this error.
 */
int report_error(const struct failure *why, const char *bdf)
{
	char mark[REASON_MARK];

	reason_mark(mark, why->detail.reason);
	if (why->error == -ESTALE)
		pr_err("GPU %s: its configuration keeps changing: another program sets it%s",
		       bdf, reason_mark(mark, REASON_STALE));
	/* the kernel's message names the GPU, others do not */
	else if (why->detail.message[0])
		pr_err("%s%s", why->detail.message, mark);
	else if (why->error == -EPERM)
		pr_err("GPU %s: changing it, or asking what a change would do, needs CAP_SYS_ADMIN%s",
		       bdf, reason_mark(mark, REASON_NOT_PERMITTED));
	else
		pr_err("GPU %s: %s%s", bdf, failure_text(why), mark);
	name_process(&why->detail, bdf);
	return exit_code_of(why->error);
}

/**
 * report_config_error() - tell the user why the kernel refused a section
 * @config: the configuration
 * @section: of the GPU
 * @why: the error
 * @bdf: of the GPU
 *
 * Return: the exit code for this error.
 */
int report_config_error(const struct config *config,
			const struct config_gpu *section,
			const struct failure *why, const char *bdf)
{
	const struct error_detail *detail = &why->detail;
	const struct source_loc *at;

	report_error(why, bdf);
	if (why->error == -EPERM)
		return EXIT_PERMISSION;

	at = place_in_gpu(section, detail->reason);
	show_place(at);
	if (detail->vf >= 0 && (u32)detail->vf < section->vfs_len) {
		u32 vf = detail->vf;

		show_place(&section->vfs[vf].at);
		show_place(place_in_profile(config_vf_profile(config, section,
							      vf),
					    detail->reason));
	} else if (exit_code_of(why->error) == EXIT_USAGE &&
		   (!at || !at->line)) {
		show_place(&section->at);
	}
	return exit_code_of(why->error);
}
