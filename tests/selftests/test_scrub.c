// SPDX-License-Identifier: GPL-2.0
/*
 * Every end of a tenancy that the PF can see is followed by a scrub, whether the
 * VF ran or not: guests write framebuffer through their BAR without ever being
 * scheduled. Two GPUs: what happens to one changes nothing on the other.
 */

#include <errno.h>
#include <linux/pci_regs.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "selftest.h"
#include "hw.h"
#include "klog.h"
#include "load.h"

#define SIM "gpus=2 total_vfs=4 fb_mib=4096 scrub_us_per_unit=100"
#define QUOTA		(512 * MIB)
#define QUOTA_UNITS	(QUOTA / UNIT)

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 9000, 5000 };

/* of the GPUs when the test began */
static uint64_t cleared_before, other_before;

static uint64_t cleared(void)
{
	return gpu_truth(gpu, "gpu", "units_scrubbed") - cleared_before;
}

static void set_clear_us(unsigned int us)
{
	ASSERT_OK(file_printf("/sys/module/gpuvf_sim/parameters/scrub_us_per_unit",
			      "%u", us));
}

static void reset_clear_us(void)
{
	file_write("/sys/module/gpuvf_sim/parameters/scrub_us_per_unit",
		   "100");
}

/* VFs with 512 MiB each on the first GPU, one on the other */
static void enable(unsigned int num)
{
	fixture_on_end(reset_clear_us);
	load_enable(&fx.gpu[1], 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_enable(gpu, num, slice_us, GPUVF_POLICY_BEST_EFFORT);
	cleared_before = gpu_truth(gpu, "gpu", "units_scrubbed");
	other_before = gpu_truth(&fx.gpu[1], "gpu", "units_scrubbed");
}

/* and none of them runs */
static void enable_idle(unsigned int num)
{
	enable(num);
	load_rest(gpu, num);
	cleared_before = gpu_truth(gpu, "gpu", "units_scrubbed");
}

static void set_window(unsigned int vf, uint64_t offset)
{
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_LO, offset);
	hw_vf(gpu, vf, GPUVF_SIM_VF_WINDOW_HI, offset >> 32);
}

/* by the configuration: in the table it is only when it has been scrubbed */
static uint64_t extent_start(unsigned int vf)
{
	return file_u64(gpu_sysfs(gpu, "vf%u/fb_offset", vf));
}

/* a guest writes @offset of its extent through the BAR */
static void bar_write(unsigned int vf, uint64_t offset)
{
	set_window(vf, extent_start(vf) + offset);
	hw_vf(gpu, vf, GPUVF_SIM_VF_APERTURE_DATA, 1);
	ASSERT_EQ(GPUVF_SIM_WINDOW_OK,
		  hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_STATUS));
}

/* the next tenant finds nothing there; its reading is judged at the end too */
static void check_bar_is_clean(unsigned int vf, uint64_t offset)
{
	set_window(vf, extent_start(vf) + offset);
	ASSERT_EQ(GPUVF_SIM_WINDOW_SCRUBBED,
		  hw_vf_get(gpu, vf, GPUVF_SIM_VF_APERTURE_DATA));
}

/* while it is scrubbed it is out of reach, and what is written goes nowhere */
static void check_bar_is_parked(unsigned int vf, uint64_t offset)
{
	set_window(vf, extent_start(vf) + offset);
	ASSERT_EQ(~0U, hw_vf_get(gpu, vf, GPUVF_SIM_VF_APERTURE_DATA));
	ASSERT_EQ(GPUVF_SIM_WINDOW_REFUSED,
		  hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_STATUS));
	hw_vf(gpu, vf, GPUVF_SIM_VF_APERTURE_DATA, 1);
	ASSERT_EQ(GPUVF_SIM_WINDOW_REFUSED,
		  hw_vf_get(gpu, vf, GPUVF_SIM_VF_WINDOW_STATUS));
}

static void check_scrubbed(uint64_t units)
{
	ASSERT_EVENTUALLY(cleared() >= units);
	fixture_wait_clean(gpu);
	ASSERT_EQ(units, cleared());
	ASSERT_EQ(other_before,
		  gpu_truth(&fx.gpu[1], "gpu", "units_scrubbed"));
}

/* what the last tenant wrote is out of reach from the end of the tenancy on */
static void check_parked_until_clean(unsigned int vf)
{
	/* a context is torn down first; a VF that load_rest() has stopped has none */
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, vf, "starting") ||
			  gpu_vf_is(gpu, vf, "stopped"));
	check_bar_is_parked(vf, 0);
	check_bar_is_parked(vf, QUOTA - 1);
	set_clear_us(100);
	fixture_wait_clean(gpu);
	check_bar_is_clean(vf, 0);
	check_bar_is_clean(vf, QUOTA - 1);
}

static void write_all(unsigned int vf)
{
	bar_write(vf, 0);
	bar_write(vf, QUOTA - 1);
	set_clear_us(100000);
}

MODULES_FIXTURE(scrub, SIM);

TEST_F(scrub, C41_flr_by_its_user_of_a_vf_that_never_ran)
{
	enable_idle(2);
	bar_write(0, 0);
	bar_write(0, QUOTA - 1);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	check_scrubbed(QUOTA_UNITS);
	check_bar_is_clean(0, 0);
	check_bar_is_clean(0, QUOTA - 1);
	/* the next tenant runs on what it wrote before it ran */
	bar_write(0, 0);
	load_busy(gpu, 0, 100);
	ASSERT_EQ(QUOTA_UNITS, cleared());
}

TEST_F(scrub, C41_reset_by_the_pf_driver_of_a_vf_that_never_ran)
{
	enable(2);
	bar_write(1, 0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	check_scrubbed(QUOTA_UNITS);
	check_bar_is_clean(1, 0);
}

TEST_F(scrub, C41_one_scrub_for_the_reset_of_a_vf_that_ran)
{
	enable(2);
	load_busy(gpu, 1, 100);
	ASSERT_OK(gpu_guest(gpu, 1, "off"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	check_scrubbed(QUOTA_UNITS);
}

TEST_F(scrub, C41_disabling_vfs_that_never_ran)
{
	enable(2);
	bar_write(0, 0);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	check_scrubbed(2 * QUOTA_UNITS);
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	check_bar_is_clean(0, 0);
}

TEST_F(scrub, C41_gpu_reset)
{
	enable(2);
	bar_write(1, 0);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	check_scrubbed(2 * QUOTA_UNITS);
	check_bar_is_clean(1, 0);
}

/* a host driver that does not reset the VF: only the PF driver knows */
TEST_F(scrub, C41_unbinding_of_the_host_driver)
{
	const char *bdf;
	char link[256];
	int len;

	ASSERT_EQ(0, system("modprobe pci-stub"));
	enable(2);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "driver_override"),
			     "pci-stub"));
	len = readlink(gpu_pci(gpu, "virtfn0"), link, sizeof(link) - 1);
	ASSERT_LT(0, len);
	link[len] = '\0';
	bdf = strrchr(link, '/') + 1;
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", bdf));
	write_all(0);
	ASSERT_EQ(0, cleared());
	ASSERT_OK(file_write("/sys/bus/pci/drivers/pci-stub/unbind", bdf));
	check_parked_until_clean(0);
	check_scrubbed(QUOTA_UNITS);

	/* the same with a context: it is torn down, and nothing starts on it */
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", bdf));
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	ASSERT_OK(file_write("/sys/bus/pci/drivers/pci-stub/unbind", bdf));
	check_scrubbed(2 * QUOTA_UNITS);
	if (!gpu_starts_all(gpu)) {
		ASSERT_TRUE(gpu_truth_vf_is(gpu, 0, "state", "shutdown"));
	}
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "driver_override"), "\n"));
}

TEST_F(scrub, C41_unbinding_while_vfs_are_disabled_scrubs_once)
{
	char link[256];
	int len;

	ASSERT_EQ(0, system("modprobe pci-stub"));
	enable(1);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "driver_override"),
			     "pci-stub"));
	len = readlink(gpu_pci(gpu, "virtfn0"), link, sizeof(link) - 1);
	ASSERT_LT(0, len);
	link[len] = '\0';
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe",
			     strrchr(link, '/') + 1));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	check_scrubbed(QUOTA_UNITS);
}

static void set_quota(unsigned int vf, uint64_t size)
{
	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf%u/fb_quota", vf), "%llu",
			      (unsigned long long)size));
}

TEST_F(scrub, C41_change_of_extent_of_a_vf_that_never_ran)
{
	struct table table;

	enable_idle(2);
	bar_write(0, 0);
	bar_write(0, QUOTA - 1);
	/* shrunk: what is left is scrubbed, and what it has lost */
	set_quota(0, QUOTA / 2);
	check_scrubbed(QUOTA_UNITS);
	check_bar_is_clean(0, 0);
	/* grown: what is new is clean already */
	bar_write(0, 0);
	set_quota(0, QUOTA);
	check_scrubbed(QUOTA_UNITS + QUOTA_UNITS / 2);
	check_bar_is_clean(0, 0);
	check_bar_is_clean(0, QUOTA - 1);
	/* taken away, and given to another */
	ASSERT_TRUE(gpu_table(gpu, &table));
	bar_write(0, 0);
	set_quota(0, 0);
	check_scrubbed(2 * QUOTA_UNITS + QUOTA_UNITS / 2);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	set_quota(2, QUOTA);
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	ASSERT_EQ(table.vf[0].start, extent_start(2));
	check_bar_is_clean(2, 0);
}

/* nothing is scrubbed for a VF that is not enabled: it had no tenant */
TEST_F(scrub, change_of_extent_without_a_tenant_scrubs_nothing)
{
	enable(1);
	set_quota(2, QUOTA);
	set_quota(2, QUOTA / 2);
	set_quota(2, 0);
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, cleared());
}

/* the VF is out of the table since the first one: it can have left nothing more */
TEST_F(scrub, C41_resets_during_a_scrub_lead_to_no_other)
{
	uint64_t clears;

	enable(2);
	clears = gpu_truth(gpu, "gpu", "scrubs");
	/* 640 ms for the extent; each reset takes 100 */
	set_clear_us(20000);
	bar_write(0, 0);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	check_bar_is_parked(0, 0);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	check_bar_is_parked(0, UNIT);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	/* all of them during the first scrub */
	ASSERT_EQ(0, cleared());
	check_scrubbed(QUOTA_UNITS);
	check_bar_is_clean(0, 0);
	check_bar_is_clean(0, UNIT);
	/* one operation for the context slot */
	ASSERT_EQ(clears + 2, gpu_truth(gpu, "gpu", "scrubs"));
}

TEST_F(scrub, C41_guest_waits_for_the_scrub_and_is_ready_in_time)
{
	uint64_t epoch, inits;

	enable(2);
	load_busy(gpu, 0, 100);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	set_clear_us(20000);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	inits = gpu_truth_vf(gpu, 0, "inits");
	ASSERT_OK(gpu_guest(gpu, 0, "busy 50 boot"));
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "inits") == inits + 1);
	ASSERT_EQ(epoch + 1, gpu_truth_vf(gpu, 0, "epoch"));
	ASSERT_EQ(QUOTA_UNITS, cleared());
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "ready_timeouts"));
	ASSERT_EQ(0, gpu_truth_vf(gpu, 0, "refusals"));
	ASSERT_GT(6000000000ULL, gpu_truth_vf(gpu, 0, "init_wait_max_ns"));
}

TEST_F(scrub, C41_nothing_is_reached_after_an_flr_by_its_user)
{
	enable_idle(2);
	write_all(0);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	/* the other one has nothing to do with it */
	check_bar_is_clean(1, 0);
	check_parked_until_clean(0);
	/* the same with a context, which is lost */
	load_busy(gpu, 0, 100);
	write_all(0);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	check_parked_until_clean(0);
}

TEST_F(scrub, C41_nothing_is_reached_after_a_reset_by_the_driver)
{
	enable(2);
	write_all(0);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	check_parked_until_clean(0);
	/*
	 * With a context it stays in the table until that is torn down, which without
	 * SHUTDOWN and FLR notice is at the end of the reset; its tenant is the same
	 * until then.
	 */
	load_busy(gpu, 0, 100);
	write_all(0);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	check_bar_is_parked(0, 0);
	check_parked_until_clean(0);
	write_all(1);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	check_parked_until_clean(1);
}

TEST_F(scrub, C41_nothing_is_reached_after_vfs_were_enabled_again)
{
	enable(2);
	write_all(0);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	check_parked_until_clean(0);
}

TEST_F(scrub, C41_nothing_is_reached_after_a_change_of_extent)
{
	uint64_t at;

	enable_idle(2);
	write_all(0);
	at = extent_start(0);
	set_quota(0, QUOTA / 2);
	ASSERT_EQ(at, extent_start(0));
	check_bar_is_parked(0, 0);
	set_quota(0, QUOTA);
	ASSERT_EQ(at, extent_start(0));
	check_parked_until_clean(0);
}

/* nothing is scrubbed there, but VFs change hands all the same */
TEST_F(scrub, C41_nothing_is_reached_on_a_wedged_gpu)
{
	enable(2);
	write_all(0);
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"), "cntxt"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), "2 sticky"));
	file_write(gpu_vf_pci(gpu, 0, "reset"), "1");
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	check_bar_is_parked(0, 0);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), "0"));
	write_all(1);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	check_bar_is_parked(1, 0);
	set_clear_us(100);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	fixture_wait_clean(gpu);
	check_bar_is_clean(0, 0);
	check_bar_is_clean(1, 0);
}

/* a VF that is not in the table does not run, and one that cannot leave it wedges */
TEST_F(scrub, entry_that_cannot_be_written_wedges)
{
	uint64_t epoch;
	unsigned int n;

	for (n = 1; n <= 2; n++) {
		enable(2);
		/* where nothing tells of guests, it is started all the same */
		if (!gpu_can(gpu, "busy") && !gpu_can(gpu, "mailbox")) {
			ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state",
							  "run"));
		}
		epoch = gpu_truth_vf(gpu, 0, "epoch");
		/* it is taken away, and given when it is clean */
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_table"), "%u", n));
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
		ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));
		ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
		pause_ms(1000);
		ASSERT_EQ(epoch, gpu_truth_vf(gpu, 0, "epoch"));
		ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
		ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
		load_busy(gpu, 0, 100);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
}

/* resets without end of one VF do not keep another one from its scrub */
TEST_F(scrub, C41_one_vf_does_not_starve_the_other)
{
	unsigned int i;

	enable(2);
	set_clear_us(20000);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	for (i = 0; i < 30; i++)
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
	/* 3 s: time for two scrubs of each */
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "provisioned"));
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "starting"));
	set_clear_us(100);
	fixture_wait_clean(gpu);
}

/* where these are depends on the generation */
static uint32_t iov_get(const struct gpu *gpu, unsigned int offset)
{
	struct iov iov;

	check(gpu_iov(gpu, &iov));
	return gpu_config_read(gpu, *(unsigned int *)((char *)&iov + offset));
}

/* what the reset of a VF has lost of the PF's registers is there again */
static const struct {
	const char *name;
	unsigned int reg;
	uint32_t (*get)(const struct gpu *gpu, unsigned int reg);
} registers[] = {
	{ "vf_fb", offsetof(struct iov, table), iov_get },
	{ "cntxt", offsetof(struct iov, cntxt), iov_get },
	{ "fb_consumed", offsetof(struct iov, fb), iov_get },
	{ "intr_enable", GPUVF_IOV_INTR_ENABLE, hw_iov_get },
	{ "sim_intr_enable", GPUVF_SIM_INTR_ENABLE, hw_sim_get },
	{ "active_functions", GPUVF_SCH_ACTIVE_FUNCTIONS, hw_sch_get },
	{ "quanta_option", GPUVF_SCH_TIME_QUANTA_OPTION, hw_sch_get },
	{ "quanta_per_vf", GPUVF_SCH_TIME_QUANTA_PER_VF, hw_sch_get },
	{ "quanta_pf", GPUVF_SCH_TIME_QUANTA_PF, hw_sch_get },
};

/* the last one is about VFs from 16 on; v1 has the first three */
static unsigned int num_registers(void)
{
	struct iov iov;

	check(gpu_iov(gpu, &iov));
	return iov.rev == GPUVF_IOV_VSEC_REV_V1 ?
	       3 : sizeof(registers) / sizeof(*registers) - 1;
}

static uint32_t register_get(unsigned int i)
{
	return registers[i].get(gpu, registers[i].reg);
}

static void check_lost_register(unsigned int i, const char *reset)
{
	uint32_t before = register_get(i);

	ASSERT_TRUE(before);
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"),
			     registers[i].name));
	ASSERT_OK(file_write(reset, "1"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "lose_register"), "none"));
	ASSERT_EVENTUALLY(register_get(i) == before);
	/* it runs where it is to run, or the simulator says so */
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_guest(gpu, 0, "off"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	fixture_wait_clean(gpu);
}

TEST_F(scrub, registers_lost_in_a_reset_by_the_user_are_rewritten)
{
	unsigned int i;

	enable(2);
	for (i = 0; i < num_registers(); i++)
		check_lost_register(i, gpu_vf_pci(gpu, 0, "reset"));
}

TEST_F(scrub, registers_lost_in_a_reset_by_the_driver_are_rewritten)
{
	char reset[128];
	unsigned int i;

	enable(2);
	/* registers of the PF are lost for it too, until they are rewritten */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	ASSERT_EVENTUALLY(!gpu_truth_vf_is(gpu, 1, "state", "run"));
	snprintf(reset, sizeof(reset), "%s", gpu_sysfs(gpu, "vf0/reset"));
	for (i = 0; i < num_registers(); i++)
		check_lost_register(i, reset);
}

static uint32_t sch_get(unsigned int reg)
{
	return hw_sch_get(gpu, reg);
}

/* VFs without a slice in the list have one of 5 ms */
static void set_slices(const uint32_t *us, unsigned int num, unsigned int vfs)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	for (i = 0; i < vfs; i++)
		nl_put_vf(&req, i, UNIT, i < num && us[i] ? us[i] : 5000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
}

TEST_F(scrub, run_list_and_quanta_follow_the_configuration)
{
	/* the last two find no quantum of their own any more */
	static const uint32_t us[20] = {
		1500, 10000, 500000, [16] = 20000, [17] = 1500, [19] = 500000,
	};
	const bool all = module_most_vfs() > 16;
	const uint32_t pf = all ? 2 << 0 | 0 << 2 | 3 << 4 | 2 << 6 : 0;
	const unsigned int num = all ? 20 : 16;
	unsigned int i;
	uint32_t per_vf = 0 | 1 << 2 | 2 << 4;

	fixture_load(fixture_most_vfs("fb_mib=4096"));
	ASSERT_EQ(0, sch_get(GPUVF_SCH_ACTIVE_FUNCTIONS));
	set_slices(us, num, fx.total_vfs);
	/* those of VFs that are not enabled say nothing */
	ASSERT_EQ(0, sch_get(GPUVF_SCH_TIME_QUANTA_OPTION));
	ASSERT_OK(gpu_set_numvfs(gpu, num));
	ASSERT_EQ((1U << num) - 1, sch_get(GPUVF_SCH_ACTIVE_FUNCTIONS));
	ASSERT_EQ(2 | 10 << 8 | 254 << 16 | 5U << 24,
		  sch_get(GPUVF_SCH_TIME_QUANTA_OPTION));
	for (i = 3; i < 16; i++)
		per_vf |= 3U << 2 * i;
	ASSERT_EQ(per_vf, sch_get(GPUVF_SCH_TIME_QUANTA_PER_VF));
	ASSERT_EQ(pf, sch_get(GPUVF_SCH_TIME_QUANTA_PF));

	/* lost with the FLR of a VF, and with everything else */
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"),
			     all ? "quanta_pf" : "quanta_per_vf"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sim(gpu, "lose_register"), "none"));
	ASSERT_EVENTUALLY(sch_get(GPUVF_SCH_TIME_QUANTA_PF) == pf &&
			  sch_get(GPUVF_SCH_TIME_QUANTA_PER_VF) == per_vf);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_EQ((1U << num) - 1, sch_get(GPUVF_SCH_ACTIVE_FUNCTIONS));
	ASSERT_EQ(per_vf, sch_get(GPUVF_SCH_TIME_QUANTA_PER_VF));

	/* the last of four becomes as long as the longest */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/time_slice_us"), "20000"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf%u/time_slice_us", num - 1),
			     "30000"));
	ASSERT_EQ(2 | 10 << 8 | 20 << 16 | 30U << 24,
		  sch_get(GPUVF_SCH_TIME_QUANTA_OPTION));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_EQ(0, sch_get(GPUVF_SCH_ACTIVE_FUNCTIONS));
	ASSERT_EQ(0, sch_get(GPUVF_SCH_TIME_QUANTA_OPTION));
	ASSERT_EQ(0, sch_get(GPUVF_SCH_TIME_QUANTA_PER_VF));
	ASSERT_EQ(0, sch_get(GPUVF_SCH_TIME_QUANTA_PF));
}

/*
 * The VF's own entry is written before, as its scrub begins: the write that fails is
 * that which brings back what was lost.
 */
static void check_wedges_without(const char *name, const char *fail)
{
	int log = klog_open();
	uint64_t epoch;

	fixture_wait_clean(gpu);
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_register"), name));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), fail));
	file_write(gpu_sysfs(gpu, "vf0/reset"), "1");
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_TRUE(klog_has(log, "wedged by registers that a reset of a VF has lost and that cannot be rewritten; nothing can be changed until the GPU is reset"));
	close(log);
	epoch = gpu_truth_vf(gpu, 0, "epoch");
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	pause_ms(1000);
	ASSERT_EQ(epoch, gpu_truth_vf(gpu, 0, "epoch"));
	/* the other GPU goes on */
	load_busy(&fx.gpu[1], 0, 100);
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_table"), "0"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

TEST_F(scrub, lost_register_that_cannot_be_rewritten_wedges)
{
	/* another VF may begin a turn before the loss is noticed */
	enable(1);
	check_wedges_without("cntxt", "2 sticky");
	check_wedges_without("fb_consumed", "3 sticky");
}

/* a scrub of half a minute, which the driver gives up after ten seconds */
static void begin_long_scrub(void)
{
	enable(1);
	set_clear_us(1000000);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "fb/needs_scrub")) > 0);
	/* that of the context slot takes a second, and then its extent's begins */
	pause_ms(1500);
	/* which takes as long as it did then */
	reset_clear_us();
}

static void check_quick_since(uint64_t begin_ms)
{
	/* on the debug kernel kobjects are released seconds later */
	if (in_virtual_time() && !on_debug_kernel()) {
		ASSERT_GT(5000, now_ms() - begin_ms);
	}
}

TEST_F(scrub, gpu_reset_does_not_wait_for_a_scrub)
{
	uint64_t begin;

	begin_long_scrub();
	begin = now_ms();
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	check_quick_since(begin);
	fixture_wait_clean(gpu);
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	check_bar_is_clean(0, 0);
}

TEST_F(scrub, unbinding_of_the_gpu_does_not_wait_for_a_scrub)
{
	uint64_t begin;

	begin_long_scrub();
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_OK(gpu_set_numvfs(&fx.gpu[1], 0));
	begin = now_ms();
	ASSERT_OK(module_unload("gpuvf"));
	check_quick_since(begin);
	fixture_unload();
	fixture_load(SIM);
}

TEST_HARNESS_MAIN
