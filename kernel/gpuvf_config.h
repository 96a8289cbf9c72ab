/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of a PF and the transaction that changes it. Every change,
 * from netlink, sysfs or the enabling of VFs, becomes one struct gpuvf_request
 * or one call of this file; nothing else writes a configuration.
 */
#ifndef GPUVF_CONFIG_H
#define GPUVF_CONFIG_H

#include <linux/gpuvf.h>
#include <linux/types.h>

#include "gpuvf_layout.h"

struct gpuvf_pf;
struct gpuvf_refusal;

/* profile labels: 31 characters and the terminating zero */
#define GPUVF_LABEL_SIZE		32

/* what a preemption timeout may be, and the least that the default is */
#define GPUVF_PREEMPT_MIN_US		1000U
#define GPUVF_PREEMPT_MAX_US		10000000U
#define GPUVF_PREEMPT_DEFAULT_MIN_US	20000U

/**
 * struct gpuvf_vf_config - what is configured for one VF
 * @fb_auto: the quota is a fair share that goes when VFs are disabled
 * @time_slice_us: never 0
 * @preempt_timeout_us: 0: the default, see gpuvf_config_preempt_us()
 * @profile: label, may be empty
 *
 * The extent is in struct gpuvf_config's layout; its size is the quota.
 */
struct gpuvf_vf_config {
	bool fb_auto;
	u32 time_slice_us;
	u32 preempt_timeout_us;
	char profile[GPUVF_LABEL_SIZE];
};

/**
 * struct gpuvf_config - everything that a transaction replaces as a whole
 * @policy: who is in the round of time slices
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

/* which settings a struct gpuvf_request_vf carries */
#define GPUVF_SET_FB_QUOTA		BIT(0)
#define GPUVF_SET_TIME_SLICE		BIT(1)
#define GPUVF_SET_PREEMPT_TIMEOUT	BIT(2)
#define GPUVF_SET_PROFILE		BIT(3)

/**
 * struct gpuvf_request_vf - what a request changes of one VF
 * @index: which VF; not checked yet
 * @set: GPUVF_SET_* of the members that count
 * @fb_quota_bytes: rounded up to the granularity; 0 takes the quota away
 * @time_slice_us: time slice
 * @preempt_timeout_us: 0: back to the default
 * @profile: label, zero-terminated; empty: none
 */
struct gpuvf_request_vf {
	u32 index;
	u32 set;
	u64 fb_quota_bytes;
	u32 time_slice_us;
	u32 preempt_timeout_us;
	char profile[GPUVF_LABEL_SIZE];
};

/* which settings a struct gpuvf_request carries */
#define GPUVF_SET_GENERATION		BIT(0)
#define GPUVF_SET_POLICY		BIT(1)
#define GPUVF_SET_PF_RESERVE		BIT(2)

/**
 * struct gpuvf_request - one change, all or nothing
 * @set: GPUVF_SET_GENERATION, ..._POLICY, ..._PF_RESERVE: what counts
 * @generation: the generation that the change was planned against
 * @policy: enum gpuvf_policy; not checked yet
 * @pf_reserve_bytes: rounded up to the granularity
 * @replace: the VFs named are the whole layout, the others get nothing
 * @dry_run: do everything but the change itself
 * @num_vfs: entries of @vf in use
 * @vf: one entry for each VF named
 */
struct gpuvf_request {
	u32 set;
	u64 generation;
	u32 policy;
	u64 pf_reserve_bytes;
	bool replace;
	bool dry_run;
	unsigned int num_vfs;
	struct gpuvf_request_vf vf[GPUVF_MAX_VFS];
};

int gpuvf_config_init(struct gpuvf_pf *pf);
int gpuvf_config_apply_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_request *req,
			      struct gpuvf_config *result,
			      struct gpuvf_refusal *why);
int gpuvf_config_fill_locked(struct gpuvf_pf *pf, unsigned int num_vfs,
			     struct gpuvf_refusal *why);
void gpuvf_config_release_auto_locked(struct gpuvf_pf *pf);
void gpuvf_config_measure_locked(struct gpuvf_pf *pf);
int gpuvf_config_restore_locked(struct gpuvf_pf *pf);
u32 gpuvf_config_preempt_us(const struct gpuvf_vf_config *cfg);
u64 gpuvf_config_round_us(struct gpuvf_pf *pf, const struct gpuvf_config *cfg);

#endif /* GPUVF_CONFIG_H */
