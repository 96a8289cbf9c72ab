// SPDX-License-Identifier: GPL-2.0
/*
 * What a VF that does not leave the GPU costs the others, from the simulator's
 * ground truth. For virtual time only (tests/lab/run -i), where no machine is
 * too slow.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "selftest.h"
#include "load.h"

#define MS	1000000ULL
#define NUM	3

static const struct gpu *gpu = &fx.gpu[0];

MODULES_FIXTURE(exact_hang, "total_vfs=4 fb_mib=4096");

/* it overruns slice and preemption timeout: the price for others is bounded */
TEST_F(exact_hang, C15_who_does_not_leave_is_reset_once)
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
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "1 slow 5000000 vf=1 command=idle"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") > vf_resets);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") > epoch[1]);
	load_watch(gpu, 1000 * MS, &shares);
	ASSERT_EQ(vf_resets + 1, gpu_truth(gpu, "gpu", "vf_resets"));
	ASSERT_EQ(1, gpu_truth_vf(gpu, 1, "vf_resets"));
	for (i = 0; i < NUM; i += 2) {
		ASSERT_EQ(epoch[i], gpu_truth_vf(gpu, i, "epoch"));
		ASSERT_LT(10, shares.vf[i].slices);
		/* a round, the preemption timeout, one command limit */
		ASSERT_GT((30 + 20 + 500) * MS,
			  gpu_truth_vf(gpu, i, "longest_wait_ns"));
	}
}

static void *reset_the_hog(void *arg)
{
	struct nl *nl = nl_open();
	int *err = arg;

	*err = nl_family(nl);
	if (!*err)
		*err = nl_reset(nl, gpu, 1);
	nl_close(nl);
	return NULL;
}

/*
 * A reset that has to wait ten seconds for its VF to leave holds up nothing: not
 * this family, not the one that knows all families, and not this GPU's other VFs.
 */
TEST_F(exact_hang, others_are_answered_while_a_reset_waits)
{
	static const uint32_t slice_us[] = { 5000, 5000, 5000 };
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	pthread_t thread;
	struct nl *nl;
	int err = -1;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/preempt_timeout_us"),
			     "10000000"));
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "state", "run"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, reset_the_hog, &err));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "resetting"));

	nl = nl_open();
	ASSERT_NE(NULL, nl);
	ASSERT_OK(nl_family(nl));
	nl_close(nl);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 1, &msg));
	ASSERT_EQ(GPUVF_VF_STATE_RESETTING, msg.vf[0].state);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 2, 256 * MIB, 6000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	/* all of that while it waits */
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ASSERT_OK(err);
	ASSERT_FALSE(gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_OK(gpu_guest(gpu, 1, "off"));
}

TEST_HARNESS_MAIN
