// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink messages that are malformed, and senders that may not send them.
 */

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "klog.h"
#include "refusal.h"

static const struct gpu *gpu = &fx.gpu[0];

/* a well-formed request, to which a test adds one thing that is not */
static void good(struct nl_request *req)
{
	nl_config_set(fx.nl, req, gpu);
	nl_put_vf(req, 0, GIB, 5000);
}

/* the first test of the program: the log's rate limit has to be fresh */
static void sentence_is_the_same_in_message_and_log(void)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;
	int log;

	for (i = 0; i < 6; i++) {
		nl_config_set(fx.nl, &req, gpu);
		switch (i) {
		case 0:
			nl_put_vf(&req, 3, 16 * GIB, 0);
			break;
		case 1:
			nl_put_vf(&req, 3, GIB, 999);
			break;
		case 2:
			mnl_attr_put_u64(req.header, GPUVF_A_PF_GENERATION, 1);
			break;
		case 3:
			mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, 77);
			break;
		case 4:
			mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE,
					 64 * GIB);
			break;
		case 5:
			nl_put_vf(&req, 99, GIB, 0);
			break;
		}
		log = klog_open();
		assert_true(log >= 0);
		assert_true(nl_call(fx.nl, &req, &answer) < 0);
		assert_true(answer.last.refusal.message[0] != '\0');
		if (!klog_has(log, answer.last.refusal.message)) {
			print_error("# not in the log: %s\n",
				    answer.last.refusal.message);
			fail();
		}
		close(log);
	}
}

static void sentence_names_object_value_and_limit(void)
{
	struct nl_request req;
	struct nl_answer answer;
	char wanted[256];

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, GIB, 600000);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	snprintf(wanted, sizeof(wanted),
		 "GPU %s VF 3: a time slice of 600000 us is above the hardware's maximum of 500000 us",
		 gpu->bdf);
	assert_string_equal(answer.last.refusal.message, wanted);
	assert_string_equal(answer.ack,
			    "the time slice is above the hardware's maximum");
}

static void C29_unknown_attributes(void)
{
	struct nl_request req;
	struct nlattr *nest;

	good(&req);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_MAX + 1, 1);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_MAX + 1);
	/* one that is known, but not in a request */
	good(&req);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_NUM_VFS, 2);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_NUM_VFS);

	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 0);
	mnl_attr_put_u32(req.header, GPUVF_A_VF_MAX + 1, 1);
	nl_vf_end(&req, nest);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_VF_MAX + 1);
	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 0);
	mnl_attr_put_u32(req.header, GPUVF_A_VF_STATE,
			 GPUVF_VF_STATE_ACTIVE);
	nl_vf_end(&req, nest);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_VF_STATE);
}

/* numbers of every size but their own, for each attribute of config-set */
static void C29_wrong_sizes_of_the_pf(void)
{
	static const struct {
		uint16_t type;
		uint16_t size;
	} attrs[] = {
		{ GPUVF_A_PF_GENERATION, 8 },
		{ GPUVF_A_PF_POLICY, 4 },
		{ GPUVF_A_PF_FB_PF_RESERVE, 8 },
		{ GPUVF_A_PF_REPLACE, 0 },
		{ GPUVF_A_PF_DRY_RUN, 0 },
	};
	static const char zeros[16];
	struct nl_request req;
	unsigned int i, size;

	for (i = 0; i < sizeof(attrs) / sizeof(*attrs); i++) {
		for (size = 0; size <= 16; size++) {
			if (size == attrs[i].size)
				continue;
			good(&req);
			mnl_attr_put(req.header, attrs[i].type, size, zeros);
			/* the core's own errnos: flags have another than numbers */
			assert_refused(gpu, &req,
				       attrs[i].size ? -EINVAL : -ERANGE, 0, -1,
				       attrs[i].type);
		}
	}
}

static void C29_wrong_sizes_of_a_vf(void)
{
	static const struct {
		uint16_t type;
		uint16_t size;
	} attrs[] = {
		{ GPUVF_A_VF_INDEX, 4 },
		{ GPUVF_A_VF_FB_QUOTA, 8 },
		{ GPUVF_A_VF_TIME_SLICE_US, 4 },
		{ GPUVF_A_VF_PREEMPT_TIMEOUT_US, 4 },
	};
	static const char zeros[16];
	struct nl_request req;
	struct nlattr *nest;
	unsigned int i, size;

	for (i = 0; i < sizeof(attrs) / sizeof(*attrs); i++) {
		for (size = 0; size <= 16; size++) {
			if (size == attrs[i].size)
				continue;
			nl_config_set(fx.nl, &req, gpu);
			nest = nl_vf_begin(&req, 0);
			mnl_attr_put(req.header, attrs[i].type, size, zeros);
			nl_vf_end(&req, nest);
			assert_refused(gpu, &req, -EINVAL, 0, -1,
				       attrs[i].type);
		}
	}
}

static void C29_strings(void)
{
	struct nl_request req;
	struct nlattr *nest;
	char label[33];

	memset(label, 'x', sizeof(label));
	/* too long by one, with its zero */
	label[32] = '\0';
	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 0);
	mnl_attr_put_strz(req.header, GPUVF_A_VF_PROFILE, label);
	nl_vf_end(&req, nest);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_VF_PROFILE);
	/* without its zero */
	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 0);
	mnl_attr_put(req.header, GPUVF_A_VF_PROFILE, 8, label);
	nl_vf_end(&req, nest);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_VF_PROFILE);

	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put(req.header, GPUVF_A_PF_BDF, strlen(gpu->bdf), gpu->bdf);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_BDF);
	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "0000:00:00.0.0.0.0");
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_BDF);
	/* a sentence must not carry what could garble a terminal */
	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "\033[2J\n");
	assert_refused(gpu, &req, -ENODEV, GPUVF_REASON_NO_SUCH_PF, -1,
		       GPUVF_A_PF_BDF);
}

static void C29_nests(void)
{
	struct nl_request req;
	struct nl_answer answer;
	struct nlattr *nest;
	unsigned int i;

	/* without index */
	nl_config_set(fx.nl, &req, gpu);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_VF);
	mnl_attr_put_u64(req.header, GPUVF_A_VF_FB_QUOTA, GIB);
	mnl_attr_nest_end(req.header, nest);
	assert_refused(gpu, &req, -EINVAL, 0, -1, -1);
	/* without NLA_F_NESTED, which old programs may leave out elsewhere */
	nl_config_set(fx.nl, &req, gpu);
	nest = nl_vf_begin(&req, 0);
	nl_vf_end(&req, nest);
	nest->nla_type &= ~NLA_F_NESTED;
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_VF);
	/* shorter than an attribute in it says */
	nl_config_set(fx.nl, &req, gpu);
	nest = mnl_attr_nest_start(req.header, GPUVF_A_PF_VF);
	mnl_attr_put_u32(req.header, GPUVF_A_VF_INDEX, 0);
	mnl_attr_nest_end(req.header, nest);
	((struct nlattr *)(nest + 1))->nla_len = 200;
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	/* more VFs than any GPU has */
	nl_config_set(fx.nl, &req, gpu);
	for (i = 0; i < 33; i++)
		nl_put_vf(&req, i, GRANULE, 0);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_VF);
}

static void C29_repeated_attributes(void)
{
	struct nl_request req;

	good(&req);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, GPUVF_POLICY_FIXED);
	mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, GPUVF_POLICY_EQUAL);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_POLICY);
	good(&req);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_BDF);
}

static void C29_unknown_and_empty_commands(void)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, GPUVF_CMD_MAX + 1, NLM_F_ACK);
	assert_error(nl_call(fx.nl, &req, &answer), -EOPNOTSUPP);
	/* a notification is not a request */
	nl_begin(fx.nl, &req, GPUVF_CMD_PF_ADD, NLM_F_ACK);
	assert_error(nl_call(fx.nl, &req, &answer), -EOPNOTSUPP);
	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	assert_error(nl_call(fx.nl, &req, &answer), -EINVAL);
	assert_int_equal(answer.missing_attr, GPUVF_A_PF_BDF);
	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_DUMP);
	assert_error(nl_call(fx.nl, &req, &answer), -EOPNOTSUPP);
}

/* random bytes behind a valid header: refused, nothing changes, nothing breaks */
static void C29_noise(void)
{
	unsigned int rounds = on_debug_kernel() ? 300 : 2000;
	char *before = fixture_snapshot(gpu);
	unsigned int seed = 42, i, k;
	struct nl_request req;
	struct nl_answer answer;
	char *after;

	for (i = 0; i < rounds; i++) {
		char noise[256];
		unsigned int len = rand_r(&seed) % sizeof(noise);

		for (k = 0; k < len; k++)
			noise[k] = rand_r(&seed) % 4 ? rand_r(&seed) : 0;
		nl_config_set(fx.nl, &req, gpu);
		/* a dry run, should it be good by chance */
		mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
		memcpy(mnl_nlmsg_get_payload_tail(req.header), noise, len);
		req.header->nlmsg_len += NLMSG_ALIGN(len);
		nl_call(fx.nl, &req, &answer);
		assert_false(answer.malformed);
	}
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static int drop_capabilities(uint32_t without)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~without;
	data[0].permitted &= ~without;
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* what somebody without these capabilities gets to hear; runs in a child */
static void refused_without(uint32_t without, int *error, uint32_t *reason)
{
	struct nl *nl;
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;

	*error = -1;
	if (drop_capabilities(without))
		return;
	nl = nl_open();
	if (!nl || nl_family(nl))
		return;
	/* looking is for everybody */
	if (nl_pf_get(nl, gpu, &msg))
		return;
	nl_config_set(nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	*error = nl_call(nl, &req, &answer);
	*reason = answer.last.refusal.reason;
}

static void check_without(uint32_t without, uint32_t wanted_reason)
{
	struct {
		int error;
		uint32_t reason;
	} told = { 0 };
	char *before = fixture_snapshot(gpu);
	char *after;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		refused_without(without, &told.error, &told.reason);
		_exit(write(fds[1], &told, sizeof(told)) != sizeof(told));
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read(fds[0], &told, sizeof(told)), sizeof(told));
	close(fds[0]);
	close(fds[1]);
	assert_error(told.error, -EPERM);
	assert_u64(told.reason, wanted_reason);
	after = fixture_snapshot(gpu);
	assert_same(after, before);
	free(before);
	free(after);
}

static void C29_no_change_without_cap_net_admin(void)
{
	check_without(1U << CAP_NET_ADMIN, 0);
}

static void C29_no_change_without_cap_sys_admin(void)
{
	check_without(1U << CAP_SYS_ADMIN, GPUVF_REASON_NOT_PERMITTED);
}

static void family_is_in_the_initial_network_namespace_only(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct nl *nl;

		if (unshare(CLONE_NEWNET))
			_exit(1);
		nl = nl_open();
		_exit(nl && nl_family(nl) == -ENOENT ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static const struct test tests[] = {
	TEST(sentence_is_the_same_in_message_and_log),
	TEST(sentence_names_object_value_and_limit),
	TEST(C29_unknown_attributes),
	TEST(C29_wrong_sizes_of_the_pf),
	TEST(C29_wrong_sizes_of_a_vf),
	TEST(C29_strings),
	TEST(C29_nests),
	TEST(C29_repeated_attributes),
	TEST(C29_unknown_and_empty_commands),
	TEST(C29_noise),
	TEST(C29_no_change_without_cap_net_admin),
	TEST(C29_no_change_without_cap_sys_admin),
	TEST(family_is_in_the_initial_network_namespace_only),
};

int main(void)
{
	return SUITE_RUN("netlink_bad", "total_vfs=4", tests);
}
