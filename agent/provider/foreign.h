/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What providers of other drivers than gpuvf have in common.
 */
#ifndef AGENT_PROVIDER_FOREIGN_H
#define AGENT_PROVIDER_FOREIGN_H

#include "provider/provider.h"

int foreign_open(const struct provider_ops *ops, struct provider **provider);
void foreign_close(struct provider *provider);
void foreign_include(struct provider *provider, const char *bdf);
int foreign_read(struct provider *provider, const char *bdf, struct gpu *gpu,
		 struct failure *why);
int foreign_read_all(struct provider *provider, struct gpu_list *gpus,
		     struct failure *why);

#endif /* AGENT_PROVIDER_FOREIGN_H */
