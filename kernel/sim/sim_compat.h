/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How kernels differ for the simulator, as base/compat.h says it for the driver.
 */
#ifndef SIM_COMPAT_H
#define SIM_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/iommu.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "gpuvf_have.h"

/* by 7.3: a timer gets its function when it is set up */
static inline void
sim_hrtimer_setup(struct hrtimer *timer,
		  enum hrtimer_restart (*function)(struct hrtimer *timer),
		  clockid_t clock, enum hrtimer_mode mode)
{
#ifdef GPUVF_HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/*
 * Newer kernels: each PCI function makes an MSI domain of its own on a parent that
 * allows it, in 6.12 and 7.3. In 6.1 one MSI domain serves all of them.
 *
 * sim_msi_domain_create(parent) returns what the functions are to be given, or NULL;
 * sim_msi_domain_remove() takes it back. @parent stays the caller's.
 */
#if defined(GPUVF_HAVE_MSI_PARENT)
static inline bool sim_msi_init_dev(struct device *dev,
				    struct irq_domain *domain,
				    struct irq_domain *parent,
				    struct msi_domain_info *info)
{
	const struct msi_parent_ops *ops = parent->msi_parent_ops;

	info->flags &= ops->supported_flags;
	info->flags |= ops->required_flags;
	info->chip->irq_ack = irq_chip_ack_parent;
	return true;
}

static inline struct irq_domain *sim_msi_domain_create(struct irq_domain *parent)
{
	static const struct msi_parent_ops ops = {
		.supported_flags = MSI_GENERIC_FLAGS_MASK |
				   MSI_FLAG_MULTI_PCI_MSI,
		.required_flags = MSI_FLAG_USE_DEF_DOM_OPS |
				  MSI_FLAG_USE_DEF_CHIP_OPS,
		.init_dev_msi_info = sim_msi_init_dev,
	};

	parent->flags |= IRQ_DOMAIN_FLAG_MSI_PARENT;
	parent->msi_parent_ops = &ops;
	return parent;
}

static inline void sim_msi_domain_remove(struct irq_domain *domain)
{
}
#elif defined(GPUVF_HAVE_MSI_GLOBAL)
static inline struct irq_domain *sim_msi_domain_create(struct irq_domain *parent)
{
	static struct irq_chip chip = {
		.name = "GPUVF-SIM-MSI",
		.irq_ack = irq_chip_ack_parent,
		.irq_mask = pci_msi_mask_irq,
		.irq_unmask = pci_msi_unmask_irq,
		.flags = IRQCHIP_SKIP_SET_WAKE,
	};
	static struct msi_domain_info info = {
		.flags = MSI_FLAG_USE_DEF_DOM_OPS | MSI_FLAG_USE_DEF_CHIP_OPS |
			 MSI_FLAG_MULTI_PCI_MSI,
		.chip = &chip,
	};
	struct irq_domain *domain;

	domain = pci_msi_create_irq_domain(parent->fwnode, &info, parent);
	/*
	 * Says that the domain is not the architecture's: else 6.1's interrupt
	 * remapping code puts its own in place of it.
	 */
	if (domain)
		irq_domain_update_bus_token(domain, DOMAIN_BUS_VMD_MSI);
	return domain;
}

static inline void sim_msi_domain_remove(struct irq_domain *domain)
{
	irq_domain_remove(domain);
}
#else
#error "linux/msi.h has no MSI domains: install headers of a kernel with CONFIG_PCI_MSI"
#endif

/* before 6.7 busses still point at an IOMMU driver that is no more */
static inline void sim_iommu_forget(const struct iommu_ops *ops)
{
#ifdef GPUVF_HAVE_IOMMU_OF_BUS
	if (pci_bus_type.iommu_ops == ops)
		pci_bus_type.iommu_ops = NULL;
	if (platform_bus_type.iommu_ops == ops)
		platform_bus_type.iommu_ops = NULL;
#endif
}

/*
 * By 6.12: an IOMMU driver has one identity address space for all devices, and is
 * asked for no other kind but those that are mapped page by page. Page sizes are
 * an address space's; before, the driver's.
 */
#ifdef GPUVF_HAVE_IOMMU_PAGING
#define SIM_IOMMU_ALLOC(name)						\
	struct iommu_domain *name(struct device *dev)
#define SIM_IOMMU_SPACES(alloc, identity)				\
	.domain_alloc_paging = (alloc),					\
	.identity_domain = (identity)
#else
#define SIM_IOMMU_ALLOC(name)						\
	struct iommu_domain *name(unsigned int type)
#define SIM_IOMMU_SPACES(alloc, identity)				\
	.domain_alloc = (alloc),					\
	.pgsize_bitmap = PAGE_SIZE
#endif

/* by 7.3: the driver sees which address space a device comes from */
#ifdef GPUVF_HAVE_IOMMU_ATTACH_FROM
#define SIM_IOMMU_ATTACH(name)					\
	int name(struct iommu_domain *domain, struct device *dev,	\
		 struct iommu_domain *from)
#else
#define SIM_IOMMU_ATTACH(name)					\
	int name(struct iommu_domain *domain, struct device *dev)
#endif

#endif /* SIM_COMPAT_H */
