// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the framebuffer: an ivshmem-plain card of QEMU. The bridge's address
 * window is at the start of the card's BAR, so that the BARs of the simulated GPUs are
 * memory, and the framebuffers are behind it. Where there is no such card nothing is
 * behind the BARs, and all works as well.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "sim.h"

#define CARD_VENDOR	0x1af4
#define CARD_DEVICE	0x1110
#define CARD_BAR	2

static bool card_wanted = true;
module_param_named(card, card_wanted, bool, 0444);
MODULE_PARM_DESC(card, "take an ivshmem-plain card of QEMU, if there is one, as memory for the framebuffers (default Y)");

/**
 * struct sim_card - the card
 * @pdev: it; NULL: there is none
 * @map: its memory
 * @window: how much of it is the address window
 */
static struct sim_card {
	struct pci_dev *pdev;
	u8 *map;
	u64 window;
} card;

/* not one with interrupts, by which VMs talk to each other, and that is in use */
static struct pci_dev *card_find(void)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(CARD_VENDOR, CARD_DEVICE, pdev)))
		if (!pdev->msix_cap && !pdev->driver &&
		    pci_resource_len(pdev, CARD_BAR))
			break;
	return pdev;
}

/**
 * sim_card_take() - take the card, if there is one
 * @window: size of the address window, in bytes
 * @store: of all framebuffers together
 *
 * Return: 0, also without a card; -ENOSPC: it is too small; -ENOMEM; what
 * pci_enable_device() returns.
 */
int sim_card_take(u64 window, u64 store)
{
	u64 size, needed = window + store;
	struct pci_dev *pdev = card_wanted ? card_find() : NULL;
	int err;

	if (!pdev)
		return 0;
	size = pci_resource_len(pdev, CARD_BAR);
	if (size < needed) {
		pr_err("ivshmem card %s of %llu MiB: %llu MiB are needed for the framebuffers and the BARs; card=0 loads without it\n",
		       pci_name(pdev), size / SZ_1M, needed / SZ_1M);
		err = -ENOSPC;
		goto err_put;
	}
	err = pci_enable_device(pdev);
	if (err)
		goto err_put;
	/* user space maps BARs uncached, which PAT allows beside this only */
	card.map = (u8 __force *)ioremap_wc(pci_resource_start(pdev, CARD_BAR),
					    needed);
	if (!card.map) {
		err = -ENOMEM;
		goto err_disable;
	}
	card.window = window;
	card.pdev = pdev;
	pr_info("framebuffers are in the memory of card %s\n", pci_name(pdev));
	return 0;

err_disable:
	pci_disable_device(pdev);
err_put:
	pci_dev_put(pdev);
	return err;
}

/**
 * sim_card_release() - undo sim_card_take()
 */
void sim_card_release(void)
{
	if (!card.pdev)
		return;
	iounmap((u8 __iomem __force *)card.map);
	pci_disable_device(card.pdev);
	pci_dev_put(card.pdev);
	card.pdev = NULL;
}

/**
 * sim_card_bar() - the address space that the card's memory has
 *
 * Return: NULL: there is no card.
 */
struct resource *sim_card_bar(void)
{
	return card.pdev ? &card.pdev->resource[CARD_BAR] : NULL;
}

/**
 * sim_card_store() - memory for the framebuffers
 *
 * Return: where it begins; NULL: there is no card.
 */
u8 *sim_card_store(void)
{
	return card.pdev ? card.map + card.window : NULL;
}

/**
 * sim_card_at() - memory behind addresses
 * @address: in the address window
 * @size: bytes
 *
 * Return: NULL: they are not in the window.
 */
u8 *sim_card_at(u64 address, u64 size)
{
	u64 start = pci_resource_start(card.pdev, CARD_BAR);

	if (address < start || address - start > card.window ||
	    size > card.window - (address - start))
		return NULL;
	return card.map + (address - start);
}
