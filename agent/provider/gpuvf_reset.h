/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Resets of VFs and GPUs.
 */
#ifndef AGENT_PROVIDER_GPUVF_RESET_H
#define AGENT_PROVIDER_GPUVF_RESET_H

#include "provider/gpuvf.h"

int reset_and_wait(struct client *client, const char *bdf, int vf,
		   struct gpu *result, struct client_error *why);

#endif /* AGENT_PROVIDER_GPUVF_RESET_H */
