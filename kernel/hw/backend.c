// SPDX-License-Identifier: GPL-2.0
/*
 * Which backend a GPU has, and whether its figures make sense: what every backend
 * would have to check.
 */

#include <linux/align.h>
#include <linux/iopoll.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sizes.h>

#include "hw/access.h"
#include "hw/regs.h"

/* the first that takes a GPU has it */
static const struct gpuvf_hw_ops * const backends[] = {
	&gpuvf_iov_v3_ops,
	&gpuvf_iov_v1_ops,
};

/* no id of a card: see Documentation/hardware.rst */
const struct pci_device_id gpuvf_hw_ids[] = {
	{ PCI_DEVICE(GPUVF_SIM_VENDOR_ID, GPUVF_SIM_DEVICE_ID_PF) },
	{ }
};
MODULE_DEVICE_TABLE(pci, gpuvf_hw_ids);

/* how often, and how long, the command of a test of the engine is looked at */
#define HW_TEST_POLL_US		50
#define HW_TEST_LIMIT_US	10000

/* a mistake in a backend */
static bool hw_has_ops(const struct gpuvf_hw *hw)
{
	const struct gpuvf_hw_ops *ops = hw->ops;
	const u32 capabilities = hw->caps.capabilities;

	return capabilities & GPUVF_CAPABILITY_FRAMEBUFFER &&
	       capabilities & GPUVF_CAPABILITY_TIME_SLICE &&
	       (ops->busy_vfs || !(capabilities & GPUVF_CAPABILITY_BUSY)) &&
	       (ops->flr_vfs || !(capabilities & GPUVF_CAPABILITY_FLR_NOTICE)) &&
	       (ops->mbox || !(capabilities & GPUVF_CAPABILITY_MAILBOX)) &&
	       ((ops->scrub_start && ops->scrub_context_start &&
		 ops->scrub_status && ops->scrub_abort) ||
		!(capabilities & GPUVF_CAPABILITY_SCRUB));
}

static int hw_refuse_fb(struct gpuvf_hw *hw, const char *what, u64 bytes)
{
	pci_err(hw->pdev, "%s of %llu MiB does not fit in %llu MiB of framebuffer in units of %llu MiB\n",
		what, bytes / SZ_1M, hw->caps.fb.total_bytes / SZ_1M,
		hw->caps.fb.unit_bytes / SZ_1M);
	return -EINVAL;
}

/* add the park extent, and let reserved ranges be whole units */
static int hw_check_reserved(struct gpuvf_hw *hw)
{
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	const struct gpuvf_extent *park = &hw->caps.park;
	unsigned int i;

	if (park->size) {
		if (!IS_ALIGNED(park->start | park->size, fb->unit_bytes) ||
		    fb->num_reserved == GPUVF_FB_MAX_RESERVED)
			return hw_refuse_fb(hw, "park extent", park->size);
		fb->reserved[fb->num_reserved++] = *park;
	}
	for (i = 0; i < fb->num_reserved; i++) {
		struct gpuvf_extent *reserved = &fb->reserved[i];
		u64 end = reserved->start + reserved->size;

		if (!reserved->size || end < reserved->start ||
		    end > fb->total_bytes)
			return hw_refuse_fb(hw, "reserved range",
					    reserved->size);
		reserved->start = round_down(reserved->start, fb->unit_bytes);
		reserved->size = round_up(end, fb->unit_bytes) -
				 reserved->start;
	}
	return 0;
}

static int hw_check_caps(struct gpuvf_hw *hw)
{
	struct gpuvf_fb_geometry *fb = &hw->caps.fb;
	int total_vfs = pci_sriov_get_totalvfs(hw->pdev);

	if (WARN_ON_ONCE(!hw_has_ops(hw)))
		return -EINVAL;
	/* a backend gives its units; the totals are the hardware's */
	if (WARN_ON_ONCE(!is_power_of_2(fb->unit_bytes) ||
			 !is_power_of_2(fb->align_bytes) ||
			 fb->align_bytes < fb->unit_bytes ||
			 !is_power_of_2(fb->context_align_bytes)))
		return -EINVAL;
	hw->caps.total_vfs = min3(hw->caps.total_vfs, GPUVF_MAX_VFS,
				  (unsigned int)max(total_vfs, 0));
	if (!hw->caps.total_vfs) {
		pci_err(hw->pdev, "GPU has no SR-IOV capability, or no VFs in it\n");
		return -ENODEV;
	}
	/* one slot for each VF and one for the PF */
	fb->context_bytes = (hw->caps.total_vfs + 1) *
			    hw->caps.context_slot_bytes;
	if (fb->context_bytes > fb->total_bytes)
		return hw_refuse_fb(hw, "context save area", fb->context_bytes);
	return hw_check_reserved(hw);
}

/* -EBUSY: neither is the engine free nor does a reset free it; -EIO */
static int hw_quiesce(struct gpuvf_hw *hw)
{
	int err;

	hw->ops->irq_enable(hw, false);
	err = hw->ops->engine_state(hw);
	if (err == -EBUSY) {
		/* left so by the driver before us */
		pci_notice(hw->pdev, "GPU is not quiescent, resetting it\n");
		pci_save_state(hw->pdev);
		err = __pci_reset_function_locked(hw->pdev);
		pci_restore_state(hw->pdev);
		if (!err)
			err = hw->ops->engine_state(hw);
	}
	if (!err)
		return 0;
	pci_err(hw->pdev, "GPU cannot be quiesced: %pe\n", ERR_PTR(err));
	return -EIO;
}

static struct gpuvf_hw *hw_try(struct pci_dev *pdev,
			       const struct gpuvf_hw_ops *ops)
{
	struct gpuvf_hw *hw = kzalloc(ops->size, GFP_KERNEL);
	int err;

	if (!hw)
		return ERR_PTR(-ENOMEM);
	hw->ops = ops;
	hw->pdev = pdev;
	err = ops->probe(hw);
	if (!err)
		return hw;
	kfree(hw);
	return ERR_PTR(err);
}

/* which GPU-IOV capability it is for which there is no backend */
static void hw_unknown(struct pci_dev *pdev)
{
	int cap = pci_find_vsec_capability(pdev, pdev->vendor,
					   GPUVF_IOV_VSEC_ID);
	u32 header;

	if (!cap) {
		pci_err(pdev, "no GPU-IOV capability\n");
		return;
	}
	pci_read_config_dword(pdev, cap + PCI_VNDR_HEADER, &header);
	pci_err(pdev, "GPU-IOV capability of revision %u, %u bytes, is of no known generation\n",
		(unsigned int)PCI_VNDR_HEADER_REV(header),
		(unsigned int)PCI_VNDR_HEADER_LEN(header));
}

/**
 * gpuvf_hw_probe() - find the backend for a GPU
 * @pdev: PF, enabled, without enabled VFs
 *
 * Leaves the hardware quiet. Why it cannot be used is logged, in one message.
 *
 * Context: probe; may sleep.
 * Return: the hardware, to be freed by kfree(); -ENODEV: no SR-IOV, or no known
 * hardware; -EINVAL: its figures make no sense; -EIO: it does not answer, or not come to
 * rest; -ENOMEM.
 */
struct gpuvf_hw *gpuvf_hw_probe(struct pci_dev *pdev)
{
	struct gpuvf_hw *hw = ERR_PTR(-ENODEV);
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(backends) && hw == ERR_PTR(-ENODEV); i++)
		hw = hw_try(pdev, backends[i]);
	if (hw == ERR_PTR(-ENODEV))
		hw_unknown(pdev);
	if (IS_ERR(hw))
		return hw;
	err = hw_check_caps(hw);
	if (!err)
		err = hw_quiesce(hw);
	if (!err)
		return hw;
	kfree(hw);
	return ERR_PTR(err);
}

/**
 * gpuvf_hw_test_engine() - let the hardware find out whether its engine is free
 * @hw: hardware
 *
 * Before gpuvf_hw_engine_is_taken(), where a function may hang that was reset since, or
 * whose VF is gone. A test that does not end counts as an engine that is taken.
 *
 * Context: sleeps. No other command can begin.
 */
void gpuvf_hw_test_engine(struct gpuvf_hw *hw)
{
	int err;

	if (!hw->ops->engine_test || hw->ops->engine_test(hw))
		return;
	read_poll_timeout(hw->ops->engine_state, err, err != -EBUSY,
			  HW_TEST_POLL_US, HW_TEST_LIMIT_US, false, hw);
}
