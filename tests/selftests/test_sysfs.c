// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/gpuvf: which files there are, that each has one value, that it is
 * the one that netlink and the hardware have.
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "klog.h"

static const struct gpu *gpu = &fx.gpu[0];

static const struct {
	const char *name;
	unsigned int mode;
} pf_files[] = {
	{ "backend", 0444 },
	{ "generation", 0444 },
	{ "state", 0444 },
	{ "fb/total", 0444 },
	{ "fb/free", 0444 },
	{ "fb/largest_free", 0444 },
	{ "fb/granularity", 0444 },
	{ "fb/pf_reserve", 0644 },
	{ "fb/dirty", 0444 },
	{ "fb/withheld", 0444 },
	{ "sched/policy", 0644 },
	{ "sched/time_slice_min_us", 0444 },
	{ "sched/time_slice_max_us", 0444 },
	{ "sched/round_us", 0444 },
}, vf_files[] = {
	{ "fb_quota", 0644 },
	{ "fb_offset", 0444 },
	{ "time_slice_us", 0644 },
	{ "preempt_timeout_us", 0644 },
	{ "profile", 0644 },
	{ "state", 0444 },
	{ "in_use", 0444 },
	{ "holder", 0444 },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void every_file_is_there_with_its_mode(void)
{
	unsigned int i, vf;

	for (i = 0; i < COUNT(pf_files); i++)
		assert_int_equal(mode_of(gpu_sysfs(gpu, "%s",
						   pf_files[i].name)),
				 pf_files[i].mode);
	for (vf = 0; vf < fx.total_vfs; vf++)
		for (i = 0; i < COUNT(vf_files); i++)
			assert_int_equal(mode_of(gpu_sysfs(gpu, "vf%u/%s", vf,
							   vf_files[i].name)),
					 vf_files[i].mode);
	assert_false(file_exists(gpu_sysfs(gpu, "vf%u", fx.total_vfs)));
	/* found from the PCI device too */
	assert_true(file_exists(gpu_pci(gpu, "gpuvf/%s/state", gpu->bdf)));
}

static bool is_known(const char *path)
{
	unsigned int i, n = 0;

	for (i = 0; i < COUNT(pf_files); i++)
		if (!strcmp(path, pf_files[i].name))
			return true;
	sscanf(path, "vf%*u/%n", &n);
	for (i = 0; n && i < COUNT(vf_files); i++)
		if (!strcmp(path + n, vf_files[i].name))
			return true;
	return !strcmp(path, "uevent") || !strncmp(path, "power/", 6);
}

static void no_other_file_is_there(void)
{
	char *snapshot = tree_snapshot(gpu_sysfs(gpu, "."), NULL);
	char *rest = snapshot, *line;
	unsigned int seen = 0;

	while ((line = strsep(&rest, "\n"))) {
		char path[256];
		unsigned int mode;

		/* "/path mode value"; values of uevent have lines of their own */
		if (sscanf(line, "/%255s %o", path, &mode) != 2 ||
		    strstr(line, "->"))
			continue;
		seen++;
		if (!is_known(path))
			print_error("# unknown file %s\n", path);
		assert_true(is_known(path));
	}
	assert_true(seen >= COUNT(pf_files) + fx.total_vfs * COUNT(vf_files));
	free(snapshot);
}

/* one value: one line, ended by a newline, no blank in it */
static void check_one_value(const char *path)
{
	char text[256];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	assert_ptr_equal(strpbrk(text, " \t\n"), text + n - 1);
	assert_int_equal(text[n - 1], '\n');
}

static void every_file_has_one_value(void)
{
	unsigned int i, vf;

	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	for (i = 0; i < COUNT(pf_files); i++)
		check_one_value(gpu_sysfs(gpu, "%s", pf_files[i].name));
	for (vf = 0; vf < 2; vf++)
		for (i = 0; i < COUNT(vf_files); i++)
			check_one_value(gpu_sysfs(gpu, "vf%u/%s", vf,
						  vf_files[i].name));
}

static void C5_pf_figures_are_those_of_netlink(void)
{
	static const char *const policies[] = {
		"fixed", "equal", "best-effort",
	};
	struct nl_message msg;
	unsigned int policy;

	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	fixture_wait_clean(gpu);
	for (policy = 0; policy < 3; policy++) {
		assert_ok(file_write(gpu_sysfs(gpu, "sched/policy"),
				     policies[policy]));
		assert_ok(nl_pf_get(fx.nl, gpu, &msg));
		assert_u64(msg.policy, policy);
		assert_true(file_is(gpu_sysfs(gpu, "sched/policy"),
				    policies[policy]));
	}
	assert_true(file_is(gpu_sysfs(gpu, "backend"), msg.backend));
	assert_string_equal(msg.backend, "gpu-iov-v3");
	assert_u64(file_u64(gpu_sysfs(gpu, "generation")), msg.generation);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/total")), msg.fb_total);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/free")), msg.fb_free);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/largest_free")),
		   msg.fb_largest_free);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/granularity")),
		   msg.fb_granularity);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/pf_reserve")),
		   msg.fb_pf_reserve);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/dirty")), msg.fb_dirty);
	assert_u64(file_u64(gpu_sysfs(gpu, "fb/withheld")), msg.fb_withheld);
	assert_u64(file_u64(gpu_sysfs(gpu, "sched/time_slice_min_us")),
		   msg.time_slice_min_us);
	assert_u64(file_u64(gpu_sysfs(gpu, "sched/time_slice_max_us")),
		   msg.time_slice_max_us);
	assert_u64(file_u64(gpu_sysfs(gpu, "sched/round_us")), msg.round_us);
}

static void C5_vf_values_are_those_of_netlink(void)
{
	struct nl_message msg;

	assert_ok(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "536870912"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf2/time_slice_us"), "7000"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf2/profile"), "seven"));
	assert_ok(nl_vf_get(fx.nl, gpu, 2, &msg));
	assert_u64(msg.vf[0].fb_quota, 512 * MIB);
	assert_u64(msg.vf[0].fb_offset,
		   file_u64(gpu_sysfs(gpu, "vf2/fb_offset")));
	assert_u64(msg.vf[0].time_slice_us, 7000);
	assert_u64(msg.vf[0].preempt_timeout_us,
		   file_u64(gpu_sysfs(gpu, "vf2/preempt_timeout_us")));
	assert_string_equal(msg.vf[0].profile, "seven");
	assert_u64(msg.vf[0].state, GPUVF_VF_STATE_PROVISIONED);
	assert_true(gpu_vf_is(gpu, 2, "provisioned"));
}

static void generation_counts_changes_and_nothing_else(void)
{
	const char *path = gpu_sysfs(gpu, "generation");
	char generation[PATH_MAX];
	uint64_t before;

	snprintf(generation, sizeof(generation), "%s", path);
	before = file_u64(generation);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "7000"));
	assert_u64(file_u64(generation), before + 1);
	/* what it is already */
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "7000"));
	assert_u64(file_u64(generation), before + 1);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "1"),
		     -EINVAL);
	assert_u64(file_u64(generation), before + 1);
}

static void device_link_follows_the_vf(void)
{
	char mine[PATH_MAX], theirs[PATH_MAX];

	assert_ok(gpu_set_numvfs(gpu, 1));
	assert_non_null(realpath(gpu_sysfs(gpu, "vf0/device"), mine));
	assert_non_null(realpath(gpu_pci(gpu, "virtfn0"), theirs));
	assert_string_equal(mine, theirs);
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_false(file_exists(gpu_sysfs(gpu, "vf0/device")));
}

/* somebody enables the VF's PCI device, as vfio does when it is opened */
static void vf_in_use_keeps_its_framebuffer(void)
{
	int log = klog_open();
	char *before, *after;
	struct table table, now;

	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	assert_ok(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	assert_true(file_is(gpu_sysfs(gpu, "vf0/in_use"), "0"));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "enable"), "1"));
	assert_true(file_is(gpu_sysfs(gpu, "vf0/in_use"), "1"));
	assert_true(gpu_table(gpu, &table));

	before = fixture_snapshot(gpu);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "2147483648"),
		     -EBUSY);
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"), -EBUSY);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	assert_true(klog_has(log, "has 1024 MiB of framebuffer and keeps them while its guest uses it; 2048 MiB were asked for"));
	free(before);
	free(after);

	/* time is another matter, and so is the neighbour */
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "11000"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	assert_true(gpu_table(gpu, &now));
	assert_memory_equal(&table.vf[0], &now.vf[0], sizeof(now.vf[0]));

	assert_ok(file_write(gpu_vf_pci(gpu, 0, "enable"), "0"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "2147483648"));
	close(log);
}

static void holder_is_the_driver_of_the_vf(void)
{
	struct nl_message msg;

	if (!file_exists("/sys/bus/pci/drivers/pci-stub") &&
	    system("modprobe -q pci-stub"))
		skip();
	assert_ok(gpu_set_numvfs(gpu, 1));
	assert_true(file_is(gpu_sysfs(gpu, "vf0/holder"), ""));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "driver_override"),
			     "pci-stub"));
	assert_ok(nl_vf_get(fx.nl, gpu, 0, &msg));
	assert_ok(file_write("/sys/bus/pci/drivers_probe", msg.vf[0].bdf));
	assert_true(file_is(gpu_sysfs(gpu, "vf0/holder"), "pci-stub"));
	assert_ok(nl_vf_get(fx.nl, gpu, 0, &msg));
	assert_string_equal(msg.vf[0].holder, "pci-stub");
	/* bound is not opened */
	assert_true(file_is(gpu_sysfs(gpu, "vf0/in_use"), "0"));
	assert_ok(file_write(gpu_vf_pci(gpu, 0, "driver/unbind"),
			     msg.vf[0].bdf));
	assert_true(file_is(gpu_sysfs(gpu, "vf0/holder"), ""));
}

static void unprivileged_cannot_write(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(1);
		if (file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0") != -EACCES)
			_exit(2);
		if (file_write(gpu_sysfs(gpu, "sched/policy"), "fixed") !=
		    -EACCES)
			_exit(3);
		if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
			_exit(4);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static const struct test tests[] = {
	TEST(every_file_is_there_with_its_mode),
	TEST(no_other_file_is_there),
	TEST(every_file_has_one_value),
	TEST(C5_pf_figures_are_those_of_netlink),
	TEST(C5_vf_values_are_those_of_netlink),
	TEST(generation_counts_changes_and_nothing_else),
	SLOW_TEST(device_link_follows_the_vf),
	TEST(vf_in_use_keeps_its_framebuffer),
	SLOW_TEST(holder_is_the_driver_of_the_vf),
	TEST(unprivileged_cannot_write),
};

int main(void)
{
	return SUITE_RUN("sysfs", "total_vfs=4", tests);
}
