// SPDX-License-Identifier: GPL-2.0
/*
 * PCIe errors that the root port reports (AER), of one of two GPUs. The PCI core
 * recovers where every VF has a driver with error handlers, as vfio-pci; a VF
 * without one makes it give up.
 */

#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"
#include "klog.h"
#include "load.h"
#include "vfio.h"

#define NUM 3

static const struct gpu *gpu = &fx.gpu[0];
static const struct gpu *other = &fx.gpu[1];
static const uint32_t slice_us[NUM] = { 5000, 5000, 5000 };

static struct vfio vfio = VFIO_CLOSED;

static void all_busy(const struct gpu *which)
{
	unsigned int i;

	for (i = 0; i < NUM; i++)
		load_busy(which, i, 100);
}

/* @driver: of the VFs, NULL: none */
static void enable(const struct gpu *which, const char *driver)
{
	unsigned int i;

	load_enable(which, NUM, slice_us, GPUVF_POLICY_BEST_EFFORT);
	if (driver && strcmp(driver, "vfio-pci") && !module_is_loaded("gpuvf_vfio"))
		ASSERT_OK(module_load("gpuvf_vfio", ""));
	for (i = 0; i < NUM && driver; i++)
		ASSERT_OK(vfio_bind_to(gpu_pci(which, "virtfn%u", i), driver));
}

static int inject(const char *error)
{
	return file_write(gpu_sim(gpu, "pcie_error"), error);
}

static uint64_t counter(const char *name)
{
	return gpu_truth(gpu, "gpu", name);
}

static bool is_ready(void)
{
	return file_is(gpu_sysfs(gpu, "state"), "ready");
}

/* what VFs have done, which nothing may interrupt */
struct progress {
	uint64_t epoch[NUM];
	uint64_t slices[NUM];
};

static void note_progress(const struct gpu *which, struct progress *progress)
{
	unsigned int i;

	for (i = 0; i < NUM; i++) {
		progress->epoch[i] = gpu_truth_vf(which, i, "epoch");
		progress->slices[i] = gpu_truth_vf(which, i, "slices");
	}
}

static void check_goes_on(const struct gpu *which,
			  const struct progress *progress)
{
	unsigned int i;

	ASSERT_TRUE(file_is(gpu_sysfs(which, "state"), "ready"));
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(gpu_truth_vf(which, i, "slices") >
				  progress->slices[i] + 3);
		ASSERT_EQ(progress->epoch[i], gpu_truth_vf(which, i, "epoch"));
	}
}

#define SIM "gpus=2 total_vfs=4 fb_mib=4096 scrub_us_per_unit=100 aer=1"

VFIO_FIXTURE(aer, SIM, vfio);

/* the VFs have drivers, or they have none */
FIXTURE_VARIANT(aer_of_vfs)
{
	const char *driver;
};

VFIO_FIXTURE(aer_of_vfs, SIM, vfio);

FIXTURE_VARIANT_ADD(aer_of_vfs, with_drivers) {
	.driver = "vfio-pci",
};

FIXTURE_VARIANT_ADD(aer_of_vfs, with_gpuvf_vfio) {
	.driver = "gpuvf-vfio",
};

FIXTURE_VARIANT_ADD(aer_of_vfs, without_drivers) {
	.driver = NULL,
};

TEST_F(aer_of_vfs, error_that_is_not_fatal_changes_nothing)
{
	static const char *const errors[] = { "correctable", "nonfatal" };
	struct progress here, there;
	unsigned int i;
	int log;

	enable(gpu, variant->driver);
	enable(other, variant->driver);
	all_busy(gpu);
	all_busy(other);
	note_progress(gpu, &here);
	note_progress(other, &there);
	for (i = 0; i < 2; i++) {
		log = klog_open();
		ASSERT_OK(inject(errors[i]));
		if (i) {
			ASSERT_EVENTUALLY(klog_has(log, "PCIe error that is not fatal, going on"));
		}
		close(log);
		check_goes_on(gpu, &here);
		check_goes_on(other, &there);
	}
}

/*
 * @error comes, and the PCI core says @verdict. Then all is as before, but that
 * guests have to start again, and the other GPU has not noticed.
 */
static void recovers(const char *error, const char *verdict, const char *driver)
{
	struct nl *nl = fixture_listen(GPUVF_MCGRP_EVENT);
	struct nl_message before, after, msg;
	struct progress there;
	char *config, *restored;
	uint64_t cleared = counter("units_scrubbed");
	int log = klog_open();
	uint32_t command;

	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/stop"), "1"));
	ASSERT_EVENTUALLY(gpu_truth_vf_is(gpu, 2, "state", "shutdown"));
	/* the driver sees the end of that later, and scrubs then */
	ASSERT_EVENTUALLY(file_is(gpu_sysfs(gpu, "vf2/in_use"), "0"));
	ASSERT_EVENTUALLY(counter("units_scrubbed") > cleared);
	fixture_wait_clean(gpu);
	/* what stands in for SHUTDOWN is an FLR, which the PCI core waits for */
	if (!gpu_can(gpu, "shutdown"))
		pause_ms(500);
	config = fixture_snapshot(gpu);
	command = gpu_config_read(gpu, PCI_COMMAND) & 0xffff;
	ASSERT_TRUE(command & PCI_COMMAND_MASTER);
	note_progress(other, &there);
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &before));

	ASSERT_OK(inject(error));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WEDGED, &msg));
	ASSERT_TRUE(fixture_await(nl, GPUVF_CMD_PF_WAS_RESET, &msg));
	ASSERT_EQ(0, msg.event.has & 1U << GPUVF_A_EVENT_ERROR);
	ASSERT_EVENTUALLY(klog_has(log, verdict));
	ASSERT_EVENTUALLY(is_ready());
	ASSERT_OK(nl_pf_get(fx.nl, gpu, &after));
	ASSERT_EQ(before.resets + 1, after.resets);
	ASSERT_EQ(before.failed_resets, after.failed_resets);
	ASSERT_EQ(command, gpu_config_read(gpu, PCI_COMMAND) & 0xffff);
	/* nothing that a guest can cause clears it */
	ASSERT_TRUE(gpu_vf_is(gpu, 2, "stopped"));
	load_busy(gpu, 0, 100);
	load_busy(gpu, 1, 100);
	fixture_wait_clean(gpu);
	restored = fixture_snapshot(gpu);
	ASSERT_SAME(restored, config);
	ASSERT_OK(file_write(gpu_sysfs(gpu, "vf2/reset"), "1"));
	load_busy(gpu, 2, 100);
	check_goes_on(other, &there);
	if (driver) {
		vfio_close(&vfio);
		ASSERT_OK(vfio_open(&vfio, gpu_pci(gpu, "virtfn0")));
		load_busy(gpu, 0, 100);
	}
	free(config);
	free(restored);
	close(log);
	nl_close(nl);
}

static void begin_recovery_test(const char *driver)
{
	enable(gpu, driver);
	enable(other, driver);
	if (driver)
		ASSERT_OK(vfio_open(&vfio, gpu_pci(gpu, "virtfn0")));
	all_busy(gpu);
	all_busy(other);
}

/* without drivers by gpuvf itself, when the PCI core has given up */
TEST_F(aer_of_vfs, fatal_error_is_recovered_from)
{
	const char *verdict = variant->driver ? "device recovery successful" :
						 "device recovery failed";

	begin_recovery_test(variant->driver);
	recovers("fatal", verdict, variant->driver);
	recovers("fatal down", verdict, variant->driver);
}

/*
 * While the driver resets the GPU. Not before the PCI core has given up: these two at
 * once may deadlock in it, see Documentation/design/recovery.rst.
 */
TEST_F(aer, disabling_after_a_fatal_error)
{
	unsigned int i;
	int log;

	for (i = 0; i < 3; i++) {
		begin_recovery_test(NULL);
		log = klog_open();
		ASSERT_OK(inject(i ? "fatal down" : "fatal"));
		ASSERT_EVENTUALLY(klog_has(log, "device recovery failed"));
		close(log);
		pause_ms(i * 100);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		ASSERT_EVENTUALLY(is_ready());
		enable(gpu, NULL);
		all_busy(gpu);
		ASSERT_OK(gpu_set_numvfs(gpu, 0));
		ASSERT_OK(gpu_set_numvfs(other, 0));
	}
}

/* the PCI core's own file resets it at once, whatever the PCI core does */
TEST_F(aer, administrator_resets_after_a_fatal_error)
{
	struct nl_message before, after;
	struct progress progress;
	unsigned int i;
	int log;

	begin_recovery_test(NULL);
	for (i = 0; i < 2; i++) {
		log = klog_open();
		ASSERT_OK(inject(i ? "fatal" : "fatal down"));
		if (!i) {
			ASSERT_EVENTUALLY(klog_has(log, "device recovery failed"));
		}
		close(log);
		ASSERT_OK(file_write(gpu_pci(gpu, "reset"), "1"));
		ASSERT_EVENTUALLY(is_ready());
		/* the bus may be reset after the GPU was, and the GPU again */
		pause_ms(6000);
		all_busy(gpu);
		note_progress(gpu, &progress);
		ASSERT_OK(nl_pf_get(fx.nl, gpu, &before));
		pause_ms(2000);
		ASSERT_OK(nl_pf_get(fx.nl, gpu, &after));
		ASSERT_EQ(before.resets, after.resets);
		check_goes_on(gpu, &progress);
	}
}

struct resets {
	pthread_t thread;
	char path[128];
	unsigned int rounds;
};

static void *reset_thread(void *arg)
{
	struct resets *resets = arg;
	unsigned int i;

	for (i = 0; i < resets->rounds; i++) {
		file_write(resets->path, "1");
		pause_ms(20);
	}
	return NULL;
}

/* of the GPU, and of a VF, by every door */
TEST_F(aer, errors_during_resets)
{
	/* a guest that has to ask for its start may not do so as often as we like */
	const unsigned int rounds = gpu_guests_ask(gpu) ? 1 : 6;
	struct resets resets[3] = {
		{ .rounds = rounds },
		{ .rounds = 2 * rounds },
		{ .rounds = 2 * rounds },
	};
	struct progress there;
	unsigned int i;

	begin_recovery_test(NULL);
	note_progress(other, &there);
	strcpy(resets[0].path, gpu_pci(gpu, "reset"));
	strcpy(resets[1].path, gpu_sysfs(gpu, "vf1/reset"));
	strcpy(resets[2].path, gpu_vf_pci(gpu, 0, "reset"));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, pthread_create(&resets[i].thread, NULL,
					    reset_thread, &resets[i]));
	}
	for (i = 0; i < 3; i++) {
		pause_ms(170);
		ASSERT_OK(inject("fatal"));
	}
	for (i = 0; i < 3; i++)
		pthread_join(resets[i].thread, NULL);
	ASSERT_EVENTUALLY(is_ready());
	for (i = 0; i < NUM; i++) {
		ASSERT_EVENTUALLY(!gpu_vf_is(gpu, i, "resetting"));
		ASSERT_FALSE(gpu_vf_is(gpu, i, "failed"));
	}
	/* the PCI core may have reset the bus after the GPU was */
	pause_ms(6000);
	ASSERT_EVENTUALLY(is_ready());
	all_busy(gpu);
	check_goes_on(other, &there);
}

TEST_HARNESS_MAIN
