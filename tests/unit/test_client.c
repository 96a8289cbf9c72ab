// SPDX-License-Identifier: GPL-2.0
/*
 * What is sent to the kernel's controller of generic netlink, which every machine
 * has, and on which sockets. The C library's functions are watched on the way.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/genetlink.h>
#include <linux/gpuvf.h>

#include "agent_test.h"
#include "base/exit_code.h"
#include "provider/gpuvf.h"
#include "provider/gpuvf_watch.h"

#define MAX_FDS	64

static bool joined[MAX_FDS], has_cap_ack[MAX_FDS], has_ext_ack[MAX_FDS];
static unsigned int asked, asked_by_name, asked_after_joining;

static void watch_sent(int fd, const void *data, size_t size)
{
	const struct nlmsghdr *nlh = data;

	if (size < sizeof(*nlh) || nlh->nlmsg_type != GENL_ID_CTRL || fd < 0 ||
	    fd >= MAX_FDS)
		return;
	asked++;
	/* the kernel looks for a module that has the family */
	asked_by_name += (nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP;
	asked_after_joining += joined[fd];
}

/* these take the place of the C library's, for libmnl and libnl too */
int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	if (level == SOL_NETLINK && fd >= 0 && fd < MAX_FDS) {
		joined[fd] |= name == NETLINK_ADD_MEMBERSHIP;
		has_cap_ack[fd] |= name == NETLINK_CAP_ACK;
		has_ext_ack[fd] |= name == NETLINK_EXT_ACK;
	}
	return syscall(SYS_setsockopt, fd, level, name, value, size);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags,
	       const struct sockaddr *address, socklen_t address_size)
{
	watch_sent(fd, data, size);
	return syscall(SYS_sendto, fd, data, size, flags, address,
		       address_size);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (msg->msg_iovlen)
		watch_sent(fd, msg->msg_iov[0].iov_base,
			   msg->msg_iov[0].iov_len);
	return syscall(SYS_sendmsg, fd, msg, flags);
}

static void begin(void)
{
	memset(joined, 0, sizeof(joined));
	memset(has_cap_ack, 0, sizeof(has_cap_ack));
	memset(has_ext_ack, 0, sizeof(has_ext_ack));
	asked = 0;
	asked_by_name = 0;
	asked_after_joining = 0;
}

/* or a large request that is refused would come back whole, and not fit */
static void a_refused_request_is_not_sent_back(void **state)
{
	struct provider *provider;
	unsigned int with_both = 0;
	int err, fd;

	begin();
	err = provider_connect(&provider);
	assert_true(!err || err == -ENOENT);
	provider_close(provider);
	for (fd = 0; fd < MAX_FDS; fd++)
		with_both += has_cap_ack[fd] && has_ext_ack[fd];
	assert_int_equal(with_both, 1);
}

static void take_nothing(struct gpu *gpu, const struct gpu_event *event, void *arg)
{
}

/* and the family is looked for again, as when its module is loaded again */
static void listen_twice(void)
{
	struct watch watch = { .event = take_nothing };
	struct quiet quiet = be_quiet();
	int code = watch_open(&watch);
	int again = watch_join(&watch);

	watch_close(&watch);
	be_loud(quiet);
	assert_true(code == EXIT_DONE || code == EXIT_MISSING);
	assert_int_equal(again, code);
}

/* asking for a family by its name would load a module that has it */
static void no_module_is_loaded(void **state)
{
	struct provider *provider;

	begin();
	provider_connect(&provider);
	provider_close(provider);
	listen_twice();
	assert_true(asked >= 4);
	assert_int_equal(asked_by_name, 0);
}

/* what comes to a group would be taken for the answer */
static void nothing_is_asked_on_a_socket_that_listens(void **state)
{
	begin();
	listen_twice();
	assert_true(asked >= 3);
	assert_int_equal(asked_after_joining, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_request_is_not_sent_back),
		cmocka_unit_test(no_module_is_loaded),
		cmocka_unit_test(nothing_is_asked_on_a_socket_that_listens),
	};

	return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
