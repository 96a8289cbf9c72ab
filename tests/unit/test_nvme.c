// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs on a PF that nobody here wrote: QEMU's NVMe controller,
 * below an IOMMU. Runs in a VM, see tests/lab/nvme.
 */
#include <glob.h>

#include "agent_test.h"
#include "apply/apply.h"
#include "apply/drivers.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"

#define NUM_VFS	4

static char pf[BDF_SIZE];

static void vf_has(u32 index, const char *bound, const char *override)
{
	struct vf_driver is;
	char vf[BDF_SIZE];

	assert_int_equal(sysfs_vf_bdf(pf, index, vf, sizeof(vf)), 0);
	sysfs_driver(vf, is.bound, NAME_SIZE);
	sysfs_driver_override(vf, is.override, NAME_SIZE);
	assert_string_equal(is.bound, bound);
	assert_string_equal(is.override, override);
}

static void enable_held(void)
{
	u32 autoprobe, i;

	assert_int_equal(sysfs_get_number(pf, AUTOPROBE, &autoprobe), 0);
	assert_int_equal(autoprobe, 1);
	assert_int_equal(sysfs_set_number(pf, AUTOPROBE, 0), 0);
	assert_int_equal(sysfs_set_number(pf, NUMVFS, NUM_VFS), 0);
	for (i = 0; i < NUM_VFS; i++)
		vf_has(i, "", "");
	assert_int_equal(sysfs_set_number(pf, AUTOPROBE, 1), 0);
}

static int set_drivers(const struct vf_driver *want)
{
	struct gpu gpu = { .num_vfs = NUM_VFS };
	struct vf_driver *before;
	bool touched = false;
	int err;

	copy_string(gpu.bdf, BDF_SIZE, pf);
	before = read_drivers(&gpu);
	err = drivers_override(pf, want, NUM_VFS, &touched) ?:
	      drivers_bind(pf, want, before, NUM_VFS, false, &touched);
	free(before);
	return err;
}

static void each_vf_gets_its_driver_and_keeps_it(void **state)
{
	const struct vf_driver want[NUM_VFS] = {
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
	};
	int times;

	enable_held();
	for (times = 0; times < 2; times++) {
		assert_int_equal(set_drivers(want), 0);
		vf_has(0, "vfio-pci", "vfio-pci");
		vf_has(1, "", "none");
		vf_has(2, "vfio-pci", "vfio-pci");
		vf_has(3, "", "none");
	}
	assert_int_equal(sysfs_set_number(pf, NUMVFS, 0), 0);
}

static void drivers_are_exchanged_live(void **state)
{
	const struct vf_driver first[NUM_VFS] = {
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
	};
	const struct vf_driver second[NUM_VFS] = {
		{ "", "none" }, { "vfio-pci", "vfio-pci" },
		{ ANY_DRIVER, ANY_DRIVER }, { ANY_DRIVER, ANY_DRIVER },
	};

	enable_held();
	assert_int_equal(set_drivers(first), 0);
	assert_int_equal(set_drivers(second), 0);
	vf_has(0, "", "none");
	vf_has(1, "vfio-pci", "vfio-pci");
	/* not managed: as it was */
	vf_has(2, "vfio-pci", "vfio-pci");
	vf_has(3, "", "none");
	assert_int_equal(sysfs_set_number(pf, NUMVFS, 0), 0);
}

static void nothing_is_left_for_the_next_vfs(void **state)
{
	const struct vf_driver want[NUM_VFS] = {
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
		{ "vfio-pci", "vfio-pci" }, { "", "none" },
	};

	enable_held();
	assert_int_equal(set_drivers(want), 0);
	assert_int_equal(sysfs_set_number(pf, NUMVFS, 0), 0);
	enable_held();
	assert_int_equal(sysfs_set_number(pf, NUMVFS, 0), 0);
}

static int find_pf(void **state)
{
	glob_t found;

	if (system("modprobe -a nvme vfio-pci") ||
	    glob("/sys/bus/pci/drivers/nvme/*/sriov_totalvfs", 0, NULL, &found))
		return -1;
	copy_string(pf, sizeof(pf),
		    found.gl_pathv[0] + strlen("/sys/bus/pci/drivers/nvme/"));
	pf[strcspn(pf, "/")] = '\0';
	globfree(&found);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_vf_gets_its_driver_and_keeps_it),
		cmocka_unit_test(drivers_are_exchanged_live),
		cmocka_unit_test(nothing_is_left_for_the_next_vfs),
	};

	return cmocka_run_group_tests_name("nvme", tests, find_pf, NULL);
}
