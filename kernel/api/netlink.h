/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The edges: generic netlink family and sysfs. No logic: attributes become a
 * struct gpuvf_request, answers become attributes.
 */
#ifndef GPUVF_NETLINK_H
#define GPUVF_NETLINK_H

#include <linux/init.h>

struct gpuvf_event;
struct gpuvf_pf;

int __init gpuvf_netlink_register(void);
void gpuvf_netlink_unregister(void);
void gpuvf_netlink_notify_add(struct gpuvf_pf *pf);
void gpuvf_netlink_notify_del(struct gpuvf_pf *pf);
void gpuvf_netlink_notify_change_locked(struct gpuvf_pf *pf);
void gpuvf_netlink_event_locked(struct gpuvf_pf *pf,
				const struct gpuvf_event *event);

#endif /* GPUVF_NETLINK_H */
