/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening to the family's notifications.
 */
#ifndef AGENT_SUBSCRIBE_H
#define AGENT_SUBSCRIBE_H

#include <netlink/netlink.h>

int news_open(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg);
int news_join(struct nl_sock *sk, const char *family, const char *name);
int subscribe(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg);

#endif /* AGENT_SUBSCRIBE_H */
