/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many more VFs of one size there is room for.
 */
#ifndef GPUVF_CAPACITY_H
#define GPUVF_CAPACITY_H

#include <linux/types.h>

struct gpuvf_config;
struct gpuvf_pf;
struct gpuvf_plan;
struct gpuvf_refusal;

/**
 * struct gpuvf_capacity - how many more VFs of one size there is room for
 * @quota_bytes: the size, rounded up to the granularity
 * @now: as everything lies now
 * @after_moving: when VFs that are not in use may be moved
 * @plan: what the question is about, between question and answer; else NULL
 */
struct gpuvf_capacity {
	u64 quota_bytes;
	unsigned int now;
	unsigned int after_moving;
	struct gpuvf_plan *plan;
};

int gpuvf_capacity_ask_locked(struct gpuvf_pf *pf,
			      const struct gpuvf_config *cfg, u64 quota_bytes,
			      struct gpuvf_capacity *capacity,
			      struct gpuvf_refusal *why);
void gpuvf_capacity_answer(struct gpuvf_pf *pf, struct gpuvf_capacity *capacity,
			   struct gpuvf_refusal *why);
void gpuvf_capacity_drop(struct gpuvf_capacity *capacity);

#endif /* GPUVF_CAPACITY_H */
