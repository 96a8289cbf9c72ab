// SPDX-License-Identifier: GPL-2.0
/*
 * Notices for modules that stand for the PF driver of another vendor.
 */

#include <linux/export.h>
#include <linux/notifier.h>

#include "sim.h"

static ATOMIC_NOTIFIER_HEAD(sim_chain);

/**
 * gpuvf_sim_register_notifier() - be notified of VF Enable, FLRs and guests that start
 * @nb: its call gets an enum gpuvf_sim_action and a struct gpuvf_sim_notice, of all GPUs
 *
 * The call is in any context, with the GPU's raw spinlock held: it takes raw spinlocks
 * only, and accesses no configuration space.
 *
 * Context: may sleep.
 * Return: 0; -EEXIST where @nb is registered already and the kernel looks.
 */
int gpuvf_sim_register_notifier(struct notifier_block *nb)
{
	return atomic_notifier_chain_register(&sim_chain, nb);
}
EXPORT_SYMBOL_GPL(gpuvf_sim_register_notifier);

/**
 * gpuvf_sim_unregister_notifier() - undo gpuvf_sim_register_notifier()
 * @nb: its call is over, and comes no more
 *
 * Context: may sleep.
 * Return: 0; -ENOENT: it was not registered.
 */
int gpuvf_sim_unregister_notifier(struct notifier_block *nb)
{
	return atomic_notifier_chain_unregister(&sim_chain, nb);
}
EXPORT_SYMBOL_GPL(gpuvf_sim_unregister_notifier);

/**
 * sim_notify() - tell other modules
 * @gpu: GPU
 * @action: what has happened
 * @n: of GPUVF_SIM_VFS: how many VFs are enabled, else the index of the VF
 *
 * Context: gpu->lock.
 */
void sim_notify(struct sim_gpu *gpu, enum gpuvf_sim_action action,
		unsigned int n)
{
	struct gpuvf_sim_notice notice = {
		.domain = sim_domain(),
		.bus = gpu->port->cfg[PCI_SECONDARY_BUS],
	};

	if (action == GPUVF_SIM_VFS)
		notice.num_vfs = n;
	else
		notice.vf = n;
	atomic_notifier_call_chain(&sim_chain, action, &notice);
}
