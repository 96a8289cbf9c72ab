// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf_guest - the driver of a simulated VF in a virtual machine. Its parameters say
 * what it does when it is loaded, its device's file "work" has it work for so many ms,
 * and its messages, "guest: KEY=VALUE", say what it found.
 */

#define pr_fmt(fmt) "guest: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "guest.h"
#include "hw/regs.h"

static uint tag = 1;
module_param(tag, uint, 0444);
MODULE_PARM_DESC(tag, "what it writes into its framebuffer");

static bool early;
module_param(early, bool, 0444);
MODULE_PARM_DESC(early, "it writes its tag and asks for nothing");

static bool hang;
module_param(hang, bool, 0444);
MODULE_PARM_DESC(hang, "it does not give full access back, until it is reset");

#define FB_BAR		2
#define FB_BYTES	SZ_1M
/* PF drivers let guests wait for one another */
#define READY_MS	20000

struct vf {
	struct guest guest;
	struct pci_dev *pdev;
	int regs;
	struct completion irq;
	atomic_t irqs;
	bool initialised;
};

static struct vf *to_vf(struct guest *guest)
{
	return container_of(guest, struct vf, guest);
}

static u32 vf_read(struct guest *guest, unsigned int reg)
{
	struct vf *vf = to_vf(guest);
	u32 val = ~0U;

	pci_read_config_dword(vf->pdev, vf->regs + reg, &val);
	return val;
}

static void vf_write(struct guest *guest, unsigned int reg, u32 val)
{
	struct vf *vf = to_vf(guest);

	pci_write_config_dword(vf->pdev, vf->regs + reg, val);
}

static void vf_wait(struct guest *guest, unsigned int ms)
{
	wait_for_completion_timeout(&to_vf(guest)->irq, msecs_to_jiffies(ms));
}

static u64 vf_now_us(struct guest *guest)
{
	return ktime_to_us(ktime_get());
}

static const struct guest_ops vf_ops = {
	.read = vf_read,
	.write = vf_write,
	.wait = vf_wait,
	.now_us = vf_now_us,
};

static irqreturn_t vf_irq(int irq, void *data)
{
	struct vf *vf = data;

	atomic_inc(&vf->irqs);
	complete(&vf->irq);
	return IRQ_HANDLED;
}

static int vf_find_regs(struct vf *vf)
{
	int where = 0;
	u32 header;

	while ((where = pci_find_next_ext_capability(vf->pdev, where,
						     PCI_EXT_CAP_ID_VNDR))) {
		pci_read_config_dword(vf->pdev, where + PCI_VNDR_HEADER,
				      &header);
		if (PCI_VNDR_HEADER_ID(header) == GPUVF_SIM_VSEC_ID)
			break;
	}
	vf->regs = where;
	return where ? 0 : -ENODEV;
}

static int vf_init(struct vf *vf)
{
	u64 begin = vf_now_us(&vf->guest);

	if (guest_init(&vf->guest, READY_MS)) {
		pr_notice("ready=0\n");
		return -EIO;
	}
	pr_notice("ready=1 ready_us=%llu irqs=%d\n",
		  vf_now_us(&vf->guest) - begin, atomic_read(&vf->irqs));
	return 0;
}

/* after a reset it starts again, on memory that has to be empty */
static int vf_restart(struct vf *vf, int err)
{
	vf->initialised = false;
	if (err) {
		pr_notice("reset=0\n");
		return -EIO;
	}
	pr_notice("reset=1 left=%u\n", guest_count_others(&vf->guest, 0));
	return vf_init(vf);
}

static int vf_release(struct vf *vf)
{
	guest_write_tag(&vf->guest, tag);
	pr_notice("written=1\n");
	if (guest_release(&vf->guest))
		return -EIO;
	vf->initialised = true;
	return 0;
}

static int vf_run(struct vf *vf)
{
	int err;

	pr_notice("found=%u\n", guest_count_others(&vf->guest, 0));
	if (early) {
		guest_write_tag(&vf->guest, tag);
		pr_notice("written=1\n");
		return 0;
	}
	err = vf_init(vf);
	if (!err && hang)
		err = vf_restart(vf, guest_await_reset(&vf->guest, READY_MS));
	return err ?: vf_release(vf);
}

static int vf_work(struct vf *vf, unsigned int ms)
{
	u64 begin = vf_now_us(&vf->guest), elapsed, done;
	int err;

	if (!vf->initialised)
		return -ENODATA;
	done = guest_work(&vf->guest, ms);
	elapsed = vf_now_us(&vf->guest) - begin;
	if (guest_notified(&vf->guest)) {
		err = guest_answer_reset(&vf->guest, READY_MS);
		err = vf_restart(vf, err);
		if (!err)
			err = vf_release(vf);
		if (err)
			return err;
	}
	pr_notice("others=%u elapsed_us=%llu work_us=%llu\n",
		  guest_count_others(&vf->guest, tag), elapsed, done);
	return 0;
}

static ssize_t work_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	unsigned int ms;
	int err = kstrtouint(buf, 0, &ms);

	return err ?: vf_work(dev_get_drvdata(dev), ms) ?: count;
}
static DEVICE_ATTR_WO(work);

static struct attribute *vf_attrs[] = {
	&dev_attr_work.attr,
	NULL
};
ATTRIBUTE_GROUPS(vf);

static int vf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vf *vf = devm_kzalloc(&pdev->dev, sizeof(*vf), GFP_KERNEL);
	int err;

	if (!vf)
		return -ENOMEM;
	vf->pdev = pdev;
	vf->guest.ops = &vf_ops;
	vf->guest.fb_dwords = FB_BYTES / sizeof(u32);
	init_completion(&vf->irq);
	err = pcim_enable_device(pdev);
	if (!err)
		err = vf_find_regs(vf);
	if (err)
		return err;
	vf->guest.fb = (u32 __force *)devm_ioremap_wc(&pdev->dev,
						      pci_resource_start(pdev, FB_BAR),
						      FB_BYTES);
	if (!vf->guest.fb)
		return -ENOMEM;
	pci_set_master(pdev);
	pci_set_drvdata(pdev, vf);
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (err < 0)
		return err;
	err = request_irq(pci_irq_vector(pdev, 0), vf_irq, 0, "gpuvf_guest", vf);
	if (err)
		goto err_vectors;
	guest_irqs(&vf->guest, 1);
	err = vf_run(vf);
	if (!err)
		return 0;
	free_irq(pci_irq_vector(pdev, 0), vf);
err_vectors:
	pci_free_irq_vectors(pdev);
	return err;
}

static void vf_remove(struct pci_dev *pdev)
{
	struct vf *vf = pci_get_drvdata(pdev);

	if (vf->initialised)
		pr_notice("fini=%d\n", !guest_fini(&vf->guest, READY_MS));
	guest_irqs(&vf->guest, 0);
	free_irq(pci_irq_vector(pdev, 0), vf);
	pci_free_irq_vectors(pdev);
}

static const struct pci_device_id vf_ids[] = {
	{ PCI_DEVICE(GPUVF_SIM_VENDOR_ID, GPUVF_SIM_DEVICE_ID_VF) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vf_ids);

static struct pci_driver vf_driver = {
	.name = "gpuvf_guest",
	.id_table = vf_ids,
	.probe = vf_probe,
	.remove = vf_remove,
	.dev_groups = vf_groups,
};
module_pci_driver(vf_driver);

MODULE_DESCRIPTION("A guest's driver of a simulated VF, for tests of gpuvf");
MODULE_LICENSE("GPL");
