/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs whose PF belongs to Intel's xe driver, by its directory sriov_admin.
 */
#ifndef AGENT_PROVIDER_XE_H
#define AGENT_PROVIDER_XE_H

#include "provider/provider.h"

extern const struct provider_ops xe_ops;

#endif /* AGENT_PROVIDER_XE_H */
