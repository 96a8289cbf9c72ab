// SPDX-License-Identifier: GPL-2.0
/*
 * Enabling and disabling VFs: every errno, every way to fail, every size.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];

static int write_numvfs(const char *text)
{
	return file_write(gpu_pci(gpu, "sriov_numvfs"), text);
}

/* the number, the PCI devices and gpuvf's links all say the same */
static void check_enabled(const struct gpu *g, unsigned int num)
{
	struct nl_message msg;
	unsigned int i;

	ASSERT_EQ(num, gpu_numvfs(g));
	ASSERT_OK(nl_pf_get(fx.nl, g, &msg));
	ASSERT_EQ(num, msg.num_vfs);
	for (i = 0; i < fx.total_vfs; i++) {
		ASSERT_EQ(i < num, file_exists(gpu_pci(g, "virtfn%u", i)));
		ASSERT_EQ(i < num, file_exists(gpu_sysfs(g, "vf%u/device", i)));
	}
}

static void check_refused(const char *text, int err)
{
	unsigned int num = gpu_numvfs(gpu);
	char *before = fixture_snapshot(gpu);
	char *after;

	ASSERT_ERROR(write_numvfs(text), err);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	check_enabled(gpu, num);
	free(before);
	free(after);
}

MODULES_FIXTURE(enable, on_debug_kernel() ? "total_vfs=6" : "total_vfs=16");

TEST_F(enable, C10_errnos_of_enabling)
{
	check_refused("17", -ERANGE);
	check_refused("65535", -ERANGE);
	check_refused("-1", -EINVAL);
	check_refused("x", -EINVAL);
	check_refused("", 0);
	check_refused("65536", -EINVAL);
	ASSERT_OK(write_numvfs("0"));

	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	load_rest(gpu, 2);
	check_refused("1", -EBUSY);
	check_refused("3", -EBUSY);
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	check_enabled(gpu, 2);
}

TEST_F(enable, C10_wedged_refuses_all_but_zero)
{
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	load_rest(gpu, 1);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	ASSERT_OK(write_numvfs("0"));
	check_enabled(gpu, 0);
	check_refused("1", -EIO);
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "5000"),
		     -EIO);

	/* the way out */
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	check_enabled(gpu, 1);
}

TEST_F(enable, C6_up_and_down)
{
	static const unsigned int nums[] = { 1, 4, 2, 16 };
	unsigned int i, n = 4;
	char *before = fixture_snapshot(gpu);
	char *after;

	if (on_debug_kernel() || is_quick())
		n = 2;
	for (i = 0; i < n; i++) {
		ASSERT_OK(gpu_set_numvfs(gpu, nums[i]));
		check_enabled(gpu, nums[i]);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		check_enabled(gpu, 0);
	}
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_F(enable, C17_vf_that_does_not_answer)
{
	struct table before, after;

	ASSERT_TRUE(gpu_table(gpu, &before));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "0"));
	ASSERT_NE(0, gpu_set_numvfs(gpu, 2));
	check_enabled(gpu, 0);
	ASSERT_TRUE(gpu_table(gpu, &after));
	ASSERT_EQ(0, memcmp(&before, &after, sizeof(after)));
	/* nothing stays behind: the same once more works */
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	check_enabled(gpu, 2);
}

TEST_F(enable, C17_table_that_cannot_be_written)
{
	char *before = fixture_snapshot(gpu);
	char *after;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_ERROR(gpu_set_numvfs(gpu, 2), -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	check_enabled(gpu, 0);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_F(enable, C17_no_share_for_so_many)
{
	struct table before, after;

	/* of six units one is the PF's, one is for saved states */
	fixture_load("total_vfs=16 fb_mib=100");
	ASSERT_TRUE(gpu_table(gpu, &before));
	ASSERT_ERROR(gpu_set_numvfs(gpu, 16), -ENOSPC);
	check_enabled(gpu, 0);
	ASSERT_TRUE(gpu_table(gpu, &after));
	ASSERT_EQ(0, memcmp(&before, &after, sizeof(after)));
}

TEST_F(enable, enabled_vfs_pin_the_module)
{
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	ASSERT_ERROR(module_unload("gpuvf"), -EWOULDBLOCK);
	check_enabled(gpu, 1);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_FALSE(file_exists("/sys/class/gpuvf"));
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
	fixture_wait_clean(gpu);
}

/* how many GPUs there are, and how many VFs each has */
FIXTURE_VARIANT(many)
{
	unsigned int gpus;
	unsigned int vfs;
};

/* each VF of many costs the debug kernel seconds */
static const char *sim_of(unsigned int gpus, unsigned int vfs)
{
	static char sim[32];

	if (vfs > module_most_vfs())
		vfs = module_most_vfs();
	snprintf(sim, sizeof(sim), "gpus=%u total_vfs=%u", gpus,
		 on_debug_kernel() && vfs > 6 ? 6 : vfs);
	return sim;
}

MODULES_FIXTURE(many, sim_of(variant->gpus, variant->vfs));

FIXTURE_VARIANT_ADD(many, vfs_of_one_gpu) {
	.gpus = 1,
	.vfs = 31,
};

FIXTURE_VARIANT_ADD(many, gpus_side_by_side) {
	.gpus = 8,
	.vfs = 2,
};

TEST_F(many, all_vfs_have_turns)
{
	unsigned int i, k;

	ASSERT_EQ(variant->gpus, fx.num_gpus);
	for (i = 0; i < fx.num_gpus; i++) {
		ASSERT_OK(gpu_set_numvfs(&fx.gpu[i], fx.total_vfs));
		check_enabled(&fx.gpu[i], fx.total_vfs);
		for (k = 0; k < fx.total_vfs; k++)
			ASSERT_OK(gpu_guest(&fx.gpu[i], k, "busy 100"));
	}
	for (i = 0; i < fx.num_gpus; i++)
		for (k = 0; k < fx.total_vfs; k++) {
			ASSERT_EVENTUALLY(gpu_truth_vf(&fx.gpu[i], k, "slices")
					  > 1);
			ASSERT_TRUE(gpu_vf_is(&fx.gpu[i], k, "active"));
		}
}

/*
 * The SR-IOV capability may claim more VFs than the driver can manage: the PCI
 * core refuses what is above, before an index gets out of bounds.
 */
TEST_F(enable, C10_no_more_vfs_than_the_driver_can_manage)
{
	unsigned int most = module_most_vfs();
	char one_more[8];

	snprintf(one_more, sizeof(one_more), "%u", most + 1);
	fixture_load(fixture_most_vfs("claim_vfs=40 vf_bar_mib=1"));
	ASSERT_EQ(most, file_u64(gpu_pci(gpu, "sriov_totalvfs")));
	check_refused(one_more, -ERANGE);
	check_refused("40", -ERANGE);
	ASSERT_OK(gpu_set_numvfs(gpu, most));
	check_enabled(gpu, most);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	/* the limit is the driver's: it goes with it */
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_EQ(40, file_u64(gpu_pci(gpu, "sriov_totalvfs")));
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
	ASSERT_EQ(most, file_u64(gpu_pci(gpu, "sriov_totalvfs")));
	fixture_wait_clean(gpu);
}

/*
 * Where the kernel delays releases, what is released after the module has gone must
 * not look for anything of it.
 */
TEST_F(enable, unloaded_and_loaded_again_and_again)
{
	unsigned int i;

	fixture_unload();
	for (i = 0; i < 20; i++) {
		ASSERT_OK(module_load("gpuvf", ""));
		ASSERT_OK(module_unload("gpuvf"));
	}
	fixture_load("total_vfs=4");
}

TEST_HARNESS_MAIN
