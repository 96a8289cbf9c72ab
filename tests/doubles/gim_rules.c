// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of AMD's GIM.
 */
#include "gim_rules.h"

#define SLICE_STEP_US	100
#define SLICE_MAX_US	1000000

/* decimal, perhaps with the end of a line behind it */
static int parse(const char *text, u32 *number)
{
	const char *at = text;

	*number = 0;
	while (*at >= '0' && *at <= '9' && at - text < 9)
		*number = *number * 10 + (*at++ - '0');
	return at == text || (*at && *at != '\n') ? -EINVAL : 0;
}

/**
 * gimr_load() - the module is loaded, with its parameter vf_num
 * @gpu: the GPU
 * @vf_num: VFs
 *
 * Return: 0; -EINVAL: more than there can be: it is not loaded then.
 */
int gimr_load(struct gimr_gpu *gpu, u32 vf_num)
{
	if (!vf_num || vf_num > GIMR_MAX_VFS)
		return -EINVAL;
	*gpu = (struct gimr_gpu){ .num = vf_num, .nps = 1 };
	return 0;
}

/** gimr_set_num() - sriov_numvfs is written: the PCI core, since GIM has no callback */
int gimr_set_num(const struct gimr_gpu *gpu, u32 num)
{
	return num == gpu->num ? 0 : -ENOENT;
}

/** gimr_store_partition() - accelerator_partition_profile is written */
int gimr_store_partition(struct gimr_gpu *gpu, const char *text)
{
	u32 number;

	if (parse(text, &number))
		return -EINVAL;
	if (!gpu->fails)
		gpu->partition = number;
	return 0;
}

/** gimr_store_mode() - memory_partition_mode is written; NPS8 becomes NPS4 */
int gimr_store_mode(struct gimr_gpu *gpu, const char *text)
{
	u32 number;

	if (strncmp(text, "NPS", 3) || parse(text + 3, &number))
		return -EINVAL;
	if (number != 1 && number != 2 && number != 4 && number != 8)
		return -EINVAL;
	if (!gpu->fails)
		gpu->nps = number == 8 ? 4 : number;
	return 0;
}

/** gimr_store_slice() - asymmetric_timeslice is written, in debugfs */
int gimr_store_slice(struct gimr_gpu *gpu, u32 vf, u32 us)
{
	if (vf >= GIMR_MAX_VFS || us < SLICE_STEP_US || us > SLICE_MAX_US ||
	    us % SLICE_STEP_US)
		return -EINVAL;
	if (!gpu->fails)
		gpu->slice_us[vf] = us;
	return 0;
}

/** gimr_read_reset() - reset_gpu is read, which nothing may do that only looks */
void gimr_read_reset(struct gimr_gpu *gpu)
{
	gpu->resets++;
}
