// SPDX-License-Identifier: GPL-2.0
/*
 * [gpu NAME] sections.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "base/util.h"
#include "config/config.h"
#include "model/names.h"

static const char *const gpu_keys[] = {
	"pci", "match", "provider", "policy", "pf_reserve", "vf 0", "vfs", "driver 0",
};

/* as the message has them */
static const char *const policies[] = { "fixed", "equal", "best-effort" };
static const char *const drivers[] = {
	"vfio-pci", "xe-vfio-pci", "gpuvf-vfio", "none", "default",
};

/**
 * config_unknown_key() - report a key that no section of its kind has
 * @entry: the key
 * @kind: of the section
 * @known: keys that it may have
 * @n: their number
 * @diags: gets the error
 */
void config_unknown_key(const struct ini_entry *entry, const char *kind,
			const char *const *known, size_t n,
			struct diag_list *diags)
{
	const char *guess = nearest(entry->key, known, n);

	if (guess)
		diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
			 "unknown key '%s' in a %s section; did you mean '%s'?",
			 entry->key, kind, guess);
	else
		diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
			 "unknown key '%s' in a %s section", entry->key, kind);
}

/* a value that is none of three */
static void unknown_value(const struct ini_entry *entry, const char *key,
			  const char *const known[3], struct diag_list *diags)
{
	const char *guess = nearest(entry->value, known, 3);

	if (guess)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "%s: '%s' is unknown; did you mean '%s'?", key,
			 entry->value, guess);
	else
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "%s: '%s' is unknown; there are %s, %s and %s", key,
			 entry->value, known[0], known[1], known[2]);
}

/* room for a line of every VF below len; new ones have neither */
static void set_vfs_len(struct config_gpu *gpu, u32 len)
{
	struct config_vf *vfs;
	u32 i;

	if (len <= gpu->vfs_len)
		return;
	vfs = xcalloc(len, sizeof(*vfs));
	if (gpu->vfs_len)
		memcpy(vfs, gpu->vfs, gpu->vfs_len * sizeof(*vfs));
	for (i = gpu->vfs_len; i < len; i++)
		vfs[i].profile = -1;
	free(gpu->vfs);
	gpu->vfs = vfs;
	gpu->vfs_len = len;
}

static bool set_match(struct config_gpu *gpu, const struct ini_entry *entry,
		      struct diag_list *diags)
{
	if (gpu->match_at.line) {
		diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
			 "a [gpu] section has either 'pci' or 'match', not both");
		diag_note(diags, &gpu->match_at, "the other is here");
		return false;
	}
	gpu->match_at = entry->value_at;
	return true;
}

static void read_pci(struct config_gpu *gpu, const struct ini_entry *entry,
		     struct diag_list *diags)
{
	if (!set_match(gpu, entry, diags))
		return;
	if (parse_bdf(entry->value, gpu->bdf, sizeof(gpu->bdf)))
		gpu->match = CONFIG_MATCH_PCI;
	else
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "pci: '%s' is not a PCI address, as in 0000:41:00.0",
			   entry->value);
}

static bool parse_id(const char *text, u32 *vendor, u32 *device)
{
	size_t i;

	for (i = 0; i < 9; i++) {
		if (i == 4 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	if (text[9])
		return false;
	*vendor = strtoul(text, NULL, 16);
	*device = strtoul(text + 5, NULL, 16);
	return true;
}

static void read_match(struct config_gpu *gpu, const struct ini_entry *entry,
		       struct diag_list *diags)
{
	if (!set_match(gpu, entry, diags))
		return;
	if (!strcmp(entry->value, "*"))
		gpu->match = CONFIG_MATCH_ANY;
	else if (parse_id(entry->value, &gpu->vendor, &gpu->device))
		gpu->match = CONFIG_MATCH_ID;
	else
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "match: '%s' is neither * nor VENDOR:DEVICE, as in 1002:6929",
			   entry->value);
}

static void read_provider(struct config_gpu *gpu,
			  const struct ini_entry *entry,
			  struct diag_list *diags)
{
	const char *names[MAX_PROVIDERS];
	const char *guess;
	char *list = NULL;
	size_t num, i;

	gpu->provider_at = entry->value_at;
	gpu->provider = abilities_by_name(entry->value);
	gpu->any_provider = !strcmp(entry->value, "any");
	if (gpu->provider || gpu->any_provider)
		return;
	num = abilities_names(names);
	for (i = 0; i < num; i++)
		append_text(&list, ", ", "%s", names[i]);
	names[num++] = "any";
	guess = nearest(entry->value, names, num);
	if (guess)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "provider: '%s' is unknown; did you mean '%s'?",
			   entry->value, guess);
	else
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "provider: '%s' is unknown; there are %s and any",
			   entry->value, list);
	free(list);
}

static void read_policy(struct config_gpu *gpu, const struct ini_entry *entry,
			struct diag_list *diags)
{
	gpu->policy_at = entry->value_at;
	if (policy_from_name(entry->value, &gpu->policy))
		gpu->set |= GPU_SET_POLICY;
	else
		unknown_value(entry, "policy", policies, diags);
}

static void read_pf_reserve(struct config_gpu *gpu,
			    const struct ini_entry *entry,
			    struct diag_list *diags)
{
	const char *why = parse_size(entry->value, &gpu->pf_reserve_bytes);

	gpu->pf_reserve_at = entry->value_at;
	gpu->set |= GPU_SET_PF_RESERVE;
	if (why)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "pf_reserve: '%s' %s",
			 entry->value, why);
}

static void read_num_vfs(struct config_gpu *gpu, const struct ini_entry *entry,
			 struct diag_list *diags)
{
	const char *why = parse_number(entry->value, MAX_VFS, &gpu->num_vfs);

	gpu->num_vfs_at = entry->value_at;
	if (why)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "vfs: '%s' %s",
			 entry->value, why);
}

/* the "A" or "A-B" of "vf A-B" and "driver A-B" */
static bool parse_range(const struct ini_entry *entry, const char *text,
			u32 *first, u32 *last, struct diag_list *diags)
{
	const char *dash = strchr(text, '-');
	struct source_loc at = entry->key_at;
	char part[16];
	const char *why;

	at.column += text - entry->key;
	copy_string(part, sizeof(part), text);
	if (dash && (size_t)(dash - text) < sizeof(part))
		part[dash - text] = '\0';
	why = parse_number(part, MAX_VFS - 1, first);
	if (why) {
		diag_err(diags, &at, REASON_BAD_CONFIG,
			 "VF index '%s' %s", part, why);
		return false;
	}
	*last = *first;
	if (!dash)
		return true;

	at.column += dash + 1 - text;
	why = parse_number(dash + 1, MAX_VFS - 1, last);
	if (why) {
		diag_err(diags, &at, REASON_BAD_CONFIG,
			 "VF index '%s' %s", dash + 1, why);
		return false;
	}
	if (*last < *first) {
		diag_err(diags, &at, REASON_BAD_CONFIG,
			 "VF range %u-%u ends before it begins",
			 *first, *last);
		return false;
	}
	return true;
}

static bool name_profile(const struct ini_entry *entry, char *name,
			 struct diag_list *diags)
{
	const char *why = check_name(entry->value);

	if (why) {
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "profile name '%s' %s",
			 entry->value, why);
		return false;
	}
	copy_string(name, LABEL_SIZE, entry->value);
	return true;
}

static void read_vf(struct config_gpu *gpu, const struct ini_entry *entry,
		    const char *range, struct diag_list *diags)
{
	char name[LABEL_SIZE] = "";
	u32 first, last, i;

	if (!parse_range(entry, range, &first, &last, diags))
		return;
	name_profile(entry, name, diags);
	set_vfs_len(gpu, last + 1);
	for (i = first; i <= last; i++) {
		if (gpu->vfs[i].at.line) {
			diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
				 "VF %u has a profile already", i);
			diag_note(diags, &gpu->vfs[i].at, "first defined here");
			return;
		}
	}
	for (i = first; i <= last; i++) {
		struct config_vf *vf = &gpu->vfs[i];

		copy_string(vf->profile_name, LABEL_SIZE, name);
		vf->at = entry->key_at;
		vf->profile_at = entry->value_at;
	}
}

static bool parse_driver(const struct ini_entry *entry,
			 enum host_driver *driver, struct diag_list *diags)
{
	const char *guess;
	enum host_driver d;

	for (d = HOST_DRIVER_DEFAULT; d <= HOST_DRIVER_GPUVF_VFIO; d++) {
		if (!strcmp(entry->value, host_driver_name(d))) {
			*driver = d;
			return true;
		}
	}
	guess = nearest(entry->value, drivers, ARRAY_SIZE(drivers));
	if (guess)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "driver: '%s' is unknown; did you mean '%s'?",
			   entry->value, guess);
	else
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "driver: '%s' is unknown; there are vfio-pci, xe-vfio-pci, gpuvf-vfio, none and default",
			   entry->value);
	return false;
}

static void read_driver(struct config_gpu *gpu, const struct ini_entry *entry,
			const char *range, struct diag_list *diags)
{
	enum host_driver driver;
	u32 first, last, i;

	if (!parse_range(entry, range, &first, &last, diags) ||
	    !parse_driver(entry, &driver, diags))
		return;
	set_vfs_len(gpu, last + 1);
	for (i = first; i <= last; i++) {
		struct config_vf *vf = &gpu->vfs[i];

		if (vf->driver_at.line) {
			diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
				 "VF %u has a driver already", i);
			diag_note(diags, &vf->driver_at, "first defined here");
			return;
		}
		vf->driver = driver;
		vf->driver_at = entry->key_at;
	}
}

static const char *behind_word(const char *key, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(key, word, len) || (key[len] != ' ' && key[len] != '\t'))
		return NULL;
	return key + len + strspn(key + len, " \t");
}

static void read_other(struct config_gpu *gpu, const struct ini_entry *entry,
		       struct diag_list *diags)
{
	const char *vfs = behind_word(entry->key, "vf");
	const char *driven = behind_word(entry->key, "driver");

	if (vfs)
		read_vf(gpu, entry, vfs, diags);
	else if (driven)
		read_driver(gpu, entry, driven, diags);
	else
		config_unknown_key(entry, "[gpu]", gpu_keys,
				   ARRAY_SIZE(gpu_keys), diags);
}

/**
 * config_read_gpu() - read one [gpu NAME] section
 * @config: gets one more GPU
 * @ini: the file
 * @section: index of the section in the file
 * @name: NAME, checked
 * @diags: every error
 */
void config_read_gpu(struct config *config, const struct ini *ini,
		     size_t section, const char *name, struct diag_list *diags)
{
	static const struct {
		const char *key;
		void (*read)(struct config_gpu *gpu,
			     const struct ini_entry *entry,
			     struct diag_list *diags);
	} readers[] = {
		{ "pci", read_pci },
		{ "match", read_match },
		{ "provider", read_provider },
		{ "policy", read_policy },
		{ "pf_reserve", read_pf_reserve },
		{ "vfs", read_num_vfs },
	};
	const struct ini_section *header = &ini->sections[section];
	size_t errors = diags->errors;
	struct config_gpu *gpu;
	size_t i, r, twin;

	twin = names_add(&config->gpu_names, name, config->num_gpus);
	if (twin != NO_NAME && !header->is_repeated) {
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "duplicate GPU section '%s'", name);
		diag_note(diags, &config->gpus[twin].at, "first defined here");
	}
	config->gpus = xgrow(config->gpus, config->num_gpus, sizeof(*gpu));
	gpu = &config->gpus[config->num_gpus++];
	copy_string(gpu->name, LABEL_SIZE, name);
	gpu->at = header->at;

	for (i = 0; i < header->num_entries; i++) {
		const struct ini_entry *entry =
			&ini->entries[header->first_entry + i];

		for (r = 0; r < ARRAY_SIZE(readers); r++)
			if (!strcmp(entry->key, readers[r].key))
				break;
		if (r < ARRAY_SIZE(readers))
			readers[r].read(gpu, entry, diags);
		else
			read_other(gpu, entry, diags);
	}
	gpu->is_damaged = header->is_damaged || header->is_repeated ||
			  diags->errors > errors;
	if (!gpu->match_at.line && !gpu->is_damaged)
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "gpu '%s' has neither 'pci' nor 'match'", name);
}

/* names differ in more than case, but case counts */
static int find_profile(const struct config *config, const char *name)
{
	size_t i = names_find(&config->profile_names, name);

	if (i == NO_NAME || strcmp(config->profiles[i].name, name))
		return -1;
	return i;
}

/* names that a misspelt one is compared with */
#define MAX_GUESSES	64

static void unknown_profile(const struct config *config,
			    const struct config_vf *vf, struct diag_list *diags)
{
	const char *names[MAX_GUESSES];
	const char *guess;
	size_t i;

	for (i = 0; i < config->num_profiles && i < MAX_GUESSES; i++)
		names[i] = config->profiles[i].name;
	guess = nearest(vf->profile_name, names, i);
	if (guess)
		diag_err(diags, &vf->profile_at, REASON_BAD_CONFIG,
			 "there is no profile '%s'; did you mean '%s'?",
			   vf->profile_name, guess);
	else
		diag_err(diags, &vf->profile_at, REASON_BAD_CONFIG,
			 "there is no profile '%s'",
			 vf->profile_name);
}

static bool same_line(const struct source_loc *a, const struct source_loc *b)
{
	return a->source == b->source && a->line == b->line;
}

static void resolve_profiles(const struct config *config,
			     struct config_gpu *gpu, struct diag_list *diags)
{
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		struct config_vf *vf = &gpu->vfs[i];

		if (!vf->profile_name[0])
			continue;
		vf->profile = find_profile(config, vf->profile_name);
		/* one message for a line; none if a header was unreadable */
		if (vf->profile < 0 && !config->is_damaged &&
		    (!i || !same_line(&vf[-1].profile_at, &vf->profile_at)))
			unknown_profile(config, vf, diags);
	}
}

/* together more than any number of bytes is surely a mistake */
static void check_sum(const struct config *config,
		      const struct config_gpu *gpu, struct diag_list *diags)
{
	u64 sum = gpu->pf_reserve_bytes;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++) {
		const struct config_vf *vf = &gpu->vfs[i];
		u64 bytes;

		if (vf->profile < 0)
			continue;
		bytes = config->profiles[vf->profile].fb_bytes;
		if (bytes > U64_MAX - sum) {
			diag_err(diags, &vf->profile_at, REASON_BAD_CONFIG,
				 "the framebuffer of all VFs together is more than 2^64 bytes");
			return;
		}
		sum += bytes;
	}
}

static bool is_named(const struct config_gpu *gpu, u32 vf)
{
	return vf < gpu->vfs_len && gpu->vfs[vf].at.line;
}

/* the first range of VFs that no line names */
static void warn_of_unnamed(const struct config_gpu *gpu,
			    struct diag_list *diags)
{
	const struct source_loc *at = gpu->num_vfs_at.line ? &gpu->num_vfs_at :
							&gpu->at;
	u32 first, end;

	for (first = 0; first < gpu->num_vfs && is_named(gpu, first); first++)
		;
	for (end = first; end < gpu->num_vfs && !is_named(gpu, end); end++)
		;
	if (end - first == 1)
		diag_warning(diags, at, "VF %u gets no framebuffer: no 'vf' line names it",
			     first);
	else if (end > first)
		diag_warning(diags, at, "VFs %u-%u get no framebuffer: no 'vf' line names them",
			     first, end - 1);
}

static void check_count(struct config_gpu *gpu, struct diag_list *diags)
{
	u32 named = 0;
	u32 i;

	for (i = 0; i < gpu->vfs_len; i++)
		if (gpu->vfs[i].at.line)
			named = i + 1;
	if (!gpu->num_vfs_at.line)
		gpu->num_vfs = named;
	/* vfs = 0 switches the section off without losing its lines */
	if (gpu->num_vfs_at.line && !gpu->num_vfs)
		return;

	for (i = gpu->num_vfs; i < gpu->vfs_len; i++) {
		const struct config_vf *vf = &gpu->vfs[i];
		const struct source_loc *at = vf->at.line ? &vf->at :
							    &vf->driver_at;

		if (!at->line)
			continue;
		if (gpu->num_vfs_at.line) {
			diag_err(diags, at, REASON_BAD_CONFIG,
				 "VF %u is not among the VFs 0-%u that are enabled",
				 i, gpu->num_vfs - 1);
			diag_note(diags, &gpu->num_vfs_at, "their number is given here");
		} else {
			diag_err(diags, at, REASON_BAD_CONFIG,
				 "VF %u has a driver and no profile", i);
		}
		return;
	}
	if (gpu->num_vfs && !named) {
		diag_err(diags, &gpu->num_vfs_at, REASON_BAD_CONFIG,
			 "there is no 'vf' line that says what the VFs get");
		return;
	}
	warn_of_unnamed(gpu, diags);
}

static void check_tie(const struct config *config, size_t n,
		      struct names *matches, struct diag_list *diags)
{
	const struct config_gpu *gpu = &config->gpus[n];
	const struct abilities *provider = config_provider(gpu);
	char match[64];
	size_t twin;

	if (gpu->match == CONFIG_MATCH_NONE)
		return;
	if (gpu->match == CONFIG_MATCH_PCI)
		snprintf(match, sizeof(match), "pci %s", gpu->bdf);
	else if (gpu->match == CONFIG_MATCH_ID)
		snprintf(match, sizeof(match), "id %04x:%04x %s", gpu->vendor,
			 gpu->device, provider ? provider->provider : "any");
	else
		snprintf(match, sizeof(match), "* %s",
			 provider ? provider->provider : "any");
	twin = names_add(matches, match, n);
	if (twin == NO_NAME)
		return;
	diag_err(diags, &gpu->match_at, REASON_BAD_CONFIG,
		 "the same GPU is in two sections, [gpu %s] and [gpu %s]",
		 config->gpus[twin].name, gpu->name);
	diag_note(diags, &config->gpus[twin].match_at, "first defined here");
}

/**
 * config_finish_gpus() - what can be said only when all files are read
 * @config: the configuration
 * @diags: unknown profiles, wrong counts, GPUs named twice, what the provider of a
 *	section cannot do
 */
void config_finish_gpus(struct config *config, struct diag_list *diags)
{
	struct names matches = {};
	size_t i;

	for (i = 0; i < config->num_gpus; i++) {
		resolve_profiles(config, &config->gpus[i], diags);
		if (!config->gpus[i].is_damaged)
			check_count(&config->gpus[i], diags);
		check_sum(config, &config->gpus[i], diags);
		config_check_provider(config, &config->gpus[i], NULL, diags);
		check_tie(config, i, &matches, diags);
	}
	names_free(&matches);
}
