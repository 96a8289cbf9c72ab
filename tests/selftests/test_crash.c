// SPDX-License-Identifier: GPL-2.0
/*
 * C30: the agent's apply is killed at every system call, in turn. The next start
 * ends in the old layout or in the new one, and says which; what it says is what
 * the GPU shows.
 *
 * A tracer stops apply at the entry of each of its system calls: killed there,
 * it has done everything before that call and nothing of it. The next start has
 * no configuration to go on with, so that what is seen is its recovery alone.
 *
 * Disabling VFs takes the PCI core a second each time. So where their number
 * changes, only each so many-th call is tried, unless GPUVF_CRASH_STEP=1.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

#define INTENT	"/var/lib/gpuvf/intent"
#define SAID	"/run/gpuvf-said"
#define CONFIG	"/run/gpuvf-test.ini"

/* calls before the intent is written change nothing: one of so many is enough */
#define EARLY_STEP	16

enum layout { LAYOUT_OLD, LAYOUT_NEW, LAYOUT_BETWEEN };

static char *layouts[2];

static void write_config(const char *what)
{
	char text[512];
	int fd;

	snprintf(text, sizeof(text),
		 "[gpuvf]\nversion = 1\n[profile a]\nfb = 1GiB\ntime_slice = 4ms\n"
		 "[profile b]\nfb = 2GiB\n[gpu g]\npci = %s\n%s",
		 fx.gpu[0].bdf, what);
	unlink(CONFIG);
	fd = open(CONFIG, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void exec_agent(const char *config, bool traced)
{
	const char *agent = getenv("GPUVF_AGENT");
	int fd;

	fd = open(SAID, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execl(agent, agent, "apply", "-f", config, NULL);
	_exit(127);
}

/* Return: the exit code */
static int apply(const char *config)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		exec_agent(config, false);
	assert_true(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Return: false when apply ended before it came to that system call */
static bool apply_killed_at(unsigned int call)
{
	unsigned int n = 0;
	bool entry = false;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		exec_agent(CONFIG, true);
	/* stopped behind exec */
	assert_true(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		assert_true(waitpid(pid, &status, 0) == pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		entry = !entry;
		if (entry && n++ == call)
			break;
	}
	kill(pid, SIGKILL);
	assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	return true;
}

/* what a configuration says; where in the framebuffer things are it does not */
static char *picture(void)
{
	static const char *const files[] = {
		"fb_quota", "time_slice_us", "preempt_timeout_us", "profile",
	};
	const struct gpu *gpu = &fx.gpu[0];
	char *text = NULL, buf[128];
	size_t size, k;
	unsigned int i;
	FILE *f;

	f = open_memstream(&text, &size);
	file_read(gpu_sysfs(gpu, "sched/policy"), buf, sizeof(buf));
	fprintf(f, "%u %s %llu\n", gpu_numvfs(gpu), buf,
		(unsigned long long)file_u64(gpu_sysfs(gpu, "fb/pf_reserve")));
	file_read(gpu_pci(gpu, "sriov_drivers_autoprobe"), buf, sizeof(buf));
	fprintf(f, "autoprobe %s\n", buf);
	for (i = 0; i < fx.total_vfs; i++) {
		for (k = 0; k < sizeof(files) / sizeof(*files); k++) {
			file_read(gpu_sysfs(gpu, "vf%u/%s", i, files[k]), buf,
				  sizeof(buf));
			fprintf(f, "vf%u %s %s\n", i, files[k], buf);
		}
		if (i >= gpu_numvfs(gpu))
			continue;
		file_read(gpu_pci(gpu, "virtfn%u/driver_override", i), buf,
			  sizeof(buf));
		fprintf(f, "vf%u override %s\n", i, buf);
	}
	fclose(f);
	return text;
}

static enum layout layout_now(void)
{
	char *now = picture();
	enum layout layout = LAYOUT_BETWEEN;

	if (!strcmp(now, layouts[LAYOUT_OLD]))
		layout = LAYOUT_OLD;
	else if (!strcmp(now, layouts[LAYOUT_NEW]))
		layout = LAYOUT_NEW;
	free(now);
	return layout;
}

static void to_layout(const char *what)
{
	write_config(what);
	if (apply(CONFIG)) {
		char *said = file_read_all(SAID);

		print_error("# %s\n", said);
		free(said);
		fail();
	}
	fixture_wait_clean(&fx.gpu[0]);
}

/* the next start; it is told what the GPU showed when apply was dead */
static void check_next_start(unsigned int call, enum layout dead)
{
	bool has_intent = file_exists(INTENT);
	enum layout ended;
	char *said;
	bool good;

	/* no configuration: it is said what was left, and then that */
	assert_int_equal(apply("/nonexistent.ini"), 2);
	fixture_wait_clean(&fx.gpu[0]);
	ended = layout_now();
	said = file_read_all(SAID);
	if (!has_intent)
		good = !strstr(said, "interrupted") && ended == dead &&
		       dead != LAYOUT_BETWEEN;
	else if (strstr(said, "it is in the old layout"))
		good = ended == LAYOUT_OLD && dead == LAYOUT_OLD;
	else if (strstr(said, "it is in the new layout"))
		good = ended == LAYOUT_NEW && dead == LAYOUT_NEW;
	else
		good = strstr(said, "is in the new layout now") &&
		       ended == LAYOUT_NEW;
	if (!good || file_exists(INTENT)) {
		print_error("# call %u: found %d, ended %d, intent %d\n# %s\n",
			    call, dead, ended, has_intent, said);
		fail();
	}
	free(said);
}

static unsigned int step_or(unsigned int usual)
{
	const char *step = getenv("GPUVF_CRASH_STEP");

	if (step)
		return strtoul(step, NULL, 10);
	return is_quick() ? 7 : usual;
}

static void kill_everywhere(const char *old, const char *new,
			    unsigned int step)
{
	unsigned int ends[3] = {}, call = 0, late = 0;
	bool recorded = false;

	to_layout(new);
	layouts[LAYOUT_NEW] = picture();
	to_layout(old);
	layouts[LAYOUT_OLD] = picture();
	for (;;) {
		enum layout dead;
		bool killed;

		write_config(new);
		killed = apply_killed_at(call);
		if (!killed)
			break;
		fixture_wait_clean(&fx.gpu[0]);
		dead = layout_now();
		/* go back to where the records began, now in single steps */
		if (!recorded && (file_exists(INTENT) ||
				  file_exists(INTENT ".new") ||
				  dead != LAYOUT_OLD)) {
			recorded = true;
			call = call > EARLY_STEP ? call - EARLY_STEP : 0;
		}
		ends[dead]++;
		late += recorded;
		check_next_start(call, dead);
		if (dead != LAYOUT_OLD)
			to_layout(old);
		call += recorded ? step : EARLY_STEP;
	}
	print_message("# killed at %u calls, %u of them while it was recorded: %u old, %u new, %u in between\n",
		      ends[0] + ends[1] + ends[2], late, ends[LAYOUT_OLD],
		      ends[LAYOUT_NEW], ends[LAYOUT_BETWEEN]);
	assert_true(ends[LAYOUT_OLD] && ends[LAYOUT_NEW] && late > 1);
	free(layouts[LAYOUT_OLD]);
	free(layouts[LAYOUT_NEW]);
	to_layout("vfs = 0\n");
	unlink(CONFIG);
	unlink(SAID);
}

/* one message to the kernel, and what is around it */
static void C30_killed_while_the_layout_changes(void)
{
	kill_everywhere("vf 0-1 = a\n", "vf 0 = b\nvf 1 = a\n", step_or(1));
}

/* VFs go, the layout changes, other VFs come, with a host driver */
static void C30_killed_while_the_number_of_vfs_changes(void)
{
	kill_everywhere("vf 0-1 = a\n",
			"vf 0-2 = b\ndriver 0 = none\npf_reserve = 512MiB\n",
			step_or(8));
}

int main(void)
{
	const struct test tests[] = {
		TEST(C30_killed_while_the_layout_changes),
		STOCK_TEST(C30_killed_while_the_number_of_vfs_changes),
	};

	return SUITE_RUN("crash", "total_vfs=4", tests);
}
