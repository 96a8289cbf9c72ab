// SPDX-License-Identifier: GPL-2.0
/*
 * C20: everything that can fail on the way does so in turn: each command that
 * the hardware is given, each clearing, and each allocation. Whatever failed,
 * the state is as it was, or comes back; and then it works.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>
#include "selftest.h"
#include "load.h"

#define NUM 2
#define SIM "total_vfs=4 fb_mib=4096 scrub_us_per_unit=100"

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 3000, 3000 };

static uint64_t injected(void)
{
	return gpu_truth(gpu, "gpu", "injected");
}

static void all_busy(void)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		load_busy(gpu, i, 100);
}

/* the nth command from now on, in one of the ways in which commands fail */
static void arm(unsigned int n)
{
	static const char *const failures[] = {
		"error", "hang_status", "hang_scrub", "hang_silent",
	};

	ASSERT_OK(file_printf(gpu_sim(gpu, "fail_command"), "%u %s", n,
			      failures[n % 4]));
}

/* Return: it had its effect */
static bool disarm(uint64_t before)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_command"), "0"));
	return injected() > before;
}

/* a reset of the PF makes everything as good as new */
static void recover(void)
{
	unsigned int i;

	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
	for (i = 0; i < NUM; i++) {
		ASSERT_FALSE(gpu_vf_is(gpu, i, "failed"));
	}
}

static bool any_vf_is(const char *state)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		if (gpu_vf_is(gpu, i, state))
			return true;
	return false;
}

MODULES_FIXTURE(each_failure, SIM);

/* the first start of a VF and the turns that follow, to the second one's */
TEST_F(each_failure, C20_every_command_of_turns)
{
	struct table table, now;
	unsigned int n, i;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fixture_table(gpu, &table);
	for (n = 1; n <= 10; n++) {
		uint64_t vf_resets = gpu_truth(gpu, "gpu", "vf_resets");
		uint64_t resets = gpu_truth(gpu, "gpu", "resets");
		uint64_t before = injected();

		arm(n);
		for (i = 0; i < NUM; i++)
			gpu_guest(gpu, i, "busy 100");
		/* its VF is reset alone, and the GPU not at all */
		ASSERT_EVENTUALLY(gpu_truth(gpu, "gpu", "vf_resets") ==
				  vf_resets + 1);
		ASSERT_TRUE(disarm(before));
		ASSERT_EVENTUALLY(!any_vf_is("resetting"));
		ASSERT_EQ(resets, gpu_truth(gpu, "gpu", "resets"));
		ASSERT_TRUE(file_is(gpu_sysfs(gpu, "state"), "ready"));
		recover();
		fixture_table(gpu, &now);
		ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
	}
	all_busy();
}

static void all_work(void)
{
	if (!gpu_numvfs(gpu))
		load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	all_busy();
}

static void disable(void)
{
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	ASSERT_EQ(0, gpu_numvfs(gpu));
}

static void remove_and_rescan(void)
{
	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "state")));
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "state")));
	ASSERT_EQ(0, gpu_numvfs(gpu));
}

/* what is done while a command fails */
FIXTURE_VARIANT(each_command)
{
	void (*act)(void);
};

MODULES_FIXTURE(each_command, SIM);

FIXTURE_VARIANT_ADD(each_command, of_disabling) {
	.act = disable,
};

FIXTURE_VARIANT_ADD(each_command, of_a_pf_reset) {
	.act = recover,
};

FIXTURE_VARIANT_ADD(each_command, of_removal) {
	.act = remove_and_rescan,
};

/* what is armed may not be needed: then it is over */
TEST_F(each_command, C20_each_command_fails)
{
	bool hit = true;
	unsigned int n;

	for (n = 1; hit && n < 100; n++) {
		uint64_t before;

		all_work();
		before = injected();
		arm(n);
		variant->act();
		hit = disarm(before);
		if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
			recover();
		fixture_wait_clean(gpu);
	}
	ASSERT_FALSE(hit);
	all_work();
}

TEST_F(each_failure, C20_every_clearing_of_a_change_of_tenant)
{
	unsigned int n, i, failed;
	bool hit = true;

	for (n = 1; hit && n < 100; n++) {
		uint64_t quarantined;

		/* memory is quarantined for good: only a reload helps */
		fixture_spoil();
		fixture_load(SIM);
		load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
		all_busy();
		ASSERT_OK(file_printf(gpu_sim(gpu, "fail_scrub"), "%u", n));
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		fixture_wait_clean(gpu);
		hit = file_is(gpu_sim(gpu, "fail_scrub"), "0");
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_scrub"), "0"));
		quarantined = file_u64(gpu_sysfs(gpu, "fb/quarantined"));
		load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
		for (i = failed = 0; i < NUM; i++) {
			if (quarantined && gpu_vf_is(gpu, i, "failed"))
				failed++;
			else
				load_busy(gpu, i, 100);
		}
		ASSERT_EQ(!!quarantined, failed);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
	}
	ASSERT_FALSE(hit);
	ASSERT_LT(2, n);
}

/*
 * Allocations that fail: the nth of the calling thread, on kernels that can
 * inject that.
 */
static const char fail_nth[] = "/proc/thread-self/fail-nth";

/* where a kernel function is: it begins at @begin, the next one at @end */
static void find_function(const char *name, uint64_t *begin, uint64_t *end)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	char line[512], symbol[256];
	unsigned long long address;
	char type;

	ASSERT_NE(NULL, symbols);
	*begin = 0;
	*end = UINT64_MAX;
	while (fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%llx %c %255s", &address, &type, symbol) ==
		    3 && !strcmp(symbol, name))
			*begin = address;
	rewind(symbols);
	while (fgets(line, sizeof(line), symbols)) {
		address = strtoull(line, NULL, 16);
		if (address > *begin && address < *end)
			*end = address;
	}
	fclose(symbols);
	ASSERT_NE(0, *begin);
}

/*
 * What a function of the kernel allocates that does not survive it itself does
 * not fail: pci_enable_sriov() does not, and when an interrupt has no file in
 * /proc, the kernel warns that it cannot be removed.
 */
static void memory_may_fail_but_in(const char *function)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc" };
	static const char dir[] = "/sys/kernel/debug";
	uint64_t begin, end;
	char path[128];
	unsigned int i;

	find_function(function, &begin, &end);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s/ignore-gfp-wait", dir,
			 kinds[i]);
		ASSERT_OK(file_write(path, "N"));
		snprintf(path, sizeof(path), "%s/%s/verbose", dir, kinds[i]);
		ASSERT_OK(file_write(path, "0"));
		snprintf(path, sizeof(path), "%s/%s/reject-start", dir,
			 kinds[i]);
		ASSERT_OK(file_printf(path, "%llu", (unsigned long long)begin));
		snprintf(path, sizeof(path), "%s/%s/reject-end", dir, kinds[i]);
		ASSERT_OK(file_printf(path, "%llu", (unsigned long long)end));
	}
}

/* Return: whether there was an nth allocation */
static bool with_nth_failing(unsigned int n, int (*act)(unsigned int n),
			     int *err)
{
	char text[16];
	ssize_t len;
	int fd;

	fd = open(fail_nth, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	len = snprintf(text, sizeof(text), "%u", n);
	ASSERT_EQ(len, pwrite(fd, text, len, 0));
	*err = act(n);
	len = pread(fd, text, sizeof(text) - 1, 0);
	/* what is left over may be met by these calls themselves */
	if (pwrite(fd, "0", 1, 0) != 1) {
		ASSERT_EQ(1, pwrite(fd, "0", 1, 0));
	}
	close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	return !atoi(text);
}

static int change_by_sysfs(unsigned int n)
{
	return file_printf(gpu_sysfs(gpu, "vf0/fb_quota"), "%llu",
			   (1 + n) * UNIT);
}

static int change_by_netlink(unsigned int n)
{
	struct nl_request req;
	struct nl_answer answer;

	nl_config_set(fx.nl, &req, gpu);
	nl_put_vf(&req, 1, (1 + n) * UNIT, 5000 + n);
	return nl_call(fx.nl, &req, &answer);
}

static int enable_one_vf(unsigned int n)
{
	(void)n;
	return gpu_set_numvfs(gpu, 1);
}

/* the answer may have been lost on its way: was the change made wholly? */
static bool is_made_all_the_same(unsigned int n, int (*act)(unsigned int n),
				 int err)
{
	return act == change_by_netlink &&
	       (err == -ENOBUFS || err == -EFAULT) &&
	       file_u64(gpu_sysfs(gpu, "vf1/fb_quota")) == (1 + n) * UNIT &&
	       file_u64(gpu_sysfs(gpu, "vf1/time_slice_us")) == 5000 + n;
}

static const char *memory_missing(void)
{
	return file_exists(fail_nth) ? NULL :
	       "allocations cannot be made to fail in this kernel";
}

#define MEMORY_FIXTURE(name)						\
	__MODULES_FIXTURE(name, SIM, fixture_missing() ?: memory_missing())

/* a change while an allocation fails */
FIXTURE_VARIANT(each_allocation)
{
	int (*change)(unsigned int n);
};

MEMORY_FIXTURE(each_allocation);

FIXTURE_VARIANT_ADD(each_allocation, of_a_sysfs_change) {
	.change = change_by_sysfs,
};

FIXTURE_VARIANT_ADD(each_allocation, of_a_netlink_change) {
	.change = change_by_netlink,
};

TEST_F(each_allocation, C20_each_allocation_fails)
{
	unsigned int n, failed = 0;
	char *before, *after;
	bool injected = true;
	int err;

	memory_may_fail_but_in("pci_enable_sriov");
	for (n = 1; injected && n < 1000; n++) {
		fixture_wait_clean(gpu);
		before = fixture_snapshot(gpu);
		injected = with_nth_failing(n, variant->change, &err);
		fixture_wait_clean(gpu);
		after = fixture_snapshot(gpu);
		if (err && !is_made_all_the_same(n, variant->change, err))
			ASSERT_SAME(after, before);
		failed += !!err;
		free(before);
		free(after);
	}
	/* the last time nothing failed any more */
	ASSERT_FALSE(injected);
	ASSERT_OK(err);
	ASSERT_LT(0, failed);
}

MEMORY_FIXTURE(each_failure_memory);

TEST_F(each_failure_memory, C17_every_allocation_of_enabling)
{
	unsigned int n, failed = 0;
	bool injected = true;
	char *before, *after;
	int err;

	memory_may_fail_but_in("pci_enable_sriov");
	before = fixture_snapshot(gpu);
	for (n = 1; injected && n < 1000; n++) {
		injected = with_nth_failing(n, enable_one_vf, &err);
		failed += !!err;
		if (!err)
			ASSERT_OK(gpu_set_numvfs(gpu, 0));
		ASSERT_EQ(0, gpu_numvfs(gpu));
		fixture_wait_clean(gpu);
		after = fixture_snapshot(gpu);
		ASSERT_SAME(after, before);
		free(after);
	}
	free(before);
	ASSERT_FALSE(injected);
	ASSERT_LT(0, failed);
}

/*
 * gpuvf cannot be unbound. But a GPU that is found again goes to pci-stub, which
 * is built into the kernels where allocations fail, and which can.
 */
static void take_from_gpuvf(void)
{
	static const char stub[] = "/sys/bus/pci/drivers/pci-stub";
	char path[64], id[16];

	snprintf(id, sizeof(id), "%04x %04x", GPUVF_SIM_VENDOR_ID,
		 GPUVF_SIM_DEVICE_ID_PF);
	snprintf(path, sizeof(path), "%s/new_id", stub);
	ASSERT_OK(file_write(path, id));
	ASSERT_OK(file_write(gpu_pci(gpu, "remove"), "1"));
	ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
	snprintf(path, sizeof(path), "%s/remove_id", stub);
	ASSERT_OK(file_write(path, id));
	snprintf(path, sizeof(path), "%s/unbind", stub);
	ASSERT_OK(file_write(path, gpu->bdf));
	ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "state")));
}

static int probe(unsigned int n)
{
	(void)n;
	return file_write("/sys/bus/pci/drivers_probe", gpu->bdf);
}

/* a driver that was refused its interrupt polls, and does not report the capability */
static void leave_out_interrupt(char *snapshot)
{
	static const char name[] = " interrupt";
	char *at = strstr(snapshot, name);

	if (at)
		memmove(at, at + strlen(name), strlen(at + strlen(name)) + 1);
}

/* of this process, each allocation of 64 KiB and more that has to be contiguous */
static void large_pages_fail(bool fail)
{
	static const char *const settings[][3] = {
		{ "ignore-gfp-wait", "N", "Y" }, { "verbose", "0", "2" },
		{ "min-order", "4", "1" }, { "task-filter", "Y", "N" },
		{ "times", "-1", "1" }, { "probability", "100", "0" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		char path[128];

		snprintf(path, sizeof(path),
			 "/sys/kernel/debug/fail_page_alloc/%s", settings[i][0]);
		ASSERT_OK(file_write(path, settings[i][fail ? 1 : 2]));
	}
	ASSERT_OK(file_write("/proc/self/make-it-fail", fail ? "1" : "0"));
}

/* memory of a host that has been up for long is in small pieces */
TEST_F(each_failure_memory, probe_needs_no_large_pages)
{
	int err;

	take_from_gpuvf();
	large_pages_fail(true);
	err = probe(0);
	large_pages_fail(false);
	ASSERT_OK(err);
	ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "state")));
	fixture_wait_clean(gpu);
	all_work();
}

TEST_F(each_failure_memory, C20_every_allocation_of_a_probe)
{
	unsigned int n, failed = 0;
	bool injected = true;
	char *before, *after;
	int err;

	memory_may_fail_but_in("register_irq_proc");
	before = fixture_snapshot(gpu);
	leave_out_interrupt(before);
	take_from_gpuvf();
	for (n = 1; injected && n < 1000; n++) {
		/* work is queued as soon as the interrupt is on */
		ASSERT_OK(file_write(gpu_sim(gpu, "plant"), "mail"));
		injected = with_nth_failing(n, probe, &err);
		if (!file_exists(gpu_sysfs(gpu, "state"))) {
			failed++;
			ASSERT_TRUE(injected);
			continue;
		}
		/* it did without */
		fixture_wait_clean(gpu);
		after = fixture_snapshot(gpu);
		leave_out_interrupt(after);
		ASSERT_SAME(after, before);
		free(after);
		if (injected)
			take_from_gpuvf();
	}
	free(before);
	ASSERT_FALSE(injected);
	ASSERT_LT(0, failed);
	all_work();
}

static int reset_pf(unsigned int n)
{
	(void)n;
	return file_write(gpu_pci(gpu, "reset"), "1");
}

TEST_F(each_failure_memory, C20_every_allocation_of_a_pf_reset)
{
	unsigned int n;
	bool injected = true;
	struct table table, now;
	int err;

	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	fixture_table(gpu, &table);
	memory_may_fail_but_in("pci_enable_sriov");
	for (n = 1; injected && n < 1000; n++) {
		injected = with_nth_failing(n, reset_pf, &err);
		if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
			recover();
		fixture_table(gpu, &now);
		ASSERT_EQ(0, memcmp(&table, &now, sizeof(now)));
	}
	ASSERT_FALSE(injected);
	ASSERT_OK(err);
	all_busy();
}

static int remove_pf(unsigned int n)
{
	(void)n;
	return file_write(gpu_pci(gpu, "remove"), "1");
}

TEST_F(each_failure_memory, C20_every_allocation_of_removal)
{
	unsigned int n;
	bool injected = true;
	int err;

	/* where the driver core has no memory to undo a device link, it warns */
	memory_may_fail_but_in("devlink_remove_symlinks");
	for (n = 1; injected && n < 1000; n++) {
		ASSERT_OK(gpu_set_numvfs(gpu, 1));
		injected = with_nth_failing(n, remove_pf, &err);
		if (file_exists(gpu_pci(gpu, "remove"))) {
			/* not even begun: the file itself had no memory */
			ASSERT_TRUE(injected && err);
			ASSERT_OK(gpu_set_numvfs(gpu, 0));
			continue;
		}
		ASSERT_FALSE(file_exists(gpu_sysfs(gpu, "state")));
		ASSERT_OK(file_write("/sys/bus/pci/rescan", "1"));
		ASSERT_TRUE(file_exists(gpu_sysfs(gpu, "state")));
	}
	ASSERT_FALSE(injected);
	all_work();
}

TEST_HARNESS_MAIN
