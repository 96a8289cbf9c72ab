// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of Intel's xe, in a tree of files behind which is fake_xe.c.
 */
#include <errno.h>

#include "base/root.h"
#include "pci/sysfs.h"
#include "provider/provider.h"
#include "xe_test.h"

static void each_variant_is_known_by_its_files(void **state)
{
	configure(GPU_A "vf 0 = big\n");
	says("show", EXIT_DONE, A "  xe  driver xe  ready  0 of 4 VFs enabled  policy best-effort");
	says("plan", EXIT_DONE, "set the layout, enable 1 VF");
	fake_xe_make(xe, A, XE_7_3, XE_QUOTAS_READ_ONLY);
	says("plan", EXIT_USAGE, "gpuvf.ini:4:6: fb: GPU " A " is driven by xe, which cannot set the framebuffer of a VF on this GPU: its file vram_quota is read-only; write fb = shared");
	run_shell("rm -r " DEVICES A);
	fake_xe_make(xe, A, XE_6_19, XE_FAIR_ONLY);
	says("plan", EXIT_USAGE, "fb: GPU " A " is driven by xe, which cannot set the framebuffer of a VF: it has no file vram_quota, which is newer than Linux 7.0");
	run_shell("rm -r " DEVICES A);
	fake_xe_make(xe, IGPU, XE_6_19, XE_INTEGRATED);
	configure(HEAD "[gpu a]\npci = " IGPU "\nvf 0 = big\n");
	says("plan", EXIT_USAGE, "this GPU has none of its own, and VFs use the host's memory; write fb = shared");
	configure(HEAD "[gpu a]\npci = " IGPU "\nvf 0-1 = s\n");
	says("apply", EXIT_DONE, IGPU " [gpu a]: 2 VFs enabled");
	vf_is(xe, 1, 0, 4, 20000);
	is_sane(xe);
	/* without the directory there is nothing but the number of VFs */
	run_shell("rm -r " DEVICES IGPU "/sriov_admin");
	says("show", EXIT_DONE, IGPU "  generic  driver xe");
}

static void a_size_is_wanted_where_it_can_be_set(void **state)
{
	configure(GPU_A "vf 0 = s\n");
	says("apply", EXIT_USAGE, "gpuvf.ini:11:6: fb: GPU " A " is driven by xe, which gives each VF framebuffer of its own; write a size");
	assert_int_equal(xe->stores, 0);
}

static void what_xe_cannot_do_is_refused_at_its_line(void **state)
{
	configure("[gpuvf]\nversion = 1\n"
		  "[profile p]\nfb = 1GiB\nlabel = x\ntime_slice = 101s\npreempt_timeout = 101s\n"
		  "[gpu a]\npci = " A "\npolicy = equal\npf_reserve = 1GiB\nvf 0 = p\n");
	says("apply", EXIT_USAGE, "gpuvf.ini:5:9: label: GPU " A " is driven by xe, which has no labels of VFs");
	says("apply", EXIT_USAGE, "gpuvf.ini:6:14: time_slice: GPU " A " is driven by xe, which takes 1 us to 100 s, not 101 s");
	says("apply", EXIT_USAGE, "gpuvf.ini:7:19: preempt_timeout: GPU " A " is driven by xe, which takes 0 us to 100 s, not 101 s");
	says("apply", EXIT_USAGE, "gpuvf.ini:10:10: policy: GPU " A " is driven by xe, which has best-effort and fixed only");
	says("apply", EXIT_USAGE, "gpuvf.ini:11:14: pf_reserve: GPU " A " is driven by xe, which has no file for that: what VFs do not get stays with the PF");
	assert_int_equal(xe->stores, 0);
	/* without the GPU, what no xe can */
	configure(HEAD "[gpu all]\nmatch = *\nprovider = xe\npolicy = equal\nvf 0 = big\nvf 1 = s\n");
	says("check", EXIT_USAGE, "policy: provider xe has best-effort and fixed only");
	configure(HEAD "[gpu all]\nmatch = 1234:5678\nprovider = xe\nvf 0 = big\nvf 1 = s\n");
	says("check", EXIT_DONE, "OK");
	says("apply", EXIT_MISSING, "provider xe has no GPU 1234:5678");
}

static void apply_gives_all_that_is_asked_for(void **state)
{
	configure(GPU_A "policy = fixed\nvf 0 = big\nvf 1-2 = small\ndriver 0-2 = none\n");
	says("plan", EXIT_DONE, "set the layout, enable 3 VFs, set host drivers");
	says("plan", EXIT_DONE, "driver xe has no dry run; it may still refuse this");
	says("plan", EXIT_DONE, "policy: best-effort -> fixed");
	says("assert", EXIT_DIFFERS, "enable 3 VFs");
	assert_int_equal(xe->stores, 0);
	says("apply", EXIT_DONE, A " [gpu a]: 3 VFs enabled, 3 with framebuffer");
	vf_is(xe, 0, 2 * GIB, 8, 20000);
	vf_is(xe, 1, GIB, 4, 30000);
	vf_is(xe, 2, GIB, 4, 30000);
	vf_is(xe, 3, 0, 0, 0);
	pf_is(xe, 16, 16000);
	assert_string_equal(xe->priority, "normal");
	is_sane(xe);
	/* nothing is written that is so already */
	xe->stores = 0;
	says("apply", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says("plan", EXIT_DONE, "in sync");
	says("show", EXIT_DONE, "3 of 4 VFs enabled  policy fixed");
	says("show a", EXIT_DONE, "2147483648");
	says("show -j", EXIT_DONE, "\"provider\": \"xe\"");
	says("show -j", EXIT_DONE, "\"fb_offset_bytes\": null");
	says("doctor " A, EXIT_DONE, "(" A ") has 3 of 4 VFs, made by driver xe.");
	assert_int_equal(xe->stores, 0);
}

static void vfs_get_drivers_that_can_migrate(void **state)
{
	char driver[NAME_SIZE];

	configure(GPU_A "vf 0-1 = small\ndriver 0 = xe-vfio-pci\ndriver 1 = vfio-pci\n");
	run_shell("ln -s ../../iommu_groups/3 " DEVICES A "/iommu_group");
	says("apply", EXIT_MISSING, "VF 0: driver xe-vfio-pci is not loaded: modprobe xe-vfio-pci");
	assert_int_equal(xe->stores, 0);
	run_shell("mkdir sys/bus/pci/drivers/xe-vfio-pci");
	says("apply", EXIT_DONE, "2 VFs enabled");
	sysfs_driver("0000:03:00.1", driver, sizeof(driver));
	assert_string_equal(driver, "xe-vfio-pci");
	sysfs_driver("0000:03:00.2", driver, sizeof(driver));
	assert_string_equal(driver, "vfio-pci");
	says("export a", EXIT_DONE, "driver 0 = xe-vfio-pci\ndriver 1 = vfio-pci\n");
	configure(HEAD "[gpu a]\nmatch = *\nvf 0 = big\ndriver 0 = xe-vfio-pci\n");
	says("check", EXIT_USAGE, "driver: provider gpuvf has no VFs that xe-vfio-pci takes");
	configure(HEAD "[gpu a]\nmatch = *\nprovider = xe\nvf 0 = s\ndriver 0 = gpuvf-vfio\n");
	says("check", EXIT_USAGE, "driver: provider xe has no VFs that gpuvf-vfio takes");
	configure(HEAD "[gpu a]\nmatch = *\nprovider = i915\nvf 0 = s\ndriver 0 = xe-vfio-pci\n");
	says("check", EXIT_USAGE, "driver: provider i915 has no VFs that xe-vfio-pci or gpuvf-vfio takes");
	configure(HEAD "[gpu a]\nmatch = *\nprovider = gim\nvf 0 = s\ndriver 0 = xe-vfio-pci\n");
	says("check", EXIT_USAGE, "driver: provider gim has no VFs that xe-vfio-pci or gpuvf-vfio takes");
}

/* each time the driver has taken everything away meanwhile */
static void another_number_gets_everything_again(void **state)
{
	configure(GPU_A "policy = fixed\nvf 0-3 = small\n");
	says("apply", EXIT_DONE, "4 VFs enabled, 4 with framebuffer");
	is_sane(xe);
	configure(GPU_A "vf 0-1 = big\n");
	says("plan", EXIT_DONE, "disable 4 VFs, set the layout, enable 2 VFs");
	says("apply", EXIT_DONE, "2 VFs enabled, 2 with framebuffer");
	vf_is(xe, 1, 2 * GIB, 8, 20000);
	vf_is(xe, 2, 0, 0, 0);
	pf_is(xe, 16, 16000);
	is_sane(xe);
	/* what no line is about stays */
	assert_string_equal(xe->priority, "normal");
	configure(GPU_A "vf 0-2 = small\n");
	says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
	vf_is(xe, 2, GIB, 4, 30000);
	configure(GPU_A "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled, 0 with framebuffer");
	vf_is(xe, 0, 0, 0, 0);
	pf_is(xe, 0, 0);
	is_sane(xe);
}

/*
 * Linux 6.17 gives no GGTT to VFs whose quotas are preset, 6.19 to 7.0 refuse to enable
 * them: they get their quotas once they are enabled
 */
static void quotas_come_later_where_they_cannot_be_preset(void **state)
{
	static const enum xe_age ages[] = { XE_6_17, XE_6_19 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ages); i++) {
		fake_xe_enable(xe, 0);
		fake_xe_make(xe, A, ages[i], XE_QUOTAS);
		configure(GPU_A "policy = fixed\nvf 0 = big\nvf 1 = small\n");
		says("apply", EXIT_DONE, "2 VFs enabled, 2 with framebuffer");
		vf_is(xe, 0, 2 * GIB, 8, 20000);
		vf_is(xe, 1, GIB, 4, 30000);
		is_sane(xe);
		says("apply", EXIT_DONE, "in sync");
		configure(GPU_A "vf 0-2 = small\n");
		says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
		vf_is(xe, 2, GIB, 4, 30000);
		is_sane(xe);
		/* what another tool has left, and what is not for xe to share out */
		fake_xe_enable(xe, 0);
		xe->functions[1].quota = 3 * GIB;
		reload(xe);
		says("apply", EXIT_DONE, "3 VFs enabled");
		vf_is(xe, 0, GIB, 4, 30000);
		is_sane(xe);
	}
}

/* of Linux 6.19 and 7.0, which takes no preset quotas and has no file for them either */
static void times_are_preset_where_quotas_cannot_be(void **state)
{
	fake_xe_make(xe, A, XE_6_19, XE_FAIR_ONLY);
	run_shell("rm -f " DEVICES A "/sriov_admin/vf*/profile/vram_quota");
	configure(GPU_A "vf 0-2 = s\npolicy = fixed\n");
	says("plan", EXIT_DONE, "set the layout, enable 3 VFs");
	says("apply", EXIT_DONE, "3 VFs enabled");
	assert_int_equal(xe->functions[1].eq_ms, 4);
	assert_int_equal(xe->functions[1].pt_us, 20000);
	assert_true(xe->functions[1].quota);
	is_sane(xe);
	says("apply", EXIT_DONE, "in sync");
	says("show -j", EXIT_DONE, "\"fb_quota_bytes\": null");
	configure(GPU_A "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	is_sane(xe);
}

static void quotas_of_others_above_the_number_are_freed(void **state)
{
	xe->functions[4].quota = 3 * GIB;
	xe->functions[4].eq_ms = 7;
	reload(xe);
	configure(GPU_A "vf 0-2 = big\n");
	says("plan", EXIT_DONE, "remove");
	says("apply", EXIT_DONE, "3 VFs enabled, 3 with framebuffer");
	is_sane(xe);
	/* what is no one's framebuffer is left as it is */
	assert_int_equal(xe->functions[4].eq_ms, 7);
	says("apply", EXIT_DONE, "in sync");
	/* and without VFs */
	configure(GPU_A "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	xe->functions[2].quota = GIB;
	reload(xe);
	says("assert", EXIT_DIFFERS, "set the layout");
	says("apply", EXIT_DONE, "0 VFs enabled");
	is_sane(xe);
}

/* all is given away: what grows can only have what another one gave up before */
static void quotas_shrink_before_others_grow(void **state)
{
	xe->fb = 6 * GIB;
	configure(GPU_A "[profile four]\nfb = 4GiB\n[gpu x]\npci = 09:00.0\n");
	configure("[gpuvf]\nversion = 1\n[profile four]\nfb = 4GiB\n[profile two]\nfb = 2GiB\n"
		  "[gpu a]\npci = " A "\nvf 0 = two\nvf 1 = four\n");
	says("apply", EXIT_DONE, "2 VFs enabled, 2 with framebuffer");
	configure("[gpuvf]\nversion = 1\n[profile four]\nfb = 4GiB\n[profile two]\nfb = 2GiB\n"
		  "[gpu a]\npci = " A "\nvf 0 = four\nvf 1 = two\n");
	says("plan", EXIT_DONE, "resize");
	says("apply", EXIT_DONE, "2 VFs enabled, 2 with framebuffer");
	vf_is(xe, 0, 4 * GIB, 6, 20000);
	vf_is(xe, 1, 2 * GIB, 6, 20000);
	is_sane(xe);
}

static void times_change_live(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	xe->functions[1].is_running = true;
	xe->stores = 0;
	configure(HEAD "[profile quick]\nfb = 1GiB\ntime_slice = 2ms\npreempt_timeout = 25ms\n"
		  "[gpu a]\npci = " A "\nvf 0 = quick\nvf 1 = small\n");
	says("plan", EXIT_DONE, "retime");
	says("apply", EXIT_DONE, "2 VFs enabled");
	vf_is(xe, 0, GIB, 2, 25000);
	assert_int_equal(xe->stores, 2);
}

static void what_is_rounded_is_said(void **state)
{
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1000000KiB\ntime_slice = 1500us\n"
		  "[gpu a]\npci = " A "\nvf 0 = p\n");
	says("plan", EXIT_DONE, "gpuvf.ini:5:14: warning: time_slice: GPU " A " is driven by xe: 1.5 ms is rounded up to 2 ms");
	says("plan", EXIT_DONE, "gpuvf.ini:4:6: warning: fb: GPU " A " is driven by xe: 1000000 KiB is rounded up to 978 MiB");
	says("apply", EXIT_DONE, "1 VF enabled");
	vf_is(xe, 0, 978 * MIB, 2, 20000);
	says("apply", EXIT_DONE, "in sync");
}

/* two tiles: what is given is a piece of each */
static void tiles_make_the_step_larger(void **state)
{
	run_shell("mkdir " DEVICES A "/tile0 " DEVICES A "/tile1");
	xe->page = 4 * MIB;
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 6MiB\n[gpu a]\npci = " A "\nvf 0 = p\n");
	says("apply", EXIT_DONE, "1 VF enabled");
	vf_is(xe, 0, 8 * MIB, 6, 20000);
	says("show -j", EXIT_DONE, "\"fb_alloc_unit_bytes\": 4194304");
}

/* the largest there are; twice the slice would be more than xe keeps */
static void the_limits_can_be_had(void **state)
{
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\ntime_slice = 100s\n"
		  "[gpu a]\npci = " A "\nvf 0 = p\n");
	says("apply", EXIT_DONE, "1 VF enabled");
	vf_is(xe, 0, GIB, 100000, 100000000);
	says("apply", EXIT_DONE, "in sync");
}

/* no line says what it gets: limits nevertheless */
static void a_vf_without_a_line_has_limits(void **state)
{
	configure(GPU_A "vfs = 2\nvf 0 = big\n");
	says("apply", EXIT_DONE, "2 VFs enabled, 1 with framebuffer");
	vf_is(xe, 1, 0, 6, 20000);
	is_sane(xe);
	says("apply", EXIT_DONE, "in sync");
}

static void custom_mode_is_seen_and_the_way_back_named(void **state)
{
	static const char way[] = "echo 1 > /sys/kernel/debug/dri/" A "/sriov/restore_auto_provisioning";

	configure(GPU_A "vf 0-1 = small\n");
	/* another tool has given one VF something */
	xe->is_custom = true;
	xe->functions[2].has_ggtt = true;
	reload(xe);
	says("show", EXIT_DONE, way);
	says("show -j", EXIT_DONE, "\"warning\": \"custom mode");
	says("doctor -j " A, EXIT_MISSING, "custom mode, set by another tool in debugfs");
	says("doctor -j " A, EXIT_MISSING, way);
	xe->stores = 0;
	says("plan", EXIT_FAILED, way);
	says("apply", EXIT_FAILED, way);
	assert_int_equal(xe->stores, 0);
	/* nothing is left of what it did: that is seen when VFs have nothing */
	xe->functions[2].has_ggtt = false;
	reload(xe);
	says("plan", EXIT_DONE, "enable 2 VFs");
	says("apply", EXIT_FAILED, way);
	assert_int_equal(xe->num, 0);
	is_sane(xe);
	vf_is(xe, 0, 0, 0, 0);
	/* all that are asked for have what they need: that tool's way */
	xe->functions[1].has_ggtt = true;
	xe->functions[2].has_ggtt = true;
	reload(xe);
	says("apply", EXIT_DONE, "2 VFs enabled, 2 with framebuffer");
	says("doctor -j " A, EXIT_DONE, "automatic: xe gives VFs what they need");
}

/* taken from VFs that are enabled, which are as the configuration says otherwise */
static void vfs_without_ggtt_are_not_in_sync(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	xe->is_custom = true;
	xe->functions[2].has_ggtt = false;
	reload(xe);
	xe->stores = 0;
	says("apply", EXIT_FAILED, "GPU " A ": custom mode, set by another tool");
	says("plan", EXIT_FAILED, "restore_auto_provisioning");
	says("assert", EXIT_FAILED, "restore_auto_provisioning");
	says("doctor -j " A, EXIT_MISSING, "echo 0 > /sys/bus/pci/devices/" A "/sriov_numvfs; echo 1 > /sys/kernel/debug/dri/" A "/sriov/restore_auto_provisioning; gpuvf-agent apply");
	assert_int_equal(xe->stores, 0);
	configure(GPU_A "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	/* where debugfs cannot be read, nothing is said */
	run_shell("rm -r sys/kernel/debug/dri");
	says("show", EXIT_DONE, "0 of 4 VFs enabled");
}

static void two_gpus_are_two(void **state)
{
	fake_xe_make(second, B, XE_7_3, XE_QUOTAS);
	configure(GPU_A "vf 0-1 = small\n[gpu b]\npci = " B "\nvf 0-2 = big\n");
	says("apply", EXIT_DONE, B " [gpu b]: 3 VFs enabled, 3 with framebuffer");
	vf_is(xe, 1, GIB, 4, 30000);
	vf_is(second, 2, 2 * GIB, 8, 20000);
	configure(GPU_A "vf 0 = big\nvf 1 = small\n[gpu b]\npci = " B "\nvf 0-2 = small\n");
	xe->is_wedged = true;
	says("apply", EXIT_PARTLY, "GPU " A " VF 0: cannot set 2 GiB of framebuffer");
	vf_is(xe, 0, GIB, 4, 30000);
	vf_is(second, 0, GIB, 4, 30000);
	says("show", EXIT_DONE, A);
	configure(HEAD "[gpu all]\nmatch = *\nprovider = xe\nvf 0-1 = small\n");
	xe->is_wedged = false;
	says("apply", EXIT_DONE, B " [gpu all]: 2 VFs enabled");
	/* gpuvf's alone */
	configure(HEAD "[gpu all]\nmatch = *\nvf 0-1 = small\n");
	says("apply", EXIT_MISSING, "gpuvf drives no GPU");
}

static void single_settings_can_be_changed(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	says("set a/0 time_slice=1500us preempt_timeout=default fb=3000MiB", EXIT_DONE, "");
	vf_is(xe, 0, 3000 * MIB, 2, 20000);
	says("set a policy=fixed", EXIT_DONE, "");
	assert_string_equal(xe->priority, "normal");
	says("set a policy=equal", EXIT_USAGE, "policy: GPU " A " is driven by xe, which has best-effort and fixed only");
	says("set a pf_reserve=1GiB", EXIT_USAGE, "xe, which has no file for that");
	says("set a/0 label=x", EXIT_USAGE, "xe, which has no labels of VFs");
	says("set a/0 time_slice=101s", EXIT_USAGE, "xe, which takes 1 us to 100 s, not 101 s");
	says("set a/0 fb=9GiB", EXIT_USAGE, "VF 0: cannot set 9 GiB of framebuffer: xe has no room for it");
	vf_is(xe, 0, 3000 * MIB, 2, 20000);
	says("set a/4 fb=1GiB", EXIT_MISSING, "has 4 VFs, no VF 4");
}

static void the_pf_keeps_a_priority_that_vfs_cannot_have(void **state)
{
	xe->pf_priority = "high";
	reload(xe);
	says("set " A " policy=fixed", EXIT_DONE, "");
	assert_string_equal(xe->priority, "normal");
	assert_string_equal(xe->pf_priority, "high");
}

static void vfs_are_reset_and_stopped(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("reset a/0", EXIT_MISSING, "GPU " A " VF 0: is not enabled");
	says("apply", EXIT_DONE, "2 VFs enabled");
	xe->functions[1].is_running = true;
	says("reset a/0", EXIT_DONE, A " VF 0: reset");
	assert_false(xe->functions[1].is_running);
	says("stop a/0", EXIT_DONE, A " VF 0: stopped");
	assert_true(xe->functions[1].is_stopped);
	says("stop a/0", EXIT_USAGE, "VF 0: is stopped already; a reset of the VF ends that");
	says("reset a/0", EXIT_DONE, "reset");
	assert_false(xe->functions[1].is_stopped);
	says("pause a/0", EXIT_USAGE, "VF 0: xe has no file to pause or resume it with");
	says("resume a/0", EXIT_USAGE, "VF 0: xe has no file to pause or resume it with");
	says("reset a", EXIT_USAGE, "GPU " A ": xe resets a GPU by itself; only VFs can be reset from here");
	says("stats a", EXIT_USAGE, "xe, which has no statistics that are read here");
	bind_driver("0000:03:00.1", "vfio-pci");
	open_vf("0000:03:00.1");
	says("reset a/0", EXIT_BUSY, "VF 0: is in use, and its user has to reset it");
	says("stop a/0", EXIT_DONE, "stopped");
	xe->fail = "stop";
	xe->fail_error = -ENOENT;
	says("stop a/1", EXIT_USAGE, "this kernel's xe has no file to stop it with");
}

static void exported_is(const char *what)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words = xasprintf("export -o %s a", file);

	says("export a", EXIT_DONE, what);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("assert -f %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	free(file);
}

static void what_is_exported_changes_nothing(void **state)
{
	configure(GPU_A "policy = fixed\nvf 0 = big\nvf 1-2 = small\ndriver 0-1 = none\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	exported_is("pci = " A "\nprovider = xe\npolicy = fixed\nvfs = 3\nvf 0 = profile\nvf 1-2 = profile-2\ndriver 0-1 = none\n");
	exported_is("[profile profile-2]\nfb = 1GiB\ntime_slice = 4ms\npreempt_timeout = 30ms\n");
	/* what others have left on VFs that are not enabled */
	xe->functions[4].eq_ms = 10;
	reload(xe);
	exported_is("vfs = 3");
	/* VFs that the driver has provided for itself */
	fake_xe_enable(xe, 0);
	fake_xe_enable(xe, 2);
	exported_is("time_slice = 16ms\npreempt_timeout = 16ms\n");
	run_shell("rm -r " DEVICES A);
	fake_xe_make(xe, A, XE_7_3, XE_FAIR_ONLY);
	fake_xe_enable(xe, 2);
	exported_is("[profile shared]\nfb = shared\ntime_slice = 16ms\n");
}

/* as older kernels leave them: applying anything else would change that */
static void endless_times_cannot_be_said(void **state)
{
	fake_xe_make(xe, A, XE_6_19, XE_FAIR_ONLY);
	run_shell("rm -f " DEVICES A "/sriov_admin/vf*/profile/vram_quota");
	fake_xe_enable(xe, 2);
	says("show " A, EXIT_DONE, "endless");
	configure(GPU_A);
	says("export a", EXIT_DONE, "# VFs have endless time slices or preemption timeouts.\n# Applying this section would change that, so it is switched off.\n# [gpu gpu0]\n");
	/* and what the PF does is not limited */
	configure(GPU_A "vf 0-1 = s\n");
	says("plan", EXIT_DONE, "retime");
	says("plan", EXIT_DONE, "VFs wait for a job on the host without a limit");
	says("apply", EXIT_DONE, "2 VFs enabled");
	vf_is(xe, 0, xe->functions[1].quota, 4, 20000);
	pf_is(xe, 0, 0);
}

static void a_checkpoint_is_restored(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);
	struct fake_xe before;

	configure(GPU_A "policy = fixed\nvf 0 = big\nvf 1-2 = small\ndriver 0-1 = none\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	before = *xe;
	says(save, EXIT_DONE, "");
	says(restore, EXIT_DONE, A ": in sync");
	configure(GPU_A "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	says(restore, EXIT_DONE, A ": restored, 3 VFs enabled");
	assert_memory_equal(xe->functions, before.functions,
			    sizeof(before.functions));
	assert_string_equal(xe->priority, "normal");
	free(save);
	free(restore);
}

static void the_daemon_sees_what_others_change(void **state)
{
	struct daemon d = {};
	char said[4000];

	configure(GPU_A "vf 0-1 = small\n");
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DONE);
	assert_int_equal(xe->num, 2);
	xe->functions[1].eq_ms = 50;
	reload(xe);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DIFFERS);
	assert_says(said, "differs from the configuration (on_drift = report). Would do: set the layout");
	xe->stores = 0;
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DIFFERS);
	assert_string_equal(said, "");
	assert_int_equal(xe->stores, 0);
	daemon_free(&d);
	configure("[gpuvf]\non_drift = enforce\nversion = 1\n[profile small]\nfb = 1GiB\n"
		  "[gpu a]\npci = " A "\nvf 0-1 = small\n");
	d = (struct daemon){};
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DONE);
	vf_is(xe, 0, GIB, 6, 20000);
	daemon_free(&d);
}

static void an_ordinary_user_sees_and_changes_nothing(void **state)
{
	configure(GPU_A "vf 0-1 = small\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	configure(GPU_A "vf 0-1 = big\n");
	assert_int_equal(chmod(root, 0755), 0);
	run_shell("chmod 700 sys/kernel/debug");
	assert_int_equal(geteuid(), 0);
	assert_int_equal(seteuid(65534), 0);
	xe->stores = 0;
	says("show", EXIT_DONE, "2 of 4 VFs enabled");
	says("plan", EXIT_DONE, "VFs in use are not visible without CAP_SYS_ADMIN; apply may refuse this");
	says("assert", EXIT_DIFFERS, "resize");
	says("apply", EXIT_PERMISSION, "");
	assert_int_equal(xe->stores, 0);
	assert_int_equal(seteuid(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(each_variant_is_known_by_its_files),
		test(a_size_is_wanted_where_it_can_be_set),
		test(what_xe_cannot_do_is_refused_at_its_line),
		test(apply_gives_all_that_is_asked_for),
		test(vfs_get_drivers_that_can_migrate),
		test(another_number_gets_everything_again),
		test(quotas_come_later_where_they_cannot_be_preset),
		test(times_are_preset_where_quotas_cannot_be),
		test(quotas_of_others_above_the_number_are_freed),
		test(quotas_shrink_before_others_grow),
		test(times_change_live),
		test(what_is_rounded_is_said),
		test(tiles_make_the_step_larger),
		test(the_limits_can_be_had),
		test(a_vf_without_a_line_has_limits),
		test(custom_mode_is_seen_and_the_way_back_named),
		test(vfs_without_ggtt_are_not_in_sync),
		test(two_gpus_are_two),
		test(single_settings_can_be_changed),
		test(the_pf_keeps_a_priority_that_vfs_cannot_have),
		test(vfs_are_reset_and_stopped),
		test(what_is_exported_changes_nothing),
		test(endless_times_cannot_be_said),
		test(a_checkpoint_is_restored),
		test(the_daemon_sees_what_others_change),
		test(an_ordinary_user_sees_and_changes_nothing),
	};

	return cmocka_run_group_tests_name("xe", tests, NULL, NULL);
}
