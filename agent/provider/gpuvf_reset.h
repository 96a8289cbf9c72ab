/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resets of VFs and GPUs.
 */
#ifndef AGENT_PROVIDER_GPUVF_RESET_H
#define AGENT_PROVIDER_GPUVF_RESET_H

#include "provider/provider.h"

int reset_and_wait(struct provider *provider, const char *bdf, int vf,
		   struct gpu *result, struct failure *why);

#endif /* AGENT_PROVIDER_GPUVF_RESET_H */
