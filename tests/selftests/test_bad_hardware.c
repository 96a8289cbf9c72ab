// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware that shows nonsense, of each generation: it is refused at probe with a
 * message, or wedged; the driver ends what it begins, and tenants stay apart.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <hw/regs.h>

#include "selftest.h"
#include "hw.h"
#include "klog.h"
#include "load.h"

#define NUM		2
#define SIM(generation)	"generation=" generation " total_vfs=4 fb_mib=4096"
#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static const struct gpu *gpu = &fx.gpu[0];
static const uint32_t slice_us[NUM] = { 2000, 2000 };

FIXTURE_VARIANT(nonsense)
{
	const char *sim;
};

MODULES_FIXTURE(nonsense, variant->sim);

FIXTURE_VARIANT_ADD(nonsense, v3) {
	.sim = SIM("v3"),
};

FIXTURE_VARIANT_ADD(nonsense, mi200) {
	.sim = SIM("mi200"),
};

FIXTURE_VARIANT_ADD(nonsense, v1) {
	.sim = SIM("v1"),
};

static void driver_goes(void)
{
	nl_close(fx.nl);
	fx.nl = NULL;
	ASSERT_OK(module_unload("gpuvf"));
}

static void driver_comes(void)
{
	ASSERT_OK(module_load("gpuvf", ""));
	fx.nl = nl_open();
	ASSERT_OK(nl_family(fx.nl));
}

static bool is_bound(void)
{
	return file_exists(gpu_sysfs(gpu, "state"));
}

/* the driver does not take the GPU, and ends a line of the log so */
static void refused(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static void refused(const char *format, ...)
{
	char message[160];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	hw_is_refused(gpu, message);
}

/* where registers end, and the capability */
static unsigned int registers_end(const struct iov *iov)
{
	return iov->rev == GPUVF_IOV_VSEC_REV_V3 ? 0xb4 :
	       iov->rev == GPUVF_IOV_VSEC_REV_V1 ? 0x6c : 0x78;
}

TEST_F(nonsense, short_and_unknown_capabilities_are_refused)
{
	unsigned int cap = gpu_capability(gpu, GPUVF_IOV_VSEC_ID);
	unsigned int sim = gpu_capability(gpu, GPUVF_SIM_VSEC_ID);
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	driver_goes();
	hw_misread(gpu, cap + 4, 8 << 20, 0xfff00000);
	refused("GPU-IOV capability of 8 bytes, revision %u needs %u%s",
		iov.rev, registers_end(&iov),
		iov.less_one ? "" : " and a scheduler block");
	hw_misread(gpu, cap + 4, 7 << 16, 0x000f0000);
	refused("is of no known generation");
	hw_misread(gpu, cap + 4, ~0U, ~0U);
	refused("no GPU-IOV capability");
	hw_misread(gpu, sim + 4, 8 << 20, 0xfff00000);
	refused("SIM capability of 8 bytes, 156 are needed");
	driver_comes();
	ASSERT_TRUE(is_bound());
}

TEST_F(nonsense, totals_without_sense_are_refused)
{
	unsigned int most;
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	most = iov.less_one ? 65535 : 1048576;
	driver_goes();
	hw_misread(gpu, iov.fb, 0, ~0U);
	refused("0 MiB of framebuffer, of which 0 are consumed: 1 to %u are possible",
		most);
	hw_misread(gpu, iov.fb, 4097U << 16, 0xffff0000);
	refused("4096 MiB of framebuffer, of which 4097 are consumed: 1 to %u are possible",
		most);
	hw_misread(gpu, iov.fb, ~0U, ~0U);
	refused("TOTAL_FB_AVAILABLE at %#x reads as all ones", iov.fb);
	hw_misread(gpu, iov.fb, 1, ~0U);
	refused("context save area of 1 MiB does not fit in 1 MiB of framebuffer in units of 16 MiB");
	driver_comes();
	ASSERT_TRUE(is_bound());
}

/* before the end of the other registers, and behind that of the capability */
TEST_F(nonsense, scheduler_block_outside_is_refused)
{
	unsigned int where = gpu_capability(gpu, GPUVF_IOV_VSEC_ID) +
			     (GPUVF_IOV_SCH_OFFSET_GFX & ~3U);
	unsigned int shift = 8 * (GPUVF_IOV_SCH_OFFSET_GFX & 3);
	unsigned int i, length;
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	/* v1 has it at a fixed place */
	if (iov.rev == GPUVF_IOV_VSEC_REV_V1)
		return;
	length = iov.rev == GPUVF_IOV_VSEC_REV_V3 ? 0xe4 : 0xa4;
	driver_goes();
	for (i = 0; i < 0x100; i += 0x33) {
		hw_misread(gpu, where, i << shift, 0xff << shift);
		refused("GFX scheduler block at 0x%x of the GPU-IOV capability, which has room for it from %#x to %#x",
			i << 4, registers_end(&iov), length);
	}
	driver_comes();
	ASSERT_TRUE(is_bound());
}

TEST_F(nonsense, a_table_that_keeps_nothing_is_refused)
{
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	driver_goes();
	hw_misread(gpu, iov.table, 0x00100010, ~0U);
	refused("the framebuffer table does not retain what is written: -EUCLEAN");
	hw_misread(gpu, iov.cntxt, 0x400, ~0U);
	refused("the framebuffer table does not retain what is written: -EUCLEAN");
	driver_comes();
	ASSERT_TRUE(is_bound());
}

/* a total that is no whole number of units is no nonsense */
TEST_F(nonsense, totals_need_not_be_whole_units)
{
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	driver_goes();
	hw_misread(gpu, iov.fb, 4094, 0xffff);
	driver_comes();
	ASSERT_TRUE(is_bound());
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
	driver_goes();
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
	driver_comes();
}

static void garbage(unsigned int nth, unsigned int seed)
{
	char text[32];

	snprintf(text, sizeof(text), "%u %u sticky", nth, seed);
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), text));
}

static void no_garbage(void)
{
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), "0 0"));
}

/* whatever the driver made of it: no tenant reaches what is another's */
static void tenants_stay_apart(void)
{
	static const char *const keys[] = {
		"overlaps", "unscrubbed_starts", "leftover_reads",
		"foreign_writes", "stale_mailboxes", "leftover_mail",
		"leftover_registers",
	};
	unsigned int i;

	for (i = 0; i < COUNT(keys); i++) {
		if (gpu_truth(gpu, "gpu", keys[i]))
			report("%s", keys[i]);
		ASSERT_EQ(0, gpu_truth(gpu, "gpu", keys[i]));
	}
}

TEST_F(nonsense, garbage_from_any_read_of_a_probe_on)
{
	unsigned int n, seed, seeds = is_quick() ? 1 : 2;

	fixture_spoil();
	driver_goes();
	for (seed = 1; seed <= seeds; seed++) {
		for (n = 1; n < 150; n += 1 + n / 2) {
			garbage(n, seed * 1000 + n);
			ASSERT_OK(module_load("gpuvf", ""));
			if (is_bound()) {
				gpu_set_numvfs(gpu, NUM);
				gpu_set_numvfs(gpu, 0);
			}
			no_garbage();
			ASSERT_OK(module_unload("gpuvf"));
		}
	}
	tenants_stay_apart();
	driver_comes();
	ASSERT_TRUE(is_bound());
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
}

/* ready again, by itself or by hand */
static void recovers(void)
{
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "ready") ||
			  file_is(gpu_sysfs(gpu, "state"), "wedged"));
	if (!file_is(gpu_sysfs(gpu, "state"), "ready"))
		ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "ready"));
	ASSERT_OK(gpu_set_numvfs(gpu, 0));
}

TEST_F(nonsense, garbage_while_vfs_run)
{
	unsigned int seed, i, seeds = is_quick() ? 2 : 5;

	fixture_spoil();
	for (seed = 1; seed <= seeds; seed++) {
		load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
		for (i = 0; i < NUM; i++)
			load_busy(gpu, i, 100);
		garbage(seed, seed);
		pause_ms(10 * seed);
		no_garbage();
		recovers();
		tenants_stay_apart();
	}
}

/* all ones for a while, of the capabilities alone: configuration space is there */
TEST_F(nonsense, ones_while_vfs_run)
{
	unsigned int i, n;

	fixture_spoil();
	for (n = 1; n < 10; n += 3) {
		char text[32];

		load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
		for (i = 0; i < NUM; i++)
			load_busy(gpu, i, 100);
		snprintf(text, sizeof(text), "%u sticky", n);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_access"), text));
		pause_ms(5 * n);
		ASSERT_OK(file_write(gpu_sim(gpu, "fail_access"), "0"));
		recovers();
		tenants_stay_apart();
	}
}

/* EXECUTE reads as set for ever: neither a VF's reset nor the GPU's helps */
TEST_F(nonsense, a_status_that_never_changes_wedges)
{
	struct iov iov;

	ASSERT_TRUE(gpu_iov(gpu, &iov));
	fixture_spoil();
	load_enable(gpu, NUM, slice_us, GPUVF_POLICY_EQUAL);
	load_busy(gpu, 0, 100);
	hw_misread(gpu, iov.sch + GPUVF_SCH_CMD, GPUVF_SCH_CMD_EXECUTE,
		   GPUVF_SCH_CMD_EXECUTE);
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "state"), "wedged"));
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
	recovers();
	tenants_stay_apart();
}

TEST_HARNESS_MAIN
