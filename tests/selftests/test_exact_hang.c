// SPDX-License-Identifier: GPL-2.0
/*
 * What a VF that does not leave the GPU costs the others, from the simulator's
 * ground truth. For virtual time only (tests/lab/run -i), where no machine is
 * too slow.
 */

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "load.h"

#define MS	1000000ULL
#define NUM	3

static const struct gpu *gpu = &fx.gpu[0];

/* it overruns slice and preemption timeout: the price for others is bounded */
static void C15_who_does_not_leave_is_reset_once(void)
{
	static const uint32_t slice_us[] = { 5000, 10000, 15000 };
	uint64_t epoch[NUM], vf_resets;
	struct shares shares;
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	load_watch(gpu, 200 * MS, &shares);
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	assert_ok(file_write(gpu_sim(gpu, "fail_command"),
			     "1 slow 5000000 vf=1 command=idle"));
	assert_eventually(gpu_truth(gpu, "gpu", "vf_resets") > vf_resets);
	assert_eventually(gpu_truth_vf(gpu, 1, "epoch") > epoch[1]);
	load_watch(gpu, 1000 * MS, &shares);
	assert_u64(gpu_truth(gpu, "gpu", "vf_resets"), vf_resets + 1);
	assert_u64(gpu_truth_vf(gpu, 1, "vf_resets"), 1);
	for (i = 0; i < NUM; i += 2) {
		assert_u64(gpu_truth_vf(gpu, i, "epoch"), epoch[i]);
		assert_true(shares.vf[i].slices > 10);
		/* a round, the preemption timeout, one command limit */
		assert_true(gpu_truth_vf(gpu, i, "longest_wait_ns") <
			    (30 + 20 + 500) * MS);
	}
}

static const struct test tests[] = {
	TEST(C15_who_does_not_leave_is_reset_once),
};

int main(void)
{
	return SUITE_RUN("exact_hang", "total_vfs=4 fb_mib=4096", tests);
}
