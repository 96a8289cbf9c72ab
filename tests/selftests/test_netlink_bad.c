// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests that are refused: the sentences, and who may not ask. What
 * can be wrong with each attribute is in test_netlink_spec.
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "refusal.h"
#include "user.h"

static const struct gpu *gpu = &fx.gpu[0];

MODULES_FIXTURE(netlink_bad, "total_vfs=4");

/* the first test of the program: the log's rate limit has to be fresh */
TEST_F(netlink_bad, sentence_is_the_same_in_message_and_log)
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
			mnl_attr_put_u64(req.header, GPUVF_A_PF_REVISION, 1);
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
		ASSERT_LE(0, log);
		ASSERT_GT(0, nl_call(fx.nl, &req, &answer));
		ASSERT_NE('\0', answer.last.refusal.message[0]);
		if (!klog_has(log, answer.last.refusal.message)) {
			report("not in the log: %s\n",
			       answer.last.refusal.message);
			test_abort();
		}
		close(log);
	}
}

TEST_F(netlink_bad, sentence_names_object_value_and_limit)
{
	struct nl_request req;
	struct nl_answer answer;
	char wanted[256];

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 3, GIB, 600000);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
	snprintf(wanted, sizeof(wanted),
		 "GPU %s VF 3: a time slice of 600000 us is above the hardware's maximum of 500000 us",
		 gpu->bdf);
	ASSERT_STREQ(wanted, answer.last.refusal.message);
	ASSERT_STREQ("the time slice is above the hardware's maximum",
		     answer.ack);
}

/* a name that came from somewhere must not garble a terminal or a log */
TEST_F(netlink_bad, C29_sentence_has_nothing_unprintable)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "\033[2J\n");
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -ENODEV);
	ASSERT_STREQ("GPU ?[2J?: no such GPU is managed by gpuvf",
		     answer.last.refusal.message);
}

TEST_F(netlink_bad, C29_more_vfs_than_any_gpu_has)
{
	struct nl_request req;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	for (i = 0; i < 33; i++)
		nl_put_vf(&req, i, UNIT, 0);
	ASSERT_REFUSED(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_VF);
}

TEST_F(netlink_bad, C29_unknown_command)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, GPUVF_CMD_MAX + 1, NLM_F_ACK);
	ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EOPNOTSUPP);
}

/* @flags: NLM_F_ACK, or NLM_F_DUMP; Return: the error, and its message in @answer */
static int ask_with_version(uint8_t cmd, uint16_t flags, uint8_t version,
			    struct nl_answer *answer)
{
	struct genlmsghdr *genl;
	struct nl_request req;

	nl_begin(fx.nl, &req, cmd, flags);
	genl = mnl_nlmsg_get_payload(req.header);
	genl->version = version;
	if (flags & NLM_F_DUMP)
		return nl_dump(fx.nl, &req, answer, NULL, NULL);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	if (cmd != GPUVF_CMD_PF_GET)
		nl_put_vf(&req, 0, GIB, 0);
	return nl_call(fx.nl, &req, answer);
}

TEST_F(netlink_bad, requests_of_another_family_version_are_refused)
{
	static const uint8_t versions[] = {
		0, GPUVF_FAMILY_VERSION - 1, GPUVF_FAMILY_VERSION + 1, 255,
	};
	char *before = fixture_snapshot(gpu), *after;
	char of_request[32], of_module[32];
	struct nl_answer answer;
	unsigned int i;

	snprintf(of_module, sizeof(of_module), "gpuvf.ko has %u",
		 GPUVF_FAMILY_VERSION);
	for (i = 0; i < sizeof(versions); i++) {
		snprintf(of_request, sizeof(of_request), "family version %u",
			 versions[i]);
		ASSERT_ERROR(ask_with_version(GPUVF_CMD_CONFIG_SET, NLM_F_ACK,
					      versions[i], &answer), -EPROTO);
		ASSERT_NE(NULL, strstr(answer.ack, of_module));
		/* 6.1 has no figures in an extended ack */
		ASSERT_TRUE(strstr(answer.ack, of_request) ||
			    strstr(answer.ack, "another family version"));
		ASSERT_ERROR(ask_with_version(GPUVF_CMD_PF_GET, NLM_F_ACK,
					      versions[i], &answer), -EPROTO);
		ASSERT_ERROR(ask_with_version(GPUVF_CMD_VF_GET, NLM_F_DUMP,
					      versions[i], &answer), -EPROTO);
		ASSERT_NE(NULL, strstr(answer.ack, of_module));
		ASSERT_ERROR(ask_with_version(GPUVF_CMD_STATS_GET, NLM_F_DUMP,
					      versions[i], &answer), -EPROTO);
	}
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
	ASSERT_OK(ask_with_version(GPUVF_CMD_PF_GET, NLM_F_DUMP,
				   GPUVF_FAMILY_VERSION, &answer));
}

/* Return: 0: looking is allowed, and a change refused as it has to be */
static int refused_change(void *arg)
{
	const char *wanted = arg;
	struct nl *nl = nl_open();
	struct nl_request req;
	struct nl_answer answer;
	struct nl_message msg;
	char sentence[512];

	if (!nl || nl_family(nl) || nl_pf_get(nl, gpu, &msg))
		return __LINE__;
	nl_config_set(nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 0);
	if (nl_call(nl, &req, &answer) != -EPERM)
		return __LINE__;
	if (answer.last.refusal.reason != GPUVF_REASON_NOT_PERMITTED)
		return __LINE__;
	snprintf(sentence, sizeof(sentence), "GPU %s: %s", gpu->bdf, wanted);
	if (strcmp(answer.ack, wanted) ||
	    strcmp(answer.last.refusal.message, sentence))
		return __LINE__;
	return 0;
}

TEST_F(netlink_bad, C29_no_change_without_cap_sys_admin)
{
	static char wanted[] =
		"that needs CAP_SYS_ADMIN in the initial user namespace";
	char *before = fixture_snapshot(gpu);
	char *after;

	ASSERT_EQ(0, user_runs(user_ordinary, refused_change, wanted));
	ASSERT_EQ(0, user_runs(user_with_net_admin, refused_change, wanted));
	ASSERT_EQ(0, user_runs(user_root_without_capabilities, refused_change,
			       wanted));
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_HARNESS_MAIN
