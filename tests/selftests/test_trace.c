// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints: what happens can be followed with trace-cmd, perf, or by hand.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "fixture.h"
#include "load.h"
#include "thread.h"

#define TRACING "/sys/kernel/tracing/"

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[] = { 5000, 5000 };

static void trace_on(void)
{
	assert_true(!mount("tracefs", TRACING, "tracefs", 0, NULL) ||
		    errno == EBUSY);
	assert_ok(file_write(TRACING "trace", ""));
	assert_ok(file_write(TRACING "events/gpuvf/enable", "1"));
}

static char *trace_off(void)
{
	char *trace;

	assert_ok(file_write(TRACING "events/gpuvf/enable", "0"));
	trace = file_read_all(TRACING "trace");
	assert_non_null(trace);
	assert_ok(file_write(TRACING "trace", ""));
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
	print_error("# no %s with \"%s\"\n", event, what);
	return false;
}

static void turns_and_commands_are_traced(void)
{
	char *trace;

	/* some GPUs have every VF that is enabled start */
	trace_on();
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	assert_eventually(gpu_truth_vf(gpu, 0, "slices") > 3);
	trace = trace_off();
	assert_true(has(trace, "gpuvf_switch", " vf=1 first=1"));
	assert_true(has(trace, "gpuvf_switch", " vf=1 first=0"));
	assert_true(has(trace, "gpuvf_turn", " vf=0 granted_ns="));
	assert_true(has(trace, "gpuvf_command", " vf=1 command=INIT ns="));
	assert_true(has(trace, "gpuvf_command", " vf=0 command=LOAD ns="));
	assert_true(has(trace, "gpuvf_command", " vf=0 command=RUN ns="));
	assert_true(has(trace, "gpuvf_command", " vf=0 command=IDLE ns="));
	assert_true(has(trace, "gpuvf_command", " vf=0 command=SAVE ns="));
	free(trace);
}

static void faults_and_resets_are_traced(void)
{
	uint64_t vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
	char *trace;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	trace_on();
	assert_ok(file_write(gpu_sim(gpu, "fail_command"), "1 error"));
	assert_eventually(gpu_truth(gpu, "gpu", "vf_resets") > vf_resets);
	assert_eventually(!gpu_vf_is(gpu, 0, "resetting"));
	trace = trace_off();
	/* -ECANCELED: the hardware would not do it */
	assert_true(has(trace, "gpuvf_command", " err=-125"));
	assert_true(has(trace, "gpuvf_reset", " vf=0 ns="));
	free(trace);
}

/* VMD's domains begin at 0x10000 */
static void domains_of_more_than_16_bits_are_traced(void)
{
	static const char * const events[] = {
		"gpuvf_switch", "gpuvf_turn", "gpuvf_command", "gpuvf_reset",
		"gpuvf_mbox",
	};
	char path[96], *format;
	unsigned int i;

	trace_on();
	for (i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), TRACING "events/gpuvf/%s/format",
			 events[i]);
		format = file_read_all(path);
		assert_non_null(format);
		if (!strstr(format, "field:int domain;"))
			print_message("# %s\n", format);
		assert_non_null(strstr(format, "field:int domain;"));
		free(format);
	}
	free(trace_off());
}

/* perf and ftrace show 15 characters of a name */
static void threads_of_two_gpus_can_be_told_apart(void)
{
	char name[2][64], path[64];
	unsigned int i;
	pid_t tid[2];

	fixture_load("total_vfs=2 fb_mib=4096 gpus=2");
	assert_int_equal(threads_find(tid, 2), 2);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/comm", tid[i]);
		assert_true(file_read(path, name[i], sizeof(name[i])) >= 0);
		assert_true(strlen(name[i]) <= 15);
		assert_true(strstr(name[i], fx.gpu[0].bdf) ||
			    strstr(name[i], fx.gpu[1].bdf));
	}
	assert_string_not_equal(name[0], name[1]);
}

static const struct test tests[] = {
	TEST(turns_and_commands_are_traced),
	TEST(faults_and_resets_are_traced),
	TEST(domains_of_more_than_16_bits_are_traced),
	TEST(threads_of_two_gpus_can_be_told_apart),
};

int main(void)
{
	return SUITE_RUN("trace", "total_vfs=2 fb_mib=4096", tests);
}
