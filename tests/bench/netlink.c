// SPDX-License-Identifier: GPL-2.0
/*
 * What a change costs through netlink, beside a bare round trip of the same
 * machine and beside the same change by single writes to sysfs. Runs as root
 * with the modules loaded and one unused GPU; prints a table.
 *
 *	netlink BDF [DEVLINK-COMMANDS]
 *
 * With a file of devlink commands, also what "devlink -b" takes for them.
 */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "genl.h"

#define ROUNDS		101
#define MIB		1048576ULL
#define MAX_VFS		31

static const char *bdf;
static uint64_t bare;

enum what { QUOTAS, SLICES };

/* one of two values, so that every round changes something */
static uint64_t value(enum what what, unsigned int round)
{
	if (what == QUOTAS)
		return round & 1 ? 256 * MIB : 272 * MIB;
	return round & 1 ? 5000 : 6000;
}

static void change_message(struct message *msg, enum what what,
			   unsigned int num, unsigned int round, int dry)
{
	struct nlmsghdr *nlh = genl_begin(msg, family, GPUVF_CMD_CONFIG_SET);
	unsigned int i;

	mnl_attr_put_strz(nlh, GPUVF_A_PF_BDF, bdf);
	if (dry)
		mnl_attr_put(nlh, GPUVF_A_PF_DRY_RUN, 0, NULL);
	for (i = 0; i < num; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, GPUVF_A_PF_VF);

		mnl_attr_put_u32(nlh, GPUVF_A_VF_INDEX, i);
		if (what == QUOTAS)
			mnl_attr_put_u64(nlh, GPUVF_A_VF_FB_QUOTA,
					 value(what, round));
		else
			genl_put_time_slice(nlh, value(what, round));
		mnl_attr_nest_end(nlh, nest);
	}
}

static void sysfs_write(enum what what, unsigned int vf, unsigned int round)
{
	char name[32], text[32];
	int fd, n;

	snprintf(name, sizeof(name), "vf%u/%s", vf,
		 what == QUOTAS ? "fb_quota" : "time_slice_us");
	n = snprintf(text, sizeof(text), "%llu\n",
		     (unsigned long long)value(what, round));
	fd = gpu_file(bdf, name, O_WRONLY);
	if (write(fd, text, n) != n)
		die(name);
	close(fd);
}

static void row(const char *what, unsigned int num, uint64_t *ns,
		unsigned int rounds)
{
	char label[64];

	qsort(ns, rounds, sizeof(*ns), by_size);
	if (!bare)
		bare = ns[rounds / 2];
	snprintf(label, sizeof(label), what, num);
	printf("%-46s %9.1f %9.1f %8.1f\n", label, ns[rounds / 2] / 1000.0,
	       ns[rounds * 99 / 100] / 1000.0, (double)ns[rounds / 2] / bare);
}

static void measure_lookup(void)
{
	struct message msg;
	uint64_t ns[ROUNDS];
	unsigned int i;

	genl_lookup(&msg);
	if (genl_call(&msg) || !family) {
		fprintf(stderr, "no family %s\n", GPUVF_FAMILY_NAME);
		exit(1);
	}
	for (i = 0; i < ROUNDS; i++) {
		uint64_t begin_ns = now();

		genl_call(&msg);
		ns[i] = now() - begin_ns;
	}
	row("bare round trip: family lookup", 0, ns, ROUNDS);
}

static void measure_netlink(const char *label, enum what what,
			    unsigned int num, int dry)
{
	static struct message msg;
	uint64_t ns[ROUNDS];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		uint64_t begin_ns;
		int err;

		change_message(&msg, what, num, i, dry);
		begin_ns = now();
		err = genl_call(&msg);
		ns[i] = now() - begin_ns;
		if (err) {
			errno = -err;
			die(label);
		}
		gpu_settle(bdf);
	}
	row(label, num, ns, ROUNDS);
}

static void measure_sysfs(const char *label, enum what what, unsigned int num)
{
	uint64_t ns[ROUNDS];
	unsigned int i, vf;

	for (i = 0; i < ROUNDS; i++) {
		uint64_t begin_ns = now();

		for (vf = 0; vf < num; vf++)
			sysfs_write(what, vf, i);
		ns[i] = now() - begin_ns;
		gpu_settle(bdf);
	}
	row(label, num, ns, ROUNDS);
}

/* what a process has used of the only CPU */
static uint64_t cpu_ns(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		die("clock of devlink");
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* read a file of commands */
static size_t read_commands(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size);

	if (n <= 0)
		die(file);
	close(fd);
	return n;
}

/*
 * One devlink takes the commands from a pipe, again and again, and sleeps in
 * between, so that what it takes to start is not in it. In virtual time, with
 * one CPU, what it used is the time that passed.
 */
static void measure_devlink(const char *file, unsigned int num)
{
	char *const argv[] = { "devlink", "-b", "-", NULL };
	posix_spawn_file_actions_t actions;
	static char text[65536];
	uint64_t ns[21], before;
	unsigned int i;
	size_t size;
	int fds[2], status;
	pid_t pid;

	size = read_commands(file, text, sizeof(text));
	if (pipe2(fds, O_CLOEXEC))
		die("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[0], 0);
	if (posix_spawnp(&pid, "devlink", &actions, NULL, argv, environ))
		die("devlink");
	/* the first ones bring what it needs into memory */
	for (i = 0; i < 24; i++) {
		before = cpu_ns(pid);
		if (write(fds[1], text, size) != (ssize_t)size)
			die("devlink");
		sleep(2);
		if (i >= 3)
			ns[i - 3] = cpu_ns(pid) - before;
	}
	close(fds[1]);
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "devlink -b failed\n");
		exit(1);
	}
	row("devlink -b, %u rate sets, without its start", num, ns, 21);
}

int main(int argc, char **argv)
{
	static const unsigned int nums[] = { 1, 16, MAX_VFS };
	unsigned int i;

	if (argc < 2) {
		fprintf(stderr, "usage: netlink BDF [DEVLINK-COMMANDS]\n");
		return 2;
	}
	bdf = argv[1];
	genl_open();
	printf("%-46s %9s %9s %8s\n", "", "p50 us", "p99 us", "x bare");
	measure_lookup();
	for (i = 0; i < 3; i++)
		measure_netlink("dry run, quotas of %u VFs", QUOTAS, nums[i], 1);
	for (i = 0; i < 3; i++)
		measure_netlink("config-set, slices of %u VFs", SLICES, nums[i],
				0);
	for (i = 0; i < 3; i++)
		measure_sysfs("sysfs, slices of %u VFs", SLICES, nums[i]);
	for (i = 0; i < 3; i++)
		measure_netlink("config-set, quotas of %u VFs, with hardware",
				QUOTAS, nums[i], 0);
	for (i = 0; i < 3; i++)
		measure_sysfs("sysfs, quotas of %u VFs, with hardware", QUOTAS,
			      nums[i]);
	if (argc > 2)
		measure_devlink(argv[2], MAX_VFS);
	return 0;
}
