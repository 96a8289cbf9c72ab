/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files below prelim_iov, on all GTs of a GPU.
 */
#ifndef AGENT_PROVIDER_I915_FILES_H
#define AGENT_PROVIDER_I915_FILES_H

#include "model/failure.h"
#include "model/gpu.h"

/* Meteor Lake has two */
#define I915_MAX_GTS	4

/* per GT */
#define I915_SLICE	"exec_quantum_ms"
#define I915_TIMEOUT	"preempt_timeout_us"
#define I915_FB		"lmem_quota"

/**
 * struct i915_iov - where the files of a GPU are
 * @bdf: of the PF
 * @dir: below the PF's directory, as in "drm/card0/prelim_iov"
 * @gts: names of its GTs, as in "gt0"
 * @num_gts: entries of @gts
 */
struct i915_iov {
	char bdf[BDF_SIZE];
	char dir[NAME_SIZE];
	char gts[I915_MAX_GTS][NAME_SIZE];
	u32 num_gts;
};

bool i915_find(const char *bdf, struct i915_iov *iov);
bool i915_has_framebuffer(const struct i915_iov *iov);
int i915_get(const struct i915_iov *iov, int vf, const char *name, u64 *value,
	     bool *differs);
int i915_set(const struct i915_iov *iov, int vf, const char *name, u64 value,
	     struct failure *why);
int i915_set_auto(const struct i915_iov *iov, struct failure *why);
bool i915_is_auto(const struct i915_iov *iov);
bool i915_lacks(const struct i915_iov *iov, u32 vf);
bool i915_has_leftovers(const struct i915_iov *iov, u32 vf);
int i915_control(const struct i915_iov *iov, u32 vf, const char *word,
		 struct failure *why);
const char *i915_error_text(int error);

#endif /* AGENT_PROVIDER_I915_FILES_H */
