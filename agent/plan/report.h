/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals, for people.
 */
#ifndef AGENT_PLAN_REPORT_H
#define AGENT_PLAN_REPORT_H

#include "config/config.h"
#include "model/failure.h"

int report_error(const struct failure *why, const char *bdf);
int report_config_error(const struct config *config,
			const struct config_gpu *section,
			const struct failure *why, const char *bdf);

#endif /* AGENT_PLAN_REPORT_H */
