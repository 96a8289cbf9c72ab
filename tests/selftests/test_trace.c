// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints: what happens can be followed with trace-cmd, perf, or by hand.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "selftest.h"
#include "load.h"
#include "thread.h"

#define TRACING "/sys/kernel/tracing/"

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000 };

static void trace_on(void)
{
	ASSERT_TRUE(!mount("tracefs", TRACING, "tracefs", 0, NULL) ||
		    errno == EBUSY);
	ASSERT_OK(file_write(TRACING "trace", ""));
	ASSERT_OK(file_write(TRACING "events/gpuvf/enable", "1"));
}

static char *trace_off(void)
{
	char *trace;

	ASSERT_OK(file_write(TRACING "events/gpuvf/enable", "0"));
	trace = file_read_all(TRACING "trace");
	ASSERT_NE(NULL, trace);
	ASSERT_OK(file_write(TRACING "trace", ""));
	return trace;
}

/* is there a line of this event with this in it? */
static bool has(const char *trace, const char *event, const char *what)
{
	const char *line, *end, *found;
	char head[64];

	snprintf(head, sizeof(head), " %s: %s", event, gpu->bdf);
	for (line = trace; (line = strstr(line, head)); line = end) {
		end = strchrnul(line, '\n');
		found = strstr(line, what);
		if (found && found < end)
			return true;
	}
	report("no %s with \"%s\"\n", event, what);
	return false;
}

MODULES_FIXTURE(trace, "total_vfs=2 fb_mib=4096");

TEST_F(trace, turns_and_commands_are_traced)
{
	char *trace;

	/* some GPUs have every VF that is enabled start */
	trace_on();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	ASSERT_EVENTUALLY(gpu_truth_vf(gpu, 0, "slices") > 3);
	trace = trace_off();
	ASSERT_TRUE(has(trace, "gpuvf_switch", " vf=1 first=1"));
	ASSERT_TRUE(has(trace, "gpuvf_switch", " vf=1 first=0"));
	ASSERT_TRUE(has(trace, "gpuvf_slice", " vf=0 budget_ns="));
	ASSERT_TRUE(has(trace, "gpuvf_command", " vf=1 command=INIT ns="));
	ASSERT_TRUE(has(trace, "gpuvf_command", " vf=0 command=LOAD ns="));
	ASSERT_TRUE(has(trace, "gpuvf_command", " vf=0 command=RUN ns="));
	ASSERT_TRUE(has(trace, "gpuvf_command", " vf=0 command=IDLE ns="));
	ASSERT_TRUE(has(trace, "gpuvf_command", " vf=0 command=SAVE ns="));
	free(trace);
}

TEST_F(trace, faults_and_resets_are_traced)
{
	uint64_t vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	char *trace;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	trace_on();
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
	ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") > vf_resets);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, 0, "resetting"));
	trace = trace_off();
	/* -ECANCELED: the hardware would not do it; -EIO: and v1 has looked why */
	ASSERT_TRUE(has(trace, "gpuvf_command", module_is_v1() ?
			       " err=-5" : " err=-125"));
	ASSERT_TRUE(has(trace, "gpuvf_reset", " vf=0 ns="));
	free(trace);
}

/* VMD's domains begin at 0x10000 */
TEST_F(trace, domains_of_more_than_16_bits_are_traced)
{
	static const char * const events[] = {
		"gpuvf_switch", "gpuvf_slice", "gpuvf_command", "gpuvf_reset",
		"gpuvf_mbox",
	};
	char path[96], *format;
	unsigned int i;

	trace_on();
	for (i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), TRACING "events/gpuvf/%s/format",
			 events[i]);
		format = file_read_all(path);
		ASSERT_NE(NULL, format);
		if (!strstr(format, "field:int domain;"))
			report("%s\n", format);
		ASSERT_NE(NULL, strstr(format, "field:int domain;"));
		free(format);
	}
	free(trace_off());
}

/* perf and ftrace show 15 characters of a name */
TEST_F(trace, threads_of_two_gpus_can_be_told_apart)
{
	char name[2][64], path[64];
	unsigned int i;
	pid_t tid[2];

	fixture_load("total_vfs=2 fb_mib=4096 gpus=2");
	ASSERT_EQ(2, threads_find(tid, 2));
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/comm", tid[i]);
		ASSERT_LE(0, file_read(path, name[i], sizeof(name[i])));
		ASSERT_GE(15, strlen(name[i]));
		ASSERT_TRUE(strstr(name[i], fx.gpu[0].bdf) ||
			    strstr(name[i], fx.gpu[1].bdf));
	}
	ASSERT_STRNE(name[1], name[0]);
}

TEST_HARNESS_MAIN
