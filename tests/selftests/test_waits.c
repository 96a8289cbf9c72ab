// SPDX-License-Identifier: GPL-2.0
/*
 * Waits in the driver: each is woken by what it waits for, and a request that
 * waits can be killed.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "thread.h"

static const struct gpu *gpu = &fx.gpu[0];

/* the VF was not taken off the engine in time */
#define GIVEN_UP	"resetting it anyway"

/**
 * struct writer - a thread that writes one file
 * @thread: the thread
 * @path: the file
 * @err: what came of it
 * @done: it has come back
 */
struct writer {
	pthread_t thread;
	char path[128];
	int err;
	atomic_bool done;
};

static void *write_one(void *arg)
{
	struct writer *writer = arg;

	writer->err = file_write(writer->path, "1");
	atomic_store(&writer->done, true);
	return NULL;
}

static void writer_start(struct writer *writer, const char *path)
{
	snprintf(writer->path, sizeof(writer->path), "%s", path);
	atomic_init(&writer->done, false);
	ASSERT_EQ(0, pthread_create(&writer->thread, NULL, write_one, writer));
}

/* ten times as long as a reset may wait here; not PATIENCE_MS, in which this fails */
static bool writer_ends(struct writer *writer)
{
	unsigned int i;

	for (i = 0; i < 200 && !atomic_load(&writer->done); i++)
		pause_ms(100);
	return atomic_load(&writer->done);
}

MODULES_FIXTURE(waits, "total_vfs=4 fb_mib=4096");

/*
 * Policy fixed: VF 0 has nothing to run and its slice passes with the engine
 * empty, VF 1 is paused. The reset of VF 0 waits for the end of that slice, and
 * the scheduler thread runs after the waiter has begun to wait.
 */
TEST_F(waits, reset_in_an_idle_slice_is_woken)
{
	static const uint32_t slice_us[] = { 500000, 1000 };
	struct writer reset;
	bool done;
	int log;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_FIXED);
	load_busy(gpu, 1, 100);
	log = klog_open();
	ASSERT_LE(0, log);
	ASSERT_TRUE(threads_make_idle(-1));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "state", "save"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/pause"), "1"));
	writer_start(&reset, gpu_sysfs(gpu, "vf0/reset"));
	done = writer_ends(&reset);
	/* where it was not woken this ends the wait, and the test goes on */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf1/resume"), "1"));
	ASSERT_EQ(0, pthread_join(reset.thread, NULL));
	ASSERT_TRUE(done);
	ASSERT_OK(reset.err);
	ASSERT_FALSE(klog_has(log, GIVEN_UP));
	close(log);
}

/*
 * The scheduler thread does not run, and so the VF is not taken off the engine: its
 * reset goes on all the same, after the time that taking it off may need.
 */
TEST_F(waits, reset_does_not_wait_for_a_scheduler_that_stands_still)
{
	static const uint32_t slice_us[] = { 5000 };
	struct writer reset;
	uint64_t resets;
	bool done;
	int log;

	load_enable(gpu, 1, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 0, "state", "run"));
	resets = gpu_truth(gpu, "gpu", "vf_resets");
	log = klog_open();
	ASSERT_LE(0, log);
	fixture_on_end(threads_go_on);
	ASSERT_TRUE(threads_stall());
	/* wakes it, to no other effect */
	ASSERT_OK(file_write(gpu_sysfs(gpu, "sched/policy"), "fixed"));
	pause_ms(100);
	ASSERT_TRUE(gpu_truth_vf_is(gpu, 0, "state", "run"));
	writer_start(&reset, gpu_sysfs(gpu, "vf0/reset"));
	done = writer_ends(&reset);
	threads_go_on();
	ASSERT_EQ(0, pthread_join(reset.thread, NULL));
	ASSERT_TRUE(done);
	ASSERT_OK(reset.err);
	ASSERT_TRUE(klog_has(log, GIVEN_UP));
	close(log);
	ASSERT_EQ(resets + 1, gpu_truth(gpu, "gpu", "vf_resets"));
	/* and then it is scrubbed, and may start again */
	load_busy(gpu, 0, 100);
}

static void write_slice(const struct gpu *of)
{
	_exit(file_write(gpu_sysfs(of, "vf0/time_slice_us"), "9000") ? 1 : 0);
}

static void set_slice(const struct gpu *of)
{
	struct nl *nl = nl_open();
	struct nl_request req;
	struct nl_answer answer;

	if (nl_family(nl))
		_exit(2);
	nl_config_set(nl, &req, of);
	nl_put_vf(&req, 0, 256 * MIB, 9000);
	_exit(nl_call(nl, &req, &answer) ? 1 : 0);
}

static pid_t request_start(void (*make)(const struct gpu *of))
{
	pid_t pid = fork();

	if (!pid)
		make(gpu);
	ASSERT_LT(0, pid);
	return pid;
}

static bool is_asleep(pid_t pid)
{
	char path[32];
	char *stat;
	bool yes;

	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	stat = file_read_all(path);
	yes = stat && *stat && *stat != '0';
	free(stat);
	return yes;
}

/*
 * A reset of a GPU that does not answer takes the PCI core a minute. Requests
 * wait for its end, and one that is killed meanwhile goes and has done nothing.
 */
TEST_F(waits, request_that_waits_for_a_reset_can_be_killed)
{
	void (*const makes[])(const struct gpu *of) = {
		write_slice, set_slice,
	};
	uint64_t slice = file_u64(gpu_sysfs(gpu, "vf0/time_slice_us"));
	struct writer reset;
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; i < 2; i++) {
		ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
		writer_start(&reset, gpu_pci(gpu, "reset"));
		/* until the driver has heard of the reset */
		pause_ms(200);
		pid = request_start(makes[i]);
		ASSERT_EVENTUALLY(is_asleep(pid));
		pause_ms(200);
		ASSERT_FALSE(atomic_load(&reset.done));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
		ASSERT_FALSE(atomic_load(&reset.done));
		ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
		ASSERT_EQ(0, pthread_join(reset.thread, NULL));
		ASSERT_EQ(slice, file_u64(gpu_sysfs(gpu, "vf0/time_slice_us")));
		ASSERT_OK(file_write(gpu_sysfs(gpu, "reset"), "1"));
		ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	}
}

TEST_HARNESS_MAIN
