// SPDX-License-Identifier: GPL-2.0
/*
 * GPUs of AMD's GIM, in a tree of files. reset_gpu is a FIFO with one byte in it, which
 * would be gone if anything had read it.
 */
#include <poll.h>

#include "double_table.h"
#include "doubles/gim_rules.h"
#include "pci/sysfs.h"
#include "pci_tree.h"
#include "verb_test.h"

#define NEW	"0000:63:00.0"
#define OLD	"0000:85:00.0"
#define HEAD	"[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n" \
		"[profile p]\nfb = 2GiB\ntime_slice = 4ms\npreempt_timeout = 1s\nlabel = x\n"
#define CONFIG	HEAD "[gpu mi]\npci = " NEW "\n"

static int reset_fd;

static void make_gpu(const char *bdf, u32 vfs)
{
	char number[8];

	snprintf(number, sizeof(number), "%u\n", vfs);
	make_pf(bdf, "0x120000\n", NULL, "8\n");
	make_vfs(bdf, 0, vfs);
	put(bdf, "sriov_numvfs", number);
	put(bdf, "vendor", "0x1002\n");
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "run", "etc", "proc" };
	char *path;

	root = new_root(dirs, ARRAY_SIZE(dirs));
	run_shell("mkdir -p sys/bus/pci/drivers/gim sys/bus/pci/drivers/vfio-pci " DEVICES);
	make_gpu(NEW, 4);
	bind_driver(NEW, "gim");
	put(NEW, "accelerator_partition_profile", "1\n");
	put(NEW, "memory_partition_mode", "NPS4\n");
	path = path_of(NEW, "reset_gpu");
	assert_int_equal(mkfifo(path, 0400), 0);
	reset_fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(reset_fd >= 0);
	assert_int_equal(write(reset_fd, "x", 1), 1);
	free(path);
	return 0;
}

static bool was_reset(void)
{
	struct pollfd pollfd = { .fd = reset_fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) != 1;
}

static int clean_up(void **state)
{
	int bad = was_reset();

	close(reset_fd);
	remove_root(root);
	return bad;
}

/* ---- the rules are those of the table */

static void take_words(struct gimr_gpu *gpu, char *words)
{
	char *word;

	while ((word = strsep(&words, " "))) {
		if (!strcmp(word, "num"))
			assert_int_equal(gimr_load(gpu, strtoul(strsep(&words, " "),
								NULL, 10)), 0);
		else if (!strcmp(word, "fails"))
			gpu->fails = true;
		else
			assert_string_equal(word, "-");
	}
}

static void words_hold(const struct gimr_gpu *gpu, char *words)
{
	char *word;
	u32 a, b;

	while ((word = strsep(&words, " "))) {
		const char *value = strsep(&words, " ");

		assert_non_null(value);
		a = strtoul(value, NULL, 10);
		if (!strcmp(word, "num"))
			assert_int_equal(gpu->num, a);
		else if (!strcmp(word, "part"))
			assert_int_equal(gpu->partition, a);
		else if (!strcmp(word, "nps"))
			assert_int_equal(gpu->nps, a);
		else if (!strcmp(word, "resets"))
			assert_int_equal(gpu->resets, a);
		else if (!strcmp(word, "slice") && sscanf(value, "%u=%u", &a, &b) == 2)
			assert_int_equal(gpu->slice_us[a], b);
		else
			fail_msg("state '%s'", word);
	}
}

static int do_write(struct gimr_gpu *gpu, const char *what)
{
	u32 a, b;

	if (sscanf(what, "load %u", &a) == 1)
		return gimr_load(gpu, a);
	if (sscanf(what, "numvfs %u", &a) == 1)
		return gimr_set_num(gpu, a);
	if (!strncmp(what, "part ", 5))
		return gimr_store_partition(gpu, what + 5);
	if (!strncmp(what, "mode ", 5))
		return gimr_store_mode(gpu, what + 5);
	if (sscanf(what, "slice %u=%u", &a, &b) == 2)
		return gimr_store_slice(gpu, a, b);
	assert_string_equal(what, "read reset");
	gimr_read_reset(gpu);
	return 0;
}

static void run_row(char **field)
{
	struct gimr_gpu gpu = {};

	take_words(&gpu, field[TABLE_SITUATION]);
	assert_int_equal(-do_write(&gpu, field[TABLE_WRITE]),
			 errno_of(field[TABLE_ERRNO]));
	words_hold(&gpu, field[TABLE_STATE]);
}

static void the_double_does_what_its_table_says(void **state)
{
	run_table("gim", run_row);
}

/* ---- which GPUs */

static void it_is_shown_with_its_partitions(void **state)
{
	says("show", EXIT_DONE, NEW "  gim, partition 1, NPS4  driver gim  ready  4 of 8 VFs enabled");
	says("show " NEW " -j", EXIT_DONE, "\"provider\": \"gim\"");
	says("show " NEW " -j", EXIT_DONE, "\"fb_quota_bytes\": null");
	put(NEW, "memory_partition_mode", "\033[31m\n");
	says("show", EXIT_DONE, "partition 1, ?[31m");
	/* a device that it has bound, and does nothing about */
	run_shell("rm " DEVICES NEW "/*partition*");
	says("show", EXIT_DONE, NEW "  generic  driver gim");
	says("doctor -v", EXIT_DONE, "which has made");
}

static void what_is_so_can_be_written_down(void **state)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words;

	configure(CONFIG "vf 0-3 = s\n");
	says("check", EXIT_DONE, "OK");
	says("plan", EXIT_DONE, "in sync");
	says("apply", EXIT_DONE, "in sync");
	says("export", EXIT_DONE, "provider = gim\nvfs = 4\nvf 0-3 = shared\n");
	words = xasprintf("export -o %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("assert -f %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	free(file);
}

static void changes_are_refused_with_the_line_that_makes_them(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("plan", EXIT_USAGE, "vfs: GPU " NEW " is driven by gim, which sets the number of VFs as it is loaded: modprobe gim vf_num=2");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_USAGE, "gpuvf.ini:12:7: vfs: GPU " NEW " is driven by gim, which sets the number of VFs as it is loaded: modprobe gim vf_num=0");
	configure(CONFIG "policy = equal\npf_reserve = 1GiB\nvf 0-3 = p\n");
	says("check", EXIT_DONE, "OK");
	says("plan", EXIT_USAGE, "gpuvf.ini:6:6: fb: GPU " NEW " is driven by gim, which divides framebuffer equally among its VFs; write fb = shared");
	says("plan", EXIT_USAGE, "gpuvf.ini:7:14: time_slice: ");
	says("plan", EXIT_USAGE, "gpuvf.ini:8:19: preempt_timeout: ");
	says("plan", EXIT_USAGE, "gpuvf.ini:9:9: label: ");
	says("plan", EXIT_USAGE, "gpuvf.ini:12:10: policy: GPU " NEW " is driven by gim, which takes its policy as it is loaded: modprobe gim sch_policy=NUMBER");
	says("plan", EXIT_USAGE, "gpuvf.ini:13:14: pf_reserve: GPU " NEW " is driven by gim, which takes it as it is loaded, 256 to 1024 MiB: modprobe gim pf_fb_size=MIB");
	says("set mi/0 fb=1GiB", EXIT_USAGE, "divides framebuffer equally");
	says("set mi policy=fixed", EXIT_USAGE, "modprobe gim sch_policy=NUMBER");
	says("reset mi", EXIT_USAGE, "cannot reset, stop, pause or resume a VF");
	says("stats mi", EXIT_USAGE, "has statistics only for AMD's libamdsmi");
	/* of the provider alone: how many there are is not known */
	configure("[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"
		  "[gpu g]\nmatch = *\nprovider = gim\nvf 0-1 = s\n");
	says("check", EXIT_DONE, "OK");
	says("apply", EXIT_USAGE, "modprobe gim vf_num=2");
}

static void a_checkpoint_of_another_number_is_not_restored(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);

	configure(CONFIG);
	says(save, EXIT_DONE, "");
	says(restore, EXIT_DONE, NEW ": in sync");
	make_vfs(NEW, 4, 3);
	put(NEW, "sriov_numvfs", "3\n");
	says(restore, EXIT_USAGE, "cannot disable its 3 VFs: GIM sets their number as it is loaded: modprobe gim vf_num=");
	says("show", EXIT_DONE, "3 of 8 VFs enabled");
	free(save);
	free(restore);
}

static void the_old_one_is_refused_as_a_whole(void **state)
{
	make_gpu(OLD, 2);
	put(OLD, "getvf", "0 0 0\n");
	says("show", EXIT_DONE, OLD "  gim 1.x  driver gim  ready  2 of 8 VFs enabled");
	configure(HEAD "[gpu s7150]\npci = " OLD "\nvf 0-1 = p\ndriver 0 = none\n");
	says("plan", EXIT_USAGE, "fb: GPU " OLD " is driven by gim, which is GIM 1.x and chooses itself which VF gets what");
	says("plan", EXIT_USAGE, "driver: GPU " OLD);
	configure(HEAD "[gpu s7150]\npci = " OLD "\nvf 0 = s\n");
	says("apply", EXIT_USAGE, "vfs: GPU " OLD " is driven by gim, which is GIM 1.x");
	/* without GIM there is no owner */
	run_shell("rmdir sys/bus/pci/drivers/gim");
	says("show", EXIT_DONE, NEW);
	says("show " OLD, EXIT_MISSING, "PCI device " OLD);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_double_does_what_its_table_says),
		test(it_is_shown_with_its_partitions),
		test(what_is_so_can_be_written_down),
		test(changes_are_refused_with_the_line_that_makes_them),
		test(a_checkpoint_of_another_number_is_not_restored),
		test(the_old_one_is_refused_as_a_whole),
	};

	return cmocka_run_group_tests_name("gim", tests, NULL, NULL);
}
