// SPDX-License-Identifier: GPL-2.0
/*
 * C30: the agent's apply is killed at every system call, in turn. The next start
 * ends in the old layout or in the new one, and says which; what it says is what
 * the GPU shows.
 *
 * Which of them leave something, and are tried, is in lib/syscalls.h;
 * GPUVF_CRASH_ALL=1 tries each.
 *
 * C23: where the tracer stops the agent at the request for a layout, another program
 * can change the GPU just before.
 *
 * The next start has no configuration to go on with, so that what is seen is its
 * recovery alone. Disabling VFs takes the PCI core a second each time. So nothing
 * goes back: from whichever of two layouts the GPU is in, the other is applied.
 * What comes before the first record is on disk is the same on the way back: it
 * is tried on the way there alone.
 */
#include <linux/genetlink.h>
#include <linux/gpuvf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "agent.h"
#include "recovery.h"
#include "selftest.h"
#include "syscalls.h"

#define INTENT		"/run/gpuvf/intent"
#define STUB		"/sys/bus/pci/drivers/pci-stub"

static const struct gpu *gpu = &fx.gpu[0];

/**
 * struct layout - one of the two
 * @config: what asks for it
 * @picture: what the GPU shows then
 * @call: where apply is killed next, on its way to the other layout
 * @is_done: it has been killed everywhere
 */
struct layout {
	const char *config;
	char *picture;
	unsigned int call;
	bool is_done;
};

/* Return: the family's command in the message at @address of the process; 0: none */
static unsigned int command_at(pid_t pid, uintptr_t address)
{
	union {
		struct {
			struct nlmsghdr nlh;
			struct genlmsghdr genl;
		};
		long words[3];
	} head;
	size_t i;

	for (i = 0; i < sizeof(head.words) / sizeof(long); i++)
		head.words[i] = ptrace(PTRACE_PEEKDATA, pid,
				       address + i * sizeof(long), NULL);
	return head.nlh.nlmsg_type == GENL_ID_CTRL ? 0 : head.genl.cmd;
}

static bool only_asks(unsigned int command)
{
	switch (command) {
	case 0:
	case GPUVF_CMD_PF_GET:
	case GPUVF_CMD_VF_GET:
	case GPUVF_CMD_STATS_GET:
		return true;
	}
	return false;
}

static bool is_tried(pid_t pid, const struct __ptrace_syscall_info *info)
{
	if (info->entry.nr == SYS_sendto && !all_are_tried())
		return !only_asks(command_at(pid, info->entry.args[1]));
	return may_leave_something(info);
}

static pid_t start_traced(const char *verb)
{
	const char *const args[] = { verb, "-f", AGENT_CONFIG, NULL };
	pid_t pid = agent_start(true, args);

	/* stopped behind exec */
	ASSERT_TRUE(begin_tracing(pid));
	return pid;
}

/* Return: false when apply ended before it came to that call */
static bool apply_killed_at(unsigned int call)
{
	struct __ptrace_syscall_info info;
	pid_t pid = start_traced("apply");
	int ret, code = 0;

	do {
		ret = next_call(pid, &info, &code);
		ASSERT_LE(0, ret);
		if (!ret) {
			ASSERT_EQ(0, code);
			return false;
		}
	} while (!is_tried(pid, &info) || call--);
	ASSERT_TRUE(kill_traced(pid));
	return true;
}

static void print_vf(FILE *f, unsigned int vf)
{
	static const char *const files[] = {
		"fb_quota", "time_slice_us", "preempt_timeout_us", "profile",
	};
	char buf[128], link[256];
	ssize_t len;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		file_read(gpu_sysfs(gpu, "vf%u/%s", vf, files[i]), buf,
			  sizeof(buf));
		fprintf(f, "vf%u %s %s\n", vf, files[i], buf);
	}
	if (vf >= gpu_numvfs(gpu))
		return;
	file_read(gpu_pci(gpu, "virtfn%u/driver_override", vf), buf,
		  sizeof(buf));
	len = readlink(gpu_pci(gpu, "virtfn%u/driver", vf), link, sizeof(link));
	fprintf(f, "vf%u override %s driver %.*s\n", vf, buf,
		len > 0 ? (int)len : 0, link);
}

/* what a configuration says; where in the framebuffer things are it does not */
static char *picture(void)
{
	char *text = NULL, buf[128];
	unsigned int i;
	size_t size;
	FILE *f;

	f = open_memstream(&text, &size);
	file_read(gpu_sysfs(gpu, "sched/policy"), buf, sizeof(buf));
	fprintf(f, "%u %s %llu\n", gpu_numvfs(gpu), buf,
		(unsigned long long)file_u64(gpu_sysfs(gpu, "fb/pf_reserve")));
	file_read(gpu_pci(gpu, "sriov_drivers_autoprobe"), buf, sizeof(buf));
	fprintf(f, "autoprobe %s\n", buf);
	for (i = 0; i < fx.total_vfs; i++)
		print_vf(f, i);
	fclose(f);
	return text;
}

static enum found look(const struct layout *old, const struct layout *new)
{
	char *now = picture();
	enum found found = find_picture(now, old->picture, new->picture);

	free(now);
	return found;
}

/* this one is not killed */
static void apply(const char *what)
{
	static const char *const args[] = { "apply", "-f", AGENT_CONFIG, NULL };
	int code;

	agent_write_config(gpu, what);
	code = agent_end(agent_start(false, args));
	if (code) {
		char *said = agent_said();

		report("exit code %d: %s\n", code, said);
		free(said);
		test_abort();
	}
}

/* Return: where the GPU is after the next start; @dead: before it */
static enum found next_start(const struct layout *old, const struct layout *new,
			     enum found dead)
{
	static const char *const args[] = {
		"apply", "-f", "/nonexistent.ini", NULL
	};
	bool has_intent = file_exists(INTENT);
	enum found ended;
	char *said;

	/* no configuration: it is said what was left, and then that */
	ASSERT_EQ(2, agent_end(agent_start(false, args)));
	ended = look(old, new);
	said = agent_said();
	if (!is_recovered(said, has_intent, dead, ended) ||
	    file_exists(INTENT)) {
		char *now = picture();

		report("call %u: found %d, ended %d, intent %d\n# %s\n# %s\n",
		       old->call, dead, ended, has_intent, said, now);
		free(now);
		test_abort();
	}
	free(said);
	return ended;
}

static void kill_everywhere(const char *first, const char *second)
{
	struct layout layouts[2] = {
		{ .config = first }, { .config = second },
	};
	unsigned int seen[3] = {}, kills = 0, at = 0;
	bool recorded = all_are_tried();

	apply(second);
	layouts[1].picture = picture();
	apply(first);
	layouts[0].picture = picture();
	while (!layouts[0].is_done || !layouts[1].is_done) {
		struct layout *old = &layouts[at], *new = &layouts[!at];
		enum found dead;

		agent_write_config(gpu, new->config);
		if (!old->is_done && apply_killed_at(old->call)) {
			recorded |= file_exists(INTENT);
			if (!recorded)
				layouts[1].call = old->call + 1;
			dead = look(old, new);
			seen[dead]++;
			kills++;
			if (next_start(old, new, dead) == FOUND_NEW)
				at = !at;
			old->call++;
			continue;
		}
		/* in peace, so that the rest of the way back gets its turn */
		if (old->is_done)
			apply(new->config);
		old->is_done = true;
		ASSERT_EQ(FOUND_NEW, look(old, new));
		at = !at;
	}
	report("killed at %u calls there, at %u there and back: %u old, %u new, %u in between\n",
	       layouts[0].call, kills, seen[FOUND_OLD], seen[FOUND_NEW],
	       seen[FOUND_BETWEEN]);
	ASSERT_TRUE(seen[FOUND_OLD] && seen[FOUND_NEW]);
	free(layouts[0].picture);
	free(layouts[1].picture);
	apply("vfs = 0\n");
}

/*
 * The agent, and another program that takes VF 0 away step by step, with the last step
 * all of it: before each of the first requests for a layout.
 *
 * Return: the agent's exit code; @sent: so many requests were sent
 */
static int run_disturbed(const char *verb, unsigned int times, unsigned int *sent)
{
	struct __ptrace_syscall_info info;
	pid_t pid = start_traced(verb);
	int code = -1;

	*sent = 0;
	while (next_call(pid, &info, &code) > 0) {
		if (info.entry.nr != SYS_sendto ||
		    command_at(pid, info.entry.args[1]) != GPUVF_CMD_CONFIG_SET)
			continue;
		if ((*sent)++ < times)
			ASSERT_OK(file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu",
					      (times - *sent) * 16 * MIB));
	}
	return code;
}

/* after a fourth request that was stale it gives up, and nothing is changed */
static void check_disturbed(const char *verb, unsigned int times)
{
	int code = times < 4 ? 0 : 1;
	unsigned int sent;
	int ended = run_disturbed(verb, times, &sent);
	char *said = agent_said();
	bool gave_up = strstr(said, "keeps changing: another program sets it");

	if (ended != code || sent != 4 || gave_up != !!code || file_exists(INTENT)) {
		report("%s, disturbed %u times: exit code %d, %u sent: %s\n", verb,
		       times, ended, sent, said);
		test_abort();
	}
	free(said);
}

static void clean_up(void)
{
	if (file_exists(STUB))
		file_printf(STUB "/remove_id", "%x %x", GPUVF_SIM_VENDOR_ID,
			    GPUVF_SIM_DEVICE_ID_VF);
	agent_forget();
}

MODULES_FIXTURE(crash, "total_vfs=4");

/* one message to the kernel, and what is around it */
TEST_F(crash, C30_killed_while_the_layout_changes)
{
	fixture_on_end(clean_up);
	kill_everywhere("vf 0-1 = a\n", "vf 0 = b\nvf 1 = a\n");
}

/*
 * VFs go, the layout changes, other VFs come. There is a driver that takes each
 * VF which nothing keeps from it.
 */
TEST_F(crash, C30_killed_while_the_number_of_vfs_changes)
{
	fixture_on_end(clean_up);
	/* part of some kernels */
	ASSERT_TRUE(!system("modprobe -q pci-stub") || file_exists(STUB));
	ASSERT_OK(file_printf(STUB "/new_id", "%x %x", GPUVF_SIM_VENDOR_ID,
			      GPUVF_SIM_DEVICE_ID_VF));
	kill_everywhere("pf_reserve = 256MiB\nvf 0-1 = a\ndriver 0 = default\n",
			"pf_reserve = 512MiB\nvf 0-2 = b\ndriver 0 = none\n");
}

MODULES_FIXTURE(stale, "gpus=2 total_vfs=4");

/*
 * VF 0 grows, and VF 1 has to make room. When VF 0 is nowhere any more, it need not: so
 * the layout that is sent in the end was planned for the GPU as it is then.
 */
TEST_F(stale, C23_apply_plans_again_four_times_at_most)
{
	static const char first[] = "vf 0-1 = a\n", second[] = "vf 0 = b\nvf 1 = a\n";
	char *vf0 = strdup(gpu_sysfs(gpu, "vf0/fb_quota"));
	char *vf1 = strdup(gpu_sysfs(gpu, "vf1/fb_offset"));
	uint64_t other = file_u64(gpu_sysfs(&fx.gpu[1], "revision"));
	uint64_t place;

	fixture_on_end(clean_up);
	apply(first);
	place = file_u64(vf1);
	apply(second);
	ASSERT_NE(place, file_u64(vf1));
	apply("vfs = 0\n");
	apply(first);
	ASSERT_EQ(place, file_u64(vf1));

	agent_write_config(gpu, second);
	check_disturbed("plan", 3);
	check_disturbed("plan", 4);
	check_disturbed("apply", 4);
	ASSERT_EQ(0, file_u64(vf0));
	ASSERT_EQ(place, file_u64(vf1));

	/* what is planned at first moves it again */
	apply(first);
	agent_write_config(gpu, second);
	check_disturbed("apply", 3);
	ASSERT_EQ(2 * GIB, file_u64(vf0));
	ASSERT_EQ(place, file_u64(vf1));
	apply("vfs = 0\n");
	ASSERT_EQ(other, file_u64(gpu_sysfs(&fx.gpu[1], "revision")));
	free(vf0);
	free(vf1);
}

TEST_HARNESS_MAIN
