/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration: what /etc/gpuvf.ini and /etc/gpuvf.d/ ask for, each value
 * with the place where it stands.
 */
#ifndef AGENT_CONFIG_CONFIG_H
#define AGENT_CONFIG_CONFIG_H

#include "base/input.h"
#include "base/name_set.h"
#include "config/diag.h"
#include "config/ini.h"
#include "model/gpu.h"
#include "model/host_driver.h"

#define CONFIG_FILE	"/etc/gpuvf.ini"
#define CONFIG_DIR	"/etc/gpuvf.d"
#define CONFIG_VERSION	1

/**
 * struct config_profile - [profile NAME]: a shape that a VF can have
 * @name: of the section
 * @label: what other tools are shown; empty: none
 * @nvidia_type: vGPU type, by name or number; empty: any of the size
 * @fb_bytes: framebuffer quota
 * @fb_is_shared: "fb = shared": there is none that could be set
 * @time_slice_us: time slice
 * @preempt_timeout_us: 0: the default
 * @at: the section
 * @fb_at: the value of its key; line 0 where the key is not there
 * @time_slice_at: as @fb_at
 * @preempt_timeout_at: as @fb_at
 * @label_at: as @fb_at
 * @nvidia_type_at: as @fb_at
 */
struct config_profile {
	char name[LABEL_SIZE];
	char label[LABEL_SIZE];
	char nvidia_type[NAME_SIZE];
	u64 fb_bytes;
	bool fb_is_shared;
	u32 time_slice_us;
	u32 preempt_timeout_us;
	struct source_loc at;
	struct source_loc fb_at;
	struct source_loc time_slice_at;
	struct source_loc preempt_timeout_at;
	struct source_loc label_at;
	struct source_loc nvidia_type_at;
};

/**
 * struct config_vf - what a [gpu] section says of one VF
 * @profile: index into the profiles, -1: none
 * @profile_name: as written
 * @at: the key of the "vf" line; line 0: none
 * @profile_at: the value of that line
 * @driver: what is to drive it
 * @driver_at: the "driver" line; line 0: none
 */
struct config_vf {
	int profile;
	char profile_name[LABEL_SIZE];
	struct source_loc at;
	struct source_loc profile_at;
	enum host_driver driver;
	struct source_loc driver_at;
};

enum config_match {
	CONFIG_MATCH_NONE,
	CONFIG_MATCH_ANY,	/* match = * */
	CONFIG_MATCH_ID,	/* match = VENDOR:DEVICE */
	CONFIG_MATCH_PCI,	/* pci = BDF */
};

/**
 * struct config_gpu - [gpu NAME]
 * @name: of the section
 * @at: the section
 * @match: which GPUs it is for; a later enum value beats an earlier one
 * @bdf: of CONFIG_MATCH_PCI
 * @vendor: of CONFIG_MATCH_ID
 * @device: of CONFIG_MATCH_ID
 * @match_at: value of "pci" or "match"
 * @provider: of "provider"; NULL: of the GPU, with "pci"; gpuvf, with "match"
 * @any_provider: "provider = any"
 * @provider_at: value of "provider"
 * @set: GPU_SET_* of what is named
 * @policy: enum policy
 * @policy_at: value of "policy"
 * @pf_reserve_bytes: what the PF keeps
 * @pf_reserve_at: value of "pf_reserve"
 * @num_vfs: VFs to enable
 * @num_vfs_at: value of "vfs"; line 0: the key is not there
 * @vfs: by index
 * @vfs_len: entries of @vfs: behind the highest VF that has a line
 * @is_damaged: a line of it could not be read, or has an error
 */
struct config_gpu {
	char name[LABEL_SIZE];
	struct source_loc at;
	enum config_match match;
	char bdf[BDF_SIZE];
	u32 vendor;
	u32 device;
	struct source_loc match_at;
	const struct abilities *provider;
	bool any_provider;
	struct source_loc provider_at;
	u32 set;
	u32 policy;
	struct source_loc policy_at;
	u64 pf_reserve_bytes;
	struct source_loc pf_reserve_at;
	u32 num_vfs;
	struct source_loc num_vfs_at;
	struct config_vf *vfs;
	u32 vfs_len;
	bool is_damaged;
};

/* what the daemon does when another program changed a GPU */
enum on_drift {
	ON_DRIFT_REPORT,
	ON_DRIFT_ENFORCE,
};

/**
 * struct config - everything
 * @files: the files that were read; places point into them
 * @num_files: entries of @files
 * @profiles: all [profile] sections
 * @num_profiles: entries of @profiles
 * @gpus: all [gpu] sections
 * @num_gpus: entries of @gpus
 * @version: of the format; 0: no file said
 * @on_drift: what the daemon does about changes of others
 * @on_drift_at: its key; line 0: no file said
 * @is_damaged: there may be more sections than could be read
 * @profile_names: of @profiles
 * @gpu_names: of @gpus
 */
struct config {
	struct ini **files;
	size_t num_files;
	struct config_profile *profiles;
	size_t num_profiles;
	struct config_gpu *gpus;
	size_t num_gpus;
	u32 version;
	enum on_drift on_drift;
	struct source_loc on_drift_at;
	bool is_damaged;
	struct names profile_names;
	struct names gpu_names;
};

int config_load(struct config *config, const char *path, u32 demands,
		struct diag_list *diags);
bool config_is_there(void);
struct ini *config_add_file(struct config *config);
void config_interpret(struct config *config, struct diag_list *diags);
void config_free(struct config *config);

/* config_gpu.c */
void config_unknown_key(const struct ini_entry *entry, const char *kind,
			const char *const *known, size_t n,
			struct diag_list *diags);
void config_read_gpu(struct config *config, const struct ini *ini,
		     size_t section, const char *name, struct diag_list *diags);
void config_finish_gpus(struct config *config, struct diag_list *diags);

/* config_ability.c: what a provider cannot do */
void config_check_provider(const struct config *config,
			   const struct config_gpu *section,
			   const struct gpu *gpu, struct diag_list *diags);

/* config_bind.c: which section is for which GPU */
bool config_matches(const struct config_gpu *section, const struct gpu *gpu);
const struct abilities *config_provider(const struct config_gpu *section);
const struct config_gpu *config_for_gpu(const struct config *config,
					const struct gpu *gpu);
const struct config_gpu *config_gpu_by_name(const struct config *config,
					    const char *name);
void config_wanted(const struct config *config,
		   const struct config_gpu *section,
		   const struct gpu *live, struct gpu *wanted);
const struct config_profile *config_vf_profile(const struct config *config,
					       const struct config_gpu *section,
					       u32 vf);

#endif /* AGENT_CONFIG_CONFIG_H */
