// SPDX-License-Identifier: GPL-2.0
/*
 * What is below xe's own files for the PF: an allocator of framebuffer, firmware that
 * answers or refuses, and readiness. The rules are those of Linux 7.3.4. Marks: read in
 * its source, inferred from it.
 *
 *	framebuffer	tell the firmware 0; free; allocate; tell the firmware	read
 *			a guest runs: the firmware refuses the first: EIO	inferred
 *			no room: ENOMEM, and there is nothing then		inferred (errno)
 *	times		clamped to 100 s					read
 *	policy		one for all functions, and sets their priorities	read
 *	fair times	none if any function has any				read
 *	fair shares	none if any VF has any; ENOSPC if nothing is left	read
 *	release		a VF's memory and times, not its priority		read
 *	readiness	ECANCELED when wedged, EBUSY in a reset			read
 *	stop		twice: ESTALE						inferred
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/sizes.h>

#include "lower.h"
#include "xe_gt_sriov_pf_config.h"
#include "xe_gt_sriov_pf_policy.h"
#include "xe_guc_engine_activity.h"
#include "xe_lmtt.h"
#include "xe_pm.h"
#include "xe_sriov.h"
#include "xe_sriov_pf.h"
#include "xe_sriov_pf_control.h"
#include "xe_sriov_pf_helpers.h"

#define MAX_EQ_MS	100000
#define MAX_PT_US	100000000
#define FAIR_EQ_MS	16
#define FAIR_PT_US	16000
#define FAIR_GGTT	SZ_64M
#define SPARE		SZ_128M

static struct double_gt *of(struct xe_gt *gt, unsigned int vfid)
{
	return &gt_to_xe(gt)->functions[vfid].gt[gt->info.id];
}

static int fault(struct xe_gt *gt, const char *what, unsigned int vfid)
{
	struct double_fault *fault = &gt_to_xe(gt)->fault;

	if (strcmp(fault->what, what) || fault->vfid != vfid)
		return 0;
	if (fault->count && !--fault->count)
		fault->what[0] = '\0';
	return fault->error;
}

/* the firmware lets go of nothing that a guest may be using */
static int push_nothing(struct xe_gt *gt, unsigned int vfid)
{
	struct xe_device *xe = gt_to_xe(gt);

	if (!READ_ONCE(xe->functions[vfid].running))
		return fault(gt, "push", vfid);
	atomic_inc(&xe->running_quotas);
	return -EIO;
}

static int set_lmem(struct xe_gt *gt, unsigned int vfid, u64 size)
{
	struct xe_device *xe = gt_to_xe(gt);
	u64 *free = &xe->vram_free[gt->tile->id];
	struct double_gt *config = of(gt, vfid);
	int err;

	size = round_up(size, gt->tile->sriov.pf.lmtt.page_size);
	if (config->lmem) {
		err = push_nothing(gt, vfid);
		if (err)
			return err;
		*free += config->lmem;
		config->lmem = 0;
	}
	if (!size)
		return 0;
	err = fault(gt, "lmem", vfid);
	if (err || size > *free)
		return err ?: -ENOMEM;
	*free -= size;
	config->lmem = size;
	return 0;
}

u64 xe_gt_sriov_pf_config_get_lmem_locked(struct xe_gt *gt, unsigned int vfid)
{
	return of(gt, vfid)->lmem;
}

int xe_gt_sriov_pf_config_set_lmem_locked(struct xe_gt *gt, unsigned int vfid,
					  u64 size)
{
	return set_lmem(gt, vfid, size);
}

int xe_gt_sriov_pf_config_bulk_set_lmem_locked(struct xe_gt *gt,
					       unsigned int vfid,
					       unsigned int num_vfs, u64 size)
{
	unsigned int n;
	int err = 0;

	for (n = vfid; !err && n < vfid + num_vfs; n++)
		err = set_lmem(gt, n, size);
	return err;
}

u32 xe_gt_sriov_pf_config_get_exec_quantum_locked(struct xe_gt *gt,
						  unsigned int vfid)
{
	return of(gt, vfid)->eq;
}

int xe_gt_sriov_pf_config_set_exec_quantum_locked(struct xe_gt *gt,
						  unsigned int vfid, u32 eq)
{
	int err = fault(gt, "eq", vfid);

	if (!err)
		of(gt, vfid)->eq = min_t(u32, eq, MAX_EQ_MS);
	return err;
}

int xe_gt_sriov_pf_config_bulk_set_exec_quantum_locked(struct xe_gt *gt, u32 eq)
{
	unsigned int n;
	int err = 0;

	for (n = 0; !err && n <= xe_sriov_pf_get_totalvfs(gt_to_xe(gt)); n++)
		err = xe_gt_sriov_pf_config_set_exec_quantum_locked(gt, n, eq);
	return err;
}

u32 xe_gt_sriov_pf_config_get_preempt_timeout_locked(struct xe_gt *gt,
						     unsigned int vfid)
{
	return of(gt, vfid)->pt;
}

int xe_gt_sriov_pf_config_set_preempt_timeout_locked(struct xe_gt *gt,
						     unsigned int vfid, u32 pt)
{
	int err = fault(gt, "pt", vfid);

	if (!err)
		of(gt, vfid)->pt = min_t(u32, pt, MAX_PT_US);
	return err;
}

int xe_gt_sriov_pf_config_bulk_set_preempt_timeout_locked(struct xe_gt *gt,
							  u32 pt)
{
	unsigned int n;
	int err = 0;

	for (n = 0; !err && n <= xe_sriov_pf_get_totalvfs(gt_to_xe(gt)); n++)
		err = xe_gt_sriov_pf_config_set_preempt_timeout_locked(gt, n, pt);
	return err;
}

u32 xe_gt_sriov_pf_config_get_sched_priority(struct xe_gt *gt,
					     unsigned int vfid)
{
	guard(mutex)(xe_sriov_pf_master_mutex(gt_to_xe(gt)));
	return of(gt, vfid)->priority;
}

int xe_gt_sriov_pf_config_set_sched_priority(struct xe_gt *gt,
					     unsigned int vfid, u32 priority)
{
	guard(mutex)(xe_sriov_pf_master_mutex(gt_to_xe(gt)));
	of(gt, vfid)->priority = priority;
	return 0;
}

int xe_gt_sriov_pf_policy_set_sched_if_idle_locked(struct xe_gt *gt,
						   bool enable)
{
	struct xe_device *xe = gt_to_xe(gt);
	unsigned int n;
	int err = fault(gt, "policy", 0);

	if (err)
		return err;
	xe->sched_if_idle[gt->info.id] = enable;
	for (n = 0; n <= xe_sriov_pf_get_totalvfs(xe); n++)
		of(gt, n)->priority = enable ? GUC_SCHED_PRIORITY_NORMAL :
					       GUC_SCHED_PRIORITY_LOW;
	return 0;
}

int xe_gt_sriov_pf_policy_set_sched_if_idle(struct xe_gt *gt, bool enable)
{
	guard(mutex)(xe_sriov_pf_master_mutex(gt_to_xe(gt)));
	return xe_gt_sriov_pf_policy_set_sched_if_idle_locked(gt, enable);
}

int xe_gt_sriov_pf_config_set_fair_sched(struct xe_gt *gt, unsigned int num_vfs)
{
	struct xe_device *xe = gt_to_xe(gt);
	unsigned int n;

	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	if (xe->sched_if_idle[gt->info.id])
		return 0;
	for (n = 0; n <= num_vfs; n++)
		if (of(gt, n)->eq || of(gt, n)->pt || of(gt, n)->priority)
			return 0;
	for (n = 0; n <= num_vfs; n++) {
		of(gt, n)->eq = FAIR_EQ_MS;
		of(gt, n)->pt = FAIR_PT_US;
	}
	return 0;
}

static int set_fair_lmem(struct xe_gt *gt, unsigned int num_vfs)
{
	struct xe_device *xe = gt_to_xe(gt);
	u64 page = gt->tile->sriov.pf.lmtt.page_size;
	u64 free = xe->vram_free[gt->tile->id];
	u64 total = xe->vram[gt->tile->id];
	u64 estimate, profile;
	unsigned int n;

	for (n = 1; n <= num_vfs; n++)
		if (of(gt, n)->lmem)
			return 0;
	estimate = free > SPARE ? div_u64(free - SPARE, num_vfs) : 0;
	estimate = round_down(estimate, page);
	if (!estimate)
		return -ENOSPC;
	profile = total > SPARE ? round_down(total - SPARE, SZ_1G) : 0;
	profile = div_u64(profile, num_vfs + 1);
	if (profile)
		profile = round_down(rounddown_pow_of_two(profile), page);
	return xe_gt_sriov_pf_config_bulk_set_lmem_locked(gt, 1, num_vfs,
							  min(estimate, profile));
}

int xe_gt_sriov_pf_config_set_fair(struct xe_gt *gt, unsigned int vfid,
				   unsigned int num_vfs)
{
	struct xe_device *xe = gt_to_xe(gt);
	unsigned int n;
	int err;

	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	for (n = vfid; n < vfid + num_vfs; n++) {
		err = fault(gt, "ggtt", n);
		if (err)
			return err;
		if (!of(gt, n)->ggtt)
			of(gt, n)->ggtt = FAIR_GGTT;
	}
	return xe_device_has_lmtt(xe) ? set_fair_lmem(gt, num_vfs) : 0;
}

int xe_gt_sriov_pf_config_release(struct xe_gt *gt, unsigned int vfid,
				  bool force)
{
	struct xe_device *xe = gt_to_xe(gt);
	struct double_gt *config = of(gt, vfid);

	guard(mutex)(xe_sriov_pf_master_mutex(xe));
	xe->vram_free[gt->tile->id] += config->lmem;
	*config = (struct double_gt){ .priority = config->priority };
	return 0;
}

int xe_sriov_pf_wait_ready(struct xe_device *xe)
{
	atomic_inc(&xe->writes);
	if (xe->delay_ms)
		msleep(xe->delay_ms);
	if (xe->wedged)
		return -ECANCELED;
	return xe->resetting ? -EBUSY : 0;
}

int xe_sriov_pf_arm_guard(struct xe_device *xe, struct xe_guard *guard,
			  bool write, void *who)
{
	return xe_guard_arm(guard, write, who);
}

void xe_sriov_pf_disarm_guard(struct xe_device *xe, struct xe_guard *guard,
			      bool write, void *who)
{
	WARN_ON(!xe_guard_disarm(guard, write));
}

/**
 * double_flr() - have the firmware forget what a VF was doing
 * @xe: the PF
 * @vfid: the VF
 *
 * Context: any.
 */
void double_flr(struct xe_device *xe, unsigned int vfid)
{
	WRITE_ONCE(xe->functions[vfid].running, false);
	WRITE_ONCE(xe->functions[vfid].stopped, false);
}

/* a guest's driver looks for all of these when it starts */
static bool can_start(struct xe_device *xe, unsigned int vfid)
{
	const struct double_gt *gt = &xe->functions[vfid].gt[0];

	return gt->ggtt && gt->eq && gt->pt &&
	       (gt->lmem || !xe_device_has_lmtt(xe));
}

/**
 * double_guest() - a guest of a VF has started
 * @xe: the PF
 * @vfid: the VF
 *
 * Context: any.
 */
void double_guest(struct xe_device *xe, unsigned int vfid)
{
	if (!can_start(xe, vfid))
		atomic_inc(&xe->bad_starts);
	WRITE_ONCE(xe->functions[vfid].running, true);
}

int xe_sriov_pf_control_reset_vf(struct xe_device *xe, unsigned int vfid)
{
	double_flr(xe, vfid);
	return 0;
}

int xe_sriov_pf_control_stop_vf(struct xe_device *xe, unsigned int vfid)
{
	if (READ_ONCE(xe->functions[vfid].stopped))
		return -ESTALE;
	WRITE_ONCE(xe->functions[vfid].stopped, true);
	return 0;
}

void xe_pm_runtime_get(struct xe_device *xe)
{
	xe->pm_references++;
}

void xe_pm_runtime_get_noresume(struct xe_device *xe)
{
	xe->pm_references++;
}

void xe_pm_runtime_put(struct xe_device *xe)
{
	xe->pm_references--;
}

u64 xe_lmtt_page_size(struct xe_lmtt *lmtt)
{
	return lmtt->page_size;
}

int xe_guc_engine_activity_function_stats(struct xe_guc *guc, int num_vfs,
					  bool enable)
{
	guc->has_stats = enable;
	return 0;
}

const char *xe_sriov_function_name(unsigned int n, char *buf, size_t len)
{
	snprintf(buf, len, n ? "VF%u" : "PF", n);
	return buf;
}
