/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carrying a plan out.
 */
#ifndef AGENT_APPLY_APPLY_H
#define AGENT_APPLY_APPLY_H

#include "apply/journal.h"
#include "base/root.h"
#include "plan/plan.h"
#include "plan/target.h"

#define APPLY_LOCK	RUN_DIR "/apply.lock"

int transition(const char *section, const struct state *before,
	       const struct state *after, const struct plan *plan,
	       struct provider *provider, struct journal *journal);
int apply_plan(struct plan *plan, struct provider *provider,
	       struct journal *journal);
int apply_all(struct targets *targets, struct journal *journal, int *lock,
	      bool wait);

/* a change of all GPUs takes a few seconds */
#define LOCK_WAIT_S	60

/* wait.c */
int apply_lock(int *fd, u32 seconds);
void apply_unlock(int *fd);
void wait_settled(struct targets *targets);
int wait_idle(struct targets *targets, u32 seconds);
int wait_ready(const char *bdf, u64 quarantined, struct provider *provider);

#endif /* AGENT_APPLY_APPLY_H */
