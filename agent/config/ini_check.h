/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AGENT_CONFIG_INI_CHECK_H
#define AGENT_CONFIG_INI_CHECK_H

#include "config/ini.h"

int ini_check_agreement(const struct ini *ini, struct diag_list *diags);

#endif /* AGENT_CONFIG_INI_CHECK_H */
