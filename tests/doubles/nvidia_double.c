// SPDX-License-Identifier: GPL-2.0
/*
 * A double of NVIDIA's vGPU host driver: a PCI driver of its name, on simulated GPUs,
 * with its files and the rules of nvidia_rules.c behind them. PF and VFs are real PCI
 * functions.
 *
 * /sys/kernel/debug/gpuvf_double/<BDF>/ is what its sriov-manage, its nvidia-smi and
 * tests use: sriov, heterogeneous, busy, lying, late, forgets, lag, unknown_errno;
 * accepted, refused, violations and unbound count.
 */
#include <linux/miscdevice.h>

#include "frame.h"
#include "nvidia_rules.h"

#define MAX_GPUS	2
#define FB_MIB		49152

static const struct nvr_type types[] = {
	{ 1150, "NVIDIA L40S-12Q", 12288, 4 },
	{ 1160, "NVIDIA L40S-12A", 12288, 4 },
	{ 1151, "NVIDIA L40S-24Q", 24576, 2 },
	{ 1152, "NVIDIA L40S-48Q", 49152, 1 },
};

/**
 * struct double_vf - a VF that is bound
 * @gpu: its GPU
 * @index: of the VF
 * @misc: what a program opens
 * @name: of @misc
 * @dir: vfio-dev
 * @entry: the name below it
 */
struct double_vf {
	struct double_gpu *gpu;
	u32 index;
	struct miscdevice misc;
	char name[24];
	struct kobject *dir;
	struct kobject *entry;
};

/**
 * struct double_gpu - a PF
 * @pdev: its device, NULL: not in use
 * @lock: of @rules
 * @rules: what its files do
 * @dir: in debugfs
 * @busy: how often enabling is still refused
 * @lying: enabling and disabling succeed, and do nothing
 * @unbound: VFs that were unbound while they were enabled
 * @going: its VFs are being disabled
 * @vfs: by index
 */
struct double_gpu {
	struct pci_dev *pdev;
	struct mutex lock;
	struct nvr_gpu rules;
	struct dentry *dir;
	u32 busy;
	bool lying;
	u32 unbound;
	bool going;
	struct double_vf vfs[NVR_MAX_VFS];
};

static struct double_gpu gpus[MAX_GPUS];
/* ---- files of a VF */

static ssize_t current_vgpu_type_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	struct double_vf *vf = dev_get_drvdata(dev);
	ssize_t len;

	mutex_lock(&vf->gpu->lock);
	len = sysfs_emit(buf, "%u\n", nvr_show_type(&vf->gpu->rules, vf->index));
	mutex_unlock(&vf->gpu->lock);
	return len;
}

static ssize_t current_vgpu_type_store(struct device *dev,
				       struct device_attribute *attr,
				       const char *buf, size_t len)
{
	struct double_vf *vf = dev_get_drvdata(dev);
	unsigned int id;
	int err = kstrtouint(buf, 10, &id);

	if (err)
		return err;
	mutex_lock(&vf->gpu->lock);
	err = nvr_store_type(&vf->gpu->rules, vf->index, id);
	mutex_unlock(&vf->gpu->lock);
	return err ?: len;
}
static DEVICE_ATTR_RW(current_vgpu_type);

static ssize_t creatable_vgpu_types_show(struct device *dev,
					 struct device_attribute *attr,
					 char *buf)
{
	struct double_vf *vf = dev_get_drvdata(dev);
	struct nvr_gpu *rules = &vf->gpu->rules;
	ssize_t len = 0;
	u32 i;

	mutex_lock(&vf->gpu->lock);
	if (rules->has_header)
		len += sysfs_emit_at(buf, len, "ID    : vGPU Name\n");
	for (i = 0; i < rules->num_types; i++)
		if (nvr_can_create(rules, vf->index, &rules->types[i]))
			len += sysfs_emit_at(buf, len, "%u : %s\n",
					     rules->types[i].id,
					     rules->types[i].name);
	mutex_unlock(&vf->gpu->lock);
	return len;
}
static DEVICE_ATTR_RO(creatable_vgpu_types);

static struct attribute *vf_attrs[] = {
	&dev_attr_current_vgpu_type.attr,
	&dev_attr_creatable_vgpu_types.attr,
	NULL
};

static const struct attribute_group vf_group = {
	.name = "nvidia",
	.attrs = vf_attrs,
};

/* ---- what a program opens */

static struct double_vf *vf_of_file(struct file *file)
{
	struct miscdevice *misc = file->private_data;

	return container_of(misc, struct double_vf, misc);
}

static void set_open(struct double_vf *vf, bool open)
{
	mutex_lock(&vf->gpu->lock);
	vf->gpu->rules.vfs[vf->index].is_open = open;
	mutex_unlock(&vf->gpu->lock);
}

static int vf_open(struct inode *inode, struct file *file)
{
	set_open(vf_of_file(file), true);
	return 0;
}

static int vf_release(struct inode *inode, struct file *file)
{
	set_open(vf_of_file(file), false);
	return 0;
}

static const struct file_operations vf_fops = {
	.owner = THIS_MODULE,
	.open = vf_open,
	.release = vf_release,
};

static int vf_add_device(struct double_vf *vf, struct device *dev)
{
	u32 gpu = vf->gpu - gpus;
	int err = -ENOMEM;

	snprintf(vf->name, sizeof(vf->name), "vfio/devices/vfio%u",
		 gpu * NVR_MAX_VFS + vf->index);
	vf->misc = (struct miscdevice){
		.minor = MISC_DYNAMIC_MINOR,
		.name = strrchr(vf->name, '/') + 1,
		.nodename = vf->name,
		.fops = &vf_fops,
	};
	vf->dir = kobject_create_and_add("vfio-dev", &dev->kobj);
	if (vf->dir)
		vf->entry = kobject_create_and_add(vf->misc.name, vf->dir);
	if (vf->entry)
		err = misc_register(&vf->misc);
	if (err) {
		kobject_put(vf->entry);
		kobject_put(vf->dir);
	}
	return err;
}

static struct double_gpu *gpu_of(struct pci_dev *pdev)
{
	u32 i;

	for (i = 0; i < MAX_GPUS; i++)
		if (gpus[i].pdev == pdev)
			return &gpus[i];
	return NULL;
}

static int vf_probe(struct pci_dev *pdev)
{
	struct double_gpu *gpu = gpu_of(pci_physfn(pdev));
	int index = pci_iov_vf_id(pdev);
	struct double_vf *vf;
	int err;

	if (!gpu || index < 0 || index >= NVR_MAX_VFS)
		return -ENODEV;
	vf = &gpu->vfs[index];
	memset(vf, 0, sizeof(*vf));
	vf->gpu = gpu;
	vf->index = index;
	pci_set_drvdata(pdev, vf);
	err = vf_add_device(vf, &pdev->dev);
	if (err)
		return err;
	err = device_add_group(&pdev->dev, &vf_group);
	if (err) {
		misc_deregister(&vf->misc);
		kobject_put(vf->entry);
		kobject_put(vf->dir);
	}
	return err;
}

static void vf_remove(struct pci_dev *pdev)
{
	struct double_vf *vf = pci_get_drvdata(pdev);

	device_remove_group(&pdev->dev, &vf_group);
	misc_deregister(&vf->misc);
	kobject_put(vf->entry);
	kobject_put(vf->dir);
	if (vf->gpu->going)
		return;
	mutex_lock(&vf->gpu->lock);
	nvr_unbind(&vf->gpu->rules, vf->index);
	vf->gpu->unbound++;
	mutex_unlock(&vf->gpu->lock);
}

/* ---- what sriov-manage does */

static int set_sriov(struct double_gpu *gpu, bool on)
{
	int err = 0;

	if (gpu->busy) {
		gpu->busy--;
		return -EBUSY;
	}
	if (gpu->lying)
		return 0;
	device_lock(&gpu->pdev->dev);
	mutex_lock(&gpu->lock);
	nvr_enable(&gpu->rules, on);
	mutex_unlock(&gpu->lock);
	if (on && !pci_num_vf(gpu->pdev))
		err = pci_enable_sriov(gpu->pdev, gpu->rules.total);
	gpu->going = !on;
	if (!on)
		pci_disable_sriov(gpu->pdev);
	device_unlock(&gpu->pdev->dev);
	return err;
}

static int sriov_set(void *data, u64 value)
{
	return set_sriov(data, value);
}
DEFINE_DEBUGFS_ATTRIBUTE(sriov_fops, NULL, sriov_set, "%llu\n");

static int heterogeneous_get(void *data, u64 *value)
{
	struct double_gpu *gpu = data;

	*value = gpu->rules.heterogeneous;
	return 0;
}

static int heterogeneous_set(void *data, u64 value)
{
	struct double_gpu *gpu = data;
	int err;

	mutex_lock(&gpu->lock);
	err = nvr_set_heterogeneous(&gpu->rules, value);
	mutex_unlock(&gpu->lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(heterogeneous_fops, heterogeneous_get,
			 heterogeneous_set, "%llu\n");

static void add_debugfs(struct double_gpu *gpu)
{
	gpu->dir = debugfs_create_dir(pci_name(gpu->pdev), debug);
	debugfs_create_file_unsafe("sriov", 0200, gpu->dir, gpu, &sriov_fops);
	debugfs_create_file_unsafe("heterogeneous", 0600, gpu->dir, gpu,
				   &heterogeneous_fops);
	debugfs_create_u32("busy", 0600, gpu->dir, &gpu->busy);
	debugfs_create_bool("lying", 0600, gpu->dir, &gpu->lying);
	debugfs_create_bool("late", 0600, gpu->dir, &gpu->rules.late);
	debugfs_create_bool("forgets", 0600, gpu->dir, &gpu->rules.forgets);
	debugfs_create_bool("has_header", 0600, gpu->dir, &gpu->rules.has_header);
	debugfs_create_u32("lag", 0600, gpu->dir, &gpu->rules.lag);
	debugfs_create_u32("unknown_errno", 0600, gpu->dir,
			   (u32 *)&gpu->rules.unknown_errno);
	debugfs_create_u32("accepted", 0400, gpu->dir, &gpu->rules.accepted);
	debugfs_create_u32("refused", 0400, gpu->dir, &gpu->rules.refused);
	debugfs_create_u32("violations", 0400, gpu->dir, &gpu->rules.violations);
	debugfs_create_u32("unbound", 0400, gpu->dir, &gpu->unbound);
}

/* ---- the driver: without sriov_configure, as the real one */

static int pf_probe(struct pci_dev *pdev)
{
	struct double_gpu *gpu = gpu_of(NULL);
	int total = pci_sriov_get_totalvfs(pdev);

	if (!gpu || total <= 0)
		return -ENODEV;
	memset(gpu, 0, sizeof(*gpu));
	gpu->pdev = pdev;
	mutex_init(&gpu->lock);
	gpu->rules = (struct nvr_gpu){
		.types = types, .num_types = ARRAY_SIZE(types),
		.total = min(total, NVR_MAX_VFS), .mib = FB_MIB,
		.unknown_errno = EINVAL,
	};
	pci_set_drvdata(pdev, gpu);
	add_debugfs(gpu);
	return 0;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return pdev->is_virtfn ? vf_probe(pdev) : pf_probe(pdev);
}

static void remove(struct pci_dev *pdev)
{
	struct double_gpu *gpu;

	if (pdev->is_virtfn) {
		vf_remove(pdev);
		return;
	}
	gpu = pci_get_drvdata(pdev);
	gpu->going = true;
	pci_disable_sriov(pdev);
	debugfs_remove_recursive(gpu->dir);
	gpu->pdev = NULL;
}

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_NVIDIA, PCI_ANY_ID) },
	{ }
};

/* not by its alias: only who wants it loads it */
static struct pci_driver driver = {
	.name = "nvidia",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};

MODULE_DESCRIPTION("Double of NVIDIA's vGPU host driver, for tests of gpuvf-agent");
