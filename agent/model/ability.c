// SPDX-License-Identifier: GPL-2.0
/*
 * The providers' abilities. Where gpuvf's have no bounds, the GPU has its own, and
 * the kernel checks them.
 */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "base/util.h"
#include "model/ability.h"
#include "model/host_driver.h"

const struct abilities gpuvf_abilities = {
	.provider = "gpuvf",
	.has_dry_run = true,
	.has_events = true,
	.of = {
		[ABILITY_COUNT] = {
			.can_read = true, .can_set = true, .scope = SCOPE_GPU,
			.when = WHEN_BEFORE_ENABLE,
		},
		[ABILITY_FB] = {
			.can_read = true, .can_set = true,
			.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,
		},
		[ABILITY_FB_OFFSET] = {
			.can_read = true, .can_set = true,
			.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,
		},
		[ABILITY_TIME_SLICE] = {
			.can_read = true, .can_set = true, .when = WHEN_ANY,
		},
		[ABILITY_PREEMPT_TIMEOUT] = {
			.can_read = true, .can_set = true, .when = WHEN_ANY,
		},
		[ABILITY_LABEL] = {
			.can_read = true, .can_set = true, .when = WHEN_ANY,
		},
		[ABILITY_POLICY] = {
			.can_read = true, .can_set = true, .scope = SCOPE_GPU,
			.when = WHEN_ANY,
		},
		[ABILITY_PF_RESERVE] = {
			.can_read = true, .can_set = true, .scope = SCOPE_GPU,
			.when = WHEN_BEFORE_ENABLE | WHEN_UNUSED,
		},
		[ABILITY_DRIVER] =
			HOST_DRIVERS_BUT(BIT(HOST_DRIVER_XE_VFIO_PCI),
					 "has no VFs that xe-vfio-pci takes"),
		[ABILITY_TYPE] = { .cannot = "has no vGPU types" },
		[ABILITY_STATS] = { .can_read = true },
		[ABILITY_OPERATE] = {
			.can_set = true, .when = WHEN_UNUSED | WHEN_RUNNING,
		},
	},
};

/* what the PCI core has for every PF driver */
const struct abilities generic_abilities = {
	.provider = "generic",
	.of = {
		[ABILITY_COUNT] = {
			.can_read = true, .can_set = true, .scope = SCOPE_GPU,
			.when = WHEN_BEFORE_ENABLE,
		},
		[ABILITY_FB] = {
			.cannot = "cannot set the framebuffer of a VF",
			.way_out = "; write fb = shared, or give the GPU to gpuvf",
		},
		[ABILITY_FB_OFFSET] = {
			.cannot = "cannot place the framebuffer of a VF",
		},
		[ABILITY_TIME_SLICE] = { .cannot = "has no time slices" },
		[ABILITY_PREEMPT_TIMEOUT] = {
			.cannot = "has no preemption timeouts",
		},
		[ABILITY_LABEL] = { .cannot = "has no labels of VFs" },
		[ABILITY_POLICY] = { .cannot = "has no scheduling policies" },
		[ABILITY_PF_RESERVE] = {
			.cannot = "cannot reserve framebuffer for the PF",
		},
		[ABILITY_DRIVER] = ANY_HOST_DRIVER,
		[ABILITY_TYPE] = { .cannot = "has no vGPU types" },
		[ABILITY_STATS] = { .cannot = "keeps no statistics" },
		[ABILITY_OPERATE] = {
			.cannot = "cannot reset, stop, pause or resume anything",
		},
	},
};

/* generic last */
static const struct abilities *const all[] = {
	&gpuvf_abilities, &xe_abilities_any, &nvidia_abilities,
	&i915_any_abilities, &gim_abilities, &generic_abilities,
};

_Static_assert(ARRAY_SIZE(all) < MAX_PROVIDERS, "abilities_names()");

/**
 * abilities_by_name() - find a provider's abilities
 * @provider: its name, as in the configuration
 *
 * Return: the abilities; NULL: there is no such provider.
 */
const struct abilities *abilities_by_name(const char *provider)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(all[i]->provider, provider))
			return all[i];
	return NULL;
}

/**
 * abilities_names() - the names of all providers
 * @names: MAX_PROVIDERS of them
 *
 * Return: how many there are.
 */
size_t abilities_names(const char **names)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		names[i] = all[i]->provider;
	return ARRAY_SIZE(all);
}

/** same_provider() - are these abilities of one provider, though of other GPUs? */
bool same_provider(const struct abilities *a, const struct abilities *b)
{
	return !strcmp(a->provider, b->provider);
}

/**
 * ability_value_text() - a value in words, with the unit of the key
 * @text: UNIT_TEXT bytes for the result
 * @key: enum ability_key
 * @value: in the key's base unit
 *
 * Return: @text.
 */
const char *ability_value_text(char *text, enum ability_key key, u64 value)
{
	switch (key) {
	case ABILITY_FB:
	case ABILITY_FB_OFFSET:
	case ABILITY_PF_RESERVE:
		return format_size(text, value, " ");
	case ABILITY_TIME_SLICE:
	case ABILITY_PREEMPT_TIMEOUT:
		return format_time(text, value, " ");
	default:
		snprintf(text, UNIT_TEXT, "%llu", value);
		return text;
	}
}

/**
 * ability_name() - the key as it is written in files
 * @key: enum ability_key
 *
 * Return: the name; of what files do not have, what it is about.
 */
const char *ability_name(enum ability_key key)
{
	static const char *const names[NUM_ABILITIES] = {
		[ABILITY_COUNT] = "vfs",
		[ABILITY_FB] = "fb",
		[ABILITY_FB_OFFSET] = "offset",
		[ABILITY_TIME_SLICE] = "time_slice",
		[ABILITY_PREEMPT_TIMEOUT] = "preempt_timeout",
		[ABILITY_LABEL] = "label",
		[ABILITY_POLICY] = "policy",
		[ABILITY_PF_RESERVE] = "pf_reserve",
		[ABILITY_DRIVER] = "driver",
		[ABILITY_TYPE] = "nvidia_type",
		[ABILITY_STATS] = "statistics",
		[ABILITY_OPERATE] = "operation",
	};

	return names[key];
}

/**
 * ability_cannot() - say why a key cannot be set
 * @abilities: of the provider
 * @key: enum ability_key
 *
 * Return: as in "has no time slices", behind the name of a driver; NULL: it can.
 */
const char *ability_cannot(const struct abilities *abilities,
			   enum ability_key key)
{
	const struct ability *ability = &abilities->of[key];

	if (ability->can_set)
		return NULL;
	return ability->cannot ?: "cannot do that";
}

/**
 * ability_cannot_word() - say why a word cannot be set
 * @abilities: of the provider
 * @key: enum ability_key, of a key with words
 * @word: which one
 *
 * Return: as ability_cannot().
 */
const char *ability_cannot_word(const struct abilities *abilities,
				enum ability_key key, u32 word)
{
	const struct ability *ability = &abilities->of[key];

	if (!ability->can_set || (ability->words && !(ability->words & BIT(word))))
		return ability->cannot ?: "cannot do that";
	return NULL;
}

/**
 * ability_way_out() - say what to do about a key that cannot be set
 * @abilities: of the provider
 * @key: enum ability_key, of a plain number
 * @value: that was to be set
 *
 * Return: to be printed behind ability_cannot(), may be empty; to be freed.
 */
char *ability_way_out(const struct abilities *abilities, enum ability_key key,
		      u64 value)
{
	const char *text = abilities->of[key].way_out ?: "";
	size_t len = strlen(text);

	if (len && text[len - 1] == '=')
		return xasprintf("%s%llu", text, value);
	return xstrdup(text);
}

/**
 * ability_out_of_range() - say why a value cannot be set
 * @abilities: of the provider
 * @key: enum ability_key, of a key with numbers that can be set
 * @value: in the key's base unit
 *
 * Return: as in "takes 2 MiB to 1 GiB, not 1 MiB", behind the name of a driver, to be
 * freed; NULL: it can.
 */
char *ability_out_of_range(const struct abilities *abilities,
			   enum ability_key key, u64 value)
{
	const struct ability *ability = &abilities->of[key];
	char min[UNIT_TEXT], max[UNIT_TEXT], text[UNIT_TEXT];

	if (value >= ability->min && (!ability->max || value <= ability->max))
		return NULL;
	ability_value_text(text, key, value);
	ability_value_text(min, key, ability->min);
	if (!ability->max)
		return xasprintf("takes at least %s, not %s", min, text);
	return xasprintf("takes %s to %s, not %s", min,
			 ability_value_text(max, key, ability->max), text);
}
