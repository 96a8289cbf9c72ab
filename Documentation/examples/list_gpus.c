// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/*
 * Every GPU of gpuvf and its free framebuffer; with GPU, VF and MICROSECONDS as
 * arguments, set that VF's time slice first.
 *
 *	cc -o list_gpus list_gpus.c $(pkg-config --cflags --libs libmnl)
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/gpuvf.h>

static char buf[32768];

/* begin a message of a generic netlink family */
static struct nlmsghdr *request(uint16_t family, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = 1;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = GPUVF_FAMILY_VERSION;
	return nlh;
}

/* send it, and have each answer looked at; what the kernel says is in errno */
static int talk(struct mnl_socket *sk, struct nlmsghdr *nlh, mnl_cb_t cb,
		void *data)
{
	int n, ret;

	if (mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) < 0)
		return -1;
	do {
		n = mnl_socket_recvfrom(sk, buf, sizeof(buf));
		if (n < 0)
			return -1;
		ret = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(sk), cb, data);
	} while (ret > MNL_CB_STOP);
	return ret;
}

static int family_cb(const struct nlmsghdr *nlh, void *family)
{
	struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/* attributes that are not known are passed over: more may come */
static int gpu_cb(const struct nlmsghdr *nlh, void *data)
{
	const char *bdf = "?";
	uint64_t free = 0, total = 0;
	struct nlattr *attr;

	(void)data;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case GPUVF_A_PF_BDF:
			bdf = mnl_attr_get_str(attr);
			break;
		case GPUVF_A_PF_FB_FREE:
			free = mnl_attr_get_u64(attr);
			break;
		case GPUVF_A_PF_FB_TOTAL:
			total = mnl_attr_get_u64(attr);
			break;
		}
	}
	printf("%s %" PRIu64 " of %" PRIu64 " bytes free\n", bdf, free, total);
	return MNL_CB_OK;
}

/* the reason comes before the error, with the whole sentence */
static int error_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr, *inner;

	(void)data;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != GPUVF_A_PF_ERROR)
			continue;
		mnl_attr_for_each_nested(inner, attr)
			if (mnl_attr_get_type(inner) == GPUVF_A_ERROR_MESSAGE)
				fprintf(stderr, "%s\n",
					mnl_attr_get_str(inner));
	}
	return MNL_CB_OK;
}

static int set_time_slice(struct mnl_socket *sk, uint16_t family, char **argv)
{
	struct nlmsghdr *nlh = request(family, GPUVF_CMD_CONFIG_SET, 0);
	struct nlattr *vf, *engine;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, argv[1]);
	vf = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);
	mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, strtoul(argv[2], NULL, 0));
	engine = mnl_attr_nest_start(nlh, GPUVF_A_VF_ENGINE);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_ID, GPUVF_ENGINE_ID_GFX);
	mnl_attr_put_u32(nlh, GPUVF_A_ENGINE_TIME_SLICE_US,
			 strtoul(argv[3], NULL, 0));
	mnl_attr_nest_end(nlh, engine);
	mnl_attr_nest_end(nlh, vf);
	return talk(sk, nlh, error_cb, NULL);
}

int main(int argc, char **argv)
{
	struct mnl_socket *sk = mnl_socket_open(NETLINK_GENERIC);
	struct nlmsghdr *nlh;
	uint16_t family = 0;

	if (!sk || mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("netlink");
		return 1;
	}
	nlh = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, GPUVF_FAMILY_NAME);
	if (talk(sk, nlh, family_cb, &family) < 0) {
		perror(GPUVF_FAMILY_NAME);
		return 1;
	}
	if (argc == 4 && set_time_slice(sk, family, argv) < 0) {
		perror(argv[1]);
		return 1;
	}
	if (talk(sk, request(family, GPUVF_CMD_PF_GET, NLM_F_DUMP), gpu_cb,
		 NULL) < 0) {
		perror("pf-get");
		return 1;
	}
	mnl_socket_close(sk);
	return 0;
}
