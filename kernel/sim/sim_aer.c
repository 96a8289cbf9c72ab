// SPDX-License-Identifier: GPL-2.0
/*
 * Errors of a GPU's PCIe link, which its root port reports with an MSI (AER).
 *
 *	pcie_error	correctable, nonfatal, fatal: the PF reports such an error
 *			fatal down: and no function answers until a reset of the bus
 */

#include <linux/debugfs.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "sim.h"

/* which of the capability's registers an error is recorded in, and as what */
struct aer_error {
	const char *name;
	unsigned int status;
	u32 bit;
	u32 root;
	u32 enable;
};

static const struct aer_error aer_errors[] = {
	{ "correctable", PCI_ERR_COR_STATUS, PCI_ERR_COR_BAD_TLP,
	  PCI_ERR_ROOT_COR_RCV, PCI_ERR_ROOT_CMD_COR_EN },
	{ "nonfatal", PCI_ERR_UNCOR_STATUS, PCI_ERR_UNC_COMP_TIME,
	  PCI_ERR_ROOT_UNCOR_RCV | PCI_ERR_ROOT_NONFATAL_RCV,
	  PCI_ERR_ROOT_CMD_NONFATAL_EN },
	{ "fatal", PCI_ERR_UNCOR_STATUS, PCI_ERR_UNC_MALF_TLP,
	  PCI_ERR_ROOT_UNCOR_RCV | PCI_ERR_ROOT_FATAL_RCV,
	  PCI_ERR_ROOT_CMD_FATAL_EN },
};

static u32 aer_get(const struct sim_dev *dev, unsigned int where)
{
	u32 val;

	memcpy(&val, dev->cfg + where, sizeof(val));
	return val;
}

static void aer_set(struct sim_dev *dev, unsigned int where, u32 val)
{
	memcpy(dev->cfg + where, &val, sizeof(val));
}

/**
 * sim_aer_write() - a status register may be written
 * @dev: function
 * @where: offset in its configuration space
 * @size: bytes
 * @val: what is written: ones clear
 *
 * Context: gpu->lock.
 * Return: true when it was one.
 */
bool sim_aer_write(struct sim_dev *dev, unsigned int where, unsigned int size,
		   u32 val)
{
	unsigned int cap = dev->kind == SIM_PF ? SIM_ECAP_AER :
						 SIM_ECAP_PORT_AER;

	if (!sim_aer || dev->kind == SIM_VF || size != 4)
		return false;
	switch (where - cap) {
	case PCI_ERR_ROOT_STATUS:
		if (dev->kind == SIM_PF)
			return false;
		fallthrough;
	case PCI_ERR_UNCOR_STATUS:
	case PCI_ERR_COR_STATUS:
		aer_set(dev, where, aer_get(dev, where) & ~val);
		return true;
	default:
		return false;
	}
}

static void aer_report(struct sim_gpu *gpu, const struct aer_error *error)
{
	const unsigned int root = SIM_ECAP_PORT_AER;
	u32 status = aer_get(gpu->port, root + PCI_ERR_ROOT_STATUS);
	u32 source = PCI_DEVID(gpu->port->cfg[PCI_SECONDARY_BUS], 0);

	aer_set(gpu->pf, SIM_ECAP_AER + error->status,
		aer_get(gpu->pf, SIM_ECAP_AER + error->status) | error->bit);
	aer_set(gpu->port, root + PCI_ERR_ROOT_STATUS, status | error->root);
	/* correctable in the lower half, all others in the upper one */
	aer_set(gpu->port, root + PCI_ERR_ROOT_ERR_SRC, source | source << 16);
	if (aer_get(gpu->port, root + PCI_ERR_ROOT_COMMAND) & error->enable)
		sim_msi_post(gpu->port, 0);
}

static ssize_t pcie_error_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	struct sim_gpu *gpu = file->private_data;
	char line[32], *rest, *name;
	unsigned long flags;
	unsigned int i;
	bool down;
	int err;

	err = sim_get_line(line, sizeof(line), buf, count);
	if (err)
		return err;
	rest = strim(line);
	name = strsep(&rest, " ");
	down = rest && !strcmp(rest, "down");
	for (i = 0; i < ARRAY_SIZE(aer_errors); i++)
		if (!strcmp(name, aer_errors[i].name))
			break;
	if (i == ARRAY_SIZE(aer_errors) || (rest && !down))
		return -EINVAL;
	sim_lock(gpu, &flags);
	aer_report(gpu, &aer_errors[i]);
	gpu->link_down |= down;
	sim_unlock(gpu, flags);
	return count;
}

static const struct file_operations pcie_error_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = pcie_error_write,
	.llseek = noop_llseek,
};

/**
 * sim_aer_debugfs() - the file by which errors of a GPU's link are asked for
 * @gpu: GPU
 * @dir: its directory
 */
void sim_aer_debugfs(struct sim_gpu *gpu, struct dentry *dir)
{
	if (sim_aer)
		debugfs_create_file("pcie_error", 0200, dir, gpu,
				    &pcie_error_fops);
}
