/* SPDX-License-Identifier: GPL-2.0 */
#ifndef AGENT_INI_CHECK_H
#define AGENT_INI_CHECK_H

#include "ini.h"

int ini_check_agreement(const struct ini *ini, struct diag_list *diags);

#endif /* AGENT_INI_CHECK_H */
