/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All providers, as if they were one.
 */
#ifndef AGENT_PROVIDER_REGISTRY_H
#define AGENT_PROVIDER_REGISTRY_H

#include "provider/provider.h"

struct provider *registry_open(void);
int registry_read_foreign(const char *bdf, struct gpu *gpu,
			  struct failure *why);
int registry_error(const struct provider *provider,
		   const struct abilities *abilities);

#endif /* AGENT_PROVIDER_REGISTRY_H */
