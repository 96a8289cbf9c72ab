// SPDX-License-Identifier: GPL-2.0
/*
 * Files of the system below another root, and the process that has a VF open.
 */
#include <sys/stat.h>

#include "agent_test.h"
#include "base/root.h"
#include "pci/process.h"
#include "pci/sysfs.h"
#include "provider/gpuvf.h"

#define VF	"sys/bus/pci/devices/0000:41:00.1"

static char *root;

static void make_dirs(const char *path)
{
	char *command = xasprintf("mkdir -p %s/%s", root, path);

	assert_int_equal(system(command), 0);
	free(command);
}

static void make_link(const char *path, const char *target)
{
	char *full = xasprintf("%s/%s", root, path);

	assert_int_equal(symlink(target, full), 0);
	free(full);
}

static void make_file(const char *path, const char *text)
{
	char *full = xasprintf("%s/%s", root, path);

	write_text(full, text);
	free(full);
}

static int set_up(void **state)
{
	root = xstrdup("/tmp/gpuvf-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	root_set(root);
	make_dirs(VF "/vfio-dev/vfio3");
	make_dirs("proc/1/fd");
	make_dirs("proc/77/fd");
	make_dirs("proc/self/fd");
	make_link(VF "/iommu_group", "../../../../kernel/iommu_groups/12");
	make_link("proc/1/fd/3", "/dev/vfio/vfio");
	make_link("proc/1/fd/4", "/dev/vfio/1");
	make_link("proc/1/fd/5", "/dev/vfio/devices/vfio4");
	make_link("proc/1/fd/6", "/dev/vfio/devices/12");
	make_link("proc/self/fd/7", "/dev/vfio/12");
	make_file("proc/77/comm", "qemu\033[2J\n");
	return 0;
}

static int clean_up(void **state)
{
	char *command = xasprintf("rm -rf %s", root);
	int ret = system(command);

	free(command);
	free(root);
	return ret;
}

static void is_held_by(const char *expected)
{
	char *text = process_open_at("0000:41:00.1");

	if (expected)
		assert_string_equal(text, expected);
	else
		assert_null(text);
	free(text);
}

/* whatever its name is where the process is: a device that every machine has */
static void a_device_is_known_by_its_number(void **state)
{
	char *full = xasprintf("%s/proc/77/fd/9", root);

	make_link("proc/77/fd/9", "/dev/null");
	is_held_by(NULL);
	make_dirs("sys/class/vfio/12");
	make_file("sys/class/vfio/12/dev", "1:4\n");
	is_held_by(NULL);
	make_file("sys/class/vfio/12/dev", "1:3\n");
	is_held_by("process 77 (qemu?[2J)");
	make_file("sys/class/vfio/12/dev", "");
	is_held_by(NULL);
	make_dirs("sys/class/vfio-dev/vfio3");
	make_file("sys/class/vfio-dev/vfio3/dev", "1:3\n");
	is_held_by("process 77 (qemu?[2J)");
	make_file("sys/class/vfio-dev/vfio3/dev", "x\n");
	is_held_by(NULL);
	assert_int_equal(unlink(full), 0);
	free(full);
}

static void the_one_that_has_the_group_or_device_is_named(void **state)
{
	char *full = xasprintf("%s/proc/77/fd/9", root);

	is_held_by(NULL);
	make_link("proc/77/fd/9", "/dev/vfio/12");
	is_held_by("process 77 (qemu?[2J)");
	assert_int_equal(unlink(full), 0);
	make_link("proc/77/fd/9", "/dev/vfio/devices/vfio3");
	is_held_by("process 77 (qemu?[2J)");
	assert_int_equal(unlink(full), 0);
	free(full);
	assert_null(process_open_at("0000:41:00.2"));
	assert_null(process_of_vf("0000:41:00.0", 0));
}

/* of QEMU its -name counts, of others what systemd-machined knows */
static void a_vm_has_the_name_that_it_was_started_with(void **state)
{
	static const struct {
		const char *cmdline;
		const char *cgroup;
		const char *vm;
	} table[] = {
		{ "qemu\\0-name\\0guest=web,debug-threads=on\\0", "", "web" },
		{ "qemu\\0-name\\0web\\0-m\\0001G\\0", "", "web" },
		{ "qemu\\0-m\\0001G\\0--name\\0debug-threads=on,guest=web\\0", "", "web" },
		{ "qemu\\0-name\\0guest=a,,b,process=x\\0", "", "a,b" },
		{ "qemu\\0-name\\0web\\033[2J\\0", "", "web?[2J" },
		{ "qemu\\0-name\\0process=x,debug-threads=on\\0", "", NULL },
		{ "qemu\\0-name\\0", "", NULL },
		{ "qemu\\0-name", "", NULL },
		{ "qemu\\0-m\\0001G\\0", "0::/user.slice\n", NULL },
		{ "ch\\0",
		  "0::/machine.slice/machine-ch\\\\x2d3\\\\x2dmy\\\\x2dweb.scope/libvirt\n",
		  "my-web" },
		{ "vmm\\0", "0::/machine.slice/machine-web.scope\n", "web" },
		{ "qemu\\0-name\\0guest=web\\0",
		  "0::/machine.slice/machine-qemu\\\\x2d1\\\\x2dother.scope\n", "web" },
	};
	char *full = xasprintf("%s/proc/77/fd/9", root);
	size_t i;

	make_link("proc/77/fd/9", "/dev/vfio/12");
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		char *command = xasprintf("cd %s/proc/77 && printf '%s' > cmdline && printf '%s' > cgroup",
					  root, table[i].cmdline, table[i].cgroup);
		char *text;

		assert_int_equal(system(command), 0);
		text = xasprintf("%s%s%sprocess 77 (qemu?[2J)", table[i].vm ?
				 "VM " : "", table[i].vm ?: "", table[i].vm ?
				 ", " : "");
		is_held_by(text);
		free(text);
		free(command);
	}
	assert_int_equal(unlink(full), 0);
	free(full);
}

/* in one look at all processes */
static void each_vf_has_its_own_user(void **state)
{
	char *files[] = {
		xasprintf("%s/proc/77/fd/9", root),
		xasprintf("%s/proc/77/cmdline", root),
		xasprintf("%s/proc/1/fd/9", root),
	};
	struct gpu gpu = {};
	size_t i;

	make_dirs("sys/bus/pci/devices/0000:41:00.3");
	make_link("sys/bus/pci/devices/0000:41:00.3/iommu_group",
		  "../../../../kernel/iommu_groups/14");
	make_link("proc/77/fd/9", "/dev/vfio/12");
	make_file("proc/77/cmdline", "");
	make_file("proc/77/cgroup", "");
	make_link("proc/1/fd/9", "/dev/vfio/14");
	make_file("proc/1/comm", "init\n");
	gpu_set_vfs_len(&gpu, 4);
	for (i = 1; i < 4; i++) {
		snprintf(gpu.vfs[i].bdf, BDF_SIZE, "0000:41:00.%zu", i);
		copy_string(gpu.vfs[i].driver, NAME_SIZE, "vfio-pci");
	}
	gpu.vfs[0].user.pid = 5;
	process_find_users(&gpu);
	assert_int_equal(gpu.vfs[0].user.pid, 0);
	assert_int_equal(gpu.vfs[1].user.pid, 77);
	assert_string_equal(gpu.vfs[1].user.process, "qemu?[2J");
	assert_string_equal(gpu.vfs[1].user.vm, "");
	assert_int_equal(gpu.vfs[2].user.pid, 0);
	assert_int_equal(gpu.vfs[3].user.pid, 1);
	gpu_free(&gpu);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		unlink(files[i]);
		free(files[i]);
	}
}

static void is_not_driven(const char *expected)
{
	char *text = why_not_driven("0000:43:00.0");

	assert_string_equal(text, expected);
	free(text);
}

/* the GPU that a VM has a VF of cannot be removed before that VM ends */
static void a_gpu_that_goes_is_said_to_go(void **state)
{
	char *full = xasprintf("%s/proc/77/fd/9", root);

	is_not_driven("there is no PCI device 0000:43:00.0");
	make_dirs("sys/bus/pci/devices/0000:43:00.0");
	is_not_driven("PCI device 0000:43:00.0 is not driven by gpuvf, which is not loaded: modprobe gpuvf");
	/* the first VF is gone already */
	make_link("sys/bus/pci/devices/0000:43:00.0/virtfn1",
		  "../0000:41:00.1");
	is_not_driven("PCI device 0000:43:00.0 is being removed");
	make_link("proc/77/fd/9", "/dev/vfio/12");
	is_not_driven("PCI device 0000:43:00.0 is being removed, waiting for process 77 (qemu?[2J)");
	assert_int_equal(unlink(full), 0);
	free(full);
	make_link("sys/bus/pci/devices/0000:43:00.0/driver",
		  "../../../../bus/pci/drivers/vfio-pci");
	is_not_driven("PCI device 0000:43:00.0 is driven by vfio-pci, not by gpuvf");
}

static void files_are_read_whole_or_not_at_all(void **state)
{
	char text[8], name[8];
	size_t size;
	char *all;

	make_file("proc/lines", "first line\nsecond\n");
	assert_true(root_line(text, sizeof(text), "proc/%s", "lines"));
	assert_string_equal(text, "first l");
	assert_false(root_line(text, sizeof(text), "proc/none"));
	assert_string_equal(text, "");
	assert_true(root_link(name, sizeof(name), VF "/iommu_group"));
	assert_string_equal(name, "12");
	assert_false(root_link(name, sizeof(name), "proc/lines"));
	assert_string_equal(name, "");
	all = root_read(&size, "proc/lines");
	assert_int_equal(size, 18);
	assert_string_equal(all, "first line\nsecond\n");
	free(all);
	assert_null(root_read(NULL, "proc"));
	assert_null(root_read(NULL, "proc/none"));
	/* without an end */
	make_link("proc/zero", "/dev/zero");
	assert_null(root_read(NULL, "proc/zero"));
}

/* as sysfs shows the module */
static void a_family_that_is_not_there_has_a_reason(void **state)
{
	static const struct {
		const char *state;
		const char *says;
	} cases[] = {
		{ NULL, "module gpuvf is not loaded: modprobe gpuvf" },
		{ "coming\n", "is being loaded or unloaded: try again" },
		{ "going\n", "is being loaded or unloaded: try again" },
		{ "live\n", "answers only in the initial network namespace" },
	};
	struct listening l;
	unsigned int i;
	char *said;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (cases[i].state) {
			make_dirs("sys/module/gpuvf");
			make_file("sys/module/gpuvf/initstate", cases[i].state);
		}
		l = listen_begin();
		gpuvf_explain_absence();
		said = listen_end(l);
		assert_says(said, cases[i].says);
		free(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_is_known_by_its_number),
		cmocka_unit_test(the_one_that_has_the_group_or_device_is_named),
		cmocka_unit_test(a_vm_has_the_name_that_it_was_started_with),
		cmocka_unit_test(each_vf_has_its_own_user),
		cmocka_unit_test(a_gpu_that_goes_is_said_to_go),
		cmocka_unit_test(files_are_read_whole_or_not_at_all),
		cmocka_unit_test(a_family_that_is_not_there_has_a_reason),
	};

	return cmocka_run_group_tests_name("driver", tests, set_up, clean_up);
}
