// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: operations on one VF and on the whole GPU, statistics, echo, and
 * writers that do not know of one another.
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest.h"
#include "load.h"
#include "refusal.h"
#include "stats.h"

static const struct gpu *gpu = &fx.gpu[0];

static void vf_op(struct nl_request *req, uint8_t cmd, unsigned int vf)
{
	nl_begin(fx.nl, req, cmd, NLM_F_ACK);
	mnl_attr_put_strz(req->header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(req, nl_vf_begin(req, vf));
}

/* the state of the VF in the answer */
static uint32_t done(uint8_t cmd, unsigned int vf)
{
	struct nl_request req;
	struct nl_answer answer;

	vf_op(&req, cmd, vf);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_FALSE(answer.malformed);
	ASSERT_EQ(1, answer.messages);
	ASSERT_EQ(cmd, answer.last.cmd);
	ASSERT_EQ(1, answer.last.num_vf);
	ASSERT_EQ(vf, answer.last.vf[0].index);
	ASSERT_STREQ(gpu->bdf, answer.last.bdf);
	return answer.last.vf[0].state;
}

MODULES_FIXTURE(netlink_ops, "total_vfs=4");

TEST_F(netlink_ops, vf_ops_answer_with_the_vf)
{
	const bool all = gpu_starts_all(gpu);
	const char *rests = all ? "active" : "provisioned";
	struct nl_message begun;

	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, rests));
	ASSERT_EQ(GPUVF_VF_STATE_PAUSED, done(GPUVF_CMD_VF_PAUSE, 1));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "paused"));
	ASSERT_EQ(all ? GPUVF_VF_STATE_ACTIVE : GPUVF_VF_STATE_PROVISIONED,
		  done(GPUVF_CMD_VF_RESUME, 1));
	ASSERT_EQ(GPUVF_VF_STATE_STOPPED, done(GPUVF_CMD_VF_STOP, 1));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "stopped"));
	/* a reset is answered when it has begun */
	ASSERT_OK(nl_reset_start(fx.nl, gpu, 1, &begun));
	ASSERT_EQ(1, begun.num_vf);
	ASSERT_EQ(1, begun.vf[0].index);
	ASSERT_EQ(GPUVF_VF_STATE_RESETTING, begun.vf[0].state);
	ASSERT_OK(nl_reset_wait(fx.nl, gpu, 1, &begun));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, rests));
	/* no other was meant */
	ASSERT_TRUE(gpu_vf_is(gpu, 0, rests));
}

TEST_F(netlink_ops, vf_ops_are_refused_with_a_sentence)
{
	static const uint8_t cmds[] = {
		GPUVF_CMD_VF_RESET, GPUVF_CMD_VF_STOP, GPUVF_CMD_VF_PAUSE,
		GPUVF_CMD_VF_RESUME,
	};
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < sizeof(cmds); i++) {
		vf_op(&req, cmds[i], 0);
		ASSERT_REFUSED(gpu, &req, -ENODEV, GPUVF_REASON_VF_NOT_ENABLED,
			       0, GPUVF_A_PF_VF);
		vf_op(&req, cmds[i], fx.total_vfs);
		ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
			       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	}
}

TEST_F(netlink_ops, pf_reset_answers_with_everything)
{
	struct nl_message begun;
	struct nl_request req;
	struct nl_answer answer;

	/* wedged by a change that the hardware does not take */
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	ASSERT_OK(nl_reset_start(fx.nl, gpu, -1, &begun));
	ASSERT_TRUE(begun.has & 1ULL << GPUVF_A_PF_RESETTING);
	ASSERT_EQ(fx.total_vfs, begun.num_vf);
	ASSERT_OK(nl_reset_wait(fx.nl, gpu, -1, &begun));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
}

static void *reset_gpu(void *path)
{
	return file_write(path, "1") ? path : NULL;
}

/*
 * What is written to the GPU between its reset and the driver's turn, 100 ms that
 * the PCI core gives it, would be lost, and VFs that kept their state until then
 * would be moved.
 */
TEST_F(netlink_ops, a_change_waits_for_the_end_of_a_reset)
{
	struct nl *events = fixture_listen(GPUVF_MCGRP_EVENT);
	uint64_t resets = gpu_truth(gpu, "gpu", "resets");
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	pthread_t thread;
	char path[256];
	void *bad;

	snprintf(path, sizeof(path), "%s", gpu_pci(gpu, "reset"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, reset_gpu, path));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "resets") != resets);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	/* notified before the answer came */
	ASSERT_OK(nl_next_event(events, &msg, 0));
	ASSERT_EQ(GPUVF_CMD_PF_WAS_RESET, msg.cmd);
	pthread_join(thread, &bad);
	ASSERT_EQ(NULL, bad);
	ASSERT_EQ(GIB, file_u64(gpu_sysfs(gpu, "vf0/fb_quota")));
	nl_close(events);
}

TEST_F(netlink_ops, stats_count_and_never_fall)
{
	const uint32_t slices[] = { 4000, 4000 };
	struct nl_stats before, after;
	unsigned int i, k;

	load_enable(gpu, 2, slices, GPUVF_POLICY_BEST_EFFORT);
	stats_read(gpu, 0, &before);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	for (k = 0; k < 20; k++) {
		uint64_t in_buckets = 0;

		stats_read(gpu, 0, &after);
		for (i = 0; i < STATS_NUM_COUNTERS; i++) {
			unsigned int attr = stats_counters[i].attr;

			ASSERT_TRUE(after.has & 1ULL << attr);
			ASSERT_LE(before.counter[attr], after.counter[attr]);
		}
		/* each bound above the one before it, the last without any */
		ASSERT_EQ(0, after.upper_ns[after.num_buckets - 1]);
		for (i = 0; i < after.num_buckets; i++) {
			ASSERT_TRUE(i == after.num_buckets - 1 || !i ||
				    after.upper_ns[i] > after.upper_ns[i - 1]);
			ASSERT_LE(before.lateness[i], after.lateness[i]);
			in_buckets += after.lateness[i];
		}
		/* one turn may have stopped executing and not be over yet */
		ASSERT_GE(after.counter[ENGINE_STAT(SLICES)] + 1, in_buckets);
		before = after;
		pause_ms(5);
	}
	ASSERT_LT(0, after.counter[ENGINE_STAT(SLICES)]);
	/* one was late by some nanoseconds, and the sum is of them */
	ASSERT_LT(0, after.counter[ENGINE_STAT(LATENESS_SUM_NS)]);
	ASSERT_LE(after.counter[ENGINE_STAT(RUN_NS)],
		  after.counter[ENGINE_STAT(ACCOUNTED_NS)]);
	ASSERT_OK(gpu_guest(gpu, 0, "idle"));
	ASSERT_OK(gpu_guest(gpu, 1, "idle"));
}

TEST_F(netlink_ops, C5_stats_are_those_of_sysfs)
{
	struct nl_stats stats;

	/* no VF runs, so that they stand still; a reset counts */
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	stats_read(gpu, 0, &stats);
	ASSERT_LT(0, stats.counter[GPUVF_A_STATS_RESETS]);
	stats_check_sysfs(gpu, 0, &stats);
}

struct seen {
	unsigned int vf[MAX_GPUS][MAX_VFS];
	bool bad;
};

static void note_seen(const struct nl_message *msg, void *arg)
{
	struct seen *seen = arg;
	unsigned int i;

	for (i = 0; i < fx.num_gpus; i++)
		if (!strcmp(fx.gpu[i].bdf, msg->bdf))
			break;
	if (i == fx.num_gpus || msg->num_vf != 1)
		seen->bad = true;
	else
		seen->vf[i][msg->vf[0].index]++;
}

/* far more than one buffer of answers */
TEST_F(netlink_ops, dumps_of_many_are_split_and_complete)
{
	static const uint8_t cmds[] = {
		GPUVF_CMD_VF_GET, GPUVF_CMD_STATS_GET,
	};
	unsigned int i, vf, k;

	fixture_load(fixture_most_vfs("gpus=8"));
	for (i = 0; i < sizeof(cmds); i++) {
		struct seen seen = { 0 };
		struct nl_request req;
		struct nl_answer answer;

		nl_begin(fx.nl, &req, cmds[i], NLM_F_DUMP);
		ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_seen, &seen));
		ASSERT_FALSE(answer.malformed);
		ASSERT_FALSE(seen.bad);
		for (k = 0; k < 8; k++)
			for (vf = 0; vf < 31; vf++) {
				ASSERT_EQ(1, seen.vf[k][vf]);
			}
	}
}

static unsigned int echoes, replies;

static void note_echo(const struct nl_message *msg, void *arg)
{
	(void)arg;
	if (msg->cmd == GPUVF_CMD_CONFIG_CHANGE)
		echoes++;
	if (msg->cmd == GPUVF_CMD_CONFIG_SET)
		replies++;
	ASSERT_EQ(fx.total_vfs, msg->num_vf);
	ASSERT_EQ(7000, msg->vf[0].time_slice_us);
}

static void change_slice(struct nl_request *req, uint32_t us, uint16_t flags)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	req->header->nlmsg_flags |= flags;
	nest = nl_vf_begin(req, 0);
	nl_put_u32(req, ENGINE_ATTR(TIME_SLICE_US), us);
	nl_vf_end(req, nest);
}

TEST_F(netlink_ops, echo_is_the_notification_of_ones_own_change)
{
	struct nl_request req;
	struct nl_answer answer;

	echoes = 0;
	replies = 0;
	change_slice(&req, 7000, NLM_F_ECHO);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	ASSERT_EQ(0, echoes);
	change_slice(&req, 7000, NLM_F_ECHO);
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	ASSERT_EQ(1, echoes);
	/* nothing changes any more, and nothing was asked */
	change_slice(&req, 7000, NLM_F_ECHO);
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	change_slice(&req, 7000, 0);
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	ASSERT_EQ(1, echoes);
	ASSERT_EQ(4, replies);
}

#define WRITERS		3
#define CHANGES		40

/* one more, from what it read: lost when another wrote in between unnoticed */
static bool add_one(struct nl *nl, unsigned int *stale)
{
	struct nl_message msg;
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;
	int err;

	/* the VF and the revision are of one moment */
	if (nl_vf_get(nl, gpu, 0, &msg))
		return false;
	nl_config_set(nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_REVISION, msg.revision);
	nest = nl_vf_begin(&req, 0);
	nl_put_u32(&req, ENGINE_ATTR(TIME_SLICE_US),
		   msg.vf[0].time_slice_us + 1);
	nl_vf_end(&req, nest);
	err = nl_call(nl, &req, &answer);
	if (err == -ESTALE) {
		(*stale)++;
		return add_one(nl, stale);
	}
	return !err;
}

static void *writer(void *arg)
{
	struct nl *nl = nl_open();
	unsigned int *stale = arg;
	bool ok = nl && !nl_family(nl);
	unsigned int i;

	for (i = 0; i < CHANGES && ok; i++)
		ok = add_one(nl, stale);
	nl_close(nl);
	return ok ? NULL : (void *)1;
}

TEST_F(netlink_ops, C23_writers_lose_no_update)
{
	uint64_t before = file_u64(gpu_sysfs(gpu, "vf0/time_slice_us"));
	unsigned int stale[WRITERS] = { 0 };
	pthread_t thread[WRITERS];
	unsigned int i;

	for (i = 0; i < WRITERS; i++) {
		ASSERT_EQ(0,
			  pthread_create(&thread[i], NULL, writer, &stale[i]));
	}
	for (i = 0; i < WRITERS; i++) {
		void *bad;

		pthread_join(thread[i], &bad);
		ASSERT_EQ(NULL, bad);
	}
	ASSERT_EQ(before + WRITERS * CHANGES,
		  file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")));
}

TEST_HARNESS_MAIN
