// SPDX-License-Identifier: GPL-2.0
/*
 * One capability, CAP_SYS_ADMIN in the initial user namespace, by every door;
 * without it nothing can be changed.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "klog.h"
#include "user.h"

static const struct gpu *gpu = &fx.gpu[0];

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/**
 * struct door - a file that changes something
 * @file: below the GPU's directory
 * @value: that it takes
 */
struct door {
	const char *file;
	const char *value;
};

/* in an order in which all of them succeed */
static const struct door doors[] = {
	{ "sched/policy", "equal" },
	{ "vf1/fb_quota", "536870912" },
	{ "vf0/time_slice_us", "7000" },
	{ "vf0/preempt_timeout_us", "70000" },
	{ "vf0/profile", "label" },
	{ "vf0/pause", "1" },
	{ "vf0/resume", "1" },
	{ "vf0/stop", "1" },
	{ "vf0/reset", "1" },
	{ "fb/retry_withheld", "1" },
	{ "fb/pf_reserve", "268435456" },
	{ "reset", "1" },
};

/**
 * struct powerless - a user who must not be able to change anything in sysfs
 * @become: the user
 * @error: by the mode of the files, or by their stores
 */
struct powerless {
	int (*become)(void);
	int error;
};

static const struct powerless powerless[] = {
	{ user_ordinary, -EACCES },
	{ user_of_group_root, -EACCES },
	{ user_root_without_capabilities, -EPERM },
	{ user_root_of_a_namespace, -EPERM },
	{ user_with_net_admin, -EACCES },
	/* to open a file of root's takes another capability */
	{ user_with_sys_admin, -EACCES },
};

/* Return: 0: every file is closed to this process */
static int finds_doors_closed(void *arg)
{
	const struct powerless *user = arg;
	unsigned int i;

	for (i = 0; i < COUNT(doors); i++) {
		int err = file_write(gpu_sysfs(gpu, "%s", doors[i].file),
				     doors[i].value);

		if (err == user->error)
			continue;
		print_error("# %s: %s\n", doors[i].file, strerror(-err));
		return __LINE__;
	}
	return 0;
}

static void sysfs_refuses_whom_netlink_refuses(void)
{
	char *before, *after;
	unsigned int i;
	int log;

	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	log = klog_open();
	for (i = 0; i < COUNT(powerless); i++) {
		int line = user_runs(powerless[i].become, finds_doors_closed,
				     (void *)&powerless[i]);

		if (line)
			print_error("# user %u\n", i);
		assert_int_equal(line, 0);
	}
	assert_true(klog_has(log, "that needs CAP_SYS_ADMIN in the initial user namespace"));
	close(log);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

/* Return: 0: the descriptor is useless to this process */
static int writes_to(void *arg)
{
	int fd = *(int *)arg;

	return write(fd, "7000", 4) == -1 && errno == EPERM ? 0 : __LINE__;
}

static void descriptor_of_root_gives_no_right(void)
{
	int fd = open(gpu_sysfs(gpu, "vf0/time_slice_us"), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(user_runs(user_ordinary, writes_to, &fd), 0);
	assert_int_equal(user_runs(user_with_net_admin, writes_to, &fd), 0);
	close(fd);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")), 6000);
}

/* Return: 0: every file can be written */
static int finds_doors_open(void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < COUNT(doors); i++) {
		int err = file_write(gpu_sysfs(gpu, "%s", doors[i].file),
				     doors[i].value);

		if (!err)
			continue;
		print_error("# %s: %s\n", doors[i].file, strerror(-err));
		return __LINE__;
	}
	return 0;
}

/* Return: 0: what needs the capability works over netlink */
static int changes_over_netlink(void *arg)
{
	struct nl *nl = nl_open();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;

	(void)arg;
	if (!nl || nl_family(nl) || nl_join(nl, GPUVF_MCGRP_EVENT))
		return __LINE__;
	nl_config_set(nl, &req, gpu);
	nl_put_vf(&req, 2, GIB, 9000);
	if (nl_call(nl, &req, &answer))
		return __LINE__;
	if (nl_capacity_get(nl, gpu, GIB, &msg))
		return __LINE__;
	nl_begin(nl, &req, GPUVF_CMD_STATS_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(&req, nl_vf_begin(&req, 0));
	if (nl_call(nl, &req, &answer))
		return __LINE__;
	nl_begin(nl, &req, GPUVF_CMD_STATS_GET, NLM_F_DUMP);
	return nl_call(nl, &req, &answer) ? __LINE__ : 0;
}

static void cap_sys_admin_is_enough_by_every_door(void)
{
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "536870912"));
	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	assert_int_equal(user_runs(user_root_with_sys_admin, finds_doors_open,
				   NULL), 0);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")), 7000);
	assert_int_equal(user_runs(user_with_sys_admin, changes_over_netlink,
				   NULL), 0);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf2/time_slice_us")), 9000);
}

/* the one that looks for a message first: the log's rate limit has to be fresh */
static const struct test tests[] = {
	TEST(sysfs_refuses_whom_netlink_refuses),
	TEST(descriptor_of_root_gives_no_right),
	SLOW_TEST(cap_sys_admin_is_enough_by_every_door),
};

int main(void)
{
	return SUITE_RUN("privacy", "gpus=2 total_vfs=4", tests);
}
