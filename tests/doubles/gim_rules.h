/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How AMD's GIM of MI300 and newer treats its files, as far as it was read; the rows of
 * gim.table are about these functions.
 */
#ifndef DOUBLES_GIM_RULES_H
#define DOUBLES_GIM_RULES_H

#include "pure.h"

#define GIMR_MAX_VFS	31

/**
 * struct gimr_gpu - a GPU
 * @num: VFs, which it has from load to unload; 0: not loaded
 * @partition: accelerator_partition_profile
 * @nps: memory_partition_mode
 * @slice_us: asymmetric_timeslice, by index
 * @fails: sets fail, and stores report success nevertheless
 * @resets: how often reset_gpu was read
 */
struct gimr_gpu {
	u32 num;
	u32 partition;
	u32 nps;
	u32 slice_us[GIMR_MAX_VFS];
	bool fails;
	u32 resets;
};

int gimr_load(struct gimr_gpu *gpu, u32 vf_num);
int gimr_set_num(const struct gimr_gpu *gpu, u32 num);
int gimr_store_partition(struct gimr_gpu *gpu, const char *text);
int gimr_store_mode(struct gimr_gpu *gpu, const char *text);
int gimr_store_slice(struct gimr_gpu *gpu, u32 vf, u32 us);
void gimr_read_reset(struct gimr_gpu *gpu);

#endif /* DOUBLES_GIM_RULES_H */
