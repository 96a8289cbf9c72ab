/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs of i915 with SR-IOV: that of strongtz, and Intel's backports.
 */
#ifndef AGENT_PROVIDER_I915_H
#define AGENT_PROVIDER_I915_H

#include "provider/provider.h"

extern const struct provider_ops i915_ops;

#endif /* AGENT_PROVIDER_I915_H */
