/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GPUVF_SYSFS_VALUE_H
#define GPUVF_SYSFS_VALUE_H

#include <linux/types.h>

#include "config/request.h"

struct gpuvf_pf;

struct gpuvf_request *gpuvf_sysfs_request(enum gpuvf_op op);
ssize_t gpuvf_sysfs_request_do(struct gpuvf_pf *pf, struct gpuvf_request *req,
			       size_t count);
ssize_t gpuvf_sysfs_refuse(struct gpuvf_pf *pf, int vf, const char *buf,
			   size_t count);
int gpuvf_sysfs_permit(struct gpuvf_pf *pf, int vf);
ssize_t gpuvf_sysfs_line(const char *buf, size_t count);
int gpuvf_sysfs_u64(const char *buf, size_t count, u64 *value);
int gpuvf_sysfs_u32(const char *buf, size_t count, u32 *value);
bool gpuvf_sysfs_is_one(const char *buf, size_t count);
bool gpuvf_sysfs_may_see(void);

#endif /* GPUVF_SYSFS_VALUE_H */
