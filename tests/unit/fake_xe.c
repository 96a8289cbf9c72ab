// SPDX-License-Identifier: GPL-2.0
/*
 * The rules, and how surely each is known, are in tests/doubles/intel-xe.table;
 * test_xe_rules.c compares.
 */
#include <errno.h>

#include "agent_test.h"
#include "crash.h"
#include "fake_xe.h"
#include "pci/sysfs.h"
#include "pci_tree.h"

#define SPARE_BYTES	(128 * MIB)
#define PRIORITY	"sched_priority"

static const char *const priorities[] = { "low", "normal", "high" };

struct fake_xe fake_xe[NUM_FAKE_XE];

static struct fake_xe *find(const char *bdf)
{
	size_t i;

	for (i = 0; i < NUM_FAKE_XE; i++)
		if (fake_xe[i].bdf && !strcmp(fake_xe[i].bdf, bdf))
			return &fake_xe[i];
	return NULL;
}

/** fake_xe_free() - framebuffer that no VF has */
u64 fake_xe_free(const struct fake_xe *xe)
{
	u64 used = 0;
	u32 i;

	for (i = 1; i <= xe->total; i++)
		used += xe->functions[i].quota;
	return xe->fb - used;
}

static void put_number(const struct fake_xe *xe, const char *dir,
		       const char *file, u64 value)
{
	char *path = xasprintf("sriov_admin/%s/profile/%s", dir, file);
	char text[32];

	snprintf(text, sizeof(text), "%llu\n", value);
	put(xe->bdf, path, text);
	free(path);
}

static void put_priority(const struct fake_xe *xe, const char *dir,
			 const char *is, bool has_high)
{
	char *path = xasprintf("sriov_admin/%s/profile/sched_priority", dir);
	char text[64] = "";
	size_t i;

	for (i = 0; i < (has_high ? 3 : 2); i++) {
		bool here = !strcmp(priorities[i], is);

		strcat(text, i ? " " : "");
		strcat(text, here ? "[" : "");
		strcat(text, priorities[i]);
		strcat(text, here ? "]" : "");
	}
	strcat(text, "\n");
	put(xe->bdf, path, text);
	free(path);
}

/* what root may not write, it could: that is for the mode to say */
static void put_quota(const struct fake_xe *xe, const char *dir, u64 bytes)
{
	char *file = xasprintf("sriov_admin/%s/profile/vram_quota", dir);
	char *path = path_of(xe->bdf, file);

	if (xe->variant == XE_QUOTAS || xe->variant == XE_QUOTAS_READ_ONLY)
		put_number(xe, dir, "vram_quota", bytes);
	if (xe->variant == XE_QUOTAS_READ_ONLY)
		assert_int_equal(chmod(path, 0444), 0);
	free(path);
	free(file);
}

/** fake_xe_show() - write the state to the tree */
void fake_xe_show(const struct fake_xe *xe)
{
	char dir[16], *path;
	FILE *f;
	u32 i;

	for (i = 0; i <= xe->total; i++) {
		const struct xe_function *function = &xe->functions[i];

		snprintf(dir, sizeof(dir), i ? "vf%u" : "pf", i);
		put_number(xe, dir, "exec_quantum_ms", function->eq_ms);
		put_number(xe, dir, "preempt_timeout_us", function->pt_us);
		put_priority(xe, dir, i ? xe->priority : xe->pf_priority, !i);
		if (!i)
			continue;
		put_quota(xe, dir, function->quota);
		path = xasprintf("%s/sys/kernel/debug/dri/%s/sriov/vf%u/tile0/ggtt_quota",
				 root, xe->bdf, i);
		f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "%u\n", function->has_ggtt ? 1 << 26 : 0);
		fclose(f);
		free(path);
	}
}

/**
 * fake_xe_make() - add a GPU to the tree
 * @xe: which one
 * @bdf: PCI address
 * @age: of the driver
 * @variant: of its files
 */
void fake_xe_make(struct fake_xe *xe, const char *bdf, enum xe_age age,
		  enum xe_variant variant)
{
	*xe = (struct fake_xe){
		.bdf = bdf, .age = age, .variant = variant,
		.total = 4, .fb = 8 * GIB, .page = 2 * MIB,
		.priority = "low", .pf_priority = "low",
		.no_room_error = -ENOMEM,
	};
	make_pf(bdf, "0x030000\n", "xe", "4\n");
	run_shell("cd " DEVICES "%s && mkdir -p sriov_admin/.bulk_profile sriov_admin/pf/profile && "
		  "for n in 1 2 3 4; do mkdir -p sriov_admin/vf$n/profile $OLDPWD/sys/kernel/debug/dri/%s/sriov/vf$n/tile0; done",
		  bdf, bdf);
	fake_xe_show(xe);
}

static bool has_anything(const struct fake_xe *xe, u32 num)
{
	u32 i;

	for (i = 1; i <= num; i++)
		if (xe->functions[i].quota || xe->functions[i].has_ggtt)
			return true;
	return false;
}

static void set_fair_times(struct fake_xe *xe, u32 num)
{
	u32 i;

	if (strcmp(xe->priority, "low") || strcmp(xe->pf_priority, "low"))
		return;
	for (i = 0; i <= num; i++)
		if (xe->functions[i].eq_ms || xe->functions[i].pt_us)
			return;
	for (i = 0; i <= num; i++) {
		xe->functions[i].eq_ms = 16;
		xe->functions[i].pt_us = 16000;
	}
}

static int set_fair_quotas(struct fake_xe *xe, u32 num)
{
	u64 free = fake_xe_free(xe), share, profile;
	u32 i;

	for (i = 1; i <= num; i++)
		if (xe->functions[i].quota)
			return 0;
	share = free > SPARE_BYTES ? (free - SPARE_BYTES) / num : 0;
	share -= share % xe->page;
	if (!share)
		return -ENOSPC;
	for (profile = 1; profile * 2 <= (xe->fb - SPARE_BYTES) / GIB * GIB / (num + 1);)
		profile *= 2;
	for (i = 1; i <= num; i++)
		xe->functions[i].quota = share < profile ? share : profile;
	return 0;
}

static int give(struct fake_xe *xe, u32 num)
{
	int err = 0;
	u32 i;

	if (xe->is_custom)
		return 0;
	if (xe->age == XE_6_19 && has_anything(xe, num))
		return -EUCLEAN;
	if (xe->age == XE_6_17 && has_anything(xe, num))
		return 0;
	if (xe->age == XE_7_3)
		set_fair_times(xe, num);
	for (i = 1; i <= num; i++)
		xe->functions[i].has_ggtt = true;
	if (xe->variant == XE_QUOTAS || xe->variant == XE_FAIR_ONLY)
		err = set_fair_quotas(xe, num);
	return err;
}

static void take(struct fake_xe *xe, u32 num)
{
	u32 i;

	for (i = 1; i <= num && !xe->is_custom; i++)
		xe->functions[i] = (struct xe_function){};
}

static void violate(struct fake_xe *xe, const char *what)
{
	if (xe->is_other)
		return;
	xe->violation = what;
	xe->violations++;
}

static int disable(struct fake_xe *xe)
{
	u32 i;

	for (i = 1; i <= xe->num; i++)
		if (xe->functions[i].is_held)
			violate(xe, "a VF that a process has open was disabled");
	if (!xe->is_custom && xe->age == XE_7_3) {
		xe->priority = "low";
		xe->pf_priority = "low";
		xe->functions[0] = (struct xe_function){};
	}
	take(xe, xe->num);
	make_vfs(xe->bdf, xe->num, 0);
	xe->num = 0;
	return 0;
}

static bool drivers_are_probed(const char *bdf)
{
	u32 on;

	assert_int_equal(sysfs_get_number(bdf, AUTOPROBE, &on), 0);
	return on;
}

static int enable(struct fake_xe *xe, u32 num)
{
	int err;
	u32 i;

	if (num > xe->total)
		return -ERANGE;
	if (num == xe->num)
		return 0;
	if (!num)
		return disable(xe);
	if (xe->num)
		return -EBUSY;
	if (xe->is_wedged)
		return -ECANCELED;
	if (xe->is_resetting)
		return -EBUSY;
	if (xe->is_locked)
		return -EPERM;
	if (xe->keeps_drivers_off && drivers_are_probed(xe->bdf))
		violate(xe, "VFs appeared while drivers of the host are probed");
	err = give(xe, num) ?: xe->enable_error;
	if (err) {
		take(xe, num);
		return err;
	}
	make_vfs(xe->bdf, 0, num);
	xe->num = num;
	for (i = 1; i <= num; i++)
		xe->functions[i].is_running |= xe->is_picky;
	return 0;
}

/** fake_xe_enable() - write sriov_numvfs */
int fake_xe_enable(struct fake_xe *xe, u32 num)
{
	char text[16];
	int err = enable(xe, num);

	snprintf(text, sizeof(text), "%u\n", xe->num);
	put(xe->bdf, NUMVFS, text);
	fake_xe_show(xe);
	return err;
}

static int set_quota(struct fake_xe *xe, struct xe_function *vf, u64 bytes)
{
	if (xe->variant != XE_QUOTAS)
		return -EACCES;
	if (vf->is_held)
		violate(xe, "framebuffer of a VF was set that a process has open");
	if (vf->is_running)
		return -EIO;
	vf->quota = 0;
	bytes = (bytes + xe->page - 1) / xe->page * xe->page;
	if (bytes > fake_xe_free(xe))
		return xe->no_room_error;
	vf->quota = bytes;
	return 0;
}

static int stop(struct xe_function *vf)
{
	if (vf->is_stopped)
		return -ESTALE;
	vf->is_stopped = true;
	return 0;
}

/* one that outlives the text */
static const char *priority_named(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(priorities); i++)
		if (!strcmp(text, priorities[i]))
			return priorities[i];
	return NULL;
}

static int set_priority(struct fake_xe *xe, const char *text)
{
	if (!priority_named(text) || !strcmp(text, "high"))
		return -EINVAL;
	xe->priority = priority_named(text);
	xe->pf_priority = xe->priority;
	return 0;
}

static int set_pf_priority(struct fake_xe *xe, const char *text)
{
	if (!priority_named(text))
		return -EINVAL;
	xe->pf_priority = priority_named(text);
	return 0;
}

static u32 clamp_time(struct fake_xe *xe, u64 value, u32 max)
{
	if (value > max)
		violate(xe, "a time was written that is clamped");
	return value > max ? max : value;
}

static int set_function(struct fake_xe *xe, u32 i, const char *file,
			const char *text)
{
	struct xe_function *function = &xe->functions[i];
	char *end;
	u64 value = strtoull(text, &end, 0);

	if (!strcmp(file, "stop"))
		return i ? stop(function) : -ENOENT;
	if (!strcmp(file, "profile/sched_priority"))
		return i ? -EACCES : set_pf_priority(xe, text);
	if (*end || end == text)
		return -EINVAL;
	if (!strcmp(file, "profile/exec_quantum_ms")) {
		function->eq_ms = clamp_time(xe, value, 100000);
		return 0;
	}
	if (!strcmp(file, "profile/preempt_timeout_us")) {
		function->pt_us = clamp_time(xe, value, 100000000);
		return 0;
	}
	if (i && !strcmp(file, "profile/vram_quota"))
		return set_quota(xe, function, value);
	return -ENOENT;
}

static int set_file(struct fake_xe *xe, const char *file, const char *text)
{
	u32 i;
	int n;

	if (strstr(file, "/vf") && strstr(file, PRIORITY))
		violate(xe, "the priority of a VF was written, which is for reading");
	if (xe->is_wedged)
		return -ECANCELED;
	if (xe->is_resetting)
		return -EBUSY;
	if (!strcmp(file, "sriov_admin/.bulk_profile/sched_priority"))
		return set_priority(xe, text);
	if (!strncmp(file, "sriov_admin/pf/", 15))
		return set_function(xe, 0, file + 15, text);
	if (sscanf(file, "sriov_admin/vf%u/%n", &i, &n) != 1 || !i ||
	    i > xe->total) {
		violate(xe, "a file was written that xe does not have");
		return -ENOENT;
	}
	return set_function(xe, i, file + n, text);
}

static int fault(struct fake_xe *xe, const char *file)
{
	if (!xe->fail || !strstr(file, xe->fail))
		return 0;
	if (xe->fail_after) {
		xe->fail_after--;
		return 0;
	}
	if (xe->fail_times && !--xe->fail_times)
		xe->fail = NULL;
	return xe->fail_error;
}

/** fake_xe_set_by_other() - another program writes a file of sriov_admin */
int fake_xe_set_by_other(struct fake_xe *xe, const char *file, const char *text)
{
	int err;

	xe->is_other = true;
	err = set_file(xe, file, text);
	xe->is_other = false;
	fake_xe_show(xe);
	return err;
}

/** fake_xe_set() - write a file of sriov_admin */
int fake_xe_set(struct fake_xe *xe, const char *file, const char *text)
{
	int err;

	xe->stores++;
	let_rival();
	if (xe->unclean && strstr(file, xe->unclean))
		xe->unclean = NULL;
	err = fault(xe, file) ?:
	      set_file(xe, file, xe->alter && strstr(file, xe->alter) ? "3" : text);
	fake_xe_show(xe);
	return err;
}

int __real_sysfs_write(const char *bdf, const char *file, const char *text);
int __wrap_sysfs_write(const char *bdf, const char *file, const char *text);

int __wrap_sysfs_write(const char *bdf, const char *file, const char *text)
{
	struct fake_xe *xe = find(bdf);
	int err;

	if (!xe || strncmp(file, "sriov_admin/", 12))
		return __real_sysfs_write(bdf, file, text);
	driver_begin();
	err = fake_xe_set(xe, file, text);
	driver_end();
	return err;
}

int __real_sysfs_read(const char *bdf, const char *file, char **text);
int __wrap_sysfs_read(const char *bdf, const char *file, char **text);

int __wrap_sysfs_read(const char *bdf, const char *file, char **text)
{
	struct fake_xe *xe = find(bdf);

	if (xe && reading)
		reading();
	if (xe && xe->unclean && strstr(file, xe->unclean))
		return -EUCLEAN;
	return __real_sysfs_read(bdf, file, text);
}

/* an FLR of a VF */
static int flr(const char *vf)
{
	size_t i;
	u32 n;

	for (i = 0; i < NUM_FAKE_XE; i++) {
		struct fake_xe *xe = &fake_xe[i];

		if (!xe->bdf || strncmp(xe->bdf, vf, 11))
			continue;
		n = strtoul(vf + 11, NULL, 10);
		xe->functions[n].is_running = false;
		xe->functions[n].is_stopped = false;
		return 0;
	}
	return -ENOENT;
}

int __real_sysfs_set_number(const char *bdf, const char *file, u32 value);
int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value);

int __wrap_sysfs_set_number(const char *bdf, const char *file, u32 value)
{
	bool is_reset = !strcmp(file, "reset");
	struct fake_xe *xe = find(bdf);
	int err;

	if (!is_reset && (!xe || strcmp(file, NUMVFS)))
		return __real_sysfs_set_number(bdf, file, value);
	driver_begin();
	if (xe)
		xe->stores++;
	let_rival();
	err = is_reset ? flr(bdf) : fake_xe_enable(xe, value);
	driver_end();
	return err;
}
