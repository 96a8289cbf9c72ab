// SPDX-License-Identifier: GPL-2.0
/*
 * Races that need something to come within a few instructions: one side is held up
 * there. On two CPUs, in real time.
 */

#include <errno.h>
#include <fcntl.h>
#include <hw/regs.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "hw.h"
#include "load.h"
#include "module.h"
#include "thread.h"
#include "uevent.h"
#include "window.h"

#define SIM "total_vfs=4 fb_mib=4096"

static const struct gpu *gpu = &fx.gpu[0];

MODULES_FIXTURE(windows, SIM);

/* what is held up goes on by itself after this, as where a lock keeps the other side out */
#define WINDOW_MS	3000

/**
 * struct other - the other side of a race
 * @thread: that it runs on
 * @run: what it does; 0, or a negative errno
 * @err: what came of it
 * @done: it is over
 */
struct other {
	pthread_t thread;
	int (*run)(void);
	int err;
	atomic_bool done;
};

static void *other_run(void *arg)
{
	struct other *other = arg;

	other->err = other->run();
	atomic_store(&other->done, true);
	return NULL;
}

static void other_start(struct other *other, int (*run)(void))
{
	other->run = run;
	atomic_init(&other->done, false);
	ASSERT_EQ(0, pthread_create(&other->thread, NULL, other_run, other));
}

static void other_end(struct other *other)
{
	ASSERT_EQ(0, pthread_join(other->thread, NULL));
	ASSERT_OK(other->err);
}

static void end_race(void)
{
	window_close();
}

static int remove_gpu(void)
{
	return file_write(gpu_pci(gpu, "remove"), "1");
}

/* the notification is sent from the same CPU, which does nothing else when it is held up */
static int wedge_gpu(void)
{
	int err;

	if (!thread_stay_on(0, 1))
		return -errno;
	err = file_write(gpu_sysfs(gpu, "vf0/fb_quota"), "1073741824");
	return err == -EIO ? 0 : err ? err : -EPROTO;
}

/*
 * The notification that the GPU is wedged is held up where it is about to send the
 * uevent, and the GPU is removed meanwhile.
 */
TEST_F(windows, no_uevent_follows_that_of_the_removal)
{
	int fd = uevent_open();
	struct uevent event = { .size = 0 };
	struct other wedging, removal;
	bool changed = false, last;

	ASSERT_LE(0, fd);
	fixture_on_end(end_race);
	ASSERT_OK(window_at("kobject_uevent_env %u from=[gpuvf]", WINDOW_MS));
	ASSERT_TRUE(thread_stay_on(0, 0));
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "1"));
	other_start(&wedging, wedge_gpu);
	ASSERT_EVENTUALLY(window_is_open());
	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	other_start(&removal, remove_gpu);
	do {
		if (uevent_next(fd, &event, 10))
			changed |= uevent_has(&event, "ACTION=change");
	} while (window_is_open() && !uevent_has(&event, "ACTION=remove"));
	window_go();
	other_end(&wedging);
	other_end(&removal);
	while (!uevent_has(&event, "ACTION=remove")) {
		ASSERT_TRUE(uevent_next(fd, &event, PATIENCE_MS));
		changed |= uevent_has(&event, "ACTION=change");
	}
	last = !uevent_next(fd, &event, 100);
	close(fd);
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	ASSERT_TRUE(changed);
	ASSERT_TRUE(last);
}

/* the file of the driver: how long each of the last commands took */
static void check_commands_end_after_they_begin(void)
{
	char path[128], *text, *rest, *line;
	unsigned long long took;

	snprintf(path, sizeof(path), "/sys/kernel/debug/gpuvf/%s/commands",
		 gpu->bdf);
	text = file_read_all(path);
	ASSERT_NE(NULL, text);
	rest = text;
	while ((line = strsep(&rest, "\n")) && *line) {
		ASSERT_EQ(1, sscanf(line, "%*u VF %*u %*s %llu", &took));
		ASSERT_GT(10000000000, took);
	}
	free(text);
}

static atomic_bool over;

/* whatever looks at the GPU brings the interrupts for what has happened to its CPU */
static int look_at_the_gpu(void)
{
	if (!thread_stay_on(0, 0))
		return -errno;
	while (!atomic_load(&over))
		gpu_truth(gpu, "gpu", "commands");
	return 0;
}

/* the scheduler thread looks at the engine at each change */
static void wake_the_scheduler(void)
{
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/pause"), "1"));
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/resume"), "1"));
}

/*
 * The interrupt for the end of a command has taken its time stamp on one CPU and is
 * held up before it has the lock. The scheduler thread sees that end on the other CPU
 * and issues the next command, which is done too when the interrupt goes on.
 */
TEST_F(windows, no_command_ends_before_it_begins)
{
	static const uint32_t slice_us[] = { 1000, 1000, 1000 };
	unsigned int i, n;
	struct other look;
	pid_t tid[8];

	load_enable(gpu, 3, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	fixture_on_end(end_race);
	n = threads_find(tid, 8);
	ASSERT_EQ(fx.num_gpus, n);
	for (i = 0; i < n; i++) {
		ASSERT_TRUE(thread_stay_on(tid[i], 1));
	}
	ASSERT_TRUE(thread_stay_on(0, 1));
	atomic_store(&over, false);
	other_start(&look, look_at_the_gpu);
	for (i = 0; i < 20; i++) {
		/* where it is this CPU that is held up, nothing comes of it */
		ASSERT_OK(window_at("gpuvf_switch_interrupt 200"));
		ASSERT_EVENTUALLY(window_was_opened());
		wake_the_scheduler();
		pause_ms(2);
		window_go();
		while (window_is_open())
			pause_ms(1);
	}
	atomic_store(&over, true);
	other_end(&look);
	check_commands_end_after_they_begin();
}

/*
 * What is done while the window is open. A CPU that is held up does nothing else, so
 * that there is a watcher on each; one of them does it, and lets the other go on.
 */
static int (*in_window)(void);
static atomic_bool window_is_used;

static int watch_on(int cpu)
{
	uint64_t end = now_ms() + PATIENCE_MS;
	int err = 0;

	if (!thread_stay_on(0, cpu))
		return -errno;
	while (!atomic_load(&window_is_used)) {
		if (now_ms() > end)
			return -ETIME;
		if (window_is_open() &&
		    !atomic_exchange(&window_is_used, true)) {
			err = in_window();
			window_go();
		}
		sched_yield();
	}
	return err;
}

static int watch_on_first_cpu(void)
{
	return watch_on(0);
}

static int watch_on_second_cpu(void)
{
	return watch_on(1);
}

static void watch_begin(struct other *watch, int (*what)(void))
{
	in_window = what;
	atomic_store(&window_is_used, false);
	other_start(&watch[0], watch_on_first_cpu);
	other_start(&watch[1], watch_on_second_cpu);
}

static void watch_end(struct other *watch)
{
	other_end(&watch[0]);
	other_end(&watch[1]);
	while (window_is_open())
		pause_ms(1);
}

/* as the PCI core does after a fatal error, but its drivers hear nothing of it */
static int reset_the_bus(void)
{
	const uint16_t on = PCI_BRIDGE_CTL_BUS_RESET, off = 0;
	int port = open(gpu_pci(gpu, "../config"), O_WRONLY);

	if (port < 0)
		return -errno;
	if (pwrite(port, &on, sizeof(on), PCI_BRIDGE_CONTROL) != sizeof(on) ||
	    pwrite(port, &off, sizeof(off), PCI_BRIDGE_CONTROL) != sizeof(off)) {
		close(port);
		return -EIO;
	}
	close(port);
	return 0;
}

static int reset_gpu(void)
{
	if (!thread_stay_on(0, 1))
		return -errno;
	return file_write(gpu_pci(gpu, "reset"), "1");
}

/* the GPU is as it was before, after a reset that was asked for */
static void check_comes_back(void)
{
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
}

/*
 * A VF was reset, and the driver is about to look what registers that took with it.
 * The bus is reset now, which takes all of them: those that one VF needs must not come
 * back alone.
 */
TEST_F(windows, reset_of_the_bus_is_not_taken_for_that_of_a_vf)
{
	static const uint32_t slice_us[] = { 1000, 1000 };
	struct other watch[2];

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	load_busy(gpu, 0, 100);
	fixture_on_end(end_race);
	ASSERT_OK(window_at("gpuvf:gpuvf_table_verify_vf_locked %u", WINDOW_MS));
	watch_begin(watch, reset_the_bus);
	/* the PCI core would wait a minute for a VF that is not there */
	hw_flr(gpu, 0);
	watch_end(watch);
	/* what was held up does its work */
	pause_ms(200);
	ASSERT_EQ(0, hw_context(gpu));
	ASSERT_OK(reset_gpu());
	check_comes_back();
}

/* what is held up is on the other one; the threads that schedule are not */
static void stay_on_first_cpu(void)
{
	pid_t tid[8];
	unsigned int i, n = threads_find(tid, 8);

	ASSERT_EQ(fx.num_gpus, n);
	fixture_on_end(end_race);
	for (i = 0; i < n; i++) {
		ASSERT_TRUE(thread_stay_on(tid[i], 0));
	}
	ASSERT_TRUE(thread_stay_on(0, 0));
}

/*
 * The bus was reset, and the GPU is about to be. VFs are enabled again already, without
 * framebuffer: a guest that gets work now does not run.
 */
TEST_F(windows, no_vf_runs_between_resets_of_the_bus_and_the_gpu)
{
	static const uint32_t slice_us[] = { 1000, 1000 };
	struct other reset;
	uint64_t slices;

	/* no interrupts are lost where none are expected */
	fixture_load("msi=0 " SIM);
	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fixture_wait_clean(gpu);
	stay_on_first_cpu();
	ASSERT_OK(window_at("gpuvf:gpuvf_reset_notify_all %u", WINDOW_MS));
	ASSERT_OK(reset_the_bus());
	other_start(&reset, reset_gpu);
	ASSERT_EVENTUALLY(window_is_open());
	slices = gpu_truth_vf(gpu, 1, "slices");
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100"));
	pause_ms(200);
	ASSERT_EQ(slices, gpu_truth_vf(gpu, 1, "slices"));
	window_go();
	other_end(&reset);
	check_comes_back();
}

/* a guest asks for a reset of its VF while that of the GPU has begun, which does for both */
TEST_F(windows, C34_guest_resets_itself_while_the_gpu_is_reset)
{
	static const uint32_t slice_us[] = { 1000, 1000 };
	uint64_t resets, vf_resets;
	struct other reset;

	load_enable(gpu, 2, slice_us, GPUVF_POLICY_BEST_EFFORT);
	ASSERT_OK(gpu_guest(gpu, 1, "busy 100 boot=1000 patient"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 1, "driver", "work"));
	resets = gpu_truth(gpu, "gpu", "resets");
	vf_resets = file_u64(gpu_sysfs(gpu, "vf1/stats/resets"));
	stay_on_first_cpu();
	ASSERT_OK(window_at("gpuvf:gpuvf_reset_notify_all %u", WINDOW_MS));
	other_start(&reset, reset_gpu);
	ASSERT_EVENTUALLY(window_is_open());
	ASSERT_OK(gpu_guest(gpu, 1, "reset"));
	ASSERT_EVENTUALLY(gpu_vf_is(gpu, 1, "resetting"));
	window_go();
	other_end(&reset);
	ASSERT_EVENTUALLY(!gpu_vf_is(gpu, 1, "resetting"));
	ASSERT_EQ(resets + 1, gpu_truth(gpu, "gpu", "resets"));
	ASSERT_EQ(vf_resets + 1, file_u64(gpu_sysfs(gpu, "vf1/stats/resets")));
	check_comes_back();
}

/* where in pf_release() the PF has been counted out, as +OFFSET; "": not known */
static void find_counted_out(char *offset, size_t size)
{
	static const char command[] =
		"objdump -d --no-show-raw-insn --disassemble=pf_release \"$GPUVF_MODULES/gpuvf.ko\" |"
		" sed -n 's/.*lock xadd .*(%rip).*<pf_release\\(+0x[0-9a-f]*\\)>$/\\1/p'";
	FILE *found = popen(command, "r");

	ASSERT_NE(NULL, found);
	if (!fgets(offset, size, found))
		offset[0] = '\0';
	offset[strcspn(offset, "\n")] = '\0';
	pclose(found);
}

/* the task that releases the GPU */
static atomic_int releasing;

static int preempt_the_release(void)
{
	atomic_store(&releasing, window_task());
	return thread_stall(window_task()) ? 0 : -EPERM;
}

static int unload(void)
{
	return module_unload("gpuvf");
}

/*
 * A kernel that delays the release of kobjects lets a task of its own release the PF.
 * It has counted the PF out when it is preempted, and is still in the module's text:
 * the module may not be unloaded yet. (Elsewhere the task that unbinds the GPU
 * releases it, and the driver core waits for that task.)
 */
TEST_F(windows, module_stays_for_the_task_that_releases_a_gpu)
{
	struct other unloading, watch[2];
	char offset[32];
	uint64_t end;
	bool early;

	if (!on_debug_kernel())
		SKIP(return, "no delayed release of kobjects in this kernel");
	find_counted_out(offset, sizeof(offset));
	ASSERT_TRUE(*offset);
	fixture_on_end(end_race);
	ASSERT_OK(window_at("gpuvf:pf_release%s 8000", offset));
	watch_begin(watch, preempt_the_release);
	ASSERT_OK(remove_gpu());
	watch_end(watch);
	/* whatever else the kernel has to release is not to come behind that task */
	ASSERT_TRUE(thread_stay_on(0, !window_cpu()));
	other_start(&unloading, unload);
	for (end = now_ms() + 10000; now_ms() < end; )
		sched_yield();
	early = atomic_load(&unloading.done);
	/* if it is early, the task has no text to go on in */
	ASSERT_FALSE(early);
	ASSERT_TRUE(thread_go_on(atomic_load(&releasing)));
	other_end(&unloading);
	window_close();
	fixture_unload();
	fixture_load(SIM);
}

TEST_HARNESS_MAIN
