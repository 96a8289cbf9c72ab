// SPDX-License-Identifier: GPL-2.0
/*
 * The module, the virtual host bridge, its address window and its interrupts.
 *
 * Nothing is behind the address window, unless a card lends memory (sim_card.c): BARs
 * are assigned in a hole of the physical address space and must never be touched. All
 * registers are in configuration space.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/cpufeature.h>
#include <linux/bitmap.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/vmalloc.h>

#include "sim.h"
#include "sim_compat.h"

unsigned int sim_gpus = 1;
module_param_named(gpus, sim_gpus, uint, 0444);
MODULE_PARM_DESC(gpus, "how many GPUs, 1 to 8 (default 1)");

unsigned int sim_total_vfs = 16;
module_param_named(total_vfs, sim_total_vfs, uint, 0444);
MODULE_PARM_DESC(total_vfs, "VFs of each GPU, 1 to 31, to 16 for mi200 and v1 (default 16)");

unsigned int sim_claim_vfs;
module_param_named(claim_vfs, sim_claim_vfs, uint, 0444);
MODULE_PARM_DESC(claim_vfs, "TotalVFs of the SR-IOV capability, total_vfs to 254 (default total_vfs)");

/* for drivers of other vendors: gpuvf takes none of these */
unsigned int sim_vendor = GPUVF_SIM_VENDOR_ID;
module_param_named(vendor, sim_vendor, uint, 0444);
MODULE_PARM_DESC(vendor, "PCI vendor id of the GPUs, 1 to 0xfffe (default 0x4756)");

unsigned int sim_device = GPUVF_SIM_DEVICE_ID_PF;
module_param_named(device, sim_device, uint, 0444);
MODULE_PARM_DESC(device, "PCI device id of PFs, to 0xffff (default 0x0020)");

unsigned int sim_vf_device = GPUVF_SIM_DEVICE_ID_VF;
module_param_named(vf_device, sim_vf_device, uint, 0444);
MODULE_PARM_DESC(vf_device, "PCI device id of VFs, to 0xffff (default 0x0021)");

unsigned int sim_class = PCI_CLASS_DISPLAY_OTHER << 8;
module_param_named(class, sim_class, uint, 0444);
MODULE_PARM_DESC(class, "PCI class of the GPUs, to 0xffffff (default 0x038000)");

unsigned int sim_fb_mib = 16384;
module_param_named(fb_mib, sim_fb_mib, uint, 0444);
MODULE_PARM_DESC(fb_mib, "framebuffer of each GPU in MiB, 64 to 1048576, to 65535 for v1 (default 16384)");

unsigned int sim_fb_align_mib = 16;
module_param_named(fb_align_mib, sim_fb_align_mib, uint, 0444);
MODULE_PARM_DESC(fb_align_mib, "extents of VFs begin at multiples of so many MiB, a power of two from 16 to 65536, 16 for v1 (default 16)");

unsigned int sim_reserved_mib[2 * GPUVF_SIM_NUM_RESERVED];
module_param_array_named(reserved_mib, sim_reserved_mib, uint, NULL, 0444);
MODULE_PARM_DESC(reserved_mib, "framebuffer that firmware keeps: START,SIZE in MiB, up to four of them, none for v1 (default none)");

static char *generation = "v3";
module_param(generation, charp, 0444);
MODULE_PARM_DESC(generation, "generation of the GPU-IOV capability: v3 (default), mi200 or v1");

unsigned int sim_vf_bar_mib = 256;
module_param_named(vf_bar_mib, sim_vf_bar_mib, uint, 0444);
MODULE_PARM_DESC(vf_bar_mib, "framebuffer BAR of a VF in MiB, a power of two up to 16384 (default 256)");

unsigned int sim_latency_us[16] = {
	[GPUVF_CMD_IDLE_GPU] = 50,
	[GPUVF_CMD_SAVE_GPU_STATE] = 150,
	[GPUVF_CMD_LOAD_GPU_STATE] = 150,
	[GPUVF_CMD_RUN_GPU] = 20,
	[GPUVF_CMD_INIT_GPU] = 1000,
	[GPUVF_CMD_SAVE_RLCV_STATE] = 20,
	[GPUVF_CMD_LOAD_RLCV_STATE] = 20,
	[GPUVF_CMD_SHUTDOWN_GPU] = 20,
};
module_param_named(idle_us, sim_latency_us[GPUVF_CMD_IDLE_GPU], uint, 0644);
MODULE_PARM_DESC(idle_us, "duration of IDLE in us (default 50)");
module_param_named(save_us, sim_latency_us[GPUVF_CMD_SAVE_GPU_STATE], uint, 0644);
MODULE_PARM_DESC(save_us, "duration of SAVE in us (default 150)");
module_param_named(load_us, sim_latency_us[GPUVF_CMD_LOAD_GPU_STATE], uint, 0644);
MODULE_PARM_DESC(load_us, "duration of LOAD in us (default 150)");
module_param_named(run_us, sim_latency_us[GPUVF_CMD_RUN_GPU], uint, 0644);
MODULE_PARM_DESC(run_us, "duration of RUN in us (default 20)");
module_param_named(init_us, sim_latency_us[GPUVF_CMD_INIT_GPU], uint, 0644);
MODULE_PARM_DESC(init_us, "duration of INIT in us (default 1000)");

module_param_named(shutdown_us, sim_latency_us[GPUVF_CMD_SHUTDOWN_GPU], uint, 0644);
MODULE_PARM_DESC(shutdown_us, "duration of SHUTDOWN in us (default 20)");

unsigned int sim_scrub_us = 250;
module_param_named(scrub_us_per_unit, sim_scrub_us, uint, 0644);
MODULE_PARM_DESC(scrub_us_per_unit, "scrubbing 16 MiB of framebuffer takes this many us (default 250)");

unsigned int sim_events = 8192;
module_param_named(events, sim_events, uint, 0444);
MODULE_PARM_DESC(events, "how many events of each GPU are remembered, 16 to 1048576 (default 8192)");

bool sim_scrub_engine = true;
module_param_named(scrub_engine, sim_scrub_engine, bool, 0444);
MODULE_PARM_DESC(scrub_engine, "the scrub engine exists (default Y)");

unsigned int sim_seed;
module_param_named(seed, sim_seed, uint, 0444);
MODULE_PARM_DESC(seed, "identity that the GPUs show");

bool sim_oneshot;
module_param_named(oneshot, sim_oneshot, bool, 0444);
MODULE_PARM_DESC(oneshot, "the command CONTEXT_SWITCH exists");

bool sim_mailbox = true;
module_param_named(mbox, sim_mailbox, bool, 0444);
MODULE_PARM_DESC(mbox, "the mailbox between PF and VFs exists (default Y)");

unsigned int sim_access_ms;
module_param_named(access_ms, sim_access_ms, uint, 0444);
MODULE_PARM_DESC(access_ms, "how long guests of this hardware may have full access, at most 65535; 0: as others of its kind (default)");

bool sim_msi = true;
module_param_named(msi, sim_msi, bool, 0444);
MODULE_PARM_DESC(msi, "the GPUs can raise interrupts (default Y); their VFs always can");

bool sim_busy = true;
module_param_named(busy, sim_busy, bool, 0444);
MODULE_PARM_DESC(busy, "the GPUs report which VFs have work (default Y)");

bool sim_flr = true;
module_param_named(flr, sim_flr, bool, 0444);
MODULE_PARM_DESC(flr, "the GPUs report the FLRs of their VFs (default Y)");

bool sim_shutdown = true;
module_param_named(shutdown, sim_shutdown, bool, 0444);
MODULE_PARM_DESC(shutdown, "the command SHUTDOWN_GPU exists (default Y)");

bool sim_migration = true;
module_param_named(migration, sim_migration, bool, 0444);
MODULE_PARM_DESC(migration, "the registers for the migration of VFs exist (default Y)");

bool sim_edge;
module_param_named(edge, sim_edge, bool, 0444);
MODULE_PARM_DESC(edge, "one MSI of a PF each time that its enabled events become more than none, not one for each event");

bool sim_aer;
module_param_named(aer, sim_aer, bool, 0444);
MODULE_PARM_DESC(aer, "root ports and GPUs report PCIe errors (AER), and the kernel handles them");

static bool sim_force;
module_param_named(force, sim_force, bool, 0444);
MODULE_PARM_DESC(force, "load on bare metal too");

/* MSI data: a cookie for each vector in use */
#define SIM_MAX_COOKIES		4096

/* the piece of the window that 32-bit BARs are in, and where the bus sees it */
#define SIM_WINDOW32_SIZE	SZ_256M
#define SIM_WINDOW32_BUS	0x80000000ULL

/**
 * struct sim_host - the host bridge
 * @sysdata: the architecture's part of a root bus; outlives the bus
 * @pdev: parent of the bridge
 * @bridge: the bridge
 * @window: hole in the physical address space, or memory of a card
 * @window32: first part of it, for 32-bit and non-prefetchable BARs
 * @window64: the rest
 * @busses: bus numbers
 * @fwnode: identity of the interrupt domain
 * @domain: MSI data → Linux interrupt
 * @msi_domain: what the functions allocate from, on @domain
 * @cookies: MSI data in use
 * @work: delivers interrupts
 * @pending_lock: protects @pending
 * @pending: MSI data that was written and not yet delivered
 * @gpus: the GPUs
 */
static struct sim_host {
	struct pci_sysdata sysdata;
	struct platform_device *pdev;
	struct pci_host_bridge *bridge;
	struct resource window;
	struct resource window32;
	struct resource window64;
	struct resource busses;
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
	struct irq_domain *msi_domain;
	DECLARE_BITMAP(cookies, SIM_MAX_COOKIES);
	struct irq_work work;
	raw_spinlock_t pending_lock;
	DECLARE_BITMAP(pending, SIM_MAX_COOKIES);
	struct sim_gpu *gpus;
} host;

/**
 * sim_gpu_by_index() - a GPU by its number
 * @index: counted from 0
 *
 * Return: NULL when there is none.
 */
struct sim_gpu *sim_gpu_by_index(unsigned int index)
{
	return index < sim_gpus ? &host.gpus[index] : NULL;
}

/**
 * sim_domain() - the PCI domain that the GPUs are in
 */
unsigned int sim_domain(void)
{
	return host.sysdata.domain;
}

/*
 * Interrupts
 */

static bool host_loses_interrupt(struct sim_gpu *gpu)
{
	return sim_fault_hits(&gpu->fault[SIM_F_LOSE_INTERRUPT]);
}

/**
 * sim_msi_post() - a function writes an MSI
 * @dev: the function
 * @vector: which of its vectors
 *
 * Delivered from hard-irq context as soon as interrupts are on. While the vector
 * is masked it is pending.
 *
 * Context: the GPU's lock.
 */
void sim_msi_post(struct sim_dev *dev, unsigned int vector)
{
	u16 flags, data, command;
	u32 masked, pending;

	memcpy(&flags, dev->cfg + SIM_CAP_MSI + PCI_MSI_FLAGS, 2);
	memcpy(&data, dev->cfg + SIM_CAP_MSI + PCI_MSI_DATA_64, 2);
	memcpy(&command, dev->cfg + PCI_COMMAND, 2);
	memcpy(&masked, dev->cfg + SIM_CAP_MSI + PCI_MSI_MASK_64, 4);
	if (!(flags & PCI_MSI_FLAGS_ENABLE) || !(command & PCI_COMMAND_MASTER) ||
	    vector >= 1U << ((flags & PCI_MSI_FLAGS_QSIZE) >> 4))
		return;
	if (masked & BIT(vector)) {
		memcpy(&pending, dev->cfg + SIM_CAP_MSI + PCI_MSI_PENDING_64, 4);
		pending |= BIT(vector);
		memcpy(dev->cfg + SIM_CAP_MSI + PCI_MSI_PENDING_64, &pending, 4);
		return;
	}
	if (host_loses_interrupt(dev->gpu))
		return;
	dev->gpu->interrupts++;
	raw_spin_lock(&host.pending_lock);
	__set_bit((data + vector) % SIM_MAX_COOKIES, host.pending);
	raw_spin_unlock(&host.pending_lock);
	irq_work_queue(&host.work);
}

static void host_deliver(struct irq_work *work)
{
	unsigned long flags;
	unsigned int cookie;

	for (;;) {
		raw_spin_lock_irqsave(&host.pending_lock, flags);
		cookie = find_first_bit(host.pending, SIM_MAX_COOKIES);
		if (cookie < SIM_MAX_COOKIES)
			__clear_bit(cookie, host.pending);
		raw_spin_unlock_irqrestore(&host.pending_lock, flags);
		if (cookie >= SIM_MAX_COOKIES)
			return;
		generic_handle_domain_irq(host.domain, cookie);
	}
}

static void host_irq_compose(struct irq_data *data, struct msi_msg *msg)
{
	msg->address_hi = 0;
	msg->address_lo = 0xfee00000;
	msg->data = data->hwirq;
}

static void host_irq_ack(struct irq_data *data)
{
}

/* it runs where it is raised; but a CPU that goes offline wants to be obeyed */
static int host_irq_set_affinity(struct irq_data *data,
				 const struct cpumask *mask, bool force)
{
	irq_data_update_effective_affinity(data, mask);
	return IRQ_SET_MASK_OK_DONE;
}

static struct irq_chip host_irq_chip = {
	.name = "GPUVF-SIM",
	.irq_ack = host_irq_ack,
	.irq_compose_msi_msg = host_irq_compose,
	.irq_set_affinity = host_irq_set_affinity,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

/* a block of free cookies, aligned to its size as multiple MSI wants it */
static int host_irq_alloc(struct irq_domain *domain, unsigned int virq,
			  unsigned int count, void *arg)
{
	unsigned int i;
	int cookie;

	cookie = bitmap_find_free_region(host.cookies, SIM_MAX_COOKIES,
					 order_base_2(count));
	if (cookie < 0)
		return -ENOSPC;
	for (i = 0; i < count; i++)
		irq_domain_set_info(domain, virq + i, cookie + i,
				    &host_irq_chip, NULL, handle_edge_irq, NULL,
				    "edge");
	return 0;
}

/* called when the domain does not lead to these interrupts any more */
static void host_irq_free(struct irq_domain *domain, unsigned int virq,
			  unsigned int count)
{
	struct irq_data *data = irq_domain_get_irq_data(domain, virq);

	irq_work_sync(&host.work);
	bitmap_release_region(host.cookies, data->hwirq, order_base_2(count));
}

/* under the core's mutex, both */
static const struct irq_domain_ops host_irq_ops = {
	.alloc = host_irq_alloc,
	.free = host_irq_free,
};

static int host_irq_init(void)
{
	host.fwnode = irq_domain_alloc_named_fwnode("GPUVF-SIM");
	if (!host.fwnode)
		return -ENOMEM;
	host.domain = irq_domain_create_hierarchy(NULL, 0, SIM_MAX_COOKIES,
						  host.fwnode, &host_irq_ops,
						  NULL);
	if (!host.domain)
		goto err_fwnode;
	host.msi_domain = sim_msi_domain_create(host.domain);
	if (!host.msi_domain)
		goto err_domain;
	return 0;

err_domain:
	irq_domain_remove(host.domain);
err_fwnode:
	irq_domain_free_fwnode(host.fwnode);
	return -ENOMEM;
}

static void host_irq_fini(void)
{
	irq_work_sync(&host.work);
	sim_msi_domain_remove(host.msi_domain);
	irq_domain_remove(host.domain);
	irq_domain_free_fwnode(host.fwnode);
}

/*
 * The bridge
 */

static u64 host_window_size(void)
{
	u64 vf_bars = (u64)sim_vf_bar_mib * SZ_1M * sim_claim_vfs;

	return ALIGN(SIM_WINDOW32_SIZE + sim_gpus *
		     ALIGN(2 * vf_bars + SZ_256M, (u64)SZ_1G), (u64)SZ_1G);
}

/* a hole above all memory, in the upper half first to stay clear of hotplug */
static int host_window_in_hole(u64 size)
{
	u64 end = iomem_resource.end;
	u64 low = max_t(u64, SZ_4G, (end + 1) / 2);
	u64 align = min_t(u64, roundup_pow_of_two(size), SZ_16G);
	int err;

	err = allocate_resource(&iomem_resource, &host.window, size, low, end,
				align, NULL, NULL);
	if (err)
		err = allocate_resource(&iomem_resource, &host.window, size,
					SZ_4G, end, SZ_1G, NULL, NULL);
	if (err)
		pr_err("no gap of %llu MiB in the address space for BARs\n",
		       size / SZ_1M);
	return err;
}

static int host_window_init(void)
{
	struct resource *card = sim_card_bar();
	u64 size = host_window_size();
	int err;

	host.window = (struct resource){
		.name = "gpuvf_sim",
		.flags = IORESOURCE_MEM | IORESOURCE_MEM_64,
	};
	if (card) {
		host.window.start = card->start;
		host.window.end = card->start + size - 1;
		err = request_resource(card, &host.window);
	} else {
		err = host_window_in_hole(size);
	}
	if (err)
		return err;
	host.window32 = (struct resource){
		.name = "gpuvf_sim 32 bit",
		.flags = IORESOURCE_MEM,
		.start = host.window.start,
		.end = host.window.start + SIM_WINDOW32_SIZE - 1,
	};
	host.window64 = (struct resource){
		.name = "gpuvf_sim 64 bit",
		.flags = IORESOURCE_MEM | IORESOURCE_MEM_64 |
			 IORESOURCE_PREFETCH,
		.start = host.window32.end + 1,
		.end = host.window.end,
	};
	err = request_resource(&host.window, &host.window32);
	if (!err) {
		err = request_resource(&host.window, &host.window64);
		if (err)
			release_resource(&host.window32);
	}
	if (err)
		release_resource(&host.window);
	return err;
}

static void host_window_fini(void)
{
	release_resource(&host.window64);
	release_resource(&host.window32);
	release_resource(&host.window);
}

/* a PCI domain that is not in use; 16 bit, since IOMMU drivers cut off the rest */
static int host_find_domain(void)
{
	int domain;

	for (domain = 1; domain <= 0xffff; domain++)
		if (!pci_find_bus(domain, 0))
			return domain;
	return -EBUSY;
}

static int host_bridge_init(void)
{
	struct pci_host_bridge *bridge;
	int domain, err;

	domain = host_find_domain();
	if (domain < 0)
		return domain;
	bridge = pci_alloc_host_bridge(0);
	if (!bridge)
		return -ENOMEM;
	host.sysdata.domain = domain;
	host.sysdata.node = NUMA_NO_NODE;
	host.busses = (struct resource){
		.name = "gpuvf_sim bus",
		.start = 0,
		.end = 0xff,
		.flags = IORESOURCE_BUS,
	};
	sim_config_set_root_bus(0);
	bridge->dev.parent = &host.pdev->dev;
	bridge->sysdata = &host.sysdata;
	bridge->ops = &sim_pci_ops;
	bridge->busnr = 0;
	bridge->native_aer = sim_aer;
	bridge->native_pme = 0;
	bridge->native_ltr = 0;
	bridge->native_dpc = 0;
	bridge->native_pcie_hotplug = 0;
	bridge->native_shpc_hotplug = 0;
	dev_set_msi_domain(&bridge->dev, host.msi_domain);
	pci_add_resource_offset(&bridge->windows, &host.window32,
				host.window32.start - SIM_WINDOW32_BUS);
	pci_add_resource(&bridge->windows, &host.window64);
	pci_add_resource(&bridge->windows, &host.busses);

	/* not pci_host_probe(): 6.12 takes this lock in there, 6.1 does not */
	pci_lock_rescan_remove();
	err = pci_scan_root_bus_bridge(bridge);
	if (err) {
		pci_unlock_rescan_remove();
		pci_free_host_bridge(bridge);
		return err;
	}
	host.bridge = bridge;
	pci_assign_unassigned_bus_resources(bridge->bus);
	pci_bus_add_devices(bridge->bus);
	pci_unlock_rescan_remove();
	return 0;
}

/* a driver that still has a device reads all ones, and does not call us any more */
static int host_mark_gone(struct pci_dev *dev, void *data)
{
	dev->error_state = pci_channel_io_perm_failure;
	return 0;
}

static void host_bridge_fini(void)
{
	struct pci_bus *bus = host.bridge->bus;

	pci_lock_rescan_remove();
	pci_stop_root_bus(bus);
	pci_walk_bus(bus, host_mark_gone, NULL);
	pci_remove_root_bus(bus);
	pci_unlock_rescan_remove();
	/* the reference of pci_alloc_host_bridge() is still ours */
	pci_free_host_bridge(host.bridge);
}

/*
 * The module
 */

static void host_gpus_fini(void)
{
	unsigned int i;

	/* backwards: what GPUs share goes with the first one */
	for (i = sim_gpus; i-- > 0;) {
		sim_gpu_fini(&host.gpus[i]);
		sim_config_free(&host.gpus[i]);
	}
	vfree(host.gpus);
}

static int host_gpus_init(void)
{
	unsigned int i;
	int err;

	host.gpus = vcalloc(sim_gpus, sizeof(*host.gpus));
	if (!host.gpus)
		return -ENOMEM;
	for (i = 0; i < sim_gpus; i++) {
		raw_spin_lock_init(&host.gpus[i].lock);
		host.gpus[i].index = i;
	}
	for (i = 0; i < sim_gpus; i++) {
		err = sim_config_alloc(&host.gpus[i]);
		if (!err)
			err = sim_gpu_init(&host.gpus[i]);
		if (err) {
			host_gpus_fini();
			return err;
		}
	}
	return 0;
}

static bool host_param_ok(const char *name, unsigned int value,
			  unsigned int lowest, unsigned int highest)
{
	if (value >= lowest && value <= highest)
		return true;
	pr_err("%s=%u: must be %u to %u\n", name, value, lowest, highest);
	return false;
}

static int host_check_power(const char *name, unsigned int value)
{
	if (is_power_of_2(value))
		return 0;
	pr_err("%s=%u: must be a power of two\n", name, value);
	return -EINVAL;
}

/* what the generation does not have, no parameter gives it */
static int host_set_generation(void)
{
	u32 features;

	if (sim_generation_set(generation)) {
		pr_err("generation=%s: must be v3, mi200 or v1\n", generation);
		return -EINVAL;
	}
	features = sim_generation->features;
	sim_msi &= sim_generation->interrupts;
	sim_flr &= !!(features & GPUVF_SIM_FEATURE_VF_FLR);
	sim_busy &= !!(features & GPUVF_SIM_FEATURE_BUSY);
	sim_mailbox &= !!(features & GPUVF_SIM_FEATURE_MBOX);
	sim_shutdown &= !!(features & GPUVF_SIM_FEATURE_SHUTDOWN);
	sim_migration &= !!(features & GPUVF_SIM_FEATURE_MIGRATE);
	if (!sim_generation->memsize) {
		sim_fb_align_mib = 16;
		memset(sim_reserved_mib, 0, sizeof(sim_reserved_mib));
	}
	return 0;
}

static int host_check_params(void)
{
	int err;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR) && !sim_force) {
		pr_err("this is not a virtual machine; the simulator is for testing, force=1 loads it all the same\n");
		return -ENODEV;
	}
	err = host_set_generation();
	if (err)
		return err;
	if (!sim_claim_vfs)
		sim_claim_vfs = sim_total_vfs;
	if (!host_param_ok("gpus", sim_gpus, 1, SIM_MAX_GPUS) ||
	    !host_param_ok("total_vfs", sim_total_vfs, 1,
			   sim_generation->max_vfs) ||
	    !host_param_ok("claim_vfs", sim_claim_vfs, sim_total_vfs, 254) ||
	    !host_param_ok("vendor", sim_vendor, 1, 0xfffe) ||
	    !host_param_ok("device", sim_device, 0, 0xffff) ||
	    !host_param_ok("vf_device", sim_vf_device, 0, 0xffff) ||
	    !host_param_ok("class", sim_class, 0, 0xffffff) ||
	    !host_param_ok("fb_mib", sim_fb_mib, 64,
			   sim_generation->memsize ? 1 << 20 : U16_MAX) ||
	    !host_param_ok("fb_align_mib", sim_fb_align_mib, 16, 65536) ||
	    !host_param_ok("events", sim_events, 16, 1 << 20) ||
	    !host_param_ok("vf_bar_mib", sim_vf_bar_mib, 1, 16384))
		return -EINVAL;
	return host_check_power("vf_bar_mib", sim_vf_bar_mib) ?:
	       host_check_power("fb_align_mib", sim_fb_align_mib);
}

static int __init sim_init(void)
{
	int err;

	err = host_check_params();
	if (err)
		return err;
	raw_spin_lock_init(&host.pending_lock);
	host.work = IRQ_WORK_INIT_HARD(host_deliver);

	err = sim_card_take(host_window_size(), sim_gpus * (u64)sim_fb_mib * SZ_1M);
	if (err)
		return err;
	err = host_gpus_init();
	if (err)
		goto err_card;
	host.pdev = platform_device_register_simple(KBUILD_MODNAME,
						    PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(host.pdev)) {
		err = PTR_ERR(host.pdev);
		goto err_gpus;
	}
	err = host_irq_init();
	if (err)
		goto err_pdev;
	err = host_window_init();
	if (err)
		goto err_irq;
	err = host_bridge_init();
	if (err)
		goto err_window;
	sim_debugfs_init(host.gpus, sim_gpus);
	pr_info("%u simulated GPU(s) in PCI domain %04x, for testing only\n",
		sim_gpus, host.sysdata.domain);
	return 0;

err_window:
	host_window_fini();
err_irq:
	host_irq_fini();
err_pdev:
	platform_device_unregister(host.pdev);
err_gpus:
	host_gpus_fini();
err_card:
	sim_card_release();
	return err;
}

static void __exit sim_exit(void)
{
	sim_debugfs_fini();
	host_bridge_fini();
	host_irq_fini();
	platform_device_unregister(host.pdev);
	host_window_fini();
	host_gpus_fini();
	sim_card_release();
}

module_init(sim_init);
module_exit(sim_exit);

MODULE_DESCRIPTION("GPUs in software behind a virtual PCI host bridge, for testing gpuvf");
MODULE_VERSION(GPUVF_VERSION);
MODULE_LICENSE("GPL");
/* loading it taints the kernel, as every test module does */
MODULE_INFO(test, "Y");
