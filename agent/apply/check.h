/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known to be impossible before the first step.
 */
#ifndef AGENT_APPLY_CHECK_H
#define AGENT_APPLY_CHECK_H

#include "apply/state.h"

bool plan_is_blocked(const struct plan *plan);
int check_works(const struct plan *plan);
int plan_check(const struct plan *plan);
int plan_try(struct plan *plan, struct provider *provider, u32 how);
char *why_changing(const struct gpu *gpu);
bool gpu_is_settled(const struct gpu *live);
int check_gpu(const struct gpu *live);
int check_failed(struct provider *provider, const char *bdf, int code);
int check_users(const struct state *want, const struct state *is);
int check_drivers(const struct state *want, const struct state *is);

#endif /* AGENT_APPLY_CHECK_H */
