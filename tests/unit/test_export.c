// SPDX-License-Identifier: GPL-2.0
/*
 * export and generate on a GPU of each other provider, with and without VFs, where
 * there is no configuration yet: what is exported plans to nothing, and what is generated
 * can be planned.
 */
#include "verb_test.h"
#include "pci_tree.h"

#define GPU	"0000:02:00.0"
#define VF	"0000:02:00.1"

static int begin(void **state)
{
	tree_begin();
	return 0;
}

static int end(void **state)
{
	tree_end();
	return 0;
}

static void enable(u32 num)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", num);
	put(GPU, "sriov_numvfs", text);
	make_vfs(GPU, 0, num);
}

static void make_generic(u32 num)
{
	make_pf(GPU, "0x030000\n", "pci-pf-stub", "4\n");
	enable(num);
}

/* @dir: below the PF; @num: of VFs that have what is in @files, the others 0 */
static void make_times(const char *dir, u32 num, const char *below)
{
	u32 i;

	for (i = 0; i <= 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), i ? "vf%u" : "pf", i);
		run_shell("mkdir -p " DEVICES GPU "/%s/%s/%s && "
			  "cd " DEVICES GPU "/%s/%s/%s && "
			  "echo %u > exec_quantum_ms && echo %u > preempt_timeout_us",
			  dir, name, below, dir, name, below,
			  num && i <= num ? 16 : 0, num && i <= num ? 20000 : 0);
	}
}

static void make_xe(u32 num, bool has_quota)
{
	u32 i;

	make_pf(GPU, "0x030000\n", "xe", "4\n");
	make_times("sriov_admin", num, "profile");
	run_shell("cd " DEVICES GPU "/sriov_admin && for d in *; do "
		  "echo '[low] normal' > $d/profile/sched_priority; done");
	for (i = 1; has_quota && i <= 4; i++)
		run_shell("echo %u > " DEVICES GPU "/sriov_admin/vf%u/profile/vram_quota",
			  i <= num ? 1 << 30 : 0, i);
	enable(num);
}

static void make_xe_with_quotas(u32 num)
{
	make_xe(num, true);
}

static void make_xe_without_quotas(u32 num)
{
	make_xe(num, false);
}

static void make_i915(u32 num, bool has_lmem)
{
	u32 i;

	make_pf(GPU, "0x030000\n", "i915", "4\n");
	run_shell("mkdir -p " DEVICES GPU "/drm/card0");
	make_times("drm/card0/prelim_iov", num, "gt0");
	run_shell("cd " DEVICES GPU "/drm/card0/prelim_iov && echo PF > mode && "
		  "mkdir pf/gt0/policies && echo 0 > pf/gt0/policies/sched_if_idle && "
		  "echo 1 > pf/auto_provisioning && "
		  "for d in vf*; do for q in ggtt contexts doorbells; do "
		  "echo $((${d#vf} <= %u ? 128 : 0)) > $d/gt0/${q}_quota; done; done", num);
	for (i = 1; has_lmem && i <= 4; i++)
		run_shell("cd " DEVICES GPU "/drm/card0/prelim_iov && "
			  "echo %u > vf%u/gt0/lmem_quota && echo 134217728 > pf/gt0/lmem_spare",
			  i <= num ? 1 << 30 : 0, i);
	enable(num);
}

static void make_igpu(u32 num)
{
	make_i915(num, false);
}

static void make_flex(u32 num)
{
	make_i915(num, true);
}

/* its driver was never asked to keep any */
static void make_flex_without_spare(u32 num)
{
	make_i915(num, true);
	put(GPU, "drm/card0/prelim_iov/pf/gt0/lmem_spare", "0\n");
}

static void make_nvidia(u32 num)
{
	u32 i;

	make_pf(GPU, "0x030200\n", "nvidia", "4\n");
	put(GPU, "vendor", "0x10de\n");
	put(GPU, "device", "0x26b9\n");
	run_shell("mkdir -p sys/module/nvidia_vgpu_vfio usr/share/nvidia/vgpu && "
		  "echo '<vgpuType id=\"1150\" name=\"NVIDIA L40S-12Q\">"
		  "<devId vendorId=\"0x10DE\" deviceId=\"0x26B9\"/></vgpuType>' "
		  "> usr/share/nvidia/vgpu/vgpuConfig.xml");
	enable(num ? 4 : 0);
	for (i = 0; num && i < 4; i++)
		run_shell("mkdir " DEVICES GPU "/virtfn%u/nvidia && cd "
			  DEVICES GPU "/virtfn%u && ln -sfn ../../drivers/nvidia driver && "
			  "echo %u > nvidia/current_vgpu_type && "
			  "echo '1150 : NVIDIA L40S-12Q' > nvidia/creatable_vgpu_types",
			  i, i, i < num ? 1150 : 0);
}

static void make_gim(u32 num)
{
	make_pf(GPU, "0x038000\n", "gim", "4\n");
	put(GPU, "accelerator_partition_profile", "1\n");
	put(GPU, "memory_partition_mode", "NPS1\n");
	enable(num);
}

static const struct {
	const char *provider;
	void (*make)(u32 num);
	const char *has;
	const char *fb;		/* that one can ask for, NULL: none can be */
} providers[] = {
	{ "generic", make_generic, "fb = shared\n", NULL },
	{ "xe", make_xe_with_quotas, "fb = 1GiB\ntime_slice = 16ms\npreempt_timeout = 20ms\n", "1GiB" },
	{ "xe", make_xe_without_quotas, "fb = shared\ntime_slice = 16ms\n", NULL },
	{ "i915", make_igpu, "fb = shared\ntime_slice = 16ms\n", NULL },
	{ "i915", make_flex, "fb = 1GiB\ntime_slice = 16ms\n", "1GiB" },
	{ "i915", make_flex_without_spare, "fb = 1GiB\ntime_slice = 16ms\n", "1GiB" },
	{ "nvidia", make_nvidia, "nvidia_type = L40S-12Q\n", "12GiB" },
	{ "gim", make_gim, "fb = shared\n", NULL },
};

static void plans_to_nothing(size_t i, u32 num)
{
	char *file = xasprintf("%s/out.ini", root);
	char *export_words = xasprintf("export -o %s " GPU, file);
	char *assert_words = xasprintf("assert -f %s", file);
	char *plan_words = xasprintf("plan -f %s", file);
	char *check_words = xasprintf("check %s", file);
	char *named = xasprintf("provider = %s\n", providers[i].provider);

	says(export_words, EXIT_DONE, "");
	says("export " GPU, EXIT_DONE, named);
	if (num)
		says("export " GPU, EXIT_DONE, providers[i].has);
	else
		says("export " GPU, EXIT_DONE, "vfs = 0\n");
	says(check_words, EXIT_DONE, "");
	says(plan_words, EXIT_DONE, "in sync");
	says(assert_words, EXIT_DONE, "");
	free(named);
	free(check_words);
	free(plan_words);
	free(assert_words);
	free(export_words);
	free(file);
}

static void with_vfs(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(providers); i++) {
		end(state);
		begin(state);
		providers[i].make(2);
		plans_to_nothing(i, 2);
	}
}

static void without_vfs(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(providers); i++) {
		end(state);
		begin(state);
		providers[i].make(0);
		plans_to_nothing(i, 0);
	}
}

/* a host driver is written down, where the provider lets it be set */
static void with_host_drivers(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(providers); i++) {
		if (!strcmp(providers[i].provider, "nvidia"))
			continue;
		end(state);
		begin(state);
		providers[i].make(2);
		bind_driver(VF, "vfio-pci");
		put(VF, "driver_override", "vfio-pci\n");
		says("export " GPU, EXIT_DONE, "driver 0 = vfio-pci\n");
		plans_to_nothing(i, 2);
	}
}

/* without a configuration, and with as many VFs as there are */
static void can_be_generated(size_t i)
{
	const char *fb = providers[i].fb;
	char *file = xasprintf("%s/out.ini", root);
	char *without = xasprintf("generate -o %s " GPU " --vfs 2", file);
	char *with = xasprintf("%s --fb %s", without, fb ?: "1GiB");
	char *plan_words = xasprintf("plan -f %s", file);

	says(fb ? without : with, EXIT_USAGE, fb ?
	     "does not say how much framebuffer there is; say with --fb" : "fb: ");
	says(fb ? with : without, EXIT_DONE, "");
	says(plan_words, EXIT_DONE, "");
	free(plan_words);
	free(with);
	free(without);
	free(file);
}

static void what_is_generated_can_be_planned(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(providers); i++) {
		end(state);
		begin(state);
		providers[i].make(2);
		can_be_generated(i);
		if (!strcmp(providers[i].provider, "gim"))
			continue;
		end(state);
		begin(state);
		providers[i].make(0);
		can_be_generated(i);
	}
	/* the last one, whose number of VFs stays as it is */
	says("generate " GPU " --vfs 3", EXIT_USAGE,
	     "sets the number of VFs as it is loaded: modprobe gim vf_num=3");
}

#define here(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		here(with_vfs),
		here(without_vfs),
		here(with_host_drivers),
		here(what_is_generated_can_be_planned),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
