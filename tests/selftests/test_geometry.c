// SPDX-License-Identifier: GPL-2.0
/*
 * Framebuffer that is not all the VFs': firmware keeps parts of it, extents begin at
 * multiples of more than the unit, and it is larger than 16 bits of MiB can say.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>

#include "selftest.h"
#include "agent.h"
#include "hw.h"
#include "klog.h"
#include "load.h"
#include "refusal.h"

#define NUM	3

/* the first range is no whole number of units: the two that it is in are kept */
#define SIM(generation)	"generation=" generation " total_vfs=4 fb_mib=4096 " \
			"fb_align_mib=256 reserved_mib=1000,9,4032,64 " \
			"scrub_us_per_unit=1"
#define FIRST_START	(992 * MIB)
#define FIRST_SIZE	(32 * MIB)

static const struct gpu *gpu = &fx.gpu[0];

FIXTURE_VARIANT(geometry)
{
	const char *sim;
	const char *large;
	uint64_t large_mib;
};

MODULES_FIXTURE(geometry, variant->sim);

FIXTURE_VARIANT_ADD(geometry, v3) {
	.sim = SIM("v3"),
	.large = "generation=v3 total_vfs=4 fb_mib=1048576 scrub_us_per_unit=1",
	.large_mib = 1048576,
};

/* one MiB more than the register can say */
FIXTURE_VARIANT_ADD(geometry, mi200) {
	.sim = SIM("mi200"),
	.large = "generation=mi200 total_vfs=4 fb_mib=65536 scrub_us_per_unit=1",
	.large_mib = 65536,
};

static void place(struct nl_request *req, unsigned int vf, uint64_t quota,
		  uint64_t offset)
{
	struct nlattr *nest = nl_vf_begin(req, vf);

	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, quota);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_OFFSET, offset);
	nl_vf_end(req, nest);
}

static void quota(unsigned int vf, uint64_t bytes)
{
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf%u/fb_quota", vf), "%" PRIu64,
			      bytes));
}

static void set_reserve(uint64_t bytes)
{
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "fb/pf_reserve"), "%" PRIu64,
			      bytes));
}

static void check_extent(unsigned int vf, uint64_t start, uint64_t size)
{
	struct table table;

	fixture_table(gpu, &table);
	ASSERT_EQ(start, table.vf[vf].start);
	ASSERT_EQ(size, table.vf[vf].size);
}

static void run_vfs(unsigned int num)
{
	unsigned int i;

	ASSERT_OK(gpu_set_numvfs(gpu, num));
	fixture_wait_clean(gpu);
	for (i = 0; i < num; i++)
		load_busy(gpu, i, 100);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	load_busy(gpu, 0, 100);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
}

TEST_F(geometry, figures_are_those_of_the_hardware)
{
	struct nl_message msg;

	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(256 * MIB, msg.fb_align);
	ASSERT_EQ(UNIT, msg.fb_alloc_unit);
	ASSERT_EQ(2, msg.reserved_extents);
	ASSERT_EQ(2, msg.num_reserved);
	ASSERT_EQ(FIRST_START, msg.reserved[0].start);
	ASSERT_EQ(FIRST_SIZE, msg.reserved[0].size);
	ASSERT_EQ(4032 * MIB, msg.reserved[1].start);
	ASSERT_EQ(64 * MIB, msg.reserved[1].size);
	/* 512 MiB to 4 GiB without both ranges; a VF can begin at 1024 MiB */
	ASSERT_EQ(256 * MIB, msg.fb_pf_reserve);
	ASSERT_EQ(512 * MIB, msg.vf_area.start);
	ASSERT_EQ(3584 * MIB - FIRST_SIZE - 64 * MIB, msg.fb_free);
	ASSERT_EQ(3008 * MIB, msg.fb_largest_free);
}

TEST_F(geometry, vfs_are_placed_beside_what_is_reserved)
{
	struct nl_request req;
	struct nl_answer answer;

	quota(0, 272 * MIB);
	check_extent(0, 512 * MIB, 272 * MIB);
	/* what is left before the first range is not at a multiple of 256 MiB */
	quota(1, UNIT);
	check_extent(1, 768 * MIB + 256 * MIB, UNIT);
	quota(2, 512 * MIB);
	check_extent(2, 1280 * MIB, 512 * MIB);
	/* up to the ranges, and no further */
	nl_config_set(fx.nl, &req, gpu);
	place(&req, 0, 480 * MIB, 512 * MIB);
	place(&req, 3, 192 * MIB, 3840 * MIB);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	check_extent(0, 512 * MIB, 480 * MIB);
	check_extent(3, 3840 * MIB, 192 * MIB);
	run_vfs(4);
}

TEST_F(geometry, what_is_reserved_is_refused)
{
	int log = klog_open();
	struct nl_request req;

	ASSERT_LE(0, log);
	nl_config_set(fx.nl, &req, gpu);
	place(&req, 1, 496 * MIB, 512 * MIB);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_OFFSET_TAKEN, .vf = 1,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = 512 * MIB,
		       .limit = FIRST_START);
	ASSERT_TRUE(klog_has(log, "496 MiB of framebuffer at 512 MiB unavailable: from 992 MiB on memory that the hardware keeps is there"));
	nl_config_set(fx.nl, &req, gpu);
	place(&req, 1, 208 * MIB, 3840 * MIB);
	ASSERT_REFUSED(gpu, &req, .error = -ENOSPC,
		       .reason = GPUVF_REASON_OFFSET_TAKEN, .vf = 1,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = 3840 * MIB,
		       .limit = 4032 * MIB);
	nl_config_set(fx.nl, &req, gpu);
	place(&req, 1, 256 * MIB, 1040 * MIB);
	ASSERT_REFUSED(gpu, &req, .error = -EINVAL,
		       .reason = GPUVF_REASON_OFFSET_UNALIGNED, .vf = 1,
		       .bad_attr = GPUVF_A_VF_FB_OFFSET, .asked = 1040 * MIB,
		       .limit = 256 * MIB);
	ASSERT_TRUE(klog_has(log, "an offset of 1040 MiB is not a multiple of 256 MiB"));
	close(log);
}

/* a PF reserve may cover a range, and saved contexts are not placed on one */
TEST_F(geometry, reserve_may_cover_what_is_reserved)
{
	struct table table;

	set_reserve(FIRST_START);
	fixture_table(gpu, &table);
	ASSERT_EQ(FIRST_START + FIRST_SIZE, table.context.start);
	set_reserve(1024 * MIB);
	fixture_table(gpu, &table);
	ASSERT_EQ(1024 * MIB, table.context.start);
	quota(0, 256 * MIB);
	check_extent(0, 1280 * MIB, 256 * MIB);
	run_vfs(1);
}

/* neither as tenants change nor as the GPU is reset; that it is seen: test_sim_memory */
TEST_F(geometry, what_is_reserved_is_never_scrubbed)
{
	uint64_t scrubbed;

	fixture_unload();
	fixture_load(variant->sim);
	/* from power-on all that VFs can have: behind 512 MiB, without the ranges */
	scrubbed = gpu_truth(gpu, "gpu", "units_scrubbed");
	ASSERT_EQ((4096 - 512) / 16 - 2 - 4, scrubbed);
	quota(0, 480 * MIB);
	quota(1, 3008 * MIB);
	check_extent(1, 1024 * MIB, 3008 * MIB);
	run_vfs(2);
	ASSERT_LT(scrubbed + (480 + 3008) / 16 - 1,
		  gpu_truth(gpu, "gpu", "units_scrubbed"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, gpu_truth(gpu, "gpu", "scrub_live"));
}

static void agent(int code, const char *const *args, const char *says)
{
	char *said;

	ASSERT_EQ(code, agent_end(agent_start(false, args)));
	said = agent_said();
	if (!strstr(said, says)) {
		report("not said: %s, but: %s", says, said);
		test_abort();
	}
	free(said);
}

#define AGENT(code, says, ...)						\
	agent(code, (const char *const []){ __VA_ARGS__, NULL }, says)

TEST_F(geometry, agent_plans_shows_and_applies)
{
	struct table table;

	/* profile a has 1 GiB, and b 2 GiB */
	agent_write_config(gpu, "vfs = 2\nvf 0 = a\nvf 1 = a\n");
	AGENT(0, "free 1509949440 B (largest block 1006632960 B)", "plan", "-f",
	      AGENT_CONFIG);
	AGENT(0, "", "apply", "-f", AGENT_CONFIG);
	check_extent(0, 1024 * MIB, 1024 * MIB);
	check_extent(1, 2048 * MIB, 1024 * MIB);
	/* 64 MiB a character: the first range before VF 0, the other one at the end */
	setenv("LC_ALL", "C", 1);
	AGENT(0, "[PPPP...........P0===============1===============...............P]",
	      "show");
	run_vfs(2);
	agent_write_config(gpu, "vfs = 2\nvf 0 = b\nvf 1 = a\n");
	AGENT(2, "", "apply", "-f", AGENT_CONFIG);
	fixture_table(gpu, &table);
	ASSERT_EQ(1024 * MIB, table.vf[0].size);
	agent_forget();
}

TEST_F(geometry, framebuffer_is_larger_than_its_register)
{
	const uint64_t total = variant->large_mib * MIB;
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	uint32_t consumed;
	struct iov iov;

	fixture_load(variant->large);
	ASSERT_TRUE(gpu_iov(gpu, &iov));
	ASSERT_EQ(65535, gpu_config_read(gpu, iov.fb) & 0xffff);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(total, msg.fb_total);
	ASSERT_EQ(UNIT, msg.fb_align);
	ASSERT_EQ(0, msg.num_reserved);
	ASSERT_EQ(total - 272 * MIB, msg.fb_largest_free);
	/* the first and the last unit, and most of what is between */
	nl_config_set(fx.nl, &req, gpu);
	place(&req, 0, UNIT, 272 * MIB);
	place(&req, 1, total - 272 * MIB - 2 * UNIT, 272 * MIB + UNIT);
	place(&req, 2, UNIT, total - UNIT);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	check_extent(1, 272 * MIB + UNIT, total - 272 * MIB - 2 * UNIT);
	check_extent(2, total - UNIT, UNIT);
	run_vfs(NUM);
	/* what is lost in a reset is found out from a dword that is never all ones */
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"), "fb_consumed"));
	run_vfs(NUM);
	ASSERT_TRUE(file_is(gpu_sim(gpu, "lose_register"), "none"));
	consumed = total / MIB - 256 < 65534 ? total / MIB - 256 : 65534;
	ASSERT_EQ(consumed << 16 | 65535, gpu_config_read(gpu, iov.fb));
}

/* @where: register of the SIM capability, which has that value */
static void refused(unsigned int where, uint32_t val, const char *message)
{
	unsigned int cap = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);

	hw_misread(gpu, cap + where, val, ~0U);
	hw_is_refused(gpu, message);
}

TEST_F(geometry, nonsense_is_refused)
{
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf"));
	refused(GPUVF_SIM_FB_ALIGN, 48,
		"framebuffer alignment of 48 MiB: expected a power of two, 16 at the least");
	refused(GPUVF_SIM_FB_ALIGN, 8,
		"framebuffer alignment of 8 MiB: expected a power of two, 16 at the least");
	refused(GPUVF_SIM_FB_ALIGN, 8192,
		"4096 MiB of framebuffer leave no room for any VF");
	refused(GPUVF_SIM_RESERVED(1) + 4, 65,
		"reserved range of 65 MiB does not fit in 4096 MiB of framebuffer in units of 16 MiB");
	refused(GPUVF_SIM_RESERVED(3), ~0U, "reads as all ones");
	refused(GPUVF_SIM_MEMSIZE, 1048577,
		"1048577 MiB of framebuffer, of which 3840 are consumed: 1 to 1048576 are possible");
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
	ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "state")));
}

TEST_HARNESS_MAIN
