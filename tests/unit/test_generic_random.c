// SPDX-License-Identifier: GPL-2.0
/*
 * Random sequences of operations on a PF of any driver, in a tree of files that stands
 * for the PCI core. Each fourth one is a PF of GIM, whose number of VFs never changes.
 */
#include "generic_test.h"
#include "random_ops.h"

#define TOTAL	8
#define VFS_OF_GIM	4

/* drivers by VF, NULL: none is asked for */
static struct {
	u32 num;
	const char *driver[TOTAL];
} target;

static bool is_gim;

static void begin(void)
{
	void *none = NULL;

	set_up(&none);
	is_gim = sequence % 4 == 3;
	if (is_gim) {
		make_pf(NVME, "0x120000\n", "gim", "8\n");
		put(NVME, "accelerator_partition_profile", "1\n");
		set_num_vfs(NVME, VFS_OF_GIM);
	}
	run_shell("ln -s ../../iommu_groups/3 " DEVICES NVME "/iommu_group");
}

static void end(void)
{
	clean_up(NULL);
}

static void choose(char *text, size_t size, bool sure)
{
	static const char *const drivers[] = { NULL, "none", "default", "vfio-pci" };
	FILE *f = fmemopen(text, size, "w");
	u32 i;

	(void)sure;
	memset(&target, 0, sizeof(target));
	target.num = is_gim ? VFS_OF_GIM : rnd(TOTAL + 1);
	fprintf(f, CONFIG "vfs = %u\n", target.num);
	for (i = 0; i < target.num; i++)
		fprintf(f, "vf %u = s\n", i);
	for (i = 0; i < target.num; i++) {
		target.driver[i] = drivers[rnd(ARRAY_SIZE(drivers))];
		if (target.driver[i])
			fprintf(f, "driver %u = %s\n", i, target.driver[i]);
	}
	fclose(f);
}

static void drivers_of(u32 i, char *override, char *bound)
{
	char vf[VF_SIZE];

	vf_bdf(NVME, i, vf);
	sysfs_driver_override(vf, override, NAME_SIZE);
	sysfs_driver(vf, bound, NAME_SIZE);
}

static bool vf_is_there(u32 i)
{
	const char *driver = target.driver[i];
	char override[NAME_SIZE], bound[NAME_SIZE];

	drivers_of(i, override, bound);
	if (!driver)
		return true;
	if (!strcmp(driver, "default"))
		return !*override;
	return !strcmp(override, driver) &&
	       !strcmp(bound, strcmp(driver, "none") ? driver : "");
}

static const char *find_wrong(void)
{
	u32 i;

	if (num_vfs() != target.num)
		return "another number of VFs is enabled";
	for (i = 0; i < target.num; i++)
		if (!vf_is_there(i))
			return "a VF has another driver";
	return NULL;
}

static char *picture(void)
{
	char *text = xasprintf("%u VFs", num_vfs());
	u32 i, autoprobe;

	assert_int_equal(sysfs_get_number(NVME, "sriov_drivers_autoprobe",
					  &autoprobe), 0);
	append_text(&text, ", ", "autoprobe %u", autoprobe);
	for (i = 0; i < num_vfs(); i++) {
		char override[NAME_SIZE], bound[NAME_SIZE];

		drivers_of(i, override, bound);
		append_text(&text, "\n", "VF %u: override '%s', bound '%s'", i,
			    override, bound);
	}
	return text;
}

/* the VF that a machine has */
static char taken[VF_SIZE];

/* a machine takes a VF, or gives it back */
static void libvirt(u32 i)
{
	char vf[VF_SIZE];

	vf_bdf(NVME, i, vf);
	if (root_has("proc/77/fd/3")) {
		run_shell("rm -r proc/77");
	} else if (i < num_vfs()) {
		strcpy(taken, vf);
		bind_driver(vf, "vfio-pci");
		open_vf(vf);
	}
}

static void driverctl(u32 i)
{
	char vf[VF_SIZE];

	if (i >= num_vfs())
		return;
	vf_bdf(NVME, i, vf);
	put(vf, "driver_override", rnd(2) ? "vfio-pci\n" : "(null)\n");
	if (rnd(2) && !root_has(DEVICES "%s/iommu_group", vf))
		run_shell("rm -f " DEVICES "%s/driver", vf);
}

static void other(bool meanwhile)
{
	static const int errors[] = { 0, 0, -ENOMEM, -ENOENT, -EBUSY, -ENOSPC };

	switch (rnd(6)) {
	case 0:
		if (!is_gim && !root_has("proc/77/fd/3"))
			set_num_vfs(NVME, num_vfs() ? 0 : 1 + rnd(TOTAL));
		break;
	case 1:
		driverctl(rnd(TOTAL));
		break;
	case 2:
		put(NVME, "sriov_drivers_autoprobe", rnd(2) ? "1\n" : "0\n");
		break;
	case 3:
		if (!meanwhile)
			libvirt(rnd(TOTAL));
		break;
	case 4:
		/* also as the VFs that there were are to come back */
		if (meanwhile)
			pf.error = errors[rnd(ARRAY_SIZE(errors))];
		break;
	case 5:
		if (meanwhile)
			pf.fewer = rnd(2);
		break;
	}
}

/* a driver that refuses for good */
static bool is_hampered(void)
{
	return pf.error || pf.fewer;
}

static void calm(void)
{
	pf.error = 0;
	pf.fewer = 0;
	if (root_has("proc/77/fd/3"))
		libvirt(0);
}

static u32 writes(void)
{
	return pci_writes;
}

/* a VF that a machine has stays, and keeps its driver */
static u32 violations(void)
{
	return root_has("proc/77/fd/3") &&
	       !root_has(DEVICES "%s/driver", taken);
}

static void others_change_what_they_like(void **state)
{
	static const struct random_test test = {
		.gpu = NVME, .begin = begin, .end = end,
		.choose = choose, .find_wrong = find_wrong, .picture = picture,
		.other = other, .is_hampered = is_hampered, .calm = calm,
		.writes = writes, .violations = violations,
	};

	random_sequences(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_change_what_they_like),
	};

	return cmocka_run_group_tests_name("generic: random sequences", tests, NULL, NULL);
}
