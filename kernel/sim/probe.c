// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's headers offer to the simulator, for sim_compat.h; see ../probe.c.
 */

#include <linux/hrtimer.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/pci.h>

#ifdef GPUVF_PROBE_HRTIMER_SETUP
void probe(struct hrtimer *timer,
	   enum hrtimer_restart (*function)(struct hrtimer *timer))
{
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
}
#endif

#ifdef GPUVF_PROBE_MSI_PARENT
void probe(struct irq_domain *domain, const struct msi_parent_ops *ops)
{
	domain->flags |= IRQ_DOMAIN_FLAG_MSI_PARENT;
	domain->msi_parent_ops = ops;
}
#endif

#ifdef GPUVF_PROBE_MSI_GLOBAL
struct irq_domain *probe(struct irq_domain *parent, struct msi_domain_info *info)
{
	return pci_msi_create_irq_domain(parent->fwnode, info, parent);
}
#endif

#ifdef GPUVF_PROBE_IOMMU_OF_BUS
const struct iommu_ops *probe(void)
{
	return pci_bus_type.iommu_ops;
}
#endif

#ifdef GPUVF_PROBE_IOMMU_PAGING
void probe(struct iommu_ops *ops, struct iommu_domain *identity,
	   struct iommu_domain *(*alloc)(struct device *dev))
{
	ops->identity_domain = identity;
	ops->domain_alloc_paging = alloc;
}
#endif

#ifdef GPUVF_PROBE_IOMMU_ATTACH_FROM
void probe(struct iommu_domain_ops *ops,
	   int (*attach)(struct iommu_domain *domain, struct device *dev,
			 struct iommu_domain *from))
{
	ops->attach_dev = attach;
}
#endif
