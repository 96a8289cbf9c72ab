// SPDX-License-Identifier: GPL-2.0
/*
 * xe has a directory for the PF and one for each VF that it could have, enabled or not.
 * Its VFs are counted from 1:
 *
 *	sriov_admin/.bulk_profile/sched_priority		written only
 *	sriov_admin/pf/profile/{exec_quantum_ms,preempt_timeout_us,sched_priority}
 *	sriov_admin/vf<N>/profile/{exec_quantum_ms,preempt_timeout_us,sched_priority,
 *				   vram_quota}
 *	sriov_admin/vf<N>/stop					written only
 *
 * Times of 0 are endless. No other file is opened, but for one of debugfs, which is
 * read: it shows whether another tool has put xe in custom mode.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "provider/fingerprint.h"
#include "provider/xe_files.h"

#define DEVICE		"sys/bus/pci/devices/%s/"
#define DEBUG		"sys/kernel/debug/dri/%s/"

#define QUOTA		"vram_quota"
#define SLICE		"exec_quantum_ms"
#define TIMEOUT		"preempt_timeout_us"
#define PRIORITY	"sched_priority"

/* of the table that gives VFs their pieces (LMTT), per tile */
#define PAGE_BYTES	(2ULL << 20)

#define FILE_SIZE	64

/* @vf: our number, NO_VF: the PF */
static const char *file_of(char *file, int vf, const char *name)
{
	if (vf == NO_VF)
		snprintf(file, FILE_SIZE, XE_ADMIN "/pf/profile/%s", name);
	else
		snprintf(file, FILE_SIZE, XE_ADMIN "/vf%d/profile/%s", vf + 1,
			 name);
	return file;
}

/* the first line of a file */
static int get_text(const char *bdf, int vf, const char *name, char *text)
{
	char file[FILE_SIZE];
	char *content;
	int err;

	*text = '\0';
	err = sysfs_read(bdf, file_of(file, vf, name), &content);
	if (err)
		return err;
	content[strcspn(content, "\n")] = '\0';
	copy_string(text, FILE_SIZE, content);
	free(content);
	return 0;
}

static int get_number(const char *bdf, int vf, const char *name, u64 *value)
{
	char text[FILE_SIZE];
	char *end;
	int err;

	*value = 0;
	err = get_text(bdf, vf, name, text);
	if (err)
		return err;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (end == text || *end || errno || *text == '-') {
		*value = 0;
		return -EINVAL;
	}
	return 0;
}

static int set_number(const char *bdf, int vf, const char *name, u64 value)
{
	char file[FILE_SIZE], text[FILE_SIZE];

	snprintf(text, sizeof(text), "%llu", value);
	return sysfs_write(bdf, file_of(file, vf, name), text);
}

/* GTs or tiles that differ are no error: what is written next sets all of them */
static int read_failed(struct gpu *gpu, int vf, const char *name, int err,
		       struct failure *why)
{
	char file[FILE_SIZE];

	if (err == -EUCLEAN) {
		gpu->values_differ = true;
		snprintf(gpu->warning, sizeof(gpu->warning),
			 "%s differs between its GTs or tiles, which another tool has set by debugfs; setting it again sets all of them",
			 file_of(file, vf, name));
		return 0;
	}
	if (err == -ENOENT || err == -ENODEV)
		return failure_set(why, -ENODEV);
	return failure_explain(why, err, REASON_DRIVER_ERROR, NO_VF,
			       "GPU %s: %s: %s", gpu->bdf,
			       file_of(file, vf, name), strerror(-err));
}

static int read_number(struct gpu *gpu, int vf, const char *name, u64 *value,
		       struct failure *why)
{
	int err = get_number(gpu->bdf, vf, name, value);

	return err ? read_failed(gpu, vf, name, err, why) : 0;
}

static int read_times(struct gpu *gpu, int vf, u32 *slice_us, u32 *timeout_us,
		      struct failure *why)
{
	u64 ms, us;
	int err;

	err = read_number(gpu, vf, SLICE, &ms, why) ?:
	      read_number(gpu, vf, TIMEOUT, &us, why);
	if (err)
		return err;
	*slice_us = ms > U32_MAX / 1000 ? U32_MAX : ms * 1000;
	*timeout_us = us > U32_MAX ? U32_MAX : us;
	return 0;
}

/* "[low] normal": every VF has the same */
static int read_policy(struct gpu *gpu, struct failure *why)
{
	char text[FILE_SIZE];
	int err;

	gpu->policy = POLICY_BEST_EFFORT;
	if (!gpu->vfs_len)
		return 0;
	err = get_text(gpu->bdf, 0, PRIORITY, text);
	gpu->policy_differs = err == -EUCLEAN;
	if (err)
		return read_failed(gpu, 0, PRIORITY, err, why);
	if (strstr(text, "[normal]"))
		gpu->policy = POLICY_FIXED;
	return 0;
}

/* a discrete GPU is behind a bridge; the processor's own has this address */
static bool is_integrated(const char *bdf)
{
	return !strcmp(bdf, "0000:00:02.0");
}

static void find_variant(struct gpu *gpu)
{
	char file[FILE_SIZE];
	struct stat st;
	char *path;

	path = root_path(DEVICE "%s", gpu->bdf, file_of(file, 0, QUOTA));
	if (stat(path, &st))
		gpu->abilities = is_integrated(gpu->bdf) ?
				 &xe_abilities_integrated : &xe_abilities_fair;
	else
		/* by the mode: root may open what it cannot write */
		gpu->abilities = st.st_mode & 0200 ? &xe_abilities :
						     &xe_abilities_read_only;
	free(path);
}

/* a quota is made of a piece on each tile */
static u64 find_alloc_unit(const char *bdf)
{
	u64 tiles = 1;

	while (root_has(DEVICE "tile%llu", bdf, tiles))
		tiles++;
	return tiles * PAGE_BYTES;
}

/* Return: whether it is known */
static bool read_ggtt(const char *bdf, u32 vf, u64 *bytes)
{
	char text[FILE_SIZE];
	char *end;

	/* the second is the name of older kernels */
	if (!root_line(text, sizeof(text),
		       DEBUG "sriov/vf%u/tile0/ggtt_quota", bdf, vf + 1) &&
	    !root_line(text, sizeof(text), DEBUG "gt0/vf%u/ggtt_quota", bdf,
		       vf + 1))
		return false;
	*bytes = strtoull(text, &end, 10);
	return end != text && !*end;
}

/**
 * xe_custom_mode() - does xe leave GGTT to another tool?
 * @bdf: of the PF
 * @num_vfs: VFs that are enabled
 * @total_vfs: VFs that it could have
 *
 * xe gives each VF a piece of GGTT when it enables it, and takes it back; but not after
 * something was written to its debugfs, which it takes for a wish to do that by hand.
 *
 * Return: 0: no; 1: yes, and it shows; -ENOENT: that cannot be seen.
 */
int xe_custom_mode(const char *bdf, u32 num_vfs, u32 total_vfs)
{
	u64 bytes;
	u32 i;

	for (i = 0; i < total_vfs; i++) {
		if (!read_ggtt(bdf, i, &bytes))
			return -ENOENT;
		if (i < num_vfs ? !bytes : bytes)
			return 1;
	}
	return total_vfs ? 0 : -ENOENT;
}

/**
 * xe_way_back() - how to have xe share out GGTT again
 * @bdf: of the PF
 *
 * Return: a command, for when no VF is enabled; to be freed.
 */
char *xe_way_back(const char *bdf)
{
	return xasprintf("echo 1 > /" DEBUG "sriov/restore_auto_provisioning",
			 bdf);
}

static bool is_custom(const struct gpu *gpu)
{
	return !gpu->vfs_changing &&
	       xe_custom_mode(gpu->bdf, gpu->num_vfs, gpu->vfs_len) == 1;
}

static void warn_of_custom(struct gpu *gpu)
{
	char *way;

	if (!is_custom(gpu))
		return;
	way = xe_way_back(gpu->bdf);
	snprintf(gpu->warning, sizeof(gpu->warning),
		 "custom mode, set by another tool in debugfs, or an xe that takes no presets: VFs have no GGTT; the way back, without VFs: %s",
		 way);
	gpu->vfs_lack_something = xe_files_lack_ggtt(gpu, gpu->num_vfs);
	free(way);
}

/**
 * xe_files_lack_ggtt() - would VFs be without GGTT, with which no guest works?
 * @gpu: a live GPU
 * @num_vfs: VFs that are enabled or to be enabled
 *
 * Return: whether xe is in custom mode and one of them has none; false also where that
 * cannot be seen.
 */
bool xe_files_lack_ggtt(const struct gpu *gpu, u32 num_vfs)
{
	u64 bytes;
	u32 i;

	if (!is_custom(gpu))
		return false;
	for (i = 0; i < num_vfs && i < gpu->vfs_len; i++)
		if (read_ggtt(gpu->bdf, i, &bytes) && !bytes)
			return true;
	return false;
}

/**
 * xe_files_read() - read what the files of xe say
 * @gpu: with what the PCI core says; gets abilities, framebuffer, times, policy,
 *	revision and warning
 * @why: more about an error
 *
 * Return: 0; -ENODEV: the GPU went meanwhile; another negative errno.
 */
int xe_files_read(struct gpu *gpu, struct failure *why)
{
	int err;
	u32 i;

	find_variant(gpu);
	gpu->set = GPU_SET_POLICY | GPU_SET_PF_RESERVE;
	gpu->time_slice_min_us = 1000;
	gpu->time_slice_max_us = gpu->abilities->of[ABILITY_TIME_SLICE].max;
	gpu->preempt_timeout_min_us = 1;
	gpu->preempt_timeout_max_us =
		gpu->abilities->of[ABILITY_PREEMPT_TIMEOUT].max;
	if (gpu_can_read(gpu, ABILITY_FB))
		gpu->fb_alloc_unit = find_alloc_unit(gpu->bdf);
	err = read_policy(gpu, why) ?:
	      read_times(gpu, NO_VF, &gpu->pf_time_slice_us,
			 &gpu->pf_preempt_timeout_us, why);
	for (i = 0; !err && i < gpu->vfs_len; i++) {
		struct vf *vf = &gpu->vfs[i];

		err = read_times(gpu, i, &vf->time_slice_us,
				 &vf->preempt_timeout_us, why);
		if (!err && gpu_can_read(gpu, ABILITY_FB))
			err = read_number(gpu, i, QUOTA, &vf->fb_bytes, why);
	}
	gpu->revision = gpu_fingerprint(gpu);
	warn_of_custom(gpu);
	return err;
}

/**
 * xe_set_quota() - set the framebuffer of a VF
 * @bdf: of the PF
 * @vf: index
 * @bytes: 0: none
 *
 * xe gives up the old quota before it looks for room for the new one.
 *
 * Return: 0, or a negative errno: -EIO: the firmware refuses, since a guest runs;
 * -ENOMEM, -ENOSPC: there is no room, and the VF has nothing now.
 */
int xe_set_quota(const char *bdf, u32 vf, u64 bytes)
{
	return set_number(bdf, vf, QUOTA, bytes);
}

/**
 * xe_set_times() - set time slice and preemption timeout of a VF or of the PF
 * @bdf: of the PF
 * @vf: index, NO_VF: the PF
 * @slice_us: a multiple of 1000, 0: endless
 * @timeout_us: 0: endless
 *
 * Return: 0, or a negative errno.
 */
int xe_set_times(const char *bdf, int vf, u32 slice_us, u32 timeout_us)
{
	return set_number(bdf, vf, SLICE, slice_us / 1000) ?:
	       set_number(bdf, vf, TIMEOUT, timeout_us);
}

/**
 * xe_set_policy() - set whether idle VFs keep their time slices
 * @bdf: of the PF
 * @policy: POLICY_FIXED, POLICY_BEST_EFFORT
 *
 * That is one setting for the PF and all VFs. A PF that has the priority "high", which
 * VFs cannot have, keeps it.
 *
 * Return: 0, or a negative errno.
 */
int xe_set_policy(const char *bdf, u32 policy)
{
	char file[FILE_SIZE], was[FILE_SIZE];
	int err;

	err = get_text(bdf, NO_VF, PRIORITY, was);
	err = err ?: sysfs_write(bdf, XE_ADMIN "/.bulk_profile/" PRIORITY,
				    policy == POLICY_FIXED ? "normal" : "low");
	if (!err && strstr(was, "[high]"))
		err = sysfs_write(bdf, file_of(file, NO_VF, PRIORITY), "high");
	return err;
}

/**
 * xe_stop() - have the firmware not run a VF until it is reset
 * @bdf: of the PF
 * @vf: index
 *
 * Return: 0; -ESTALE: it is stopped; -ENOENT: this xe cannot; another negative errno.
 */
int xe_stop(const char *bdf, u32 vf)
{
	char file[FILE_SIZE];

	snprintf(file, sizeof(file), XE_ADMIN "/vf%u/stop", vf + 1);
	return sysfs_write(bdf, file, "1");
}

/**
 * xe_error_text() - what an errno means that a file of xe gave
 * @error: negative errno
 *
 * Return: in words.
 */
const char *xe_error_text(int error)
{
	switch (error) {
	case -ECANCELED:
		return "xe has declared the GPU wedged (see the kernel log)";
	case -EBUSY:
		return "xe is resetting the GPU";
	case -EIO:
		return "the firmware refuses, as it does while a guest runs";
	case -ENOMEM:
	case -ENOSPC:
		return "xe has no room for it";
	case -EUCLEAN:
		return "GTs or tiles differ, which another tool has set by debugfs";
	}
	return strerror(-error);
}
