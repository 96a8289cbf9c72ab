/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All of a GPU that apply changes: VF count, layout, host drivers of the VFs.
 */
#ifndef AGENT_APPLY_STATE_H
#define AGENT_APPLY_STATE_H

#include <jansson.h>

#include "plan/plan.h"

/**
 * struct state - a GPU as it was, or as it is to be
 * @gpu: the GPU; its .set says which settings count
 * @drivers: host drivers of its VFs, @gpu.num_vfs entries
 * @autoprobe: sriov_drivers_autoprobe
 */
struct state {
	struct gpu gpu;
	struct vf_driver *drivers;
	u32 autoprobe;
};

void state_live(struct state *state, const struct gpu *live);
void state_copy(struct state *to, const struct state *from);
void state_before(struct state *state, const struct plan *plan);
void state_after(struct state *state, const struct plan *plan);
bool state_same_layout(const struct gpu *want, const struct gpu *is);
bool state_holds(const struct state *want, const struct state *is);
void state_print_differences(const struct state *want,
			     const struct state *is);
json_t *state_json(const struct state *state);
int state_from_json(const json_t *object, struct state *state);
bool state_is_of(const struct state *state, const struct gpu *live);
int states_parse(const char *text, size_t size, const char *version_key,
		 int version, int (*add)(json_t *object, void *to), void *to);
void state_free(struct state *state);

#endif /* AGENT_APPLY_STATE_H */
