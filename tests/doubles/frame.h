/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the modules of all doubles have: a PCI driver, which the file that includes this
 * one defines, and a directory in debugfs.
 */
#ifndef DOUBLES_FRAME_H
#define DOUBLES_FRAME_H

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pci.h>

static struct pci_driver driver;

/* gpuvf_double: has a directory for each GPU */
static struct dentry *debug;

static int __init double_init(void)
{
	int err;

	debug = debugfs_create_dir("gpuvf_double", NULL);
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

MODULE_LICENSE("GPL");

#endif /* DOUBLES_FRAME_H */
