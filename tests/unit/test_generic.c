// SPDX-License-Identifier: GPL-2.0
/*
 * PFs of any driver, in a tree of files that stands for the PCI core, without
 * module gpuvf. What is written to sriov_numvfs makes and removes VFs at once.
 */
#include "generic_test.h"

/* all that a list has, as addresses */
static void list_is(const char *config_text, const char *expected)
{
	struct provider *provider;
	struct config config = {};
	struct gpu_list gpus;
	struct failure why;
	char text[256] = "";
	size_t i;

	if (config_text)
		config_is_good(&config, config_text);
	provider = provider_connect_all(&config);
	assert_int_equal(provider_read_all(provider, &gpus, &why), 0);
	for (i = 0; i < gpus.num; i++) {
		strcat(text, gpus.gpus[i].bdf + 5);
		strcat(text, gpus.gpus[i].is_unnamed ? "? " : " ");
	}
	assert_string_equal(text, expected);
	gpu_list_free(&gpus);
	provider_close(provider);
	config_free(&config);
}

static void only_gpus_are_listed_without_being_named(void **state)
{
	list_is(NULL, "");
	list_is(CONFIG, "01:00.0 ");
	make_pf(GPU, "0x030200\n", "xe", "4\n");
	make_pf("0000:03:00.0", "0x120000\n", "pci-pf-stub", "4\n");
	make_pf("0000:04:00.0", "0x020000\n", "ice", "4\n");
	list_is(NULL, "02:00.0? 03:00.0? ");
	list_is(CONFIG, "01:00.0 02:00.0? 03:00.0? ");
	list_is(CONFIG "[gpu b]\nmatch = *\nprovider = any\n[gpu c]\npci = 02:00.0\n",
		"01:00.0 02:00.0 03:00.0? ");
}

/* no driver, no VFs to be had, gpuvf's own, a VF, nonsense in the files */
static void what_cannot_have_vfs_is_not_listed(void **state)
{
	make_pf(GPU, "0x030200\n", NULL, "4\n");
	make_pf("0000:03:00.0", "0x030000\n", "xe", "0\n");
	make_pf("0000:04:00.0", "0x030000\n", "gpuvf", "4\n");
	make_device("0000:05:00.0", "0x030000\n", "amdgpu");
	make_pf("0000:06:00.0", "0x030000\n", "xe", "many\n");
	make_pf("0000:07:00.0", "0x030000\n", "xe", "\n");
	make_pf("0000:08:00.0", "display\n", "xe", "4\n");
	run_shell("mkdir " DEVICES "nonsense");
	list_is(NULL, "");
	/* named: it is said how many it can have */
	list_is("[gpuvf]\nversion = 1\n[gpu a]\npci = 03:00.0\n", "03:00.0 ");
	list_is("[gpuvf]\nversion = 1\n[gpu a]\npci = 04:00.0\n", "");
	list_is("[gpuvf]\nversion = 1\n[gpu a]\npci = 06:00.0\n", "");
	list_is("[gpuvf]\nversion = 1\n[gpu a]\npci = 0f:00.0\n", "");
}

static void a_gpu_is_what_its_files_say(void **state)
{
	struct gpu gpu;

	make_vfs(NVME, 0, 3);
	put(NVME, NUMVFS, "3\n");
	bind_driver("0000:01:00.2", "vfio-pci");
	bind_driver("0000:01:00.3", "nvme");
	open_vf("0000:01:00.2");
	read_one(NVME, &gpu);
	assert_ptr_equal(gpu.abilities, &generic_abilities);
	assert_string_equal(gpu.driver, "nvme");
	assert_int_equal(gpu.vendor, 0x1b36);
	assert_int_equal(gpu.device, 0x10);
	assert_int_equal(gpu.numa_node, -1);
	assert_int_equal(gpu.total_vfs, 8);
	assert_int_equal(gpu.vfs_len, 8);
	assert_int_equal(gpu.num_vfs, 3);
	assert_false(gpu.vfs_changing);
	assert_string_equal(gpu.vfs[0].bdf, "0000:01:00.1");
	assert_string_equal(gpu.vfs[3].bdf, "");
	assert_string_equal(gpu.vfs[0].driver, "");
	assert_string_equal(gpu.vfs[1].driver, "vfio-pci");
	assert_string_equal(gpu.vfs[2].driver, "nvme");
	/* only root can see it */
	assert_int_equal(gpu.has_states, !geteuid());
	assert_int_equal(gpu.vfs[1].in_use, !geteuid());
	assert_false(gpu.vfs[0].in_use);
	assert_false(gpu.vfs[2].in_use);
	if (gpu.has_states)
		assert_int_equal(gpu.vfs[1].state, VF_STATE_ACTIVE);
	gpu_free(&gpu);
}

/* amid a change the links of the VFs and the number differ */
static void vfs_that_come_and_go_are_a_change(void **state)
{
	struct gpu gpu;

	put(NVME, NUMVFS, "3\n");
	make_vfs(NVME, 0, 2);
	read_one(NVME, &gpu);
	assert_true(gpu.vfs_changing);
	gpu_free(&gpu);
	put(NVME, NUMVFS, "0\n");
	read_one(NVME, &gpu);
	assert_true(gpu.vfs_changing);
	gpu_free(&gpu);
	configure(CONFIG "vf 0-1 = s\n");
	says("show", EXIT_DONE, "VFs are being enabled or disabled");
	says("apply", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	says("assert", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	says("checkpoint -", EXIT_BUSY, "VFs are being enabled or disabled at this moment");
	assert_int_equal(num_vfs(), 0);
}

static void numbers_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "\n", "x\n", "-1\n", "3x\n", "99999999999999999999\n", "9\n",
		"0x3\n", "  \n",
	};
	struct provider *provider = provider_connect_all(NULL);
	struct failure why;
	struct gpu gpu;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put(NVME, NUMVFS, bad[i]);
		assert_true(provider_read(provider, NVME, &gpu, &why) < 0);
		assert_says(why.detail.message, "GPU " NVME);
	}
	put(NVME, "sriov_totalvfs", "65535\n");
	put(NVME, NUMVFS, "2000\n");
	assert_true(provider_read(provider, NVME, &gpu, &why) < 0);
	assert_says(why.detail.message, "GPU " NVME " has 2000 VFs enabled, more than the 1024 that are supported here");
	put(NVME, NUMVFS, "0\n");
	assert_int_equal(provider_read(provider, NVME, &gpu, &why), 0);
	assert_int_equal(gpu.total_vfs, MAX_VFS);
	gpu_free(&gpu);
	provider_close(provider);
}

static void a_pf_that_is_not_there_is_named(void **state)
{
	struct provider *provider = provider_connect_all(NULL);
	struct failure why;
	struct gpu gpu;

	assert_int_equal(provider_read(provider, GPU, &gpu, &why), -ENODEV);
	assert_string_equal(failure_text(&why), "there is no PCI device " GPU);
	make_pf(GPU, "0x030000\n", NULL, "4\n");
	assert_int_equal(provider_read(provider, GPU, &gpu, &why), -ENODEV);
	assert_says(failure_text(&why), GPU " is not driven by gpuvf");
	/* gpuvf's, and gpuvf does not answer */
	bind_driver(GPU, "gpuvf");
	assert_int_equal(provider_read(provider, GPU, &gpu, &why), -ENOENT);
	assert_string_equal(failure_text(&why), "GPU " GPU " is driven by gpuvf, which does not answer here");
	provider_close(provider);
}

static void apply_makes_vfs_and_binds_them(void **state)
{
	char driver[NAME_SIZE];

	configure(CONFIG "vf 0-2 = s\ndriver 0-1 = none\n");
	says("plan", EXIT_DONE, "enable 3 VFs, set host drivers");
	says("plan", EXIT_DONE, "driver nvme has no dry run; it may still refuse this");
	says("assert", EXIT_DIFFERS, "enable 3 VFs");
	assert_int_equal(num_vfs(), 0);
	says("apply", EXIT_DONE, NVME " [gpu disk]: 3 VFs enabled\n");
	assert_int_equal(num_vfs(), 3);
	sysfs_driver_override("0000:01:00.2", driver, sizeof(driver));
	assert_string_equal(driver, "none");
	sysfs_driver_override("0000:01:00.3", driver, sizeof(driver));
	assert_string_equal(driver, "");
	says("apply", EXIT_DONE, "in sync");
	says("apply disk", EXIT_DONE, "in sync");
	says("apply 01:00.0", EXIT_DONE, "in sync");
	says("assert", EXIT_DONE, "");
	says("plan", EXIT_DONE, "in sync");
	/* another number: all of them go in between */
	configure(CONFIG "vf 0-4 = s\n");
	says("plan", EXIT_DONE, "disable 3 VFs, enable 5 VFs");
	says("apply", EXIT_DONE, "5 VFs enabled");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	assert_int_equal(num_vfs(), 0);
}

static void what_is_impossible_is_refused_before_anything_is_done(void **state)
{
	configure(CONFIG "vf 0-8 = s\n");
	says("apply", EXIT_USAGE, "GPU " NVME ": 9 VFs requested, at most 8 possible");
	configure(CONFIG "vf 0 = s\ndriver 0 = vfio-pci\n");
	says("apply", EXIT_MISSING, "vfio-pci cannot take it: the GPU has no IOMMU group");
	configure("[gpuvf]\nversion = 1\n"
		  "[profile p]\nfb = 1GiB\ntime_slice = 4ms\n"
		  "[gpu disk]\npci = " NVME "\npolicy = equal\nvf 0 = p\n");
	says("check", EXIT_DONE, "OK");
	says("apply", EXIT_USAGE, "gpuvf.ini:4:6: fb: GPU " NVME " is driven by nvme, which cannot set the framebuffer of a VF; write fb = shared, or give the GPU to gpuvf");
	says("plan", EXIT_USAGE, "gpuvf.ini:5:14: time_slice: GPU " NVME " is driven by nvme, which has no time slices");
	says("assert", EXIT_USAGE, "gpuvf.ini:8:10: policy: GPU " NVME " is driven by nvme, which has no scheduling policies");
	/* all of it, whichever GPU is named */
	make_pf(GPU, "0x030000\n", "xe", "4\n");
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n[profile s]\nfb = shared\n"
		  "[gpu disk]\npci = " NVME "\nvf 0 = p\n[gpu b]\npci = " GPU "\nvf 0 = s\n");
	says("apply b", EXIT_USAGE, "gpuvf.ini:4:6: fb: GPU " NVME);
	configure(CONFIG "provider = gpuvf\n");
	says("apply", EXIT_USAGE, "provider: GPU " NVME " is driven by nvme, which is a GPU of provider generic, not of gpuvf");
	assert_int_equal(num_vfs(), 0);
}

static void a_driver_that_refuses_leaves_all_as_it_was(void **state)
{
	configure(CONFIG "vf 0-2 = s\ndriver 0 = none\n");
	pf.error = -ENOMEM;
	says("apply", EXIT_FAILED, "GPU " NVME ": cannot enable 3 VFs: Cannot allocate memory");
	assert_int_equal(num_vfs(), 0);
	pf.error = -ENOENT;
	says("apply", EXIT_MISSING, "cannot enable 3 VFs");
	pf.error = 0;
	make_vfs(NVME, 0, 2);
	put(NVME, NUMVFS, "2\n");
	/* the VFs that there were come back */
	pf.error = 0;
	pf.fewer = 1;
	configure(CONFIG "vf 0-2 = s\n");
	says("apply", EXIT_FAILED, "its driver has enabled fewer than 3 VFs (see the kernel log)");
	assert_int_equal(num_vfs(), 2);
	pf.fewer = 0;
	says("apply", EXIT_DONE, "3 VFs enabled");
}

/*
 * What writing sriov_numvfs may say, from the PCI core and from drivers, when VFs are to
 * come and when they are to go. Fewer VFs than were asked for are above, and a driver that
 * hangs is test_hang's.
 */
static const struct {
	int error;
	int code;
	const char *said;
} number_cases[] = {
	{ -EINVAL, EXIT_USAGE, "Invalid argument" },
	{ -ERANGE, EXIT_USAGE, "Numerical result out of range" },
	{ -ENOENT, EXIT_MISSING, "No such file or directory" },	/* no callback */
	{ -EBUSY, EXIT_BUSY, "Device or resource busy" },	/* VFs exist */
	{ -ENOMEM, EXIT_FAILED, "Cannot allocate memory" },	/* BARs, bus numbers */
	{ -EPERM, EXIT_PERMISSION, "Operation not permitted" },	/* assigned */
	{ -ENODEV, EXIT_MISSING, "No such device" },
	{ -ENOSPC, EXIT_USAGE, "No space left on device" },
	{ -EOPNOTSUPP, EXIT_USAGE, "Operation not supported" },
	{ -EIO, EXIT_FAILED, "Input/output error" },
};

static void errnos_of_the_number_leave_all_as_it_was(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(number_cases); i++) {
		pf.error = number_cases[i].error;
		configure(CONFIG "vf 0-2 = s\ndriver 0 = none\n");
		says("apply", number_cases[i].code, "GPU " NVME ": cannot enable 3 VFs: ");
		says("apply", number_cases[i].code, number_cases[i].said);
		says("apply", number_cases[i].code, "GPU " NVME ": rolled back to its previous state");
		assert_int_equal(num_vfs(), 0);
		pf.error = 0;
		says("apply", EXIT_DONE, "3 VFs enabled");
		pf.disable_error = number_cases[i].error;
		configure(CONFIG "vfs = 0\n");
		says("apply", number_cases[i].code, "GPU " NVME ": cannot disable its 3 VFs: ");
		says("apply", number_cases[i].code, number_cases[i].said);
		assert_int_equal(num_vfs(), 3);
		pf.disable_error = 0;
		says("apply", EXIT_DONE, "0 VFs enabled");
	}
}

static void vfs_in_use_stay(void **state)
{
	configure(CONFIG "vf 0-2 = s\n");
	make_vfs(NVME, 0, 2);
	put(NVME, NUMVFS, "2\n");
	bind_driver("0000:01:00.2", "vfio-pci");
	open_vf("0000:01:00.2");
	/* who sees no processes is not root, and may change nothing either */
	assert_int_equal(geteuid(), 0);
	says("plan", EXIT_BUSY, "GPU " NVME " VF 1 is in use (vfio-pci, process 77 (qemu)): cannot change the number of VFs while one is in use");
	says("apply", EXIT_BUSY, "process 77 (qemu)");
	says("show", EXIT_DONE, "vfio-pci  qemu (77)");
	configure(CONFIG "vf 0-1 = s\ndriver 1 = none\n");
	says("apply", EXIT_BUSY, "cannot change its host driver");
	assert_int_equal(num_vfs(), 2);
	run_shell("rm proc/77/fd/3");
	says("apply", EXIT_DONE, "2 VFs enabled");
}

static void nothing_of_another_provider_is_taken_over(void **state)
{
	make_pf(GPU, "0x030000\n", "xe", "4\n");
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n"
		  "[gpu all]\nmatch = *\nvf 0-3 = p\n");
	says("apply", EXIT_MISSING, "[gpu all]: gpuvf drives no GPU");
	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n"
		  "[gpu all]\nmatch = 1b36:0010\nvf 0-3 = p\n");
	says("apply", EXIT_MISSING, "[gpu all]: gpuvf drives no GPU 1b36:0010");
	says("apply " GPU, EXIT_USAGE, "no [gpu] section is for GPU " GPU);
	says("checkpoint -", EXIT_MISSING, "GPU " GPU " is driven by xe: no configuration names it");
	says("export", EXIT_MISSING, "GPU " GPU " is driven by xe: no configuration names it");
	says("show", EXIT_DONE, GPU "  generic  driver xe");
	configure("[gpuvf]\nversion = 1\n[profile s]\nfb = shared\n"
		  "[gpu all]\nmatch = *\nprovider = generic\nvf 0-1 = s\n");
	says("plan", EXIT_DONE, GPU " [gpu all]: enable 2 VFs");
	configure("[gpuvf]\nversion = 1\n[gpu all]\nmatch = 8086:*\n");
	says("plan", EXIT_USAGE, "match: '8086:*'");
	configure("[gpuvf]\nversion = 1\n[gpu all]\nmatch = 8086:1234\nprovider = generic\n");
	says("plan", EXIT_MISSING, "[gpu all]: provider generic has no GPU 8086:1234");
}

static void other_verbs_say_what_there_is_not(void **state)
{
	configure(CONFIG);
	says("set 01:00.0/0 fb=1GiB", EXIT_USAGE, "fb: GPU " NVME " is driven by nvme, which cannot set the framebuffer of a VF");
	says("set 01:00.0/0 time_slice=4ms", EXIT_USAGE, "nvme, which has no time slices");
	says("set disk policy=equal", EXIT_USAGE, "nvme, which has no scheduling policies");
	says("set disk pf_reserve=1MiB", EXIT_USAGE, "nvme, which cannot reserve framebuffer");
	says("reset disk", EXIT_USAGE, "nvme, which cannot reset, stop, pause or resume anything");
	says("pause disk/0", EXIT_USAGE, "nvme, which cannot reset, stop, pause or resume anything");
	says("stats disk", EXIT_USAGE, "nvme, which keeps no statistics");
	says("stats", EXIT_MISSING, "GPU " NVME " is driven by nvme: it keeps no statistics");
	says("top -n 1", EXIT_USAGE, "nvme, which keeps no statistics");
	/* that one is about gpuvf's notifications */
	says("monitor", EXIT_MISSING, "module gpuvf is not loaded");
	says("generate disk --vfs 2 --fb 1GiB", EXIT_USAGE, "cannot set the framebuffer of a VF");
	says("generate disk --vfs 9", EXIT_USAGE, "can have 8 VFs, not 9");
}

/* gpuvf.ko is not there: that is an error only of what is about its GPUs */
static void one_provider_may_be_absent(void **state)
{
	says("show", EXIT_MISSING, "module gpuvf is not loaded: modprobe gpuvf");
	says("show " NVME, EXIT_MISSING, "module gpuvf is not loaded");
	configure(CONFIG "vf 0 = s\n[gpu left]\npci = 0000:41:00.0\n");
	says("show", EXIT_DONE, NVME);
	says("show 0000:41:00.0", EXIT_MISSING, "there is no PCI device 0000:41:00.0");
	says("apply disk", EXIT_DONE, "1 VF enabled");
	says("apply", EXIT_PARTLY, "[gpu left]: there is no PCI device 0000:41:00.0");
	make_pf("0000:41:00.0", "0x030000\n", NULL, "4\n");
	says("apply left", EXIT_MISSING, "0000:41:00.0 is not driven by gpuvf, which is not loaded: modprobe gpuvf");
	make_pf("0000:42:00.0", "0x020000\n", "ice", "4\n");
	says("show 42:00.0", EXIT_MISSING, "is driven by ice, not by gpuvf; a [gpu] section with its address in 'pci' can set its VFs");
}

/* nothing is known of its VFs, and that is an error only of what is about them */
static void one_gpu_may_be_unreadable(void **state)
{
	make_pf(GPU, "0x030000\n", "xe", "4\n");
	put(GPU, NUMVFS, "x\n");
	configure(CONFIG "vf 0-1 = s\n[gpu b]\npci = " GPU "\nvf 0 = s\n");
	says("show", EXIT_DONE, NVME);
	says("show disk", EXIT_DONE, "0 of 8 VFs enabled");
	says("apply disk", EXIT_DONE, "2 VFs enabled");
	says("plan b", EXIT_BUSY, "GPU " GPU ": sriov_numvfs cannot be read: Invalid argument");
	says("apply", EXIT_PARTLY, "GPU " GPU ": sriov_numvfs cannot be read: Invalid argument");
	says("export", EXIT_BUSY, "GPU " GPU ": sriov_numvfs cannot be read: Invalid argument");
	says("checkpoint -", EXIT_BUSY, "GPU " GPU ": sriov_numvfs cannot be read: Invalid argument");
	put(GPU, NUMVFS, "0\n");
	says("apply", EXIT_DONE, GPU " [gpu b]: 1 VF enabled");
}

static void what_is_exported_changes_nothing(void **state)
{
	char *file = xasprintf("%s/out.ini", root);
	char *words;

	configure(CONFIG "vf 0-2 = s\ndriver 0-1 = none\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	says("export", EXIT_DONE, "[profile shared]\nfb = shared\n");
	says("export disk", EXIT_DONE, "pci = " NVME "\nprovider = generic\nvfs = 3\nvf 0-2 = shared\ndriver 0-1 = none\n");
	words = xasprintf("export -o %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("assert -f %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("generate disk --vfs 4 -o %s", file);
	says(words, EXIT_DONE, "");
	free(words);
	words = xasprintf("apply -f %s", file);
	says(words, EXIT_DONE, "4 VFs enabled");
	free(words);
	free(file);
}

static void a_checkpoint_is_restored(void **state)
{
	char *save = xasprintf("checkpoint %s/saved", root);
	char *restore = xasprintf("restore %s/saved", root);
	char *text;

	configure(CONFIG "vf 0-2 = s\ndriver 0-1 = none\n");
	says("apply", EXIT_DONE, "3 VFs enabled");
	says(save, EXIT_DONE, "");
	text = root_read(NULL, "saved");
	assert_says(text, "\"provider\": \"generic\"");
	free(text);
	says(restore, EXIT_DONE, NVME ": in sync");
	configure(CONFIG "vfs = 0\n");
	says("apply", EXIT_DONE, "0 VFs enabled");
	says(restore, EXIT_DONE, NVME ": restored, 3 VFs enabled");
	assert_int_equal(num_vfs(), 3);
	/* the PF is not generic's any more */
	bind_driver(NVME, "gpuvf");
	says(restore, EXIT_MISSING, "");
	bind_driver(NVME, "nvme");
	run_shell("sed -i s/generic/gpuvf/ saved");
	says(restore, EXIT_MISSING, "GPU " NVME " is not the one of the checkpoint");
	run_shell("sed -i '/provider/s/gpuvf/yz/' saved");
	says(restore, EXIT_USAGE, "is no checkpoint");
	free(save);
	free(restore);
}

#define INTENT_VF \
	"{\"fb_quota_bytes\":0,\"fb_offset_bytes\":0,\"fb_auto\":false," \
	"\"time_slice_us\":0,\"preempt_timeout_us\":20000,\"profile\":\"\"}"
#define INTENT_ANY	"{\"bound\":\"*\",\"override\":\"*\"}"
#define INTENT_STATE	"\"policy\":\"fixed\",\"fb_pf_reserve_bytes\":0,"

/* from no VFs to two; @provider: as ",\"provider\":...", empty: gpuvf */
static char *intent_of(const char *bdf, const char *provider)
{
	return xasprintf("{\"section\":\"disk\",\"vendor\":6966,\"device\":16,"
			 "\"total_vfs\":8,\"autoprobe\":1,"
			 "\"before\":{\"bdf\":\"%s\",\"num_vfs\":0," INTENT_STATE
			 "\"vfs\":[],\"drivers\":[]%s},"
			 "\"after\":{\"bdf\":\"%s\",\"num_vfs\":2," INTENT_STATE
			 "\"vfs\":[" INTENT_VF "," INTENT_VF "],"
			 "\"drivers\":[" INTENT_ANY "," INTENT_ANY "]%s}}",
			 bdf, provider, bdf, provider);
}

static void write_journal(const char *intents)
{
	char *dir = xasprintf("%s/run/gpuvf", root);
	char *path = xasprintf("%s/intent", dir);
	FILE *f;

	assert_true(!mkdir(dir, 0700) || errno == EEXIST);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "{\"version\":1,\"gpus\":[%s]}", intents);
	fclose(f);
	free(path);
	free(dir);
}

/* an apply was killed with one VF of two */
static void an_interrupted_apply_is_recovered(void **state)
{
	char *intent = intent_of(NVME, ",\"provider\":\"generic\"");
	char *path = xasprintf("%s/run/gpuvf/intent", root);

	configure(CONFIG "vf 0-1 = s\n");
	make_vfs(NVME, 0, 1);
	put(NVME, NUMVFS, "1\n");
	write_journal(intent);
	free(intent);
	says("apply", EXIT_DONE, "GPU " NVME " [gpu disk]: recovered an interrupted apply: change completed");
	assert_int_equal(num_vfs(), 2);
	assert_true(access(path, F_OK));
	free(path);
}

/* those of a provider that is not there are kept for when it is */
static void recovery_waits_for_a_provider_that_is_absent(void **state)
{
	char *ours = intent_of(NVME, ",\"provider\":\"generic\"");
	char *gpuvfs = intent_of("0000:41:00.0", "");
	char *both = xasprintf("%s,%s", gpuvfs, ours);
	char *left;

	configure(CONFIG "vf 0-1 = s\n");
	write_journal(both);
	says("apply", EXIT_DONE, "cannot recover an interrupted apply: module gpuvf is not loaded");
	assert_int_equal(num_vfs(), 2);
	left = root_read(NULL, "run/gpuvf/intent");
	assert_says(left, "0000:41:00.0");
	assert_null(strstr(left, NVME));
	free(left);
	says("apply", EXIT_DONE, "in sync");
	free(ours);
	free(gpuvfs);
	free(both);
}

/* another provider has the device now: what was begun is not about it */
static void recovery_does_nothing_to_another_provider(void **state)
{
	char *gpuvfs = intent_of(NVME, ",\"provider\":\"generic\"");

	configure(CONFIG "vfs = 0\n");
	write_journal(gpuvfs);
	free(gpuvfs);
	bind_driver(NVME, "gpuvf");
	says("apply", EXIT_ATTENTION, "cannot recover an interrupted apply: GPU " NVME " is driven by gpuvf, which does not answer here");
	assert_int_equal(num_vfs(), 0);
	bind_driver(NVME, "nvme");
	write_journal("{\"section\":\"disk\",\"provider\":7}");
	says("apply", EXIT_DONE, "is damaged; kept as");
}

static void json_has_null_for_what_is_not_known(void **state)
{
	static const char *const null[] = {
		"revision", "provisioning", "policy", "fb_total_bytes",
		"fb_free_bytes", "fb_pf_reserve_bytes", "fb_extents",
		"time_slice_min_us", "preempt_timeout_max_us", "rotation_us",
		"capacity", "fb_quota_bytes", "fb_offset_bytes", "fb_auto",
		"time_slice_us", "preempt_timeout_us", "share", "profile",
	};
	static const char *const plan_null[] = {
		"fb_extents", "capacity", "worst_wait_us", "preempt_timeout_us",
		"fb_quota_bytes", "time_slice_us",
	};
	size_t i;

	configure(CONFIG "vf 0 = s\n");
	for (i = 0; i < ARRAY_SIZE(null); i++) {
		char *member = xasprintf("\"%s\": null", null[i]);

		says("show -j", EXIT_DONE, member);
		free(member);
	}
	for (i = 0; i < ARRAY_SIZE(plan_null); i++) {
		char *member = xasprintf("\"%s\": null", plan_null[i]);

		says("plan -j", EXIT_DONE, member);
		free(member);
	}
	says("show -j", EXIT_DONE, "\"provider\": \"generic\",");
	says("show -j", EXIT_DONE, "\"driver\": \"nvme\"");
	says("show disk -j", EXIT_DONE, "\"num_vfs\": 0");
	says("show disk/0 -j", EXIT_DONE, "\"index\": 0");
}

static void the_daemon_looks_at_what_notifies_of_nothing(void **state)
{
	struct daemon d = {};
	char said[4000];
	u64 wait;
	int fifo;

	configure(CONFIG "vf 0-1 = s\n");
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DONE);
	assert_int_equal(num_vfs(), 2);
	wait = d.check_ms - monotonic_ms();
	assert_true(wait && wait <= 10000);
	/* changed by another program: reported once, left alone */
	assert_int_equal(__wrap_sysfs_set_number(NVME, NUMVFS, 0), 0);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DIFFERS);
	assert_says(said, "differs from the configuration (on_drift = report). Would do: enable 2 VFs");
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DIFFERS);
	assert_string_equal(said, "");
	assert_int_equal(num_vfs(), 0);
	/* gpuvf goes: that is not about this GPU */
	daemon_forget_all(&d);
	assert_int_equal(d.num_gpus, 1);
	/* it hangs */
	fifo = hang();
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DIFFERS);
	assert_int_equal(write(fifo, "0\n", 2), 2);
	sleep_ms(300);
	close(fifo);
	put(NVME, NUMVFS, "0\n");
	/* it goes and comes again */
	run_shell("mv " DEVICES NVME " .");
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_MISSING);
	assert_int_equal(d.num_gpus, 0);
	run_shell("mv " NVME " " DEVICES);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_DONE);
	assert_int_equal(num_vfs(), 2);
	daemon_free(&d);
}

/* the previous configuration is kept */
static void the_daemon_refuses_what_a_provider_cannot_do(void **state)
{
	struct daemon d = {};
	struct quiet quiet;
	int code;

	configure(CONFIG "vf 0 = s\n");
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	configure(CONFIG "vf 0 = s\npolicy = equal\n");
	quiet = be_quiet();
	code = daemon_load(&d, NULL);
	be_loud(quiet);
	assert_int_equal(code, EXIT_USAGE);
	assert_int_equal(d.targets.config.num_gpus, 1);
	assert_int_equal(d.targets.config.gpus[0].set, 0);
	daemon_free(&d);
}

/* GPUs of gpuvf alone do not wake an idle daemon */
static void the_daemon_does_not_look_at_gpus_that_notify(void **state)
{
	struct daemon d = {};
	char said[4000];

	configure("[gpuvf]\nversion = 1\n[profile p]\nfb = 1GiB\n"
		  "[gpu a]\nmatch = *\nvf 0 = p\n[gpu b]\npci = 0000:41:00.0\n"
		  "[gpu c]\npci = 0000:42:00.0\n");
	make_pf("0000:41:00.0", "0x030000\n", "gpuvf", "4\n");
	assert_int_equal(daemon_load(&d, NULL), EXIT_DONE);
	assert_int_equal(sync_now(&d, said, sizeof(said)), EXIT_MISSING);
	assert_int_equal(d.check_ms, 0);
	daemon_free(&d);
}

static void an_ordinary_user_does_not_see_which_vfs_are_in_use(void **state)
{
	configure(CONFIG "vf 0-1 = s\n");
	says("apply", EXIT_DONE, "2 VFs enabled");
	configure(CONFIG "vf 0-2 = s\n");
	assert_int_equal(chmod(root, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	says("plan", EXIT_DONE, "VFs in use are not visible without CAP_SYS_ADMIN; apply may refuse this");
	assert_int_equal(seteuid(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_ordinary_user_does_not_see_which_vfs_are_in_use),
		test(only_gpus_are_listed_without_being_named),
		test(what_cannot_have_vfs_is_not_listed),
		test(a_gpu_is_what_its_files_say),
		test(vfs_that_come_and_go_are_a_change),
		test(numbers_that_are_none_are_refused),
		test(a_pf_that_is_not_there_is_named),
		test(apply_makes_vfs_and_binds_them),
		test(what_is_impossible_is_refused_before_anything_is_done),
		test(a_driver_that_refuses_leaves_all_as_it_was),
		test(errnos_of_the_number_leave_all_as_it_was),
		test(vfs_in_use_stay),
		test(nothing_of_another_provider_is_taken_over),
		test(other_verbs_say_what_there_is_not),
		test(one_provider_may_be_absent),
		test(one_gpu_may_be_unreadable),
		test(what_is_exported_changes_nothing),
		test(a_checkpoint_is_restored),
		test(an_interrupted_apply_is_recovered),
		test(recovery_waits_for_a_provider_that_is_absent),
		test(recovery_does_nothing_to_another_provider),
		test(json_has_null_for_what_is_not_known),
		test(the_daemon_looks_at_what_notifies_of_nothing),
		test(the_daemon_refuses_what_a_provider_cannot_do),
		test(the_daemon_does_not_look_at_gpus_that_notify),
	};

	return cmocka_run_group_tests_name("generic", tests, NULL, NULL);
}
