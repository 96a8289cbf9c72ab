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

#include "abi.h"
#include "fixture.h"
#include "klog.h"
#include "uevent.h"

static const struct gpu *gpu = &fx.gpu[0];

static struct abi abi;

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode & 07777;
}

/* where it is for one VF; the same for what is not a VF's */
static const char *path_of(const struct abi_entry *entry, unsigned int vf)
{
	const char *rest = entry->path + strlen("vf<N>");

	if (strncmp(entry->path, "vf<N>", strlen("vf<N>")))
		return gpu_sysfs(gpu, "%s", entry->path);
	return gpu_sysfs(gpu, "vf%u%s", vf, rest);
}

static void everything_documented_is_there(void)
{
	unsigned int i, vf;

	assert_true(abi_read(&abi));
	assert_ok(gpu_set_numvfs(gpu, fx.total_vfs));
	for (i = 0; i < abi.num; i++) {
		const struct abi_entry *entry = &abi.entry[i];

		for (vf = 0; vf < fx.total_vfs; vf++) {
			const char *path = path_of(entry, vf);
			unsigned int mode = mode_of(path);

			if (mode && (!entry->mode || entry->mode == mode))
				continue;
			print_error("# %s: mode %o, documented %o\n", path,
				    mode, entry->mode);
			fail();
		}
	}
	assert_false(file_exists(gpu_sysfs(gpu, "vf%u", fx.total_vfs)));
	/* found from the PCI device too */
	assert_true(file_exists(gpu_pci(gpu, "gpuvf/%s/state", gpu->bdf)));
}

/* is it, or is it every class device's? */
static bool is_documented(const char *path)
{
	const struct abi_entry *entry;
	char generic[256];
	unsigned int n = 0;

	if (sscanf(path, "vf%*u%n", &n) >= 0 && n)
		snprintf(generic, sizeof(generic), "vf<N>%s", path + n);
	else
		snprintf(generic, sizeof(generic), "%s", path);
	entry = abi_find(&abi, generic);
	return entry || !strcmp(path, "uevent") || !strcmp(path, "subsystem") ||
	       !strncmp(path, "power/", 6);
}

static void everything_there_is_documented(void)
{
	unsigned int seen = 0;
	char *snapshot, *rest, *line;

	assert_true(abi_read(&abi));
	assert_ok(gpu_set_numvfs(gpu, 1));
	snapshot = tree_snapshot(gpu_sysfs(gpu, "."), NULL);
	rest = snapshot;
	while ((line = strsep(&rest, "\n"))) {
		char path[256];
		unsigned int mode;

		/* "/path mode value"; values of uevent have lines of their own */
		if (sscanf(line, "/%255s %o", path, &mode) != 2)
			continue;
		seen++;
		if (!is_documented(path)) {
			print_error("# %s is not documented\n", path);
			fail();
		}
	}
	assert_true(seen > abi.num);
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

/* but one: a set of words */
static void every_file_has_one_value(void)
{
	unsigned int i, vf;

	assert_true(abi_read(&abi));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	for (i = 0; i < abi.num; i++)
		for (vf = 0; vf < 2 && abi.entry[i].mode & 0400 &&
		     !strstr(path_of(&abi.entry[i], vf), "/capabilities"); vf++)
			check_one_value(path_of(&abi.entry[i], vf));
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
	for (policy = 0; policy < (gpu_can(gpu, "busy") ? 3 : 2); policy++) {
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
	fixture_table(gpu, &table);

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
	fixture_table(gpu, &now);
	assert_memory_equal(&table.vf[0], &now.vf[0], sizeof(now.vf[0]));

	assert_ok(file_write(gpu_vf_pci(gpu, 0, "enable"), "0"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "2147483648"));
	close(log);
}

static void holder_is_the_driver_of_the_vf(void)
{
	struct nl_message msg;

	assert_true(file_exists("/sys/bus/pci/drivers/pci-stub") ||
		    !system("modprobe -q pci-stub"));
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

/* what was written is no value, or not the one that means "do it" */
static void operations_are_done_by_a_one(void)
{
	static const char *const files[] = { "reset", "stop", "pause", "resume" };
	static const char *const bad[] = { "0", "2", "", "yes", "11" };
	unsigned int i, k;

	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	for (k = 0; k < COUNT(bad); k++) {
		for (i = 0; i < COUNT(files); i++)
			assert_error(file_write(gpu_sysfs(gpu, "vf0/%s",
							  files[i]), bad[k]),
				     *bad[k] ? -EINVAL : 0);
		assert_error(file_write(gpu_sysfs(gpu, "reset"), bad[k]),
			     *bad[k] ? -EINVAL : 0);
	}
	assert_true(gpu_vf_is(gpu, 0, "provisioned"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/stats/resets")), 0);

	assert_ok(file_write(gpu_sysfs(gpu, "vf0/pause"), "1\n"));
	assert_true(gpu_vf_is(gpu, 0, "paused"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	assert_true(gpu_vf_is(gpu, 0, "provisioned"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/stop"), "1"));
	assert_true(gpu_vf_is(gpu, 0, "stopped"));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	assert_eventually(gpu_vf_is(gpu, 0, "provisioned"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/stats/resets")), 1);
	assert_ok(file_write(gpu_sysfs(gpu, "reset"), "1"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

/* files of the GPU whose values are numbers, policies, labels and operations */
static const char *const written[] = {
	"fb/pf_reserve", "fb/retry_withheld", "reset", "sched/policy",
	"vf0/fb_quota", "vf0/time_slice_us", "vf0/preempt_timeout_us",
	"vf0/profile", "vf0/reset", "vf0/stop", "vf0/pause", "vf0/resume",
};

static const char *const numbers[] = {
	"fb/pf_reserve", "vf0/fb_quota", "vf0/time_slice_us",
	"vf0/preempt_timeout_us",
};

static void numbers_are_plain_decimal(void)
{
	static const char *const bad[] = {
		"0x80000000", "0x10", "1e4", "+7000", "-1", " 7000", "7000 ",
		"7000us", "7000\n\n", "7000\n7000", "\n", "7,000", "7000.0",
		"18446744073709551616",
	};
	char *before, *after;
	unsigned int i, k;

	before = fixture_snapshot(gpu);
	for (i = 0; i < COUNT(numbers); i++)
		for (k = 0; k < COUNT(bad); k++) {
			if (file_write(gpu_sysfs(gpu, "%s", numbers[i]),
				       bad[k]) == -EINVAL)
				continue;
			print_error("# %s takes \"%s\"\n", numbers[i], bad[k]);
			fail();
		}
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);

	/* leading zeros do not make it octal */
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "010000\n"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")), 10000);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0536870912"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/fb_quota")), 512 * MIB);
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/preempt_timeout_us"),
			     "0010000"));
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/preempt_timeout_us")), 10000);
}

/* a value that each of these files would take, but for what lies behind it */
static const char *good_value(const char *file)
{
	if (!strcmp(file, "sched/policy"))
		return "equal";
	if (!strcmp(file, "fb/pf_reserve"))
		return "268435456";
	if (!strcmp(file, "vf0/fb_quota"))
		return "536870912";
	if (strstr(file, "_us"))
		return "7000";
	return strstr(file, "profile") ? "label" : "1";
}

static void nothing_may_follow_a_zero_byte(void)
{
	static const char behind[] = {
		'\0', '\0', '\n', '\0', 'j', 'u', 'n', 'k',
	};
	static const struct {
		size_t at, len;
	} tails[] = { { 0, 1 }, { 0, 2 }, { 1, 2 }, { 3, 5 } };
	char *before, *after;
	unsigned int i, k;

	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	for (i = 0; i < COUNT(written); i++)
		for (k = 0; k < COUNT(tails); k++) {
			char text[64];
			size_t len = strlen(good_value(written[i]));

			memcpy(text, good_value(written[i]), len);
			memcpy(text + len, behind + tails[k].at, tails[k].len);
			len += tails[k].len;
			if (file_write_bytes(gpu_sysfs(gpu, "%s", written[i]),
					     text, len) == -EINVAL)
				continue;
			print_error("# %s takes \"%s\", a zero byte and more\n",
				    written[i], good_value(written[i]));
			fail();
		}
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static void refused_operation_has_a_sentence(void)
{
	int log = klog_open();

	assert_error(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"), -ENODEV);
	assert_true(klog_has(log, "VF 1: pause needs an enabled VF, and 0 VFs are enabled"));
	close(log);
}

/* wait for one of the GPU */
static void uevent(int fd, const char *action, const char *variable)
{
	struct uevent event;
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "ACTION=%s", action);
	do {
		assert_true(uevent_next(fd, &event, PATIENCE_MS));
	} while (!uevent_has(&event, wanted) ||
		 (variable && !uevent_has(&event, variable)) ||
		 !strstr(event.text, gpu->bdf));
}

static void uevents_tell_of_wedged_and_of_coming_and_going(void)
{
	int fd = uevent_open();

	assert_true(fd >= 0);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	uevent(fd, "change", "STATE=wedged");
	assert_ok(file_write(gpu_sysfs(gpu, "reset"), "1"));
	uevent(fd, "change", "STATE=ready");
	assert_ok(file_write(gpu_pci(gpu, "remove"), "1"));
	uevent(fd, "remove", NULL);
	assert_ok(file_write("/sys/bus/pci/rescan", "1"));
	uevent(fd, "add", NULL);
	/* whoever hears of it finds everything */
	assert_true(file_exists(gpu_sysfs(gpu, "vf%u/stats/run_ns",
					  fx.total_vfs - 1)));
	close(fd);
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
		if (file_write(gpu_sysfs(gpu, "vf0/pause"), "1") != -EACCES)
			_exit(5);
		if (file_is(gpu_sysfs(gpu, "vf0/stats/run_ns"), "0"))
			_exit(6);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* those that look for a sentence first: the log's rate limit has to be fresh */
static const struct test tests[] = {
	TEST(refused_operation_has_a_sentence),
	SLOW_TEST(everything_documented_is_there),
	SLOW_TEST(everything_there_is_documented),
	TEST(every_file_has_one_value),
	TEST(C5_pf_figures_are_those_of_netlink),
	TEST(C5_vf_values_are_those_of_netlink),
	TEST(generation_counts_changes_and_nothing_else),
	SLOW_TEST(device_link_follows_the_vf),
	TEST(vf_in_use_keeps_its_framebuffer),
	SLOW_TEST(holder_is_the_driver_of_the_vf),
	TEST(uevents_tell_of_wedged_and_of_coming_and_going),
	TEST(unprivileged_cannot_write),
	TEST(operations_are_done_by_a_one),
	TEST(numbers_are_plain_decimal),
	TEST(nothing_may_follow_a_zero_byte),
};

int main(void)
{
	return SUITE_RUN("sysfs", "total_vfs=4", tests);
}
