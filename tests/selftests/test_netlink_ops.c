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

#include "fixture.h"
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
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_false(answer.malformed);
	assert_u64(answer.messages, 1);
	assert_u64(answer.last.cmd, cmd);
	assert_u64(answer.last.num_vf, 1);
	assert_u64(answer.last.vf[0].index, vf);
	assert_string_equal(answer.last.bdf, gpu->bdf);
	return answer.last.vf[0].state;
}

static void vf_ops_answer_with_the_vf(void)
{
	struct nl_message begun;

	assert_ok(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	assert_u64(done(GPUVF_CMD_VF_PAUSE, 1), GPUVF_VF_STATE_PAUSED);
	assert_true(gpu_vf_is(gpu, 1, "paused"));
	assert_u64(done(GPUVF_CMD_VF_RESUME, 1), GPUVF_VF_STATE_PROVISIONED);
	assert_u64(done(GPUVF_CMD_VF_STOP, 1), GPUVF_VF_STATE_STOPPED);
	assert_true(gpu_vf_is(gpu, 1, "stopped"));
	/* a reset is answered when it has begun */
	assert_ok(nl_reset_start(fx.nl, gpu, 1, &begun));
	assert_u64(begun.num_vf, 1);
	assert_u64(begun.vf[0].index, 1);
	assert_u64(begun.vf[0].state, GPUVF_VF_STATE_RESETTING);
	assert_ok(nl_reset_wait(fx.nl, gpu, 1, &begun));
	assert_eventually(gpu_vf_is(gpu, 1, "provisioned"));
	/* nobody else was meant */
	assert_true(gpu_vf_is(gpu, 0, "provisioned"));
}

static void vf_ops_are_refused_with_a_sentence(void)
{
	static const uint8_t cmds[] = {
		GPUVF_CMD_VF_RESET, GPUVF_CMD_VF_STOP, GPUVF_CMD_VF_PAUSE,
		GPUVF_CMD_VF_RESUME,
	};
	struct nl_request req;
	unsigned int i;

	for (i = 0; i < sizeof(cmds); i++) {
		vf_op(&req, cmds[i], 0);
		assert_refused(gpu, &req, -ENODEV, GPUVF_REASON_VF_NOT_ENABLED,
			       0, GPUVF_A_PF_VF);
		vf_op(&req, cmds[i], fx.total_vfs);
		assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
			       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	}
}

static void pf_reset_answers_with_everything(void)
{
	struct nl_message begun;
	struct nl_request req;
	struct nl_answer answer;

	/* wedged by a change that the hardware does not take */
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	assert_error(nl_call(fx.nl, &req, &answer), -EIO);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "wedged"));

	assert_ok(nl_reset_start(fx.nl, gpu, -1, &begun));
	assert_true(begun.has & 1ULL << GPUVF_A_PF_RESETTING);
	assert_u64(begun.num_vf, fx.total_vfs);
	assert_ok(nl_reset_wait(fx.nl, gpu, -1, &begun));
	assert_true(file_is(gpu_sysfs(gpu, "state"), "ready"));
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
static void a_change_waits_for_the_end_of_a_reset(void)
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
	assert_int_equal(pthread_create(&thread, NULL, reset_gpu, path), 0);
	assert_eventually(gpu_truth(gpu, "gpu", "resets") != resets);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	assert_ok(nl_call(fx.nl, &req, &answer));
	/* told before the answer came */
	assert_ok(nl_next_event(events, &msg, 0));
	assert_u64(msg.cmd, GPUVF_CMD_PF_WAS_RESET);
	pthread_join(thread, &bad);
	assert_null(bad);
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/fb_quota")), GIB);
	nl_close(events);
}

static void stats_count_and_never_fall(void)
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

			assert_true(after.has & 1U << attr);
			assert_true(after.counter[attr] >=
				    before.counter[attr]);
		}
		/* each bound above the one before it, the last without any */
		assert_u64(after.upper_ns[after.num_buckets - 1], 0);
		for (i = 0; i < after.num_buckets; i++) {
			assert_true(i == after.num_buckets - 1 || !i ||
				    after.upper_ns[i] > after.upper_ns[i - 1]);
			assert_true(after.latency[i] >= before.latency[i]);
			in_buckets += after.latency[i];
		}
		/* one turn may have stopped executing and not be over yet */
		assert_true(in_buckets <=
			    after.counter[GPUVF_A_STATS_SLICES] + 1);
		before = after;
		pause_ms(5);
	}
	assert_true(after.counter[GPUVF_A_STATS_SLICES] > 0);
	/* somebody was late by some nanoseconds, and the sum is of them */
	assert_true(after.counter[GPUVF_A_STATS_LATENCY_SUM_NS] > 0);
	assert_true(after.counter[GPUVF_A_STATS_CHARGED_NS] >=
		    after.counter[GPUVF_A_STATS_RUN_NS]);
	assert_ok(gpu_guest(gpu, 0, "idle"));
	assert_ok(gpu_guest(gpu, 1, "idle"));
}

static void C5_stats_are_those_of_sysfs(void)
{
	struct nl_stats stats;

	/* nobody runs, so that they stand still; a reset counts */
	assert_ok(gpu_set_numvfs(gpu, 1));
	assert_ok(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	stats_read(gpu, 0, &stats);
	assert_true(stats.counter[GPUVF_A_STATS_RESETS] > 0);
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
static void dumps_of_many_are_split_and_complete(void)
{
	static const uint8_t cmds[] = {
		GPUVF_CMD_VF_GET, GPUVF_CMD_STATS_GET,
	};
	unsigned int i, vf, k;

	fixture_load("gpus=8 total_vfs=31");
	for (i = 0; i < sizeof(cmds); i++) {
		struct seen seen = { 0 };
		struct nl_request req;
		struct nl_answer answer;

		nl_begin(fx.nl, &req, cmds[i], NLM_F_DUMP);
		assert_ok(nl_dump(fx.nl, &req, &answer, note_seen, &seen));
		assert_false(answer.malformed);
		assert_false(seen.bad);
		for (k = 0; k < 8; k++)
			for (vf = 0; vf < 31; vf++)
				assert_u64(seen.vf[k][vf], 1);
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
	assert_u64(msg->num_vf, fx.total_vfs);
	assert_u64(msg->vf[0].time_slice_us, 7000);
}

static void change_slice(struct nl_request *req, uint32_t us, uint16_t flags)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	req->header->nlmsg_flags |= flags;
	nest = nl_vf_begin(req, 0);
	mnl_attr_put_u32(req->header, GPUVF_A_VF_TIME_SLICE_US, us);
	nl_vf_end(req, nest);
}

static void echo_is_the_notification_of_ones_own_change(void)
{
	struct nl_request req;
	struct nl_answer answer;

	echoes = 0;
	replies = 0;
	change_slice(&req, 7000, NLM_F_ECHO);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	assert_ok(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	assert_u64(echoes, 0);
	change_slice(&req, 7000, NLM_F_ECHO);
	assert_ok(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	assert_u64(echoes, 1);
	/* nothing changes any more, and nobody asked */
	change_slice(&req, 7000, NLM_F_ECHO);
	assert_ok(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	change_slice(&req, 7000, 0);
	assert_ok(nl_dump(fx.nl, &req, &answer, note_echo, NULL));
	assert_u64(echoes, 1);
	assert_u64(replies, 4);
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

	/* the VF and the generation are of one moment */
	if (nl_vf_get(nl, gpu, 0, &msg))
		return false;
	nl_config_set(nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_GENERATION, msg.generation);
	nest = nl_vf_begin(&req, 0);
	mnl_attr_put_u32(req.header, GPUVF_A_VF_TIME_SLICE_US,
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

static void C23_writers_lose_no_update(void)
{
	uint64_t before = file_u64(gpu_sysfs(gpu, "vf0/time_slice_us"));
	unsigned int stale[WRITERS] = { 0 };
	pthread_t thread[WRITERS];
	unsigned int i;

	for (i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, writer,
						&stale[i]), 0);
	for (i = 0; i < WRITERS; i++) {
		void *bad;

		pthread_join(thread[i], &bad);
		assert_null(bad);
	}
	assert_u64(file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")),
		   before + WRITERS * CHANGES);
}

static const struct test tests[] = {
	TEST(vf_ops_answer_with_the_vf),
	TEST(vf_ops_are_refused_with_a_sentence),
	TEST(pf_reset_answers_with_everything),
	TEST(a_change_waits_for_the_end_of_a_reset),
	TEST(stats_count_and_never_fall),
	TEST(C5_stats_are_those_of_sysfs),
	SLOW_TEST(dumps_of_many_are_split_and_complete),
	TEST(echo_is_the_notification_of_ones_own_change),
	TEST(C23_writers_lose_no_update),
};

int main(void)
{
	return SUITE_RUN("netlink_ops", "total_vfs=4", tests);
}
