/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOUBLE_XE_GT_SRIOV_PRINTK_H
#define DOUBLE_XE_GT_SRIOV_PRINTK_H

#include "xe_printk.h"

#define xe_gt_sriov_info(gt, ...)	xe_info((gt)->tile->xe, __VA_ARGS__)

#endif /* DOUBLE_XE_GT_SRIOV_PRINTK_H */
