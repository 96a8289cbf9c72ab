/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOUBLE_XE_PRINTK_H
#define DOUBLE_XE_PRINTK_H

#include <linux/dev_printk.h>

#include "xe_device_types.h"

#define xe_err(xe, ...)		dev_err((xe)->drm.dev, __VA_ARGS__)
#define xe_warn(xe, ...)	dev_warn((xe)->drm.dev, __VA_ARGS__)
#define xe_notice(xe, ...)	dev_notice((xe)->drm.dev, __VA_ARGS__)
#define xe_info(xe, ...)	dev_info((xe)->drm.dev, __VA_ARGS__)
#define xe_dbg(xe, ...)		dev_dbg((xe)->drm.dev, __VA_ARGS__)

#endif /* DOUBLE_XE_PRINTK_H */
