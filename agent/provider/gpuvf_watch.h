/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening to the family's notifications.
 */
#ifndef AGENT_PROVIDER_GPUVF_WATCH_H
#define AGENT_PROVIDER_GPUVF_WATCH_H

#include <netlink/netlink.h>

/**
 * struct family_watch - notice that the family comes and goes
 * @came: the family is there, perhaps with other ids than before; or it is not
 *	known whether it is
 * @went: the family is gone
 * @arg: argument of both
 * @sk: readable when there is something for family_watch_read()
 */
struct family_watch {
	void (*came)(void *arg);
	void (*went)(void *arg);
	void *arg;
	struct nl_sock *sk;
};

int family_watch_open(struct family_watch *watch);
void family_watch_read(struct family_watch *watch);
void family_watch_close(struct family_watch *watch);

int watch_open(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg);
int watch_join(struct nl_sock *sk, const char *family, const char *name);
int watch_join_config(struct nl_sock *sk);
int watch_join_events(struct nl_sock *sk);
int watch_join_all(struct nl_sock *sk);
int subscribe(struct nl_sock **sk, nl_recvmsg_msg_cb_t take, void *arg);

#endif /* AGENT_PROVIDER_GPUVF_WATCH_H */
