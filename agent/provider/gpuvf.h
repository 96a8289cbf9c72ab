/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GPUs that gpuvf.ko drives, over generic netlink.
 */
#ifndef AGENT_PROVIDER_GPUVF_H
#define AGENT_PROVIDER_GPUVF_H

#include "provider/provider.h"

extern const struct provider_ops gpuvf_ops;

void gpuvf_explain_absence(void);

#endif /* AGENT_PROVIDER_GPUVF_H */
