/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes the VFs of GPUs, and how to reach it.
 */
#ifndef AGENT_PROVIDER_PROVIDER_H
#define AGENT_PROVIDER_PROVIDER_H

#include "config/config.h"
#include "model/failure.h"
#include "model/gpu.h"

struct provider;

/**
 * struct provider_ops - what a provider can do; contracts are at provider_*()
 * @abilities: the same as data
 * @owns: does a GPU belong to this provider? Looks only at links and at which files
 *	exist; the first one that says yes has it
 * @open: as provider_connect()
 * @close: as provider_close(), never NULL
 * @include: as provider_include(), may be NULL
 * @read_all: as provider_read_all()
 * @read: as provider_read()
 * @set_layout: as provider_set_layout()
 * @set_num_vfs: as provider_set_num_vfs(); NULL: sriov_numvfs does it
 * @set_vf: as provider_set_vf()
 * @set_gpu: as provider_set_gpu()
 * @set_placed: as provider_set_placed()
 * @operate: as provider_operate()
 * @stats: as provider_stats()
 * @count_hint: as provider_count_hint(), may be NULL
 *
 * Those for what the abilities exclude are NULL.
 */
struct provider_ops {
	const struct abilities *abilities;
	bool (*owns)(const char *bdf);
	int (*open)(struct provider **provider);
	void (*close)(struct provider *provider);
	void (*include)(struct provider *provider, const char *bdf);
	int (*read_all)(struct provider *provider, struct gpu_list *gpus,
			struct failure *why);
	int (*read)(struct provider *provider, const char *bdf, struct gpu *gpu,
		    struct failure *why);
	int (*set_layout)(struct provider *provider, const struct gpu *wanted,
			  bool dry_run, struct gpu *result,
			  struct failure *why);
	int (*set_num_vfs)(struct provider *provider, const char *bdf, u32 num,
			   struct failure *why);
	int (*set_vf)(struct provider *provider, const char *bdf, u32 index,
		      const struct vf *vf, u32 set, struct gpu *result,
		      struct failure *why);
	int (*set_gpu)(struct provider *provider, const char *bdf,
		       const struct gpu *settings, struct gpu *result,
		       struct failure *why);
	int (*set_placed)(struct provider *provider, const struct gpu *wanted,
			  int vf, u32 set, struct gpu *result,
			  struct failure *why);
	int (*operate)(struct provider *provider, enum gpu_operation operation,
		       const char *bdf, int vf, struct gpu *result,
		       struct failure *why);
	int (*stats)(struct provider *provider, struct gpu_list *gpus,
		     struct failure *why);
	const char *(*count_hint)(struct provider *provider, const char *bdf,
				  int error);
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
void provider_include(struct provider *provider, const char *bdf);
int provider_read_all(struct provider *provider, struct gpu_list *gpus,
		      struct failure *why);
int provider_read(struct provider *provider, const char *bdf, struct gpu *gpu,
		  struct failure *why);
int provider_set_layout(struct provider *provider, const struct gpu *wanted,
			bool dry_run, struct gpu *result, struct failure *why);
int provider_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
			 struct failure *why);
int provider_set_vf(struct provider *provider, const char *bdf, u32 index,
		    const struct vf *vf, u32 set, struct gpu *result,
		    struct failure *why);
int provider_set_gpu(struct provider *provider, const char *bdf,
		     const struct gpu *settings, struct gpu *result,
		     struct failure *why);
int provider_set_placed(struct provider *provider, const struct gpu *wanted,
			int vf, u32 set, struct gpu *result,
			struct failure *why);
int provider_operate(struct provider *provider, enum gpu_operation operation,
		     const char *bdf, int vf, struct gpu *result,
		     struct failure *why);
int provider_stats(struct provider *provider, struct gpu_list *gpus,
		   struct failure *why);
const char *provider_count_hint(struct provider *provider, const char *bdf,
				int error);
int provider_read_settled(struct provider *provider, const char *bdf,
			  struct gpu *gpu, struct failure *why);
const char *failure_text(const struct failure *why);

/* open.c: for commands */
int provider_open(struct provider **provider);
int provider_open_for(struct provider **provider, const struct config *config);
int provider_open_gpuvf(struct provider **provider);
struct provider *provider_connect_all(const struct config *config);
bool provider_is_there(const struct provider *provider, const struct gpu *gpu);
int provider_list(struct provider *provider, struct gpu_list *gpus, int *known);
int lost_code(const struct gpu_list *gpus);
int provider_open_list(struct provider **provider, struct gpu_list *gpus);
int explain_no_gpus(const struct gpu_list *gpus);
int keep_gpus(struct gpu_list *gpus, bool (*keep)(const struct gpu *gpu),
	      const char *what);

#endif /* AGENT_PROVIDER_PROVIDER_H */
