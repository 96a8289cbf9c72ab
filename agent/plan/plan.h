/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has to change so that a GPU is as its section says, and in what order.
 */
#ifndef AGENT_PLAN_PLAN_H
#define AGENT_PLAN_PLAN_H

#include "config/config.h"
#include "model/failure.h"
#include "model/host_driver.h"
#include "provider/provider.h"

/* how often a GPU that was changed meanwhile is read and planned for again */
#define PLAN_ATTEMPTS	4

/* the kernel places; when the GPU was changed meanwhile, that is an error */
#define PLACE_LAST	BIT(0)
/* without the rights to ask the kernel: place as if no VF were in use */
#define PLACE_UNASKED	BIT(1)

/* what happens to one VF */
#define VF_CREATE	BIT(0)
#define VF_REMOVE	BIT(1)
#define VF_RESIZE	BIT(2)
#define VF_MOVE		BIT(3)
#define VF_RETIME	BIT(4)
#define VF_RELABEL	BIT(5)
#define VF_REBIND	BIT(6)
#define VF_RETYPE	BIT(7)
#define VF_LAYOUT	(VF_CREATE | VF_REMOVE | VF_RESIZE | VF_MOVE | \
			 VF_RETIME | VF_RELABEL | VF_RETYPE)

/* what happens to the GPU, in the order in which it happens */
#define STEP_DISABLE	BIT(0)	/* sriov_numvfs = 0 */
#define STEP_LAYOUT	BIT(1)	/* config-set */
#define STEP_ENABLE	BIT(2)	/* sriov_numvfs = N */
#define STEP_DRIVERS	BIT(3)	/* host drivers of the VFs */

/**
 * struct plan - from what is to what shall be, for one GPU
 * @config: the configuration
 * @section: of the GPU
 * @live: what is
 * @drivers: host drivers of the VFs that are enabled, by index
 * @wanted: what shall be
 * @after: what will be; only when @has_after
 * @has_after: places were found, and the kernel did not refuse them
 * @detail: why there is no such layout; its reason is 0 when that is not known
 * @changes: VF_*, by index; as long as @wanted.vfs
 * @steps: STEP_*
 * @policy_changes: the policy changes
 * @reserve_changes: the PF reserve changes
 */
struct plan {
	const struct config *config;
	const struct config_gpu *section;
	struct gpu live;
	struct vf_driver *drivers;
	struct gpu wanted;
	struct gpu after;
	bool has_after;
	struct error_detail detail;
	u32 *changes;
	u32 steps;
	bool policy_changes;
	bool reserve_changes;
};

void plan_make(struct plan *plan, const struct config *config,
	       const struct config_gpu *section, const struct gpu *live,
	       const struct vf_driver *drivers);
void plan_add_placement(struct plan *plan, const struct gpu *after);
enum host_driver plan_wanted_driver(const struct plan *plan, u32 vf);
bool plan_interrupts(const struct plan *plan, u32 vf);
int plan_place(struct plan *plan, struct provider *provider, u32 how);
void plan_free(struct plan *plan);

#endif /* AGENT_PLAN_PLAN_H */
