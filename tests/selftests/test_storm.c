// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, for a while, from a seed; then the GPUs are taken away
 * under load. The kernel must stay silent, the simulator must have seen nothing
 * forbidden, the modules must unload, and nothing may be leaked.
 *
 * GPUVF_SEED and GPUVF_STORM_SECONDS in the environment make another storm.
 *
 * Left out is where the PCI core deadlocks by itself, whoever's driver it is:
 * - sriov_numvfs against removal of the PF;
 * - seen on 6.12: a reset of the PF against sriov_numvfs or removal, while a VF
 *   is reset too: the PF's reset holds the bridge and waits for the PF, whoever
 *   holds the PF waits for the VF's reset to end before its files can go, and
 *   that waits for the bridge. So the first GPU is removed and its VFs come and
 *   go, and the second one is reset.
 */

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define NUM_GPUS	2
#define NUM_VFS		3
#define SIM		"gpus=2 total_vfs=4 fb_mib=2048 clear_us_per_granule=50"

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

static unsigned int dice(struct actor *me, unsigned int sides)
{
	return rand_r(&me->seed) % sides;
}

static const struct gpu *any_gpu(struct actor *me)
{
	return &fx.gpu[dice(me, NUM_GPUS)];
}

static unsigned int most_vfs(void)
{
	return on_debug_kernel() ? 2 : NUM_VFS;
}

/* the first GPU's come and go, the second one's stay */
static void act_numvfs(struct actor *me)
{
	gpu_set_numvfs(&fx.gpu[0], 0);
	gpu_set_numvfs(&fx.gpu[0], 1 + dice(me, most_vfs()));
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
				 dice(me, 20) * GRANULE);
	if (!dice(me, 3))
		mnl_attr_put(req.header, GPUVF_A_PF_DRY_RUN, 0, NULL);
	for (i = 0; i < 4; i++)
		if (dice(me, 2))
			nl_put_vf(&req, i, dice(me, 40) * GRANULE,
				  dice(me, 4) ? 1000 + dice(me, 20000) : 5);
	nl_call(me->nl, &req, &answer);
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
	pause_ms(dice(me, 10));
}

static void act_read(struct actor *me)
{
	struct nl_request req;
	struct nl_answer answer;

	free(fixture_snapshot(any_gpu(me)));
	nl_begin(me->nl, &req, dice(me, 2) ? GPUVF_CMD_PF_GET :
					    GPUVF_CMD_VF_GET, NLM_F_DUMP);
	nl_call(me->nl, &req, &answer);
	pause_ms(dice(me, 20));
}

static void act_vf_reset(struct actor *me)
{
	file_write(gpu_vf_pci(any_gpu(me), dice(me, NUM_VFS), "reset"), "1");
	pause_ms(dice(me, 100));
}

static void act_pf_reset(struct actor *me)
{
	pause_ms(dice(me, 1000));
	file_write(gpu_pci(&fx.gpu[1], "reset"), "1");
}

static void act_guest(struct actor *me)
{
	static const char *const whats[] = {
		"off", "idle", "busy 5", "busy 50", "busy 100",
	};

	gpu_guest(any_gpu(me), dice(me, NUM_VFS), whats[dice(me, 5)]);
	pause_ms(dice(me, 10));
}

/* a VF that failed stays so until it is disabled: now and then only */
static void act_fault(struct actor *me)
{
	static const char *const kinds[] = {
		"error", "hang_status", "hang_clear", "hang_silent",
		"slow 3000",
	};

	pause_ms(dice(me, 1000));
	if (dice(me, 2))
		file_printf(gpu_sim(any_gpu(me), "fail_command"), "%u %s",
			    1 + dice(me, 50), kinds[dice(me, 5)]);
	else
		file_printf(gpu_sim(any_gpu(me), "lose_interrupt"), "%u",
			    1 + dice(me, 50));
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
	{ .act = act_fault },
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

static void storm_begin(bool with_counts)
{
	unsigned int seed = getenv("GPUVF_SEED") ? atoi(getenv("GPUVF_SEED")) :
						   1;
	unsigned int i;

	print_message("# seed %u\n", seed);
	atomic_store(&stop, false);
	for (i = 0; i < NUM_ACTORS; i++) {
		struct actor *me = &actors[i];

		me->done = 0;
		me->seed = seed * 100 + i;
		me->nl = nl_open();
		assert_non_null(me->nl);
		assert_ok(nl_family(me->nl));
		if (me->counts && !with_counts)
			continue;
		assert_int_equal(pthread_create(&me->thread, NULL, actor_thread,
						me), 0);
	}
}

/* everybody must have come to something */
static void storm_end(bool with_counts)
{
	unsigned int i;

	atomic_store(&stop, true);
	for (i = 0; i < NUM_ACTORS; i++) {
		struct actor *me = &actors[i];

		if (!me->counts || with_counts) {
			pthread_join(me->thread, NULL);
			assert_true(me->done > 0);
		}
		nl_close(me->nl);
		me->nl = NULL;
	}
}

static void storm_rage(unsigned int seconds)
{
	uint64_t end = now_ms() + 1000 * seconds;

	while (now_ms() < end)
		pause_ms(50);
}

static unsigned int storm_seconds(void)
{
	if (getenv("GPUVF_STORM_SECONDS"))
		return atoi(getenv("GPUVF_STORM_SECONDS"));
	return on_debug_kernel() ? 15 : 6;
}

/* and then everything works as on the first day */
static void works_again(const struct gpu *gpu)
{
	if (gpu_numvfs(gpu))
		assert_ok(gpu_set_numvfs(gpu, 0));
	file_write(gpu_sim(gpu, "fail_command"), "0");
	file_write(gpu_sim(gpu, "lose_interrupt"), "0");
	if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
		assert_ok(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_reset_config(gpu);
	assert_ok(gpu_set_numvfs(gpu, 1));
	assert_ok(gpu_guest(gpu, 0, "busy 100"));
	assert_eventually(gpu_vf_is(gpu, 0, "active"));
}

static void C9_everything_at_once(void)
{
	assert_ok(gpu_set_numvfs(&fx.gpu[1], 2));
	storm_begin(true);
	storm_rage(storm_seconds());
	storm_end(true);
	works_again(&fx.gpu[0]);
	works_again(&fx.gpu[1]);
}

static void C9_removed_under_load_and_found_again(void)
{
	unsigned int round;

	for (round = 0; round < (on_debug_kernel() ? 1 : 2); round++) {
		assert_ok(gpu_set_numvfs(&fx.gpu[0], 2));
		storm_begin(false);
		storm_rage(1);
		assert_ok(file_write(gpu_pci(&fx.gpu[0], "remove"), "1"));
		assert_false(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
		storm_rage(1);
		assert_ok(file_write("/sys/bus/pci/rescan", "1"));
		storm_rage(1);
		storm_end(false);
		assert_true(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
		assert_u64(gpu_numvfs(&fx.gpu[0]), 0);
	}
	works_again(&fx.gpu[0]);
}

/* a whole host bridge goes, with VFs enabled and guests busy */
static void C9_unloads_in_both_orders(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		works_again(&fx.gpu[i]);
		assert_error(module_unload("gpuvf"), -EWOULDBLOCK);
	}
	nl_close(fx.nl);
	fx.nl = NULL;
	assert_ok(module_unload("gpuvf_sim"));
	assert_false(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
	assert_ok(module_unload("gpuvf"));
	/* and the driver first, which finds its GPUs when they come */
	assert_ok(module_load("gpuvf", ""));
	assert_ok(module_load("gpuvf_sim", SIM));
	assert_true(file_exists(gpu_sysfs(&fx.gpu[1], "state")));
	assert_ok(module_unload("gpuvf"));
	assert_ok(module_load("gpuvf", ""));
	fx.nl = nl_open();
	assert_ok(nl_family(fx.nl));
	works_again(&fx.gpu[0]);
}

static void C9_loads_and_unloads_again_and_again(void)
{
	unsigned int i;

	/* each takes half a minute where releases are delayed */
	for (i = 0; i < (on_debug_kernel() ? 2 : 10); i++) {
		fixture_spoil();
		fixture_load(SIM);
	}
}

static const char kmemleak[] = "/sys/kernel/debug/kmemleak";

static void C9_nothing_is_leaked(void)
{
	char *report;

	fixture_unload();
	/* what is younger than five seconds is not looked at */
	assert_ok(file_write(kmemleak, "scan"));
	pause_ms(6000);
	assert_ok(file_write(kmemleak, "scan"));
	report = file_read_all(kmemleak);
	assert_non_null(report);
	if (*report)
		print_error("# %s\n", report);
	assert_string_equal(report, "");
	free(report);
}

static const struct test tests[] = {
	TEST(C9_everything_at_once),
	SLOW_TEST(C9_removed_under_load_and_found_again),
	SLOW_TEST(C9_unloads_in_both_orders),
	SLOW_TEST(C9_loads_and_unloads_again_and_again),
	SLOW_TEST(C9_nothing_is_leaked),
};

int main(void)
{
	size_t num = sizeof(tests) / sizeof(*tests);

	/* the last one needs a kernel that keeps count */
	return suite_run("storm", SIM, tests, num - !file_exists(kmemleak));
}
