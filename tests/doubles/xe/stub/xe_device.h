/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOUBLE_XE_DEVICE_H
#define DOUBLE_XE_DEVICE_H

#include "xe_device_types.h"

#define IS_DGFX(xe)	((xe)->info.is_dgfx)

#define for_each_tile(tile, xe, i) \
	for ((i) = 0; (i) < (xe)->info.tile_count && ((tile) = &(xe)->tiles[i]); (i)++)

#define for_each_gt(gt, xe, i) \
	for ((i) = 0; (i) < (xe)->info.gt_count && ((gt) = &(xe)->gts[i]); (i)++)

static inline struct xe_device *pdev_to_xe_device(struct pci_dev *pdev)
{
	return pci_get_drvdata(pdev);
}

static inline struct xe_device *gt_to_xe(struct xe_gt *gt)
{
	return gt->tile->xe;
}

static inline bool xe_device_has_lmtt(const struct xe_device *xe)
{
	return xe->info.has_lmtt;
}

static inline bool xe_device_is_admin_only(const struct xe_device *xe)
{
	return false;
}

#endif /* DOUBLE_XE_DEVICE_H */
