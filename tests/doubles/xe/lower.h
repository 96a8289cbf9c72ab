/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOUBLE_LOWER_H
#define DOUBLE_LOWER_H

#include "xe_device.h"

void double_flr(struct xe_device *xe, unsigned int vfid);
void double_guest(struct xe_device *xe, unsigned int vfid);

void double_debugfs_add(struct xe_device *xe);
void double_debugfs_remove(struct xe_device *xe);
void double_debugfs_init(void);
void double_debugfs_exit(void);

#endif /* DOUBLE_LOWER_H */
