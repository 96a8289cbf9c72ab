/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How i915 with SR-IOV treats the files below prelim_iov, as far as it was read; the
 * rows of i915.table are about these functions.
 */
#ifndef DOUBLES_I915_RULES_H
#define DOUBLES_I915_RULES_H

#include "pure.h"

#define I915R_MAX_VFS	31
#define I915R_MAX_GTS	2

/* of which there is one number per GT */
enum i915r_file {
	I915R_SLICE,
	I915R_TIMEOUT,
	I915R_GGTT,
	I915R_CONTEXTS,
	I915R_DOORBELLS,
	I915R_LMEM,
	I915R_NUM_FILES
};

/**
 * struct i915r_gt - what one function has of one GT
 * @value: by enum i915r_file; of the PF, quotas are spares
 */
struct i915r_gt {
	u64 value[I915R_NUM_FILES];
};

/**
 * struct i915r_gpu - a GPU
 * @gts: GTs that it has; only the first has GGTT and framebuffer files
 * @lmem: bytes of framebuffer, 0: it has none
 * @total: VFs that it can have
 * @num: VFs that are enabled
 * @manual: auto_provisioning is off
 * @clear_keeps_times: how "clear" treats times is not known
 * @flr_hangs: a reset of a VF while it is disabled does not end
 * @idle: sched_if_idle, by GT
 * @pf: by GT
 * @vf: by index and GT
 * @stopped: by index
 * @in_use: by index: a guest runs in it; set by tests
 * @accepted: writes that were accepted
 * @refused: writes that were not
 * @violations: quotas written, or VFs disabled, while a guest ran; enabled VFs cleared
 * @fail_next: negative errno of the next write, 0: none
 */
struct i915r_gpu {
	u32 gts;
	u64 lmem;
	u32 total;
	u32 num;
	bool manual;
	bool clear_keeps_times;
	bool flr_hangs;
	bool idle[I915R_MAX_GTS];
	struct i915r_gt pf[I915R_MAX_GTS];
	struct i915r_gt vf[I915R_MAX_VFS][I915R_MAX_GTS];
	bool stopped[I915R_MAX_VFS];
	bool in_use[I915R_MAX_VFS];
	u32 accepted;
	u32 refused;
	u32 violations;
	int fail_next;
};

bool i915r_has_file(const struct i915r_gpu *gpu, u32 gt, enum i915r_file file);
u64 i915r_free(const struct i915r_gpu *gpu, enum i915r_file file);
int i915r_store(struct i915r_gpu *gpu, int vf, u32 gt, enum i915r_file file,
		u64 value);
int i915r_store_idle(struct i915r_gpu *gpu, u32 gt, bool idle);
int i915r_store_auto(struct i915r_gpu *gpu, bool on);
int i915r_control(struct i915r_gpu *gpu, u32 vf, const char *word);
int i915r_set_num(struct i915r_gpu *gpu, u32 num);
bool i915r_guest_works(const struct i915r_gpu *gpu, u32 vf);

#endif /* DOUBLES_I915_RULES_H */
