/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The GPUs that a command is about.
 */
#ifndef AGENT_PLAN_TARGET_H
#define AGENT_PLAN_TARGET_H

#include "plan/plan.h"

/**
 * struct targets - the GPUs that a command is about
 * @config: the configuration
 * @provider: the way to the kernel
 * @plans: one for each GPU
 * @num: entries of @plans
 * @missing: sections that no GPU answers to, or not all that may
 * @missing_code: exit code for that: EXIT_MISSING, or why GPUs could not be read
 * @known_error: of a provider, which was reported, 0: none
 * @quiet_missing: do not complain of those: their GPUs may come yet
 */
struct targets {
	struct config config;
	struct provider *provider;
	struct plan *plans;
	size_t num;
	size_t missing;
	int missing_code;
	int known_error;
	bool quiet_missing;
};

int targets_find(struct targets *targets, const char *file, int num_names,
		 char **names);
int targets_check(const struct config *config);
int targets_plan(struct targets *targets, int num_names, char **names);
void targets_drop(struct targets *targets);
void targets_free(struct targets *targets);
int plan_refresh(struct plan *plan, struct provider *provider);
int explain_no_gpu(const struct gpu_list *gpus, const char *bdf);
struct gpu *find_gpu(const struct gpu_list *gpus, const char *name,
		     int *code);

#endif /* AGENT_PLAN_TARGET_H */
