// SPDX-License-Identifier: GPL-2.0
/*
 * News from the kernel for the daemon: GPUs that come, go and change, and the
 * family itself, which comes and goes with the module.
 */
#include <stdlib.h>

#include <linux/genetlink.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "base/clock.h"
#include "base/exit_code.h"
#include "daemon/daemon.h"
#include "provider/gpuvf_message.h"
#include "provider/gpuvf_watch.h"

/* changes come in flocks: the GPUs are looked at so long after the first */
#define SETTLE_MS	300

struct kernel_watch {
	struct daemon *d;
	struct family_watch controller;
	struct nl_sock *family;
};

/*
 * The first change of a flock sets the time: guests that go on changing the
 * state of their VFs do not keep the daemon from looking.
 */
static void look_soon(struct kernel_watch *news)
{
	timer_earliest(&news->d->check_ms, monotonic_ms() + SETTLE_MS);
}

static int take_change(struct nl_msg *msg, void *arg)
{
	struct kernel_watch *news = arg;
	struct gpu_event event;
	struct gpu gpu = {};

	if (!message_read_event(nlmsg_hdr(msg), &gpu, &event)) {
		if (event.kind == EVENT_GPU_ADDED)
			daemon_gpu_came(news->d, gpu.bdf);
		else if (event.kind == EVENT_GPU_REMOVED)
			daemon_gpu_went(news->d, gpu.bdf);
	}
	gpu_free(&gpu);
	look_soon(news);
	return NL_OK;
}

/* the family came, or it was there before us: everything has to be looked at */
static void open_family(void *arg)
{
	struct kernel_watch *news = arg;
	struct nl_sock *sk;

	if (news->family || watch_open(&sk, take_change, news))
		return;
	if (watch_join_config(sk)) {
		nl_socket_free(sk);
		return;
	}
	/* a VF that is not in use any more can be changed */
	watch_join_events(sk);
	news->family = sk;
	look_soon(news);
}

static void close_family(void *arg)
{
	struct kernel_watch *news = arg;

	if (news->family)
		nl_socket_free(news->family);
	news->family = NULL;
	daemon_forget_all(news->d);
}

/**
 * kernel_watch_open() - listen
 * @news: result
 * @d: the daemon to notify
 *
 * Return: EXIT_DONE, EXIT_FAILED.
 */
int kernel_watch_open(struct kernel_watch **news, struct daemon *d)
{
	struct kernel_watch *n = xcalloc(1, sizeof(*n));
	int err;

	n->d = d;
	n->controller = (struct family_watch){
		.came = open_family, .went = close_family, .arg = n,
	};
	*news = n;
	err = family_watch_open(&n->controller);
	if (err) {
		pr_err("cannot listen to generic netlink: %s",
		       nl_geterror(err));
		return EXIT_FAILED;
	}
	open_family(n);
	return EXIT_DONE;
}

/**
 * kernel_watch_fd() - what to poll
 * @news: the news
 * @which: 0 or 1
 *
 * Return: a descriptor, -1: not at the moment.
 */
int kernel_watch_fd(const struct kernel_watch *news, int which)
{
	const struct nl_sock *sk = which ? news->family : news->controller.sk;

	return sk ? nl_socket_get_fd(sk) : -1;
}

static void receive_all(struct kernel_watch *news, struct nl_sock *sk)
{
	int err;

	do {
		err = nl_recvmsgs_default(sk);
		/* libnl's word for ENOBUFS: something was missed */
		if (err == -NLE_NOMEM)
			look_soon(news);
	} while (err >= 0 || err == -NLE_NOMEM || err == -NLE_INTR);
}

/**
 * kernel_watch_read() - take what came
 * @news: the news
 */
void kernel_watch_read(struct kernel_watch *news)
{
	family_watch_read(&news->controller);
	if (news->family)
		receive_all(news, news->family);
}

/** kernel_watch_has_family() - is the module there? */
bool kernel_watch_has_family(const struct kernel_watch *news)
{
	return news->family;
}

/**
 * kernel_watch_close() - listen no more
 * @news: may be NULL
 */
void kernel_watch_close(struct kernel_watch *news)
{
	if (!news)
		return;
	family_watch_close(&news->controller);
	if (news->family)
		nl_socket_free(news->family);
	free(news);
}
