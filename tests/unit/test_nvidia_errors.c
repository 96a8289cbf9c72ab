// SPDX-License-Identifier: GPL-2.0
/*
 * What NVIDIA's driver and its helper programs do wrong, and other programs between.
 */
#include "base/helper.h"
#include "pci/sysfs.h"
#include "nvidia_test.h"

/* ---- what drivers do */

/* each errno that a closed driver may have for it */
static void a_type_that_is_refused_is_rolled_back(void **state)
{
	size_t i;

	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	for (i = 0; i < ARRAY_SIZE(plausible); i++) {
		char *said = xasprintf("VF 4: cannot get type L40S-12Q: the driver says %s",
				       strerror(plausible[i]));
		char *text;

		rules[0].unknown_errno = plausible[i];
		/* five of these do not fit */
		configure(CONFIG "vf 0-4 = q\n");
		assert_int_not_equal(run("apply", text = xcalloc(1, 10000), 10000), 0);
		assert_says(text, said);
		assert_says(text, "GPU " GPU ": rolled back to its previous state");
		types_are("11 11 0 0 0 0 0 0");
		free(text);
		free(said);
	}
	says("assert", EXIT_DIFFERS, "");
	configure(CONFIG "vf 0-1 = q\n");
	says("assert", EXIT_DONE, "");
}

static void open_it(void)
{
	rules[0].vfs[0].is_open = true;
}

/*
 * Errnos that are known: EIO of a VF that was unbound once, EPERM of one that a program
 * opened just now. Those that are not known are above, what nvidia-smi says is in
 * test_nvidia.c.
 */
static void vfs_that_take_no_type_are_named(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	run_shell(MANAGE " -e " GPU);
	fake_nvidia_sync();
	nvr_unbind(&rules[0], 1);
	says("apply", EXIT_FAILED, "VF 1: cannot get type L40S-12Q: the driver says Input/output error");
	says("apply", EXIT_FAILED, "GPU " GPU ": rolled back to its previous state");
	types_are("0 0 0 0 0 0 0 0");
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vf 0 = a\n");
	rival = open_it;
	says("apply", EXIT_PERMISSION, "VF 0: cannot give up type L40S-12Q: the driver says Operation not permitted");
	types_are("11 0 0 0 0 0 0 0");
	/* no look at processes could have seen that */
	assert_true(rules[0].violations);
	rules[0].violations = 0;
}

/* what was there is not to be had again: neither the old state nor the new one */
static void take_the_place(void)
{
	nvr_store_type(&rules[0], 6, 21);
}

static void put_back_is_refused(void)
{
	rules[0].late = true;
}

static void what_cannot_be_put_back_needs_attention(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	configure(CONFIG "vf 0-1 = a\n");
	rival = put_back_is_refused;
	says("apply", EXIT_ATTENTION, "GPU " GPU ": rollback failed; it needs attention");
	says("show", EXIT_ATTENTION == 8 ? EXIT_DONE : 0, "8 of 8");
	rules[0].late = false;
	says("apply", EXIT_DONE, "recovered an interrupted apply");
	types_are("12 12 0 0 0 0 0 0");
}

static void values_that_read_back_changed_are_seen(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	rules[0].forgets = true;
	says("apply", EXIT_FAILED, "VF 0: cannot get type L40S-12Q: the driver says nothing, and it has type 0");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	rules[0].forgets = false;
	/* an error about what was done nevertheless is no error */
	lie = -EIO;
	says("apply", EXIT_DONE, "1 with framebuffer");
	lie = 0;
	/* a type that does not go */
	rules[0].forgets = true;
	configure(CONFIG "vf 0 = a\n");
	says("apply", EXIT_ATTENTION == 8 ? EXIT_FAILED : 0, "VF 0: cannot give up type L40S-12Q");
	types_are("11 0 0 0 0 0 0 0");
}

static void a_type_may_take_its_time_to_go(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vf 0 = a\n");
	rules[0].lag = 5;
	says("apply", EXIT_DONE, "1 with framebuffer");
	types_are("12 0 0 0 0 0 0 0");
	rules[0].lag = 0;
}

static void a_vf_in_use_keeps_its_type(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	use_vf(1);
	configure(CONFIG "vf 0-1 = a\n");
	says("plan", EXIT_BUSY, "VF 1: keeps type L40S-12Q while it is in use");
	says("apply", EXIT_BUSY, "process 77 (qemu) has it open");
	types_are("11 11 0 0 0 0 0 0");
	/* the others may change */
	configure(CONFIG "vf 0 = a\nvf 1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("12 11 0 0 0 0 0 0");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_BUSY, "VF 1 is in use (nvidia, process 77 (qemu)): cannot change the number of VFs");
	leave_vf(1);
	says("apply", EXIT_DONE, "0 VFs enabled");
}

/* it was read, and another program was faster */
static void another_program_between_reading_and_writing(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	run_shell(MANAGE " -e " GPU);
	rival = take_the_place;
	says("apply", EXIT_USAGE, "VF 0: cannot get type L40S-12Q");
	types_are("0 0 0 0 0 0 0 0");
	says("apply", EXIT_DONE, "2 with framebuffer");
	types_are("11 11 0 0 0 0 0 0");
}

static u32 reads;

/* after so many reads of types another program gives VF 1 one */
static void type_other_vf(void)
{
	if (reads && !--reads)
		nvr_store_type(&rules[0], 1, 11);
}

/* what is read, changed in one place and written must not take back another change */
static void set_takes_back_nothing_that_came_meanwhile(void **state)
{
	static char text[10000];
	u32 n;

	run_shell(MANAGE " -e " GPU);
	fake_nvidia_sync();
	reading = type_other_vf;
	for (n = 1, reads = 0; !reads; n++) {
		nvr_store_type(&rules[0], 1, 0);
		reads = n;
		run("set " GPU "/0 fb=0B", text, sizeof(text));
		assert_int_equal(rules[0].vfs[1].type, reads ? 0 : 11);
	}
	assert_true(n > 2 * TOTAL);
}

static void files_that_vanish_are_no_crash(void **state)
{
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	run_shell("rm -r " DEVICES "0000:3d:00.2/nvidia");
	says("show", EXIT_DONE, "VFs are being enabled or disabled");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	run_shell("mv " DEVICES GPU " gone");
	says("show", EXIT_MISSING, "module gpuvf is not loaded");
	says("apply", EXIT_MISSING, "module gpuvf is not loaded");
}

/* with the device's lock, so that nothing could read sriov_numvfs */
static void a_driver_that_hangs_hangs_nothing_here(void **state)
{
	char *path = path_of(GPU, NUMVFS);
	int fd;

	configure(CONFIG "vf 0 = q\n");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	says("show", EXIT_DONE, "VFs are being enabled or disabled");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	says("doctor -v", EXIT_MISSING, "hangs in that");
	close(fd);
	free(path);
}

static void mig_mode_is_refused(void **state)
{
	rules[0].mig = true;
	run_shell(MANAGE " -e " GPU);
	configure(CONFIG "vf 0 = q\n");
	says("plan", EXIT_USAGE, "GPU " GPU " is in MIG mode; gpuvf sets types of whole GPUs only");
	/* the host driver's file has the types for both modes */
	fake_nvidia_write_types_file();
	says("plan", EXIT_USAGE, "GPU " GPU " is in MIG mode; gpuvf sets types of whole GPUs only");
	assert_int_equal(writes(), 0);
}

static void lists_with_titles_are_read(void **state)
{
	rules[0].has_header = true;
	configure(CONFIG "vf 0-1 = q\n");
	says("apply", EXIT_DONE, "2 with framebuffer");
	says("assert", EXIT_DONE, "");
}

/* ---- sriov-manage */

static void helpers_that_cannot_be_trusted_are_not_run(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	run_shell("chmod o+w " MANAGE);
	says("apply", EXIT_PERMISSION, "cannot enable 8 VFs: ");
	says("apply", EXIT_PERMISSION, "sriov-manage is writable by everyone (mode 0757): chmod go-w");
	run_shell("chmod o-w " MANAGE " && chmod g+w usr/lib/nvidia");
	says("apply", EXIT_PERMISSION, "usr/lib/nvidia is writable by its group");
	run_shell("chmod g-w usr/lib/nvidia && chown 1234 " MANAGE);
	says("apply", EXIT_PERMISSION, "sriov-manage is owned by uid 1234, must be owned by root");
	run_shell("rm " MANAGE " && mkdir " MANAGE);
	says("apply", EXIT_USAGE, "sriov-manage: Invalid argument");
	run_shell("rmdir " MANAGE);
	says("apply", EXIT_MISSING, "/usr/lib/nvidia/sriov-manage is not there; it comes with NVIDIA's vGPU host driver");
	log_is("manage.log", "");
	/* where a container has the driver */
	run_shell("mkdir -p run/nvidia/driver/usr/lib/nvidia");
	write_script("run/nvidia/driver/" MANAGE, "kind=nvidia\n" HONEST);
	says("apply", EXIT_DONE, "1 with framebuffer");
}

static void helpers_that_fail_are_quoted(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "echo \"$*\" >> ../../../../manage.log; echo 'cannot get the lock' >&2; exit 3");
	says("apply", EXIT_FAILED, "sriov-manage ended 5 times with exit code 3: cannot get the lock (a program that uses NVML keeps GPU " GPU " from it");
	log_is("manage.log", "-e " GPU "\n-e " GPU "\n-e " GPU "\n-e " GPU "\n-e " GPU "\n");
	/* nor do VFs stay that one made which then failed */
	write_script(MANAGE, "[ $1 = -e ] && trap 'exit 3' EXIT\nkind=nvidia\n" HONEST);
	says("apply", EXIT_FAILED, "GPU " GPU ": rolled back to its previous state");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	/* at the third time it gets hold of the GPU */
	write_script(MANAGE, "echo >> ../../../../tries; [ $(wc -l < ../../../../tries) -lt 3 ] && exit 1\nkind=nvidia\n" HONEST);
	says("apply", EXIT_DONE, "1 with framebuffer");
	configure(CONFIG "vfs = 0\n");
	write_script(MANAGE, "exit 1");
	says("apply", EXIT_FAILED, "cannot disable its 8 VFs: ");
	says("apply", EXIT_FAILED, "it said nothing");
	types_are("11 0 0 0 0 0 0 0");
}

/* where VFs without types are all that is asked for, too */
static void vfs_of_a_helper_that_failed_are_undone(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);

	configure(CONFIG "vf 0 = q\n");
	run_shell(MANAGE " -e " GPU);
	says(save, EXIT_DONE, "");
	run_shell(MANAGE " -d " GPU);
	write_script(MANAGE, "[ $1 = -e ] && trap 'exit 3' EXIT\nkind=nvidia\n" HONEST);
	says(restore, EXIT_FAILED, "GPU " GPU ": rolled back to its previous state");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	free(save);
	free(restore);
}

static void helpers_that_lie_are_found_out(void **state)
{
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "exit 0");
	says("apply", EXIT_FAILED, "sriov-manage reported success, but 0 VFs are enabled after 30 s; just after the driver was loaded it does nothing");
	/* VFs, and their files never come */
	write_script(MANAGE, "kind=nothing\n" HONEST);
	says("apply", EXIT_FAILED, "sriov-manage enabled 8 VFs, but 0 of them have nvidia/current_vgpu_type after 30 s");
	says("show", EXIT_DONE, "0 of 8 VFs enabled");
	/* their files come some time after them */
	write_script(MANAGE, "kind=nvidia\n" HONEST
		     "[ $1 = -e ] && mv 0000:3d:00.3/nvidia ../../../../late && "
		     "{ sleep 0.3; mv ../../../../late 0000:3d:00.3/nvidia; } > /dev/null 2>&1 &\n"
		     ":");
	says("apply", EXIT_DONE, "1 with framebuffer");
}

static void helpers_that_hang_are_ended(void **state)
{
	char said[HELPER_TEXT], pid[16];
	char *path = xasprintf("%s/" MANAGE, root);
	const char *const argv[] = { path, "-e", GPU, NULL };

	write_script(MANAGE, "echo $$ > ${0%/*}/pid; echo waiting; printf 'for\\033ever\n'; exec sleep 1000");
	assert_int_equal(helper_run(argv, 2000, said), -ETIMEDOUT);
	assert_string_equal(said, "for?ever");
	assert_true(root_line(pid, sizeof(pid), "usr/lib/nvidia/pid"));
	assert_int_equal(kill(strtol(pid, NULL, 10), 0), -1);
	write_script(MANAGE, "kill -9 $$");
	assert_int_equal(helper_run(argv, 60000, said), -ECANCELED);
	/* neither its environment nor its output is of any use to it */
	assert_int_equal(setenv("GPUVF_TEST", "x", 1), 0);
	write_script(MANAGE, "read line && exit 1; [ -z \"$GPUVF_TEST\" ] || exit 2; yes | head -c 100000; echo end; exit 7");
	assert_int_equal(helper_run(argv, 60000, said), 7);
	assert_string_equal(said, "end");
	configure(CONFIG "vf 0 = q\n");
	write_script(MANAGE, "exec > /dev/null 2>&1 sleep 1000");
	says("apply", EXIT_FAILED, "sriov-manage gave no answer in 120 s, and was ended");
	/* the other one */
	write_script(MANAGE, "kind=nvidia\n" HONEST);
	write_script(SMI, "exec > /dev/null 2>&1 sleep 1000");
	fake_nvidia_write_types_file();
	configure(CONFIG "vf 0 = q\nvf 1 = big\n");
	says("apply", EXIT_FAILED, "types of different sizes need heterogeneous mode: ");
	says("apply", EXIT_FAILED, "nvidia-smi: gave no answer");
	types_are("0 0 0 0 0 0 0 0");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_type_that_is_refused_is_rolled_back),
		test(vfs_that_take_no_type_are_named),
		test(what_cannot_be_put_back_needs_attention),
		test(values_that_read_back_changed_are_seen),
		test(a_type_may_take_its_time_to_go),
		test(a_vf_in_use_keeps_its_type),
		test(another_program_between_reading_and_writing),
		test(set_takes_back_nothing_that_came_meanwhile),
		test(files_that_vanish_are_no_crash),
		test(a_driver_that_hangs_hangs_nothing_here),
		test(mig_mode_is_refused),
		test(lists_with_titles_are_read),
		test(helpers_that_cannot_be_trusted_are_not_run),
		test(helpers_that_fail_are_quoted),
		test(vfs_of_a_helper_that_failed_are_undone),
		test(helpers_that_lie_are_found_out),
		test(helpers_that_hang_are_ended),
	};

	return cmocka_run_group_tests_name("nvidia: errors", tests, NULL, NULL);
}
