// SPDX-License-Identifier: GPL-2.0
/*
 * The family gpuvf, its groups and its notifications, over libnl. All that knows
 * libnl is here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "base/exit_code.h"
#include "base/util.h"
#include "provider/gpuvf_message.h"
#include "provider/gpuvf_version.h"
#include "provider/gpuvf_watch.h"

/* a storm of notifications fits, most of the time */
#define RECEIVE_BUFFER	0x100000

/**
 * struct family - a family that is looked for, and what was found
 * @name: its name
 * @groups: names of its groups, NULL: no more
 * @id: of the family, 0: there is none
 * @version: of the family
 * @group_ids: as @groups, 0: there is none
 */
struct family {
	const char *name;
	const char *groups[2];
	int id;
	u32 version;
	int group_ids[2];
};

static void take_groups(struct nlattr *list, struct family *family)
{
	struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct nlattr *nest;
	int left;
	size_t i;

	nla_for_each_nested(nest, list, left) {
		if (nla_parse_nested(attrs, CTRL_ATTR_MCAST_GRP_MAX, nest,
				     NULL) || !attrs[CTRL_ATTR_MCAST_GRP_NAME] ||
		    !attrs[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		for (i = 0; i < ARRAY_SIZE(family->groups); i++)
			if (family->groups[i] &&
			    !nla_strcmp(attrs[CTRL_ATTR_MCAST_GRP_NAME],
					family->groups[i]))
				family->group_ids[i] =
					nla_get_u32(attrs[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

/* Return: false: the message is about another family */
static bool parse_family(struct nl_msg *msg, const char *name,
			 struct nlattr **attrs)
{
	return !genlmsg_parse(nlmsg_hdr(msg), 0, attrs, CTRL_ATTR_MAX, NULL) &&
	       attrs[CTRL_ATTR_FAMILY_NAME] &&
	       !nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], name);
}

static int take_family(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct family *family = arg;

	if (!parse_family(msg, family->name, attrs))
		return NL_OK;
	if (attrs[CTRL_ATTR_FAMILY_ID])
		family->id = nla_get_u16(attrs[CTRL_ATTR_FAMILY_ID]);
	if (attrs[CTRL_ATTR_VERSION])
		family->version = nla_get_u32(attrs[CTRL_ATTR_VERSION]);
	if (attrs[CTRL_ATTR_MCAST_GROUPS])
		take_groups(attrs[CTRL_ATTR_MCAST_GROUPS], family);
	return NL_OK;
}

/*
 * All families are asked for, on a socket of its own: asked for one that is not
 * there, the kernel would look for a module; and a socket that has joined a
 * group could get a notification in between.
 */
static int find_family(struct family *family)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	if (!sk)
		return -NLE_NOMEM;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take_family, family);
	err = genl_connect(sk);
	if (!err)
		err = genl_send_simple(sk, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1,
				       NLM_F_DUMP);
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nl_socket_free(sk);
	return err < 0 ? err : 0;
}

/**
 * gpuvf_find_family() - the family's id
 * @id: result
 *
 * Never causes a module to be loaded.
 *
 * Return: 0, -ENOENT: the family is not there; -EPROTO: it is of another version; else
 * a negative errno.
 */
int gpuvf_find_family(u16 *id)
{
	struct family family = { .name = GPUVF_FAMILY_NAME };

	errno = 0;
	if (find_family(&family))
		return errno ? -errno : -EIO;
	*id = family.id;
	return *id ? gpuvf_check_version(family.version) : -ENOENT;
}

static void complain(const struct watch *watch, const char *text)
{
	if (!watch->quiet)
		pr_err("%s", text);
}

static int report(const struct watch *watch, int err)
{
	char *text = xasprintf("generic netlink: %s", nl_geterror(err));

	complain(watch, text);
	free(text);
	return EXIT_FAILED;
}

static int new_socket(struct watch *watch, struct nl_sock **sk,
		      nl_recvmsg_msg_cb_t take)
{
	struct epoll_event event = { .events = EPOLLIN };
	int err;

	*sk = nl_socket_alloc();
	if (!*sk)
		return -NLE_NOMEM;
	nl_socket_disable_seq_check(*sk);
	nl_socket_modify_cb(*sk, NL_CB_VALID, NL_CB_CUSTOM, take, watch);
	err = genl_connect(*sk);
	if (err)
		return err;
	nl_socket_set_buffer_size(*sk, RECEIVE_BUFFER, 0);
	nl_socket_set_nonblocking(*sk);
	return epoll_ctl(watch->fd, EPOLL_CTL_ADD, nl_socket_get_fd(*sk),
			 &event) ? -nl_syserr2nlerr(errno) : 0;
}

static int take_event(struct nl_msg *msg, void *arg)
{
	struct watch *watch = arg;
	struct gpu_event event;
	struct gpu gpu = {};

	if (message_read_event(nlmsg_hdr(msg), &gpu, &event))
		complain(watch, "a notification of the kernel could not be read");
	else
		watch->event(&gpu, &event, watch->arg);
	gpu_free(&gpu);
	return NL_OK;
}

/* with the module, the ids of family and groups go: the next ones are others */
static int take_controller(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct watch *watch = arg;
	const struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));

	if (!parse_family(msg, GPUVF_FAMILY_NAME, attrs))
		return NL_OK;
	if (genl->cmd == CTRL_CMD_DELFAMILY && watch->went) {
		/* what was said before it went */
		while (nl_recvmsgs_default(watch->family) >= 0)
			;
		watch->went(watch->arg);
	} else if (genl->cmd == CTRL_CMD_NEWFAMILY && watch->came) {
		watch->came(watch->arg);
	}
	return NL_OK;
}

static int join_controller(struct watch *watch)
{
	struct family controller = {
		.name = "nlctrl", .groups = { "notify" },
	};
	int err = find_family(&controller);

	return err ?: nl_socket_add_membership(watch->controller,
					       controller.group_ids[0]);
}

/**
 * watch_join() - listen to the family, as far as that is permitted
 * @watch: from watch_open(), when the family came
 *
 * Unless it is quiet, errors and what is not permitted are reported. Never causes a module to be loaded.
 *
 * Return: EXIT_DONE; EXIT_MISSING: the family is not there, or is of another version,
 * whose notifications could not be read; EXIT_FAILED.
 */
int watch_join(struct watch *watch)
{
	struct family family = {
		.name = GPUVF_FAMILY_NAME,
		.groups = { GPUVF_MCGRP_CONFIG, GPUVF_MCGRP_EVENT },
	};
	int err = find_family(&family);

	if (!err && (!family.group_ids[0] || gpuvf_check_version(family.version)))
		return EXIT_MISSING;
	err = err ?: nl_socket_add_membership(watch->family,
					      family.group_ids[0]);
	if (err)
		return report(watch, err);
	if (!family.group_ids[1]) {
		complain(watch, "VF events are not available from this module gpuvf");
		return EXIT_DONE;
	}
	/* events need privileges; changes of configuration do not */
	err = nl_socket_add_membership(watch->family, family.group_ids[1]);
	if (err == -NLE_PERM || err == -NLE_NOACCESS)
		complain(watch, "VF events (hangs, resets, states) need CAP_NET_ADMIN and CAP_SYS_ADMIN");
	else if (err)
		return report(watch, err);
	return EXIT_DONE;
}

/**
 * watch_open() - listen from now on, also for the family to come and go
 * @watch: with its functions, which watch_read() calls; to be closed also after
 *	errors
 *
 * Return: as watch_join().
 */
int watch_open(struct watch *watch)
{
	int err = 0;

	watch->fd = epoll_create1(EPOLL_CLOEXEC);
	if (watch->fd < 0)
		err = -nl_syserr2nlerr(errno);
	err = err ?: new_socket(watch, &watch->controller, take_controller);
	err = err ?: join_controller(watch);
	err = err ?: new_socket(watch, &watch->family, take_event);
	return err ? report(watch, err) : watch_join(watch);
}

/**
 * watch_read() - take a message that waits, and call the functions for it
 * @watch: the watch; its fd is readable while any waits
 *
 * Return: 0: one was taken, and more may wait; -EAGAIN: none waits; -ENOBUFS:
 * some were lost, and the kernel drops more until all that wait are taken; -EIO:
 * another error, which was reported.
 */
int watch_read(struct watch *watch)
{
	int of_family = nl_recvmsgs_default(watch->family);
	int err;

	do {
		err = nl_recvmsgs_default(watch->controller);
		/* libnl's word for ENOBUFS: it may have gone and come */
		if (err == -NLE_NOMEM && watch->came)
			watch->came(watch->arg);
	} while (err >= 0 || err == -NLE_NOMEM || err == -NLE_INTR);

	if (of_family >= 0 || of_family == -NLE_INTR)
		return 0;
	if (of_family == -NLE_NOMEM)
		return -ENOBUFS;
	if (of_family == -NLE_AGAIN)
		return -EAGAIN;
	report(watch, of_family);
	return -EIO;
}

/**
 * watch_close() - listen no more
 * @watch: all zero, or from watch_open()
 */
void watch_close(struct watch *watch)
{
	nl_socket_free(watch->controller);
	nl_socket_free(watch->family);
	if (watch->fd > 0)
		close(watch->fd);
	watch->controller = NULL;
	watch->family = NULL;
	watch->fd = -1;
}
