// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family "gpuvf", spoken by hand over libmnl.
 */

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nl.h"
#include "spec.h"

#define NL_BUFFER	32768

/**
 * struct nl - a connection
 * @sk: socket
 * @seq: of the last request
 * @family: number of the family
 * @group: its groups
 */
struct nl {
	struct mnl_socket *sk;
	unsigned int seq;
	uint16_t family;
	struct {
		char name[16];
		uint32_t id;
	} group[4];
};

/**
 * nl_open() - a connection to the kernel
 *
 * Extended acks are on. The family need not exist yet.
 *
 * Return: to be closed by nl_close(); NULL: no socket.
 */
struct nl *nl_open(void)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	int one = 1;

	if (!nl)
		return NULL;
	nl->sk = mnl_socket_open(NETLINK_GENERIC);
	if (!nl->sk || mnl_socket_bind(nl->sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		nl_close(nl);
		return NULL;
	}
	mnl_socket_setsockopt(nl->sk, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->sk, NETLINK_CAP_ACK, &one, sizeof(one));
	return nl;
}

/**
 * nl_close() - done with it
 * @nl: connection, or NULL
 */
void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->sk)
		mnl_socket_close(nl->sk);
	free(nl);
}

static int type_at(const struct nl_request *req, uint32_t offset)
{
	return mnl_attr_get_type((const void *)(req->buf + offset));
}

/* what an error message carries beside the errno, or the end of a dump does */
static void take_extended_ack(const struct nlmsghdr *nlh, size_t skip,
			      const struct nl_request *req,
			      struct nl_answer *answer)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, skip) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(answer->ack, sizeof(answer->ack), "%s",
				 mnl_attr_get_str(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			answer->bad_attr = type_at(req, mnl_attr_get_u32(attr));
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			answer->missing_attr = mnl_attr_get_u32(attr);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			answer->missing_in = type_at(req, mnl_attr_get_u32(attr));
			break;
		}
	}
}

static void take_error(const struct nlmsghdr *nlh, const struct nl_request *req,
		       struct nl_answer *answer)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	take_extended_ack(nlh, skip, req, answer);
}

typedef void (*nl_each)(const struct nl_message *msg, void *arg);

/* Return: 1: more to come; 0, or a negative errno: the end of the answer */
static int take_answer(const struct nlmsghdr *nlh, const struct nl_request *req,
		       struct nl_answer *answer, nl_each each, void *arg)
{
	const int *code = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		take_error(nlh, req, answer);
		return *code;
	}
	if (nlh->nlmsg_type == NLMSG_DONE) {
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*code))
			return 0;
		take_extended_ack(nlh, sizeof(*code), req, answer);
		return *code;
	}
	answer->messages++;
	if (!nl_take_message(nlh, &answer->last))
		answer->malformed = true;
	if (each)
		each(&answer->last, arg);
	return 1;
}

static int nl_receive(struct nl *nl, const struct nl_request *req,
		      struct nl_answer *answer, nl_each each, void *arg)
{
	static _Thread_local char buf[NL_BUFFER];
	const struct nlmsghdr *nlh;
	int len, ret;

	for (;;) {
		len = mnl_socket_recvfrom(nl->sk, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		answer->parts++;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != nl->seq)
				continue;
			ret = take_answer(nlh, req, answer, each, arg);
			if (ret <= 0)
				return ret;
		}
	}
}

static void nl_answer_init(struct nl_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->bad_attr = -1;
	answer->missing_attr = -1;
	answer->missing_in = -1;
}

static void find_group(struct nl *nl, const struct nlattr *groups)
{
	const struct nlattr *group, *attr;
	unsigned int n = 0;

	memset(nl->group, 0, sizeof(nl->group));
	mnl_attr_for_each_nested(group, groups) {
		const char *name = "";
		uint32_t id = 0;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(attr);
		}
		if (n == sizeof(nl->group) / sizeof(*nl->group))
			return;
		snprintf(nl->group[n].name, sizeof(nl->group[n].name), "%s",
			 name);
		nl->group[n++].id = id;
	}
}

/**
 * nl_family() - find the family; to be called again after the module was loaded
 * @nl: connection
 *
 * Return: 0; -ENOENT: there is none in this network namespace.
 */
int nl_family(struct nl *nl)
{
	static _Thread_local char buf[NL_BUFFER];
	struct nl_request req;
	struct genlmsghdr *genl;
	const struct nlmsghdr *nlh = (void *)buf;
	const struct nlattr *attr;
	int len;

	req.header = mnl_nlmsg_put_header(req.buf);
	req.header->nlmsg_type = GENL_ID_CTRL;
	req.header->nlmsg_flags = NLM_F_REQUEST;
	req.header->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(req.header, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(req.header, CTRL_ATTR_FAMILY_NAME, GPUVF_FAMILY_NAME);
	nl->family = 0;
	if (mnl_socket_sendto(nl->sk, req.buf, req.header->nlmsg_len) < 0)
		return -errno;
	len = mnl_socket_recvfrom(nl->sk, buf, sizeof(buf));
	if (len < 0)
		return -errno;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return *(const int *)mnl_nlmsg_get_payload(nlh);
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			nl->family = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			find_group(nl, attr);
	}
	return nl->family ? 0 : -EPROTO;
}

/**
 * nl_begin() - begin a request
 * @nl: connection that knows the family
 * @req: the request
 * @cmd: GPUVF_CMD_*
 * @flags: NLM_F_DUMP, or NLM_F_ACK, or nothing
 */
void nl_begin(struct nl *nl, struct nl_request *req, uint8_t cmd,
	      uint16_t flags)
{
	struct genlmsghdr *genl;

	req->header = mnl_nlmsg_put_header(req->buf);
	req->header->nlmsg_type = nl->family;
	req->header->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(req->header, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = GPUVF_FAMILY_VERSION;
}

/**
 * nl_config_set() - begin a change of a GPU's configuration
 * @nl: connection that knows the family
 * @req: the request
 * @gpu: GPU
 */
void nl_config_set(struct nl *nl, struct nl_request *req,
		   const struct gpu *gpu)
{
	nl_begin(nl, req, GPUVF_CMD_CONFIG_SET, NLM_F_ACK);
	mnl_attr_put_strz(req->header, GPUVF_A_PF_BDF, gpu->bdf);
}

/**
 * nl_vf_begin() - begin a VF's part of a request
 * @req: the request
 * @index: index of the VF
 *
 * Return: for nl_vf_end().
 */
struct nlattr *nl_vf_begin(struct nl_request *req, uint32_t index)
{
	struct nlattr *nest = mnl_attr_nest_start(req->header, GPUVF_A_PF_VF);

	mnl_attr_put_u32(req->header, GPUVF_A_VF_INDEX, index);
	return nest;
}

/**
 * nl_vf_end() - end a VF's part
 * @req: the request
 * @nest: what nl_vf_begin() returned
 */
void nl_vf_end(struct nl_request *req, struct nlattr *nest)
{
	mnl_attr_nest_end(req->header, nest);
}

/**
 * nl_put_u32() - a number of a VF, or of its engine
 * @req: the request, after nl_vf_begin()
 * @attr: GPUVF_A_VF_*, or ENGINE_ATTR()
 * @value: number
 */
void nl_put_u32(struct nl_request *req, unsigned int attr, uint32_t value)
{
	struct nlattr *nest;

	if (attr < OF_ENGINE) {
		mnl_attr_put_u32(req->header, attr, value);
		return;
	}
	nest = mnl_attr_nest_start(req->header, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u32(req->header, GPUVF_A_ENGINE_ID, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u32(req->header, attr - OF_ENGINE, value);
	mnl_attr_nest_end(req->header, nest);
}

/**
 * nl_put_vf() - a VF's whole part
 * @req: the request
 * @index: index of the VF
 * @fb_quota: bytes
 * @time_slice_us: 0: left as it is
 */
void nl_put_vf(struct nl_request *req, uint32_t index, uint64_t fb_quota,
	       uint32_t time_slice_us)
{
	struct nlattr *nest = nl_vf_begin(req, index);

	mnl_attr_put_u64(req->header, GPUVF_A_VF_FB_QUOTA, fb_quota);
	if (time_slice_us)
		nl_put_u32(req, ENGINE_ATTR(TIME_SLICE_US), time_slice_us);
	nl_vf_end(req, nest);
}

/**
 * nl_dump_begin() - send a request without waiting for the answer
 * @nl: connection
 * @req: the request
 *
 * Return: 0, or the errno of sending.
 */
int nl_dump_begin(struct nl *nl, struct nl_request *req)
{
	req->header->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->sk, req->buf, req->header->nlmsg_len) < 0)
		return -errno;
	return 0;
}

/**
 * nl_dump_end() - the answer
 * @nl: connection
 * @req: what was sent
 * @answer: what came
 *
 * Return: 0, or the errno that the kernel answered.
 */
int nl_dump_end(struct nl *nl, struct nl_request *req,
		struct nl_answer *answer)
{
	nl_answer_init(answer);
	return nl_receive(nl, req, answer, NULL, NULL);
}

/**
 * nl_dump_rest() - the answer, looking at every message
 * @nl: connection
 * @req: what was sent, maybe by another process
 * @answer: what came
 * @each: called for each message, or NULL
 * @arg: for @each
 *
 * Return: 0, or the errno that the kernel answered.
 */
int nl_dump_rest(struct nl *nl, struct nl_request *req,
		 struct nl_answer *answer, nl_each each, void *arg)
{
	nl->seq = req->header->nlmsg_seq;
	nl_answer_init(answer);
	return nl_receive(nl, req, answer, each, arg);
}

/**
 * nl_dump() - send a dump request, look at every message
 * @nl: connection
 * @req: the request
 * @answer: what came
 * @each: called for each message, or NULL
 * @arg: for @each
 *
 * Return: 0, or the errno that the kernel answered.
 */
int nl_dump(struct nl *nl, struct nl_request *req, struct nl_answer *answer,
	    nl_each each, void *arg)
{
	int err;

	nl_answer_init(answer);
	err = nl_dump_begin(nl, req);
	return err ? err : nl_receive(nl, req, answer, each, arg);
}

/**
 * nl_call() - send a request with NLM_F_ACK and wait for the answer
 * @nl: connection
 * @req: the request
 * @answer: what came
 *
 * Return: 0, or the errno that the kernel answered.
 */
int nl_call(struct nl *nl, struct nl_request *req, struct nl_answer *answer)
{
	return nl_dump(nl, req, answer, NULL, NULL);
}

/**
 * nl_pf_get() - a GPU as netlink has it
 * @nl: connection
 * @gpu: GPU
 * @msg: where to
 *
 * Return: 0; -EPROTO: not one well-formed message; or what the kernel answered.
 */
int nl_pf_get(struct nl *nl, const struct gpu *gpu, struct nl_message *msg)
{
	struct nl_request req;
	struct nl_answer answer;
	int err;

	nl_begin(nl, &req, GPUVF_CMD_PF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	err = nl_call(nl, &req, &answer);
	*msg = answer.last;
	if (!err && (answer.messages != 1 || answer.malformed))
		err = -EPROTO;
	return err;
}

/**
 * nl_vf_get() - a VF as netlink has it
 * @nl: connection
 * @gpu: GPU
 * @vf: index of the VF
 * @msg: where to; the VF is its first
 *
 * Return: 0; -EPROTO: not one well-formed message; or what the kernel answered.
 */
int nl_vf_get(struct nl *nl, const struct gpu *gpu, unsigned int vf,
	      struct nl_message *msg)
{
	struct nl_request req;
	struct nl_answer answer;
	int err;

	nl_begin(nl, &req, GPUVF_CMD_VF_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(&req, nl_vf_begin(&req, vf));
	err = nl_call(nl, &req, &answer);
	*msg = answer.last;
	if (!err && (answer.messages != 1 || answer.malformed ||
		     msg->num_vf != 1))
		err = -EPROTO;
	return err;
}

/**
 * nl_join() - take part in a group
 * @nl: connection that knows the family, used for nothing else
 * @group: name of the group
 *
 * Return: 0; -ENOENT: the family has no such group; or a negative errno.
 */
int nl_join(struct nl *nl, const char *group)
{
	unsigned int i;

	for (i = 0; i < sizeof(nl->group) / sizeof(*nl->group); i++) {
		if (strcmp(nl->group[i].name, group))
			continue;
		if (mnl_socket_setsockopt(nl->sk, NETLINK_ADD_MEMBERSHIP,
					  &nl->group[i].id,
					  sizeof(nl->group[i].id)))
			return -errno;
		return 0;
	}
	return -ENOENT;
}

/**
 * nl_listen() - take part in the group "config"
 * @nl: connection that knows the family, used for nothing else
 *
 * Return: 0, or a negative errno.
 */
int nl_listen(struct nl *nl)
{
	return nl_join(nl, GPUVF_MCGRP_CONFIG);
}

/**
 * nl_shrink() - have less room for what comes
 * @nl: connection
 * @bytes: how much
 *
 * Return: 0, or a negative errno.
 */
int nl_shrink(struct nl *nl, int bytes)
{
	return setsockopt(mnl_socket_get_fd(nl->sk), SOL_SOCKET, SO_RCVBUF,
			  &bytes, sizeof(bytes)) ? -errno : 0;
}

/**
 * nl_know() - know the family without asking for it
 * @nl: connection, on which nothing is received by this
 * @who_knows: one that knows it
 */
void nl_know(struct nl *nl, const struct nl *who_knows)
{
	nl->family = who_knows->family;
}

/**
 * nl_try_number() - try to reach the family by a number that another process knows
 * @nl: connection that need not know the family
 * @who_knows: one that does
 *
 * Return: what the kernel answered to a pf-get.
 */
int nl_try_number(struct nl *nl, const struct nl *who_knows)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_know(nl, who_knows);
	nl_begin(nl, &req, GPUVF_CMD_PF_GET, NLM_F_DUMP);
	return nl_call(nl, &req, &answer);
}

/**
 * nl_shout() - send something and look at whatever comes back
 * @nl: connection
 * @req: what is sent; need not be well-formed
 *
 * Return: how many messages came; -EPROTO: one that does not hold to the spec;
 * or a negative errno.
 */
int nl_shout(struct nl *nl, struct nl_request *req)
{
	static _Thread_local char buf[NL_BUFFER];
	int fd = mnl_socket_get_fd(nl->sk);
	const struct nlmsghdr *nlh;
	unsigned int answers = 0;
	ssize_t n;
	int len;

	req->header->nlmsg_seq = ++nl->seq;
	if (send(fd, req->buf, req->header->nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			return answers;
		if (n < 0)
			return -errno;
		len = n;
		for (nlh = (void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			answers++;
			if (nlh->nlmsg_type == nl->family && !spec_allows(nlh))
				return -EPROTO;
		}
	}
}

/**
 * nl_next_event() - the next notification
 * @nl: connection that listens
 * @msg: where to
 * @timeout_ms: how long to wait for it
 *
 * Return: 0; -ETIMEDOUT: none came; -EPROTO: it is malformed; or a negative
 * errno.
 */
int nl_next_event(struct nl *nl, struct nl_message *msg, int timeout_ms)
{
	static _Thread_local char buf[NL_BUFFER];
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(nl->sk),
		.events = POLLIN,
	};
	int n;

	n = poll(&fd, 1, timeout_ms);
	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	n = mnl_socket_recvfrom(nl->sk, buf, sizeof(buf));
	if (n < 0)
		return -errno;
	if (!mnl_nlmsg_ok((void *)buf, n) ||
	    ((struct nlmsghdr *)buf)->nlmsg_type != nl->family)
		return -EPROTO;
	return nl_take_message((void *)buf, msg) ? 0 : -EPROTO;
}

/**
 * nl_reset_start() - start a reset over netlink
 * @nl: connection
 * @gpu: GPU
 * @vf: index of the VF, -1: the GPU
 * @msg: the reply
 *
 * Return: 0, or the errno of the refusal.
 */
int nl_reset_start(struct nl *nl, const struct gpu *gpu, int vf,
		   struct nl_message *msg)
{
	struct nl_request req;
	struct nl_answer answer;
	int err;

	nl_begin(nl, &req, vf < 0 ? GPUVF_CMD_PF_RESET : GPUVF_CMD_VF_RESET,
		 NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	if (vf >= 0)
		nl_vf_end(&req, nl_vf_begin(&req, vf));
	err = nl_call(nl, &req, &answer);
	*msg = answer.last;
	return err;
}

/**
 * nl_reset_wait() - wait until a reset is over, as the counters tell
 * @nl: connection
 * @gpu: GPU
 * @vf: index of the VF, -1: the GPU
 * @begun: from nl_reset_start()
 *
 * Return: 0; -EIO: it failed; another errno: that could not be asked.
 */
int nl_reset_wait(struct nl *nl, const struct gpu *gpu, int vf,
		  const struct nl_message *begun)
{
	struct nl_message now;
	int err;

	for (;;) {
		err = vf < 0 ? nl_pf_get(nl, gpu, &now) :
			       nl_vf_get(nl, gpu, vf, &now);
		if (err)
			return err;
		if ((vf < 0 ? now.resets - begun->resets :
		     now.vf[0].resets - begun->vf[0].resets))
			return 0;
		if ((vf < 0 ? now.failed_resets - begun->failed_resets :
		     now.vf[0].failed_resets - begun->vf[0].failed_resets))
			return -EIO;
		usleep(2000);
	}
}

/**
 * nl_reset() - reset over netlink, and wait until that is over
 * @nl: connection
 * @gpu: GPU
 * @vf: index of the VF, -1: the GPU
 *
 * Return: 0; the errno of the refusal; -EIO: the reset failed.
 */
int nl_reset(struct nl *nl, const struct gpu *gpu, int vf)
{
	struct nl_message begun;
	int err = nl_reset_start(nl, gpu, vf, &begun);

	return err ? err : nl_reset_wait(nl, gpu, vf, &begun);
}
