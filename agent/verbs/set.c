// SPDX-License-Identifier: GPL-2.0
/*
 * set: change single settings of a GPU or a VF, live.
 */
#include <string.h>

#include "apply/check.h"
#include "base/name_set.h"
#include "base/units.h"
#include "model/names.h"
#include "plan/layout.h"
#include "plan/report.h"
#include "plan/target.h"
#include "provider/provider.h"
#include "verbs/verbs.h"

/* the last one sends no places */
#define PLACE_ATTEMPTS	4

static const char *const vf_keys[] = {
	"fb", "time_slice", "preempt_timeout", "label",
};

static const char *const gpu_keys[] = { "policy", "pf_reserve" };

struct change {
	struct vf vf;
	u32 vf_set;
	struct gpu gpu;
};

static const char *set_vf_key(struct change *change, const char *key,
			      const char *value)
{
	struct vf *vf = &change->vf;
	const char *why;

	if (!strcmp(key, "fb")) {
		change->vf_set |= VF_SET_FB;
		return parse_size(value, &vf->fb_bytes);
	}
	if (!strcmp(key, "time_slice")) {
		change->vf_set |= VF_SET_TIME_SLICE;
		why = parse_time(value, &vf->time_slice_us);
		return why || vf->time_slice_us ? why : "must be greater than 0";
	}
	if (!strcmp(key, "preempt_timeout")) {
		change->vf_set |= VF_SET_PREEMPT;
		if (!strcmp(value, "default"))
			return NULL;
		why = parse_time(value, &vf->preempt_timeout_us);
		return why || vf->preempt_timeout_us ? why :
		       "must be greater than 0; the default is 'default'";
	}
	change->vf_set |= VF_SET_PROFILE;
	if (!check_name(value) && strcmp(value, "none"))
		copy_string(vf->profile, LABEL_SIZE, value);
	return check_name(value);
}

static const char *set_gpu_key(struct change *change, const char *key,
			       const char *value)
{
	struct gpu *gpu = &change->gpu;

	if (!strcmp(key, "policy")) {
		gpu->set |= GPU_SET_POLICY;
		return policy_from_name(value, &gpu->policy) ? NULL :
		       "is none of fixed, equal, best-effort";
	}
	gpu->set |= GPU_SET_PF_RESERVE;
	return parse_size(value, &gpu->fb_pf_reserve);
}

static int check_key(const char *key, bool has_vf)
{
	const char *const *known = has_vf ? vf_keys : gpu_keys;
	size_t n = has_vf ? ARRAY_SIZE(vf_keys) : ARRAY_SIZE(gpu_keys);
	const char *guess = nearest(key, known, n);

	if (guess && !strcmp(guess, key))
		return EXIT_DONE;
	if (guess)
		return usage_error("a %s has no key '%s'; did you mean '%s'?",
				   has_vf ? "VF" : "GPU", key, guess);
	return usage_error("a %s has no key '%s'",
			   has_vf ? "VF" : "GPU", key);
}

static int parse_keys(struct change *change, bool has_vf, int argc,
		      char **argv, struct names *keys)
{
	int i;

	for (i = 0; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		const char *why;
		char key[32];

		if (!equals || (size_t)(equals - argv[i]) >= sizeof(key))
			return usage_error("invalid setting '%s': expected KEY=VALUE",
					   argv[i]);
		copy_string(key, equals - argv[i] + 1, argv[i]);
		if (check_key(key, has_vf))
			return EXIT_USAGE;
		if (names_add(keys, key, i) != NO_NAME)
			return usage_error("key '%s' is given twice",
					   key);
		why = has_vf ? set_vf_key(change, key, equals + 1) :
			       set_gpu_key(change, key, equals + 1);
		if (why)
			return usage_error("%s: '%s' %s", key,
					   equals + 1, why);
	}
	return EXIT_DONE;
}

static int parse_change(struct change *change, bool has_vf, int argc,
			char **argv)
{
	struct names keys = {};
	int code = parse_keys(change, has_vf, argc, argv, &keys);

	names_free(&keys);
	return code;
}

/*
 * VFs are placed one after the other, and an error names the one for which nothing
 * is left: that need not be the one that is to grow.
 */
static void explain_other_vf(const struct gpu *gpu, u32 index,
			     const struct change *change)
{
	u64 fb_bytes = index < gpu->vfs_len ? gpu->vfs[index].fb_bytes : 0;
	char asked[UNIT_TEXT], most[UNIT_TEXT];

	format_size(asked, change->vf.fb_bytes, " ");
	format_size(most, gpu->fb_free + fb_bytes, " ");
	if (change->vf.fb_bytes > gpu->fb_free + fb_bytes)
		pr_err("GPU %s VF %u: requested %s of framebuffer, at most %s is free for it",
		       gpu->bdf, index, asked, most);
	else
		pr_err("GPU %s VF %u: requested %s of framebuffer; %s is free, but not in one piece beside the other VFs",
		       gpu->bdf, index, asked, most);
}

static bool is_about_another(const struct error_detail *detail, bool has_vf,
			     u32 index, const struct change *change)
{
	return has_vf && detail->vf != NO_VF && (u32)detail->vf != index &&
	       change->vf_set & VF_SET_FB &&
	       (detail->reason == REASON_NO_SPACE ||
		detail->reason == REASON_FRAGMENTED);
}

/* other VFs may have to move for it; what is in their way cannot always be seen */
static bool needs_places(const struct gpu *gpu, u32 index,
			 const struct change *change)
{
	if (!gpu->has_states || gpu->state != PF_STATE_READY ||
	    gpu->vfs_changing)
		return false;
	return change->vf_set & VF_SET_FB ? index < gpu->vfs_len :
	       change->gpu.set & GPU_SET_PF_RESERVE;
}

/* Return: 0, with GPU_SET_PLACES in @wanted->set when there are places to send */
static int find_places(struct gpu *wanted, const struct gpu *gpu, u32 index,
		       const struct change *change, struct failure *why)
{
	gpu_copy(wanted, gpu);
	wanted->set = change->gpu.set;
	wanted->policy = change->gpu.policy;
	if (wanted->set & GPU_SET_PF_RESERVE)
		wanted->fb_pf_reserve = gpu_round(gpu, ABILITY_PF_RESERVE,
						  change->gpu.fb_pf_reserve);
	if (change->vf_set & VF_SET_FB) {
		wanted->vfs[index].fb_bytes = change->vf.fb_bytes;
		wanted->vfs[index].time_slice_us = change->vf.time_slice_us;
		wanted->vfs[index].preempt_timeout_us =
			change->vf.preempt_timeout_us;
		copy_string(wanted->vfs[index].profile, LABEL_SIZE,
			    change->vf.profile);
	}
	return layout_place(wanted, gpu, why);
}

static int try_change(struct provider *provider, const struct gpu *gpu,
		      bool has_vf, u32 index, const struct change *change,
		      bool with_places, struct failure *why)
{
	struct gpu wanted = {}, result = {};
	int err = 0;

	if (with_places && needs_places(gpu, index, change))
		err = find_places(&wanted, gpu, index, change, why);
	if (err) {
		gpu_free(&wanted);
		return err;
	}
	if (wanted.set & GPU_SET_PLACES)
		err = provider_set_placed(provider, &wanted,
					  has_vf ? (int)index : NO_VF,
					  change->vf_set, &result, why);
	else if (has_vf)
		err = provider_set_vf(provider, gpu->bdf, index, &change->vf,
				      change->vf_set, &result, why);
	else
		err = provider_set_gpu(provider, gpu->bdf, &change->gpu,
				       &result, why);
	gpu_free(&wanted);
	if (!err)
		gpu_free(&result);
	return err;
}

/* what changed since the GPU was read is read, the last time it is not asked for */
static int repeat_change(struct provider *provider, struct gpu *gpu,
			 bool has_vf, u32 index, const struct change *change,
			 struct failure *why)
{
	int left = PLACE_ATTEMPTS;
	struct gpu now;
	int err;

	for (;;) {
		err = try_change(provider, gpu, has_vf, index, change, --left,
				 why);
		if (!err || !left || !layout_is_stale(why))
			return err;
		err = provider_read(provider, gpu->bdf, &now, why);
		if (err)
			return err;
		gpu_free(gpu);
		*gpu = now;
	}
}

static int send_change(struct provider *provider, struct gpu *gpu,
		       bool has_vf, u32 index, const struct change *change)
{
	struct failure why;
	int err;

	err = repeat_change(provider, gpu, has_vf, index, change, &why);
	if (err && is_about_another(&why.detail, has_vf, index, change)) {
		explain_other_vf(gpu, index, change);
		return exit_code_of(err);
	}
	if (err)
		return check_failed(provider, gpu->bdf,
				    report_error(&why, gpu->bdf));
	exit_set_changed();
	return EXIT_DONE;
}

/**
 * cmd_set() - the verb "set"
 * @options: of the verb
 * @argc: words
 * @argv: words
 *
 * Return: EXIT_DONE, EXIT_MISSING, EXIT_USAGE, EXIT_BUSY, EXIT_PERMISSION,
 * EXIT_FAILED; all settings hold, or none.
 */
int cmd_set(const struct options *options, int argc, char **argv)
{
	struct gpu_list gpus;
	struct change change = {};
	char name[NAME_SIZE];
	struct provider *provider;
	struct gpu *gpu;
	u32 index = 0;
	int has_vf, code;

	has_vf = parse_gpu_vf(argv[0], name, sizeof(name), &index);
	if (has_vf < 0)
		return EXIT_USAGE;
	code = parse_change(&change, has_vf, argc - 1, argv + 1);
	if (code)
		return code;
	code = provider_open_list(&provider, &gpus);
	gpu = code ? NULL : find_gpu(&gpus, name, &code);
	if (gpu)
		code = send_change(provider, gpu, has_vf, index, &change);
	gpu_list_free(&gpus);
	provider_close(provider);
	return code;
}
