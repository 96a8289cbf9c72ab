// SPDX-License-Identifier: GPL-2.0
/*
 * A GPU that raises no interrupts: what the driver hears of it, it has to look
 * for, asleep in between.
 */

#include <stdio.h>
#include <stdlib.h>

#include "selftest.h"
#include "load.h"

#define NUM	3

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 4000, 8000, 16000 };

static void all_busy(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

static void all_have_turns(void)
{
	uint64_t slices[NUM];
	unsigned int i;

	for (i = 0; i < NUM; i++)
		slices[i] = gpu_truth_vf(gpu, i, "slices");
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, i, "slices") >
				  slices[i] + 3);
	}
}

#define SIM "total_vfs=4 fb_mib=4096 msi=0"

MODULES_FIXTURE(polling, SIM);

/* memory is cleared, guests are heard, work is seen to come and to go */
TEST_F(polling, everything_works_without_an_interrupt)
{
	uint64_t slices;

	ASSERT_EQ(0, file_u64(gpu_pci(gpu, "irq")));
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* a driver that asks, initialises, releases, and works */
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 1);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
	load_busy(gpu, 2, 100);
	slices = gpu_truth_vf(gpu, 2, "slices");
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 2, "slices") > slices + 3);
	slices = gpu_truth_vf(gpu, 1, "slices");
	load_busy(gpu, 1, 100);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "slices") > slices + 3);
	/* a request to be reset, and to leave */
	ASSERT_OK(gpu_guest(gpu, 0, "reset"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == 2);
	ASSERT_OK(gpu_guest(gpu, 0, "fini"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "finis") == 1);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "interrupts"));
}

/* C14: what is not reported in time is debited all the same */
TEST_F(polling, C14_shares_are_as_the_slices)
{
	struct shares shares;
	unsigned int i;

	all_busy();
	load_measure(gpu, 2800 * 1000000ULL, &shares);
	for (i = 0; i < NUM; i++)
		ASSERT_RATIO(shares.vf[i].accounted_ns, shares.accounted_ns,
			     slice_us[i] / 28000.0, 0.1);
}

/* how a command fails */
FIXTURE_VARIANT(polled_command)
{
	const char *how;
};

MODULES_FIXTURE(polled_command, SIM);

FIXTURE_VARIANT_ADD(polled_command, is_refused) {
	.how = "1 error",
};

FIXTURE_VARIANT_ADD(polled_command, hangs_while_executing) {
	.how = "1 hang_status",
};

FIXTURE_VARIANT_ADD(polled_command, hangs_with_execute_clear) {
	.how = "1 hang_scrub",
};

FIXTURE_VARIANT_ADD(polled_command, hangs_without_any_status) {
	.how = "1 hang_silent",
};

/* it costs the VF its state, and no other VF anything */
TEST_F(polled_command, C27_hang_resets_the_vf_alone)
{
	uint64_t vf_resets, resets = gpu_truth(gpu, "gpu", "resets");

	all_busy();
	vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), variant->how));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") == vf_resets + 1);
	all_have_turns();
	ASSERT_EQ(vf_resets + 1, gpu_truth(gpu, "gpu", "vf_resets"));
	ASSERT_EQ(resets, gpu_truth(gpu, "gpu", "resets"));
}

/* C27: the next rungs, and the way back */
TEST_F(polling, C27_ladder_ends_with_wedged)
{
	uint64_t resets = gpu_truth(gpu, "gpu", "resets");
	unsigned int i;

	all_busy();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "resets") > resets);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "provisioned"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	all_have_turns();

	ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 hang_status"));
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	all_busy();
	all_have_turns();
}

/* no VF may run, so that there is nothing to look for but this */
TEST_F(polling, reset_of_a_paused_vf_by_its_user_is_seen)
{
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	ASSERT_EQ(1, file_u64(gpu_sysfs(gpu, "vf0/in_use")));
	/* its turn ends first */
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "save"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) == 0);
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "paused"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	load_busy(gpu, 0, 100);
}

/*
 * A command is over, and before that is seen its VF's user resets it: what would
 * have been the next command is for none any more.
 */
TEST_F(polling, C28_reset_by_its_user_after_a_command)
{
	static const char * const commands[] = {
		"init", "run", "idle", "save", "load",
	};
	uint64_t injected, vf_resets, epoch, others;
	unsigned int i;

	all_busy();
	others = gpu_truth_vf(gpu, 2, "epoch");
	injected = gpu_truth(gpu, "gpu", "injected_fail_command");
	vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	for (i = 0; i < 5; i++) {
		epoch = gpu_truth_vf(gpu, 1, "epoch");
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_command"),
				      "1 flr vf=1 command=%s", commands[i]));
		/* INIT is for one that has to start again */
		if (!i)
			ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 1, "epoch") > epoch + !i);
		all_have_turns();
	}
	ASSERT_EQ(injected + 5, gpu_truth(gpu, "gpu", "injected_fail_command"));
	ASSERT_EQ(vf_resets + 6, gpu_truth(gpu, "gpu", "vf_resets"));
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "illegal"));
	ASSERT_EQ(others, gpu_truth_vf(gpu, 2, "epoch"));
}

TEST_HARNESS_MAIN
