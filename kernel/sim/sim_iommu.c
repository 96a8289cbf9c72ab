// SPDX-License-Identifier: GPL-2.0
/*
 * gpuvf_sim_iommu - an IOMMU in software for the functions of simulated GPUs, so
 * that vfio-pci takes them. It translates nothing, since they do no DMA, and
 * protects nothing: for tests of VFIO, and for those only.
 *
 * To be loaded before gpuvf_sim, and unloaded after it: while there is a function
 * of a simulated GPU, the IOMMU core holds a reference to this module. In a
 * machine that has an IOMMU of its own it is of no use: 6.1 refuses it, and 6.12
 * asks the one that was there first.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "../hw/regs.h"
#include "sim_compat.h"

/**
 * struct siommu_domain - an address space
 * @domain: as the IOMMU core knows it
 * @pages: page number in it → physical page number
 */
struct siommu_domain {
	struct iommu_domain domain;
	struct xarray pages;
};

static struct iommu_device siommu;

/* what is on the simulator's host bridge, with any ids */
static bool siommu_is_ours(struct device *dev)
{
	struct device *parent;

	if (!dev_is_pci(dev))
		return false;
	parent = pci_find_host_bridge(to_pci_dev(dev)->bus)->dev.parent;
	return parent && !strcmp(dev_name(parent), "gpuvf_sim");
}

static struct siommu_domain *to_siommu(struct iommu_domain *domain)
{
	return container_of(domain, struct siommu_domain, domain);
}

static SIM_IOMMU_ATTACH(siommu_attach)
{
	return 0;
}

static const struct iommu_domain_ops siommu_identity_ops = {
	.attach_dev = siommu_attach,
};

static struct iommu_domain __maybe_unused siommu_identity = {
	.type = IOMMU_DOMAIN_IDENTITY,
	.ops = &siommu_identity_ops,
};

static int siommu_map(struct iommu_domain *domain, unsigned long iova,
		      phys_addr_t paddr, size_t pgsize, size_t count, int prot,
		      gfp_t gfp, size_t *mapped)
{
	struct siommu_domain *space = to_siommu(domain);
	size_t i;
	int err;

	for (i = 0; i < count; i++) {
		err = xa_insert(&space->pages, PHYS_PFN(iova) + i,
				xa_mk_value(PHYS_PFN(paddr) + i), gfp);
		if (err)
			return err;
		*mapped += pgsize;
	}
	return 0;
}

static size_t siommu_unmap(struct iommu_domain *domain, unsigned long iova,
			   size_t pgsize, size_t count,
			   struct iommu_iotlb_gather *gather)
{
	struct siommu_domain *space = to_siommu(domain);
	size_t i;

	for (i = 0; i < count; i++)
		xa_erase(&space->pages, PHYS_PFN(iova) + i);
	return count * pgsize;
}

static phys_addr_t siommu_iova_to_phys(struct iommu_domain *domain,
				       dma_addr_t iova)
{
	void *entry = xa_load(&to_siommu(domain)->pages, PHYS_PFN(iova));

	return entry ? PFN_PHYS(xa_to_value(entry)) + offset_in_page(iova) : 0;
}

static bool siommu_enforce_coherency(struct iommu_domain *domain)
{
	return true;
}

static void siommu_free(struct iommu_domain *domain)
{
	struct siommu_domain *space = to_siommu(domain);

	xa_destroy(&space->pages);
	kfree(space);
}

static const struct iommu_domain_ops siommu_domain_ops = {
	.attach_dev = siommu_attach,
	.map_pages = siommu_map,
	.unmap_pages = siommu_unmap,
	.iova_to_phys = siommu_iova_to_phys,
	.enforce_cache_coherency = siommu_enforce_coherency,
	.free = siommu_free,
};

static SIM_IOMMU_ALLOC(siommu_alloc)
{
	struct siommu_domain *space;

	space = kzalloc(sizeof(*space), GFP_KERNEL);
	if (!space)
		return NULL;
	xa_init(&space->pages);
	space->domain.pgsize_bitmap = PAGE_SIZE;
	space->domain.geometry.aperture_end = BIT_ULL(48) - 1;
	space->domain.geometry.force_aperture = true;
	return &space->domain;
}

static struct iommu_device *siommu_probe(struct device *dev)
{
	return siommu_is_ours(dev) ? &siommu : ERR_PTR(-ENODEV);
}

static void siommu_release(struct device *dev)
{
}

static bool siommu_capable(struct device *dev, enum iommu_cap cap)
{
	return cap == IOMMU_CAP_CACHE_COHERENCY;
}

static int siommu_def_domain_type(struct device *dev)
{
	return IOMMU_DOMAIN_IDENTITY;
}

static const struct iommu_ops siommu_ops = {
	.capable = siommu_capable,
	SIM_IOMMU_SPACES(siommu_alloc, &siommu_identity),
	.probe_device = siommu_probe,
	.release_device = siommu_release,
	.device_group = generic_device_group,
	.def_domain_type = siommu_def_domain_type,
	.default_domain_ops = &siommu_domain_ops,
	.owner = THIS_MODULE,
};

static int __init siommu_init(void)
{
	int err;

	err = iommu_device_sysfs_add(&siommu, NULL, NULL, "gpuvf-sim-iommu");
	if (err)
		return err;
	/* of no firmware node: so the core asks it about every device */
	err = iommu_device_register(&siommu, &siommu_ops, NULL);
	if (err) {
		pr_err("an IOMMU cannot be registered beside what is there: %pe\n",
		       ERR_PTR(err));
		iommu_device_sysfs_remove(&siommu);
	}
	return err;
}

static void __exit siommu_exit(void)
{
	iommu_device_unregister(&siommu);
	sim_iommu_forget(&siommu_ops);
	iommu_device_sysfs_remove(&siommu);
}

module_init(siommu_init);
module_exit(siommu_exit);

MODULE_DESCRIPTION("IOMMU in software for simulated GPUs, for testing gpuvf with VFIO");
MODULE_LICENSE("GPL");
/* loading it taints the kernel, as every test module does */
MODULE_INFO(test, "Y");
