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

#include "../../kernel/gpuvf_regs.h"
#include "fixture.h"
#include "hw.h"
#include "klog.h"

#define SIM "total_vfs=4 fb_mib=1024 clear_us_per_granule=100"

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
		assert_ok(file_write(gpu_pci(&bare, "driver/unbind"),
				     bare.bdf));
	assert_ok(file_write(gpu_pci(&bare, "driver_override"), driver));
	/* whether the driver takes it is looked at by the caller */
	file_write("/sys/bus/pci/drivers_probe", bare.bdf);
}

static void begin_bare(void)
{
	fixture_spoil();
	fixture_unload();
	assert_ok(hw_load(&bare, SIM));
}

/* the modules as the next test wants them */
static void end_bare(void)
{
	assert_ok(module_unload("gpuvf"));
	assert_ok(hw_unload(&bare));
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
		assert_int_not_equal(where, 0);
	}
}

static void vfs_of_another_driver_are_left_alone(void)
{
	char *table, *after;
	uint64_t commands;
	int log;

	begin_bare();
	assert_ok(gpu_set_numvfs(&bare, 2));
	hw_layout(&bare, 2);
	hw_start(&bare, 0);
	/* its driver goes, and they stay */
	assert_ok(file_write(gpu_pci(&bare, "driver/unbind"), bare.bdf));
	table = file_read_all(gpu_sim(&bare, "table"));
	commands = gpu_truth(&bare, "gpu", "commands");
	log = klog_open();
	assert_true(log >= 0);
	assert_ok(module_load("gpuvf", ""));
	give_to("gpuvf");
	assert_false(gpuvf_has(&bare));
	assert_false(file_exists(gpu_pci(&bare, "driver")));
	assert_true(klog_has(log, "2 VFs were left enabled by another driver: bind that driver and write 0 to sriov_numvfs first"));
	close(log);
	/* and the guest goes on */
	after = file_read_all(gpu_sim(&bare, "table"));
	assert_string_equal(table, after);
	free(table);
	free(after);
	assert_u64(gpu_truth(&bare, "gpu", "commands"), commands);
	assert_u64(gpu_truth(&bare, "gpu", "resets"), 0);
	assert_u64(gpu_truth(&bare, "gpu", "clear_live"), 0);
	assert_true(gpu_truth_vf_is(&bare, 0, "state", "run"));
	/* as the message says */
	give_to("pci-pf-stub");
	assert_ok(gpu_set_numvfs(&bare, 0));
	give_to("gpuvf");
	assert_true(gpuvf_has(&bare));
	assert_ok(gpu_set_numvfs(&bare, 2));
	assert_ok(gpu_set_numvfs(&bare, 0));
	end_bare();
}

/* as a kernel that was replaced by kexec may leave it */
static void vf_enable_without_vfs_is_cleared(void)
{
	unsigned int where;

	begin_bare();
	where = sriov_control();
	assert_ok(gpu_config_write(&bare, where + PCI_SRIOV_NUM_VF -
				   PCI_SRIOV_CTRL, 2));
	assert_ok(gpu_config_write(&bare, where, PCI_SRIOV_CTRL_VFE |
				   PCI_SRIOV_CTRL_MSE));
	assert_true(gpu_config_read(&bare, where) & PCI_SRIOV_CTRL_VFE);
	assert_ok(module_load("gpuvf", ""));
	give_to("gpuvf");
	assert_true(gpuvf_has(&bare));
	assert_u64(gpu_config_read(&bare, where) & PCI_SRIOV_CTRL_VFE, 0);
	assert_ok(gpu_set_numvfs(&bare, 3));
	assert_u64(gpu_numvfs(&bare), 3);
	assert_ok(gpu_set_numvfs(&bare, 0));
	end_bare();
}

static void find_anew(void)
{
	assert_ok(file_write("/sys/bus/pci/rescan", "1"));
}

static void take_away(void)
{
	assert_ok(file_write(gpu_pci(gpu, "remove"), "1"));
	assert_false(gpuvf_has(gpu));
}

static void arm(unsigned int n)
{
	assert_ok(file_printf(gpu_sim(gpu, "fail_access"), "%u", n));
}

/*
 * Each access of a probe to a register fails in turn. It ends with a driver that
 * works, with one that says that the GPU is wedged, or with none; and then the next
 * one works.
 */
static void C20_every_register_access_of_a_probe(void)
{
	char *before = fixture_snapshot(gpu);
	unsigned int n, all, none = 0, wedged = 0;
	char *after;

	take_away();
	arm(100000);
	find_anew();
	all = 100000 - file_u64(gpu_sim(gpu, "fail_access"));
	assert_true(all > 10 && all < 1000);
	for (n = 1; n <= all; n += is_quick() ? 7 : 1) {
		take_away();
		arm(n);
		find_anew();
		arm(0);
		if (!gpuvf_has(gpu)) {
			none++;
			assert_ok(file_write("/sys/bus/pci/drivers_probe",
					     gpu->bdf));
			assert_true(gpuvf_has(gpu));
		}
		if (!file_is(gpu_sysfs(gpu, "state"), "ready")) {
			wedged++;
			assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
		}
		assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	}
	print_message("# %u accesses, %u without driver, %u wedged\n", all, none,
		      wedged);
	assert_true(none > 0);
	/* what was withheld, capabilities that were not found: once more, whole */
	take_away();
	find_anew();
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static const struct test tests[] = {
	TEST(vfs_of_another_driver_are_left_alone),
	TEST(vf_enable_without_vfs_is_cleared),
	TEST(C20_every_register_access_of_a_probe),
};

int main(void)
{
	return SUITE_RUN("life", SIM, tests);
}
