// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family: answers, changes, notifications, privileges.
 */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "refusal.h"

static const struct gpu *gpu = &fx.gpu[0];

#define PF(name) (1ULL << GPUVF_A_PF_##name)
#define VF(name) (1U << GPUVF_A_VF_##name)

/* what every full object has */
#define PF_ALL								\
	(PF(BDF) | PF(GENERATION) | PF(BACKEND) | PF(STATE) |		\
	 PF(CAPABILITIES) | PF(VENDOR) | PF(DEVICE) | PF(NUMA_NODE) |	\
	 PF(TOTAL_VFS) | PF(NUM_VFS) | PF(PROVISIONING) | PF(POLICY) |	\
	 PF(FB_TOTAL) | PF(FB_GRANULARITY) | PF(FB_PF_RESERVE) |	\
	 PF(FB_CONTEXT_SAVE) | PF(FB_FREE) | PF(FB_LARGEST_FREE) |	\
	 PF(FB_DIRTY) | PF(FB_WITHHELD) | PF(TIME_SLICE_MIN_US) |	\
	 PF(TIME_SLICE_MAX_US) | PF(PREEMPT_TIMEOUT_MIN_US) |		\
	 PF(PREEMPT_TIMEOUT_MAX_US) | PF(ROUND_US) | PF(RESETS) |	\
	 PF(FAILED_RESETS))
#define VF_ALL								\
	(VF(INDEX) | VF(STATE) | VF(FB_QUOTA) | VF(TIME_SLICE_US) |	\
	 VF(PREEMPT_TIMEOUT_US) | VF(RESETS) | VF(FAILED_RESETS))

static void pf_get_has_everything(void)
{
	struct nl_message msg;

	assert_ok(nl_pf_get(fx.nl, gpu, &msg));
	assert_u64(msg.cmd, GPUVF_CMD_PF_GET);
	assert_u64(msg.has, PF_ALL);
	assert_string_equal(msg.bdf, gpu->bdf);
	assert_string_equal(msg.backend, "gpu-iov-v3");
	assert_u64(msg.state, GPUVF_PF_STATE_READY);
	/* which they are is in test_plain */
	assert_u64(msg.capabilities & (GPUVF_CAPABILITY_FRAMEBUFFER |
				       GPUVF_CAPABILITY_TIME_SLICE |
				       GPUVF_CAPABILITY_CLEAR |
				       GPUVF_CAPABILITY_ONESHOT),
		   GPUVF_CAPABILITY_FRAMEBUFFER | GPUVF_CAPABILITY_TIME_SLICE |
		   GPUVF_CAPABILITY_CLEAR);
	assert_u64(msg.vendor, 0x4756);
	assert_u64(msg.device, 0x20);
	assert_u64(msg.total_vfs, fx.total_vfs);
	assert_u64(msg.num_vfs, 0);
	assert_u64(msg.provisioning, GPUVF_PROVISIONING_AUTO);
	assert_u64(msg.fb_total, 16 * GIB);
	assert_u64(msg.fb_granularity, GRANULE);
	assert_u64(msg.time_slice_min_us, 1000);
	assert_u64(msg.time_slice_max_us, 500000);
}

struct seen {
	unsigned int pf[MAX_GPUS];
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
	if (i == fx.num_gpus)
		seen->bad = true;
	else if (msg->cmd == GPUVF_CMD_PF_GET && msg->has == PF_ALL)
		seen->pf[i]++;
	else if (msg->cmd == GPUVF_CMD_VF_GET && msg->num_vf == 1 &&
		 msg->has == (PF(BDF) | PF(GENERATION) | PF(VF)) &&
		 (msg->vf[0].has & VF_ALL) == VF_ALL)
		seen->vf[i][msg->vf[0].index]++;
	else
		seen->bad = true;
}

static void dump(uint8_t cmd, const struct gpu *of, struct seen *seen)
{
	struct nl_request req;
	struct nl_answer answer;

	memset(seen, 0, sizeof(*seen));
	nl_begin(fx.nl, &req, cmd, NLM_F_DUMP);
	if (of)
		mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, of->bdf);
	assert_ok(nl_dump(fx.nl, &req, &answer, note_seen, seen));
	assert_false(answer.malformed);
	assert_false(answer.interrupted);
	assert_false(seen->bad);
}

static void dumps_show_everything_once(void)
{
	unsigned int i, k;
	struct seen seen;

	fixture_load("gpus=3 total_vfs=31");
	dump(GPUVF_CMD_PF_GET, NULL, &seen);
	for (i = 0; i < 3; i++)
		assert_u64(seen.pf[i], 1);
	dump(GPUVF_CMD_VF_GET, NULL, &seen);
	for (i = 0; i < 3; i++)
		for (k = 0; k < 31; k++)
			assert_u64(seen.vf[i][k], 1);
	dump(GPUVF_CMD_VF_GET, &fx.gpu[1], &seen);
	for (i = 0; i < 3; i++)
		for (k = 0; k < 31; k++)
			assert_u64(seen.vf[i][k], i == 1);
}

static void dump_with_a_change_in_it_says_so(void)
{
	struct nl *other = nl_open();
	struct nl_request req, change;
	struct nl_answer answer;

	/* more than one buffer of answers, so that the dump has two parts */
	fixture_load("gpus=8 total_vfs=31");
	assert_ok(nl_family(other));
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	assert_ok(nl_dump_begin(fx.nl, &req));
	nl_config_set(other, &change, &fx.gpu[7]);
	nl_put_vf(&change, 3, GIB, 0);
	assert_ok(nl_call(other, &change, &answer));
	assert_ok(nl_dump_end(fx.nl, &req, &answer));
	assert_true(answer.interrupted);
	nl_close(other);
}

static void gets_refuse_what_does_not_exist(void)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;

	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "ffff:ff:1f.7");
	assert_refused(gpu, &req, -ENODEV, GPUVF_REASON_NO_SUCH_PF, -1,
		       GPUVF_A_PF_BDF);
	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_ACK);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	assert_int_equal(answer.missing_attr, GPUVF_A_PF_BDF);

	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(&req, nl_vf_begin(&req, fx.total_vfs));
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
		       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	assert_int_equal(answer.missing_attr, GPUVF_A_PF_VF);
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_VF);
	mnl_attr_nest_end(req.header, nest);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	assert_int_equal(answer.missing_attr, GPUVF_A_VF_INDEX);
	assert_int_equal(answer.missing_in, GPUVF_A_PF_VF);

	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "ffff:ff:1f.7");
	assert_error(nl_call(fx.nl, &req, &answer), -ENODEV);
}

static void put_layout(struct nl_request *req)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u32(req->header, GPUVF_A_PF_POLICY, GPUVF_POLICY_EQUAL);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_FB_PF_RESERVE, GIB);
	mnl_attr_put(req->header, GPUVF_A_PF_REPLACE, 0, NULL);
	nest = nl_vf_begin(req, 0);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, 4 * GIB + 1);
	mnl_attr_put_u32(req->header, GPUVF_A_VF_TIME_SLICE_US, 8000);
	mnl_attr_put_u32(req->header, GPUVF_A_VF_PREEMPT_TIMEOUT_US, 30000);
	mnl_attr_put_strz(req->header, GPUVF_A_VF_PROFILE, "big");
	nl_vf_end(req, nest);
	nl_put_vf(req, 2, GIB, 2000);
}

static void check_layout(const struct nl_message *msg)
{
	assert_u64(msg->cmd, GPUVF_CMD_CONFIG_SET);
	assert_u64(msg->has & ~PF(DRY_RUN), PF_ALL | PF(VF));
	assert_u64(msg->num_vf, fx.total_vfs);
	assert_u64(msg->policy, GPUVF_POLICY_EQUAL);
	assert_u64(msg->provisioning, GPUVF_PROVISIONING_EXPLICIT);
	assert_u64(msg->fb_pf_reserve, GIB);
	assert_u64(msg->vf[0].fb_quota, 4 * GIB + GRANULE);
	assert_u64(msg->vf[0].time_slice_us, 8000);
	assert_u64(msg->vf[0].preempt_timeout_us, 30000);
	assert_string_equal(msg->vf[0].profile, "big");
	assert_u64(msg->vf[1].fb_quota, 0);
	assert_u64(msg->vf[2].fb_quota, GIB);
	assert_u64(msg->vf[2].time_slice_us, 2000);
	assert_u64(msg->vf[2].preempt_timeout_us, 20000);
	assert_true(msg->vf[0].has & VF(FB_OFFSET));
	assert_false(msg->vf[1].has & VF(FB_OFFSET));
	assert_false(msg->vf[0].has & VF(FB_AUTO));
}

static void config_set_replies_with_the_layout(void)
{
	struct nl_request req;
	struct nl_answer answer;
	struct table table;

	put_layout(&req);
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_false(answer.malformed);
	assert_u64(answer.messages, 1);
	assert_false(answer.last.has & PF(DRY_RUN));
	check_layout(&answer.last);
	assert_true(gpu_table(gpu, &table));
	assert_u64(table.vf[0].start, answer.last.vf[0].fb_offset);
	assert_u64(table.vf[0].size, answer.last.vf[0].fb_quota);
	assert_u64(file_u64(gpu_sysfs(gpu, "generation")),
		   answer.last.generation);
}

static void dry_run_foretells_and_changes_nothing(void)
{
	char *before = fixture_snapshot(gpu);
	uint64_t generation = file_u64(gpu_sysfs(gpu, "generation"));
	struct nl_request req;
	struct nl_answer dry, wet;
	struct table table, now;
	unsigned int i;
	char *after;

	assert_true(gpu_table(gpu, &table));
	put_layout(&req);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	assert_ok(nl_call(fx.nl, &req, &dry));
	assert_true(dry.last.has & PF(DRY_RUN));
	check_layout(&dry.last);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	assert_true(gpu_table(gpu, &now));
	assert_memory_equal(&table, &now, sizeof(now));
	assert_u64(file_u64(gpu_sysfs(gpu, "generation")), generation);
	free(before);
	free(after);

	put_layout(&req);
	assert_ok(nl_call(fx.nl, &req, &wet));
	for (i = 0; i < fx.total_vfs; i++) {
		/* where in its life a VF is does not belong to the layout */
		dry.last.vf[i].state = wet.last.vf[i].state;
		assert_memory_equal(&dry.last.vf[i], &wet.last.vf[i],
				    sizeof(wet.last.vf[i]));
	}
	assert_u64(wet.last.fb_free, dry.last.fb_free);
	assert_u64(wet.last.round_us, dry.last.round_us);
}

static void C22_bad_kth_vf_changes_nothing(void)
{
	struct nl_request req;
	unsigned int k, i;

	for (k = 0; k < fx.total_vfs; k++) {
		nl_config_set(fx.nl, &req, gpu);
		mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY,
				 GPUVF_POLICY_FIXED);
		mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 0);
		for (i = 0; i < fx.total_vfs; i++)
			nl_put_vf(&req, i, 64 * MIB, i == k ? 999 : 3000);
		assert_refused(gpu, &req, -EINVAL,
			       GPUVF_REASON_SLICE_TOO_SHORT, k,
			       GPUVF_A_VF_TIME_SLICE_US, 999, 1000);
	}
	/* the planner's refusals name the first that finds no room */
	for (k = 0; k < fx.total_vfs; k++) {
		nl_config_set(fx.nl, &req, gpu);
		mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, GRANULE);
		for (i = 0; i < fx.total_vfs; i++)
			nl_put_vf(&req, i, i == k ? 16 * GIB : GRANULE, 3000);
		assert_refused(gpu, &req, -ENOSPC, GPUVF_REASON_NO_SPACE, k,
			       GPUVF_A_VF_FB_QUOTA, 16 * GIB,
			       (1024 - 2 - k) * GRANULE);
	}
}

static void C23_second_writer_is_stale(void)
{
	uint64_t planned = file_u64(gpu_sysfs(gpu, "generation"));
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_GENERATION, planned);
	nl_put_vf(&req, 0, GIB, 0);
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_u64(answer.last.generation, planned + 1);

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_GENERATION, planned);
	nl_put_vf(&req, 0, 2 * GIB, 0);
	assert_refused(gpu, &req, -ESTALE, GPUVF_REASON_STALE, -1,
		       GPUVF_A_PF_GENERATION, planned, planned + 1);
}

static void one_vf(struct nl_request *req, unsigned int vf, int attr,
		   uint32_t value)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	nest = nl_vf_begin(req, vf);
	mnl_attr_put_u32(req->header, attr, value);
	nl_vf_end(req, nest);
}

static void every_setting_out_of_range_is_refused(void)
{
	struct nl_request req;
	struct nlattr *nest;

	one_vf(&req, 1, GPUVF_A_VF_TIME_SLICE_US, 0);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_SLICE_TOO_SHORT, 1,
		       GPUVF_A_VF_TIME_SLICE_US, 0, 1000);
	one_vf(&req, 1, GPUVF_A_VF_TIME_SLICE_US, 500001);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_SLICE_TOO_LONG, 1,
		       GPUVF_A_VF_TIME_SLICE_US, 500001, 500000);
	one_vf(&req, 1, GPUVF_A_VF_PREEMPT_TIMEOUT_US, 999);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_PREEMPT_TOO_SHORT, 1,
		       GPUVF_A_VF_PREEMPT_TIMEOUT_US, 999, 1000);
	one_vf(&req, 1, GPUVF_A_VF_PREEMPT_TIMEOUT_US, 10000001);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_PREEMPT_TOO_LONG, 1,
		       GPUVF_A_VF_PREEMPT_TIMEOUT_US, 10000001, 10000000);

	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 1);
	mnl_attr_put_strz(req.header, GPUVF_A_VF_PROFILE, "a b");
	nl_vf_end(&req, nest);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_BAD_LABEL, 1,
		       GPUVF_A_VF_PROFILE, 1);

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, 3);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_BAD_VALUE, -1,
		       GPUVF_A_PF_POLICY, 3);

	one_vf(&req, fx.total_vfs, GPUVF_A_VF_TIME_SLICE_US, 5000);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
		       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 2, GIB, 0);
	nl_put_vf(&req, 2, GIB, 0);
	assert_refused(gpu, &req, -EINVAL, GPUVF_REASON_VF_NAMED_TWICE, 2,
		       GPUVF_A_VF_INDEX, 2);
}

static void memory_that_is_not_there_is_refused(void)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 16 * GIB);
	assert_refused(gpu, &req, -ENOSPC, GPUVF_REASON_RESERVE_TOO_BIG, -1,
		       GPUVF_A_PF_FB_PF_RESERVE, 16 * GIB,
		       16 * GIB - 2 * GRANULE);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 16 * GIB, 0);
	assert_refused(gpu, &req, -ENOSPC, GPUVF_REASON_NO_SPACE, 0,
		       GPUVF_A_VF_FB_QUOTA, 16 * GIB,
		       16 * GIB - 256 * MIB - GRANULE);

	/* a VF in use stays in the middle: 5 GiB before it, 9.7 behind */
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 5 * GIB, 0);
	nl_put_vf(&req, 1, GIB, 0);
	assert_ok(nl_call(fx.nl, &req, &answer));
	assert_ok(gpu_set_numvfs(gpu, 2));
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "enable"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 0, 0);
	assert_ok(nl_call(fx.nl, &req, &answer));
	fixture_wait_clean(gpu);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 12 * GIB, 0);
	assert_refused(gpu, &req, -ENOSPC, GPUVF_REASON_FRAGMENTED, 0,
		       GPUVF_A_VF_FB_QUOTA, 12 * GIB,
		       10 * GIB - 256 * MIB - GRANULE);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, 2 * GIB, 0);
	assert_refused(gpu, &req, -EBUSY, GPUVF_REASON_VF_IN_USE, 1,
		       GPUVF_A_VF_FB_QUOTA, 2 * GIB, GIB);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 8 * GIB);
	assert_refused(gpu, &req, -EBUSY, GPUVF_REASON_RESERVE_IN_USE, -1,
		       GPUVF_A_PF_FB_PF_RESERVE, 8 * GIB, 256 * MIB);
	assert_ok(file_write(gpu_vf_pci(gpu, 1, "enable"), "0"));
}

static void hardware_that_does_not_answer_is_refused(void)
{
	struct nl_request req;
	struct nl_answer answer;

	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	assert_error(nl_call(fx.nl, &req, &answer), -EIO);
	assert_u64(answer.last.refusal.reason, GPUVF_REASON_HW_COMMAND);
	assert_ok(file_write(gpu_sim(gpu, "config_dead"), "0"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	assert_refused(gpu, &req, -EIO, GPUVF_REASON_WEDGED, -1, -1);
}

static atomic_bool vfs_disabled;

static void *disable_vfs(void *arg)
{
	(void)arg;
	gpu_set_numvfs(gpu, 0);
	atomic_store(&vfs_disabled, true);
	return NULL;
}

/* disabling takes the PCI core a second: requests come in the midst of it */
static void changing_vf_count_is_refused(void)
{
	struct nl_request req;
	struct nl_answer answer;
	pthread_t thread;
	int err = 0;

	assert_ok(gpu_set_numvfs(gpu, 1));
	atomic_store(&vfs_disabled, false);
	assert_int_equal(pthread_create(&thread, NULL, disable_vfs, NULL), 0);
	while (!err && !atomic_load(&vfs_disabled)) {
		one_vf(&req, 1, GPUVF_A_VF_TIME_SLICE_US, 5000);
		err = nl_call(fx.nl, &req, &answer);
	}
	pthread_join(thread, NULL);
	assert_error(err, -EBUSY);
	assert_u64(answer.last.refusal.reason, GPUVF_REASON_VF_COUNT_CHANGING);
}

static const struct test tests[] = {
	TEST(pf_get_has_everything),
	TEST(dumps_show_everything_once),
	SLOW_TEST(dump_with_a_change_in_it_says_so),
	TEST(gets_refuse_what_does_not_exist),
	TEST(config_set_replies_with_the_layout),
	TEST(dry_run_foretells_and_changes_nothing),
	TEST(C22_bad_kth_vf_changes_nothing),
	TEST(C23_second_writer_is_stale),
	TEST(every_setting_out_of_range_is_refused),
	SLOW_TEST(memory_that_is_not_there_is_refused),
	TEST(hardware_that_does_not_answer_is_refused),
	SLOW_TEST(changing_vf_count_is_refused),
};

int main(void)
{
	return SUITE_RUN("netlink", on_debug_kernel() ? "total_vfs=4" :
			 "total_vfs=16", tests);
}
