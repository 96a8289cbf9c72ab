/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The family's messages to and from the model. No sockets here.
 */
#ifndef AGENT_PROVIDER_GPUVF_MESSAGE_H
#define AGENT_PROVIDER_GPUVF_MESSAGE_H

#include <linux/netlink.h>

#include "model/event.h"
#include "model/gpu.h"

int message_read(const struct nlmsghdr *nlh, struct gpu *gpu,
		 struct error_detail *detail);
int message_read_one_vf(const struct nlmsghdr *nlh, struct gpu *gpu, int *vf);
int message_read_event(const struct nlmsghdr *nlh, struct gpu *gpu,
		       struct gpu_event *event);
int message_read_error(const struct nlmsghdr *nlh, char *text, size_t size);
void message_put_wanted(struct nlmsghdr *nlh, size_t room,
			const struct gpu *wanted,
			bool dry_run);
void message_put_placed(struct nlmsghdr *nlh, size_t room,
			const struct gpu *wanted, int vf, u32 set);
void message_put_vf(struct nlmsghdr *nlh, size_t room, u32 index,
		    const struct vf *vf, u32 set);

#endif /* AGENT_PROVIDER_GPUVF_MESSAGE_H */
