// SPDX-License-Identifier: GPL-2.0
/*
 * A PF of the world outside: QEMU's NVMe controller, or its igb network card, below an
 * IOMMU, with the stock driver that GPUVF_PF_DRIVER names. The agent's way with host
 * drivers of VFs, and the provider generic. Runs in a VM without module gpuvf, see
 * tests/lab/nvme and tests/lab/igb.
 */
#include <glob.h>

#include "agent_test.h"
#include "apply/apply.h"
#include "apply/drivers.h"
#include "pci/sysfs.h"
#include "pci/vf_driver.h"
#include "verb_test.h"

#define NUM_VFS	4

static char pf[BDF_SIZE];
static const char *pf_driver;

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
	before = read_drivers(&gpu, NULL);
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

/* what the section of the PF says, as the configuration of the system */
static void configure(const char *lines)
{
	FILE *f = fopen("/etc/gpuvf.ini", "w");

	assert_non_null(f);
	fprintf(f, "[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"
		"[gpu disk]\npci = %s\n%s", pf, lines);
	fclose(f);
}

static u32 num_vfs(void)
{
	u32 num;

	assert_int_equal(sysfs_get_number(pf, NUMVFS, &num), 0);
	return num;
}

/* says(), with the driver's name for the %s in @wanted */
static void says_of_driver(const char *verb, int code, const char *wanted)
{
	char text[100];

	assert_in_range(snprintf(text, sizeof(text), "%.*s%s%s",
				 (int)(strstr(wanted, "%s") - wanted), wanted,
				 pf_driver, strstr(wanted, "%s") + 2),
			1, sizeof(text) - 1);
	says(verb, code, text);
}

static void refuses_more_than_there_are(void)
{
	char text[100];
	u32 most;

	assert_int_equal(sysfs_get_number(pf, "sriov_totalvfs", &most), 0);
	snprintf(text, sizeof(text), "9 VFs requested, at most %u possible",
		 most);
	says("apply", EXIT_USAGE, text);
}

static void verbs_set_vfs_of_any_pf(void **state)
{
	configure("vf 0-3 = s\ndriver 0-1 = vfio-pci\ndriver 2-3 = none\n");
	says("plan", EXIT_DONE, "enable 4 VFs, set host drivers");
	says_of_driver("plan", EXIT_DONE, "driver %s has no dry run");
	assert_int_equal(num_vfs(), 0);
	says("apply", EXIT_DONE, "[gpu disk]: 4 VFs enabled");
	assert_int_equal(num_vfs(), 4);
	vf_has(0, "vfio-pci", "vfio-pci");
	vf_has(3, "", "none");
	says("apply", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says_of_driver("show", EXIT_DONE, "generic  driver %s");
	says("show disk/1", EXIT_DONE, "vfio-pci");
	says("show -j", EXIT_DONE, "\"provider\": \"generic\"");
	says("export -o /tmp/exported.ini", EXIT_DONE, "");
	says("assert -f /tmp/exported.ini", EXIT_DONE, "");
	says("checkpoint /tmp/saved", EXIT_DONE, "");
	/* live: no VF is lost */
	configure("vf 0-3 = s\ndriver 0-1 = none\ndriver 2 = vfio-pci\n");
	says("plan", EXIT_DONE, "set host drivers");
	says("apply", EXIT_DONE, "4 VFs enabled");
	vf_has(0, "", "none");
	vf_has(2, "vfio-pci", "vfio-pci");
	/* another number */
	configure("vf 0-5 = s\n");
	says("apply", EXIT_DONE, "6 VFs enabled");
	says("restore /tmp/saved", EXIT_DONE, "restored, 4 VFs enabled");
	vf_has(1, "vfio-pci", "vfio-pci");
	configure("vf 0-8 = s\n");
	refuses_more_than_there_are();
	assert_int_equal(num_vfs(), 4);
	configure("vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	assert_int_equal(num_vfs(), 0);
}

/* as QEMU has it; Return: a descriptor of the VFIO group of a VF */
static int open_vf(u32 index)
{
	char vf[BDF_SIZE], group[NAME_SIZE];
	char *path;
	int fd;

	assert_int_equal(sysfs_vf_bdf(pf, index, vf, sizeof(vf)), 0);
	assert_true(root_link(group, sizeof(group),
			      "sys/bus/pci/devices/%s/iommu_group", vf));
	path = xasprintf("/dev/vfio/%s", group);
	fd = open(path, O_RDWR | O_CLOEXEC);
	free(path);
	assert_true(fd >= 0);
	return fd;
}

static void vfs_that_a_process_has_open_stay(void **state)
{
	int fd;

	configure("vf 0-1 = s\ndriver 0-1 = vfio-pci\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	fd = open_vf(1);
	says("show", EXIT_DONE, "vfio-pci  test_nvme (");
	configure("vfs = 0\n");
	says("plan", EXIT_BUSY, "VF 1 is in use (vfio-pci, process ");
	says("apply", EXIT_BUSY, "(test_nvme)): cannot change the number of VFs while one is in use");
	says("apply --wait-idle 1", EXIT_BUSY, "(test_nvme)");
	configure("vf 0-1 = s\ndriver 1 = none\n");
	says("apply", EXIT_BUSY, "cannot change its host driver");
	assert_int_equal(num_vfs(), 2);
	/* the other one is free */
	configure("vf 0-1 = s\ndriver 0 = none\ndriver 1 = vfio-pci\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	close(fd);
	configure("vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
}

static void a_match_alone_does_not_take_it(void **state)
{
	FILE *f = fopen("/etc/gpuvf.ini", "w");

	assert_non_null(f);
	fputs("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n"
	      "[gpu all]\nmatch = *\nvf 0 = p\n", f);
	fclose(f);
	says("apply", EXIT_MISSING, "module gpuvf is not loaded");
	says("show", EXIT_MISSING, "module gpuvf is not loaded");
	configure("vf 0 = s\npolicy = equal\n");
	says_of_driver("apply", EXIT_USAGE,
		       "is driven by %s, which has no scheduling policies");
	assert_int_equal(num_vfs(), 0);
}

static int find_pf(void **state)
{
	char path[NAME_SIZE + 64];
	const char *bdf;
	glob_t found;

	snprintf(path, sizeof(path), "modprobe -a %s vfio-pci", pf_driver);
	if (system(path))
		return -1;
	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/*/sriov_totalvfs",
		 pf_driver);
	if (glob(path, 0, NULL, &found))
		return -1;
	bdf = strstr(found.gl_pathv[0], pf_driver) + strlen(pf_driver) + 1;
	copy_string(pf, sizeof(pf), bdf);
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
		cmocka_unit_test(verbs_set_vfs_of_any_pf),
		cmocka_unit_test(vfs_that_a_process_has_open_stay),
		cmocka_unit_test(a_match_alone_does_not_take_it),
	};

	pf_driver = getenv("GPUVF_PF_DRIVER") ?: "nvme";
	return cmocka_run_group_tests_name(pf_driver, tests, find_pf, NULL);
}
