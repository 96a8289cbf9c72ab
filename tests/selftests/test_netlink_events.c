// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: one for each change, with the full object in it; events: what
 * VFs and GPUs did, in a group of their own.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "load.h"

static const struct gpu *gpu = &fx.gpu[0];

/* until nothing more comes; clearing in the background may still be told */
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

	assert_string_equal(msg->bdf, gpu->bdf);
	assert_string_equal(msg->backend, "gpu-iov-v3");
	assert_u64(msg->total_vfs, fx.total_vfs);
	assert_u64(msg->num_vf, fx.total_vfs);
	assert_u64(msg->fb_total, 16 * GIB);
	for (i = 0; i < fx.total_vfs; i++)
		assert_u64(msg->vf[i].index, i);
	assert_false(msg->has & 1ULL << GPUVF_A_PF_REFUSAL);
	assert_false(msg->has & 1ULL << GPUVF_A_PF_DRY_RUN);
}

static void change_is_told_with_the_full_object(void)
{
	struct nl *nl = listener();
	struct nl_message msg;

	assert_ok(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	check_full(&msg);
	assert_u64(msg.vf[1].fb_quota, GIB);
	assert_u64(msg.generation, file_u64(gpu_sysfs(gpu, "generation")));
	nl_close(nl);
}

static void refused_and_dry_runs_are_not_told(void)
{
	struct nl *nl = listener();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;

	assert_error(file_write(gpu_sysfs(gpu, "vf1/time_slice_us"), "1"),
		     -EINVAL);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 5000);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_error(nl_next_event(nl, &msg, 300), -ETIMEDOUT);
	nl_close(nl);
}

static void vf_count_is_told(void)
{
	struct nl *nl = listener();
	struct nl_message msg;

	assert_ok(gpu_set_numvfs(gpu, 1));
	do
		assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	while (msg.num_vfs != 1);
	check_full(&msg);
	assert_true(msg.vf[0].has & 1 << GPUVF_A_VF_BDF);
	assert_true(msg.vf[0].has & 1 << GPUVF_A_VF_FB_AUTO);
	assert_ok(gpu_set_numvfs(gpu, 0));
	do
		assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	while (msg.num_vfs);
	assert_false(msg.vf[0].has & 1 << GPUVF_A_VF_BDF);
	nl_close(nl);
}

static void wedge_is_told(void)
{
	struct nl *nl = listener();
	struct nl_message msg;

	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	do
		assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	while (msg.state != GPUVF_PF_STATE_WEDGED);
	assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	do
		assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
	while (msg.state != GPUVF_PF_STATE_READY);
	nl_close(nl);
}

static void coming_and_going_are_told(void)
{
	struct nl *nl = listener();
	struct nl_message msg;
	uint64_t generation = file_u64(gpu_sysfs(gpu, "generation"));

	assert_ok(file_write(gpu_pci(gpu, "remove"), "1"));
	assert_true(fixture_await(nl, GPUVF_CMD_PF_DEL, &msg));
	assert_string_equal(msg.bdf, gpu->bdf);
	assert_u64(msg.has, 1ULL << GPUVF_A_PF_BDF |
		   1ULL << GPUVF_A_PF_GENERATION);
	assert_false(file_exists(gpu_sysfs(gpu, "state")));
	assert_error(nl_pf_get(fx.nl, gpu, &msg), -ENODEV);

	assert_ok(file_write("/sys/bus/pci/rescan", "1"));
	assert_true(fixture_await(nl, GPUVF_CMD_PF_ADD, &msg));
	check_full(&msg);
	/* seeded at random, so that nobody takes the new for the old */
	assert_true(msg.generation != generation);
	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	nl_close(nl);
}

/* each change on its own: wait for somebody else to have heard of it */
static void change_and_wait(struct nl *other, uint32_t us)
{
	struct nl_message msg;

	assert_ok(file_printf(gpu_sysfs(gpu, "vf0/time_slice_us"), "%u", us));
	do
		assert_true(fixture_await(other, GPUVF_CMD_CONFIG_CHANGE, &msg));
	while (msg.vf[0].time_slice_us != us);
}

static void slow_listener_is_told_so_and_can_resync(void)
{
	struct nl *slow = listener();
	struct nl *other = listener();
	struct nl_message msg, now;
	unsigned int i;
	int err;

	/* room for hardly one */
	assert_ok(nl_shrink(slow, 1));
	for (i = 0; i < 20; i++)
		change_and_wait(other, 5000 + i);
	do
		err = nl_next_event(slow, &msg, PATIENCE_MS);
	while (!err);
	assert_error(err, -ENOBUFS);

	/* drain, ask anew, and from then on nothing is missed */
	quiet(slow);
	assert_ok(nl_vf_get(fx.nl, gpu, 0, &now));
	assert_u64(now.vf[0].time_slice_us, 5019);
	change_and_wait(other, 7000);
	assert_true(fixture_await(slow, GPUVF_CMD_CONFIG_CHANGE, &msg));
	assert_u64(msg.vf[0].time_slice_us, 7000);
	assert_true(msg.generation == now.generation + 1);
	nl_close(slow);
	nl_close(other);
}

static void many_changes_are_told_as_they_end(void)
{
	struct nl *nl = listener();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	uint64_t last = 0;
	unsigned int i, told = 0;

	for (i = 0; i < 20; i++) {
		struct nlattr *nest;

		nl_config_set(fx.nl, &req, gpu);
		nest = nl_vf_begin(&req, 0);
		mnl_attr_put_u32(req.header, GPUVF_A_VF_TIME_SLICE_US,
				 5000 + i);
		nl_vf_end(&req, nest);
		assert_ok(nl_call(fx.nl, &req, &answer));
	}
	do {
		assert_true(fixture_await(nl, GPUVF_CMD_CONFIG_CHANGE, &msg));
		/* never back in time */
		assert_true(msg.generation >= last);
		last = msg.generation;
		told++;
	} while (last != answer.last.generation);
	assert_u64(msg.vf[0].time_slice_us, 5019);
	assert_true(told <= 20);
	nl_close(nl);
}

static void what_a_vf_did_is_told_with_the_vf(void)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	uint64_t began = now_ms();

	assert_ok(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	assert_ok(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	do
		assert_true(fixture_await(nl, GPUVF_CMD_VF_STATE_CHANGE, &msg));
	while (msg.vf[0].index != 1 ||
	       msg.vf[0].state != GPUVF_VF_STATE_PAUSED);
	assert_u64(msg.event.old_state, GPUVF_VF_STATE_PROVISIONED);
	assert_string_equal(msg.bdf, gpu->bdf);
	assert_u64(msg.num_vf, 1);
	assert_true(msg.vf[0].has & 1 << GPUVF_A_VF_FB_QUOTA);
	assert_u64(msg.event.count, 1);
	assert_true(msg.event.time_ns / 1000000 >= began);
	assert_true(!strncmp(msg.event.message, "VF 1: ", 6));

	assert_ok(file_write(gpu_sysfs(gpu, "vf1/reset"), "1"));
	assert_true(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
	assert_u64(msg.vf[0].index, 1);
	assert_string_equal(msg.event.message, "VF 1: was reset");
	nl_close(nl);
}

static void what_a_gpu_did_is_told(void)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;

	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	assert_error(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824"),
		     -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_true(fixture_await(nl, GPUVF_CMD_PF_WEDGED, &msg));
	assert_u64(msg.state, GPUVF_PF_STATE_WEDGED);
	assert_u64(msg.num_vf, 0);
	assert_true(msg.event.message[0] != '\0');
	assert_ok(file_write(gpu_sysfs(gpu, "reset"), "1"));
	assert_true(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	assert_u64(msg.state, GPUVF_PF_STATE_READY);
	nl_close(nl);
}

/* a hang by its kind, what is too often by its limit, memory by its place */
static void what_went_wrong_is_told_with_what_it_was(void)
{
	static const uint32_t slice_us[] = { 5000 };
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	unsigned int i;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	/* three resets are granted in a minute */
	for (i = 0; i < 4; i++) {
		load_busy(gpu, 0, 100);
		assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
		assert_true(fixture_await(nl, GPUVF_CMD_VF_HANG, &msg));
		assert_u64(msg.vf[0].index, 0);
		assert_u64(msg.event.hang, GPUVF_HANG_COMMAND);
		if (i < 3)
			assert_true(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
	}
	assert_true(fixture_await(nl, GPUVF_CMD_THRESHOLD_EXCEEDED, &msg));
	assert_u64(msg.event.guard, GPUVF_GUARD_RESET);
	assert_u64(msg.event.limit, 3);
	assert_u64(msg.event.window_ms, 60000);
	assert_true(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));

	assert_ok(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	load_enable(gpu, 1, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	/* the first is its saved state */
	assert_ok(file_write(gpu_sim(gpu, "fail_clear"), "2"));
	assert_ok(gpu_set_numvfs(gpu, 0));
	assert_true(fixture_await(nl, GPUVF_CMD_FB_CLEAR_FAILED, &msg));
	assert_u64(msg.num_vf, 0);
	assert_u64(msg.event.fb_size, 512 * MIB);
	assert_true(msg.event.fb_offset + msg.event.fb_size <= 16 * GIB);
	assert_ok(file_write(gpu_sysfs(gpu, "fb/retry_withheld"), "1"));
	nl_close(nl);
}

/* more pauses than are told one by one: the rest is one message with a count */
static void storm_is_told_with_a_count(void)
{
	const unsigned int storm = 16;
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;
	unsigned int i, messages = 0;
	uint64_t happened = 0;

	assert_ok(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	quiet(nl);
	for (i = 0; i < storm; i++)
		assert_ok(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	while (happened < storm) {
		assert_true(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
		assert_true(msg.event.count > 0);
		happened += msg.event.count;
		messages++;
	}
	/* none was lost, and none told twice */
	assert_u64(happened, storm);
	print_message("# %u resets, told in %u messages\n", storm, messages);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/stats/resets")) >= storm, 1);
	nl_close(nl);
}

static const struct test tests[] = {
	TEST(change_is_told_with_the_full_object),
	TEST(refused_and_dry_runs_are_not_told),
	SLOW_TEST(vf_count_is_told),
	SLOW_TEST(wedge_is_told),
	TEST(coming_and_going_are_told),
	TEST(slow_listener_is_told_so_and_can_resync),
	TEST(many_changes_are_told_as_they_end),
	TEST(what_a_vf_did_is_told_with_the_vf),
	TEST(what_a_gpu_did_is_told),
	SLOW_TEST(what_went_wrong_is_told_with_what_it_was),
	SLOW_TEST(storm_is_told_with_a_count),
};

int main(void)
{
	return SUITE_RUN("netlink_events", "total_vfs=8", tests);
}
