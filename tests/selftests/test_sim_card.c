// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated GPU with memory behind its BARs, without gpuvf: content is that of
 * the allocation unit, whatever BAR shows it.
 */

#define PARAMETERS	"total_vfs=4 fb_mib=2048 vf_bar_mib=32 scrub_us_per_unit=1 init_us=100"

#include <fcntl.h>
#include <unistd.h>

#include "sim.h"
#include "bar.h"

#define FIRST	(GIB / UNIT)	/* of VF 0, which has four units, as the others */
#define BAR	(32 * MIB)	/* of VFs: two units */

#define A	0xa0a0a0a1U
#define B	0xb0b0b0b1U
#define C	0xc0c0c0c1U

FIXTURE(sim_card) {
};

FIXTURE_SETUP(sim_card)
{
	const char *missing = bar_missing();

	selftest_begin(_metadata);
	if (missing)
		SKIP(return, "%s", missing);
	if (!hw_is_loaded(&the_gpu, PARAMETERS)) {
		load(PARAMETERS);
		return;
	}
	disarm();
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	/* a test begins with memory that holds nothing */
	hw_clear(gpu, 0, 2 * GIB / UNIT);
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

FIXTURE_TEARDOWN(sim_card)
{
}

static void extent(unsigned int vf, unsigned int first, unsigned int units)
{
	hw_set_extent(gpu, vf, first, units);
}

/* Return: the port, at a byte; to look for the capability would move it on */
static unsigned int pf_seek(uint64_t offset)
{
	unsigned int port = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);

	ASSERT_OK(gpu_config_write(gpu, port + GPUVF_SIM_FB_LO, offset));
	ASSERT_OK(gpu_config_write(gpu, port + GPUVF_SIM_FB_HI, offset >> 32));
	return port + GPUVF_SIM_FB_DATA;
}

static uint32_t pf_port(uint64_t offset)
{
	return gpu_config_read(gpu, pf_seek(offset));
}

static void pf_port_set(uint64_t offset, uint32_t val)
{
	ASSERT_OK(gpu_config_write(gpu, pf_seek(offset), val));
}

static uint32_t vf_port(unsigned int vf, uint64_t offset)
{
	int fd = open(gpu_sim(gpu, "vf%u/memory", vf), O_RDONLY | O_CLOEXEC);
	uint32_t val;

	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(val), pread(fd, &val, sizeof(val), offset));
	close(fd);
	return val;
}

static size_t seen(unsigned int vf, uint32_t val)
{
	struct bar bar = bar_map_vf(gpu, vf);
	size_t count;

	ASSERT_EQ(BAR, bar.size);
	count = bar_count(&bar, 0, BAR, val);
	bar_unmap(&bar);
	return count;
}

static void fill(unsigned int vf, size_t offset, size_t len, uint32_t val)
{
	struct bar bar = bar_map_vf(gpu, vf);

	bar_fill(&bar, offset, len, val);
	bar_unmap(&bar);
}

TEST_F(sim_card, bar_shows_the_beginning_of_the_extent)
{
	struct bar own = bar_map_vf(gpu, 0), other = bar_map_vf(gpu, 1);

	ASSERT_EQ(BAR, own.size);
	ASSERT_EQ(BAR / 4, bar_count(&own, 0, BAR, 0));
	bar_set(&own, 0, A);
	bar_set(&own, BAR - 4, A);
	ASSERT_EQ(BAR / 4, bar_count(&other, 0, BAR, 0));
	/* the same bytes, by whatever way */
	ASSERT_EQ(A, vf_port(0, 0));
	ASSERT_EQ(A, vf_port(0, BAR - 4));
	ASSERT_EQ(A, pf_port(FIRST * UNIT));
	ASSERT_EQ(0, vf_port(1, 0));
	pf_port_set(FIRST * UNIT + 5 * MIB, B);
	ASSERT_EQ(B, bar_get(&own, 5 * MIB));
	/* what the BAR does not show has content too */
	pf_port_set(FIRST * UNIT + 3 * UNIT + 4, C);
	ASSERT_EQ(C, vf_port(0, 3 * UNIT + 4));
	ASSERT_EQ(2, bar_found(gpu, A));
	ASSERT_EQ(2, bar_found_of(gpu, A, "vf0"));
	ASSERT_EQ(1, bar_found_of(gpu, C, "vf0"));
	bar_unmap(&own);
	bar_unmap(&other);
}

TEST_F(sim_card, content_is_the_units_and_not_the_bars)
{
	fill(0, 0, BAR, A);
	fill(1, 0, BAR, B);
	/* they change places */
	extent(0, FIRST + 4, 4);
	extent(1, FIRST, 4);
	ASSERT_EQ(BAR / 4, seen(0, B));
	ASSERT_EQ(BAR / 4, seen(1, A));
	/* a unit further on, of which the BAR showed nothing */
	extent(1, FIRST + 1, 3);
	ASSERT_EQ(UNIT / 4, seen(1, A));
	ASSERT_EQ(UNIT / 4, seen(1, 0));
	ASSERT_EQ(UNIT / 4, bar_found_of(gpu, A, "pf"));
	ASSERT_EQ(UNIT / 4, bar_found_of(gpu, A, "vf1"));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, B, "vf0"));
	/* and back */
	extent(1, FIRST + 4, 4);
	extent(0, FIRST, 4);
	ASSERT_EQ(BAR / 4, seen(0, A));
	ASSERT_EQ(BAR / 4, seen(1, B));
}

TEST_F(sim_card, nothing_is_shown_beyond_the_extent)
{
	fill(0, 0, BAR, A);
	extent(0, FIRST, 1);
	ASSERT_EQ(UNIT / 4, seen(0, A));
	ASSERT_EQ(UNIT / 4, seen(0, 0));
	/* memory cannot refuse it, but it is in no framebuffer */
	fill(0, UNIT, UNIT, B);
	ASSERT_EQ(0, bar_found(gpu, B));
	extent(0, 0, 0);
	ASSERT_EQ(BAR / 4, seen(0, 0) + seen(0, B));
	extent(0, FIRST, 2);
	ASSERT_EQ(BAR / 4, seen(0, A));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, A, "vf0"));
}

TEST_F(sim_card, scrubbing_overwrites_what_is_there)
{
	fill(0, 0, BAR, A);
	fill(1, 0, BAR, B);
	pf_port_set(FIRST * UNIT + 2 * UNIT, A);
	ASSERT_EQ(BAR / 4 + 1, bar_found(gpu, A));
	hw_clear(gpu, FIRST, 1);
	ASSERT_EQ(UNIT / 4 + 1, bar_found(gpu, A));
	ASSERT_EQ(UNIT / 4, seen(0, 0));
	/* in the store, and in a BAR that showed it before */
	extent(0, 0, 0);
	hw_clear(gpu, FIRST, 4);
	ASSERT_EQ(0, bar_found(gpu, A));
	ASSERT_EQ(BAR / 4, seen(0, 0));
	ASSERT_EQ(BAR / 4, seen(1, B));
	extent(0, FIRST, 4);
	ASSERT_EQ(BAR / 4, seen(0, 0));
}

TEST_F(sim_card, engine_that_fails_or_lies_leaves_content)
{
	fill(0, 0, BAR, A);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "1"));
	hw_clear(gpu, FIRST, 2);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_ERROR,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_EQ(UNIT / 4, seen(0, A));
	ASSERT_OK(file_write(gpu_sim(gpu, "skip_scrub"), "1"));
	hw_clear(gpu, FIRST, 2);
	ASSERT_EQ(GPUVF_SIM_SCRUB_ST_DONE,
		  hw_sim_get(gpu, GPUVF_SIM_SCRUB_STATUS));
	ASSERT_EQ(UNIT / 4, seen(0, A));
	ASSERT_EQ(1, counted("injected_skip_scrub"));
	hw_clear(gpu, FIRST, 2);
	ASSERT_EQ(0, seen(0, A));
}

TEST_F(sim_card, pfs_bar_shows_all_that_fits)
{
	struct bar pf = bar_map_pf(gpu);

	ASSERT_EQ(256 * MIB, pf.size);
	bar_set(&pf, 3 * UNIT, C);
	ASSERT_EQ(C, pf_port(3 * UNIT));
	/* what it leaves is the VF's that gets it, and the other way round */
	extent(2, 3, 2);
	bar_settle(gpu);
	ASSERT_EQ(C, vf_port(2, 0));
	pf_port_set(3 * UNIT + 8, A);
	ASSERT_EQ(A, vf_port(2, 8));
	/* as it was when the VF got it */
	ASSERT_EQ(C, bar_get(&pf, 3 * UNIT));
	ASSERT_EQ(0, bar_get(&pf, 3 * UNIT + 8));
	extent(2, 0, 0);
	bar_settle(gpu);
	ASSERT_EQ(A, bar_get(&pf, 3 * UNIT + 8));
	/* not what is behind the BAR's end */
	fill(0, 0, UNIT, B);
	ASSERT_EQ(0, bar_count(&pf, 0, pf.size, B));
	bar_unmap(&pf);
}

TEST_F(sim_card, extents_that_overlap_show_the_same)
{
	fill(0, 0, BAR, A);
	extent(1, FIRST + 1, 4);
	ASSERT_EQ(UNIT / 4, seen(1, A));
	ASSERT_EQ(BAR / 4, seen(0, A));
	/* where both have it, it is not lost when one of them loses it */
	extent(0, FIRST + 8, 1);
	ASSERT_EQ(UNIT / 4, seen(1, A));
	ASSERT_EQ(UNIT / 4, bar_found_of(gpu, A, "vf1"));
	hw_clear(gpu, FIRST + 1, 1);
	ASSERT_EQ(0, seen(1, A));
}

TEST_F(sim_card, saved_context_is_content)
{
	const uint32_t mark = 0x54585443;

	hw_clear(gpu, FIRST, 13);
	hw_clear_context(gpu, 0);
	hw_clear_context(gpu, 1);
	ASSERT_EQ(0, bar_found(gpu, mark));
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	hw_start(gpu, 1);
	hw_leave(gpu, 1);
	ASSERT_EQ(2, bar_found_of(gpu, mark, "pf"));
	flr(1);
	ASSERT_EQ(1, bar_found(gpu, mark));
	/* a VF that gets the memory sees it */
	extent(2, FIRST + 12, 1);
	ASSERT_EQ(1, seen(2, mark));
	hw_clear(gpu, FIRST + 12, 1);
	ASSERT_EQ(0, seen(2, mark));
	ASSERT_EQ(0, bar_found(gpu, mark));
}

/* what a guest writes through its BAR the hardware does not see */
TEST_F(sim_card, tenant_that_had_a_bar_may_have_written)
{
	hw_clear(gpu, FIRST, 13);
	hw_start(gpu, 0);
	hw_leave(gpu, 0);
	ASSERT_EQ(0, counted("unscrubbed_starts"));
	ASSERT_EQ(0, command(GPUVF_CMD_SHUTDOWN_GPU, 0));
	hw_clear_context(gpu, 0);
	/* of four units, the two that the BAR shows */
	hw_clear(gpu, FIRST, 1);
	ASSERT_EQ(0, command(GPUVF_CMD_INIT_GPU, 0));
	ASSERT_EQ(1, counted("unscrubbed_starts"));
}

TEST_F(sim_card, reset_leaves_content_but_no_extents)
{
	fill(0, 0, BAR, A);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_EQ(BAR / 4, bar_found_of(gpu, A, "pf"));
	ASSERT_EQ(0, seen(0, A));
	hw_layout(gpu, NUM);
	ASSERT_EQ(BAR / 4, seen(0, A));
}

TEST_F(sim_card, vfs_that_come_again_have_the_same_memory)
{
	fill(2, 0, BAR, C);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	ASSERT_EQ(BAR / 4, seen(2, C));
	/* nothing is left for those who load it next */
	load(PARAMETERS);
	ASSERT_EQ(BAR / 4, seen(2, 0));
	ASSERT_EQ(0, bar_found(gpu, C));
}

TEST_F(sim_card, two_gpus_have_memory_of_their_own)
{
	struct gpu first = the_gpu, second = { .index = 1 };
	struct bar bar;

	load("gpus=2 total_vfs=4 fb_mib=512 vf_bar_mib=8 scrub_us_per_unit=1");
	first = the_gpu;
	ASSERT_LT(0, file_read(gpu_sim(&second, "bdf"), second.bdf,
			       sizeof(second.bdf)));
	ASSERT_OK(file_write(gpu_pci(&second, "driver_override"),
			     "pci-pf-stub"));
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", second.bdf));
	ASSERT_OK(gpu_set_numvfs(&second, NUM));
	hw_set_extent(&first, 0, 4, 2);
	hw_set_extent(&second, 0, 4, 2);
	bar = bar_map_vf(&first, 0);
	ASSERT_EQ(8 * MIB, bar.size);
	bar_fill(&bar, 0, bar.size, A);
	bar_unmap(&bar);
	ASSERT_EQ(8 * MIB / 4, bar_found_of(&first, A, "vf0"));
	ASSERT_EQ(0, bar_found(&second, A));
	bar = bar_map_vf(&second, 0);
	ASSERT_EQ(bar.size / 4, bar_count(&bar, 0, bar.size, 0));
	bar_unmap(&bar);
	/* a BAR that is less than a unit: the rest is at home */
	hw_set_extent(&first, 0, 5, 1);
	ASSERT_EQ(8 * MIB / 4, bar_found_of(&first, A, "pf"));
	hw_clear(&first, 4, 1);
	ASSERT_EQ(0, bar_found(&first, A));
	ASSERT_OK(gpu_set_numvfs(&second, 0));
}

TEST_F(sim_card, card_that_is_too_small_is_refused)
{
	ASSERT_OK(hw_unload(&the_gpu));
	ASSERT_ERROR(hw_load(&the_gpu, "total_vfs=4 fb_mib=65535"), -ENOSPC);
	ASSERT_OK(hw_load(&the_gpu, "total_vfs=4 fb_mib=65535 card=0"));
	ASSERT_FALSE(file_exists(gpu_sim(gpu, "find")));
	ASSERT_OK(hw_unload(&the_gpu));
}

TEST_HARNESS_MAIN
