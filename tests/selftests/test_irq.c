// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: reports of hangs are acted on, and no event stays in hardware that
 * writes an MSI only when its first event comes. For virtual time.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"

#define MS	1000000ULL
#define NUM	3

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000, 5000 };

static void all_busy(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

/* how long after @what the GPU saw a VF's reset, in its own time */
static uint64_t reset_after_ns(const char *fault, const char *what)
{
	char file[128];
	uint64_t injected = gpu_truth(gpu, "gpu", "injected_fail_command");
	uint64_t vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	uint64_t begin;

	snprintf(file, sizeof(file), "%s/%s", gpu_sim(gpu, "."), fault);
	ASSERT_OK(file_write(file, what));
	if (!strcmp(fault, "fail_command")) {
		ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu",
					    "injected_fail_command") ==
				  injected + 1);
	}
	begin = gpu_truth(gpu, "gpu", "now_ns");
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") == vf_resets + 1);
	return gpu_truth(gpu, "gpu", "now_ns") - begin;
}

#define SIM "total_vfs=4 fb_mib=4096"

MODULES_FIXTURE(irq, SIM);

/* how a command hangs whose hang is reported */
FIXTURE_VARIANT(reported_hang)
{
	const char *how;
};

MODULES_FIXTURE(reported_hang, SIM);

FIXTURE_VARIANT_ADD(reported_hang, while_executing) {
	.how = "1 hang_status vf=1 command=load irq",
};

FIXTURE_VARIANT_ADD(reported_hang, without_any_status) {
	.how = "1 hang_silent vf=1 command=load irq",
};

/* LOAD may take 500 ms, and the guest gets 10 ms before its reset */
TEST_F(reported_hang, ends_before_the_limit_of_its_command)
{
	uint64_t epoch, resets = gpu_truth(gpu, "gpu", "resets");

	all_busy();
	epoch = gpu_truth_vf(gpu, 1, "epoch");
	ASSERT_GT(100 * MS, reset_after_ns("fail_command", variant->how));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") > epoch);
	ASSERT_EQ(resets, gpu_truth(gpu, "gpu", "resets"));
}

/* a VF that is alone would not be preempted for half a second */
TEST_F(irq, reported_hang_of_an_executing_vf_is_acted_on)
{
	uint64_t epoch;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "run"));
	ASSERT_GT(100 * MS, reset_after_ns("plant", "hang 0"));
	/* its guest is the same one, and has work again */
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "epoch") > epoch);
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "run"));
	ASSERT_EQ(epoch + 1, gpu_truth_vf(gpu, 0, "epoch"));
}

/* the report of a hang that is over costs no VF anything */
TEST_F(irq, hang_that_is_over_costs_nothing)
{
	uint64_t injected = gpu_truth(gpu, "gpu", "injected");
	uint64_t vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	uint64_t epoch[NUM];
	unsigned int i;

	all_busy();
	for (i = 0; i < NUM; i++)
		epoch[i] = gpu_truth_vf(gpu, i, "epoch");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"),
			     "1 slow 5000 irq"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "injected") == injected + 1);
	for (i = 0; i < NUM; i++) {
		uint64_t slices = gpu_truth_vf(gpu, i, "slices");

		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, i, "slices") > slices + 3);
		ASSERT_EQ(epoch[i], gpu_truth_vf(gpu, i, "epoch"));
	}
	ASSERT_EQ(vf_resets, gpu_truth(gpu, "gpu", "vf_resets"));
}

/*
 * Events come as fast as they are acknowledged, so that the status never becomes 0
 * and no second MSI is written: one interrupt cannot fetch all of them.
 */
TEST_F(irq, no_event_is_left_behind)
{
	unsigned int round;

	fixture_load("total_vfs=4 fb_mib=4096 edge=1");
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (round = 1; round <= 20; round++) {
		ASSERT_OK(file_printf(gpu_sim(gpu, "late_events"), "%u", round));
		load_busy(gpu, 0, 100);
		ASSERT_EVENTUALLY(file_u64(gpu_sim(gpu, "late_events")) == 0);
		ASSERT_OK(gpu_guest(gpu, 0, "idle"));
		/* long enough for the scheduler thread to sleep */
		pause_ms(1200);
	}
	load_busy(gpu, 0, 100);
}

TEST_HARNESS_MAIN
