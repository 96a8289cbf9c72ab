/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes the VFs of GPUs, and how to reach it.
 */
#ifndef AGENT_PROVIDER_PROVIDER_H
#define AGENT_PROVIDER_PROVIDER_H

#include "model/failure.h"
#include "model/gpu.h"

struct provider;

/**
 * struct provider_ops - what a provider can do; contracts are at provider_*()
 * @name: of the provider, for messages
 * @open: as provider_connect()
 * @close: as provider_close(), never NULL
 * @read_all: as provider_read_all()
 * @read: as provider_read()
 * @set_layout: as provider_set_layout()
 * @set_vf: as provider_set_vf()
 * @set_gpu: as provider_set_gpu()
 * @operate: as provider_operate()
 * @stats: as provider_stats()
 */
struct provider_ops {
	const char *name;
	int (*open)(struct provider **provider);
	void (*close)(struct provider *provider);
	int (*read_all)(struct provider *provider, struct gpu_list *gpus,
			struct failure *why);
	int (*read)(struct provider *provider, const char *bdf, struct gpu *gpu,
		    struct failure *why);
	int (*set_layout)(struct provider *provider, const struct gpu *wanted,
			  bool dry_run, struct gpu *result,
			  struct failure *why);
	int (*set_vf)(struct provider *provider, const char *bdf, u32 index,
		      const struct vf *vf, u32 set, struct gpu *result,
		      struct failure *why);
	int (*set_gpu)(struct provider *provider, const char *bdf,
		       const struct gpu *settings, struct gpu *result,
		       struct failure *why);
	int (*operate)(struct provider *provider, enum gpu_operation operation,
		       const char *bdf, int vf, struct gpu *result,
		       struct failure *why);
	int (*stats)(struct provider *provider, struct gpu_list *gpus,
		     struct failure *why);
};

/**
 * struct provider - a provider in use; its own struct begins with this
 * @ops: what it can do
 */
struct provider {
	const struct provider_ops *ops;
};

int provider_connect(struct provider **provider);
void provider_close(struct provider *provider);
int provider_read_all(struct provider *provider, struct gpu_list *gpus,
		      struct failure *why);
int provider_read(struct provider *provider, const char *bdf, struct gpu *gpu,
		  struct failure *why);
int provider_set_layout(struct provider *provider, const struct gpu *wanted,
			bool dry_run, struct gpu *result, struct failure *why);
int provider_set_vf(struct provider *provider, const char *bdf, u32 index,
		    const struct vf *vf, u32 set, struct gpu *result,
		    struct failure *why);
int provider_set_gpu(struct provider *provider, const char *bdf,
		     const struct gpu *settings, struct gpu *result,
		     struct failure *why);
int provider_operate(struct provider *provider, enum gpu_operation operation,
		     const char *bdf, int vf, struct gpu *result,
		     struct failure *why);
int provider_stats(struct provider *provider, struct gpu_list *gpus,
		   struct failure *why);
const char *failure_text(const struct failure *why);

int provider_open(struct provider **provider);
int provider_list(struct provider *provider, struct gpu_list *gpus);
int provider_read_settled(struct provider *provider, const char *bdf,
			  struct gpu *gpu, struct failure *why);
int explain_no_gpus(const struct gpu_list *gpus);

#endif /* AGENT_PROVIDER_PROVIDER_H */
