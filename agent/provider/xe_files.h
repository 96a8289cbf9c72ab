/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of xe: what they say and what is written to them.
 */
#ifndef AGENT_PROVIDER_XE_FILES_H
#define AGENT_PROVIDER_XE_FILES_H

#include "model/failure.h"
#include "model/gpu.h"

#define XE_ADMIN	"sriov_admin"

int xe_files_read(struct gpu *gpu, struct failure *why);
int xe_custom_mode(const char *bdf, u32 num_vfs, u32 total_vfs);
char *xe_way_back(const char *bdf);
bool xe_files_lack_ggtt(const struct gpu *gpu, u32 num_vfs);
int xe_set_quota(const char *bdf, u32 vf, u64 bytes);
int xe_set_times(const char *bdf, int vf, u32 slice_us, u32 timeout_us);
int xe_set_policy(const char *bdf, u32 policy);
int xe_stop(const char *bdf, u32 vf);
const char *xe_error_text(int error);

#endif /* AGENT_PROVIDER_XE_FILES_H */
