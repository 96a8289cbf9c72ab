/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AGENT_CONFIG_INI_VALUE_H
#define AGENT_CONFIG_INI_VALUE_H

#include "config/ini.h"

int ini_read_values(struct ini *ini, struct diag_list *diags);

#endif /* AGENT_CONFIG_INI_VALUE_H */
