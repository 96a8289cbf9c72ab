// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, for a while, from a seed; then the GPUs are taken away
 * under load. The kernel must stay silent, the simulator must have seen nothing
 * forbidden, and the modules must unload. test_leaks says whether anything was
 * leaked.
 *
 * With GPUVF_STORM_SUSPEND in the environment the machine is suspended now and then.
 * GPUVF_SEED makes another storm; GPUVF_STORM_SECONDS,
 * GPUVF_STORM_MESSAGES and GPUVF_STORM_CYCLES one that goes on until each of
 * them is reached, and then says what it came to.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "leak.h"
#include "storm.h"

static void storm_rage(unsigned int seconds)
{
	uint64_t end = now_ms() + 1000 * seconds;

	while (now_ms() < end)
		pause_ms(50);
}

static unsigned long long wanted(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 10) : 0;
}

/* and then everything works as on the first day */
static void works_again(const struct gpu *gpu)
{
	if (gpu_numvfs(gpu))
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	file_write(gpu_sim(gpu, "fail_command"), "0");
	file_write(gpu_sim(gpu, "lose_interrupt"), "0");
	if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
		ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	fixture_reset_config(gpu);
	ASSERT_OK(gpu_set_numvfs(gpu, 1));
	ASSERT_OK(gpu_guest(gpu, 0, "busy 100"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 0, "active"));
}

static void everything_at_once(unsigned int seconds)
{
	/* from the round before */
	if (gpu_numvfs(&fx.gpu[1]))
		ASSERT_OK(gpu_set_numvfs(&fx.gpu[1], 0));
	ASSERT_OK(gpu_set_numvfs(&fx.gpu[1], 2));
	storm_begin(true);
	storm_rage(seconds);
	storm_end(true);
	works_again(&fx.gpu[0]);
	works_again(&fx.gpu[1]);
}

MODULES_FIXTURE(storm, STORM_SIM);
MODULES_FIXTURE(storm_long, STORM_SIM);

TEST_F(storm, C9_everything_at_once)
{
	everything_at_once(on_debug_kernel() ? 15 : 6);
}

static void remove_and_find_again(void)
{
	works_again(&fx.gpu[0]);
	works_again(&fx.gpu[1]);
	storm_begin(false);
	storm_rage(1);
	ASSERT_OK(file_write(gpu_pci(&fx.gpu[0], "remove"), "1"));
	ASSERT_FALSE(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
	storm_rage(1);
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	storm_rage(1);
	storm_end(false);
	ASSERT_TRUE(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
	ASSERT_EQ(0, gpu_numvfs(&fx.gpu[0]));
	atomic_fetch_add(&storm.cycles, 1);
}

TEST_F(storm, C9_removed_under_load_and_found_again)
{
	unsigned int round;

	for (round = 0; round < (on_debug_kernel() ? 1 : 2); round++)
		remove_and_find_again();
	works_again(&fx.gpu[0]);
}

/* a whole host bridge goes, with VFs enabled and guests busy */
static void unload_in_both_orders(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		works_again(&fx.gpu[i]);
		ASSERT_ERROR(module_unload("gpuvf"), -EWOULDBLOCK);
	}
	storm_take_stock();
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf_sim"));
	ASSERT_FALSE(file_exists(gpu_sysfs(&fx.gpu[0], "state")));
	ASSERT_OK(module_unload("gpuvf"));
	/* and the driver first, which finds its GPUs when they come */
	ASSERT_OK(module_load("gpuvf", ""));
	ASSERT_OK(module_load("gpuvf_sim", STORM_SIM));
	ASSERT_TRUE(file_exists(gpu_sysfs(&fx.gpu[1], "state")));
	ASSERT_OK(module_unload("gpuvf"));
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
	works_again(&fx.gpu[0]);
	atomic_fetch_add(&storm.cycles, 2);
}

TEST_F(storm, C9_unloads_in_both_orders)
{
	unload_in_both_orders();
}

TEST_F(storm, C9_loads_and_unloads_again_and_again)
{
	unsigned int i;

	/* each takes half a minute where releases are delayed */
	for (i = 0; i < (on_debug_kernel() ? 2 : 10); i++) {
		fixture_spoil();
		fixture_load(STORM_SIM);
	}
}

TEST_F(storm_long, C9_as_long_as_asked_for)
{
	uint64_t end = now_ms() + 1000 * wanted("GPUVF_STORM_SECONDS");
	unsigned long long messages = wanted("GPUVF_STORM_MESSAGES");
	unsigned long long cycles = wanted("GPUVF_STORM_CYCLES");
	unsigned int splats, leaked = 0;
	int log = klog_open();

	ASSERT_LE(0, log);
	while (now_ms() < end || atomic_load(&storm.messages) < messages ||
	       atomic_load(&storm.cycles) < cycles) {
		everything_at_once(20);
		remove_and_find_again();
		/* each load takes half a minute where releases are delayed */
		if (!on_debug_kernel())
			unload_in_both_orders();
		report("%llu messages, %llu cycles\n",
		       atomic_load(&storm.messages),
		       atomic_load(&storm.cycles));
		fflush(NULL);
	}
	works_again(&fx.gpu[0]);
	works_again(&fx.gpu[1]);
	ASSERT_OK(gpu_set_numvfs(&fx.gpu[0], 0));
	ASSERT_OK(gpu_set_numvfs(&fx.gpu[1], 0));
	storm_take_stock();
	if (leaks_are_counted()) {
		fixture_unload();
		leaked = leaks();
	}
	splats = klog_reports(log);
	close(log);
	report("messages tried %llu, cycles done %llu, faults injected %llu\n",
	       atomic_load(&storm.messages), atomic_load(&storm.cycles),
	       atomic_load(&storm.faults));
	report("devices suspended %llu times\n", atomic_load(&storm.suspends));
	report("splats %u, leaks %u%s\n", splats, leaked,
	       leaks_are_counted() ? "" : " (not counted here)");
	report("foreign memory touches %llu, illegal commands %llu\n",
	       (unsigned long long)storm.foreign,
	       (unsigned long long)storm.illegal);
	ASSERT_EQ(0, splats);
	ASSERT_EQ(0, leaked);
	ASSERT_EQ(0, storm.foreign);
	ASSERT_EQ(0, storm.illegal);
}

/* as long as asked for, or what is in every run */
int main(int argc, char **argv)
{
	bool is_long = getenv("GPUVF_STORM_SECONDS") ||
		       getenv("GPUVF_STORM_MESSAGES") ||
		       getenv("GPUVF_STORM_CYCLES");
	char *args[] = { argv[0], is_long ? "-f" : "-F", "storm_long", NULL };

	return argc > 1 ? test_harness_run(argc, argv) :
			  test_harness_run(3, args);
}
