// SPDX-License-Identifier: GPL-2.0
/*
 * The family against its spec, all of it: what the kernel takes is what the spec
 * says, everything else is refused with the attribute named (C29), whichever user may
 * not is refused, and noise breaks nothing.
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"
#include "request.h"
#include "spec.h"
#include "user.h"

static const struct gpu *gpu = &fx.gpu[0];

#define MAX_POLICIES	16
#define ANY		(-2)

/**
 * struct policy_attr - what the kernel checks of an attribute
 * @type: NL_ATTR_TYPE_*, 0: it is refused
 * @max_len: of a string
 * @nested: number of the policy of what is in it
 */
struct policy_attr {
	uint32_t type;
	uint32_t max_len;
	uint32_t nested;
};

/**
 * struct policies - what the kernel says of itself
 * @attr: by number of the policy and type of the attribute
 * @do_policy: number of the policy, by operation
 * @dump_policy: the same of its dump
 * @has: bit n: operation n has a policy
 */
struct policies {
	struct policy_attr attr[MAX_POLICIES][GPUVF_A_PF_MAX + 1];
	uint32_t do_policy[GPUVF_CMD_MAX + 1];
	uint32_t dump_policy[GPUVF_CMD_MAX + 1];
	uint64_t has;
};

static void take_policy_attr(const struct nlattr *nest, struct policy_attr *to)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case NL_POLICY_TYPE_ATTR_TYPE:
			to->type = mnl_attr_get_u32(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			to->max_len = mnl_attr_get_u32(attr);
			break;
		case NL_POLICY_TYPE_ATTR_POLICY_IDX:
			to->nested = mnl_attr_get_u32(attr);
			break;
		}
	}
}

static void take_op_policy(const struct nlattr *nest, struct policies *to)
{
	unsigned int cmd = mnl_attr_get_type(nest);
	const struct nlattr *attr;

	ASSERT_GE(GPUVF_CMD_MAX, cmd);
	to->has |= 1ULL << cmd;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY_DO)
			to->do_policy[cmd] = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY_DUMP)
			to->dump_policy[cmd] = mnl_attr_get_u32(attr);
	}
}

static int take_policy_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr, *policy, *one;
	struct policies *to = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_OP_POLICY)
			mnl_attr_for_each_nested(policy, attr)
				take_op_policy(policy, to);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_POLICY)
			continue;
		mnl_attr_for_each_nested(policy, attr) {
			unsigned int n = mnl_attr_get_type(policy);

			ASSERT_GT(MAX_POLICIES, n);
			mnl_attr_for_each_nested(one, policy) {
				unsigned int type = mnl_attr_get_type(one);

				ASSERT_GE(GPUVF_A_PF_MAX, type);
				take_policy_attr(one, &to->attr[n][type]);
			}
		}
	}
	return MNL_CB_OK;
}

/* ask the controller; a socket of its own, since this is not our family */
static void get_policies(struct policies *to)
{
	struct mnl_socket *sk = mnl_socket_open(NETLINK_GENERIC);
	char buf[32768];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int n, ret = MNL_CB_OK;

	memset(to, 0, sizeof(*to));
	ASSERT_NE(NULL, sk);
	ASSERT_EQ(0, mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID));
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETPOLICY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, GPUVF_FAMILY_NAME);
	ASSERT_LT(0, mnl_socket_sendto(sk, nlh, nlh->nlmsg_len));
	while (ret == MNL_CB_OK) {
		n = mnl_socket_recvfrom(sk, buf, sizeof(buf));
		ASSERT_LT(0, n);
		ret = mnl_cb_run(buf, n, 0, 0, take_policy_message, to);
	}
	ASSERT_EQ(MNL_CB_STOP, ret);
	mnl_socket_close(sk);
}

static uint32_t policy_type(const struct spec_attr *spec)
{
	switch (spec->type) {
	case SPEC_U32:
		return NL_ATTR_TYPE_U32;
	case SPEC_S32:
		return NL_ATTR_TYPE_S32;
	case SPEC_U64:
		return NL_ATTR_TYPE_U64;
	case SPEC_STRING:
		return NL_ATTR_TYPE_NUL_STRING;
	case SPEC_FLAG:
		return NL_ATTR_TYPE_FLAG;
	case SPEC_NEST:
		return NL_ATTR_TYPE_NESTED;
	default:
		return NL_ATTR_TYPE_INVALID;
	}
}

static unsigned int check_attr(const char *op, const struct spec_attr *spec,
			       bool taken, const struct policy_attr *policy)
{
	uint32_t wanted = taken ? policy_type(spec) : 0;

	if (policy->type == wanted && policy->max_len ==
	    (taken && spec->type == SPEC_STRING ? spec->max_len : 0))
		return 0;
	report("%s: %s is of type %u and length %u, the spec says %u and %u\n",
	       op, spec->name ?: "(unknown)", policy->type, policy->max_len,
	       wanted, taken ? spec->max_len : 0);
	return 1;
}

/* @policy: index of the policy of the nest */
static unsigned int check_nest(const struct spec_op *op, unsigned int nest,
			       const struct policies *got, uint32_t policy)
{
	const struct spec_set *set = spec_nest_set(op, nest);
	unsigned int type, bad = 0;

	for (type = 1; type <= set->last; type++) {
		bool taken = spec_takes(op, nest, type);

		bad += check_attr(op->name, &set->attr[type], taken,
				  &got->attr[policy][type]);
		if (taken && set->attr[type].type == SPEC_NEST)
			bad += check_nest(op, NEST_VF_ENGINE, got,
					  got->attr[policy][type].nested);
	}
	return bad;
}

static unsigned int check_policy(const struct spec_op *op,
				 const struct policies *got)
{
	const struct policy_attr *policy = got->attr[got->do_policy[op->cmd]];
	unsigned int type, bad = 0;

	for (type = 1; type <= op->set->last; type++) {
		const struct spec_attr *spec = &op->set->attr[type];
		/* a policy is of the operation, also when its dump takes less */
		bool taken = op->do_request.has[type] ||
			     op->dump_request.has[type];

		bad += check_attr(op->name, spec, taken, &policy[type]);
		if (!taken || spec->type != SPEC_NEST)
			continue;
		bad += check_nest(op, type, got, policy[type].nested);
	}
	return bad;
}

MODULES_FIXTURE(netlink_spec, "total_vfs=4");

TEST_F(netlink_spec, kernel_takes_what_the_spec_says)
{
	static struct policies got;
	unsigned int i, bad = 0;

	get_policies(&got);
	for (i = 0; i < spec_num_ops; i++) {
		const struct spec_op *op = &spec_ops[i];
		bool is = got.has & 1ULL << op->cmd;

		if (is != op->do_request.is) {
			report("%s: %s\n", op->name,
			       is ? "taken, but not in the spec" :
				    "in the spec, but not taken");
			bad++;
		} else if (is) {
			bad += check_policy(op, &got);
		}
	}
	ASSERT_EQ(0, bad);
}

/* what is to come of a request with a mistake in it */
struct expected {
	int error;
	int bad_attr;
	int missing_attr;
};

static unsigned int cases;

static void refused(const struct spec_op *op, bool dump, struct mistake mistake,
		    struct expected wanted)
{
	struct nl_request req;
	struct nl_answer answer;
	int err;

	request_make(fx.nl, &req, gpu, op, dump, mistake);
	err = nl_call(fx.nl, &req, &answer);
	cases++;
	if (err == wanted.error && !answer.malformed && answer.ack[0] &&
	    strlen(answer.ack) < 80 &&
	    (wanted.bad_attr == ANY || answer.bad_attr == wanted.bad_attr) &&
	    answer.missing_attr == wanted.missing_attr)
		return;
	report("%s%s, mistake %d at %u.%u, size %u\n", op->name,
	       dump ? " (dump)" : "", mistake.how, mistake.nest, mistake.type,
	       mistake.size);
	report("%s, \"%s\", bad attribute %d, missing %d\n", strerror(-err),
	       answer.ack, answer.bad_attr, answer.missing_attr);
	report("wanted %s, bad attribute %d, missing %d\n",
	       strerror(-wanted.error), wanted.bad_attr, wanted.missing_attr);
	test_abort();
}

static void wrong_sizes(const struct spec_op *op, bool dump,
			struct mistake mistake, const struct spec_attr *spec)
{
	mistake.how = WRONG_SIZE;
	for (mistake.size = 0; mistake.size <= 16; mistake.size++) {
		/* a number's errno is not a flag's: the core's own */
		if (mistake.size != spec->size)
			refused(op, dump, mistake,
				(struct expected){ spec->size ? -EINVAL :
						   -ERANGE, mistake.type, -1 });
	}
}

/* everything that can be wrong with one attribute that the operation takes */
static void every_mistake(const struct spec_op *op, bool dump,
			  struct mistake mistake, const struct spec_attr *spec)
{
	const struct expected here = { -EINVAL, mistake.type, -1 };

	mistake.how = WRONG_NEST_FLAG;
	refused(op, dump, mistake, here);
	if (!spec->multi || op->cmd != GPUVF_CMD_CONFIG_SET) {
		mistake.how = WRONG_TWICE;
		/* on 6.1 the end of a dump cannot point at it */
		refused(op, dump, mistake,
			dump ? (struct expected){ -EINVAL, ANY, -1 } : here);
	}
	if (spec->type == SPEC_STRING) {
		mistake.how = WRONG_NO_ZERO;
		refused(op, dump, mistake, here);
		mistake.how = WRONG_TOO_LONG;
		refused(op, dump, mistake, here);
	} else if (spec->type == SPEC_NEST) {
		mistake.how = WRONG_INSIDE;
		refused(op, dump, mistake,
			(struct expected){ -EINVAL, ANY, -1 });
	} else {
		wrong_sizes(op, dump, mistake, spec);
	}
	if (spec->max) {
		mistake.how = WRONG_VALUE;
		refused(op, dump, mistake, here);
	}
	if (!dump && spec_needs(op, mistake.nest, mistake.type)) {
		mistake.how = WRONG_MISSING;
		refused(op, dump, mistake,
			(struct expected){ -EINVAL, -1, mistake.type });
	}
}

static void every_mistake_in_nest(const struct spec_op *op, unsigned int nest)
{
	const struct spec_set *set = spec_nest_set(op, nest);
	struct mistake mistake = { .nest = nest };

	for (mistake.type = 1; mistake.type <= set->last + 1; mistake.type++) {
		if (spec_takes(op, nest, mistake.type)) {
			every_mistake(op, false, mistake,
				      &set->attr[mistake.type]);
			if (set->attr[mistake.type].type == SPEC_NEST)
				every_mistake_in_nest(op, NEST_VF_ENGINE);
			continue;
		}
		mistake.how = WRONG_SIZE;
		mistake.size = 4;
		refused(op, false, mistake,
			(struct expected){ -EINVAL, mistake.type, -1 });
	}
}

static void every_mistake_of(const struct spec_op *op, bool dump)
{
	const struct spec_message *may = dump ? &op->dump_request :
						&op->do_request;
	struct mistake mistake = { 0 };

	for (mistake.type = 1; mistake.type <= op->set->last + 1;
	     mistake.type++) {
		const struct spec_attr *spec = &op->set->attr[mistake.type];

		if (mistake.type > op->set->last || !may->has[mistake.type]) {
			/* unknown, or known and not for this */
			mistake.how = WRONG_SIZE;
			mistake.size = 4;
			refused(op, dump, mistake,
				(struct expected){ -EINVAL, ANY, -1 });
			continue;
		}
		every_mistake(op, dump, mistake, spec);
		if (spec->type == SPEC_NEST)
			every_mistake_in_nest(op, mistake.type);
	}
}

TEST_F(netlink_spec, C29_every_mistake_with_every_attribute)
{
	char *before = fixture_snapshot(gpu);
	uint64_t revision = file_u64(gpu_sysfs(gpu, "revision"));
	unsigned int i;
	char *after;

	cases = 0;
	for (i = 0; i < spec_num_ops; i++) {
		if (spec_ops[i].do_request.is)
			every_mistake_of(&spec_ops[i], false);
		if (spec_ops[i].dump_request.is)
			every_mistake_of(&spec_ops[i], true);
	}
	report("%u requests, each with one mistake\n", cases);
	ASSERT_LT(500, cases);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	ASSERT_EQ(revision, file_u64(gpu_sysfs(gpu, "revision")));
	free(before);
	free(after);
}

TEST_F(netlink_spec, C29_every_header_that_is_wrong)
{
	unsigned int i;

	for (i = 0; i < spec_num_ops; i++) {
		const struct spec_op *op = &spec_ops[i];
		struct nl_request req;
		struct nl_answer answer;
		struct genlmsghdr *genl;

		request_make(fx.nl, &req, gpu, op, false,
			     (struct mistake){ 0 });
		if (!op->do_request.is) {
			/* a notification is not a request */
			ASSERT_ERROR(nl_call(fx.nl, &req, &answer),
				     -EOPNOTSUPP);
			continue;
		}
		genl = mnl_nlmsg_get_payload(req.header);
		genl->reserved = 1;
		ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
		genl->reserved = 0;
		req.header->nlmsg_flags |= NLM_F_CREATE;
		ASSERT_ERROR(nl_call(fx.nl, &req, &answer), -EINVAL);
		if (!op->dump_request.is) {
			request_make(fx.nl, &req, gpu, op, true,
				     (struct mistake){ 0 });
			ASSERT_ERROR(nl_call(fx.nl, &req, &answer),
				     -EOPNOTSUPP);
		}
	}
}

/* Return: 0: refused and allowed as the spec says; else the line that says not */
static int try_everything(struct nl *nl)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i, dump;

	for (i = 0; i < spec_num_ops; i++) {
		const struct spec_op *op = &spec_ops[i];

		for (dump = 0; dump < 2; dump++) {
			int err;

			if (!(dump ? op->dump_request.is : op->do_request.is))
				continue;
			request_make(nl, &req, gpu, op, dump,
				     (struct mistake){ 0 });
			err = nl_call(nl, &req, &answer);
			if (err == (op->admin ? -EPERM : 0))
				continue;
			report("%s%s: %s\n", op->name, dump ? " (dump)" : "",
			       strerror(-err));
			return __LINE__;
		}
	}
	for (i = 0; i < spec_num_groups; i++) {
		int err = nl_join(nl, spec_groups[i].name);

		if (err != (spec_groups[i].admin ? -EPERM : 0)) {
			report("group %s: %s\n", spec_groups[i].name,
			       strerror(-err));
			return __LINE__;
		}
	}
	return 0;
}

static int child_tries(void *arg)
{
	struct nl *nl = nl_open();

	(void)arg;
	if (!nl || nl_family(nl))
		return __LINE__;
	return try_everything(nl);
}

static void check_child(int (*become)(void))
{
	char *before = fixture_snapshot(gpu);
	char *after;

	ASSERT_EQ(0, user_runs(become, child_tries, NULL));
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

TEST_F(netlink_spec, C29_every_change_is_refused_to_the_unprivileged)
{
	check_child(user_ordinary);
	check_child(user_of_group_root);
	check_child(user_root_without_capabilities);
	check_child(user_root_of_a_namespace);
	check_child(user_with_net_admin);
}

TEST_F(netlink_spec, family_is_in_the_initial_network_namespace_only)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct nl *nl;

		if (unshare(CLONE_NEWNET))
			_exit(1);
		nl = nl_open();
		if (!nl || nl_family(nl) != -ENOENT)
			_exit(2);
		/* nor is there a way in by its number */
		_exit(nl_try_number(nl, fx.nl) == -ENOENT ? 0 : 3);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
}

/* what was sent is whatever came; what comes back has to hold to the spec */
TEST_F(netlink_spec, C29_random_messages)
{
	const char *env = getenv("GPUVF_MESSAGES");
	unsigned long long num = env ? strtoull(env, NULL, 0) :
				 on_debug_kernel() ? 2000 : 100000;
	unsigned int seed = getenv("GPUVF_SEED") ?
			    strtoul(getenv("GPUVF_SEED"), NULL, 0) : 1;
	struct nl *nl = nl_open();
	unsigned long long i, answers = 0;
	struct nl_request req;
	int n;

	ASSERT_NE(NULL, nl);
	ASSERT_OK(nl_family(nl));
	for (i = 0; i < num; i++) {
		request_random(nl, &req, gpu, &seed);
		n = nl_shout(nl, &req);
		if (n < 0)
			report("message %llu: %s\n", i, strerror(-n));
		ASSERT_LE(0, n);
		answers += n;
	}
	report("%llu messages, %llu answers\n", num, answers);
	ASSERT_LT(num / 2, answers);
	nl_close(nl);
}

TEST_HARNESS_MAIN
