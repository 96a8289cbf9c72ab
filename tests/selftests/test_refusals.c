// SPDX-License-Identifier: GPL-2.0
/*
 * C37: a refusal is about the object and the value that were asked for. Each
 * reason that can be provoked is, on the second of two GPUs, with a value that
 * occurs nowhere else; what the kernel answers, what it logs and what the agent
 * prints has to name the GPU, the VF, the value and the limit, in the same words. What
 * the agent's planner finds by itself is in these words too, but where the module only
 * says that the agent can do more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "spec.h"

static const struct gpu *gpu = &fx.gpu[1];

/* VFs that are enabled: one less than there could be */
#define ENABLED	3

/* the log takes ten messages in 5 s, and each case makes up to three */
#define LOG_PAUSE_MS	2000

/* how the kernel writes a figure */
enum unit {
	UNIT_NONE,	/* the reason has no value */
	UNIT_NUMBER,
	UNIT_BYTES,
	UNIT_US,
};

/**
 * struct error_case - one refusal
 * @reason: GPUVF_REASON_*
 * @error: errno, negative
 * @vf: that it is about, -1: the GPU
 * @prepare: before each request, may be NULL
 * @ask: makes the request
 * @words: of the agent for the same request, GPU for its address; NULL: it does
 *	not ask for that
 * @lines: of a configuration that asks for the same, which the agent's own planner
 *	refuses, as it does @words; NULL: it does not
 * @planned: the agent's message, without what it is about; NULL: the kernel's
 * @file: of sysfs, with @text for the same request; NULL: there is none
 * @text: what is written
 * @unit: of @asked
 * @asked: the value that was asked for
 */
struct error_case {
	unsigned int reason;
	int error;
	int vf;
	void (*prepare)(void);
	void (*ask)(struct nl_request *req);
	const char *words;
	const char *lines;
	const char *planned;
	const char *file;
	const char *text;
	enum unit unit;
	uint64_t asked;
};

static void set_vf_u32(struct nl_request *req, unsigned int vf, int attr,
		       uint32_t value)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	nest = nl_vf_begin(req, vf);
	nl_put_u32(req, attr, value);
	nl_vf_end(req, nest);
}

static void place_vf(struct nl_request *req, unsigned int vf, uint64_t quota,
		     uint64_t offset)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	nest = nl_vf_begin(req, vf);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, quota);
	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_OFFSET, offset);
	nl_vf_end(req, nest);
}

static void operate(struct nl_request *req, uint8_t cmd, unsigned int vf)
{
	nl_begin(fx.nl, req, cmd, NLM_F_ACK);
	mnl_attr_put_strz(req->header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(req, nl_vf_begin(req, vf));
}

static void ask_slice_short(struct nl_request *req)
{
	set_vf_u32(req, 2, ENGINE_ATTR(TIME_SLICE_US), 123);
}

static void ask_slice_long(struct nl_request *req)
{
	set_vf_u32(req, 1, ENGINE_ATTR(TIME_SLICE_US), 612345);
}

static void ask_preempt_short(struct nl_request *req)
{
	set_vf_u32(req, 0, ENGINE_ATTR(PREEMPT_TIMEOUT_US), 7);
}

static void ask_preempt_long(struct nl_request *req)
{
	set_vf_u32(req, 2, ENGINE_ATTR(PREEMPT_TIMEOUT_US), 4012345678U);
}

static void ask_no_such_vf(struct nl_request *req)
{
	set_vf_u32(req, 9, ENGINE_ATTR(TIME_SLICE_US), 5000);
}

static void ask_pause_of_no_vf(struct nl_request *req)
{
	operate(req, GPUVF_CMD_VF_PAUSE, 17);
}

static void ask_pause_of_disabled(struct nl_request *req)
{
	operate(req, GPUVF_CMD_VF_PAUSE, 3);
}

static void ask_twice(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 2, GIB, 0);
	nl_put_vf(req, 2, GIB, 0);
}

static void ask_stale(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_REVISION, 4711);
}

static void ask_too_much(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 2, 15 * GIB + UNIT, 0);
}

static void ask_whole_reserve(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_FB_PF_RESERVE, 17 * GIB);
}

static void ask_bad_policy(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u32(req->header, GPUVF_A_PF_POLICY, 77);
}

static void ask_bad_label(struct nl_request *req)
{
	struct nlattr *nest;

	nl_config_set(fx.nl, req, gpu);
	nest = nl_vf_begin(req, 1);
	mnl_attr_put_strz(req->header, GPUVF_A_VF_PROFILE, "no/label");
	nl_vf_end(req, nest);
}

static void ask_offset_alone(struct nl_request *req)
{
	place_vf(req, 3, 0, 3 * GIB);
}

static void ask_offset_unaligned(struct nl_request *req)
{
	place_vf(req, 2, GIB, 9 * GIB + 5 * MIB);
}

static void ask_offset_outside(struct nl_request *req)
{
	place_vf(req, 2, GIB, 16 * GIB - UNIT);
}

/* VF 1 is in use from here on, between free framebuffer on both sides */
static void use_vf(void)
{
	struct nl_request req;
	struct nl_answer answer;

	place_vf(&req, 1, GIB, 272 * MIB + 5 * GIB);
	nl_put_vf(&req, 0, 0, 0);
	nl_put_vf(&req, 2, 0, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	fixture_wait_clean(gpu);
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "enable"), "1"));
}

static void ask_resize_in_use(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 1, 3 * GIB + UNIT, 0);
}

static void ask_reserve_in_use(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_FB_PF_RESERVE,
			 8 * GIB + UNIT);
}

static void ask_fragmented(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 2, 12 * GIB + UNIT, 0);
}

static uint64_t offset_of(unsigned int vf)
{
	return file_u64(gpu_sysfs(gpu, "vf%u/fb_offset", vf));
}

static void ask_offset_taken(struct nl_request *req)
{
	place_vf(req, 2, 2 * GIB, offset_of(1));
}

static void ask_move_in_use(struct nl_request *req)
{
	place_vf(req, 1, GIB, 11 * GIB);
}

static void free_vf(void)
{
	struct nl_request req;
	struct nl_answer answer;

	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "enable"), "0"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	nl_put_vf(&req, 2, GIB, 0);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	fixture_wait_clean(gpu);
}

static void stop_vf(void)
{
	struct nl_request req;
	struct nl_answer answer;

	operate(&req, GPUVF_CMD_VF_STOP, 2);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
}

static void ask_pause_of_stopped(struct nl_request *req)
{
	operate(req, GPUVF_CMD_VF_PAUSE, 2);
}

static void ask_slice(struct nl_request *req)
{
	set_vf_u32(req, 1, ENGINE_ATTR(TIME_SLICE_US), 5678);
}

static void wedge(void)
{
	struct nl_request req;
	struct nl_answer answer;

	if (file_is(gpu_sysfs(gpu, "state"), "wedged"))
		return;
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 2, 2 * GIB, 0);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EIO);
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
}

#define ABOUT(reason_, error_, vf_, ask_, ...) \
	{ .reason = GPUVF_REASON_ ## reason_, .error = -(error_), .vf = vf_, \
	  .ask = ask_, __VA_ARGS__ }

static void ask_no_such_engine(struct nl_request *req)
{
	struct nlattr *vf, *nest;

	nl_config_set(fx.nl, req, gpu);
	vf = nl_vf_begin(req, 1);
	nest = mnl_attr_nest_start(req->header, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_ID, 3);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_TIME_SLICE_US, 5000);
	mnl_attr_nest_end(req->header, nest);
	nl_vf_end(req, vf);
}

static const struct error_case calm[] = {
	ABOUT(NO_SUCH_ENGINE, EINVAL, 1, ask_no_such_engine,
	      .unit = UNIT_NUMBER, .asked = 3),
	ABOUT(SLICE_TOO_SHORT, EINVAL, 2, ask_slice_short,
	      .words = "set GPU/2 time_slice=123us", .unit = UNIT_US,
	      .asked = 123, .file = "vf2/time_slice_us", .text = "123"),
	ABOUT(SLICE_TOO_LONG, EINVAL, 1, ask_slice_long,
	      .words = "set GPU/1 time_slice=612345us", .unit = UNIT_US,
	      .asked = 612345, .file = "vf1/time_slice_us", .text = "612345"),
	ABOUT(PREEMPT_TOO_SHORT, EINVAL, 0, ask_preempt_short,
	      .words = "set GPU/0 preempt_timeout=7us", .unit = UNIT_US,
	      .asked = 7, .file = "vf0/preempt_timeout_us", .text = "7"),
	ABOUT(PREEMPT_TOO_LONG, EINVAL, 2, ask_preempt_long,
	      .words = "set GPU/2 preempt_timeout=4012345678us",
	      .unit = UNIT_US, .asked = 4012345678U,
	      .file = "vf2/preempt_timeout_us", .text = "4012345678"),
	ABOUT(NO_SUCH_VF, EINVAL, -1, ask_no_such_vf,
	      .words = "set GPU/9 time_slice=5ms", .unit = UNIT_NUMBER,
	      .asked = 9),
	ABOUT(NO_SUCH_VF, EINVAL, -1, ask_pause_of_no_vf,
	      .words = "pause GPU/17", .unit = UNIT_NUMBER, .asked = 17),
	ABOUT(VF_NOT_ENABLED, ENODEV, 3, ask_pause_of_disabled,
	      .words = "pause GPU/3"),
	ABOUT(VF_NAMED_TWICE, EINVAL, 2, ask_twice),
	ABOUT(STALE, ESTALE, -1, ask_stale, .unit = UNIT_NUMBER,
	      .asked = 4711),
	ABOUT(NO_SPACE, ENOSPC, 2, ask_too_much,
	      .words = "set GPU/2 fb=15376MiB", .unit = UNIT_BYTES,
	      .lines = "vf 0-1 = a\nvf 2 = c\n[profile c]\nfb = 15376MiB\n",
	      .asked = 15 * GIB + UNIT, .file = "vf2/fb_quota",
	      .text = "16122904576"),
	ABOUT(RESERVE_TOO_BIG, ENOSPC, -1, ask_whole_reserve,
	      .words = "set GPU pf_reserve=17GiB", .unit = UNIT_BYTES,
	      .lines = "vf 0-2 = a\npf_reserve = 17GiB\n",
	      .asked = 17 * GIB, .file = "fb/pf_reserve",
	      .text = "18253611008"),
	ABOUT(BAD_VALUE, EINVAL, -1, ask_bad_policy),
	ABOUT(BAD_LABEL, EINVAL, 1, ask_bad_label, .file = "vf1/profile",
	      .text = "no/label"),
	ABOUT(OFFSET_WITHOUT_QUOTA, EINVAL, 3, ask_offset_alone,
	      .unit = UNIT_BYTES, .asked = 3 * GIB),
	ABOUT(OFFSET_UNALIGNED, EINVAL, 2, ask_offset_unaligned,
	      .unit = UNIT_BYTES, .asked = 9 * GIB + 5 * MIB),
	ABOUT(OFFSET_OUTSIDE, EINVAL, 2, ask_offset_outside,
	      .unit = UNIT_BYTES, .asked = 16 * GIB - UNIT),
	ABOUT(VF_WRONG_STATE, EBUSY, 2, ask_pause_of_stopped,
	      .prepare = stop_vf, .words = "pause GPU/2"),
};

static const struct error_case in_use[] = {
	ABOUT(VF_IN_USE, EBUSY, 1, ask_resize_in_use,
	      .words = "set GPU/1 fb=3088MiB", .unit = UNIT_BYTES,
	      .lines = "vfs = 3\nvf 1 = c\n[profile c]\nfb = 3088MiB\n",
	      .asked = 3 * GIB + UNIT, .file = "vf1/fb_quota",
	      .text = "3238002688"),
	ABOUT(RESERVE_IN_USE, EBUSY, -1, ask_reserve_in_use,
	      .words = "set GPU pf_reserve=8208MiB", .unit = UNIT_BYTES,
	      .lines = "vfs = 3\nvf 1 = a\npf_reserve = 8208MiB\n",
	      .asked = 8 * GIB + UNIT, .file = "fb/pf_reserve",
	      .text = "8606711808"),
	ABOUT(FRAGMENTED, ENOSPC, 2, ask_fragmented,
	      .words = "set GPU/2 fb=12304MiB", .unit = UNIT_BYTES,
	      .lines = "vf 1 = a\nvf 2 = c\n[profile c]\nfb = 12304MiB\n",
	      .planned = "VF 2: requested 12304 MiB of framebuffer; 15088 MiB free, but the largest block has 9968 MiB: VF 1 (its guest) is in the way",
	      .asked = 12 * GIB + UNIT, .file = "vf2/fb_quota",
	      .text = "12901679104"),
	ABOUT(OFFSET_TAKEN, ENOSPC, 2, ask_offset_taken),
	ABOUT(OFFSET_IN_USE, EBUSY, 1, ask_move_in_use, .unit = UNIT_BYTES,
	      .asked = 11 * GIB),
};

static const struct error_case wedged[] = {
	ABOUT(WEDGED, EIO, -1, ask_slice, .prepare = wedge,
	      .words = "set GPU/1 time_slice=5678us",
	      .file = "vf1/time_slice_us", .text = "5678"),
};

/* those that are provoked elsewhere, or nowhere */
static const unsigned int not_here[] = {
	GPUVF_REASON_NO_SUCH_PF,	/* below: no GPU says it */
	GPUVF_REASON_NOT_PERMITTED,	/* test_netlink_bad, test_agent_others */
	GPUVF_REASON_VF_COUNT_CHANGING,	/* test_netlink, test_agent_others */
	GPUVF_REASON_NO_FAIR_SHARE,	/* test_enable: sriov_numvfs */
	GPUVF_REASON_POLICY_UNSUPPORTED, /* test_plain: without busy bits */
	GPUVF_REASON_NOT_SUPPORTED,	/* test_plain */
	GPUVF_REASON_HW_COMMAND,	/* test_netlink: they have no value */
	GPUVF_REASON_HW_MISMATCH,
	GPUVF_REASON_NO_MEMORY,		/* test_each_failure */
	GPUVF_REASON_VF_FAILED,		/* test_faults */
	GPUVF_REASON_RESET_FAILED,	/* test_resets */
	GPUVF_REASON_PF_RESETTING,	/* test_resets */
};

static void figure(char *text, size_t size, enum unit unit, uint64_t value)
{
	if (unit == UNIT_BYTES && value % MIB)
		snprintf(text, size, "%llu bytes", (unsigned long long)value);
	else if (unit == UNIT_BYTES)
		snprintf(text, size, "%llu MiB",
			 (unsigned long long)(value / MIB));
	else
		snprintf(text, size, "%llu%s", (unsigned long long)value,
			 unit == UNIT_US ? " us" : "");
}

static void has(const struct error_case *c, const char *said,
		const char *what)
{
	if (strstr(said, what))
		return;
	report("reason %u: '%s' is not in: %s\n", c->reason, what, said);
	test_abort();
}

static void is_about_what_was_asked(const struct error_case *c,
				    const struct nl_refusal *refusal)
{
	char text[64];

	if (c->vf < 0)
		snprintf(text, sizeof(text), "GPU %s: ", gpu->bdf);
	else
		snprintf(text, sizeof(text), "GPU %s VF %d: ", gpu->bdf,
			 c->vf);
	has(c, refusal->message, text);
	ASSERT_EQ(c->reason, refusal->reason);
	if (c->vf >= 0) {
		ASSERT_EQ(c->vf, refusal->vf_index);
	}
	if (!c->unit)
		return;
	ASSERT_EQ(c->asked, refusal->value);
	figure(text, sizeof(text), c->unit, c->asked);
	has(c, refusal->message, text);
	if (refusal->has & 1 << GPUVF_A_ERROR_LIMIT && refusal->limit) {
		figure(text, sizeof(text), c->unit, refusal->limit);
		has(c, refusal->message, text);
	}
}

/* the kernel's log has it too */
static void is_logged(const struct error_case *c, int log,
		      const char *message)
{
	if (klog_has(log, message))
		return;
	report("reason %u is not in the log: %s\n", c->reason, message);
	test_abort();
}

static int exit_code_of(int error)
{
	switch (-error) {
	case EINVAL:
	case ENOSPC:
		return 2;
	case EBUSY:
		return 5;
	case ENODEV:
		return 6;
	case EIO:
		/* the GPU is wedged */
		return 8;
	}
	return 1;
}

static void run_agent(const struct error_case *c, const char *const *args,
		      const char *message)
{
	int code = agent_end(agent_start(false, args));
	char *said = agent_said();
	char line[320];

	snprintf(line, sizeof(line), "gpuvf-agent: %s", message);
	has(c, said, line);
	if (code != exit_code_of(c->error)) {
		report("%s: exit code %d\n", args[0], code);
		test_abort();
	}
	free(said);
}

/* plan finds it, and apply, which changes nothing then */
static void planner_says(const struct error_case *c, const char *message)
{
	static const char *const verbs[] = { "plan", "apply" };
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));
	size_t i;

	agent_write_config(gpu, c->lines);
	for (i = 0; i < 2; i++) {
		const char *const args[] = {
			verbs[i], "-f", AGENT_CONFIG, NULL
		};

		run_agent(c, args, message);
	}
	agent_forget();
	ASSERT_EQ(revision, file_u64(gpu_sysfs(gpu, "revision")));
}

static void agent_says(const struct error_case *c, const char *message)
{
	const char *args[8] = {};
	char words[128];
	char *rest = words;
	char named[64];
	size_t n = 0;

	snprintf(words, sizeof(words), "%s", c->words);
	while ((args[n] = strsep(&rest, " ")))
		n++;
	snprintf(named, sizeof(named), "%s%s", gpu->bdf, args[1] + 3);
	args[1] = named;
	run_agent(c, args, message);
}

static void provoke(const struct error_case *c)
{
	struct nl_request req;
	struct nl_answer answer;
	const char *message = answer.last.refusal.message;
	const char *planned = message;
	char text[256];
	int log;

	if (c->planned) {
		snprintf(text, sizeof(text), "GPU %s %s", gpu->bdf, c->planned);
		planned = text;
	}

	pause_ms(LOG_PAUSE_MS);
	if (c->prepare)
		c->prepare();
	log = klog_open();
	ASSERT_LE(0, log);
	c->ask(&req);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), c->error);
	is_about_what_was_asked(c, &answer.last.refusal);
	ASSERT_TRUE(answer.ack[0]);
	is_logged(c, log, message);
	if (c->words) {
		agent_says(c, planned);
		/* what its planner refuses, the kernel is not asked */
		if (!c->lines)
			is_logged(c, log, message);
	}
	if (c->lines)
		planner_says(c, planned);
	if (c->file) {
		ASSERT_ERROR(file_write(gpu_sysfs(gpu, "%s", c->file), c->text),
			     c->error);
		is_logged(c, log, message);
	}
	close(log);
}

static void provoke_all(const struct error_case *cases, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		provoke(&cases[i]);
}

#define PROVOKE(cases) provoke_all(cases, sizeof(cases) / sizeof(*(cases)))

static void enable(void)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	for (i = 0; i < ENABLED; i++)
		nl_put_vf(&req, i, GIB, 4000);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	ASSERT_OK(gpu_set_numvfs(gpu, ENABLED));
	fixture_wait_clean(gpu);
	load_rest(gpu, ENABLED);
}

MODULES_FIXTURE(refusals, "gpus=2 total_vfs=4");

TEST_F(refusals, C37_settings_and_operations)
{
	enable();
	PROVOKE(calm);
	ASSERT_OK(nl_reset(fx.nl, gpu, 2));
}

TEST_F(refusals, C37_what_is_in_use)
{
	enable();
	use_vf();
	PROVOKE(in_use);
	free_vf();
}

static void ask_a_large_quota(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 2, 12 * GIB, 0);
}

static void ask_a_larger_reserve(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	mnl_attr_put_u64(req->header, GPUVF_A_PF_FB_PF_RESERVE, 512 * MIB);
}

/* by netlink and by sysfs, in the same words; and the agent does it */
static void only_the_agent_can(const struct error_case *c, const char *message,
			       const char *vf, const char *setting)
{
	char named[64], text[256];
	const char *const args[] = { "set", named, setting, NULL };
	struct nl_request req;
	struct nl_answer answer;

	provoke(c);
	c->ask(&req);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -ENOSPC);
	snprintf(text, sizeof(text), "GPU %s%s", gpu->bdf, message);
	ASSERT_STREQ(text, answer.last.refusal.message);
	ASSERT_TRUE(strstr(answer.ack, "gpuvf-agent can rearrange"));
	snprintf(named, sizeof(named), "%s%s", gpu->bdf, vf);
	ASSERT_EQ(0, agent_end(agent_start(false, args)));
	free(agent_said());
}

/* a VF that the request does not name stays where it is */
TEST_F(refusals, C37_what_the_agent_can_rearrange)
{
	static const struct error_case reserve =
		ABOUT(FRAGMENTED, ENOSPC, -1, ask_a_larger_reserve,
		      .unit = UNIT_BYTES, .asked = 512 * MIB,
		      .file = "fb/pf_reserve", .text = "536870912");
	static const struct error_case quota =
		ABOUT(FRAGMENTED, ENOSPC, 2, ask_a_large_quota,
		      .unit = UNIT_BYTES, .asked = 12 * GIB,
		      .file = "vf2/fb_quota", .text = "12884901888");
	char *before = fixture_snapshot(&fx.gpu[0]);
	const uint64_t base = 272 * MIB;
	struct nl_request req;
	struct nl_answer answer;
	char *after;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/fb_quota"), "1073741824"));
	ASSERT_EQ(base, offset_of(1));
	only_the_agent_can(&reserve, ": a PF reserve of 512 MiB overlaps VF 1: 15088 MiB free, the largest block has 15088 MiB; gpuvf-agent can rearrange VFs not in use",
			   "", "pf_reserve=512MiB");
	ASSERT_EQ(512 * MIB, file_u64(gpu_sysfs(gpu, "fb/pf_reserve")));
	ASSERT_LE(base + 256 * MIB, offset_of(1));

	place_vf(&req, 1, GIB, 8 * GIB);
	ASSERT_OK(nl_call(fx.nl, &req, &answer));
	only_the_agent_can(&quota, " VF 2: no free block of 12288 MiB for the framebuffer: 14832 MiB free, the largest block has 7664 MiB; gpuvf-agent can rearrange VFs not in use",
			   "/2", "fb=12GiB");
	ASSERT_EQ(12 * GIB, file_u64(gpu_sysfs(gpu, "vf2/fb_quota")));
	ASSERT_EQ(GIB, file_u64(gpu_sysfs(gpu, "vf1/fb_quota")));
	ASSERT_NE(8 * GIB, offset_of(1));
	after = fixture_snapshot(&fx.gpu[0]);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_F(refusals, C37_a_wedged_gpu)
{
	enable();
	PROVOKE(wedged);
	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
}

TEST_F(refusals, C37_a_gpu_that_is_not_there)
{
	static const char *const args[] = {
		"set", "0000:99:00.0/1", "time_slice=5ms", NULL
	};
	struct nl_request req;
	struct nl_answer answer;
	char *said;

	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "0000:99:00.0");
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -ENODEV);
	ASSERT_STREQ("GPU 0000:99:00.0: no such GPU is managed by gpuvf",
		     answer.last.refusal.message);
	ASSERT_EQ(6, agent_end(agent_start(false, args)));
	said = agent_said();
	ASSERT_NE(NULL, strstr(said, "0000:99:00.0"));
	free(said);
}

/* each VF and each setting, with a value of its own */
static struct {
	unsigned int vf;
	int attr;
	uint32_t value;
} roll;

static void ask_rolled(struct nl_request *req)
{
	set_vf_u32(req, roll.vf, roll.attr, roll.value);
}

TEST_F(refusals, C37_each_vf_and_setting)
{
	static const struct {
		unsigned int reason;
		int attr;
		const char *key;
		uint32_t value;
	} settings[] = {
		{ GPUVF_REASON_SLICE_TOO_SHORT, ENGINE_ATTR(TIME_SLICE_US),
		  "time_slice", 301 },
		{ GPUVF_REASON_SLICE_TOO_LONG, ENGINE_ATTR(TIME_SLICE_US),
		  "time_slice", 700001 },
		{ GPUVF_REASON_PREEMPT_TOO_SHORT,
		  ENGINE_ATTR(PREEMPT_TIMEOUT_US), "preempt_timeout", 11 },
		{ GPUVF_REASON_PREEMPT_TOO_LONG,
		  ENGINE_ATTR(PREEMPT_TIMEOUT_US), "preempt_timeout",
		  4100000001U },
	};
	unsigned int vf, i;

	enable();
	for (vf = 0; vf < ENABLED; vf++) {
		for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
			uint32_t value = settings[i].value + 10 * vf;
			char words[64];
			const struct error_case c = {
				.reason = settings[i].reason,
				.error = -EINVAL, .vf = vf, .ask = ask_rolled,
				.words = words, .unit = UNIT_US,
				.asked = value,
			};

			snprintf(words, sizeof(words), "set GPU/%u %s=%uus",
				 vf, settings[i].key, value);
			roll.vf = vf;
			roll.attr = settings[i].attr;
			roll.value = value;
			provoke(&c);
		}
	}
}

static bool is_in(const struct error_case *cases, size_t num,
		  unsigned int reason)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (cases[i].reason == reason)
			return true;
	return false;
}

#define IS_IN(cases, reason) \
	is_in(cases, sizeof(cases) / sizeof(*(cases)), reason)

/* a reason that is added to the spec has to be added here */
TEST_F(refusals, C37_no_reason_is_left_out)
{
	const struct spec_set *set = spec_op(GPUVF_CMD_CONFIG_SET)->set;
	const struct spec_set *refusal = set->attr[GPUVF_A_PF_ERROR].nested;
	uint64_t max = refusal->attr[GPUVF_A_ERROR_REASON].max;
	unsigned int reason;
	size_t i;

	ASSERT_LE(GPUVF_REASON_PF_RESETTING, max);
	for (reason = 1; reason <= max; reason++) {
		bool there = IS_IN(calm, reason) || IS_IN(in_use, reason) ||
			     IS_IN(wedged, reason);

		for (i = 0; i < sizeof(not_here) / sizeof(*not_here); i++)
			there |= not_here[i] == reason;
		if (!there) {
			report("reason %u\n", reason);
			test_abort();
		}
	}
}

TEST_HARNESS_MAIN
