// SPDX-License-Identifier: GPL-2.0
/*
 * Checkpoints: the settings of all GPUs, as a file has them.
 *
 * A checkpoint has the place of each VF's framebuffer, and restoring brings it back
 * there, with sizes, settings, the number of VFs and their host drivers. Where
 * something is in the way of that, or where VFs have fair shares, which the
 * kernel hands out, it brings back all the rest and says what lies elsewhere.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "apply/apply.h"
#include "apply/check.h"
#include "apply/checkpoint.h"
#include "apply/journal.h"
#include "base/exit_code.h"
#include "base/signals.h"
#include "base/units.h"
#include "pci/process.h"
#include "plan/report.h"
#include "provider/provider.h"
#include "show/output.h"

static int add_state(json_t *object, void *to)
{
	json_int_t vendor, device, total_vfs;
	struct checkpoint *checkpoint = to;
	struct state *state;
	json_t *inner;

	checkpoint->states = xgrow(checkpoint->states, checkpoint->num,
				   sizeof(*state));
	state = &checkpoint->states[checkpoint->num++];
	if (json_unpack(object, "{s:I,s:I,s:I,s:o}", "vendor", &vendor, "device",
			&device, "total_vfs", &total_vfs, "state", &inner))
		return -EINVAL;
	state->gpu.vendor = vendor;
	state->gpu.device = device;
	state->gpu.total_vfs = total_vfs;
	return state_from_json(inner, state);
}

/**
 * checkpoint_parse() - read the text of a checkpoint
 * @checkpoint: all zero; to be freed also after errors
 * @text: the text
 * @size: bytes of it
 *
 * Return: 0; -EINVAL: it is none; -EPROTONOSUPPORT: it is one of another
 * version.
 */
int checkpoint_parse(struct checkpoint *checkpoint, const char *text,
		     size_t size)
{
	return states_parse(text, size, "schema_version", JSON_SCHEMA_VERSION,
			    add_state, checkpoint);
}

/**
 * checkpoint_free() - release a checkpoint
 * @checkpoint: is empty afterwards
 */
void checkpoint_free(struct checkpoint *checkpoint)
{
	size_t i;

	for (i = 0; i < checkpoint->num; i++)
		state_free(&checkpoint->states[i]);
	free(checkpoint->states);
	*checkpoint = (struct checkpoint){};
}

/* what may not have been possible; Return: EXIT_DONE, EXIT_DIFFERS */
static int compare_placement(const struct state *want, const struct gpu *live)
{
	char a[UNIT_TEXT], b[UNIT_TEXT];
	int code = EXIT_DONE;
	u32 i;

	for (i = 0; i < want->gpu.vfs_len && i < live->vfs_len; i++) {
		const struct vf *vf = &want->gpu.vfs[i];

		if (!vf->fb_bytes || vf->fb_offset == live->vfs[i].fb_offset)
			continue;
		pr_err("GPU %s VF %u: its framebuffer is at %s now, it was at %s",
		       live->bdf, i,
		       format_size(a, live->vfs[i].fb_offset, " "),
		       format_size(b, vf->fb_offset, " "));
		code = EXIT_DIFFERS;
	}
	return code;
}

/* where VFs lie counts only as far as it can be had */
static int change(struct state *want, const struct gpu *live,
		  struct provider *provider, struct journal *journal)
{
	struct state before = {};
	int code;

	state_live(&before, live);
	before.gpu.set |= GPU_SET_PLACES;
	want->gpu.set |= GPU_SET_PLACES;
	want->autoprobe = before.autoprobe;
	code = check_gpu(live);
	if (!code && state_holds(want, &before)) {
		journal_done(journal, live->bdf);
		out_text("%s: in sync\n", live->bdf);
		goto out;
	}
	code = code ?: check_users(want, &before);
	code = code ?: check_drivers(want, &before);
	if (code) {
		pr_err("GPU %s: not restored", live->bdf);
		goto out;
	}
	code = transition("(restore)", &before, want, NULL, provider, journal);
	if (!code)
		out_text("%s: restored, %u VF%s enabled\n", live->bdf,
			 want->gpu.num_vfs, plural(want->gpu.num_vfs));
out:
	state_free(&before);
	return code;
}

static int restore_one(struct state *want, struct provider *provider,
		       struct journal *journal)
{
	struct failure why;
	struct gpu live;
	char *text;
	int code, err;

	err = provider_read_settled(provider, want->gpu.bdf, &live, &why);
	if (err == -ENODEV) {
		text = why_not_driven(want->gpu.bdf);
		pr_err("%s", text);
		free(text);
	} else if (err) {
		report_error(&why, want->gpu.bdf);
	}
	if (err)
		return exit_code_of(err);
	if (!state_is_of(want, &live)) {
		pr_err("GPU %s is not the one of the checkpoint", live.bdf);
		gpu_free(&live);
		return EXIT_MISSING;
	}
	code = change(want, &live, provider, journal);
	gpu_free(&live);
	if (code)
		return code;
	if (provider_read(provider, want->gpu.bdf, &live, &why)) {
		report_error(&why, want->gpu.bdf);
		return EXIT_UNREPORTED;
	}
	code = compare_placement(want, &live);
	gpu_free(&live);
	return code;
}

/**
 * checkpoint_restore() - bring all GPUs of a checkpoint to the state it has
 * @checkpoint: the checkpoint
 * @provider: the provider
 *
 * Prints what it did, and what went wrong. A signal ends it between two GPUs.
 *
 * Context: apply's lock is held.
 *
 * Return: EXIT_DONE; EXIT_DIFFERS: framebuffer lies elsewhere; else as
 * apply_all().
 */
int checkpoint_restore(const struct checkpoint *checkpoint,
		       struct provider *provider)
{
	struct exit_tally tally = {};
	struct journal journal = {};
	sigset_t signals;
	size_t i;
	int code;

	code = recover(&journal);
	if (code)
		return code;
	signals_hold(&signals);
	for (i = 0; i < checkpoint->num && !signals_are_pending(); i++)
		exit_add(&tally, restore_one(&checkpoint->states[i], provider,
					     &journal));
	code = exit_worse(exit_total(&tally), journal_finish(&journal));
	signals_release(&signals);
	return code;
}
