// SPDX-License-Identifier: GPL-2.0
/*
 * i915 with SR-IOV has a directory below the card of the PF, here for a GPU with one GT,
 * where VFs are counted from 1:
 *
 *	prelim_iov/mode
 *	prelim_iov/pf/auto_provisioning
 *	prelim_iov/pf/gt0/{exec_quantum_ms,preempt_timeout_us}
 *	prelim_iov/pf/gt0/policies/sched_if_idle
 *	prelim_iov/pf/gt0/lmem_spare			of GPUs with framebuffer
 *	prelim_iov/pf/gt0/available/{ggtt,contexts,doorbells,lmem}_free
 *	prelim_iov/vf1/control				stop, pause, resume, clear
 *	prelim_iov/vf1/gt0/{exec_quantum_ms,preempt_timeout_us}
 *	prelim_iov/vf1/gt0/{ggtt,contexts,doorbells,lmem}_quota
 *
 * Intel's backports call the GT "gt" where there is one, and have a link "iov" to the
 * directory. A media GT lacks some of the files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/root.h"
#include "base/util.h"
#include "pci/sysfs.h"
#include "provider/i915_files.h"

#define DEVICE		"sys/bus/pci/devices/%s/"
#define FILE_SIZE	256

static const char *const quotas[] = {
	"ggtt_quota", "contexts_quota", "doorbells_quota", I915_FB,
};

static void find_gts(struct i915_iov *iov)
{
	char **names = root_list(DEVICE "%s/pf", iov->bdf, iov->dir);
	size_t i;

	for (i = 0; names[i] && iov->num_gts < I915_MAX_GTS; i++)
		if (!strncmp(names[i], "gt", 2))
			copy_string(iov->gts[iov->num_gts++], NAME_SIZE,
				    names[i]);
	root_list_free(names);
}

/**
 * i915_find() - find the files of a PF
 * @bdf: its PCI address
 * @iov: result
 *
 * Return: whether it has some: i915 as it is in Linux has none.
 */
bool i915_find(const char *bdf, struct i915_iov *iov)
{
	static const char *const dirs[] = { "prelim_iov", "iov" };
	char **cards = root_list(DEVICE "drm", bdf);
	size_t i, d;

	*iov = (struct i915_iov){};
	copy_string(iov->bdf, BDF_SIZE, bdf);
	for (i = 0; cards[i] && !*iov->dir; i++)
		for (d = 0; d < ARRAY_SIZE(dirs) && !*iov->dir; d++)
			if (root_has(DEVICE "drm/%s/%s/mode", bdf, cards[i],
				     dirs[d]))
				snprintf(iov->dir, sizeof(iov->dir),
					 "drm/%.40s/%s", cards[i], dirs[d]);
	root_list_free(cards);
	if (*iov->dir)
		find_gts(iov);
	return *iov->dir;
}

/* Return: the file in the PF's directory; @vf: our number, NO_VF: the PF */
static const char *file_of(char *file, const struct i915_iov *iov, int vf,
			   const char *gt, const char *name)
{
	const char *slash = *gt ? "/" : "";

	if (vf == NO_VF)
		snprintf(file, FILE_SIZE, "%s/pf%s%s/%s", iov->dir, slash, gt,
			 name);
	else
		snprintf(file, FILE_SIZE, "%s/vf%d%s%s/%s", iov->dir, vf + 1,
			 slash, gt, name);
	return file;
}

static bool has_file(const struct i915_iov *iov, const char *file)
{
	return root_has(DEVICE "%s", iov->bdf, file);
}

/** i915_has_framebuffer() - has the GPU memory of its own? */
bool i915_has_framebuffer(const struct i915_iov *iov)
{
	char file[FILE_SIZE];
	u32 i;

	for (i = 0; i < iov->num_gts; i++)
		if (has_file(iov, file_of(file, iov, NO_VF, iov->gts[i],
					  "lmem_spare")))
			return true;
	return false;
}

static int read_number(const struct i915_iov *iov, const char *file, u64 *value)
{
	char *text, *end;
	int err = sysfs_read(iov->bdf, file, &text);

	if (err)
		return err;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (end == text || (*end && *end != '\n') || errno || *text == '-')
		err = -EINVAL;
	free(text);
	return err;
}

/**
 * i915_get() - read a number of the PF or of a VF
 * @iov: the GPU
 * @vf: index, NO_VF: the PF
 * @name: of the file, in the directory of a GT
 * @value: result: of the first GT that has the file
 * @differs: is set when another GT says something else
 *
 * Return: 0; -ENOENT: no GT has such a file; another negative errno.
 */
int i915_get(const struct i915_iov *iov, int vf, const char *name, u64 *value,
	     bool *differs)
{
	char file[FILE_SIZE];
	bool any = false;
	u64 number;
	u32 i;

	for (i = 0; i < iov->num_gts; i++) {
		int err = read_number(iov, file_of(file, iov, vf, iov->gts[i],
						   name), &number);

		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		*differs |= any && number != *value;
		*value = any ? *value : number;
		any = true;
	}
	return any ? 0 : -ENOENT;
}

static int failed(const struct i915_iov *iov, const char *file,
		  const char *value, int err, struct failure *why)
{
	return failure_explain(why, err, REASON_DRIVER_ERROR, NO_VF,
			       "GPU %s: cannot write %s to %s: %s", iov->bdf,
			       value, file, i915_error_text(err));
}

/**
 * i915_set() - write a number of the PF or of a VF on every GT that has the file
 * @iov: the GPU
 * @vf: index, NO_VF: the PF
 * @name: of the file, in the directory of a GT
 * @value: the number
 * @why: more about an error
 *
 * Return: 0; -ENOENT: no GT has such a file; another negative errno.
 */
int i915_set(const struct i915_iov *iov, int vf, const char *name, u64 value,
	     struct failure *why)
{
	char file[FILE_SIZE], text[32];
	bool any = false;
	u32 i;

	snprintf(text, sizeof(text), "%llu", value);
	for (i = 0; i < iov->num_gts; i++) {
		int err;

		file_of(file, iov, vf, iov->gts[i], name);
		if (!has_file(iov, file))
			continue;
		any = true;
		err = sysfs_write(iov->bdf, file, text);
		if (err)
			return failed(iov, file, text, err, why);
	}
	return any ? 0 : failed(iov, file_of(file, iov, vf, "gt*", name), text,
				-ENOENT, why);
}

/** i915_is_auto() - does i915 divide the GPU itself as VFs are enabled? */
bool i915_is_auto(const struct i915_iov *iov)
{
	char file[FILE_SIZE];
	u64 value = 1;

	read_number(iov, file_of(file, iov, NO_VF, "", "auto_provisioning"),
		    &value);
	return value;
}

/**
 * i915_set_auto() - have i915 divide the GPU itself
 * @iov: the GPU, without VFs
 * @why: more about an error
 *
 * Return: 0; -ESTALE: a VF has something of it already; another negative errno.
 */
int i915_set_auto(const struct i915_iov *iov, struct failure *why)
{
	char file[FILE_SIZE];
	int err = sysfs_write(iov->bdf, file_of(file, iov, NO_VF, "",
						"auto_provisioning"), "1");

	return err ? failed(iov, file, "1", err, why) : 0;
}

/**
 * i915_has_leftovers() - has a VF a quota of anything?
 * @iov: the GPU, without VFs
 * @vf: index
 *
 * Return: whether it has, on any GT.
 */
bool i915_has_leftovers(const struct i915_iov *iov, u32 vf)
{
	bool differs = false;
	u64 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++) {
		value = 0;
		i915_get(iov, vf, quotas[i], &value, &differs);
		if (value)
			return true;
	}
	return differs;
}

/**
 * i915_lacks() - lacks an enabled VF something that a guest's driver needs?
 * @iov: the GPU
 * @vf: index
 *
 * Return: whether it has no GGTT, contexts or doorbells; false also where that cannot be
 * seen.
 */
bool i915_lacks(const struct i915_iov *iov, u32 vf)
{
	bool differs = false;
	u64 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++)
		if (strcmp(quotas[i], I915_FB) &&
		    !i915_get(iov, vf, quotas[i], &value, &differs) && !value)
			return true;
	return false;
}

/**
 * i915_control() - have something done to a VF
 * @iov: the GPU
 * @vf: index
 * @word: stop, pause, resume, clear
 * @why: more about an error
 *
 * Return: 0, or a negative errno.
 */
int i915_control(const struct i915_iov *iov, u32 vf, const char *word,
		 struct failure *why)
{
	char file[FILE_SIZE];
	int err = sysfs_write(iov->bdf, file_of(file, iov, vf, "", "control"),
			      word);

	return err ? failed(iov, file, word, err, why) : 0;
}

/**
 * i915_error_text() - what an errno means that a file of i915 gave
 * @error: negative errno
 *
 * Return: in words.
 */
const char *i915_error_text(int error)
{
	switch (error) {
	case -EDQUOT:
		return "more than is left of it";
	case -E2BIG:
	case -EOVERFLOW:
		return "more than the GPU has of it";
	case -ESTALE:
		return "a VF has quotas already, which 'clear' in its control takes away";
	case -EBUSY:
		return "i915 is in the middle of a change of this VF";
	case -ETIMEDOUT:
		return "the firmware gave no answer";
	}
	return strerror(-error);
}
