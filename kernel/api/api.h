/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The edges: generic netlink family, sysfs, debugfs. No logic: attributes and files
 * become a struct gpuvf_request, answers become attributes and files.
 */
#ifndef GPUVF_API_H
#define GPUVF_API_H

#include <linux/init.h>
#include <linux/types.h>

struct attribute_group;
struct gpuvf_event;
struct gpuvf_pf;

extern const struct attribute_group *gpuvf_pf_groups[];

int gpuvf_sysfs_add(struct gpuvf_pf *pf);
void gpuvf_sysfs_del(struct gpuvf_pf *pf);

int __init gpuvf_netlink_register(void);
void gpuvf_netlink_unregister(void);
void gpuvf_netlink_notify_locked(struct gpuvf_pf *pf, u8 cmd);
void gpuvf_netlink_event_locked(struct gpuvf_pf *pf,
				const struct gpuvf_event *event);

void gpuvf_debugfs_register(void);
void gpuvf_debugfs_unregister(void);
void gpuvf_debugfs_add(struct gpuvf_pf *pf);
void gpuvf_debugfs_del(struct gpuvf_pf *pf);

#endif /* GPUVF_API_H */
