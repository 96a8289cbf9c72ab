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

#include "base/error.h"
#include "base/pf.h"
#include "config/config.h"
#include "config/request.h"
#include "fb/fb.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "vf/vf.h"

#define CONFIG_DEFAULT_SLICE_US	\
	((u32)(GPUVF_SCHED_DEFAULT_SLICE_NS / NSEC_PER_USEC))

/* what a PF keeps for itself by default, and the share that it is at the most */
#define CONFIG_DEFAULT_RESERVE		SZ_256M
#define CONFIG_DEFAULT_RESERVE_PART	16

/* as the netlink spec names them */
const char * const gpuvf_policy_names[] = {
	[GPUVF_POLICY_FIXED] = "fixed",
	[GPUVF_POLICY_EQUAL] = "equal",
	[GPUVF_POLICY_BEST_EFFORT] = "best-effort",
};

#define refuse(pf, error, ...) \
	gpuvf_error_set(error, gpuvf_pf_name(pf), __VA_ARGS__)

/**
 * struct config_plan - a transaction in the making
 * @next: the configuration that would hold
 * @fb_changes: whether any VF needs another place
 * @dry_run: it is not committed, and VFs may start meanwhile
 * @reason: why there is no layout
 * @layout: what is to be placed; the last member, since its last is not initialised
 */
struct config_plan {
	struct gpuvf_config next;
	bool fb_changes;
	bool dry_run;
	struct gpuvf_layout_reason reason;
	struct gpuvf_layout_request layout;
};

/*
 * A quota or a reserve as it will be reported: a multiple of the allocation unit. What does
 * not fit into 64 bits stays what it is: far too much.
 */
static u64 config_round_up(const struct gpuvf_pf *pf, u64 bytes)
{
	u64 unit = pf->hw->caps.fb.unit_bytes;

	return bytes > U64_MAX - unit ? bytes : round_up(bytes, unit);
}

/* a plan that changes nothing yet, to be given back by config_plan_free() */
static struct config_plan *config_plan_alloc(struct gpuvf_pf *pf)
{
	const struct gpuvf_layout *now = &pf->config.layout;
	struct config_plan *plan;
	unsigned int i;

	plan = kmalloc(sizeof(*plan), GFP_KERNEL);
	if (!plan)
		return NULL;
	memset(plan, 0, offsetof(struct config_plan, layout.free));
	plan->next = pf->config;
	plan->layout.geometry = pf->hw->caps.fb;
	plan->layout.pf_reserve_bytes = now->pf_reserve_bytes;
	plan->layout.num_vfs = pf->total_vfs;
	plan->layout.blocked =
		gpuvf_scrub_quarantined_locked(pf, &plan->layout.num_blocked);
	for (i = 0; i < pf->total_vfs; i++) {
		plan->layout.vf[i].now = now->vf[i];
		plan->layout.vf[i].quota_bytes = now->vf[i].size;
	}
	return plan;
}

static void config_plan_free(struct gpuvf_pf *pf, struct config_plan *plan)
{
	if (!plan->dry_run)
		gpuvf_engine_allow_first_start(pf);
	kfree(plan);
}

/* VFs that keep their extents: those in use or @started */
static void config_pin(struct gpuvf_pf *pf, struct config_plan *plan, u32 started)
{
	unsigned int i;

	/* a VF that had started then may be reset by its user meanwhile */
	for (i = 0; i < pf->total_vfs; i++)
		plan->layout.vf[i].pinned = plan->layout.vf[i].now.size &&
			((started & BIT(i)) ||
			 gpuvf_vf_in_use_locked(&pf->vf[i]));
}

/*
 * Find the layout of a plan. Unless it is a dry run, which the scheduler takes no notice
 * of, VFs that have not started do not start until config_plan_free().
 */
static int config_place(struct gpuvf_pf *pf, struct config_plan *plan,
			struct gpuvf_error *error)
{
	u32 started = gpuvf_engine_started(pf) | gpuvf_engine_retained(pf);

	if (!plan->dry_run) {
		gpuvf_engine_block_first_start(pf);
		started = gpuvf_vfs_reap_locked(pf);
		gpuvf_pf_settle_locked(pf);
	}
	config_pin(pf, plan, started);
	/* contexts lie behind the reserve */
	if (started && plan->layout.pf_reserve_bytes !=
		       pf->config.layout.pf_reserve_bytes) {
		plan->reason = (struct gpuvf_layout_reason){
			.verdict = GPUVF_LAYOUT_PINNED_RESERVE,
			.vf = GPUVF_NO_VF,
			.value = plan->layout.pf_reserve_bytes,
			.blocker = __ffs(started),
		};
		return gpuvf_refuse_layout(pf, &plan->layout, &plan->reason,
					   error);
	}
	if (gpuvf_layout_plan(&plan->layout, &plan->next.layout, &plan->reason))
		return gpuvf_refuse_layout(pf, &plan->layout, &plan->reason,
					   error);
	return 0;
}

static void config_vf_defaults(struct gpuvf_vf_config *cfg)
{
	unsigned int i;

	memset(cfg, 0, sizeof(*cfg));
	for (i = 0; i < GPUVF_ENGINES; i++)
		cfg->engine[i].time_slice_us = CONFIG_DEFAULT_SLICE_US;
}

static int config_check_revision(struct gpuvf_pf *pf,
				 const struct gpuvf_request *req,
				 struct gpuvf_error *error)
{
	if (!(req->set & GPUVF_SET_REVISION) ||
	    req->revision == pf->revision)
		return 0;
	error->attr = GPUVF_A_PF_REVISION;
	error->value = req->revision;
	error->limit = pf->revision;
	return refuse(pf, error, GPUVF_REASON_STALE,
		      "planned against revision %llu, but the configuration is at revision %llu now",
		      error->value, error->limit);
}

static int config_take_policy(struct gpuvf_pf *pf,
			      const struct gpuvf_request *req,
			      struct config_plan *plan,
			      struct gpuvf_error *error)
{
	if (!(req->set & GPUVF_SET_POLICY))
		return 0;
	error->attr = GPUVF_A_PF_POLICY;
	error->value = req->policy;
	if (req->policy > GPUVF_POLICY_BEST_EFFORT)
		return refuse(pf, error, GPUVF_REASON_BAD_VALUE,
			      "\"policy %u\" is not a value that can be set",
			      req->policy);
	if (req->policy == GPUVF_POLICY_BEST_EFFORT &&
	    !gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY))
		return refuse(pf, error, GPUVF_REASON_POLICY_UNSUPPORTED,
			      "best-effort needs hardware that reports which VFs have work");
	plan->next.policy = req->policy;
	return 0;
}

/**
 * struct config_range - what a time of an engine may be
 * @attr: GPUVF_A_ENGINE_* of the time
 * @min: the shortest
 * @max: the longest; each in microseconds, with the reason and the message when the
 *	time is beyond it
 */
struct config_range {
	u32 attr;
	struct config_limit {
		u32 us;
		enum gpuvf_reason reason;
		const char *message;
	} min, max;
};

static int config_check_range(struct gpuvf_pf *pf, u32 us,
			      const struct config_range *range,
			      struct gpuvf_error *error)
{
	const struct config_limit *limit = us < range->min.us ? &range->min :
								&range->max;

	if (us >= range->min.us && us <= range->max.us)
		return 0;
	error->attr = GPUVF_A_VF_ENGINE;
	error->engine_attr = range->attr;
	error->value = us;
	error->limit = limit->us;
	return refuse(pf, error, limit->reason, limit->message, us, limit->us);
}

static bool config_label_is_valid(const char *label)
{
	for (; *label; label++)
		if (!isascii(*label) ||
		    (!isalnum(*label) && !strchr("._-", *label)))
			return false;
	return true;
}

static int config_check_slice(struct gpuvf_pf *pf,
			      const struct gpuvf_engine *engine, u32 us,
			      struct gpuvf_error *error)
{
	const struct config_range slice = {
		GPUVF_A_ENGINE_TIME_SLICE_US,
		{ engine->time_slice_min_us, GPUVF_REASON_SLICE_TOO_SHORT,
		  "a time slice of %u us is below the hardware's minimum of %u us" },
		{ engine->time_slice_max_us, GPUVF_REASON_SLICE_TOO_LONG,
		  "a time slice of %u us is above the hardware's maximum of %u us" },
	};

	return config_check_range(pf, us, &slice, error);
}

static int config_take_time(struct gpuvf_pf *pf,
			    const struct gpuvf_request_vf *rvf,
			    struct gpuvf_vf_config *cfg,
			    struct gpuvf_error *error)
{
	static const struct config_range preempt = {
		GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US,
		{ GPUVF_PREEMPT_MIN_US, GPUVF_REASON_PREEMPT_TOO_SHORT,
		  "a preemption timeout of %u us is below the minimum of %u us" },
		{ GPUVF_PREEMPT_MAX_US, GPUVF_REASON_PREEMPT_TOO_LONG,
		  "a preemption timeout of %u us is above the maximum of %u us" },
	};
	struct gpuvf_vf_times *times;
	int err;

	if (rvf->engine >= GPUVF_ENGINES) {
		error->attr = GPUVF_A_VF_ENGINE;
		error->engine_attr = GPUVF_A_ENGINE_ID;
		error->value = rvf->engine;
		error->limit = GPUVF_ENGINES - 1;
		return refuse(pf, error, GPUVF_REASON_NO_SUCH_ENGINE,
			      "there is no engine %u, the only one is gfx (%u)",
			      rvf->engine, GPUVF_ENGINE_ID_GFX);
	}
	times = &cfg->engine[rvf->engine];
	if (rvf->set & GPUVF_SET_TIME_SLICE) {
		times->time_slice_us = rvf->time_slice_us;
		err = config_check_slice(pf, pf->engine[rvf->engine],
					 times->time_slice_us, error);
		if (err)
			return err;
	}
	if (rvf->set & GPUVF_SET_PREEMPT_TIMEOUT)
		times->preempt_timeout_us = rvf->preempt_timeout_us;
	/* 0 is the default */
	return times->preempt_timeout_us ?
	       config_check_range(pf, times->preempt_timeout_us, &preempt,
				  error) : 0;
}

static int config_take_vf(struct gpuvf_pf *pf,
			  const struct gpuvf_request_vf *rvf,
			  struct config_plan *plan, struct gpuvf_error *error)
{
	struct gpuvf_vf_config *cfg = &plan->next.vf[rvf->index];
	struct gpuvf_layout_vf *vf = &plan->layout.vf[rvf->index];
	int err;

	err = config_take_time(pf, rvf, cfg, error);
	if (err)
		return err;
	if (rvf->set & GPUVF_SET_PROFILE) {
		if (!config_label_is_valid(rvf->profile)) {
			error->attr = GPUVF_A_VF_PROFILE;
			return refuse(pf, error, GPUVF_REASON_BAD_LABEL,
				      "profile \"%s\": a label has up to 31 of the characters A-Z a-z 0-9 . _ -",
				      rvf->profile);
		}
		strscpy(cfg->profile, rvf->profile, sizeof(cfg->profile));
	}
	if (rvf->set & GPUVF_SET_FB_QUOTA) {
		vf->quota_bytes = config_round_up(pf, rvf->fb_quota_bytes);
		cfg->fb_auto = false;
	}
	if (!(rvf->set & GPUVF_SET_FB_OFFSET))
		return 0;
	vf->placed = true;
	vf->place = rvf->fb_offset_bytes;
	if (vf->quota_bytes)
		return 0;
	error->attr = GPUVF_A_VF_FB_OFFSET;
	error->value = vf->place;
	return refuse(pf, error, GPUVF_REASON_OFFSET_WITHOUT_QUOTA,
		      "requested an offset of %s without a framebuffer size",
		      GPUVF_SIZE(vf->place));
}

static int config_take_vfs(struct gpuvf_pf *pf, const struct gpuvf_request *req,
			   struct config_plan *plan, struct gpuvf_error *error)
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

		err = gpuvf_pf_check_index(pf, rvf->index, error);
		if (err)
			return err;
		error->value = rvf->index;
		error->attr = GPUVF_A_VF_INDEX;
		error->vf = rvf->index;
		if (named & BIT(rvf->index))
			return refuse(pf, error, GPUVF_REASON_VF_NAMED_TWICE,
				      "named twice in one request");
		named |= BIT(rvf->index);
		err = config_take_vf(pf, rvf, plan, error);
		if (err)
			return err;
	}
	error->vf = GPUVF_NO_VF;
	error->attr = 0;
	error->value = 0;
	return 0;
}

static void config_note_fb_changes(struct gpuvf_pf *pf,
				   struct config_plan *plan)
{
	unsigned int i;

	plan->fb_changes = plan->layout.pf_reserve_bytes !=
			   pf->config.layout.pf_reserve_bytes;
	for (i = 0; i < pf->total_vfs; i++) {
		const struct gpuvf_layout_vf *vf = &plan->layout.vf[i];

		if (vf->quota_bytes != vf->now.size ||
		    (vf->placed && vf->place != vf->now.start))
			plan->fb_changes = true;
	}
}

/* a commit stopped half-way: back to the configuration that holds */
static void config_unwind(struct gpuvf_pf *pf, const struct gpuvf_layout *next)
{
	const struct gpuvf_layout *now = &pf->config.layout;
	unsigned int i;
	u32 vfs = 0;

	for (i = 0; i < pf->total_vfs; i++)
		if (!gpuvf_layout_same_extent(&now->vf[i], &next->vf[i]))
			vfs |= BIT(i);
	if (gpuvf_table_rewrite_locked(pf, vfs))
		gpuvf_pf_wedge_locked(pf,
				      "a framebuffer table that cannot be written");
}

/*
 * An enabled VF may have written what it loses or keeps, also without a context. It
 * is not in the table any more, so gpuvf_vf_end_tenancy_locked() would mark nothing.
 */
static void config_mark_changed_locked(struct gpuvf_pf *pf,
				       const struct gpuvf_layout *next)
{
	unsigned int i;

	for (i = 0; i < pf->num_vfs; i++)
		if (!gpuvf_layout_same_extent(&pf->config.layout.vf[i],
					      &next->vf[i]) &&
		    !WARN_ON_ONCE(!gpuvf_engine_evict(pf, i))) {
			gpuvf_scrub_mark_locked(pf, i);
			gpuvf_region_reset_locked(&pf->vf[i]);
		}
}

static int config_commit(struct gpuvf_pf *pf, const struct gpuvf_config *next,
			 struct gpuvf_error *error)
{
	int offender = GPUVF_NO_VF;
	int err;

	if (gpuvf_layout_reserve_differs(&pf->config.layout,
					 &next->layout)) {
		if (gpuvf_scrub_cancel_locked(pf)) {
			error->vf = GPUVF_NO_VF;
			return refuse(pf, error, GPUVF_REASON_HW_COMMAND,
				      "a hardware command failed: the scrub engine does not stop");
		}
		/* also when the commit fails: the slots have moved and come back */
		gpuvf_scrub_mark_contexts_locked(pf);
	}
	err = gpuvf_table_change_locked(pf, &next->layout, &offender);
	if (err) {
		config_unwind(pf, &next->layout);
		gpuvf_scrub_kick_locked(pf);
		gpuvf_vfs_update_locked(pf);
		error->vf = offender;
		if (err == -EUCLEAN)
			return refuse(pf, error, GPUVF_REASON_HW_MISMATCH,
				      "the hardware did not retain what was written: the framebuffer table");
		return refuse(pf, error, GPUVF_REASON_HW_COMMAND,
			      "a hardware command failed: the framebuffer table was not written");
	}
	config_mark_changed_locked(pf, &next->layout);
	pf->config = *next;
	gpuvf_scrub_mark_reserved_locked(pf);
	gpuvf_scrub_kick_locked(pf);
	gpuvf_engine_configure(pf);
	gpuvf_config_schedule_locked(pf);
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
			       struct gpuvf_error *error)
{
	int err;

	err = config_check_revision(pf, req, error);
	if (!err)
		err = config_take_policy(pf, req, plan, error);
	if (!err)
		err = config_take_vfs(pf, req, plan, error);
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
	if (config_provisions_any(pf, plan)) {
		err = gpuvf_scrub_check(pf, error);
		if (err)
			return err;
	}
	return config_place(pf, plan, error);
}

static bool config_times_differ(const struct gpuvf_vf_config *a,
				const struct gpuvf_vf_config *b)
{
	unsigned int i;

	for (i = 0; i < GPUVF_ENGINES; i++)
		if (a->engine[i].time_slice_us != b->engine[i].time_slice_us ||
		    a->engine[i].preempt_timeout_us !=
		    b->engine[i].preempt_timeout_us)
			return true;
	return false;
}

/* by member: padding, and where an empty extent starts, mean nothing */
static bool config_differs(const struct gpuvf_config *a,
			   const struct gpuvf_config *b)
{
	unsigned int i;

	if (a->policy != b->policy || a->provisioning != b->provisioning ||
	    gpuvf_layout_reserve_differs(&a->layout, &b->layout))
		return true;
	for (i = 0; i < GPUVF_MAX_VFS; i++) {
		const struct gpuvf_vf_config *x = &a->vf[i], *y = &b->vf[i];

		if (!gpuvf_layout_same_extent(&a->layout.vf[i],
					      &b->layout.vf[i]) ||
		    x->fb_auto != y->fb_auto ||
		    config_times_differ(x, y) ||
		    strcmp(x->profile, y->profile))
			return true;
	}
	return false;
}

/*
 * One line for each change, however many VFs it is about. Limited in rate: a script may
 * change a time slice a thousand times a second.
 */
static void config_log(struct gpuvf_pf *pf, const struct gpuvf_request *req)
{
	const struct gpuvf_config *cfg = &pf->config;
	unsigned int vf = req->vf[0].index;
	const struct gpuvf_vf_times *times;
	unsigned int i, num = 0;

	if (req->num_vfs == 1 && !req->replace &&
	    !(req->set & (GPUVF_SET_POLICY | GPUVF_SET_PF_RESERVE))) {
		times = &cfg->vf[vf].engine[req->vf[0].engine];
		pci_info_ratelimited(pf->pdev, "VF%u: configured with %s of framebuffer, time slice %u us, preemption timeout %u us\n",
				     vf, GPUVF_SIZE(cfg->layout.vf[vf].size),
				     times->time_slice_us,
				     gpuvf_config_preempt_us(times));
		return;
	}
	for (i = 0; i < pf->total_vfs; i++)
		num += cfg->layout.vf[i].size > 0;
	pci_info_ratelimited(pf->pdev, "configured with policy %s, %s of PF reserve, %u VF%s with framebuffer, %s free\n",
			     gpuvf_policy_names[cfg->policy],
			     GPUVF_SIZE(cfg->layout.pf_reserve_bytes), num,
			     num == 1 ? "" : "s",
			     GPUVF_SIZE(cfg->layout.free_bytes));
}

/**
 * gpuvf_config_apply_locked() - change the configuration, all or nothing
 * @pf: PF that may be changed
 * @req: what to change; its @result, @changed, and @error are filled
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, or the errno of the reason.
 */
int gpuvf_config_apply_locked(struct gpuvf_pf *pf, struct gpuvf_request *req)
{
	struct config_plan *plan;
	int err;

	lockdep_assert_held(&pf->lock);
	plan = config_plan_alloc(pf);
	if (!plan)
		return gpuvf_refuse_plain(&req->error, gpuvf_pf_name(pf),
					  GPUVF_REASON_NO_MEMORY);
	plan->dry_run = req->dry_run;
	err = config_plan_request(pf, req, plan, &req->error);
	if (!err) {
		gpuvf_engine_round(pf, &plan->next);
		req->changed = config_differs(&plan->next, &pf->config);
		if (req->changed && !req->dry_run)
			err = config_commit(pf, &plan->next, &req->error);
		/* with the time slices that the engines hold */
		req->result = req->dry_run ? plan->next : pf->config;
		if (req->changed && !req->dry_run && !err) {
			if (plan->fb_changes)
				gpuvf_pf_changed_locked(pf);
			else
				gpuvf_pf_retimed_locked(pf);
			config_log(pf, req);
		}
	}
	config_plan_free(pf, plan);
	return err;
}

/**
 * gpuvf_config_fill_locked() - fair shares for VFs that are to be enabled
 * @pf: PF
 * @num_vfs: VFs 0 to @num_vfs - 1 are to be enabled
 * @error: zeroed, with @vf GPUVF_NO_VF; filled when there is no share for them
 *
 * VFs that have a quota keep it; after a whole layout was set, no VF gets
 * anything.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0, -EIO: wedged, -EBUSY, -ENOSPC, -EUCLEAN, -EOPNOTSUPP, -ENOMEM.
 */
int gpuvf_config_fill_locked(struct gpuvf_pf *pf, unsigned int num_vfs,
			     struct gpuvf_error *error)
{
	struct config_plan *plan;
	unsigned int i, num = 0;
	u64 share;
	int err;

	lockdep_assert_held(&pf->lock);
	plan = config_plan_alloc(pf);
	if (!plan)
		return gpuvf_refuse_plain(error, gpuvf_pf_name(pf),
					  GPUVF_REASON_NO_MEMORY);
	err = gpuvf_pf_check_locked(pf, 0, error);
	if (err || pf->config.provisioning != GPUVF_PROVISIONING_AUTO)
		goto out;
	for (i = 0; i < num_vfs; i++)
		num += !plan->layout.vf[i].quota_bytes;
	if (!num)
		goto out;
	err = gpuvf_scrub_check(pf, error);
	if (err)
		goto out;
	share = gpuvf_layout_fair_share(&plan->layout, num);
	if (!share) {
		error->value = num;
		error->limit = pf->config.layout.free_bytes;
		err = refuse(pf, error, GPUVF_REASON_NO_FAIR_SHARE,
			     "%s of framebuffer available, too little to share among %llu VFs",
			     GPUVF_SIZE(error->limit), error->value);
		goto out;
	}
	for (i = 0; i < num_vfs; i++) {
		if (plan->layout.vf[i].quota_bytes)
			continue;
		plan->layout.vf[i].quota_bytes = share;
		plan->next.vf[i].fb_auto = true;
	}
	err = config_place(pf, plan, error);
	if (!err)
		err = config_commit(pf, &plan->next, error);
out:
	config_plan_free(pf, plan);
	return err;
}

/**
 * gpuvf_config_release_auto_locked() - take back what enabling handed out
 * @pf: PF without enabled VFs
 *
 * When the hardware fails, the shares are gone all the same: no VF
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
		err = gpuvf_table_take_locked(pf, i);
		if (err)
			gpuvf_pf_wedge_locked(pf,
					      "a framebuffer table that cannot be written");
	}
	gpuvf_scrub_measure_locked(pf);
}

/**
 * gpuvf_config_schedule_locked() - tell the hardware which VFs there are, and slices
 * @pf: PF
 *
 * To be called when VFs were enabled or disabled, when time slices may have
 * changed, and when the hardware may have lost them.
 *
 * Context: pf->lock held.
 */
void gpuvf_config_schedule_locked(struct gpuvf_pf *pf)
{
	lockdep_assert_held(&pf->lock);
	gpuvf_engine_set_enabled(pf, pf->num_vfs ?
				     GENMASK(pf->num_vfs - 1, 0) : 0);
}

/**
 * gpuvf_config_restore_locked() - write the configuration to hardware once more
 * @pf: PF whose hardware may have lost it
 *
 * Where the hardware has not lost it, nothing changes for a VF with a context.
 *
 * Context: pf->lock held; may sleep.
 * Return: 0; -EIO or -EUCLEAN: the hardware does not take it, and the PF is
 * wedged.
 */
int gpuvf_config_restore_locked(struct gpuvf_pf *pf)
{
	int err = gpuvf_table_restore_locked(pf);

	gpuvf_config_schedule_locked(pf);
	if (err)
		gpuvf_pf_wedge_locked(pf,
				      "a framebuffer table that cannot be written");
	return err;
}

static u64 config_default_reserve(const struct gpuvf_pf *pf)
{
	u64 part = div_u64(pf->hw->caps.fb.total_bytes,
			   CONFIG_DEFAULT_RESERVE_PART);

	return config_round_up(pf, min_t(u64, part, CONFIG_DEFAULT_RESERVE));
}

/**
 * gpuvf_config_init() - the configuration of a GPU that was not configured yet
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

	pf->config.policy = gpuvf_pf_can(pf, GPUVF_CAPABILITY_BUSY) ?
			    GPUVF_POLICY_BEST_EFFORT : GPUVF_POLICY_EQUAL;
	pf->config.provisioning = GPUVF_PROVISIONING_AUTO;
	for (i = 0; i < GPUVF_MAX_VFS; i++)
		config_vf_defaults(&pf->config.vf[i]);
	gpuvf_engine_round(pf, &pf->config);

	plan = config_plan_alloc(pf);
	if (!plan)
		return -ENOMEM;
	plan->layout.pf_reserve_bytes = config_default_reserve(pf);
	err = gpuvf_layout_plan(&plan->layout, &pf->config.layout,
				&plan->reason);
	if (err) {
		pci_err(pf->pdev, "%llu MiB of framebuffer leave no room for any VF\n",
			pf->hw->caps.fb.total_bytes >> 20);
		err = -EINVAL;
	} else {
		err = gpuvf_table_rewrite_locked(pf,
						 GENMASK(pf->total_vfs - 1, 0));
		if (err)
			pci_err(pf->pdev, "the framebuffer table does not retain what is written: %pe\n",
				ERR_PTR(err));
		gpuvf_engine_set_enabled(pf, 0);
	}
	kfree(plan);
	return err;
}
