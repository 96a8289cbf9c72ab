// SPDX-License-Identifier: GPL-2.0
/*
 * Resets against each other, resets that fail, and how their end is reported.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"
#include "load.h"

#define NUM 3

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 5000, 5000, 5000 };

static void all_busy(void)
{
	unsigned int i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

static bool is_ready(void)
{
	return file_is(gpu_sysfs(gpu, "state"), "ready");
}

static uint64_t counter(const char *name)
{
	return gpu_truth(gpu, "gpu", name);
}

MODULES_FIXTURE(resets, "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");

/*
 * The hardware reports an FLR that did nothing: a VF that is alive must not lose
 * its memory, and no other may be started beside it. What the simulator saw of
 * that is looked at after each test.
 */
TEST_F(resets, C34_reset_that_does_not_reach_a_vf_leaves_no_state)
{
	unsigned int i;

	all_busy();
	for (i = 0; i < 4; i++) {
		uint64_t epoch = gpu_truth_vf(gpu, 0, "epoch");

		/* on the engine, whatever the others do */
		ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "run"));
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
		ASSERT_TRUE(file_is(gpu_sim(gpu, "fail_flr"), "0"));
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "epoch") > epoch);
		ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
	}
	ASSERT_EQ(0, counter("scrub_live"));
	ASSERT_EQ(0, counter("illegal"));
}

/* by its user: the VF is alone, so that it has the engine just then */
TEST_F(resets, C34_flr_that_does_not_reach_a_vf_leaves_no_state)
{
	static const uint32_t long_us[1] = { 400000 };
	uint64_t epoch;
	unsigned int i;

	load_enable(gpu, 1, long_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	for (i = 0; i < 4; i++) {
		epoch = gpu_truth_vf(gpu, 0, "epoch");
		ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "run"));
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_flr"), "1"));
		ASSERT_OK(file_write(gpu_vf_pci(gpu, 0, "reset"), "1"));
		ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "epoch") > epoch);
	}
	ASSERT_EQ(0, counter("scrub_live"));
	ASSERT_EQ(0, counter("illegal"));
}

static uint32_t vf_command(unsigned int vf, int set)
{
	int fd = open(gpu_vf_pci(gpu, vf, "config"), O_RDWR);
	uint16_t val = 0;

	ASSERT_LE(0, fd);
	if (set >= 0) {
		val = set;
		ASSERT_EQ(2, pwrite(fd, &val, 2, PCI_COMMAND));
	}
	ASSERT_EQ(2, pread(fd, &val, 2, PCI_COMMAND));
	close(fd);
	return val;
}

/* resets by every door, at the same time */
struct door {
	pthread_t thread;
	int vf;
	char path[128];
	unsigned int rounds;
	unsigned int done;
};

static void *failed_door(struct door *door, int err)
{
	report("VF %d %s: %s\n", door->vf, door->path, strerror(-err));
	return door;
}

static void *door_thread(void *arg)
{
	struct door *door = arg;
	unsigned int i;
	int err;

	for (i = 0; i < door->rounds; i++) {
		err = file_write(door->path, "1");
		/* what is being reset already is not reset once more */
		if (!err)
			door->done++;
		else if (err != -EBUSY && err != -EAGAIN)
			return failed_door(door, err);
		/* the driver only tries for the device lock, again and again */
		pause_ms(30);
	}
	return NULL;
}

static void *netlink_thread(void *arg)
{
	struct door *door = arg;
	struct nl_message begun;
	struct nl *nl = nl_open();
	void *failed = NULL;
	unsigned int i;
	int err;

	if (nl_family(nl))
		failed = door;
	for (i = 0; i < door->rounds && !failed; i++) {
		err = nl_reset_start(nl, gpu, door->vf, &begun);
		if (!err)
			err = nl_reset_wait(nl, gpu, door->vf, &begun);
		if (!err)
			door->done++;
		else if (err != -EBUSY)
			failed = failed_door(door, err);
		pause_ms(20);
	}
	nl_close(nl);
	return failed;
}

TEST_F(resets, C34_resets_by_every_door_at_once)
{
	const unsigned int rounds = on_debug_kernel() ? 2 : 6;
	struct door doors[8] = {
		{ .vf = 0 }, { .vf = 1 }, { .vf = 0 }, { .vf = -1 },
		{ .vf = 2 }, { .vf = -1 }, { .vf = 1 },
	};
	unsigned int i, num = 7;
	uint32_t command;
	void *failed;

	all_busy();
	for (i = 0; i < NUM; i++)
		vf_command(i, PCI_COMMAND_MASTER);
	command = vf_command(0, -1);
	ASSERT_TRUE(command & PCI_COMMAND_MASTER);

	strcpy(doors[0].path, gpu_vf_pci(gpu, 0, "reset"));
	strcpy(doors[1].path, gpu_vf_pci(gpu, 1, "reset"));
	strcpy(doors[4].path, gpu_sysfs(gpu, "vf2/reset"));
	strcpy(doors[5].path, gpu_pci(gpu, "reset"));
	strcpy(doors[6].path, gpu_vf_pci(gpu, 1, "reset"));
	for (i = 0; i < num; i++) {
		doors[i].rounds = doors[i].vf < 0 ? rounds : 3 * rounds;
		ASSERT_EQ(0, pthread_create(&doors[i].thread, NULL,
					    doors[i].path[0] ? door_thread :
							       netlink_thread,
					    &doors[i]));
	}
	for (i = 0; i < num; i++) {
		pthread_join(doors[i].thread, &failed);
		ASSERT_TRUE(!failed);
		ASSERT_LT(0, doors[i].done);
	}
	ASSERT_TRUE(is_ready());
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(!gpu_vf_is(gpu, i, "resetting"));
		ASSERT_FALSE(gpu_vf_is(gpu, i, "failed"));
		ASSERT_EQ(command, vf_command(i, -1));
		load_busy(gpu, i, 100);
	}
}

static bool flrs_end;

/* has the VF's device lock nearly always */
static void *flr_thread(void *arg)
{
	while (!__atomic_load_n(&flrs_end, __ATOMIC_RELAXED))
		if (file_write(arg, "1"))
			return arg;
	return NULL;
}

/* an FLR by its user is as good as one by the driver */
TEST_F(resets, C34_vf_that_its_user_resets_without_end)
{
	char path[128];
	pthread_t thread;
	unsigned int i;
	void *failed;

	all_busy();
	strcpy(path, gpu_vf_pci(gpu, 0, "reset"));
	flrs_end = false;
	ASSERT_EQ(0, pthread_create(&thread, NULL, flr_thread, path));
	for (i = 0; i < 3; i++) {
		ASSERT_OK(file_write(gpu_sysfs(gpu, "vf0/reset"), "1"));
		ASSERT_FALSE(gpu_vf_is(gpu, 0, "failed"));
	}
	__atomic_store_n(&flrs_end, true, __ATOMIC_RELAXED);
	pthread_join(thread, &failed);
	ASSERT_TRUE(!failed);
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(!gpu_vf_is(gpu, i, "resetting"));
		ASSERT_FALSE(gpu_vf_is(gpu, i, "failed"));
		load_busy(gpu, i, 100);
	}
}

/* a reset of the GPU that does nothing, over every door */
TEST_F(resets, C34_gpu_reset_that_does_nothing_is_a_failure)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message before, after, msg;
	uint64_t resets = counter("resets");

	all_busy();
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &before));
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_reset"), "1"));
	ASSERT_ERROR(nl_reset(fx.nl, gpu, -1), -EIO);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WEDGED, &msg));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	ASSERT_EQ(EIO, msg.event.error);
	ASSERT_EQ(GPUVF_PF_STATE_WEDGED, msg.state);

	/* wedged already, and reported again */
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_reset"), "1"));
	ASSERT_ERROR(file_write(gpu_sysfs(gpu, "reset"), "1"), -EIO);
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WEDGED, &msg));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	ASSERT_EQ(EIO, msg.event.error);
	ASSERT_OK(file_write(gpu_sim(gpu, "lose_reset"), "1"));
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &after));
	ASSERT_EQ(before.resets, after.resets);
	ASSERT_EQ(before.failed_resets + 3, after.failed_resets);
	ASSERT_EQ(resets, counter("resets"));

	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
	ASSERT_TRUE(is_ready());
	while (fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg) &&
	       msg.event.error)
		;
	ASSERT_EQ(0, msg.event.has & 1U << GPUVF_A_EVENT_ERROR);
	nl_close(nl);
	all_busy();
}

/* a reset after which the command processor is still stuck */
TEST_F(resets, C34_gpu_reset_that_fails_is_a_failure)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message msg;

	all_busy();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_reset"), "1"));
	ASSERT_ERROR(nl_reset(fx.nl, gpu, -1), -EIO);
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	ASSERT_EQ(EIO, msg.event.error);
	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
	ASSERT_TRUE(is_ready());
	nl_close(nl);
}

/*
 * The bus may be reset just before the PCI core saves the configuration space for a
 * reset of its own, which then restores what came out of the first one.
 */
TEST_F(resets, C34_gpu_reset_with_a_configuration_space_that_is_lost)
{
	uint32_t command;

	all_busy();
	command = gpu_config_read(gpu, PCI_COMMAND) & 0xffff;
	ASSERT_OK(gpu_config_write(gpu, PCI_COMMAND, 0));
	ASSERT_OK(nl_reset(fx.nl, gpu, -1));
	ASSERT_TRUE(is_ready());
	ASSERT_EQ(command, gpu_config_read(gpu, PCI_COMMAND) & 0xffff);
	all_busy();
}

/* a VF that does not leave for ten seconds, so that its reset takes so long */
static void start_slow_reset(struct nl_message *begun)
{
	all_busy();
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/preempt_timeout_us"),
			     "10000000"));
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100 hog"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "state", "run"));
	if (!begun)
		return;
	ASSERT_OK(nl_reset_start(fx.nl, gpu, 1, begun));
	ASSERT_EQ(GPUVF_VF_STATE_RESETTING, begun->vf[0].state);
}

TEST_F(resets, C34_netlink_answers_when_a_reset_has_begun)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message begun, msg;

	start_slow_reset(&begun);
	/* answered before it is over */
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_ERROR(nl_reset_start(fx.nl, gpu, 1, &msg), -EBUSY);
	ASSERT_OK(nl_reset_wait(fx.nl, gpu, 1, &begun));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_VF_WAS_RESET, &msg));
	ASSERT_EQ(1, msg.vf[0].index);
	ASSERT_EQ(0, msg.event.has & 1U << GPUVF_A_EVENT_ERROR);
	nl_close(nl);
}

TEST_F(resets, C34_second_gpu_reset_is_refused)
{
	uint64_t resets = counter("resets");
	struct nl_message begun, msg;

	/* it waits for that of the VF, else it might be over before the second one */
	start_slow_reset(&begun);
	ASSERT_OK(nl_reset_start(fx.nl, gpu, -1, &begun));
	ASSERT_TRUE(begun.has & 1ULL << GPUVF_A_PF_RESETTING);
	ASSERT_ERROR(nl_reset_start(fx.nl, gpu, -1, &msg), -EBUSY);
	ASSERT_EQ(GPUVF_REASON_PF_RESETTING, msg.refusal.reason);
	ASSERT_OK(nl_reset_wait(fx.nl, gpu, -1, &begun));
	ASSERT_EVENTUALLY(is_ready());
	ASSERT_EQ(resets + 1, counter("resets"));
}

/* who waits for a reset in sysfs can be killed, and the reset goes on */
TEST_F(resets, C34_wait_for_a_reset_can_be_killed)
{
	struct nl_message before, after;
	int status;
	pid_t pid;

	start_slow_reset(NULL);
	ASSERT_OK(nl_vf_get(fx.nl, gpu, 1, &before));
	pid = fork();
	if (!pid)
		_exit(file_write(gpu_sysfs(gpu, "vf1/reset"), "1") ? 1 : 0);
	ASSERT_LT(0, pid);
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_EQ(0, kill(pid, SIGTERM));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	ASSERT_TRUE(gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_EVENTUALLY(!nl_vf_get(fx.nl, gpu, 1, &after) &&
			  after.vf[0].resets == before.vf[0].resets + 1);
}

/* what a VF's user and its driver do goes on while another GPU is reset */
TEST_F(resets, C34_vf_resets_during_resets_of_another_gpu)
{
	struct door doors[4] = {
		{ .vf = -1 }, { .vf = 0 }, { .vf = 1 }, { .vf = 2 },
	};
	const struct gpu *other;
	struct nl_message before, after;
	unsigned int i, rounds = 6;
	uint64_t resets, epoch;
	void *failed;

	fixture_load("gpus=2 total_vfs=4 fb_mib=4096 scrub_us_per_unit=100");
	other = &fx.gpu[1];
	/* a guest that has to ask for its start may not do so as often as we like */
	if (gpu_guests_ask(gpu))
		rounds = 2;
	load_enable(other, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	all_busy();
	for (i = 0; i < NUM; i++)
		load_busy(other, i, 100);
	resets = gpu_truth(gpu, "gpu", "resets");
	epoch = gpu_truth_vf(other, 0, "epoch");
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &before));
	/* the first GPU as a whole; of the second each VF but the first */
	strcpy(doors[0].path, gpu_pci(gpu, "reset"));
	strcpy(doors[1].path, gpu_vf_pci(gpu, 0, "reset"));
	strcpy(doors[2].path, gpu_sysfs(other, "vf1/reset"));
	strcpy(doors[3].path, gpu_vf_pci(other, 2, "reset"));
	for (i = 0; i < 4; i++) {
		doors[i].rounds = doors[i].vf < 0 ? rounds : 2 * rounds;
		ASSERT_EQ(0, pthread_create(&doors[i].thread, NULL, door_thread,
					    &doors[i]));
	}
	for (i = 0; i < 4; i++) {
		pthread_join(doors[i].thread, &failed);
		ASSERT_TRUE(!failed);
		ASSERT_LT(0, doors[i].done);
	}
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &after));
	ASSERT_EQ(before.resets + doors[0].done, after.resets);
	ASSERT_EQ(resets + doors[0].done, gpu_truth(gpu, "gpu", "resets"));
	/* of the other GPU only those VFs started again that were reset */
	ASSERT_OK(nl_pf_get(fx.nl, other, &after));
	ASSERT_EQ(0, after.resets);
	ASSERT_EQ(epoch, gpu_truth_vf(other, 0, "epoch"));
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(!gpu_vf_is(other, i, "resetting"));
		ASSERT_FALSE(gpu_vf_is(other, i, "failed"));
		ASSERT_FALSE(gpu_vf_is(gpu, i, "failed"));
		load_busy(gpu, i, 100);
		load_busy(other, i, 100);
	}
}

/* Return: how many of both resets failed; this thread does not sleep in between */
static int start_both(struct nl_message *begun)
{
	const struct sched_param fifo = { .sched_priority = 1 }, other = { 0 };
	int failed;

	ASSERT_OK(sched_setscheduler(0, SCHED_FIFO, &fifo));
	failed = !!nl_reset_start(fx.nl, gpu, -1, begun);
	failed += !!file_write(gpu_pci(gpu, "reset"), "1");
	ASSERT_OK(sched_setscheduler(0, SCHED_OTHER, &other));
	return failed;
}

/*
 * The PCI core resets the GPU before the driver has begun the reset that it was
 * asked for: one does for both, or every guest would start twice.
 */
TEST_F(resets, C34_one_gpu_reset_does_for_two)
{
	uint64_t resets = counter("resets");
	struct nl_message begun;

	ASSERT_EQ(0, start_both(&begun));
	ASSERT_OK(nl_reset_wait(fx.nl, gpu, -1, &begun));
	/* the driver tries for the device's lock for two seconds */
	pause_ms(2500);
	ASSERT_EQ(resets + 1, counter("resets"));
}

TEST_HARNESS_MAIN
