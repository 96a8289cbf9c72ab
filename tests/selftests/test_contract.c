// SPDX-License-Identifier: GPL-2.0
/*
 * The contract with guests, Documentation/design/guests.rst: what each message is
 * answered, what is refused, and that nothing of before can be taken for an answer.
 * tests/guests/peer has amdgpu's own code as guests.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>

#include "selftest.h"
#include "hw.h"
#include "load.h"
#include "stats.h"

#define NUM	2
#define GUEST	1	/* played by this program, or by a driver of a kind */
/* a few more than are taken at once */
#define MANY_MESSAGES	60

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000 };

static void enable(void)
{
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fixture_wait_clean(gpu);
}

/* the first word that the guest can read */
static uint32_t answer(void)
{
	return hw_vf_mbox(gpu, GUEST, GPUVF_MBOX_RCV(0));
}

/* the PF has seen it: what can be read now is the answer, or there is none yet */
static void says(unsigned int code, uint32_t data)
{
	hw_vf_send(gpu, GUEST, code, data);
	ASSERT_EVENTUALLY(hw_vf_mbox(gpu, GUEST, GPUVF_MBOX_CONTROL) &
			  GPUVF_MBOX_TRN_ACK);
	hw_vf(gpu, GUEST, GPUVF_SIM_VF_MBOX + GPUVF_MBOX_CONTROL, 0);
}

static void gets_ready(void)
{
	says(GPUVF_MBOX_REQ_INIT, 0);
	ASSERT_EVENTUALLY(answer() == GPUVF_MBOX_READY);
	ASSERT_TRUE(gpu_truth_vf_is(gpu, GUEST, "state", "run"));
}

static uint64_t unanswered(void)
{
	struct nl_stats stats;

	stats_read(gpu, GUEST, &stats);
	return stats.counter[GPUVF_A_STATS_MBOX_UNANSWERED];
}

MODULES_FIXTURE(contract, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

TEST_F(contract, C42_each_code_gets_its_answer)
{
	static const struct {
		uint32_t code, data, answer, word1;
		bool counted;
	} codes[] = {
		{ GPUVF_MBOX_REQ_INIT_DATA, 0, GPUVF_MBOX_INIT_DATA_READY, 1 },
		/* layout V2 is asked for, and V1 is what there is */
		{ GPUVF_MBOX_REQ_INIT_DATA, 2, GPUVF_MBOX_INIT_DATA_READY, 1 },
		{ GPUVF_MBOX_RAS_POISON, 0 },
		{ GPUVF_MBOX_RAS_POISON, 1, GPUVF_MBOX_POISON_READY },
		{ GPUVF_MBOX_RAS_POISON, ~0U, GPUVF_MBOX_POISON_READY },
		{ GPUVF_MBOX_REQ_BAD_PAGES, ~0U, GPUVF_MBOX_BAD_PAGES_READY },
		{ GPUVF_MBOX_LOG_ERROR, ~0U },
		{ GPUVF_MBOX_READY_TO_RESET, 0 },
		{ GPUVF_MBOX_REL_INIT, 0 },
		{ GPUVF_MBOX_REL_FINI, 0 },
		{ GPUVF_MBOX_REQ_FINI, 0, GPUVF_MBOX_READY },
		{ GPUVF_MBOX_REL_FINI, 0 },
		{ 7, 0, .counted = true }, { 203, 0, .counted = true },
		{ 204, ~0U, .counted = true }, { 206, 1, .counted = true },
		{ 207, 0, .counted = true }, { 208, ~0U, .counted = true },
		{ 300, 0, .counted = true }, { 0, 0, .counted = true },
		{ 0x80000001, 0, .counted = true }, { ~0U, ~0U, .counted = true },
	};
	unsigned int i;

	enable();
	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		uint64_t before = unanswered();

		says(codes[i].code, codes[i].data);
		if (!eventually(answer() == codes[i].answer))
			report("code %u: %u\n", codes[i].code, answer());
		ASSERT_EQ(codes[i].answer, answer());
		ASSERT_EQ(codes[i].word1,
			  hw_vf_mbox(gpu, GUEST, GPUVF_MBOX_RCV(1)));
		ASSERT_EQ(before + codes[i].counted, unanswered());
		/* and it is gone with the next message */
		says(GPUVF_MBOX_LOG_ERROR, 0);
		ASSERT_EQ(0, answer());
	}
}

/* a READY of before is no answer to a request of now, acknowledged or not */
TEST_F(contract, C42_nothing_of_before_can_be_read)
{
	unsigned int ack;

	enable();
	load_busy(gpu, 0, 100);
	for (ack = 0; ack < 2; ack++) {
		gets_ready();
		if (ack) {
			hw_vf_ack(gpu, GUEST);
			ASSERT_EVENTUALLY(!answer());
		}
		says(GPUVF_MBOX_REL_INIT, 0);
		ASSERT_EQ(0, answer());
		says(GPUVF_MBOX_REQ_FINI, 0);
		ASSERT_EVENTUALLY(answer() == GPUVF_MBOX_READY);
		ASSERT_TRUE(gpu_truth_vf_is(gpu, GUEST, "state", "run"));
		says(GPUVF_MBOX_REL_FINI, 0);
		ASSERT_EQ(0, answer());
		/* by an FLR, where there is no SHUTDOWN, in which messages are lost */
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, GUEST, "provisioned"));
	}
}

static const char *const marks[] = { "vf1/pause", "vf1/stop" };

TEST_F(contract, C42_refusals_are_silent)
{
	uint64_t before;
	unsigned int i;

	enable();
	for (i = 0; i < 2; i++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "%s", marks[i]), "1"));
		before = unanswered();
		says(GPUVF_MBOX_REQ_INIT, 0);
		says(GPUVF_MBOX_REQ_RESET, 0);
		pause_ms(100);
		ASSERT_EQ(0, answer());
		ASSERT_EQ(before + 2, unanswered());
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	}
	gets_ready();
	says(GPUVF_MBOX_REL_INIT, 0);
}

TEST_F(contract, C42_guest_of_a_failed_vf_need_not_wait)
{
	enable();
	/* the second time that it keeps the GPU is once too often */
	gets_ready();
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/stats/full_access_timeouts")) == 1);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, GUEST, "resetting"));
	gets_ready();
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf1/stats/full_access_timeouts")) == 2);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, GUEST, "resetting"));
	gets_ready();
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, GUEST, "failed"));
	says(GPUVF_MBOX_REQ_INIT, 0);
	ASSERT_EVENTUALLY(answer() == GPUVF_MBOX_UNRECOVERABLE);
	/* until an administrator resets it */
	ASSERT_OK(nl_reset(fx.nl, gpu, GUEST));
	gets_ready();
	says(GPUVF_MBOX_REL_INIT, 0);
}

/* it was reset and does not know that: what it does before it is unloaded is its own */
TEST_F(contract, C42_guest_without_a_state_has_the_gpu_to_tear_down)
{
	unsigned int i;

	enable();
	load_busy(gpu, 0, 100);
	for (i = 0; i < 3; i++) {
		gets_ready();
		says(GPUVF_MBOX_REL_INIT, 0);
		ASSERT_OK(nl_reset(fx.nl, gpu, GUEST));
		says(GPUVF_MBOX_REQ_FINI, 0);
		ASSERT_EVENTUALLY(answer() == GPUVF_MBOX_READY);
		ASSERT_TRUE(gpu_truth_vf_is(gpu, GUEST, "state", "run"));
		says(GPUVF_MBOX_REL_FINI, 0);
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, GUEST, "provisioned"));
	}
	/* and where it cannot have it, it need not wait to be unloaded */
	for (i = 0; i < 2; i++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "%s", marks[i]), "1"));
		says(GPUVF_MBOX_REQ_FINI, 0);
		ASSERT_EVENTUALLY(answer() == GPUVF_MBOX_READY);
		says(GPUVF_MBOX_REL_FINI, 0);
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	}
}

/* a guest that says too much while it has the GPU is not reset for that */
TEST_F(contract, C42_release_is_heard_beyond_the_limit_of_messages)
{
	uint64_t resets, slices, from;
	struct nl_stats stats;
	unsigned int i;

	/* a slow kernel needs seconds for so many messages */
	fixture_load("total_vfs=4 fb_mib=4096 access_ms=60000");
	enable();
	resets = gpu_truth_vf(gpu, GUEST, "vf_resets");
	load_busy(gpu, 0, 100);
	gets_ready();
	for (i = 0; i < MANY_MESSAGES; i++)
		says(GPUVF_MBOX_LOG_ERROR, i);
	slices = gpu_truth_vf(gpu, 0, "slices");
	from = now_ms();
	says(GPUVF_MBOX_REL_INIT, 0);
	stats_read(gpu, GUEST, &stats);
	ASSERT_LT(0, stats.counter[GPUVF_A_STATS_MBOX_LIMITED]);
	/* long before its access would be ended */
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "slices") > slices + 3);
	ASSERT_GT(20000, now_ms() - from);
	ASSERT_TRUE(gpu_vf_is(gpu, GUEST, "active"));
	ASSERT_EQ(resets, gpu_truth_vf(gpu, GUEST, "vf_resets"));
}

/* ten seconds of initialising, which other hardware's guests do not need */
TEST_F(contract, C42_limit_of_full_access_is_the_hardwares)
{
	fixture_load("total_vfs=4 fb_mib=4096 access_ms=20000");
	enable();
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, GUEST, "busy 100 boot=10000000 patient"));
	pause_ms(9000);
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, GUEST, "driver", "work"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, GUEST, "vf_resets"));
}

/* words of all kinds, one of them a code that means something in every other message */
static void say_anything(unsigned int *seed)
{
	static const uint32_t codes[] = {
		GPUVF_MBOX_REQ_INIT, GPUVF_MBOX_REL_INIT, GPUVF_MBOX_REQ_FINI,
		GPUVF_MBOX_REL_FINI, GPUVF_MBOX_REQ_RESET,
		GPUVF_MBOX_REQ_INIT_DATA, GPUVF_MBOX_LOG_ERROR,
		GPUVF_MBOX_READY_TO_RESET, GPUVF_MBOX_RAS_POISON,
		GPUVF_MBOX_REQ_BAD_PAGES, 7, 203, 208, 0, ~0U,
	};
	const unsigned int page = GPUVF_SIM_VF_MBOX;
	unsigned int i;

	/* with VALID of the message before, or without */
	if (rand_r(seed) % 4)
		hw_vf(gpu, GUEST, page + GPUVF_MBOX_CONTROL, 0);
	for (i = 0; i < GPUVF_MBOX_WORDS; i++)
		hw_vf(gpu, GUEST, page + GPUVF_MBOX_TRN(i),
		      rand_r(seed) % 4 ? (uint32_t)rand_r(seed) * 3 : ~0U);
	if (rand_r(seed) % 4)
		hw_vf(gpu, GUEST, page + GPUVF_MBOX_TRN(0),
		      codes[rand_r(seed) % (sizeof(codes) / sizeof(*codes))]);
	hw_vf(gpu, GUEST, page + GPUVF_MBOX_CONTROL,
	      (rand_r(seed) % 8 ? GPUVF_MBOX_TRN_VALID : 0) |
	      (rand_r(seed) % 2 ? GPUVF_MBOX_RCV_ACK : 0));
}

/* whatever one guest sends, at whatever moment: the other loses nothing by it */
TEST_F(contract, C42_random_messages)
{
	unsigned int seed = getenv("GPUVF_SEED") ?
			    strtoul(getenv("GPUVF_SEED"), NULL, 0) : 1;
	const unsigned int rounds = on_debug_kernel() ? 300 : 3000;
	uint64_t epoch, slices, resets;
	unsigned int i;

	report("seed %u\n", seed);
	enable();
	load_busy(gpu, 0, 100);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	resets = gpu_truth(gpu, "gpu", "resets");
	for (i = 0; i < rounds; i++) {
		say_anything(&seed);
		/* in bursts, and so seldom that each is heard */
		if (rand_r(&seed) % 4 == 0)
			pause_ms(rand_r(&seed) % 8 ? rand_r(&seed) % 20 : 1500);
		/* its mark and its limits go with that */
		if (rand_r(&seed) % 200 == 0) {
			ASSERT_OK(nl_reset(fx.nl, gpu, GUEST));
		}
	}
	ASSERT_EQ(resets, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "vf_resets"));
	slices = gpu_truth_vf(gpu, 0, "slices");
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "slices") > slices + 3);
	/* and as soon as it is a guest as others are, it is served as others are */
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	enable();
	gets_ready();
	says(GPUVF_MBOX_REL_INIT, 0);
}

/* drivers with the habits of amdgpu's */
FIXTURE_VARIANT(contract_of)
{
	const char *guest;
};

MODULES_FIXTURE(contract_of, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

FIXTURE_VARIANT_ADD(contract_of, vi) {
	.guest = "busy 100 boot=1000 vi",
};

FIXTURE_VARIANT_ADD(contract_of, ai) {
	.guest = "busy 100 boot=1000 ai",
};

FIXTURE_VARIANT_ADD(contract_of, nv) {
	.guest = "busy 100 boot=1000 nv",
};

static bool works(void)
{
	return gpu_truth_vf_is(gpu, GUEST, "driver", "work") &&
	       gpu_vf_is(gpu, GUEST, "active");
}

TEST_F(contract_of, C42_guest_survives_resets_by_the_host)
{
	unsigned int i;

	enable();
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, GUEST, variant->guest));
	ASSERT_EVENTUALLY(works());
	for (i = 0; i < 4; i++) {
		uint64_t inits = gpu_truth_vf(gpu, GUEST, "inits");

		/* of its VF, and of the GPU */
		ASSERT_OK(nl_reset(fx.nl, gpu, i % 2 ? -1 : GUEST));
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, GUEST, "inits") > inits);
		ASSERT_EVENTUALLY(works());
	}
	ASSERT_OK(gpu_guest(gpu, GUEST, "reset"));
	ASSERT_EVENTUALLY(works());
	ASSERT_OK(gpu_guest(gpu, GUEST, "fini"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, GUEST, "driver", "unloaded"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, GUEST, "init_outside"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, GUEST, "ready_timeouts"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, GUEST, "flr_timeouts"));
}

TEST_HARNESS_MAIN
