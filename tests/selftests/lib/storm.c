// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that do everything at once: each does one kind of thing, again and
 * again, from random numbers of its own.
 *
 * Left out is where the PCI core deadlocks by itself, with any driver:
 * - sriov_numvfs against removal of the PF;
 * - seen on 6.12: a reset of the PF against sriov_numvfs or removal, while a VF
 *   is reset too: the PF's reset holds the bridge and waits for the PF, whatever
 *   holds the PF waits for the VF's reset to end before its files can go, and
 *   that waits for the bridge. So the first GPU is removed and its VFs come and
 *   go, and the second one is reset.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "storm.h"

struct storm_tally storm;

/**
 * struct actor - a thread that does one kind of thing, again and again
 * @act: the thing
 * @counts: it changes the number of VFs, or scans the bus
 * @thread: thread
 * @nl: connection of its own
 * @seed: state of its random numbers
 * @done: how often it did it
 */
struct actor {
	void (*act)(struct actor *me);
	bool counts;
	pthread_t thread;
	struct nl *nl;
	unsigned int seed;
	unsigned int done;
};

static atomic_bool stop;

/* the simulator's own in the VFs; the same for all */
static unsigned int vf_capability;

static unsigned int dice(struct actor *me, unsigned int sides)
{
	return rand_r(&me->seed) % sides;
}

static const struct gpu *any_gpu(struct actor *me)
{
	return &fx.gpu[dice(me, STORM_GPUS)];
}

static unsigned int most_vfs(void)
{
	return on_debug_kernel() ? 2 : STORM_VFS;
}

/* the first GPU's come and go, the second one's stay */
static void act_numvfs(struct actor *me)
{
	gpu_set_numvfs(&fx.gpu[0], 0);
	gpu_set_numvfs(&fx.gpu[0], 1 + dice(me, most_vfs()));
	atomic_fetch_add(&storm.cycles, 1);
	pause_ms(dice(me, 200));
}

static void act_rescan(struct actor *me)
{
	file_write("/sys/bus/pci/rescan", "1");
	pause_ms(dice(me, 100));
}

static void act_config(struct actor *me)
{
	struct nl_request req;
	struct nl_answer answer;
	unsigned int i;

	nl_config_set(me->nl, &req, any_gpu(me));
	if (!dice(me, 3))
		mnl_attr_put(req.header, GPUVF_A_PF_REPLACE, 0, NULL);
	if (!dice(me, 3))
		mnl_attr_put_u32(req.header, GPUVF_A_PF_POLICY, dice(me, 4));
	if (!dice(me, 5))
		mnl_attr_put_u64(req.header, GPUVF_A_PF_FB_PF_RESERVE,
				 dice(me, 20) * UNIT);
	if (!dice(me, 3))
		mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	for (i = 0; i < 4; i++)
		if (dice(me, 2))
			nl_put_vf(&req, i, dice(me, 40) * UNIT,
				  dice(me, 4) ? 1000 + dice(me, 20000) : 5);
	nl_call(me->nl, &req, &answer);
	atomic_fetch_add(&storm.messages, 1);
	if (!dice(me, 8))
		pause_ms(dice(me, 10));
}

static void act_sysfs(struct actor *me)
{
	static const char *const files[] = {
		"fb_quota", "time_slice_us", "preempt_timeout_us", "profile",
	};

	file_printf(gpu_sysfs(any_gpu(me), "vf%u/%s", dice(me, 4),
			      files[dice(me, 4)]), "%u",
		    dice(me, 3) * dice(me, 100000000));
	atomic_fetch_add(&storm.messages, 1);
	if (!dice(me, 8))
		pause_ms(dice(me, 10));
}

static void act_read(struct actor *me)
{
	struct nl_request req;
	struct nl_answer answer;

	if (!dice(me, 10))
		free(fixture_snapshot(any_gpu(me)));
	nl_begin(me->nl, &req, dice(me, 2) ? GPUVF_CMD_PF_GET :
					    GPUVF_CMD_VF_GET, NLM_F_DUMP);
	nl_call(me->nl, &req, &answer);
	atomic_fetch_add(&storm.messages, 1);
	pause_ms(dice(me, 5));
}

static void act_vf_reset(struct actor *me)
{
	file_write(gpu_vf_pci(any_gpu(me), dice(me, STORM_VFS), "reset"), "1");
	pause_ms(dice(me, 100));
}

static void act_pf_reset(struct actor *me)
{
	pause_ms(dice(me, 1000));
	file_write(gpu_pci(&fx.gpu[1], "reset"), "1");
}

/* its guest works, and tries memory that may or may not be its own */
static void act_guest(struct actor *me)
{
	static const char *const whats[] = {
		"off", "idle", "busy 5", "busy 50", "busy 100",
	};
	const struct gpu *gpu = any_gpu(me);
	unsigned int vf = dice(me, STORM_VFS);

	gpu_guest(gpu, vf, whats[dice(me, 5)]);
	file_printf(gpu_sim(gpu, "vf%u/touch", vf), "%llu",
		    dice(me, 128) * UNIT);
	pause_ms(dice(me, 10));
}

/* says whatever comes to its mind to the PF, and listens now and then */
static void act_mailbox(struct actor *me)
{
	static const unsigned int messages[] = {
		GPUVF_MBOX_REQ_INIT, GPUVF_MBOX_REL_INIT, GPUVF_MBOX_REQ_FINI,
		GPUVF_MBOX_REL_FINI, GPUVF_MBOX_REQ_RESET,
		GPUVF_MBOX_READY_TO_RESET, 0, 77,
	};
	const char *path = gpu_vf_pci(any_gpu(me), dice(me, STORM_VFS),
				      "config");
	const unsigned int page = vf_capability + GPUVF_SIM_VF_MBOX;
	unsigned int i, num = 1 + dice(me, 20);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	for (i = 0; fd >= 0 && i < num; i++) {
		const uint32_t control = (dice(me, 4) ? GPUVF_MBOX_TRN_VALID : 0) |
					 (dice(me, 2) ? GPUVF_MBOX_RCV_ACK : 0);
		const uint32_t word[] = {
			messages[dice(me, 8)], dice(me, 65536), dice(me, 2),
			~dice(me, 2),
		};

		/* with the message before still VALID, or not */
		if (dice(me, 2) &&
		    pwrite(fd, &(uint32_t){ 0 }, 4, page + GPUVF_MBOX_CONTROL) != 4)
			break;
		if (pwrite(fd, word, sizeof(word), page + GPUVF_MBOX_TRN(0)) !=
		    sizeof(word) ||
		    pwrite(fd, &control, 4, page + GPUVF_MBOX_CONTROL) != 4)
			break;
		atomic_fetch_add(&storm.messages, 1);
	}
	if (fd >= 0)
		close(fd);
	pause_ms(dice(me, 20));
}

/* a VF that failed stays so until it is disabled: now and then only */
static void act_fault(struct actor *me)
{
	static const char *const kinds[] = {
		"error", "hang_status", "hang_scrub", "hang_silent",
		"slow 3000", "flr",
	};

	pause_ms(dice(me, 1000));
	if (dice(me, 2))
		file_printf(gpu_sim(any_gpu(me), "fail_command"), "%u %s",
			    1 + dice(me, 50), kinds[dice(me, 6)]);
	else
		file_printf(gpu_sim(any_gpu(me), "lose_interrupt"), "%u",
			    1 + dice(me, 50));
	atomic_fetch_add(&storm.faults, 1);
}

/*
 * All devices are suspended and resumed, whatever is going on; everybody else is
 * frozen meanwhile. Where the VM's own files do not survive that, it is not asked
 * for.
 */
static void act_suspend(struct actor *me)
{
	pause_ms(500 + dice(me, 3000));
	if (!getenv("GPUVF_STORM_SUSPEND"))
		return;
	file_write("/sys/module/suspend/parameters/pm_test_delay", "0");
	if (!file_write("/sys/power/pm_test", "devices") &&
	    !file_write("/sys/power/state", "freeze"))
		atomic_fetch_add(&storm.suspends, 1);
}

static struct actor actors[] = {
	{ .act = act_numvfs, .counts = true },
	{ .act = act_rescan, .counts = true },
	{ .act = act_config },
	{ .act = act_config },
	{ .act = act_sysfs },
	{ .act = act_read },
	{ .act = act_vf_reset },
	{ .act = act_vf_reset },
	{ .act = act_pf_reset },
	{ .act = act_guest },
	{ .act = act_mailbox },
	{ .act = act_fault },
	{ .act = act_suspend },
};

#define NUM_ACTORS (sizeof(actors) / sizeof(*actors))

static void *actor_thread(void *arg)
{
	struct actor *me = arg;

	while (!atomic_load(&stop)) {
		me->act(me);
		me->done++;
	}
	return NULL;
}

/**
 * storm_begin() - let them loose
 * @with_counts: those too who change the number of VFs
 *
 * Their random numbers follow from GPUVF_SEED in the environment and from how
 * many storms there were before. The second GPU has VFs.
 */
void storm_begin(bool with_counts)
{
	static unsigned int round;
	unsigned int seed = getenv("GPUVF_SEED") ? atoi(getenv("GPUVF_SEED")) :
						   1;
	unsigned int i;

	vf_capability = gpu_vf_capability(&fx.gpu[1], 0, GPUVF_SIM_VSEC_ID);
	check(vf_capability > 0);
	report("seed %u\n", seed + round);
	atomic_store(&stop, false);
	for (i = 0; i < NUM_ACTORS; i++) {
		struct actor *me = &actors[i];

		me->done = 0;
		me->seed = (seed + round) * 100 + i;
		me->nl = nl_open();
		check(me->nl);
		ASSERT_OK(nl_family(me->nl));
		if (me->counts && !with_counts)
			continue;
		check(pthread_create(&me->thread, NULL, actor_thread,
				     me) == 0);
	}
	round++;
}

/**
 * storm_end() - and call them back
 * @with_counts: as for storm_begin()
 */
void storm_end(bool with_counts)
{
	unsigned int i;

	atomic_store(&stop, true);
	for (i = 0; i < NUM_ACTORS; i++) {
		struct actor *me = &actors[i];

		if (!me->counts || with_counts) {
			pthread_join(me->thread, NULL);
			/* everybody must have come to something */
			check(me->done > 0);
		}
		nl_close(me->nl);
		me->nl = NULL;
	}
}

/**
 * storm_take_stock() - add what the simulator saw, before it is unloaded
 */
void storm_take_stock(void)
{
	unsigned int i;

	for (i = 0; i < fx.num_gpus; i++) {
		struct truth truth = truth_read(&fx.gpu[i]);
		uint64_t foreign = truth_get(&truth, "gpu", "violations");
		uint64_t illegal = truth_get(&truth, "gpu", "illegal") +
				   truth_get(&truth, "gpu", "bad_function") +
				   truth_get(&truth, "gpu", "busy_rejected");

		if (foreign || illegal)
			report("GPU %u: %.*s\n", i,
			       (int)strcspn(truth.text ?: "", "\n"),
				    truth.text ?: "says nothing");
		storm.foreign += foreign;
		storm.illegal += illegal;
		truth_free(&truth);
	}
}
