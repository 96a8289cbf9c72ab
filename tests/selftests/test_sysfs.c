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
#include "selftest.h"
#include "klog.h"
#include "load.h"
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

MODULES_FIXTURE(sysfs, "total_vfs=4");

TEST_F(sysfs, everything_documented_is_there)
{
	unsigned int i, vf;

	ASSERT_TRUE(abi_read(&abi));
	ASSERT_OK(gpu_set_numvfs(gpu, fx.total_vfs));
	for (i = 0; i < abi.num; i++) {
		const struct abi_entry *entry = &abi.entry[i];

		for (vf = 0; vf < fx.total_vfs; vf++) {
			const char *path = path_of(entry, vf);
			unsigned int mode = mode_of(path);

			if (mode && (!entry->mode || entry->mode == mode))
				continue;
			report("%s: mode %o, documented %o\n", path, mode,
			       entry->mode);
			test_abort();
		}
	}
	ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "vf%u", fx.total_vfs)));
	/* found from the PCI device too */
	ASSERT_TRUE(file_exists(gpu_pci(gpu, "gpuvf/%s/state", gpu->bdf)));
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

TEST_F(sysfs, everything_there_is_documented)
{
	unsigned int seen = 0;
	char *snapshot, *rest, *line;

	ASSERT_TRUE(abi_read(&abi));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
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
			report("%s is not documented\n", path);
			test_abort();
		}
	}
	ASSERT_LT(abi.num, seen);
	free(snapshot);
}

/* one value: one line, ended by a newline, no blank in it */
static void check_one_value(const char *path)
{
	char text[256];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	ASSERT_LT(0, n);
	text[n] = '\0';
	ASSERT_EQ(text + n - 1, strpbrk(text, " \t\n"));
	ASSERT_EQ('\n', text[n - 1]);
}

/* but one: a set of words */
TEST_F(sysfs, every_file_has_one_value)
{
	unsigned int i, vf;

	ASSERT_TRUE(abi_read(&abi));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	for (i = 0; i < abi.num; i++)
		for (vf = 0; vf < 2 && abi.entry[i].mode & 0400 &&
		     !strstr(path_of(&abi.entry[i], vf), "/capabilities"); vf++)
			check_one_value(path_of(&abi.entry[i], vf));
}

TEST_F(sysfs, C5_pf_figures_are_those_of_netlink)
{
	static const char *const policies[] = {
		"fixed", "equal", "best-effort",
	};
	struct nl_message msg;
	unsigned int policy;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	fixture_wait_clean(gpu);
	for (policy = 0; policy < (gpu_can(gpu, "busy") ? 3 : 2); policy++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "sched/policy"),
				     policies[policy]));
		ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
		ASSERT_EQ(policy, msg.policy);
		ASSERT_TRUE(file_is(gpu_sysfs(gpu, "sched/policy"),
				    policies[policy]));
	}
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "backend"), msg.backend));
	ASSERT_STREQ(module_is_v1() ? "gpu-iov-v1" : "gpu-iov-v3",
		     msg.backend);
	ASSERT_EQ(msg.revision, file_u64(gpu_sysfs(gpu, "revision")));
	ASSERT_EQ(msg.fb_total, file_u64(gpu_sysfs(gpu, "fb/total")));
	ASSERT_EQ(msg.fb_free, file_u64(gpu_sysfs(gpu, "fb/free")));
	ASSERT_EQ(msg.fb_largest_free,
		  file_u64(gpu_sysfs(gpu, "fb/largest_free")));
	ASSERT_EQ(msg.fb_alloc_unit,
		  file_u64(gpu_sysfs(gpu, "fb/alloc_unit")));
	ASSERT_EQ(msg.fb_pf_reserve, file_u64(gpu_sysfs(gpu, "fb/pf_reserve")));
	ASSERT_EQ(msg.fb_needs_scrub, file_u64(gpu_sysfs(gpu, "fb/needs_scrub")));
	ASSERT_EQ(msg.fb_quarantined, file_u64(gpu_sysfs(gpu, "fb/quarantined")));
	ASSERT_EQ(msg.time_slice_min_us,
		  file_u64(gpu_sysfs(gpu, "sched/time_slice_min_us")));
	ASSERT_EQ(msg.time_slice_max_us,
		  file_u64(gpu_sysfs(gpu, "sched/time_slice_max_us")));
	ASSERT_EQ(msg.rotation_us, file_u64(gpu_sysfs(gpu, "sched/rotation_us")));
}

TEST_F(sysfs, C5_vf_values_are_those_of_netlink)
{
	struct nl_message msg;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/fb_quota"), "536870912"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/time_slice_us"), "7000"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/profile"), "seven"));
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 2, &msg));
	ASSERT_EQ(512 * MIB, msg.vf[0].fb_quota);
	ASSERT_EQ(file_u64(gpu_sysfs(gpu, "vf2/fb_offset")),
		  msg.vf[0].fb_offset);
	ASSERT_EQ(7000, msg.vf[0].time_slice_us);
	ASSERT_EQ(file_u64(gpu_sysfs(gpu, "vf2/preempt_timeout_us")),
		  msg.vf[0].preempt_timeout_us);
	ASSERT_STREQ("seven", msg.vf[0].profile);
	ASSERT_EQ(GPUVF_VF_STATE_PROVISIONED, msg.vf[0].state);
	ASSERT_TRUE(gpu_vf_is(gpu, 2, "provisioned"));
}

TEST_F(sysfs, generation_counts_changes_and_nothing_else)
{
	const char *path = gpu_sysfs(gpu, "revision");
	char revision[PATH_MAX];
	uint64_t before;

	snprintf(revision, sizeof(revision), "%s", path);
	before = file_u64(revision);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "7000"));
	ASSERT_EQ(before + 1, file_u64(revision));
	/* what it is already */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "7000"));
	ASSERT_EQ(before + 1, file_u64(revision));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "1"),
		     -EINVAL);
	ASSERT_EQ(before + 1, file_u64(revision));
}

TEST_F(sysfs, device_link_follows_the_vf)
{
	char mine[PATH_MAX], theirs[PATH_MAX];

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	ASSERT_NE(NULL, realpath(gpu_sysfs(gpu, "vf0/device"), mine));
	ASSERT_NE(NULL, realpath(gpu_pci(gpu, "virtfn0"), theirs));
	ASSERT_STREQ(theirs, mine);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "vf0/device")));
}

/* another driver enables the VF's PCI device, as vfio does when it is opened */
TEST_F(sysfs, vf_in_use_keeps_its_framebuffer)
{
	int log = klog_open();
	char *before, *after;
	struct table table, now;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	load_rest(gpu, 2);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/in_use"), "0"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "enable"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/in_use"), "1"));
	fixture_table(gpu, &table);

	before = fixture_snapshot(gpu);
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "2147483648"),
		     -EBUSY);
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0"), -EBUSY);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	ASSERT_TRUE(klog_has(log, "framebuffer is 1024 MiB and cannot change while its guest uses the VF; requested 2048 MiB"));
	free(before);
	free(after);

	/* time is another matter, and so is the neighbour */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "11000"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	fixture_table(gpu, &now);
	ASSERT_EQ(0, memcmp(&table.vf[0], &now.vf[0], sizeof(now.vf[0])));

	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "enable"), "0"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "2147483648"));
	close(log);
}

TEST_F(sysfs, holder_is_the_driver_of_the_vf)
{
	struct nl_message msg;

	ASSERT_TRUE(file_exists("/sys/bus/pci/drivers/pci-stub") ||
		    !system("modprobe -q pci-stub"));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	load_rest(gpu, 1);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/driver"), ""));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "driver_override"),
			     "pci-stub"));
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 0, &msg));
	ASSERT_OK(file_write("/sys/bus/pci/drivers_probe", msg.vf[0].bdf));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/driver"), "pci-stub"));
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 0, &msg));
	ASSERT_STREQ("pci-stub", msg.vf[0].driver);
	/* bound is not opened */
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/in_use"), "0"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "driver/unbind"),
			     msg.vf[0].bdf));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "vf0/driver"), ""));
}

/* what was written is no value, or not the one that means "do it" */
TEST_F(sysfs, operations_are_done_by_a_one)
{
	static const char *const files[] = { "reset", "stop", "pause", "resume" };
	static const char *const bad[] = { "0", "2", "", "yes", "11" };
	const char *rests = gpu_starts_all(gpu) ? "active" : "provisioned";
	unsigned int i, k;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	for (k = 0; k < COUNT(bad); k++) {
		for (i = 0; i < COUNT(files); i++)
			ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/%s",
							  files[i]), bad[k]),
				     *bad[k] ? -EINVAL : 0);
		ASSERT_ERROR(file_write(gpu_sysfs(gpu, "reset"), bad[k]),
			     *bad[k] ? -EINVAL : 0);
	}
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, rests));
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "vf0/stats/resets")));

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/pause"), "1\n"));
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "paused"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, rests));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/stop"), "1"));
	ASSERT_TRUE(gpu_vf_is(gpu, 0, "stopped"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, rests));
	ASSERT_EQ(1, file_u64(gpu_sysfs(gpu, "vf0/stats/resets")));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

/* files of the GPU whose values are numbers, policies, labels and operations */
static const char *const written[] = {
	"fb/pf_reserve", "fb/scrub", "reset", "sched/policy",
	"vf0/fb_quota", "vf0/time_slice_us", "vf0/preempt_timeout_us",
	"vf0/profile", "vf0/reset", "vf0/stop", "vf0/pause", "vf0/resume",
};

static const char *const numbers[] = {
	"fb/pf_reserve", "vf0/fb_quota", "vf0/time_slice_us",
	"vf0/preempt_timeout_us",
};

TEST_F(sysfs, numbers_are_plain_decimal)
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
			report("%s takes \"%s\"\n", numbers[i], bad[k]);
			test_abort();
		}
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);

	/* leading zeros do not make it octal */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/time_slice_us"), "010000\n"));
	ASSERT_EQ(10000, file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "0536870912"));
	ASSERT_EQ(512 * MIB, file_u64(gpu_sysfs(gpu, "vf0/fb_quota")));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/preempt_timeout_us"),
			     "0010000"));
	ASSERT_EQ(10000, file_u64(gpu_sysfs(gpu, "vf0/preempt_timeout_us")));
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

TEST_F(sysfs, nothing_may_follow_a_zero_byte)
{
	static const char behind[] = {
		'\0', '\0', '\n', '\0', 'j', 'u', 'n', 'k',
	};
	static const struct {
		size_t at, len;
	} tails[] = { { 0, 1 }, { 0, 2 }, { 1, 2 }, { 3, 5 } };
	char *before, *after;
	unsigned int i, k;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
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
			report("%s takes \"%s\", a zero byte and more\n",
			       written[i], good_value(written[i]));
			test_abort();
		}
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

/* refusals are not logged without a limit */
static bool error_is_logged(int log)
{
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"), -ENODEV);
	return klog_has(log, "VF 1: pause needs an enabled VF, and 0 VFs are enabled");
}

TEST_F(sysfs, refused_operation_has_a_sentence)
{
	int log = klog_open();

	ASSERT_EVENTUALLY(error_is_logged(log));
	close(log);
}

/* wait for one of the GPU */
static void uevent(int fd, const char *action, const char *variable)
{
	struct uevent event;
	char wanted[32];

	snprintf(wanted, sizeof(wanted), "ACTION=%s", action);
	do {
		ASSERT_TRUE(uevent_next(fd, &event, PATIENCE_MS));
	} while (!uevent_has(&event, wanted) ||
		 (variable && !uevent_has(&event, variable)) ||
		 !strstr(event.text, gpu->bdf));
}

TEST_F(sysfs, uevents_tell_of_wedged_and_of_coming_and_going)
{
	int fd = uevent_open();

	ASSERT_LE(0, fd);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	uevent(fd, "change", "STATE=wedged");
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	uevent(fd, "change", "STATE=ready");
	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	uevent(fd, "remove", NULL);
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	uevent(fd, "add", NULL);
	/* a listener that gets it finds everything */
	ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "vf%u/stats/run_ns",
					  fx.total_vfs - 1)));
	close(fd);
}

TEST_F(sysfs, unprivileged_cannot_write)
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
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
}

/* those that look for a sentence first: the log's rate limit has to be fresh */
TEST_HARNESS_MAIN
