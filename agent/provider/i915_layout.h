/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From one layout of a GPU of i915 to another.
 */
#ifndef AGENT_PROVIDER_I915_LAYOUT_H
#define AGENT_PROVIDER_I915_LAYOUT_H

#include "provider/i915_files.h"

/* of the PF */
#define I915_SPARE	"lmem_spare"
#define I915_IDLE	"policies/sched_if_idle"

int i915_check(const struct gpu *live, const struct gpu *wanted,
	       struct failure *why);
int i915_write(const struct i915_iov *iov, const struct gpu *live,
	       const struct gpu *wanted, struct failure *why);

#endif /* AGENT_PROVIDER_I915_LAYOUT_H */
