/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that is known of one VF, for people.
 */
#ifndef AGENT_SHOW_VF_SHOW_H
#define AGENT_SHOW_VF_SHOW_H

#include "model/gpu.h"

void vf_show(const struct gpu *gpu, u32 index);

#endif /* AGENT_SHOW_VF_SHOW_H */
