// SPDX-License-Identifier: GPL-2.0
/*
 * A GPU that raises no interrupts: what the driver hears of it, it has to look
 * for, asleep in between.
 */

#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
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
	for (i = 0; i < NUM; i++)
		assert_eventually(gpu_truth_vf(gpu, i, "slices") >
				  slices[i] + 3);
}

/* memory is cleared, guests are heard, work is seen to come and to go */
static void everything_works_without_an_interrupt(void)
{
	uint64_t slices;

	assert_u64(file_u64(gpu_pci(gpu, "irq")), 0);
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* a driver that asks, initialises, releases, and works */
	assert_ok(gpu_guest(gpu, 0, "busy 100 boot=2000"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 1);
	load_busy(gpu, 1, 100);
	assert_ok(gpu_guest(gpu, 1, "idle"));
	load_busy(gpu, 2, 100);
	slices = gpu_truth_vf(gpu, 2, "slices");
	assert_eventually(gpu_truth_vf(gpu, 2, "slices") > slices + 3);
	slices = gpu_truth_vf(gpu, 1, "slices");
	load_busy(gpu, 1, 100);
	assert_eventually(gpu_truth_vf(gpu, 1, "slices") > slices + 3);
	/* a request to be reset, and to leave */
	assert_ok(gpu_guest(gpu, 0, "reset"));
	assert_eventually(gpu_truth_vf(gpu, 0, "inits") == 2);
	assert_ok(gpu_guest(gpu, 0, "fini"));
	assert_eventually(gpu_truth_vf(gpu, 0, "finis") == 1);
	assert_u64(gpu_truth(gpu, "gpu", "interrupts"), 0);
}

/* C14: what nobody tells of in time is debited all the same */
static void C14_shares_are_as_the_slices(void)
{
	struct shares shares;
	unsigned int i;

	all_busy();
	load_measure(gpu, 2800 * 1000000ULL, &shares);
	for (i = 0; i < NUM; i++)
		assert_ratio(shares.vf[i].charged_ns, shares.charged_ns,
			     slice_us[i] / 28000.0, 0.1);
}

/* C27: each way to hang costs the VF its state, and nobody else anything */
static void C27_hang_resets_the_vf_alone(void)
{
	static const char * const how[] = {
		"1 error", "1 hang_status", "1 hang_clear", "1 hang_silent",
	};
	uint64_t vf_resets;
	unsigned int i;

	all_busy();
	for (i = 0; i < 4; i++) {
		/* one that was reset too often would fail */
		assert_ok(gpu_set_numvfs(gpu, 0));
		all_busy();
		vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
		assert_ok(file_write(gpu_sim(gpu, "fail_command"), how[i]));
		assert_eventually(gpu_truth(gpu, "gpu", "vf_resets") ==
				  vf_resets + 1);
		all_have_turns();
		assert_u64(gpu_truth(gpu, "gpu", "vf_resets"), vf_resets + 1);
	}
	assert_u64(gpu_truth(gpu, "gpu", "resets"), 0);
}

/* C27: the next rungs, and the way back */
static void C27_ladder_ends_with_wedged(void)
{
	uint64_t resets = gpu_truth(gpu, "gpu", "resets");
	unsigned int i;

	all_busy();
	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_silent"));
	assert_eventually(gpu_truth(gpu, "gpu", "resets") > resets);
	assert_eventually(gpu_vf_is(gpu, 0, "provisioned"));
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
	all_have_turns();

	assert_ok(file_write(gpu_sim(gpu, "fail_flr"), "1"));
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "1 sticky"));
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 hang_status"));
	assert_eventually(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	assert_ok(file_write(gpu_sim(gpu, "fail_reset"), "0"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_ok(file_write(gpu_sysfs(gpu, "reset"), "1"));
	all_busy();
	all_have_turns();
}

/* nobody may run, so that there is nothing to look for but this */
static void reset_of_a_paused_vf_by_its_user_is_seen(void)
{
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/in_use")), 1);
	/* its turn ends first */
	assert_eventually(gpu_truth_vf_is(gpu, 0, "state", "save"));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	assert_eventually(file_u64(gpu_sysfs(gpu, "vf0/in_use")) == 0);
	assert_eventually(file_u64(gpu_sysfs(gpu, "fb/dirty")) == 0);
	assert_true(gpu_vf_is(gpu, 0, "paused"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	load_busy(gpu, 0, 100);
}

/*
 * A command is over, and before that is seen its VF's user resets it: what would
 * have been the next command is for nobody any more.
 */
static void C28_reset_by_its_user_after_a_command(void)
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
		assert_ok(file_printf(gpu_sim(gpu, "fail_command"),
				      "1 flr vf=1 command=%s", commands[i]));
		/* INIT is for one who has to start anew */
		if (!i)
			assert_ok(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
		assert_eventually(gpu_truth_vf(gpu, 1, "epoch") > epoch + !i);
		all_have_turns();
	}
	assert_u64(gpu_truth(gpu, "gpu", "injected_fail_command"), injected + 5);
	assert_u64(gpu_truth(gpu, "gpu", "vf_resets"), vf_resets + 6);
	assert_u64(gpu_truth(gpu, "gpu", "illegal"), 0);
	assert_u64(gpu_truth_vf(gpu, 2, "epoch"), others);
}

static const struct test tests[] = {
	TEST(everything_works_without_an_interrupt),
	TEST(C14_shares_are_as_the_slices),
	TEST(C27_hang_resets_the_vf_alone),
	TEST(C27_ladder_ends_with_wedged),
	TEST(reset_of_a_paused_vf_by_its_user_is_seen),
	TEST(C28_reset_by_its_user_after_a_command),
};

int main(void)
{
	return SUITE_RUN("polling", "total_vfs=4 fb_mib=4096 msi=0", tests);
}
