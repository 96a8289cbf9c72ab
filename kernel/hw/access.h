/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access to registers in the PF's configuration space, for backends. A device that has
 * gone reads as all ones: no register here holds that.
 */
#ifndef GPUVF_ACCESS_H
#define GPUVF_ACCESS_H

#include <linux/errno.h>
#include <linux/pci.h>

#include "hw/hw.h"

/* the backends, for hw/backend.c */
extern const struct gpuvf_hw_ops gpuvf_iov_v3_ops;

static inline int gpuvf_hw_read32(struct gpuvf_hw *hw, int reg, u32 *val)
{
	int err = pci_read_config_dword(hw->pdev, reg, val);

	return err || *val == ~0U ? -EIO : 0;
}

static inline int gpuvf_hw_write32(struct gpuvf_hw *hw, int reg, u32 val)
{
	return pci_write_config_dword(hw->pdev, reg, val) ? -EIO : 0;
}

int gpuvf_hw_probe_read32(struct gpuvf_hw *hw, int reg, const char *name,
			  u32 *val);
int gpuvf_hw_set32(struct gpuvf_hw *hw, int reg, u32 val);
u32 gpuvf_hw_write_irqs(struct gpuvf_hw *hw, int reg, u32 bits);
int gpuvf_hw_verify32(struct gpuvf_hw *hw, unsigned int vf, const char *name,
		      int reg, u32 mask, u32 wanted);
int gpuvf_hw_verify_irqs(struct gpuvf_hw *hw, unsigned int vf,
			 const char *name, int reg, u32 wanted);

#endif /* GPUVF_ACCESS_H */
