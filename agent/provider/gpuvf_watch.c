// SPDX-License-Identifier: GPL-2.0
/*
 * Listening to the family's notifications, over libnl.
 */
#include <string.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "base/util.h"
#include "provider/gpuvf_watch.h"

/* a storm of notifications fits, most of the time */
#define RECEIVE_BUFFER	0x100000

/**
 * watch_open() - open a socket for notifications, without any group
 * @sk: result, to be freed with nl_socket_free(); does not block
 * @take: called for each message by nl_recvmsgs_default()
 * @arg: its second argument
 *
 * Return: 0, or a negative error of libnl.
 */
int watch_open(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg)
{
	int err;

	*sk = nl_socket_alloc();
	if (!*sk)
		return -NLE_NOMEM;
	nl_socket_disable_seq_check(*sk);
	nl_socket_modify_cb(*sk, NL_CB_VALID, NL_CB_CUSTOM, take, arg);
	err = genl_connect(*sk);
	if (err) {
		nl_socket_free(*sk);
		*sk = NULL;
		return err;
	}
	nl_socket_set_buffer_size(*sk, RECEIVE_BUFFER, 0);
	nl_socket_set_nonblocking(*sk);
	return 0;
}

/**
 * struct groups - multicast groups of a family
 * @family: its name
 * @config: name of a group
 * @event: name of another, may be NULL
 * @config_id: of @config, -1: there is none
 * @event_id: of @event, -1: there is none
 */
struct groups {
	const char *family;
	const char *config;
	const char *event;
	int config_id;
	int event_id;
};

static void take_groups(struct nlattr *list, struct groups *groups)
{
	struct nlattr *attrs[CTRL_ATTR_MCAST_GRP_MAX + 1];
	struct nlattr *nest;
	int left;

	nla_for_each_nested(nest, list, left) {
		const char *name;
		int id;

		if (nla_parse_nested(attrs, CTRL_ATTR_MCAST_GRP_MAX, nest,
				     NULL) || !attrs[CTRL_ATTR_MCAST_GRP_NAME] ||
		    !attrs[CTRL_ATTR_MCAST_GRP_ID])
			continue;
		name = nla_get_string(attrs[CTRL_ATTR_MCAST_GRP_NAME]);
		id = nla_get_u32(attrs[CTRL_ATTR_MCAST_GRP_ID]);
		if (!strcmp(name, groups->config))
			groups->config_id = id;
		else if (groups->event && !strcmp(name, groups->event))
			groups->event_id = id;
	}
}

static int take_family(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct groups *groups = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, CTRL_ATTR_MAX, NULL) ||
	    !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], groups->family))
		return NL_OK;
	if (attrs[CTRL_ATTR_MCAST_GROUPS])
		take_groups(attrs[CTRL_ATTR_MCAST_GROUPS], groups);
	return NL_OK;
}

/*
 * All families are asked for, on a socket of its own: asked for one that is not
 * there, the kernel would look for a module; and a socket that has joined a
 * group could get a notification in between.
 */
static int find_groups(struct groups *groups)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err;

	groups->config_id = -1;
	groups->event_id = -1;
	if (!sk)
		return -NLE_NOMEM;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take_family, groups);
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
 * watch_join() - join a multicast group
 * @sk: from watch_open()
 * @family: that has it
 * @name: of the group
 *
 * Never causes a module to be loaded.
 *
 * Return: 0, or a negative error of libnl.
 */
int watch_join(struct nl_sock *sk, const char *family, const char *name)
{
	struct groups groups = { .family = family, .config = name };
	int err = find_groups(&groups);

	if (err)
		return err;
	if (groups.config_id < 0)
		return -NLE_OBJ_NOTFOUND;
	return nl_socket_add_membership(sk, groups.config_id);
}

/**
 * watch_join_config() - join the group of changes of configuration
 * @sk: from watch_open()
 *
 * Return: as watch_join().
 */
int watch_join_config(struct nl_sock *sk)
{
	return watch_join(sk, GPUVF_FAMILY_NAME, GPUVF_MCGRP_CONFIG);
}

/**
 * watch_join_events() - join the group of what VFs do, which needs privileges
 * @sk: from watch_open()
 *
 * Return: as watch_join().
 */
int watch_join_events(struct nl_sock *sk)
{
	return watch_join(sk, GPUVF_FAMILY_NAME, GPUVF_MCGRP_EVENT);
}

/**
 * watch_join_all() - join both groups of the family, as far as permitted
 * @sk: from watch_open(), in none of them
 *
 * Reports what is not permitted. Never causes a module to be loaded.
 *
 * Return: 0, or a negative error of libnl.
 */
int watch_join_all(struct nl_sock *sk)
{
	struct groups groups = {
		.family = GPUVF_FAMILY_NAME,
		.config = GPUVF_MCGRP_CONFIG,
		.event = GPUVF_MCGRP_EVENT,
	};
	int err = find_groups(&groups);

	if (err)
		return err;
	if (groups.config_id < 0)
		return -NLE_OBJ_NOTFOUND;
	err = nl_socket_add_membership(sk, groups.config_id);
	if (err)
		return err;
	if (groups.event_id < 0) {
		pr_err("VF events are not available from this module gpuvf");
		return 0;
	}
	/* events need privileges; changes of configuration do not */
	err = nl_socket_add_membership(sk, groups.event_id);
	if (err != -NLE_PERM && err != -NLE_NOACCESS)
		return err;
	pr_err("VF events (hangs, resets, states) need CAP_NET_ADMIN and CAP_SYS_ADMIN");
	return 0;
}

/**
 * subscribe() - listen to both groups, as far as that is permitted
 * @sk: as of watch_open()
 * @take: as of watch_open()
 * @arg: as of watch_open()
 *
 * Reports what is not permitted.
 *
 * Return: 0, or a negative error of libnl.
 */
int subscribe(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg)
{
	int err = watch_open(sk, take, arg);

	if (err)
		return err;
	err = watch_join_all(*sk);
	if (err) {
		nl_socket_free(*sk);
		*sk = NULL;
	}
	return err;
}

static int take_controller(struct nl_msg *msg, void *arg)
{
	const struct family_watch *watch = arg;
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	if (genlmsg_parse(nlh, 0, attrs, CTRL_ATTR_MAX, NULL) ||
	    !attrs[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], GPUVF_FAMILY_NAME))
		return NL_OK;
	if (genl->cmd == CTRL_CMD_DELFAMILY)
		watch->went(watch->arg);
	else if (genl->cmd == CTRL_CMD_NEWFAMILY)
		watch->came(watch->arg);
	return NL_OK;
}

/**
 * family_watch_open() - notice from now on that the family comes or goes
 * @watch: with its functions; they are called by family_watch_read() only
 *
 * With the module, the ids of family and groups go: the next ones are others.
 *
 * Return: 0, or a negative error of libnl.
 */
int family_watch_open(struct family_watch *watch)
{
	int err = watch_open(&watch->sk, take_controller, watch);

	if (!err)
		err = watch_join(watch->sk, "nlctrl", "notify");
	if (err)
		family_watch_close(watch);
	return err;
}

/**
 * family_watch_read() - take what has come, and call the functions for it
 * @watch: the watch
 */
void family_watch_read(struct family_watch *watch)
{
	int err;

	do {
		err = nl_recvmsgs_default(watch->sk);
		/* libnl's word for ENOBUFS: it may have gone and come */
		if (err == -NLE_NOMEM)
			watch->came(watch->arg);
	} while (err >= 0 || err == -NLE_NOMEM || err == -NLE_INTR);
}

/**
 * family_watch_close() - watch no more
 * @watch: all zero, or from family_watch_open()
 */
void family_watch_close(struct family_watch *watch)
{
	if (watch->sk)
		nl_socket_free(watch->sk);
	watch->sk = NULL;
}
