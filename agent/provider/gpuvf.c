// SPDX-License-Identifier: GPL-2.0
/*
 * Requests over libmnl. A refused request is answered twice: first by a
 * message with the detail, then by the error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_message.h"
#include "provider/gpuvf_version.h"
#include "provider/gpuvf_watch.h"

/* a request for MAX_VFS VFs with all settings needs 108 bytes each */
#define SEND_SIZE	(256 * 1024)
/* the kernel does not build bigger messages */
#define RECEIVE_SIZE	(64 * 1024)

/* how often a dump that a change ran into is repeated */
#define DUMP_ATTEMPTS	16
#define DUMP_WAIT_US	1000

struct gpuvf {
	struct provider provider;
	struct mnl_socket *nl;
	u16 family;
	u32 seq;
	char *send;
	char *receive;
};

_Static_assert(!offsetof(struct gpuvf, provider), "to_gpuvf()");

static struct gpuvf *to_gpuvf(struct provider *provider)
{
	return (struct gpuvf *)provider;
}

/* what is done with each message of an answer; a negative errno ends it */
typedef int (*reply_fn)(const struct nlmsghdr *nlh, void *data);

struct answer {
	reply_fn fn;
	void *data;
	struct failure *why;
	bool interrupted;
};

static struct nlmsghdr *start(struct gpuvf *gpuvf, u16 family, u8 cmd,
			      u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(gpuvf->send);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++gpuvf->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = AGENT_FAMILY_VERSION;
	return nlh;
}

/* Return: 1 when more is to come, 0 at the end, else a negative errno */
static int take_message(struct gpuvf *gpuvf, const struct nlmsghdr *nlh,
			struct answer *answer)
{
	if (nlh->nlmsg_seq != gpuvf->seq ||
	    nlh->nlmsg_pid != mnl_socket_get_portid(gpuvf->nl))
		return 1;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_OVERRUN:
		return -EOVERFLOW;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		return message_read_error(nlh, answer->why->ack,
					  sizeof(answer->why->ack));
	}
	return answer->fn(nlh, answer->data) ?: 1;
}

static int take_answer(struct gpuvf *gpuvf, struct answer *answer)
{
	int ret = 1;

	while (ret > 0) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)gpuvf->receive;
		ssize_t got = mnl_socket_recvfrom(gpuvf->nl, gpuvf->receive,
						  RECEIVE_SIZE);
		int left = got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (; ret > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			ret = take_message(gpuvf, nlh, answer);
	}
	return ret;
}

/*
 * Send a request and take its answer: every message of it, up to the
 * acknowledgment or the end of the dump.
 */
static int call(struct gpuvf *gpuvf, const struct nlmsghdr *nlh,
		struct answer *answer)
{
	int ret;

	failure_set(answer->why, 0);
	answer->interrupted = false;
	if (mnl_socket_sendto(gpuvf->nl, nlh, nlh->nlmsg_len) < 0)
		ret = -errno;
	else
		ret = take_answer(gpuvf, answer);
	/* of a dump, while the module is unloaded and its family is still there */
	if (ret == -EPROTONOSUPPORT)
		ret = -ENOENT;
	answer->why->error = ret;
	return ret;
}

static int set_options(struct gpuvf *gpuvf)
{
	int on = 1;

	/* a refused request is not sent back: a large one would not fit */
	if (mnl_socket_setsockopt(gpuvf->nl, NETLINK_EXT_ACK, &on,
				  sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(gpuvf->nl, NETLINK_CAP_ACK, &on,
				  sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(gpuvf->nl, NETLINK_GET_STRICT_CHK, &on,
				  sizeof(on)) < 0)
		return -errno;
	return 0;
}

static bool gpuvf_owns(const char *bdf)
{
	char driver[NAME_SIZE];

	sysfs_driver(bdf, driver, sizeof(driver));
	return !strcmp(driver, gpuvf_abilities.provider);
}

static void gpuvf_close(struct provider *provider)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);

	if (gpuvf->nl)
		mnl_socket_close(gpuvf->nl);
	free(gpuvf->send);
	free(gpuvf->receive);
	free(gpuvf);
}

static int gpuvf_open(struct provider **provider)
{
	struct gpuvf *gpuvf = xcalloc(1, sizeof(*gpuvf));
	int err = 0;

	gpuvf->provider.ops = &gpuvf_ops;
	gpuvf->seq = time(NULL);
	gpuvf->send = xcalloc(1, SEND_SIZE);
	gpuvf->receive = xcalloc(1, RECEIVE_SIZE);
	gpuvf->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!gpuvf->nl ||
	    mnl_socket_bind(gpuvf->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	err = err ?: set_options(gpuvf);
	err = err ?: gpuvf_find_family(&gpuvf->family);
	if (err)
		gpuvf_close(&gpuvf->provider);
	else
		*provider = &gpuvf->provider;
	return err;
}

/* about one GPU */
static struct nlmsghdr *start_one(struct gpuvf *gpuvf, u8 cmd, const char *bdf)
{
	struct nlmsghdr *nlh;

	nlh = start(gpuvf, gpuvf->family, cmd, NLM_F_ACK);
	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, bdf);
	return nlh;
}

static int add_gpu(const struct nlmsghdr *nlh, void *data)
{
	return message_read(nlh, gpu_list_add(data), NULL);
}

static struct nlmsghdr *start_dump(struct gpuvf *gpuvf, u8 cmd)
{
	return start(gpuvf, gpuvf->family, cmd, NLM_F_DUMP);
}

/* one GPU with its VFs, all of the same moment */
static int read_one(struct gpuvf *gpuvf, const char *bdf, struct gpu_list *gpus,
		    struct failure *why)
{
	struct answer answer = { .fn = add_gpu, .data = gpus, .why = why };

	return call(gpuvf, start_one(gpuvf, GPUVF_CMD_PF_GET, bdf), &answer);
}

/* which GPUs there are */
static int find_gpus(struct gpuvf *gpuvf, struct gpu_list *found,
		     struct failure *why)
{
	struct answer answer = { .fn = add_gpu, .data = found, .why = why };
	int attempt;
	int err;

	*found = (struct gpu_list){};
	for (attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		/* the more often it happens, the longer the change may take */
		if (attempt)
			usleep(attempt * DUMP_WAIT_US);
		gpu_list_free(found);
		err = call(gpuvf, start_dump(gpuvf, GPUVF_CMD_PF_GET), &answer);
		if (err || !answer.interrupted)
			return err;
	}
	return failure_set(why, -EAGAIN);
}

static int gpuvf_read_all(struct provider *provider, struct gpu_list *gpus,
			  struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct gpu_list found;
	size_t i;
	int err;

	*gpus = (struct gpu_list){};
	err = find_gpus(gpuvf, &found, why);
	for (i = 0; i < found.num && !err; i++) {
		err = read_one(gpuvf, found.gpus[i].bdf, gpus, why);
		/* one that went meanwhile is none of them */
		if (err == -ENODEV)
			err = failure_set(why, 0);
	}
	gpu_list_free(&found);
	return err;
}

static int gpuvf_read(struct provider *provider, const char *bdf,
		      struct gpu *gpu, struct failure *why)
{
	struct gpu_list one = {};
	int err;

	err = read_one(to_gpuvf(provider), bdf, &one, why);
	if (!err && !one.num)
		err = failure_set(why, -ENODEV);
	if (!err)
		gpu_copy(gpu, &one.gpus[0]);
	gpu_list_free(&one);
	return err;
}

static int add_stats(const struct nlmsghdr *nlh, void *data)
{
	struct gpu from = {};
	struct gpu *gpu;
	int err;
	u32 i;

	err = message_read(nlh, &from, NULL);
	gpu = err ? NULL : gpu_list_find(data, from.bdf);
	for (i = 0; gpu && i < from.vfs_len && i < gpu->vfs_len; i++) {
		if (!from.vfs[i].has_stats)
			continue;
		gpu->vfs[i].has_stats = true;
		gpu->vfs[i].stats = from.vfs[i].stats;
	}
	gpu_free(&from);
	return err;
}

static int gpuvf_stats(struct provider *provider, struct gpu_list *gpus,
		       struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct answer answer = { .fn = add_stats, .data = gpus, .why = why };

	return call(gpuvf, start_dump(gpuvf, GPUVF_CMD_STATS_GET), &answer);
}

struct layout_reply {
	struct gpu *result;
	struct error_detail *detail;
};

static int take_layout(const struct nlmsghdr *nlh, void *data)
{
	struct layout_reply *reply = data;

	return message_read(nlh, reply->result, reply->detail);
}

/* what is quarantined at this moment, which an answer to config-set does not have */
static int add_quarantined(struct gpuvf *gpuvf, struct gpu *gpu,
			   struct failure *why)
{
	struct gpu_list live = {};
	int err;

	if (!gpu->fb_quarantined || gpu->num_quarantined)
		return 0;
	err = read_one(gpuvf, gpu->bdf, &live, why);
	if (!err && live.num) {
		gpu->num_quarantined = live.gpus[0].num_quarantined;
		memcpy(gpu->quarantined, live.gpus[0].quarantined,
		       sizeof(gpu->quarantined));
	}
	gpu_list_free(&live);
	return err;
}

static int change(struct gpuvf *gpuvf, const struct nlmsghdr *nlh,
		  struct gpu *result, struct failure *why)
{
	struct error_detail detail = { .vf = NO_VF };
	struct layout_reply reply = { result, &detail };
	struct answer answer = { .fn = take_layout, .data = &reply, .why = why };
	int err;

	*result = (struct gpu){};
	err = call(gpuvf, nlh, &answer);
	why->detail = detail;
	if (!err)
		err = add_quarantined(gpuvf, result, why);
	if (err)
		gpu_free(result);
	return err;
}

static int gpuvf_set_layout(struct provider *provider, const struct gpu *wanted,
			    bool dry_run, struct gpu *result,
			    struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct nlmsghdr *nlh = start_one(gpuvf, GPUVF_CMD_CONFIG_SET,
					    wanted->bdf);

	message_put_wanted(nlh, SEND_SIZE, wanted, dry_run);
	return change(gpuvf, nlh, result, why);
}

static int gpuvf_set_vf(struct provider *provider, const char *bdf, u32 index,
			const struct vf *vf, u32 set, struct gpu *result,
			struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct nlmsghdr *nlh = start_one(gpuvf, GPUVF_CMD_CONFIG_SET, bdf);

	message_put_vf(nlh, SEND_SIZE, index, vf, set);
	return change(gpuvf, nlh, result, why);
}

static int gpuvf_set_gpu(struct provider *provider, const char *bdf,
			 const struct gpu *settings, struct gpu *result,
			 struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct nlmsghdr *nlh = start_one(gpuvf, GPUVF_CMD_CONFIG_SET, bdf);

	if (settings->set & GPU_SET_POLICY)
		mnl_attr_put_u32(nlh, GPUVF_A_PF_POLICY, settings->policy);
	if (settings->set & GPU_SET_PF_RESERVE)
		mnl_attr_put_u64(nlh, GPUVF_A_PF_FB_PF_RESERVE,
				 settings->fb_pf_reserve);
	return change(gpuvf, nlh, result, why);
}

static int gpuvf_set_placed(struct provider *provider, const struct gpu *wanted,
			    int vf, u32 set, struct gpu *result,
			    struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	struct nlmsghdr *nlh = start_one(gpuvf, GPUVF_CMD_CONFIG_SET,
					 wanted->bdf);

	message_put_placed(nlh, SEND_SIZE, wanted, vf, set);
	return change(gpuvf, nlh, result, why);
}

static int gpuvf_operate(struct provider *provider,
			 enum gpu_operation operation, const char *bdf, int vf,
			 struct gpu *result, struct failure *why)
{
	struct gpuvf *gpuvf = to_gpuvf(provider);
	static const u8 vf_commands[] = {
		[OPERATION_RESET] = GPUVF_CMD_VF_RESET,
		[OPERATION_STOP] = GPUVF_CMD_VF_STOP,
		[OPERATION_PAUSE] = GPUVF_CMD_VF_PAUSE,
		[OPERATION_RESUME] = GPUVF_CMD_VF_RESUME,
	};
	struct nlmsghdr *nlh;

	nlh = start_one(gpuvf, vf == NO_VF ? GPUVF_CMD_PF_RESET :
			   vf_commands[operation], bdf);

	if (vf != NO_VF)
		message_put_vf(nlh, SEND_SIZE, vf, NULL, 0);
	return change(gpuvf, nlh, result, why);
}

const struct provider_ops gpuvf_ops = {
	.abilities = &gpuvf_abilities,
	.owns = gpuvf_owns,
	.open = gpuvf_open,
	.close = gpuvf_close,
	.read_all = gpuvf_read_all,
	.read = gpuvf_read,
	.set_layout = gpuvf_set_layout,
	.set_vf = gpuvf_set_vf,
	.set_gpu = gpuvf_set_gpu,
	.set_placed = gpuvf_set_placed,
	.operate = gpuvf_operate,
	.stats = gpuvf_stats,
};

/**
 * gpuvf_explain_absence() - say why the netlink family is not there
 *
 * The family lives in the initial network namespace only; sysfs shows the
 * module in all of them, and for as long as it is being unloaded.
 */
void gpuvf_explain_absence(void)
{
	char state[16];

	if (!root_has("sys/module/gpuvf"))
		pr_err("module gpuvf is not loaded: modprobe gpuvf; if that fails, run 'gpuvf-agent doctor'");
	else if (root_line(state, sizeof(state), "sys/module/gpuvf/initstate") &&
		 strcmp(state, "live"))
		pr_err("module gpuvf is being loaded or unloaded: try again");
	else
		pr_err("module gpuvf is loaded, but answers only in the initial network namespace: nsenter --net=/proc/1/ns/net");
}
