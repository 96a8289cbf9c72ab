// SPDX-License-Identifier: GPL-2.0
/*
 * Requests over libmnl. A refused request is answered twice: first by a
 * message with the refusal, then by the error.
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
#include "provider/gpuvf.h"
#include "provider/gpuvf_message.h"

/* a request for MAX_VFS VFs with all settings needs 108 bytes each */
#define SEND_SIZE	(256 * 1024)
/* the kernel does not build bigger messages */
#define RECEIVE_SIZE	(64 * 1024)

/* how often a dump that a change ran into is repeated */
#define DUMP_ATTEMPTS	16
#define DUMP_WAIT_US	1000

struct client {
	struct mnl_socket *nl;
	u16 family;
	u32 seq;
	char *send;
	char *receive;
};

/* what is done with each message of an answer; a negative errno ends it */
typedef int (*reply_fn)(const struct nlmsghdr *nlh, void *data);

struct answer {
	reply_fn fn;
	void *data;
	struct client_error *why;
	bool interrupted;
};

static void set_error(struct client_error *why, int error)
{
	*why = (struct client_error){ .error = error };
	why->refusal.vf = NO_VF;
}

static struct nlmsghdr *start(struct client *client, u16 family, u8 cmd,
			      u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(client->send);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++client->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = GPUVF_FAMILY_VERSION;
	return nlh;
}

/* Return: 1 when more is to come, 0 at the end, else a negative errno */
static int take_message(struct client *client, const struct nlmsghdr *nlh,
			struct answer *answer)
{
	if (nlh->nlmsg_seq != client->seq ||
	    nlh->nlmsg_pid != mnl_socket_get_portid(client->nl))
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

static int take_answer(struct client *client, struct answer *answer)
{
	int ret = 1;

	while (ret > 0) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)client->receive;
		ssize_t got = mnl_socket_recvfrom(client->nl, client->receive,
						  RECEIVE_SIZE);
		int left = got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (; ret > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			ret = take_message(client, nlh, answer);
	}
	return ret;
}

/*
 * Send a request and take its answer: every message of it, up to the
 * acknowledgment or the end of the dump.
 */
static int call(struct client *client, const struct nlmsghdr *nlh,
		struct answer *answer)
{
	int ret;

	set_error(answer->why, 0);
	answer->interrupted = false;
	if (mnl_socket_sendto(client->nl, nlh, nlh->nlmsg_len) < 0)
		ret = -errno;
	else
		ret = take_answer(client, answer);
	/* of a dump, while the module is unloaded and its family is still there */
	if (ret == -EPROTONOSUPPORT)
		ret = -ENOENT;
	answer->why->error = ret;
	return ret;
}

static int read_family(const struct nlmsghdr *nlh, void *data)
{
	struct client *client = data;
	const struct nlattr *attr;
	const char *name = "";
	u16 family = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
				return -EBADMSG;
			family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_FAMILY_NAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
				return -EBADMSG;
			name = mnl_attr_get_str(attr);
		}
	}
	if (!strcmp(name, GPUVF_FAMILY_NAME))
		client->family = family;
	return 0;
}

/*
 * All families are asked for: asked for one that is not there, the kernel would
 * go and look for a module.
 */
static int resolve(struct client *client)
{
	struct client_error why;
	struct answer answer = {
		.fn = read_family, .data = client, .why = &why,
	};
	int err;

	err = call(client, start(client, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
				 NLM_F_DUMP), &answer);
	if (!err && !client->family)
		err = -ENOENT;
	return err;
}

static int set_options(struct client *client)
{
	int on = 1;

	/* a refused request is not sent back: a large one would not fit */
	if (mnl_socket_setsockopt(client->nl, NETLINK_EXT_ACK, &on,
				  sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(client->nl, NETLINK_CAP_ACK, &on,
				  sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(client->nl, NETLINK_GET_STRICT_CHK, &on,
				  sizeof(on)) < 0)
		return -errno;
	return 0;
}

/**
 * client_open() - find the family and get ready for requests
 * @client: result, NULL after errors
 *
 * Return: 0; -ENOENT: the family is not here, see gpuvf_explain_absence();
 * any errno of sockets.
 */
int client_open(struct client **client)
{
	struct client *c = xcalloc(1, sizeof(*c));
	int err = 0;

	*client = NULL;
	c->seq = time(NULL);
	c->send = xcalloc(1, SEND_SIZE);
	c->receive = xcalloc(1, RECEIVE_SIZE);
	c->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!c->nl || mnl_socket_bind(c->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err = -errno;
	err = err ?: set_options(c);
	err = err ?: resolve(c);
	if (err)
		client_close(c);
	else
		*client = c;
	return err;
}

/**
 * client_close() - release a client
 * @client: may be NULL
 */
void client_close(struct client *client)
{
	if (!client)
		return;
	if (client->nl)
		mnl_socket_close(client->nl);
	free(client->send);
	free(client->receive);
	free(client);
}

static int add_gpu(const struct nlmsghdr *nlh, void *data)
{
	return message_read(nlh, gpu_list_add(data), NULL);
}

struct vf_dump {
	struct gpu_list *gpus;
	bool changed;
};

/* each message has one VF, and the generation that it belongs to */
static int add_vf(const struct nlmsghdr *nlh, void *data)
{
	struct vf_dump *vf_dump = data;
	struct gpu from = {};
	struct gpu *gpu;
	int err, vf;

	err = message_read_one_vf(nlh, &from, &vf);
	if (err)
		goto out;
	gpu = gpu_list_find(vf_dump->gpus, from.bdf);
	if (!gpu || gpu->generation != from.generation) {
		vf_dump->changed = true;
	} else if (vf != NO_VF) {
		gpu_set_vfs_len(gpu, vf + 1);
		gpu->vfs[vf] = from.vfs[vf];
	}
out:
	gpu_free(&from);
	return err;
}

static int dump(struct client *client, u8 cmd, reply_fn fn, void *data,
		struct client_error *why, bool *changed)
{
	struct answer answer = { .fn = fn, .data = data, .why = why };
	int err;

	err = call(client, start(client, client->family, cmd, NLM_F_DUMP),
		   &answer);
	*changed |= answer.interrupted;
	return err;
}

static int dump_all(struct client *client, struct gpu_list *gpus,
		    struct client_error *why, bool *changed)
{
	struct vf_dump vf_dump = { .gpus = gpus };
	int err;

	*changed = false;
	err = dump(client, GPUVF_CMD_PF_GET, add_gpu, gpus, why, changed);
	if (!err)
		err = dump(client, GPUVF_CMD_VF_GET, add_vf, &vf_dump, why,
			   changed);
	*changed |= vf_dump.changed;
	return err;
}

/**
 * client_get_gpus() - all GPUs with all their VFs
 * @client: the client
 * @gpus: result, to be freed with gpu_list_free() also after errors
 * @why: more about an error
 *
 * What belongs together is from one moment: when a change comes between, it
 * is read again.
 *
 * Return: 0, or a negative errno: -EAGAIN: changes never stopped.
 */
int client_get_gpus(struct client *client, struct gpu_list *gpus,
		    struct client_error *why)
{
	bool changed;
	int attempt;
	int err;

	*gpus = (struct gpu_list){};
	for (attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
		/* the more often it happens, the longer the change may take */
		usleep(attempt * DUMP_WAIT_US);
		gpu_list_free(gpus);
		err = dump_all(client, gpus, why, &changed);
		if (err || !changed)
			return err;
	}
	set_error(why, -EAGAIN);
	return -EAGAIN;
}

/**
 * client_get_gpu() - one GPU with all its VFs
 * @client: the client
 * @bdf: its PCI address
 * @gpu: result, to be freed with gpu_free() after success
 * @why: more about an error
 *
 * Return: 0; -ENODEV: no such GPU; else a negative errno.
 */
int client_get_gpu(struct client *client, const char *bdf, struct gpu *gpu,
		   struct client_error *why)
{
	struct gpu_list all;
	struct gpu *found;
	int err;

	err = client_get_gpus(client, &all, why);
	if (!err) {
		found = gpu_list_find(&all, bdf);
		if (found) {
			gpu_copy(gpu, found);
		} else {
			set_error(why, -ENODEV);
			err = -ENODEV;
		}
	}
	gpu_list_free(&all);
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

/**
 * client_get_stats() - what the VFs got and did
 * @client: the client
 * @gpus: as client_get_gpus() found them; gets the statistics of those that
 *	are still there
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno: -EPERM without privilege.
 */
int client_get_stats(struct client *client, struct gpu_list *gpus,
		     struct client_error *why)
{
	bool changed = false;

	return dump(client, GPUVF_CMD_STATS_GET, add_stats, gpus, why,
		    &changed);
}

struct layout_reply {
	struct gpu *result;
	struct refusal *refusal;
};

static int take_layout(const struct nlmsghdr *nlh, void *data)
{
	struct layout_reply *reply = data;

	return message_read(nlh, reply->result, reply->refusal);
}

static struct nlmsghdr *start_change(struct client *client, u8 cmd,
				     const char *bdf)
{
	struct nlmsghdr *nlh;

	nlh = start(client, client->family, cmd, NLM_F_ACK);
	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, bdf);
	return nlh;
}

static int change(struct client *client, const struct nlmsghdr *nlh,
		  struct gpu *result, struct client_error *why)
{
	struct refusal refusal = { .vf = NO_VF };
	struct layout_reply reply = { result, &refusal };
	struct answer answer = { .fn = take_layout, .data = &reply, .why = why };
	int err;

	*result = (struct gpu){};
	err = call(client, nlh, &answer);
	why->refusal = refusal;
	if (err)
		gpu_free(result);
	return err;
}

/**
 * client_set_gpu() - set the whole layout of a GPU, or ask what would come of it
 * @client: the client
 * @wish: bdf, generation, VFs; policy and PF reserve where @wish->set says so
 * @dry_run: change nothing
 * @result: what then holds, or would hold; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int client_set_gpu(struct client *client, const struct gpu *wish, bool dry_run,
		   struct gpu *result, struct client_error *why)
{
	struct nlmsghdr *nlh = start_change(client, GPUVF_CMD_CONFIG_SET,
					    wish->bdf);

	message_put_wish(nlh, SEND_SIZE, wish, dry_run);
	return change(client, nlh, result, why);
}

/**
 * client_set_vf() - change settings of one VF
 * @client: the client
 * @bdf: of the GPU
 * @index: of the VF
 * @vf: the settings
 * @set: VF_SET_*: which of them
 * @result: what then holds; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int client_set_vf(struct client *client, const char *bdf, u32 index,
		  const struct vf *vf, u32 set, struct gpu *result,
		  struct client_error *why)
{
	struct nlmsghdr *nlh = start_change(client, GPUVF_CMD_CONFIG_SET, bdf);

	message_put_vf(nlh, SEND_SIZE, index, vf, set);
	return change(client, nlh, result, why);
}

/**
 * client_set_pf() - change settings of a GPU as a whole
 * @client: the client
 * @bdf: of the GPU
 * @settings: policy and PF reserve, as its .set says
 * @result: what then holds; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int client_set_pf(struct client *client, const char *bdf,
		  const struct gpu *settings, struct gpu *result,
		  struct client_error *why)
{
	struct nlmsghdr *nlh = start_change(client, GPUVF_CMD_CONFIG_SET, bdf);

	if (settings->set & GPU_SET_POLICY)
		mnl_attr_put_u32(nlh, GPUVF_A_PF_POLICY, settings->policy);
	if (settings->set & GPU_SET_PF_RESERVE)
		mnl_attr_put_u64(nlh, GPUVF_A_PF_FB_PF_RESERVE,
				 settings->fb_pf_reserve);
	return change(client, nlh, result, why);
}

/**
 * client_operate() - do something to a GPU or to one of its VFs
 * @client: the client
 * @operation: what to do; only a reset can be done to a GPU
 * @bdf: of the GPU
 * @vf: index of the VF, NO_VF: the GPU
 * @result: what the kernel says of it then; to be freed after success
 * @why: more about an error
 *
 * Return: 0, or the kernel's negative errno.
 */
int client_operate(struct client *client, enum gpu_operation operation,
		   const char *bdf, int vf, struct gpu *result,
		   struct client_error *why)
{
	static const u8 vf_commands[] = {
		[OPERATION_RESET] = GPUVF_CMD_VF_RESET,
		[OPERATION_STOP] = GPUVF_CMD_VF_STOP,
		[OPERATION_PAUSE] = GPUVF_CMD_VF_PAUSE,
		[OPERATION_RESUME] = GPUVF_CMD_VF_RESUME,
	};
	struct nlmsghdr *nlh;

	nlh = start_change(client, vf == NO_VF ? GPUVF_CMD_PF_RESET :
			   vf_commands[operation], bdf);

	if (vf != NO_VF)
		message_put_vf(nlh, SEND_SIZE, vf, NULL, 0);
	return change(client, nlh, result, why);
}

struct capacity_reply {
	struct capacity *capacity;
	struct refusal *refusal;
};

static int take_capacity(const struct nlmsghdr *nlh, void *data)
{
	struct capacity_reply *reply = data;

	return message_read_capacity(nlh, reply->capacity, reply->refusal);
}

/**
 * client_get_capacity() - how many more VFs of one size a GPU has room for
 * @client: the client
 * @bdf: of the GPU
 * @wish: with this layout, which changes nothing but needs the privilege to;
 *	NULL: as the GPU is
 * @fb_bytes: the size
 * @capacity: result
 * @why: more about an error; without one, why there is room for none
 *
 * Return: 0, or the kernel's negative errno.
 */
int client_get_capacity(struct client *client, const char *bdf,
			const struct gpu *wish, u64 fb_bytes,
			struct capacity *capacity, struct client_error *why)
{
	struct nlmsghdr *nlh = start_change(client, wish ?
					    GPUVF_CMD_CONFIG_SET :
					    GPUVF_CMD_CAPACITY_GET, bdf);
	struct refusal refusal = { .vf = NO_VF };
	struct capacity_reply reply = { capacity, &refusal };
	struct answer answer = {
		.fn = take_capacity, .data = &reply, .why = why
	};
	int err;

	*capacity = (struct capacity){};
	if (wish)
		message_put_wish(nlh, SEND_SIZE, wish, true);
	message_put_capacity(nlh, fb_bytes);
	err = call(client, nlh, &answer);
	why->refusal = refusal;
	return err;
}

/**
 * client_error_text() - the best that is known about an error
 * @why: filled by a request that failed
 *
 * Return: the kernel's full sentence, else the extended ack, else the errno in
 * words.
 */
const char *client_error_text(const struct client_error *why)
{
	if (why->refusal.message[0])
		return why->refusal.message;
	if (why->ack[0])
		return why->ack;
	/* of the family: its id is not known any more */
	if (why->error == -ENOENT)
		return "module gpuvf is gone";
	return strerror(-why->error);
}

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
