/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From one layout of an Intel GPU to another, file by file.
 */
#ifndef AGENT_PROVIDER_XE_LAYOUT_H
#define AGENT_PROVIDER_XE_LAYOUT_H

#include "provider/provider.h"

int xe_set_layout(struct provider *provider, const struct gpu *wanted,
		  bool dry_run, struct gpu *result, struct failure *why);
int xe_set_vf(struct provider *provider, const char *bdf, u32 index,
	      const struct vf *vf, u32 set, struct gpu *result,
	      struct failure *why);
int xe_set_gpu(struct provider *provider, const char *bdf,
	       const struct gpu *settings, struct gpu *result,
	       struct failure *why);

#endif /* AGENT_PROVIDER_XE_LAYOUT_H */
