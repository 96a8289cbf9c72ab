// SPDX-License-Identifier: GPL-2.0
/*
 * Host drivers of VFs, as the agent sets them: the right one is bound, no process
 * else gets a VF in between, what cannot be is taken back, and a process that
 * has a VF open is named. gpuvf_sim_iommu gives the VFs the IOMMU groups that
 * VFIO wants.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "selftest.h"
#include "load.h"
#include "vfio.h"

static const struct gpu *gpu = &fx.gpu[0];

static struct vfio vfio = VFIO_CLOSED;

static pid_t start_apply(const char *what, const char *wait)
{
	const char *const args[] = {
		"apply", "-f", AGENT_CONFIG, "--wait-idle", wait, NULL
	};

	agent_write_config(gpu, what);
	return agent_start(false, args);
}

static void apply_says(const char *what, int code, const char *sentence)
{
	int got = agent_end(start_apply(what, "0"));
	char *said = agent_said();

	if (got != code || !strstr(said, sentence)) {
		report("exit code %d, expected %d and '%s'\n# %s\n", got, code,
		       sentence, said);
		test_abort();
	}
	free(said);
}

static void vf_has(unsigned int vf, const char *driver, const char *override)
{
	char link[256] = "", text[64];
	const char *name = "";
	ssize_t len;

	len = readlink(gpu_pci(gpu, "virtfn%u/driver", vf), link,
		       sizeof(link) - 1);
	if (len > 0)
		name = strrchr(link, '/') + 1;
	ASSERT_STREQ(driver, name);
	ASSERT_LE(0, file_read(gpu_pci(gpu, "virtfn%u/driver_override", vf),
			       text, sizeof(text)));
	ASSERT_STREQ(*override ? override : "(null)", text);
}

VFIO_FIXTURE(hostdriver, "total_vfs=4", vfio);

TEST_F(hostdriver, each_vf_gets_its_driver)
{
	static const char all[] = "vf 0-3 = a\ndriver 0 = vfio-pci\n"
		"driver 1 = none\ndriver 2 = default\n";

	apply_says(all, 0, "4 VFs enabled");
	vf_has(0, "vfio-pci", "vfio-pci");
	vf_has(1, "", "none");
	vf_has(2, "", "");
	vf_has(3, "", "");
	ASSERT_EQ(1, file_u64(gpu_pci(gpu, "sriov_drivers_autoprobe")));
	apply_says(all, 0, "in sync");
	load_rest(gpu, 4);
	/* live, the VFs stay */
	apply_says("vf 0-3 = a\ndriver 0 = default\ndriver 1 = vfio-pci\n", 0,
		   "4 VFs enabled");
	vf_has(0, "", "");
	vf_has(1, "vfio-pci", "vfio-pci");
	/* all of it goes with the VFs, and does not come back with others */
	apply_says("vfs = 0\n", 0, "0 VFs enabled");
	ASSERT_OK(gpu_set_numvfs(gpu, 2));
	vf_has(0, "", "");
	vf_has(1, "", "");
}

TEST_F(hostdriver, gpuvf_vfio_is_one_of_them)
{
	static const char both[] = "vf 0-1 = a\ndriver 0 = gpuvf-vfio\n"
		"driver 1 = vfio-pci\n";

	apply_says(both, 6, "driver gpuvf-vfio is not loaded: modprobe gpuvf-vfio");
	ASSERT_OK(module_load("gpuvf_vfio", ""));
	apply_says(both, 0, "2 VFs enabled");
	vf_has(0, "gpuvf-vfio", "gpuvf-vfio");
	vf_has(1, "vfio-pci", "vfio-pci");
	apply_says(both, 0, "in sync");
	apply_says("vfs = 0\n", 0, "0 VFs enabled");
	ASSERT_OK(module_unload("gpuvf_vfio"));
}

TEST_F(hostdriver, autoprobe_that_is_off_is_no_hindrance)
{
	ASSERT_OK(file_write(gpu_pci(gpu, "sriov_drivers_autoprobe"), "0"));
	apply_says("vf 0-1 = a\ndriver 0 = vfio-pci\n", 0, "2 VFs enabled");
	vf_has(0, "vfio-pci", "vfio-pci");
	ASSERT_EQ(0, file_u64(gpu_pci(gpu, "sriov_drivers_autoprobe")));
	ASSERT_OK(file_write(gpu_pci(gpu, "sriov_drivers_autoprobe"), "1"));
}

TEST_F(hostdriver, a_process_that_has_a_vf_is_named)
{
	char me[64];

	snprintf(me, sizeof(me), "process %d (test_hostdriver)", getpid());
	apply_says("vf 0-1 = a\ndriver 0-1 = vfio-pci\n", 0, "2 VFs enabled");
	load_rest(gpu, 2);
	ASSERT_OK(vfio_open(&vfio, gpu_pci(gpu, "virtfn%u", 1)));
	/* the kernel's refusal, and our own before the kernel is asked */
	apply_says("vf 0 = a\nvf 1 = b\ndriver 0-1 = vfio-pci\n", 5, me);
	apply_says("vf 0-2 = a\ndriver 0-1 = vfio-pci\n", 5, me);
	apply_says("vf 0-1 = a\ndriver 0 = vfio-pci\ndriver 1 = none\n", 5, me);
	/* what takes nothing from it is done */
	apply_says("vf 0 = b\nvf 1 = a\ndriver 0-1 = vfio-pci\n", 0,
		   "2 VFs enabled");
	vfio_close(&vfio);
}

TEST_F(hostdriver, apply_waits_for_users_to_go)
{
	char patience[24];
	pid_t pid;

	snprintf(patience, sizeof(patience), "%llu",
		 (unsigned long long)patience_ms() / 1000);
	apply_says("vf 0-1 = a\ndriver 0-1 = vfio-pci\n", 0, "2 VFs enabled");
	load_rest(gpu, 2);
	ASSERT_OK(vfio_open(&vfio, gpu_pci(gpu, "virtfn%u", 0)));
	pid = start_apply("vf 0 = b\nvf 1 = a\n", "1");
	ASSERT_EQ(5, agent_end(pid));
	pid = start_apply("vf 0 = b\nvf 1 = a\n", patience);
	pause_ms(1000);
	ASSERT_EQ(0, waitpid(pid, NULL, WNOHANG));
	ASSERT_EQ(GIB, file_u64(gpu_sysfs(gpu, "vf0/fb_quota")));
	vfio_close(&vfio);
	ASSERT_EQ(0, agent_end(pid));
	ASSERT_EQ(2 * GIB, file_u64(gpu_sysfs(gpu, "vf0/fb_quota")));
	/* and it has waited for the memory to be cleared, too */
	ASSERT_EQ(0, file_u64(gpu_sysfs(gpu, "fb/needs_scrub")));
}

TEST_HARNESS_MAIN
