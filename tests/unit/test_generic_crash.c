// SPDX-License-Identifier: GPL-2.0
/*
 * C30 on PFs of any driver: apply is killed at each system call, and the next start
 * recovers. A PF of GIM is one of these whose number of VFs never changes.
 */
#include "crash.h"
#include "generic_test.h"

#define GIM	"0000:63:00.0"
#define SHARED	"[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"

static const struct crash crash = { .bdf = NVME };
static const struct crash of_gim = { .bdf = GIM };

static int set_up_iommu(void **state)
{
	set_up(state);
	run_shell("ln -s ../../iommu_groups/3 " DEVICES NVME "/iommu_group");
	return 0;
}

static void C30_killed_while_drivers_change(void **state)
{
	crash_everywhere(&crash, CONFIG "vf 0-2 = s\ndriver 0 = none\ndriver 1-2 = vfio-pci\n",
			 CONFIG "vf 0-2 = s\ndriver 0-1 = vfio-pci\ndriver 2 = none\n");
}

static void C30_killed_while_the_number_of_vfs_changes(void **state)
{
	crash_everywhere(&crash, CONFIG "vf 0-1 = s\ndriver 0 = none\n",
			 CONFIG "vf 0-2 = s\ndriver 0-2 = vfio-pci\n");
}

static void C30_killed_while_vfs_come_and_go(void **state)
{
	crash_everywhere(&crash, CONFIG "vfs = 0\n", CONFIG "vf 0-2 = s\ndriver 0-1 = none\n");
}

static void C30_killed_while_drivers_of_gim_change(void **state)
{
	make_pf(GIM, "0x120000\n", "gim", "8\n");
	make_vfs(GIM, 0, 4);
	put(GIM, NUMVFS, "4\n");
	put(GIM, "accelerator_partition_profile", "1\n");
	run_shell("ln -s ../../iommu_groups/3 " DEVICES GIM "/iommu_group");
	crash_everywhere(&of_gim, SHARED "[gpu g]\npci = " GIM "\nvf 0-3 = s\ndriver 0-1 = none\ndriver 2 = vfio-pci\n",
			 SHARED "[gpu g]\npci = " GIM "\nvf 0-3 = s\ndriver 0 = vfio-pci\ndriver 1-2 = none\n");
}

#define killed(name) cmocka_unit_test_setup_teardown(name, set_up_iommu, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		killed(C30_killed_while_drivers_change),
		killed(C30_killed_while_the_number_of_vfs_changes),
		killed(C30_killed_while_vfs_come_and_go),
		killed(C30_killed_while_drivers_of_gim_change),
	};

	return cmocka_run_group_tests_name("generic, killed", tests, NULL, NULL);
}
