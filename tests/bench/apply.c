// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent's apply costs, beside what the kernel needs for the same steps
 * and what the PCI core alone needs, and what the agent's daemon needs while
 * nothing happens. Runs as root, with the modules loaded and GPUs that no guest
 * uses; prints rows of a table.
 *
 *	apply agent AGENT BDF...	apply: VFs of all these GPUs from none to all
 *	apply kernel BDF...		the same layout and number of VFs, by hand
 *	apply core BDF...		the number of VFs alone; any driver has the GPU
 *	apply daemon AGENT BDF...	of an hour in which nothing happens
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "genl.h"

#define ROUNDS		5
#define MIB		1048576ULL
#define MAX_VFS		31
#define INI		"/bench.ini"
#define NS_PER_S	1000000000ULL
#define HOUR_S		3600

/* the service's */
#define WATCHDOG_US	"600000000"

static char **bdfs;
static unsigned int gpus;

/* wall and CPU of a round, in ns */
struct cost {
	uint64_t wall[ROUNDS];
	uint64_t cpu[ROUNDS];
};

/* of each VF */
struct layout {
	unsigned int quota_mib;
	unsigned int slice_us;
};

static const struct layout first = { 96, 4000 }, other = { 112, 5000 };

static uint64_t own_cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void row(const char *what, struct cost *cost)
{
	qsort(cost->wall, ROUNDS, sizeof(*cost->wall), by_size);
	qsort(cost->cpu, ROUNDS, sizeof(*cost->cpu), by_size);
	printf("%-46s %9.2f %9.2f %9.2f %9.2f\n", what,
	       cost->wall[ROUNDS / 2] / 1e6, cost->wall[ROUNDS - 1] / 1e6,
	       cost->cpu[ROUNDS / 2] / 1e6, cost->cpu[ROUNDS - 1] / 1e6);
}

static void set_num_vfs(const char *bdf, unsigned int num)
{
	char path[128], text[16];
	int fd, n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/sriov_numvfs",
		 bdf);
	n = snprintf(text, sizeof(text), "%u\n", num);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, n) != n)
		die(path);
	close(fd);
}

static void disable_all(void)
{
	unsigned int i;

	for (i = 0; i < gpus; i++)
		set_num_vfs(bdfs[i], 0);
}

static void settle_all(void)
{
	unsigned int i;

	for (i = 0; i < gpus; i++)
		gpu_settle(bdfs[i]);
}

static void write_ini(const struct layout *layout)
{
	FILE *f = fopen(INI, "we");

	if (!f)
		die(INI);
	fprintf(f,
		"[gpuvf]\nversion = 1\n"
		"[profile p]\nfb = %uMiB\ntime_slice = %uus\n"
		"[gpu all]\nmatch = *\nvf 0-%u = p\n",
		layout->quota_mib, layout->slice_us, MAX_VFS - 1);
	if (fclose(f))
		die(INI);
}

/* what it prints goes nowhere, its errors to ours */
static pid_t start(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	if (errno)
		die(argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* from its start to its end */
static void run_apply(char *agent, struct cost *cost, unsigned int round)
{
	char *const argv[] = { agent, "apply", "-f", INI, NULL };
	struct rusage usage;
	uint64_t begin = now();
	int status;

	if (wait4(start(argv), &status, 0, &usage) < 0)
		die("wait");
	cost->wall[round] = now() - begin;
	cost->cpu[round] = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
			   (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ULL;
	if (status) {
		fprintf(stderr, "apply ended with status %#x\n", status);
		exit(1);
	}
}

static void set_layout(const char *bdf, const struct layout *layout)
{
	static struct message msg;
	struct nlmsghdr *nlh = genl_begin(&msg, family, GPUVF_CMD_CONFIG_SET);
	unsigned int i;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, bdf);
	for (i = 0; i < MAX_VFS; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);

		mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, i);
		mnl_attr_put_u64(nlh, GPUVF_A_VF_FB_QUOTA,
				 layout->quota_mib * MIB);
		genl_put_time_slice(nlh, layout->slice_us);
		mnl_attr_nest_end(nlh, nest);
	}
	errno = -genl_call(&msg);
	if (errno)
		die("config-set");
}

/* no VFs, no framebuffer for them */
static void start_over(void)
{
	static const struct layout none = { 0, 6000 };
	unsigned int i;

	for (i = 0; i < gpus; i++) {
		set_num_vfs(bdfs[i], 0);
		set_layout(bdfs[i], &none);
	}
	settle_all();
}

static void measure_agent(char *agent)
{
	struct cost all, sizes, nothing;
	unsigned int i;

	/* the first one brings what it needs into memory, and does not count */
	write_ini(&first);
	run_apply(agent, &all, 0);
	for (i = 0; i < ROUNDS; i++) {
		start_over();
		write_ini(&first);
		run_apply(agent, &all, i);
		settle_all();
		write_ini(&other);
		run_apply(agent, &sizes, i);
		settle_all();
		run_apply(agent, &nothing, i);
	}
	row("apply: from nothing to all VFs", &all);
	row("apply: other sizes for all VFs", &sizes);
	row("apply: all is so already", &nothing);
}

static void measure_kernel(void)
{
	struct cost layout, enable;
	unsigned int i, n;

	for (i = 0; i < ROUNDS; i++) {
		uint64_t cpu[3], wall[3];

		start_over();
		cpu[0] = own_cpu();
		wall[0] = now();
		for (n = 0; n < gpus; n++)
			set_layout(bdfs[n], &first);
		cpu[1] = own_cpu();
		wall[1] = now();
		for (n = 0; n < gpus; n++)
			set_num_vfs(bdfs[n], MAX_VFS);
		wall[2] = now();
		cpu[2] = own_cpu();
		layout.wall[i] = wall[1] - wall[0];
		layout.cpu[i] = cpu[1] - cpu[0];
		enable.wall[i] = wall[2] - wall[1];
		enable.cpu[i] = cpu[2] - cpu[1];
	}
	row("by hand: config-set alone", &layout);
	row("by hand: sriov_numvfs, driver gpuvf", &enable);
}

static void measure_core(void)
{
	struct cost cost;
	unsigned int i, n;

	for (i = 0; i < ROUNDS; i++) {
		uint64_t cpu, wall;

		disable_all();
		cpu = own_cpu();
		wall = now();
		for (n = 0; n < gpus; n++)
			set_num_vfs(bdfs[n], MAX_VFS);
		cost.wall[i] = now() - wall;
		cost.cpu[i] = own_cpu() - cpu;
	}
	disable_all();
	row("by hand: sriov_numvfs, driver pci-pf-stub", &cost);
}

/* what is written behind a word in a file of a process */
static unsigned long long figure(pid_t pid, const char *name, const char *word)
{
	size_t length = strlen(word);
	unsigned long long value;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, word, length) &&
		    sscanf(&line[length], "%llu", &value) == 1) {
			fclose(f);
			return value;
		}
	fprintf(stderr, "%s: no %s\n", path, word);
	exit(1);
}

/* not that another process came in between, as ours does that listens */
static uint64_t wakeups(pid_t pid)
{
	return figure(pid, "status", "voluntary_ctxt_switches:");
}

/* what a service manager hears; the daemon's socket */
static int listen_as_manager(void)
{
	static const char path[] = "/bench.notify";
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		die(path);
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", WATCHDOG_US, 1);
	return fd;
}

/* Return: how many messages with a word came in so many seconds, or until @enough */
static unsigned int hear(int fd, const char *word, unsigned int seconds,
			 unsigned int enough)
{
	uint64_t end = now() + seconds * NS_PER_S;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	unsigned int heard = 0;
	char text[4096];
	ssize_t n;

	while (heard < enough && now() < end) {
		if (poll(&pollfd, 1, (end - now()) / 1000000 + 1) <= 0)
			continue;
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			die("recv");
		text[n] = '\0';
		heard += !!strstr(text, word);
	}
	return heard;
}

static void measure_daemon(char *agent)
{
	char *const argv[] = { agent, "daemon", "-f", INI, NULL };
	int fd = listen_as_manager();
	unsigned int heard;
	uint64_t cpu, woken;
	struct timespec ts;
	clockid_t clock;
	pid_t pid;

	write_ini(&first);
	pid = start(argv);
	if (!hear(fd, "READY=1", 300, 1)) {
		fprintf(stderr, "the daemon does not become ready\n");
		exit(1);
	}
	settle_all();
	/* what it still has to look at after the VFs came */
	hear(fd, "", 60, UINT32_MAX);

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		die("clock of the daemon");
	cpu = ts.tv_sec * NS_PER_S + ts.tv_nsec;
	woken = wakeups(pid);
	heard = hear(fd, "WATCHDOG=1", HOUR_S, UINT32_MAX);
	woken = wakeups(pid) - woken;
	clock_gettime(clock, &ts);
	cpu = ts.tv_sec * NS_PER_S + ts.tv_nsec - cpu;
	printf("%9llu %9u %9.2f %9llu %9llu %9llu\n",
	       (unsigned long long)woken, heard, cpu / 1e6,
	       figure(pid, "smaps_rollup", "Rss:"),
	       figure(pid, "smaps_rollup", "Private_Dirty:"),
	       figure(pid, "status", "VmHWM:"));
	if (kill(pid, SIGTERM) || waitpid(pid, NULL, 0) != pid)
		die("the end of the daemon");
}

static void open_family(void)
{
	struct message msg;

	genl_open();
	genl_lookup(&msg);
	if (genl_call(&msg) || !family) {
		fprintf(stderr, "no family %s\n", GPUVF_FAMILY_NAME);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	unsigned int used = 2;
	char *agent = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "agent") || !strcmp(what, "daemon"))
		agent = argv[used++];
	if (argc <= used) {
		fprintf(stderr, "usage: apply agent|daemon AGENT BDF...\n"
				"       apply kernel|core BDF...\n");
		return 2;
	}
	bdfs = &argv[used];
	gpus = argc - used;
	if (strcmp(what, "core"))
		open_family();
	if (!strcmp(what, "agent"))
		measure_agent(agent);
	else if (!strcmp(what, "daemon"))
		measure_daemon(agent);
	else if (!strcmp(what, "kernel"))
		measure_kernel();
	else
		measure_core();
	return 0;
}
