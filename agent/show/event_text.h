/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened to a GPU, from its states before and after.
 */
#ifndef AGENT_SHOW_EVENT_TEXT_H
#define AGENT_SHOW_EVENT_TEXT_H

#include "model/event.h"
#include "model/gpu.h"

bool event_differs(const struct gpu *before, const struct gpu *now);
const char *gpu_event_name(enum gpu_event_kind kind);
char *gpu_event_text(const struct gpu *gpu, const struct gpu_event *event);
char *event_text(const struct gpu *before, const struct gpu *now);

#endif /* AGENT_SHOW_EVENT_TEXT_H */
