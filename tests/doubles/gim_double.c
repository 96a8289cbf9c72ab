// SPDX-License-Identifier: GPL-2.0
/*
 * A double of AMD's GIM: a PCI driver of its name that enables its VFs as it is loaded,
 * and never otherwise. Its PF has the file that resets the GPU as it is read: each
 * read is counted in /sys/kernel/debug/gpuvf_double_gim/reset_reads.
 *
 * Only PFs that are given to it by driver_override or new_id are its own.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>

static unsigned int vf_num = 4;
module_param(vf_num, uint, 0444);
MODULE_PARM_DESC(vf_num, "VFs of each GPU");

static u32 reset_reads;
static struct dentry *debug;

static ssize_t reset_gpu_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	reset_reads++;
	return 0;
}
static DEVICE_ATTR_ADMIN_RO(reset_gpu);

static ssize_t accelerator_partition_profile_show(struct device *dev,
						  struct device_attribute *attr,
						  char *buf)
{
	return sysfs_emit(buf, "1\n");
}

/* stores succeed whether they do something or not */
static ssize_t accelerator_partition_profile_store(struct device *dev,
						   struct device_attribute *attr,
						   const char *buf, size_t len)
{
	return len;
}
static DEVICE_ATTR_ADMIN_RW(accelerator_partition_profile);

static ssize_t memory_partition_mode_show(struct device *dev,
					  struct device_attribute *attr,
					  char *buf)
{
	return sysfs_emit(buf, "NPS4\n");
}

static ssize_t memory_partition_mode_store(struct device *dev,
					   struct device_attribute *attr,
					   const char *buf, size_t len)
{
	return len;
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
	if (pdev->is_virtfn)
		return -ENODEV;
	return vf_num ? pci_enable_sriov(pdev, vf_num) : 0;
}

static void remove(struct pci_dev *pdev)
{
	pci_disable_sriov(pdev);
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

static int __init double_init(void)
{
	int err;

	debug = debugfs_create_dir("gpuvf_double_gim", NULL);
	debugfs_create_u32("reset_reads", 0400, debug, &reset_reads);
	err = pci_register_driver(&driver);
	if (err)
		debugfs_remove_recursive(debug);
	return err;
}
module_init(double_init);

static void __exit double_exit(void)
{
	pci_unregister_driver(&driver);
	debugfs_remove_recursive(debug);
}
module_exit(double_exit);

MODULE_DESCRIPTION("Double of AMD's GIM, for tests of gpuvf-agent");
MODULE_LICENSE("GPL");
