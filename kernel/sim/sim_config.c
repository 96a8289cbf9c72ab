// SPDX-License-Identifier: GPL-2.0
/*
 * Configuration space of root ports, PFs and VFs: what is in it at reset, which
 * bits can be written, and what writing does.
 */

#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/pci.h>
#include <linux/vmalloc.h>

#include "sim.h"

/* one mask of writable bits for each kind of function */
static u8 (*sim_writable)[SIM_CFG_SIZE];

/* bus number → GPU index + 1; rebuilt when bus numbers are written */
static u8 sim_bus_gpu[256];
static unsigned int sim_root_bus;

static u32 cfg_get(const struct sim_dev *dev, unsigned int where,
		   unsigned int size)
{
	u32 val = 0;

	memcpy(&val, dev->cfg + where, size);
	return val;
}

static void cfg_set(struct sim_dev *dev, unsigned int where, unsigned int size,
		    u32 val)
{
	memcpy(dev->cfg + where, &val, size);
}

static void mask_set(enum sim_kind kind, unsigned int where, unsigned int size,
		     u32 val)
{
	memcpy(sim_writable[kind] + where, &val, size);
}

static void mask_bar64(enum sim_kind kind, unsigned int where, u64 size)
{
	u64 mask = ~(size - 1);

	mask_set(kind, where, 4, lower_32_bits(mask) & PCI_BASE_ADDRESS_MEM_MASK);
	mask_set(kind, where + 4, 4, upper_32_bits(mask));
}

/* does a function of this kind have the capability? */
static bool has_msi(enum sim_kind kind)
{
	return kind != SIM_PF || sim_msi;
}

static void masks_msi(enum sim_kind kind)
{
	mask_set(kind, SIM_CAP_MSI + PCI_MSI_FLAGS, 2,
		 PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	mask_set(kind, SIM_CAP_MSI + PCI_MSI_ADDRESS_LO, 4, ~3U);
	mask_set(kind, SIM_CAP_MSI + PCI_MSI_ADDRESS_HI, 4, ~0U);
	mask_set(kind, SIM_CAP_MSI + PCI_MSI_DATA_64, 2, 0xffff);
	mask_set(kind, SIM_CAP_MSI + PCI_MSI_MASK_64, 4, ~0U);
}

static void masks_common(enum sim_kind kind)
{
	/* SR-IOV 3.4.1.3: a VF has no Memory Space Enable, VF MSE decides */
	mask_set(kind, PCI_COMMAND, 2,
		 (kind == SIM_VF ? 0 : PCI_COMMAND_MEMORY) |
		 PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		 PCI_COMMAND_INTX_DISABLE);
	mask_set(kind, PCI_CACHE_LINE_SIZE, 1, 0xff);
	mask_set(kind, PCI_INTERRUPT_LINE, 1, 0xff);
	if (has_msi(kind))
		masks_msi(kind);
	/* bit 15, the function level reset, reads as 0 */
	mask_set(kind, SIM_CAP_EXP + PCI_EXP_DEVCTL, 2, 0x7fff);
	mask_set(kind, SIM_CAP_EXP + PCI_EXP_LNKCTL, 2,
		 0x0fff & ~PCI_EXP_LNKCTL_RL);
	mask_set(kind, SIM_CAP_EXP + PCI_EXP_DEVCTL2, 2, 0xffff);
	if (kind != SIM_VF)
		mask_set(kind, SIM_CAP_PM + PCI_PM_CTRL, 2,
			 PCI_PM_CTRL_STATE_MASK);
}

/* what is cleared by writing ones is left to sim_aer_write() */
static void masks_aer(enum sim_kind kind, unsigned int cap)
{
	if (!sim_aer)
		return;
	mask_set(kind, cap + PCI_ERR_UNCOR_MASK, 4, ~0U);
	mask_set(kind, cap + PCI_ERR_UNCOR_SEVER, 4, ~0U);
	mask_set(kind, cap + PCI_ERR_COR_MASK, 4, ~0U);
	if (kind == SIM_ROOT_PORT)
		mask_set(kind, cap + PCI_ERR_ROOT_COMMAND, 4, 7);
}

static void masks_root_port(void)
{
	masks_common(SIM_ROOT_PORT);
	masks_aer(SIM_ROOT_PORT, SIM_ECAP_PORT_AER);
	mask_set(SIM_ROOT_PORT, PCI_PRIMARY_BUS, 4, 0x00ffffff);
	mask_set(SIM_ROOT_PORT, PCI_IO_BASE, 2, 0xf0f0);
	mask_set(SIM_ROOT_PORT, PCI_MEMORY_BASE, 4, 0xfff0fff0);
	mask_set(SIM_ROOT_PORT, PCI_PREF_MEMORY_BASE, 4, 0xfff0fff0);
	mask_set(SIM_ROOT_PORT, PCI_PREF_BASE_UPPER32, 4, ~0U);
	mask_set(SIM_ROOT_PORT, PCI_PREF_LIMIT_UPPER32, 4, ~0U);
	mask_set(SIM_ROOT_PORT, PCI_BRIDGE_CONTROL, 2, 0x0fff);
}

static void masks_pf(void)
{
	masks_common(SIM_PF);
	masks_aer(SIM_PF, SIM_ECAP_AER);
	mask_bar64(SIM_PF, PCI_BASE_ADDRESS_0, SZ_64K);
	mask_bar64(SIM_PF, PCI_BASE_ADDRESS_2, SZ_256M);
	mask_set(SIM_PF, SIM_ECAP_SRIOV + PCI_SRIOV_CTRL, 2,
		 PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE | PCI_SRIOV_CTRL_ARI);
	mask_set(SIM_PF, SIM_ECAP_SRIOV + PCI_SRIOV_NUM_VF, 2, 0xffff);
	mask_set(SIM_PF, SIM_ECAP_SRIOV + PCI_SRIOV_SYS_PGSIZE, 4, 0x553);
	mask_bar64(SIM_PF, SIM_ECAP_SRIOV + PCI_SRIOV_BAR, SZ_64K);
	mask_bar64(SIM_PF, SIM_ECAP_SRIOV + PCI_SRIOV_BAR + 8,
		   (u64)sim_vf_bar_mib * SZ_1M);
}

static void cfg_express(struct sim_dev *dev, unsigned int type)
{
	cfg_set(dev, SIM_CAP_EXP, 4, PCI_CAP_ID_EXP | (2 | type << 4) << 16);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_DEVCAP, 4, PCI_EXP_DEVCAP_RBER |
		(type == PCI_EXP_TYPE_ENDPOINT ? PCI_EXP_DEVCAP_FLR : 0) | 1);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_LNKCAP, 4, 4 | 16 << 4);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_LNKSTA, 2, 4 | 16 << 4);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_DEVCAP2, 4,
		type == PCI_EXP_TYPE_ROOT_PORT ? PCI_EXP_DEVCAP2_ARI : 0);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_LNKCAP2, 4, 0x1e);
	cfg_set(dev, SIM_CAP_EXP + PCI_EXP_LNKCTL2, 2, 4);
}

static void cfg_bar64(struct sim_dev *dev, unsigned int where, bool prefetch)
{
	cfg_set(dev, where, 4, PCI_BASE_ADDRESS_MEM_TYPE_64 |
		(prefetch ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0));
}

static void cfg_reset_aer(struct sim_dev *dev, unsigned int cap,
			  unsigned int next)
{
	cfg_set(dev, cap, 4, PCI_EXT_CAP_ID_ERR | 2 << 16 | next << 20);
	/* the defaults of the specification, 7.8.4.4 */
	cfg_set(dev, cap + PCI_ERR_UNCOR_SEVER, 4, PCI_ERR_UNC_DLP |
		PCI_ERR_UNC_SURPDN | PCI_ERR_UNC_FCP | PCI_ERR_UNC_RX_OVER |
		PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN);
}

static void cfg_reset_root_port(struct sim_dev *dev)
{
	if (sim_aer)
		cfg_reset_aer(dev, SIM_ECAP_PORT_AER, 0);
	cfg_set(dev, PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_BRIDGE);
	/* base above limit: every window is closed */
	cfg_set(dev, PCI_IO_BASE, 2, 0x00f0);
	cfg_set(dev, PCI_MEMORY_BASE, 4, 0x0000fff0);
	cfg_set(dev, PCI_PREF_MEMORY_BASE, 4, 0x0001fff1);
	cfg_express(dev, PCI_EXP_TYPE_ROOT_PORT);
}

static void cfg_reset_sriov(struct sim_dev *dev)
{
	unsigned int cap = SIM_ECAP_SRIOV;

	cfg_set(dev, cap, 4, PCI_EXT_CAP_ID_SRIOV | 1 << 16 |
		(sim_aer ? SIM_ECAP_AER : SIM_ECAP_IOV) << 20);
	/* bit 1: the ARI capable hierarchy is preserved */
	cfg_set(dev, cap + PCI_SRIOV_CAP, 4, BIT(1));
	cfg_set(dev, cap + PCI_SRIOV_INITIAL_VF, 2, sim_claim_vfs);
	cfg_set(dev, cap + PCI_SRIOV_TOTAL_VF, 2, sim_claim_vfs);
	cfg_set(dev, cap + PCI_SRIOV_VF_OFFSET, 2, SIM_VF_OFFSET);
	cfg_set(dev, cap + PCI_SRIOV_VF_STRIDE, 2, SIM_VF_STRIDE);
	cfg_set(dev, cap + PCI_SRIOV_VF_DID, 2, sim_vf_device);
	cfg_set(dev, cap + PCI_SRIOV_SUP_PGSIZE, 4, 0x553);
	cfg_set(dev, cap + PCI_SRIOV_SYS_PGSIZE, 4, 1);
	cfg_bar64(dev, cap + PCI_SRIOV_BAR, false);
	cfg_bar64(dev, cap + PCI_SRIOV_BAR + 8, true);
}

/* the serial number: another one for each GPU, and each seed */
static void cfg_reset_dsn(struct sim_dev *dev)
{
	cfg_set(dev, SIM_ECAP_DSN, 4,
		PCI_EXT_CAP_ID_DSN | 1 << 16 | SIM_ECAP_SRIOV << 20);
	cfg_set(dev, SIM_ECAP_DSN + 4, 4, sim_seed);
	cfg_set(dev, SIM_ECAP_DSN + 8, 4,
		GPUVF_SIM_VENDOR_ID << 16 | dev->gpu->index);
}

static void cfg_reset_pf(struct sim_dev *dev)
{
	unsigned int i;

	cfg_bar64(dev, PCI_BASE_ADDRESS_0, false);
	cfg_bar64(dev, PCI_BASE_ADDRESS_2, true);
	cfg_express(dev, PCI_EXP_TYPE_ENDPOINT);
	cfg_set(dev, SIM_ECAP_ARI, 4,
		PCI_EXT_CAP_ID_ARI | 1 << 16 | SIM_ECAP_DSN << 20);
	cfg_reset_dsn(dev);
	cfg_reset_sriov(dev);
	if (sim_aer)
		cfg_reset_aer(dev, SIM_ECAP_AER, SIM_ECAP_IOV);

	cfg_set(dev, SIM_ECAP_IOV, 4,
		PCI_EXT_CAP_ID_VNDR | 1 << 16 | SIM_ECAP_SIM << 20);
	cfg_set(dev, SIM_ECAP_IOV + PCI_VNDR_HEADER, 4, GPUVF_IOV_VSEC_ID |
		sim_generation->rev << 16 | sim_generation->length << 20);
	if (sim_generation->sch_pointer)
		cfg_set(dev, SIM_ECAP_IOV + sim_generation->sch_pointer, 1,
			sim_generation->sch >> 4);

	cfg_set(dev, SIM_ECAP_SIM, 4, PCI_EXT_CAP_ID_VNDR | 1 << 16);
	cfg_set(dev, SIM_ECAP_SIM + PCI_VNDR_HEADER, 4, GPUVF_SIM_VSEC_ID |
		GPUVF_SIM_VSEC_REV << 16 | GPUVF_SIM_VSEC_LENGTH << 20);
	cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_ID, 4,
		GPUVF_SIM_VSEC_REV | sim_total_vfs << 8 |
		(sim_flr ? GPUVF_SIM_FEATURE_VF_FLR : 0) |
		(sim_busy ? GPUVF_SIM_FEATURE_BUSY : 0) |
		(sim_shutdown ? GPUVF_SIM_FEATURE_SHUTDOWN : 0) |
		(sim_scrub_engine ? GPUVF_SIM_FEATURE_SCRUB : 0) |
		(sim_oneshot ? GPUVF_SIM_FEATURE_ONESHOT : 0) |
		(sim_migration ? GPUVF_SIM_FEATURE_MIGRATE : 0) |
		(sim_mailbox ? GPUVF_SIM_FEATURE_MBOX : 0));
	cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_SEED, 4, sim_seed);
	cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_ACCESS, 4,
		sim_access_ms | sim_access_ms << 16);
	if (!sim_generation->memsize)
		return;
	if (sim_fb_mib > U16_MAX)
		cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_MEMSIZE, 4, sim_fb_mib);
	cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_FB_ALIGN, 4, sim_fb_align_mib);
	for (i = 0; i < ARRAY_SIZE(sim_reserved_mib); i++)
		cfg_set(dev, SIM_ECAP_SIM + GPUVF_SIM_RESERVED(0) + 4 * i, 4,
			sim_reserved_mib[i]);
}

static void cfg_reset_vf(struct sim_dev *dev)
{
	cfg_express(dev, PCI_EXP_TYPE_ENDPOINT);
	cfg_set(dev, SIM_ECAP_ARI, 4,
		PCI_EXT_CAP_ID_ARI | 1 << 16 | SIM_ECAP_VF_SIM << 20);
	cfg_set(dev, SIM_ECAP_VF_SIM, 4, PCI_EXT_CAP_ID_VNDR | 1 << 16);
	cfg_set(dev, SIM_ECAP_VF_SIM + PCI_VNDR_HEADER, 4, GPUVF_SIM_VSEC_ID |
		GPUVF_SIM_VSEC_REV << 16 | GPUVF_SIM_VF_VSEC_LENGTH << 20);
	cfg_set(dev, SIM_ECAP_VF_SIM + GPUVF_SIM_VF_ID, 4, GPUVF_SIM_VSEC_REV);
}

/* power-on content; VFs show ffff:ffff, their identity is in the PF */
static void cfg_reset(struct sim_dev *dev)
{
	const u8 first = has_msi(dev->kind) ? SIM_CAP_MSI : SIM_CAP_EXP;
	bool vf = dev->kind == SIM_VF;
	bool port = dev->kind == SIM_ROOT_PORT;
	u32 class = port ? PCI_CLASS_BRIDGE_PCI_NORMAL : sim_class;
	u32 id = port ? GPUVF_SIM_VENDOR_ID | GPUVF_SIM_DEVICE_ID_ROOT_PORT << 16 :
			sim_vendor | sim_device << 16;

	memset(dev->cfg, 0, sizeof(dev->cfg));
	cfg_set(dev, PCI_VENDOR_ID, 4, vf ? ~0U : id);
	cfg_set(dev, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	cfg_set(dev, PCI_CLASS_REVISION, 4, class << 8 | 1);
	if (dev->kind != SIM_ROOT_PORT)
		cfg_set(dev, PCI_SUBSYSTEM_VENDOR_ID, 4,
			GPUVF_SIM_VENDOR_ID | 1 << 16);
	cfg_set(dev, PCI_CAPABILITY_LIST, 1, vf ? first : SIM_CAP_PM);
	if (!vf) {
		cfg_set(dev, SIM_CAP_PM, 4,
			PCI_CAP_ID_PM | first << 8 | 3 << 16);
		cfg_set(dev, SIM_CAP_PM + PCI_PM_CTRL, 2,
			PCI_PM_CTRL_NO_SOFT_RESET);
	}
	/* 64 bit, maskable; the PF offers four vectors */
	if (has_msi(dev->kind))
		cfg_set(dev, SIM_CAP_MSI, 4, PCI_CAP_ID_MSI | SIM_CAP_EXP << 8 |
			(PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT |
			 (dev->kind == SIM_PF ? 2 << 1 : 0)) << 16);
	switch (dev->kind) {
	case SIM_ROOT_PORT:
		cfg_reset_root_port(dev);
		break;
	case SIM_PF:
		cfg_reset_pf(dev);
		break;
	case SIM_VF:
		cfg_reset_vf(dev);
		break;
	}
}

/**
 * sim_vfs_enabled() - how many VFs answer
 * @gpu: GPU
 *
 * Return: NumVFs while VF Enable is set, else 0.
 */
unsigned int sim_vfs_enabled(const struct sim_gpu *gpu)
{
	if (!(cfg_get(gpu->pf, SIM_ECAP_SRIOV + PCI_SRIOV_CTRL, 2) &
	      PCI_SRIOV_CTRL_VFE))
		return 0;
	return cfg_get(gpu->pf, SIM_ECAP_SRIOV + PCI_SRIOV_NUM_VF, 2);
}

/**
 * sim_vfs_decode() - do the VFs answer to accesses to their BARs?
 * @gpu: GPU
 */
bool sim_vfs_decode(const struct sim_gpu *gpu)
{
	return sim_vfs_enabled(gpu) &&
	       cfg_get(gpu->pf, SIM_ECAP_SRIOV + PCI_SRIOV_CTRL, 2) &
	       PCI_SRIOV_CTRL_MSE;
}

static u64 bar_address(const struct sim_gpu *gpu, unsigned int where)
{
	return (u64)cfg_get(gpu->pf, where + 4, 4) << 32 |
	       (cfg_get(gpu->pf, where, 4) & PCI_BASE_ADDRESS_MEM_MASK);
}

/* only where they decode: the core writes other things while it looks for sizes */
static void note_bars(struct sim_gpu *gpu)
{
	if (cfg_get(gpu->pf, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY)
		gpu->pf_bar = bar_address(gpu, PCI_BASE_ADDRESS_2);
	if (sim_vfs_decode(gpu)) {
		gpu->vf_bar = bar_address(gpu, SIM_ECAP_SRIOV +
					       PCI_SRIOV_BAR + 8);
		gpu->vfs_decoded = sim_vfs_enabled(gpu);
	}
	sim_ram_changed(gpu);
}

/* the GPU that a bus belongs to; config accesses of its root port too */
static struct sim_gpu *find_gpu(struct pci_bus *bus, unsigned int devfn)
{
	unsigned int index;

	if (bus->number == sim_root_bus)
		return PCI_FUNC(devfn) ? NULL :
					 sim_gpu_by_index(PCI_SLOT(devfn));
	index = READ_ONCE(sim_bus_gpu[bus->number]);
	return index ? sim_gpu_by_index(index - 1) : NULL;
}

static struct sim_dev *find_dev(struct sim_gpu *gpu, struct pci_bus *bus,
				unsigned int devfn)
{
	int rid;

	if (bus->number == sim_root_bus)
		return gpu->port;
	if (gpu->config_dead || gpu->link_down)
		return NULL;
	rid = PCI_DEVID(bus->number, devfn) -
	      PCI_DEVID(gpu->port->cfg[PCI_SECONDARY_BUS], 0);
	if (!rid)
		return gpu->pf;
	rid -= SIM_VF_OFFSET;
	if (rid < 0 || rid >= sim_vfs_enabled(gpu))
		return NULL;
	if (gpu->dead_from_vf >= 0 && rid >= gpu->dead_from_vf)
		return NULL;
	return gpu->no_power ? NULL : gpu->vf[rid];
}

/* a register of the machine: reads as all ones, or ignores a write */
static bool fails_access(struct sim_dev *dev, unsigned int where)
{
	return dev->kind == SIM_PF && where >= SIM_ECAP_IOV &&
	       sim_fault_hits(&dev->gpu->fault[SIM_F_FAIL_ACCESS]);
}

/* nothing answered: was it meant for a VF that is disabled or has no power? */
static bool is_lost_vf(const struct sim_gpu *gpu, struct pci_bus *bus,
		       unsigned int devfn)
{
	int rid = PCI_DEVID(bus->number, devfn) -
		  PCI_DEVID(gpu->port->cfg[PCI_SECONDARY_BUS], 0) -
		  SIM_VF_OFFSET;

	return bus->number != sim_root_bus && !gpu->config_dead &&
	       !gpu->link_down && rid >= 0 && rid < sim_total_vfs &&
	       (gpu->no_power || !sim_vfs_enabled(gpu));
}

static bool is_vf_port(const struct sim_dev *dev, unsigned int where)
{
	return dev->kind == SIM_VF && where >= SIM_ECAP_VF_SIM &&
	       where < SIM_ECAP_VF_SIM + GPUVF_SIM_VF_VSEC_LENGTH;
}

static int sim_config_read(struct pci_bus *bus, unsigned int devfn, int where,
			   int size, u32 *val)
{
	struct sim_gpu *gpu = find_gpu(bus, devfn);
	struct sim_dev *dev;
	unsigned long flags;
	int ret = PCIBIOS_DEVICE_NOT_FOUND;

	*val = ~0U;
	if (!gpu || where + size > SIM_CFG_SIZE)
		return ret;
	raw_spin_lock_irqsave(&gpu->lock, flags);
	dev = find_dev(gpu, bus, devfn);
	if (dev && fails_access(dev, where)) {
		ret = PCIBIOS_SUCCESSFUL;
	} else if (dev) {
		if (dev->kind == SIM_PF && where >= SIM_ECAP_IOV)
			sim_regs_read(gpu, where, sim_gpu_advance(gpu));
		else if (is_vf_port(dev, where))
			sim_vf_read(dev, where, sim_gpu_advance(gpu));
		*val = cfg_get(dev, where, size);
		if (dev->kind == SIM_PF && where >= SIM_ECAP_IOV)
			*val = sim_fault_of_read(gpu, where, size, *val);
		ret = PCIBIOS_SUCCESSFUL;
	} else if (is_lost_vf(gpu, bus, devfn)) {
		gpu->vf_lost_reads++;
	}
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	return ret;
}

static void note_bus_numbers(struct sim_gpu *gpu)
{
	const u8 *cfg = gpu->port->cfg;
	unsigned int bus;

	for (bus = 0; bus < ARRAY_SIZE(sim_bus_gpu); bus++) {
		bool inside = cfg[PCI_SECONDARY_BUS] &&
			      bus >= cfg[PCI_SECONDARY_BUS] &&
			      bus <= cfg[PCI_SUBORDINATE_BUS];

		if (inside)
			WRITE_ONCE(sim_bus_gpu[bus], gpu->index + 1);
		else if (sim_bus_gpu[bus] == gpu->index + 1)
			WRITE_ONCE(sim_bus_gpu[bus], 0);
	}
}

static void reset_pf(struct sim_gpu *gpu, u64 now)
{
	bool had_vfs = sim_vfs_enabled(gpu);
	unsigned int i;

	if (sim_fault_hits(&gpu->fault[SIM_F_LOSE_RESET]))
		return;
	/* VFs are disabled before what they do is looked at */
	cfg_reset(gpu->pf);
	sim_gpu_reset(gpu, now);
	for (i = 0; i < sim_total_vfs; i++)
		cfg_reset(gpu->vf[i]);
	if (had_vfs)
		sim_notify(gpu, GPUVF_SIM_VFS, 0);
}

static void write_sriov_control(struct sim_gpu *gpu, u32 before, u64 now)
{
	u32 after = cfg_get(gpu->pf, SIM_ECAP_SRIOV + PCI_SRIOV_CTRL, 2);
	unsigned int i;

	if (!((after ^ before) & PCI_SRIOV_CTRL_VFE))
		return;
	/* set again after a reset of the GPU, VMs are still there */
	sim_gpu_vfs_off(gpu, before & PCI_SRIOV_CTRL_VFE, now);
	sim_notify(gpu, GPUVF_SIM_VFS, sim_vfs_enabled(gpu));
	gpu->layout_serial++;
	gpu->fb_serial++;
	gpu->dead_from_vf = -1;
	if (!(after & PCI_SRIOV_CTRL_VFE))
		return;
	for (i = 0; i < sim_total_vfs; i++)
		cfg_reset(gpu->vf[i]);
	if (sim_fault_hits(&gpu->fail_enable))
		gpu->dead_from_vf = gpu->fail_enable_from;
}

/*
 * What a function loses in D3 depends on the platform: NO_SOFT_RESET is about D3hot,
 * and a system sleep may take the power.
 */
static void write_power(struct sim_gpu *gpu, u32 before, u64 now)
{
	u32 after = cfg_get(gpu->pf, SIM_CAP_PM + PCI_PM_CTRL, 2);

	if (((before ^ after) & PCI_PM_CTRL_STATE_MASK) == 0)
		return;
	if (after & PCI_PM_CTRL_STATE_MASK) {
		gpu->no_power |= sim_fault_hits(&gpu->fault[SIM_F_LOSE_POWER]);
	} else if (gpu->no_power) {
		gpu->no_power = false;
		reset_pf(gpu, now);
	}
}

/* unmasking delivers what was pending */
static void write_msi(struct sim_dev *dev)
{
	u32 pending = cfg_get(dev, SIM_CAP_MSI + PCI_MSI_PENDING_64, 4);
	u32 masked = cfg_get(dev, SIM_CAP_MSI + PCI_MSI_MASK_64, 4);
	unsigned long deliver = pending & ~masked;
	unsigned int vector;

	cfg_set(dev, SIM_CAP_MSI + PCI_MSI_PENDING_64, 4, pending & masked);
	for_each_set_bit(vector, &deliver, 32)
		sim_msi_post(dev, vector);
}

static bool touches(unsigned int where, unsigned int size, unsigned int reg,
		    unsigned int reg_size)
{
	return where < reg + reg_size && reg < where + size;
}

/* what a write does beyond storing bits; @before: the bits that were there */
static void write_effects(struct sim_dev *dev, unsigned int where,
			  unsigned int size, u32 val, u32 before, u64 now)
{
	struct sim_gpu *gpu = dev->gpu;

	if (dev->kind == SIM_ROOT_PORT) {
		if (touches(where, size, PCI_PRIMARY_BUS, 4))
			note_bus_numbers(gpu);
		if (where == PCI_BRIDGE_CONTROL &&
		    (val & ~before & PCI_BRIDGE_CTL_BUS_RESET)) {
			gpu->link_down = false;
			reset_pf(gpu, now);
		}
		return;
	}
	if (where == SIM_CAP_EXP + PCI_EXP_DEVCTL &&
	    (val & PCI_EXP_DEVCTL_BCR_FLR)) {
		if (dev->kind == SIM_PF) {
			reset_pf(gpu, now);
		} else {
			cfg_reset(dev);
			sim_gpu_vf_reset(gpu, dev->index, now);
			sim_notify(gpu, GPUVF_SIM_FLR, dev->index);
		}
		return;
	}
	if (dev->kind == SIM_PF && where == SIM_ECAP_SRIOV + PCI_SRIOV_CTRL)
		write_sriov_control(gpu, before, now);
	if (dev->kind == SIM_PF && (where == PCI_COMMAND ||
				    where == SIM_ECAP_SRIOV + PCI_SRIOV_CTRL))
		note_bars(gpu);
	if (dev->kind == SIM_PF && where == SIM_CAP_PM + PCI_PM_CTRL)
		write_power(gpu, before, now);
	if (touches(where, size, SIM_CAP_MSI + PCI_MSI_MASK_64, 4))
		write_msi(dev);
}

static bool is_frozen(const struct sim_dev *dev, unsigned int where, u32 val)
{
	/* NumVFs cannot change while VFs are enabled, nor exceed TotalVFs */
	return dev->kind == SIM_PF &&
	       where == SIM_ECAP_SRIOV + PCI_SRIOV_NUM_VF &&
	       (sim_vfs_enabled(dev->gpu) || (val & 0xffff) > sim_total_vfs);
}

static int sim_config_write(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 val)
{
	struct sim_gpu *gpu = find_gpu(bus, devfn);
	u32 before, mask = 0;
	struct sim_dev *dev;
	unsigned long flags;
	u64 now;

	if (!gpu || where + size > SIM_CFG_SIZE)
		return PCIBIOS_DEVICE_NOT_FOUND;
	raw_spin_lock_irqsave(&gpu->lock, flags);
	dev = find_dev(gpu, bus, devfn);
	if (!dev) {
		if (is_lost_vf(gpu, bus, devfn))
			gpu->vf_lost_writes++;
		raw_spin_unlock_irqrestore(&gpu->lock, flags);
		return PCIBIOS_DEVICE_NOT_FOUND;
	}
	if (fails_access(dev, where)) {
		raw_spin_unlock_irqrestore(&gpu->lock, flags);
		return PCIBIOS_SUCCESSFUL;
	}
	now = sim_gpu_advance(gpu);
	if (is_vf_port(dev, where)) {
		sim_vf_write(dev, where, size, val, now);
	} else if (sim_aer_write(dev, where, size, val)) {
		/* bits are cleared by writing ones */
	} else if (dev->kind != SIM_PF ||
		   !sim_regs_write(gpu, where, size, val, now)) {
		before = cfg_get(dev, where, size);
		if (!is_frozen(dev, where, val))
			memcpy(&mask, sim_writable[dev->kind] + where, size);
		cfg_set(dev, where, size, (before & ~mask) | (val & mask));
		write_effects(dev, where, size, val, before, now);
	}
	sim_gpu_rearm(gpu);
	raw_spin_unlock_irqrestore(&gpu->lock, flags);
	return PCIBIOS_SUCCESSFUL;
}

struct pci_ops sim_pci_ops = {
	.read = sim_config_read,
	.write = sim_config_write,
};

/**
 * sim_config_set_root_bus() - which bus has the root ports
 * @busnr: its number
 */
void sim_config_set_root_bus(unsigned int busnr)
{
	sim_root_bus = busnr;
	memset(sim_bus_gpu, 0, sizeof(sim_bus_gpu));
}

static struct sim_dev *dev_alloc(struct sim_gpu *gpu, enum sim_kind kind,
				 unsigned int index)
{
	struct sim_dev *dev = vzalloc(sizeof(*dev));

	if (!dev)
		return NULL;
	dev->gpu = gpu;
	dev->kind = kind;
	dev->index = index;
	cfg_reset(dev);
	return dev;
}

/**
 * sim_config_alloc() - the configuration spaces of a GPU and its root port
 * @gpu: GPU
 *
 * Return: 0, -ENOMEM; what was allocated is freed by sim_config_free() then too.
 */
int sim_config_alloc(struct sim_gpu *gpu)
{
	unsigned int i;

	if (!sim_writable) {
		sim_writable = vzalloc(3 * SIM_CFG_SIZE);
		if (!sim_writable)
			return -ENOMEM;
		masks_root_port();
		masks_pf();
		masks_common(SIM_VF);
	}
	gpu->port = dev_alloc(gpu, SIM_ROOT_PORT, 0);
	gpu->pf = dev_alloc(gpu, SIM_PF, 0);
	if (!gpu->port || !gpu->pf)
		return -ENOMEM;
	for (i = 0; i < sim_total_vfs; i++) {
		gpu->vf[i] = dev_alloc(gpu, SIM_VF, i);
		if (!gpu->vf[i])
			return -ENOMEM;
	}
	return 0;
}

/**
 * sim_config_free() - undo sim_config_alloc()
 * @gpu: GPU
 */
void sim_config_free(struct sim_gpu *gpu)
{
	unsigned int i;

	for (i = 0; i < sim_total_vfs; i++)
		vfree(gpu->vf[i]);
	vfree(gpu->pf);
	vfree(gpu->port);
	/* the masks are shared, and freed with the last GPU, which is the first */
	if (!gpu->index) {
		vfree(sim_writable);
		sim_writable = NULL;
	}
}
