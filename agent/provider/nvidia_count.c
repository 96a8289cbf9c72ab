// SPDX-License-Identifier: GPL-2.0
/*
 * NVIDIA's driver makes no VFs when sriov_numvfs is written: only the vendor's
 * sriov-manage has it do so, after it got hold of the GPU, which programs that use
 * NVML keep it from. It has reported success without having done anything, and the
 * files of a VF come some time after the VF.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/helper.h"
#include "base/root.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"
#include "provider/nvidia_count.h"
#include "provider/nvidia_layout.h"

#define MANAGE_LIMIT_MS	120000
#define MANAGE_TRIES	5
#define RETRY_MS	1000

#define APPEAR_LIMIT_MS	30000
#define POLL_MS		100

/* of the host, or of the container that has the driver */
static const char *const places[] = {
	"usr/lib/nvidia/sriov-manage",
	"run/nvidia/driver/usr/lib/nvidia/sriov-manage",
};

static char *find_manage(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (root_has("%s", places[i]))
			return root_path("%s", places[i]);
	return NULL;
}

/** nvidia_has_manage() - is the program there that makes VFs? */
bool nvidia_has_manage(void)
{
	char *path = find_manage();
	bool is_there = path;

	free(path);
	return is_there;
}

/* VFs that are there with their files; a GPU with mediated devices has no such files */
static u32 count_ready(const char *bdf)
{
	char vf[BDF_SIZE];
	u32 i, ready = 0;

	for (i = 0; i < MAX_VFS && !sysfs_vf_bdf(bdf, i, vf, sizeof(vf)); i++)
		ready += root_has("sys/bus/pci/devices/%s/" NVIDIA_TYPE_FILE, vf);
	return ready;
}

static u32 count_links(const char *bdf)
{
	char vf[BDF_SIZE];
	u32 i = 0;

	while (i < MAX_VFS && !sysfs_vf_bdf(bdf, i, vf, sizeof(vf)))
		i++;
	return i;
}

/* Return: whether there are that many in the end */
static bool wait_for(const char *bdf, u32 num)
{
	u64 end = monotonic_ms() + APPEAR_LIMIT_MS;

	while (num ? count_ready(bdf) != num : count_links(bdf)) {
		if (monotonic_ms() >= end)
			return false;
		sleep_ms(POLL_MS);
	}
	return true;
}

/* Return: exit code, or negative errno */
static int manage(const char *path, const char *bdf, u32 num, char *said)
{
	const char *const argv[] = { path, num ? "-e" : "-d", bdf, NULL };
	int tries, code = 0;

	for (tries = 0; tries < MANAGE_TRIES; tries++) {
		if (tries)
			sleep_ms(RETRY_MS);
		code = helper_run(argv, MANAGE_LIMIT_MS, said);
		if (code <= 0)
			break;
	}
	return code;
}

static int explain(const char *path, const char *bdf, int code,
		   const char *said, struct failure *why)
{
	if (code == -ETIMEDOUT)
		return failure_explain(why, code, REASON_TOOL_FAILED, NO_VF,
				       "%s gave no answer in %u s, and was ended",
				       path, MANAGE_LIMIT_MS / 1000);
	if (code < 0)
		return failure_explain(why, code, REASON_TOOL_FAILED, NO_VF,
				       "%s%s%s", path,
				       code == -EPERM ? " " : ": ",
				       code == -EPERM ? said : strerror(-code));
	return failure_explain(why, -EIO, REASON_TOOL_FAILED, NO_VF,
			       "%s ended %u times with exit code %d: %s (a program that uses NVML keeps GPU %s from it: dcgm-exporter, nvidia-persistenced, nvidia-smi)",
			       path, MANAGE_TRIES, code,
			       *said ? said : "it said nothing", bdf);
}

static int check_result(const char *path, const char *bdf, u32 num,
			struct failure *why)
{
	u32 is = 0;

	if (wait_for(bdf, num))
		return failure_set(why, 0);
	sysfs_get_num_vfs(bdf, &is);
	if (is == num && num)
		return failure_explain(why, -EIO, REASON_TOOL_FAILED, NO_VF,
				       "%s enabled %u VFs, but %u of them have %s after %u s",
				       path, is, count_ready(bdf), NVIDIA_TYPE_FILE,
				       APPEAR_LIMIT_MS / 1000);
	return failure_explain(why, -EIO, REASON_TOOL_FAILED, NO_VF,
			       "%s reported success, but %u VFs are enabled after %u s; just after the driver was loaded it does nothing",
			       path, is, APPEAR_LIMIT_MS / 1000);
}

/**
 * nvidia_set_num_vfs() - enable all VFs, or disable them
 * @provider: not used
 * @bdf: of the PF
 * @num: 0, or as many as the GPU can have
 * @why: more about an error, without the GPU
 *
 * Waits until the VFs have their files.
 *
 * Return: 0; -ENOENT: there is no sriov-manage; -EPERM: others than root can change
 * it; -ETIMEDOUT; -EIO: it failed, or reported success without effect.
 */
int nvidia_set_num_vfs(struct provider *provider, const char *bdf, u32 num,
		       struct failure *why)
{
	u32 before = count_links(bdf);
	char *path = find_manage();
	char said[HELPER_TEXT];
	int err;

	(void)provider;
	if (!path)
		return failure_explain(why, -ENOENT, REASON_TOOL_FAILED, NO_VF,
				       "/%s is not there; it comes with NVIDIA's vGPU host driver",
				       places[0]);
	err = manage(path, bdf, num, said);
	err = err ? explain(path, bdf, err, said, why) :
		    check_result(path, bdf, num, why);
	why->has_changed = err && count_links(bdf) != before;
	free(path);
	return err;
}
