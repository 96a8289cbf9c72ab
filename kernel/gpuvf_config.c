// SPDX-License-Identifier: GPL-2.0
/*
 * The transaction: check all → plan → commit to hardware or unwind → notify.
 *
 *	request ──check──► next configuration ──plan──► with a layout
 *	                                                     │
 *	        dry run: that is the answer ◄────────────────┤
 *	                                                     ▼
 *	          hardware: take away, move the reserve, give ──fails──► unwind
 *	                                                     │
 *	                              pf->config = next ◄────┘
 *
 * The next configuration is a whole one, made in memory, so that nothing has
 * to be undone before the first register is written. A VF that is in use keeps
 * its framebuffer; while the transaction runs no other VF can start.
 */

#include <linux/ctype.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "gpuvf_clear.h"
#include "gpuvf_config.h"
#include "gpuvf_hw.h"
#include "gpuvf_pf.h"
#include "gpuvf_refusal.h"
#include "gpuvf_vf.h"
#include "gpuvf_world.h"

#define CONFIG_DEFAULT_SLICE_US	\
	((u32)(GPUVF_SCHED_DEFAULT_SLICE_NS / NSEC_PER_USEC))

/* what a PF keeps for itself by default, and the share that it is at the most */
#define CONFIG_DEFAULT_RESERVE		SZ_256M
#define CONFIG_DEFAULT_RESERVE_PART	16

/**
 * struct config_plan - a transaction in the making
 * @next: the configuration that would hold
 * @layout: what the planner is asked
 * @reason: what the planner said
 * @pinned: bit n: VF n keeps its framebuffer
 * @fb_changes: whether the planner has to be asked at all
 */
struct config_plan {
	struct gpuvf_config next;
	struct gpuvf_layout_request layout;
	struct gpuvf_layout_reason reason;
	u32 pinned;
	bool fb_changes;
};

static int refuse(struct gpuvf_pf *pf, struct gpuvf_refusal *why)
{
	return gpuvf_refuse(why, gpuvf_pf_name(pf));
}

static u64 config_round_up(const struct gpuvf_pf *pf, u64 bytes)
{
	u64 granule = pf->geometry.granule_bytes;

	/* what does not fit into 64 bits stays what it is: far too much */
	return bytes > U64_MAX - granule ? bytes : round_up(bytes, granule);
}

/**
 * gpuvf_config_preempt_us() - the preemption timeout that holds
 * @cfg: settings of a VF
 *
 * Return: microseconds; twice the slice but at least 20 ms where none was set.
 */
u32 gpuvf_config_preempt_us(const struct gpuvf_vf_config *cfg)
{
	if (cfg->preempt_timeout_us)
		return cfg->preempt_timeout_us;
	return max(2 * cfg->time_slice_us, GPUVF_PREEMPT_DEFAULT_MIN_US);
}

/**
 * gpuvf_config_round_us() - one round of all provisioned VFs
 * @pf: PF
 * @cfg: its configuration, or one that it might have
 *
 * Return: microseconds: the sum of their slices, and of their switches as far
 * as any was measured yet.
 */
u64 gpuvf_config_round_us(struct gpuvf_pf *pf, const struct gpuvf_config *cfg)
{
	u64 switch_us = div_u64(gpuvf_world_switch_ns(pf), NSEC_PER_USEC);
	u64 round_us = 0;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (cfg->layout.vf[i].size)
			round_us += cfg->vf[i].time_slice_us + switch_us;
	return round_us;
}

static void config_vf_defaults(struct gpuvf_vf_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->time_slice_us = CONFIG_DEFAULT_SLICE_US;
}

/* the next configuration starts as a copy of the present one */
static struct config_plan *config_plan_alloc(struct gpuvf_pf *pf)
{
	struct config_plan *plan;
	unsigned int i;

	plan = kzalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan)
		return NULL;
	plan->next = pf->config;
	plan->layout.geometry = pf->geometry;
	plan->layout.pf_reserve_bytes = pf->config.layout.pf_reserve_bytes;
	plan->layout.num_vfs = pf->total_vfs;
	for (i = 0; i < pf->total_vfs; i++) {
		plan->layout.vf[i].now = pf->config.layout.vf[i];
		plan->layout.vf[i].quota_bytes = pf->config.layout.vf[i].size;
	}
	return plan;
}

static int config_check_pf(struct gpuvf_pf *pf, const struct gpuvf_request *req,
			   struct gpuvf_refusal *why)
{
	if (pf->gone)
		why->reason = GPUVF_REASON_NO_SUCH_PF;
	else if (pf->wedged)
		why->reason = GPUVF_REASON_WEDGED;
	else if (pf->vf_count_changing)
		why->reason = GPUVF_REASON_VF_COUNT_CHANGING;
	if (why->reason) {
		why->who = gpuvf_pf_name(pf);
		return refuse(pf, why);
	}
	if ((req->set & GPUVF_SET_GENERATION) &&
	    req->generation != pf->generation) {
		why->reason = GPUVF_REASON_STALE;
		why->attr = GPUVF_A_PF_GENERATION;
		why->asked = req->generation;
		why->limit = pf->generation;
		return refuse(pf, why);
	}
	return 0;
}

static int config_take_policy(struct gpuvf_pf *pf,
			      const struct gpuvf_request *req,
			      struct config_plan *plan,
			      struct gpuvf_refusal *why)
{
	char text[24];

	if (!(req->set & GPUVF_SET_POLICY))
		return 0;
	why->attr = GPUVF_A_PF_POLICY;
	why->asked = req->policy;
	if (req->policy > GPUVF_POLICY_BEST_EFFORT) {
		scnprintf(text, sizeof(text), "policy %u", req->policy);
		why->who = text;
		why->reason = GPUVF_REASON_BAD_VALUE;
		return refuse(pf, why);
	}
	if (req->policy == GPUVF_POLICY_BEST_EFFORT &&
	    !(pf->capabilities & GPUVF_CAPABILITY_BUSY)) {
		why->reason = GPUVF_REASON_POLICY_UNSUPPORTED;
		return refuse(pf, why);
	}
	plan->next.policy = req->policy;
	return 0;
}

/* a value between two limits, or the reason that stands for the one it misses */
static int config_check_range(struct gpuvf_pf *pf, u32 value, u32 lowest,
			      u32 highest, enum gpuvf_reason too_low,
			      enum gpuvf_reason too_high,
			      struct gpuvf_refusal *why)
{
	if (value >= lowest && value <= highest)
		return 0;
	why->asked = value;
	why->reason = value < lowest ? too_low : too_high;
	why->limit = value < lowest ? lowest : highest;
	return refuse(pf, why);
}

static bool config_label_is_good(const char *label)
{
	for (; *label; label++)
		if (!isascii(*label) ||
		    (!isalnum(*label) && !strchr("._-", *label)))
			return false;
	return true;
}

static int config_take_time(struct gpuvf_pf *pf,
			    const struct gpuvf_request_vf *rvf,
			    struct gpuvf_vf_config *cfg,
			    struct gpuvf_refusal *why)
{
	int err;

	if (rvf->set & GPUVF_SET_TIME_SLICE) {
		why->attr = GPUVF_A_VF_TIME_SLICE_US;
		err = config_check_range(pf, rvf->time_slice_us,
					 pf->hw->time_slice_min_us,
					 pf->hw->time_slice_max_us,
					 GPUVF_REASON_SLICE_TOO_SHORT,
					 GPUVF_REASON_SLICE_TOO_LONG, why);
		if (err)
			return err;
		cfg->time_slice_us = rvf->time_slice_us;
	}
	if (rvf->set & GPUVF_SET_PREEMPT_TIMEOUT) {
		why->attr = GPUVF_A_VF_PREEMPT_TIMEOUT_US;
		err = rvf->preempt_timeout_us ?
		      config_check_range(pf, rvf->preempt_timeout_us,
					 GPUVF_PREEMPT_MIN_US,
					 GPUVF_PREEMPT_MAX_US,
					 GPUVF_REASON_PREEMPT_TOO_SHORT,
					 GPUVF_REASON_PREEMPT_TOO_LONG, why) :
		      0;
		if (err)
			return err;
		cfg->preempt_timeout_us = rvf->preempt_timeout_us;
	}
	return 0;
}

static int config_take_vf(struct gpuvf_pf *pf,
			  const struct gpuvf_request_vf *rvf,
			  struct config_plan *plan, struct gpuvf_refusal *why)
{
	struct gpuvf_vf_config *cfg = &plan->next.vf[rvf->index];
	int err;

	err = config_take_time(pf, rvf, cfg, why);
	if (err)
		return err;
	if (rvf->set & GPUVF_SET_PROFILE) {
		if (!config_label_is_good(rvf->profile)) {
			why->attr = GPUVF_A_VF_PROFILE;
			why->who = rvf->profile;
			why->reason = GPUVF_REASON_BAD_LABEL;
			return refuse(pf, why);
		}
		strscpy(cfg->profile, rvf->profile, sizeof(cfg->profile));
	}
	if (rvf->set & GPUVF_SET_FB_QUOTA) {
		plan->layout.vf[rvf->index].quota_bytes =
			config_round_up(pf, rvf->fb_quota_bytes);
		cfg->fb_auto = false;
	}
	return 0;
}

static int config_take_vfs(struct gpuvf_pf *pf, const struct gpuvf_request *req,
			   struct config_plan *plan, struct gpuvf_refusal *why)
{
	unsigned int i;
	u32 named = 0;
	int err;

	if (req->replace) {
		for (i = 0; i < pf->total_vfs; i++) {
			config_vf_defaults(&plan->next.vf[i]);
			plan->layout.vf[i].quota_bytes = 0;
		}
	}
	for (i = 0; i < req->num_vfs; i++) {
		const struct gpuvf_request_vf *rvf = &req->vf[i];

		why->asked = rvf->index;
		why->attr = GPUVF_A_VF_INDEX;
		if (rvf->index >= pf->total_vfs) {
			why->vf = GPUVF_NO_VF;
			why->limit = pf->total_vfs;
			why->reason = GPUVF_REASON_NO_SUCH_VF;
			return refuse(pf, why);
		}
		why->vf = rvf->index;
		if (named & BIT(rvf->index)) {
			why->reason = GPUVF_REASON_VF_NAMED_TWICE;
			return refuse(pf, why);
		}
		named |= BIT(rvf->index);
		err = config_take_vf(pf, rvf, plan, why);
		if (err)
			return err;
	}
	why->vf = GPUVF_NO_VF;
	why->attr = 0;
	why->asked = 0;
	return 0;
}

static void config_note_fb_changes(struct gpuvf_pf *pf,
				   struct config_plan *plan)
{
	unsigned int i;

	plan->fb_changes = plan->layout.pf_reserve_bytes !=
			   pf->config.layout.pf_reserve_bytes;
	for (i = 0; i < pf->total_vfs; i++)
		if (plan->layout.vf[i].quota_bytes !=
		    pf->config.layout.vf[i].size)
			plan->fb_changes = true;
}

/* who uses a VF: its driver, or if it has none any more, what it left there */
static const char *config_holder(struct gpuvf_pf *pf, int vf, char *buf,
				 size_t size)
{
	gpuvf_vf_holder(&pf->vf[vf], buf, size);
	return *buf ? buf : "its guest";
}

/* nothing lies where the reserve would be but what is in use */
static void config_refuse_reserve(struct gpuvf_pf *pf,
				  const struct config_plan *plan, int vf,
				  struct gpuvf_refusal *why)
{
	char holder[GPUVF_HOLDER_SIZE], text[GPUVF_HOLDER_SIZE + 16];

	scnprintf(text, sizeof(text), "%s uses VF %d",
		  config_holder(pf, vf, holder, sizeof(holder)), vf);
	why->reason = GPUVF_REASON_RESERVE_IN_USE;
	why->vf = GPUVF_NO_VF;
	why->attr = GPUVF_A_PF_FB_PF_RESERVE;
	why->asked = plan->layout.pf_reserve_bytes;
	why->limit = pf->config.layout.pf_reserve_bytes;
	why->who = text;
	refuse(pf, why);
}

/* the planner's verdict as a refusal */
static int config_refuse_layout(struct gpuvf_pf *pf, struct config_plan *plan,
				struct gpuvf_refusal *why)
{
	const struct gpuvf_layout_reason *reason = &plan->reason;
	char holder[GPUVF_HOLDER_SIZE], text[GPUVF_HOLDER_SIZE + 24];

	why->vf = reason->vf;
	why->attr = reason->vf < 0 ? GPUVF_A_PF_FB_PF_RESERVE :
				     GPUVF_A_VF_FB_QUOTA;
	why->asked = reason->asked;
	why->limit = reason->limit;
	why->extra = reason->free;
	switch (reason->verdict) {
	case GPUVF_LAYOUT_RESERVE_TOO_BIG:
		why->reason = GPUVF_REASON_RESERVE_TOO_BIG;
		break;
	case GPUVF_LAYOUT_PINNED_VF:
		why->reason = GPUVF_REASON_VF_IN_USE;
		why->limit = pf->config.layout.vf[reason->vf].size;
		why->who = config_holder(pf, reason->vf, holder,
					 sizeof(holder));
		break;
	case GPUVF_LAYOUT_PINNED_RESERVE:
		config_refuse_reserve(pf, plan, reason->blocker, why);
		return why->error;
	case GPUVF_LAYOUT_FRAGMENTED:
		why->reason = GPUVF_REASON_FRAGMENTED;
		why->who = "withheld memory is";
		if (reason->blocker < 0)
			break;
		config_holder(pf, reason->blocker, holder, sizeof(holder));
		scnprintf(text, sizeof(text), "VF %d (%s) is",
			  reason->blocker, *holder ? holder : "its guest");
		why->who = text;
		break;
	case GPUVF_LAYOUT_TOO_HARD:
		why->reason = GPUVF_REASON_PLAN_TOO_HARD;
		break;
	default:
		WARN_ON_ONCE(reason->verdict != GPUVF_LAYOUT_NO_SPACE);
		why->reason = GPUVF_REASON_NO_SPACE;
	}
	return refuse(pf, why);
}

/*
 * Find out who keeps his framebuffer, and what nobody can have. Holds the world,
 * so that who has not started does not until config_unplan().
 *
 * Return: bit n: VF n has started.
 */
static u32 config_pin(struct gpuvf_pf *pf, struct config_plan *plan)
{
	u32 started = gpuvf_world_hold(pf);
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++) {
		/* who had started then may be reset by its user meanwhile */
		if (!pf->config.layout.vf[i].size ||
		    (!(started & BIT(i)) &&
		     !gpuvf_vf_in_use_locked(&pf->vf[i])))
			continue;
		plan->pinned |= BIT(i);
		plan->layout.vf[i].pinned = true;
	}
	plan->layout.num_blocked =
		gpuvf_clear_blocked_locked(pf, plan->pinned,
					   plan->layout.blocked);
	return started;
}

/* let the planner place everybody who is not pinned */
static int config_place(struct gpuvf_pf *pf, struct config_plan *plan,
			struct gpuvf_refusal *why)
{
	struct gpuvf_layout *layout = &plan->next.layout;
	u32 started = config_pin(pf, plan);

	/* saved states of those who started lie behind the reserve */
	if (started && plan->layout.pf_reserve_bytes !=
		       pf->config.layout.pf_reserve_bytes) {
		config_refuse_reserve(pf, plan, __ffs(started), why);
		return why->error;
	}
	if (gpuvf_layout_plan(&plan->layout, layout, &plan->reason))
		return config_refuse_layout(pf, plan, why);
	layout->moved_mask = 0;
	return 0;
}

static void config_unplan(struct gpuvf_pf *pf, struct config_plan *plan)
{
	gpuvf_world_release(pf);
	kfree(plan);
}

static bool extent_same(const struct gpuvf_extent *a,
			const struct gpuvf_extent *b)
{
	return a->size == b->size && (!a->size || a->start == b->start);
}

/*
 * Bring the hardware from one layout to another: take away first, so that at
 * no moment two VFs have the same framebuffer.
 */
static int config_write(struct gpuvf_pf *pf, const struct gpuvf_layout *from,
			const struct gpuvf_layout *to, int *culprit)
{
	static const struct gpuvf_extent none;
	unsigned int i;
	int err;

	for (i = 0; i < pf->total_vfs; i++) {
		*culprit = i;
		if (!from->vf[i].size || extent_same(&from->vf[i], &to->vf[i]))
			continue;
		err = pf->hw->set_vf_fb(pf, i, &none);
		if (err)
			return err;
	}
	*culprit = GPUVF_NO_VF;
	if (from->context.start != to->context.start ||
	    from->context.size != to->context.size ||
	    from->pf_reserve_bytes != to->pf_reserve_bytes) {
		err = pf->hw->set_reserve(pf, to->pf_reserve_bytes,
					  &to->context);
		if (err)
			return err;
	}
	for (i = 0; i < pf->total_vfs; i++) {
		*culprit = i;
		if (!to->vf[i].size || extent_same(&from->vf[i], &to->vf[i]))
			continue;
		err = pf->hw->set_vf_fb(pf, i, &to->vf[i]);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Whatever is there now of the extents of @vfs and of the reserve, go to @to.
 * The others are as they are to be, and perhaps in use: they are not touched.
 */
static int config_rewrite(struct gpuvf_pf *pf, const struct gpuvf_layout *to,
			  u32 vfs)
{
	static const struct gpuvf_extent none;
	unsigned int i;
	int err = 0;

	for (i = 0; i < pf->total_vfs && !err; i++)
		if (vfs & BIT(i))
			err = pf->hw->set_vf_fb(pf, i, &none);
	if (!err)
		err = pf->hw->set_reserve(pf, to->pf_reserve_bytes,
					  &to->context);
	for (i = 0; i < pf->total_vfs && !err; i++)
		if ((vfs & BIT(i)) && to->vf[i].size)
			err = pf->hw->set_vf_fb(pf, i, &to->vf[i]);
	return err;
}

/* a commit stopped half-way: back to the configuration that holds */
static void config_unwind(struct gpuvf_pf *pf, const struct gpuvf_layout *next)
{
	const struct gpuvf_layout *now = &pf->config.layout;
	unsigned int i;
	u32 vfs = 0;

	for (i = 0; i < pf->total_vfs; i++)
		if (!extent_same(&now->vf[i], &next->vf[i]))
			vfs |= BIT(i);
	if (config_rewrite(pf, now, vfs))
		gpuvf_pf_wedge_locked(pf,
				      "a framebuffer table that cannot be written");
}

static int config_commit(struct gpuvf_pf *pf, const struct gpuvf_config *next,
			 struct gpuvf_refusal *why)
{
	int culprit = GPUVF_NO_VF;
	int err;

	err = config_write(pf, &pf->config.layout, &next->layout, &culprit);
	if (err) {
		config_unwind(pf, &next->layout);
		why->vf = culprit;
		why->reason = err == -EUCLEAN ? GPUVF_REASON_HW_MISMATCH :
						GPUVF_REASON_HW_COMMAND;
		why->who = "the framebuffer table";
		return refuse(pf, why);
	}
	pf->config = *next;
	gpuvf_clear_mark_reserved_locked(pf);
	gpuvf_clear_kick_locked(pf);
	gpuvf_world_configure(pf);
	gpuvf_vfs_update_locked(pf);
	return 0;
}

static bool config_provisions_any(const struct gpuvf_pf *pf,
				  const struct config_plan *plan)
{
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (plan->layout.vf[i].quota_bytes)
			return true;
	return false;
}

/* everything that the request asks for, in memory */
static int config_plan_request(struct gpuvf_pf *pf,
			       const struct gpuvf_request *req,
			       struct config_plan *plan,
			       struct gpuvf_refusal *why)
{
	int err;

	err = config_check_pf(pf, req, why);
	if (!err)
		err = config_take_policy(pf, req, plan, why);
	if (!err)
		err = config_take_vfs(pf, req, plan, why);
	if (err)
		return err;
	if (req->set & GPUVF_SET_PF_RESERVE)
		plan->layout.pf_reserve_bytes =
			config_round_up(pf, req->pf_reserve_bytes);
	if (req->replace)
		plan->next.provisioning = config_provisions_any(pf, plan) ?
					  GPUVF_PROVISIONING_EXPLICIT :
					  GPUVF_PROVISIONING_AUTO;
	config_note_fb_changes(pf, plan);
	if (!plan->fb_changes)
		return 0;
	if (!gpuvf_clear_is_possible(pf) && config_provisions_any(pf, plan)) {
		why->reason = GPUVF_REASON_NOT_SUPPORTED;
		why->who = "clearing framebuffer between tenants";
		return refuse(pf, why);
	}
	return config_place(pf, plan, why);
}

/**
 * gpuvf_config_apply_locked() - change the configuration, all or nothing
 * @pf: PF
 * @req: what to change
 * @result: the configuration that now holds or, with a dry run, would hold
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when the request is refused
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, or the errno of the refusal; see enum gpuvf_reason in
 * uapi/linux/gpuvf.h.
 */
int gpuvf_config_apply_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_request *req,
			      struct gpuvf_config *result,
			      struct gpuvf_refusal *why)
{
	struct config_plan *plan;
	int err;

	lockdep_assert_held(&pf->lock);
	plan = config_plan_alloc(pf);
	if (!plan) {
		why->reason = GPUVF_REASON_NO_MEMORY;
		return refuse(pf, why);
	}
	err = config_plan_request(pf, req, plan, why);
	if (!err) {
		*result = plan->next;
		if (!req->dry_run &&
		    memcmp(&plan->next, &pf->config, sizeof(pf->config))) {
			err = config_commit(pf, &plan->next, why);
			if (!err)
				gpuvf_pf_changed_locked(pf);
		}
	}
	config_unplan(pf, plan);
	return err;
}

/* why not one more VF has a place; when it has one after all, that counts */
static void config_no_capacity(struct gpuvf_pf *pf, struct config_plan *plan,
			       struct gpuvf_capacity *capacity,
			       struct gpuvf_refusal *why)
{
	struct gpuvf_layout_request *req = &plan->layout;
	unsigned int i;

	for (i = 0; i < pf->total_vfs; i++)
		if (!req->vf[i].quota_bytes)
			break;
	if (i == pf->total_vfs) {
		why->reason = GPUVF_REASON_NO_SUCH_VF;
		why->asked = i;
		why->limit = i;
		refuse(pf, why);
		return;
	}
	req->vf[i].quota_bytes = capacity->quota_bytes;
	if (gpuvf_layout_plan(req, &plan->next.layout, &plan->reason))
		config_refuse_layout(pf, plan, why);
	else
		capacity->after_moving = 1;
}

/**
 * gpuvf_config_capacity_locked() - how many more VFs of one size would fit
 * @pf: PF
 * @quota_bytes: the size
 * @capacity: the answer
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when not even one would fit
 *
 * Nothing changes. VFs in use stay where they are, and what is withheld is
 * nobody's, as when VFs are really created; "would fit" means exactly that
 * gpuvf_config_apply_locked() would not refuse it.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, also when none would fit; -ENODEV: the PF is gone; -EINVAL: a size
 * of 0; -ENOMEM.
 */
int gpuvf_config_capacity_locked(struct gpuvf_pf *pf, u64 quota_bytes,
				 struct gpuvf_capacity *capacity,
				 struct gpuvf_refusal *why)
{
	static const struct gpuvf_request nothing;
	struct config_plan *plan;

	lockdep_assert_held(&pf->lock);
	memset(capacity, 0, sizeof(*capacity));
	capacity->quota_bytes = config_round_up(pf, quota_bytes);
	if (!quota_bytes) {
		why->reason = GPUVF_REASON_BAD_VALUE;
		why->who = "0";
		return refuse(pf, why);
	}
	if (config_check_pf(pf, &nothing, why))
		return pf->gone ? why->error : 0;
	if (!gpuvf_clear_is_possible(pf)) {
		why->reason = GPUVF_REASON_NOT_SUPPORTED;
		why->who = "clearing framebuffer between tenants";
		refuse(pf, why);
		return 0;
	}
	plan = config_plan_alloc(pf);
	if (!plan) {
		why->reason = GPUVF_REASON_NO_MEMORY;
		return refuse(pf, why);
	}
	config_pin(pf, plan);
	capacity->now = gpuvf_layout_capacity(&plan->layout,
					      capacity->quota_bytes, false);
	capacity->after_moving = gpuvf_layout_capacity(&plan->layout,
						       capacity->quota_bytes,
						       true);
	if (!capacity->after_moving)
		config_no_capacity(pf, plan, capacity, why);
	config_unplan(pf, plan);
	return 0;
}

/**
 * gpuvf_config_fill_locked() - fair shares for VFs that are to be enabled
 * @pf: PF
 * @num_vfs: VFs 0 to @num_vfs - 1 are to be enabled
 * @why: zeroed, with @vf GPUVF_NO_VF; filled when there is no share for them
 *
 * VFs that have a quota keep it; after a whole layout was set, nobody gets
 * anything.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, -EIO: wedged, -EBUSY, -ENOSPC, -EUCLEAN, -EOPNOTSUPP, -ENOMEM.
 */
int gpuvf_config_fill_locked(struct gpuvf_pf *pf, unsigned int num_vfs,
			     struct gpuvf_refusal *why)
{
	static const struct gpuvf_request nothing;
	struct config_plan *plan;
	u32 mask = 0;
	unsigned int i;
	u64 share;
	int err;

	lockdep_assert_held(&pf->lock);
	plan = config_plan_alloc(pf);
	if (!plan) {
		why->reason = GPUVF_REASON_NO_MEMORY;
		return refuse(pf, why);
	}
	err = config_check_pf(pf, &nothing, why);
	if (err || pf->config.provisioning != GPUVF_PROVISIONING_AUTO)
		goto out;
	for (i = 0; i < num_vfs; i++)
		if (!plan->layout.vf[i].quota_bytes)
			mask |= BIT(i);
	if (!mask)
		goto out;
	if (!gpuvf_clear_is_possible(pf)) {
		why->reason = GPUVF_REASON_NOT_SUPPORTED;
		why->who = "clearing framebuffer between tenants";
		err = refuse(pf, why);
		goto out;
	}
	plan->layout.num_blocked =
		gpuvf_clear_blocked_locked(pf, 0, plan->layout.blocked);
	share = gpuvf_layout_fair_share(&plan->layout, mask);
	if (!share) {
		why->reason = GPUVF_REASON_NO_FAIR_SHARE;
		why->asked = hweight32(mask);
		why->limit = pf->config.layout.free_bytes;
		err = refuse(pf, why);
		goto out;
	}
	for (i = 0; i < num_vfs; i++) {
		if (!(mask & BIT(i)))
			continue;
		plan->layout.vf[i].quota_bytes = share;
		plan->next.vf[i].fb_auto = true;
	}
	err = config_place(pf, plan, why);
	if (!err)
		err = config_commit(pf, &plan->next, why);
out:
	config_unplan(pf, plan);
	return err;
}

/**
 * gpuvf_config_release_auto_locked() - take back what enabling handed out
 * @pf: PF without enabled VFs
 *
 * When the hardware does not obey, the shares are gone all the same: nobody
 * can run on them, since no VF is enabled.
 *
 * Context: pf->lock held; may sleep.
 */
void gpuvf_config_release_auto_locked(struct gpuvf_pf *pf)
{
	static const struct gpuvf_extent none;
	struct gpuvf_layout *layout = &pf->config.layout;
	unsigned int i;
	int err;

	lockdep_assert_held(&pf->lock);
	for (i = 0; i < pf->total_vfs; i++) {
		if (!pf->config.vf[i].fb_auto)
			continue;
		pf->config.vf[i].fb_auto = false;
		layout->vf[i] = none;
		err = pf->hw->set_vf_fb(pf, i, &none);
		if (err)
			gpuvf_pf_wedge_locked(pf,
					      "a framebuffer table that cannot be written");
	}
	gpuvf_config_measure_locked(pf);
}

/**
 * gpuvf_config_measure_locked() - what is free, after something was withheld
 * @pf: PF
 *
 * Context: pf->lock held.
 */
void gpuvf_config_measure_locked(struct gpuvf_pf *pf)
{
	struct gpuvf_extent *blocked = pf->clear.blocked;
	unsigned int num;

	lockdep_assert_held(&pf->lock);
	num = gpuvf_clear_blocked_locked(pf, 0, blocked);
	gpuvf_layout_measure(&pf->config.layout, pf->total_vfs, num, blocked);
}

/**
 * gpuvf_config_restore_locked() - write the configuration to hardware anew
 * @pf: PF whose hardware may have forgotten it
 *
 * Where the hardware has not forgotten it, nothing changes for anybody.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0; -EIO or -EUCLEAN: the hardware does not take it, and the PF is
 * wedged.
 */
int gpuvf_config_restore_locked(struct gpuvf_pf *pf)
{
	const struct gpuvf_layout *layout = &pf->config.layout;
	unsigned int i;
	int err;

	lockdep_assert_held(&pf->lock);
	err = pf->hw->set_reserve(pf, layout->pf_reserve_bytes,
				  &layout->context);
	for (i = 0; i < pf->total_vfs && !err; i++)
		err = pf->hw->set_vf_fb(pf, i, &layout->vf[i]);
	if (err)
		gpuvf_pf_wedge_locked(pf,
				      "a framebuffer table that cannot be written");
	return err;
}

static u64 config_default_reserve(const struct gpuvf_pf *pf)
{
	u64 part = div_u64(pf->geometry.total_bytes,
			   CONFIG_DEFAULT_RESERVE_PART);

	return config_round_up(pf, min_t(u64, part, CONFIG_DEFAULT_RESERVE));
}

/**
 * gpuvf_config_init() - the configuration of a GPU that nobody configured yet
 * @pf: PF, not known to anybody yet
 *
 * No VF has anything; best-effort where the hardware tells who has work.
 *
 * Return: 0; -ENOMEM; -EINVAL: too little framebuffer for any VF; -EIO or
 * -EUCLEAN: the hardware does not take it.
 */
int gpuvf_config_init(struct gpuvf_pf *pf)
{
	struct config_plan *plan;
	unsigned int i;
	int err;

	pf->config.policy = pf->capabilities & GPUVF_CAPABILITY_BUSY ?
			    GPUVF_POLICY_BEST_EFFORT : GPUVF_POLICY_EQUAL;
	pf->config.provisioning = GPUVF_PROVISIONING_AUTO;
	for (i = 0; i < GPUVF_MAX_VFS; i++)
		config_vf_defaults(&pf->config.vf[i]);

	plan = config_plan_alloc(pf);
	if (!plan)
		return -ENOMEM;
	plan->layout.pf_reserve_bytes = config_default_reserve(pf);
	err = gpuvf_layout_plan(&plan->layout, &pf->config.layout,
				&plan->reason);
	if (err) {
		pci_err(pf->pdev, "%llu MiB of framebuffer leave no room for any VF\n",
			pf->geometry.total_bytes >> 20);
		err = -EINVAL;
	} else {
		err = config_rewrite(pf, &pf->config.layout,
				     GENMASK(pf->total_vfs - 1, 0));
	}
	kfree(plan);
	return err;
}
