/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each provider can read and set, as data: nothing above a provider asks which
 * one it is.
 */
#ifndef AGENT_MODEL_ABILITY_H
#define AGENT_MODEL_ABILITY_H

#include "base/types.h"

/* what can be asked of a GPU, or of a VF */
enum ability_key {
	ABILITY_COUNT,
	ABILITY_FB,
	ABILITY_FB_OFFSET,
	ABILITY_TIME_SLICE,
	ABILITY_PREEMPT_TIMEOUT,
	ABILITY_LABEL,
	ABILITY_POLICY,
	ABILITY_PF_RESERVE,
	ABILITY_DRIVER,
	ABILITY_TYPE,
	ABILITY_STATS,
	ABILITY_OPERATE,
	NUM_ABILITIES
};

enum ability_scope {
	SCOPE_VF,		/* each VF has a value of its own */
	SCOPE_GPU,		/* one value for all VFs of a GPU */
};

/* when a value can be set */
#define WHEN_BEFORE_ENABLE	BIT(0)	/* no VF is enabled */
#define WHEN_UNUSED		BIT(1)	/* VFs are enabled, this one is not in use */
#define WHEN_RUNNING		BIT(2)	/* this one is in use */
#define WHEN_EMPTY		BIT(3)	/* no VF has anything */
#define WHEN_ANY		(WHEN_BEFORE_ENABLE | WHEN_UNUSED | WHEN_RUNNING)

/**
 * struct ability - what can be done about one key
 * @can_read: its value can be read
 * @can_set: its value can be set
 * @scope: enum ability_scope
 * @step: values are multiples of it, in the key's base unit; 0: any value, or the
 *	GPU says
 * @min: smallest value, 0: the GPU says
 * @max: largest value, 0: the GPU says
 * @when: WHEN_*
 * @lost_on_disable: the value is gone when the VFs are disabled
 * @all_or_none: 0, or the largest that the GPU has; what is in between is rounded up
 * @zero_is_endless: 0 is a value, and means that there is no limit
 * @words: of a key with words: BIT(word) of each that can be set; 0: all
 * @cannot: why not, where @can_set is false; behind the name of the driver, as in
 *	"has no time slices"; with @words: why not the others
 * @way_out: behind @cannot: what to do instead; the value follows where it ends with
 *	"="; NULL: nothing is known
 */
struct ability {
	bool can_read;
	bool can_set;
	enum ability_scope scope;
	u64 step;
	u64 min;
	u64 max;
	u32 when;
	bool lost_on_disable;
	bool all_or_none;
	bool zero_is_endless;
	u32 words;
	const char *cannot;
	const char *way_out;
};

/**
 * struct abilities - what a provider can do
 * @provider: its name, as in the configuration
 * @has_dry_run: it can be asked beforehand what it would refuse; all of that is
 *	then left to it
 * @has_events: it notifies of changes
 * @varies: these are of no GPU, but what at least one of the provider's can do
 * @of: by enum ability_key
 */
struct abilities {
	const char *provider;
	bool has_dry_run;
	bool has_events;
	bool varies;
	struct ability of[NUM_ABILITIES];
};

extern const struct abilities gpuvf_abilities;
extern const struct abilities nvidia_abilities;
extern const struct abilities nvidia_mdev_abilities;
extern const struct abilities i915_abilities;
extern const struct abilities i915_discrete_abilities;
extern const struct abilities i915_any_abilities;
extern const struct abilities gim_abilities;
extern const struct abilities gim_old_abilities;
extern const struct abilities generic_abilities;

/* ability_xe.c: by what its files are like */
extern const struct abilities xe_abilities;
extern const struct abilities xe_abilities_read_only;
extern const struct abilities xe_abilities_fair;
extern const struct abilities xe_abilities_integrated;
extern const struct abilities xe_abilities_any;

/* more than there are, for "any" too */
#define MAX_PROVIDERS	16

const struct abilities *abilities_by_name(const char *provider);
size_t abilities_names(const char **names);
bool same_provider(const struct abilities *a, const struct abilities *b);
const char *ability_name(enum ability_key key);
const char *ability_cannot(const struct abilities *abilities,
			   enum ability_key key);
const char *ability_cannot_word(const struct abilities *abilities,
				enum ability_key key, u32 word);
const char *ability_value_text(char *text, enum ability_key key, u64 value);
char *ability_way_out(const struct abilities *abilities, enum ability_key key,
		      u64 value);
char *ability_out_of_range(const struct abilities *abilities,
			   enum ability_key key, u64 value);

#endif /* AGENT_MODEL_ABILITY_H */
