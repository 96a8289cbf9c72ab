// SPDX-License-Identifier: GPL-2.0
/*
 * From [gpu] sections to real GPUs.
 */
#include <string.h>

#include "base/util.h"
#include "config/config.h"

/* what Linux 7.3 gives the PF of an Intel GPU beside its VFs */
#define PF_TIME_SLICE_US	16000
#define PF_PREEMPT_TIMEOUT_US	16000

/**
 * config_provider() - the provider that a section is for
 * @section: the section
 *
 * A match alone never takes a GPU of another provider than gpuvf; an address names
 * a device, and takes the provider that it has.
 *
 * Return: its abilities; NULL: it can be for any.
 */
const struct abilities *config_provider(const struct config_gpu *section)
{
	if (section->provider_at.line || section->match == CONFIG_MATCH_PCI ||
	    section->match == CONFIG_MATCH_NONE)
		return section->provider;
	return &gpuvf_abilities;
}

/* a file with an unknown provider has an error, so none is for any by mistake */
static bool is_for_provider(const struct config_gpu *section,
			    const struct gpu *gpu)
{
	const struct abilities *provider = config_provider(section);

	return !provider || same_provider(provider, gpu_abilities(gpu));
}

/**
 * config_matches() - can a section be for a GPU?
 * @section: the section
 * @gpu: a live GPU
 *
 * Return: whether it is, unless there is a better one.
 */
bool config_matches(const struct config_gpu *section, const struct gpu *gpu)
{
	switch (section->match) {
	case CONFIG_MATCH_PCI:
		return !strcmp(section->bdf, gpu->bdf);
	case CONFIG_MATCH_ID:
		return section->vendor == gpu->vendor &&
		       section->device == gpu->device &&
		       is_for_provider(section, gpu);
	case CONFIG_MATCH_ANY:
		return is_for_provider(section, gpu);
	case CONFIG_MATCH_NONE:
		break;
	}
	return false;
}

/* a provider that is named beats "any" */
static bool is_better(const struct config_gpu *a, const struct config_gpu *b)
{
	if (a->match != b->match)
		return a->match > b->match;
	return b->any_provider && !a->any_provider;
}

/**
 * config_for_gpu() - the section that a GPU belongs to
 * @config: without errors, so that there are no ties
 * @gpu: a live GPU
 *
 * An address beats a vendor and device, and these beat "*".
 *
 * Return: the section, NULL: none names the GPU, so hands off.
 */
const struct config_gpu *config_for_gpu(const struct config *config,
					const struct gpu *gpu)
{
	const struct config_gpu *best = NULL;
	size_t i;

	for (i = 0; i < config->num_gpus; i++)
		if (config_matches(&config->gpus[i], gpu) &&
		    (!best || is_better(&config->gpus[i], best)))
			best = &config->gpus[i];
	return best;
}

/**
 * config_gpu_by_name() - a section by its name
 * @config: the configuration
 * @name: of [gpu NAME]
 *
 * Return: the section, NULL when there is none of that name.
 */
const struct config_gpu *config_gpu_by_name(const struct config *config,
					    const char *name)
{
	size_t i;

	for (i = 0; i < config->num_gpus; i++)
		if (!strcmp(config->gpus[i].name, name))
			return &config->gpus[i];
	return NULL;
}

/**
 * config_vf_profile() - the profile of one VF
 * @config: the configuration
 * @section: the GPU's section
 * @vf: index
 *
 * Return: the profile, NULL when the VF has none or is not enabled.
 */
const struct config_profile *config_vf_profile(const struct config *config,
					       const struct config_gpu *section,
					       u32 vf)
{
	if (vf >= section->num_vfs || vf >= section->vfs_len ||
	    section->vfs[vf].profile < 0)
		return NULL;
	return &config->profiles[section->vfs[vf].profile];
}

/* as far as the GPU can; what the file asks for beyond that was refused */
static void set_vf(struct vf *vf, const struct config_profile *profile,
		   const struct gpu *live)
{
	if (gpu_can_set(live, ABILITY_FB))
		vf->fb_bytes = gpu_round(live, ABILITY_FB, profile->fb_bytes);
	if (gpu_can_set(live, ABILITY_TYPE))
		copy_string(vf->type, NAME_SIZE, profile->nvidia_type);
	if (gpu_can_set(live, ABILITY_TIME_SLICE))
		vf->time_slice_us = gpu_round(live, ABILITY_TIME_SLICE,
					      profile->time_slice_us);
	if (gpu_can_set(live, ABILITY_PREEMPT_TIMEOUT))
		vf->preempt_timeout_us =
			gpu_round(live, ABILITY_PREEMPT_TIMEOUT,
				  profile->preempt_timeout_us);
	if (gpu_can_set(live, ABILITY_LABEL))
		copy_string(vf->profile, LABEL_SIZE, profile->label);
	if (gpu_has_endless(live) && !vf->preempt_timeout_us)
		vf->preempt_timeout_us = gpu_default_timeout_us(live, vf);
}

/*
 * Of a provider without defaults: no enabled VF is without limits, and neither is the
 * PF when VFs are enabled, since they wait for it. What is not enabled keeps what it
 * has, but for what VFs leave behind that are disabled.
 */
static void set_other_times(const struct config *config,
			    const struct config_gpu *section,
			    const struct gpu *live, struct gpu *wanted)
{
	static const struct config_profile none = {
		.time_slice_us = DEFAULT_TIME_SLICE_US,
	};
	bool recount = live->num_vfs != wanted->num_vfs;
	u32 i;

	for (i = 0; i < wanted->vfs_len; i++) {
		if (i < wanted->num_vfs &&
		    !config_vf_profile(config, section, i)) {
			set_vf(&wanted->vfs[i], &none, live);
			wanted->vfs[i].fb_bytes = 0;
		} else if (i >= wanted->num_vfs && i >= live->num_vfs &&
			   i < live->vfs_len) {
			wanted->vfs[i].time_slice_us =
				live->vfs[i].time_slice_us;
			wanted->vfs[i].preempt_timeout_us =
				live->vfs[i].preempt_timeout_us;
		}
		if (i < live->vfs_len && !gpu_can_set(live, ABILITY_FB))
			wanted->vfs[i].fb_bytes = live->vfs[i].fb_bytes;
	}
	if (recount && !wanted->num_vfs)
		return;
	wanted->pf_time_slice_us = live->pf_time_slice_us;
	wanted->pf_preempt_timeout_us = live->pf_preempt_timeout_us;
	if (!recount)
		return;
	wanted->pf_time_slice_us = wanted->pf_time_slice_us ?: PF_TIME_SLICE_US;
	wanted->pf_preempt_timeout_us = wanted->pf_preempt_timeout_us ?:
					PF_PREEMPT_TIMEOUT_US;
}

/* VFs that come only together are there, whether they get something or not */
static u32 count(const struct config_gpu *section, const struct gpu *live)
{
	bool all = gpu_abilities(live)->of[ABILITY_COUNT].all_or_none;
	u32 num = section->num_vfs;

	return all && num && num < live->total_vfs ? live->total_vfs : num;
}

/**
 * config_wanted() - what a section wants of one GPU
 * @config: the configuration
 * @section: the GPU's section
 * @live: the GPU
 * @wanted: result, to be freed with gpu_free(); it has as many VFs as the GPU,
 *	or more if the section names more
 */
void config_wanted(const struct config *config,
		   const struct config_gpu *section,
		   const struct gpu *live, struct gpu *wanted)
{
	u32 i;

	*wanted = (struct gpu){
		.abilities = live->abilities,
		.revision = live->revision,
		.set = section->set,
		.policy = section->policy,
		.fb_pf_reserve = section->pf_reserve_bytes,
		.num_vfs = count(section, live),
		.total_vfs = live->total_vfs,
	};
	copy_string(wanted->bdf, sizeof(wanted->bdf), live->bdf);
	gpu_set_vfs_len(wanted, live->total_vfs);
	gpu_set_vfs_len(wanted, section->num_vfs);
	for (i = 0; i < section->num_vfs; i++) {
		const struct config_profile *profile;
		struct vf *vf = &wanted->vfs[i];

		profile = config_vf_profile(config, section, i);
		if (!profile)
			continue;
		set_vf(vf, profile, live);
	}
	if (gpu_has_endless(live))
		set_other_times(config, section, live, wanted);
	/* it would be gone with the VFs */
	if (!(wanted->set & GPU_SET_POLICY) && wanted->num_vfs &&
	    gpu_abilities(live)->of[ABILITY_POLICY].lost_on_disable) {
		wanted->set |= GPU_SET_POLICY;
		wanted->policy = live->policy;
	}
	if (wanted->set & GPU_SET_PF_RESERVE)
		wanted->fb_pf_reserve = gpu_round(live, ABILITY_PF_RESERVE,
						  wanted->fb_pf_reserve);
}
