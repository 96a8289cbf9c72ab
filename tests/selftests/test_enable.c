// SPDX-License-Identifier: GPL-2.0
/*
 * Enabling and disabling VFs: every errno, every way to fail, every size.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

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

	assert_u64(gpu_numvfs(g), num);
	assert_ok(nl_pf_get(fx.nl, g, &msg));
	assert_u64(msg.num_vfs, num);
	for (i = 0; i < fx.total_vfs; i++) {
		assert_int_equal(file_exists(gpu_pci(g, "virtfn%u", i)),
				 i < num);
		assert_int_equal(file_exists(gpu_sysfs(g, "vf%u/device", i)),
				 i < num);
	}
}

static void check_refused(const char *text, int err)
{
	unsigned int num = gpu_numvfs(gpu);
	char *before = fixture_snapshot(gpu);
	char *after;

	assert_error(write_numvfs(text), err);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	check_enabled(gpu, num);
	free(before);
	free(after);
}

static void C10_errnos_of_enabling(void)
{
	check_refused("17", -ERANGE);
	check_refused("65535", -ERANGE);
	check_refused("-1", -EINVAL);
	check_refused("x", -EINVAL);
	check_refused("", 0);
	check_refused("65536", -EINVAL);
	assert_ok(write_numvfs("0"));

	assert_ok(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	check_refused("1", -EBUSY);
	check_refused("3", -EBUSY);
	assert_ok(gpu_set_numvfs(gpu, 2));
	check_enabled(gpu, 2);
}

static void C10_wedged_refuses_all_but_zero(void)
{
	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	assert_ok(write_numvfs("0"));
	check_enabled(gpu, 0);
	check_refused("1", -EIO);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "5000"),
		     -EIO);

	/* the way out */
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
	assert_ok(gpu_set_numvfs(gpu, 1));
	check_enabled(gpu, 1);
}

static void C6_up_and_down(void)
{
	static const unsigned int nums[] = { 1, 4, 2, 16 };
	unsigned int i, n = 4;
	char *before = fixture_snapshot(gpu);
	char *after;

	if (on_debug_kernel() || is_quick())
		n = 2;
	for (i = 0; i < n; i++) {
		assert_ok(gpu_set_numvfs(gpu, nums[i]));
		check_enabled(gpu, nums[i]);
		assert_ok(gpu_set_numvfs(gpu, 0));
		check_enabled(gpu, 0);
	}
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static void C17_vf_that_does_not_answer(void)
{
	struct table before, after;

	assert_true(gpu_table(gpu, &before));
	assert_ok(file_write(gpu_sim(gpu, "fail_enable"), "0"));
	assert_int_not_equal(gpu_set_numvfs(gpu, 2), 0);
	check_enabled(gpu, 0);
	assert_true(gpu_table(gpu, &after));
	assert_memory_equal(&before, &after, sizeof(after));
	/* nothing stays behind: the same once more works */
	assert_ok(gpu_set_numvfs(gpu, 2));
	check_enabled(gpu, 2);
}

static void C17_table_that_cannot_be_written(void)
{
	char *before = fixture_snapshot(gpu);
	char *after;

	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_error(gpu_set_numvfs(gpu, 2), -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	check_enabled(gpu, 0);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_wait_clean(gpu);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static void C17_no_share_for_so_many(void)
{
	struct table before, after;

	/* of six granules one is the PF's, one is for saved states */
	fixture_load("total_vfs=16 fb_mib=100");
	assert_true(gpu_table(gpu, &before));
	assert_error(gpu_set_numvfs(gpu, 16), -ENOSPC);
	check_enabled(gpu, 0);
	assert_true(gpu_table(gpu, &after));
	assert_memory_equal(&before, &after, sizeof(after));
}

static void enabled_vfs_pin_the_module(void)
{
	assert_ok(gpu_set_numvfs(gpu, 1));
	assert_error(module_unload("gpuvf"), -EWOULDBLOCK);
	check_enabled(gpu, 1);
	assert_ok(gpu_set_numvfs(gpu, 0));
	nl_close(fx.nl);
	fx.nl = NULL;
	assert_ok(module_unload("gpuvf"));
	assert_false(file_exists("/sys/class/gpuvf"));
	assert_ok(module_load("gpuvf", ""));
	fx.nl = nl_open();
	assert_ok(nl_family(fx.nl));
	fixture_wait_clean(gpu);
}

static void all_31_vfs(void)
{
	unsigned int num = on_debug_kernel() ? 6 : 31, i;

	if (!on_debug_kernel())
		fixture_load("total_vfs=31");
	assert_ok(gpu_set_numvfs(gpu, num));
	check_enabled(gpu, num);
	for (i = 0; i < num; i++)
		assert_ok(gpu_guest(gpu, i, "busy 100"));
	for (i = 0; i < num; i++)
		assert_eventually(gpu_truth_vf(gpu, i, "slices") > 0);
	for (i = 0; i < num; i++)
		assert_true(gpu_vf_is(gpu, i, "active"));
}

static void eight_gpus_side_by_side(void)
{
	const unsigned int vfs = 2;
	unsigned int i, k;

	fixture_load("gpus=8 total_vfs=2");
	assert_u64(fx.num_gpus, 8);
	for (i = 0; i < 8; i++) {
		assert_ok(gpu_set_numvfs(&fx.gpu[i], vfs));
		check_enabled(&fx.gpu[i], vfs);
		for (k = 0; k < vfs; k++)
			assert_ok(gpu_guest(&fx.gpu[i], k, "busy 100"));
	}
	for (i = 0; i < 8; i++)
		for (k = 0; k < vfs; k++)
			assert_eventually(gpu_truth_vf(&fx.gpu[i], k, "slices")
					  > 1);
}

/*
 * The SR-IOV capability may claim more VFs than the driver can manage: the PCI
 * core refuses what is above, before an index gets out of bounds.
 */
static void C10_no_more_vfs_than_the_driver_can_manage(void)
{
	fixture_load("total_vfs=31 claim_vfs=40 vf_bar_mib=1");
	assert_u64(file_u64(gpu_pci(gpu, "sriov_totalvfs")), 31);
	check_refused("32", -ERANGE);
	check_refused("40", -ERANGE);
	assert_ok(gpu_set_numvfs(gpu, 31));
	check_enabled(gpu, 31);
	assert_ok(gpu_set_numvfs(gpu, 0));
	/* the limit is the driver's: it goes with it */
	nl_close(fx.nl);
	fx.nl = NULL;
	assert_ok(module_unload("gpuvf"));
	assert_u64(file_u64(gpu_pci(gpu, "sriov_totalvfs")), 40);
	assert_ok(module_load("gpuvf", ""));
	fx.nl = nl_open();
	assert_ok(nl_family(fx.nl));
	assert_u64(file_u64(gpu_pci(gpu, "sriov_totalvfs")), 31);
	fixture_wait_clean(gpu);
}

/*
 * Where the kernel delays releases, what is released after the module has gone must
 * not look for anything of it.
 */
static void unloaded_and_loaded_again_and_again(void)
{
	unsigned int i;

	fixture_unload();
	for (i = 0; i < 20; i++) {
		assert_ok(module_load("gpuvf", ""));
		assert_ok(module_unload("gpuvf"));
	}
	fixture_load("total_vfs=4");
}

static const struct test tests[] = {
	TEST(C10_errnos_of_enabling),
	TEST(C10_wedged_refuses_all_but_zero),
	TEST(C6_up_and_down),
	LEAKY_TEST(C17_vf_that_does_not_answer),
	SLOW_TEST(C17_table_that_cannot_be_written),
	SLOW_TEST(C17_no_share_for_so_many),
	TEST(enabled_vfs_pin_the_module),
	SLOW_TEST(all_31_vfs),
	SLOW_TEST(eight_gpus_side_by_side),
	SLOW_TEST(C10_no_more_vfs_than_the_driver_can_manage),
	SLOW_TEST(unloaded_and_loaded_again_and_again),
};

int main(void)
{
	return SUITE_RUN("enable", on_debug_kernel() ? "total_vfs=6" :
			 "total_vfs=16", tests);
}
