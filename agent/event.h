/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened to a GPU, told from what it was and what it is.
 */
#ifndef AGENT_EVENT_H
#define AGENT_EVENT_H

#include "profile.h"

bool event_differs(const struct gpu *before, const struct gpu *now);
char *event_text(const struct gpu *before, const struct gpu *now);

#endif /* AGENT_EVENT_H */
