// SPDX-License-Identifier: GPL-2.0
/*
 * What a VF that does not leave the GPU costs the others, from the simulator's
 * ground truth. For virtual time only (tests/lab/run -i), where no machine is
 * too slow.
 */

#include <pthread.h>
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
 * A reset that has to wait ten seconds for its VF to leave holds up nobody: not
 * this family, not the one that knows all families, and not this GPU's other VFs.
 */
static void others_are_answered_while_a_reset_waits(void)
{
	static const uint32_t slice_us[] = { 5000, 5000, 5000 };
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	pthread_t thread;
	struct nl *nl;
	int err = -1;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/preempt_timeout_us"),
			     "10000000"));
	load_busy(gpu, 0, 100);
	assert_ok(gpu_guest(gpu, 1, "busy 100 hog"));
	assert_eventually(gpu_truth_vf_is(gpu, 1, "state", "run"));
	assert_int_equal(pthread_create(&thread, NULL, reset_the_hog, &err), 0);
	assert_eventually(gpu_vf_is(gpu, 1, "resetting"));

	nl = nl_open();
	assert_non_null(nl);
	assert_ok(nl_family(nl));
	nl_close(nl);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	assert_ok(nl_vf_get(fx.nl, gpu, 1, &msg));
	assert_u64(msg.vf[0].state, GPUVF_VF_STATE_RESETTING);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 2, 256 * MIB, 6000);
	assert_ok(nl_call(fx.nl, &req, &answer));
	/* all of that while it waits */
	assert_true(gpu_vf_is(gpu, 1, "resetting"));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_ok(err);
	assert_false(gpu_vf_is(gpu, 1, "resetting"));
	assert_ok(gpu_guest(gpu, 1, "off"));
}

static const struct test tests[] = {
	TEST(C15_who_does_not_leave_is_reset_once),
	TEST(others_are_answered_while_a_reset_waits),
};

int main(void)
{
	return SUITE_RUN("exact_hang", "total_vfs=4 fb_mib=4096", tests);
}
