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
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "refusal.h"

static const struct gpu *gpu = &fx.gpu[0];

#define PF(name) (1ULL << GPUVF_A_PF_##name)
#define VF(name) (1U << GPUVF_A_VF_##name)

/* what every full object has */
#define PF_ALL								\
	(PF(BDF) | PF(REVISION) | PF(BACKEND) | PF(STATE) |		\
	 PF(CAPABILITIES) | PF(VENDOR) | PF(DEVICE) | PF(NUMA_NODE) |	\
	 PF(TOTAL_VFS) | PF(NUM_VFS) | PF(PROVISIONING) | PF(POLICY) |	\
	 PF(FB_TOTAL) | PF(FB_ALLOC_UNIT) | PF(FB_PF_RESERVE) |		\
	 PF(FB_CONTEXT_SAVE) | PF(FB_VF_AREA) | PF(FB_FREE) |		\
	 PF(FB_LARGEST_FREE) | PF(FB_NEEDS_SCRUB) | PF(FB_QUARANTINED) |	\
	 PF(FB_QUARANTINED_EXTENTS) | PF(ENGINE) | PF(RESETS) |		\
	 PF(FAILED_RESETS) | PF(FB_ALIGN) | PF(FB_RESERVED_EXTENTS))
#define VF_ALL								\
	(VF(INDEX) | VF(STATE) | VF(FB_QUOTA) | VF(ENGINE) |		\
	 VF(RESETS) | VF(FAILED_RESETS))
#define ENGINE(name)	(1U << GPUVF_A_ENGINE_##name)
#define PF_ENGINE_ALL							\
	(ENGINE(ID) | ENGINE(TIME_SLICE_MIN_US) |			\
	 ENGINE(TIME_SLICE_MAX_US) | ENGINE(PREEMPT_TIMEOUT_MIN_US) |	\
	 ENGINE(PREEMPT_TIMEOUT_MAX_US) | ENGINE(ROTATION_US))
#define VF_ENGINE_ALL							\
	(ENGINE(ID) | ENGINE(TIME_SLICE_US) |				\
	 ENGINE(PREEMPT_TIMEOUT_US) | ENGINE(TIME_SLICE_EFFECTIVE_US) |	\
	 ENGINE(PREEMPT_TIMEOUT_EFFECTIVE_US))

MODULES_FIXTURE(netlink, on_debug_kernel() ? "total_vfs=4" : "total_vfs=16");

TEST_F(netlink, pf_get_has_everything)
{
	struct nl_message msg;

	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	ASSERT_EQ(GPUVF_CMD_PF_GET, msg.cmd);
	ASSERT_EQ(PF_ALL | PF(VF), msg.has);
	ASSERT_STREQ(gpu->bdf, msg.bdf);
	ASSERT_STREQ("gpu-iov-v3", msg.backend);
	ASSERT_EQ(GPUVF_PF_STATE_READY, msg.state);
	/* which they are is in test_plain */
	ASSERT_EQ(GPUVF_CAPABILITY_FRAMEBUFFER | GPUVF_CAPABILITY_TIME_SLICE |
			  GPUVF_CAPABILITY_SCRUB,
		  msg.capabilities &
			  (GPUVF_CAPABILITY_FRAMEBUFFER |
			   GPUVF_CAPABILITY_TIME_SLICE |
			   GPUVF_CAPABILITY_SCRUB | GPUVF_CAPABILITY_ONESHOT));
	ASSERT_EQ(0x4756, msg.vendor);
	ASSERT_EQ(0x20, msg.device);
	ASSERT_EQ(fx.total_vfs, msg.total_vfs);
	ASSERT_EQ(0, msg.num_vfs);
	ASSERT_EQ(GPUVF_PROVISIONING_AUTO, msg.provisioning);
	ASSERT_EQ(16 * GIB, msg.fb_total);
	ASSERT_EQ(UNIT, msg.fb_alloc_unit);
	ASSERT_EQ(PF_ENGINE_ALL, msg.engine.has);
	ASSERT_EQ(1000, msg.time_slice_min_us);
	ASSERT_EQ(500000, msg.time_slice_max_us);
}

/* in one answer, of one moment */
TEST_F(netlink, pf_get_has_all_that_a_plan_needs)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg, of_vf;
	struct nlattr *nest;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, GIB + 1);
	nl_put_vf(&req, 0, GIB, 0);
	nl_put_vf(&req, 1, GIB, 0);
	nest = nl_vf_begin(&req, 2);
	mnl_attr_put_u64(req.header, GPUVF_A_VF_FB_QUOTA, 2 * GIB);
	mnl_attr_put_u64(req.header, GPUVF_A_VF_FB_OFFSET, 4 * GIB);
	nl_vf_end(&req, nest);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, 3));
	fixture_wait_clean(gpu);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 2, "enable"), "1"));

	ASSERT_OK(nl_pf_get(fx.nl, gpu, &msg));
	/* the reserve, and 8 MiB for contexts, are whole units */
	ASSERT_EQ(GIB + UNIT, msg.fb_pf_reserve);
	ASSERT_EQ(GIB + 2 * UNIT, msg.vf_area.start);
	ASSERT_EQ(16 * GIB, msg.vf_area.start + msg.vf_area.size);
	ASSERT_EQ(msg.vf_area.size - 4 * GIB, msg.fb_free);
	ASSERT_EQ(0, msg.quarantined_extents);
	ASSERT_EQ(file_u64(gpu_sysfs(gpu, "revision")), msg.revision);
	ASSERT_EQ(fx.total_vfs, msg.num_vf);
	ASSERT_EQ(4 * GIB, msg.vf[2].fb_offset);
	ASSERT_TRUE(msg.vf[2].has & VF(IN_USE));
	ASSERT_FALSE(msg.vf[0].has & VF(IN_USE));
	for (i = 0; i < fx.total_vfs; i++) {
		ASSERT_OK(nl_vf_get(fx.nl, gpu, i, &of_vf));
		ASSERT_EQ(0, memcmp(&of_vf.vf[0], &msg.vf[i],
				    sizeof(of_vf.vf[0])));
	}
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 2, "enable"), "0"));
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
		 msg->has == (PF(BDF) | PF(REVISION) | PF(VF)) &&
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
	ASSERT_OK(nl_dump(fx.nl, &req, &answer, note_seen, seen));
	ASSERT_FALSE(answer.malformed);
	ASSERT_FALSE(answer.interrupted);
	ASSERT_FALSE(seen->bad);
}

TEST_F(netlink, dumps_show_everything_once)
{
	unsigned int i, k;
	struct seen seen;

	fixture_load(fixture_most_vfs("gpus=3"));
	dump(GPUVF_CMD_PF_GET, NULL, &seen);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(1, seen.pf[i]);
	}
	dump(GPUVF_CMD_VF_GET, NULL, &seen);
	for (i = 0; i < 3; i++)
		for (k = 0; k < fx.total_vfs; k++) {
			ASSERT_EQ(1, seen.vf[i][k]);
		}
	dump(GPUVF_CMD_VF_GET, &fx.gpu[1], &seen);
	for (i = 0; i < 3; i++)
		for (k = 0; k < fx.total_vfs; k++) {
			ASSERT_EQ(i == 1, seen.vf[i][k]);
		}
}

TEST_F(netlink, dump_with_a_change_in_it_says_so)
{
	struct nl *other = nl_open();
	struct nl_request req, change;
	struct nl_answer answer;

	/* more than one buffer of answers, so that the dump has two parts */
	fixture_load(fixture_most_vfs("gpus=8"));
	ASSERT_OK(nl_family(other));
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	ASSERT_OK(nl_dump_begin(fx.nl, &req));
	nl_config_set(other, &change, &fx.gpu[7]);
	nl_put_vf(&change, 3, GIB, 0);
	ASSERT_OK(nl_call(other, &change, &answer));
	ASSERT_OK(nl_dump_end(fx.nl, &req, &answer));
	ASSERT_TRUE(answer.interrupted);
	nl_close(other);
}

TEST_F(netlink, gets_refuse_what_does_not_exist)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;

	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "ffff:ff:1f.7");
	ASSERT_REFUSED(gpu, &req, -ENODEV, GPUVF_REASON_NO_SUCH_PF, -1,
		       GPUVF_A_PF_BDF);
	nl_begin(fx.nl, &req, GPUVF_CMD_PF_GET, NLM_F_ACK);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
	ASSERT_EQ(GPUVF_A_PF_BDF, answer.missing_attr);

	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(&req, nl_vf_begin(&req, fx.total_vfs));
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
		       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
	ASSERT_EQ(GPUVF_A_PF_VF, answer.missing_attr);
	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_VF);
	mnl_attr_nest_end(req.header, nest);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
	ASSERT_EQ(GPUVF_A_VF_INDEX, answer.missing_attr);
	ASSERT_EQ(GPUVF_A_PF_VF, answer.missing_in);

	nl_begin(fx.nl, &req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "ffff:ff:1f.7");
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -ENODEV);
}

static void put_layout(struct nl_request *req)
{
	struct nlattr *nest, *engine;

	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u32(req->header, GPUVF_A_PF_POLICY, GPUVF_POLICY_EQUAL);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_FB_PF_RESERVE, GIB);
	mnl_attr_put(req->header, GPUVF_A_PF_REPLACE, 0, NULL);
	nest = nl_vf_begin(req, 0);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, 4 * GIB + 1);
	engine = mnl_attr_nest_start(req->header, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_ID, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_TIME_SLICE_US, 8000);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US, 30000);
	mnl_attr_nest_end(req->header, engine);
	mnl_attr_put_strz(req->header, GPUVF_A_VF_PROFILE, "big");
	nl_vf_end(req, nest);
	nl_put_vf(req, 2, GIB, 2000);
}

static void check_layout(const struct nl_message *msg)
{
	ASSERT_EQ(GPUVF_CMD_CONFIG_SET, msg->cmd);
	/* what is quarantined is in pf-get */
	ASSERT_EQ((PF_ALL & ~PF(FB_QUARANTINED_EXTENTS)) | PF(VF),
		  msg->has & ~PF(DRY_RUN));
	ASSERT_EQ(fx.total_vfs, msg->num_vf);
	ASSERT_EQ(GPUVF_POLICY_EQUAL, msg->policy);
	ASSERT_EQ(GPUVF_PROVISIONING_EXPLICIT, msg->provisioning);
	ASSERT_EQ(GIB, msg->fb_pf_reserve);
	ASSERT_EQ(4 * GIB + UNIT, msg->vf[0].fb_quota);
	ASSERT_EQ(8000, msg->vf[0].time_slice_us);
	ASSERT_EQ(30000, msg->vf[0].preempt_timeout_us);
	ASSERT_STREQ("big", msg->vf[0].profile);
	ASSERT_EQ(0, msg->vf[1].fb_quota);
	ASSERT_EQ(GIB, msg->vf[2].fb_quota);
	ASSERT_EQ(2000, msg->vf[2].time_slice_us);
	ASSERT_EQ(20000, msg->vf[2].preempt_timeout_us);
	ASSERT_EQ(VF_ENGINE_ALL, msg->vf[2].engine.has);
	ASSERT_EQ(2000, msg->vf[2].engine.time_slice_us);
	ASSERT_EQ(20000, msg->vf[2].engine.preempt_timeout_us);
	ASSERT_TRUE(msg->vf[0].has & VF(FB_OFFSET));
	ASSERT_FALSE(msg->vf[1].has & VF(FB_OFFSET));
	ASSERT_FALSE(msg->vf[0].has & VF(FB_AUTO));
}

TEST_F(netlink, config_set_replies_with_the_layout)
{
	struct nl_request req;
	struct nl_answer answer;
	struct table table;

	put_layout(&req);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_FALSE(answer.malformed);
	ASSERT_EQ(1, answer.messages);
	ASSERT_FALSE(answer.last.has & PF(DRY_RUN));
	check_layout(&answer.last);
	ASSERT_TRUE(gpu_table(gpu, &table));
	ASSERT_EQ(answer.last.vf[0].fb_offset, table.vf[0].start);
	ASSERT_EQ(answer.last.vf[0].fb_quota, table.vf[0].size);
	ASSERT_EQ(answer.last.revision,
		  file_u64(gpu_sysfs(gpu, "revision")));
}

TEST_F(netlink, dry_run_foretells_and_changes_nothing)
{
	char *before = fixture_snapshot(gpu);
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));
	struct nl_request req;
	struct nl_answer dry, wet;
	struct table table, now;
	unsigned int i;
	char *after;

	ASSERT_TRUE(gpu_table(gpu, &table));
	put_layout(&req);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_call(fx.nl, &req, &dry));
	ASSERT_TRUE(dry.last.has & PF(DRY_RUN));
	check_layout(&dry.last);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	ASSERT_TRUE(gpu_table(gpu, &now));
	ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
	ASSERT_EQ(revision, file_u64(gpu_sysfs(gpu, "revision")));
	free(before);
	free(after);

	put_layout(&req);
	ASSERT_OK(nl_call(fx.nl, &req, &wet));
	for (i = 0; i < fx.total_vfs; i++) {
		/* where in its life a VF is does not belong to the layout */
		dry.last.vf[i].state = wet.last.vf[i].state;
		ASSERT_EQ(0, memcmp(&dry.last.vf[i], &wet.last.vf[i],
				    sizeof(wet.last.vf[i])));
	}
	ASSERT_EQ(dry.last.fb_free, wet.last.fb_free);
	ASSERT_EQ(dry.last.rotation_us, wet.last.rotation_us);
}

TEST_F(netlink, a_change_is_one_line_of_the_log)
{
	const char *of_vf = "VF1: configured with 1024 MiB of framebuffer, time slice 8000 us, preemption timeout 20000 us";
	const char *of_gpu = "configured with policy fixed, 128 MiB of PF reserve, 1 VF with framebuffer, 15216 MiB free";
	struct nl_request req;
	struct nl_answer answer;
	int log = klog_open();

	ASSERT_LE(0, log);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, GIB, 8000);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_FALSE(klog_has(log, of_vf));

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, GIB, 8000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_TRUE(klog_has(log, of_vf));
	ASSERT_FALSE(klog_has(log, of_vf));
	/* nothing changes */
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_FALSE(klog_has(log, of_vf));

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, GPUVF_POLICY_FIXED);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 128 * MIB);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_TRUE(klog_has(log, of_gpu));
	close(log);
}

TEST_F(netlink, C22_bad_kth_vf_changes_nothing)
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
		ASSERT_REFUSED(gpu, &req, -EINVAL,
			       GPUVF_REASON_SLICE_TOO_SHORT, k,
			       GPUVF_A_ENGINE_TIME_SLICE_US, 999, 1000);
	}
	/* the planner's refusals name the first that finds no room */
	for (k = 0; k < fx.total_vfs; k++) {
		nl_config_set(fx.nl, &req, gpu);
		mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, UNIT);
		for (i = 0; i < fx.total_vfs; i++)
			nl_put_vf(&req, i, i == k ? 16 * GIB : UNIT, 3000);
		ASSERT_REFUSED(gpu, &req, -ENOSPC, GPUVF_REASON_NO_SPACE, k,
			       GPUVF_A_VF_FB_QUOTA, 16 * GIB,
			       (1024 - 2 - k) * UNIT);
	}
}

TEST_F(netlink, C23_second_writer_is_stale)
{
	uint64_t planned = file_u64(gpu_sysfs(gpu, "revision"));
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_REVISION, planned);
	nl_put_vf(&req, 0, GIB, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_EQ(planned + 1, answer.last.revision);

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_REVISION, planned);
	nl_put_vf(&req, 0, 2 * GIB, 0);
	ASSERT_REFUSED(gpu, &req, -ESTALE, GPUVF_REASON_STALE, -1,
		       GPUVF_A_PF_REVISION, planned, planned + 1);
}

static void one_vf(struct nl_request *req, unsigned int vf, int attr,
		   uint32_t value)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	nest = nl_vf_begin(req, vf);
	nl_put_u32(req, attr, value);
	nl_vf_end(req, nest);
}

TEST_F(netlink, every_setting_out_of_range_is_refused)
{
	struct nl_request req;
	struct nlattr *nest, *engine;

	one_vf(&req, 1, ENGINE_ATTR(TIME_SLICE_US), 0);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_SLICE_TOO_SHORT, 1,
		       GPUVF_A_ENGINE_TIME_SLICE_US, 0, 1000);
	one_vf(&req, 1, ENGINE_ATTR(TIME_SLICE_US), 500001);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_SLICE_TOO_LONG, 1,
		       GPUVF_A_ENGINE_TIME_SLICE_US, 500001, 500000);
	one_vf(&req, 1, ENGINE_ATTR(PREEMPT_TIMEOUT_US), 999);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_PREEMPT_TOO_SHORT, 1,
		       GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US, 999, 1000);
	one_vf(&req, 1, ENGINE_ATTR(PREEMPT_TIMEOUT_US), 10000001);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_PREEMPT_TOO_LONG, 1,
		       GPUVF_A_ENGINE_PREEMPT_TIMEOUT_US, 10000001, 10000000);

	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 1);
	engine = mnl_attr_nest_start(req.header, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u32(req.header, GPUVF_A_ENGINE_ID, 1);
	mnl_attr_put_u32(req.header, GPUVF_A_ENGINE_TIME_SLICE_US, 5000);
	mnl_attr_nest_end(req.header, engine);
	nl_vf_end(&req, nest);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_ENGINE, 1,
		       GPUVF_A_ENGINE_ID, 1, 0);

	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 1);
	mnl_attr_put_strz(req.header, GPUVF_A_VF_PROFILE, "a b");
	nl_vf_end(&req, nest);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_BAD_LABEL, 1,
		       GPUVF_A_VF_PROFILE, 1);

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, 3);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_BAD_VALUE, -1,
		       GPUVF_A_PF_POLICY, 3);

	one_vf(&req, fx.total_vfs, ENGINE_ATTR(TIME_SLICE_US), 5000);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_NO_SUCH_VF, -1,
		       GPUVF_A_VF_INDEX, fx.total_vfs, fx.total_vfs);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 2, GIB, 0);
	nl_put_vf(&req, 2, GIB, 0);
	ASSERT_REFUSED(gpu, &req, -EINVAL, GPUVF_REASON_VF_NAMED_TWICE, 2,
		       GPUVF_A_VF_INDEX, 2);
}

TEST_F(netlink, memory_that_is_not_there_is_refused)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 16 * GIB);
	ASSERT_REFUSED(gpu, &req, -ENOSPC, GPUVF_REASON_RESERVE_TOO_BIG, -1,
		       GPUVF_A_PF_FB_PF_RESERVE, 16 * GIB,
		       16 * GIB - 2 * UNIT);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 16 * GIB, 0);
	ASSERT_REFUSED(gpu, &req, -ENOSPC, GPUVF_REASON_NO_SPACE, 0,
		       GPUVF_A_VF_FB_QUOTA, 16 * GIB,
		       16 * GIB - 256 * MIB - UNIT);

	/* a VF in use stays in the middle: 5 GiB before it, 9.7 behind */
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 5 * GIB, 0);
	nl_put_vf(&req, 1, GIB, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	load_rest(gpu, 2);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "enable"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 0, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	fixture_wait_clean(gpu);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, 12 * GIB, 0);
	ASSERT_REFUSED(gpu, &req, -ENOSPC, GPUVF_REASON_FRAGMENTED, 0,
		       GPUVF_A_VF_FB_QUOTA, 12 * GIB,
		       10 * GIB - 256 * MIB - UNIT);
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, 2 * GIB, 0);
	ASSERT_REFUSED(gpu, &req, -EBUSY, GPUVF_REASON_VF_IN_USE, 1,
		       GPUVF_A_VF_FB_QUOTA, 2 * GIB, GIB);
	nl_config_set(fx.nl, &req, gpu);
	mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE, 8 * GIB);
	ASSERT_REFUSED(gpu, &req, -EBUSY, GPUVF_REASON_RESERVE_IN_USE, -1,
		       GPUVF_A_PF_FB_PF_RESERVE, 8 * GIB, 256 * MIB);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "enable"), "0"));
}

TEST_F(netlink, hardware_that_does_not_answer_is_refused)
{
	struct nl_request req;
	struct nl_answer answer;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EIO);
	ASSERT_EQ(GPUVF_REASON_HW_COMMAND, answer.last.refusal.reason);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	ASSERT_REFUSED(gpu, &req, -EIO, GPUVF_REASON_WEDGED, -1, -1);
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
TEST_F(netlink, changing_vf_count_is_refused)
{
	struct nl_request req;
	struct nl_answer answer;
	pthread_t thread;
	int err = 0;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	atomic_store(&vfs_disabled, false);
	ASSERT_EQ(0, pthread_create(&thread, NULL, disable_vfs, NULL));
	while (!err && !atomic_load(&vfs_disabled)) {
		one_vf(&req, 1, ENGINE_ATTR(TIME_SLICE_US), 5000);
		err = nl_call(fx.nl, &req, &answer);
	}
	pthread_join(thread, NULL);
	ASSERT_ERROR(err, -EBUSY);
	ASSERT_EQ(GPUVF_REASON_VF_COUNT_CHANGING, answer.last.refusal.reason);
}

TEST_HARNESS_MAIN
