/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All VFs of a GPU of NVIDIA, or none, by way of sriov-manage.
 */
#ifndef AGENT_PROVIDER_NVIDIA_COUNT_H
#define AGENT_PROVIDER_NVIDIA_COUNT_H

#include "provider/provider.h"

bool nvidia_has_manage(void);
int nvidia_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
		       struct failure *why);

#endif /* AGENT_PROVIDER_NVIDIA_COUNT_H */
