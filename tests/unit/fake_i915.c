// SPDX-License-Identifier: GPL-2.0
/*
 * A GPU of i915 with SR-IOV.
 */
#include <errno.h>

#include "agent_test.h"
#include "crash.h"
#include "fake_i915.h"
#include "pci/num_vfs.h"
#include "pci/sysfs.h"

#define IOV	"drm/card0/prelim_iov/"

struct i915r_gpu rules;
const char *nonsense;
bool vanished;
int enable_error, disable_error, fail_error;
u32 fail_at;

static const char *const names[I915R_NUM_FILES] = {
	"exec_quantum_ms", "preempt_timeout_us", "ggtt_quota", "contexts_quota",
	"doorbells_quota", "lmem_quota",
};

static const char *const spares[I915R_NUM_FILES] = {
	"exec_quantum_ms", "preempt_timeout_us", "ggtt_spare", "contexts_spare",
	"doorbells_spare", "lmem_spare",
};

static const char *const free_names[I915R_NUM_FILES] = {
	"", "", "available/ggtt_free", "available/contexts_free",
	"available/doorbells_free", "available/lmem_free",
};

int __real_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_read(const char *bdf, const char *file, char **text);
int __real_sysfs_write(const char *bdf, const char *file, const char *text);
int __wrap_sysfs_write(const char *bdf, const char *file, const char *text);
int __real_sysfs_set_number(const char *bdf, const char *file, u32 value);
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value);

/**
 * struct where - a file below prelim_iov
 * @vf: index, -1: the PF
 * @gt: index, -1: of no GT
 * @name: the rest
 */
struct where {
	int vf;
	int gt;
	const char *name;
};

static bool parse(const char *file, struct where *where)
{
	char *rest;

	if (strncmp(file, "drm/card0/", 10))
		return false;
	file = strchr(file + 10, '/') + 1;
	*where = (struct where){ .vf = -1, .gt = -1 };
	if (!strncmp(file, "vf", 2)) {
		where->vf = strtoul(file + 2, &rest, 10) - 1;
		assert_true(where->vf >= 0 && where->vf < TOTAL);
		file = rest;
	} else if (!strncmp(file, "pf", 2)) {
		file += 2;
	}
	if (!strncmp(file, "/gt", 3)) {
		where->gt = strtoul(file + 3, &rest, 10);
		file = rest;
	}
	where->name = file + 1;
	return true;
}

static int file_of(const struct where *where, const char *const *known)
{
	int i;

	for (i = 0; i < I915R_NUM_FILES; i++)
		if (!strcmp(where->name, known[i]))
			return i;
	return -1;
}

static const struct i915r_gt *gt_of(const struct where *where)
{
	return where->vf < 0 ? &rules.pf[where->gt] :
			       &rules.vf[where->vf][where->gt];
}

int __wrap_sysfs_read(const char *bdf, const char *file, char **text)
{
	struct where where;
	int i;

	if (!parse(file, &where))
		return __real_sysfs_read(bdf, file, text);
	if (reading)
		reading();
	if (vanished || !root_has(DEVICES "%s/%s", bdf, file))
		return -ENOENT;
	if (nonsense) {
		*text = xstrdup(nonsense);
		return 0;
	}
	/* a binary for migration, which is read by those who migrate */
	assert_string_not_equal(where.name, "state");
	if (where.gt < 0) {
		assert_string_equal(where.name, "auto_provisioning");
		*text = xasprintf("%u\n", !rules.manual);
		return 0;
	}
	if (!strcmp(where.name, "policies/sched_if_idle")) {
		*text = xasprintf("%u\n", rules.idle[where.gt]);
		return 0;
	}
	i = file_of(&where, free_names);
	if (i > 0) {
		*text = xasprintf("%llu\n", i915r_free(&rules, i));
		return 0;
	}
	i = file_of(&where, where.vf < 0 ? spares : names);
	assert_true(i >= 0);
	*text = xasprintf("%llu\n", gt_of(&where)->value[i]);
	return 0;
}

static int store(const char *bdf, const char *file, const struct where *where,
		 const char *text)
{
	int i;

	if (vanished || !root_has(DEVICES "%s/%s", bdf, file))
		return -ENOENT;
	if (!strcmp(where->name, "auto_provisioning"))
		return i915r_store_auto(&rules, strtoul(text, NULL, 10));
	if (!strcmp(where->name, "control"))
		return i915r_control(&rules, where->vf, text);
	if (!strcmp(where->name, "policies/sched_if_idle"))
		return i915r_store_idle(&rules, where->gt, strtoul(text, NULL, 10));
	i = file_of(where, where->vf < 0 ? spares : names);
	assert_true(i >= 0);
	return i915r_store(&rules, where->vf, where->gt, i,
			   strtoull(text, NULL, 10));
}

int __wrap_sysfs_write(const char *bdf, const char *file, const char *text)
{
	struct where where;
	int err;

	if (!parse(file, &where))
		return __real_sysfs_write(bdf, file, text);
	driver_begin();
	let_rival();
	if (fail_at && !--fail_at)
		rules.fail_next = fail_error;
	err = store(bdf, file, &where, text);
	driver_end();
	return err;
}

/** fake_i915_set_num() - sriov_numvfs is written, by anything */
int fake_i915_set_num(u32 num)
{
	char text[16];
	u32 was = rules.num;
	int err = num ? enable_error : disable_error;

	err = err ?: i915r_set_num(&rules, num);
	if (err)
		return err;
	make_vfs(GPU, was, num);
	snprintf(text, sizeof(text), "%u\n", num);
	put(GPU, NUMVFS, text);
	return 0;
}

int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	int err;

	if (strcmp(file, NUMVFS))
		return __real_sysfs_set_number(bdf, file, value);
	driver_begin();
	let_rival();
	err = fake_i915_set_num(value);
	driver_end();
	return err;
}

static void make_file(int vf, int gt, const char *name)
{
	char file[128], dir[16] = "pf", number[16] = "";

	if (vf >= 0)
		snprintf(dir, sizeof(dir), "vf%d", vf + 1);
	if (gt >= 0)
		snprintf(number, sizeof(number), "gt%d/", gt);
	snprintf(file, sizeof(file), IOV "%s/%s%s", dir, number, name);
	put_deep(GPU, file, "");
}

static void make_gt(int vf, u32 gt)
{
	int i;

	for (i = 0; i < I915R_NUM_FILES; i++)
		if (i915r_has_file(&rules, gt, i))
			make_file(vf, gt, vf < 0 ? spares[i] : names[i]);
	for (i = I915R_GGTT; vf < 0 && i < I915R_NUM_FILES; i++)
		if (i915r_has_file(&rules, gt, i))
			make_file(vf, gt, free_names[i]);
	make_file(vf, gt, vf < 0 ? "policies/sched_if_idle" : "state");
}

/** fake_i915_make_files() - make the directory for the rules as they are */
void fake_i915_make_files(void)
{
	int vf;
	u32 gt;

	run_shell("rm -rf " DEVICES GPU "/drm");
	put_deep(GPU, IOV "mode", "SR-IOV PF\n");
	make_file(-1, -1, "auto_provisioning");
	for (vf = -1; vf < TOTAL; vf++) {
		if (vf >= 0)
			make_file(vf, -1, "control");
		for (gt = 0; gt < rules.gts; gt++)
			make_gt(vf, gt);
	}
}

/** fake_i915_make_flex() - one GT, and framebuffer */
void fake_i915_make_flex(void)
{
	rules.gts = 1;
	rules.lmem = 16 * GIB;
	fake_i915_make_files();
}

/** fake_i915_begin() - a new tree with a GPU as its driver was loaded */
void fake_i915_begin(void)
{
	rules = (struct i915r_gpu){ .gts = 2, .total = TOTAL };
	nonsense = NULL;
	vanished = false;
	enable_error = 0;
	disable_error = 0;
	fail_at = 0;
	tree_begin();
	run_shell("mkdir -p sys/bus/pci/drivers/i915");
	make_pf(GPU, "0x030000\n", "i915", "7\n");
	put(GPU, "vendor", "0x8086\n");
	fake_i915_make_files();
}

/** use_vf() - a machine has a VF */
void use_vf(u32 vf)
{
	char bdf[16];

	snprintf(bdf, sizeof(bdf), "0000:00:02.%u", vf + 1);
	bind_driver(bdf, "vfio-pci");
	put(bdf, "driver_override", "vfio-pci\n");
	open_vf(bdf);
	rules.in_use[vf] = true;
}

/** leave_vf() - and has it no more */
void leave_vf(void)
{
	run_shell("rm -r proc/77 " DEVICES "*/iommu_group");
	memset(rules.in_use, 0, sizeof(rules.in_use));
}
