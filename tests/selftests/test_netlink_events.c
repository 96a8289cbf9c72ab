// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: one for each change, with the full object in it; events: what
 * VFs and GPUs did, in a group of their own.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];

/* until nothing more comes; clearing in the background may still be notified */
static void quiet(struct nl *nl)
{
	struct nl_message msg;

	while (!nl_next_event(nl, &msg, 100))
		;
}

static struct nl *listener(void)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_CONFIG);

	quiet(nl);
	return nl;
}

static void check_full(const struct nl_message *msg)
{
	unsigned int i;

	ASSERT_STREQ(gpu->bdf, msg->bdf);
	ASSERT_STREQ(module_is_v1() ? "gpu-iov-v1" : "gpu-iov-v3",
		     msg->backend);
	ASSERT_EQ(fx.total_vfs, msg->total_vfs);
	ASSERT_EQ(fx.total_vfs, msg->num_vf);
	ASSERT_EQ(16 * GIB, msg->fb_total);
	for (i = 0; i < fx.total_vfs; i++) {
		ASSERT_EQ(i, msg->vf[i].index);
	}
	ASSERT_FALSE(msg->has & 1ULL << GPUVF_A_PF_ERROR);
	ASSERT_FALSE(msg->has & 1ULL << GPUVF_A_PF_DRY_RUN);
}

MODULES_FIXTURE(netlink_events, "total_vfs=8");

TEST_F(netlink_events, change_is_told_with_the_full_object)
{
	struct nl *nl = listener();
	struct nl_message msg;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	check_full(&msg);
	ASSERT_EQ(GIB, msg.vf[1].fb_quota);
	ASSERT_EQ(file_u64(gpu_sysfs(gpu, "revision")), msg.revision);
	nl_close(nl);
}

TEST_F(netlink_events, refused_and_dry_runs_are_not_told)
{
	struct nl *nl = listener();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;

	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf1/time_slice_us"), "1"),
		     -EINVAL);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_ERROR(nl_next_event(nl, &msg, 300), -ETIMEDOUT);
	nl_close(nl);
}

TEST_F(netlink_events, vf_count_is_told)
{
	struct nl *nl = listener();
	struct nl_message msg;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	} while (msg.num_vfs != 1);
	check_full(&msg);
	ASSERT_TRUE(msg.vf[0].has & 1 << GPUVF_A_VF_BDF);
	ASSERT_TRUE(msg.vf[0].has & 1 << GPUVF_A_VF_FB_AUTO);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	} while (msg.num_vfs);
	ASSERT_FALSE(msg.vf[0].has & 1 << GPUVF_A_VF_BDF);
	nl_close(nl);
}

TEST_F(netlink_events, wedge_is_told)
{
	struct nl *nl = listener();
	struct nl_message msg;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	} while (msg.state != GPUVF_PF_STATE_WEDGED);
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	} while (msg.state != GPUVF_PF_STATE_READY);
	nl_close(nl);
}

TEST_F(netlink_events, coming_and_going_are_told)
{
	struct nl *nl = listener();
	struct nl_message msg;
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));

	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_DEL, &msg));
	ASSERT_STREQ(gpu->bdf, msg.bdf);
	ASSERT_EQ(1ULL << GPUVF_A_PF_BDF | 1ULL << GPUVF_A_PF_REVISION,
		  msg.has);
	ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "state")));
	ASSERT_ERROR(nl_pf_get(fx.nl, gpu, &msg), -ENODEV);

	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_ADD, &msg));
	check_full(&msg);
	/* seeded at random, so that the new is not taken for the old */
	ASSERT_NE(revision, msg.revision);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	nl_close(nl);
}

/* each change on its own: wait until another listener has it */
static void change_and_wait(struct nl *other, uint32_t us)
{
	struct nl_message msg;

	ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/time_slice_us"), "%u", us));
	do {
		ASSERT_TRUE(fixture_await(other, GPUVF_CMD_CONFIG_CHANGE, &msg));
	} while (msg.vf[0].time_slice_us != us);
}

TEST_F(netlink_events, slow_listener_is_told_so_and_can_resync)
{
	struct nl *slow = listener();
	struct nl *other = listener();
	struct nl_message msg, now;
	unsigned int i;
	int err;

	/* room for hardly one */
	ASSERT_OK(nl_shrink(slow, 1));
	for (i = 0; i < 20; i++)
		change_and_wait(other, 5000 + i);
	do
		err = nl_next_event(slow, &msg, PATIENCE_MS);
	while (!err);
	ASSERT_ERROR(err, -ENOBUFS);

	/* drain, ask again, and from then on nothing is missed */
	quiet(slow);
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 0, &now));
	ASSERT_EQ(5019, now.vf[0].time_slice_us);
	change_and_wait(other, 7000);
	ASSERT_TRUE(fixture_await(slow, GPUVF_CMD_CONFIG_CHANGE, &msg));
	ASSERT_EQ(7000, msg.vf[0].time_slice_us);
	ASSERT_EQ(now.revision + 1, msg.revision);
	nl_close(slow);
	nl_close(other);
}

TEST_F(netlink_events, many_changes_are_told_as_they_end)
{
	struct nl *nl = listener();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	uint64_t last = 0;
	unsigned int i, notified = 0;

	for (i = 0; i < 20; i++) {
		struct nlattr *nest;

		nl_config_set(fx.nl, &req, gpu);
		nest = nl_vf_begin(&req, 0);
		nl_put_u32(&req, ENGINE_ATTR(TIME_SLICE_US), 5000 + i);
		nl_vf_end(&req, nest);
		ASSERT_OK(nl_call(fx.nl, &req, &answer));
	}
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
		/* never back in time */
		ASSERT_LE(last, msg.revision);
		last = msg.revision;
		notified++;
	} while (last != answer.last.revision);
	ASSERT_EQ(5019, msg.vf[0].time_slice_us);
	ASSERT_GE(20, notified);
	nl_close(nl);
}

TEST_F(netlink_events, what_a_vf_did_is_told_with_the_vf)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	uint64_t began = now_ms();

	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	do {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_STATE_CHANGE, &msg));
	} while (msg.vf[0].index != 1 ||
		 msg.vf[0].state != GPUVF_VF_STATE_PAUSED);
	ASSERT_EQ(GPUVF_VF_STATE_PROVISIONED, msg.event.old_state);
	ASSERT_STREQ(gpu->bdf, msg.bdf);
	ASSERT_EQ(1, msg.num_vf);
	ASSERT_TRUE(msg.vf[0].has & 1 << GPUVF_A_VF_FB_QUOTA);
	ASSERT_EQ(1, msg.event.count);
	ASSERT_LE(began, msg.event.time_ns / 1000000);
	ASSERT_TRUE(!strncmp(msg.event.message, "VF1: ", 5));

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
	ASSERT_EQ(1, msg.vf[0].index);
	ASSERT_STREQ("VF1: was reset", msg.event.message);
	nl_close(nl);
}

TEST_F(netlink_events, what_a_gpu_did_is_told)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WEDGED, &msg));
	ASSERT_EQ(GPUVF_PF_STATE_WEDGED, msg.state);
	ASSERT_EQ(0, msg.num_vf);
	ASSERT_NE('\0', msg.event.message[0]);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	ASSERT_EQ(GPUVF_PF_STATE_READY, msg.state);
	nl_close(nl);
}

/* a hang by its kind, what is too often by its limit, memory by its place */
TEST_F(netlink_events, what_went_wrong_is_told_with_what_it_was)
{
	static const uint32_t slice_us[] = { 5000 };
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	unsigned int i;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* three resets are granted in a minute */
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 0, 100);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_HANG, &msg));
		ASSERT_EQ(0, msg.vf[0].index);
		ASSERT_EQ(GPUVF_HANG_COMMAND, msg.event.hang);
		if (i < 3) {
			ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
		}
	}
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_THRESHOLD_EXCEEDED, &msg));
	ASSERT_EQ(GPUVF_THRESHOLD_RESET, msg.event.threshold);
	ASSERT_EQ(3, msg.event.limit);
	ASSERT_EQ(60000, msg.event.window_ms);
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));

	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	/* the first is its saved state */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_FB_SCRUB_FAILED, &msg));
	ASSERT_EQ(0, msg.num_vf);
	ASSERT_EQ(512 * MIB, msg.event.fb_size);
	ASSERT_GE(16 * GIB, msg.event.fb_offset + msg.event.fb_size);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "fb/scrub"), "1"));
	nl_close(nl);
}

/* more pauses than have a message each: the rest is one message with a count */
TEST_F(netlink_events, storm_is_told_with_a_count)
{
	const unsigned int storm = 16;
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	unsigned int i, messages = 0;
	uint64_t happened = 0;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	quiet(nl);
	for (i = 0; i < storm; i++)
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	while (happened < storm) {
		ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
		ASSERT_LT(0, msg.event.count);
		happened += msg.event.count;
		messages++;
	}
	/* none was lost, and none came twice */
	ASSERT_EQ(storm, happened);
	report("%u resets, in %u messages\n", storm, messages);
	ASSERT_EQ(1, file_u64(gpu_sysfs(gpu, "vf0/stats/resets")) >= storm);
	nl_close(nl);
}

TEST_HARNESS_MAIN
