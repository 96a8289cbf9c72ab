// SPDX-License-Identifier: GPL-2.0
/*
 * What the driver counts of a VF, read both ways.
 */

#include "fixture.h"
#include "stats.h"

const struct stats_counter stats_counters[STATS_NUM_COUNTERS] = {
	{ ENGINE_STAT(RUN_NS), "run_ns" },
	{ ENGINE_STAT(ACCOUNTED_NS), "accounted_ns" },
	{ ENGINE_STAT(SLICES), "slices" },
	{ ENGINE_STAT(SKIPPED), "skipped" },
	{ ENGINE_STAT(OVERRUN_NS), "overrun_ns" },
	{ ENGINE_STAT(IDLE_NS), "idle_ns" },
	{ ENGINE_STAT(PREEMPT_TIMEOUTS), "preempt_timeouts" },
	{ ENGINE_STAT(HANGS), "hangs" },
	{ GPUVF_A_STATS_RESETS, "resets" },
	{ GPUVF_A_STATS_FULL_ACCESS_TIMEOUTS, "full_access_timeouts" },
	{ GPUVF_A_STATS_MBOX_REQUESTS, "mbox_requests" },
	{ GPUVF_A_STATS_MBOX_LIMITED, "mbox_limited" },
	{ GPUVF_A_STATS_MBOX_UNANSWERED, "mbox_unanswered" },
	{ GPUVF_A_STATS_GUEST_MALFORMED, "guest_malformed" },
};

/**
 * stats_read() - ask for what is counted of a VF
 * @gpu: GPU
 * @vf: index of the VF
 * @stats: where to
 */
void stats_read(const struct gpu *gpu, unsigned int vf, struct nl_stats *stats)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;

	nl_begin(fx.nl, &req, GPUVF_CMD_STATS_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nest = nl_vf_begin(&req, vf);
	nl_vf_end(&req, nest);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	check(!answer.malformed);
	check(answer.last.vf[0].index == vf);
	*stats = answer.last.stats;
}

/**
 * stats_check_sysfs() - sysfs has the same
 * @gpu: GPU
 * @vf: index of a VF that does nothing
 * @stats: what netlink said
 */
void stats_check_sysfs(const struct gpu *gpu, unsigned int vf,
		       const struct nl_stats *stats)
{
	unsigned int i;

	for (i = 0; i < STATS_NUM_COUNTERS; i++)
		check(file_u64(gpu_sysfs(gpu, "vf%u/stats/%s", vf,
					 stats_counters[i].file)) == stats->counter[stats_counters[i].attr]);
}
