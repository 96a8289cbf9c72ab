/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a GPU was changed, where its driver has no number that says so.
 */
#ifndef AGENT_PROVIDER_FINGERPRINT_H
#define AGENT_PROVIDER_FINGERPRINT_H

#include "model/gpu.h"

u64 gpu_fingerprint(const struct gpu *gpu);

#endif /* AGENT_PROVIDER_FINGERPRINT_H */
