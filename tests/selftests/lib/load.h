/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VFs with guests that work, and what they got of the GPU.
 */
#ifndef SELFTEST_LOAD_H
#define SELFTEST_LOAD_H

#include "fixture.h"

/**
 * struct share - what a VF got between two moments
 * @accounted_ns: from the start of its LOADs to the end of its SAVEs
 * @run_ns: executing
 * @slices: how often it executed
 */
struct share {
	uint64_t accounted_ns;
	uint64_t run_ns;
	uint64_t slices;
};

/**
 * struct shares - what everybody got between two moments
 * @elapsed_ns: how far the moments are apart
 * @accounted_ns: sum over all VFs
 * @commands: given to the hardware meanwhile
 * @vf: by index
 */
struct shares {
	uint64_t elapsed_ns;
	uint64_t accounted_ns;
	uint64_t commands;
	struct share vf[MAX_VFS];
};

void load_enable(const struct gpu *gpu, unsigned int num,
		 const uint32_t *slice_us, uint32_t policy);
void load_rest(const struct gpu *gpu, unsigned int num);
void load_busy(const struct gpu *gpu, unsigned int vf, unsigned int percent);
void load_measure(const struct gpu *gpu, uint64_t until_charged_ns,
		  struct shares *shares);
void load_measure_from(const struct gpu *gpu, const struct truth *from,
		       uint64_t until_charged_ns, struct shares *shares);
void load_watch(const struct gpu *gpu, uint64_t ns, struct shares *shares);

#endif /* SELFTEST_LOAD_H */
