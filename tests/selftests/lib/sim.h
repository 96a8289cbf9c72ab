/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For test programs of the simulated GPU without gpuvf, and once in each: the fixture
 * "sim", and what tests count.
 */
#ifndef SELFTEST_SIM_H
#define SELFTEST_SIM_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hw/regs.h>

#include "selftest.h"
#include "hw.h"

#define UNUSED		__attribute__((unused))

/* a program may have others */
#ifndef PARAMETERS
#define PARAMETERS	"total_vfs=4 fb_mib=4096 scrub_us_per_unit=1 " \
			"init_us=100 oneshot=1"
#endif
#define US		1000ULL

#define NUM		3

static struct gpu the_gpu;
static const struct gpu *gpu = &the_gpu;

/* what was true at the start of the test */
static struct truth before;

static void UNUSED load(const char *parameters)
{
	ASSERT_OK(hw_unload(&the_gpu));
	ASSERT_OK(hw_load(&the_gpu, parameters));
	ASSERT_OK(gpu_set_numvfs(gpu, NUM));
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

/* no fault and no setting of the last test is left */
static void UNUSED disarm(void)
{
	static const char *const faults[] = {
		"fail_command", "fail_scrub", "lose_interrupt", "lose_message",
		"fail_flr", "fail_reset", "gaps", "lateness",
		"fail_access", "lose_power", "skip_scrub",
	};
	unsigned int i;

	ASSERT_OK(file_write(gpu_sim(gpu, "config_dead"), "0"));
	ASSERT_OK(file_write(gpu_sim(gpu, "misread"), "none"));
	ASSERT_OK(file_write(gpu_sim(gpu, "garbage"), "0 0"));
	ASSERT_OK(file_write(gpu_sim(gpu, "fail_enable"), "-1"));
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		ASSERT_OK(file_write(gpu_sim(gpu, "%s", faults[i]), "0"));
	for (i = 0; i < NUM; i++) {
		ASSERT_OK(file_write(gpu_sim(gpu, "vf%u/latency", i),
				     "default"));
		ASSERT_OK(file_write(gpu_sim(gpu, "vf%u/slice_us", i), "0"));
	}
}

/* a reset is much faster than loading, and does the same but for the truth */
FIXTURE(sim) {
};

FIXTURE_SETUP(sim)
{
	const char *missing = fixture_missing();

	selftest_begin(_metadata);
	if (missing)
		SKIP(return, "%s", missing);
	if (!hw_is_loaded(&the_gpu, PARAMETERS)) {
		load(PARAMETERS);
		return;
	}
	disarm();
	ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
	hw_layout(gpu, NUM);
	before = truth_read(gpu);
}

FIXTURE_TEARDOWN(sim)
{
}

/* since the start of the test */
static uint64_t UNUSED counted(const char *key)
{
	return gpu_truth(gpu, "gpu", key) - truth_get(&before, "gpu", key);
}

static uint64_t UNUSED counted_vf(unsigned int vf, const char *key)
{
	return gpu_truth_vf(gpu, vf, key) - truth_vf(&before, vf, key);
}

static void UNUSED flr(unsigned int vf)
{
	ASSERT_OK(file_write(gpu_vf_pci(gpu, vf, "reset"), "1"));
}

static int UNUSED command(unsigned int code, unsigned int vf)
{
	return hw_command(gpu, code, GPUVF_FCN_VF(vf));
}

static bool UNUSED has_state(unsigned int vf, const char *state)
{
	return gpu_truth_vf_is(gpu, vf, "state", state);
}

#endif /* SELFTEST_SIM_H */
