// SPDX-License-Identifier: GPL-2.0
/*
 * What a section asks of a provider that it cannot do: each of it is an error at the
 * line that asks. Defaults ask for nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/util.h"
#include "config/config.h"

/**
 * struct question - can a provider do what a section says?
 * @abilities: of the provider
 * @gpu: the GPU, NULL: any of that provider
 * @diags: gets the errors
 */
struct question {
	const struct abilities *abilities;
	const struct gpu *gpu;
	struct diag_list *diags;
};

static void refuse(const struct question *q, const struct source_loc *at,
		   enum ability_key key, const char *why, const char *way_out)
{
	if (q->gpu)
		diag_err(q->diags, at, REASON_NOT_SUPPORTED,
			 "%s: GPU %s is driven by %s, which %s%s",
			 ability_name(key), q->gpu->bdf, gpu_driver(q->gpu), why,
			 way_out);
	else
		diag_err(q->diags, at, REASON_NOT_SUPPORTED,
			 "%s: provider %s %s%s", ability_name(key),
			 q->abilities->provider, why, way_out);
}

/* Return: whether it can be set at all; @at: line 0: the key is not there */
static bool can_set(const struct question *q, const struct source_loc *at,
		    enum ability_key key)
{
	const char *why = ability_cannot(q->abilities, key);

	if (why && at->line)
		refuse(q, at, key, why, "");
	return !why;
}

static void say_rounding(const struct question *q, const struct source_loc *at,
			 enum ability_key key, u64 value)
{
	u64 rounded = gpu_round(q->gpu, key, value);
	char asked[UNIT_TEXT], got[UNIT_TEXT];

	if (rounded == value)
		return;
	diag_warning(q->diags, at,
		     "%s: GPU %s is driven by %s: %s is rounded up to %s",
		     ability_name(key), q->gpu->bdf, gpu_driver(q->gpu),
		     ability_value_text(asked, key, value),
		     ability_value_text(got, key, rounded));
}

static void check_number(const struct question *q, const struct source_loc *at,
			 enum ability_key key, u64 value)
{
	char *why;

	if (!at->line || !can_set(q, at, key))
		return;
	why = ability_out_of_range(q->abilities, key, value);
	if (why)
		refuse(q, at, key, why, "");
	else if (q->gpu && !q->abilities->has_dry_run)
		say_rounding(q, at, key, value);
	free(why);
}

static void check_policy(const struct question *q,
			 const struct config_gpu *section)
{
	const char *why;

	if (!section->policy_at.line)
		return;
	why = ability_cannot_word(q->abilities, ABILITY_POLICY, section->policy);
	if (why)
		refuse(q, &section->policy_at, ABILITY_POLICY, why, "");
}

static void check_fb(const struct question *q,
		     const struct config_profile *profile)
{
	const char *why = ability_cannot(q->abilities, ABILITY_FB);

	if (!profile->fb_at.line) {
		if (!q->abilities->of[ABILITY_TYPE].can_set)
			refuse(q, &profile->at, ABILITY_FB,
			       "takes no nvidia_type, and there is nothing else",
			       why ? "; write fb = shared" : "; write fb = 2GiB");
		return;
	}
	if (profile->fb_is_shared && !why && !q->abilities->varies)
		refuse(q, &profile->fb_at, ABILITY_FB,
		       "gives each VF framebuffer of its own",
		       "; write a size, as in fb = 2GiB");
	else if (!profile->fb_is_shared && why)
		refuse(q, &profile->fb_at, ABILITY_FB, why,
		       q->abilities->of[ABILITY_FB].way_out ?: "");
	else if (!profile->fb_is_shared)
		check_number(q, &profile->fb_at, ABILITY_FB, profile->fb_bytes);
}

static void check_profile(const struct question *q,
			  const struct config_profile *profile)
{
	check_fb(q, profile);
	check_number(q, &profile->time_slice_at, ABILITY_TIME_SLICE,
		     profile->time_slice_us);
	check_number(q, &profile->preempt_timeout_at, ABILITY_PREEMPT_TIMEOUT,
		     profile->preempt_timeout_us);
	can_set(q, &profile->label_at, ABILITY_LABEL);
}

static bool same_value(const struct config_profile *a,
		       const struct config_profile *b, enum ability_key key)
{
	switch (key) {
	case ABILITY_FB:
		return a->fb_bytes == b->fb_bytes;
	case ABILITY_TIME_SLICE:
		return a->time_slice_us == b->time_slice_us;
	case ABILITY_PREEMPT_TIMEOUT:
		return a->preempt_timeout_us == b->preempt_timeout_us;
	case ABILITY_LABEL:
		return !strcmp(a->label, b->label);
	default:
		return true;
	}
}

/* what all VFs of the GPU have in common differs between two of them */
static void check_scope(const struct question *q, const struct config_vf *first,
			const struct config_profile *one,
			const struct config_vf *vf,
			const struct config_profile *other)
{
	enum ability_key key;

	for (key = 0; key < NUM_ABILITIES; key++) {
		const struct ability *ability = &q->abilities->of[key];

		if (!ability->can_set || ability->scope != SCOPE_GPU ||
		    same_value(one, other, key))
			continue;
		refuse(q, &vf->profile_at, key,
		       "has one value for all VFs of a GPU", "");
		diag_note(q->diags, &first->profile_at,
			  "another value comes from here");
	}
}

static bool is_checked(const struct config_gpu *section, u32 vf)
{
	u32 i;

	for (i = 0; i < vf; i++)
		if (section->vfs[i].profile == section->vfs[vf].profile)
			return true;
	return false;
}

static void check_vfs(const struct question *q, const struct config *config,
		      const struct config_gpu *section)
{
	const struct config_profile *one = NULL;
	u32 i, first = 0;

	for (i = 0; i < section->vfs_len; i++) {
		const struct config_profile *profile;

		if (section->vfs[i].profile < 0 || is_checked(section, i))
			continue;
		profile = &config->profiles[section->vfs[i].profile];
		check_profile(q, profile);
		if (one)
			check_scope(q, &section->vfs[first], one,
				    &section->vfs[i], profile);
		else
			first = i;
		one = one ?: profile;
	}
}

static void check_drivers(const struct question *q,
			  const struct config_gpu *section)
{
	const struct source_loc *last = NULL;
	const char *why;
	u32 i;

	for (i = 0; i < section->vfs_len; i++) {
		const struct source_loc *at = &section->vfs[i].driver_at;

		/* one line for several VFs is one error */
		if (last && last->source == at->source && last->line == at->line)
			continue;
		why = ability_cannot_word(q->abilities, ABILITY_DRIVER,
					  section->vfs[i].driver);
		if (why && at->line)
			refuse(q, at, ABILITY_DRIVER, why, "");
		last = at;
	}
}

/* where the number cannot be set, the one that there is can be written down */
static void check_count(const struct question *q,
			const struct config_gpu *section)
{
	const struct ability *count = &q->abilities->of[ABILITY_COUNT];
	const struct source_loc *at = section->num_vfs_at.line ?
				      &section->num_vfs_at : &section->at;
	char *way_out;

	if (count->can_set) {
		check_number(q, &section->num_vfs_at, ABILITY_COUNT,
			     section->num_vfs);
		return;
	}
	if (!q->gpu || section->num_vfs == q->gpu->num_vfs)
		return;
	way_out = ability_way_out(q->abilities, ABILITY_COUNT, section->num_vfs);
	refuse(q, at, ABILITY_COUNT, ability_cannot(q->abilities, ABILITY_COUNT),
	       way_out);
	free(way_out);
}

/* two that set the same would do it in turn, for ever */
static void check_rival(const struct question *q, const struct config *config)
{
	if (q->gpu && q->gpu->rival && config->on_drift == ON_DRIFT_ENFORCE)
		diag_err(q->diags, &config->on_drift_at, REASON_NOT_SUPPORTED,
			 "on_drift: GPU %s is driven by %s, and %s on this host sets its VFs too; write on_drift = report",
			 q->gpu->bdf, gpu_driver(q->gpu), q->gpu->rival);
}

/**
 * config_check_provider() - list what a section asks of a provider in vain
 * @config: the configuration
 * @section: the section
 * @gpu: a GPU that the section is for; NULL: what can be said without one
 * @diags: every error
 *
 * Which provider that is: the GPU's; without a GPU, the one that the section can
 * only be for, if there is one.
 */
void config_check_provider(const struct config *config,
			   const struct config_gpu *section,
			   const struct gpu *gpu, struct diag_list *diags)
{
	struct question q = {
		.abilities = gpu ? gpu_abilities(gpu) :
				   config_provider(section),
		.gpu = gpu,
		.diags = diags,
	};

	if (!q.abilities)
		return;
	if (section->provider && !same_provider(section->provider, q.abilities)) {
		diag_err(diags, &section->provider_at, REASON_NOT_SUPPORTED,
			 "provider: GPU %s is driven by %s, which is a GPU of provider %s, not of %s",
			 gpu->bdf, gpu_driver(gpu), q.abilities->provider,
			 section->provider->provider);
		return;
	}
	check_policy(&q, section);
	check_number(&q, &section->pf_reserve_at, ABILITY_PF_RESERVE,
		     section->pf_reserve_bytes);
	check_count(&q, section);
	check_rival(&q, config);
	/* vfs = 0 switches the section off without losing its lines */
	if (section->num_vfs_at.line && !section->num_vfs)
		return;
	check_vfs(&q, config, section);
	check_drivers(&q, section);
}
