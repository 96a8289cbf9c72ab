// SPDX-License-Identifier: GPL-2.0
/*
 * From scanned files to a configuration: files in order, sections by kind,
 * profiles. config_gpu.c reads [gpu] sections.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/root.h"
#include "base/units.h"
#include "base/util.h"
#include "config/config.h"

static const char *const section_kinds[] = { "gpuvf", "profile", "gpu" };
static const char *const main_keys[] = { "version", "on_drift" };
static const char *const profile_keys[] = {
	"fb", "time_slice", "preempt_timeout", "label", "nvidia_type",
};

static void read_version(struct config *config, const struct ini_entry *entry,
			 struct diag_list *diags)
{
	const char *why;
	u32 version;

	why = parse_number(entry->value, U32_MAX, &version);
	if (why)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "version: '%s' %s",
			 entry->value, why);
	else if (version != CONFIG_VERSION)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "version %u is not known here, only version %u",
			   version, CONFIG_VERSION);
	/* once is enough to complain */
	config->version = CONFIG_VERSION;
}

static void read_on_drift(struct config *config, const struct ini_entry *entry,
			  struct diag_list *diags)
{
	if (config->on_drift_at.line) {
		diag_err(diags, &entry->key_at, REASON_BAD_CONFIG,
			 "duplicate key 'on_drift'");
		diag_note(diags, &config->on_drift_at, "first defined here");
		return;
	}
	config->on_drift_at = entry->key_at;
	if (!strcmp(entry->value, "enforce"))
		config->on_drift = ON_DRIFT_ENFORCE;
	else if (strcmp(entry->value, "report"))
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "on_drift: '%s' is none of report, enforce",
			 entry->value);
}

static void read_main(struct config *config, const struct ini *ini,
		      size_t section, struct diag_list *diags)
{
	const struct ini_section *header = &ini->sections[section];
	size_t errors = diags->errors;
	size_t i;

	for (i = 0; i < header->num_entries; i++) {
		const struct ini_entry *entry =
			&ini->entries[header->first_entry + i];

		if (!strcmp(entry->key, "version"))
			read_version(config, entry, diags);
		else if (!strcmp(entry->key, "on_drift"))
			read_on_drift(config, entry, diags);
		else
			config_unknown_key(entry, "[gpuvf]", main_keys,
					   ARRAY_SIZE(main_keys), diags);
	}
	/* the version may be what could not be read */
	if (header->is_damaged || diags->errors > errors)
		config->version = CONFIG_VERSION;
}

static void read_label(struct config_profile *profile,
		       const struct ini_entry *entry, struct diag_list *diags)
{
	const char *why = check_name(entry->value);

	profile->label_at = entry->value_at;
	if (why)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "label: '%s' %s",
			 entry->value, why);
	else if (!strcmp(entry->value, "none"))
		profile->label[0] = '\0';
	else
		copy_string(profile->label, LABEL_SIZE, entry->value);
}

/* as current_vgpu_type has it, or by its name, which begins with the vendor's or not */
static void read_nvidia_type(struct config_profile *profile,
			     const struct ini_entry *entry,
			     struct diag_list *diags)
{
	const char *name = entry->value;
	size_t i;

	profile->nvidia_type_at = entry->value_at;
	if (!strncasecmp(name, "NVIDIA ", 7))
		name += 7;
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("._- ", name[i]))
			break;
	if (!i || name[i] || i >= sizeof(profile->nvidia_type))
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "nvidia_type: '%s' is neither the name of a vGPU type, as in L40S-12Q, nor its number",
			 entry->value);
	else
		copy_string(profile->nvidia_type, NAME_SIZE, name);
}

static void read_profile_key(struct config_profile *profile,
			     const struct ini_entry *entry,
			     struct diag_list *diags)
{
	const char *why = NULL;
	bool zero = false;

	if (!strcmp(entry->key, "fb")) {
		profile->fb_at = entry->value_at;
		profile->fb_is_shared = !strcmp(entry->value, "shared");
		if (!profile->fb_is_shared) {
			why = parse_size(entry->value, &profile->fb_bytes);
			zero = !why && !profile->fb_bytes;
		}
	} else if (!strcmp(entry->key, "time_slice")) {
		profile->time_slice_at = entry->value_at;
		why = parse_time(entry->value, &profile->time_slice_us);
		zero = !why && !profile->time_slice_us;
	} else if (!strcmp(entry->key, "preempt_timeout")) {
		profile->preempt_timeout_at = entry->value_at;
		why = parse_time(entry->value, &profile->preempt_timeout_us);
		zero = !why && !profile->preempt_timeout_us;
	} else if (!strcmp(entry->key, "label")) {
		read_label(profile, entry, diags);
	} else if (!strcmp(entry->key, "nvidia_type")) {
		read_nvidia_type(profile, entry, diags);
	} else {
		config_unknown_key(entry, "[profile]", profile_keys,
				   ARRAY_SIZE(profile_keys), diags);
	}
	if (why)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "%s: '%s' %s", entry->key,
			 entry->value, why);
	if (zero)
		diag_err(diags, &entry->value_at, REASON_BAD_CONFIG,
			 "%s: must be greater than 0",
			 entry->key);
}

/* iniparser ignores the case of names, so names must differ by more */
static bool check_section_name(const struct ini_section *section,
			       const char *kind, const char *name,
			       struct diag_list *diags)
{
	const char *why = check_name(name);

	if (!why)
		return true;
	if (!*name)
		diag_err(diags, &section->at, REASON_BAD_CONFIG,
			 "section [%s] needs a name, as in [%s NAME]",
			 kind, kind);
	else
		diag_err(diags, &section->at, REASON_BAD_CONFIG,
			 "%s name '%s' %s", kind, name, why);
	return false;
}

static void read_profile(struct config *config, const struct ini *ini,
			 size_t section, const char *name,
			 struct diag_list *diags)
{
	const struct ini_section *header = &ini->sections[section];
	struct config_profile *profile;
	size_t errors = diags->errors;
	size_t i, twin;

	if (!check_section_name(header, "profile", name, diags)) {
		config->is_damaged = true;
		return;
	}
	twin = names_add(&config->profile_names, name, config->num_profiles);
	/* within one file it is the scanner's error */
	if (twin != NO_NAME && !header->is_repeated) {
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "duplicate profile '%s'", name);
		diag_note(diags, &config->profiles[twin].at, "first defined here");
	}

	config->profiles = xgrow(config->profiles, config->num_profiles,
				 sizeof(*profile));
	profile = &config->profiles[config->num_profiles++];
	copy_string(profile->name, LABEL_SIZE, name);
	copy_string(profile->label, LABEL_SIZE, name);
	profile->at = header->at;
	profile->time_slice_us = DEFAULT_TIME_SLICE_US;
	for (i = 0; i < header->num_entries; i++)
		read_profile_key(profile, &ini->entries[header->first_entry + i],
				 diags);
	/* if a line could not be read, that is the cause */
	if (!profile->fb_at.line && !profile->nvidia_type_at.line &&
	    !header->is_repeated &&
	    !header->is_damaged && diags->errors == errors)
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "profile '%s' has no 'fb' (framebuffer size)", name);
}

static void read_section(struct config *config, const struct ini *ini,
			 size_t section, struct diag_list *diags)
{
	const struct ini_section *header = &ini->sections[section];
	size_t len = strcspn(header->name, " \t");
	const char *name = header->name + len;
	const char *guess;
	char kind[32];

	/* the scanner's error */
	if (!*header->name)
		return;
	name += strspn(name, " \t");
	copy_string(kind, len + 1 < sizeof(kind) ? len + 1 : sizeof(kind),
		    header->name);
	if (!strcmp(kind, "gpuvf") && !*name) {
		read_main(config, ini, section, diags);
		return;
	}
	if (!strcmp(kind, "profile")) {
		read_profile(config, ini, section, name, diags);
		return;
	}
	if (!strcmp(kind, "gpu")) {
		if (check_section_name(header, "gpu", name, diags))
			config_read_gpu(config, ini, section, name, diags);
		else
			config->is_damaged = true;
		return;
	}
	config->is_damaged = true;
	guess = nearest(kind, section_kinds, ARRAY_SIZE(section_kinds));
	if (guess)
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "unknown section [%s]; did you mean [%s%s%s]?",
			 header->name, guess, *name ? " " : "",
			   strcmp(guess, "gpuvf") ? name : "");
	else
		diag_err(diags, &header->at, REASON_BAD_CONFIG,
			 "unknown section [%s]; there are [gpuvf], [profile NAME] and [gpu NAME]",
			 header->name);
}

/**
 * config_add_file() - one more file, to be filled by ini_load() or ini_parse()
 * @config: the configuration
 *
 * Return: the file, which does not move any more.
 */
struct ini *config_add_file(struct config *config)
{
	struct ini *ini = xcalloc(1, sizeof(*ini));

	ini->source.order = config->num_files;
	config->files = xgrow(config->files, config->num_files,
			      sizeof(*config->files));
	config->files[config->num_files++] = ini;
	return ini;
}

/**
 * config_interpret() - understand what the files say
 * @config: with its files scanned
 * @diags: every error
 */
void config_interpret(struct config *config, struct diag_list *diags)
{
	size_t file, section;

	for (file = 0; file < config->num_files; file++) {
		const struct ini *ini = config->files[file];

		config->is_damaged |= ini->is_damaged;
		for (section = 0; section < ini->num_sections; section++)
			read_section(config, ini, section, diags);
	}
	if (!config->version && config->num_files && !config->is_damaged) {
		struct source_loc whole = { &config->files[0]->source, 0, 0 };

		diag_err(diags, &whole, REASON_BAD_CONFIG,
			 "missing 'version = %u' in section [gpuvf]",
			 CONFIG_VERSION);
	}
	config_finish_gpus(config, diags);
}

static int is_drop_in(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 4 &&
	       !strcmp(entry->d_name + len - 4, ".ini");
}

/* Return: how many, with @entries and each of them to be freed; or -errno */
static int list_drop_ins(const char *dir, struct dirent ***entries)
{
	int n = scandir(dir, entries, is_drop_in, alphasort);

	if (n >= 0)
		return n;
	*entries = NULL;
	return errno == ENOENT ? 0 : -errno;
}

static int load_drop_ins(struct config *config, u32 demands,
			 struct diag_list *diags)
{
	char *dir = root_path("%s", &CONFIG_DIR[1]);
	struct source_loc nowhere = {};
	struct dirent **entries;
	int err = 0;
	int n, i;

	n = list_drop_ins(dir, &entries);
	if (n < 0) {
		err = n;
		diag_err(diags, &nowhere, NO_REASON, CONFIG_DIR ": cannot be read: %s",
			 strerror(-err));
	}
	for (i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		int ret = ini_load(config_add_file(config), path, demands, diags);

		err = err ?: ret;
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(dir);
	return err;
}

/**
 * config_is_there() - does the system have a configuration?
 *
 * Return: true also when it may not be read.
 */
bool config_is_there(void)
{
	char *dir = root_path("%s", &CONFIG_DIR[1]);
	struct dirent **entries;
	int n = list_drop_ins(dir, &entries);
	int i;

	for (i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	free(dir);
	return n || root_has("%s", &CONFIG_FILE[1]);
}

/* the file, the drop-ins, or both; with neither, the file is what is missing */
static int load_standard(struct config *config, u32 demands,
			 struct diag_list *diags)
{
	char *path = root_path("%s", &CONFIG_FILE[1]);
	int err = 0;

	if (root_has("%s", &CONFIG_FILE[1]) || !config_is_there())
		err = ini_load(config_add_file(config), path, demands, diags);
	free(path);
	return err ?: load_drop_ins(config, demands, diags);
}

/**
 * config_load() - read the configuration
 * @config: all zero
 * @path: a file to read instead of CONFIG_FILE and the files of CONFIG_DIR,
 *	NULL: none
 * @demands: INPUT_*; the system's files are never streams
 * @diags: every error of every file
 *
 * Return: 0 when all files could be read (whether they are good is in @diags),
 * else a negative errno, see ini_load().
 */
int config_load(struct config *config, const char *path, u32 demands,
		struct diag_list *diags)
{
	int err;

	if (path)
		err = ini_load(config_add_file(config), path, demands, diags);
	else
		err = load_standard(config, demands & ~INPUT_STREAM, diags);
	if (!err)
		config_interpret(config, diags);
	return err;
}

/**
 * config_free() - release everything
 * @config: is empty afterwards; places in its files must not be used any more
 */
void config_free(struct config *config)
{
	size_t i;

	for (i = 0; i < config->num_files; i++) {
		ini_free(config->files[i]);
		free(config->files[i]);
	}
	for (i = 0; i < config->num_gpus; i++)
		free(config->gpus[i].vfs);
	free(config->files);
	free(config->profiles);
	free(config->gpus);
	names_free(&config->profile_names);
	names_free(&config->gpu_names);
	*config = (struct config){};
}
