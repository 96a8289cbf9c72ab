/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Helper programs of vendors, run with the agent's rights.
 */
#ifndef AGENT_BASE_HELPER_H
#define AGENT_BASE_HELPER_H

#include "base/types.h"

/* of what a helper says last */
#define HELPER_TEXT	256

int helper_run(const char *const *argv, u64 limit_ms, char *said);

#endif /* AGENT_BASE_HELPER_H */
