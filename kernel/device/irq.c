// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt of a GPU: fetches what the hardware reports, and hands it to what it
 * is for.
 */

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/pci.h>

#include "base/pf.h"
#include "device/irq.h"
#include "hw/hw.h"
#include "sched/engine.h"
#include "sched/switch.h"
#include "vf/mailbox.h"

/*
 * How often the interrupt handler fetches events. Most often there is one, and
 * the second look finds nothing. What is left after the last look the scheduler
 * thread fetches, so that a storm does not keep a CPU in hard-irq context.
 */
#define PF_IRQ_LOOKS	4

static void pf_take_events(struct gpuvf_pf *pf, u32 events, u64 now)
{
	/* first of all: the engine may wait for the next command */
	if (events & GPUVF_HW_EVENT_COMMAND)
		gpuvf_turn_interrupt(pf, now);
	if (events & GPUVF_HW_EVENT_CLEAR)
		complete(&pf->clear.done);
	if (events & GPUVF_HW_EVENT_MBOX)
		gpuvf_mbox_event(pf);
	if (events & (GPUVF_HW_EVENT_BUSY | GPUVF_HW_EVENT_VF_FLR |
		      GPUVF_HW_EVENT_HANG))
		gpuvf_world_event(pf, events & ~GPUVF_HW_EVENT_COMMAND);
}

static irqreturn_t pf_irq(int irq, void *data)
{
	struct gpuvf_pf *pf = data;
	irqreturn_t handled = IRQ_NONE;
	unsigned int n;
	u32 events;
	u64 now;

	/* what came at the same time is asked for when the engine is busy again */
	for (n = 0; n < PF_IRQ_LOOKS; n++) {
		/* before any access to the device, which takes its time */
		now = ktime_get_ns();
		events = pf->hw->irq_events(pf);
		if (!events)
			return handled;
		pf_take_events(pf, events, now);
		handled = IRQ_HANDLED;
	}
	/*
	 * Hardware that writes one MSI each time (status & enable) becomes
	 * nonzero raises none until all of it was acknowledged.
	 */
	gpuvf_world_event(pf, GPUVF_WORLD_POLL);
	return handled;
}

/**
 * gpuvf_irq_poll() - do what an interrupt would do, where there is none
 * @pf: PF
 *
 * Context: may sleep.
 */
void gpuvf_irq_poll(struct gpuvf_pf *pf)
{
	pf_irq(0, pf);
}

/**
 * gpuvf_irq_request() - take the interrupt of a GPU
 * @pf: PF that was probed; without an interrupt everything is polled
 *
 * Context: probe.
 * Return: 0, or the errno of request_irq().
 */
int gpuvf_irq_request(struct gpuvf_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	int err;

	if (pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | PCI_IRQ_MSIX) < 1) {
		pci_notice(pdev, "no interrupt, polling instead\n");
		return 0;
	}
	err = request_irq(pci_irq_vector(pdev, 0), pf_irq, 0, KBUILD_MODNAME,
			  pf);
	if (err) {
		pci_free_irq_vectors(pdev);
		return err;
	}
	pf->irq = pci_irq_vector(pdev, 0);
	pf->capabilities |= GPUVF_CAPABILITY_INTERRUPT;
	return 0;
}

/**
 * gpuvf_irq_free() - give the interrupt of a GPU back
 * @pf: PF, with an interrupt or without
 *
 * Context: may sleep.
 */
void gpuvf_irq_free(struct gpuvf_pf *pf)
{
	if (!pf->irq)
		return;
	free_irq(pf->irq, pf);
	pci_free_irq_vectors(pf->pdev);
	pf->irq = 0;
}
