// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of NVIDIA's vGPU host driver, in a tree of files with the double's rules behind
 * them.
 */
#include "nvidia_test.h"

/* ---- which types */

static void types_that_do_not_exist_are_refused(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "8 VFs enabled, 1 with framebuffer\n");
	configure(CONFIG "vf 0 = q\nvf 1 = any\n");
	says("plan", EXIT_USAGE, "VF 1: several types have 12 GiB of framebuffer: L40S-12Q, L40S-12A; say which with nvidia_type");
	says("apply", EXIT_USAGE, "gpuvf.ini:12:6");
	configure(HEAD "[profile x]\nfb = 13GiB\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: no type has 13 GiB of framebuffer; 12 GiB is the largest");
	fake_nvidia_write_types_file();
	says("plan", EXIT_USAGE, "12 GiB and 24 GiB exist");
	/* before there are VFs too */
	run_shell(MANAGE " -d " GPU);
	says("plan", EXIT_USAGE, "12 GiB and 24 GiB exist");
	run_shell(MANAGE " -e " GPU);
	configure(HEAD "[profile x]\nfb = 12GiB\nnvidia_type = NVIDIA L40S-13Q\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: it has no type 'L40S-13Q'; there are L40S-12Q, L40S-12A, L40S-24Q");
	says("plan", EXIT_USAGE, "gpuvf.ini:15:15");
	configure(HEAD "[profile x]\nfb = 24GiB\nnvidia_type = L40S-12Q\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: type L40S-12Q has 12 GiB of framebuffer, requested fb = 24GiB [no-such-type]");
	configure(HEAD "[profile x]\nnvidia_type = 31\n[gpu l40s]\npci = " GPU "\nvf 1 = x\n");
	says("plan", EXIT_USAGE, "VF 1: type L40S-1-12Q is for MIG mode; gpuvf sets types of whole GPUs only");
	assert_int_equal(writes(), 1);
	configure("[gpuvf]\nversion = 1\n[profile x]\nfb = 1GiB\nnvidia_type = a/b\n");
	says("plan", EXIT_USAGE, "nvidia_type: 'a/b' is neither the name of a vGPU type, as in L40S-12Q, nor its number");
	configure("[gpuvf]\nversion = 1\n[profile x]\ntime_slice = 4ms\n");
	says("plan", EXIT_USAGE, "profile 'x' has no 'fb' (framebuffer size)");
}

/* ---- which GPUs */

static void only_its_own_gpus_are_nvidias(void **state)
{
	says("show", EXIT_DONE, GPU "  nvidia  driver nvidia  ready  0 of 8 VFs enabled");
	says("show -j", EXIT_DONE, "\"provider\": \"nvidia\"");
	/* another vendor's: any driver's */
	put(GPU, "vendor", "0x1b36\n");
	says("show", EXIT_DONE, GPU "  generic  driver nvidia");
	put(GPU, "vendor", "0x10de\n");
	bind_driver(GPU, "nouveau");
	says("show", EXIT_DONE, GPU "  generic  driver nouveau");
	bind_driver(GPU, "nvidia");
	configure(HEAD "[gpu all]\nmatch = *\nvf 0 = q\n");
	says("plan", EXIT_MISSING, "gpuvf drives no GPU");
	configure(HEAD "[gpu all]\nmatch = *\nprovider = nvidia\nvf 0 = q\n");
	says("plan", EXIT_DONE, GPU " [gpu all]: set the layout, enable 8 VFs");
	assert_int_equal(writes(), 0);
	configure(HEAD "[gpu all]\npci = " GPU "\nprovider = nvida\nvf 0 = q\n");
	says("plan", EXIT_USAGE, "did you mean 'nvidia'?");
}

static void mediated_devices_are_refused_with_the_way_out(void **state)
{
	run_shell("mkdir " DEVICES GPU "/mdev_supported_types");
	configure(CONFIG "vf 0-3 = q\n");
	says("show", EXIT_DONE, GPU "  nvidia  driver nvidia");
	says("plan", EXIT_USAGE, "vfs: GPU " GPU " is driven by nvidia, which makes mediated devices (mdev), which gpuvf does not: use vGPU 17 or newer on Linux 6.8 or newer, or mdevctl");
	says("apply", EXIT_USAGE, "fb: GPU " GPU " is driven by nvidia, which makes mediated devices");
	says("set l40s/0 fb=1GiB", EXIT_USAGE, "mdevctl");
	run_shell("rmdir " DEVICES GPU "/mdev_supported_types");
	/* only the VFs show it: they were enabled, and go again */
	write_script(MANAGE, "kind=mdev_supported_types\n" HONEST);
	says("apply", EXIT_FAILED, "enabled 8 VFs, but 0 of them have nvidia/current_vgpu_type after 30 s");
	log_is("manage.log", "-e " GPU "\n-d " GPU "\n");
}

static void vfs_without_files_are_explained(void **state)
{
	write_script(MANAGE, "kind=other\n" HONEST);
	run_shell(MANAGE " -e " GPU);
	says("show", EXIT_DONE, "vGPU types need NVIDIA's vGPU host driver 17 or newer");
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_MISSING, "VF 0: which types it can have is not known");
}

/* ---- apply */

static void apply_enables_all_and_gives_types(void **state)
{
	configure(CONFIG "vf 0-1 = q\nvf 3 = a\n");
	says("check", EXIT_DONE, "OK");
	says("plan", EXIT_DONE, "set the layout, enable 8 VFs");
	says("plan", EXIT_DONE, "driver nvidia has all 8 VFs enabled or none; 4 of them get something");
	says("plan", EXIT_DONE, "driver nvidia has no dry run; it may still refuse this");
	says("assert", EXIT_DIFFERS, "enable 8 VFs");
	log_is("manage.log", "");
	says("apply", EXIT_DONE, GPU " [gpu l40s]: 8 VFs enabled, 3 with framebuffer\n");
	types_are("11 11 0 12 0 0 0 0");
	assert_int_equal(writes(), 3);
	log_is("manage.log", "-e " GPU "\n");

	/* what is so stays so */
	says("apply", EXIT_DONE, "in sync");
	says("plan", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says("show", EXIT_DONE, "L40S-12A");
	says("show -j", EXIT_DONE, "\"nvidia_type\": \"L40S-12Q\"");
	says("show -j", EXIT_DONE, "\"nvidia_type_id\": 12");
	says("show -j", EXIT_DONE, "\"fb_total_bytes\": null");
	says("doctor", EXIT_DONE, "(" GPU ") has 8 of 8 VFs");
	assert_int_equal(writes(), 3);
	log_is("manage.log", "-e " GPU "\n");

	/* one of them becomes another of that size, and one goes */
	configure(CONFIG "vf 0 = q\nvf 1 = a\nvfs = 2\n");
	says("plan", EXIT_DONE, "retype");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 12 0 0 0 0 0 0");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	log_is("manage.log", "-e " GPU "\n-d " GPU "\n");
}

static void a_type_of_that_size_will_do(void **state)
{
	configure(CONFIG "vf 0 = a\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vf 0 = any\n");
	says("apply", EXIT_DONE, "in sync");
	/* by its number too */
	configure("[gpuvf]\nversion = 1\n[profile n]\nnvidia_type = 12\n[gpu g]\npci = " GPU "\nvf 0 = n\n");
	says("apply", EXIT_DONE, "in sync");
	/* the size alone says enough where there is one such type */
	configure(CONFIG "vf 0-1 = big\n");
	says("apply", EXIT_USAGE, "no type has 24 GiB");
	fake_nvidia_write_types_file();
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("21 21 0 0 0 0 0 0");
	/* the GPU is full: no VF lists any type now, and the file has the names */
	says("show", EXIT_DONE, "L40S-24Q");
	run_shell("rm -r usr/share/nvidia");
	says("show -j", EXIT_DONE, "\"nvidia_type\": \"21\"");
	says("export", EXIT_DONE, "nvidia_type = 21\n\n[gpu gpu0]");
}

static void what_is_exported_changes_nothing(void **state)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words;

	configure(CONFIG "vf 1-2 = q\nvf 3 = a\nvfs = 4\n");
	says("apply", EXIT_DONE, "3 with framebuffer");
	says("export", EXIT_DONE, "[profile L40S-12Q]\nnvidia_type = L40S-12Q\nfb = 12GiB\n");
	says("export", EXIT_DONE, "provider = nvidia\nvfs = 4\nvf 1-2 = L40S-12Q\nvf 3 = L40S-12A\n");
	words = xasprintf("export -o %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("assert -f %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	/* without any type there is nothing that a file could say */
	configure(CONFIG);
	run_shell(MANAGE " -d " GPU);
	nvr_enable(&rules[0], false);
	run_shell(MANAGE " -e " GPU);
	says("export", EXIT_DONE, "# [gpu gpu0]");
	free(file);
}

static void what_it_cannot_hold_is_refused_at_its_line(void **state)
{
	configure("[gpuvf]\nversion = 1\n"
		  "[profile p]\nfb = 12GiB\ntime_slice = 4ms\npreempt_timeout = 1s\nlabel = x\n"
		  "[profile s]\nfb = shared\n"
		  "[gpu g]\npci = " GPU "\npolicy = equal\npf_reserve = 1GiB\nvf 0 = p\nvf 1 = s\n"
		  "driver 0 = vfio-pci\n");
	says("check", EXIT_DONE, "OK");
	says("apply", EXIT_USAGE, "gpuvf.ini:5:14: time_slice: GPU " GPU " is driven by nvidia, which has one time slice for the whole GPU");
	says("apply", EXIT_USAGE, "gpuvf.ini:6:19: preempt_timeout: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:7:9: label: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:9:6: fb: GPU " GPU " is driven by nvidia, which gives each VF framebuffer of its own");
	says("apply", EXIT_USAGE, "gpuvf.ini:12:10: policy: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:13:14: pf_reserve: ");
	says("apply", EXIT_USAGE, "gpuvf.ini:16:1: driver: GPU " GPU " is driven by nvidia, which keeps its VFs");
	/* of the provider alone, without a GPU of it */
	configure("[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"
		  "[gpu g]\nmatch = *\nprovider = nvidia\npolicy = equal\nvf 0 = s\n");
	says("check", EXIT_USAGE, "policy: provider nvidia takes its policy by NVML");
	configure(CONFIG "vf 0-8 = q\n");
	says("apply", EXIT_USAGE, "9 VFs requested, at most 8 possible");
	log_is("manage.log", "");
	configure(CONFIG);
	says("reset l40s/0", EXIT_USAGE, "nvidia, which resets VFs itself");
	says("stats l40s", EXIT_USAGE, "nvidia, which has statistics only for NVML");
	says("set l40s policy=fixed", EXIT_USAGE, "takes its policy by NVML");
	says("set l40s/0 time_slice=4ms", EXIT_USAGE, "has one time slice for the whole GPU");
	/* a profile without a size is for those that have types alone */
	configure("[gpuvf]\nversion = 1\n[profile n]\nnvidia_type = 12\n[gpu g]\npci = " GPU "\nvf 0 = n\n");
	bind_driver(GPU, "nouveau");
	says("plan", EXIT_USAGE, "gpuvf.ini:3:2: fb: GPU " GPU " is driven by nouveau, which takes no nvidia_type, and there is nothing else; write fb = shared");
}

static void set_gives_a_vf_a_size(void **state)
{
	says("set " GPU "/0 fb=12GiB", EXIT_BUSY, "VF 0 is not enabled, and driver nvidia cannot change it then");
	run_shell(MANAGE " -e " GPU);
	says("set " GPU "/0 fb=24GiB", EXIT_DONE, "");
	types_are("21 0 0 0 0 0 0 0");
	says("set " GPU "/0 fb=12GiB", EXIT_USAGE, "no type has 12 GiB");
	types_are("21 0 0 0 0 0 0 0");
	says("set " GPU "/0 fb=0B", EXIT_DONE, "");
	types_are("0 0 0 0 0 0 0 0");
	says("set " GPU "/9 fb=0B", EXIT_MISSING, "GPU " GPU " has 8 VFs, no VF 9");
}

/* ---- sizes that differ */

static void sizes_that_differ_need_the_other_mode(void **state)
{
	fake_nvidia_write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	says("apply", EXIT_DONE, "switched to heterogeneous mode");
	log_is("smi.log", "vgpu -shm 1 -i " GPU "\n");
	types_are("11 21 0 0 0 0 0 0");
	/* the largest first, whatever its index */
	assert_string_equal(written, "1=21 0=11 ");
	says("apply", EXIT_DONE, "in sync");
	/* it is in that mode: what changes is written, nothing else */
	rules[0].accepted = 0;
	configure(CONFIG "vf 0 = a\nvf 1 = big\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	log_is("smi.log", "vgpu -shm 1 -i " GPU "\n");
	assert_int_equal(writes(), 2);
	types_are("12 21 0 0 0 0 0 0");
}

static void the_mode_stays_while_a_vf_is_in_use(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	use_vf(0);
	fake_nvidia_write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	says("plan", EXIT_BUSY, "types of different sizes need heterogeneous mode, which can change only while no VF has a type, and VF 0 is in use");
	says("apply", EXIT_BUSY, "heterogeneous mode");
	types_are("11 11 0 0 0 0 0 0");
	/* a driver with places says that it is in that mode already */
	put("0000:3d:00.1", "nvidia/placement_id", "0\n");
	nvr_set_heterogeneous(&rules[0], true);
	rules[0].heterogeneous = true;
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 21 0 0 0 0 0 0");
}

static void a_mode_that_cannot_be_had_is_explained(void **state)
{
	fake_nvidia_write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	write_script(SMI, "exit 19");
	says("apply", EXIT_BUSY, "heterogeneous mode cannot change while a VF has a type");
	write_script(SMI, "echo no such GPU; exit 6");
	says("apply", EXIT_FAILED, "nvidia-smi ended with exit code 6: no such GPU");
	run_shell("chmod o+w " SMI);
	says("apply", EXIT_PERMISSION, "nvidia-smi: is writable by everyone (mode 0757): chmod go-w");
	run_shell("rm " SMI);
	says("apply", EXIT_MISSING, "nvidia-smi: No such file");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	/* it says that it did, and the driver has other ideas */
	write_script(SMI, "exit 0");
	says("apply", EXIT_USAGE, "VF 0: cannot get type L40S-12Q: the driver says Invalid argument");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
}

/* ---- more than one */

static void two_gpus_are_two(void **state)
{
	fake_nvidia_make_gpu(OTHER);
	configure(CONFIG "vf 0 = q\n[gpu other]\npci = " OTHER "\nvf 0-1 = a\n");
	says("apply", EXIT_DONE, OTHER " [gpu other]: 8 VFs enabled, 2 with framebuffer");
	types_are("11 0 0 0 0 0 0 0");
	assert_int_equal(rules[1].vfs[1].type, 12);
	log_is("manage.log", "-e " GPU "\n-e " OTHER "\n");
	/* one in trouble does not keep the other from its own */
	use_vf(0);
	configure(CONFIG "vf 0 = a\n[gpu other]\npci = " OTHER "\nvf 0-1 = q\n");
	says("apply", EXIT_PARTLY, "keeps type L40S-12Q while it is in use");
	assert_int_equal(rules[1].vfs[1].type, 11);
}

static void an_ordinary_user_can_look(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	run_shell("chmod 755 .");
	configure(CONFIG "vf 0 = a\n");
	run_shell("chmod 644 etc/gpuvf.ini");
	assert_int_equal(seteuid(1234), 0);
	says("show", EXIT_DONE, "L40S-12Q");
	says("plan", EXIT_DONE, "retype");
	says("plan", EXIT_DONE, "VFs in use are not visible without CAP_SYS_ADMIN");
	says("assert", EXIT_DIFFERS, "");
	assert_int_equal(seteuid(0), 0);
	types_are("11 0 0 0 0 0 0 0");
}

static void checkpoints_have_types(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);

	configure(CONFIG "vf 0 = q\nvf 2 = a\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	says(save, EXIT_DONE, "");
	configure(CONFIG "vf 0-2 = a\n");
	says("apply", EXIT_DONE, "3 with framebuffer");
	says(restore, EXIT_DONE, GPU ": restored");
	types_are("11 0 12 0 0 0 0 0");
	says(restore, EXIT_DONE, GPU ": in sync");
	run_shell(MANAGE " -d " GPU);
	says(restore, EXIT_DONE, GPU ": restored");
	types_are("11 0 12 0 0 0 0 0");
	free(save);
	free(restore);
}

static void beside_proxmox_drift_is_only_reported(void **state)
{
	run_shell("touch usr/bin/pveversion");
	configure("[gpuvf]\nversion = 1\non_drift = enforce\n[profile q]\nnvidia_type = L40S-12Q\n"
		  "[gpu g]\npci = " GPU "\nvf 0 = q\n");
	says("plan", EXIT_USAGE, "gpuvf.ini:3:1: on_drift: GPU " GPU " is driven by nvidia, and Proxmox VE on this host sets its VFs too; write on_drift = report");
	says("apply", EXIT_USAGE, "on_drift");
	log_is("manage.log", "");
	configure("[gpuvf]\nversion = 1\non_drift = report\n[profile q]\nnvidia_type = L40S-12Q\n"
		  "[gpu g]\npci = " GPU "\nvf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(types_that_do_not_exist_are_refused),
		test(only_its_own_gpus_are_nvidias),
		test(mediated_devices_are_refused_with_the_way_out),
		test(vfs_without_files_are_explained),
		test(apply_enables_all_and_gives_types),
		test(a_type_of_that_size_will_do),
		test(what_is_exported_changes_nothing),
		test(what_it_cannot_hold_is_refused_at_its_line),
		test(set_gives_a_vf_a_size),
		test(sizes_that_differ_need_the_other_mode),
		test(the_mode_stays_while_a_vf_is_in_use),
		test(a_mode_that_cannot_be_had_is_explained),
		test(two_gpus_are_two),
		test(an_ordinary_user_can_look),
		test(checkpoints_have_types),
		test(beside_proxmox_drift_is_only_reported),
	};

	return cmocka_run_group_tests_name("nvidia", tests, NULL, NULL);
}
