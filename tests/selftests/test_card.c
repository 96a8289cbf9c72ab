// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation by content: framebuffer is memory behind the BARs, tenants write tags into
 * theirs, and no tag is ever found in what another one has.
 */

#include <stdlib.h>

#include "selftest.h"
#include "bar.h"
#include "load.h"

#define BAR	(32 * MIB)	/* shows so much of a VF's 512 MiB */

#define A	0xa0a0a0a1U
#define B	0xb0b0b0b1U
#define C	0xc0c0c0c1U

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000, 5000 };

__MODULES_FIXTURE(card, "gpus=2 total_vfs=4 fb_mib=2048 vf_bar_mib=32 scrub_us_per_unit=100",
		  bar_missing());

static void begin(unsigned int num)
{
	load_enable(gpu, num, slice_us, GPUVF_POLICY_BEST_EFFORT);
}

static void fill(const struct gpu *on, unsigned int vf, uint32_t tag)
{
	struct bar bar = bar_map_vf(on, vf);

	ASSERT_EQ(BAR, bar.size);
	bar_fill(&bar, 0, BAR, tag);
	bar_unmap(&bar);
}

static size_t seen(const struct gpu *on, unsigned int vf, uint32_t tag)
{
	struct bar bar = bar_map_vf(on, vf);
	size_t count = bar_count(&bar, 0, BAR, tag);

	bar_unmap(&bar);
	return count;
}

/* the VF's user resets it, and what was its is scrubbed */
static void reset(unsigned int vf)
{
	uint64_t resets = gpu_truth_vf(gpu, vf, "vf_resets");

	ASSERT_OK(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
	ASSERT_LT(resets, gpu_truth_vf(gpu, vf, "vf_resets"));
	fixture_wait_clean(gpu);
}

static void set_quota(unsigned int vf, uint64_t bytes)
{
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf%u/fb_quota", vf), "%llu",
			      (unsigned long long)bytes));
}

TEST_F(card, C25_next_tenant_finds_zeros)
{
	begin(2);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	fill(gpu, 0, A);
	fill(gpu, 1, B);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, A));
	reset(0);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, 0));
	ASSERT_EQ(0, bar_found(gpu, A));
	/* the other one goes on with what it wrote */
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "active"));
	ASSERT_EQ(BAR / 4, seen(gpu, 1, B));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, B, "vf1"));
	load_busy(gpu, 0, 100);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, 0));
}

TEST_F(card, C25_tenant_that_never_ran_leaves_nothing)
{
	begin(2);
	fill(gpu, 0, A);
	reset(0);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, 0));
	ASSERT_EQ(0, bar_found(gpu, A));
	/* nor does it when all VFs go */
	fill(gpu, 0, A);
	fill(gpu, 1, B);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(0, bar_found(gpu, B));
}

TEST_F(card, C25_memory_that_changes_its_owner_is_empty)
{
	begin(2);
	fill(gpu, 0, A);
	fill(gpu, 1, B);
	/* what VF 0 had is all that is free */
	set_quota(0, 0);
	set_quota(2, 768 * MIB);
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, B, "vf1"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	ASSERT_EQ(BAR / 4, seen(gpu, 2, 0));
	ASSERT_EQ(BAR / 4, seen(gpu, 1, 0));
	ASSERT_EQ(0, bar_found(gpu, B));
	load_busy(gpu, 2, 100);
	fill(gpu, 2, C);
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, C, "vf2"));
	ASSERT_EQ(BAR / 4, bar_found(gpu, C));
}

TEST_F(card, C25_quarantined_memory_is_in_no_vf)
{
	begin(2);
	fill(gpu, 0, A);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1 sticky"));
	reset(0);
	ASSERT_LT(0, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	/* of what is quarantined the second half still has it */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "0"));
	set_quota(0, 0);
	bar_settle(gpu);
	ASSERT_EQ(bar_found(gpu, A), bar_found_of(gpu, A, "pf"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "fb/scrub"), "1"));
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
}

/* the engine says that it is done: only content shows that it did nothing */
TEST_F(card, C25_engine_that_lies_is_found_out_by_content)
{
	begin(2);
	fill(gpu, 0, A);
	ASSERT_OK(file_write(gpu_sim(gpu, "skip_scrub"), "1 sticky"));
	reset(0);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, A));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, A, "vf0"));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	ASSERT_OK(file_write(gpu_sim(gpu, "skip_scrub"), "0"));
	reset(0);
	ASSERT_EQ(0, bar_found(gpu, A));
}

TEST_F(card, saved_states_stay_out_of_all_vfs)
{
	const uint32_t mark = 0x54585443;	/* begins each */

	begin(3);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EVENTUALLY(bar_found_of(gpu, mark, "pf") >= 2);
	ASSERT_EQ(bar_found(gpu, mark), bar_found_of(gpu, mark, "pf"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

TEST_F(card, gpus_do_not_share_memory)
{
	const struct gpu *second = &fx.gpu[1];

	begin(1);
	load_enable(second, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fill(gpu, 0, A);
	fill(second, 0, B);
	ASSERT_EQ(BAR / 4, seen(gpu, 0, A));
	ASSERT_EQ(BAR / 4, seen(second, 0, B));
	ASSERT_EQ(0, bar_found(gpu, B));
	ASSERT_EQ(0, bar_found(second, A));
	reset(0);
	ASSERT_EQ(BAR / 4, seen(second, 0, B));
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_OK(gpu_set_numvfs(second, 0));
	fixture_wait_clean(second);
	ASSERT_EQ(0, bar_found(second, B));
}

TEST_HARNESS_MAIN
