// SPDX-License-Identifier: GPL-2.0
/*
 * A number that is another one when another program has changed the GPU.
 */
#include <string.h>

#include "provider/fingerprint.h"

/* FNV-1a, of 64 bits */
#define FNV_START	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

static void add(u64 *print, const void *data, size_t size)
{
	const u8 *bytes = data;
	size_t i;

	for (i = 0; i < size; i++)
		*print = (*print ^ bytes[i]) * FNV_PRIME;
}

static void add_number(u64 *print, u64 number)
{
	add(print, &number, sizeof(number));
}

static void add_vf(u64 *print, const struct vf *vf)
{
	add_number(print, vf->fb_bytes);
	add_number(print, vf->type_id);
	add_number(print, vf->time_slice_us);
	add_number(print, vf->preempt_timeout_us);
	/* with the zero, so that no two lists of texts are one */
	add(print, vf->bdf, strlen(vf->bdf) + 1);
}

/**
 * gpu_fingerprint() - sum up all that another program could have set
 * @gpu: as it was read; who uses a VF does not count
 *
 * Return: never 0, which is no revision.
 */
u64 gpu_fingerprint(const struct gpu *gpu)
{
	u64 print = FNV_START;
	u32 i;

	add(&print, gpu->driver, strlen(gpu->driver) + 1);
	add_number(&print, gpu->total_vfs);
	add_number(&print, gpu->num_vfs);
	add_number(&print, gpu->policy);
	add_number(&print, gpu->policy_differs);
	add_number(&print, gpu->fb_pf_reserve);
	add_number(&print, gpu->pf_time_slice_us);
	add_number(&print, gpu->pf_preempt_timeout_us);
	for (i = 0; i < gpu->vfs_len; i++)
		add_vf(&print, &gpu->vfs[i]);
	return print ?: 1;
}
