// SPDX-License-Identifier: GPL-2.0
/*
 * A child carries out apply, below a tracer, and is killed; what stands for the driver
 * lives in memory that both have. Between two configurations it goes there and back:
 * killed on its way, recovered, and then the way is gone to its end.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "crash.h"
#include "pci/attr.h"
#include "pci/sysfs.h"
#include "selftests/lib/recovery.h"
#include "selftests/lib/syscalls.h"
#include "verb_test.h"

#define DEVICE	"sys/bus/pci/devices/%s/"

/**
 * struct shared - what a child leaves to its parent
 * @in_driver: it is in the middle of what a kernel would do
 * @state: of the driver, after the last write
 */
struct shared {
	bool in_driver;
	unsigned char state[];
};

/**
 * struct side - one of two layouts
 * @config: what asks for it
 * @picture: what there is then
 * @call: where apply is killed next, on its way to the other one
 * @is_done: it has been killed everywhere
 */
struct side {
	const char *config;
	char *picture;
	unsigned int call;
	bool is_done;
};

static const struct crash *crash;
static struct shared *shared;

/** driver_begin() - what comes until driver_end() is done by a kernel */
void driver_begin(void)
{
	if (!shared)
		return;
	/* a call to be killed at: nothing of the write is done */
	syscall(SYS_sched_yield);
	shared->in_driver = true;
}

/** driver_end() - the write to a file of the driver is over */
void driver_end(void)
{
	if (!shared)
		return;
	if (crash->size)
		memcpy(shared->state, crash->state, crash->size);
	shared->in_driver = false;
}

static void write_config(const char *text)
{
	char *path = root_path("etc/gpuvf.ini");

	unlink(path);
	write_text(path, text);
	free(path);
}

static void print_vfs(FILE *f)
{
	char vf[BDF_SIZE], driver[NAME_SIZE], override[NAME_SIZE];
	u32 i;

	for (i = 0; !sysfs_vf_bdf(crash->bdf, i, vf, sizeof(vf)); i++) {
		sysfs_driver(vf, driver, sizeof(driver));
		root_line(override, sizeof(override), DEVICE "driver_override", vf);
		fprintf(f, "vf%u override %s driver %s\n", i, override, driver);
	}
}

static char *take_picture(void)
{
	static const char *const files[] = { "sriov_numvfs", "sriov_drivers_autoprobe" };
	char *text = NULL, line[NAME_SIZE];
	size_t size, i;
	FILE *f;

	f = open_memstream(&text, &size);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		root_line(line, sizeof(line), DEVICE "%s", crash->bdf, files[i]);
		fprintf(f, "%s %s\n", files[i], line);
	}
	print_vfs(f);
	if (crash->picture)
		crash->picture(f);
	fclose(f);
	return text;
}

static enum found look(const struct side *old, const struct side *new)
{
	char *now = take_picture();
	enum found found = find_picture(now, old->picture, new->picture);

	free(now);
	return found;
}

static void apply(const struct side *side)
{
	write_config(side->config);
	says("apply", EXIT_DONE, "");
	if (crash->check)
		crash->check();
}

static _Noreturn void carry_out(void)
{
	char *argv[] = { "apply", NULL };

	/* what fails here is for the parent to say */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	be_quiet();
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(run_verb(find_verb("apply"), 1, argv));
}

/* the child's children go on with what they were asked for, and then end */
static void wait_for_the_rest(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(errno, ECHILD);
}

static void share(void)
{
	shared = mmap(NULL, sizeof(*shared) + crash->size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	if (crash->size)
		memcpy(shared->state, crash->state, crash->size);
}

static void unshare_state(void)
{
	if (crash->size)
		memcpy(crash->state, shared->state, crash->size);
	munmap(shared, sizeof(*shared) + crash->size);
	shared = NULL;
}

/*
 * A child of the agent's that waits for what it is to read or write leaves nothing either
 * (agent/pci/attr.c), and what it is sent begins with whether it is to write.
 */
static bool is_tried(pid_t pid, const struct __ptrace_syscall_info *info)
{
	if (all_are_tried())
		return true;
	switch (info->entry.nr) {
	case SYS_clone:
	case SYS_close_range:
	case SYS_socketpair:
	case SYS_wait4:
		return false;
	case SYS_sendto:
		return ptrace(PTRACE_PEEKDATA, pid, info->entry.args[1], NULL) & 0xff;
	}
	return may_leave_something(info);
}

/* Return: false when apply ended before it came to that call */
static bool apply_killed_at(unsigned int call)
{
	struct __ptrace_syscall_info info;
	bool killed = false;
	int ret = 0, code;
	pid_t pid;

	/* those of before have nothing to do */
	attr_end();
	share();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		carry_out();
	assert_true(begin_tracing(pid));
	while (!killed && (ret = next_call(pid, &info, &code)) > 0)
		if (!shared->in_driver && is_tried(pid, &info) && !call--)
			killed = kill_traced(pid);
	assert_true(killed || !ret);
	if (!killed)
		assert_int_equal(code, EXIT_DONE);
	wait_for_the_rest();
	unshare_state();
	return killed;
}

/* without a configuration to go on with: what is seen is the recovery alone */
static void next_start(const struct side *old, const struct side *new,
		       enum found dead)
{
	bool has_intent = root_has("run/gpuvf/intent");
	char said[4000];
	enum found ended;
	int code;

	code = run("apply -f /nonexistent.ini", said, sizeof(said));
	assert_int_equal(code, EXIT_USAGE);
	ended = look(old, new);
	if (!is_recovered(said, has_intent, dead, ended) ||
	    root_has("run/gpuvf/intent")) {
		char *now = take_picture();

		print_error("killed at call %u: found %d, ended %d, intent %d\n%s\nis:\n%s\nold:\n%s\nnew:\n%s",
			    old->call, dead, ended, has_intent, said, now,
			    old->picture, new->picture);
		free(now);
		fail();
	}
	if (crash->check)
		crash->check();
}

/**
 * crash_everywhere() - kill apply at every call, from one layout to another and back
 * @what: the GPU, which has any layout
 * @first: a configuration
 * @second: another one, in which something differs
 */
void crash_everywhere(const struct crash *what, const char *first,
		      const char *second)
{
	struct side sides[2] = { { .config = first }, { .config = second } };
	unsigned int seen[3] = {}, kills = 0, at = 0;

	crash = what;
	/* so that what a child has left behind is waited for */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	apply(&sides[1]);
	sides[1].picture = take_picture();
	apply(&sides[0]);
	sides[0].picture = take_picture();
	assert_string_not_equal(sides[0].picture, sides[1].picture);
	while (!sides[0].is_done || !sides[1].is_done) {
		struct side *old = &sides[at], *new = &sides[!at];

		write_config(new->config);
		if (!old->is_done && apply_killed_at(old->call)) {
			enum found dead = look(old, new);

			seen[dead]++;
			kills++;
			next_start(old, new, dead);
			old->call++;
		} else {
			old->is_done = true;
		}
		apply(new);
		assert_int_equal(look(old, new), FOUND_NEW);
		at = !at;
	}
	printf("# apply killed at %u calls: %u times it was as before, %u complete, %u in between\n",
	       kills, seen[FOUND_OLD], seen[FOUND_NEW], seen[FOUND_BETWEEN]);
	assert_true(seen[FOUND_OLD] && seen[FOUND_NEW]);
	free(sides[0].picture);
	free(sides[1].picture);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}
