/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SIM capability of the simulated GPU: what cards do through MMIO or microcode, and
 * the same for each generation. Operations for struct gpuvf_hw_ops of a backend whose
 * own struct begins with struct gpuvf_sim_port.
 */
#ifndef GPUVF_SIM_PORT_H
#define GPUVF_SIM_PORT_H

#include "hw/hw.h"

/**
 * struct gpuvf_sim_port - a piece of hardware that may have the SIM capability
 * @hw: for the layers above
 * @cap: the capability, 0: there is none: a card
 * @intr_enable: what GPUVF_SIM_INTR_ENABLE kept of what was written, 0: nothing is known
 *	of it, or interrupts are off
 */
struct gpuvf_sim_port {
	struct gpuvf_hw hw;
	int cap;
	u32 intr_enable;
};

static inline struct gpuvf_sim_port *gpuvf_sim_port(struct gpuvf_hw *hw)
{
	return container_of(hw, struct gpuvf_sim_port, hw);
}

int gpuvf_sim_probe(struct gpuvf_hw *hw);
int gpuvf_sim_probe_fb(struct gpuvf_hw *hw, u32 *mib);
void gpuvf_sim_irq_enable(struct gpuvf_hw *hw, bool on);
void gpuvf_sim_irq_events(struct gpuvf_hw *hw, struct gpuvf_hw_events *events);
int gpuvf_sim_verify_irqs(struct gpuvf_hw *hw, unsigned int vf);
u32 gpuvf_sim_flr_vfs(struct gpuvf_hw *hw);
int gpuvf_sim_scrub_start(struct gpuvf_hw *hw,
			  const struct gpuvf_extent *extent);
int gpuvf_sim_scrub_context_start(struct gpuvf_hw *hw, unsigned int vf);
int gpuvf_sim_scrub_status(struct gpuvf_hw *hw);
int gpuvf_sim_scrub_abort(struct gpuvf_hw *hw);
int gpuvf_sim_fb_write(struct gpuvf_hw *hw, u64 offset, const void *buf,
		       size_t len);
int gpuvf_sim_fb_read(struct gpuvf_hw *hw, u64 offset, void *buf, size_t len);

/* hw/migrate_port.c: registers for migration */
extern const struct gpuvf_migrate_ops gpuvf_migrate_port_ops;

/* hw/mailbox_page.c: AMD's page of registers, where the SIM capability has it */
extern const struct gpuvf_mbox_ops gpuvf_mbox_page_ops;

#endif /* GPUVF_SIM_PORT_H */
