/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the kernel over generic netlink.
 */
#ifndef AGENT_PROVIDER_GPUVF_H
#define AGENT_PROVIDER_GPUVF_H

#include "model/failure.h"
#include "model/gpu.h"

struct client;

int client_open(struct client **client);
void client_close(struct client *client);
int client_get_gpus(struct client *client, struct gpu_list *gpus,
		    struct client_error *why);
int client_get_gpu(struct client *client, const char *bdf, struct gpu *gpu,
		   struct client_error *why);
int client_set_gpu(struct client *client, const struct gpu *wish, bool dry_run,
		   struct gpu *result, struct client_error *why);
int client_set_vf(struct client *client, const char *bdf, u32 index,
		  const struct vf *vf, u32 set, struct gpu *result,
		  struct client_error *why);
int client_set_pf(struct client *client, const char *bdf,
		  const struct gpu *settings, struct gpu *result,
		  struct client_error *why);
int client_operate(struct client *client, enum gpu_operation operation,
		   const char *bdf, int vf, struct gpu *result,
		   struct client_error *why);
int client_get_capacity(struct client *client, const char *bdf,
			const struct gpu *wish, u64 fb_bytes,
			struct capacity *capacity, struct client_error *why);
int client_get_stats(struct client *client, struct gpu_list *gpus,
		     struct client_error *why);
void gpuvf_explain_absence(void);
const char *client_error_text(const struct client_error *why);

#endif /* AGENT_PROVIDER_GPUVF_H */
