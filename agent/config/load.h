/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading the configuration for a command.
 */
#ifndef AGENT_CONFIG_LOAD_H
#define AGENT_CONFIG_LOAD_H

#include "config/config.h"

void explain_no_config(void);
int config_exit_code(int error, const struct diag_list *diags);
int load_config(struct config *config, const char *file, u32 demands);

#endif /* AGENT_CONFIG_LOAD_H */
