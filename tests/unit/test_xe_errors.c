// SPDX-License-Identifier: GPL-2.0
/*
 * What xe refuses, and what others change meanwhile: the GPU ends as it was.
 */
#include <errno.h>

#include "provider/provider.h"
#include "xe_test.h"

/* every error of every file, with one VF before and after it: all is as it was */
static void errors_of_files_leave_all_as_it_was(void **state)
{
	static const struct {
		const char *file;
		int error;
		int code;
		const char *said;
	} cases[] = {
		{ "vf2/profile/vram_quota", -EIO, EXIT_FAILED, "VF 1: cannot set 2 GiB of framebuffer: the firmware refuses" },
		{ "vf2/profile/vram_quota", -ENOMEM, EXIT_USAGE, "VF 1: cannot set 2 GiB of framebuffer: xe has no room for it" },
		{ "vf2/profile/vram_quota", -ENOSPC, EXIT_USAGE, "xe has no room for it" },
		{ "vf2/profile/vram_quota", -EPERM, EXIT_PERMISSION, "cannot set 2 GiB of framebuffer: Operation not permitted" },
		{ "vf2/profile/vram_quota", -EINVAL, EXIT_USAGE, "Invalid argument" },
		{ "vf2/profile/vram_quota", -EUCLEAN, EXIT_FAILED, "GTs or tiles differ" },
		{ "vf2/profile/vram_quota", -ECANCELED, EXIT_FAILED, "has declared the GPU wedged" },
		{ "vf2/profile/vram_quota", -EBUSY, EXIT_BUSY, "xe is resetting the GPU" },
		{ "vf2/profile/vram_quota", -EACCES, EXIT_PERMISSION, "needs CAP_SYS_ADMIN" },
		{ "vf2/profile/exec_quantum_ms", -EIO, EXIT_FAILED, "cannot set time slice and preemption timeout of VF 1" },
		{ "vf2/profile/exec_quantum_ms", -ECANCELED, EXIT_FAILED, "has declared the GPU wedged" },
		{ "vf2/profile/exec_quantum_ms", -EBUSY, EXIT_BUSY, "xe is resetting the GPU" },
		{ "vf2/profile/preempt_timeout_us", -EIO, EXIT_FAILED, "of VF 1" },
		{ "vf2/profile/preempt_timeout_us", -EACCES, EXIT_PERMISSION, "needs CAP_SYS_ADMIN" },
		{ ".bulk_profile/sched_priority", -EIO, EXIT_FAILED, "cannot set the policy" },
		{ ".bulk_profile/sched_priority", -EINVAL, EXIT_USAGE, "cannot set the policy" },
		{ ".bulk_profile/sched_priority", -EBUSY, EXIT_BUSY, "xe is resetting the GPU" },
	};
	struct fake_xe before;
	size_t i;

	configure(GPU_A "vf 0-2 = small\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	configure(GPU_A "policy = fixed\nvf 0-2 = big\n");
	before = *xe;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		xe->fail = cases[i].file;
		xe->fail_error = cases[i].error;
		xe->fail_after = 0;
		/* not while it is put back; and not again after an FLR */
		xe->fail_times = 1 + (cases[i].error == -EIO &&
				      strstr(cases[i].file, "quota"));
		says("apply", cases[i].code, cases[i].said);
		assert_null(xe->fail);
		assert_memory_equal(xe->functions, before.functions,
				    sizeof(before.functions));
		assert_string_equal(xe->priority, "low");
		assert_int_equal(xe->num, 3);
	}
	says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
	vf_is(xe, 1, 2 * GIB, 8, 20000);
}

/* and before VFs are enabled, of the PF too */
static void errors_of_presets_leave_all_as_it_was(void **state)
{
	static const struct {
		const char *file;
		int error;
		int code;
		const char *said;
	} cases[] = {
		{ "pf/profile/exec_quantum_ms", -EIO, EXIT_FAILED, "cannot set time slice and preemption timeout of the PF" },
		{ "pf/profile/preempt_timeout_us", -EACCES, EXIT_PERMISSION, "needs CAP_SYS_ADMIN" },
		{ "vf2/profile/exec_quantum_ms", -EINVAL, EXIT_USAGE, "of VF 1: Invalid argument" },
		{ "vf2/profile/preempt_timeout_us", -ECANCELED, EXIT_FAILED, "has declared the GPU wedged" },
		{ "vf2/profile/vram_quota", -ENOSPC, EXIT_USAGE, "VF 1: cannot set 1 GiB of framebuffer: xe has no room for it" },
		{ "vf2/profile/vram_quota", -EPERM, EXIT_PERMISSION, "Operation not permitted" },
		{ "vf2/profile/vram_quota", -EIO, EXIT_FAILED, "the firmware refuses" },
		{ ".bulk_profile/sched_priority", -EIO, EXIT_FAILED, "cannot set the policy" },
	};
	struct fake_xe before = *xe;
	size_t i;

	configure(GPU_A "policy = fixed\nvf 0-1 = small\n");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		xe->fail = cases[i].file;
		xe->fail_error = cases[i].error;
		xe->fail_times = 1;
		says("apply", cases[i].code, cases[i].said);
		assert_null(xe->fail);
		assert_memory_equal(xe->functions, before.functions,
				    sizeof(before.functions));
		assert_string_equal(xe->priority, "low");
		assert_int_equal(xe->num, 0);
	}
}

/* ESTALE, of a VF that is stopped, and ENOENT are in test_xe.c */
static void errors_of_stop_are_named(void **state)
{
	static const struct {
		int error;
		int code;
		const char *said;
	} cases[] = {
		{ -ECANCELED, EXIT_FAILED, "VF 1: xe has declared the GPU wedged" },
		{ -EBUSY, EXIT_BUSY, "VF 1: xe is resetting the GPU" },
		{ -EIO, EXIT_FAILED, "VF 1: the firmware refuses" },
		{ -EACCES, EXIT_PERMISSION, "VF 1: Permission denied" },
		{ -EINVAL, EXIT_USAGE, "VF 1: Invalid argument" },
	};
	size_t i;

	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		xe->fail = "vf2/stop";
		xe->fail_error = cases[i].error;
		xe->fail_times = 1;
		says("stop a/1", cases[i].code, cases[i].said);
		assert_false(xe->functions[2].is_stopped);
	}
}

/* it cannot be put back either */
static void what_cannot_be_put_back_is_exit_code_8(void **state)
{
	configure(GPU_A "vf 0-2 = small\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	xe->fail = "vf2/profile/vram_quota";
	xe->fail_error = -EIO;
	configure(GPU_A "vf 0-1 = big\nvf 2 = small\n");
	says("apply", EXIT_FAILED, "the firmware refuses");
	vf_is(xe, 0, GIB, 4, 30000);
	/* the first of them is not to be had any more */
	xe->fail = "vf1/profile/vram_quota";
	xe->fail_after = 1;
	xe->fail_times = 0;
	xe->fail_error = -ENOMEM;
	configure(GPU_A "vf 0 = big\nvf 1-2 = small\npolicy = fixed\n");
	xe->alter = "sched_priority";
	says("apply", EXIT_ATTENTION, "rollback failed; it needs attention");
	assert_int_equal(xe->functions[1].quota, 2 * GIB);
}

static void errors_of_the_number_leave_all_as_it_was(void **state)
{
	static const struct {
		int error;
		int code;
		const char *said;
	} cases[] = {
		{ -ENOMEM, EXIT_FAILED, "cannot enable 3 VFs: Cannot allocate memory (there is too little memory or MMIO space: see the kernel log)" },
		{ -ENOSPC, EXIT_USAGE, "nothing is left to share" },
		{ -EUCLEAN, EXIT_FAILED, "VFs have resources already" },
		{ -ECANCELED, EXIT_FAILED, "has declared the GPU wedged" },
		{ -EBUSY, EXIT_BUSY, "xe is resetting the GPU" },
		{ -EPERM, EXIT_PERMISSION, "lockdown_vfs_enabling" },
		{ -ENODEV, EXIT_MISSING, "No such device (see the kernel log)" },
		{ -ERANGE, EXIT_USAGE, "Numerical result out of range (see the kernel log)" },
		{ -EIO, EXIT_FAILED, "Input/output error (see the kernel log)" },
	};
	struct fake_xe before;
	size_t i;

	configure(GPU_A "policy = fixed\nvf 0-2 = small\n");
	before = *xe;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		xe->enable_error = cases[i].error;
		says("apply", cases[i].code, cases[i].said);
		assert_memory_equal(xe->functions, before.functions,
				    sizeof(before.functions));
		assert_string_equal(xe->priority, "low");
	}
	xe->enable_error = 0;
	xe->is_locked = true;
	says("apply", EXIT_PERMISSION, "lockdown_vfs_enabling");
	assert_memory_equal(xe->functions, before.functions,
			    sizeof(before.functions));
	xe->is_locked = false;
	says("apply", EXIT_DONE, "3 VFs enabled");
	/* and from another number */
	before = *xe;
	configure(GPU_A "vf 0-3 = small\n");
	xe->fb = 3 * GIB;
	says("apply", EXIT_USAGE, "GPU " A " VF 3: cannot set 1 GiB of framebuffer: xe has no room for it");
	assert_int_equal(xe->num, 3);
	assert_memory_equal(xe->functions, before.functions,
			    sizeof(before.functions));
	assert_string_equal(xe->priority, "normal");
}

/* nor can what stands in the way be taken back */
static void a_kernel_without_presets_is_named(void **state)
{
	struct fake_xe before;

	fake_xe_make(xe, A, XE_6_19, XE_QUOTAS);
	configure(GPU_A "vf 0-1 = small\n");
	before = *xe;
	xe->enable_error = -EUCLEAN;
	says("apply", EXIT_FAILED, "xe of Linux 6.19 to 7.0 takes none that are preset");
	xe->enable_error = 0;
	assert_int_equal(xe->num, 0);
	assert_memory_equal(xe->functions, before.functions,
			    sizeof(before.functions));
	/* they are enabled, and do not get their quotas */
	xe->fail = "vf2/profile/vram_quota";
	xe->fail_error = -EPERM;
	xe->fail_after = 2;
	says("apply", EXIT_PERMISSION, "VF 1: cannot set 1 GiB of framebuffer");
	assert_int_equal(xe->num, 0);
	assert_memory_equal(xe->functions, before.functions,
			    sizeof(before.functions));
}

static void a_wedged_or_resetting_gpu_is_named(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	xe->is_wedged = true;
	says("apply", EXIT_FAILED, "xe has declared the GPU wedged (see the kernel log)");
	xe->is_wedged = false;
	xe->is_resetting = true;
	says("apply", EXIT_BUSY, "xe is resetting the GPU");
	assert_int_equal(xe->num, 0);
}

/* a guest that ended without an FLR; one that a process has open is left alone */
static void quotas_of_running_guests_stay(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	xe->functions[1].is_running = true;
	configure(GPU_A "vf 0-1 = big\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	vf_is(xe, 0, 2 * GIB, 8, 20000);
	assert_false(xe->functions[1].is_running);
	/* a driver of the host has it */
	xe->functions[2].is_running = true;
	bind_driver("0000:03:00.2", "xe");
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_FAILED, "VF 1: cannot set 1 GiB of framebuffer: the firmware refuses, as it does while a guest runs");
	vf_is(xe, 0, 2 * GIB, 8, 20000);
	assert_true(xe->functions[2].is_running);
	/* a process has it */
	bind_driver("0000:03:00.2", "vfio-pci");
	open_vf("0000:03:00.2");
	xe->stores = 0;
	says("plan", EXIT_BUSY, "GPU " A " VF 1: framebuffer is 2 GiB and cannot change while vfio-pci uses the VF; requested 1 GiB");
	says("apply", EXIT_BUSY, "VF 1: framebuffer is 2 GiB and cannot change");
	says("set a/1 fb=1GiB", EXIT_BUSY, "VF 1 is in use");
	configure(GPU_A "vf 0 = big\n");
	says("apply", EXIT_BUSY, "cannot change the number of VFs while one is in use");
	assert_int_equal(xe->stores, 0);
	/* its times can change */
	says("set a/1 time_slice=5ms", EXIT_DONE, "");
	assert_int_equal(xe->functions[2].eq_ms, 5);
}

static void values_that_differ_between_gts_are_set_again(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	xe->unclean = "vf1/profile/exec_quantum_ms";
	says("show", EXIT_DONE, "sriov_admin/vf1/profile/exec_quantum_ms differs between its GTs or tiles");
	says("assert", EXIT_DIFFERS, "retime");
	says("apply", EXIT_DONE, "2 VFs enabled");
	assert_null(xe->unclean);
	vf_is(xe, 0, GIB, 4, 30000);
}

/* a former value of 0 is written where it is not there, though 0 is read */
static void values_that_differ_are_put_back(void **state)
{
	static const char *const files[] = {
		"vf3/profile/exec_quantum_ms", "vf3/profile/preempt_timeout_us",
		"vf3/profile/vram_quota", "pf/profile/exec_quantum_ms",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		configure(GPU_A "vfs = 0\n");
		says("apply", EXIT_DONE, "");
		configure(GPU_A "vf 0-1 = small\n");
		xe->unclean = files[i];
		/* it is the next thing that is written */
		xe->fail = "sched_priority";
		xe->fail_error = -EIO;
		configure(GPU_A "policy = fixed\nvf 0-1 = small\n");
		says("apply", EXIT_FAILED, "cannot set the policy");
		assert_null(xe->unclean);
		xe->fail = NULL;
	}
}

static void values_that_read_back_changed_are_put_back(void **state)
{
	static const char *const files[] = {
		"vf1/profile/exec_quantum_ms", "vf1/profile/preempt_timeout_us",
		"vf1/profile/vram_quota",
	};
	struct fake_xe before;
	size_t i;

	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	before = *xe;
	configure(GPU_A "vf 0-1 = big\n");
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		xe->alter = files[i];
		/* nor can the former values be had: the file takes nothing but 3 */
		says("apply", EXIT_ATTENTION, "GPU " A " VF 0: ");
		says("apply", EXIT_ATTENTION, "reads back other than it was written");
		xe->alter = NULL;
		configure(GPU_A "vf 0-1 = small\n");
		says("apply", EXIT_DONE, "2 VFs enabled");
		assert_memory_equal(xe->functions, before.functions,
				    sizeof(before.functions));
		configure(GPU_A "vf 0-1 = big\n");
	}
}

static void write_once(void)
{
	xe->functions[2].eq_ms = 99;
}

/* between the reads and the writes of apply */
static void another_writer_is_noticed(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	configure(GPU_A "vf 0 = big\nvf 1 = small\n");
	rival = write_once;
	says("apply", EXIT_FAILED, "GPU " A " VF 1: time slice reads back other than it was written; something else may have changed it meanwhile");
	vf_is(xe, 0, GIB, 4, 30000);
	says("apply", EXIT_DONE, "2 VFs enabled");
	vf_is(xe, 1, GIB, 4, 30000);
}

/* reads until another program comes, unless apply has written something before */
static u32 reads_left;
static bool has_come;

static void enable_all(void)
{
	if (xe->stores || reads_left--)
		return;
	reading = NULL;
	has_come = true;
	xe->is_other = true;
	assert_int_equal(fake_xe_enable(xe, 4), 0);
	xe->is_other = false;
}

/* whichever file was read last: what is asked for is planned again */
static void what_comes_before_the_first_write_is_planned_for(void **state)
{
	u32 reads;

	for (reads = 0; reads < 1000; reads++) {
		clean_up(state);
		set_up(state);
		configure(GPU_A "policy = fixed\nvf 0-2 = small\n");
		reads_left = reads;
		has_come = false;
		reading = enable_all;
		says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
		if (!has_come)
			break;
		vf_is(xe, 2, GIB, 4, 30000);
		assert_string_equal(xe->priority, "normal");
		is_sane(xe);
	}
	assert_in_range(reads, 20, 999);
}

static void read_gpu(struct provider *provider, struct gpu *gpu)
{
	struct failure why;

	assert_int_equal(provider_read(provider, A, gpu, &why), 0);
}

/* nothing is written for a GPU that is not as it was when that was asked for */
static void a_layout_of_before_is_stale(void **state)
{
	struct provider *provider = provider_connect_all(NULL);
	struct failure why;
	struct gpu wanted, result;
	u32 i;

	read_gpu(provider, &wanted);
	wanted.vfs[1].fb_bytes = GIB;
	fake_xe_set_by_other(xe, "sriov_admin/vf1/profile/exec_quantum_ms", "9");
	for (i = 0; i < 2; i++) {
		assert_int_equal(provider_set_layout(provider, &wanted, !i,
						     &result, &why), -ESTALE);
		assert_int_equal(xe->stores, 0);
	}
	vf_is(xe, 0, 0, 9, 0);
	gpu_free(&wanted);
	provider_close(provider);
}

static void files_that_vanish_are_a_gpu_that_went(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	run_shell("rm -r " DEVICES A "/sriov_admin/vf3");
	says("apply", EXIT_MISSING, "");
	assert_int_equal(xe->stores, 0);
	run_shell("rm -r " DEVICES A);
	says("apply", EXIT_MISSING, "module gpuvf is not loaded");
	fake_xe_make(second, B, XE_7_3, XE_QUOTAS);
	says("apply", EXIT_MISSING, "[gpu a]: there is no PCI device " A);
}

static void nonsense_in_files_is_an_error(void **state)
{
	static const char *const bad[] = { "", "\n", "x\n", "-1\n", "1x\n", "99999999999999999999\n" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put(A, "sriov_admin/vf1/profile/exec_quantum_ms", bad[i]);
		says("show", EXIT_DONE, "GPU " A ": sriov_admin/vf1/profile/exec_quantum_ms: Invalid argument");
	}
	put(A, "sriov_admin/vf1/profile/exec_quantum_ms", "4294967295\n");
	says("show", EXIT_DONE, A);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(errors_of_files_leave_all_as_it_was),
		test(errors_of_presets_leave_all_as_it_was),
		test(errors_of_stop_are_named),
		test(what_cannot_be_put_back_is_exit_code_8),
		test(errors_of_the_number_leave_all_as_it_was),
		test(a_kernel_without_presets_is_named),
		test(a_wedged_or_resetting_gpu_is_named),
		test(quotas_of_running_guests_stay),
		test(values_that_differ_between_gts_are_set_again),
		test(values_that_differ_are_put_back),
		test(values_that_read_back_changed_are_put_back),
		test(another_writer_is_noticed),
		test(what_comes_before_the_first_write_is_planned_for),
		test(a_layout_of_before_is_stale),
		test(files_that_vanish_are_a_gpu_that_went),
		test(nonsense_in_files_is_an_error),
	};

	return cmocka_run_group_tests_name("xe errors", tests, NULL, NULL);
}
