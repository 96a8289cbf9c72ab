/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the firmware of a simulated GPU hears of its VFs, for modules that stand for PF
 * drivers of other vendors: these hear of it from their firmware.
 */
#ifndef GPUVF_SIM_NOTIFY_H
#define GPUVF_SIM_NOTIFY_H

#include <linux/types.h>

struct notifier_block;

/**
 * enum gpuvf_sim_action - what has happened
 * @GPUVF_SIM_VFS: VF Enable was set or cleared, also by a reset of the GPU
 * @GPUVF_SIM_FLR: a VF has had a function level reset
 * @GPUVF_SIM_GUEST: a guest of a VF has started
 */
enum gpuvf_sim_action {
	GPUVF_SIM_VFS,
	GPUVF_SIM_FLR,
	GPUVF_SIM_GUEST,
};

/**
 * struct gpuvf_sim_notice - to which function
 * @domain: PCI domain of the GPU
 * @bus: bus number of its PF, which is device 0, function 0 there
 * @num_vfs: of GPUVF_SIM_VFS: how many VFs are enabled now
 * @vf: of the others: index of the VF, from 0
 */
struct gpuvf_sim_notice {
	unsigned int domain;
	unsigned int bus;
	unsigned int num_vfs;
	unsigned int vf;
};

int gpuvf_sim_register_notifier(struct notifier_block *nb);
int gpuvf_sim_unregister_notifier(struct notifier_block *nb);

#endif /* GPUVF_SIM_NOTIFY_H */
