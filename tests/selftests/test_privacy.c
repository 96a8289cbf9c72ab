// SPDX-License-Identifier: GPL-2.0
/*
 * One capability, CAP_SYS_ADMIN in the initial user namespace, by every door:
 * without it nothing can be changed, and nothing that can be read changes with
 * what tenants do, however often it is read.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "uevent.h"
#include "user.h"

static const struct gpu *gpu = &fx.gpu[0];

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/**
 * struct door - a file that changes something
 * @file: below the GPU's directory
 * @value: that it takes
 */
struct door {
	const char *file;
	const char *value;
};

/* in an order in which all of them succeed */
static const struct door doors[] = {
	{ "sched/policy", "equal" },
	{ "vf1/fb_quota", "536870912" },
	{ "vf0/time_slice_us", "7000" },
	{ "vf0/preempt_timeout_us", "70000" },
	{ "vf0/profile", "label" },
	{ "vf0/pause", "1" },
	{ "vf0/resume", "1" },
	{ "vf0/stop", "1" },
	{ "vf0/reset", "1" },
	{ "fb/scrub", "1" },
	{ "fb/pf_reserve", "268435456" },
	{ "reset", "1" },
};

/**
 * struct powerless - a user who must not be able to change anything in sysfs
 * @become: the user
 * @error: by the mode of the files, or by their stores
 */
struct powerless {
	int (*become)(void);
	int error;
};

static const struct powerless powerless[] = {
	{ user_ordinary, -EACCES },
	{ user_of_group_root, -EACCES },
	{ user_root_without_capabilities, -EPERM },
	{ user_root_of_a_namespace, -EPERM },
	{ user_with_net_admin, -EACCES },
	/* to open a file of root's takes another capability */
	{ user_with_sys_admin, -EACCES },
};

/* Return: 0: every file is closed to this process */
static int finds_doors_closed(void *arg)
{
	const struct powerless *user = arg;
	unsigned int i;

	for (i = 0; i < COUNT(doors); i++) {
		int err = file_write(gpu_sysfs(gpu, "%s", doors[i].file),
				     doors[i].value);

		if (err == user->error)
			continue;
		report("%s: %s\n", doors[i].file, strerror(-err));
		return __LINE__;
	}
	return 0;
}

#define SIM "gpus=2 total_vfs=4"

MODULES_FIXTURE(privacy, SIM);

TEST_F(privacy, sysfs_refuses_whom_netlink_refuses)
{
	char *before, *after;
	unsigned int i;
	int log;

	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	before = fixture_snapshot(gpu);
	log = klog_open();
	for (i = 0; i < COUNT(powerless); i++) {
		int line = user_runs(powerless[i].become, finds_doors_closed,
				     (void *)&powerless[i]);

		if (line)
			report("user %u\n", i);
		ASSERT_EQ(0, line);
	}
	ASSERT_TRUE(klog_has(log, "that needs CAP_SYS_ADMIN in the initial user namespace"));
	close(log);
	after = fixture_snapshot(gpu);
	ASSERT_SAME(after, before);
	free(before);
	free(after);
}

/* Return: 0: the descriptor is useless to this process */
static int writes_to(void *arg)
{
	int fd = *(int *)arg;

	return write(fd, "7000", 4) == -1 && errno == EPERM ? 0 : __LINE__;
}

TEST_F(privacy, descriptor_of_root_gives_no_right)
{
	int fd = open(gpu_sysfs(gpu, "vf0/time_slice_us"), O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, user_runs(user_ordinary, writes_to, &fd));
	ASSERT_EQ(0, user_runs(user_with_net_admin, writes_to, &fd));
	close(fd);
	ASSERT_EQ(6000, file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")));
}

/* Return: 0: every file can be written */
static int finds_doors_open(void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < COUNT(doors); i++) {
		int err = file_write(gpu_sysfs(gpu, "%s", doors[i].file),
				     doors[i].value);

		if (!err)
			continue;
		report("%s: %s\n", doors[i].file, strerror(-err));
		return __LINE__;
	}
	return 0;
}

/* Return: 0: what needs the capability works over netlink */
static int changes_over_netlink(void *arg)
{
	struct nl *nl = nl_open();
	struct nl_request req;
	struct nl_answer answer;

	(void)arg;
	if (!nl || nl_family(nl) || nl_join(nl, GPUVF_MCGRP_EVENT))
		return __LINE__;
	nl_config_set(nl, &req, gpu);
	nl_put_vf(&req, 2, GIB, 9000);
	if (nl_call(nl, &req, &answer))
		return __LINE__;
	nl_begin(nl, &req, GPUVF_CMD_STATS_GET, NLM_F_ACK);
	mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
	nl_vf_end(&req, nl_vf_begin(&req, 0));
	if (nl_call(nl, &req, &answer))
		return __LINE__;
	nl_begin(nl, &req, GPUVF_CMD_STATS_GET, NLM_F_DUMP);
	return nl_call(nl, &req, &answer) ? __LINE__ : 0;
}

TEST_F(privacy, cap_sys_admin_is_enough_by_every_door)
{
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "536870912"));
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	fixture_wait_clean(gpu);
	ASSERT_EQ(0,
		  user_runs(user_root_with_sys_admin, finds_doors_open, NULL));
	ASSERT_EQ(7000, file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")));
	ASSERT_EQ(0,
		  user_runs(user_with_sys_admin, changes_over_netlink, NULL));
	ASSERT_EQ(9000, file_u64(gpu_sysfs(gpu, "vf2/time_slice_us")));
}

#define WATCHED_VFS 2

/**
 * struct watch - what a watcher and the test share
 * @looks: how often it has looked
 * @ms: how long
 * @over: it may end
 */
struct watch {
	atomic_uint looks;
	uint64_t ms;
	atomic_bool over;
};

/**
 * struct view - a user's ways to look at all GPUs
 * @fd: every file of sysfs that it can read, those of @gpu first
 * @num_fds: how many
 * @num_first: how many of them are of @gpu
 * @nl: where it asks
 */
struct view {
	int fd[512];
	unsigned int num_fds;
	unsigned int num_first;
	struct nl *nl;
};

/**
 * struct sight - what a user can see of all GPUs at one moment
 * @files: what tree_pread() read
 * @size: how much of @files was used
 * @pf: pf-get of the GPU whose tenants act
 * @vf: vf-get of some of its VFs
 * @dumped: all messages of both dumps, one after the other
 * @num_dumped: how many there are
 */
struct sight {
	char files[64 * 1024];
	size_t size;
	struct nl_message pf;
	struct nl_message vf[WATCHED_VFS];
	struct nl_message dumped[16];
	unsigned int num_dumped;
};

/* Return: 0, or the line of what cannot be looked at */
static int view_open(struct view *view)
{
	unsigned int i;

	memset(view, 0, sizeof(*view));
	view->nl = nl_open();
	if (!view->nl || nl_family(view->nl))
		return __LINE__;
	for (i = 0; i < fx.num_gpus; i++) {
		view->num_fds += tree_open(gpu_sysfs(&fx.gpu[i], "."),
					   view->fd + view->num_fds,
					   COUNT(view->fd) - view->num_fds);
		if (!i)
			view->num_first = view->num_fds;
	}
	/* the configuration of each GPU, and of each VF */
	return view->num_fds > fx.num_gpus * (8 + 4 * fx.total_vfs) &&
	       view->num_fds < COUNT(view->fd) ? 0 : __LINE__;
}

static void keep_dumped(const struct nl_message *msg, void *arg)
{
	struct sight *sight = arg;

	if (sight->num_dumped < COUNT(sight->dumped))
		sight->dumped[sight->num_dumped++] = *msg;
}

/* where tenants act; Return: 0, or the line of what could not be read */
static int glance(const struct view *view, unsigned int num_fds,
		  struct sight *sight)
{
	unsigned int i;

	sight->num_dumped = 0;
	sight->size = tree_pread(view->fd, num_fds, sight->files,
				 sizeof(sight->files));
	if (!sight->size || nl_pf_get(view->nl, gpu, &sight->pf))
		return __LINE__;
	for (i = 0; i < WATCHED_VFS; i++)
		if (nl_vf_get(view->nl, gpu, i, &sight->vf[i]))
			return __LINE__;
	return 0;
}

/* everywhere; Return: 0, or the line of what could not be read */
static int look(const struct view *view, struct sight *sight)
{
	static const uint8_t dumps[] = { GPUVF_CMD_PF_GET, GPUVF_CMD_VF_GET };
	static struct nl_answer answer;
	static struct nl_request req;
	unsigned int i;
	int line;

	line = glance(view, view->num_fds, sight);
	if (line)
		return line;
	for (i = 0; i < COUNT(dumps); i++) {
		nl_begin(view->nl, &req, dumps[i], NLM_F_DUMP);
		if (nl_dump(view->nl, &req, &answer, keep_dumped, sight))
			return __LINE__;
		/* a change is as good as what changed */
		if (answer.malformed || answer.interrupted)
			return __LINE__;
	}
	return sight->num_dumped == fx.num_gpus * (1 + fx.total_vfs) ?
	       0 : __LINE__;
}

/* @b may be less than all; Return: 0, or the line of what differs */
static int compare(const struct sight *a, const struct sight *b)
{
	if ((b->num_dumped && a->size != b->size) ||
	    memcmp(a->files, b->files, b->size))
		return __LINE__;
	if (memcmp(&a->pf, &b->pf, sizeof(a->pf)))
		return __LINE__;
	if (memcmp(a->vf, b->vf, sizeof(a->vf)))
		return __LINE__;
	if (memcmp(a->dumped, b->dumped, b->num_dumped * sizeof(*b->dumped)))
		return __LINE__;
	return 0;
}

/* on the debug kernel a look takes many times longer */
static unsigned int look_period_ms(void)
{
	return on_debug_kernel() ? 20 : 1;
}

/* sleep until it is time for the look after that of @next_ms */
static void look_later(uint64_t *next_ms)
{
	uint64_t now = now_ms();

	*next_ms += look_period_ms();
	if (*next_ms > now)
		usleep((*next_ms - now) * 1000);
}

/* how many glances there are for each look at everything */
#define GLANCES		16

/* a thousand times a second; Return: 0, or the line that saw something change */
static int watches(void *arg)
{
	static struct sight first, now;
	struct nl *group = nl_open();
	struct watch *watch = arg;
	struct nl_message msg;
	struct uevent event;
	uint64_t begin, next;
	int uevents = uevent_open();
	struct view view;
	int line;

	if (!group || nl_family(group) ||
	    nl_join(group, GPUVF_MCGRP_CONFIG) || uevents < 0)
		return __LINE__;
	line = view_open(&view) ?: look(&view, &first);
	begin = now_ms();
	next = begin;
	while (!line && !atomic_load(&watch->over)) {
		if (atomic_load(&watch->looks) % GLANCES)
			line = glance(&view, view.num_first, &now);
		else
			line = look(&view, &now);
		line = line ?: compare(&first, &now);
		if (!line && !nl_next_event(group, &msg, 0))
			line = __LINE__;
		if (!line && uevent_next(uevents, &event, 0))
			line = __LINE__;
		atomic_fetch_add(&watch->looks, 1);
		look_later(&next);
	}
	watch->ms = now_ms() - begin;
	return line;
}

/* wait until the watcher has looked again, or has ended */
static void look_again(struct watch *watch, struct user *user)
{
	unsigned int until = atomic_load(&watch->looks) + 2;
	struct pollfd ended = { .fd = user->fd, .events = POLLIN };

	while (atomic_load(&watch->looks) < until && !poll(&ended, 1, 0))
		pause_ms(1);
}

/* everything that tenants and their users do; the configuration stays */
static void tenants_act(struct watch *watch, struct user *user)
{
	unsigned int i;

	look_again(watch, user);
	/* they begin, and work, and the scheduler measures its switches */
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 50);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	look_again(watch, user);
	/* a command fails, and the VF is reset; its memory is scrubbed */
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
	ASSERT_EVENTUALLY(file_u64(gpu_sysfs(gpu, "vf0/stats/resets")) +
			  file_u64(gpu_sysfs(gpu, "vf1/stats/resets")) > 0);
	look_again(watch, user);
	/* as vfio-pci does when a VM begins, and when it ends */
	for (i = 0; i < 3; i++)
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	look_again(watch, user);
	/* an operator interferes */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/pause"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/resume"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/stop"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
	look_again(watch, user);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
	look_again(watch, user);
	/* memory cannot be scrubbed, and is quarantined */
	load_busy(gpu, 1, 50);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "active"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "2"));
	ASSERT_OK(file_write(gpu_vf_pci(gpu, 1, "reset"), "1"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "failed"));
	look_again(watch, user);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "fb/scrub"), "1"));
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, 1, "failed"));
	fixture_wait_clean(gpu);
	look_again(watch, user);
}

static void stop_guests(void)
{
	unsigned int i;

	for (i = 0; i < WATCHED_VFS; i++)
		gpu_guest(gpu, i, "off");
}

/* Return: as watches(), in a process with other rights */
static int watched_by(int (*become)(void))
{
	static const uint32_t slice_us[] = { 2000, 2000 };
	struct watch *watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct user user;
	unsigned int looks;
	int line;

	ASSERT_NE(MAP_FAILED, watch);
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_EQUAL);
	fixture_wait_clean(gpu);
	/* until what enabling brought has been notified */
	pause_ms(100);
	ASSERT_EQ(0, user_starts(&user, become, watches, watch));
	tenants_act(watch, &user);
	atomic_store(&watch->over, true);
	line = user_ends(&user);
	looks = atomic_load(&watch->looks);
	report("looked %u times in %llu ms\n", looks,
	       (unsigned long long)watch->ms);
	/* else nothing was compared */
	ASSERT_LT(0, looks);
	if (!line) {
		ASSERT_LT((in_virtual_time() ?
				   watch->ms * 4 / 5 / look_period_ms() :
				   10),
			  looks);
	}
	munmap(watch, sizeof(*watch));
	stop_guests();
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	fixture_wait_clean(gpu);
	return line;
}

FIXTURE_VARIANT(watcher)
{
	int (*become)(void);
};

MODULES_FIXTURE(watcher, SIM);

FIXTURE_VARIANT_ADD(watcher, user) {
	.become = user_ordinary,
};

FIXTURE_VARIANT_ADD(watcher, user_of_group_root) {
	.become = user_of_group_root,
};

FIXTURE_VARIANT_ADD(watcher, root_without_capabilities) {
	.become = user_root_without_capabilities,
};

FIXTURE_VARIANT_ADD(watcher, root_of_a_namespace) {
	.become = user_root_of_a_namespace,
};

FIXTURE_VARIANT_ADD(watcher, user_with_net_admin) {
	.become = user_with_net_admin,
};

TEST_F(watcher, learns_nothing_of_tenants)
{
	ASSERT_EQ(0, watched_by(variant->become));
}

/* or the test above could not fail */
TEST_F(privacy, administrator_sees_what_tenants_do)
{
	ASSERT_NE(0, watched_by(user_root_with_sys_admin));
	ASSERT_NE(0, watched_by(user_with_sys_admin));
}

/* Return: 0: nothing that needs the capability is to be had over netlink */
static int finds_netlink_closed(struct nl *nl)
{
	static const uint8_t of_vf[] = {
		GPUVF_CMD_STATS_GET, GPUVF_CMD_VF_RESET, GPUVF_CMD_VF_STOP,
		GPUVF_CMD_VF_PAUSE, GPUVF_CMD_VF_RESUME,
	};
	static const uint8_t of_pf[] = {
		GPUVF_CMD_PF_RESET, GPUVF_CMD_FB_SCRUB,
	};
	static struct nl_answer answer;
	static struct nl_request req;
	unsigned int i;

	nl_config_set(nl, &req, gpu);
	nl_put_vf(&req, 0, GIB, 9000);
	if (nl_call(nl, &req, &answer) != -EPERM)
		return __LINE__;
	for (i = 0; i < COUNT(of_vf); i++) {
		nl_begin(nl, &req, of_vf[i], NLM_F_ACK);
		mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
		nl_vf_end(&req, nl_vf_begin(&req, 0));
		if (nl_call(nl, &req, &answer) != -EPERM)
			return __LINE__;
	}
	for (i = 0; i < COUNT(of_pf); i++) {
		nl_begin(nl, &req, of_pf[i], NLM_F_ACK);
		mnl_attr_put_strz(req.header, GPUVF_A_PF_BDF, gpu->bdf);
		if (nl_call(nl, &req, &answer) != -EPERM)
			return __LINE__;
	}
	nl_begin(nl, &req, GPUVF_CMD_STATS_GET, NLM_F_DUMP);
	return nl_call(nl, &req, &answer) == -EPERM ? 0 : __LINE__;
}

/* by every door that there is; Return: 0, or the line of what went wrong */
static int tries_every_door(void *arg)
{
	struct nl *group = nl_open(), *event = nl_open();
	static struct sight sight;
	struct view view;
	int line;

	if (!group || nl_family(group) || nl_join(group, GPUVF_MCGRP_CONFIG) ||
	    !event || nl_family(event) ||
	    nl_join(event, GPUVF_MCGRP_EVENT) != -EPERM)
		return __LINE__;
	line = view_open(&view) ?: look(&view, &sight);
	return line ?: finds_netlink_closed(view.nl) ?:
	       finds_doors_closed(arg);
}

static int resets_the_gpu(void *arg)
{
	(void)arg;
	return file_write(gpu_sysfs(gpu, "reset"), "1");
}

/* Return: 0: the file, which needs pf->lock, was read */
static int reads_a_state(void *arg)
{
	char text[64];

	(void)arg;
	return file_read(gpu_sysfs(gpu, "vf0/state"), text, sizeof(text)) <= 0;
}

static int remains_root(void)
{
	return 0;
}

static bool has_ended(const struct user *user)
{
	struct pollfd end = { .fd = user->fd, .events = POLLIN };

	return poll(&end, 1, 0);
}

/*
 * The GPU is reset while a guest does not let go of it: the driver waits for its
 * preemption timeout with pf->lock held. An administrator who reads a state waits
 * for that lock; no other user waits for anything.
 */
TEST_F(privacy, other_users_wait_for_no_lock)
{
	static const uint32_t slice_us[] = { 2000 };
	struct user resets, reads;
	unsigned int i;
	bool waits;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_EQUAL);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/preempt_timeout_us"),
			     "10000000"));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
	ASSERT_EQ(0, user_starts(&resets, remains_root, resets_the_gpu, NULL));
	do {
		ASSERT_EQ(0, user_starts(&reads, remains_root, reads_a_state,
					 NULL));
		pause_ms(100);
		waits = !has_ended(&reads);
		if (!waits) {
			ASSERT_EQ(0, user_ends(&reads));
		}
	} while (!waits && !has_ended(&resets));
	ASSERT_TRUE(waits);
	for (i = 0; i < COUNT(powerless); i++) {
		if (powerless[i].become == user_with_sys_admin)
			continue;
		ASSERT_EQ(0, user_runs(powerless[i].become, tries_every_door,
				       (void *)&powerless[i]));
		/* it was held all the time */
		ASSERT_FALSE(has_ended(&reads));
	}
	ASSERT_EQ(0, user_ends(&reads));
	ASSERT_EQ(0, user_ends(&resets));
	stop_guests();
}

/**
 * struct dump - a dump that one process asks for and another one receives
 * @nl: connection
 * @req: the request
 */
struct dump {
	struct nl *nl;
	struct nl_request req;
};

/* Return: 0: the dump is on its way */
static int asks_for_a_dump(void *arg)
{
	struct dump *dump = arg;

	nl_begin(dump->nl, &dump->req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	return nl_dump_begin(dump->nl, &dump->req) ? __LINE__ : 0;
}

static void note_state(const struct nl_message *msg, void *arg)
{
	unsigned int *states = arg;

	*states += !!(msg->vf[0].has & 1U << GPUVF_A_VF_STATE);
}

/*
 * The sender of a dump may be another process than its receiver, in whose context all
 * parts but the first are made. A part has 32 KiB as soon as anything was received with
 * so large a buffer, which would be enough for all: so the connection is a new one.
 */
TEST_F(privacy, dump_is_made_for_its_sender)
{
	struct nl_answer answer;
	struct dump *dump;
	unsigned int states = 0;

	fixture_load(fixture_most_vfs("gpus=2"));
	dump = mmap(NULL, sizeof(*dump), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, dump);
	nl_begin(fx.nl, &dump->req, GPUVF_CMD_VF_GET, NLM_F_DUMP);
	ASSERT_OK(nl_dump(fx.nl, &dump->req, &answer, note_state, &states));
	ASSERT_EQ(2 * fx.total_vfs, states);
	states = 0;
	dump->nl = nl_open();
	ASSERT_NE(NULL, dump->nl);
	nl_know(dump->nl, fx.nl);
	ASSERT_EQ(0, user_runs(user_ordinary, asks_for_a_dump, dump));
	ASSERT_OK(nl_dump_rest(dump->nl, &dump->req, &answer, note_state,
			       &states));
	ASSERT_EQ(2 * fx.total_vfs, answer.messages);
	ASSERT_LT(1, answer.parts);
	ASSERT_EQ(0, states);
	nl_close(dump->nl);
	munmap(dump, sizeof(*dump));
}

/* how often the schedulers' threads have slept and woken */
static uint64_t scheduler_switches(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t sum = 0;
	char path[300], text[4096], *at;

	ASSERT_NE(NULL, proc);
	while ((entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (file_read(path, text, sizeof(text)) <= 0 ||
		    (strncmp(text, "gv/", 3) && strncmp(text, "g/", 2)))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/status", entry->d_name);
		ASSERT_LT(0, file_read(path, text, sizeof(text)));
		at = strstr(text, "\nvoluntary_ctxt_switches:");
		ASSERT_NE(NULL, at);
		sum += strtoull(strchr(at, ':') + 1, NULL, 10);
	}
	closedir(proc);
	ASSERT_LT(0, sum);
	return sum;
}

/* Return: what came of asking for less framebuffer, without getting it */
static int tries_a_quota(struct nl *nl)
{
	struct nl_answer answer;
	struct nl_request req;

	nl_config_set(nl, &req, gpu);
	mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	nl_put_vf(&req, 0, UNIT, 0);
	return nl_call(nl, &req, &answer);
}

static int asks_without_end(void *arg)
{
	int refused = geteuid() ? -EPERM : 0;
	struct nl *nl = nl_open();
	struct nl_message msg;
	unsigned int i;

	(void)arg;
	if (!nl || nl_family(nl))
		return __LINE__;
	for (i = 0; i < (on_debug_kernel() ? 50 : 1000); i++) {
		if (nl_pf_get(nl, gpu, &msg) || nl_vf_get(nl, gpu, 0, &msg))
			return __LINE__;
		if (tries_a_quota(nl) != refused)
			return __LINE__;
	}
	return 0;
}

/* also an administrator's question leaves the scheduler alone */
TEST_F(privacy, asking_does_not_wake_the_scheduler)
{
	uint64_t before;

	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	fixture_wait_clean(gpu);
	pause_ms(100);
	before = scheduler_switches();
	ASSERT_EQ(0, user_runs(user_ordinary, asks_without_end, NULL));
	ASSERT_EQ(before, scheduler_switches());
	ASSERT_EQ(0,
		  user_runs(user_root_with_sys_admin, asks_without_end, NULL));
	ASSERT_EQ(before, scheduler_switches());
}

TEST_HARNESS_MAIN
