/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way to the GPUs.
 */
#ifndef AGENT_PROVIDER_PROVIDER_H
#define AGENT_PROVIDER_PROVIDER_H

#include "model/failure.h"
#include "model/gpu.h"
#include "provider/gpuvf.h"

int provider_open(struct client **client);
int provider_get_gpus(struct client *client, struct gpu_list *gpus);
int provider_read_settled(struct client *client, const char *bdf,
			  struct gpu *gpu, struct client_error *why);
int explain_no_gpus(const struct gpu_list *gpus);

#endif /* AGENT_PROVIDER_PROVIDER_H */
