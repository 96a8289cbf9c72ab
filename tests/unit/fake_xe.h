/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xe's directory sriov_admin in a tree of files, with the rules of several kernels. What
 * each rule was taken from, and how surely it is known, is in fake_xe.c.
 */
#ifndef FAKE_XE_H
#define FAKE_XE_H

#include "base/types.h"

#define XE_MAX_VFS	8

/* which kernel's xe */
enum xe_age {
	XE_6_17,
	XE_6_19,
	XE_7_3,
};

enum xe_variant {
	XE_QUOTAS,		/* vram_quota can be written */
	XE_QUOTAS_READ_ONLY,
	XE_FAIR_ONLY,		/* no vram_quota */
	XE_INTEGRATED,		/* no framebuffer at all */
};

/**
 * struct xe_function - the PF or a VF
 * @quota: framebuffer, bytes
 * @eq_ms: time slice, 0: endless
 * @pt_us: preemption timeout, 0: endless
 * @has_ggtt: no guest's driver starts without
 * @is_running: its guest was started after the last FLR
 * @is_stopped: until the next FLR
 * @is_held: a process has it open
 */
struct xe_function {
	u64 quota;
	u32 eq_ms;
	u32 pt_us;
	bool has_ggtt;
	bool is_running;
	bool is_stopped;
	bool is_held;
};

/**
 * struct fake_xe - one GPU
 * @bdf: PCI address of the PF
 * @total: VFs that it could have
 * @num: VFs enabled
 * @fb: framebuffer, bytes, without what the PF has
 * @page: a quota is a multiple of it
 * @functions: [0] is the PF, then VFs as xe counts them
 * @priority: "low", "normal", of all VFs
 * @pf_priority: of the PF
 * @is_custom: another tool wrote to debugfs
 * @is_wedged: writes fail
 * @is_resetting: writes fail
 * @is_locked: enabling VFs fails
 * @is_picky: the firmware refuses another quota also while a VF was never started, until
 *	it is reset
 * @no_room_error: of a quota that there is no room for
 * @fail: part of the name of a file that cannot be written, NULL: none
 * @fail_error: with this error
 * @fail_after: after this many that could
 * @fail_times: so often; 0: for ever
 * @alter: part of the name of a file that takes other values than it is given
 * @unclean: part of the name of a file whose GTs differ, until it is written
 * @enable_error: of the PCI core, after xe has given resources
 * @stores: writes that were tried, numvfs included
 * @keeps_drivers_off: no driver of the host may find VFs when they appear
 * @is_other: another program writes at the moment
 * @violation: what nothing that is careful does, the last time; NULL: nothing
 * @violations: how often that was
 */
struct fake_xe {
	const char *bdf;
	enum xe_age age;
	enum xe_variant variant;
	u32 total;
	u32 num;
	u64 fb;
	u64 page;
	struct xe_function functions[XE_MAX_VFS + 1];
	const char *priority;
	const char *pf_priority;
	bool is_custom;
	bool is_wedged;
	bool is_resetting;
	bool is_locked;
	bool is_picky;
	int no_room_error;
	const char *fail;
	int fail_error;
	u32 fail_after;
	u32 fail_times;
	const char *alter;
	const char *unclean;
	int enable_error;
	u32 stores;
	bool keeps_drivers_off;
	bool is_other;
	const char *violation;
	u32 violations;
};

#define NUM_FAKE_XE	2
extern struct fake_xe fake_xe[NUM_FAKE_XE];

void fake_xe_make(struct fake_xe *xe, const char *bdf, enum xe_age age,
		  enum xe_variant variant);
void fake_xe_show(const struct fake_xe *xe);
int fake_xe_enable(struct fake_xe *xe, u32 num);
int fake_xe_set(struct fake_xe *xe, const char *file, const char *text);
int fake_xe_set_by_other(struct fake_xe *xe, const char *file, const char *text);
u64 fake_xe_free(const struct fake_xe *xe);

#endif /* FAKE_XE_H */
