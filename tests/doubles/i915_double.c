// SPDX-License-Identifier: GPL-2.0
/*
 * A double of i915 with SR-IOV: a PCI driver of its name, on simulated GPUs, with the
 * files of prelim_iov and the rules of i915_rules.c behind them. PF and VFs are real
 * PCI functions; the card that the directory hangs below is only a directory.
 *
 * /sys/kernel/debug/gpuvf_double/<BDF>/ has clear_keeps_times, flr_hangs and fail_next
 * (an errno) for tests; works has the VFs in which a guest's driver would work, and
 * accepted, refused and violations count writes.
 *
 * Only PFs that are given to it by driver_override or new_id are its own.
 */
#include "frame.h"
#include "i915_rules.h"

#define PF		(-1)

static unsigned int gts = 2;
module_param(gts, uint, 0444);
MODULE_PARM_DESC(gts, "GTs of a GPU, 1 or 2");

static unsigned int lmem_mib;
module_param(lmem_mib, uint, 0444);
MODULE_PARM_DESC(lmem_mib, "framebuffer in MiB, 0: none");

enum kind {
	KIND_MODE,
	KIND_AUTO,
	KIND_CONTROL,
	KIND_NUMBER,
	KIND_FREE,
	KIND_IDLE,
};

/**
 * struct file - a file below prelim_iov
 * @attr: as sysfs knows it
 * @gpu: its GPU
 * @kind: what it is
 * @vf: index, PF
 * @gt: index
 * @number: of KIND_NUMBER and KIND_FREE: which one
 * @next: of the same GPU
 */
struct iov_file {
	struct kobj_attribute attr;
	struct double_gpu *gpu;
	enum kind kind;
	int vf;
	u32 gt;
	enum i915r_file number;
	struct iov_file *next;
};

/* a directory, in the order in which they were made */
struct dir {
	struct kobject *kobj;
	struct dir *next;
};

struct double_gpu {
	struct pci_dev *pdev;
	struct mutex lock;
	struct i915r_gpu rules;
	struct iov_file *files;
	struct dir *dirs;
	struct dentry *debug;
};

static const char *const numbers[] = {
	"exec_quantum_ms", "preempt_timeout_us", "ggtt_quota", "contexts_quota",
	"doorbells_quota", "lmem_quota",
};

static const char *const spares[] = {
	"exec_quantum_ms", "preempt_timeout_us", "ggtt_spare", "contexts_spare",
	"doorbells_spare", "lmem_spare",
};

static const char *const frees[] = {
	NULL, NULL, "ggtt_free", "contexts_free", "doorbells_free", "lmem_free",
};

static u64 value_of(const struct iov_file *file)
{
	const struct i915r_gpu *rules = &file->gpu->rules;

	switch (file->kind) {
	case KIND_AUTO:
		return !rules->manual;
	case KIND_FREE:
		return i915r_free(rules, file->number);
	case KIND_IDLE:
		return rules->idle[file->gt];
	default:
		return file->vf == PF ?
		       rules->pf[file->gt].value[file->number] :
		       rules->vf[file->vf][file->gt].value[file->number];
	}
}

static ssize_t show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct iov_file *file = container_of(attr, struct iov_file, attr);
	u64 value;

	if (file->kind == KIND_MODE)
		return sysfs_emit(buf, "SR-IOV PF\n");
	mutex_lock(&file->gpu->lock);
	value = value_of(file);
	mutex_unlock(&file->gpu->lock);
	return sysfs_emit(buf, "%llu\n", value);
}

static int store_value(const struct iov_file *file, u64 value)
{
	struct i915r_gpu *rules = &file->gpu->rules;

	switch (file->kind) {
	case KIND_AUTO:
		return i915r_store_auto(rules, value);
	case KIND_IDLE:
		return i915r_store_idle(rules, file->gt, value);
	default:
		return i915r_store(rules, file->vf, file->gt, file->number,
				   value);
	}
}

static ssize_t store(struct kobject *kobj, struct kobj_attribute *attr,
		     const char *buf, size_t len)
{
	struct iov_file *file = container_of(attr, struct iov_file, attr);
	char word[16];
	u64 value = 0;
	int err = 0;

	strscpy(word, buf, sizeof(word));
	strim(word);
	if (file->kind != KIND_CONTROL)
		err = kstrtou64(word, 0, &value);
	if (err)
		return err;
	mutex_lock(&file->gpu->lock);
	err = file->kind == KIND_CONTROL ?
	      i915r_control(&file->gpu->rules, file->vf, word) :
	      store_value(file, value);
	mutex_unlock(&file->gpu->lock);
	return err ?: len;
}

/* Return: NULL: no memory */
static struct kobject *add_dir(struct double_gpu *gpu, struct kobject *parent,
			       const char *name)
{
	struct dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);

	if (dir && parent)
		dir->kobj = kobject_create_and_add(name, parent);
	if (!dir || !dir->kobj) {
		kfree(dir);
		return NULL;
	}
	dir->next = gpu->dirs;
	gpu->dirs = dir;
	return dir->kobj;
}

static int add_file(struct kobject *parent, const struct iov_file *file,
		    const char *name, umode_t mode)
{
	struct iov_file *copy;
	int err;

	if (!parent)
		return -ENOMEM;
	copy = kmemdup(file, sizeof(*file), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	sysfs_attr_init(&copy->attr.attr);
	copy->attr.attr.name = name;
	copy->attr.attr.mode = mode;
	copy->attr.show = mode & 0444 ? show : NULL;
	copy->attr.store = mode & 0222 ? store : NULL;
	err = sysfs_create_file(parent, &copy->attr.attr);
	if (err) {
		kfree(copy);
		return err;
	}
	copy->next = file->gpu->files;
	file->gpu->files = copy;
	return 0;
}

/* of the PF alone: policies, and what is free */
static int add_pf_files(struct double_gpu *gpu, struct kobject *gt,
			struct iov_file *file)
{
	struct kobject *policies = add_dir(gpu, gt, "policies");
	struct kobject *available = add_dir(gpu, gt, "available");
	enum i915r_file n;
	int err;

	file->kind = KIND_IDLE;
	err = add_file(policies, file, "sched_if_idle", 0644);
	file->kind = KIND_FREE;
	for (n = I915R_GGTT; n < I915R_NUM_FILES && !err; n++) {
		file->number = n;
		if (i915r_has_file(&gpu->rules, file->gt, n))
			err = add_file(available, file, frees[n], 0444);
	}
	return err;
}

static int add_gt(struct double_gpu *gpu, struct kobject *parent, int vf, u32 gt)
{
	static const char *const names[] = { "gt0", "gt1" };
	struct kobject *dir = add_dir(gpu, parent, names[gt]);
	struct iov_file file = { .gpu = gpu, .vf = vf, .gt = gt };
	enum i915r_file n;
	int err = 0;

	for (n = 0; n < I915R_NUM_FILES && !err; n++) {
		file.kind = KIND_NUMBER;
		file.number = n;
		if (i915r_has_file(&gpu->rules, gt, n))
			err = add_file(dir, &file, vf == PF ? spares[n] :
				       numbers[n], 0644);
	}
	if (!err && vf == PF)
		err = add_pf_files(gpu, dir, &file);
	return err;
}

static int add_function(struct double_gpu *gpu, struct kobject *iov, int vf)
{
	struct iov_file file = { .gpu = gpu, .vf = vf };
	struct kobject *dir;
	char name[8] = "pf";
	int err;
	u32 gt;

	if (vf != PF)
		snprintf(name, sizeof(name), "vf%d", vf + 1);
	dir = add_dir(gpu, iov, name);
	file.kind = vf == PF ? KIND_AUTO : KIND_CONTROL;
	err = add_file(dir, &file, vf == PF ? "auto_provisioning" : "control",
		       vf == PF ? 0644 : 0200);
	for (gt = 0; gt < gpu->rules.gts && !err; gt++)
		err = add_gt(gpu, dir, vf, gt);
	return err;
}

static int add_iov(struct double_gpu *gpu)
{
	struct iov_file file = { .gpu = gpu, .kind = KIND_MODE };
	struct kobject *iov;
	int err, vf;

	iov = add_dir(gpu, &gpu->pdev->dev.kobj, "drm");
	iov = add_dir(gpu, iov, "card0");
	iov = add_dir(gpu, iov, "prelim_iov");
	err = add_file(iov, &file, "mode", 0444);
	for (vf = PF; vf < (int)gpu->rules.total && !err; vf++)
		err = add_function(gpu, iov, vf);
	return err;
}

static void remove_iov(struct double_gpu *gpu)
{
	struct iov_file *file;
	struct dir *dir;

	/* the newest first; a directory takes its files with it */
	while ((dir = gpu->dirs)) {
		gpu->dirs = dir->next;
		kobject_put(dir->kobj);
		kfree(dir);
	}
	while ((file = gpu->files)) {
		gpu->files = file->next;
		kfree(file);
	}
}

static int works_get(void *data, u64 *value)
{
	struct double_gpu *gpu = data;
	u32 i;

	*value = 0;
	mutex_lock(&gpu->lock);
	for (i = 0; i < gpu->rules.num; i++)
		*value |= (u64)i915r_guest_works(&gpu->rules, i) << i;
	mutex_unlock(&gpu->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(works_fops, works_get, NULL, "%llu\n");

static int fail_next_set(void *data, u64 value)
{
	struct double_gpu *gpu = data;

	gpu->rules.fail_next = -(int)value;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(fail_next_fops, NULL, fail_next_set, "%llu\n");

static void add_debugfs(struct double_gpu *gpu)
{
	gpu->debug = debugfs_create_dir(pci_name(gpu->pdev), debug);
	debugfs_create_file_unsafe("works", 0400, gpu->debug, gpu, &works_fops);
	debugfs_create_file_unsafe("fail_next", 0200, gpu->debug, gpu,
				   &fail_next_fops);
	debugfs_create_bool("clear_keeps_times", 0600, gpu->debug,
			    &gpu->rules.clear_keeps_times);
	debugfs_create_bool("flr_hangs", 0600, gpu->debug, &gpu->rules.flr_hangs);
	debugfs_create_u32("accepted", 0400, gpu->debug, &gpu->rules.accepted);
	debugfs_create_u32("refused", 0400, gpu->debug, &gpu->rules.refused);
	debugfs_create_u32("violations", 0400, gpu->debug, &gpu->rules.violations);
}

static int configure(struct pci_dev *pdev, int num)
{
	struct double_gpu *gpu = pci_get_drvdata(pdev);
	int err;

	if (!num)
		pci_disable_sriov(pdev);
	mutex_lock(&gpu->lock);
	err = i915r_set_num(&gpu->rules, num);
	mutex_unlock(&gpu->lock);
	if (!err && num)
		err = pci_enable_sriov(pdev, num);
	return err ?: num;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int total = pdev->is_virtfn ? 0 : pci_sriov_get_totalvfs(pdev);
	struct double_gpu *gpu;
	int err;

	if (total <= 0 || !gts || gts > I915R_MAX_GTS)
		return -ENODEV;
	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	gpu->pdev = pdev;
	mutex_init(&gpu->lock);
	gpu->rules.gts = gts;
	gpu->rules.lmem = (u64)lmem_mib << 20;
	gpu->rules.total = min(total, I915R_MAX_VFS);
	pci_set_drvdata(pdev, gpu);
	err = add_iov(gpu);
	if (err) {
		remove_iov(gpu);
		kfree(gpu);
		return err;
	}
	add_debugfs(gpu);
	return 0;
}

static void remove(struct pci_dev *pdev)
{
	struct double_gpu *gpu = pci_get_drvdata(pdev);

	pci_disable_sriov(pdev);
	debugfs_remove_recursive(gpu->debug);
	remove_iov(gpu);
	kfree(gpu);
}

static const struct pci_device_id ids[] = {
	{ }
};

static struct pci_driver driver = {
	.name = "i915",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
	.sriov_configure = configure,
};

MODULE_DESCRIPTION("Double of i915 with SR-IOV, for tests of gpuvf-agent");
