// SPDX-License-Identifier: GPL-2.0
/*
 * Listening to the family's notifications, over libnl.
 */
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include <linux/gpuvf.h>

#include "subscribe.h"
#include "util.h"

/* a storm of notifications fits, most of the time */
#define RECEIVE_BUFFER	0x100000

/**
 * news_open() - a socket that notifications can come to; no group is joined yet
 * @sk: result, to be freed with nl_socket_free(); does not block
 * @take: called for each message by nl_recvmsgs_default()
 * @arg: its second argument
 *
 * Return: 0, or a negative error of libnl.
 */
int news_open(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg)
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
 * news_join() - join a multicast group
 * @sk: from news_open()
 * @family: that has it
 * @name: of the group
 *
 * Return: 0, or a negative error of libnl.
 */
int news_join(struct nl_sock *sk, const char *family, const char *name)
{
	int group = genl_ctrl_resolve_grp(sk, family, name);

	return group < 0 ? group : nl_socket_add_membership(sk, group);
}

static int join_all(struct nl_sock *sk)
{
	int err = news_join(sk, GPUVF_FAMILY_NAME, GPUVF_MCGRP_CONFIG);

	if (err)
		return err;
	/* what VFs did is not for everybody; the configuration is */
	err = news_join(sk, GPUVF_FAMILY_NAME, GPUVF_MCGRP_EVENT);
	if (err == -NLE_PERM || err == -NLE_NOACCESS)
		pr_err("what VFs do (hangs, resets, states) is shown only with CAP_SYS_ADMIN");
	else if (err == -NLE_OBJ_NOTFOUND)
		pr_err("this module gpuvf does not tell what VFs do");
	else
		return err;
	return 0;
}

/**
 * subscribe() - listen to both groups, as far as that is permitted
 * @sk: as of news_open()
 * @take: as of news_open()
 * @arg: as of news_open()
 *
 * Says what is not permitted.
 *
 * Return: 0, or a negative error of libnl.
 */
int subscribe(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg)
{
	int err = news_open(sk, take, arg);

	if (err)
		return err;
	err = join_all(*sk);
	if (err) {
		nl_socket_free(*sk);
		*sk = NULL;
	}
	return err;
}
