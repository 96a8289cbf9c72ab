// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family by hand, for programs that measure it: what goes wrong ends them.
 */

#include <fcntl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "genl.h"

uint16_t family;

static struct mnl_socket *sk;

void die(const char *what)
{
	perror(what);
	exit(1);
}

uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void pause_us(unsigned int us)
{
	struct timespec ts = { .tv_nsec = us * 1000L };

	nanosleep(&ts, NULL);
}

void genl_open(void)
{
	sk = mnl_socket_open(NETLINK_GENERIC);
	if (!sk || mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID))
		die("socket");
}

struct nlmsghdr *genl_begin(struct message *msg, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(msg->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = GPUVF_FAMILY_VERSION;
	return nlh;
}

/* in a VF's nest */
void genl_put_time_slice(struct nlmsghdr *nlh, uint32_t us)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, GPUVF_A_VF_ENGINE);

	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_ID, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_US, us);
	mnl_attr_nest_end(nlh, nest);
}

/* until the ack; the errno that it carries */
int genl_call(const struct message *msg)
{
	const struct nlmsghdr *nlh = (const void *)msg->buf;
	static char buf[32768];
	int n;

	if (mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) < 0)
		die("send");
	for (;;) {
		struct nlmsghdr *reply = (void *)buf;

		n = mnl_socket_recvfrom(sk, buf, sizeof(buf));
		if (n < 0)
			die("receive");
		for (; mnl_nlmsg_ok(reply, n); reply = mnl_nlmsg_next(reply, &n)) {
			const struct genlmsghdr *genl;
			const struct nlattr *attr;

			if (reply->nlmsg_type == NLMSG_ERROR)
				return *(int *)mnl_nlmsg_get_payload(reply);
			if (reply->nlmsg_type != GENL_ID_CTRL || family)
				continue;
			genl = mnl_nlmsg_get_payload(reply);
			mnl_attr_for_each(attr, reply, sizeof(*genl))
				if (mnl_attr_get_type(attr) ==
				    CTRL_ATTR_FAMILY_ID)
					family = mnl_attr_get_u16(attr);
		}
	}
}

void genl_lookup(struct message *msg)
{
	struct nlmsghdr *nlh = genl_begin(msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, GPUVF_FAMILY_NAME);
}

/* of the class; to be closed */
int gpu_file(const char *bdf, const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/class/gpuvf/%s/%s", bdf, name);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

static uint64_t dirty_bytes(const char *bdf)
{
	char text[32] = "";
	int fd = gpu_file(bdf, "fb/needs_scrub", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) <= 0)
		die("fb/needs_scrub");
	close(fd);
	return strtoull(text, NULL, 0);
}

/* what follows a change in the background must not be measured with the next */
void gpu_settle(const char *bdf)
{
	do
		pause_us(2000);
	while (dirty_bytes(bdf));
}

int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}
