// SPDX-License-Identifier: GPL-2.0
/*
 * A double of AMD's GIM: a PCI driver of its name, on simulated GPUs, with its files and
 * the rules of gim_rules.c behind them. It enables its VFs as it is loaded, and never
 * otherwise. Its PF has the file that resets the GPU as it is read: each read is counted
 * in /sys/kernel/debug/gpuvf_double/<BDF>/resets, and each write to the others in stores;
 * fails has its sets fail.
 *
 * Only PFs that are given to it by driver_override or new_id are its own.
 */
#include "frame.h"
#include "gim_rules.h"

static unsigned int vf_num = 4;
module_param(vf_num, uint, 0444);
MODULE_PARM_DESC(vf_num, "VFs of each GPU");

struct double_gpu {
	struct gimr_gpu rules;
	struct dentry *debug;
	u32 stores;
};

static struct gimr_gpu *rules_of(struct device *dev)
{
	struct double_gpu *gpu = dev_get_drvdata(dev);

	return &gpu->rules;
}

static struct gimr_gpu *rules_to_store(struct device *dev)
{
	struct double_gpu *gpu = dev_get_drvdata(dev);

	gpu->stores++;
	return &gpu->rules;
}

static ssize_t reset_gpu_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	gimr_read_reset(rules_of(dev));
	return 0;
}
static DEVICE_ATTR_ADMIN_RO(reset_gpu);

static ssize_t accelerator_partition_profile_show(struct device *dev,
						  struct device_attribute *attr,
						  char *buf)
{
	return sysfs_emit(buf, "%u\n", rules_of(dev)->partition);
}

static ssize_t accelerator_partition_profile_store(struct device *dev,
						   struct device_attribute *attr,
						   const char *buf, size_t len)
{
	return gimr_store_partition(rules_to_store(dev), buf) ?: len;
}
static DEVICE_ATTR_ADMIN_RW(accelerator_partition_profile);

static ssize_t memory_partition_mode_show(struct device *dev,
					  struct device_attribute *attr,
					  char *buf)
{
	return sysfs_emit(buf, "NPS%u\n", rules_of(dev)->nps);
}

static ssize_t memory_partition_mode_store(struct device *dev,
					   struct device_attribute *attr,
					   const char *buf, size_t len)
{
	return gimr_store_mode(rules_to_store(dev), buf) ?: len;
}
static DEVICE_ATTR_ADMIN_RW(memory_partition_mode);

static struct attribute *pf_attrs[] = {
	&dev_attr_reset_gpu.attr,
	&dev_attr_accelerator_partition_profile.attr,
	&dev_attr_memory_partition_mode.attr,
	NULL
};
ATTRIBUTE_GROUPS(pf);

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct double_gpu *gpu;
	int err;

	if (pdev->is_virtfn)
		return -ENODEV;
	gpu = kzalloc(sizeof(*gpu), GFP_KERNEL);
	if (!gpu)
		return -ENOMEM;
	err = gimr_load(&gpu->rules, vf_num) ?: pci_enable_sriov(pdev, vf_num);
	if (err) {
		kfree(gpu);
		return err;
	}
	pci_set_drvdata(pdev, gpu);
	gpu->debug = debugfs_create_dir(pci_name(pdev), debug);
	debugfs_create_u32("resets", 0400, gpu->debug, &gpu->rules.resets);
	debugfs_create_u32("stores", 0400, gpu->debug, &gpu->stores);
	debugfs_create_bool("fails", 0600, gpu->debug, &gpu->rules.fails);
	return 0;
}

static void remove(struct pci_dev *pdev)
{
	struct double_gpu *gpu = pci_get_drvdata(pdev);

	pci_disable_sriov(pdev);
	debugfs_remove_recursive(gpu->debug);
	kfree(gpu);
}

static const struct pci_device_id ids[] = {
	{ }
};

static struct pci_driver driver = {
	.name = "gim",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
	.dev_groups = pf_groups,
};

MODULE_DESCRIPTION("Double of AMD's GIM, for tests of gpuvf-agent");
