/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of a PF and the transaction that changes it. Every change,
 * by a struct gpuvf_request or the enabling of VFs, is a call of this file;
 * nothing else writes a configuration.
 */
#ifndef GPUVF_CONFIG_H
#define GPUVF_CONFIG_H

#include <linux/gpuvf.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "fb/layout.h"

struct gpuvf_pf;
struct gpuvf_error;
struct gpuvf_request;

/* profile labels: 31 characters and the terminating zero */
#define GPUVF_LABEL_SIZE		32

/* what a preemption timeout may be, and the least that the default is */
#define GPUVF_PREEMPT_MIN_US		1000U
#define GPUVF_PREEMPT_MAX_US		10000000U
#define GPUVF_PREEMPT_DEFAULT_MIN_US	20000U

/**
 * struct gpuvf_vf_times - the time settings of one VF on one engine
 * @time_slice_us: as asked for; never 0
 * @time_slice_effective_us: what the engine makes of that; see gpuvf_engine_round()
 * @preempt_timeout_us: 0: the default, see gpuvf_config_preempt_us()
 */
struct gpuvf_vf_times {
	u32 time_slice_us;
	u32 time_slice_effective_us;
	u32 preempt_timeout_us;
};

/**
 * struct gpuvf_vf_config - what is configured for one VF
 * @fb_auto: the quota is a fair share that goes when VFs are disabled
 * @engine: by enum gpuvf_engine_id
 * @profile: label, may be empty
 *
 * The extent is in struct gpuvf_config's layout; its size is the quota.
 */
struct gpuvf_vf_config {
	bool fb_auto;
	struct gpuvf_vf_times engine[GPUVF_ENGINES];
	char profile[GPUVF_LABEL_SIZE];
};

/**
 * gpuvf_config_preempt_us() - the preemption timeout that holds
 * @times: settings of a VF on an engine
 *
 * Return: microseconds; twice the effective slice but at least 20 ms where none was set.
 */
static inline u32
gpuvf_config_preempt_us(const struct gpuvf_vf_times *times)
{
	if (times->preempt_timeout_us)
		return times->preempt_timeout_us;
	return max(2 * times->time_slice_effective_us,
		   GPUVF_PREEMPT_DEFAULT_MIN_US);
}

/**
 * struct gpuvf_config - everything that a transaction replaces as a whole
 * @policy: who is in the rotation of time slices
 * @provisioning: whether enabling VFs hands out fair shares
 * @layout: who has which framebuffer
 * @vf: the other settings, by VF index
 */
struct gpuvf_config {
	enum gpuvf_policy policy;
	enum gpuvf_provisioning provisioning;
	struct gpuvf_layout layout;
	struct gpuvf_vf_config vf[GPUVF_MAX_VFS];
};

int gpuvf_refuse_layout(struct gpuvf_pf *pf,
			const struct gpuvf_layout_request *layout,
			const struct gpuvf_layout_reason *reason,
			struct gpuvf_error *error);
extern const char * const gpuvf_policy_names[GPUVF_POLICY_BEST_EFFORT + 1];

int gpuvf_config_init(struct gpuvf_pf *pf);
int gpuvf_config_apply_locked(struct gpuvf_pf *pf, struct gpuvf_request *req);
int gpuvf_config_fill_locked(struct gpuvf_pf *pf, unsigned int num_vfs,
			     struct gpuvf_error *error);
void gpuvf_config_release_auto_locked(struct gpuvf_pf *pf);
void gpuvf_config_schedule_locked(struct gpuvf_pf *pf);
int gpuvf_config_restore_locked(struct gpuvf_pf *pf);

#endif /* GPUVF_CONFIG_H */
