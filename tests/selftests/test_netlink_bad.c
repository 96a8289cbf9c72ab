// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests that are refused: the sentences, and who may not ask. What
 * can be wrong with each attribute is in test_netlink_spec.
 */

#include <errno.h>
#include <linux/capability.h>
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

/* a name that came from somewhere must not garble a terminal or a log */
static void C29_sentence_has_nothing_unprintable(void)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, "\033[2J\n");
	assert_error(nl_call(fx.nl, &req, &answer), -ENODEV);
	assert_string_equal(answer.last.refusal.message,
			    "GPU ?[2J?: no such GPU is managed by gpuvf");
}

static void C29_more_vfs_than_any_gpu_has(void)
{
	struct nl_request req;
	unsigned int i;

	nl_config_set(fx.nl, &req, gpu);
	for (i = 0; i < 33; i++)
		nl_put_vf(&req, i, GRANULE, 0);
	assert_refused(gpu, &req, -EINVAL, 0, -1, GPUVF_A_PF_VF);
}

static void C29_unknown_command(void)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_begin(fx.nl, &req, GPUVF_CMD_MAX + 1, NLM_F_ACK);
	assert_error(nl_call(fx.nl, &req, &answer), -EOPNOTSUPP);
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

static const struct test tests[] = {
	TEST(sentence_is_the_same_in_message_and_log),
	TEST(sentence_names_object_value_and_limit),
	TEST(C29_sentence_has_nothing_unprintable),
	TEST(C29_more_vfs_than_any_gpu_has),
	TEST(C29_unknown_command),
	TEST(C29_no_change_without_cap_net_admin),
	TEST(C29_no_change_without_cap_sys_admin),
};

int main(void)
{
	return SUITE_RUN("netlink_bad", "total_vfs=4", tests);
}
