// SPDX-License-Identifier: GPL-2.0
/*
 * How a GPU comes to the driver and goes: what it finds there, what fails on the
 * way, and what is left when it has gone.
 */

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "selftest.h"
#include "hw.h"
#include "klog.h"

#define SIM "total_vfs=4 fb_mib=1024 scrub_us_per_unit=100"

static const struct gpu *gpu = &fx.gpu[0];

/* without gpuvf, in the hands of pci-pf-stub */
static struct gpu bare;

static bool gpuvf_has(const struct gpu *g)
{
	return file_exists(gpu_sysfs(g, "state"));
}

static void give_to(const char *driver)
{
	if (file_exists(gpu_pci(&bare, "driver")))
		ASSERT_OK(file_write(gpu_pci(&bare, "driver/unbind"),
				     bare.bdf));
	ASSERT_OK(file_write(gpu_pci(&bare, "driver_override"), driver));
	/* whether the driver takes it is looked at by the caller */
	file_write("/sys/bus/pci/drivers_probe", bare.bdf);
}

static void begin_bare(void)
{
	fixture_spoil();
	fixture_unload();
	ASSERT_OK(hw_load(&bare, SIM));
}

/* the modules as the next test wants them */
static void end_bare(void)
{
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_OK(hw_unload(&bare));
	fixture_load(SIM);
}

/* where it is in the SR-IOV capability */
static unsigned int sriov_control(void)
{
	unsigned int where = PCI_CFG_SPACE_SIZE;
	uint32_t header;

	for (;;) {
		header = gpu_config_read(&bare, where);
		if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_SRIOV)
			return where + PCI_SRIOV_CTRL;
		where = PCI_EXT_CAP_NEXT(header);
		ASSERT_NE(0, where);
	}
}

MODULES_FIXTURE(life, SIM);

TEST_F(life, vfs_of_another_driver_are_left_alone)
{
	char *table, *after;
	uint64_t commands;
	int log;

	begin_bare();
	ASSERT_OK(gpu_set_numvfs(&bare, 2));
	hw_layout(&bare, 2);
	hw_start(&bare, 0);
	/* its driver goes, and they stay */
	ASSERT_OK(file_write(gpu_pci(&bare, "driver/unbind"), bare.bdf));
	table = file_read_all(gpu_sim(&bare, "table"));
	commands = gpu_truth(&bare, "gpu", "commands");
	log = klog_open();
	ASSERT_LE(0, log);
	ASSERT_OK(module_load("gpuvf", ""));
	give_to("gpuvf");
	ASSERT_FALSE(gpuvf_has(&bare));
	ASSERT_FALSE(file_exists(gpu_pci(&bare, "driver")));
	ASSERT_TRUE(klog_has(log, "2 VFs were left enabled by another driver: bind that driver and write 0 to sriov_numvfs first"));
	close(log);
	/* and the guest goes on */
	after = file_read_all(gpu_sim(&bare, "table"));
	ASSERT_STREQ(after, table);
	free(table);
	free(after);
	ASSERT_EQ(commands, gpu_truth(&bare, "gpu", "commands"));
	ASSERT_EQ(0, gpu_truth(&bare, "gpu", "resets"));
	ASSERT_EQ(0, gpu_truth(&bare, "gpu", "scrub_live"));
	ASSERT_TRUE(gpu_truth_vf_is(&bare, 0, "state", "run"));
	/* as the message says */
	give_to("pci-pf-stub");
	ASSERT_OK(gpu_set_numvfs(&bare, 0));
	give_to("gpuvf");
	ASSERT_TRUE(gpuvf_has(&bare));
	ASSERT_OK(gpu_set_numvfs(&bare, 2));
	ASSERT_OK(gpu_set_numvfs(&bare, 0));
	end_bare();
}

/* as a kernel that was replaced by kexec may leave it */
TEST_F(life, vf_enable_without_vfs_is_cleared)
{
	unsigned int where;

	begin_bare();
	where = sriov_control();
	ASSERT_OK(gpu_config_write(&bare, where + PCI_SRIOV_NUM_VF -
				   PCI_SRIOV_CTRL, 2));
	ASSERT_OK(gpu_config_write(&bare, where, PCI_SRIOV_CTRL_VFE |
				   PCI_SRIOV_CTRL_MSE));
	ASSERT_TRUE(gpu_config_read(&bare, where) & PCI_SRIOV_CTRL_VFE);
	ASSERT_OK(module_load("gpuvf", ""));
	give_to("gpuvf");
	ASSERT_TRUE(gpuvf_has(&bare));
	ASSERT_EQ(0, gpu_config_read(&bare, where) & PCI_SRIOV_CTRL_VFE);
	ASSERT_OK(gpu_set_numvfs(&bare, 3));
	ASSERT_EQ(3, gpu_numvfs(&bare));
	ASSERT_OK(gpu_set_numvfs(&bare, 0));
	end_bare();
}

static void find_anew(void)
{
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
}

static void take_away(void)
{
	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	ASSERT_FALSE(gpuvf_has(gpu));
}

static void arm(unsigned int n)
{
	ASSERT_OK(file_printf(gpu_sim(gpu, "fail_access"), "%u", n));
}

/*
 * Each access of a probe to a register fails in turn. It ends with a driver that
 * works, with one that says that the GPU is wedged, or with none; and then the next
 * one works.
 */
TEST_F(life, C20_every_register_access_of_a_probe)
{
	char *before = fixture_snapshot(gpu);
	unsigned int n, all, none = 0, wedged = 0;
	char *after;

	take_away();
	arm(100000);
	find_anew();
	all = 100000 - file_u64(gpu_sim(gpu, "fail_access"));
	ASSERT_TRUE(all > 10 && all < 1000);
	for (n = 1; n <= all; n += is_quick() ? 7 : 1) {
		take_away();
		arm(n);
		find_anew();
		arm(0);
		if (!gpuvf_has(gpu)) {
			none++;
			ASSERT_OK(file_write("/sys/bus/pci/drivers_probe",
					     gpu->bdf));
			ASSERT_TRUE(gpuvf_has(gpu));
		}
		if (!file_is(gpu_sysfs(gpu, "state"), "ready")) {
			wedged++;
			ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
		}
		ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	}
	report("%u accesses, %u without driver, %u wedged\n", all, none,
	       wedged);
	ASSERT_LT(0, none);
	/* what was quarantined, capabilities that were not found: once more, whole */
	take_away();
	find_anew();
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_HARNESS_MAIN
